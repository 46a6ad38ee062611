"""Break-evens: found where they are known, on made-up differences and in simulations."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import ccsim
from ccsim.errors import ScenarioError
from ccsim.experiment import BreakEvens, break_even
from ccsim.report.break_even import sentence
from ccsim.scenario import Scenario, from_dict

CENTRE: dict[str, Any] = {
    "open": "09:00-12:00",
    "calls": {
        "help": {
            "volume": "200/h",
            "talk": "4m",
            "wrap": "20s",
            "patience": "3m",
            "needs_authority": {"share": "25%", "amount": 20},
        }
    },
    "queues": {"help": {"teams": ["desk"]}},
    "agents": {
        "desk": {"headcount": 17, "authority": 0, "cost": "20/h"},
        "leads": {"headcount": 6, "authority": 100, "cost": "30/h"},
    },
    "make_it_right": {
        "first_leg": "60%",
        "retell": "40s",
        "decide": {"frontline": "60s"},
        "leakage": {"share": "2%", "amount": 20},
    },
    "evidence": {
        "make_it_right.leakage.share": {"label": "assumption", "range": "0%:8%"},
        "make_it_right.first_leg": {"label": "observed", "range": "20%:90%"},
    },
    "target": "80/20",
    "run": {"replications": 12},
    "what_if": {"settles": {"agents.desk.authority": 50, "agents.leads.headcount": 3}},
}


def centre(**more: Any) -> Scenario:
    return from_dict({**CENTRE, **more})


PATH = "make_it_right.leakage.share"


def value_of(scenario: Scenario) -> float:
    leakage = scenario.make_it_right.leakage
    assert leakage is not None
    return 100.0 * leakage.share


def made_up(monkeypatch: pytest.MonkeyPatch, curve: Callable[[float], float], half: float, stop_at: int = 10**9) -> list[float]:
    """Let comparisons be this curve of the leakage in percent; returns the values looked at, in order."""
    looked: list[float] = []

    def compare(base: Scenario, plan: Scenario, **options: Any) -> Any:
        x = value_of(plan)
        assert value_of(base) == x
        if len(looked) >= stop_at:
            return SimpleNamespace(interrupted=True)
        looked.append(x)
        from ccsim.experiment.comparison import Key

        one = SimpleNamespace(key=Key(options["kpis"][0], "", "agent"), id=options["kpis"][0], value=curve(x))
        one.low, one.high = (None, None) if half == 0.0 else (one.value - half, one.value + half)
        return SimpleNamespace(interrupted=False, differences=[one], engine="made up", replications=7)

    import sys

    monkeypatch.setattr(sys.modules["ccsim.experiment.turning_input"], "compare", compare)
    return looked


@pytest.mark.parametrize(
    ("curve", "zero", "rises"),
    [
        (lambda x: 0.3 * (x - 1.6), 1.6, True),
        (lambda x: 5.0 - 2.0 * x, 2.5, False),
        (lambda x: x**3 - 30.0, 30.0 ** (1 / 3), True),
        (lambda x: 1.0 / (1.0 + x) - 0.13, 1.0 / 0.13 - 1.0, False),
    ],
)
def test_the_zero_of_a_curve_is_found(
    monkeypatch: pytest.MonkeyPatch, curve: Callable[[float], float], zero: float, rises: bool
) -> None:
    looked = made_up(monkeypatch, curve, 1e-9)
    (turn,) = break_even(centre()).of(PATH).turns
    assert turn.at == pytest.approx(zero, abs=8.0 / 200)
    assert turn.rises is rises
    assert len(looked) == len(set(looked)) <= 6 + 8 + 8  # no value twice


def test_the_interval_of_a_turn_holds_the_values_at_which_no_side_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slope 0.5 and half width 0.4: neither side is shown within 0.8 of the zero."""
    made_up(monkeypatch, lambda x: 0.5 * (x - 3.0), 0.4)
    (turn,) = break_even(centre()).of(PATH).turns
    assert (turn.at, turn.low, turn.high) == (
        pytest.approx(3.0, abs=0.04),
        pytest.approx(2.2, abs=0.16),
        pytest.approx(3.8, abs=0.16),
    )


def test_an_interval_that_reaches_the_end_of_the_range_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, lambda x: 0.5 * (x - 7.5), 0.4)
    (turn,) = break_even(centre()).of(PATH).turns
    assert turn.high is None
    assert turn.low == pytest.approx(6.7, abs=0.16)


def test_a_verdict_that_turns_and_turns_back_has_two(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, lambda x: (x - 1.5) * (x - 6.5), 1e-9)
    found = break_even(centre()).of(PATH)
    assert [turn.at for turn in found.turns] == pytest.approx([1.5, 6.5], abs=0.05)
    assert [turn.rises for turn in found.turns] == [False, True]


def test_what_does_not_turn_takes_six_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = made_up(monkeypatch, lambda x: 1.0 + x, 0.1)
    found = break_even(centre()).of(PATH)
    assert found.turns == ()
    assert not found.depends
    assert looked == [0.0, 2.0, 4.0, 6.0, 8.0]  # the scenario's own 2 % is one of the five
    assert found.at_now is not None and found.at_now.value == 3.0


