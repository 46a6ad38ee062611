"""A KPI over what is varied (agents, volume, a share): the curve with its band, its target, and where more helps little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.curves import knee
from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.style import BAD, BAND, INK, LINE, NothingToDraw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.analysis import Estimate

__all__ = ["curve", "draw_band"]


def curve(
    xs: Sequence[float], estimates: Sequence[Estimate], *, x_label: str, target: float | None = None,
    target_label: str = "", confidence: float = 0.95, now: float | None = None, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """A KPI over what is varied.

    Parameters
    ----------
    xs : sequence of float
        Ascending.
    estimates : sequence of Estimate
        Of one KPI, one for each x; those without a value are left out.
    x_label : str
        Trade term and unit, such as ``Agents of tier1``.
    target : float, optional
        In the unit of the estimates.
    confidence : float
        Of the estimates' intervals.
    now : float, optional
        The x of the plan as it stands.

    Raises
    ------
    NothingToDraw
        If fewer than two points have a value.
    """
    from ccsim.analysis import REGISTRY

    points = [(float(x), e, e.value) for x, e in zip(xs, estimates, strict=True) if e.value is not None]
    if len(points) < 2:
        raise NothingToDraw("a curve needs two points")
    kpi, name = REGISTRY[points[0][1].id], style.kpi_name(points[0][1])
    x = np.array([point[0] for point in points])
    y = np.array([point[2] for point in points])
    ax = style.axes(ax, f"curve_{kpi.id}")
    draw_band(ax, x, [e for _, e, _ in points], label=name)
    if target is not None:
        ax.axhline(target, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), label=target_label or "target")
    if now is not None:
        ax.axvline(now, color=INK, linewidth=0.9, linestyle=(0, (1, 2)), label="as planned")
    place = knee(x.tolist(), y.tolist())
    if place is not None:
        ax.plot([x[place]], [y[place]], marker="s", markersize=10, markerfacecolor="none", markeredgecolor=BAD,
                markeredgewidth=1.8, linestyle="none", label=f"knee: beyond {x[place]:g} more helps little")  # fmt: skip
    if np.all(x == np.round(x)) and len(x) <= 25:
        ax.set_xticks(x)
    unit = kpi.unit
    if unit == "share":
        style.as_percent(ax)
    elif unit == "s":
        ax.set_ylim(bottom=0.0)
        style.as_durations(ax)
    ax.set_xlabel(x_label)
    ax.set_ylabel(name if unit == "share" else f"{name} ({'m:ss' if unit == 's' else unit})")
    style.title(ax, f"{name} against {x_label[0].lower()}{x_label[1:]}")
    if len(ax.get_legend_handles_labels()[0]) > 1:
        ax.legend(frameon=False, fontsize=9, loc="best")
    n = {e.n for _, e, _ in points}
    each = numbers.plural(n.pop(), "replication") + " each; " if len(n) == 1 else ""
    style.caption(ax, f"{each}band: {100 * confidence:g} % interval of the mean{style.variant_words(points[0][1])}")
    return ax


def draw_band(
    ax: Axes, xs: NDArray[np.float64], estimates: Sequence[Estimate], *, label: str, colour: str = LINE, dashes: Any = "-",
    marker: str = "o",
) -> None:  # fmt: skip
    """Draw one curve with its band; gaps where there is no number."""
    value, low, high = (_ends([getattr(e, side) for e in estimates]) for side in ("value", "low", "high"))
    ax.fill_between(xs, low, high, color=colour, alpha=BAND, linewidth=0, label="_band")
    ax.plot(xs, value, color=colour, linestyle=dashes, marker=marker, markersize=4, linewidth=1.8, label=label)


def _ends(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values])
