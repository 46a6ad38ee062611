"""What a sweep leaves behind: its points, their KPIs with bands, where targets are crossed, where more helps little."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis import Accumulator, Estimate
from ccsim.experiment.comparison import Difference, Key
from ccsim.experiment.levers import Design, Lever
from ccsim.scenario import Scenario

__all__ = ["Curve", "Influence", "Knee", "Point", "Reached", "Sweep"]

RUN_SCOPES = ("centre", "call_type", "queue", "team", "ivr_node", "back_office")


class Point(NamedTuple):
    """One point of a sweep.

    Attributes
    ----------
    set : dict
        What was changed, by lever; empty for the scenario as it stands.
    band : dict of Key to Estimate
        The KPIs of the centre; the intervals of one KPI hold at all points together.
    """

    set: dict[str, Any]
    scenario: Scenario
    digest: str
    band: dict[Key, Estimate]
    accumulator: Accumulator


class Reached(NamedTuple):
    """Where a KPI meets a target along a lever.

    Attributes
    ----------
    target : float
        In the KPI's unit.
    at_least : bool
        False if the KPI may be at most that.
    along : str
        The lever.
    given : dict
        The values of the other levers.
    value, low, high : float or None
        The first value of the lever that reaches the target, or the last one (see `met`), rounded to whole ones where the lever
        has only such; None as in `analysis.curves.Crossing`.
    met : str
        from (here on), up_to (here), everywhere or nowhere.
    """

    key: Key
    target: float
    at_least: bool
    along: str
    given: dict[str, Any]
    value: float | None
    low: float | None
    high: float | None
    met: str


class Knee(NamedTuple):
    """Beyond `value` of the lever the KPI changes little."""

    key: Key
    along: str
    given: dict[str, Any]
    value: float


class Influence(NamedTuple):
    """What one lever does to one KPI over the whole sample: Sobol indices."""

    key: Key
    lever: str
    first: float | None
    first_low: float | None
    first_high: float | None
    total: float | None
    total_low: float | None
    total_high: float | None


class Curve(NamedTuple):
    """One KPI along one lever, the others held.

    Attributes
    ----------
    xs : float64, shape (n,)
    estimates : list of Estimate
        With simultaneous intervals.
    """

    lever: Lever
    given: dict[str, Any]
    xs: NDArray[np.float64]
    estimates: list[Estimate]


@dataclass(frozen=True)
class Sweep:
    """Many plans that met the same callers.

    Attributes
    ----------
    scenario : Scenario
        As it stands.
    design : Design
        Levers and points.
    points : tuple of Point
        In the order of the design.
    keys : tuple of Key
        KPIs with bands.
    crossings, knees : tuple
        Of a grid whose levers are numbers.
    influences : tuple of Influence
        Of a sobol sample.
    effects : tuple of Difference
        Of a sample of each lever: every point against the scenario as it stands; `plan` is the point's name.
    replications : int
        Finished at every point.
    confidence : float
        Of each band as a whole, of each crossing, and of all effects of one KPI.
    """

    scenario: Scenario
    design: Design
    points: tuple[Point, ...]
    keys: tuple[Key, ...]
    crossings: tuple[Reached, ...]
    knees: tuple[Knee, ...]
    influences: tuple[Influence, ...]
    effects: tuple[Difference, ...]
    engine: str
    seed: int
    replications: int
    confidence: float
    notes: list[str]
    elapsed: float
    interrupted: bool = False

    def _repr_html_(self) -> str:
        return str(import_module("ccsim.report.notebook").html_of(self))

    def __repr__(self) -> str:
        """Levers and size."""
        keys = ", ".join(lever.key for lever in self.design.levers)
        return f"Sweep({self.scenario.name!r} over {keys}: {len(self.points)} points, {self.replications} replications)"

    @property
    def plot(self) -> Any:
        """The pictures of this sweep: ``sweep.plot.curve("service_level")``; see `ccsim.report.plots.sweep`."""
        return import_module("ccsim.report.plots.sweep").SweepPlots(self)  # by name: what draws is above what makes

    def key(self, kpi: str = "") -> Key:
        """Return the first key of a KPI, of the first KPI if none is named; KeyError with what there is."""
        for key in self.keys:
            if kpi in ("", key.id):
                return key
        raise KeyError(f"no KPI {kpi!r} in this sweep; have {', '.join(dict.fromkeys(key.id for key in self.keys))}")

    def estimates(self, point: Point) -> list[Estimate]:
        """Return all KPIs of one point, as a run reports them, each with an interval of its own."""
        if not self.replications:
            return []
        if self.design.kind == "grid":
            return point.accumulator.estimates(self.confidence)
        return point.accumulator.estimates(self.confidence, scopes=RUN_SCOPES)

    def curves(self, kpi: str = "") -> list[Curve]:
        """Return a KPI along the first lever of numbers, one curve for each setting of the others; empty without one."""
        return self.curves_of(self.key(kpi))

    def curves_of(self, key: Key) -> list[Curve]:
        """Return the curves of one key, see `curves`."""
        found = []
        for line in lines(self.design):
            members = [self.points[place] for place in line.places]
            found.append(Curve(line.lever, line.given, line.xs, [point.band[key] for point in members]))
        return found


class Line(NamedTuple):
    """The points of a grid along one lever, the others held."""

    lever: Lever
    given: dict[str, Any]
    xs: NDArray[np.float64]
    places: list[int]


def lines(design: Design) -> list[Line]:
    """The lines of a grid along its first lever of numbers; none in other designs, or with fewer than two values."""
    along = next((place for place, lever in enumerate(design.levers) if lever.xs), None)
    if design.kind != "grid" or along is None or len(design.levers[along].values) < 2:
        return []
    lever = design.levers[along]
    found: dict[tuple[Any, ...], list[int]] = {}
    for number, values in enumerate(design.sets):
        others = tuple((key, str(value)) for key, value in values.items() if key != lever.key)
        found.setdefault(others, []).append(number)
    return [
        Line(
            lever,
            {key: value for key, value in design.sets[places[0]].items() if key != lever.key},
            design.xs[places, along],
            places,
        )
        for places in found.values()
    ]
