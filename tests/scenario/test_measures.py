"""What a scenario says of its measures and money: report_as, clock, costs, intervals in target."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from ccsim.analysis.tabulate import counts_of
from ccsim.engine.compiled.simulate import simulate
from ccsim.errors import ScenarioError
from ccsim.experiment import Result, run
from ccsim.experiment.run import targets_of
from ccsim.outcomes import Counts
from ccsim.outcomes.audit import audit_counts
from ccsim.program.compile import compile_scenario
from ccsim.report.summary import print_summary
from ccsim.scenario import Scenario, from_dict

CALL = {"handle": {"deterministic": "2m"}, "patience": {"deterministic": "40s"}}


def said(**changes: Any) -> Scenario:
    calls = [{"at": "9h", "call_type": "orders"}, {"at": "32430s", "call_type": "orders"}]
    return from_dict({"calls": {"orders": CALL}, "replay": {"calls": calls}, "agents": 1} | changes)


def ran(**changes: Any) -> Result:
    """One agent from 9 to 17; A dials at 9:00:00 and talks 2 min, B dials at 9:00:30 and gives up at 9:01:10."""
    return run(said(**changes), reps=1, jobs=1, neighbours=False)


# ------------------------------------------------------------------------------------ report_as


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("avaya_cms", ("answered_over_offered", "include", 0.0, "end")),
        ("genesys_cloud", ("answered_over_offered", "exclude", 5.0, "answer")),
        ("amazon_connect", ("connect", "include", 0.0, "end")),
        ("iex", ("answered_over_offered", "include", 5.0, "arrival")),
    ],
)
def test_a_system_sets_four_keys_and_is_read_back(system: str, expected: tuple[Any, ...]) -> None:
    scenario = said(metrics={"report_as": system, "also_within": ["60s"]})
    for one in (
        scenario,
        from_dict(
            scenario.model_dump(mode="json", by_alias=True, exclude_none=True, include={"metrics", "calls", "agents", "replay"})
        ),
    ):
        m = one.metrics
        assert (m.service_level, m.flow_outs, m.short_abandon, m.attribute) == expected
        assert m.also_within == (60.0,)


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("service_level", "answered_only", "to answered_over_offered"),
        ("flow_outs", "include", "to exclude"),
        ("short_abandon", "3s", "to 5s"),
        ("attribute", "end", "to answer"),
    ],
)
def test_a_key_that_a_system_sets_is_said_once(key: str, value: str, what: str) -> None:
    with pytest.raises(ScenarioError, match=f"E-BOTH metrics.{key}: report_as: genesys_cloud sets it already, {what}"):
        said(metrics={"report_as": "genesys_cloud", key: value})


def test_an_override_is_held_to_the_same_rule() -> None:
    with pytest.raises(ScenarioError, match="E-BOTH metrics.flow_outs"):
        said(metrics={"report_as": "iex"}).with_({"metrics.flow_outs": "met"})
    assert said(metrics={"report_as": "iex"}).with_({"metrics.report_as": "avaya_cms"}).metrics.attribute == "end"


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(
        ScenarioError, match="E-CHOICE metrics.report_as: .* allowed: avaya_cms, genesys_cloud, amazon_connect, iex"
    ):
        said(metrics={"report_as": "cisco"})


def test_amazon_connect_counts_who_leaves_the_queue_in_time() -> None:
    result = ran(metrics={"report_as": "amazon_connect"}, target="80/60")
    assert result.kpi("service_level").value == 1.0  # A answered at once, B gone after 40 s
    assert result.kpi("service_level").variant == "connect.include.60s"
    assert ran(metrics={"report_as": "avaya_cms"}, target="80/60").kpi("service_level").value == 0.5


def test_the_interval_of_a_call_is_the_system_s() -> None:
    """A dials at 9:29:00 and is answered at once, until 9:31."""
    late = {"calls": [{"at": "34140s", "call_type": "orders"}]}
    for system, label in (("iex", "09:00"), ("genesys_cloud", "09:00"), ("avaya_cms", "09:30"), ("amazon_connect", "09:30")):
        found = ran(replay=late, metrics={"report_as": system}).by_interval("offered")
        assert [e.scope["interval"][-5:] for e in found if e.value] == [label], system


# ------------------------------------------------------------------------------------ clock


@pytest.mark.parametrize(("clock", "within", "expected"), [("queue", 20, 1.0), ("arrival", 20, 0.0), ("arrival", 30, 1.0)])
def test_the_customer_s_clock_starts_with_the_dial(clock: str, within: int, expected: float) -> None:
    """The IVR takes 30 s, then A is answered at once."""
    alone = {"calls": [{"at": "9h", "call_type": "orders"}]}
    result = ran(replay=alone, ivr={"time": {"deterministic": "30s"}}, metrics={"clock": clock}, target=f"80/{within}")
    assert result.kpi("service_level").value == expected
    assert result.kpi("service_level", call_type="orders").value == expected
    assert result.kpi("service_level", queue="orders").value == 1.0, "a queue's clock starts at its own door"
    assert result.kpi("asa").value == 0.0


def test_every_count_agrees_on_the_customer_s_clock() -> None:
    scenario = from_dict(
        {
            "calls": {"orders": {"volume": "60/h", "handle": "5m", "patience": "2m"}},
            "ivr": {"time": "20s", "hang_up": "5%"},
            "agents": 5,
            "metrics": {"clock": "arrival", "also_within": ["60s"]},
        }
    )
    program, _ = compile_scenario(scenario)
    rows, kernel = simulate(program, 3, 0, rows=True).rows, simulate(program, 3, 0, rows=False).counts
    assert rows is not None and kernel is not None
    for field, ours, theirs in zip(Counts._fields, counts_of(program, rows), kernel, strict=True):
        assert np.array_equal(ours, theirs), field
    assert audit_counts(program, rows, kernel) == []
    plain, _ = compile_scenario(scenario.with_({"metrics.clock": "queue"}))
    other = simulate(plain, 3, 0, rows=False).counts
    assert other is not None and not np.array_equal(other.contacts_within, kernel.contacts_within)
    assert np.array_equal(other.segments_within, kernel.segments_within)


# ------------------------------------------------------------------------------------ money


def test_a_day_s_money_as_worked_out_by_hand() -> None:
    """8 h at 18 an hour; A's line for 2 min, B's for 40 s, at 0.60 a minute; one abandon at 1.50."""
    result = ran(agents={"desk": {"headcount": 1, "cost": "18/h"}}, costs={"trunk_per_minute": 0.6, "per_abandon": 1.5})
    parts = {
        id: result.kpi(id).value for id in ("staff_cost", "trunk_cost", "abandon_cost", "cost_per_day", "cost_per_contact")
    }
    assert parts == pytest.approx(
        {"staff_cost": 144.0, "trunk_cost": 1.6, "abandon_cost": 1.5, "cost_per_day": 147.1, "cost_per_contact": 147.1}
    )


def test_a_vendor_bills_talk() -> None:
    result = ran(agents={"vendor": {"capacity": 1, "cost": "0.42/min", "billed": "talk_and_wrap"}})
    assert result.kpi("staff_cost", team="vendor").value == pytest.approx(2 * 0.42)
    assert result.kpi("cost_per_contact").value == pytest.approx(0.84)


def test_costs_are_numbers_of_nothing_or_more() -> None:
    with pytest.raises(ScenarioError, match=r"costs\.per_abandon: .*-1"):
        said(costs={"per_abandon": -1})
    with pytest.raises(ScenarioError, match="E-KEY-UNKNOWN costs.per_call"):
        said(costs={"per_call": 1})


# ------------------------------------------------------------------------------------ intervals in target


def test_a_share_of_intervals_is_a_target_beside_the_others() -> None:
    scenario = said(targets={"service_level": "80/60", "intervals_in_target": "75%"})
    whole, intervals = targets_of(scenario)
    assert (whole.over, whole.on) == ("run", None)
    assert (intervals.kpi, intervals.at_least, intervals.within) == ("service_level", 0.8, 60.0)
    assert (intervals.over, intervals.on) == ("interval", 0.75)
    assert next(t for t in targets_of(said(targets={"intervals_in_target": "75%"})) if t.on).at_least == 0.8, (
        "80/20 unless said"
    )


def test_the_verdict_counts_intervals_over_all_replications() -> None:
    """Two half-hours have a call each: one answered, one given up."""
    calls = [{"at": f"{at}s", "call_type": "orders"} for at in (32400, 36000, 36030)]
    result = run(said(replay={"calls": calls}, targets={"intervals_in_target": "75%"}), reps=2, jobs=1, neighbours=False)
    verdict = result.targets[-1]
    assert verdict.estimate.value == 0.5 and verdict.verdict == "missed"
    assert verdict.estimand == "share of intervals with service_level >= 0.8, at least 0.75"


def test_show_says_what_it_costs_and_what_is_counted() -> None:
    stream = io.StringIO()
    team = {"capacity": 2, "cost": "0.42/min", "billed": "talk_and_wrap"}
    scenario = said(
        agents={"desk": {"headcount": 1, "cost": "18/h"}, "vendor": team},
        costs={"trunk_per_minute": 0.012, "per_abandon": 1.5},
        currency="USD",
        targets={"intervals_in_target": "75%"},
        metrics={"report_as": "genesys_cloud", "clock": "arrival"},
    )
    print_summary(scenario, Console(file=stream, width=200))
    text = stream.getvalue()
    assert "Cost in USD: desk 18/h, vendor 0.42/min of talk and wrap, lines 0.012/min, an abandon 1.5\n" in text
    assert "75 % of intervals reach the service level" in text
    assert "service level answered_over_offered, from the dial, flow-outs exclude" in text
    stream = io.StringIO()
    print_summary(said(), Console(file=stream, width=200))
    assert "Cost" not in stream.getvalue()
