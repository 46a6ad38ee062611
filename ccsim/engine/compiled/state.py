"""The floor of the compiled engine: live callers, agents, teams, lanes and the rows in the making, as record arrays.

Everything lives in arrays that `Room` owns and may grow between two calls of the kernel, so a run is resumable at any event.
Handlers get one record, `floor`, and reach rows by reference: `caller_at(floor, slot).agent = agent` writes.
"""

from __future__ import annotations

from operator import is_
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.engine.compiled.memory import CACHE_LINE, row_memory, unzeroed, zeroed
from ccsim.jit import ENABLED, accessor, bind, callback, fetcher
from ccsim.outcomes import AGENT_STATE, CASE, CONTACT, EPISODE, SEGMENT, SETTLEMENT, Rows, new_counts
from ccsim.program.layout import Program, mean_calls
from ccsim.rules.digest import DIGEST, TABLE
from ccsim.rules.tally import COUNTS, bind_counts
from ccsim.vocabulary import AgentState, Family

__all__ = [
    "DRAWN_AT_ONCE",
    "FIRST_EVENT",
    "FLOOR",
    "OUT_OF_HOURS",
    "ROWS_AHEAD",
    "NO_EVENT_AT",
    "NO_EVENT_CODE",
    "PAIR",
    "SLOT_BITS",
    "SPARE_EVENTS",
    "ON_LIST",
    "RINGING",
    "REQUEST",
    "WILL_ASK",
    "UNCHECKED_EVENTS",
    "WAITING",
    "N_SLICES",
    "KernelPolicy",
    "Room",
    "agent_now",
    "ahead_of",
    "ahead_at_door",
    "agent_state_at",
    "agent_work",
    "bucket_at",
    "budget_of",
    "caller_at",
    "case_at",
    "case_now",
    "contact_at",
    "counts_of",
    "digest_at",
    "earlier_at",
    "episode_at",
    "event_at",
    "event_key_at",
    "fetch_agent_state",
    "fetch_caller",
    "fetch_contact",
    "fetch_episode",
    "fetch_segment",
    "first_open_at",
    "fresh_at",
    "instant_at",
    "ivr_stay_of",
    "kernel_policy",
    "kind_now",
    "last_agent_of",
    "lane_now",
    "list_now",
    "pair_at",
    "queue_now",
    "parked_at",
    "person_now",
    "row_table",
    "segment_at",
    "settlement_at",
    "slice_at",
    "team_now",
    "unsorted_at",
    "window_at",
]

UNCHECKED_EVENTS = 64
"""Events between two looks of the kernel at the room that is left."""

SPARE_EVENTS = UNCHECKED_EVENTS + 4
"""Room in the calendar, beyond those inside, that the kernel wants to see before the next event; `Room.grow` makes it."""

ROWS_AHEAD = 32
"""How many rows before it is needed the memory of a row is asked for; that saves a fifth of the time per call.

Rows are begun in order, but written as a whole when they are complete, hundreds of calls later and in no order that a
processor could foresee.
"""

SLOT_BITS = 24
"""Room for 16 million customers (or agents) on the floor at once."""

_MOST_ROWS = 1 << 31
"""Callers know their rows by 32-bit numbers."""

_CLOCK = [
    ("now", "f8"),
    ("keep_rows", "i8"),
    ("keep_digest", "i8"),
    ("finished", "i8"),
    ("n_events", "i8"),  # in the calendar
    ("n_near", "i8"),  # of them in the heap, the others are parked
    ("next_slice", "i8"),  # of time: the first whose events are parked
    ("slices_per_second", "f8"),
    ("free_parked", "i8"),  # head of the free list of parking places
    ("next_timetable", "i8"),
    ("next_interval", "i8"),
    ("n_counted", "i8"),  # intervals whose callers have been counted
    ("next_at_door", "i8"),
    ("n_at_door", "i8"),
    ("draws_ahead", "i8"),
    ("normals_ahead", "i8"),
    ("factors_vary", "i8"),  # times differ between the intervals in which contacts dial
    ("transfers_ahead", "i8"),
    ("n_drawn", "i8"),  # callers at the door who have their draws
    ("fresh_needed", "i8"),  # room the next interval's callers need
    ("next_customer", "i8"),
    ("free_slot", "i8"),  # head of the free list of caller slots
    ("n_free", "i8"),
    ("lines_in_use", "i8"),
    ("n_inside", "i8"),  # contacts in IVR or queue
    ("n_in_ivr", "i8"),
    ("draining", "i8"),  # closed, and agents stay while contacts are inside
    ("shut", "i8"),  # waiting is over for today: cleared, or the overtime cap is reached
    ("calls_nobody_back", "i8"),  # closed: who is to be called back stays on his list
    ("n_to_call", "i8"),  # on all these lists
    ("keep_more", "i8"),  # agents who must stay idle for what is looked for just now
    ("keeps_no_reserve", "i8"),  # closed: nothing is coming that agents could be kept idle for
    ("idle_teams", "i8"),  # bits of the teams somebody of which is idle
    ("waiting_lanes", "i8"),  # bits of the lanes in which somebody waits
    ("n_starts", "i8"),
    ("n_movers", "i8"),  # agents with duties of their own, each of whom one event may send on a break
    ("n_episode_rows", "i8"),
    ("n_contact_rows", "i8"),
    ("n_segment_rows", "i8"),
    ("n_agent_state_rows", "i8"),
    ("n_settlement_rows", "i8"),
    ("n_case_rows", "i8"),
    ("agent_score", "i8"),  # addresses of a user's routing functions, 0 for the built-in order
    ("call_score", "i8"),
    ("pair_holder", "i8"),  # address of the address of `pair`
]

