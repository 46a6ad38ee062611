"""What happens to persons: shifts, breaks and time off the phones, by the timetable or by their own timers."""

from __future__ import annotations

import math

from ccsim.engine.compiled.assign import change_state, schedule, stop_idle
from ccsim.engine.compiled.on_agent import release
from ccsim.engine.compiled.person import leave, run_errand, timer_of
from ccsim.engine.compiled.state import agent_now, person_now, team_now
from ccsim.jit import inner
from ccsim.program.layout import Records
from ccsim.rules.presence import is_absent, is_away, is_on_duty, late_by, spell_at
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import agent_at, break_at, duty_at, team_at
from ccsim.vocabulary import AgentState, Event

__all__ = ["call_back", "call_off", "on_plan", "on_return", "on_spell"]

_ABSENT, _MISSING, _LATE = int(AgentState.ABSENT), int(AgentState.MISSING), int(AgentState.LATE)


@inner
def on_plan(program: Records, luck: Luck, floor: Records, now: float, entry: Records) -> None:
    """An event of the timetable for one person, or for so many of a team."""
    entity = entry.entity
    if entity >= program.n_agents:
        if entry.event == Event.GO_AWAY:
            call_off(program, luck, floor, now, entity - program.n_agents, entry.seats)
        else:
            call_back(program, luck, floor, now, entity - program.n_agents, entry.seats)
    elif entry.event == Event.COME_ON:
        begin_duty(program, luck, floor, now, entity, entry.seats)
    elif entry.event == Event.GO_AWAY:
        break_due(program, luck, floor, now, entity, entry.seats)
    else:
        end_duty(program, luck, floor, now, entity, entry.seats)


@inner
def begin_duty(program: Records, luck: Luck, floor: Records, now: float, agent: int, duty: int) -> None:
    """A shift begins: the person comes, or later (unless he is still here), or not at all. Writes agents, persons, calendar."""
    person = person_now(floor, agent)
    lost = _ABSENT
    is_here = is_on_duty(agent_now(floor, agent).state)
    if is_absent(luck, program, agent, duty_at(program, duty).date):
        lost = _MISSING
    elif not is_here:
        late = late_by(luck, program, duty)
        if late > 0.0:
            lost = _LATE
            if now + late < duty_at(program, duty).ends_at:
                person.coming_duty = duty
                person.coming_at = now + late
                schedule(floor, now + late, Event.COME_ON, timer_of(program, agent), agent)
    if lost == _ABSENT:
        arrive(program, luck, floor, now, agent, duty)
        return
    person.lost_duty = duty
    person.lost_state = lost
    if not is_here:
        change_state(program, luck, floor, now, agent, lost, -1)


@inner
def arrive(program: Records, luck: Luck, floor: Records, now: float, agent: int, duty_code: int) -> None:
    """The person is there for a duty: released, or, if still here from the one before, going on. Writes agents, persons."""
    duty = duty_at(program, duty_code)
    person = person_now(floor, agent)
    person.duty = duty_code
    person.lost_duty = person.coming_duty = -1
    person.leaving = person.overtime = 0
    person.spells_due = 0
    person.next_break = duty.first_break
    last = duty.first_break + duty.n_breaks
    while person.next_break < last and break_at(program, person.next_break).at < now:
        person.next_break += 1  # what he missed is not made up for
    person.due_until = person.next_break
    person.next_spell = 0
    while person.next_spell < duty.n_spells and spell_at(luck, program, duty_code, person.next_spell) < now:
        person.next_spell += 1
    schedule_spell(program, luck, floor, agent)
    if is_on_duty(agent_now(floor, agent).state):
        return
    if person.next_break < last and break_at(program, person.next_break).at == now:
        person.due_until += 1  # a shift that begins with a meeting begins there, not with a call
    team_now(floor, agent_at(program, agent).team).n_present += 1
    agent_now(floor, agent).errand = 1
    release(program, luck, floor, now, agent)


@inner
def schedule_spell(program: Records, luck: Luck, floor: Records, agent: int) -> None:
    """Sets the timer of the next unplanned time off the phones, if any. Writes persons, calendar."""
    person = person_now(floor, agent)
    person.spell_at = math.inf
    if person.next_spell < duty_at(program, person.duty).n_spells:
        person.spell_at = spell_at(luck, program, person.duty, person.next_spell)
        schedule(floor, person.spell_at, Event.GO_AWAY, timer_of(program, agent), agent)


