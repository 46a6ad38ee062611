"""The Program: everything an engine may know, as flat read-only arrays of codes, seconds and probabilities.

`program.compile` makes it from a Scenario; rules and engines read it; nobody writes into it. Times are elapsed seconds since
the first midnight. An instant that never comes is +inf, a missing index -1, a recorded value that is to be drawn -1.0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AGENT",
    "BREAK",
    "CALLBACK",
    "CALLBACK_WINDOW",
    "CALL_OFF",
    "CALL_TYPE",
    "DAY",
    "DEMAND",
    "DESTINATION",
    "DUTY",
    "EFFECT",
    "EXPAND",
    "FLOW",
    "INTERVAL",
    "IN_A_LIST",
    "IVR_EDGE",
    "IVR_NODE",
    "LANE",
    "LANE_TEAM",
    "LAW",
    "MESSAGE",
    "NEED",
    "NOT_LISTED",
    "OCCASION",
    "ODDS",
    "OFFER",
    "POINT",
    "QUEUE",
    "REACH",
    "RECORDED",
    "SETTINGS",
    "SHARED_BIT",
    "STEP",
    "TEAM",
    "TEAM_LANE",
    "TIMETABLE",
    "WAY",
    "Names",
    "Program",
    "Records",
    "mean_calls",
    "records",
]

Records = Any  # np.recarray; numpy's stubs cannot say which fields

SETTINGS = np.dtype(
    [
        ("interval_length", "f8"),  # s
        ("count_from", "f8"),  # what enters earlier is not counted (steady mode: the warm-up), integrals are clipped
        ("count_until", "f8"),  # integrals are clipped here; what entered before is followed to its end
        ("short_abandon", "f8"),  # s
        ("redial_share", "f8"),  # where it differs by call type or try, the largest there is
        ("redial_by_type", "i8"),  # 1 if it does: the call type has it
        ("redial_as", "i8"),  # 1 if callers of some type dial again as another one
        ("redial_law", "i8"),  # index into laws
        ("redial_attempts", "i8"),  # redials per problem at most
        ("redial_fresh_patience", "i8"),
        ("ivr_start", "i8"),  # node where contacts begin, -1 for no IVR
        ("ivr_ports", "i8"),  # contacts in the IVR at once
        ("misroute_talk_law", "i8"),  # with who is wrong there, index into laws; -1 without an IVR
        ("centre_day_shape", "f8"),  # of the gamma factor with mean 1; inf for none
        (
            "within_day_share",
            "f8",
        ),  # of the variance of a factor's normal score that is the interval's own; 0: one factor a day
        ("lines", "i8"),
        ("closing_rule", "i8"),
        ("attribute", "i8"),
        ("clock", "i8"),  # vocabulary.Clock
        ("trunk_cost", "f8"),  # money per s of a line in use
        ("abandon_cost", "f8"),  # money per abandoned contact
        ("pick_agent", "i8"),
        ("last_agent", "i8"),  # 1: a call asks first the agent whom its customer talked to last
        ("pick_call", "i8"),
        ("keeps_last_wait", "i8"),  # somebody balks by it
        ("start_order", "i8"),  # test only: the n-th start draws its handle time as entity n
        ("proficiency", "i8"),  # 1 if agents of some team differ in how long they take
        ("authority", "i8"),  # 1 if cases need it, or may stay unresolved: settlements and cases are written
        ("by_chain", "i8"),  # 1: to the next limit; 0: to the least that suffices
        ("max_hops", "i8"),  # escalations of a contact at most
        ("first_leg", "f8"),  # of the talk time, before a case is passed on or refused
        ("next_leg", "f8"),  # of the talk time of whoever comes after the first
        ("decide_frontline", "f8"),  # s more where authority is used, by the first
        ("decide_supervisor", "f8"),  # by a later one
        ("retell", "f8"),  # s more of everyone after the first, unless he was briefed
        ("warm", "i8"),  # 1: who passes a case on holds with the caller, and briefs the next person
        ("brief", "f8"),  # s of that, from the answer on
        ("consults", "i8"),  # 1: some ask a colleague
        ("consult", "f8"),  # s of a colleague who is asked
        ("consult_at_most", "f8"),  # s for which one holds for a colleague; then the case is refused
        ("lose_caller", "f8"),  # share of those passed on who hang up at that moment
        ("leak_share", "f8"),  # of cases that need nothing and get something
        ("leak_amount", "f8"),
        ("return_share", "f8"),  # of the answered contacts after which the customer comes back
        ("return_law", "i8"),  # after how long; index into laws
        ("return_attempts", "i8"),  # returns per problem at most
        ("leave_share", "f8"),  # of the customers whose problem is over who are gone for good
        ("leave_value", "f8"),  # money lost with each of them
        ("rates", "i8"),  # 1 if satisfaction is reckoned; the next five are its terms
        ("satisfaction_base", "f8"),
        ("satisfaction_per_minute", "f8"),
        ("satisfaction_per_hop", "f8"),
        ("satisfaction_unresolved", "f8"),
        ("satisfaction_refused", "f8"),
        ("fcr_window", "f8"),  # s; who comes back later comes with something else
    ],
    align=True,
)

DAY = np.dtype([("date", "i8"), ("open_at", "f8"), ("close_at", "f8")], align=True)
"""One row per calendar day; date counts days since 1970-01-01; a closed day has open_at = close_at = +inf."""

INTERVAL = np.dtype(
    [
        ("starts_at", "f8"),
        ("open_from", "f8"),  # the part of the interval in which lines are open; empty: open_from == open_until
        ("open_until", "f8"),
        ("date", "i8"),  # calendar date, for keys
        ("ordinal", "i8"),  # place in its calendar day, for keys
        ("day", "i8"),  # operating day whose opening comes last before it
    ],
    align=True,
)
"""One row per interval of the grid, from the first midnight until after the last closing."""

LAW = np.dtype([("family", "i8"), ("a", "f8"), ("b", "f8"), ("c", "f8"), ("first_point", "i8"), ("n_points", "i8")], align=True)
"""A distribution: parameters by family as listed in `rules.sampling`, points in `points[first:first + n]`."""

CALL_TYPE = np.dtype(
    [
        ("name_key", "i8"),  # 64-bit hash of the name
        ("queue", "i8"),
        ("lane", "i8"),  # in which it waits in that queue
        ("talk_law", "i8"),
        ("hold_share", "f8"),
        ("hold_law", "i8"),
        ("wrap_law", "i8"),
        ("patience_law", "i8"),
        ("patience_at_most", "f8"),
        ("after_transfer", "f8"),  # factor on patience after a transfer or an escalation
        ("balk_share", "f8"),
        ("balk_waiting", "i8"),  # balks only where so many wait
        ("balk_wait_over", "f8"),  # s; and only where the last answered call of the queue waited longer
        ("transfer_share", "f8"),  # of the answered who go on to another type's queue after their talk
        ("transfer_to", "i8"),  # that call type; -1 for none, or several: the next two
        ("first_destination", "i8"),
        ("n_destinations", "i8"),
        ("transfer_at_most", "i8"),  # only who has been passed on less often; 0 where nobody is
        ("redial_first", "f8"),  # share of the callers of this type who dial again, where it differs by call type or try
        ("redial_later", "f8"),  # the same of those who have done so before
        ("redial_as", "i8"),  # as which type they do, where some change it; -1 for their own
        ("type_day_shape", "f8"),  # of the gamma factor with mean 1; inf for none
        ("forecast_shape", "f8"),  # of the gamma factor of a whole replication; 0 for none
        ("first_need", "i8"),
        ("n_needs", "i8"),
        ("first_way", "i8"),
        ("n_ways", "i8"),
        ("authority_talk", "f8"),  # factor on the talk time of cases that need authority
        ("consult_share", "f8"),  # of the cases beyond an agent's authority, for which he asks a colleague
        ("refuse_share", "f8"),  # of the cases beyond an agent's authority, the others are passed on
        ("promise_share", "f8"),  # of the same, those for whom somebody with more of it calls back
        ("unresolved", "f8"),  # share of those settled
    ],
    align=True,
)

NEED = np.dtype([("up_to", "f8"), ("law", "i8"), ("amount", "f8")], align=True)
"""How much authority a case needs: below this cumulative share an amount by the law, or, where that is -1, this one.

