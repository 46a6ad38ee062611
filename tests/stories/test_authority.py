"""Cases beyond an agent's authority: settled, passed on cold, refused, lost on the way. The centre is open from 0 to 600 s.

Agent 0 (team `a`, may grant 25) answers; agent 1 (team `b`, may grant 150) and, where there is one, agent 2 (team `c`, no
limit) answer only who is passed on. Every case needs the amount that a story names.
"""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.vocabulary import Action, CaseEnd
from tests.stories.centre import FOR_EVER, NEVER, centre

TEAMS: dict[str, Any] = {
    "a": {"headcount": 1, "authority": "advisor"},
    "b": {"headcount": 1, "authority": "lead"},
    "c": {"headcount": 1, "authority": "unlimited"},
    "d": {"headcount": 1, "authority": "advisor"},
    "e": {"staffing": {"on_phones": [0] * 10}, "authority": "lead"},
}
LEVELS = {"none": 0, "advisor": 25, "lead": 150}


def cases(calls: list[tuple[Any, ...]], amount: float, teams: str = "ab", *, kind: dict[str, Any] | None = None, **right: Any):
    """A centre whose calls of type `call` talk for a minute and need this amount; `right` is its make_it_right."""
    after, closing = right.pop("after_contact", {}), right.pop("closing", {})
    needs = {"share": "100%", "amount": amount} if amount > 0 else {"none": "100%"}
    call = {"handle": {"deterministic": "60s"}, "needs_authority": needs} | (kind or {})
    call = {key: value for key, value in call.items() if value is not None}
    more = {name: value for name, value in (("after_contact", after), ("closing", closing)) if value}
    return centre(
        calls,
        kinds={"call": call},
        agents={team: TEAMS[team] for team in teams},
        queues={"call": {"teams": [team for team in teams if team in "ad"]}},
        authority_levels=LEVELS,
        make_it_right=right,
        **more,
    )


def settled(told) -> list[tuple[Any, ...]]:
    """(customer, agent, action, granted, leaked, retold) of each settlement."""
    fields = ("granted", "leaked", "retold_time")
    return [(s["customer"], s["agent"], Action(s["action"]).name, *(s[f] for f in fields)) for s in told.rows.settlements]


def ends(told) -> list[tuple[Any, ...]]:
    """(end, agents met, escalations, granted, resolved, at first) of each case."""
    fields = ("n_legs", "n_escalations", "granted", "resolved", "at_first")
    return [(CaseEnd(c["end"]).name, *(c[f] for f in fields)) for c in told.rows.cases]


def test_a_case_within_the_limit_is_settled_by_the_first(tell):
    """
    0    A needs 25, which agent 0 may grant: he talks 60 and decides for 20, until 80
    """
    told = tell(cases([(0, None, FOR_EVER)], 25, decide={"frontline": "20s", "supervisor": "30s"}))
    assert told.stays == [(0, 0, 0, "SERVED", 0, 0, NEVER, 0, 80, 80)]
    assert settled(told) == [(0, 0, "SETTLED", 25, 0, 0)]
    assert ends(told) == [("SETTLED", 1, 0, 25, 1, 1)]


def test_a_case_that_needs_nothing_takes_no_deciding(tell):
    """
    0    A needs nothing: agent 0, until 60
    """
    told = tell(cases([(0, None, FOR_EVER)], 0, decide={"frontline": "20s"}))
    assert told.stays == [(0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60)]
    assert ends(told) == [("SETTLED", 1, 0, 0, 1, 1)]


