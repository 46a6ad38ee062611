"""When a run is long enough: how exact a KPI is to be, at which replications one looks, and the interval after stopping.

Looking at an interval and stopping when it is short picks the runs whose days happened to look alike, in which the rare bad day
is missing: the usual interval then covers less than it says. Three things keep it honest. The first look is at 50 replications;
looks are a tenth further apart each time; and the interval that is looked at, and reported, is the one whose sides are longer
where replications are skewed (`curves.Spots`), which a run without its bad days does not shorten as much. What is left is
measured in `tests/analysis/test_stopping.py`. As the width asked for goes to 0 the coverage is exact (Glynn and Whitt, Annals
of Applied Probability 2 (1992)). Called by `experiment.until`; nothing is simulated here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ccsim.analysis.curves import Spots
from ccsim.analysis.paired import Sample

__all__ = ["FIRST", "Precision", "in_batches", "interval", "looks", "need", "width"]

FIRST = 50
"""Replications before the first look; with fewer the variance is too rough to stop by."""
GROWTH = 1.1


class Precision(NamedTuple):
    """How exact a KPI of the centre over the run is to be.

    Attributes
    ----------
    kpi : str
    half : float
        Half the width of the interval, its longer side: in the KPI's unit (shares as fractions), or as a share of the value.
    relative : bool
    """

    kpi: str
    half: float
    relative: bool


def looks(first: int, most: int) -> Iterator[int]:
    """Replications after which one looks, the last of them `most`."""
    n = min(first, most)
    while True:
        yield n
        if n >= most:
            return
        n = min(max(n + 1, math.ceil(GROWTH * n)), most)


def interval(sample: Sample, share: bool, signed: bool, confidence: float) -> tuple[float, float, float]:
    """Ratio of sums, low and high; NaN where there is no number.

    Parameters
    ----------
    sample : Sample
        Of one KPI: arrays of shape (n_replications,).
    share, signed : bool
        As in `estimate.ratios`.
    """
    spots = Spots.of(Sample(sample.numerators[:, None], sample.denominators[:, None]))
    low, high = spots.ends(share, signed, confidence)
    floor = -math.inf if signed else 0.0
    return float(spots.value[0]), max(float(low[0]), floor), float(high[0])


def in_batches(sample: Sample, size: int) -> Sample:
    """Sums of whole batches of so many replications, which are independent of each other; what is left over is left out."""
    whole = len(sample.numerators) // size
    numerators, denominators = (side[: whole * size].reshape(whole, size).sum(axis=1) for side in sample)
    return Sample(numerators, denominators)


def width(value: float, low: float, high: float) -> float:
    """The longer side of an interval; infinite where there is none."""
    side = float(np.fmax(high - value, value - low))
    return math.inf if math.isnan(side) or math.isnan(low) or math.isnan(high) else side


def need(precision: Precision, value: float, n: int, side: float) -> int:
    """How many replications the precision will take, judging by n of them: widths shrink as 1 / sqrt(n)."""
    goal = precision.half * (abs(value) if precision.relative else 1.0)
    if not math.isfinite(side) or goal <= 0.0:
        return n
    return math.ceil(n * (side / goal) ** 2)
