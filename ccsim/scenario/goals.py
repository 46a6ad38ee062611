"""What the centre wants to reach, how it is measured, and how the scenario is simulated.

Parts of ``scenario.model``, which says what a scenario is as a whole.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.fields import (
    SHARE_WRITTEN,
    Duration,
    Goal,
    Model,
    OnDays,
    PositiveDuration,
    Share,
    ShareRange,
    one_of,
    parsed,
    scalar_as,
    whole,
)


def _parse_seed(raw: object) -> int:
    if raw is None or raw == "null":
        import secrets  # only for the rare scenario that asks for a fresh seed; the number is kept in the scenario

        return secrets.randbits(64)
    return units.parse_integer(raw, 0, 2**64 - 1, "E-SEED")


def _parse_money(raw: object) -> float:
    return units.parse_number(raw, low=0.0)


Money = Annotated[float, *parsed(_parse_money, float, Annotated[float, Field(ge=0.0, examples=[0.012])])]


def _parse_confidence(raw: object) -> float:
    return units.parse_share(raw, low=0.5, high=0.9999)


class Target(Model):
    """What every target may say of its period."""

    over: Annotated[str, *one_of("interval", "day", "week", "run")] = "run"
    on: OnDays | None = None
    """In which share of the periods, such as 90% of days."""

    @model_validator(mode="after")
    def _same_period(self) -> Target:
        if self.on is not None and self.on.of != self.over:
            raise Refusal(
                "E-RANGE",
                f"counts {self.on.of}s while the target is over each {self.over}",
                try_=f"over: {self.on.of}",
                at=("on",),
            )
        return self


class ServiceLevelTarget(Target):
    """At least this share answered within this time."""

    goal: Goal


class AbandonmentTarget(Target):
    """At most this share abandons."""

    goal: Share


class AsaTarget(Target):
    """At most this average speed of answer, seconds."""

    goal: Duration


class OccupancyTarget(Target):
    """Occupancy within this range."""

    goal: ShareRange


class FcrTarget(Target):
    """At least this share is helped at first contact (the KPI `fcr`)."""

    goal: Share

    @model_validator(mode="after")
    def _has_days(self) -> FcrTarget:
        if self.over == "interval":
            raise Refusal("E-CHOICE", "cases are counted by day", got="interval", allowed="day, week, run", at=("over",))
        return self


class BackOfficeTarget(Target):
    """At least this share of the back-office work is done by its due time (the KPI `back_office_in_time`)."""

    goal: Share

    @model_validator(mode="after")
    def _has_days(self) -> BackOfficeTarget:
        if self.over == "interval":
            what = "work is due by the day"
            raise Refusal("E-CHOICE", what, got="interval", allowed="day, week, run", at=("over",))
        return self


class Targets(Model):
    """What the centre wants to reach."""

    service_level: Annotated[ServiceLevelTarget, scalar_as("goal")] | None = None
    abandonment: Annotated[AbandonmentTarget, scalar_as("goal")] | None = None
    asa: Annotated[AsaTarget, scalar_as("goal")] | None = None
    occupancy: Annotated[OccupancyTarget, scalar_as("goal")] | None = None
    fcr: Annotated[FcrTarget, scalar_as("goal")] | None = None
    back_office: Annotated[BackOfficeTarget, scalar_as("goal")] | None = None
    intervals_in_target: Share | None = None
    """Share of the intervals that is to reach the goal of `service_level`, over all replications."""


SERVICE_LEVELS = (
    "answered_over_offered",
    "exclude_short_abandons",
    "exclude_abandons_in_time",
    "abandons_in_time_count",
    "short_abandons_count",
    "answered_only",
    "connect",
)


class ReportAs(NamedTuple):
    """How a system counts as it is usually set up."""

    service_level: str
    flow_outs: str
    short_abandon: float
    attribute: str


REPORT_AS = {
    "avaya_cms": ReportAs("answered_over_offered", "include", 0.0, "end"),
    "genesys_cloud": ReportAs("answered_over_offered", "exclude", 5.0, "answer"),
    "amazon_connect": ReportAs("connect", "include", 0.0, "end"),
    "iex": ReportAs("answered_over_offered", "include", 5.0, "arrival"),
}
"""Avaya CMS: ACCEPTABLE / CALLSOFFERED of the calls that end in the interval, flow-outs offered too (its vector manuals).
Genesys Cloud: flow-outs are an option that is off at first; each event counts when it happens. Amazon Connect: removed from
the queue in time / queued, by the time of disconnecting (its metric definitions). IEX: by the interval calls come in."""


class Metrics(Model):
    """Which variant of each measure is reported."""

    service_level: Annotated[str, *one_of(*SERVICE_LEVELS)] = SERVICE_LEVELS[0]
    flow_outs: Annotated[str, *one_of("include", "met", "exclude")] = "include"
    short_abandon: Duration = 5.0
    attribute: Annotated[str, *one_of("arrival", "answer", "end")] = "arrival"
    also_within: tuple[Duration, ...] = ()
    """Further thresholds at which the service level is counted."""
    clock: Annotated[str, *one_of("queue", "arrival")] = "queue"
    """From when on a contact's thresholds run: its queue entry, or its dial, IVR included. Queues always take their entry."""
    fcr_window: PositiveDuration = 604_800.0
    """Who comes back within it after his first contact with an agent was not helped at first contact."""
    report_as: Annotated[str, *one_of(*REPORT_AS)] | None = None
    """As this system counts: sets service_level, flow_outs, short_abandon and attribute."""

    @model_validator(mode="after")
    def _said_once(self) -> Metrics:
        said = [key for key in ReportAs._fields if key in self.model_fields_set]
        if self.report_as is not None and said:
            own = getattr(REPORT_AS[self.report_as], said[0])
            what = f"report_as: {self.report_as} sets it already, to {f'{own:g}s' if isinstance(own, float) else own}"
            raise Refusal("E-BOTH", what, got=said[0], try_="keep one of them", at=(said[0],))
        return self

    @property
    def settled(self) -> Metrics:
        """What `report_as` stands for, written out."""
        if self.report_as is None:
            return self
        return self.model_copy(update={**REPORT_AS[self.report_as]._asdict(), "report_as": None})


