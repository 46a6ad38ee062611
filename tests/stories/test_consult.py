"""Cases for which the agent asks a colleague, while the caller holds.

The centre of `test_authority`: agent 0 (may grant 25) answers, agent 1 (150) is asked; each case talks for a minute, of which
half is over when the agent asks. To ask takes 20.
"""

from __future__ import annotations

from tests.stories.centre import FOR_EVER, NEVER
from tests.stories.test_authority import cases, ends, settled

ASKS = {"on_shortfall": "consult", "first_leg": "50%", "consult": "20s"}


def consults(told) -> list[tuple]:
    """(customer, segment, queue, outcome, agent, asked, answered, ended) of each request for a colleague."""
    fields = ("customer", "segment", "place", "outcome", "agent", "entered_at", "answered_at", "ended_at")
    return [tuple(row[field].item() for field in fields) for row in told.rows.segments if row["kind"] == 3]


def calls_of(told) -> list[tuple]:
    """(customer, agent, answered, ended, hold) of the stays with who answered."""
    return [
        (row["customer"], row["agent"], row["answered_at"], row["ended_at"], row["hold_time"])
        for row in told.rows.segments
        if row["kind"] == 1
    ]


def test_the_agent_asks_and_settles(tell):
    """
    Deciding takes 10, wrap-up 5.
    0    A needs 100: agent 0 talks until 30, then asks agent 1, who is idle, until 50
    50   agent 0 talks the other 30 and decides for 10, until 90; wraps up until 95
    """
    kind = {"handle": None, "talk": {"deterministic": "60s"}, "wrap": {"deterministic": "5s"}}
    told = tell(cases([(0, None, FOR_EVER)], 100, kind=kind, decide={"frontline": "10s", "supervisor": "7s"}, **ASKS))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 90, 0)]
    assert calls_of(told) == [(0, 0, 0, 90, 20)]
    assert consults(told) == [(0, 1, 1, 0, 1, 30, 30, 50)]
    assert settled(told) == [(0, 0, "CONSULTED", 100, 0, 0)]
    assert ends(told) == [("SETTLED", 1, 0, 100, 1, 1)]
    assert told.agents == [
        (0, "TALK", 0, 0, 30),
        (0, "BRIEF", 0, 30, 50),
        (0, "TALK", 0, 50, 90),
        (0, "WRAP", 0, 90, 95),
        (0, "AVAILABLE", -1, 95, 600),
        (1, "AVAILABLE", -1, 0, 30),
        (1, "CONSULT", 0, 30, 50),
        (1, "AVAILABLE", -1, 50, 600),
    ]
    (contact,), (case,) = told.rows.contacts, told.rows.cases
    assert (contact["talk_time"], contact["hold_time"], contact["wrap_time"]) == (70, 20, 5)
    assert (contact["n_stays"], contact["n_answered"], case["consult_time"]) == (1, 1, 20)


def test_who_asks_waits_like_a_caller_and_patience_does_not_end_it(tell):
    """
    Patience is 5; agent 2 may grant as much as agent 0.
    0    A: agent 0 until 30, asks agent 1 until 50, talks on until 80
    10   B: agent 2 (team d) until 40, then waits for agent 1, who is asked from 50 until 70; talks on until 100
    """
    told = tell(
        cases([(0, None, FOR_EVER), (10, None, FOR_EVER)], 100, "abd", kind={"patience": {"deterministic": "5s"}}, **ASKS)
    )
    assert calls_of(told) == [(0, 0, 0, 80, 20), (1, 2, 10, 100, 30)]
    assert consults(told) == [(0, 1, 1, 0, 1, 30, 30, 50), (1, 1, 1, 0, 1, 40, 50, 70)]
    assert (1, "CONSULT", 1, 50, 70) in told.agents and (2, "BRIEF", 1, 40, 70) in told.agents


def test_who_finds_no_colleague_in_time_refuses(tell):
    """
    Nobody of team e is there; an agent holds for 40 at most, and refusing takes 10.
    0    A: agent 0 until 30, holds until 70, refuses until 80
    """
    told = tell(cases([(0, None, FOR_EVER)], 100, "ae", consult_at_most="40s", decide={"frontline": "10s"}, **ASKS))
    assert calls_of(told) == [(0, 0, 0, 80, 40)]
    assert consults(told) == [(0, 1, 1, 1, -1, 30, NEVER, 70)]
    assert settled(told) == [(0, 0, "REFUSED", 0, 0, 0)]
    assert ends(told) == [("REFUSED", 1, 0, 0, 0, 0)]


def test_after_closing_that_clears_nobody_is_asked(tell):
    """
    Waiting ends at closing, 600.
    580  A: agent 0 until 610; then nobody can be asked: refused at once
    """
    told = tell(cases([(580, None, FOR_EVER)], 100, closing={"queue": "clear"}, **ASKS))
    assert calls_of(told) == [(0, 0, 580, 610, 0)]
    assert consults(told) == [(0, 1, 1, 5, -1, 610, NEVER, 610)]
    assert ends(told)[0][0] == "REFUSED"


def test_who_waits_for_a_colleague_at_closing_refuses(tell):
    """
    Nobody of team e is there, and waiting ends at closing, 600.
    550  A: agent 0 until 580, holds until 600, refuses until 607
    """
    right = {"closing": {"queue": "clear"}, "decide": {"frontline": "7s"}}
    told = tell(cases([(550, None, FOR_EVER)], 100, "ae", **right, **ASKS))
    assert calls_of(told) == [(0, 0, 550, 607, 20)]
    assert consults(told) == [(0, 1, 1, 5, -1, 580, NEVER, 600)]


def test_a_colleague_stays_after_closing_for_who_will_ask(tell):
    """
    590  A: agent 0 until 620; lines close at 600, and agent 1 stays, is asked until 640, and goes home
    640  agent 0 talks until 670
    """
    told = tell(cases([(590, None, FOR_EVER)], 100, **ASKS))
    assert calls_of(told) == [(0, 0, 590, 670, 20)]
    assert told.agents[-1] == (1, "CONSULT", 0, 620, 640)


def test_who_may_grant_enough_is_asked_whatever_the_chain(tell):
    """
    A needs 1,000; a chain would ask agent 1 (150), but only agent 2 may grant it: he is asked from 30 to 50.
    """
    told = tell(cases([(0, None, FOR_EVER)], 1000, "abc", policy="frontline_chain", **ASKS))
    assert [row[4] for row in consults(told)] == [2]
    assert settled(told) == [(0, 0, "CONSULTED", 1000, 0, 0)]


def test_what_is_granted_by_a_colleagues_word_is_in_nobodys_budget(tell):
    """
    Agent 0 may grant 25 a case and 40 a day; cases need 25.
    0    A: granted, until 60
    100  B: 15 are left: agent 1 is asked
    200  C: so he is
    """
    program = cases([(at, None, FOR_EVER) for at in (0, 100, 200)], 25, **ASKS)
    program.teams.flags.writeable = True
    program.teams.credit_budget[0] = 40.0
    told = tell(program)
    assert [row[2:4] for row in settled(told)] == [("SETTLED", 25), ("CONSULTED", 25), ("CONSULTED", 25)]
