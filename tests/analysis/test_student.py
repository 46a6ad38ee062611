"""The t quantile of our own is SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtr, stdtrit

from ccsim.analysis.student import student_t


@pytest.mark.parametrize("n", [2, 3, 4, 10, 60, 61, 62, 100, 1_000, 1_000_001])
def test_quantile_is_that_of_scipy(n: int) -> None:
    confidence = np.array([[0.1, 0.5, 0.8], [0.9, 0.95, 0.99]])
    np.testing.assert_allclose(student_t(confidence, n), stdtrit(n - 1, 0.5 + 0.5 * confidence), rtol=1e-12)


@pytest.mark.parametrize("n", [2, 5, 100, 100_000])
def test_far_quantiles_leave_the_share_asked_for(n: int) -> None:
    """Compared by what lies beyond: near 1 a confidence itself has few digits left."""
    beyond = np.array([1e-4, 1e-6, 1e-8])
    np.testing.assert_allclose(2.0 * stdtr(n - 1, -student_t(1.0 - beyond, n)), beyond, rtol=1e-6)


def test_no_confidence_needs_no_width() -> None:
    assert student_t(0.0, 10) == 0.0
    assert np.shape(student_t(0.95, 10)) == ()
