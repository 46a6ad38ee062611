"""Layouts of the row tables and of the counts.

Engines fill them, analysis reads them. Rows hold no NaN and no -0.0; an instant that never
came is +inf, a missing agent or queue -1. Integers are as wide as what they hold: fresh memory for rows takes as long to get
as a row to simulate. Whoever calculates with them widens them first. A row is whole 64-bit words, without gaps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Program

__all__ = [
    "AGENT_COUNTS",
    "AGENT_STATE",
    "CALLBACK_COUNTS",
    "CASE",
    "CASE_COUNTS",
    "CONTACT",
    "EPISODE",
    "IVR_COUNTS",
    "LOAD_COUNTS",
    "N_WAIT_BINS",
    "OUTCOME_COUNTS",
    "PASSAGE_COUNTS",
    "PRESENCE_COUNTS",
    "SEGMENT",
    "SETTLEMENT",
    "TABLE_KEYS",
    "WAIT_COUNTS",
    "WITHIN_COUNTS",
    "Counts",
    "Rows",
    "new_counts",
]

EPISODE = np.dtype(
    [
        ("customer", "i4"),
        ("replication", "i4"),
        ("episode", "i2"),
        ("call_type", "i2"),
        ("n_contacts", "i2"),
        ("n_offered", "i2"),  # contacts that reached a queue
        ("n_stays", "i4"),  # in queues, over all contacts
        ("n_answered", "i2"),  # agents met, over all contacts
        ("outcome", "i2"),  # of the last contact
        ("first_at", "f8"),
        ("ended_at", "f8"),
        ("wait", "f8"),  # s, over all contacts
        ("talk_time", "f8"),
        ("hold_time", "f8"),
        ("wrap_time", "f8"),
    ]
)
"""One customer with one problem, from the first dial to the last contact's end. Key: customer, episode."""

CONTACT = np.dtype(
    [
        ("customer", "i4"),
        ("replication", "i4"),
        ("episode", "i2"),
        ("contact", "i2"),
        ("channel", "i1"),
        ("call_type", "i2"),
        ("cause", "i1"),
        ("queue", "i2"),  # first queue entered, -1 for none
        ("outcome", "i2"),  # of the last stay
        ("n_stays", "i2"),  # in queues
        ("n_answered", "i2"),  # agents met
        ("arrived_at", "f8"),
        ("queued_at", "f8"),  # first queue entry
        ("ended_at", "f8"),  # end of talk, hang-up or refusal
        ("wait", "f8"),  # s, from the first queue entry to the first answer or the unanswered end; +inf when unfinished
        ("later_wait", "f8"),  # s, in queues after the first answer; +inf when unfinished
        ("ring_time", "f8"),  # s, of agents, as the three below summed over the stays
        ("talk_time", "f8"),
        ("hold_time", "f8"),
        ("wrap_time", "f8"),
    ]
)
"""One attempt on one channel. Key: customer, episode, contact."""

SEGMENT = np.dtype(
    [
        ("customer", "i4"),
        ("replication", "i4"),
        ("episode", "i2"),
        ("contact", "i2"),
        ("segment", "i2"),
        ("kind", "i1"),
        ("offered_callback", "i1"),  # 1: he was, accepted or not
        ("place", "i2"),  # IVR node or queue
        ("call_type", "i2"),
        ("outcome", "i2"),
        ("agent", "i4"),  # who answered, or whose phone rang in vain
        ("slots", "i2"),  # of the agent's; a phone call takes all of them: 1 of 1
        ("came_by", "i2"),  # outcome of the queue stay before, -1 for the first
        ("came_from", "i2"),  # its queue, -1
        ("entered_at", "f8"),
        ("clock_at", "f8"),  # from when waiting counts: entered_at, or earlier where an overflow kept the clock
        ("gives_up_at", "f8"),  # end of patience; +inf when it was never drawn
        ("assigned_at", "f8"),  # an agent's phone begins to ring; answered_at where it does not ring
        ("answered_at", "f8"),
        ("ended_at", "f8"),  # end of talk, or of the stay when unanswered
        ("hold_time", "f8"),
        ("wrap_ended_at", "f8"),  # ended_at + wrap; a briefing after the talk puts the wrap off by its length
    ]
)
"""One stay of a contact in one place with at most one agent; a consulted colleague has his own, beside that of who asks.

Key: customer, episode, contact, segment."""

