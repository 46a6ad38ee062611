"""A `Comparison` of staffing plans -> who is required, scheduled and present when under each of them, as a table and as fields.

Net is scheduled - required: negative is short. What is required is the same for all plans, which meet the same callers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccsim.report import numbers, verdicts
from ccsim.report.index import Index
from ccsim.report.staffing import agents

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ccsim.experiment import Comparison, Plan

__all__ = ["print_staffing", "staffing_fields"]

_IDS = ("required", "scheduled", "agents_on_duty", "net_staffing")
_BY_DAY = (*_IDS, "hours_short", "hours_over")
_MOST_ROWS = 60  # intervals that are shown without being asked for: two days of half-hours
_MOST_DAYS = 62
_SHORT = -0.05  # agents; less is shown as none


def print_staffing(comparison: Comparison, console: Console, every_interval: bool) -> None:
    """Print the agents of each plan by interval, or by day where there are many; nothing for a steady run."""
    base = comparison.base
    if base.scenario.run.mode == "steady":
        return
    by_interval = {plan.name: _index(plan, "interval") for plan in comparison.plans}
    scopes = [scope for scope in by_interval[base.name].scopes("interval") if _is_of_use(scope, by_interval)]
    console.print()
    console.print("Agents required, scheduled, present; net is scheduled - required, negative is short", style="bold")
    if every_interval or len(scopes) <= _MOST_ROWS:
        console.print(_table(comparison, by_interval, scopes, console.width))
    else:
        by_day = {plan.name: _index(plan, "day") for plan in comparison.plans}
        days = by_day[base.name].scopes("day")[:_MOST_DAYS]
        console.print(_table(comparison, by_day, days, console.width))
        console.print("By day, means of the open hours; every interval with --intervals.")
    for plan in comparison.plans:
        console.print(_in_words(plan, by_interval[plan.name], scopes))


def _index(plan: Plan, period: str) -> Index:
    ids = _BY_DAY if period == "day" else _IDS
    return Index(plan.accumulator.estimates(plan.scenario.run.confidence, scopes=(period,), ids=ids))


def _is_of_use(scope: dict[str, str], indices: dict[str, Index]) -> bool:
    """True unless nobody is required nor scheduled then."""
    return any(index.value(id, scope) > 0.0 for index in indices.values() for id in ("required", "scheduled"))


def _table(comparison: Comparison, indices: dict[str, Index], scopes: list[dict[str, str]], width: int) -> Table:
    """Return a line per period: required, then of each plan scheduled, present and net; net alone where many are compared."""
    from rich.table import Table
    from rich.text import Text

    plans, base = comparison.plans, comparison.base
    shown = {"scheduled": "sched", "agents_on_duty": "present", "net_staffing": "net"}
    if 28 + 24 * len(plans) > width:
        shown = {"net_staffing": "net"}
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("\nrequired", justify="right", no_wrap=True)
    for plan in plans:
        for number, head in enumerate(shown.values()):
            name = plan.name if number == 0 else ""
            short = name if len(name) <= 16 else name[:15] + "…"
            table.add_column(f"{short}\n{head}", justify="right", no_wrap=True)
    for scope in scopes:
        cells = [Text(agents(indices[base.name].value("required", scope)))]
        for plan in plans:
            for id in shown:
                value = indices[plan.name].value(id, scope)
                is_short = id == "net_staffing" and value <= _SHORT
                cells.append(Text(_agents(value, id), style="red" if is_short else ""))
        table.add_row(verdicts.when(scope, base.scenario.days), *cells)
    return table


def _agents(value: float, id: str) -> str:
    return numbers.NONE if value != value else agents(value, signed=id == "net_staffing")


def _in_words(plan: Plan, index: Index, scopes: list[dict[str, str]]) -> str:
    """Return in how many intervals a plan is short, and the worst of them."""
    needed = [scope for scope in scopes if index.value("required", scope) > 0.0]
    short = sorted((index.value("net_staffing", scope), number) for number, scope in enumerate(needed))
    few = [found for found in short if found[0] <= _SHORT]
    name = verdicts.INTERVALS.get(plan.scenario.interval, "intervals")
    if not few:
        return f"{plan.name}: as many as required in all {len(needed)} {name}"
    value, number = few[0]
    at = verdicts.when(needed[number], plan.scenario.days)
    return f"{plan.name}: short in {len(few)} of {len(needed)} {name}, most {at} {agents(value, signed=True)}"


def staffing_fields(comparison: Comparison) -> list[dict[str, Any]]:
    """Return one object per plan and interval: agents required, scheduled, present and net; None where there is no number."""
    if comparison.base.scenario.run.mode == "steady":
        return []
    rows = []
    for plan in comparison.plans:
        index = _index(plan, "interval")
        for scope in index.scopes("interval"):
            values = (index.value(id, scope) for id in _IDS)
            found = {
                name: None if v != v else v for name, v in zip(("required", "scheduled", "present", "net"), values, strict=True)
            }
            if any(found.values()):
                rows.append({"plan": plan.name, "interval": scope["interval"], **found})
    return rows
