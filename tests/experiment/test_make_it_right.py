"""The claims of scenarios/make_it_right/README.md: what the policies do at equal payroll, and what the verdict hangs on."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccsim
from ccsim.experiment import Comparison
from ccsim.jit import ENABLED
from ccsim.report.evidence import hangs_on
from ccsim.scenario import Scenario

pytestmark = pytest.mark.skipif(not ENABLED, reason="too many calls for the compiled engine in plain Python")

BASE = Path(__file__).parents[2] / "scenarios" / "make_it_right" / "base.yaml"
KPIS = (
    *("service_level", "made_right_at_first_contact", "fcr", "satisfaction", "leakage", "goodwill"),
    "full_cost_per_resolution",
)
LEAKAGE = "make_it_right.leakage.share"


@pytest.fixture(scope="module")
def base() -> Scenario:
    return ccsim.load(BASE)


@pytest.fixture(scope="module")
def compared(base: Scenario) -> Comparison:
    return ccsim.compare(base, kpis=KPIS, reps=8)


def test_every_policy_has_the_payroll_of_the_base_but_for_less_than_one_agent(base: Scenario) -> None:
    for name in base.what_if:
        how = base.variant(name).equal_pay
        assert how is not None
        assert 0.0 <= how.left_over < 780.0, name  # a week of the early shift
        assert [value for value, _ in how.neighbours] == [how.value - 1, how.value + 1]


def test_authority_in_front_serves_better_and_puts_more_right_at_first_contact(compared: Comparison) -> None:
    for plan in ("pilot_50", "frontline_settles"):
        for kpi in ("service_level", "made_right_at_first_contact", "fcr", "satisfaction"):
            assert compared.difference(plan, kpi).verdict == "better", (plan, kpi)


def test_a_second_person_with_all_authority_saves_hops_not_escalations(compared: Comparison) -> None:
    assert compared.difference("second_person", "made_right_at_first_contact").verdict == "no difference shown"
    assert compared.difference("second_person", "satisfaction").verdict == "better"


def test_credits_to_people_who_need_none_are_the_price(compared: Comparison) -> None:
    assert compared.difference("pilot_50", "leakage").verdict == "worse"
    assert compared.difference("second_person", "leakage").value == 0.0


def test_the_verdict_on_the_pilot_turns_with_the_leakage(base: Scenario) -> None:
    verdicts = []
    for share in ("0%", "5%"):
        found = ccsim.compare(base.with_({LEAKAGE: share}), what_ifs=["pilot_50"], kpis=["full_cost_per_resolution"], reps=8)
        verdicts.append(found.difference("pilot_50", "full_cost_per_resolution").verdict)
    assert verdicts == ["better", "worse"]


def test_every_coefficient_of_the_scenario_is_labelled(base: Scenario) -> None:
    (line,) = hangs_on(base)
    assert LEAKAGE in line
    assert "not labelled" not in line
