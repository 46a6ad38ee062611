"""Functions from elsewhere that compiled code calls: SciPy's, and a user's own."""

from __future__ import annotations

import _thread
import ctypes
import os
import threading
import traceback
from typing import Any

import numba
from llvmlite import binding, ir
from numba import types
from numba.extending import get_cython_function_address, intrinsic

from ccsim.jit.addresses import address_dtype
from ccsim.jit.rows import accessor

__all__ = ["call_address", "callback", "special"]


_NUMBER, _INTEGER, _WORD = ir.DoubleType(), ir.IntType(32), ir.IntType(64)

_PUT_OFF = 0.05  # s

_kept: list[Any] = []
"""What machine code may still use."""


def special(name: str, n_arguments: int) -> Any:
    """SciPy special function `name(double, ...)` callable from jitted code and kept in cached kernels.

    Parameters
    ----------
    name : str
        Name in `scipy.special.cython_special`; its C signature ends with the int skip_dispatch, passed as 0.
    n_arguments : int
        Number of doubles it takes, 1 or 2.

    Notes
    -----
    Importing `scipy.special` takes as long as numba itself and few scenarios need it, so compiled code calls by way of a word
    of memory: there lies the address of a callback, which finds the function, and from the first call on its own.
    """
    kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * n_arguments, ctypes.c_int)
    home = ctypes.c_int64()

    def first(*arguments: float) -> float:
        """Machine code waits for the number and cannot be told of an exception, so none leaves this function.

        Ctrl-C is put off, and a SciPy that cannot be loaded ends the process rather than give a wrong number.
        """
        while True:
            try:
                home.value = get_cython_function_address("scipy.special.cython_special", name)
                return kind(home.value)(*arguments)  # type: ignore[no-any-return]
            except KeyboardInterrupt:
                threading.Timer(_PUT_OFF, _thread.interrupt_main).start()
            except BaseException:
                traceback.print_exc()
                os._exit(1)

    callback = kind(first)
    home.value = ctypes.cast(callback, ctypes.c_void_p).value or 0
    _kept.extend((home, callback))
    symbol = f"ccsim_home_of_{name}"
    binding.add_symbol(symbol, ctypes.addressof(home))

    def call(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.load(context.get_c_value(builder, _WORD, symbol))
        called = ir.FunctionType(_NUMBER, [_NUMBER] * n_arguments + [_INTEGER]).as_pointer()
        return builder.call(builder.inttoptr(address, called), [*arguments, _INTEGER(0)])

    signature = types.float64(*[types.float64] * n_arguments)
    if n_arguments == 1:

        @intrinsic  # type: ignore[untyped-decorator]
        def call_one(typing_context: Any, x: Any) -> Any:
            return signature, call

        return call_one

    @intrinsic  # type: ignore[untyped-decorator]
    def call_two(typing_context: Any, x: Any, y: Any) -> Any:
        return signature, call

    return call_two


@intrinsic  # type: ignore[untyped-decorator]
def call_address(typing_context: Any, function: Any, argument: Any) -> Any:
    """Calls the function at an address, given by `callback`, with one address; returns its float."""
    signature = types.float64(types.int64, types.int64)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.DoubleType(), [ir.IntType(64)])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), [arguments[1]])

    return signature, code


def callback(function: Any, row: Any, n_rows: int, n_numbers: int) -> tuple[int, Any]:
    """A user's function for `call_address`: its address and what must be kept alive.

    Parameters
    ----------
    function : callable
        Takes `n_rows` times the same record of dtype `row` (one record that answers for all of them) and then
        `n_numbers` (0 or 1) floats: the record's `now`.

    Raises
    ------
    TypeError
        If numba cannot compile it; the message says why.
    """
    row_type = numba.from_dtype(row)
    row_address = address_dtype()
    record_at = accessor(row_address, "address", row)
    typed = numba.njit(nogil=True, error_model="numpy")(function)
    try:
        typed.compile((row_type,) * n_rows + (types.float64,) * n_numbers)
    except Exception as error:  # what numba cannot compile it mostly says with a NumbaError, but not always
        raise TypeError(next(iter(str(error).splitlines()), type(error).__name__)) from None
    address_type = numba.from_dtype(row_address)

    @intrinsic  # type: ignore[untyped-decorator]
    def holder(typing_context: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(address_type))

        return address_type(types.int64), code

    if n_numbers:

        @numba.cfunc(types.float64(types.int64))
        def call_now(address: int) -> float:
            row_ = record_at(holder(address), 0)
            return typed(row_, row_, row_.now)  # type: ignore[no-any-return]

        return call_now.address, (call_now, typed)

    @numba.cfunc(types.float64(types.int64))
    def call(address: int) -> float:
        row_ = record_at(holder(address), 0)
        return typed(row_, row_)  # type: ignore[no-any-return]

    return call.address, (call, typed)
