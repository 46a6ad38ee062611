"""A program small enough to work out by hand, and counts filled in by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ccsim.outcomes import AGENT_STATE, CONTACT, EPISODE, SEGMENT, Counts, Rows, new_counts
from ccsim.program.layout import (
    AGENT,
    CALL_TYPE,
    DAY,
    FLOW,
    INTERVAL,
    IVR_EDGE,
    IVR_NODE,
    LANE,
    LANE_TEAM,
    LAW,
    POINT,
    QUEUE,
    REACH,
    RECORDED,
    SETTINGS,
    STEP,
    TEAM,
    TEAM_LANE,
    TIMETABLE,
    Names,
    Program,
    records,
)
from ccsim.vocabulary import AgentState, Channel, Event, Outcome, SegmentKind

HOUR = 3600.0

NAMES = Names(
    call_types=("billing", "orders"),
    queues=("blue", "green"),
    teams=("first", "second"),
    dates=("2024-01-06", "2024-01-07", "2024-01-08"),  # Saturday, Sunday (closed), Monday: two weeks
    interval_labels=("sat 0", "sat 1", "sat 2", "mon 0", "mon 1", "mon 2"),
    ivr_nodes=("menu",),  # where nobody begins
)


def two_days(*thresholds: float) -> Program:
    """Two operating days of two open hours, each followed by a closed one; two seats in the first team, none in the second.

    Call type and queue codes are the same: billing waits in blue, orders in green.
    """
    settings = records(SETTINGS, 1)
    settings.interval_length = HOUR
    settings.count_until = 6 * HOUR
    settings.short_abandon = 5.0
    settings.redial_law = settings.ivr_start = -1
    days = records(DAY, 3)
    days.open_at, days.close_at = [0.0, math.inf, 3 * HOUR], [2 * HOUR, math.inf, 5 * HOUR]
    intervals = records(INTERVAL, 6)
    intervals.starts_at = intervals.open_from = np.arange(6) * HOUR
    intervals.open_until = np.array([1, 2, 2, 4, 5, 5]) * HOUR
    intervals.day = [0, 0, 0, 2, 2, 2]
    timetable = np.array(
        [
            (0.0, Event.OPENING, 0, 0),
            (0.0, Event.SEATS_UP, 0, 2),
            (2 * HOUR, Event.CLOSING, 0, 0),
            (3 * HOUR, Event.OPENING, 2, 0),
            (3 * HOUR, Event.SEATS_UP, 0, 2),
            (4.5 * HOUR, Event.SEATS_DOWN, 0, 1),
            (5 * HOUR, Event.CLOSING, 2, 0),
        ],
        dtype=TIMETABLE,
    ).view(np.recarray)
    lanes = records(LANE, 2)
    lanes.call_type = lanes.queue = [0, 1]
    lane_teams, team_lanes = records(LANE_TEAM, 2), records(TEAM_LANE, 2)
    lane_teams.team = team_lanes.lane = [0, 1]  # each lane its own team
    teams, agents = records(TEAM, 2), records(AGENT, 3)
    teams.first_agent, teams.n_agents, agents.team = [0, 2], [2, 1], [0, 0, 1]
    return Program(
        settings=settings,
        days=days,
        intervals=intervals,
        laws=records(LAW, 0),
        points=records(POINT, 0),
        call_types=records(CALL_TYPE, 2),
        queues=records(QUEUE, 2),
        steps=records(STEP, 0),
        lanes=lanes,
        teams=teams,
        agents=agents,
        timetable=timetable,
        recorded=records(RECORDED, 0),
        flows=records(FLOW, 2, 6),
        reach=records(REACH, 2, 2),
        lane_teams=lane_teams,
        team_lanes=team_lanes,
        lane_of=np.array([[0, -1], [-1, 1]], dtype=np.int64),
        thresholds=np.array(thresholds or (20.0,)),
        ivr_nodes=records(IVR_NODE, 1),
        ivr_edges=records(IVR_EDGE, 0),
        ivr_contained=np.zeros((1, 2)),
    )


def call(
    customer: int,
    call_type: int,
    at: float,
    wait: float,
    outcome: Outcome,
    *,
    talk: float = 0,
    hold: float = 0,
    wrap: float = 0,
) -> tuple[Any, Any, Any]:
    """Episode, contact and segment row of a customer who dials once and goes straight into his queue."""
    episode, contact, segment = (np.zeros(1, dtype) for dtype in (EPISODE, CONTACT, SEGMENT))
    answered = outcome == Outcome.SERVED
    left_at = at + wait
    ended_at = left_at + talk + hold
    for row in (episode, contact, segment):
        row["customer"], row["call_type"], row["outcome"], row["ended_at"] = customer, call_type, outcome, ended_at
    for row in (episode, contact):
        row["wait"], row["talk_time"], row["hold_time"], row["wrap_time"] = wait, talk, hold, wrap
    episode["n_contacts"] = episode["n_offered"] = 1
    episode["first_at"] = contact["arrived_at"] = contact["queued_at"] = at
    segment["entered_at"] = segment["clock_at"] = at
    segment["assigned_at"] = left_at if answered else math.inf
    segment["agent"], segment["came_by"], segment["came_from"] = 0 if answered else -1, -1, -1
    for row in (episode, contact):
        row["n_stays"], row["n_answered"] = 1, int(answered)
    contact["channel"], contact["queue"], segment["place"], segment["kind"] = (
        Channel.PHONE,
        call_type,
        call_type,
        SegmentKind.QUEUE,
    )
    segment["hold_time"] = hold
    segment["answered_at"] = left_at if answered else math.inf
    segment["wrap_ended_at"] = ended_at + wrap if answered else math.inf
    return episode[0], contact[0], segment[0]


def state(agent: int, team: int, kind: AgentState, since: float, until: float) -> Any:
    """One AGENT_STATE row."""
    row = np.zeros(1, AGENT_STATE)
    row["agent"], row["team"], row["state"], row["started_at"], row["ended_at"] = agent, team, kind, since, until
    return row[0]


def rows_of(calls: list[tuple[Any, Any, Any]], states: list[Any] | None = None) -> Rows:
    """The tables of these calls and agent states."""
    episodes, contacts, segments = zip(*calls, strict=True) if calls else ((), (), ())
    return Rows(
        np.array(list(episodes), EPISODE),
        np.array(list(contacts), CONTACT),
        np.array(list(segments), SEGMENT),
        np.array(states or [], AGENT_STATE),
    )


def counts_with(program: Program, answered: int, abandoned: int, within: int, *, interval: int = 0, **more: int) -> Counts:
    """Counts of billing contacts of one interval, offered = answered + abandoned; further fields of OUTCOME_COUNTS by name."""
    counts = new_counts(program)
    cell = counts.contacts[interval, 0]
    cell["arrived"] = cell["offered"] = answered + abandoned
    cell["answered"], cell["abandoned"] = answered, abandoned
    counts.contacts_within[interval, 0, 0]["answered"] = within
    for name, number in more.items():
        if name.endswith("_within"):
            counts.contacts_within[interval, 0, 0][name.removesuffix("_within")] = number
        else:
            cell[name] = number
    return counts
