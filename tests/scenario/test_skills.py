"""Skills, needs and routing as written: short forms, what they come to, and how slips are refused."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.errors import ScenarioError
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, check_text, from_dict, reach
from ccsim.vocabulary import PickAgent, PickCall

CALL = {"volume": "20/h", "handle": "4m", "patience": "2m"}


def scenario(needs: dict[str, Any], teams: dict[str, Any], **more: Any) -> Scenario:
    calls = {name: CALL | {"needs": need} for name, need in needs.items()}
    return from_dict({"calls": calls, "agents": {name: {"headcount": 3} | team for name, team in teams.items()}} | more)


def problems(needs: dict[str, Any], teams: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario(needs, teams, **more)
    return [f"{p.code} {p.path}" for p in caught.value.problems if p.is_error]


def test_a_team_is_able_when_it_has_every_skill_a_call_needs():
    centre = scenario(
        {"a": "billing", "b": ["billing", "tech"], "c": []},
        {"both": {"skills": ["billing", "tech"]}, "one": {"skills": "billing"}, "all": {}, "none": {"skills": []}},
    )
    able = {call: {team for team in centre.agents if reach.ability(centre, team, call)} for call in "abc"}
    assert able == {"a": {"both", "one", "all"}, "b": {"both", "all"}, "c": {"both", "one", "all", "none"}}


def test_prefer_is_the_largest_and_handle_the_product_over_the_skills_needed():
    centre = scenario(
        {"x": ["p", "q"], "y": "p"},
        {"team": {"skills": {"p": {"handle": "50%", "prefer": 2}, "q": {"handle": "120%", "calls_prefer": 5}}}},
    )
    both = reach.ability(centre, "team", "x")
    assert both == reach.Ability(prefer=2, calls_prefer=5, handle=0.6)
    assert reach.ability(centre, "team", "y") == reach.Ability(prefer=2, calls_prefer=2, handle=0.5)
    assert reach.pace(centre, "x", both) == 0.6


def test_a_law_of_its_own_replaces_the_calls_and_sets_the_pace():
    centre = scenario({"x": "p"}, {"team": {"skills": {"p": {"talk": "1m", "wrap": "0s"}}}, "usual": {}})
    program = compile_scenario(centre).program
    own, usual = program.reach[0]
    assert [program.laws.a[int(row.talk_law)] for row in (own, usual)] == [60.0, 240.0]
    assert (own.wrap_law, own.pace, usual.pace) == (-1, 0.25, 1.0)


def test_reserve_is_kept_from_all_calls_but_those_preferred_most():
    centre = scenario(
        {"x": "p", "y": "q", "z": "r"},
        {"team": {"skills": {"p": {"prefer": 2}, "q": {"prefer": 3}, "r": {"prefer": 2}}, "reserve": 2}, "other": {}},
    )
    program = compile_scenario(centre).program
    names = compile_scenario(centre).names.teams
    assert program.reach.keep_idle[:, names.index("team")].tolist() == [0, 2, 0]
    assert program.reach.keep_idle[:, names.index("other")].tolist() == [0, 0, 0]


def test_rules_and_weights_reach_the_program():
    centre = scenario(
        {"x": "p"}, {"t": {}}, routing={"pick_agent": "random", "pick_call": "weighted_wait"}, queues={"x": {"weight": 2.5}}
    )
    program = compile_scenario(centre).program
    assert (program.settings.pick_agent[0], program.settings.pick_call[0]) == (PickAgent.RANDOM, PickCall.WEIGHTED_WAIT)
    assert program.queues.weight.tolist() == [2.5]


def test_turns_and_lists_follow_the_rule():
    """x: prefer 2, priority 0; y: prefer 1, priority 0; z: prefer 2, priority 1."""
    needs, skills = {"x": "x", "y": "y", "z": "z"}, {"x": {"prefer": 2}, "y": {}, "z": {"prefer": 2}}
    turns = {}
    for rule in ("priority_then_longest_wait", "fixed_preference", "longest_wait"):
        centre = scenario(
            needs, {"t": {"skills": skills}}, routing={"pick_call": rule}, queues={"x": {}, "y": {}, "z": {"priority": 1}}
        )
        program = compile_scenario(centre).program
        turns[rule] = (program.reach.turn[:, 0].tolist(), program.team_lanes.lane.tolist())
    assert turns == {
        "priority_then_longest_wait": ([2, 1, 0], [2, 1, 0]),
        "fixed_preference": ([2, 0, 1], [1, 2, 0]),
        "longest_wait": ([0, 0, 0], [0, 1, 2]),
    }


@pytest.mark.parametrize(
    ("needs", "teams", "more", "said"),
    [
        ({"x": "bilin"}, {"t": {"skills": ["billing"]}}, {}, ["E-REF calls.x.needs", "E-REF agents.t.skills"]),
        ({"x": ["p", "q"]}, {"t": {"skills": ["p"]}, "u": {"skills": ["q"]}}, {}, ["E-REF calls.x.needs"]),
        ({"x": ["p", "p"]}, {"t": {}}, {}, ["E-REF calls.x.needs"]),
        ({"x": "p"}, {"t": {"skills": ["p", "p"]}}, {}, ["E-REF agents.t.skills.1"]),
        ({"x": "p"}, {"t": {"skills": {"p": {"handle": 0}}}}, {}, ["E-NUM-POSITIVE agents.t.skills.p.handle"]),
        ({"x": "p"}, {"t": {"skills": {"p": {"handle": "90%", "talk": "5m"}}}}, {}, ["E-BOTH agents.t.skills.p.handle"]),
        ({"x": ["p", "q"]}, {"t": {"skills": {"p": {"talk": "5m"}, "q": {}}}}, {}, ["E-BOTH agents.t.skills.p"]),
        ({"x": "p"}, {"t": {"skills": {"p": {"prefer": 0}}}}, {}, ["E-NUM-MIN agents.t.skills.p.prefer"]),
        (
            {"x": "p", "y": "q"},
            {"t": {"skills": ["p"]}, "u": {"skills": ["q"]}},
            {"queues": {"x": {"teams": ["t", "u"]}, "y": {}}},
            ["E-REF queues.x.teams.1"],
        ),
        (
            {"x": "p", "y": "q"},
            {"t": {"skills": ["p"]}, "u": {"skills": ["q"]}},
            {"queues": {"all": {"calls": ["x", "y"], "teams": ["t"]}}},
            ["E-REF queues.all.teams"],
        ),
        ({"x": "p"}, {"t": {}}, {"routing": {"pick_agent": "longest"}}, ["E-CHOICE routing.pick_agent"]),
        ({"x": "p"}, {"t": {}}, {"queues": {"x": {"weight": 0}}}, ["E-NUM-MIN queues.x.weight"]),
    ],
)
def test_slips_are_refused_where_they_stand(needs, teams, more, said):
    assert problems(needs, teams, **more) == said


def test_a_misspelt_skill_is_met_with_the_one_that_was_meant():
    text = "calls: {x: {volume: 9/h, handle: 4m, patience: 2m, needs: bilin}}\nagents: {t: {headcount: 2, skills: [billing]}}\n"
    said = [str(problem) for problem in check_text(text).problems]
    assert any('no team has the skill, got "bilin", allowed: billing. Try: billing' in line for line in said), said


def test_calls_that_only_an_empty_team_is_able_to_take_are_doubted():
    centre = from_dict(
        {
            "calls": {"x": CALL | {"needs": "p"}, "y": CALL},
            "queues": {"all": {"calls": ["x", "y"]}},
            "agents": {"t": {"headcount": 0, "skills": ["p"]}, "u": {"headcount": 4, "skills": []}},
        }
    )
    doubts = [str(doubt) for doubt in centre.warnings if doubt.code == "W-UNSERVED"]
    assert len(doubts) == 1 and "queue all: nobody serves x on" in doubts[0]


def test_a_quick_team_is_not_called_overloaded():
    """10 erlangs at the calls' own pace, 5 at the team's."""
    calls = {"x": {"volume": "150/h", "handle": "4m", "patience": "2m", "needs": "p"}}
    quick = from_dict({"calls": calls, "agents": {"t": {"headcount": 6, "skills": {"p": {"handle": "50%"}}}}})
    usual = from_dict({"calls": calls, "agents": {"t": {"headcount": 6, "skills": ["p"]}}})
    assert ["W-OVERLOAD" in [doubt.code for doubt in centre.warnings] for centre in (quick, usual)] == [False, True]
