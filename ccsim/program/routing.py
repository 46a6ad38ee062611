"""Who may answer what, after how long and in which order: lanes, and what each team is to each of them.

Called by `compile`. What a scenario says becomes one REACH row per lane and team; what the kernel asks at every call, the
teams of a lane and the lanes of a team in order, follows from those rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import LANE, REACH, Records, records
from ccsim.scenario import Scenario, resolve

__all__ = ["Routes", "lanes_of", "reach_of", "routes_of"]


class Routes(NamedTuple):
    """The parts of a Program that follow from REACH; see `layout.Program`."""

    lane_of: NDArray[np.int64]
    lane_teams: NDArray[np.int64]
    team_lanes: NDArray[np.int64]


def lanes_of(queue_of: NDArray[np.int64]) -> Records:
    """One lane per call type, in the queue it enters first."""
    lanes = records(LANE, len(queue_of))
    lanes.call_type, lanes.queue = np.arange(len(lanes)), queue_of
    return lanes


def reach_of(scenario: Scenario, lanes: Records, queues: tuple[str, ...], teams: tuple[str, ...]) -> Records:
    """What the scenario says of each lane and team; `turn` is still to be settled."""
    reach = records(REACH, len(lanes), len(teams))
    reach.after = np.inf
    reach.prefer = reach.calls_prefer = 1
    for lane, queue in enumerate(lanes.queue):
        for name in resolve.teams_of(scenario, queues[queue]):
            of_team = reach[lane, teams.index(name)]
            of_team.after, of_team.first_circle = 0.0, 1
    return reach


def routes_of(lanes: Records, queues: Records, teams: Records, reach: Records, n_call_types: int) -> Routes:
    """Settles what follows from `reach`. Writes its `turn` and the ranges in lanes and teams.

    Notes
    -----
    A team's turn of a lane is its place by (priority, prefer); lanes of one turn are served by who waits longest. Teams that
    never answer have no place in any list.
    """
    lane_of = np.full((n_call_types, len(queues)), -1, dtype=np.int64)
    lane_of[lanes.call_type, lanes.queue] = np.arange(len(lanes))
    able = reach.after < np.inf
    priority = queues.priority[lanes.queue]

    team_lanes: list[int] = []
    for team in range(len(teams)):
        order = np.stack([-priority, reach.prefer[:, team]])
        reach.turn[:, team] = np.unique(order, axis=1, return_inverse=True)[1].reshape(-1)
        mine = sorted(np.flatnonzero(able[:, team]).tolist(), key=lambda lane: (int(reach.turn[lane, team]), lane))
        teams.first_lane[team], teams.n_lanes[team] = len(team_lanes), len(mine)
        team_lanes += mine

    lane_teams: list[int] = []
    for lane in range(len(lanes)):
        its = sorted(np.flatnonzero(able[lane]).tolist(), key=lambda team: (int(reach.calls_prefer[lane, team]), team))
        lanes.first_team[lane], lanes.n_teams[lane] = len(lane_teams), len(its)
        lane_teams += its
    return Routes(lane_of, np.array(lane_teams, np.int64), np.array(team_lanes, np.int64))