def test_beyond_the_limit_it_goes_to_who_may(tell):
    """
    Half the talk before passing on, 15 to tell the story again, 30 for agent 1 to decide; such calls are half as long again.
    0    A needs 100: agent 0 talks 90 / 2 = 45, until 45
    45   agent 1 (idle since 0) takes A: 90 + 30 + 15, until 180
    """
    needs = {"share": "100%", "amount": 100, "talk": "150%"}
    right = {"first_leg": "50%", "retell": "15s", "decide": {"frontline": "20s", "supervisor": "30s"}}
    told = tell(cases([(0, None, FOR_EVER)], 100, kind={"needs_authority": needs}, **right))
    assert told.stays == [
        (0, 0, 0, "ESCALATED", 0, 0, NEVER, 0, 45, 45),
        (0, 0, 1, "SERVED", 1, 45, NEVER, 45, 180, 180),
    ]
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 180, 0)]
    assert settled(told) == [(0, 0, "ESCALATED", 0, 0, 0), (0, 1, "SETTLED", 100, 0, 15)]
    assert ends(told) == [("SETTLED", 2, 1, 100, 1, 0)]
    assert told.agents == [
        (0, "TALK", 0, 0, 45),
        (0, "AVAILABLE", -1, 45, 600),
        (1, "AVAILABLE", -1, 0, 45),
        (1, "TALK", 0, 45, 180),
        (1, "AVAILABLE", -1, 180, 600),
    ]


def test_who_is_passed_on_waits_in_a_queue_of_its_own(tell):
    """
    0    A needs 100: agent 0 until 60
    30   B waits for agent 0
    60   A goes on to agent 1, until 120; agent 0 takes B, until 120
    120  A ends (customer 0 first): agent 1 is free; B goes on to him, until 180
    """
    told = tell(cases([(0, None, FOR_EVER), (30, None, FOR_EVER)], 100))
    assert told.stays == [
        (0, 0, 0, "ESCALATED", 0, 0, NEVER, 0, 60, 60),
        (0, 0, 1, "SERVED", 1, 60, NEVER, 60, 120, 120),
        (1, 0, 0, "ESCALATED", 0, 30, NEVER, 60, 120, 120),
        (1, 0, 1, "SERVED", 1, 120, NEVER, 120, 180, 180),
    ]


@pytest.mark.parametrize(
    ("policy", "met"), [("second_person", [0, 2]), ("frontline_chain", [0, 1, 2]), ("frontline_settles", [0])]
)
def test_the_policy_says_who_is_next(tell, policy, met):
    """
    A needs 1,000, which only agent 2 may grant, or, where the front line settles, agent 0 himself.
    The second person is agent 2 at 60, until 120; a chain asks agent 1 at 60 and agent 2 at 120, until 180.
    """
    told = tell(cases([(0, None, FOR_EVER)], 1000, "abc", policy=policy))
    assert [stay[4] for stay in told.stays] == met
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 60 * len(met), 0)]
    assert ends(told) == [("SETTLED", len(met), len(met) - 1, 1000, 1, int(len(met) == 1))]


def test_after_enough_hops_it_is_refused(tell):
    """
    The chain ends after one escalation: agent 1 refuses at 120, talking 60 x 50 % and deciding for 30.
    0    A needs 1,000: agent 0 talks 30
    30   agent 1 talks 30 and decides for 30, until 90; refused
    """
    right = {"policy": "frontline_chain", "escalate": {"max_hops": 1}, "first_leg": "50%", "decide": {"supervisor": "30s"}}
    told = tell(cases([(0, None, FOR_EVER)], 1000, "abc", **right))
    assert told.stays == [
        (0, 0, 0, "ESCALATED", 0, 0, NEVER, 0, 30, 30),
        (0, 0, 1, "SERVED", 1, 30, NEVER, 30, 90, 90),
    ]
    assert settled(told) == [(0, 0, "ESCALATED", 0, 0, 0), (0, 1, "REFUSED", 0, 0, 0)]
    assert ends(told) == [("REFUSED", 2, 1, 0, 0, 0)]


def test_where_nobody_may_it_is_refused(tell):
    """
    0    A needs 1,000: neither agent may; agent 0 talks 60 and decides for 20, until 80
    """
    told = tell(cases([(0, None, FOR_EVER)], 1000, decide={"frontline": "20s"}))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 80, 0)]
    assert ends(told) == [("REFUSED", 1, 0, 0, 0, 0)]


def test_an_agent_may_refuse_what_another_could_grant(tell):
    """
    0    A needs 100, and agents of this type refuse: until 60
    """
    told = tell(cases([(0, None, FOR_EVER)], 100, kind={"on_shortfall": "refuse"}))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 60, 0)]
    assert ends(told) == [("REFUSED", 1, 0, 0, 0, 0)]