CALLER = np.dtype(
    [
        ("customer", "i8"),
        ("entity", "i8"),
        ("arrived_at", "f8"),
        ("queued_at", "f8"),
        ("gives_up_at", "f8"),
        ("answered_at", "f8"),
        ("talk_time", "f8"),
        ("hold_time", "f8"),
        ("wrap_time", "f8"),
        ("first_at", "f8"),
        ("waited", "f8"),  # in earlier contacts of the episode
        ("recorded", "i4"),  # row of the Program's `recorded`, -1, or OUT_OF_HOURS
        ("agent", "i4"),
        ("next", "i4"),  # slot behind in the lane, or next free slot
        ("previous", "i4"),
        ("episode_row", "i4"),
        ("contact_row", "i4"),
        ("segment_row", "i4"),
        ("call_type", "i2"),
        ("lane", "i2"),
        ("contact", "i2"),  # attempt, from 0
        ("segment", "i2"),  # of the contact, from 0
        ("n_offered", "i2"),
        ("waiting", "i1"),  # 0, `WAITING` in a lane, `RINGING`, or `ON_LIST`
        ("earlier", "i1"),  # 0, or the slot's EARLIER row is in use: 1 + 2 x transfers of this contact so far
    ],
    align=True,
)
assert CALLER.itemsize == 128, "two cache lines a caller: callers come and go all over this table"
"""A customer with a live contact, or between two: one slot from the first dial to the episode's end.

The entity, the call type and everything from `queued_at` to `wrap_time` are those of the stay at hand.
"""

EARLIER = np.dtype(
    [
        # Of the stay at hand.
        ("entered_at", "f8"),
        ("came_by", "i4"),  # outcome of the stay before
        ("came_from", "i4"),  # its queue
        ("assigned_at", "f8"),  # to an agent, whose phone may ring first
        ("answers_at", "f8"),  # who lets his phone ring, +inf for nobody
        ("step_at", "f8"),  # the queue's next step falls due, +inf for none
        ("step", "i8"),
        ("offered", "i4"),  # 1: in this stay he was offered to be called back
        ("on_list", "i4"),  # 1: in this stay he is to be called back, or is
        # Of a contact in which he is called back.
        ("callback", "i4"),  # 1: it is one
        ("n_dials", "i4"),
        # Of the contact's stays that are over.
        ("queued_at", "f8"),  # first queue entry
        ("queue", "i4"),  # where that was
        ("n_stays", "i4"),
        ("n_answered", "i8"),
        ("wait", "f8"),  # until the first answer, if there was one
        ("later_wait", "f8"),
        ("ring_time", "f8"),
        ("talk_time", "f8"),
        ("hold_time", "f8"),
        ("wrap_time", "f8"),
        # Of the episode: whose it is, its call type, and the sums over its contacts that are over.
        ("entity", "i8"),
        ("call_type", "i4"),
        ("more_stays", "i4"),  # beyond one a contact
        ("episode_n_answered", "i8"),
        ("episode_talk_time", "f8"),
        ("episode_hold_time", "f8"),
        ("episode_wrap_time", "f8"),
    ],
    align=True,
)
"""What only callers who are transferred, flow over, wait in a queue with steps or hear a phone ring have to remember."""

WAITING = 1
RINGING = 2
ON_LIST = 3
"""To be called back."""

WILL_ASK = 1
REQUEST = 2

