"""Messages: left by who may, having waited so long or where the queue is full or closed; and who is called back then (I14)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.door import dialled_closed
from ccsim.outcomes.audit.stays import contact_key, misrouted
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import MESSAGE, Program
from ccsim.vocabulary import Cause, Outcome, SegmentKind

__all__ = ["check_messages"]

Table = NDArray[Any]
Mask = NDArray[np.bool_]


def check_messages(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication of a program with callbacks or messages."""
    segments = rows.segments[rows.segments["kind"] != SegmentKind.CONSULT]
    owner = np.searchsorted(contact_key(rows.contacts), contact_key(segments))
    queue = np.where(segments["kind"] == SegmentKind.QUEUE, segments["place"], 0).astype(np.int64)
    row, left = program.callbacks[queue], segments["outcome"] == Outcome.LEFT_MESSAGE
    may = (segments["kind"] == SegmentKind.QUEUE) & (rows.contacts["cause"][owner] != Cause.CALLBACK) & ~misrouted(segments)
    at_once = segments["ended_at"] == segments["entered_at"]
    on_time = (at_once & ((row.when_full != 0) | (row.when_closed != 0))) | _is_due(program, segments, queue)

    def who(i: int) -> str:
        return f"customer {segments['customer'][i]} contact {segments['contact'][i]} segment {segments['segment'][i]}"

    complaints.where(
        left & ~(may & (row.message_share > 0.0)), "I14", lambda i: f"{who(i)}: left a message where nobody like him may"
    )
    complaints.where(left & ~on_time, "I14", lambda i: f"{who(i)}: left a message from {segments['ended_at'][i]} on")
    sent_away = segments["outcome"] == Outcome.TURNED_AWAY
    complaints.where(
        may & sent_away & (row.when_full != 0) & (row.message_share >= 1.0),
        "I14",
        lambda i: f"{who(i)}: turned away, and everybody leaves a message",
    )
    _check_night(program, rows.contacts, complaints)
    _check_replies(program, rows.contacts, segments[left], complaints)


def _is_due(program: Program, segments: Table, queue: NDArray[np.int64]) -> Mask:
    """Whether each stay ended when its queue lets who still waits leave a message."""
    found = np.zeros(len(segments), bool)
    for code, of in enumerate(program.queues):
        for step in program.steps[int(of.first_step) : int(of.first_step + of.n_steps)]:
            if step.to == MESSAGE:
                due = np.maximum(segments["clock_at"] + step.after, segments["entered_at"])
                found |= (queue == code) & (segments["ended_at"] == due)
    return found


def _check_night(program: Program, contacts: Table, complaints: Complaints) -> None:
    """Of those who dial while lines are closed who may leaves a message, and nobody else."""
    closed = dialled_closed(program, contacts)
    row = program.callbacks[program.call_types.queue[contacts["call_type"]]]
    may = (row.when_closed != 0) & (row.message_share > 0.0)
    spoke = closed & (contacts["outcome"] == Outcome.LEFT_MESSAGE)
    everybody = may & (row.message_share >= 1.0) & (program.settings.lines[0] >= len(contacts))

    def who(i: int) -> str:
        return f"customer {contacts['customer'][i]}, who dials at {contacts['arrived_at'][i]} while lines are closed,"

    complaints.where(spoke & ~may, "I14", lambda i: f"{who(i)} leaves a message, and nobody may")
    complaints.where(closed & ~spoke & everybody, "I14", lambda i: f"{who(i)} leaves no message, and everybody does")


def _check_replies(program: Program, contacts: Table, stays: Table, complaints: Complaints) -> None:
    """Who left a message is called back, from its end on, where that is said; else his contact is the last about this."""
    place = np.flatnonzero(contacts["outcome"] == Outcome.LEFT_MESSAGE)
    queue = program.call_types.queue[contacts["call_type"][place]].astype(np.int64)  # of who reached none
    in_queue = np.isin(place, np.searchsorted(contact_key(contacts), contact_key(stays)))
    queue[in_queue] = stays["place"]
    left = contacts[place]
    following = np.minimum(place + 1, max(len(contacts) - 1, 0))
    called = (place + 1 < len(contacts)) & (contacts["customer"][following] == left["customer"])
    called &= (contacts["cause"][following] == Cause.CALLBACK) & (contacts["queue"][following] == queue)
    called &= (contacts["arrived_at"][following] == left["ended_at"]) & (contacts["queued_at"][following] == left["ended_at"])

    def say(i: int) -> str:
        whether = "is" if called[i] else "is not"
        return f"customer {left['customer'][i]}: left a message in queue {queue[i]}, and {whether} called back"

    complaints.where(called != (program.callbacks.replies[queue] != 0), "I14", say)
