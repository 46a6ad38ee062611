"""Agents: each second in one state, legal moves, work that belongs to a call, coming and going with the seats (I03, I10)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.briefings import Askings, Briefings, askings_of, briefings_of
from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.presence import check_presence
from ccsim.outcomes.audit.stays import left_at, may_be_sent_on, misrouted
from ccsim.outcomes.audit.steps import Steps, ahead_of, goings_home, number_during, union
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import AGENT_STATE_MOVES, AgentState, Event, Outcome, SegmentKind

__all__ = ["check_people"]

Table = NDArray[Any]

_SEATS = (Event.SEATS_UP, Event.SEATS_DOWN)
_WITH_CALLS = (AgentState.TALK, AgentState.WRAP, AgentState.RING, AgentState.BRIEF, AgentState.CONSULT)
_ROUNDING = 1e-12
_WORK = np.dtype([("agent", "i8"), ("state", "i8"), ("customer", "i8"), ("started_at", "f8"), ("ended_at", "f8")])


class _Settings(NamedTuple):
    """When a team's seats are set, by the timetable or because everyone goes home, and to what; in the order of events."""

    at: NDArray[np.float64]
    seats: NDArray[np.int64]

    def steps(self) -> Steps:
        """Seats over time."""
        last = np.append(self.at[1:] != self.at[:-1], np.ones(min(1, len(self.at)), bool))
        return Steps(self.at[last], self.seats[last])

    def most(self, when: NDArray[np.float64]) -> NDArray[np.int64]:
        """The most seats there are just before, in, or just after each instant."""
        steps = self.steps()
        most = np.maximum(steps.before(when), steps.after(when))
        for at, seats in zip(self.at, self.seats, strict=True):
            most[when == at] = np.maximum(most[when == at], seats)
        return most

    def several(self) -> NDArray[np.float64]:
        """Instants at which seats are set more than once: what happens in between leaves no row."""
        found: NDArray[np.float64] = self.at[1:][self.at[1:] == self.at[:-1]]
        return found


class _Spells(NamedTuple):
    """Rows of agent states with what stands beside them."""

    rows: Table
    comes: NDArray[np.bool_]  # the agent was not on duty just before
    leaves: NDArray[np.bool_]  # is not on duty just after


