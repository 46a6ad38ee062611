"""The scenario as a person writes it, typed and frozen: every key of the YAML format is a field here.

``scenario.load`` builds it from a file, ``ccsim.scenario(...)`` from a dict; the compiler reads it through
``scenario.resolve``, which answers in seconds since the first midnight. Times are seconds, shares and factors plain numbers. Keys
of the format that this version cannot simulate have the type `NotYet`: they are refused at their place. Checks that need more
than one part of the scenario live in ``scenario.validate``.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, PrivateAttr, WithJsonSchema, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.distributions import (
    Distribution,
    Nothing,
    Patience,
    Shape,
    expand_distribution,
    parse_time_unit,
)
from ccsim.scenario.fields import (
    MOST_ITEMS,
    CallCount,
    Date,
    DayKey,
    Duration,
    EachDayOnce,
    Factor,
    Goal,
    Model,
    Name,
    NotYet,
    OnDays,
    PositiveDuration,
    Rate,
    Seats,
    Share,
    ShareRange,
    ShortForm,
    Text,
    Weight,
    by_day,
    by_day_only,
    one_of,
    parsed,
    whole,
)
from ccsim.units import Window

if TYPE_CHECKING:
    from ccsim.scenario.load import Origin

FORMAT = 1  # the newest version of the format
FOREVER = "unlimited"

# ------------------------------------------------------------------------------------------------ short forms


def _parse_version(raw: object) -> int:
    if str(raw).strip() != str(FORMAT):
        raise Refusal("E-VERSION", "no such version of the format", got=raw, allowed=f"newest supported: {FORMAT}")
    return FORMAT


def _parse_open(raw: object) -> Window | None:
    return None if raw == "closed" else units.parse_window(raw)


def _show_open(window: Window | None) -> str:
    return units.format_window(window) if window else "closed"


def _parse_seed(raw: object) -> int:
    if raw is None or raw == "null":
        import secrets  # only for the rare scenario that asks for a fresh seed; the number is kept in the scenario

        return secrets.randbits(64)
    return units.parse_integer(raw, 0, 2**64 - 1, "E-SEED")


def _parse_confidence(raw: object) -> float:
    return units.parse_share(raw, low=0.5, high=0.9999)


def _parse_attempts(raw: object) -> int | None:
    return None if raw == FOREVER else units.parse_integer(raw, 0, 1_000_000)


def _parse_spread(raw: object) -> float:
    return units.parse_factor(raw, high=10.0)


def _parse_weekday(raw: object) -> str:
    if raw not in units.WEEKDAYS:
        raise Refusal("E-DAY", "is not a weekday", got=raw, allowed=", ".join(units.WEEKDAYS))
    return str(raw)


def _expand_volume(raw: Any) -> Any:
    if isinstance(raw, dict):
        return raw
    return {"per_interval": raw} if isinstance(raw, list | tuple) else {"rate": raw}


def _expand_on_phones(raw: Any) -> Any:
    if isinstance(raw, dict):
        return raw
    return {"per_interval": raw} if isinstance(raw, list | tuple) else {"level": raw}


def _expand_wrap(raw: Any) -> Any:
    """Return the long form of a wrap time; ``0s`` is none at all, while an exponential of mean 0 would be no law."""
    if isinstance(raw, str) and raw.strip() in ("0s", "0m", "0h"):
        return {"deterministic": {"value": raw}}
    return expand_distribution(raw)


def _expand_hold(raw: Any) -> Any:
    return raw if isinstance(raw, dict) and ("share" in raw or "for" in raw) else {"for": raw}


def _expand_agents(raw: Any) -> Any:
    return raw if isinstance(raw, dict) else {"agents": {"headcount": raw}}


def _expand_what_if(raw: Any) -> Any:
    return raw if isinstance(raw, dict) and "set" in raw else {"set": raw}


def _scalar_as(key: str) -> Any:
    """Let a record be written as the scalar under one of its keys."""
    return ShortForm(lambda raw: raw if isinstance(raw, dict) else {key: raw}, json_schema_input_type=Any)


Names = Annotated[tuple[Name, ...], Field(max_length=MOST_ITEMS)]
Spread = Annotated[float, *parsed(_parse_spread, units.format_percent, str | float)]
OpenHours = Annotated[Window | None, *parsed(_parse_open, _show_open, str)]
Weekday = Annotated[str, BeforeValidator(_parse_weekday), WithJsonSchema({"enum": list(units.WEEKDAYS)})]
Means = Annotated[tuple[PositiveDuration, ...], Field(min_length=1)]
MeansByDay = Annotated[
    dict[DayKey, Means], ShortForm(by_day_only, json_schema_input_type=Means | dict[str, Means]), EachDayOnce
]
Time = Annotated[Distribution, ShortForm(expand_distribution, json_schema_input_type=str | Distribution)]

# ------------------------------------------------------------------------------------------------ calls


class Volume(Model):
    """New callers of one day, before IVR and redials: exactly one of rate, per_interval, total + profile, csv."""

    rate: Rate | None = None
    """Calls per time; a rate per day is spread evenly over the open hours."""
    per_interval: tuple[CallCount, ...] | None = None
    """Mean calls of each open interval."""
    total: Rate | None = None
    """Calls of the day, such as 420/day, spread by `profile`."""
    profile: Name | None = None
    csv: Text | None = None
    """A file with one row per open interval, matched by its time stamps."""
    date: Text = "date"
    time: Text = "time"
    column: Text | None = None
    counts: Annotated[str, *one_of("first_calls_at_door", "all_at_queue")] = "first_calls_at_door"

    @model_validator(mode="after")
    def _one_form(self) -> Volume:
        _exactly_one(self, "rate", "per_interval", "total", "csv")
        if (self.total is None) != (self.profile is None):
            raise Refusal("E-KEY-MISSING", "total and profile go together", try_="{total: 420/day, profile: flat}")
        if self.total is not None and self.total.period is not None:
            raise Refusal(
                "E-UNIT", "a total is per day", got=units.format_rate(self.total), try_="420/day", at=("total",)
            )
        if self.csv is not None and self.column is None:
            raise Refusal(
                "E-KEY-MISSING",
                "a CSV needs `column`",
                try_="{csv: forecast.csv, date: Date, time: Time, column: Calls}",
            )
        if self.counts == "all_at_queue":
            raise Refusal("E-NOT-YET", "not supported yet", at=("counts",))
        return self


class HandleTime(Distribution):
    """A law of handling times; or means by interval (from a CSV) around which `law` spreads."""

    csv: Text | None = None
    date: Text = "date"
    time: Text = "time"
    column: Text | None = None
    unit: Annotated[str, BeforeValidator(parse_time_unit), WithJsonSchema({"enum": ["s", "min"]})] = "s"
    by_interval: MeansByDay | None = None
    """Mean of each open interval."""
    law: Annotated[
        Shape, ShortForm(lambda raw: {raw: {}} if isinstance(raw, str) else raw, json_schema_input_type=Any)
    ] = Field(default_factory=lambda: Shape(exponential=Nothing()))

    @model_validator(mode="after")
    def _one_family(self) -> HandleTime:
        if self.csv is None and self.by_interval is None:
            self.check_family()
        elif self.csv is not None and self.column is None:
            raise Refusal(
                "E-KEY-MISSING",
                "a CSV needs `column`",
                try_="{csv: f.csv, date: Date, time: Time, column: AHT, unit: s}",
            )
        return self


Handling = Annotated[HandleTime, ShortForm(expand_distribution, json_schema_input_type=str | HandleTime)]
Wrap = Annotated[HandleTime, ShortForm(_expand_wrap, json_schema_input_type=str | HandleTime)]
VolumeOfDay = Annotated[Volume, ShortForm(_expand_volume, json_schema_input_type=str | tuple[CallCount, ...] | Volume)]
VolumeByDay = Annotated[
    dict[DayKey, VolumeOfDay],
    ShortForm(by_day, json_schema_input_type=VolumeOfDay | dict[str, VolumeOfDay]),
    EachDayOnce,
]


class Hold(Model):
    """Time on hold: in `share` of the calls, for that long."""

    share: Share = 1.0
    for_: Annotated[Handling, Field(alias="for")]


class CallType(Model):
    """Why people call, how many, how long it takes and how long they wait."""

    volume: VolumeByDay | None = None
    weekday: dict[Weekday, Factor] = {}
    """Multiplies that day's volume."""
    scale: Factor = 1.0
    """Multiplies every volume: the handle for sweeps."""
    handle: Handling | None = None
    """Talk, hold and wrap in one."""
    talk: Handling | None = None
    hold: Annotated[Hold, ShortForm(_expand_hold, json_schema_input_type=str | Hold | Distribution)] | None = None
    wrap: Wrap | None = None
    patience: Annotated[Patience, ShortForm(expand_distribution, json_schema_input_type=str | Patience)] | None = None
    """Missing: callers never hang up."""
    channel: NotYet = None
    needs: NotYet = None
    needs_authority: NotYet = None
    unresolved: NotYet = None
    after_transfer: NotYet = None
    on_shortfall: NotYet = None

    @model_validator(mode="after")
    def _handle_or_talk(self) -> CallType:
        if (self.handle is None) == (self.talk is None):
            raise Refusal(
                "E-KEY-MISSING" if self.handle is None else "E-BOTH",
                "needs either handle or talk (+ hold + wrap)",
                try_="handle: 4m",
            )
        if self.handle is not None and (self.hold is not None or self.wrap is not None):
            raise Refusal(
                "E-BOTH", "handle already holds talk, hold and wrap", try_="talk instead of handle", at=("handle",)
            )
        return self


