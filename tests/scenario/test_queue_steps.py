"""Expand, overflow, full queues, balking, ringing and transfers as written: what they compile to, and how slips are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccsim.errors import ScenarioError
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict, resolve

CALL = {"volume": "60/h", "handle": "4m", "patience": "2m"}
TEAMS = {"x": {"headcount": 1}, "y": {"headcount": 1}, "z": {"headcount": 1}}


def centre(queues: dict[str, Any] | None = None, *, calls: dict[str, Any] | None = None, **agents: Any) -> Scenario:
    """Call types `a` and `b` with these changes, and three teams."""
    written = {name: CALL | (calls or {}).get(name, {}) for name in "ab"}
    teams = {name: team | agents.get(name, {}) for name, team in TEAMS.items()}
    return from_dict({"open": "09:00-10:00", "calls": written, "queues": queues or {}, "agents": teams})


def test_the_first_circle_is_who_no_expansion_names():
    queues = {"a": {"expand": [{"after": "30s", "to": ["y"]}, {"after": "1m", "to": ["y", "z"]}]}, "b": {"teams": ["z"]}}
    scenario = centre(queues)
    assert resolve.circles(scenario, "a") == {"x": 0.0, "y": 30.0, "z": 60.0}
    assert resolve.teams_of(scenario, "a") == ("x", "y", "z")
    program = compile_scenario(scenario).program
    assert program.reach.after[:2].tolist() == [[0.0, 30.0, 60.0], [np.inf, np.inf, 0.0]]
    assert program.reach.first_circle[0].tolist() == [1, 0, 0]


def test_overflows_make_lanes_for_all_who_may_come():
    """Calls of a go to m, from there to y and to team z; queue codes a 0, b 1, m 2, y 3, z 4."""
    queues = {
        "a": {"teams": ["x"], "overflow": [{"after": "20s", "to": "m"}]},
        "b": {"teams": ["x"]},
        "m": {"teams": ["x"], "overflow": [{"after": "40s", "to": "z", "clock": "restart"}, {"after": "30s", "to": "y"}]},
        "y": {"teams": ["y"], "max_waiting": 0},
    }
    scenario = centre(queues)
    assert scenario.queues["z"].teams == ("z",) and scenario.queues["z"].calls == ()
    assert resolve.overflow_queues(scenario, "a") == ("a", "m", "z", "y")
    program = compile_scenario(scenario).program
    assert [(int(lane.call_type), int(lane.queue)) for lane in program.lanes] == [(0, 0), (1, 1), (0, 2), (0, 3), (0, 4)]
    assert program.steps.tolist() == [(20.0, 2, 1), (30.0, 3, 1), (40.0, 4, 0)]  # by time
    assert program.queues.full_step.tolist() == [0, -1, 1, -1, -1]
    assert program.queues.max_waiting.tolist() == [1 << 40, 1 << 40, 1 << 40, 0, 1 << 40]
    assert program.queues.counts_waiting.tolist() == [0, 0, 0, 1, 0]
    assert from_dict_again(scenario).fingerprint == scenario.fingerprint


def from_dict_again(scenario: Scenario) -> Scenario:
    import yaml

    return from_dict(yaml.safe_load(scenario.to_yaml()))


def test_an_expansion_comes_before_an_overflow_of_the_same_time():
    queues = {
        "a": {"teams": ["x"], "overflow": [{"after": "20s", "to": "y"}], "expand": [{"after": "20s", "to": ["z"]}]},
        "b": {},
    }
    assert compile_scenario(centre(queues)).program.steps.to.tolist() == [-1, 2]


def test_balking_by_what_one_finds_ringing_and_transfers():
    balk = {"share": "20%", "waiting_at_least": 3, "expected_wait_over": "1m"}
    calls = {
        "a": {"patience": {"exponential": {"mean": "2m"}, "balk": balk}, "transfer": {"share": "10%", "to": "b"}},
        "b": {"patience": {"never": {}, "balk": "5%"}},
    }
    program = compile_scenario(centre(calls=calls, x={"ring": "5s"}, y={"answer_delay": {"deterministic": "2s"}})).program
    kinds = program.call_types
    assert kinds.balk_share.tolist() == [0.2, 0.05]
    assert kinds.balk_waiting.tolist() == [3, 0]
    assert kinds.balk_wait_over.tolist() == [60.0, -1.0]
    assert program.settings.keeps_last_wait[0] == 1
    assert program.queues.counts_waiting.tolist() == [1, 0]
    assert (kinds.transfer_share.tolist(), kinds.transfer_to.tolist()) == ([0.1, 0.0], [1, -1])
    assert (program.teams.ring_law >= 0).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("queues", "path", "what"),
    [
        ({"a": {"overflow": [{"after": "1m", "to": "q"}]}, "b": {}}, "queues.a.overflow.0.to", "no queue or team"),
        (
            {"a": {"overflow": [{"after": "1m", "to": "b"}]}, "b": {"overflow": [{"after": "1m", "to": "a"}]}},
            "queues.a.overflow.0.to",
            "round in a circle",
        ),
        ({"a": {"overflow": [{"after": "1m", "to": "a"}]}, "b": {}}, "queues.a.overflow.0.to", "round in a circle"),
        ({"a": {"expand": [{"after": "1m", "to": ["q"]}]}, "b": {}}, "queues.a.expand.0.to.0", "no team of that name"),
        ({"a": {"teams": ["x"], "expand": [{"after": "1m", "to": ["x"]}]}, "b": {}}, "queues.a.expand.0.to.0", "first moment"),
        ({"a": {}, "b": {}, "c": {"calls": [], "teams": ["x"]}}, "queues.c", "no call ever waits here"),
        ({"a": {"max_waiting": -1}, "b": {}}, "queues.a.max_waiting", "-1"),
        ({"a": {"overflow": [{"after": "60", "to": "x"}]}, "b": {}}, "queues.a.overflow.0.after", "unit"),
        ({"a": {"overflow": [{"after": "1m", "to": "x", "clock": "stop"}]}, "b": {}}, "queues.a.overflow.0.clock", "keep"),
    ],
)
def test_slips_are_refused_at_their_place(queues: dict[str, Any], path: str, what: str):
    with pytest.raises(ScenarioError) as caught:
        centre(queues)
    assert any(problem.path == path and what in str(problem) for problem in caught.value.problems), str(caught.value)


@pytest.mark.parametrize(("to", "what"), [("q", "no call type of that name"), ("a", "another call type")])
def test_a_transfer_goes_to_another_call_type(to: str, what: str):
    with pytest.raises(ScenarioError, match=what):
        centre(calls={"a": {"transfer": {"share": "10%", "to": to}}})


def test_an_overflow_to_people_without_the_skill_is_refused():
    teams = {"x": {"headcount": 1, "skills": ["s"]}, "y": {"headcount": 1, "skills": []}}
    queues = {"a": {"teams": ["x"], "overflow": [{"after": "1m", "to": "y"}]}}
    with pytest.raises(ScenarioError, match="skill|able"):
        from_dict({"open": "09:00-10:00", "calls": {"a": CALL | {"needs": "s"}}, "queues": queues, "agents": teams})


def test_a_bounded_queue_settles_whatever_the_load():
    """Without hanging up 8 erlangs never settle with 4 agents; turned away from a full queue they do."""
    steady = {"mode": "steady", "length": "10h"}
    given = {"open": "00:00-24:00", "calls": {"a": {"volume": "2/min", "handle": "4m"}}, "agents": 4, "run": steady}
    with pytest.raises(ScenarioError, match="never settles"):
        from_dict(given)
    assert from_dict(given | {"queues": {"a": {"max_waiting": 5}}}).queues["a"].max_waiting == 5
