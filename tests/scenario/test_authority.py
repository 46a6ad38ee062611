"""Authority as a scenario writes it: what is refused where, short forms, levels and amounts in the Program."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ccsim.errors import ScenarioError
from ccsim.program.compile import compile_scenario
from ccsim.scenario import from_dict, load

BASE: dict[str, Any] = {
    "open": "09:00-10:00",
    "authority_levels": {"none": 0, "advisor": 25, "lead": 150, "manager": "unlimited"},
    "calls": {
        "a": {"volume": "60/h", "handle": "4m", "patience": "2m", "needs_authority": {"share": "40%", "amount": 50}},
        "b": {"volume": "60/h", "handle": "4m", "patience": "2m"},
    },
    "agents": {"x": {"headcount": 5, "authority": "advisor"}, "y": {"headcount": 5, "authority": 150}},
    "queues": {"a": {"teams": ["x"]}, "b": {"teams": ["x"]}},
}

REFUSED = [
    ({"agents.x.authority": "chief"}, "E-REF agents.x.authority: no authority level of that name"),
    ({"agents.x.credit_budget": "200/h"}, "E-UNIT agents.x.credit_budget: a budget is per day"),
    ({"calls.b.needs_authority": {"none": "80%", "lead": "30%"}}, "E-PROB-SUM"),
    ({"calls.b.needs_authority": {"none": "80%", "chief": "20%"}}, "no authority level of that name"),
    ({"calls.b.needs_authority": {"none": "80%", "manager": "20%"}}, "no case needs an unlimited amount"),
    ({"calls.b.needs_authority": {"share": "80%"}}, "needs share and amount, or shares by level"),
    ({"calls.b.needs_authority": {"share": "80%", "amount": {"uniform": {"min": 9, "max": 3}}}}, "min must not exceed max"),
    ({"make_it_right.on_shortfall": {"escalate": "90%"}}, "shares must sum to 100%"),
    ({"make_it_right.on_shortfall": {"escalate": "90%", "consult": "20%"}}, 'shares must sum to 100%, got "110%"'),
    (
        {"make_it_right.on_shortfall": "ask"},
        "E-KEY-UNKNOWN make_it_right.on_shortfall: unknown key, allowed: escalate, refuse, consult",
    ),
    ({"make_it_right.consult_at_most": "0s"}, "make_it_right.consult_at_most"),
    ({"make_it_right.escalate.transfer": "hot"}, "E-CHOICE make_it_right.escalate.transfer: is not one of its choices"),
    ({"make_it_right.escalate.brief": "20"}, "make_it_right.escalate.brief: a duration needs a unit"),
    ({"calls.a.after_transfer": "-5%"}, "E-NUM-MIN calls.a.after_transfer: a factor must be at least 0"),
    ({"make_it_right.policy": "nobody"}, "allowed: second_person, frontline_chain, frontline_settles"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_what_cannot_be_is_refused_at_its_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_dict(BASE).with_(change)
    assert said in str(caught.value)


def test_each_higher_limit_has_a_queue_of_its_own() -> None:
    program, names = compile_scenario(from_dict(BASE).with_({"agents.z": {"headcount": 1, "authority": "unlimited"}}))
    assert names.queues == ("a", "b", "lead (escalated)", "manager (escalated)")
    assert program.teams.authority.tolist() == [25, 150, math.inf]
    assert [(way.limit, program.lanes.call_type[way.lane], program.lanes.queue[way.lane]) for way in program.ways] == [
        (150, 0, 2),
        (math.inf, 0, 3),
        (150, 1, 2),
        (math.inf, 1, 3),
    ]
    assert (program.reach.after[program.ways.lane] < math.inf).tolist() == [[False, True, False], [False, False, True]] * 2


def test_shares_by_level_are_amounts() -> None:
    needs = {"none": "81%", "advisor": "15%", "lead": "4%"}
    program = compile_scenario(from_dict(BASE).with_({"calls.b.needs_authority": needs})).program
    kind = program.call_types[1]
    rows = program.needs[kind.first_need : kind.first_need + kind.n_needs]
    assert [(round(float(row.up_to), 12), row.law, row.amount) for row in rows] == [(0.15, -1, 25.0), (0.19, -1, 150.0)]


@pytest.mark.parametrize(
    ("written", "mean", "p90"),
    [  # mean 40, cv 1.2: sigma^2 = ln 2.44, the 90 % point is 40 exp(z sigma - sigma^2 / 2)
        ({"mean": 40, "cv": 1.2}, 40.0, 40 * math.exp(1.2815515655446004 * math.sqrt(math.log(2.44)) - math.log(2.44) / 2)),
        ({"mean": 40, "sd": 48}, 40.0, 40 * math.exp(1.2815515655446004 * math.sqrt(math.log(2.44)) - math.log(2.44) / 2)),
        ({"median": 25, "p90": 80}, 25 * math.exp((math.log(3.2) / 1.2815515655446004) ** 2 / 2), 80.0),
    ],
)
def test_an_amount_takes_the_forms_of_a_time(written: dict[str, float], mean: float, p90: float) -> None:
    changed = from_dict(BASE).with_({"calls.a.needs_authority.amount": {"lognormal": written}})
    law = changed.calls["a"].needs_authority.amount.law()
    assert law.mean() == pytest.approx(mean, rel=1e-12)
    assert law.quantile(0.9) == pytest.approx(p90, rel=1e-9)


def test_what_is_written_out_loads_as_the_same(tmp_path: Any) -> None:
    more = {
        "agents.y.authority": "unlimited",
        "agents.x.credit_budget": "200/day",
        "make_it_right.leakage": {"share": "2%", "amount": 15},
    }
    scenario = from_dict(BASE).with_(more)
    path = tmp_path / "a.yaml"
    path.write_text(scenario.to_yaml())
    assert load(path).fingerprint == scenario.fingerprint


def test_authority_that_helps_nobody_is_doubted() -> None:
    nobody = from_dict(BASE).with_({"agents.x.authority": 0, "agents.y.authority": "none"})
    assert "W-AUTHORITY calls.a.needs_authority" in " ".join(map(str, nobody.warnings))
    needless = from_dict(BASE).with_({"calls.a.needs_authority": None})
    assert "W-AUTHORITY agents" in " ".join(map(str, needless.warnings))
