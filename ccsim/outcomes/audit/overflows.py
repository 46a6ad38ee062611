"""Steps of queues: when calls overflow and to where, full queues, more teams in time (I01, I04, I06)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.stays import taken_at
from ccsim.outcomes.audit.steps import Table, number_during, union
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import EXPAND, Program, Records
from ccsim.vocabulary import AgentState, Outcome, SegmentKind

__all__ = ["check_overflows"]


def check_overflows(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication."""
    stays = rows.segments[rows.segments["kind"] == SegmentKind.QUEUE]
    following = np.append(stays[1:], stays[:0] if not len(stays) else stays[-1:])
    idle = rows.agent_states[rows.agent_states["state"] == AgentState.AVAILABLE]
    for queue, row in enumerate(program.queues):
        steps = program.steps[int(row.first_step) : int(row.first_step + row.n_steps)]
        here = stays["place"] == queue
        _check_room(queue, row, stays[here], complaints)
        _check_overflowed(queue, program, stays[here], following[here], steps, complaints)
    lane_of = program.lane_of[stays["call_type"], stays["place"]]
    for lane in range(len(program.lanes)):
        _check_expanded(program, lane, stays[lane_of == lane], idle, complaints)


def _who(stay: Table) -> str:
    return f"customer {stay['customer']} contact {stay['contact']}, in queue {stay['place']} from {stay['entered_at']},"


def _check_room(queue: int, row: Records, stays: Table, complaints: Complaints) -> None:
    """Never more wait than there is room for, and who finds no room really finds none."""
    most, entered, taken = int(row.max_waiting), stays["entered_at"], taken_at(stays)
    waiting = number_during(entered, taken)
    complaints.where(
        waiting.values > most, "I06", lambda i: f"{waiting.values[i]} wait in queue {queue} from {waiting.times[i]}, not {most}"
    )
    away = stays["outcome"] == Outcome.TURNED_AWAY
    complaints.where(away & (stays["ended_at"] > entered), "I06", lambda i: f"{_who(stays[i])} is turned away after a wait")
    complaints.where(away & (row.full_step >= 0), "I01", lambda i: f"{_who(stays[i])} is turned away, but it overflows")
    # In the instant itself some may have come or gone before him: as many as touch it may have been there.
    touching = np.searchsorted(np.sort(entered), entered, "right") - np.searchsorted(np.sort(taken), entered, "left")
    complaints.where(away & (touching - 1 < most), "I06", lambda i: f"{_who(stays[i])} is turned away, and there is room")


def _check_overflowed(
    queue: int, program: Program, stays: Table, following: Table, steps: Records, complaints: Complaints
) -> None:
    """Who leaves for another queue does so when a step is due, or at once from a full queue, with his clock kept or not."""
    entered, clock, ended = stays["entered_at"], stays["clock_at"], stays["ended_at"]
    gone = stays["outcome"] == Outcome.OVERFLOWED
    fits = np.zeros(len(stays), bool)
    first_due = np.full(len(stays), np.inf)
    full = int(program.queues.full_step[queue]) - int(program.queues.first_step[queue])
    for number, step in enumerate(steps):
        if step.to < 0:
            continue
        due = np.maximum(clock + step.after, entered)
        first_due = np.minimum(first_due, due)
        on_time = ended == due
        if number == full and program.queues.max_waiting[queue] < len(stays):
            on_time |= ended == entered
        clock_on = clock if step.keep_clock else ended
        fits |= on_time & (following["place"] == step.to) & (following["clock_at"] == clock_on)
    complaints.where(
        gone & ~fits,
        "I06",
        lambda i: (
            f"{_who(stays[i])} leaves at {ended[i]} for queue {following['place'][i]}, where his wait counts from "
            f"{following['clock_at'][i]}: no step says so"
        ),
    )
    stays_on = taken_at(stays) > first_due
    complaints.where(stays_on, "I06", lambda i: f"{_who(stays[i])} waits on, but overflows at {first_due[i]}")


def _check_expanded(program: Program, lane: int, stays: Table, idle: Table, complaints: Complaints) -> None:
    """Once a team may answer a call that waits, none of its agents is idle."""
    reach = program.reach[lane]
    queue = program.queues[int(program.lanes.queue[lane])]
    steps = program.steps[int(queue.first_step) : int(queue.first_step + queue.n_steps)]
    for after in np.unique(steps.after[steps.to == EXPAND]):
        teams = np.flatnonzero((reach.after == after) & (reach.keep_idle == 0))
        if after == 0.0 or not len(teams):
            continue
        helpers = idle[np.isin(idle["team"], teams)]
        begins = np.maximum(stays["entered_at"], stays["clock_at"] + after)
        left = taken_at(stays)
        waiting = number_during(begins[begins < left], left[begins < left])
        free = number_during(helpers["started_at"], helpers["ended_at"])
        at: NDArray[np.float64] = union(waiting.times, free.times)
        complaints.where(
            (waiting.after(at) > 0) & (free.after(at) > 0),
            "I04",
            lambda i, at=at, after=after: f"lane {lane}: a call waits longer than {after} s from {at[i]} beside an idle agent",  # type: ignore[misc]
        )
