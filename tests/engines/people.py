"""Persons for generated Programs: shifts with breaks, absence, lateness, spells off the phones, agents called off, proficiency.

Drawn apart from the rest of a Program, so that those without persons stay what they are.
"""

from __future__ import annotations

import math

import numpy as np

from ccsim.program.layout import AGENT, BREAK, CALL_OFF, DUTY, LAW, TIMETABLE, Program, Records, records
from ccsim.vocabulary import AgentState, Event, Family
from tests.engines.dice import Dice

__all__ = ["with_calls_off", "with_people"]

_SEATS = (Event.SEATS_UP, Event.SEATS_DOWN)


def with_people(program: Program, dice: Dice, *, grid: bool) -> Program:
    """The Program with some of its teams made of persons."""
    teams = program.teams.copy()
    agents = records(AGENT, len(program.agents))
    agents.team = program.agents.team
    agents.name_key = [dice.between(-(1 << 62), 1 << 62) for _ in agents]
    laws = np.concatenate([program.laws, _late_law(dice, grid=grid)]).view(np.recarray)
    timetable = [tuple(row) for row in program.timetable.tolist()]
    duties: list[tuple] = []
    breaks: list[tuple] = []
    for code, team in enumerate(teams):
        team.proficiency_sigma = 0.0 if grid else dice.pick([0.0, 0.3, 0.3])
        if dice.chance(0.3):
            start = dice.pick(timetable)[0] + 60.0 * dice.between(0, 40)
            n, whom = dice.between(1, 3), len(agents) + code
            timetable += [
                (start, Event.GO_AWAY, whom, n),
                (start + 60.0 * dice.between(1, 30), Event.COME_ON, whom, n + dice.between(0, 1)),
            ]
        if dice.chance(0.4):
            continue
        timetable = [row for row in timetable if row[1] not in _SEATS or row[2] != code]
        team.persons, team.absent_share = 1, dice.pick([0.0, 0.0, 0.2, 0.5])
        team.late_share, team.late_law = dice.pick([0.0, 0.3, 0.6]), len(laws) - 1
        for agent in range(team.first_agent, team.first_agent + team.n_agents):
            agents[agent].first_duty = len(duties)
            _add_duties(dice, program, agent, duties, breaks, timetable, grid=grid)
            agents[agent].n_duties = len(duties) - agents[agent].first_duty
    settings = program.settings.copy()
    settings.proficiency = int((teams.proficiency_sigma > 0.0).any())
    return program._replace(
        settings=settings,
        teams=teams,
        agents=agents,
        laws=laws,
        duties=_table(DUTY, duties),
        breaks=_table(BREAK, breaks),
        timetable=_table(TIMETABLE, sorted(timetable)),
    )


def with_calls_off(program: Program, dice: Dice, *, grid: bool) -> Program:
    """The Program with agents called off by chance; on the grid on whole minutes, at opening and closing, too."""
    law = records(LAW, 1)
    law.family = Family.DETERMINISTIC if grid else Family.EXPONENTIAL
    law.a = 60.0 * dice.between(1, 20)
    rows = []
    for date, day in enumerate(program.days):
        for _ in range(dice.between(0, 3) if day.open_at < math.inf else 0):
            start = dice.pick([day.open_at, min(day.close_at, day.open_at + 5400.0), day.open_at + 60.0 * dice.between(0, 60)])
            until = start if grid else start + dice.pick([0.0, 900.0])
            key, chance = dice.between(-(1 << 62), 1 << 62), dice.pick([1.0, 0.5])
            team = dice.between(0, len(program.teams) - 1)
            rows.append((key, date, chance, start, until, len(program.laws), team, dice.between(1, 3)))
    laws = np.concatenate([program.laws, law]).view(np.recarray)
    return program._replace(laws=laws, calls_off=_table(CALL_OFF, rows))


def _table(dtype: np.dtype, rows: list[tuple]) -> Records:
    return np.array(rows, dtype=dtype).view(np.recarray)


def _late_law(dice: Dice, *, grid: bool) -> Records:
    law = records(LAW, 1)
    law.family = Family.DETERMINISTIC if grid else Family.EXPONENTIAL
    law.a = dice.pick([60.0, 300.0, 3000.0])
    return law


def _add_duties(
    dice: Dice,
    program: Program,
    agent: int,
    duties: list[tuple],
    breaks: list[tuple],
    timetable: list[tuple],
    *,
    grid: bool,
) -> None:
    """One to three shifts of one person in each opening, often touching; they may pass closing, even the next opening."""
    free_from = -math.inf
    for day in program.days:
        if day.open_at == math.inf:
            continue
        closes = min(day.close_at, day.open_at + 5400.0)
        at = max(day.open_at + 60.0 * dice.between(-10, 15), free_from, 0.0)
        for ordinal in range(dice.pick([1, 1, 1, 2, 3])):
            length = 60.0 * dice.between(10, 60) + (0.0 if grid else dice.pick([0.0, dice.real(0.0, 60.0)]))
            late = 60.0 * dice.pick([0, 1, 2, 5])  # past closing there may be overtime
            end = closes + late if dice.chance(0.6) and closes > at + 600.0 else at + length
            duty, first = len(duties), len(breaks)
            _add_breaks(dice, duty, at, end, breaks)
            n_spells = dice.pick([0, 0, 1, 3])
            spell = min(60.0 * dice.between(1, 4), (end - at) / max(n_spells, 1))
            duties.append((agent, day.date, ordinal, at, end, first, len(breaks) - first, n_spells, spell))
            timetable += [(at, Event.COME_ON, agent, duty), (end, Event.DUTY_OFF, agent, duty)]
            timetable += [(breaks[i][1], Event.GO_AWAY, agent, i) for i in range(first, len(breaks))]
            free_from = end
            at = end + dice.pick([0.0, 300.0])


def _add_breaks(dice: Dice, duty: int, starts: float, ends: float, breaks: list[tuple]) -> None:
    """Breaks and meetings one after the other, some touching, the first perhaps at the very beginning."""
    at = starts + 60.0 * dice.pick([0, 1, 5, 10])
    while at < ends - 60.0 and dice.chance(0.7):
        length = min(60.0 * dice.between(1, 10), ends - at)
        state = dice.pick([AgentState.BREAK, AgentState.OFF_PHONE])
        breaks.append((duty, at, length, state, dice.between(0, 1)))
        at += length + 60.0 * dice.pick([0, 2, 10])
