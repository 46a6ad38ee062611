"""Who may answer what, after how long and in which order: lanes, and what each team is to each of them.

Called by `compile`. What a scenario says becomes one REACH row per lane and team; what the kernel asks at every call, the
teams of a lane and the lanes of a team in order, follows from those rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import IN_A_LIST, LANE, LANE_TEAM, NOT_LISTED, REACH, SHARED_BIT, TEAM_LANE, Records, records
from ccsim.scenario import Scenario, reach, resolve
from ccsim.scenario.laws import Law
from ccsim.vocabulary import PickCall

__all__ = ["Routes", "lanes_of", "reach_of", "routes_of"]


class Routes(NamedTuple):
    """The parts of a Program that follow from REACH; see `layout.Program`."""

    lane_of: NDArray[np.int64]
    lane_teams: Records
    team_lanes: Records


def lanes_of(queue_of: NDArray[np.int64], queues: Records, steps: Records, later: Sequence[tuple[int, int]] = ()) -> Records:
    """One lane per call type, in the queue it enters first; then one for each queue to which it may overflow; then `later`.

    `later` has pairs of call type and queue in which it may come to wait otherwise.
    """
    places = list(enumerate(queue_of.tolist()))
    for kind, queue in places:  # grows while it is read: overflows of overflows
        first = int(queues.first_step[queue])
        for to in steps.to[first : first + int(queues.n_steps[queue])].tolist():
            if to >= 0 and (kind, to) not in places:
                places.append((kind, to))
    places += later
    lanes = records(LANE, len(places))
    lanes.call_type, lanes.queue = np.array(places, np.int64).reshape(-1, 2).T
    return lanes


class Named(Protocol):
    """The sorted names whose places are the codes."""

    call_types: tuple[str, ...]
    queues: tuple[str, ...]
    teams: tuple[str, ...]


def reach_of(
    scenario: Scenario,
    lanes: Records,
    call_types: Records,
    names: Named,
    law: Callable[[Law], int],
    others: Mapping[str, tuple[str, ...]] | None = None,
) -> Records:
    """What the scenario says of each lane and team; `turn` is still to be settled. `law` gives a law its row.

    `others` has the teams of queues that the scenario does not write; their codes follow those of `names`.
    """
    others = others or {}
    queues = (*names.queues, *others)
    table = records(REACH, len(lanes), len(names.teams))
    table.after = np.inf
    table.prefer = table.calls_prefer = 1
    table.handle_factor = table.pace = 1.0
    for lane, (kind, queue) in enumerate(zip(lanes.call_type, lanes.queue, strict=True)):
        table.talk_law[lane], table.wrap_law[lane] = call_types.talk_law[kind], call_types.wrap_law[kind]
        name = queues[queue]
        circles = dict.fromkeys(others[name], 0.0) if name in others else resolve.circles(scenario, name)
        for team, after in circles.items():
            able = reach.ability(scenario, team, names.call_types[kind])
            if able is None:
                continue
            row = table[lane, names.teams.index(team)]
            row.after, row.first_circle = after, int(after == 0.0)
            row.prefer, row.calls_prefer = able.prefer, able.calls_prefer
            row.handle_factor, row.pace = able.handle, reach.pace(scenario, names.call_types[kind], able)
            if able.talk is not None:
                row.talk_law = law(able.talk)
            if able.wrap is not None:
                row.wrap_law = law(able.wrap) if able.wrap.mean() > 0.0 else -1
    _settle_reserves(table, [scenario.agents[team].reserve for team in names.teams])
    return table


def _settle_reserves(table: Records, reserves: list[int]) -> None:
    """A call that is not among those its team prefers most leaves so many idle. Writes `keep_idle`."""
    for team, reserve in enumerate(reserves):
        answers = table.after[:, team] < np.inf
        best = table.prefer[answers, team].min(initial=np.iinfo(np.int64).max)
        table.keep_idle[:, team] = np.where(answers & (table.prefer[:, team] > best), reserve, 0)


def routes_of(lanes: Records, queues: Records, teams: Records, reach: Records, n_call_types: int, pick_call: int) -> Routes:
    """Settles what follows from `reach`. Writes its `turn` and the ranges in lanes and teams.

    Notes
    -----
    A team's turn of a lane is its place by what the rule for picking a call asks before it asks who waits longest. Teams that
    never answer have no place in any list.
    """
    lane_of = np.full((n_call_types, len(queues)), -1, dtype=np.int64)
    lane_of[lanes.call_type, lanes.queue] = np.arange(len(lanes))
    answers = reach.after < np.inf

    looks: list[tuple[int, float, int, int]] = []
    for team in range(len(teams)):
        reach.turn[:, team] = _turns(reach[:, team], queues.priority[lanes.queue], pick_call)
        mine = sorted(np.flatnonzero(answers[:, team]).tolist(), key=lambda lane: (int(reach.turn[lane, team]), lane))
        teams.first_lane[team], teams.n_lanes[team], teams.lane_bits[team] = len(looks), len(mine), _bits(mine)
        looks += (rows := [(lane, *reach[lane, team][["after", "turn", "keep_idle"]].tolist()) for lane in mine])
        teams.lane_list[team], teams.equal_lanes[team] = _list(rows)

    asks: list[tuple[int, float, int, int]] = []
    for lane in range(len(lanes)):
        its = sorted(np.flatnonzero(answers[lane]).tolist(), key=lambda team: (int(reach.calls_prefer[lane, team]), team))
        lanes.first_team[lane], lanes.n_teams[lane], lanes.team_bits[lane] = len(asks), len(its), _bits(its)
        asks += (rows := [(team, *reach[lane, team][["after", "calls_prefer", "keep_idle"]].tolist()) for team in its])
        lanes.team_list[lane], lanes.equal_teams[lane] = _list(rows)
    return Routes(lane_of, _table(LANE_TEAM, asks), _table(TEAM_LANE, looks))


def _bits(codes: Sequence[int]) -> int:
    """The bits of these lanes or teams."""
    return sum({1 << min(code, SHARED_BIT) for code in codes})


def _list(rows: Sequence[tuple[int, float, int, int]]) -> tuple[int, int]:
    """Rows of (code, after, rank, keep_idle) as a list of codes and the equals of each, or two zeros where they are no list."""
    if len(rows) > IN_A_LIST or any(code >= SHARED_BIT or after > 0.0 or keep_idle > 0 for code, after, _, keep_idle in rows):
        return 0, 0
    codes = bytes(code for code, *_ in rows).ljust(IN_A_LIST, bytes([NOT_LISTED]))
    ranks = [rank for _, _, rank, _ in rows]
    equals = bytes(sum(1 << place for place, other in enumerate(ranks) if other == rank) for rank in ranks)
    return int.from_bytes(codes, "little"), int.from_bytes(equals.ljust(IN_A_LIST, b"\0"), "little", signed=True)


def _table(dtype: np.dtype[Any], rows: Sequence[tuple[Any, ...]]) -> Records:
    table = records(dtype, len(rows))
    table[:] = np.array(rows, dtype)
    return table


def _turns(of_team: Records, priority: NDArray[np.int64], pick_call: int) -> NDArray[np.int64]:
    """Places of the lanes for one team, from 0; equal lanes share one."""
    by = {
        PickCall.PRIORITY_THEN_LONGEST_WAIT: [-priority, of_team.prefer],
        PickCall.FIXED_PREFERENCE: [of_team.prefer, -priority],
        PickCall.OWN_QUEUE_FIRST: [1 - of_team.first_circle, -priority, of_team.prefer],
    }.get(PickCall(pick_call), [np.zeros_like(priority)])
    places: NDArray[np.int64] = np.unique(np.stack(by), axis=1, return_inverse=True)[1].reshape(-1)
    return places
