"""A law of times with its parameters solved, in seconds: what a sampler by inversion needs.

``scenario.distributions`` makes these from what people know; the compiler turns them into codes and numbers. No draws here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Family(StrEnum):
    """The families of laws; the comment says what `Law` holds for each."""

    EXPONENTIAL = "exponential"  # a = mean
    DETERMINISTIC = "deterministic"  # a = the value
    UNIFORM = "uniform"  # a = lowest, b = highest
    TRIANGULAR = "triangular"  # a = lowest, b = mode, c = highest
    LOGNORMAL = "lognormal"  # a = mean, b = standard deviation of the logarithm
    GAMMA = "gamma"  # a = shape, b = scale (also for erlang)
    WEIBULL = "weibull"  # a = shape, b = scale
    LOGLOGISTIC = "loglogistic"  # a = scale (the median), b = shape
    HYPEREXPONENTIAL = "hyperexponential"  # points = (cumulative share, mean), by mean
    EMPIRICAL = "empirical"  # points = (value,), sorted; linear between them
    HAZARD = "hazard"  # points = (start, cumulative hazard at start, hazard per second from there on)
    NEVER = "never"  # longer than anything


class Law(NamedTuple):
    """A law of times with its parameters solved, in seconds; see `Family` for what each letter means."""

    family: Family
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    points: tuple[tuple[float, ...], ...] = ()

    def mean(self) -> float:
        """Return the mean, seconds; infinity for ``never`` and for tails too heavy to have one."""
        return float(_MEANS[self.family](self))


def _mean_hyperexponential(law: Law) -> float:
    shares = [0.0, *(point[0] for point in law.points)]
    return sum((shares[i + 1] - shares[i]) * point[1] for i, point in enumerate(law.points))


def _mean_empirical(law: Law) -> float:
    """Integrate the quantile function the sampler reads, which is linear between the values: the two ends count half.

    The average of the values is the mean of another law, the one that jumps from value to value.
    """
    values = [point[0] for point in law.points]
    return (sum(values) - (values[0] + values[-1]) / 2) / (len(values) - 1)


def _mean_hazard(law: Law) -> float:
    """Integrate the survival function piece by piece: exp(-H) (1 - exp(-h length)) / h."""
    total = 0.0
    for i, (start, cumulative, hazard) in enumerate(law.points):
        last = i + 1 == len(law.points)
        length = math.inf if last else law.points[i + 1][0] - start
        if hazard == 0.0:
            # Who outlives the last rate stays for ever, however few: exp(-cumulative) may have underflowed.
            total += math.inf if last else math.exp(-cumulative) * length
        else:
            total += math.exp(-cumulative) * -math.expm1(-hazard * length) / hazard
    return total


_MEANS: dict[Family, Callable[[Law], float]] = {
    Family.EXPONENTIAL: lambda law: law.a,
    Family.DETERMINISTIC: lambda law: law.a,
    Family.UNIFORM: lambda law: (law.a + law.b) / 2,
    Family.TRIANGULAR: lambda law: (law.a + law.b + law.c) / 3,
    Family.LOGNORMAL: lambda law: math.exp(law.a + law.b * law.b / 2),
    Family.GAMMA: lambda law: law.a * law.b,
    Family.WEIBULL: lambda law: law.b * math.gamma(1 + 1 / law.a),
    Family.LOGLOGISTIC: lambda law: law.a * (math.pi / law.b) / math.sin(math.pi / law.b) if law.b > 1 else math.inf,
    Family.HYPEREXPONENTIAL: _mean_hyperexponential,
    Family.EMPIRICAL: _mean_empirical,
    Family.HAZARD: _mean_hazard,
    Family.NEVER: lambda law: math.inf,
}
