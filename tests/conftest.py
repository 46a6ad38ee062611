"""Fixtures of the whole suite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.coverage_table import PROPERTY, Covered, Row


@pytest.fixture
def covered(record_property: Callable[[str, Any], None]) -> Covered:
    """Note for the table of the docs how often an interval held the truth."""

    def note(interval: str, world: str, n: int, coverage: float, experiments: int) -> None:
        record_property(PROPERTY, Row(interval, world, n, round(coverage, 4), experiments)._asdict())

    return note


@pytest.fixture
def covered_table(covered: Covered) -> Covered:
    """The same, where `covered` is a function of the module."""
    return covered
