"""Rows -> counts: stored rows add up to the very counts that a kernel without rows would have kept.

The meaning is `rules.tally`, called here row by row; this is the one module of analysis that imports rules (and so numba).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ccsim.jit import entry
from ccsim.outcomes import Counts, Rows, new_counts
from ccsim.program.layout import Program
from ccsim.rules.tables import bind_program
from ccsim.rules.tally import bind_counts, tally_agent_state, tally_case, tally_contact, tally_episode, tally_segment

__all__ = ["counts_of"]


def counts_of(program: Program, rows: Rows) -> Counts:
    """The counts of stored rows: of one replication, if they are to be given to an `Accumulator`.

    Rows of several replications give the sum of their counts. The order of rows does not matter.
    """
    counts = new_counts(program)
    bound_program, bound_counts = bind_program(program), bind_counts(counts)
    _tally(*(np.ascontiguousarray(table).view(np.recarray) for table in rows), bound_program[0], bound_counts[0])
    return counts


@entry
def _tally(
    episodes: Any, contacts: Any, segments: Any, agent_states: Any, settlements: Any, cases: Any, program: Any, counts: Any
) -> None:
    """Adds every row; settlements are counted with their cases. Writes counts."""
    for i in range(episodes.shape[0]):
        tally_episode(episodes[i], program, counts)
    for i in range(contacts.shape[0]):
        tally_contact(contacts[i], program, counts)
    for i in range(segments.shape[0]):
        tally_segment(segments[i], program, counts)
    for i in range(agent_states.shape[0]):
        tally_agent_state(agent_states[i], program, counts)
    for i in range(cases.shape[0]):
        tally_case(cases[i], program, counts)
