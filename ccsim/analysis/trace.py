"""Rows -> one agent's day: what he did when, and every call with what stood in its way.

Nothing is measured here that the counts do not know: summed over the agents and days of a team, stretches and calls add up to
its agent time, handle times and waits. Called by `report.walk`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ccsim.analysis.roadblocks import AWAY, ROADBLOCKS, Facts, operating_days
from ccsim.program.layout import Names, Program
from ccsim.vocabulary import Action, AgentState, Cause, Outcome, SegmentKind

__all__ = ["IN_VAIN", "AgentDay", "Call", "Delay", "Stretch", "agent_day", "agent_name", "day_window", "times_of"]


class Delay(NamedTuple):
    """Time a call lost, by the id of its roadblock."""

    roadblock: str
    seconds: float


class Call(NamedTuple):
    """One call an agent answered. Instants are elapsed s, durations s.

    Attributes
    ----------
    contact : int
        How often the customer has dialled before, about the same.
    cause : str
        Why he dials: fresh, redial (he was not served), return (he was answered, and comes back).
    call_type : str
        What the customer calls about; `handled_as` is what the queue he is in is for.
    queued_at : float
        When he entered the queue the agent answered; `wait` counts from when the ACD's clock runs, after an overflow earlier.
    came_by, came_from : str
        How the stay before ended (transferred, escalated, overflowed) and in which queue; empty for none.
    outcome, action : str
        How this stay ended (served, transferred, ...), and what the agent did with the case, empty for none.
    retold : float
        Part of the talk: telling the story again.
    briefed : bool
        The agent heard the story from the one before, who held with the caller.
    asked, held : float
        Part of the hold: for a colleague's word; after the talk, with the caller for the next person.
    delays : tuple of Delay
        Its roadblocks, in the order of the registry.
    """

    customer: int
    contact: int
    cause: str
    call_type: str
    handled_as: str
    queue: str
    came_by: str
    came_from: str
    outcome: str
    action: str
    queued_at: float
    wait: float
    assigned_at: float
    answered_at: float
    talk: float
    hold: float
    ended_at: float
    wrap: float
    retold: float
    briefed: bool
    asked: float
    held: float
    delays: tuple[Delay, ...]

    @property
    def passed_on(self) -> bool:
        """He went on to somebody else after the talk."""
        return self.outcome in ("transferred", "escalated")

    @property
    def handle_time(self) -> float:
        """Talk, hold and wrap."""
        return self.talk + self.hold + self.wrap


IN_VAIN = -2
"""Of a customer who was to be called back and did not answer."""


class Stretch(NamedTuple):
    """A stretch of his time in one state; `call` is the place of the call in `AgentDay.calls`, -1 for none, `IN_VAIN`."""

    state: AgentState
    began_at: float
    ended_at: float
    call: int

    @property
    def length(self) -> float:
        """Seconds."""
        return self.ended_at - self.began_at


class AgentDay(NamedTuple):
    """One agent on one day of one replication.

    Attributes
    ----------
    name : str
        Team and place in it, from 1: ``tier1/7``.
    date : str
        ISO.
    opens_at, closes_at : float
        Of the lines, elapsed s.
    stretches : tuple of Stretch
        In order of time; gaps are time off duty.
    calls : tuple of Call
        Those answered that day, in order.
    """

    name: str
    team: str
    date: str
    replication: int
    opens_at: float
    closes_at: float
    stretches: tuple[Stretch, ...]
    calls: tuple[Call, ...]

    def time_in(self, *states: AgentState) -> float:
        """Seconds in these states."""
        return math.fsum(stretch.length for stretch in self.stretches if stretch.state in states)

    @property
    def occupancy(self) -> float | None:
        """Handle time / (handle + available time) in opening hours; None if he was never on the phones then."""
        busy = on_phones = 0.0
        for stretch in self.stretches:
            inside = min(stretch.ended_at, self.closes_at) - max(stretch.began_at, self.opens_at)
            if stretch.state in AWAY or inside <= 0.0:
                continue
            on_phones += inside
            busy += 0.0 if stretch.state == AgentState.AVAILABLE else inside
        return busy / on_phones if on_phones > 0.0 else None


def agent_name(program: Program, names: Names, agent: int) -> str:
    """Team and place in it, from 1: ``tier1/7``."""
    team = int(program.agents.team[agent])
    return f"{names.teams[team]}/{agent - int(program.teams.first_agent[team]) + 1}"


def day_window(program: Program, day: int) -> tuple[float, float]:
    """From when until when an instant belongs to a calendar day with opening hours: half way to the openings beside it.

    The first day begins with time, the last never ends; so every instant belongs to one day.
    """
    days = operating_days(program).tolist()
    place = days.index(day)
    opens, closes = program.days.open_at, program.days.close_at
    since = until = math.inf
    if place > 0:
        since = (closes[days[place - 1]] + opens[day]) / 2.0
    if place + 1 < len(days):
        until = (closes[day] + opens[days[place + 1]]) / 2.0
    return (0.0 if place == 0 else float(since)), float(until)


def agent_day(facts: Facts, names: Names, agent: int, day: int, replication: int = 0) -> AgentDay:
    """What an agent did on a day.

    Parameters
    ----------
    facts : Facts
        Of one replication.
    agent : int
        Id.
    day : int
        Index of a calendar day with opening hours.
    """
    program = facts.program
    since, until = day_window(program, day)
    mine = np.flatnonzero((facts.stays["agent"] == agent) & facts.answered)
    mine = mine[np.argsort(facts.stays["answered_at"][mine], kind="stable")]
    answered_at = facts.stays["answered_at"][mine]
    mine = mine[(answered_at >= since) & (answered_at < until)]
    calls = _calls(facts, names, mine)
    began = np.array([min(call.assigned_at, call.answered_at) for call in calls])
    vain = (facts.stays["agent"] == agent) & ~facts.answered & (facts.stays["kind"] == SegmentKind.CALLBACK)
    dialled = set(facts.stays["assigned_at"][vain].tolist())
    stretches = []
    for row in facts.states[facts.states["agent"] == agent]:
        begin, end = max(float(row["started_at"]), since), min(float(row["ended_at"]), until)
        if begin >= end:
            continue
        call = int(np.searchsorted(began, begin, "right")) - 1 if row["customer"] >= 0 else -1
        if call >= 0 and (calls[call].customer != row["customer"] or row["state"] == AgentState.CONSULT):
            call = -1  # a phone that rang in vain, a call of the day before, or that of a colleague
        if row["state"] == AgentState.RING and float(row["started_at"]) in dialled:
            call = IN_VAIN
        stretches.append(Stretch(AgentState(int(row["state"])), begin, end, call))
    team = int(program.agents.team[agent])
    return AgentDay(
        name=agent_name(program, names, agent),
        team=names.teams[team],
        date=names.dates[day],
        replication=replication,
        opens_at=float(program.days.open_at[day]),
        closes_at=float(program.days.close_at[day]),
        stretches=tuple(_ended(stretches, facts)),
        calls=calls,
    )


def _ended(stretches: list[Stretch], facts: Facts) -> list[Stretch]:
    """The same with an end: who is on duty for ever is followed until the last thing that happened."""
    if not stretches or math.isfinite(stretches[-1].ended_at):
        return stretches
    last = stretches.pop()
    ends = np.concatenate([table["ended_at"] for table in (facts.states, facts.stays)])
    end = float(ends[np.isfinite(ends)].max(initial=0.0))
    return [*stretches, last._replace(ended_at=end)] if end > last.began_at else stretches


def _calls(facts: Facts, names: Names, chosen: np.ndarray[Any, Any]) -> tuple[Call, ...]:
    seconds = {id: roadblock.seconds(facts)[chosen] for id, roadblock in ROADBLOCKS.items() if roadblock.table == "stays"}
    calls = []
    for number, place in enumerate(chosen.tolist()):
        stay = facts.stays[place]
        hold = float(stay["hold_time"])
        came_by, came_from, action = int(stay["came_by"]), int(stay["came_from"]), int(facts.action[place])
        calls.append(
            Call(
                customer=int(stay["customer"]),
                contact=int(stay["contact"]),
                cause=Cause(int(facts.cause[place])).name.lower(),
                call_type=names.call_types[int(facts.call_type[place])],
                handled_as=names.call_types[int(stay["call_type"])],
                queue=names.queues[int(stay["place"])],
                came_from=names.queues[came_from] if came_from >= 0 else "",
                came_by=Outcome(came_by).name.lower() if came_by >= 0 else "",
                outcome=Outcome(int(stay["outcome"])).name.lower(),
                action=Action(action).name.lower() if action >= 0 else "",
                queued_at=float(stay["entered_at"]),
                wait=float(stay["answered_at"] - stay["clock_at"]),
                assigned_at=float(stay["assigned_at"]),
                answered_at=float(stay["answered_at"]),
                talk=float(stay["ended_at"] - stay["answered_at"]) - hold,
                hold=hold,
                ended_at=float(stay["ended_at"]),
                wrap=float(stay["wrap_ended_at"] - stay["ended_at"]),
                retold=float(facts.retold[place]),
                briefed=bool(facts.escalated[place] and facts.program.settings.warm[0]),
                asked=float(facts.asked[place]),
                held=float(facts.held[place]),
                delays=tuple(Delay(id, float(lost[number])) for id, lost in seconds.items() if lost[number] > 0.0),
            )
        )
    return tuple(calls)


def times_of(day: AgentDay) -> dict[AgentState, float]:
    """Seconds by state, of the states he was in."""
    return {state: day.time_in(state) for state in AgentState if any(s.state == state for s in day.stretches)}
