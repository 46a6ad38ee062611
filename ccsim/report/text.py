"""A `Result` -> the page a manager reads on a terminal: the verdict first, then figures, then how they were made.

Two ranges are never mixed: ± is the simulation error of a mean and shrinks with replications; the range of days is what one
will live through and does not. Everything is read from the result; nothing is simulated here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ccsim.report import numbers, staffing, verdicts
from ccsim.report.evidence import hangs_on
from ccsim.report.index import Index, shown, shown_error, size
from ccsim.report.summary import calendar_lines, days_before_lines
from ccsim.scenario import paths

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ccsim.analysis import Estimate
    from ccsim.experiment import Result
    from ccsim.scenario import Scenario

__all__ = [
    "FORMULAS",
    "ROWS",
    "Figure",
    "figures",
    "formulas",
    "has_days",
    "interval_scopes",
    "interval_table",
    "neighbour_lines",
    "parts",
    "print_result",
    "provenance",
    "textbook_lines",
    "within",
]

MOST_WHAT_IFS = 10  # named on the page; a file may hold hundreds
MOST_DAYS = 31  # rows of the table by day; longer horizons are for a spreadsheet
_STYLE = {"met": "green", "missed": "bold red", "undecided": "yellow"}
_CENTRE: dict[str, str] = {}


class Row(NamedTuple):
    """One line of the main table."""

    id: str
    label: str
    basis: str = ""
    unless_zero: bool = False


ROWS = (
    Row("service_level", "Service level {goal}"),
    Row("service_level", "  of customers, waits of all attempts added{apart}", "episode", unless_zero=True),
    Row("abandonment", "Abandoned"),
    Row("abandonment", "  customers who gave up for good", "episode", unless_zero=True),
    Row("asa", "ASA, mean wait of answered"),
    Row("wait_p90", "90 % wait at most"),
    Row("delayed", "Callers who wait at all"),
    Row("mean_queue", "Callers waiting, mean"),
    Row("occupancy", "Occupancy"),
    Row("utilisation", "Utilisation of paid time"),
    Row("occupancy_with_back_office", "Occupancy with back-office work"),
    Row("utilisation_with_back_office", "Utilisation with back-office work"),
    Row("idle_agents", "Agents idle with neither, mean"),
    Row("back_office_came", "Back-office work a day"),
    Row("back_office_done", "Back-office work done a day"),
    Row("back_office_in_time", "Back-office work done in time"),
    Row("back_office_at_close", "  left at closing, mean"),
    Row("back_office_left", "  left at the very end", unless_zero=True),
    Row("required", "Agents required, mean", unless_zero=True),
    Row("scheduled", "Agents scheduled, mean"),
    Row("agents_on_duty", "Agents present, mean"),
    Row("hours_short", "FTE-hours short a day", unless_zero=True),
    Row("hours_over", "FTE-hours over a day", unless_zero=True),
    Row("paid_fte", "Paid FTE, 8 h each"),
    Row("shrinkage", "Shrinkage of paid time", unless_zero=True),
    Row("shrinkage_planned", "  planned", unless_zero=True),
    Row("shrinkage_unplanned", "  unplanned", unless_zero=True),
    Row("adherence", "Adherence"),
    Row("conformance", "Conformance"),
    Row("handle_time", "AHT, {ring}talk + hold + wrap"),
    Row("offered", "Offered a day"),
    Row("answered", "Answered a day"),
    Row("abandoned", "Abandoned a day", unless_zero=True),
    Row("blocked", "Blocked a day (no free line)", unless_zero=True),
    Row("out_of_hours", "Called while closed a day", unless_zero=True),
    Row("contained", "Contained in the IVR a day", unless_zero=True),
    Row("containment", "  of those who entered it", unless_zero=True),
    Row("hung_up", "Hung up in the IVR a day", unless_zero=True),
    Row("turned_away", "Turned away a day, queue full", unless_zero=True),
    Row("flowed_out", "Flowed out, answered nowhere, a day", unless_zero=True),
    Row("messages_left", "Messages left a day", unless_zero=True),
    Row("message_share", "  of the calls, out of hours too", unless_zero=True),
    Row("callbacks_taken", "Callbacks taken a day", unless_zero=True),
    Row("callback_acceptance", "  of those offered one", unless_zero=True),
    Row("callback_completion", "  of them reached", unless_zero=True),
    Row("callbacks_pending", "  still to be called at the end", unless_zero=True),
    Row("time_to_callback", "Time to callback, mean", unless_zero=True),
    Row("time_to_callback_p90", "  90 % at most", unless_zero=True),
    Row("dials_in_vain", "Dials nobody answers", unless_zero=True),
    Row("lost_in_transfer", "Lost after a transfer a day", unless_zero=True),
    Row("later_wait", "Wait after a transfer, mean", unless_zero=True),
    Row("unfinished", "Still waiting at the end a day", unless_zero=True),
    Row("redial_rate", "Calls beyond the first about a problem", unless_zero=True),
    Row("overtime", "Overtime of agents a day", unless_zero=True),
    Row("made_right_at_first_contact", "Made right at first contact"),
    Row("made_right", "Made right, by whomever"),
    Row("resolved_first_contact", "Resolved at first contact, by whomever", unless_zero=True),
    Row("fcr", "  FCR: not back within the window, either", unless_zero=True),
    Row("fcr_no_transfer", "  FCR without transfer", unless_zero=True),
    Row("fcr_observed", "FCR as a phone system sees it", unless_zero=True),
    Row("return_rate", "Answered calls after which customers come back", unless_zero=True),
    Row("contacts_per_resolution", "Calls per resolution", unless_zero=True),
    Row("time_to_resolution", "Time to resolution, mean", unless_zero=True),
    Row("time_to_resolution_p90", "  90 % at most", unless_zero=True),
    Row("satisfaction", "Satisfaction index, 1 to 5", unless_zero=True),
    Row("satisfied", "  Satisfied: an index of 4 or more", unless_zero=True),
    Row("leaving", "Customers leaving of 1,000", unless_zero=True),
    Row("value_lost", "  Value lost a day{currency}", unless_zero=True),
    Row("escalation_rate", "Customers passed on for authority", unless_zero=True),
    Row("hops", "Hops per customer, mean", unless_zero=True),
    Row("two_hops", "  two or more", unless_zero=True),
    Row("refused", "Refused, of those who need authority", unless_zero=True),
    Row("lost_cases", "Lost on the way", unless_zero=True),
    Row("retold_time", "Story told again, mean", unless_zero=True),
    Row("brief_time", "Agents holding and briefing, mean", unless_zero=True),
    Row("consult_time", "On hold for a colleague's word, mean", unless_zero=True),
    Row("goodwill", "Goodwill a day{currency}", unless_zero=True),
    Row("leakage", "  to those who needed none", unless_zero=True),
    Row("cost_per_day", "Cost a day{currency}"),
    Row("staff_cost", "  of agents", unless_zero=True),
    Row("trunk_cost", "  of lines", unless_zero=True),
    Row("abandon_cost", "  of abandons", unless_zero=True),
    Row("goodwill_cost", "  of goodwill", unless_zero=True),
    Row("cost_per_contact", "Cost per answered contact{currency}"),
    Row("cost_per_resolution", "Cost per customer put right{currency}"),
    Row("full_cost_per_resolution", "  with the value of customers lost"),
)
"""The figures of the centre over the run; a day is an operating day."""

DAILY = ("service_level", "abandonment", "asa", "occupancy")
"""KPIs whose spread over single days is kept."""

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


FORMULAS = "Of the handle time: occupancy = handle / (handle + available time), utilisation = handle / paid time."
WITH_BACK_OFFICE = (
    "With back-office work the same of handle + back-office time; it never keeps a call waiting, and changes no other figure."
)


def print_result(result: Result, console: Console, intervals: bool = False) -> None:
    """Print verdicts, figures, neighbours, the parts of the centre and how the numbers were made.

    Parameters
    ----------
    intervals : bool
        Also the table of every interval.
    """
    index, by_interval = Index(result.estimates), staffing.staffing_index(result)
    _print_verdicts(result, staffing.short_line(result, by_interval), console)
    for line in hangs_on(result.scenario):
        console.print(line)
    console.print()
    _print_figures(result, index, console)
    for line in (*formulas(result), *textbook_lines(result, index), *neighbour_lines(result)):
        console.print(line)
    if (table := staffing.by_day(result, index, by_interval)) is not None:
        console.print()
        console.print(table)
    for table in parts(result, index, console.width):
        console.print()
        console.print(table)
    if intervals:
        found = Index(result.accumulator.estimates(result.scenario.run.confidence, scopes=interval_scopes(result)))
        names = result.names
        places = [{}, *({"queue": name} for name in names.queues if len(names.queues) > 1)]
        places += [{"team": name} for name in names.teams if len(names.teams) > 1]
        for scope in places:
            console.print()
            console.print(interval_table(result, found, scope, console.width))
    console.print()
    for line in (*provenance(result), *_what_if_lines(result)):
        console.print(line)


def formulas(result: Result) -> list[str]:
    """Return what the measures of how busy agents are mean."""
    outside = [name for name, team in sorted(result.scenario.agents.items()) if team.billed == "talk_and_wrap"]
    of_centre = "Agents, hours and occupancy of the centre are without {}, billed by what they talk."
    whose = [of_centre.format(", ".join(outside))] if outside and len(outside) < len(result.scenario.agents) else []
    return [FORMULAS, *whose, *([WITH_BACK_OFFICE] if result.scenario.back_office else [])]


def interval_scopes(result: Result) -> tuple[str, ...]:
    """Return the scopes of an interval table: the centre, and each queue and team where there are several."""
    several = {"queue": len(result.names.queues) > 1, "team": len(result.names.teams) > 1}
    return ("interval", *(f"{kind} x interval" for kind, are_several in several.items() if are_several))


# -------------------------------------------------------------------------------- verdicts


def _print_verdicts(result: Result, short: str, console: Console) -> None:
    """Print the name, then each target with its answer and what is short, the words hanging under each other."""
    from rich.table import Table
    from rich.text import Text

    scenario = result.scenario
    console.print(scenario.name, style="bold")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for verdict in result.targets:
        words = verdicts.sentence(verdict, scenario.days, scenario.interval, scenario.run.mode == "steady")
        table.add_row(Text(verdict.verdict.upper(), style=_STYLE[verdict.verdict]), Text(words))
    if not result.targets:
        table.add_row("", "no target")
    if short:
        table.add_row(Text("SHORT", style=_STYLE["undecided"]), Text(short))
    console.print(table)


# -------------------------------------------------------------------------------- the centre over the run


class Figure(NamedTuple):
    """One line of the main table, as it is read.

    Attributes
    ----------
    label : str
        Begins with blanks where it is a part of the line before.
    days : str
        In which range 8 of 10 days lie; empty where that is not kept.
    beside : tuple of str
        What each of the textbook's formulas says, empty where it says nothing.
    """

    label: str
    estimate: Estimate
    days: str
    beside: tuple[str, ...]


_LEAST_LABEL = 20
"""Characters for what a figure is; longer ones are wrapped where room is scarce."""


def ring(scenario: Scenario) -> str:
    """Return ``ring + `` where phones ring before they are answered: that is handle time."""
    teams = any(team.ring is not None or team.answer_delay is not None for team in scenario.agents.values())
    queues = scenario.queues.values()
    dials = any(queue.callback or (queue.voicemail and queue.voicemail.reply(queue.callback)) for queue in queues)
    return "ring + " if teams or dials else ""


def apart(scenario: Scenario) -> str:
    """Return what is no wait of a customer: until he is called back he does as he likes."""
    return "; time to callback apart" if any(queue.callback is not None for queue in scenario.queues.values()) else ""


def has_days(result: Result) -> bool:
    """Return whether there is more than one day of which to give a range."""
    return result.scenario.run.mode != "steady" and result.replications * result.scenario.days > 1


def figures(result: Result, index: Index) -> Iterator[Figure]:
    """Yield the lines of the centre over the run that have something to say."""
    has_redials = index.value("contacts_per_episode", _CENTRE) > 1.0
    for row, estimate in _found(result, index):
        if (row.unless_zero and not estimate.value) or (row.basis == "episode" and not has_redials):
            continue
        if row.id == "staff_cost" and estimate.value == index.value("cost_per_day", _CENTRE):
            continue
        if row.id == "paid_fte" and result.scenario.run.mode == "steady":
            continue
        if row.id == "scheduled" and shown(estimate.value, "agents") == shown(index.value("agents_on_duty", _CENTRE), "agents"):
            continue
        is_main = not row.basis and estimate is index.get(row.id, _CENTRE)
        days = _days(result, estimate) if has_days(result) and row.id in DAILY and is_main else ""
        beside = [getattr(column, row.id, None) if is_main else None for column in result.textbook]
        currency = result.scenario.currency
        said = {"currency": f", {currency}" if currency else "", "ring": ring(result.scenario), "apart": apart(result.scenario)}
        label = row.label.format(goal=within(estimate), **said)
        if result.scenario.run.mode == "steady":
            label = label.replace(" a day", " in the run")  # there the one "day" is all that is counted
        yield Figure(label, estimate, days, tuple("" if one is None else shown(one, estimate.unit) for one in beside))


def _print_figures(result: Result, index: Index, console: Console) -> None:
    """Print one table; where that would be cut, the range of days and the textbook stand below in tables of their own."""
    found = list(figures(result, index))
    parts: list[dict[str, list[str]]] = [
        {
            "simulated": [shown(figure.estimate.value, figure.estimate.unit) for figure in found],
            "±": [shown_error(figure.estimate) for figure in found],
        },
        {"days P10 to P90": [figure.days for figure in found]} if has_days(result) else {},
        {column.label: [figure.beside[place] for figure in found] for place, column in enumerate(result.textbook)},
    ]
    labels = [figure.label for figure in found]
    head = f"n = {numbers.plural(result.replications, 'replication')}"
    all_columns = {name: cells for part in parts for name, cells in part.items()}
    width = _LEAST_LABEL + sum(2 + max(map(len, (name, *cells))) for name, cells in all_columns.items())
    if width <= console.width:
        parts = [all_columns]
    for place, part in enumerate(part for part in parts if part):
        if place:
            console.print()
        console.print(_figure_table(head if place == 0 else "", labels, part, everything=place == 0))


def _figure_table(head: str, labels: Sequence[str], columns: Mapping[str, Sequence[str]], everything: bool = True) -> Table:
    """Return figures with these columns; without `everything` only those of which some column says something."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(head, min_width=_LEAST_LABEL)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for label, *cells in zip(labels, *columns.values(), strict=True):
        if everything or any(cells):
            table.add_row(label, *cells)
    return table


