"""ccsim run: streams, exit codes, one JSON object, files only where they were asked for, interrupts."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ccsim.analysis.stopping import Precision
from ccsim.cli.run import Watch
from ccsim.experiment import run
from ccsim.experiment.forecast import Forecast
from ccsim.scenario import load
from tests.cli.conftest import MINIMAL, ROOT, SCENARIOS, Call, Spawn

FEW = ("--reps", "3", "--jobs", "1")


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if anything is simulated."""

    def simulate(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr("ccsim.experiment.run", simulate)


def test_page_goes_to_stdout_and_messages_to_stderr(call: Call, minimal: Path) -> None:
    said = call("run", minimal, *FEW, "--set", "run.replications=5")
    assert said.exit_code == 0
    assert said.stdout.startswith("Help desk\n")
    assert "n = 3 replications" in said.stdout and "seed 1, 3 replications" in said.stdout
    assert "W-REPLICATIONS" in said.stderr and "W-REPLICATIONS" not in said.stdout


def test_quiet_leaves_stderr_empty(call: Call, minimal: Path) -> None:
    said = call("run", minimal, *FEW, "--quiet", "--set", "run.replications=5")
    assert (said.exit_code, said.stderr) == (0, "")


def test_json_is_exactly_one_object(call: Call, minimal: Path) -> None:
    said = call("run", minimal, *FEW, "--json")
    assert said.exit_code == 0
    found = json.loads(said.stdout)
    expected = run(load(minimal), reps=3, jobs=1)
    assert list(found)[:2] == ["format", "scenario"]
    assert found["format"] == 1
    assert (found["scenario"], found["seed"], found["replications"]) == ("Help desk", 1, 3)
    assert (found["fingerprint"], found["digest"]) == (expected.fingerprint, expected.digest)
    values = [kpi["value"] for kpi in found["kpis"]]
    assert values == [estimate.value for estimate in expected.estimates]


def test_seed_and_settings_reach_the_simulation(call: Call, minimal: Path) -> None:
    def digest(*more: str) -> str:
        return str(json.loads(call("run", minimal, *FEW, "--json", *more).stdout)["digest"])

    base = digest()
    assert digest("--seed", "1") == base
    assert digest("--seed", str(2**64 - 1)) != base
    assert digest("--set", "agents=7") != base
    assert digest("--set", "agents=7", "--set", "agents=6") == base, "left to right, the last one wins"
    assert digest("--jobs", "2") == base


def test_every_option_reaches_the_simulation(call: Call, minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def simulate(scenario: object, **options: object) -> None:
        asked.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr("ccsim.experiment.run", simulate)
    options = (
        "--reps",
        "7",
        "--seed",
        "5",
        "--jobs",
        "3",
        "--engine",
        "reference",
        "--until",
        "asa ±1s",
        "--controls",
        "--sampling",
        "plain",
        "--max-reps",
        "9",
        "--calls",
        "--out",
        minimal.parent / "runs",
    )
    assert call("run", minimal, *options).exit_code == 130
    del asked["progress"]
    assert asked.pop("until") == [Precision("asa", 1.0, False)] and asked.pop("max_reps") == 9 and asked.pop("controls")
    assert asked.pop("sampling") == "plain"
    assert asked == {"reps": 7, "seed": 5, "jobs": 3, "engine": "reference", "rows": True, "keep_runs": True}
    assert not (minimal.parent / "runs").exists(), "a run that never ended leaves nothing"


def test_standard_input_takes_settings_too(call: Call) -> None:
    said = call("run", "-", *FEW, "--set", "name=Other", input=MINIMAL)
    assert said.stdout.startswith("Other\n")


def test_engines_answer_alike(call: Call, minimal: Path) -> None:
    pages = {}
    for engine in ("compiled", "reference"):
        said = call("run", minimal, *FEW, "--engine", engine, "--json")
        assert said.exit_code == 0, said.stderr
        pages[engine] = {**json.loads(said.stdout), "engine": ""}
    assert pages["compiled"] == pages["reference"]


def test_check_exits_3_only_when_a_target_is_missed(call: Call, minimal: Path) -> None:
    starved, plenty = ("--set", "agents=2"), ("--set", "agents=15")
    missed = call("run", minimal, *FEW, *starved, "--check")
    assert missed.exit_code == 3
    assert "MISSED" in missed.stdout and "target missed" in missed.stderr
    assert call("run", minimal, *FEW, *plenty, "--check").exit_code == 0
    assert call("run", minimal, *FEW, *starved).exit_code == 0, "only --check makes it a failure"


# -------------------------------------------------------------------------------- bad input


def test_bad_scenario_runs_and_writes_nothing(call: Call, tmp_path: Path, no_run: None) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(MINIMAL.replace("handle: 4m", "handle: 4"))
    said = call("run", bad, "--out", tmp_path / "runs")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith(f"{bad}:6:13: E-UNIT-MISSING calls.support.handle")
    assert list(tmp_path.iterdir()) == [bad]


def test_bad_scenario_in_json_is_one_object_too(call: Call, tmp_path: Path, no_run: None) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(MINIMAL.replace("handle: 4m", "handle: 4"))
    said = call("run", bad, "--json")
    assert said.exit_code == 2
    found = json.loads(said.stdout)
    assert (found["format"], found["problems"][0]["code"], found["problems"][0]["line"]) == (1, "E-UNIT-MISSING", 6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--reps", "0"), "--reps"),
        (("--reps", "1000000000"), "--reps"),
        (("--seed", "-1"), "--seed"),
        (("--seed", str(2**64)), "--seed"),
        (("--seed", "abc"), "--seed"),
        (("--jobs", "0"), "--jobs"),
        (("--engine", "fast"), "--engine"),
        (("--set", "agents"), "E-SET"),
        (("--set", "agnets=5"), "E-KEY-UNKNOWN"),
        (("--format", "xlsx"), "--format xlsx --out runs"),
        (("--format", "ods"), "--format"),
        (("--calls",), "--calls --out"),
        (("--rep", "3"), "--rep"),
    ],
)
def test_bad_options_exit_2_before_anything_runs(
    call: Call, minimal: Path, no_run: None, options: tuple[str, ...], words: str
) -> None:
    said = call("run", minimal, *options)
    assert (said.exit_code, said.stdout) == (2, "")
    assert words in said.stderr


def test_out_is_refused_before_simulating(call: Call, minimal: Path, no_run: None) -> None:
    folder = minimal.parent
    (folder / "file").write_text("")
    (folder / "link").symlink_to(folder / "elsewhere")
    for place, what in (("file", "is a file"), ("file/below", "is a file"), ("link", "is a link")):
        said = call("run", minimal, "--out", folder / place)
        assert said.exit_code == 2
        assert "E-OUT" in said.stderr and what in said.stderr
    assert not (folder / "elsewhere").exists()


def test_unwritable_out_is_refused_before_simulating(
    call: Call, minimal: Path, no_run: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere, so a real folder proves nothing
    said = call("run", minimal, "--out", minimal.parent / "runs")
    assert said.exit_code == 2
    assert "E-OUT: is not writable" in said.stderr


# -------------------------------------------------------------------------------- files


def test_without_out_nothing_is_written(call: Call, minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(minimal.parent)
    assert call("run", minimal, *FEW).exit_code == 0
    assert list(minimal.parent.iterdir()) == [minimal]


def test_out_makes_a_new_folder_each_time(call: Call, minimal: Path) -> None:
    runs = minimal.parent / "deep" / "runs"
    for number in (1, 2):
        said = call("run", minimal, *FEW, "-o", runs)
        assert said.exit_code == 0
        assert said.stderr.splitlines()[-1].endswith(f"-{number}")
    assert len(list(runs.iterdir())) == 2
    assert call("run", minimal, *FEW, "-o", runs, "--force").exit_code == 0
    assert len(list(runs.iterdir())) == 2


def test_calls_writes_the_rows_too(call: Call, minimal: Path) -> None:
    said = call("run", minimal, *FEW, "-o", minimal.parent / "runs", "--calls")
    assert said.exit_code == 0
    (written,) = (minimal.parent / "runs").iterdir()
    assert {"legs.csv", "contacts.csv", "episodes.csv", "agent_states.csv"} <= {path.name for path in written.iterdir()}


# -------------------------------------------------------------------------------- interrupts


def test_interrupt_prints_and_keeps_what_was_finished(call: Call, minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def impatient(quiet: bool, engine: str) -> Iterator[object]:
        def progress(done: int, planned: int) -> None:
            if done == 4:
                raise KeyboardInterrupt

        yield progress

    monkeypatch.setattr("ccsim.cli.run.progress", impatient)
    said = call("run", minimal, "--reps", "50", "--jobs", "1", "-o", minimal.parent / "runs")
    assert said.exit_code == 130
    assert "n = 4 replications" in said.stdout
    assert said.stderr.splitlines()[-1] == "ccsim: interrupted after 4 of 50 replications"
    (written,) = (minimal.parent / "runs").iterdir()
    assert json.loads((written / "manifest.json").read_text())["interrupted"] is True


def test_control_c_ends_a_real_run_with_130(tmp_path: Path) -> None:
    code = "import sys; from ccsim.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "run", str(SCENARIOS / "minimal.yaml"), "--reps", "1000000", "--jobs", "2"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(4.0)
    process.send_signal(signal.SIGINT)
    try:
        _, messages = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted" in messages and "Traceback" not in messages


# -------------------------------------------------------------------------------- progress


def test_pipe_sees_no_bar(spawn: Spawn) -> None:
    done = spawn("run", SCENARIOS / "minimal.yaml", *FEW)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert [line for line in done.stderr.splitlines() if not line.startswith("compiling the kernel")] == []


def test_cold_kernel_is_announced_unless_quiet(call: Call, minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccsim.experiment.cold.kernel_is_ready", lambda: False)
    compiled = ("--engine", "compiled")
    assert "compiling the kernel, once per machine" in call("run", minimal, *FEW, *compiled).stderr
    assert call("run", minimal, *FEW, *compiled, "-q").stderr == ""


def test_bar_is_drawn_on_a_terminal_and_imported_only_then(tmp_path: Path) -> None:
    code = (
        "import sys, pty, os\n"
        "pid, terminal = pty.fork()\n"
        "if pid == 0:\n"
        "    from ccsim.cli import main\n"
        "    sys.stdout = open('page.txt', 'w')\n"
        "    main()\n"
        "seen = b''\n"
        "try:\n"
        "    while chunk := os.read(terminal, 4096): seen += chunk\n"
        "except OSError: pass\n"
        "sys.stdout.buffer.write(seen)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(SCENARIOS / "minimal.yaml"), *FEW],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        capture_output=True,
        timeout=120,
    )
    assert b"replications" in done.stdout
    assert "Help desk" in (tmp_path / "page.txt").read_text()


def test_json_run_imports_no_rich() -> None:
    code = (
        "import sys\n"
        "from ccsim.cli import main\n"
        "try: main(['run', 'scenarios/minimal.yaml', '--reps', '2', '--json', '-q'])\n"
        "except SystemExit: pass\n"
        "print(*[m for m in ('rich', 'pandas', 'matplotlib', 'scipy.stats') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr.strip() == ""


WHAT_IFS = MINIMAL + "what_if:\n  two_more: {agents: 8}\n  'busy day': {calls.support.scale: 120%}\n"


def test_a_what_if_is_run_by_its_name(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "base.yaml"
    path.write_text(WHAT_IFS)

    def fingerprint(*more: str) -> str:
        return str(json.loads(call("run", path, *FEW, "--json", "--quiet", *more).stdout)["fingerprint"])

    assert fingerprint("--what-if", "two_more") == fingerprint("--set", "agents=8") != fingerprint()
    both = fingerprint("--what-if", "two_more", "--set", "calls.support.scale=130%")
    assert both == fingerprint("--set", "agents=8", "--set", "calls.support.scale=130%")


def test_what_ifs_that_were_not_run_are_told_at_the_end(call: Call, tmp_path: Path, minimal: Path) -> None:
    path = tmp_path / "base.yaml"
    path.write_text(WHAT_IFS)
    last = call("run", path, *FEW).stdout.splitlines()[-1]
    assert last == "What-ifs in this file, not run: two_more, busy day. Try: ccsim compare FILE"
    assert "What-if" not in call("run", path, *FEW, "--what-if", "two_more").stdout
    assert "What-if" not in call("run", minimal, *FEW).stdout


@pytest.mark.parametrize(
    ("text", "said"), [(WHAT_IFS, "allowed: two_more, busy day. Try: two_more"), (MINIMAL, "allowed: none in this file")]
)
def test_an_unknown_what_if_is_refused_with_the_nearest(call: Call, tmp_path: Path, no_run: None, text: str, said: str) -> None:
    path = tmp_path / "base.yaml"
    path.write_text(text)
    found = call("run", path, *FEW, "--what-if", "two_mor")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == f'E-REF what_if: no what-if of that name, got "two_mor", {said}\n'
    told = json.loads(call("run", path, *FEW, "--what-if", "two_mor", "--json").stdout)
    assert [problem["code"] for problem in told["problems"]] == ["E-REF"]


def test_out_where_no_folder_can_be_made_is_refused_before_simulating(
    call: Call, minimal: Path, no_run: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full or read-only grants permission and refuses all the same; so does a name that is too long."""
    folder = minimal.parent
    said = call("run", minimal, "--out", folder / ("long" * 100))
    assert (said.exit_code, said.stdout) == (2, "") and "E-OUT: cannot be written to (File name too long)" in said.stderr
    (folder / "dangling").symlink_to(folder / "nowhere")
    said = call("run", minimal, "--out", folder / "dangling" / "runs")
    assert (said.exit_code, said.stdout) == (2, "") and "E-OUT" in said.stderr

    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    said = call("run", minimal, "--out", folder / "runs")
    assert (said.exit_code, said.stdout) == (2, "") and "E-OUT: cannot be written to (No space left" in said.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["dangling", "minimal.yaml"]


@pytest.mark.parametrize(("file_format", "library"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_a_format_without_its_library_is_refused_before_simulating(
    call: Call, minimal: Path, no_run: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_format: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    said = call("run", minimal, "--out", tmp_path / "runs", "--format", file_format)
    assert said.exit_code == 2 and f"{library} is not installed. Try: pip install 'ccsim[" in said.stderr
    assert not (tmp_path / "runs").exists()


def test_a_workbook_takes_the_place_of_the_csv_files(call: Call, minimal: Path, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    said = call("run", minimal, "--reps", 3, "--quiet", "--out", tmp_path / "runs", "--format", "xlsx")
    assert said.exit_code == 0, said.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    assert {path.suffix for path in folder.iterdir()} == {".xlsx", ".yaml", ".json", ".npz"}


# -------------------------------------------------------------------------------- until


def test_a_run_until_a_figure_is_exact_says_so(call: Call, minimal: Path) -> None:
    said = call("run", minimal, "--until", "service_level +-1.5pp", "--until", "asa ±20%", "--jobs", "1")
    assert said.exit_code == 0, said.stderr
    assert re.search(
        r"Service level 8\d\.\d % \[8\d\.\d\d, 8\d\.\d\d\], asked for ±1\.5 points: as exact as that\.",
        " ".join(said.stdout.split()),
    )
    assert "asked for ±20 %: as exact as that" in " ".join(said.stdout.split())
    fields = json.loads(call("run", minimal, "--until", "service_level ±1.5pp", "--json", "-q").stdout)
    (level,) = fields["until"]
    assert level["is_met"] and level["high"] - level["low"] <= 0.03
    capped = call("run", minimal, "--until", "service_level ±0.1pp", "--max-reps", "60", "--jobs", "1")
    assert re.search(r"not yet, about [\d,]+ replications would be", " ".join(capped.stdout.split()))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--until", "service_level ±1%"), 'say percentage points, got "1%". Try: service_level ±1pp'),
        (("--until", "service ±1pp"), "E-UNTIL no such KPI"),
        (("--until", "wait_p90 ±1s"), "--until: kpis: got 'wait_p90'"),
        (("--until", "asa ±1s", "--reps", "90", "--max-reps", "80"), "--reps 90 is more than --max-reps 80"),
    ],
)
def test_a_precision_that_makes_no_sense_is_a_usage_error(
    call: Call, minimal: Path, options: tuple[str, ...], said: str
) -> None:
    found = call("run", minimal, *options)
    assert found.exit_code == 2 and said in found.stderr, found.stderr


def test_controls_say_what_they_gain(call: Call, minimal: Path) -> None:
    said = call("run", minimal, "--controls", "--reps", "60", "--jobs", "1")
    text = " ".join(said.stdout.split())
    assert re.search(r"Occupancy 6\d\.\d % \[6[\d.]+, 6[\d.]+\], as exact as 1\.\d times the replications\.", text), text
    assert "whose means are known (fresh calls; fresh calls by what one more spoils (Erlang A)" in text
    fields = json.loads(call("run", minimal, "--controls", "--reps", "60", "--json", "-q").stdout)["controls"]
    assert fields["kpis"][0]["id"] == "service_level" and fields["kpis"][0]["gain"] > 1.0
    refused = call("run", SCENARIOS / "replay.yaml", "--controls")
    assert refused.exit_code == 2 and "--controls: recorded calls" in refused.stderr


def test_spread_days_say_what_they_gain(call: Call, minimal: Path) -> None:
    options = ("--set", "uncertainty.centre_day=20%", "--reps", "60", "--jobs", "1", "--sampling")
    text = " ".join(call("run", minimal, *options, "stratified").stdout.split())
    assert "Stratified busyness of days, 5 replications at a time; intervals here know it" in text
    assert re.search(r"Occupancy \d\d\.\d % \[[\d.]+, [\d.]+\], as exact as [\d.]+ times the replications\.", text), text
    nothing = call("run", minimal, "--sampling", "antithetic")
    assert nothing.exit_code == 2 and "--sampling: no day is busier than another" in nothing.stderr
    kept = call("run", minimal, *options, "stratified", "--out", minimal.parent / "runs")
    assert kept.exit_code == 2 and "not with --sampling" in kept.stderr


def test_what_a_long_job_takes_is_said_first(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch(None)
    watch.expect(Forecast(1, 100, 5e4, 3e6, 0.5))
    assert capsys.readouterr().err == ""
    watch.expect(Forecast(9, 1000, 1.5e7, 4e9, 600.0))
    assert capsys.readouterr().err == "1,000 replications of 9 plans: about 15,000,000 calls, 10 min, 4,000 MB\n"
