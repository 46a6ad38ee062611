"""Scenario -> the tables of what may happen: OCCASION and EFFECT, and who is called off the phones, for the timetable."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ccsim.program.layout import EFFECT, OCCASION, Records, records
from ccsim.program.presence import TimetableRow, off_phones_rows
from ccsim.scenario import Scenario
from ccsim.scenario.laws import Law
from ccsim.scenario.occasions import effects_of, occasions
from ccsim.vocabulary import EventField

__all__ = ["Happenings", "calls_off", "happenings"]


class Happenings(NamedTuple):
    """The two tables; without rows where the scenario has no events that set anything."""

    occasions: Records
    effects: Records


def happenings(
    scenario: Scenario,
    call_types: tuple[str, ...],
    queues: tuple[str, ...],
    nodes: tuple[str, ...],
    add_law: Callable[[Law], int],
    name_key: Callable[[str], int],
    epoch: int,
) -> Happenings:
    """What may happen when, and what it does.

    Parameters
    ----------
    call_types, queues, nodes : tuple of str
        Names in the order of their codes.
    add_law : callable
        Law to its row.
    name_key : callable
        Path of a name to its 64-bit key.
    epoch : int
        Ordinal of the date with number 0.
    """
    codes = {EventField.QUEUE: queues, EventField.NODE: nodes, EventField.CONTAINED: nodes}
    first: dict[str, int] = {}
    effects: list[tuple[int, int, float]] = []
    for name in sorted(scenario.events):
        first[name] = len(effects)
        for effect in effects_of(scenario, name):
            names = codes.get(effect.field, call_types)
            effects.append((int(effect.field), names.index(effect.name), effect.amount))
    found = [one for one in occasions(scenario) if scenario.events[one.event].set]
    table = records(OCCASION, len(found))
    for row, one in zip(table, found, strict=True):
        row.name_key, row.date = name_key(f"event/{one.event}"), one.date.toordinal() - epoch
        row.chance, row.start_from, row.start_until = one.chance, one.start_from, one.start_until
        row.law = add_law(one.length)
        row.first_effect, row.n_effects = first[one.event], len(effects_of(scenario, one.event))
    return Happenings(table, np.array(effects, dtype=EFFECT).view(np.recarray))


def calls_off(scenario: Scenario, teams: tuple[str, ...], n_agents: int) -> list[TimetableRow]:
    """Rows of the timetable: so many of a team are called off the phones, and back."""
    rows: list[TimetableRow] = []
    for one in occasions(scenario):
        for team, n in scenario.events[one.event].off_phones.items():
            rows += off_phones_rows(one.start_from, one.start_from + one.length.a, teams.index(team), n_agents, n)
    return rows
