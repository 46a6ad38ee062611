"""The days before the first: simulated, so that customers who come back on the first day have somewhere to come from.

Where customers return after their contact, a horizon that began with empty memories would see too few calls on its first days.
With `run.carry_in: steady` the days before it are simulated as its own are, and nothing of them is counted.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any

from ccsim.scenario import resolve
from ccsim.scenario.fields import Model, key_on_day
from ccsim.scenario.model import Scenario
from ccsim.scenario.presence import Roster, WallClock
from ccsim.units import DAY

__all__ = ["MOST_DAYS_BEFORE", "days_before", "with_days_before"]

MOST_DAYS_BEFORE = 14
_NEGLIGIBLE = 0.05
"""Share of customers who come back so often that it does not matter where they come from."""
_SHARE = 0.99
"""Of the delays after which customers come back, that have passed within the days before."""


def days_before(scenario: Scenario) -> int:
    """Return how many days are simulated before the first.

    So many that hardly a return is missed which falls due after lines have closed for the last time before the first day: what
    falls due while they are closed comes when they open again.
    """
    back = scenario.after_contact.return_
    if scenario.run.mode == "steady" or scenario.replay is not None or scenario.run.carry_in == "none":
        return 0
    if back is None or back.share == 0.0 or back.attempts == 0:
        return 0
    earlier = scenario.start - datetime.timedelta(days=MOST_DAYS_BEFORE)
    openings = resolve.open_days_of_horizon(scenario.model_copy(update={"start": earlier, "days": MOST_DAYS_BEFORE}))
    if not openings:
        return 0
    closed_for = MOST_DAYS_BEFORE * DAY - openings[-1].closes
    after = resolve.law(scenario, back.after)
    again = _generations(back.share, back.attempts) - 1
    since = closed_for + after.quantile(_SHARE) + (again * after.mean() if again else 0.0)
    return min(max(math.ceil(since / DAY), 1), MOST_DAYS_BEFORE) if since < math.inf else MOST_DAYS_BEFORE


def _generations(share: float, attempts: int | None) -> int:
    """Return how often customers come back whose problem is still felt: all but a small share of those who do at all."""
    needed = math.ceil(math.log(_NEGLIGIBLE) / math.log(share)) if share < 1.0 else MOST_DAYS_BEFORE
    return min(needed, MOST_DAYS_BEFORE if attempts is None else attempts)


def with_days_before(scenario: Scenario) -> Scenario:
    """Return the scenario that begins with the days before; itself where there are none.

    Such a day is what its weekday is. What is written for single dates is taken from the first day of the horizon with the same
    weekday, or, if there is none, from the first that is open for as many intervals.
    """
    n = days_before(scenario)
    if n == 0:
        return scenario
    run = scenario.run.model_copy(update={"carry_in": "none"})
    start = scenario.start - datetime.timedelta(days=n)
    longer = scenario.model_copy(update={"start": start, "days": scenario.days + n, "run": run})
    dates = [start + datetime.timedelta(days=index) for index in range(n)]
    whole = _with_dates(longer, {date: _twin(scenario, date) for date in dates})
    assert isinstance(whole, Scenario)
    return whole


def _twin(scenario: Scenario, date: datetime.date) -> datetime.date | None:
    """Return the day of the horizon whose plan an earlier day has."""
    openings = [opening.date for opening in resolve.open_days_of_horizon(scenario)]
    same = [day for day in openings if day.weekday() == date.weekday()]
    if same:
        return same[0]
    before = scenario.model_copy(update={"start": date, "days": 1})
    lengths = [resolve.n_intervals(before, day) for day in resolve.open_days_of_horizon(before)]
    alike = (day.date for day in resolve.open_days_of_horizon(scenario) if [resolve.n_intervals(scenario, day)] == lengths)
    return next(alike, None)


Twins = Mapping[datetime.date, datetime.date | None]


def _with_dates(part: Any, twins: Twins) -> Any:
    """Return a part of the scenario in which what is written for single dates is written for the dates before, too."""
    if isinstance(part, Roster):
        return part.model_copy(update={"entries": (*_earlier(part, twins), *(part.entries or ()))})
    if isinstance(part, Model):
        changed = {}
        for name in type(part).model_fields:
            value = getattr(part, name)
            longer = _with_dates(value, twins)
            if longer is not value:
                changed[name] = longer
        return part.model_copy(update=changed) if changed else part
    if not isinstance(part, dict):
        return part
    parts = {key: _with_dates(value, twins) for key, value in part.items()}
    dated = {key for key in part if isinstance(key, str) and _is_date(key)}
    if dated:
        for date, twin in twins.items():
            key = None if twin is None else key_on_day(part, twin)
            if key in dated and str(date) not in parts:
                parts[str(date)] = parts[key]
    changed_here = len(parts) > len(part) or any(parts[key] is not part[key] for key in part)
    return parts if changed_here else part


def _is_date(key: str) -> bool:
    return key[:4].isdigit() and len(key) == len("2024-01-01")


def _earlier(roster: Roster, twins: Twins) -> list[Any]:
    """Return the stretches of the twins, on the dates before."""

    def moved(stamp: WallClock, days: datetime.timedelta) -> WallClock:
        return stamp._replace(date=stamp.date + days)

    return [
        entry.model_copy(update={"start": moved(entry.start, date - twin), "end": moved(entry.end, date - twin)})
        for date, twin in twins.items()
        if twin is not None
        for entry in roster.entries or ()
        if entry.start.date == twin
    ]
