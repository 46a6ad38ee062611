"""A KPI at several points that met the same luck -> a curve: a band that holds for all of it, crossings, its knee.

`experiment.sweep` calls it; nothing is simulated here. Points are the last axis of all arrays, replications the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.paired import Sample, each_confidence, skewed
from ccsim.analysis.student import student_t

__all__ = ["Band", "Crossing", "Spots", "band", "crossings", "joined", "knee", "together"]

Floats = NDArray[np.float64]

_DRAWS = 5000
"""Of the largest of the errors: its 95 % point is then known to about .003 of coverage."""
_FINE = 100
"""Places looked at between two points of a curve; ends of intervals are interpolated between them."""
_CLEAR = 0.1
"""How far a curve must bend from its chord, in parts of the box it fills, to have a knee at all."""


class Band(NamedTuple):
    """A curve and what it lies in; NaN where there is no number.

    Attributes
    ----------
    value, low, high : float64, shape (n_points,)
    each : float
        Confidence of each point's interval, so that all of them hold together.
    """

    value: Floats
    low: Floats
    high: Floats
    each: float


class Crossing(NamedTuple):
    """Where the curve through the true values meets a target.

    Attributes
    ----------
    value : float or None
        None where the estimated curve does not meet it between its ends.
    low, high : float or None
        None where the interval goes on beyond the end of the curve, or nothing near the target was seen.
    upwards : bool or None
        True if the curve rises through the target there; None without a crossing.
    """

    value: float | None
    low: float | None
    high: float | None
    upwards: bool | None


def joined(samples: Sequence[Sample]) -> Sample:
    """One sample with an axis of points, from those of single points."""
    return Sample(
        np.stack([sample.numerators for sample in samples], axis=-1),
        np.stack([sample.denominators for sample in samples], axis=-1),
    )


def together(points: Sample, confidence: float) -> float:
    """Confidence each point's interval needs so that those of all points hold at once with `confidence`.

    Notes
    -----
    Points share their luck, so their errors rise and fall together, and Bonferroni's correction would be too wide. Errors of
    ratios of sums behave as a multivariate t with n - 1 degrees and the correlations of what each replication adds to them;
    the quantile of the largest comes from 5,000 draws, the same every time (Hothorn, Bretz and Westfall, Biometrical Journal
    50 (2008), with estimated correlations). It lies between that of one interval and Bonferroni's.
    """
    n = len(points.numerators)
    moving = _scaled(points)
    if n < 2 or moving.shape[1] < 2:
        return confidence
    from scipy.special import stdtr

    values, vectors = np.linalg.eigh(moving.T @ moving)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    luck = np.random.Generator(np.random.Philox(key=0))
    normal = luck.standard_normal((_DRAWS, len(values))) @ root.T
    scale = np.sqrt(luck.chisquare(n - 1, _DRAWS) / (n - 1))
    largest = float(np.quantile(np.abs(normal).max(axis=1) / scale, confidence))
    each = 1.0 - 2.0 * float(stdtr(n - 1, -largest))
    return float(np.clip(each, confidence, each_confidence(confidence, moving.shape[1])))


def band(points: Sample, share: bool, signed: bool, confidence: float) -> Band:
    """The KPI at each point, with intervals that hold at all points at once.

    Parameters
    ----------
    share, signed : bool
        As in `estimate.ratios`: shares have their intervals on the logit unless they may be below 0 or above 1.
    """
    each = together(points, confidence)
    spots = Spots.of(points)
    return Band(spots.value, *spots.ends(share, signed, each), each)


class Spots(NamedTuple):
    """Ratios with the second and third moments of what the replications add to their errors, shape (n_spots,)."""

    n: int
    value: Floats
    squares: Floats
    cubes: Floats

    @classmethod
    def of(cls, points: Sample) -> Spots:
        """Those of the points."""
        parts = points.parts
        return cls(len(parts), points.ratio, (parts**2).sum(axis=0), (parts**3).sum(axis=0))

    @classmethod
    def along(cls, points: Sample, after: NDArray[np.int64], part: Floats) -> Spots:
        """Those of the straight lines between points `after` and the next ones, at `part` of the way."""
        parts = points.parts
        back, on = parts[:, :-1], parts[:, 1:]

        def moment(backs: int, ons: int) -> Floats:
            return np.asarray((back**backs * on**ons).sum(axis=0)[after])

        near, far = 1.0 - part, part
        squares = near**2 * moment(2, 0) + 2.0 * near * far * moment(1, 1) + far**2 * moment(0, 2)
        cubes = near**3 * moment(3, 0) + 3.0 * near**2 * far * moment(2, 1)
        cubes += 3.0 * near * far**2 * moment(1, 2) + far**3 * moment(0, 3)
        value = near * points.ratio[after] + far * points.ratio[after + 1]
        return cls(len(parts), value, np.maximum(squares, 0.0), cubes)

    def ends(self, share: bool, signed: bool, confidence: float) -> tuple[Floats, Floats]:
        """Low and high of each interval: t, its sides longer where replications are skewed (`paired.skewed`)."""
        if self.n < 2:
            nothing = np.full(len(self.value), np.nan)
            return nothing, nothing
        t = student_t(confidence, self.n)
        error = np.sqrt(self.squares / (self.n - 1) / self.n)
        with np.errstate(all="ignore"):
            skewness = np.nan_to_num(self.cubes / self.n / (error * error * self.n) ** 1.5)
            down = error * np.maximum(t, skewed(t, skewness, self.n))
            up = error * np.maximum(t, -skewed(-t, skewness, self.n))
            if signed or not share:
                return self.value - down, self.value + up
            odds, slope = np.log(self.value / (1.0 - self.value)), self.value * (1.0 - self.value)
            low, high = (1.0 / (1.0 + np.exp(-(odds + step / slope))) for step in (-down, up))
        # All of every replication, or none: as `estimate.ratios`, what n without an exception say.
        bound = 1.0 - (0.5 * (1.0 - confidence)) ** (1.0 / self.n)
        low = np.where(self.value >= 1.0, 1.0 - bound, np.where(self.value <= 0.0, 0.0, low))
        high = np.where(self.value <= 0.0, bound, np.where(self.value >= 1.0, 1.0, high))
        return np.asarray(low), np.asarray(high)


def _scaled(points: Sample) -> Floats:
    """What each replication adds to each point's error, of length 1; points without an error are left out."""
    parts = np.nan_to_num(points.parts)
    length = np.sqrt((parts * parts).sum(axis=0))
    return np.asarray(parts[:, length > 1e-12] / length[length > 1e-12])


