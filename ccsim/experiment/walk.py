"""The rows of single replications, made again from the seed: what a walk through somebody's day is read from.

Nothing has to be kept by the run they belong to: the same scenario, seed and number of the replication give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ccsim.experiment.cold import replicate_plainly, warm_in_background
from ccsim.experiment.replicate import ENGINES, simulator
from ccsim.experiment.run import choose_engine
from ccsim.outcomes import Rows
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Names, Program
from ccsim.scenario import Scenario

__all__ = ["Retold", "retell"]


class Retold(NamedTuple):
    """A scenario as it is to be simulated again.

    Attributes
    ----------
    seed : int
    engine : str
        compiled or reference; the rows are the same.
    """

    program: Program
    names: Names
    seed: int
    engine: str
    plainly: bool
    policy: Any

    def rows(self, replications: Sequence[int]) -> Iterator[Rows]:
        """The rows of these replications, ascending, one at a time."""
        if self.plainly:
            for number, done in enumerate(replicate_plainly(self.program, self.seed, max(replications) + 1)):
                if number in replications:
                    assert done.rows is not None
                    yield done.rows
            return
        simulate = simulator(self.program, self.seed, self.engine, rows=True, policy=self.policy, digest=False)
        for replication in replications:
            done = simulate(replication)
            assert done.rows is not None
            yield done.rows


def retell(scenario: Scenario, *, last: int = 0, seed: int | None = None, engine: str = "auto", policy: Any = None) -> Retold:
    """Get ready to simulate replications of a scenario again.

    Parameters
    ----------
    last : int
        The highest replication that will be asked for.
    seed : int, optional
        Instead of the scenario's.
    engine : {"auto", "compiled", "reference"}
    policy : object, optional
        The custom routing the run had, see `check_policy`.

    Raises
    ------
    ValueError
        For an unknown engine, a replication below 0 or a seed beyond 64 bits.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: got {engine!r}; allowed: {', '.join(ENGINES)}")
    if last < 0:
        raise ValueError(f"replication: got {last}; allowed: 0 or more")
    seed = scenario.run.seed if seed is None else seed
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed: got {seed}; allowed: 0 to {(1 << 64) - 1}")
    compiled = compile_scenario(scenario)
    engine, plainly = choose_engine(engine, policy, compiled.program, last + 1)
    if plainly:
        warm_in_background()
    return Retold(compiled.program, compiled.names, seed, engine, plainly, policy)
