"""What happens to callers: one handler per event kind. Guard, facts, decision, change, schedule."""

from __future__ import annotations

import math

from ccsim.engine.compiled.after_contact import comes_again
from ccsim.engine.compiled.ahead import forget_ahead, sent_to_of, take_ahead
from ccsim.engine.compiled.assign import change_state, may_be_sent_on, may_transfer, schedule
from ccsim.engine.compiled.callback import free_line, speaks_at_night
from ccsim.engine.compiled.desk import begin_case, loses, pass_on, put_down
from ccsim.engine.compiled.earlier import is_misrouted, keep_earlier, leg_of, remember_stay
from ccsim.engine.compiled.happened import is_closed
from ccsim.engine.compiled.lists import is_called_back
from ccsim.engine.compiled.on_agent import release
from ccsim.engine.compiled.on_callback import on_callback_due, promise_callback
from ccsim.engine.compiled.on_consult import ask, end_consult
from ccsim.engine.compiled.on_queue import end_unserved, leave_queue, seek_agent
from ccsim.engine.compiled.rows import close_contact, close_episode, close_queue_stay
from ccsim.engine.compiled.slots import free_slot, reserve_segment
from ccsim.engine.compiled.state import (
    OUT_OF_HOURS,
    REQUEST,
    ROWS_AHEAD,
    WILL_ASK,
    agent_now,
    budget_of,
    caller_at,
    case_now,
    earlier_at,
    fetch_contact,
    fetch_episode,
    fresh_at,
    ivr_stay_of,
    last_agent_of,
)
from ccsim.jit import apart, here, inner, laid_in
from ccsim.program.layout import Records
from ccsim.rules.ivr import node_time
from ccsim.rules.randomness import Luck, leg_entity
from ccsim.rules.tables import call_type_at
from ccsim.vocabulary import Action, AgentState, Event, EventField, Outcome

__all__ = ["enter_node", "enter_queue", "on_fresh_dial", "on_redial", "on_talk_end"]


close_queue_stay_here = here(close_queue_stay)
close_contact_here = here(close_contact)
close_episode_here = here(close_episode)


