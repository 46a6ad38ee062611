"""Callers who ring off and are called back. The centre is open from 0 to 600 s; who is called back has his own phone ring 10 s.

Unless a story says otherwise everybody who waits is offered that, accepts, keeps his place, and answers.
"""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.errors import ScenarioError
from ccsim.scenario import from_dict
from ccsim.vocabulary import Action, CaseEnd, Cause, SegmentKind
from tests.stories.centre import FOR_EVER, NEVER, centre

DIAL: dict[str, Any] = {"ring": {"deterministic": "10s"}}
EVERY: dict[str, Any] = {"accept": "100%", "dial": DIAL}


def called_back(
    calls: list[tuple[Any, ...]], callback: dict[str, Any] | None = None, queue: dict[str, Any] | None = None, **more
):
    """A centre whose one queue calls back: `callback` beside what everybody has."""
    return centre(calls, queues={"call": {"callback": EVERY | (callback or {})} | (queue or {})}, **more)


def causes(told) -> list[tuple[int, str]]:
    """(customer, cause) of each contact."""
    return [(c["customer"], Cause(c["cause"]).name) for c in told.rows.contacts]


def listed(told) -> list[tuple[Any, ...]]:
    """(customer, outcome, clock_at, entered, dialled, answered, ended) of each stay on a list."""
    on_list = told.rows.segments["kind"] == SegmentKind.CALLBACK
    stays = [stay for stay, there in zip(told.stays, on_list, strict=True) if there]
    times = ("clock_at", "entered_at", "assigned_at", "answered_at", "ended_at")
    return [
        (stay[0], stay[3], *(row[time] for time in times)) for stay, row in zip(stays, told.rows.segments[on_list], strict=True)
    ]


def test_who_rings_off_keeps_his_place(tell):
    """
    Only who finds somebody waiting is offered a callback.
    0    A talks until 60
    10   B waits
    20   C finds B waiting, rings off, and keeps his place of 20
    60   B talks until 90
    90   the agent dials C: 10 s until 100, talk until 140
    """
    told = tell(called_back([(0, 60, FOR_EVER), (10, 30, FOR_EVER), (20, 40, FOR_EVER)], {"offer": {"waiting_at_least": 1}}))
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 60, 60),
        (1, 0, 0, "SERVED", 0, 10, NEVER, 60, 90, 90),
        (2, 0, 0, "CALLBACK_TAKEN", -1, 20, NEVER, NEVER, 20, NEVER),
        (2, 1, 0, "SERVED", 0, 20, NEVER, 100, 140, 140),
    ]
    assert listed(told) == [(2, "SERVED", 20, 20, 90, 100, 140)]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "TALK", 1, 60, 90),
        (0, "RING", 2, 90, 100),
        (0, "TALK", 2, 100, 140),
        (0, "AVAILABLE", -1, 140, 600),
    ]
    assert causes(told) == [(0, "FRESH"), (1, "FRESH"), (2, "FRESH"), (2, "CALLBACK")]
    assert told.contacts[2:] == [(2, 0, "CALLBACK_TAKEN", 20, 20, 20, 0), (2, 1, "SERVED", 20, 20, 140, 80)]
    assert told.rows.contacts["ring_time"].tolist() == [0, 0, 0, 10]
    assert told.rows.segments["offered_callback"].tolist() == [0, 0, 1, 0]
    # On the line he waited for nothing; how long he waited for the call is the callback's own.
    assert told.rows.episodes["wait"].tolist() == [0, 50, 0]
    assert told.rows.episodes["n_contacts"].tolist() == [1, 1, 2]


