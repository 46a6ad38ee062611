"""What is short where: on the page after the verdicts, by day, and in staffing.csv."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from ccsim.experiment import Result, run
from ccsim.report.folder import write_folder
from ccsim.report.staffing import agents
from ccsim.scenario import from_dict, load
from tests.report.conftest import SCENARIOS, Page

CALL = {"volume": {"mon": [30, 90, *[30] * 14], "tue": "60/h"}, "handle": "4m", "patience": "2m"}


def line_of(text: str, start: str) -> str:
    """The first line that begins so."""
    return next(line for line in text.splitlines() if line.startswith(start))


def two_days(**changes: Any) -> Result:
    """6 agents; 9:30 on Monday brings thrice the calls of the other half-hours."""
    return run(from_dict({"calls": {"orders": CALL}, "agents": 6, "days": 2} | changes), reps=4, jobs=1, neighbours=False)


@pytest.fixture(scope="module")
def short() -> Result:
    return two_days()


def test_what_is_short_follows_the_verdicts(short: Result, page: Page) -> None:
    at = {"interval": "2024-01-01 09:30"}
    needed, level = short.kpi("required", **at).value, short.kpi("service_level", **at).value
    assert needed and level is not None
    said = " ".join(page(short, width=200).split("\n\n")[0].split())
    where = f"Mon 09:30 {6 - needed:+.1f} of {needed:.1f} ({100 * level:.1f} % in time)"
    expected = f"SHORT fewer agents scheduled than required in 1 of 32 half-hours: {where}"
    assert said.endswith(expected)


def test_many_short_intervals_are_counted_and_the_worst_three_named(page: Page) -> None:
    said = " ".join(page(two_days(agents=5), width=200).split("\n\n")[0].split())
    assert "in 32 of 32 half-hours, most of all Mon 09:30 -" in said
    assert said.count(";") >= 2 and said.count(" of 6.0 (") == 2


def test_nothing_is_said_where_nothing_is_short(page: Page) -> None:
    assert "SHORT" not in page(two_days(agents=30))
    assert "SHORT" not in page(run(load(SCENARIOS / "erlang_a.yaml", ["run.length=10h", "run.warm_up=1h"]), reps=2, jobs=1))


def test_each_day_has_its_means_its_hours_and_its_tightest_interval(short: Result, page: Page) -> None:
    text = page(short, width=120)
    table = text[text.index("Staffing ") :]
    monday = line_of(table, "Mon 2024-01-01").split()[2:]
    day = {"day": "2024-01-01"}
    means = [short.kpi(id, **day).value for id in ("required", "scheduled", "agents_on_duty")]
    hours = [short.kpi(id, **day).value for id in ("hours_short", "hours_over")]
    assert monday[:3] == [f"{x:.1f}" for x in means]
    assert monday[4:6] == [f"{x:.1f}" for x in hours] and hours[0] > 0
    assert monday[6:] == ["09:30", f"{6 - short.kpi('required', interval='2024-01-01 09:30').value:+.1f}"]


def test_the_worst_interval_of_a_verdict_says_how_many_are_missing(short: Result, page: Page) -> None:
    verdict = short.targets[0]
    assert verdict.worst_interval is not None and verdict.worst_interval.scope == {"interval": "2024-01-01 09:30"}
    assert verdict.short and f"{verdict.short:.1f} agents short" in " ".join(page(short).split())


def test_both_formulas_of_handle_time_are_said_once(short: Result, page: Page) -> None:
    assert page(short, width=200).count("occupancy = handle / (handle + available time), utilisation = handle / paid time") == 1


def test_money_is_in_the_currency_of_the_file(page: Page) -> None:
    team = {"headcount": 6, "cost": "18/h"}
    text = page(two_days(agents={"desk": team}, currency="USD", costs={"per_abandon": 2}))
    cost = two_days(agents={"desk": team}, costs={"per_abandon": 2}).kpi("cost_per_day").value
    assert line_of(text, "Cost a day, USD").split()[4] == f"{cost:,.0f}"
    assert "  of agents" in text and "  of abandons" in text and "  of lines" not in text
    assert "Cost" not in page(two_days())


def test_csv_has_every_place_in_every_interval_to_the_last_digit(short: Result, tmp_path: Path) -> None:
    with (write_folder(short, tmp_path) / "staffing.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert list(lines[0])[:4] == ["date", "time", "place", "name"]
    assert {"required", "scheduled", "present", "net", "offered", "aht_s", "occupancy", "service_level"} <= set(lines[0])
    by_place = {(line["place"], line["name"], line["date"], line["time"]): line for line in lines}
    for place, scope in (
        (("all", "all"), {}),
        (("team", "agents"), {"team": "agents"}),
        (("queue", "orders"), {"queue": "orders"}),
    ):
        line = by_place[*place, "2024-01-01", "09:30"]
        value = short.kpi("required", interval="2024-01-01 09:30", **scope).value
        assert line["required"] == str(value)
    line = by_place["all", "all", "2024-01-01", "09:30"]
    assert float(line["net"]) == float(line["scheduled"]) - float(line["required"])
    assert by_place["queue", "orders", "2024-01-01", "09:30"]["scheduled"] == "", "agents belong to no single queue"
    open_hours = [line for line in lines if line["place"] == "all" and line["required"]]
    assert len(open_hours) == 32


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [
        (7.5, False, "7.5"),
        (-2.0, True, "-2.0"),
        (1.0, True, "+1.0"),
        (-0.04, True, "0.0"),
        (None, True, "–"),
        (1234.5, False, "1,234.5"),
    ],
)
def test_agents_are_shown_as_planners_write_them(value: float | None, signed: bool, text: str) -> None:
    assert agents(value, signed) == text