AGENT_STATE = np.dtype(
    [
        ("agent", "i4"),
        ("team", "i2"),
        ("replication", "i4"),
        ("state", "i2"),
        ("customer", "i4"),  # -1 when not busy with a call
        ("started_at", "f8"),
        ("ended_at", "f8"),
    ]
)
"""One stretch of an agent's time on duty, longer than zero; +inf end: on duty for ever. Key: agent, started_at."""

SETTLEMENT = np.dtype(
    [
        ("customer", "i8"),
        ("replication", "i4"),
        ("episode", "i4"),
        ("contact", "i4"),
        ("segment", "i4"),
        ("agent", "i4"),
        ("team", "i4"),
        ("call_type", "i4"),  # of the stay
        ("action", "i4"),
        ("leg", "i4"),  # of the contact, from 0
        ("resolved", "i4"),
        ("answered_at", "f8"),
        ("needed", "f8"),  # money, by the case
        ("granted", "f8"),
        ("leaked", "f8"),  # granted to a case that needs nothing
        ("retold_time", "f8"),  # s, telling the story again
    ]
)
"""What an agent did with the case of a caller he answered; only where authority matters. Key: that of the segment."""

CASE = np.dtype(
    [
        ("customer", "i8"),
        ("replication", "i4"),
        ("episode", "i4"),
        ("call_type", "i4"),
        ("n_legs", "i4"),  # agents met, over all contacts
        ("n_escalations", "i4"),
        ("end", "i4"),  # CaseEnd
        ("resolved", "i4"),
        ("at_first", "i4"),  # resolved by the first agent met
        ("n_contacts", "i4"),
        ("n_met", "i4"),  # contacts in which he met an agent
        ("n_returns", "i4"),  # how often he decided to come back after an answered contact
        ("at_first_contact", "i2"),  # resolved in the first contact in which he met an agent
        ("left", "i2"),  # gone for good
        ("first_at", "f8"),
        ("needed", "f8"),  # money
        ("granted", "f8"),
        ("leaked", "f8"),
        ("retold_time", "f8"),
        ("brief_time", "f8"),  # s, of agents who held with him for the next person, and told that one the story
        ("consult_time", "f8"),  # s, on hold until a colleague was asked and had answered
        ("waited", "f8"),  # s, in queues over all contacts; +inf when unfinished
        ("first_ended_at", "f8"),  # end of the first contact in which he met an agent; +inf for none, as the next three
        ("back_at", "f8"),  # when the next contact after it came, or falls due
        ("return_due_at", "f8"),  # a return falls due after the last day: it is not simulated
        ("resolved_at", "f8"),
        ("satisfaction", "f8"),  # from 1 to 5; 0 where it is not reckoned, or the problem not over
    ]
)
"""What became of an episode's case; only where authority matters. Key: that of the episode."""

TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "episodes": ("replication", "customer", "episode"),
    "contacts": ("replication", "customer", "episode", "contact"),
    "segments": ("replication", "customer", "episode", "contact", "segment"),
    "agent_states": ("replication", "agent", "started_at"),
    "settlements": ("replication", "customer", "episode", "contact", "segment"),
    "cases": ("replication", "customer", "episode"),
}
"""Tables of `Rows` and the columns their rows are sorted by."""

N_WAIT_BINS = 1 + 3600 + 512
"""Waits of exactly 0 s; 1 s bins to an hour; then 2 % wide ones (the last takes all beyond 25,000 hours)."""


