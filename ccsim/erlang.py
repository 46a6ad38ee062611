"""Erlang's formulas: arrival rate, handle time, agents and patience in; waits, abandonment and staffing out.

Who calls it: `ccsim erlang`, the requirement step of staffing, every report that prints the textbook answer beside the
simulated one, and the verification suite, which holds both engines to these numbers. It knows neither of them.

============================  ==========================  ======================================================
function                      model                       who hangs up, who is turned away
============================  ==========================  ======================================================
`erlang_b`                    M/G/n/n                     nobody waits; a caller who finds all lines busy is lost
`erlang_c`                    M/M/n                       nobody hangs up
`erlang_a`                    M/M/n+M, M/M/n/K+M          exponential patience, at most K lines, some balk
`erlang_general`              M/M/n+G                     patience of any law, given as its survival function
============================  ==========================  ======================================================

All times share one unit, whichever it is; ccsim uses seconds. The sums below have positive terms and start at the
largest, so nothing overflows: ten thousand agents are as exact as ten. Shares are good to about 1e-14.

Sources: Erlang 1917; Palm 1957; Baccelli and Hebuterne 1981; Halfin and Whitt 1981; Zeltyn and Mandelbaum 2005.
"""

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import accumulate, pairwise

SERVICE_LEVEL_VARIANTS = (
    "answered_over_offered",
    "exclude_short_abandons",
    "exclude_abandons_in_time",
    "abandons_in_time_count",
    "short_abandons_count",
    "answered_only",
)
"""Service-level variants that have an analytic value; the first is the default, as in ccsim's KPI tables."""

NEGLIGIBLE = 1e-40  # a queue length this much rarer than the commonest one is left out
LONGEST_QUEUE = 20_000_000  # queue lengths held in memory before we call the model unstable in practice


# ---------------------------------------------------------------------------------------------------------------------
# What every queue answers


