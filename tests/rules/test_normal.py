"""Our own normal quantiles are SciPy's, bit for bit, on the grid of levels that draws give and far into both tails."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtri

from ccsim.rules.normal import is_central, normal_quantile

GRID = 2.0**-52
TAIL = math.exp(-2.0)


def levels() -> np.ndarray:
    """Even ones, and ones ever nearer to 0 and 1, all odd multiples of 2^-53 as `uniform` gives them."""
    random = np.random.default_rng(1)
    some = np.concatenate(
        [random.random(20_000), 2.0 ** -(52 * random.random(20_000)), 1 - 2.0 ** -(52 * random.random(20_000))]
    )
    steps = np.clip(np.floor(some / GRID), 0, 2**52 - 1)
    return np.asarray((steps + 0.5) * GRID)


def test_all_bits_are_those_of_scipy() -> None:
    some = levels()
    ours = np.array([normal_quantile(float(u)) for u in some])
    assert (ours == ndtri(some)).all()
    assert some.min() < math.exp(-32.0), "the far tail is among them"


@pytest.mark.parametrize("edge", [TAIL, 1.0 - TAIL, 0.5, math.exp(-32.0)])
@pytest.mark.parametrize("beside", [np.nextafter, lambda u, towards: u], ids=["next to", "at"])
def test_pieces_meet_where_scipys_do(edge: float, beside: Callable[[float, float], float]) -> None:
    for towards in (0.0, 1.0):
        u = float(beside(edge, towards))
        assert normal_quantile(u) == ndtri(u)


def test_tails_have_27_percent_of_the_levels() -> None:
    assert np.mean([not is_central_of(float(u)) for u in (np.arange(10_000) + 0.5) / 10_000]) == pytest.approx(
        2 * TAIL, abs=2e-4
    )


def is_central_of(u: float) -> bool:
    """`is_central` is laid into compiled code only: here as plain Python."""
    return bool(getattr(is_central, "py_func", is_central)(u))
