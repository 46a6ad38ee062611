"""What a run leaves behind: estimates, verdicts, provenance; rows where they were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from ccsim.analysis import Accumulator, Estimate, Verdict
from ccsim.outcomes import Rows
from ccsim.outcomes.store import Manifest, save
from ccsim.program.layout import Names, Program
from ccsim.rules.digest import LAYOUT_VERSION
from ccsim.rules.randomness import SCHEME
from ccsim.scenario import Scenario

__all__ = ["Controlled", "Controls", "Neighbour", "Precise", "Result", "TextbookFigures"]


class Neighbour(NamedTuple):
    """The same callers meet one agent fewer, or one more."""

    label: str
    agents: int
    service_level: Estimate


class Precise(NamedTuple):
    """How exact a KPI of the centre is, of which a precision was asked.

    Attributes
    ----------
    value, low, high : float or None
        In the KPI's unit. The interval allows for stopping by its own width, see `analysis.stopping`.
    asked : float
        Half a width: in the KPI's unit, or a share of the value where `relative`.
    is_met : bool
    needed : int
        Replications it would take, judging by those there are.
    """

    id: str
    variant: str
    basis: str
    value: float | None
    low: float | None
    high: float | None
    asked: float
    relative: bool
    is_met: bool
    needed: int


class Controlled(NamedTuple):
    """A KPI of the centre over the run without the noise of its arrivals.

    Attributes
    ----------
    value, low, high : float or None
        In the KPI's unit.
    gain : float or None
        So many times the replications would give as narrow an interval without controls.
    used : int
        Controls in the regression, 0 where none could be used; batches where days were spread.
    """

    id: str
    variant: str
    basis: str
    value: float | None
    low: float | None
    high: float | None
    gain: float | None
    used: int


class Controls(NamedTuple):
    """How the variance of a run was reduced, and by how much.

    Attributes
    ----------
    how : str
        regression (on arrivals), stratified or antithetic (busyness of days).
    names : tuple of str
        What was regressed on, with known means; what was spread.
    kpis : tuple of Controlled
    """

    how: str
    names: tuple[str, ...]
    kpis: tuple[Controlled, ...]


class TextbookFigures(NamedTuple):
    """What an Erlang formula says about the same centre; figures are None where the formula has no answer.

    Attributes
    ----------
    label : str
        "Erlang C" or "Erlang A".
    service_level, abandonment, delayed, occupancy : float or None
        Shares.
    asa : float or None
        Seconds.
    note : str
        What the formula assumes that the centre does not do, or why it has no answer.
    """

    label: str
    service_level: float | None
    asa: float | None
    abandonment: float | None
    delayed: float | None
    occupancy: float | None
    note: str


@dataclass(frozen=True)
class Result:
    """One scenario, simulated.

    Attributes
    ----------
    replications : int
        Finished replications; fewer than asked for when `interrupted`.
    digest : str
        sha256 over the row digests in replication order; the same for any engine, number of workers and chunking.
    estimates : list of Estimate
        KPIs in the default scopes; `accumulator` gives others.
    textbook : list of TextbookFigures
        Empty where the comparison is not fair; `textbook_reason` then says why.
    requirement : str
        By which formula and for which target agents are required.
    rows : Rows or None
        All replications, sorted by key.
    elapsed : float
        Wall-clock seconds of the simulation.
    precise : tuple of Precise
        Of a run `until` KPIs are exact enough: how exact each is.
    controls : Controls or None
        Of a run with `controls` or `sampling`: its KPIs with less noise.
    """

    scenario: Scenario
    program: Program
    names: Names
    engine: str
    seed: int
    replications: int
    digest: str
    estimates: list[Estimate]
    targets: list[Verdict]
    warnings: list[str]
    neighbours: list[Neighbour]
    textbook: list[TextbookFigures]
    textbook_reason: str
    requirement: str
    accumulator: Accumulator
    rows: Rows | None
    elapsed: float
    interrupted: bool = False
    precise: tuple[Precise, ...] = ()
    controls: Controls | None = None

    def __repr__(self) -> str:
        """Name, replications and the two figures one asks for first: all fields would fill many screens."""
        shown = [f"Result({self.scenario.name!r}", f"{self.replications} replication{'s' * (self.replications != 1)}"]
        for id, name in (("service_level", "service level"), ("abandonment", "abandonment")):
            found = next((e for e in self.estimates if (e.id, e.basis, e.scope) == (id, "contact", {})), None)
            if found is None or found.value is None:
                continue
            between = "" if found.low is None or found.high is None else f" ({found.low:.1%} to {found.high:.1%})"
            shown.append(f"{name} {found.value:.1%}{between}")
        return ", ".join(shown) + (", interrupted)" if self.interrupted else ")")

    def _repr_html_(self) -> str:
        return str(import_module("ccsim.report.notebook").html_of(self))

    def kpi(self, id: str, basis: str = "contact", **scope: str) -> Estimate:
        """Return one of `estimates`: ``kpi("service_level")`` of the centre, ``kpi("asa", queue="orders")`` of a part.

        Of a KPI with several variants the one that is reported. A KPI that is not counted by contacts at all, such as the
        occupancy of agents, needs no `basis`.

        Parameters
        ----------
        id : str
        basis : str
            contact, episode, agent, case, callback or back_office.
        **scope : str
            call_type, queue, team, ivr_node, back_office, day; nothing for the centre over the run.

        Raises
        ------
        KeyError
            If there is no such estimate, with the nearest ids or the scopes there are.
        """
        known = [e for e in self.estimates if e.id == id]
        if known and self.replications and ("interval" in scope or ("day" in scope and len(scope) > 1)):
            period = "interval" if "interval" in scope else "day"
            known = self._by_period(period, (id,), {k: v for k, v in scope.items() if k not in ("day", "interval")}) or known
        if not known:
            ids = list(dict.fromkeys(e.id for e in self.estimates))
            near = get_close_matches(id, ids, n=3) or ids
            raise KeyError(f"no KPI {id!r}. Try: {', '.join(near)}")
        bases = list(dict.fromkeys(e.basis for e in known))
        if basis == "contact" and basis not in bases:
            basis = bases[0]
        there = [e for e in known if e.basis == basis]
        if not there:
            raise KeyError(f"{id} has no basis {basis!r}. Try: {', '.join(bases)}")
        found = next((e for e in there if e.scope == scope), None)
        if found is None:
            kinds = dict.fromkeys(" and ".join(e.scope) or "the whole centre" for e in there)
            raise KeyError(f"no {id} of {scope or 'the whole centre'}; there is one by {', '.join(kinds)}")
        return found

    def by_interval(self, *ids: str, **place: str) -> list[Estimate]:
        """Return KPIs in every interval, in order of time: ``by_interval("required", "net_staffing", team="office")``.

        Parameters
        ----------
        *ids : str
            All that have intervals if none is named; KeyError for an unknown one.
        **place : str
            call_type, queue, team or back_office; nothing for the centre.
        """
        return self._by_period("interval", ids, place) if self.replications else []

    def _by_period(self, period: str, ids: tuple[str, ...], place: dict[str, str]) -> list[Estimate]:
        scope = " x ".join((*place, period))
        found = self.accumulator.estimates(self.scenario.run.confidence, scopes=(scope,), ids=ids or None)
        return [e for e in found if place.items() <= e.scope.items()]

    @property
    def plot(self) -> Any:
        """The pictures of this result: ``result.plot.service_level()``; see `ccsim.report.plots`."""
        return import_module("ccsim.report.plots").Plots(self)  # by name: what draws a result is above what makes it

    @property
    def frames(self) -> Any:
        """The tables of this result as pandas frames: ``result.frames.kpis``, ``.intervals``, ``.legs``."""
        return import_module("ccsim.report.frames").Frames(self)

    def to_excel(self, path: str | Path) -> None:
        """Write an Excel workbook with a sheet per queue; a file of that name is replaced."""
        import_module("ccsim.report.workbook").write_workbook(self, Path(path))

    def report(self, path: str | Path, comparison: Any = None) -> None:
        """Write one HTML page that needs no network; a file of that name is replaced.

        Parameters
        ----------
        comparison : Comparison, optional
            Of this scenario with other plans: a part of the page.

        Raises
        ------
        ValueError
            If no replication was finished.
        """
        import_module("ccsim.report.html").write_report(self, Path(path), comparison)

    @property
    def has_plain_days(self) -> bool:
        """False if the busyness of days was spread over replications, which then are not those of the seed alone."""
        return self.controls is None or self.controls.how == "regression"

    @property
    def fingerprint(self) -> str:
        """sha256 of everything in the scenario that decides the outcomes."""
        return self.scenario.fingerprint

    def save(self, folder: str | Path, *, force: bool = False) -> Manifest:
        """Save the row tables with their provenance to a new folder; `ccsim.open_run` reads them back.

        Parameters
        ----------
        force : bool
            Replace a folder that holds a saved run already.

        Raises
        ------
        ValueError
            If the run kept no rows.
        StoreError
            If the folder exists or cannot be written.
        """
        if not self.has_plain_days:
            raise ValueError("days were spread: a saved run has those of its seed. Try: sampling='plain'")
        if self.rows is None:
            raise ValueError("this run kept only counts. Try: ccsim.run(scenario, rows=True)")
        return save(
            Path(folder),
            self.rows,
            self.names,
            engine=self.engine,
            seed=self.seed,
            replications=self.replications,
            stream_scheme=SCHEME,
            layout_version=LAYOUT_VERSION,
            digest=self.digest,
            scenario=self.scenario.to_yaml(),
            force=force,
        )