Those of a call type are `needs[first_need : first_need + n_needs]`; beyond the last share a case needs none.
"""

WAY = np.dtype([("limit", "f8"), ("lane", "i8")], align=True)
"""Where calls of a type wait for someone who may grant up to `limit`: `ways[first_way : first_way + n_ways]`, by limit."""

DESTINATION = np.dtype([("up_to", "f8"), ("call_type", "i8")], align=True)
"""Where calls of a type are transferred to: below this share of all its talks, the last of which is `transfer_share`.

Those of a type are `destinations[first_destination : first_destination + n_destinations]`.
"""

QUEUE = np.dtype(
    [
        ("priority", "i8"),
        ("head_start", "f8"),  # what a call's weighted wait begins with
        ("weight", "f8"),  # what it gains each second
        ("max_waiting", "i8"),  # how many may wait
        ("counts_waiting", "i8"),  # 1 if anybody asks how many wait
        ("first_step", "i8"),
        ("n_steps", "i8"),
        ("full_step", "i8"),  # the overflow taken at once by who finds the queue full, -1 for none
    ],
    align=True,
)
"""What becomes of a waiting call is `steps[first_step : first_step + n_steps]`, by time."""

STEP = np.dtype([("after", "f8"), ("to", "i8"), ("keep_clock", "i8")], align=True)
"""After so many s of waiting a call looks for an agent again (to = `EXPAND`: more teams may answer now), is offered a callback
(to = `OFFER`), may leave a message (to = `MESSAGE`), or goes to another queue.
"""

EXPAND = -1
OFFER = -2
MESSAGE = -3

CALLBACK = np.dtype(
    [
        ("at_entry", "i8"),  # offered to who begins to wait; else, if at all, by a step of the queue
        ("wait_over", "f8"),  # s; offered if the call answered last has waited longer
        ("waiting_at_least", "i8"),  # or if so many others wait
        ("accept", "f8"),  # share of those who are offered one; 0: none is
        ("behind", "i8"),  # 1: dialled when no call waits; 0: in the place the call had
        ("reserve", "i8"),  # agents who must be idle after one of those behind has been dialled
        ("ring_law", "i8"),
        ("answered", "f8"),  # share of the dials
        ("attempts", "i8"),
        ("retry_after", "f8"),  # s
        ("clears", "i8"),  # 1: nobody is called back after closing; 0: at the next opening
        ("first_window", "i8"),
        ("n_windows", "i8"),  # 0: offered at any time
        ("message_share", "f8"),  # of those who may leave a message; 0: nobody may
        ("message_time", "f8"),  # s
        ("when_full", "i8"),  # 1: who finds the queue full may
        ("when_closed", "i8"),  # 1: who finds it closed may
        ("replies", "i8"),  # 1: who has left one is called back
    ],
    align=True,
)
"""Callbacks by queue; they are offered inside `callback_windows[first_window : first_window + n_windows]`."""

CALLBACK_WINDOW = np.dtype([("starts_at", "f8"), ("ends_at", "f8")], align=True)

LANE = np.dtype(
    [
        ("call_type", "i8"),
        ("queue", "i8"),
        ("first_team", "i8"),
        ("n_teams", "i8"),
        ("team_bits", "i8"),
        ("team_list", "i8"),
        ("equal_teams", "i8"),
    ],
    align=True,
)
"""Pairs of call type and queue in which a call can wait: the axis of segment counts.

