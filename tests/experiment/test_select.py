"""`select`: the right plan as often as promised, no replication for a plan that is out, the same answer whoever computes it."""

from __future__ import annotations

from typing import Any

import pytest

import ccsim
from ccsim.experiment import Choice
from ccsim.scenario import Scenario, from_dict
from tests.analysis.test_paired import true_blocking
from tests.coverage_table import Covered


def centre(agents: int = 5, **changes: Any) -> Scenario:
    """Calls that wait for two minutes at most on average."""
    calls = {"calls": {"volume": "60/h", "handle": "4m", "patience": "2m"}}
    base = {"name": f"{agents} agents", "open": "09:00-11:00", "calls": calls, "agents": agents, "target": "80/20"}
    return from_dict({**base, "run": {"replications": 20, "seed": 4}, **changes})


def of_agents(*agents: int, **options: Any) -> Choice:
    return ccsim.select(*(centre(n) for n in agents), **options)


FEWEST: dict[str, Any] = {
    "best": "agents_on_duty",
    "direction": "lowest",
    "margins": {"agents_on_duty": 0.5, "service_level": 0.02},
    "subject_to": [ccsim.Bound("service_level", 1, 0.8)],
}


def test_the_least_blocked_plan_is_chosen_as_often_as_promised(covered: Covered) -> None:
    """A loss system with a call or two an hour fewer; the promise at its hardest: the margin is the true difference."""

    def calls(per_hour: int) -> Scenario:
        calls = {"calls": {"volume": f"{per_hour}/h", "handle": "12m"}}
        centre = {"open": "08:00-10:00", "interval": "2h", "lines": 5, "agents": 5, "run": {"confidence": "90%"}}
        return from_dict({"name": f"{per_hour} calls", **centre, "calls": calls})

    zone = true_blocking(5, 19.0) - true_blocking(5, 18.0)
    plans = [calls(per_hour) for per_hour in (20, 19, 18)]
    made = [ccsim.select(*plans, best="blocking", margins={"blocking": zone}, reps=10, seed=seed) for seed in range(60)]
    assert all(choice.finished for choice in made)
    right = sum(choice.chosen == "18 calls" for choice in made)
    covered("best of three plans, promised 90 %", "loss systems at the margin", 10, right / 60, 60)
    assert right >= 54
    longest = [max(candidate.n for candidate in choice.candidates) for choice in made]
    assert max(longest) >= 20 > min(longest), "it goes on as long as it must"


def test_the_fewest_agents_that_keep_a_limit() -> None:
    """Erlang A: 70 % with five agents, 83 % with six, 92 % with seven."""
    choice = of_agents(4, 5, 6, 7, **FEWEST)
    assert (choice.chosen, choice.finished) == ("6 agents", True)
    told = {candidate.name: (candidate.status, candidate.by) for candidate in choice.candidates}
    assert told == {
        "4 agents": ("breaks a limit", "service_level"),
        "5 agents": ("breaks a limit", "service_level"),
        "6 agents": ("chosen", ""),
        "7 agents": ("beaten", "6 agents"),
    }


def test_a_plan_that_is_out_costs_nothing_more() -> None:
    choice = of_agents(4, 5, 6, 7, **FEWEST)
    assert choice.candidate("4 agents").n == choice.first == 20
    assert choice.candidate("6 agents").n > 20
    assert choice.spent == sum(candidate.n for candidate in choice.candidates)


def test_what_it_says_of_a_plan_is_what_run_says() -> None:
    choice = of_agents(5, 6, best="service_level")
    for candidate in choice.candidates:
        alone = ccsim.run(candidate.scenario, reps=candidate.n, seed=4, neighbours=False)
        assert candidate.best == alone.kpi("service_level")
        assert repr(candidate.targets) == repr(alone.targets)
    assert choice.chosen == "6 agents" and choice.best_by.id == "service_level" and choice.sign == 1


def test_no_plan_may_be_good_enough() -> None:
    choice = of_agents(3, 4, **FEWEST)
    assert (choice.chosen, choice.finished) == (None, True)


def test_a_copy_is_as_good() -> None:
    choice = ccsim.select(centre(), centre(), best="asa")
    assert choice.chosen == "5 agents"
    assert [(c.status, c.by) for c in choice.candidates] == [("chosen", ""), ("as good", "5 agents")]


def test_when_replications_run_out_nothing_is_chosen() -> None:
    choice = of_agents(5, 6, best="handle_time", direction="lowest", margins={"handle_time": 0.01}, most=25)
    assert (choice.chosen, choice.finished, choice.interrupted) == (None, False, False)
    assert {(candidate.status, candidate.n) for candidate in choice.candidates} == {("undecided", 25)}


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 5}, {"engine": "reference"}])
def test_workers_and_engines_give_the_same(options: dict[str, Any]) -> None:
    one, other = of_agents(5, 6, 7, **FEWEST, jobs=1), of_agents(5, 6, 7, **FEWEST, **options)
    kept = [(c.name, c.status, c.by, c.n, c.best, c.limits, repr(c.targets)) for c in one.candidates]
    assert kept == [(c.name, c.status, c.by, c.n, c.best, c.limits, repr(c.targets)) for c in other.candidates]


@pytest.mark.parametrize("at", [7, 25])
def test_an_interrupt_chooses_nothing_and_keeps_the_plans(at: int) -> None:
    """Before the first look, and after plans are out."""

    def impatient(done: int, planned: int) -> None:
        assert done <= planned
        if done == at:
            raise KeyboardInterrupt

    choice = of_agents(4, 5, 6, 7, **FEWEST, progress=impatient)
    assert (choice.interrupted, choice.finished, choice.chosen) == (True, False, None)
    assert choice.candidate("6 agents").n == at and choice.candidate("6 agents").status == "undecided"
    assert choice.candidate("4 agents").status == ("undecided" if at < 20 else "breaks a limit")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"best": "sl"}, "kpis: got 'sl'"),
        ({"best": "occupancy"}, "direction: got None for occupancy; allowed: highest, lowest"),
        ({"best": "asa", "direction": "up"}, "direction: got 'up' for asa"),
        (
            {"best": "offered", "direction": "lowest"},
            "margin of offered: none given; allowed: the difference that does not matter",
        ),
        ({"best": "asa", "margins": {"asa": -1.0}}, "margin of asa: got -1.0; allowed: above 0"),
        ({"best": "asa", "margins": {"offered": 1.0}}, "margin: got 'offered', which nothing is chosen by; allowed: asa"),
        ({"most": 1}, "most: got 1; allowed: 2 or more"),
        ({"reps": 0}, "reps: got 0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        of_agents(5, 6, **options)
