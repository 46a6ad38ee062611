"""Each KPI means what its sentence says: published figures, outcomes worked out by hand, rows against kernel counts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ccsim.analysis import DEFAULT_SCOPES, REGISTRY, SCOPES, Accumulator, Estimate, Metrics, Target, service_level_variant
from ccsim.analysis.back_office import BackOffice, Pile
from ccsim.analysis.grid import calendar_of, grids_of
from ccsim.analysis.kpi import PLACES, SERVICE_LEVELS, service_level_formula, signed_terms
from ccsim.analysis.plan import seat_time
from ccsim.analysis.tabulate import counts_of
from ccsim.engine.compiled.simulate import simulate
from ccsim.jit import ENABLED
from ccsim.outcomes import Counts
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import CALLBACK, STEP, TIMETABLE, Program, records
from ccsim.scenario import from_dict, load
from ccsim.vocabulary import AgentState, Event, Outcome
from tests.analysis.worlds import HOUR, NAMES, call, counts_with, rows_of, state, two_days

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SIMULATED = sorted(path.stem for path in SCENARIOS.glob("*.yaml")) if ENABLED else ["minimal", "replay"]
"""Un-jitted, the larger scenarios take minutes."""


def one(estimates: list[Estimate], id: str, basis: str = "contact", variant: str | None = None, **scope: str) -> Estimate:
    """The only estimate of that description."""
    (found,) = [e for e in estimates if (e.id, e.basis, e.scope) == (id, basis, scope) and variant in (None, e.variant)]
    return found


# ------------------------------------------------------------------------------------ the service level


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("answered_over_offered", 81.13),
        ("exclude_short_abandons", 81.90),
        ("exclude_abandons_in_time", 82.69),
        ("abandons_in_time_count", 83.02),
        ("short_abandons_count", 82.08),
        ("answered_only", 86.00),
    ],
)
def test_the_six_service_levels_differ_as_published(variant: str, percent: float) -> None:
    # ICMI's worked example: A = 1000 answered, B = 60 abandoned, At = 860, Bt = 20, Bs = 10.
    program = two_days()
    acc = Accumulator(program, NAMES, Metrics(service_level=variant))
    acc.add(counts_with(program, 1000, 60, 860, abandoned_within=20, short_abandoned=10))
    found = one(acc.estimates(ids=["service_level"]), "service_level", variant=f"{variant}.include.20s")
    assert round(100 * found.value, 2) == percent


@pytest.mark.parametrize(("flow_outs", "expected"), [("include", 860 / 1100), ("met", 890 / 1100), ("exclude", 860 / 1060)])
def test_flow_outs_are_misses_met_or_left_out(flow_outs: str, expected: float) -> None:
    program = two_days()
    acc = Accumulator(program, NAMES, Metrics(flow_outs=flow_outs))
    acc.add(counts_with(program, 1000, 60, 860, flowed_out=40, flowed_out_within=30, offered=1100))
    assert one(acc.estimates(ids=["service_level"]), "service_level").value == pytest.approx(expected, rel=1e-15)


def test_answered_only_ignores_flow_outs() -> None:
    for flow_outs in ("include", "met", "exclude"):
        formula = service_level_formula(Metrics("answered_only", flow_outs), 20.0, 0)
        assert (formula.numerator, formula.denominator) == ("answered_within_0", "answered")


def test_who_still_waits_at_the_end_is_a_miss() -> None:
    program = two_days()
    acc = Accumulator(program, NAMES)
    acc.add(counts_with(program, 8, 0, 8, unfinished=2, offered=10))
    assert one(acc.estimates(ids=["service_level"]), "service_level").value == 0.8


def test_every_variant_at_every_threshold_on_request_only() -> None:
    program = two_days(20.0, 60.0)
    acc = Accumulator(program, NAMES, Metrics("answered_only", "met"))
    acc.add(counts_with(program, 10, 0, 5))
    plain = [e for e in acc.estimates(ids=["service_level"]) if not e.scope and e.basis == "contact"]
    assert [e.variant for e in plain] == ["answered_only.met.20s", "answered_only.met.60s"]
    assert [e.value for e in plain] == [0.5, 0.0]
    every = [e for e in acc.estimates(ids=["service_level"], every_variant=True) if not e.scope and e.basis == "contact"]
    assert len({e.variant for e in every}) == len(every) == len(SERVICE_LEVELS) * 3 * 2


def test_an_unknown_variant_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"service level 'best'; have answered_over_offered"):
        Metrics(service_level="best")
    with pytest.raises(ValueError, match=r"flow_outs 'drop'; have include, met, exclude"):
        Metrics(flow_outs="drop")


# ------------------------------------------------------------------------------------ the registry


def with_cases(program: Program) -> Program:
    """The same, but authority matters, somebody may be called back, and calls may go from the first queue to the second."""
    settings, queues, steps = program.settings.copy(), program.queues.copy(), records(STEP, 1)
    settings.authority, queues.n_steps[0], steps.to = 1, 1, 1
    return program._replace(settings=settings, queues=queues, steps=steps, callbacks=records(CALLBACK, len(program.queues)))


WORK = BackOffice((Pile("mail", np.zeros(6, np.int64), np.full(6, 6), (0,)),), np.array([1, 4]))
"""A pile nobody brings anything to."""

UNITS = {"share", "s", "h", "calls", "contacts", "erlangs", "agents", "hops", "index", "per 1000", "money"}


def test_every_kpi_says_what_it_is() -> None:
    for id, kpi in REGISTRY.items():
        assert kpi.id == id
        assert kpi.title and len(kpi.sentence) > 20 and kpi.sentence.endswith("."), id
        assert kpi.unit in UNITS, id
        assert set(kpi.scopes) <= set(SCOPES), id
        assert "/" in kpi.sentence or kpi.quantile is not None, f"{id} prints no formula"


def test_every_named_term_is_one_the_counts_have() -> None:
    # A misspelt term is a KeyError while the blocks are made; here it is seen which terms exist at all.
    program = with_cases(two_days(20.0, 60.0))
    grids = grids_of(program, NAMES, calendar_of(program), back_office=WORK)
    constants = {"one", "operating_days", "opening_time", "watched_time", "priced_days"}
    known = {term for grid in grids for term in grid.terms} | constants
    for kpi in REGISTRY.values():
        if kpi.quantile is None and kpi.places and not kpi.variants:
            assert kpi.numerator and kpi.denominator, kpi.id
            assert {term for total in (kpi.numerator, kpi.denominator) for term, _ in signed_terms(total)} <= known, kpi.id


def test_each_kpi_comes_out_in_each_scope_it_claims() -> None:
    program = with_cases(two_days())
    acc = Accumulator(program, NAMES, back_office=WORK)
    acc.add(counts_with(program, 10, 2, 9))
    found = acc.estimates(scopes=SCOPES)
    got: dict[str, set[str]] = {}
    for e in found:
        place = next((k for k in PLACES if k in e.scope), "centre")
        period = next((k for k in ("day", "interval") if k in e.scope), "")
        scope = place if not period else period if place == "centre" else f"{place} x {period}"
        if e.basis == REGISTRY[e.id].bases[0] and e.basis != "episode":
            got.setdefault(e.id, set()).add(scope)
    for id, kpi in REGISTRY.items():
        if kpi.places and kpi.bases[0] != "episode":
            assert got[id] == set(kpi.scopes), id


def test_unknown_scopes_and_kpis_are_refused() -> None:
    acc = Accumulator(two_days(), NAMES)
    with pytest.raises(ValueError, match="unknown scope 'galaxy'; have centre, call_type"):
        acc.estimates(scopes=["galaxy"])
    with pytest.raises(KeyError, match="csat"):
        acc.estimates(ids=["csat"])


# ------------------------------------------------------------------------------------ worked out by hand


def hand_worked() -> Counts:
    """Saturday: answered at once, answered after 30 s, abandoned after 60 s across the hour; Monday: abandoned after 3 s."""
    calls = [
        call(0, 0, 10.0, 0.0, Outcome.SERVED, talk=100, wrap=20),
        call(1, 0, 20.0, 30.0, Outcome.SERVED, talk=60, hold=15),
        call(2, 1, 3590.0, 60.0, Outcome.ABANDONED),
        call(3, 1, 3 * HOUR + 100, 3.0, Outcome.ABANDONED),
    ]
    states = [
        state(0, 0, AgentState.AVAILABLE, 0, 10),
        state(0, 0, AgentState.TALK, 10, 110),
        state(0, 0, AgentState.WRAP, 110, 130),
        state(0, 0, AgentState.AVAILABLE, 130, 2 * HOUR),
        state(1, 0, AgentState.AVAILABLE, 0, 50),
        state(1, 0, AgentState.TALK, 50, 125),
        state(1, 0, AgentState.AVAILABLE, 125, 2 * HOUR - 100),
        state(1, 0, AgentState.TALK, 2 * HOUR - 100, 2 * HOUR + 100),
        state(2, 1, AgentState.AVAILABLE, 100, 150),
    ]
    return counts_of(two_days(), rows_of(calls, states))


CENTRE = {
    "arrived": 4 / 2,
    "offered": 4 / 2,
    "answered": 2 / 2,
    "abandoned": 2 / 2,
    "abandonment": 2 / 4,
    "abandonment_excl_short": 1 / 3,
    "answered_share": 2 / 4,
    "delayed": 3 / 4,
    "blocking": 0.0,
    "service_level": 1 / 4,
    "asa": 30 / 2,
    "wait_mean": 93 / 4,
    "time_to_abandon": 63 / 2,
    "handle_time": (120 + 75) / 2,
    "talk_time": 160 / 2,
    "hold_time": 15 / 2,
    "wrap_time": 20 / 2,
    "mean_queue": 93 / (4 * HOUR),
    "lines_in_use": (100 + 105 + 60 + 3) / (4 * HOUR),
}
AGENTS = {
    "occupancy": (120 + 75 + 100) / (4 * HOUR + 50),
    "overtime_occupancy": 1.0,
    # 2 seats on four open hours but for the last half hour with 1; 50 s beyond the second team's seats; 100 s of overtime
    "utilisation": (120 + 75 + 200) / (7.5 * HOUR + 50 + 100),
    "agents_on_duty": (4 * HOUR + 50) / (4 * HOUR),
    "agents_busy": 295 / (4 * HOUR),
    "overtime": 100 / HOUR / 2,
}


def test_the_centre_as_worked_out_by_hand() -> None:
    acc = Accumulator(two_days(), NAMES)
    acc.add(hand_worked())
    found = acc.estimates()
    for id, expected in CENTRE.items():
        assert one(found, id).value == pytest.approx(expected, rel=1e-12), id
    for id, expected in AGENTS.items():
        assert one(found, id, "agent").value == pytest.approx(expected, rel=1e-12), id


def test_places_and_periods_as_worked_out_by_hand() -> None:
    acc = Accumulator(two_days(), NAMES)
    acc.add(hand_worked())
    found = acc.estimates(scopes=SCOPES)
    assert one(found, "asa", call_type="billing").value == 15.0
    assert one(found, "asa", call_type="orders").value is None
    assert one(found, "time_to_abandon", queue="green").value == 31.5
    assert one(found, "abandonment", queue="blue").value == 0.0
    assert one(found, "arrived", day="2024-01-06").value == 3.0
    assert one(found, "arrived", day="2024-01-08").value == 1.0
    assert one(found, "abandonment_excl_short", day="2024-01-08").value is None
    assert one(found, "offered", queue="green", interval="sat 0").value == 1.0
    assert one(found, "mean_queue", queue="green", interval="sat 0").value == pytest.approx(10 / HOUR)
    assert one(found, "mean_queue", queue="green", interval="sat 1").value == pytest.approx(50 / HOUR)
    assert one(found, "mean_queue", call_type="orders", day="2024-01-06").value == pytest.approx(60 / (2 * HOUR))
    assert one(found, "occupancy", "agent", team="first", interval="sat 1").value == pytest.approx(100 / (2 * HOUR))
    assert one(found, "overtime", "agent", interval="sat 2").value == pytest.approx(100 / HOUR)
    assert one(found, "agents_on_duty", "agent", team="second", day="2024-01-06").value == pytest.approx(50 / (2 * HOUR))
    assert {e.scope["interval"] for e in found if "interval" in e.scope and e.basis == "contact"} == {
        "sat 0", "sat 1", "mon 0", "mon 1",
    }  # fmt: skip


def test_waits_of_the_answered_and_of_all_are_kept_apart() -> None:
    acc = Accumulator(two_days(), NAMES)
    acc.add(hand_worked())
    found = acc.estimates()
    assert one(found, "wait_p99", queue="green").value == pytest.approx(61 - 0.02)
    assert one(found, "asa_p99", queue="green").value is None
    assert one(found, "asa_p99", queue="blue").value == pytest.approx(31 - 0.02)
    assert one(found, "asa_p99").value == one(found, "asa_p99", call_type="billing").value == pytest.approx(31 - 0.02)
    assert one(found, "wait_p99").value == one(found, "wait_p99", "episode").value == pytest.approx(61 - 0.04)
    assert one(found, "wait_p50", call_type="billing").value == 0.0
    assert one(found, "wait_p50", "episode", call_type="orders").value == 4.0


def test_who_waits_after_closing_is_not_in_the_mean_of_opening_hours() -> None:
    program = two_days()
    acc = Accumulator(program, NAMES)
    acc.add(counts_of(program, rows_of([call(0, 1, 2 * HOUR - 30, 100.0, Outcome.ABANDONED)])))
    found = acc.estimates()
    for scope in ({}, {"queue": "green"}, {"call_type": "orders"}):
        assert one(found, "mean_queue", **scope).value == pytest.approx(30 / (4 * HOUR))
    assert one(found, "lines_in_use").value == pytest.approx(30 / (4 * HOUR))


def test_a_redialler_is_two_contacts_and_one_episode() -> None:
    episode, first, first_stay = call(0, 0, 10.0, 60.0, Outcome.ABANDONED)
    _, second, second_stay = call(0, 0, 200.0, 5.0, Outcome.SERVED, talk=100)
    second["contact"] = second_stay["contact"] = 1
    episode["n_contacts"] = episode["n_offered"] = 2
    episode["wait"], episode["talk_time"], episode["outcome"] = 65.0, 100.0, Outcome.SERVED
    program = two_days()
    rows = rows_of([(episode, first, first_stay)])
    rows = rows._replace(contacts=np.append(rows.contacts, second), segments=np.append(rows.segments, second_stay))
    acc = Accumulator(program, NAMES)
    acc.add(counts_of(program, rows))
    found = acc.estimates(ids=None)
    assert one(found, "contacts_per_episode", "episode").value == 2.0
    assert one(found, "redial_rate", "episode").value == 0.5
    assert one(found, "abandonment").value == 0.5
    assert one(found, "abandonment", "episode").value == 0.0
    assert one(found, "service_level").value == 0.5
    assert one(found, "service_level", "episode").value == 0.0  # 65 s in all
    assert one(found, "wait_mean", "episode").value == 65.0


def test_the_ivr_as_worked_out_by_hand() -> None:
    """Two of three contacts enter an IVR of two ports, each for 40 s: the menu (5 s) twice, then 30 s of service.

    Service solves the first one's problem, the second opts out; the third is blocked. The centre is open for 600 s.
    """
    minute = {"handle": {"deterministic": "60s"}}
    menu = {"time": {"deterministic": "5s"}, "retry": {"share": "100%", "at_most": 1}, "next": "service"}
    service = {"time": {"deterministic": "30s"}, "contained": {"b": "100%"}, "opt_out": "100%"}
    centre = {
        "open": "00:00-00:10",
        "interval": "1m",
        "calls": {"a": minute, "b": minute},
        "agents": 1,
        "ivr": {"start": "menu", "ports": 2, "nodes": {"menu": menu, "service": service}},
        "replay": {"calls": [{"at": f"{at}s", "call_type": kind} for at, kind in ((0, "b"), (2, "a"), (4, "a"))]},
    }
    program, names = compile_scenario(from_dict(centre))
    acc = Accumulator(program, names)
    counts = simulate(program, 1, 0, rows=False).counts
    assert counts is not None
    acc.add(counts)
    found = acc.estimates(scopes=SCOPES)

    def value(id: str, basis: str = "contact", **scope: str) -> float | None:
        return one(found, id, basis, **scope).value

    assert [value(id) for id in ("arrived", "blocked", "entered_ivr", "contained", "offered")] == [3, 1, 2, 1, 1]
    assert [value(id) for id in ("containment", "ivr_hang_up", "ivr_time")] == [0.5, 0.0, 40.0]
    assert [value("containment", call_type=kind) for kind in "ab"] == [0.0, 1.0]
    assert value("contained", "episode") == 1
    assert value("ports_in_use") == pytest.approx(80 / 600)
    assert [value(id, ivr_node="menu") for id in ("entered_ivr", "ivr_time", "retry", "containment")] == [4, 5.0, 0.5, 0.0]
    assert [value(id, ivr_node="service") for id in ("entered_ivr", "ivr_time", "opt_out", "containment")] == [
        2,
        30.0,
        0.5,
        0.5,
    ]
    assert value("ports_in_use", ivr_node="service") == pytest.approx(60 / 600)
    assert value("entered_ivr", ivr_node="service", interval=names.interval_labels[0]) == 2


def test_seats_are_paid_in_opening_hours_only() -> None:
    assert (seat_time(two_days()) / 1e6 / HOUR).tolist() == [[2.0, 2.0, 0.0, 2.0, 1.5, 0.0], [0.0] * 6]


def test_seats_end_with_the_day() -> None:
    program = two_days()
    saturday_only = np.array([(0.0, Event.SEATS_UP, 1, 1)], dtype=TIMETABLE)
    timetable = np.sort(np.concatenate([program.timetable, saturday_only]), order=["at", "event", "entity"])
    program = program._replace(timetable=timetable.view(np.recarray))
    assert (seat_time(program)[1] / 1e6 / HOUR).tolist() == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]


def test_a_closed_first_day_is_no_operating_day() -> None:
    program = two_days()
    program.intervals.open_until[:3] = program.intervals.open_from[:3]
    calendar = calendar_of(program)
    assert (calendar.days.tolist(), calendar.day_starts.tolist()) == ([2], [0])
    acc = Accumulator(program, NAMES)
    acc.add(counts_with(program, 10, 0, 10, interval=3))
    found = acc.estimates()
    assert one(found, "arrived").value == 10.0
    assert [e.value for e in found if e.id == "arrived" and "day" in e.scope and e.basis == "contact"] == [10.0]


def test_a_warm_up_is_not_opening_time() -> None:
    program = two_days()
    program.settings.count_from = 1.5 * HOUR
    assert (calendar_of(program).opening_time / 1e6 / HOUR).tolist() == [0.0, 0.5, 0.0, 1.0, 1.0, 0.0]


# ------------------------------------------------------------------------------------ rows, kernel, chunks


@pytest.mark.parametrize("name", SIMULATED)
def test_rows_count_up_to_what_the_kernel_counts(name: str) -> None:
    program, _ = compile_scenario(load(SCENARIOS / f"{name}.yaml"))
    kernel = simulate(program, 7, 3, rows=False).counts
    outcome = simulate(program, 7, 3, rows=True)
    assert kernel is not None and outcome.rows is not None
    counted = counts_of(program, outcome.rows)
    assert counted.contacts["arrived"].sum() > 0
    for field, ours, theirs in zip(Counts._fields, counted, kernel, strict=True):
        assert np.array_equal(ours, theirs), field


def test_estimates_from_rows_are_those_from_the_kernel_to_the_last_bit() -> None:
    program, names = compile_scenario(load(SCENARIOS / ("two_queues.yaml" if ENABLED else "minimal.yaml")))
    from_rows, from_counts = Accumulator(program, names), Accumulator(program, names)
    for replication in range(3):
        from_counts.add(simulate(program, 1, replication, rows=False).counts)
        from_rows.add(counts_of(program, simulate(program, 1, replication, rows=True).rows))
    assert from_rows.estimates(scopes=SCOPES, every_variant=True) == from_counts.estimates(scopes=SCOPES, every_variant=True)


def test_reading_on_the_way_changes_nothing() -> None:
    program = two_days()
    target = Target("service_level", at_least=0.8, over="day", on=0.9)
    rng = np.random.default_rng(1)
    draws = [sorted(rng.integers(1, 1000, size=2)) for _ in range(20)]
    all_counts = [counts_with(program, int(a), 3, int(w)) for w, a in draws]
    at_once, stepwise = (Accumulator(program, NAMES, targets=[target]) for _ in range(2))
    for counts in all_counts:
        at_once.add(counts)
    for counts in all_counts:
        stepwise.estimates(scopes=SCOPES)
        stepwise.verdicts()
        stepwise.add(counts)
    assert at_once.estimates(scopes=SCOPES) == stepwise.estimates(scopes=SCOPES)
    assert at_once.verdicts() == stepwise.verdicts()


def test_the_estimate_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    program = two_days()
    acc = Accumulator(program, NAMES)
    acc.add(counts_with(program, 10, 0, 10))
    acc.add(counts_with(program, 90, 0, 0))
    assert one(acc.estimates(ids=["service_level"]), "service_level").value == 0.1


def test_adding_leaves_the_counts_alone() -> None:
    program = two_days()
    counts = counts_with(program, 10, 2, 9)
    before = [table.copy() for table in counts]
    Accumulator(program, NAMES).add(counts)
    assert all(np.array_equal(a, b) for a, b in zip(before, counts, strict=True))


def test_json_holds_no_nan() -> None:
    program = two_days()
    target = Target("occupancy", at_least=0.6, at_most=0.9, over="week")
    acc = Accumulator(program, NAMES, targets=[target])
    for _ in range(2):
        text = json.dumps([e.as_dict() for e in acc.estimates(scopes=SCOPES)], allow_nan=False)
        text += json.dumps([v.as_dict() for v in acc.verdicts()], allow_nan=False)
        acc.add(hand_worked())
    assert "null" in text


def test_the_registry_is_read_without_numba_or_scipy() -> None:
    code = "import sys, ccsim.analysis; print([m for m in ('numba', 'scipy', 'pandas') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_default_scopes_are_scopes() -> None:
    assert set(DEFAULT_SCOPES) < set(SCOPES)
    assert service_level_variant(Metrics(), 20.0) == "answered_over_offered.include.20s"


def test_a_brief_accumulator_tells_the_same_of_the_run() -> None:
    program = two_days()
    brief, whole = Accumulator(program, NAMES, brief=True), Accumulator(program, NAMES)
    for acc in (brief, whole):
        acc.add(hand_worked())
        acc.add(counts_with(program, 10, 2, 9))
    found = brief.estimates(scopes=SCOPES)
    assert found == [
        e for e in whole.estimates(scopes=("centre", "call_type")) if e.basis == "contact" and REGISTRY[e.id].quantile is None
    ]
    assert len(found) > 40