@inner
def break_due(program: Records, luck: Luck, floor: Records, now: float, agent: int, planned: int) -> None:
    """A planned break is due: an idle agent goes, others when they are released. Writes agents, persons, calendar."""
    person = person_now(floor, agent)
    if person.duty != break_at(program, planned).duty or person.leaving != 0 or person.overtime != 0:
        return  # not here for this duty
    person.due_until = max(person.due_until, planned + 1)
    agent_now(floor, agent).errand = 1
    if agent_now(floor, agent).state == AgentState.AVAILABLE:
        stop_idle(floor, agent_at(program, agent).team, agent)
        run_errand(program, luck, floor, now, agent)


@inner
def on_spell(program: Records, luck: Luck, floor: Records, now: float, agent: int) -> None:
    """Unplanned time off the phones is due: an idle agent goes, others when they are released."""
    person = person_now(floor, agent)
    if person.spell_at != now or person.leaving != 0 or person.overtime != 0:
        return  # of a duty that is over
    person.next_spell += 1
    person.spells_due += 1
    schedule_spell(program, luck, floor, agent)
    agent_now(floor, agent).errand = 1
    if agent_now(floor, agent).state == AgentState.AVAILABLE:
        stop_idle(floor, agent_at(program, agent).team, agent)
        run_errand(program, luck, floor, now, agent)


@inner
def on_return(program: Records, luck: Luck, floor: Records, now: float, agent: int) -> None:
    """A timer of a person's: he is back from a break, or comes late to his shift. Writes agents, persons."""
    person = person_now(floor, agent)
    if person.away_until == now and is_away(agent_now(floor, agent).state):
        person.away_until = math.inf
        release(program, luck, floor, now, agent)
    if person.coming_duty >= 0 and person.coming_at == now:
        arrive(program, luck, floor, now, agent, person.coming_duty)


@inner
def end_duty(program: Records, luck: Luck, floor: Records, now: float, agent: int, duty: int) -> None:
    """A shift ends: who is idle or away leaves, who is busy on release; while the floor drains, who is there stays."""
    person = person_now(floor, agent)
    state = agent_now(floor, agent).state
    if person.lost_duty == duty:
        person.lost_duty = person.coming_duty = -1
        if state >= AgentState.MISSING:
            change_state(program, luck, floor, now, agent, AgentState.ABSENT, -1)
        return
    if person.duty != duty:
        return  # the next one has begun already
    if is_away(state):
        leave(program, luck, floor, now, agent)
    elif floor.draining != 0:
        person.overtime = 1
        agent_now(floor, agent).errand = 1
    elif state == AgentState.AVAILABLE:
        stop_idle(floor, agent_at(program, agent).team, agent)
        leave(program, luck, floor, now, agent)
    else:
        person.leaving = 1
        agent_now(floor, agent).errand = 1


@inner
def call_off(program: Records, luck: Luck, floor: Records, now: float, team_code: int, n: int) -> None:
    """So many of those on duty go off the phones: the idle, longest idle first, now; then who is released. Writes agents."""
    row = team_at(program, team_code)
    team = team_now(floor, team_code)
    n_able = -team.n_wanted_off
    for agent in range(row.first_agent, row.first_agent + row.n_agents):
        person = person_now(floor, agent)
        agent_now(floor, agent).errand = 1
        if is_on_duty(agent_now(floor, agent).state) and person.called_off == 0 and person.leaving + person.overtime == 0:
            n_able += 1
    n = max(min(n, n_able), 0)
    agent = team.first_idle
    while agent >= 0 and n > 0:
        behind = agent_now(floor, agent).next
        person = person_now(floor, agent)
        if person.overtime == 0:
            stop_idle(floor, team_code, agent)
            person.called_off = 1
            change_state(program, luck, floor, now, agent, AgentState.OFF_PHONE, -1)
            n -= 1
        agent = behind
    team.n_wanted_off += n


@inner
def call_back(program: Records, luck: Luck, floor: Records, now: float, team_code: int, n: int) -> None:
    """So many of those called off are wanted on the phones again: who has not gone yet stays, then the lowest ids return."""
    row = team_at(program, team_code)
    team = team_now(floor, team_code)
    stay = min(n, team.n_wanted_off)
    team.n_wanted_off -= stay
    n -= stay
    for agent in range(row.first_agent, row.first_agent + row.n_agents):
        if n > 0 and person_now(floor, agent).called_off != 0:
            person_now(floor, agent).called_off = 0
            n -= 1
            release(program, luck, floor, now, agent)