Calls of a lane differ in nothing but their time, so they wait in one line. The teams that may ever answer, those the call
prefers first, are `lane_teams[first_team : first_team + n_teams]`; `team_bits` has the bits of all of them (see `SHARED_BIT`).

Where these are at most `IN_A_LIST`, none of which joins later or keeps agents idle, `team_list` has them too, a byte each; and
`equal_teams` has for each, a byte again, the bits of the places in the list of those the call likes as well as this one.
"""

SHARED_BIT = 62
"""Lanes and teams have a bit each, of a word that says which of many have something; from this one on they share it."""

IN_A_LIST = 8
NOT_LISTED = 63
"""Byte of a list where it has no more lanes or teams; a list of nothing but zeros is none."""

LANE_TEAM = np.dtype([("team", "i8"), ("after", "f8"), ("calls_prefer", "i8"), ("keep_idle", "i8")], align=True)
"""A team that may answer a lane's calls, with what its REACH row says of that."""

TEAM_LANE = np.dtype([("lane", "i8"), ("after", "f8"), ("turn", "i8"), ("keep_idle", "i8")], align=True)
"""A lane that a team may answer, likewise."""

TEAM = np.dtype(
    [
        ("first_agent", "i8"),
        ("n_agents", "i8"),
        ("first_lane", "i8"),
        ("n_lanes", "i8"),
        ("lane_bits", "i8"),
        ("lane_list", "i8"),
        ("equal_lanes", "i8"),
        ("ring_law", "i8"),  # how long a phone rings before it is answered, -1 for not at all
        ("persons", "i8"),  # 1: each agent has duties of his own; 0: seats, set by the timetable
        ("absent_share", "f8"),  # of the persons, on any one date
        ("late_share", "f8"),  # of the duties
        ("late_law", "i8"),
        ("proficiency_sigma", "f8"),  # of the lognormal factor with mean 1 on handle times; 0 for none
        ("paid_extra", "f8"),  # seats: s paid beyond each s on the phones
        ("cost", "f8"),  # money per s that is billed
        ("billed", "i8"),  # vocabulary.Billed
        ("authority", "f8"),  # what an agent may grant per case
        ("credit_budget", "f8"),  # and per operating day; +inf for no limit
        ("unresolved", "f8"),  # share of the cases they settle
    ],
    align=True,
)
"""The lanes it may ever answer, by `turn`, are `team_lanes[first_lane : first_lane + n_lanes]`; `lane_bits` has their bits.

`lane_list` and `equal_lanes` (of the same turn) are as in LANE.
"""

