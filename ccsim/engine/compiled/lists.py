"""Lists of who is to be called back: one by lane, in the order in which calls wait. Whom an agent dials is found here."""

from __future__ import annotations

from ccsim.engine.compiled.choose import leaves_enough_idle, weighted_wait
from ccsim.engine.compiled.state import ON_LIST, caller_at, earlier_at, list_now
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.routing import call_goes_first
from ccsim.rules.tables import agent_at, callback_at, lane_at, reach_at, team_at, team_lane_at
from ccsim.vocabulary import PickCall

__all__ = ["enlist", "is_on_list", "is_called_back", "pick_to_call", "unlist"]


@inner
def is_called_back(floor: Records, slot: int) -> bool:
    """True if the contact is one in which the centre dials."""
    return caller_at(floor, slot).earlier != 0 and earlier_at(floor, slot).callback != 0  # type: ignore[no-any-return]


@inner
def is_on_list(floor: Records, slot: int) -> bool:
    """True if in his stay at hand the customer is to be called back, or is."""
    return caller_at(floor, slot).earlier != 0 and earlier_at(floor, slot).on_list != 0  # type: ignore[no-any-return]


@inner
@apart
def enlist(floor: Records, slot: int) -> None:
    """Puts a customer behind those whose waiting counts from earlier; from one instant ids decide. Writes callers, lists."""
    caller = caller_at(floor, slot)
    lane = list_now(floor, caller.lane)
    behind = -1
    ahead = lane.last
    while ahead >= 0 and call_goes_first(
        caller.queued_at, caller.customer, caller_at(floor, ahead).queued_at, caller_at(floor, ahead).customer
    ):
        behind = ahead
        ahead = caller_at(floor, ahead).previous
    caller.previous = ahead
    caller.next = behind
    caller.waiting = ON_LIST
    floor.n_to_call += 1
    if ahead >= 0:
        caller_at(floor, ahead).next = slot
    else:
        lane.first = slot
    if behind >= 0:
        caller_at(floor, behind).previous = slot
    else:
        lane.last = slot


@inner
@apart
def unlist(floor: Records, slot: int) -> None:
    """Takes a customer off his list. Writes callers, lists."""
    caller = caller_at(floor, slot)
    lane = list_now(floor, caller.lane)
    if caller.previous >= 0:
        caller_at(floor, caller.previous).next = caller.next
    else:
        lane.first = caller.next
    if caller.next >= 0:
        caller_at(floor, caller.next).previous = caller.previous
    else:
        lane.last = caller.previous
    caller.waiting = 0
    floor.n_to_call -= 1


@inner
@apart
def pick_to_call(program: Records, floor: Records, now: float, agent: int, call: int, taken: int) -> int:
    """Slot of the customer whom the agent dials, or of the waiting call he takes rather; -1 for neither.

    Parameters
    ----------
    call : int
        Slot of the waiting call he would take, -1 for none.
    taken : int
        1 if the agent is idle himself, 0 if he has just become free.
    """
    if floor.calls_nobody_back != 0:
        return call
    if call >= 0 and floor.call_score != 0:
        return call  # a policy chooses among calls
    kept = first_to_call(program, floor, now, agent, call, taken, 0)
    if kept >= 0:
        return kept
    return first_to_call(program, floor, now, agent, -1, taken, 1)


@inner
def first_to_call(program: Records, floor: Records, now: float, agent: int, call: int, taken: int, behind: int) -> int:
    """Who goes first of a waiting call and of the lists that are behind all calls, or are not; -1 for nobody."""
    team_code = agent_at(program, agent).team
    team = team_at(program, team_code)
    best = call
    for place in range(team.first_lane, team.first_lane + team.n_lanes):
        lane = team_lane_at(program, place)
        slot = list_now(floor, lane.lane).first
        if slot < 0:
            continue
        callback = callback_at(program, lane_at(program, lane.lane).queue)
        if callback.behind != behind or caller_at(floor, slot).queued_at + lane.after > now:
            continue
        keep = max(lane.keep_idle, callback.reserve) if behind != 0 else lane.keep_idle
        if not leaves_enough_idle(floor, team_code, keep, taken):
            continue
        if best < 0 or goes_first(program, floor, now, team_code, slot, best):
            best = slot
    return best


@inner
def goes_first(program: Records, floor: Records, now: float, team: int, slot: int, rival: int) -> bool:
    """True if by the rule for picking a call the team's agents take the one before the other."""
    one = caller_at(floor, slot)
    other = caller_at(floor, rival)
    if program.pick_call == PickCall.WEIGHTED_WAIT and floor.call_score == 0:
        first = weighted_wait(program, now, one)
        second = weighted_wait(program, now, other)
        return first > second or (first == second and one.customer < other.customer)
    turn = reach_at(program, one.lane * program.n_teams + team).turn
    rivals = reach_at(program, other.lane * program.n_teams + team).turn
    if turn != rivals:
        return turn < rivals  # type: ignore[no-any-return]
    return call_goes_first(one.queued_at, one.customer, other.queued_at, other.customer)  # type: ignore[no-any-return]
