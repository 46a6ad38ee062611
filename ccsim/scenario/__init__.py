"""YAML file -> frozen `Scenario`: the only floor that knows YAML.

`load` and `check` read a file, `check_text` text, `from_dict` a dict; `times` and `plus` are the relative changes of
`Scenario.with_`, `read_plan` takes the agents from a planner's file.
The package itself can be called with the keys of the format: ``ccsim.scenario(calls={...}, agents=6)``.
"""

import sys
from types import ModuleType
from typing import Any

from ccsim.scenario.load import Checked, check, check_text, from_dict, load
from ccsim.scenario.model import Scenario
from ccsim.scenario.overrides import plus, times
from ccsim.scenario.plans import read_plan
from ccsim.scenario.schema import json_schema

__all__ = ["Checked", "Scenario", "check", "check_text", "from_dict", "json_schema", "load", "plus", "read_plan", "times"]


class _Callable(ModuleType):
    """This package as the function that makes a scenario from keyword arguments."""

    def __call__(self, **content: Any) -> Scenario:
        return from_dict(content)


sys.modules[__name__].__class__ = _Callable