def _found(result: Result, index: Index) -> Iterator[tuple[Row, Estimate]]:
    """Yield the rows this result has, a service level once for each threshold asked for."""
    for row in ROWS:
        estimate = index.get(row.id, _CENTRE, row.basis)
        if estimate is not None:
            yield row, estimate
        if row.id == "service_level" and not row.basis:
            levels = (e for e in result.estimates if (e.id, e.basis, e.scope) == (row.id, "contact", _CENTRE))
            yield from ((row, level) for level in levels if level is not estimate)


def within(estimate: Estimate) -> str:
    """Return ``in 0:20`` from the variant of a service level, such as ``answered_over_offered.include.20s``."""
    if not estimate.variant:
        return ""
    _, _, within = estimate.variant.split(".", 2)
    return f"in {numbers.threshold(float(within.removesuffix('s')))}"


def _days(result: Result, estimate: Estimate) -> str:
    """Return the range in which 8 of 10 days lie."""
    spread = result.accumulator.day_range(estimate.id)
    if spread.p10 is None or spread.p90 is None:
        return numbers.NONE
    low = shown(spread.p10, spread.unit)
    return f"{low.removesuffix(' %')} to {shown(spread.p90, spread.unit)}"


def textbook_lines(result: Result, index: Index) -> list[str]:
    """Return what the formulas leave out, or why they are not shown."""
    if not result.textbook:
        return [f"No Erlang figures: {result.textbook_reason}."]
    lines = []
    given_up = index.get("abandonment", _CENTRE)
    for figures in result.textbook:
        note = figures.note
        if figures.label == "Erlang C" and figures.service_level is not None and given_up is not None and given_up.value:
            note += f"; here {numbers.percent(given_up.value)} do"
        lines.append(f"{figures.label}: {note}.")
    return lines


