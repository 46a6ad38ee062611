"""`run`: the same answer whoever computes it, however many workers, in whatever form; interrupted runs; bad arguments."""

from __future__ import annotations

import dataclasses
import itertools
import signal
import sys
import threading
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.experiment import Result
from ccsim.experiment.replicate import default_jobs, replicate, simulator
from ccsim.outcomes import TABLE_KEYS
from ccsim.outcomes.audit import audit
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict

CENTRE: dict[str, Any] = {
    "open": "09:00-11:00",
    "days": 2,
    "calls": {
        "orders": {
            "volume": "50/h",
            "handle": {"lognormal": {"mean": "4m", "cv": 0.8}},
            "patience": {"exponential": "90s", "balk": "5%"},
        },
        "service": {"volume": "40/h", "talk": "3m", "hold": {"share": "20%", "for": "40s"}, "wrap": "30s", "patience": "4m"},
    },
    "queues": {"orders": {"priority": 1, "teams": ["all", "orders"]}, "service": {"teams": ["all"]}},
    "agents": {"all": {"headcount": 4}, "orders": {"headcount": 2}},
    "uncertainty": {"centre_day": "15%"},
    "ivr": {"time": "20s", "hang_up": "2%"},
    "lines": 14,
    "after_contact": {"redial": {"share": "40%", "after": "6m"}},
    "targets": {"service_level": {"goal": "80/20", "over": "day", "on": "90% of days"}, "abandonment": "8%"},
    "metrics": {"also_within": ["60s"]},
    "run": {"replications": 12, "seed": 99},
}
ONE_TEAM: dict[str, Any] = {
    "open": "09:00-11:00",
    "calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
    "agents": {"desk": {"headcount": 5}},
    "run": {"replications": 8},
}


def centre() -> Scenario:
    return from_dict(CENTRE)


def told(result: Result) -> tuple[Any, ...]:
    """Everything that must not depend on who computed it, to the last digit."""
    more = result.accumulator.estimates(0.9, scopes=("queue x interval", "team"))
    return (
        result.digest,
        repr(result.estimates),
        repr(result.targets),
        repr(more),
        repr(result.accumulator.estimates(every_variant=True)),
    )


@pytest.fixture(scope="module")
def one_worker() -> Result:
    return ccsim.run(centre(), engine="compiled", jobs=1)


# -- The same answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("jobs", "rows"), [*itertools.product((1, 2, 3, 7), (True, False)), (40, False)])
def test_any_number_of_workers_with_rows_or_without_gives_the_same(one_worker: Result, jobs: int, rows: bool) -> None:
    result = ccsim.run(centre(), engine="compiled", jobs=jobs, rows=rows)
    assert told(result) == told(one_worker)
    assert (result.rows is not None) == rows
    assert result.replications == 12


@pytest.mark.parametrize("rows", [True, False])
def test_either_engine_gives_the_same(one_worker: Result, rows: bool) -> None:
    result = ccsim.run(centre(), engine="reference", rows=rows)
    assert result.engine == "reference" and one_worker.engine == "compiled"
    assert told(result) == told(one_worker)


def test_the_answer_tells_seeds_and_scenarios_apart(one_worker: Result) -> None:
    """The equalities above are not those of an empty answer."""
    assert len(one_worker.estimates) > 20 and len(one_worker.targets) == 2
    other = ccsim.run(centre(), engine="compiled", seed=100)
    assert other.digest != one_worker.digest and repr(other.estimates) != repr(one_worker.estimates)
    changed = ccsim.run(centre().with_({"agents.orders.headcount": 3}), engine="compiled")
    assert changed.digest != one_worker.digest


def test_more_replications_keep_the_earlier_ones() -> None:
    few, many = (ccsim.run(centre(), engine="compiled", reps=reps, rows=True) for reps in (4, 9))
    assert few.rows is not None and many.rows is not None
    for a, b in zip(few.rows, many.rows, strict=True):
        assert a.tobytes() == b[b["replication"] < 4].tobytes()
        if len(b):  # the tables of cases are empty without any
            assert set(b["replication"]) == set(range(9))
    assert len(many.rows.contacts) and len(many.rows.agent_states)
    assert few.digest != many.digest


