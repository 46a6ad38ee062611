"""Back-office work in words: what comes when, who does it while idle, by when it is due."""

from __future__ import annotations

from ccsim.report.explain.words import counted, joined, number, spoken
from ccsim.scenario import resolve
from ccsim.scenario.back_office import BackOfficeWork
from ccsim.scenario.model import Scenario
from ccsim.units import HOUR

__all__ = ["back_office"]


def back_office(scenario: Scenario) -> list[str]:
    """Return what agents do while they are idle, the pile first that is done first; one line where there is no such work."""
    ordered = sorted(scenario.back_office.items(), key=lambda item: (-item[1].priority, item[0]))
    lines = [line for name, work in ordered for line in _pile(scenario, name, work)]
    if not lines:
        return ["No work beside the calls."]
    if len(ordered) > 1:
        lines.append("What stands first here is done first.")
    return [*lines, "Whoever is at it drops it in the instant a call comes, so it changes nothing for callers."]


def _pile(scenario: Scenario, name: str, work: BackOfficeWork) -> list[str]:
    """Return what comes of one pile, who does it, and when it is due."""
    days = resolve.open_days_of_horizon(scenario)
    items = sum(sum(resolve.back_office_items(scenario, name, day)) for day in days)
    hours = number(items * work.handle / HOUR)
    when = "when lines open" if work.comes == "at_opening" else "over the day"
    comes = f"{number(items)} items in {counted(len(days), 'open day')}, {when}, {spoken(work.handle)} each: {hours} hours"
    first = f"; {number(work.waiting)} lie there at first" if work.waiting else ""
    teams = resolve.back_office_teams(scenario, name)
    who = f"Done by {joined(teams)} while idle" + (", in that order" if len(teams) > 1 else "")
    return [f"{name}: {comes}{first}.", f"  {who}; {_due(work)}."]


def _due(work: BackOfficeWork) -> str:
    if work.due is None:
        return "due at no time"
    if work.due.after is not None:
        return f"due {spoken(work.due.after)} after it came"
    return f"due by closing of {('the same', 'the next open')[work.due.openings or 0]} day"
