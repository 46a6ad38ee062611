"""Who takes whom: by the rules the scenario names, or by a policy in plain Python."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccsim.engine.reference.people import Agent, Caller, Lane, Reach, Team
from ccsim.program.layout import Program
from ccsim.rules.randomness import Luck
from ccsim.rules.routing import agent_draw
from ccsim.vocabulary import PickAgent, PickCall

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
    program : Program
        Its settings name the rules.
    policy : object, optional
        See `simulate`.
    """

    def __init__(self, program: Program, luck: Luck, policy: Any) -> None:
        self.luck = luck
        self.rule_for_agents = PickAgent(program.settings.pick_agent[0])
        self.last_agent_first = bool(program.settings.last_agent[0])
        self.rule_for_calls = PickCall(program.settings.pick_call[0])
        self.agent_score = getattr(policy, "agent_score", None)
        self.call_score = getattr(policy, "call_score", None)
        self.keeps_reserves = True  # until closing
        self.calls_back = True  # until closing

    def pick_agent(self, caller: Caller, lane: Lane, teams: list[Team], now: float) -> Agent | None:
        """The idle agent who answers this call, or dials it."""
        if caller.on_list and not self.calls_back:
            return None
        able = [team for team in teams if _may_start(caller, lane.reach[team.code], self._left(len(team.idle) - 1), now)]
        if self.agent_score is not None:
            call = _contact_view(caller, lane)
            idle = [agent for team in able for agent in team.idle]
            scored = [(-_score(self.agent_score(call, _agent_view(a, a.since))), *idle_order(a), a) for a in idle]
            return min(scored)[-1] if scored else None
        last = caller.last_agent
        if self.last_agent_first and last is not None and last.team in able and last in last.team.idle:
            return last
        usual = self.rule_for_agents is PickAgent.LONGEST_IDLE
        ranked = [
            (lane.reach[team.code].calls_prefer, self._asked_for(agent, caller, lane, now), *idle_order(agent), agent)
            for team in able
            for agent in (team.idle[:1] if usual else team.idle)
        ]
        return min(ranked)[-1] if ranked else None

    def pick_call(self, agent: Agent, lanes: list[Lane], now: float) -> Caller | None:
        """The waiting call this agent takes."""
        n_idle = self._left(len(agent.team.idle))
        found: list[tuple[Any, ...]] = []
        for lane in lanes:
            reach = lane.reach[agent.team.code]
            if not lane.waiting or not _may_start(lane.waiting[0], reach, n_idle, now):
                continue
            if self.call_score is None:
                caller = lane.waiting[0]
                found.append((0.0, *self._turn(caller, lane, reach, now), *wait_order(caller), caller))
                continue
            view = _agent_view(agent, now)
            for caller in lane.waiting:
                if _may_start(caller, reach, n_idle, now):
                    score = _score(self.call_score(_contact_view(caller, lane), view, now))
                    found.append((-score, *self._turn(caller, lane, reach, now), *wait_order(caller), caller))
        listed = self._to_call(agent, lanes, now, n_idle)
        if self.call_score is None:
            found += listed[False]
        first = min(found, default=None) or min(listed[False], default=None) or min(listed[True], default=None)
        return first[-1] if first else None

    def pick_to_call(self, agent: Agent, lanes: list[Lane], now: float, n_idle: int) -> Caller | None:
        """Whom this agent, who has found no call, dials while so many others of his team are idle."""
        listed = self._to_call(agent, lanes, now, n_idle)
        first = min(listed[False], default=None) or min(listed[True], default=None)
        return first[-1] if first else None

    def _to_call(self, agent: Agent, lanes: list[Lane], now: float, n_idle: float) -> dict[bool, list[tuple[Any, ...]]]:
        """The first of each list whom the agent may dial, ranked among calls: by whether his list is behind all calls."""
        found: dict[bool, list[tuple[Any, ...]]] = {False: [], True: []}
        for lane in lanes if self.calls_back else []:
            reach = lane.reach[agent.team.code]
            if lane.to_call and _may_start(lane.to_call[0], reach, n_idle, now):
                caller = lane.to_call[0]
                found[lane.behind].append((0.0, *self._turn(caller, lane, reach, now), *wait_order(caller), caller))
        return found

    def _left(self, n_idle: int) -> float:
        """How many agents a reserve finds idle; after closing as many as it wants."""
        return n_idle if self.keeps_reserves else math.inf

    def _asked_for(self, agent: Agent, caller: Caller, lane: Lane, now: float) -> float:
        """What the rule for agents asks of them before how long they are idle; the lowest is taken."""
        match self.rule_for_agents:
            case PickAgent.LEAST_OCCUPIED:
                return agent.busy_time / (now - agent.came_at) if now > agent.came_at else 0.0
            case PickAgent.MOST_SKILLED:
                return lane.reach[agent.team.code].pace * agent.factor
            case PickAgent.FIXED_ORDER:
                return float(agent.id)
            case PickAgent.RANDOM:
                return float(agent_draw(self.luck, caller.leg_entity, caller.contact, caller.segment, agent.id))
        return 0.0

    def _turn(self, caller: Caller, lane: Lane, reach: Reach, now: float) -> tuple[float, ...]:
        """What the rule for calls asks of them before how long they wait; the lowest is taken."""
        match self.rule_for_calls:
            case PickCall.FIXED_PREFERENCE:
                return reach.prefer, -lane.priority
            case PickCall.LONGEST_WAIT:
                return ()
            case PickCall.WEIGHTED_WAIT:
                weighted = lane.head_start + (now - caller.queued_at) * lane.weight
                return (-weighted, caller.customer) if self.call_score is None else ()
            case PickCall.OWN_QUEUE_FIRST:
                return 1 - reach.first_circle, -lane.priority, reach.prefer
        return -lane.priority, reach.prefer


def _may_start(caller: Caller, reach: Reach, n_idle: float, now: float) -> bool:
    """True if the team reaches the call by now, and so many idle agents as would be left are enough."""
    return n_idle >= max(reach.keep_idle, caller.keep_idle) and caller.queued_at + reach.after <= now


def _contact_view(caller: Caller, lane: Lane) -> ContactView:
    return ContactView(caller.call_type, lane.queue, lane.priority, caller.queued_at, caller.customer)


def _agent_view(agent: Agent, idle_since: float) -> AgentView:
    return AgentView(agent.id, agent.team.code, idle_since)


def _score(score: float) -> float:
    """The score, if it can be compared."""
    if math.isnan(score):
        raise ValueError("a routing policy returned NaN as a score")
    return score
