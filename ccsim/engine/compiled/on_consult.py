"""Asking a colleague: a request waits in a lane like a caller, agent and caller hold, then the agent talks on.

A request has a slot of its own from the moment of asking; its customer and call type are the caller's.
"""

from __future__ import annotations

import math

from ccsim.engine.compiled.assign import change_state, enqueue, may_transfer, pick_agent, schedule, stop_idle
from ccsim.engine.compiled.consult import begin_consult
from ccsim.engine.compiled.desk import ask_in_vain, lane_to_ask
from ccsim.engine.compiled.happened import is_closed
from ccsim.engine.compiled.on_agent import release
from ccsim.engine.compiled.rows import close_consult
from ccsim.engine.compiled.slots import free_slot, reserve_segment
from ccsim.engine.compiled.state import REQUEST, caller_at, case_now, last_agent_of
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import agent_at, lane_at
from ccsim.vocabulary import AgentState, Event, EventField, Outcome

__all__ = ["ask", "end_consult", "give_up"]


@inner
@apart
def ask(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The first part of the talk is over: the agent and the caller hold for a colleague. Writes all tables."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    case.asks = 0
    case.asked_at = now
    if not may_transfer(program, floor, slot):
        floor.n_inside -= 1
    change_state(program, luck, floor, now, caller.agent, AgentState.BRIEF, caller.customer)
    lane = lane_to_ask(program, floor, slot)
    queue = lane_at(program, lane).queue

    place = floor.free_slot
    request = caller_at(floor, place)
    floor.free_slot = request.next
    floor.n_free -= 1
    request.customer = caller.customer
    request.entity = caller.entity
    request.call_type = caller.call_type
    request.contact = caller.contact
    request.segment = caller.segment + 1
    request.lane = lane
    request.arrived_at = caller.arrived_at
    request.queued_at = now
    request.answered_at = math.inf
    request.gives_up_at = math.inf
    request.agent = -1
    request.earlier = 0
    request.waiting = 0
    request.recorded = -1
    request.kept_row = 0
    if program.last_agent != 0:
        last_agent_of(floor, place).agent = -1  # the customer has talked to no colleague yet
    case_now(floor, place).asks = REQUEST
    case_now(floor, place).asker = slot
    reserve_segment(floor, place)

    if floor.shut != 0 or (program.n_occasions > 0 and is_closed(program, floor, EventField.QUEUE, queue, now)):
        give_up(program, luck, floor, now, place, Outcome.CLOSED)
        return
    colleague = pick_agent(program, luck, floor, now, place)
    if colleague >= 0:
        stop_idle(floor, agent_at(program, colleague).team, colleague)
        begin_consult(program, luck, floor, now, place, colleague)
        return
    enqueue(floor, place)
    floor.n_inside += 1
    request.gives_up_at = now + program.consult_at_most
    schedule(floor, request.gives_up_at, Event.ABANDON, request.customer, place)


@inner
@apart
def give_up(program: Records, luck: Luck, floor: Records, now: float, place: int, outcome: int) -> None:
    """A request that no longer waits got no answer: the agent refuses the case. Writes all tables."""
    slot = case_now(floor, place).asker
    close_consult(program, luck, floor, place, outcome, now)
    free_slot(floor, place)
    ask_in_vain(program, floor, slot)
    talk_on(program, luck, floor, now, slot)


@inner
@apart
def end_consult(program: Records, luck: Luck, floor: Records, now: float, place: int) -> None:
    """The colleague has said his word, and is free. Writes all tables."""
    colleague = caller_at(floor, place).agent
    slot = case_now(floor, place).asker
    close_consult(program, luck, floor, place, Outcome.SERVED, now)
    free_slot(floor, place)
    talk_on(program, luck, floor, now, slot)
    release(program, luck, floor, now, colleague)


@inner
def talk_on(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The agent comes back to the caller. Writes callers, cases, agents, calendar."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    held = now - case.asked_at
    case.consult_time += held
    caller.talk_time += case.talk_after
    caller.hold_time = case.hold_after + held
    change_state(program, luck, floor, now, caller.agent, AgentState.TALK, caller.customer)
    schedule(floor, now + case.talk_after + case.hold_after, Event.TALK_END, caller.customer, slot)
