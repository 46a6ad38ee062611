"""What a KPI is: a sentence with its formula, and a ratio of two named sums; `registry` lists them all.

Every numerator and denominator is a signed sum of *terms*: fields of `outcomes.OUTCOME_COUNTS` and `AGENT_COUNTS`, integrals
of `LOAD_COUNTS`, and what only the Program knows (operating days, opening time, paid time). `grid` computes the terms, in whole
microseconds where they are times; nothing here computes. Read by `accumulate`, by `ccsim kpis` and by the reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = [
    "DEFAULT_SCOPES",
    "FLOW_OUTS",
    "SCOPES",
    "SERVICE_LEVELS",
    "Formula",
    "Kpi",
    "Metrics",
    "Sum",
    "service_level_formula",
    "service_level_variant",
    "signed_terms",
]

PLACES = ("centre", "call_type", "queue", "team", "ivr_node", "passage", "back_office")
PERIODS = ("run", "day", "interval")
SCOPES = tuple(
    place if period == "run" else period if place == "centre" else f"{place} x {period}"
    for period in PERIODS
    for place in PLACES
)
"""Every scope: a place over the whole run, the centre by day or interval, a place by day or interval."""

DEFAULT_SCOPES = ("centre", "call_type", "queue", "team", "ivr_node", "passage", "back_office", "day")

FLOW_OUTS = ("include", "met", "exclude")


@dataclass(frozen=True)
class Metrics:
    """Which variant of the service level is the reported one.

    Attributes
    ----------
    service_level : str
        A key of `SERVICE_LEVELS`.
    flow_outs : str
        One of `FLOW_OUTS`.
    """

    service_level: str = "answered_over_offered"
    flow_outs: str = "include"

    def __post_init__(self) -> None:
        if self.service_level not in SERVICE_LEVELS:
            raise ValueError(f"service level {self.service_level!r}; have {', '.join(SERVICE_LEVELS)}")
        if self.flow_outs not in FLOW_OUTS:
            raise ValueError(f"flow_outs {self.flow_outs!r}; have {', '.join(FLOW_OUTS)}")


Sum = str
"""A signed sum of terms, such as ``offered - short_abandoned``; empty for 0."""


@dataclass(frozen=True)
class Formula:
    """One variant of a KPI: ratio of two sums.

    Attributes
    ----------
    variant : str
        Empty for a KPI without variants.
    reported : bool
        False for the variants that are shown only on request, and kept only for whole runs.
    """

    variant: str
    numerator: Sum
    denominator: Sum
    reported: bool = True


@dataclass(frozen=True)
class Kpi:
    """One measure.

    Attributes
    ----------
    sentence : str
        Definition with formula, as printed under tables.
    unit : str
        share, s, h, calls, contacts (per episode), erlangs, agents, hops, index (1 to 5), per 1000, money (the scenario's
        currency).
    scale : float
        Value = scale * numerator / denominator: brings microseconds to the unit.
    numerator, denominator : Sum
        Of the plain formula; a service level's are made per threshold and variant by `service_level_formula`.
    bases : tuple of str
        contact, episode, agent, case where authority matters, callback where anybody is called back, or back_office where there
        is such work. In a queue, "contact" counts stays in that queue.
    places : tuple of str
        Of `PLACES`.
    periods : tuple of str
        Of `PERIODS`; on the episode basis there are no intervals.
    signed : bool
        May be below 0, or as a share above 1, so its interval is not cut there.
    quantile : float or None
        Of the waits named by the numerator: ``ended`` or ``answered``. Counted over whole runs only.
    better : str
        higher, lower, or neither.
    """

    id: str
    title: str
    sentence: str
    unit: str
    numerator: Sum = ""
    denominator: Sum = ""
    scale: float = 1.0
    bases: tuple[str, ...] = ("contact",)
    places: tuple[str, ...] = ("centre", "call_type", "queue")
    periods: tuple[str, ...] = PERIODS
    signed: bool = False
    quantile: float | None = None
    better: str = "neither"
    variants: tuple[str, ...] = field(default=())

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of `SCOPES` in which this KPI exists on its first basis."""
        return tuple(
            place if period == "run" else period if place == "centre" else f"{place} x {period}"
            for period in self.periods
            for place in self.places
        )


SERVICE_LEVELS: dict[str, tuple[Sum, Sum]] = {
    "answered_over_offered": ("answered_within", "answered + abandoned + turned_away + unfinished"),
    "exclude_short_abandons": ("answered_within", "answered + abandoned - short_abandoned + turned_away + unfinished"),
    "exclude_abandons_in_time": ("answered_within", "answered + abandoned - abandoned_within + turned_away + unfinished"),
    "abandons_in_time_count": ("answered_within + abandoned_within", "answered + abandoned + turned_away + unfinished"),
    "short_abandons_count": ("answered_within + short_abandoned", "answered + abandoned + turned_away + unfinished"),
    "answered_only": ("answered_within", "answered"),
    "connect": ("answered_within + abandoned_within", "answered + abandoned + turned_away + unfinished"),
}
"""Numerator and denominator of each variant without its flow-outs."""


def service_level_variant(metrics: Metrics, threshold: float) -> str:
    """Name of a service level's variant: formula, flow-outs and threshold, such as ``answered_over_offered.include.20s``."""
    return f"{metrics.service_level}.{metrics.flow_outs}.{threshold:g}s"


def service_level_formula(metrics: Metrics, threshold: float, number: int, reported: bool = True) -> Formula:
    """The service level of a variant within the threshold of this number (its index in ``program.thresholds``).

    Flow-outs: *include* puts them into the denominator, *met* also counts those within the threshold as served, *exclude*
    leaves them out. Of `connect` those who take a callback in time count as served wherever flow-outs are in the denominator.
    `answered_only` looks at the answered alone, whatever is said of flow-outs.
    """
    numerator, denominator = SERVICE_LEVELS[metrics.service_level]
    if metrics.service_level != "answered_only" and metrics.flow_outs != "exclude":
        denominator += " + flowed_out"
        if metrics.flow_outs == "met":
            numerator += " + flowed_out_within"
        elif metrics.service_level == "connect":
            numerator += " + taken_within"
    return Formula(
        service_level_variant(metrics, threshold),
        numerator.replace("_within", f"_within_{number}"),
        denominator.replace("_within", f"_within_{number}"),
        reported,
    )


def signed_terms(total: Sum) -> Iterator[tuple[str, int]]:
    """The terms of a sum with their signs.

    Examples
    --------
    >>> list(signed_terms("offered - short_abandoned"))
    [('offered', 1), ('short_abandoned', -1)]
    """
    sign = 1
    for word in total.split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            yield word, sign
