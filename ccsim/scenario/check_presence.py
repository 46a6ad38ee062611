"""Checks of shifts, rosters and what is lost of them; part of ``scenario.validate``, which says when each is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from ccsim.errors import Refusal, nearest
from ccsim.scenario import clock, resolve
from ccsim.scenario.document import Path
from ccsim.scenario.duties import Duty, are_persons, duties, losses
from ccsim.scenario.model import Scenario

MOST_LOST = 0.30  # of the planned time; beyond it the breaks of the shifts are usually counted twice
MOST_DUTIES = 2_000_000  # of one scenario

Report = Callable[[Path, Refusal], None]


def check_presence(scenario: Scenario, report: Report) -> None:
    """Report shifts that do not exist, and persons where the clock has no days."""
    for name, team in scenario.agents.items():
        for shift in team.shifts or {}:
            if shift not in scenario.shifts:
                known = sorted(scenario.shifts)
                allowed = ", ".join(known[:20]) or "none"
                refusal = Refusal("E-REF", "no shift of that name", got=shift, allowed=allowed, try_=nearest(shift, known))
                report(("agents", name, "shifts", shift), refusal)
        if scenario.run.mode == "steady" and are_persons(scenario, name):
            key = next(key for key in ("shifts", "roster", "shrinkage", "adherence") if getattr(team, key) is not None)
            what = "steady mode has no days, on which people could come, go or be away"
            report(("agents", name, key), Refusal("E-MODE", what, try_="staffing: {on_phones: 6}"))
    n_duties = sum(
        max(counts.values(), default=0) for team in scenario.agents.values() for counts in (team.shifts or {}).values()
    )
    if n_duties * scenario.days > MOST_DUTIES:
        what = f"{n_duties * scenario.days:,} shifts to work"
        report(("agents",), Refusal("E-LIMIT", what, allowed=f"at most {MOST_DUTIES:,}"))


def check_rosters(scenario: Scenario, report: Report) -> None:
    """Report persons whom a roster has in two breaks or meetings at once, once its file has been read."""
    for name, team in scenario.agents.items():
        if team.roster is None:
            continue
        for duty in _all_duties(scenario, name):
            for before, after in pairwise(sorted(duty.aways)):
                if after.at < before.at + before.length - 1e-9:
                    what = f"{duty.person} is away twice at {_when(scenario, after.at)}"
                    report(("agents", name, "roster"), Refusal("E-OVERLAP", what))
                    break
            else:
                continue
            break


def doubt_presence(scenario: Scenario, report: Report) -> None:
    """Report teams that go on a break all at once, losses that may be counted twice, and closings that nobody stays for."""
    for name, team in scenario.agents.items():
        path: Path = ("agents", name)
        if not are_persons(scenario, name):
            continue
        lost = losses(scenario, name)
        has_breaks = any(scenario.shifts[shift].breaks for shift in team.shifts or {})
        if has_breaks and lost.left < 1.0 - MOST_LOST:
            key = "shrinkage" if team.shrinkage is not None else "adherence"
            what = f"takes {100 * (1.0 - lost.left):.0f} % on top of the breaks in the shifts: are they counted twice?"
            report((*path, key), Refusal("W-SHRINKAGE", what))
        together = _all_away_at(scenario, name)
        if together is not None:
            report(path, Refusal("W-BREAKS", f"all of them are away from the phones at {_when(scenario, together)}"))
    _doubt_closing(scenario, report)


def _all_duties(scenario: Scenario, team: str) -> list[Duty]:
    return [duty for own in duties(scenario, team).values() for duty in own]


def _all_away_at(scenario: Scenario, team: str) -> float | None:
    """Return the first instant in opening hours at which two or more of a team are there and none is on the phones."""
    steps: dict[float, tuple[int, int]] = {}

    def add(at: float, there: int, away: int) -> None:
        before = steps.get(at, (0, 0))
        steps[at] = (before[0] + there, before[1] + away)

    for duty in _all_duties(scenario, team):
        add(duty.starts_at, 1, 0)
        add(duty.ends_at, -1, 0)
        for rest in duty.aways:
            add(rest.at, 0, 1)
            add(rest.at + rest.length, 0, -1)
    openings = iter([*resolve.open_days(scenario)])
    day = next(openings, None)
    there = away = 0
    for at in sorted(steps):
        there, away = there + steps[at][0], away + steps[at][1]
        while day is not None and day.closes <= at:
            day = next(openings, None)
        if day is not None and day.opens <= at and there == away and there > 1:
            return at
    return None


def _doubt_closing(scenario: Scenario, report: Report) -> None:
    """Report the first closing before which everybody who could serve a queue has gone."""
    if scenario.closing.queue != "serve" or scenario.run.mode == "steady":
        return
    persons = {name: _all_duties(scenario, name) for name in scenario.agents if are_persons(scenario, name)}
    for queue in sorted(scenario.queues):
        teams = resolve.teams_of(scenario, queue)
        if not all(team in persons for team in teams):
            continue  # seats are taken until everybody inside is served
        for closes in _closings(scenario):
            if not any(duty.starts_at < closes <= duty.ends_at for team in teams for duty in persons[team]):
                what = f"queue {queue}: everybody has gone by closing at {_when(scenario, closes)}"
                try_ = "shifts that end at closing or later"
                report(("agents",), Refusal("W-CLOSING", f"{what}; who waits then waits in vain", try_=try_))
                break


def _closings(scenario: Scenario) -> Iterator[float]:
    openings = {day.opens for day in resolve.open_days(scenario)}
    return (day.closes for day in resolve.open_days(scenario) if day.closes not in openings)


def _when(scenario: Scenario, at: float) -> str:
    return clock.label(scenario, at)
