"""Verdicts: over which period, met, missed or undecided by the interval; the range of days apart from simulation error."""

from __future__ import annotations

import numpy as np
import pytest

from ccsim.analysis import Accumulator, Target, Verdict
from ccsim.outcomes import Counts, new_counts
from tests.analysis.worlds import NAMES, two_days

PROGRAM = two_days(20.0, 60.0)


def a_week_end(saturday: tuple[int, int], monday: tuple[int, int]) -> Counts:
    """Counts of (answered within 20 s, answered): a call a second in the first open hour of each day."""
    counts = new_counts(PROGRAM)
    for interval, (within, answered) in ((0, saturday), (3, monday)):
        cell = counts.contacts[interval, 0]
        cell["arrived"] = cell["offered"] = cell["answered"] = answered
        counts.contacts_within[interval, 0]["answered"] = within
    return counts


def verdict(target: Target, *replications: Counts, confidence: float = 0.95) -> Verdict:
    acc = Accumulator(PROGRAM, NAMES, targets=[target])
    for counts in replications:
        acc.add(counts)
    (answer,) = acc.verdicts(confidence)
    return answer


def spread(centre: int, n: int = 10) -> list[Counts]:
    """Replications of 100 calls a day whose daily share swings by two points around the centre."""
    return [a_week_end((centre - 2 + i % 5, 100), (centre + 2 - i % 5, 100)) for i in range(n)]


@pytest.mark.parametrize(("centre", "expected"), [(90, "met"), (70, "missed")])
def test_a_clear_run_is_met_or_missed(centre: int, expected: str) -> None:
    replications = [a_week_end((centre + i % 5, 100), (centre, 100)) for i in range(10)]
    answer = verdict(Target("service_level", at_least=0.8), *replications)
    assert answer.verdict == expected
    assert answer.estimate == answer.run and answer.run.scope == {}


def test_an_interval_around_the_goal_is_undecided() -> None:
    replications = [a_week_end((75 + 2 * (i % 5), 100), (80, 100)) for i in range(10)]
    answer = verdict(Target("service_level", at_least=0.8), *replications)
    assert answer.run.low < 0.8 < answer.run.high
    assert answer.verdict == "undecided"


def test_one_replication_decides_nothing() -> None:
    assert verdict(Target("service_level", at_least=0.8), a_week_end((99, 100), (99, 100))).verdict == "undecided"


def test_replications_that_all_agree_decide() -> None:
    same = [a_week_end((80, 100), (80, 100))] * 3
    assert verdict(Target("service_level", at_least=0.8), *same).verdict == "met"
    assert verdict(Target("service_level", at_least=0.81), *same).verdict == "missed"


def test_a_good_run_can_be_bad_on_half_of_its_days() -> None:
    replications = [a_week_end((95 + i % 3, 100), (70 + i % 3, 100)) for i in range(20)]
    over_run = verdict(Target("service_level", at_least=0.8), *replications)
    on_days = verdict(Target("service_level", at_least=0.8, over="day", on=0.9), *replications)
    assert (over_run.verdict, on_days.verdict) == ("met", "missed")
    assert on_days.estimate.id == "days_in_target"
    assert on_days.estimate.value == 0.5
    assert "share of days" in on_days.estimand


def test_days_in_target_is_counted_over_days_and_replications() -> None:
    replications = [a_week_end((90, 100), (90 if i < 5 else 70, 100)) for i in range(10)]
    answer = verdict(Target("service_level", at_least=0.8, over="day", on=0.5), *replications)
    assert answer.days.value == 0.75 and answer.days.n == 10
    assert answer.weeks.value == 0.75  # Saturday and Monday lie in two weeks
    assert answer.intervals.value == 0.75
    assert answer.verdict == "met" and answer.days.low > 0.5


def test_the_variant_names_the_goal_of_a_share_of_days() -> None:
    answer = verdict(Target("service_level", at_least=0.8, within=60.0, over="day", on=0.9), *spread(85))
    assert answer.days.variant == "service_level.answered_over_offered.include.60s >= 0.8"


def test_without_a_share_every_period_must_reach_the_goal() -> None:
    good_and_bad = [a_week_end((95 + i % 3, 100), (70 + i % 3, 100)) for i in range(20)]
    answer = verdict(Target("service_level", at_least=0.8, over="day"), *good_and_bad)
    assert answer.verdict == "missed"
    assert answer.estimate.scope == {"day": "2024-01-08"}
    assert answer.estimate.value == pytest.approx(0.71, abs=0.01)
    weekly = verdict(Target("service_level", at_least=0.8, over="week"), *good_and_bad)
    assert weekly.verdict == "missed" and weekly.estimate.scope == {"week": "2024-W02"}
    all_good = verdict(Target("service_level", at_least=0.8, over="interval"), *spread(92))
    assert all_good.verdict == "met"


