"""Each family's inverse against scipy's law, and the Poisson and gamma quantiles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats

from ccsim.scenario import laws as scenario_laws
from ccsim.scenario.laws import Law
from ccsim.vocabulary import Family
from tests.rules.laws import CASES, Floats, busyness_factors, counts, levels, variates

SCIPY: dict[str, Any] = {
    "exponential": scipy.stats.expon(scale=180.0),
    "uniform": scipy.stats.uniform(60.0, 140.0),
    "triangular": scipy.stats.triang(60 / 570, 30.0, 570.0),
    "triangular, mode first": scipy.stats.triang(0.0, 30.0, 570.0),
    "triangular, mode last": scipy.stats.triang(1.0, 30.0, 570.0),
    "lognormal": scipy.stats.lognorm(0.77, scale=math.exp(5.1)),
    "gamma": scipy.stats.gamma(1.7, scale=95.0),
    "gamma below one": scipy.stats.gamma(0.3, scale=500.0),
    "erlang": scipy.stats.erlang(3, scale=60.0),
    "weibull": scipy.stats.weibull_min(0.7, scale=120.0),
    "loglogistic": scipy.stats.fisk(2.6, scale=120.0),
}


def middles(n: int) -> Floats:
    """The middles of `n` equal parts of (0, 1): a sample without luck."""
    return (np.arange(n) + 0.5) / n


@pytest.mark.parametrize("name", SCIPY)
def test_the_variate_is_the_quantile(name: str) -> None:
    u = levels(20_000)
    if name == "loglogistic":
        u = u[u < 1.0 - 1e-12]  # scipy rounds 1 - 2^-53 on its way
    assert variates(CASES[name], u) == pytest.approx(SCIPY[name].ppf(u), rel=1e-9)


@pytest.mark.parametrize("name", SCIPY)
def test_a_sample_has_the_law_of_scipy(name: str) -> None:
    drawn = variates(CASES[name], levels(100_000))
    assert scipy.stats.kstest(drawn, SCIPY[name].cdf).pvalue > 1e-4
    assert np.median(drawn) == pytest.approx(SCIPY[name].median(), rel=0.03)


def mixture(t: Floats) -> Floats:
    """Distribution function of the hyperexponential case."""
    shares, means = (0.3, 0.55, 0.15), (25.0, 300.0, 900.0)
    return sum(share * -np.expm1(-t / mean) for share, mean in zip(shares, means, strict=True))


def test_a_hyperexponential_sample_has_the_law_of_the_mixture() -> None:
    drawn = variates(CASES["hyperexponential"], levels(100_000))
    assert scipy.stats.kstest(drawn, mixture).pvalue > 1e-4
    assert drawn.min() > 0.0 and np.isfinite(drawn).all()


def test_the_empirical_law_is_linear_between_its_values() -> None:
    u = levels(20_000)
    values = [2.0, 2.0, 30.0, 31.0, 400.0]
    assert variates(CASES["empirical"], u) == pytest.approx(np.interp(u, np.linspace(0.0, 1.0, 5), values))
    assert variates((Family.EMPIRICAL, (), [(5.0,), (9.0,)]), np.array([0.25])).tolist() == [6.0]


def test_a_hazard_is_the_rate_at_which_those_left_leave() -> None:
    survival = {0.0: 1.0, 30.0: math.exp(-0.6), 60.0: math.exp(-0.6), 310.0: math.exp(-1.6)}
    drawn = variates(CASES["hazard"], middles(100_000))
    for t, share in survival.items():
        assert np.mean(drawn >= t) == pytest.approx(share, abs=2e-5)
    assert not ((drawn > 30.0) & (drawn < 60.0)).any()  # nobody leaves while the rate is 0

    stops = variates(CASES["hazard that stops"], middles(100_000))
    assert np.mean(np.isinf(stops)) == pytest.approx(math.exp(-1.2), abs=2e-5)
    assert stops[np.isfinite(stops)].max() <= 60.0


def test_never_and_always_the_same() -> None:
    u = levels(1000)
    assert np.isinf(variates(CASES["never"], u)).all()
    assert set(variates(CASES["deterministic"], u)) == {240.0}


@pytest.mark.parametrize("name", [name for name in CASES if name != "hyperexponential"])
def test_more_luck_is_never_a_shorter_time(name: str) -> None:
    """Also at the ends of the grid; a hyperexponential law uses its luck twice, so it is increasing by branch only."""
    drawn = variates(CASES[name], np.sort(levels(50_000)))
    assert not np.isnan(drawn).any()
    assert (drawn >= 0.0).all()
    assert (drawn[1:] >= drawn[:-1]).all()


def law_of(name: str) -> Law:
    """The scenario's law with the same letters."""
    family, parameters, points = CASES[name]
    a, b, c = (*parameters, 0.0, 0.0, 0.0)[:3]
    return Law(scenario_laws.Family[family.name], a, b, c, tuple(points))


