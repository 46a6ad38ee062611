"""Who of several agents answers, and agents who come and go with the seats. The centre is open from 0 to 600 s."""

from __future__ import annotations

from tests.stories.centre import FOR_EVER, NEVER, centre, seats


def test_longest_idle_agent_answers_and_lowest_id_among_equals(tell):
    """
    0    A and B dial; agents 0 and 1, both idle since 0, take them in order of id: 0 takes A, 1 takes B
    50   B is done: agent 1 idles from 50
    60   A is done: agent 0 idles from 60
    100  C dials: agent 1 is idle longer and talks until 130
    130  D dials in the instant C ends: agent 0, idle since 60, goes before agent 1, idle since this instant; until 150
    150  D ends; both idle, agent 1 since 130, agent 0 since 150
    200  E and F dial: agent 1 takes E, agent 0 takes F, both until 300
    400  G dials; both idle since 300: the lower id, agent 0, answers
    """
    told = tell(
        centre(
            [
                (0, 60, FOR_EVER),
                (0, 50, FOR_EVER),
                (100, 30, FOR_EVER),
                (130, 20, FOR_EVER),
                (200, 100, FOR_EVER),
                (200, 100, FOR_EVER),
                (400, 10, FOR_EVER),
            ],
            agents=2,
        )
    )
    assert [stay[4] for stay in told.stays] == [0, 1, 1, 0, 1, 0, 0]
    assert all(contact[-1] == 0 for contact in told.contacts)
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "AVAILABLE", -1, 60, 130),
        (0, "TALK", 3, 130, 150),
        (0, "AVAILABLE", -1, 150, 200),
        (0, "TALK", 5, 200, 300),
        (0, "AVAILABLE", -1, 300, 400),
        (0, "TALK", 6, 400, 410),
        (0, "AVAILABLE", -1, 410, 600),
        (1, "TALK", 1, 0, 50),
        (1, "AVAILABLE", -1, 50, 100),
        (1, "TALK", 2, 100, 130),
        (1, "AVAILABLE", -1, 130, 200),
        (1, "TALK", 4, 200, 300),
        (1, "AVAILABLE", -1, 300, 600),
    ]


def test_an_agent_out_of_reach_does_not_help(tell):
    """
    Queue `a` is answered by team x (agent 0), queue `b` by x and y (agent 1).
    0    A (type a): agent 0, until 60
    10   B (type a) waits although agent 1 is idle
    20   C (type b): agent 1, until 40
    60   agent 0 takes B, until 90
    90   agents 0 (idle since 90) and 1 (since 40)
    100  D (type b): agent 1 is idle longer
    """
    kinds = {name: {"handle": {"deterministic": "60s"}} for name in "ab"}
    told = tell(
        centre(
            [(0, 60, FOR_EVER, "a"), (10, 30, FOR_EVER, "a"), (20, 20, FOR_EVER, "b"), (100, 10, FOR_EVER, "b")],
            kinds=kinds,
            queues={"a": {"teams": ["x"]}, "b": {"teams": ["x", "y"]}},
            agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60),
        (1, 0, 0, "SERVED", 0, 10, NEVER, 60, 90, 90),
        (2, 0, 1, "SERVED", 1, 20, NEVER, 20, 40, 40),
        (3, 0, 1, "SERVED", 1, 100, NEVER, 100, 110, 110),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 1, 60, 90),
        (0, "AVAILABLE", -1, 90, 600),
        (1, "AVAILABLE", -1, 0, 20),
        (1, "TALK", 2, 20, 40),
        (1, "AVAILABLE", -1, 40, 100),
        (1, "TALK", 3, 100, 110),
        (1, "AVAILABLE", -1, 110, 600),
    ]


def test_equals_of_two_teams_and_two_queues_go_by_id(tell):
    """
    Calls of type a wait in queue 1 (`z`), those of type b in queue 0 (`y`); two teams of one, agents 0 and 1, answer
    both.
    0    A dials: agents 0 and 1 are idle since 0; the lower id, agent 0, answers until 60
    0    B dials: agent 1, until 100
    10   C (type a, customer 2) and D (type b, customer 3) dial at once and wait in different queues
    60   agent 0 takes C: the same wait, the lower id, whatever the number of the queue; until 90
    90   agent 0 takes D, until 120
    """
    kinds = {name: {"handle": {"deterministic": "60s"}} for name in "ab"}
    told = tell(
        centre(
            [(0, 60, FOR_EVER, "a"), (0, 100, FOR_EVER, "b"), (10, 30, FOR_EVER, "a"), (10, 30, FOR_EVER, "b")],
            kinds=kinds,
            queues={"y": {"calls": ["b"]}, "z": {"calls": ["a"]}},
            agents={"one": {"headcount": 1}, "two": {"headcount": 1}},
        )
    )
    assert told.stays == [
        (0, 0, 1, "SERVED", 0, 0, NEVER, 0, 60, 60),
        (1, 0, 0, "SERVED", 1, 0, NEVER, 0, 100, 100),
        (2, 0, 1, "SERVED", 0, 10, NEVER, 60, 90, 90),
        (3, 0, 0, "SERVED", 0, 10, NEVER, 90, 120, 120),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 2, 60, 90),
        (0, "TALK", 3, 90, 120),
        (0, "AVAILABLE", -1, 120, 600),
        (1, "TALK", 1, 0, 100),
        (1, "AVAILABLE", -1, 100, 600),
    ]


