"""The kernel: takes the next event, hands it to its handler, until nothing can happen any more or room runs out."""

from __future__ import annotations

import math

from ccsim.engine.compiled.after_contact import note_contact
from ccsim.engine.compiled.calendar import ENTITY_BITS, code_of, let_near, pop
from ccsim.engine.compiled.door import next_callers
from ccsim.engine.compiled.on_agent import look_again, on_seats, on_wrap_end, send_home
from ccsim.engine.compiled.on_callback import call_back_again, call_nobody_back, on_message_end, on_no_answer
from ccsim.engine.compiled.on_caller import on_fresh_dial, on_redial, on_talk_end
from ccsim.engine.compiled.on_ivr import on_ivr_end
from ccsim.engine.compiled.on_person import on_plan, on_return, on_spell
from ccsim.engine.compiled.on_queue import clear_queues, on_abandon, on_queue_step, on_ring_end
from ccsim.engine.compiled.person import end_overtime
from ccsim.engine.compiled.rows import close_agent_state, close_contact, close_episode, close_queue_stay
from ccsim.engine.compiled.state import (
    FIRST_EVENT,
    SLOT_BITS,
    SPARE_EVENTS,
    UNCHECKED_EVENTS,
    agent_now,
    caller_at,
    event_at,
    fresh_at,
)
from ccsim.jit import apart, entry, inner
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import timetable_at
from ccsim.vocabulary import AgentState, ClosingRule, Event, Outcome

__all__ = ["advance"]

_SLOT_MASK = (1 << SLOT_BITS) - 1
_ENTITY_MASK = (1 << ENTITY_BITS) - 1

_ENTERED_AT_MOST = 16
"""More events than one of a caller or an agent enters: it moves one caller on and gives one agent something else to do."""


@entry
def advance(program: Records, luck: Luck, floor: Records) -> bool:
    """Runs a replication until it is finished (true) or an array is full (false: `grow` the floor and call again).

    Writes every array of the floor.
    """
    unchecked = 0
    while floor.finished == 0:
        if unchecked == 0:
            unchecked = events_with_room(floor, program.authority)
            if unchecked == 0:
                return False
        unchecked -= 1
        if floor.next_at_door >= floor.n_at_door and not next_callers(program, luck, floor):
            return False

        # Three sources: fresh callers, the timetable, the calendar. The least (time, code) is next.
        at = math.inf
        code = 0
        source = 0
        if floor.next_at_door < floor.n_at_door:
            at = fresh_at(floor, floor.next_at_door).at
            code = code_of(Event.DIAL, floor.next_customer, 0)
            source = 2
        if floor.next_timetable < program.n_timetable:
            entry_ = timetable_at(program, floor.next_timetable)
            entry_code = code_of(entry_.event, entry_.entity, 0)
            if entry_.at < at or (entry_.at == at and entry_code < code):
                at = entry_.at
                code = entry_code
                source = 3
                if not has_room_for_all(floor, program.authority):
                    return False
        let_near(floor, at)
        if floor.n_near > 0:
            first = event_at(floor, FIRST_EVENT)
            if first.at < at or (first.at == at and first.code < code):
                at = first.at
                code = first.code
                source = 1

        floor.now = at
        if source == 1:
            happen(program, luck, floor, at, code)
        elif source == 2:
            on_fresh_dial(program, luck, floor, at)
        elif source == 3:
            on_timetable(program, luck, floor, at)
        else:
            finish(program, luck, floor)
        if floor.draining != 0 and floor.n_inside == 0:
            send_home(program, luck, floor, at)
    return True


