"""Counting again: every number of `Counts` from the rows, in plain NumPy (I11)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.tables import N_WAIT_BINS, Counts, Rows, new_counts
from ccsim.program.layout import Program
from ccsim.vocabulary import AgentState, Attribute, CaseEnd, Cause, Clock, Outcome, SegmentKind

__all__ = ["audit_counts"]

Table = NDArray[Any]
Whole = NDArray[np.int64]
_AT_NIGHT = (Outcome.CLOSED, Outcome.LEFT_MESSAGE)
_NOT_LOST = (Outcome.SERVED, Outcome.CALLBACK_TAKEN, Outcome.LEFT_MESSAGE)


def audit_counts(program: Program, rows: Rows, counts: Counts) -> list[str]:
    """Where counts differ from what the rows add up to; empty when all is well.

    Parameters
    ----------
    program : Program
    rows : Rows
        Of one or several replications; `counts` is then the sum over them.
    counts : Counts
        To be checked.
    """
    expected = new_counts(program)
    _count_segments(program, rows.segments, expected)
    _count_contacts(program, rows.contacts, expected)
    _count_episodes(program, rows.episodes, expected)
    _count_ivr_stays(program, rows.segments, expected)
    _count_passages(program, rows.segments, expected)
    _count_agent_time(program, rows.agent_states, expected)
    _count_presence(program, rows.agent_states, expected)
    _count_cases(program, rows.cases, expected)
    _count_callbacks(program, rows, expected)
    complaints = Complaints()
    for name, table in expected._asdict().items():
        given = getattr(counts, name)
        if given.shape != table.shape or given.dtype != table.dtype:
            complaints.about(name)
            complaints.add("I11", f"{given.shape} cells, should be {table.shape}")
            continue
        for field in table.dtype.names:
            complaints.about(f"{name}.{field}")
            complaints.where(given[field] != table[field], "I11", _differ(given[field], table[field]))
    return complaints.said


def _differ(given: Table, table: Table) -> Callable[[int], str]:
    def say(i: int) -> str:
        place = np.unravel_index(i, table.shape)
        return f"at {tuple(int(p) for p in place)} says {given[place]}, rows add up to {table[place]}"

    return say


def _micros(seconds: Table) -> Whole:
    """Whole microseconds, rounded to nearest."""
    return np.floor(seconds * 1e6 + 0.5).astype(np.int64)


def _bins(waits: Table) -> Whole:
    """Histogram bin of each wait: none, then 1 s wide to an hour, then 2 % wide."""
    found = np.where(waits > 0, 1 + np.minimum(waits, 3600.0).astype(np.int64), 0)
    for i in np.flatnonzero(waits >= 3600):
        wide = int(math.log(waits[i] / 3600) / math.log(1.02))
        found[i] = min(3601 + wide, N_WAIT_BINS - 1)
    return found


def _interval(program: Program, at: Table) -> Whole:
    """Interval that holds each instant, the last one for what lies beyond the grid."""
    found: Whole = np.searchsorted(program.intervals.starts_at, at, "right") - 1
    return found


def _decisive(program: Program, entered: Table, answered: Table, ended: Table) -> Table:
    """The instant whose interval a stay belongs to."""
    attribute = program.settings.attribute[0]
    if attribute == Attribute.ARRIVAL:
        return entered
    decisive = np.where(answered < np.inf, answered, ended) if attribute == Attribute.ANSWER else ended
    return np.where(ended < np.inf, decisive, entered)


class _Pieces(NamedTuple):
    """Stays cut at the edges of the intervals: whose they are, interval, start and end, us."""

    owner: Whole
    interval: Whole
    start: Whole
    stop: Whole


def _pieces(program: Program, begin: Table, end: Table) -> _Pieces:
    """Each [begin, end), clipped to what is counted, cut at the edges of the intervals."""
    start = _micros(np.maximum(begin, program.settings.count_from[0]))
    stop = _micros(np.minimum(end, program.settings.count_until[0]))
    some = np.flatnonzero(stop > start)
    edges = np.append(_micros(program.intervals.starts_at), np.iinfo(np.int64).max)
    first = np.searchsorted(edges, start[some], "right") - 1
    n = np.searchsorted(edges, stop[some], "left") - first
    owner = np.repeat(some, n)
    interval = np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n) + np.repeat(first, n)
    return _Pieces(owner, interval, np.maximum(start[owner], edges[interval]), np.minimum(stop[owner], edges[interval + 1]))


def _add_integral(program: Program, cells: Whole, column: Whole, begin: Table, end: Table) -> None:
    """Adds the time of each [begin, end) to its intervals. Writes cells (interval, column), us."""
    pieces = _pieces(program, begin, end)
    np.add.at(cells, (pieces.interval, column[pieces.owner]), pieces.stop - pieces.start)


def _add_outcomes(
    program: Program,
    cells: Table,
    within: Table,
    waits: Table | None,
    at: tuple[Whole, Whole],
    kind: Whole,
    row: dict[str, Table],
) -> None:
    """Adds offered stays, contacts or episodes. Writes cells and within at `at`, waits at (kind, bin)."""
    outcome, wait = row["outcome"], row["wait"]
    served, unfinished, turned_away = (outcome == o for o in (Outcome.SERVED, Outcome.UNFINISHED, Outcome.TURNED_AWAY))
    taken = np.isin(outcome, (Outcome.CALLBACK_TAKEN, Outcome.CALLBACK_FAILED))
    flowed_out = np.isin(outcome, (Outcome.CLOSED, Outcome.OVERFLOWED, Outcome.LEFT_MESSAGE)) | taken
    abandoned = np.isin(outcome, (Outcome.ABANDONED, Outcome.BALKED, Outcome.BLOCKED, Outcome.HUNG_UP))
    ended = ~unfinished
    waited = np.where(ended, _micros(np.where(ended, wait, 0.0)), 0)
    added = {
        "offered": np.ones(len(outcome), np.int64),
        "answered": served,
        "abandoned": abandoned,
        "balked": outcome == Outcome.BALKED,
        "short_abandoned": abandoned & (wait < program.settings.short_abandon[0]),
        "flowed_out": flowed_out,
        "messages_left": outcome == Outcome.LEFT_MESSAGE,
        "turned_away": turned_away,
        "unfinished": unfinished,
        "delayed": ~served | (wait > 0),
        "wait_time": waited,
        "answered_wait_time": np.where(served, waited, 0),
        "abandoned_wait_time": np.where(abandoned, waited, 0),
        **{field: _micros(row[field]) for field in ("talk_time", "hold_time", "wrap_time")},
        **{field: row[field] for field in _MORE if field in row},
    }
    for field, amount in added.items():
        np.add.at(cells[field], at, amount.astype(np.int64))
    for i, threshold in enumerate(program.thresholds):
        in_time = row.get("timed", wait) <= threshold
        for field, which in (("answered", served), ("flowed_out", flowed_out), ("abandoned", abandoned), ("taken", taken)):
            np.add.at(within[field], (*at, np.full(len(wait), i)), (in_time & which).astype(np.int64))
    if waits is not None:
        place = (kind[ended], _bins(wait[ended]))
        np.add.at(waits["ended"], place, 1)
        np.add.at(waits["answered"], place, served[ended].astype(np.int64))


_MORE = ("flowed_in", "transferred", "lost_in_transfer", "later_wait_time", "ring_time")
"""Counts that not every kind of row adds to."""


def _count_segments(program: Program, segments: Table, counts: Counts) -> None:
    in_queue = np.isin(
        segments["kind"], (SegmentKind.QUEUE, SegmentKind.CONSULT)
    )  # who is asked by a colleague is asked in a queue, too
    stays = segments[in_queue]
    lane = program.lane_of[stays["call_type"], stays["place"]]
    served = stays["answered_at"] < np.inf
    left = np.where(served, stays["answered_at"], stays["ended_at"])
    _add_integral(program, counts.queue_time["time"], lane, stays["entered_at"], left)
    counted = stays["entered_at"] >= program.settings.count_from[0]
    stays, lane, left = stays[counted], lane[counted], left[counted]
    served = served[counted]
    talked = np.zeros(len(stays))
    wrapped = np.zeros(len(stays))
    talked[served] = (stays["ended_at"] - np.where(served, stays["answered_at"], 0.0) - stays["hold_time"])[served]
    wrapped[served] = stays["wrap_ended_at"][served] - stays["ended_at"][served]
    at = _interval(program, _decisive(program, stays["entered_at"], stays["answered_at"], stays["ended_at"]))
    rung = np.where(stays["assigned_at"] < left, left - np.where(stays["assigned_at"] < left, stays["assigned_at"], 0.0), 0.0)
    row = {
        "outcome": np.where(served, Outcome.SERVED, stays["outcome"]),
        "wait": left - stays["clock_at"],
        "ring_time": _micros(rung),
        "flowed_in": stays["came_by"] == Outcome.OVERFLOWED,
        "transferred": stays["outcome"] == Outcome.TRANSFERRED,
        "talk_time": talked,
        "hold_time": stays["hold_time"],
        "wrap_time": wrapped,
    }
    _add_outcomes(program, counts.segments, counts.segments_within, counts.segment_waits, (at, lane), lane, row)


def _count_contacts(program: Program, contacts: Table, counts: Counts) -> None:
    contacts = contacts[contacts["cause"] != Cause.CALLBACK]
    on_line = contacts[contacts["outcome"] != Outcome.BLOCKED]
    line_time = counts.line_time["time"].reshape(-1, 1)
    _add_integral(program, line_time, np.zeros(len(on_line), np.int64), on_line["arrived_at"], on_line["ended_at"])
    offered = contacts["queued_at"] < np.inf
    entered = np.where(offered, contacts["queued_at"], contacts["arrived_at"])
    counted = entered >= program.settings.count_from[0]
    contacts, offered, entered = contacts[counted], offered[counted], entered[counted]
    answered = np.where(contacts["n_answered"] > 0, contacts["queued_at"] + contacts["wait"], np.inf)
    interval = _interval(program, _decisive(program, entered, answered, contacts["ended_at"]))
    kind = contacts["call_type"].astype(np.int64)
    in_ivr = (offered | np.isin(contacts["outcome"], [Outcome.HUNG_UP, Outcome.CONTAINED])) & (len(program.ivr_nodes) > 0)
    until = np.where(in_ivr, np.minimum(contacts["queued_at"], contacts["ended_at"]), contacts["arrived_at"])
    for field, amount in {
        "arrived": np.ones(len(kind), np.int64),
        "contacts": np.ones(len(kind), np.int64),
        "blocked": contacts["outcome"] == Outcome.BLOCKED,
        "out_of_hours": ~offered & np.isin(contacts["outcome"], _AT_NIGHT),
        "messages_left": ~offered & (contacts["outcome"] == Outcome.LEFT_MESSAGE),
        "hung_up": contacts["outcome"] == Outcome.HUNG_UP,
        "contained": contacts["outcome"] == Outcome.CONTAINED,
        "entered_ivr": in_ivr,
        "ivr_time": _micros(until - contacts["arrived_at"]),
    }.items():
        np.add.at(counts.contacts[field], (interval, kind), np.asarray(amount).astype(np.int64))
    at = (interval[offered], kind[offered])
    row = {field: contacts[field][offered] for field in ("wait", "talk_time", "hold_time", "wrap_time")}
    met = contacts["n_answered"][offered] > 0
    later = contacts["later_wait"][offered]
    row |= {
        "outcome": np.where(met, Outcome.SERVED, contacts["outcome"][offered]),
        "lost_in_transfer": met & ~np.isin(contacts["outcome"][offered], _NOT_LOST),
        "later_wait_time": _micros(np.where(later < np.inf, later, 0.0)),
        "ring_time": _micros(contacts["ring_time"][offered]),
    }
    if program.settings.clock[0] == Clock.ARRIVAL:
        row["timed"] = row["wait"] + (contacts["queued_at"] - contacts["arrived_at"])[offered]
    _add_outcomes(program, counts.contacts, counts.contacts_within, counts.contact_waits, at, kind[offered], row)


def _count_episodes(program: Program, episodes: Table, counts: Counts) -> None:
    episodes = episodes[episodes["first_at"] >= program.settings.count_from[0]]
    interval = _interval(program, episodes["first_at"])
    kind = episodes["call_type"].astype(np.int64)
    contained = (episodes["outcome"] == Outcome.CONTAINED) & (episodes["n_answered"] == 0)
    offered = (episodes["n_offered"] > 0) & ~contained
    blocked = ~offered & (episodes["outcome"] == Outcome.BLOCKED)
    closed = ~offered & np.isin(episodes["outcome"], _AT_NIGHT)
    for field, amount in {
        "arrived": np.ones(len(kind), np.int64),
        "contacts": episodes["n_contacts"],
        "blocked": blocked,
        "out_of_hours": closed,
        "messages_left": closed & (episodes["outcome"] == Outcome.LEFT_MESSAGE),
        "hung_up": ~offered & ~blocked & ~contained & ~closed,
        "contained": contained,
    }.items():
        np.add.at(counts.episodes[field], (interval, kind), np.asarray(amount).astype(np.int64))
    at = (interval[offered], kind[offered])
    row = {field: episodes[field][offered] for field in ("wait", "talk_time", "hold_time", "wrap_time")}
    met = (episodes["n_answered"][offered] > 0) & (row["wait"] < np.inf)
    row["outcome"] = np.where(met, Outcome.SERVED, episodes["outcome"][offered])
    ended_well = (Outcome.SERVED, Outcome.CONTAINED, Outcome.LEFT_MESSAGE)
    row["lost_in_transfer"] = met & ~np.isin(episodes["outcome"][offered], ended_well)
    _add_outcomes(program, counts.episodes, counts.episodes_within, counts.episode_waits, at, kind[offered], row)


def _count_passages(program: Program, segments: Table, counts: Counts) -> None:
    came = segments[(segments["came_by"] >= 0) & (segments["entered_at"] >= program.settings.count_from[0])]
    how = {Outcome.OVERFLOWED: "overflowed", Outcome.TRANSFERRED: "transferred", Outcome.ESCALATED: "escalated"}
    for outcome, field in how.items():
        these = came[came["came_by"] == outcome]
        np.add.at(counts.passages[field], (these["came_from"].astype(np.int64), these["place"].astype(np.int64)), 1)


def _count_cases(program: Program, cases: Table, counts: Counts) -> None:
    settings = program.settings[0]
    cases = cases[cases["first_at"] >= settings.count_from]
    at = (_interval(program, cases["first_at"]), cases["call_type"].astype(np.int64))
    may_leave = settings.leave_share > 0
    for field, amount in {
        "dialled": cases["n_contacts"],
        "customers": np.full(len(cases), may_leave),
        "left": cases["left"] * may_leave,
        "value_lost": cases["left"] * may_leave * _micros(np.array([settings.leave_value])),
        "rated": cases["satisfaction"] > 0,
        "satisfied": cases["satisfaction"] >= 4,
        "satisfaction": _micros(cases["satisfaction"]),
    }.items():
        np.add.at(counts.cases[field], at, np.asarray(amount).astype(np.int64))
    cases = cases[cases["n_legs"] > 0]
    at = (_interval(program, cases["first_at"]), cases["call_type"].astype(np.int64))
    solved = cases["resolved"] != 0
    place = (at[1][solved], _bins((cases["resolved_at"] - cases["first_at"])[solved]))
    for field in ("answered", "ended"):
        np.add.at(counts.case_times[field], place, 1)
    back = cases["back_at"] < np.inf
    back[back] = cases["back_at"][back] - cases["first_ended_at"][back] <= settings.fcr_window
    watched = cases["first_ended_at"] + settings.fcr_window <= settings.count_until
    for field, amount in {
        "met": cases["n_met"],
        "returns": cases["n_returns"],
        "at_first_contact": cases["at_first_contact"],
        "fcr": (cases["at_first_contact"] != 0) & ~back,
        "fcr_no_transfer": (cases["at_first"] != 0) & ~back,
        "observed": watched,
        "fcr_observed": watched & ~back,
        "resolution_time": np.where(solved, _micros(np.where(solved, cases["resolved_at"] - cases["first_at"], 0.0)), 0),
        "cases": np.ones(len(cases), np.int64),
        "needing": cases["needed"] > 0,
        "escalated": cases["n_escalations"] > 0,
        "hops": cases["n_legs"] - 1,
        "hopped_twice": cases["n_legs"] > 2,
        "refused": cases["end"] == CaseEnd.REFUSED,
        "lost": cases["end"] == CaseEnd.LOST,
        "resolved": cases["resolved"],
        "at_first": cases["at_first"],
        "retold_time": _micros(cases["retold_time"]),
        "brief_time": _micros(cases["brief_time"]),
        "consult_time": _micros(cases["consult_time"]),
        "goodwill": _micros(cases["granted"]),
        "leaked": _micros(cases["leaked"]),
    }.items():
        np.add.at(counts.cases[field], at, np.asarray(amount).astype(np.int64))


def _count_callbacks(program: Program, rows: Rows, counts: Counts) -> None:
    if not len(program.callbacks):
        return
    since = program.settings.count_from[0]
    offers = rows.segments[(rows.segments["offered_callback"] != 0) & (rows.segments["entered_at"] >= since)]
    dials = rows.segments[(rows.segments["kind"] == SegmentKind.CALLBACK) & (rows.segments["entered_at"] >= since)]
    dials = dials[dials["assigned_at"] < np.inf]
    contacts = rows.contacts[(rows.contacts["cause"] == Cause.CALLBACK) & (rows.contacts["queued_at"] >= since)]
    reached, pending = contacts["n_answered"] > 0, contacts["wait"] == np.inf
    cleared = ~reached & ~pending & (contacts["outcome"] == Outcome.CLOSED)
    wait = np.where(pending, 0.0, contacts["wait"])

    def add(table: Table, place: str, entered: str, fields: dict[str, Table]) -> None:
        answered = table["answered_at"] if "answered_at" in (table.dtype.names or ()) else np.where(reached, answers, np.inf)
        at = _interval(program, _decisive(program, table[entered], answered, table["ended_at"]))
        for field, amount in fields.items():
            np.add.at(counts.callbacks[field], (at, table[place].astype(np.int64)), np.asarray(amount).astype(np.int64))

    answers = contacts["queued_at"] + wait
    add(
        offers,
        "place",
        "entered_at",
        {"offered_callback": np.ones(len(offers)), "taken": offers["outcome"] == Outcome.CALLBACK_TAKEN},
    )
    add(dials, "place", "entered_at", {"dials": np.ones(len(dials)), "in_vain": dials["answered_at"] == np.inf})
    ended = {
        "called_back": reached,
        "failed": ~reached & ~pending & ~cleared,
        "cleared": cleared,
        "pending": pending,
        "time_to_callback": np.where(reached, _micros(wait), 0),
        **{field: np.where(pending, 0, _micros(contacts[field])) for field in _WORK_FIELDS},
    }
    add(contacts, "queue", "queued_at", ended)
    queue = contacts["queue"].astype(np.int64)
    np.add.at(counts.callback_waits["ended"], (queue[~pending], _bins(wait[~pending])), 1)
    np.add.at(counts.callback_waits["answered"], (queue[reached], _bins(wait[reached])), 1)


_WORK_FIELDS = ("ring_time", "talk_time", "hold_time", "wrap_time")


def _count_ivr_stays(program: Program, segments: Table, counts: Counts) -> None:
    stays = segments[segments["kind"] == SegmentKind.IVR_NODE]
    node = stays["place"].astype(np.int64)
    _add_integral(program, counts.node_time["time"], node, stays["entered_at"], stays["ended_at"])
    counted = stays["entered_at"] >= program.settings.count_from[0]
    stays, node = stays[counted], node[counted]
    never = np.full(len(stays), np.inf)
    at = _interval(program, _decisive(program, stays["entered_at"], never, stays["ended_at"]))
    for field, amount in {
        "entered_ivr": np.ones(len(stays), np.int64),
        "hung_up": stays["outcome"] == Outcome.HUNG_UP,
        "contained": stays["outcome"] == Outcome.CONTAINED,
        "opted_out": stays["outcome"] == Outcome.OPTED_OUT,
        "retried": stays["outcome"] == Outcome.RETRIED,
        "misrouted": stays["outcome"] == Outcome.MISROUTED,
        "ivr_time": _micros(stays["ended_at"] - stays["entered_at"]),
    }.items():
        np.add.at(counts.ivr_nodes[field], (at, node), np.asarray(amount).astype(np.int64))


def _count_agent_time(program: Program, states: Table, counts: Counts) -> None:
    """Time by state, split at interval edges and at opening and closing."""
    names = {
        state: f"{state.name.lower()}_time"
        for state in (
            AgentState.AVAILABLE,
            AgentState.TALK,
            AgentState.WRAP,
            AgentState.RING,
            AgentState.BRIEF,
            AgentState.CONSULT,
        )
    }
    pieces = _pieces(program, states["started_at"], states["ended_at"])
    opens, closes = _micros(program.intervals.open_from), _micros(program.intervals.open_until)
    inside = np.minimum(pieces.stop, closes[pieces.interval]) - np.maximum(pieces.start, opens[pieces.interval])
    inside = np.maximum(inside, 0)
    overtime = pieces.stop - pieces.start - inside
    for state, name in names.items():
        mine = states["state"][pieces.owner] == state
        at = (pieces.interval[mine], states["team"][pieces.owner[mine]])
        np.add.at(counts.agent_time[name], at, inside[mine])
        np.add.at(counts.agent_time[f"overtime_{name}"], at, overtime[mine])


def _count_presence(program: Program, states: Table, counts: Counts) -> None:
    """Time against the plan of each agent's shifts, split where the plan changes and at interval edges."""
    for agent in np.unique(states["agent"]):
        mine = states[states["agent"] == agent]
        if program.agents.n_duties[agent] == 0:
            mine = mine[mine["state"] == AgentState.OFF_PHONE]  # a seat has no plan but its being taken
        edges, planned = _plan(program, int(agent))
        pieces = _pieces(program, mine["started_at"], mine["ended_at"])
        for owner, interval, start, stop in zip(*pieces, strict=True):
            first, last = np.searchsorted(edges, start, "right") - 1, np.searchsorted(edges, stop, "left")
            for place in range(first, last):
                length = min(stop, edges[place + 1]) - max(start, edges[place])
                for field in _presence_fields(AgentState(mine["state"][owner]), planned[place]):
                    counts.presence_time[field][interval, program.agents.team[agent]] += length


