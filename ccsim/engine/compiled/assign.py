"""Who takes whom: agents idle in order, calls wait in order, and the verb that brings the two together."""

from __future__ import annotations

from ccsim.engine.compiled.ahead import talk_time_of
from ccsim.engine.compiled.calendar import code_of, push
from ccsim.engine.compiled.choose import (
    leaves_enough_idle,
    own_factor,
    pick_agent_by_rule,
    pick_call_by_weight,
    pick_last_agent,
)
from ccsim.engine.compiled.desk import take_up
from ccsim.engine.compiled.earlier import is_misrouted, keep_earlier, leg_of
from ccsim.engine.compiled.happened import event_factor
from ccsim.engine.compiled.lists import is_on_list, pick_to_call
from ccsim.engine.compiled.policy import pick_agent_by_score, pick_call_by_score
from ccsim.engine.compiled.rows import close_agent_state
from ccsim.engine.compiled.state import (
    RINGING,
    WAITING,
    WILL_ASK,
    agent_now,
    agent_work,
    caller_at,
    case_now,
    earlier_at,
    lane_now,
    last_agent_of,
    queue_now,
    team_now,
)
from ccsim.jit import apart, here, inner, laid_in, lowest_bit
from ccsim.program.layout import IN_A_LIST, NOT_LISTED, SHARED_BIT, Records
from ccsim.rules.authority import stay_of
from ccsim.rules.callbacks import dial_time
from ccsim.rules.handling import hold_time, misroute_talk_time, ring_time, wrap_time
from ccsim.rules.presence import is_away, is_on_duty
from ccsim.rules.randomness import Luck
from ccsim.rules.routing import agent_goes_first, call_goes_first, is_busy
from ccsim.rules.tables import call_type_at, lane_at, lane_team_at, recorded_at, team_at, team_lane_at
from ccsim.rules.tally import interval_of
from ccsim.vocabulary import Action, AgentState, Event, EventField, PickAgent, PickCall

__all__ = [
    "answer",
    "assign",
    "change_state",
    "enqueue",
    "may_be_sent_on",
    "may_transfer",
    "pick_agent",
    "pick_agent_in_turn",
    "pick_call",
    "schedule",
    "start_idle",
    "stop_idle",
    "unqueue",
]


@inner
def schedule(floor: Records, at: float, event: int, entity: int, slot: int) -> None:
    """Enters an event. Writes calendar."""
    push(floor, at, code_of(event, entity, slot))


@inner
def start_idle(floor: Records, team_code: int, agent: int) -> None:
    """Puts an agent behind those of his team who have been idle longer; in one instant ids decide. Writes agents, teams."""
    team = team_now(floor, team_code)
    behind = -1
    ahead = team.last_idle
    while ahead >= 0 and agent_now(floor, ahead).since == agent_now(floor, agent).since and ahead > agent:
        behind = ahead
        ahead = agent_now(floor, ahead).previous
    agent_now(floor, agent).previous = ahead
    agent_now(floor, agent).next = behind
    if ahead >= 0:
        agent_now(floor, ahead).next = agent
    else:
        team.first_idle = agent
        floor.idle_teams |= 1 << min(team_code, SHARED_BIT)
    if behind >= 0:
        agent_now(floor, behind).previous = agent
    else:
        team.last_idle = agent


@inner
def stop_idle(floor: Records, team_code: int, agent: int) -> None:
    """Takes an agent out of his team's idle list. Writes agents, teams."""
    team = team_now(floor, team_code)
    ahead = agent_now(floor, agent).previous
    behind = agent_now(floor, agent).next
    if ahead >= 0:
        agent_now(floor, ahead).next = behind
    else:
        team.first_idle = behind
        if behind < 0 and team_code < SHARED_BIT:
            floor.idle_teams ^= 1 << team_code
    if behind >= 0:
        agent_now(floor, behind).previous = ahead
    else:
        team.last_idle = ahead


