"""Where callers go: from the dial through the IVR and the queue to how it ended, as a flow whose width is calls per day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccsim.report import numbers
from ccsim.report.index import Index
from ccsim.report.plots import style
from ccsim.report.plots.style import BAD, GOOD, GREY, INK, LINE, SECOND, NothingToDraw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

    from ccsim.experiment import Result

__all__ = ["Flow", "flows", "journey"]


class Flow(NamedTuple):
    """Calls per day that leave one stage for another; an end where `to` is no stage of its own."""

    source: str
    to: str
    calls: float


_STAGES = ("Dialled", "IVR", "Queue")
_ENDS: dict[str, tuple[str, str, str]] = {
    "Answered": ("answered", GOOD, ""),
    "Served by the IVR": ("contained", GOOD, "..."),
    "Blocked": ("blocked", GREY, "xxx"),
    "Lines closed": ("out_of_hours", GREY, "+++"),
    "Hung up in the IVR": ("hung_up", BAD, "\\\\\\"),
    "Abandoned": ("abandoned", BAD, "///"),
    "Turned away": ("turned_away", GREY, "|||"),
    "Flowed out": ("flowed_out", SECOND, "---"),
    "Still waiting": ("unfinished", GREY, "ooo"),
}
"""Ends of a contact: KPI, colour and hatch."""
_LEAST = 0.0005
"""Share of all calls below which a flow is a line too thin to name."""


def flows(result: Result, call_type: str = "") -> list[Flow]:
    """Calls per operating day between the stages, and to each end.

    Parameters
    ----------
    call_type : str
        One call type only.
    """
    index = Index(result.estimates)
    scope = {"call_type": call_type} if call_type else {}

    def number(id: str) -> float:
        value = index.value(id, scope, "contact")
        return value if value == value else 0.0

    arrived, blocked = number("arrived"), number("blocked")
    entered, offered = number("entered_ivr"), number("offered")
    closed = number("out_of_hours")
    found = [Flow("Dialled", "Blocked", blocked), Flow("Dialled", "Lines closed", closed)]
    if entered > 0.0:
        lost = number("hung_up")
        found += [Flow("Dialled", "IVR", entered), Flow("IVR", "Served by the IVR", number("contained"))]
        found += [Flow("IVR", "Hung up in the IVR", lost), Flow("IVR", "Queue", entered - number("contained") - lost)]
        found.append(Flow("Dialled", "Queue", max(arrived - blocked - closed - entered, 0.0)))
    else:
        found.append(Flow("Dialled", "Queue", offered))
    found.append(Flow("Queue", "Answered", number("answered")))
    found += [Flow("Queue", end, number(_ENDS[end][0])) for end in ("Abandoned", "Turned away", "Flowed out", "Still waiting")]
    least = _LEAST * max(arrived, 1e-9)
    return [flow for flow in found if flow.calls > least]


def journey(result: Result, call_type: str = "", *, ax: Axes | None = None) -> Axes:
    """Draw where contacts go, redials counted as contacts of their own.

    Raises
    ------
    NothingToDraw
        If nobody calls.
    """
    found = flows(result, call_type)
    total = sum(flow.calls for flow in found if flow.source == "Dialled")
    if total <= 0.0:
        raise NothingToDraw("nobody calls")
    ax = style.axes(ax, f"journey_{call_type}" if call_type else "journey", width=9.5, height=4.6)
    ax.set_axis_off()
    stages = [stage for stage in _STAGES if any(stage in flow[:2] for flow in found)]
    columns = {stage: float(place) for place, stage in enumerate(stages)}
    last = float(len(stages)) - 0.1
    gap = 0.045 * total
    ends = [flow for flow in found if flow.to not in columns]
    ends.sort(key=lambda flow: (-columns[flow.source], list(_ENDS).index(flow.to)))
    tops = _place_ends(ends, gap)
    heights = {stage: max(_through(found, stage), 1e-12) for stage in stages}
    at = dict.fromkeys(stages, 0.0)
    for stage in stages:
        ax.add_patch(_bar(columns[stage], 0.0, heights[stage]))
        ax.text(
            columns[stage], -0.02 * total, f"{stage}\n{numbers.count(round(heights[stage], 1))}", ha="center", va="bottom",
            fontsize=10, color=INK,
        )  # fmt: skip
    for flow in [f for f in found if f.to in columns] + ends:
        top = at[flow.source]
        at[flow.source] += flow.calls
        goal, colour, hatch = (0.0, LINE, "") if flow.to in columns else (tops[flow.to], *_ENDS[flow.to][1:])
        end_x = columns.get(flow.to, last)
        ax.add_patch(_ribbon(columns[flow.source], end_x, top, goal, flow.calls, colour, hatch, flow))
        if flow.to not in columns:
            said = f"{flow.to} {numbers.count(round(flow.calls, 1))} ({numbers.percent(flow.calls / total)})"
            ax.text(
                last + 0.04, goal + flow.calls / 2.0, said, va="center", fontsize=9.5, color=INK,
            )  # fmt: skip
    bottom = max([tops[flow.to] + flow.calls for flow in ends] + [total])
    ax.set_xlim(-0.25, last + 0.95)
    ax.set_ylim(bottom + 0.02 * total, -0.16 * total)
    style.title(ax, f"Where {call_type + ' ' if call_type else ''}callers go, contacts per operating day")
    rate = Index(result.estimates).value("redial_rate", {"call_type": call_type} if call_type else {}, "episode")
    again = (
        f"; {numbers.percent(rate)} of the contacts are not the first about a problem" if rate == rate and rate > 0.0 else ""
    )
    ax.text(
        0.0, -0.02, f"mean of {numbers.plural(result.replications, 'replication')}; percent of all who dialled{again}",
        transform=ax.transAxes, fontsize=8.5, color=INK, va="top",
    )  # fmt: skip
    return ax


def _through(found: list[Flow], stage: str) -> float:
    """Calls that pass a stage."""
    return sum(flow.calls for flow in found if flow.source == stage)


def _place_ends(ends: list[Flow], gap: float) -> dict[str, float]:
    """Where the ribbon of each end begins, from the top, with room for a line of text each."""
    tops, below = {}, 0.0
    for flow in ends:
        tops[flow.to] = below
        below += max(flow.calls, gap) + gap
    return tops


def _bar(x: float, top: float, height: float) -> Patch:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.025, top), 0.05, height, facecolor=INK, edgecolor="none", zorder=3)


def _ribbon(x0: float, x1: float, top: float, goal: float, width: float, colour: str, hatch: str, flow: Flow) -> Patch:
    """A band from one bar to another that keeps its width."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    middle = (x0 + x1) / 2.0
    points = [
        (x0, top), (middle, top), (middle, goal), (x1, goal),
        (x1, goal + width), (middle, goal + width), (middle, top + width), (x0, top + width), (x0, top),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(
        Path(points, codes), facecolor=colour, alpha=0.45, edgecolor=INK, linewidth=0.4, hatch=hatch,
        gid=f"{flow.source} to {flow.to}",
    )  # fmt: skip