# -------------------------------------------------------------------------------- crossings


def crossings(
    xs: Sequence[float], points: Sample, target: float, share: bool, signed: bool, confidence: float
) -> list[Crossing]:
    """Where the KPI's curve, straight between its points, meets a target.

    Parameters
    ----------
    xs : sequence of float
        Ascending.
    target : float
        In the unit of the ratios.
    confidence : float
        That an interval holds the crossing of the true values, where there is one.

    Returns
    -------
    list of Crossing
        In order of x; one without a value where the curve does not cross.

    Notes
    -----
    The interval is all x at which the target lies within the KPI's own interval (Fieller's argument): it misses the true
    crossing exactly when that one interval misses the target, so nothing is corrected for the number of points.
    """
    x, value, low, high = _filled(np.asarray(xs, dtype=np.float64), points, share, signed, confidence)
    places = list(_meets(x, value - target))
    pieces = list(_pieces(x, low - target, high - target))
    if not places:
        lowest, highest = (pieces[0][0], pieces[-1][1]) if pieces else (None, None)
        return [Crossing(None, lowest, highest, None)]
    found = []
    for place, upwards in places:
        inside = ((a, b) for a, b in pieces if (a is None or a <= place) and (b is None or place <= b))
        found.append(Crossing(place, *next(inside, (None, None)), upwards))
    return found


def _filled(x: Floats, points: Sample, share: bool, signed: bool, confidence: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Places along the curve, its value there and the ends of its interval at each single place."""
    after = np.append(np.repeat(np.arange(len(x) - 1), _FINE), len(x) - 2)
    part = np.append(np.tile(np.linspace(0.0, 1.0, _FINE, endpoint=False), len(x) - 1), 1.0)
    spots = Spots.along(points, after, part)
    return (1.0 - part) * x[after] + part * x[after + 1], spots.value, *spots.ends(share, signed, confidence)


def _meets(x: Floats, above: Floats) -> Iterator[tuple[float, bool]]:
    """Where a line through (x, above) passes 0, and whether it rises there; touching is no passing."""
    sign = np.sign(above)
    last, place = 0.0, 0.0
    for number in range(len(x)):
        if sign[number] == 0.0:
            place = float(x[number]) if last != 0.0 and sign[number - 1] != 0.0 else place
            continue
        if np.isnan(sign[number]):
            last = 0.0
            continue
        if last and sign[number] != last:
            at = place if sign[number - 1] == 0.0 else _zero(x, above, number)
            yield at, bool(sign[number] > 0.0)
        last = float(sign[number])


def _zero(x: Floats, above: Floats, number: int) -> float:
    """Where the line from the place before to this one is 0."""
    before, here = above[number - 1], above[number]
    return float(x[number - 1] + (x[number] - x[number - 1]) * before / (before - here))


def _pieces(x: Floats, low: Floats, high: Floats) -> Iterator[tuple[float | None, float | None]]:
    """Stretches of x on which low <= 0 <= high; None for an end at which the curve itself ends."""
    inside = (low <= 0.0) & (high >= 0.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    for first, after in edges.reshape(-1, 2):
        start = None if first == 0 else _edge(x, low, high, first, first - 1)
        end = None if after == len(x) else _edge(x, low, high, after - 1, after)
        yield start, end


def _edge(x: Floats, low: Floats, high: Floats, inside: int, outside: int) -> float:
    """Where the interval lets go of 0 between two neighbouring places."""
    side = low if low[outside] > 0.0 else high
    there, here = side[outside], side[inside]
    if not np.isfinite(there - here) or there == here:
        return float(x[inside])
    return float(x[inside] + (x[outside] - x[inside]) * here / (here - there))


# -------------------------------------------------------------------------------- knee


def knee(xs: Sequence[float], ys: Sequence[float]) -> int | None:
    """Index of the point where a curve bends most: beyond it more of x changes y little.

    The point furthest from the straight line between the ends, both axes scaled to the curve's own box (Satopää, Albrecht,
    Irwin and Raghavan 2011). None for fewer than four points, a curve that hardly bends, or one that bends both ways.
    """
    x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    if len(x) < 4 or x[-1] == x[0] or y.max() == y.min() or y[-1] == y[0]:
        return None
    across = (x - x[0]) / (x[-1] - x[0])
    up = (y - y[0]) / (y[-1] - y[0])
    bend = up - across
    place = int(np.argmax(bend))
    if bend[place] < _CLEAR or bend[place] < -2.0 * bend.min():
        return None
    return place
