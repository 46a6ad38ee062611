"""From the words of a scenario to the variate: what a person wrote is what is drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccsim.program.compile import compile_scenario
from ccsim.rules.sampling import sample
from ccsim.rules.tables import bind_program
from ccsim.scenario import from_dict
from ccsim.vocabulary import Family
from tests.rules.laws import Case, Floats, variates

N = 400_000


def compiled_law(written: Any, part: str = "handle") -> Case:
    """The compiled law of a time written in a scenario."""
    call = {"volume": "60/h", "handle": "4m", "patience": "2m", part: written}
    if part == "talk":
        del call["handle"]
    program = compile_scenario(from_dict({"calls": {"other": {"volume": "1/h", "handle": "7m"}, "support": call}, "agents": 6}))
    kind = program.program.call_types[1]
    row = program.program.laws[kind.patience_law if part == "patience" else kind.talk_law]
    points = program.program.points[row.first_point : row.first_point + row.n_points]
    return Family(row.family), (row.a, row.b, row.c), [tuple(point) for point in points.tolist()]


def drawn(written: Any, part: str = "handle") -> Floats:
    """A sample without luck, sorted by luck."""
    return variates(compiled_law(written, part), (np.arange(N) + 0.5) / N)


WRITTEN = [
    ("4m", {"mean": 240.0, "sd": 240.0}),
    ({"deterministic": "90s"}, {"mean": 90.0, "sd": 0.0}),
    ({"uniform": {"min": "1m", "max": "3m"}}, {"mean": 120.0, "sd": 120 / math.sqrt(12)}),
    ({"triangular": {"min": "1m", "mode": "2m", "max": "6m"}}, {"mean": 180.0}),
    ({"lognormal": {"mean": "285s", "sd": "230s"}}, {"mean": 285.0, "sd": 230.0}),
    ({"lognormal": {"mean": "4m", "cv": "90%"}}, {"mean": 240.0, "sd": 216.0}),
    ({"lognormal": {"median": "3m", "p90": "9m"}}, {"median": 180.0, "p90": 540.0}),
    ({"gamma": {"mean": "35s", "cv": 0.7}}, {"mean": 35.0, "sd": 24.5}),
    ({"gamma": {"mean": "5m", "sd": "4m"}}, {"mean": 300.0, "sd": 240.0}),
    ({"erlang": {"mean": "3m", "phases": 4}}, {"mean": 180.0, "sd": 90.0}),
    ({"weibull": {"mean": "4m", "shape": 0.8}}, {"mean": 240.0}),
    ({"weibull": {"median": "2m", "shape": 1.5}}, {"median": 120.0, "p90": 120.0 * (math.log(10) / math.log(2)) ** (1 / 1.5)}),
    ({"weibull": {"median": "2m", "p90": "6m"}}, {"median": 120.0, "p90": 360.0}),
    ({"loglogistic": {"median": "2m", "p90": "9m"}}, {"median": 120.0, "p90": 540.0}),
    ({"loglogistic": {"median": "2m", "shape": 2}}, {"median": 120.0, "p90": 360.0}),
    ({"hyperexponential": [{"share": "70%", "mean": "6m"}, {"share": "30%", "mean": "25s"}]}, {"mean": 259.5}),
    ({"empirical": {"values": ["50s", "10s", "30s", "10s"]}}, {"mean": 70 / 3, "median": 20.0, "max": 50.0}),
]


@pytest.mark.parametrize(("written", "known"), WRITTEN)
def test_what_is_written_is_what_is_drawn(written: Any, known: dict[str, float]) -> None:
    times = drawn(written)
    ordered = np.sort(times)
    got = {
        "mean": times.mean(),
        "sd": times.std(),
        "median": (ordered[N // 2 - 1] + ordered[N // 2]) / 2,
        "p90": ordered[int(0.9 * N)],
        "max": ordered[-1],
    }
    assert {key: got[key] for key in known} == pytest.approx(known, rel=2e-3, abs=1e-9)


@pytest.mark.parametrize(("written", "known"), [case for case in WRITTEN if "median" in case[1] and "p90" in case[1]])
def test_median_and_p90_are_exact(written: Any, known: dict[str, float]) -> None:
    median, p90 = variates(compiled_law(written), np.array([0.5, 0.9]))
    assert (median, p90) == pytest.approx((known["median"], known["p90"]), rel=1e-9)


def test_patience_by_a_hazard_leaves_at_the_rates_written() -> None:
    waits = drawn(
        {"hazard": [{"until": "10s", "rate": "0.5/min"}, {"until": "2m", "rate": "6/h"}, {"rate": "0.3/min"}]}, "patience"
    )
    for t, hazard in [(10.0, 10 / 120), (120.0, 10 / 120 + 110 / 600), (320.0, 10 / 120 + 110 / 600 + 1.0)]:
        assert np.mean(waits > t) == pytest.approx(math.exp(-hazard), abs=1e-5)


def test_a_weibull_below_one_is_more_patient_the_longer_one_waited() -> None:
    """Shape and scale in their right places: with shape 0.5 the second minute is survived more often than the first."""
    family, (shape, scale, _), _ = compiled_law({"weibull": {"mean": "2m", "shape": 0.5}}, "patience")
    assert family is Family.WEIBULL and shape == 0.5 and scale == pytest.approx(60.0)
    waits = drawn({"weibull": {"mean": "2m", "shape": 0.5}}, "patience")
    first, second = np.mean(waits > 60.0), np.mean(waits > 120.0)
    assert second / first > first + 0.1


def test_never_is_for_ever_and_no_patience_written_is_never() -> None:
    assert compiled_law("never", "patience")[0] is Family.NEVER
    scenario = from_dict({"calls": {"support": {"volume": "60/h", "handle": "4m"}}, "agents": 6})
    program = compile_scenario(scenario).program
    record = bind_program(program)
    assert sample(record[0], int(program.call_types.patience_law[0]), 0.999) == math.inf


def test_a_named_law_is_the_law_it_names() -> None:
    base = {"calls": {"support": {"volume": "60/h", "handle": "slow"}}, "agents": 6}
    named = from_dict(base | {"distributions": {"slow": {"gamma": {"mean": "5m", "sd": "4m"}}}})
    program = compile_scenario(named).program
    row = program.laws[program.call_types.talk_law[0]]
    assert (row.family, row.a, row.b) == (Family.GAMMA, pytest.approx(300.0**2 / 240.0**2), pytest.approx(240.0**2 / 300.0))
