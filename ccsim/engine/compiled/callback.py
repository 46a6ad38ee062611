"""Leaving a queue to be called back: the offer, the message, and the contact that begins with it."""

from __future__ import annotations

import math

from ccsim.engine.compiled.after_contact import note_contact
from ccsim.engine.compiled.assign import pick_agent, pick_agent_in_turn, schedule
from ccsim.engine.compiled.choose import pick_agent_by_rule, pick_last_agent
from ccsim.engine.compiled.desk import end_briefing, entity_of
from ccsim.engine.compiled.earlier import begin_stay, forget_contact, is_misrouted, keep_earlier, leg_of
from ccsim.engine.compiled.lists import enlist, is_called_back
from ccsim.engine.compiled.policy import pick_agent_by_score
from ccsim.engine.compiled.rows import close_contact, close_queue_stay
from ccsim.engine.compiled.state import ROWS_AHEAD, SPEAKS, caller_at, earlier_at, fetch_contact, lane_now, queue_now
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.authority import stay_of
from ccsim.rules.callbacks import accepts, is_offered, leaves_message
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import call_type_at, callback_at, lane_at, queue_at, step_at
from ccsim.vocabulary import Event, Outcome, PickAgent

__all__ = [
    "await_step",
    "begin_callback",
    "begin_message",
    "find_dialler",
    "free_line",
    "keep_on_list",
    "leaves_word",
    "may_ring_off",
    "n_waiting",
    "ring_off",
    "speaks_at_night",
]


@inner
def free_line(program: Records, floor: Records, slot: int) -> None:
    """The contact's line is free, if it has one: who is called back has not. Writes clock."""
    if program.n_callbacks == 0 or not is_called_back(floor, slot):
        floor.lines_in_use -= 1


@inner
def n_waiting(program: Records, floor: Records, queue: int) -> int:
    """How many wait in a queue; 0 where nobody asks."""
    if queue_at(program, queue).counts_waiting == 0:
        return 0
    n = 0
    for lane in range(floor.n_lanes):
        if lane_at(program, lane).queue == queue:
            n += lane_now(floor, lane).n_waiting
    return n


@inner
@apart
def await_step(program: Records, floor: Records, now: float, slot: int, step: int) -> None:
    """The queue's next step for him will fall due, or does now if he waited elsewhere before. Writes earlier, calendar."""
    caller = caller_at(floor, slot)
    queue = queue_at(program, lane_at(program, caller.lane).queue)
    earlier = earlier_at(floor, slot)
    earlier.step = step
    earlier.step_at = math.inf
    if step < queue.n_steps:
        earlier.step_at = max(caller.queued_at + step_at(program, queue.first_step + step).after, now)
        schedule(floor, earlier.step_at, Event.QUEUE_STEP, caller.customer, slot)


@inner
@apart
def may_ring_off(program: Records, luck: Luck, floor: Records, now: float, slot: int, entering: bool) -> bool:
    """Whoever waits, or would, is offered to be called back, if he is, and accepts: then true. Writes earlier."""
    caller = caller_at(floor, slot)
    queue = lane_at(program, caller.lane).queue
    if entering and callback_at(program, queue).at_entry == 0:
        return False
    if floor.calls_nobody_back != 0 or is_called_back(floor, slot) or is_misrouted(floor, slot):
        return False
    others = n_waiting(program, floor, queue)
    if not entering:
        others = max(others - 1, 0)
    if not is_offered(program, queue, now, others, queue_now(floor, queue).last_wait):
        return False
    keep_earlier(floor, slot)
    earlier_at(floor, slot).offered = 1
    return accepts(luck, program, queue, entity_of(floor, slot), stay_of(caller.contact, caller.segment))  # type: ignore[no-any-return]


@inner
def leaves_word(program: Records, luck: Luck, floor: Records, slot: int) -> bool:
    """True if he leaves a message where he is: not who is called back, nor where he is wrong."""
    if is_called_back(floor, slot) or is_misrouted(floor, slot):
        return False
    caller = caller_at(floor, slot)
    queue = lane_at(program, caller.lane).queue
    return leaves_message(luck, program, queue, entity_of(floor, slot), stay_of(caller.contact, caller.segment))  # type: ignore[no-any-return]


