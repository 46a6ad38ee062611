"""Cases passed on for want of authority meet their exact answers; the chain they come from meets the published one."""

from __future__ import annotations

import math

import pytest

from tests.verification.authority import AUTHORITY
from tests.verification.chain import Tiers, two_tiers
from tests.verification.compare import Verdict, judge
from tests.verification.figures import FIGURES


@pytest.fixture(scope="module", params=sorted(AUTHORITY))
def verdict(request: pytest.FixtureRequest) -> Verdict:
    return judge(AUTHORITY[request.param])


def test_exact_values_are_reproduced(verdict: Verdict) -> None:
    """As for the reference cases: alpha 1e-4 over all metrics of a case."""
    assert [(c.part, c.metric.name, c.metric.exact, c.ours, round(c.z, 2)) for c in verdict.off] == []


def test_comparison_is_not_blind(verdict: Verdict) -> None:
    assert [(c.part, c.metric.name, round(c.sees, 4), c.metric.sees) for c in verdict.blind] == []


def test_the_chain_is_the_one_behind_the_reference() -> None:
    """``exact-escalation-direct`` has no wrap-up, and calls of tier 2's own; ``exact-acw`` has wrap-up and one tier."""
    figures = FIGURES["exact-escalation-direct"]
    given, exact = figures["parameters"], figures["exact"]
    one, two = given["tier1"], given["tier2"]
    ours = two_tiers(
        Tiers(
            given["lam"],
            1 / one["aht"],
            math.inf,
            1 / one["patience"],
            one["agents"],
            given["p_escalate"],
            given["direct_tier2"],
            1 / two["aht"],
            1 / two["patience"],
            two["agents"],
        )
    )
    for name in set(ours._fields) - {"edge"}:
        assert getattr(ours, name) == pytest.approx(exact[name], rel=1e-10), name
    assert ours.edge < 1e-20

    with_wrap = two_tiers(Tiers(2.0, 1 / 3, 1.0, 1 / 3, 8, 0.0, 0.01, 1.0, 1.0, 1), most_waiting=30, most_at_second=6)
    assert with_wrap.p_wait1 == pytest.approx(0.526274244865, rel=1e-8)  # exact-acw: talk 3, wrap-up 1, patience 3, 8 agents
    assert with_wrap.p_ab1 == pytest.approx(0.144328460322, rel=1e-8)
