"""What stands in the way of a team: minutes per day by reason, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.style import INK, LINE, SECOND, NothingToDraw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.report.walk import TeamWalk

__all__ = ["roadblocks"]

_LOOKS = {"caller": ("of callers", LINE, ""), "agent": ("of agents", SECOND, "///")}


def roadblocks(walked: TeamWalk, *, ax: Axes | None = None) -> Axes:
    """Minutes per operating day by roadblock, callers' and agents' apart, with intervals.

    Raises
    ------
    NothingToDraw
        If nothing stood in anybody's way.
    """
    if not walked.lost:
        raise NothingToDraw("nothing stood in anybody's way")
    ax = style.axes(ax, "roadblocks", width=9.0, height=1.6 + 0.45 * len(walked.lost))
    furthest = max(lost.high or lost.minutes for lost in walked.lost)
    for row, lost in enumerate(walked.lost):
        label, colour, hatch = _LOOKS[lost.roadblock.whose]
        same = [other for other in walked.lost if other.roadblock.whose == lost.roadblock.whose]
        ax.barh(
            [row], [lost.minutes], height=0.66, color="white" if hatch else colour + "90", edgecolor=colour, hatch=hatch,
            label=label if lost is same[0] else f"_{lost.roadblock.id}",
        )  # fmt: skip
        if lost.low is not None and lost.high is not None:
            ax.plot(
                [lost.low, lost.high], [row, row], color=INK, linewidth=1.4, marker="|", label=f"_{lost.roadblock.id} interval"
            )
        share = lost.minutes / sum(other.minutes for other in same)
        money = "" if lost.money is None else f"; {walked.scenario.currency or 'cost'} {lost.money:,.0f}"
        ax.text(
            (lost.high or lost.minutes) + 0.012 * furthest, row,
            style.plain(f"{lost.minutes:,.0f} min, {100 * share:.0f} %; {lost.cases:,.1f} cases{money}"),
            va="center", fontsize=8.5, color=INK,
        )  # fmt: skip
    ax.set_yticks(range(len(walked.lost)), [lost.roadblock.title for lost in walked.lost])
    ax.set_ylim(len(walked.lost) - 0.4, -0.6)
    ax.set_xlim(0.0, 1.42 * furthest)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Minutes per operating day")
    style.title(ax, f"What stands in the way of {walked.team} and its callers")
    ax.legend(frameon=False, fontsize=9, loc="lower right", title="minutes", title_fontsize=9, alignment="left")
    confidence = walked.scenario.run.confidence
    style.caption(
        ax, f"{numbers.plural(walked.replications, 'replication')}; lines: {100 * confidence:g} % intervals of the mean"
    )
    return ax
