"""Inbound call-centre simulator: a YAML scenario in, KPI tables with honest intervals out.

    import ccsim

    scenario = ccsim.load("scenarios/minimal.yaml")
    result = ccsim.run(scenario, reps=200)
    result.estimates

Names load on first use, so that importing ccsim costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Bound": "ccsim.experiment",
    "Comparison": "ccsim.experiment",
    "open_result": "ccsim.report.opening",
    "open_run": "ccsim.outcomes.store",
    "Result": "ccsim.experiment",
    "Scenario": "ccsim.scenario",
    "ScenarioError": "ccsim.errors",
    "Sweep": "ccsim.experiment",
    "break_even": "ccsim.experiment",
    "calibrate": "ccsim.experiment",
    "check_policy": "ccsim.experiment",
    "compare": "ccsim.experiment",
    "explore": "ccsim.report.notebook.explore",
    "frames": "ccsim.report.frames",
    "from_dict": "ccsim.scenario",
    "load": "ccsim.scenario",
    "plus": "ccsim.scenario",
    "read_plan": "ccsim.scenario",
    "run": "ccsim.experiment",
    "select": "ccsim.experiment",
    "sweep": "ccsim.experiment",
    "times": "ccsim.scenario",
    "walk": "ccsim.report.walk",
}

_OTHER_NAMES = {"frames": "Frames", "open_run": "load"}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ccsim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), _OTHER_NAMES.get(name, name))


def __dir__() -> list[str]:
    return sorted(__all__)
