"""A caller in a queue: agent, balking, patience, steps, full queues, ringing, and leaving unserved."""

from __future__ import annotations

import math

import numpy as np

from ccsim.engine.compiled.after_contact import comes_again, waited_on_line
from ccsim.engine.compiled.ahead import patience_of, will_transfer
from ccsim.engine.compiled.assign import answer, assign, enqueue, pick_agent, schedule, stop_idle, unqueue
from ccsim.engine.compiled.callback import (
    await_step,
    begin_message,
    find_dialler,
    free_line,
    leaves_word,
    may_ring_off,
    n_waiting,
    ring_off,
)
from ccsim.engine.compiled.desk import end_briefing
from ccsim.engine.compiled.earlier import (
    begin_stay,
    dial_as_another,
    forget_contact,
    keep_earlier,
    leg_of,
    leg_type,
    remember_stay,
)
from ccsim.engine.compiled.happened import is_closed
from ccsim.engine.compiled.lists import unlist
from ccsim.engine.compiled.on_agent import release
from ccsim.engine.compiled.on_consult import give_up
from ccsim.engine.compiled.rows import close_contact, close_episode, close_queue_stay
from ccsim.engine.compiled.slots import free_slot, keep_segment
from ccsim.engine.compiled.state import (
    ON_LIST,
    REQUEST,
    RINGING,
    WAITING,
    agent_now,
    caller_at,
    case_now,
    contact_at,
    earlier_at,
    lane_now,
    queue_now,
)
from ccsim.jit import apart, here, inner
from ccsim.program.layout import EXPAND, MESSAGE, OFFER, Records
from ccsim.rules.callers import balks, dial_at, patience_on_leg, redial_delay, redials
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import call_type_at, callback_at, lane_at, lane_of, queue_at, recorded_at, step_at
from ccsim.vocabulary import Event, EventField, Outcome, Standing

__all__ = [
    "clear_queues",
    "end_unserved",
    "leave_queue",
    "leave_waiting",
    "on_abandon",
    "on_queue_step",
    "on_ring_end",
    "seek_agent",
]


begin_stay_here = here(begin_stay)
enqueue_here = here(enqueue)
n_waiting_here = here(n_waiting)
pick_agent_here = here(pick_agent)
stop_idle_here = here(stop_idle)


