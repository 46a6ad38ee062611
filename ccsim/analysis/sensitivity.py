"""A KPI over samples of many levers -> which lever moves it: Sobol indices with intervals. Called by `experiment.sweep`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Indices", "sobol_indices"]

Floats = NDArray[np.float64]

_RESAMPLES = 1000


class Indices(NamedTuple):
    """For each lever, shape (n_levers,), NaN where the KPI does not move at all.

    Attributes
    ----------
    first : float64
        Share of the KPI's variance that goes away when this lever is known.
    total : float64
        Share that is left while only this lever is unknown: its part in all interactions included.
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats


def sobol_indices(values: Floats, samples: int, confidence: float) -> Indices:
    """Sobol indices from the KPI at the points of a design of N * (levers + 2) points.

    Parameters
    ----------
    values : float64, shape (samples * (n_levers + 2),)
        At N points of A, N of B, then for each lever N of A with that lever's column from B.
    confidence : float
        Of each interval: percentiles of a bootstrap over the N samples.

    Notes
    -----
    First by Saltelli, Annoni, Azzini, Campolongo, Ratto and Tarantola, Computer Physics Communications 181 (2010), formula (b);
    total by Jansen, Computer Physics Communications 117 (1999). A sample without a value at some point is left out whole.
    """
    table = np.asarray(values, dtype=np.float64).reshape(-1, samples)
    table = table[:, np.isfinite(table).all(axis=0)]
    levers, kept = len(table) - 2, table.shape[1]
    if kept < 2:
        nothing = np.full(levers, np.nan)
        return Indices(*[nothing] * 6)
    first, total = _indices(table)
    luck = np.random.Generator(np.random.Philox(key=0))
    again = [_indices(table[:, luck.integers(0, kept, kept)]) for _ in range(_RESAMPLES)]
    ends = (0.5 * (1.0 - confidence), 0.5 * (1.0 + confidence))
    with np.errstate(all="ignore"):
        first_low, first_high = np.quantile(np.array([pair[0] for pair in again]), ends, axis=0)
        total_low, total_high = np.quantile(np.array([pair[1] for pair in again]), ends, axis=0)
    return Indices(first, first_low, first_high, total, total_low, total_high)


def _indices(table: Floats) -> tuple[Floats, Floats]:
    a, b, mixed = table[0], table[1], table[2:]
    variance = np.var(table[:2])
    if variance <= 0.0:
        nothing = np.full(len(mixed), np.nan)
        return nothing, nothing
    first = ((b - table[:2].mean()) * (mixed - a)).mean(axis=1) / variance
    total = 0.5 * ((a - mixed) ** 2).mean(axis=1) / variance
    return first, total