def test_his_place_is_before_who_came_later_and_behind_it_is_after_everybody(tell):
    """
    0    A talks until 60
    10   B rings off: the queue calls back by type b
    20   C waits, of a type whose queue calls nobody back
    60   place kept: the agent dials B until 70, talks until 100, then C until 120
         behind: C talks until 80, then the agent dials B until 90 and talks until 120
    """
    calls = [(0, 60, FOR_EVER, "b"), (10, 30, FOR_EVER, "b"), (20, 20, FOR_EVER, "c")]
    kinds = {kind: {"handle": {"deterministic": "60s"}} for kind in "bc"}
    told = tell(centre(calls, kinds=kinds, queues={"b": {"callback": EVERY}, "c": {}}))
    assert told.stays[2:] == [(1, 1, 0, "SERVED", 0, 10, NEVER, 70, 100, 100), (2, 0, 1, "SERVED", 0, 20, NEVER, 100, 120, 120)]
    told = tell(centre(calls, kinds=kinds, queues={"b": {"callback": EVERY | {"place": "behind"}}, "c": {}}))
    assert told.stays[2:] == [(1, 1, 0, "SERVED", 0, 10, NEVER, 90, 120, 120), (2, 0, 1, "SERVED", 0, 20, NEVER, 60, 80, 80)]


def test_behind_all_calls_so_many_agents_stay_idle(tell):
    """
    Two agents; one must stay idle when somebody behind is dialled.
    0    A and B talk until 60 and 100
    10   C rings off
    60   agent 0 is free: nobody else is, so he idles
    100  agent 1 is free, and agent 0 idle: agent 1 dials C until 110 and talks until 130
    """
    told = tell(
        called_back([(0, 60, FOR_EVER), (0, 100, FOR_EVER), (10, 20, FOR_EVER)], {"place": "behind", "reserve": 1}, agents=2)
    )
    assert listed(told) == [(2, "SERVED", 10, 10, 100, 110, 130)]
    assert told.agents == [
        (0, "TALK", 0, 0, 60),
        (0, "AVAILABLE", -1, 60, 600),
        (1, "TALK", 1, 0, 100),
        (1, "RING", 2, 100, 110),
        (1, "TALK", 2, 110, 130),
        (1, "AVAILABLE", -1, 130, 600),
    ]


def test_who_does_not_answer_falls_due_again_and_at_last_nobody_tries(tell):
    """
    Nobody answers; three dials, 100 s apart.
    0    A talks until 60
    10   B rings off
    60   dialled until 70, due again at 170: dialled at once, until 180, due at 280: until 290, and that was the last time
    """
    dial = DIAL | {"answered": "0%", "attempts": 3, "retry_after": "100s"}
    told = tell(called_back([(0, 60, FOR_EVER), (10, 30, FOR_EVER)], {"dial": dial}))
    assert listed(told) == [
        (1, "NO_ANSWER", 10, 10, 60, NEVER, 70),
        (1, "NO_ANSWER", 10, 170, 170, NEVER, 180),
        (1, "CALLBACK_FAILED", 10, 280, 280, NEVER, 290),
    ]
    assert told.contacts[1:] == [(1, 0, "CALLBACK_TAKEN", 10, 10, 10, 0), (1, 1, "CALLBACK_FAILED", 10, 10, 290, 280)]
    assert [state[1:] for state in told.agents[:4]] == [
        ("TALK", 0, 0, 60),
        ("RING", 1, 60, 70),
        ("AVAILABLE", -1, 70, 170),
        ("RING", 1, 170, 180),
    ]
    assert told.rows.contacts["ring_time"].tolist() == [0, 0, 30]


def test_at_closing_the_list_is_cleared_or_kept_for_the_next_opening(tell):
    """
    Open on two days, 0 to 600 and 86,400 to 87,000.
    500  A talks until 700, past closing: the agent goes home then, though B is still to be called
    510  B rings off
         kept: dialled at the opening, 86,400, until 86,410, talk until 86,430
         cleared: his callback ends CLOSED at 600, and he dials again as who was not served, after 10 s: when lines open
    """
    calls = [(500, 200, FOR_EVER), (510, 20, FOR_EVER)]
    told = tell(called_back(calls, days=2))
    assert told.stays[1:] == [
        (1, 0, 0, "CALLBACK_TAKEN", -1, 510, NEVER, NEVER, 510, NEVER),
        (1, 1, 0, "SERVED", 0, 510, NEVER, 86410, 86430, 86430),
    ]
    assert told.agents[1:4] == [(0, "TALK", 0, 500, 700), (0, "RING", 1, 86400, 86410), (0, "TALK", 1, 86410, 86430)]
    told = tell(called_back(calls, {"at_close": "clear"}, days=2))
    assert listed(told) == [(1, "CLOSED", 510, 510, NEVER, NEVER, 600)]
    assert told.contacts[1:] == [(1, 0, "CALLBACK_TAKEN", 510, 510, 510, 0), (1, 1, "CLOSED", 510, 510, 600, 90)]


