"""Who took whom: what a team is able to and may, first come first served, the agent and the call whose turn it was (I05, I10).

Where the rule for picking asks something the rows do not tell (a draw, an agent's own speed), only what holds under any rule
is checked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.stays import taken_at
from ccsim.outcomes.audit.steps import Table, Times, after_closing, ahead_of
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import AgentState, Event, PickAgent, PickCall, SegmentKind

__all__ = ["check_answers", "check_turn_by_clock", "check_turns"]

_SEATS = (Event.SEATS_UP, Event.SEATS_DOWN)


def check_answers(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication: agents answer only what their team may, once it reaches it, and keep a reserve idle until closing."""
    answered = rows.segments[rows.segments["assigned_at"] < np.inf]
    team = program.agents.team[answered["agent"]]
    reach = program.reach[program.lane_of[answered["call_type"], answered["place"]], team]

    def who(i: int) -> str:
        call, agent = answered[i], answered["agent"][i]
        return f"customer {call['customer']} in queue {call['place']} is answered by agent {agent} of team {team[i]}"

    complaints.where(reach.after == np.inf, "I10", lambda i: f"{who(i)}, who does not reach it")
    early = (reach.after < np.inf) & (answered["assigned_at"] < answered["clock_at"] + reach.after)
    complaints.where(early, "I10", lambda i: f"{who(i)}, who reaches it only after {reach.after[i]} s")
    for code in range(len(program.teams)):
        settled = program.timetable.at[np.isin(program.timetable.event, _SEATS) & (program.timetable.entity == code)]
        # Who came in and left again in one instant was idle in it and left no row.
        told = ~np.isin(answered["assigned_at"], settled) & ~after_closing(program, answered["assigned_at"])
        mine = np.flatnonzero((team == code) & (reach.keep_idle > 0) & told)
        idle = _idle_at_most(rows.agent_states[rows.agent_states["team"] == code], answered[mine])
        complaints.where(
            idle < reach.keep_idle[mine],
            "I10",
            lambda i, mine=mine, idle=idle: f"{who(mine[i])}, where only {idle[i]} stay idle",  # type: ignore[misc]
        )


def _idle_at_most(states: Table, answered: Table) -> NDArray[np.int64]:
    """The most agents, besides who answers, that can be idle after each answer: on duty and not busy before and after."""
    at = answered["assigned_at"]
    starts, ends = np.sort(states["started_at"]), np.sort(states["ended_at"])
    busy = states[states["state"] != AgentState.AVAILABLE]
    busy_from, busy_until = np.sort(busy["started_at"]), np.sort(busy["ended_at"])
    # Rows that touch the instant, less those of agents counted twice because one of their states ends and another starts then.
    touching = np.searchsorted(starts, at, "right") - np.searchsorted(ends, at, "left")
    joints = np.sort(states["started_at"][1:][_follows(states)])
    touching -= np.searchsorted(joints, at, "right") - np.searchsorted(joints, at, "left")
    through = np.searchsorted(busy_from, at, "left") - np.searchsorted(busy_until, at, "right")
    present: NDArray[np.int64] = touching - through - 1
    return present


def _follows(states: Table) -> NDArray[np.bool_]:
    """True for rows, from the second on, that start where the same agent's row before ends."""
    same = (states["agent"][1:] == states["agent"][:-1]) & (states["started_at"][1:] == states["ended_at"][:-1])
    return np.asarray(same, bool)