@inner
@apart
def begin_message(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """He waits no more and speaks to a machine, on his line. Writes callers, earlier, calendar, rows."""
    keep_earlier(floor, slot)
    close_queue_stay(program, luck, floor, slot, Outcome.LEFT_MESSAGE, now)
    if program.warm != 0:
        end_briefing(floor, now, slot, 0.0)
    speak(program, floor, now, slot)


@inner
@apart
def speaks_at_night(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> bool:
    """He dials while lines are closed: true if he leaves a message, on a free line. Writes callers, earlier, calendar."""
    caller = caller_at(floor, slot)
    caller.lane = call_type_at(program, caller.call_type).lane
    queue = lane_at(program, caller.lane).queue
    if callback_at(program, queue).when_closed == 0 or floor.lines_in_use >= program.lines:
        return False
    if not leaves_message(luck, program, queue, caller.entity, stay_of(caller.contact, caller.segment)):
        return False
    floor.lines_in_use += 1
    caller.answered_at = math.inf
    keep_earlier(floor, slot)
    speak(program, floor, now, slot)
    return True


@inner
@apart
def speak(program: Records, floor: Records, now: float, slot: int) -> None:
    """The message begins. Writes callers, earlier, calendar."""
    caller = caller_at(floor, slot)
    earlier = earlier_at(floor, slot)
    caller.answered_at = now  # by nobody: as long as he has waited
    caller.gives_up_at = math.inf
    earlier.step = SPEAKS
    earlier.step_at = now + callback_at(program, lane_at(program, caller.lane).queue).message_time
    schedule(floor, earlier.step_at, Event.QUEUE_STEP, caller.customer, slot)


@inner
@apart
def ring_off(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The caller leaves his queue for the list, and his line. Writes callers, lists, clock, rows."""
    caller = caller_at(floor, slot)
    entity, kind, leg = caller.entity, caller.call_type, leg_of(caller)
    clock_at = caller.queued_at
    if callback_at(program, lane_at(program, caller.lane).queue).behind != 0:
        clock_at = now
    close_queue_stay(program, luck, floor, slot, Outcome.CALLBACK_TAKEN, now)
    free_line(program, floor, slot)
    close_contact(program, luck, floor, slot, Outcome.CALLBACK_TAKEN, now)
    if program.authority != 0:
        note_contact(floor, slot, now)
        if program.warm != 0:
            end_briefing(floor, now, slot, 0.0)
    begin_callback(floor, now, slot, caller.lane, clock_at, entity, kind, leg)
    keep_on_list(program, floor, now, slot)


@inner
@apart
def begin_callback(
    floor: Records, now: float, slot: int, lane: int, clock_at: float, entity: int, call_type: int, leg: int
) -> None:
    """A contact begins in which the customer is called back. Writes callers, earlier, rows."""
    caller = caller_at(floor, slot)
    caller.contact += 1
    caller.n_offered += 1
    caller.segment = 0
    caller.arrived_at = now
    caller.contact_row = 0
    if floor.keep_rows != 0:
        caller.contact_row = floor.n_contact_rows
        fetch_contact(floor, caller.contact_row + ROWS_AHEAD)
        floor.n_contact_rows += 1
    forget_contact(floor, slot)
    caller.earlier = 1 + 2 * leg
    caller.entity = entity
    caller.call_type = call_type
    caller.gives_up_at = math.inf
    begin_stay(floor, now, slot, lane, clock_at)
    earlier_at(floor, slot).callback = 1
    earlier_at(floor, slot).on_list = 1


@inner
def keep_on_list(program: Records, floor: Records, now: float, slot: int) -> None:
    """The customer is on the list until somebody dials him. Writes callers, lists, earlier, calendar."""
    enlist(floor, slot)
    if queue_at(program, lane_at(program, caller_at(floor, slot).lane).queue).n_steps > 0:
        await_step(program, floor, now, slot, 0)


@inner
@apart
def find_dialler(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> int:
    """The idle agent who dials the customer, -1 for none. Writes clock, for as long as it looks."""
    if floor.calls_nobody_back != 0:
        return -1
    callback = callback_at(program, lane_at(program, caller_at(floor, slot).lane).queue)
    if callback.behind == 0 or callback.reserve == 0:
        return pick_agent(program, luck, floor, now, slot)  # type: ignore[no-any-return]
    floor.keep_more = callback.reserve
    agent = -1
    if floor.agent_score != 0:
        agent = pick_agent_by_score(program, floor, now, slot)
    else:
        if program.last_agent != 0:
            agent = pick_last_agent(program, floor, now, slot)
        if agent < 0 and program.pick_agent != PickAgent.LONGEST_IDLE:
            agent = pick_agent_by_rule(program, luck, floor, now, slot)
        elif agent < 0:
            agent = pick_agent_in_turn(program, floor, now, slot)
    floor.keep_more = 0
    return agent  # type: ignore[no-any-return]
