"""Who takes whom: longest idle and priority, or a policy in plain Python."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccsim.engine.reference.people import Agent, Caller, Queue

__all__ = ["AgentView", "ContactView", "Routing", "idle_order", "wait_order"]


def idle_order(agent: Agent) -> tuple[float, int]:
    """Longest idle, then lowest id."""
    return agent.since, agent.id


def wait_order(caller: Caller) -> tuple[float, int]:
    """Longest wait, then lowest customer id."""
    return caller.queued_at, caller.customer


class ContactView(NamedTuple):
    """What a routing policy sees of a call."""

    call_type: int
    queue: int
    priority: int
    queued_at: float
    customer: int


class AgentView(NamedTuple):
    """What a routing policy sees of an agent; `idle_since` is now for one who has just become free."""

    id: int
    team: int
    idle_since: float


class Routing:
    """Picks an agent for a call and a call for an agent.

    Parameters
    ----------
    policy : object, optional
        See `simulate`.
    """

    def __init__(self, policy: Any) -> None:
        self.agent_score = getattr(policy, "agent_score", None)
        self.call_score = getattr(policy, "call_score", None)

    def pick_agent(self, caller: Caller, queue: Queue) -> Agent | None:
        """The idle agent who answers this call."""
        teams = [team for team in queue.teams if team.idle]
        if self.agent_score is None:
            return min((team.idle[0] for team in teams), key=idle_order, default=None)
        call = _contact_view(caller, queue)
        scored = [
            (-_score(self.agent_score(call, _agent_view(a, a.since))), a.since, a.id, a) for team in teams for a in team.idle
        ]
        return min(scored)[-1] if scored else None

    def pick_call(self, agent: Agent, queues: list[Queue], now: float) -> Caller | None:
        """The waiting call this agent takes."""
        queues = [queue for queue in queues if queue.waiting and agent.team in queue.teams]
        if self.call_score is None:
            first = [(-queue.priority, *wait_order(queue.waiting[0]), queue.waiting[0]) for queue in queues]
            return min(first)[-1] if first else None
        view = _agent_view(agent, now)
        scored = [
            (-_score(self.call_score(_contact_view(caller, queue), view, now)), -queue.priority, *wait_order(caller), caller)
            for queue in queues
            for caller in queue.waiting
        ]
        return min(scored)[-1] if scored else None


def _contact_view(caller: Caller, queue: Queue) -> ContactView:
    return ContactView(caller.call_type, queue.code, queue.priority, caller.queued_at, caller.customer)


def _agent_view(agent: Agent, idle_since: float) -> AgentView:
    return AgentView(agent.id, agent.team.code, idle_since)


def _score(score: float) -> float:
    """The score, if it can be compared."""
    if math.isnan(score):
        raise ValueError("a routing policy returned NaN as a score")
    return score
