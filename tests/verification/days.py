"""The cases of single days from empty to empty: volumes and staff by interval, busy days, what is counted to which interval.

One replication is one day. Shares by interval are ratios of expectations over days, as the figures are. Where a figure has an
expected number below (calls in time / the expected 1660), the share over the realised number has the same limit and less noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.verification.figures import FIGURES
from tests.verification.model import Case, Metric, Part, Printed

__all__ = ["DAYS"]

_OVER_OFFERED = "answered_over_offered.include.20s"


def _label(opens: int, minutes: int, number: int) -> str:
    """Name of an interval of the first day, by default 2024-01-01."""
    at = 60 * opens + minutes * number
    return f"2024-01-01 {at // 60:02d}:{at % 60:02d}"


def _printed(figures: Mapping[str, Any], scale: float = 1.0) -> dict[str, Printed]:
    return {row["metric"]: Printed.of(row, scale) for row in figures["published"]}


# -------------------------------------------------------------------------------- constant rates


def _constant_day(name: str, patience: dict[str, Any]) -> Case:
    """480 minutes of 4.2 calls for 12 agents, who then serve whoever still waits; minutes. The number of days as printed."""
    figures = FIGURES[name]
    exact, printed = figures["exact"], _printed(figures)
    calls = {"volume": "4.2/min", "handle": "2m", **patience}
    scenario = {"open": "08:00-16:00", "interval": "8h", "calls": {"calls": calls}, "agents": 12, "target": "80/20"}
    served, waits = "answered_only.include.20s", 0.03 if patience else 0.2
    sees = 0.01 if patience else 0.02
    in_target = printed["Number of contacts in target"]
    metrics = [
        Metric("good", exact["good"], "service_level", _OVER_OFFERED, factor=2016.0, sees=sees, printed=in_target),
        Metric("sl_served", exact["sl_served"], "service_level", served, sees=sees, printed=printed["Service level"]),
        Metric("asa_min", exact["asa_min"], "asa", factor=1 / 60, sees=waits * 2, printed=printed["Speed of answer"]),
        Metric("occupancy", exact["occupancy"], "occupancy", basis="agent", printed=printed["Occupancy ratio"]),
        Metric("arrivals", exact["arrivals"], "arrived"),
        Metric("served", exact["served"], "answered"),
    ]
    if patience:
        gone, level = printed["Number of contacts having abandoned"], printed["Service level with abandonment"]
        late = "exclude_abandons_in_time.include.20s"
        metrics += [
            Metric("abandoned", exact["abandoned"], "abandoned", sees=0.06, printed=gone),
            Metric("sl_with_late_ab", exact["sl_with_late_ab"], "service_level", late, printed=level),
        ]
    return Case(name, (Part("", scenario, tuple(metrics), figures["parameters"]["replications"]),))


# -------------------------------------------------------------------------------- the day of the ContactCenters and SSJ guides

_LOST = {"exponential": {"mean": "1000s"}, "balk": 0.1}


def _guide_day(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """13 hours with their own rate and staff; a tenth of those who would wait hang up at once."""
    return {
        "open": "08:00-21:00",
        "interval": "1h",
        "calls": {"calls": {"volume": parameters["lam_per_h"], "handle": "100s", "patience": _LOST}},
        "agents": {"agents": {"staffing": {"on_phones": parameters["agents"]}}},
        "target": "80/20",
    }


def _by_hour() -> Case:
    """Service level by hour of arrival within 20 and 30 s, without those who abandon in time; percent in print.

    Occupancy is over the opening hours, with those who finish a call after their shift counted as on duty.
    """
    figures = FIGURES["cc-singlequeue"]
    exact, printed = figures["exact"], _printed(figures, 0.01)
    counted = {"service_level": "exclude_abandons_in_time", "also_within": ["30s"]}
    scenario = {**_guide_day(figures["parameters"]), "metrics": counted}
    metrics = []
    for within in (20, 30):
        variant = f"exclude_abandons_in_time.include.{within}s"
        for number, value in enumerate(exact[f"sl{within}_by_hour"]):
            scope = {"interval": _label(8, 60, number)}
            name = f"SL {within} s {8 + number}:00"
            metrics.append(Metric(name, value, "service_level", variant, scope=scope, sees=0.03, printed=printed[name]))
        name = f"SL {within} s all periods"
        metrics.append(Metric(name, exact[f"sl{within}_all"], "service_level", variant, printed=printed[name]))
    metrics += [
        Metric("occupancy", exact["occupancy"], "occupancy", basis="agent", printed=printed["occupancy all"]),
        Metric("E_abandoned", exact["E_abandoned"], "abandoned", sees=0.04),
        Metric("E_total_wait_s", exact["E_total_wait_s"], "wait_mean", factor=1660.0, sees=0.05),
    ]
    return Case("cc-singlequeue", (Part("", scenario, tuple(metrics), 4000),))


def _busy_days() -> Case:
    """The same day with a gamma factor on all rates, mean 1 and shape 400: a coefficient of variation of 1/sqrt(400) = 5 %.

    Its service level counts whom abandons in time as reached, over the expected 1660 calls; so do its wait and its loss.
    """
    figures = FIGURES["ssj-callcenter-alpha400"]
    exact, printed = figures["exact"], _printed(figures)
    parameters = figures["parameters"]
    busy = {"centre_day": f"{100 * parameters['alpha0'] ** -0.5}%"}
    scenario = {**_guide_day(parameters), "uncertainty": busy}
    variant = "abandons_in_time_count.include.20s"
    good, lost = printed["Proportion of waiting times < s"], printed["Proportion of calls lost"]
    wait, arrived = printed["Average waiting time per customer"], printed["Number of arrivals per day"]
    metrics = (
        Metric("E_arrivals", exact["E_arrivals"], "arrived", printed=arrived),
        Metric("E_sum_wait_over_1660_s", exact["E_sum_wait_over_1660_s"], "wait_mean", sees=0.05, printed=wait),
        Metric("E_good_over_1660", exact["E_good_over_1660"], "service_level", variant, printed=good),
        Metric("E_abandoned_over_1660", exact["E_abandoned_over_1660"], "abandonment", sees=0.03, printed=lost),
        Metric("E_abandoned", exact["E_abandoned"], "abandoned", sees=0.03),
        Metric("E_served_within", exact["E_served_within"], "service_level", _OVER_OFFERED, factor=1660.0),
    )
    return Case(figures["id"], (Part("", scenario, metrics, 4000),))


# -------------------------------------------------------------------------------- every count of every interval


def _by_interval(name: str, *, closes: str, within: int, patience: str, sees: Mapping[str, float]) -> Case:
    """One day counted three ways; minutes.

    By arrival: in time (good), delayed (pw), abandoned in time (abin, with good in one service level). By event: abandoned
    (ab). By the clock: waiting (qint), busy (bint) and on duty (sint), as time averages times the length of the
    interval. Agents who are busy when their seat goes finish their call on duty; the last staff stays until nobody waits.
    """
    figures = FIGURES[name]
    given, exact = figures["parameters"], figures["exact"]
    minutes = given["period"]
    scenario = {
        "open": f"00:00-{closes}",
        "interval": f"{minutes}m",
        "calls": {"calls": {"volume": [rate * minutes for rate in given["lam"]], "handle": "4m", "patience": patience}},
        "agents": {"agents": {"staffing": {"on_phones": given["agents"]}}},
        "target": f"80/{within}",
    }
    arrived, in_time, ended = [], [], []
    for number, row in enumerate(exact["by_period"]):
        scope = {"interval": _label(0, minutes, number)}

        def metric(key: str, kpi: str, factor: float, value: float | None = None, variant: str = "", **more: Any) -> Metric:
            full = f"{scope['interval'][-5:]} {key}"  # noqa: B023 - used at once
            value = row[key] if value is None else value  # noqa: B023
            return Metric(full, value, kpi, variant, scope=scope, factor=factor, sees=sees.get(key, 0.02), **more)  # noqa: B023

        arrived += [
            metric("arr", "arrived", 1.0),
            metric("good", "service_level", row["arr"], variant=f"answered_over_offered.include.{within}s"),
            metric("pw", "delayed", row["arr"]),
            metric("qint", "mean_queue", minutes),
            metric("bint", "agents_busy", minutes, basis="agent"),
            metric("sint", "agents_on_duty", minutes, basis="agent"),
        ]
        both = f"abandons_in_time_count.include.{within}s"
        in_time.append(metric("good + abin", "service_level", row["arr"], row["good"] + row["abin"], both))
        ended.append(metric("ab", "abandoned", 1.0))
    total, after = exact["total"], exact["after_close"]
    without = f"exclude_abandons_in_time.include.{within}s"
    arrived += [
        Metric("arrivals", total["arrivals"], "arrived", sees=0.02),
        Metric("abandoned", total["abandoned"], "abandoned", sees=sees["ab"]),
        Metric("sl_excl", total["sl_excl"], "service_level", without, sees=0.02),
        Metric("total_wait", total["total_wait"], "wait_mean", factor=total["arrivals"] / 60, sees=sees["qint"]),
        Metric("after close bint", after["bint"], "overtime", basis="agent", factor=60.0, sees=sees["after"]),
    ]
    level = {"metrics": {"service_level": "abandons_in_time_count"}}
    parts = (
        Part("by arrival", scenario, tuple(arrived), 4000),
        Part("in time", {**scenario, **level}, tuple(in_time), 2500),
        Part("by event", {**scenario, "metrics": {"attribute": "end"}}, tuple(ended), 2500),
    )
    return Case(name, parts)


DAYS: tuple[Case, ...] = (
    _constant_day("cc-mmc", {}),
    _constant_day("cc-mmcab", {"patience": "1m"}),
    _by_hour(),
    _busy_days(),
    _by_interval(
        "exact-tv-surge",
        closes="03:00",
        within=20,
        patience="3m",
        sees={"good": 0.035, "good + abin": 0.04, "pw": 0.07, "qint": 0.18, "ab": 0.14, "after": 0.07},
    ),
    _by_interval(
        "exact-tv-late-open",
        closes="01:00",
        within=30,
        patience="6m",
        sees={"arr": 0.025, "good": 0.16, "good + abin": 0.09, "pw": 0.09, "qint": 0.18, "ab": 0.19, "after": 0.06},
    ),
)
