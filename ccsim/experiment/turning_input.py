"""One input of one plan: at which values base and plan are compared, until every turn of their difference is known.

`break_even` says what is asked and collects the answers; `analysis.turning` says where a line through two values is 0. The
input changes in the base and in the plan, wherever they have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ccsim.analysis.turning import Point, Turn, between, crossing, sign_changes, undecided_until
from ccsim.errors import Problem, Refusal, ScenarioError, shown
from ccsim.experiment.compare import compare
from ccsim.experiment.comparison import Difference, Key
from ccsim.experiment.run import Progress
from ccsim.scenario import Scenario
from ccsim.scenario.evidence import ASSUMPTION, named_values
from ccsim.scenario.overrides import in_units, measured
from ccsim.units import Plain

__all__ = ["Bench", "BreakEven", "Range", "Search", "range_of"]

_FIRST_LOOKS = 5
_NARROW, _NARROW_ENDS = 1.0 / 200.0, 1.0 / 50.0
"""Of the range: how near the values on both sides of a turn come, and of the ends of its interval."""
_LOOKS, _LOOKS_AT_ENDS = 8, 4
"""At most, for one turn and for each end of its interval."""


class Range(NamedTuple):
    """Values of one input, all in the same unit."""

    path: str
    unit: str
    low: float
    high: float

    def written(self, x: float) -> str:
        """A value as the scenario format writes it."""
        return str(in_units(self.unit, Decimal(repr(float(f"{x:.6g}")))))


@dataclass(frozen=True)
class BreakEven:
    """What one input does to the difference of one plan from the base.

    Attributes
    ----------
    plan, path : str
    unit : str
        Of the input's values: "%", "s", "/h" and the like, or nothing.
    low, high : float
        The range looked at.
    now : float or None
        The scenario's own value; None where it is no single number.
    stated : (float, float) or None
        The range an assumption is said to lie in.
    label : str
        How the input is known: observed, experiment or assumption.
    whole : bool
        True if it takes whole numbers only.
    points : tuple of Point
        Every comparison made, by x.
    turns : tuple of Turn
    finished : bool
        False if it was interrupted before all was looked at.
    """

    plan: str
    path: str
    unit: str
    low: float
    high: float
    now: float | None
    stated: tuple[float, float] | None
    label: str
    whole: bool
    points: tuple[Point, ...]
    turns: tuple[Turn, ...]
    finished: bool

    @property
    def depends(self) -> bool:
        """True if the verdict may turn inside the range an assumption is said to lie in."""
        return self.stated is not None and any(turn.meets(*self.stated) for turn in self.turns)

    @property
    def is_open(self) -> bool:
        """True if no turn was found, but at some value inside the stated range no side is shown."""
        if self.stated is None or self.turns:
            return False
        low, high = self.stated
        return any(low <= point.x <= high and point.side == 0 for point in self.points)

    @property
    def at_now(self) -> Point | None:
        """The comparison at the scenario's own value, if that was looked at."""
        return next((point for point in self.points if point.x == self.now), None)

    def as_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {
            **{name: getattr(self, name) for name in ("plan", "path", "unit", "low", "high", "now", "label", "whole")},
            "stated": None if self.stated is None else list(self.stated),
            "depends": self.depends,
            "is_open": self.is_open,
            "finished": self.finished,
            "turns": [turn._asdict() for turn in self.turns],
            "points": [point._asdict() for point in self.points],
        }


def range_of(path: str, ends: str | tuple[Any, Any]) -> Range:
    """A range in numbers; ScenarioError if it is none."""
    written = tuple(part.strip() for part in ends.partition(":")[::2]) if isinstance(ends, str) else ends
    try:
        (unit, low), (other, high) = (measured(Plain(end) if isinstance(end, str) else end) for end in written)
    except Refusal as refusal:
        raise ScenarioError([Problem(refusal.code, path, refusal.what, shown(ends), try_="0%:10%")]) from None
    if unit != other or low >= high:
        what = "runs from a lower to a higher end of the same unit"
        raise ScenarioError([Problem("E-NUM-RANGE", path, what, shown(ends), try_="0%:10%")])
    return Range(path, unit, float(low), float(high))


class _Stopped(Exception):
    """Somebody pressed Ctrl-C: what is known is kept."""


class Bench:
    """Compares two scenarios in one KPI, and counts."""

    def __init__(self, key: Key, options: dict[str, Any], progress: Progress | None) -> None:
        self.key, self.interrupted = key, False
        self.first: tuple[str, int] | None = None
        self._options, self._told = options, progress
        self._done = self._expected = 0

    def expect(self, comparisons: int) -> None:
        """So many more are to come."""
        self._expected += comparisons

    def compare(self, base: Scenario, plan: Scenario) -> Difference:
        """The difference of the KPI; _Stopped when interrupted."""

        def told(done: int, planned: int) -> None:
            if self._told is not None:
                self._told(self._done * planned + done, max(self._expected, self._done + 1) * planned)

        made = compare(base, plan, names=("base", "plan"), kpis=[self.key.id], progress=told, **self._options)
        if made.interrupted:
            self.interrupted = True
            raise _Stopped
        self._done += 1
        self.first = self.first or (made.engine, made.replications)
        return next(one for one in made.differences if one.key == self.key)


