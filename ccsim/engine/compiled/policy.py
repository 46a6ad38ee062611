"""A user's routing policy in the kernel: two compiled functions, reached by their addresses.

The kernel itself stays the one that is cached: addresses are data. Whoever is compared is described in one record, `PAIR`,
which answers for the contact and for the agent alike.
"""

from __future__ import annotations

import math

from ccsim.engine.compiled.state import agent_now, caller_at, pair_at, queue_now, team_now
from ccsim.jit import call_address, inner
from ccsim.program.layout import Records
from ccsim.rules.routing import agent_goes_first, call_goes_first
from ccsim.rules.tables import agent_at, queue_at, reach_at

__all__ = ["goes_first", "pick_agent_by_score", "pick_call_by_score"]


@inner
def pick_agent_by_score(program: Records, floor: Records, slot: int) -> int:
    """The idle agent with the highest score for this call (ties: longest idle, lower id), -1 for none."""
    caller = caller_at(floor, slot)
    describe_contact(program, floor, slot)
    pair = pair_at(floor, 0)
    best = -1
    best_score = -math.inf
    for team in range(floor.n_teams):
        if reach_at(program, caller.queue * program.n_teams + team).value == 0:
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
def pick_call_by_score(program: Records, floor: Records, now: float, agent: int) -> int:
    """Slot of the waiting call with the highest score for this agent (ties: priority, wait, customer), -1 for none."""
    team = agent_at(program, agent).team
    pair = pair_at(floor, 0)
    pair.id = agent
    pair.team = team
    pair.idle_since = now
    pair.now = now
    best = -1
    best_score = -math.inf
    for queue in range(floor.n_queues):
        if reach_at(program, queue * program.n_teams + team).value == 0:
            continue
        slot = queue_now(floor, queue).first
        while slot >= 0:
            describe_contact(program, floor, slot)
            score = checked(call_address(floor.call_score, floor.pair_holder))
            if best < 0 or score > best_score or (score == best_score and goes_first(program, floor, slot, best)):
                best = slot
                best_score = score
            slot = caller_at(floor, slot).next
    return best


@inner
def goes_first(program: Records, floor: Records, slot: int, other: int) -> bool:
    """True if the first caller precedes the other in the built-in order."""
    caller = caller_at(floor, slot)
    rival = caller_at(floor, other)
    return call_goes_first(
        queue_at(program, caller.queue).priority,
        caller.queued_at,
        caller.customer,
        queue_at(program, rival.queue).priority,
        rival.queued_at,
        rival.customer,
    )


@inner
def describe_contact(program: Records, floor: Records, slot: int) -> None:
    """Writes the contact's half of the pair."""
    caller = caller_at(floor, slot)
    pair = pair_at(floor, 0)
    pair.call_type = caller.call_type
    pair.queue = caller.queue
    pair.priority = queue_at(program, caller.queue).priority
    pair.queued_at = caller.queued_at
    pair.customer = caller.customer


@inner
def checked(score: float) -> float:
    """The score, if it can be compared."""
    if math.isnan(score):
        raise ValueError("a routing policy returned NaN as a score")
    return score
