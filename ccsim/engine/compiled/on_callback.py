"""What happens to who is called back: dialled in vain, due again, his message over, promised a call; what opening means."""

from __future__ import annotations

import math

from ccsim.engine.compiled.after_contact import note_contact
from ccsim.engine.compiled.ahead import forget_ahead
from ccsim.engine.compiled.assign import assign, schedule, stop_idle
from ccsim.engine.compiled.callback import begin_callback, find_dialler, free_line, keep_on_list
from ccsim.engine.compiled.desk import entity_of, promise
from ccsim.engine.compiled.earlier import begin_stay, keep_earlier, leg_of, remember_stay
from ccsim.engine.compiled.lists import is_on_list, pick_to_call, unlist
from ccsim.engine.compiled.on_agent import release
from ccsim.engine.compiled.on_queue import end_unserved, leave_queue
from ccsim.engine.compiled.rows import close_contact, close_queue_stay
from ccsim.engine.compiled.state import RINGING, SPEAKS, agent_now, caller_at, earlier_at, list_now, team_now
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.authority import stay_of
from ccsim.rules.callbacks import calls_again_at, picks_up
from ccsim.rules.randomness import Luck, leg_entity
from ccsim.rules.routing import agent_goes_first
from ccsim.rules.tables import agent_at, callback_at, lane_at
from ccsim.vocabulary import Event, Outcome

__all__ = ["call_back_again", "call_nobody_back", "on_callback_due", "on_message_end", "on_no_answer", "promise_callback"]


@inner
@apart
def on_no_answer(program: Records, luck: Luck, floor: Records, now: float, slot: int, customer: int) -> bool:
    """The agent who dialled has let it ring long enough: true if nobody answers, then all is done. Writes all tables."""
    caller = caller_at(floor, slot)
    if caller.customer != customer or caller.waiting != RINGING or earlier_at(floor, slot).answers_at != now:
        return False
    queue = lane_at(program, caller.lane).queue
    entity = entity_of(floor, slot)
    if not is_on_list(floor, slot) or picks_up(luck, program, queue, entity, stay_of(caller.contact, caller.segment)):
        return False
    agent = caller.agent
    caller.waiting = 0
    floor.n_inside -= 1
    n_dials = earlier_at(floor, slot).n_dials
    at = calls_again_at(luck, program, queue, now, n_dials, entity, caller.contact)
    if at < math.inf:
        close_queue_stay(program, luck, floor, slot, Outcome.NO_ANSWER, now)
        remember_stay(program, floor, slot, Outcome.NO_ANSWER, now)
        schedule(floor, at, Event.DIAL, caller.customer, slot)
    else:
        leave_queue(program, luck, floor, now, slot, Outcome.CALLBACK_FAILED)
    release(program, luck, floor, now, agent)
    return True


@inner
@apart
def on_callback_due(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """Who did not answer is to be called back again. Writes all tables."""
    caller = caller_at(floor, slot)
    begin_stay(floor, now, slot, caller.lane, caller.queued_at)
    earlier_at(floor, slot).on_list = 1
    seek_dialler(program, luck, floor, now, slot)


@inner
@apart
def on_message_end(program: Records, luck: Luck, floor: Records, now: float, slot: int, customer: int) -> bool:
    """A message is over: true if it was one. He is called back, or that was all. Writes all tables."""
    caller = caller_at(floor, slot)
    if caller.customer != customer or caller.earlier == 0 or earlier_at(floor, slot).step_at != now:
        return False
    if earlier_at(floor, slot).step != SPEAKS:
        return False
    earlier_at(floor, slot).step_at = math.inf
    free_line(program, floor, slot)
    if callback_at(program, lane_at(program, caller.lane).queue).replies == 0:
        end_unserved(program, luck, floor, now, slot, Outcome.LEFT_MESSAGE)
        return True
    entity, kind, leg = caller.entity, caller.call_type, leg_of(caller)
    close_contact(program, luck, floor, slot, Outcome.LEFT_MESSAGE, now)
    if program.authority != 0:
        note_contact(floor, slot, now)
    begin_callback(floor, now, slot, caller.lane, now, entity, kind, leg)
    seek_dialler(program, luck, floor, now, slot)
    return True


@inner
@apart
def promise_callback(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """After his talk the caller is promised a call by somebody who may grant more. Writes all tables."""
    caller = caller_at(floor, slot)
    lane = promise(program, floor, slot)
    kind, leg = caller.call_type, leg_of(caller) + 1
    keep_earlier(floor, slot)
    free_line(program, floor, slot)
    close_queue_stay(program, luck, floor, slot, Outcome.SERVED, now)
    close_contact(program, luck, floor, slot, Outcome.SERVED, now)
    note_contact(floor, slot, now)
    entity = leg_entity(earlier_at(floor, slot).entity, leg)
    forget_ahead(floor, slot)
    begin_callback(floor, now, slot, lane, now, entity, kind, leg)
    seek_dialler(program, luck, floor, now, slot)


@inner
def seek_dialler(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """An idle agent dials the customer, or he is on the list. Writes all tables."""
    agent = find_dialler(program, luck, floor, now, slot)
    if agent < 0:
        keep_on_list(program, floor, now, slot)
        return
    stop_idle(floor, agent_at(program, agent).team, agent)
    assign(program, luck, floor, now, slot, agent)


@inner
@apart
def call_nobody_back(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """Lines close: nobody is called back before they open, and where lists are cleared nobody then. Writes all tables."""
    floor.calls_nobody_back = 1
    for lane in range(floor.n_lanes):
        if callback_at(program, lane_at(program, lane).queue).clears == 0:
            continue
        while list_now(floor, lane).first >= 0:
            slot = list_now(floor, lane).first
            unlist(floor, slot)
            close_queue_stay(program, luck, floor, slot, Outcome.CLOSED, now)
            end_unserved(program, luck, floor, now, slot, Outcome.CLOSED)


@inner
@apart
def call_back_again(program: Records, luck: Luck, floor: Records, now: float) -> None:
    """Lines open: who is idle already, longest first, dials who is on a list. Writes all tables."""
    floor.calls_nobody_back = 0
    while floor.n_to_call > 0:
        best = -1
        for team in range(floor.n_teams):
            agent = team_now(floor, team).first_idle
            if agent < 0 or pick_to_call(program, floor, now, agent, -1, 1) < 0:
                continue
            if best < 0 or agent_goes_first(agent_now(floor, agent).since, agent, agent_now(floor, best).since, best):
                best = agent
        if best < 0:
            return
        slot = pick_to_call(program, floor, now, best, -1, 1)
        stop_idle(floor, agent_at(program, best).team, best)
        unlist(floor, slot)
        assign(program, luck, floor, now, slot, best)
