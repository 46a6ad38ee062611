"""Erlang A: callers whose patience is exponential, with or without a limit on lines, some of them balking.

Arrival rate, handle time, agents and mean patience in; an `ErlangA` out, or an `ErlangC` when nobody ever hangs up. The
queue lengths come from a birth-death chain, the times behind them from `ccsim.erlang.births`.

Sources: Palm 1957; Zeltyn and Mandelbaum 2005.
"""

import math
import operator
from dataclasses import dataclass, field
from itertools import accumulate

from ccsim.erlang.births import NEGLIGIBLE, birth_counts
from ccsim.erlang.checks import check, check_queue, duration, whole
from ccsim.erlang.loss_and_delay import ErlangC, erlang_b, erlang_c
from ccsim.erlang.wait_law import WaitLaw

LONGEST_QUEUE = 20_000_000  # queue lengths held in memory before we call the model unstable in practice


@dataclass(frozen=True, kw_only=True)
class ErlangA(WaitLaw):
    """Long-run answer of M/M/n+M or M/M/n/K+M; see `WaitLaw` for the fields.

    Notes
    -----
    A caller who finds i waiting ahead is due after an exponential time for each k = i, ..., 0 still ahead, at rate
    n/handle_time + k/patience. A pure birth process of those rates takes as long to its (i+1)th birth, so P(due later
    than t) = P(at most i births by t), a negative binomial law. Summed over i by parts, P(W > t) is one sum of positive
    terms: no incomplete beta function, no matrix exponential.
    """

    patience: float
    """Mean patience; inf if nobody hangs up."""
    lines: int | None
    """Calls that fit in, waiting and in hand; None for no limit."""
    _stays: tuple[float, ...] = field(repr=False)  # [k]: share of calls that join the queue behind at least k callers
    _stays_and_answered: tuple[float, ...] = field(repr=False)  # the same, of those who are then answered

    def answered_within(self, within: float) -> float:
        """Share of offered calls answered after a wait of at most `within`."""
        return max(0.0, self.answered_share - self._answered_after(duration("within", within)))

    def abandoned_within(self, within: float) -> float:
        """Share of offered calls that abandon after a wait of at most `within`, balkers included."""
        abandoned_after = self.waits_longer(within) - self._answered_after(within)
        return min(self.abandoned_share, max(self.balked_share, self.abandoned_share - abandoned_after))

    def waits_longer(self, within: float) -> float:
        """Share of offered calls that wait longer than `within`: due later, and their patience lasts as long."""
        if duration("within", within) == math.inf:
            return 0.0
        return math.exp(-within / self.patience) * self._due_after(within, self.agents / self.handle_time, self._stays)

    def _answered_after(self, within: float) -> float:
        # Weighting a due time with the chance exp(-due/patience) that the caller is still there raises the rate of each
        # stage by one patience rate.
        base = self.agents / self.handle_time + 1 / self.patience
        return 0.0 if within == math.inf else self._due_after(within, base, self._stays_and_answered)

    def _due_after(self, within: float, base: float, tails: tuple[float, ...]) -> float:
        births = birth_counts(within, base, 1 / self.patience, len(tails) - 1)
        return math.fsum(map(operator.mul, births, tails))