class ReplayedCall(Model):
    """One call of a log; what it does not say is drawn."""

    at: Annotated[float, *parsed(units.parse_duration, units.format_duration, str)]
    """Seconds since the first midnight."""
    call_type: Name
    handle: Duration | None = None
    patience: Duration | None = None


class Replay(Model):
    """A log of calls that arrive as they did, instead of volumes."""

    csv: Text | None = None
    calls: tuple[ReplayedCall, ...] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Replay:
        _exactly_one(self, "csv", "calls")
        return self


class Uncertainty(Model):
    """How much busier or quieter a day is than its mean: coefficients of variation of gamma factors with mean 1."""

    centre_day: Spread = 0.0
    type_day: Annotated[
        dict[Name, Spread],
        ShortForm(lambda raw: raw if isinstance(raw, dict) else {"all": raw}, json_schema_input_type=Any),
    ] = {}
    """By call type; the key `all` holds for those not named."""
    within_day_correlation: NotYet = None
    forecast_error: NotYet = None


class Ivr(Model):
    """One announcement before the queue."""

    time: Time
    hang_up: Share = 0.0
    """Share of callers who leave in it, at its end."""
    start: NotYet = None
    nodes: NotYet = None


class Redial(Model):
    """Callers who abandoned or were turned away and try again."""

    share: Share
    after: Time
    attempts: Annotated[
        int | None,
        BeforeValidator(_parse_attempts, json_schema_input_type=int | Literal["unlimited"]),
        PlainSerializer(lambda n: FOREVER if n is None else n),
    ] = None
    """Redials per problem at most; None is unlimited."""
    patience: Annotated[str, *one_of("keep", "fresh")] = "keep"
    odds: NotYet = None


