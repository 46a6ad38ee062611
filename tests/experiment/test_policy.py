"""Custom routing: where a policy runs, that both engines obey it alike, and that memories show."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.experiment import check_policy
from ccsim.scenario import Scenario, from_dict


class LastComeFirst:
    """An agent takes who came last."""

    @staticmethod
    def call_score(contact: Any, agent: Any, now: float) -> float:
        return contact.queued_at


class FirstComeFirst:
    """The built-in order of one queue, said as a policy."""

    @staticmethod
    def call_score(contact: Any, agent: Any, now: float) -> float:
        return now - contact.queued_at


class SpareTheSecondTeam:
    """Both functions, with arithmetic on every field."""

    @staticmethod
    def agent_score(contact: Any, agent: Any) -> float:
        return -10.0 * agent.team + 0.001 * contact.call_type - agent.id

    @staticmethod
    def call_score(contact: Any, agent: Any, now: float) -> float:
        return contact.priority * 100.0 + contact.queue + (now - contact.queued_at) + 0.0001 * contact.customer


class InPlainPython:
    """Uses what cannot be compiled."""

    @staticmethod
    def call_score(contact: Any, agent: Any, now: float) -> float:
        return {0: 2.0, 1: 1.0}.get(int(contact.call_type), 0.0) * float(str(now - contact.queued_at))


class AsAMethod:
    """A method that sees its object: plain Python, too."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def call_score(self, contact: Any, agent: Any, now: float) -> float:
        return self.weight * contact.queued_at


class Undefined:
    """A score that is no number."""

    @staticmethod
    def call_score(contact: Any, agent: Any, now: float) -> float:
        return (now - now) / 0.0 if contact.queue < 0 else math.nan


class WithMemory:
    """Answers differently each time it is asked."""

    def __init__(self) -> None:
        self.asked = itertools.count()

    def call_score(self, contact: Any, agent: Any, now: float) -> float:
        return float(next(self.asked) * 7919 % 13)


def scenario() -> Scenario:
    return from_dict(
        {
            "open": "09:00-11:00",
            "calls": {
                "a": {"volume": "80/h", "handle": "4m", "patience": "5m"},
                "b": {"volume": "30/h", "handle": "4m", "patience": "5m"},
            },
            "agents": {"one": {"headcount": 4}, "two": {"headcount": 3}},
            "run": {"replications": 6},
        }
    )


@pytest.mark.parametrize("policy", [LastComeFirst(), FirstComeFirst(), SpareTheSecondTeam()])
def test_a_policy_that_compiles_gives_the_same_rows_on_both_engines(policy: Any) -> None:
    found = check_policy(policy)
    assert found.ok and found.differing == 0 and found.replications == 20
    assert (found.engines, found.reason) == (("reference", "compiled"), "")
    digests = {ccsim.run(scenario(), engine=engine, policy=policy).digest for engine in ("compiled", "reference")}
    assert len(digests) == 1


@pytest.mark.parametrize("policy", [InPlainPython(), AsAMethod(-1.0)])
def test_a_policy_in_plain_python_runs_on_the_reference_engine(policy: Any) -> None:
    found = check_policy(policy, replications=3)
    assert found.engines == ("reference",) and found.ok
    assert found.reason != ""
    result = ccsim.run(scenario(), policy=policy, reps=2)
    assert result.engine == "reference"  # what auto takes then
    with pytest.raises(TypeError):
        ccsim.run(scenario(), policy=policy, reps=2, engine="compiled")


def test_a_method_is_told_how_to_be_compiled() -> None:
    assert "call_score: a method that takes self" in check_policy(AsAMethod(-1.0), replications=1).reason


class Misspelt:
    """Has neither function: nothing would change, and nobody would be told."""

    @staticmethod
    def agents_score(contact: Any, agent: Any) -> float:
        return 0.0


@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_a_policy_without_its_functions_is_refused(engine: str) -> None:
    for call in (lambda: ccsim.run(scenario(), policy=Misspelt(), reps=1, engine=engine), lambda: check_policy(Misspelt())):
        with pytest.raises(ValueError, match="agent_score, call_score or both"):
            call()


def test_a_memory_shows() -> None:
    found = check_policy(WithMemory(), replications=4)
    assert not found.ok and 0 < found.differing <= 4


def test_a_policy_changes_who_waits_and_not_who_calls() -> None:
    plain, turned = (
        ccsim.run(scenario(), rows=True, neighbours=False, policy=policy, engine="compiled")
        for policy in (None, LastComeFirst())
    )
    assert plain.rows is not None and turned.rows is not None
    assert plain.digest != turned.digest
    assert np.array_equal(plain.rows.episodes["first_at"], turned.rows.episodes["first_at"])


def test_a_method_decides_like_the_function_it_is() -> None:
    by_method = ccsim.run(scenario(), policy=AsAMethod(1.0), reps=3, neighbours=False)
    assert by_method.digest == ccsim.run(scenario(), policy=LastComeFirst(), reps=3, neighbours=False).digest


def test_first_come_first_served_said_as_a_policy_is_the_built_in_order() -> None:
    same_priority = ccsim.run(scenario(), policy=FirstComeFirst(), neighbours=False)
    assert same_priority.digest == ccsim.run(scenario(), engine="compiled", neighbours=False).digest


def test_a_score_that_is_no_number_is_refused_by_both_engines() -> None:
    for engine in ("reference", "compiled"):
        with pytest.raises(ValueError, match="NaN"):
            ccsim.run(scenario(), policy=Undefined(), engine=engine, reps=2, neighbours=False)


def test_neighbours_are_simulated_with_the_policy_too() -> None:
    one = from_dict({"open": "09:00-11:00", "calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}}, "agents": 4})
    plain, turned = (ccsim.run(one, engine="compiled", reps=6, policy=policy) for policy in (None, LastComeFirst()))
    planned = next(n for n in turned.neighbours if n.agents == 4)
    own = turned.accumulator.estimates(scopes=("centre",), ids=("service_level",))[0]
    assert planned.service_level == own
    assert planned.service_level != next(n for n in plain.neighbours if n.agents == 4).service_level
