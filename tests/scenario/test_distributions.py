"""Laws: what people know about a time is what the solved parameters give back."""

from __future__ import annotations

import math
from typing import Any

import pytest
import scipy.stats

from ccsim.scenario import from_dict, resolve
from ccsim.scenario.distributions import Family, Law


def law_of(written: Any, part: str = "handle") -> Law:
    """Return the law of a time written in a scenario."""
    call = {"volume": "60/h", "handle": "4m", "patience": "2m", part: written}
    scenario = from_dict({"calls": {"support": call}, "agents": 6})
    return resolve.law(scenario, getattr(scenario.calls["support"], part))


def frozen(law: Law) -> Any:
    """Return scipy's law with these parameters, as `Family` documents them."""
    match law.family:
        case Family.EXPONENTIAL:
            return scipy.stats.expon(scale=law.a)
        case Family.UNIFORM:
            return scipy.stats.uniform(law.a, law.b - law.a)
        case Family.TRIANGULAR:
            return scipy.stats.triang((law.b - law.a) / (law.c - law.a), law.a, law.c - law.a)
        case Family.LOGNORMAL:
            return scipy.stats.lognorm(law.b, scale=math.exp(law.a))
        case Family.GAMMA:
            return scipy.stats.gamma(law.a, scale=law.b)
        case Family.WEIBULL:
            return scipy.stats.weibull_min(law.a, scale=law.b)
        case Family.LOGLOGISTIC:
            return scipy.stats.fisk(law.b, scale=law.a)
    raise AssertionError(law)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("4m", {"mean": 240, "std": 240}),
        ({"exponential": "4m"}, {"mean": 240}),
        ({"uniform": {"min": "1m", "max": "3m"}}, {"mean": 120}),
        ({"triangular": {"min": "1m", "mode": "2m", "max": "6m"}}, {"mean": 180}),
        ({"lognormal": {"mean": "285s", "sd": "230s"}}, {"mean": 285, "std": 230}),
        ({"lognormal": {"mean": "4m", "cv": 0.9}}, {"mean": 240, "std": 216}),
        ({"lognormal": {"median": "3m", "p90": "12m"}}, {"median": 180, "p90": 720}),
        ({"gamma": {"mean": "55s", "cv": 0.7}}, {"mean": 55, "std": 38.5}),
        ({"gamma": {"mean": "55s", "sd": "70s"}}, {"mean": 55, "std": 70}),
        ({"erlang": {"mean": "1m", "phases": 4}}, {"mean": 60, "std": 30}),
        ({"weibull": {"mean": "95s", "shape": 0.8}}, {"mean": 95}),
        ({"weibull": {"median": "95s", "shape": 0.8}}, {"median": 95}),
        ({"weibull": {"median": "60s", "p90": "300s"}}, {"median": 60, "p90": 300}),
        ({"loglogistic": {"median": "2m", "p90": "9m"}}, {"median": 120, "p90": 540}),
        ({"loglogistic": {"median": "2m", "shape": 1.5}}, {"median": 120}),
    ],
)
def test_parameters_give_back_what_was_known(written: Any, known: dict[str, float]) -> None:
    law = law_of(written)
    theirs = frozen(law)
    got = {"mean": theirs.mean(), "std": theirs.std(), "median": theirs.median(), "p90": theirs.ppf(0.9)}
    for name, value in known.items():
        assert got[name] == pytest.approx(value, rel=1e-9), name
    assert law.mean() == pytest.approx(theirs.mean(), rel=1e-9)


def test_laws_without_a_scipy_twin() -> None:
    assert law_of({"deterministic": "1m"}) == Law(Family.DETERMINISTIC, 60.0)
    assert law_of("never", "patience") == Law(Family.NEVER)
    assert math.isinf(law_of("never", "patience").mean())
    empirical = law_of({"empirical": {"values": ["30s", "10s", "20s"]}})
    assert empirical.points == ((10.0,), (20.0,), (30.0,)) and empirical.mean() == 20.0


def test_hyperexponential_is_sorted_by_mean_so_that_more_luck_is_a_longer_time() -> None:
    law = law_of({"hyperexponential": [{"share": "70%", "mean": "6m"}, {"share": "30%", "mean": "25s"}]})
    assert law.points == ((0.3, 25.0), (1.0, 360.0))
    assert law.mean() == pytest.approx(0.3 * 25 + 0.7 * 360)


def test_hazard_is_cumulated_by_hand() -> None:
    """0.6/min for 10 s is 0.1; 0.06/min for 50 s is 0.05; then 0.3/min for ever."""
    pieces = [{"until": "10s", "rate": "0.6/min"}, {"until": "60s", "rate": "0.06/min"}, {"rate": "0.3/min"}]
    law = law_of({"hazard": pieces}, "patience")
    assert [point for piece in law.points for point in piece] == pytest.approx([0, 0, 0.01, 10, 0.1, 0.001, 60, 0.15, 0.005])
    survived = math.exp(-0.1) * (1 - math.exp(-0.05)) / 0.001
    assert law.mean() == pytest.approx((1 - math.exp(-0.1)) / 0.01 + survived + math.exp(-0.15) / 0.005)


def test_a_pause_in_the_hazard_is_waited_out() -> None:
    """0.6/min for 10 s, nothing for 50 s, then 0.3/min: mean = 10 (1-e^-.1)/.1 + e^-.1 (50 + 200)."""
    pieces = [{"until": "10s", "rate": "0.6/min"}, {"until": "60s", "rate": "0/min"}, {"rate": "0.3/min"}]
    law = law_of({"hazard": pieces}, "patience")
    assert law.mean() == pytest.approx(10 * (1 - math.exp(-0.1)) / 0.1 + math.exp(-0.1) * 250)
    assert math.isinf(law_of({"hazard": [*pieces[:2], {"rate": "0/h"}]}, "patience").mean())


def test_heavy_tails_have_no_mean() -> None:
    assert math.isinf(law_of({"loglogistic": {"median": "2m", "shape": 0.9}}, "patience").mean())


def test_wrap_of_no_time_is_deterministic() -> None:
    scenario = from_dict({"calls": {"a": {"volume": "1/h", "talk": "4m", "wrap": "0s"}}, "agents": 6})
    assert resolve.handle_laws(scenario, "a").wrap == Law(Family.DETERMINISTIC, 0.0)


def test_a_name_is_looked_up_and_may_carry_balking() -> None:
    scenario = from_dict(
        {
            "distributions": {"hurried": {"weibull": {"mean": "95s", "shape": 0.8}, "balk": "2%", "at_most": "5m"}},
            "calls": {"a": {"volume": "1/h", "handle": "4m", "patience": "hurried"}},
            "agents": 6,
        }
    )
    patience = resolve.patience_law(scenario, "a")
    assert (patience.law.family, patience.balk, patience.at_most) == (Family.WEIBULL, 0.02, 300.0)
