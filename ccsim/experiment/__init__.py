"""Experiments: the only floor that knows engines and analysis.

`run` simulates a scenario and returns a `Result`; `compare` simulates several side by side and returns a `Comparison`;
`select` goes on until it is known which of them is best.
"""

from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.compare import compare
from ccsim.experiment.comparison import Comparison, Difference, Plan
from ccsim.experiment.policy import PolicyCheck, check_policy
from ccsim.experiment.result import Neighbour, Result, TextbookFigures
from ccsim.experiment.run import run
from ccsim.experiment.select import Bound, Candidate, Choice, select

__all__ = [
    "Bound",
    "Candidate",
    "Choice",
    "Comparison",
    "Difference",
    "Neighbour",
    "Plan",
    "PolicyCheck",
    "Result",
    "TextbookFigures",
    "calibrate",
    "check_policy",
    "compare",
    "run",
    "select",
]
