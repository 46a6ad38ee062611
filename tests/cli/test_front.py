"""The front door: help is instant and complete, slips are answered, exit codes mean what they say."""

from __future__ import annotations

import errno
import importlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ccsim.cli import VERBS, main
from ccsim.errors import Problem, ScenarioError
from tests.cli.conftest import ROOT, Call, Spawn

HEAVY = {"numpy", "scipy", "numba", "pydantic", "pandas", "matplotlib", "yaml", "rich", "jinja2", "simpy"}


def modules_after(*arguments: object) -> set[str]:
    """Return the modules a fresh process holds after this command line."""
    code = (
        "import sys, json\n"
        "from ccsim.cli import main\n"
        "try: main(sys.argv[1:], prog_name='ccsim')\n"
        "except SystemExit: pass\n"
        "print('MODULES', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stderr.rpartition("MODULES ")[2].split())


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("--version",), ("run", "--help"), ("erlang", "-h"), ("nonsense",)]
)
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not HEAVY & modules_after(*arguments)


def test_help_of_the_group_imports_no_verb() -> None:
    loaded = modules_after("--help")
    assert not {f"ccsim.cli.{verb}" for verb in VERBS} & loaded


@pytest.mark.parametrize("verb", ["validate", "show"])
def test_reading_a_scenario_imports_no_engine_and_no_plots(verb: str) -> None:
    loaded = modules_after(verb, "scenarios/two_queues.yaml")
    assert not {"numba", "scipy.stats", "matplotlib", "pandas", "ccsim.rules"} & loaded
    assert "ccsim.scenario" in loaded  # it did run


def test_erlang_needs_no_numpy() -> None:
    loaded = modules_after("erlang", "--calls", "100/h", "--aht", "3m")
    assert not {"numba", "numpy", "scipy", "pydantic"} & loaded
    assert "ccsim.erlang" in loaded


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_examples(verb: str, call: Call) -> None:
    command = importlib.import_module(f"ccsim.cli.{verb.replace('-', '_')}").command
    assert isinstance(command, click.Command) and command.name == verb
    said = call(verb, "-h")
    assert said.exit_code == 0
    assert f"ccsim {verb}" in said.output.partition("Examples:")[2]
    assert command.help is not None
    assert command.help.partition("\n")[0] == VERBS[verb], "the list of verbs quotes the first line of each"


@pytest.mark.parametrize("verb", VERBS)
def test_examples_in_the_help_parse(verb: str) -> None:
    """Whatever a help page shows as an example is accepted by the parser it stands under."""
    command = importlib.import_module(f"ccsim.cli.{verb.replace('-', '_')}").command
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    shown = [line.partition("ccsim ")[2].partition(" >")[0].split() for line in lines if f"ccsim {verb}" in line]
    assert shown
    for words in shown:
        command.make_context(verb, words[1:], resilient_parsing=False)


def test_unknown_verb_suggests_the_near_one(call: Call) -> None:
    said = call("validat", "a.yaml")
    assert said.exit_code == 2
    assert "Did you mean validate?" in said.stderr


def test_unknown_verb_with_nothing_near_lists_them(call: Call) -> None:
    said = call("zzz\x1b[31m")
    assert said.exit_code == 2
    assert "There are init, validate" in said.stderr
    assert "\x1b" not in said.output


def stub(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let ``ccsim kpis`` raise."""

    @click.command("kpis")
    def command() -> None:
        raise error

    monkeypatch.setattr("ccsim.cli.kpis.command", command)


def test_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    stub(monkeypatch, KeyboardInterrupt())
    said = call("kpis")
    assert (said.exit_code, said.stdout, said.stderr) == (130, "", "ccsim: interrupted\n")


def test_bad_scenario_exits_2_with_its_lines(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    stub(monkeypatch, ScenarioError([Problem("E-X", "a.b", "is wrong", file="f.yaml", line=3, col=5)]))
    said = call("kpis")
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", "f.yaml:3:5: E-X a.b: is wrong\n")


def test_failure_of_the_machine_exits_1_in_one_line(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    stub(monkeypatch, OSError(errno.ENOSPC, "No space left on device", "out.csv"))
    said = call("kpis")
    assert (said.exit_code, said.stderr) == (1, "ccsim: out.csv: No space left on device\n")


def test_bug_of_ours_exits_1_and_says_so(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    stub(monkeypatch, AssertionError("n = -1"))
    said = call("kpis")
    assert said.exit_code == 1
    assert "AssertionError: n = -1" in said.stderr
    assert said.stderr.endswith("this is a bug of ours; please report the lines above\n")


def test_reader_that_leaves_early_gets_no_traceback() -> None:
    done = subprocess.run(
        f"{sys.executable} -c 'from ccsim.cli import main; main()' schema | head -1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("run two_queues.yaml --reps 2 --out OUT --plots OUT/pictures", ["*/kpis.csv", "pictures/*.svg"]),
        ("compare two_queues.yaml --reps 2 -o OUT/differences.csv", ["differences.csv"]),
        ("sweep minimal.yaml --vary agents=5:6:1 --reps 2 -o OUT/curves.csv", ["curves.csv"]),
    ],
)
def test_reader_that_leaves_early_gets_the_files_he_asked_for(tmp_path: Path, line: str, files: list[str]) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ccsim.cli import main; main()"
    words = line.replace("OUT", str(tmp_path)).split()
    done = subprocess.Popen([sys.executable, "-c", program, *words], cwd=ROOT / "scenarios", stdout=subprocess.PIPE, text=True)
    assert done.stdout is not None
    done.stdout.close()  # before the first line is printed
    done.wait(timeout=120)
    for file in files:
        assert list(tmp_path.glob(file)), file


def test_terminal_that_knows_no_dash_is_no_reason_to_fail(spawn: Spawn) -> None:
    done = spawn("erlang", "--calls", "200/h", "--aht", "4m", "--agents", "12", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "?: with fewer agents" in done.stdout


def test_installed_name_is_the_group() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert 'ccsim = "ccsim.cli:main"' in text
    assert isinstance(main, click.Group)
    assert Path(importlib.import_module("ccsim.cli").__file__ or "").parent.name == "cli"
