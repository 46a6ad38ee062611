"""A contact as its stays tell it: one after the other, in queues that follow from how it came there (I01, I06)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.door import dialled_closed
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Outcome, SegmentKind

__all__ = ["check_stays", "contact_key", "left_at", "may_be_sent_on", "misrouted", "taken_at", "transfers_before"]

Table = NDArray[Any]

_ON = (
    Outcome.PASSED_ON,
    Outcome.OPTED_OUT,
    Outcome.RETRIED,
    Outcome.MISROUTED,
    Outcome.OVERFLOWED,
    Outcome.TRANSFERRED,
    Outcome.ESCALATED,
    Outcome.NO_ANSWER,
)
"""Outcomes of a stay after which another follows."""

_NEW_LEG = (Outcome.TRANSFERRED, Outcome.ESCALATED)

_CONTACT_OUTCOMES = [o for o in Outcome if o not in _ON]

_TOLERANCE = 1e-9
"""Relative; the times of several talks are only told as their sum."""


class _Told(NamedTuple):
    """Segments with the contacts they belong to.

    Attributes
    ----------
    owner : int64, shape (n_segments,)
        Index of the contact.
    n : int64, shape (n_contacts,)
        Number of its segments.
    closed : bool, shape (n_contacts,)
        Whether it dialled while lines were closed.
    """

    contacts: Table
    segments: Table
    owner: NDArray[np.int64]
    n: NDArray[np.int64]
    closed: NDArray[np.bool_]

    def who(self, i: int) -> str:
        """The contact of this index."""
        return f"customer {self.contacts['customer'][i]} contact {self.contacts['contact'][i]}"

    def whose(self, i: int) -> str:
        """The contact of this segment."""
        return self.who(int(self.owner[i]))


def left_at(stays: Table) -> NDArray[np.float64]:
    """When each wait ended: by the answer, or with the stay."""
    found: NDArray[np.float64] = np.where(stays["answered_at"] < np.inf, stays["answered_at"], stays["ended_at"])
    return found


def taken_at(stays: Table) -> NDArray[np.float64]:
    """When each call left the line: to an agent, whose phone may ring first, or with the stay."""
    found: NDArray[np.float64] = np.where(stays["assigned_at"] < np.inf, stays["assigned_at"], stays["ended_at"])
    return found


def transfers_before(segments: Table, by: tuple[Outcome, ...] = _NEW_LEG) -> NDArray[np.int64]:
    """How often each segment's contact was passed on before it, other than from a queue where he was wrong.

    `by` are the outcomes that count; a promise counts as an escalation. A contact in which a customer is called back goes on
    where he rang off; or one further, if he was promised that in a talk.
    """
    wrong = misrouted(segments)
    from_wrong = np.concatenate(([False], wrong[:-1])) if len(segments) else wrong
    before = np.concatenate(([-1], segments["outcome"][:-1]))[: len(segments)]
    goes_on = _goes_on(segments)
    promised = goes_on & (before == Outcome.SERVED) & (Outcome.ESCALATED in by)
    transferred = np.cumsum((np.isin(segments["came_by"], by) & ~from_wrong) | promised)
    begins = (segments["segment"] == 0) & ~goes_on
    start = np.maximum.accumulate(np.where(begins, np.arange(len(segments)), 0))
    found: NDArray[np.int64] = transferred - transferred[start]
    return found


def may_be_sent_on(program: Program, segments: Table) -> NDArray[np.bool_]:
    """Whether each stay's talk may end in a transfer: not if it was passed on often enough before, or escalated."""
    at_most = program.call_types.transfer_at_most[segments["call_type"]]
    found: NDArray[np.bool_] = (transfers_before(segments) < at_most) & (transfers_before(segments, (Outcome.ESCALATED,)) == 0)
    return found