def test_it_depends_on_an_assumption_whose_range_the_turn_may_lie_in(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, lambda x: 0.5 * (x - 12.0), 0.4)
    scenario = centre()
    assert not break_even(scenario, vary={PATH: "0%:20%"}).of(PATH).depends  # 12 % [11.2, 12.8] lies beyond 8 %
    made_up(monkeypatch, lambda x: 0.5 * (x - 8.5), 0.4)
    assert break_even(scenario, vary={PATH: "0%:20%"}).of(PATH).depends  # 8.5 % is outside, [7.7, 9.3] is not
    observed = centre(evidence={PATH: {"label": "observed", "range": "0%:8%"}})
    made_up(monkeypatch, lambda x: 0.5 * (x - 4.0), 0.4)
    assert not break_even(observed, vary={PATH: "0%:20%"}).of(PATH).depends


def test_a_side_that_is_not_shown_in_part_of_the_range_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 0.3 at 0 % to 2.3 at 8 %, each +-0.4: it turns nowhere, but at 0 % nothing is shown."""
    made_up(monkeypatch, lambda x: 0.3 + 0.25 * x, 0.4)
    found = break_even(centre()).of(PATH)
    assert (found.turns, found.depends, found.is_open) == ((), False, True)
    made_up(monkeypatch, lambda x: 0.5 + 0.25 * x, 0.4)
    assert not break_even(centre()).of(PATH).is_open


def test_an_interrupted_search_keeps_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = made_up(monkeypatch, lambda x: 0.5 * (x - 3.0), 0.4, stop_at=3)
    found = break_even(centre(), vary={PATH: "0%:8%", "make_it_right.retell": "0s:60s"})
    assert found.interrupted
    (one,) = found.found
    assert sentence(found, one).startswith("no turn seen at 3 values from 0% to 8%")
    assert not one.finished
    assert [point.x for point in one.points] == looked


def test_differences_without_spread_are_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, lambda x: 0.5 * (x - 3.0), 0.0)
    (turn,) = break_even(centre()).of(PATH).turns
    assert turn.low is not None and turn.high is not None
    assert turn.low <= turn.at <= turn.high
    assert turn.high - turn.low < 0.3


# ------------------------------------------------------------------------------------ simulated


def test_the_wage_at_which_two_teams_cost_the_same() -> None:
    """Two of the desk become leads, who cost 30 an hour: the plan is dearer until the desk earns as much."""
    base = centre(what_if={"promote": {"agents.desk.headcount": 15, "agents.leads.headcount": 8}}, evidence={})
    found = break_even(base, vary={"agents.desk.cost": "15/h:45/h"}, kpi="staff_cost", reps=4)
    (turn,) = found.of("agents.desk.cost").turns
    assert turn.at == pytest.approx(30.0, abs=1.0)  # but for overtime
    assert not turn.rises


def test_on_both_sides_of_a_turn_a_comparison_says_the_opposite() -> None:
    scenario = centre()
    found = break_even(scenario)
    assert found.key.id == "cost_per_resolution"
    one = found.of(PATH)
    (turn,) = one.turns
    assert turn.rises and turn.low is not None and turn.high is not None
    verdicts = []
    for x in (turn.low - 0.2, turn.high + 0.2):
        other = scenario.with_({PATH: f"{x}%"})
        verdicts.append(ccsim.compare(other, kpis=["cost_per_resolution"]).difference("settles", "cost_per_resolution").verdict)
    assert verdicts == ["better", "worse"]


def test_payroll_is_kept_at_every_value_and_only_who_has_an_input_gets_it() -> None:
    base = centre(
        what_if={
            "settles": {
                "set": {"agents.desk.authority": 50, "agents.leads.headcount": 3, "make_it_right.escalate.lose_caller": "1%"},
                "keep_payroll_by": "agents.desk.headcount",
            }
        }
    )
    varied = base.variant("settles", {"agents.leads.cost": "40/h"})
    assert varied.equal_pay is not None and base.variant("settles").equal_pay is not None
    found = break_even(base, vary={"agents.leads.headcount": "4:6"}, kpi="staff_cost", reps=2)
    assert found.of("agents.leads.headcount").whole
    assert {point.x for point in found.of("agents.leads.headcount").points} <= {4.0, 5.0, 6.0}


def test_whole_numbers_turn_between_two_of_them() -> None:
    """Wages of 17 x 20 against n x 20 + 30: one desk agent of 20 pays no lead of 30, two do."""
    base = centre(what_if={"more": {"agents.leads.headcount": 7}}, evidence={})
    found: BreakEvens = break_even(base, vary={"agents.leads.headcount": "4:9"}, kpi="staff_cost", reps=2)
    one = found.of("agents.leads.headcount")
    assert one.whole
    assert one.now is None  # a number by day is no single number


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ({PATH: "5%:1%"}, "runs from a lower to a higher end"),
        ({PATH: "5%"}, "is no number"),
        ({PATH: "0%:5s"}, "of the same unit"),
        ({"make_it_right.leakages.share": "0%:5%"}, "neither the base nor settles has such an input"),
        ({"make_it_right.first_leg": "50%:150%"}, "make_it_right.first_leg"),
    ],
)
def test_ranges_and_inputs_that_are_none_are_refused(vary: dict[str, str], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        break_even(centre(), vary=vary, reps=2)


def test_nothing_to_vary_and_nothing_to_compare_with_are_said() -> None:
    with pytest.raises(ValueError, match="no assumption in `evidence` has a range"):
        break_even(centre(evidence={}))
    with pytest.raises(ValueError, match="the scenario has no what_if"):
        break_even(centre(what_if={}))
    with pytest.raises(KeyError, match="no what-if 'settle'; have settles"):
        break_even(centre(), "settle")
