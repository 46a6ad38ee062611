"""The house: floors import downwards only, light commands stay light, engines know every event, kernels know their sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ccsim.jit import ENABLED
from ccsim.vocabulary import EVENTS, Event

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ccsim"


def python(code: str, folder: Path = ROOT, **environment: str) -> str:
    """What a fresh Python prints for this code, with the package found in `folder`."""
    command = [sys.executable, "-c", code]
    own = os.environ | {"PYTHONPATH": str(folder)} | environment
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# -- Imports ---------------------------------------------------------------------------------------------------------------


def test_imports_go_down_only(tmp_path: Path) -> None:
    pytest.importorskip("importlinter")
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 2 kept, 0 broken." in done.stdout


HEAVY = ("numba", "scipy.stats", "matplotlib", "pandas", "simpy")
LOAD = f"from ccsim.scenario import load; s = load({str(ROOT / 'scenarios' / 'two_queues.yaml')!r})"

BUDGETS = [
    ("import ccsim", ("numpy", "scipy", "pydantic", "yaml", "click", "rich", *HEAVY)),
    ("import ccsim.scenario", HEAVY),
    (LOAD, ("numpy", "scipy", *HEAVY)),
    (f"{LOAD}; from ccsim.program.compile import compile_scenario; compile_scenario(s)", ("scipy", *HEAVY)),
    ("import ccsim.erlang", HEAVY),
    ("import ccsim.vocabulary, ccsim.units, ccsim.errors", ("numpy", *HEAVY)),
    ("import ccsim.cli", HEAVY),
    ("import ccsim.outcomes.audit", ("ccsim.rules", "ccsim.engine", *HEAVY)),
    ("import ccsim.analysis", ("ccsim.rules", "ccsim.engine", *HEAVY)),
    (
        f"{LOAD}; import ccsim; ccsim.run(s, engine='compiled', reps=1, neighbours=False)",
        ("scipy.stats", "matplotlib", "pandas", "simpy"),
    ),
    (
        f"import ccsim; ccsim.run(ccsim.load({str(ROOT / 'scenarios' / 'minimal.yaml')!r}), reps=5)",
        ("scipy.special", *HEAVY[1:]),
    ),
]


@pytest.mark.parametrize(("code", "without"), BUDGETS)
def test_light_things_import_nothing_heavy(code: str, without: tuple[str, ...]) -> None:
    loaded = set(python(f"{code}\nimport sys; print(*sys.modules)").split())
    assert "ccsim" in loaded
    assert [name for name in without if name in loaded] == []


def test_the_rules_are_the_only_way_to_numba() -> None:
    """A budget that would notice: what imports a rule does import numba."""
    if ENABLED:
        assert "numba" in python("import ccsim.rules.sampling, sys; print(*sys.modules)").split()


def test_no_relative_imports_and_one_home_for_yaml_simpy_and_click() -> None:
    homes = {"yaml": {"scenario"}, "simpy": {"engine/reference"}, "click": {"cli"}, "numba": {"jit/"}}
    for file in PACKAGE.rglob("*.py"):
        place, text = file.relative_to(PACKAGE).as_posix(), file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*from \.", text, re.MULTILINE), place
        for module, allowed in homes.items():
            if re.search(rf"^\s*(import {module}\b|from {module}[\s.])", text, re.MULTILINE):
                assert any(place.startswith(home) for home in allowed), (place, module)


# -- Events ----------------------------------------------------------------------------------------------------------------

DISPATCHERS = {"compiled": "kernel.py", "reference": "story.py"}
LEFT_OVER = {Event.OVERTIME_END}
"""The last branch of each engine needs no name."""

HANDLERS = (
    "on_talk_end",
    "on_wrap_end",
    "on_ivr_end",
    "on_fresh_dial",
    "on_redial",
    "on_abandon",
    "on_queue_step",
    "on_ring_end",
    "on_message_end",
    "on_no_answer",
    "on_callback_due",
    "on_seats",
    "on_timetable",
    "on_plan",
    "on_return",
    "on_spell",
)


@pytest.mark.parametrize("engine", DISPATCHERS)
def test_each_event_has_a_branch_where_events_are_told_apart(engine: str) -> None:
    text = (PACKAGE / "engine" / engine / DISPATCHERS[engine]).read_text(encoding="utf-8")
    assert {kind for kind in Event if not re.search(rf"Event\.{kind.name}\b", text)} == LEFT_OVER


def test_each_handler_of_the_kernel_exists_once_and_is_called() -> None:
    folder = PACKAGE / "engine" / "compiled"
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py")))
    for handler in HANDLERS:
        assert len(re.findall(rf"def {handler}\(", text)) == 1, handler
        assert re.search(rf"(?<!def ){handler}\(program, luck, floor", text), handler
    assert set(re.findall(r"def (on_\w+)\(", text)) == set(HANDLERS)


def test_each_event_has_its_sentence_and_its_own_rank() -> None:
    assert set(EVENTS) == set(Event)
    assert len({int(kind) for kind in Event}) == len(EVENTS)
    assert all(meaning.sentence.endswith(".") and meaning.entity for meaning in EVENTS.values())


# -- The cache of kernels --------------------------------------------------------------------------------------------------

DRAW = """
from ccsim.rules.tables import PROGRAM
from ccsim.program.layout import LAW, records
from ccsim.jit import bind, cache_folder, entry
from ccsim.rules.sampling import sample

