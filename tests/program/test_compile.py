"""Scenario -> Program by hand: every table of small centres as one would write it oneself."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
import pytest

from ccsim.program.compile import Compiled, compile_scenario, name_key
from ccsim.program.layout import Program
from ccsim.scenario import from_dict
from ccsim.vocabulary import Attribute, ClosingRule, Event, Family

HOUR, DAY, INF = 3600.0, 86400.0, math.inf
CALLS = {"orders": {"volume": "60/h", "handle": "4m"}}


def compiled(**changes: Any) -> Compiled:
    return compile_scenario(from_dict({"calls": CALLS, "agents": 3} | changes))


def program_of(**changes: Any) -> Program:
    return compiled(**changes).program


def rows(table: np.ndarray) -> list[tuple[Any, ...]]:
    return table.tolist()


# -- The clock -------------------------------------------------------------------------------------------------------------


def timetable(**changes: Any) -> list[tuple[float, str, int, int]]:
    """In hours, with the names of the events."""
    return [
        (at / HOUR, Event(event).name, entity, seats) for at, event, entity, seats in program_of(**changes).timetable.tolist()
    ]


def test_one_day() -> None:
    assert timetable() == [(9.0, "OPENING", 0, 0), (9.0, "SEATS_UP", 0, 3), (17.0, "CLOSING", 0, 0)]


def test_seats_by_interval_go_up_before_and_down_after_what_else_happens() -> None:
    staffing = {"staffing": {"on_phones": [2, 2, 5, 5, 1, 1, 1, 0]}}
    found = timetable(open="09:00-13:00", interval="30m", agents={"a": {"headcount": 1}, "z": staffing})
    assert found == [
        (9.0, "OPENING", 0, 0),
        (9.0, "SEATS_UP", 0, 1),
        (9.0, "SEATS_UP", 1, 2),
        (10.0, "SEATS_UP", 1, 5),
        (11.0, "SEATS_DOWN", 1, 1),
        (12.5, "SEATS_DOWN", 1, 0),
        (13.0, "CLOSING", 0, 0),
    ]
    assert Event.SEATS_UP < Event.TALK_END < Event.DIAL < Event.ABANDON < Event.SEATS_DOWN < Event.CLOSING


def test_a_week_with_a_closed_day_a_holiday_and_another_headcount_on_saturday() -> None:
    found = timetable(
        start="2024-01-04",  # a Thursday
        days=4,
        open={"thu-sat": "10:00-12:00"},
        holidays=["2024-01-05"],
        agents={"desk": {"headcount": {"thu": 4, "sat": 2}}},
    )
    assert found == [
        (10.0, "OPENING", 0, 0),
        (10.0, "SEATS_UP", 0, 4),
        (12.0, "CLOSING", 0, 0),
        (58.0, "OPENING", 2, 0),
        (58.0, "SEATS_UP", 0, 2),
        (60.0, "CLOSING", 2, 0),
    ]


def test_openings_that_touch_are_one() -> None:
    """Round the clock for two days: nobody goes home at midnight, and seats change as they do at any other hour."""
    fewer = {"desk": {"headcount": {"mon": 4, "tue": 2}}}
    assert timetable(open="00:00-24:00", days=2, agents=fewer) == [
        (0.0, "OPENING", 0, 0),
        (0.0, "SEATS_UP", 0, 4),
        (24.0, "SEATS_DOWN", 0, 2),
        (48.0, "CLOSING", 1, 0),
    ]
    more = {"desk": {"headcount": {"mon": 2, "tue": 4}}}
    assert timetable(open="00:00-24:00", days=2, agents=more)[2] == (24.0, "SEATS_UP", 0, 4)


def test_a_night_passes_midnight() -> None:
    program = program_of(open={"daily": "22:00-02:00"}, days=2, interval="1h")
    assert rows(program.days) == [(19723, 22 * HOUR, 26 * HOUR), (19724, 46 * HOUR, 50 * HOUR)]
    after_midnight = program.intervals[25]
    assert (after_midnight.date, after_midnight.ordinal, after_midnight.day) == (19724, 1, 0)  # its date is the calendar's
    assert program.flows.volume[0].nonzero()[0].tolist() == [22, 23, 24, 25, 46, 47, 48, 49]


def test_the_overtime_cap_comes_after_closing_unless_lines_open_again_first() -> None:
    cap = {"queue": "serve", "overtime_up_to": "20m"}
    assert timetable(closing=cap)[-1] == (pytest.approx(17 + 1 / 3), "OVERTIME_END", 0, 0)
    assert timetable(closing={"queue": "serve", "overtime_up_to": "0s"})[-2:] == [
        (17.0, "CLOSING", 0, 0),
        (17.0, "OVERTIME_END", 0, 0),
    ]
    two_days = {"days": 2, "open": {"mon": "09:00-23:30", "tue": "00:00-08:00"}, "interval": "30m"}
    names = [event for _, event, _, _ in timetable(**two_days, closing=cap | {"overtime_up_to": "45m"})]
    assert names.count("OVERTIME_END") == 1  # Monday's would come at 00:15, when lines are open again
    names = [event for _, event, _, _ in timetable(**two_days, closing=cap)]
    assert names.count("OVERTIME_END") == 2


def test_intervals_of_a_day_have_their_own_ordinals_also_where_a_day_holds_no_whole_number_of_them() -> None:
    """64 minutes: the second day's first interval begins half an interval after midnight."""
    open_ = {"mon": "00:00-21:20", "tue": "00:32-22:56"}
    grid = program_of(days=2, open=open_, interval="64m").intervals
    assert len({(row.date, row.ordinal) for row in grid}) == len(grid)


