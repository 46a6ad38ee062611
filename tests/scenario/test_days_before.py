"""The days before the first: how many, what they are like, and that nothing of them is counted."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.outcomes.audit import audit, audit_counts
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, check_text, from_dict
from ccsim.scenario.days_before import days_before, with_days_before
from ccsim.scenario.laws import Family, Law
from ccsim.vocabulary import Cause

DAY = 86400.0


def week(after: Any = "8h", share: str = "30%", attempts: int = 1, **more: Any) -> Scenario:
    """From Monday to Friday, nine hours a day; a third of the customers come back once, a working day later."""
    calls = {"a": {"volume": "40/h", "handle": "2m", "patience": "never"}}
    back = {"share": share, "after": after, "attempts": attempts}
    base: dict[str, Any] = {
        "open": {"mon-fri": "08:00-17:00"},
        "start": "2024-03-04",
        "days": 5,
        "calls": calls,
        "agents": 4,
        "after_contact": {"return": back},
        "run": {"replications": 20},
    }
    return from_dict(base | more)


@pytest.mark.parametrize(
    ("after", "n"),
    [
        ("10m", 3),  # exponential: 99 % within 46 min; lines closed on Friday at 17:00, 55 h before the first midnight
        ("6h", 4),  # 27.6 h
        ({"deterministic": "17h"}, 3),
        ({"deterministic": "17h1s"}, 4),
        ({"uniform": {"min": "0s", "max": "100h"}}, 7),  # 99 h
        ({"lognormal": {"mean": "20h", "cv": 1.2}}, 8),  # 115 h
        ("10d", 14),
    ],
)
def test_so_many_days_that_hardly_anybody_takes_longer(after: Any, n: int) -> None:
    assert days_before(week(after)) == n


@pytest.mark.parametrize(("share", "attempts", "n"), [("30%", 3, 5), ("30%", 2, 4), ("22%", 3, 4), ("4%", 3, 3)])
def test_who_may_come_back_again_is_awaited_too(share: str, attempts: int, n: int) -> None:
    """55 h closed and 14 h each time: 30 % of 30 % are more than a twentieth, 22 % of 22 % are less."""
    assert days_before(week({"deterministic": "14h"}, share, attempts)) == n


def test_of_those_who_come_back_again_and_again_all_are_there_from_the_first_day() -> None:
    """Half of 240 come back after a day, half of these again, ...: 480 calls a day."""
    centre = {
        "open": "09:00-17:00",
        "days": 3,
        "calls": {"a": {"volume": "30/h", "handle": {"deterministic": "1m"}}},
        "agents": 9,
        "after_contact": {"return": {"share": "50%", "after": {"deterministic": "24h"}}},
    }
    result = ccsim.run(from_dict(centre), reps=10, neighbours=False)
    by_day = [e.value for e in result.accumulator.estimates(scopes=("day",), ids=("arrived",)) if e.basis == "contact"]
    assert by_day == pytest.approx([480.0] * 3, rel=0.03)


def test_without_returns_there_is_nothing_to_carry_in() -> None:
    assert days_before(week(after_contact={})) == 0
    assert days_before(week(after_contact={"return": {"share": "0%", "after": "8h"}})) == 0
    assert days_before(week(run={"carry_in": "none"})) == 0
    scenario = week(run={"carry_in": "none"})
    assert with_days_before(scenario) is scenario


def test_the_days_before_are_what_their_weekdays_are() -> None:
    longer = with_days_before(week({"deterministic": "7h"}))
    assert (longer.start, longer.days) == (datetime.date(2024, 3, 1), 8)
    program, names = compile_scenario(week({"deterministic": "7h"}))
    assert names.dates[:4] == ("2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04")
    open_at = program.days.open_at
    assert list(np.isfinite(open_at)) == [True, False, False, True, True, True, True, True]  # Friday, a weekend, the week
    assert program.settings.count_from[0] == 3 * DAY


def test_what_is_written_for_dates_is_taken_from_the_same_weekday() -> None:
    volume = {f"2024-03-0{date}": [10.0 * date] * 18 for date in range(4, 9)}
    calls = {"a": {"volume": volume, "handle": "2m"}}
    agents = {"desk": {"headcount": {f"2024-03-0{date}": date for date in range(4, 9)}}}
    program, _ = compile_scenario(week({"deterministic": "30h"}, calls=calls, agents=agents))
    by_day = [program.flows.volume[0][program.intervals.day == day].max(initial=0.0) for day in range(len(program.days))]
    assert by_day[:2] == [70.0, 80.0] and by_day[4:6] == [40.0, 50.0]  # Thursday, Friday; Monday, Tuesday
    morning = program.timetable[program.timetable.at == 8 * 3600.0]
    assert morning.seats.max() == 7


def test_where_no_day_has_the_weekday_the_first_like_it_stands_in() -> None:
    calls = {"a": {"volume": {"2024-03-04": [50.0] * 18}, "handle": "2m"}}
    program, _ = compile_scenario(week({"deterministic": "30h"}, calls=calls, days=1))
    assert [program.flows.volume[0][program.intervals.day == day].max(initial=0.0) for day in range(5)] == [50, 50, 0, 0, 50]


def test_persons_of_a_roster_were_there_before() -> None:
    entries = [{"agent": "Ann", "start": "2024-03-08 08:00", "end": "2024-03-08 17:00"}]
    program, _ = compile_scenario(week({"deterministic": "7h"}, agents={"desk": {"roster": {"entries": entries}}}))
    assert list(program.duties.starts_at) == [8 * 3600.0, 7 * DAY + 8 * 3600.0]  # both Fridays


def test_a_night_shift_that_began_before_is_not_counted() -> None:
    nights = {"open": "22:00-06:00", "calls": {"a": {"volume": "40/h", "handle": "2m"}}}
    program, _ = compile_scenario(week(**nights))
    assert program.settings.count_from[0] == 2 * DAY + 6 * 3600.0  # closed until then since 36.8 h before 06:00


def test_the_first_day_has_its_returns_and_the_same_callers() -> None:
    found = {}
    for carried in ("steady", "none"):
        scenario = week(run={"replications": 20, "carry_in": carried})
        result = ccsim.run(scenario, neighbours=False, rows=True)
        offered = [e for e in result.estimates if e.id == "offered" and e.basis == "contact" and set(e.scope) == {"day"}]
        days = [e.value for e in offered]
        fresh = [e.value for e in result.estimates if e.id == "arrived" and e.basis == "episode" and not e.scope]
        found[carried] = days, fresh
        assert result.rows is not None
        assert audit(result.program, result.rows) == []
        assert [e.scope["day"] for e in offered] == [f"2024-03-0{date}" for date in range(4, 9)]
    with_days, without = found["steady"], found["none"]
    assert with_days[1] == without[1]  # the customers of the week are the same
    assert with_days[0][0] > 1.15 * without[0][0]
    assert with_days[0][0] == pytest.approx(
        np.mean(with_days[0][1:]), rel=0.06
    )  # as the later days; but returns of the weekend
    assert with_days[0][4] == pytest.approx(without[0][4], rel=0.05)


def test_rows_tell_the_days_before_and_counts_do_not() -> None:
    from ccsim.engine.compiled.simulate import simulate

    program = compile_scenario(week()).program
    rows = simulate(program, 1, 0, rows=True).rows
    counts = simulate(program, 1, 0, rows=False).counts
    assert rows is not None and counts is not None
    since = program.settings.count_from[0]
    assert audit_counts(program, rows, counts) == []
    assert counts.episodes["arrived"].sum() == (rows.episodes["first_at"] >= since).sum() < len(rows.episodes)
    carried = rows.episodes["first_at"][rows.contacts["customer"]] < since
    carried &= (rows.contacts["arrived_at"] >= since) & (rows.contacts["cause"] == Cause.RETURN)
    assert carried.sum() > 10  # returns of earlier customers count as contacts
    assert counts.contacts["arrived"].sum() == (rows.contacts["queued_at"] >= since).sum()
    assert (counts.agent_time["talk_time"][program.intervals.starts_at < since] == 0).all()


@pytest.mark.parametrize(
    "more", ["run: {carry_in: steady, mode: steady, length: 40h}", "replay: {calls: [{at: 1h, call_type: a}]}"]
)
def test_where_there_is_nothing_before_it_is_refused(more: str) -> None:
    text = "calls: {a: {handle: 4m, volume: 9/h}}\nagents: 6\n"
    text = text.replace(", volume: 9/h", "") + "run: {carry_in: steady}\n" if "replay" in more else text
    (problem,) = check_text(text + more).problems
    assert (problem.code, problem.path) == ("E-MODE", "run.carry_in")


@pytest.mark.parametrize(
    "law",
    [
        Law(Family.EXPONENTIAL, 90.0),
        Law(Family.DETERMINISTIC, 90.0),
        Law(Family.UNIFORM, 30.0, 90.0),
        Law(Family.TRIANGULAR, 30.0, 40.0, 90.0),
        Law(Family.LOGNORMAL, 4.0, 0.7),
        Law(Family.GAMMA, 2.5, 40.0),
        Law(Family.WEIBULL, 0.8, 90.0),
        Law(Family.LOGLOGISTIC, 80.0, 3.0),
        Law(Family.HYPEREXPONENTIAL, points=((0.3, 20.0), (1.0, 90.0))),
        Law(Family.EMPIRICAL, points=((0.0,), (5.0,), (70.0,), (200.0,))),
        Law(Family.HAZARD, points=((0.0, 0.0, 0.01), (60.0, 0.6, 0.002))),
    ],
    ids=lambda law: str(law.family),
)
def test_quantiles_are_those_of_the_sampler(law: Law) -> None:
    """By inversion the draw at u is the quantile; of a hyperexponential, which picks a branch first, draws are counted."""
    from ccsim.program.layout import LAW, POINT, records
    from ccsim.rules.sampling import sample
    from ccsim.rules.tables import bind_program

    program, _ = compile_scenario(from_dict({"calls": {"a": {"volume": "9/h", "handle": "2m"}}, "agents": 1}))
    from ccsim.vocabulary import Family as Code

    laws, points = records(LAW, 1), records(POINT, len(law.points))
    laws[0].family, laws[0].a, laws[0].b, laws[0].c = Code[law.family.name], law.a, law.b, law.c
    laws[0].n_points = len(law.points)
    for row, point in zip(points, law.points, strict=True):
        row.x, row.y, row.z = (*point, 0.0, 0.0)[:3]
    alive = program._replace(laws=laws, points=points)
    record = bind_program(alive)
    if law.family is Family.HYPEREXPONENTIAL:
        draws = np.array([sample(record[0], 0, (i + 0.5) / 20000) for i in range(20000)])
        assert np.mean(draws <= law.quantile(0.99)) == pytest.approx(0.99, abs=2e-4)
        return
    for share in (0.01, 0.5, 0.9, 0.99):
        assert law.quantile(share) == pytest.approx(sample(record[0], 0, share), rel=1e-9)
