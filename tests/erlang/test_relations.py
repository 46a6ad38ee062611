"""Relations that hold whatever the numbers are: what an agent more does, what adds up, where one model becomes another."""

import math

import pytest

from ccsim.erlang import ErlangC, WaitLaw, erlang_a, erlang_b, erlang_c, erlang_general
from tests.erlang.digits import THIRD, close

GRID = [
    (agents, load, patience, lines, balk)
    for agents in (1, 4, 20, 120)
    for load in (0.6, 0.95, 1.3)
    for patience in (30, 180, 1800)
    for lines, balk in ((None, 0.0), (agents + 15, 0.0), (None, 0.3))
]


def law_at(agents, load, patience, lines, balk, more_agents=0) -> WaitLaw:
    return erlang_a(agents * load / 180, 180, agents + more_agents, patience, lines=lines, balk_share=balk)


UNLIMITED = [place for place in GRID if place[3] is None]
LIMITED = [place for place in GRID if place[3] is not None]


def falls(share: float, to: float) -> bool:
    """Up to rounding; below 1e-30 nothing is compared, since queue lengths rarer than 1e-40 are left out."""
    return to <= share * (1 + 4e-15) or to < 1e-30


@pytest.mark.parametrize("place", UNLIMITED)
def test_one_more_agent_makes_everything_better(place):
    here, better = law_at(*place), law_at(*place, more_agents=1)
    assert falls(here.occupancy, to=better.occupancy) and falls(here.wait_share, to=better.wait_share)
    for name in ("abandoned_share", "mean_wait", "mean_wait_answered", "mean_queue"):
        assert getattr(better, name) < getattr(here, name), name
    for within in (0, 10, 60, 240):
        assert falls(here.waits_longer(within), to=better.waits_longer(within))
        # a difference of two shares near 1 cannot be told from rounding below 1e-13
        assert better.answered_within(within) >= here.answered_within(within) - 1e-13


@pytest.mark.parametrize("place", UNLIMITED)
def test_more_calls_make_everything_worse(place):
    agents, load, *others = place
    here, worse = law_at(*place), law_at(agents, load * 1.02, *others)
    assert falls(worse.occupancy, to=here.occupancy) and falls(worse.wait_share, to=here.wait_share)
    for name in ("abandoned_share", "mean_wait", "mean_wait_answered", "mean_queue"):
        assert getattr(worse, name) > getattr(here, name), name
    for within in (0, 10, 60, 240):
        assert falls(worse.waits_longer(within), to=here.waits_longer(within))
        assert worse.answered_within(within) <= here.answered_within(within) + 1e-13


@pytest.mark.parametrize("place", LIMITED)
def test_with_limited_lines_more_agents_answer_more_and_more_calls_are_blocked_more(place):
    """Less holds here: an agent more can let more callers in to wait, and holds lines that the impatient would free."""
    agents, load, *others = place
    here, staffed, busier = law_at(*place), law_at(*place, more_agents=1), law_at(agents, load * 1.02, *others)
    assert staffed.answered_share > here.answered_share > busier.answered_share
    assert staffed.occupancy < here.occupancy < busier.occupancy
    assert busier.blocked_share >= here.blocked_share


def test_one_more_agent_may_raise_blocking_when_patience_is_short():
    """Negative control: the monotone claims above are not vacuous, and true without a limit on lines only."""
    assert law_at(120, 0.95, 30, 135, 0.0, more_agents=1).blocked_share > law_at(120, 0.95, 30, 135, 0.0).blocked_share


@pytest.mark.parametrize("agents", [2, 9, 60, 400])
def test_erlang_b_and_c_are_monotone_in_agents_and_load(agents):
    loads = [agents * share for share in (0.3, 0.6, 0.9, 0.97, 0.999)]
    for less, more in zip(loads, loads[1:], strict=False):
        assert erlang_b(less, agents) < erlang_b(more, agents)
        assert erlang_c(less, 1, agents).mean_wait < erlang_c(more, 1, agents).mean_wait
        assert erlang_c(less, 1, agents).waits_longer(0.1) < erlang_c(more, 1, agents).waits_longer(0.1)
    for load in loads:
        assert erlang_b(load, agents + 1) < erlang_b(load, agents)
        assert erlang_c(load, 1, agents + 1).mean_wait < erlang_c(load, 1, agents).mean_wait