def test_who_is_still_to_be_called_when_all_is_over_is_told_so(tell):
    """
    500  A talks until 620, past the only closing
    510  B rings off, and nobody ever calls
    """
    told = tell(called_back([(500, 120, FOR_EVER), (510, 20, FOR_EVER)]))
    assert listed(told) == [(1, "UNFINISHED", 510, 510, NEVER, NEVER, NEVER)]
    assert told.contacts[2] == (1, 1, "UNFINISHED", 510, 510, NEVER, NEVER)
    assert told.agents == [(0, "AVAILABLE", -1, 0, 500), (0, "TALK", 0, 500, 620)]


def test_offered_to_who_has_waited_so_long(tell):
    """
    Offered after 30 s of waiting.
    0    A talks until 60; B waits from 10, C from 40, who would hang up at 65
    40   B has waited for 30 s, rings off, and keeps his place of 10
    60   the agent dials B until 70 and talks until 90; C hangs up at 65 before he is offered anything
    """
    told = tell(called_back([(0, 60, FOR_EVER), (10, 20, 200), (40, 20, 25)], {"offer": {"at": "waiting", "after": "30s"}}))
    assert told.stays[1:] == [
        (1, 0, 0, "CALLBACK_TAKEN", -1, 10, 210, NEVER, 40, NEVER),
        (1, 1, 0, "SERVED", 0, 40, NEVER, 70, 90, 90),
        (2, 0, 0, "ABANDONED", -1, 40, 65, NEVER, 65, NEVER),
    ]
    assert listed(told) == [(1, "SERVED", 10, 40, 60, 70, 90)]
    assert told.rows.contacts["wait"].tolist() == [0, 30, 30, 25]


def test_offered_by_how_long_the_last_one_answered_has_waited(tell):
    """
    Offered where the wait expected is over 20 s.
    0    A talks until 40
    10   B waits, since nobody has waited yet: until 40, that is 30, and talks until 60
    50   C is told of 30 s, and rings off; dialled at 60 until 70, talks until 90: his wait is none that others may expect
    75   D is still told of 30 s, and rings off
    """
    offer = {"offer": {"expected_wait_over": "20s"}}
    told = tell(called_back([(0, 40, FOR_EVER), (10, 20, FOR_EVER), (50, 20, FOR_EVER), (75, 5, FOR_EVER)], offer))
    assert [stay[3] for stay in told.stays] == [
        "SERVED",
        "SERVED",
        "CALLBACK_TAKEN",
        "SERVED",
        "CALLBACK_TAKEN",
        "SERVED",
    ]
    assert listed(told) == [(2, "SERVED", 50, 50, 60, 70, 90), (3, "SERVED", 75, 75, 90, 100, 105)]


def test_offered_in_a_window_of_the_day_only(tell):
    """
    Offered from 00:01 to 00:02.
    0    A talks until 200
    50   B waits, until 200, and talks until 210
    60   C rings off; dialled at 210 until 220, talks until 230
    120  D waits, until 230
    """
    told = tell(
        called_back(
            [(0, 200, FOR_EVER), (50, 10, FOR_EVER), (60, 10, FOR_EVER), (120, 10, FOR_EVER)],
            {"offer": {"window": "00:01-00:02"}},
        )
    )
    assert [(stay[0], stay[3], stay[7]) for stay in told.stays[1:]] == [
        (1, "SERVED", 200),
        (2, "CALLBACK_TAKEN", NEVER),
        (2, "SERVED", 220),
        (3, "SERVED", 230),
    ]


