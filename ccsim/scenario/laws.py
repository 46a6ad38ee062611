"""A law of times with its parameters solved, in seconds: what a sampler by inversion needs.

``scenario.distributions`` makes these from what people know; the compiler turns them into codes and numbers. No draws here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple

_HALVINGS = 53
"""Of a share between 0 and 1, to the last digit of a float near 1."""


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

    def quantile(self, share: float) -> float:
        """Return the time, seconds, that this share of the law, strictly between 0 and 1, does not exceed."""
        return float(_QUANTILES[self.family](self, share))

    def share_up_to(self, time: float) -> float:
        """Return the share of the law that does not exceed a time, seconds: the quantile function inverted."""
        if time == math.inf:
            return 1.0
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.quantile(middle) <= time else (low, middle)
        return low


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


def _triangular_quantile(law: Law, share: float) -> float:
    least, mode, most = law.a, law.b, law.c
    if share * (most - least) < mode - least:
        return least + math.sqrt(share * (most - least) * (mode - least))
    return most - math.sqrt((1 - share) * (most - least) * (most - mode))


def _gamma_quantile(law: Law, share: float) -> float:
    from scipy.special import gammaincinv  # takes a while to load

    return law.b * float(gammaincinv(law.a, share))


def _hyperexponential_quantile(law: Law, share: float) -> float:
    """Halve the interval that holds it: the survival function falls, and below the slowest branch's it is."""
    shares = [0.0, *(point[0] for point in law.points)]
    low, high = 0.0, -max(point[1] for point in law.points) * math.log1p(-share)
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        beyond = sum((shares[i + 1] - shares[i]) * math.exp(-middle / point[1]) for i, point in enumerate(law.points))
        low, high = (middle, high) if beyond > 1 - share else (low, middle)
    return high


def _empirical_quantile(law: Law, share: float) -> float:
    place = share * (len(law.points) - 1)
    i = min(int(place), len(law.points) - 2)
    low, high = law.points[i][0], law.points[i + 1][0]
    return low + (high - low) * (place - i)


def _hazard_quantile(law: Law, share: float) -> float:
    needed = -math.log1p(-share)
    start, cumulative, hazard = [point for point in law.points if point[1] <= needed][-1]
    return start + (needed - cumulative) / hazard if hazard > 0.0 else math.inf


_QUANTILES: dict[Family, Callable[[Law, float], float]] = {
    Family.EXPONENTIAL: lambda law, share: -law.a * math.log1p(-share),
    Family.DETERMINISTIC: lambda law, share: law.a,
    Family.UNIFORM: lambda law, share: law.a + share * (law.b - law.a),
    Family.TRIANGULAR: _triangular_quantile,
    Family.LOGNORMAL: lambda law, share: math.exp(law.a + law.b * NormalDist().inv_cdf(share)),
    Family.GAMMA: _gamma_quantile,
    Family.WEIBULL: lambda law, share: law.b * (-math.log1p(-share)) ** (1 / law.a),
    Family.LOGLOGISTIC: lambda law, share: law.a * (share / (1 - share)) ** (1 / law.b),
    Family.HYPEREXPONENTIAL: _hyperexponential_quantile,
    Family.EMPIRICAL: _empirical_quantile,
    Family.HAZARD: _hazard_quantile,
    Family.NEVER: lambda law, share: math.inf,
}
