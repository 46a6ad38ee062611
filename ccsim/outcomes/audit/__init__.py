"""The audit: an independent reader of the rows that asks no engine and no rule.

`audit` checks that what the rows tell could have happened as DESIGN.md says; `audit_counts` counts again what the tally
counted. Both use plain NumPy and nothing that made the rows, so a mistake there does not repeat itself here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.authority import check_authority
from ccsim.outcomes.audit.callbacks import check_callbacks
from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.counts import audit_counts
from ccsim.outcomes.audit.door import check_door
from ccsim.outcomes.audit.facts import check_facts, check_form
from ccsim.outcomes.audit.ivr import check_ivr
from ccsim.outcomes.audit.lines import check_lines
from ccsim.outcomes.audit.overflows import check_overflows
from ccsim.outcomes.audit.people import check_people
from ccsim.outcomes.audit.queues import check_queues
from ccsim.outcomes.audit.turns import check_answers, check_turns
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program

__all__ = ["audit", "audit_counts"]


def audit(program: Program, rows: Rows, *, custom_routing: bool = False) -> list[str]:
    """What the rows tell that cannot have happened; empty when all is well.

    Parameters
    ----------
    program : Program
        The one the rows were simulated from.
    rows : Rows
        Complete tables of one or several replications.
    custom_routing : bool
        A policy of the user's own chose agents and calls, so nobody's turn is checked.

    Returns
    -------
    list of str
        One sentence per violation with the identity (I01, ...), replication, customer or agent; at most 20 per check.

    Notes
    -----
    Event order inside one instant is taken into account where the rows decide it; where they do not, the audit stays silent
    rather than blame a correct engine.
    """
    complaints = Complaints()
    check_form(program, rows, complaints)
    if complaints.said:
        return complaints.said  # rows that do not even fit together cannot be followed
    for replication in np.unique(rows.episodes["replication"]):
        complaints.about(f"replication {replication}")
        one = Rows(*(_of(table, int(replication)) for table in rows))
        check_facts(program, one, complaints)
        check_door(program, one, complaints)
        check_lines(program, one, complaints)
        check_ivr(program, one, complaints)
        check_queues(program, one, complaints)
        check_overflows(program, one, complaints)
        check_answers(program, one, complaints)
        if not custom_routing:
            check_turns(program, one, complaints)
        check_people(program, one, complaints)
        check_authority(program, one, complaints)
        check_callbacks(program, one, complaints, custom_routing=custom_routing)
    return complaints.said


def _of(table: NDArray[Any], replication: int) -> NDArray[Any]:
    """The rows of one replication; tables are sorted by it first."""
    first, last = np.searchsorted(table["replication"], [replication, replication + 1])
    return table[first:last]
