"""Cases passed on warm: the agent holds with the caller and tells the next person what it is about.

The centre of `test_authority`: agent 0 (may grant 25) answers, agent 1 (150) those passed on; each case talks for a minute.
"""

from __future__ import annotations

import math

from tests.stories.centre import FOR_EVER, NEVER
from tests.stories.test_authority import cases, ends, settled

WARM = {"transfer": "warm", "brief": "20s"}


def brief_time(told) -> list[float]:
    return [float(case["brief_time"]) for case in told.rows.cases]


def test_the_agent_briefs_the_next_person_and_then_wraps_up(tell):
    """
    Wrap-up takes 10; no story is told again.
    0    A needs 100: agent 0 talks until 60
    60   agent 1 answers A, and all three talk until 80; then he talks on for 60, until 140, and wraps up until 150
    80   agent 0 wraps up until 90
    """
    kind = {"handle": None, "talk": {"deterministic": "60s"}, "wrap": {"deterministic": "10s"}}
    told = tell(cases([(0, None, FOR_EVER)], 100, kind=kind, retell="15s", escalate=WARM))
    assert told.stays == [
        (0, 0, 0, "ESCALATED", 0, 0, NEVER, 0, 60, 70),
        (0, 0, 1, "SERVED", 1, 60, NEVER, 60, 140, 150),
    ]
    assert settled(told) == [(0, 0, "ESCALATED", 0, 0, 0), (0, 1, "SETTLED", 100, 0, 0)]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "BRIEF", 0, 60, 80),
        (0, "WRAP", 0, 80, 90),
        (0, "AVAILABLE", -1, 90, 600),
        (1, "AVAILABLE", -1, 0, 60),
        (1, "TALK", 0, 60, 140),
        (1, "WRAP", 0, 140, 150),
        (1, "AVAILABLE", -1, 150, 600),
    ]
    assert brief_time(told) == [20]


def test_who_holds_for_the_next_person_takes_no_other_call(tell):
    """
    0    A: agent 0 until 60; B waits from 10, C from 20
    60   A goes on to agent 1, who hears the story until 80 and talks until 140; agent 0 is free at 80
    80   agent 0 takes B, until 140
    140  agent 1 is free (customer 0 ends first); B goes on to him, until 220; agent 0 briefs until 160
    160  agent 0 takes C, until 220
    220  B ends; C goes on to agent 1, until 300; agent 0 briefs until 240
    """
    told = tell(cases([(0, None, FOR_EVER), (10, None, FOR_EVER), (20, None, FOR_EVER)], 100, escalate=WARM))
    assert [(stay[0], stay[4], stay[7], stay[8]) for stay in told.stays] == [
        (0, 0, 0, 60),
        (0, 1, 60, 140),
        (1, 0, 80, 140),
        (1, 1, 140, 220),
        (2, 0, 160, 220),
        (2, 1, 220, 300),
    ]
    assert [state for state in told.agents if state[0] == 0] == [
        (0, "TALK", 0, 0, 60),
        (0, "BRIEF", 0, 60, 80),
        (0, "TALK", 1, 80, 140),
        (0, "BRIEF", 1, 140, 160),
        (0, "TALK", 2, 160, 220),
        (0, "BRIEF", 2, 220, 240),
        (0, "AVAILABLE", -1, 240, 600),
    ]


def test_the_caller_may_hang_up_while_the_agent_holds(tell):
    """
    Patience is 25, and half as long after being passed on; agent 2 may grant as much as agent 0.
    0    A: agent 0 until 60; B, from 10: agent 2 until 70
    60   A goes on to agent 1, until 140; agent 0 briefs until 80
    70   B waits for agent 1, agent 2 with him; at 82.5 he hangs up, and agent 2 is free
    """
    program = cases(
        [(0, None, FOR_EVER), (10, None, FOR_EVER)],
        100,
        "abd",
        kind={"patience": {"deterministic": "25s"}, "after_transfer": "50%"},
        escalate=WARM,
    )
    told = tell(program)
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 140, 0), (1, 0, "ABANDONED", 10, 10, 82.5, 0)]
    assert told.stays[-1] == (1, 0, 1, "ABANDONED", -1, 70, 82.5, NEVER, 82.5, NEVER)
    assert (2, "BRIEF", 1, 70, 82.5) in told.agents and (2, "AVAILABLE", -1, 82.5, 600) in told.agents
    assert ends(told) == [("SETTLED", 2, 1, 100, 1, 0), ("LOST", 1, 1, 0, 0, 0)]
    assert brief_time(told) == [20, 12.5]


def test_a_chain_of_warm_hands(tell):
    """
    A needs 1,000, which only agent 2 may grant; a chain asks agent 1 first. Briefing takes 20.
    0    agent 0 until 60, briefing until 80
    60   agent 1: 20 + 60, until 140, briefing until 160
    140  agent 2: 20 + 60, until 220
    """
    told = tell(cases([(0, None, FOR_EVER)], 1000, "abc", policy="frontline_chain", escalate=WARM))
    assert [(stay[4], stay[7], stay[8]) for stay in told.stays] == [(0, 0, 60), (1, 60, 140), (2, 140, 220)]
    assert [state for state in told.agents if state[1] == "BRIEF"] == [(0, "BRIEF", 0, 60, 80), (1, "BRIEF", 0, 140, 160)]
    assert brief_time(told) == [40]


def test_who_holds_with_somebody_sent_away_at_closing_is_free(tell):
    """
    Waiting ends at closing.
    480  A: agent 0 until 540; B waits
    540  A goes on to agent 1 until 620; agent 0 briefs until 560, then takes B until 620
    620  B, after closing, goes on: sent away at once, and agent 0 goes home
    """
    calls = [(480, None, FOR_EVER), (490, None, FOR_EVER)]
    told = tell(cases(calls, 100, escalate=WARM, closing={"queue": "clear"}))
    assert told.contacts[1] == (1, 0, "CLOSED", 490, 490, 620, 70)
    assert [state for state in told.agents if state[0] == 0][-1] == (0, "TALK", 1, 560, 620)
    assert brief_time(told) == [20, 0]


def test_an_agent_holds_for_ever_with_who_waits_for_ever(tell):
    """
    Nobody of team b is ever there: the caller waits, and the agent with him.
    0    A: agent 0 until 60, then both wait
    """
    told = tell(cases([(0, None, FOR_EVER)], 100, "ae", escalate=WARM))
    assert told.contacts == [(0, 0, "UNFINISHED", 0, 0, math.inf, 0)]
    assert told.agents[-1] == (0, "BRIEF", 0, 60, math.inf)
    assert brief_time(told) == [0]


def test_without_time_for_a_briefing_the_agent_is_free_at_the_answer(tell):
    """
    0    A: agent 0 until 60
    60   agent 1 answers and talks until 120; agent 0 is free
    """
    told = tell(cases([(0, None, FOR_EVER)], 100, escalate={"transfer": "warm", "brief": "0s"}))
    assert told.agents[:2] == [(0, "TALK", 0, 0, 60), (0, "AVAILABLE", -1, 60, 600)]
    assert told.stays[-1][7:9] == (60, 120)


def test_patience_after_a_transfer_is_a_part_of_the_usual(tell):
    """
    0    A: agent 0 until 60, then waits for team b, of which nobody is there: 40 x 150 % = 60, until 120
    """
    kind = {"patience": {"deterministic": "40s"}, "after_transfer": "150%"}
    told = tell(cases([(0, None, FOR_EVER)], 100, "ae", kind=kind))
    assert told.stays[-1] == (0, 0, 1, "ABANDONED", -1, 60, 120, NEVER, 120, NEVER)