def check_people(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication."""
    spells = _spells(rows.agent_states)
    answered = rows.segments[rows.segments["answered_at"] < np.inf]
    _check_teams(program, rows.agent_states, complaints)
    assigned = rows.segments[rows.segments["assigned_at"] < np.inf]
    asking = askings_of(rows.segments)
    _check_work(rows.agent_states, assigned, briefings_of(program, rows.segments), asking, complaints)
    home = _going_home(program, rows)
    settings = [_settings(program, team, home) for team in range(len(program.teams))]
    hidden = _instants(assigned, asking)
    _check_moves(rows.agent_states, hidden, _resettled(program, rows.agent_states, settings), complaints)
    for team in range(len(program.teams)):
        if program.teams.persons[team]:
            continue
        mine = rows.agent_states["team"] == team
        own = _Spells(spells.rows[mine], spells.comes[mine], spells.leaves[mine])
        served = answered[program.agents.team[answered["agent"]] == team]
        _check_seats(program, team, settings[team], own, served, complaints)
    check_presence(program, rows.agent_states, [at for at, _ in home], complaints)


def _spells(states: Table) -> _Spells:
    """Each agent's stretches on duty: rows that touch belong together."""
    touches = (states["agent"][1:] == states["agent"][:-1]) & (states["started_at"][1:] == states["ended_at"][:-1])
    edge = np.ones(min(1, len(states)), bool)
    return _Spells(states, np.concatenate((edge, ~touches)), np.concatenate((~touches, edge)))


def _check_teams(program: Program, states: Table, complaints: Complaints) -> None:
    complaints.where(
        states["team"] != program.agents.team[states["agent"]],
        "I03",
        lambda i: f"agent {states['agent'][i]} is not of team {states['team'][i]}",
    )


def _check_moves(states: Table, instants: Table, resettled: NDArray[np.bool_], complaints: Complaints) -> None:
    """One state at a time, each longer than nothing, and only moves that the vocabulary allows."""
    agent = states["agent"]
    complaints.where(
        ~(states["ended_at"] > states["started_at"]),
        "I03",
        lambda i: f"agent {agent[i]}: a state from {states['started_at'][i]} to {states['ended_at'][i]}",
    )
    same = agent[1:] == agent[:-1]
    complaints.where(
        same & (states["started_at"][1:] < states["ended_at"][:-1]),
        "I03",
        lambda i: f"agent {agent[i]}: in two states from {states['started_at'][i + 1]} on",
    )
    legal = np.zeros((len(AgentState), len(AgentState)), bool)
    for state, nexts in AGENT_STATE_MOVES.items():
        for following in nexts:
            legal[state, following] = True
    # A conversation of no length leaves no row, so what follows it seems to follow what was before.
    hidden = np.isin(_moments(agent[1:], states["started_at"][1:]), instants)
    touches = same & (states["started_at"][1:] == states["ended_at"][:-1])
    before, after = states["state"][:-1], states["state"][1:]
    repeats = (before == AgentState.AVAILABLE) & (after == AgentState.AVAILABLE) & ~resettled[1:]
    follows = np.isin(before, (AgentState.TALK, AgentState.BRIEF)) & np.isin(after, (AgentState.WRAP, AgentState.BRIEF))
    not_his = follows & (states["customer"][:-1] != states["customer"][1:])
    bad = touches & ~hidden & (~legal[before, after] | repeats | not_his)
    bad |= ~touches & np.isin(after, (AgentState.WRAP, AgentState.BRIEF)) & ~hidden
    complaints.where(
        bad,
        "I03",
        lambda i: (
            f"agent {agent[i + 1]}: {AgentState(after[i]).name} at {states['started_at'][i + 1]} does not follow "
            f"{AgentState(before[i]).name} of customer {states['customer'][i]}"
        ),
    )
    wrong_customer = np.isin(states["state"], _WITH_CALLS) != (states["customer"] >= 0)
    complaints.where(
        wrong_customer,
        "I03",
        lambda i: f"agent {agent[i]}: {AgentState(states['state'][i]).name} with customer {states['customer'][i]}",
    )
    endless = (states["ended_at"] == np.inf) & ~np.isin(states["state"], (AgentState.AVAILABLE, AgentState.BRIEF))
    complaints.where(endless, "I03", lambda i: f"agent {agent[i]}: {AgentState(states['state'][i]).name} for ever")


def _moments(agents: Table, at: Table) -> Table:
    found = np.empty(len(agents), [("agent", "i8"), ("at", "f8")])
    found["agent"], found["at"] = agents, at
    return found


def _instants(assigned: Table, askings: Askings) -> Table:
    """Agents and instants at which they talked for no time: with a caller, with who asked them, or before they asked."""
    instant = assigned[(assigned["assigned_at"] == assigned["ended_at"]) | (assigned["answered_at"] == assigned["ended_at"])]
    at_once = askings.stays["answered_at"] == askings.begins
    return np.concatenate(
        [
            _moments(instant["agent"], instant["ended_at"]),
            _moments(askings.stays["agent"][at_once], askings.begins[at_once]),
            _moments(askings.stays["agent"], np.where(askings.stays["ended_at"] == askings.ends, askings.ends, -1.0)),
        ]
    )


def _check_work(states: Table, assigned: Table, briefings: Briefings, askings: Askings, complaints: Complaints) -> None:
    """Ringing, talk, briefing, consulting and wrap of the agents are those of the calls, and the other way round."""
    consulted = assigned[assigned["kind"] == SegmentKind.CONSULT]
    answered = assigned[(assigned["answered_at"] < np.inf) & (assigned["kind"] != SegmentKind.CONSULT)]
    through = answered[~np.isin(_keys(answered), _keys(askings.stays))]
    wraps = _work(AgentState.WRAP, answered, answered["ended_at"], answered["wrap_ended_at"])
    wraps = _after_briefings(wraps, states, briefings)
    told = np.concatenate(
        [
            _work(AgentState.RING, assigned, assigned["assigned_at"], left_at(assigned)),
            _work(AgentState.TALK, through, through["answered_at"], through["ended_at"]),
            _work(AgentState.TALK, askings.stays, askings.stays["answered_at"], askings.begins),
            _work(AgentState.BRIEF, askings.stays, askings.begins, askings.ends),
            _work(AgentState.TALK, askings.stays, askings.ends, askings.stays["ended_at"]),
            _work(AgentState.CONSULT, consulted, consulted["answered_at"], consulted["ended_at"]),
            _work(AgentState.BRIEF, briefings.stays, briefings.begins, briefings.ends),
            wraps,
        ]
    )
    told = told[told["ended_at"] > told["started_at"]]
    busy = states[np.isin(states["state"], _WITH_CALLS)]
    done = np.empty(len(busy), _WORK)
    for field in _WORK.names or ():
        done[field] = busy[field]

    def say(row: Any) -> str:
        return (
            f"agent {row['agent']}: {AgentState(row['state']).name} with customer {row['customer']} "
            f"from {row['started_at']} to {row['ended_at']}"
        )

    unknown = ~np.isin(done, told)
    complaints.where(unknown, "I03", lambda i: f"{say(done[i])}, of which no call tells")
    missing = ~np.isin(told, done)
    complaints.where(missing, "I03", lambda i: f"{say(told[i])}, told by the call, is not among his states")


def _keys(stays: Table) -> Table:
    """Customer, contact and segment of each."""
    found = np.empty(len(stays), [("customer", "i8"), ("contact", "i8"), ("segment", "i8")])
    for field in found.dtype.names or ():
        found[field] = stays[field]
    return found


def _after_briefings(wraps: Table, states: Table, briefings: Briefings) -> Table:
    """Who briefed writes up afterwards. When he is done is rounded otherwise than the stay says: as his own row does."""
    theirs = _work(AgentState.WRAP, briefings.stays, briefings.begins, briefings.stays["wrap_ended_at"])
    others = wraps[~np.isin(wraps, theirs)]
    theirs = theirs[(theirs["ended_at"] > theirs["started_at"]) & (briefings.ends < np.inf)]
    wrap = theirs["ended_at"] - theirs["started_at"]
    ends = briefings.ends[(briefings.stays["wrap_ended_at"] > briefings.begins) & (briefings.ends < np.inf)]
    theirs["started_at"], theirs["ended_at"] = ends, ends + wrap
    mine = states[states["state"] == AgentState.WRAP]
    for row in theirs:
        same = mine[(mine["agent"] == row["agent"]) & (mine["started_at"] == row["started_at"])]
        if len(same) and abs(same["ended_at"][0] - row["ended_at"]) <= _ROUNDING * row["ended_at"]:
            row["ended_at"] = same["ended_at"][0]
    return np.concatenate([others, theirs])


def _work(state: AgentState, stays: Table, start: Table, end: Table) -> Table:
    found = np.empty(len(stays), _WORK)
    found["agent"], found["state"], found["customer"] = stays["agent"], int(state), stays["customer"]
    found["started_at"], found["ended_at"] = start, end
    return found


def _going_home(program: Program, rows: Rows) -> list[tuple[float, float]]:
    """When, after each closing, nobody is inside any more and everyone who is idle goes home.

    Each is an instant, s, with its place among that instant's events: just after the kind that took the last one out.
    """
    segments = rows.segments
    outcome, ivr = segments["outcome"], segments["kind"] == SegmentKind.IVR_NODE
    left = left_at(segments)
    kind = np.full(len(segments), int(Event.IVR_END))
    kind[segments["answered_at"] < np.inf] = Event.WRAP_END
    kind[outcome == Outcome.ABANDONED] = Event.ABANDON
    kind[(outcome == Outcome.CLOSED) & (left > segments["entered_at"])] = Event.OVERTIME_END
    kind[ivr] = Event.IVR_END
    begins = segments["entered_at"].copy()
    on_list = segments["kind"] == SegmentKind.CALLBACK  # who is to be called back is inside from the dial on
    begins[on_list] = np.minimum(segments["assigned_at"], left)[on_list]
    kind[on_list] = Event.RING_END
    # Whose talk may end in a transfer is inside until it does.
    may_go_on = may_be_sent_on(program, segments)
    passed_on = np.isin(segments["outcome"], (Outcome.ESCALATED, Outcome.LOST_IN_TRANSFER))
    talks = segments[(segments["answered_at"] < np.inf) & (may_go_on | misrouted(segments) | passed_on)]
    # Who asks a colleague is inside until he does, and as long as he waits for one.
    asking = askings_of(segments)
    inside = number_during(
        np.concatenate((begins, talks["answered_at"], asking.stays["answered_at"])),
        np.concatenate((left, talks["ended_at"], asking.begins)),
    )
    left = np.concatenate((left, talks["ended_at"], asking.begins))
    kind = np.concatenate((kind, np.full(len(talks) + len(asking.begins), int(Event.TALK_END))))
    empty = np.append(inside.times[inside.values == 0], np.inf)
    timetable = program.timetable
    found = []
    for closing in goings_home(program):
        openings = timetable.at[(timetable.event == Event.OPENING) & (timetable.at > closing)]
        at, last = float(closing), int(Event.CLOSING)
        if inside.after(np.array([at]))[0] > 0:
            at = float(empty[np.searchsorted(empty, at, "right")])
            last = int(kind[left == at].max(initial=0))
        if at < openings.min(initial=np.inf):
            found.append((at, last + 0.5))
    return found


def _settings(program: Program, team: int, home: list[tuple[float, float]]) -> _Settings:
    """What the timetable says, and no seats once everyone went home."""
    timetable = program.timetable
    own = timetable[np.isin(timetable.event, _SEATS) & (timetable.entity == team)]
    at = np.concatenate((own.at, [instant for instant, _ in home]))
    rank = np.concatenate((own.event, [place for _, place in home]))
    order = np.lexsort((rank, at))
    return _Settings(at[order], np.concatenate((own.seats, np.zeros(len(home), np.int64)))[order])


def _resettled(program: Program, states: Table, settings: list[_Settings]) -> NDArray[np.bool_]:
    """True for rows that start in an instant in which an agent may leave and come back.

    Seats are set more than once, or a person who stayed overnight for others is relieved by the opening and due then himself.
    """
    found = np.zeros(len(states), bool)
    for team, of_team in enumerate(settings):
        found |= (states["team"] == team) & np.isin(states["started_at"], of_team.several())
    found |= np.isin(_moments(states["agent"], states["started_at"]), _moments(program.duties.agent, program.duties.starts_at))
    return found


def _check_seats(
    program: Program, team: int, settings: _Settings, spells: _Spells, served: Table, complaints: Complaints
) -> None:
    """All seats are taken, by no more than there are, except by who is still busy after a drop; coming and going in order."""
    rows = spells.rows
    idle = rows["state"] == AgentState.AVAILABLE
    seats = settings.steps()
    present = number_during(rows["started_at"], rows["ended_at"])
    available = number_during(rows["started_at"][idle], rows["ended_at"][idle])
    at = union(seats.times, present.times)
    here, wanted = present.after(at), seats.after(at)
    n_agents = int(program.teams.n_agents[team])
    complaints.where(
        here < np.minimum(wanted, n_agents), "I03", lambda i: f"team {team}: {here[i]} present from {at[i]}, {wanted[i]} seats"
    )
    complaints.where(
        (here > wanted) & (available.after(at) > 0),
        "I03",
        lambda i: f"team {team}: {here[i]} present from {at[i]}, {wanted[i]} seats, and one of them idle",
    )

    # Who answers while there are more agents than seats should have left instead; a change in this instant is still to come.
    when = served["assigned_at"]
    over = present.after(when) > settings.most(when)
    over &= served["ended_at"] > when
    complaints.where(
        over,
        "I10",
        lambda i: (
            f"customer {served['customer'][i]} is answered at {when[i]} by agent {served['agent'][i]}, who should have left"
        ),
    )
    _check_coming(program, team, settings, spells, complaints)
    _check_leaving(settings, spells, complaints)
    _check_hidden(settings, rows, served, complaints)


def _check_coming(program: Program, team: int, settings: _Settings, spells: _Spells, complaints: Complaints) -> None:
    """Agents come in when seats are set, the lowest absent id first."""
    rows, comes = spells.rows, spells.comes
    complaints.where(
        comes & ~np.isin(rows["started_at"], settings.at),
        "I03",
        lambda i: f"agent {rows['agent'][i]} comes in at {rows['started_at'][i]}, when no seats are set",
    )
    first = int(program.teams.first_agent[team])
    for at in np.setdiff1d(rows["started_at"][comes], settings.several()):
        on_duty = np.zeros(int(program.teams.n_agents[team]), bool)
        on_duty[rows["agent"][(rows["started_at"] <= at) & (rows["ended_at"] > at)] - first] = True
        newest = int(rows["agent"][comes & (rows["started_at"] == at)].max()) - first
        complaints.where(
            ~on_duty[:newest],
            "I03",
            lambda i, t=at, n=newest: f"agent {first + n} comes in at {t} before agent {first + i}",  # type: ignore[misc]
        )


def _check_leaving(settings: _Settings, spells: _Spells, complaints: Complaints) -> None:
    """Idle agents leave when seats fall or everyone goes home, longest idle first, then lowest id."""
    rows = spells.rows
    idle = rows["state"] == AgentState.AVAILABLE
    ranked_of, latest = ahead_of(rows["started_at"][idle], rows["agent"][idle].astype(np.int64), rows["ended_at"][idle])
    ranked, leaves = rows[idle][ranked_of], spells.leaves[idle][ranked_of] & (rows["ended_at"][idle][ranked_of] < np.inf)
    at = ranked["ended_at"]
    complaints.where(
        leaves & ~np.isin(at, settings.at),
        "I03",
        lambda i: f"idle agent {ranked['agent'][i]} leaves at {at[i]}, when no seats fall",
    )

    def say(i: int) -> str:
        longer = ranked[:i][at[:i] > at[i]][0]
        return f"agent {ranked['agent'][i]} leaves at {at[i]}, but agent {longer['agent']} is idle since {longer['started_at']}"

    decided = ~np.isin(at, settings.several())
    complaints.where(leaves & decided & (latest[:-1] > at), "I03", say)


def _check_hidden(settings: _Settings, rows: Table, served: Table, complaints: Complaints) -> None:
    """A conversation of no length leaves no row: its agent must be on duty around it, or have come in just then."""
    instant = served[(served["answered_at"] == served["ended_at"]) & ~np.isin(served["answered_at"], settings.at)]
    on_duty = np.array(
        [
            bool(
                np.any(
                    (rows["agent"] == s["agent"])
                    & (rows["started_at"] <= s["answered_at"])
                    & (rows["ended_at"] >= s["answered_at"])
                )
            )
            for s in instant
        ],
        dtype=bool,
    )
    complaints.where(
        ~on_duty,
        "I10",
        lambda i: (
            f"customer {instant['customer'][i]} is answered at {instant['answered_at'][i]} "
            f"by absent agent {instant['agent'][i]}"
        ),
    )
