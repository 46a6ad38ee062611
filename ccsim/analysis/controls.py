"""Control variates: what is known of the calls of a replication, with known means, takes its noise out of a KPI.

Whoever simulates 100 days meets a little more or less than the calls he asked for, and more or fewer busy days; both are known
exactly before anything is simulated. Regressing a KPI's error on them and moving it to where they should have been leaves the
noise of waits and handling alone. The coefficients are estimated from the same replications, so a bias of the order 1 / n is
left, as of every ratio (Lavenberg and Welch, Management Science 27 (1981)). `experiment.arrivals`
makes the controls; nothing is simulated here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.curves import Spots
from ccsim.analysis.paired import Sample

__all__ = ["Adjusted", "adjusted", "affordable"]

Floats = NDArray[np.float64]

_PER_CONTROL = 10
"""Replications a control must bring, or it adds more noise than it takes."""
_NOISE = 1e-12


class Adjusted(NamedTuple):
    """A ratio of sums without what its controls explain; NaN where there is no number.

    Attributes
    ----------
    value, low, high : float
    gain : float
        Variance without controls / with them: so many times the replications would give the same interval.
    used : int
        Controls in the regression; 0 where they could not be used and value and interval are the plain ones.
    """

    value: float
    low: float
    high: float
    gain: float
    used: int


def affordable(controls: int, n: int) -> int:
    """How many of the controls n replications bear, the first ones first."""
    return max(0, min(controls, n // _PER_CONTROL - 1))


def adjusted(sample: Sample, controls: Floats, share: bool, signed: bool, confidence: float) -> Adjusted:
    """A KPI adjusted by controls.

    Parameters
    ----------
    sample : Sample
        Of one KPI: arrays of shape (n,).
    controls : float64, shape (n, n_controls)
        Each replication's less their known means; the most telling first.
    share, signed : bool
        As in `estimate.ratios`.

    Notes
    -----
    With e_i = (N_i - R D_i) / mean D, the error of the ratio is the mean of what replications would add without end; the
    regression of e on the controls has that as its intercept. Days differ in how noisy they are (a calm one answers everybody),
    so the error is that of the jackknife, each residual over 1 - its leverage (MacKinnon and White, Journal of Econometrics 29
    (1985)), with sides lengthened where it is skewed.
    """
    n = len(sample.numerators)
    points = Sample(sample.numerators[:, None], sample.denominators[:, None])
    plain = Spots.of(points)
    low, high = plain.ends(share, signed, confidence)
    floor = -np.inf if signed else 0.0
    raw = Adjusted(float(plain.value[0]), max(float(low[0]), floor), float(high[0]), 1.0, 0)
    parts = points.parts[:, 0]
    kept = controls[:, : affordable(controls.shape[1], n)]
    kept = kept[:, kept.std(axis=0) > _NOISE * (1.0 + np.abs(kept).max(axis=0, initial=0.0))]
    if not kept.shape[1] or not np.isfinite(parts).all() or not parts.any():
        return raw
    scaled = kept / kept.std(axis=0)
    design = np.column_stack([np.ones(n), scaled])
    solved, _, rank, _ = np.linalg.lstsq(design, parts, rcond=None)
    solver = np.linalg.pinv(design)
    leverage = np.einsum("ij,ji->i", design, solver)
    left = (parts - design @ solved) / np.maximum(1.0 - leverage, _NOISE)
    spread = n * solver[0] * left  # what each replication adds to the intercept's error
    value = raw.value + float(solved[0])
    spots = Spots(n, np.array([value]), np.array([(spread**2).sum()]), np.array([(spread**3).sum()]))
    gain = float(plain.squares[0] / spots.squares[0]) if spots.squares[0] > _NOISE * plain.squares[0] else np.inf
    if np.isinf(gain) or (share and not signed and not 0.0 < value < 1.0):
        return raw
    low, high = spots.ends(share, signed, confidence)
    return Adjusted(value, max(float(low[0]), floor), float(high[0]), gain, int(rank) - 1)
