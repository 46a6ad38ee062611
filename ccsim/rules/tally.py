"""What a closed row adds to which count: the only meaning of every KPI's numerator and denominator.

The compiled engine calls this when it keeps no rows, analysis over stored rows; both therefore give the same KPIs to the last
digit. Durations are rounded once per row to microseconds, so that sums are exact in any order. Alone among the rules these
functions write: into the counts they are given.
"""

from __future__ import annotations

import math

from numpy.typing import NDArray

from ccsim.jit import inner, jit
from ccsim.outcomes import N_WAIT_BINS, Counts
from ccsim.program.layout import Program, Records
from ccsim.vocabulary import AgentState, AgentTime, Attribute, Count, Outcome, SegmentKind, ThresholdCount

__all__ = ["interval_of", "micros", "tally_agent_state", "tally_contact", "tally_episode", "tally_segment", "wait_bin"]

_LAST_FIXED_BIN = 3600
_LOG_GROWTH = math.log(1.02)
_N_COUNTS = len(Count)
_N_THRESHOLD_COUNTS = len(ThresholdCount)


@inner
def micros(seconds: float) -> int:
    """Whole microseconds, rounded to nearest."""
    return int(math.floor(seconds * 1e6 + 0.5))


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
def interval_of(program: Program, at: float) -> int:
    """Index of the interval that holds an instant; what lies beyond the grid belongs to its last interval."""
    i = int(at / program.settings[0].interval_length)
    n = program.intervals.shape[0]
    if i >= n:
        return n - 1
    if at < program.intervals[i].starts_at:  # the division rounded up
        i -= 1
    return i


@inner
def _add_slices(cells: NDArray, column: int, program: Program, start: float, end: float) -> None:
    """Adds the time from start to end to `cells[interval, column]`, clipped to what is counted."""
    settings = program.settings[0]
    begin = micros(max(start, settings.count_from))
    finish = micros(min(end, settings.count_until))
    length = micros(settings.interval_length)
    while begin < finish:
        i = begin // length
        until = min(finish, (i + 1) * length)
        cells[i, column] += until - begin
        begin = until


@inner
def _add_outcome(cell: NDArray, program: Program, outcome: int, wait: float) -> None:
    """Adds one offered stay that ended with this outcome after this wait."""
    short = wait < program.settings[0].short_abandon
    cell[Count.OFFERED] += 1
    if outcome == Outcome.UNFINISHED:
        cell[Count.UNFINISHED] += 1
        cell[Count.DELAYED] += 1
        return

    waited = micros(wait)
    cell[Count.WAIT_TIME] += waited
    if outcome == Outcome.SERVED:
        cell[Count.ANSWERED] += 1
        cell[Count.ANSWERED_WAIT_TIME] += waited
        if wait > 0.0:
            cell[Count.DELAYED] += 1
        kind = ThresholdCount.ANSWERED_WITHIN
    else:
        cell[Count.DELAYED] += 1
        if outcome == Outcome.CLOSED:
            cell[Count.FLOWED_OUT] += 1
            kind = ThresholdCount.FLOWED_OUT_WITHIN
        else:
            cell[Count.ABANDONED] += 1
            cell[Count.ABANDONED_WAIT_TIME] += waited
            if outcome == Outcome.BALKED:
                cell[Count.BALKED] += 1
            if short:
                cell[Count.SHORT_ABANDONED] += 1
            kind = ThresholdCount.ABANDONED_WITHIN
    for i in range(program.thresholds.shape[0]):
        if wait <= program.thresholds[i]:
            cell[_N_COUNTS + _N_THRESHOLD_COUNTS * i + kind] += 1


@inner
def _add_work(cell: NDArray, talk: float, hold: float, wrap: float) -> None:
    cell[Count.TALK_TIME] += micros(talk)
    cell[Count.HOLD_TIME] += micros(hold)
    cell[Count.WRAP_TIME] += micros(wrap)


@inner
def _add_wait(waits: NDArray, outcome: int, wait: float) -> None:
    """Adds one ended wait to the two histograms (answered, all)."""
    if outcome == Outcome.UNFINISHED:
        return
    place = wait_bin(wait)
    waits[1, place] += 1
    if outcome == Outcome.SERVED:
        waits[0, place] += 1


@inner
def _attributed(program: Program, entered_at: float, answered_at: float, ended_at: float) -> float:
    """The instant that decides the interval a stay is counted in."""
    attribute = program.settings[0].attribute
    if attribute == Attribute.ARRIVAL or ended_at == math.inf:
        return entered_at
    if attribute == Attribute.ANSWER and answered_at < math.inf:
        return answered_at
    return ended_at


