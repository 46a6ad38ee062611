"""Each formula against a twin that gets there another way."""

import math
from fractions import Fraction

import numpy as np
import pytest

from ccsim.erlang import erlang_a, erlang_b, erlang_general
from ccsim.erlang.births import birth_counts


def erlang_b_in_fractions(load: Fraction, lines: int) -> Fraction:
    term = total = Fraction(1)
    for n in range(1, lines + 1):
        term *= load / n
        total += term
    return term / total


@pytest.mark.parametrize(("load", "lines"), [(0.5, 1), (3, 7), (20, 20), (50, 31), (100, 150), (250, 260)])
def test_erlang_b_equals_the_sum_in_exact_fractions(load, lines):
    assert erlang_b(load, lines) == pytest.approx(float(erlang_b_in_fractions(Fraction(load), lines)), rel=2e-14)


def matrix_exponential_twin(rate, handle_time, agents, patience, lines, balk, within):
    """(answered within, abandoned within, waits longer, blocked, mean queue) from generator matrices only."""
    from scipy.linalg import expm

    size = (lines if lines is not None else agents + 150) + 1
    generator = np.zeros((size, size))
    for state in range(size):
        if state + 1 < size:
            generator[state, state + 1] = rate * (1 if state < agents else 1 - balk)
        if state > 0:
            generator[state, state - 1] = min(state, agents) / handle_time + max(0, state - agents) / patience
    generator -= np.diag(generator.sum(axis=1))
    stationary = np.linalg.solve(np.vstack([generator.T[1:], np.ones(size)]), np.eye(size)[-1])

    # tagged caller: k still ahead for k = 0..most, then answered, then abandoned
    most = size - agents - 2
    tagged = np.zeros((most + 3, most + 3))
    for k in range(most + 1):
        tagged[k, k - 1 if k > 0 else most + 1] += agents / handle_time + k / patience
        tagged[k, most + 2] += 1 / patience
        tagged[k, k] -= tagged[k].sum()
    start = np.zeros(most + 3)
    start[: most + 1] = stationary[agents:-1] * (1 - balk)
    end = start @ expm(tagged * within)
    return (
        stationary[:agents].sum() + end[most + 1],
        stationary[agents:-1].sum() * balk + end[most + 2],
        end[: most + 1].sum(),
        stationary[-1] if lines is not None else 0.0,
        stationary[agents:] @ np.arange(size - agents),
    )


@pytest.mark.parametrize(
    ("rate", "handle_time", "agents", "patience", "lines", "balk"),
    [
        (100 / 3600, 300, 9, 180, None, 0.0),
        (0.05, 200, 10, 600, 14, 0.0),
        (0.05, 200, 10, 60, 40, 0.25),
        (0.09, 200, 12, 400, 30, 0.0),  # overload, mostly blocked or waiting
        (0.02, 200, 12, 30, None, 0.5),
        (0.05, 200, 10, math.inf, 25, 0.1),  # nobody hangs up: Poisson instead of negative binomial
        (0.01, 200, 1, 1000, None, 0.0),
        (0.05, 20, 2, 1.5, None, 0.0),  # patience far below the handle time
    ],
)
@pytest.mark.parametrize("within", [0.0, 1.0, 20.0, 120.0, 900.0])
def test_waiting_law_equals_the_matrix_exponential(rate, handle_time, agents, patience, lines, balk, within):
    law = erlang_a(rate, handle_time, agents, patience, lines=lines, balk_share=balk)
    got = (
        law.answered_within(within),
        law.abandoned_within(within),
        law.waits_longer(within),
        law.blocked_share,
        law.mean_queue,
    )
    twin = matrix_exponential_twin(rate, handle_time, agents, patience, lines, balk, within)
    assert got == pytest.approx(twin, rel=0, abs=2e-13)