class Rows(NamedTuple):
    """The tables of one or several replications, each sorted by its key; the last two are empty unless authority matters."""

    episodes: NDArray[Any]
    contacts: NDArray[Any]
    segments: NDArray[Any]
    agent_states: NDArray[Any]
    settlements: NDArray[Any] = np.zeros(0, SETTLEMENT)
    cases: NDArray[Any] = np.zeros(0, CASE)


OUTCOME_COUNTS = np.dtype(
    [
        ("arrived", "i8"),  # contacts dialled; of a segment: 0
        ("blocked", "i8"),  # found no free line or port
        ("out_of_hours", "i8"),  # dialled while lines were closed
        ("entered_ivr", "i8"),
        ("hung_up", "i8"),  # in the IVR
        ("contained", "i8"),  # served by the IVR
        ("ivr_time", "i8"),  # of all who entered it
        ("offered", "i8"),  # reached the queue: answered + abandoned + flowed_out + turned_away + unfinished
        ("answered", "i8"),  # of contacts and episodes: met an agent at all
        ("abandoned", "i8"),  # balked included
        ("balked", "i8"),
        ("short_abandoned", "i8"),  # abandoned with a wait below the short-abandon limit
        (
            "flowed_out",
            "i8",
        ),  # unanswered: cleared at closing, gone to another queue, rung off to be called back, left a message
        ("messages_left", "i8"),  # of them, and of those out of hours
        ("turned_away", "i8"),  # the queue was full
        ("unfinished", "i8"),
        ("flowed_in", "i8"),  # of a segment: came out of another queue unanswered
        ("transferred", "i8"),  # of a segment: answered, and gone on to another queue
        ("lost_in_transfer", "i8"),  # of a contact or an episode: answered, but not served in the end
        ("delayed", "i8"),  # offered, but not answered at once
        ("wait_time", "i8"),  # of all offered whose wait ended
        ("answered_wait_time", "i8"),
        ("abandoned_wait_time", "i8"),
        ("later_wait_time", "i8"),  # of contacts, after their first answer
        ("ring_time", "i8"),
        ("talk_time", "i8"),  # without hold
        ("hold_time", "i8"),
        ("wrap_time", "i8"),
        ("contacts", "i8"),  # of an episode: how often the customer dialled
    ]
)
"""What segments, contacts and episodes add to; times in microseconds."""

IVR_COUNTS = np.dtype(
    [
        ("entered_ivr", "i8"),  # visits
        ("hung_up", "i8"),
        ("contained", "i8"),
        ("opted_out", "i8"),
        ("retried", "i8"),
        ("misrouted", "i8"),
        ("ivr_time", "i8"),
    ]
)
"""What stays at a node of the IVR add to; time in microseconds."""

CASE_COUNTS = np.dtype(
    [
        ("cases", "i8"),  # that met an agent
        ("needing", "i8"),  # of them, those that need authority
        ("escalated", "i8"),  # at least once
        ("hops", "i8"),  # agents met beyond the first
        ("hopped_twice", "i8"),  # with two or more of these
        ("refused", "i8"),
        ("lost", "i8"),
        ("resolved", "i8"),
        ("at_first", "i8"),  # resolved by the first agent met
        ("retold_time", "i8"),
        ("brief_time", "i8"),
        ("consult_time", "i8"),  # on hold while the agent asks a colleague
        ("goodwill", "i8"),  # granted
        ("leaked", "i8"),  # of it, to cases that need nothing
        ("met", "i8"),  # contacts in which an agent was met
        ("returns", "i8"),  # after them
        ("at_first_contact", "i8"),  # resolved in the first of them
        ("fcr", "i8"),  # of these, who did not come back within the window
        ("fcr_no_transfer", "i8"),  # of these, by the first agent
        ("observed", "i8"),  # whose window after that contact lies inside the run
        ("fcr_observed", "i8"),  # of these, who did not come back in it
        ("resolution_time", "i8"),  # of the resolved, since the first dial
        ("customers", "i8"),  # met or not, as all below; 0 unless somebody may leave
        ("left", "i8"),
        ("value_lost", "i8"),
        ("rated", "i8"),
        ("satisfied", "i8"),  # with 4 or more
        ("satisfaction", "i8"),
        ("dialled", "i8"),  # contacts
    ]
)
"""What the cases of episodes add to; time in microseconds, money and satisfaction in millionths."""

