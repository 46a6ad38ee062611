"""Intervals at the edges: one replication, nothing to count, all at 100 %, all alike; the order of replications; quantiles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ccsim.analysis import Accumulator
from ccsim.analysis.estimate import METHODS, Intervals, Method, Moments, number_or_none, ratios
from ccsim.analysis.quantile import WAIT_EDGES, WaitMoments
from ccsim.outcomes import N_WAIT_BINS
from ccsim.rules import tally
from tests.analysis.worlds import NAMES, counts_with, two_days

wait_bin = getattr(tally.wait_bin, "py_func", tally.wait_bin)  # Python cannot call it where it is compiled for rules only


def ratio(numerators: list[float], denominators: list[float], share: bool = True, confidence: float = 0.95) -> Intervals:
    return ratios(Moments.of(numerators, denominators), share, confidence)


def test_the_interval_is_the_textbook_delta_method() -> None:
    # Worked by hand: pairs (8, 10), (9, 10), (7, 10): R = .8, residuals 0, 1, -1, t(2) = 4.302653.
    error = math.sqrt(2 * 3 / 2) / 30
    found = ratio([8, 9, 7], [10, 10, 10], share=False)
    assert float(found.value) == 0.8
    assert float(found.high - found.value) == pytest.approx(4.302653 * error, rel=1e-6)
    logit = math.log(4) - 4.302653 * error / 0.16
    assert float(ratio([8, 9, 7], [10, 10, 10]).low) == pytest.approx(1 / (1 + math.exp(-logit)), rel=1e-6)


def test_the_interval_agrees_with_residuals_taken_directly() -> None:
    rng = np.random.default_rng(3)
    below = rng.poisson(1e12, 50).astype(float)  # microseconds: products of 1e24 must not cancel
    above = np.floor(below * (0.7 + 1e-8 * rng.standard_normal(50)))
    share = above.sum() / below.sum()
    residuals = above - share * below
    error = math.sqrt((residuals**2).sum() * 50 / 49) / below.sum()
    assert float(ratio(list(above), list(below), share=False).high) - share == pytest.approx(2.009575 * error, rel=1e-4)


def test_one_replication_has_a_value_and_no_interval() -> None:
    program = two_days()
    acc = Accumulator(program, NAMES)
    acc.add(counts_with(program, 9, 1, 8))
    for e in acc.estimates():
        assert e.low is None and e.high is None and e.n == 1
        assert e.method in (METHODS[Method.ONE_REPLICATION], METHODS[Method.EMPTY]), e
    (level,) = [e for e in acc.estimates(ids=["service_level"]) if not e.scope and e.basis == "contact"]
    assert level.value == 0.8


def test_before_the_first_replication_there_is_nothing() -> None:
    acc = Accumulator(two_days(), NAMES)
    assert acc.n == 0
    assert all(e.value is None and e.method == METHODS[Method.EMPTY] for e in acc.estimates())


def test_nothing_to_count_is_no_number() -> None:
    found = ratio([0, 0, 0], [0, 0, 0])
    assert number_or_none(float(found.value)) is None and number_or_none(float(found.low)) is None
    assert found.method == Method.EMPTY


def test_all_replications_at_100_percent_are_not_certain() -> None:
    found = ratio([10, 20, 30, 40, 50], [10, 20, 30, 40, 50])
    assert float(found.value) == float(found.high) == 1.0
    assert float(found.low) == pytest.approx(0.025 ** (1 / 5), rel=1e-12)  # Clopper-Pearson, 0 of 5
    assert "Clopper-Pearson" in METHODS[Method(int(found.method))]


def test_all_replications_at_0_percent_are_not_certain() -> None:
    found = ratio([0] * 30, [10] * 30)
    assert (float(found.value), float(found.low)) == (0.0, 0.0)
    assert float(found.high) == pytest.approx(1 - 0.025 ** (1 / 30), rel=1e-12)


def test_replications_without_calls_do_not_vouch_for_100_percent() -> None:
    assert float(ratio([3, 0, 0, 0], [3, 0, 0, 0]).low) == pytest.approx(0.025)


def test_a_lone_replication_with_calls_gives_no_interval() -> None:
    found = ratio([1, 0, 0], [2, 0, 0])
    assert float(found.value) == 0.5 and math.isnan(float(found.low))
    assert found.method == Method.TOO_FEW


@pytest.mark.parametrize("scale", [1.0, 3.0, 1e12 + 1])
def test_replications_all_alike_give_no_interval_of_width_zero(scale: float) -> None:
    for share in (True, False):
        found = ratio([scale, 2 * scale, 5 * scale], [3 * scale, 6 * scale, 15 * scale], share)
        assert math.isnan(float(found.low)) and found.method == Method.EQUAL


def test_no_bound_leaves_its_range() -> None:
    rng = np.random.default_rng(8)
    below = rng.integers(1, 20, (5, 500)).astype(float)
    above = np.minimum(below, rng.integers(0, 20, (5, 500)))
    found = ratios(Moments.of(above, below), True, 0.99)
    drawn = ~np.isnan(found.low)
    assert drawn.sum() > 400
    assert np.all((found.low[drawn] >= 0.0) & (found.high[drawn] <= 1.0) & (found.low[drawn] < found.high[drawn]))
    assert np.all((found.low[drawn] <= found.value[drawn]) & (found.value[drawn] <= found.high[drawn]))
    waits = ratios(Moments.of([0.0, 0.0, 90.0], [10.0, 10.0, 10.0]), False, 0.95)
    assert float(waits.low) == 0.0


def test_few_replications_near_the_edge_say_so() -> None:
    above, below = [99, 100, 98, 100] * 5, [100] * 20
    assert ratio(above, below).method == Method.LOGIT_FEW
    assert ratio(above * 2, below * 2).method == Method.LOGIT
    assert ratio([50, 60, 40, 70] * 5, below).method == Method.LOGIT


def test_the_order_of_replications_moves_the_last_digits_only() -> None:
    rng = np.random.default_rng(4)
    below = rng.poisson(500, 40)
    above = rng.binomial(below, 0.8)
    order = rng.permutation(40)
    one, other = ratio(list(above), list(below)), ratio(list(above[order]), list(below[order]))
    assert float(one.low) == pytest.approx(float(other.low), rel=1e-12)
    assert float(one.value) == float(other.value)


def test_rounding_is_not_spread() -> None:
    calls = [8285, 670624, 525618, 647189, 257300]  # 1 of 56 each: plain arithmetic leaves a squared error of 2e-20
    found = ratio(calls, [56 * n for n in calls])
    assert math.isnan(float(found.low)) and found.method == Method.EQUAL


# ------------------------------------------------------------------------------------ quantiles


def histogram(*waits: float) -> np.ndarray:
    row = np.zeros((1, N_WAIT_BINS), dtype=np.int64)
    for wait in waits:
        row[0, wait_bin(wait)] += 1
    return row


def quantile(p: float, *days: tuple[float, ...], confidence: float = 0.95) -> tuple[float, float, float, int]:
    moments = WaitMoments(1)
    for day in days:
        moments.add(histogram(*day))
    (found,) = moments.quantiles((p,), confidence)
    return float(found.value[0]), float(found.low[0]), float(found.high[0]), int(found.method[0])


@pytest.mark.parametrize("wait", [0.0, 1e-9, 0.5, 1.0, 59.9, 3599.5, 3600.0, 3601.0, 5000.0, 1e5, 1e6])
def test_bin_edges_are_those_of_the_tally(wait: float) -> None:
    i = wait_bin(wait)
    assert len(WAIT_EDGES) == N_WAIT_BINS
    assert wait <= WAIT_EDGES[i] * (1 + 1e-12)
    assert i == 0 or wait >= WAIT_EDGES[i - 1] * (1 - 1e-12)


def test_a_quantile_is_linear_inside_its_bin() -> None:
    # Four waits in [10, 11), after four of none: the 75 % quantile is half way through the bin.
    assert quantile(0.75, (0, 0, 0, 0, 10.1, 10.2, 10.8, 10.9))[0] == 10.5
    assert quantile(0.5, (0, 0, 0, 0, 10.1, 10.2, 10.8, 10.9))[0] == 0.0


def test_a_quantile_of_one_replication_has_no_interval() -> None:
    value, low, _, method = quantile(0.9, (1.0, 2.0, 3.0))
    assert value > 0.0 and math.isnan(low) and method == Method.ONE_REPLICATION


def test_a_quantile_of_nothing_is_no_number() -> None:
    value, low, _, method = quantile(0.9, (), ())
    assert math.isnan(value) and math.isnan(low) and method == Method.EMPTY


def test_nobody_ever_waits_is_no_interval() -> None:
    value, low, _, method = quantile(0.9, (0, 0), (0, 0, 0), (0,))
    assert value == 0.0 and math.isnan(low) and method == Method.EQUAL


def test_a_median_that_is_surely_zero_is_zero_with_an_interval() -> None:
    days = [(0,) * 9 + (5.0,), (0,) * 10, (0,) * 8 + (5.0, 6.0)] * 5
    assert quantile(0.5, *days) == (0.0, 0.0, 0.0, Method.BAND)


def test_a_quantile_lies_in_its_interval_and_widens_with_confidence() -> None:
    rng = np.random.default_rng(6)
    days = [tuple(rng.exponential(30.0 * (0.5 + rng.random()), 200)) for _ in range(10)]
    for p in (0.5, 0.9, 0.99):
        value, low, high, _ = quantile(p, *days)
        wide = quantile(p, *days, confidence=0.99)
        assert wide[1] < low < value < high < wide[2]


def test_a_long_wait_that_comes_late_does_not_disturb_what_was_there() -> None:
    days = [(1.5, 2.5), (2.5, 700.0), (3.5, 9000.0), (0.0, 2.5)]
    trimmed, whole = WaitMoments(1), WaitMoments(1)
    for day in days:
        trimmed.add(histogram(*day)[:, : 1 + max(wait_bin(wait) for wait in day)])
        whole.add(histogram(*day))
    ordered = WaitMoments(1)
    for day in (days[2], days[0], days[1], days[3]):
        ordered.add(histogram(*day))
    for p in (0.3, 0.5, 0.8):
        (a,), (b,), (c,) = (m.quantiles((p,), 0.95) for m in (trimmed, whole, ordered))
        assert (a.value, a.low, a.high) == (b.value, b.low, b.high)
        assert a.value == c.value and float(a.high[0]) == pytest.approx(float(c.high[0]), rel=1e-9)