class Costs(Model):
    """What is paid beside agents, in the scenario's currency."""

    trunk_per_minute: Money = 0.0
    """Per minute of a line in use, from the dial to the end of the talk."""
    per_abandon: Money = 0.0
    """Per contact that abandons."""


class Run(Model):
    """How the scenario is simulated."""

    replications: Annotated[int, *whole(1, 1_000_000)] = 100
    seed: Annotated[int, *parsed(_parse_seed, int, Annotated[int, Field(ge=0, lt=2**64)] | None)] = 1
    """0 to 2^64 - 1; null draws one and keeps it in the resolved scenario."""
    confidence: Annotated[float, *parsed(_parse_confidence, units.format_percent, SHARE_WRITTEN)] = 0.95
    mode: Annotated[str, *one_of("terminating", "steady")] = "terminating"
    length: PositiveDuration | None = None
    """Only in steady mode: time simulated, warm-up included."""
    warm_up: Duration = 0.0
    """Only in steady mode: time dropped at the start."""
    service_draw: Annotated[str, *one_of("caller", "start_order")] = "caller"
    """For tests of theorems: start_order gives the n-th started call the n-th handle time."""
    carry_in: Annotated[str, *one_of("steady", "none")] | None = None
    """Where customers come back: steady (the default then) simulates the days before the first and counts nothing of them, so
    that the first day has its returns."""


class Closing(Model):
    """What happens at closing time."""

    queue: Annotated[str, *one_of("serve", "clear")] = "serve"
    overtime_up_to: Duration | None = None
    """None: no cap."""
