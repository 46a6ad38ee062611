"""When: which days, which hours, what is special about a date, and what happens at closing."""

from __future__ import annotations

import datetime

from ccsim.report.explain.words import clock_time, counted, days, joined, open_dates, percent, shown_dates, spoken
from ccsim.scenario import clock, duties, resolve
from ccsim.scenario.days_before import days_before
from ccsim.scenario.model import Scenario

__all__ = ["calendar", "closing"]


def calendar(scenario: Scenario) -> list[str]:
    """Return when the lines are open."""
    if scenario.run.mode == "steady":
        length, warm_up = scenario.run.length or 0.0, scenario.run.warm_up
        lines = [f"One opening of {spoken(length)} without closing, always as in the first open {_interval(scenario)}."]
        return lines + ([f"Nothing is counted of the first {spoken(warm_up)}."] if warm_up else [])
    last = scenario.start + datetime.timedelta(days=scenario.days - 1)
    where = f" on the clock of {scenario.timezone}" if scenario.timezone else ""
    dates = f"{scenario.start:%a} {scenario.start}" + (f" to {last:%a} {last}" if scenario.days > 1 else "")
    lines = [f"{dates}{where}, in intervals of {spoken(scenario.interval)}."]
    if before := days_before(scenario):
        are = "is" if before == 1 else "are"
        lines.append(
            f"{counted(before, 'day')} before the first {are} simulated like the others, so that customers come back on the "
            "first days; nothing of it is counted."
        )
    openings = resolve.open_days(scenario)
    hours = {day.date: f"{clock_time(scenario, day.opens)} to {_end(scenario, day)}" for day in openings}
    for said in dict.fromkeys(hours.values()):
        dates_of = [date for date, one in hours.items() if one == said]
        when = "around the clock" if said == "00:00 to 24:00" else f"from {said}"
        lines.append(f"Lines are open {when} {days(scenario, dates_of)}.")
    closed = _closed(scenario)
    holidays = [date for date in closed if date in scenario.holidays]
    if holidays:
        lines.append(f"Closed for a holiday: {shown_dates(holidays)}.")
    others = [date for date in closed if date not in scenario.holidays]
    if others:
        names = dict.fromkeys(f"{date:%a}" for date in others)
        lines.append(f"Not open: {joined(names)} ({len(others)} of the {scenario.days} days).")
    for date, length in clock.changes(scenario).items():
        lines.append(f"{date:%a} {date} has {length:g} hours: the clocks are put {'forward' if length < 24 else 'back'}.")
    return lines


def _interval(scenario: Scenario) -> str:
    return f"interval of {spoken(scenario.interval)}"


def _end(scenario: Scenario, day: resolve.OpenDay) -> str:
    shown = clock.wall(scenario, day.closes)
    if shown.date() == day.date:
        return f"{shown:%H:%M}"
    return "24:00" if (shown.hour, shown.minute) == (0, 0) else f"{shown:%H:%M} of the next morning"


def _closed(scenario: Scenario) -> list[datetime.date]:
    every = [scenario.start + datetime.timedelta(days=index) for index in range(scenario.days)]
    return [date for date in every if date not in set(open_dates(scenario))]


def closing(scenario: Scenario) -> list[str]:
    """Return what happens when lines close."""
    if scenario.run.mode == "steady":
        return ["Never: who is inside when the run ends is followed to his end, but not counted beyond it."]
    openings = resolve.open_days(scenario)
    opens = {day.opens for day in openings}
    real = [day for day in openings if day.closes not in opens]
    if len(real) < len(openings):
        word = "only at the end of the run" if len(real) == 1 else f"{len(real)} times in {len(openings)} days"
        lines = [f"Lines stay open from day to day; they close {word}."]
    else:
        ends: dict[str, list[datetime.date]] = {}
        for day in openings:
            ends.setdefault(_end(scenario, day), []).append(day.date)
        when = [f"at {end}" + (f" {days(scenario, dates)}" if len(ends) > 1 else "") for end, dates in ends.items()]
        lines = [f"Lines close {joined(when)}; nobody can dial any more."]
    cap = scenario.closing.overtime_up_to
    if scenario.closing.queue == "clear":
        lines.append("Whoever waits is sent away at once, and whoever would wait later (out of the IVR, or passed on).")
        lines.append("Talks in hand are finished, with their wrap-up.")
    else:
        where = "is in the IVR or waits" if scenario.ivr is not None else "waits"
        reserve = "; no reserve is kept any longer" if any(team.reserve for team in scenario.agents.values()) else ""
        lines.append(f"Whoever {where} is still served, in overtime{reserve}.")
        if cap is not None:
            lines.append(f"After {spoken(cap)} of overtime whoever still waits is sent away.")
    persons = [name for name in sorted(scenario.agents) if duties.are_persons(scenario, name)]
    seats = [name for name in sorted(scenario.agents) if name not in persons]
    if seats:
        whose = f" of {joined(seats)}" if persons else ""
        lines.append(f"Everybody{whose} who is on duty then stays until nobody is inside.")
    if persons:
        lines.append(
            f"Of {joined(persons)} those whose shift ends then or while callers are inside stay until nobody is inside; "
            "later shifts go on to their end."
        )
    if scenario.after_contact.redial is not None or scenario.after_contact.return_ is not None:
        lines.append(
            "A redial or return due while lines are closed comes within the first hour of the next opening, if there is one."
        )
    return lines


def spread_lines(scenario: Scenario) -> list[str]:
    """Return by how much days differ from what is expected, beyond chance."""
    spread, lines = scenario.uncertainty, []
    if spread.centre_day:
        lines.append(f"A day has {percent(spread.centre_day)} more or fewer calls of all types (standard deviation).")
    for name in sorted(scenario.calls):
        cv = resolve.type_day_cv(scenario, name)
        if cv:
            lines.append(f"{name}: {percent(cv)} more or fewer on a day, by itself.")
        off = resolve.forecast_error_cv(scenario, name)
        if off:
            lines.append(f"{name}: the forecast may be {percent(off)} off over the whole run.")
    if not lines:
        return ["Nothing but chance: every day of a kind expects the same number of calls."]
    if spread.within_day_correlation < 1:
        lines.append(
            f"A busy interval is busy in the others of its day with a correlation of {spread.within_day_correlation:g}."
        )
    else:
        lines.append("A busy day is busy all day.")
    return lines
