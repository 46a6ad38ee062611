"""What people call about, how often, how long it takes and how long they wait: the ``calls`` side of a scenario.

Parts of ``scenario.model``, which says what a scenario is as a whole. Times are seconds; a part that a person may
write in a short form says so in its annotation.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.authority import NeedsAuthorityWritten, OnShortfallWritten
from ccsim.scenario.distributions import Distribution, Patience, Shape, expand_distribution, parse_time_unit
from ccsim.scenario.fields import (
    FACTOR_WRITTEN,
    SHARE_WRITTEN,
    CallCount,
    DayKey,
    Duration,
    EachDayOnce,
    Factor,
    Model,
    Name,
    NotYet,
    PositiveDuration,
    Rate,
    Share,
    Text,
    YesNo,
    by_day,
    by_day_only,
    exactly_one,
    one_of,
    parsed,
    whole,
)
from ccsim.scenario.marks import Checks, Reads, ShortForm, Shows

ALL_AT_QUEUE = "all_at_queue"
MOST_NEEDS = 20  # skills one call needs
MOST_TRANSFERS = 20  # of one call; engines count them, and escalations, in a byte


def _parse_spread(raw: object) -> float:
    spread = units.parse_factor(raw, high=10.0)
    if spread > 1 and "%" not in str(raw):
        raise Refusal("E-PROB-RANGE", "a spread above 1 needs its unit", got=raw, try_=f"{spread:g}% or {spread * 100:g}%")
    return spread


def _parse_weekday(raw: object) -> str:
    if raw not in units.WEEKDAYS:
        near = units.short_weekday(str(raw))
        raise Refusal("E-DAY", "is not a weekday", got=raw, allowed=", ".join(units.WEEKDAYS), try_=near)
    return str(raw)


def _per_day(rate: units.Rate) -> units.Rate:
    if rate.period is not None:
        per_day = units.format_rate(units.Rate(rate.calls, None))
        raise Refusal("E-UNIT", "calls while closed are counted by the day", got=units.format_rate(rate), try_=per_day)
    return rate


def _expand_volume(raw: Any) -> Any:
    if isinstance(raw, dict):
        return raw
    return {"per_interval": raw} if isinstance(raw, list | tuple) else {"rate": raw}


def _expand_needs(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


def expand_wrap(raw: Any) -> Any:
    """Return the long form of a wrap time; ``0s`` is none at all, while an exponential of mean 0 would be no law."""
    if isinstance(raw, str) and raw.strip() in ("0s", "0m", "0h"):
        return {"deterministic": {"value": raw}}
    return expand_distribution(raw)


def _expand_patience(raw: Any) -> Any:
    if isinstance(raw, str) and raw.strip().lower() in ("unlimited", "infinite", "infinity", "inf", "none", "forever"):
        raise Refusal("E-DIST", "is no patience", got=raw, try_="never")
    return expand_distribution(raw)


def _expand_hold(raw: Any) -> Any:
    return raw if isinstance(raw, dict) and ("share" in raw or "for" in raw) else {"for": raw}


Spread = Annotated[float, *parsed(_parse_spread, units.format_percent, FACTOR_WRITTEN)]
SpreadByType = Annotated[
    dict[Name, Spread],
    ShortForm(lambda raw: raw if isinstance(raw, dict) else {"all": raw}, json_schema_input_type=Any),
]
Weekday = Annotated[str, Reads(_parse_weekday), WithJsonSchema({"enum": list(units.WEEKDAYS)})]
Means = Annotated[tuple[PositiveDuration, ...], Field(min_length=1)]
MeansByDay = Annotated[
    dict[DayKey, Means], ShortForm(by_day_only, json_schema_input_type=Means | dict[str, Means]), EachDayOnce
]
Time = Annotated[Distribution, ShortForm(expand_distribution, json_schema_input_type=str | Distribution)]


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
    """A file with one row per open interval, matched by its time stamps (columns `date` and `time`)."""
    date: Text | None = None
    time: Text | None = None
    column: Text | None = None
    counts: Annotated[str, *one_of("first_calls_at_door", ALL_AT_QUEUE)] = "first_calls_at_door"
    """all_at_queue: what is offered to the queue, redials included; the fresh calls at the door are solved for."""
    fixed: YesNo = False
    """With total: exactly so many calls every day, whatever `uncertainty` says; only when they come is drawn."""

    @model_validator(mode="after")
    def _one_form(self) -> Volume:
        exactly_one(self, "rate", "per_interval", "total", "csv")
        if (self.total is None) != (self.profile is None):
            raise Refusal("E-KEY-MISSING", "total and profile go together", try_="{total: 420/day, profile: flat}")
        if self.fixed and self.total is None:
            raise Refusal("E-BOTH", "only the total of a day can be fixed", try_="{total: 420/day, profile: flat, fixed: true}")
        if self.total is not None and self.total.period is not None:
            per_day = units.format_rate(units.Rate(self.total.calls, None))
            raise Refusal("E-UNIT", "a total is per day", got=units.format_rate(self.total), try_=per_day, at=("total",))
        if self.csv is not None and self.column is None:
            raise Refusal(
                "E-KEY-MISSING",
                "a CSV needs `column`",
                try_="{csv: forecast.csv, date: Date, time: Time, column: Calls}",
            )
        if self.fixed and self.counts == ALL_AT_QUEUE:
            raise Refusal("E-BOTH", "redials make the number at the queue random", got="fixed and all_at_queue", at=("counts",))
        return self


class HandleTime(Distribution):
    """A law of handling times; or means by interval (from a CSV) around which `law` spreads."""

    csv: Text | None = None
    date: Text | None = None
    time: Text | None = None
    column: Text | None = None
    unit: Annotated[str, Reads(parse_time_unit), WithJsonSchema({"enum": ["s", "min"]})] | None = None
    by_interval: MeansByDay | None = None
    """Mean of each open interval."""
    law: (
        Annotated[Shape, ShortForm(lambda raw: {raw: {}} if isinstance(raw, str) else raw, json_schema_input_type=str | Shape)]
        | None
    ) = None
    """How times spread around the mean of their interval; missing: exponential."""

    def check_family(self) -> None:
        """Refuse anything but one family, or means by interval."""
        if self.csv is None and self.by_interval is None:
            super().check_family()
        elif self.csv is not None and self.column is None:
            raise Refusal(
                "E-KEY-MISSING",
                "a CSV needs `column`",
                try_="{csv: f.csv, date: Date, time: Time, column: AHT, unit: s}",
            )


Handling = Annotated[HandleTime, ShortForm(expand_distribution, json_schema_input_type=str | HandleTime)]
Wrap = Annotated[HandleTime, ShortForm(expand_wrap, json_schema_input_type=str | HandleTime)]
VolumeOfDay = Annotated[Volume, ShortForm(_expand_volume, json_schema_input_type=str | tuple[CallCount, ...] | Volume)]
VolumeByDay = Annotated[
    dict[DayKey, VolumeOfDay],
    ShortForm(by_day, json_schema_input_type=VolumeOfDay | dict[str, VolumeOfDay]),
    EachDayOnce,
]


CallsByDay = Annotated[
    dict[DayKey, Annotated[Rate, Checks(_per_day)]],
    ShortForm(by_day_only, json_schema_input_type=str | dict[str, str]),
    EachDayOnce,
]


class Hold(Model):
    """Time on hold: in `share` of the calls, for that long."""

    share: Share = 1.0
    for_: Annotated[Handling, Field(alias="for")]


def _expand_destinations(raw: Any) -> Any:
    return raw if isinstance(raw, dict) else {raw: 1.0}


def _show_destinations(to: dict[str, float]) -> Any:
    return next(iter(to)) if len(to) == 1 else {name: units.format_percent(share) for name, share in to.items()}


class Transfer(Model):
    """Callers who turn out to need another department, and go on there after the talk."""

    share: Share
    """Of those answered."""
    to: Annotated[
        dict[Name, Share],
        ShortForm(_expand_destinations, json_schema_input_type=str | dict[str, SHARE_WRITTEN]),
        Shows(_show_destinations),
    ]
    """Call type as which they go on, or several with their shares."""
    at_most: Annotated[int, *whole(1, MOST_TRANSFERS)] = 1
    """Transfers of one call, whatever the types: who came here by as many is not transferred again."""


class CallType(Model):
    """Why people call, how many, how long it takes and how long they wait."""

    volume: VolumeByDay | None = None
    weekday: dict[Weekday, Factor] = {}
    """Multiplies that day's volume."""
    scale: Factor = 1.0
    """Multiplies every volume: the handle for sweeps."""
    out_of_hours: CallsByDay = {}
    """Who dials while the lines are closed, per calendar day such as 40/day, spread evenly over its closed hours."""
    handle: Handling | None = None
    """Talk, hold and wrap in one."""
    talk: Handling | None = None
    hold: Annotated[Hold, ShortForm(_expand_hold, json_schema_input_type=str | Hold | Distribution)] | None = None
    wrap: Wrap | None = None
    patience: Annotated[Patience, ShortForm(_expand_patience, json_schema_input_type=str | Patience)] | None = None
    """Missing: callers never hang up."""
    transfer: Transfer | None = None
    channel: NotYet = None
    needs: Annotated[
        tuple[Name, ...], Reads(_expand_needs, json_schema_input_type=Name | list[Name]), Field(max_length=MOST_NEEDS)
    ] = ()
    """Skills an agent must have, all of them."""
    needs_authority: NeedsAuthorityWritten | None = None
    """Cases in which somebody must be allowed to grant something."""
    unresolved: Share = 0.0
    """Of those settled, whoever does."""
    after_transfer: Factor = 1.0
    """Patience after a transfer or an escalation to a queue of this type, relative to what it is otherwise."""
    on_shortfall: OnShortfallWritten | None = None
    """Missing: as make_it_right says."""

    @model_validator(mode="after")
    def _handle_or_talk(self) -> CallType:
        if (self.handle is None) == (self.talk is None):
            raise Refusal(
                "E-KEY-MISSING" if self.handle is None else "E-BOTH",
                "needs either handle or talk (+ hold + wrap)",
                try_="handle: 4m",
            )
        if self.handle is not None and (self.hold is not None or self.wrap is not None):
            raise Refusal("E-BOTH", "handle already holds talk, hold and wrap", try_="talk instead of handle", at=("handle",))
        return self


class SolvedCalls(Model):
    """Of one call type and each date: what was wanted at the queue, and the fresh calls at the door that bring it."""

    offered: dict[DayKey, tuple[CallCount, ...]]
    fresh: dict[DayKey, tuple[CallCount, ...]]


class Solved(Model):
    """Fresh calls found for volumes that count all_at_queue; ccsim.calibrate writes it, plans derived from it keep it."""

    seed: Annotated[int, *whole(0, 2**64 - 1)]
    replications: Annotated[int, *whole(1, 1_000_000)]
    tolerance: Share
    """Largest deviation of an interval's mean offers from the wanted ones, of the day's mean interval where that is more."""
    calls: dict[Name, SolvedCalls]


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
        exactly_one(self, "csv", "calls")
        return self


class Uncertainty(Model):
    """How much busier or quieter a day is than its mean: coefficients of variation of gamma factors with mean 1."""

    centre_day: Spread = 0.0
    type_day: SpreadByType = {}
    """By call type; the key `all` holds for those not named."""
    within_day_correlation: Share = 1.0
    """Of the factors of two intervals of one day; 100 %: a busy day is busy all day."""
    forecast_error: SpreadByType = {}
    """How far the forecast of a call type may be off over the whole run, by call type as `type_day`."""