class AfterContact(Model):
    """What callers do after a contact."""

    redial: Redial | None = None
    return_: Annotated[NotYet, Field(alias="return")] = None
    leave: NotYet = None
    satisfaction: NotYet = None


# ------------------------------------------------------------------------------------------------ queues and agents


class Queue(Model):
    """Waiting work: whose calls, how urgent, who answers."""

    calls: Names | None = None
    """Call types that wait here; missing: the one of the same name."""
    priority: Annotated[int, *whole(-1000, 1000)] = 0
    """Higher is served first."""
    teams: Names | None = None
    """Who answers; missing: every team."""
    expand: NotYet = None
    overflow: NotYet = None
    callback: NotYet = None
    max_waiting: NotYet = None
    clock: NotYet = None


class OnPhones(Model):
    """Agents on the phones on one day: one level, or one number per open interval."""

    level: Seats | None = None
    per_interval: tuple[Seats, ...] | None = None
    csv: Text | None = None
    date: Text = "date"
    time: Text = "time"
    column: Text | None = None

    @model_validator(mode="after")
    def _one_form(self) -> OnPhones:
        _exactly_one(self, "level", "per_interval", "csv")
        if self.csv is not None and self.column is None:
            raise Refusal(
                "E-KEY-MISSING", "a CSV needs `column`", try_="{csv: staff.csv, date: Date, time: Time, column: Staff}"
            )
        return self


