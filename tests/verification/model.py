"""What a reference case is: scenarios, and for each the KPIs whose exact value is known.

A case is one statistical test. Its parts are scenarios (several loads, several laws, or one day counted in several ways);
`compare` simulates them, `cases` lists them, the figures come from ``figures.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any

from ccsim.outcomes import Rows

__all__ = ["Case", "Metric", "Part", "Printed", "wrong"]


@dataclass(frozen=True)
class Printed:
    """A figure as its source prints it, in the unit of the metric.

    Attributes
    ----------
    value : float
    error : float
        Standard error behind the printed interval, and the rounding of the print (uniform over one last digit).
    """

    value: float
    error: float

    @classmethod
    def of(cls, figure: dict[str, Any], scale: float = 1.0) -> Printed:
        """From an entry of ``published``: value, and interval with its level or a precision; `scale` brings it to our unit."""
        error = 0.0
        if "ci" in figure:
            low, high = figure["ci"]
            error = (high - low) / (2.0 * NormalDist().inv_cdf(0.5 + figure["level"] / 200.0))
        digits = max(len(text.partition(".")[2]) for text in map(str, (figure["value"], *figure.get("ci", ()))))
        step = max(10.0**-digits, figure.get("precision", 0.0))
        return cls(figure["value"] * scale, (error**2 + step**2 / 12.0) ** 0.5 * scale)


@dataclass(frozen=True)
class Metric:
    """One KPI with its exact value.

    Attributes
    ----------
    name : str
        As the reference calls it.
    exact : float or None
        In the reference's unit; None where only a printed figure is known.
    kpi, variant, basis, scope : as in `ccsim.analysis.Estimate`
    factor : float
        KPI times factor is in the reference's unit.
    sees : float
        Relative bias that the comparison finds with a chance of at least nine in ten: a claim, checked on every run.
    printed : Printed, optional
    printed_days : int
        Days behind a printed figure that has no interval: its error is that of so many days of ours. 0 where it has one.
    """

    name: str
    exact: float | None
    kpi: str
    variant: str = ""
    basis: str = "contact"
    scope: dict[str, str] = field(default_factory=dict)
    factor: float = 1.0
    sees: float = 0.01
    printed: Printed | None = None
    printed_days: int = 0

    @property
    def should_be(self) -> float:
        """The exact value, or the printed one."""
        if self.exact is not None:
            return self.exact
        assert self.printed is not None, self.name
        return self.printed.value


@dataclass(frozen=True)
class Part:
    """One scenario of a case.

    Attributes
    ----------
    scenario : dict
        With the keys of the YAML format.
    replications : int
        At scale 1.
    of_day : callable, optional
        What its metrics are in one replication, by name, from its rows; for sources that count what no KPI does.
    """

    label: str
    scenario: dict[str, Any]
    metrics: tuple[Metric, ...]
    replications: int
    of_day: Callable[[Rows], Mapping[str, float]] | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of estimates its metrics need."""
        return tuple(dict.fromkeys("centre" if not m.scope else next(iter(m.scope)) for m in self.metrics))


@dataclass(frozen=True)
class Case:
    """One statistical test of the simulator.

    Attributes
    ----------
    id : str
        As in ``figures.json``.
    """

    id: str
    parts: tuple[Part, ...]

    @property
    def n_metrics(self) -> int:
        """Comparisons in this one test."""
        return sum(len(part.metrics) for part in self.parts)


def wrong(part: Part, changes: dict[str, Any]) -> Part:
    """The part with a mistake in its scenario: dotted paths set, as in ``calls.calls.patience``."""
    scenario = dict(part.scenario)
    for path, value in changes.items():
        *folders, key = path.split(".")
        here = scenario
        for folder in folders:
            here[folder] = dict(here.get(folder, {}))
            here = here[folder]
        here[key] = value
    return replace(part, scenario=scenario)
