"""The first run on a machine: the kernel is not compiled yet, and a small job is done sooner without it.

Compiling takes some seconds, once per machine. Until then a small job runs on the reference engine in a child process whose
rules are plain Python, and another child compiles the kernel for the next run. The answer is the same, row by row.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

from ccsim import jit
from ccsim.engine import Replication
from ccsim.program.layout import Program, mean_calls

__all__ = ["is_sooner_without_kernel", "kernel_is_ready", "replicate_plainly", "warm", "warm_in_background"]

_SECONDS_PER_CALL = 75e-6
"""Of the reference engine in plain Python, measured on minimal.yaml."""

_COMPILE_SECONDS = 6.0


def kernel_is_ready() -> bool:
    """True if a kernel of exactly these sources and versions lies in the cache, or none is needed."""
    return not jit.ENABLED or any(jit.cache_folder().rglob("kernel.advance*.nbi"))


def is_sooner_without_kernel(program: Program, replications: int) -> bool:
    """True if the reference engine will finish this job before the kernel could be compiled."""
    return not kernel_is_ready() and mean_calls(program) * replications * _SECONDS_PER_CALL < _COMPILE_SECONDS


def replicate_plainly(program: Program, seed: int, replications: int) -> Iterator[Replication]:
    """Outcomes with rows, in order, from the reference engine in a child process without compilation.

    Raises
    ------
    RuntimeError
        If the child ends early; its own message is on stderr.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", "from ccsim.experiment.cold import _serve; _serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,  # Ctrl-C is for us; we end the child
    )
    assert child.stdin is not None and child.stdout is not None
    done = 0
    try:
        pickle.dump((tuple(program), seed, replications), child.stdin)
        child.stdin.close()
        while done < replications:
            yield pickle.load(child.stdout)
            done += 1
    except (EOFError, BrokenPipeError):
        raise RuntimeError(f"the reference engine's process ended at replication {done} (seed {seed})") from None
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _serve() -> None:
    """The child: reads one job, writes replications as they are done."""
    from ccsim.engine.reference import simulate
    from ccsim.rules.tables import bind_program

    tables, seed, replications = pickle.load(sys.stdin.buffer)
    program = Program(*tables)
    bound = bind_program(program)
    for replication in range(replications):
        pickle.dump(simulate(program, seed, replication, rows=True, bound=bound), sys.stdout.buffer)
        sys.stdout.buffer.flush()


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
    subprocess.Popen(
        [sys.executable, "-c", "from ccsim.experiment.cold import warm; warm()"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
