"""Two plans that met the same callers -> the difference of a KPI, replication by replication, and which plan is best.

Replication i of every plan has the same luck, so days that are bad for one are bad for all and most of the noise cancels in
the difference. A KPI of a run is a ratio of sums; the difference of two ratios comes from the four sums of each replication
(numerator and denominator of base and plan) by the delta method. `experiment.compare` calls it; nothing is simulated here.

All arrays have replications as their first axis; further axes are any number of comparisons at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.student import student_t

__all__ = ["METHODS", "Method", "Paired", "Sample", "Verdict", "best_shares", "each_confidence", "judge", "paired", "skewed"]

Floats = NDArray[np.float64]


class Method(IntEnum):
    """How the interval of a difference was made, or why there is none."""

    DELTA = 0
    BOUND = 1
    CONSTANT = 2
    EQUAL = 3
    ONE_REPLICATION = 4
    TOO_FEW = 5
    EMPTY = 6


METHODS: dict[Method, str] = {
    Method.DELTA: "difference of ratios of sums, replications in pairs; delta method, t with n-1 degrees, wider where skewed",
    Method.BOUND: "all replications differ alike, or not at all: exact binomial (Clopper-Pearson) bound on the share of those "
    "that do otherwise",
    Method.CONSTANT: "all replications differ alike: no interval from their spread, a verdict from their number (sign test)",
    Method.EQUAL: "equal in every replication: no interval",
    Method.ONE_REPLICATION: "one replication gives no interval",
    Method.TOO_FEW: "only one replication has anything to count: no interval",
    Method.EMPTY: "nothing to count",
}

_NOISE = 1e-12
"""Sums of squares of differences below this part of those of the plans themselves are rounding, not spread."""
_MOST_SKEWED = 0.75
_DRAWS = 2000
"""Resamples for the probability of being best: its own error is .011 at most."""
_AT_A_TIME = 100


class Verdict(StrEnum):
    """What may be said of a difference; better and worse only where the KPI has a direction."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    NOT_SHOWN = "no difference shown"
    DOES_NOT_MATTER = "no difference that matters"
    IDENTICAL = "identical"


class Sample(NamedTuple):
    """One KPI of one plan in every replication.

    Attributes
    ----------
    numerators, denominators : float64, shape (n_replications, ...)
    """

    numerators: Floats
    denominators: Floats

    @property
    def ratio(self) -> Floats:
        """Ratio of sums, NaN where there is nothing to count."""
        above, below = self.numerators.sum(axis=0), self.denominators.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(below > 0.0, above / below, np.nan))

    @property
    def parts(self) -> Floats:
        """What each replication adds to the ratio's error, ``(N_i - R D_i) / mean D``; they sum to 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.numerators - self.ratio * self.denominators) / self.denominators.mean(axis=0))


class Paired(NamedTuple):
    """Arrays of differences plan - base, in the unit of the ratios; NaN where there is no number.

    Attributes
    ----------
    value, low, high : float64
    gain : float64
        Variance of the difference had the plans met independent callers, over that of the pairs: how many times the
        replications would be needed without pairing.
    method : int64
        Of `Method`.
    """

    value: Floats
    low: Floats
    high: Floats
    gain: Floats
    method: NDArray[np.int64]


def paired(base: Sample, plan: Sample, share: bool, confidence: float) -> Paired:
    """Difference of two ratios of sums over the same replications, with its interval.

    Parameters
    ----------
    share : bool
        True for shares: no interval leaves [-1, 1], and one without spread is bounded exactly.
    confidence : float
        Of each two-sided interval; for several at once see `each_confidence`.

    Notes
    -----
    With e_i = (N_i - R D_i) / mean D of either plan, d_i = e_i(plan) - e_i(base): squared error s^2(d) / n. The covariance of
    the plans is in it, and that of numerators and denominators (Cochran, Sampling Techniques, 1977, section 6.4). Rare bad days
    make d_i skewed, which the tails of a Bonferroni interval feel first: its sides are those of the t interval or, where they
    are longer, those after Hall's transformation (see `skewed`).
    Without any spread the t interval has no width, and that is no certainty: a replication that behaves otherwise may be rare.
    Of shares, n replications without one bound their share, and each moves the difference by at most 1 + its size.
    """
    assert 0.0 < confidence < 1.0, confidence
    n = len(base.numerators)
    value = plan.ratio - base.ratio
    nothing = np.full(np.shape(value), np.nan)
    if n < 2:
        method = np.where(np.isnan(value), Method.EMPTY, Method.ONE_REPLICATION).astype(np.int64)
        return Paired(value, nothing, nothing, nothing, method)
    ours, theirs = base.parts, plan.parts
    between = theirs - ours
    alone = (ours * ours).sum(axis=0) + (theirs * theirs).sum(axis=0)
    together = (between * between).sum(axis=0)
    still = ~(together > _NOISE * alone)  # also where both are 0
    low, high = _sides(value, between, student_t(confidence, n))
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = np.where(still, np.nan, alone / together)
    # Rounding may leave 1e-17 of a difference between sums that are equal.
    value = np.where(still & (np.abs(value) < 1e-12 * np.maximum(np.abs(base.ratio), 1e-300)), 0.0, value)
    method = np.where(still, np.where(value == 0.0, Method.EQUAL, Method.CONSTANT), Method.DELTA).astype(np.int64)
    if share:
        rest = (1.0 + np.abs(value)) * (1.0 - (0.5 * (1.0 - confidence)) ** (1.0 / n))
        low, high = np.where(still, value - rest, low), np.where(still, value + rest, high)
        low, high = np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)
        method[still] = Method.BOUND
    seen = np.minimum((base.denominators > 0.0).sum(axis=0), (plan.denominators > 0.0).sum(axis=0))
    method[seen < 2] = Method.TOO_FEW
    method[np.isnan(value)] = Method.EMPTY
    without = np.isin(method, (Method.CONSTANT, Method.EQUAL, Method.TOO_FEW, Method.EMPTY))
    return Paired(value, np.where(without, np.nan, low), np.where(without, np.nan, high), gain, method)


def _sides(value: Floats, between: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Ends of the intervals around differences whose parts have mean 0, shape (n, ...)."""
    n = len(between)
    error = np.sqrt((between * between).sum(axis=0) / (n - 1) / n)
    with np.errstate(invalid="ignore", divide="ignore"):
        skewness = np.nan_to_num((between**3).mean(axis=0) / (error * error * n) ** 1.5)
    return value - error * np.maximum(t, skewed(t, skewness, n)), value + error * np.maximum(t, -skewed(-t, skewness, n))


