"""Who answers: queues, teams and how many agents are on the phones when.

Parts of ``scenario.model``, which says what a scenario is as a whole.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import Field, model_validator

from ccsim.errors import Refusal
from ccsim.scenario.authority import Authority, CreditBudget
from ccsim.scenario.callbacks import Callback, Voicemail
from ccsim.scenario.calls import expand_wrap
from ccsim.scenario.distributions import Distribution
from ccsim.scenario.fields import (
    MOST_ITEMS,
    Date,
    DayKey,
    Duration,
    EachDayOnce,
    Model,
    Name,
    NotYet,
    PositiveNumber,
    Seats,
    Share,
    Text,
    by_day,
    by_day_only,
    exactly_one,
    one_of,
    parsed,
    scalar_as,
    whole,
)
from ccsim.scenario.marks import ShortForm
from ccsim.scenario.presence import Cost, Proficiency, Roster, Shrinkage, ShrinkageOrShare, expand_roster
from ccsim.scenario.skills import Skills
from ccsim.units import parse_number

ShiftCount = Annotated[
    dict[DayKey, Seats], ShortForm(by_day_only, json_schema_input_type=Seats | dict[str, Seats]), EachDayOnce
]
Names = Annotated[tuple[Name, ...], Field(max_length=MOST_ITEMS)]


def _expand_on_phones(raw: Any) -> Any:
    if isinstance(raw, dict):
        return raw
    return {"per_interval": raw} if isinstance(raw, list | tuple) else {"level": raw}


def _expand_headcount(raw: Any) -> Any:
    if isinstance(raw, dict) and "csv" in raw:
        hint = "staffing: {on_phones: {csv: ...}}"
        raise Refusal("E-KEY-UNKNOWN", "a headcount comes from no file", got="csv", try_=hint, at=("csv",))
    return by_day_only(raw)


class Expansion(Model):
    """More teams may answer a call that has waited so long."""

    after: Duration
    to: Annotated[Names, Field(min_length=1)]


class Overflow(Model):
    """A call that has waited so long leaves for another queue."""

    after: Duration
    to: Name
    """A queue; or a team, for a queue of its own."""
    clock: Annotated[str, *one_of("keep", "restart")] = "keep"
    """Whether the call's waiting counts on from its first queue, or begins anew."""


class Queue(Model):
    """Waiting work: whose calls, how urgent, who answers."""

    calls: Names | None = None
    """Call types that wait here; missing: the one of the same name."""
    priority: Annotated[int, *whole(-1000, 1000)] = 0
    """Higher is served first."""
    weight: PositiveNumber = 1.0
    """What a second of waiting counts with `routing: {pick_call: weighted_wait}`, and what a minute of it adds to the priority
    with `priority_plus_wait`."""
    teams: Names | None = None
    """Who answers; missing: every team that is able to."""
    expand: Annotated[tuple[Expansion, ...], Field(max_length=MOST_ITEMS)] = ()
    """The call stays, and more teams may answer."""
    overflow: Annotated[tuple[Overflow, ...], Field(max_length=MOST_ITEMS)] = ()
    """The call leaves for another queue."""
    max_waiting: Annotated[int, *whole(0, 1_000_000)] | None = None
    """Who would wait beside so many goes to the first overflow at once, or is turned away."""
    callback: Callback | None = None
    """Callers may ring off and be called back."""
    voicemail: Voicemail | None = None
    """Callers may leave a message and be called back."""
    clock: NotYet = None


class OnPhones(Model):
    """Agents on the phones on one day: one level, or one number per open interval."""

    level: Seats | None = None
    per_interval: tuple[Seats, ...] | None = None
    csv: Text | None = None
    date: Text | None = None
    time: Text | None = None
    column: Text | None = None

    @model_validator(mode="after")
    def _one_form(self) -> OnPhones:
        exactly_one(self, "level", "per_interval", "csv")
        if self.csv is not None and self.column is None:
            raise Refusal(
                "E-KEY-MISSING", "a CSV needs `column`", try_="{csv: staff.csv, date: Date, time: Time, column: Staff}"
            )
        return self


OnPhonesOfDay = Annotated[OnPhones, ShortForm(_expand_on_phones, json_schema_input_type=Seats | tuple[Seats, ...] | OnPhones)]

OnPhonesByDay = Annotated[
    dict[DayKey, OnPhonesOfDay],
    ShortForm(by_day, json_schema_input_type=OnPhonesOfDay | dict[str, OnPhonesOfDay]),
    EachDayOnce,
]


class Staffing(Model):
    """Agents by interval: on the phones, net of breaks and absence, or scheduled, of whom `shrinkage` takes some away."""

    on_phones: OnPhonesByDay | None = None
    scheduled: OnPhonesByDay | None = None
    paid_per_phone_hour: Annotated[float, *parsed(partial(parse_number, low=1.0, high=10.0), float, float)] | None = None
    """Hours paid for each hour on the phones: turns net staffing into pay."""

    @model_validator(mode="after")
    def _one_form(self) -> Staffing:
        exactly_one(self, "on_phones", "scheduled")
        if self.scheduled is not None and self.paid_per_phone_hour is not None:
            raise Refusal("E-BOTH", "what is scheduled is what is paid", got="paid_per_phone_hour", at=("paid_per_phone_hour",))
        return self

    @property
    def by_day(self) -> dict[str, OnPhones]:
        """What is written, net or gross."""
        return self.on_phones or self.scheduled or {}


