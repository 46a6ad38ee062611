"""The axis of time of a result: its open intervals one after the other, closed hours left out, days apart."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.report.plots.style import GREY, NothingToDraw
from ccsim.scenario.days_before import days_before

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.analysis import Estimate
    from ccsim.experiment import Result

__all__ = ["Timeline", "by_interval", "timeline"]

Floats = NDArray[np.float64]

_MOST_NAMED_DAYS = 14
_GAP = 1.0  # intervals of white between two days


class Timeline(NamedTuple):
    """Where intervals are drawn.

    Attributes
    ----------
    labels : tuple of str
        Of the open intervals, ``2024-01-01 09:00``.
    left : float64, shape (n_labels,)
        Where each begins on the axis; each is 1 wide.
    days : tuple of (str, float, float)
        Date, and where the day begins and ends on the axis.
    length : float
        Of an interval, s.
    """

    labels: tuple[str, ...]
    left: Floats
    days: tuple[tuple[str, float, float], ...]
    length: float

    def steps(self, values: Sequence[float | None] | Floats) -> tuple[Floats, Floats]:
        """Points of a line that keeps each value for its interval, broken between days and where there is no value."""
        xs: list[float] = []
        ys: list[float] = []
        before = None
        for left, value in zip(self.left.tolist(), values, strict=True):
            if before is not None and left > before:
                xs.append(before)
                ys.append(np.nan)
            number = np.nan if value is None else float(value)
            xs += [left, left + 1.0]
            ys += [number, number]
            before = left + 1.0
        return np.array(xs), np.array(ys)

    def mark(self, ax: Axes) -> None:
        """Put clock times on the axis; of several days their names, with lines between them."""
        ax.set_xlim(self.left[0] - 0.3, self.left[-1] + 1.3)
        if len(self.days) == 1:
            per_hour = max(1, round(3600.0 / self.length))
            every = per_hour * max(1, -(-len(self.labels) // (per_hour * 14)))
            marked = [i for i, label in enumerate(self.labels) if _minute(label) == 0][:: max(1, every // per_hour)]
            marked = marked or list(range(0, len(self.labels), max(1, len(self.labels) // 12)))
            ax.set_xticks([float(self.left[i]) for i in marked], [self.labels[i][11:16] for i in marked])
            date = self.days[0][0]
            ax.set_xlabel(f"{datetime.date.fromisoformat(date):%A} {date}, intervals of {self.length / 60:g} minutes")
            return
        for _, _, end in self.days[:-1]:
            ax.axvline(end + _GAP / 2.0, color=GREY, linewidth=0.6, linestyle=(0, (1, 3)))
        every = -(-len(self.days) // _MOST_NAMED_DAYS)
        shown = self.days[::every]
        ax.set_xticks(
            [(begin + end) / 2.0 for _, begin, end in shown], [_day_name(date, len(self.days)) for date, _, _ in shown]
        )
        ax.tick_params(axis="x", length=0)
        noons = [left for label, left in zip(self.labels, self.left.tolist(), strict=True) if label[11:16] == "12:00"]
        if len(self.days) <= _MOST_NAMED_DAYS:
            ax.set_xticks(noons, minor=True)
            ax.tick_params(axis="x", which="minor", length=5, direction="in", color=GREY)
        ax.set_xlabel(f"intervals of {self.length / 60:g} minutes in opening hours" + ("; marks: noon" if noons else ""))


def _minute(label: str) -> int:
    return int(label[14:16])


def _day_name(date: str, n_days: int) -> str:
    day = datetime.date.fromisoformat(date)
    return f"{day:%a}\n{day:%d %b}" if n_days <= _MOST_NAMED_DAYS else f"{day:%d %b}"


def timeline(result: Result, day: int | str | None = None) -> Timeline:
    """The open intervals of a result, or of one of its days.

    Parameters
    ----------
    day : int or str, optional
        From 1, or a date.
    """
    if result.scenario.run.mode == "steady":
        raise NothingToDraw("a steady run has no intervals worth drawing: every one is like the others")
    intervals = result.program.intervals
    dates, before = result.names.dates, days_before(result.scenario)
    counted = intervals.open_until > result.program.settings.count_from[0]
    opened = np.flatnonzero((intervals.open_until > intervals.open_from) & counted)
    owner = np.asarray(intervals.day)[opened]
    if day is not None:
        wanted = dates.index(str(day)) if str(day) in dates else int(day) - 1 + before if str(day).isdecimal() else -1
        opened, owner = opened[owner == wanted], owner[owner == wanted]
        if not len(opened):
            raise NothingToDraw(f"day {day} is no open day; allowed: 1 to {len(dates) - before}, or a date")
    labels, left, days = [], [], []
    at = 0.0
    for code, places in groupby(zip(owner.tolist(), opened.tolist(), strict=True), key=lambda pair: pair[0]):
        begin = at
        for _, place in places:
            labels.append(result.names.interval_labels[place])
            left.append(at)
            at += 1.0
        days.append((dates[code], begin, at))
        at += _GAP
    return Timeline(tuple(labels), np.array(left), tuple(days), float(result.scenario.interval))


def by_interval(result: Result, ids: Sequence[str], **place: str) -> dict[str, dict[str, Estimate]]:
    """Estimates of KPIs by the label of the interval, of the centre or of one place (queue, call_type, team).

    A KPI that has no number anywhere is left out; of one with several variants the reported one is taken.
    """
    from ccsim.analysis import REGISTRY

    unknown = [id for id in ids if id not in REGISTRY or "interval" not in REGISTRY[id].periods]
    if unknown:
        raise NothingToDraw(f"no KPI {unknown[0]!r} is counted by interval; ccsim kpis lists them")
    found: dict[str, dict[str, Estimate]] = {}
    for estimate in result.by_interval(*ids, **place):
        if estimate.value is not None:
            found.setdefault(estimate.id, {}).setdefault(estimate.scope["interval"], estimate)
    return found
