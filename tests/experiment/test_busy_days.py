"""Busy days, stratified or in antithetic pairs: each replication keeps its law, batches are spread, intervals know it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import gammaincinv
from scipy.stats import kstest

from ccsim.analysis.paired import Sample
from ccsim.analysis.stopping import in_batches, interval
from ccsim.experiment import run
from ccsim.experiment.busy_days import BATCHES, BusyDays
from ccsim.experiment.reopen import compare_results
from ccsim.program.compile import compile_scenario
from ccsim.rules.arrivals import mean_calls
from ccsim.rules.randomness import luck_of
from ccsim.scenario import Scenario, from_dict
from tests.analysis.test_paired import CALLS, CV, share_of, true_share
from tests.experiment.test_controls import BUSY

HOWS = ("stratified", "antithetic")
KINDS: list[dict[str, Any]] = [
    {"centre_day": "15%", "type_day": "10%"},
    {"centre_day": "15%", "type_day": "10%", "forecast_error": "10%"},
    {"centre_day": "15%", "type_day": "20%", "within_day_correlation": 0.4},
]


@pytest.fixture(scope="module")
def busy() -> Scenario:
    return from_dict({**BUSY, "days": 2})


def factors(uncertainty: dict[str, Any], how: str, replications: int) -> np.ndarray:
    program = compile_scenario(from_dict({**BUSY, "days": 2, "uncertainty": uncertainty})).program
    days = BusyDays(program, 5, how)
    return np.array([days.factors(number) for number in range(replications)])


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("uncertainty", KINDS)
def test_factors_have_the_law_of_the_rules(how: str, uncertainty: dict[str, Any]) -> None:
    """Of each type and interval: the same distribution as `rules.arrivals` draws, and the same correlations inside a day."""
    program = compile_scenario(from_dict({**BUSY, "days": 2, "uncertainty": uncertainty})).program
    ours = factors(uncertainty, how, 1500)
    places = [int(place) for place in np.flatnonzero(program.flows["volume"][0] > 0.0)[[0, 3, 8]]]
    theirs = np.array(
        [
            [
                [
                    mean_calls(
                        luck_of(5, number),
                        program.settings[0],
                        program.call_types[kind],
                        int(program.intervals.date[place]),
                        place,
                        1.0,
                    )
                    for place in places
                ]
                for kind in (0, 1)
            ]
            for number in range(1500)
        ]
    )
    some = ours[:, :, places]
    assert some.mean(axis=0) == pytest.approx(np.ones((2, 3)), abs=0.02)
    for kind in (0, 1):
        assert kstest(some[:, kind, 0], theirs[:, kind, 0]).pvalue > 1e-3
    mine, rules = (np.corrcoef(table.reshape(1500, 6).T) for table in (some, theirs))
    assert np.abs(mine - rules).max() < 0.1


def test_a_batch_has_each_fifth_once_and_a_pair_is_opposite() -> None:
    program = compile_scenario(from_dict(BUSY)).program
    strata = BusyDays(program, 5, "stratified")
    for batch in range(20):
        levels = np.array([strata._levels(5 * batch + place, 7) for place in range(5)])
        assert np.array_equal(np.sort((5.0 * levels).astype(int), axis=0), np.tile(np.arange(5)[:, None], 7))
    pairs = BusyDays(program, 5, "antithetic")
    assert pairs._levels(6, 9) + pairs._levels(7, 9) == pytest.approx(np.ones(9))
    assert not np.array_equal(pairs._levels(6, 9), pairs._levels(8, 9))


@pytest.mark.parametrize(
    ("how", "n", "at_least", "gain"),
    [
        ("stratified", 50, 0.91, 2.5),
        ("stratified", 150, 0.935, 2.5),
        ("antithetic", 50, 0.935, 1.6),
        ("antithetic", 150, 0.935, 1.6),
    ],
)
def test_the_truth_is_covered_by_intervals_over_batches(how: str, n: int, at_least: float, gain: float) -> None:
    """The harsh world of `test_paired` with days dealt out as here, a thousand experiments; ten batches lack bad days, too."""
    days, size, rng = BusyDays(compile_scenario(from_dict(BUSY)).program, 77, how), BATCHES[how], np.random.default_rng(3)
    levels = np.array([days._levels(number, 1)[0] for number in range(1000 * n)]).reshape(1000, n)
    by_chance = rng.random((1000, n))
    samples = []
    for dealt in (levels, by_chance):
        level = gammaincinv(CV**-2, dealt) * CV**2
        calls = rng.poisson(CALLS * level).astype(float)
        samples.append(Sample(rng.binomial(calls.astype(int), share_of(level, 0.0)).astype(float), calls))
    spread, plain = samples
    found = [
        interval(in_batches(Sample(spread.numerators[k], spread.denominators[k]), size), True, False, 0.95) for k in range(1000)
    ]
    values, truth = np.array([value for value, _, _ in found]), true_share(0.0)
    assert at_least <= np.mean([low <= truth <= high for _, low, high in found]) <= 0.975
    assert abs(values.mean() - truth) < 4.0 * values.std() / 1000**0.5
    assert (plain.numerators.sum(axis=1) / plain.denominators.sum(axis=1)).var() / values.var() > gain


@pytest.mark.parametrize("how", HOWS)
def test_a_run_has_the_expectations_of_a_plain_one(busy: Scenario, how: str) -> None:
    plain, spread = run(busy, reps=1500, neighbours=False), run(busy, reps=1500, neighbours=False, sampling=how)
    assert spread.digest != plain.digest
    for id in ("service_level", "abandonment", "occupancy", "offered"):
        ours, theirs = spread.kpi(id), plain.kpi(id)
        assert ours.value is not None and theirs.value is not None
        errors = [(e.high - e.low) / 3.92 for e in (ours, theirs) if e.high is not None and e.low is not None]
        assert abs(ours.value - theirs.value) < 4.0 * sum(error * error for error in errors) ** 0.5


def test_strata_gain_what_they_claim(busy: Scenario) -> None:
    """A hundred runs of twenty-five replications each way; a long one claims a gain of about two."""
    claimed = run(busy, reps=1000, neighbours=False, sampling="stratified").controls
    assert claimed is not None and claimed.how == "stratified" and claimed.kpis[0].gain is not None
    assert claimed.kpis[0].gain > 1.6
    both = [
        [run(busy, reps=25, seed=seed, neighbours=False, sampling=how).kpi("service_level").value for seed in range(100)]
        for how in ("plain", "stratified")
    ]
    assert np.var(both[0]) / np.var(both[1]) > 1.25


def test_batches_do_not_depend_on_how_many_there_are(busy: Scenario) -> None:
    few = run(busy, reps=10, sampling="stratified", neighbours=False, rows=True)
    same = [
        run(busy, reps=10, sampling="stratified", neighbours=False, **how).digest
        for how in ({"jobs": 2}, {"engine": "reference"})
    ]
    assert same == [few.digest] * 2
    more = run(busy, reps=12, sampling="stratified", neighbours=False, rows=True)
    assert few.rows is not None and more.rows is not None
    assert np.array_equal(few.rows.episodes, more.rows.episodes[: len(few.rows.episodes)])


def test_neighbours_meet_the_same_days(busy: Scenario) -> None:
    found = run(busy, reps=10, sampling="antithetic")
    fewer = run(busy.with_({"agents.desk.headcount": 7}), reps=10, sampling="antithetic", neighbours=False)
    assert found.neighbours[0].service_level.value == fewer.kpi("service_level").value


def test_a_run_may_end_when_its_batches_say_so(busy: Scenario) -> None:
    plain = run(busy, until="service_level ±1pp", neighbours=False)
    spread = run(busy, until="service_level ±1pp", neighbours=False, sampling="stratified")
    assert spread.precise[0].is_met and spread.replications < 0.8 * plain.replications


def test_what_is_not_there_cannot_be_spread(busy: Scenario) -> None:
    with pytest.raises(ValueError, match="no day is busier"):
        run(from_dict({**BUSY, "uncertainty": {}}), sampling="stratified")
    with pytest.raises(ValueError, match="only plain with controls"):
        run(busy, sampling="stratified", controls=True)
    with pytest.raises(ValueError, match="got 'sobol'"):
        run(busy, sampling="sobol")
    spread, plain = (run(busy, reps=4, sampling=how, keep_runs=True, neighbours=False) for how in ("antithetic", "plain"))
    with pytest.raises(ValueError, match="callers are not the same"):
        compare_results([plain, spread], ["plain", "spread"])
