"""Choosing by a rule other than the usual one: agents by occupancy, skill, order or chance; calls by weighted wait."""

from __future__ import annotations

from ccsim.engine.compiled.state import agent_now, agent_work, caller_at, lane_now, last_agent_of, team_now
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.presence import handle_factor
from ccsim.rules.randomness import Luck
from ccsim.rules.routing import agent_draw, agent_goes_first
from ccsim.rules.tables import agent_at, lane_at, lane_team_at, queue_at, reach_at, team_at, team_lane_at
from ccsim.vocabulary import AgentState, PickAgent

__all__ = ["leaves_enough_idle", "own_factor", "pick_agent_by_rule", "pick_call_by_weight", "pick_last_agent", "weighted_wait"]


@inner
def leaves_enough_idle(floor: Records, team: int, keep: int, taken: int) -> bool:
    """True if `keep` agents of the team stay idle when `taken` of the idle ones are taken; after closing none need to."""
    keep = max(keep, floor.keep_more)
    if keep == 0 or floor.keeps_no_reserve != 0:
        return True
    wanted = keep + taken
    agent = team_now(floor, team).first_idle
    while agent >= 0:
        wanted -= 1
        if wanted == 0:
            return True
        agent = agent_now(floor, agent).next
    return False


@inner
@apart
def pick_last_agent(program: Records, floor: Records, now: float, slot: int) -> int:
    """The agent whom the customer talked to last, if he is idle and may take the call; -1 otherwise."""
    caller = caller_at(floor, slot)
    agent = last_agent_of(floor, slot).agent
    if agent < 0 or agent_now(floor, agent).state != AgentState.AVAILABLE:
        return -1
    team = agent_at(program, agent).team
    reach = reach_at(program, caller.lane * program.n_teams + team)
    if caller.queued_at + reach.after > now or not leaves_enough_idle(floor, team, reach.keep_idle, 1):
        return -1
    return agent  # type: ignore[no-any-return]


@inner
def own_factor(program: Records, luck: Luck, agent: int) -> float:
    """By what the agent's own handle times are longer or shorter than his team's."""
    if program.proficiency == 0:
        return 1.0
    return handle_factor(luck, program, agent)  # type: ignore[no-any-return]


@inner
@apart
def pick_agent_by_rule(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> int:
    """The idle agent who takes this call by the scenario's rule, -1 for none."""
    caller = caller_at(floor, slot)
    lane = lane_at(program, caller.lane)
    best = -1
    best_prefer = 0
    best_value = 0.0
    for place in range(lane.first_team, lane.first_team + lane.n_teams):
        team = lane_team_at(program, place).team
        agent = team_now(floor, team).first_idle
        if agent < 0:
            continue
        reach = reach_at(program, caller.lane * program.n_teams + team)
        if best >= 0 and reach.calls_prefer > best_prefer:
            break  # teams stand in the order in which the call prefers them
        if caller.queued_at + reach.after > now or not leaves_enough_idle(floor, team, reach.keep_idle, 1):
            continue
        best_prefer = reach.calls_prefer
        while agent >= 0:
            value = agent_value(program, luck, floor, now, slot, reach.pace, agent)
            better = best < 0 or value < best_value
            if not better and value == best_value:
                better = agent_goes_first(agent_now(floor, agent).since, agent, agent_now(floor, best).since, best)
            if better:
                best = agent
                best_value = value
            agent = agent_now(floor, agent).next
    return best


@inner
def agent_value(program: Records, luck: Luck, floor: Records, now: float, slot: int, pace: float, agent: int) -> float:
    """What the rule asks of an idle agent; the lowest is taken."""
    if program.pick_agent == PickAgent.MOST_SKILLED:
        return pace * own_factor(program, luck, agent)
    if program.pick_agent == PickAgent.LEAST_OCCUPIED:
        work = agent_work(floor, agent)
        if now <= work.came_at:
            return 0.0
        return work.busy_time / (now - work.came_at)
    if program.pick_agent == PickAgent.RANDOM:
        caller = caller_at(floor, slot)
        return agent_draw(luck, caller.entity, caller.contact, caller.segment, agent)
    return float(agent)


@inner
def weighted_wait(program: Records, now: float, caller: Records) -> float:
    """What the waiting of a caller counts in his queue, with what it begins with there."""
    queue = queue_at(program, lane_at(program, caller.lane).queue)
    return queue.head_start + (now - caller.queued_at) * queue.weight  # type: ignore[no-any-return]


@inner
@apart
def pick_call_by_weight(program: Records, floor: Records, now: float, agent: int) -> int:
    """Slot of the waiting call whose weighted wait is the largest (then lowest customer id), -1 for none."""
    team_code = agent_at(program, agent).team
    team = team_at(program, team_code)
    best = -1
    best_wait = 0.0
    for place in range(team.first_lane, team.first_lane + team.n_lanes):
        lane = team_lane_at(program, place).lane
        first = lane_now(floor, lane).first
        if first < 0:
            continue
        reach = reach_at(program, lane * program.n_teams + team_code)
        caller = caller_at(floor, first)
        if caller.queued_at + reach.after > now or not leaves_enough_idle(floor, team_code, reach.keep_idle, 0):
            continue
        wait = weighted_wait(program, now, caller)
        if best < 0 or wait > best_wait or (wait == best_wait and caller.customer < caller_at(floor, best).customer):
            best = first
            best_wait = wait
    return best
