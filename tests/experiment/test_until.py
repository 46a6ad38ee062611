"""Runs until KPIs are exact enough: what may be asked, when they end, and what a job will take before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsim.errors import Refusal, ScenarioError
from ccsim.experiment import forecast as forecasts
from ccsim.experiment import run, sweep
from ccsim.experiment.forecast import forecast
from ccsim.experiment.until import parse_precision
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, load

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load(SCENARIOS / "minimal.yaml")


@pytest.mark.parametrize(
    ("text", "kpi", "half", "relative"),
    [
        ("service_level ±0.5pp", "service_level", 0.005, False),
        ("service_level +-1 points", "service_level", 0.01, False),
        ("asa ± 1s", "asa", 1.0, False),
        ("asa +/-2%", "asa", 0.02, True),
        ("cost_per_day ±1%", "cost_per_day", 0.01, True),
        ("offered ±10", "offered", 10.0, False),
    ],
)
def test_precisions_are_read(text: str, kpi: str, half: float, relative: bool) -> None:
    found = parse_precision(text)
    assert (found.kpi, found.relative) == (kpi, relative) and found.half == pytest.approx(half)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("service_level", "is no precision"),
        ("service_level ±1%", "say percentage points"),
        ("servicelevel ±1pp", "no such KPI"),
        ("asa ±1", "E-UNTIL"),
        ("asa ±0s", "above 0"),
    ],
)
def test_what_is_no_precision_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal) as raised:
        parse_precision(text)
    assert raised.value.code == "E-UNTIL" and said in f"{raised.value.code} {raised.value}"


def test_a_run_ends_when_all_are_exact_enough(base: Scenario) -> None:
    found = run(base, until=["service_level ±1pp", "asa ±10%"], neighbours=False)
    assert all(precise.is_met for precise in found.precise) and 50 <= found.replications < 5000
    level, asa = found.precise
    assert level.value == pytest.approx(found.kpi("service_level").value, rel=1e-12)
    assert level.low is not None and level.high is not None and level.value is not None
    assert max(level.high - level.value, level.value - level.low) <= 0.01
    assert asa.low is not None and asa.value is not None and asa.value - asa.low <= 0.1 * asa.value
    before = max(n for n in (50, 56, 62, 69, 76, 84, 93, 103, 114, 126, 139, 153, 169, 186, 205, 226) if n < found.replications)
    earlier = run(base, until=["service_level ±1pp", "asa ±10%"], neighbours=False, max_reps=before)
    assert not all(precise.is_met for precise in earlier.precise)
    assert min(precise.needed for precise in earlier.precise if not precise.is_met) > before


def test_what_was_simulated_is_the_run_of_as_many_replications(base: Scenario) -> None:
    found = run(base, until="service_level ±2pp")
    same = run(base, reps=found.replications)
    assert found.digest == same.digest and found.estimates == same.estimates
    assert [neighbour.service_level for neighbour in found.neighbours] == [n.service_level for n in same.neighbours]
    threads = run(base, until="service_level ±2pp", jobs=2)
    assert threads.precise == found.precise and threads.digest == found.digest


def test_a_cap_and_a_minimum_hold(base: Scenario) -> None:
    capped = run(base, until="service_level ±0.01pp", max_reps=60, neighbours=False)
    assert capped.replications == 60 and not capped.precise[0].is_met and capped.precise[0].needed > 1000
    assert run(base, until="service_level ±50pp", reps=7, neighbours=False).replications == 7
    with pytest.raises(ValueError, match="max_reps"):
        run(base, until="service_level ±1pp", reps=70, max_reps=60)


def test_days_can_be_asked_for_and_steady_runs_too(base: Scenario) -> None:
    (days,) = run(base, until="days_in_target ±10pp", neighbours=False).precise
    assert days.id == "days_in_target" and days.is_met
    steady = load(SCENARIOS / "erlang_a.yaml")
    assert run(steady, until="service_level ±5pp", reps=3, max_reps=10, neighbours=False).precise


def test_an_interrupted_run_says_how_exact_it_is(base: Scenario) -> None:
    def stop(done: int, planned: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    found = run(base, until="service_level ±0.1pp", progress=stop)
    assert found.interrupted and found.replications == 20 and not found.precise[0].is_met


# -------------------------------------------------------------------------------- what a job takes


def test_a_forecast_counts_calls_and_grows_with_the_job(base: Scenario) -> None:
    program = compile_scenario(base).program
    one, ten = forecast([program], 100, "compiled", 1), forecast([program] * 10, 100, "compiled", 1)
    assert one.calls == pytest.approx(480 * 100) and ten.calls == pytest.approx(10 * one.calls)
    assert ten.seconds == pytest.approx(10 * one.seconds) and ten.memory > 5 * one.memory
    assert forecast([program], 100, "reference", 1).seconds > 20 * one.seconds
    with_rows = run(base, reps=100, rows=True, neighbours=False)
    assert with_rows.rows is not None
    kept = sum(table.nbytes for table in with_rows.rows)
    assert kept < forecast([program], 100, "compiled", 1, rows=True).memory < 10 * kept


def test_what_would_not_fit_is_refused_before_it_begins(base: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasts, "memory_of_machine", lambda: 4e6)
    with pytest.raises(ScenarioError, match=r"E-LIMIT: 100 replications do not fit into memory, got .*GB"):
        run(base, reps=100, rows=True)
    with pytest.raises(ScenarioError, match=r"100 replications of 9 plans do not fit"):
        sweep(base, {"agents": range(4, 13)}, reps=100)
    monkeypatch.setattr(forecasts, "memory_of_machine", lambda: None)
    with pytest.raises(ScenarioError, match=r"take too long, got .*days, allowed: a week"):
        run(base, reps=10**12)


def test_who_watches_is_told_before_the_first_replication(base: Scenario) -> None:
    said: list[object] = []

    class Watch:
        def expect(self, job: forecasts.Forecast) -> None:
            said.append(job.replications)

        def __call__(self, done: int, planned: int) -> None:
            said.append((done, planned))

    run(base, reps=3, neighbours=False, progress=Watch())
    assert said == [3, (1, 3), (2, 3), (3, 3)]
