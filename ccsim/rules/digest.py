"""A fingerprint of rows that needs neither their storage nor their order.

Each closed row is folded over its 64-bit words (key included) into two 64-bit sums modulo 2^64 per table; `experiment` takes
sha256 over the layout version and these pairs in replication order.
"""

from __future__ import annotations

import numpy as np

from ccsim.jit import accessor, apart, inner, times_plus
from ccsim.outcomes import Rows
from ccsim.program.layout import Records, records

__all__ = ["DIGEST", "LAYOUT_VERSION", "TABLE", "digest_of", "fold"]

LAYOUT_VERSION = 4
"""Version of the row layout and of the fold; part of every digest."""

DIGEST = np.dtype([("first", "i8"), ("second", "i8")])
"""The two sums of one table."""

TABLE = np.dtype([("rows", "i8")])
"""Address of a row table."""

WORD = np.dtype([("bits", "i8")])

_word_at = accessor(TABLE, "rows", WORD)

_PRIME_1 = 0x27D4EB2F165667C5
_PRIME_2 = 0x165667B19E3779F9
_START_1 = 0x2545F4914F6CDD1D
_START_2 = 0x369DEA0F31A53F85
_LOW_33 = (1 << 33) - 1


@inner
@apart
def fold(table: Records, row: int, n_words: int, sums: Records) -> None:
    """Adds one row, seen as 64-bit words, to the two sums, modulo 2^64. Writes sums."""
    first = _START_1
    second = _START_2
    for i in range(row * n_words, (row + 1) * n_words):
        word = int(_word_at(table, i).bits)
        first = times_plus(first ^ word, _PRIME_1, 0)
        first ^= (first >> 31) & _LOW_33
        second = times_plus(times_plus(1, word, second), _PRIME_2, 0)
        second ^= (second >> 31) & _LOW_33
    sums.first = times_plus(first, _PRIME_2, int(sums.first))
    sums.second = times_plus(second, _PRIME_1, int(sums.second))


def digest_of(rows: Rows) -> Records:
    """DIGEST records, shape (6,), of the tables of one replication, in the order of `Rows`.

    The same sums as `fold`, all rows of a table at once.
    """
    sums = records(DIGEST, len(rows))
    for i, table in enumerate(rows):
        assert table.dtype.itemsize % 8 == 0, table.dtype
        words = np.ascontiguousarray(table).view(np.uint64).reshape(len(table), table.dtype.itemsize // 8)
        first = np.full(len(table), _START_1, np.uint64)
        second = np.full(len(table), _START_2, np.uint64)
        for word in words.T:
            first = (first ^ word) * np.uint64(_PRIME_1)
            first ^= first >> np.uint64(31)
            second = (second + word) * np.uint64(_PRIME_2)
            second ^= second >> np.uint64(31)
        sums.first[i] = (first * np.uint64(_PRIME_2)).sum(dtype=np.uint64).astype(np.int64)
        sums.second[i] = (second * np.uint64(_PRIME_1)).sum(dtype=np.uint64).astype(np.int64)
    return sums