def erlang_a(
    arrival_rate: float,
    handle_time: float,
    agents: int,
    patience: float,
    *,
    lines: int | None = None,
    balk_share: float = 0.0,
) -> ErlangA | ErlangC:
    """Waits and abandonment when callers have exponential patience (Palm's M/M/n+M, with K lines M/M/n/K+M).

    Parameters
    ----------
    arrival_rate, handle_time : float
        Calls per time unit and mean handle time in that unit, both above 0.
    agents : int
        Agents on the phones, at least 1.
    patience : float
        Mean time a caller would wait, above 0. With `math.inf` nobody hangs up while waiting; without `lines` that is
        Erlang C, and an `ErlangC` is returned.
    lines : int, optional
        Calls that fit in, waiting and in hand together, at least `agents`. Who finds them all in use is blocked.
    balk_share : float
        Share of those who would wait that hang up at once, in [0, 1]. They count as abandoned after no wait.

    Returns
    -------
    ErlangA or ErlangC
        See `WaitLaw` for what both answer.

    Raises
    ------
    ValueError
        For arguments out of range, for infinite patience without `lines` when the load is not below `agents`, and when
        more than 2e7 callers would wait (overload with practically infinite patience).

    Notes
    -----
    Birth-death chain with death rate n/handle_time + i/patience at i waiting; Erlang B sums the states below n. Time
    and memory grow linearly with the agents and with the longest queue that occurs.
    """
    check_queue(arrival_rate, handle_time, agents, balk_share)
    check(patience > 0, "patience", "above 0 (math.inf if nobody hangs up)", patience)
    if lines is not None and whole("lines", lines, 1) < agents:
        raise ValueError(f"lines must be at least agents = {agents}, since a call in hand holds a line; got {lines}")
    if patience == math.inf and lines is None:
        return erlang_c(arrival_rate, handle_time, agents, balk_share=balk_share)

    service_rate, leave_rate = agents / handle_time, 1 / patience
    room = None if lines is None else lines - agents
    weights = _queue_weights(arrival_rate * (1 - balk_share), service_rate, leave_rate, room)
    blocking = erlang_b(arrival_rate * handle_time, agents)
    # Erlang B is the share of state n among the states 0..n; scaled by it nothing is divided by an underflowed zero
    total = weights[0] + blocking * math.fsum(weights[1:])
    found = [blocking * weight / total for weight in weights]  # [i]: all agents busy, i callers waiting
    idle = (1 - blocking) * weights[0] / total
    mean_queue = math.fsum(map(operator.mul, found, range(len(found))))

    blocked = found.pop() if room is not None and len(found) == room + 1 else 0.0
    join = [share * (1 - balk_share) for share in found]
    wait_share = math.fsum(found)
    balked = wait_share * balk_share

    # The caller behind i others is answered if the i + 1 stages to the phone all end by other causes than his patience
    leaving = [(i + 1) * leave_rate for i in range(len(join))]
    answered = [share * service_rate / (service_rate + out) for share, out in zip(join, leaving, strict=True)]
    abandoned = [share * out / (service_rate + out) for share, out in zip(join, leaving, strict=True)]
    until_answer = accumulate(1 / (service_rate + out) for out in leaving)
    until_leaving = accumulate((i + 1) / (service_rate + out) for i, out in enumerate(leaving))
    wait_answered = math.fsum(map(operator.mul, answered, until_answer))
    wait_abandoned = math.fsum(
        share * leave_rate / (service_rate + out) * wait for share, out, wait in zip(join, leaving, until_leaving, strict=True)
    )
    answered_share = idle + math.fsum(answered)
    abandoned_share = balked + math.fsum(abandoned)
    return ErlangA(
        arrival_rate=arrival_rate,
        handle_time=handle_time,
        agents=agents,
        balk_share=balk_share,
        wait_share=wait_share,
        answered_share=answered_share,
        abandoned_share=abandoned_share,
        balked_share=balked,
        blocked_share=blocked,
        mean_queue=mean_queue,
        mean_wait=mean_queue / arrival_rate,
        mean_wait_answered=wait_answered / answered_share,
        mean_wait_abandoned=wait_abandoned / abandoned_share if abandoned_share > 0 else math.nan,
        patience=patience,
        lines=lines,
        _stays=_tails(join),
        _stays_and_answered=_tails(answered),
    )


def _queue_weights(join_rate: float, service_rate: float, leave_rate: float, longest: int | None) -> list[float]:
    """Relative probability of i = 0, 1, ... callers waiting while all agents are busy, largest value 1.

    Starts at the commonest length and walks both ways, since starting at zero overflows when the commonest is far out.
    """
    limit = LONGEST_QUEUE if longest is None else min(longest, LONGEST_QUEUE)
    surplus = join_rate - service_rate
    if surplus <= 0:
        peak = 0.0
    else:
        peak = surplus / leave_rate if leave_rate > 0 else math.inf
    commonest = int(min(peak, limit))
    if commonest == LONGEST_QUEUE:
        raise ValueError(_too_long(join_rate, service_rate))

    weights = [0.0] * commonest + [1.0]
    weight = 1.0
    for i in range(commonest, 0, -1):
        weight *= (service_rate + i * leave_rate) / join_rate
        if weight < NEGLIGIBLE:
            break
        weights[i - 1] = weight
    weight = 1.0
    for i in range(commonest + 1, limit + 1):
        weight *= join_rate / (service_rate + i * leave_rate)
        if weight < NEGLIGIBLE:
            return weights
        weights.append(weight)
    if limit == LONGEST_QUEUE:
        raise ValueError(_too_long(join_rate, service_rate))
    return weights


def _too_long(join_rate: float, service_rate: float) -> str:
    return (
        f"queues beyond {LONGEST_QUEUE:.0g} callers are not rare: {join_rate:g} callers join per time unit,"
        f" {service_rate:g} can be handled, and patience is practically infinite; add agents or shorten patience"
    )


def _tails(shares: list[float]) -> tuple[float, ...]:
    """Sum from each place to the end, (0.0,) if there is none."""
    return tuple(accumulate(reversed(shares)))[::-1] or (0.0,)
