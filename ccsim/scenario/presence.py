"""Who works when: shifts with breaks, rosters by person, and what of it is lost or paid.

Parts of ``scenario.model``, which says what a scenario is as a whole; ``scenario.duties`` answers what they mean in seconds.
"""

from __future__ import annotations

import datetime
import itertools
from typing import Annotated, Any, NamedTuple

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.calls import Time
from ccsim.scenario.fields import SHARE_WRITTEN, Model, PositiveDuration, Share, Text, exactly_one, one_of, parsed
from ccsim.scenario.marks import ShortForm
from ccsim.units import DAY, Plain, Window

PHONES, BREAK, UNPAID_BREAK, OFF_PHONE, IGNORE = "phones", "break", "unpaid_break", "off_phone", "ignore"
ACTIVITIES = {
    PHONES: ("phones", "phone", "on phone", "calls", "shift", "work", "available"),
    BREAK: ("break", "paid break", "short break"),
    UNPAID_BREAK: ("unpaid_break", "unpaid break", "lunch", "meal"),
    OFF_PHONE: ("off_phone", "off phone", "meeting", "team meeting", "training", "coaching", "admin"),
    IGNORE: ("ignore", "day off", "vacation", "sick", "absent", "leave"),
}
"""What a roster's words mean unless its `activities` says otherwise."""
MOST_ENTRIES = 1_000_000