class Search:
    """One input of one plan: every value looked at, and where to look next."""

    def __init__(self, base: Scenario, what_if: str, wanted: Range, bench: Bench) -> None:
        self._base, self._what_if, self._range, self._bench = base, what_if, wanted, bench
        mine, plans = (named_values(one, wanted.path) for one in (base, base.variant(what_if)))
        self._in_base, self._in_plan = bool(mine), bool(plans)
        if not mine and not plans:
            what = f"neither the base nor {what_if} has such an input"
            raise ScenarioError([Problem("E-REF", wanted.path, what, shown(wanted.path))])
        self._now = _single(mine or plans, wanted.unit)
        self._points: dict[float, Point] = {}
        self._whole = self._takes_whole_numbers()

    def found(self) -> BreakEven:
        """Look until every turn is known, or somebody interrupts."""
        turns: list[Turn] = []
        finished = False
        try:
            first = self._first_looks()
            self._bench.expect(len(first))
            for x in first:
                self._at(x)
            for a, b in sign_changes(self.points):
                turns.append(self._turn(a, b))
            finished = True
        except _Stopped:
            pass
        except KeyboardInterrupt:
            self._bench.interrupted = True
        known = self._base.evidence.get(self._range.path)
        label = known.label if known is not None else ASSUMPTION
        stated = None
        if known is not None and known.ends is not None and label == ASSUMPTION:
            ends = range_of(self._range.path, known.ends)
            stated = (ends.low, ends.high) if ends.unit == self._range.unit else None
        r = self._range
        return BreakEven(
            plan=self._what_if,
            path=r.path,
            unit=r.unit,
            low=r.low,
            high=r.high,
            now=self._now,
            stated=stated,
            label=label,
            whole=self._whole,
            points=self.points,
            turns=tuple(turns),
            finished=finished,
        )

    @property
    def points(self) -> tuple[Point, ...]:
        """Every comparison so far, by x."""
        return tuple(self._points[x] for x in sorted(self._points))

    def _first_looks(self) -> list[float]:
        low, high = self._range.low, self._range.high
        looks = {self._rounded(low + (high - low) * i / (_FIRST_LOOKS - 1)) for i in range(_FIRST_LOOKS)}
        if self._now is not None and low <= self._now <= high:
            looks.add(self._now)
        return sorted(looks)

    def _turn(self, a: Point, b: Point) -> Turn:
        """Narrow a change of sign down, then the ends of its interval."""
        rises, before, after = a.value < 0.0, 1 if a.value > 0.0 else -1, 1 if b.value > 0.0 else -1
        a, b = self._narrowed(a, b, _value, lambda point: point.value < 0.0, _NARROW, _LOOKS)
        at = crossing(a, b, _value)
        return Turn(at, self._end(at, False, before), self._end(at, True, after), rises)

    def _end(self, at: float, to_the_right: bool, side: int) -> float | None:
        """Where the intervals begin to show a side, going away from a turn; None if they do not inside the range."""
        found = undecided_until(self.points, at, to_the_right, side)
        if found is None:
            return None
        nearer, clear = found
        of = _low if side > 0 else _high
        if nearer.x == at:  # the very next value shows it
            nearer = self._at(at) if not self._whole else Point(at, 0.0, 0.0, 0.0)
            if nearer.side == side:
                return at
        a, b = (nearer, clear) if to_the_right else (clear, nearer)
        a, b = self._narrowed(a, b, of, lambda point: point.side == side, _NARROW_ENDS, _LOOKS_AT_ENDS)
        return crossing(a, b, of)

    def _narrowed(
        self, a: Point, b: Point, of: Callable[[Point], float], is_so: Callable[[Point], bool], narrow: float, looks: int
    ) -> tuple[Point, Point]:
        """Two points of which one is so and one is not, as near as it pays; the curve `of` says where to look."""
        width = max((self._range.high - self._range.low) * narrow, 1.0 if self._whole else 0.0)
        for times in range(looks):
            if b.x - a.x <= width:
                break
            x = self._rounded(between(a, b, of, times))
            if x in (a.x, b.x):
                break
            self._bench.expect(x not in self._points)
            middle = self._at(x)
            a, b = (middle, b) if is_so(middle) == is_so(a) else (a, middle)
        return a, b

    def _rounded(self, x: float) -> float:
        return float(round(x)) if self._whole else float(f"{x:.6g}")

    def _at(self, x: float) -> Point:
        """The difference at one value, simulated once."""
        x = self._rounded(x)
        if x not in self._points:
            found = self._bench.compare(*self._pair(x))
            if found.value is None:
                what = f"{found.id} has no value there"
                raise ScenarioError([Problem("E-VALUE", self._range.path, what, self._range.written(x))])
            low, high = found.low, found.high
            sure = low is None or high is None
            self._points[x] = Point(x, found.value, found.value, found.value) if sure else Point(x, found.value, low, high)  # type: ignore[arg-type]
        return self._points[x]

    def _pair(self, x: float) -> tuple[Scenario, Scenario]:
        """Base and plan with the input at this value, wherever they have it."""
        setting = {self._range.path: Plain(self._range.written(x))}
        base = self._base.with_(setting) if self._in_base else self._base
        return base, base.variant(self._what_if, setting if self._in_plan else None)

    def _takes_whole_numbers(self) -> bool:
        """True if the input refuses fractions."""
        low, high = self._range.low, self._range.high
        if self._range.unit or low != round(low) or high != round(high):
            return False
        try:
            self._pair(low + 0.5)
        except ScenarioError as error:
            return {problem.code for problem in error.problems} == {"E-INT-TYPE"}
        return False


def _single(values: Sequence[Any], unit: str) -> float | None:
    """The one number an input has, in the unit; None if it is none, or they are several."""
    try:
        found = {measured(Plain(value) if isinstance(value, str) else value) for value in values}
    except Refusal:
        return None
    numbers = {float(number) for kind, number in found if kind == unit}
    return numbers.pop() if len(numbers) == len(found) == 1 else None


def _value(point: Point) -> float:
    return point.value


def _low(point: Point) -> float:
    return point.low


def _high(point: Point) -> float:
    return point.high
