"""What closing means: served or cleared, overtime and its cap, the IVR, the next day. Lines close at 600 s."""

from __future__ import annotations

from tests.stories.centre import FOR_EVER, NEVER, centre, seats

DAY = 86400
CLEAR = {"queue": "clear"}


def test_agents_stay_until_the_last_one_inside_is_answered(tell):
    """
    Two agents; the queue is served.
    500  A and B dial: agents 0 and 1 talk until 650 and 700
    580  C dials and waits
    600  closing: C is inside, everybody stays
    650  A ends: agent 0 takes C, until 720. Nobody is inside any more: whoever is idle would go home now
    700  B ends: agent 1 goes home. 720: C ends, agent 0 goes home
    """
    told = tell(centre([(500, 150, FOR_EVER), (500, 200, FOR_EVER), (580, 70, FOR_EVER)], agents=2))
    assert told.contacts == [
        (0, 0, "SERVED", 500, 500, 650, 0),
        (1, 0, "SERVED", 500, 500, 700, 0),
        (2, 0, "SERVED", 580, 580, 720, 70),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 500),
        (0, "TALK", 0, 500, 650),
        (0, "TALK", 2, 650, 720),
        (1, "AVAILABLE", -1, 0, 500),
        (1, "TALK", 1, 500, 700),
    ]


def test_idle_agents_stay_while_someone_they_cannot_reach_waits(tell):
    """
    Queue `a` is answered by team x (agent 0), queue `b` by team y (agent 1).
    590  A dials queue a: agent 0, until 650
    595  B dials queue a and waits
    600  closing: B is inside, so agent 1 stays as well, idle
    650  A ends, agent 0 takes B, until 680. Nobody is inside: agent 1 goes home at 650
    """
    kinds = {name: {"handle": {"deterministic": "60s"}} for name in "ab"}
    told = tell(
        centre(
            [(590, 60, FOR_EVER, "a"), (595, 30, FOR_EVER, "a")],
            kinds=kinds,
            queues={"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
            agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
        )
    )
    assert told.stays[1] == (1, 0, 0, "SERVED", 0, 595, NEVER, 650, 680, 680)
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 590),
        (0, "TALK", 0, 590, 650),
        (0, "TALK", 1, 650, 680),
        (1, "AVAILABLE", -1, 0, 650),
    ]


def test_patience_that_ends_at_closing_ends_before_the_queue_is_cleared(tell):
    """
    The queue is cleared at closing.
    500  A dials: agent 0 talks until 640, past closing
    550  B dials, patient until 600; C dials, patient until 601; D dials, patient for ever
    600  B hangs up first; then closing sends C and D away
    640  A ends: agent 0 leaves
    """
    told = tell(centre([(500, 140, FOR_EVER), (550, 60, 50), (550, 60, 51), (550, 60, FOR_EVER)], closing=CLEAR))
    assert told.contacts == [
        (0, 0, "SERVED", 500, 500, 640, 0),
        (1, 0, "ABANDONED", 550, 550, 600, 50),
        (2, 0, "CLOSED", 550, 550, 600, 50),
        (3, 0, "CLOSED", 550, 550, 600, 50),
    ]
    assert told.stays[1:] == [
        (1, 0, 0, "ABANDONED", -1, 550, 600, NEVER, 600, NEVER),
        (2, 0, 0, "CLOSED", -1, 550, 601, NEVER, 600, NEVER),
        (3, 0, 0, "CLOSED", -1, 550, NEVER, NEVER, 600, NEVER),
    ]
    assert told.agents == [(0, "AVAILABLE", -1, 0, 500), (0, "TALK", 0, 500, 640)]


def test_talk_that_ends_at_closing_takes_the_next_call_before_it_is_cleared(tell):
    """
    The queue is cleared at closing.
    540  A talks until 600
    550  B and C dial and wait
    600  A ends first: agent 0 takes B, until 630. Then closing sends C away
    """
    told = tell(centre([(540, 60, FOR_EVER), (550, 30, FOR_EVER), (550, 30, FOR_EVER)], closing=CLEAR))
    assert told.contacts == [
        (0, 0, "SERVED", 540, 540, 600, 0),
        (1, 0, "SERVED", 550, 550, 630, 50),
        (2, 0, "CLOSED", 550, 550, 600, 50),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 540),
        (0, "TALK", 0, 540, 600),
        (0, "TALK", 1, 600, 630),
    ]


def test_caller_in_the_ivr_at_closing_is_sent_away_where_the_queue_is_cleared(tell):
    """
    The IVR lasts 30 s; the queue is cleared at closing.
    560  A dials; his IVR ends at 590: agent 0 answers, until 595
    570  B dials; his IVR ends at 600, before closing in that instant: agent 0 answers, until 620
    575  C dials; his IVR ends at 605, when waiting is over: CLOSED without a wait
    600  closing; C is inside (in the IVR), so agents would stay
    605  nobody is inside; agent 0 is busy
    620  B ends: agent 0 goes home
    """
    told = tell(
        centre(
            [(560, 5, FOR_EVER), (570, 20, FOR_EVER), (575, 20, FOR_EVER)],
            ivr={"time": {"deterministic": "30s"}},
            closing=CLEAR,
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 560, 590, 595, 0),
        (1, 0, "SERVED", 570, 600, 620, 0),
        (2, 0, "CLOSED", 575, 605, 605, 0),
    ]
    assert told.stays == [
        (0, 0, "ivr", "PASSED_ON", -1, 560, NEVER, NEVER, 590, NEVER),
        (0, 0, 0, "SERVED", 0, 590, NEVER, 590, 595, 595),
        (1, 0, "ivr", "PASSED_ON", -1, 570, NEVER, NEVER, 600, NEVER),
        (1, 0, 0, "SERVED", 0, 600, NEVER, 600, 620, 620),
        (2, 0, "ivr", "PASSED_ON", -1, 575, NEVER, NEVER, 605, NEVER),
        (2, 0, 0, "CLOSED", -1, 605, NEVER, NEVER, 605, NEVER),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 590),
        (0, "TALK", 0, 590, 595),
        (0, "AVAILABLE", -1, 595, 600),
        (0, "TALK", 1, 600, 620),
    ]


