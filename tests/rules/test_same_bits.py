"""Compiled and plain Python give the same bits: what lets one set of rules serve both engines."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ccsim.jit import ENABLED, jit
from tests.rules.laws import Floats, levels, plain

pytestmark = pytest.mark.skipif(not ENABLED, reason="this process is the plain half")

N = 1_000_000
ROOT = Path(__file__).parents[2]


@jit
def _log(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.log(x[i])


@jit
def _log1p(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.log1p(x[i])


@jit
def _exp(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.exp(x[i])


@jit
def _expm1(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.expm1(x[i])


@jit
def _pow(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.pow(x[i], y[i])


@jit
def _sqrt(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.sqrt(x[i])


@jit
def _erf(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.erf(x[i])


@jit
def _erfc(x, y, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        out[i] = math.erfc(x[i])


def one_minus(u: Floats) -> Floats:
    return 1.0 - u


def wide(u: Floats) -> Floats:
    """From 1e-9 to 1e9 by size."""
    return np.power(10.0, 18.0 * u - 9.0)


def around_zero(u: Floats) -> Floats:
    return 12.0 * (u - 0.5)


FUNCTIONS = [
    (_log, math.log, one_minus),
    (_log, math.log, wide),
    (_log1p, math.log1p, np.negative),
    (_log1p, math.log1p, wide),
    (_exp, math.exp, lambda u: 80.0 * u - 60.0),
    (_expm1, math.expm1, around_zero),
    (_sqrt, math.sqrt, wide),
    (_erf, math.erf, around_zero),
    (_erfc, math.erfc, around_zero),
]


@pytest.mark.parametrize(("compiled", "function", "argument"), FUNCTIONS)
def test_functions_of_one_number_on_a_million_arguments(compiled, function, argument) -> None:  # type: ignore[no-untyped-def]
    x = argument(levels(N))
    out = np.empty_like(x)
    compiled(x, x, out)
    assert out.tobytes() == np.array([function(value) for value in x.tolist()]).tobytes()


def test_powers_on_a_million_arguments() -> None:
    u, v = levels(N), levels(N, 12)
    for x in (-np.log1p(-u), u / (1.0 - u)):  # of the Weibull and of the log-logistic law
        y = 1.0 / (0.05 + 20.0 * v)
        out = np.empty_like(x)
        _pow(x, y, out)
        assert out.tobytes() == np.array([math.pow(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]).tobytes()


def test_every_draw_is_the_same_in_plain_python(tmp_path: Path) -> None:
    """All law families, uniforms, Poisson counts and gamma factors, the ends of the grid among them."""
    n = 10_000
    file = tmp_path / "plain.npz"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-m", "tests.rules.laws", str(file), str(n)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    compiled = plain(n)
    with np.load(file, allow_pickle=False) as theirs:
        assert set(theirs.files) == set(compiled)
        different = {name: int((theirs[name] != draws).sum()) for name, draws in compiled.items()}
    assert different == dict.fromkeys(compiled, 0)