REACH = np.dtype(
    [
        ("after", "f8"),  # s of waiting from which the team may answer; 0 at once, +inf never
        ("first_circle", "i8"),  # 1 if at once, not by an expansion of the queue
        ("prefer", "i8"),  # what the team's agents think of such a call: 1 is taken first
        ("calls_prefer", "i8"),  # what such a call thinks of the team: 1 is asked first
        ("turn", "i8"),  # place of the lane among the team's, from 0, by the rule for picking a call; equals share one
        ("keep_idle", "i8"),  # agents of the team who must be idle after such a call has started
        ("talk_law", "i8"),  # the call type's, or the team's own
        ("wrap_law", "i8"),  # likewise; -1 for none
        ("handle_factor", "f8"),  # on talk, hold and wrap
        ("pace", "f8"),  # mean handle time relative to the call type's own: the least is the most skilled team
    ],
    align=True,
)
"""What one team is to one lane."""

IVR_NODE = np.dtype(
    [
        ("time_law", "i8"),
        ("hang_up_share", "f8"),
        ("opt_out_share", "f8"),
        ("misroute_share", "f8"),
        ("retry_share", "f8"),
        ("retry_at_most", "i8"),
        ("first_edge", "i8"),
        ("n_edges", "i8"),
    ],
    align=True,
)
"""A node of the IVR; its ways on are `ivr_edges[first:first + n]`, whom it serves is in `ivr_contained`."""

IVR_EDGE = np.dtype([("up_to", "f8"), ("node", "i8")], align=True)
"""A way on: taken below this cumulative share (1 for the last), to a node, or to the queue: -1."""