def test_steady_mode_is_one_opening_without_an_end() -> None:
    program = program_of(run={"mode": "steady", "length": "40h", "warm_up": "4h"}, days=3, agents=5)
    assert [(at, Event(event)) for at, event, _, _ in program.timetable.tolist()] == [
        (0.0, Event.OPENING),
        (0.0, Event.SEATS_UP),
        (144000.0, Event.CLOSING),
    ]
    assert program.settings.closing_rule[0] == ClosingRule.STAY
    assert rows(program.days) == [(19723, 0.0, 40 * HOUR)]
    settings = program.settings[0]
    assert (settings.count_from, settings.count_until) == (4 * HOUR, 40 * HOUR)
    assert len(program.intervals) == 80
    assert set(program.intervals.date) == {19723}
    assert program.intervals.ordinal.tolist() == list(range(80))  # each its own luck, beyond a calendar day too
    assert program.flows.volume[0] == pytest.approx([30.0] * 80)


# -- The grid --------------------------------------------------------------------------------------------------------------


def test_intervals_go_on_for_six_hours_after_the_last_closing() -> None:
    program = program_of(open="09:00-10:00", interval="15m")
    grid = program.intervals
    assert len(grid) == 16 * 4 and program.settings.count_until[0] == 16 * HOUR
    assert grid.starts_at.tolist() == [900.0 * i for i in range(64)]
    assert [i for i in range(64) if grid.open_until[i] > grid.open_from[i]] == [36, 37, 38, 39]
    assert grid.open_until[36:40].tolist() == [9.25 * HOUR, 9.5 * HOUR, 9.75 * HOUR, 10 * HOUR]
    assert set(grid.day) == {0} and set(grid.date) == {19723}


def test_dates_ordinals_and_days_of_intervals() -> None:
    program = program_of(open={"mon": "09:00-10:00", "wed": "08:00-09:00"}, days=3, interval="30m")
    assert rows(program.days) == [
        (19723, 9 * HOUR, 10 * HOUR),
        (19724, INF, INF),
        (19725, 2 * DAY + 8 * HOUR, 2 * DAY + 9 * HOUR),
    ]
    grid = program.intervals
    assert (grid[47].date, grid[47].ordinal) == (19723, 47)
    assert (grid[48].date, grid[48].ordinal) == (19724, 0)
    assert grid.day.tolist() == [0] * (96 + 16) + [2] * (len(grid) - 112)  # the operating day that opened last
    assert len(compiled(open={"mon": "09:00-10:00", "wed": "08:00-09:00"}, days=3).names.dates) == 3


def test_an_opening_off_the_half_hour_lies_on_a_finer_grid_from_midnight_on() -> None:
    program = program_of(open="09:10-10:30", interval="10m")
    assert program.intervals.open_from[55] == 9 * HOUR + 600.0
    assert program.flows.volume[0].nonzero()[0].tolist() == list(range(55, 63))


