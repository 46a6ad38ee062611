"""Callers who leave a message instead of waiting on. The centre is open from 0 to 600 s; a message takes 20 s on the line.

Unless a story says otherwise everybody does who has waited 30 s, and is called back behind all calls: his phone rings 10 s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccsim.engine.compiled.simulate import simulate
from ccsim.errors import ScenarioError
from ccsim.outcomes.audit import audit
from ccsim.program.compile import compile_scenario
from ccsim.scenario import from_dict
from ccsim.vocabulary import Cause, Outcome, SegmentKind
from tests.stories.centre import FOR_EVER, NEVER, centre
from tests.verification.legs import LEGS

DIAL: dict[str, Any] = {"ring": {"deterministic": "10s"}}
AFTER: dict[str, Any] = {"after": "30s", "share": "100%", "message": "20s", "dial": DIAL}
AWAY: dict[str, Any] = {"share": "100%", "message": "20s", "dial": DIAL}


def machine(calls: list[tuple[Any, ...]], voicemail: dict[str, Any], queue: dict[str, Any] | None = None, **more: Any):
    """A centre whose one queue has a voicemail."""
    return centre(calls, queues={"call": {"voicemail": voicemail} | (queue or {})}, **more)


def test_who_has_waited_so_long_leaves_a_message_and_is_called_back_behind_all_calls(tell):
    """
    0    A talks until 100
    10   B waits; 40: speaks until 60, then he is on the list
    80   C waits
    100  the agent takes C, who came later but waits on the line, until 120; then he dials B: 10 s until 130, talk until 160
    """
    told = tell(machine([(0, 100, FOR_EVER), (10, 30, FOR_EVER), (80, 20, FOR_EVER)], AFTER))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 100, 0),
        (1, 0, "LEFT_MESSAGE", 10, 10, 60, 30),
        (1, 1, "SERVED", 60, 60, 160, 70),
        (2, 0, "SERVED", 80, 80, 120, 20),
    ]
    assert told.stays[1:3] == [
        (1, 0, 0, "LEFT_MESSAGE", -1, 10, NEVER, NEVER, 40, NEVER),
        (1, 1, 0, "SERVED", 0, 60, NEVER, 130, 160, 160),
    ]
    assert [Cause(c["cause"]).name for c in told.rows.contacts] == ["FRESH", "FRESH", "CALLBACK", "FRESH"]
    assert told.agents[:4] == [
        (0, "TALK", 0, 0, 100),
        (0, "TALK", 2, 100, 120),
        (0, "RING", 1, 120, 130),
        (0, "TALK", 1, 130, 160),
    ]
    # On the line he waited 30 s; speaking is no wait, and how long he waits for the call is the callback's own.
    assert told.rows.episodes["wait"].tolist() == [0, 30, 20]
    assert told.rows.segments["offered_callback"].tolist() == [0, 0, 0, 0]


def test_a_message_holds_the_line_and_nobody_s_patience_ends_it(tell):
    """
    Two lines.
    0    A talks until 100
    10   B waits, patient until 50; 40: speaks until 60
    55   C dials: both lines are taken. 60: D dials before B's message is over: likewise. 61: E waits until 100
    """
    calls = [(0, 100, FOR_EVER), (10, 30, 40), (55, 10, FOR_EVER), (60, 10, FOR_EVER), (61, 10, 35)]
    told = tell(machine(calls, AFTER, lines=2))
    assert [contact[2] for contact in told.contacts] == [
        "SERVED",
        "LEFT_MESSAGE",
        "SERVED",
        "BLOCKED",
        "BLOCKED",
        "LEFT_MESSAGE",
        "SERVED",
    ]
    assert told.contacts[5] == (4, 0, "LEFT_MESSAGE", 61, 61, 111, 30)


def test_who_is_less_patient_hangs_up_and_who_is_answered_before_talks(tell):
    """
    0    A talks until 35
    10   B is patient until 30: ABANDONED
    20   C is answered at 35, before his 30 s are over
    """
    told = tell(machine([(0, 35, FOR_EVER), (10, 30, 20), (20, 30, FOR_EVER)], AFTER))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 35, 0),
        (1, 0, "ABANDONED", 10, 10, 30, 20),
        (2, 0, "SERVED", 20, 20, 65, 15),
    ]


def test_where_nothing_follows_the_problem_is_over_with_the_message(tell):
    """
    0    A talks until 100
    10   B speaks from 40 to 60. Nobody calls him back, and though everybody redials whom nobody served, he does not
    """
    again = {"redial": {"share": "100%", "after": {"deterministic": "50s"}}}
    nothing = {key: AFTER[key] for key in ("after", "share", "message")} | {"then": "nothing"}
    told = tell(machine([(0, 100, FOR_EVER), (10, 30, FOR_EVER)], nothing, after_contact=again))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 100, 0), (1, 0, "LEFT_MESSAGE", 10, 10, 60, 30)]
    assert told.rows.episodes["n_contacts"].tolist() == [1, 1] and told.rows.episodes["ended_at"].tolist() == [100, 60]


def test_who_finds_the_queue_full_leaves_a_message_instead_of_being_turned_away(tell):
    """
    One may wait.
    0    A talks until 100. 10: B waits, as long as it takes
    20   C finds the queue full: speaks until 40; on the list from then on
    100  the agent takes B until 130, then dials C until 140: talk until 145
    """
    calls = [(0, 100, FOR_EVER), (10, 30, FOR_EVER), (20, 5, FOR_EVER)]
    told = tell(machine(calls, AWAY | {"when_full": True}, {"max_waiting": 1}))
    assert told.contacts[1:] == [
        (1, 0, "SERVED", 10, 10, 130, 90),
        (2, 0, "LEFT_MESSAGE", 20, 20, 40, 0),
        (2, 1, "SERVED", 40, 40, 145, 100),
    ]
    assert told.stays[2] == (2, 0, 0, "LEFT_MESSAGE", -1, 20, NEVER, NEVER, 20, NEVER)


def test_who_finds_the_queue_closed_by_an_event_is_called_back_as_soon_as_somebody_idles(tell):
    """
    The queue is closed from 60 to 120; the agent has nothing to do.
    70   A speaks until 90: the idle agent dials him at once, until 100, talk until 130
    125  B dials: waits until 130
    """
    closed = {"event": {"when": "mon 00:01-00:02", "set": {"queues.call": "closed"}}}
    told = tell(machine([(70, 30, FOR_EVER), (125, 30, FOR_EVER)], AWAY | {"when_closed": True}, events=closed))
    assert told.contacts == [
        (0, 0, "LEFT_MESSAGE", 70, 70, 90, 0),
        (0, 1, "SERVED", 90, 90, 130, 10),
        (1, 0, "SERVED", 125, 125, 160, 5),
    ]


def test_who_comes_out_of_the_ivr_after_closing_is_called_back_in_the_morning(tell):
    """
    At closing, 600, who waits is cleared; the announcement takes 20 s.
    595  A dials; 615: his queue is shut. He speaks until 635, when everybody has gone home
    86400  lines open; the agent dials him until 86410, talk until 86440
    """
    told = tell(
        machine(
            [(595, 30, FOR_EVER)],
            AWAY | {"when_closed": True},
            days=2,
            ivr={"time": {"deterministic": "20s"}},
            closing={"queue": "clear"},
        )
    )
    assert told.contacts == [(0, 0, "LEFT_MESSAGE", 595, 615, 635, 0), (0, 1, "SERVED", 635, 635, 86440, 85775)]
    assert told.agents[0] == (0, "AVAILABLE", -1, 0, 615)


def test_in_a_queue_with_callbacks_both_are_called_back_alike(tell):
    """
    Callbacks keep their place among the calls: who has left a message that of its end.
    0    A talks until 100
    10   B speaks from 40 to 60. 50: C waits, and speaks from 80 to 100. 55: D waits in a queue without a voicemail
    100  D has waited from 55, B from 60, C from 100: the agent takes D until 110, dials B until 120, C until 150
    """
    kinds = {"call": {"handle": {"deterministic": "60s"}}, "other": {"handle": {"deterministic": "60s"}}}
    callback = {"offer": {"waiting_at_least": 9}, "accept": "100%", "dial": DIAL}
    voicemail = {"after": "30s", "share": "100%", "message": "20s"}
    calls = [(0, 100, FOR_EVER), (10, 20, FOR_EVER), (50, 20, FOR_EVER), (55, 10, FOR_EVER, "other")]
    queues = {"call": {"callback": callback, "voicemail": voicemail}, "other": {}}
    told = tell(centre(calls, kinds=kinds, queues=queues))
    assert told.contacts[1:] == [
        (1, 0, "LEFT_MESSAGE", 10, 10, 60, 30),
        (1, 1, "SERVED", 60, 60, 140, 60),
        (2, 0, "LEFT_MESSAGE", 50, 50, 100, 30),
        (2, 1, "SERVED", 100, 100, 170, 50),
        (3, 0, "SERVED", 55, 55, 110, 45),
    ]


def test_before_an_overflow_of_the_same_time_who_does_not_speak_goes_on(tell):
    """
    After 30 s one may leave a message, then goes to the other queue; nobody speaks where the share is nothing.
    0    A talks until 100
    10   B: with the share of all he speaks at 40; with none he is in the other queue from 40 on, and answered there
    """
    calls = [(0, 100, FOR_EVER), (10, 30, FOR_EVER)]
    more = {"agents": {"desk": {"headcount": 1}, "late": {"headcount": 1}}}
    over = {"teams": ["desk"], "overflow": [{"after": "30s", "to": "late"}]}
    told = tell(machine(calls, AFTER, over, **more))
    assert told.stays[1][3:] == ("LEFT_MESSAGE", -1, 10, NEVER, NEVER, 40, NEVER)
    told = tell(machine(calls, AFTER | {"share": "0%"}, over, **more))
    assert [stay[3] for stay in told.stays] == ["SERVED", "OVERFLOWED", "SERVED"]
    without = tell(centre(calls, queues={"call": over}, **more))
    assert (told.contacts, told.stays, told.agents) == (without.contacts, without.stays, without.agents)


def test_who_is_called_back_leaves_no_message(tell):
    """
    Nobody who is called back is asked again, however long he is on the list.
    0    A talks until 300; 10: B speaks from 40 to 60; 300: the agent dials him until 310, talk until 320
    """
    told = tell(machine([(0, 300, FOR_EVER), (10, 10, FOR_EVER)], AFTER))
    kinds = [(SegmentKind(row["kind"]).name, row["ended_at"]) for row in told.rows.segments]
    assert kinds == [("QUEUE", 300), ("QUEUE", 40), ("CALLBACK", 320)]


def test_who_dials_at_night_leaves_a_message_and_is_called_back_in_the_morning_in_turn(tell):
    """
    Lines are open from 9 to 10, on two days, and nobody calls then. About eight people dial before or after that on the
    first day: each speaks 20 s. At 9 the one agent dials the first by the ends of their messages: 10 s, talk 60 s; and so on.
    """
    call = {"volume": "0/h", "handle": {"deterministic": "60s"}, "out_of_hours": {"mon": "8/day", "tue": "0/day"}}
    scenario = {"open": "09:00-10:00", "days": 2, "calls": {"call": call}, "agents": 1}
    queues = {"call": {"voicemail": AWAY | {"when_closed": True}}}
    told = tell(compile_scenario(from_dict(scenario | {"queues": queues})).program)
    first, second = (told.rows.contacts[told.rows.contacts["contact"] == n] for n in (0, 1))
    n = len(first)
    assert n > 2 and [Outcome(o).name for o in first["outcome"]] == ["LEFT_MESSAGE"] * n
    assert (first["ended_at"] == first["arrived_at"] + 20).all() and (first["queued_at"] == NEVER).all()
    assert (second["queued_at"] == first["ended_at"]).all() and (second["cause"] == Cause.CALLBACK).all()
    early = int((first["ended_at"] < 9 * 3600).sum())
    answers = second["queued_at"] + second["wait"]
    assert np.argsort(answers).tolist() == np.argsort(first["ended_at"]).tolist()
    times = [9 * 3600 + 10 + 70 * k for k in range(early)] + [33 * 3600 + 10 + 70 * k for k in range(n - early)]
    assert np.round(np.sort(answers), 6).tolist() == times
    told = tell(compile_scenario(from_dict(scenario | {"queues": {"call": {"voicemail": AWAY | {"after": "1m"}}}})).program)
    assert {Outcome(o).name for o in told.rows.contacts["outcome"]} == {"CLOSED"}


def test_a_limit_at_which_everybody_speaks_is_a_patience_of_that_length() -> None:
    """
    In a steady centre that would never settle otherwise, ten erlangs for ten agents: who leaves a message of no time after a
    minute is who would hang up after one. With half of them the other half waits for ever, and that is refused.
    """
    call = {"volume": "120/h", "handle": "5m"}
    steady = {"open": "00:00-24:00", "agents": 10, "run": {"mode": "steady", "length": "20h", "warm_up": "1h"}}
    voicemail = {"after": "60s", "share": "100%", "message": "0s", "then": "nothing"}
    scenarios = (
        steady | {"calls": {"call": call}, "queues": {"call": {"voicemail": voicemail}}},
        steady | {"calls": {"call": call | {"patience": {"deterministic": "60s"}}}},
    )
    speaking, leaving = (simulate(compile_scenario(from_dict(s)).program, 1, 0, rows=True).rows for s in scenarios)
    assert speaking is not None and leaving is not None
    ends = {Outcome.ABANDONED: Outcome.LEFT_MESSAGE}
    assert [ends.get(o, o) for o in leaving.contacts["outcome"].tolist()] == speaking.contacts["outcome"].tolist()
    assert leaving.contacts["wait"].tolist() == speaking.contacts["wait"].tolist()
    assert (speaking.contacts["outcome"] == Outcome.LEFT_MESSAGE).sum() > 100
    with pytest.raises(ScenarioError, match="it never settles"):
        from_dict(scenarios[0] | {"queues": {"call": {"voicemail": voicemail | {"share": "50%"}}}})


def test_a_message_of_no_time_is_what_an_overflow_to_nobody_was() -> None:
    """
    The telethon of the reference cases sends whoever has waited two minutes to a queue without room; said as a voicemail,
    the same callers do the same in the same instants.
    """
    (telethon,) = [case for case in LEGS if case.id == "cc-telethon"]
    overflow = telethon.parts[0].scenario
    voicemail = {"after": "2m", "share": "100%", "message": "0s", "then": "nothing"}
    queues = {"calls": {"teams": ["agents"], "voicemail": voicemail}}
    agents = {"agents": overflow["agents"]["agents"]}
    one, other = (compile_scenario(from_dict(s)).program for s in (overflow, overflow | {"queues": queues, "agents": agents}))
    ends = {Outcome.TURNED_AWAY: Outcome.LEFT_MESSAGE}
    n_messages = 0
    for replication in range(20):
        before, after = (simulate(program, 1, replication, rows=True).rows for program in (one, other))
        assert before is not None and after is not None and audit(other, after) == []
        for field in ("customer", "arrived_at", "ended_at", "wait", "talk_time"):
            assert before.contacts[field].tolist() == after.contacts[field].tolist(), field
        assert [ends.get(o, o) for o in before.contacts["outcome"].tolist()] == after.contacts["outcome"].tolist()
        n_messages += int((after.contacts["outcome"] == Outcome.LEFT_MESSAGE).sum())
    assert n_messages > 50


@pytest.mark.parametrize(
    ("queue", "code", "at", "words"),
    [
        ({"voicemail": {"share": "50%"}}, "E-KEY-MISSING", "voicemail", "nobody may leave a message: say who"),
        ({"voicemail": {"after": "3m"}}, "E-KEY-MISSING", "voicemail.share", "needs the key"),
        (
            {"voicemail": {"after": "3m", "share": "50%", "then": "nothing", "dial": {"attempts": 3}}},
            "E-BOTH",
            "voicemail.dial",
            "nobody who leaves a message is called back",
        ),
        ({"voicemail": {"when_full": True, "share": "50%"}}, "E-KEY-MISSING", "when_full", "Try: max_waiting: 20"),
        (
            {
                "voicemail": {"when_full": True, "share": "50%"},
                "max_waiting": 5,
                "teams": ["desk"],
                "overflow": [{"after": "1m", "to": "late"}],
            },
            "E-BOTH",
            "when_full",
            "who finds the queue full goes on to late",
        ),
        (
            {"voicemail": {"after": "3m", "share": "50%", "at_close": "clear"}, "callback": {"accept": "10%"}},
            "E-BOTH",
            "at_close",
            "the queue's `callback` says how customers are called back",
        ),
        ({"voicemail": {"after": "3m", "share": "50%", "then": "fax"}}, "E-CHOICE", "then", "call_back, nothing"),
    ],
)
def test_what_is_refused(queue: dict[str, Any], code: str, at: str, words: str) -> None:
    call = {"volume": "60/h", "handle": "4m", "patience": "2m"}
    agents = {"desk": {"headcount": 3}, "late": {"headcount": 1}}
    with pytest.raises(ScenarioError) as caught:
        from_dict({"open": "09:00-11:00", "calls": {"call": call}, "agents": agents, "queues": {"call": queue}})
    (problem,) = caught.value.problems
    assert problem.code == code and problem.path.endswith(at), problem
    assert words in str(problem)
