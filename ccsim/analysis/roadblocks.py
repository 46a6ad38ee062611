"""Rows -> what stood in whose way: the delays of callers and agents, each with its reason, in seconds.

One table, `ROADBLOCKS`, says which reasons there are and reads each from the rows; what walks, tables and pictures print
comes from it. A second of a caller's wait has one reason. A feature that brings a new reason adds a row (and, where the
reason lies in a table of its own, that table to `Facts`, row by row beside `stays`). Called by `trace` and by reports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.estimate import Moments, number_or_none, ratios
from ccsim.outcomes import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Action, AgentState, Billed, Outcome, SegmentKind

__all__ = [
    "AWAY",
    "ROADBLOCKS",
    "Facts",
    "Lost",
    "Roadblock",
    "TeamLosses",
    "facts_of",
    "left_at",
    "operating_days",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AWAY = (AgentState.BREAK, AgentState.OFF_PHONE, AgentState.MISSING, AgentState.LATE)
"""Not on the phones."""


class Facts(NamedTuple):
    """What the rules of the roadblocks read: one replication, its stays in queues with what their waits were spent on.

    Attributes
    ----------
    stays : SEGMENT, shape (n_stays,)
        Of kind QUEUE, in the order of their key.
    call_type : int64, shape (n_stays,)
        What the contact is about; the stay's own is that of the queue he is in.
    cause : int8, shape (n_stays,)
        Why the contact happened (`vocabulary.Cause`).
    misrouted, passed_on, escalated : bool, shape (n_stays,)
        A stay in another type's queue before any transfer; one reached by a transfer that was not the way out of such a stay;
        one with somebody who has more authority.
    action : int64, shape (n_stays,)
        What the agent did with the case (`vocabulary.Action`); -1 where there is none.
    retold : float64, shape (n_stays,)
        Telling the story again, s.
    asked, held : float64, shape (n_stays,)
        On hold until a colleague had been found and asked; after the talk, how long the agent held with the caller for the next
        person and briefed him, s.
    team : int64, shape (n_stays,)
        Of the agent who answered; -1 where nobody did.
    nobody_there, kept_idle, all_busy, rang : float64, shape (n_stays,)
        Parts of the wait, s: no agent of the teams that may answer was on the phones; one was idle, but his team was not yet
        reached or kept him for other calls; all of them were busy; an agent's phone rang.
    states : AGENT_STATE
    """

    program: Program
    stays: NDArray[Any]
    call_type: NDArray[np.int64]
    cause: NDArray[np.int8]
    misrouted: Bools
    passed_on: Bools
    escalated: Bools
    action: NDArray[np.int64]
    retold: Floats
    asked: Floats
    held: Floats
    team: NDArray[np.int64]
    nobody_there: Floats
    kept_idle: Floats
    all_busy: Floats
    rang: Floats
    states: NDArray[Any]

    @property
    def waits_for_own_queue(self) -> Bools:
        """Stays whose wait has no other reason than who was free."""
        return ~(self.misrouted | self.passed_on | self.escalated)

    @property
    def answered(self) -> Bools:
        """Stays that an agent answered."""
        return np.asarray(self.stays["answered_at"] < np.inf)

    def in_state(self, *states: AgentState) -> Floats:
        """Length of each row of `states` that is one of these, else 0, s."""
        length = np.minimum(self.states["ended_at"], _last_instant(self.states)) - self.states["started_at"]
        return np.where(np.isin(self.states["state"], states), length, 0.0)


class Roadblock(NamedTuple):
    """One reason why something takes longer than it need.

    Attributes
    ----------
    title, said : str
        In a table; after the delay itself, in a walk: "who had waited 0:35: ``nobody able was free``".
    sentence : str
        What is counted.
    whose : str
        Whose time it is: caller or agent.
    table : str
        Field of `Facts` whose rows it is read from: stays or states.
    seconds : callable
        Facts -> float64, one number for each row of that table; 0 where it does not apply.
    """

    id: str
    title: str
    said: str
    sentence: str
    whose: str
    table: str
    seconds: Callable[[Facts], Floats]


def _of_plain_wait(part: str) -> Callable[[Facts], Floats]:
    return lambda facts: np.where(facts.waits_for_own_queue, getattr(facts, part), 0.0)


def _wait(facts: Facts) -> Floats:
    return facts.nobody_there + facts.kept_idle + facts.all_busy + facts.rang


def _talk(facts: Facts) -> Floats:
    """Hold included."""
    return np.where(facts.answered, facts.stays["ended_at"] - np.minimum(facts.stays["answered_at"], 1e300), 0.0)


def _handle(facts: Facts) -> Floats:
    return np.where(facts.answered, facts.stays["wrap_ended_at"] - np.minimum(facts.stays["answered_at"], 1e300), 0.0)


def _handle_if(holds: Callable[[Facts], Any]) -> Callable[[Facts], Floats]:
    return lambda facts: np.where(holds(facts), _handle(facts), 0.0)


ROADBLOCKS: dict[str, Roadblock] = {
    roadblock.id: roadblock
    for roadblock in (
        Roadblock(
            "nobody_free", "Nobody able was free", "nobody able was free",
            "Waiting while every agent who may take the call was busy with others.",
            "caller", "stays", _of_plain_wait("all_busy"),
        ),
        Roadblock(
            "kept_idle", "Somebody able was idle, but not for him", "somebody able was idle, but not for him",
            "Waiting while an agent was idle whom the queue had not reached yet, or whose team kept him for other calls.",
            "caller", "stays", _of_plain_wait("kept_idle"),
        ),
        Roadblock(
            "nobody_there", "Nobody able was on the phones", "nobody able was on the phones",
            "Waiting while no agent who may take the call was on the phones at all.",
            "caller", "stays", _of_plain_wait("nobody_there"),
        ),
        Roadblock(
            "ringing", "The phone rang", "the phone rang",
            "Waiting for an agent to pick up, from when the phone rang.",
            "caller", "stays", _of_plain_wait("rang"),
        ),
        Roadblock(
            "misrouted", "Misrouted", "sent to the wrong queue",
            "Waiting and talking in another type's queue, before being passed on to the own one.",
            "caller", "stays", lambda facts: np.where(facts.misrouted, _wait(facts) + _talk(facts), 0.0),
        ),
        Roadblock(
            "transferred_in", "Waited again after a transfer", "transferred in",
            "Waiting after a transfer; then the story is told again.",
            "caller", "stays", lambda facts: np.where(facts.passed_on, _wait(facts), 0.0),
        ),
        Roadblock(
            "waiting_for_lead", "Waited for somebody with more authority", "waiting for somebody with more authority",
            "Waiting after being passed on because the first agent may not grant what the case needs.",
            "caller", "stays", lambda facts: np.where(facts.escalated, _wait(facts), 0.0),
        ),
        Roadblock(
            "retold", "Told the story again", "telling his story again",
            "Talk spent on telling the next agent what the last one knew.",
            "caller", "stays", lambda facts: facts.retold,
        ),
        Roadblock(
            "hold", "On hold", "put on hold",
            "Time callers are on hold in a talk, unless that is in the wrong queue or while a colleague is asked.",
            "caller", "stays",
            lambda facts: np.where(facts.answered & ~facts.misrouted, facts.stays["hold_time"] - facts.asked, 0.0),
        ),
        Roadblock(
            "asked", "Held while a colleague was asked", "held while the agent asked somebody with more authority",
            "Time callers are on hold until somebody with more authority has been found and asked.",
            "caller", "stays", lambda facts: facts.asked,
        ),
        Roadblock(
            "transfer_out", "Passed on to somebody else", "passed on",
            "Handle time of agents for calls that they passed on unsolved, sent to the wrong queue or not.",
            "agent", "stays", _handle_if(lambda facts: facts.stays["outcome"] == Outcome.TRANSFERRED),
        ),
        Roadblock(
            "no_authority", "No authority: passed on", "passed on for want of authority",
            "Handle time of agents for cases that need more than they may grant, and that they pass on or promise a call for.",
            "agent", "stays", _handle_if(lambda facts: np.isin(facts.action, (Action.ESCALATED, Action.PROMISED))),
        ),
        Roadblock(
            "refused", "No authority: refused", "refused for want of authority",
            "Handle time of agents for cases that need more than they may grant, and that they refuse.",
            "agent", "stays", _handle_if(lambda facts: facts.action == Action.REFUSED),
        ),
        Roadblock(
            "briefing", "Held with callers for others", "held with a caller for somebody else",
            "Time agents hold with a caller, until the next person has heard the story, or a colleague has been asked.",
            "agent", "states", lambda facts: facts.in_state(AgentState.BRIEF),
        ),
        Roadblock(
            "consulted", "Asked by colleagues", "asked by a colleague",
            "Time agents spend on colleagues who ask them for what they may not grant themselves.",
            "agent", "states", lambda facts: facts.in_state(AgentState.CONSULT),
        ),
        Roadblock(
            "absent", "Absent", "did not come",
            "Shifts of agents who do not come, breaks included.",
            "agent", "states", lambda facts: facts.in_state(AgentState.MISSING),
        ),
        Roadblock(
            "late", "Late", "late",
            "Time from the beginning of a shift until the agent is there.",
            "agent", "states", lambda facts: facts.in_state(AgentState.LATE),
        ),
    )
}  # fmt: skip
"""Every reason by its id, in the order of a walk."""


def left_at(stays: NDArray[Any]) -> Floats:
    """When each stay stopped waiting: at the answer, or at its unanswered end; +inf if it never did."""
    return np.where(stays["answered_at"] < np.inf, stays["answered_at"], stays["ended_at"])


def reported_days(program: Program) -> NDArray[np.int64]:
    """Those of which something is counted."""
    days = operating_days(program)
    found: NDArray[np.int64] = days[program.days.close_at[days] > program.settings.count_from[0]]
    return found


def operating_days(program: Program) -> NDArray[np.int64]:
    """Calendar days (indices of `program.days`) with opening hours."""
    return np.flatnonzero(np.isfinite(program.days.open_at))


def facts_of(program: Program, rows: Rows) -> Facts:
    """What the roadblocks of one replication are read from."""
    stays = rows.segments[np.isin(rows.segments["kind"], (SegmentKind.QUEUE, SegmentKind.CALLBACK))]
    called_back = stays["kind"] == SegmentKind.CALLBACK
    contact = _place_of(stays, rows.contacts, "episode", "contact")
    call_type = rows.contacts["call_type"][contact].astype(np.int64)
    first, transferred = stays["came_by"] == -1, stays["came_by"] == Outcome.TRANSFERRED
    escalated = stays["came_by"] == Outcome.ESCALATED
    so_far = np.cumsum(transferred | escalated)  # all contacts up to here
    earlier: NDArray[np.int64] = so_far - np.maximum.accumulate(np.where(first, so_far, 0))
    misrouted = (earlier == 0) & (stays["call_type"] != call_type) & ~called_back
    after_misroute = np.zeros(len(stays), dtype=np.bool_)
    after_misroute[1:] = misrouted[:-1] & ~first[1:]
    answered = stays["answered_at"] < np.inf
    team = np.where(answered, program.agents.team[np.maximum(stays["agent"], 0)], -1)
    action, retold = np.full(len(stays), -1, dtype=np.int64), np.zeros(len(stays))
    settled = _place_of(rows.settlements, stays, "episode", "contact", "segment")
    action[settled], retold[settled] = rows.settlements["action"], rows.settlements["retold_time"]
    waits = _parts_of_waits(program, stays, rows.agent_states)
    nobody_there, kept_idle, all_busy, rang = (np.where(called_back, 0.0, part) for part in waits)  # in his own time
    return Facts(
        program=program,
        stays=stays,
        call_type=call_type,
        cause=rows.contacts["cause"][contact],
        misrouted=misrouted,
        passed_on=transferred & ~after_misroute,
        escalated=escalated,
        action=action,
        retold=retold,
        asked=_asked(rows, stays),
        held=_held(program, stays, rows.agent_states),
        team=team.astype(np.int64),
        nobody_there=nobody_there,
        kept_idle=kept_idle,
        all_busy=all_busy,
        rang=rang,
        states=rows.agent_states,
    )


def _asked(rows: Rows, stays: NDArray[Any]) -> Floats:
    """How long the caller of each stay is on hold for a colleague's word, s."""
    asked = np.zeros(len(stays))
    requests = rows.segments[rows.segments["kind"] == SegmentKind.CONSULT].copy()
    requests["segment"] -= 1  # who asks is in the stay before
    asked[_place_of(requests, stays, "episode", "contact", "segment")] = requests["ended_at"] - requests["entered_at"]
    return asked


