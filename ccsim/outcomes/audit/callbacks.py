"""Callbacks: offered where they are, in the place that was kept, dialled only while lines are open, so often, in turn (I14).

And messages: left by who may, when he may, and who is called back after one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.messages import check_messages
from ccsim.outcomes.audit.stays import taken_at
from ccsim.outcomes.audit.steps import Table, after_closing, number_during, union
from ccsim.outcomes.audit.turns import check_turn_by_clock
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import AgentState, ClosingRule, Outcome, SegmentKind

__all__ = ["check_callbacks"]

Mask = NDArray[np.bool_]


def check_callbacks(program: Program, rows: Rows, complaints: Complaints, *, custom_routing: bool) -> None:
    """One replication."""
    segments = rows.segments
    on_list = segments["kind"] == SegmentKind.CALLBACK
    if not len(program.callbacks):
        told = on_list | (segments["offered_callback"] != 0) | (segments["outcome"] == Outcome.LEFT_MESSAGE)
        complaints.where(told, "I14", lambda i: f"{_who(segments[i])}: nobody is called back here")
        return
    _check_offers(program, segments, complaints)
    check_messages(program, rows, complaints)
    _check_places(program, segments, complaints)
    _check_dials(program, segments, complaints)
    if not custom_routing:
        _check_turns(program, segments, complaints)
    idle = rows.agent_states[rows.agent_states["state"] == AgentState.AVAILABLE]
    lane_of = program.lane_of[segments["call_type"], _queue(segments)]
    for lane in range(len(program.lanes)):
        here = on_list & (lane_of == lane)
        _check_idle(program, lane, segments[here], idle, complaints)


def _who(row: Any) -> str:
    return f"customer {row['customer']} contact {row['contact']} segment {row['segment']}"


def _rests(program: Program, at: NDArray[np.float64]) -> Mask:
    """Whether nobody is called back just after these instants."""
    if program.settings.closing_rule[0] == ClosingRule.STAY:
        return np.zeros(len(at), bool)
    return after_closing(program, at)


def _check_offers(program: Program, segments: Table, complaints: Complaints) -> None:
    """Offered only where it is, and not to who is called back already; taken by nobody else, and by all where all accept."""
    accept = np.where(segments["kind"] == SegmentKind.QUEUE, program.callbacks.accept[_queue(segments)], 0.0)
    offered, taken = segments["offered_callback"] != 0, segments["outcome"] == Outcome.CALLBACK_TAKEN
    complaints.where(offered & (accept <= 0.0), "I14", lambda i: f"{_who(segments[i])}: offered a callback, and none is")
    complaints.where(taken & ~offered, "I14", lambda i: f"{_who(segments[i])}: took a callback that was not offered")
    complaints.where(
        offered & ~taken & (accept >= 1.0), "I14", lambda i: f"{_who(segments[i])}: declined a callback, and nobody does"
    )
    late = taken & _rests(program, segments["ended_at"]) & ~np.isin(segments["ended_at"], program.timetable.at)
    complaints.where(late, "I14", lambda i: f"{_who(segments[i])}: took a callback while lines are closed")
    windows, of = program.callback_windows, program.callbacks[_queue(segments)]
    inside = of.n_windows == 0
    for place, window in enumerate(windows):
        mine = (place >= of.first_window) & (place < of.first_window + of.n_windows)
        inside |= mine & (segments["ended_at"] >= window.starts_at) & (segments["ended_at"] < window.ends_at)
    complaints.where(taken & ~inside, "I14", lambda i: f"{_who(segments[i])}: took a callback at {segments['ended_at'][i]}")


def _queue(segments: Table) -> NDArray[np.int64]:
    """Queue of each stay, 0 for one in the IVR."""
    return np.where(segments["kind"] == SegmentKind.IVR_NODE, 0, segments["place"]).astype(np.int64)


def _check_places(program: Program, segments: Table, complaints: Complaints) -> None:
    """Who rings off is called back at once or later, in the same lane and, unless behind all calls, in his place."""
    n = len(segments)
    back = np.arange(n) - 1
    taken = np.flatnonzero(segments["outcome"] == Outcome.CALLBACK_TAKEN)
    following = np.minimum(taken + 1, max(n - 1, 0))
    goes_on = (taken + 1 < n) & (segments["customer"][following] == segments["customer"][taken])
    goes_on &= (segments["kind"][following] == SegmentKind.CALLBACK) & (segments["segment"][following] == 0)
    goes_on &= segments["entered_at"][following] == segments["ended_at"][taken]
    goes_on &= segments["place"][following] == segments["place"][taken]
    behind = program.callbacks.behind[segments["place"][taken]] != 0
    clock_at = np.where(behind, segments["ended_at"][taken], segments["clock_at"][taken])
    goes_on &= segments["clock_at"][following] == clock_at
    complaints.where(~goes_on, "I14", lambda i: f"{_who(segments[taken[i]])}: rang off, and is not called back in his place")
    again = segments["came_by"] == Outcome.NO_ANSWER
    same = (segments["place"] == segments["place"][back]) & (segments["clock_at"] == segments["clock_at"][back])
    same &= segments["kind"] == SegmentKind.CALLBACK
    complaints.where(again & ~same, "I14", lambda i: f"{_who(segments[i])}: dialled again in another place")


def _check_dials(program: Program, segments: Table, complaints: Complaints) -> None:
    """Nobody is dialled while lines are closed, nor too often, nor at another time than due."""
    on_list = segments["kind"] == SegmentKind.CALLBACK
    dialled = on_list & (segments["assigned_at"] < np.inf)
    # In the instant of closing, or opening, he may have been dialled before, or after.
    closed = _rests(program, segments["assigned_at"]) & ~np.isin(segments["assigned_at"], program.timetable.at)
    complaints.where(dialled & closed, "I14", lambda i: f"{_who(segments[i])}: dialled at {segments['assigned_at'][i]}")
    row = program.callbacks[_queue(segments)]
    begins = np.maximum.accumulate(np.where(segments["segment"] == 0, np.arange(len(segments)), 0))
    n_dials = np.cumsum(dialled) - np.cumsum(dialled)[begins] + dialled[begins]
    complaints.where(
        dialled & (n_dials > row.attempts),
        "I14",
        lambda i: f"{_who(segments[i])}: dialled {n_dials[i]} times, allowed {row.attempts[i]}",
    )
    reached = dialled & (segments["answered_at"] < np.inf)
    complaints.where(
        dialled & ~reached & (row.answered >= 1.0), "I14", lambda i: f"{_who(segments[i])}: no answer, and everybody answers"
    )
    again = np.flatnonzero(segments["came_by"] == Outcome.NO_ANSWER)
    due = segments["ended_at"][again - 1] + row.retry_after[again]
    entered = segments["entered_at"][again]
    opens = program.days.open_at[program.days.open_at < np.inf]
    hour = np.append(opens, np.inf)[np.searchsorted(opens, due, "left")]
    on_time = (entered == due) | ((entered > due) & (entered >= hour) & (entered <= hour + 3600.0))
    on_time &= (entered == due) | (row.clears[again] == 0)
    complaints.where(
        ~on_time, "I14", lambda i: f"{_who(segments[again[i]])}: dialled again from {entered[i]} on, due at {due[i]}"
    )
    cleared = on_list & (segments["outcome"] == Outcome.CLOSED)
    complaints.where(cleared & (row.clears == 0), "I14", lambda i: f"{_who(segments[i])}: taken off a list that stays")


def _check_turns(program: Program, segments: Table, complaints: Complaints) -> None:
    """On a list, and with the calls of its lane where places are kept, first come first served; behind all calls otherwise."""
    lane_of = program.lane_of[segments["call_type"], _queue(segments)]
    queued = segments["kind"] == SegmentKind.QUEUE
    taken = taken_at(segments)
    served = (segments["assigned_at"] < np.inf) & ~_rests(program, segments["assigned_at"])
    served &= ~np.isin(segments["assigned_at"], program.timetable.at)
    for lane in np.unique(lane_of[segments["kind"] == SegmentKind.CALLBACK]):
        here = (lane_of == lane) & np.isin(segments["kind"], (SegmentKind.QUEUE, SegmentKind.CALLBACK))
        kept = program.callbacks.behind[program.lanes.queue[lane]] == 0
        if not kept:
            here &= ~queued
        stays = segments[here]
        check_turn_by_clock(stays, taken[here], served[here], np.ones(len(stays), bool), complaints)
    for place in np.flatnonzero((segments["kind"] == SegmentKind.CALLBACK) & served):
        if program.callbacks.behind[segments["place"][place]]:
            _check_behind(program, segments, int(place), lane_of, queued, taken, complaints)


def _check_behind(
    program: Program,
    segments: Table,
    place: int,
    lane_of: NDArray[np.int64],
    queued: Mask,
    taken: NDArray[np.float64],
    complaints: Complaints,
) -> None:
    """Whose place is behind is not dialled by an agent for whom a call waits."""
    at, team = segments["assigned_at"][place], program.agents.team[segments["agent"][place]]
    reach = program.reach[:, team]
    free = (reach.after == 0.0) & (reach.keep_idle == 0)
    waiting = queued & free[lane_of] & (segments["entered_at"] < at) & (taken > at)
    if waiting.any():
        complaints.add("I14", f"{_who(segments[place])}: dialled at {at}, while {_who(segments[waiting][0])} waits")


def _check_idle(program: Program, lane: int, stays: Table, idle: Table, complaints: Complaints) -> None:
    """While somebody is on the list of a lane and lines are open, no more agents who may dial are idle than are to be."""
    row, reach = program.callbacks[int(program.lanes.queue[lane])], program.reach[lane]
    listed = number_during(stays["entered_at"], taken_at(stays))
    for team in np.flatnonzero((reach.after == 0.0) & (reach.keep_idle == 0)):
        helpers = idle[idle["team"] == team]
        free = number_during(helpers["started_at"], helpers["ended_at"])
        at = union(listed.times, free.times, program.timetable.at)
        keep = int(row.reserve) if row.behind else 0
        if program.settings.closing_rule[0] == ClosingRule.STAY:
            keep_then = np.where(after_closing(program, at), 0, keep)
        else:
            keep_then = np.full(len(at), keep)
        both = (listed.after(at) > 0) & (free.after(at) > keep_then) & ~_rests(program, at)
        complaints.where(
            both,
            "I14",
            lambda i, at=at, lane=lane: f"lane {lane}: somebody is to be called back from {at[i]} on beside idle agents",  # type: ignore[misc]
        )
