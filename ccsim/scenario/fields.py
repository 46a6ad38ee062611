"""The kinds of value a scenario file holds, as annotated types: how each is read, printed and described to an editor.

Used by the models only. A field type here turns text into numbers in seconds, shares and factors (``ccsim.units``),
refuses with a `Refusal`, prints back to the same text, and says in the JSON Schema what a person may write.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.marks import Checks, Reads, ShortForm, Shows

MOST_NAME = 100  # characters of a name
MOST_TEXT = 10_000  # characters of a description
MOST_ITEMS = 1_000  # call types, queues or teams in one scenario


class Model(BaseModel):
    """Base of all parts of a scenario: frozen, no unknown keys, numbers finite.

    The text below a field is its description in the JSON Schema; `scenario.schema` reads it there, since pydantic would
    parse every source file at each import for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def parsed(parse: Callable[[Any], Any], show: Callable[[Any], Any], accepts: Any) -> tuple[Any, ...]:
    """Return the annotations of a leaf: its parser, its printer and what an editor may accept."""
    return (Reads(parse, json_schema_input_type=accepts), Shows(show))


# -------------------------------------------------------------------------------- text and names


def parse_name(raw: object) -> str:
    """Return a name: printable, at most 100 characters, without the marks of dotted paths."""
    if raw is None:
        raise Refusal("E-NAME-TYPE", "an empty value is no name", try_='quote it: "null"')
    if not isinstance(raw, str):
        raise Refusal("E-NAME-TYPE", "needs a name", got=raw)
    if len(raw) > MOST_NAME:
        raise Refusal("E-LIMIT", f"a name of {len(raw)} characters", allowed=f"at most {MOST_NAME}")
    if not raw or raw != raw.strip() or not raw.isprintable() or "." in raw or "*" in raw:
        raise Refusal("E-NAME-CHAR", "is no name", got=raw, allowed="printable characters without . and *")
    return str(raw)


def parse_text(raw: object) -> str:
    """Return free text without control characters other than line breaks and tabs."""
    if raw is None or not isinstance(raw, str):
        raise Refusal("E-TYPE", "needs text", got=raw)
    if len(raw) > MOST_TEXT:
        raise Refusal("E-LIMIT", f"a text of {len(raw)} characters", allowed=f"at most {MOST_TEXT}")
    if any(not (c.isprintable() or c in "\n\t") for c in raw):
        raise Refusal("E-NAME-CHAR", "holds control characters", got=raw)
    return str(raw)


def one_of(*words: str) -> tuple[Any, ...]:
    """Return the annotations of a text that must be one of `words`."""

    def parse(raw: object) -> str:
        if not isinstance(raw, str) or raw not in words:
            raise Refusal(
                "E-CHOICE", "is not one of its choices", got="nothing" if raw is None else raw, allowed=", ".join(words)
            )
        return str(raw)

    return (Reads(parse), WithJsonSchema({"enum": list(words)}))


def parse_yes_no(raw: object) -> bool:
    """Return True or False; YAML 1.1's yes and on are told what to write."""
    words = {"true": True, "false": False}
    if isinstance(raw, bool):
        return raw
    if str(raw).strip() not in words:
        raise Refusal("E-CHOICE", "is not one of its choices", got="nothing" if raw is None else raw, allowed="true, false")
    return words[str(raw).strip()]


YesNo = Annotated[bool, Reads(parse_yes_no, json_schema_input_type=bool)]
Name = Annotated[str, *parsed(parse_name, str, Annotated[str, Field(max_length=MOST_NAME)])]
Text = Annotated[str, *parsed(parse_text, str, str)]

# -------------------------------------------------------------------------------- numbers with units

_DURATION = Annotated[str, Field(pattern=r"^\s*([-+.\deE]+\s*(s|m|min|h|d)\s*)+$", examples=["20s", "3m30s", "1.5h"])]
SHARE_WRITTEN = Annotated[str, Field(pattern=r"%\s*$", examples=["12%"])] | Annotated[float, Field(ge=0, le=1)]
FACTOR_WRITTEN = Annotated[str, Field(pattern=r"%\s*$", examples=["110%"])] | Annotated[float, Field(ge=0, le=10)]
_RATE = Annotated[str, Field(pattern="/", examples=["60/h", "480/day", "100/min"])]
_DATE = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

Duration = Annotated[float, *parsed(units.parse_duration, units.format_duration, _DURATION)]
PositiveDuration = Annotated[float, *parsed(units.parse_positive_duration, units.format_duration, _DURATION)]
Share = Annotated[float, *parsed(units.parse_share, units.format_percent, SHARE_WRITTEN)]
Factor = Annotated[float, *parsed(units.parse_factor, units.format_percent, FACTOR_WRITTEN)]
Rate = Annotated[units.Rate, *parsed(units.parse_rate, units.format_rate, _RATE)]
Goal = Annotated[units.Goal, *parsed(units.parse_goal, units.format_goal, Annotated[str, Field(examples=["80/20"])])]
ShareRange = Annotated[
    units.ShareRange,
    *parsed(units.parse_share_range, units.format_share_range, Annotated[str, Field(examples=["65%-88%"])]),
]
OnDays = Annotated[
    units.OnDays, *parsed(units.parse_on_days, units.format_on_days, Annotated[str, Field(examples=["90% of days"])])
]
Date = Annotated[datetime.date, *parsed(units.parse_date, str, _DATE)]
CallCount = Annotated[float, *parsed(partial(units.parse_number, low=0.0, high=1e9), float, Annotated[float, Field(ge=0)])]
Weight = CallCount
PositiveNumber = Annotated[
    float, *parsed(partial(units.parse_number, low=1e-9, high=1e9), float, Annotated[float, Field(gt=0)])
]