@inner
def enter_queue(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The contact reaches its queue. Writes callers, lanes, calendar, rows."""
    caller = caller_at(floor, slot)
    caller.n_offered += 1
    seek_agent(program, luck, floor, now, slot, call_type_at(program, caller.call_type).lane)


enter_queue_here = here(enter_queue)


@inner
def on_fresh_dial(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """The next fresh caller dials for the first time. Writes callers and whatever `dial` does."""
    arrival = fresh_at(floor, floor.next_at_door)
    slot = floor.free_slot
    caller = caller_at(floor, slot)
    take_ahead(program, luck, floor, slot, floor.next_at_door)
    floor.next_at_door += 1
    floor.free_slot = caller.next
    floor.n_free -= 1

    caller.customer = floor.next_customer
    floor.next_customer += 1
    caller.entity = arrival.entity
    caller.call_type = arrival.call_type
    caller.contact = 0
    caller.n_offered = 0
    caller.first_at = now
    caller.waited = 0.0
    caller.earlier = 0
    caller.recorded = arrival.recorded
    caller.kept_row = 0
    if floor.keep_rows != 0:
        fetch_episode(floor, caller.customer + ROWS_AHEAD)
    if program.last_agent != 0:
        last_agent_of(floor, slot).agent = -1
    if program.authority != 0:
        begin_case(program, luck, floor, slot)
    dial(program, luck, floor, now, slot)


@inner
@apart
def on_redial(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """A customer who was not served dials again; or one who is to be called back falls due."""
    if program.n_callbacks > 0 and is_called_back(floor, slot):
        on_callback_due(program, luck, floor, now, slot)
        return
    dial(program, luck, floor, now, slot)


@laid_in
def dial(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The caller takes a line, or finds none. Writes callers, clock, calendar, rows."""
    caller = caller_at(floor, slot)
    caller.arrived_at = now
    caller.queued_at = math.inf
    caller.segment = 0
    caller.contact_row = 0
    if floor.keep_rows != 0:
        caller.contact_row = floor.n_contact_rows
        fetch_contact(floor, caller.contact_row + ROWS_AHEAD)
        floor.n_contact_rows += 1
    if caller.recorded == OUT_OF_HOURS and caller.contact == 0:
        if program.n_callbacks == 0 or not speaks_at_night(program, luck, floor, now, slot):
            end_unserved(program, luck, floor, now, slot, Outcome.CLOSED)
        return
    if floor.lines_in_use >= program.lines or (program.ivr_start >= 0 and floor.n_in_ivr >= program.ivr_ports):
        end_unserved(program, luck, floor, now, slot, Outcome.BLOCKED)
        return

    floor.lines_in_use += 1
    if program.ivr_start < 0:
        enter_queue_here(program, luck, floor, now, slot)
        return
    floor.n_inside += 1
    floor.n_in_ivr += 1
    enter_node(program, luck, floor, now, slot, program.ivr_start, 0)


@inner
@apart
def enter_node(program: Records, luck: Luck, floor: Records, now: float, slot: int, node: int, retries: int) -> None:
    """The caller is at a node of the IVR from now on. Writes callers, IVR stays, calendar, rows."""
    caller = caller_at(floor, slot)
    stay = ivr_stay_of(floor, slot)
    stay.node = node
    stay.retries = retries
    stay.entered_at = now
    reserve_segment(floor, slot)
    time = node_time(luck, program, node, caller.entity, caller.contact, caller.segment)
    if program.n_occasions > 0 and is_closed(program, floor, EventField.NODE, node, now):
        time = 0.0
    schedule(floor, now + time, Event.IVR_END, caller.customer, slot)


@inner
def on_talk_end(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The conversation is over: the caller is transferred or served; the agent wraps up or is released. Writes all tables."""
    if program.consults != 0:
        asks = case_now(floor, slot).asks
        if asks == WILL_ASK:
            ask(program, luck, floor, now, slot)
            return
        if asks == REQUEST:
            end_consult(program, luck, floor, now, slot)
            return
    caller = caller_at(floor, slot)
    agent = caller.agent
    customer = caller.customer
    wrap = caller.wrap_time
    onward = -1  # call type as which he goes on
    if may_transfer(program, floor, slot):
        floor.n_inside -= 1
        if not is_misrouted(floor, slot) and may_be_sent_on(program, floor, slot):
            onward = sent_to_of(program, luck, floor, slot)
    action = 0  # of a case
    if program.authority != 0:
        put_down(program, luck, floor, now, slot)
        action = case_now(floor, slot).action
    if action == Action.ESCALATED:
        escalate(program, luck, floor, now, slot)
    elif action == Action.PROMISED:
        promise_callback(program, luck, floor, now, slot)
    elif is_misrouted(floor, slot):
        put_right(program, luck, floor, now, slot)
    elif onward >= 0:
        transfer(program, luck, floor, now, slot, onward)
    else:
        hang_up(program, luck, floor, now, slot)
    if program.warm != 0 and agent_now(floor, agent).state == AgentState.BRIEF:
        return
    if wrap > 0.0:
        change_state(program, luck, floor, now, agent, AgentState.WRAP, customer)
        schedule(floor, now + wrap, Event.WRAP_END, agent, agent)
    else:
        release(program, luck, floor, now, agent)


@inner
def hang_up(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The caller is served; the episode is over, unless he comes back. Writes callers, clock, calendar, rows."""
    free_line(program, floor, slot)
    if program.authority != 0 and program.return_share > 0.0:  # he may meet another agent in another contact
        keep_earlier(floor, slot)
    close_queue_stay_here(program, luck, floor, slot, Outcome.SERVED, now)
    close_contact_here(program, luck, floor, slot, Outcome.SERVED, now)
    if program.authority != 0 and comes_again(program, luck, floor, now, slot, Outcome.SERVED):
        return
    close_episode_here(program, luck, floor, slot, Outcome.SERVED, now)
    free_slot(floor, slot)


@inner
@apart
def transfer(program: Records, luck: Luck, floor: Records, now: float, slot: int, call_type: int) -> None:
    """After his talk the caller goes on as a call of another type, before his agent wraps up or frees. Writes all tables."""
    close_queue_stay(program, luck, floor, slot, Outcome.TRANSFERRED, now)
    remember_stay(program, floor, slot, Outcome.TRANSFERRED, now)
    caller = caller_at(floor, slot)
    caller.entity = leg_entity(earlier_at(floor, slot).entity, leg_of(caller))
    caller.call_type = call_type
    forget_ahead(floor, slot)
    seek_agent(program, luck, floor, now, slot, call_type_at(program, call_type).lane)


@inner
@apart
def put_right(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """A misrouted caller is passed on to his own queue, as if he had just come from the IVR. Writes all tables."""
    close_queue_stay(program, luck, floor, slot, Outcome.TRANSFERRED, now)
    remember_stay(program, floor, slot, Outcome.TRANSFERRED, now)
    caller = caller_at(floor, slot)
    caller.earlier -= 2  # no leg of his own: his luck and his record are still to come
    caller.entity = earlier_at(floor, slot).entity
    caller.call_type = earlier_at(floor, slot).call_type
    seek_agent(program, luck, floor, now, slot, call_type_at(program, caller.call_type).lane)


@inner
@apart
def escalate(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """After his talk the caller goes on to somebody who may grant more, unless he hangs up then. Writes all tables."""
    if loses(program, luck, floor, slot):
        keep_earlier(floor, slot)
        leave_queue(program, luck, floor, now, slot, Outcome.LOST_IN_TRANSFER)
        return
    if program.warm != 0:
        begin_briefing(program, luck, floor, now, slot)
    lane = pass_on(program, floor, slot)
    close_queue_stay(program, luck, floor, slot, Outcome.ESCALATED, now)
    remember_stay(program, floor, slot, Outcome.ESCALATED, now)
    caller = caller_at(floor, slot)
    caller.entity = leg_entity(earlier_at(floor, slot).entity, leg_of(caller))
    forget_ahead(floor, slot)
    seek_agent(program, luck, floor, now, slot, lane)


@inner
def begin_briefing(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The agent stays with the caller until the next person knows the story, or the caller is gone. Writes cases, agents."""
    caller = caller_at(floor, slot)
    case_now(floor, slot).briefer = caller.agent
    budget_of(floor, caller.agent).wrap_next = caller.wrap_time
    change_state(program, luck, floor, now, caller.agent, AgentState.BRIEF, caller.customer)
