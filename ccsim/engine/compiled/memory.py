"""Memory for tables: on cache lines, and, for rows, used again.

Fresh memory comes from the system a page at a time, zeroed, and costs a replication with rows a tenth of its time. So what a
replication's rows leave, when nobody holds them any more, goes to the next one's.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CACHE_LINE", "row_memory", "unzeroed", "zeroed"]

CACHE_LINE = 64
"""Bytes."""

_WORTH_KEEPING = 1 << 20
"""Bytes; what is smaller the C library keeps by itself."""

_MOST_IDLE = 256 << 20
"""Bytes kept at most while nobody uses them."""

_idle: list[NDArray[np.uint8]] = []
_taking = Lock()


def zeroed(n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """A zeroed table that begins on a cache line."""
    memory = np.zeros(n * dtype.itemsize + CACHE_LINE, np.uint8)
    first = -memory.ctypes.data % CACHE_LINE
    return memory[first : first + n * dtype.itemsize].view(dtype)


def unzeroed(n_bytes: int) -> NDArray[np.uint8]:
    """Memory that holds anything and begins on a cache line."""
    memory = np.empty(n_bytes + CACHE_LINE, np.uint8)
    first = -memory.ctypes.data % CACHE_LINE
    return memory[first : first + n_bytes]


def row_memory(n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """A table of n rows that hold anything."""
    n_bytes = n * dtype.itemsize
    if n_bytes < _WORTH_KEEPING:
        return np.empty(n, dtype)
    return np.asarray(_Lease(_taken(n_bytes)))[:n_bytes].view(dtype)


class _Lease:
    """What all views of one table hold on to; when the last of them is gone, the memory is idle."""

    def __init__(self, memory: NDArray[np.uint8]) -> None:
        self.memory = memory
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        # Without a lock: this may run at any moment, also while this thread holds it.
        if sum(map(len, _idle)) + len(self.memory) <= _MOST_IDLE:
            _idle.append(self.memory)


def _taken(n_bytes: int) -> NDArray[np.uint8]:
    """Memory for so many bytes: the smallest idle piece that is not far too large, or a new one."""
    with _taking:
        fit = [(len(memory), place) for place, memory in enumerate(_idle) if n_bytes <= len(memory) <= 2 * n_bytes]
        if fit:
            return _idle.pop(min(fit)[1])
    step = 1 << (n_bytes.bit_length() - 4)
    return unzeroed(-(-n_bytes // step) * step)  # round sizes, so that what one replication leaves fits the next one's
