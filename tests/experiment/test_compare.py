"""`compare`: its plans are those `run` would simulate, side by side, whoever computes them; interrupted comparisons."""

from __future__ import annotations

import dataclasses
import re
import signal
import sys
from typing import Any

import pytest

import ccsim
from ccsim.experiment import Comparison
from ccsim.scenario import Scenario, from_dict

MODULE = sys.modules["ccsim.experiment.compare"]  # the package's attribute of that name is the function

CENTRE: dict[str, Any] = {
    "name": "centre",
    "open": "09:00-11:00",
    "days": 2,
    "calls": {
        "orders": {"volume": "50/h", "handle": {"lognormal": {"mean": "4m", "cv": 0.8}}, "patience": "90s"},
        "service": {"volume": "40/h", "talk": "3m", "wrap": "30s", "patience": "4m"},
    },
    "agents": {"all": {"headcount": 6}},
    "queues": {"orders": {"priority": 1, "teams": ["all"]}, "service": {"teams": ["all"]}},
    "uncertainty": {"centre_day": "15%"},
    "after_contact": {"redial": {"share": "40%", "after": "6m"}},
    "targets": {"service_level": {"goal": "80/20", "over": "day", "on": "90% of days"}, "occupancy": "60%-85%"},
    "run": {"replications": 12, "seed": 99},
    "what_if": {
        "two_more": {"agents.all.headcount": {"plus": 2}},
        "copy": {"name": "the same under another name"},
        "stricter": {"targets.service_level.goal": "90/10"},
    },
}


def centre(**changes: Any) -> Scenario:
    return from_dict({**CENTRE, **changes})


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return ccsim.compare(centre(), engine="compiled", jobs=1)


def told(comparison: Comparison) -> tuple[Any, ...]:
    """Everything that must not depend on who computed it, to the last digit."""
    plans = [(plan.name, plan.digest, repr(plan.estimates), repr(plan.targets), plan.p_best) for plan in comparison.plans]
    return repr(comparison.differences), plans, comparison.keys, comparison.family


# -- The plans -------------------------------------------------------------------------------------------------------------


def test_a_base_alone_is_compared_with_its_what_ifs(comparison: Comparison) -> None:
    assert [plan.name for plan in comparison.plans] == ["centre", "two_more", "copy", "stricter"]
    assert comparison.replications == 12 and comparison.seed == 99
    some = ccsim.compare(centre(), what_ifs=["two_more"], reps=2)
    assert [plan.name for plan in some.plans] == ["centre", "two_more"]


def test_each_plan_is_what_run_would_simulate(comparison: Comparison) -> None:
    for plan in comparison.plans[:2]:
        alone = ccsim.run(plan.scenario, reps=12, seed=99)
        assert plan.digest == alone.digest
        for key, estimate in plan.estimates.items():
            if key.id != "days_in_target":
                assert estimate == alone.kpi(key.id, key.basis)._replace(variant=key.variant)
            else:
                (days,) = [verdict.days for verdict in alone.targets if verdict.target.kpi == "service_level"]
                assert days is not None and (estimate.value, estimate.low, estimate.high) == (days.value, days.low, days.high)


def test_differences_are_plan_less_base(comparison: Comparison) -> None:
    assert len(comparison.differences) == 3 * len(comparison.keys) == comparison.family
    for found in comparison.of("two_more"):
        base, plan = (comparison.plan(name).estimates[found.key].value for name in ("centre", "two_more"))
        assert base is not None and plan is not None
        assert found.value == pytest.approx(plan - base, abs=1e-9)
        assert (found.base_value, found.plan_value) == pytest.approx((base, plan))
    level = comparison.difference("two_more", "service_level")
    assert level.verdict == "better" and level.low is not None and level.low > 0.0
    assert comparison.difference("two_more", "asa").verdict == "better", "less wait is better"
    assert comparison.difference("two_more", "occupancy").verdict == "lower", "no direction"


def test_a_copy_is_identical(comparison: Comparison) -> None:
    assert comparison.plan("copy").identical and not comparison.plan("two_more").identical
    assert {found.verdict for found in comparison.of("copy")} == {"identical"}
    assert {found.value for found in comparison.of("copy")} == {0.0}
    alone = ccsim.compare(centre(), what_ifs=["copy"], reps=4)
    assert [plan.p_best for plan in alone.plans] == [0.5, 0.5]


def test_another_seed_would_not_be_a_copy() -> None:
    """`identical` is told by the rows, not by the words of a scenario."""
    first, second = centre(), centre(calls={**CENTRE["calls"], "orders": {**CENTRE["calls"]["orders"], "patience": "91s"}})
    assert not ccsim.compare(first, second, reps=3).plans[1].identical


