"""Rows by reference: a record says where a table lies, and compiled code goes to a row of it by pointer arithmetic."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["accessor", "fetcher", "one_row"]


def one_row(record: Any) -> Any:
    """The array of one row itself."""
    return record


def _row_address(builder: Any, record: Any, offset: int, index: Any, size: int) -> Any:
    """Code for the address of a row of the table whose address lies at this offset in a record."""
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(64)
    place = builder.gep(builder.bitcast(record, byte), [word(offset)])
    base = builder.load(builder.bitcast(place, byte.as_pointer()))
    # Tables move only between calls of a kernel; told so, the optimiser need not load their addresses again after every
    # store, which for all it knows might have changed them.
    base.set_metadata("invariant.load", builder.module.add_metadata([]))
    return builder.gep(base, [builder.mul(index, word(size))])


def accessor(owner: Any, field: str, row: Any) -> Any:
    """A function (record of dtype `owner`, index) -> that row, by reference, of the table bound to `field`."""
    row_type = numba.from_dtype(row)
    offset = owner.fields[field][1]

    @intrinsic  # type: ignore[untyped-decorator]
    def row_at(typing_context: Any, record: Any, index: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _row_address(builder, arguments[0], offset, arguments[1], row.itemsize)
            return builder.bitcast(place, context.get_value_type(row_type))

        return row_type(record, types.int64), code

    return row_at


def fetcher(owner: Any, field: str, row: Any) -> Any:
    """A function (record of dtype `owner`, index) that asks for the memory of that row, which will be needed soon.

    Nothing waits for it, and there need not be such a row.
    """
    offset = owner.fields[field][1]

    @intrinsic  # type: ignore[untyped-decorator]
    def fetch(typing_context: Any, record: Any, index: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
            prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            place = _row_address(builder, arguments[0], offset, arguments[1], row.itemsize)
            for line in range(0, row.itemsize, 64):
                builder.call(prefetch, [builder.gep(place, [word(line)]), word(0), word(3), word(1)])
            return context.get_dummy_value()

        return types.void(record, types.int64), code

    return fetch
