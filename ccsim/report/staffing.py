"""What is short where: agents required, scheduled and present, as lines and tables of the page and as rows of staffing.csv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ccsim.report import numbers, verdicts
from ccsim.report.index import Index, shown

if TYPE_CHECKING:
    from rich.table import Table

    from ccsim.experiment import Result

__all__ = ["ROW_KPIS", "agents", "by_day", "short_line", "staffing_heads", "staffing_index", "staffing_rows"]

MOST_DAYS = 31
_MOST_NAMED = 3  # intervals a line can name and still be read
_ALMOST_NONE = 0.05  # agents; less is shown as none
_NEEDED = ("required", "scheduled", "agents_on_duty", "net_staffing")
ROW_KPIS = ("offered", "service_level", "asa", "handle_time", "agents_busy", *_NEEDED, "occupancy")
"""Columns of staffing.csv, after date, time, place and name."""
_COLUMNS = {"handle_time": "aht_s", "asa": "asa_s", "agents_busy": "busy", "agents_on_duty": "present", "net_staffing": "net"}


def staffing_index(result: Result) -> Index:
    """Return what the lines and tables need of every interval of the centre."""
    if not result.replications:
        return Index([])
    ids = (*_NEEDED, "service_level")
    return Index(result.accumulator.estimates(result.scenario.run.confidence, scopes=("interval",), ids=ids))


def agents(value: float | None, signed: bool = False) -> str:
    """Return a mean number of agents, ``7.5``; a surplus as ``+1.0``, a lack as ``-2.0``."""
    if value is None:
        return numbers.NONE
    if abs(value) < _ALMOST_NONE:
        return "0.0"
    return f"{value:+,.1f}" if signed else f"{value:,.1f}"


def short_line(result: Result, index: Index) -> str:
    """Return in how many intervals fewer agents are scheduled than required, and the worst of them; empty if in none."""
    scopes = [scope for scope in index.scopes("interval") if index.value("required", scope) > 0.0]
    short = [scope for scope in scopes if index.value("net_staffing", scope) <= -_ALMOST_NONE]
    if not short or result.scenario.run.mode == "steady":
        return ""
    short.sort(key=lambda scope: (round(index.value("net_staffing", scope), 6), index.value("service_level", scope)))
    named = "; ".join(_named(index, scope, result.scenario.days) for scope in short[:_MOST_NAMED])
    most = ", most of all" if len(short) > _MOST_NAMED else ":"
    name = verdicts.INTERVALS.get(result.scenario.interval, "intervals")
    return f"fewer agents scheduled than required in {len(short)} of {len(scopes)} {name}{most} {named}"


def _named(index: Index, scope: dict[str, str], days: int) -> str:
    net, level = index.value("net_staffing", scope), index.get("service_level", scope)
    served = "" if level is None else f" ({shown(level.value, 'share')} in time)"
    return f"{verdicts.when(scope, days)} {agents(net, signed=True)} of {agents(index.value('required', scope))}{served}"


def by_day(result: Result, of_days: Index, index: Index) -> Table | None:
    """Return the table by day: means of the open hours, FTE-hours short and over, the tightest interval."""
    from rich.table import Table

    days = [scope for scope in of_days.scopes("day") if of_days.get("required", scope) is not None]
    if not 1 < len(days) <= MOST_DAYS or result.scenario.run.mode == "steady":
        return None
    table = Table(box=None, pad_edge=False)
    table.add_column("Staffing", no_wrap=True)
    for head in ("Required", "Scheduled", "Present", "Net", "Short h", "Over h"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("Tightest", overflow="fold")
    worst = _worst_of_days(result, index)
    for scope in days:
        means = [agents(of_days.value(id, scope), signed=id == "net_staffing") for id in _NEEDED]
        hours = [f"{of_days.value(id, scope):,.1f}" for id in ("hours_short", "hours_over")]
        at = worst.get(scope["day"])
        last = numbers.NONE
        if at is not None:
            last = f"{at['interval'].partition(' ')[2]} {agents(index.value('net_staffing', at), signed=True)}"
        table.add_row(verdicts.when(scope, MOST_DAYS), *means, *hours, last)
    return table


def _worst_of_days(result: Result, index: Index) -> dict[str, dict[str, str]]:
    """Return the interval of each operating day with the least net staffing."""
    names = result.names
    day_of = dict(zip(names.interval_labels, (names.dates[day] for day in result.program.intervals.day), strict=True))
    worst: dict[str, dict[str, str]] = {}
    for scope in index.scopes("interval"):
        if not index.value("required", scope) > 0.0:
            continue
        day = day_of[scope["interval"]]
        before = worst.get(day)
        if before is None or round(index.value("net_staffing", scope), 6) < round(index.value("net_staffing", before), 6):
            worst[day] = scope
    return worst


def staffing_heads() -> list[tuple[str, str]]:
    """Return the columns of `staffing_rows`: what each is called, and the KPI in it (empty for a place or a time)."""
    return [*((name, "") for name in ("date", "time", "place", "name")), *((_COLUMNS.get(id, id), id) for id in ROW_KPIS)]


def staffing_rows(result: Result, index: Index) -> Iterator[Sequence[Any]]:
    """Yield the lines of staffing.csv: all, each team, each queue in every interval in which anything can happen."""
    places: Iterable[tuple[str, str]] = (
        ("all", "all"),
        *(("team", name) for name in result.names.teams),
        *(("queue", name) for name in result.names.queues),
    )
    for kind, name in places:
        place = {} if kind == "all" else {kind: name}
        for scope in index.scopes("interval", *place):
            if any(scope[key] != value for key, value in place.items()):
                continue
            date, _, time = scope["interval"].partition(" ")
            found = (index.get(id, scope) for id in ROW_KPIS)
            yield (date, time, kind, name, *(None if one is None else one.value for one in found))
