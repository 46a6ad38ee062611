"""What is varied: ``agents.tier1.headcount=18:30:2`` -> its values; several levers -> the points to simulate.

The grammar of paths and signs is that of ``--set`` (`scenario.overrides`). Called by `sweep`; nothing is simulated here.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.errors import Refusal
from ccsim.scenario import overrides
from ccsim.scenario.document import Unreadable, parse_value

__all__ = ["DESIGNS", "MOST_POINTS", "Design", "Lever", "design_of", "from_mapping", "lever", "parse_lever"]

Floats = NDArray[np.float64]

MOST_POINTS = 5000
DESIGNS = "grid, each, sobol:64"
_VARIED = re.compile(r"\s*([^=]+?)\s*(\+=|\*=|=)(.*)", re.DOTALL)
_SIGNS = ("+=", "*=")
_DIGITS = 6
"""Significant digits of values between the ends of a range."""


class Lever(NamedTuple):
    """One path and the values it takes.

    Attributes
    ----------
    key : str
        As in ``--set``: the path, with ``+=`` or ``*=`` behind it where the value is relative.
    values : tuple
        As they may be written in a scenario.
    xs : tuple of float
        The same as numbers: shares as fractions, times in seconds. Empty for values that are no numbers of one unit.
    unit : str
        share, s, per ... of a rate, or empty.
    is_whole : bool
        True if all values are whole numbers, as head counts are: then values between them mean nothing.
    is_range : bool
        True if the values are the ends of a range that is to be sampled.
    """

    key: str
    values: tuple[Any, ...]
    xs: tuple[float, ...]
    unit: str
    is_whole: bool
    is_range: bool

    @property
    def path(self) -> str:
        """Where the change is made."""
        return self.key.removesuffix("+=").removesuffix("*=")

    @property
    def label(self) -> str:
        """What a reader calls it: ``agents of tier1``, else the path."""
        parts = self.path.split(".")
        if parts[0] == "agents" and self.key == self.path and (len(parts) < 3 or parts[2:] == ["headcount"]):
            return "agents" if len(parts) == 1 else f"agents of {parts[1]}"
        return self.key

    def override(self, value: Any) -> tuple[str, Any]:
        """The change for `Scenario.with_`."""
        if self.key.endswith("+="):
            return self.path, overrides.plus(value)
        return self.path, overrides.times(value) if self.key.endswith("*=") else value

    def at(self, share: float) -> tuple[Any, float]:
        """The value, and its number, at a share of the way through the lever: of those listed, or between the ends."""
        if not self.is_range:
            place = min(int(share * len(self.values)), len(self.values) - 1)
            return self.values[place], self.xs[place] if self.xs else float(place)
        (kind, low), (_, high) = (overrides.measured(value) for value in self.values)
        if self.is_whole:
            number = low + Decimal(math.floor(Decimal(share) * (high - low + 1)))
        else:
            exact = float(low) + share * float(high - low)
            number = Decimal(f"{exact:.{_DIGITS}g}")
        return _plain(overrides.in_units(kind, number)), _as_number(kind, number)


class Design(NamedTuple):
    """The points to simulate.

    Attributes
    ----------
    kind : str
        grid (every combination), each (one lever at a time, the base first) or sobol.
    levers : tuple of Lever
    sets : list of dict
        For each point the values by `Lever.key`; empty for the base.
    xs : float64, shape (n_points, n_levers)
        The values as numbers; NaN where a lever is left as it stands, the place in its list where it has no numbers.
    samples : int
        Of a sobol design: N. Its points are N of A, N of B, then N for each lever, A with that lever's column of B.
    """

    kind: str
    levers: tuple[Lever, ...]
    sets: list[dict[str, Any]]
    xs: Floats
    samples: int = 0


# -------------------------------------------------------------------------------- reading


def parse_lever(text: str) -> Lever:
    """Return the lever written as ``path=low:high:step``, ``path=a,b,c`` or, to be sampled, ``path=low:high``.

    Raises
    ------
    Refusal
        E-VARY, with what is wrong.
    """
    found = _VARIED.fullmatch(text)
    if not found or not found[3].strip():
        raise Refusal("E-VARY", "is no lever", got=text, allowed="PATH=LOW:HIGH:STEP or PATH=A,B,C", try_="agents=18:30:2")
    path, sign, values = found.groups()
    return lever(path + (sign if sign in _SIGNS else ""), values.strip())


def lever(key: str, values: Any) -> Lever:
    """Return a lever from its path and its values: text as on the command line, a range, or any sequence."""
    is_range = False
    if isinstance(values, str):
        parts = [part.strip() for part in values.split(":")]
        if "," not in values and len(parts) in (2, 3):
            is_range = len(parts) == 2
            listed = _ends(key, *parts) if is_range else _steps(key, *parts)
        else:
            listed = [_read(key, part) for part in values.split(",")]
    elif isinstance(values, Sequence | range | np.ndarray):
        listed = [value.item() if isinstance(value, np.generic) else value for value in values]
    else:
        raise Refusal("E-VARY", f"{key}: needs several values", got=values, allowed="LOW:HIGH:STEP or a list")
    if not listed:
        raise Refusal("E-VARY", f"{key}: has no values", allowed="LOW:HIGH:STEP or a list")
    return _with_numbers(key, listed, is_range)


def _with_numbers(key: str, listed: Sequence[Any], is_range: bool) -> Lever:
    """The lever of these values; numbers of one unit are put in order, and given once."""
    try:
        read = [overrides.measured(value) for value in listed]
    except Refusal:
        read = []
    if len({kind for kind, _ in read}) != 1:
        if len({str(value) for value in listed}) < len(listed):
            raise Refusal("E-VARY", f"{key}: the same value twice", got=", ".join(str(value) for value in listed))
        return Lever(key, tuple(listed), (), "", False, False)
    kind = read[0][0]
    by_number = {number: value for (_, number), value in zip(read, listed, strict=True)}
    numbers = sorted(by_number)
    if len(numbers) < len(listed):
        raise Refusal("E-VARY", f"{key}: the same value twice", got=", ".join(str(value) for value in listed))
    is_whole = kind == "" and not key.endswith("*=") and all(number == number.to_integral_value() for number in numbers)
    xs = tuple(_as_number(kind, number) for number in numbers)
    unit = {"%": "share", "": ""}.get(kind, kind)
    return Lever(key, tuple(_plain(by_number[number]) for number in numbers), xs, unit, is_whole, is_range)


def _ends(key: str, low: str, high: str) -> list[Any]:
    (kind, first), (other, last) = (_number(key, text) for text in (low, high))
    if kind != other or not first < last:
        raise Refusal("E-VARY", f"{key}: needs two ends of one unit, the lower first", got=f"{low}:{high}")
    return [overrides.in_units(kind, first), overrides.in_units(kind, last)]


def _steps(key: str, low: str, high: str, step: str) -> list[Any]:
    (kind, first), (other, last), (third, by) = (_number(key, text) for text in (low, high, step))
    if len({kind, other, third}) > 1:
        raise Refusal("E-VARY", f"{key}: needs one unit", got=f"{low}:{high}:{step}")
    if by <= 0 or last < first:
        raise Refusal("E-VARY", f"{key}: needs LOW:HIGH:STEP, the step above 0", got=f"{low}:{high}:{step}")
    count = int((last - first) / by) + 1
    if count > MOST_POINTS:
        raise Refusal("E-VARY", f"{key}: {count:,} values", got=f"{low}:{high}:{step}", allowed=f"at most {MOST_POINTS}")
    return [overrides.in_units(kind, first + number * by) for number in range(count)]


def _number(key: str, text: str) -> tuple[str, Decimal]:
    try:
        return overrides.measured(_read(key, text))
    except Refusal as refusal:
        raise Refusal("E-VARY", f"{key}: {refusal.what}", got=text, try_=refusal.try_) from None


def _read(key: str, text: str) -> Any:
    """The value of a YAML scalar."""
    try:
        return parse_value(text.strip(), f"--vary {key}", 1).data
    except Unreadable as error:
        raise Refusal("E-VARY", f"{key}: {error.problem.what}", got=text) from None


def _as_number(kind: str, number: Decimal) -> float:
    return float(number) / 100.0 if kind == "%" else float(number)


def _plain(value: Any) -> Any:
    """A number as a number, other values as they are written."""
    try:
        kind, number = overrides.measured(value)
    except Refusal:
        return value
    if kind:
        return str(value)
    return int(number) if number == number.to_integral_value() else float(number)


# -------------------------------------------------------------------------------- points


def design_of(levers: Sequence[Lever], sample: str | None, seed: int) -> Design:
    """Return the points of a sweep.

    Parameters
    ----------
    sample : str, optional
        ``grid`` (as None): every combination. ``each``: one lever at a time. ``sobol:N``: N times (levers + 2) points of a
        low-discrepancy sequence, for the indices of `analysis.sensitivity`.
    seed : int
        Scrambles the sequence.

    Raises
    ------
    Refusal
        E-VARY: no levers, one of them twice, too many points, a range that is not sampled.
    """
    kind, _, size = (sample or "grid").partition(":")
    if not levers:
        raise Refusal("E-VARY", "nothing is varied", allowed="one lever or more", try_="--vary agents=18:30:2")
    keys = [each.key for each in levers]
    if len(set(keys)) < len(keys):
        raise Refusal("E-VARY", "the same lever twice", got=next(key for key in keys if keys.count(key) > 1))
    if kind not in ("grid", "each", "sobol") or (kind == "sobol") != bool(size):
        raise Refusal("E-VARY", "no such sample", got=sample, allowed=DESIGNS)
    if kind == "sobol":
        return _sobol(tuple(levers), size, seed)
    if kind == "each":
        return _each(tuple(levers))
    open_one = next((each for each in levers if each.is_range), None)
    if open_one is not None:
        ends = ":".join(str(value) for value in open_one.values)
        raise Refusal("E-VARY", f"{open_one.key}: a range without a step", got=ends, try_=f"{ends}:STEP, or --sample sobol:64")
    _need_few(math.prod(len(each.values) for each in levers))
    sets = [dict(zip(keys, values, strict=True)) for values in itertools.product(*(each.values for each in levers))]
    columns = [each.xs or tuple(float(place) for place in range(len(each.values))) for each in levers]
    return Design("grid", tuple(levers), sets, np.array(list(itertools.product(*columns)), dtype=np.float64))


def _each(levers: tuple[Lever, ...]) -> Design:
    sets: list[dict[str, Any]] = [{}]
    rows = [[math.nan] * len(levers)]
    for place, each in enumerate(levers):
        for number, value in enumerate(each.values):
            sets.append({each.key: value})
            row = [math.nan] * len(levers)
            row[place] = each.xs[number] if each.xs else float(number)
            rows.append(row)
    _need_few(len(sets))
    return Design("each", levers, sets, np.array(rows))


def _sobol(levers: tuple[Lever, ...], size: str, seed: int) -> Design:
    samples = int(size) if size.isdigit() else 0
    if samples < 32 or samples & (samples - 1):
        raise Refusal("E-VARY", "needs a power of two from 32 on", got=f"sobol:{size}", try_="sobol:64")
    _need_few(samples * (len(levers) + 2))
    from scipy.stats import qmc

    # A and B from one scrambled sequence (Owen 1997): halves of an unscrambled one are too much alike where N is small.
    moved = qmc.Sobol(2 * len(levers), scramble=True, seed=seed).random(samples)
    first, second = moved[:, : len(levers)], moved[:, len(levers) :]
    tables = [first, second]
    for place in range(len(levers)):
        mixed = first.copy()
        mixed[:, place] = second[:, place]
        tables.append(mixed)
    sets, rows = [], []
    for shares in np.concatenate(tables):
        found = [each.at(float(share)) for each, share in zip(levers, shares, strict=True)]
        sets.append({each.key: value for each, (value, _) in zip(levers, found, strict=True)})
        rows.append([number for _, number in found])
    return Design("sobol", levers, sets, np.array(rows), samples)


def _need_few(points: int) -> None:
    if points > MOST_POINTS:
        raise Refusal(
            "E-VARY", f"{points:,} points", allowed=f"at most {MOST_POINTS}", try_="fewer values, or --sample sobol:64"
        )


def from_mapping(vary: Mapping[str, Any]) -> list[Lever]:
    """Return the levers of a dict: path, with ``+=`` or ``*=`` behind it for relative values, to values."""
    return [lever(key.strip(), values) for key, values in vary.items()]
