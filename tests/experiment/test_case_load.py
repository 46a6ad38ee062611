"""What cases bring on the forecast: by hand, and against a simulation in which nobody waits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccsim.experiment import run
from ccsim.experiment.expected_load import expected_loads
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict

TEN = 20  # the half-hour from 10:00
LEVELS = {"none": 0, "advisor": 25, "lead": 150, "manager": "unlimited"}
TEAMS = {
    "desk": {"headcount": 60, "authority": "advisor"},
    "leads": {"headcount": 20, "authority": "lead"},
    "top": {"headcount": 20, "authority": "manager"},
}


def centre(right: dict[str, Any], **changes: Any) -> Scenario:
    """100 calls an hour of 4 min talk and 1 min wrap: 30 % need 20, 10 % need 100, 5 % need 500; the desk may grant 25."""
    needs = {"none": "55%", "small": "30%", "large": "10%", "huge": "5%"}
    call = {"volume": "100/h", "talk": "4m", "wrap": "1m", "patience": "never", "needs_authority": needs}
    content = {
        "authority_levels": LEVELS | {"small": 20, "large": 100, "huge": 500},
        "calls": {"orders": call},
        "agents": TEAMS,
        "queues": {"orders": {"teams": ["desk"]}},
        "make_it_right": right,
    }
    return from_dict(content | changes)


def found(scenario: Scenario) -> list[tuple[float, float]]:
    """Calls of half an hour and mean handle time of each lane to which any come."""
    loads = expected_loads(scenario, compile_scenario(scenario)).values()
    return [(load.calls[TEN], load.handle[TEN]) for load in loads if load.calls.any()]


TALKS = {"first_leg": "50%", "next_leg": "75%", "retell": "30s", "decide": {"frontline": "20s", "supervisor": "40s"}}
DESK = 0.55 * 300 + 0.30 * (300 + 20) + 0.15 * (120 + 60)
"""Settled with nothing to decide, settled with deciding, and passed on after half of the talk."""
LATER = 0.75 * 240 + 60 + 30
"""Three quarters of the talk, the wrap, the story."""


@pytest.mark.parametrize(
    ("right", "lanes"),
    [
        ({"policy": "second_person"}, [(50, DESK), (5, LATER + 40), (2.5, LATER + 40)]),
        (  # the leads see what is too much for them, too: two thirds they settle, a third they pass on at half of their talk
            {"policy": "frontline_chain"},
            [(50, DESK), (7.5, 2 / 3 * (LATER + 40) + 1 / 3 * (LATER - 0.5 * 0.75 * 240)), (2.5, LATER + 40)],
        ),
        ({"policy": "frontline_settles"}, [(50, 300 + 0.45 * 20)]),
        ({"on_shortfall": "refuse"}, [(50, DESK + 0.15 * 20)]),
        (  # at most one hop: what is too much for the leads they refuse, with deciding
            {"policy": "frontline_chain", "escalate": {"max_hops": 1}},
            [(50, DESK), (7.5, 2 / 3 * (LATER + 40) + 1 / 3 * (LATER - 0.5 * 0.75 * 240 + 40))],
        ),
        (  # who asks talks as who settles, and a minute with a colleague, who does nothing else with it
            {"on_shortfall": "consult", "consult": "60s"},
            [(50, 0.55 * 300 + 0.45 * (300 + 20) + 0.15 * 60), (5, 60), (2.5, 60)],
        ),
        (  # a fifth hangs up on the way; who is briefed hears no story, and both talk for 15 s
            {"escalate": {"transfer": "warm", "brief": "15s", "lose_caller": "20%"}},
            [(50, DESK + 0.15 * 15), (4, LATER - 30 + 15 + 40), (2, LATER - 30 + 15 + 40)],
        ),
    ],
)
def test_who_is_passed_on_is_expected_by_hand(right: dict[str, Any], lanes: list[tuple[float, float]]) -> None:
    assert np.array(found(centre(TALKS | right))) == pytest.approx(np.array(lanes), rel=1e-12)


def test_an_amount_is_split_by_its_law() -> None:
    """30 % need an exponential amount of mean 50: 30 % e^-0.5 of the calls are beyond 25, 30 % e^-3 beyond 150."""
    needs = {"share": "30%", "amount": {"exponential": {"mean": 50}}, "talk": "150%"}
    call = {"volume": "100/h", "talk": "4m", "patience": "never", "needs_authority": needs}
    beyond, far = 0.3 * math.exp(-0.5), 0.3 * math.exp(-3.0)
    lanes = [(50, 240 * (0.7 + 0.3 * 1.5)), (50 * (beyond - far), 360), (50 * far, 360)]
    assert np.array(found(centre({}, calls={"orders": call}))) == pytest.approx(np.array(lanes), rel=1e-9)


def test_a_simulation_in_which_nobody_waits_brings_as_much() -> None:
    """Two types, transfers that take the case along, cases refused, passed on and lost: calls and handle time by queue."""
    lost = {"lose_caller": "10%"}
    right = TALKS | {"policy": "frontline_chain", "on_shortfall": {"escalate": "70%", "refuse": "30%"}, "escalate": lost}
    call = {"volume": "100/h", "talk": "3m", "wrap": "30s", "patience": "never"}
    needs = {"share": "40%", "amount": {"lognormal": {"mean": 60, "cv": 1.5}}, "talk": "125%"}
    calls = {
        "orders": call | {"needs_authority": needs, "transfer": {"to": "tech", "share": "20%"}},
        "tech": call | {"needs_authority": {"share": "10%", "amount": 30}},
    }
    teams = {name: {"headcount": 200, "authority": team["authority"]} for name, team in TEAMS.items()}
    scenario = centre(right, calls=calls, agents=teams, queues={name: {"teams": ["desk"]} for name in calls})
    compiled = compile_scenario(scenario)
    expected = expected_loads(scenario, compiled)
    result = run(scenario, reps=200, seed=7)
    for code, queue in enumerate(compiled.names.queues):
        lanes = [load for lane, load in expected.items() if compiled.program.lanes.queue[lane] == code]
        offered, work = sum(load.calls.sum() for load in lanes), sum((load.calls * load.handle).sum() for load in lanes)
        for id, value in (("offered", offered), ("handle_time", work / offered)):
            kpi = result.kpi(id, queue=queue)
            error = (kpi.high - kpi.low) / 2 / 1.96
            assert abs(kpi.value - value) < 4 * error, (queue, id)
            assert error < 0.03 * value