def test_caller_in_the_ivr_at_closing_is_served_where_the_queue_is_served(tell):
    """
    The IVR lasts 30 s.
    590  A dials; in the IVR until 620
    600  closing: A is inside, agents 0 and 1 stay, idle
    620  A enters the queue: agent 0 answers, until 640. Nobody is inside: agent 1 goes home
    """
    told = tell(centre([(590, 20, FOR_EVER)], ivr={"time": {"deterministic": "30s"}}, agents=2))
    assert told.contacts == [(0, 0, "SERVED", 590, 620, 640, 0)]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 620),
        (0, "TALK", 0, 620, 640),
        (1, "AVAILABLE", -1, 0, 620),
    ]


def test_overtime_cap_clears_who_still_waits_and_lets_the_conversation_finish(tell):
    """
    The queue is served until 660 at most.
    540  A talks until 620
    550  B and C dial and wait; D dials, patient until 660
    600  closing; three are inside, agent 0 stays
    620  A ends; agent 0 takes B, until 700
    660  D hangs up first; then the cap sends C away
    700  B ends; agent 0 goes home
    """
    told = tell(
        centre(
            [(540, 80, FOR_EVER), (550, 80, FOR_EVER), (550, 80, FOR_EVER), (550, 80, 110)],
            closing={"queue": "serve", "overtime_up_to": "60s"},
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 540, 540, 620, 0),
        (1, 0, "SERVED", 550, 550, 700, 70),
        (2, 0, "CLOSED", 550, 550, 660, 110),
        (3, 0, "ABANDONED", 550, 550, 660, 110),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 540),
        (0, "TALK", 0, 540, 620),
        (0, "TALK", 1, 620, 700),
    ]


def test_release_at_the_overtime_cap_still_takes_a_call(tell):
    """
    The queue is served until 660 at most.
    540  A talks until 660
    550  B dials and waits
    660  A ends before the cap in that instant: agent 0 takes B, until 690
    """
    told = tell(centre([(540, 120, FOR_EVER), (550, 30, FOR_EVER)], closing={"queue": "serve", "overtime_up_to": "60s"}))
    assert told.contacts[1] == (1, 0, "SERVED", 550, 550, 690, 110)
    assert told.agents[1:] == [(0, "TALK", 0, 540, 660), (0, "TALK", 1, 660, 690)]


def test_who_waits_with_nobody_left_waits_for_ever(tell):
    """
    One seat, none from 60 on.
    0    A talks until 90, past the end of the seat
    30   B dials and waits, patient for ever
    90   A ends: agent 0 leaves. Nobody will ever come: B is unfinished
    """
    told = tell(centre([(0, 90, FOR_EVER), (30, 60, FOR_EVER)], agents={"team": seats(1, 0)}))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 90, 0),
        (1, 0, "UNFINISHED", 30, 30, NEVER, NEVER),
    ]
    assert told.stays[1] == (1, 0, 0, "UNFINISHED", -1, 30, NEVER, NEVER, NEVER, NEVER)
    assert told.agents == [(0, "TALK", 0, 0, 90)]
    assert told.rows.episodes[["outcome", "ended_at", "wait"]][1].tolist() == (6, NEVER, NEVER)


def test_talk_past_midnight_fills_a_seat_of_the_next_day(tell):
    """
    Two days, one seat each.
    590    A dials; agent 0 talks for a whole day, until 86990
    86400  opening: one seat, and agent 0 fills it, busy. Nobody comes in
    86500  B dials and waits
    86990  A ends; agent 0 takes B until 87005, past closing at 87000; then goes home
    """
    told = tell(centre([(590, DAY, FOR_EVER), (DAY + 100, 15, FOR_EVER)], days=2))
    assert told.contacts == [
        (0, 0, "SERVED", 590, 590, DAY + 590, 0),
        (1, 0, "SERVED", DAY + 100, DAY + 100, DAY + 605, 490),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 590),
        (0, "TALK", 0, 590, DAY + 590),
        (0, "TALK", 1, DAY + 590, DAY + 605),
    ]


def test_agents_come_back_the_next_morning(tell):
    """
    Two days, two seats each.
    0      A: agent 0, until 60; at 600 both go home
    86400  both come in, agent 0 first: B is answered by agent 0, until 86420
    """
    told = tell(centre([(0, 60, FOR_EVER), (DAY, 20, FOR_EVER)], days=2, agents=2))
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "AVAILABLE", -1, 60, 600),
        (0, "TALK", 1, DAY, DAY + 20),
        (0, "AVAILABLE", -1, DAY + 20, DAY + 600),
        (1, "AVAILABLE", -1, 0, 600),
        (1, "AVAILABLE", -1, DAY, DAY + 600),
    ]
