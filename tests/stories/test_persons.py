"""Persons: shifts, breaks, who comes late or not at all, and time off the phones. Lines are open from 0 to 600 s."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.program.layout import TIMETABLE, Program
from ccsim.program.presence import off_phones_rows
from ccsim.rules.presence import is_absent, spell_at
from ccsim.rules.randomness import luck_of
from ccsim.rules.tables import bind_program
from tests.stories.centre import FOR_EVER, NEVER, centre

DATE = 19723  # 2024-01-01
LUCK = luck_of(1, 0)


def shift(time: str, *breaks: tuple[str, str], meetings: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """A shift with breaks and meetings at clock times, each as (at, for)."""
    return {
        "time": time,
        "breaks": [{"at": at, "for": length} for at, length in breaks],
        "meetings": [{"at": at, "for": length} for at, length in meetings],
    }


def desk(calls: list[tuple[Any, ...]], n: int = 1, team: dict[str, Any] | None = None, **shifts: Any) -> Program:
    """A centre with one team: n agents of each shift."""
    return centre(calls, agents={"desk": {"shifts": dict.fromkeys(shifts, n)} | (team or {})}, shifts=shifts)


def test_break_that_falls_due_during_a_call_begins_when_the_call_ends_and_has_its_length(tell):
    """
    One agent from 0 to 600; break at 120 for 60 s.
    100  A dials and talks until 150; at 120 the break is due, the agent is busy
    130  B dials and waits
    150  A ends: the agent goes on his break, though B waits, until 210
    210  he is back and takes B until 240
    600  closing, then the end of the shift: he leaves
    """
    told = tell(desk([(100, 50, FOR_EVER), (130, 30, FOR_EVER)], all=shift("00:00-00:10", ("00:02", "60s"))))
    assert told.contacts == [(0, 0, "SERVED", 100, 100, 150, 0), (1, 0, "SERVED", 130, 130, 240, 80)]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 100),
        (0, "TALK", 0, 100, 150),
        (0, "BREAK", -1, 150, 210),
        (0, "TALK", 1, 210, 240),
        (0, "AVAILABLE", -1, 240, 600),
    ]


def test_who_is_idle_goes_on_his_break_at_once_and_comes_back_to_a_waiting_call(tell):
    """
    Break at 120 for 60 s.
    120  the agent goes
    150  A dials and waits
    180  he is back and takes A, until 200
    """
    told = tell(desk([(150, 20, FOR_EVER)], all=shift("00:00-00:10", ("00:02", "60s"))))
    assert told.contacts == [(0, 0, "SERVED", 150, 150, 200, 30)]
    assert told.agents[:3] == [(0, "AVAILABLE", -1, 0, 120), (0, "BREAK", -1, 120, 180), (0, "TALK", 0, 180, 200)]


def test_call_that_ends_when_the_break_is_due_is_followed_by_the_next_call(tell):
    """
    Break at 120 for 60 s. A talks from 60 to 120, B waits from 90 on.
    120  A ends, which comes first in this instant: the agent takes B. Then the break is due, and he is busy
    150  B ends: the break lasts from 150 to 210
    """
    told = tell(desk([(60, 60, FOR_EVER), (90, 30, FOR_EVER)], all=shift("00:00-00:10", ("00:02", "60s"))))
    assert told.agents[1:5] == [
        (0, "TALK", 0, 60, 120),
        (0, "TALK", 1, 120, 150),
        (0, "BREAK", -1, 150, 210),
        (0, "AVAILABLE", -1, 210, 600),
    ]


def test_who_dials_when_the_break_is_due_is_answered_before_it(tell):
    """
    Break at 120 for 60 s; A dials at 120.
    120  A is answered, until 140; then the break is due
    140  the break, until 200
    """
    told = tell(desk([(120, 20, FOR_EVER)], all=shift("00:00-00:10", ("00:02", "60s"))))
    assert told.agents[1:3] == [(0, "TALK", 0, 120, 140), (0, "BREAK", -1, 140, 200)]


def test_break_ends_before_patience_does_in_the_same_instant(tell):
    """
    Break from 120 to 180. A dials at 150, patient until 180.
    180  the agent is back first, and takes A
    """
    told = tell(desk([(150, 20, 30)], all=shift("00:00-00:10", ("00:02", "60s"))))
    assert told.contacts == [(0, 0, "SERVED", 150, 150, 200, 30)]


def test_two_breaks_that_fall_due_in_one_call_are_taken_one_after_the_other(tell):
    """
    A break at 60 for 30 s, a meeting at 120 for 60 s. A talks from 50 to 200.
    200  the break until 230, then the meeting until 290
    """
    plan = shift("00:00-00:10", ("00:01", "30s"), meetings=(("00:02", "60s"),))
    told = tell(desk([(50, 150, FOR_EVER)], all=plan))
    assert told.agents[1:] == [
        (0, "TALK", 0, 50, 200),
        (0, "BREAK", -1, 200, 230),
        (0, "OFF_PHONE", -1, 230, 290),
        (0, "AVAILABLE", -1, 290, 600),
    ]


def test_shift_that_begins_with_a_meeting_begins_there(tell):
    """
    The shift is from 60 to 600, with a meeting at 60 for 30 s. A waits from 10 on.
    60  the agent comes on, and goes to the meeting though A waits
    90  he takes A, until 120
    """
    told = tell(desk([(10, 30, FOR_EVER)], all=shift("00:01-00:10", meetings=(("00:01", "30s"),))))
    assert told.agents[:2] == [(0, "OFF_PHONE", -1, 60, 90), (0, "TALK", 0, 90, 120)]


def test_who_is_busy_when_his_shift_ends_finishes_the_call_and_goes(tell):
    """
    Agent 0 works from 0 to 120, agent 1 from 60 to 600.
    100  A dials: agent 0 (idle since 0) talks until 150, past the end of his shift
    110  B dials: agent 1 talks until 200
    130  C dials and waits
    150  A ends: agent 0 leaves, though C waits
    200  B ends: agent 1 takes C, until 210
    """
    told = tell(
        desk(
            [(100, 50, FOR_EVER), (110, 90, FOR_EVER), (130, 10, FOR_EVER)],
            early=shift("00:00-00:02"),
            late=shift("00:01-00:10"),
        )
    )
    assert told.contacts[2] == (2, 0, "SERVED", 130, 130, 210, 70)
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 100),
        (0, "TALK", 0, 100, 150),
        (1, "AVAILABLE", -1, 60, 110),
        (1, "TALK", 1, 110, 200),
        (1, "TALK", 2, 200, 210),
        (1, "AVAILABLE", -1, 210, 600),
    ]


def test_call_that_ends_with_the_shift_lets_the_agent_take_one_more(tell):
    """
    One agent from 0 to 120. A talks from 60 to 120, B waits from 90 on, C from 100 on, patient until 300.
    120  A ends before the shift does in that instant: the agent takes B
    150  B ends: he leaves. 300: C hangs up
    """
    told = tell(desk([(60, 60, FOR_EVER), (90, 30, FOR_EVER), (100, 10, 200)], all=shift("00:00-00:02")))
    assert [row[2] for row in told.contacts] == ["SERVED", "SERVED", "ABANDONED"]
    assert told.agents[-1] == (0, "TALK", 1, 120, 150)


def test_shift_that_ends_at_closing_goes_on_until_everybody_inside_is_served(tell):
    """
    Two agents until 600, when lines close.
    580  A and B dial: agents 0 and 1 talk until 640 and 650. 590: C dials and waits
    600  closing, C inside; then both shifts end: both agents stay
    640  A ends: agent 0 takes C, until 700. Nobody is inside any more: who is idle would go
    650  B ends: agent 1 goes. 700: agent 0 goes
    """
    calls = [(580, 60, FOR_EVER), (580, 70, FOR_EVER), (590, 60, FOR_EVER)]
    told = tell(desk(calls, n=2, all=shift("00:00-00:10")))
    assert told.contacts[2] == (2, 0, "SERVED", 590, 590, 700, 50)
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 580),
        (0, "TALK", 0, 580, 640),
        (0, "TALK", 2, 640, 700),
        (1, "AVAILABLE", -1, 0, 580),
        (1, "TALK", 1, 580, 650),
    ]


def test_idle_agents_stay_after_their_shift_while_someone_is_inside_and_leave_when_nobody_is(tell):
    """
    Two agents until 600; the IVR lasts 30 s.
    590  A dials: in the IVR until 620
    600  closing; both shifts end, A is inside: both stay, idle
    620  agent 0 answers A, until 640. Nobody is inside: agent 1 leaves
    """
    program = centre(
        [(590, 20, FOR_EVER)],
        agents={"desk": {"shifts": {"all": 2}}},
        shifts={"all": shift("00:00-00:10")},
        ivr={"time": {"deterministic": "30s"}},
    )
    told = tell(program)
    assert told.agents == [(0, "AVAILABLE", -1, 0, 620), (0, "TALK", 0, 620, 640), (1, "AVAILABLE", -1, 0, 620)]


def test_shift_that_lasts_beyond_closing_is_worked_to_its_end(tell):
    """Lines close at 600 with nobody inside; the shift ends at 720."""
    told = tell(desk([(500, 40, FOR_EVER)], all=shift("00:00-00:12")))
    assert told.agents[-1] == (0, "AVAILABLE", -1, 540, 720)


def test_shift_end_cuts_a_break_short(tell):
    """
    The shift ends at 180, the break is due at 120 for 60 s; A talks from 110 to 150.
    150  the break begins; 180: the shift ends, he leaves
    """
    told = tell(desk([(110, 40, FOR_EVER)], all=shift("00:00-00:03", ("00:02", "60s"))))
    assert told.agents[-2:] == [(0, "TALK", 0, 110, 150), (0, "BREAK", -1, 150, 180)]


def test_breaks_of_a_window_are_spread_over_the_team(tell):
    """
    Four agents, a break of 60 s between 120 and 360: room for its beginning 180 s.
    Agent i goes at 120 + (i + 1/2) / 4 x 180 = 142.5, 187.5, 232.5, 277.5, on whole seconds (to the even one).
    """
    plan = {"time": "00:00-00:10", "breaks": [{"between": "00:02-00:06", "for": "60s"}]}
    told = tell(desk([(595, 5, FOR_EVER)], n=4, all=plan))
    assert [row[3:] for row in told.agents if row[1] == "BREAK"] == [(142, 202), (188, 248), (232, 292), (278, 338)]


def test_who_is_late_comes_late_and_misses_the_break_before(tell):
    """
    One agent from 60 on, a break at 120 for 30 s; everybody is 90 s late. A waits from 70 on.
    150  he comes, the break is missed: he takes A, until 180
    """
    late = {"shrinkage": {"late": {"share": "100%", "by": {"deterministic": "90s"}}}}
    told = tell(desk([(70, 30, FOR_EVER)], team=late, all=shift("00:01-00:10", ("00:02", "30s"))))
    assert told.contacts == [(0, 0, "SERVED", 70, 70, 180, 80)]
    assert told.agents == [
        (0, "LATE", -1, 60, 150),
        (0, "TALK", 0, 150, 180),
        (0, "AVAILABLE", -1, 180, 600),
    ]


def test_who_is_later_than_his_shift_is_long_never_comes(tell):
    """The shift is from 60 to 120, everybody is 90 s late; A waits for ever."""
    late = {"shrinkage": {"late": {"share": "100%", "by": {"deterministic": "90s"}}}}
    told = tell(desk([(70, 30, FOR_EVER)], team=late, all=shift("00:01-00:02")))
    assert told.agents == [(0, "LATE", -1, 60, 120)]
    assert told.contacts == [(0, 0, "UNFINISHED", 70, 70, NEVER, NEVER)]


def test_who_is_absent_is_missing_for_the_whole_shift_and_the_others_answer(tell):
    """
    Six agents from 0 to 600, half of them absent on average; a call at 100 for 60 s.
    The draw says who; the lowest id of those there answers.
    """
    program = desk([(100, 60, FOR_EVER)], n=6, team={"shrinkage": "50%"}, all=shift("00:00-00:10"))
    bound = bind_program(program)
    missing = [agent for agent in range(6) if is_absent(LUCK, bound[0], agent, DATE)]
    assert 0 < len(missing) < 6
    first = min(set(range(6)) - set(missing))
    told = tell(program)
    assert [row for row in told.agents if row[0] in missing] == [(agent, "MISSING", -1, 0, 600) for agent in missing]
    assert [row[0] for row in told.agents if row[1] == "TALK"] == [first]


def test_headcount_of_which_something_is_lost_is_made_of_persons_of_the_opening_hours(tell):
    """Six agents by headcount, half absent: who comes is there from opening to closing."""
    program = centre([(100, 60, FOR_EVER)], agents={"desk": {"headcount": 6, "shrinkage": "50%"}})
    told = tell(program)
    assert {row[3:] for row in told.agents if row[1] == "MISSING"} == {(0, 600)}
    assert {row[0] for row in told.agents} == set(range(6))


def test_unplanned_time_off_the_phones_has_its_length_and_waits_for_the_call_to_end(tell):
    """
    One agent for 600 s, a tenth of which is off the phones: one spell of 60 s, its place drawn.
    A call of 20 s dials 5 s before the spell is due: it begins when the call ends, 15 s late.
    """
    plan = {"all": shift("00:00-00:10")}
    team = {"shrinkage": {"off_phone": "10%"}}
    bound = bind_program(desk([(1, 1, FOR_EVER)], team=team, **plan))
    due = spell_at(LUCK, bound[0], 0, 0)
    dial = round(due) - 5
    assert 0 < dial < 500
    told = tell(desk([(dial, 20, FOR_EVER)], team=team, **plan))
    assert told.agents[:4] == [
        (0, "AVAILABLE", -1, 0, dial),
        (0, "TALK", 0, dial, dial + 20),
        (0, "OFF_PHONE", -1, dial + 20, dial + 80),
        (0, "AVAILABLE", -1, dial + 80, 600),
    ]


def test_roster_gives_each_person_his_own_hours(tell):
    """
    Ann works from 0 to 300 with a break from 100 to 160; Bob from 200 to 500, training from 300 to 360.
    110  A waits for Ann, who is back at 160: until 180
    320  B waits for Bob, whose training ends at 360: until 370. 400: C is Bob's, until 410
    """
    rows = [
        ("Bob", "00:03:20", "00:08:20", "phones"),
        ("Ann", "00:00", "00:05", "phones"),
        ("Ann", "00:01:40", "00:02:40", "break"),
        ("Bob", "00:05", "00:06", "off_phone"),
    ]
    entries = [
        {"agent": who, "start": f"2024-01-01 {begin}", "end": f"2024-01-01 {end}", "activity": what}
        for who, begin, end, what in rows
    ]
    calls = [(110, 20, FOR_EVER), (320, 10, FOR_EVER), (400, 10, FOR_EVER)]
    told = tell(centre(calls, agents={"desk": {"roster": {"entries": entries}}}))
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 100),
        (0, "BREAK", -1, 100, 160),
        (0, "TALK", 0, 160, 180),
        (0, "AVAILABLE", -1, 180, 300),
        (1, "AVAILABLE", -1, 200, 300),
        (1, "OFF_PHONE", -1, 300, 360),
        (1, "TALK", 1, 360, 370),
        (1, "AVAILABLE", -1, 370, 400),
        (1, "TALK", 2, 400, 410),
        (1, "AVAILABLE", -1, 410, 500),
    ]


@pytest.mark.parametrize("team", [{"headcount": 3}, {"shifts": {"all": 3}}])
def test_agents_called_off_the_phones_go_longest_idle_first_then_on_release_and_come_back_by_id(tell, team):
    """
    Three agents, seats or persons; 90  A dials: agent 0 until 150
    100  two are called off: agents 1 and 2 are idle, both go. B waits from 110 on
    150  A ends: agent 0 takes B, until 250
    200  two are called back: agents 1 and 2
    300  three are called off: all idle, agents 1 and 2 longest; 320: C waits
    400  all come back: agent 0 first, who takes C until 450
    """
    base = centre(
        [(90, 60, FOR_EVER), (110, 100, FOR_EVER), (320, 50, FOR_EVER)],
        agents={"desk": team},
        shifts={"all": shift("00:00-00:10")},
    )
    more = off_phones_rows(100.0, 200.0, 0, 3, 2) + off_phones_rows(300.0, 400.0, 0, 3, 3)
    told = tell(base._replace(timetable=_with_rows(base, more)))
    assert [row for row in told.agents if row[0] == 0] == [
        (0, "AVAILABLE", -1, 0, 90),
        (0, "TALK", 0, 90, 150),
        (0, "TALK", 1, 150, 250),
        (0, "AVAILABLE", -1, 250, 300),
        (0, "OFF_PHONE", -1, 300, 400),
        (0, "TALK", 2, 400, 450),
        (0, "AVAILABLE", -1, 450, 600),
    ]
    for agent in (1, 2):
        assert [row[1:2] + row[3:] for row in told.agents if row[0] == agent] == [
            ("AVAILABLE", 0, 100),
            ("OFF_PHONE", 100, 200),
            ("AVAILABLE", 200, 300),
            ("OFF_PHONE", 300, 400),
            ("AVAILABLE", 400, 600),
        ]


def test_busy_agent_is_called_off_when_released_unless_the_time_is_over_by_then(tell):
    """
    Two agents: A keeps agent 0 from 10 to 120, B agent 1 from 20 to 300.
    100  two are called off: nobody is idle. 110: C waits
    120  A ends: agent 0 goes, though C waits
    200  both are wanted again: agent 1 has not gone yet and stays; agent 0 takes C, until 210
    """
    base = desk([(10, 110, FOR_EVER), (20, 280, FOR_EVER), (110, 10, FOR_EVER)], n=2, all=shift("00:00-00:10"))
    told = tell(base._replace(timetable=_with_rows(base, off_phones_rows(100.0, 200.0, 0, 2, 2))))
    assert told.agents[1:4] == [(0, "TALK", 0, 10, 120), (0, "OFF_PHONE", -1, 120, 200), (0, "TALK", 2, 200, 210)]
    assert told.agents[-2:] == [(1, "TALK", 1, 20, 300), (1, "AVAILABLE", -1, 300, 600)]


def _with_rows(program: Program, more: list[tuple[float, int, int, int]]) -> Any:
    import numpy as np

    return np.array(sorted([*program.timetable.tolist(), *more]), dtype=TIMETABLE).view(np.recarray)


def test_night_shift_of_the_day_before_is_there_at_midnight_and_goes_when_it_ends(tell):
    """
    Open round the clock; the shift is from 22:00 to 00:05, with a break at 00:01 for 60 s.
    0    yesterday's shift is at work; 60-120 its break; 300: it ends
    79200  today's shift begins
    """
    told = tell(
        centre(
            [(70, 10, FOR_EVER)],
            open="00:00-24:00",
            agents={"desk": {"shifts": {"night": 1}}},
            shifts={"night": shift("22:00-00:05", ("00:01", "60s"))},
        )
    )
    assert told.agents[:4] == [
        (0, "AVAILABLE", -1, 0, 60),
        (0, "BREAK", -1, 60, 120),
        (0, "TALK", 0, 120, 130),
        (0, "AVAILABLE", -1, 130, 300),
    ]
    assert told.agents[4][3] == 79200
