"""Verdicts in words: each names its estimand, so that nobody takes a mean for a promise about days."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ccsim.report import numbers
from ccsim.report.index import shown, shown_error

if TYPE_CHECKING:
    from ccsim.analysis import Estimate, Target, Verdict

_SHORT_HORIZON = 7  # days up to which a weekday names a day
_SKEWED = 1.5  # times the shorter side of an interval
_NAMES = {
    "abandonment": "abandonment",
    "asa": "ASA",
    "occupancy": "occupancy",
    "fcr": "FCR",
    "back_office_in_time": "back-office work in time",
}
INTERVALS = {1800.0: "half-hours", 900.0: "quarter-hours", 3600.0: "hours"}


def goal(target: Target) -> str:
    """Return what is to be reached: ``80/20``, ``abandonment at most 5 %``."""
    if target.kpi == "service_level":
        assert target.at_least is not None
        return numbers.goal(target.at_least, 20.0 if target.within is None else target.within)
    name = _NAMES[target.kpi]
    unit = "s" if target.kpi == "asa" else "share"
    low, high = (None if at is None else _bound(at, unit) for at in (target.at_least, target.at_most))
    if low is not None and high is not None:
        return f"{name} {low.removesuffix(' %')} to {high}"
    return f"{name} at most {high}" if high is not None else f"{name} at least {low}"


def sentence(verdict: Verdict, n_days: int, interval: float, steady: bool) -> str:
    """Return a verdict with its estimand, the share of days and intervals, and the worst of them.

    Parameters
    ----------
    n_days : int
        Calendar days of the horizon.
    interval : float
        Length of a reporting interval, seconds.
    steady : bool
        True for a run without days: then only the whole counts.
    """
    target, run = verdict.target, verdict.run
    variant = f" ({run.variant.partition('.')[0]})" if run.variant else ""
    over_run = f"{shown(run.value, run.unit)}{plus_minus(run)}{variant}"
    parts = []
    if target.over == "run":
        parts.append(f"{goal(target)} over the {'long run' if steady else 'run'}: {over_run}")
    elif target.on is not None:
        share = verdict.estimate
        reached = f"{shown(share.value, 'share')}{plus_minus(share)} of {target.over}s reach it"
        parts += [f"{goal(target)} on {100 * target.on:g} % of {target.over}s: {reached}", f"over the run {over_run}"]
    else:
        worst = verdict.estimate
        at = f"{when(worst.scope, n_days)} {shown(worst.value, worst.unit)}{plus_minus(worst)}"
        at += _short(verdict) if target.over == "interval" else ""
        parts += [f"{goal(target)} in every {target.over}: worst {at}", f"over the run {over_run}"]
    if not steady:
        parts += _periods(verdict, n_days, interval)
    return "; ".join(parts)


def _periods(verdict: Verdict, n_days: int, interval: float) -> list[str]:
    parts, target = [], verdict.target
    if verdict.days is not None and verdict.days.value is not None and not (target.over == "day" and target.on is not None):
        parts.append(f"days reaching it {shown(verdict.days.value, 'share')}")
    if verdict.n_intervals > 1:
        parts.append(f"{INTERVALS.get(interval, 'intervals')} {verdict.n_met} of {verdict.n_intervals}")
    worst = verdict.worst_interval
    if worst is not None and not (target.over == "interval" and target.on is None):
        parts.append(f"worst {when(worst.scope, n_days)}: {shown(worst.value, worst.unit)}{_short(verdict)}")
    return parts


def _short(verdict: Verdict) -> str:
    """Return ``, 5.8 agents short`` of what the worst interval requires; nothing where enough are there."""
    if verdict.short is None or verdict.short < 0.05:
        return ""
    return f", {verdict.short:.1f} agents short"


def when(scope: dict[str, str], n_days: int) -> str:
    """Return ``Mon 10:00`` for an interval of a short horizon, ``Mon 2024-01-01 10:00`` otherwise; weeks as they are named."""
    label = scope.get("interval") or scope.get("day") or scope.get("week") or ""
    date, _, clock = label.partition(" ")
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        return label
    named = f"{day:%a}" if n_days <= _SHORT_HORIZON else f"{day:%a} {date}"
    return f"{named} {clock}".strip()


def plus_minus(estimate: Estimate, skewed: float = _SKEWED) -> str:
    """Return `` ± 0.3``; both ends where one side is much longer (`skewed` times), as happens near 0 and 100 %."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    below, above = estimate.value - estimate.low, estimate.high - estimate.value
    if max(below, above) > skewed * min(below, above):
        return f" ({shown(estimate.low, estimate.unit).removesuffix(' %')} to {shown(estimate.high, estimate.unit)})"
    return f" ± {shown_error(estimate)}"


def _bound(value: float, unit: str) -> str:
    return numbers.duration(value) if unit == "s" else f"{100 * value:g} %"
