"""One law of each family, bound as the rules read it, and its variates at many levels.

`python -m tests.rules.laws FILE` writes the variates of this process: with NUMBA_DISABLE_JIT=1, those of plain Python.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsim.jit import bind, jit
from ccsim.program.layout import LAW, POINT, Records, records
from ccsim.rules.randomness import arrival_entity, entity_base, luck_of, uniform
from ccsim.rules.sampling import gamma_quantile, poisson_quantile, sample
from ccsim.rules.tables import PROGRAM
from ccsim.vocabulary import Family, Stream

__all__ = ["CASES", "Floats", "bind_laws", "levels", "plain", "variates"]

Floats = NDArray[np.float64]
Case = tuple[Family, tuple[float, ...], list[tuple[float, ...]]]

CASES: dict[str, Case] = {
    "deterministic": (Family.DETERMINISTIC, (240.0,), []),
    "exponential": (Family.EXPONENTIAL, (180.0,), []),
    "uniform": (Family.UNIFORM, (60.0, 200.0), []),
    "triangular": (Family.TRIANGULAR, (30.0, 90.0, 600.0), []),
    "triangular, mode first": (Family.TRIANGULAR, (30.0, 30.0, 600.0), []),
    "triangular, mode last": (Family.TRIANGULAR, (30.0, 600.0, 600.0), []),
    "lognormal": (Family.LOGNORMAL, (5.1, 0.77), []),
    "gamma": (Family.GAMMA, (1.7, 95.0), []),
    "gamma below one": (Family.GAMMA, (0.3, 500.0), []),
    "erlang": (Family.GAMMA, (3.0, 60.0), []),
    "weibull": (Family.WEIBULL, (0.7, 120.0), []),
    "loglogistic": (Family.LOGLOGISTIC, (120.0, 2.6), []),
    "hyperexponential": (Family.HYPEREXPONENTIAL, (), [(0.3, 25.0), (0.85, 300.0), (1.0, 900.0)]),
    "empirical": (Family.EMPIRICAL, (), [(2.0,), (2.0,), (30.0,), (31.0,), (400.0,)]),
    "hazard": (Family.HAZARD, (), [(0.0, 0.0, 0.02), (30.0, 0.6, 0.0), (60.0, 0.6, 0.004)]),
    "hazard that stops": (Family.HAZARD, (), [(0.0, 0.0, 0.02), (60.0, 1.2, 0.0)]),
    "never": (Family.NEVER, (), []),
}


def bind_laws(laws: list[Case]) -> tuple[Records, tuple[Records, Records]]:
    """PROGRAM record array with these laws and nothing else, and the tables to keep alive."""
    table, points = records(LAW, len(laws)), records(POINT, sum(len(law[2]) for law in laws))
    first = 0
    for row, (family, parameters, own) in zip(table, laws, strict=True):
        row.family, (row.a, row.b, row.c) = family, (*parameters, 0.0, 0.0, 0.0)[:3]
        row.first_point, row.n_points = first, len(own)
        for point in own:
            points[first] = (*point, 0.0, 0.0)[:3]
            first += 1
    program = records(PROGRAM, 1)
    bind(program, laws=table, points=points)
    return program, (table, points)


@jit
def _fill(program, law, u, out):  # type: ignore[no-untyped-def]
    for i in range(len(u)):
        out[i] = sample(program, law, u[i])


@jit
def _fill_uniforms(luck, base, out):  # type: ignore[no-untyped-def]
    for i in range(len(out)):
        out[i] = uniform(luck, Stream.TALK, arrival_entity(base, i), i & 4095)


@jit
def _fill_counts(means, u, out):  # type: ignore[no-untyped-def]
    for i in range(len(u)):
        out[i] = poisson_quantile(means[i], u[i])


@jit
def _fill_gammas(shapes, u, out):  # type: ignore[no-untyped-def]
    for i in range(len(u)):
        out[i] = gamma_quantile(shapes[i], u[i])


def variates(law: Case, u: Floats) -> Floats:
    """Variates of one law at these levels."""
    program, alive = bind_laws([law])
    out = np.empty_like(u)
    _fill(program[0], 0, u, out)
    assert alive
    return out


def levels(n: int, seed: int = 11) -> Floats:
    """`n` of our own uniforms, the two ends of their grid among them."""
    u = np.empty(n)
    _fill_uniforms(luck_of(seed, 3), entity_base(7, 19723, 4), u)
    u[:2] = 2.0**-53, 1.0 - 2.0**-53
    return u


def counts(means: Floats, u: Floats) -> NDArray[np.int64]:
    """Poisson counts with these means at these levels."""
    out = np.empty(len(u), np.int64)
    _fill_counts(means, u, out)
    return out


def busyness_factors(shapes: Floats, u: Floats) -> Floats:
    """Gamma variates with mean 1 at these levels."""
    out = np.empty_like(u)
    _fill_gammas(shapes, u, out)
    return out


def plain(n: int) -> dict[str, NDArray[np.generic]]:
    """Everything this process draws at `n` levels: the same bits compiled and as plain Python."""
    u = levels(n)
    draws: dict[str, NDArray[np.generic]] = {name: variates(law, u) for name, law in CASES.items()}
    draws["uniform draws"] = u
    draws["poisson counts"] = counts(np.exp(levels(n, 12) * 18.0 - 4.6), u)
    draws["gamma factors"] = busyness_factors(0.5 + 400.0 * levels(n, 13), u)
    return draws


if __name__ == "__main__":
    np.savez(Path(sys.argv[1]), **plain(int(sys.argv[2])))
