"""What customers decide after a contact: settings, and what multiplies the odds, as tables of facts with their logarithms.

Part of ``program.compile``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ccsim.program.layout import ODDS, Records, records
from ccsim.scenario import Scenario, resolve
from ccsim.scenario.decisions import observed_fact
from ccsim.scenario.laws import Law
from ccsim.vocabulary import MOST_CONTACTS

__all__ = ["decision_tables", "odds_table"]


def decision_tables(scenario: Scenario, settings: Records, law: Callable[[Law], int]) -> dict[str, Records]:
    """The tables of odds by name in the Program. Writes what else the rules ask into settings."""
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
    decisions = {"redial_odds": after.redial, "return_odds": after.return_, "leave_odds": after.leave}
    return {name: odds_table({} if decision is None else decision.odds) for name, decision in decisions.items()}


def odds_table(odds: Mapping[str, float]) -> Records:
    """ODDS rows in the order of facts; a multiplier of 1 multiplies nothing and has none."""
    rows = sorted((*observed_fact(name), multiplier) for name, multiplier in odds.items() if multiplier != 1.0)
    table = records(ODDS, len(rows))
    for row, (fact, over, multiplier) in zip(table, rows, strict=True):
        row.fact, row.over = fact, over
        row.log_multiplier = math.log(multiplier) if multiplier > 0.0 else -math.inf
    return table


def _at_most(attempts: int | None) -> int:
    return MOST_CONTACTS if attempts is None else min(attempts, MOST_CONTACTS)
