"""Differences between two plans at several values of one input -> where the difference turns, and how sure that is.

The interval of a turning point inverts the intervals of the differences: it holds the values of the input at which neither side
is shown. Each difference's interval covers on its own, so the set of values it does not exclude covers the turning point with
the same confidence. Called by `experiment.break_even`, which decides where to look; nothing is simulated here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["Point", "Turn", "between", "crossing", "sign_changes", "undecided_until"]


class Point(NamedTuple):
    """The difference plan - base at one value of the input, in the KPI's unit.

    Attributes
    ----------
    low, high : float
        Its interval; the value itself where no replication differs from the others.
    """

    x: float
    value: float
    low: float
    high: float

    @property
    def side(self) -> int:
        """1 or -1 where the interval leaves no doubt on which side of 0 the difference is, else 0."""
        return 1 if self.low > 0.0 else -1 if self.high < 0.0 else 0


class Turn(NamedTuple):
    """Where a difference passes 0.

    Attributes
    ----------
    at : float
        Value of the input, by a straight line between the two nearest values looked at.
    low, high : float or None
        Between these neither side is shown; None where that reaches the end of what was looked at, or the next turn.
    rises : bool
        True if the difference is below 0 before and above 0 after it.
    """

    at: float
    low: float | None
    high: float | None
    rises: bool

    def meets(self, low: float, high: float) -> bool:
        """True if the turn may lie inside a range."""
        return (self.low is None or self.low <= high) and (self.high is None or self.high >= low)


def sign_changes(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Neighbours, in the order of x, between which the difference changes its sign; points that are exactly 0 lie between."""
    signed = [point for point in points if point.value != 0.0]
    return [(a, b) for a, b in zip(signed, signed[1:], strict=False) if (a.value < 0.0) != (b.value < 0.0)]


def crossing(a: Point, b: Point, of: Callable[[Point], float]) -> float:
    """Where the straight line through both points is 0; halfway if it is level."""
    ya, yb = of(a), of(b)
    share = ya / (ya - yb) if ya != yb else 0.5
    return a.x + (b.x - a.x) * min(max(share, 0.0), 1.0)


def between(a: Point, b: Point, of: Callable[[Point], float], times: int) -> float:
    """The next value to look at between two points of opposite sign: where the line is 0, and every third time halfway.

    Notes
    -----
    False position keeps one end for ever where the curve bends; a look halfway halves the bracket however it bends. No look
    comes nearer to an end than a tenth of the bracket.
    """
    if times % 3 == 2:
        return 0.5 * (a.x + b.x)
    room = 0.1 * (b.x - a.x)
    return min(max(crossing(a, b, of), a.x + room), b.x - room)


def undecided_until(points: Sequence[Point], at: float, to_the_right: bool, side: int) -> tuple[Point, Point] | None:
    """The last point that shows nothing and the first that shows this side, going away from a turn; None without such a one.

    Parameters
    ----------
    points : sequence of Point
        In the order of x.
    side : int
        1 or -1: the sign of the difference on that side of the turn. The walk ends where the difference has the other sign.
    """
    ahead = [point for point in points if (point.x > at) == to_the_right and point.x != at]
    ahead = ahead if to_the_right else ahead[::-1]
    before = Point(at, 0.0, -math.inf, math.inf)
    for point in ahead:
        if point.side == side:
            return before, point
        if point.value * side < 0.0:
            return None
        before = point
    return None
