"""Door and lines: nobody dials while lines are closed, nobody is blocked while a line and an IVR port are free (I08)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.door import dialled_closed
from ccsim.outcomes.audit.ivr import ivr_left_at
from ccsim.outcomes.audit.steps import Steps, number_during
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Cause, Event, Outcome

__all__ = ["check_lines"]

_ENDS_AFTER_DIALS = [Outcome.ABANDONED, Outcome.CLOSED]
"""Ends that come later in an instant than its dials do."""


def check_lines(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Lines and IVR ports in use never exceed those there are; blocked exactly who dials when all of either are in use."""
    contacts = rows.contacts
    lines, ports = int(program.settings.lines[0]), int(program.settings.ivr_ports[0])
    blocked = contacts["outcome"] == Outcome.BLOCKED
    dials = contacts["cause"] != Cause.CALLBACK
    busy_lines = _in_use(contacts, ~blocked & dials, contacts["ended_at"], _ends_after_dials(program, contacts))
    left_at = ivr_left_at(rows)
    busy_ports = _in_use(contacts, left_at > -np.inf, left_at, np.zeros(len(contacts), bool))
    for what, limit, during in (("lines", lines, busy_lines.during), ("ports", ports, busy_ports.during)):
        complaints.where(during.values > limit, "I08", _too_many(what, limit, during))

    full = (busy_lines.before >= lines) | (busy_ports.before >= ports)
    decided = ~np.isin(contacts["arrived_at"], _redials_at_once(contacts)) & ~dialled_closed(program, contacts)
    decided &= ~np.isin(contacts["arrived_at"], _late_ends(program, contacts)) & dials

    def say(i: int, what: str) -> str:
        in_use = f"{busy_lines.before[i]} of {lines} lines"
        if len(program.ivr_nodes):
            in_use += f" and {busy_ports.before[i]} of {ports} ports"
        return f"customer {contacts['customer'][i]} {what} at {contacts['arrived_at'][i]} with {in_use} in use"

    complaints.where(blocked & ~full & decided, "I08", lambda i: say(i, "is blocked"))
    complaints.where(~blocked & full & decided, "I08", lambda i: say(i, "gets a line"))


def _ends_after_dials(program: Program, contacts: NDArray[Any]) -> NDArray[np.bool_]:
    """Who lets his line go after the dials of that instant; not who comes to a queue that an event keeps closed."""
    clearing = program.timetable.at[np.isin(program.timetable.event, [Event.CLOSING, Event.OVERTIME_END])]
    stayed = (contacts["outcome"] != Outcome.CLOSED) | (contacts["wait"] > 0) | np.isin(contacts["ended_at"], clearing)
    late: NDArray[np.bool_] = np.isin(contacts["outcome"], _ENDS_AFTER_DIALS) & stayed
    return late


def _too_many(what: str, limit: int, during: Steps) -> Callable[[int], str]:
    return lambda i: f"{during.values[i]} of {limit} {what} in use from {during.times[i]}"


class _InUse(NamedTuple):
    """How many of something are in use: over time, and just before each contact dials."""

    during: Steps
    before: NDArray[np.int64]


def _in_use(contacts: NDArray[Any], holds: NDArray[np.bool_], ends: NDArray[np.float64], late: NDArray[np.bool_]) -> _InUse:
    """By the order of events: talk and IVR ends, dials by id, hang-ups; `late` is who lets go after an instant's dials."""
    at = contacts["arrived_at"]
    during = number_during(at[holds], ends[holds])
    # What is taken and given back within its own instant (balking, no talk time) is free again before the next dial.
    holds = holds & (late | (ends != at))
    order = np.lexsort((contacts["customer"], at))
    taken = np.empty(len(contacts), np.int64)
    taken[order] = np.cumsum(holds[order]) - holds[order]
    early_ends, late_ends = np.sort(ends[holds & ~late]), np.sort(ends[holds & late])
    before = taken - np.searchsorted(early_ends, at, "right") - np.searchsorted(late_ends, at, "left")
    return _InUse(during, before)


def _late_ends(program: Program, contacts: NDArray[Any]) -> NDArray[np.float64]:
    """Instants in which a contact may have ended by a step of a queue, a message, a phone or a briefing, after its dials."""
    if (
        not len(program.steps)
        and not len(program.callbacks)
        and not (program.teams.ring_law >= 0).any()
        and not (program.settings.warm[0] or program.settings.consults[0])
    ):
        return np.zeros(0)
    by_step = np.isin(contacts["outcome"], (Outcome.TURNED_AWAY, Outcome.CALLBACK_TAKEN, Outcome.LEFT_MESSAGE))
    by_step |= contacts["talk_time"] + contacts["hold_time"] == 0
    found: NDArray[np.float64] = contacts["ended_at"][by_step & (contacts["outcome"] != Outcome.BLOCKED)]
    return found


def _redials_at_once(contacts: NDArray[Any]) -> NDArray[np.float64]:
    """Instants at which someone hangs up and dials again at once; rows do not tell the order of events there."""
    same = (contacts["customer"][1:] == contacts["customer"][:-1]) & (contacts["arrived_at"][1:] == contacts["ended_at"][:-1])
    same &= contacts["cause"][1:] == Cause.REDIAL
    found: NDArray[np.float64] = contacts["arrived_at"][1:][same]
    return found