def test_a_line_is_free_as_soon_as_he_rings_off_and_his_callback_needs_none(tell):
    """
    Two lines; A holds one until 60.
    10   B rings off: the second line is free again
    20   C gets it, and rings off, too
    60   B is dialled until 70 and talks until 80, then C until 90 and 100
    71   D gets a line and waits until 100; E the other, until 105; F finds none: no line is needed to talk with B and C
    """
    calls = [(0, 60, FOR_EVER), (10, 10, FOR_EVER), (20, 10, FOR_EVER), *((at, 5, FOR_EVER) for at in (71, 72, 73))]
    told = tell(called_back(calls, {"offer": {"window": "00:00-00:01"}}, lines=2))
    called = ["CALLBACK_TAKEN", "SERVED"]
    assert [contact[2] for contact in told.contacts] == ["SERVED", *called, *called, "SERVED", "SERVED", "BLOCKED"]
    assert listed(told) == [(1, "SERVED", 10, 10, 60, 70, 80), (2, "SERVED", 20, 20, 80, 90, 100)]


def test_expanding_brings_more_who_may_dial_and_nobody_overflows_off_the_list(tell):
    """
    Team y (agent 1) answers after 30 s; calls flow over to team z (agent 2) after 50 s.
    0    A talks with agent 0 until 300
    10   B rings off; at 40 team y may dial him: until 50, talk until 70
    """
    queue = {"teams": ["x"], "expand": [{"after": "30s", "to": ["y"]}], "overflow": [{"after": "50s", "to": "z"}]}
    agents = {team: {"headcount": 1} for team in "xyz"}
    told = tell(called_back([(0, 300, FOR_EVER), (10, 20, FOR_EVER)], queue=queue, agents=agents))
    assert listed(told) == [(1, "SERVED", 10, 10, 40, 50, 70)]
    agents["y"] = {"headcount": 0}
    told = tell(called_back([(0, 300, FOR_EVER), (10, 20, FOR_EVER)], queue=queue, agents=agents))
    assert listed(told) == [(1, "SERVED", 10, 10, 300, 310, 330)]


def test_a_callback_may_be_transferred_like_any_call(tell):
    """
    All of type a go on as b, to agent 1.
    0    A talks with agent 0 until 60, then with agent 1 until 100
    10   B rings off; dialled at 60 until 70, talks until 90; waits for agent 1 until 100, talks until 140
    """
    told = tell(
        centre(
            [(0, 60, FOR_EVER, "a"), (10, 20, FOR_EVER, "a")],
            kinds={
                "a": {"handle": {"deterministic": "60s"}, "transfer": {"share": "100%", "to": "b"}},
                "b": {"handle": {"deterministic": "40s"}},
            },
            queues={"a": {"teams": ["x"], "callback": EVERY}, "b": {"teams": ["y"]}},
            agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
        )
    )
    assert told.stays[2:] == [
        (1, 0, 0, "CALLBACK_TAKEN", -1, 10, NEVER, NEVER, 10, NEVER),
        (1, 1, 0, "TRANSFERRED", 0, 10, NEVER, 70, 90, 90),
        (1, 1, 1, "SERVED", 1, 90, NEVER, 100, 140, 140),
    ]
    assert told.contacts[2] == (1, 1, "SERVED", 10, 10, 140, 60)
    assert told.rows.contacts["later_wait"].tolist() == [0, 0, 10]


CASES: dict[str, Any] = {
    "kinds": {"call": {"handle": {"deterministic": "60s"}, "needs_authority": {"share": "100%", "amount": 100}}},
    "agents": {"a": {"headcount": 1, "authority": 25}, "b": {"headcount": 1, "authority": 150}},
}
PROMISE = {"on_shortfall": {"call_back": "100%"}, "callback": {"dial": DIAL}, "retell": "5s", "first_leg": "50%"}


