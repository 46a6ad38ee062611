"""Persons of a loaded scenario -> their duties in elapsed seconds: who is to be there when, with which breaks.

The view the compiler and the checks read, as `scenario.resolve` is for everything else. A team is made of persons when it has
shifts or a roster, or when something of its headcount or schedule is lost: then each seat is a person, on duty while the
schedule has more seats than his number.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ccsim.scenario import clock, resolve
from ccsim.scenario.fields import on_day
from ccsim.scenario.laws import Law
from ccsim.scenario.model import Scenario
from ccsim.scenario.presence import BREAK, OFF_PHONE, UNPAID_BREAK, RosterEntry, Shift, Shrinkage

__all__ = ["Away", "Duty", "Losses", "are_persons", "duties", "losses", "on_phones_by_interval", "planned_on_phones"]


class Away(NamedTuple):
    """A planned break or meeting."""

    at: float
    length: float
    is_meeting: bool
    paid: bool


class Duty(NamedTuple):
    """One shift of one person, elapsed seconds."""

    person: str
    date: datetime.date  # on which it begins, at the site
    starts_at: float
    ends_at: float
    aways: tuple[Away, ...]


class Losses(NamedTuple):
    """What of a team's duties is lost: shares of the persons by day, of the shifts, of the time on the phones."""

    absent: float
    late_share: float
    late_by: Law | None
    off_phone: float

    @property
    def left(self) -> float:
        """Share of the planned time on the phones that is left on average, lateness apart."""
        return (1.0 - self.absent) * (1.0 - self.off_phone)


def losses(scenario: Scenario, team: str) -> Losses:
    """Return what is lost; adherence stands for late and off_phone together."""
    people = scenario.agents[team]
    shrinkage = people.shrinkage or Shrinkage.model_construct()
    off_phone = shrinkage.off_phone if people.adherence is None else 1.0 - people.adherence
    late = shrinkage.late
    if late is None or late.share == 0.0:
        return Losses(shrinkage.absent, 0.0, None, off_phone)
    return Losses(shrinkage.absent, late.share, resolve.law(scenario, late.by), off_phone)


def are_persons(scenario: Scenario, team: str) -> bool:
    """Return True if each agent of a team has duties of his own; else it has seats."""
    people = scenario.agents[team]
    if people.shifts is not None or people.roster is not None:
        return True
    gross = people.headcount is not None or (people.staffing is not None and people.staffing.scheduled is not None)
    return gross and losses(scenario, team)[:2] + losses(scenario, team)[3:] != (0.0, 0.0, 0.0)


def duties(scenario: Scenario, team: str) -> dict[str, tuple[Duty, ...]]:
    """Return the duties of each person in the order of ids, by time; empty for a team of seats.

    Only those count that meet an opening; what lies before the first midnight is cut off. Refusal if a roster has a person in
    two places at once.
    """
    people = scenario.agents[team]
    if people.roster is not None:
        found = _of_roster(scenario, team, people.roster.entries or ())
    elif people.shifts is not None:
        found = _of_shifts(scenario, team)
    else:
        found = _of_seats(scenario, team) if are_persons(scenario, team) else {}
    openings = resolve.open_days(scenario)
    ends = [day.closes for day in openings]

    def meets_an_opening(duty: Duty) -> bool:
        place = bisect_right(ends, duty.starts_at)
        return place < len(openings) and openings[place].opens < duty.ends_at

    return {
        person: tuple(_from_midnight(duty) for duty in own if meets_an_opening(duty) and duty.ends_at > 0.0)
        for person, own in found.items()
    }


def _from_midnight(duty: Duty) -> Duty:
    """Return what of a duty lies after the first midnight."""
    if duty.starts_at >= 0.0:
        return duty
    aways = [away if away.at >= 0.0 else away._replace(at=0.0, length=away.at + away.length) for away in duty.aways]
    return duty._replace(starts_at=0.0, aways=tuple(away for away in aways if away.length > 0.0))


# -------------------------------------------------------------------------------- shifts


def _of_shifts(scenario: Scenario, team: str) -> dict[str, list[Duty]]:
    """Return the duties of the n-th agent of each shift: on the days that have so many."""
    shifts, site = scenario.agents[team].shifts, resolve.site_of(scenario, team)
    assert shifts is not None
    dates = [scenario.start + datetime.timedelta(days=index) for index in range(-1, scenario.days + 1)]
    found: dict[str, list[Duty]] = {}
    for name, counts in sorted(shifts.items()):
        numbers = {date: 0 if date in site.holidays else on_day(counts, date) or 0 for date in dates}
        for ordinal in range(max(numbers.values(), default=0)):
            person = f"{name}/{ordinal + 1}"
            found[person] = [
                _duty(scenario, scenario.shifts[name], person, date, site.timezone, ordinal, n)
                for date, n in numbers.items()
                if ordinal < n
            ]
    return found


