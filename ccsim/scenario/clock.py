"""Wall clocks and elapsed time: every instant of a scenario that a person writes as a date and a clock time comes from here.

Elapsed seconds count from the first midnight of the centre, on its own clock. Where the clocks change, a day has 23 or 25
hours. A clock time that comes twice means the first of the two, one that is skipped the instant of the jump: so the order
of clock times stays the order of instants. A time zone nobody knows counts as none; `validate` refuses it.
"""

from __future__ import annotations

import datetime
import zoneinfo
from functools import lru_cache

from ccsim.scenario.model import Scenario
from ccsim.units import DAY, HOUR

__all__ = ["changes", "comes_twice", "instant", "is_skipped", "label", "midnight", "offset", "repeated", "wall", "zone_named"]

_UTC = datetime.UTC


@lru_cache
def zone_named(name: str) -> zoneinfo.ZoneInfo | None:
    """Return the time zone of that name, None if there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def instant(scenario: Scenario, date: datetime.date, clock: float, zone: str | None = None) -> float:
    """Return when a clock shows a time of a date, in elapsed seconds.

    Parameters
    ----------
    scenario : Scenario
    date : date
    clock : float
        Seconds after midnight as the clock shows them; more than a day's are those of the days that follow.
    zone : str, optional
        Of the clock; without it, that of the centre.
    """
    place = _zone(scenario, zone)
    if place is None:
        return (date - scenario.start).days * DAY + clock
    days, rest = divmod(clock, DAY)
    shown = datetime.datetime.combine(date, datetime.time()) + datetime.timedelta(days=days, seconds=rest)
    return (_moment(shown, place) - _origin(scenario.start, scenario.timezone or zone or "")).total_seconds()


def midnight(scenario: Scenario, index: int) -> float:
    """Return when calendar day `index` of the centre (from 0) begins, elapsed seconds."""
    return instant(scenario, scenario.start, index * DAY)


def wall(scenario: Scenario, at: float, zone: str | None = None) -> datetime.datetime:
    """Return what a clock shows at an instant; with its time zone where the scenario has one."""
    place = _zone(scenario, zone)
    if place is None:
        return datetime.datetime.combine(scenario.start, datetime.time()) + datetime.timedelta(seconds=at)
    origin = _origin(scenario.start, scenario.timezone or zone or "")
    return (origin + datetime.timedelta(seconds=at)).astimezone(place)


def comes_twice(shown: datetime.datetime) -> bool:
    """Return True if that clock shows that time twice: when it is put back."""
    return shown.tzinfo is not None and _folded(shown, 0) < _folded(shown, 1)


def repeated(shown: datetime.datetime) -> float:
    """Return by how many seconds that clock is put back where it shows that time for the first time."""
    return (_folded(shown, 1) - _folded(shown, 0)).total_seconds()


def is_skipped(shown: datetime.datetime) -> bool:
    """Return True if that clock never shows that time: when it is put forward."""
    return shown.tzinfo is not None and _folded(shown, 0) > _folded(shown, 1)


def offset(shown: datetime.datetime) -> str:
    """Return the offset of a clock from UTC as ``+02:00``; an empty text without a time zone."""
    return shown.isoformat()[-6:] if shown.tzinfo is not None else ""


def label(scenario: Scenario, at: float) -> str:
    """Return ``2026-03-02 08:30`` of an instant, with the offset from UTC where that clock time comes twice."""
    shown = wall(scenario, at)
    text = shown.strftime("%Y-%m-%d %H:%M")
    return text + offset(shown) if comes_twice(shown) else text


def changes(scenario: Scenario) -> dict[datetime.date, float]:
    """Return the hours of each date of the horizon that has not 24 of them."""
    ends = [midnight(scenario, index) for index in range(scenario.days + 1)] if scenario.timezone else []
    hours = {
        scenario.start + datetime.timedelta(days=index): (end - begin) / HOUR
        for index, (begin, end) in enumerate(zip(ends, ends[1:], strict=False))
    }
    return {date: length for date, length in hours.items() if length != DAY / HOUR}


def _zone(scenario: Scenario, zone: str | None) -> zoneinfo.ZoneInfo | None:
    name = zone or scenario.timezone
    return None if name is None else zone_named(name)


@lru_cache
def _origin(start: datetime.date, zone: str) -> datetime.datetime:
    """Return the first midnight of the centre, UTC."""
    place = zone_named(zone)
    shown = datetime.datetime.combine(start, datetime.time())
    return shown.replace(tzinfo=_UTC) if place is None else _moment(shown, place)


def _moment(shown: datetime.datetime, place: zoneinfo.ZoneInfo) -> datetime.datetime:
    """Return the moment, in UTC, at which a clock of that place shows this."""
    there = shown.replace(tzinfo=place)
    if not is_skipped(there):
        return there.astimezone(_UTC)
    there = there.replace(microsecond=0)
    after, before = _folded(there, 0), _folded(there, 1)  # the jump lies between what both offsets make of it
    early = before.astimezone(place).utcoffset()
    while after - before > datetime.timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == early:
            before = middle
        else:
            after = middle
    return after


def _folded(shown: datetime.datetime, fold: int) -> datetime.datetime:
    return shown.replace(fold=fold).astimezone(_UTC)
