"""The joint Markov chain of two tiers: who is answered by the first may go on to the second, before his agent wraps up.

Written out and solved here, so that cases no publication has (wrap-up at the first tier) have an exact answer, too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

__all__ = ["Tiers", "TwoTiers", "two_tiers"]


class Tiers(NamedTuple):
    """Rates per minute; agents.

    Attributes
    ----------
    to_first, to_second : float
        Calls from outside.
    passed_on : float
        Share of those whom tier 1 answers who go on to tier 2 at the end of their talk.
    wrap : float
        1 / mean wrap-up time of tier 1; infinity for none.
    """

    to_first: float
    talk: float
    wrap: float
    leave: float
    agents: int
    passed_on: float
    to_second: float
    second_talk: float
    second_leave: float
    second_agents: int


class TwoTiers(NamedTuple):
    """Stationary shares and means: of waiting at all, hanging up, mean wait (min), occupancy, calls passed on per minute."""

    p_wait1: float
    p_ab1: float
    ew1: float
    occ1: float
    escalation_rate: float
    p_wait2: float
    p_ab2: float
    ew2: float
    occ2: float
    edge: float
    """Probability of the states in which a queue is cut off."""


def two_tiers(tiers: Tiers, *, most_waiting: int = 40, most_at_second: int = 60) -> TwoTiers:
    """Solve the chain in (talking, wrapping, waiting; number at tier 2), queues cut off far out."""
    firsts = [(talking, wrapping, 0) for talking in range(tiers.agents + 1) for wrapping in range(tiers.agents + 1 - talking)]
    firsts += [(k, tiers.agents - k, waiting) for k in range(tiers.agents + 1) for waiting in range(1, most_waiting + 1)]
    if np.isinf(tiers.wrap):
        firsts = [first for first in firsts if first[1] == 0]
    place = {(*first, n): i for i, (first, n) in enumerate((f, n) for f in firsts for n in range(most_at_second + 1))}
    rows, columns, rates = [], [], []
    for state in place:
        for after, rate in _moves(tiers, *state):
            if after in place and rate > 0.0:
                rows += [place[after], place[state]]
                columns += [place[state], place[state]]
                rates += [rate, -rate]
    n = len(place)
    balance = coo_matrix((rates, (rows, columns)), shape=(n, n)).tolil()
    balance[0, :] = 1.0
    wanted = np.zeros(n)
    wanted[0] = 1.0
    share = spsolve(balance.tocsc(), wanted)
    return _read(tiers, np.array(list(place)), share, most_waiting, most_at_second)


def _moves(tiers: Tiers, talking: int, wrapping: int, waiting: int, second: int):  # type: ignore[no-untyped-def]
    """Yields the states that may follow, with their rates."""
    is_free = talking + wrapping < tiers.agents
    yield ((talking + 1, wrapping, 0, second) if is_free else (talking, wrapping, waiting + 1, second)), tiers.to_first
    yield (talking, wrapping, waiting - 1, second), waiting * tiers.leave
    for on, part in ((1, tiers.passed_on), (0, 1.0 - tiers.passed_on)):
        if np.isinf(tiers.wrap):
            following = (talking, 0, waiting - 1) if waiting else (talking - 1, 0, 0)
        else:
            following = (talking - 1, wrapping + 1, waiting)
        yield (*following, second + on), talking * tiers.talk * part
    if not np.isinf(tiers.wrap):
        following = (talking + 1, wrapping - 1, waiting - 1) if waiting else (talking, wrapping - 1, 0)
        yield (*following, second), wrapping * tiers.wrap
    yield (talking, wrapping, waiting, second + 1), tiers.to_second
    queued = max(second - tiers.second_agents, 0)
    yield (talking, wrapping, waiting, second - 1), (second - queued) * tiers.second_talk + queued * tiers.second_leave


def _read(tiers: Tiers, states: np.ndarray, share: np.ndarray, most_waiting: int, most_at_second: int) -> TwoTiers:
    talking, wrapping, waiting, second = states.T
    busy = talking + wrapping
    queued = np.maximum(second - tiers.second_agents, 0)
    # Who is passed on sees tier 2 as it is when a talk ends, which is not as it is on average.
    passed = talking * tiers.talk * tiers.passed_on
    comes = passed + tiers.to_second
    rate = float(share @ comes)
    return TwoTiers(
        p_wait1=float(share @ (busy == tiers.agents)),
        p_ab1=float(share @ waiting) * tiers.leave / tiers.to_first,
        ew1=float(share @ waiting) / tiers.to_first,
        occ1=float(share @ busy) / tiers.agents,
        escalation_rate=float(share @ passed),
        p_wait2=float(share @ (comes * (second >= tiers.second_agents))) / rate,
        p_ab2=float(share @ queued) * tiers.second_leave / rate,
        ew2=float(share @ queued) / rate,
        occ2=float(share @ (second - queued)) / tiers.second_agents,
        edge=float(share @ ((waiting == most_waiting) | (second == most_at_second))),
    )
