"""Erlang's own two formulas: B, where nobody can wait, and C, where everybody waits until answered.

Who calls it: planners of lines and agents, `ccsim.erlang.exponential_patience` and `ccsim.erlang.general_patience`, which
begin from B. Source: Erlang 1917.
"""

import math
from dataclasses import dataclass

from ccsim.erlang.checks import check, check_queue, duration, whole
from ccsim.erlang.wait_law import WaitLaw


def erlang_b(offered_load: float, lines: int) -> float:
    """Share of calls that find all lines busy when nobody can wait.

    Parameters
    ----------
    offered_load : float
        Arrival rate times mean holding time, erlangs, at least 0.
    lines : int
        Lines (or agents), at least 0.

    Notes
    -----
    M/G/n/n loss formula (Erlang 1917) for any holding-time law, by the recursion B(n) = aB(n-1) / (n + aB(n-1)), which
    never amplifies a rounding error. A share below 1e-308 is returned as 0.
    """
    check(0 <= offered_load < math.inf, "offered_load", "a finite number of at least 0 erlangs", offered_load)
    blocking = 1.0
    for n in range(1, whole("lines", lines, 0) + 1):
        carried = offered_load * blocking
        blocking = carried / (n + carried)
    return blocking


def lines_for_blocking(offered_load: float, max_blocking: float) -> int:
    """Fewest lines that lose at most `max_blocking` (above 0, below 1) of the calls, by Erlang B."""
    check(0 <= offered_load < math.inf, "offered_load", "a finite number of at least 0 erlangs", offered_load)
    check(0 < max_blocking < 1, "max_blocking", "above 0 and below 1", max_blocking)
    blocking, lines = 1.0, 0
    while blocking > max_blocking:
        lines += 1
        carried = offered_load * blocking
        blocking = carried / (lines + carried)
    return lines


@dataclass(frozen=True, kw_only=True)
class ErlangC(WaitLaw):
    """Long-run answer of M/M/n, where everybody waits until answered; see `WaitLaw` for the fields."""

    mean_wait_if_waiting: float
    """Mean wait of those who wait."""

    def answered_within(self, within: float) -> float:
        """Share of offered calls answered after a wait of at most `within`."""
        return self.answered_share - self.waits_longer(within)

    def abandoned_within(self, within: float) -> float:
        """Balkers only: nobody who waits gives up."""
        duration("within", within)
        return self.balked_share

    def waits_longer(self, within: float) -> float:
        """P(W > t) = P(W > 0) exp(-t / mean wait of those who wait)."""
        waiting = self.wait_share - self.balked_share
        return waiting * math.exp(-duration("within", within) / self.mean_wait_if_waiting)

    def wait_quantile(self, share: float) -> float:
        """Smallest t with P(W <= t) at least `share`."""
        check(0 <= share < 1, "share", "at least 0 and below 1", share)
        waiting = self.wait_share - self.balked_share
        return self.mean_wait_if_waiting * math.log(waiting / (1 - share)) if waiting > 1 - share else 0.0


def erlang_c(arrival_rate: float, handle_time: float, agents: int, *, balk_share: float = 0.0) -> ErlangC:
    """Waits when nobody hangs up (M/M/n, Erlang 1917).

    Parameters
    ----------
    arrival_rate, handle_time : float
        Calls per time unit and mean handle time in that unit, both above 0.
    agents : int
        Agents on the phones, at least 1.
    balk_share : float
        Share of those who would wait that hang up at once, in [0, 1].

    Raises
    ------
    ValueError
        If the load of those who stay is not below `agents`: the queue would grow for ever.
    """
    check_queue(arrival_rate, handle_time, agents, balk_share)
    load = arrival_rate * handle_time
    spare = agents - load * (1 - balk_share)
    if spare <= 0:
        raise ValueError(
            f"no steady state: offered load of {load:g} erlangs must be below agents = {agents} when nobody hangs up"
            " while waiting; add agents or give a finite patience"
        )
    blocking = erlang_b(load, agents)
    wait_share = blocking / (blocking + (1 - blocking) * spare / agents)
    balked = wait_share * balk_share
    if_waiting = handle_time / spare
    mean_wait = (wait_share - balked) * if_waiting
    return ErlangC(
        arrival_rate=arrival_rate,
        handle_time=handle_time,
        agents=agents,
        balk_share=balk_share,
        wait_share=wait_share,
        answered_share=1 - balked,
        abandoned_share=balked,
        balked_share=balked,
        blocked_share=0.0,
        mean_queue=arrival_rate * mean_wait,
        mean_wait=mean_wait,
        mean_wait_answered=mean_wait / (1 - balked),
        mean_wait_abandoned=0.0 if balked > 0 else math.nan,
        mean_wait_if_waiting=if_waiting,
    )