@dataclass(frozen=True, kw_only=True)
class WaitLaw(ABC):
    """What happens to the calls of one queue in the long run; `erlang_c`, `erlang_a` and `erlang_general` return one.

    All shares are of offered calls, so `answered_share + abandoned_share + blocked_share` is 1. Blocked callers and
    balkers have a wait of zero.

    Attributes
    ----------
    arrival_rate, handle_time : float
        Offered calls per time unit, mean handle time.
    agents : int
        Agents on the phones.
    balk_share : float
        Share of those who would wait that hang up at once.
    wait_share : float
        Calls that find all agents busy and a free line, balkers included (what calculators call P(wait)).
    answered_share, abandoned_share, blocked_share : float
        How calls end. Balkers count as abandoned.
    balked_share : float
        The part of `abandoned_share` that never waited.
    mean_queue : float
        Mean number of callers waiting.
    mean_wait : float
        Mean wait of all offered calls, `mean_queue / arrival_rate` (Little).
    mean_wait_answered : float
        Mean wait of answered calls, those answered at once included: the ASA.
    mean_wait_abandoned : float
        Mean wait of abandoned calls, balkers included; nan if nobody can abandon.
    """

    arrival_rate: float
    handle_time: float
    agents: int
    balk_share: float
    wait_share: float
    answered_share: float
    abandoned_share: float
    balked_share: float
    blocked_share: float
    mean_queue: float
    mean_wait: float
    mean_wait_answered: float
    mean_wait_abandoned: float

    @abstractmethod
    def answered_within(self, within: float) -> float:
        """Share of offered calls that are answered after a wait of at most `within`."""

    @abstractmethod
    def abandoned_within(self, within: float) -> float:
        """Share of offered calls that abandon after a wait of at most `within`, balkers included."""

    @abstractmethod
    def waits_longer(self, within: float) -> float:
        """Share of offered calls that wait longer than `within`, however they end: P(W > t)."""

    @property
    def offered_load(self) -> float:
        """Arrival rate times mean handle time, erlangs."""
        return self.arrival_rate * self.handle_time

    @property
    def throughput(self) -> float:
        """Answered calls per time unit."""
        return self.arrival_rate * self.answered_share

    @property
    def mean_busy(self) -> float:
        """Mean number of agents handling a call."""
        return self.offered_load * self.answered_share

    @property
    def occupancy(self) -> float:
        """Share of their time that agents handle calls."""
        return self.mean_busy / self.agents

    @property
    def mean_in_system(self) -> float:
        """Mean number of lines in use: callers waiting or being handled."""
        return self.mean_queue + self.mean_busy

    @property
    def idle_share(self) -> float:
        """Share of calls that find an agent free."""
        return self.answered_within(0.0)

    def service_level(
        self,
        within: float,
        variant: str = "answered_over_offered",
        *,
        short_abandon: float | None = None,
        count_blocked: bool = True,
    ) -> float:
        """Service level in one named variant.

        Parameters
        ----------
        within : float
            Threshold on the wait, counted from queue entry; a wait of exactly `within` is in time.
        variant : str
            One of `SERVICE_LEVEL_VARIANTS`. With O offered, A answered, At and Bt answered and abandoned in time, Bs
            short abandons: `answered_over_offered` At/O, `exclude_short_abandons` At/(O-Bs), `exclude_abandons_in_time`
            At/(O-Bt), `abandons_in_time_count` (At+Bt)/O, `short_abandons_count` (At+Bs)/O, `answered_only` At/A.
        short_abandon : float, optional
            Abandoned calls that waited less than this are short; required by the two variants that name them.
        count_blocked : bool
            Whether O holds the calls that found no line. An ACD never sees them, the customers do.

        Raises
        ------
        ValueError
            For an unknown variant, a negative time or a missing `short_abandon`.
        """
        met = self.answered_within(within)
        out_of = self.answered_share + self.abandoned_share + (self.blocked_share if count_blocked else 0.0)
        match variant:
            case "answered_over_offered":
                pass
            case "exclude_short_abandons":
                out_of -= self._short_abandons(short_abandon, variant)
            case "exclude_abandons_in_time":
                out_of -= self.abandoned_within(within)
            case "abandons_in_time_count":
                met += self.abandoned_within(within)
            case "short_abandons_count":
                met += self._short_abandons(short_abandon, variant)
            case "answered_only":
                out_of = self.answered_share
            case _:
                raise ValueError(f"variant must be one of {', '.join(SERVICE_LEVEL_VARIANTS)}, got {variant!r}")
        return min(1.0, met / out_of)  # the two sums may round differently

    def _short_abandons(self, short_abandon: float | None, variant: str) -> float:
        if short_abandon is None:
            raise ValueError(f"{variant} needs short_abandon, the wait below which an abandoned call is short; got None")
        # "less than", not "at most": it matters where patience has an atom, and for balkers when the limit is zero
        limit = _time("short_abandon", short_abandon)
        return self.abandoned_within(math.nextafter(limit, 0.0)) if limit > 0 else 0.0

    def wait_quantile(self, share: float) -> float:
        """Smallest t with P(W <= t) at least `share`, over all offered calls; `share` in [0, 1)."""
        _check(0 <= share < 1, "share", "at least 0 and below 1", share)
        late = 1.0 - share
        if self.waits_longer(0.0) <= late:
            return 0.0
        high = self.handle_time
        while self.waits_longer(high) > late:
            high *= 2
        return _bisect(lambda within: self.waits_longer(within) <= late, 0.0, high)


# ---------------------------------------------------------------------------------------------------------------------
# Erlang B


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
    _check(0 <= offered_load < math.inf, "offered_load", "a finite number of at least 0 erlangs", offered_load)
    blocking = 1.0
    for n in range(1, _whole("lines", lines, 0) + 1):
        carried = offered_load * blocking
        blocking = carried / (n + carried)
    return blocking


def lines_for_blocking(offered_load: float, max_blocking: float) -> int:
    """Fewest lines that lose at most `max_blocking` (above 0, below 1) of the calls, by Erlang B."""
    _check(0 <= offered_load < math.inf, "offered_load", "a finite number of at least 0 erlangs", offered_load)
    _check(0 < max_blocking < 1, "max_blocking", "above 0 and below 1", max_blocking)
    blocking, lines = 1.0, 0
    while blocking > max_blocking:
        lines += 1
        carried = offered_load * blocking
        blocking = carried / (lines + carried)
    return lines