def _parse_switch(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if not isinstance(raw, Plain) or raw not in ("true", "false"):
        raise Refusal("E-CHOICE", "is neither true nor false", got="nothing" if raw is None else raw, allowed="true, false")
    return raw == "true"


def _parse_clock(raw: object) -> float:
    return units.parse_clock(raw)


def _parse_cost(raw: object) -> units.Rate:
    cost = units.parse_rate(raw)
    if cost.period not in (units.MINUTE, units.HOUR):
        raise Refusal("E-UNIT", "a cost is per hour or per minute", got=raw, try_="19.50/h")
    return cost


class WallClock(NamedTuple):
    """A date and what the clock shows, seconds after midnight."""

    date: datetime.date
    at: float


def parse_wall_clock(raw: object) -> WallClock:
    """Return date and clock time from ``2026-03-02 08:30``."""
    text = str(raw).strip() if isinstance(raw, str) else ""
    date, _, at = text.replace("T", " ").partition(" ")
    if not at:
        raise Refusal("E-TIME-FORMAT", "needs a date and a clock time", got=raw, try_="2026-03-02 08:30")
    return WallClock(units.parse_date(date), units.parse_clock(at.strip()))


def _show_wall_clock(when: WallClock) -> str:
    return f"{when.date} {units.format_clock(when.at)}"


Switch = Annotated[bool, *parsed(_parse_switch, bool, bool)]
Clock = Annotated[float, *parsed(_parse_clock, units.format_clock, Annotated[str, Field(examples=["12:30"])])]
ClockWindow = Annotated[
    Window, *parsed(units.parse_window, units.format_window, Annotated[str, Field(examples=["08:00-16:30"])])
]
Cost = Annotated[units.Rate, *parsed(_parse_cost, units.format_rate, Annotated[str, Field(examples=["19.50/h", "0.42/min"])])]
Stamp = Annotated[WallClock, *parsed(parse_wall_clock, _show_wall_clock, Annotated[str, Field(examples=["2026-03-02 08:30"])])]


class Break(Model):
    """Time away from the phones that a shift plans: at a clock time, or between two."""

    between: ClockWindow | None = None
    """Spread over the team: the agents of a shift go one after the other inside this window."""
    at: Clock | None = None
    for_: Annotated[PositiveDuration, Field(alias="for")]
    paid: Switch = True

    @model_validator(mode="after")
    def _one_form(self) -> Break:
        exactly_one(self, "between", "at")
        if self.between is not None and self.for_ > self.between.end - self.between.start:
            allowed = f"at most {units.spoken_duration(self.between.end - self.between.start)}"
            raise Refusal(
                "E-RANGE", "is longer than its window", got=units.spoken_duration(self.for_), allowed=allowed, at=("for",)
            )
        return self

    def window(self, shift: Window) -> Window:
        """Return from when to when it may last, on the clock of the day on which the shift begins."""
        window = self.between or Window(self.at or 0.0, (self.at or 0.0) + self.for_)
        return window if window.start >= shift.start else Window(window.start + DAY, window.end + DAY)


class Shift(Model):
    """From when to when one works, with the breaks of the day; clock times are those of the team's site."""

    time: ClockWindow
    """May pass midnight."""
    breaks: tuple[Break, ...] = ()
    meetings: tuple[Break, ...] = ()
    """Time off the phones that is no break: meetings, training, coaching."""
    place: Annotated[str, *one_of("spread", "together")] = "spread"
    """How breaks lie in their windows: one agent after the other, or all at the window's beginning."""

    @model_validator(mode="after")
    def _breaks_fit(self) -> Shift:
        windows = []
        for key in ("breaks", "meetings"):
            for index, rest in enumerate(getattr(self, key)):
                window = rest.window(self.time)
                if window.end > self.time.end:
                    allowed = units.format_window(self.time)
                    raise Refusal("E-RANGE", "lies outside the shift", got=_spoken(window), allowed=allowed, at=(key, index))
                windows.append((window, key, index))
        for (before, *_), (after, key, index) in itertools.pairwise(sorted(windows)):
            if after.start < before.end:
                what = f"may overlap the one of {_spoken(before)}"
                raise Refusal("E-OVERLAP", what, got=_spoken(after), at=(key, index))
        return self


def _spoken(window: Window) -> str:
    return f"{units.format_clock(window.start % DAY)}-{units.format_clock(window.end % DAY)}"


class Late(Model):
    """Some come late: which share of the shifts, by how much."""

    share: Share
    by: Time


class Shrinkage(Model):
    """What is lost of the planned time; `absent` is for the whole shift."""

    absent: Share = 0.0
    late: Late | None = None
    off_phone: Share = 0.0
    """Unplanned, in spells of about a quarter of an hour."""

    @model_validator(mode="after")
    def _something_left(self) -> Shrinkage:
        for key in ("absent", "off_phone"):
            if getattr(self, key) > 0.95:
                raise Refusal("E-PROB-RANGE", "leaves nobody at work", got=f"{100 * getattr(self, key):g}%", at=(key,))
        return self

    @property
    def is_none(self) -> bool:
        """True if nothing is lost."""
        return self.absent == 0.0 and self.off_phone == 0.0 and (self.late is None or self.late.share == 0.0)


ShrinkageOrShare = Annotated[
    Shrinkage,
    ShortForm(lambda raw: raw if isinstance(raw, dict) else {"absent": raw}, json_schema_input_type=SHARE_WRITTEN | Shrinkage),
]


class Proficiency(Model):
    """How much agents differ in how long they take."""

    cv: Share


class RosterEntry(Model):
    """What one person does from when to when, on the clock of his site."""

    agent: Text
    start: Stamp
    end: Stamp
    activity: Annotated[str, *one_of(PHONES, BREAK, UNPAID_BREAK, OFF_PHONE)] = PHONES

    @model_validator(mode="after")
    def _forward(self) -> RosterEntry:
        if self.end <= self.start:
            raise Refusal("E-TIME-ORDER", "ends before it starts", got=f"{_show_wall_clock(self.end)}", at=("end",))
        return self


class Roster(Model):
    """Who works when, by person: from a CSV with one row per stretch, or `entries`."""

    csv: Text | None = None
    agent: Text = "agent"
    """Column of the name; start and end hold a date and a clock time."""
    start: Text = "start"
    end: Text = "end"
    activity: Text | None = None
    """Column; missing: all rows are on the phones. Breaks and meetings may lie inside other rows."""
    activities: dict[Text, Annotated[str, *one_of(*ACTIVITIES)]] = {}
    """What words of that column mean, beside phone, break, lunch, meeting, training and the like."""
    team: Text | None = None
    """Column; only the rows that name this team count."""
    entries: Annotated[tuple[RosterEntry, ...], Field(max_length=MOST_ENTRIES)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Roster:
        exactly_one(self, "csv", "entries")
        return self

    def meaning(self, word: str) -> str:
        """Return what a word of the activity column means; Refusal if nobody says."""
        own = {name.casefold(): meaning for name, meaning in self.activities.items()}
        known = own | {name: meaning for meaning, names in ACTIVITIES.items() for name in names if name not in own}
        if word.casefold() not in known:
            raise Refusal("E-CSV", "no such activity", got=word, try_=f"activities: {{{word or 'Word'}: off_phone}}")
        return known[word.casefold()]


def expand_roster(raw: Any) -> Any:
    """Return the long form of a roster: a text is the name of its file."""
    return raw if isinstance(raw, dict) else {"csv": raw}
