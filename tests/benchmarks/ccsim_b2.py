"""B2 in ccsim: the adapter between the benchmark and the engines.

As in ccsim_b1.py, each function simulates one replication of `SCENARIO` on the clock and gives back how to count it, off the
clock. A horizon of several days makes the file's day return as often (with the nights between, in which nothing happens);
one below a day makes a day with that part of the calls.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from ccsim.engine import Replication
from ccsim.engine.compiled.simulate import simulate
from ccsim.errors import ScenarioError
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program, Records
from ccsim.rules.tables import bind_program
from ccsim.scenario import load
from ccsim.vocabulary import Outcome
from tests.benchmarks.b2 import HORIZON, Tally

SCENARIO = Path(__file__).with_name("b2.yaml")
MINUTE = 60.0


def missing() -> str | None:
    """Why ccsim cannot run the day, or None."""
    try:
        program(HORIZON)
    except ScenarioError as error:
        return str(error).partition("\n")[0]
    return None


@cache
def program(horizon: float) -> tuple[Program, Records]:
    """The scenario compiled for a horizon in minutes, and the record the kernel gets."""
    n_days = max(1, round(horizon / HORIZON))
    overrides = [f"days={n_days}", f"calls.*.scale={min(100.0, 100.0 * horizon / HORIZON):g}%"]
    arrays = compile_scenario(load(SCENARIO, overrides)).program
    return arrays, bind_program(arrays)


def compiled_rows(seed: int, horizon: float) -> Callable[[], Tally]:
    """The compiled engine, keeping every row."""
    arrays, bound = program(horizon)
    done = simulate(arrays, seed, 0, rows=True, digest=False, bound=bound)
    return lambda: count_rows(done)


def reference(seed: int, horizon: float) -> Callable[[], Tally]:
    """The reference engine (SimPy), keeping every row."""
    from ccsim.engine import reference as simpy_engine

    arrays, bound = program(horizon)
    done = simpy_engine.simulate(arrays, seed, 0, rows=True, digest=False, bound=bound)
    return lambda: count_rows(done)


def count_rows(done: Replication) -> Tally:
    """Counts from the segments: there is one for each leg."""
    assert done.rows is not None
    legs = done.rows.segments
    waits = np.minimum(legs["answered_at"], legs["ended_at"]) - legs["entered_at"]  # answered_at is +inf for who was not
    return Tally(
        n_calls=len(done.rows.episodes),
        n_legs=len(legs),
        n_abandoned=int((legs["outcome"] == Outcome.ABANDONED).sum()),
        waited=float(waits.sum()) / MINUTE,
    )
