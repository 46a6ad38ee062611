"""One KPI of several policies along something they all have, each a row of plans of a comparison: curves with bands and knees.

The plans of a curve need not differ in one number alone: at equal payroll, staff changes with the policy. The band of a curve
holds at all its points together, as that of a sweep does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis import REGISTRY, curves
from ccsim.report import numbers
from ccsim.report.figures import within
from ccsim.report.plots import style
from ccsim.report.plots.style import BAD, BAND, GOOD, INK, LINE, SECOND, NothingToDraw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Comparison

__all__ = ["Row", "overlay", "write_panels"]

Floats = NDArray[np.float64]

_LOOKS: tuple[tuple[str, Any, str], ...] = (
    (LINE, "-", "o"),
    (BAD, (0, (5, 2)), "s"),
    (GOOD, (0, (2, 2)), "^"),
    (SECOND, (0, (7, 2, 2, 2)), "D"),
    (INK, (0, (1, 1)), "v"),
)


class Row(NamedTuple):
    """The plans of one curve.

    Attributes
    ----------
    comparison : Comparison
        Holds them, beside others maybe.
    plans : sequence of str
        Their names, in the order of `xs`; a single one is a level line.
    xs : sequence of float
        Where each stands on the axis; of a single plan the ends of its line.
    """

    comparison: Comparison
    plans: Sequence[str]
    xs: Sequence[float]


def overlay(rows: Mapping[str, Row], kpi: str, *, label: str, ax: Axes | None = None) -> Axes:
    """A KPI of each row along the axis, with its band, and an open square where a curve that rises or falls bends most.

    Parameters
    ----------
    rows : mapping of str to Row
        By the name of the curve.
    label : str
        What the axis is.

    Raises
    ------
    NothingToDraw
        For no rows or more than five, or a KPI without values.
    KeyError
        For a KPI that is not compared.
    """
    if not 0 < len(rows) <= len(_LOOKS):
        raise NothingToDraw(f"{len(rows)} curves; from 1 to {len(_LOOKS)} fit in one picture")
    ax = style.axes(ax, f"overlay_{kpi}")
    for (name, row), (colour, dashes, marker) in zip(rows.items(), _LOOKS, strict=False):
        xs, value, low, high = _curve(row, kpi)
        if not np.isfinite(value).any():
            raise NothingToDraw(f"{name}: no values of {kpi}")
        ax.fill_between(xs, low, high, color=colour, alpha=BAND, linewidth=0, label="_band")
        ax.plot(xs, value, color=colour, linestyle=dashes, marker="" if len(row.plans) == 1 else marker, markersize=4,
                linewidth=1.8, label=name)  # fmt: skip
        has_knee = len(row.plans) > 1 and REGISTRY[kpi].unit != "money"  # a price is paid to its end
        place = curves.knee(xs.tolist(), value.tolist()) if has_knee and low.max() > high.min() else None
        if place is not None:
            ax.plot([xs[place]], [value[place]], marker="s", markersize=11, markerfacecolor="none", markeredgecolor=colour,
                    linestyle="none", label="_knee")  # fmt: skip
    unit = REGISTRY[kpi].unit
    if unit == "share":
        style.as_percent(ax)
    elif unit == "s":
        style.as_durations(ax)
    ax.set_xlabel(style.plain(label))
    style.title(ax, _title(next(iter(rows.values())).comparison, kpi))
    return ax


def _curve(row: Row, kpi: str) -> tuple[Floats, Floats, Floats, Floats]:
    """The axis, values and both sides of a band that holds at all points together."""
    key = next((key for key in row.comparison.keys if key.id == kpi), None)
    if key is None:
        raise KeyError(f"no KPI {kpi!r} in this comparison; have {', '.join(key.id for key in row.comparison.keys)}")
    measure = REGISTRY[kpi]
    samples = [row.comparison.plan(name).accumulator.sample(*key) for name in row.plans]
    found = curves.band(curves.joined(samples), measure.unit == "share", measure.signed, row.comparison.confidence)
    sides = [measure.scale * side for side in (found.value, found.low, found.high)]
    if len(row.plans) == 1:
        sides = [np.repeat(side, len(row.xs)) for side in sides]
    return np.asarray(row.xs, dtype=np.float64), sides[0], sides[1], sides[2]


def _title(comparison: Comparison, kpi: str) -> str:
    key = next(key for key in comparison.keys if key.id == kpi)
    title = f"{REGISTRY[kpi].title} {within(comparison.base.estimates[key])}".strip()
    currency = comparison.base.scenario.currency
    return f"{title}, {currency}" if REGISTRY[kpi].unit == "money" and currency else title


def write_panels(rows: Mapping[str, Row], kpis: Sequence[str], *, label: str, title: str, paths: Sequence[Path]) -> None:
    """Draw several KPIs beside and below each other, with one legend and how it was made, into files by their endings.

    Raises
    ------
    NothingToDraw, KeyError
        As `overlay`.
    """
    from matplotlib.figure import Figure

    n_rows = -(-len(kpis) // 2)
    figure = Figure(figsize=(11.0, 1.2 + 3.2 * n_rows), layout="constrained")
    figure.set_label("panels")
    panels = figure.subplots(n_rows, 2, squeeze=False)
    for ax, kpi in zip(panels.flat, kpis, strict=False):
        overlay(rows, kpi, label=label, ax=ax)
    for ax in panels.flat[len(kpis) :]:
        ax.set_axis_off()
    panels[0, 0].legend(frameon=False, fontsize=9, loc="best")
    made = next(iter(rows.values())).comparison
    figure.suptitle(style.plain(title), fontsize=13, color=INK, x=0.01, ha="left")
    caption = (
        f"{numbers.plural(made.replications, 'replication')} each, all meet the same callers; a band holds at all points of "
        f"its curve together with {100 * made.confidence:g} %; open square: beyond it more changes little"
    )
    figure.supxlabel(style.plain(caption), fontsize=8.5, color=INK, x=0.01, ha="left")
    for path in paths:
        style.save(panels[0, 0], path)
