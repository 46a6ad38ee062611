"""What a closed row adds to which count: the only meaning of every KPI's numerator and denominator.

The compiled engine calls this when it keeps no rows, analysis over stored rows; both therefore give the same KPIs to the last
digit. Durations are rounded once per row to microseconds, so that sums are exact in any order. Alone among the rules these
functions write: into the counts they are given.
"""

from __future__ import annotations

import math

import numpy as np

from ccsim.jit import accessor, apart, bind, inner, jit
from ccsim.outcomes import (
    AGENT_COUNTS,
    CALLBACK_COUNTS,
    CASE_COUNTS,
    IVR_COUNTS,
    LOAD_COUNTS,
    N_WAIT_BINS,
    OUTCOME_COUNTS,
    PASSAGE_COUNTS,
    WAIT_COUNTS,
    WITHIN_COUNTS,
    Counts,
)
from ccsim.program.layout import Records, records
from ccsim.rules.pieces import micros, place_of
from ccsim.rules.presence_tally import tally_presence
from ccsim.rules.tables import agent_at, interval_at, lane_of, threshold_at
from ccsim.vocabulary import AgentState, Attribute, CaseEnd, Cause, Clock, Outcome, SegmentKind

__all__ = [
    "COUNTS",
    "bind_counts",
    "interval_of",
    "micros",
    "tally_agent_state",
    "tally_case",
    "tally_contact",
    "tally_episode",
    "tally_segment",
    "wait_bin",
]

COUNTS = np.dtype([(name, "i8") for name in Counts._fields])
"""Addresses of the tables of a `Counts`."""

_segment_cell = accessor(COUNTS, "segments", OUTCOME_COUNTS)
_contact_cell = accessor(COUNTS, "contacts", OUTCOME_COUNTS)
_episode_cell = accessor(COUNTS, "episodes", OUTCOME_COUNTS)
_segment_within = accessor(COUNTS, "segments_within", WITHIN_COUNTS)
_contact_within = accessor(COUNTS, "contacts_within", WITHIN_COUNTS)
_episode_within = accessor(COUNTS, "episodes_within", WITHIN_COUNTS)
_segment_waits = accessor(COUNTS, "segment_waits", WAIT_COUNTS)
_contact_waits = accessor(COUNTS, "contact_waits", WAIT_COUNTS)
_episode_waits = accessor(COUNTS, "episode_waits", WAIT_COUNTS)
_agent_cell = accessor(COUNTS, "agent_time", AGENT_COUNTS)
_queue_load = accessor(COUNTS, "queue_time", LOAD_COUNTS)
_line_load = accessor(COUNTS, "line_time", LOAD_COUNTS)
_passage_cell = accessor(COUNTS, "passages", PASSAGE_COUNTS)
_node_cell = accessor(COUNTS, "ivr_nodes", IVR_COUNTS)
_case_cell = accessor(COUNTS, "cases", CASE_COUNTS)
_callback_cell = accessor(COUNTS, "callbacks", CALLBACK_COUNTS)
_callback_waits = accessor(COUNTS, "callback_waits", WAIT_COUNTS)
_case_times = accessor(COUNTS, "case_times", WAIT_COUNTS)
_node_load = accessor(COUNTS, "node_time", LOAD_COUNTS)

_SERVED = np.int64(Outcome.SERVED)

SATISFIED = 4.0
"""On the index from 1 to 5."""
_LAST_FIXED_BIN = 3600
_LOG_GROWTH = math.log(1.02)


def bind_counts(counts: Counts) -> Records:
    """The COUNTS record (array of one) of a `Counts`, which must stay alive as long as the record is used."""
    record = records(COUNTS, 1)
    bind(record, **{name: table for name, table in counts._asdict().items() if table.size})
    return record


@inner
def wait_bin(wait: float) -> int:
    """Histogram bin of a wait: 0 for none, then [0, 1) s, [1, 2) s, ..., from an hour on 2 % wide."""
    if wait <= 0.0:
        return 0
    if wait < _LAST_FIXED_BIN:
        return 1 + int(wait)
    wide = int(math.log(wait / _LAST_FIXED_BIN) / _LOG_GROWTH)
    return min(1 + _LAST_FIXED_BIN + wide, N_WAIT_BINS - 1)