OnPhonesOfDay = Annotated[
    OnPhones, ShortForm(_expand_on_phones, json_schema_input_type=int | tuple[Seats, ...] | OnPhones)
]


class Staffing(Model):
    """Agents by interval, net of breaks and absence."""

    on_phones: Annotated[
        dict[DayKey, OnPhonesOfDay],
        ShortForm(by_day, json_schema_input_type=OnPhonesOfDay | dict[str, OnPhonesOfDay]),
        EachDayOnce,
    ]
    scheduled: NotYet = None
    paid_per_phone_hour: NotYet = None


class Team(Model):
    """People who do the same work: exactly one of headcount and staffing."""

    headcount: (
        Annotated[
            dict[DayKey, Seats], ShortForm(by_day_only, json_schema_input_type=Seats | dict[str, Seats]), EachDayOnce
        ]
        | None
    ) = None
    """Agents during all opening hours; a day not named has none."""
    staffing: Staffing | None = None
    site: NotYet = None
    shifts: NotYet = None
    roster: NotYet = None
    capacity: NotYet = None
    answer_delay: NotYet = None
    skills: NotYet = None
    reserve: NotYet = None
    authority: NotYet = None
    credit_budget: NotYet = None
    shrinkage: NotYet = None
    adherence: NotYet = None
    cost: NotYet = None
    billed: NotYet = None
    unresolved: NotYet = None

    @model_validator(mode="after")
    def _one_form(self) -> Team:
        _exactly_one(self, "headcount", "staffing")
        return self


# ------------------------------------------------------------------------------------------------ targets and run


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

    service_level: Annotated[ServiceLevelTarget, _scalar_as("goal")] | None = None
    abandonment: Annotated[AbandonmentTarget, _scalar_as("goal")] | None = None
    asa: Annotated[AsaTarget, _scalar_as("goal")] | None = None
    occupancy: Annotated[OccupancyTarget, _scalar_as("goal")] | None = None
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


class Run(Model):
    """How the scenario is simulated."""

    replications: Annotated[int, *whole(1, 1_000_000)] = 100
    seed: Annotated[int, *parsed(_parse_seed, int, Annotated[int, Field(ge=0, lt=2**64)] | None)] = 1
    """0 to 2^64 - 1; null draws one and keeps it in the resolved scenario."""
    confidence: Annotated[float, *parsed(_parse_confidence, units.format_percent, str | float)] = 0.95
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


class WhatIf(Model):
    """Named changes to the base scenario, in the grammar of ``--set``."""

    set: dict[str, Any]
    keep_payroll_by: NotYet = None
    also: NotYet = None


# ------------------------------------------------------------------------------------------------ the scenario


