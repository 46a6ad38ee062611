"""How many of something there are at each time: step functions rebuilt from starts and ends; orders of who came first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Program
from ccsim.vocabulary import ClosingRule, Event

__all__ = ["Steps", "Table", "Times", "after_closing", "ahead_of", "goings_home", "late_comings", "number_during", "union"]

Times = NDArray[np.float64]
Table = NDArray[Any]


class Steps(NamedTuple):
    """A step function: `values[i]` from `times[i]` until `times[i + 1]`, 0 before; times ascend strictly."""

    times: Times
    values: NDArray[np.int64]

    def after(self, at: Times) -> NDArray[np.int64]:
        """Value just after each instant."""
        return self._value(np.searchsorted(self.times, at, "right"))

    def before(self, at: Times) -> NDArray[np.int64]:
        """Value just before each instant."""
        return self._value(np.searchsorted(self.times, at, "left"))

    def _value(self, place: NDArray[np.intp]) -> NDArray[np.int64]:
        return np.concatenate(([0], self.values))[place]


def number_during(starts: Times, ends: Times) -> Steps:
    """Number of stays [start, end) under way; stays of no length vanish."""
    ends = ends[ends < np.inf]
    times, place = np.unique(np.concatenate((starts, ends)), return_inverse=True)
    change = np.zeros(len(times), np.int64)
    np.add.at(change, place[: len(starts)], 1)
    np.add.at(change, place[len(starts) :], -1)
    return Steps(times, np.cumsum(change))


def union(*some: Times) -> Times:
    """All instants at which one of the step functions may change, ascending."""
    return np.unique(np.concatenate(some))


def ahead_of(starts: Times, numbers: NDArray[np.int64], ends: Times) -> tuple[NDArray[np.intp], Times]:
    """Order by (start, number), and before each place the latest end of those ahead (one entry more than rows)."""
    order = np.lexsort((numbers, starts))
    latest = np.maximum.accumulate(np.concatenate(([-np.inf], ends[order])))
    return order, latest


def late_comings(program: Program) -> NDArray[np.float64]:
    """Instants at which a team gets more seats by an event for fewer, hence after that instant's dials and hang-ups."""
    found = []
    seats: dict[int, int] = {}
    for entry in program.timetable:
        if entry.event == Event.SEATS_DOWN and entry.seats > seats.get(entry.entity, 0):
            found.append(entry.at)
        if entry.event in (Event.SEATS_UP, Event.SEATS_DOWN):
            seats[entry.entity] = entry.seats
    return np.array(found, float)


def goings_home(program: Program) -> NDArray[np.float64]:
    """Closings after which the floor goes home when it is empty; steady mode has none."""
    closings: NDArray[np.float64] = program.timetable.at[program.timetable.event == Event.CLOSING]
    return closings[:0] if program.settings.closing_rule[0] == ClosingRule.STAY else closings


def after_closing(program: Program, at: Times) -> NDArray[np.bool_]:
    """True for instants from a closing on, until the next opening: no call comes that an agent could be kept idle for."""
    days = program.timetable[np.isin(program.timetable.event, (Event.OPENING, Event.CLOSING))]
    place = np.searchsorted(days.at, at, "right") - 1
    closed: NDArray[np.bool_] = (place >= 0) & (np.append(days.event, 0)[place] == Event.CLOSING)
    return closed
