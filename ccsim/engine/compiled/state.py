"""The floor of the compiled engine: live callers, agents, teams, queues and the rows in the making, as record arrays.

Everything lives in arrays that `run` allocates and may grow between two calls of the kernel, so a run is resumable at any event.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes import AGENT_STATE, CONTACT, EPISODE, SEGMENT, Counts, new_counts
from ccsim.program.layout import Program, Records, records

__all__ = ["AGENT_NOW", "CALLER", "CLOCK", "EVENT", "FRESH", "QUEUE_NOW", "TEAM_NOW", "Floor", "grow", "new_floor"]

CLOCK = np.dtype(
    [
        ("now", "f8"),
        ("keep_rows", "i8"),
        ("keep_digest", "i8"),
        ("finished", "i8"),
        ("n_events", "i8"),  # in the calendar
        ("next_timetable", "i8"),
        ("next_interval", "i8"),
        ("next_fresh", "i8"),
        ("n_fresh", "i8"),
        ("fresh_needed", "i8"),  # room the next interval's callers need
        ("next_customer", "i8"),
        ("free_slot", "i8"),  # head of the free list of caller slots
        ("n_free", "i8"),
        ("lines_in_use", "i8"),
        ("n_inside", "i8"),  # contacts in IVR or queue
        ("draining", "i8"),  # closed, and agents stay while contacts are inside
        ("shut", "i8"),  # waiting is over for today: cleared, or the overtime cap is reached
        ("n_starts", "i8"),
        ("n_episodes", "i8"),
        ("n_contacts", "i8"),
        ("n_segments", "i8"),
        ("n_agent_states", "i8"),
    ],
    align=True,
)

CALLER = np.dtype(
    [
        ("customer", "i8"),
        ("entity", "i8"),
        ("call_type", "i8"),
        ("contact", "i8"),  # attempt, from 0
        ("segment", "i8"),  # of the contact, from 0
        ("waiting", "i8"),
        ("agent", "i8"),
        ("queue", "i8"),
        ("next", "i8"),  # slot behind in the queue, or next free slot
        ("previous", "i8"),
        ("n_offered", "i8"),
        ("arrived_at", "f8"),
        ("queued_at", "f8"),
        ("gives_up_at", "f8"),
        ("answered_at", "f8"),
        ("talk_time", "f8"),
        ("hold_time", "f8"),
        ("wrap_time", "f8"),
        ("first_at", "f8"),
        ("waited", "f8"),  # in earlier contacts of the episode
        ("recorded_handle", "f8"),
        ("recorded_patience", "f8"),
        ("episode_row", "i8"),
        ("contact_row", "i8"),
        ("segment_row", "i8"),
    ],
    align=True,
)
"""A customer with a live contact, or between two: one slot from the first dial to the episode's end."""

AGENT_NOW = np.dtype(
    [
        ("state", "i8"),  # AgentState, ABSENT when not on duty
        ("since", "f8"),
        ("customer", "i8"),
        ("next", "i8"),  # in the team's idle list, longest idle first
        ("previous", "i8"),
    ],
    align=True,
)

TEAM_NOW = np.dtype(
    [("seats", "i8"), ("n_present", "i8"), ("first_idle", "i8"), ("last_idle", "i8")],
    align=True,
)

QUEUE_NOW = np.dtype([("n_waiting", "i8"), ("first", "i8"), ("last", "i8")], align=True)

EVENT = np.dtype([("at", "f8"), ("code", "i8"), ("slot", "i8")], align=True)
"""An entry of the calendar: code is rank << 48 | entity id, slot the caller's slot or the agent."""

FRESH = np.dtype([("at", "f8"), ("entity", "i8"), ("call_type", "i8"), ("recorded", "i8")], align=True)
"""A fresh caller of the interval at hand; recorded is the row of the Program's `recorded`, or -1."""