def _held(program: Program, stays: NDArray[Any], states: NDArray[Any]) -> Floats:
    """How long the agent of each stay holds with the caller afterwards and briefs the next person, s."""
    held = np.zeros(len(stays))
    if program.settings.warm[0]:
        passed = np.flatnonzero(stays["outcome"] == Outcome.ESCALATED)
        following = stays[passed + 1]
        heard = np.where(following["answered_at"] < np.inf, program.settings.brief[0], 0.0)
        held[passed] = np.minimum(left_at(following), _last_instant(stays, states)) + heard - stays["ended_at"][passed]
    return held


def _place_of(rows: NDArray[Any], table: NDArray[Any], *keys: str) -> NDArray[np.int64]:
    """Where in a table each of these rows finds the row of its customer with the same keys."""
    widths = [1 + int(table[key].max(initial=0)) for key in keys]

    def whole(of: NDArray[Any]) -> NDArray[np.int64]:
        number = of["customer"].astype(np.int64)
        for key, width in zip(keys, widths, strict=True):
            number = number * width + of[key]
        return number

    return np.searchsorted(whole(table), whole(rows))


def _last_instant(*tables: NDArray[Any]) -> float:
    """The last finite end."""
    ends = [table["ended_at"][np.isfinite(table["ended_at"])] for table in tables]
    return float(max((end.max() for end in ends if len(end)), default=0.0))


