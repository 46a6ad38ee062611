"""Everybody who runs a benchmark: name, how to run it, how much of it per round, and why it may be missing here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks import (
    b1,
    b2,
    ccsim_b1,
    ccsim_b2,
    peer_ciw,
    peer_cpp,
    peer_cpp_b2,
    peer_heapq,
    peer_heapq_b2,
    peer_simpy,
    peer_simpy_b2,
)
from tests.benchmarks.clock import Replication, Simulate, timed

Replicate = Callable[[range, float], Sequence[Replication[Any]]]  # seeds, horizon


@dataclass(frozen=True)
class Implementation:
    """One way to run a benchmark. `replicate` times itself; `simulate` is there for those living in this process."""

    name: str
    replicate: Replicate
    per_round: int  # replications
    horizon: float  # minutes; shorter for the slow: a call of B1 costs the same once the agents are busy
    missing: Callable[[], str | None] = lambda: None
    simulate: Simulate[Any] | None = None


def in_process(
    name: str,
    simulate: Simulate[Any],
    per_round: int,
    horizon: float,
    missing: Callable[[], str | None] = lambda: None,
) -> Implementation:
    """An implementation that is a Python function, timed from here."""

    def replicate(seeds: range, minutes: float) -> list[Replication[Any]]:
        return [timed(simulate, seed, minutes) for seed in seeds]

    return Implementation(name, replicate, per_round, horizon, missing, simulate)


B1 = (
    Implementation("cpp", peer_cpp.replicate, per_round=40, horizon=b1.HORIZON, missing=peer_cpp.missing),
    Implementation("cpp-plain", peer_cpp.replicate_plainly, per_round=10, horizon=b1.HORIZON, missing=peer_cpp.missing),
    in_process("ccsim-compiled", ccsim_b1.compiled_rows, per_round=10, horizon=b1.HORIZON),
    in_process("ccsim-compiled-counts", ccsim_b1.compiled_counts, per_round=10, horizon=b1.HORIZON),
    in_process("ccsim-reference", ccsim_b1.reference, per_round=1, horizon=b1.HORIZON),
    in_process("heapq", peer_heapq.simulate, per_round=2, horizon=b1.HORIZON),
    in_process("simpy", peer_simpy.simulate, per_round=1, horizon=b1.HORIZON),
    in_process("ciw", peer_ciw.simulate, per_round=1, horizon=200.0, missing=peer_ciw.missing),
)

B2 = (
    Implementation("cpp", peer_cpp_b2.replicate, per_round=100, horizon=b2.HORIZON, missing=peer_cpp.missing),
    Implementation("cpp-plain", peer_cpp_b2.replicate_plainly, per_round=20, horizon=b2.HORIZON, missing=peer_cpp.missing),
    in_process("ccsim-compiled", ccsim_b2.compiled_rows, per_round=20, horizon=b2.HORIZON, missing=ccsim_b2.missing),
    in_process("ccsim-reference", ccsim_b2.reference, per_round=1, horizon=b2.HORIZON, missing=ccsim_b2.missing),
    in_process("heapq", peer_heapq_b2.simulate, per_round=5, horizon=b2.HORIZON),
    in_process("simpy", peer_simpy_b2.simulate, per_round=2, horizon=b2.HORIZON),
)
