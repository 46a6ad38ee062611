"""Both engines on one Program: how many rows, counts and digests differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.jit import ENABLED
from ccsim.outcomes import Rows
from ccsim.program.layout import Program

__all__ = ["Comparison", "compare", "different_rows", "share_of"]


class Comparison(NamedTuple):
    """What a comparison found."""

    n_calls: int
    n_different_rows: int
    n_different_counts: int  # tables of counts: the kernel's own against those tallied from the reference's rows
    n_different_digests: int


def compare(program: Program, seed: int, replication: int, *, counts: bool = True) -> Comparison:
    """Runs one replication on both engines, with rows and, unless told not to, without."""
    ours = simulate_reference(program, seed, replication)
    theirs = simulate_compiled(program, seed, replication, rows=True)
    assert ours.rows is not None and theirs.rows is not None and ours.digest is not None
    digests = [theirs.digest]
    n_different_counts = 0
    if counts:
        tallied = simulate_reference(program, seed, replication, rows=False, digest=False).counts
        kernel = simulate_compiled(program, seed, replication, rows=False)
        assert tallied is not None and kernel.counts is not None
        digests.append(kernel.digest)
        n_different_counts = sum(not np.array_equal(a, b) for a, b in zip(tallied, kernel.counts, strict=True))
    return Comparison(
        n_calls=len(ours.rows.contacts),
        n_different_rows=different_rows(ours.rows, theirs.rows),
        n_different_counts=n_different_counts,
        n_different_digests=sum(not np.array_equal(ours.digest, other) for other in digests),
    )


def share_of(n: int) -> int:
    """As many of `n` cases as this process can afford: in plain Python the compiled engine is a thousand times slower."""
    return n if ENABLED else max(n // 15, 1)


def different_rows(ours: Rows, theirs: Rows) -> int:
    """Number of rows that are not equal bit by bit, or stand in one of the two only."""
    n = 0
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype
        n += abs(len(a) - len(b))
        both = min(len(a), len(b))
        width = a.dtype.itemsize
        bytes_of_a, bytes_of_b = (np.ascontiguousarray(t[:both]).view(np.uint8).reshape(both, width) for t in (a, b))
        n += int((bytes_of_a != bytes_of_b).any(axis=1).sum())
    return n
