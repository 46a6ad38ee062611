"""Clock times become instants: days of 23 and 25 hours, time zones of sites, hours that are skipped or come twice.

Berlin puts its clocks forward on 29 March 2026 (02:00 becomes 03:00) and back on 25 October 2026 (03:00 becomes 02:00).
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccsim.errors import ScenarioError
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, clock, from_dict, resolve

H = 3600.0
SPRING, AUTUMN = datetime.date(2026, 3, 29), datetime.date(2026, 10, 25)
NEXT = datetime.timedelta(days=1)


def berlin(start: datetime.date, days: int = 2, call: dict[str, Any] | None = None, **more: Any) -> Scenario:
    calls = {"a": {"volume": "60/h", "handle": "4m", "patience": "2m", **(call or {})}}
    base = {"timezone": "Europe/Berlin", "open": "00:00-24:00", "calls": calls, "agents": 3}
    return from_dict({"start": str(start), "days": days, **base, **more})


def problem(make: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        make()
    (only,) = caught.value.problems
    return f"{only.code} {only}"


def test_instants_of_a_day_of_23_hours() -> None:
    scenario = berlin(SPRING - NEXT)
    at = [clock.instant(scenario, SPRING, h * H) / H for h in (0, 1.5, 2, 2.5, 3, 4, 24)]
    assert at == [24, 25.5, 26, 26, 26, 27, 47]  # half past two is skipped: it means the jump
    assert clock.instant(scenario, SPRING + NEXT, 8 * H) == 55 * H
    assert clock.changes(scenario) == {SPRING: 23.0}


def test_instants_of_a_day_of_25_hours() -> None:
    scenario = berlin(AUTUMN - NEXT)
    at = [clock.instant(scenario, AUTUMN, h * H) / H for h in (0, 2, 2.5, 3, 4, 24)]
    assert at == [24, 26, 26.5, 28, 29, 49]  # what comes twice means the first
    assert [clock.label(scenario, h * H) for h in (25.5, 26, 27.5, 28)] == [
        "2026-10-25 01:30", "2026-10-25 02:00+02:00", "2026-10-25 02:30+01:00", "2026-10-25 03:00",
    ]  # fmt: skip
    assert clock.changes(scenario) == {AUTUMN: 25.0}


def test_a_site_keeps_its_own_clock() -> None:
    """On 10 March 2026 Chicago has put its clocks forward and Berlin has not: they are six hours apart, usually seven."""
    march = datetime.date(2026, 3, 10)
    scenario = berlin(march, days=1)
    assert clock.instant(scenario, march, 8 * H, "America/Chicago") == 14 * H
    february = berlin(march - 20 * NEXT, days=1)
    assert clock.instant(february, march - 20 * NEXT, 8 * H, "America/Chicago") == 15 * H
    assert clock.wall(scenario, 14 * H, "America/Chicago").strftime("%d %H:%M") == "10 08:00"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
def test_clock_and_instant_are_each_others_inverse_over_a_year(zone: str) -> None:
    """Also where midnight itself is skipped (Cairo, Santiago), and where clocks move by half an hour (Lord Howe)."""
    scenario = berlin(datetime.date(2026, 1, 1), days=365, timezone=zone)
    before = -1.0
    for at in np.arange(0.0, 365 * 24 * H, 1800.0).tolist():
        shown = clock.wall(scenario, at)
        again = clock.instant(scenario, shown.date(), shown.hour * H + shown.minute * 60.0)
        assert again == at or (clock.comes_twice(shown) and again == at - clock.repeated(shown.replace(fold=0)))
    for index in range(366):
        midnight = clock.midnight(scenario, index)
        assert midnight - before >= 23 * H or index == 0
        before = midnight


@pytest.mark.parametrize(("date", "n"), [(SPRING, 46), (AUTUMN, 50), (SPRING + NEXT, 48)])
def test_a_day_round_the_clock_has_46_or_50_half_hours(date: datetime.date, n: int) -> None:
    scenario = berlin(date, days=2)
    first, second = resolve.open_days(scenario)
    assert (resolve.n_intervals(scenario, first), first.closes) == (n, second.opens)
    assert sum(resolve.mean_calls(scenario, "a")) == pytest.approx(30.0 * (n + 48))


def test_a_shift_over_the_change_is_an_hour_shorter_or_longer() -> None:
    night = {"open": "22:00-06:30"}
    lengths = [day.closes - day.opens for day in resolve.open_days(berlin(SPRING - NEXT, days=2, **night))]
    assert lengths == [7.5 * H, 8.5 * H]
    assert resolve.open_days(berlin(AUTUMN - NEXT, days=1, **night))[0].closes == 31.5 * H
    day = resolve.open_days(berlin(SPRING - NEXT, days=2, open="08:00-20:00"))[1]
    assert (day.opens, day.closes) == (31 * H, 43 * H)


def test_an_opening_that_is_skipped_as_a_whole_does_not_happen() -> None:
    days = resolve.open_days(berlin(SPRING - NEXT, days=3, open="02:00-03:00"))
    assert [day.date.day for day in days] == [28, 30]


def test_lists_need_the_half_hours_of_that_day() -> None:
    usual, spring = [1.0] * 48, [2.0] * 46
    scenario = berlin(SPRING, call={"volume": {"daily": usual, str(SPRING): spring}})
    assert resolve.mean_calls(scenario, "a") == (*spring, *usual)
    told = problem(lambda: berlin(SPRING, call={"volume": usual}))
    assert "has 48 values, but 46 intervals of 30m are open on 2026-03-29, since the clocks are changed" in told
    assert "an entry of its own: 2026-03-29: ..." in told
    told = problem(lambda: berlin(AUTUMN, profiles={"p": [1] * 48}, call={"volume": {"total": "9/day", "profile": "p"}}))
    assert told.startswith("E-LEN") and "50 intervals" in told


def forecast(folder: Path, times: list[str]) -> Scenario:
    rows = [f"{AUTUMN},{time},{number}" for number, time in enumerate(times)]
    (folder / "v.csv").write_text("\n".join(["D,T,N", *rows]))
    volume = {"csv": "v.csv", "date": "D", "time": "T", "column": "N"}
    call = {"volume": volume, "handle": "4m", "patience": "2m"}
    base = {"start": str(AUTUMN), "timezone": "Europe/Berlin", "open": "01:00-03:30", "interval": "30m"}
    return from_dict({**base, "calls": {"a": call}, "agents": 3}, folder)


def test_rows_of_the_hour_that_comes_twice_say_which_of_the_two(tmp_path: Path) -> None:
    told = ["01:00", "01:30", "02:00+02:00", "02:30+02:00", "02:00+01:00", "02:30+01:00", "03:00"]
    assert resolve.mean_calls(forecast(tmp_path, told), "a") == (0, 1, 2, 3, 4, 5, 6)
    bare = [time.partition("+")[0] for time in told]
    told_so = problem(lambda: forecast(tmp_path, bare))
    assert told_so.startswith("E-CSV-STAMP")
    assert "row 4: 2026-10-25 02:00 comes twice, since the clocks are put back" in told_so
    assert "02:00+02:00 and 02:00+01:00" in told_so


def test_a_stamp_with_the_offset_of_another_season_is_no_row_of_that_day(tmp_path: Path) -> None:
    told = ["01:00+01:00", "01:30", "02:00+02:00", "02:30+02:00", "02:00+01:00", "02:30+01:00", "03:00"]
    assert "lacks 1 of 7 open intervals: 2026-10-25 01:00" in problem(lambda: forecast(tmp_path, told))


def log(folder: Path, *times: str, start: datetime.date = AUTUMN) -> list[float]:
    (folder / "log.csv").write_text("\n".join(["at,call_type", *(f"{time},a" for time in times)]))
    base = {"start": str(start), "timezone": "Europe/Berlin", "open": "00:00-24:00", "agents": 3}
    scenario = from_dict({**base, "calls": {"a": {"handle": "4m", "patience": "2m"}}, "replay": "log.csv"}, folder)
    return [call.at / H for call in resolve.replayed_calls(scenario)]


def test_a_log_is_read_on_the_clock_of_the_centre(tmp_path: Path) -> None:
    assert log(tmp_path, "2026-10-25 01:00", "2026-10-25 02:00+02:00", "2026-10-25T02:00+01:00", "04:00") == [1, 2, 3, 5]
    assert log(tmp_path, "03:00", start=SPRING) == [2]
    assert "02:15 comes twice on 2026-10-25" in problem(lambda: log(tmp_path, "2026-10-25 02:15"))
    assert "no clock shows that" in problem(lambda: log(tmp_path, "02:15", start=SPRING))
    assert "is not the offset of that time" in problem(lambda: log(tmp_path, "2026-10-25 01:15+01:00"))


@pytest.mark.parametrize(("date", "n"), [(SPRING, 46), (AUTUMN, 50)])
def test_keys_count_the_half_hours_of_their_day(date: datetime.date, n: int) -> None:
    """The day after the change has the keys it would have had without: nobody's luck moves."""
    compiled = compile_scenario(berlin(date))
    intervals, names = compiled.program.intervals, compiled.names
    assert intervals.ordinal.tolist()[: n + 48] == [*range(n), *range(48)]
    assert intervals.date[n - 1] == intervals.date[0] and intervals.date[n] == intervals.date[0] + 1
    assert len(set(zip(intervals.date.tolist(), intervals.ordinal.tolist(), strict=True))) == len(intervals)
    assert len(set(names.interval_labels)) == len(intervals)
    assert names.interval_labels[n] == f"{date + NEXT} 00:00"
    usual = compile_scenario(berlin(date + NEXT, days=1)).program.intervals
    assert (usual.date[0], usual.ordinal[17]) == (intervals.date[n], intervals.ordinal[n + 17])