CASE_NOW = np.dtype(
    [
        ("needed", "f8"),  # in this contact: nothing once the problem is solved
        ("first_needed", "f8"),
        ("granted", "f8"),  # over the episode, as the next two
        ("leaked", "f8"),
        ("retold", "f8"),
        ("brief_time", "f8"),  # likewise over the episode
        ("leg_granted", "f8"),  # these three: in the leg at hand
        ("leg_leaked", "f8"),
        ("leg_retold", "f8"),
        ("consult_time", "f8"),  # over the episode
        ("asked_at", "f8"),  # these three: of a talk in which a colleague is asked
        ("talk_after", "f8"),
        ("hold_after", "f8"),
        ("row", "i4"),
        ("call_type", "i4"),  # of the episode
        ("n_legs", "i4"),
        ("n_escalations", "i4"),
        ("n_hops", "i4"),  # escalations of this contact
        ("action", "i4"),  # of the leg at hand
        ("leg_resolved", "i4"),
        ("resolved", "i4"),
        ("at_first", "i4"),
        ("briefer", "i4"),  # agent who holds with the caller for the next person, -1
        ("asks", "i4"),  # 0, `WILL_ASK` at the end of this talk, or the slot holds a `REQUEST` for a colleague
        ("asker", "i4"),  # of a request: slot of the caller
        ("at_first_contact", "i4"),
        ("n_met", "i4"),  # contacts in which he met an agent
        ("n_returns", "i4"),
        ("cause", "i4"),  # of the contact at hand
        ("waited", "f8"),  # in the contacts that are over, after their first answers too
        ("first_ended_at", "f8"),
        ("back_at", "f8"),
        ("return_due_at", "f8"),
        ("resolved_at", "f8"),
    ],
    align=True,
)
"""The case of one caller; a table of its own, which nobody touches where authority does not matter."""

LAST_AGENT = np.dtype([("agent", "i8")])
"""Whom the customer of a slot talked to last, -1 for nobody; kept only where calls ask for him first."""

BUDGET = np.dtype([("day", "i8"), ("spent", "f8"), ("wrap_next", "f8")], align=True)
"""What an agent has granted on an operating day; what he has to write up once he has briefed the next person, s."""

IVR_STAY = np.dtype(
    [
        ("entered_at", "f8"),
        ("node", "i4"),
        ("retries", "i4"),  # how often the caller has heard it again since he came to the node
    ],
    align=True,
)
"""The stay of one caller at a node of the IVR; a table of its own, which nobody touches who has no IVR."""

AGENT_NOW = np.dtype(
    [
        ("since", "f8"),
        ("customer", "i8"),
        ("next", "i4"),  # in the team's idle list, longest idle first
        ("previous", "i4"),
        ("state", "i4"),  # AgentState
        ("errand", "i4"),  # 1: on release there may be something to do before the next call, see PERSON_NOW
    ],
    align=True,
)

PERSON_NOW = np.dtype(
    [
        ("duty", "i8"),  # the one he is here for, -1 for none
        ("lost_duty", "i8"),  # the one he is absent from, or late for, -1 for none
        ("lost_state", "i8"),
        ("coming_duty", "i8"),  # the one he is on his way to, -1 for none
        ("coming_at", "f8"),
        ("away_until", "f8"),
        ("next_break", "i8"),  # the first he has not taken
        ("due_until", "i8"),  # breaks before this one are due
        ("next_spell", "i8"),
        ("spell_at", "f8"),
        ("spells_due", "i8"),
        ("leaving", "i8"),  # his shift is over: he leaves on release
        ("overtime", "i8"),  # his shift is over, but contacts are inside after closing: he stays until all are served
        ("called_off", "i8"),  # off the phones until he is called back
    ],
    align=True,
)
"""What a person, or whoever may be called off the phones, has to do besides calls; one row per agent."""

_NOBODY = np.zeros((), PERSON_NOW)
for _field in ("duty", "lost_duty", "coming_duty"):
    _NOBODY[_field] = -1
for _field in ("coming_at", "away_until", "spell_at"):
    _NOBODY[_field] = np.inf

PERSONS_SEATS = 1 << 40
"""Of a team of persons, who do not come and leave with seats."""
AGENT_WORK = np.dtype([("came_at", "f8"), ("busy_time", "f8")], align=True)
"""Since when an agent is on duty and how long he was busy since; kept only for routing by occupancy."""

TEAM_NOW = np.dtype(
    [
        ("seats", "i8"),
        ("n_present", "i8"),
        ("first_idle", "i8"),
        ("last_idle", "i8"),
        ("n_wanted_off", "i8"),  # agents to be called off the phones as soon as they are released
    ],
    align=True,
)

LANE_NOW = np.dtype([("first", "i8"), ("last", "i8"), ("n_waiting", "i8")], align=True)
"""Slots of those who wait, in order of (queued_at, customer)."""

QUEUE_NOW = np.dtype([("last_wait", "f8")])
"""How long the call answered last has waited; 0 before the first, and where nobody asks."""

EVENT = np.dtype([("at", "f8"), ("code", "i8")], align=True)
"""An entry of the calendar; code as `calendar.code_of` makes it, its slot the caller's or the agent."""

_EVENT_KEY = np.dtype([("at", "i8"), ("code", "i8")], align=True)
"""The same, its time as the integer that its bits are."""