@pytest.mark.parametrize(
    ("agents", "load_per_agent", "patience"),
    [(10, 0.8, 120), (505, 500 / 505, 300), (3000, 1.1, 120), (20_000, 0.999, 600), (4, 1.5, 3600)],
)
def test_large_centres_equal_the_independent_quadrature(agents, load_per_agent, patience):
    """Sum over queue lengths against integral over due times: they share Erlang B and nothing else."""
    rate = agents * load_per_agent / 180
    law = erlang_a(rate, 180, agents, patience)
    twin = erlang_general(rate, 180, agents, lambda t: math.exp(-t / patience))
    for name in ("wait_share", "abandoned_share", "mean_queue", "mean_wait_answered", "mean_wait_abandoned"):
        assert getattr(law, name) == pytest.approx(getattr(twin, name), rel=1e-12), name
    for within in (0, 5, 20, 60, 300):
        for share in ("answered_within", "abandoned_within", "waits_longer"):
            assert getattr(law, share)(within) == pytest.approx(getattr(twin, share)(within), rel=0, abs=1e-13)


@pytest.mark.parametrize("growth", [0.0, 1e-9, 0.003, 0.05, 1.0])
@pytest.mark.parametrize("expected_births", [0.2, 3, 15, 17, 22, 40, 900, 30_000])
def test_birth_counts_add_up_to_one(growth, expected_births):
    """Only the largest is taken from Stirling's series, all others are multiples of it: the sum tells if it is right."""
    base = 2.0
    within = math.log1p(expected_births * growth / base) / growth if growth > 0 else expected_births / base
    spread = math.sqrt(expected_births * math.exp(growth * within))
    counts = birth_counts(within, base, growth, int(expected_births + 60 * spread + 60))
    assert math.fsum(counts) == pytest.approx(1, rel=0, abs=1e-13)
    assert math.fsum(k * count for k, count in enumerate(counts)) == pytest.approx(expected_births, rel=1e-12)


def test_quadrature_of_general_patience_equals_scipys():
    """Weibull patience with many early hang-ups and balking: the integrals of Zeltyn and Mandelbaum (2005), naively."""
    from scipy.integrate import quad

    rate, handle_time, agents, balk = 0.5, 30.0, 14, 0.2
    law = erlang_general(rate, handle_time, agents, lambda t: math.exp(-((t / 60) ** 0.7)), balk_share=balk)

    def survival(t):
        return math.exp(-((t / 60) ** 0.7))

    def density(x):
        return math.exp(rate * (1 - balk) * quad(survival, 0, x, epsabs=1e-13)[0] - agents * x / handle_time)

    def integral(value, low):
        return quad(lambda x: density(x) * value(x), low, 200, epsabs=1e-12, epsrel=1e-11, limit=200)[0]

    fewer_busy = float(erlang_b_in_fractions(Fraction(15), agents - 1))
    total = 1 / fewer_busy + rate * integral(lambda x: 1.0, 0)
    assert law.wait_share == pytest.approx(rate * integral(lambda x: 1.0, 0) / total, rel=1e-9)
    late = rate * (1 - balk) * integral(survival, 20) / total
    assert law.answered_share - law.answered_within(20) == pytest.approx(late, rel=1e-9)
    lost = rate * (1 - balk) * integral(lambda x: 1 - survival(x), 0) / total
    assert law.abandoned_share - law.balked_share == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize("jump", [0.37, 1.4, 1.9999, 2.0, 2.999, 3.0, 7.77])
def test_a_jump_of_patience_is_found_wherever_it_lies(jump):
    """M/M/n+D in closed form: the density of the due time is exponential on both sides of the jump."""
    rate, handle_time, agents = 5.0, 4.0, 20
    law = erlang_general(rate, handle_time, agents, lambda t: float(t < jump))
    service = agents / handle_time
    before = jump  # rate equals service, so the density is flat until the jump
    after = 1 / service
    total = 1 / float(erlang_b_in_fractions(Fraction(20), agents - 1)) + rate * (before + after)
    assert law.wait_share == pytest.approx(rate * (before + after) / total, rel=1e-11)
    assert law.abandoned_share == pytest.approx(rate * after / total, rel=1e-11)