def _parts_of_waits(program: Program, stays: NDArray[Any], states: NDArray[Any]) -> tuple[Floats, Floats, Floats, Floats]:
    """Nobody there, kept idle, all busy, rang: s of each stay's time in the queue."""
    horizon = _last_instant(stays, states)
    left = np.minimum(left_at(stays), horizon)
    assigned = np.minimum(stays["assigned_at"], left)
    nobody, idle = np.zeros(len(stays)), np.zeros(len(stays))
    lanes = program.lane_of[stays["call_type"], stays["place"]]
    by_teams: dict[tuple[int, ...], list[int]] = {}
    for lane in np.unique(lanes).tolist():
        row = program.lanes[lane]
        teams = program.lane_teams.team[row.first_team : row.first_team + row.n_teams]
        by_teams.setdefault(tuple(sorted(teams.tolist())), []).append(lane)
    for able, owned in by_teams.items():
        here = np.isin(lanes, owned)
        without, with_idle = _there_and_idle(states[np.isin(states["team"], able)], horizon)
        nobody[here] = without(assigned[here]) - without(stays["entered_at"][here])
        idle[here] = with_idle(assigned[here]) - with_idle(stays["entered_at"][here])
    busy = np.maximum(assigned - stays["entered_at"] - nobody - idle, 0.0)
    return nobody, idle, busy, left - assigned