def check_turns(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication: which agent a call got, and which call an agent took."""
    in_lane = np.isin(rows.segments["kind"], (SegmentKind.QUEUE, SegmentKind.CONSULT))
    stays = rows.segments[in_lane]
    left = taken_at(stays)
    idle = rows.agent_states[rows.agent_states["state"] == AgentState.AVAILABLE]
    lane_of = program.lane_of[stays["call_type"], stays["place"]]
    served = stays["assigned_at"] < np.inf
    known = _known_agents(program, rows.segments)[in_lane]
    for lane in range(len(program.lanes)):
        here = lane_of == lane
        _check_turn(stays[here], left[here], served[here], served[here] | True, complaints)
        _check_picked_agent(program, lane, stays[here], known[here], idle, complaints)
    _check_picked_call(program, stays, lane_of, left, complaints)


def _known_agents(program: Program, stays: Table) -> NDArray[np.bool_]:
    """True for stays whose agent the customer has talked to before, and that may be why he got the call."""
    known = np.zeros(len(stays), bool)
    if program.settings.last_agent[0]:
        met: dict[int, int] = {}
        for place, stay in enumerate(stays):
            customer = int(stay["customer"])
            known[place] = met.get(customer, -1) == stay["agent"] >= 0
            if stay["answered_at"] < np.inf and stay["kind"] != SegmentKind.CONSULT:
                met[customer] = int(stay["agent"])
    return known


def _check_picked_agent(
    program: Program, lane: int, stays: Table, by_acquaintance: NDArray[np.bool_], idle: Table, complaints: Complaints
) -> None:
    """Who is answered on entry gets an agent of the teams the call prefers: the one idle longest, then the lowest id."""
    reach = program.reach[lane]
    free = (reach.after == 0.0) & (reach.keep_idle == 0)  # nothing but being busy keeps these from answering
    at_once = stays[(stays["assigned_at"] == stays["entered_at"]) & ~by_acquaintance]
    team = program.agents.team[at_once["agent"]]
    for level in np.unique(reach.calls_prefer):
        got = at_once[reach.calls_prefer[team] == level]
        liked_more = idle[(free & (reach.calls_prefer < level))[idle["team"]]]
        _check_longest_idle(got, liked_more, np.ones(len(liked_more), bool), complaints)
        if program.settings.pick_agent[0] == PickAgent.LONGEST_IDLE:
            alike = idle[(reach.calls_prefer == level)[idle["team"]]]
            _check_longest_idle(got, alike, free[alike["team"]], complaints)


def _check_longest_idle(at_once: Table, helpers: Table, rivals: NDArray[np.bool_], complaints: Complaints) -> None:
    """No rival among the helpers was idle longer than who answered; if he is no helper, none was idle at all."""
    ends = np.where(rivals, helpers["ended_at"], -np.inf)
    order, latest = ahead_of(helpers["started_at"], helpers["agent"].astype(np.int64), ends)
    ranked, ends = helpers[order], ends[order]
    at = at_once["assigned_at"]
    # Where the agent's idle time ended at the answer, those ahead of that row; else he was freed in this very instant.
    kinds = np.dtype([("agent", "i8"), ("ended_at", "f8")])
    his, theirs = np.empty(len(at_once), kinds), np.empty(len(ranked), kinds)
    his["agent"], his["ended_at"] = at_once["agent"], at
    theirs["agent"], theirs["ended_at"] = ranked["agent"], ranked["ended_at"]
    place = np.searchsorted(ranked["started_at"], at, "left")
    by_key = np.argsort(theirs, order=("agent", "ended_at"), kind="stable")
    if len(by_key):
        found = by_key[np.minimum(np.searchsorted(theirs[by_key], his), len(by_key) - 1)]
        place = np.where(theirs[found] == his, found, place)

    def say(i: int) -> str:
        better = ranked[: place[i]][ends[: place[i]] > at[i]][0]
        return (
            f"customer {at_once['customer'][i]} is answered at {at[i]} by agent {at_once['agent'][i]}, "
            f"but agent {better['agent']} is idle since {better['started_at']}"
        )

    complaints.where(latest[place] > at, "I10", say)


def _check_picked_call(program: Program, stays: Table, lane_of: NDArray[np.int64], left: Table, complaints: Complaints) -> None:
    """An agent takes, of the calls he reaches, the one of the earliest turn, then longest wait, then lowest id."""
    if program.settings.pick_call[0] == PickCall.WEIGHTED_WAIT:
        return  # within a lane it is first come first served; between lanes the weights decide
    served = stays["assigned_at"] < np.inf
    team = np.append(program.agents.team, -1)[stays["agent"]]  # no agent: no team
    for code in range(len(program.teams)):
        reach = program.reach[:, code]
        free = (reach.after == 0.0) & (reach.keep_idle == 0)
        mine = served & (team == code)
        for level in np.unique(reach.turn):
            same = np.flatnonzero((reach.turn == level)[lane_of] & (mine | free[lane_of]))
            _check_turn(stays[same], left[same], mine[same], free[lane_of][same], complaints)
            above = (free & (reach.turn < level))[lane_of]
            _check_above(stays[same][mine[same]], stays[above], left[above], complaints)


def _check_turn(stays: Table, left: Table, mine: NDArray[np.bool_], rivals: NDArray[np.bool_], complaints: Complaints) -> None:
    """Nobody of `mine` is answered while a rival of the same turn waits who came before."""
    if (stays["clock_at"] != stays["entered_at"]).any():
        check_turn_by_clock(stays, left, mine, rivals, complaints)
        return
    order, latest = ahead_of(stays["entered_at"], stays["customer"], np.where(rivals, left, -np.inf))
    ranked, at, counts = stays[order], left[order], rivals[order]
    waited = at > ranked["entered_at"]
    # In the instant of entry the lower id need not have been there first: an IVR may end just before another dials.
    place = np.where(waited, np.arange(len(ranked)), np.searchsorted(ranked["entered_at"], ranked["entered_at"], "left"))

    def say(i: int) -> str:
        first = ranked[: place[i]][(at[: place[i]] > at[i]) & counts[: place[i]]][0]
        return (
            f"customer {ranked['customer'][i]}, queued at {ranked['entered_at'][i]}, is answered at {at[i]} before "
            f"customer {first['customer']}, queued at {first['entered_at']}"
        )

    complaints.where(mine[order] & (latest[place] > at), "I05", say)


def check_turn_by_clock(
    stays: Table, left: Table, mine: NDArray[np.bool_], rivals: NDArray[np.bool_], complaints: Complaints
) -> None:
    """The same where some brought their waiting along from another queue, one call after the other."""
    others, gone = stays[rivals], left[rivals]
    for place in np.flatnonzero(mine):
        call, at = stays[place], left[place]
        ahead = (others["clock_at"] < call["clock_at"]) | (
            (others["clock_at"] == call["clock_at"]) & (others["customer"] < call["customer"])
        )
        ahead &= (others["entered_at"] < at) & (gone > at)
        if ahead.any():
            first = others[ahead][0]
            complaints.add(
                "I05",
                f"customer {call['customer']}, waiting since {call['clock_at']}, is answered at {at} before "
                f"customer {first['customer']}, waiting since {first['clock_at']}",
            )


def _check_above(answered: Table, above: Table, above_left: Times, complaints: Complaints) -> None:
    """Nobody is answered by an agent for whom a call of an earlier turn waits."""
    order, latest = ahead_of(above["entered_at"], above["customer"], above_left)
    ranked = above[order]
    at = answered["assigned_at"]
    place = np.searchsorted(ranked["entered_at"], at, "left")

    def say(i: int) -> str:
        first = ranked[: place[i]][above_left[order][: place[i]] > at[i]][0]
        return (
            f"customer {answered['customer'][i]} is answered at {at[i]} before customer {first['customer']} of an earlier turn"
        )

    complaints.where(latest[place] > at, "I05", say)