@entry
def draw(program, u):
    return sample(program, 0, u)
"""
ASK = """
import sys
sys.path.insert(0, {folder!r})
from kernel_of_mine import *
from ccsim.vocabulary import Family
law, program = records(LAW, 1), records(PROGRAM, 1)
law.family, law.a = Family.EXPONENTIAL, 100.0
bind(program, laws=law)
answer = draw(program[0], 0.5)
print(answer, cache_folder().name, len(list(cache_folder().rglob("*.nbi"))))
"""


@pytest.mark.slow
@pytest.mark.skipif(not ENABLED, reason="plain Python has no kernels")
def test_an_edited_rule_reaches_a_kernel_that_was_cached(tmp_path: Path) -> None:
    """The kernel lies in a file of its own, unchanged; only the rule it calls is edited."""
    copy = tmp_path / "ccsim"
    for part in (
        "jit",
        "vocabulary.py",
        "__init__.py",
        "program/layout.py",
        "program/__init__.py",
        "outcomes",
        "rules",
        "engine",
    ):
        target = copy / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (PACKAGE / part).is_dir():
            shutil.copytree(PACKAGE / part, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PACKAGE / part, target)
    (tmp_path / "kernel_of_mine.py").write_text(DRAW)
    ask, cache = ASK.format(folder=str(tmp_path)), {"CCSIM_CACHE_DIR": str(tmp_path / "cache")}

    before, folder, n_kernels = python(ask, tmp_path, **cache).split()
    again, same_folder, same_kernels = python(ask, tmp_path, **cache).split()
    assert (before, folder, n_kernels) == (again, same_folder, same_kernels)
    assert float(before) == pytest.approx(69.314718) and int(n_kernels) > 0

    rule = copy / "rules" / "sampling.py"
    text = rule.read_text(encoding="utf-8")
    edited = text.replace("return -law.a * math.log(1.0 - u)", "return -2.0 * law.a * math.log(1.0 - u)")
    assert edited != text
    rule.write_text(edited, encoding="utf-8")
    after, other_folder, _ = python(ask, tmp_path, **cache).split()
    assert float(after) == pytest.approx(2 * 69.314718)
    assert other_folder != folder
    rule.write_text(text, encoding="utf-8")
    back, first_folder, _ = python(ask, tmp_path, **cache).split()
    assert (back, first_folder) == (before, folder)


@pytest.mark.slow
@pytest.mark.skipif(not ENABLED, reason="plain Python has no kernels")
@pytest.mark.parametrize(("damaged", "length"), [("*.nbc", 0), ("*.nbc", 100), ("*.nbi", 0), ("*.nbi", 30)])
def test_a_kernel_cut_off_on_the_disk_is_compiled_again(tmp_path: Path, damaged: str, length: int) -> None:
    (tmp_path / "kernel_of_mine.py").write_text(DRAW)
    ask, cache = ASK.format(folder=str(tmp_path)), {"CCSIM_CACHE_DIR": str(tmp_path / "cache")}
    before = python(ask, **cache)
    files = [file for file in (tmp_path / "cache").rglob(damaged) if "draw" in file.name]
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:length])
    assert python(ask, **cache) == before
    assert all(file.stat().st_size > length for file in files)


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["rules/tally.py", "engine/compiled/on_agent.py", "vocabulary.py", "program/layout.py", "jit/rows.py"]
)
def test_every_source_of_the_kernel_counts_into_the_name_of_its_cache(tmp_path: Path, file: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "ccsim", ignore=shutil.ignore_patterns("__pycache__"))
    ask = "from ccsim.jit import cache_folder; print(cache_folder().name)"
    cache = {"CCSIM_CACHE_DIR": str(tmp_path / "cache")}
    before = python(ask, tmp_path, **cache)
    append_a_comment(tmp_path / "ccsim" / file)
    after = python(ask, tmp_path, **cache)
    assert after != before
    append_a_comment(tmp_path / "ccsim" / "report" / "numbers.py")  # no part of any kernel
    assert python(ask, tmp_path, **cache) == after


def append_a_comment(file: Path) -> None:
    with file.open("a", encoding="utf-8") as source_:
        source_.write("\n# another word\n")