AGENT = np.dtype([("team", "i8"), ("name_key", "i8"), ("first_duty", "i8"), ("n_duties", "i8")], align=True)
"""Agents by id: sorted by team code, then ordinal; the key is that of his name, or of his seat's number."""

DUTY = np.dtype(
    [
        ("agent", "i8"),
        ("date", "i8"),  # on which he begins, on his own clock; for keys
        ("ordinal", "i8"),  # of his duties of that date, for keys
        ("starts_at", "f8"),
        ("ends_at", "f8"),
        ("first_break", "i8"),
        ("n_breaks", "i8"),
        ("n_spells", "i8"),  # off the phones, unplanned
        ("spell", "f8"),  # s, each of them
    ],
    align=True,
)
"""One shift of one person; sorted by agent, then start, without overlap."""

BREAK = np.dtype([("duty", "i8"), ("at", "f8"), ("length", "f8"), ("state", "i8"), ("paid", "i8")], align=True)
"""A planned break or meeting inside a duty: when it is due, how long it lasts, AgentState; sorted by duty, then time."""

TIMETABLE = np.dtype([("at", "f8"), ("event", "i8"), ("entity", "i8"), ("seats", "i8")], align=True)
"""What the clock brings whatever the callers do, sorted by (at, event, entity).

Openings and closings (entity = day); seats (entity = team, `seats`); a person's duties: COME_ON and DUTY_OFF (entity = agent,
`seats` = duty), GO_AWAY (`seats` = break). COME_ON and GO_AWAY with entity = n_agents + team: `seats` agents of the team are
called back from, and called off, the phones; what `calls_off` draws joins them for a replication.
"""

RECORDED = np.dtype([("at", "f8"), ("call_type", "i8"), ("ordinal", "i8"), ("handle", "f8"), ("patience", "f8")], align=True)
"""Recorded arrivals sorted by (at, call_type, ordinal), which replace drawn ones."""


POINT = np.dtype([("x", "f8"), ("y", "f8"), ("z", "f8")])
"""A point of an empirical, hyperexponential or piecewise-hazard law; columns by family as in `rules.sampling`."""

FLOW = np.dtype([("volume", "f8"), ("talk_factor", "f8"), ("hold_factor", "f8"), ("wrap_factor", "f8")])
"""One call type in one interval: mean number of fresh calls before busyness; factors on the times of who dials then."""

ODDS = np.dtype([("decision", "i8"), ("fact", "i8"), ("over", "f8"), ("log_multiplier", "f8")], align=True)
"""What multiplies the odds of a `vocabulary.Decision`, once for each time the fact holds; a wait counts if it is longer than
`over` (s).
"""

_NO_DUTIES = np.zeros(0, DUTY).view(np.recarray)
_NO_BREAKS = np.zeros(0, BREAK).view(np.recarray)


OCCASION = np.dtype(
    [
        ("name_key", "i8"),
        ("date", "i8"),
        ("chance", "f8"),
        ("start_from", "f8"),
        ("start_until", "f8"),
        ("law", "i8"),  # of how long it lasts
        ("first_effect", "i8"),
        ("n_effects", "i8"),
    ],
    align=True,
)
"""An event on one date: whether and when it happens is drawn once a replication; sorted by earliest start."""

CALL_OFF = np.dtype(
    [
        ("name_key", "i8"),
        ("date", "i8"),
        ("chance", "f8"),
        ("start_from", "f8"),
        ("start_until", "f8"),
        ("law", "i8"),  # of how long it lasts
        ("team", "i8"),
        ("n", "i8"),  # agents
    ],
    align=True,
)
"""An event by chance on one date that calls agents of a team off the phones; its window is drawn like that of its OCCASION."""

EFFECT = np.dtype([("field", "i8"), ("target", "i8"), ("amount", "f8")], align=True)
"""What an event does while it lasts: EventField, code of the call type or queue, factor (0 closes a queue)."""

