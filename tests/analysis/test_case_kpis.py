"""KPIs of cases, worked out by hand: four readings of first contact resolution, returns, time, content, who leaves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.analysis import Accumulator, Estimate
from ccsim.analysis.tabulate import counts_of
from ccsim.outcomes import CASE, Rows
from ccsim.outcomes.audit import audit_counts
from ccsim.program.layout import Program
from ccsim.report.verdicts import sentence
from ccsim.scenario import check_text, from_dict
from ccsim.vocabulary import CaseEnd
from tests.analysis.worlds import HOUR, NAMES, rows_of, two_days

NEVER: dict[str, Any] = dict.fromkeys(("first_ended_at", "back_at", "return_due_at", "resolved_at"), math.inf)
CASES: list[dict[str, Any]] = [
    # solved by the first agent, never back
    {"first_at": 0, "first_ended_at": 300, "resolved_at": 300, "resolved": 1, "at_first": 1, "at_first_contact": 1},
    # solved by the second agent of the first contact, back after an hour: outside the window
    {
        "first_at": 100,
        "first_ended_at": 700,
        "resolved_at": 700,
        "resolved": 1,
        "at_first_contact": 1,
        "n_legs": 3,
        "n_contacts": 2,
        "n_met": 2,
        "n_returns": 1,
        "back_at": 700 + HOUR,
        "satisfaction": 4.0,
    },
    # solved by the first agent, and back after 100 s to ask again
    {
        "first_at": 200,
        "first_ended_at": 500,
        "resolved_at": 500,
        "resolved": 1,
        "at_first": 1,
        "at_first_contact": 1,
        "n_legs": 2,
        "n_contacts": 2,
        "n_met": 2,
        "n_returns": 1,
        "back_at": 600,
        "satisfaction": 3.0,
    },
    # unsolved at first, solved at the second contact, after a wait of nobody knows; leaves
    {
        "first_at": 300,
        "first_ended_at": 400,
        "resolved_at": 1100,
        "resolved": 1,
        "left": 1,
        "n_legs": 2,
        "n_contacts": 2,
        "n_met": 2,
        "n_returns": 1,
        "back_at": 1000,
        "satisfaction": 2.5,
    },
    # never met an agent: dialled twice, leaves
    {"first_at": 400, "n_legs": 0, "n_met": 0, "n_contacts": 2, "end": CaseEnd.UNMET, "left": 1, "satisfaction": 1.0},
    # in the last interval: unsolved, would come back after the end
    {"first_at": 5.5 * HOUR, "first_ended_at": 5.8 * HOUR, "back_at": 7 * HOUR, "return_due_at": 7 * HOUR, "n_returns": 1},
]


def world() -> tuple[Program, Rows]:
    """The six cases; who comes back within half an hour has not been helped."""
    program = two_days()
    settings = program.settings.copy()
    settings.authority, settings.fcr_window, settings.leave_share, settings.leave_value = 1, 0.5 * HOUR, 0.1, 240.0
    cases = np.zeros(len(CASES), CASE)
    for number, (row, fields) in enumerate(zip(cases, CASES, strict=True)):
        for field, value in ({"n_legs": 1, "n_contacts": 1, "n_met": 1, "satisfaction": 5.0} | NEVER | fields).items():
            row[field] = value
        row["customer"] = number
    return program._replace(settings=settings), rows_of([])._replace(cases=cases)


def found() -> dict[str, Estimate]:
    program, rows = world()
    acc = Accumulator(program, NAMES)
    acc.add(counts_of(program, rows))
    return {e.id: e for e in acc.estimates() if e.basis == "case" and e.scope == {}}


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        ("resolved_first_contact", 3 / 5),
        ("fcr", 2 / 5),
        ("fcr_no_transfer", 1 / 5),
        ("fcr_observed", 2 / 4),  # of the last one the window is not over; two of the others are not back in it
        ("made_right_at_first_contact", 2 / 5),
        ("contacts_per_resolution", 10 / 4),
        ("time_to_resolution", (300 + 600 + 300 + 800) / 4),
        ("return_rate", 4 / 8),
        ("hops", (2 + 1 + 1) / 5),
        ("satisfaction", (5 + 4 + 3 + 2.5 + 1 + 5) / 6),
        ("satisfied", 3 / 6),
        ("leaving", 1000 * 2 / 6),
        ("value_lost", 480 / 2),
    ],
)
def test_worked_by_hand(kpi: str, value: float) -> None:
    assert found()[kpi].value == pytest.approx(value)


def test_half_of_the_problems_are_solved_within_the_median_time() -> None:
    median = found()["time_to_resolution_p50"].value
    assert median is not None and 300 <= median <= 600
    ninety = found()["time_to_resolution_p90"].value
    assert ninety is not None and 800 <= ninety <= 801


def test_where_nobody_leaves_nobody_is_counted() -> None:
    program, rows = world()
    settings = program.settings.copy()
    settings.leave_share = 0.0
    acc = Accumulator(program._replace(settings=settings), NAMES)
    acc.add(counts_of(program._replace(settings=settings), rows))
    kpis = {e.id: e.value for e in acc.estimates() if e.basis == "case" and e.scope == {}}
    assert kpis["leaving"] is None and kpis["value_lost"] == 0.0


def test_the_audit_counts_the_same() -> None:
    program, rows = world()
    assert audit_counts(program, rows, counts_of(program, rows)) == []


@pytest.mark.parametrize(
    ("target", "verdict", "days"),
    [
        ({"goal": "30%"}, "met", 1.0),
        ({"goal": "99%"}, "missed", 0.0),
        ({"goal": "30%", "over": "day", "on": "60% of days"}, "met", 1.0),
    ],
)
def test_a_target_on_first_contact_resolution(target: dict[str, Any], verdict: str, days: float) -> None:
    """A fifth of the problems stay unsolved and half of those customers come back: FCR is about 80 %."""
    after = {"return": {"share": "1%", "after": "1h", "odds": {"unresolved": 99}}}
    calls = {"a": {"volume": "30/h", "handle": "2m", "unresolved": "20%"}}
    centre = {"calls": calls, "agents": 4, "days": 2, "after_contact": after, "targets": {"fcr": target}}
    result = ccsim.run(from_dict(centre), reps=20, neighbours=False)
    found = next(v for v in result.targets if v.target.kpi == "fcr")
    assert found.verdict == verdict and found.worst_interval is None and found.n_intervals == 0
    assert found.run.value == pytest.approx(0.8 * 0.99, abs=0.02)
    assert found.days is not None and found.days.value == days
    assert "FCR at least" in sentence(found, 2, 1800.0, False)


def test_a_target_on_what_nothing_tells_is_refused() -> None:
    text = "calls: {a: {handle: 4m, volume: 9/h}}\nagents: 6\ntargets: {fcr: 80%}\n"
    (problem,) = check_text(text).problems
    assert (problem.code, problem.path) == ("E-KEY-MISSING", "targets.fcr")
    text = text.replace("volume: 9/h", "volume: 9/h, unresolved: 5%").replace("80%", "{goal: 80%, over: interval}")
    (problem,) = check_text(text).problems
    assert (problem.code, problem.path) == ("E-CHOICE", "targets.fcr.over")


def test_who_is_helped_by_the_ivr_alone_counts_as_helped() -> None:
    """Nothing stays unsolved and nobody hangs up: one contact solves each problem, whoever solves it."""
    calls = {kind: {"volume": "20/h", "handle": "1m", "unresolved": "0%"} for kind in ("easy", "hard")}
    calls["hard"]["needs_authority"] = {"share": "10%", "amount": 5}
    centre: dict[str, Any] = {"calls": calls, "agents": {"desk": {"headcount": 9, "authority": 50, "cost": "20/h"}}}
    without = ccsim.run(from_dict(centre), reps=3, neighbours=False)
    ivr = {"time": "10s", "contained": {"easy": "100%"}}
    served = ccsim.run(from_dict(centre | {"ivr": ivr}), reps=3, neighbours=False)
    assert served.kpi("contained", basis="episode").value > 100
    assert served.kpi("contacts_per_resolution").value == without.kpi("contacts_per_resolution").value == 1.0
    for result in (without, served):
        each = result.kpi("cost_per_day").value / result.kpi("arrived", basis="episode").value
        assert result.kpi("cost_per_resolution").value == pytest.approx(each)
