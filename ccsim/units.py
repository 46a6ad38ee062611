"""Text with units -> numbers in seconds, shares and calls per second; and back, exactly.

Called by the scenario models and the command line. Scalars of a YAML file arrive as text: `Plain` when they stood
without quotes, `str` when quoted; Python callers may give numbers. Nothing here knows files or positions; a value
that cannot be read raises `Refusal`. Every ``format_*`` is the exact inverse of its ``parse_*``.
"""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal
from typing import NamedTuple

from ccsim.errors import Refusal

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
LONGEST = 10 * 366 * DAY  # no time in a call centre is longer than ten years
MOST_DIGITS = 40  # a longer number is a slip of the keyboard; float() of 5000 digits is an error of Python's own

_FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_SMALL)}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = "daily"  # the key of a by-day map that holds for every day not named otherwise

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_IS_NUMBER = re.compile(_NUMBER)
_PART = re.compile(rf"\s*({_NUMBER})\s*([a-zA-Zµ]*)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECONDS_PER = {"s": 1.0, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_RATE_PERIODS = {"s": 1.0, "min": MINUTE, "h": HOUR, "hour": HOUR, "day": None}


class Plain(str):
    """A YAML scalar written without quotes: it may become a number; quoted text may not."""


class Rate(NamedTuple):
    """How many per how long; a period of None is the open hours of one day."""

    calls: float
    period: float | None  # seconds


class Window(NamedTuple):
    """From `start` to `end`, seconds after the midnight of one day; `end` may lie past the next midnight."""

    start: float
    end: float


class Goal(NamedTuple):
    """A service level to reach: the share answered within so many seconds."""

    share: float
    within: float


class ShareRange(NamedTuple):
    """From a lowest to a highest share."""

    low: float
    high: float


class OnDays(NamedTuple):
    """In which share of which periods (``day``, ``week``, ``interval``) a target is to be met."""

    share: float
    of: str


# -------------------------------------------------------------------------------- numbers


def parse_number(raw: object, low: float = -math.inf, high: float = 1e15) -> float:
    """Return a finite number without unit, from plain YAML text or a Python number."""
    if isinstance(raw, bool) or not isinstance(raw, Plain | int | float):
        raise _not_a(raw, "a number", "E-NUM-FORMAT", "12 or 0.5, without quotes")
    return _bounded(_number(str(raw)), raw, low, high)


def parse_integer(raw: object, low: int, high: int, code: str = "") -> int:
    """Return a whole number in `low`..`high`; `code` replaces the code of every refusal when given."""
    if isinstance(raw, bool) or not isinstance(raw, Plain | int):
        word = str(raw).strip().lower() if isinstance(raw, str) else ""
        plain = word if word.isascii() and word.isdigit() and len(word) <= MOST_DIGITS else _NUMBER_WORDS.get(word, "12")
        raise _not_a(raw, "a whole number", code or "E-INT-TYPE", f"{plain}, without quotes or decimals")
    text = str(raw)
    if not re.fullmatch(r"[-+]?\d+", text):
        number = _number(text) if _IS_NUMBER.fullmatch(text) or len(text) > MOST_DIGITS else math.nan
        if number > high:
            raise _too_large(raw, high, code)
        raise Refusal(code or "E-INT-TYPE", "needs a whole number", got=raw, try_=_whole_numbers(text, number))
    if len(text) > MOST_DIGITS:
        raise Refusal(code or "E-NUM-RANGE", f"a number of {len(text)} digits", allowed=f"{low} to {high}")
    if re.fullmatch(r"[-+]?0\d+", text):
        plain = text.lstrip("+-0") or "0"
        raise Refusal(code or "E-INT-OCTAL", "a leading zero means octal to some readers", got=raw, try_=plain)
    number = int(text)
    if number < low:
        raise Refusal(code or "E-NUM-MIN", f"must be at least {low}", got=raw)
    if number > high:
        raise _too_large(raw, high, code)
    return number


def parse_share(raw: object, low: float = 0.0, high: float = 1.0) -> float:
    """Return a share in 0..1 from ``12%`` or ``0.12``."""
    share = _percent_or_number(raw, "a share")
    if not low <= share <= high:
        bare = isinstance(raw, int | float) or not str(raw).rstrip().endswith("%")
        hint = f"{share / 100:g} or {share:g}%" if bare and 1 < share <= 100 else ""
        raise Refusal("E-PROB-RANGE", "a share must lie in its range", got=raw, allowed=f"{low:g} to {high:g}", try_=hint)
    return share


def parse_factor(raw: object, high: float = 100.0, high_without_percent: float = 10.0) -> float:
    """Return a factor from ``110%`` or ``1.1``, at least 0; 85 means ``85%`` far more often than 85 times as much."""
    factor = _percent_or_number(raw, "a factor")
    percent = "%" in str(raw)
    high = high if percent else min(high, high_without_percent)
    if factor < 0:
        raise Refusal("E-NUM-MIN", "a factor must be at least 0", got=raw)
    if factor > high:
        hint, allowed = ("", f"0 to {high:g}") if percent else (f"{factor:g}%", f"0 to {high:g} without %")
        raise Refusal("E-NUM-RANGE", "a factor this large is a slip", got=raw, allowed=allowed, try_=hint)
    return factor


def parse_share_range(raw: object) -> ShareRange:
    """Return two shares from ``65%-88%``."""
    ends = _text(raw, "a range of shares", "65%-88%").split("-")
    if len(ends) != 2:
        raise Refusal("E-RANGE", "needs a lowest and a highest share", got=raw, try_="65%-88%")
    low, high = (parse_share(Plain(end.strip())) for end in ends)
    if low >= high:
        raise Refusal("E-RANGE", "the lowest share must come first", got=raw, try_=f"{ends[1].strip()}-{ends[0].strip()}")
    return ShareRange(low, high)


# -------------------------------------------------------------------------------- times


def parse_duration(raw: object, low: float = 0.0, high: float = LONGEST) -> float:
    """Return seconds from ``20s``, ``3m30s``, ``1.5h`` or ``2d``; a bare number is refused."""
    if isinstance(raw, datetime.timedelta):
        return _bounded(raw.total_seconds(), raw, low, high)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = Plain(raw)
    text = _text(raw, "a duration", "20s, 3m30s or 1.5h").strip()
    if _CLOCK.fullmatch(text):
        raise Refusal("E-UNIT-MISSING", "may be m:s or h:m", got=text, try_=_clock_as_durations(text))
    parts = list(_PART.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        _refuse_odd_number(text, raw)
        _refuse_odd_number(text.rstrip("smhdin "), raw)
        raise Refusal("E-DURATION", "is not a duration", got=raw, try_="20s, 3m30s or 1.5h")
    seconds = sum(_seconds(text, part.group(1), part.group(2)) for part in parts)
    return _bounded(seconds, raw, low, high)


def parse_positive_duration(raw: object) -> float:
    """Return seconds, more than none."""
    seconds = parse_duration(raw)
    if seconds == 0:
        raise Refusal("E-NUM-POSITIVE", "must be longer than nothing", got=raw, try_="{deterministic: 0s} for no time at all")
    return seconds


def parse_clock(raw: object) -> float:
    """Return seconds after midnight from ``14:45`` or ``14:45:30``, up to ``24:00``."""
    text = _text(raw, "a clock time", "14:45").strip()
    found = _CLOCK.fullmatch(text)
    if not found:
        raise Refusal("E-TIME-FORMAT", "is not a clock time", got=raw, try_=_as_clock(text) or "14:45")
    hours, minutes, seconds = int(found[1]), int(found[2]), float(found[3] or 0)
    at = hours * HOUR + minutes * MINUTE + seconds
    if minutes > 59 or seconds >= 60 or at > DAY:
        hint = f"{(hours - 24) % 24:02d}:{found[2]}, a window may pass midnight" if hours >= 24 and minutes < 60 else ""
        raise Refusal("E-TIME-RANGE", "is no time of day", got=raw, allowed="00:00 to 24:00", try_=hint)
    return at


def parse_window(raw: object) -> Window:
    """Return a window of one day from ``08:00-20:00``; ``22:00-06:30`` passes midnight."""
    text = _text(raw, "opening hours", "08:00-20:00")
    ends = text.replace("–", "-").split("-")
    if len(ends) != 2:
        raise Refusal("E-TIME-FORMAT", "needs a start and an end", got=raw, try_="08:00-20:00")
    try:
        start, end = parse_clock(ends[0]), parse_clock(ends[1])
    except Refusal as refusal:
        clocks = [_as_clock(end.strip()) for end in ends]
        if refusal.code != "E-TIME-FORMAT" or not all(clocks):
            raise
        raise Refusal("E-TIME-FORMAT", "is not a clock time", got=raw, try_="-".join(clocks)) from None
    if start == DAY:
        raise Refusal("E-TIME-RANGE", "cannot start at 24:00", got=raw, try_="00:00")
    if start == end:
        raise Refusal("E-TIME-ORDER", "starts and ends at the same time", got=raw, try_="00:00-24:00 or closed")
    return Window(start, end if end > start else end + DAY)


def parse_date(raw: object) -> datetime.date:
    """Return a date from ``2026-03-02``."""
    if isinstance(raw, datetime.date) and not isinstance(raw, datetime.datetime):
        return raw
    text = _text(raw, "a date", "2026-03-02").strip()
    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refusal("E-DATE", "no such date", got=raw) from None
    raise Refusal("E-DATE", "is not a date", got=raw, try_="2026-03-02")


def parse_day_key(text: str) -> frozenset[int] | datetime.date | None:
    """Return the weekdays (Monday is 0) or the date a key of a by-day map names; None for ``daily``."""
    word = text.strip().lower()
    if word == DAILY:
        return None
    if _DATE.fullmatch(word):
        return parse_date(word)
    ends = [day.strip() for day in word.split("-")]
    if len(ends) > 2 or any(day not in WEEKDAYS for day in ends):
        short = [short_weekday(day) for day in ends]
        near = "-".join(short) if len(ends) <= 2 and all(short) else ""
        raise Refusal("E-DAY", "is not a day", got=text, allowed="mon ... sun, mon-fri, a date, daily", try_=near)
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def short_weekday(word: str) -> str:
    """Return ``mon`` from ``Monday``, ``Mon`` or ``Mo``; an empty text if the word is no weekday in English."""
    lower = word.strip().lower()
    near = [short for short, full in zip(WEEKDAYS, _FULL_WEEKDAYS, strict=True) if len(lower) > 1 and full.startswith(lower)]
    return near[0] if len(near) == 1 else ""


# -------------------------------------------------------------------------------- rates and goals


def parse_rate(raw: object) -> Rate:
    """Return a rate from ``60/h``, ``480/day``, ``100/min`` or ``25/30m``."""
    text = _text(raw, "a rate", "60/h")
    count, slash, period = text.partition("/")
    if not slash:
        _refuse_odd_number(text, raw)
        written = _PART.match(text)
        number = written.group(1) if written else "60"
        raise Refusal("E-UNIT-MISSING", "a rate needs its period", got=raw, try_=f"{number}/h or {number}/day")
    joined = _without_separators(count)
    if joined:
        raise Refusal("E-NUM-FORMAT", "write numbers without separators", got=raw, try_=f"{joined}/{period.strip()}")
    number = _bounded(_number(count.strip()), raw, 0.0, 1e12)
    word = period.strip()
    if word in _RATE_PERIODS:
        return Rate(number, _RATE_PERIODS[word])
    try:
        return Rate(number, parse_positive_duration(word))
    except Refusal:
        raise Refusal("E-UNIT", "no such period", got=raw, allowed="/s, /min, /h, /day, /30m") from None


def parse_goal(raw: object) -> Goal:
    """Return a service-level goal from ``80/20``, ``80%/20s`` or ``90/1m``."""
    text = _text(raw, "a goal", "80/20")
    share, slash, within = (part.strip() for part in text.partition("/"))
    if not slash:
        raise Refusal("E-GOAL", "needs a share and a time", got=raw, try_="80/20 for 80 % within 20 s")
    percent = share if share.endswith("%") else share + "%"
    goal = Goal(parse_share(Plain(percent)), parse_duration(within + "s" if _IS_NUMBER.fullmatch(within) else within))
    if goal.share < 0.01:
        raise Refusal("E-PROB-RANGE", "the share of a goal is in percent", got=raw, try_="80/20 for 80 % within 20 s")
    return goal


def parse_on_days(raw: object) -> OnDays:
    """Return how often a target is to be met from ``90% of days``."""
    text = _text(raw, "how often", "90% of days")
    share, of, period = text.partition(" of ")
    singular = {"days": "day", "weeks": "week", "intervals": "interval"}.get(period.strip())
    if not of or singular is None:
        raise Refusal("E-RANGE", "needs a share of days, weeks or intervals", got=raw, try_="90% of days")
    return OnDays(parse_share(Plain(share.strip())), singular)


# -------------------------------------------------------------------------------- back to text


def format_number(number: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def format_duration(seconds: float) -> str:
    """Return ``240s``; seconds only, so that no digit is lost."""
    return f"{format_number(seconds)}s"


def spoken_duration(seconds: float) -> str:
    """Return ``1h30m``, for messages."""
    parts, rest = [], seconds
    for unit, length in (("h", HOUR), ("m", MINUTE)):
        whole, rest = divmod(rest, length)
        parts += [f"{int(whole)}{unit}"] if whole else []
    return "".join(parts) + (format_duration(rest) if rest or not parts else "")


def format_rate(rate: Rate) -> str:
    """Return ``60/h``, ``480/day`` or ``25/1800s``."""
    for word, period in _RATE_PERIODS.items():
        if period == rate.period and word != "hour":
            return f"{format_number(rate.calls)}/{word}"
    assert rate.period is not None
    return f"{format_number(rate.calls)}/{format_duration(rate.period)}"


def format_clock(at: float) -> str:
    """Return ``14:45`` or ``14:45:30``."""
    minutes, seconds = divmod(at, MINUTE)
    text = f"{int(minutes // 60):02d}:{int(minutes % 60):02d}"
    return text if seconds == 0 else f"{text}:{int(seconds):02d}{repr(seconds % 1)[1:] if seconds % 1 else ''}"


def format_window(window: Window) -> str:
    """Return ``08:00-20:00``."""
    end = window.end if window.end <= DAY else window.end - DAY
    return f"{format_clock(window.start)}-{format_clock(end)}"


def format_percent(share: float) -> str:
    """Return ``12.5%``, exactly."""
    percent = Decimal(repr(float(share))).scaleb(2).normalize()
    return f"{percent:f}%" if percent.adjusted() > -10 else f"{percent}%"


def format_goal(goal: Goal) -> str:
    """Return ``80%/20s``."""
    return f"{format_percent(goal.share)}/{format_duration(goal.within)}"


def format_share_range(shares: ShareRange) -> str:
    """Return ``65%-88%``."""
    return f"{format_percent(shares.low)}-{format_percent(shares.high)}"


def format_on_days(on: OnDays) -> str:
    """Return ``90% of days``."""
    return f"{format_percent(on.share)} of {on.of}s"


# -------------------------------------------------------------------------------- helpers


def _text(raw: object, kind: str, example: str) -> str:
    if not isinstance(raw, str):
        raise _not_a(raw, kind, "E-TYPE", example)
    if len(raw) > 200:
        raise Refusal("E-LIMIT", f"{len(raw)} characters where {kind} belongs", got=raw, try_=example)
    return raw


def _not_a(raw: object, kind: str, code: str, example: str) -> Refusal:
    if raw is None:
        return Refusal("E-VALUE-MISSING", f"needs {kind}, nothing is written", try_=example)
    return Refusal("E-TYPE" if isinstance(raw, dict | list) else code, f"needs {kind}", got=raw, try_=example)


def _too_large(raw: object, high: float, code: str) -> Refusal:
    return Refusal(code or "E-LIMIT", "is more than ccsim takes", got=raw, allowed=f"at most {high:,.0f}")


def _number(text: str) -> float:
    """Return a finite float from text in the YAML 1.2 core form of a decimal number."""
    _refuse_odd_number(text, text)
    if not _IS_NUMBER.fullmatch(text):
        raise Refusal("E-NUM-FORMAT", "is not a number", got=text, try_="1000 or 0.5")
    return float(text)


def _refuse_odd_number(text: str, raw: object) -> None:
    """Say what is wrong with text that was meant as a number but is none of ours."""
    bare = text.strip().lower()
    if len(bare) > MOST_DIGITS and re.fullmatch(r"[-+]?(0x)?[\da-f._]+", bare):
        raise Refusal("E-NUM-RANGE", f"a number of {len(bare)} digits", allowed=f"at most {MOST_DIGITS} characters")
    if re.fullmatch(r"[-+]?\.?(nan|inf|infinity)", bare) or (_IS_NUMBER.fullmatch(bare) and math.isinf(float(bare))):
        raise Refusal("E-NUM-FINITE", "must be a finite number", got=raw)
    if re.fullmatch(r"[-+]?\d[\d_.,' ]*", bare) and not _IS_NUMBER.fullmatch(bare):
        try_ = _without_separators(text) or "1000 or 1000.5"
        raise Refusal("E-NUM-FORMAT", "write numbers without separators", got=raw, try_=try_)


def _without_separators(text: str) -> str:
    """Return the digits of a number whose thousands are kept apart, as in 1,200; an empty text for any other."""
    return re.sub(r"\D", "", text) if re.fullmatch(r"\s*[1-9]\d{0,2}(([,' _])\d{3})(\2\d{3})*\s*", text) else ""


def _whole_numbers(text: str, number: float) -> str:
    """Return what may be meant by a number that is not whole, or is a word."""
    if not math.isfinite(number) or number < 0:
        return _NUMBER_WORDS.get(text.strip().lower()) or _without_separators(text) or "12, without decimals"
    low = math.floor(number)
    return str(low) if low == number else f"{low} or {low + 1}"


def _as_clock(text: str) -> str:
    """Return ``08:00`` from ``8``, ``8am``, ``8:00 am`` or ``800``; an empty text where one can only guess."""
    found = re.fullmatch(r"(\d{1,2})(?::?([0-5]\d))?\s*([ap]m)?", text.lower())
    if not found:
        return ""
    hours, half = int(found[1]), found[3]
    if half:
        if not 1 <= hours <= 12:
            return ""
        hours = hours % 12 + (12 if half == "pm" else 0)
    return f"{hours:02d}:{found[2] or '00'}" if hours <= 23 or (hours, found[2]) in ((24, None), (24, "00")) else ""


def _percent_or_number(raw: object, kind: str) -> float:
    if isinstance(raw, str) and raw.rstrip().endswith("%"):
        digits = raw.rstrip()[:-1].strip()
        _number(digits)
        return float(Decimal(digits).scaleb(-2))  # exact, so that 2.3% is 0.023 and not its neighbour
    if isinstance(raw, bool) or not isinstance(raw, Plain | int | float):
        raise _not_a(raw, kind, "E-NUM-FORMAT", "12% or 0.12")
    return _number(str(raw))


def _seconds(text: str, number: str, unit: str) -> float:
    if not unit:
        _refuse_odd_number(text, text)
        raise Refusal("E-UNIT-MISSING", "a duration needs a unit", got=text, try_=f"{number}s or {number}m")
    if unit not in _SECONDS_PER:
        raise Refusal("E-UNIT", "no such unit of time", got=text, allowed="s, m, h, d")
    return _number(number) * _SECONDS_PER[unit]


def _bounded(number: float, raw: object, low: float, high: float) -> float:
    if not math.isfinite(number):
        raise Refusal("E-NUM-FINITE", "must be a finite number", got=raw)
    if number < low:
        raise Refusal("E-NUM-MIN", f"must be at least {low:g}", got=raw)
    if number > high:
        raise Refusal("E-NUM-RANGE", "is larger than anything real", got=raw, allowed=f"at most {high:g}")
    return number


def _clock_as_durations(text: str) -> str:
    first, second = text.split(":")[:2]
    return f"{int(first)}m{int(second)}s or {int(first)}h{int(second)}m"
