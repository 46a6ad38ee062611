"""Fresh calls as control variates: what each replication had of them, and what it has on average, exactly.

The number of fresh calls is Poisson around a volume times factors of mean 1 (busyness of the centre and of a call type on a
date, error of the forecast): its mean is the volume, and its mean square follows from the variances of the factors. Controls:
all calls; calls weighted by what one more of them spoils in its interval, by Erlang A on the forecast; their squares by how
that bends; calls of single types. The weights need not be right, only known before: a wrong one takes less noise out and puts
no bias in. Nothing a plan does changes the calls, so any KPI may be adjusted by them (`analysis.controls`). Called by `run`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ccsim import erlang
from ccsim.analysis.plan import plan_of
from ccsim.experiment.expected_load import expected_loads
from ccsim.outcomes import Counts
from ccsim.program.compile import Compiled
from ccsim.program.layout import Program
from ccsim.scenario import Scenario

__all__ = ["Arrivals", "why_not"]

Floats = NDArray[np.float64]

_MICRO = 1e6
_MOST_TYPES = 4
_STEP = 0.1
"""Of the forecast, up and down, for slope and bend."""


def why_not(scenario: Scenario) -> str:
    """Why the mean number of fresh calls is not known; empty if it is."""
    if scenario.run.mode == "steady":
        return "a steady run counts a part of its calls"
    if scenario.replay is not None:
        return "recorded calls are the same in every replication"
    return "events change how many call" if scenario.events else ""


class Arrivals:
    """Takes the counts of replications in order.

    Attributes
    ----------
    names : list of str
        Of the controls, the most telling first.
    """

    def __init__(self, scenario: Scenario, compiled: Compiled) -> None:
        program = compiled.program
        settings, starts = program.settings[0], program.intervals.starts_at
        self._is_counted = np.asarray((starts >= settings.count_from) & (starts < settings.count_until), dtype=np.bool_)
        means = np.asarray(program.flows["volume"], dtype=np.float64).copy()
        is_fixed: NDArray[np.bool_] = np.zeros(len(means), dtype=np.bool_)
        if len(program.demand):
            means += program.demand["out_of_hours"]
            is_fixed = np.asarray(np.asarray(program.demand["fixed_share"]).any(axis=1))
        self._means = means * self._is_counted
        self._slope, bend = _spoiled(scenario, compiled)
        self._bend = None if is_fixed.any() else bend
        self._squares = _mean_squares(program, self._means)
        largest = np.argsort(-self._means.sum(axis=1), kind="stable")[:_MOST_TYPES]
        self._types = np.sort(largest[~is_fixed[largest]])[: len(means) - 1] if len(means) > 1 else largest[:0]
        self.names = ["fresh calls", "fresh calls by what one more spoils (Erlang A)"]
        self.names += ["their squares by how that bends"] * (self._bend is not None)
        self.names += [f"fresh calls of {compiled.names.call_types[kind]}" for kind in self._types]
        self._rows: list[Floats] = []

    def add(self, counts: Counts) -> None:
        """Adds one replication: its calls less what they are on average."""
        calls = np.asarray(counts.episodes["arrived"], dtype=np.float64).T * self._is_counted
        above = calls - self._means
        total, mean = calls.sum(axis=0), self._means.sum(axis=0)
        row = [above.sum(), (total - mean) @ self._slope]
        if self._bend is not None:
            # (A - m)^2 less its mean: A^2 - 2 m A + m^2 with the mean squares known
            row.append(((total**2 - self._squares) - 2.0 * mean * (total - mean)) @ self._bend)
        row += [above[kind].sum() for kind in self._types]
        self._rows.append(np.array(row))

    @property
    def controls(self) -> Floats:
        """Shape (n, n_controls), in the order of `names`."""
        return np.array(self._rows).reshape(len(self._rows), len(self.names))


def _mean_squares(program: Program, means: Floats) -> Floats:
    """Mean square of all calls of each interval, whose factors on one date are independent gammas of mean 1."""
    centre = 1.0 / float(program.settings.centre_day_shape[0])  # 0 for infinite shapes
    of_type = 1.0 / np.asarray(program.call_types.type_day_shape, dtype=np.float64)
    shapes = np.asarray(program.call_types.forecast_shape, dtype=np.float64)
    forecast = np.where(shapes > 0.0, 1.0 / np.where(shapes > 0.0, shapes, math.inf), 0.0)
    total, squares = means.sum(axis=0), means**2
    own = (squares * ((1.0 + of_type) * (1.0 + forecast))[:, None]).sum(axis=0)
    return np.asarray(total + (1.0 + centre) * (own + total**2 - squares.sum(axis=0)))


def _spoiled(scenario: Scenario, compiled: Compiled) -> tuple[Floats, Floats]:
    """Slope and bend of the calls of each interval that are not answered in time, as its calls grow; one crowd, Erlang A."""
    program = compiled.program
    length = float(program.settings.interval_length[0])
    kinds = list(expected_loads(scenario, compiled).values())
    calls = sum((kind.calls for kind in kinds), np.zeros(len(program.intervals)))
    agents = plan_of(program).scheduled.sum(axis=0) / _MICRO / length
    slope, bend = np.zeros(len(calls)), np.zeros(len(calls))
    for place in np.flatnonzero((calls > 0.0) & (agents >= 0.5)):
        handle = sum(kind.calls[place] * kind.handle[place] for kind in kinds) / calls[place]
        leaving = sum(kind.calls[place] * kind.leaving[place] for kind in kinds) / calls[place]
        if handle <= 0.0:
            continue
        patience = 1.0 / leaving if leaving > 0.0 else scenario.interval  # as if: without an end no formula has an answer
        late = [
            _late(x * calls[place], length, handle, round(agents[place]), patience, program) for x in (1 - _STEP, 1, 1 + _STEP)
        ]
        step = _STEP * calls[place]
        slope[place] = (late[2] - late[0]) / (2.0 * step)
        bend[place] = (late[2] - 2.0 * late[1] + late[0]) / step**2
    return slope, bend


def _late(calls: float, length: float, handle: float, agents: int, patience: float, program: Program) -> float:
    found = erlang.erlang_a(calls / length, handle, max(agents, 1), patience)
    return calls * (1.0 - found.service_level(float(program.thresholds[0])))