FIRST_EVENT = 3
"""Entry of the calendar that holds the first event, see there."""

PARKED = np.dtype([("at", "f8"), ("code", "i8"), ("next", "i8")], align=True)
"""An event of a later slice of time, or a free place for one; next is the place of another of either kind, or -1."""

SLICE = np.dtype([("parked", "i8")])
"""First place of the parked events of every `N_SLICES`-th slice of time, or -1."""

N_SLICES = 1024

DRAWN_AT_ONCE = 128
"""Callers at the door for whom draws are made at a time: so many that it pays, so few that they stay at hand."""

CALLS_PER_SLICE = 4
"""Fresh calls in a slice of time when they come most often."""

NO_EVENT_AT = int(np.float64(np.inf).view(np.int64))
NO_EVENT_CODE = int(np.iinfo(np.int64).max)
"""An entry of the calendar not in use."""

FRESH = np.dtype([("at", "f8"), ("entity", "i8"), ("call_type", "i8"), ("recorded", "i8")], align=True)
"""A fresh caller of the interval at hand; recorded is the row of the Program's `recorded`, -1, or OUT_OF_HOURS."""

OUT_OF_HOURS = -2
"""Of who dials while lines are closed."""


WINDOW = np.dtype([("start", "f8"), ("end", "f8")])
"""When an occasion of the Program happens in this replication; +inf for never."""

_PLACE = np.dtype([("place", "i8")])

KIND_NOW = np.dtype(
    [("n_fresh", "i8"), ("first_entity", "i8"), ("n_left", "i8"), ("n_closed", "i8"), ("first_closed", "i8"), ("area", "f8")],
    align=True,
)
"""A call type at the door: fresh callers of the interval at hand, the first one's entity, and who is left of a fixed number."""

PAIR = np.dtype(
    [
        ("now", "f8"),
        ("call_type", "i8"),
        ("queue", "i8"),
        ("priority", "i8"),
        ("queued_at", "f8"),
        ("customer", "i8"),
        ("id", "i8"),
        ("team", "i8"),
        ("idle_since", "f8"),
    ]
)
"""What a routing policy sees of a contact (call_type to customer) and of an agent (id to idle_since)."""

INSTANT = np.dtype([("at", "f8")])

AHEAD = np.dtype([("talk", "f8"), ("talk_level", "f8"), ("patience_level", "f8"), ("transfer_level", "f8")], align=True)
"""Drawn ahead for one caller: uniforms, and the talk time by the law of his call type; 0 where none was drawn."""

BUCKET = np.dtype([("n", "i8")])

_ROW_TABLES = {
    "episodes": EPISODE,
    "contacts": CONTACT,
    "segments": SEGMENT,
    "agent_states": AGENT_STATE,
    "settlements": SETTLEMENT,
    "cases": CASE,
}
_WORK_TABLES = (
    "callers",
    "ahead",
    "ivr_stays",
    "earlier",
    "cases_now",
    "last_agents",
    "budgets",
    "agents",
    "persons",
    "agent_work",
    "teams",
    "lanes",
    "lists",
    "queues",
    "kinds",
    "windows",
    "first_open",
    "calendar",
    "parked",
    "slices",
    "fresh",
    "ahead_at_door",
    "instants",
    "unsorted",
    "buckets",
)
_SCRATCH = ("fresh", "instants", "unsorted", "buckets")
"""Work tables that are written before they are read."""
_SIZED = (*_WORK_TABLES, *_ROW_TABLES)
_UNSIZED = ("row_tables", "digest", "counts", "pair", "pair_address")
_ADDRESSES = (*_SIZED, *_UNSIZED[:-1])

FLOOR = np.dtype([*_CLOCK, *((f"n_{name}", "i8") for name in _SIZED), *((name, "i8") for name in _ADDRESSES)], align=True)
"""The clock, the size of each table and the addresses of all tables: what every handler gets as `floor`.

`row_tables` has the addresses of the row tables again, for the digest; `digest` their pairs of sums.
"""

