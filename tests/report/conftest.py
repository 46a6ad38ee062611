"""Results of real runs, small enough for a test, and a page to print them on."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from ccsim.experiment import Result, run
from ccsim.report.text import print_result
from ccsim.scenario import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"

Page = Callable[..., str]


@pytest.fixture(scope="session")
def minimal() -> Result:
    """One queue, one team, one day: 40 replications."""
    return run(load(SCENARIOS / "minimal.yaml"), reps=40, jobs=1)


@pytest.fixture(scope="session")
def two_queues() -> Result:
    """Two queues, three teams, redials, three targets: 20 replications."""
    return run(load(SCENARIOS / "two_queues.yaml"), reps=20, jobs=1)


@pytest.fixture
def page() -> Page:
    """Print a result on a page of so many columns and return the text."""

    def text(result: Result, width: int = 110, intervals: bool = False) -> str:
        stream = io.StringIO()
        print_result(result, Console(file=stream, width=width, markup=False, emoji=False, highlight=False), intervals)
        return stream.getvalue()

    return text
