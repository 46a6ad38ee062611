"""The resolved view, against figures worked out by hand."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from ccsim.scenario import Scenario, from_dict, load, resolve
from ccsim.scenario.resolve import OpenDay

H = 3600.0
SCENARIOS = Path(__file__).parents[2] / "scenarios"


def centre(call: dict[str, Any] | None = None, **more: Any) -> Scenario:
    """Return a small centre open 09:00-11:00 with half-hours."""
    calls = {"a": {"volume": "60/h", "handle": "4m", "patience": "2m", **(call or {})}}
    return from_dict({"open": "09:00-11:00", "calls": calls, "agents": 3, **more})


def test_days_and_intervals_in_seconds_since_the_first_midnight() -> None:
    scenario = centre(
        {"volume": "60/h"},
        open={"mon-fri": "09:00-10:00", "sat": "22:00-01:00", "sun": "closed"},
        start="2026-03-05",
        days=4,
        holidays=["2026-03-06"],
    )
    assert resolve.open_days(scenario) == (
        OpenDay(datetime.date(2026, 3, 5), 9 * H, 10 * H),
        OpenDay(datetime.date(2026, 3, 7), 48 * H + 22 * H, 48 * H + 25 * H),
    )
    grid = resolve.intervals(scenario)
    assert [(i.start, i.end, i.day) for i in grid[:3]] == [(9 * H, 9.5 * H, 0), (9.5 * H, 10 * H, 0), (70 * H, 70.5 * H, 1)]
    assert len(grid) == 2 + 6


def test_daily_does_not_open_a_day_named_closed() -> None:
    scenario = centre(open={"daily": "09:00-10:00", "tue": "closed"}, days=2)
    assert [day.date.day for day in resolve.open_days(scenario)] == [1]


@pytest.mark.parametrize(
    ("volume", "means"),
    [
        ("60/h", [30, 30, 30, 30]),
        ("480/day", [120, 120, 120, 120]),
        ("1/min", [30, 30, 30, 30]),
        ([1, 2, 3.5, 4], [1, 2, 3.5, 4]),
        ({"total": "100/day", "profile": "flat"}, [25, 25, 25, 25]),
        ({"total": "100/day", "profile": "late"}, [10, 20, 30, 40]),
    ],
)
def test_mean_calls_of_each_form_of_volume(volume: Any, means: list[float]) -> None:
    scenario = centre({"volume": volume}, profiles={"late": [1, 2, 3, 4]})
    assert resolve.mean_calls(scenario, "a") == pytest.approx(means)


def test_weekday_scale_and_days_multiply() -> None:
    """Monday 30 a half-hour x 1.5 x 1.1; Tuesday its own list x 1.1."""
    call = {"volume": {"daily": "60/h", "tue": [1, 2, 3, 4]}, "weekday": {"mon": "150%"}, "scale": "110%"}
    scenario = centre(call, days=2)
    assert resolve.mean_calls(scenario, "a") == pytest.approx([49.5] * 4 + [1.1, 2.2, 3.3, 4.4])


def test_a_rate_per_day_is_spread_over_the_hours_of_that_day() -> None:
    scenario = centre({"volume": "480/day"}, open={"mon": "09:00-11:00", "tue": "09:00-10:00"}, days=2)
    assert resolve.mean_calls(scenario, "a") == pytest.approx([120] * 4 + [240] * 2)


def test_handle_means_by_interval_become_a_law_and_factors() -> None:
    handle = {"by_interval": [["200s", "300s", "300s", "400s"]][0], "law": {"lognormal": {"cv": 0.9}}}
    scenario = centre({"handle": handle})
    assert resolve.handle_laws(scenario, "a").talk.mean() == pytest.approx(300)
    assert resolve.handle_factors(scenario, "a", "talk") == pytest.approx([2 / 3, 1, 1, 4 / 3])
    assert resolve.handle_factors(scenario, "a", "wrap") == (1.0,) * 4


def test_hold_happens_in_a_share_of_calls() -> None:
    scenario = from_dict(
        {"calls": {"a": {"volume": "1/h", "talk": "3m", "hold": {"share": "20%", "for": "50s"}, "wrap": "30s"}}, "agents": 1}
    )
    assert resolve.handle_laws(scenario, "a").mean() == pytest.approx(180 + 10 + 30)


def test_seats_are_told_at_each_opening_and_change_and_not_at_closing() -> None:
    agents = {
        "net": {"staffing": {"on_phones": {"mon": [2, 2, 5, 2], "wed": 3}}},
        "flat": {"headcount": {"mon-tue": 4, "wed": 0}},
    }
    scenario = centre(agents=agents, days=3)
    day = 24 * H
    assert resolve.seats(scenario, "net") == (
        (9 * H, 2), (10 * H, 5), (10.5 * H, 2), (day + 9 * H, 0), (2 * day + 9 * H, 3),
    )  # fmt: skip
    assert resolve.seats(scenario, "flat") == ((9 * H, 4), (day + 9 * H, 4), (2 * day + 9 * H, 0))
    assert resolve.seats_by_interval(scenario, "net") == (2, 2, 5, 2, 0, 0, 0, 0, 3, 3, 3, 3)


def test_queues_and_teams_that_nobody_named() -> None:
    scenario = from_dict(
        {
            "calls": {n: {"volume": "1/h", "handle": "4m"} for n in "ab"},
            "agents": {"x": {"headcount": 1}, "y": {"headcount": 1}},
        }
    )
    assert resolve.queue_of(scenario, "b") == "b"
    assert resolve.teams_of(scenario, "b") == ("x", "y")


def test_busyness_of_a_type_falls_back_to_all() -> None:
    assert resolve.type_day_cv(centre(uncertainty={"type_day": "7%"}), "a") == pytest.approx(0.07)
    assert resolve.type_day_cv(centre(uncertainty={"type_day": {"a": "8%"}}), "a") == pytest.approx(0.08)
    assert resolve.type_day_cv(centre(), "a") == 0.0


def test_steady_mode_is_one_opening_of_its_length() -> None:
    scenario = centre(
        {"volume": "60/h"}, run={"mode": "steady", "length": "3h"}, agents={"x": {"staffing": {"on_phones": [5, 5, 5, 5]}}}
    )
    assert resolve.open_days(scenario)[0][1:] == (0.0, 3 * H)
    assert resolve.mean_calls(scenario, "a") == pytest.approx([30] * 6)
    assert resolve.seats(scenario, "x") == ((0.0, 5),)
    assert resolve.seats_by_interval(scenario, "x") == (5,) * 6


def test_week_from_csv_is_matched_by_stamp() -> None:
    """The first rows of each day in the shipped forecast file, and the mean of its handle times as base of the law."""
    scenario = load(SCENARIOS / "week.yaml")
    means = resolve.mean_calls(scenario, "billing")
    days = resolve.open_days(scenario)
    assert [day.date.day for day in days] == [2, 3, 4, 5, 7]
    rows = [line.split(",") for line in (SCENARIOS / "data/week_forecast.csv").read_text().splitlines()[1:]]
    assert means == tuple(float(row[2]) for row in rows)
    factors = resolve.handle_factors(scenario, "billing", "talk")
    base = resolve.handle_laws(scenario, "billing").talk.mean()
    assert [factor * base for factor in factors] == pytest.approx([float(row[3]) for row in rows])
    orders = resolve.mean_calls(scenario, "orders")
    assert orders[0] == pytest.approx(300 / 20 * 1.18) and orders[20] == pytest.approx(15) and orders[-1] == pytest.approx(10)


def test_csv_rows_may_come_in_any_order_and_must_be_complete(tmp_path: Path) -> None:
    rows = ["2024-01-01,10:30,4", "2024-01-01,09:00,1", "2024-01-01,10:00,3", "2024-01-01,09:30,2"]
    written = {"csv": "v.csv", "date": "D", "time": "T", "column": "N"}

    def means(lines: list[str]) -> tuple[float, ...]:
        (tmp_path / "v.csv").write_text("\n".join(["D,T,N", *lines]))
        calls = {"a": {"volume": written, "handle": "4m"}}
        return resolve.mean_calls(from_dict({"open": "09:00-11:00", "calls": calls, "agents": 1}, tmp_path), "a")

    assert means(rows) == (1, 2, 3, 4)
    with pytest.raises(ValueError, match="lacks 1 of 4 open intervals: 2024-01-01 10:30"):
        means(rows[1:])
    with pytest.raises(ValueError, match="1 row outside the open intervals: 2024-01-01 11:00"):
        means([*rows, "2024-01-01,11:00,5"])
    with pytest.raises(ValueError, match="row 6: 2024-01-01 09:00 is there twice"):
        means([*rows, "2024-01-01,09:00,5"])
    with pytest.raises(ValueError, match='v.csv has no column "N"; it has "D", "T", "Calls"'):
        (tmp_path / "v.csv").write_text("D,T,Calls\n2024-01-01,09:00,1\n")
        from_dict({"open": "09:00-11:00", "calls": {"a": {"volume": written, "handle": "4m"}}, "agents": 1}, tmp_path)


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2024-01-02", "2024-01-02 is a holiday. Try: remove its rows or the holiday"),
        ("2024-01-03", "wed 2024-01-03 is closed. Try: remove its rows or open on wed"),
        ("2024-01-08", "the horizon is 2024-01-01 to 2024-01-05"),
    ],
)
def test_csv_rows_of_a_closed_day_are_told_why(tmp_path: Path, date: str, said: str) -> None:
    """Monday, Thursday and Friday are open; Tuesday would be, were it no holiday."""
    days = ["2024-01-01", "2024-01-04", "2024-01-05"]
    calendar = {"open": {"mon-tue": "09:00-09:30", "thu-fri": "09:00-09:30"}, "days": 5, "holidays": ["2024-01-02"]}
    volume = {"csv": "v.csv", "column": "n"}
    (tmp_path / "v.csv").write_text("date,time,n\n" + "".join(f"{day},09:00,1\n" for day in days))
    content = {**calendar, "calls": {"a": {"volume": volume, "handle": "4m"}}, "agents": 1}
    assert sum(resolve.mean_calls(from_dict(content, tmp_path), "a")) == 3
    with (tmp_path / "v.csv").open("a") as stream:
        stream.write(f"{date},09:00,1\n")
    with pytest.raises(ValueError, match=rf"has 1 row outside the open intervals: {date} 09:00; {re.escape(said)}"):
        from_dict(content, tmp_path)


def test_a_csv_may_stand_for_some_days_only(tmp_path: Path) -> None:
    """Monday from the file, Tuesday a rate: the file need not know Tuesday."""
    (tmp_path / "v.csv").write_text("date,time,n,agents\n2024-01-01,09:00,1,4\n2024-01-01,09:30,2,5\n")
    volume = {"mon": {"csv": "v.csv", "column": "n"}, "tue": "10/h"}
    staffing = {"on_phones": {"mon": {"csv": "v.csv", "column": "agents"}, "tue": 3}}
    scenario = from_dict(
        {
            "open": "09:00-10:00",
            "days": 2,
            "calls": {"a": {"volume": volume, "handle": "4m"}},
            "agents": {"x": {"staffing": staffing}},
        },
        tmp_path,
    )
    assert resolve.mean_calls(scenario, "a") == (1, 2, 5, 5)
    assert resolve.seats_by_interval(scenario, "x") == (4, 5, 3, 3)


def test_replayed_calls_take_clock_times_or_dates(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "at,call_type,handle,patience\n2024-01-02T09:00:01.25,a,10,\n09:00:00.5,a,,20\n2024-01-01 09:10,a,0,0\n"
    )
    scenario = from_dict({"calls": {"a": {"handle": "4m"}}, "agents": 1, "replay": "log.csv", "days": 2}, tmp_path)
    assert [(c.at, c.call_type, c.handle, c.patience) for c in resolve.replayed_calls(scenario)] == [
        (9 * H + 0.5, "a", None, 20.0), (9 * H + 600, "a", 0.0, 0.0), (33 * H + 1.25, "a", 10.0, None),
    ]  # fmt: skip
