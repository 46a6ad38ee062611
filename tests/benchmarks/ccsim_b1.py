"""B1 in ccsim: the adapter between the benchmark and the engines.

To be wired: each of the three functions simulates one replication of `SCENARIO` with this seed, on the clock, and gives
back how to count it, off the clock (`Simulate` in b1.py). Loading and compiling the scenario belong in a cached
function: the harness calls each implementation once before it measures. `horizon` is in minutes; where it is not 1000
(the flatness check goes from 100 to 100,000) replace `open`, or repeat days, and say so in the report.
Counted are arrivals from `WARM_UP` on, that is intervals 1 to 19 of the scenario as it stands.
"""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.b1 import Tally

SCENARIO = Path(__file__).with_name("b1.yaml")


class NotBuiltYet(NotImplementedError):
    """The engine this would measure does not exist yet."""


def compiled_rows(seed: int, horizon: float) -> Callable[[], Tally]:
    """The compiled engine, keeping every row."""
    raise NotBuiltYet("ccsim's compiled engine is not built yet")


def compiled_counts(seed: int, horizon: float) -> Callable[[], Tally]:
    """The compiled engine, keeping only the mergeable counts per interval; `first_wait_at` is NaN."""
    raise NotBuiltYet("ccsim's compiled engine is not built yet")


def reference(seed: int, horizon: float) -> Callable[[], Tally]:
    """The reference engine (SimPy), keeping every row."""
    raise NotBuiltYet("ccsim's reference engine is not built yet")
