"""Shifts, rosters and what is lost of them: what they mean in seconds, what is refused, what is doubted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ccsim.scenario import Scenario, check, from_dict
from ccsim.scenario.duties import are_persons, duties, losses, on_phones_by_interval, planned_on_phones

H = 3600.0
CALL = {"a": {"volume": "6/h", "handle": "4m", "patience": "2m"}}
DAY = {"time": "09:00-17:00", "breaks": [{"at": "12:00", "for": "30m"}]}


def scenario(**changes: Any) -> Scenario:
    return from_dict({"calls": CALL, "shifts": {"day": DAY}, "agents": {"x": {"shifts": {"day": 2}}}} | changes)


def hours(found: Scenario, team: str = "x") -> dict[str, list[tuple[float, float]]]:
    """Beginning and end of each duty, in hours."""
    return {person: [(d.starts_at / H, d.ends_at / H) for d in own] for person, own in duties(found, team).items()}


def test_each_agent_of_a_shift_works_on_the_days_that_have_so_many() -> None:
    week = scenario(start="2024-01-01", days=3, agents={"x": {"shifts": {"day": {"mon": 2, "tue": 1}}}})
    assert hours(week) == {"day/1": [(9, 17), (33, 41)], "day/2": [(9, 17)]}


def test_nobody_works_where_no_line_is_open_or_on_the_site_s_holidays() -> None:
    closed = scenario(days=3, holidays=["2024-01-02"], sites={"s": {"holidays": ["2024-01-03"]}})
    here = closed.with_({"agents.x.site": "s"})
    assert hours(closed)["day/1"] == [(9, 17), (57, 65)]
    assert hours(here)["day/1"] == [(9, 17)]


def test_shifts_run_on_the_clock_of_the_site() -> None:
    """9:00 in Chicago is 16:00 in Berlin; clocks change on different days."""
    found = scenario(
        timezone="Europe/Berlin",
        open="15:00-23:00",
        start="2026-03-06",
        days=4,
        sites={"omaha": {"timezone": "America/Chicago"}},
        agents={"x": {"shifts": {"day": 1}, "site": "omaha"}},
    )
    assert hours(found)["day/1"] == [(16, 24), (40, 48), (63, 71), (87, 95)]


def test_breaks_are_spread_over_their_window_or_taken_together() -> None:
    spread = {"time": "09:00-17:00", "breaks": [{"between": "10:00-11:15", "for": "15m"}]}
    both = scenario(shifts={"s": spread, "t": spread | {"place": "together"}}, agents={"x": {"shifts": {"s": 3, "t": 2}}})
    at = {person: own[0].aways[0].at - 10 * H for person, own in duties(both, "x").items()}
    assert at == {"s/1": 600, "s/2": 1800, "s/3": 3000, "t/1": 0, "t/2": 0}


def test_night_shift_of_the_evening_before_the_horizon_is_cut_at_the_first_midnight() -> None:
    night = {"time": "22:00-06:00", "breaks": [{"at": "23:00", "for": "30m"}, {"at": "02:00", "for": "30m"}]}
    found = scenario(open="00:00-24:00", days=2, shifts={"n": night}, agents={"x": {"shifts": {"n": 1}}})
    assert hours(found) == {"n/1": [(0, 6), (22, 30), (46, 54)]}
    assert [[away.at / H for away in duty.aways] for duty in duties(found, "x")["n/1"]] == [[2], [23, 26], [47, 50]]


def test_of_a_break_that_has_begun_before_the_first_midnight_the_rest_is_taken() -> None:
    night = {"time": "22:00-06:00", "breaks": [{"at": "23:30", "for": "1h", "paid": False}]}
    found = scenario(open="00:00-24:00", shifts={"n": night}, agents={"x": {"shifts": {"n": 1}}})
    assert [[(away.at, away.length) for away in duty.aways] for duty in duties(found, "x")["n/1"]] == [
        [(0.0, 0.5 * H)],
        [(23.5 * H, H)],
    ]


def test_headcount_and_schedule_are_persons_once_something_is_lost_and_seats_otherwise() -> None:
    levels = {"scheduled": [2, 3, 1, 1] + [0] * 12}
    agents = {
        "seats": {"headcount": 2},
        "none": {"headcount": 2, "shrinkage": "0%"},
        "lost": {"headcount": 2, "shrinkage": "10%"},
        "gross": {"staffing": levels, "adherence": "90%"},
        "net": {"staffing": {"on_phones": 2}, "shrinkage": {"absent": "10%", "off_phone": "20%"}},
        "vendor": {"capacity": 4},
    }
    found = scenario(agents=agents)
    assert [name for name in agents if are_persons(found, name)] == ["lost", "gross"]
    assert hours(found, "lost") == {"1": [(9, 17)], "2": [(9, 17)]}
    assert hours(found, "gross") == {"1": [(9, 11)], "2": [(9, 10)], "3": [(9.5, 10)]}
    assert losses(found, "gross")[:2] == (0.0, 0.0) and losses(found, "gross").off_phone == pytest.approx(0.1)
    assert found.agents["net"].paid_per_phone_hour == pytest.approx(1 / 0.72)
    assert planned_on_phones(found, "vendor") == (4.0,) * 16


def test_planned_on_phones_are_net_of_breaks_and_expected_ones_of_losses() -> None:
    found = scenario(agents={"x": {"shifts": {"day": 2}, "shrinkage": {"absent": "10%", "off_phone": "50%"}}})
    assert planned_on_phones(found, "x") == (2.0,) * 6 + (0.0,) + (2.0,) * 9
    assert on_phones_by_interval(found, "x")[0] == pytest.approx(0.9)


ROSTER = """\
Who;From;To;What
Ann;2024-01-01 09:00;2024-01-01 12:00;Phone
Bob;2024-01-01 10:00;2024-01-01 17:00;phone
Ann;2024-01-01 12:00;2024-01-01 12:30;Lunch
Ann;2024-01-01 12:30;2024-01-01 17:00;Phone
Bob;2024-01-01 14:00;2024-01-01 15:00;Team talk
Bob;2024-01-02 09:00;2024-01-02 17:00;Vacation
"""
WITH_ROSTER = """\
calls: {a: {volume: 6/h, handle: 4m, patience: 2m}}
agents: {x: {roster: {csv: r.csv, agent: Who, start: From, end: To, activity: What, activities: {Team talk: off_phone}}}}
"""


def roster(folder: Path, rows: str = ROSTER, text: str = WITH_ROSTER) -> Any:
    (folder / "r.csv").write_text(rows)
    (folder / "s.yaml").write_text(text)
    return check(folder / "s.yaml")


def test_roster_from_a_file(tmp_path: Path) -> None:
    found = roster(tmp_path).scenario
    assert found is not None
    assert hours(found) == {"Ann": [(9, 17)], "Bob": [(10, 17)]}
    (ann,), (bob,) = duties(found, "x").values()
    assert [tuple(away) for away in ann.aways] == [(12 * H, 1800.0, False, False)]
    assert [tuple(away) for away in bob.aways] == [(14 * H, H, True, True)]
    (tmp_path / "again.yaml").write_text(found.to_yaml())
    assert check(tmp_path / "again.yaml").scenario == found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Team talk", "Tea", "row 6: no such activity"),
        ("2024-01-01 14:00", "14:00", "row 6: needs a date and a clock time"),
        ("2024-01-01 15:00", "2024-01-01 13:00", "row 6: ends before it starts"),
        ("2024-01-01 15:00", "2024-01-01 25:00", "row 6: is no time of day"),
        ("Who", "Name", "has no column"),
    ],
)
def test_bad_row_of_a_roster_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    (told,) = roster(tmp_path, ROSTER.replace(old, new)).problems
    assert told.code == "E-CSV" and says in told.what and told.path == "agents.x.roster", told


def test_person_who_is_away_twice_is_told(tmp_path: Path) -> None:
    twice = ROSTER + "Bob;2024-01-01 14:30;2024-01-01 15:30;Training\n"
    (told,) = roster(tmp_path, twice).problems
    assert (told.code, told.path) == ("E-OVERLAP", "agents.x.roster") and "Bob is away twice at 2024-01-01 14:30" in told.what


BASE = """\
calls: {a: {volume: 6/h, handle: 4m, patience: 2m}}
shifts:
  day: {time: 09:00-17:00, breaks: [{between: 11:00-14:00, for: 30m}]}
