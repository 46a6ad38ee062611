"""How busy the days of a replication are, spread more evenly than by chance: stratified, or in antithetic pairs.

A replication's factors (busyness of the centre and of a call type on a date, error of the forecast) are drawn here, by levels
that are dealt out to the replications of a batch, and multiplied into the volumes of a Program of its own, whose rules then
draw none: engines and rules know nothing of it. Each level is uniform, so every replication has the law it would have anyway
and no estimate moves; only replications of one batch depend on each other, so intervals take batches as the sample. Called by
`run`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Program

__all__ = ["BATCHES", "BusyDays", "why_no_spread"]

Floats = NDArray[np.float64]

BATCHES = {"stratified": 5, "antithetic": 2}
"""Replications of a batch. Five strata take 96 % of the variance of what is linear in a level, and some two thirds of a service
level's; with more there would be too few batches to tell the error by."""
_DEALT, _WITHIN = 1, 2
"""Which luck of this module: of the levels dealt out, of the intervals within a day."""


class _Shapes(NamedTuple):
    """Shapes of the gamma factors of mean 1; infinite where there is none."""

    centre: float
    of_type: Floats
    forecast: Floats
    within_day: float


def _shapes(program: Program) -> _Shapes:
    forecast = np.asarray(program.call_types.forecast_shape, dtype=np.float64)
    return _Shapes(
        float(program.settings.centre_day_shape[0]),
        np.asarray(program.call_types.type_day_shape, dtype=np.float64),
        np.where(forecast > 0.0, forecast, math.inf),
        float(program.settings.within_day_share[0]),
    )


def why_no_spread(program: Program) -> str:
    """Why there is nothing to spread; empty if there is."""
    shapes = _shapes(program)
    if len(program.recorded):
        return "recorded calls are the same in every replication"
    if not np.isfinite([shapes.centre, *shapes.of_type, *shapes.forecast]).any():
        return "no day is busier than another: the scenario has no uncertainty"
    return ""


class BusyDays:
    """The Program of each replication.

    Parameters
    ----------
    program : Program
    seed : int
    how : {"stratified", "antithetic"}
    """

    def __init__(self, program: Program, seed: int, how: str) -> None:
        self._program, self._seed, self._how = program, seed, how
        self._dates, self._date_of = np.unique(np.asarray(program.intervals.date), return_inverse=True)
        self._shapes = _shapes(program)
        settings, kinds = program.settings.copy(), program.call_types.copy()
        settings.centre_day_shape, settings.within_day_share = math.inf, 0.0
        kinds.type_day_shape, kinds.forecast_shape = math.inf, 0.0
        self._still = program._replace(settings=settings, call_types=kinds)

    def program_of(self, replication: int) -> Program:
        """Return the Program with this replication's factors in its volumes."""
        factors = self.factors(replication)
        flows, demand = self._program.flows.copy(), self._program.demand
        flows["volume"] *= factors
        if len(demand):
            demand = demand.copy()
            demand["out_of_hours"] *= factors
        return self._still._replace(flows=flows, demand=demand)

    def factors(self, replication: int) -> Floats:
        """Return the factor of each call type in each interval, shape (n_call_types, n_intervals)."""
        kinds, dates = len(self._program.call_types), len(self._dates)
        levels = self._levels(replication, dates * (1 + kinds) + kinds)
        own = np.random.Generator(np.random.Philox(key=self._key(_WITHIN, replication)))
        factors = np.ones((kinds, len(self._date_of)))
        factors *= self._of_days(self._shapes.centre, levels[:dates], own)
        for kind in range(kinds):
            mine = levels[dates * (1 + kind) : dates * (2 + kind)]
            factors[kind] *= self._of_days(float(self._shapes.of_type[kind]), mine, own)
            factors[kind] *= _quantile(float(self._shapes.forecast[kind]), levels[dates * (1 + kinds) + kind])
        return factors

    def _of_days(self, shape: float, levels: Floats, own: np.random.Generator) -> Floats:
        """A factor of each date in its intervals; each interval's own where days are not of one piece, by a normal copula."""
        by_interval = levels[self._date_of]
        if self._shapes.within_day > 0.0 and math.isfinite(shape):
            from scipy.special import ndtr, ndtri

            part = self._shapes.within_day
            score = math.sqrt(1.0 - part) * ndtri(by_interval) + math.sqrt(part) * own.standard_normal(len(by_interval))
            by_interval = np.clip(ndtr(score), 2.0**-53, 1.0 - 2.0**-53)
        return _quantile(shape, by_interval)

    def _levels(self, replication: int, size: int) -> Floats:
        """The levels of one replication, each uniform by itself; those of a batch are spread."""
        batch, place = divmod(replication, BATCHES[self._how])
        luck = np.random.Generator(np.random.Philox(key=self._key(_DEALT, batch)))
        if self._how == "antithetic":
            first = luck.random(size)
            return np.clip(first if place == 0 else 1.0 - first, 2.0**-53, 1.0 - 2.0**-53)
        strata = BATCHES[self._how]
        dealt = luck.permuted(np.tile(np.arange(strata), (size, 1)), axis=1)[:, place]
        return np.clip((dealt + luck.random((size, strata))[:, place]) / strata, 2.0**-53, 1.0 - 2.0**-53)

    def _key(self, which: int, number: int) -> NDArray[np.uint64]:
        return np.array([self._seed, (which << 60) + number], dtype=np.uint64)


def _quantile(shape: float, levels: Floats | float) -> Floats:
    """Of a gamma with mean 1; exactly 1 for an infinite shape."""
    if not math.isfinite(shape):
        return np.ones(np.shape(levels))
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(shape, levels) / shape)
