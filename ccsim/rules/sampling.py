"""From a uniform to a variate: the inverse distribution function of each family. Always inversion, never rejection.

Parameters in a `LAW` record by family (points: x, y, z):

| family | a | b | c | points (columns) |
|---|---|---|---|---|
| DETERMINISTIC | value | | | |
| EXPONENTIAL | mean | | | |
| UNIFORM | least | most | | |
| TRIANGULAR | least | mode | most | |
| LOGNORMAL | mu | sigma | | |
| GAMMA (and Erlang) | shape | scale | | |
| WEIBULL | shape | scale | | |
| LOGLOGISTIC | scale (median) | shape | | |
| HYPEREXPONENTIAL | | | | cumulative share, mean |
| EMPIRICAL | | | | value, ascending; linear between them |
| HAZARD | | | | start, cumulative hazard at the start, rate |
| NEVER | | | | |
"""

from __future__ import annotations

import math

from ccsim.jit import inner, jit, special
from ccsim.program.layout import Records
from ccsim.rules.normal import normal_quantile
from ccsim.rules.tables import law_at, point_at
from ccsim.vocabulary import Family

__all__ = ["binomial_quantile", "gamma_quantile", "lognormal_quantile", "poisson_quantile", "sample"]

_gammaincinv = special("gammaincinv", 2)

_STIRLING_FROM = 16
_NO_MASS_BELOW = 9.5  # standard deviations: less than 1e-19 is left
_TWO_PI = 2.0 * math.pi


@jit
def sample(program: Records, law_index: int, u: float) -> float:
    """The variate of one law at quantile level `u`, in the law's unit (s); +inf for NEVER.

    Parameters
    ----------
    program : PROGRAM record
    law_index : int
        Row of its `laws`.
    u : float
        Strictly inside (0, 1).
    """
    law = law_at(program, law_index)
    family = law.family
    if family == Family.EXPONENTIAL:
        return -law.a * math.log(1.0 - u)  # 1 - u is exact on the grid of `uniform`
    if family == Family.DETERMINISTIC:
        return law.a
    if family == Family.LOGNORMAL:
        return math.exp(law.a + law.b * normal_quantile(u))
    if family == Family.NEVER:
        return math.inf
    if family == Family.GAMMA:
        return law.b * _gammaincinv(law.a, u)
    if family == Family.WEIBULL:
        return law.b * math.pow(-math.log(1.0 - u), 1.0 / law.a)
    if family == Family.UNIFORM:
        return law.a + (law.b - law.a) * u
    if family == Family.TRIANGULAR:
        return _triangular(law.a, law.b, law.c, u)
    if family == Family.LOGLOGISTIC:
        return law.a * math.pow(u / (1.0 - u), 1.0 / law.b)
    if family == Family.HYPEREXPONENTIAL:
        return _hyperexponential(program, law.first_point, law.n_points, u)
    if family == Family.EMPIRICAL:
        return _empirical(program, law.first_point, law.n_points, u)
    return _hazard(program, law.first_point, law.n_points, u)


@inner
def _triangular(least: float, mode: float, most: float, u: float) -> float:
    rising = (mode - least) / (most - least)
    if u < rising:
        return least + math.sqrt(u * (most - least) * (mode - least))
    return most - math.sqrt((1.0 - u) * (most - least) * (most - mode))


@inner
def _hyperexponential(program: Records, first: int, n: int, u: float) -> float:
    """Picks the branch by u and reuses what is left of u inside it: exact in law, and cheaper than a root search."""
    before = 0.0
    for i in range(first, first + n):
        share = point_at(program, i).x - before
        if u < point_at(program, i).x or i == first + n - 1:
            rest = min(max((u - before) / share, 0.0), 1.0 - 2.0**-53)
            return -point_at(program, i).y * math.log(1.0 - rest)
        before = point_at(program, i).x
    return 0.0


