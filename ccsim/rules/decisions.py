"""What a customer decides after a contact: a base share whose odds are multiplied by what he has met with.

Facts are what anybody could have observed; there is no hidden mood. One draw decides, keyed to caller and contact, so a
multiplier above 1 adds callers to those who would decide so anyway and takes none away.
"""

from __future__ import annotations

import math

from ccsim.jit import inner, jit
from ccsim.program.layout import Records
from ccsim.rules.tables import redial_odds_at
from ccsim.vocabulary import Fact, Outcome

__all__ = ["redial_share"]

_FAR = 700.0
"""Odds of e^700 to 1 are certainty, and e^709 is the largest there are."""


@jit
def redial_share(program: Records, outcome: int, contact: int, wait: float) -> float:
    """Chance that a caller whose `contact`-th attempt (from 0) ended with this outcome after this wait (s) dials again."""
    change = 0.0
    for i in range(program.n_redial_odds):
        row = redial_odds_at(program, i)
        times = how_often(row.fact, row.over, outcome, contact, wait)
        if times > 0:
            change += times * row.log_multiplier
    if change == 0.0:
        return program.redial_share  # type: ignore[no-any-return]
    log_odds = math.log(program.redial_share) - math.log1p(-program.redial_share) + change
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -_FAR), _FAR)))


@inner
def how_often(fact: int, over: float, outcome: int, contact: int, wait: float) -> int:
    """How often a fact holds after a contact."""
    if fact == Fact.EARLIER_CONTACTS:
        return int(contact)
    if fact == Fact.WAIT_OVER:
        return int(wait > over)
    return int(
        (fact == Fact.BLOCKED and outcome == Outcome.BLOCKED)
        or (fact == Fact.BALKED and outcome == Outcome.BALKED)
        or (fact == Fact.CLOSED and outcome == Outcome.CLOSED)
        or (fact == Fact.TURNED_AWAY and outcome == Outcome.TURNED_AWAY)
    )