def _goes_on(segments: Table) -> NDArray[np.bool_]:
    """Stays with which a contact begins that goes on where the one before ended: not after a message out of hours."""
    begins = (segments["segment"] == 0) & (segments["kind"] == SegmentKind.CALLBACK)
    begins[1:] &= segments["customer"][1:] == segments["customer"][:-1]
    begins[:1] = False
    return np.asarray(begins)


def misrouted(segments: Table) -> NDArray[np.bool_]:
    """True for stays in queues of another type than the caller's to which he was not transferred.

    Only who comes from the IVR can be misrouted, so the first stay of a contact tells his own type.
    """
    start = _starts(segments)
    transferred = np.cumsum(np.isin(segments["came_by"], _NEW_LEG))
    found: NDArray[np.bool_] = (segments["call_type"] != segments["call_type"][start]) & (transferred == transferred[start])
    return found


def _starts(segments: Table) -> NDArray[np.intp]:
    """Index of the first segment of each segment's contact."""
    return np.maximum.accumulate(np.where(segments["segment"] == 0, np.arange(len(segments)), 0))


def contact_key(table: NDArray[Any]) -> NDArray[np.int64]:
    """Customer and contact of each row as one number that orders rows of one replication as the two do."""
    found: NDArray[np.int64] = (table["customer"].astype(np.int64) << 16) + table["contact"]
    return found


