"""Closing rows: each fact is written once, when it is complete; without rows it is tallied and its place used again."""

from __future__ import annotations

import math

from ccsim.engine.compiled.desk import close_case
from ccsim.engine.compiled.lists import is_called_back
from ccsim.engine.compiled.state import (
    ROWS_AHEAD,
    agent_now,
    agent_state_at,
    caller_at,
    case_now,
    contact_at,
    counts_of,
    digest_at,
    earlier_at,
    episode_at,
    fetch_agent_state,
    row_table,
    segment_at,
)
from ccsim.jit import apart, inner, laid_in
from ccsim.outcomes import AGENT_STATE, CONTACT, EPISODE, SEGMENT
from ccsim.program.layout import Records
from ccsim.rules.digest import fold
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import lane_at
from ccsim.rules.tally import tally_agent_state, tally_contact, tally_episode, tally_segment
from ccsim.vocabulary import AgentState, Cause, Channel, Outcome, SegmentKind

__all__ = ["close_agent_state", "close_consult", "close_contact", "close_episode", "close_ivr_stay", "close_queue_stay"]

_EPISODE_WORDS = EPISODE.itemsize // 8
_CONTACT_WORDS = CONTACT.itemsize // 8
_SEGMENT_WORDS = SEGMENT.itemsize // 8
_AGENT_STATE_WORDS = AGENT_STATE.itemsize // 8


@inner
def close_ivr_stay(
    program: Records, luck: Luck, floor: Records, caller: Records, stay: Records, outcome: int, now: float
) -> None:
    """The caller leaves a node of the IVR. Writes one segment, counts."""
    segment = segment_at(floor, caller.segment_row)
    segment.customer = caller.customer
    segment.replication = luck.replication
    segment.episode = 0
    segment.contact = caller.contact
    segment.segment = caller.segment
    segment.kind = SegmentKind.IVR_NODE
    segment.offered_callback = 0
    segment.place = stay.node
    segment.call_type = caller.call_type
    segment.outcome = outcome
    segment.agent = -1
    segment.slots = 0
    segment.came_by = -1
    segment.came_from = -1
    segment.entered_at = stay.entered_at
    segment.clock_at = stay.entered_at
    segment.gives_up_at = math.inf
    segment.assigned_at = math.inf
    segment.answered_at = math.inf
    segment.ended_at = now
    segment.hold_time = 0.0
    segment.wrap_ended_at = math.inf
    if floor.keep_rows == 0:
        tally_segment(segment, program, counts_of(floor, 0))
    if floor.keep_digest != 0:
        fold(row_table(floor, 2), caller.segment_row, _SEGMENT_WORDS, digest_at(floor, 2))


@inner
def close_queue_stay(program: Records, luck: Luck, floor: Records, slot: int, outcome: int, ended_at: float) -> None:
    """The stay in the queue and with the agent is over. Writes one segment, counts."""
    caller = caller_at(floor, slot)
    answered = caller.answered_at < math.inf
    segment = segment_at(floor, caller.segment_row)
    segment.customer = caller.customer
    segment.replication = luck.replication
    segment.episode = 0
    segment.contact = caller.contact
    segment.segment = caller.segment
    segment.kind = SegmentKind.QUEUE
    segment.offered_callback = 0
    segment.place = lane_at(program, caller.lane).queue
    segment.call_type = caller.call_type
    segment.outcome = outcome
    segment.agent = caller.agent
    segment.slots = 1 if answered else 0
    segment.came_by = -1
    segment.came_from = -1
    segment.entered_at = caller.queued_at
    segment.clock_at = caller.queued_at
    segment.gives_up_at = caller.gives_up_at
    segment.assigned_at = caller.answered_at
    segment.answered_at = caller.answered_at
    segment.ended_at = ended_at
    segment.hold_time = caller.hold_time if answered else 0.0
    segment.wrap_ended_at = ended_at + caller.wrap_time if answered else math.inf
    if caller.earlier != 0:
        tell_way_there(floor, slot, segment)
    if floor.keep_rows == 0:
        tally_segment(segment, program, counts_of(floor, 0))
    if floor.keep_digest != 0:
        fold(row_table(floor, 2), caller.segment_row, _SEGMENT_WORDS, digest_at(floor, 2))


