"""Estimates by what they are about: the tables of a report pick from here.

A report names a KPI, a basis and a scope; whether that exists in this result is answered once, here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ccsim.report import numbers

if TYPE_CHECKING:
    from ccsim.analysis import Estimate

_Key = tuple[str, str, frozenset[tuple[str, str]]]


class Index:
    """Estimates by KPI, basis and scope; of a KPI with several variants the first, which is the reported one."""

    def __init__(self, estimates: Iterable[Estimate]) -> None:
        self._found: dict[_Key, Estimate] = {}
        self._scopes: dict[frozenset[str], dict[tuple[str, ...], None]] = {}
        for estimate in estimates:
            self._found.setdefault((estimate.id, estimate.basis, frozenset(estimate.scope.items())), estimate)
            kinds = frozenset(estimate.scope)
            self._scopes.setdefault(kinds, {})[tuple(estimate.scope[kind] for kind in sorted(kinds))] = None

    def get(self, id: str, scope: Mapping[str, str], basis: str = "") -> Estimate | None:
        """Return an estimate, on its contact or agent basis unless `basis` is given; None if there is none with a value."""
        for candidate in (basis,) if basis else ("contact", "agent", "episode", "case", "callback", "back_office"):
            estimate = self._found.get((id, candidate, frozenset(scope.items())))
            if estimate is not None and estimate.value is not None:
                return estimate
        return None

    def value(self, id: str, scope: Mapping[str, str], basis: str = "") -> float:
        """Return its value, nan if there is none."""
        estimate = self.get(id, scope, basis)
        return float("nan") if estimate is None or estimate.value is None else estimate.value

    def scopes(self, *kinds: str) -> list[dict[str, str]]:
        """Return every scope of these kinds, in the order of the estimates: ``scopes("queue", "interval")``."""
        names = sorted(kinds)
        return [dict(zip(names, values, strict=True)) for values in self._scopes.get(frozenset(kinds), {})]


def error(estimate: Estimate | None) -> float:
    """Return the half-width of the interval (its longer side), nan where there is none."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return float("nan")
    return max(estimate.high - estimate.value, estimate.value - estimate.low)


def shown(value: float | None, unit: str) -> str:
    """Return a value as its unit is read aloud: ``82.1 %``, ``0:17``, ``480.3``."""
    if value is None:
        return numbers.NONE
    if unit == "share":
        return numbers.percent(value)
    if unit == "s":
        return numbers.duration(value)
    if unit in ("contacts", "hops", "index"):
        return f"{value:.2f}"
    if unit == "money":
        return f"{value:,.2f}" if abs(value) < 100.0 else f"{value:,.0f}"
    return f"{value:,.1f}" + (" h" if unit == "h" else "")


def shown_error(estimate: Estimate | None) -> str:
    """Return the simulation error: percentage points of shares, seconds of times."""
    half = error(estimate)
    if estimate is None or half != half:
        return numbers.NONE
    if estimate.unit == "share":
        return numbers.points(half)
    if estimate.unit == "s":
        return numbers.seconds(half)
    return "<0.01" if 0 < half < 0.005 else f"{half:.2f}" if half < 1 else f"{half:,.1f}"


def size(value: float, unit: str) -> str:
    """Return the size of a difference as it was asked for: ``1 point``, ``2.5 points``, ``30 s``, ``10``."""
    if unit == "share":
        return f"{100 * value:g} point" + "s" * (f"{100 * value:g}" != "1")
    return f"{value:g} {unit}" if unit in ("s", "h") else f"{value:g}"
