"""Sweeps: levers mean what `--set` means, points are the runs they claim to be, and all meet the same callers."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest

import ccsim
from ccsim.errors import Refusal, ScenarioError
from ccsim.experiment import Bound, run, sweep
from ccsim.experiment.levers import design_of, lever, parse_lever
from ccsim.scenario import Scenario, from_dict

BASE = {
    "open": "09:00-17:00",
    "calls": {"support": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
    "agents": {"desk": {"headcount": 6}, "spare": {"headcount": 1}},
    "run": {"replications": 12},
}


@pytest.fixture(scope="module")
def base() -> Scenario:
    return from_dict(BASE)


# -------------------------------------------------------------------------------- levers


@pytest.mark.parametrize(
    ("text", "values", "xs", "unit", "whole"),
    [
        ("agents.desk.headcount=18:24:2", (18, 20, 22, 24), (18.0, 20.0, 22.0, 24.0), "", True),
        ("agents.desk.headcount=18:23:2", (18, 20, 22), (18.0, 20.0, 22.0), "", True),
        ("agents.desk.headcount+=-1:1:1", (-1, 0, 1), (-1.0, 0.0, 1.0), "", True),
        ("calls.*.scale=90%:110%:10%", ("90%", "100%", "110%"), (0.9, 1.0, 1.1), "share", False),
        ("calls.*.scale*=120%,80%", ("80%", "120%"), (0.8, 1.2), "share", False),
        ("calls.*.patience=1m:3m:60s", ("60s", "120s", "180s"), (60.0, 120.0, 180.0), "s", False),
        ("calls.*.scale=0.8,0.9,1", (0.8, 0.9, 1), (0.8, 0.9, 1.0), "", False),
        ("routing.pick_agent=longest_idle,random", ("longest_idle", "random"), (), "", False),
    ],
)
def test_levers_are_read_as_settings_are(text: str, values: tuple, xs: tuple, unit: str, whole: bool) -> None:
    found = parse_lever(text)
    assert found.values == values
    assert found.xs == pytest.approx(xs)
    assert (found.unit, found.is_whole) == (unit, whole)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agents.desk.headcount", "is no lever"),
        ("agents=", "is no lever"),
        ("agents=5:4:1", "LOW:HIGH:STEP"),
        ("agents=1:5:0", "the step above 0"),
        ("agents=1:5:10%", "one unit"),
        ("calls.*.scale=1:110%", "two ends of one unit"),
        ("agents=1:9999999:1", "at most 5000"),
        ("agents=4,5,4", "same value twice"),
        ("agents=a:b:c", "no number"),
    ],
)
def test_levers_that_make_no_sense_are_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_lever(text)
    assert refused.value.code == "E-VARY"
    assert said in f"{refused.value} {refused.value.allowed}"


def test_designs_that_make_no_sense_are_refused() -> None:
    one, open_one = lever("agents", "4:6:1"), lever("calls.*.scale", "80%:120%")
    for levers, sample, said in (
        ([], None, "nothing is varied"),
        ([one, one], None, "the same lever twice"),
        ([open_one], None, "range without a step"),
        ([one], "sobol", "no such sample"),
        ([one], "sobol:20", "power of two"),
        ([one], "all", "no such sample"),
        ([one, open_one], "sobol:4096", "points"),
    ):
        with pytest.raises(Refusal, match=said):
            design_of(levers, sample, 1)


def test_a_grid_is_every_combination_and_a_sobol_sample_mixes_columns() -> None:
    agents, scale = lever("agents", range(4, 7)), lever("calls.*.scale", "80%:120%")
    grid = design_of([agents, lever("calls.*.scale", ["100%", "110%"])], None, 1)
    assert [tuple(values.values()) for values in grid.sets] == [(n, s) for n in (4, 5, 6) for s in ("100%", "110%")]
    each = design_of([agents, scale], "each", 1)
    assert each.sets == [{}, {"agents": 4}, {"agents": 5}, {"agents": 6}, {"calls.*.scale": "80%"}, {"calls.*.scale": "120%"}]
    sample = design_of([agents, scale], "sobol:32", 1)
    a, b, first, second = sample.xs.reshape(4, 32, 2)
    assert np.array_equal(first, np.stack([b[:, 0], a[:, 1]], axis=1))
    assert np.array_equal(second, np.stack([a[:, 0], b[:, 1]], axis=1))
    assert set(a[:, 0]) == {4.0, 5.0, 6.0} and 0.8 <= a[:, 1].min() < 0.82 and 1.18 < a[:, 1].max() <= 1.2
    assert not np.array_equal(sample.xs, design_of([agents, scale], "sobol:32", 2).xs)


# -------------------------------------------------------------------------------- points


def test_each_point_is_the_run_of_its_settings(base: Scenario) -> None:
    found = sweep(base, {"agents.desk.headcount": range(5, 8), "calls.*.scale*=": ["100%", "120%"]})
    assert len(found.points) == 6
    for point in found.points:
        changed = base.with_(
            {
                "agents.desk.headcount": point.set["agents.desk.headcount"],
                "calls.*.scale": ccsim.times(point.set["calls.*.scale*="]),
            }
        )
        alone = run(changed, neighbours=False)
        assert point.digest == alone.digest
        assert found.estimates(point) == alone.estimates
        for key, estimate in point.band.items():
            if key.id in ("service_level", "asa", "occupancy"):
                same = alone.kpi(key.id)
                assert estimate.value == pytest.approx(same.value, rel=1e-12)
                assert estimate.low is not None and same.low is not None and estimate.low <= same.low


def test_the_first_value_that_reaches_the_target_is_found(base: Scenario) -> None:
    found = sweep(base, {"agents.desk.headcount": range(3, 10)}, reps=40, reach=[Bound("abandonment", -1, 0.05)])
    level, lost = found.crossings
    assert (level.key.id, level.target, level.at_least) == ("service_level", 0.8, True)
    assert (lost.key.id, lost.target, lost.at_least) == ("abandonment", 0.05, False)
    for reached in (level, lost):
        values = [
            run(base.with_({"agents.desk.headcount": n}), reps=40, neighbours=False).kpi(reached.key.id).value
            for n in range(3, 10)
        ]
        good = [value is not None and (value >= 0.8 if reached.at_least else value <= 0.05) for value in values]
        assert reached.value == 3 + good.index(True) and reached.met == "from"
        assert reached.low is not None and reached.high is not None and reached.low <= reached.value <= reached.high


def test_where_less_is_needed_the_last_good_value_is_found(base: Scenario) -> None:
    (reached,) = sweep(base, {"calls.*.volume": ["40/h", "60/h", "80/h", "100/h"]}, reps=30).crossings
    assert reached.met == "up_to" and reached.value is not None and 60.0 < reached.value < 100.0
    (never,) = sweep(base, {"agents.desk.headcount": [1, 2]}).crossings
    assert (never.met, never.value) == ("nowhere", None)
    (always,) = sweep(base, {"agents.desk.headcount": [10, 12]}).crossings
    assert (always.met, always.value) == ("everywhere", None)


def test_a_second_lever_gives_a_crossing_for_each_of_its_values(base: Scenario) -> None:
    found = sweep(base, {"agents.desk.headcount": range(3, 9), "calls.*.scale": ["80%", "120%"]}, reps=20)
    assert [reached.given for reached in found.crossings] == [{"calls.*.scale": "80%"}, {"calls.*.scale": "120%"}]
    few, many = (reached.value for reached in found.crossings)
    assert few is not None and many is not None and few < many
    assert [len(curve.xs) for curve in found.curves("service_level")] == [6, 6]


def test_one_lever_at_a_time_is_held_against_the_scenario_as_it_stands(base: Scenario) -> None:
    found = sweep(base, {"agents.desk.headcount": [4, 8], "routing.pick_agent": ["longest_idle", "random"]}, sample="each")
    by_name = {(effect.plan, effect.id): effect for effect in found.effects}
    assert by_name["agents.desk.headcount=4", "service_level"].verdict == "worse"
    assert by_name["agents.desk.headcount=8", "service_level"].verdict == "better"
    assert found.points[0].set == {} and not found.crossings and not found.influences


def test_the_lever_that_moves_a_kpi_has_the_index(base: Scenario) -> None:
    levers = {"agents.desk.headcount": "3:9", "calls.*.patience": "115s:120s"}
    found = sweep(base, levers, sample="sobol:32", reps=3, kpis=["service_level"])
    staff, patience = found.influences
    assert staff.total is not None and staff.total > 0.8 and patience.total is not None and patience.total < 0.05
    assert found.estimates(found.points[0]) and not found.crossings


def test_a_setting_the_scenario_cannot_have_is_named(base: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"--vary agents.desk.headcount=-1.*E-"):
        sweep(base, {"agents.desk.headcount": [-1, 4]})
    with pytest.raises(ScenarioError, match="agents has no 'dsk'"):
        sweep(base, {"agents.dsk.headcount": [3, 4]})
    with pytest.raises(Refusal, match="one path twice"):
        sweep(base, {"agents.desk.headcount": [3, 4], "agents.desk.headcount+=": [1, 2]})


def test_an_interrupted_sweep_keeps_what_all_points_have(base: Scenario) -> None:
    def stop(done: int, planned: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    levers = {"agents.desk.headcount": range(5, 8)}
    found = sweep(base, levers, progress=stop)
    assert found.interrupted and found.replications == 5
    assert {point.accumulator.n for point in found.points} == {5}
    assert [point.digest for point in found.points] == [point.digest for point in sweep(base, levers, reps=5).points]


def test_jobs_and_engines_change_no_number(base: Scenario) -> None:
    levers = {"agents.desk.headcount": range(5, 8)}
    one, two, slow = (sweep(base, levers, reps=6, **how) for how in ({"jobs": 1}, {"jobs": 2}, {"engine": "reference"}))

    def numbers(found: ccsim.Sweep) -> list[object]:
        return [(point.digest, point.band) for point in found.points] + list(found.crossings)

    assert numbers(one) == numbers(two) == numbers(slow)


def test_what_ifs_are_not_carried_along() -> None:
    with_what_if = from_dict({**BASE, "what_if": {"more": {"agents.desk.headcount": 9}}})
    found = sweep(with_what_if, {"agents.desk.headcount": [5, 6]}, reps=2)
    assert all(not point.scenario.what_if for point in found.points)


def test_nothing_is_simulated_before_all_is_checked(base: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(sys.modules["ccsim.experiment.compare"], "replicate", simulate)
    for options in ({"kpis": ["wait_p90"]}, {"reps": 0}, {"reach": [Bound("wait_p90", -1, 30.0)]}):
        with pytest.raises(ValueError, match="allowed"):
            sweep(base, {"agents.desk.headcount": [5, 6]}, **options)


def test_results_are_frozen(base: Scenario) -> None:
    found = sweep(base, {"agents.desk.headcount": [5, 6]}, reps=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.seed = 2  # type: ignore[misc]
