"""Control variates: the truth is covered as often as is said, next to no bias is left, and the gain claimed is there.

The harsh world of `test_paired`: days that differ by 20 %, whose calls and their squares have known means.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from ccsim.analysis.controls import adjusted, affordable
from ccsim.analysis.paired import Sample
from ccsim.analysis.stopping import interval, looks
from tests.analysis.test_paired import CALLS, CV, N_MACRO, Days, true_share, true_wait

MEAN_SQUARE = CALLS + CALLS**2 * (1.0 + CV**2)


def controls_of(calls: np.ndarray) -> np.ndarray:
    """Calls of each replication and their squares, less their known means."""
    return np.stack([calls - CALLS, calls**2 - MEAN_SQUARE], axis=-1)


def one_of(sample: Sample, number: int) -> Sample:
    return Sample(sample.numerators[:, number], sample.denominators[:, number])


@pytest.mark.parametrize(("n", "at_least"), [(30, 0.935), (60, 0.935), (200, 0.935)])
@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_a_share_is_covered_and_hardly_biased(n: int, at_least: float, shift: float) -> None:
    """The share falls steeply with calls: what is left of the regression's bias is a fifth of the error at most."""
    days, truth = Days(n, seed=21), true_share(shift)
    sample, known = days.share(shift), controls_of(days.calls)
    found = [adjusted(one_of(sample, number), known[:, number], True, False, 0.95) for number in range(N_MACRO)]
    values = np.array([one.value for one in found])
    assert at_least <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.97
    assert abs(values.mean() - truth) <= 0.2 * values.std()
    assert all(one.used == affordable(2, n) for one in found)
    plain = sample.ratio
    gained, claimed = plain.var() / values.var(), float(np.median([one.gain for one in found]))
    assert gained > 2.0 and 0.7 * claimed <= gained <= 1.5 * claimed


def test_a_mean_is_covered_and_hardly_biased() -> None:
    days, truth = Days(60, seed=22), true_wait(1.0)
    sample, known = days.wait(1.0), controls_of(days.calls)
    found = [adjusted(one_of(sample, number), known[:, number], False, False, 0.95) for number in range(N_MACRO)]
    values = np.array([one.value for one in found])
    assert 0.93 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.97
    assert abs(values.mean() - truth) <= 0.15 * values.std()
    assert sample.ratio.var() / values.var() > 5.0


def test_a_run_that_ends_by_its_controlled_interval_covers() -> None:
    """75 % within 2 points, of 1,000 experiments; without controls some 350 replications are needed."""
    days, truth = Days(300, seed=23), true_share(0.0)
    sample, known = days.share(0.0), controls_of(days.calls)
    held, taken = 0, []
    for number in range(1000):
        one, controls = one_of(sample, number), known[:, number]
        for n in looks(50, 300):
            found = adjusted(Sample(one.numerators[:n], one.denominators[:n]), controls[:n], True, False, 0.95)
            if max(found.high - found.value, found.value - found.low) <= 0.02:
                break
        held += found.low <= truth <= found.high
        taken.append(n)
    assert 0.92 <= held / 1000 <= 0.97
    assert np.mean(taken) < 130


def test_the_known_mean_matters() -> None:
    """With the sample's own mean in the place of the known one nothing is gained, with a wrong one the answer is wrong."""
    days, truth = Days(200, seed=24), true_share(0.0)
    sample, known = days.share(0.0), controls_of(days.calls)
    off = known + np.array([0.1 * CALLS, 0.0])
    values = [adjusted(one_of(sample, k), known[:, k], True, False, 0.95).value for k in range(200)]
    wrong = [adjusted(one_of(sample, k), off[:, k], True, False, 0.95).value for k in range(200)]
    own = [adjusted(one_of(sample, k), known[:, k] - known[:, k].mean(axis=0), True, False, 0.95).value for k in range(200)]
    assert own == pytest.approx(sample.ratio[:200])
    assert abs(np.mean(values) - truth) < 0.003 < 0.03 < abs(np.mean(wrong) - truth)


def test_controls_that_cannot_help_leave_the_plain_interval() -> None:
    days = Days(40, seed=25)
    sample, known = one_of(days.share(0.0), 0), controls_of(days.calls[:, 0])
    plain = interval(sample, True, False, 0.95)
    assert adjusted(sample, known[:, :0], True, False, 0.95)[:3] == plain
    assert adjusted(sample, np.ones((40, 1)), True, False, 0.95)[:3] == plain
    few = Sample(sample.numerators[:15], sample.denominators[:15])
    assert adjusted(few, known[:15], True, False, 0.95).used == 0
    nothing = adjusted(Sample(np.zeros(40), np.zeros(40)), known, True, False, 0.95)
    assert math.isnan(nothing.value) and nothing.used == 0
    all_of_them = adjusted(Sample(np.full(40, 9.0), np.full(40, 9.0)), known, True, False, 0.95)
    assert all_of_them.high == 1.0 and all_of_them.low < 1.0


def test_a_control_given_twice_counts_once() -> None:
    days = Days(60, seed=26)
    sample, known = one_of(days.share(0.0), 0), controls_of(days.calls[:, 0])[:, :1]
    once, twice = (adjusted(sample, table, True, False, 0.95) for table in (known, np.hstack([known, 2.0 * known])))
    assert twice == pytest.approx(once) and twice.used == 1


def test_replications_bear_a_tenth_as_many_controls() -> None:
    assert [affordable(5, n) for n in (5, 19, 20, 39, 60, 1000)] == [0, 0, 1, 2, 5, 5]