@inner
def interval_of(program: Records, at: float) -> int:
    """Index of the interval that holds an instant; what lies beyond the grid belongs to its last interval."""
    i = int(at / program.interval_length)
    if i >= program.n_intervals:
        return program.n_intervals - 1
    if at < interval_at(program, i).starts_at:  # the division rounded up
        i -= 1
    return i


@inner
def _attributed(program: Records, entered_at: float, answered_at: float, ended_at: float) -> float:
    """The instant that decides the interval a stay is counted in."""
    if program.attribute == Attribute.ARRIVAL or ended_at == math.inf:
        return entered_at
    if program.attribute == Attribute.ANSWER and answered_at < math.inf:
        return answered_at
    return ended_at


@inner
def _is_callback(outcome: int) -> bool:
    """True for who was to be called back; of episodes: in vain."""
    return outcome == Outcome.CALLBACK_TAKEN or outcome == Outcome.CALLBACK_FAILED


@inner
def _goes_on(outcome: int) -> bool:
    """True for a contact that ends without an answer because its customer is to be called back, or has said what he wants."""
    return outcome == Outcome.CALLBACK_TAKEN or outcome == Outcome.LEFT_MESSAGE


@inner
def _add_outcome(cell: Records, program: Records, outcome: int, wait: float) -> None:
    """Adds one offered stay that ended with this outcome after this wait."""
    cell.offered += 1
    if outcome == Outcome.SERVED:
        waited = micros(wait)
        cell.answered += 1
        cell.wait_time += waited
        cell.answered_wait_time += waited
        if wait > 0.0:
            cell.delayed += 1
        return
    cell.delayed += 1
    if outcome == Outcome.UNFINISHED:
        cell.unfinished += 1
        return
    waited = micros(wait)
    cell.wait_time += waited
    if outcome == Outcome.CLOSED or outcome == Outcome.OVERFLOWED or _is_callback(outcome):
        cell.flowed_out += 1
        return
    if outcome == Outcome.LEFT_MESSAGE:
        cell.flowed_out += 1
        cell.messages_left += 1
        return
    if outcome == Outcome.TURNED_AWAY:
        cell.turned_away += 1
        return
    cell.abandoned += 1
    cell.abandoned_wait_time += waited
    if outcome == Outcome.BALKED:
        cell.balked += 1
    if wait < program.short_abandon:
        cell.short_abandoned += 1


@inner
def _add_within(cell: Records, outcome: int) -> None:
    """Adds one stay whose wait ended within a threshold."""
    if outcome == Outcome.SERVED:
        cell.answered += 1
    elif outcome == Outcome.CLOSED or outcome == Outcome.OVERFLOWED or outcome == Outcome.LEFT_MESSAGE:
        cell.flowed_out += 1
    elif _is_callback(outcome):
        cell.flowed_out += 1
        cell.taken += 1
    elif outcome != Outcome.TURNED_AWAY and outcome != Outcome.UNFINISHED:
        cell.abandoned += 1


@inner
def _add_wait(histogram_bin: Records, outcome: int) -> None:
    """Adds one ended wait to its bin."""
    histogram_bin.ended += 1
    if outcome == Outcome.SERVED:
        histogram_bin.answered += 1


@inner
def _add_work(cell: Records, talk: float, hold: float, wrap: float) -> None:
    """Adds what an answered contact took of agents."""
    cell.talk_time += micros(talk)
    cell.hold_time += micros(hold)
    cell.wrap_time += micros(wrap)


