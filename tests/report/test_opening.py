"""A run folder read again is the result it was, to the last bit; one that was touched is refused with file and field."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.analysis import SCOPES
from ccsim.errors import ScenarioError
from ccsim.experiment import Result, compare, run
from ccsim.experiment.reopen import compare_results
from ccsim.report.folder import MANIFEST, SCENARIO, SUMS, file_sha256, write_folder
from ccsim.report.opening import is_run, open_result
from ccsim.scenario import load
from tests.report.conftest import SCENARIOS, Page
from tests.report.hostile import hostile_scenario


def same(ours: Any, theirs: Any, at: str = "") -> None:
    """Everything inside two objects is equal, arrays bit for bit."""
    assert type(ours) is type(theirs), at
    if isinstance(ours, np.ndarray):
        assert ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes(), at
    elif isinstance(ours, dict):
        assert list(ours) == list(theirs), at
        for key in ours:
            same(ours[key], theirs[key], f"{at}[{key!r}]")
    elif isinstance(ours, list | tuple):
        assert len(ours) == len(theirs), at
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            same(one, other, f"{at}[{number}]")
    elif callable(ours):
        pass  # a grid's reader, made anew from the same Program
    elif type(ours).__module__.startswith("ccsim.analysis"):
        same(vars(ours), vars(theirs), f"{at}.{type(ours).__name__}")
    else:
        assert ours == theirs, at


@pytest.fixture(scope="module")
def paired() -> Result:
    return run(load(SCENARIOS / "two_queues.yaml"), reps=6, jobs=1, keep_runs=True)


@pytest.fixture
def folder(minimal: Result, tmp_path: Path) -> Path:
    return write_folder(minimal, tmp_path)


# -- The same again --------------------------------------------------------------------------------------------------------


def scratch_of(accumulator: Any) -> list[Any]:
    """Arrays in which a block folds a replication: no part of what was added."""
    return [block.__dict__.pop("_terms") for blocks in accumulator._blocks for block in blocks]


@pytest.mark.parametrize("which", ["minimal", "two_queues", "paired"])
def test_everything_added_up_comes_back(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whoever gives an accumulator something more to remember must put it into its state, or this fails."""
    result: Result = request.getfixturevalue(which)
    again = open_result(write_folder(result, tmp_path)).accumulator
    import copy

    original = copy.deepcopy(result.accumulator)
    scratch_of(original), scratch_of(again)
    same(vars(original), vars(again))


def test_result_read_again_says_the_same(two_queues: Result, tmp_path: Path, page: Page) -> None:
    again = open_result(write_folder(two_queues, tmp_path))
    for field in dataclasses.fields(Result):
        if field.name not in ("program", "accumulator", "scenario", "neighbours"):
            assert getattr(again, field.name) == getattr(two_queues, field.name), field.name
    assert again.fingerprint == two_queues.fingerprint and again.scenario.what_if == two_queues.scenario.what_if
    assert page(again, intervals=True) == page(two_queues, intervals=True)
    everything = {"scopes": SCOPES, "every_variant": True}
    assert again.accumulator.estimates(0.9, **everything) == two_queues.accumulator.estimates(0.9, **everything)


def test_neighbours_and_pictures_come_back(minimal: Result, folder: Path) -> None:
    again = ccsim.open_result(folder)
    assert [(n.label, n.agents, n.service_level.value) for n in again.neighbours] == [
        (n.label, n.agents, n.service_level.value) for n in minimal.neighbours
    ]
    for name in ("service_level", "waits", "neighbours", "journey"):
        assert getattr(again.plot, name)().get_title(loc="left")


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "parquet"])
def test_a_folder_of_any_format_can_be_read_again(minimal: Result, tmp_path: Path, file_format: str) -> None:
    pytest.importorskip("openpyxl"), pytest.importorskip("pyarrow")
    folder = write_folder(minimal, tmp_path, file_format=file_format)
    assert is_run(folder)
    assert open_result(folder).estimates == minimal.estimates


