"""Everybody who runs B1: name, how to run it, how much of it per round, and why it may be missing here."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks import ccsim_b1, peer_ciw, peer_cpp, peer_heapq, peer_simpy
from tests.benchmarks.b1 import HORIZON, Replication, Simulate, timed

Replicate = Callable[[range, float], list[Replication]]  # seeds, horizon


@dataclass(frozen=True)
class Implementation:
    """One way to run B1. `replicate` times itself; `simulate` is there for those living in this process."""

    name: str
    replicate: Replicate
    per_round: int  # replications
    horizon: float = HORIZON  # minutes; shorter for the slow: a call costs the same once the agents are busy
    missing: Callable[[], str | None] = lambda: None
    simulate: Simulate | None = None


def in_process(
    name: str,
    simulate: Simulate,
    per_round: int,
    horizon: float = HORIZON,
    missing: Callable[[], str | None] = lambda: None,
) -> Implementation:
    """An implementation that is a Python function, timed from here."""

    def replicate(seeds: range, minutes: float) -> list[Replication]:
        return [timed(simulate, seed, minutes) for seed in seeds]

    return Implementation(name, replicate, per_round, horizon, missing, simulate)


IMPLEMENTATIONS = (
    Implementation("cpp", peer_cpp.replicate, per_round=40, missing=peer_cpp.missing),
    in_process("ccsim-compiled", ccsim_b1.compiled_rows, per_round=10),
    in_process("ccsim-compiled-counts", ccsim_b1.compiled_counts, per_round=10),
    in_process("ccsim-reference", ccsim_b1.reference, per_round=1),
    in_process("heapq", peer_heapq.simulate, per_round=2),
    in_process("simpy", peer_simpy.simulate, per_round=1),
    in_process("ciw", peer_ciw.simulate, per_round=1, horizon=200.0, missing=peer_ciw.missing),
)

BY_NAME = {one.name: one for one in IMPLEMENTATIONS}
