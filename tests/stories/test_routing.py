"""Skills, preferences, a reserve, and each rule for picking an agent or a call. The centre is open from 0 to 600 s.

Call types take 60 s unless the story says otherwise. Teams and queues are coded in the order of their names.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from ccsim.program.compile import compile_scenario
from ccsim.scenario import from_dict
from tests.stories.centre import FOR_EVER, centre

TAKES_60: dict[str, Any] = {"handle": {"deterministic": "60s"}}


def kind(*needs: str, **more: Any) -> dict[str, Any]:
    return TAKES_60 | {"needs": list(needs)} | more


def answers(told) -> list[tuple[int, float, float]]:
    """(agent, answered at, ended at) of each stay."""
    return [(stay[4], stay[7], stay[8]) for stay in told.stays]


def test_an_agent_must_have_all_the_skills_a_call_needs(tell):
    """
    Agent 0 (team both) has billing and tech, agent 1 (team one) billing only, agent 2 (team two) tech only.
    0    A needs billing and tech: agent 0, until 60, though all are idle
    10   B needs both, too: waits, agents 1 and 2 stay idle
    20   C needs tech: agent 2, until 80
    30   D needs billing: agent 1, until 90
    60   agent 0 takes B, until 120
    70   E needs tech: waits for agent 2
    80   agent 2 takes E, until 140
    """
    told = tell(
        centre(
            [(0, 60, None, "ab"), (10, 60, None, "ab"), (20, 60, None, "t"), (30, 60, None, "b"), (70, 60, None, "t")],
            kinds={"ab": kind("billing", "tech"), "b": kind("billing"), "t": kind("tech")},
            agents={
                "both": {"headcount": 1, "skills": ["billing", "tech"]},
                "one": {"headcount": 1, "skills": ["billing"]},
                "two": {"headcount": 1, "skills": "tech"},
            },
        )
    )
    assert answers(told) == [(0, 0, 60), (0, 60, 120), (2, 20, 80), (1, 30, 90), (2, 80, 140)]


def test_lanes_of_one_queue_do_not_hold_each_other_up(tell):
    """
    One queue, two call types; agent 0 (team all) takes both, agent 1 (team easy) only the easy ones.
    0    A (hard): agent 0, until 60
    0    B (easy): agent 1, until 60
    10   C (hard) waits, first in the queue
    20   D (easy) waits behind him
    60   B ends first (customer 0) and agent 1 takes D, though C is ahead: C is not for him; then agent 0 takes C
    """
    told = tell(
        centre(
            [(0, 60, None, "hard"), (0, 60, None, "easy"), (10, 60, None, "hard"), (20, 60, None, "easy")],
            kinds={"easy": kind("talking"), "hard": kind("thinking")},
            queues={"q": {"calls": ["easy", "hard"]}},
            agents={
                "all": {"headcount": 1, "skills": {"talking": {"prefer": 2}, "thinking": {}}},
                "easy": {"headcount": 1, "skills": ["talking"]},
            },
        )
    )
    # "easy" sorts before "hard", so the easy call of 0 s is customer 0
    assert answers(told) == [(1, 0, 60), (0, 0, 60), (0, 60, 120), (1, 60, 120)]


def test_a_call_prefers_a_team_over_an_agent_idle_longer(tell):
    """
    Team a (agent 0) prefers x second, team b (agent 1) first.
    0    A (x): agent 1, though both idle since 0 and 0 has the lower id; until 60
    10   B (x): agent 0 is left, until 70
    100  C (x): agent 0 idles since 70, agent 1 since 60: agent 1, until 160
    110  D (y), which only team a takes: agent 0, until 170
    165  E (x): agent 1 is idle since 160, until 225
    """
    told = tell(
        centre(
            [(0, 60, None, "x"), (10, 60, None, "x"), (100, 60, None, "x"), (110, 60, None, "y"), (165, 60, None, "x")],
            kinds={"x": kind("x"), "y": kind("y")},
            agents={
                "a": {"headcount": 1, "skills": {"x": {"prefer": 2}, "y": {}}},
                "b": {"headcount": 1, "skills": ["x"]},
            },
        )
    )
    assert answers(told) == [(1, 0, 60), (0, 10, 70), (1, 100, 160), (0, 110, 170), (1, 165, 225)]


def test_an_agent_prefers_a_call_over_one_that_waits_longer_but_not_over_a_priority(tell):
    """
    Agent 0 prefers y; queue z has priority 1.
    0    A (x): until 60
    10   B (x) waits
    20   C (y) waits
    30   D (z, not preferred either) waits
    60   D goes first for its priority, until 120; then C, which he prefers, until 180; then B
    """
    told = tell(
        centre(
            [(0, 60, None, "x"), (10, 60, None, "x"), (20, 60, None, "y"), (30, 60, None, "z")],
            kinds={name: kind(name) for name in "xyz"},
            queues={"x": {}, "y": {}, "z": {"priority": 1}},
            agents={"team": {"headcount": 1, "skills": {"x": {"prefer": 2}, "y": {"prefer": 1}, "z": {"prefer": 2}}}},
        )
    )
    assert answers(told) == [(0, 0, 60), (0, 180, 240), (0, 120, 180), (0, 60, 120)]


def test_what_calls_prefer_may_differ_from_what_agents_prefer(tell):
    """
    Agent 0 (team a) prefers y to x, yet x calls ask team a before team b (agent 1, who takes x only).
    0    A (x): agent 0, until 60
    0    B (x): agent 1, until 90
    10   C (x) waits
    20   D (y) waits
    60   agent 0 takes D, which he prefers
    90   agent 1 takes C
    """
    told = tell(
        centre(
            [(0, 60, None, "x"), (0, 90, None, "x"), (10, 60, None, "x"), (20, 60, None, "y")],
            kinds={"x": kind("x"), "y": kind("y")},
            agents={
                "a": {"headcount": 1, "skills": {"x": {"prefer": 3, "calls_prefer": 1}, "y": {}}},
                "b": {"headcount": 1, "skills": {"x": {"prefer": 2}}},
            },
        )
    )
    assert answers(told) == [(0, 0, 60), (1, 0, 90), (1, 90, 150), (0, 60, 120)]


def test_handle_factors_multiply_and_a_team_may_have_its_own_laws(tell):
    """
    Talk 60 s, hold 20 s, wrap 30 s. Team a takes 50 % for p and 300 % for q; team b has its own talk of 10 s and no wrap;
    team c has no skills of note and takes all as it is.
    0    A needs p and q: agent 0, 150 % of everything: talk 90, hold 30 until 120, wrap 45 until 165
    0    B needs r: agent 1: talk 10, hold 20 until 30, no wrap
    0    C needs nothing: agent 2, the only one left, takes him as he is: 60 + 20 until 80, wrap until 110
    """
    times = {"talk": {"deterministic": "60s"}, "hold": {"deterministic": "20s"}, "wrap": {"deterministic": "30s"}}
    told = tell(
        centre(
            [(0, None, None, "A"), (0, None, None, "B"), (0, None, None, "C")],
            kinds={"A": times | {"needs": ["p", "q"]}, "B": times | {"needs": "r"}, "C": times},
            agents={
                "a": {"headcount": 1, "skills": {"p": {"handle": "50%"}, "q": {"handle": "300%"}}},
                "b": {"headcount": 1, "skills": {"r": {"talk": {"deterministic": "10s"}, "wrap": "0s"}}},
                "c": {"headcount": 1},
            },
            queues={"A": {"teams": ["a"]}, "B": {"teams": ["b"]}, "C": {}},
        )
    )
    assert [(c["talk_time"], c["hold_time"], c["wrap_time"]) for c in told.rows.contacts] == [
        (90, 30, 45),
        (10, 20, 0),
        (60, 20, 30),
    ]
    assert [(stay[4], stay[8], stay[9]) for stay in told.stays] == [(0, 120, 165), (1, 30, 30), (2, 80, 110)]


def test_a_reserve_stays_idle_for_the_calls_a_team_prefers(tell):
    """
    Two agents who prefer x; one of them is to stay idle when a y call starts.
    0    A (y): agent 0, agent 1 stays idle; until 100
    10   B (y) waits: nobody would stay idle
    20   C (x): agent 1, until 80: a call they prefer may have the last one
    30   D (x) waits
    80   agent 1 takes D, though B waits longer; until 140
    100  agent 0 is free and takes nothing: B would leave nobody idle
    140  agent 1 is free, agent 0 stays idle: B starts, until 200
    """
    told = tell(
        centre(
            [(0, 100, None, "y"), (10, 60, None, "y"), (20, 60, None, "x"), (30, 60, None, "x")],
            kinds={"x": kind("x"), "y": kind("y")},
            agents={"team": {"headcount": 2, "skills": {"x": {}, "y": {"prefer": 2}}, "reserve": 1}},
        )
    )
    assert answers(told) == [(0, 0, 100), (1, 140, 200), (1, 20, 80), (1, 80, 140)]


def test_without_a_reserve_nobody_is_kept_idle(tell):
    """The same calls: B starts at 10 with agent 1, C and D wait for who is free first."""
    told = tell(
        centre(
            [(0, 100, None, "y"), (10, 60, None, "y"), (20, 60, None, "x"), (30, 60, None, "x")],
            kinds={"x": kind("x"), "y": kind("y")},
            agents={"team": {"headcount": 2, "skills": {"x": {}, "y": {"prefer": 2}}, "reserve": 0}},
        )
    )
    assert answers(told) == [(0, 0, 100), (1, 10, 70), (1, 70, 130), (0, 100, 160)]


def test_a_reserve_ends_at_closing(tell):
    """
    Three agents who prefer x, two of them are to stay idle when a y call starts; the centre closes at 600.
    0    A (x): agent 0, until 700
    10   E (x): agent 1, until 20
    500  B (y) waits, C (y) waits: one would stay idle where two should
    600  closing: agents 2 (idle since 0) and 1 (since 20) look again: agent 2 takes B, until 660, agent 1 takes C, until 630
    660  nobody waits, all go home, agent 0 when he is done
    """
    told = tell(
        centre(
            [(0, 700, None, "x"), (10, 10, None, "x"), (500, 60, None, "y"), (500, 30, None, "y")],
            kinds={"x": kind("x"), "y": kind("y")},
            agents={"team": {"headcount": 3, "skills": {"x": {}, "y": {"prefer": 2}}, "reserve": 2}},
        )
    )
    assert answers(told) == [(0, 0, 700), (1, 10, 20), (2, 600, 660), (1, 600, 630)]
    # Nobody is inside from 600 on, so who is idle leaves, and who is busy when he is done.
    assert [row[1:] for row in told.agents if row[0] == 1] == [
        ("AVAILABLE", -1, 0, 10),
        ("TALK", 1, 10, 20),
        ("AVAILABLE", -1, 20, 600),
        ("TALK", 3, 600, 630),
    ]


ONE_TOO_FEW = {"team": {"headcount": 1, "skills": {"x": {}, "y": {"prefer": 2}}, "reserve": 1}}


def test_a_reserve_begins_anew_each_day(tell):
    """The one agent never takes y, until closing: then A, and the next day B."""
    day = 86400
    calls = [(100, 60, None, "y"), (day + 100, 60, None, "y")]
    told = tell(centre(calls, kinds={"x": kind("x"), "y": kind("y")}, agents=ONE_TOO_FEW, days=2))
    assert answers(told) == [(0, 600, 660), (0, day + 600, day + 660)]


def test_a_reserve_ends_with_the_window_of_a_steady_run(tell):
    """Whoever called in the hour is answered after it, a minute each, and the agent stays for ever."""
    steady = {
        "open": "00:00-01:00",
        "interval": "1h",
        "calls": {"x": kind("x") | {"volume": "0/h"}, "y": kind("y") | {"volume": "30/h"}},
        "agents": ONE_TOO_FEW,
        "run": {"mode": "steady", "length": "1h"},
    }
    told = tell(compile_scenario(from_dict(steady)).program)
    n = len(told.stays)
    assert n > 5
    assert [stay[7] for stay in told.stays] == [3600.0 + 60.0 * i for i in range(n)]
    assert [row[1:] for row in told.agents][-1] == ("AVAILABLE", -1, 3600.0 + 60.0 * n, math.inf)


# -- Which agent -----------------------------------------------------------------------------------------------------------

FIVE_CALLS = [(0, 90, FOR_EVER), (0, 60, FOR_EVER), (100, 20, FOR_EVER), (200, 60, FOR_EVER)]
"""A: agent 0 until 90. B: agent 1 until 60. C at 100: agents 2 (idle since 0), 1 (since 60), 0 (since 90). D at 200."""


@pytest.mark.parametrize(
    ("rule", "for_c", "for_d"),
    [
        ("longest_idle", 2, 1),  # C: since 0; D: since 60
        ("fixed_order", 0, 0),
        ("least_occupied", 2, 2),  # C: nothing of 100 s; D: agent 2 was busy 20 of 200 s, agent 1 60, agent 0 90
        ("most_skilled", 2, 1),  # all alike: longest idle decides
    ],
)
def test_rules_for_picking_an_agent(tell, rule, for_c, for_d):
    told = tell(centre(FIVE_CALLS, agents=3, routing={"pick_agent": rule}))
    assert [stay[4] for stay in told.stays] == [0, 1, for_c, for_d]


def test_least_occupied_looks_at_the_time_since_an_agent_came(tell):
    """
    Team a (agent 0) is there from 0, team b (agent 1) from 120 on.
    0    A: agent 0, until 60
    120  agent 1 comes
    150  B: agent 1 (0 of 30 s) before agent 0 (60 of 150 s); until 180
    200  C: agent 1 was busy 30 of 80 s, agent 0 60 of 200 s: agent 0, until 220
    240  D: agent 1 30 of 120 s, agent 0 80 of 240 s: agent 1
    """
    told = tell(
        centre(
            [(0, 60, None), (150, 30, None), (200, 20, None), (240, 10, None)],
            agents={"a": {"headcount": 1}, "b": {"staffing": {"on_phones": [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]}}},
            routing={"pick_agent": "least_occupied"},
        )
    )
    assert [stay[4] for stay in told.stays] == [0, 1, 0, 1]


def test_the_most_skilled_team_is_the_quickest_at_this_call(tell):
    """
    Team a (agent 0) takes 90 % for x and 200 % for y, team b (agent 1) 120 % for x, and 30 s of its own for y.
    0    A (x): agent 0, 54 s
    60   B (y): agent 1, 30 s
    200  C (x): agent 0, who is quicker (and idle longer), until 254
    205  D (x): agent 1 is left, 72 s
    300  E (y): agent 1 again, though agent 0 is idle longer
    """
    told = tell(
        centre(
            [
                (0, None, None, "x"),
                (60, None, None, "y"),
                (200, None, None, "x"),
                (205, None, None, "x"),
                (300, None, None, "y"),
            ],
            kinds={"x": kind("x"), "y": kind("y")},
            agents={
                "a": {"headcount": 1, "skills": {"x": {"handle": "90%"}, "y": {"handle": "200%"}}},
                "b": {"headcount": 1, "skills": {"x": {"handle": "120%"}, "y": {"talk": {"deterministic": "30s"}}}},
            },
            routing={"pick_agent": "most_skilled"},
        )
    )
    assert answers(told) == [(0, 0, 54), (1, 60, 90), (0, 200, 254), (1, 205, 277), (1, 300, 330)]


def test_random_spreads_calls_over_the_idle_agents(tell):
    """100 calls of 1 s, one every 5 s, ten agents idle at each: every agent gets some, none gets half."""
    told = tell(centre([(5 * i, 1, None) for i in range(100)], agents=10, routing={"pick_agent": "random"}))
    per_agent = [sum(stay[4] == agent for stay in told.stays) for agent in range(10)]
    assert sum(per_agent) == 100
    assert min(per_agent) >= 2 and max(per_agent) <= 25  # 10 expected; P(outside) below 1e-2 for one agent, the luck is fixed


def test_random_choice_between_two_agents_does_not_depend_on_a_third(tell):
    """Who is picked of three agents is picked of any two of them that include him."""
    calls = [(5 * i, 1, None) for i in range(60)]
    three = [stay[4] for stay in tell(centre(calls, agents=3, routing={"pick_agent": "random"})).stays]
    two = [stay[4] for stay in tell(centre(calls, agents=2, routing={"pick_agent": "random"})).stays]
    assert {0, 1, 2} == set(three)
    assert all(a == b for a, b in zip(three, two, strict=True) if a < 2)


# -- Which call ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        # at 60 wait: B (x, priority 1, prefer 2) for 40 s, C (y, prefer 1) for 30 s, D (z, prefer 2) for 50 s
        ("priority_then_longest_wait", "BCD"),
        ("fixed_preference", "CBD"),
        ("longest_wait", "DBC"),
        ("weighted_wait", "CDB"),  # at 60: C 3 x 30, D 1 x 50, B 1 x 40; at 120: D 110, B 100
        ("own_queue_first", "BCD"),  # no circle but the first: as by default
    ],
)
def test_rules_for_picking_a_call(tell, rule, order):
    told = tell(
        centre(
            [(0, 60, None, "x"), (10, 60, None, "z"), (20, 60, None, "x"), (30, 60, None, "y")],
            kinds={name: kind(name) for name in "xyz"},
            queues={"x": {"priority": 1}, "y": {"weight": 3}, "z": {}},
            agents={"team": {"headcount": 1, "skills": {"x": {"prefer": 2}, "y": {}, "z": {"prefer": 2}}}},
            routing={"pick_call": rule},
        )
    )
    names = {1: "D", 2: "B", 3: "C"}
    waited = sorted((stay[7], names[stay[0]]) for stay in told.stays if stay[0] > 0)
    assert "".join(name for _, name in waited) == order
    assert [at for at, _ in waited] == [60, 120, 180]


def test_equal_weighted_waits_go_by_customer(tell):
    """At 60 B (x, weight 1) waits 40 s, C (y, weight 2) 20 s: both 40, and B is the lower customer."""
    told = tell(
        centre(
            [(0, 60, None, "x"), (20, 60, None, "x"), (40, 60, None, "y")],
            kinds={"x": TAKES_60, "y": TAKES_60},
            queues={"x": {}, "y": {"weight": 2}},
            routing={"pick_call": "weighted_wait"},
        )
    )
    assert answers(told) == [(0, 0, 60), (0, 60, 120), (0, 120, 180)]


KNOWN = {
    "routing": {"last_agent": True},
    "after_contact": {"return": {"share": "100%", "after": {"deterministic": "40s"}, "attempts": 1}},
}


def test_who_comes_back_gets_the_agent_he_talked_to(tell):
    """
    Everybody comes back once, 40 after his call.
    0    A: agent 0 (both idle since 0, lowest id) until 60
    10   B: agent 1 until 70
    100  A is back: agent 0, idle since 60, until 160: whom he knows, and who is idle longest
    110  B is back: agent 1, whom he knows, until 170
    """
    told = tell(centre([(0, None, FOR_EVER), (10, None, FOR_EVER)], agents=2, **KNOWN))
    assert [(stay[0], stay[1], stay[4], stay[7]) for stay in told.stays] == [
        (0, 0, 0, 0),
        (0, 1, 0, 100),
        (1, 0, 1, 10),
        (1, 1, 1, 110),
    ]


def test_who_is_known_comes_before_who_is_idle_longest(tell):
    """
    0    A: agent 0 until 60; agent 1 is idle since 0
    100  A is back: agent 0 again, though agent 1 is idle longer; without the rule, agent 1
    """
    call = [(0, None, FOR_EVER)]
    assert [stay[4] for stay in tell(centre(call, agents=2, **KNOWN)).stays] == [0, 0]
    assert [stay[4] for stay in tell(centre(call, agents=2, after_contact=KNOWN["after_contact"])).stays] == [0, 1]


def test_who_knows_him_is_busy_so_the_rule_decides(tell):
    """
    0    A: agent 0 until 60; agent 1 is idle since 0
    65   B: agent 1 (idle longest) until 125
    90   C: agent 0 until 150
    100  A is back: agent 0 whom he knows is busy, so is agent 1: he waits until 125 for whoever is free
    """
    told = tell(centre([(0, None, FOR_EVER), (65, None, FOR_EVER), (90, None, FOR_EVER)], agents=2, **KNOWN))
    assert [(stay[4], stay[5], stay[7]) for stay in told.stays if stay[0] == 0] == [(0, 0, 0), (1, 100, 125)]
