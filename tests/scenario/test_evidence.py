"""Labels of inputs: what they may say, what is assumed where they say nothing, and that pages name it."""

from __future__ import annotations

import io
from typing import Any

import pytest

import ccsim
from ccsim.cli.console import console
from ccsim.errors import ScenarioError
from ccsim.report.comparison import print_comparison
from ccsim.report.evidence import evidence_lines, hangs_on
from ccsim.report.text import print_result
from ccsim.scenario import Scenario, from_dict
from ccsim.scenario.evidence import assumptions, inputs

CENTRE: dict[str, Any] = {
    "calls": {
        "help": {"volume": "30/h", "talk": "4m", "needs_authority": {"share": "40%", "amount": 50, "talk": "125%"}},
        "sales": {"volume": "10/h", "talk": "3m", "unresolved": "5%"},
    },
    "agents": {"desk": {"headcount": 4, "authority": 20, "cost": "20/h"}, "leads": {"headcount": 1, "authority": 100}},
    "queues": {"help": {"teams": ["desk"]}, "sales": {"teams": ["desk"]}},
    "make_it_right": {"first_leg": "60%", "leakage": {"share": "2%", "amount": 15}, "escalate": {"max_hops": 3}},
    "target": "80/20",
}


def centre(evidence: dict[str, Any], **more: Any) -> Scenario:
    return from_dict({**CENTRE, "evidence": evidence, **more})


def test_coefficients_without_a_label_are_assumptions_and_decisions_are_not() -> None:
    found = assumptions(centre({}))
    assert [one.path for one in found] == [
        "calls.help.needs_authority.share",
        "calls.help.needs_authority.amount",
        "calls.help.needs_authority.talk",
        "calls.sales.unresolved",
        "make_it_right.first_leg",
        "make_it_right.leakage.share",
        "make_it_right.leakage.amount",
    ]
    assert not any(one.is_labelled for one in found)
    assert [one.value for one in found] == ["40%", "{fixed: 50.0}", "125%", "5%", "60%", "2%", "15"]


def test_a_label_covers_all_it_names_stars_and_parts_of_a_part() -> None:
    labels = {
        "calls.*.needs_authority": "observed",
        "calls.sales.unresolved": "experiment",
        "make_it_right.leakage": "observed",
    }
    assert [one.path for one in assumptions(centre(labels))] == ["make_it_right.first_leg"]


def test_a_page_names_what_it_hangs_on() -> None:
    labels = {
        "calls": "observed",
        "make_it_right.first_leg": {"label": "assumption", "range": "30%:80%", "source": "asked three leads"},
        "agents.desk.headcount": {"label": "experiment", "source": "pilot in May"},
    }
    scenario = centre(labels, what_if={"sure": {"make_it_right.leakage": None}})
    said = [
        "Hangs on assumptions: make_it_right.first_leg 60% (30% to 80%); not labelled, so assumed: "
        "make_it_right.leakage.share 2%, make_it_right.leakage.amount 15."
    ]
    assert hangs_on(scenario) == said
    assert evidence_lines(scenario) == [
        "Observed: calls",
        "Experiment: agents.desk.headcount {daily: 4} [pilot in May]",
        "Assumption: make_it_right.first_leg 60% (30% to 80%) [asked three leads]; make_it_right.leakage.share 2% [not "
        "labelled]; make_it_right.leakage.amount 15 [not labelled]",
    ]
    page = io.StringIO()
    print_result(ccsim.run(scenario, reps=2, engine="reference"), console(page))
    assert said[0] in " ".join(page.getvalue().split())
    page = io.StringIO()
    print_comparison(ccsim.compare(scenario, reps=2, engine="reference"), console(page))
    assert said[0] in " ".join(page.getvalue().split())


def test_a_scenario_without_behaviour_hangs_on_nothing() -> None:
    plain = from_dict({"calls": {"a": {"volume": "10/h", "handle": "3m"}}, "agents": 2})
    assert hangs_on(plain) == []
    assert inputs(plain) == []


def test_labels_decide_no_outcome() -> None:
    assert centre({"calls": "observed"}).fingerprint == centre({}).fingerprint


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("guessed", "E-CHOICE evidence.make_it_right.first_leg.*allowed: observed, experiment, assumption"),
        ({"label": "assumption", "range": "30%"}, "needs both ends"),
        ({"label": "assumption", "range": "80%:30%"}, "runs from a lower to a higher end"),
        ({"label": "assumption", "range": "30%:80s"}, "runs from a lower to a higher end of the same unit"),
        ({"label": "assumption", "range": "low:high"}, "is no number"),
    ],
)
def test_labels_that_say_nothing_are_refused(known: Any, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        centre({"make_it_right.first_leg": known})


@pytest.mark.parametrize(
    ("path", "known", "said"),
    [
        ("make_it_right.first_legs", "observed", "labels what the scenario does not have"),
        ("make_it_right.first_leg", {"label": "assumption", "range": "70%:80%"}, "the value does not lie in its range"),
        ("calls.*.unresolved", {"label": "assumption", "range": "1s:8s"}, "the value does not lie in its range"),
    ],
)
def test_labels_that_do_not_fit_are_doubted(path: str, known: Any, said: str) -> None:
    assert said in "\n".join(str(warning) for warning in centre({path: known}).warnings)