@inner
def events_with_room(floor: Records, has_cases: int) -> int:
    """How many events every array can take for certain, at most `UNCHECKED_EVENTS`; 0 when it must grow first.

    What is asked for here, `Room.grow` makes: else the kernel would stop again at once, for ever.
    """
    events = min(UNCHECKED_EVENTS, floor.n_free, (floor.n_calendar - floor.n_events) // _ENTERED_AT_MOST)
    if floor.keep_rows != 0:
        events = min(
            events,
            floor.n_episodes - floor.next_customer,
            (floor.n_contacts - floor.n_contact_rows) // 2,  # of who dials, and rings off to be called back
            (floor.n_segments - floor.n_segment_rows) // (floor.n_lanes + 4),  # a call may pass through full queues at once
            (floor.n_agent_states - floor.n_agent_state_rows) // (floor.n_agents + 4),
        )
        if has_cases != 0:  # an event ends at most one talk
            events = min(events, floor.n_settlements - floor.n_settlement_rows, floor.n_cases - floor.n_case_rows)
    return max(events, 0)


@inner
def has_room_for_all(floor: Records, has_cases: int) -> bool:
    """True if the calendar can take what a row of the timetable may bring; `Room.grow` makes it.

    It may wake all who wait (cleared, each redials; when agents come in, each talks or is dialled), and adds one event of each,
    or two where another agent holds with who waits; agents called back to the phones may each go on a break that fell due.
    """
    most = (floor.n_inside << has_cases) + floor.n_to_call + floor.n_movers + SPARE_EVENTS
    return floor.n_calendar - floor.n_events >= most  # type: ignore[no-any-return]


@inner
def happen(program: Records, luck: Luck, floor: Records, at: float, code: int) -> None:
    """Takes the first event off the calendar and handles it."""
    slot = code & _SLOT_MASK
    pop(floor)
    event = code >> (ENTITY_BITS + SLOT_BITS)
    if event == Event.TALK_END:
        on_talk_end(program, luck, floor, at, slot)
    elif event == Event.ABANDON:
        on_abandon(program, luck, floor, at, slot, (code >> SLOT_BITS) & _ENTITY_MASK)
    elif event == Event.WRAP_END:
        on_wrap_end(program, luck, floor, at, slot)
    elif event == Event.IVR_END:
        on_ivr_end(program, luck, floor, at, slot)
    elif event == Event.QUEUE_STEP:
        if program.n_callbacks == 0 or not on_message_end(program, luck, floor, at, slot, (code >> SLOT_BITS) & _ENTITY_MASK):
            on_queue_step(program, luck, floor, at, slot, (code >> SLOT_BITS) & _ENTITY_MASK)
    elif event == Event.RING_END:
        if program.n_callbacks == 0 or not on_no_answer(program, luck, floor, at, slot, (code >> SLOT_BITS) & _ENTITY_MASK):
            on_ring_end(program, luck, floor, at, slot, (code >> SLOT_BITS) & _ENTITY_MASK)
    elif event == Event.COME_ON:
        on_return(program, luck, floor, at, slot)
    elif event == Event.GO_AWAY:
        on_spell(program, luck, floor, at, slot)
    else:
        on_redial(program, luck, floor, at, slot)


@inner
@apart
def on_timetable(program: Records, luck: Luck, floor: Records, at: float) -> None:
    """Opening, seats, closing, overtime cap. Writes clock and what the handlers write."""
    entry_ = timetable_at(program, floor.next_timetable)
    floor.next_timetable += 1
    if entry_.event == Event.SEATS_UP or entry_.event == Event.SEATS_DOWN:
        on_seats(program, luck, floor, at, entry_.entity, entry_.seats)
    elif entry_.event == Event.OPENING:
        floor.draining = 0
        floor.shut = 0
        floor.keeps_no_reserve = 0
        end_overtime(program, luck, floor, at)
        if program.n_callbacks > 0:
            call_back_again(program, luck, floor, at)
    elif entry_.event == Event.COME_ON or entry_.event == Event.GO_AWAY or entry_.event == Event.DUTY_OFF:
        on_plan(program, luck, floor, at, entry_)
    elif entry_.event == Event.CLOSING:
        floor.draining = program.closing_rule != ClosingRule.STAY
        floor.keeps_no_reserve = 1
        if program.closing_rule == ClosingRule.CLEAR:
            clear_queues(program, luck, floor, at)
        if program.n_callbacks > 0 and program.closing_rule != ClosingRule.STAY:
            call_nobody_back(program, luck, floor, at)
        look_again(program, luck, floor, at)
    else:
        clear_queues(program, luck, floor, at)


@inner
@apart
def finish(program: Records, luck: Luck, floor: Records) -> None:
    """Nothing can happen any more: whoever waits waits for ever, whoever is on duty stays. Writes rows, clock."""
    for slot in range(floor.n_callers):
        caller = caller_at(floor, slot)
        if caller.customer >= 0 and caller.waiting != 0:
            close_queue_stay(program, luck, floor, slot, Outcome.UNFINISHED, math.inf)
            close_contact(program, luck, floor, slot, Outcome.UNFINISHED, math.inf)
            if program.authority != 0:
                note_contact(floor, slot, math.inf)
            close_episode(program, luck, floor, slot, Outcome.UNFINISHED, math.inf)
    for agent in range(floor.n_agents):
        if agent_now(floor, agent).state != AgentState.ABSENT:
            close_agent_state(program, luck, floor, agent, math.inf)
    floor.draining = 0
    floor.finished = 1