def check_stays(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication."""
    contacts, segments = rows.contacts, rows.segments[rows.segments["kind"] != SegmentKind.CONSULT]
    owner = np.searchsorted(contact_key(contacts), contact_key(segments))
    told = _Told(contacts, segments, owner, np.bincount(owner, minlength=len(contacts)), dialled_closed(program, contacts))
    _check_chain(program, told, complaints)
    _check_way(program, told, complaints)
    _check_sums(told, rows, complaints)


def _spoken(program: Program, stays: Table) -> NDArray[np.float64]:
    """How long after each stay its contact ends: a message is left on the line, and no wait, s."""
    if not len(program.callbacks):
        return np.zeros(len(stays))
    left = stays["outcome"] == Outcome.LEFT_MESSAGE
    found: NDArray[np.float64] = np.where(left, program.callbacks.message_time[np.where(left, stays["place"], 0)], 0.0)
    return found


def _check_chain(program: Program, told: _Told, complaints: Complaints) -> None:
    """The IVR, where there is one, then queues; without a gap, from the dial to the end."""
    contacts, segments, owner = told.contacts, told.segments, told.owner
    nowhere = (contacts["outcome"] == Outcome.BLOCKED) | told.closed
    complaints.where(
        nowhere != (told.n == 0),
        "I01",
        lambda i: f"{told.who(i)}: {Outcome(contacts['outcome'][i]).name} with {told.n[i]} segments",
    )
    complaints.where(
        ~np.isin(contacts["outcome"], _CONTACT_OUTCOMES), "I01", lambda i: f"{told.who(i)}: outcome of a segment only"
    )
    in_ivr = segments["kind"] == SegmentKind.IVR_NODE
    late = in_ivr & (segments["segment"] > 0) & ~in_ivr[np.arange(len(segments)) - 1]
    complaints.where(late, "I01", lambda i: f"{told.whose(i)}: in the IVR after a queue")
    before = np.where(
        segments["segment"] > 0, segments["ended_at"][np.arange(len(segments)) - 1], contacts["arrived_at"][owner]
    )
    due_again = segments["came_by"] == Outcome.NO_ANSWER  # looked at elsewhere
    complaints.where(
        (segments["entered_at"] != before) & ~due_again,
        "I01",
        lambda i: f"{told.whose(i)}: stay entered at {segments['entered_at'][i]}, the one before ended at {before[i]}",
    )
    goes_on = np.isin(segments["outcome"], _ON)
    is_last = segments["segment"] == told.n[owner] - 1
    complaints.where(goes_on == is_last, "I01", lambda i: f"{told.whose(i)}: passed on to nowhere, or on after an end")

    shown = np.flatnonzero(told.n > 0)
    last = (np.cumsum(told.n) - 1)[shown]
    ended, outcome = contacts["arrived_at"].copy(), np.full(len(contacts), int(Outcome.BLOCKED))
    spoken = told.closed & (contacts["outcome"] == Outcome.LEFT_MESSAGE)  # whether he may is looked at elsewhere
    outcome[told.closed] = np.where(spoken, Outcome.LEFT_MESSAGE, Outcome.CLOSED)[told.closed]
    if len(program.callbacks):
        at_night = program.callbacks.message_time[program.call_types.queue[contacts["call_type"]]]
        ended = np.where(spoken, ended + at_night, ended)
    ended[shown], outcome[shown] = segments["ended_at"][last] + _spoken(program, segments[last]), segments["outcome"][last]
    for field, value in {"ended_at": ended, "outcome": outcome}.items():
        complaints.unlike(contacts[field], value, "I01", told.who, field, "segments say")


def _check_way(program: Program, told: _Told, complaints: Complaints) -> None:
    """A first stay is in the queue of the caller's type, a transfer leads to that of another, an overflow keeps the type."""
    contacts, segments, owner = told.contacts, told.segments, told.owner
    queue = segments["kind"] != SegmentKind.IVR_NODE
    back = np.arange(len(segments)) - 1
    later = queue & (segments["segment"] > 0) & queue[back]
    by = np.where(later, segments["outcome"][back], -1)
    where = np.where(later, segments["place"][back], -1)
    for field, value in {"came_by": by, "came_from": where}.items():
        complaints.unlike(segments[field], value, "I01", told.whose, field, "the stay before says")
    type_before = segments["call_type"][back]
    called_back = (segments["segment"] == 0) & (segments["kind"] == SegmentKind.CALLBACK)
    kind = np.where(later | _goes_on(segments), type_before, contacts["call_type"][owner])
    transferred = by == Outcome.TRANSFERRED
    allowed = _sent_to(program)[type_before, segments["call_type"]]
    kind = np.where(transferred, np.where(allowed, segments["call_type"], -1), kind)
    wrong = misrouted(segments)
    home = later & wrong[back] & transferred
    kind = np.where(home, contacts["call_type"][owner], kind)
    sent = queue & (segments["segment"] > 0) & (segments["outcome"][back] == Outcome.MISROUTED)
    elsewhere = program.call_types.queue[segments["call_type"]] != program.call_types.queue[kind]
    complaints.where(
        sent & ~elsewhere, "I01", lambda i: f"{told.whose(i)}: misrouted to the queue of type {segments['call_type'][i]}"
    )
    kind = np.where(sent | (wrong & (by == Outcome.OVERFLOWED)), segments["call_type"], kind)
    complaints.where(segments["call_type"] != kind, "I01", lambda i: f"{told.whose(i)}: segment of another call type")
    # Where these lead is looked at elsewhere.
    overflowed = np.isin(by, (Outcome.OVERFLOWED, Outcome.ESCALATED, Outcome.NO_ANSWER)) | called_back
    own = program.call_types.queue[np.maximum(kind, 0)]
    complaints.where(
        queue & ~overflowed & (segments["place"] != own),
        "I01",
        lambda i: f"{told.whose(i)} segment {segments['segment'][i]}: in queue {segments['place'][i]}",
    )
    goes = segments["outcome"] == Outcome.TRANSFERRED
    never = ~may_be_sent_on(program, segments)
    complaints.where(goes & never & ~wrong, "I01", lambda i: f"{told.whose(i)}: transferred, and none of his type is")


def _sent_to(program: Program) -> NDArray[np.bool_]:
    """Whether calls of one type (rows) are ever transferred to another (columns)."""
    types = program.call_types
    found = np.zeros((len(types), len(types)), np.bool_)
    for code, row in enumerate(types):
        if row.transfer_share > 0.0:
            to = program.destinations.call_type[int(row.first_destination) : int(row.first_destination + row.n_destinations)]
            found[code, to if row.n_destinations else row.transfer_to] = True
    return found


def _check_sums(told: _Told, rows: Rows, complaints: Complaints) -> None:
    """What a contact tells is what its stays in queues add up to, in their order."""
    contacts = told.contacts
    in_queue = told.segments["kind"] != SegmentKind.IVR_NODE
    stays, its = told.segments[in_queue], told.owner[in_queue]
    left, answered = left_at(stays), stays["answered_at"] < np.inf
    n = np.bincount(its, minlength=len(contacts))
    first = np.cumsum(n) - n
    sums = {field: np.zeros(len(contacts)) for field in ("later_wait", "ring_time", "hold_time")}
    talk, wrap = np.zeros(len(contacts)), np.zeros(len(contacts))
    met = np.zeros(len(contacts), np.int64)
    wait, queued, queue = np.zeros(len(contacts)), np.full(len(contacts), np.inf), np.full(len(contacts), -1)
    for k in range(int(n.max(initial=0))):  # one stay after the other, as the sums are defined
        has = np.flatnonzero(n > k)
        at = first[has] + k
        stay, gone, ended = stays[at], left[at], stays["ended_at"][at]
        if k == 0:
            queued[has], queue[has] = stay["entered_at"], stay["place"]
        was_met = met[has] > 0
        waits = gone - stay["entered_at"]
        sums["later_wait"][has] += np.where(was_met, waits, 0.0)
        wait[has] = np.where(was_met, wait[has], gone - queued[has])
        rung = stay["assigned_at"] < np.inf
        sums["ring_time"][has] += np.where(rung, gone - np.where(rung, stay["assigned_at"], 0.0), 0.0)
        got = answered[at]
        sums["hold_time"][has] += stay["hold_time"]
        talked = np.where(got, ended - np.where(got, stay["answered_at"], 0.0) - stay["hold_time"], 0.0)
        talk[has] += talked
        wrap[has] += np.where(got, stay["wrap_ended_at"] - np.where(got, ended, 0.0), 0.0)
        met[has] += got
    for field, value in {
        "queued_at": queued,
        "queue": queue,
        "n_stays": n,
        "n_answered": met,
        "wait": wait,
        **sums,
    }.items():
        complaints.unlike(contacts[field], value, "I06" if field == "wait" else "I01", told.who, field, "segments say")

    # The conversation lasts as long as the contact says: exactly if there is one, and nobody was asked in it.
    asked = np.isin(contact_key(contacts), contact_key(rows.segments[rows.segments["kind"] == SegmentKind.CONSULT]))
    one = (met == 1) & ~asked
    mine = contacts[its]
    exact = answered & one[its]
    ends = np.where(exact, (stays["answered_at"] + mine["talk_time"]) + mine["hold_time"], stays["ended_at"])
    wraps = np.where(exact, stays["ended_at"] + mine["wrap_time"], stays["wrap_ended_at"])
    for field, value in {"ended_at": ends, "wrap_ended_at": wraps}.items():
        complaints.unlike(stays[field], value, "I01", lambda i: told.who(int(its[i])), field, "its times say")
    for field, value in {"talk_time": talk, "wrap_time": wrap}.items():
        scale = np.maximum(np.where(contacts["ended_at"] < np.inf, contacts["ended_at"], 0.0), 1.0)
        off = ((met > 1) | asked) & (np.abs(contacts[field] - value) > _TOLERANCE * scale)
        complaints.where(off, "I01", lambda i, f=field, v=value: f"{told.who(i)}: {f} {contacts[f][i]}, its stays say {v[i]}")  # type: ignore[misc]
    worked = contacts["talk_time"] + contacts["hold_time"] + contacts["wrap_time"] > 0
    complaints.where(worked & (met == 0), "I01", lambda i: f"{told.who(i)}: unserved, but took agents' time")
    served = contacts["outcome"] == Outcome.SERVED
    complaints.where(served & (met == 0), "I01", lambda i: f"{told.who(i)}: served by nobody")
