"""Pictures of a sweep: a KPI along a lever, over two levers, and which lever moves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.curve import draw_band
from ccsim.report.plots.style import BAD, GOOD, GREY, INK, LINE, SECOND, NothingToDraw
from ccsim.report.sweep import goal_words, number_of, reached_words, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Sweep
    from ccsim.experiment.comparison import Key
    from ccsim.experiment.levers import Lever
    from ccsim.experiment.swept import Reached

__all__ = ["SweepPlots", "write_pictures"]

_LOOKS = (
    (LINE, "-", "o"),
    (BAD, (0, (5, 2)), "s"),
    (GOOD, (0, (2, 2)), "^"),
    (SECOND, (0, (7, 2, 2, 2)), "D"),
    (INK, (0, (1, 1)), "v"),
)
"""Colours, dashes and markers of curves, so that they are told apart in grey, too."""
_MOST_CURVES = len(_LOOKS)


class SweepPlots:
    """The pictures of one sweep: ``sweep.plot``."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep

    def curve(self, kpi: str = "", *, ax: Axes | None = None) -> Axes:
        """A KPI along the first lever of numbers, one curve for each setting of the others; see `curve`."""
        return curve(self._sweep, self._sweep.key(kpi), ax=ax)

    def contour(self, kpi: str = "", *, ax: Axes | None = None) -> Axes:
        """A KPI over two levers, with the line on which its target is reached; see `contour`."""
        return contour(self._sweep, self._sweep.key(kpi), ax=ax)

    def tornado(self, kpi: str = "", *, ax: Axes | None = None) -> Axes:
        """What each lever does to a KPI, the strongest on top; see `tornado`."""
        return tornado(self._sweep, self._sweep.key(kpi), ax=ax)

    def indices(self, kpi: str = "", *, ax: Axes | None = None) -> Axes:
        """The share of a KPI's variance each lever brings; see `indices`."""
        return indices(self._sweep, self._sweep.key(kpi), ax=ax)

    def __dir__(self) -> list[str]:
        return ["contour", "curve", "indices", "tornado"]


def write_pictures(sweep: Sweep, folder: Path) -> list[Path]:
    """Write what there is to draw of each KPI into an existing folder, as SVG, and return the files."""
    written = []
    for key in sweep.keys:
        for draw in (curve, contour, tornado, indices):
            try:
                ax = draw(sweep, key)
            except NothingToDraw:
                continue
            name = f"{draw.__name__}_{key.id}" + (f"_{key.basis}" if key.basis == "episode" else "")
            path = folder / (name + _within(sweep, key) + ".svg")
            style.save(ax, path)
            written.append(path)
    return written


def _within(sweep: Sweep, key: Key) -> str:
    """Which threshold it is, where a KPI has several."""
    several = [other for other in sweep.keys if (other.id, other.basis) == (key.id, key.basis)]
    return "" if len(several) == 1 else f"_{key.variant.rpartition('.')[2]}"


# -------------------------------------------------------------------------------- along one lever