def test_one_bad_interval_among_many_needs_more_than_chance_to_miss() -> None:
    replications = [a_week_end((95 + i % 3, 100), (74 + 3 * (i % 4), 100)) for i in range(12)]
    monday = verdict(Target("service_level", at_least=0.8, over="day"), *replications).estimate
    beyond = Target("service_level", at_least=monday.high + 1e-4, over="day")
    assert verdict(beyond, *replications).verdict == "undecided"  # missed, if Monday were the only day one looked at
    assert verdict(beyond, *replications, confidence=0.9).verdict == "missed"


def test_intervals_in_target_and_the_worst_of_them() -> None:
    answer = verdict(
        Target("service_level", at_least=0.8), *[a_week_end((95 + i % 3, 100), (60 + i % 3, 100)) for i in range(9)]
    )
    assert (answer.n_met, answer.n_intervals) == (1, 2)  # the closed and the empty ones are not counted
    assert answer.worst_interval.scope == {"interval": "mon 0"}
    assert answer.worst_interval.value == pytest.approx(0.61, abs=0.005)


def test_a_range_is_missed_on_either_side() -> None:
    def busy(share: float) -> Counts:
        counts = new_counts(PROGRAM)
        cell = counts.agent_time[0, 0]
        cell["talk_time"], cell["available_time"] = round(share * 1e9), round((1 - share) * 1e9)
        return counts

    target = Target("occupancy", at_least=0.65, at_most=0.88)
    for centre, expected in ((0.5, "missed"), (0.75, "met"), (0.95, "missed"), (0.88, "undecided")):
        assert verdict(target, *(busy(centre + d) for d in (-0.01, 0.0, 0.01, 0.005))).verdict == expected, centre


def test_a_value_exactly_at_the_goal_has_reached_it() -> None:
    target = Target("service_level", at_least=1 - 0.2)
    assert target.hits(np.array([8.0, 4.0, 7.0, 0.0]), np.array([10.0, 5.0, 9.0, 0.0]), 1.0) == (2, 3)
    assert Target("service_level", at_least=0.1 + 0.2).hits(np.array([3.0]), np.array([10.0]), 1.0) == (1, 1)
    assert Target("asa", at_most=20.0).hits(np.array([20e6]), np.array([1.0]), 1e-6) == (1, 1)


def test_the_range_of_days_is_not_the_simulation_error() -> None:
    rng = np.random.default_rng(2)
    shares = rng.integers(60, 100, (200, 2))
    acc = Accumulator(PROGRAM, NAMES)
    for saturday, monday in shares:
        acc.add(a_week_end((int(saturday), 100), (int(monday), 100)))
    days = acc.day_range("service_level")
    assert days.n == 400
    assert (days.p10, days.p90) == tuple(np.quantile(shares / 100, [0.1, 0.9]))
    (run,) = [
        e for e in acc.estimates(scopes=["centre"], ids=["service_level"]) if e.variant.endswith("20s") and e.basis == "contact"
    ]
    assert days.p90 - days.p10 > 5 * (run.high - run.low)
    assert acc.day_values("service_level").shape == (200, 2)


def test_days_without_calls_have_no_value() -> None:
    acc = Accumulator(PROGRAM, NAMES)
    acc.add(a_week_end((9, 10), (0, 0)))
    assert acc.day_range("service_level").n == 1
    assert acc.day_range("occupancy").p10 is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kpi": "csat", "at_least": 0.8}, "no target on 'csat'; have service_level"),
        ({"kpi": "asa"}, "the target on asa has no goal"),
        ({"kpi": "asa", "at_most": 20.0, "over": "month"}, "target over 'month'; have run, week, day, interval"),
        ({"kpi": "asa", "at_most": 20.0, "on": 0.9}, "a share of runs is no target"),
    ],
)
def test_impossible_targets_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Target(**wrong)


def test_a_threshold_nobody_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="within 30 s is not counted; thresholds: 20 s, 60 s"):
        Accumulator(PROGRAM, NAMES, targets=[Target("service_level", at_least=0.8, within=30.0)])
