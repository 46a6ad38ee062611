"""Lines, the IVR and who dials again. The centre is open from 0 to 600 s."""

from __future__ import annotations

from tests.stories.centre import FOR_EVER, NEVER, centre

DAY = 86400


def again(after: int, **more: object) -> dict[str, object]:
    """Everybody who is not served dials again after so many seconds."""
    return {"redial": {"share": "100%", "after": {"deterministic": f"{after}s"}} | more}


def test_blocked_caller_dials_again_and_gets_through(tell):
    """
    One line.
    0    A takes it and talks until 60
    10   B finds it taken: BLOCKED. He dials again 50 s later
    60   A ends, the line is free; then B dials and is answered, until 100
    """
    told = tell(centre([(0, 60, FOR_EVER), (10, 40, FOR_EVER)], lines=1, after_contact=again(50)))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "BLOCKED", 10, NEVER, 10, 0),
        (1, 1, "SERVED", 60, 60, 100, 0),
    ]
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60),
        (1, 1, 0, "SERVED", 0, 60, NEVER, 60, 100, 100),
    ]
    assert told.rows.contacts[["cause", "queue"]].tolist() == [(0, 0), (0, -1), (1, 0)]
    episode = told.rows.episodes[["n_contacts", "n_offered", "outcome", "first_at", "ended_at", "wait", "talk_time"]]
    assert episode.tolist() == [(1, 1, 0, 0, 60, 0, 60), (2, 1, 0, 10, 100, 0, 40)]


def test_line_of_who_hangs_up_is_free_only_after_the_dials_of_that_instant(tell):
    """
    Two lines.
    0    A talks until 100
    10   B dials and waits, patient until 40
    40   C dials first and finds both lines taken: BLOCKED; then B hangs up
    41   D dials, gets B's line and waits until 100
    """
    told = tell(centre([(0, 100, FOR_EVER), (10, 60, 30), (40, 60, FOR_EVER), (41, 60, FOR_EVER)], lines=2))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 100, 0),
        (1, 0, "ABANDONED", 10, 10, 40, 30),
        (2, 0, "BLOCKED", 40, NEVER, 40, 0),
        (3, 0, "SERVED", 41, 41, 160, 59),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 100),
        (0, "TALK", 3, 100, 160),
        (0, "AVAILABLE", -1, 160, 600),
    ]


def test_wrap_needs_no_line(tell):
    """
    One line; talk 60 s, wrap 30 s.
    0    A talks until 60, agent 0 wraps until 90
    60   B dials: the line is free again, but agent 0 wraps; B waits until 90
    70   C dials: B holds the line, BLOCKED
    """
    constant = {"talk": {"deterministic": "60s"}, "wrap": {"deterministic": "30s"}}
    told = tell(centre([(0, None, FOR_EVER), (60, None, FOR_EVER), (70, None, FOR_EVER)], kinds={"call": constant}, lines=1))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "SERVED", 60, 60, 150, 30),
        (2, 0, "BLOCKED", 70, NEVER, 70, 0),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "WRAP", 0, 60, 90),
        (0, "TALK", 1, 90, 150),
        (0, "WRAP", 1, 150, 180),
        (0, "AVAILABLE", -1, 180, 600),
    ]


