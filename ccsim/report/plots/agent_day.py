"""One agent's day as a picture: an hour in each row, and calls whose callers had waited long are marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ccsim.report import numbers
from ccsim.report.plots import style
from ccsim.report.plots.style import BAD, INK, NothingToDraw
from ccsim.scenario import clock
from ccsim.vocabulary import AgentState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.report.walk import Walk

__all__ = ["agent_day"]

_HOUR = 3600.0
_LETTER = 23.0
"""s of the axis that a letter takes."""
_ROOM_FOR_A_NAME = 150.0
"""s; a shorter piece has no room for the name of its call type."""
_ROOM_FOR_A_WAIT = 120.0
_LONG_WAIT = 20.0
"""s; how long a caller waits before his call is marked, where the scenario has no goal."""


class _Look(NamedTuple):
    label: str
    colour: str
    hatch: str
    ink: str = INK


_LOOKS: dict[str, _Look] = {
    "talk": _Look("talk", "#A9CCE8", ""),
    "hold": _Look("hold (at the end of its talk)", "#A9CCE8", "xxx"),
    "wrap": _Look("wrap", "#FFE3A8", "///"),
    "ring": _Look("ringing", "#FFFFFF", "|||"),
    "available": _Look("idle", "#FFFFFF", ""),
    "break": _Look("break", "#D9D9D9", "..."),
    "off_phone": _Look("off the phones", "#D9D9D9", "\\\\\\"),
    "missing": _Look("absent", "#F4C7AE", "xx"),
    "late": _Look("late", "#F4C7AE", "//"),
}


def _other(kind: str) -> _Look:
    """Of a state without a look of its own."""
    return _Look(kind.replace("_", " "), "#D9C2E9", "++")


def agent_day(walked: Walk, *, ax: Axes | None = None) -> Axes:
    """Draw a walk: what the agent did, minute by minute, and where a caller had waited longer than the goal.

    Raises
    ------
    NothingToDraw
        If he was not on duty.
    """
    pieces = list(_pieces(walked))
    if not pieces:
        raise NothingToDraw(f"{walked.day.name} was not on duty that day")
    midnight = _midnight(walked)
    first = math.floor((min(begin for begin, _, _, _ in pieces) - midnight) / _HOUR)
    last = math.ceil((max(end for _, end, _, _ in pieces) - midnight) / _HOUR)
    ax = style.axes(ax, "agent_day", width=11.0, height=1.7 + 0.52 * (last - first))
    ax.spines[:].set_visible(False)
    drawn: set[str] = set()
    for begin, end, kind, name in pieces:
        drawn.add(kind)
        _draw(ax, begin - midnight, end - midnight, _LOOKS.get(kind, _other(kind)), name)
    goal = _goal(walked)
    waited = [(call.answered_at - midnight, call.wait) for call in walked.day.calls if call.wait > goal]
    _mark_waits(ax, waited)
    passed_on = [call.ended_at - midnight for call in walked.day.calls if call.passed_on]
    _mark_passed_on(ax, passed_on)
    ax.set_xlim(0.0, _HOUR)
    ax.set_ylim(last - 0.02, first - 0.12)
    ax.set_xticks([60.0 * minute for minute in range(0, 61, 5)], [f":{minute:02d}" for minute in range(0, 61, 5)])
    hours = range(first, last)
    ax.set_yticks(
        [hour + 0.5 for hour in hours], [f"{clock.wall(walked.scenario, midnight + hour * _HOUR):%H:%M}" for hour in hours]
    )
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("minutes past the hour")
    _legend(ax, drawn, len(waited), goal, bool(passed_on))
    day, occupancy = walked.day, walked.day.occupancy
    busy = "" if occupancy is None else f", occupancy {numbers.percent(occupancy)}"
    person = f" ({walked.person})" if walked.person else ""
    title = f"{day.name}{person}, {day.date}: {numbers.plural(len(day.calls), 'call')}{busy}"
    ax.set_title(style.plain(title), loc="left", fontsize=11, color=INK, pad=22)
    style.caption(ax, f"{walked.scenario.name}; replication {day.replication}, seed {walked.seed}")
    return ax


def _midnight(walked: Walk) -> float:
    """The midnight before the day opens, on the centre's clock, elapsed s."""
    shown = clock.wall(walked.scenario, walked.day.opens_at)
    return walked.day.opens_at - (shown.hour * 3600.0 + shown.minute * 60.0 + shown.second)