class Site(Model):
    """A place where teams work, with its own clock and its own holidays."""

    timezone: Text | None = None
    """Missing: the centre's."""
    holidays: tuple[Date, ...] = ()
    """Days on which nobody works there, on its own calendar."""


class Team(Model):
    """People who do the same work: exactly one of headcount, shifts, staffing, roster and capacity."""

    headcount: (
        Annotated[
            dict[DayKey, Seats], ShortForm(_expand_headcount, json_schema_input_type=Seats | dict[str, Seats]), EachDayOnce
        ]
        | None
    ) = None
    """Agents during all opening hours; a day not named has none."""
    staffing: Staffing | None = None
    site: Name | None = None
    """Where the team works; missing: at the centre."""
    shifts: dict[Name, ShiftCount] | None = None
    """How many agents work each of the scenario's `shifts`, by day."""
    roster: Annotated[Roster, ShortForm(expand_roster, json_schema_input_type=str | Roster)] | None = None
    capacity: Seats | None = None
    """Of a vendor: agents during all opening hours, whatever it costs him to have them there."""
    ring: Annotated[Distribution, ShortForm(expand_wrap, json_schema_input_type=str | Distribution)] | None = None
    """How long a phone rings before it is answered."""
    answer_delay: Annotated[Distribution, ShortForm(expand_wrap, json_schema_input_type=str | Distribution)] | None = None
    """The same for a vendor."""
    skills: Skills | None = None
    """What its agents are able to take; missing: everything."""
    reserve: Seats = 0
    """Agents who must stay idle when a call starts that is not among those the team prefers most."""
    authority: Authority | None = None
    """What its agents may grant per case: a level or an amount; missing: nothing."""
    credit_budget: CreditBudget | None = None
    """What an agent may grant per day, such as 200/day; missing: no limit."""
    shrinkage: ShrinkageOrShare | None = None
    adherence: Share | None = None
    """As an input it stands for `late` and `off_phone`: the rest of the planned time is spent off the phones."""
    proficiency: Annotated[Proficiency, scalar_as("cv")] | None = None
    """Agents differ in how long they take: each has a lognormal factor with mean 1."""
    cost: Cost | None = None
    """Per hour or minute of what is `billed`."""
    billed: Annotated[str, *one_of("paid_time", "talk_and_wrap")] | None = None
    """Missing: paid_time."""
    unresolved: Share = 0.0
    """Of the cases its agents settle."""

    @model_validator(mode="after")
    def _one_form(self) -> Team:
        exactly_one(self, "headcount", "shifts", "staffing", "roster", "capacity")
        if self.ring is not None and self.answer_delay is not None:
            raise Refusal("E-BOTH", "ring says it too", try_="keep one of them", at=("answer_delay",))
        lost = self.shrinkage
        if self.adherence is not None and lost is not None and (lost.late is not None or lost.off_phone):
            what = "adherence stands for lateness and time off the phones, which shrinkage has too"
            raise Refusal("E-BOTH", what, try_="shrinkage with absent only", at=("adherence",))
        if self.adherence is not None and self.adherence < 0.05:
            raise Refusal("E-PROB-RANGE", "leaves nobody at work", got=f"{100 * self.adherence:g}%", at=("adherence",))
        for key in ("shrinkage", "adherence"):
            if self.capacity is not None and getattr(self, key) is not None:
                raise Refusal("E-BOTH", "a capacity is what is there: nothing of it is lost", got=key, at=(key,))
        if self.staffing is not None and self.staffing.on_phones is not None:
            self._check_net(self.staffing)
        if self.billed is not None and self.cost is None:
            raise Refusal("E-KEY-MISSING", "says what a cost is per: needs `cost`", try_="cost: 19.50/h", at=("billed",))
        return self

    def _check_net(self, staffing: Staffing) -> None:
        if self.adherence is not None or (self.shrinkage is not None and self.shrinkage.late is not None):
            key = "adherence" if self.adherence is not None else "shrinkage"
            raise Refusal("E-BOTH", "on_phones is net of it already", got=key, try_="staffing: {scheduled: ...}", at=(key,))
        if self.shrinkage is not None and staffing.paid_per_phone_hour is not None:
            what = "paid_per_phone_hour says already what shrinkage costs"
            raise Refusal("E-BOTH", what, got="shrinkage", at=("shrinkage",))

    @property
    def paid_per_phone_hour(self) -> float:
        """Hours paid for an hour on the phones where staffing is net; elsewhere 1."""
        if self.staffing is None or self.staffing.on_phones is None:
            return 1.0
        if self.staffing.paid_per_phone_hour is not None:
            return self.staffing.paid_per_phone_hour
        lost = self.shrinkage or Shrinkage.model_construct()
        return 1.0 / ((1.0 - lost.absent) * (1.0 - lost.off_phone))
