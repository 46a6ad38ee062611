"""Volumes that count all_at_queue: the fresh calls found bring the offers wanted, are kept by plans, and are said plainly."""

from __future__ import annotations

import importlib
import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from ccsim.errors import ScenarioError
from ccsim.experiment import calibrate, run
from ccsim.experiment.compare import named_plans
from ccsim.experiment.replicate import replicate, simulator
from ccsim.program.compile import compile_scenario
from ccsim.report.summary import print_summary
from ccsim.scenario import Scenario, check_text, from_dict, resolve
from ccsim.vocabulary import SegmentKind

solver = importlib.import_module("ccsim.experiment.calibrate")  # the package has a function of that name
BUSY = [10, 20, 40, 60, 60, 50, 40, 30]
REDIAL = {"redial": {"share": "60%", "after": "15m"}}


def centre(wanted: list[float], agents: int = 7, days: int = 1, **more: Any) -> Scenario:
    """A morning of half-hours, short of agents, whose callers redial."""
    calls = {"a": {"volume": {"per_interval": wanted, "counts": "all_at_queue"}, "handle": "5m", "patience": "2m"}}
    close = f"{9 + len(wanted) // 2:02d}:00"
    base = {"open": f"09:00-{close}", "days": days, "calls": calls, "agents": {"desk": {"headcount": agents}}}
    return from_dict({**base, "after_contact": REDIAL, **more})


def offers(scenario: Scenario, n: int, seed: int = 77) -> np.ndarray:
    """Offers of each half-hour from nine, by replication."""
    simulate = simulator(compile_scenario(scenario).program, seed, "compiled", rows=True, digest=False)
    found = []
    for done in replicate(simulate, range(n), 1):
        assert done.rows is not None
        stays = done.rows.segments[done.rows.segments["kind"] == SegmentKind.QUEUE]
        found.append(np.bincount(((stays["entered_at"] - 9 * 3600) / 1800).astype(int), minlength=8)[:8])
    return np.array(found)


def test_another_seed_meets_the_offers_wanted_in_every_interval() -> None:
    scenario = calibrate(centre(BUSY))
    assert scenario.solved is not None and scenario.solved.tolerance <= 0.005
    found = offers(scenario, 500)
    off = np.abs(found.mean(axis=0) - BUSY)
    error = 4.5 * found.std(axis=0) / np.sqrt(len(found))
    assert (off <= error + 0.005 * np.maximum(BUSY, np.mean(BUSY))).all(), off
    fresh = resolve.mean_calls(scenario, "a")
    assert sum(fresh) < 0.9 * sum(BUSY)  # the redials are a tenth and more
    assert fresh[0] == pytest.approx(10, rel=0.02)  # before anybody waits nobody redials


def test_the_loop_of_redials_is_solved_as_the_markov_chain_says() -> None:
    """exact-redial: 18 agents, 60 % of abandoners come back after 20 min: 5.947 attempts a minute are 5 fresh calls."""
    calls = {"volume": {"rate": "5.94700925733/min", "counts": "all_at_queue"}, "handle": "4m", "patience": "2m"}
    redial = {"share": "60%", "after": "20m", "attempts": "unlimited", "patience": "fresh"}
    steady = {"mode": "steady", "length": "120h", "warm_up": "4h"}
    base = {"open": "00:00-24:00", "calls": {"a": calls}, "agents": 18, "after_contact": {"redial": redial}, "run": steady}
    found = calibrate(from_dict(base))
    assert found.solved is not None and found.solved.tolerance <= 0.01
    assert resolve.mean_calls(found, "a")[0] / 30 == pytest.approx(5.0, rel=0.012)


@pytest.mark.parametrize(("carry_in", "first_day"), [("steady", 80.0), ("none", 120.0)])
def test_customers_of_the_days_before_are_part_of_the_offers(carry_in: str, first_day: float) -> None:
    """Half of the callers come back once, a day later: 1.5 offers for each fresh call but on a first day."""
    back = {"return": {"share": "50%", "after": {"deterministic": "24h"}, "attempts": 1}}
    scenario = centre([20.0] * 6, agents=40, days=3, after_contact=back, run={"carry_in": carry_in})
    found = calibrate(scenario)
    fresh = np.array(resolve.mean_calls(found, "a")).reshape(3, 6).sum(axis=1)
    assert fresh[0] == pytest.approx(first_day, rel=0.02)
    assert fresh[1] == pytest.approx(80.0 if carry_in == "steady" else 60.0, rel=0.03)


def test_without_redials_what_is_wanted_is_what_dials() -> None:
    scenario = calibrate(centre(BUSY, after_contact={}))
    assert resolve.mean_calls(scenario, "a") == tuple(BUSY)
    assert scenario.solved is not None and scenario.solved.tolerance == 0


def test_callers_lost_in_the_ivr_are_added_at_the_door() -> None:
    ivr = {"time": {"deterministic": "0s"}, "hang_up": "20%"}
    scenario = calibrate(centre(BUSY, agents=40, after_contact={}, ivr=ivr))
    assert resolve.mean_calls(scenario, "a") == pytest.approx(np.array(BUSY) / 0.8, rel=0.015)


