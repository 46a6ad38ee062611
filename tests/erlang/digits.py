"""How close is close: twelve digits, or as many as a reference was printed with."""

import math

import pytest


def close(expected: float):
    """Twelve digits."""
    return pytest.approx(expected, rel=1e-12, abs=0)


def as_printed(expected: float):
    """As good as a reference printed with 12 significant digits can tell: half a unit of the last one."""
    half_unit = 0.51 * 10.0 ** (math.floor(math.log10(abs(expected))) - 11)
    return pytest.approx(expected, rel=0, abs=half_unit)


THIRD = 1 / 3  # minutes: 20 seconds
