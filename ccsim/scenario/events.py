"""What may happen inside a window of time, and what it changes: the ``events`` of a scenario, from a closed list.

Parts of ``scenario.model``. ``scenario.occasions`` says on which dates they may happen.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.calls import Time
from ccsim.scenario.fields import Model, Name, exactly_one, parsed, plain_data, whole
from ccsim.scenario.marks import Reads, ShortForm
from ccsim.units import Window
from ccsim.vocabulary import EventField

ALLOWED = "calls.<name>.scale, .handle, queues.<name>: closed, ivr.nodes.<name>: closed, .contained"


class DayWindow(NamedTuple):
    """A window of the days a key names, such as ``mon-fri 09:30-10:45``."""

    day: str
    window: Window


class Change(NamedTuple):
    """One thing an event sets: a field of one named part, or of all (``*``), and by which factor or to which value.

    The one announcement of a plain IVR has no name.
    """

    field: EventField
    name: str
    amount: float
    is_factor: bool


def parse_day_window(raw: object) -> DayWindow:
    """Return the days and the window of ``mon 09:30-10:45`` or ``2026-03-02 09:30-10:45``."""
    if not isinstance(raw, str):
        raise Refusal("E-TYPE", "needs a day and a window", got=raw, try_="mon 09:30-10:45")
    day, _, window = str(raw).strip().partition(" ")
    if not window or ":" in day:
        raise Refusal("E-TIME-FORMAT", "needs a day and a window", got=raw, try_="mon 09:30-10:45 or daily 09:30-10:45")
    units.parse_day_key(day)
    return DayWindow(day, units.parse_window(window.strip()))


def _show_day_window(when: DayWindow) -> str:
    return f"{when.day} {units.format_window(when.window)}"


def _parse_chance(raw: object) -> float:
    text = raw.strip().removesuffix("per day").strip() if isinstance(raw, str) else raw
    return units.parse_share(units.Plain(text) if isinstance(text, str) else text)


def _show_chance(share: float) -> str:
    return f"{units.format_percent(share)} per day"


def _parse_start(raw: object) -> Window:
    """Return from when to when it may start, both the same for a single clock time."""
    if isinstance(raw, str) and "-" not in raw:
        at = units.parse_clock(raw)
        return Window(at, at)
    return units.parse_window(raw)


def _show_start(window: Window) -> str:
    return units.format_clock(window.start) if window.start == window.end else units.format_window(window)


def parse_change(path: str, value: Any) -> Change:
    """Return what one entry of `set` changes; Refusal E-EVENT for anything that is not on the list."""
    call = re.fullmatch(r"calls\.(.+)\.(scale|handle)", path)
    queue = re.fullmatch(r"queues\.([^.]+)", path)
    if call:
        is_factor = isinstance(value, dict)
        if is_factor and set(value) != {"times"}:
            raise Refusal("E-EVENT", "an event multiplies", got=value, try_="{times: 110%}")
        if not is_factor and call[2] == "handle":
            raise Refusal("E-EVENT", "an event multiplies handle times", got=value, try_="{times: 120%}")
        raw = value["times"] if is_factor else value
        factor = units.parse_factor(units.Plain(raw) if isinstance(raw, str) else raw)
        return Change(EventField.ARRIVALS if call[2] == "scale" else EventField.HANDLE, call[1], factor, is_factor)
    if queue:
        if value != "closed":
            raise Refusal("E-EVENT", "a queue can be closed in an event, nothing else", got=value, try_="closed")
        return Change(EventField.QUEUE, queue[1], 0.0, True)
    contained = re.fullmatch(r"ivr(?:\.nodes\.([^.]+))?\.contained", path)
    node = re.fullmatch(r"ivr\.nodes\.([^.]+)", path)
    if contained:
        if value is not None and not (isinstance(value, dict) and set(value) == {"times"}):
            raise Refusal("E-EVENT", "an event multiplies a share, or leaves nobody", got=value, try_="{times: 50%} or null")
        raw = 0.0 if value is None else value["times"]
        factor = units.parse_factor(units.Plain(raw) if isinstance(raw, str) else raw)
        return Change(EventField.CONTAINED, contained[1] or "", factor, True)
    if node:
        if value != "closed":
            raise Refusal("E-EVENT", "a node can be closed in an event, nothing else", got=value, try_="closed")
        return Change(EventField.NODE, node[1], 0.0, True)
    raise Refusal("E-EVENT", "an event cannot change this", got=path, allowed=ALLOWED)


class Happening(Model):
    """Something that happens at fixed times or by chance, and what it changes while it lasts."""

    when: (
        Annotated[
            tuple[Annotated[DayWindow, *parsed(parse_day_window, _show_day_window, str)], ...],
            ShortForm(lambda raw: raw if isinstance(raw, list | tuple) else [raw], json_schema_input_type=str | list[str]),
            Field(min_length=1),
        ]
        | None
    ) = None
    """Days and window, such as mon 09:30-10:45."""
    chance: Annotated[float, *parsed(_parse_chance, _show_chance, str | float)] | None = None
    """That it happens on a day, such as 4% per day."""
    start: Annotated[Window, *parsed(_parse_start, _show_start, str)] | None = None
    """With chance: from when to when it may begin, evenly, such as 08:00-16:00."""
    for_: Annotated[Time | None, Field(alias="for")] = None
    """With chance: how long it lasts."""
    set: Annotated[dict[str, Any], Reads(plain_data, json_schema_input_type=dict[str, Any])] = {}
    """What it changes: calls.<name>.scale or handle by {times: 110%}, queues.<name>: closed, ivr.nodes.<name>: closed,
    ivr.nodes.<name>.contained by {times: 50%} or null."""
    off_phones: dict[Name, Annotated[int, *whole(1, 100_000)]] = {}
    """How many of a team are taken off the phones while it lasts: those who are idle at once, others when they are free."""

    @model_validator(mode="after")
    def _one_form(self) -> Happening:
        exactly_one(self, "when", "chance")
        for key, given in (("start", self.start), ("for", self.for_)):
            if (given is None) == (self.when is None):
                code = "E-KEY-MISSING" if given is None else "E-BOTH"
                what = f"by chance it needs `{key}`" if given is None else f"`when` says {key}, too"
                raise Refusal(code, what, try_="{chance: 4% per day, start: 08:00-16:00, for: 30m}")
        if not self.set and not self.off_phones:
            raise Refusal("E-KEY-MISSING", "changes nothing: needs `set` or `off_phones`", try_="off_phones: {desk: 2}")
        for path, value in self.set.items():
            try:
                parse_change(path, value)
            except Refusal as refusal:
                refusal.at = ("set", path)
                raise
        return self

    def changes(self) -> dict[str, Change]:
        """Return what `set` says by its path."""
        return {path: parse_change(path, value) for path, value in self.set.items()}