CALLBACK_COUNTS = np.dtype(
    [
        ("offered_callback", "i8"),  # stays in the queue in which it was
        ("taken", "i8"),  # of them, who accepted
        ("dials", "i8"),
        ("in_vain", "i8"),  # of them
        ("called_back", "i8"),  # reached
        ("failed", "i8"),  # did not answer the last time
        ("cleared", "i8"),  # at closing
        ("pending", "i8"),  # still to be called back when nothing can happen any more
        ("time_to_callback", "i8"),  # of those reached, from when they rang off
        ("ring_time", "i8"),  # of the contacts in which they were called back, as the three below
        ("talk_time", "i8"),
        ("hold_time", "i8"),
        ("wrap_time", "i8"),
    ]
)
"""What callbacks add to, in the queue where they were taken or promised; times in microseconds."""

PASSAGE_COUNTS = np.dtype([("overflowed", "i8"), ("transferred", "i8"), ("escalated", "i8")])
"""Contacts that went from one queue to another, by how they left."""

WITHIN_COUNTS = np.dtype([("answered", "i8"), ("abandoned", "i8"), ("flowed_out", "i8"), ("taken", "i8")])
"""The same within one declared threshold; of those who flowed out, who will be called back."""

AGENT_COUNTS = np.dtype(
    [
        ("available_time", "i8"),
        ("talk_time", "i8"),  # hold included
        ("wrap_time", "i8"),
        ("ring_time", "i8"),
        ("brief_time", "i8"),
        ("consult_time", "i8"),  # asked by colleagues
        ("overtime_available_time", "i8"),
        ("overtime_talk_time", "i8"),
        ("overtime_wrap_time", "i8"),
        ("overtime_ring_time", "i8"),
        ("overtime_brief_time", "i8"),
        ("overtime_consult_time", "i8"),
    ]
)
"""Agent time by state inside opening hours, then in overtime, in microseconds."""

PRESENCE_COUNTS = np.dtype(
    [
        ("adherent_time", "i8"),  # persons: doing what the shift plans, on the phones or away from them
        ("break_time", "i8"),
        ("off_phone_time", "i8"),  # planned or not
        ("absent_time", "i8"),  # planned on the phones, lost by who does not come
        ("late_time", "i8"),  # planned on the phones, lost by who is not there yet
        ("overtime_time", "i8"),  # persons: on duty beyond the end of the shift
    ]
)
"""Agent time against the plan, in microseconds, whether lines are open or not."""

LOAD_COUNTS = np.dtype([("time", "i8")])
"""Integral over time of a number (waiting, lines in use), in microseconds."""

WAIT_COUNTS = np.dtype([("answered", "i8"), ("ended", "i8")])
"""One bin of the histograms of waits: of the answered, of all whose wait ended."""


