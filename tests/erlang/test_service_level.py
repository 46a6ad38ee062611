"""The six variants of the service level, short abandons and blocked calls among them."""

import pytest

from ccsim.erlang import WaitLaw, erlang_a, erlang_general
from tests.erlang.digits import close


class Counted(WaitLaw):
    """The table of ccsim's KPI page: of 1060 calls 860 answered, 20 abandoned within 20 s, 10 abandoned within 5 s."""

    def answered_within(self, within):
        return 860 / 1060

    def abandoned_within(self, within):
        return {20: 20, 5: 10}[round(within)] / 1060

    def waits_longer(self, within):
        return 180 / 1060


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("answered_over_offered", 81.13),
        ("exclude_short_abandons", 81.90),
        ("exclude_abandons_in_time", 82.69),
        ("abandons_in_time_count", 83.02),
        ("short_abandons_count", 82.08),
        ("answered_only", 86.00),
    ],
)
def test_variants_give_the_percentages_of_the_kpi_page(variant, percent):
    nothing = dict.fromkeys(("wait_share", "balked_share", "mean_queue", "mean_wait", "balk_share"), 0.0)
    waits = {"mean_wait_answered": 0.0, "mean_wait_abandoned": 0.0}
    shares = {"answered_share": 1000 / 1060, "abandoned_share": 60 / 1060, "blocked_share": 0.0}
    law = Counted(arrival_rate=1.0, handle_time=1.0, agents=1, **nothing, **waits, **shares)
    assert 100 * law.service_level(20, variant, short_abandon=5) == pytest.approx(percent, abs=0.005)


def test_blocked_callers_count_as_offered_unless_left_out():
    law = erlang_a(0.08, 200, 10, 300, lines=14)
    assert law.blocked_share > 0.1
    with_blocked, without = law.service_level(20), law.service_level(20, count_blocked=False)
    assert with_blocked == close(law.answered_within(20))
    assert without == close(law.answered_within(20) / (1 - law.blocked_share))
    both = [law.service_level(20, "answered_only", count_blocked=count) for count in (True, False)]
    assert both[0] == both[1] == close(law.answered_within(20) / law.answered_share)


def test_short_means_less_than_the_limit():
    """Patience of exactly 30: nobody hangs up before 30, everybody who hangs up does so at 30."""
    law = erlang_general(0.06, 200, 10, lambda t: float(t < 30))
    exact = law.service_level(20, "exclude_short_abandons", short_abandon=30)
    later = law.service_level(20, "exclude_short_abandons", short_abandon=30.001)
    assert exact == law.service_level(20)
    assert later == pytest.approx(law.answered_within(20) / law.answered_share, rel=1e-9)
    balking = erlang_a(0.05, 200, 10, 300, balk_share=0.2)
    assert balking.service_level(20, "exclude_short_abandons", short_abandon=0) == balking.service_level(20)
    assert balking.service_level(20, "exclude_short_abandons", short_abandon=1e-9) > balking.service_level(20) * 1.01
