"""Targets -> verdicts: what is claimed, over which period, how sure, and met, missed or undecided.

A verdict names its estimand: 82 % over the run, 61 % of days and 48 of 120 half-hours are three answers to "80/20?". It comes
from the interval, so that neither luck nor few replications decide. `accumulate` keeps what it needs; the CLI prints it.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.estimate import METHODS, Estimate, Intervals, Label, Method, Moments, number_or_none, ratios
from ccsim.analysis.registry import REGISTRY

__all__ = ["Series", "Target", "Verdict", "evaluate"]

Floats = NDArray[np.float64]

TARGET_KPIS = ("service_level", "abandonment", "asa", "occupancy", "fcr", "back_office_in_time")
PERIODS = ("run", "week", "day", "interval")

_SLACK = 1e-9
"""Relative: a value this close to its goal has reached it (0.8 read from "80%" against 4 calls of 5)."""


@dataclass(frozen=True)
class Target:
    """What one KPI of the centre is to reach.

    Attributes
    ----------
    kpi : str
        One of `TARGET_KPIS`.
    at_least, at_most : float or None
        The goal, in the KPI's unit (shares as 0.8); at least one of them.
    within : float or None
        Threshold of a service level, s, one of ``program.thresholds``; None for the first.
    over : str
        One of `PERIODS`: the period the KPI is taken over.
    on : float or None
        The share of the periods, over all replications, that must reach the goal. Without it each period of the horizon must
        reach it in its estimate over replications.
    """

    kpi: str
    at_least: float | None = None
    at_most: float | None = None
    within: float | None = None
    over: str = "run"
    on: float | None = None

    def __post_init__(self) -> None:
        if self.kpi not in TARGET_KPIS:
            raise ValueError(f"no target on {self.kpi!r}; have {', '.join(TARGET_KPIS)}")
        if self.over not in PERIODS:
            raise ValueError(f"target over {self.over!r}; have {', '.join(PERIODS)}")
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"the target on {self.kpi} has no goal")
        if self.on is not None and self.over == "run":
            raise ValueError("a share of runs is no target: say over which day, week or interval")

    @property
    def goal(self) -> str:
        """The goal in symbols, such as ``>= 0.8``."""
        parts = [f">= {self.at_least:g}"] if self.at_least is not None else []
        return " and ".join(parts + ([f"<= {self.at_most:g}"] if self.at_most is not None else []))

    def excess(self, value: Floats) -> Floats:
        """How far values are beyond the goal, in the KPI's unit: above 0 is not reached."""
        worst = np.full(np.shape(value), -math.inf)
        if self.at_least is not None:
            worst = np.maximum(worst, self.at_least * (1.0 - _SLACK) - value)
        if self.at_most is not None:
            worst = np.maximum(worst, value - self.at_most * (1.0 + _SLACK))
        return worst

    def hits(self, numerators: Floats, denominators: Floats, scale: float) -> tuple[int, int]:
        """How many periods reach the goal, and in how many there is anything to count."""
        counted = denominators > 0.0
        values = scale * numerators[counted] / denominators[counted]
        return int(np.count_nonzero(self.excess(values) <= 0.0)), int(np.count_nonzero(counted))

    def judge(self, value: float | None, low: float | None, high: float | None) -> str:
        """met, missed or undecided, by an interval; a value known without error is an interval of no width."""
        if value is None or low is None or high is None:
            return "undecided"
        floor = -math.inf if self.at_least is None else self.at_least * (1.0 - _SLACK)
        ceiling = math.inf if self.at_most is None else self.at_most * (1.0 + _SLACK)
        if low >= floor and high <= ceiling:
            return "met"
        return "missed" if high < floor or low > ceiling else "undecided"