@inner
def lose_patience_later(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """His patience is drawn, unless it runs already since another queue. Writes callers, calendar."""
    caller = caller_at(floor, slot)
    if caller.gives_up_at < math.inf:
        return
    recorded = -1.0
    if caller.recorded >= 0 and leg_of(caller) == 0:
        recorded = recorded_at(program, caller.recorded).patience
    patience = patience_of(program, luck, floor, slot, recorded)
    caller.gives_up_at = now + patience_on_leg(call_type_at(program, caller.call_type), leg_of(caller), patience)
    if caller.gives_up_at < math.inf:
        schedule(floor, caller.gives_up_at, Event.ABANDON, caller.customer, slot)


lose_patience_later_here = here(lose_patience_later)


@inner
def is_taken(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> bool:
    """True if he has not to wait in his lane: he is sent away, or an idle agent gets his call. Writes as above."""
    queue = lane_at(program, caller_at(floor, slot).lane).queue
    if floor.shut != 0 or (program.n_occasions > 0 and is_closed(program, floor, EventField.QUEUE, queue, now)):
        if program.n_callbacks == 0 or not speaks_instead(program, luck, floor, now, slot, Outcome.CLOSED):
            leave_queue(program, luck, floor, now, slot, Outcome.CLOSED)
        return True
    agent = pick_agent_here(program, luck, floor, now, slot)
    if agent < 0:
        return False
    stop_idle_here(floor, agent_now(floor, agent).team, agent)
    assign(program, luck, floor, now, slot, agent)
    if caller_at(floor, slot).waiting == RINGING:
        lose_patience_later(program, luck, floor, now, slot)
    return True


@inner
@apart
def speaks_instead(program: Records, luck: Luck, floor: Records, now: float, slot: int, outcome: int) -> bool:
    """He finds his queue closed or full: true if he may leave a message there, and does. Writes as `begin_message`."""
    voicemail = callback_at(program, lane_at(program, caller_at(floor, slot).lane).queue)
    may = voicemail.when_closed if outcome == Outcome.CLOSED else voicemail.when_full
    if may == 0 or not leaves_word(program, luck, floor, slot):
        return False
    begin_message(program, luck, floor, now, slot)
    return True


@inner
@apart
def balks_now(program: Records, luck: Luck, floor: Records, slot: int) -> bool:
    """True if he leaves at once rather than wait, as things are in his queue."""
    caller = caller_at(floor, slot)
    queue = lane_at(program, caller.lane).queue
    waiting, last_wait = n_waiting(program, floor, queue), queue_now(floor, queue).last_wait
    return balks(luck, call_type_at(program, caller.call_type), caller.entity, caller.contact, waiting, last_wait)


@inner
def wait(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """He waits in his lane, unless he rather rings off to be called back. Writes callers, lanes, earlier, calendar, rows."""
    if program.n_callbacks > 0 and may_ring_off(program, luck, floor, now, slot, True):
        ring_off(program, luck, floor, now, slot)
        return
    floor.n_inside += 1
    enqueue_here(floor, slot)
    lose_patience_later_here(program, luck, floor, now, slot)
    if queue_at(program, lane_at(program, caller_at(floor, slot).lane).queue).n_steps > 0:
        keep_earlier(floor, slot)
        await_step(program, floor, now, slot, 0)


is_taken_here = here(is_taken)
wait_here = here(wait)


@inner
def seek_agent(program: Records, luck: Luck, floor: Records, now: float, slot: int, lane: int) -> None:
    """A leg begins in this lane: an idle agent answers, or he balks, or he waits. Writes as above."""
    caller = caller_at(floor, slot)
    kind = call_type_at(program, caller.call_type)
    caller.gives_up_at = math.inf
    begin_stay_here(floor, now, slot, lane, now)
    if floor.keeps_segments != 0 and caller.contact == 0 and will_transfer(program, floor, slot):
        keep_segment(floor, slot)
    if is_taken_here(program, luck, floor, now, slot):
        return
    queue = lane_at(program, lane).queue
    if queue_at(program, queue).max_waiting <= n_waiting_here(program, floor, queue):
        find_room(program, luck, floor, now, slot)
        return
    if kind.balk_share > 0.0 and balks_now(program, luck, floor, slot):
        leave_queue(program, luck, floor, now, slot, Outcome.BALKED)
        return
    wait_here(program, luck, floor, now, slot)


@inner
@apart
def find_room(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """He waits; if his queue is full he goes on to another, and further, or is turned away. Writes all tables."""
    while True:
        queue = lane_at(program, caller_at(floor, slot).lane).queue
        if queue_at(program, queue).max_waiting > n_waiting(program, floor, queue):
            wait(program, luck, floor, now, slot)
            return
        step = queue_at(program, queue).full_step
        if step < 0:
            if program.n_callbacks == 0 or not speaks_instead(program, luck, floor, now, slot, Outcome.TURNED_AWAY):
                leave_queue(program, luck, floor, now, slot, Outcome.TURNED_AWAY)
            return
        change_queue(program, luck, floor, now, slot, step)
        if is_taken(program, luck, floor, now, slot):
            return


@inner
def overflow(program: Records, luck: Luck, floor: Records, now: float, slot: int, step: int) -> None:
    """He leaves his queue unanswered for the one the step names. Writes all tables."""
    change_queue(program, luck, floor, now, slot, step)
    if not is_taken(program, luck, floor, now, slot):
        find_room(program, luck, floor, now, slot)


@inner
def change_queue(program: Records, luck: Luck, floor: Records, now: float, slot: int, step: int) -> None:
    """One stay ends without an answer and the next begins. Writes callers, earlier, clock, rows."""
    caller = caller_at(floor, slot)
    taken = step_at(program, step)
    clock_at = caller.queued_at if taken.keep_clock != 0 else now
    close_queue_stay(program, luck, floor, slot, Outcome.OVERFLOWED, now)
    remember_stay(program, floor, slot, Outcome.OVERFLOWED, now)
    begin_stay(floor, now, slot, lane_of(program, np.int64(caller.call_type) * program.n_queues + taken.to).value, clock_at)


@inner
@apart
def look_for_dialler(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """Who is on the list leaves it for no other queue, but more teams may dial him. Writes all tables."""
    earlier = earlier_at(floor, slot)
    queue = lane_at(program, caller_at(floor, slot).lane).queue
    if step_at(program, queue_at(program, queue).first_step + earlier.step).to == EXPAND:
        agent = find_dialler(program, luck, floor, now, slot)
        if agent >= 0:
            unlist(floor, slot)
            stop_idle(floor, agent_now(floor, agent).team, agent)
            assign(program, luck, floor, now, slot, agent)
            return
    await_step(program, floor, now, slot, earlier.step + 1)


@inner
@apart
def on_queue_step(program: Records, luck: Luck, floor: Records, now: float, slot: int, customer: int) -> None:
    """Who still waits looks for an agent among more teams, or goes to another queue. Writes all tables."""
    caller = caller_at(floor, slot)
    if caller.customer != customer or caller.earlier == 0 or earlier_at(floor, slot).step_at != now:
        return  # of a wait that is over
    earlier = earlier_at(floor, slot)
    if caller.waiting == ON_LIST:
        look_for_dialler(program, luck, floor, now, slot)
        return
    if caller.waiting != WAITING:
        return
    step = queue_at(program, lane_at(program, caller.lane).queue).first_step + earlier.step
    if step_at(program, step).to >= 0:
        unqueue(floor, slot)
        floor.n_inside -= 1
        overflow(program, luck, floor, now, slot, step)
        return
    if step_at(program, step).to == OFFER:
        if may_ring_off(program, luck, floor, now, slot, False):
            unqueue(floor, slot)
            floor.n_inside -= 1
            ring_off(program, luck, floor, now, slot)
            return
        await_step(program, floor, now, slot, earlier.step + 1)
        return
    if step_at(program, step).to == MESSAGE:
        if leaves_word(program, luck, floor, slot):
            unqueue(floor, slot)
            floor.n_inside -= 1
            begin_message(program, luck, floor, now, slot)
            return
        await_step(program, floor, now, slot, earlier.step + 1)
        return
    agent = pick_agent(program, luck, floor, now, slot)
    if agent >= 0:
        stop_idle(floor, agent_now(floor, agent).team, agent)
        unqueue(floor, slot)
        floor.n_inside -= 1
        assign(program, luck, floor, now, slot, agent)
        return
    await_step(program, floor, now, slot, earlier.step + 1)


@inner
@apart
def on_ring_end(program: Records, luck: Luck, floor: Records, now: float, slot: int, customer: int) -> None:
    """The agent answers, if the caller has not hung up meanwhile. Writes callers, agents, calendar."""
    caller = caller_at(floor, slot)
    if caller.customer != customer or caller.waiting != RINGING or earlier_at(floor, slot).answers_at != now:
        return
    caller.waiting = 0
    floor.n_inside -= 1
    answer(program, luck, floor, now, slot, caller.agent)


@inner
def on_abandon(program: Records, luck: Luck, floor: Records, now: float, slot: int, customer: int) -> None:
    """The caller's patience ran out. Writes callers, lanes, rows."""
    caller = caller_at(floor, slot)
    if caller.customer != customer or caller.waiting == 0 or caller.gives_up_at != now:
        return  # answered, cleared or gone meanwhile: a stale timer
    if caller.waiting == RINGING:
        stop_ringing(program, luck, floor, now, slot)
        return
    leave_waiting(program, luck, floor, now, slot, Outcome.ABANDONED)


@inner
@apart
def stop_ringing(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """He hangs up while the phone rings; the agent is free again. Writes all tables."""
    caller = caller_at(floor, slot)
    agent = caller.agent
    caller.waiting = 0
    floor.n_inside -= 1
    leave_queue(program, luck, floor, now, slot, Outcome.ABANDONED)
    release(program, luck, floor, now, agent)


@inner
def leave_waiting(program: Records, luck: Luck, floor: Records, now: float, slot: int, outcome: int) -> None:
    """A waiting caller leaves the queue unserved. Writes callers, lanes, clock, rows."""
    unqueue(floor, slot)
    floor.n_inside -= 1
    if program.consults != 0 and case_now(floor, slot).asks == REQUEST:
        give_up(program, luck, floor, now, slot, outcome)
        return
    leave_queue(program, luck, floor, now, slot, outcome)


@inner
def leave_queue(program: Records, luck: Luck, floor: Records, now: float, slot: int, outcome: int) -> None:
    """A caller who reached the queue ends there unserved. Writes clock, rows."""
    close_queue_stay(program, luck, floor, slot, outcome, now)
    free_line(program, floor, slot)
    if program.warm != 0:
        end_briefing(floor, now, slot, 0.0)
    end_unserved(program, luck, floor, now, slot, outcome)


@inner
@apart
def clear_queues(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """Whoever still waits is sent away, and whoever reaches the queue later today. Writes callers, lanes, clock, rows."""
    floor.shut = 1
    for lane in range(floor.n_lanes):
        while lane_now(floor, lane).first >= 0:
            leave_waiting(program, luck, floor, now, lane_now(floor, lane).first, Outcome.CLOSED)


@inner
def end_unserved(program: Records, luck: Luck, floor: Records, now: float, slot: int, outcome: int) -> None:
    """An attempt ended without an agent: the customer dials again later, or his episode is over. Writes rows, calendar."""
    caller = caller_at(floor, slot)
    close_contact(program, luck, floor, slot, outcome, now)
    waited = 0.0
    if program.n_odds > 0:
        waited = waited_on_line(contact_at(floor, caller.contact_row))
    if program.authority != 0:
        if comes_again(program, luck, floor, now, slot, outcome):
            return
    elif redials(
        luck,
        program,
        leg_type(floor, slot),
        outcome,
        caller.entity,
        caller.contact,
        caller.contact,
        waited,
        0,
        Standing.UNRESOLVED,
    ):
        due = now + redial_delay(luck, program, caller.entity, caller.contact)
        at = dial_at(luck, program, due, caller.entity, caller.contact)
        if at < math.inf:
            caller.contact += 1
            if program.redial_as != 0:
                dial_as_another(program, floor, slot)
            if caller.earlier != 0:
                forget_contact(floor, slot)
            schedule(floor, at, Event.DIAL, caller.customer, slot)
            return
    close_episode(program, luck, floor, slot, outcome, now)
    free_slot(floor, slot)
