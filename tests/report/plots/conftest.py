"""Axes of their own, and what was drawn on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsim.experiment import Comparison, Result, compare, run
from ccsim.scenario import load

SCENARIOS = Path(__file__).parents[3] / "scenarios"


@pytest.fixture(scope="session")
def week() -> Result:
    """Five days with staff of their own, two teams: 12 replications."""
    return run(load(SCENARIOS / "week.yaml"), reps=12, jobs=1)


@pytest.fixture(scope="session")
def plans() -> Comparison:
    """Sales and service against two of its what-ifs: 12 replications."""
    scenario = load(SCENARIOS / "two_queues.yaml")
    return compare(scenario, what_ifs=["two_more", "no_redials"], reps=12, jobs=1, kpis=("service_level", "asa"))
