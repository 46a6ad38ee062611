"""A child process that simulates for another one: it imports what replications need and nothing else."""

from __future__ import annotations

import pickle
import sys

from ccsim.engine.reference.simulate import simulate
from ccsim.program.layout import Program
from ccsim.rules.tables import bind_program

__all__ = ["serve"]


def serve() -> None:
    """Read jobs from stdin, write replications to stdout as they are done, until nobody has another job.

    A job is a pickled tuple: the program's tables, the seed, the numbers of the replications.
    """
    while True:
        try:
            tables, seed, numbers = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        program = Program(*tables)
        bound = bind_program(program)
        for replication in numbers:
            pickle.dump(simulate(program, seed, replication, rows=True, bound=bound), sys.stdout.buffer)
            sys.stdout.buffer.flush()
