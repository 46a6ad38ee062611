"""Scenario -> the tables of what may happen: OCCASION and EFFECT, and who is called off the phones, surely or by chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ccsim.program.layout import CALL_OFF, EFFECT, OCCASION, Records, records
from ccsim.program.presence import TimetableRow, off_phones_rows
from ccsim.scenario import Scenario
from ccsim.scenario.laws import Law
from ccsim.scenario.occasions import Occasion, effects_of, occasions
from ccsim.vocabulary import EventField

__all__ = ["Happenings", "calls_off", "happenings"]


class Happenings(NamedTuple):
    """The tables; without rows where the scenario has no events that set anything, or none by chance that calls people off."""

    occasions: Records
    effects: Records
    calls_off: Records


def happenings(
    scenario: Scenario,
    call_types: tuple[str, ...],
    queues: tuple[str, ...],
    nodes: tuple[str, ...],
    teams: tuple[str, ...],
    add_law: Callable[[Law], int],
    name_key: Callable[[str], int],
    epoch: int,
) -> Happenings:
    """What may happen when, and what it does.

    Parameters
    ----------
    call_types, queues, nodes, teams : tuple of str
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
        _write_window(row, one, name_key, add_law, epoch)
        row.first_effect, row.n_effects = first[one.event], len(effects_of(scenario, one.event))
    by_chance = [(one, *off) for one in occasions(scenario) for off in _by_chance(scenario, one)]
    off = records(CALL_OFF, len(by_chance))
    for row, (one, team, n) in zip(off, by_chance, strict=True):
        _write_window(row, one, name_key, add_law, epoch)
        row.team, row.n = teams.index(team), n
    return Happenings(table, np.array(effects, dtype=EFFECT).view(np.recarray), off)


def _by_chance(scenario: Scenario, one: Occasion) -> list[tuple[str, int]]:
    """Teams and how many of each an event calls off the phones if it happens by chance."""
    event = scenario.events[one.event]
    return [] if event.chance is None else sorted(event.off_phones.items())


def _write_window(row: Any, one: Occasion, name_key: Callable[[str], int], add_law: Callable[[Law], int], epoch: int) -> None:
    """Whose luck it is, and what is drawn. Writes the row."""
    row.name_key, row.date = name_key(f"event/{one.event}"), one.date.toordinal() - epoch
    row.chance, row.start_from, row.start_until = one.chance, one.start_from, one.start_until
    row.law = add_law(one.length)


def calls_off(scenario: Scenario, teams: tuple[str, ...], n_agents: int) -> list[TimetableRow]:
    """Rows of the timetable: so many of a team are called off the phones at fixed times, and back."""
    rows: list[TimetableRow] = []
    for one in occasions(scenario):
        if scenario.events[one.event].chance is not None:
            continue
        for team, n in scenario.events[one.event].off_phones.items():
            rows += off_phones_rows(one.start_from, one.start_from + one.length.a, teams.index(team), n_agents, n)
    return rows
