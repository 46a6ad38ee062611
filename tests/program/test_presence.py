"""Duties and breaks in the Program, what it plans, and what of that the counts say was kept."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccsim.analysis.plan import plan_of
from ccsim.engine.compiled.simulate import simulate
from ccsim.program.compile import compile_scenario, name_key
from ccsim.program.layout import Program
from ccsim.scenario import from_dict
from ccsim.vocabulary import AgentState, Billed, Event

HOUR = 3600.0
SHIFT = {
    "time": "09:30-11:30",
    "breaks": [{"at": "10:00", "for": "15m", "paid": False}],
    "meetings": [{"at": "11:00", "for": "10m"}],
}


def program_of(team: dict[str, Any], **changes: Any) -> Program:
    calls = {"a": {"volume": "20/h", "handle": "4m", "patience": "2m"}}
    base = {"open": "09:00-11:00", "calls": calls, "shifts": {"s": SHIFT}, "agents": {"x": {"headcount": 1}, "y": team}}
    return compile_scenario(from_dict(base | changes)).program


def test_a_shift_is_a_duty_with_breaks_and_rows_of_the_timetable() -> None:
    program = program_of({"shifts": {"s": 2}})
    assert program.agents.name_key.tolist() == [name_key(f"agent/{path}") for path in ("x/1", "y/s/1", "y/s/2")]
    assert program.agents[["team", "first_duty", "n_duties"]].tolist() == [(0, 0, 0), (1, 0, 1), (1, 1, 1)]
    date = program.days.date[0]
    assert program.duties[1].tolist() == (2, date, 0, 9.5 * HOUR, 11.5 * HOUR, 2, 2, 0, 0.0)
    assert program.breaks[2:].tolist() == [
        (1, 10 * HOUR, 900.0, AgentState.BREAK, 0),
        (1, 11 * HOUR, 600.0, AgentState.OFF_PHONE, 1),
    ]
    his = [
        (at / HOUR, Event(event).name, what)
        for at, event, who, what in program.timetable.tolist()
        if event in (3, 11, 15) and who == 2
    ]
    assert his == [(9.5, "COME_ON", 1), (10, "GO_AWAY", 2), (11, "GO_AWAY", 3), (11.5, "DUTY_OFF", 1)]
    assert program.teams.persons.tolist() == [0, 1]


def test_what_is_lost_and_what_it_costs() -> None:
    late = {"share": "8%", "by": "9m"}
    program = program_of({"shifts": {"s": 1}, "shrinkage": {"absent": "6%", "late": late, "off_phone": "30%"}, "cost": "18/h"})
    team, duty = program.teams[1], program.duties[0]
    assert (team.absent_share, team.late_share, program.laws.a[team.late_law]) == (0.06, 0.08, 540.0)
    assert (team.cost, team.billed) == (18 / HOUR, Billed.PAID_TIME)
    planned = 7200.0 - 1500.0
    assert (duty.n_spells, duty.spell) == (2, pytest.approx(0.3 * planned / 2))


def test_null_losses_leave_no_trace() -> None:
    plain = program_of({"headcount": 3})
    for nothing in (
        {"shrinkage": "0%"},
        {"adherence": "100%"},
        {"proficiency": "0%"},
        {"shrinkage": {"late": {"share": "0%", "by": "9m"}}},
    ):
        other = program_of({"headcount": 3} | nothing)
        for name, one, two in zip(plain._fields, plain, other, strict=True):
            assert np.array_equal(one, two) or name == "teams", (nothing, name)
        assert other.settings.proficiency[0] == 0 and not other.teams.persons.any()


def test_planned_time_by_interval_and_what_of_it_is_paid() -> None:
    _, _, at_work, paid = plan_of(program_of({"shifts": {"s": 2}}))
    minutes = at_work[1] / 6e7
    assert minutes[:17].sum() == 0 and minutes[17:].sum() == 240  # half-hours from midnight: 9:00 is the 18th
    assert minutes[19:23].tolist() == [60, 60, 60, 60]
    assert (paid[1] / 6e7)[19:23].tolist() == [60, 30, 60, 60]
    assert at_work[0].sum() == 0  # seats


def test_counts_of_presence_add_up_to_the_plan() -> None:
    """Planned time is kept, or lost to absence, lateness, time off the phones and breaks that lie elsewhere."""
    lost = {"absent": "20%", "late": {"share": "50%", "by": "9m"}, "off_phone": "10%"}
    program = program_of({"shifts": {"s": 30}, "shrinkage": lost})
    at_work = plan_of(program).at_work
    counts = simulate(program, 5, 2, rows=False).counts
    assert counts is not None
    found = {name: int(counts.presence_time[name][:, 1].sum()) for name in counts.presence_time.dtype.names}
    assert all(found[name] > 0 for name in found if name != "overtime_time")
    away_elsewhere = at_work[1].sum() - found["adherent_time"] - found["absent_time"] - found["late_time"]
    assert 0 < away_elsewhere < 0.25 * at_work[1].sum()


def test_proficiency_keeps_the_mean_handle_time_and_differs_between_agents() -> None:
    calls = {"a": {"volume": "600/h", "handle": {"deterministic": "2m"}}}
    program = program_of(
        {"headcount": 40, "proficiency": "30%"}, calls=calls, agents={"y": {"headcount": 40, "proficiency": "30%"}}
    )
    assert program.teams.proficiency_sigma[0] == pytest.approx(math.sqrt(math.log(1.09)))
    rows = simulate(program, 1, 0, rows=True).rows
    assert rows is not None
    talk = {}
    for stay in rows.segments:
        talk.setdefault(int(stay["agent"]), set()).add(round(stay["ended_at"] - stay["answered_at"], 6))
    assert all(len(own) == 1 for own in talk.values())  # each agent has one factor
    factors = np.array([own.pop() / 120 for own in talk.values()])
    assert len(factors) == 40 and abs(factors.mean() - 1) < 4 * 0.3 / math.sqrt(40) and 0.2 < factors.std() < 0.4
