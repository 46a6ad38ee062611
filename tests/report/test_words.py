"""Numbers and verdicts in words, against hand-written lines."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ccsim.analysis import Estimate, Target, Verdict
from ccsim.report import numbers, verdicts
from ccsim.report.index import Index, shown, shown_error, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (7.836, "0:08"),
        (59.6, "1:00"),
        (210, "3:30"),
        (3599.5, "1:00:00"),
        (36610, "10:10:10"),
        (math.inf, "for ever"),
    ],
)
def test_times_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(("share", "text"), [(0.8213, "82.1 %"), (0, "0.0 %"), (1, "100.0 %"), (math.nan, "–")])
def test_shares_are_percent_with_one_decimal(share: float, text: str) -> None:
    assert numbers.percent(share) == text


def test_small_errors_are_not_rounded_to_none() -> None:
    assert (numbers.points(0.0001), numbers.points(0.0), numbers.seconds(0.01)) == ("<0.1", "0.0", "<0.1 s")
    assert shown_error(estimate("mean_queue", 1.0, 0.999, 1.001, unit="calls")) == "<0.01"


def test_goals_are_said_as_the_trade_says_them() -> None:
    assert numbers.goal(0.8, 20) == "80/20"
    assert numbers.goal(0.925, 20) == "92.5/20"
    assert numbers.goal(0.9, 90) == "90 % in 1:30"


def estimate(id: str, value: float | None, low: float | None, high: float | None, **more: Any) -> Estimate:
    fields = {"variant": "", "basis": "contact", "scope": {}, "n": 100, "unit": "share", "method": "", **more}
    return Estimate(id=id, value=value, low=low, high=high, **fields)


LEVEL = estimate("service_level", 0.821, 0.818, 0.824, variant="answered_over_offered.include.20s")
WORST = estimate("service_level", 0.41, 0.38, 0.44, scope={"interval": "2024-01-01 10:00"})
DAYS = estimate("days_in_target", 0.61, 0.58, 0.64)


def verdict(target: Target, judged: Estimate, run: Estimate = LEVEL, **more: Any) -> Verdict:
    fields = {"days": DAYS, "weeks": None, "intervals": None, "n_met": 48, "n_intervals": 120, "worst_interval": WORST, **more}
    return Verdict(target=target, verdict="met", estimand="", estimate=judged, run=run, **fields)


def test_verdict_over_the_run_names_its_estimand_days_and_worst() -> None:
    target = Target("service_level", at_least=0.8, within=20.0)
    assert verdicts.sentence(verdict(target, LEVEL), 5, 1800.0, steady=False) == (
        "80/20 over the run: 82.1 % ± 0.3 (answered_over_offered); days reaching it 61.0 %; half-hours 48 of 120; "
        "worst Mon 10:00: 41.0 %"
    )


def test_long_horizon_needs_the_date() -> None:
    target = Target("service_level", at_least=0.8, within=20.0)
    assert "worst Mon 2024-01-01 10:00" in verdicts.sentence(verdict(target, LEVEL), 8, 1800.0, steady=False)


def test_verdict_on_days_says_how_many_reach_it() -> None:
    target = Target("service_level", at_least=0.8, within=20.0, over="day", on=0.9)
    said = verdicts.sentence(verdict(target, DAYS), 5, 900.0, steady=False)
    assert said == (
        "80/20 on 90 % of days: 61.0 % ± 3.0 of days reach it; over the run 82.1 % ± 0.3 (answered_over_offered); "
        "quarter-hours 48 of 120; worst Mon 10:00: 41.0 %"
    )


def test_verdict_on_every_period_names_the_worst() -> None:
    target = Target("service_level", at_least=0.8, within=20.0, over="interval")
    said = verdicts.sentence(verdict(target, WORST), 5, 1800.0, steady=False)
    assert said.startswith("80/20 in every interval: worst Mon 10:00 41.0 % ± 3.0; over the run 82.1 % ± 0.3")
    assert said.count("worst") == 1


def test_steady_state_has_no_days() -> None:
    target = Target("service_level", at_least=0.8, within=20.0)
    said = verdicts.sentence(verdict(target, LEVEL), 1, 1800.0, steady=True)
    assert said == "80/20 over the long run: 82.1 % ± 0.3 (answered_over_offered)"


def test_lopsided_interval_is_shown_by_its_ends() -> None:
    """95 % ± 27 would promise more than everything."""
    few = estimate("days_in_target", 0.95, 0.677, 0.994)
    target = Target("service_level", at_least=0.8, within=20.0, over="day", on=0.9)
    assert "95.0 % (67.7 to 99.4 %) of days" in verdicts.sentence(verdict(target, few), 1, 1800.0, steady=False)


def test_estimate_without_interval_claims_none() -> None:
    alone = LEVEL._replace(low=None, high=None)
    target = Target("service_level", at_least=0.8, within=20.0)
    assert "82.1 % (answered_over_offered)" in verdicts.sentence(verdict(target, alone, alone), 1, 1800.0, steady=False)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target("abandonment", at_most=0.05), "abandonment at most 5 %"),
        (Target("asa", at_most=20.0), "ASA at most 0:20"),
        (Target("occupancy", at_least=0.65, at_most=0.88), "occupancy 65 to 88 %"),
    ],
)
def test_other_goals(target: Target, text: str) -> None:
    assert verdicts.goal(target) == text


def test_index_finds_by_basis_and_scope_and_knows_what_is_missing() -> None:
    customers = LEVEL._replace(basis="episode", value=0.9)
    billing = LEVEL._replace(scope={"queue": "billing"}, value=0.7)
    empty = estimate("asa", None, None, None, unit="s")
    other_variant = LEVEL._replace(variant="answered_only.include.20s", value=0.99)
    index = Index([LEVEL, other_variant, customers, billing, empty])
    assert index.value("service_level", {}) == 0.821, "the reported variant comes first"
    assert index.value("service_level", {}, "episode") == 0.9
    assert index.value("service_level", {"queue": "billing"}) == 0.7
    assert index.get("asa", {}) is None
    assert math.isnan(index.value("asa", {}))
    assert index.scopes("queue") == [{"queue": "billing"}]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.5, "share", "50.0 %"), (17.2, "s", "0:17"), (1.234, "contacts", "1.23"), (0.25, "h", "0.2 h"), (None, "s", "–")],
)
def test_values_are_shown_in_their_unit(value: float | None, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_sizes_are_said_as_they_were_asked_for() -> None:
    assert [size(x, "share") for x in (0.01, 0.11, 0.025)] == ["1 point", "11 points", "2.5 points"]
    assert (size(30.0, "s"), size(0.5, "h"), size(10.0, "calls")) == ("30 s", "0.5 h", "10")