def test_all_plans_are_judged_by_the_base(comparison: Comparison) -> None:
    """The plan with a stricter target is the base in everything that happens."""
    assert repr(comparison.plan("stricter").targets) == repr(comparison.base.targets)
    assert comparison.notes == ["stricter: its own targets are not used; all plans are judged by those of centre"]


def test_a_threshold_of_the_base_is_counted_in_every_plan() -> None:
    other = centre(targets={"service_level": "80/60"}, what_if={})
    found = ccsim.compare(centre(metrics={"also_within": ["40s"]}, what_if={}), other, reps=3)
    variants = [key.variant for key in found.keys if key.id == "service_level"]
    assert variants == ["answered_over_offered.include.20s", "answered_over_offered.include.40s"]
    assert all(found.difference("centre (2)", "service_level").value == 0.0 for _ in variants)


def test_equal_names_get_a_number() -> None:
    one = centre(what_if={})
    assert [plan.name for plan in ccsim.compare(one, one, one, reps=1).plans] == ["centre", "centre (2)", "centre (3)"]
    named = ccsim.compare(one, one, names=["now", "then"], reps=1)
    assert [plan.name for plan in named.plans] == ["now", "then"]


def test_a_range_is_kept_or_left(comparison: Comparison) -> None:
    answers = {plan.name: comparison.difference(plan.name, "occupancy").range for plan in comparison.plans[1:]}
    of_run = {"met": "inside", "missed": "outside", "undecided": "undecided"}
    for plan in comparison.plans[1:]:
        (verdict,) = [verdict.verdict for verdict in plan.targets if verdict.target.kpi == "occupancy"]
        assert answers[plan.name] == of_run[verdict]
    assert len(set(answers.values())) == 2
    assert comparison.difference("two_more", "service_level").range is None


def test_paid_hours_are_seats_times_opening_time(comparison: Comparison) -> None:
    """Six seats for two hours, and eight; overtime adds some."""
    assert 12.0 <= comparison.base.paid_hours <= 12.0 + 1.5
    assert 16.0 <= comparison.plan("two_more").paid_hours <= 16.0 + 1.5


# -- Which KPIs ------------------------------------------------------------------------------------------------------------


def test_fewer_kpis_are_seen_sharper(comparison: Comparison) -> None:
    alone = ccsim.compare(centre(), kpis=["service_level"], engine="compiled")
    assert [key.id for key in alone.keys] == ["service_level"] and alone.family == 3
    wide, narrow = (each.difference("two_more", "service_level") for each in (comparison, alone))
    assert wide.value == narrow.value
    assert wide.low < narrow.low and narrow.high < wide.high  # type: ignore[operator]


def test_margins_are_in_the_unit_of_the_kpi() -> None:
    wide = ccsim.compare(centre(), margins={"service_level": 0.5, "asa": 60.0})
    assert wide.difference("two_more", "service_level").verdict == "no difference that matters"
    assert wide.difference("two_more", "asa").verdict == "no difference that matters"
    narrow = ccsim.compare(centre(), margins={"service_level": 0.005, "asa": 0.5})
    assert narrow.difference("two_more", "service_level").verdict == "better"


def test_a_steady_run_has_no_days() -> None:
    steady = from_dict(
        {
            "open": "00:00-24:00",
            "calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
            "agents": 5,
            "target": "80/20",
            "run": {"mode": "steady", "length": "6h", "warm_up": "1h", "replications": 4},
            "what_if": {"one_more": {"agents": 6}},
        }
    )
    found = ccsim.compare(steady)
    assert "days_in_target" not in {key.id for key in found.keys}
    assert found.plans[1].worst is None
    with pytest.raises(ValueError, match="a steady run cannot be compared with days"):
        ccsim.compare(steady, centre())


def test_without_targets_plans_are_ranked_and_judged_by_80_in_20() -> None:
    found = ccsim.compare(centre(targets={}, what_if={"two_more": CENTRE["what_if"]["two_more"]}), reps=6)
    assert (found.yardstick.kpi, found.yardstick.at_least, found.best_by.id) == ("service_level", 0.8, "service_level")
    assert [plan.p_best for plan in found.plans] == [0.0, 1.0]
    worst = found.base.worst
    assert worst is not None and worst.value is not None
    levels = found.base.accumulator.estimates(scopes=("interval",), ids=("service_level",))
    assert worst.value == min(level.value for level in levels if level.value is not None)


