"""Tables by address: a kernel gets one record that says where all its tables lie."""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

from ccsim.jit.setting import ENABLED

__all__ = ["BOUND", "address_dtype", "bind"]

BOUND: WeakValueDictionary[int, Any] = WeakValueDictionary()
"""Plain Python's way from an address to its table, for as long as somebody holds that."""


def bind(record: Any, **tables: Any) -> None:
    """Writes where the tables lie into the address fields of a one-row record array.

    Kernels that get arrays by the dozen spend most of their time handing them over (about 40 times what the work costs), so
    they get one record with addresses and reach rows through an `accessor`. The caller keeps the tables, these very objects,
    alive.
    """
    for field, table in tables.items():
        address = table.ctypes.data  # __array_interface__ spells out the whole dtype first: ten times as long
        record[field] = address
        if not ENABLED:
            BOUND[address] = table


def address_dtype() -> Any:
    """A record that holds one address and nothing else."""
    import numpy as np

    return np.dtype([("address", "i8")])