@inner
def _empirical(program: Records, first: int, n: int, u: float) -> float:
    place = u * (n - 1)
    i = min(int(place), n - 2)
    low = point_at(program, first + i).x
    return low + (point_at(program, first + i + 1).x - low) * (place - i)


@inner
def _hazard(program: Records, first: int, n: int, u: float) -> float:
    """Piecewise constant hazard: the instant at which the cumulative hazard reaches -log(1 - u)."""
    needed = -math.log(1.0 - u)
    i = first + n - 1
    while i > first and point_at(program, i).y > needed:
        i -= 1
    if point_at(program, i).z <= 0.0:
        return math.inf
    return point_at(program, i).x + (needed - point_at(program, i).y) / point_at(program, i).z


@jit
def gamma_quantile(shape: float, u: float) -> float:
    """Quantile of a gamma variate with mean 1 and the given shape (cv = shape ** -0.5)."""
    return _gammaincinv(shape, u) / shape


@jit
def lognormal_quantile(sigma: float, u: float) -> float:
    """Quantile of a lognormal variate with mean 1 whose logarithm has standard deviation `sigma`."""
    return math.exp(sigma * normal_quantile(u) - 0.5 * sigma * sigma)


@inner
def _mass_at_mode(k: int, mean: float) -> float:
    """P(N = k) for a Poisson N and k = floor(mean), to some 14 digits whatever the mean.

    By Stirling's series, and k log(mean / k) - (mean - k) taken as one small number: k log(mean) - mean - log(k!) would be the
    difference of numbers as large as the mean and lose as many digits, so that far quantiles would come out wrong.
    """
    if k < _STIRLING_FROM:
        mass = math.exp(-mean)
        for i in range(1, k + 1):
            mass *= mean / i
        return mass
    square = float(k) * k
    series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / k
    beyond = mean - k
    return math.exp(k * math.log1p(beyond / k) - beyond - series) / math.sqrt(_TWO_PI * k)


@jit
def poisson_quantile(mean: float, u: float) -> int:
    """Least k with P(N <= k) >= u for a Poisson N, walking from the mode.

    The walk starts from the exact distribution function at the mode, because walking from zero underflows from a mean of
    746 on; so the count grows with the mean at a given u. Where a step no longer changes the sum, no further one would reach u.
    """
    if mean <= 0.0:
        return 0
    k = math.floor(mean)
    mass = _mass_at_mode(k, mean)
    total, term = 0.0, 1.0
    for i in range(max(k - math.floor(_NO_MASS_BELOW * math.sqrt(mean)), 0), k):
        total += term
        term *= mean / (i + 1)
    below = mass * (total / term + 1.0)  # P(N <= k), summed from the smallest mass up
    if u <= below:
        while k > 0 and u <= below - mass < below:
            below -= mass
            mass *= k / mean
            k -= 1
    else:
        while below < u and below + mass > below:
            k += 1
            mass *= mean / k
            below += mass
    return int(k)


@jit
def binomial_quantile(n: int, p: float, u: float) -> int:
    """Least k with P(N <= k) >= u for a binomial N of n trials, walking from the mode.

    The mass at the mode comes from three Poisson masses: given that two Poisson numbers with means np and n(1-p) add up to n,
    the first is binomial. The distribution function there is the sum down to where terms no longer count.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return int(n)
    q = 1.0 - p
    k = min(math.floor((n + 1) * p), n)
    mass = _mass_at_mode(k, n * p) * _mass_at_mode(n - k, n * q) / _mass_at_mode(n, float(n))
    below = 0.0  # P(N <= k)
    i = k
    term = mass
    while below + term > below:
        below += term
        term *= i * q / ((n - i + 1) * p)
        i -= 1
    if u <= below:
        while k > 0 and u <= below - mass < below:
            below -= mass
            mass *= k * q / ((n - k + 1) * p)
            k -= 1
    else:
        while k < n and below < u and below + mass > below:
            mass *= (n - k) * p / ((k + 1) * q)
            k += 1
            below += mass
    return int(k)