# -- Flows -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("60/h", [30.0, 30.0, 30.0, 30.0]),
        ("2/min", [60.0, 60.0, 60.0, 60.0]),
        ("200/day", [50.0, 50.0, 50.0, 50.0]),
        ([1, 0, 2.5, 7], [1.0, 0.0, 2.5, 7.0]),
        ({"total": "200/day", "profile": "late"}, [0.0, 50.0, 50.0, 100.0]),
        ({"total": "200/day", "profile": "flat"}, [50.0, 50.0, 50.0, 50.0]),
    ],
)
def test_volumes_by_interval(volume: Any, expected: list[float]) -> None:
    program = program_of(
        open="09:00-11:00", profiles={"late": [0, 1, 1, 2]}, calls={"orders": {"volume": volume, "handle": "4m"}}
    )
    assert program.flows.volume[0, 18:22] == pytest.approx(expected)
    assert program.flows.volume.sum() == pytest.approx(sum(expected))


def test_weekday_factors_and_scale_multiply() -> None:
    call = {"volume": "60/h", "handle": "4m", "weekday": {"tue": "150%"}, "scale": "110%"}
    flows = program_of(open="09:00-10:00", interval="1h", days=2, calls={"orders": call}).flows
    assert (flows.volume[0, 9], flows.volume[0, 33]) == (pytest.approx(66.0), pytest.approx(99.0))


def test_handle_times_by_interval_are_a_law_and_factors() -> None:
    talk = {"by_interval": {"daily": ["60s", "180s"]}, "law": {"gamma": {"cv": 0.5}}}
    program = program_of(open="09:00-10:00", calls={"orders": {"volume": "60/h", "talk": talk, "wrap": "20s"}})
    kind, law = program.call_types[0], program.laws[program.call_types[0].talk_law]
    assert (law.family, law.a, law.b) == (Family.GAMMA, 4.0, 30.0)  # mean 120 s, cv 0.5
    assert program.flows.talk_factor[0, 18:20].tolist() == [0.5, 1.5]
    assert set(program.flows.wrap_factor.flat) == {1.0} == set(program.flows.hold_factor.flat)
    assert kind.wrap_law >= 0 > kind.hold_law


# -- Names, queues, teams --------------------------------------------------------------------------------------------------

CENTRE: dict[str, Any] = {
    "open": "09:00-11:00",
    "calls": {
        "zebra": {"volume": "10/h", "handle": "1m", "patience": {"exponential": "2m", "balk": "10%", "at_most": "5m"}},
        "apple": {"volume": "20/h", "talk": "2m", "hold": {"share": "30%", "for": "40s"}, "wrap": "20s"},
        "mango": {"volume": "30/h", "handle": "1m"},
    },
    "queues": {
        "west": {"calls": ["zebra", "apple"], "priority": 3, "teams": ["second"]},
        "east": {"calls": ["mango"], "teams": ["second", "first"]},
    },
    "agents": {"second": {"headcount": 2}, "first": {"headcount": 3}},
    "distributions": {"slow": {"gamma": {"mean": "5m", "cv": 0.5}}},
    "uncertainty": {"centre_day": "10%", "type_day": {"mango": "20%"}},
    "ivr": {"time": {"uniform": {"min": "10s", "max": "20s"}}, "hang_up": "3%"},
    "lines": 12,
    "after_contact": {"redial": {"share": "40%", "after": "slow", "attempts": 2, "patience": "fresh"}},
    "closing": {"queue": "clear"},
    "targets": {"service_level": {"goal": "90/30"}},
    "metrics": {"also_within": ["60s", "30s", "10s"], "short_abandon": "7s", "attribute": "end"},
}


def test_codes_are_places_in_sorted_order() -> None:
    names = compile_scenario(from_dict(CENTRE)).names
    assert (names.call_types, names.queues, names.teams) == (("apple", "mango", "zebra"), ("east", "west"), ("first", "second"))
    assert names.dates == ("2024-01-01",)
    assert names.interval_labels[:19:18] == ("2024-01-01 00:00", "2024-01-01 09:00")


def test_queues_lanes_and_reach() -> None:
    program = compile_scenario(from_dict(CENTRE)).program
    assert program.queues.priority.tolist() == [0, 3]
    assert rows(program.lanes[["call_type", "queue"]]) == [(0, 1), (1, 0), (2, 1)]
    assert program.reach.after.tolist() == [[INF, 0], [0, 0], [INF, 0]]
    assert program.lane_of.tolist() == [[-1, 0], [1, -1], [-1, 2]]


