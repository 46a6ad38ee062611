"""Mean, variance and covariance of interval counts under each uncertainty, against closed forms; fixed numbers of calls.

A count is Poisson with mean m G, where G is the product of the factors in force, each with mean 1. Hence E N = m,
Var N = m + m^2 Var G and Cov(N, N') = m m' Cov(G, G') for two intervals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from scipy.special import gammaincinv, ndtr

from ccsim.engine.compiled.simulate import simulate
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.rules.arrivals import fixed_calls, fresh_calls, mean_calls
from ccsim.rules.randomness import entity_base, luck_of
from ccsim.rules.sampling import binomial_quantile
from ccsim.rules.tables import bind_program
from ccsim.scenario import from_dict

N = 12_000
MEAN = 30.0


def program_of(**more: Any) -> Program:
    calls = {name: {"volume": "60/h", "handle": "30s", "patience": "1m"} for name in "ab"}
    return compile_scenario(from_dict({"open": "09:00-10:00", "days": 2, "calls": calls, "agents": 5, **more})).program


def counts(**uncertainty: Any) -> np.ndarray:
    """Counts by replication of: a at 9:00, a at 9:30, a the next day at 9:00, b at 9:00; mean 30 each."""
    program = program_of(uncertainty=uncertainty)
    record, kinds = bind_program(program)[0], program.call_types
    date = int(program.days.date[0])
    places = [(kinds[0], date, 18), (kinds[0], date, 19), (kinds[0], date + 1, 18), (kinds[1], date, 18)]
    bases = [entity_base(kind.name_key, day, ordinal) for kind, day, ordinal in places]
    found = np.empty((N, 4))
    for replication in range(N):
        luck = luck_of(3, replication)
        for column, ((kind, day, ordinal), base) in enumerate(zip(places, bases, strict=True)):
            found[replication, column] = fresh_calls(luck, base, mean_calls(luck, record, kind, day, ordinal, MEAN))
    return found


def gamma_covariance(cv: float, rho: float) -> float:
    """Covariance of two gamma factors with mean 1 behind a normal copula of correlation rho, by quadrature."""
    x, weight = np.polynomial.hermite_e.hermegauss(100)
    weight /= weight.sum()
    shape = cv**-2

    def factor(score: np.ndarray) -> np.ndarray:
        return gammaincinv(shape, ndtr(np.clip(score, -8.0, 8.0))) / shape

    given_first = (factor(rho * x[:, None] + np.sqrt(1.0 - rho**2) * x[None, :]) * weight).sum(axis=1)
    return float((weight * factor(x) * given_first).sum() - 1.0)


FORMS = {
    "none": ({}, (0.0, 0.0, 0.0, 0.0)),
    "centre": ({"centre_day": "20%"}, (0.04, 0.04, 0.0, 0.04)),
    "type": ({"type_day": "20%"}, (0.04, 0.04, 0.0, 0.0)),
    "both": ({"centre_day": "20%", "type_day": "30%"}, (1.04 * 1.09 - 1, 1.04 * 1.09 - 1, 0.0, 0.04)),
    "forecast": ({"forecast_error": "20%"}, (0.04, 0.04, 0.04, 0.0)),
    "half": ({"type_day": "30%", "within_day_correlation": 0.5}, (0.09, gamma_covariance(0.3, 0.5), 0.0, 0.0)),
    "centre half": (
        {"centre_day": "30%", "within_day_correlation": "50%"},
        (0.09, gamma_covariance(0.3, 0.5), 0.0, 0.09),
    ),
    "no correlation": ({"centre_day": "30%", "within_day_correlation": 0}, (0.09, 0.0, 0.0, 0.09)),
    "all": (
        {"type_day": "30%", "within_day_correlation": 0.5, "forecast_error": {"a": "20%"}},
        (1.09 * 1.04 - 1, (1 + gamma_covariance(0.3, 0.5)) * 1.04 - 1, 0.04, 0.0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_counts_have_the_moments_of_their_form(form: str) -> None:
    """Variance of one interval, covariance with the next, with the same interval of the next day, with another call type."""
    uncertainty, (own, next_one, next_day, other) = FORMS[form]
    found = counts(**uncertainty)
    spread = MEAN + MEAN**2 * own
    assert found[:, 0].mean() == pytest.approx(MEAN, abs=5 * np.sqrt(spread / N))
    deviations = found - MEAN
    for column, factor in ((0, own), (1, next_one), (2, next_day), (3, other)):
        products = deviations[:, 0] * deviations[:, column]
        wanted = MEAN**2 * factor + (MEAN if column == 0 else 0.0)
        assert products.mean() == pytest.approx(wanted, abs=5 * products.std() / np.sqrt(N)), column


def test_quadrature_knows_the_ends() -> None:
    assert gamma_covariance(0.3, 1.0) == pytest.approx(0.09, rel=1e-9)
    assert gamma_covariance(0.3, 0.0) == pytest.approx(0.0, abs=1e-12)
    assert 0.4 * 0.09 < gamma_covariance(0.3, 0.5) < 0.5 * 0.09


def test_full_correlation_is_the_day_factor_bit_by_bit() -> None:
    ours = program_of(uncertainty={"centre_day": "20%", "type_day": "10%", "within_day_correlation": "100%"})
    theirs = program_of(uncertainty={"centre_day": "20%", "type_day": "10%", "forecast_error": "0%"})
    for replication in range(5):
        a, b = (simulate(program, 1, replication, rows=False).digest for program in (ours, theirs))
        assert (a == b).all()


# -------------------------------------------------------------------------------- fixed numbers


def test_binomial_counts_are_scipys() -> None:
    dice = np.random.default_rng(7)
    for n in (1, 2, 7, 30, 420, 5000, 100_000):
        for p in (1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-9):
            levels = dice.random(40)
            found = [binomial_quantile(n, p, u) for u in levels]
            assert found == scipy.stats.binom.ppf(levels, n, p).astype(int).tolist(), (n, p)
    assert [binomial_quantile(5, p, 0.5) for p in (0.0, 1.0)] == [0, 5] and binomial_quantile(0, 0.5, 0.5) == 0


def fixed(**more: Any) -> Program:
    volume = {"total": "137/day", "profile": "p", "fixed": True}
    calls = {"a": {"volume": volume, "handle": "30s", "patience": "1m", **more}}
    base = {"open": {"mon-thu": "09:00-12:00", "fri": "09:00-10:30"}, "start": "2024-01-02", "interval": "30m", "agents": 5}
    profiles = {"p": [1, 0, 4, 2, 2, 1]}
    if "volume" in more:
        calls["a"] |= more
    return compile_scenario(from_dict({**base, "days": 2, "calls": calls, "profiles": profiles})).program


def test_every_day_has_exactly_its_number_and_each_interval_a_binomial_share_of_it() -> None:
    program = fixed()
    n = 600
    found = np.zeros((n, 12))
    for replication in range(n):
        rows = simulate(program, 2, replication, rows=True, digest=False).rows
        assert rows is not None
        place = np.floor(rows.episodes["first_at"] / 1800).astype(int)
        found[replication] = np.bincount(place, minlength=72)[[*range(18, 24), *range(66, 72)]]
    assert (found[:, :6].sum(axis=1) == 137).all() and (found[:, 6:].sum(axis=1) == 137).all()
    shares = np.array([0.1, 0.0, 0.4, 0.2, 0.2, 0.1])
    spread = np.sqrt(137 * shares * (1 - shares))
    assert np.abs(found[:, :6].mean(axis=0) - 137 * shares).max() < 5 * spread.max() / np.sqrt(n)
    assert found[:, 2].var() == pytest.approx(137 * 0.24, rel=5 * np.sqrt(2 / n))
    covariance = np.cov(found[:, 2], found[:, 3])[0, 1]  # multinomial: -n p q
    assert covariance == pytest.approx(-137 * 0.08, abs=5 * spread[2] * spread[3] / np.sqrt(n))
    assert abs(np.corrcoef(found[:, 2], found[:, 8])[0, 1]) < 5 / np.sqrt(n)  # days are apart


def test_a_scaled_number_is_rounded_to_whole_calls() -> None:
    program = fixed(scale="103%", weekday={"wed": "50%"})
    assert sorted(program.demand.fixed_total[program.demand.fixed_total > 0]) == [71, 141]
    assert program.flows.volume.sum() == pytest.approx(71 + 141)


def test_sequential_shares_use_up_what_is_left() -> None:
    luck, left = luck_of(1, 0), 100
    for i, share in enumerate((0.2, 0.25, 0.5, 1.0)):
        n = fixed_calls(luck, i, left, share)
        assert 0 <= n <= left
        left -= n
    assert left == 0


def test_uncertainty_leaves_a_fixed_number_alone() -> None:
    calls = {"a": {"volume": {"total": "100/day", "profile": "flat", "fixed": True}, "handle": "30s", "patience": "1m"}}
    base = {"open": "09:00-12:00", "calls": calls, "agents": 5}
    uncertain = {"centre_day": "50%", "forecast_error": "50%", "within_day_correlation": 0.2}
    digests = [
        simulate(compile_scenario(from_dict(base | more)).program, 1, 0, rows=False).digest
        for more in ({}, {"uncertainty": uncertain})
    ]
    assert (digests[0] == digests[1]).all()
