"""Calls that wait long, or find their queue full: more teams, other queues, turned away. The centre is open from 0 to 600 s."""

from __future__ import annotations

from typing import Any

from tests.stories.centre import FOR_EVER, NEVER, centre

ONE_EACH: dict[str, Any] = {"x": {"headcount": 1}, "y": {"headcount": 1}}
"""Agent 0 is of team x, agent 1 of team y."""

A: dict[str, Any] = {"a": {"handle": {"deterministic": "60s"}}}
A_AND_B = {name: {"handle": {"deterministic": "60s"}} for name in "ab"}


def test_an_expansion_lets_another_team_answer_and_the_call_stays(tell):
    """
    0    A: agent 0, until 100
    10   B waits; agent 1 is idle, but answers only after 30 s
    40   B has waited 30 s: agent 1 takes him, in the same queue, until 70
    80   C waits for agent 0, free at 100: not yet 30 s; he talks until 130
    """
    told = tell(
        centre(
            [(0, 100, FOR_EVER), (10, 30, FOR_EVER), (80, 30, FOR_EVER)],
            kinds=A,
            queues={"a": {"teams": ["x"], "expand": [{"after": "30s", "to": ["y"]}]}},
            agents=ONE_EACH,
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 100, 100),
        (1, 0, 0, "SERVED", 1, 10, NEVER, 40, 70, 70),
        (2, 0, 0, "SERVED", 0, 80, NEVER, 100, 130, 130),
    ]
    assert told.contacts[1] == (1, 0, "SERVED", 10, 10, 70, 30)


def test_an_agent_who_is_released_takes_only_calls_that_have_waited_long_enough(tell):
    """
    Without named teams the first circle is who no expansion names: x. Agent 1 (y) answers queue `a` after 30 s.
    0    A (type a): agent 0, until 100;  B (type b): agent 1, until 40
    15   C (type a) waits
    40   agent 1 is free; C has waited 25 s, not enough
    45   C has waited 30 s: agent 1, until 75
    """
    told = tell(
        centre(
            [(0, 100, FOR_EVER, "a"), (0, 40, FOR_EVER, "b"), (15, 30, FOR_EVER, "a")],
            kinds=A_AND_B,
            queues={"a": {"expand": [{"after": "30s", "to": ["y"]}]}, "b": {"teams": ["y"]}},
            agents=ONE_EACH,
        )
    )
    assert told.stays[2] == (2, 0, 0, "SERVED", 1, 15, NEVER, 45, 75, 75)


def test_an_overflow_is_a_stay_in_the_other_queue_and_the_clock_is_kept(tell):
    """
    Calls of queue 0 (`a`, agent 0) go to queue 1 (`y`, agent 1) after 30 s; its clock runs on.
    0    A (type a): agent 0, until 200;  B (type b): agent 1, until 100
    10   C (type a) waits in queue 0
    20   D (type b) waits in queue 1
    40   C flows out to queue 1, where he has waited since 10: before D
    100  agent 1 takes C, until 130, then D, until 160
    """
    told = tell(
        centre(
            [
                (0, 200, FOR_EVER, "a"),
                (0, 100, FOR_EVER, "b"),
                (10, 30, FOR_EVER, "a"),
                (20, 30, FOR_EVER, "b"),
            ],
            kinds=A_AND_B,
            queues={
                "a": {"teams": ["x"], "overflow": [{"after": "30s", "to": "y", "clock": "keep"}]},
                "y": {"calls": ["b"], "teams": ["y"]},
            },
            agents=ONE_EACH,
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 200, 200),
        (1, 0, 1, "SERVED", 1, 0, NEVER, 0, 100, 100),
        (2, 0, 0, "OVERFLOWED", -1, 10, NEVER, NEVER, 40, NEVER),
        (2, 0, 1, "SERVED", 1, 40, NEVER, 100, 130, 130),
        (3, 0, 1, "SERVED", 1, 20, NEVER, 130, 160, 160),
    ]
    assert told.contacts[2] == (2, 0, "SERVED", 10, 10, 130, 90)
    assert told.rows.segments["clock_at"].tolist() == [0, 0, 10, 10, 20]
    assert told.rows.contacts["n_stays"].tolist() == [1, 1, 2, 1]


