"""Counts -> terms: the sums every KPI is made of, for each place (centre, call type, ...) and period (run, day, interval).

A `Grid` turns one kind of table of `Counts` into an array terms x places x intervals; a `Block` folds its intervals into one
period and picks the KPIs that exist there. Terms are whole numbers held as float64: exact up to 2^53, which is 285 years of
one agent in microseconds. Called by `accumulate`, once per replication; never divides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.back_office import BACK_OFFICE_TERMS, BackOffice, back_office_reader
from ccsim.analysis.kpi import (
    FLOW_OUTS,
    SERVICE_LEVELS,
    Formula,
    Kpi,
    Metrics,
    service_level_formula,
    signed_terms,
)
from ccsim.analysis.plan import Required, micros, required_time
from ccsim.analysis.registry import REGISTRY
from ccsim.analysis.staff import CENTRE_TERMS, STAFF_TERMS, is_priced, numbers, staff_reader
from ccsim.outcomes import CALLBACK_COUNTS, CASE_COUNTS, IVR_COUNTS, OUTCOME_COUNTS, PASSAGE_COUNTS, WITHIN_COUNTS, Counts
from ccsim.program.layout import Names, Program

__all__ = ["Block", "Calendar", "Grid", "Measure", "calendar_of", "grids_of"]

Floats = NDArray[np.float64]

_ALONE = 1 << 17
"""Multiplications up to which a product of matrices is left to one thread: BLAS's own threads cost more than such products, and
far more on a busy machine. Terms are whole numbers, so cutting a product changes no bit."""


class Calendar(NamedTuple):
    """What the Program says about time, all in whole microseconds inside the counted window.

    Attributes
    ----------
    opening_time : float64, shape (n_intervals,)
        Open part of each interval.
    watched_time : float64, shape (n_intervals,)
        Whole length of the intervals that are open at any time, 0 for the others.
    day_starts : int64, shape (n_days,)
        First interval of each operating day.
    days : int64, shape (n_days,)
        Its calendar day, the index into ``program.days``.
    """

    opening_time: Floats
    watched_time: Floats
    day_starts: NDArray[np.int64]
    days: NDArray[np.int64]


def calendar_of(program: Program) -> Calendar:
    """Opening times and operating days of a Program; intervals before the first opening belong to the first day."""
    intervals, settings = program.intervals, program.settings[0]

    def counted(since: Any, until: Any) -> Floats:
        length = micros(np.minimum(until, settings.count_until)) - micros(np.maximum(since, settings.count_from))
        return np.maximum(length, 0.0)

    opening_time = counted(intervals.open_from, intervals.open_until)
    whole = counted(intervals.starts_at, intervals.starts_at + settings.interval_length)
    days, starts = np.unique(np.asarray(intervals.day), return_index=True)
    assert np.all(np.diff(np.asarray(intervals.day)) >= 0), "operating days out of order"
    operating = np.add.reduceat(opening_time, starts) > 0.0
    if operating.any():
        days, starts = days[operating], starts[operating].copy()
        starts[0] = 0
    return Calendar(opening_time, np.where(opening_time > 0.0, whole, 0.0), starts.astype(np.int64), days.astype(np.int64))


class Measure(NamedTuple):
    """One formula of one KPI."""

    kpi: Kpi
    formula: Formula


@dataclass(frozen=True)
class Grid:
    """One kind of table as terms x places x intervals.

    Attributes
    ----------
    basis : str
        contact, episode, agent, case, callback or back_office.
    places : tuple of (str, str)
        Place kind and name for each column; ("centre", "") first where the grid knows the centre.
    terms : tuple of str
        Rows, in the order of `read`; the constants of `Block` come after them.
    read : callable
        Counts -> float64, shape (n_terms, n_places, n_intervals).
    periods : tuple of str
    """

    basis: str
    places: tuple[tuple[str, str], ...]
    terms: tuple[str, ...]
    read: Callable[[Counts], Floats]
    periods: tuple[str, ...]

    def measures(self, program: Program, metrics: Metrics, period: str) -> list[Measure]:
        """The formulas kept for this period: all variants over runs, the reported ones by day and interval."""
        kinds = {kind for kind, _ in self.places}
        return [
            Measure(kpi, formula)
            for kpi in REGISTRY.values()
            if self.basis in kpi.bases and period in kpi.periods and kpi.quantile is None and kinds & set(kpi.places)
            for formula in _formulas(kpi, program, metrics)
            if formula.reported or period == "run"
        ]


def _formulas(kpi: Kpi, program: Program, metrics: Metrics) -> Iterator[Formula]:
    """The formulas of a KPI; a service level has one for each variant and threshold, the reported variant first."""
    if kpi.id != "service_level":
        yield Formula("", kpi.numerator, kpi.denominator)
        return
    others = [Metrics(name, flow_outs) for name in SERVICE_LEVELS for flow_outs in FLOW_OUTS]
    for variant in (metrics, *(other for other in others if other != metrics)):
        for number, threshold in enumerate(program.thresholds):
            yield service_level_formula(variant, float(threshold), number, reported=variant == metrics)


class Block:
    """One grid folded into one period: numerators and denominators of its measures, shape (n_measures, n_places x n_periods).

    Attributes
    ----------
    measures : list of Measure
    shape : (n_places, n_periods)
    """

    def __init__(self, grid: Grid, period: str, program: Program, metrics: Metrics, calendar: Calendar) -> None:
        self.grid = grid
        self.period = period
        self.measures = grid.measures(program, metrics, period)
        self._starts = {
            "run": np.zeros(1, dtype=np.int64),
            "day": calendar.day_starts,
            "interval": np.arange(len(program.intervals)),
        }[period]
        self.shape = (len(grid.places), len(self._starts))
        n_days = float(len(calendar.days)) if period == "run" else 1.0
        constants = {
            "one": np.ones(len(self._starts)),
            "operating_days": np.full(len(self._starts), n_days),
            "priced_days": np.full(len(self._starts), n_days if is_priced(program) else 0.0),
            "opening_time": self._fold(calendar.opening_time),
            "watched_time": self._fold(calendar.watched_time),
        }
        rows = {term: number for number, term in enumerate((*grid.terms, *constants))}
        self._terms = np.zeros((len(rows), *self.shape))
        for name, values in constants.items():
            self._terms[rows[name]] = values
        self._weights = np.zeros((2, len(self.measures), len(rows)))
        for number, measure in enumerate(self.measures):
            for side, total in enumerate((measure.formula.numerator, measure.formula.denominator)):
                for term, sign in signed_terms(total):
                    self._weights[side, number, rows[term]] += sign

    def _fold(self, by_interval: Floats) -> Floats:
        """Sums the last axis, intervals, into periods."""
        if self.period == "interval":
            return by_interval
        folded: Floats = np.add.reduceat(by_interval, self._starts, axis=-1)
        return folded

    def sums(self, terms: Floats) -> tuple[Floats, Floats]:
        """Numerators and denominators, each float64 of shape (n_measures, n_places x n_periods)."""
        self._terms[: len(self.grid.terms)] = self._fold(terms)
        flat = self._terms.reshape(len(self._terms), -1)
        total = np.empty((2, len(self.measures), flat.shape[1]))
        width = max(_ALONE // self._weights[0].size, 1) if self.measures else flat.shape[1]
        for start in range(0, flat.shape[1], width):
            part = slice(start, start + width)
            np.matmul(self._weights, flat[:, part], out=total[:, :, part])
        return total[0], total[1]

    def row(self, kpi: str, variant: str = "") -> int:
        """Index of the measure; KeyError if the block has none such."""
        for number, measure in enumerate(self.measures):
            if measure.kpi.id == kpi and measure.formula.variant == variant:
                return number
        raise KeyError(f"{kpi} {variant}")


def grids_of(
    program: Program,
    names: Names,
    calendar: Calendar,
    required: Required | None = None,
    back_office: BackOffice | None = None,
) -> list[Grid]:
    """Contacts by call type, stays by queue, episodes by call type, agents by team and required by queue, visits by node, and
    what comes where there is such: flows, cases, callbacks, back-office work."""
    types = (("centre", ""), *(("call_type", name) for name in names.call_types))
    queues = tuple(("queue", name) for name in names.queues)
    teams = (("centre", ""), *(("team", name) for name in names.teams))
    within = tuple(f"{name}_within_{i}" for i in range(len(program.thresholds)) for name in WITHIN_COUNTS.names or ())
    outcomes = (*(OUTCOME_COUNTS.names or ()), *within)
    of_type = _membership(np.asarray(program.lanes.call_type), len(names.call_types))
    of_queue = _membership(np.asarray(program.lanes.queue), len(names.queues))
    watched = calendar.watched_time > 0.0

    def waiting(counts: Counts) -> Floats:
        """Integral of the number waiting while lines are open, by lane and interval."""
        return np.where(watched[:, None], counts.queue_time["time"], 0).T.astype(np.float64)

    def contacts(counts: Counts) -> Floats:
        table = _with_centre(_outcomes(counts.contacts, counts.contacts_within))
        loads = np.zeros((3, *table.shape[1:]))
        loads[0] = _with_centre((of_type @ waiting(counts))[None])[0]
        loads[1, 0] = np.where(watched, counts.line_time["time"], 0)
        loads[2, 0] = at_nodes(counts).sum(axis=0)
        return np.concatenate([table, loads])

    def at_nodes(counts: Counts) -> Floats:
        """Integral of the number at each node of the IVR while lines are open, by interval."""
        return np.where(watched[:, None], counts.node_time["time"], 0).T.astype(np.float64)

    def visits(counts: Counts) -> Floats:
        return np.concatenate([numbers(counts.ivr_nodes), at_nodes(counts)[None]])

    def stays(counts: Counts) -> Floats:
        table: Floats = of_queue @ _outcomes(counts.segments, counts.segments_within)
        return np.concatenate([table, (of_queue @ waiting(counts))[None]])

    def episodes(counts: Counts) -> Floats:
        return _with_centre(_outcomes(counts.episodes, counts.episodes_within))

    def cases(counts: Counts) -> Floats:
        served_by_ivr = counts.episodes["contained"].T.astype(np.float64)
        return _with_centre(np.concatenate([numbers(counts.cases), served_by_ivr[None]]))

    def callbacks(counts: Counts) -> Floats:
        return _with_centre(numbers(counts.callbacks))

    needed = np.zeros((1, len(names.queues), len(program.intervals)))
    if required is not None:
        needed[0] = required_time(required.by_queue, calendar.opening_time)
    staff = staff_reader(program, calendar.opening_time, required)

    ways = passages_of(program)

    def passages(counts: Counts) -> Floats:
        """Of a whole replication, so all of it stands in the first interval."""
        terms = np.zeros((len(PASSAGE_COUNTS.names or ()), len(ways), len(program.intervals)))
        for number, field in enumerate(PASSAGE_COUNTS.names or ()):
            terms[number, :, 0] = counts.passages[field][[a for a, _ in ways], [b for _, b in ways]]
        return terms

    everything = ("run", "day", "interval")
    between = tuple(("passage", f"{names.queues[a]} -> {names.queues[b]}") for a, b in ways)
    nodes = tuple(("ivr_node", name) for name in names.ivr_nodes)
    of_nodes = Grid("contact", nodes, (*(IVR_COUNTS.names or ()), "open_ivr_time"), visits, everything)
    of_callbacks = Grid("callback", (("centre", ""), *queues), CALLBACK_COUNTS.names or (), callbacks, ("run", "day"))
    of_cases = Grid("case", types, (*(CASE_COUNTS.names or ()), "contained"), cases, ("run", "day"))
    return [
        Grid("contact", types, (*outcomes, "open_queue_time", "open_line_time", "open_ivr_time"), contacts, everything),
        Grid("contact", queues, (*outcomes, "open_queue_time"), stays, everything),
        Grid("episode", types, outcomes, episodes, ("run", "day")),
        Grid("agent", teams, (*STAFF_TERMS, *CENTRE_TERMS), staff, everything),
        Grid("agent", queues, ("required_time",), lambda _: needed, everything),
        *([Grid("contact", between, PASSAGE_COUNTS.names or (), passages, ("run",))] if ways else []),
        *([of_nodes] if nodes else []),
        *([of_cases] if program.settings.authority[0] else []),
        *([of_callbacks] if len(program.callbacks) else []),
        *([] if back_office is None else [_back_office_grid(back_office, teams, staff, watched)]),
    ]


def _back_office_grid(
    back_office: BackOffice, teams: tuple[tuple[str, str], ...], staff: Callable[[Counts], Floats], watched: NDArray[np.bool_]
) -> Grid:
    """Work of the centre and by pile; of the centre and its teams also how busy agents are with it."""
    piles = tuple(("back_office", pile.name) for pile in back_office.piles)
    work = back_office_reader(back_office, len(teams) - 1, watched)
    of_staff = [0, *range(1 + len(piles), len(piles) + len(teams))]
    terms = (*STAFF_TERMS, *BACK_OFFICE_TERMS)

    def read(counts: Counts) -> Floats:
        table = np.zeros((len(terms), len(piles) + len(teams), len(watched)))
        table[: len(STAFF_TERMS), of_staff] = staff(counts)[: len(STAFF_TERMS)]
        table[len(STAFF_TERMS) :] = work(counts)
        return table

    return Grid("back_office", (teams[0], *piles, *teams[1:]), terms, read, ("run", "day", "interval"))


def passages_of(program: Program) -> list[tuple[int, int]]:
    """From which queue to which contacts may go, by code: overflows, transfers, out of the wrong queue, escalations."""
    found: set[tuple[int, int]] = set()
    for queue, row in enumerate(program.queues):
        steps = program.steps[int(row.first_step) : int(row.first_step + row.n_steps)]
        found |= {(queue, int(step.to)) for step in steps if step.to >= 0}
    misroutes = bool((program.ivr_nodes.misroute_share > 0.0).any()) if len(program.ivr_nodes) else False
    for kind, row in enumerate(program.call_types):
        here = program.lanes.queue[program.lanes.call_type == kind].tolist()
        onward = program.lanes.queue[program.ways.lane[int(row.first_way) : int(row.first_way + row.n_ways)]].tolist()
        if row.transfer_share > 0.0:
            its = program.destinations.call_type[int(row.first_destination) : int(row.first_destination + row.n_destinations)]
            onward += program.call_types.queue[its if row.n_destinations else [row.transfer_to]].tolist()
        found |= {(a, b) for a in here for b in onward if a != b or row.transfer_share > 0.0}
        if misroutes:
            found |= {(a, int(row.queue)) for a in program.lanes.queue.tolist()}
    return sorted(found)


def _membership(owner_of: NDArray[Any], n_owners: int) -> Floats:
    """1 where the lane (column) belongs to the owner (row)."""
    belongs = owner_of[None, :] == np.arange(n_owners)[:, None]
    return np.asarray(belongs, dtype=np.float64)


def _outcomes(table: NDArray[Any], within: NDArray[Any]) -> Floats:
    """OUTCOME_COUNTS and, threshold by threshold, WITHIN_COUNTS, shape (n_terms, n_places, n_intervals)."""
    n_intervals, n_places, n_thresholds = within.shape
    by_threshold = [numbers(within[:, :, i]) for i in range(n_thresholds)]
    assert table.shape == (n_intervals, n_places), table.shape
    return np.concatenate([numbers(table), *by_threshold])


def _with_centre(terms: Floats) -> Floats:
    """The sum over places put before them."""
    both: Floats = np.concatenate([terms.sum(axis=1, keepdims=True), terms], axis=1)
    return both
