"""The simulator reproduces what theory and other programs say: one statistical test for each case, through the public API."""

from __future__ import annotations

import pytest

from tests.verification.cases import CASES
from tests.verification.compare import Verdict, judge
from tests.verification.figures import FIGURES


@pytest.fixture(scope="module", params=sorted(CASES))
def verdict(request: pytest.FixtureRequest) -> Verdict:
    return judge(CASES[request.param])


def test_exact_values_are_reproduced(verdict: Verdict) -> None:
    """The largest |z| of a case stays below its bound: alpha 1e-4 over all its metrics."""
    assert [(c.part, c.metric.name, c.metric.exact, c.ours, round(c.z, 2)) for c in verdict.off] == []


def test_printed_results_are_reproduced(verdict: Verdict) -> None:
    """The figures a source prints, with their own intervals and rounding, are met as well."""
    assert [(c.part, c.metric.name, c.metric.printed, c.ours, c.z_printed) for c in verdict.off_print] == []


def test_comparison_is_not_blind(verdict: Verdict) -> None:
    """Each metric sees the bias it claims to see, so that a case cannot pass for want of calls."""
    assert [(c.part, c.metric.name, round(c.sees, 4), c.metric.sees) for c in verdict.blind] == []


def test_every_figure_has_its_case_and_every_case_its_figure() -> None:
    assert set(CASES) == set(FIGURES)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_printed_and_exact_figures_agree_with_each_other(case) -> None:  # type: ignore[no-untyped-def]
    """A slip in copying would put a printed figure far from the exact one: four standard errors, or roundings."""
    for part in case.parts:
        for metric in part.metrics:
            if metric.printed is not None and metric.exact is not None:
                assert abs(metric.printed.value - metric.exact) <= 4.0 * metric.printed.error, (part.label, metric.name)