# -- Whoever computes it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 5}, {"engine": "reference"}])
def test_workers_and_engines_give_the_same(comparison: Comparison, options: dict[str, Any]) -> None:
    assert told(ccsim.compare(centre(), **{"engine": "compiled", **options})) == told(comparison)


def test_a_cold_machine_gives_the_same(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a kernel each plan has a process of its own."""
    monkeypatch.setattr(MODULE, "choose_engine", lambda *_: ("reference", True))
    monkeypatch.setattr(MODULE, "warm_in_background", lambda: None)
    assert told(ccsim.compare(centre(), reps=12)) == told(comparison)


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interrupted_comparison_keeps_what_all_plans_have_finished(jobs: int) -> None:
    seen = []

    def impatient(done: int, planned: int) -> None:
        seen.append((done, planned))
        if done == 5:
            raise KeyboardInterrupt

    found = ccsim.compare(centre(), engine="compiled", jobs=jobs, progress=impatient)
    assert seen == [(n, 12) for n in range(1, 6)]
    assert found.interrupted and found.replications == 5
    assert {plan.accumulator.n for plan in found.plans} == {5}
    assert told(found) == told(ccsim.compare(centre(), engine="compiled", reps=5))


def test_an_interrupt_amid_adding_waits_for_all_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    add, calls = MODULE.add, []

    def interrupted_add(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 6:  # the second plan's second replication
            signal.raise_signal(signal.SIGINT)
        add(*arguments)

    monkeypatch.setattr(MODULE, "add", interrupted_add)
    before = signal.getsignal(signal.SIGINT)  # a job in the background ignores it from the start
    found = ccsim.compare(centre(), jobs=1)
    assert found.interrupted and found.replications == 2 and len(calls) == 8
    assert {plan.accumulator.n for plan in found.plans} == {2}
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupted_before_anything_is_finished_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(MODULE, "replicate", never)
    found = ccsim.compare(centre(), engine="compiled")
    assert (found.interrupted, found.replications, found.plans, found.differences) == (True, 0, (), ())


# -- What is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"reps": 0}, "reps: got 0; allowed: 1 or more"),
        ({"seed": -1}, "seed: got -1"),
        ({"jobs": 0}, "jobs: got 0; allowed: 1 or more"),
        ({"engine": "fast"}, "engine: got 'fast'"),
        ({"kpis": ["sl"]}, "kpis: got 'sl'; allowed: days_in_target, arrived"),
        ({"kpis": ["wait_p90"]}, "kpis: got 'wait_p90'"),
        ({"kpis": []}, "kpis: got none"),
        ({"margins": {"asa": 0.0}}, "margin of asa: got 0.0; allowed: above 0"),
        ({"kpis": ["asa"], "margins": {"offered": 1.0}}, "margin: got 'offered', which is not compared; allowed: asa"),
        ({"names": ["a", "b"]}, "names: got 2; allowed: one for each of 1 scenarios"),
        ({"what_ifs": []}, "nothing to compare with"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        ccsim.compare(centre(), **options)


def test_an_unknown_what_if_is_refused() -> None:
    with pytest.raises(KeyError, match="no what-if 'three_more'; have two_more, copy, stricter"):
        ccsim.compare(centre(), what_ifs=["three_more"])


def test_an_unknown_plan_or_kpi_is_refused(comparison: Comparison) -> None:
    with pytest.raises(KeyError, match="no plan 'third'; have centre, two_more"):
        comparison.plan("third")
    with pytest.raises(KeyError, match="no difference of 'sl'; have service_level, days_in_target"):
        comparison.difference("copy", "sl")


def test_it_tells_itself_in_a_line(comparison: Comparison) -> None:
    assert repr(comparison).startswith("Comparison('centre' against 'two_more' better, 'copy' identical, 'stricter' ")
    assert dataclasses.is_dataclass(comparison)


def test_a_plan_that_turns_callers_away_before_the_queue_is_told() -> None:
    """With fewer lines all shares of the offered are better, and fewer customers are answered."""
    centre = {
        "open": "09:00-12:00",
        "lines": 12,
        "calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "3m"}},
        "agents": 3,
        "after_contact": {"redial": {"share": "50%", "after": "3m", "attempts": 2}},
        "what_if": {"few_lines": {"lines": 4}, "one_more_line": {"lines": 13}},
    }
    found = ccsim.compare(from_dict(centre), reps=5)
    assert found.difference("few_lines", "abandonment").verdict == "better"
    (note,) = [note for note in found.notes if "no free line" in note]
    assert note.startswith("few_lines: ") and "which no share of the offered counts" in note
    shares = [float(share) for share in re.findall(r"([\d.]+) %", note)]
    assert shares[0] > shares[1] + 20 and shares[2] < shares[3]