def _there_and_idle(states: NDArray[Any], horizon: float) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """How long, up to an instant, nobody of these agents was on the phones, and how long at least one was idle."""
    on_phones = ~np.isin(states["state"], AWAY)
    counts = []
    edges = np.unique(np.concatenate([[0.0, horizon], states["started_at"], np.minimum(states["ended_at"], horizon)]))
    for chosen in (on_phones, states["state"] == AgentState.AVAILABLE):
        change = np.zeros(len(edges))
        np.add.at(change, np.searchsorted(edges, states["started_at"][chosen]), 1.0)
        np.add.at(change, np.searchsorted(edges, np.minimum(states["ended_at"][chosen], horizon)), -1.0)
        counts.append(np.cumsum(change)[:-1])
    steps = np.diff(edges)
    sums = [np.concatenate([[0.0], np.cumsum(np.where(holds, steps, 0.0))]) for holds in (counts[0] == 0.0, counts[1] > 0.0)]

    def integral(number: int) -> Callable[[Floats], Floats]:
        return lambda at: np.asarray(np.interp(at, edges, sums[number]))

    return integral(0), integral(1)


# -------------------------------------------------------------------------------- what a team loses


class Lost(NamedTuple):
    """What a roadblock costs a team per operating day.

    Attributes
    ----------
    minutes, low, high : float or None
        With an interval over replications; None where one replication gives none.
    cases : float
        Calls, or stretches of an agent's time, per day.
    money : float or None
        In the scenario's currency; None where nothing of it has a price.
    n : int
        Replications.
    """

    roadblock: Roadblock
    minutes: float
    low: float | None
    high: float | None
    cases: float
    money: float | None
    n: int


