"""Transfers to several types and redials by type: short and long forms, what is refused, and how it reaches the program."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.errors import ScenarioError
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, check_text, from_dict
from tests.scenario.test_schema import VALIDATOR, read

THREE: dict[str, Any] = {name: {"volume": "9/h", "handle": "4m"} for name in ("a", "b", "c")}


def scenario(transfer: Any = None, redial: Any = None, **more: Any) -> Scenario:
    calls = THREE | ({"a": THREE["a"] | {"transfer": transfer}} if transfer else {})
    after = {"after_contact": {"redial": {"share": "60%", "after": "5m"} | redial}} if redial else {}
    return from_dict({"calls": calls, "agents": 3} | after | more)


def test_destinations_reach_the_program_as_shares_of_all_talks() -> None:
    program = compile_scenario(scenario({"share": "30%", "to": {"c": "10%", "b": "90%"}, "at_most": 20})).program
    kind = program.call_types[0]
    assert (kind.transfer_to, kind.n_destinations, kind.transfer_at_most) == (-1, 2, 20)
    assert program.destinations.call_type.tolist() == [1, 2]
    assert program.destinations.up_to.tolist() == [0.9 * 0.3, 0.3]
    assert program.call_types.transfer_at_most.tolist() == [20, 0, 0]


def test_one_destination_is_written_as_one_and_needs_no_table() -> None:
    short, long = scenario({"share": "30%", "to": "b"}), scenario({"share": "30%", "to": {"b": "100%", "c": "0%"}})
    for one in (short, long):
        program = compile_scenario(one).program
        assert (program.call_types.transfer_to[0], len(program.destinations)) == (1, 0)
        assert program.call_types.transfer_at_most[0] == 1
    assert "to: b, " in short.to_yaml()
    for one in (short, long, scenario({"share": "30%", "to": {"b": "75%", "c": "25%"}})):
        assert check_text(one.to_yaml()).scenario == one
        assert not list(VALIDATOR.iter_errors(read(one.to_yaml())))


def test_redial_shares_reach_the_program_by_type_and_try() -> None:
    by_type = {"b": "90%", "c": {"share": "50%", "later": "25%"}}
    program = compile_scenario(scenario(redial={"later": "40%", "by_type": by_type, "as": {"c": "b"}})).program
    kinds = program.call_types
    assert kinds.redial_first.tolist() == [0.6, 0.9, 0.5]
    assert kinds.redial_later.tolist() == [0.4, 0.9, 0.25]
    assert kinds.redial_as.tolist() == [-1, -1, 1]
    settings = program.settings[0]
    assert (settings.redial_by_type, settings.redial_as, settings.redial_share) == (1, 1, 0.9)
    plain = compile_scenario(scenario(redial={"attempts": 3})).program.settings[0]
    assert (plain.redial_by_type, plain.redial_as, plain.redial_share) == (0, 0, 0.6)


def test_priorities_count_and_grow_by_the_minute_only_where_the_rule_says_so() -> None:
    queues = {"a": {"priority": 5, "weight": 30}, "b": {}, "c": {}}
    by_rule = {}
    for rule in ("weighted_wait", "priority_plus_wait"):
        found = compile_scenario(scenario(queues=queues, routing={"pick_call": rule})).program
        by_rule[rule] = (found.queues.head_start.tolist(), found.queues.weight.tolist(), int(found.settings.pick_call[0]))
    assert by_rule["weighted_wait"] == ([0.0, 0.0, 0.0], [30.0, 1.0, 1.0], 3)
    assert by_rule["priority_plus_wait"] == ([5.0, 0.0, 0.0], [0.5, 1 / 60, 1 / 60], 3)


@pytest.mark.parametrize(
    ("transfer", "redial", "path", "what"),
    [
        ({"share": "30%", "to": {"b": "50%", "c": "40%"}}, None, "calls.a.transfer.to", "add up to 90 %"),
        ({"share": "30%", "to": "a"}, None, "calls.a.transfer.to", "another call type"),
        ({"share": "30%", "to": {"b": "50%", "q": "50%"}}, None, "calls.a.transfer.to.q", "no call type of that name"),
        ({"share": "30%", "to": "b", "at_most": 0}, None, "calls.a.transfer.at_most", "0"),
        ({"share": "30%", "to": "b", "at_most": 21}, None, "calls.a.transfer.at_most", "20"),
        (None, {"by_type": {"q": "5%"}}, "after_contact.redial.by_type.q", "no call type of that name"),
        (None, {"as": {"q": "a"}}, "after_contact.redial.as.q", "no call type of that name"),
        (None, {"as": {"a": "q"}}, "after_contact.redial.as.a", "no call type of that name"),
    ],
)
def test_slips_are_refused_at_their_place(transfer: Any, redial: Any, path: str, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario(transfer, redial)
    assert any(problem.path == path and what in str(problem) for problem in caught.value.problems), str(caught.value)


def test_callers_of_a_log_do_not_become_others() -> None:
    log = {"replay": {"calls": [{"at": "9h", "call_type": "a"}]}}
    with pytest.raises(ScenarioError, match="callers of a log dial again as they did"):
        scenario(redial={"as": {"a": "b"}}, **log)
