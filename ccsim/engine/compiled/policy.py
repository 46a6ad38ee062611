"""A user's routing policy in the kernel: two compiled functions, reached by their addresses.

The kernel itself stays the one that is cached: addresses are data. Whoever is compared is described in one record, `PAIR`,
which answers for the contact and for the agent alike.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccsim.engine.compiled.choose import leaves_enough_idle
from ccsim.engine.compiled.state import PAIR, agent_now, caller_at, lane_now, pair_at, team_now
from ccsim.jit import apart, call_address, callback, inner
from ccsim.program.layout import Records
from ccsim.rules.routing import agent_goes_first, call_goes_first
from ccsim.rules.tables import agent_at, lane_at, lane_team_at, queue_at, reach_at, team_at, team_lane_at

__all__ = ["KernelPolicy", "kernel_policy", "pick_agent_by_score", "pick_call_by_score"]


class KernelPolicy(NamedTuple):
    """Addresses of a user's compiled routing functions, 0 for the built-in order; `alive` keeps them."""

    agent_score: int
    call_score: int
    alive: Any


def kernel_policy(policy: Any) -> KernelPolicy:
    """Compile a routing policy's functions for the kernel; TypeError, with numba's reason, where one is plain Python only.

    Parameters
    ----------
    policy : object
        With optional `agent_score(contact, agent)` and `call_score(contact, agent, now)`.
    """
    agent_score, call_score = getattr(policy, "agent_score", None), getattr(policy, "call_score", None)
    first, alive_1 = callback(agent_score, PAIR, 2, 0) if agent_score is not None else (0, None)
    second, alive_2 = callback(call_score, PAIR, 2, 1) if call_score is not None else (0, None)
    return KernelPolicy(first, second, (alive_1, alive_2))


@inner
@apart
def pick_agent_by_score(program: Records, floor: Records, now: float, slot: int) -> int:
    """The idle agent with the highest score for this call (ties: longest idle, lower id), -1 for none."""
    caller = caller_at(floor, slot)
    lane = lane_at(program, caller.lane)
    describe_contact(program, floor, slot)
    pair = pair_at(floor, 0)
    best = -1
    best_score = -math.inf
    for place in range(lane.first_team, lane.first_team + lane.n_teams):
        team = lane_team_at(program, place).team
        reach = reach_at(program, caller.lane * program.n_teams + team)
        if caller.queued_at + reach.after > now or not leaves_enough_idle(floor, team, reach.keep_idle, 1):
            continue
        agent = team_now(floor, team).first_idle
        while agent >= 0:
            since = agent_now(floor, agent).since
            pair.id = agent
            pair.team = team
            pair.idle_since = since
            score = checked(call_address(floor.agent_score, floor.pair_holder))
            if best < 0 or score > best_score:
                best = agent
                best_score = score
            elif score == best_score and agent_goes_first(since, agent, agent_now(floor, best).since, best):
                best = agent
            agent = agent_now(floor, agent).next
    return best


@inner
@apart
def pick_call_by_score(program: Records, floor: Records, now: float, agent: int) -> int:
    """Slot of the waiting call with the highest score for this agent (ties: turn, wait, customer), -1 for none."""
    team_code = agent_at(program, agent).team
    team = team_at(program, team_code)
    pair = pair_at(floor, 0)
    pair.id = agent
    pair.team = team_code
    pair.idle_since = now
    pair.now = now
    best = -1
    best_score = -math.inf
    best_turn = 0
    for place in range(team.first_lane, team.first_lane + team.n_lanes):
        lane = team_lane_at(program, place).lane
        reach = reach_at(program, lane * program.n_teams + team_code)
        slot = lane_now(floor, lane).first
        if not leaves_enough_idle(floor, team_code, reach.keep_idle, 0):
            continue
        while slot >= 0 and caller_at(floor, slot).queued_at + reach.after <= now:
            describe_contact(program, floor, slot)
            score = checked(call_address(floor.call_score, floor.pair_holder))
            better = best < 0 or score > best_score
            if not better and score == best_score and reach.turn == best_turn:
                caller, rival = caller_at(floor, slot), caller_at(floor, best)
                better = call_goes_first(caller.queued_at, caller.customer, rival.queued_at, rival.customer)
            if better:  # of equal scores the earlier turn was here first
                best = slot
                best_score = score
                best_turn = reach.turn
            slot = caller_at(floor, slot).next
    return best


@inner
def describe_contact(program: Records, floor: Records, slot: int) -> None:
    """Writes the contact's half of the pair."""
    caller = caller_at(floor, slot)
    pair = pair_at(floor, 0)
    pair.call_type = caller.call_type
    pair.queue = lane_at(program, caller.lane).queue
    pair.priority = queue_at(program, pair.queue).priority
    pair.queued_at = caller.queued_at
    pair.customer = caller.customer


@inner
def checked(score: float) -> float:
    """The score, if it can be compared."""
    if math.isnan(score):
        raise ValueError("a routing policy returned NaN as a score")
    return score
