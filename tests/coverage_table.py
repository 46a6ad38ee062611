"""The table of how often printed intervals hold the truth: collected from the tests that measure it.

    python -m tests.coverage_table [--json docs/data/coverage.json]

Runs those tests and prints what they noted with the fixture `covered`; leaves with 1 if one of them fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

PROPERTY = "coverage"
_TESTS = (
    "tests/verification/test_coverage.py",
    "tests/analysis/test_coverage.py",
    "tests/analysis/test_paired.py",
    "tests/analysis/test_curves.py",
    "tests/experiment/test_select.py",
)


class Row(NamedTuple):
    """One measurement."""

    interval: str
    world: str
    n: int
    coverage: float
    experiments: int


class Covered(Protocol):
    """What a test notes: which interval, the truth it is held against, replications, share that held it, experiments."""

    def __call__(self, interval: str, world: str, n: int, coverage: float, experiments: int) -> None: ...


class _Collector:
    """A pytest plugin that keeps what the tests note."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.rows += [Row(**value) for name, value in report.user_properties if name == PROPERTY]  # type: ignore[arg-type]


def main(arguments: list[str]) -> int:
    """Print the table, write it if asked, and return the exit code of the tests."""
    parser = argparse.ArgumentParser(prog="python -m tests.coverage_table", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", metavar="FILE", help="also write the table as JSON")
    options = parser.parse_args(arguments)
    collector = _Collector()
    failed = int(pytest.main([*_TESTS, "-p", "no:cacheprovider"], plugins=[collector]))
    rows = sorted(collector.rows, key=lambda row: (row.interval, row.world, row.n))
    for row in rows:
        print(f"{row.interval:<40} {row.world:<45} n = {row.n:<4} {row.coverage:.3f} of {row.experiments}")
    if options.json:
        Path(options.json).write_text(json.dumps([row._asdict() for row in rows], indent=1) + "\n", encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
