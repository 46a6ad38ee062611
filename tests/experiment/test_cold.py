"""A machine without a compiled kernel: small jobs run elsewhere, with the same answer; and what a run saves can be opened."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import ccsim
from ccsim.engine.reference import simulate
from ccsim.experiment import cold
from ccsim.experiment.cold import is_sooner_without_kernel, replicate_plainly
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
