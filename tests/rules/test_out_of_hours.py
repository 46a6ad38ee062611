"""Callers who dial while lines are closed: how many, when, what becomes of them; and that nobody else is touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.errors import ScenarioError
from ccsim.experiment import run
from ccsim.outcomes import Rows
from ccsim.outcomes.audit import audit
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict
from ccsim.vocabulary import Outcome

H = 3600.0
HOURS = {"mon": "09:00-17:00", "tue": "10:00-12:00"}


def centre(out_of_hours: Any = "40/day", **more: Any) -> Scenario:
    call = {"volume": {"mon": "20/h", "tue": "30/h"}, "handle": "3m", "patience": "2m", "out_of_hours": out_of_hours}
    return from_dict({"open": HOURS, "days": 3, "calls": {"a": call}, "agents": 3, **more})


def rows_of(scenario: Scenario, replication: int, simulate: Any = simulate_compiled) -> Rows:
    program = compile_scenario(scenario).program
    rows = simulate(program, 3, replication, rows=True).rows
    assert rows is not None and audit(program, rows) == []
    return rows  # type: ignore[no-any-return]


def closed_dials(rows: Rows) -> np.ndarray:
    contacts = rows.contacts
    return np.asarray(contacts["arrived_at"][(contacts["queue"] == -1) & (contacts["outcome"] == Outcome.CLOSED)])


def test_so_many_a_day_evenly_over_the_closed_hours() -> None:
    """Monday is closed for 16 hours, Tuesday for 22, Wednesday all day: 40 calls on each."""
    n = 250
    scenario = centre()
    at = [closed_dials(rows_of(scenario, replication)) for replication in range(n)]
    counts = np.array([np.histogram(one, [0, 24 * H, 48 * H, 72 * H])[0] for one in at])
    assert counts.mean(axis=0) == pytest.approx([40, 40, 40], abs=5 * np.sqrt(40 / n))
    assert counts.var(axis=0) == pytest.approx([40, 40, 40], rel=5 * np.sqrt(2 / n))
    monday = np.concatenate(at)
    monday = monday[monday < 24 * H]
    assert not ((monday >= 9 * H) & (monday < 17 * H)).any()
    closed_time = np.where(monday < 9 * H, monday, monday - 8 * H)
    assert scipy.stats.kstest(closed_time, scipy.stats.uniform(0, 16 * H).cdf).pvalue > 1e-4


def test_they_end_closed_without_a_queue_and_never_come_again_unless_they_redial() -> None:
    rows = rows_of(centre(), 0)
    closed = rows.contacts[rows.contacts["queue"] == -1]
    assert len(closed) > 80
    assert (closed["ended_at"] == closed["arrived_at"]).all() and (closed["queued_at"] == np.inf).all()
    assert (rows.episodes["n_contacts"] == 1).all()


def test_who_redials_comes_in_the_first_open_hour() -> None:
    """After a quarter of an hour it is still closed for nearly all: Monday's first hour, then Tuesday's; after that never."""
    redial = {"redial": {"share": "100%", "after": {"deterministic": "15m"}, "attempts": 1}}
    rows = rows_of(centre(after_contact=redial), 1)
    contacts = rows.contacts
    first = np.flatnonzero((contacts["contact"] == 0) & (contacts["queue"] == -1))
    for place in first:
        due, customer = contacts["arrived_at"][place] + 900, contacts["customer"][place]
        opening = 9 * H if due < 17 * H else 34 * H
        if due >= 36 * H:
            assert rows.episodes["n_contacts"][customer] == 1
            continue
        again = contacts[place + 1]
        assert (again["customer"], again["contact"]) == (customer, 1)
        assert opening <= again["arrived_at"] < opening + H or again["arrived_at"] == due


def test_both_engines_tell_the_same() -> None:
    redial = {"redial": {"share": "60%", "after": "3h"}}
    for replication in range(3):
        ours, theirs = (rows_of(centre(after_contact=redial), replication, s) for s in (simulate_compiled, simulate_reference))
        assert all(a.tobytes() == b.tobytes() for a, b in zip(ours, theirs, strict=True))


def test_callers_of_open_hours_keep_their_instants() -> None:
    without, with_ = rows_of(centre({}), 2), rows_of(centre(), 2)
    dials = with_.contacts["arrived_at"][with_.contacts["queue"] >= 0]
    assert dials.tolist() == without.contacts["arrived_at"].tolist()


def test_they_are_counted_apart_and_not_offered() -> None:
    result = run(centre(), reps=20, neighbours=False)
    values = {name: result.kpi(name).value for name in ("arrived", "offered", "out_of_hours")}
    assert values["out_of_hours"] == pytest.approx(60, rel=0.1)  # three calendar days, two operating days
    assert values["arrived"] == pytest.approx(values["offered"] + values["out_of_hours"])


def test_by_day_scale_and_weekday_multiply() -> None:
    scenario = centre({"mon": "10/day", "wed": "30/day"})
    scenario = scenario.with_({"calls.a.scale": "200%", "calls.a.weekday": {"wed": "50%"}})
    program = compile_scenario(scenario).program
    by_day = [
        program.demand.out_of_hours[0][program.intervals.date == program.intervals.date[0] + day].sum() for day in range(3)
    ]
    assert by_day == pytest.approx([20, 0, 30])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"out_of_hours": "40/h"}, "calls while closed are counted by the day"),
        ({"run": {"mode": "steady", "length": "9h"}, "open": "09:00-17:00"}, "steady mode never closes"),
    ],
)
def test_what_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        centre(**change)