def test_nobody_of_a_site_works_on_its_holidays() -> None:
    """Manila is seven hours ahead of Berlin in winter: its 2 March lasts from 17:00 on the 1st to 17:00 on the 2nd."""
    sites = {"cebu": {"timezone": "Asia/Manila", "holidays": ["2026-03-02"]}, "berlin": {"holidays": ["2026-03-02"]}}
    agents = {"far": {"headcount": 5, "site": "cebu"}, "near": {"headcount": 2, "site": "berlin"}, "home": {"headcount": 1}}
    scenario = berlin(datetime.date(2026, 3, 1), days=3, open="08:00-20:00", sites=sites, agents=agents)
    assert resolve.seats(scenario, "far") == ((8 * H, 5), (17 * H, 0), (32 * H, 0), (41 * H, 5), (56 * H, 5))
    assert resolve.seats(scenario, "near") == ((8 * H, 2), (32 * H, 0), (56 * H, 2))
    assert resolve.seats(scenario, "home") == ((8 * H, 1), (32 * H, 1), (56 * H, 1))


def test_a_zone_that_never_changes_its_clocks_changes_nothing() -> None:
    """Null feature: the same tables with UTC as without any zone."""
    utc = berlin(SPRING, timezone="UTC")
    ours, theirs = compile_scenario(utc), compile_scenario(utc.model_copy(update={"timezone": None}))
    assert ours.names == theirs.names
    assert all(a.tobytes() == b.tobytes() for a, b in zip(ours.program, theirs.program, strict=True))