@inner
def enqueue(floor: Records, slot: int) -> None:
    """Puts a caller behind those whose waiting counts from earlier; from one instant ids decide. Writes callers, lanes."""
    caller = caller_at(floor, slot)
    lane = lane_now(floor, caller.lane)
    behind = -1
    ahead = lane.last
    while ahead >= 0 and call_goes_first(
        caller.queued_at, caller.customer, caller_at(floor, ahead).queued_at, caller_at(floor, ahead).customer
    ):
        behind = ahead
        ahead = caller_at(floor, ahead).previous
    caller.previous = ahead
    caller.next = behind
    caller.waiting = WAITING
    lane.n_waiting += 1
    if ahead >= 0:
        caller_at(floor, ahead).next = slot
    else:
        lane.first = slot
        floor.waiting_lanes |= 1 << min(int(caller.lane), SHARED_BIT)
    if behind >= 0:
        caller_at(floor, behind).previous = slot
    else:
        lane.last = slot


@inner
def unqueue(floor: Records, slot: int) -> None:
    """Takes a waiting caller out of his lane. Writes callers, lanes."""
    caller = caller_at(floor, slot)
    lane = lane_now(floor, caller.lane)
    if caller.previous >= 0:
        caller_at(floor, caller.previous).next = caller.next
    else:
        lane.first = caller.next
        if caller.next < 0 and caller.lane < SHARED_BIT:
            floor.waiting_lanes ^= 1 << int(caller.lane)
    if caller.next >= 0:
        caller_at(floor, caller.next).previous = caller.previous
    else:
        lane.last = caller.previous
    caller.waiting = 0
    lane.n_waiting -= 1


@inner
def listed(bits: int, codes: int) -> int:
    """Bits by place in a list, of bits by code. Without a branch."""
    places = 0
    for place in range(IN_A_LIST):
        places |= ((int(bits) >> code_at(codes, place)) & 1) << place
    return places


@inner
def code_at(codes: int, place: int) -> int:
    """The lane or team at a place of a list."""
    return (int(codes) >> (8 * place)) & NOT_LISTED


