"""One agent, a few callers: waiting, patience, wrap, hold, balking, and what comes first in one instant.

Each story tells its timeline; the tables below it are worked out from that by hand. The centre is open from 0 to 600 s.
"""

from __future__ import annotations

import pytest

from tests.stories.centre import FOR_EVER, NEVER, centre


def test_second_caller_waits_for_the_first_to_finish(tell):
    """
    0    A dials and is answered by agent 0, for 60 s
    10   B dials and waits
    60   A is done; agent 0 takes B, who waited 50 s
    100  B is done; agent 0 idles until closing and goes home
    """
    told = tell(centre([(0, 60, FOR_EVER), (10, 40, FOR_EVER)]))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "SERVED", 10, 10, 100, 50),
    ]
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60),
        (1, 0, 0, "SERVED", 0, 10, NEVER, 60, 100, 100),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 1, 60, 100),
        (0, "AVAILABLE", -1, 100, 600),
    ]


def test_wrap_and_hold_keep_the_agent_but_only_hold_keeps_the_line(tell):
    """
    Talk 60 s, hold 20 s, wrap 30 s each.
    0    A is answered; talk and hold last until 80
    80   A hangs up; agent 0 wraps until 110
    100  B dials and waits for the wrap to end
    110  agent 0 takes B, until 190
    190  wrap until 220, then idle
    """
    constant = {"talk": {"deterministic": "60s"}, "hold": {"deterministic": "20s"}, "wrap": {"deterministic": "30s"}}
    told = tell(centre([(0, None, FOR_EVER), (100, None, FOR_EVER)], kinds={"call": constant}))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 80, 0),
        (1, 0, "SERVED", 100, 100, 190, 10),
    ]
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 80, 110),
        (1, 0, 0, "SERVED", 0, 100, NEVER, 110, 190, 220),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 80),
        (0, "WRAP", 0, 80, 110),
        (0, "TALK", 1, 110, 190),
        (0, "WRAP", 1, 190, 220),
        (0, "AVAILABLE", -1, 220, 600),
    ]
    assert told.rows.contacts[["talk_time", "hold_time", "wrap_time"]].tolist() == [(60, 20, 30)] * 2
    assert told.rows.segments["hold_time"].tolist() == [20, 20]


def test_agent_freed_in_the_instant_patience_ends_answers(tell):
    """
    0    A talks until 60
    30   B dials, patient for 30 s: until 60
    60   first A's talk ends and agent 0 takes B; B's patience comes too late
    """
    told = tell(centre([(0, 60, FOR_EVER), (30, 60, 30)]))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "SERVED", 30, 30, 120, 30),
    ]
    assert told.stays[1] == (1, 0, 0, "SERVED", 0, 30, 60, 60, 120, 120)
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 1, 60, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


def test_wrap_that_ends_when_patience_ends_answers_too(tell):
    """
    0    A talks until 40, agent 0 wraps until 60
    30   B dials, patient until 60
    60   the wrap ends first: agent 0 takes B, talks until 100 and wraps until 120
    """
    constant = {"talk": {"deterministic": "40s"}, "wrap": {"deterministic": "20s"}}
    told = tell(centre([(0, None, FOR_EVER), (30, None, 30)], kinds={"call": constant}))
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 40, 60),
        (1, 0, 0, "SERVED", 0, 30, 60, 60, 100, 120),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 40),
        (0, "WRAP", 0, 40, 60),
        (0, "TALK", 1, 60, 100),
        (0, "WRAP", 1, 100, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


def test_impatient_caller_hangs_up_and_the_next_one_moves_up(tell):
    """
    0    A talks until 60
    10   B dials, patient until 59
    20   C dials and waits
    59   B hangs up after 49 s
    60   A is done; agent 0 takes C, not B, whose timer is long gone
    """
    told = tell(centre([(0, 60, FOR_EVER), (10, 60, 49), (20, 60, FOR_EVER)]))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "ABANDONED", 10, 10, 59, 49),
        (2, 0, "SERVED", 20, 20, 120, 40),
    ]
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60),
        (1, 0, 0, "ABANDONED", -1, 10, 59, NEVER, 59, NEVER),
        (2, 0, 0, "SERVED", 0, 20, NEVER, 60, 120, 120),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 2, 60, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


def test_talk_ends_before_the_dial_of_the_same_instant(tell):
    """
    0    A takes the only line and talks until 60
    60   A's talk ends: line and agent are free
    60   B dials, gets the line and does not wait
    """
    told = tell(centre([(0, 60, FOR_EVER), (60, 30, FOR_EVER)], lines=1))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "SERVED", 60, 60, 90, 0),
    ]
    assert told.stays[1] == (1, 0, 0, "SERVED", 0, 60, NEVER, 60, 90, 90)
    assert told.agents == [  # the idle state between them lasts no time and leaves no row
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 1, 60, 90),
        (0, "AVAILABLE", -1, 90, 600),
    ]


