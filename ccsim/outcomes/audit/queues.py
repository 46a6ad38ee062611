"""Queues: nobody waits while an agent who could help is idle, closing, Little (I01, I02, I04, I10). Turns are in `turns`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.briefings import late_releases
from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.events import perhaps_closed, surely_closed
from ccsim.outcomes.audit.stays import contact_key, left_at, taken_at
from ccsim.outcomes.audit.steps import Steps, after_closing, late_comings, number_during, union
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import AgentState, Cause, ClosingRule, Event, Outcome, SegmentKind

__all__ = ["check_queues"]

Table = NDArray[Any]

TOLERANCE = 1e-9
"""Relative; the two sides of Little's law add the same times in different orders."""


def check_queues(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication."""
    stays = rows.segments[np.isin(rows.segments["kind"], (SegmentKind.QUEUE, SegmentKind.CONSULT))]
    left, taken = left_at(stays), taken_at(stays)
    idle = rows.agent_states[rows.agent_states["state"] == AgentState.AVAILABLE]
    late = late_comings(program)
    freeing = left[(stays["outcome"] == Outcome.ABANDONED) & (stays["assigned_at"] < np.inf)]  # an agent, after other ends
    freeing = np.concatenate((freeing, late_releases(program, rows.segments)))
    lane_of = program.lane_of[stays["call_type"], stays["place"]]
    for lane, queue in enumerate(program.lanes.queue):
        here = lane_of == lane
        reach = program.reach[lane]
        for team, keep in enumerate(reach.keep_idle):
            if keep > 0 and reach.after[team] == 0.0:
                _check_work_conservation(program, queue, stays[here], taken[here], idle[idle["team"] == team], keep, complaints)
        helpers = idle[((reach.after == 0.0) & (reach.keep_idle == 0))[idle["team"]]]
        _check_work_conservation(program, queue, stays[here], taken[here], helpers, 0, complaints)
        _check_unhelped(queue, stays[here], helpers, late, freeing, complaints)
    _check_closing(program, stays, taken, complaints)
    callers = stays["kind"] == SegmentKind.QUEUE
    _check_little(program, rows, stays[callers], left[callers], complaints)


def _check_work_conservation(
    program: Program, queue: int, stays: Table, left: Table, helpers: Table, keep: int, complaints: Complaints
) -> None:
    """At no time does someone wait while more may answer at once and are idle than are to stay so (after closing: 0)."""
    waiting = number_during(stays["entered_at"], left)
    idle = number_during(helpers["started_at"], helpers["ended_at"])
    at = union(waiting.times, idle.times, program.timetable.at[program.timetable.event == Event.CLOSING])
    both = (waiting.after(at) > 0) & (idle.after(at) > np.where(after_closing(program, at), 0, keep))

    def say(i: int) -> str:
        caller = stays[(stays["entered_at"] <= at[i]) & (left > at[i])][0]
        agent = helpers[(helpers["started_at"] <= at[i]) & (helpers["ended_at"] > at[i])][0]
        return f"customer {caller['customer']} waits in queue {queue} from {at[i]} on while agent {agent['agent']} is idle"

    complaints.where(both, "I04", say)


def _check_unhelped(
    queue: int,
    stays: Table,
    helpers: Table,
    late: NDArray[np.float64],
    freeing: NDArray[np.float64],
    complaints: Complaints,
) -> None:
    """Who was not answered on entry found nobody idle; who hung up was not left by an agent freed in that very instant."""
    entered = stays["entered_at"]
    at_once = stays["assigned_at"] == entered
    turned_away = _is_sent_away(stays) & (stays["ended_at"] == entered)
    started, ended = np.sort(helpers["started_at"]), np.sort(helpers["ended_at"])
    n_idle = np.searchsorted(started, entered, "left") - np.searchsorted(ended, entered, "right")
    complaints.where(
        ~at_once & ~turned_away & (n_idle > 0),
        "I04",
        lambda i: f"customer {stays['customer'][i]} finds no help in queue {queue} at {entered[i]}, {n_idle[i]} idle",
    )
    gone = stays["ended_at"]
    # Whom the agent's phone was ringing for, he is freed by.
    rang = (stays["outcome"] == Outcome.ABANDONED) & (stays["assigned_at"] < np.inf)
    n_freed = np.searchsorted(started, gone, "right") - np.searchsorted(started, gone, "left")
    abandoned = (
        (stays["outcome"] == Outcome.ABANDONED) & ~rang & (gone > entered) & ~np.isin(gone, late) & ~np.isin(gone, freeing)
    )
    complaints.where(
        abandoned & (n_freed > 0),
        "I10",
        lambda i: f"customer {stays['customer'][i]} hangs up at {gone[i]} though an agent of queue {queue} is freed just then",
    )


def _check_closing(program: Program, stays: Table, left: Table, complaints: Complaints) -> None:
    """Sent away are those, and only those, who wait when waiting ends or come later that day."""
    shut_from, shut_until = _shut_times(program)
    entered = stays["entered_at"]
    closed, sent_away = stays["outcome"] == Outcome.CLOSED, _is_sent_away(stays)
    day = np.searchsorted(shut_from, entered, "right") - 1
    shut = np.zeros(len(stays), bool)
    if len(shut_from):
        shut = (day >= 0) & (entered < shut_until[day])
    came_before = entered <= (shut_from[day] if len(shut_from) else np.inf)  # entered in the instant itself: perhaps before

    def who(i: int) -> str:
        return f"customer {stays['customer'][i]}, queued at {entered[i]}, ends {Outcome(stays['outcome'][i]).name} at {left[i]}"

    complaints.where(shut & ~came_before & ~(sent_away & (left == entered)), "I01", lambda i: f"{who(i)} after waiting is over")
    cleared = np.isin(left, shut_from)
    at_once = closed & (left == entered)
    by_event = at_once & perhaps_closed(program, stays)
    complaints.where(closed & ~cleared & ~(shut & at_once) & ~by_event, "I01", lambda i: f"{who(i)}, when nobody is sent away")
    complaints.where(
        ~(sent_away & (left == entered)) & surely_closed(program, stays),
        "I01",
        lambda i: f"{who(i)} in a queue that an event keeps closed",
    )
    until = np.append(shut_from, np.inf)[np.searchsorted(shut_from, entered, "right")]
    complaints.where(left > until, "I01", lambda i: f"{who(i)} though waiting is over at {until[i]}")


def _is_sent_away(stays: Table) -> NDArray[np.bool_]:
    """Who finds his queue closed: sent away, or leaving a message instead, if he may."""
    return np.isin(stays["outcome"], (Outcome.CLOSED, Outcome.LEFT_MESSAGE))


def _shut_times(program: Program) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From when until when waiting is over, per day that has such a time, s."""
    shut_from: list[float] = []
    shut_until: list[float] = []
    for entry in program.timetable:
        if entry.event == Event.OPENING and len(shut_until) < len(shut_from):
            shut_until.append(entry.at)
        clears = entry.event == Event.CLOSING and program.settings.closing_rule[0] == ClosingRule.CLEAR
        if (clears or entry.event == Event.OVERTIME_END) and len(shut_until) == len(shut_from):
            shut_from.append(entry.at)
    shut_until += [np.inf] * (len(shut_from) - len(shut_until))
    return np.array(shut_from, float), np.array(shut_until, float)


def _check_little(program: Program, rows: Rows, stays: Table, left: Table, complaints: Complaints) -> None:
    """The integral of the number waiting is the sum of the waits that contacts tell, likewise agents' work."""
    dialled = rows.contacts["cause"] != Cause.CALLBACK
    contacts = rows.contacts[dialled]
    stays, left = (table[np.isin(contact_key(stays), contact_key(contacts))] for table in (stays, left))
    times = [left[left < np.inf], stays["entered_at"], rows.contacts["arrived_at"]]
    horizon = max((float(t.max()) for t in times if len(t)), default=0.0)
    goes_on = np.isin(stays["outcome"], (Outcome.OVERFLOWED, Outcome.TRANSFERRED, Outcome.ESCALATED))
    alone = (stays["came_by"] < 0) & ~goes_on
    for queue in range(len(program.queues)):
        here = alone & (stays["place"] == queue)
        waiting = number_during(stays["entered_at"][here], left[here])
        told = contacts[(contacts["queue"] == queue) & (contacts["n_stays"] == 1)]
        waits = np.where(told["wait"] < np.inf, told["wait"], horizon - told["queued_at"])
        _compare(complaints, f"queue {queue}: waiting", _integral(waiting, horizon), float(waits.sum()), horizon)
    several = contacts[(contacts["n_stays"] > 1) & (contacts["ended_at"] < np.inf)]
    theirs = np.isin(contact_key(stays), contact_key(several))
    waiting = number_during(stays["entered_at"][theirs], left[theirs])
    waits = several["wait"] + several["later_wait"]
    _compare(complaints, "several queues: waiting", _integral(waiting, horizon), float(waits.sum()), horizon)
    asking = rows.segments[rows.segments["kind"] == SegmentKind.CONSULT]
    asked = float((asking["ended_at"] - asking["entered_at"]).sum())  # on hold, and no talk of the agent's
    for state, fields in ((AgentState.TALK, ("talk_time", "hold_time")), (AgentState.WRAP, ("wrap_time",))):
        work = rows.agent_states[rows.agent_states["state"] == state]
        end = float(work["ended_at"].max(initial=0.0))
        spent = _integral(number_during(work["started_at"], work["ended_at"]), end)
        told_work = sum(float(rows.contacts[field].sum()) for field in fields) - (asked if state == AgentState.TALK else 0.0)
        _compare(complaints, f"agents: {state.name.lower()}", spent, told_work, end)


def _compare(complaints: Complaints, subject: str, path: float, told: float, horizon: float) -> None:
    if not abs(path - told) <= TOLERANCE * max(path, told, horizon, 1.0):
        complaints.add("I02", f"{subject} {path} s along the path, {told} s told by the contacts")


def _integral(steps: Steps, until: float) -> float:
    """Integral of a step function from its first step to `until`, s."""
    ends = np.append(steps.times[1:], max(until, steps.times[-1]) if len(steps.times) else until)
    return float((steps.values * (ends - steps.times)).sum())
