"""How many births a pure birth process has had by a time: the clockwork of waiting behind callers who may hang up.

Called by `ccsim.erlang.exponential_patience` only, where a birth is one place forward in the queue.

Source: Loader 2000, for the one chance that is not a multiple of its neighbour.
"""

import math

NEGLIGIBLE = 1e-40  # a number of callers this much rarer than the commonest one is left out


def birth_counts(within: float, base: float, growth: float, most: int) -> list[float]:
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
    """One value of the law of `birth_counts`, in Loader's saddle-point form (2000), which no size makes inexact."""
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