@inner
def pick_agent(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> int:
    """The idle agent who takes this call, -1 for none."""
    caller = caller_at(floor, slot)
    lane = lane_at(program, caller.lane)
    idle = floor.idle_teams & lane.team_bits
    if idle == 0:
        return -1
    if floor.agent_score != 0:
        return pick_agent_by_score(program, floor, now, slot)
    if program.last_agent != 0:
        last = pick_last_agent(program, floor, now, slot)
        if last >= 0:
            return last
    if program.pick_agent != PickAgent.LONGEST_IDLE:
        return pick_agent_by_rule(program, luck, floor, now, slot)
    if lane.team_list != 0:
        if idle & (idle - 1) == 0:
            return team_now(floor, lowest_bit(idle)).first_idle  # type: ignore[no-any-return]
        places = listed(idle, lane.team_list)
        place = lowest_bit(places)
        first = team_now(floor, code_at(lane.team_list, place)).first_idle
        others = places & (lane.equal_teams >> (8 * place)) & ~(1 << place)
        while others != 0:
            place = lowest_bit(others)
            others &= others - 1
            other = team_now(floor, code_at(lane.team_list, place)).first_idle
            if agent_goes_first(agent_now(floor, other).since, other, agent_now(floor, first).since, first):
                first = other
        return first  # type: ignore[no-any-return]
    return pick_agent_in_turn(program, floor, now, slot)


@inner
@apart
def pick_agent_in_turn(program: Records, floor: Records, now: float, slot: int) -> int:
    """The same where a team joins later or keeps agents idle, or many teams answer."""
    caller = caller_at(floor, slot)
    lane = lane_at(program, caller.lane)
    best = -1
    best_prefer = 0
    for place in range(lane.first_team, lane.first_team + lane.n_teams):
        team = lane_team_at(program, place)
        first = team_now(floor, team.team).first_idle
        if first < 0:
            continue
        if best >= 0 and team.calls_prefer > best_prefer:
            break  # teams stand in the order in which the call prefers them
        if caller.queued_at + team.after > now or not leaves_enough_idle(floor, team.team, team.keep_idle, 1):
            continue
        if best < 0 or agent_goes_first(agent_now(floor, first).since, first, agent_now(floor, best).since, best):
            best = first
            best_prefer = team.calls_prefer
    return best


@inner
def pick_call(program: Records, floor: Records, now: float, agent: int) -> int:
    """Slot of the waiting call this agent takes, or of the customer he dials, -1 for none."""
    call = pick_waiting(program, floor, now, agent)
    if floor.n_to_call > 0:
        return pick_to_call(program, floor, now, agent, call, 0)  # type: ignore[no-any-return]
    return call  # type: ignore[no-any-return]


@laid_in
def pick_waiting(program: Records, floor: Records, now: float, agent: int) -> int:
    """Slot of the waiting call this agent takes, -1 for none."""
    team_code = agent_now(floor, agent).team
    team = team_at(program, team_code)
    waiting = floor.waiting_lanes & team.lane_bits
    if waiting == 0:
        return -1
    if floor.call_score != 0:
        return pick_call_by_score(program, floor, now, agent)
    if program.pick_call == PickCall.WEIGHTED_WAIT:
        return pick_call_by_weight(program, floor, now, agent)
    if team.lane_list != 0:
        if waiting & (waiting - 1) == 0:
            return lane_now(floor, lowest_bit(waiting)).first  # type: ignore[no-any-return]
        places = listed(waiting, team.lane_list)
        place = lowest_bit(places)
        first = lane_now(floor, code_at(team.lane_list, place)).first
        others = places & (team.equal_lanes >> (8 * place)) & ~(1 << place)
        while others != 0:
            place = lowest_bit(others)
            others &= others - 1
            other = lane_now(floor, code_at(team.lane_list, place)).first
            one = caller_at(floor, other)
            if call_goes_first(
                one.queued_at, one.customer, caller_at(floor, first).queued_at, caller_at(floor, first).customer
            ):
                first = other
        return first  # type: ignore[no-any-return]
    return pick_call_in_turn(program, floor, now, agent)


@inner
@apart
def pick_call_in_turn(program: Records, floor: Records, now: float, agent: int) -> int:
    """The same where a lane is for others at first or leaves agents idle, or there are many."""
    team_code = agent_now(floor, agent).team
    team = team_at(program, team_code)
    best = -1
    best_turn = 0
    for place in range(team.first_lane, team.first_lane + team.n_lanes):
        lane = team_lane_at(program, place)
        first = lane_now(floor, lane.lane).first
        if first < 0:
            continue
        if best >= 0 and lane.turn > best_turn:
            break  # lanes stand in the order of their turns
        caller = caller_at(floor, first)
        if caller.queued_at + lane.after > now or not leaves_enough_idle(floor, team_code, lane.keep_idle, 0):
            continue
        if best < 0 or call_goes_first(
            caller.queued_at, caller.customer, caller_at(floor, best).queued_at, caller_at(floor, best).customer
        ):
            best = first
            best_turn = lane.turn
    return best


@inner
@apart
def note_work(floor: Records, agent: int, now: float) -> None:
    """What the agent did until now adds to his work; who was not here begins anew, time away is not his. Writes agent work."""
    doing = agent_now(floor, agent)
    work = agent_work(floor, agent)
    if not is_on_duty(doing.state):
        work.came_at = now
        work.busy_time = 0.0
    elif is_busy(doing.state):
        work.busy_time += now - doing.since
    elif is_away(doing.state):
        work.came_at += now - doing.since


@inner
def change_state(program: Records, luck: Luck, floor: Records, now: float, agent: int, state: int, customer: int) -> None:
    """The agent does something else from now on. Writes agents, agent states."""
    close_agent_state(program, luck, floor, agent, now)
    doing = agent_now(floor, agent)
    if program.pick_agent == PickAgent.LEAST_OCCUPIED:
        note_work(floor, agent, now)
    doing.state = state
    doing.since = now
    doing.customer = customer


change_state_here = here(change_state)


@laid_in
def assign(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int) -> None:
    """The agent gets the call; his phone may ring first. Or he dials. Writes callers, agents, agent states, calendar."""
    if program.n_callbacks > 0 and is_on_list(floor, slot):
        dial_back(program, luck, floor, now, slot, agent)
        return
    if team_at(program, agent_now(floor, agent).team).ring_law >= 0 and ring(program, luck, floor, now, slot, agent):
        return
    answer(program, luck, floor, now, slot, agent)


@inner
@apart
def ring(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int) -> bool:
    """The agent's phone begins to ring, and the caller goes on waiting; false if it rings no time at all. Writes as above."""
    caller = caller_at(floor, slot)
    law = team_at(program, agent_now(floor, agent).team).ring_law
    answers_at = now + ring_time(luck, program, law, caller.entity, caller.contact)
    if answers_at <= now:
        return False
    keep_earlier(floor, slot)
    earlier = earlier_at(floor, slot)
    earlier.assigned_at = now
    earlier.answers_at = answers_at
    caller.agent = agent
    caller.waiting = RINGING
    floor.n_inside += 1
    change_state(program, luck, floor, now, agent, AgentState.RING, caller.customer)
    schedule(floor, answers_at, Event.RING_END, caller.customer, slot)
    return True


@inner
@apart
def dial_back(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int) -> None:
    """The agent dials and hears it ring. Writes callers, earlier, agents, agent states, calendar."""
    caller = caller_at(floor, slot)
    earlier = earlier_at(floor, slot)
    queue = lane_at(program, caller.lane).queue
    rings = dial_time(luck, program, queue, earlier.entity, stay_of(caller.contact, caller.segment))
    earlier.n_dials += 1
    earlier.assigned_at = now
    earlier.answers_at = now + rings
    caller.agent = agent
    caller.waiting = RINGING
    floor.n_inside += 1
    change_state(program, luck, floor, now, agent, AgentState.RING, caller.customer)
    schedule(floor, now + rings, Event.RING_END, caller.customer, slot)


@laid_in
def answer(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int) -> None:
    """The agent answers the call. Writes callers, agents, agent states, queues, calendar."""
    caller = caller_at(floor, slot)
    entity = caller.entity
    if program.start_order != 0:
        entity = floor.n_starts
        floor.n_starts += 1
    interval = 0
    if floor.factors_vary != 0:
        interval = interval_of(program, caller.arrived_at)
    recorded = -1.0
    if caller.recorded >= 0 and leg_of(caller) == 0:
        recorded = recorded_at(program, caller.recorded).handle
    caller.agent = agent
    caller.answered_at = now
    if program.last_agent != 0:
        last_agent_of(floor, slot).agent = agent
    reach = caller.lane * program.n_teams + agent_now(floor, agent).team
    factor = own_factor(program, luck, agent)
    caller.talk_time = talk_time_of(program, luck, floor, slot, reach, factor, entity, interval, recorded)
    caller.hold_time = hold_time(luck, program, reach, factor, caller.call_type, entity, interval, recorded)
    caller.wrap_time = wrap_time(luck, program, reach, factor, caller.call_type, entity, interval, recorded)
    if caller.earlier != 0:
        earlier_at(floor, slot).assigned_at = min(earlier_at(floor, slot).assigned_at, now)
    if program.keeps_last_wait != 0 and (program.n_callbacks == 0 or not is_on_list(floor, slot)):
        queue_now(floor, lane_at(program, caller.lane).queue).last_wait = now - caller.queued_at
    if is_misrouted(floor, slot):
        recorded = 0.0
        caller.talk_time = misroute_talk_time(luck, program, entity)
        caller.hold_time = 0.0
        caller.wrap_time = 0.0
    if program.n_occasions > 0 and recorded < 0.0:
        lengthen(program, floor, caller)
    if program.authority != 0:
        take_up(program, luck, floor, now, slot, agent, recorded >= 0.0)
    if may_transfer(program, floor, slot):
        floor.n_inside += 1

    change_state_here(program, luck, floor, now, agent, AgentState.TALK, caller.customer)
    schedule(floor, now + caller.talk_time + caller.hold_time, Event.TALK_END, caller.customer, slot)


@inner
@apart
def lengthen(program: Records, floor: Records, caller: Records) -> None:
    """Events under way when the contact dialled make it longer or shorter. Writes callers."""
    factor = event_factor(program, floor, EventField.HANDLE, caller.call_type, caller.arrived_at)
    caller.talk_time *= factor
    caller.hold_time *= factor
    caller.wrap_time *= factor


@inner
def may_be_sent_on(program: Records, floor: Records, slot: int) -> bool:
    """True if callers of the leg at hand may be transferred after it; who has been escalated is not."""
    caller = caller_at(floor, slot)
    if leg_of(caller) >= call_type_at(program, caller.call_type).transfer_at_most:
        return False
    return program.authority == 0 or case_now(floor, slot).n_hops == 0  # type: ignore[no-any-return]


@inner
def may_transfer(program: Records, floor: Records, slot: int) -> bool:
    """True if this talk may end in a transfer: until it ends the contact is inside, so nobody goes home who might be needed."""
    if program.authority != 0:
        case = case_now(floor, slot)
        if case.action == Action.ESCALATED or case.asks == WILL_ASK:
            return True
    return may_be_sent_on(program, floor, slot) or is_misrouted(floor, slot)