@inner
@apart
def close_consult(program: Records, luck: Luck, floor: Records, slot: int, outcome: int, ended_at: float) -> None:
    """A colleague was asked, or waited for in vain. Writes one segment, counts."""
    request = caller_at(floor, slot)
    answered = request.answered_at < math.inf
    segment = segment_at(floor, request.segment_row)
    segment.customer = request.customer
    segment.replication = luck.replication
    segment.episode = 0
    segment.contact = request.contact
    segment.segment = request.segment
    segment.kind = SegmentKind.CONSULT
    segment.offered_callback = 0
    segment.place = lane_at(program, request.lane).queue
    segment.call_type = request.call_type
    segment.outcome = outcome
    segment.agent = request.agent
    segment.slots = 1 if answered else 0
    segment.came_by = -1
    segment.came_from = -1
    segment.entered_at = request.queued_at
    segment.clock_at = request.queued_at
    segment.gives_up_at = request.gives_up_at
    segment.assigned_at = request.answered_at
    segment.answered_at = request.answered_at
    segment.ended_at = ended_at
    segment.hold_time = 0.0
    segment.wrap_ended_at = ended_at if answered else math.inf
    if floor.keep_rows == 0:
        tally_segment(segment, program, counts_of(floor, 0))
    if floor.keep_digest != 0:
        fold(row_table(floor, 2), request.segment_row, _SEGMENT_WORDS, digest_at(floor, 2))


@inner
@apart
def tell_way_there(floor: Records, slot: int, segment: Records) -> None:
    """Puts into a stay how the contact came there. Writes the segment."""
    earlier = earlier_at(floor, slot)
    segment.came_by = earlier.came_by
    segment.came_from = earlier.came_from
    segment.entered_at = earlier.entered_at
    segment.assigned_at = earlier.assigned_at
    segment.offered_callback = earlier.offered
    if earlier.on_list != 0:
        segment.kind = SegmentKind.CALLBACK


@inner
def close_contact(program: Records, luck: Luck, floor: Records, slot: int, outcome: int, ended_at: float) -> None:
    """The attempt is over. Writes one contact, counts, callers."""
    caller = caller_at(floor, slot)
    offered = caller.queued_at < math.inf
    served = outcome == Outcome.SERVED or outcome == Outcome.LOST_IN_TRANSFER
    wait = 0.0
    if served:
        wait = caller.answered_at - caller.queued_at
    elif offered:
        wait = ended_at - caller.queued_at

    contact = contact_at(floor, caller.contact_row)
    contact.customer = caller.customer
    contact.replication = luck.replication
    contact.episode = 0
    contact.contact = caller.contact
    contact.channel = Channel.PHONE
    contact.call_type = caller.call_type
    contact.cause = Cause.FRESH
    if caller.contact != 0:
        contact.cause = Cause.REDIAL
        if program.authority != 0:
            contact.cause = case_now(floor, slot).cause
        if program.n_callbacks > 0 and is_called_back(floor, slot):
            contact.cause = Cause.CALLBACK
    contact.queue = lane_at(program, caller.lane).queue if offered else -1
    contact.outcome = outcome
    contact.n_stays = 1 if offered else 0
    contact.n_answered = 1 if served else 0
    contact.arrived_at = caller.arrived_at
    contact.queued_at = caller.queued_at
    contact.ended_at = ended_at
    contact.wait = wait
    contact.later_wait = 0.0
    contact.ring_time = 0.0
    contact.talk_time = caller.talk_time if served else 0.0
    contact.hold_time = caller.hold_time if served else 0.0
    contact.wrap_time = caller.wrap_time if served else 0.0
    if caller.earlier != 0:
        add_earlier_stays(floor, slot, contact)
    if contact.cause != Cause.CALLBACK:  # who is called back waits in his own time
        caller.waited += contact.wait
    if floor.keep_rows == 0:
        tally_contact(contact, program, counts_of(floor, 0))
    if floor.keep_digest != 0:
        fold(row_table(floor, 1), caller.contact_row, _CONTACT_WORDS, digest_at(floor, 1))


