"""Erlang figures beside the simulation: the formula's own values where they are fair, the reason where they are not."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim import erlang
from ccsim.experiment.textbook import textbook_figures
from ccsim.scenario import Scenario, from_dict

FAIR: dict[str, Any] = {
    "open": "09:00-17:00",
    "calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
    "agents": {"desk": {"headcount": 5}},
}
CALL = FAIR["calls"]["a"]


def scenario(**changes: Any) -> Scenario:
    return from_dict(FAIR | changes)


def test_both_formulas_stand_beside_a_fair_centre() -> None:
    (c, a), reason = textbook_figures(scenario(target="80/30"))
    assert reason == "" and (c.label, a.label) == ("Erlang C", "Erlang A")
    waits = erlang.erlang_c(1 / 60, 240.0, 5)
    assert (c.asa, c.delayed, c.occupancy, c.abandonment) == (waits.mean_wait_answered, waits.wait_share, waits.occupancy, 0.0)
    assert c.service_level == waits.service_level(30.0, "answered_over_offered")
    waits = erlang.erlang_a(1 / 60, 240.0, 5, 120.0)
    assert a.abandonment == waits.abandoned_share > 0.0
    assert a.service_level == waits.service_level(30.0, "answered_over_offered", short_abandon=5.0)


def test_the_variant_and_lines_and_balking_go_into_the_formula() -> None:
    patience = {"exponential": "2m", "balk": "10%"}
    asked = scenario(calls={"a": CALL | {"patience": patience}}, lines=8, metrics={"service_level": "answered_only"})
    _, a = textbook_figures(asked)[0]
    waits = erlang.erlang_a(1 / 60, 240.0, 5, 120.0, lines=8, balk_share=0.1)
    assert (a.service_level, a.abandonment) == (waits.service_level(20.0, "answered_only"), waits.abandoned_share)


def test_who_hangs_up_in_the_ivr_does_not_reach_the_agents() -> None:
    c, _ = textbook_figures(scenario(ivr={"time": "20s", "hang_up": "25%"}))[0]
    assert c.asa == erlang.erlang_c(0.75 / 60, 240.0, 5).mean_wait_answered


def test_overload_has_no_answer_unless_somebody_hangs_up() -> None:
    (c, a), reason = textbook_figures(scenario(agents=3))
    assert reason == "" and "no answer: 4.0 erlangs for 3 agents" in c.note
    assert {c.service_level, c.asa, c.abandonment, c.delayed, c.occupancy} == {None}
    assert a.service_level is not None


def test_without_hanging_up_erlang_c_stands_alone() -> None:
    figures, reason = textbook_figures(scenario(calls={"a": {"volume": "60/h", "handle": "4m"}}))
    assert [figure.label for figure in figures] == ["Erlang C"] and reason == ""


UNFAIR: list[tuple[str, dict[str, Any]]] = [
    ("several call types or teams", {"calls": {"a": CALL, "b": CALL}}),
    ("several call types or teams", {"agents": {"x": {"headcount": 2}, "y": {"headcount": 2}}}),
    ("recorded calls", {"replay": {"calls": [{"at": "9.5h", "call_type": "a"}]}, "calls": {"a": {"handle": "4m"}}}),
    ("callers dial again", {"after_contact": {"redial": {"share": "10%", "after": "5m"}}}),
    ("days differ in busyness", {"uncertainty": {"centre_day": "5%"}}),
    ("days differ in busyness", {"uncertainty": {"type_day": "5%"}}),
    ("lines are shared between IVR and queue", {"lines": 9, "ivr": {"time": "20s"}}),
    ("handle time is not exponential", {"calls": {"a": CALL | {"handle": {"gamma": {"mean": "4m", "cv": 0.5}}}}}),
    ("handle time is not exponential", {"calls": {"a": {"volume": "60/h", "talk": "4m", "wrap": "20s", "patience": "2m"}}}),
    ("handle time is not exponential", {"calls": {"a": {"volume": "60/h", "talk": "4m", "hold": "20s", "patience": "2m"}}}),
    ("patience is not exponential", {"calls": {"a": CALL | {"patience": {"deterministic": "2m"}}}}),
    ("patience is not exponential", {"calls": {"a": CALL | {"patience": {"exponential": "2m", "at_most": "5m"}}}}),
    ("the arrival rate changes over the day", {"open": "09:00-10:00", "calls": {"a": CALL | {"volume": [20, 30]}}}),
    ("the arrival rate changes over the day", {"days": 2, "calls": {"a": CALL | {"weekday": {"tue": "110%"}}}}),
    ("the number of agents changes", {"open": "09:00-10:00", "agents": {"x": {"staffing": {"on_phones": [3, 4]}}}}),
    ("the number of agents changes", {"days": 2, "agents": {"x": {"headcount": {"mon": 3, "tue": 4}}}}),
    ("fewer lines than agents", {"lines": 4}),
    ("nobody is on duty", {"agents": 0}),
    ("nobody calls", {"calls": {"a": CALL | {"volume": "0/h"}}}),
    ("days differ in busyness", {"uncertainty": {"forecast_error": "10%"}}),
    ("the same number of calls", {"calls": {"a": CALL | {"volume": {"total": "480/day", "profile": "flat", "fixed": True}}}}),
    ("events change the day", {"events": {"x": {"when": "mon 10:00-12:00", "off_phones": {"desk": 3}}}}),
    ("callers are called back", {"queues": {"a": {"callback": {"accept": "50%"}}}}),
    ("callers leave messages", {"queues": {"a": {"voicemail": {"after": "2m", "share": "50%", "then": "nothing"}}}}),
    ("agents need authority", {"calls": {"a": CALL | {"needs_authority": {"share": "20%", "amount": 30, "talk": "200%"}}}}),
]


@pytest.mark.parametrize(("reason", "changes"), UNFAIR)
def test_an_unfair_comparison_is_not_made(reason: str, changes: dict[str, Any]) -> None:
    figures, said = textbook_figures(scenario(**changes))
    assert figures == [] and reason in said


def test_a_handle_time_that_changes_over_the_day_is_unfair() -> None:
    handle = {"by_interval": {"daily": ["3m", "5m"]}}
    said = textbook_figures(scenario(open="09:00-10:00", calls={"a": CALL | {"handle": handle}}))[1]
    assert said == "handle time changes over the day"
