"""Payroll by plan, and the number of agents that keeps it: hand-worked, and against the compiled plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.analysis.grid import calendar_of
from ccsim.analysis.staff import STAFF_TERMS, staff_reader
from ccsim.errors import ScenarioError
from ccsim.outcomes import new_counts
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict
from ccsim.scenario.payroll import payroll
from tests.scenario.what_ifs import BASE, with_what_ifs

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def changed(**entry: Any) -> Scenario:
    """The what-if `plan` of the base."""
    return with_what_ifs(plan=entry).variant("plan")


# ------------------------------------------------------------------------------------ payroll


def test_payroll_is_paid_time_times_its_cost() -> None:
    """Ten seats for 8 h at 20, three people for 8 h without the half hour unpaid at 30, a vendor whose talk is billed."""
    found = payroll(from_dict(BASE))
    assert found.hours == pytest.approx(10 * 8 + 3 * 7.5)
    assert found.amount == pytest.approx(10 * 8 * 20 + 3 * 7.5 * 30)
    assert found.is_money


def test_where_nothing_has_a_cost_payroll_is_hours() -> None:
    agents = {
        name: {key: x for key, x in team.items() if key not in ("cost", "billed")} for name, team in BASE["agents"].items()
    }
    found = payroll(from_dict({**BASE, "agents": agents}))
    assert not found.is_money
    assert found.amount == found.hours == pytest.approx(10 * 8 + 3 * 7.5 + 2 * 8)


@pytest.mark.parametrize("name", ["minimal", "shifts", "skills", "week", "self_service", "two_queues", "two_sites"])
def test_payroll_is_the_bill_of_the_compiled_plan_before_anybody_calls(name: str) -> None:
    scenario = ccsim.load(SCENARIOS / f"{name}.yaml")
    rates = {f"agents.{team}.cost": f"{10 + i}/h" for i, team in enumerate(scenario.agents)}
    scenario = scenario.with_(rates)
    program = compile_scenario(scenario).program
    terms = staff_reader(program, calendar_of(program).opening_time, None)(new_counts(program))
    bill = terms[STAFF_TERMS.index("bill"), 0].sum()
    assert payroll(scenario).amount == pytest.approx(bill, rel=1e-9)
    assert bill > 0.0


# ------------------------------------------------------------------------------------ keeping it


def test_the_number_is_the_largest_that_costs_no_more_than_the_base() -> None:
    """Two more people of 225 a day: 450 are the wages of 2.8 seats of 160, so seven of ten seats are left, and 30 over."""
    plan = changed(set={"agents.experts.shifts.day": 5}, keep_payroll_by="agents.desk.headcount")
    assert plan.agents["desk"].headcount == {"daily": 7}
    how = plan.equal_pay
    assert how is not None
    assert (how.lever, how.value, how.unit) == ("agents.desk.headcount", 7, "USD")
    assert (how.base, how.plan, how.left_over) == pytest.approx((2275.0, 2245.0, 30.0))
    assert how.neighbours == ((6, pytest.approx(2085.0)), (8, pytest.approx(2405.0)))
    assert str(how) == (
        "payroll of the base kept by agents.desk.headcount = 7: 2,245.00 USD of 2,275.00 USD, 30.00 USD left over; "
        "6 would leave 190.00 USD, 8 would cost 130.00 USD more"
    )


def test_a_plan_that_changes_no_pay_keeps_its_number_to_the_cent() -> None:
    plan = changed(set={"calls.help.patience": "1m"}, keep_payroll_by="agents.experts.shifts.day")
    assert plan.equal_pay is not None
    assert (plan.equal_pay.value, plan.equal_pay.left_over) == (3, 0.0)


def test_none_at_all_has_one_neighbour() -> None:
    plan = changed(set={"agents.desk.headcount": 14}, keep_payroll_by="agents.experts.shifts.day.daily")
    assert plan.equal_pay is not None
    assert plan.equal_pay.value == 0
    assert [value for value, _ in plan.equal_pay.neighbours] == [1]


def test_payroll_that_cannot_be_kept_says_by_how_much() -> None:
    with pytest.raises(ScenarioError, match=r"E-PAYROLL what_if\.plan: payroll cannot be kept.* 2,400\.00 of 2,275\.00"):
        changed(set={"agents.desk.headcount": 15}, keep_payroll_by="agents.experts.shifts.day")


def test_a_team_that_is_paid_nothing_keeps_no_payroll() -> None:
    with pytest.raises(ScenarioError, match="does not move payroll"):
        changed(set={"agents.desk.cost": "0/h", "agents.experts.cost": "31/h"}, keep_payroll_by="agents.desk.headcount")


def test_changes_of_other_entries_come_first() -> None:
    base = with_what_ifs(
        busier={"calls.help.volume": {"times": "110%"}},
        both={"also": "busier", "set": {"calls.help.volume": {"times": "110%"}}},
    )
    volume = base.variant("both").calls["help"].volume
    assert volume is not None and volume["daily"].rate is not None
    assert volume["daily"].rate.calls == pytest.approx(60 * 1.1 * 1.1)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"keep_payroll_by": "calls.help.volume"}, "payroll is kept by a number of agents"),
        ({"keep_payroll_by": "agents.*.headcount"}, "payroll is kept by a number of agents"),
        ({"keep_payroll_by": "agents.desks.headcount"}, r"agents has no 'desks'. Try: agents\.desk"),
        ({"keep_payroll_by": "agents.weekly.shifts.day"}, r"one number of agents.*Try: agents\.weekly\.shifts\.day\.mon-fri"),
        ({"also": "nothing"}, "no what-if of that name"),
        ({"also": "plan"}, "goes round in a circle: plan -> plan"),
        ({"also": ["keeps"]}, "keeps payroll by a number of its own"),
    ],
)
def test_what_cannot_be_is_refused_when_the_file_is_read(entry: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        with_what_ifs(plan=entry, keeps={"keep_payroll_by": "agents.desk.headcount"})


def test_the_base_and_its_fingerprint_do_not_change() -> None:
    base = with_what_ifs(plan={"keep_payroll_by": "agents.desk.headcount"})
    assert base.equal_pay is None
    assert base.variant("plan").fingerprint == base.fingerprint == from_dict(BASE).fingerprint


def test_equal_payroll_is_about_the_same_in_what_is_simulated() -> None:
    """Paid hours of both plans as `run` reports them differ by what is left over."""
    base = with_what_ifs(plan={"set": {"agents.experts.shifts.day": 5}, "keep_payroll_by": "agents.desk.headcount"})
    costs = [
        ccsim.run(scenario, reps=2, engine="reference").kpi("staff_cost", team=team).value
        for scenario in (base, base.variant("plan"))
        for team in ("desk", "experts")
    ]
    before, after = np.sum(costs[:2]), np.sum(costs[2:])
    assert before - after == pytest.approx(30.0, abs=60.0)  # the rest is overtime