def test_agent_who_comes_in_takes_the_call_before_one_freed_in_that_instant(tell):
    """
    One seat, two from 120 on.
    0    A talks until 120
    30   B dials and waits
    120  seats first: agent 1 comes in and takes B; then A ends and agent 0 finds nobody waiting
    """
    told = tell(centre([(0, 120, FOR_EVER), (30, 60, FOR_EVER)], agents={"team": seats(1, 1, 2)}))
    assert told.stays[1] == (1, 0, 0, "SERVED", 1, 30, NEVER, 120, 180, 180)
    assert told.agents == [
        (0, "TALK", 0, 0, 120),
        (0, "AVAILABLE", -1, 120, 600),
        (1, "TALK", 1, 120, 180),
        (1, "AVAILABLE", -1, 180, 600),
    ]


def test_agent_who_comes_in_when_patience_ends_answers(tell):
    """
    No seat until 60, one from then on.
    0    A dials, patient until 60; nobody is there
    60   agent 0 comes in and takes A before he hangs up
    """
    told = tell(centre([(0, 30, 60)], agents={"team": seats(0, 1)}))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 90, 60)]
    assert told.agents == [(0, "TALK", 0, 60, 90), (0, "AVAILABLE", -1, 90, 600)]


def test_busy_agent_leaves_on_release_and_fills_a_seat_until_then(tell):
    """
    Three seats, one from 120 to 180, two from then on.
    0    A, B, C dial: agents 0, 1, 2 talk until 150, 200, 400
    120  seats fall to one; all are busy, nobody can leave yet
    130  D dials and waits
    150  A ends: three present, one seat: agent 0 leaves, D goes on waiting
    180  seats rise to two: two are present (agents 1, 2), so nobody comes in
    200  B ends: two present, two seats: agent 1 stays and takes D, until 260
    """
    told = tell(
        centre(
            [(0, 150, FOR_EVER), (0, 200, FOR_EVER), (0, 400, FOR_EVER), (130, 60, FOR_EVER)],
            agents={"team": seats(3, 3, 1, 2)},
        )
    )
    assert told.stays[3] == (3, 0, 0, "SERVED", 1, 130, NEVER, 200, 260, 260)
    assert told.agents == [
        (0, "TALK", 0, 0, 150),
        (1, "TALK", 1, 0, 200),
        (1, "TALK", 3, 200, 260),
        (1, "AVAILABLE", -1, 260, 600),
        (2, "TALK", 2, 0, 400),
        (2, "AVAILABLE", -1, 400, 600),
    ]


def test_release_comes_before_the_seats_that_fall_in_that_instant(tell):
    """
    Two seats, one from 120 on.
    0    A and B dial: agents 0 and 1 talk until 120 and 150
    30   C dials and waits
    120  A ends first: agent 0 takes C, until 180. Only then do seats fall: both are busy
    150  B ends: two present, one seat: agent 1 leaves
    """
    told = tell(centre([(0, 120, FOR_EVER), (0, 150, FOR_EVER), (30, 60, FOR_EVER)], agents={"team": seats(2, 2, 1)}))
    assert told.stays[2] == (2, 0, 0, "SERVED", 0, 30, NEVER, 120, 180, 180)
    assert told.agents == [
        (0, "TALK", 0, 0, 120),
        (0, "TALK", 2, 120, 180),
        (0, "AVAILABLE", -1, 180, 600),
        (1, "TALK", 1, 0, 150),
    ]


def test_dial_comes_before_the_seats_that_fall_in_that_instant(tell):
    """
    One seat, none from 60 on, one again from 180 on.
    60   A dials and is answered by agent 0; then the seat is gone, but agent 0 is busy until 90
    90   A ends: agent 0 leaves
    100  B dials, patient until 180, and waits with nobody there
    180  agent 0 comes back and takes B
    """
    told = tell(centre([(60, 30, FOR_EVER), (100, 20, 80)], agents={"team": seats(1, 0, 0, 1)}))
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 60, NEVER, 60, 90, 90),
        (1, 0, 0, "SERVED", 0, 100, 180, 180, 200, 200),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 60),
        (0, "TALK", 0, 60, 90),
        (0, "TALK", 1, 180, 200),
        (0, "AVAILABLE", -1, 200, 600),
    ]


def test_longest_idle_leaves_first_then_the_lowest_id(tell):
    """
    Four seats, three from 120, two from 180, then as many as before: three from 240.
    0    A dials: agent 0 talks until 60, so he is idle since 60, the others since 0
    120  one seat less: agents 1, 2, 3 are idle longest, agent 1 has the lowest id and leaves
    180  one seat less: agent 2 leaves
    240  one seat more: the absent agent with the lowest id, agent 1, comes in
    """
    told = tell(centre([(0, 60, FOR_EVER)], agents={"team": seats(4, 4, 3, 2, 3)}))
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "AVAILABLE", -1, 60, 600),
        (1, "AVAILABLE", -1, 0, 120),
        (1, "AVAILABLE", -1, 240, 600),
        (2, "AVAILABLE", -1, 0, 180),
        (3, "AVAILABLE", -1, 0, 600),
    ]