def test_who_hangs_up_in_the_ivr_frees_the_line_before_the_dial_of_that_instant(tell):
    """
    One line; the IVR lasts 30 s and everybody hangs up at its end; after that nobody dials again.
    0    A dials and is in the IVR
    29   B finds the line taken: BLOCKED, and dials again 40 s later, at 69
    30   A hangs up; then C dials and gets the line, in the IVR until 60
    69   B dials again, hangs up at 99
    """
    told = tell(
        centre(
            [(0, 60, FOR_EVER), (29, 60, FOR_EVER), (30, 60, FOR_EVER)],
            lines=1,
            ivr={"time": {"deterministic": "30s"}, "hang_up": "100%"},
            after_contact=again(40),
        )
    )
    assert told.contacts == [
        (0, 0, "HUNG_UP", 0, NEVER, 30, 0),
        (1, 0, "BLOCKED", 29, NEVER, 29, 0),
        (1, 1, "HUNG_UP", 69, NEVER, 99, 0),
        (2, 0, "HUNG_UP", 30, NEVER, 60, 0),
    ]
    assert told.stays == [
        (0, 0, "ivr", "HUNG_UP", -1, 0, NEVER, NEVER, 30, NEVER),
        (1, 1, "ivr", "HUNG_UP", -1, 69, NEVER, NEVER, 99, NEVER),
        (2, 0, "ivr", "HUNG_UP", -1, 30, NEVER, NEVER, 60, NEVER),
    ]
    assert told.agents == [(0, "AVAILABLE", -1, 0, 600)]


def test_patience_begins_at_the_queue_not_in_the_ivr(tell):
    """
    The IVR lasts 30 s.
    0    A dials; in the queue at 30: agent 0, until 90
    10   B dials, patient for 20 s; in the queue at 40, hangs up at 60
    30   C dials, patient for 30 s; in the queue at 60, the instant B hangs up, and gives up at 90, when agent 0 is freed
    90   A's talk ends first: agent 0 takes C, until 120
    """
    told = tell(centre([(0, 60, FOR_EVER), (10, 60, 20), (30, 30, 30)], ivr={"time": {"deterministic": "30s"}}))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 30, 90, 0),
        (1, 0, "ABANDONED", 10, 40, 60, 20),
        (2, 0, "SERVED", 30, 60, 120, 30),
    ]
    assert told.stays == [
        (0, 0, "ivr", "PASSED_ON", -1, 0, NEVER, NEVER, 30, NEVER),
        (0, 0, 0, "SERVED", 0, 30, NEVER, 30, 90, 90),
        (1, 0, "ivr", "PASSED_ON", -1, 10, NEVER, NEVER, 40, NEVER),
        (1, 0, 0, "ABANDONED", -1, 40, 60, NEVER, 60, NEVER),
        (2, 0, "ivr", "PASSED_ON", -1, 30, NEVER, NEVER, 60, NEVER),
        (2, 0, 0, "SERVED", 0, 60, 90, 90, 120, 120),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 30),
        (0, "TALK", 0, 30, 90),
        (0, "TALK", 2, 90, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


def test_redial_goes_before_a_newcomer_of_the_same_instant(tell):
    """
    0    A talks until 100
    10   B dials, patient until 30; hangs up and dials again 30 s later, at 60
    60   B dials again, before C, who dials for the first time: B has the lower id. B is patient for 20 s again: until 80
    80   B hangs up for good (one redial allowed)
    100  A ends; agent 0 takes C, until 160
    """
    told = tell(centre([(0, 100, FOR_EVER), (10, 60, 20), (60, 60, FOR_EVER)], after_contact=again(30, attempts=1)))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 100, 0),
        (1, 0, "ABANDONED", 10, 10, 30, 20),
        (1, 1, "ABANDONED", 60, 60, 80, 20),
        (2, 0, "SERVED", 60, 60, 160, 40),
    ]
    episode = told.rows.episodes[["n_contacts", "n_offered", "outcome", "first_at", "ended_at", "wait"]]
    assert episode.tolist() == [(1, 1, 0, 0, 100, 0), (2, 2, 1, 10, 80, 40), (1, 1, 0, 60, 160, 40)]


