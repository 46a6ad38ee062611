"""Outcomes: what happened, as facts. Row tables with provenance, or only mergeable counts when nobody asks for rows.

Engines fill them, analysis reads them; nothing here computes an average. Rows hold no NaN and no -0.0; an instant that never
came is +inf, a missing agent or queue -1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Program
from ccsim.vocabulary import AgentTime, Count, ThresholdCount

__all__ = [
    "AGENT_STATE",
    "CONTACT",
    "EPISODE",
    "N_WAIT_BINS",
    "SEGMENT",
    "TABLE_KEYS",
    "Counts",
    "Rows",
    "n_outcome_columns",
    "new_counts",
]

EPISODE = np.dtype(
    [
        ("customer", "i8"),
        ("replication", "i4"),
        ("episode", "i4"),
        ("call_type", "i4"),
        ("n_contacts", "i4"),
        ("n_offered", "i4"),  # contacts that reached a queue
        ("outcome", "i4"),  # of the last contact
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
        ("customer", "i8"),
        ("replication", "i4"),
        ("episode", "i4"),
        ("contact", "i4"),
        ("channel", "i4"),
        ("call_type", "i4"),
        ("cause", "i4"),
        ("queue", "i4"),  # first queue entered, -1 for none
        ("outcome", "i4"),
        ("arrived_at", "f8"),
        ("queued_at", "f8"),
        ("ended_at", "f8"),  # end of talk, hang-up or refusal
        ("wait", "f8"),  # s, over all queues; +inf for an unfinished wait
        ("talk_time", "f8"),
        ("hold_time", "f8"),
        ("wrap_time", "f8"),
    ]
)
"""One attempt on one channel. Key: customer, episode, contact."""

SEGMENT = np.dtype(
    [
        ("customer", "i8"),
        ("replication", "i4"),
        ("episode", "i4"),
        ("contact", "i4"),
        ("segment", "i4"),
        ("kind", "i4"),
        ("place", "i4"),  # IVR node or queue
        ("call_type", "i4"),
        ("outcome", "i4"),
        ("agent", "i4"),
        ("slots", "i4"),  # of the agent's; a phone call takes all of them: 1 of 1
        ("entered_at", "f8"),
        ("gives_up_at", "f8"),  # end of patience; +inf when it was never drawn
        ("answered_at", "f8"),
        ("ended_at", "f8"),  # end of talk, or of the stay when unanswered
        ("hold_time", "f8"),
        ("wrap_ended_at", "f8"),
    ]
)
"""One stay of a contact in one place with at most one agent. Key: customer, episode, contact, segment."""

AGENT_STATE = np.dtype(
    [
        ("agent", "i4"),
        ("team", "i4"),
        ("replication", "i4"),
        ("state", "i4"),
        ("customer", "i8"),  # -1 when available
        ("started_at", "f8"),
        ("ended_at", "f8"),
    ]
)
"""One stretch of an agent's time on duty, longer than zero; +inf end: on duty for ever. Key: agent, started_at."""

TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "episodes": ("replication", "customer", "episode"),
    "contacts": ("replication", "customer", "episode", "contact"),
    "segments": ("replication", "customer", "episode", "contact", "segment"),
    "agent_states": ("replication", "agent", "started_at"),
}
"""Tables of `Rows` and the columns their rows are sorted by."""

N_WAIT_BINS = 1 + 3600 + 512
"""Waits of exactly 0 s; 1 s bins to an hour; then 2 % wide ones (the last takes all beyond 25,000 hours)."""


class Rows(NamedTuple):
    """The four tables of one or several replications, each sorted by its key."""

    episodes: NDArray[Any]
    contacts: NDArray[Any]
    segments: NDArray[Any]
    agent_states: NDArray[Any]


class Counts(NamedTuple):
    """Mergeable int64 sums of one replication; durations in microseconds.

    Attributes
    ----------
    segments : shape (n_intervals, n_lanes, n_outcome_columns)
    contacts, episodes : shape (n_intervals, n_call_types, n_outcome_columns)
    agent_time : shape (n_intervals, n_teams, 6), columns AgentTime
    queue_time : shape (n_intervals, n_lanes)
        Integral of the number waiting.
    line_time : shape (n_intervals, 1)
        Integral of the lines in use.
    segment_waits : shape (n_lanes, 2, N_WAIT_BINS)
        Histogram of waits: of the answered, of all offered whose wait ended.
    contact_waits, episode_waits : shape (n_call_types, 2, N_WAIT_BINS)
    """

    segments: NDArray[np.int64]
    contacts: NDArray[np.int64]
    episodes: NDArray[np.int64]
    agent_time: NDArray[np.int64]
    queue_time: NDArray[np.int64]
    line_time: NDArray[np.int64]
    segment_waits: NDArray[np.int64]
    contact_waits: NDArray[np.int64]
    episode_waits: NDArray[np.int64]


def n_outcome_columns(n_thresholds: int) -> int:
    """Columns of the outcome counts: those of `Count`, then `ThresholdCount` for each threshold."""
    return len(Count) + len(ThresholdCount) * n_thresholds


def new_counts(program: Program) -> Counts:
    """Zeroed counts of the shapes this program needs."""
    n_intervals, n_lanes, n_types = len(program.intervals), len(program.lanes), len(program.call_types)
    columns = n_outcome_columns(len(program.thresholds))

    def zeros(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    return Counts(
        segments=zeros(n_intervals, n_lanes, columns),
        contacts=zeros(n_intervals, n_types, columns),
        episodes=zeros(n_intervals, n_types, columns),
        agent_time=zeros(n_intervals, len(program.teams), len(AgentTime)),
        queue_time=zeros(n_intervals, n_lanes),
        line_time=zeros(n_intervals, 1),
        segment_waits=zeros(n_lanes, 2, N_WAIT_BINS),
        contact_waits=zeros(n_types, 2, N_WAIT_BINS),
        episode_waits=zeros(n_types, 2, N_WAIT_BINS),
    )