def test_any_partition_of_the_replications_merges_to_the_same(one_worker: Result) -> None:
    """Replications 0 to 11 in three parts, each computed backwards: the same counts and the same digest sums."""
    simulate = simulator(one_worker.program, 99, "compiled", rows=False)
    in_order = [simulate(number) for number in range(12)]
    for part in (range(5), range(5, 6), range(6, 12)):
        for number in reversed(part):
            again = simulate(number)
            assert again.digest is not None and again.counts is not None
            assert again.digest.tobytes() == in_order[number].digest.tobytes()
            for a, b in zip(again.counts, in_order[number].counts, strict=True):
                assert a.tobytes() == b.tobytes()


def test_rows_of_all_replications_are_sorted_and_sound() -> None:
    result = ccsim.run(centre(), engine="compiled", reps=5, rows=True, jobs=3)
    assert result.rows is not None
    for name, table in result.rows._asdict().items():
        keys = [tuple(row) for row in table[list(TABLE_KEYS[name])].tolist()]
        assert keys == sorted(set(keys))
    assert audit(result.program, result.rows) == []


# -- Workers ---------------------------------------------------------------------------------------------------------------


def test_replications_come_in_order_whoever_is_faster() -> None:
    gates = [threading.Event() for _ in range(7)]

    def late_first(number: int) -> int:
        if number % 2 == 1:
            assert gates[number + 1].wait(10.0)  # an odd one ends after the even one behind it
        gates[number].set()
        return number

    assert list(replicate(late_first, range(7), 3)) == list(range(7))  # type: ignore[arg-type]


def test_only_a_few_results_wait_to_be_fetched() -> None:
    started: list[int] = []
    fetching = replicate(lambda number: started.append(number) or number, range(1000), 2)  # type: ignore[arg-type,func-returns-value]
    for _ in range(10):
        next(fetching)
    assert len(started) <= 10 + 2 * 2 + 1
    fetching.close()


def test_a_failing_replication_is_not_swallowed() -> None:
    def fails(number: int) -> int:
        if number == 3:
            raise RuntimeError("replication 3")
        return number

    for jobs in (1, 3):
        with pytest.raises(RuntimeError, match="replication 3"):
            list(replicate(fails, range(8), jobs))  # type: ignore[arg-type]


def test_the_number_of_workers_when_nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    small = compile_scenario(centre()).program
    large = compile_scenario(centre().with_({"calls.*.scale": "10000%"})).program
    monkeypatch.setenv("CCSIM_JOBS", "5")
    assert default_jobs(small) == default_jobs(large) == 5
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    for odd in ("", "0", "-2", "many"):
        monkeypatch.setenv("CCSIM_JOBS", odd)
        assert default_jobs(small) == 1  # a second thread would only wait for the interpreter lock
        assert default_jobs(large) == 3


# -- Progress and interruption ---------------------------------------------------------------------------------------------