def test_a_clock_that_restarts_puts_him_behind(tell):
    """
    As before, but the clock begins anew: C counts in queue 1 from 40, behind D, who came at 20.
    100  agent 1 takes D, until 130, then C, until 160
    """
    told = tell(
        centre(
            [
                (0, 200, FOR_EVER, "a"),
                (0, 100, FOR_EVER, "b"),
                (10, 30, FOR_EVER, "a"),
                (20, 30, FOR_EVER, "b"),
            ],
            kinds=A_AND_B,
            queues={
                "a": {"teams": ["x"], "overflow": [{"after": "30s", "to": "y", "clock": "restart"}]},
                "y": {"calls": ["b"], "teams": ["y"]},
            },
            agents=ONE_EACH,
        )
    )
    assert told.stays[3] == (2, 0, 1, "SERVED", 1, 40, NEVER, 130, 160, 160)
    assert told.stays[4] == (3, 0, 1, "SERVED", 1, 20, NEVER, 100, 130, 130)
    assert told.rows.segments["clock_at"].tolist() == [0, 0, 10, 40, 20]


def test_a_team_named_as_target_is_a_queue_of_its_own_and_patience_runs_on(tell):
    """
    Calls flow out to team y after 30 s, and from there nowhere.
    0    A: agent 0, until 300
    5    B waits; at 35 he goes to queue 1 (`y`): agent 1 is idle and talks until 135
    10   C, patient for 50 s, waits; at 40 he goes to queue 1 and waits on; at 60 he hangs up
    """
    told = tell(
        centre(
            [(0, 300, FOR_EVER), (5, 100, FOR_EVER), (10, 60, 50)],
            kinds=A,
            queues={"a": {"teams": ["x"], "overflow": [{"after": "30s", "to": "y"}]}},
            agents=ONE_EACH,
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 300, 300),
        (1, 0, 0, "OVERFLOWED", -1, 5, NEVER, NEVER, 35, NEVER),
        (1, 0, 1, "SERVED", 1, 35, NEVER, 35, 135, 135),
        (2, 0, 0, "OVERFLOWED", -1, 10, 60, NEVER, 40, NEVER),
        (2, 0, 1, "ABANDONED", -1, 40, 60, NEVER, 60, NEVER),
    ]
    assert told.contacts[2] == (2, 0, "ABANDONED", 10, 10, 60, 50)


def test_steps_of_the_second_queue_count_from_the_kept_clock(tell):
    """
    Queue 0 (`a`) flows out to 1 (`m`) after 20 s, that to 2 (`y`) after 30 s of the same clock.
    0    A: agent 0 of team x, until 300; nobody answers queue 1, whose team z is away
    10   B waits; at 30 to queue 1; at 40 to queue 2, where agent 1 answers until 70
    """
    told = tell(
        centre(
            [(0, 300, FOR_EVER), (10, 30, FOR_EVER)],
            kinds=A,
            queues={
                "a": {"teams": ["x"], "overflow": [{"after": "20s", "to": "m"}]},
                "m": {"teams": ["z"], "overflow": [{"after": "30s", "to": "y"}]},
            },
            agents=ONE_EACH | {"z": {"headcount": 0}},
        )
    )
    assert [stay[2:4] + (stay[5], stay[8]) for stay in told.stays[1:]] == [
        (0, "OVERFLOWED", 10, 30),
        (1, "OVERFLOWED", 30, 40),
        (2, "SERVED", 40, 70),
    ]


def test_in_one_instant_who_is_freed_comes_before_the_overflow_and_that_before_hanging_up(tell):
    """
    Calls flow out after 30 s; B and C, patient for 30 s as well, wait since 10.
    40   A's talk ends first: agent 0 takes B, who came first
    40   then C flows out to queue 1, and, since nobody is there, hangs up
    """
    told = tell(
        centre(
            [(0, 40, FOR_EVER), (10, 20, 30), (10, 20, 30)],
            kinds=A,
            queues={"a": {"teams": ["x"], "overflow": [{"after": "30s", "to": "y"}]}},
            agents={"x": {"headcount": 1}, "y": {"headcount": 0}},
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 40, 40),
        (1, 0, 0, "SERVED", 0, 10, 40, 40, 60, 60),
        (2, 0, 0, "OVERFLOWED", -1, 10, 40, NEVER, 40, NEVER),
        (2, 0, 1, "ABANDONED", -1, 40, 40, NEVER, 40, NEVER),
    ]


