"""Who and what is on the floor: callers, lanes, agents, teams, as plain objects."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ccsim.vocabulary import AgentState, Outcome

__all__ = ["Agent", "Caller", "Lane", "Reach", "Team"]


@dataclass(slots=True, eq=False)
class Team:
    """A team on the day: its seats and who is present or idle."""

    code: int
    agents: list[Agent] = field(default_factory=list)
    seats: int = 0
    n_present: int = 0
    idle: list[Agent] = field(default_factory=list)  # longest idle first, then lowest id


@dataclass(slots=True, eq=False)
class Agent:
    """An agent and what he does since when, for whom."""

    id: int
    team: Team
    state: AgentState = AgentState.ABSENT
    since: float = 0.0
    customer: int = -1
    factor: float = 1.0  # of his own on handle times
    came_at: float = 0.0  # on duty since
    busy_time: float = 0.0  # since then


class Reach(NamedTuple):
    """What one team is to one lane; the fields of `layout.REACH`."""

    after: float
    first_circle: int
    prefer: int
    calls_prefer: int
    turn: int
    keep_idle: int
    talk_law: int
    wrap_law: int
    handle_factor: float
    pace: float


@dataclass(slots=True, eq=False)
class Lane:
    """Calls of one type waiting in one queue, and what each team is to them."""

    code: int
    queue: int
    priority: int
    weight: float
    reach: list[Reach]  # by team code
    waiting: list[Caller] = field(default_factory=list)  # longest wait first, then lowest customer id


@dataclass(slots=True, eq=False)
class Caller:
    """A customer with one problem, and the contact he is at."""

    customer: int
    entity: int
    call_type: int
    first_at: float
    recorded_handle: float = -1.0
    recorded_patience: float = -1.0
    n_offered: int = 0
    waited: float = 0.0  # in the contacts that are over

    contact: int = 0
    segment: int = 0
    node: int = -1  # of the IVR, where he is; -1 outside it
    retries: int = 0  # how often he has heard it again in this stay
    node_entered_at: float = 0.0
    arrived_at: float = 0.0
    lane: Lane | None = None
    queued_at: float = math.inf
    gives_up_at: float = math.inf
    woken: Any = None  # SimPy event of his wait's end by others: answered, or sent away at closing
    agent: Agent | None = None
    answered_at: float = math.inf
    talk_time: float = 0.0
    hold_time: float = 0.0
    wrap_time: float = 0.0
    outcome: Outcome | None = None
    ended_at: float = math.inf

    @property
    def wait(self) -> float:
        """How long this contact, now over, waited in the queue, s."""
        if self.lane is None:
            return 0.0
        return (self.ended_at if self.agent is None else self.answered_at) - self.queued_at
