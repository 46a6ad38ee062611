"""A command line to call in-process, one in a process of its own, and a scenario in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ccsim.cli import main

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"

MINIMAL = """\
name: Help desk
open: 09:00-17:00
calls:
  support:
    volume: 60/h
    handle: 4m
    patience: 2m
agents: 6
"""

Call = Callable[..., Result]
Spawn = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call ``ccsim`` in this process, with a narrow enough terminal to be fair."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object, **options: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="ccsim", **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def spawn(tmp_path: Path) -> Spawn:
    """Run ``ccsim`` as a process of its own in an empty folder."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; sys.argv[0] = 'ccsim'; from ccsim.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """A scenario file that is fine."""
    path = tmp_path / "minimal.yaml"
    path.write_text(MINIMAL)
    return path