def _duty(scenario: Scenario, shift: Shift, person: str, date: datetime.date, zone: str | None, i: int, n: int) -> Duty:
    """Return the duty of the i-th of n agents of a shift, his breaks spread over their windows on whole seconds."""
    begins = clock.instant(scenario, date, shift.time.start, zone)
    ends = clock.instant(scenario, date, shift.time.end, zone)
    aways: list[Away] = []
    planned = [(rest, False) for rest in shift.breaks] + [(rest, True) for rest in shift.meetings]
    for rest, is_meeting in sorted(planned, key=lambda one: one[0].window(shift.time)):
        window = rest.window(shift.time)
        room = window.end - window.start - rest.for_
        offset = round((i + 0.5) / n * room) if shift.place == "spread" else 0
        free_from = aways[-1].at + aways[-1].length if aways else begins
        at = max(clock.instant(scenario, date, window.start + offset, zone), free_from)
        if at + rest.for_ <= ends:  # else the clock was put forward over it
            aways.append(Away(at, rest.for_, is_meeting, rest.paid))
    return Duty(person, date, begins, ends, tuple(aways))


# -------------------------------------------------------------------------------- rosters


def _of_roster(scenario: Scenario, team: str, entries: Sequence[RosterEntry]) -> dict[str, list[Duty]]:
    """Return the duties of each person of a roster: rows that touch or overlap are one shift."""
    site = resolve.site_of(scenario, team)
    found: dict[str, list[Duty]] = {}
    ordered = sorted(entries, key=lambda entry: (entry.agent, entry.start, entry.end))
    for person, rows in groupby(ordered, key=lambda entry: entry.agent):
        found[person] = []
        for stretch in _joined(scenario, list(rows), site.timezone):
            begins, ends = stretch[0][0], max(end for _, end, _ in stretch)
            aways = tuple(
                Away(at, end - at, entry.activity == OFF_PHONE, entry.activity != UNPAID_BREAK)
                for at, end, entry in stretch
                if entry.activity in (BREAK, UNPAID_BREAK, OFF_PHONE)
            )
            found[person].append(Duty(person, stretch[0][2].start.date, begins, ends, aways))
    return found


_Stretch = list[tuple[float, float, RosterEntry]]


def _joined(scenario: Scenario, rows: list[RosterEntry], zone: str | None) -> Iterator[_Stretch]:
    """Yield rows of one person that touch or overlap, with their instants."""
    stretch: _Stretch = []
    until = 0.0
    for entry in rows:
        begin, end = (clock.instant(scenario, when.date, when.at, zone) for when in (entry.start, entry.end))
        if stretch and begin > until:
            yield stretch
            stretch = []
        stretch.append((begin, end, entry))
        until = max(until, end) if len(stretch) > 1 else end
    if stretch:
        yield stretch


# -------------------------------------------------------------------------------- seats


def _of_seats(scenario: Scenario, team: str) -> dict[str, list[Duty]]:
    """Return the duties of each seat's person: the stretches of an opening in which there are more seats than his number."""
    levels = resolve.seats_by_interval(scenario, team)
    grid = list(zip(resolve.intervals(scenario), levels, strict=True))
    dates = [day.date for day in resolve.open_days(scenario)]
    found: dict[str, list[Duty]] = {}
    for seat in range(max(levels, default=0)):
        person = str(seat + 1)
        found[person] = []
        for (day, is_taken), pieces in groupby(grid, key=lambda piece: (piece[0].day, piece[1] > seat)):
            if is_taken:
                stretch = [interval for interval, _ in pieces]
                found[person].append(Duty(person, dates[day], stretch[0].start, stretch[-1].end, ()))
    return found


# -------------------------------------------------------------------------------- how many on the phones


def planned_on_phones(scenario: Scenario, team: str) -> tuple[float, ...]:
    """Return the mean number planned on the phones in each interval, breaks and meetings taken off, before any loss."""
    if not are_persons(scenario, team):
        return tuple(float(seats) for seats in resolve.seats_by_interval(scenario, team))
    grid = resolve.intervals(scenario)
    ends = [interval.end for interval in grid]
    seconds = [0.0] * len(grid)

    def add(begin: float, end: float, sign: float) -> None:
        place = bisect_right(ends, begin)
        while place < len(grid) and grid[place].start < end:
            seconds[place] += sign * (min(end, grid[place].end) - max(begin, grid[place].start))
            place += 1

    for own in duties(scenario, team).values():
        for duty in own:
            add(duty.starts_at, duty.ends_at, 1.0)
            for away in duty.aways:
                add(away.at, away.at + away.length, -1.0)
    return tuple(total / interval.length for total, interval in zip(seconds, grid, strict=True))


def on_phones_by_interval(scenario: Scenario, team: str) -> tuple[float, ...]:
    """Return the mean number on the phones in each interval, what is lost taken off (lateness apart)."""
    left = losses(scenario, team).left if are_persons(scenario, team) else 1.0
    return tuple(number * left for number in planned_on_phones(scenario, team))
