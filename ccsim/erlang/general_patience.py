"""Patience of any law, given as its survival function: M/M/n+G.

Arrival rate, handle time, agents and P(patience > t) in; a `GeneralPatience` out. The first half is the model, the second the
quadrature: stretches of due times on which the survival function is smooth, and one rule for each.

Sources: Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005; Waldvogel 2006 for the rule.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise

from ccsim.erlang.checks import bisect, check, check_queue, duration
from ccsim.erlang.loss_and_delay import erlang_b
from ccsim.erlang.wait_law import WaitLaw

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
        late = self._beyond(duration("within", within), lambda x, survived, alive: alive)
        return max(0.0, self.answered_share - late)

    def abandoned_within(self, within: float) -> float:
        """Share of offered calls that abandon after a wait of at most `within`, balkers included."""
        if duration("within", within) == math.inf:
            return self.abandoned_share
        alive_then = self._survival(within)
        late = self._beyond(within, lambda x, survived, alive: alive_then - alive)
        return min(self.abandoned_share, max(self.balked_share, self.abandoned_share - late))

    def waits_longer(self, within: float) -> float:
        """Share of offered calls that wait longer than `within`: due later, and their patience lasts as long."""
        if duration("within", within) == math.inf:
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
    check_queue(arrival_rate, handle_time, agents, balk_share)
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


# -- Quadrature over due times -------------------------------------------------------------------------------------------------


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

    summit = 0.0 if slope(0.0) <= 0 else bisect(lambda x: slope(x) <= 0, 0.0, smooth[-1].end)
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
        return low, bisect(lambda x: function(x) < floor, low, high)
    if at_high:
        return bisect(lambda x: function(x) >= floor, low, high), high
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
        check(0 <= share <= 1, f"survival({x:g})", "a share between 0 and 1", share)
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
