"""Who comes back after an answered contact, when, and what remains of a problem. The centre is open from 0 to 600 s."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.vocabulary import CaseEnd, Cause
from tests.stories.centre import FOR_EVER, NEVER, centre
from tests.stories.test_authority import cases, settled

BACK = {"share": "100%", "after": {"deterministic": "50s"}, "attempts": 1}
"""Everybody comes back once, 50 s after his contact."""


def causes(told) -> list[str]:
    """Why each contact happened."""
    return [Cause(contact["cause"]).name for contact in told.rows.contacts]


def told_of(told, *fields: str) -> list[tuple[Any, ...]]:
    """Some fields of each case."""
    return [tuple(case[field] for field in fields) for case in told.rows.cases]


def test_a_customer_comes_back_once(tell):
    """
    0    A: agent 0 until 60; back at 60 + 50
    110  A again: agent 0 until 170, for good
    """
    told = tell(centre([(0, 60, FOR_EVER)], after_contact={"return": BACK}))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 60, 0), (0, 1, "SERVED", 110, 110, 170, 0)]
    assert causes(told) == ["FRESH", "RETURN"]
    (episode,) = told.rows.episodes
    assert (episode["n_contacts"], episode["n_answered"], episode["talk_time"], episode["ended_at"]) == (2, 2, 120, 170)
    assert told_of(told, "n_contacts", "n_met", "n_returns", "n_legs") == [(2, 2, 1, 2)]
    assert told_of(told, "first_ended_at", "back_at", "resolved_at", "return_due_at") == [(60, 110, 60, NEVER)]
    assert told_of(told, "resolved", "at_first", "at_first_contact") == [(1, 1, 1)]


def test_who_only_asks_again_needs_nothing(tell):
    """
    A case needs 25, which agent 0 may grant: he decides for 20.
    0    A: 60 + 20, until 80; solved
    130  A asks again: 60, until 190
    """
    told = tell(cases([(0, None, FOR_EVER)], 25, decide={"frontline": "20s"}, after_contact={"return": BACK}))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 80, 0), (0, 1, "SERVED", 130, 130, 190, 0)]
    assert settled(told) == [(0, 0, "SETTLED", 25, 0, 0), (0, 0, "SETTLED", 0, 0, 0)]
    assert told_of(told, "needed", "granted") == [(25, 25)]


def test_what_is_not_solved_needs_the_same_again(tell):
    """
    As above, but nothing of this type is ever solved: 25 are granted twice.
    """
    told = tell(
        cases(
            [(0, None, FOR_EVER)],
            25,
            kind={"unresolved": "100%"},
            decide={"frontline": "20s"},
            after_contact={"return": BACK},
        )
    )
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 80, 0), (0, 1, "SERVED", 130, 130, 210, 0)]
    assert settled(told) == [(0, 0, "SETTLED", 25, 0, 0)] * 2
    assert told_of(told, "needed", "granted", "resolved", "resolved_at") == [(25, 50, 0, NEVER)]


@pytest.mark.parametrize(
    ("amount", "unresolved", "fact", "comes_back"),
    [
        (1000, "0%", "refused", True),
        (1000, "0%", "unresolved", False),
        (25, "100%", "unresolved", True),
        (25, "100%", "refused", False),
        (25, "0%", "unresolved", False),
        (25, "0%", "refused", False),
    ],
)
def test_how_the_problem_stands_is_one_fact(tell, amount, unresolved, fact, comes_back):
    """
    Of a thousand customers one comes back, but all of whom the fact holds: odds times a million. 1,000 nobody may grant.
    """
    back = BACK | {"share": "0.1%", "odds": {fact: 1e6}}
    told = tell(cases([(0, None, FOR_EVER)], amount, kind={"unresolved": unresolved}, after_contact={"return": back}))
    assert causes(told) == ["FRESH", "RETURN"][: 1 + comes_back]


@pytest.mark.parametrize(("max_hops", "ends"), [(1, [120, 230, 340]), (0, [60])])
def test_agents_met_beyond_the_first_count_over_all_contacts(tell, max_hops, ends):
    """
    Of a thousand customers one comes back, but all who have met two agents in one contact or several, at most twice.
    A needs 100: agents 0 and 1, until 120. Back at 170 with a case that is solved: agent 0, until 230; back at 280, until 340.
    Where nobody is passed on, agent 0 refuses, until 60: he has met one agent.
    """
    back = BACK | {"share": "0.1%", "odds": {"hops": 1e6}, "attempts": 2}
    told = tell(cases([(0, None, FOR_EVER)], 100, escalate={"max_hops": max_hops}, after_contact={"return": back}))
    assert [contact[5] for contact in told.contacts] == ends


def test_due_while_closed_is_due_in_the_first_open_hour(tell):
    """
    Two days, each open for 600 s.
    500  A until 560, back at 560 + 100 = 660, when lines are closed: on the second day, while it is open
    """
    back = BACK | {"after": {"deterministic": "100s"}}
    told = tell(centre([(500, 60, FOR_EVER)], days=2, after_contact={"return": back}))
    assert causes(told) == ["FRESH", "RETURN"]
    again = told.contacts[1][3]
    assert 86400 <= again < 87000
    assert told_of(told, "back_at", "return_due_at") == [(again, NEVER)]


def test_due_after_the_last_day_is_told_and_not_simulated(tell):
    """
    500  A until 560, back at 660, after the last closing: he is not done, so he does not leave, though everybody would
    510  B waits until 560, is with agent 0 until 620, back at 720
    """
    back = BACK | {"after": {"deterministic": "100s"}}
    told = tell(centre([(500, 60, FOR_EVER), (510, 60, FOR_EVER)], after_contact={"return": back, "leave": {"share": "100%"}}))
    assert causes(told) == ["FRESH", "FRESH"]
    assert told_of(told, "n_returns", "back_at", "return_due_at", "left") == [(1, 660, 660, 0), (1, 720, 720, 0)]


def test_who_comes_back_and_is_not_served_dials_again(tell):
    """
    Redials and returns are counted apart: one of each is allowed.
    0    A, patient for 20 s, until 60; back at 110
    100  B until 300
    110  A waits, hangs up at 130; redials at 170, hangs up at 190, and may not redial again
    """
    after = {"return": BACK, "redial": {"share": "100%", "after": {"deterministic": "40s"}, "attempts": 1}}
    told = tell(centre([(0, 60, 20), (100, 200, FOR_EVER)], after_contact=after | {"leave": {"share": "100%"}}))
    assert told.contacts[:3] == [
        (0, 0, "SERVED", 0, 0, 60, 0),
        (0, 1, "ABANDONED", 110, 110, 130, 20),
        (0, 2, "ABANDONED", 170, 170, 190, 20),
    ]
    assert causes(told)[:3] == ["FRESH", "RETURN", "REDIAL"]
    assert told_of(told, "n_contacts", "n_met", "n_returns", "waited", "left")[0] == (3, 1, 1, 40, 1)
    assert CaseEnd(told.rows.cases["end"][0]) is CaseEnd.SETTLED  # as the last who dealt with it left it


def test_who_was_lost_while_being_passed_on_comes_back_if_he_does_not_dial_again(tell):
    """
    Everybody hangs up when passed on.
    0    A needs 100: agent 0 until 60, lost; back at 110
    110  A: agent 0 until 170, lost for good
    """
    told = tell(cases([(0, None, FOR_EVER)], 100, escalate={"lose_caller": "100%"}, after_contact={"return": BACK}))
    assert told.contacts == [(0, 0, "LOST_IN_TRANSFER", 0, 0, 60, 0), (0, 1, "LOST_IN_TRANSFER", 110, 110, 170, 0)]
    assert causes(told) == ["FRESH", "RETURN"]
    assert told_of(told, "n_met", "resolved", "first_ended_at", "back_at") == [(2, 0, 60, 110)]


def test_who_dials_again_does_not_come_back_as_well(tell):
    """
    Lost callers redial at once after 40 s, once; then they come back 50 s later, once; and a returner has no redial left.
    """
    after = {"return": BACK, "redial": {"share": "100%", "after": {"deterministic": "40s"}, "attempts": 1}}
    told = tell(cases([(0, None, FOR_EVER)], 100, escalate={"lose_caller": "100%"}, after_contact=after))
    assert [(contact[3], contact[5]) for contact in told.contacts] == [(0, 60), (100, 160), (210, 270)]
    assert causes(told) == ["FRESH", "REDIAL", "RETURN"]


def test_each_earlier_contact_may_keep_him_from_coming_back(tell):
    """
    0    A until 60, back at 110 (everybody but one in a thousand), until 170; nobody comes back twice
    """
    back = BACK | {"share": "99.9%", "odds": {"earlier_contacts": 0}, "attempts": "unlimited"}
    told = tell(centre([(0, 60, FOR_EVER)], after_contact={"return": back}))
    assert causes(told) == ["FRESH", "RETURN"]


def test_waits_of_all_contacts_make_a_customer_leave(tell):
    """
    Of a thousand customers one leaves, but all who waited more than 30 s. Redials come after 50 s, once.
    0    A until 300
    10   B waits until 30, dials again at 80, waits until 100: 40 s in all, gone for good
    20   C is patient for 28 s, waits until 48, dials again at 98, is answered? No: until 126; 56 s, gone
    200  D waits 25 s, dials again at 275, is answered at 300 after 25 s: 50 s, gone, though served until 360
    320  E waits 40 s from 320 to 360: gone; F dials at 400, does not wait, stays
    """
    after = {
        "redial": {"share": "100%", "after": {"deterministic": "50s"}, "attempts": 1},
        "leave": {"share": "0.1%", "odds": {"wait_over_30s": 1e6}},
    }
    calls = [(0, 300, FOR_EVER), (10, 60, 20), (20, 60, 28), (200, 60, 25.5), (320, 30, FOR_EVER), (400, 60, FOR_EVER)]
    told = tell(centre(calls, after_contact=after))
    assert told_of(told, "waited", "left") == [(0, 0), (40, 1), (56, 1), (50, 1), (40, 1), (0, 0)]


def test_the_index_of_a_problem(tell):
    """
    Base 4.5; 1 less for a minute of waiting, half for a hop, 2 for what is refused.
    0    A needs 100: agents 0 and 1, until 120: 4
    30   B waits 30, agent 0 until 120, agent 1 until 180: 3.5
    0    of another centre: A needs 1,000, which nobody may grant: refused, 2.5
    """
    index = {"base": 4.5, "per_minute_waited": -1, "per_hop": -0.5, "refused": -2}
    told = tell(cases([(0, None, FOR_EVER), (30, None, FOR_EVER)], 100, after_contact={"satisfaction": index}))
    assert told_of(told, "satisfaction") == [(4.0,), (3.5,)]
    told = tell(cases([(0, None, FOR_EVER)], 1000, after_contact={"satisfaction": index}))
    assert told_of(told, "satisfaction") == [(2.5,)]
