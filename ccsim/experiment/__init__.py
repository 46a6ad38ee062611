"""Experiments: the only floor that knows engines and analysis. `run` simulates a scenario and returns a `Result`."""

from ccsim.experiment.policy import PolicyCheck, check_policy
from ccsim.experiment.result import Neighbour, Result, TextbookFigures
from ccsim.experiment.run import run

__all__ = ["Neighbour", "PolicyCheck", "Result", "TextbookFigures", "check_policy", "run"]
