"""A third opinion: brute force over a list of calls, no heap, no stale timers, no code of ccsim.

After every event all that could come next is listed anew and the least (time, rank, id) happens. Calls come at given instants
and wait in one queue each; no IVR, no redials.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

OPENING, SEATS_UP, TALK_END, WRAP_END, DIAL, ABANDON, SEATS_DOWN, CLOSING, OVERTIME_END = 1, 2, 4, 5, 7, 10, 12, 13, 14


@dataclass
class Call:
    """What is known of a call beforehand, then what became of it."""

    at: float
    queue: int
    patience: float
    handle: float
    wrap: float
    state: str = "to come"
    outcome: str = ""
    answered_at: float = math.inf
    ended_at: float = math.inf
    agent: int = -1


@dataclass
class Agent:
    """An agent: absent, idle since, talking, or wrapping up until."""

    team: int
    state: str = "absent"
    since: float = 0.0
    until: float = math.inf


@dataclass
class Centre:
    """A centre; `reach[queue]` is the set of teams, `timetable` has (instant, rank, day or team, seats)."""

    calls: list[Call]
    agents: list[Agent]
    priorities: list[int]
    reach: list[set[int]]
    timetable: list[tuple[float, int, int, int]]
    lines: float = math.inf
    clears: bool = False
    seats: dict[int, int] = field(default_factory=dict)
    shut: bool = False
    draining: bool = False

    def run(self) -> list[tuple[str, float, float, int]]:
        """Outcome, answered at, ended at and agent of each call."""
        while coming := self.what_could_come():
            at, rank, who, seats = min(coming)
            self.happen(at, rank, who, seats)
            if self.draining and not self.waiting():
                self.draining = False
                for team in sorted({agent.team for agent in self.agents}):
                    self.set_seats(at, team, 0)
        for call in self.waiting():
            call.outcome = "UNFINISHED"
        return [(call.outcome, call.answered_at, call.ended_at, call.agent) for call in self.calls]

    def what_could_come(self) -> list[tuple[float, int, int, int]]:
        coming = list(self.timetable)
        for i, call in enumerate(self.calls):
            if call.state == "to come":
                coming.append((call.at, DIAL, i, 0))
            elif call.state == "waits" and call.patience < math.inf:
                coming.append((call.at + call.patience, ABANDON, i, 0))
            elif call.state == "talks":
                coming.append((call.answered_at + call.handle, TALK_END, i, 0))
        return coming + [(agent.until, WRAP_END, i, 0) for i, agent in enumerate(self.agents) if agent.state == "wraps"]

    def happen(self, at: float, rank: int, who: int, seats: int) -> None:
        self.timetable = [entry for entry in self.timetable if entry != (at, rank, who, seats)]
        if rank == DIAL:
            self.dial(at, self.calls[who])
        elif rank == ABANDON:
            self.end(at, self.calls[who], "ABANDONED")
        elif rank == TALK_END:
            call = self.calls[who]
            self.end(at, call, "SERVED")
            if call.wrap > 0:
                self.agents[call.agent].state, self.agents[call.agent].until = "wraps", at + call.wrap
            else:
                self.release(at, call.agent)
        elif rank == WRAP_END:
            self.release(at, who)
        elif rank in (SEATS_UP, SEATS_DOWN):
            self.set_seats(at, who, seats)
        elif rank == OPENING:
            self.shut = self.draining = False
        else:
            self.draining |= rank == CLOSING
            if self.clears or rank == OVERTIME_END:
                self.shut = True
                for call in self.waiting():
                    self.end(at, call, "CLOSED")

    def dial(self, at: float, call: Call) -> None:
        if sum(other.state in ("waits", "talks") for other in self.calls) >= self.lines:
            self.end(at, call, "BLOCKED")
        elif self.shut:
            self.end(at, call, "CLOSED")
        else:
            able = [(a.since, i) for i, a in enumerate(self.agents) if a.state == "idle" and a.team in self.reach[call.queue]]
            call.state = "waits"
            if able:
                self.answer(at, call, min(able)[1])

    def answer(self, at: float, call: Call, agent: int) -> None:
        call.state, call.answered_at, call.agent, self.agents[agent].state = "talks", at, agent, "talks"

    def end(self, at: float, call: Call, outcome: str) -> None:
        call.state, call.outcome, call.ended_at = "gone", outcome, at

    def release(self, at: float, agent: int) -> None:
        me = self.agents[agent]
        able = [call for call in self.waiting() if me.team in self.reach[call.queue]]  # by id, so min() breaks ties by id
        if self.present(me.team) > self.seats.get(me.team, 0):
            me.state = "absent"
        elif able:
            self.answer(at, min(able, key=lambda call: (-self.priorities[call.queue], call.at)), agent)
        else:
            me.state, me.since = "idle", at

    def set_seats(self, at: float, team: int, seats: int) -> None:
        self.seats[team] = seats
        for i, agent in enumerate(self.agents):
            if agent.team == team and agent.state == "absent" and self.present(team) < seats:
                agent.state = "talks"  # present, and free at once
                self.release(at, i)
        while self.present(team) > seats:
            idle = [(a.since, i) for i, a in enumerate(self.agents) if a.team == team and a.state == "idle"]
            if not idle:
                return
            self.agents[min(idle)[1]].state = "absent"

    def present(self, team: int) -> int:
        return sum(agent.team == team and agent.state != "absent" for agent in self.agents)

    def waiting(self) -> list[Call]:
        return [call for call in self.calls if call.state == "waits"]