def test_progress_is_told_after_each_replication() -> None:
    seen: list[tuple[int, int]] = []
    ccsim.run(centre(), engine="compiled", reps=5, jobs=2, progress=lambda done, planned: seen.append((done, planned)))
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_an_interrupted_run_is_the_run_of_what_was_finished(jobs: int, engine: str) -> None:
    def stop(done: int, planned: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    result = ccsim.run(centre(), reps=10, jobs=jobs, engine=engine, rows=True, progress=stop)
    assert result.interrupted and result.replications == 4
    whole = ccsim.run(centre(), engine="compiled", reps=4)
    assert told(result) == told(whole) and not whole.interrupted
    assert result.rows is not None and len(set(result.rows.episodes["replication"])) == 4
    assert result.neighbours == []


def test_interrupted_before_the_first_replication(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setitem(ccsim.run.__globals__, "simulator", lambda *_, **__: stop)
    result = ccsim.run(centre(), engine="compiled", jobs=1, rows=True)
    assert result.interrupted and result.replications == 0
    assert (result.estimates, result.targets, result.rows) == ([], [], None)


def test_interrupted_among_the_neighbours_keeps_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = from_dict(ONE_TEAM)
    whole = ccsim.run(scenario, engine="compiled")
    compile_scenario = ccsim.run.__globals__["compile_scenario"]

    def stop_at_six(changed: Scenario) -> Any:
        if changed.agents["desk"].headcount == {"daily": 6}:
            raise KeyboardInterrupt
        return compile_scenario(changed)

    monkeypatch.setitem(ccsim.run.__globals__, "compile_scenario", stop_at_six)
    result = ccsim.run(scenario, engine="compiled")
    assert result.interrupted and result.replications == 8
    assert told(result) == told(whole)
    assert result.neighbours == whole.neighbours[:2]


# -- Arguments -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"engine": "quick"}, "engine: got 'quick'; allowed: auto, compiled, reference"),
        ({"reps": 0}, "reps: got 0; allowed: 1 or more"),
        ({"reps": -3}, "reps: got -3"),
        ({"jobs": 0}, "jobs: got 0; allowed: 1 or more"),
        ({"seed": -1}, "seed: got -1; allowed: 0 to 18446744073709551615"),
        ({"seed": 1 << 64}, "seed: got 18446744073709551616"),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ccsim.run(centre(), progress=lambda *_: pytest.fail("it ran"), **arguments)


def test_arguments_override_the_scenarios_run() -> None:
    result = ccsim.run(centre(), engine="compiled")
    assert (result.replications, result.seed) == (12, 99)
    result = ccsim.run(centre(), engine="compiled", reps=2, seed=2**64 - 1)
    assert (result.replications, result.seed) == (2, 2**64 - 1)


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands for the child that compiles in the background; says when one was started."""
    started: list[str] = []
    monkeypatch.setitem(ccsim.run.__globals__, "warm_in_background", lambda: started.append("child"))
    return started


def test_auto_takes_the_compiled_engine_where_it_is_ready(compiling: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccsim.experiment.cold.kernel_is_ready", lambda: True)
    assert ccsim.run(centre(), reps=1).engine == "compiled"
    assert compiling == []


def test_auto_on_a_cold_machine_does_small_jobs_without_the_kernel(
    one_worker: Result, compiling: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a child process in plain Python; the answer is the same to the last digit."""
    monkeypatch.setattr("ccsim.experiment.cold.kernel_is_ready", lambda: False)
    small = ccsim.run(centre(), rows=True)
    assert small.engine == "reference" and compiling == ["child"]
    assert told(small) == told(one_worker)
    monkeypatch.setattr("ccsim.experiment.cold._cores", lambda: 1)
    large = ccsim.run(from_dict(ONE_TEAM), reps=3000, neighbours=False)
    assert large.engine == "compiled" and compiling == ["child"]  # sooner compiled than walked through by one worker


# -- Neighbours ------------------------------------------------------------------------------------------------------------


def test_neighbours_are_runs_with_one_agent_fewer_and_one_more() -> None:
    scenario = from_dict(ONE_TEAM)
    result = ccsim.run(scenario, engine="compiled")
    assert [(n.label, n.agents) for n in result.neighbours] == [("4 agents", 4), ("5 agents", 5), ("6 agents", 6)]
    for neighbour in result.neighbours:
        own = ccsim.run(scenario.with_({"agents.desk.headcount": neighbour.agents}), engine="compiled", neighbours=False)
        assert own.accumulator.estimates(scopes=("centre",), ids=("service_level",))[0] == neighbour.service_level
    values = [n.service_level.value for n in result.neighbours]
    assert values == sorted(values) and values[0] < values[2]


def test_no_neighbour_without_agents_and_none_where_there_is_no_single_headcount() -> None:
    alone = from_dict(ONE_TEAM | {"agents": 1, "calls": {"a": {"volume": "6/h", "handle": "1m", "patience": "2m"}}})
    assert [n.agents for n in ccsim.run(alone, engine="compiled", reps=2).neighbours] == [1, 2]
    assert ccsim.run(centre(), engine="compiled", reps=2).neighbours == []
    by_day = from_dict(ONE_TEAM | {"days": 2, "agents": {"desk": {"headcount": {"mon": 5, "tue": 6}}}})
    assert ccsim.run(by_day, engine="compiled", reps=2).neighbours == []
    same_by_day = from_dict(ONE_TEAM | {"days": 2, "agents": {"desk": {"headcount": {"mon": 5, "tue": 5}}}})
    assert [n.agents for n in ccsim.run(same_by_day, engine="compiled", reps=2).neighbours] == [4, 5, 6]
    staffing = {"desk": {"staffing": {"on_phones": 5}}}
    assert ccsim.run(from_dict(ONE_TEAM | {"agents": staffing}), engine="compiled", reps=2).neighbours == []
    assert ccsim.run(from_dict(ONE_TEAM), engine="compiled", reps=2, neighbours=False).neighbours == []


def test_neighbours_keep_the_callers() -> None:
    """Common random numbers: the same people call, whoever is there to answer."""
    fewer, more = (
        ccsim.run(from_dict(ONE_TEAM | {"agents": n}), engine="compiled", reps=2, rows=True, neighbours=False) for n in (5, 6)
    )
    assert fewer.rows is not None and more.rows is not None
    assert np.array_equal(fewer.rows.episodes["first_at"], more.rows.episodes["first_at"])
    assert fewer.digest != more.digest


def test_a_result_shows_itself_in_one_line(one_worker: Result) -> None:
    level = one_worker.kpi("service_level")
    shown = repr(one_worker)
    assert len(shown) < 200 and "\n" not in shown
    assert shown.startswith("Result('scenario', 12 replications, service level ")
    assert f"{level.value:.1%} ({level.low:.1%} to {level.high:.1%}), abandonment " in shown
    assert (
        repr(dataclasses.replace(one_worker, estimates=[], interrupted=True))
        == "Result('scenario', 12 replications, interrupted)"
    )


def test_kpi_finds_what_estimates_hold_and_says_what_there_is(one_worker: Result) -> None:
    for estimate in one_worker.estimates:
        found = one_worker.kpi(estimate.id, estimate.basis, **estimate.scope)
        assert (found.id, found.basis, found.scope) == (estimate.id, estimate.basis, estimate.scope)
    assert one_worker.kpi("service_level") == one_worker.targets[0].run
    assert one_worker.kpi("occupancy").basis == "agent"
    for arguments, scope, said in (
        (("abandonmet",), {}, "Try: abandonment"),
        (("service_level", "agent"), {}, "no basis 'agent'. Try: contact, episode"),
        (("asa",), {"queue": "nobody"}, "there is one by the whole centre, call_type, queue"),
    ):
        with pytest.raises(KeyError, match=said):
            one_worker.kpi(*arguments, **scope)


def test_one_agent_is_one_agent() -> None:
    alone = from_dict(ONE_TEAM | {"agents": 1, "calls": {"a": {"volume": "6/h", "handle": "1m", "patience": "2m"}}})
    assert [n.label for n in ccsim.run(alone, engine="compiled", reps=2).neighbours] == ["1 agent", "2 agents"]


def test_an_interrupt_amid_adding_leaves_whole_replications(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the third replication is being added: it is added whole, and the run is that of three replications."""
    module = sys.modules["ccsim.experiment.run"]
    add, calls = module.add, []

    def interrupted_add(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        add(*arguments)

    monkeypatch.setattr(module, "add", interrupted_add)
    result = ccsim.run(centre(), engine="compiled", jobs=1, rows=True, neighbours=False)
    assert result.interrupted and result.replications == 3
    monkeypatch.undo()
    assert told(result) == told(ccsim.run(centre(), engine="compiled", jobs=1, rows=True, reps=3, neighbours=False))