@dataclass
class Series:
    """The numerator and denominator of one KPI of the centre for each day of each replication.

    Attributes
    ----------
    grid, day_row, interval_row : int
        Where `accumulate` finds them; -1 for a KPI that is not counted by interval.
    """

    kpi: str
    variant: str
    grid: int
    day_row: int
    interval_row: int
    scale: float
    numerators: list[Floats] = field(default_factory=list)
    denominators: list[Floats] = field(default_factory=list)

    def values(self) -> Floats:
        """Value of each day, shape (n_replications, n_days); NaN where there is nothing to count."""
        above, below = self.folded(None)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(below > 0.0, self.scale * above / below, np.nan))

    def folded(self, starts: NDArray[np.int64] | None) -> tuple[Floats, Floats]:
        """Sums of days from each start on, shape (n_replications, n_starts); single days for None."""
        if not self.numerators:
            return np.zeros((0, 0)), np.zeros((0, 0))
        above, below = np.array(self.numerators), np.array(self.denominators)
        if starts is None:
            return above, below
        return np.add.reduceat(above, starts, axis=1), np.add.reduceat(below, starts, axis=1)


class Verdict(NamedTuple):
    """The answer to one target.

    Attributes
    ----------
    target : Target
    verdict : str
        met, missed or undecided.
    estimand : str
        What was judged, in words.
    estimate : Estimate
        What was judged: the KPI over the run, the worst period, or the share of periods in target.
    run : Estimate
        The KPI over the run, whatever was judged.
    days, weeks, intervals : Estimate or None
        Share of them that reach the goal, over all replications.
    n_met, n_intervals : int
        Intervals of the horizon whose estimate reaches the goal, of those with anything to count.
    worst_interval : Estimate or None
        The interval whose estimate is worst.
    short : float or None
        Agents missing there, required - present on average; None where nothing is required, 0 where enough are there.
    """

    target: Target
    verdict: str
    estimand: str
    estimate: Estimate
    run: Estimate
    days: Estimate | None
    weeks: Estimate | None
    intervals: Estimate | None
    n_met: int
    n_intervals: int
    worst_interval: Estimate | None
    short: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The fields in order, estimates and target as dicts, ready for JSON."""
        plain = {name: part.as_dict() if isinstance(part, Estimate) else part for name, part in self._asdict().items()}
        return {**plain, "target": asdict(self.target)}


def evaluate(
    target: Target,
    series: Series,
    interval_hits: list[tuple[int, int]],
    run: Estimate,
    intervals: Moments,
    labels: dict[str, list[str]],
    confidence: float,
) -> Verdict:
    """Judge one target.

    Parameters
    ----------
    series : Series
        Daily values of the target's KPI.
    interval_hits : list of (int, int)
        For each replication, intervals that reach the goal and intervals with anything to count.
    run : Estimate
        The KPI over the run.
    intervals : Moments
        Of the KPI in each interval, shape (n_intervals,).
    labels : dict
        Names of days (ISO dates) and intervals.
    """
    week_starts, week_names = _weeks(labels["day"])
    periods = {
        "day": (Moments.of(*series.folded(None)), labels["day"]),
        "week": (Moments.of(*series.folded(week_starts)), week_names),
        "interval": (intervals, labels["interval"]),
    }
    shares = {
        "interval": _share(target, series, "interval", interval_hits, run.n, confidence),
        "day": _share(target, series, "day", _hits(target, series, None), run.n, confidence),
        "week": _share(target, series, "week", _hits(target, series, week_starts), run.n, confidence),
    }
    by_interval = ratios(intervals, run.unit == "share", confidence)
    reached, counted = target.hits(*intervals.totals, series.scale)
    worst = _worst(target, series, by_interval, "interval", labels["interval"], run)

    if target.over == "run":
        judged, verdict = run, _judged(target, run)
        estimand = f"{series.kpi} over the run {target.goal}"
    elif target.on is not None:
        judged = shares[target.over]
        verdict = _judged(Target(target.kpi, at_least=target.on), judged)
        estimand = f"share of {target.over}s with {series.kpi} {target.goal}, at least {target.on:.4g}"
    else:
        moments, names = periods[target.over]
        verdict = _of_each(target, series, moments, run.unit == "share", confidence)
        judged = _worst(target, series, ratios(moments, run.unit == "share", confidence), target.over, names, run) or run
        estimand = f"{series.kpi} of every {target.over} {target.goal}, each by its estimate; the worst is shown"
    return Verdict(
        target, verdict, estimand, judged, run, shares["day"], shares["week"], shares["interval"], reached, counted, worst
    )


def _judged(target: Target, estimate: Estimate) -> str:
    """The verdict on one estimate; replications that all agree count as certain, a single one as nothing."""
    if estimate.method == METHODS[Method.EQUAL]:
        return target.judge(estimate.value, estimate.value, estimate.value)
    return target.judge(estimate.value, estimate.low, estimate.high)


def _of_each(target: Target, series: Series, moments: Moments, share: bool, confidence: float) -> str:
    """Whether every period reaches the goal.

    Met needs each period's own interval on the right side (an intersection-union test, which needs no correction); missed
    needs one interval on the wrong side at a confidence corrected for the number of periods (Bonferroni).
    """
    counted = int(np.count_nonzero(moments.seen))
    if counted == 0:
        return "undecided"
    plain = _judge_all(target, series, ratios(moments, share, confidence))
    strict = _judge_all(target, series, ratios(moments, share, 1.0 - (1.0 - confidence) / counted))
    if "missed" in strict:
        return "missed"
    return "met" if all(verdict == "met" for verdict in plain) else "undecided"


def _judge_all(target: Target, series: Series, found: Intervals) -> list[str]:
    """The verdict on each period with anything to count."""
    answers = []
    for value, low, high, method in zip(found.value, found.low, found.high, found.method, strict=True):
        if method == Method.EMPTY:
            continue
        sides = (value, value) if method == Method.EQUAL else (low, high)
        scaled = [number_or_none(series.scale * float(x)) for x in (value, *sides)]
        answers.append(target.judge(*scaled))
    return answers


def _hits(target: Target, series: Series, starts: NDArray[np.int64] | None) -> list[tuple[int, int]]:
    """For each replication, periods of days that reach the goal and periods with anything to count."""
    return [target.hits(above, below, series.scale) for above, below in zip(*series.folded(starts), strict=True)]


def _share(target: Target, series: Series, period: str, hits: list[tuple[int, int]], n: int, confidence: float) -> Estimate:
    """Share of periods that reach the goal over all replications, with its interval over replications."""
    pairs = np.array(hits, dtype=np.float64).reshape(-1, 2)
    found = ratios(Moments.of(pairs[:, 0], pairs[:, 1]), True, confidence)
    id = f"{period}s_in_target"
    named = ".".join(part for part in (series.kpi, series.variant) if part)
    name = Label(id, f"{named} {target.goal}", REGISTRY[series.kpi].bases[0], {}, REGISTRY[id].unit)
    return found.estimate((), name, n)


def _worst(target: Target, series: Series, found: Intervals, period: str, names: list[str], run: Estimate) -> Estimate | None:
    """The period furthest beyond the goal."""
    if found.value.size == 0 or not np.isfinite(found.value).any():
        return None
    beyond = np.where(np.isfinite(found.value), target.excess(series.scale * found.value), -math.inf)
    i = int(np.argmax(beyond))
    name = Label(run.id, run.variant, run.basis, {period: names[i]}, run.unit)
    return found.estimate((i,), name, run.n, series.scale)


def _weeks(days: list[str]) -> tuple[NDArray[np.int64], list[str]]:
    """First day of each ISO week among the operating days, and its name such as ``2024-W01``."""
    names = [f"{date.year}-W{date.week:02d}" for date in (datetime.date.fromisoformat(day).isocalendar() for day in days)]
    starts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    return np.array(starts, dtype=np.int64), [names[i] for i in starts]
