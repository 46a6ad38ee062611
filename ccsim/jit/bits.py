"""Steps for which Python has no word and the machine has an instruction."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from ccsim.jit.plain import times_plus

__all__ = ["bits_of", "lowest_bit", "precedes", "times_plus"]


@intrinsic  # type: ignore[untyped-decorator]
def bits_of(typing_context: Any, number: Any) -> Any:
    """The integer that the bits of a float are."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic  # type: ignore[untyped-decorator]
def lowest_bit(typing_context: Any, bits: Any) -> Any:
    """Number of the lowest bit of an integer that is not 0."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def precedes(typing_context: Any, high: Any, low: Any, other_high: Any, other_low: Any) -> Any:
    """1 if the pair (high, low) of non-negative integers is less than the other pair, else 0.

    One comparison of 128-bit integers takes two instructions and no branch.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        high, low, other_high, other_low = (builder.zext(argument, wide) for argument in arguments)
        one = builder.or_(builder.shl(high, wide(64)), low)
        other = builder.or_(builder.shl(other_high, wide(64)), other_low)
        return builder.zext(builder.icmp_unsigned("<", one, other), ir.IntType(64))

    return types.int64(*[types.int64] * 4), code


@intrinsic  # type: ignore[untyped-decorator]
def _wrapping(typing_context: Any, x: Any, y: Any, z: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.add(builder.mul(arguments[0], arguments[1]), arguments[2])

    return types.int64(types.int64, types.int64, types.int64), code


@overload(times_plus, strict=False)  # type: ignore[untyped-decorator]
def _times_plus(x: Any, y: Any, z: Any) -> Any:
    return lambda x, y, z: _wrapping(x, y, z)
