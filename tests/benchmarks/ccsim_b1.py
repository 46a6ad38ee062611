"""B1 in ccsim: the adapter between the benchmark and the engines.

Each of the three functions simulates one replication of `SCENARIO` with this seed, on the clock, and gives back how to count
it, off the clock (`Simulate` in b1.py). Rows come sorted by their keys, digest off. Where the horizon is not the
file's 1000 minutes (the flatness check goes from 100 to 100,000) the same centre runs in steady mode for that long, which
also starts empty and is drained. Counted are arrivals from `WARM_UP` on.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from ccsim.engine import Replication
from ccsim.engine.compiled.simulate import simulate
from ccsim.outcomes import EPISODE
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.program.layout import Program, Records
from ccsim.rules.tables import bind_program
from ccsim.scenario import load
from ccsim.vocabulary import Outcome
from tests.benchmarks.b1 import HORIZON, WARM_UP, Tally

SCENARIO = Path(__file__).with_name("b1.yaml")
MINUTE = 60.0


@cache
def program(horizon: float) -> tuple[Program, Records]:
    """The scenario compiled for a horizon in minutes, and the record the kernel gets."""
    overrides = [] if horizon == HORIZON else ["run.mode=steady", f"run.length={horizon:g}m"]
    compiled_scenario: Compiled = compile_scenario(load(SCENARIO, overrides))
    return compiled_scenario.program, bind_program(compiled_scenario.program)


def compiled_rows(seed: int, horizon: float) -> Callable[[], Tally]:
    """The compiled engine, keeping every row."""
    arrays, bound = program(horizon)
    done = simulate(arrays, seed, 0, rows=True, digest=False, bound=bound)
    return lambda: count_rows(done)


def compiled_counts(seed: int, horizon: float) -> Callable[[], Tally]:
    """The compiled engine, keeping only the mergeable counts per interval; `first_wait_at` is NaN."""
    arrays, bound = program(horizon)
    done = simulate(arrays, seed, 0, rows=False, digest=False, bound=bound)
    return lambda: count_counts(done, arrays)


def reference(seed: int, horizon: float) -> Callable[[], Tally]:
    """The reference engine (SimPy), keeping every row."""
    from ccsim.engine import reference as simpy_engine

    arrays, bound = program(horizon)
    done = simpy_engine.simulate(arrays, seed, 0, rows=True, digest=False, bound=bound)
    return lambda: count_rows(done)


def count_rows(done: Replication) -> Tally:
    """Counts from the episodes."""
    assert done.rows is not None
    episodes = done.rows.episodes
    assert episodes.dtype == EPISODE
    counted = episodes["first_at"] >= WARM_UP * MINUTE
    waited = episodes["first_at"][episodes["wait"] > 0.0]
    return Tally(
        n_calls=len(episodes),
        n_counted=int(counted.sum()),
        n_abandoned=int((episodes["outcome"][counted] == Outcome.ABANDONED).sum()),
        first_wait_at=float(waited[0]) / MINUTE if len(waited) else float("inf"),
    )


def count_counts(done: Replication, arrays: Program) -> Tally:
    """Counts from the counts of the intervals that begin after the warm-up."""
    assert done.counts is not None
    counted = arrays.intervals.starts_at >= WARM_UP * MINUTE
    return Tally(
        n_calls=int(done.counts.episodes["arrived"].sum()),
        n_counted=int(done.counts.contacts["arrived"][counted].sum()),
        n_abandoned=int(done.counts.contacts["abandoned"][counted].sum()),
        first_wait_at=float(np.nan),
    )
