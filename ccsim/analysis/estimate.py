"""Pairs (numerator, denominator), one per replication -> ratio of sums with an interval that knows days differ.

Replications are the sample, never calls: calls of one day share its busyness, its staff and its queue, so an interval over
calls covers 18 to 48 % where it promises 95, and the mean of daily percentages is another quantity altogether. Memory does not
grow with the number of replications. `accumulate` feeds it, `targets` and `quantile` use it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ccsim.analysis.student import student_t

__all__ = ["METHODS", "Estimate", "Intervals", "Label", "Method", "Moments", "number_or_none", "ratios"]

Floats = NDArray[np.float64]


class Method(IntEnum):
    """How an interval was made, or why there is none."""

    LOGIT = 0
    LOGIT_FEW = 1
    DELTA = 2
    EXACT = 3
    EQUAL = 4
    ONE_REPLICATION = 5
    TOO_FEW = 6
    EMPTY = 7
    BAND = 8


METHODS: dict[Method, str] = {
    Method.LOGIT: "ratio of sums; delta method on the logit, t with n-1 degrees",
    Method.LOGIT_FEW: "ratio of sums; delta method on the logit, t with n-1 degrees; near 0 or 1 with fewer than 30 "
    "replications it covers less than it says",
    Method.DELTA: "ratio of sums; delta method, t with n-1 degrees",
    Method.EXACT: "ratio of sums; all replications at 0 or all at 1: exact binomial (Clopper-Pearson) bound on the share of "
    "replications that differ",
    Method.EQUAL: "all replications equal: their spread gives no interval",
    Method.ONE_REPLICATION: "one replication gives no interval",
    Method.TOO_FEW: "only one replication has anything to count: no interval",
    Method.EMPTY: "nothing to count",
    Method.BAND: "pooled histogram; delta-method band of P(wait <= t) inverted, t with n-1 degrees",
}

_FEW = 30
"""Replications below which a share above 95 or below 5 % is said to be uncertain (.897 covered at n = 10, truth .987)."""
_NEAR = 0.05
_NOISE = 1e-12
"""Residual sums of squares below this part of their terms are rounding, not spread."""


class Estimate(NamedTuple):
    """A number a report may print, with how sure it is.

    Attributes
    ----------
    id, variant : str
        KPI of the registry and its variant, empty where it has none.
    basis : str
        contact, episode, agent or case.
    scope : dict
        Of names: {} is the centre over the run; keys call_type, queue, team, ivr_node, back_office, day, interval.
    value, low, high : float or None
        None where there is no number, never NaN.
    n : int
        Replications.
    unit : str
    method : str
    """

    id: str
    variant: str
    basis: str
    scope: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    method: str

    def as_dict(self) -> dict[str, Any]:
        """The fields in order, ready for JSON."""
        return self._asdict()


class Label(NamedTuple):
    """What an estimate is of."""

    id: str
    variant: str
    basis: str
    scope: dict[str, str]
    unit: str


def number_or_none(x: float) -> float | None:
    """The number, None for NaN; -0.0 becomes 0.0."""
    return None if x != x else float(x) + 0.0


class Moments:
    """Sums, squares and products of numerators and denominators over replications, for any number of ratios at once.

    They are kept as differences from the first replication: then equal replications have a spread of exactly 0, and nothing
    cancels when all lie close together. Sums depend on the order of `add` alone.

    Attributes
    ----------
    n : int
        Replications added.
    seen : int64
        Those with a denominator above 0.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.n = 0
        self.seen = np.zeros(shape, dtype=np.int64)
        self._first = np.zeros((2, *shape))
        self._sums = np.zeros((2, *shape))
        self._squares = np.zeros((2, *shape))
        self._products = np.zeros(shape)

    @classmethod
    def of(cls, numerators: ArrayLike, denominators: ArrayLike) -> Moments:
        """The moments of pairs whose first axis is replications."""
        above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
        moments = cls(above.shape[1:])
        for pair in zip(above, below, strict=True):
            moments.add(*pair)
        return moments

    def add(self, numerator: ArrayLike, denominator: ArrayLike) -> None:
        """Adds one replication: two arrays of the shape of the moments."""
        pair = np.stack([numerator, denominator]).astype(np.float64, copy=False)
        if self.n == 0:
            self._first[:] = pair
        self.n += 1
        self.seen += pair[1] > 0.0
        pair -= self._first
        self._sums += pair
        self._products += pair[0] * pair[1]
        pair *= pair
        self._squares += pair

    def part(self, place: Any) -> Moments:
        """The moments of some of the ratios, by any index numpy knows."""
        some = Moments(self.seen[place].shape)
        some.n, some.seen, some._products = self.n, self.seen[place], self._products[place]
        some._first, some._sums, some._squares = (
            np.stack([side[place] for side in table]) for table in (self._first, self._sums, self._squares)
        )
        return some

    @property
    def totals(self) -> tuple[Floats, Floats]:
        """Sums of numerators and of denominators over all replications."""
        return self.n * self._first[0] + self._sums[0], self.n * self._first[1] + self._sums[1]

    def squared_error(self, ratio: Floats, denominator: Floats) -> Floats:
        """Squared standard error of the ratio of sums by the delta method; 0 where the spread is rounding.

        Notes
        -----
        With e_i = N_i - R D_i, whose sum is 0: sum (e_i - mean e)^2 * n / (n - 1) / (sum D)^2 (Cochran, Sampling Techniques,
        1977, section 6.3).
        """
        a, b = self._sums
        above = self._squares[0] - a * a / self.n
        below = self._squares[1] - b * b / self.n
        both = self._products - a * b / self.n
        spread = above - 2.0 * ratio * both + ratio * ratio * below
        size = self._squares[0] + 2.0 * np.abs(ratio * self._products) + ratio * ratio * self._squares[1]
        spread = np.where(spread <= _NOISE * size, 0.0, spread)
        return np.asarray(spread * self.n / (self.n - 1) / denominator**2)