def test_hostile_names_come_back_as_they_were(tmp_path: Path) -> None:
    result = run(hostile_scenario(6), reps=2, jobs=1, neighbours=False)
    again = open_result(write_folder(result, tmp_path))
    assert again.estimates == result.estimates and again.scenario.name == result.scenario.name


def test_a_plan_at_equal_pay_still_says_what_it_kept(tmp_path: Path, page: Page) -> None:
    from ccsim.scenario import from_dict

    call = {"volume": "20/h", "handle": "3m", "patience": "1m"}
    content = {"calls": {"a": call}, "agents": {"x": {"headcount": 4, "cost": "20/h"}}}
    dearer = {"set": {"agents.x.cost": "25/h"}, "keep_payroll_by": "agents.x.headcount"}
    plan = from_dict({**content, "what_if": {"dearer": dearer}}).variant("dearer")
    assert plan.equal_pay is not None
    result = run(plan, reps=2, jobs=1)
    again = open_result(write_folder(result, tmp_path))
    assert again.scenario.equal_pay == plan.equal_pay and page(again) == page(result)


def test_a_run_without_replications_can_be_read(minimal: Result, tmp_path: Path) -> None:
    from ccsim.experiment.run import new_accumulator
    from ccsim.program.compile import Compiled

    empty = new_accumulator(minimal.scenario, Compiled(minimal.program, minimal.names))
    nothing = dataclasses.replace(minimal, accumulator=empty, replications=0, estimates=[], targets=[], neighbours=[])
    again = open_result(write_folder(nothing, tmp_path))
    assert (again.replications, again.estimates) == (0, [])


# -- Compared afterwards ---------------------------------------------------------------------------------------------------


def test_folders_compared_afterwards_are_compared_as_if_run_together(paired: Result, tmp_path: Path) -> None:
    other = run(paired.scenario.variant("two_more"), reps=6, jobs=1, keep_runs=True, neighbours=False)
    again = [open_result(write_folder(result, tmp_path)) for result in (paired, other)]
    expected = compare(paired.scenario, what_ifs=["two_more"], names=["base"], reps=6, jobs=1)
    found = compare_results(again, ["base", "two_more"])
    assert found.differences == expected.differences and found.family == expected.family
    for ours, theirs in zip(found.plans, expected.plans, strict=True):
        assert (ours.estimates, ours.targets, ours.p_best, ours.digest) == (
            theirs.estimates, theirs.targets, theirs.p_best, theirs.digest,
        )  # fmt: skip


def test_runs_that_met_other_callers_are_not_compared(paired: Result, two_queues: Result) -> None:
    with pytest.raises(ValueError, match="b kept no sums of single replications"):
        compare_results([paired, two_queues], ["a", "b"])
    with pytest.raises(ValueError, match="a has seed 1, b 2"):
        compare_results([paired, dataclasses.replace(paired, seed=2)], ["a", "b"])
    with pytest.raises(ValueError, match="a has replications 6, b 5"):
        compare_results([paired, dataclasses.replace(paired, replications=5)], ["a", "b"])
    other = paired.scenario.with_({"targets.abandonment": "7%"})
    with pytest.raises(ValueError, match="other targets"):
        compare_results([paired, dataclasses.replace(paired, scenario=other)], ["a", "b"])