@inner
@apart
def add_earlier_stays(floor: Records, slot: int, contact: Records) -> None:
    """Puts what went before into a contact that so far tells of its last stay only. Writes the contact, earlier."""
    caller = caller_at(floor, slot)
    earlier = earlier_at(floor, slot)
    caller.entity = earlier.entity  # whether and when he dials again is not the leg's luck
    contact.call_type = earlier.call_type
    if contact.n_stays > 0:
        left_at = min(caller.answered_at, contact.ended_at)
        contact.wait = left_at - earlier.entered_at
        if earlier.n_answered > 0:
            contact.later_wait = earlier.later_wait + contact.wait
            contact.wait = earlier.wait
        elif earlier.n_stays > 0:
            contact.wait = left_at - earlier.queued_at
        contact.queued_at = earlier.entered_at
        if earlier.n_stays > 0:
            contact.queue = earlier.queue
            contact.queued_at = earlier.queued_at
        contact.ring_time = earlier.ring_time
        if earlier.assigned_at < math.inf:
            contact.ring_time += left_at - earlier.assigned_at
        contact.n_stays += earlier.n_stays
        contact.n_answered += earlier.n_answered
        contact.talk_time += earlier.talk_time
        contact.hold_time += earlier.hold_time
        contact.wrap_time += earlier.wrap_time
        earlier.more_stays += contact.n_stays - 1
        earlier.episode_n_answered += contact.n_answered
        earlier.episode_talk_time += contact.talk_time
        earlier.episode_hold_time += contact.hold_time
        earlier.episode_wrap_time += contact.wrap_time


@inner
def close_episode(program: Records, luck: Luck, floor: Records, slot: int, outcome: int, ended_at: float) -> None:
    """The customer's problem is over, served or not. Writes one episode, counts."""
    caller = caller_at(floor, slot)
    served = outcome == Outcome.SERVED
    row = caller.customer if floor.keep_rows != 0 else 0  # customers begin episodes one by one
    episode = episode_at(floor, row)
    episode.customer = caller.customer
    episode.replication = luck.replication
    episode.episode = 0
    episode.call_type = caller.call_type
    episode.n_contacts = caller.contact + 1
    episode.n_offered = caller.n_offered
    episode.n_stays = caller.n_offered
    episode.n_answered = 1 if served else 0
    episode.outcome = outcome
    episode.first_at = caller.first_at
    episode.ended_at = ended_at
    episode.wait = caller.waited
    episode.talk_time = caller.talk_time if served else 0.0
    episode.hold_time = caller.hold_time if served else 0.0
    episode.wrap_time = caller.wrap_time if served else 0.0
    if caller.earlier != 0:
        earlier = earlier_at(floor, slot)
        episode.call_type = earlier.first_type
        episode.n_stays += earlier.more_stays
        episode.n_answered = earlier.episode_n_answered
        episode.talk_time = earlier.episode_talk_time
        episode.hold_time = earlier.episode_hold_time
        episode.wrap_time = earlier.episode_wrap_time
    if program.authority != 0:
        close_case(program, luck, floor, slot, outcome)
    if floor.keep_rows == 0:
        tally_episode(episode, program, counts_of(floor, 0))
    if floor.keep_digest != 0:
        fold(row_table(floor, 0), row, _EPISODE_WORDS, digest_at(floor, 0))


@laid_in
def close_agent_state(program: Records, luck: Luck, floor: Records, agent: int, ended_at: float) -> None:
    """What the agent did since his last change is over; nothing is kept of an instant. Writes one agent state, counts."""
    doing = agent_now(floor, agent)
    if doing.state == AgentState.ABSENT or doing.since >= ended_at:
        return
    row = floor.n_agent_state_rows
    state = agent_state_at(floor, row)
    state.agent = agent
    state.team = doing.team
    state.replication = luck.replication
    state.state = doing.state
    state.customer = doing.customer
    state.started_at = doing.since
    state.ended_at = ended_at
    if floor.keep_rows == 0:
        tally_agent_state(state, program, counts_of(floor, 0))
    else:
        floor.n_agent_state_rows = row + 1
        doing.n_rows += 1
        fetch_agent_state(floor, row + ROWS_AHEAD)
    if floor.keep_digest != 0:
        fold(row_table(floor, 3), row, _AGENT_STATE_WORDS, digest_at(floor, 3))
