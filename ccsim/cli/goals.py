"""What is written of KPIs on the command line: their ids, margins such as ``service_level 1pp``, limits, what is best."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from ccsim.cli.options import told

if TYPE_CHECKING:
    from ccsim.experiment import Bound

_LIMIT = re.compile(r"\s*(\w+)\s*(>=|<=)\s*(.+?)\s*")
_ENDS = {"best": None, "highest": "highest", "lowest": "lowest"}


def margins(written: Iterable[str]) -> dict[str, float]:
    """Return what is written as ``service_level 1pp``, by KPI."""
    found = {}
    for text in written:
        id, _, size = text.strip().partition(" ")
        if not size.strip():
            raise click.UsageError(f"--margin: got {text!r}. Try: --margin 'service_level 1pp'")
        found[id] = _margin(id, size.strip())
    return found


def refuse_unknown(ids: Iterable[str]) -> None:
    """Refuse ids that are no KPIs, with the nearest one."""
    from ccsim.analysis import REGISTRY
    from ccsim.errors import nearest, shown

    for id in ids:
        if id not in REGISTRY:
            near = nearest(id, list(REGISTRY))
            raise click.UsageError(f"no such KPI: {shown(id)}. " + (f"Did you mean {near}?" if near else "Try: ccsim kpis"))


def _margin(id: str, size: str) -> float:
    """Return a margin in the unit of its KPI: points of shares as a fraction, seconds, hours or a plain number."""
    from ccsim import units
    from ccsim.analysis import REGISTRY
    from ccsim.errors import Refusal

    refuse_unknown((id,))
    unit = REGISTRY[id].unit
    try:
        if unit == "share":
            return 0.01 * units.parse_number(units.Plain(_without_points(id, size)))
        if unit in ("s", "h"):
            return units.parse_duration(units.Plain(size)) / (units.HOUR if unit == "h" else 1.0)
        return units.parse_number(units.Plain(size))
    except Refusal as refusal:
        raise click.UsageError(f"--margin of {id}: {told(refusal)}") from None


def _without_points(id: str, size: str) -> str:
    for ending in ("percentage points", "points", "point", "pp"):
        if size.endswith(ending):
            return size.removesuffix(ending).strip()
    raise click.UsageError(f"--margin of {id}: got {size!r}, allowed: percentage points. Try: '{id} 1pp'")


def selected(text: str) -> tuple[str, str | None]:
    """Return the KPI and the direction of ``best:service_level``."""
    end, _, id = text.partition(":")
    if end not in _ENDS or not id:
        raise click.UsageError(f"--select: got {text!r}, allowed: best, highest or lowest of a KPI. Try: best:service_level")
    refuse_unknown((id,))
    return id, _ENDS[end]


def bound(text: str, option: str = "--subject-to") -> Bound:
    """Return the limit written as ``service_level>=80%`` after an option."""
    from ccsim import units
    from ccsim.analysis import REGISTRY
    from ccsim.errors import Refusal
    from ccsim.experiment import Bound

    found = _LIMIT.fullmatch(text)
    if found is None:
        raise click.UsageError(f"{option}: got {text!r}, allowed: a KPI, >= or <=, a value. Try: 'service_level>=80%'")
    id, sign, size = found.groups()
    refuse_unknown((id,))
    unit, plain = REGISTRY[id].unit, units.Plain(size)
    try:
        if unit == "share":
            value = units.parse_share(plain)
        elif unit in ("s", "h"):
            value = units.parse_duration(plain) / (units.HOUR if unit == "h" else 1.0)
        else:
            value = units.parse_number(plain)
    except Refusal as refusal:
        raise click.UsageError(f"{option} of {id}: {told(refusal)}") from None
    return Bound(id, 1 if sign == ">=" else -1, value)