class Intervals(NamedTuple):
    """Arrays of estimates; NaN where there is no number (it leaves this module as None)."""

    value: Floats
    low: Floats
    high: Floats
    method: NDArray[np.int64]

    def estimate(self, place: tuple[int, ...], name: Label, n: int, scale: float = 1.0) -> Estimate:
        """The estimate at one place of the arrays, its numbers times `scale`."""
        value, low, high = (number_or_none(scale * float(side[place])) for side in (self.value, self.low, self.high))
        method = METHODS[Method(int(self.method[place]))]
        return Estimate(name.id, name.variant, name.basis, name.scope, value, low, high, n, name.unit, method)


def ratios(moments: Moments, share: ArrayLike, confidence: float, signed: ArrayLike = False) -> Intervals:
    """Ratio of sums with its interval, for each pair of the moments.

    Parameters
    ----------
    moments : Moments
    share : bool, broadcast to the shape of the moments
        True for a share of the denominator: its interval is made on the logit and never leaves [0, 1] (unless the share
        itself does). Others never go below 0.
    confidence : float
        Of the two-sided interval.
    signed : bool, broadcast likewise
        True for what may be below 0, and for shares that may be above 1, as conformance: always by the delta method. Were the
        method chosen by where the estimate lies, a true share of exactly 1 would be covered by half of the intervals.
    """
    assert 0.0 < confidence < 1.0, confidence
    n = moments.n
    shape = moments.seen.shape
    is_share = np.broadcast_to(np.asarray(share, dtype=bool), shape)
    if n == 0:
        nothing = np.full(shape, np.nan)
        return Intervals(nothing, nothing, nothing, np.full(shape, Method.EMPTY, dtype=np.int64))
    above, below = moments.totals
    empty = below <= 0.0
    with np.errstate(all="ignore"):
        value = np.where(empty, np.nan, above / below)
        is_signed = np.asarray(signed, dtype=bool)
        is_share = is_share & ~((value < 0.0) | (value > 1.0) | is_signed)
        floor = np.where(is_signed, -np.inf, 0.0)
        method = np.where(is_share, Method.LOGIT, Method.DELTA).astype(np.int64)
        near = is_share & (np.minimum(value, 1.0 - value) < _NEAR)
        method[near & (n < _FEW)] = Method.LOGIT_FEW
        low = high = np.full(shape, np.nan)
        if n > 1:
            error = np.sqrt(moments.squared_error(value, below))
            half = student_t(confidence, n) * error
            low, high = np.maximum(value - half, floor), value + half
            odds, step = np.log(value / (1.0 - value)), half / (value * (1.0 - value))
            low = np.where(is_share, _expit(odds - step), low)
            high = np.where(is_share, _expit(odds + step), high)
            method[error == 0.0] = Method.EQUAL
            method[moments.seen < 2] = Method.TOO_FEW
            low, high, method = _all_or_none(moments, is_share, value, confidence, low, high, method)
        else:
            method[...] = Method.ONE_REPLICATION
        method[empty] = Method.EMPTY
        without = np.isin(method, (Method.EQUAL, Method.TOO_FEW, Method.ONE_REPLICATION, Method.EMPTY))
        return Intervals(value, np.where(without, np.nan, low), np.where(without, np.nan, high), method)


def _all_or_none(
    moments: Moments,
    is_share: NDArray[np.bool_],
    value: Floats,
    confidence: float,
    low: Floats,
    high: Floats,
    method: NDArray[np.int64],
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Shares of exactly 0 or 1: what m replications without an exception say about the share of exceptional ones.

    Notes
    -----
    Clopper-Pearson with 0 of m: upper bound 1 - ((1 - confidence) / 2)^(1 / m). An exceptional replication of usual size
    could lose at most all it has, so the bound holds for the share itself.
    """
    bound = 1.0 - (0.5 * (1.0 - confidence)) ** (1.0 / np.maximum(moments.seen, 1))
    all_of_them, none = is_share & (value == 1.0), is_share & (value == 0.0)
    low = np.where(all_of_them, 1.0 - bound, np.where(none, 0.0, low))
    high = np.where(none, bound, np.where(all_of_them, 1.0, high))
    return low, high, np.where(all_of_them | none, Method.EXACT, method)


def _expit(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))
