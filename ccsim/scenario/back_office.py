"""Work beside the calls: letters, e-mail, cases put aside, which agents do while they are idle.

It changes nothing for callers: whoever works on it drops it, at no cost, in the instant a call comes. So neither the compiler
nor an engine reads it; ``experiment.back_office`` reckons with the idle time both engines count.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field, field_validator, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.calls import ALL_AT_QUEUE, VolumeByDay
from ccsim.scenario.fields import MOST_ITEMS, CallCount, Factor, Model, Name, PositiveDuration, one_of, parsed, whole

__all__ = ["BackOfficeWork", "Due"]

_RULES = ("same_day", "next_day")


class Due(NamedTuple):
    """By when work is due: at the closing so many openings later, or so many seconds after it came."""

    openings: int | None
    after: float | None


def _parse_due(raw: object) -> Due:
    word = str(raw).strip().replace(" ", "_")
    if word in _RULES:
        return Due(_RULES.index(word), None)
    try:
        return Due(None, units.parse_positive_duration(raw))
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.what, got=raw, allowed=f"{', '.join(_RULES)}, or a time such as 24h") from None


def _show_due(due: Due) -> str:
    return _RULES[due.openings] if due.openings is not None else units.format_duration(due.after or 0.0)


class BackOfficeWork(Model):
    """A pile of work that agents do while they are idle, and drop in the instant a call comes."""

    volume: VolumeByDay
    """Items that come, in any form of a call volume; not drawn: always so many."""
    scale: Factor = 1.0
    """Multiplies every volume: the handle for sweeps."""
    handle: PositiveDuration
    """Agent time of an item, on average."""
    comes: Annotated[str, *one_of("through_the_day", "at_opening")] = "through_the_day"
    """When: in the interval the volume says, from its beginning on; or all of a day's when lines open."""
    teams: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    """Whose idle agents do it; of an interval the idle time of the team named first is used first. Missing: all teams that are
    paid by the hour, by name."""
    due: (
        Annotated[Due, *parsed(_parse_due, _show_due, Annotated[str, Field(examples=["same_day", "next_day", "24h"])])] | None
    ) = None
    """same_day: by that day's closing; next_day: by closing of the next open day; or a time after it came. Missing: never."""
    priority: Annotated[int, *whole(-1000, 1000)] = 0
    """Of several piles the higher is done first, then the one whose name comes first."""
    waiting: CallCount = 0.0
    """Items that lie there already when the first day opens."""

    @field_validator("teams")
    @classmethod
    def _each_once(cls, teams: tuple[str, ...] | None) -> tuple[str, ...] | None:
        twice = [name for number, name in enumerate(teams or ()) if name in (teams or ())[:number]]
        if twice:
            raise Refusal("E-BOTH", "names a team twice", got=twice[0])
        return teams

    @model_validator(mode="after")
    def _plain_volume(self) -> BackOfficeWork:
        for key, volume in self.volume.items():
            if volume.fixed or volume.counts == ALL_AT_QUEUE:
                name = "fixed" if volume.fixed else "counts"
                raise Refusal("E-BOTH", "is for calls; items are never drawn", got=name, at=("volume", key, name))
        return self
