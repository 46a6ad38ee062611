"""Phones ring before agents answer. The centre is open from 0 to 600 s, the one team's phones ring for 10 s."""

from __future__ import annotations

from typing import Any

from tests.stories.centre import FOR_EVER, NEVER, centre

RINGING: dict[str, Any] = {"team": {"headcount": 1, "ring": {"deterministic": "10s"}}}


def test_the_phone_rings_and_the_caller_waits_until_it_is_answered(tell):
    """
    0    A: agent 0's phone rings until 10; they talk until 70
    20   B waits
    70   agent 0's phone rings for B until 80; they talk until 100
    """
    told = tell(centre([(0, 60, FOR_EVER), (20, 20, FOR_EVER)], agents=RINGING))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 70, 10), (1, 0, "SERVED", 20, 20, 100, 60)]
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 10, 70, 70),
        (1, 0, 0, "SERVED", 0, 20, NEVER, 80, 100, 100),
    ]
    assert told.agents == [
        (0, "RING", 0, 0, 10),
        (0, "TALK", 0, 10, 70),
        (0, "RING", 1, 70, 80),
        (0, "TALK", 1, 80, 100),
        (0, "AVAILABLE", -1, 100, 600),
    ]
    assert told.rows.segments["assigned_at"].tolist() == [0, 70]
    assert told.rows.contacts["ring_time"].tolist() == [10, 10]


def test_who_hangs_up_while_it_rings_frees_the_agent_for_the_next(tell):
    """
    0    A, patient for 5 s: the phone rings; at 5 he hangs up, and it rings for B, who waits since 2, until 15
    15   B talks until 35
    """
    told = tell(centre([(0, 60, 5), (2, 20, FOR_EVER)], agents=RINGING))
    assert told.stays == [
        (0, 0, 0, "ABANDONED", 0, 0, 5, NEVER, 5, NEVER),
        (1, 0, 0, "SERVED", 0, 2, NEVER, 15, 35, 35),
    ]
    assert told.agents[:3] == [(0, "RING", 0, 0, 5), (0, "RING", 1, 5, 15), (0, "TALK", 1, 15, 35)]
    assert told.rows.contacts["ring_time"].tolist() == [5, 10]


def test_an_answer_comes_before_the_end_of_patience_in_the_same_instant(tell):
    """
    0    A, patient for 10 s: the phone rings until 10, when he would hang up: they talk until 70
    """
    told = tell(centre([(0, 60, 10)], agents=RINGING))
    assert told.stays == [(0, 0, 0, "SERVED", 0, 0, 10, 10, 70, 70)]


def test_a_ringing_call_neither_overflows_nor_is_cleared_at_closing(tell):
    """
    Calls flow out to team y after 5 s; at 600 waiting ends.
    595  A: agent 0's phone rings until 605, past the overflow due at 600 and past closing; they talk until 615
    597  B waits, and is sent away at 600, before he would flow out at 602
    """
    told = tell(
        centre(
            [(595, 10, FOR_EVER), (597, 10, FOR_EVER)],
            queues={"call": {"teams": ["team"], "overflow": [{"after": "5s", "to": "y"}]}},
            agents=RINGING | {"y": {"headcount": 0}},
            closing={"queue": "clear"},
        )
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 595, NEVER, 605, 615, 615),
        (1, 0, 0, "CLOSED", -1, 597, NEVER, NEVER, 600, NEVER),
    ]


def test_a_vendor_answers_with_delay_and_a_ring_of_no_time_is_none(tell):
    """
    0    A: the vendor's phone rings for 20 s; they talk until 80
    """
    told = tell(centre([(0, 60, FOR_EVER)], agents={"v": {"capacity": 1, "answer_delay": {"deterministic": "20s"}}}))
    assert told.stays == [(0, 0, 0, "SERVED", 0, 0, NEVER, 20, 80, 80)]
    told = tell(centre([(0, 60, FOR_EVER)], agents={"v": {"headcount": 1, "ring": "0s"}}))
    assert told.stays == [(0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60)]
    assert told.agents == [(0, "TALK", 0, 0, 60), (0, "AVAILABLE", -1, 60, 600)]