class Counts(NamedTuple):
    """Mergeable int64 sums of one replication: sums over replications are sums of these.

    Attributes
    ----------
    segments : OUTCOME_COUNTS, shape (n_intervals, n_lanes)
    contacts, episodes : OUTCOME_COUNTS, shape (n_intervals, n_call_types)
    segments_within, contacts_within, episodes_within : WITHIN_COUNTS, shape of the above + (n_thresholds,)
    segment_waits : WAIT_COUNTS, shape (n_lanes, N_WAIT_BINS)
    contact_waits, episode_waits : WAIT_COUNTS, shape (n_call_types, N_WAIT_BINS)
    case_times : WAIT_COUNTS, shape (n_call_types, N_WAIT_BINS), no types unless authority matters
        Times from the first dial to the resolution.
    agent_time : AGENT_COUNTS, shape (n_intervals, n_teams)
    presence_time : PRESENCE_COUNTS, shape (n_intervals, n_teams)
    queue_time : LOAD_COUNTS, shape (n_intervals, n_lanes)
        Integral of the number waiting.
    line_time : LOAD_COUNTS, shape (n_intervals,)
        Integral of the lines in use.
    ivr_nodes : IVR_COUNTS, shape (n_intervals, n_nodes)
    node_time : LOAD_COUNTS, shape (n_intervals, n_nodes)
        Integral of the number at each node.
    cases : CASE_COUNTS, shape (n_intervals, n_call_types), no intervals unless authority matters
    callbacks : CALLBACK_COUNTS, shape (n_intervals, n_queues), no intervals unless somebody may be called back
    callback_waits : WAIT_COUNTS, shape (n_queues, N_WAIT_BINS), no queues unless somebody may be called back
        Times to callback: `answered` of those reached, `ended` of those who failed or were cleared, too.
    passages : PASSAGE_COUNTS, shape (n_queues, n_queues)
        From queue, to queue; of the whole replication.
    """

    segments: NDArray[Any]
    contacts: NDArray[Any]
    episodes: NDArray[Any]
    segments_within: NDArray[Any]
    contacts_within: NDArray[Any]
    episodes_within: NDArray[Any]
    segment_waits: NDArray[Any]
    contact_waits: NDArray[Any]
    episode_waits: NDArray[Any]
    agent_time: NDArray[Any]
    presence_time: NDArray[Any]
    queue_time: NDArray[Any]
    line_time: NDArray[Any]
    ivr_nodes: NDArray[Any]
    node_time: NDArray[Any]
    cases: NDArray[Any]
    case_times: NDArray[Any]
    callbacks: NDArray[Any]
    callback_waits: NDArray[Any]
    passages: NDArray[Any]


def new_counts(program: Program) -> Counts:
    """Zeroed counts of the shapes this program needs."""
    n_intervals, n_lanes, n_types = len(program.intervals), len(program.lanes), len(program.call_types)
    n_thresholds, has_cases = len(program.thresholds), bool(program.settings["authority"][0])
    return Counts(
        segments=np.zeros((n_intervals, n_lanes), OUTCOME_COUNTS),
        contacts=np.zeros((n_intervals, n_types), OUTCOME_COUNTS),
        episodes=np.zeros((n_intervals, n_types), OUTCOME_COUNTS),
        segments_within=np.zeros((n_intervals, n_lanes, n_thresholds), WITHIN_COUNTS),
        contacts_within=np.zeros((n_intervals, n_types, n_thresholds), WITHIN_COUNTS),
        episodes_within=np.zeros((n_intervals, n_types, n_thresholds), WITHIN_COUNTS),
        segment_waits=np.zeros((n_lanes, N_WAIT_BINS), WAIT_COUNTS),
        contact_waits=np.zeros((n_types, N_WAIT_BINS), WAIT_COUNTS),
        episode_waits=np.zeros((n_types, N_WAIT_BINS), WAIT_COUNTS),
        agent_time=np.zeros((n_intervals, len(program.teams)), AGENT_COUNTS),
        presence_time=np.zeros((n_intervals, len(program.teams)), PRESENCE_COUNTS),
        queue_time=np.zeros((n_intervals, n_lanes), LOAD_COUNTS),
        line_time=np.zeros(n_intervals, LOAD_COUNTS),
        ivr_nodes=np.zeros((n_intervals, len(program.ivr_nodes)), IVR_COUNTS),
        node_time=np.zeros((n_intervals, len(program.ivr_nodes)), LOAD_COUNTS),
        cases=np.zeros((n_intervals if has_cases else 0, n_types), CASE_COUNTS),
        case_times=np.zeros((n_types if has_cases else 0, N_WAIT_BINS), WAIT_COUNTS),
        callbacks=np.zeros((n_intervals if len(program.callbacks) else 0, len(program.queues)), CALLBACK_COUNTS),
        callback_waits=np.zeros((len(program.callbacks), N_WAIT_BINS), WAIT_COUNTS),
        passages=np.zeros((len(program.queues), len(program.queues)), PASSAGE_COUNTS),
    )
