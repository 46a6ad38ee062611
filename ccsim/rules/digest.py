"""A fingerprint of rows that needs neither their storage nor their order.

Each closed row is folded over its 64-bit words (key included) into two 64-bit sums modulo 2^64 per table; `experiment` takes
sha256 over the layout version and these pairs in replication order.
"""

from __future__ import annotations

from numpy.typing import NDArray

from ccsim.jit import entry, inner, wrap

__all__ = ["LAYOUT_VERSION", "fold", "fold_table"]

LAYOUT_VERSION = 1
"""Version of the row layout and of the fold; part of every digest."""

_PRIME_1 = 0x27D4EB2F165667C5
_PRIME_2 = 0x165667B19E3779F9
_START_1 = 0x2545F4914F6CDD1D
_START_2 = 0x369DEA0F31A53F85
_LOW_33 = (1 << 33) - 1


@inner
def fold(words: NDArray, row: int, sums: NDArray) -> None:
    """Adds one row, given as its 64-bit words, to `sums` (shape (2,), int64), modulo 2^64."""
    first = _START_1
    second = _START_2
    for i in range(words.shape[1]):
        word = int(words[row, i])
        first = wrap((first ^ word) * _PRIME_1)
        first ^= (first >> 31) & _LOW_33
        second = wrap((second + word) * _PRIME_2)
        second ^= (second >> 31) & _LOW_33
    sums[0] = wrap(int(sums[0]) + wrap(first * _PRIME_2))
    sums[1] = wrap(int(sums[1]) + wrap(second * _PRIME_1))


@entry
def fold_table(words: NDArray, sums: NDArray) -> None:
    """Adds all rows of a table to `sums`."""
    for row in range(words.shape[0]):
        fold(words, row, sums)