def skewed(t: Floats, skewness: Floats, n: int) -> Floats:
    """The quantile of a studentised mean of parts with that skewness at which its transform is t.

    Notes
    -----
    P. Hall, On the removal of skewness by transformation, JRSS B 54 (1992): with g = skewness / sqrt n, the cubic
    T + g T^2 / 3 + g^2 T^3 / 27 + g / 6 of the studentised mean T is nearly normal; this is its inverse. Where g t comes near
    -1 the inverse runs away, far beyond what the differences of days (met or not) can be; held at .75 it is at most 1.5 t, and
    covers as before.
    """
    g = np.clip(skewness / n**0.5, -_MOST_SKEWED / np.abs(t), _MOST_SKEWED / np.abs(t))
    g = np.where(np.abs(g) < 1e-6, 1e-6, g)  # there the cubic is T itself, to the sixth digit
    return np.asarray(3.0 * (np.cbrt(1.0 + g * (t - g / 6.0)) - 1.0) / g)


def each_confidence(confidence: float, comparisons: int) -> float:
    """Confidence of each of several intervals, so that all of them hold together with `confidence` (Bonferroni)."""
    return 1.0 - (1.0 - confidence) / max(comparisons, 1)


def judge(found: Paired, n: int, better: str, confidence: float, margin: float | None = None) -> Verdict:
    """What one difference shows: only what its interval leaves no doubt about.

    Parameters
    ----------
    found : Paired
        One comparison: arrays without a shape.
    n : int
        Replications.
    better : str
        higher, lower or neither: which way is good.
    confidence : float
        That the interval was made with.
    margin : float, optional
        Differences up to here do not matter, in the KPI's unit. An interval within it shows that, which no interval around 0
        does by itself.
    """
    value, low, high = float(found.value), float(found.low), float(found.high)
    if found.method in (Method.CONSTANT, Method.EQUAL):
        # n equal signs by chance, were the plans the same: 2 / 2^n
        certain = n > 1 + math.log2(1.0 / (1.0 - confidence))
        low = high = value if certain else math.nan
    if margin is not None and -margin <= low and high <= margin:
        return Verdict.DOES_NOT_MATTER
    if not (low > 0.0 or high < 0.0):  # NaN shows nothing
        return Verdict.NOT_SHOWN
    higher = value > 0.0
    if better == "neither":
        return Verdict.HIGHER if higher else Verdict.LOWER
    return Verdict.BETTER if higher == (better == "higher") else Verdict.WORSE


def best_shares(samples: Sequence[Sample], higher: bool) -> Floats:
    """Probability of being the best, for each plan, shape (n_plans,); NaN with fewer than two replications.

    Parameters
    ----------
    samples : sequence of Sample
        Of one KPI, with one ratio each.
    higher : bool
        True if more is better.

    Notes
    -----
    Bootstrap over replications: all plans are resampled together, since they met the same luck; the share of 2,000 resamples in
    which a plan's ratio of sums is the best one, ties in equal parts. Its random numbers are the same every time.
    """
    n = len(samples[0].numerators)
    if n < 2:
        return np.full(len(samples), np.nan)
    above = np.stack([sample.numerators for sample in samples], axis=1)
    below = np.stack([sample.denominators for sample in samples], axis=1)
    picks = np.random.Generator(np.random.Philox(key=0))
    won = np.zeros(len(samples))
    for _ in range(0, _DRAWS, _AT_A_TIME):
        chosen = picks.integers(0, n, (_AT_A_TIME, n)) + n * np.arange(_AT_A_TIME)[:, None]
        weights = np.bincount(chosen.ravel(), minlength=_AT_A_TIME * n).reshape(_AT_A_TIME, n).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios = (weights @ above) / (weights @ below)
        ratios = np.where(np.isnan(ratios), -np.inf, ratios if higher else -ratios)
        best = ratios == ratios.max(axis=1, keepdims=True)
        won += (best / best.sum(axis=1, keepdims=True)).sum(axis=0)
    return np.asarray(won / _DRAWS)