class Floor(NamedTuple):
    """All mutable arrays of one replication.

    `clock` has one row. `*_words` are the row tables seen as 64-bit words, `digest` the (4, 2) sums over the tables. Without
    rows each table has one row: a closed row is written there, tallied and forgotten.
    """

    clock: Records
    callers: Records
    agents: Records
    teams: Records
    queues: Records
    calendar: Records
    fresh: Records
    unsorted: Records
    buckets: NDArray[np.int64]
    episodes: Records
    contacts: Records
    segments: Records
    agent_states: Records
    episode_words: NDArray[np.int64]
    contact_words: NDArray[np.int64]
    segment_words: NDArray[np.int64]
    agent_state_words: NDArray[np.int64]
    digest: NDArray[np.int64]
    counts: Counts


_TABLES = {"episodes": "episode_words", "contacts": "contact_words", "segments": "segment_words"}
_TABLES["agent_states"] = "agent_state_words"


def _words(table: Records) -> NDArray[np.int64]:
    return table.view(np.ndarray).view(np.int64).reshape(len(table), table.dtype.itemsize // 8)


def new_floor(program: Program, *, rows: bool, digest: bool, n_calls: int) -> Floor:
    """An empty floor before the first event.

    Parameters
    ----------
    n_calls : int
        Guess of the calls of a replication, for the first size of the row tables.
    """
    clock = records(CLOCK, 1)
    clock.keep_rows, clock.keep_digest, clock.free_slot = rows, digest, -1
    agents, teams, queues = (
        records(AGENT_NOW, len(program.agents)),
        records(TEAM_NOW, len(program.teams)),
        records(QUEUE_NOW, len(program.queues)),
    )
    agents.state = agents.customer = agents.next = agents.previous = -1
    teams.first_idle = teams.last_idle = -1
    queues.first = queues.last = -1
    n_rows = n_calls + 64 if rows else 1
    tables = {
        "episodes": records(EPISODE, n_rows),
        "contacts": records(CONTACT, n_rows),
        "segments": records(SEGMENT, n_rows),
        "agent_states": records(AGENT_STATE, 2 * n_rows + len(agents) if rows else 1),
    }
    floor = Floor(
        clock=clock,
        callers=records(CALLER, 0),
        agents=agents,
        teams=teams,
        queues=queues,
        calendar=records(EVENT, len(agents) + 64),
        fresh=records(FRESH, 0),
        unsorted=records(FRESH, 0),
        buckets=np.zeros(1, dtype=np.int64),
        **tables,
        **{words: _words(tables[table]) for table, words in _TABLES.items()},
        digest=np.zeros((4, 2), dtype=np.int64),
        counts=new_counts(program),
    )
    return _more_slots(floor, len(agents) + 64)


def grow(floor: Floor) -> Floor:
    """The same floor with room for more, wherever the kernel stopped for lack of it."""
    clock = floor.clock[0]
    changes = {}
    if clock.fresh_needed > len(floor.fresh):
        room = int(clock.fresh_needed * 5 // 4)
        changes = {"fresh": _longer(floor.fresh, room), "unsorted": _longer(floor.unsorted, room)}
        changes["buckets"] = np.zeros(room + 1, dtype=np.int64)
    if clock.n_events + 4 > len(floor.calendar):
        changes["calendar"] = _longer(floor.calendar, 2 * len(floor.calendar))
    if clock.keep_rows:
        for table, used in (
            ("episodes", clock.n_episodes + 1),
            ("contacts", clock.n_contacts + 1),
            ("segments", clock.n_segments + 2),
            ("agent_states", clock.n_agent_states + len(floor.agents) + 4),
        ):
            if used > len(getattr(floor, table)):
                longer = _longer(getattr(floor, table), 2 * len(getattr(floor, table)) + len(floor.agents))
                changes[table], changes[_TABLES[table]] = longer, _words(longer)
    floor = floor._replace(**changes)
    return _more_slots(floor, len(floor.callers)) if clock.n_free == 0 else floor


def _longer(table: Records, n: int) -> Records:
    longer = records(table.dtype, n)
    longer[: len(table)] = table
    return longer


def _more_slots(floor: Floor, n: int) -> Floor:
    """Adds `n` free caller slots."""
    before = len(floor.callers)
    callers = _longer(floor.callers, before + n)
    callers.next[before:-1] = np.arange(before + 1, before + n)
    callers.next[-1] = floor.clock[0].free_slot
    floor.clock.free_slot = before
    floor.clock.n_free += n
    return floor._replace(callers=callers)
