"""Pictures along the day: a KPI against its target, staff needed, planned and there, and what is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccsim.report import verdicts
from ccsim.report.plots import style
from ccsim.report.plots.style import BAD, BAND, INK, LINE, SECOND, NothingToDraw
from ccsim.report.plots.timeline import by_interval, timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.analysis import Target
    from ccsim.experiment import Result

__all__ = ["net_staffing", "profile", "staffing"]

_STAFF = (
    ("required", "required", INK, (0, (4, 2)), 1.6),
    ("scheduled", "scheduled, net of planned breaks", SECOND, "-", 3.4),
    ("agents_on_duty", "present on the phones", LINE, (0, (6, 1, 1, 1)), 1.8),
)


def profile(
    result: Result, kpi: str = "service_level", *, day: int | str | None = None, ax: Axes | None = None, **place: str
) -> Axes:
    """A KPI by interval, with its band, against its target.

    Parameters
    ----------
    kpi : str
        Id of a KPI that is counted by interval.
    day : int or str, optional
        One day only: from 1, or a date.
    **place : str
        queue, call_type or team; nothing for the centre.

    Raises
    ------
    NothingToDraw
        If it has no number in any interval.
    """
    from ccsim.analysis import REGISTRY

    line = timeline(result, day)
    found = by_interval(result, (kpi,), **place).get(kpi, {})
    shown = [found.get(label) for label in line.labels]
    if not any(shown):
        raise NothingToDraw(f"{kpi} has no number in any interval")
    first = next(e for e in shown if e is not None)
    unit, name = REGISTRY[kpi].unit, style.kpi_name(first)
    ax = style.axes(ax, "profile_" + "_".join((kpi, *place.values())))
    xs, low = line.steps([None if e is None else e.low for e in shown])
    _, high = line.steps([None if e is None else e.high for e in shown])
    ax.fill_between(xs, low, high, color=LINE, alpha=BAND, linewidth=0, label="_band")
    ax.plot(*line.steps([None if e is None else e.value for e in shown]), color=LINE, linewidth=1.8, label=name)
    targets = [verdict.target for verdict in result.targets if verdict.target.kpi == kpi and not place]
    _draw_targets(ax, targets)
    line.mark(ax)
    if unit == "share":
        top = max(
            [e.high or e.value or 0.0 for e in shown if e is not None] + [t.at_least or t.at_most or 0.0 for t in targets]
        )
        ax.set_ylim(0.0, 1.02 if top > 0.5 else 1.15 * top or 1.0)
        style.as_percent(ax)
    else:
        ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
        if unit == "s":
            style.as_durations(ax)
    ax.set_ylabel(_y_label(name, unit))
    whose = "".join(f", {kind.replace('_', ' ')} {name}" for kind, name in place.items())
    style.title(ax, f"{name} by interval{whose}")
    if targets:  # above the curves, which may run anywhere; what they are the axis says
        goals = [line for line in ax.get_lines() if str(line.get_label()).startswith("target")]
        ax.legend(handles=goals, frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    said = style.interval_words(result.replications, result.scenario.run.confidence)
    style.caption(ax, said + style.variant_words(first))
    return ax


def _y_label(title: str, unit: str) -> str:
    return title if unit == "share" else f"{title} ({'m:ss' if unit == 's' else unit})"


def _draw_targets(ax: Axes, targets: list[Target]) -> None:
    """Draw each goal once, at the bound it sets."""
    for target in targets:
        bounds = [bound for bound in (target.at_least, target.at_most) if bound is not None]
        for number, bound in enumerate(bounds):
            label = "_other end" if number else f"target: {verdicts.goal(target)}"
            ax.axhline(bound, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), label=label)


def staffing(result: Result, *, day: int | str | None = None, ax: Axes | None = None, team: str = "") -> Axes:
    """Agents required, scheduled and present by interval, as steps.

    Parameters
    ----------
    day : int or str, optional
        One day only: from 1, or a date.
    team : str
        One team only.

    Raises
    ------
    NothingToDraw
        If nobody is ever there.
    """
    line = timeline(result, day)
    place = {"team": team} if team else {}
    found = by_interval(result, [id for id, *_ in _STAFF], **place)
    if not found:
        raise NothingToDraw("there are no agents in any interval")
    ax = style.axes(ax, f"staffing_{team}" if team else "staffing")
    for id, label, colour, dashes, width in _STAFF:
        if id not in found:
            continue
        shown = [found[id].get(interval) for interval in line.labels]
        values = [0.0 if e is None else e.value for e in shown]
        if id == "required" and not any(values):
            continue
        if id == "agents_on_duty":
            xs, low = line.steps([None if e is None else e.low for e in shown])
            _, high = line.steps([None if e is None else e.high for e in shown])
            ax.fill_between(xs, low, high, color=colour, alpha=BAND, linewidth=0, label="_band")
        ax.plot(
            *line.steps(values),
            color=colour,
            linestyle=dashes,
            linewidth=width,
            label=label,
            zorder=4 if id == "required" else 2,
        )
    line.mark(ax)
    ax.set_ylim(0.0, 1.18 * ax.get_ylim()[1])
    ax.set_ylabel("Agents (mean of the interval)")
    style.title(ax, "Agents required, scheduled and present" + (f", {team}" if team else ""))
    ax.legend(frameon=False, fontsize=9, loc="upper left", ncols=3)
    said = style.interval_words(result.replications, result.scenario.run.confidence)
    style.caption(ax, f"{said}. {result.requirement}")
    return ax


def net_staffing(result: Result, *, day: int | str | None = None, ax: Axes | None = None, team: str = "") -> Axes:
    """Scheduled - required by interval: bars above zero are agents over, bars below are agents short.

    Raises
    ------
    NothingToDraw
        If nothing is required, for want of a target.
    """
    line = timeline(result, day)
    place = {"team": team} if team else {}
    found = by_interval(result, ["required", "net_staffing"], **place)
    if "net_staffing" not in found or not any(e.value for e in found.get("required", {}).values()):
        raise NothingToDraw(f"no agents are required in any interval. {result.requirement}")
    shown = [found["net_staffing"].get(label) for label in line.labels]
    values = [0.0 if e is None or e.value is None else e.value for e in shown]
    ax = style.axes(ax, f"net_staffing_{team}" if team else "net_staffing")
    for over, colour, hatch, label in ((True, LINE, "", "over"), (False, BAD, "////", "short")):
        bars = [(left, value) for left, value in zip(line.left.tolist(), values, strict=True) if (value >= 0.0) == over]
        if not bars:
            continue
        ax.bar(
            [left + 0.5 for left, _ in bars], [value for _, value in bars], width=0.86, color=colour if over else "white",
            edgecolor=colour, hatch=hatch, linewidth=0.8, label=label,
        )  # fmt: skip
    ax.axhline(0.0, color=INK, linewidth=1.0)
    line.mark(ax)
    ax.set_ylabel("Agents scheduled - required")
    style.title(ax, "Net staffing by interval: over or short" + (f", {team}" if team else ""))
    ax.legend(
        frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2
    )  # bars fill the rest
    style.caption(ax, f"{result.requirement}. Scheduled: net of planned breaks, nobody absent or late")
    return ax