ahead_of = accessor(FLOOR, "ahead", AHEAD)
"""By caller's slot."""
ahead_at_door = accessor(FLOOR, "ahead_at_door", AHEAD)
"""By place at the door modulo `DRAWN_AT_ONCE`."""
caller_at = accessor(FLOOR, "callers", CALLER)
ivr_stay_of = accessor(FLOOR, "ivr_stays", IVR_STAY)
"""By caller's slot."""
earlier_at = accessor(FLOOR, "earlier", EARLIER)
"""By caller's slot."""
case_now = accessor(FLOOR, "cases_now", CASE_NOW)
"""By caller's slot."""
last_agent_of = accessor(FLOOR, "last_agents", LAST_AGENT)
"""By caller's slot."""
budget_of = accessor(FLOOR, "budgets", BUDGET)
"""By agent."""
agent_now = accessor(FLOOR, "agents", AGENT_NOW)
person_now = accessor(FLOOR, "persons", PERSON_NOW)
agent_work = accessor(FLOOR, "agent_work", AGENT_WORK)
team_now = accessor(FLOOR, "teams", TEAM_NOW)
lane_now = accessor(FLOOR, "lanes", LANE_NOW)
list_now = accessor(FLOOR, "lists", LANE_NOW)
"""By lane: who is to be called back."""
queue_now = accessor(FLOOR, "queues", QUEUE_NOW)
event_at = accessor(FLOOR, "calendar", EVENT)
parked_at = accessor(FLOOR, "parked", PARKED)
slice_at = accessor(FLOOR, "slices", SLICE)
event_key_at = accessor(FLOOR, "calendar", _EVENT_KEY)
window_at = accessor(FLOOR, "windows", WINDOW)
first_open_at = accessor(FLOOR, "first_open", _PLACE)
kind_now = accessor(FLOOR, "kinds", KIND_NOW)
fresh_at = accessor(FLOOR, "fresh", FRESH)
instant_at = accessor(FLOOR, "instants", INSTANT)
unsorted_at = accessor(FLOOR, "unsorted", FRESH)
bucket_at = accessor(FLOOR, "buckets", BUCKET)
episode_at = accessor(FLOOR, "episodes", EPISODE)
contact_at = accessor(FLOOR, "contacts", CONTACT)
segment_at = accessor(FLOOR, "segments", SEGMENT)
agent_state_at = accessor(FLOOR, "agent_states", AGENT_STATE)
settlement_at = accessor(FLOOR, "settlements", SETTLEMENT)
case_at = accessor(FLOOR, "cases", CASE)
fetch_caller = fetcher(FLOOR, "callers", CALLER)
fetch_episode = fetcher(FLOOR, "episodes", EPISODE)
fetch_contact = fetcher(FLOOR, "contacts", CONTACT)
fetch_segment = fetcher(FLOOR, "segments", SEGMENT)
fetch_agent_state = fetcher(FLOOR, "agent_states", AGENT_STATE)
row_table = accessor(FLOOR, "row_tables", TABLE)
digest_at = accessor(FLOOR, "digest", DIGEST)
counts_of = accessor(FLOOR, "counts", COUNTS)
pair_at = accessor(FLOOR, "pair", PAIR)


class KernelPolicy(NamedTuple):
    """Addresses of a user's compiled routing functions, 0 for the built-in order; `alive` keeps them."""

    agent_score: int
    call_score: int
    alive: Any


def kernel_policy(policy: Any) -> KernelPolicy:
    """Compile a routing policy's functions for the kernel; TypeError, with numba's reason, where one is plain Python only.

    Parameters
    ----------
    policy : object
        With optional `agent_score(contact, agent)` and `call_score(contact, agent, now)`.
    """
    agent_score, call_score = getattr(policy, "agent_score", None), getattr(policy, "call_score", None)
    first, alive_1 = callback(agent_score, PAIR, 2, 0) if agent_score is not None else (0, None)
    second, alive_2 = callback(call_score, PAIR, 2, 1) if call_score is not None else (0, None)
    return KernelPolicy(first, second, (alive_1, alive_2))