def test_teams_have_as_many_agents_as_they_ever_have_seats() -> None:
    program = compile_scenario(from_dict(CENTRE)).program
    assert rows(program.teams[["first_agent", "n_agents"]]) == [(0, 3), (3, 2)]
    assert program.agents.team.tolist() == [0, 0, 0, 1, 1]
    busy = {"a": {"staffing": {"on_phones": {"mon": [1, 2, 5, 4], "tue": 3}}}}
    assert program_of(open="09:00-11:00", days=2, agents=busy).teams.n_agents.tolist() == [5]


def test_call_types_and_their_laws() -> None:
    program = compile_scenario(from_dict(CENTRE)).program
    apple, mango, zebra = program.call_types

    def law(index: int) -> tuple[Any, ...]:
        row = program.laws[index]
        return Family(row.family).name, float(row.a), float(row.b)

    assert law(apple.talk_law) == ("EXPONENTIAL", 120.0, 0.0)
    assert (float(apple.hold_share), law(apple.hold_law), law(apple.wrap_law)) == (
        0.3,
        ("EXPONENTIAL", 40.0, 0.0),
        ("EXPONENTIAL", 20.0, 0.0),
    )
    assert (mango.hold_share, mango.hold_law, mango.wrap_law) == (0.0, -1, -1)
    assert (law(mango.patience_law)[0], float(mango.patience_at_most), float(mango.balk_share)) == ("NEVER", INF, 0.0)
    assert (law(zebra.patience_law), float(zebra.patience_at_most), float(zebra.balk_share)) == (
        ("EXPONENTIAL", 120.0, 0.0),
        300.0,
        0.1,
    )
    assert zebra.patience_law == apple.talk_law  # equal laws share a row
    assert (apple.type_day_shape, zebra.type_day_shape) == (INF, INF)
    assert mango.type_day_shape == pytest.approx(25.0)


def test_settings() -> None:
    program = compile_scenario(from_dict(CENTRE)).program
    settings = program.settings[0]
    assert settings.centre_day_shape == pytest.approx(100.0)
    assert (settings.lines, settings.closing_rule, settings.attribute) == (12, ClosingRule.CLEAR, Attribute.END)
    assert (settings.ivr_start, settings.redial_share, settings.redial_attempts) == (0, 0.4, 2)
    assert (settings.redial_fresh_patience, settings.start_order) == (1, 0)
    assert program.laws[settings.redial_law].family == Family.GAMMA
    assert (settings.short_abandon, settings.interval_length) == (7.0, 1800.0)
    assert (settings.count_from, settings.count_until) == (0.0, 17 * HOUR)


def test_what_is_not_written_is_off() -> None:
    settings = program_of().settings[0]
    assert (settings.ivr_start, settings.redial_law, settings.redial_share) == (-1, -1, 0.0)
    assert settings.lines > 1e9 and settings.centre_day_shape == INF
    assert (settings.closing_rule, settings.attribute) == (ClosingRule.SERVE, Attribute.ARRIVAL)
    assert program_of(run={"service_draw": "start_order"}).settings.start_order[0] == 1


def test_the_first_threshold_is_the_targets_and_each_stands_once() -> None:
    assert compile_scenario(from_dict(CENTRE)).program.thresholds.tolist() == [30.0, 60.0, 10.0]
    assert program_of().thresholds.tolist() == [20.0]
    assert program_of(target="80/45", metrics={"also_within": ["20s", "20s"]}).thresholds.tolist() == [45.0, 20.0]


def test_points_of_laws_follow_each_other() -> None:
    calls = {
        "a": {"volume": "9/h", "handle": {"empirical": {"values": ["30s", "10s", "20s"]}}, "patience": "1m"},
        "b": {
            "volume": "9/h",
            "handle": {"hyperexponential": [{"share": "60%", "mean": "9s"}, {"share": "40%", "mean": "3s"}]},
            "patience": {"hazard": [{"until": "10s", "rate": "6/min"}, {"rate": "1/min"}]},
        },
    }
    program = program_of(calls=calls)

    def points(law: int) -> list[tuple[float, ...]]:
        row = program.laws[law]
        return rows(program.points[row.first_point : row.first_point + row.n_points])

    a, b = program.call_types
    assert points(a.talk_law) == [(10.0, 0.0, 0.0), (20.0, 0.0, 0.0), (30.0, 0.0, 0.0)]
    assert points(b.talk_law) == [(pytest.approx(0.4), 3.0, 0.0), (1.0, 9.0, 0.0)]
    assert points(b.patience_law) == [(0.0, 0.0, pytest.approx(0.1)), (10.0, pytest.approx(1.0), pytest.approx(1 / 60))]
    assert points(a.patience_law) == []