def _plan(program: Program, agent: int) -> tuple[Whole, list[AgentState | None]]:
    """Edges of an agent's plan, us, and what is planned from each edge on; None outside his shifts."""
    who = program.agents[agent]
    edges, planned = [np.iinfo(np.int64).min], [None if who.n_duties else AgentState.AVAILABLE]
    for duty in program.duties[int(who.first_duty) : int(who.first_duty + who.n_duties)]:
        edges.append(int(_micros(duty.starts_at)))
        planned.append(AgentState.AVAILABLE)
        for rest in program.breaks[int(duty.first_break) : int(duty.first_break + duty.n_breaks)]:
            edges += [int(_micros(rest.at)), int(_micros(min(rest.at + rest.length, duty.ends_at)))]
            planned += [AgentState(rest.state), AgentState.AVAILABLE]
        edges.append(int(_micros(duty.ends_at)))
        planned.append(None)
    return np.array([*edges, np.iinfo(np.int64).max]), planned


def _presence_fields(state: AgentState, planned: AgentState | None) -> list[str]:
    """What a stretch of time in one state counts as."""
    there = state not in (AgentState.MISSING, AgentState.LATE)
    away = {AgentState.BREAK: "break_time", AgentState.OFF_PHONE: "off_phone_time"}
    lost = {AgentState.MISSING: "absent_time", AgentState.LATE: "late_time"}
    found = [away[state]] if state in away else []
    if planned is None:
        return [*found, "overtime_time"] if there else found
    on_phones = there and state not in away
    if state == planned or (on_phones and planned == AgentState.AVAILABLE):
        found.append("adherent_time")
    if state in lost and planned == AgentState.AVAILABLE:
        found.append(lost[state])
    return found
