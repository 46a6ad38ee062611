"""Time in whole microseconds and the interval it falls in, so that sums of durations are exact in any order."""

from __future__ import annotations

import math

from ccsim.jit import inner

__all__ = ["micros", "place_of"]


@inner
def micros(seconds: float) -> int:
    """Whole microseconds, rounded to nearest."""
    return int(math.floor(seconds * 1e6 + 0.5))


@inner
def place_of(instant: int, length: int) -> int:
    """Whole quotient of two numbers of microseconds: float division, put right where it rounds, in a quarter of the time."""
    i = int(instant / length)
    if i * length > instant:
        return i - 1
    if (i + 1) * length <= instant:
        return i + 1
    return i