DEMAND = np.dtype([("fixed_share", "f8"), ("fixed_total", "f8"), ("out_of_hours", "f8")])
"""One call type in one interval. Where a number of calls is fixed by the day: the interval's share of what is left of it, 0
where it is not fixed; the day's number stands at its first interval with calls, 0 at the others. Mean calls while closed."""


class Program(NamedTuple):
    """One compiled scenario. Same Program + seed + replication = same Outcomes anywhere.

    Attributes
    ----------
    settings : recarray SETTINGS, shape (1,)
    days, intervals, laws, points, call_types, queues, steps, lanes, teams, agents, timetable, recorded : recarrays, 1-D
    ivr_nodes, ivr_edges, odds, destinations : recarrays, 1-D
    occasions, effects : recarrays, 1-D
        Of events; empty where a scenario has none that set anything.
    calls_off : recarray CALL_OFF, 1-D
        Of events by chance; those at fixed times stand in the timetable.
    duties, breaks : recarrays, 1-D
        Of persons; empty where teams have seats only.
    callbacks : recarray CALLBACK, shape (n_queues,)
        Empty where nobody is ever called back.
    flows : recarray FLOW, shape (n_call_types, n_intervals)
    demand : recarray DEMAND, shape (n_call_types, n_intervals)
        Without rows where no call type needs it.
    reach : recarray REACH, shape (n_lanes, n_teams)
    lane_teams, team_lanes : recarrays LANE_TEAM and TEAM_LANE, 1-D
        Teams by lane and lanes by team, as LANE and TEAM say; both follow from `reach`.
    lane_of : int64, shape (n_call_types, n_queues)
        Lane index, -1 where a type never waits in a queue.
    thresholds : float64, shape (n_thresholds,)
        Seconds within which answers are counted; the first is the target's.
    ivr_contained : float64, shape (n_ivr_nodes, n_call_types)
        Share of those who have not hung up there whose problem the node solves.
    """

    settings: Records
    days: Records
    intervals: Records
    laws: Records
    points: Records
    call_types: Records
    queues: Records
    steps: Records
    lanes: Records
    teams: Records
    agents: Records
    timetable: Records
    recorded: Records
    flows: Records
    reach: Records
    lane_teams: Records
    team_lanes: Records
    lane_of: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    ivr_nodes: Records
    ivr_edges: Records
    ivr_contained: NDArray[np.float64]
    duties: Records = _NO_DUTIES
    breaks: Records = _NO_BREAKS
    odds: Records = np.zeros(0, ODDS).view(np.recarray)
    demand: Records = np.zeros((0, 0), DEMAND).view(np.recarray)
    occasions: Records = np.zeros(0, OCCASION).view(np.recarray)
    effects: Records = np.zeros(0, EFFECT).view(np.recarray)
    calls_off: Records = np.zeros(0, CALL_OFF).view(np.recarray)
    needs: Records = np.zeros(0, NEED).view(np.recarray)
    ways: Records = np.zeros(0, WAY).view(np.recarray)
    callbacks: Records = np.zeros(0, CALLBACK).view(np.recarray)
    callback_windows: Records = np.zeros(0, CALLBACK_WINDOW).view(np.recarray)
    destinations: Records = np.zeros(0, DESTINATION).view(np.recarray)


class Names(NamedTuple):
    """Names behind the codes, sorted but for agents; with the clock they are all a report needs of the scenario."""

    call_types: tuple[str, ...]
    queues: tuple[str, ...]
    teams: tuple[str, ...]
    dates: tuple[str, ...]  # ISO, one per calendar day
    interval_labels: tuple[str, ...]  # "2024-01-01 09:00", one per interval
    ivr_nodes: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()  # by id: as a roster calls them, else team and place in it, from 1; without names empty


def mean_calls(program: Program) -> float:
    """Fresh calls of a replication, on average."""
    return float(program.flows["volume"].sum() + program.demand["out_of_hours"].sum()) + len(program.recorded)


def records(dtype: np.dtype[Any], *shape: int) -> Records:
    """Zeroed record array of the given shape."""
    return np.zeros(shape, dtype=dtype).view(np.recarray)