class Scenario(Model):
    """A call centre, its callers and how to simulate them."""

    ccsim: Annotated[int, BeforeValidator(_parse_version, json_schema_input_type=Literal[1])] = FORMAT
    """Version of the format."""
    name: Text = "scenario"
    description: Text = ""
    currency: Text = ""
    open: Annotated[
        dict[DayKey, OpenHours], ShortForm(by_day_only, json_schema_input_type=str | dict[str, str]), EachDayOnce
    ] = {units.DAILY: Window(9 * units.HOUR, 17 * units.HOUR)}
    """Opening hours; days not named are closed, a window may pass midnight."""
    interval: PositiveDuration = 1800.0
    start: Date = datetime.date(2024, 1, 1)
    """First day; the default is a Monday."""
    days: Annotated[int, *whole(1, 3660)] = 1
    timezone: Text | None = None
    holidays: tuple[Date, ...] = ()
    """Closed days."""
    closing: Closing = Closing()
    distributions: dict[
        Name, Annotated[Patience, ShortForm(expand_distribution, json_schema_input_type=str | Patience)]
    ] = {}
    profiles: dict[Name, tuple[Weight, ...]] = {}
    """One weight per open interval; flat is built in."""
    calls: Annotated[dict[Name, CallType], Field(max_length=MOST_ITEMS)]
    replay: Annotated[Replay, _scalar_as("csv")] | None = None
    uncertainty: Uncertainty = Uncertainty()
    ivr: Ivr | None = None
    lines: Annotated[int, *whole(1, 1_000_000)] | None = None
    """Telephone lines; IVR, queue and talk occupy one."""
    queues: Annotated[dict[Name, Queue], Field(max_length=MOST_ITEMS)] = {}
    """Missing: one queue per call type."""
    agents: Annotated[
        dict[Name, Team],
        ShortForm(_expand_agents, json_schema_input_type=int | dict[str, Team]),
        Field(max_length=MOST_ITEMS, min_length=1),
    ]
    after_contact: AfterContact = AfterContact()
    target: Goal | None = None
    """Short form of targets.service_level over the run."""
    targets: Targets = Targets()
    metrics: Metrics = Metrics()
    run: Run = Run()
    what_if: dict[Name, Annotated[WhatIf, ShortForm(_expand_what_if, json_schema_input_type=dict[str, Any])]] = {}
    extends: Annotated[None, BeforeValidator(lambda raw: raw, json_schema_input_type=str | list[str])] = None
    """Files this one is based on; merged before anything is checked."""
    authority_levels: NotYet = None
    sites: NotYet = None
    shifts: NotYet = None
    routing: NotYet = None
    make_it_right: NotYet = None
    events: NotYet = None
    costs: NotYet = None

    _origin: Origin | None = PrivateAttr(default=None)  # what was written and where, for with_()

    def with_(self, overrides: Mapping[str, Any], name: str | None = None) -> Scenario:
        """Return a new scenario with dotted paths set, as ``--set`` does; ScenarioError if it does not hold."""
        from ccsim.scenario.load import change  # the loader builds on this module

        return change(self, overrides, name)

    def to_yaml(self) -> str:
        """Return YAML text that loads as an equal scenario: long forms, defaults filled in, CSV columns written out."""
        from ccsim.scenario.schema import to_yaml

        return to_yaml(self)

    @property
    def fingerprint(self) -> str:
        """sha256 of everything that decides the outcomes: all but name, description and what_if, files read in."""
        content = self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude={"name", "description", "what_if"}
        )
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _exactly_one(part: Model, *names: str) -> None:
    given = [name for name in names if getattr(part, name) is not None]
    if not given:
        raise Refusal("E-KEY-MISSING", f"needs one of {', '.join(names)}")
    if len(given) > 1:
        raise Refusal("E-BOTH", f"takes only one of {', '.join(names)}", got=" and ".join(given))
