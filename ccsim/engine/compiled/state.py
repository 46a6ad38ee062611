"""The floor of the compiled engine: live callers, agents, teams, lanes and the rows in the making, as record arrays.

Everything lives in arrays that `Room` owns and may grow between two calls of the kernel, so a run is resumable at any event.
Handlers get one record, `floor`, and reach rows by reference: `caller_at(floor, slot).agent = agent` writes.
"""

from __future__ import annotations

import numpy as np

from ccsim.jit import accessor, fetcher
from ccsim.outcomes import AGENT_STATE, CASE, CONTACT, EPISODE, SEGMENT, SETTLEMENT
from ccsim.rules.digest import DIGEST, TABLE
from ccsim.rules.tally import COUNTS

__all__ = [
    "DRAWN_AT_ONCE",
    "FIRST_EVENT",
    "FLOOR",
    "GAP",
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
    "SPEAKS",
    "WILL_ASK",
    "UNCHECKED_EVENTS",
    "WAITING",
    "N_SLICES",
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
    "tail_at",
    "team_now",
    "unsorted_at",
    "window_at",
    "MOST_ROWS",
    "CALLER",
    "EARLIER",
    "CASE_NOW",
    "LAST_AGENT",
    "BUDGET",
    "IVR_STAY",
    "AGENT_NOW",
    "PERSON_NOW",
    "NOBODY",
    "PERSONS_SEATS",
    "AGENT_WORK",
    "TEAM_NOW",
    "LANE_NOW",
    "QUEUE_NOW",
    "EVENT",
    "PARKED",
    "SLICE",
    "CALLS_PER_SLICE",
    "FRESH",
    "WINDOW",
    "PLACE",
    "KIND_NOW",
    "INSTANT",
    "AHEAD",
    "TAIL",
    "BUCKET",
    "ROW_TABLES",
    "SCRATCH",
    "SIZED",
    "UNSIZED",
    "ADDRESSES",
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

MOST_ROWS = 1 << 31
"""Callers know their rows by 32-bit numbers."""

GAP = -1
"""Customer of a segment that was kept for a stay that never began."""

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
    ("n_contact_rows", "i8"),
    ("n_segment_rows", "i8"),
    ("keeps_segments", "i8"),  # who is to be transferred gets two segments, one behind the other
    ("n_gaps", "i8"),  # segments kept for stays that have not begun
    ("n_late_segments", "i8"),  # begun behind those of later customers
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
        ("contact_row", "i4"),
        ("segment_row", "i4"),
        ("kept_row", "i4"),  # segment kept for his next stay, 0 for none
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
        # Of the episode: whose luck and which type the contact at hand has, the first type, and sums over the contacts before.
        ("entity", "i8"),
        ("call_type", "i2"),
        ("first_type", "i2"),
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
SPEAKS = -1
"""Number of the step of who leaves a message: the next is that it is over."""
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
        ("n_rows", "i4"),  # his agent states so far
        ("team", "i2"),
        ("state", "i1"),  # AgentState
        ("errand", "i1"),  # 1: on release there may be something to do before the next call, see PERSON_NOW
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

NOBODY = np.zeros((), PERSON_NOW)
for _field in ("duty", "lost_duty", "coming_duty"):
    NOBODY[_field] = -1
for _field in ("coming_at", "away_until", "spell_at"):
    NOBODY[_field] = np.inf

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

PLACE = np.dtype([("place", "i8")])

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

TAIL = np.dtype([("place", "i8"), ("x", "f8"), ("correction", "f8")], align=True)
"""Of those drawn ahead at once one whose talk is far from the middle: his place among them, what `rules.normal` needs."""

BUCKET = np.dtype([("n", "i8")])

ROW_TABLES = {
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
    "tails",
    "instants",
    "unsorted",
    "buckets",
)
SCRATCH = ("fresh", "tails", "instants", "unsorted", "buckets")
"""Work tables that are written before they are read."""
SIZED = (*_WORK_TABLES, *ROW_TABLES)
UNSIZED = ("row_tables", "digest", "counts", "pair", "pair_address")
ADDRESSES = (*SIZED, *UNSIZED[:-1])

FLOOR = np.dtype([*_CLOCK, *((f"n_{name}", "i8") for name in SIZED), *((name, "i8") for name in ADDRESSES)], align=True)
"""The clock, the size of each table and the addresses of all tables: what every handler gets as `floor`.

`row_tables` has the addresses of the row tables again, for the digest; `digest` their pairs of sums.
"""

ahead_of = accessor(FLOOR, "ahead", AHEAD)
"""By caller's slot."""
ahead_at_door = accessor(FLOOR, "ahead_at_door", AHEAD)
"""By place at the door modulo `DRAWN_AT_ONCE`."""
tail_at = accessor(FLOOR, "tails", TAIL)
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
first_open_at = accessor(FLOOR, "first_open", PLACE)
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
