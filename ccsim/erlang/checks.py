"""Arguments checked, with the message a planner can act on; and the search for where a condition turns.

Called by every chapter of `ccsim.erlang`; knows none of them.
"""

import math
import operator
from collections.abc import Callable


def check(fine: bool, name: str, allowed: str, got: object) -> None:
    """Raise ValueError, saying what is allowed and what was got, unless `fine`."""
    if not fine:
        raise ValueError(f"{name} must be {allowed}, got {got!r}")


def whole(name: str, value: int, least: int) -> int:
    """`value` as an int; ValueError unless it is a whole number (no bool) of at least `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    check(number >= least and not isinstance(value, bool), name, f"a whole number of at least {least}", value)
    return number


def duration(name: str, value: float) -> float:
    """`value`; ValueError unless it is a time of at least 0. Infinity is one, nan is not."""
    check(value >= 0, name, "a time of at least 0", value)
    return value


def check_queue(arrival_rate: float, handle_time: float, agents: int, balk_share: float) -> None:
    """Raise ValueError for what no queue can have; every model asks this first."""
    check(0 < arrival_rate < math.inf, "arrival_rate", "a finite number above 0", arrival_rate)
    check(0 < handle_time < math.inf, "handle_time", "a finite time above 0", handle_time)
    whole("agents", agents, 1)
    check(0 <= balk_share <= 1, "balk_share", "between 0 and 1", balk_share)


def bisect(is_past: Callable[[float], bool], low: float, high: float) -> float:
    """Smallest float in (low, high] for which `is_past` holds; it is false at `low`, true at `high` and turns once."""
    while low < (middle := (low + high) / 2) < high:
        if is_past(middle):
            high = middle
        else:
            low = middle
    return high