def test_who_is_lost_while_being_passed_on_dials_again(tell):
    """
    Everybody hangs up when passed on, and dials again once, after 40.
    0    A needs 100: agent 0 until 60; A hangs up, the line is free
    100  A dials again: agent 0 until 160; gone for good
    """
    again = {"redial": {"share": "100%", "after": {"deterministic": "40s"}, "attempts": 1}}
    told = tell(cases([(0, None, FOR_EVER)], 100, escalate={"lose_caller": "100%"}, after_contact=again))
    assert told.contacts == [(0, 0, "LOST_IN_TRANSFER", 0, 0, 60, 0), (0, 1, "LOST_IN_TRANSFER", 100, 100, 160, 0)]
    assert told.stays == [
        (0, 0, 0, "LOST_IN_TRANSFER", 0, 0, NEVER, 0, 60, 60),
        (0, 1, 0, "LOST_IN_TRANSFER", 0, 100, NEVER, 100, 160, 160),
    ]
    assert ends(told) == [("LOST", 2, 0, 0, 0, 0)]
    (episode,) = told.rows.episodes
    assert (episode["n_answered"], episode["talk_time"]) == (2, 120)


def test_who_hangs_up_while_he_waits_for_more_authority_is_lost(tell):
    """
    Patience is 20, later legs talk for 90.
    0    A: agent 0 until 60
    5    B waits, and hangs up at 25
    60   A goes on to agent 1, until 150; C, who came at 50, is taken by agent 0, until 120
    120  C goes on, and hangs up at 140
    """
    calls = [(0, None, FOR_EVER), (5, None, FOR_EVER), (50, None, FOR_EVER)]
    patience = {"patience": {"deterministic": "20s"}}
    told = tell(cases(calls, 100, kind=patience, next_leg="150%"))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 150, 0),
        (1, 0, "ABANDONED", 5, 5, 25, 20),
        (2, 0, "ABANDONED", 50, 50, 140, 10),
    ]
    assert ends(told) == [("SETTLED", 2, 1, 100, 1, 0), ("UNMET", 0, 0, 0, 0, 0), ("LOST", 1, 1, 0, 0, 0)]


def test_a_budget_is_spent(tell):
    """
    Agent 0 may grant 25 a case and 40 a day; every case needs 25.
    0    A: settled, until 60
    100  B: 15 are left of the budget: passed on at 160 to agent 1, until 220
    """
    program = cases([(0, None, FOR_EVER), (100, None, FOR_EVER)], 25)
    program.teams.flags.writeable = True
    program.teams.credit_budget[0] = 40.0
    told = tell(program)
    assert settled(told) == [(0, 0, "SETTLED", 25, 0, 0), (1, 0, "ESCALATED", 0, 0, 0), (1, 1, "SETTLED", 25, 0, 0)]


def test_credits_leak_to_who_needs_none(tell):
    """
    Whoever may grant 15 gives it to callers who need nothing, as long as it lasts: agent 0 has 20 a day.
    0    A gets 15, until 60
    100  B gets nothing, for 5 are left
    """
    program = cases([(0, None, FOR_EVER), (100, None, FOR_EVER)], 0, leakage={"share": "100%", "amount": 15})
    program.teams.flags.writeable = True
    program.teams.credit_budget[0] = 20.0
    told = tell(program)
    assert settled(told) == [(0, 0, "SETTLED", 15, 15, 0), (1, 0, "SETTLED", 0, 0, 0)]


def test_what_is_settled_may_stay_unresolved(tell):
    """
    0    A: settled, but nothing of this type is solved
    """
    told = tell(cases([(0, None, FOR_EVER)], 25, kind={"unresolved": "100%"}))
    assert ends(told) == [("SETTLED", 1, 0, 25, 0, 0)]


def test_nobody_goes_home_while_a_case_may_be_passed_on(tell):
    """
    580  A needs 100: agent 0 until 640; lines close at 600, and agent 1 stays
    640  A goes on to agent 1, until 700
    """
    told = tell(cases([(580, None, FOR_EVER)], 100))
    assert told.stays == [
        (0, 0, 0, "ESCALATED", 0, 580, NEVER, 580, 640, 640),
        (0, 0, 1, "SERVED", 1, 640, NEVER, 640, 700, 700),
    ]
    assert (1, "TALK", 0, 640, 700) in told.agents
