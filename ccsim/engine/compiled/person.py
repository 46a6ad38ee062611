"""Persons between calls: the errands of who is released, breaks, leaving, overtime."""

from __future__ import annotations

import math

from ccsim.engine.compiled.assign import change_state, schedule, stop_idle
from ccsim.engine.compiled.state import agent_now, person_now, team_now
from ccsim.jit import inner
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import agent_at, break_at, duty_at, team_at
from ccsim.vocabulary import AgentState, Event

__all__ = ["end_overtime", "leave", "run_errand", "timer_of"]

_ABSENT = int(AgentState.ABSENT)


@inner
def timer_of(program: Records, agent: int) -> int:
    """Entity of an agent's own timers, apart from that of the timetable's events for him and his team."""
    return program.n_agents + program.n_teams + agent


@inner
def run_errand(program: Records, luck: Luck, floor: Records, now: float, agent: int) -> bool:
    """Who has nothing in hand leaves, or goes away, if he is to; false if he may take a call. Writes agents, persons, teams."""
    person = person_now(floor, agent)
    if person.overtime != 0:
        return False
    if person.leaving != 0:
        leave(program, luck, floor, now, agent)
        return True
    team = team_now(floor, agent_at(program, agent).team)
    if team.n_wanted_off > 0:
        team.n_wanted_off -= 1
        person.called_off = 1
        change_state(program, luck, floor, now, agent, AgentState.OFF_PHONE, -1)
        return True
    if person.next_break < person.due_until:
        due = break_at(program, person.next_break)
        person.next_break += 1
        go_away(program, luck, floor, now, agent, due.state, due.length)
        return True
    if person.spells_due > 0:
        person.spells_due -= 1
        go_away(program, luck, floor, now, agent, AgentState.OFF_PHONE, duty_at(program, person.duty).spell)
        return True
    agent_now(floor, agent).errand = 0
    return False


@inner
def go_away(program: Records, luck: Luck, floor: Records, now: float, agent: int, state: int, length: float) -> None:
    """He is away from the phones for that long. Writes agents, persons, calendar."""
    change_state(program, luck, floor, now, agent, state, -1)
    person_now(floor, agent).away_until = now + length
    schedule(floor, now + length, Event.COME_ON, timer_of(program, agent), agent)


@inner
def leave(program: Records, luck: Luck, floor: Records, now: float, agent: int) -> None:
    """A person goes home; if another shift of his has begun, he is missing there. Writes agents, persons, teams."""
    person = person_now(floor, agent)
    state = person.lost_state if person.lost_duty >= 0 else _ABSENT
    change_state(program, luck, floor, now, agent, state, -1)
    team_now(floor, agent_at(program, agent).team).n_present -= 1
    agent_now(floor, agent).errand = 0
    person.duty = -1
    person.away_until = person.spell_at = math.inf
    person.next_break = person.due_until = 0
    person.spells_due = 0
    person.leaving = person.overtime = person.called_off = 0


@inner
def end_overtime(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """Nobody stays for others any longer: who is idle after his shift leaves, who is busy does on release. Writes agents."""
    for team in range(floor.n_teams):
        row = team_at(program, team)
        if row.persons == 0:
            continue
        for agent in range(row.first_agent, row.first_agent + row.n_agents):
            person = person_now(floor, agent)
            if person.overtime == 0:
                continue
            if agent_now(floor, agent).state == AgentState.AVAILABLE:
                stop_idle(floor, team, agent)
                leave(program, luck, floor, now, agent)
            else:
                person.overtime = 0
                person.leaving = 1
