"""The parts of the centre, a table each: queues, call types, teams, days and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ccsim.report import numbers, staffing, verdicts
from ccsim.report.index import Index, shown, shown_error
from ccsim.scenario import paths

if TYPE_CHECKING:
    from rich.table import Table

    from ccsim.analysis import Estimate
    from ccsim.experiment import Result

__all__ = ["interval_scopes", "interval_table", "parts"]

MOST_DAYS = 31  # rows of the table by day; longer horizons are for a spreadsheet
BY_QUEUE = (
    *("offered", "service_level", "abandonment", "asa", "wait_p90", "flowed_out", "flowed_in", "transferred", "turned_away"),
    *("required", "mean_queue"),
)
BY_PASSAGE = ("overflows", "transfers", "escalations")
BY_CALL_TYPE = ("offered", "service_level", "abandonment", "asa", "wait_p90", "handle_time")
BY_TEAM = (
    *("required", "scheduled", "agents_on_duty", "net_staffing", "occupancy", "staff_cost", "utilisation"),
    *("adherence", "shrinkage", "overtime", "back_office_done", "occupancy_with_back_office", "idle_agents"),
)
BY_PILE = tuple(f"back_office_{what}" for what in ("came", "done", "in_time", "at_close", "left"))
BY_NODE = ("entered_ivr", "ivr_time", "containment", "ivr_hang_up", "opt_out", "retry", "misrouting", "ports_in_use")
BY_PERIOD = ("offered", "service_level", "abandonment", "asa", "agents_on_duty", "occupancy", "mean_queue")
BY_INTERVAL = (
    *("offered", "service_level", "required", "scheduled", "agents_on_duty", "net_staffing"),
    *("abandonment", "asa", "occupancy", "mean_queue"),
)
_UNLESS_ZERO = ("shrinkage", "overtime", "flowed_out", "flowed_in", "transferred", "turned_away", "back_office_left")
"""Columns that are left out where all is 0."""
_HEADS = {
    "overflows": "Overflows",
    "transfers": "Transfers",
    "escalations": "Escalations",
    "offered": "Offered",
    "service_level": "Service level",
    "abandonment": "Abandoned",
    "asa": "ASA",
    "wait_p90": "90 % within",
    "mean_queue": "Waiting",
    "flowed_out": "Flow-outs",
    "flowed_in": "Flow-ins",
    "transferred": "Passed on",
    "turned_away": "Turned away",
    "handle_time": "AHT",
    "required": "Required",
    "scheduled": "Scheduled",
    "agents_on_duty": "Present",
    "net_staffing": "Net",
    "staff_cost": "Cost a day",
    "adherence": "Adherence",
    "shrinkage": "Shrinkage",
    "occupancy": "Occupancy",
    "utilisation": "Utilisation",
    "overtime": "Overtime",
    "entered_ivr": "Visits a day",
    "ivr_time": "Time",
    "containment": "Contained",
    "ivr_hang_up": "Hung up",
    "opt_out": "Opted out",
    "retry": "Again",
    "misrouting": "Misrouted",
    "ports_in_use": "Inside",
    "back_office_came": "Comes a day",
    "back_office_done": "Worked off",
    "back_office_in_time": "In time",
    "back_office_at_close": "Left at closing",
    "back_office_left": "At the end",
    "occupancy_with_back_office": "Busy with both",
    "idle_agents": "Idle",
}


def interval_scopes(result: Result) -> tuple[str, ...]:
    """Return the scopes of an interval table: the centre, and each queue and team where there are several."""
    several = {"queue": len(result.names.queues) > 1, "team": len(result.names.teams) > 1}
    return ("interval", *(f"{kind} x interval" for kind, are_several in several.items() if are_several))


def parts(result: Result, index: Index, width: int) -> list[Table]:
    """Return the tables by queue, call type, team and day, where there are several of them."""
    names, found = result.names, []
    if len(names.queues) > 1:
        found.append(_table("Queue", index, [("", {"queue": name}) for name in names.queues], BY_QUEUE, width))
    if len(names.call_types) > 1 and names.call_types != names.queues:
        found.append(_table("Call type", index, [("", {"call_type": name}) for name in names.call_types], BY_CALL_TYPE, width))
    if len(names.ivr_nodes) > 1:
        nodes = paths.in_order(result.scenario)
        found.append(_table("IVR node", index, [("", {"ivr_node": name}) for name in nodes], BY_NODE, width))
    flows = [("", scope) for scope in index.scopes("passage") if any(_moves(index, id, scope) for id in BY_PASSAGE)]
    if flows:
        found.append(_table("From queue to queue, a day", index, flows, BY_PASSAGE, width))
    if len(names.teams) > 1:
        found.append(_table("Team", index, [("", {"team": name}) for name in names.teams], BY_TEAM, width))
    if len(result.scenario.back_office) > 1:
        piles = [("", {"back_office": name}) for name in result.scenario.back_office]
        found.append(_table("Back-office work", index, piles, BY_PILE, width))
    days = index.scopes("day")
    if 1 < len(days) <= MOST_DAYS:
        labelled = [(verdicts.when(scope, MOST_DAYS), scope) for scope in days]
        found.append(_table("Day", index, labelled, BY_PERIOD, width))
    return found


def _moves(index: Index, id: str, scope: Mapping[str, str]) -> bool:
    """Return True if anybody goes that way."""
    estimate = index.get(id, scope)
    return estimate is not None and bool(estimate.value)


def _table(head: str, index: Index, rows: Sequence[tuple[str, Mapping[str, str]]], ids: Sequence[str], width: int) -> Table:
    """Return a table with one row per scope; simulation errors stand beside service levels if there is room."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    labels = [label or next(iter(scope.values())) for label, scope in rows]
    label_width = min(max(map(len, (head, *labels))), max(16, width // 3))
    table.add_column(head, overflow="fold", width=label_width)
    with_error = width >= 80
    room = width - label_width - 2 - (6 if with_error else 0)
    found = {id: [one for _, scope in rows if (one := index.get(id, scope)) is not None] for id in ids}
    kept = _that_fit(
        [id for id, some in found.items() if some and (id not in _UNLESS_ZERO or any(e.value for e in some))], room
    )
    for id in kept:
        table.add_column(_HEADS[id], justify="right", no_wrap=True)
        if id == "service_level" and with_error:
            table.add_column("±", justify="right")
    for label, (_, scope) in zip(labels, rows, strict=True):
        if not any(index.get(id, scope) for id in kept):
            continue  # an interval after closing in which nothing happened
        cells = []
        for id in kept:
            estimate = index.get(id, scope)
            cells.append(_cell(estimate))
            if id == "service_level" and with_error:
                cells.append(shown_error(estimate))
        table.add_row(label, *cells)
    return table


def _cell(estimate: Estimate | None) -> str:
    """Return a value; net staffing with its sign."""
    if estimate is None:
        return numbers.NONE
    is_net = estimate.id == "net_staffing"
    return staffing.agents(estimate.value, signed=True) if is_net else shown(estimate.value, estimate.unit)


def _that_fit(ids: Sequence[str], room: int) -> list[str]:
    """Return the KPIs whose columns fit, by order of importance; the CSV files have them all."""
    kept = []
    for id in ids:
        room -= len(_HEADS[id]) + 2
        if room < 0:
            break
        kept.append(id)
    return kept or list(ids[:1])


def interval_table(result: Result, found: Index, place: Mapping[str, str], width: int) -> Table:
    """Return a line per interval of the centre, a queue or a team."""
    days = result.scenario.days
    rows = [
        (verdicts.when(scope, days), scope)
        for scope in found.scopes(*place, "interval")
        if all(scope[kind] == name for kind, name in place.items())
    ]
    head = " ".join((kind.capitalize(), place[kind])) if (kind := next(iter(place), "")) else "Interval"
    return _table(head, found, rows, BY_INTERVAL, width)
