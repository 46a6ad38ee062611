"""Who takes whom: agents idle in order, calls wait in order, and the verb that brings the two together."""

from __future__ import annotations

from ccsim.engine.compiled.calendar import ID_BITS, push
from ccsim.engine.compiled.rows import close_agent_state
from ccsim.engine.compiled.state import Floor
from ccsim.jit import hot
from ccsim.program.layout import Program
from ccsim.rules.handling import hold_time, talk_time, wrap_time
from ccsim.rules.randomness import Luck
from ccsim.rules.routing import agent_goes_first, call_goes_first
from ccsim.rules.tally import interval_of
from ccsim.vocabulary import AgentState, Event

__all__ = ["assign", "change_state", "enqueue", "pick_agent", "pick_call", "schedule", "start_idle", "stop_idle", "unqueue"]


@hot
def schedule(floor: Floor, at: float, event: int, entity: int, slot: int) -> None:
    """Enters an event. Writes calendar."""
    clock = floor.clock[0]
    clock.n_events = push(floor.calendar, clock.n_events, at, (event << ID_BITS) | entity, slot)


@hot
def start_idle(floor: Floor, team_code: int, agent: int) -> None:
    """Puts an agent behind those of his team who have been idle longer; in one instant ids decide. Writes agents, teams."""
    agents = floor.agents
    team = floor.teams[team_code]
    behind = -1
    ahead = team.last_idle
    while ahead >= 0 and agents[ahead].since == agents[agent].since and ahead > agent:
        behind = ahead
        ahead = agents[ahead].previous
    agents[agent].previous = ahead
    agents[agent].next = behind
    if ahead >= 0:
        agents[ahead].next = agent
    else:
        team.first_idle = agent
    if behind >= 0:
        agents[behind].previous = agent
    else:
        team.last_idle = agent


@hot
def stop_idle(floor: Floor, team_code: int, agent: int) -> None:
    """Takes an agent out of his team's idle list. Writes agents, teams."""
    agents = floor.agents
    team = floor.teams[team_code]
    ahead = agents[agent].previous
    behind = agents[agent].next
    if ahead >= 0:
        agents[ahead].next = behind
    else:
        team.first_idle = behind
    if behind >= 0:
        agents[behind].previous = ahead
    else:
        team.last_idle = ahead


@hot
def enqueue(floor: Floor, slot: int) -> None:
    """Puts a caller behind those who came earlier; in one instant ids decide. Writes callers, queues."""
    callers = floor.callers
    caller = callers[slot]
    queue = floor.queues[caller.queue]
    behind = -1
    ahead = queue.last
    while ahead >= 0 and callers[ahead].queued_at == caller.queued_at and callers[ahead].customer > caller.customer:
        behind = ahead
        ahead = callers[ahead].previous
    caller.previous = ahead
    caller.next = behind
    caller.waiting = 1
    if ahead >= 0:
        callers[ahead].next = slot
    else:
        queue.first = slot
    if behind >= 0:
        callers[behind].previous = slot
    else:
        queue.last = slot
    queue.n_waiting += 1


@hot
def unqueue(floor: Floor, slot: int) -> None:
    """Takes a waiting caller out of his queue. Writes callers, queues."""
    callers = floor.callers
    caller = callers[slot]
    queue = floor.queues[caller.queue]
    if caller.previous >= 0:
        callers[caller.previous].next = caller.next
    else:
        queue.first = caller.next
    if caller.next >= 0:
        callers[caller.next].previous = caller.previous
    else:
        queue.last = caller.previous
    caller.waiting = 0
    queue.n_waiting -= 1


@hot
def pick_agent(program: Program, floor: Floor, slot: int) -> int:
    """The idle agent who takes this call, -1 for none."""
    queue = floor.callers[slot].queue
    best = -1
    for team in range(floor.teams.shape[0]):
        first = floor.teams[team].first_idle
        if first < 0 or program.reach[queue, team] == 0:
            continue
        if best < 0 or agent_goes_first(floor.agents[first].since, first, floor.agents[best].since, best):
            best = first
    return best


@hot
def pick_call(program: Program, floor: Floor, team_code: int) -> int:
    """Slot of the waiting call an agent of this team takes, -1 for none."""
    callers = floor.callers
    best = -1
    for queue in range(floor.queues.shape[0]):
        first = floor.queues[queue].first
        if first < 0 or program.reach[queue, team_code] == 0:
            continue
        if best < 0 or call_goes_first(
            program.queues[queue].priority,
            callers[first].queued_at,
            callers[first].customer,
            program.queues[callers[best].queue].priority,
            callers[best].queued_at,
            callers[best].customer,
        ):
            best = first
    return best


@hot
def assign(program: Program, luck: Luck, floor: Floor, now: float, slot: int, agent: int) -> None:
    """The agent answers the call. Writes callers, agents, agent states, calendar."""
    clock = floor.clock[0]
    caller = floor.callers[slot]
    entity = caller.entity
    if program.settings[0].start_order != 0:
        entity = clock.n_starts
        clock.n_starts += 1
    interval = interval_of(program, caller.arrived_at)
    recorded = caller.recorded_handle
    caller.agent = agent
    caller.answered_at = now
    caller.talk_time = talk_time(luck, program, caller.call_type, entity, interval, recorded)
    caller.hold_time = hold_time(luck, program, caller.call_type, entity, interval, recorded)
    caller.wrap_time = wrap_time(luck, program, caller.call_type, entity, recorded)

    change_state(program, luck, floor, now, agent, AgentState.TALK, caller.customer)
    schedule(floor, now + caller.talk_time + caller.hold_time, Event.TALK_END, caller.customer, slot)


@hot
def change_state(program: Program, luck: Luck, floor: Floor, now: float, agent: int, state: int, customer: int) -> None:
    """The agent does something else from now on. Writes agents, agent states."""
    close_agent_state(program, luck, floor, agent, now)
    doing = floor.agents[agent]
    doing.state = state
    doing.since = now
    doing.customer = customer
