"""Checks of back-office work: who may do it, when it is due, how much it is. Called by ``scenario.validate``."""

from __future__ import annotations

from collections.abc import Callable

from ccsim import units
from ccsim.errors import Refusal, nearest
from ccsim.scenario import resolve
from ccsim.scenario.document import Path
from ccsim.scenario.model import Scenario

__all__ = ["check_back_office", "check_work"]

MOST_HOURS = 2_000_000
"""Of work in a replication: microseconds of it are whole numbers in a float."""

Report = Callable[[Path, Refusal], None]


def check_back_office(scenario: Scenario, report: Report) -> None:
    """Report work that nobody may do, that is due between two intervals, or that no days bring; a target on none of it."""
    if scenario.targets.back_office is not None and not any(work.due for work in scenario.back_office.values()):
        what = "no back-office work of the scenario is ever due"
        report(("targets", "back_office"), Refusal("E-KEY-MISSING", what, try_="back_office: {mail: {due: next_day, ...}}"))
    if not scenario.back_office:
        return
    if scenario.run.mode == "steady":
        report(("back_office",), Refusal("E-MODE", "steady mode has no days on which work could come"))
    for name, work in scenario.back_office.items():
        path: Path = ("back_office", name)
        for index, team in enumerate(work.teams or ()):
            _check_team(scenario, (*path, "teams", index), team, report)
        if not resolve.back_office_teams(scenario, name):
            report(path, Refusal("E-REF", "all teams are billed by talk and wrap: nobody's idle time is ours"))
        after = None if work.due is None else work.due.after
        if after is not None and after % scenario.interval:
            length = units.spoken_duration(scenario.interval)
            what = f"work is followed interval by interval: due after whole intervals of {length}"
            report((*path, "due"), Refusal("E-INTERVAL", what, got=units.format_duration(after), try_="24h"))


def _check_team(scenario: Scenario, path: Path, team: str, report: Report) -> None:
    known = sorted(scenario.agents)
    if team not in scenario.agents:
        what = "no team of that name"
        report(path, Refusal("E-REF", what, got=team, allowed=", ".join(known[:20]), try_=nearest(team, known)))
    elif scenario.agents[team].billed == "talk_and_wrap":
        report(path, Refusal("E-BOTH", "is billed by talk and wrap: its idle time is not ours to use", got=team))


def check_work(scenario: Scenario, report: Report) -> None:
    """Report more work than can be counted; files have been read."""
    if not scenario.back_office:
        return
    days = resolve.open_days_of_horizon(scenario)
    hours = {
        name: work.handle
        / units.HOUR
        * (work.waiting + sum(sum(resolve.back_office_items(scenario, name, day)) for day in days))
        for name, work in scenario.back_office.items()
    }
    if sum(hours.values()) > MOST_HOURS:
        most = max(hours, key=lambda name: hours[name])
        what = f"about {sum(hours.values()):.3g} hours of work"
        report(("back_office", most), Refusal("E-LIMIT", what, allowed=f"at most {MOST_HOURS:,}"))
