"""Staffing plans from a planner's files: what they mean, and which cell is wrong."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from ccsim.errors import ScenarioError
from ccsim.scenario import Scenario, from_dict, read_plan, resolve
from ccsim.scenario.duties import on_phones_by_interval

TWO_DAYS = {
    "open": "09:00-11:00",
    "start": "2026-03-02",
    "days": 2,
    "calls": {"support": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
    "shifts": {"early": {"time": "09:00-10:00"}, "late": {"time": "09:30-11:00"}},
    "agents": {"desk": {"headcount": 5}, "vendor": {"capacity": 1}, "lost": {"headcount": 4, "shrinkage": {"absent": "10%"}}},
}
TIMES = ("09:00", "09:30", "10:00", "10:30")


@pytest.fixture(scope="module")
def base() -> Scenario:
    return from_dict(TWO_DAYS)


def plan(tmp_path: Path, *lines: str, name: str = "plan.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n")
    return path


def by_day(scenario: Scenario, team: str) -> list[tuple[int, ...]]:
    """Seats of each interval, day by day."""
    return [resolve.levels_of_day(scenario, team, day) for day in resolve.open_days_of_horizon(scenario)]


# -------------------------------------------------------------------------------- agents by interval


def test_agents_by_date_and_time_replace_what_a_team_has(base: Scenario, tmp_path: Path) -> None:
    rows = [f"2026-03-0{2 + day},{time},{10 * day + number},{number}" for day in (1, 0) for number, time in enumerate(TIMES)]
    found = read_plan(base, plan(tmp_path, "Date,Time,DESK,vendor", *rows, name="monday.csv"))
    assert found.name == "monday"
    assert by_day(found, "desk") == [(0, 1, 2, 3), (10, 11, 12, 13)]
    assert by_day(found, "vendor") == [(0, 1, 2, 3), (0, 1, 2, 3)]
    assert found.agents["desk"].headcount is None and found.agents["vendor"].capacity is None
    assert found.agents["lost"] == base.agents["lost"]


def test_what_is_planned_is_scheduled_and_a_vendors_is_on_the_phones(base: Scenario, tmp_path: Path) -> None:
    rows = [f"{time},6,2,7" for time in TIMES]
    found = read_plan(base, plan(tmp_path, "Interval;lost;vendor;desk".replace(";", ","), *rows))
    assert found.agents["lost"].staffing is not None and found.agents["lost"].staffing.scheduled is not None
    assert found.agents["lost"].shrinkage == base.agents["lost"].shrinkage
    assert found.agents["vendor"].staffing is not None and found.agents["vendor"].staffing.on_phones is not None


def test_weekdays_stand_for_their_dates(base: Scenario, tmp_path: Path) -> None:
    rows = [f"{day};{time};{agents}" for day, agents in (("Monday", 3), ("tue", 4)) for time in TIMES]
    found = read_plan(base, plan(tmp_path, "Day;Start;desk", *rows))
    assert by_day(found, "desk") == [(3,) * 4, (4,) * 4]


def test_net_staffing_stays_net_and_keeps_its_pay(tmp_path: Path) -> None:
    net = from_dict({**TWO_DAYS, "agents": {"desk": {"staffing": {"on_phones": 5, "paid_per_phone_hour": 1.3}}}})
    found = read_plan(net, plan(tmp_path, "Time,desk", *[f"{time},6" for time in TIMES])).agents["desk"].staffing
    assert found is not None and found.on_phones is not None and found.paid_per_phone_hour == 1.3


def test_an_hour_that_comes_twice_is_staffed_twice(tmp_path: Path) -> None:
    night = from_dict(
        {**TWO_DAYS, "open": "00:00-04:00", "start": "2026-11-01", "days": 1, "timezone": "America/Chicago", "shifts": {}}
    )
    times = [f"{hour:02d}:{minute:02d}" for hour in range(4) for minute in (0, 30)]
    found = read_plan(night, plan(tmp_path, "Time,desk", *[f"{time},{number}" for number, time in enumerate(times)]))
    assert by_day(found, "desk") == [(0, 1, 2, 3, 2, 3, 4, 5, 6, 7)]


# -------------------------------------------------------------------------------- shift counts


@pytest.mark.parametrize(
    "lines",
    [
        ("Team,Shift,mon,Tuesday", "desk,early,4,5", "desk,late,3,"),
        ("Team,Shift,Day,Agents", "desk,early,mon,4", "desk,early,tue,5", "Desk,late,2026-03-02,3"),
        ("team,shift,2026-03-02,tue", "desk,early,4,5", "desk,late,3,0"),
    ],
)
def test_shift_counts_are_so_many_agents_per_shift(base: Scenario, tmp_path: Path, lines: tuple[str, ...]) -> None:
    found = read_plan(base, plan(tmp_path, *lines))
    assert list(on_phones_by_interval(found, "desk")[:4]) == [4, 7, 3, 3]
    assert found.agents["desk"].headcount is None and found.agents["vendor"] == base.agents["vendor"]
    second = [seats for seats in on_phones_by_interval(found, "desk") if seats][-2:]
    assert second == [5, 5]


# -------------------------------------------------------------------------------- workbooks


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Week 10"
    first.append(["Date", "Time", "desk"])
    for day in (2, 3):
        for number in range(4):
            first.append([datetime.date(2026, 3, day), datetime.time(9 + number // 2, 30 * (number % 2)), 3 + number])
    shifts = book.create_sheet("Shifts")
    shifts.append([])
    shifts.append(["Team", "Shift", "mon", "tue"])
    shifts.append(["desk", "early", 4, 5])
    wrong = book.create_sheet("Wrong")
    wrong.append([])
    wrong.append(["Time", "desk"])
    for time, agents in zip(TIMES, (3, 3.5, 3, 3), strict=True):
        wrong.append([time, agents])
    path = tmp_path / "plans.xlsx"
    book.save(path)
    return path


def test_sheets_of_a_workbook_are_plans(base: Scenario, workbook: Path) -> None:
    assert by_day(read_plan(base, workbook), "desk") == [(3, 4, 5, 6)] * 2
    second = read_plan(base, workbook, "Shifts")
    assert second.name == "plans Shifts" and second.agents["desk"].shifts == {"early": {"mon": 4, "tue": 5}}


def test_a_wrong_cell_of_a_sheet_is_named(base: Scenario, workbook: Path) -> None:
    with pytest.raises(ScenarioError, match="plans.xlsx sheet Wrong row 4, column desk: needs a whole number") as raised:
        read_plan(base, workbook, "Wrong")
    assert raised.value.problems[0].got == '"3.5"'
    with pytest.raises(ScenarioError, match='has no sheet "Shift"; it has "Week 10", "Shifts", "Wrong". Try: Shifts'):
        read_plan(base, workbook, "Shift")


def test_what_is_no_workbook_is_said(base: Scenario, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no.xlsx is no workbook"):
        read_plan(base, plan(tmp_path, "Time,desk", name="no.xlsx"))


# -------------------------------------------------------------------------------- what is refused

ROWS = [f"{time},5" for time in TIMES]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("Time,dsk", *ROWS), 'plan.csv, column "dsk": no such team.*desk, vendor, lost. Try: desk'),
        (("Time,desk", *ROWS[:3]), "plan.csv lacks 2 of 8 open intervals: 2026-03-02 10:30, 2026-03-03 10:30"),
        (("Time,desk", *ROWS, "11:00,5"), "plan.csv row 6: no open interval begins then.*11:00"),
        (("Time,desk", *ROWS[:3], "half ten,5"), "plan.csv row 5, column Time: .*half ten.*Try: 08:30"),
        (("Time,desk", *ROWS[:3], "10:30,-1"), "plan.csv row 5, column desk"),
        (("Time,desk", *ROWS[:3], "10:30,"), "plan.csv row 5, column desk: is blank"),
        (("Time,desk", *ROWS, ROWS[0]), "plan.csv row 6: 2026-03-02 09:00 is there twice"),
        (("Day,Time,desk", "someday,09:00,5"), "plan.csv row 2, column Day: is not a day"),
        (("Date,Time,desk", "2026-03-02,09:00,5", "2026-03-32,09:00,5"), "plan.csv row 3: no such date"),
        (("desk,vendor", "1,2"), "plan.csv has neither a time nor a shift column"),
        (("Time,Date", "09:00,mon"), "plan.csv has no column of a team"),
        (("Shift,mon", "early,2"), "but none for the team"),
        (("Team,Shift", "desk,early"), "plan.csv has no column of a day"),
        (("Team,Shift,mon", "desk,erly,2"), "plan.csv row 2, column Shift: no such shift.*early, late. Try: early"),
        (("Team,Shift,mon", "dask,early,2"), "plan.csv row 2, column Team: no such team"),
        (("Team,Shift,mon,moon", "desk,early,2,2"), "plan.csv row 2, column moon: is not a day"),
        (("Team,Shift,mon", "desk,early,2", "desk,early,3"), "plan.csv row 3, column mon: early of desk on mon is there twice"),
        (("Team,Shift,mon", "desk,early,two"), "plan.csv row 2, column mon"),
    ],
)
def test_what_cannot_be_meant_is_named_by_row_and_column(
    base: Scenario, tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said) as raised:
        read_plan(base, plan(tmp_path, *lines))
    assert raised.value.problems[0].code in ("E-CSV", "E-CSV-STAMP")


def test_a_steady_run_and_a_missing_file_are_refused(base: Scenario, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="E-FILE: no such file"):
        read_plan(base, tmp_path / "none.csv")
    with pytest.raises(ScenarioError, match="no sheets"):
        read_plan(base, plan(tmp_path, "Time,desk"), "Week")