# ---------------------------------------------------------------------------------------------------------------------
# Erlang C


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
        _time("within", within)
        return self.balked_share

    def waits_longer(self, within: float) -> float:
        """P(W > t) = P(W > 0) exp(-t / mean wait of those who wait)."""
        waiting = self.wait_share - self.balked_share
        return waiting * math.exp(-_time("within", within) / self.mean_wait_if_waiting)

    def wait_quantile(self, share: float) -> float:
        """Smallest t with P(W <= t) at least `share`."""
        _check(0 <= share < 1, "share", "at least 0 and below 1", share)
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
    _check_queue(arrival_rate, handle_time, agents, balk_share)
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


# ---------------------------------------------------------------------------------------------------------------------
# Erlang A


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
        return max(0.0, self.answered_share - self._answered_after(_time("within", within)))

    def abandoned_within(self, within: float) -> float:
        """Share of offered calls that abandon after a wait of at most `within`, balkers included."""
        abandoned_after = self.waits_longer(within) - self._answered_after(within)
        return min(self.abandoned_share, max(self.balked_share, self.abandoned_share - abandoned_after))

    def waits_longer(self, within: float) -> float:
        """Share of offered calls that wait longer than `within`: due later, and their patience lasts as long."""
        if _time("within", within) == math.inf:
            return 0.0
        return math.exp(-within / self.patience) * self._due_after(within, self.agents / self.handle_time, self._stays)

    def _answered_after(self, within: float) -> float:
        # Weighting a due time with the chance exp(-due/patience) that the caller is still there raises the rate of each
        # stage by one patience rate.
        base = self.agents / self.handle_time + 1 / self.patience
        return 0.0 if within == math.inf else self._due_after(within, base, self._stays_and_answered)

    def _due_after(self, within: float, base: float, tails: tuple[float, ...]) -> float:
        births = _birth_counts(within, base, 1 / self.patience, len(tails) - 1)
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
    _check_queue(arrival_rate, handle_time, agents, balk_share)
    _check(patience > 0, "patience", "above 0 (math.inf if nobody hangs up)", patience)
    if lines is not None and _whole("lines", lines, 1) < agents:
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


def _birth_counts(within: float, base: float, growth: float, most: int) -> list[float]:
    """P(exactly k births by `within`), k = 0..`most`, of a pure birth process with rates base + k * growth.

    Negative binomial (Poisson if `growth` is 0). Only the largest is taken from logarithms, the others by ratios.
    """
    stay = math.exp(-growth * within)
    scale = -math.expm1(-growth * within) / growth if growth > 0 else within
    mode = max(0.0, base - growth) * scale / stay if stay > 0 else math.inf
    start = int(min(mode, most))
    counts = [0.0] * (most + 1)
    counts[start] = chance = _birth_chance(start, within, base, growth)
    for k in range(start, most):
        chance *= (base + k * growth) * scale / (k + 1)
        if chance < NEGLIGIBLE:
            break
        counts[k + 1] = chance
    chance = counts[start]
    for k in range(start, 0, -1):
        chance *= k / ((base + (k - 1) * growth) * scale)
        if chance < NEGLIGIBLE:
            break
        counts[k - 1] = chance
    return counts


def _birth_chance(k: int, within: float, base: float, growth: float) -> float:
    """One value of the law of `_birth_counts`, in Loader's saddle-point form (2000), which no size makes inexact."""
    if k == 0:
        return math.exp(-base * within)
    if growth == 0:
        mean = base * within
        exponent = -_stirling_error(k) - _deviance(k, mean)
        return math.exp(exponent) / math.sqrt(2 * math.pi * k)
    size = base / growth
    n = size + k
    exponent = _stirling_error(n) - _stirling_error(size) - _stirling_error(k)
    exponent -= _deviance(size, n * math.exp(-growth * within)) + _deviance(k, n * -math.expm1(-growth * within))
    return math.exp(exponent) * math.sqrt(size / (2 * math.pi * n * k))