@pytest.mark.parametrize("name", CASES)
def test_the_mean_a_scenario_tells_is_the_mean_that_is_drawn(name: str) -> None:
    mean = law_of(name).mean()
    if math.isinf(mean):
        assert np.isinf(variates(CASES[name], levels(10_000))).any()
        return
    # Means over equal parts of (0, 1) miss some of the far tail, so heavy ones are a little short.
    assert variates(CASES[name], middles(1_000_000)).mean() == pytest.approx(mean, rel=5e-4)


def test_the_mean_of_an_empirical_law_weighs_its_ends_half() -> None:
    assert Law(scenario_laws.Family.EMPIRICAL, points=((0.0,), (0.0,), (30.0,))).mean() == 7.5
    assert Law(scenario_laws.Family.EMPIRICAL, points=((10.0,), (20.0,))).mean() == 15.0


def test_who_outlives_the_last_rate_has_no_mean_patience() -> None:
    assert math.isinf(Law(scenario_laws.Family.HAZARD, points=((0.0, 0.0, 10.0), (100.0, 1000.0, 0.0))).mean())


# -- Counts ----------------------------------------------------------------------------------------------------------------


def test_poisson_counts_are_scipys_for_means_from_a_hundredth_to_a_million() -> None:
    u = levels(4000)[2:]
    means = np.power(10.0, -2.0 + 8.0 * levels(4000, 12)[2:])
    assert means.min() < 0.02 and means.max() > 9e5
    assert np.array_equal(counts(means, u), scipy.stats.poisson.ppf(u, means))


def test_the_count_is_the_least_that_reaches_the_level() -> None:
    """Checked with the distribution function itself, around means where walking from zero underflows."""
    for mean in (0.01, 0.7, 1.0, 3.5, 745.0, 746.0, 2000.0, 1e5):
        u = levels(300, 21)[2:]
        k = counts(np.full(len(u), mean), u)
        assert (scipy.special.pdtr(k, mean) >= u - 1e-10).all()
        assert (scipy.special.pdtr(k - 1, mean)[k > 0] < u[k > 0] + 1e-10).all()


@pytest.mark.parametrize("u", [1e-9, 1e-6, 1.0 - 1e-6, 1.0 - 1e-9])
def test_far_quantiles_are_scipys_too(u: float) -> None:
    means = np.geomspace(0.01, 1e6, 2000)
    assert np.array_equal(counts(means, np.full(len(means), u)), scipy.stats.poisson.ppf(u, means))


def test_the_ends_of_the_grid_give_counts_one_can_believe() -> None:
    """Eight to twelve standard deviations from the mean, not a walk to zero or until the mass underflows."""
    means = np.geomspace(1.0, 1e6, 200)
    for u in (2.0**-53, 1.0 - 2.0**-53):
        k = counts(means, np.full(len(means), u))
        assert (np.abs(k - means) < 13.0 * np.sqrt(means) + 25.0).all()


def test_the_count_grows_with_the_mean() -> None:
    means = np.sort(np.concatenate([np.linspace(0.0, 60.0, 3001), np.geomspace(60.0, 1e6, 3000)]))
    for u in (1e-9, 0.003, 0.3, 0.5, 0.77, 0.999, 1.0 - 1e-9):
        k = counts(means, np.full(len(means), u))
        assert (np.diff(k) >= 0).all(), u
        assert k[0] == 0


def test_counts_have_mean_and_variance_of_the_mean() -> None:
    for mean in (0.2, 7.0, 900.0):
        k = counts(np.full(100_000, mean), levels(100_000, 31))
        assert k.mean() == pytest.approx(mean, abs=5.0 * math.sqrt(mean / 1e5))
        assert k.var() == pytest.approx(mean, rel=0.06)


def test_busyness_factors_are_gamma_with_mean_one() -> None:
    u = levels(20_000)
    for cv in (0.05, 0.2, 1.0):
        factors = busyness_factors(np.full(len(u), cv**-2), u)
        assert factors == pytest.approx(scipy.stats.gamma(cv**-2, scale=cv**2).ppf(u), rel=1e-9)
        spread = busyness_factors(np.full(100_000, cv**-2), middles(100_000))
        assert spread.mean() == pytest.approx(1.0, abs=1e-3) and spread.std() == pytest.approx(cv, rel=5e-3)