class TeamLosses:
    """Adds up the roadblocks of a team, replication by replication.

    Counted are the calls its agents answered, and those that nobody answered though the team is in their first circle;
    and the time of its agents.
    """

    def __init__(self, program: Program, team: int) -> None:
        self._program, self._team = program, team
        self._days = float(len(reported_days(program)))
        self._moments = Moments((len(ROADBLOCKS),))
        self._cases = np.zeros(len(ROADBLOCKS))

    def add(self, rows: Rows) -> None:
        """Adds one replication."""
        facts = facts_of(self._program, rows)
        since = self._program.settings.count_from[0]
        ours = {
            "stays": stays_of_team(facts, self._team) & (facts.stays["entered_at"] >= since),
            "states": np.asarray((facts.states["team"] == self._team) & (facts.states["started_at"] >= since)),
        }
        found = [roadblock.seconds(facts)[ours[roadblock.table]] for roadblock in ROADBLOCKS.values()]
        self._cases += [np.count_nonzero(seconds > 0.0) for seconds in found]
        self._moments.add([seconds.sum() for seconds in found], np.full(len(found), self._days))

    def lost(self, confidence: float) -> list[Lost]:
        """The roadblocks that were met, the largest first: those of callers, then those of agents."""
        answers = ratios(self._moments, False, confidence)
        n = self._moments.n
        found = []
        for i, roadblock in enumerate(ROADBLOCKS.values()):
            if self._cases[i] == 0.0:
                continue
            value, low, high = (number_or_none(float(side[i])) for side in (answers.value, answers.low, answers.high))
            assert value is not None
            price = self._price(roadblock)
            money = None if price is None else price * value
            ends = (None if low is None else low / 60.0, None if high is None else high / 60.0)
            found.append(Lost(roadblock, value / 60.0, *ends, float(self._cases[i]) / (n * self._days), money, n))
        return sorted(found, key=lambda lost: (lost.roadblock.whose != "caller", -lost.minutes))

    def _price(self, roadblock: Roadblock) -> float | None:
        """Money per s: an agent's time costs what his team bills, a caller's what his line costs."""
        if roadblock.whose == "caller":
            return float(self._program.settings.trunk_cost[0]) or None
        team = self._program.teams[self._team]
        if team.billed == Billed.TALK_AND_WRAP and roadblock.table == "states":
            return None
        return float(team.cost) or None


def stays_of_team(facts: Facts, team: int) -> Bools:
    """Stays answered by a team, and unanswered ones of lanes whose first circle it belongs to."""
    lanes = facts.program.lane_of[facts.stays["call_type"], facts.stays["place"]]
    first_circle = facts.program.reach.first_circle[lanes, team] != 0
    return np.asarray((facts.team == team) | (~facts.answered & first_circle))