def _stirling_error(z: float) -> float:
    """log(z!) minus Stirling's formula for it."""
    if z < 16:
        return math.lgamma(z + 1) - (z + 0.5) * math.log(z) + z - 0.5 * math.log(2 * math.pi)
    s = 1 / (z * z)
    return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z


def _deviance(x: float, mean: float) -> float:
    """x log(x / mean) + mean - x without cancellation when x is near `mean`."""
    if mean == 0:
        return math.inf
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, term, odd = (x - mean) * v, 2 * x * v, 1
    while True:
        term *= v * v
        odd += 2
        longer = total + term / odd
        if longer == total:
            return total
        total = longer


# ---------------------------------------------------------------------------------------------------------------------
# Patience of any law

RULE_DEGREE = 20  # Clenshaw-Curtis: 21 points, both ends among them, so that a jump near an end cannot hide
NATS = 46.0  # a due time e**46 = 1e20 times rarer than the commonest is left out
LONGEST_DUE = 1e15  # mean gaps between freed agents; a due time beyond that is never
Integrand = Callable[[float, float, float], float]  # of a due time x, the integral of survival up to x, survival at x


@dataclass(frozen=True, kw_only=True)
class GeneralPatience(WaitLaw):
    """Long-run answer of M/M/n+G; see `WaitLaw` for the fields.

    Notes
    -----
    A caller of infinite patience would be answered after a due time that is 0 or has a density proportional to
    exp(join_rate * H(x) - n * x / handle_time), H the integral of the survival function (Baccelli and Hebuterne 1981,
    Zeltyn and Mandelbaum 2005). Everything is an integral against it, taken on pieces on which the survival function is
    smooth.
    """

    mean_due: float
    """Mean wait of a caller of infinite patience: the virtual or offered wait."""
    _survival: Callable[[float], float] = field(repr=False)
    _pieces: "tuple[_Piece, ...]" = field(repr=False)
    _join_density: Callable[[float, float], float] = field(repr=False)  # of x and H(x), per offered call that stays

    def answered_within(self, within: float) -> float:
        """Share of offered calls answered after a wait of at most `within`."""
        late = self._beyond(_time("within", within), lambda x, survived, alive: alive)
        return max(0.0, self.answered_share - late)

    def abandoned_within(self, within: float) -> float:
        """Share of offered calls that abandon after a wait of at most `within`, balkers included."""
        if _time("within", within) == math.inf:
            return self.abandoned_share
        alive_then = self._survival(within)
        late = self._beyond(within, lambda x, survived, alive: alive_then - alive)
        return min(self.abandoned_share, max(self.balked_share, self.abandoned_share - late))

    def waits_longer(self, within: float) -> float:
        """Share of offered calls that wait longer than `within`: due later, and their patience lasts as long."""
        if _time("within", within) == math.inf:
            return 0.0
        return self._survival(within) * self._beyond(within, lambda x, survived, alive: 1.0)

    def _beyond(self, low: float, value: Integrand) -> float:
        return _over_pieces(self._pieces, self._survival, self._join_density, value, low)