def neighbour_lines(result: Result) -> list[str]:
    """Return one line that says what an agent fewer or more would do, with the same callers."""
    if not result.neighbours:
        return []
    *others, last = (n.agents for n in result.neighbours)
    agents = " | ".join([*map(str, others), numbers.plural(last, "agent")])
    levels = " | ".join(shown(n.service_level.value, "share") for n in result.neighbours)
    return [f"With {agents} and the same callers: {levels} {within(result.neighbours[0].service_level)}"]


# -------------------------------------------------------------------------------- parts of the centre


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


# -------------------------------------------------------------------------------- how they were made


def provenance(result: Result) -> list[str]:
    """Return how the numbers were made and what they do not hold."""
    from ccsim import __version__

    run, spread = result.scenario.run, result.scenario.uncertainty
    lines = [f"{line}." for line in (*calendar_lines(result.scenario)[:1], *days_before_lines(result.scenario))]
    if result.scenario.equal_pay is not None:
        lines.append(f"P{str(result.scenario.equal_pay)[1:]}.")
    if run.mode == "steady":
        lines.append(f"± is the simulation error at {100 * run.confidence:g} % and shrinks with replications.")
    else:
        lines.append(
            f"± is the simulation error at {100 * run.confidence:g} % (percentage points of shares) and shrinks with "
            "replications; the range of days is what one lives through and does not."
        )
    if not spread.centre_day and not spread.type_day and result.scenario.replay is None:
        lines.append("No forecast error in it: the scenario has no uncertainty.")
    speed = f"{result.elapsed:.1f} s" if math.isfinite(result.elapsed) else ""
    if result.requirement:
        lines.append(f"{result.requirement}.")
    lines += precision_lines(result) + control_lines(result)
    lines.append(
        f"seed {result.seed}, {numbers.plural(result.replications, 'replication')}, {result.engine} engine, "
        f"digest {result.digest[:12]}, scenario {result.fingerprint[:8]}, ccsim {__version__}, {speed}"
    )
    return lines


