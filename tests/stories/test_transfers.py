"""A call goes on to another department after its first talk. The centre is open from 0 to 600 s."""

from __future__ import annotations

from typing import Any

from ccsim.vocabulary import Outcome
from tests.stories.centre import FOR_EVER, NEVER, centre

TWO_TEAMS: dict[str, Any] = {
    "queues": {"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
    "agents": {"x": {"headcount": 1}, "y": {"headcount": 1}},
}
"""Agent 0 answers queue 0 (calls of type a), agent 1 queue 1 (type b)."""


def kinds(**b: Any) -> dict[str, Any]:
    """Everyone of type a goes on as b, who talks for 30 s."""
    a = {"handle": {"deterministic": "60s"}, "transfer": {"share": "100%", "to": "b"}}
    return {"a": a, "b": {"handle": {"deterministic": "30s"}} | b}


def test_the_other_department_answers_at_once(tell):
    """
    0    A (type a): agent 0, until 60
    60   A goes on as a call of type b: agent 1, idle since 0, takes him until 90; agent 0 is free
    """
    told = tell(centre([(0, 60, FOR_EVER, "a")], kinds=kinds(), **TWO_TEAMS))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 90, 0)]
    assert told.stays == [
        (0, 0, 0, "TRANSFERRED", 0, 0, NEVER, 0, 60, 60),
        (0, 0, 1, "SERVED", 1, 60, NEVER, 60, 90, 90),
    ]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "AVAILABLE", -1, 60, 600),
        (1, "AVAILABLE", -1, 0, 60),
        (1, "TALK", 0, 60, 90),
        (1, "AVAILABLE", -1, 90, 600),
    ]
    (contact,), (episode,) = told.rows.contacts, told.rows.episodes
    assert (contact["n_stays"], contact["n_answered"], contact["talk_time"], contact["later_wait"]) == (2, 2, 90, 0)
    assert (episode["n_stays"], episode["n_answered"], episode["talk_time"], episode["call_type"]) == (2, 2, 90, 0)
    assert [segment["call_type"] for segment in told.rows.segments] == [0, 1]


def test_the_next_agent_is_sought_before_the_first_is_free(tell):
    """
    One agent for both queues.
    0    A (type a): agent 0, until 60
    10   B (type b) waits
    60   A goes on as type b and waits behind B; agent 0 is free and takes B, who came first, until 80
    80   agent 0 takes A again, until 110: a wait of 20 after the first answer
    """
    told = tell(centre([(0, 60, FOR_EVER, "a"), (10, 20, FOR_EVER, "b")], kinds=kinds()))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 110, 0), (1, 0, "SERVED", 10, 10, 80, 50)]
    assert told.stays == [
        (0, 0, 0, "TRANSFERRED", 0, 0, NEVER, 0, 60, 60),
        (0, 0, 1, "SERVED", 0, 60, NEVER, 80, 110, 110),
        (1, 0, 1, "SERVED", 0, 10, NEVER, 60, 80, 80),
    ]
    assert told.rows.contacts["later_wait"].tolist() == [20, 0]


def test_he_who_waits_for_a_colleague_may_hang_up_and_dial_again(tell):
    """
    Callers of type b are patient for 20 s; who is not served dials again after 50 s, once.
    0    A (type a): agent 0, until 60
    50   B (type b): agent 1, until 150
    60   A goes on as type b and waits; agent 0 is free
    80   A hangs up: answered once, but lost
    130  A dials again, as type a: agent 0, until 190; he draws the same talk again
    190  A goes on: agent 1, free since 150, until 220
    """
    told = tell(
        centre(
            [(0, None, FOR_EVER, "a"), (50, 100, FOR_EVER, "b")],
            kinds=kinds(patience={"deterministic": "20s"}),
            after_contact={"redial": {"share": "100%", "after": {"deterministic": "50s"}, "attempts": 1}},
            **TWO_TEAMS,
        )
    )
    assert told.stays == [
        (0, 0, 0, "TRANSFERRED", 0, 0, NEVER, 0, 60, 60),
        (0, 0, 1, "ABANDONED", -1, 60, 80, NEVER, 80, NEVER),
        (0, 1, 0, "TRANSFERRED", 0, 130, NEVER, 130, 190, 190),
        (0, 1, 1, "SERVED", 1, 190, NEVER, 190, 220, 220),
        (1, 0, 1, "SERVED", 1, 50, NEVER, 50, 150, 150),
    ]
    lost, again, _ = told.rows.contacts
    assert (lost["outcome"], lost["n_answered"], lost["wait"], lost["later_wait"], lost["talk_time"]) == (1, 1, 0, 20, 60)
    assert (again["outcome"], again["n_answered"], again["talk_time"]) == (Outcome.SERVED, 2, 90)
    episode = told.rows.episodes[0]
    assert (episode["n_contacts"], episode["n_stays"], episode["n_answered"], episode["talk_time"]) == (2, 4, 3, 150)


def test_a_colleague_freed_in_the_same_instant_comes_too_late_for_an_answer_at_once(tell):
    """
    Both talks end at 60; the events of an instant go by customer.
    0    A (type a): agent 0, until 60;  B (type b): agent 1, until 60
    60   A ends first (customer 0): agent 1 still talks, so A waits, and his patience of 20 s is drawn
    60   B ends: agent 1 takes A in the same instant, until 90
    """
    told = tell(
        centre(
            [(0, 60, FOR_EVER, "a"), (0, 60, FOR_EVER, "b")],
            kinds=kinds(patience={"deterministic": "20s"}),
            **TWO_TEAMS,
        )
    )
    assert told.stays == [
        (0, 0, 0, "TRANSFERRED", 0, 0, NEVER, 0, 60, 60),
        (0, 0, 1, "SERVED", 1, 60, 80, 60, 90, 90),
        (1, 0, 1, "SERVED", 1, 0, NEVER, 0, 60, 60),
    ]


def test_nobody_goes_home_while_a_talk_may_end_in_a_transfer(tell):
    """
    Lines close at 600; agents wrap up for 20 s after a talk of type a.
    580  A (type a): agent 0, talk until 640
    600  closing: nobody waits, but A may be transferred, so agent 1 stays
    640  A goes on: agent 1 takes him until 670 and goes home then, agent 0 wraps up until 660
    """
    told = tell(
        centre(
            [(580, None, FOR_EVER, "a")],
            kinds={
                "a": {
                    "talk": {"deterministic": "60s"},
                    "wrap": {"deterministic": "20s"},
                    "transfer": {"share": "100%", "to": "b"},
                },
                "b": {"handle": {"deterministic": "30s"}},
            },
            **TWO_TEAMS,
        )
    )
    assert told.stays == [
        (0, 0, 0, "TRANSFERRED", 0, 580, NEVER, 580, 640, 660),
        (0, 0, 1, "SERVED", 1, 640, NEVER, 640, 670, 670),
    ]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 580),
        (0, "TALK", 0, 580, 640),
        (0, "WRAP", 0, 640, 660),
        (1, "AVAILABLE", -1, 0, 640),
        (1, "TALK", 0, 640, 670),
    ]
    (contact,) = told.rows.contacts
    assert (contact["talk_time"], contact["wrap_time"]) == (90, 20)
