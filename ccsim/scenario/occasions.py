"""On which dates the events of a scenario happen or may happen, in elapsed seconds."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import NamedTuple

from ccsim.scenario import clock, paths, resolve
from ccsim.scenario.distributions import Law
from ccsim.scenario.fields import on_day
from ccsim.scenario.laws import Family
from ccsim.scenario.model import Scenario
from ccsim.vocabulary import EventField

__all__ = ["Effect", "Occasion", "effects_of", "occasions", "targets"]


class Occasion(NamedTuple):
    """One event on one date: how likely, between which instants it starts, how long it lasts."""

    event: str
    date: datetime.date
    chance: float
    start_from: float
    start_until: float
    length: Law  # deterministic where the window is fixed


class Effect(NamedTuple):
    """What an event does to one call type or queue while it lasts: `amount` is a factor, 0 closes a queue."""

    field: EventField
    name: str
    amount: float


def occasions(scenario: Scenario) -> tuple[Occasion, ...]:
    """Return all occasions by earliest start, then name."""
    found = []
    dates = [scenario.start + datetime.timedelta(days=index) for index in range(scenario.days)]
    for name, event in scenario.events.items():
        for date in dates:
            for when in event.when or ():
                if on_day({when.day: True}, date):
                    start, end = (clock.instant(scenario, date, at) for at in when.window)
                    if end > start:
                        found.append(Occasion(name, date, 1.0, start, start, Law(Family.DETERMINISTIC, end - start)))
            if event.chance is not None:
                assert event.start is not None and event.for_ is not None, "chance, start and for go together"
                start, end = (clock.instant(scenario, date, at) for at in event.start)
                found.append(Occasion(name, date, event.chance, start, end, resolve.law(scenario, event.for_)))
    return tuple(sorted(found, key=lambda one: (one.start_from, one.event, one.start_until)))


def effects_of(scenario: Scenario, event: str) -> tuple[Effect, ...]:
    """Return what an event changes, sorted by field and name; ``*`` written out."""
    found = []
    for change in scenario.events[event].changes().values():
        names = sorted(targets(scenario, change.field))
        for name in names if change.name == "*" else [change.name or paths.ONE_NODE]:
            amount = change.amount if change.is_factor else change.amount / scenario.calls[name].scale
            found.append(Effect(change.field, name, amount))
    return tuple(sorted(found))


def targets(scenario: Scenario, field: EventField) -> Collection[str]:
    """Return the names of what has that field: call types, queues or nodes of the IVR."""
    if field in (EventField.NODE, EventField.CONTAINED):
        return paths.nodes(scenario)
    return scenario.queues if field is EventField.QUEUE else scenario.calls
