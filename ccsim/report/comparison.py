"""A `Comparison` -> the page a planner reads: the plans side by side, then each against the base in words, then how.

Better and worse are said only where a KPI has a direction, and only when the interval leaves no doubt.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ccsim.report import numbers, verdicts
from ccsim.report.evidence import hangs_on
from ccsim.report.figures import ROWS, apart, ring, within
from ccsim.report.index import shown, size

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ccsim.experiment import Comparison, Difference, Plan
    from ccsim.experiment.comparison import Key

__all__ = ["differences_table", "label", "plans_table", "print_comparison", "provenance", "words"]

_STYLE = {"better": "green", "worse": "red", "met": "green", "missed": "bold red", "undecided": "yellow"}
_DAYS = "days_in_target"
_UNITS = {"share": "points", "s": "s", "h": "h"}
_FEW = 30  # replications below which skewed days make intervals cover less than they say
_WIDE = 90  # columns from which there is room for what the pairing bought
_LABEL = 27  # columns of a KPI's name on a terminal of 80, so that its verdict has room
_FIRST = {"service_level": "Service\nlevel", _DAYS: "Days\nmet", "cost_per_day": "Cost\na day"}
_LAST = {"abandonment": "Aban-\ndoned", "asa": "ASA", "occupancy": "Occu-\npancy"}
"""Heads of the plans' columns, the more telling ones first; a plan has those among the compared KPIs."""


class _Column(NamedTuple):
    head: str
    cells: list[str]

    @property
    def width(self) -> int:
        return max(map(len, (*self.head.split("\n"), *self.cells))) + 2


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the plans side by side, each plan's differences from the base, and how they were made."""
    base = comparison.base
    others = len(comparison.plans) - 1
    same = f"the same callers in all {numbers.plural(comparison.replications, 'replication')}"
    console.print(base.scenario.name, style="bold")
    console.print(f"{numbers.plural(others, 'plan')} against {base.name}, {same}")
    console.print()
    console.print(plans_table(comparison, console.width))
    for plan in comparison.plans[1:]:
        console.print()
        if plan.identical:
            console.print(f"{plan.name}: identical to {base.name}, row by row")
        else:
            console.print(differences_table(comparison, plan, console.width))
    console.print()
    for line in (*hangs_on(*(plan.scenario for plan in comparison.plans)), *provenance(comparison, console.width)):
        console.print(line)


# -------------------------------------------------------------------------------- plans side by side