def whole(low: int, high: int, code: str = "") -> tuple[Any, ...]:
    """Return the annotations of a whole number in `low`..`high`."""
    parse = partial(units.parse_integer, low=low, high=high, code=code)
    return parsed(parse, int, Annotated[int, Field(ge=low, le=high)])


Seats = Annotated[int, *whole(0, 100_000)]


def plain_data(raw: Any) -> Any:
    """Return plain data with numbers where unquoted text is one, so that printing it keeps the difference."""
    if isinstance(raw, dict):
        return {str(key): plain_data(item) for key, item in raw.items()}
    if isinstance(raw, list):
        return [plain_data(item) for item in raw]
    if isinstance(raw, units.Plain):
        try:
            number = units.parse_number(raw)
        except Refusal:
            return str(raw)
        return int(raw) if str(raw).isdigit() and str(int(raw)) == raw else number
    return str(raw) if isinstance(raw, str) else raw


# -------------------------------------------------------------------------------- not supported yet


def not_yet(try_: str = "") -> Reads:
    """Return the annotation of a key that cannot be simulated yet, with what to write instead."""

    def refuse(_: object) -> None:
        raise Refusal("E-NOT-YET", "not supported yet", try_=try_)

    return Reads(refuse, json_schema_input_type=Any)


NotYet = Annotated[None, not_yet()]
"""A key the format knows and this version cannot simulate: refused at its place, never ignored."""

# -------------------------------------------------------------------------------- by day

T = TypeVar("T")
_DAY_LIKE = (*units.WEEKDAYS, units.DAILY)


def is_day_key(key: object) -> bool:
    """True if a key of a map looks like a day: ``mon``, ``mon-fri``, a date or ``daily``; or ``Monday``, to be told so."""
    word = str(key).strip().lower()
    first = word.split("-")[0]
    return first in _DAY_LIKE or word[:4].isdigit() or (first.endswith("day") and units.short_weekday(first) != "")


def by_day(raw: Any) -> Any:
    """Wrap a value that holds for every day; a map with days as keys stays as it is."""
    return raw if isinstance(raw, dict) and any(is_day_key(key) for key in raw) else {units.DAILY: raw}


def by_day_only(raw: Any) -> Any:
    """Wrap a value that is never a map itself, so that every map is one by day."""
    return raw if isinstance(raw, dict) else {units.DAILY: raw}


def _day_key(raw: object) -> str:
    text = parse_name(raw)
    units.parse_day_key(text)
    return text


def each_day_once(days: Mapping[str, T]) -> Mapping[str, T]:
    """Refuse a by-day map in which two keys name the same weekday or date."""
    owner: dict[object, str] = {}
    for key in days:
        named = units.parse_day_key(key)
        for day in named if isinstance(named, frozenset) else [named]:
            if day in owner:
                raise Refusal("E-OVERLAP", f'the same day is in "{owner[day]}" and "{key}"', at=(key,))
            owner[day] = key
    return days


def on_day(days: Mapping[str, T], date: datetime.date) -> T | None:
    """Return what a by-day map says of a date: its own entry, else its weekday's, else the daily one, else None."""
    key = key_on_day(days, date)
    return None if key is None else days[key]


def key_on_day(days: Mapping[str, T], date: datetime.date) -> str | None:
    """Return the key of a by-day map that decides a date, or None if no key does."""
    daily = weekday = None
    for key in days:
        named = units.parse_day_key(key)
        if named == date:
            return key
        if named is None:
            daily = key
        elif isinstance(named, frozenset) and date.weekday() in named:
            weekday = key
    return weekday or daily


DayKey = Annotated[str, Reads(_day_key, json_schema_input_type=str)]
EachDayOnce = Checks(each_day_once)


def scalar_as(key: str) -> Any:
    """Let a record be written as the scalar under one of its keys."""
    return ShortForm(lambda raw: raw if isinstance(raw, dict) else {key: raw}, json_schema_input_type=Any)


def exactly_one(part: Model, *names: str) -> None:
    """Refuse a record unless exactly one of these fields is given."""
    given = [name for name in names if getattr(part, name) is not None]
    if not given:
        raise Refusal("E-KEY-MISSING", f"needs one of {', '.join(names)}")
    if len(given) > 1:
        raise Refusal("E-BOTH", f"takes only one of {', '.join(names)}", got=" and ".join(given))
