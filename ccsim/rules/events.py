"""Whether something happens on a date, when it starts and how long it lasts: drawn once a replication, each by its own name."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ccsim.jit import jit
from ccsim.program.layout import TIMETABLE, Program, Records
from ccsim.rules.arrivals import type_date_entity
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.vocabulary import Event, Stream

__all__ = ["happens", "instant_in_piece", "lasts", "starts_at", "timetable", "windows"]


@jit
def happens(luck: Luck, name_key: int, date: int, chance: float) -> bool:
    """True if an event that comes with this chance happens on this date."""
    return chance >= 1.0 or uniform(luck, Stream.EVENT_HAPPENS, type_date_entity(name_key, date), 0) < chance


@jit
def starts_at(luck: Luck, name_key: int, date: int, start_from: float, start_until: float) -> float:
    """When it starts, evenly between the two instants."""
    if start_until <= start_from:
        return start_from
    return start_from + (start_until - start_from) * uniform(luck, Stream.EVENT_START, type_date_entity(name_key, date), 0)


@jit
def lasts(luck: Luck, program: Records, name_key: int, date: int, law: int) -> float:
    """How long it lasts, s."""
    return sample(program, law, uniform(luck, Stream.EVENT_LENGTH, type_date_entity(name_key, date), 0))


def windows(luck: Luck, record: Records, program: Program) -> NDArray[np.float64]:
    """Start and end of every occasion of a replication, float64, shape (n_occasions, 2); +inf if it does not happen."""
    return _drawn(luck, record, program.occasions)


def timetable(luck: Luck, record: Records, program: Program) -> Records:
    """The timetable of a replication: the Program's, and who is called off the phones by what happens by chance.

    Parameters
    ----------
    record : PROGRAM record
        Of this Program: `bind_program(program)[0]`.
    """
    n_agents = len(program.agents)
    rows = program.timetable.tolist()
    for (begin, end), team, n in zip(
        _drawn(luck, record, program.calls_off).tolist(),
        program.calls_off.team.tolist(),
        program.calls_off.n.tolist(),
        strict=True,
    ):
        if begin < end < math.inf:
            rows += [(begin, Event.GO_AWAY, n_agents + team, n), (end, Event.COME_ON, n_agents + team, n)]
    return np.array(sorted(rows), dtype=TIMETABLE).view(np.recarray)


def _drawn(luck: Luck, record: Records, table: Records) -> NDArray[np.float64]:
    """Start and end of each row's window; +inf if it does not happen."""
    found = np.full((len(table), 2), math.inf)
    for place, one in enumerate(table.tolist()):
        name_key, date, chance, start_from, start_until, law, *_ = one
        if happens(luck, name_key, date, chance):
            start = starts_at(luck, name_key, date, start_from, start_until)
            found[place] = start, start + lasts(luck, record, name_key, date, law)
    return found


@jit
def instant_in_piece(start: float, end: float, into: float) -> float:
    """The instant `into` seconds after a piece's start, strictly before its end."""
    at = start + into
    if at >= end:  # the sum may round up
        return start
    return at
