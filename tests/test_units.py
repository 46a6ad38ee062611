"""Units: what people write is read exactly, what is ambiguous is refused, and printing is the inverse of reading."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsim import units
from ccsim.errors import Refusal
from ccsim.units import Goal, OnDays, Plain, Rate, ShareRange, Window


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20s", 20),
        ("3m30s", 210),
        ("1.5h", 5400),
        ("2d", 172800),
        ("90min", 5400),
        ("1h 2m 3s", 3723),
        ("0s", 0),
        ("1e3s", 1000),
        (".5m", 30),
    ],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert units.parse_duration(Plain(text)) == seconds


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("240", "E-UNIT-MISSING", "240s or 240m"),
        ("08:30", "E-UNIT-MISSING", "8m30s or 8h30m"),
        ("5 meters", "E-UNIT", ""),
        ("-5s", "E-NUM-MIN", ""),
        ("3m30", "E-UNIT-MISSING", ""),
        ("", "E-DURATION", ""),
        ("s", "E-DURATION", ""),
        ("PT3M30S", "E-DURATION", ""),
        ("1,5h", "E-NUM-FORMAT", ""),
        ("99999d", "E-NUM-RANGE", ""),
        ("infs", "E-NUM-FINITE", ""),
    ],
)
def test_ambiguous_duration_is_refused_with_a_hint(text: str, code: str, hint: str) -> None:
    with pytest.raises(Refusal) as caught:
        units.parse_duration(Plain(text))
    assert caught.value.code == code
    assert hint in caught.value.try_


@pytest.mark.parametrize(
    ("raw", "share"),
    [(Plain("12%"), 0.12), (Plain("0.12"), 0.12), (Plain("2.3%"), 0.023), (Plain("1"), 1.0), (0.5, 0.5), ("7%", 0.07)],
)
def test_shares(raw: object, share: float) -> None:
    assert units.parse_share(raw) == share


def test_a_share_of_80_is_refused_and_told_how_to_write_it() -> None:
    with pytest.raises(Refusal) as caught:
        units.parse_share(Plain("80"))
    assert (caught.value.code, caught.value.try_) == ("E-PROB-RANGE", "0.8 or 80%")


@pytest.mark.parametrize(("text", "factor"), [("110%", 1.1), ("1.1", 1.1), ("10", 10.0), ("2000%", 20.0)])
def test_factors(text: str, factor: float) -> None:
    assert units.parse_factor(Plain(text)) == factor


@pytest.mark.parametrize("text", ["85", "120", "11"])
def test_a_factor_of_85_is_a_forgotten_percent_sign(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        units.parse_factor(Plain(text))
    assert (caught.value.code, caught.value.try_) == ("E-NUM-RANGE", f"{text}%")


@pytest.mark.parametrize("text", ["30", "30 per hour", "30 calls"])
def test_a_rate_without_period_gets_hints_that_can_be_read(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        units.parse_rate(Plain(text))
    assert caught.value.code == "E-UNIT-MISSING"
    assert [units.parse_rate(Plain(hint)) for hint in caught.value.try_.split(" or ")] == [Rate(30, 3600), Rate(30, None)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/h", Rate(60, 3600)),
        ("480/day", Rate(480, None)),
        ("100/min", Rate(100, 60)),
        ("25/30m", Rate(25, 1800)),
        ("1e2/h", Rate(100, 3600)),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert units.parse_rate(Plain(text)) == rate


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("08:00-20:00", Window(28800, 72000)),
        ("22:00-06:30", Window(79200, 86400 + 23400)),
        ("00:00-24:00", Window(0, 86400)),
        ("8:00 - 9:15", Window(28800, 33300)),
    ],
)
def test_windows_may_pass_midnight(text: str, window: Window) -> None:
    assert units.parse_window(text) == window


@pytest.mark.parametrize(
    ("text", "goal"),
    [("80/20", Goal(0.8, 20)), ("80%/20s", Goal(0.8, 20)), ("99.5/1m", Goal(0.995, 60)), ("100/0", Goal(1, 0))],
)
def test_goals(text: str, goal: Goal) -> None:
    assert units.parse_goal(Plain(text)) == goal


@pytest.mark.parametrize("text", ["0.8/20", "80", "80/", "/20", "120/20", "80/20/10"])
def test_odd_goal_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        units.parse_goal(Plain(text))


def test_ranges_and_periods() -> None:
    assert units.parse_share_range(Plain("65%-88%")) == ShareRange(0.65, 0.88)
    assert units.parse_on_days(Plain("90% of days")) == OnDays(0.9, "day")
    with pytest.raises(Refusal):
        units.parse_share_range(Plain("88%-65%"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", {0}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat-mon", {5, 6, 0}),
        ("Sun", {6}),
        ("2026-03-02", datetime.date(2026, 3, 2)),
        ("daily", None),
    ],
)
def test_day_keys(text: str, days: object) -> None:
    assert units.parse_day_key(text) == days


@pytest.mark.parametrize("text", ["mon-", "weekday", "mon-tue-wed", "2026-13-01", ""])
def test_odd_day_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        units.parse_day_key(text)


@pytest.mark.parametrize(("seconds", "text"), [(1800, "30m"), (5400, "1h30m"), (20, "20s"), (61.5, "1m1.5s"), (0, "0s")])
def test_spoken_durations(seconds: float, text: str) -> None:
    assert units.spoken_duration(seconds) == text


finite = st.floats(min_value=0, max_value=3e8, allow_nan=False, allow_infinity=False)


@given(finite)
def test_duration_reads_back_as_printed(seconds: float) -> None:
    assert units.parse_duration(units.format_duration(seconds)) == seconds


@given(st.floats(min_value=0, max_value=1))
def test_share_reads_back_as_printed(share: float) -> None:
    assert units.parse_share(units.format_percent(share)) == share


@given(finite, st.one_of(st.none(), st.sampled_from([1.0, 60.0, 3600.0]), st.floats(min_value=0.5, max_value=1e6)))
def test_rate_reads_back_as_printed(calls: float, period: float | None) -> None:
    assert units.parse_rate(units.format_rate(Rate(calls, period))) == Rate(calls, period)


@given(st.integers(0, 86399), st.integers(1, 86400))
def test_window_reads_back_as_printed(start: int, length: int) -> None:
    window = Window(float(start), float(start + length))
    if window.end == 86400 or (window.end - 86400) != window.start:
        assert units.parse_window(units.format_window(window)) == window


@given(st.floats(min_value=0.01, max_value=1), finite)
def test_goal_reads_back_as_printed(share: float, within: float) -> None:
    assert units.parse_goal(units.format_goal(Goal(share, within))) == Goal(share, within)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    readers = [
        units.parse_duration, units.parse_share, units.parse_factor, units.parse_rate, units.parse_window, units.parse_clock,
        units.parse_goal, units.parse_share_range, units.parse_on_days, units.parse_date, units.parse_number,
        units.parse_day_key, lambda raw: units.parse_integer(raw, 0, 10),
    ]  # fmt: skip
    for read in readers:
        try:
            read(Plain(text))
        except Refusal as refusal:
            assert refusal.code.startswith("E-")
