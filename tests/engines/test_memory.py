"""Memory of rows is used again only when nobody holds the rows."""

import gc

import numpy as np

from ccsim.engine.compiled import memory
from ccsim.engine.compiled.memory import row_memory, zeroed

WORD = np.dtype([("n", "i8")])
N = 300_000  # 2.4 MB: worth keeping


def test_rows_that_somebody_holds_are_left_alone() -> None:
    table = row_memory(N, WORD)
    table["n"] = np.arange(N)
    part = table["n"][10:20]  # a view of a view holds the whole
    del table
    gc.collect()
    for _ in range(3):
        other = row_memory(N, WORD)
        other["n"] = -1
        assert not np.shares_memory(other, part)
    assert part.tolist() == list(range(10, 20))


def test_memory_nobody_holds_is_used_again() -> None:
    memory._idle.clear()
    table = row_memory(N, WORD)
    place = table.ctypes.data
    del table
    assert row_memory(N - 1, WORD).ctypes.data == place


def test_a_table_a_little_longer_takes_the_same_memory() -> None:
    """Replications differ by some calls: what a quiet one leaves is for a busy one, too."""
    table = row_memory(N, WORD)
    place = table.ctypes.data
    del table
    assert row_memory(N + N // 100, WORD).ctypes.data == place


def test_little_is_kept_while_idle() -> None:
    tables = [row_memory(memory._MOST_IDLE // 8 // 2, WORD) for _ in range(4)]
    del tables
    assert sum(map(len, memory._idle)) <= memory._MOST_IDLE


def test_tables_begin_on_a_cache_line() -> None:
    for n in (0, 1, 7, 1000):
        table = zeroed(n, WORD)
        assert len(table) == n
        assert n == 0 or table.ctypes.data % 64 == 0
        assert not table["n"].any()
