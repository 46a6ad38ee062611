"""Replications on an engine, in order, by one worker or several threads.

The answer does not depend on who computes it: replications are keyed by their number and handed on in their order.
"""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from ccsim.engine import Replication
from ccsim.outcomes import Counts
from ccsim.program.layout import Program, mean_calls
from ccsim.rules.digest import LAYOUT_VERSION

__all__ = ["ENGINES", "Digest", "Simulator", "counts_in", "default_jobs", "each_its_own", "replicate", "simulator", "unbroken"]

ENGINES = ("auto", "compiled", "reference")

Simulator = Callable[[int], Replication]


_WORTH_A_THREAD = 5000
"""Calls of a replication below which the part that holds the interpreter lock weighs more than the kernel's."""


def default_jobs(program: Program) -> int:
    """Workers when nobody says: CCSIM_JOBS, or as many as this process may use cores where a second one is of use."""
    jobs = os.environ.get("CCSIM_JOBS", "")
    if jobs.isdigit() and int(jobs) > 0:
        return int(jobs)
    if mean_calls(program) < _WORTH_A_THREAD:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each_its_own(program_of: Callable[[int], Program], seed: int, engine: str, **options: Any) -> Simulator:
    """As `simulator`, with a Program of its own for each replication."""
    return lambda replication: simulator(program_of(replication), seed, engine, **options)(replication)


def simulator(program: Program, seed: int, engine: str, *, rows: bool, policy: Any = None, digest: bool = True) -> Simulator:
    """A function from replication number to its outcomes, on one engine.

    Parameters
    ----------
    engine : str
        ``compiled`` or ``reference``.
    policy : object, optional
        Custom routing, see `check_policy`; TypeError where it cannot be compiled for the compiled engine.

    Raises
    ------
    ValueError
        For a policy with neither of its functions: a misspelt one would silently change nothing.
    """
    from ccsim.rules.tables import bind_program

    if policy is not None and not (hasattr(policy, "agent_score") or hasattr(policy, "call_score")):
        raise ValueError(f"policy: got {policy!r}; allowed: an object with agent_score, call_score or both")
    bound = bind_program(program)
    if engine == "compiled":
        from ccsim.engine.compiled.policy import kernel_policy
        from ccsim.engine.compiled.simulate import simulate

        compiled_policy = None if policy is None else kernel_policy(policy)
        return partial(
            _one, simulate, program, seed, {"rows": rows, "digest": digest, "bound": bound, "policy": compiled_policy}
        )
    from ccsim.engine.reference import simulate as simulate_reference

    return partial(_one, simulate_reference, program, seed, {"rows": True, "digest": digest, "bound": bound, "policy": policy})


def _one(simulate: Any, program: Program, seed: int, options: dict[str, Any], replication: int) -> Replication:
    done: Replication = simulate(program, seed, replication, **options)
    return done


def replicate(simulate: Simulator, replications: range, jobs: int) -> Iterator[Replication]:
    """Outcomes of the replications in order; at most twice as many as workers wait to be fetched.

    With several jobs they run in threads: the kernel releases the interpreter lock. The first one runs in the caller's thread,
    where Ctrl-C also ends the compilation that may come with it.
    """
    yield from map(simulate, replications if jobs == 1 else replications[:1])
    if jobs == 1:
        return
    ahead: deque[Future[Replication]] = deque()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            for replication in replications[1:]:
                ahead.append(pool.submit(simulate, replication))
                if len(ahead) > 2 * jobs:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def counts_in(program: Program, done: Replication) -> Counts:
    """The counts of a replication, whether it kept rows or counts."""
    if done.counts is not None:
        return done.counts
    from ccsim.analysis.tabulate import counts_of

    assert done.rows is not None
    return counts_of(program, done.rows)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let Ctrl-C wait for the end of this block: a replication is added whole, to all plans, or not at all."""
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual is None:
        yield  # signals go to the main thread, and None was not set from Python
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        raise KeyboardInterrupt


class Digest:
    """sha256 over the layout version and each replication's row digests, in order.

    Parameters
    ----------
    known : str
        Of a run that is over: nothing more is added.
    """

    def __init__(self, known: str = "") -> None:
        self._known = known
        self._sha = hashlib.sha256(f"ccsim rows {LAYOUT_VERSION}".encode())

    def add(self, done: Replication) -> None:
        """Takes in the next replication."""
        assert done.digest is not None and not self._known
        self._sha.update(done.digest.astype(done.digest.dtype.newbyteorder("<")).tobytes())

    def __str__(self) -> str:
        return self._known or self._sha.hexdigest()
