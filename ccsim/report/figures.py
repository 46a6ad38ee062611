"""The centre over the run, line by line: names of figures, values, days, what a textbook says; and how to read them.

The terminal, the page and the comparison of plans take their lines here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ccsim.report import numbers
from ccsim.report.index import Index, shown

if TYPE_CHECKING:
    from ccsim.analysis import Estimate
    from ccsim.experiment import Result
    from ccsim.scenario import Scenario

__all__ = [
    "FORMULAS",
    "ROWS",
    "Figure",
    "Row",
    "apart",
    "figures",
    "formulas",
    "has_days",
    "neighbour_lines",
    "ring",
    "textbook_lines",
    "within",
]

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

FORMULAS = "Of the handle time: occupancy = handle / (handle + available time), utilisation = handle / paid time."
WITH_BACK_OFFICE = (
    "With back-office work the same of handle + back-office time; it never keeps a call waiting, and changes no other figure."
)


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


def formulas(result: Result) -> list[str]:
    """Return what the measures of how busy agents are mean."""
    outside = [name for name, team in sorted(result.scenario.agents.items()) if team.billed == "talk_and_wrap"]
    of_centre = "Agents, hours and occupancy of the centre are without {}, billed by what they talk."
    whose = [of_centre.format(", ".join(outside))] if outside and len(outside) < len(result.scenario.agents) else []
    return [FORMULAS, *whose, *([WITH_BACK_OFFICE] if result.scenario.back_office else [])]
