"""What happens to agents: released after a contact, coming and leaving with the seats, going home after closing."""

from __future__ import annotations

from ccsim.engine.compiled.assign import (
    assign,
    change_state,
    change_state_here,
    pick_call,
    schedule,
    start_idle,
    stop_idle,
    unqueue,
)
from ccsim.engine.compiled.consult import begin_consult
from ccsim.engine.compiled.lists import unlist
from ccsim.engine.compiled.person import end_overtime, run_errand
from ccsim.engine.compiled.state import ON_LIST, REQUEST, agent_now, budget_of, caller_at, case_now, team_now
from ccsim.jit import apart, here, inner
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck
from ccsim.rules.routing import agent_goes_first
from ccsim.rules.tables import agent_at, team_at
from ccsim.vocabulary import AgentState, Event

__all__ = ["look_again", "on_seats", "on_wrap_end", "release", "send_home"]


pick_call_here = here(pick_call)
start_idle_here = here(start_idle)
unqueue_here = here(unqueue)


@inner
def take(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int) -> None:
    """A waiting call is answered, or a customer dialled. Writes callers, lanes, lists, clock and what `assign` does."""
    if caller_at(floor, slot).waiting == ON_LIST:
        unlist(floor, slot)
        assign(program, luck, floor, now, slot, agent)
        return
    unqueue_here(floor, slot)
    floor.n_inside -= 1
    if program.consults != 0 and case_now(floor, slot).asks == REQUEST:
        begin_consult(program, luck, floor, now, slot, agent)
        return
    assign(program, luck, floor, now, slot, agent)


take_here = here(take)


@inner
def release(program: Records, luck: Luck, floor: Records, now: float, agent: int) -> None:
    """An agent on duty is free: he leaves if there are too many, goes where he has to, takes a call, or idles."""
    team_code = agent_now(floor, agent).team
    team = team_now(floor, team_code)
    if team.n_present > team.seats:
        change_state(program, luck, floor, now, agent, AgentState.ABSENT, -1)
        team.n_present -= 1
        return
    if agent_now(floor, agent).errand != 0 and run_errand(program, luck, floor, now, agent):
        return
    slot = pick_call_here(program, floor, now, agent)
    if slot >= 0:
        take_here(program, luck, floor, now, slot, agent)
        return
    change_state_here(program, luck, floor, now, agent, AgentState.AVAILABLE, -1)
    start_idle_here(floor, team_code, agent)


@inner
@apart
def look_again(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """Reserves are lifted: idle agents, longest idle first, look at the waiting calls. Writes agents, lanes, calendar.

    Of each team who has been idle longest: where he finds nothing nobody of the team does, nor later, as no call is added.
    """
    while True:
        best = -1
        for team in range(floor.n_teams):
            agent = team_now(floor, team).first_idle
            if agent < 0 or pick_call(program, floor, now, agent) < 0:
                continue
            if best < 0 or agent_goes_first(agent_now(floor, agent).since, agent, agent_now(floor, best).since, best):
                best = agent
        if best < 0:
            return
        stop_idle(floor, agent_at(program, best).team, best)
        release(program, luck, floor, now, best)


@inner
def on_wrap_end(program: Records, luck: Luck, floor: Records, now: float, agent: int) -> None:
    """After-contact work is done; or a briefing, after which it begins. Writes agents, agent states, calendar."""
    if program.warm != 0 and agent_now(floor, agent).state == AgentState.BRIEF:
        wrap = budget_of(floor, agent).wrap_next
        if wrap > 0.0:
            change_state(program, luck, floor, now, agent, AgentState.WRAP, agent_now(floor, agent).customer)
            schedule(floor, now + wrap, Event.WRAP_END, agent, agent)
            return
    release(program, luck, floor, now, agent)


@inner
def on_seats(program: Records, luck: Luck, floor: Records, now: float, team_code: int, seats: int) -> None:
    """A team's seats change: the lowest absent ids come in, or the longest idle leave. Writes agents, teams."""
    team = team_now(floor, team_code)
    team.seats = seats
    first = team_at(program, team_code).first_agent
    for agent in range(first, first + team_at(program, team_code).n_agents):
        if team.n_present >= seats:
            break
        if agent_now(floor, agent).state == AgentState.ABSENT:
            team.n_present += 1
            release(program, luck, floor, now, agent)
    while team.n_present > seats and team.first_idle >= 0:
        leave_idle(program, luck, floor, now, team_code, team.first_idle)


@inner
def leave_idle(program: Records, luck: Luck, floor: Records, now: float, team_code: int, agent: int) -> None:
    """An idle agent goes home. Writes agents, teams."""
    stop_idle(floor, team_code, agent)
    change_state(program, luck, floor, now, agent, AgentState.ABSENT, -1)
    team_now(floor, team_code).n_present -= 1


@inner
@apart
def send_home(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """After closing, when nobody is inside: idle agents leave now, busy ones on release. Writes agents, teams, clock."""
    floor.draining = 0
    end_overtime(program, luck, floor, now)
    for team in range(floor.n_teams):
        if team_at(program, team).persons != 0:
            continue  # each leaves at the end of his own shift
        on_seats(program, luck, floor, now, team, 0)
