"""Scenario -> the DEMAND table: what the door must know of a call type beyond its mean numbers of calls."""

from __future__ import annotations

import datetime

from ccsim.program.layout import DEMAND, Records, records
from ccsim.scenario import Scenario, resolve

__all__ = ["demand_of"]


def demand_of(scenario: Scenario, call_types: tuple[str, ...], intervals: Records) -> Records:
    """The table, without rows where every number of calls is Poisson and nobody dials while lines are closed.

    Parameters
    ----------
    call_types : tuple of str
        Names in the order of their codes.
    intervals : recarray INTERVAL
    """
    days = resolve.open_days(scenario)
    fixed = [[resolve.is_fixed(scenario, name, day) for day in days] for name in call_types]
    if not any(map(any, fixed)) and not any(call.out_of_hours for call in scenario.calls.values()):
        return records(DEMAND, 0, len(intervals))
    demand = records(DEMAND, len(call_types), len(intervals))
    for code, name in enumerate(call_types):
        for day, opening in enumerate(days):
            if fixed[code][day]:
                _fix(demand[code], resolve.calls_of_day(scenario, scenario.calls[name], opening), opening, scenario.interval)
        if scenario.calls[name].out_of_hours:
            _close(demand[code], scenario, name, intervals)
    return demand


def _close(demand: Records, scenario: Scenario, name: str, intervals: Records) -> None:
    """Writes the callers of the closed hours: those of a date evenly over them."""
    closed = intervals.starts_at + scenario.interval - intervals.open_until
    for day in range(scenario.days):
        date = scenario.start + datetime.timedelta(days=day)
        mine = (intervals.date == intervals.date[0] + day) & (closed > 0.0)
        if mine.any():
            mean = resolve.out_of_hours(scenario, name, date)
            demand.out_of_hours[mine] = mean * closed[mine] / closed[mine].sum()


def _fix(demand: Records, means: tuple[float, ...], opening: resolve.OpenDay, length: float) -> None:
    """Writes shares and the total of one opening: who has not come in earlier intervals comes in this one or later."""
    first = round(opening.opens / length)
    left = 0.0
    for place in reversed(range(len(means))):
        left += means[place]
        if means[place] > 0.0:
            demand[first + place].fixed_share = means[place] / left
    starts = [place for place, mean in enumerate(means) if mean > 0.0]
    if starts:
        demand[first + starts[0]].fixed_total = round(sum(means))
