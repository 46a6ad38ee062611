"""Quantiles of the standard normal law, in pieces that a loop over many callers can use.

Method and figures are those of the Cephes Mathematical Library (S. L. Moshier, `ndtri`; in SciPy under the BSD licence),
operation for operation, so that all bits are those of `scipy.special.ndtri`. In the middle a rational function of u - 1/2,
without a branch; in the tails one of 1 / sqrt(-2 log u).
"""

from __future__ import annotations

import math

from ccsim.jit import inner, jit, of_many

__all__ = [
    "FAR",
    "central_quantile_of_many",
    "correction_far_out",
    "correction_of_many",
    "how_far_out",
    "is_central",
    "normal_quantile",
    "quantile_out_there",
]

_TAIL = math.exp(-2.0)
_ROOT_OF_TWO_PI = 2.50662827463100050242
FAR = 8.0
"""sqrt(-2 log u) from which the coefficients of the far tail hold: u below exp(-32)."""


@inner
def is_central(u: float) -> bool:
    """True where `central_quantile` holds; the tails together have 27 % of all levels."""
    return _TAIL < u <= 1.0 - _TAIL


@inner
def central_quantile(u: float) -> float:
    """The quantile at a central level; elsewhere some number."""
    y = u - 0.5
    x = y * y
    above = (-59.9633501014107895267 * x + 98.0010754185999661536) * x - 56.6762857469070293439
    above = (above * x + 13.9312609387279679503) * x - 1.23916583867381258016
    below = ((x + 1.95448858338141759834) * x + 4.67627912898881538453) * x + 86.3602421390890590575
    below = ((below * x - 225.462687854119370527) * x + 200.260212380060660359) * x - 82.0372256168333339912
    below = (below * x + 15.9056225126211695515) * x - 1.18331621121330003142
    return (y + y * (x * above / below)) * _ROOT_OF_TWO_PI


central_quantile_of_many = of_many(central_quantile)


@inner
def how_far_out(u: float) -> float:
    """sqrt(-2 log u) of a level that is not central, u counted from the nearer end: the quantile's own first guess."""
    return math.sqrt(-2.0 * math.log(u if u <= 0.5 else 1.0 - u))


@inner
def quantile_out_there(u: float, x: float, correction: float) -> float:
    """The quantile at a level so far out, with the correction that belongs to x."""
    quantile = x - math.log(x) / x - correction
    return -quantile if u <= 0.5 else quantile


@jit
def normal_quantile(u: float) -> float:
    """Quantile of a standard normal variate at a level strictly inside (0, 1)."""
    if is_central(u):
        return central_quantile(u)  # type: ignore[no-any-return]
    x = how_far_out(u)
    return quantile_out_there(u, x, correction(x) if x < FAR else correction_far_out(x))  # type: ignore[no-any-return]


@inner
def correction(x: float) -> float:
    """What the quantile is nearer to 0 than x - log(x) / x, below `FAR`."""
    z = 1.0 / x
    return z * _near_above(z) / _near_below(z)  # type: ignore[no-any-return]


@inner
def correction_far_out(x: float) -> float:
    """The same from `FAR` on."""
    z = 1.0 / x
    return z * _far_above(z) / _far_below(z)  # type: ignore[no-any-return]


@inner
def _near_above(z: float) -> float:
    p = ((4.05544892305962419923 * z + 31.5251094599893866154) * z + 57.1628192246421288162) * z + 44.0805073893200834700
    p = ((p * z + 14.6849561928858024014) * z + 2.18663306850790267539) * z - 0.140256079171354495875
    return (p * z - 0.0350424626827848203418) * z - 8.57456785154685413611e-4


@inner
def _near_below(z: float) -> float:
    q = ((z + 15.7799883256466749731) * z + 45.3907635128879210584) * z + 41.3172038254672030440
    q = ((q * z + 15.0425385692907503408) * z + 2.50464946208309415979) * z - 0.142182922854787788574
    return (q * z - 0.0380806407691578277194) * z - 9.33259480895457427372e-4


correction_of_many = of_many(correction, _near_above=of_many(_near_above), _near_below=of_many(_near_below))


@inner
def _far_above(z: float) -> float:
    p = ((3.23774891776946035970 * z + 6.91522889068984211695) * z + 3.93881025292474443415) * z + 1.33303460815807542389
    p = ((p * z + 0.201485389549179081538) * z + 0.0123716634817820021358) * z + 3.01581553508235416007e-4
    return (p * z + 2.65806974686737550832e-6) * z + 6.23974539184983293730e-9


@inner
def _far_below(z: float) -> float:
    q = ((z + 6.02427039364742014255) * z + 3.67983563856160859403) * z + 1.37702099489081330271
    q = ((q * z + 0.216236993594496635890) * z + 0.0134204006088543189037) * z + 3.28014464682127739104e-4
    return (q * z + 2.89247864745380683936e-6) * z + 6.79019408009981274425e-9
