"""YAML file -> frozen `Scenario`: the only floor that knows YAML.

`load` and `check` read a file, `from_dict` a dict; `times` and `plus` are the relative changes of `Scenario.with_`.
"""

from ccsim.scenario.load import Checked, check, from_dict, load
from ccsim.scenario.model import Scenario
from ccsim.scenario.overrides import plus, times
from ccsim.scenario.schema import json_schema

__all__ = ["Checked", "Scenario", "check", "from_dict", "json_schema", "load", "plus", "times"]
