"""A machine without a compiled kernel: small jobs run elsewhere, with the same answer; and what a run saves can be opened."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import ccsim
from ccsim.engine import Replication
from ccsim.engine.reference import simulate
from ccsim.experiment import cold
from ccsim.experiment.cold import PlainWorkers, is_sooner_without_kernel, replicate_plainly
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict


def centre() -> Scenario:
    return from_dict(
        {
            "open": "09:00-10:00",
            "calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
            "agents": 4,
            "run": {"replications": 4},
        }
    )


def test_child_in_plain_python_gives_the_rows_of_this_process() -> None:
    program = compile_scenario(centre()).program
    for number, done in enumerate(replicate_plainly(program, 7, 3)):
        here = simulate(program, 7, number)
        assert done.rows is not None and here.rows is not None
        assert [table.tobytes() for table in done.rows] == [table.tobytes() for table in here.rows]
        assert done.digest is not None and here.digest is not None
        assert done.digest.tobytes() == here.digest.tobytes()
    assert number == 2


def test_child_that_dies_is_an_error_that_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(RuntimeError, match=r"ended at replication 0 \(seed 7\)"):
        list(replicate_plainly(compile_scenario(centre()).program, 7, 3))


def test_only_a_small_job_on_a_cold_machine_goes_without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_scenario(centre()).program
    monkeypatch.setattr(cold, "kernel_is_ready", lambda: False)
    assert is_sooner_without_kernel(program, 10)
    assert not is_sooner_without_kernel(program, 10_000)
    monkeypatch.setattr(cold, "kernel_is_ready", lambda: True)
    assert not is_sooner_without_kernel(program, 10)


def test_cold_and_warm_runs_answer_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    warm = ccsim.run(centre(), engine="compiled")
    started: list[bool] = []
    monkeypatch.setattr(cold, "kernel_is_ready", lambda: False)
    monkeypatch.setattr(import_module("ccsim.experiment.run"), "warm_in_background", lambda: started.append(True))
    answer = ccsim.run(centre())
    assert answer.engine == "reference" and started == [True]
    assert (answer.digest, answer.estimates, answer.neighbours) == (warm.digest, warm.estimates, warm.neighbours)


def test_saved_run_is_opened_as_it_was(tmp_path: Path) -> None:
    result = ccsim.run(centre(), rows=True, neighbours=False)
    result.save(tmp_path / "run")
    opened = ccsim.open_run(tmp_path / "run")
    assert result.rows is not None
    assert [table.tobytes() for table in opened.rows] == [table.tobytes() for table in result.rows]
    assert (opened.manifest.digest, opened.manifest.seed, opened.names) == (result.digest, result.seed, result.names)


def test_run_without_rows_says_how_to_keep_them(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rows=True"):
        ccsim.run(centre(), neighbours=False).save(tmp_path / "run")
    assert not list(tmp_path.iterdir())


# -- Workers in plain Python -----------------------------------------------------------------------------------------------


def digests(replications: Iterable[Replication]) -> list[bytes]:
    return [done.digest.tobytes() for done in replications if done.digest is not None]


def test_several_workers_hand_on_in_order_and_do_the_next_job_too() -> None:
    program, other = (
        compile_scenario(centre()).program,
        compile_scenario(centre().with_({"agents.agents.headcount": 3})).program,
    )
    workers = PlainWorkers(3)
    for one in (program, other):
        assert digests(workers.replicate(one, 7, 5)) == digests(simulate(one, 7, number) for number in range(5))
        children = [child._process.pid for child in workers._children]
        assert len(set(children)) == 3
    assert children == [child._process.pid for child in workers._children]


def test_no_worker_outlives_who_asked() -> None:
    workers = PlainWorkers(2)
    jobs = workers.replicate(compile_scenario(centre()).program, 7, 50)
    next(jobs)
    broken_off = [child._process for child in workers._children]
    jobs.close()  # as Ctrl-C does
    assert [process.returncode is not None for process in broken_off] == [True, True]
    list(workers.replicate(compile_scenario(centre()).program, 7, 2))
    finished = [child._process for child in workers._children]
    del workers, jobs
    assert [process.returncode is not None for process in finished] == [True, True]


def test_the_rest_of_a_job_goes_to_the_kernel_once_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ccsim.run(centre(), engine="compiled", neighbours=False)
    asked: list[bool] = []
    monkeypatch.setattr(cold, "kernel_is_ready", lambda: len(asked) > 2 or bool(asked.append(False)))
    monkeypatch.setattr(import_module("ccsim.experiment.run"), "warm_in_background", lambda: None)
    given: list[int] = []
    plain = PlainWorkers.replicate

    def counted(*arguments: Any, **options: Any) -> Iterator[Replication]:
        for done in plain(*arguments, **options):
            given.append(1)
            yield done

    monkeypatch.setattr(PlainWorkers, "replicate", counted)
    answer = ccsim.run(centre(), neighbours=False)
    assert 0 < len(given) < answer.replications == 4
    assert (answer.digest, answer.estimates) == (wanted.digest, wanted.estimates)


def test_who_compiles_in_the_background_does_it_alone_and_leaves_no_zombie(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ccsim.jit.cache_folder", lambda: tmp_path)
    with cold._only_one() as first, cold._only_one() as second:
        assert (first, second) == (True, False)
    with cold._only_one() as later:
        assert later

    started: list[subprocess.Popen[bytes]] = []
    usual = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(usual([sys.executable, "-c", ""], start_new_session=True))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", start)
    cold.warm_in_background.__wrapped__()
    while started[0].returncode is None:  # set by who waits for it; nobody here does
        time.sleep(0.01)
    assert started[0].returncode == 0