def test_a_full_queue_sends_on_at_once_and_the_last_one_turns_away(tell):
    """
    Queue 0 (`a`) holds one and overflows to 1 (`y`), which holds none.
    0    A: agent 0, until 100
    10   B waits in queue 0
    20   C finds it full and goes to queue 1, where agent 1 answers at once, until 120
    30   D finds queue 0 full, and queue 1 full: turned away
    100  agent 0 takes B, until 130
    """
    told = tell(
        centre(
            [(0, 100, FOR_EVER), (10, 30, FOR_EVER), (20, 100, FOR_EVER), (30, 30, FOR_EVER)],
            kinds=A,
            queues={
                "a": {"teams": ["x"], "max_waiting": 1, "overflow": [{"after": "10m", "to": "y"}]},
                "y": {"teams": ["y"], "max_waiting": 0},
            },
            agents=ONE_EACH,
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 100, 100),
        (1, 0, 0, "SERVED", 0, 10, NEVER, 100, 130, 130),
        (2, 0, 0, "OVERFLOWED", -1, 20, NEVER, NEVER, 20, NEVER),
        (2, 0, 1, "SERVED", 1, 20, NEVER, 20, 120, 120),
        (3, 0, 0, "OVERFLOWED", -1, 30, NEVER, NEVER, 30, NEVER),
        (3, 0, 1, "TURNED_AWAY", -1, 30, NEVER, NEVER, 30, NEVER),
    ]
    assert told.contacts[3] == (3, 0, "TURNED_AWAY", 30, 30, 30, 0)


def test_who_is_turned_away_dials_again(tell):
    """
    Nobody may wait.
    0    A: agent 0, until 40
    10   B is turned away and dials again after 30 s
    40   A's talk ends before B's dial of the same instant: agent 0 takes B, until 60
    """
    told = tell(
        centre(
            [(0, 40, FOR_EVER), (10, 20, FOR_EVER)],
            kinds=A,
            queues={"a": {"max_waiting": 0}},
            after_contact={"redial": {"share": "100%", "after": {"deterministic": "30s"}, "attempts": 1}},
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 40, 0),
        (1, 0, "TURNED_AWAY", 10, 10, 10, 0),
        (1, 1, "SERVED", 40, 40, 60, 0),
    ]


def test_callers_balk_by_what_they_find(tell):
    """
    Everybody balks who would wait beside two, or after an answered call that waited longer than 40 s.
    0    A: agent 0, until 50
    5    B waits, 10 C waits
    20   D finds two waiting and balks
    50   agent 0 takes B, who has waited 45 s, until 60
    55   E would wait beside C alone, but B's wait frightens him: he balks
    60   agent 0 takes C, after 50 s, until 70, and F, who comes at 70 and finds him free, until 80
    75   G finds nobody waiting, and F, answered last, had not to wait: he waits, until 80
    """
    patience = {"never": {}, "balk": {"share": "100%", "waiting_at_least": 2}}
    calls = [(0, 50, FOR_EVER), (5, 10, FOR_EVER), (10, 10, FOR_EVER), (20, 10, FOR_EVER)]
    told = tell(centre(calls, kinds={"a": A["a"] | {"patience": patience}}))
    assert [contact[2] for contact in told.contacts] == ["SERVED", "SERVED", "SERVED", "BALKED"]

    patience = {"never": {}, "balk": {"share": "100%", "expected_wait_over": "40s"}}
    calls = [*calls[:3], (55, 10, FOR_EVER), (70, 10, FOR_EVER), (75, 10, FOR_EVER)]
    told = tell(centre(calls, kinds={"a": A["a"] | {"patience": patience}}))
    assert [(contact[2], contact[3], contact[6]) for contact in told.contacts] == [
        ("SERVED", 0, 0),
        ("SERVED", 5, 45),
        ("SERVED", 10, 50),
        ("BALKED", 55, 0),
        ("SERVED", 70, 0),
        ("SERVED", 75, 5),
    ]