def _goal(walked: Walk) -> float:
    target = walked.scenario.targets.service_level
    return _LONG_WAIT if target is None else float(target.goal.within)


def _pieces(walked: Walk) -> list[tuple[float, float, str, str]]:
    """Begin, end, look and name of everything to draw; hold is cut off the end of its talk."""
    found = []
    for stretch in walked.day.stretches:
        call = walked.day.calls[stretch.call] if stretch.call >= 0 else None
        if stretch.state == AgentState.TALK and call is not None:
            talked = max(stretch.began_at, stretch.ended_at - call.hold)
            found.append((stretch.began_at, talked, "talk", call.call_type))
            if call.hold > 0.0:
                found.append((talked, stretch.ended_at, "hold", ""))
            continue
        found.append((stretch.began_at, stretch.ended_at, stretch.state.name.lower(), ""))
    return found


def _draw(ax: Axes, begin: float, end: float, look: _Look, name: str) -> None:
    """Draw one piece, cut where an hour ends; its name stands in the longest part."""
    cuts = [begin, *(hour * _HOUR for hour in range(math.floor(begin / _HOUR) + 1, math.ceil(end / _HOUR))), end]
    parts = list(zip(cuts, cuts[1:], strict=False))
    longest = max(parts, key=lambda part: part[1] - part[0])
    for since, until in parts:
        hour = math.floor(since / _HOUR)
        ax.broken_barh(
            [(since - hour * _HOUR, until - since)], (hour + 0.1, 0.8), facecolor=look.colour, edgecolor="#606060",
            linewidth=0.5, hatch=look.hatch, gid=look.label,
        )  # fmt: skip
        if (since, until) == longest and name and until - since >= _ROOM_FOR_A_NAME:
            room = int((until - since - 20.0) / _LETTER)
            short = name if len(name) <= room else name[: room - 1] + "…"
            ax.text(
                since - hour * _HOUR + 10.0, hour + 0.5, style.plain(short), va="center", ha="left", fontsize=7.5, color=INK
            )


def _mark_waits(ax: Axes, waited: list[tuple[float, float]]) -> None:
    """A triangle where a caller was answered who had waited long, with his wait where there is room for it."""
    for i, (answered_at, wait) in enumerate(waited):
        hour = math.floor(answered_at / _HOUR)
        x = answered_at - hour * _HOUR
        ax.plot([x], [hour + 0.04], marker="v", color=BAD, markersize=5.5, linestyle="none", label="_waited", clip_on=False)
        if i + 1 < len(waited) and waited[i + 1][0] - answered_at < _ROOM_FOR_A_WAIT:
            continue
        ax.annotate(
            numbers.duration(wait), (x, hour + 0.04), xytext=(4, 0.5), textcoords="offset points", fontsize=7, color=BAD,
            va="center",
        )  # fmt: skip


def _mark_passed_on(ax: Axes, instants: list[float]) -> None:
    """An arrow under the end of a talk after which the caller went on to somebody else."""
    for at in instants:
        hour = math.floor(at / _HOUR)
        ax.plot([at - hour * _HOUR], [hour + 0.9], marker=">", color=INK, markersize=4.5, linestyle="none", label="_passed on")


def _legend(ax: Axes, drawn: set[str], n_marked: int, goal: float, passed_on: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    looks = _LOOKS | {kind: _other(kind) for kind in sorted(drawn - set(_LOOKS))}
    handles: list[Patch | Line2D] = [
        Patch(facecolor=look.colour, edgecolor="#606060", linewidth=0.5, hatch=look.hatch, label=look.label)
        for kind, look in looks.items()
        if kind in drawn
    ]
    if n_marked:
        label = f"caller had waited (m:ss), longer than {numbers.threshold(goal)}"
        handles.append(Line2D([], [], marker="v", color=BAD, linestyle="none", markersize=5.5, label=label))
    if passed_on:
        handles.append(Line2D([], [], marker=">", color=INK, linestyle="none", markersize=4.5, label="passed on"))
    ax.legend(handles=handles, frameon=False, fontsize=8.5, ncols=len(handles), loc="lower left", bbox_to_anchor=(0.0, 1.005),
              borderaxespad=0.0, handlelength=1.6, columnspacing=1.2)  # fmt: skip