class Room:
    """The arrays behind a FLOOR record: makes them, grows them, hands out what they hold in the end.

    Parameters
    ----------
    rows, digest : bool
        Keep row tables; fold rows into the digest.
    n_calls : int, optional
        Guess of the calls of a replication, for the first size of the row tables.

    Attributes
    ----------
    tables : dict
        By name.
    has_later_stays : bool
        Whether a contact may stay in several places, one after the other.
    """

    def __init__(
        self, program: Program, *, rows: bool, digest: bool, n_calls: int = 0, policy: KernelPolicy | None = None
    ) -> None:
        blank = _blank_of(program)
        self.tables: dict[str, NDArray[Any]]
        self._floor, self.tables = blank.copied()
        self._floor["keep_rows"], self._floor["keep_digest"] = rows, digest
        self._has_cases = blank.has_cases
        self._knows_last_agents = bool(program.settings["last_agent"][0])
        self.has_later_stays = blank.has_later_stays
        if policy is not None:
            self._floor["agent_score"], self._floor["call_score"] = policy.agent_score, policy.call_score
        if rows:
            n_rows = _within_rows((n_calls or blank.n_calls) + 64)
            n_stays = int(n_rows * blank.stays_per_call) + 64 * (len(program.lanes) + 2)
            sizes = {
                "episodes": n_rows,
                "contacts": n_rows,
                "segments": n_stays,
                "agent_states": 2 * n_stays + len(program.agents) + 4,
            }
            if self._has_cases:
                sizes |= {"settlements": n_rows, "cases": n_rows}
            self.tables |= {name: row_memory(n, _ROW_TABLES[name]) for name, n in sizes.items()}
            self._bind(*sizes)
        else:
            self.counts = new_counts(program)
            self.tables["counts"] = bind_counts(self.counts).view(np.ndarray)
            self._bind("counts")
        if not ENABLED:
            self._bind(*_SIZED, *_UNSIZED)

    @classmethod
    def first_of(cls, program: Program) -> Room:
        """Room as it is before a replication's first event, with tables of their own and for no rows: what others copy."""
        room = object.__new__(cls)
        room._begin(program)
        return room

    def _begin(self, program: Program) -> None:
        n_agents = len(program.agents)
        n_movers = n_agents if len(program.duties) else 0
        n_fresh = int(1.2 * program.flows["volume"].sum(axis=0).max()) + 64
        has_cases = self._has_cases = bool(program.settings["authority"][0])
        self._knows_last_agents = bool(program.settings["last_agent"][0])
        self._floor = np.zeros(1, FLOOR)  # plain: a record array's attributes cost as much as a small day
        self._floor["free_slot"] = -1
        self._floor["n_movers"] = n_movers
        self.tables = {
            "callers": np.zeros(0, CALLER),
            "last_agents": np.zeros(0, LAST_AGENT),
            "earlier": np.zeros(0, EARLIER),
            "agents": np.zeros(n_agents, AGENT_NOW),
            "persons": np.full(n_agents, _NOBODY, PERSON_NOW),
            "agent_work": np.zeros(n_agents, AGENT_WORK),
            "teams": np.zeros(len(program.teams), TEAM_NOW),
            "lanes": np.zeros(len(program.lanes), LANE_NOW),
            "lists": np.zeros(len(program.lanes) if len(program.callbacks) else 0, LANE_NOW),
            "queues": np.zeros(len(program.queues), QUEUE_NOW),
            "calendar": _free_calendar(0),
            "parked": np.zeros(0, PARKED),
            "slices": np.full(N_SLICES, -1).view(SLICE),
            "windows": np.zeros(len(program.occasions), WINDOW),
            "first_open": np.zeros(len(program.intervals) if len(program.occasions) else 0, _PLACE),
            "kinds": np.zeros(len(program.call_types), KIND_NOW),
            "fresh": np.zeros(n_fresh, FRESH),
            "ahead": np.zeros(0, AHEAD),
            "ivr_stays": np.zeros(0, IVR_STAY),
            "ahead_at_door": zeroed(DRAWN_AT_ONCE, AHEAD),
            "instants": np.zeros(n_fresh, INSTANT),
            "unsorted": np.zeros(n_fresh, FRESH),
            "buckets": np.zeros(n_fresh + 1, BUCKET),
            "cases_now": np.zeros(0, CASE_NOW),
            "budgets": np.full(n_agents if has_cases else 0, np.array((-1, 0.0, 0.0), BUDGET)),
            "row_tables": np.zeros(len(_ROW_TABLES), TABLE),
            "digest": np.zeros(len(_ROW_TABLES), DIGEST),
            "pair": np.zeros(1, PAIR),
            "pair_address": np.zeros(1, np.dtype([("address", "i8")])),
            **{name: np.zeros(1, dtype) for name, dtype in _ROW_TABLES.items()},
            "counts": np.zeros(1, COUNTS),
        }
        agents, teams, lanes = self.tables["agents"], self.tables["teams"], self.tables["lanes"]
        agents["state"] = AgentState.ABSENT
        if n_movers:
            teams["seats"][program.teams.persons != 0] = PERSONS_SEATS
        for table, fields in (
            (agents, ("customer", "next", "previous")),
            (teams, ("first_idle", "last_idle")),
            (lanes, ("first", "last")),
            (self.tables["lists"], ("first", "last")),
        ):
            for field in fields:
                table[field] = -1
        self._floor["free_parked"] = -1
        self._floor["draws_ahead"] = _draws_ahead(program)
        families = program.laws["family"][program.call_types["talk_law"]]
        self._floor["normals_ahead"] = (families == Family.LOGNORMAL).any()
        factors = ("talk_factor", "hold_factor", "wrap_factor")
        self._floor["factors_vary"] = any((program.flows[one] != 1.0).any() for one in factors)
        self._floor["transfers_ahead"] = (program.call_types["transfer_share"] > 0.0).any()
        self._floor["slices_per_second"] = _slices_per_second(program)
        self._more_events(4 * n_agents + 16 * n_movers + 4 * SPARE_EVENTS)
        self._more_slots(n_agents + 64)
        self._bind(*_SIZED, *_UNSIZED)

    @property
    def floor(self) -> Any:
        """The FLOOR record for the kernel."""
        return self._floor.view(np.recarray)[0]

    def grow(self) -> None:
        """Makes room wherever the kernel stopped for lack of it."""
        clock = self.floor
        longer: dict[str, int] = {}
        if clock.fresh_needed > clock.n_fresh:
            room = int(clock.fresh_needed * 5 // 4)
            longer |= {"fresh": room, "instants": room, "unsorted": room, "buckets": room + 1}
        if clock.keep_rows:
            needed = {
                "episodes": clock.n_episode_rows + 1,
                "contacts": clock.n_contact_rows + 2,
                "segments": clock.n_segment_rows + clock.n_lanes + 3,
                "agent_states": clock.n_agent_state_rows + clock.n_agents + 4,
            }
            if self._has_cases:
                needed |= {"settlements": clock.n_settlement_rows + 1, "cases": clock.n_case_rows + 1}
            longer |= {table: _within_rows(int(2 * n)) for table, n in needed.items() if n > len(self.tables[table])}
        for name, n in longer.items():
            self._lengthen(name, n)
        most = (clock.n_inside << self._has_cases) + clock.n_to_call + clock.n_movers
        n_events = int(clock.n_events + most + SPARE_EVENTS)
        if n_events > clock.n_calendar:
            self._more_events(2 * n_events - int(clock.n_calendar))
            longer |= {"calendar": 0, "parked": 0}
        if clock.n_free == 0:
            self._more_slots(len(self.tables["callers"]))
            longer |= {"callers": 0, "ahead": 0, "ivr_stays": 0, "earlier": 0, "cases_now": 0, "last_agents": 0}
        self._bind(*longer)

    def rows(self) -> Rows:
        """The rows written so far, in the order of the events that opened or closed them."""
        clock = self._floor[0]
        return Rows(
            episodes=self.tables["episodes"][: clock["n_episode_rows"]],
            contacts=self.tables["contacts"][: clock["n_contact_rows"]],
            segments=self.tables["segments"][: clock["n_segment_rows"]],
            agent_states=self.tables["agent_states"][: clock["n_agent_state_rows"]],
            settlements=self.tables["settlements"][: clock["n_settlement_rows"]],
            cases=self.tables["cases"][: clock["n_case_rows"]],
        )

    def _bind(self, *names: str) -> None:
        """Writes sizes and addresses of these tables into the records that hold them."""
        for name in names:
            table = self.tables[name]
            if name in _SIZED:
                self._floor[f"n_{name}"] = len(table)
            if name == "pair_address":
                bind(table, address=self.tables["pair"])
                bind(self._floor, pair_holder=table)
            else:
                bind(self._floor, **{name: table})
            if name in _ROW_TABLES:
                place = list(_ROW_TABLES).index(name)
                bind(self.tables["row_tables"][place : place + 1], rows=table)

    def _lengthen(self, name: str, n: int) -> None:
        table = self.tables[name]
        if name == "calendar":
            longer = _free_calendar(n)
        else:
            longer = row_memory(n, table.dtype) if name in _ROW_TABLES else zeroed(n, table.dtype)
        longer[: len(table)] = table
        self.tables[name] = longer

    def _more_events(self, n: int) -> None:
        """Room for n more events, all of which may be in the heap or parked."""
        before = len(self.tables["calendar"])
        self._lengthen("calendar", before + n)
        self._lengthen("parked", before + n)
        self._floor["free_parked"] = _chain(self.tables["parked"]["next"], before, self._floor["free_parked"][0])

    def _more_slots(self, n: int) -> None:
        before = len(self.tables["callers"])
        if before + n >= 1 << SLOT_BITS:
            raise MemoryError(f"more than {1 << SLOT_BITS:,} customers on the floor at once; allowed: fewer")
        self._lengthen("callers", before + n)
        self._lengthen("ahead", before + n)
        self._lengthen("ivr_stays", before + n)
        self._lengthen("earlier", before + n)
        if self._has_cases:
            self._lengthen("cases_now", before + n)
        if self._knows_last_agents:
            self._lengthen("last_agents", before + n)
        callers = self.tables["callers"]
        callers["customer"][before:] = -1
        self._floor["free_slot"] = _chain(callers["next"], before, self._floor["free_slot"][0])
        self._floor["n_free"] += n


class _Blank:
    """A program's tables before the first event, as one piece of memory: a copy of it is made at once, forty tables are not."""

    def __init__(self, program: Program) -> None:
        room = Room.first_of(program)
        mean = mean_calls(program)
        self.n_calls = int(mean + 4 * mean**0.5)  # most replications have fewer
        self.has_cases = bool(program.settings["authority"][0])
        self.stays_per_call = _stays_per_call(program)
        overflows = (program.steps["to"] >= 0).any()
        passed_on = len(program.ivr_nodes) > 0 or len(program.ways) > 0 or program.call_types["transfer_share"].any()
        self.has_later_stays = bool(passed_on or overflows)
        self._places: dict[str, tuple[int, int, np.dtype[Any]]] = {}
        end = CACHE_LINE  # numpy lets all empty views begin where the memory does: no table lies there
        kept = [name for name in room.tables if name not in _SCRATCH]
        for name in (*kept, *_SCRATCH):
            table = room.tables[name]
            self._places[name] = (end, end + table.nbytes, table.dtype)
            end += -(-table.nbytes // CACHE_LINE) * CACHE_LINE
        self._n_bytes = end
        self._floor = room._floor.copy()
        for name in _ADDRESSES:
            self._floor[name] = self._places[name][0]
        room.tables["row_tables"]["rows"] = [self._places[name][0] for name in _ROW_TABLES]
        room.tables["pair_address"]["address"] = self._places["pair"][0]
        self._floor["pair_holder"] = self._places["pair_address"][0]
        self._image = np.zeros(self._places[_SCRATCH[0]][0], np.uint8)
        for name in kept:
            first, last, _ = self._places[name]
            self._image[first:last] = room.tables[name].view(np.uint8)
        names = FLOOR.names or ()  # of words, all of them
        self._floor_words = self._floor.view(np.int64)  # numpy copies a record field by field, in 30 times the time
        self._addresses = np.array([names.index(name) for name in (*_ADDRESSES, "pair_holder")])

    def copied(self) -> tuple[NDArray[Any], _Views]:
        """A FLOOR record and the tables behind it."""
        memory = unzeroed(self._n_bytes)
        memory[: len(self._image)] = self._image
        base = memory.ctypes.data
        words = self._floor_words.copy()
        words[self._addresses] += base
        tables = _Views(memory, self._places)
        tables["row_tables"]["rows"] += base
        tables["pair_address"]["address"] += base
        return words.view(FLOOR), tables


class _Views(dict[str, NDArray[Any]]):
    """Tables by name, each made when it is first asked for, of one piece of memory."""

    def __init__(self, memory: NDArray[np.uint8], places: dict[str, tuple[int, int, np.dtype[Any]]]) -> None:
        self._memory, self._places = memory, places

    def __missing__(self, name: str) -> NDArray[Any]:
        first, last, dtype = self._places[name]
        self[name] = self._memory[first:last].view(dtype)
        return self[name]


_last: list[tuple[Program, _Blank]] = []


def _blank_of(program: Program) -> _Blank:
    """The program's blank; the last one is kept."""
    for known, blank in _last:
        if all(map(is_, known, program)):
            return blank
    blank = _Blank(program)
    _last[:] = [(program, blank)]
    return blank


def _chain(following: NDArray[Any], first: int, then: int) -> int:
    """Makes a free list of all places from `first` on, with the list `then` at its end; returns its head."""
    following[first:-1] = np.arange(first + 1, len(following))
    following[-1] = then
    return first


def _stays_per_call(program: Program) -> float:
    """Somewhat more than the mean number of stays of a call that is served at its first attempt.

    What is asked for and not needed is never touched and costs nothing; what is lacking costs copying all there is.
    """
    calls = program.flows["volume"].sum(axis=1)
    transferred = float((calls * program.call_types["transfer_share"]).sum() / max(float(calls.sum()), 1.0))
    return 1.0 + 1.1 * transferred + (1.0 if len(program.ivr_nodes) else 0.0)


def _draws_ahead(program: Program) -> bool:
    """Whether talk or patience of fresh callers is random and their own."""
    if len(program.recorded) or program.settings["start_order"][0] != 0:
        return False
    laws = np.concatenate([program.call_types["talk_law"], program.call_types["patience_law"]])
    return bool((~np.isin(program.laws["family"][laws], (Family.DETERMINISTIC, Family.NEVER))).any())


def _slices_per_second(program: Program) -> float:
    """Slices of time for the calendar: few events in each at the busiest time, and not many more slices than calls in all."""
    per_interval = max(float(program.flows["volume"].sum(axis=0).max()), 1.0)
    busiest = per_interval / float(program.settings["interval_length"][0])
    on_average = (
        4.0 * (mean_calls(program) + 1.0) / float(program.intervals["starts_at"][-1] + program.settings["interval_length"][0])
    )
    return min(busiest, on_average) / CALLS_PER_SLICE


def _free_calendar(n: int) -> NDArray[Any]:
    """A calendar without events."""
    table = zeroed(n, EVENT)
    table["at"], table["code"] = np.inf, NO_EVENT_CODE
    return table


def _within_rows(n: int) -> int:
    """The number of rows, if callers can count them; MemoryError otherwise."""
    if n >= _MOST_ROWS:
        raise MemoryError(f"more than {_MOST_ROWS:,} rows of one replication; allowed: fewer, or a run that keeps only counts")
    return n
