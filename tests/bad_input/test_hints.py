"""What people of the trade write out of habit: refused as ever, but the message says how it is written here."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsim.errors import Problem
from ccsim.scenario import check
from tests.bad_input.test_catalogue import BASE

HINTS = {
    "aht": ({7: "    aht: 4m"}, "E-KEY-UNKNOWN", "handle", 7, 5),
    "acw": ({7: "    talk: 4m\n    acw: 30s"}, "E-KEY-UNKNOWN", "wrap", 8, 5),
    "patience unlimited": ({8: "    patience: unlimited"}, "E-DIST", "never", 8, 15),
    "patience infinite": ({8: "    patience: infinite"}, "E-DIST", "never", 8, 15),
    "patience none": ({8: "    patience: None"}, "E-DIST", "never", 8, 15),
    "full weekday": ({3: "open: {Monday: 09:00-17:00}"}, "E-DAY", "mon", 3, 8),
    "full weekdays": ({3: "open: {Monday-Friday: 09:00-17:00}"}, "E-DAY", "mon-fri", 3, 8),
    "weekday of a volume": ({6: "    volume: {Monday: 60/h}"}, "E-DAY", "mon", 6, 14),
    "weekday of a headcount": ({12: "  desk: {headcount: {thurs: 6}}"}, "E-DAY", "thu", 12, 22),
    "weekday factor": ({7: "    handle: 4m\n    weekday: {Tuesday: 110%}"}, "E-DAY", "tue", 8, 15),
    "window of hours": ({3: "open: 8-20"}, "E-TIME-FORMAT", "08:00-20:00", 3, 7),
    "window am pm": ({3: "open: 8am-8:30 pm"}, "E-TIME-FORMAT", "08:00-20:30", 3, 7),
    "window half": ({3: "open: 8-20:00"}, "E-TIME-FORMAT", "08:00-20:00", 3, 7),
    "window only start": ({3: "open: 8am"}, "E-TIME-FORMAT", "08:00-20:00", 3, 7),
    "half agents": ({12: "  desk: {headcount: 8.5}"}, "E-INT-TYPE", "8 or 9", 12, 21),
    "decimal agents": ({12: "  desk: {headcount: 8.0}"}, "E-INT-TYPE", "8", 12, 21),
    "agents in a word": ({12: "  desk: {headcount: eight}"}, "E-INT-TYPE", "8", 12, 21),
    "agents in quotes": ({12: '  desk: {headcount: "8"}'}, "E-INT-TYPE", "8, without quotes or decimals", 12, 21),
    "thousands": ({6: "    volume: 1,200/day"}, "E-NUM-FORMAT", "1200/day", 6, 13),
    "thousands of seconds": ({6: "    volume: 1'200/30m"}, "E-NUM-FORMAT", "1200/30m", 6, 13),
    "one holiday": ({3: "holidays: 2026-03-05"}, "E-TYPE", "[2026-03-05]", 3, 11),
    "headcount from a file": (
        {12: "  desk: {headcount: {csv: staff.csv, column: Staff}}"},
        "E-KEY-UNKNOWN",
        "staffing: {on_phones: {csv: ...}}",
        12,
        27,
    ),
    "skills": (
        {12: "  desk: {headcount: 6, skills: [support]}"},
        "E-REF",
        "calls: {support: {needs: [support]}}",
        12,
        32,
    ),
}


def problems_of(folder: Path, lines: dict[int, str]) -> tuple[Problem, ...]:
    """Return what is wrong with BASE when some of its lines are replaced."""
    written = BASE.splitlines()
    for number, text in lines.items():
        written[number - 1] = text
    path = folder / "case.yaml"
    path.write_text("\n".join(written) + "\n")
    return check(path).problems


@pytest.mark.parametrize("name", HINTS)
def test_a_habit_of_the_trade_is_told_how_it_is_written_here(name: str, tmp_path: Path) -> None:
    lines, code, hint, line, col = HINTS[name]
    found = [(p.code, p.try_, p.line, p.col) for p in problems_of(tmp_path, lines) if p.code != "E-KEY-MISSING"]
    assert found == [(code, hint, line, col)]


@pytest.mark.parametrize("text", ["7.5-17:00", "9:99-17:00", "13pm-14:00", "25-26", "early-late"])
def test_no_clock_is_guessed_where_none_can_be_meant(text: str, tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {3: f"open: {text}"})
    assert problem.try_ in ("14:45", "", "07:00-20:00")


def test_a_folder_is_no_scenario_file(tmp_path: Path) -> None:
    (problem,) = check(tmp_path).problems
    assert (problem.code, problem.what) == ("E-FILE", "is a folder")
