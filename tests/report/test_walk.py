"""A walk in words: a hand-worked day line by line, who and when, and the same day as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ccsim
from ccsim.errors import ScenarioError
from ccsim.report.walk import TeamWalk, Walk, walk
from ccsim.scenario import Scenario, from_dict, load

SCENARIOS = Path(__file__).parents[2] / "scenarios"

BLOCKED_DAY: dict[str, Any] = {
    "name": "Two of a kind",
    "open": "08:00-09:00",
    "start": "2026-03-02",
    "days": 3,
    "calls": {
        "a": {"handle": {"deterministic": "60s"}, "transfer": {"share": "100%", "to": "b"}},
        "b": {"talk": {"deterministic": "30s"}, "wrap": {"deterministic": "10s"}},
    },
    "agents": {"desk": {"headcount": 1}},
    "holidays": ["2026-03-03"],
}
CALLS = [
    {"at": "2026-03-02 08:10:00", "call_type": "a", "handle": "300s"},
    {"at": "2026-03-02 08:12:00", "call_type": "b"},
    {"at": "2026-03-02 08:30:00", "call_type": "b"},
    {"at": "2026-03-04 08:00:00", "call_type": "b"},
]

TEXT = """\
desk/1, Mon 2026-03-02 (Two of a kind; replication 0, seed 1)
08:00:00           came on duty
08:00:00    10:00  idle
08:10:00     5:00  a call of customer 0; talk 5:00; passed on to somebody else
08:15:00     0:40  b call of customer 1, who had waited 3:00 (nobody able was free); talk 0:30; wrap 0:10
08:15:40     0:40  a call of customer 0, who had waited 0:40 (transferred in); passed on from a: he tells his story again; \
talk 0:30; wrap 0:10
08:16:20    13:40  idle
08:30:00     0:40  b call of customer 2; talk 0:30; wrap 0:10
08:30:40    29:20  idle
09:00:00           went off duty