def plans_table(comparison: Comparison, width: int) -> Table:
    """Return one line per plan; columns that do not fit are left out, the most telling first."""
    from rich.table import Table
    from rich.text import Text

    label_width = min(max(len(plan.name) for plan in comparison.plans), max(16, width // 3))
    room, kept = width - label_width, []
    for column in _columns(comparison):
        if column.width <= room:
            room -= column.width
            kept.append(column)
    table = Table(box=None, pad_edge=False)
    table.add_column("Plan", overflow="fold", width=label_width)
    for column in kept:
        table.add_column(column.head, justify="right", no_wrap=True)
    for number, plan in enumerate(comparison.plans):
        cells = [column.cells[number] for column in kept]
        table.add_row(plan.name, *[Text(cell, style=_STYLE.get(cell, "")) for cell in cells])
    return table


def _columns(comparison: Comparison) -> Iterator[_Column]:
    """Yield the columns of the plans in the order in which they are given room."""
    plans = comparison.plans
    if plans[0].targets:
        yield _Column("Targets", [plan.verdict for plan in plans])
    yield _Column("P(best)", [numbers.NONE if plan.p_best is None else _chance(plan.p_best) for plan in plans])
    yield from _of_kpis(comparison, _FIRST)
    if any(plan.worst is not None for plan in plans):
        yield _Column("Worst\ninterval", [_worst(plan) for plan in plans])
    if plans[0].scenario.run.mode != "steady":
        yield _Column("Paid\nh/day", [f"{plan.paid_hours:,.1f}" for plan in plans])
    yield from _of_kpis(comparison, _LAST)


def _of_kpis(comparison: Comparison, heads: dict[str, str]) -> Iterator[_Column]:
    for id, head in heads.items():
        key = next((key for key in comparison.keys if key.id == id), None)
        if key is not None:
            estimates = [plan.estimates[key] for plan in comparison.plans]
            yield _Column(head, [shown(estimate.value, estimate.unit) for estimate in estimates])


def _chance(share: float) -> str:
    return ">99 %" if 0.995 <= share < 1.0 else "<1 %" if 0.0 < share < 0.005 else f"{100 * share:.0f} %"


def _worst(plan: Plan) -> str:
    if plan.worst is None:
        return numbers.NONE
    return f"{verdicts.when(plan.worst.scope, plan.scenario.days)} {shown(plan.worst.value, plan.worst.unit)}"


# -------------------------------------------------------------------------------- one plan against the base


def differences_table(comparison: Comparison, plan: Plan, width: int) -> Table:
    """Return one line per KPI of a plan: the base, the plan, and in words what it changes."""
    from rich.table import Table
    from rich.text import Text

    base = comparison.base.name
    table = Table(box=None, pad_edge=False)
    table.add_column(Text(plan.name, style="bold"), width=_LABEL if width < _WIDE else _LABEL + 3, overflow="fold")
    short = base if len(base) <= 12 else "base"
    table.add_column(short, justify="right", no_wrap=True)
    table.add_column("plan", justify="right", no_wrap=True)
    table.add_column("against " + short)
    with_gain = width >= _WIDE
    if with_gain:
        table.add_column("pairing", justify="right", no_wrap=True)
    for found in comparison.of(plan.name):
        cells = [shown(found.base_value, found.unit), shown(found.plan_value, found.unit)]
        gain = [] if not with_gain else [numbers.NONE if found.gain is None else _times(found.gain)]
        said = words(found) + _against_range(found, plan)
        table.add_row(label(comparison, found.key), *cells, Text(said, style=_STYLE.get(found.verdict, "")), *gain)
    return table


def label(comparison: Comparison, key: Key) -> str:
    """Return what a row is called: as on the page of a run where it is there, else the KPI's title."""
    from ccsim.analysis import REGISTRY

    if key.id == _DAYS:
        return f"Days reaching {verdicts.goal(comparison.yardstick)}"
    own_basis = REGISTRY[key.id].bases[0]
    for row in ROWS:
        if row.id == key.id and (row.basis or own_basis) == key.basis:
            goal, rings = within(comparison.base.estimates[key]), ring(comparison.base.scenario)
            said = row.label.format(goal=goal, currency="", ring=rings, apart=apart(comparison.base.scenario)).strip()
            return said[0].upper() + said[1:]
    return REGISTRY[key.id].title


def words(found: Difference) -> str:
    """Return what a difference shows: ``better by 3.1 points [2.4, 3.8]``, ``no difference shown [-0.4 s, +0.9 s]``."""
    if found.value is None:
        return numbers.NONE
    return _by(found) if found.verdict in ("better", "worse", "higher", "lower") else _without(found)


def _against_range(found: Difference, plan: Plan) -> str:
    """Return ``; inside 65 to 88 %`` where the plan is judged by a range, and by a run that leaves no doubt."""
    if found.range not in ("inside", "outside"):
        return ""
    target = next(verdict.target for verdict in plan.targets if verdict.target.kpi == found.id)
    return f"; {found.range} {verdicts.goal(target).removeprefix(f'{found.id} ')}"


def _by(found: Difference) -> str:
    """Return the size of a difference that is shown, its interval in the same sense."""
    assert found.value is not None
    size = f"{found.verdict} by {_amount(abs(found.value), found)}"
    if found.low is None or found.high is None:
        return f"{size} in every replication"
    ends = sorted((abs(found.low), abs(found.high)))
    return f"{size} [{', '.join(_number(end, found) for end in ends)}]"


def _without(found: Difference) -> str:
    if found.verdict == "identical":
        return "identical, row by row"
    if found.low is None or found.high is None:
        return "equal in every replication" if found.value == 0.0 else found.verdict
    ends = ", ".join(_number(end, found, "+") for end in (found.low, found.high))
    return f"{found.verdict} [{ends}] {_UNITS.get(found.unit, '')}".rstrip()


def _amount(value: float, found: Difference) -> str:
    return f"{_number(value, found)} {_UNITS.get(found.unit, '')}".rstrip()


def _number(value: float, found: Difference, sign: str = "") -> str:
    """Return a number with as many digits as its interval deserves; shares in percentage points."""
    scale = 100.0 if found.unit == "share" else 1.0
    half = math.nan if found.low is None or found.high is None else scale * (found.high - found.low) / 2.0
    digits = 1 if not 0.0 < half < 0.1 else min(-math.floor(math.log10(half)), 5)
    return f"{scale * value:{sign},.{digits}f}"


def _title(id: str) -> str:
    """Return a KPI's title inside a sentence, its abbreviation if it has one."""
    from ccsim.analysis import REGISTRY

    title, bracket, short = REGISTRY[id].title.rstrip(")").partition("(")
    return short if bracket else title.lower()


def _times(gain: float) -> str:
    return f"x {gain:,.0f}" if gain >= 10 else f"x {gain:.1f}"


# -------------------------------------------------------------------------------- how they were made


def provenance(comparison: Comparison, width: int) -> Iterator[str]:
    from ccsim import __version__

    plans, keys = len(comparison.plans) - 1, len(comparison.keys)
    yield (
        f"[ ]: all {comparison.family} intervals hold together with {100 * comparison.confidence:g} % confidence "
        f"({numbers.plural(plans, 'plan')} x {numbers.plural(keys, 'KPI')}, Bonferroni); a few --kpi are seen sharper."
    )
    yield f"P(best): of all plans the best {_title(comparison.best_by.id)}; bootstrap over replications."
    margins = {
        found.id: f"{_title(found.id)} {size(found.margin, found.unit)}" for found in comparison.differences if found.margin
    }
    if margins:
        yield f"Differences that do not matter, up to: {'; '.join(margins.values())}."
    if width >= _WIDE:
        yield "Pairing: how many times the replications independent callers would need for an interval as narrow."
    if comparison.replications < _FEW:
        yield f"With fewer than {_FEW} replications intervals cover less than they say where single days are very bad."
    yield from (f"Note: {note}." for note in comparison.notes)
    yield (
        f"seed {comparison.seed}, {numbers.plural(comparison.replications, 'replication')}, {comparison.engine} engine, "
        f"ccsim {__version__}, {comparison.elapsed:.1f} s"
    )
