"""How many agents: as other programs find them, as counting upwards finds them, and by the square-root rule."""

import math

import pytest

from ccsim.erlang import (
    Target,
    agents_for,
    erlang_a,
    erlang_b,
    erlang_c,
    halfin_whitt,
    lines_for_blocking,
    scheduled_for,
    square_root_agents,
)


def test_agents_for_a_service_level_as_pyworkforce_finds_them():
    """pyworkforce 0.5.4: 100 calls in 30 min, 3 min each, 80 % in 20 s, at most 85 % occupied, shrinkage 30 %."""
    target = Target(service_level=0.8, within=20, max_occupancy=0.85)
    assert agents_for(100 / 1800, 180, target) == 14
    assert scheduled_for(14, 0.3) == 20

    # with patience 2 min: 12 agents, service level .825583, abandoned .061597, wait .279807, mean wait .123195 min,
    # occupancy .782002; its service level is answered over offered, its speed of answer the mean wait of all
    assert agents_for(100 / 1800, 180, target, patience=120) == 12
    law = erlang_a(100 / 1800, 180, 12, 120)
    assert law.service_level(20) == pytest.approx(0.825583, abs=5e-7)
    assert law.abandoned_share == pytest.approx(0.061597, abs=5e-7)
    assert law.wait_share == pytest.approx(0.279807, abs=5e-7)
    assert law.mean_wait == pytest.approx(0.123195 * 60, abs=5e-7 * 60)
    assert law.occupancy == pytest.approx(0.782002, abs=5e-7)


@pytest.mark.parametrize(
    "target",
    [
        Target(service_level=0.8, within=20),
        Target(service_level=0.95, within=10, variant="short_abandons_count", short_abandon=5),
        Target(max_abandoned=0.03),
        Target(max_abandoned=0.4),
        Target(max_occupancy=0.7),
        Target(max_asa=8),
        Target(service_level=0.5, within=60, max_abandoned=0.05, max_occupancy=0.9),
    ],
)
@pytest.mark.parametrize("load", [0.3, 7.5, 64.0])
def test_agents_for_is_what_counting_upwards_finds(target, load):
    def counted(fits):
        agents = 1
        while not fits(agents):
            agents += 1
        return agents

    rate = load / 240
    found = agents_for(rate, 240, target, patience=90, balk_share=0.1)
    assert found == counted(lambda n: target.is_met_by(erlang_a(rate, 240, n, 90, balk_share=0.1)))
    patient = agents_for(rate, 240, target)
    assert patient == counted(lambda n: n > load and target.is_met_by(erlang_c(rate, 240, n)))


def test_abandonment_bound_is_not_met_by_turning_callers_away():
    """One agent with 12 lines loses few of those offered to impatience, for nearly all are blocked."""
    law = erlang_a(0.5, 200, 1, 400, lines=12)
    assert law.abandoned_share < 0.1 and law.blocked_share > 0.8
    assert not Target(max_abandoned=0.1).is_met_by(law)


def test_agents_for_respects_the_lines():
    target = Target(service_level=0.8, within=20)
    agents = agents_for(0.05, 200, target, patience=120, lines=14)
    assert target.is_met_by(erlang_a(0.05, 200, agents, 120, lines=14))
    assert not target.is_met_by(erlang_a(0.05, 200, agents - 1, 120, lines=14))
    with pytest.raises(ValueError, match="cannot be reached with lines = 8"):
        agents_for(0.05, 200, target, patience=120, lines=8)


def test_lines_for_blocking_is_the_first_number_of_lines_that_will_do():
    # traffic tables (B.01): 5.08 erlangs fit on 11 lines at 1 %, 10 erlangs need 18
    assert lines_for_blocking(10, 0.01) == 18
    for load, share in ((0.1, 0.2), (12.5, 0.05), (2000, 1e-3)):
        lines = lines_for_blocking(load, share)
        assert erlang_b(load, lines) <= share < erlang_b(load, lines - 1)
    assert lines_for_blocking(0, 0.5) == 1


def test_halfin_whitt_is_the_limit_of_erlang_c():
    """Halfin and Whitt (1981): half the calls wait at beta = 0.506."""
    assert halfin_whitt(0.5061) == pytest.approx(0.5, abs=1e-4)
    gaps = []
    for load in (100, 10_000, 1_000_000):
        agents = load + math.sqrt(load) / 2
        gaps.append(abs(erlang_c(load, 1, round(agents)).wait_share - halfin_whitt(0.5)))
    assert gaps[0] < 0.02 and gaps[1] < gaps[0] / 5 and gaps[2] < gaps[1] / 5


def test_square_root_rule():
    assert square_root_agents(100, beta=1) == 110
    assert square_root_agents(100, beta=-0.5) == 95
    assert square_root_agents(100, beta=0.01) == 101
    for share in (0.05, 0.2, 0.5, 0.8):
        exact = agents_with_delay_share(400, share)
        assert abs(square_root_agents(400, delay_share=share) - exact) <= 1


def agents_with_delay_share(load: int, share: float) -> int:
    agents = load + 1
    while erlang_c(load, 1, agents).wait_share > share:
        agents += 1
    return agents


@pytest.mark.parametrize(
    ("required", "shrinkage", "scheduled"),
    [(100, 0.30, 143), (14, 0.30, 20), (70, 0.30, 100), (84, 0.30, 120), (0, 0.3, 0), (7, 0.0, 7), (7.2, 0.0, 8)],
)
def test_shrinkage_divides_and_rounds_up(required, shrinkage, scheduled):
    assert scheduled_for(required, shrinkage) == scheduled