4 calls, handle time 1:45 on average; occupancy 11.7 %
idle 53:00; talk 6:30; wrap 0:30
In the way of his callers: nobody able was free 3:00 (1 call); waited again after a transfer 0:40 (1 call)
In his own way: passed on to somebody else 5:00 (1 call)"""


@pytest.fixture
def small() -> Scenario:
    """Three days, the second a holiday, with four callers."""
    start = 8 * 3600
    calls = []
    for call in CALLS:
        date, clock = str(call["at"]).split()
        hours, minutes, _ = map(int, clock.split(":"))
        at = (int(date[-2:]) - 2) * 86400 + hours * 3600 + minutes * 60
        assert at >= start
        calls.append({key: value for key, value in call.items() if key != "at"} | {"at": f"{at}s"})
    return from_dict(BLOCKED_DAY | {"replay": {"calls": calls}})


def test_a_day_is_told_line_by_line(small: Scenario) -> None:
    walked = walk(small, agent="desk/1")
    assert isinstance(walked, Walk)
    assert walked.text == TEXT


@pytest.mark.parametrize("day", [3, "3", "2026-03-04"])
def test_a_day_is_found_by_number_and_date(small: Scenario, day: int | str) -> None:
    walked = ccsim.walk(small, agent="desk/1", day=day)
    assert [call["answered_at"] for call in walked.as_dict()["calls"]] == [2 * 86400.0 + 8 * 3600]
    assert "08:00:00     0:40  b call of customer 3; talk 0:30; wrap 0:10" in walked.text.splitlines()


def test_the_walk_is_of_the_run_that_was_counted() -> None:
    """The engine, and asking for other replications before, change nothing; another replication is another day."""
    scenario = load(SCENARIOS / "two_queues.yaml")
    told = [walk(scenario, agent="helpers/2", replication=3, engine=engine) for engine in ("compiled", "reference")]
    assert told[0].text == told[1].text
    assert walk(scenario, agent="helpers/2", replication=4).text != told[0].text


def test_a_person_goes_by_number_or_name() -> None:
    scenario = load(SCENARIOS / "shifts.yaml")
    by_number, by_name = walk(scenario, agent="desk/3", day=2), walk(scenario, agent="desk/early/3", day=2)
    assert by_number.text == by_name.text
    assert by_number.text.startswith("desk/3 (early/3), Tue 2026-03-03")
    states = {stretch["state"] for stretch in by_number.as_dict()["stretches"]}
    assert {"break", "talk", "available"} <= states


def test_who_does_not_come_is_absent_and_who_is_late_comes_later() -> None:
    scenario = load(SCENARIOS / "shifts.yaml", ["agents.desk.shrinkage.absent=95%"])
    walked = walk(scenario, agent="desk/1", day=2)
    assert "08:00:00  8:30:00  absent all shift" in walked.text
    assert "came on duty" not in walked.text and "0 calls" in walked.text
    assert "not on duty that day" in walk(scenario, agent="desk/1", day=6).text
    late = load(SCENARIOS / "shifts.yaml", ["agents.desk.shrinkage={late: {share: 100%, by: {deterministic: 9m}}}"])
    lines = walk(late, agent="desk/1", day=2).text.splitlines()
    assert lines[1].split(maxsplit=1) == ["08:00:00", "shift begins"]
    assert lines[2].split(maxsplit=2) == ["08:00:00", "9:00", "not there yet: late"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"agent": "desk"}, 'E-REF agent: say which of the team, got "desk", allowed: TEAM/number. Try: desk/1'),
        ({"agent": "dusk/1"}, 'E-REF agent: no such team, got "dusk", allowed: desk. Try: desk'),
        ({"agent": "desk/2"}, 'E-REF agent: nobody of that number in the team, got "desk/2", allowed: desk/1 to desk/1'),
        ({"agent": "desk/0"}, "nobody of that number"),
        ({"agent": "desk/1", "day": 4}, "E-REF day: no such day, got 4, allowed: 1 to 3, or 2026-03-02 to 2026-03-04"),
        ({"agent": "desk/1", "day": "0"}, "no such day"),
        ({"agent": "desk/1", "day": 2}, "E-REF day: Tue 2026-03-03 is closed, got 2, allowed: 1, 3"),
        ({"team": "dosk"}, 'E-REF team: no such team, got "dosk", allowed: desk. Try: desk'),
    ],
)
def test_who_and_when_there_is_not_is_refused(small: Scenario, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        walk(small, **asked)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "give an agent or a team"),
        ({"agent": "desk/1", "team": "desk"}, "give an agent or a team"),
        ({"agent": "desk/1", "replication": -1}, "replication: got -1"),
        ({"agent": "desk/1", "seed": -1}, "seed: got -1"),
        ({"agent": "desk/1", "engine": "fast"}, "engine: got 'fast'"),
        ({"team": "desk", "reps": 0}, "reps: got 0"),
    ],
)
def test_what_cannot_be_is_refused(small: Scenario, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        walk(small, **asked)


def test_what_authority_does_to_a_call_is_told() -> None:
    scenario = from_dict(
        BLOCKED_DAY
        | {
            "calls": {"a": {"handle": {"deterministic": "60s"}, "needs_authority": {"share": "100%", "amount": 100}}},
            "agents": {"desk": {"headcount": 1}, "lead": {"headcount": 1, "authority": "unlimited"}},
            "queues": {"a": {"teams": ["desk"]}},
            "make_it_right": {"retell": "15s"},
            "replay": {"calls": [{"at": "36000s", "call_type": "a"}]},
            "open": "08:00-12:00",
        }
    )
    first, second = walk(scenario, agent="desk/1").text, walk(scenario, agent="lead/1").text
    assert "10:00:00     1:00  a call of customer 0; talk 1:00; passed on to somebody with more authority" in first
    assert "passed on from a for want of authority: he tells his story again (0:15); talk 1:15" in second
    assert "In his own way: no authority: passed on 1:00 (1 call)" in first


def test_a_call_that_was_passed_on_is_marked_in_the_picture(small: Scenario) -> None:
    ax = walk(small, agent="desk/1").plot()
    marks = [drawn.get_data() for drawn in ax.get_lines() if drawn.get_label() == "_passed on"]
    assert [(float(x[0]), int(y[0])) for x, y in marks] == [(900.0, 8)]  # 08:15


def test_a_team_is_told_in_minutes_a_day(small: Scenario) -> None:
    walked = walk(small, team="desk", reps=2)
    assert isinstance(walked, TeamWalk)
    assert walked.text.splitlines() == [
        "What stands in the way of desk and its callers, per operating day",
        "Two of a kind; 2 replications, seed 1",
        "",
        "Minutes of callers                        min a day       ±   share    cases",
        "  Nobody able was free                          1.5       –  81.8 %      0.5",
        "  Waited again after a transfer                 0.3       –  18.2 %      0.5",
        "",
        "Minutes of agents                         min a day       ±   share    cases",
        "  Passed on to somebody else                    2.5       – 100.0 %      0.5",
    ]
    assert json.loads(json.dumps(walked.as_dict()))["roadblocks"][0]["minutes"] == 1.5


def of_cases(rule: Any) -> Scenario:
    """One call at 08:10 that needs more than the desk may grant; it talks for a minute, wraps up for ten seconds."""
    content = {
        "open": "08:00-09:00",
        "start": "2026-03-02",
        "calls": {
            "a": {
                "talk": {"deterministic": "60s"},
                "wrap": {"deterministic": "10s"},
                "needs_authority": {"share": "100%", "amount": 100},
            }
        },
        "queues": {"a": {"teams": ["desk"]}},
        "agents": {"desk": {"headcount": 1, "authority": 25}, "lead": {"headcount": 1, "authority": 150}},
        "make_it_right": rule,
        "replay": {"calls": [{"at": "29400s", "call_type": "a"}]},
    }
    return from_dict(content)


def test_a_warm_hand_is_told_on_both_sides() -> None:
    rule = {"escalate": {"transfer": "warm"}}
    passed = (
        "1:10  a call of customer 0; talk 1:00; wrap 0:10; held with him for the next person 0:20; passed on to somebody with"
    )
    assert passed in walk(of_cases(rule), agent="desk/1").text
    assert "passed on from a for want of authority: he was briefed; talk 1:20" in walk(of_cases(rule), agent="lead/1").text
    told = walk(of_cases(rule), team="desk", reps=1).text
    assert "Held with callers for others                  0.3" in told


def test_asking_a_colleague_is_told_on_both_sides() -> None:
    rule = {"on_shortfall": "consult", "first_leg": "50%"}
    words = walk(of_cases(rule), agent="desk/1").text
    said = "2:10  a call of customer 0; talk 1:00; hold 1:00; wrap 0:10; 1:00 of the hold for somebody with more authority; "
    assert said + "settled with the word of somebody with more authority" in words
    assert "idle 57:50; talk 1:00; wrap 0:10; holding with callers for others 1:00" in words
    assert "held while a colleague was asked 1:00 (1 call)" in words
    assert "08:10:30     1:00  asked by a colleague" in walk(of_cases(rule), agent="lead/1").text


def test_who_is_called_back_is_told_as_such_and_who_does_not_answer_too() -> None:
    """0 talks 0-60 and 1 rings off at 10; nobody answers the dial of 60-70, so it is the first of two, 100 s apart."""
    dial = {"ring": {"deterministic": "10s"}, "attempts": 2, "retry_after": "100s"}
    content = {
        "open": "00:00-00:10",
        "interval": "1m",
        "calls": {"call": {"handle": {"deterministic": "60s"}}},
        "agents": {"desk": {"headcount": 1}},
        "replay": {"calls": [{"at": f"{at}s", "call_type": "call", "handle": "60s"} for at in (0, 10)]},
    }
    reached = content | {"queues": {"call": {"callback": {"accept": "100%", "dial": dial}}}}
    text = str(walk(from_dict(reached), agent="desk/1"))
    assert "00:01:00     1:10  called customer 1 back (call); ring 0:10; talk 1:00" in text
    missed = content | {"queues": {"call": {"callback": {"accept": "100%", "dial": dial | {"answered": "0%"}}}}}
    text = str(walk(from_dict(missed), agent="desk/1"))
    assert text.count("0:10  dialled a customer who was to be called back; no answer") == 2
    assert "hung up" not in text
