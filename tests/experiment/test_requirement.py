"""How many are needed: Erlang's answer on the forecast, shared out so that parts add up to the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccsim import erlang
from ccsim.analysis.plan import Required
from ccsim.experiment import calibrate, run
from ccsim.experiment.expected_load import expected_loads
from ccsim.experiment.requirement import required_note, required_of
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.scenario import Scenario, from_dict

HANDLE = 240.0
CALL = {"volume": "60/h", "handle": "4m", "patience": "2m"}
NINE = 18  # the half-hour from 9:00


def centre(**changes: Any) -> tuple[Scenario, Compiled]:
    scenario = from_dict({"calls": {"orders": CALL}, "agents": 6} | changes)
    return scenario, compile_scenario(scenario)


def needed(**changes: Any) -> Required:
    found = required_of(*centre(**changes))
    assert found is not None
    return found


def agents(calls_per_hour: float, patience: float = 120.0, handle: float = HANDLE, **target: float) -> int:
    goal = erlang.Target(**(target or {"service_level": 0.8, "within": 20.0}))
    return erlang.agents_for(calls_per_hour / 3600, handle, goal, patience=patience)


def test_one_queue_needs_what_erlang_a_says() -> None:
    found = needed()
    assert found.by_team[0, NINE] == found.by_queue[0, NINE] == agents(60)
    assert not found.by_team[0, :NINE].any() and found.by_team[0, NINE : NINE + 16].all()  # open 9 to 17


def test_who_never_hangs_up_needs_what_erlang_c_says() -> None:
    scenario, compiled = centre(calls={"orders": CALL | {"patience": "never"}})
    found = required_of(scenario, compiled)
    assert found is not None and found.by_team[0, NINE] == agents(60, float("inf")) > agents(60)
    assert "by Erlang C on" in required_note(scenario, compiled)
    assert "by Erlang A (mean patience) on" in required_note(*centre())


def test_each_interval_has_its_own_calls_and_handle_time() -> None:
    volume = [30, 60, 90, *[10] * 13]
    found = needed(calls={"orders": CALL | {"volume": volume}})
    assert found.by_team[0, NINE : NINE + 4].tolist() == [agents(60), agents(120), agents(180), agents(20)]


def test_many_loads_are_solved_as_each_alone_would_be() -> None:
    volume = [1 + 5 * i for i in range(16)]
    found = needed(calls={"orders": CALL | {"volume": volume}})
    assert found.by_team[0, NINE : NINE + 16].tolist() == [agents(2 * calls) for calls in volume]


def test_all_targets_are_to_be_reached() -> None:
    targets = {"service_level": "20/60", "abandonment": "2%", "asa": "30s", "occupancy": "50%-70%"}
    scenario, compiled = centre(targets=targets)
    found = required_of(scenario, compiled)
    bounds = {"service_level": 0.2, "within": 60.0, "max_abandoned": 0.02, "max_asa": 30.0, "max_occupancy": 0.7}
    assert found is not None and found.by_team[0, NINE] == agents(60, **bounds) > agents(60, service_level=0.2, within=60.0)
    said = required_note(scenario, compiled)
    for part in ("20 % in 60 s", "at most 2 % abandoned", "an ASA of at most 30 s", "an occupancy of at most 70 %"):
        assert part in said


def test_a_goal_nobody_can_promise_requires_nothing() -> None:
    scenario, compiled = centre(target="100/20")
    assert required_of(scenario, compiled) is None
    assert required_note(scenario, compiled).startswith("Nothing is required")


def test_who_hangs_up_in_the_ivr_needs_no_agent() -> None:
    assert needed(ivr={"time": "20s", "hang_up": "50%"}).by_team[0, NINE] == agents(30)


def test_a_forecast_of_all_at_the_queue_is_what_is_required_for() -> None:
    """Half of the callers hang up in the IVR and some redial, so that fewer or more than 60 an hour dial for the first time."""
    scenario = from_dict(
        {
            "calls": {"orders": CALL | {"volume": {"rate": "60/h", "counts": "all_at_queue"}}},
            "agents": 6,
            "ivr": {"time": "20s", "hang_up": "50%"},
            "after_contact": {"redial": {"share": "50%", "after": "5m"}},
        }
    )
    solved = calibrate(scenario)
    found = required_of(solved, compile_scenario(solved))
    assert found is not None and found.by_team[0, NINE : NINE + 16].tolist() == [agents(60)] * 16


def test_a_transferred_call_is_needed_twice() -> None:
    calls = {"first": CALL | {"transfer": {"share": "50%", "to": "second"}}, "second": CALL | {"volume": "10/h"}}
    found = needed(
        calls=calls,
        agents={"a": {"headcount": 6}, "b": {"headcount": 6}},
        queues={"first": {"teams": ["a"]}, "second": {"teams": ["b"]}},
    )
    assert found.by_queue[:, NINE].tolist() == [agents(60), agents(40)]
    assert found.by_team[:, NINE].tolist() == [agents(60), agents(40)]
    assert found.group_of_team[0] != found.group_of_team[1]


def test_legs_go_on_as_often_as_they_may_and_where_shares_lead() -> None:
    """Of 60 calls of type a half go on, 80 % of these to b; half of what b gets goes back to a, as second transfers at most."""
    a, b, c = (CALL | {"volume": f"{n}/h"} for n in (60, 0, 0))
    a |= {"transfer": {"share": "50%", "to": {"b": "80%", "c": "20%"}, "at_most": 2}}
    b |= {"transfer": {"share": "50%", "to": "a", "at_most": 2}}
    scenario, compiled = centre(
        calls={"a": a, "b": b, "c": c},
        queues={name: {"teams": [name]} for name in "abc"},
        agents={name: {"headcount": 9} for name in "abc"},
    )
    found = [expected.calls[NINE] for expected in expected_loads(scenario, compiled).values()]
    assert found == pytest.approx([30 + 0.5 * 12, 12, 3])  # in half an hour


def test_who_overflows_is_needed_once() -> None:
    teams = {"desk": {"headcount": 5}, "vendor": {"capacity": 2}}
    found = needed(agents=teams, queues={"orders": {"teams": ["desk"], "overflow": [{"after": "20s", "to": "vendor"}]}})
    assert found.by_team[:, NINE].tolist() == [agents(60), 0.0]
    assert found.by_queue[:, NINE].tolist() == [agents(60), 0.0]


SHARED = {
    "calls": {"a": CALL, "b": CALL | {"volume": "20/h", "handle": "6m"}},
    "agents": {"both": {"headcount": 6}, "only_a": {"headcount": 3}},
    "queues": {"a": {"teams": ["only_a", "both"]}, "b": {"teams": ["both"]}},
}


def test_queues_that_share_a_team_are_one_crowd() -> None:
    found = needed(**SHARED)
    mean = (60 * 240 + 20 * 360) / 80
    whole = agents(80, handle=mean)
    assert found.by_team[:, NINE].sum() == pytest.approx(whole)
    assert found.by_team[:, NINE].tolist() == pytest.approx([whole * 6 / 9, whole * 3 / 9])  # as they are scheduled
    assert found.by_queue[:, NINE].tolist() == pytest.approx([whole * 240 * 60 / (mean * 80), whole * 360 * 20 / (mean * 80)])
    assert set(found.group_of_team) == {found.group_of_team[0]}
    assert "one crowd" in required_note(*centre(**SHARED))
    assert "one crowd" not in required_note(*centre())


def test_a_slower_team_is_needed_in_greater_number() -> None:
    call = CALL | {"needs": ["x"]}
    slow = {"headcount": 6, "skills": {"x": {"handle": "150%"}}}
    assert needed(calls={"orders": call}, agents={"slow": slow}).by_team[0, NINE] == agents(60, handle=360.0)


def test_ringing_is_handle_time() -> None:
    ringing = {"headcount": 6, "ring": {"deterministic": "60s"}}
    assert needed(agents={"desk": ringing}).by_team[0, NINE] == agents(60, handle=300.0) > agents(60)


def test_where_nobody_is_scheduled_teams_are_short_by_equal_parts() -> None:
    found = needed(agents={"a": {"headcount": 0}, "b": {"headcount": 0}})
    assert found.by_team[:, NINE].tolist() == [agents(60) / 2] * 2


def test_recorded_calls_are_their_own_forecast() -> None:
    log = [{"at": f"{9 * 60 + minute}m", "call_type": "orders"} for minute in range(30)]
    found = needed(calls={"orders": {"handle": "4m", "patience": "2m"}}, replay={"calls": log})
    assert found.by_team[0, NINE] == agents(60) and found.by_team[0, NINE + 1] == 0.0


def test_parts_add_up_and_results_tell_them_by_interval() -> None:
    result = run(from_dict(SHARED), reps=3, jobs=1, neighbours=False)
    open_hours = [label for label in result.names.interval_labels if "09:00" <= label[-5:] < "17:00"]

    def required(**place: str) -> list[float | None]:
        found = {
            e.scope["interval"]: e.value for e in result.by_interval("required", "net_staffing", **place) if e.id == "required"
        }
        return [found[label] for label in open_hours]

    assert required() == pytest.approx(np.add(required(team="both"), required(team="only_a")).tolist())
    at = {"interval": "2024-01-01 09:30"}
    assert result.kpi("net_staffing", **at).value == result.kpi("scheduled", **at).value - result.kpi("required", **at).value
    queues = [result.kpi("required", queue=name, **at).value for name in ("a", "b")]
    assert sum(queues) == pytest.approx(result.kpi("required", **at).value)
    assert result.kpi("agents_on_duty", team="both", day="2024-01-01").value == pytest.approx(6.0)