# -- Touched ---------------------------------------------------------------------------------------------------------------


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The sums, changed by somebody who knows how to keep the manifest right."""
    with np.load(folder / SUMS) as arrays:
        state = {name: arrays[name] for name in arrays.files}
    change(state)
    np.savez_compressed(folder / SUMS, allow_pickle=False, **state)
    edited(folder, lambda manifest: manifest["files"].update({SUMS: file_sha256(folder / SUMS)}))


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda f: (f / SUMS).write_bytes((f / SUMS).read_bytes()[:-40]), "sums.npz: E-RUN sha256: was changed or cut off"),
        (lambda f: (f / SUMS).unlink(), "sums.npz: E-RUN: cannot be read"),
        (lambda f: (f / SCENARIO).write_text((f / SCENARIO).read_text() + "# mine\n"), "scenario.yaml: E-RUN sha256"),
        (lambda f: (f / MANIFEST).unlink(), "manifest.json: E-RUN: cannot be read"),
        (lambda f: (f / MANIFEST).write_text("{"), "manifest.json: E-RUN: is not complete JSON"),
        (lambda f: (f / MANIFEST).write_text("[" * 100_000), "manifest.json: E-RUN: is not complete JSON"),
        (lambda f: (f / MANIFEST).write_text("[]"), "manifest.json: E-RUN format"),
        (lambda f: edited(f, lambda m: m.update(format=99)), "E-RUN format: not a run this version can read, got 99"),
        (lambda f: edited(f, lambda m: m.update(layout="x")), "E-RUN layout: the run counts other things"),
        (lambda f: edited(f, lambda m: m.update(seed="1")), "E-RUN seed: missing or of another kind"),
        (lambda f: edited(f, lambda m: m.update(replications=True)), "E-RUN replications: missing or of another kind"),
        (lambda f: edited(f, lambda m: m.update(replications=10**12)), "E-RUN replications: out of range"),
        (
            lambda f: edited(f, lambda m: m.update(replications=39)),
            "does not fit the scenario: days.0.numerators: float64 of shape (40, 1)",
        ),
        (lambda f: edited(f, lambda m: m.update(fingerprint="x")), "E-RUN fingerprint: means something else now"),
        (lambda f: edited(f, lambda m: m.update(neighbours=[{}])), "E-RUN neighbours: incomplete"),
        (lambda f: rewritten(f, lambda s: s.pop("waits.seen")), "does not fit the scenario: waits.seen: missing"),
        (lambda f: rewritten(f, lambda s: s.update(more=np.zeros(3))), "E-RUN more: an array no run of this scenario has"),
        (lambda f: rewritten(f, lambda s: s.update({"hits.0": np.zeros((40, 2))})), "hits.0: float64 of shape"),
    ],
)
def test_a_folder_that_was_touched_is_refused(folder: Path, break_it: Callable[[Path], object], words: str) -> None:
    break_it(folder)
    with pytest.raises(ScenarioError) as refused:
        open_result(folder)
    assert words in str(refused.value)


def test_pickles_and_bombs_in_the_sums_are_refused_unopened(folder: Path) -> None:
    class Canary:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("the pickle was opened",))

    content = io.BytesIO()
    np.lib.format.write_array(content, np.array([Canary()], dtype=object), allow_pickle=True)
    for name, data in (("waits.seen", content.getvalue()), ("hits.0", b"\0" * (64 << 20))):
        shutil.copy(folder / SUMS, folder / "kept")
        with zipfile.ZipFile(folder / SUMS, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}.npy", data)
        edited(folder, lambda manifest: manifest["files"].update({SUMS: file_sha256(folder / SUMS)}))
        with pytest.raises(ScenarioError, match="is not an archive of arrays|an array no run"):
            open_result(folder)


def test_no_folder_and_no_run(tmp_path: Path) -> None:
    assert not is_run(tmp_path) and not is_run(tmp_path / "nowhere")
    with pytest.raises(ScenarioError, match="no such folder"):
        open_result(tmp_path / "nowhere")


def test_the_page_of_a_run_read_again_needs_no_engine(folder: Path) -> None:
    import subprocess
    import sys

    code = (
        f"import sys, ccsim; r = ccsim.open_result({str(folder)!r}); r.kpi('service_level'); "
        "print(*[m for m in sys.modules if m.startswith('ccsim.engine.') or m in ('simpy', 'matplotlib', 'pandas')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == ""
