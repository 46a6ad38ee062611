"""Who answers: queues, teams and how many agents are on the phones when.

Parts of ``scenario.model``, which says what a scenario is as a whole.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from ccsim.errors import Refusal
from ccsim.scenario.fields import (
    MOST_ITEMS,
    Date,
    DayKey,
    EachDayOnce,
    Model,
    Name,
    NotYet,
    PositiveNumber,
    Seats,
    ShortForm,
    Text,
    by_day,
    by_day_only,
    exactly_one,
    whole,
)
from ccsim.scenario.skills import Skills

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


class Queue(Model):
    """Waiting work: whose calls, how urgent, who answers."""

    calls: Names | None = None
    """Call types that wait here; missing: the one of the same name."""
    priority: Annotated[int, *whole(-1000, 1000)] = 0
    """Higher is served first."""
    weight: PositiveNumber = 1.0
    """What a second of waiting counts with `routing: {pick_call: weighted_wait}`."""
    teams: Names | None = None
    """Who answers; missing: every team that is able to."""
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


class Staffing(Model):
    """Agents by interval, net of breaks and absence."""

    on_phones: Annotated[
        dict[DayKey, OnPhonesOfDay],
        ShortForm(by_day, json_schema_input_type=OnPhonesOfDay | dict[str, OnPhonesOfDay]),
        EachDayOnce,
    ]
    scheduled: NotYet = None
    paid_per_phone_hour: NotYet = None


class Site(Model):
    """A place where teams work, with its own clock and its own holidays."""

    timezone: Text | None = None
    """Missing: the centre's."""
    holidays: tuple[Date, ...] = ()
    """Days on which nobody works there, on its own calendar."""


class Team(Model):
    """People who do the same work: exactly one of headcount and staffing."""

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
    shifts: NotYet = None
    roster: NotYet = None
    capacity: NotYet = None
    answer_delay: NotYet = None
    skills: Skills | None = None
    """What its agents are able to take; missing: everything."""
    reserve: Seats = 0
    """Agents who must stay idle when a call starts that is not among those the team prefers most."""
    authority: NotYet = None
    credit_budget: NotYet = None
    shrinkage: NotYet = None
    adherence: NotYet = None
    cost: NotYet = None
    billed: NotYet = None
    unresolved: NotYet = None

    @model_validator(mode="after")
    def _one_form(self) -> Team:
        exactly_one(self, "headcount", "staffing")
        return self
