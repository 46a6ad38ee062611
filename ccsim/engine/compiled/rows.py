"""Closing rows: each fact is written once, when it is complete; without rows it is tallied and its place used again."""

from __future__ import annotations

import math

from ccsim.engine.compiled.state import Floor
from ccsim.jit import hot
from ccsim.program.layout import Program, Records
from ccsim.rules.digest import fold
from ccsim.rules.randomness import Luck
from ccsim.rules.tally import tally_agent_state, tally_contact, tally_episode, tally_segment
from ccsim.vocabulary import Cause, Channel, Outcome, SegmentKind

__all__ = ["ABSENT", "close_agent_state", "close_contact", "close_episode", "close_ivr_stay", "close_queue_stay"]

ABSENT = -1
"""State of an agent who is not on duty; no row has it."""


@hot
def close_ivr_stay(program: Program, luck: Luck, floor: Floor, caller: Records, outcome: int, now: float) -> None:
    """The caller leaves the IVR. Writes one segment."""
    clock = floor.clock[0]
    segment = floor.segments[caller.segment_row]
    segment.customer = caller.customer
    segment.replication = luck.replication
    segment.episode = 0
    segment.contact = caller.contact
    segment.segment = caller.segment
    segment.kind = SegmentKind.IVR_NODE
    segment.place = 0
    segment.call_type = caller.call_type
    segment.outcome = outcome
    segment.agent = -1
    segment.slots = 0
    segment.entered_at = caller.arrived_at
    segment.gives_up_at = math.inf
    segment.answered_at = math.inf
    segment.ended_at = now
    segment.hold_time = 0.0
    segment.wrap_ended_at = math.inf
    if clock.keep_digest != 0:
        fold(floor.segment_words, caller.segment_row, floor.digest[2])


@hot
def close_queue_stay(program: Program, luck: Luck, floor: Floor, caller: Records, outcome: int, ended_at: float) -> None:
    """The stay in the queue and with the agent is over. Writes one segment, counts."""
    clock = floor.clock[0]
    served = outcome == Outcome.SERVED
    segment = floor.segments[caller.segment_row]
    segment.customer = caller.customer
    segment.replication = luck.replication
    segment.episode = 0
    segment.contact = caller.contact
    segment.segment = caller.segment
    segment.kind = SegmentKind.QUEUE
    segment.place = caller.queue
    segment.call_type = caller.call_type
    segment.outcome = outcome
    segment.agent = caller.agent
    segment.slots = 1 if served else 0
    segment.entered_at = caller.queued_at
    segment.gives_up_at = caller.gives_up_at
    segment.answered_at = caller.answered_at
    segment.ended_at = ended_at
    segment.hold_time = caller.hold_time if served else 0.0
    segment.wrap_ended_at = ended_at + caller.wrap_time if served else math.inf
    if clock.keep_rows == 0:
        tally_segment(segment, program, floor.counts)
    if clock.keep_digest != 0:
        fold(floor.segment_words, caller.segment_row, floor.digest[2])


@hot
def close_contact(program: Program, luck: Luck, floor: Floor, caller: Records, outcome: int, ended_at: float) -> float:
    """The attempt is over; returns its wait. Writes one contact, counts."""
    clock = floor.clock[0]
    served = outcome == Outcome.SERVED
    offered = caller.queued_at < math.inf
    wait = 0.0
    if served:
        wait = caller.answered_at - caller.queued_at
    elif offered:
        wait = ended_at - caller.queued_at

    contact = floor.contacts[caller.contact_row]
    contact.customer = caller.customer
    contact.replication = luck.replication
    contact.episode = 0
    contact.contact = caller.contact
    contact.channel = Channel.PHONE
    contact.call_type = caller.call_type
    contact.cause = Cause.FRESH if caller.contact == 0 else Cause.REDIAL
    contact.queue = caller.queue if offered else -1
    contact.outcome = outcome
    contact.arrived_at = caller.arrived_at
    contact.queued_at = caller.queued_at
    contact.ended_at = ended_at
    contact.wait = wait
    contact.talk_time = caller.talk_time if served else 0.0
    contact.hold_time = caller.hold_time if served else 0.0
    contact.wrap_time = caller.wrap_time if served else 0.0
    if clock.keep_rows == 0:
        tally_contact(contact, program, floor.counts)
    if clock.keep_digest != 0:
        fold(floor.contact_words, caller.contact_row, floor.digest[1])
    return wait


@hot
def close_episode(program: Program, luck: Luck, floor: Floor, caller: Records, outcome: int, ended_at: float) -> None:
    """The customer's problem is over, served or not. Writes one episode, counts."""
    clock = floor.clock[0]
    served = outcome == Outcome.SERVED
    episode = floor.episodes[caller.episode_row]
    episode.customer = caller.customer
    episode.replication = luck.replication
    episode.episode = 0
    episode.call_type = caller.call_type
    episode.n_contacts = caller.contact + 1
    episode.n_offered = caller.n_offered
    episode.outcome = outcome
    episode.first_at = caller.first_at
    episode.ended_at = ended_at
    episode.wait = caller.waited
    episode.talk_time = caller.talk_time if served else 0.0
    episode.hold_time = caller.hold_time if served else 0.0
    episode.wrap_time = caller.wrap_time if served else 0.0
    if clock.keep_rows == 0:
        tally_episode(episode, program, floor.counts)
    if clock.keep_digest != 0:
        fold(floor.episode_words, caller.episode_row, floor.digest[0])


@hot
def close_agent_state(program: Program, luck: Luck, floor: Floor, agent: int, ended_at: float) -> None:
    """What the agent did since his last change is over; nothing is kept of an instant. Writes one agent state, counts."""
    clock = floor.clock[0]
    doing = floor.agents[agent]
    if doing.state == ABSENT or doing.since >= ended_at:
        return
    row = clock.n_agent_states
    state = floor.agent_states[row]
    state.agent = agent
    state.team = program.agents[agent].team
    state.replication = luck.replication
    state.state = doing.state
    state.customer = doing.customer
    state.started_at = doing.since
    state.ended_at = ended_at
    if clock.keep_rows == 0:
        tally_agent_state(state, program, floor.counts)
    else:
        clock.n_agent_states = row + 1
    if clock.keep_digest != 0:
        fold(floor.agent_state_words, row, floor.digest[3])