def erlang_general(
    arrival_rate: float,
    handle_time: float,
    agents: int,
    survival: Callable[[float], float],
    *,
    balk_share: float = 0.0,
) -> GeneralPatience:
    """Waits and abandonment when patience has any law (M/M/n+G).

    Parameters
    ----------
    arrival_rate, handle_time : float
        Calls per time unit and mean handle time in that unit, both above 0.
    agents : int
        Agents on the phones, at least 1.
    survival : callable
        P(patience > t) for a time t >= 0; within [0, 1], never rising. Jumps and kinks are found by bisection.
    balk_share : float
        Share of those who would wait that hang up at once, in [0, 1], beside what `survival` says.

    Raises
    ------
    ValueError
        For arguments out of range, a survival function outside [0, 1], or if so many never lose patience that the queue
        grows for ever.
    """
    _check_queue(arrival_rate, handle_time, agents, balk_share)
    join_rate, service_rate = arrival_rate * (1 - balk_share), agents / handle_time
    pieces, peak = _pieces(survival, join_rate, service_rate)
    free = math.exp(-peak)
    fewer_busy = erlang_b(arrival_rate * handle_time, agents - 1)  # state n - 1 among the states with an agent free

    def density(x: float, survived: float) -> float:
        return math.exp(join_rate * survived - service_rate * x - peak)

    def integral(value: Integrand) -> float:
        return _over_pieces(pieces, survival, density, value, 0.0)

    busy = arrival_rate * fewer_busy * integral(lambda x, survived, alive: 1.0)
    scale = arrival_rate * fewer_busy / (free + busy)
    join = scale * (1 - balk_share)

    wait_share = busy / (free + busy)
    balked = wait_share * balk_share
    answered_share = free / (free + busy) + join * integral(lambda x, survived, alive: alive)
    abandoned_share = balked + join * integral(lambda x, survived, alive: 1 - alive)
    mean_wait = join * integral(lambda x, survived, alive: survived)
    wait_answered = join * integral(lambda x, survived, alive: x * alive)
    wait_abandoned = join * integral(lambda x, survived, alive: survived - x * alive)
    return GeneralPatience(
        arrival_rate=arrival_rate,
        handle_time=handle_time,
        agents=agents,
        balk_share=balk_share,
        wait_share=wait_share,
        answered_share=answered_share,
        abandoned_share=abandoned_share,
        balked_share=balked,
        blocked_share=0.0,
        mean_queue=arrival_rate * mean_wait,
        mean_wait=mean_wait,
        mean_wait_answered=wait_answered / answered_share,
        mean_wait_abandoned=wait_abandoned / abandoned_share if abandoned_share > 0 else math.nan,
        mean_due=scale * integral(lambda x, survived, alive: x),
        _survival=survival,
        _pieces=pieces,
        _join_density=lambda x, survived: join * density(x, survived),
    )


@dataclass(frozen=True)
class _Piece:
    """A stretch of due times on which survival is smooth: its integral up to the start, and the rule's points."""

    start: float
    end: float
    survived: float
    points: tuple[tuple[float, float, float, float], ...] = ()  # weight, x, integral of survival up to x, survival at x


def _pieces(survival: Callable[[float], float], join_rate: float, service_rate: float) -> tuple[tuple[_Piece, ...], float]:
    """Short pieces covering every due time worth counting, and the largest exponent of the density.

    The exponent join_rate * H(x) - service_rate * x is concave, since survival never rises: it climbs to one summit and
    then falls for good, and on each piece it is steepest at an end.
    """
    smooth = _smooth_until_rare(survival, join_rate, service_rate)

    def slope(x: float) -> float:
        return join_rate * survival(x) - service_rate

    def exponent(piece: _Piece, x: float) -> float:
        return join_rate * (piece.survived + _integral(survival, piece.start, x)) - service_rate * x

    summit = 0.0 if slope(0.0) <= 0 else _bisect(lambda x: slope(x) <= 0, 0.0, smooth[-1].end)
    peak = next(exponent(piece, summit) for piece in smooth if summit <= piece.end)
    pieces = []
    for whole in smooth:
        for side in ((whole.start, min(whole.end, summit)), (max(whole.start, summit), whole.end)):
            start, end = _above(partial(exponent, whole), peak - NATS, *side)
            if start >= end:
                continue
            # the density changes by a factor of at most e**2 on a piece, so the rule is good to the last digits
            steepest = max(abs(slope(start)), abs(slope(math.nextafter(end, start))))
            parts = max(1, math.ceil((end - start) * steepest / 2))
            cuts = [start + (end - start) * part / parts for part in range(parts)] + [end]
            pieces += [_with_points(survival, whole, *ends) for ends in pairwise(cuts)]
    return tuple(pieces), peak


