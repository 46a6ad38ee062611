"""Experiments: the only floor that knows engines and analysis.

`run` simulates a scenario and returns a `Result`; `compare` simulates several side by side and returns a `Comparison`;
`select` goes on until it is known which of them is best, `sweep` turns a few levers and returns a `Sweep`, `break_even` finds
the value of an input at which a verdict turns.
"""

from ccsim.experiment.break_even import BreakEven, BreakEvens, break_even
from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.compare import compare
from ccsim.experiment.comparison import Comparison, Difference, Plan
from ccsim.experiment.policy import PolicyCheck, check_policy
from ccsim.experiment.result import Neighbour, Result, TextbookFigures
from ccsim.experiment.run import run
from ccsim.experiment.select import Bound, Candidate, Choice, select
from ccsim.experiment.sweep import sweep
from ccsim.experiment.swept import Sweep

__all__ = [
    "Bound",
    "BreakEven",
    "BreakEvens",
    "Candidate",
    "Choice",
    "Comparison",
    "Difference",
    "Neighbour",
    "Plan",
    "PolicyCheck",
    "Result",
    "Sweep",
    "TextbookFigures",
    "break_even",
    "calibrate",
    "check_policy",
    "compare",
    "run",
    "select",
    "sweep",
]
