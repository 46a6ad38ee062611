"""Counts of one replication after the other -> what estimates need, in memory that grows by a few numbers per day.

Sums over replications are taken in the order of `add`; who adds in replication order gets the same bits from rows or counts,
any number of workers and any chunking. Called by `experiment.run`; never simulates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.back_office import BackOffice
from ccsim.analysis.estimate import Estimate, Intervals, Label, Moments, number_or_none, ratios
from ccsim.analysis.grid import Block, Measure, calendar_of, grids_of
from ccsim.analysis.kpi import DEFAULT_SCOPES, PLACES, SCOPES, Metrics, service_level_variant
from ccsim.analysis.paired import Sample
from ccsim.analysis.plan import Required
from ccsim.analysis.quantile import WaitMoments
from ccsim.analysis.registry import REGISTRY
from ccsim.analysis.targets import Series, Target, Verdict, evaluate
from ccsim.outcomes import Counts
from ccsim.program.layout import Names, Program

__all__ = ["Accumulator", "DayRange"]

Floats = NDArray[np.float64]


class DayRange(NamedTuple):
    """What one will live through: the spread of single days, which no number of replications narrows.

    Attributes
    ----------
    p10, p90 : float or None
        Of the KPI's values over all days of all replications.
    n : int
        Such values: days in which there was anything to count.
    method : str
    """

    id: str
    variant: str
    p10: float | None
    p90: float | None
    n: int
    unit: str
    method: str = "10th and 90th percentile of daily values, linear between order statistics; not a simulation error"


class _WaitRow(NamedTuple):
    """One kind of wait of which quantiles are kept."""

    basis: str
    place: tuple[str, str]
    which: str  # "ended" or "answered"


class Accumulator:
    """Takes the counts of replications in order and gives estimates at any time.

    Parameters
    ----------
    program : Program
    names : Names
    metrics : Metrics
        The service level that is reported; the other variants are kept for whole runs.
    targets : sequence of Target
        Judged by `verdicts`. ValueError for a threshold the Program does not count.
    brief : bool
        Keep only what contacts of the whole run need, for plans of which one figure is wanted: no days, intervals, quantiles
        or targets.
    whole_runs : bool
        Keep the whole run only, for hundreds of plans: all its KPIs but quantiles, and no days, intervals or targets.
    keep_runs : bool
        Also keep the centre's sums of each replication, for comparisons in pairs (`sample`).
    required : Required, optional
        Agents needed in each interval; without it none are.
    back_office : BackOffice, optional
        Work that idle agents do; without it there are no KPIs of such.

    Attributes
    ----------
    n : int
        Replications added.
    """

    def __init__(
        self,
        program: Program,
        names: Names,
        metrics: Metrics | None = None,
        targets: Sequence[Target] = (),
        *,
        brief: bool = False,
        whole_runs: bool = False,
        keep_runs: bool = False,
        required: Required | None = None,
        back_office: BackOffice | None = None,
    ) -> None:
        self.n = 0
        self._runs: dict[int, list[tuple[Floats, Floats]]] | None = {} if keep_runs else None
        self._names = names
        self._metrics = metrics or Metrics()
        self._thresholds = [float(t) for t in program.thresholds]
        self._targets = tuple(targets)
        self._calendar = calendar_of(program)
        self._labels = {
            "day": [names.dates[day] for day in self._calendar.days],
            "interval": list(names.interval_labels),
        }
        self._grids = grids_of(program, names, self._calendar, required, back_office)
        if brief or whole_runs:
            self._targets = ()
            kept = self._grids[:1] if brief else self._grids
            self._grids = [dataclasses.replace(grid, periods=("run",)) for grid in kept]
        self._blocks = [
            [Block(grid, period, program, self._metrics, self._calendar) for period in grid.periods] for grid in self._grids
        ]
        self._moments = [[Moments((len(b.measures), b.shape[0] * b.shape[1])) for b in blocks] for blocks in self._blocks]
        self._of_queue = [np.flatnonzero(np.asarray(program.lanes.queue) == q) for q in range(len(names.queues))]
        self._has_cases = bool(program.settings["authority"][0])
        self._calls_back = len(program.callbacks) > 0
        self._wait_rows = [] if brief or whole_runs else self._kept_waits()
        self._waits = WaitMoments(len(self._wait_rows))
        self._series = {} if brief or whole_runs else {key: self._new_series(*key) for key in self._followed()}
        self._interval_hits: list[list[tuple[int, int]]] = [[] for _ in self._targets]

    # ---------------------------------------------------------------------------- adding

    def add(self, counts: Counts) -> None:
        """Adds one replication. Call it in replication order."""
        tables: dict[tuple[int, str], tuple[Floats, Floats]] = {}
        for number, (grid, blocks, all_moments) in enumerate(zip(self._grids, self._blocks, self._moments, strict=True)):
            terms = grid.read(counts)
            for block, moments in zip(blocks, all_moments, strict=True):
                sums = block.sums(terms)
                moments.add(*sums)
                tables[number, block.period] = sums
        if self._runs is not None:
            for number in self._centre_grids():
                above, below = tables[number, "run"]
                self._runs.setdefault(number, []).append((above[:, 0].copy(), below[:, 0].copy()))
        for series in self._series.values():
            above, below = tables[series.grid, "day"]
            n_days = len(self._calendar.days)
            series.numerators.append(above[series.day_row, :n_days].copy())
            series.denominators.append(below[series.day_row, :n_days].copy())
        for target, hits in zip(self._targets, self._interval_hits, strict=True):
            series = self._series[self._key(target)]
            if series.interval_row < 0:
                hits.append((0, 0))
                continue
            above, below = (side[series.interval_row, : self._n_intervals] for side in tables[series.grid, "interval"])
            hits.append(target.hits(above, below, series.scale))
        if self._wait_rows:
            self._waits.add(self._histograms(counts))
        self.n += 1

    @property
    def keeps_runs(self) -> bool:
        """True if the centre's sums of each replication are kept."""
        return self._runs is not None

    @property
    def _n_intervals(self) -> int:
        return len(self._calendar.opening_time)

    def _kept_waits(self) -> list[_WaitRow]:
        """Rows of the wait histograms, in the order of `_histograms`."""
        of_types = [("centre", ""), *(("call_type", name) for name in self._names.call_types)]
        of_queues = [("queue", name) for name in self._names.queues]
        return [
            _WaitRow(basis, place, which)
            for basis, places, kinds in (
                ("contact", of_types, ("answered", "ended")),
                ("contact", of_queues, ("answered", "ended")),
                ("episode", of_types, ("ended",)),
                *((("case", of_types, ("ended",)),) if self._has_cases else ()),
                ("callback", [("centre", ""), *of_queues] if self._calls_back else [], ("answered",)),
            )
            for which in kinds
            for place in places
        ]

    def _histograms(self, counts: Counts) -> NDArray[np.int64]:
        """One histogram per kept kind of wait, shape (n_rows, n_bins used)."""
        ended = (counts.episode_waits, counts.contact_waits, *((counts.case_times,) if self._has_cases else ()))
        used = np.flatnonzero(np.logical_or.reduce([table["ended"].any(axis=0) for table in ended]))
        longest = np.flatnonzero(counts.segment_waits["ended"].any(axis=0))
        called = np.flatnonzero(counts.callback_waits["answered"].any(axis=0))
        width = 1 + max(int(bins[-1]) if bins.size else 0 for bins in (used, longest, called))

        def with_centre(table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
            by_type = table[:, :width]
            return [by_type.sum(axis=0, keepdims=True), by_type]

        def by_queue(table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
            return [table[lanes, :width].sum(axis=0, keepdims=True) for lanes in self._of_queue]

        return np.concatenate(
            [
                *with_centre(counts.contact_waits["answered"]),
                *with_centre(counts.contact_waits["ended"]),
                *by_queue(counts.segment_waits["answered"]),
                *by_queue(counts.segment_waits["ended"]),
                *with_centre(counts.episode_waits["ended"]),
                *(with_centre(counts.case_times["ended"]) if self._has_cases else ()),
                *(with_centre(counts.callback_waits["answered"]) if self._calls_back else []),
            ]
        )

    def _followed(self) -> Iterator[tuple[str, str]]:
        """KPIs whose value of every day is kept: those a target may name, and those of the targets."""
        for threshold in self._thresholds[:1]:
            yield "service_level", service_level_variant(self._metrics, threshold)
        for kpi in ("abandonment", "asa", "occupancy"):
            yield kpi, ""
        for target in self._targets:
            yield self._key(target)

    def _key(self, target: Target) -> tuple[str, str]:
        """KPI and variant a target is about."""
        if target.kpi != "service_level":
            return target.kpi, ""
        within = self._thresholds[0] if target.within is None else target.within
        if within not in self._thresholds:
            counted = ", ".join(f"{t:g} s" for t in self._thresholds)
            raise ValueError(f"service level within {within:g} s is not counted; thresholds: {counted}")
        return target.kpi, service_level_variant(self._metrics, within)

    def _new_series(self, kpi: str, variant: str) -> Series:
        grid = next(i for i, grid in enumerate(self._grids) if grid.basis == REGISTRY[kpi].bases[0])
        by_period = {block.period: block for block in self._blocks[grid]}
        by_interval = by_period["interval"].row(kpi, variant) if "interval" in by_period else -1
        return Series(kpi, variant, grid, by_period["day"].row(kpi, variant), by_interval, REGISTRY[kpi].scale)

    # ---------------------------------------------------------------------------- estimates

    def estimates(
        self,
        confidence: float = 0.95,
        *,
        scopes: Collection[str] = DEFAULT_SCOPES,
        ids: Collection[str] | None = None,
        every_variant: bool = False,
    ) -> list[Estimate]:
        """Estimates of all KPIs in the given scopes, each KPI with its interval over replications.

        Parameters
        ----------
        confidence : float
        scopes : collection of str
            Of `kpi.SCOPES`.
        ids : collection of str, optional
            KPIs wanted; all by default. KeyError for an unknown one.
        every_variant : bool
            Also the variants of the service level that are not the reported one (whole runs only).
        """
        for scope in scopes:
            if scope not in SCOPES:
                raise ValueError(f"unknown scope {scope!r}; have {', '.join(SCOPES)}")
        wanted = set(REGISTRY) if ids is None else {REGISTRY[id].id for id in ids}
        found: list[Estimate] = []
        for blocks, all_moments in zip(self._blocks, self._moments, strict=True):
            for block, moments in zip(blocks, all_moments, strict=True):
                found.extend(self._of_block(block, moments, confidence, scopes, wanted, every_variant))
        found.extend(self._of_waits(confidence, scopes, wanted))
        order = {id: number for number, id in enumerate(REGISTRY)}
        places = {scope: number for number, scope in enumerate(SCOPES)}
        found.sort(key=lambda e: (places[_scope_of(e)], order[e.id]))
        return found

    def verdicts(self, confidence: float = 0.95) -> list[Verdict]:
        """One verdict for each target, in their order."""
        found = []
        for target, hits in zip(self._targets, self._interval_hits, strict=True):
            key = self._key(target)
            run, intervals = self._run_estimate(*key, confidence), self._interval_estimates(*key)
            verdict = evaluate(target, self._series[key], hits, run, intervals, self._labels, confidence)
            found.append(verdict._replace(short=self._short(verdict.worst_interval)))
        return found

    def _short(self, worst: Estimate | None) -> float | None:
        """Agents missing in an interval of the centre, on average; None where none are required."""
        if worst is None or worst.id == "occupancy":
            return None
        place = self._labels["interval"].index(worst.scope["interval"])
        grid = next(i for i, grid in enumerate(self._grids) if grid.basis == "agent")
        blocks = zip(self._blocks[grid], self._moments[grid], strict=True)
        block, moments = next((block, moments) for block, moments in blocks if block.period == "interval")
        required, present = (
            above / below if below > 0.0 else 0.0
            for above, below in (
                (float(side) for side in moments.part((block.row(id), place)).totals) for id in ("required", "agents_on_duty")
            )
        )
        return max(required - present, 0.0) if required > 0.0 else None

    def day_values(self, kpi: str, variant: str | None = None) -> Floats:
        """Value of each day of each replication, shape (n, n_days); NaN where there was nothing to count.

        Kept for the reported service level, abandonment, asa, occupancy and the KPIs of the targets; KeyError for others.
        """
        return self._find(kpi, variant).values()

    def day_range(self, kpi: str, variant: str | None = None) -> DayRange:
        """10th to 90th percentile of the KPI's daily values."""
        series = self._find(kpi, variant)
        values = series.values()
        values = values[np.isfinite(values)]
        p10, p90 = np.quantile(values, [0.1, 0.9], method="linear") if values.size else (np.nan, np.nan)
        return DayRange(kpi, series.variant, number_or_none(p10), number_or_none(p90), len(values), REGISTRY[kpi].unit)

    def wait_curve(
        self, confidence: float = 0.95, *, which: str = "ended", queue: str = "", call_type: str = ""
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """How many waits of contacts are over by when: edges, s, share of waits up to each, low and high of that share.

        Parameters
        ----------
        which : {"ended", "answered"}
            Of all whose wait ended, or of the answered.
        queue, call_type : str
            A queue or a call type; the centre if neither.

        Raises
        ------
        KeyError
            For a place there is not.
        """
        place = ("queue", queue) if queue else ("call_type", call_type) if call_type else ("centre", "")
        wanted = _WaitRow("contact", place, which)
        if wanted not in self._wait_rows:
            raise KeyError(f"no {which} waits of {place[0]} {place[1]!r}")
        return self._waits.curve(self._wait_rows.index(wanted), confidence)

    def sample(self, kpi: str, variant: str = "", basis: str = "") -> Sample:
        """Numerator and denominator of a KPI of the centre over the run, in every replication.

        They are whole numbers: calls, microseconds; the KPI's `scale` brings their ratio to its unit.

        Parameters
        ----------
        basis : str
            The KPI's first one if empty.

        Raises
        ------
        KeyError
            For a KPI that is no ratio, or a variant that is not counted.
        """
        assert self._runs is not None, "sums of single replications were not kept"
        basis = basis or REGISTRY[kpi].bases[0]
        number = next((i for i in self._centre_grids() if self._grids[i].basis == basis), None)
        if number is None:  # of cases, where none needs anything
            return Sample(np.zeros(self.n), np.zeros(self.n))
        row = next(block for block in self._blocks[number] if block.period == "run").row(kpi, variant)
        kept = self._runs.get(number, [])
        return Sample(np.array([above[row] for above, _ in kept]), np.array([below[row] for _, below in kept]))

    def _centre_grids(self) -> list[int]:
        """Grids that know the centre, which then is their first place."""
        return [i for i, grid in enumerate(self._grids) if grid.places[:1] == (("centre", ""),)]

    def _find(self, kpi: str, variant: str | None) -> Series:
        """The series of a KPI; its first variant when none is named."""
        for key, series in self._series.items():
            if key[0] == kpi and variant in (None, key[1]):
                return series
        raise KeyError(f"no daily values of {kpi} {variant or ''}")

    def _run_estimate(self, kpi: str, variant: str, confidence: float) -> Estimate:
        found = self.estimates(confidence, scopes=("centre",), ids=(kpi,), every_variant=True)
        return next(e for e in found if e.variant == variant and e.basis == REGISTRY[kpi].bases[0])

    def _interval_estimates(self, kpi: str, variant: str) -> Moments:
        """Moments of the centre's intervals, shape (n_intervals,)."""
        series = self._series[kpi, variant]
        if series.interval_row < 0:
            nothing = np.zeros((self.n, self._n_intervals))
            return Moments.of(nothing, nothing)
        place = next(i for i, block in enumerate(self._blocks[series.grid]) if block.period == "interval")
        return self._moments[series.grid][place].part((series.interval_row, slice(0, self._n_intervals)))

    def _of_block(
        self,
        block: Block,
        moments: Moments,
        confidence: float,
        scopes: Collection[str],
        wanted: set[str],
        every_variant: bool,
    ) -> Iterator[Estimate]:
        """Estimates of one place kind x period, vectorised over cells."""
        kept = [i for i, m in enumerate(block.measures) if m.kpi.id in wanted and (m.formula.reported or every_variant)]
        places = [i for i, (kind, _) in enumerate(block.grid.places) if _scope_name(kind, block.period) in scopes]
        if not kept or not places:
            return
        shares = np.array([m.kpi.unit == "share" for m in block.measures])
        signed = np.array([m.kpi.signed for m in block.measures])
        answers = ratios(moments, shares[:, None], confidence, signed[:, None])
        alive = np.ones(block.shape, dtype=np.bool_)
        if block.period == "interval":  # of the closed ones only those in which something happened
            happened = (moments.totals[0] > 0.0).any(axis=0).reshape(block.shape)
            alive = np.asarray(happened | (self._calendar.watched_time > 0.0))
        for place in places:
            for period in np.flatnonzero(alive[place]):
                for i in kept:
                    measure = block.measures[i]
                    if block.grid.places[place][0] in measure.kpi.places:
                        cell = (i, place * block.shape[1] + int(period))
                        yield self._estimate(measure, block, place, int(period), answers, cell)

    def _estimate(
        self, measure: Measure, block: Block, place: int, period: int, answers: Intervals, cell: tuple[int, int]
    ) -> Estimate:
        kind, name = block.grid.places[place]
        scope = {} if kind == "centre" else {kind: name}
        if block.period != "run":
            scope[block.period] = self._labels[block.period][period]
        label = Label(measure.kpi.id, measure.formula.variant, block.grid.basis, scope, measure.kpi.unit)
        return answers.estimate(cell, label, self.n, measure.kpi.scale)

    def _of_waits(self, confidence: float, scopes: Collection[str], wanted: set[str]) -> Iterator[Estimate]:
        """Estimates of the quantiles of waits."""
        kpis = [kpi for kpi in REGISTRY.values() if kpi.quantile is not None and kpi.id in wanted]
        if not kpis or not any(place in scopes for place in ("centre", "call_type", "queue")) or self.n == 0:
            return
        answers = self._waits.quantiles(tuple(kpi.quantile or 0.0 for kpi in kpis), confidence)
        for kpi, answer in zip(kpis, answers, strict=True):
            for i, row in enumerate(self._wait_rows):
                kind, name = row.place
                if row.which != kpi.numerator or row.basis not in kpi.bases or kind not in scopes:
                    continue
                scope = {} if kind == "centre" else {kind: name}
                yield answer.estimate((i,), Label(kpi.id, "", row.basis, scope, kpi.unit), self.n)


def _scope_name(place: str, period: str) -> str:
    """Name of a place and period in `kpi.SCOPES`."""
    if period == "run":
        return place
    return period if place == "centre" else f"{place} x {period}"


def _scope_of(estimate: Estimate) -> str:
    """Name in `kpi.SCOPES` of the scope an estimate belongs to."""
    place = next((kind for kind in PLACES if kind in estimate.scope), "centre")
    period = next((kind for kind in ("day", "interval") if kind in estimate.scope), "run")
    return _scope_name(place, period)
