"""Where calls go on to: several departments, again and again, and as what callers dial again. Open from 0 to 600 s."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import from_dict
from tests.stories.centre import FOR_EVER, NEVER, centre

SIXTY: dict[str, Any] = {"handle": {"deterministic": "60s"}}
THIRTY: dict[str, Any] = {"handle": {"deterministic": "30s"}}


def passed_on(to: Any, at_most: int = 1) -> dict[str, Any]:
    return {"transfer": {"share": "100%", "to": to, "at_most": at_most}}


AGENT_EACH: dict[str, Any] = {
    "queues": {"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
    "agents": {"x": {"headcount": 1}, "y": {"headcount": 1}},
}
"""Agent 0 answers queue 0 (calls of type a), agent 1 queue 1 (type b)."""


def test_a_call_goes_to_and_fro_until_it_has_been_transferred_often_enough(tell):
    """
    Calls of type a are transferred while they have been less than three times, calls of type b less than twice.
    0    A (type a): agent 0, until 60
    60   A goes on as b (his first transfer): agent 1 until 90;  at 90 as a (second): agent 0 until 150
    150  A goes on as b (third): agent 1 until 180; three times is more than b allows: served
    """
    kinds = {"a": SIXTY | passed_on("b", 3), "b": THIRTY | passed_on("a", 2)}
    told = tell(centre([(0, None, FOR_EVER, "a")], kinds=kinds, **AGENT_EACH))
    assert told.stays == [
        (0, 0, 0, "TRANSFERRED", 0, 0, NEVER, 0, 60, 60),
        (0, 0, 1, "TRANSFERRED", 1, 60, NEVER, 60, 90, 90),
        (0, 0, 0, "TRANSFERRED", 0, 90, NEVER, 90, 150, 150),
        (0, 0, 1, "SERVED", 1, 150, NEVER, 150, 180, 180),
    ]
    (contact,) = told.rows.contacts
    assert (contact["n_stays"], contact["n_answered"], contact["talk_time"]) == (4, 4, 180)


def test_who_came_by_a_transfer_is_served_where_only_the_first_may_end_in_one(tell):
    """
    Both types are transferred to each other, once a call.
    0    A (type a): agent 0, until 60;  B (type b): agent 1, until 30
    30   B goes on as a and waits: agent 0 is busy until 60
    60   A (customer 0) goes on as b: agent 1, idle since 30, until 90; agent 0 takes B, until 120
    90   A is served; at 120 B
    """
    kinds = {"a": SIXTY | passed_on("b"), "b": THIRTY | passed_on("a")}
    told = tell(centre([(0, None, FOR_EVER, "a"), (0, None, FOR_EVER, "b")], kinds=kinds, **AGENT_EACH))
    assert [(stay[0], stay[2], stay[3], stay[7], stay[8]) for stay in told.stays] == [
        (0, 0, "TRANSFERRED", 0, 60),
        (0, 1, "SERVED", 60, 90),
        (1, 1, "TRANSFERRED", 0, 30),
        (1, 0, "SERVED", 60, 120),
    ]


def test_a_call_may_go_to_a_colleague_of_the_same_department(tell):
    """
    Two agents of one department; every talk ends in a transfer within it, twice a call.
    0    A: agent 0, until 60;  60: agent 1, idle since 0, until 120;  120: agent 0, idle since 60, until 180
    """
    told = tell(centre([(0, None, FOR_EVER, "a")], kinds={"a": SIXTY | passed_on("a", 2)}, agents=2))
    assert [(stay[3], stay[4], stay[7], stay[8]) for stay in told.stays] == [
        ("TRANSFERRED", 0, 0, 60),
        ("TRANSFERRED", 1, 60, 120),
        ("SERVED", 0, 120, 180),
    ]


def test_several_destinations_share_the_transfers(tell):
    """A share of nothing is no destination, and the others go where the rest leads: 200 calls, a third of them to c."""
    kinds = {"a": {"handle": {"deterministic": "1s"}} | passed_on({"b": "66.7%", "c": "33.3%", "d": "0%"})}
    kinds |= {name: {"handle": {"deterministic": "1s"}} for name in "bcd"}
    told = tell(centre([(2 * i, None, FOR_EVER, "a") for i in range(200)], kinds=kinds, agents=9))
    went = [stay[2] for stay in told.stays if stay[3] == "SERVED"]
    assert len(went) == 200
    assert 3 not in went
    assert went.count(2) == pytest.approx(66.6, abs=4 * (200 * 0.333 * 0.667) ** 0.5)


def redial(**more: Any) -> dict[str, Any]:
    return {"after_contact": {"redial": {"share": "100%", "after": {"deterministic": "50s"}, "attempts": 1} | more}}


def test_who_waited_for_the_other_department_dials_it_the_next_time(tell):
    """
    Callers of type b are patient for 20 s; who waited as b dials again, once, as b. Only agent 0, who answers a, is there.
    0    (in the first minute, drawn) A (type a): agent 0, until 60
    60   A waits as b, hangs up at 80, dials again at 130, as b, and hangs up at 150
    """
    kinds = {
        "a": SIXTY | passed_on("b") | {"volume": {"total": "1/day", "profile": "first", "fixed": True}},
        "b": THIRTY | {"volume": "0/h", "patience": {"deterministic": "20s"}},
    }
    more = redial(**{"as": {"b": "b"}}) | {"queues": AGENT_EACH["queues"], "profiles": {"first": [1, *[0] * 9]}}
    agents = {"x": {"headcount": 1}, "y": {"staffing": {"on_phones": [0] * 9 + [1]}}}
    told = tell(without_log(kinds, agents, more))
    at = told.contacts[0][3]
    assert told.contacts == [
        (0, 0, "ABANDONED", at, at, at + 80, 0),
        (0, 1, "ABANDONED", at + 130, at + 130, at + 150, 20),
    ]
    assert told.rows.contacts["call_type"].tolist() == [0, 1]
    assert told.rows.episodes["call_type"].tolist() == [0]
    assert [(stay[1], stay[2], stay[3], stay[4]) for stay in told.stays] == [
        (0, 0, "TRANSFERRED", 0),
        (0, 1, "ABANDONED", -1),
        (1, 1, "ABANDONED", -1),
    ]


def without_log(kinds: dict[str, Any], agents: dict[str, Any], more: dict[str, Any]) -> Program:
    """The centre with volumes instead of a log."""
    return compile_scenario(
        from_dict({"open": "00:00-00:10", "interval": "1m", "calls": kinds, "agents": agents} | more)
    ).program


def test_who_has_dialled_again_before_does_so_less_often_and_each_type_in_its_own_way(tell):
    """
    Nobody is there. Callers of type a all dial again, once and never later; of type b nobody does; of type c all, always.
    0   A, B and C wait for 20 s and hang up; A and C dial again at 70, hang up at 90; C dials again at 140, at 210, ...
    """
    by_type = {"a": {"share": "100%", "later": "0%"}, "b": "0%", "c": {"share": "100%"}}
    again = redial(share="50%", by_type=by_type, attempts=3)
    told = tell(
        centre(
            [(0, None, 20, "a"), (0, None, 20, "b"), (0, None, 20, "c")],
            kinds={"a": SIXTY, "b": SIXTY, "c": SIXTY},
            agents={"x": {"staffing": {"on_phones": [0] * 9 + [1]}}},
            **again,
        )
    )
    assert [(contact[0], contact[3]) for contact in told.contacts] == [
        (0, 0),
        (0, 70),
        (1, 0),
        (2, 0),
        (2, 70),
        (2, 140),
        (2, 210),
    ]


def test_a_priority_that_ages_is_overtaken_by_who_waits_long_enough(tell):
    """
    Queue y begins with 3 and gains 1 a minute, queue x begins with 0 and gains 3 a minute.
    0    A talks until 60
    0    B (x) waits;  30 C (y) waits;  60 D (y) waits
    60   agent 0 is free: B has 0 + 3 x 1, C 3 + 1/2, D 3 (not before A is done): C, until 120
    120  B has 6, D 3 + 1: B, until 180; then D
    """
    told = tell(
        centre(
            [(0, 60, None, "x"), (0, 60, None, "x"), (30, 60, None, "y"), (60, 60, None, "y")],
            kinds={"x": SIXTY, "y": SIXTY},
            queues={"x": {"weight": 3}, "y": {"priority": 3}},
            routing={"pick_call": "priority_plus_wait"},
        )
    )
    assert [(stay[0], stay[7]) for stay in told.stays] == [(0, 0), (1, 120), (2, 60), (3, 180)]