def precision_lines(result: Result) -> list[str]:
    """Return how exact each KPI is of which a precision was asked, and whether that ended the run; nothing of other runs."""
    from ccsim.analysis import REGISTRY

    lines = []
    for precise in result.precise:
        unit = REGISTRY[precise.id].unit
        asked = f"{100 * precise.asked:g} %" if precise.relative else size(precise.asked, unit)
        ends = numbers.NONE if precise.low is None or precise.high is None else f"{precise.low:.5g}, {precise.high:.5g}"
        if unit == "share" and precise.low is not None and precise.high is not None:
            ends = f"{100 * precise.low:.2f}, {100 * precise.high:.2f}"
        said = f"{REGISTRY[precise.id].title} {shown(precise.value, unit)} [{ends}], asked for ±{asked}: "
        enough = "as exact as that" if precise.is_met else f"not yet, about {precise.needed:,} replications would be"
        lines.append(said + enough + ".")
    if lines:
        lines.append("[ ]: intervals of a run that ends when they are short enough, their sides longer where days are skewed.")
    return lines


_NO_GAIN = 1.1


def control_lines(result: Result) -> list[str]:
    """Return what the KPIs are with less noise, where that gains anything, and by what it was taken out."""
    from ccsim.analysis import REGISTRY

    if result.controls is None:
        return []
    lines = []
    for found in result.controls.kpis:
        kpi = REGISTRY[found.id]
        if found.low is None or found.high is None or found.gain is None or found.gain < _NO_GAIN:
            continue
        scale = 100.0 if kpi.unit == "share" else 1.0
        name = kpi.title + (", customers" if found.basis == "episode" else "")
        ends = f"[{scale * found.low:.4g}, {scale * found.high:.4g}]"
        lines.append(f"{name} {shown(found.value, kpi.unit)} {ends}, as exact as {found.gain:.1f} times the replications.")
    names = "; ".join(result.controls.names)
    if result.controls.how != "regression":
        said = f"{result.controls.how.capitalize()} {names}; intervals here know it, those above do not and are as wide as ever"
        return [f"{said}:", *lines] if lines else [f"{said}; no gain in any KPI of the centre."]
    if not lines:
        return [f"Control variates ({names}): no gain in any KPI of the centre."]
    return [f"Without the noise of arrivals, whose means are known ({names}), by regression:", *lines]


def _what_if_lines(result: Result) -> list[str]:
    """Return which what-ifs of the file this run did not try; none for a run of one of them."""
    names = list(result.scenario.what_if)
    if not names:
        return []
    listed = ", ".join(names[:MOST_WHAT_IFS]) + (", ..." if len(names) > MOST_WHAT_IFS else "")
    return [f"What-ifs in this file, not run: {listed}. Try: ccsim compare FILE"]