def curve(sweep: Sweep, key: Key, *, ax: Axes | None = None) -> Axes:
    """A KPI along the first lever of numbers, with its band, targets, crossings and knee.

    Raises
    ------
    NothingToDraw
        Without such a lever, with more than five settings of the others, or where the KPI has no values.
    """
    curves = sweep.curves_of(key)
    if not curves:
        raise NothingToDraw("no lever of numbers was varied in a grid")
    if len(curves) > _MOST_CURVES:
        raise NothingToDraw(f"{len(curves)} curves are too many for one picture; at most {_MOST_CURVES}")
    if not any(estimate.value is not None for found in curves for estimate in found.estimates):
        raise NothingToDraw(f"no values of {key.id}")
    lever = curves[0].lever
    ax = style.axes(ax, f"sweep_{key.id}_{key.basis}")
    for found, (colour, dashes, marker) in zip(curves, _LOOKS, strict=False):
        given = ", ".join(f"{name} {value}" for name, value in found.given.items())
        draw_band(
            ax, found.xs, found.estimates, colour=colour, dashes=dashes, marker=marker, label=given or title_of(sweep, key)
        )
    _targets(ax, sweep, key)
    if len(curves) == 1:
        _knee(ax, sweep, key)
    _axis(ax, lever, "x")
    _ticks(ax, lever, "x")
    _units(ax, sweep, key)
    style.title(ax, f"{title_of(sweep, key)} by {lever.label}")
    if len(ax.get_legend_handles_labels()[0]) > 1:
        ax.legend(frameon=False, fontsize=9, loc="best")
    said = [reached_words(sweep, row) for row in sweep.crossings if row.key == key][:3]
    band = f"band: holds at all {len(sweep.points)} points together with {100 * sweep.confidence:g} %"
    style.caption(ax, "; ".join([*said, _each(sweep), band]))
    return ax


def _targets(ax: Axes, sweep: Sweep, key: Key) -> None:
    """The targets as lines, and the interval of each crossing on them."""
    drawn: set[float] = set()
    for row in sweep.crossings:
        if row.key != key:
            continue
        label = "_target" if row.target in drawn else f"target: {goal_words(sweep, row)}"
        if row.target not in drawn:
            ax.axhline(row.target, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), label=label)
        drawn.add(row.target)
        if row.value is not None:
            low, high = _ends(sweep, row)
            ax.plot([low, high], [row.target] * 2, color=INK, linewidth=4.0, solid_capstyle="butt", label="_crossing")
            ax.plot(
                [row.value], [row.target], marker="|", markersize=13, markeredgewidth=2.2, color=INK, label="_crossing value"
            )


def _ends(sweep: Sweep, row: Reached) -> tuple[float, float]:
    lever = next(lever for lever in sweep.design.levers if lever.key == row.along)
    return lever.xs[0] if row.low is None else row.low, lever.xs[-1] if row.high is None else row.high


def _knee(ax: Axes, sweep: Sweep, key: Key) -> None:
    for knee in sweep.knees:
        if knee.key == key:
            found = sweep.curves_of(key)[0]
            place = int(np.flatnonzero(found.xs == knee.value)[0])
            ax.plot([knee.value], [found.estimates[place].value or 0.0], marker="s", markersize=10, markerfacecolor="none",
                    markeredgecolor=BAD, markeredgewidth=1.8, linestyle="none",
                    label=f"knee: beyond {number_of(found.lever, knee.value)} more changes little")  # fmt: skip


def _axis(ax: Axes, lever: Lever, which: str) -> None:
    label = lever.label.replace("agents", "Agents", 1) if lever.label.startswith("agents") else lever.label
    (ax.set_xlabel if which == "x" else ax.set_ylabel)(style.plain(label))


def _ticks(ax: Axes, lever: Lever, which: str) -> None:
    axis = ax.xaxis if which == "x" else ax.yaxis
    if len(lever.xs) <= 16:
        axis.set_ticks(list(lever.xs), [number_of(lever, x) for x in lever.xs])


def _units(ax: Axes, sweep: Sweep, key: Key) -> None:
    """The axis of the KPI."""
    unit, title = _unit(key), title_of(sweep, key)
    if unit == "share":
        style.as_percent(ax)
    elif unit == "s":
        ax.set_ylim(bottom=0.0)
        style.as_durations(ax)
    ax.set_ylabel(title if unit == "share" else f"{title} ({'m:ss' if unit == 's' else unit})")


def _each(sweep: Sweep) -> str:
    return f"{numbers.plural(sweep.replications, 'replication')} each, same callers"


def _unit(key: Key) -> str:
    from ccsim.analysis import REGISTRY

    return REGISTRY[key.id].unit


# -------------------------------------------------------------------------------- over two levers


