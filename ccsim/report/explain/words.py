"""How the explanation says things: times, shares, days, laws, lists."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence

from ccsim.scenario import clock, resolve
from ccsim.scenario.laws import Family, Law
from ccsim.scenario.model import Scenario

__all__ = [
    "about",
    "clock_time",
    "counted",
    "days",
    "joined",
    "law",
    "number",
    "open_dates",
    "percent",
    "shown_dates",
    "spoken",
]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST_DATES = 6

_AROUND = {
    Family.EXPONENTIAL: "exponential",
    Family.LOGNORMAL: "lognormal",
    Family.GAMMA: "gamma",
    Family.WEIBULL: "Weibull",
    Family.LOGLOGISTIC: "loglogistic",
    Family.TRIANGULAR: "triangular",
    Family.HAZARD: "by rates that change with the wait",
}


def spoken(seconds: float) -> str:
    """Return ``4 min 45 s``; a time that never ends is ``for ever``."""
    if math.isinf(seconds):
        return "for ever"
    if seconds < 10.0 and seconds != round(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = [(whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"


def percent(share: float) -> str:
    """Return ``2.5 %``, at most three digits."""
    return f"{100 * share:.3g} %"


def number(value: float) -> str:
    """Return ``1,500`` or ``62.5``."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def counted(n: float, thing: str) -> str:
    """Return ``1 agent`` or ``3 agents``."""
    return f"{number(n)} {thing}" if n == 1 else f"{number(n)} {thing}s"


def joined(words: Iterable[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def about(time: Law) -> str:
    """Return a time by its mean, and by what it is where it is not spread like most."""
    if time.family is Family.DETERMINISTIC:
        return f"always {spoken(time.a)}"
    if time.family is Family.UNIFORM:
        return f"between {spoken(time.a)} and {spoken(time.b)}"
    return f"{spoken(time.mean())} on average"


def law(time: Law) -> str:
    """Return ``4 min 45 s on average (lognormal)``."""
    said = about(time)
    if time.family in _AROUND:
        return f"{said} ({_AROUND[time.family]})"
    if time.family is Family.EMPIRICAL:
        return f"{said} (like {len(time.points)} measured values)"
    if time.family is Family.HYPEREXPONENTIAL:
        shares = [point[0] - before for point, before in zip(time.points, (0.0, *(p[0] for p in time.points)), strict=False)]
        parts = (f"{percent(share)} around {spoken(point[1])}" for share, point in zip(shares, time.points, strict=True))
        return f"{said} ({joined(parts)})"
    return said


# -------------------------------------------------------------------------------- days


def open_dates(scenario: Scenario) -> list[datetime.date]:
    """Return the dates on which the lines open."""
    return [day.date for day in resolve.open_days(scenario)]


def days(scenario: Scenario, some: Sequence[datetime.date]) -> str:
    """Return open dates as weekdays where they are all of them: ``on Mon to Fri``, ``on Mon, Wed and Fri 2026-03-06``."""
    every = open_dates(scenario)
    if list(some) == every:
        return "on every open day" if len(every) > 1 else "that day"
    whole = [w for w in range(7) if _all(every, w) and set(_all(every, w)) <= set(some)]
    rest = [date for date in some if date.weekday() not in whole]
    if len(every) <= 7:  # each weekday comes once: it is name enough
        whole, rest = sorted({date.weekday() for date in some}), []
    words = [*_ranges(whole), *([shown_dates(rest)] if rest else [])]
    return f"on {joined(words)}" if words else "on no day"


def _all(dates: Sequence[datetime.date], weekday: int) -> list[datetime.date]:
    return [date for date in dates if date.weekday() == weekday]


def _ranges(weekdays: Sequence[int]) -> list[str]:
    """Return ``Mon to Fri`` of neighbours, three or more."""
    runs: list[list[int]] = []
    for weekday in weekdays:
        if runs and runs[-1][-1] == weekday - 1:
            runs[-1].append(weekday)
        else:
            runs.append([weekday])
    words = []
    for run in runs:
        names = [_WEEKDAYS[weekday] for weekday in run]
        words += [f"{names[0]} to {names[-1]}"] if len(run) > 2 else names
    return words


def shown_dates(dates: Sequence[datetime.date]) -> str:
    """Return ``Fri 2026-03-06 and Mon 2026-03-09``, a few of them."""
    names = [f"{date:%a} {date}" for date in dates]
    if len(names) > _MOST_DATES:
        return f"{', '.join(names[: _MOST_DATES - 1])} and {len(names) - _MOST_DATES + 1} more dates"
    return joined(names)


def clock_time(scenario: Scenario, at: float) -> str:
    """Return what the centre's clock shows at an instant, ``20:00``."""
    return clock.wall(scenario, at).strftime("%H:%M")
