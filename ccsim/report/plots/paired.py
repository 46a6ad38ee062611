"""Plans against the base: what each changes in one KPI, with the same callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.style import BAD, GOOD, GREY, INK, LINE, NothingToDraw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Comparison, Difference

__all__ = ["differences"]

_LOOKS = {"better": (GOOD, "o"), "higher": (LINE, "o"), "lower": (LINE, "o"), "worse": (BAD, "s")}
_UNDECIDED = (INK, "D")
_LONGEST_NAME = 32  # letters


def differences(comparison: Comparison, kpi: str = "", *, basis: str = "", ax: Axes | None = None) -> Axes:
    """Difference of each plan from the base in one KPI, with intervals that hold together.

    Parameters
    ----------
    kpi : str
        One of the compared KPIs; that by which the best plan is told if empty.

    Raises
    ------
    NothingToDraw
        If no plan has a number.
    KeyError
        For a KPI that was not compared.
    """
    from ccsim.analysis import REGISTRY
    from ccsim.report.comparison import label, words

    kpi = kpi or comparison.best_by.id
    found = [comparison.difference(plan.name, kpi, basis) for plan in comparison.plans[1:]]
    drawn = [one for one in found if one.value is not None]
    if not drawn:
        raise NothingToDraw(f"no plan has a number of {kpi}")
    ax = style.axes(ax, f"differences_{kpi}", height=1.9 + 0.55 * len(drawn))
    unit = drawn[0].unit
    scale = 100.0 if unit == "share" else 1.0
    ax.axvline(0.0, color=INK, linewidth=1.0)
    margin = drawn[0].margin
    if margin:
        ax.axvspan(-scale * margin, scale * margin, color=GREY, alpha=0.15, linewidth=0, label="does not matter")
    for row, one in enumerate(drawn):
        assert one.value is not None
        colour, marker = _LOOKS.get(one.verdict, _UNDECIDED)
        if one.low is not None and one.high is not None:
            ax.plot([scale * one.low, scale * one.high], [row, row], color=colour, linewidth=2.4, label=f"_{one.plan}")
        ax.plot(
            [scale * one.value], [row], marker=marker, markersize=7, color=colour, label=f"_{one.plan} value",
            markerfacecolor=colour if one.verdict in _LOOKS else "white", linestyle="none",
        )  # fmt: skip
        ax.annotate(
            _said(one, words(one)), (scale * one.value, row), xytext=(0, 9), textcoords="offset points", ha="center",
            fontsize=8.5, color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
    ax.set_yticks(range(len(drawn)), [style.plain(shortened(one.plan)) for one in drawn])
    ax.set_ylim(len(drawn) - 0.4, -0.75)
    ax.margins(x=0.12)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    better = REGISTRY[kpi].better
    side = {"higher": "; right is better", "lower": "; left is better"}.get(better, "")
    of = {"share": " (percentage points", "s": " (s", "h": " (h"}.get(unit, f" ({unit}")
    ax.set_xlabel(f"Plan - {style.plain(shortened(comparison.base.name))}{of}{side})")
    style.title(ax, f"{label(comparison, drawn[0].key)}: each plan against {shortened(comparison.base.name)}, same callers")
    if margin:
        ax.legend(frameon=False, fontsize=9, loc="best")
    style.caption(
        ax,
        f"{numbers.plural(comparison.replications, 'replication')}; all {comparison.family} intervals of the comparison hold "
        f"together with {100 * comparison.confidence:g} %",
    )
    return ax


def _said(one: Difference, words: str) -> str:
    """The verdict in words, without its interval, which is drawn."""
    return words.partition(" [")[0]


def shortened(name: str) -> str:
    """A name that leaves room for the picture; the tables beside it have it in full."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 3].rstrip() + "..."
