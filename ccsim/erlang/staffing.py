"""How many agents: a target in, the fewest that meet it out; the square-root rule; paid hours behind a required number.

Who calls it: `ccsim erlang`, the requirement step of staffing and the textbook lines of a report.

Source of the square-root rule: Halfin and Whitt 1981.
"""

import math
from dataclasses import dataclass

from ccsim.erlang.checks import bisect, check, check_queue, whole
from ccsim.erlang.exponential_patience import erlang_a
from ccsim.erlang.wait_law import WaitLaw


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a staffing level must reach; a bound left out is not asked for. A bound reached exactly is met.

    Attributes
    ----------
    service_level, within : float
        Share, in (0, 1), and threshold, of the service level in `variant`; given both or neither.
    variant, short_abandon
        As in `WaitLaw.service_level`.
    max_abandoned : float
        Abandoned share of the calls that found a line, above 0, at most 1. Blocked calls count on neither side: else
        turning callers away would keep abandonment low.
    max_occupancy : float
        Above 0, at most 1.
    max_asa : float
        Mean wait of answered calls, above 0.
    """

    service_level: float | None = None
    within: float | None = None
    variant: str = "answered_over_offered"
    short_abandon: float | None = None
    max_abandoned: float | None = None
    max_occupancy: float | None = None
    max_asa: float | None = None

    def __post_init__(self) -> None:
        if (self.service_level is None) != (self.within is None):
            raise ValueError(
                f"service_level and within go together; got service_level={self.service_level}, within={self.within}"
            )
        if self.service_level is not None:
            check(0 < self.service_level < 1, "service_level", "above 0 and below 1 (80 % is 0.8)", self.service_level)
        for name in ("max_abandoned", "max_occupancy"):
            bound = getattr(self, name)
            check(bound is None or 0 < bound <= 1, name, "above 0 and at most 1", bound)
        check(self.max_asa is None or self.max_asa > 0, "max_asa", "above 0", self.max_asa)
        if self.service_level is self.max_abandoned is self.max_occupancy is self.max_asa is None:
            raise ValueError("a target needs service_level and within, max_abandoned, max_occupancy or max_asa; got none")

    def is_met_by(self, law: WaitLaw) -> bool:
        """True if `law` keeps every bound."""
        found_a_line = law.answered_share + law.abandoned_share
        if self.max_abandoned is not None and law.abandoned_share > self.max_abandoned * found_a_line:
            return False
        if self.max_occupancy is not None and law.occupancy > self.max_occupancy:
            return False
        if self.max_asa is not None and law.mean_wait_answered > self.max_asa:
            return False
        if self.service_level is None or self.within is None:
            return True
        reached = law.service_level(self.within, self.variant, short_abandon=self.short_abandon)
        return reached >= self.service_level


def agents_for(
    arrival_rate: float,
    handle_time: float,
    target: Target,
    *,
    patience: float = math.inf,
    lines: int | None = None,
    balk_share: float = 0.0,
) -> int:
    """Fewest agents that meet `target`, by Erlang A, or by Erlang C when `patience` is infinite.

    Parameters
    ----------
    arrival_rate, handle_time, patience, lines, balk_share
        As in `erlang_a`.
    target : Target
        What must be reached.

    Raises
    ------
    ValueError
        For arguments out of range, or if `target` cannot be reached with at most `lines` agents.

    Notes
    -----
    Doubling steps from the offered load, then bisection: without `lines` every bound gets easier with each agent. With
    `lines` that need not be so (one more agent can let more callers in to wait); then the result meets the target and
    one agent fewer does not.
    """
    check_queue(arrival_rate, handle_time, 1, balk_share)
    load = arrival_rate * handle_time

    def enough(agents: int) -> bool:
        if lines is None and patience == math.inf and load * (1 - balk_share) >= agents:
            return False
        return target.is_met_by(erlang_a(arrival_rate, handle_time, agents, patience, lines=lines, balk_share=balk_share))

    most = math.inf if lines is None else whole("lines", lines, 1)
    low, high, step = 0, int(min(math.ceil(load) + 1, most)), 1
    while not enough(high):
        if high == most:
            raise ValueError(f"target cannot be reached with lines = {lines}: {target}")
        low, high, step = high, int(min(high + step, most)), step * 2
    step = 1
    while high - step > low and enough(high - step):
        high, step = high - step, step * 2
    low = max(low, high - step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def halfin_whitt(beta: float) -> float:
    """Share of calls that wait in the limit of a large Erlang C centre with load + beta * sqrt(load) agents, beta > 0.

    Halfin and Whitt 1981: 1 / (1 + beta * Phi(beta) / phi(beta)).
    """
    check(beta > 0, "beta", "above 0", beta)
    cumulative = math.erfc(-beta / math.sqrt(2)) / 2
    density = math.exp(-beta * beta / 2) / math.sqrt(2 * math.pi)
    return density / (density + beta * cumulative)


def square_root_agents(offered_load: float, *, beta: float | None = None, delay_share: float | None = None) -> int:
    """Agents by the square-root rule: load + beta * sqrt(load), rounded up.

    Parameters
    ----------
    offered_load : float
        Erlangs, above 0.
    beta : float, optional
        Quality of service per square root of the load; negative understaffs, which only callers who hang up survive.
    delay_share : float, optional
        Instead of `beta`: the share of calls that may wait, in (0, 1), turned into beta by `halfin_whitt`.

    Raises
    ------
    ValueError
        Unless exactly one of `beta` and `delay_share` is given, or for values out of range.
    """
    check(0 < offered_load < math.inf, "offered_load", "a finite number above 0 erlangs", offered_load)
    if (beta is None) == (delay_share is None):
        raise ValueError(f"give beta or delay_share, not both or neither; got beta={beta}, delay_share={delay_share}")
    if beta is None:
        assert delay_share is not None
        beta = _beta_for(delay_share)
    check(math.isfinite(beta), "beta", "a finite number", beta)
    return max(1, _round_up(offered_load + beta * math.sqrt(offered_load)))


def _beta_for(delay_share: float) -> float:
    check(0 < delay_share < 1, "delay_share", "above 0 and below 1", delay_share)
    return bisect(lambda beta: halfin_whitt(beta) <= delay_share, 0.0, 40.0)  # it falls from 1 at 0 to 0 at 40


def scheduled_for(required: float, shrinkage: float) -> int:
    """Agents to schedule so that `required` are on the phones: required / (1 - shrinkage), rounded up.

    `shrinkage` is the share of paid time not available for contacts, at least 0 and below 1: 100 at 30 % need 143.
    """
    check(0 <= required < math.inf, "required", "a finite number of at least 0", required)
    check(0 <= shrinkage < 1, "shrinkage", "at least 0 and below 1 (30 % is 0.3)", shrinkage)
    return _round_up(required / (1 - shrinkage))


def _round_up(number: float) -> int:
    return math.ceil(number - 1e-9 * max(1.0, number))  # 84 / (1 - 0.3) is 120, not 121 for a last bit