def test_a_case_beyond_the_agent_is_promised_a_call_by_somebody_who_may_grant_it(tell):
    """
    0    A needs 100, agent 0 may grant 25: he talks 30 and promises a call
    30   agent 1 dials at once, until 40, hears the story (5) and talks until 105
    20   B is answered at 30, talks until 60, waits on the list until 105; dialled until 115, talk until 180
    """
    told = tell(
        centre([(0, None, FOR_EVER), (20, None, FOR_EVER)], queues={"call": {"teams": ["a"]}}, make_it_right=PROMISE, **CASES)
    )
    assert told.stays == [
        (0, 0, 0, "SERVED", 0, 0, NEVER, 0, 30, 30),
        (0, 1, 1, "SERVED", 1, 30, NEVER, 40, 105, 105),
        (1, 0, 0, "SERVED", 0, 20, NEVER, 30, 60, 60),
        (1, 1, 1, "SERVED", 1, 60, NEVER, 115, 180, 180),
    ]
    settled = [(s["customer"], s["agent"], Action(s["action"]).name, s["leg"], s["granted"]) for s in told.rows.settlements]
    assert settled == [
        (0, 0, "PROMISED", 0, 0),
        (0, 1, "SETTLED", 1, 100),
        (1, 0, "PROMISED", 0, 0),
        (1, 1, "SETTLED", 1, 100),
    ]
    assert causes(told) == [(0, "FRESH"), (0, "CALLBACK"), (1, "FRESH"), (1, "CALLBACK")]
    assert [(CaseEnd(c["end"]).name, c["n_legs"], c["n_contacts"], c["n_returns"]) for c in told.rows.cases] == [
        ("SETTLED", 2, 2, 0),
        ("SETTLED", 2, 2, 0),
    ]


def test_a_promise_nobody_can_keep_is_none_and_one_that_reaches_nobody_loses_the_case(tell):
    """
    0    A needs 500, and nobody may grant that: refused
         A needs 100, and does not answer when he is called: his case is lost
    """
    kinds = {"call": {"handle": {"deterministic": "60s"}, "needs_authority": {"share": "100%", "amount": 500}}}
    told = tell(
        centre(
            [(0, None, FOR_EVER)],
            queues={"call": {"teams": ["a"]}},
            make_it_right=PROMISE,
            **(CASES | {"kinds": kinds}),
        )
    )
    assert [Action(s["action"]).name for s in told.rows.settlements] == ["REFUSED"]
    right = PROMISE | {"callback": {"dial": DIAL | {"answered": "0%"}}}
    told = tell(centre([(0, None, FOR_EVER)], queues={"call": {"teams": ["a"]}}, make_it_right=right, **CASES))
    assert [(CaseEnd(c["end"]).name, c["resolved"]) for c in told.rows.cases] == [("LOST", 0)]
    assert listed(told) == [(0, "CALLBACK_FAILED", 30, 30, 30, NEVER, 40)]


def test_who_idles_while_lines_open_dials_who_is_still_on_the_list(tell):
    """
    Agent 1's shift begins before the second opening, at 86,340; nobody else is there then.
    500  A talks until 700
    510  B rings off; agent 1, idle from 86,340, dials him when lines open, at 86,400
    """
    told = tell(
        called_back(
            [(500, 200, FOR_EVER), (510, 20, FOR_EVER)],
            days=2,
            open={"2024-01-01": "00:00-00:10", "2024-01-02": "00:01-00:10"},
            agents={"desk": {"shifts": {"early": {"2024-01-01": 1, "2024-01-02": 1}}}},
            shifts={"early": {"time": "00:00-00:10"}},
        )
    )
    assert listed(told) == [(1, "SERVED", 510, 510, 86460, 86470, 86490)]
    assert (0, "AVAILABLE", -1, 86400, 86460) in told.agents


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        ({"accept": "50%", "reserve": 1}, "behind all calls"),
        ({"accept": "50%", "offer": {"at": "waiting"}}, "needs `after`"),
        ({"accept": "50%", "offer": {"after": "20s"}}, "at: waiting"),
        ({"accept": "50%", "dial": {"first": "customer"}}, "is not one of its choices"),
        ({"accept": "50%", "dial": {"attempts": 0}}, "attempts"),
        ({"place": "kept"}, "accept"),
    ],
)
def test_what_cannot_be_is_refused(callback, said):
    with pytest.raises(ScenarioError, match=said):
        from_dict(
            {
                "calls": {"call": {"volume": "60/h", "handle": "3m"}},
                "agents": 3,
                "queues": {"call": {"calls": ["call"], "callback": callback}},
            }
        )