def _above(function: Callable[[float], float], floor: float, low: float, high: float) -> tuple[float, float]:
    """The part of [low, high] on which a monotone function is at least `floor`; empty is (high, high)."""
    if low >= high:
        return high, high
    at_low, at_high = function(low) >= floor, function(high) >= floor
    if at_low and at_high:
        return low, high
    if at_low:
        return low, _bisect(lambda x: function(x) < floor, low, high)
    if at_high:
        return _bisect(lambda x: function(x) >= floor, low, high), high
    return high, high


def _smooth_until_rare(survival: Callable[[float], float], join_rate: float, service_rate: float) -> list[_Piece]:
    """Smooth pieces from 0 to where the density has fallen by `NATS`, in stretches that double in length."""
    pieces: list[_Piece] = []
    tolerance = 1e-14 / max(join_rate, service_rate)
    at, step, survived, exponent, peak = 0.0, 1 / service_rate, 0.0, 0.0, 0.0
    while exponent > peak - NATS:
        if at * service_rate > LONGEST_DUE:
            raise ValueError(
                f"no steady state: {join_rate:g} callers join per time unit, {service_rate:g} can be handled, and"
                f" survival({at:g}) is still {survival(at):g}; add agents or shorten patience"
            )
        for start, end, gained in _smooth(survival, at, at + step, tolerance):
            pieces.append(_Piece(start, end, survived))
            survived += gained
            exponent = join_rate * survived - service_rate * end
            peak = max(peak, exponent)
        at, step = at + step, 2 * step
    return pieces


def _smooth(survival: Callable[[float], float], start: float, end: float, tolerance: float) -> list[tuple[float, float, float]]:
    """Parts (start, end, integral) of [start, end] on each of which one rule integrates the survival function."""
    todo = [(start, end, _integral(survival, start, end))]
    done = []
    while todo:
        low, high, whole = todo.pop()
        middle = (low + high) / 2
        left, right = _integral(survival, low, middle), _integral(survival, middle, high)
        if abs(left + right - whole) <= max(tolerance, 1e-15 * whole) or high - low <= 1e-15 * high:
            done.append((low, high, left + right))
        else:
            todo += [(middle, high, right), (low, middle, left)]
    return done


def _with_points(survival: Callable[[float], float], whole: _Piece, start: float, end: float) -> _Piece:
    """The part of a smooth piece from `start` to `end`, with its points."""
    survived = whole.survived + _integral(survival, whole.start, start)
    points = tuple((weight, x, survived + _integral(survival, start, x), survival(x)) for weight, x in _points(start, end))
    return _Piece(start, end, survived, points)


def _over_pieces(
    pieces: tuple[_Piece, ...],
    survival: Callable[[float], float],
    density: Callable[[float, float], float],
    value: Integrand,
    low: float,
) -> float:
    """Integral of density times value over the pieces from `low` on."""
    terms = []
    for piece in pieces:
        if low >= piece.end:
            continue
        part = piece if low <= piece.start else _with_points(survival, piece, low, piece.end)
        terms += [weight * density(x, survived) * value(x, survived, alive) for weight, x, survived, alive in part.points]
    return math.fsum(terms)


def _integral(survival: Callable[[float], float], low: float, high: float) -> float:
    terms = []
    for weight, x in _points(low, high):
        share = survival(x)
        _check(0 <= share <= 1, f"survival({x:g})", "a share between 0 and 1", share)
        terms.append(weight * share)
    return math.fsum(terms)


def _points(low: float, high: float) -> list[tuple[float, float]]:
    """Weights and places of the rule on [low, high); just before `high` stands for it, a jump there is not ours."""
    half, middle, last = (high - low) / 2, (high + low) / 2, math.nextafter(high, low)
    return [(half * weight, min(max(middle + half * node, low), last)) for node, weight in _clenshaw_curtis()]


