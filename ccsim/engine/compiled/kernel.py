"""The kernel: takes the next event, hands it to its handler, until nothing can happen any more or room runs out."""

from __future__ import annotations

import math

from ccsim.engine.compiled.calendar import ID_BITS, pop
from ccsim.engine.compiled.door import next_callers
from ccsim.engine.compiled.on_agent import on_seats, on_wrap_end, send_home
from ccsim.engine.compiled.on_caller import (
    clear_queues,
    on_abandon,
    on_fresh_dial,
    on_ivr_end,
    on_redial,
    on_talk_end,
)
from ccsim.engine.compiled.rows import ABSENT, close_agent_state, close_contact, close_episode, close_queue_stay
from ccsim.engine.compiled.state import Floor
from ccsim.jit import entry, hot, inner
from ccsim.program.layout import Program
from ccsim.rules.randomness import Luck
from ccsim.vocabulary import ClosingRule, Event, Outcome

__all__ = ["advance"]

_FRESH_CODE = int(Event.DIAL) << ID_BITS
_ID_MASK = (1 << ID_BITS) - 1


@entry
def advance(program: Program, luck: Luck, floor: Floor) -> bool:
    """Runs a replication until it is finished (true) or an array is full (false: `grow` the floor and call again).

    Writes every array of the floor.
    """
    clock = floor.clock[0]
    while clock.finished == 0:
        if not has_room(floor):
            return False
        if clock.next_fresh >= clock.n_fresh and not next_callers(program, luck, floor):
            return False

        # Three sources: fresh callers, the timetable, the calendar. The least (time, code) is next.
        at = math.inf
        code = 0
        source = 0
        if clock.n_events > 0:
            first = floor.calendar[0]
            at = first.at
            code = first.code
            source = 1
        if clock.next_fresh < clock.n_fresh:
            fresh_at = floor.fresh[clock.next_fresh].at
            fresh_code = _FRESH_CODE | clock.next_customer
            if fresh_at < at or (fresh_at == at and fresh_code < code):
                at = fresh_at
                code = fresh_code
                source = 2
        if clock.next_timetable < program.timetable.shape[0]:
            entry_ = program.timetable[clock.next_timetable]
            entry_code = (entry_.event << ID_BITS) | entry_.entity
            if entry_.at < at or (entry_.at == at and entry_code < code):
                at = entry_.at
                source = 3

        clock.now = at
        if source == 1:
            happen(program, luck, floor, at, code)
        elif source == 2:
            on_fresh_dial(program, luck, floor, at)
        elif source == 3:
            on_timetable(program, luck, floor, at)
        else:
            finish(program, luck, floor)
        if clock.draining != 0 and clock.n_inside == 0:
            send_home(program, luck, floor, at)
    return True


@hot
def has_room(floor: Floor) -> bool:
    """True if every array can take what one event may add."""
    clock = floor.clock[0]
    if clock.n_events + 4 > floor.calendar.shape[0] or clock.n_free == 0:
        return False
    if clock.keep_rows == 0:
        return True
    return (
        clock.n_episodes < floor.episodes.shape[0]
        and clock.n_contacts < floor.contacts.shape[0]
        and clock.n_segments + 1 < floor.segments.shape[0]
        and clock.n_agent_states + floor.agents.shape[0] + 3 < floor.agent_states.shape[0]
    )


@hot
def happen(program: Program, luck: Luck, floor: Floor, at: float, code: int) -> None:
    """Takes the first event off the calendar and handles it."""
    clock = floor.clock[0]
    slot = floor.calendar[0].slot
    clock.n_events = pop(floor.calendar, clock.n_events)
    event = code >> ID_BITS
    if event == Event.TALK_END:
        on_talk_end(program, luck, floor, at, slot)
    elif event == Event.ABANDON:
        on_abandon(program, luck, floor, at, slot, code & _ID_MASK)
    elif event == Event.WRAP_END:
        on_wrap_end(program, luck, floor, at, slot)
    elif event == Event.IVR_END:
        on_ivr_end(program, luck, floor, at, slot)
    else:
        on_redial(program, luck, floor, at, slot)


@inner
def on_timetable(program: Program, luck: Luck, floor: Floor, at: float) -> None:
    """Opening, seats, closing, overtime cap. Writes clock and what the handlers write."""
    clock = floor.clock[0]
    entry_ = program.timetable[clock.next_timetable]
    clock.next_timetable += 1
    if entry_.event == Event.SEATS_UP or entry_.event == Event.SEATS_DOWN:
        on_seats(program, luck, floor, at, entry_.entity, entry_.seats)
    elif entry_.event == Event.OPENING:
        clock.draining = 0
        clock.shut = 0
    elif entry_.event == Event.CLOSING:
        clock.draining = 1
        if program.settings[0].closing_rule == ClosingRule.CLEAR:
            clear_queues(program, luck, floor, at)
    else:
        clear_queues(program, luck, floor, at)


@inner
def finish(program: Program, luck: Luck, floor: Floor) -> None:
    """Nothing can happen any more: whoever waits waits for ever, whoever is on duty stays. Writes rows, clock."""
    clock = floor.clock[0]
    for slot in range(floor.callers.shape[0]):
        caller = floor.callers[slot]
        if caller.customer >= 0 and caller.waiting != 0:
            close_queue_stay(program, luck, floor, caller, Outcome.UNFINISHED, math.inf)
            caller.waited += close_contact(program, luck, floor, caller, Outcome.UNFINISHED, math.inf)
            close_episode(program, luck, floor, caller, Outcome.UNFINISHED, math.inf)
    for agent in range(floor.agents.shape[0]):
        if floor.agents[agent].state != ABSENT:
            close_agent_state(program, luck, floor, agent, math.inf)
    clock.draining = 0
    clock.finished = 1