@jit
@apart
def tally_segment(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed SEGMENT row."""
    if row.kind == SegmentKind.IVR_NODE:
        _tally_ivr_stay(row, program, counts)
        return
    if row.kind == SegmentKind.CALLBACK:
        _tally_dial(row, program, counts)
        return
    lane = lane_of(program, np.int64(row.call_type) * program.n_queues + row.place).value
    outcome = np.int64(row.outcome)
    left_at = row.ended_at
    if row.answered_at < math.inf:
        left_at = row.answered_at
        outcome = _SERVED  # by the agent of this stay, transferred or not

    begin = micros(max(row.entered_at, program.count_from))
    finish = micros(min(left_at, program.count_until))
    length = micros(program.interval_length)
    while begin < finish:
        i = place_of(begin, length)
        until = min(finish, (i + 1) * length)
        _queue_load(counts, i * program.n_lanes + lane).time += until - begin
        begin = until
    if row.entered_at < program.count_from:
        return

    wait = left_at - row.clock_at
    at = interval_of(program, _attributed(program, row.entered_at, row.answered_at, row.ended_at))
    place = at * program.n_lanes + lane
    cell = _segment_cell(counts, place)
    _add_outcome(cell, program, outcome, wait)
    for i in range(program.n_thresholds):
        if wait <= threshold_at(program, i).value:
            _add_within(_segment_within(counts, place * program.n_thresholds + i), outcome)
    if outcome != Outcome.UNFINISHED:
        _add_wait(_segment_waits(counts, lane * N_WAIT_BINS + wait_bin(wait)), outcome)
    if outcome == Outcome.SERVED:
        _add_work(cell, row.ended_at - row.answered_at - row.hold_time, row.hold_time, row.wrap_ended_at - row.ended_at)
    if row.assigned_at < left_at:
        cell.ring_time += micros(left_at - row.assigned_at)
    if row.came_by >= 0:
        _tally_passage(row, program, cell, counts)
    if row.outcome == Outcome.TRANSFERRED:
        cell.transferred += 1
    if row.offered_callback != 0:
        callback = _callback_cell(counts, at * program.n_queues + np.int64(row.place))
        callback.offered_callback += 1
        if row.outcome == Outcome.CALLBACK_TAKEN:
            callback.taken += 1


@inner
def _tally_dial(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed stay of who is to be called back: whether he was dialled, and answered."""
    if row.entered_at < program.count_from or row.assigned_at == math.inf:
        return
    at = interval_of(program, _attributed(program, row.entered_at, row.answered_at, row.ended_at))
    cell = _callback_cell(counts, at * program.n_queues + np.int64(row.place))
    cell.dials += 1
    if row.answered_at == math.inf:
        cell.in_vain += 1


@inner
def _tally_callback(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed CONTACT row of who was to be called back, to the interval in which he rang off."""
    if row.queued_at < program.count_from:
        return
    answered_at = math.inf
    if row.n_answered > 0:
        answered_at = row.queued_at + row.wait
    at = interval_of(program, _attributed(program, row.queued_at, answered_at, row.ended_at))
    cell = _callback_cell(counts, at * program.n_queues + np.int64(row.queue))
    if row.wait == math.inf:
        cell.pending += 1
        return
    waited = _callback_waits(counts, np.int64(row.queue) * N_WAIT_BINS + wait_bin(row.wait))
    waited.ended += 1
    if row.n_answered > 0:
        waited.answered += 1
        cell.called_back += 1
        cell.time_to_callback += micros(row.wait)
    elif row.outcome == Outcome.CLOSED:
        cell.cleared += 1
    else:
        cell.failed += 1
    cell.ring_time += micros(row.ring_time)
    _add_work(cell, row.talk_time, row.hold_time, row.wrap_time)


@inner
@apart
def _tally_passage(row: Records, program: Records, cell: Records, counts: Records) -> None:
    """Adds that this stay came out of another queue."""
    passage = _passage_cell(counts, np.int64(row.came_from) * program.n_queues + np.int64(row.place))
    if row.came_by == Outcome.OVERFLOWED:
        cell.flowed_in += 1
        passage.overflowed += 1
    elif row.came_by == Outcome.TRANSFERRED:
        passage.transferred += 1
    elif row.came_by == Outcome.ESCALATED:
        passage.escalated += 1


@inner
def _tally_ivr_stay(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed stay at a node of the IVR."""
    node = np.int64(row.place)
    begin = micros(max(row.entered_at, program.count_from))
    finish = micros(min(row.ended_at, program.count_until))
    length = micros(program.interval_length)
    while begin < finish:
        i = place_of(begin, length)
        until = min(finish, (i + 1) * length)
        _node_load(counts, i * program.n_ivr_nodes + node).time += until - begin
        begin = until
    if row.entered_at < program.count_from:
        return

    at = interval_of(program, _attributed(program, row.entered_at, math.inf, row.ended_at))
    cell = _node_cell(counts, at * program.n_ivr_nodes + node)
    cell.entered_ivr += 1
    cell.ivr_time += micros(row.ended_at - row.entered_at)
    if row.outcome == Outcome.HUNG_UP:
        cell.hung_up += 1
    elif row.outcome == Outcome.CONTAINED:
        cell.contained += 1
    elif row.outcome == Outcome.OPTED_OUT:
        cell.opted_out += 1
    elif row.outcome == Outcome.RETRIED:
        cell.retried += 1
    elif row.outcome == Outcome.MISROUTED:
        cell.misrouted += 1


@inner
def _add_ivr(cell: Records, row: Records) -> None:
    """Adds the time in the IVR of a contact that entered it: until its queue, or its end there."""
    cell.entered_ivr += 1
    cell.ivr_time += micros(min(row.queued_at, row.ended_at) - row.arrived_at)
    if row.outcome == Outcome.HUNG_UP:
        cell.hung_up += 1
    elif row.outcome == Outcome.CONTAINED:
        cell.contained += 1


@jit
@apart
def tally_contact(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed CONTACT row, to the interval of its first queue entry (of its arrival, if it reached none)."""
    if row.cause == Cause.CALLBACK:
        _tally_callback(row, program, counts)
        return
    if row.outcome != Outcome.BLOCKED:
        begin = micros(max(row.arrived_at, program.count_from))
        finish = micros(min(row.ended_at, program.count_until))
        length = micros(program.interval_length)
        while begin < finish:
            i = place_of(begin, length)
            until = min(finish, (i + 1) * length)
            _line_load(counts, i).time += until - begin
            begin = until

    offered = row.queued_at < math.inf
    entered_at = row.arrived_at
    if offered:
        entered_at = row.queued_at
    if entered_at < program.count_from:
        return
    outcome = np.int64(row.outcome)
    answered_at = math.inf
    if row.n_answered > 0:
        answered_at = row.queued_at + row.wait
        outcome = _SERVED
    at = interval_of(program, _attributed(program, entered_at, answered_at, row.ended_at))
    kind = np.int64(row.call_type)
    place = at * program.n_call_types + kind
    cell = _contact_cell(counts, place)
    cell.arrived += 1
    cell.contacts += 1
    if row.outcome == Outcome.BLOCKED:
        cell.blocked += 1
    elif not offered and (row.outcome == Outcome.CLOSED or row.outcome == Outcome.LEFT_MESSAGE):
        cell.out_of_hours += 1
        if row.outcome == Outcome.LEFT_MESSAGE:
            cell.messages_left += 1
    elif program.ivr_start >= 0 and (offered or row.outcome == Outcome.HUNG_UP or row.outcome == Outcome.CONTAINED):
        _add_ivr(cell, row)
    if not offered:
        return
    _add_outcome(cell, program, outcome, row.wait)
    timed = row.wait
    if program.clock == Clock.ARRIVAL:
        timed += row.queued_at - row.arrived_at
    for i in range(program.n_thresholds):
        if timed <= threshold_at(program, i).value:
            _add_within(_contact_within(counts, place * program.n_thresholds + i), outcome)
    if outcome != Outcome.UNFINISHED:
        _add_wait(_contact_waits(counts, kind * N_WAIT_BINS + wait_bin(row.wait)), outcome)
    _add_work(cell, row.talk_time, row.hold_time, row.wrap_time)
    cell.ring_time += micros(row.ring_time)
    if row.n_stays > 1 and row.later_wait < math.inf:
        cell.later_wait_time += micros(row.later_wait)
    if row.n_answered > 0 and outcome != row.outcome and not _goes_on(row.outcome):
        cell.lost_in_transfer += 1


@jit
@apart
def tally_episode(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed EPISODE row, to the interval of its first dial.

    Offered when any contact reached a queue; its outcome is the last contact's, its wait the sum over contacts. Blocked and
    hung up in the IVR are what an episode is that never reached a queue; one that did counts as abandoned then. One whose
    last contact the IVR served is contained, not offered, whatever was tried before, unless an agent was met: then it is
    answered.
    """
    if row.first_at < program.count_from:
        return
    kind = np.int64(row.call_type)
    place = interval_of(program, row.first_at) * program.n_call_types + kind
    cell = _episode_cell(counts, place)
    cell.arrived += 1
    cell.contacts += row.n_contacts
    if row.outcome == Outcome.CONTAINED and row.n_answered == 0:
        cell.contained += 1
        return
    if row.n_offered == 0:
        if row.outcome == Outcome.BLOCKED:
            cell.blocked += 1
        elif row.outcome == Outcome.CLOSED or row.outcome == Outcome.LEFT_MESSAGE:
            cell.out_of_hours += 1
            if row.outcome == Outcome.LEFT_MESSAGE:
                cell.messages_left += 1
        else:
            cell.hung_up += 1
        return
    outcome = np.int64(row.outcome)
    if row.n_answered > 0 and row.wait < math.inf:
        if outcome != Outcome.SERVED and outcome != Outcome.CONTAINED and outcome != Outcome.LEFT_MESSAGE:
            cell.lost_in_transfer += 1
        outcome = _SERVED
    _add_outcome(cell, program, outcome, row.wait)
    for i in range(program.n_thresholds):
        if row.wait <= threshold_at(program, i).value:
            _add_within(_episode_within(counts, place * program.n_thresholds + i), outcome)
    if outcome != Outcome.UNFINISHED:
        _add_wait(_episode_waits(counts, kind * N_WAIT_BINS + wait_bin(row.wait)), outcome)
    _add_work(cell, row.talk_time, row.hold_time, row.wrap_time)


@jit
@apart
def tally_case(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed CASE row, to the interval of the episode's first dial; most counts are of those who met an agent."""
    if row.first_at < program.count_from:
        return
    cell = _case_cell(counts, interval_of(program, row.first_at) * program.n_call_types + np.int64(row.call_type))
    cell.dialled += row.n_contacts
    if program.leave_share > 0.0:
        cell.customers += 1
        if row.left != 0:
            cell.left += 1
            cell.value_lost += micros(program.leave_value)
    if row.satisfaction > 0.0:
        cell.rated += 1
        cell.satisfaction += micros(row.satisfaction)
        if row.satisfaction >= SATISFIED:
            cell.satisfied += 1
    if row.n_legs == 0:
        return
    cell.met += row.n_met
    cell.returns += row.n_returns
    cell.at_first_contact += row.at_first_contact
    came_back = row.back_at < math.inf and row.back_at - row.first_ended_at <= program.fcr_window
    if not came_back:
        cell.fcr += row.at_first_contact
        cell.fcr_no_transfer += row.at_first
    if row.first_ended_at + program.fcr_window <= program.count_until:
        cell.observed += 1
        if not came_back:
            cell.fcr_observed += 1
    if row.resolved != 0:
        time = row.resolved_at - row.first_at
        cell.resolution_time += micros(time)
        _add_wait(_case_times(counts, np.int64(row.call_type) * N_WAIT_BINS + wait_bin(time)), _SERVED)
    cell.cases += 1
    cell.hops += row.n_legs - 1
    cell.resolved += row.resolved
    cell.at_first += row.at_first
    cell.retold_time += micros(row.retold_time)
    cell.brief_time += micros(row.brief_time)
    cell.consult_time += micros(row.consult_time)
    cell.goodwill += micros(row.granted)
    cell.leaked += micros(row.leaked)
    if row.needed > 0.0:
        cell.needing += 1
    if row.n_escalations > 0:
        cell.escalated += 1
    if row.n_legs > 2:
        cell.hopped_twice += 1
    if row.end == CaseEnd.REFUSED:
        cell.refused += 1
    elif row.end == CaseEnd.LOST:
        cell.lost += 1


@jit
@apart
def tally_agent_state(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed AGENT_STATE row: to the clock's intervals, apart inside opening hours and in overtime."""
    if row.state >= AgentState.BREAK and row.state < AgentState.BRIEF:
        tally_presence(row, program, counts)
        return
    who = agent_at(program, np.int64(row.agent))
    if who.n_duties > 0:
        tally_presence(row, program, counts)
    team = who.team
    begin = micros(max(row.started_at, program.count_from))
    finish = micros(min(row.ended_at, program.count_until))
    length = micros(program.interval_length)
    while begin < finish:
        i = place_of(begin, length)
        until = min(finish, (i + 1) * length)
        interval = interval_at(program, i)
        opened = min(until, micros(interval.open_until)) - max(begin, micros(interval.open_from))
        inside = max(opened, 0)
        overtime = until - begin - inside
        cell = _agent_cell(counts, i * program.n_teams + team)
        if row.state == AgentState.AVAILABLE:
            cell.available_time += inside
            cell.overtime_available_time += overtime
        elif row.state == AgentState.TALK:
            cell.talk_time += inside
            cell.overtime_talk_time += overtime
        elif row.state == AgentState.RING:
            cell.ring_time += inside
            cell.overtime_ring_time += overtime
        elif row.state == AgentState.BRIEF:
            cell.brief_time += inside
            cell.overtime_brief_time += overtime
        elif row.state == AgentState.CONSULT:
            cell.consult_time += inside
            cell.overtime_consult_time += overtime
        else:
            cell.wrap_time += inside
            cell.overtime_wrap_time += overtime
        begin = until