@lru_cache(maxsize=1)
def _clenshaw_curtis() -> tuple[tuple[float, float], ...]:
    """Nodes and weights on [-1, 1] of the Clenshaw-Curtis rule of even degree, closed form (Waldvogel 2006)."""
    n = RULE_DEGREE
    rule = []
    for k in range(n + 1):
        angle = math.pi * k / n
        waves = ((1 if j == n // 2 else 2) * math.cos(2 * j * angle) / (4 * j * j - 1) for j in range(1, n // 2 + 1))
        rule.append((math.cos(angle), (1 if k in (0, n) else 2) / n * (1 - math.fsum(waves))))
    return tuple(rule)


def _bisect(is_past: Callable[[float], bool], low: float, high: float) -> float:
    """Smallest float in (low, high] for which `is_past` holds; it is false at `low`, true at `high` and turns once."""
    while low < (middle := (low + high) / 2) < high:
        if is_past(middle):
            high = middle
        else:
            low = middle
    return high


# ---------------------------------------------------------------------------------------------------------------------
# How many agents


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
            _check(0 < self.service_level < 1, "service_level", "above 0 and below 1 (80 % is 0.8)", self.service_level)
        for name in ("max_abandoned", "max_occupancy"):
            bound = getattr(self, name)
            _check(bound is None or 0 < bound <= 1, name, "above 0 and at most 1", bound)
        _check(self.max_asa is None or self.max_asa > 0, "max_asa", "above 0", self.max_asa)
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
    _check_queue(arrival_rate, handle_time, 1, balk_share)
    load = arrival_rate * handle_time

    def enough(agents: int) -> bool:
        if lines is None and patience == math.inf and load * (1 - balk_share) >= agents:
            return False
        return target.is_met_by(erlang_a(arrival_rate, handle_time, agents, patience, lines=lines, balk_share=balk_share))

    most = math.inf if lines is None else _whole("lines", lines, 1)
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
    _check(beta > 0, "beta", "above 0", beta)
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
    _check(0 < offered_load < math.inf, "offered_load", "a finite number above 0 erlangs", offered_load)
    if (beta is None) == (delay_share is None):
        raise ValueError(f"give beta or delay_share, not both or neither; got beta={beta}, delay_share={delay_share}")
    if beta is None:
        assert delay_share is not None
        beta = _beta_for(delay_share)
    _check(math.isfinite(beta), "beta", "a finite number", beta)
    return max(1, _round_up(offered_load + beta * math.sqrt(offered_load)))


def _beta_for(delay_share: float) -> float:
    _check(0 < delay_share < 1, "delay_share", "above 0 and below 1", delay_share)
    return _bisect(lambda beta: halfin_whitt(beta) <= delay_share, 0.0, 40.0)  # it falls from 1 at 0 to 0 at 40


def scheduled_for(required: float, shrinkage: float) -> int:
    """Agents to schedule so that `required` are on the phones: required / (1 - shrinkage), rounded up.

    `shrinkage` is the share of paid time not available for contacts, at least 0 and below 1: 100 at 30 % need 143.
    """
    _check(0 <= required < math.inf, "required", "a finite number of at least 0", required)
    _check(0 <= shrinkage < 1, "shrinkage", "at least 0 and below 1 (30 % is 0.3)", shrinkage)
    return _round_up(required / (1 - shrinkage))


def _round_up(number: float) -> int:
    return math.ceil(number - 1e-9 * max(1.0, number))  # 84 / (1 - 0.3) is 120, not 121 for a last bit


# ---------------------------------------------------------------------------------------------------------------------
# Checks


def _check(fine: bool, name: str, allowed: str, got: object) -> None:
    if not fine:
        raise ValueError(f"{name} must be {allowed}, got {got!r}")


def _whole(name: str, value: int, least: int) -> int:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = least - 1
    _check(whole >= least and not isinstance(value, bool), name, f"a whole number of at least {least}", value)
    return whole


def _time(name: str, value: float) -> float:
    _check(value >= 0, name, "a time of at least 0", value)
    return value


def _check_queue(arrival_rate: float, handle_time: float, agents: int, balk_share: float) -> None:
    _check(0 < arrival_rate < math.inf, "arrival_rate", "a finite number above 0", arrival_rate)
    _check(0 < handle_time < math.inf, "handle_time", "a finite time above 0", handle_time)
    _whole("agents", agents, 1)
    _check(0 <= balk_share <= 1, "balk_share", "between 0 and 1", balk_share)
