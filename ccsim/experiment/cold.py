"""The first run on a machine: the kernel is not compiled yet, and a small job is done sooner without it.

Compiling takes some seconds, once per machine. Until then a small job runs on the reference engine in child processes whose
rules are plain Python, and another child, which steps back where cores are short, compiles the kernel. Whoever is sooner
answers: once the kernel is there, the rest of the job goes to it. The answer is the same, row by row.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ccsim import jit
from ccsim.engine import Replication
from ccsim.program.layout import Program, mean_calls

__all__ = ["PlainWorkers", "is_sooner_without_kernel", "kernel_is_ready", "replicate_plainly", "warm", "warm_in_background"]

_SECONDS_PER_CALL = 68e-6
"""CPU time of the reference engine in plain Python, on minimal.yaml; of the same machine as the next, so their ratio counts."""

_COMPILE_SECONDS = 13.0
"""CPU time of `ccsim doctor --warm`."""

_START_SECONDS = 1.0
"""Until a worker has imported what it needs and its first rows are counted."""

_MOST_WORKERS = 8


def kernel_is_ready() -> bool:
    """True if a kernel of exactly these sources and versions lies in the cache, or none is needed."""
    return not jit.ENABLED or any(jit.cache_folder().rglob("kernel.advance*.nbi"))


def is_sooner_without_kernel(program: Program, replications: int) -> bool:
    """True if the reference engine will finish this job before the kernel could be compiled."""
    calls = mean_calls(program) * replications
    return not kernel_is_ready() and _START_SECONDS + calls * _SECONDS_PER_CALL / _cores() < _COMPILE_SECONDS


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_WORKERS)


class PlainWorkers:
    """Child processes in plain Python, kept from job to job; they end when nobody holds this object any more.

    Parameters
    ----------
    most : int, optional
        Children at most; by default as many as this process may use cores.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = _cores() if most is None else most
        self._children: list[_Child] = []
        weakref.finalize(self, _end, self._children)

    def replicate(
        self, program: Program, seed: int, replications: int, *, only_while_cold: bool = False
    ) -> Iterator[Replication]:
        """Outcomes with rows, in order, from the reference engine without compilation; one job at a time.

        Parameters
        ----------
        only_while_cold : bool
            End before the last one when the kernel has become ready: the rest is for the kernel.

        Raises
        ------
        RuntimeError
            If a child ends early; its own message is on stderr.
        """
        workers = min(self._most, replications)
        done = 0
        try:
            while len(self._children) < workers:
                self._children.append(_Child())
            for number, child in enumerate(self._children[:workers]):
                child.begin((tuple(program), seed, range(number, replications, workers)))
            while done < replications and not (only_while_cold and kernel_is_ready()):
                yield self._children[done % workers].result()
                done += 1
        except (EOFError, BrokenPipeError):
            raise RuntimeError(f"the reference engine's process ended at replication {done} (seed {seed})") from None
        finally:
            if done < replications:
                _end(self._children)


def replicate_plainly(program: Program, seed: int, replications: int) -> Iterator[Replication]:
    """Like `PlainWorkers.replicate`, in one child that lives for this job only."""
    return PlainWorkers(1).replicate(program, seed, replications)


class _Child:
    """One process and the thread that takes over what it has done, so that it never waits for us."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from ccsim.engine.reference.serve import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,  # Ctrl-C is for us; we end the child
        )
        self._done: SimpleQueue[Replication | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self._done.put(pickle.load(self._process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            self._done.put(None)

    def begin(self, job: Any) -> None:
        assert self._process.stdin is not None
        pickle.dump(job, self._process.stdin)
        self._process.stdin.flush()

    def result(self) -> Replication:
        done = self._done.get()
        if done is None:
            raise EOFError
        return done

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what it had not read yet
                pipe.close()


def _end(children: list[_Child]) -> None:
    while children:
        children.pop().end()


def warm() -> None:
    """Compile everything a run needs and keep it in the cache."""
    from ccsim.experiment.run import run
    from ccsim.scenario import from_dict

    call = {"volume": "60/h", "handle": "4m", "patience": "2m"}
    scenario = from_dict({"open": "09:00-10:00", "calls": {"a": call}, "agents": 4})
    for rows in (False, True):
        run(scenario, reps=2, seed=1, engine="compiled", jobs=1, rows=rows)


@cache  # once per process: a loop over small scenarios must not start a compiler for each
def warm_in_background() -> None:
    """Compile in a child process that outlives this one; whoever comes first finds what the other has written."""
    child = subprocess.Popen(
        [sys.executable, "-c", "from ccsim.experiment.cold import _warm_behind; _warm_behind()"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    threading.Thread(target=child.wait, daemon=True).start()  # in a process that lives long no zombie is left


def _warm_behind() -> None:
    """The child: steps back behind who is waited for, and leaves it to another one that compiles already."""
    if hasattr(os, "nice"):
        os.nice(15)
    with suppress(OSError):  # Linux weighs sessions first, and only inside one of them its processes
        Path("/proc/self/autogroup").write_text("15")
    with _only_one() as alone:
        if alone:
            warm()


@contextmanager
def _only_one() -> Iterator[bool]:
    """True in one process at a time, for this version's cache; true in all where files cannot be locked."""
    try:
        import fcntl

        lock = (jit.cache_folder() / "compiling").open("w")
    except (ImportError, OSError):
        yield True
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True  # the lock goes with the file
