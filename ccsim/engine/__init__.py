"""Two engines, one answer: `reference` (SimPy) and `compiled` (Numba) turn a Program and a seed into the same Outcomes.

Each has `simulate(program, seed, replication, *, rows, digest) -> Replication`.
"""

from __future__ import annotations

from typing import NamedTuple

from ccsim.outcomes import Counts, Rows
from ccsim.program.layout import Records

__all__ = ["Replication"]


class Replication(NamedTuple):
    """What one replication left behind.

    Attributes
    ----------
    rows : Rows or None
        The tables sorted by their keys; None when only counts were asked for.
    counts : Counts or None
        None when rows were asked for: `analysis.tabulate` makes them from the rows.
    digest : DIGEST records, shape (4,), or None
        Two sums for each table, in the order of `Rows`.
    """

    rows: Rows | None
    counts: Counts | None
    digest: Records | None
