"""Numbers as people of the trade read them: shares in percent, times as m:ss, a dash where there is no number."""

from __future__ import annotations

import math

NONE = "–"


def percent(share: float) -> str:
    """Return ``82.1 %``."""
    return NONE if math.isnan(share) else f"{100 * share:.1f} %"


def points(share: float) -> str:
    """Return a difference of shares in percentage points, ``0.3``."""
    return NONE if math.isnan(share) else f"{100 * share:.1f}" if share >= 0.0005 or share == 0 else "<0.1"


def duration(seconds: float) -> str:
    """Return ``m:ss``, from an hour on ``h:mm:ss``."""
    if math.isnan(seconds):
        return NONE
    if math.isinf(seconds):
        return "for ever"
    whole = round(seconds)
    hours, rest = divmod(abs(whole), 3600)
    text = f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
    return "-" + text if whole < 0 else text


def threshold(seconds: float) -> str:
    """Return a threshold exactly: ``0:20``, but ``1.5 s``."""
    return duration(seconds) if seconds == round(seconds) else f"{seconds:g} s"


def seconds(number: float) -> str:
    """Return a short time such as a simulation error, ``0.4 s``."""
    if math.isnan(number):
        return NONE
    return "<0.1 s" if 0 < number < 0.05 else f"{number:.1f} s" if number < 60 else duration(number)


def count(number: float) -> str:
    """Return a number of things, ``1,234``; with a decimal when it is a mean: ``480.3``."""
    if math.isnan(number):
        return NONE
    if math.isinf(number):
        return "no limit"
    return f"{number:,.0f}" if number == round(number) or number >= 10_000 else f"{number:,.1f}"


def goal(share: float, within: float) -> str:
    """Return a service-level goal as the trade says it: ``80/20``, or ``80 % in 1:30``."""
    percents = f"{100 * share:g}"
    return f"{percents}/{within:g}" if within == round(within) and within < 60 else f"{percents} % in {duration(within)}"


def plural(number: int, thing: str) -> str:
    """Return ``1 day`` or ``3 days``."""
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"
