"""What a customer decides after a contact: a base share whose odds are multiplied by what he has met with.

Facts are what anybody could have observed; there is no hidden mood. One draw decides, keyed to caller and contact, so a
multiplier above 1 adds callers to those who would decide so anyway and takes none away.
"""

from __future__ import annotations

import math

from ccsim.jit import inner, jit
from ccsim.program.layout import Records
from ccsim.rules.tables import odds_at
from ccsim.vocabulary import Action, Fact, Outcome, Standing

__all__ = ["decided_share", "standing_of"]

_FAR = 700.0
"""Odds of e^700 to 1 are certainty, and e^709 is the largest there are."""


@jit
def standing_of(resolved: int, n_legs: int, action: int, outcome: int) -> int:
    """How a problem stands: `resolved` so far, by `n_legs` agents, the last of whom took this `action`.

    `outcome` is that of the contact that has just ended: what the IVR contains it solves.
    """
    if resolved != 0 or outcome == Outcome.CONTAINED:
        return Standing.SOLVED
    if n_legs > 0 and action == Action.REFUSED:
        return Standing.REFUSED
    return Standing.UNRESOLVED


@jit
def decided_share(
    program: Records, decision: int, share: float, outcome: int, contact: int, wait: float, hops: int, standing: int
) -> float:
    """Chance of a `vocabulary.Decision` after a customer's `contact`-th contact (from 0), which ended with this outcome.

    Parameters
    ----------
    share : float
        Where no fact holds.
    wait : float
        Of this contact; when he is asked whether he leaves, of all his contacts, s.
    hops, standing : int
        Agents met in this problem beyond the first; how it stands, `vocabulary.Standing`.
    """
    change = 0.0
    for i in range(program.n_odds):
        row = odds_at(program, i)
        if row.decision == decision:
            times = how_often(row.fact, row.over, outcome, contact, wait, hops, standing)
            if times > 0:
                change += times * row.log_multiplier
    return share_with(share, change)


@inner
def share_with(share: float, change: float) -> float:
    """A share whose odds are multiplied by e^change; one of 0 or 1, which has no odds, stays what it is."""
    if change == 0.0 or share <= 0.0 or share >= 1.0:
        return share
    log_odds = math.log(share) - math.log1p(-share) + change
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -_FAR), _FAR)))


@inner
def how_often(fact: int, over: float, outcome: int, contact: int, wait: float, hops: int, standing: int) -> int:
    """How often a fact holds after a contact."""
    if fact == Fact.EARLIER_CONTACTS:
        return int(contact)
    if fact == Fact.WAIT_OVER:
        return int(wait > over)
    if fact == Fact.HOPS:
        return int(hops)
    return int(
        (fact == Fact.BLOCKED and outcome == Outcome.BLOCKED)
        or (fact == Fact.BALKED and outcome == Outcome.BALKED)
        or (fact == Fact.CLOSED and outcome == Outcome.CLOSED)
        or (fact == Fact.TURNED_AWAY and outcome == Outcome.TURNED_AWAY)
        or (fact == Fact.REFUSED and standing == Standing.REFUSED)
        or (fact == Fact.UNRESOLVED and standing == Standing.UNRESOLVED)
    )
