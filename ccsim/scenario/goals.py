"""What the centre wants to reach, how it is measured, and how the scenario is simulated.

Parts of ``scenario.model``, which says what a scenario is as a whole.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.fields import (
    SHARE_WRITTEN,
    Duration,
    Goal,
    Model,
    NotYet,
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


class Targets(Model):
    """What the centre wants to reach."""

    service_level: Annotated[ServiceLevelTarget, scalar_as("goal")] | None = None
    abandonment: Annotated[AbandonmentTarget, scalar_as("goal")] | None = None
    asa: Annotated[AsaTarget, scalar_as("goal")] | None = None
    occupancy: Annotated[OccupancyTarget, scalar_as("goal")] | None = None
    intervals_in_target: NotYet = None


SERVICE_LEVELS = (
    "answered_over_offered",
    "exclude_short_abandons",
    "exclude_abandons_in_time",
    "abandons_in_time_count",
    "short_abandons_count",
    "answered_only",
    "connect",
)


class Metrics(Model):
    """Which variant of each measure is reported."""

    service_level: Annotated[str, *one_of(*SERVICE_LEVELS)] = SERVICE_LEVELS[0]
    flow_outs: Annotated[str, *one_of("include", "met", "exclude")] = "include"
    short_abandon: Duration = 5.0
    attribute: Annotated[str, *one_of("arrival", "answer", "end")] = "arrival"
    also_within: tuple[Duration, ...] = ()
    """Further thresholds at which the service level is counted."""
    report_as: NotYet = None
    clock: NotYet = None

    @model_validator(mode="after")
    def _no_callbacks_yet(self) -> Metrics:
        if self.service_level == "connect":
            raise Refusal("E-NOT-YET", "not supported yet", got="connect", at=("service_level",))
        return self


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
    carry_in: NotYet = None


class Closing(Model):
    """What happens at closing time."""

    queue: Annotated[str, *one_of("serve", "clear")] = "serve"
    overtime_up_to: Duration | None = None
    """None: no cap."""
