"""Who takes whom: longest idle and priority, or a policy in plain Python."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccsim.engine.reference.people import Agent, Caller, Lane, Team

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

    def pick_agent(self, caller: Caller, lane: Lane, teams: list[Team], now: float) -> Agent | None:
        """The idle agent who answers this call."""
        able = [team for team in teams if team.idle and caller.queued_at + lane.reach[team.code].after <= now]
        if self.agent_score is None:
            first = [team.idle[0] for team in able]
            return min(first, key=lambda agent: (lane.reach[agent.team.code].calls_prefer, *idle_order(agent)), default=None)
        call = _contact_view(caller, lane)
        idle = [agent for team in able for agent in team.idle]
        scored = [(-_score(self.agent_score(call, _agent_view(a, a.since))), *idle_order(a), a) for a in idle]
        return min(scored)[-1] if scored else None

    def pick_call(self, agent: Agent, lanes: list[Lane], now: float) -> Caller | None:
        """The waiting call this agent takes."""
        team = agent.team.code
        found = []
        for lane in lanes:
            reach = lane.reach[team]
            if not lane.waiting or lane.waiting[0].queued_at + reach.after > now:
                continue
            turn = (-lane.priority, reach.prefer)
            if self.call_score is None:
                caller = lane.waiting[0]
                found.append((0.0, *turn, *wait_order(caller), caller))
                continue
            view = _agent_view(agent, now)
            for caller in lane.waiting:
                if caller.queued_at + reach.after <= now:
                    score = _score(self.call_score(_contact_view(caller, lane), view, now))
                    found.append((-score, *turn, *wait_order(caller), caller))
        return min(found)[-1] if found else None


def _contact_view(caller: Caller, lane: Lane) -> ContactView:
    return ContactView(caller.call_type, lane.queue, lane.priority, caller.queued_at, caller.customer)


def _agent_view(agent: Agent, idle_since: float) -> AgentView:
    return AgentView(agent.id, agent.team.code, idle_since)


def _score(score: float) -> float:
    """The score, if it can be compared."""
    if math.isnan(score):
        raise ValueError("a routing policy returned NaN as a score")
    return score
