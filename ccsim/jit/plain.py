"""The same in plain Python: what debuggers, coverage runs and machines without a kernel execute, with the same bits."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from ccsim.jit.addresses import BOUND

__all__ = [
    "accessor",
    "bits_of",
    "call_address",
    "callback",
    "entry",
    "fetcher",
    "here",
    "inner",
    "jit",
    "laid_in",
    "load_from_cache",
    "lowest_bit",
    "of_many",
    "one_row",
    "precedes",
    "special",
    "times_plus",
]

_functions: WeakValueDictionary[int, Any] = WeakValueDictionary()
"""Plain Python's way from an address to a user's function."""


def _plain(function: Any) -> Any:
    return function


jit = inner = laid_in = entry = _plain


def of_many(rule: Any, **calls: Any) -> Any:
    """Twin of the compiled `of_many`: the rule itself."""
    return rule


def here(step: Any) -> Any:
    """Twin of the compiled `here`: the helper itself."""
    return step


def load_from_cache(function: Any, *arguments: Any) -> None:
    """Twin of the compiled `load_from_cache`: there is nothing to load."""


def special(name: str, n_arguments: int) -> Any:
    """Twin of the compiled `special`: the ufunc, on Python floats."""

    @cache
    def ufunc() -> Any:
        import scipy.special

        return getattr(scipy.special, name)

    def call(*arguments: float) -> float:
        return float(ufunc()(*arguments))

    return call


class _Row:
    """A row by reference; numpy's own records take several times as long to get at a field."""

    __slots__ = ("_columns", "_index")

    def __init__(self, columns: dict[str, Any], index: int) -> None:
        set_columns(self, columns)
        set_index(self, index)

    def __getattr__(self, name: str) -> Any:
        return self._columns[name][self._index]

    __getitem__ = __getattr__

    def __setattr__(self, name: str, value: Any) -> None:
        self._columns[name][self._index] = value


set_columns, set_index = _Row._columns.__set__, _Row._index.__set__  # type: ignore[attr-defined]


def accessor(owner: Any, field: str, row: Any) -> Any:
    """Twin of the compiled `accessor`."""
    last: tuple[Any, Any] = (None, None)  # a table and its columns: getting them takes longer than all else here

    def row_at(record: Any, index: int) -> Any:
        nonlocal last
        table = BOUND[int(record[field])]
        if last[0] is not table:
            rows = table.reshape(-1).view(row)
            last = table, {name: rows[name] for name in row.names}
        return _Row(last[1], index)

    return row_at


def one_row(record: Any) -> Any:
    """An array of one row as a sequence of one, whose fields are sooner found than those of numpy's record."""
    return (_Row({name: record[name] for name in record.dtype.names}, 0),)


def fetcher(owner: Any, field: str, row: Any) -> Any:
    """Twin of the compiled `fetcher`: there is nothing to fetch."""

    def fetch(record: Any, index: int) -> None:
        pass

    return fetch


def bits_of(number: float) -> int:
    """Twin of the compiled `bits_of`."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return int(bits)


def lowest_bit(bits: int) -> int:
    """Twin of the compiled `lowest_bit`."""
    return (int(bits) & -int(bits)).bit_length() - 1


def precedes(high: int, low: int, other_high: int, other_low: int) -> int:
    """Twin of the compiled `precedes`."""
    return int((high, low) < (other_high, other_low))


def call_address(function: int, argument: int) -> float:
    """Twin of the compiled `call_address`."""
    return float(_functions[int(function)](int(argument)))


def callback(function: Any, row: Any, n_rows: int, n_numbers: int) -> tuple[int, Any]:
    """Twin of the compiled `callback`: any function of two records will do."""
    import numpy as np

    def call(address: int) -> float:
        record = BOUND[int(np.int64(BOUND[address]["address"][0]))].view(row).view(np.recarray)[0]
        return float(function(*[record] * n_rows, *[float(record.now)] * n_numbers))

    _functions[id(call)] = call
    return id(call), call


def times_plus(x: int, y: int, z: int) -> int:
    """x * y + z modulo 2^64, signed, of Python's own integers.

    Numba tells the optimiser that signed arithmetic never overflows, and the optimiser believes it: the product of two 32-bit
    words has lost its highest bit that way. Here it is not told.
    """
    return ((x * y + z + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000