def test_redial_gets_the_last_line_before_a_newcomer_of_the_same_instant(tell):
    """
    Two lines; who is blocked or hangs up dials again 50 s later, once.
    0    A talks until 100, on the first line
    5    X dials and waits, patient until 15, on the second; he will dial again at 65
    10   B finds no line: BLOCKED; he will dial again at 60
    60   B, the lower id, dials first, gets the second line and waits; then C dials: BLOCKED, again at 110
    65   X finds no line and gives up
    100  A ends: agent 0 takes B, until 130
    110  C dials again and waits until 130
    """
    told = tell(
        centre(
            [(0, 100, FOR_EVER), (5, 60, 10), (10, 30, 200), (60, 30, FOR_EVER)],
            lines=2,
            after_contact=again(50, attempts=1),
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 100, 0),
        (1, 0, "ABANDONED", 5, 5, 15, 10),
        (1, 1, "BLOCKED", 65, NEVER, 65, 0),
        (2, 0, "BLOCKED", 10, NEVER, 10, 0),
        (2, 1, "SERVED", 60, 60, 130, 40),
        (3, 0, "BLOCKED", 60, NEVER, 60, 0),
        (3, 1, "SERVED", 110, 110, 160, 20),
    ]


def test_balked_caller_dials_again(tell):
    """
    Everybody balks who would have to wait, and dials again 40 s later.
    0    A talks until 60
    10   B balks; at 50 he balks again; at 90 agent 0 is idle and answers, until 100
    """
    told = tell(
        centre(
            [(0, 60, FOR_EVER), (10, 10, FOR_EVER)],
            kinds={"call": {"handle": {"deterministic": "60s"}, "patience": {"never": {}, "balk": "100%"}}},
            after_contact=again(40),
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "BALKED", 10, 10, 10, 0),
        (1, 1, "BALKED", 50, 50, 50, 0),
        (1, 2, "SERVED", 90, 90, 100, 0),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "AVAILABLE", -1, 60, 90),
        (0, "TALK", 1, 90, 100),
        (0, "AVAILABLE", -1, 100, 600),
    ]


def test_redial_due_after_closing_comes_within_the_first_open_hour_of_the_next_day(tell):
    """
    Two days; the centre is open for 600 s, less than an hour.
    550  A talks until 650
    560  B dials, patient until 590; dialling again is due at 650, when lines are closed
    next day, at some instant t of the 600 s, B dials again and is answered at once by agent 0, for 20 s
    """
    told = tell(centre([(550, 100, FOR_EVER), (560, 20, 30)], days=2, after_contact=again(60)))
    t = told.contacts[-1][3]
    assert DAY <= t < DAY + 600
    assert told.contacts == [
        (0, 0, "SERVED", 550, 550, 650, 0),
        (1, 0, "ABANDONED", 560, 560, 590, 30),
        (1, 1, "SERVED", t, t, t + 20, 0),
    ]
    assert told.agents[:2] == [(0, "AVAILABLE", -1, 0, 550), (0, "TALK", 0, 550, 650)]
    assert told.agents[2:4] == [(0, "AVAILABLE", -1, DAY, t), (0, "TALK", 1, t, t + 20)]


def test_redial_due_in_the_instant_of_closing_is_too_late(tell):
    """
    One day.
    500  A talks until 700
    510  B dials, patient until 540; dialling again is due at 600, the instant lines close: there is no next day, he gives up
    520  C dials, patient until 539; dials again at 599, is patient for 19 s more, until 618, past closing
    600  closing; C is inside. 618: C hangs up. Agent 0 is busy until 700
    """
    told = tell(centre([(500, 200, FOR_EVER), (510, 60, 30), (520, 60, 19)], after_contact=again(60)))
    assert told.contacts == [
        (0, 0, "SERVED", 500, 500, 700, 0),
        (1, 0, "ABANDONED", 510, 510, 540, 30),
        (2, 0, "ABANDONED", 520, 520, 539, 19),
        (2, 1, "ABANDONED", 599, 599, 618, 19),
    ]
    assert told.agents == [(0, "AVAILABLE", -1, 0, 500), (0, "TALK", 0, 500, 700)]
    assert told.rows.episodes["n_contacts"].tolist() == [1, 1, 2]