def contour(sweep: Sweep, key: Key, *, ax: Axes | None = None) -> Axes:
    """A KPI over two levers: its heights, the line on which the target is reached, and dashed how sure that line is.

    Raises
    ------
    NothingToDraw
        Unless two levers of numbers, each with two values or more, make a grid.
    """
    design = sweep.design
    if design.kind != "grid" or len(design.levers) != 2 or not all(len(lever.xs) > 1 for lever in design.levers):
        raise NothingToDraw("a contour needs a grid of two levers of numbers")
    if not sweep.points:
        raise NothingToDraw("nothing was simulated")
    first, second = design.levers
    shape = (len(first.xs), len(second.xs))
    value, low, high = (
        np.array([_number(getattr(point.band[key], side)) for point in sweep.points]).reshape(shape).T
        for side in ("value", "low", "high")
    )
    if not np.isfinite(value).all() or value.min() == value.max():
        raise NothingToDraw(f"{key.id} has no value at some point, or one for all")
    ax = style.axes(ax, f"contour_{key.id}_{key.basis}", height=4.8)
    unit = _unit(key)
    filled = ax.contourf(first.xs, second.xs, value, levels=10, cmap="cividis")
    bar = style.figure_of(ax).colorbar(filled, ax=ax, format=lambda v, _: _height(v, unit))
    bar.set_label(title_of(sweep, key))
    bar.outline.set_visible(False)  # type: ignore[operator]
    ax.plot(
        *np.meshgrid(first.xs, second.xs), marker=".", markersize=3, color="white", alpha=0.6, linestyle="none", label="_points"
    )
    targets = list(dict.fromkeys((row.target, goal_words(sweep, row)) for row in sweep.crossings if row.key == key))
    for target, words in targets[:1]:
        ax.contour(first.xs, second.xs, value, levels=[target], colors="white", linewidths=2.6)
        ax.contour(first.xs, second.xs, value, levels=[target], colors=BAD, linewidths=1.6)
        for side in (low, high):
            if np.isfinite(side).all():
                ax.contour(first.xs, second.xs, side, levels=[target], colors="white", linewidths=1.0, linestyles="dashed")
        ax.plot([], [], color=BAD, linewidth=1.6, label=f"{words} reached on this line")
        ax.plot([], [], color=GREY, linewidth=1.0, linestyle="dashed", label="its band")
        ax.legend(frameon=True, framealpha=0.9, fontsize=9, loc="upper left")
    _axis(ax, first, "x")
    _axis(ax, second, "y")
    _ticks(ax, first, "x")
    _ticks(ax, second, "y")
    style.title(ax, f"{title_of(sweep, key)} by {first.label} and {second.label}")
    style.caption(
        ax,
        f"{len(sweep.points)} points (dots), {_each(sweep)}; dashed: where the ends of the intervals reach the target, "
        f"which hold at all points together with {100 * sweep.confidence:g} %",
    )
    return ax


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _height(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.4g} %"
    return numbers.duration(value) if unit == "s" and value >= 10.0 else f"{value:,.4g}"


# -------------------------------------------------------------------------------- which lever matters


