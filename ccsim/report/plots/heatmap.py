"""A KPI as a heat map: a row for each day, a column for each interval of the clock."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import numpy as np

from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.style import GREY, INK, NothingToDraw
from ccsim.report.plots.timeline import by_interval, timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Result

__all__ = ["heatmap"]

_MOST_COLUMNS_WITH_NUMBERS = 28
_MOST_ROWS_WITH_NUMBERS = 31
_MOST_NAMED_ROWS = 31


def heatmap(result: Result, kpi: str = "service_level", *, ax: Axes | None = None, **place: str) -> Axes:
    """A KPI of every day (row) and interval (column); what misses the target is crossed out.

    Parameters
    ----------
    kpi : str
        Id of a KPI that is counted by interval; ``net_staffing`` is coloured about zero and its lack is crossed out.
    **place : str
        queue, call_type or team; nothing for the centre.

    Raises
    ------
    NothingToDraw
        If it has no number in any interval.
    """
    from ccsim.analysis import REGISTRY

    line = timeline(result)
    found = by_interval(result, (kpi,), **place).get(kpi, {})
    if not found:
        raise NothingToDraw(f"{kpi} has no number in any interval")
    times = sorted({label[11:16] for label in line.labels})
    dates = [date for date, _, _ in line.days]
    table = np.full((len(dates), len(times)), np.nan)
    for row, (_, begin, end) in enumerate(line.days):
        for label in (label for label, left in zip(line.labels, line.left.tolist(), strict=True) if begin <= left < end):
            if label in found:
                table[row, times.index(label[11:16])] = found[label].value
    unit, first = REGISTRY[kpi].unit, next(iter(found.values()))
    ax = style.axes(ax, "heatmap_" + "_".join((kpi, *place.values())), width=9.0, height=1.9 + 0.34 * min(len(dates), 40))
    ax.spines[:].set_visible(False)
    signed = bool(np.nanmin(table) < 0.0)
    biggest = float(np.nanmax(np.abs(table))) or 1.0
    limits = (-biggest, biggest) if signed else (0.0, 1.0) if unit == "share" and biggest > 0.5 else (0.0, biggest)
    colours = "PuOr" if signed else "cividis"
    mesh = ax.pcolormesh(np.arange(len(times) + 1), np.arange(len(dates) + 1), np.ma.masked_invalid(table), cmap=colours)
    mesh.set_clim(*limits)
    mesh.set_edgecolor("white")
    mesh.set_linewidth(0.6)
    missed = _missed(result, kpi, table, bool(place))
    _cross_out(ax, missed, table, mesh)
    if len(times) <= _MOST_COLUMNS_WITH_NUMBERS and len(dates) <= _MOST_ROWS_WITH_NUMBERS:
        _write_numbers(ax, table, mesh, unit, signed)
    _name_cells(ax, times, dates)
    bar = style.figure_of(ax).colorbar(mesh, ax=ax, pad=0.01, fraction=0.03, aspect=12)
    bar.outline.set_visible(False)  # type: ignore[operator]
    if unit in ("share", "s"):
        style.as_percent(bar.ax) if unit == "share" else bar.ax.yaxis.set_major_formatter(lambda v, _: numbers.duration(v))
    whose = "".join(f", {kind.replace('_', ' ')} {name}" for kind, name in place.items())
    marks = "; crossed out: short" if signed and missed.any() else "; crossed out: target missed" if missed.any() else ""
    words = {"share": " (percent)" if len(times) <= _MOST_COLUMNS_WITH_NUMBERS else "", "s": " (m:ss)"}.get(unit, f" ({unit})")
    style.title(ax, f"{style.kpi_name(first)}{words} by day and interval{whose}{marks}")
    ax.set_xlabel(f"intervals of {line.length / 60:g} minutes, named by their beginning")
    style.caption(ax, f"mean of {numbers.plural(result.replications, 'replication')}{style.variant_words(first)}")
    return ax


def _missed(result: Result, kpi: str, table: np.ndarray, in_a_place: bool) -> np.ndarray:  # type: ignore[type-arg]
    """Which cells miss the target of the KPI; of net staffing those that are short."""
    missed = np.zeros(table.shape, dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        if kpi == "net_staffing":
            return np.asarray(table <= -0.05)
        for verdict in result.targets:
            if verdict.target.kpi == kpi and not in_a_place:
                low, high = verdict.target.at_least, verdict.target.at_most
                missed |= (low is not None) & (table < (low or 0.0)) | (high is not None) & (table > (high or 0.0))
    return missed


def _cross_out(ax: Axes, missed: np.ndarray, table: np.ndarray, mesh: object) -> None:  # type: ignore[type-arg]
    """Hatch the missed cells, so that they are seen without colours."""
    from matplotlib.patches import Rectangle

    for row, column in zip(*np.nonzero(missed), strict=True):
        ink = _ink_on(mesh, table[row, column])
        ax.add_patch(
            Rectangle((column, row), 1, 1, fill=False, hatch="//", edgecolor=ink, linewidth=0.0, alpha=0.35, gid="missed")
        )


def _write_numbers(ax: Axes, table: np.ndarray, mesh: object, unit: str, signed: bool) -> None:  # type: ignore[type-arg]
    for (row, column), value in np.ndenumerate(table):
        if np.isfinite(value):
            words = f"{100 * value:.0f}" if unit == "share" else numbers.duration(value) if unit == "s" else ""
            words = _signed(value) if signed else words or (f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}")
            ax.text(
                column + 0.5, row + 0.5, words, ha="center", va="center", fontsize=7.5, color=_ink_on(mesh, value), gid="number"
            )


def _signed(value: float) -> str:
    """A surplus as +3, a lack as -2.5; nothing much as 0."""
    rounded = round(value) if abs(value) >= 9.95 else round(value, 1)
    return f"{rounded:+g}" if rounded else "0"


def _ink_on(mesh: object, value: float) -> str:
    """Black or white, whichever can be read on the colour of a value."""
    red, green, blue, _ = mesh.to_rgba(value)  # type: ignore[attr-defined]
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else INK


def _name_cells(ax: Axes, times: list[str], dates: list[str]) -> None:
    every = max(1, -(-len(times) // 14))
    hours = [i for i, time in enumerate(times) if time.endswith(":00")] if len(times) > 14 else range(len(times))
    columns = list(hours)[:: max(1, every // 2)] or list(range(0, len(times), every))
    ax.set_xticks([float(i) for i in columns], [times[i] for i in columns])
    rows = list(range(0, len(dates), max(1, -(-len(dates) // _MOST_NAMED_ROWS))))
    ax.set_yticks([row + 0.5 for row in rows], [f"{datetime.date.fromisoformat(dates[row]):%a %d %b}" for row in rows])
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.tick_params(axis="x", length=3, color=GREY)
