"""How long callers wait: the share of them whose wait is over by when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.style import BAND, INK, LINE, SECOND, NothingToDraw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Result

__all__ = ["waits"]

_SHOWN = 0.995
"""Share of the waits that must fit on the axis; the rest is a tail that would press all others to the left."""


def waits(result: Result, queue: str = "", *, call_type: str = "", ax: Axes | None = None) -> Axes:
    """Share of callers whose wait is over within so many seconds: of those answered, and of all.

    Parameters
    ----------
    queue, call_type : str
        Of one queue or call type; of the centre if neither.

    Raises
    ------
    NothingToDraw
        If nobody was offered.
    """
    confidence = result.scenario.run.confidence
    curves = {which: result.accumulator.wait_curve(confidence, which=which, queue=queue, call_type=call_type)
              for which in ("answered", "ended")}  # fmt: skip
    if not curves["ended"][0].size:
        raise NothingToDraw("no wait has ended")
    ax = style.axes(ax, "waits" + ("_" + (queue or call_type) if queue or call_type else ""))
    far = 1.0
    for which, label, colour, dashes in (
        ("answered", "answered", LINE, "-"),
        ("ended", "all, those who hung up included", SECOND, (0, (6, 2))),
    ):
        edges, share, low, high = curves[which]
        if not edges.size:
            continue
        far = max(far, float(edges[min(int(np.argmax(share >= _SHOWN)), len(edges) - 1)]))
        ax.fill_between(edges, low, high, color=colour, alpha=BAND, linewidth=0, label=f"_band of {which}")
        ax.plot(edges, share, color=colour, linestyle=dashes, linewidth=1.8, label=label)
    ax.set_xlim(0.0, 1.05 * far)
    least = min(float(curve[1][0]) for curve in curves.values() if curve[0].size)
    bottom = math.floor(10.0 * (least - 0.05)) / 10.0 if least > 0.5 else 0.0
    ax.set_ylim(bottom, 1.0 + 0.03 * (1.0 - bottom))
    _mark_thresholds(ax, result, curves["answered"], 1.05 * far)
    style.as_percent(ax)
    style.as_durations(ax, "x")
    ax.set_xlabel("Wait in the queue (m:ss)")
    ax.set_ylabel("Share of callers whose wait is over")
    whose = f", {queue or call_type}" if queue or call_type else ""
    style.title(ax, f"How long callers wait{whose}")
    ax.legend(frameon=False, fontsize=9, loc="lower right")
    style.caption(
        ax, f"{numbers.plural(result.replications, 'replication')}; bands: {100 * confidence:g} % intervals, point by point"
    )
    return ax


def _mark_thresholds(ax: Axes, result: Result, answered: tuple[np.ndarray, ...], far: float) -> None:  # type: ignore[type-arg]
    """Say how many of the answered were answered at once, and within the thresholds of the service level."""
    edges, share, _, _ = answered
    if not edges.size:
        return
    said = [f"at once: {100 * share[0]:.0f} % of the answered"]
    for threshold in sorted(result.program.thresholds.tolist()):
        reached = float(np.interp(threshold, edges, share))
        said.append(f"in {numbers.threshold(threshold)}: {100 * reached:.0f} %")
        if threshold < far:
            bottom = ax.get_ylim()[0]
            ax.plot(
                [threshold, threshold], [bottom, reached], color=INK, linewidth=1.0, linestyle=(0, (2, 2)), label="_threshold"
            )
            ax.plot([threshold], [reached], marker="o", color=INK, markersize=4, label="_reached")
    ax.text(0.985, 0.2, "\n".join(said), transform=ax.transAxes, ha="right", va="bottom", fontsize=9, color=INK)
