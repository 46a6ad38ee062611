"""Arrivals as control variates: their means are what they are said to be, and runs gain by them without moving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ccsim.experiment import run
from ccsim.experiment.arrivals import Arrivals, why_not
from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.replicate import simulator
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict, load, times

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BUSY = {
    "open": "09:00-13:00",
    "calls": {
        "support": {"volume": [10, 30, 60, 50, 40, 30, 20, 10], "handle": "4m", "patience": "2m"},
        "sales": {"volume": "20/h", "handle": "3m", "patience": "2m"},
    },
    "agents": {"desk": {"headcount": 8}},
    "uncertainty": {"centre_day": "15%", "type_day": "10%"},
}


@pytest.fixture(scope="module")
def busy() -> Scenario:
    return from_dict(BUSY)


def collected(scenario: Scenario, replications: range) -> np.ndarray:
    compiled = compile_scenario(scenario)
    arrivals, simulate = Arrivals(scenario, compiled), simulator(compiled.program, 11, "compiled", rows=False)
    for number in replications:
        counts = simulate(number).counts
        assert counts is not None
        arrivals.add(counts)
    return arrivals.controls


def z_of(controls: np.ndarray) -> np.ndarray:
    """How many standard errors the mean of each control is from 0."""
    return np.asarray(controls.mean(axis=0) / (controls.std(axis=0, ddof=1) / len(controls) ** 0.5))


@pytest.mark.parametrize(
    "name", ["minimal", "two_queues", "self_service", "shifts", "two_sites", "week", "northgate/northgate", "always_open"]
)
def test_shipped_scenarios_have_the_means_they_are_said_to_have(name: str) -> None:
    scenario = calibrate(load(SCENARIOS / f"{name}.yaml"))
    assert why_not(scenario) == ""
    assert np.abs(z_of(collected(scenario, range(100)))).max() < 4.0


@pytest.mark.parametrize(
    "uncertainty",
    [
        {"centre_day": "15%", "type_day": "10%"},
        {"centre_day": "15%", "type_day": "10%", "forecast_error": "10%"},
        {"centre_day": "15%", "type_day": "20%", "within_day_correlation": 0.4},
        {},
    ],
)
def test_means_hold_with_every_kind_of_uncertainty(uncertainty: dict) -> None:
    """A thousand replications: squares are skewed, and their mean must be right all the same."""
    controls = collected(from_dict({**BUSY, "uncertainty": uncertainty}), range(1000))
    assert controls.shape == (1000, 4) and np.abs(z_of(controls)).max() < 4.0


def test_days_before_the_first_do_not_count() -> None:
    """Customers come back the next day, so days are simulated before the first; none of their calls is in the controls."""
    returning = from_dict({**BUSY, "days": 3, "after_contact": {"return": {"share": "20%", "after": "18h"}}})
    assert compile_scenario(returning).program.settings.count_from[0] > 0.0
    assert np.abs(z_of(collected(returning, range(200)))).max() < 4.0


def test_a_forecast_one_percent_off_would_be_seen() -> None:
    scenario = from_dict({**BUSY, "uncertainty": {}})
    more = scenario.with_({"calls.*.scale": times("101%")})
    compiled, other = compile_scenario(scenario), compile_scenario(more)
    arrivals, simulate = Arrivals(scenario, compiled), simulator(other.program, 11, "compiled", rows=False)
    for number in range(1000):
        arrivals.add(simulate(number).counts)  # type: ignore[arg-type]
    assert np.abs(z_of(arrivals.controls)).max() > 4.0


def test_a_run_gains_what_it_claims_and_does_not_move(busy: Scenario) -> None:
    """Sixty runs of fifty replications against one of six thousand."""
    truth = run(busy, reps=6000, seed=2, neighbours=False).kpi("service_level")
    assert truth.value is not None and truth.low is not None and truth.high is not None
    plain, controlled, gains, held = [], [], [], 0
    for seed in range(60):
        found = run(busy, reps=50, seed=1000 + seed, neighbours=False, controls=True)
        assert found.controls is not None
        level = found.controls.kpis[0]
        assert level.id == "service_level" and level.value is not None and level.low is not None and level.high is not None
        plain.append(found.kpi("service_level").value)
        controlled.append(level.value)
        gains.append(level.gain)
        held += level.low <= truth.value <= level.high
    error = (np.var(controlled) / 60 + ((truth.high - truth.low) / 3.92) ** 2) ** 0.5
    assert abs(np.mean(controlled) - truth.value) < 3.5 * error
    assert np.var(plain) / np.var(controlled) > 0.5 * np.median(gains) > 1.5
    assert held >= 51  # 57 less 3.5 standard deviations


def test_controls_change_nothing_else(busy: Scenario) -> None:
    with_them, without = run(busy, reps=40, controls=True), run(busy, reps=40)
    assert with_them.digest == without.digest and with_them.estimates == without.estimates
    assert without.controls is None and with_them.controls is not None
    for options in ({"rows": True}, {"engine": "reference"}, {"jobs": 2}):
        assert run(busy, reps=40, controls=True, neighbours=False, **options).controls == with_them.controls


def test_fewer_replications_are_needed_with_controls(busy: Scenario) -> None:
    plain = run(busy, until="service_level ±1pp", neighbours=False)
    fewer = run(busy, until="service_level ±1pp", neighbours=False, controls=True)
    assert fewer.precise[0].is_met and fewer.replications < 0.6 * plain.replications
    assert fewer.controls is not None and fewer.controls.kpis[0].value == fewer.precise[0].value


@pytest.mark.parametrize(
    ("name", "why"), [("erlang_a", "a steady run"), ("replay", "recorded calls"), ("northgate/outage", "events change")]
)
def test_where_the_mean_is_not_known_controls_are_refused(name: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"controls: {why}"):
        run(load(SCENARIOS / f"{name}.yaml"), reps=2, controls=True)