def test_a_name_key_is_the_first_eight_bytes_of_blake2b() -> None:
    expected = int.from_bytes(hashlib.blake2b(b"call_type/orders", digest_size=8).digest(), "big", signed=True)
    assert name_key("call_type/orders") == expected == program_of().call_types.name_key[0]


# -- Recorded calls --------------------------------------------------------------------------------------------------------


def test_recorded_calls_are_sorted_and_counted_by_type() -> None:
    calls = [
        {"at": "9.5h", "call_type": "b", "handle": "60s"},
        {"at": "9h", "call_type": "b", "patience": "0s"},
        {"at": "9.5h", "call_type": "a"},
        {"at": "9.5h", "call_type": "b"},
        {"at": "9.25h", "call_type": "a", "handle": "0s", "patience": "30s"},
    ]
    kinds = {"a": {"handle": "1m"}, "b": {"handle": "1m"}}
    program = program_of(open="09:00-10:00", calls=kinds, replay={"calls": calls})
    assert rows(program.recorded) == [
        (9 * HOUR, 1, 0, -1.0, 0.0),
        (9.25 * HOUR, 0, 0, 0.0, 30.0),
        (9.5 * HOUR, 0, 1, -1.0, -1.0),
        (9.5 * HOUR, 1, 1, 60.0, -1.0),
        (9.5 * HOUR, 1, 2, -1.0, -1.0),
    ]
    assert program.flows.volume.sum() == 0.0


# -- All of it -------------------------------------------------------------------------------------------------------------


def shuffled(content: Any, seed: int) -> Any:
    """The same content with the keys of every map in another order."""
    if isinstance(content, list):
        return [shuffled(item, seed) for item in content]
    if not isinstance(content, dict):
        return content
    keys = list(content)
    np.random.default_rng(seed).shuffle(keys)
    return {key: shuffled(content[key], seed + 1) for key in keys}


def bytes_of(found: Compiled) -> dict[str, bytes]:
    return {name: table.tobytes() for name, table in found.program._asdict().items()} | {"names": repr(found.names).encode()}


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_keys_changes_no_byte_of_any_table(seed: int) -> None:
    assert bytes_of(compile_scenario(from_dict(shuffled(CENTRE, seed)))) == bytes_of(compile_scenario(from_dict(CENTRE)))
    assert repr(shuffled(CENTRE, seed)) != repr(CENTRE)


def test_another_scenario_does_change_bytes() -> None:
    other = compile_scenario(from_dict(CENTRE | {"lines": 13}))
    assert bytes_of(other) != bytes_of(compile_scenario(from_dict(CENTRE)))


def test_nobody_can_write_into_a_program() -> None:
    program = program_of()
    for name, table in program._asdict().items():
        assert not table.flags.writeable, name
        assert table.flags.c_contiguous, name
    with pytest.raises(ValueError, match="read-only"):
        program.settings.lines[0] = 3


def test_where_no_case_needs_authority_nobody_is_asked_or_briefed() -> None:
    """The kernel keeps no cases then, whatever make_it_right says."""
    right = {"on_shortfall": "consult", "escalate": {"transfer": "warm"}}
    calls = {"calls": {"volume": "60/h", "handle": "3m"}}
    settings = compile_scenario(from_dict({"calls": calls, "agents": 4, "make_it_right": right})).program.settings[0]
    assert (settings.authority, settings.consults, settings.warm) == (0, 0, 0)
    calls["calls"]["needs_authority"] = {"share": "10%", "amount": 50}  # type: ignore[assignment]
    settings = compile_scenario(from_dict({"calls": calls, "agents": 4, "make_it_right": right})).program.settings[0]
    assert (settings.authority, settings.consults, settings.warm) == (1, 1, 1)