@pytest.mark.parametrize("place", GRID)
def test_shares_and_waits_add_up(place):
    law = law_at(*place)
    patience, balk = place[2], place[4]
    assert law.answered_share + law.abandoned_share + law.blocked_share == pytest.approx(1, abs=1e-13)
    assert law.balked_share == pytest.approx(law.wait_share * balk, rel=1e-14)
    # each who waits gives up at rate 1/patience
    assert law.abandoned_share - law.balked_share == pytest.approx(law.mean_wait / patience, rel=1e-12)
    total_wait = law.mean_wait_answered * law.answered_share + law.mean_wait_abandoned * law.abandoned_share
    assert total_wait == pytest.approx(law.mean_wait, rel=1e-12)
    for within in (0, 7, 45, 400):
        parts = (law.answered_within(within), law.abandoned_within(within), law.waits_longer(within))
        assert sum(parts) + law.blocked_share == pytest.approx(1, abs=1e-13)
    assert law.answered_within(math.inf) == law.answered_share
    assert law.abandoned_within(math.inf) == law.abandoned_share


def test_threshold_without_end_is_met_by_all_who_are_answered():
    for law in (
        erlang_c(0.04, 200, 10),
        erlang_a(0.06, 200, 10, math.inf, lines=20),
        erlang_general(0.06, 200, 10, lambda t: float(t < 30)),
    ):
        assert law.answered_within(math.inf) == law.answered_share
        assert law.abandoned_within(math.inf) == law.abandoned_share
        assert law.waits_longer(math.inf) == 0.0


def test_mean_wait_is_the_area_under_the_tail_of_the_waiting_law():
    from scipy.integrate import quad

    for law in (
        erlang_a(0.05, 200, 10, 300, lines=30, balk_share=0.1),
        erlang_c(0.04, 200, 10),
        erlang_general(0.05, 200, 10, lambda t: max(0.0, 1 - t / 500)),
    ):
        area, _ = quad(law.waits_longer, 0, 3000, epsabs=1e-10, limit=300)
        assert area == pytest.approx(law.mean_wait, rel=1e-8)


def test_time_unit_does_not_matter():
    minutes, seconds = erlang_a(3.5, 3, 12, 2), erlang_a(3.5 / 60, 180, 12, 120)
    assert seconds.mean_wait_answered == pytest.approx(60 * minutes.mean_wait_answered, rel=1e-13)
    assert seconds.service_level(20) == pytest.approx(minutes.service_level(THIRD), rel=1e-13)


def test_erlang_a_tends_to_erlang_c_and_to_erlang_b():
    c = erlang_c(0.045, 200, 10)
    patient = erlang_a(0.045, 200, 10, 1e13)
    for within in (0, 20, 200):
        assert patient.service_level(within) == pytest.approx(c.service_level(within), abs=1e-9)
    assert patient.mean_wait == pytest.approx(c.mean_wait, rel=1e-9)
    assert erlang_a(0.045, 200, 10, math.inf) == c
    roomy = erlang_a(0.045, 200, 10, math.inf, lines=2000)
    assert roomy.service_level(20) == close(c.service_level(20))
    assert roomy.mean_queue == close(c.mean_queue)

    assert erlang_a(0.045, 200, 10, 300, lines=10).blocked_share == close(erlang_b(9, 10))
    assert erlang_a(0.045, 200, 10, 300, balk_share=1.0).abandoned_share == close(erlang_b(9, 10))
    assert erlang_a(0.045, 200, 10, 1e-9).abandoned_share == pytest.approx(erlang_b(9, 10), abs=1e-9)
    assert erlang_general(0.045, 200, 10, lambda t: 0.0).abandoned_share == close(erlang_b(9, 10))


def test_balking_without_hanging_up_stabilises_an_overloaded_erlang_c():
    law = erlang_a(0.06, 200, 10, math.inf, balk_share=0.3)
    twin = erlang_a(0.06, 200, 10, math.inf, balk_share=0.3, lines=900)
    assert isinstance(law, ErlangC)
    for name in (
        "wait_share",
        "abandoned_share",
        "mean_queue",
        "mean_wait_answered",
        "mean_wait_abandoned",
        "occupancy",
    ):
        assert getattr(law, name) == close(getattr(twin, name)), name
    assert law.service_level(30, "answered_only") == close(twin.service_level(30, "answered_only"))


@pytest.mark.parametrize(
    "law",
    [
        erlang_c(0.04, 200, 10),
        erlang_a(0.05, 200, 10, 300, lines=14, balk_share=0.2),
        erlang_general(0.05, 200, 10, lambda t: max(0.0, 1 - t / 500)),
    ],
    ids=["C", "A", "general"],
)
def test_quantile_is_the_inverse_of_the_waiting_law(law):
    assert law.wait_quantile(0.0) == 0.0
    assert law.wait_quantile(0.5 * law.idle_share) == 0.0
    for share in (0.8, 0.9, 0.99):
        assert 1 - law.waits_longer(law.wait_quantile(share)) == pytest.approx(share, abs=1e-12)
