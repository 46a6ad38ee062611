"""What may happen: events at fixed times and by chance, and what each of them changes."""

from __future__ import annotations

import datetime

from ccsim import units
from ccsim.report.explain.words import days, joined, law, percent
from ccsim.scenario import paths, resolve
from ccsim.scenario.model import Scenario
from ccsim.scenario.occasions import Effect, effects_of, occasions, targets
from ccsim.vocabulary import EventField

__all__ = ["events"]


def events(scenario: Scenario) -> list[str]:
    """Return every event: when, and what it changes."""
    if not scenario.events:
        return ["Nothing special happens."]
    lines = []
    for name in sorted(scenario.events):
        lines.append(f"{name}: {_when(scenario, name)}.")
        lines += [f"  {line}" for line in _changes(scenario, name)]
    return lines


def _when(scenario: Scenario, name: str) -> str:
    event = scenario.events[name]
    dates = list(dict.fromkeys(one.date for one in occasions(scenario) if one.event == name))
    if not dates:
        return "never on the days of this scenario"
    if event.when is not None:
        return joined(f"{units.format_window(when.window)} {_day(scenario, when.day, dates)}" for when in event.when)
    assert event.start is not None and event.for_ is not None and event.chance is not None
    begins = units.format_window(event.start) if event.start.end > event.start.start else units.format_clock(event.start.start)
    word = "some time in" if event.start.end > event.start.start else "at"
    length = law(resolve.law(scenario, event.for_))
    return f"with a chance of {percent(event.chance)} on each day, beginning {word} {begins}, for {length}"


def _day(scenario: Scenario, key: str, dates: list[datetime.date]) -> str:
    named = units.parse_day_key(key)
    if isinstance(named, datetime.date):
        return f"on {named:%a} {named}"
    own = [date for date in dates if named is None or date.weekday() in named]
    shown = days(scenario, own)
    return shown if len(own) > 1 else f"on {own[0]:%a} {own[0]}" if own else f"on {key}"


def _changes(scenario: Scenario, name: str) -> list[str]:
    """Return what an event changes while it lasts."""
    lines = []
    by_change: dict[tuple[EventField, float], list[Effect]] = {}
    for effect in effects_of(scenario, name):
        by_change.setdefault((effect.field, effect.amount), []).append(effect)
    for (field, amount), effects in by_change.items():
        names = [effect.name for effect in effects]
        every = len(names) == len(targets(scenario, field)) and len(names) > 1
        lines.append(_change(field, amount, "all" if every else joined(names)))
    for team, n in sorted(scenario.events[name].off_phones.items()):
        lines.append(f"{n} of {team} are off the phones: idle ones at once, then whoever is free next.")
    return lines


def _change(field: EventField, amount: float, names: str) -> str:
    if field is EventField.ARRIVALS:
        return f"Calls of {names} come at {percent(amount)} of their rate."
    if field is EventField.HANDLE:
        return f"Who dials then and calls about {names} takes {percent(amount)} of the usual time."
    if field is EventField.QUEUE:
        return f"Closed: queue {names}; who comes there is sent away, who waits already is served."
    node = "the IVR" if names == paths.ONE_NODE else f"node {names}"
    if field is EventField.NODE:
        return f"Closed: {node}; who comes there is passed on to his queue at once."
    return f"Of those whom {node} serves otherwise {percent(amount)} are served." if amount else f"Nobody is served by {node}."