agents:
  x: {shifts: {day: 9}}
"""


def told_of(folder: Path, old: str, new: str) -> list[tuple[str, str, int]]:
    assert BASE.count(old) == 1
    (folder / "s.yaml").write_text(BASE.replace(old, new))
    found = check(folder / "s.yaml")
    return [(told.code, told.path, told.line) for told in (*found.problems, *found.warnings)]


def test_base_is_good(tmp_path: Path) -> None:
    assert told_of(tmp_path, "day: 9", "day: 8") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{day: 9}", "{dya: 9}", ("E-REF", "agents.x.shifts.dya", 5)),
        ("for: 30m", "for: 4h", ("E-RANGE", "shifts.day.breaks.0.for", 3)),
        ("11:00-14:00", "16:45-17:30", ("E-RANGE", "shifts.day.breaks.0", 3)),
        (
            "11:00-14:00, for: 30m}]",
            "11:00-14:00, for: 30m}, {at: '12:30', for: 15m}]",
            ("E-OVERLAP", "shifts.day.breaks.1", 3),
        ),
        ("between: 11:00-14:00", "between: 11:00-14:00, at: '12:00'", ("E-BOTH", "shifts.day.breaks.0", 3)),
        ("for: 30m", "for: 30m, paid: 1", ("E-CHOICE", "shifts.day.breaks.0.paid", 3)),
        ("{shifts: {day: 9}}", "{shifts: {day: 9}, headcount: 3}", ("E-BOTH", "agents.x", 5)),
        ("{day: 9}", "{day: 9}, adherence: 90%, shrinkage: {off_phone: 5%}", ("E-BOTH", "agents.x.adherence", 5)),
        ("{day: 9}", "{day: 9}, adherence: 90%, shrinkage: {late: {share: 5%, by: 9m}}", ("E-BOTH", "agents.x.adherence", 5)),
        ("{day: 9}", "{day: 9}, shrinkage: {absent: 99%}", ("E-PROB-RANGE", "agents.x.shrinkage.absent", 5)),
        ("{shifts: {day: 9}}", "{capacity: 9, shrinkage: 5%}", ("E-BOTH", "agents.x.shrinkage", 5)),
        ("{shifts: {day: 9}}", "{staffing: {on_phones: 9}, adherence: 90%}", ("E-BOTH", "agents.x.adherence", 5)),
        (
            "{shifts: {day: 9}}",
            "{staffing: {on_phones: 9, paid_per_phone_hour: 1.3}, shrinkage: 5%}",
            ("E-BOTH", "agents.x.shrinkage", 5),
        ),
        (
            "{shifts: {day: 9}}",
            "{staffing: {scheduled: 9, paid_per_phone_hour: 1.3}}",
            ("E-BOTH", "agents.x.staffing.paid_per_phone_hour", 5),
        ),
        ("{day: 9}", "{day: 9}, cost: 19.50/day", ("E-UNIT", "agents.x.cost", 5)),
        ("{day: 9}", "{day: 9}, billed: paid_time", ("E-KEY-MISSING", "agents.x.billed", 5)),
        ("{shifts: {day: 9}}", "{roster: nobody.csv}", ("E-PATH", "agents.x.roster", 5)),
        ("{day: 9}}", "{day: 9}}\nrun: {mode: steady, length: 3h}", ("E-MODE", "agents.x.shifts", 5)),
        ("{day: 9}", "{day: 9}, shrinkage: {absent: 20%, off_phone: 20%}", ("W-SHRINKAGE", "agents.x.shrinkage", 5)),
        ("{between: 11:00-14:00,", "{at: '12:00',", ("W-BREAKS", "agents.x", 5)),
        ("09:00-17:00", "09:00-16:30", ("W-CLOSING", "agents", 5)),
        ("{volume: 6/h", "{volume: 130/h", ("W-OVERLOAD", "calls.a", 1)),
    ],
)
def test_mistake_or_doubt_is_told_at_its_place(tmp_path: Path, old: str, new: str, told: tuple[str, str, int]) -> None:
    assert told in told_of(tmp_path, old, new)


def test_load_is_compared_with_who_is_on_the_phones_after_losses(tmp_path: Path) -> None:
    """120 calls an hour of 4 min are 8 erlangs: 9 agents can do that, 9 of whom 15 % are lost cannot."""
    for lost, codes in (("", []), (", shrinkage: 15%", ["W-OVERLOAD"])):
        text = BASE.replace("6/h", "120/h").replace(", breaks: [{between: 11:00-14:00, for: 30m}]", "")
        (tmp_path / "s.yaml").write_text(text.replace("{day: 9}", "{day: 9}" + lost))
        assert [told.code for told in check(tmp_path / "s.yaml").warnings] == codes