@jit
def tally_segment(row: Records, program: Program, counts: Counts) -> None:
    """Adds one closed SEGMENT row. IVR stays are counted with their contact."""
    if row.kind != SegmentKind.QUEUE:
        return
    lane = program.lane_of[row.call_type, row.place]
    left_at = row.answered_at if row.outcome == Outcome.SERVED else row.ended_at
    _add_slices(counts.queue_time, lane, program, row.entered_at, left_at)
    if row.entered_at < program.settings[0].count_from:
        return
    wait = left_at - row.entered_at
    at = interval_of(program, _attributed(program, row.entered_at, row.answered_at, row.ended_at))
    cell = counts.segments[at, lane]
    _add_outcome(cell, program, row.outcome, wait)
    _add_wait(counts.segment_waits[lane], row.outcome, wait)
    if row.outcome == Outcome.SERVED:
        _add_work(cell, row.ended_at - row.answered_at - row.hold_time, row.hold_time, row.wrap_ended_at - row.ended_at)


@jit
def tally_contact(row: Records, program: Program, counts: Counts) -> None:
    """Adds one closed CONTACT row, to the interval of its first queue entry (of its arrival, if it reached none)."""
    if row.outcome != Outcome.BLOCKED:
        _add_slices(counts.line_time, 0, program, row.arrived_at, row.ended_at)
    offered = row.queued_at < math.inf
    entered_at = row.queued_at if offered else row.arrived_at
    if entered_at < program.settings[0].count_from:
        return
    answered_at = row.queued_at + row.wait if row.outcome == Outcome.SERVED else math.inf
    at = interval_of(program, _attributed(program, entered_at, answered_at, row.ended_at))
    cell = counts.contacts[at, row.call_type]
    cell[Count.ARRIVED] += 1
    cell[Count.CONTACTS] += 1
    if row.outcome == Outcome.BLOCKED:
        cell[Count.BLOCKED] += 1
    elif row.outcome == Outcome.HUNG_UP:
        cell[Count.HUNG_UP] += 1
    if offered:
        _add_outcome(cell, program, row.outcome, row.wait)
        _add_wait(counts.contact_waits[row.call_type], row.outcome, row.wait)
        _add_work(cell, row.talk_time, row.hold_time, row.wrap_time)


@jit
def tally_episode(row: Records, program: Program, counts: Counts) -> None:
    """Adds one closed EPISODE row, to the interval of its first dial.

    Offered when any contact reached a queue; its outcome is the last contact's, its wait the sum over contacts. Blocked and
    hung up in the IVR are what an episode is that never reached a queue.
    """
    if row.first_at < program.settings[0].count_from:
        return
    cell = counts.episodes[interval_of(program, row.first_at), row.call_type]
    cell[Count.ARRIVED] += 1
    cell[Count.CONTACTS] += row.n_contacts
    if row.n_offered > 0:
        outcome = row.outcome
        if outcome == Outcome.BLOCKED or outcome == Outcome.HUNG_UP:
            outcome = Outcome.ABANDONED  # gave up after having waited in an earlier attempt
        _add_outcome(cell, program, outcome, row.wait)
        _add_wait(counts.episode_waits[row.call_type], outcome, row.wait)
        _add_work(cell, row.talk_time, row.hold_time, row.wrap_time)
    elif row.outcome == Outcome.BLOCKED:
        cell[Count.BLOCKED] += 1
    else:
        cell[Count.HUNG_UP] += 1


@jit
def tally_agent_state(row: Records, program: Program, counts: Counts) -> None:
    """Adds one closed AGENT_STATE row: to the clock's intervals, apart inside opening hours and in overtime."""
    settings = program.settings[0]
    begin = micros(max(row.started_at, settings.count_from))
    finish = micros(min(row.ended_at, settings.count_until))
    length = micros(settings.interval_length)
    while begin < finish:
        i = begin // length
        until = min(finish, (i + 1) * length)
        opened = min(until, micros(program.intervals[i].open_until)) - max(begin, micros(program.intervals[i].open_from))
        inside = max(opened, 0)
        counts.agent_time[i, row.team, row.state] += inside
        counts.agent_time[i, row.team, row.state + AgentTime.OVERTIME_AVAILABLE] += until - begin - inside
        begin = until


assert AgentTime.OVERTIME_AVAILABLE == len(AgentState)  # so that state + offset is the overtime column
