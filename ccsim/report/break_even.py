"""Where verdicts turn, as a page and as JSON fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ccsim.report import numbers
from ccsim.report.evidence import hangs_on
from ccsim.report.index import shown

if TYPE_CHECKING:
    from rich.console import Console

    from ccsim.analysis.turning import Point
    from ccsim.experiment import BreakEven, BreakEvens

__all__ = ["break_even_fields", "print_break_even", "sentence"]

_STYLE = {True: "bold yellow", False: ""}


def print_break_even(found: BreakEvens, console: Console) -> None:
    """Print for each plan and input where the verdict turns, what it is on both sides, and whether that leaves a doubt."""
    from rich.table import Table
    from rich.text import Text

    from ccsim import __version__
    from ccsim.analysis import REGISTRY

    title = REGISTRY[found.key.id].title
    currency = f", {found.base.currency}" if found.kpi_unit == "money" and found.base.currency else ""
    for plan in dict.fromkeys(one.plan for one in found.found):
        console.print(f"{plan} against {found.base.name}: {title.lower()}{currency}", style="bold")
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(overflow="fold", max_width=max(24, console.width // 3))
        table.add_column()
        for one in found.found:
            if one.plan == plan:
                table.add_row(one.path, Text(sentence(found, one), style=_STYLE[one.depends]))
        console.print(table)
        console.print()
    for line in hangs_on(found.base):
        console.print(line)
    console.print(
        f"[ ]: values at which neither side is shown, {100 * found.confidence:g} % each, from intervals of differences between "
        "base and plan, which meet the same callers at every value; straight lines between the values looked at."
    )
    n = sum(len(one.points) for one in found.found)
    console.print(
        f"seed {found.seed}, {numbers.plural(n, 'comparison')} of {numbers.plural(found.replications, 'replication')}, "
        f"{found.engine} engine, ccsim {__version__}, {found.elapsed:.1f} s"
    )


def sentence(found: BreakEvens, one: BreakEven) -> str:
    """Return what an input does to the verdict on a plan: where it turns, what it is now, and whether that leaves a doubt."""
    parts = list(_turns(found, one))
    now = one.at_now
    if now is not None:
        parts.append(f"at {written(one, now.x)} as it is {_here(found, now)}")
    if one.stated is not None:
        ends = " to ".join(written(one, end) for end in one.stated)
        word = "DEPENDS on it" if one.depends else "may depend on it" if one.is_open else "does not depend on it"
        parts.append(f"{word}, assumed {ends}")
    if not one.finished:
        parts.append("interrupted, not all looked at")
    return "; ".join(parts)


def written(one: BreakEven, x: float) -> str:
    """Return a value of the input with its unit, to a 500th of the range."""
    digits = 0
    while digits < 6 and 0.5 * 10.0**-digits > (one.high - one.low) / 500.0:
        digits += 1
    return f"{x:.{digits}f}".rstrip("0").rstrip(".") + one.unit if digits else f"{x:.0f}{one.unit}"


def _turns(found: BreakEvens, one: BreakEven) -> Iterator[str]:
    ends = f"{written(one, one.low)} to {written(one, one.high)}"
    if not one.turns and not one.finished:
        yield f"no turn seen at {numbers.plural(len(one.points), 'value')} from {ends}"
        return
    if not one.turns:
        yield f"does not turn from {ends}: {_throughout(found, one.points)}"
        return
    for turn in one.turns:
        low = "below" if turn.low is None else written(one, turn.low)
        high = "above" if turn.high is None else written(one, turn.high)
        at = f"between {turn.at // 1:.0f} and {turn.at // 1 + 1:.0f}" if one.whole else f"at {written(one, turn.at)}"
        yield f"turns {at} [{low}, {high}], {_word(found, not turn.rises)} below and {_word(found, turn.rises)} above"


def _throughout(found: BreakEvens, points: tuple[Point, ...]) -> str:
    """Return what the plan is at every value looked at."""
    values = [point.value for point in points]
    if all(value == 0.0 for value in values):
        return "no difference"
    positive = max(values) > 0.0
    sizes = sorted(abs(value) for value in values)
    size = f"by {_amount(found, sizes[0])} to {_amount(found, sizes[-1])}"
    doubtful = sum(point.side == 0 for point in points)
    doubt = f", not shown at {doubtful} of {len(points)} values" if doubtful else ""
    return f"{_word(found, positive)} throughout, {size}{doubt}"


def _here(found: BreakEvens, point: Point) -> str:
    if point.side == 0:
        return f"no difference is shown [{_amount(found, point.low, '+')}, {_amount(found, point.high, '+')}]"
    ends = sorted((abs(point.low), abs(point.high)))
    return (
        f"{_word(found, point.value > 0.0)} by {_amount(found, abs(point.value))} "
        f"[{', '.join(_amount(found, end) for end in ends)}]"
    )


def _word(found: BreakEvens, positive: bool) -> str:
    """Return what a difference of this sign is: better or worse where the KPI has a direction."""
    if found.better == "neither":
        return "higher" if positive else "lower"
    return "better" if positive == (found.better == "higher") else "worse"


def _amount(found: BreakEvens, value: float, sign: str = "") -> str:
    if found.kpi_unit == "share":
        return f"{100.0 * value:{sign}.2f} points"
    if found.kpi_unit in ("s", "h"):
        return f"{value:{sign}.1f} {found.kpi_unit}"
    if found.kpi_unit == "money":
        return f"{value:{sign},.3f}" if abs(value) < 10.0 else f"{value:{sign},.2f}"
    return sign * (value > 0.0) + shown(value, found.kpi_unit)


def break_even_fields(found: BreakEvens) -> dict[str, Any]:
    """Return the study as JSON fields; differences in the KPI's unit, inputs in their own."""
    return {
        "base": found.base.name,
        "kpi": {**found.key._asdict(), "unit": found.kpi_unit, "better": found.better},
        "confidence": found.confidence,
        "engine": found.engine,
        "seed": found.seed,
        "replications": found.replications,
        "interrupted": found.interrupted,
        "found": [{**one.as_dict(), "sentence": sentence(found, one)} for one in found.found],
    }
