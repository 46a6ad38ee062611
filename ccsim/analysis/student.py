"""The t quantile, without SciPy: half of a small run's start would be its import."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["student_t"]

Floats = NDArray[np.float64]

_STEPS, _STEP = 32, 0.1
_MANY = 60


def student_t(confidence: ArrayLike, n: int) -> Floats:
    """Two-sided t quantile with n - 1 degrees.

    Parameters
    ----------
    confidence : float or array
        From 0 to below 1: the probability of lying within the quantile on either side of 0.
    n : int
        At least 2.

    Returns
    -------
    array of the shape of `confidence`

    Notes
    -----
    With t = sqrt(degrees) tan(angle) the density is that of cos(angle) ** (degrees - 1): as smooth as can be, so that 65
    points integrate it to the last digits. The probability grows with the angle ever more slowly, hence Newton's steps from 0
    never overshoot.
    """
    wanted = np.asarray(confidence, dtype=np.float64)
    return np.array([_quantile(each, n - 1) for each in wanted.ravel().tolist()], dtype=np.float64).reshape(wanted.shape)


@cache
def _quantile(confidence: float, degrees: int) -> float:
    nodes, weights = _nodes()
    whole = _half_integral(degrees)
    angle = 0.0
    for _ in range(200):
        within = angle * float((weights * _density(angle * nodes, degrees)).sum())
        step = (confidence * whole - within) / float(_density(np.float64(angle), degrees))
        if not step > 1e-15 * angle:
            break
        angle += step
    return math.sqrt(degrees) * math.tan(angle)


def _density(angle: Any, degrees: int) -> Any:
    """cos(angle) ** (degrees - 1), to the last digits also where degrees are many and the cosine is nearly 1."""
    if degrees < _MANY:
        return np.cos(angle) ** (degrees - 1)
    return np.exp(0.5 * (degrees - 1) * np.log1p(-(np.sin(angle) ** 2)))


def _half_integral(degrees: int) -> float:
    """Integral of cos(x) ** (degrees - 1) from 0 to pi / 2: half of sqrt(pi) gamma(degrees / 2) / gamma(degrees / 2 + 1/2).

    Where both gammas are large their ratio is taken as one number (Stirling's series of log gamma(x + 1/2) - log gamma(x)).
    """
    x = 0.5 * degrees
    if degrees < _MANY:
        return 0.5 * math.sqrt(math.pi) * math.gamma(x) / math.gamma(x + 0.5)
    square = x * x
    series = (1.0 / 8.0 - (1.0 / 192.0 - (1.0 / 640.0 - (17.0 / 14336.0) / square) / square) / square) / x
    return 0.5 * math.sqrt(math.pi / x) * math.exp(series)


@cache
def _nodes() -> tuple[Floats, Floats]:
    """Nodes and weights on [0, 1] of the double exponential rule (Takahasi and Mori, Publ. RIMS 9 (1974))."""
    steps = _STEP * np.arange(-_STEPS, _STEPS + 1)
    reach = 0.5 * math.pi * np.sinh(steps)
    weights = 0.25 * math.pi * _STEP * np.cosh(steps) / np.cosh(reach) ** 2
    return 0.5 + 0.5 * np.tanh(reach), weights
