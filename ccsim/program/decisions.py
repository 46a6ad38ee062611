"""What customers decide after a contact: settings, and what multiplies the odds, as a table of facts with their logarithms.

Part of ``program.compile``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ccsim.program.layout import ODDS, Records, records
from ccsim.scenario import Scenario, resolve
from ccsim.scenario.decisions import observed_fact
from ccsim.scenario.laws import Law
from ccsim.vocabulary import MOST_CONTACTS, Decision

__all__ = ["decision_table", "odds_table", "write_redials"]


def decision_table(scenario: Scenario, settings: Records, law: Callable[[Law], int]) -> Records:
    """The table of odds. Writes what else the rules ask into settings."""
    after, s = scenario.after_contact, settings[0]
    s.redial_law = s.return_law = -1
    if after.redial is not None:
        s.redial_share = after.redial.share
        s.redial_law = law(resolve.law(scenario, after.redial.after))
        s.redial_attempts = _at_most(after.redial.attempts)
        s.redial_fresh_patience = after.redial.patience == "fresh"
    if after.return_ is not None:
        s.return_share = after.return_.share
        s.return_law = law(resolve.law(scenario, after.return_.after))
        s.return_attempts = _at_most(after.return_.attempts)
    if after.leave is not None:
        s.leave_share, s.leave_value = after.leave.share, after.leave.value
    if after.satisfaction is not None:
        index = after.satisfaction
        s.rates, s.satisfaction_base = 1, index.base
        s.satisfaction_per_minute, s.satisfaction_per_hop = index.per_minute_waited, index.per_hop
        s.satisfaction_unresolved, s.satisfaction_refused = index.unresolved, index.refused
    s.fcr_window = scenario.metrics.fcr_window
    decisions = {Decision.REDIAL: after.redial, Decision.RETURN: after.return_, Decision.LEAVE: after.leave}
    return odds_table({decision: written.odds for decision, written in decisions.items() if written is not None})


def write_redials(scenario: Scenario, names: Sequence[str], settings: Records, call_types: Records) -> None:
    """Who dials again, and as what, where that is not the same for all callers at every try. Writes settings, call types."""
    redial, s = scenario.after_contact.redial, settings[0]
    call_types.redial_as = -1
    if redial is None:
        return
    if redial.later is not None or redial.by_type:
        s.redial_by_type = 1
        shares = [resolve.redial_shares(redial, name) for name in names]
        call_types.redial_first, call_types.redial_later = np.array(shares).T
        s.redial_share = max(map(max, shares))
    for name, other in redial.as_.items():
        s.redial_as = 1
        call_types.redial_as[names.index(name)] = names.index(other)


def odds_table(odds: Mapping[Decision, Mapping[str, float]]) -> Records:
    """ODDS rows by decision, in the order of facts; a multiplier of 1 multiplies nothing and has none."""
    rows = sorted(
        (decision, *observed_fact(name), multiplier)
        for decision, its in odds.items()
        for name, multiplier in its.items()
        if multiplier != 1.0
    )
    table = records(ODDS, len(rows))
    for row, (decision, fact, over, multiplier) in zip(table, rows, strict=True):
        row.decision, row.fact, row.over = decision, fact, over
        row.log_multiplier = math.log(multiplier) if multiplier > 0.0 else -math.inf
    return table


def _at_most(attempts: int | None) -> int:
    return MOST_CONTACTS if attempts is None else min(attempts, MOST_CONTACTS)