def test_plans_keep_the_fresh_calls_of_the_base() -> None:
    what_if = {"three_more": {"agents.desk.headcount": {"plus": 3}}, "busier": {"calls.*.scale": {"times": "110%"}}}
    base = centre(BUSY, what_if=what_if)
    plans = dict(named_plans([base], None, ["base"]))
    fresh = {name: resolve.mean_calls(plan, "a") for name, plan in plans.items()}
    assert fresh["three_more"] == fresh["base"] != tuple(BUSY)
    assert fresh["busier"] == pytest.approx(np.array(fresh["base"]) * 1.1)
    assert offers(plans["three_more"], 60).sum() < 0.97 * offers(plans["base"], 60).sum()
    other = centre(BUSY, agents=12)
    with_other = dict(named_plans([base, other], [], ["base", "other"]))
    assert resolve.mean_calls(with_other["other"], "a") == fresh["base"]


def test_what_is_found_is_printed_stored_and_not_solved_again() -> None:
    scenario = calibrate(centre(BUSY))
    again = check_text(scenario.to_yaml()).scenario
    assert again is not None and again.fingerprint == scenario.fingerprint
    assert calibrate(again) is again
    result = run(again, reps=2, neighbours=False)
    assert result.scenario.solved == scenario.solved


def said(scenario: Scenario) -> str:
    text = io.StringIO()
    print_summary(scenario, Console(file=text, width=200))
    return text.getvalue()


def test_show_says_both_or_that_nothing_is_solved_yet() -> None:
    scenario = centre(BUSY)
    assert "a: 310 calls wanted at the queue, redials included; fresh calls at the door not solved yet" in said(scenario)
    solved = calibrate(scenario)
    fresh = round(sum(resolve.mean_calls(solved, "a")), 1)
    assert f"310 calls wanted at the queue, redials included; {fresh:g} fresh calls at the door bring them (seed 2" in said(
        solved
    )


def test_compile_takes_only_what_is_solved() -> None:
    with pytest.raises(ScenarioError, match=r"E-CALIBRATION calls\.a\.volume: the fresh calls of a are not solved yet"):
        compile_scenario(centre(BUSY))


def test_redials_that_exceed_the_forecast_have_no_solution() -> None:
    with pytest.raises(
        ScenarioError, match=r"on 2024-01-01 (09|10):30: 1 offers wanted, but redials of earlier callers alone bring"
    ):
        calibrate(centre([90, 1, 90, 1], agents=3))


def test_lines_that_are_all_in_use_have_no_solution() -> None:
    with pytest.raises(ScenarioError, match=r"60 offers wanted, but of \d+\.?\d* who dial only 1\d\.\d+ get there"):
        calibrate(centre([60, 60], agents=2, lines=2, after_contact={}))


def test_a_fixed_number_cannot_count_redials() -> None:
    volume = {"total": "90/day", "profile": "flat", "fixed": True, "counts": "all_at_queue"}
    with pytest.raises(ScenarioError, match="redials make the number at the queue random"):
        from_dict({"calls": {"a": {"volume": volume, "handle": "5m"}}, "agents": 3})


def test_both_engines_find_the_same_fresh_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """One keeps rows and the other counts."""
    for name, few in (("_CALLS", 1000), ("_ROUNDS", 2), ("_LAST_ROUNDS", 2)):
        monkeypatch.setattr(solver, name, few)
    scenario = centre([10, 20, 20, 10], agents=4)
    found = [calibrate(scenario, engine=engine, tolerance=0.5).solved for engine in ("compiled", "reference")]
    assert found[0] == found[1] is not None


def test_events_bring_calls_of_their_own() -> None:
    """A rush on half of the days: fresh calls as planned are fewer than those that come, and the offers are those wanted."""
    rush = {
        "chance": "50% per day",
        "start": "10:00",
        "for": {"deterministic": "1h"},
        "set": {"calls.a.scale": {"times": "140%"}},
    }
    scenario = calibrate(centre(BUSY, events={"rush": rush}))
    assert scenario.solved is not None and scenario.solved.tolerance <= 0.01
    found = offers(scenario, 400)
    off = np.abs(found.mean(axis=0) - BUSY)
    error = 4.5 * np.sqrt(2.0) * found.std(axis=0) / np.sqrt(len(found))  # of both samples: nothing is freed of its noise here
    assert (off <= error + 0.01 * np.maximum(BUSY, np.mean(BUSY))).all(), off
    plain = resolve.mean_calls(calibrate(centre(BUSY)), "a")
    fresh = resolve.mean_calls(scenario, "a")
    assert fresh[2] < 0.9 * plain[2] and fresh[0] == pytest.approx(plain[0], rel=0.03)


def test_what_secants_know_of_two_directions_solves_them() -> None:
    """Two intervals, the second feels the first: steps for each alone get nearer, secants of two steps are there."""
    answer, wanted = np.array([[0.7, 0.0], [0.6, 0.7]]), np.array([[10.0, 20.0]])
    alone, told, secants = wanted.copy(), wanted.copy(), solver._Secants()
    for _ in range(3):
        secants.learn(told, wanted - told @ answer.T)
        told = told + secants.step(wanted - told @ answer.T)
        alone = alone + (wanted - alone @ answer.T)
    assert np.abs(wanted - told @ answer.T).max() < 1e-9
    assert np.abs(wanted - alone @ answer.T).max() > 0.4
    secants.forget()
    assert np.array_equal(secants.step(wanted), wanted)