def tornado(sweep: Sweep, key: Key, *, ax: Axes | None = None) -> Axes:
    """Each lever's lowest and highest effect on a KPI, against the scenario as it stands, the strongest on top.

    Raises
    ------
    NothingToDraw
        Unless levers were varied one at a time.
    """
    rows: dict[str, list[Any]] = {}
    for effect, point in zip((e for e in sweep.effects if e.key == key), sweep.points[1:], strict=False):
        (lever_key,) = point.set
        if effect.value is not None:
            rows.setdefault(lever_key, []).append((effect, point.set[lever_key]))
    if not rows:
        raise NothingToDraw("a tornado needs levers varied one at a time: sample='each'")
    scale = 100.0 if _unit(key) == "share" else 1.0
    order = sorted(
        rows, key=lambda name: -(max(e.value for e, _ in rows[name]) - min(min(e.value for e, _ in rows[name]), 0.0))
    )
    ax = style.axes(ax, f"tornado_{key.id}_{key.basis}", height=1.9 + 0.62 * len(order))
    labels = {lever.key: lever.label for lever in sweep.design.levers}
    for place, name in enumerate(order):
        ranked = sorted(rows[name], key=lambda pair: pair[0].value)
        for effect, value in {id(pair): pair for pair in (ranked[0], ranked[-1])}.values():
            colour, hatch = (LINE, "") if effect.value >= 0.0 else (SECOND, "///")
            ax.barh(place, scale * effect.value, color=colour, height=0.55, hatch=hatch, edgecolor="white", label=f"_{name}")
            if effect.low is not None and effect.high is not None:
                ax.plot(
                    [scale * effect.low, scale * effect.high], [place] * 2, color=INK, linewidth=1.6, label=f"_{name} interval"
                )
            end = (
                max(effect.value, effect.high or effect.value)
                if effect.value >= 0.0
                else min(effect.value, effect.low or effect.value)
            )
            is_up = effect.value >= 0.0
            ax.annotate(
                style.plain(str(value)), (scale * end, place), xytext=(5 if is_up else -5, 0), textcoords="offset points",
                ha="left" if is_up else "right", va="center", fontsize=8.5, color=INK,
            )  # fmt: skip
    ax.axvline(0.0, color=INK, linewidth=1.0)
    ax.set_yticks(range(len(order)), [style.plain(labels[name]) for name in order])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.margins(x=0.14)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    of = {"share": "percentage points"}.get(_unit(key), _unit(key))
    ax.set_xlabel(f"Change of {title_of(sweep, key)} ({of})")
    style.title(ax, f"{title_of(sweep, key)}: what each lever does alone")
    style.caption(
        ax,
        f"{_each(sweep)}; lines: all effects hold together with {100 * sweep.confidence:g} %",
    )
    return ax


def indices(sweep: Sweep, key: Key, *, ax: Axes | None = None) -> Axes:
    """Sobol indices of each lever: alone, and with all interactions.

    Raises
    ------
    NothingToDraw
        Unless the sweep is a sobol sample in which the KPI moves.
    """
    rows = [row for row in sweep.influences if row.key == key and row.total is not None and row.first is not None]
    if not rows:
        raise NothingToDraw("Sobol indices need sample='sobol:64', and a KPI that moves")
    rows.sort(key=lambda row: -(row.total or 0.0))
    ax = style.axes(ax, f"indices_{key.id}_{key.basis}", height=1.9 + 0.62 * len(rows))
    labels = {lever.key: lever.label for lever in sweep.design.levers}
    for place, row in enumerate(rows):
        bars = (
            (-0.17, row.first, row.first_low, row.first_high, LINE, "", "alone"),
            (0.17, row.total, row.total_low, row.total_high, SECOND, "///", "with all interactions"),
        )
        for shift, value, low, high, colour, hatch, label in bars:
            ax.barh(
                place + shift,
                value or 0.0,
                height=0.3,
                color=colour,
                hatch=hatch,
                edgecolor="white",
                label=label if place == 0 else f"_{label}",
            )
            ax.plot(
                [max(low or 0.0, 0.0), min(high or 0.0, 1.0)], [place + shift] * 2, color=INK, linewidth=1.4, label="_interval"
            )
    ax.set_yticks(range(len(rows)), [style.plain(labels[row.lever]) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0.0, 1.03)
    style.as_percent(ax, "x")
    ax.set_xlabel("Share of the variance over the sample")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.legend(frameon=False, fontsize=9, loc="lower right")
    style.title(ax, f"{title_of(sweep, key)}: which lever moves it")
    style.caption(
        ax,
        f"{sweep.design.samples} samples x {len(rows) + 2} points, {_each(sweep)}; "
        f"lines: {100 * sweep.confidence:g} % bootstrap intervals",
    )
    return ax
