"""Time and money of agents: worked out by hand, and accounted for to the last second in generated programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.analysis import SCOPES, Accumulator, Estimate, Target
from ccsim.analysis.estimate import METHODS, Method, Moments, ratios
from ccsim.analysis.grid import calendar_of
from ccsim.analysis.plan import Required, plan_of
from ccsim.analysis.staff import CENTRE_TERMS, STAFF_TERMS, staff_reader
from ccsim.analysis.tabulate import counts_of
from ccsim.engine.compiled.simulate import simulate
from ccsim.outcomes import CASE, Rows
from ccsim.program.layout import AGENT, BREAK, DUTY, TIMETABLE, Program
from ccsim.scenario import from_dict
from ccsim.vocabulary import AgentState, Billed, CaseEnd, Cause, Event, Outcome
from tests.analysis.worlds import HOUR, NAMES, call, rows_of, state, two_days
from tests.engines.programs import random_program

A = AgentState


def shifts() -> Program:
    """Saturday's two open hours: two persons in the first team, a seat in the second; nobody works on Monday.

    Person 0: 0 to 7200 s, a paid break of 600 s at 1800, an unpaid one of 900 s at 5400. Person 1: 1800 to 7200 s, a meeting of
    240 s at 3600. The first team costs 36 an hour paid, the second, paid 1.5 h an hour, bills 72 an hour of talk.
    """
    program = two_days()
    teams, settings = program.teams.copy(), program.settings.copy()
    teams.persons = [1, 0]
    teams.cost, teams.billed = [0.01, 0.02], [Billed.PAID_TIME, Billed.TALK_AND_WRAP]
    teams.paid_extra[1] = 0.5
    settings.trunk_cost, settings.abandon_cost = 0.01, 1.5
    timetable = np.array(
        [
            (0.0, Event.OPENING, 0, 0),
            (0.0, Event.SEATS_UP, 1, 1),
            (2 * HOUR, Event.CLOSING, 0, 0),
            (3 * HOUR, Event.OPENING, 2, 0),
        ],
        dtype=TIMETABLE,
    )
    duties = [(0, 0, 0, 0.0, 7200.0, 0, 2, 0, 0.0), (1, 0, 0, 1800.0, 7200.0, 2, 1, 0, 0.0)]
    breaks = [(0, 1800.0, 600.0, A.BREAK, 1), (0, 5400.0, 900.0, A.BREAK, 0), (1, 3600.0, 240.0, A.OFF_PHONE, 1)]
    return program._replace(
        teams=teams,
        settings=settings,
        timetable=timetable.view(np.recarray),
        agents=np.array([(0, 1, 0, 1), (0, 2, 1, 1), (1, 3, 2, 0)], dtype=AGENT).view(np.recarray),
        duties=np.array(duties, dtype=DUTY).view(np.recarray),
        breaks=np.array(breaks, dtype=BREAK).view(np.recarray),
    )


def saturday() -> Rows:
    """Person 0 is busy when his second break is due and 60 s beyond his shift; person 1 comes 300 s late, is away for 600 s."""
    return rows_of(
        [call(0, 0, 7100.0, 0.0, Outcome.SERVED, talk=160), call(1, 0, 100.0, 50.0, Outcome.ABANDONED)],
        [
            state(0, 0, A.AVAILABLE, 0, 1800),
            state(0, 0, A.BREAK, 1800, 2400),
            state(0, 0, A.AVAILABLE, 2400, 5000),
            state(0, 0, A.TALK, 5000, 5500),
            state(0, 0, A.BREAK, 5500, 6400),
            state(0, 0, A.AVAILABLE, 6400, 7100),
            state(0, 0, A.TALK, 7100, 7260),
            state(1, 0, A.LATE, 1800, 2100),
            state(1, 0, A.AVAILABLE, 2100, 3600),
            state(1, 0, A.OFF_PHONE, 3600, 3840),
            state(1, 0, A.AVAILABLE, 3840, 5000),
            state(1, 0, A.OFF_PHONE, 5000, 5600),
            state(1, 0, A.AVAILABLE, 5600, 7200),
            state(2, 1, A.AVAILABLE, 0, 7200),
            state(2, 1, A.TALK, 7200, 7300),
        ],
    )


OPEN = 4 * HOUR
ON_PHONES = 5760 + 4260  # of the first team
FIRST = {
    "scheduled": (7200 - 1500 + 5400 - 240) / OPEN,
    "agents_on_duty": (ON_PHONES - 60) / OPEN,
    "occupancy": (500 + 100) / (ON_PHONES - 60),
    "utilisation": (500 + 160) / 11760,
    "paid_hours": 11760 / HOUR / 2,  # 12600 of shifts, 900 of them an unpaid break, + 60
    "paid_fte": 11760 / 8 / HOUR / 2,
    "overtime": 60 / HOUR / 2,
    "shrinkage": (11760 - ON_PHONES) / 11760,
    "shrinkage_planned": (600 + 240) / 11760,
    "shrinkage_unplanned": (300 + 600) / 11760,
    "lateness": 300 / 10860,
    "absence": 0.0,
    "adherence": (7000 + 4500) / 12600,  # 100 s into the break, 100 s after it; 300 s late, 600 s away
    "conformance": (12600 - 300 + 60) / 12600,
    "staff_cost": 117.60 / 2,
}
SECOND = {
    "scheduled": 7200 / OPEN,
    "overtime": 100 / HOUR / 2,
    "paid_hours": (1.5 * 7200 + 100) / HOUR / 2,
    "shrinkage_planned": 3600 / 10900,
    "shrinkage_unplanned": 0.0,
    "adherence": None,
    "conformance": None,
    "staff_cost": 0.02 * 100 / 2,
}
CENTRE = {
    "staff_cost": (117.60 + 2.00) / 2,
    "trunk_cost": 0.01 * (160 + 50) / 2,
    "abandon_cost": 1.50 / 2,
    "cost_per_day": (117.60 + 2.00 + 2.10 + 1.50) / 2,
    "cost_per_contact": 117.60 + 2.00 + 2.10 + 1.50,
    "paid_hours": 11760 / HOUR / 2,  # the second team is billed by what it talks: its waiting is not ours
}


def found(program: Program, rows: Rows, required: Required | None = None, **scope: str) -> dict[str, Estimate]:
    """Estimates of agents over the run by id."""
    acc = Accumulator(program, NAMES, required=required)
    acc.add(counts_of(program, rows))
    estimates = acc.estimates(scopes=SCOPES)
    return {e.id: e for e in estimates if e.basis == "agent" and e.scope == scope}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [({"team": "first"}, FIRST), ({"team": "second"}, SECOND), ({}, CENTRE)],
    ids=["first", "second", "centre"],
)
def test_time_and_money_as_worked_out_by_hand(scope: dict[str, str], expected: dict[str, float | None]) -> None:
    kpis = found(shifts(), saturday(), **scope)
    assert {id: kpis[id].value for id in expected} == {
        id: value if value is None else pytest.approx(value, rel=1e-12) for id, value in expected.items()
    }


def test_planned_and_unplanned_shrinkage_are_all_of_it() -> None:
    for scope in ({}, {"team": "first"}, {"team": "second"}):
        kpis = found(shifts(), saturday(), **scope)
        parts = kpis["shrinkage_planned"].value + kpis["shrinkage_unplanned"].value
        assert parts == pytest.approx(kpis["shrinkage"].value, rel=1e-12)


NEEDED = np.array([[2.0, 1.0, 0, 0, 0, 0], [0.0, 3.0, 0, 0, 0, 0]])
"""Of each team in each hour; scheduled are 4800 and 6060 s of the first, 3600 s each hour of the second."""


def paid_all() -> Program:
    """The shifts with the second team on the payroll, too."""
    program = shifts()
    teams = program.teams.copy()
    teams.billed = Billed.PAID_TIME
    return program._replace(teams=teams)


def test_the_centre_leaves_out_the_waiting_of_who_is_billed_by_the_talk() -> None:
    required = Required(NEEDED, NEEDED, np.array([0, 1]))
    kpis, first = found(shifts(), saturday(), required), found(shifts(), saturday(), required, team="first")
    for id in ("agents_on_duty", "occupancy", "utilisation", "paid_hours", "scheduled", "required", "net_staffing"):
        assert kpis[id].value == first[id].value
    assert kpis["hours_over"].value == first["hours_over"].value  # nobody has too many of a vendor's people
    assert kpis["hours_short"].value == pytest.approx(
        (2400 + 7200) / HOUR / 2
    )  # where it is to answer first, one may lack them
    assert kpis["staff_cost"].value == CENTRE["staff_cost"]


@pytest.mark.parametrize(
    ("groups", "short", "over"),
    [([0, 1], 2400 + 7200, 2460 + 3600), ([0, 0], 7200 - 2460, 3600 - 2400)],
    ids=["apart", "one crowd"],
)
def test_a_surplus_helps_only_those_who_share_queues(groups: list[int], short: float, over: float) -> None:
    required = Required(NEEDED, NEEDED, np.array(groups))
    centre = found(paid_all(), saturday(), required)
    assert centre["required"].value == 6 * HOUR / OPEN
    assert centre["net_staffing"].value == (4800 + 6060 + 7200 - 6 * HOUR) / OPEN
    assert centre["hours_short"].value == pytest.approx(short / HOUR / 2)
    assert centre["hours_over"].value == pytest.approx(over / HOUR / 2)
    first = found(paid_all(), saturday(), required, team="first")
    assert (first["hours_short"].value, first["hours_over"].value) == pytest.approx((2400 / HOUR / 2, 2460 / HOUR / 2))
    hour = found(shifts(), saturday(), required, team="second", interval="sat 1")
    assert (hour["required"].value, hour["scheduled"].value, hour["net_staffing"].value) == (3.0, 1.0, -2.0)
    assert found(shifts(), saturday(), required, queue="green", interval="sat 1")["required"].value == 3.0


def test_net_staffing_is_not_cut_at_nothing() -> None:
    program = shifts()
    acc = Accumulator(program, NAMES, required=Required(NEEDED, NEEDED, np.array([0, 1])))
    for _ in range(3):
        acc.add(counts_of(program, saturday()))
    (net,) = acc.estimates(scopes=("team",), ids=("net_staffing",))[1:]
    assert net.value == pytest.approx((7200 - 10800) / OPEN)
    assert net.method.startswith("all replications equal")


def test_what_may_be_negative_has_an_interval_on_both_sides_of_nothing() -> None:
    pairs = [-1.0, 2.0, 0.5, -0.5], [10.0, 10.0, 10.0, 10.0]
    signed = ratios(Moments.of(*pairs), False, 0.95, signed=True)
    assert signed.value == pytest.approx(1 / 40)
    assert signed.low < 0.0 < signed.high
    assert ratios(Moments.of(*pairs), False, 0.95).low == 0.0


def test_a_share_beyond_all_is_no_share() -> None:
    beyond = ratios(Moments.of([11.0, 12.0, 10.0], [10.0, 10.0, 10.0]), True, 0.95)
    assert beyond.value == pytest.approx(1.1)
    assert beyond.low < 1.1 < beyond.high
    assert METHODS[Method(int(beyond.method))].endswith("delta method, t with n-1 degrees")


def test_the_worst_interval_says_how_many_are_missing() -> None:
    program = paid_all()
    rows = rows_of(
        [call(0, 0, 3700.0, 60.0, Outcome.SERVED, talk=1), call(1, 1, 10.0, 0.0, Outcome.SERVED, talk=1)],
        list(saturday().agent_states),
    )
    acc = Accumulator(
        program, NAMES, targets=[Target("service_level", at_least=0.8)], required=Required(NEEDED, NEEDED, np.array([0, 1]))
    )
    acc.add(counts_of(program, rows))
    (verdict,) = acc.verdicts()
    assert verdict.worst_interval is not None and verdict.worst_interval.scope == {"interval": "sat 1"}
    present = (1400 + 500 + 800 + 1160 + 1600 + 3600) / HOUR  # from 3600 to 7200 s
    assert verdict.short == pytest.approx(4.0 - present)


def with_a_case(program: Program) -> tuple[Program, Rows]:
    """Saturday, and what its one answered caller was given: 40, settled for good."""
    settings, rows = program.settings.copy(), saturday()
    settings.authority = 1
    case = np.zeros(2, CASE)
    case["customer"], case["first_at"], case["end"] = [0, 1], rows.episodes["first_at"], [CaseEnd.SETTLED, CaseEnd.UNMET]
    for field, value in {"needed": 40.0, "granted": 40.0, "n_legs": 1, "resolved": 1, "at_first": 1}.items():
        case[field][0] = value
    return program._replace(settings=settings), rows._replace(cases=case)


def test_what_is_granted_is_a_cost_of_the_centre() -> None:
    kpis = found(*with_a_case(shifts()))
    assert kpis["goodwill_cost"].value == pytest.approx(40.0 / 2)
    assert kpis["cost_per_day"].value == pytest.approx(CENTRE["cost_per_day"] + 40.0 / 2)
    assert kpis["cost_per_contact"].value == pytest.approx(CENTRE["cost_per_contact"] + 40.0)
    assert kpis["cost_per_resolution"].value == pytest.approx(CENTRE["cost_per_contact"] + 40.0)


def test_the_value_of_who_leaves_is_counted_apart() -> None:
    program, rows = with_a_case(shifts())
    assert found(program, rows)["full_cost_per_resolution"].value is None
    settings, cases = program.settings.copy(), rows.cases.copy()
    settings.leave_share, settings.leave_value = 0.5, 240.0
    cases["left"][0] = 1
    kpis = found(program._replace(settings=settings), rows._replace(cases=cases))
    assert kpis["cost_per_resolution"].value == pytest.approx(CENTRE["cost_per_contact"] + 40.0)
    assert kpis["full_cost_per_resolution"].value == pytest.approx(CENTRE["cost_per_contact"] + 40.0 + 240.0)


def test_without_cases_nothing_is_put_right() -> None:
    kpis = found(shifts(), saturday())
    assert kpis["goodwill_cost"].value == 0.0
    assert kpis["cost_per_resolution"].value is None


def test_without_a_cost_there_is_no_money() -> None:
    program = shifts()
    teams, settings = program.teams.copy(), program.settings.copy()
    teams.cost, settings.trunk_cost, settings.abandon_cost = 0.0, 0.0, 0.0
    kpis = found(program._replace(teams=teams, settings=settings), saturday())
    assert [kpis[id].value for id in ("staff_cost", "cost_per_day", "cost_per_contact")] == [None] * 3
    given, rows = with_a_case(program._replace(teams=teams, settings=settings))
    kpis = found(given, rows)
    assert [kpis[id].value for id in ("goodwill_cost", "cost_per_day", "cost_per_resolution")] == [None] * 3


def test_nobody_staffed_has_no_occupancy() -> None:
    assert found(shifts(), saturday(), interval="mon 0")["occupancy"].value is None
    assert found(shifts(), saturday(), team="first", day="2024-01-08")["adherence"].value is None


# ------------------------------------------------------------------------------------ identities


PROGRAMS = range(12)


@pytest.mark.parametrize("number", PROGRAMS)
def test_every_second_and_every_unit_of_money_is_accounted_for(number: int) -> None:
    """Paid time and bills against the rows and the plan, none of it by way of the counts."""
    program = random_program(number)
    teams = program.teams.copy()
    teams.cost = 0.01 * (1 + np.arange(len(teams)))
    teams.billed = np.arange(len(teams)) % 2
    program = program._replace(teams=teams)
    rows = simulate(program, 5, 0, rows=True).rows
    assert rows is not None
    calendar = calendar_of(program)
    terms = staff_reader(program, calendar.opening_time, None)(counts_of(program, rows))
    of = {name: terms[i, 1:].sum(axis=1) / 1e6 for i, name in enumerate(STAFF_TERMS)}
    centre = {name: terms[i, 0].sum() / 1e6 for i, name in enumerate(STAFF_TERMS)}
    plan = plan_of(program)
    since, until = program.settings.count_from[0], program.settings.count_until[0]
    states = rows.agent_states
    length = np.maximum(np.minimum(states["ended_at"], until) - np.maximum(states["started_at"], since), 0.0)

    def spent(team: int, *kinds: AgentState) -> float:
        mine = (states["team"] == team) & np.isin(states["state"], [int(kind) for kind in kinds])
        return float(length[mine].sum())

    for team, row in enumerate(program.teams):
        on_phones = spent(team, A.AVAILABLE, A.RING, A.TALK, A.BRIEF, A.CONSULT, A.WRAP)
        away, lost = spent(team, A.BREAK, A.OFF_PHONE), spent(team, A.MISSING, A.LATE)
        assert of["on_phones_time"][team] == pytest.approx(on_phones, abs=1e-3)
        if row.persons:
            at_work = plan.at_work[team].sum() / 1e6
            overtime = on_phones + away + lost - at_work
            assert of["paid_overtime"][team] == pytest.approx(overtime, abs=1e-3)
            assert of["paid_time"][team] == pytest.approx(plan.paid[team].sum() / 1e6 + overtime, abs=1e-3)
        else:
            assert lost == 0.0
            paid = (1 + row.paid_extra) * of["planned_phone_time"][team] + of["paid_overtime"][team]
            assert of["paid_time"][team] == pytest.approx(paid, abs=1e-3)
            assert of["planned_phone_time"][team] + of["paid_overtime"][team] >= on_phones + away - 1e-3
        billed = (
            spent(team, A.TALK, A.BRIEF, A.CONSULT, A.WRAP) if row.billed == Billed.TALK_AND_WRAP else of["paid_time"][team]
        )
        assert of["bill"][team] * 1e6 == pytest.approx(row.cost * billed, abs=1e-6)
    assert centre["bill"] == pytest.approx(of["bill"].sum(), rel=1e-12)
    ours = teams.billed != Billed.TALK_AND_WRAP
    assert centre["paid_time"] == pytest.approx(of["paid_time"][ours].sum(), rel=1e-12)
    assert centre["on_phones_time"] == pytest.approx(of["on_phones_time"][ours].sum(), rel=1e-12)


def test_every_unit_of_money_of_the_centre_is_accounted_for() -> None:
    """What the centre costs, from rows alone: bills, minutes of lines, abandons, and what each settlement granted."""
    seen = 0
    for number in range(40):
        program = random_program(number)
        if seen == 4 or not program.settings.authority[0]:
            continue
        teams, settings = program.teams.copy(), program.settings.copy()
        teams.cost, settings.trunk_cost, settings.abandon_cost = 0.01, 0.0002, 1.5
        program = program._replace(teams=teams, settings=settings)
        rows = simulate(program, 5, 0, rows=True).rows
        assert rows is not None
        reader = staff_reader(program, calendar_of(program).opening_time, None)
        sums = reader(counts_of(program, rows))[len(STAFF_TERMS) :, 0].sum(axis=1)
        of = dict(zip(CENTRE_TERMS, sums, strict=True))
        since, until = settings.count_from[0], settings.count_until[0]
        contacts = rows.contacts[rows.contacts["cause"] != Cause.CALLBACK]  # whom the centre dials holds no line of its own
        on_line = contacts[(contacts["outcome"] != Outcome.BLOCKED) & (contacts["cause"] != Cause.CALLBACK)]
        held = np.minimum(on_line["ended_at"], until) - np.maximum(on_line["arrived_at"], since)
        assert of["trunk_cost"] == pytest.approx(0.0002 * np.maximum(held, 0.0).sum(), abs=1e-6)
        entered = np.minimum(contacts["queued_at"], np.where(contacts["queued_at"] < np.inf, np.inf, contacts["arrived_at"]))
        gone = np.isin(contacts["outcome"], (Outcome.ABANDONED, Outcome.BALKED)) & (contacts["n_answered"] == 0)
        assert of["abandon_cost"] == 1.5 * np.count_nonzero(gone & (entered >= since))
        counted = rows.cases["first_at"][rows.settlements["customer"]] >= since
        granted = rows.settlements["granted"][counted].sum()
        assert of["goodwill_cost"] == pytest.approx(granted, abs=1e-3)
        met = (rows.cases["first_at"] >= since) & (rows.cases["n_legs"] > 0)
        alone = (rows.episodes["outcome"] == Outcome.CONTAINED) & (rows.episodes["n_answered"] == 0)
        by_ivr = np.count_nonzero(alone & (rows.episodes["first_at"] >= since))
        assert of["priced_resolved"] == rows.cases["resolved"][met].sum() + by_ivr
        seen += granted > 0.0
    assert seen == 4


def test_the_generated_programs_hold_what_the_identities_are_about() -> None:
    programs = [random_program(number) for number in PROGRAMS]
    assert any(program.teams.persons.any() for program in programs)
    assert any((program.teams.persons == 0).any() for program in programs)
    assert any((program.breaks.paid == 0).any() for program in programs if len(program.breaks))


def test_round_the_clock_every_day_is_paid_its_hours_though_the_last_night_goes_on_after_the_run() -> None:
    """Three shifts of eight hours, three in each, at night an hour unpaid: 69 h a day. A holiday after it ends a night."""
    shifts: dict[str, Any] = {"night": {"time": "22:00-06:00", "breaks": [{"at": "23:00", "for": "1h", "paid": False}]}}
    shifts |= {"day": {"time": "06:00-14:00"}, "late": {"time": "14:00-22:00"}}
    centre: dict[str, Any] = {
        "open": "00:00-24:00",
        "days": 3,
        "calls": {"a": {"volume": "1/h", "handle": {"deterministic": "1s"}}},
        "shifts": shifts,
        "agents": {"t": {"shifts": dict.fromkeys(shifts, 3)}},
    }
    for days in (1, 3):
        found = ccsim.run(from_dict(centre | {"days": days}), reps=2, neighbours=False)
        assert found.kpi("paid_hours").value == pytest.approx(69.0, abs=0.01)
    followed = ccsim.run(from_dict(centre | {"holidays": ["2024-01-04"]}), reps=2, neighbours=False)
    assert followed.kpi("paid_hours").value == pytest.approx((3 * 69.0 + 3 * 6.0) / 3, abs=0.01)
