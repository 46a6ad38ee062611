"""A `Result` -> its tables, each once: heads with the kind of their cells, and lines.

CSV files, workbooks, Parquet files and pandas frames are written from these and differ in nothing but their form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ccsim.report.index import Index
from ccsim.report.staffing import staffing_heads, staffing_rows

if TYPE_CHECKING:
    from ccsim.experiment import Result

__all__ = ["PERIOD_KPIS", "TEXT", "Head", "Sheet", "interval_sheet", "of_intervals", "sheets_of"]

TEXT = "text"
"""Unit of a head whose cells are text; those of all others are numbers, None where there is none."""

_FLOWS = ("overflows", "transfers", "escalations")
_PLACES = ("call_type", "queue", "team", "ivr_node", "passage", "back_office", "day", "interval")
_WITH_RANGE = ("service_level", "abandonment", "asa", "occupancy", "back_office_backlog", "back_office_in_time")
_WORK_KPIS = ("back_office_came", "back_office_done", "back_office_backlog", "back_office_in_time")
_UNIT_ENDING = {"s": "_s", "h": "_h"}
_QUEUE_KPIS = (
    *("offered", "answered", "abandoned", "flowed_out", "unfinished", "service_level", "abandonment", "asa", "wait_mean"),
    *("wait_p50", "wait_p90", "wait_p99", "handle_time", "mean_queue", "flowed_in", "turned_away", "transferred", "required"),
)
PERIOD_KPIS = (
    *("offered", "answered", "abandoned", "flowed_out", "unfinished", "service_level", "abandonment", "asa", "handle_time"),
    *("mean_queue", "agents_on_duty", "agents_busy", "occupancy", "required", "scheduled", "net_staffing"),
)


class Head(NamedTuple):
    """One column.

    Attributes
    ----------
    name : str
        With the unit of times, such as ``asa_s``.
    unit : str
        `TEXT`, or the unit of a KPI.
    """

    name: str
    unit: str = TEXT


class Sheet(NamedTuple):
    """One table; `lines` may be gone through once."""

    name: str
    heads: tuple[Head, ...]
    lines: Iterable[Sequence[Any]]


def of_intervals(result: Result) -> Index:
    """Return all KPIs of every interval of the centre, the queues, the teams and the piles of back-office work."""
    scopes = ("interval", "queue x interval", "team x interval", "back_office x interval")
    confidence = result.scenario.run.confidence
    return Index(result.accumulator.estimates(confidence, scopes=scopes) if result.replications else [])


def sheets_of(result: Result, found: Index | None = None) -> Iterator[Sheet]:
    """Yield kpis, by_queue, days, intervals and staffing; where there are such, flows and back_office.

    Parameters
    ----------
    found : Index, optional
        What `of_intervals` returned, if it is at hand.
    """
    index = Index(result.estimates)
    found = of_intervals(result) if found is None else found
    yield _kpis(result)
    queues = [{}, *({"queue": name} for name in result.names.queues)]
    yield _wide("by_queue", index, queues, ("queue",), _QUEUE_KPIS)
    if index.scopes("passage"):
        yield _wide("flows", index, index.scopes("passage"), ("passage",), _FLOWS)
    yield _wide("days", index, index.scopes("day"), ("day",), PERIOD_KPIS)
    yield interval_sheet(found, [*found.scopes("interval"), *found.scopes("interval", "queue")], ("queue",))
    heads = tuple(Head(name, _unit(id)) for name, id in staffing_heads())
    yield Sheet("staffing", heads, staffing_rows(result, found))
    piles = found.scopes("back_office", "interval")
    if piles:
        both = [*found.scopes("interval"), *piles]
        worked = [scope for scope in both if any(found.get(id, scope) for id in _WORK_KPIS)]
        yield _split_date(_wide("back_office", found, worked, ("interval", "back_office"), _WORK_KPIS))


def interval_sheet(found: Index, scopes: Iterable[Mapping[str, str]], places: Sequence[str] = ()) -> Sheet:
    """Return a line per interval: date, time, the places that are columns, then the KPIs."""
    return _split_date(_wide("intervals", found, scopes, ("interval", *places), PERIOD_KPIS))


def _kpis(result: Result) -> Sheet:
    """One line per estimate; scopes are columns, empty where the estimate covers all."""
    heads = [Head(name) for name in ("id", "variant", "basis", *_PLACES)]
    heads += [Head("value", ""), Head("low", ""), Head("high", ""), Head("n", ""), Head("unit"), Head("method")]
    lines = (
        (e.id, e.variant, e.basis, *(e.scope.get(kind, "") for kind in _PLACES), e.value, e.low, e.high, e.n, e.unit, e.method)
        for e in result.estimates
    )
    return Sheet("kpis", tuple(heads), lines)


def _wide(name: str, index: Index, scopes: Iterable[Mapping[str, str]], kinds: Sequence[str], ids: Sequence[str]) -> Sheet:
    """One line per scope with a column per KPI, named with its unit; "all" where a place is not split."""
    heads = [Head(kind) for kind in kinds]
    for id in ids:
        unit = _unit(id)
        ending = _UNIT_ENDING.get(unit, "")
        heads.append(Head(id + ending, unit))
        if id in _WITH_RANGE:
            heads += [Head(f"{id}_{end}{ending}", unit) for end in ("low", "high")]
    return Sheet(name, tuple(heads), (_line(index, scope, kinds, ids) for scope in scopes))


def _line(index: Index, scope: Mapping[str, str], kinds: Sequence[str], ids: Sequence[str]) -> Sequence[Any]:
    cells: list[Any] = [scope.get(kind, "all") for kind in kinds]
    for id in ids:
        estimate = index.get(id, scope)
        cells.append(None if estimate is None else estimate.value)
        if id in _WITH_RANGE:
            cells += [None, None] if estimate is None else [estimate.low, estimate.high]
    return cells


def _unit(id: str) -> str:
    """Return the unit of a KPI, `TEXT` for what is none."""
    from ccsim.analysis import REGISTRY

    return REGISTRY[id].unit if id in REGISTRY else TEXT


def _split_date(sheet: Sheet) -> Sheet:
    """Turn the label of an interval, ``2024-01-01 09:00``, into the two columns a WFM tool reads."""

    def lines() -> Iterator[Sequence[Any]]:
        for label, *cells in sheet.lines:
            date, _, time = label.partition(" ")
            yield (date, time, *cells)

    return sheet._replace(heads=(Head("date"), Head("time"), *sheet.heads[1:]), lines=lines())