def test_patience_zero_is_answered_only_by_an_idle_agent(tell):
    """
    0    A talks until 60
    30   B, with no patience at all, finds agent 0 busy and is gone in the same instant
    60   A's talk ends first; C, as impatient, dials and is answered at once: patience is not even drawn
    """
    told = tell(centre([(0, 60, FOR_EVER), (30, 60, 0), (60, 60, 0)]))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "ABANDONED", 30, 30, 30, 0),
        (2, 0, "SERVED", 60, 60, 120, 0),
    ]
    assert told.stays[1:] == [
        (1, 0, 0, "ABANDONED", -1, 30, 30, NEVER, 30, NEVER),
        (2, 0, 0, "SERVED", 0, 60, NEVER, 60, 120, 120),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 2, 60, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


def test_balking_happens_only_to_who_would_have_to_wait(tell):
    """
    Everybody balks who cannot be answered at once.
    0    A finds agent 0 idle and is answered, until 60
    30   B would have to wait and leaves: his patience is never drawn
    60   A is done; C dials in that instant and is answered
    """
    told = tell(
        centre(
            [(0, 60, FOR_EVER), (30, 60, FOR_EVER), (60, 60, FOR_EVER)],
            kinds={"call": {"handle": {"deterministic": "60s"}, "patience": {"never": {}, "balk": "100%"}}},
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "BALKED", 30, 30, 30, 0),
        (2, 0, "SERVED", 60, 60, 120, 0),
    ]
    assert told.stays[1] == (1, 0, 0, "BALKED", -1, 30, NEVER, NEVER, 30, NEVER)
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 2, 60, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


def test_handle_time_of_zero_leaves_no_talk_row(tell):
    """
    50   A dials and is answered; there is nothing to say. Agent 0, idle since 0, is idle anew from 50 on
    100  B dials; agent 0 answers
    """
    told = tell(centre([(50, 0, FOR_EVER), (100, 10, FOR_EVER)]))
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 50, NEVER, 50, 50, 50),
        (1, 0, 0, "SERVED", 0, 100, NEVER, 100, 110, 110),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 50),
        (0, "AVAILABLE", -1, 50, 100),
        (0, "TALK", 1, 100, 110),
        (0, "AVAILABLE", -1, 110, 600),
    ]


def test_two_calls_of_one_instant_are_queued_by_call_type_then_order_in_the_log(tell):
    """
    0    A talks until 60
    10   three calls dial at once. Customers are numbered by call type first: `billing` before `orders`, whatever the order
         of the log; within a type as the log has them. So customer 1 is the billing call, 2 and 3 the orders
    60   agent 0 takes customer 1, then 2 at 70, then 3 at 90
    """
    kinds = {name: {"handle": {"deterministic": "60s"}} for name in ("orders", "billing")}
    told = tell(
        centre(
            [
                (0, 60, FOR_EVER, "orders"),
                (10, 20, FOR_EVER, "orders"),
                (10, 30, FOR_EVER, "orders"),
                (10, 10, FOR_EVER, "billing"),
            ],
            kinds=kinds,
            queues={"all": {"calls": ["billing", "orders"]}},
        )
    )
    assert told.rows.contacts["call_type"].tolist() == [1, 0, 1, 1]
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (1, 0, "SERVED", 10, 10, 70, 50),
        (2, 0, "SERVED", 10, 10, 90, 60),
        (3, 0, "SERVED", 10, 10, 120, 80),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 1, 60, 70),
        (0, "TALK", 2, 70, 90),
        (0, "TALK", 3, 90, 120),
        (0, "AVAILABLE", -1, 120, 600),
    ]


@pytest.mark.parametrize("urgent", [1, 0])
def test_higher_priority_goes_before_a_longer_wait(tell, urgent):
    """
    0    A talks until 60
    10   B dials (queue 0, `ordinary`)
    20   C dials (queue 1, `urgent`)
    60   with a higher priority C is taken before B, who waits until 120; with equal priorities B goes first
    """
    kinds = {name: {"handle": {"deterministic": "60s"}} for name in ("ordinary", "urgent")}
    told = tell(
        centre(
            [(0, 60, FOR_EVER, "ordinary"), (10, 60, FOR_EVER, "ordinary"), (20, 60, FOR_EVER, "urgent")],
            kinds=kinds,
            queues={"ordinary": {"priority": 0}, "urgent": {"priority": urgent}},
        )
    )
    first, second = (2, 1) if urgent else (1, 2)
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", first, 60, 120),
        (0, "TALK", second, 120, 180),
        (0, "AVAILABLE", -1, 180, 600),
    ]
    assert told.stays[first] == (first, 0, urgent, "SERVED", 0, 10 * first, NEVER, 60, 120, 120)
    assert told.stays[second] == (second, 0, 1 - urgent, "SERVED", 0, 10 * second, NEVER, 120, 180, 180)
