"""Scenario -> the DEMAND table: what the door must know of a call type beyond its mean numbers of calls."""

from __future__ import annotations

from ccsim.program.layout import DEMAND, Records, records
from ccsim.scenario import Scenario, resolve

__all__ = ["demand_of"]


def demand_of(scenario: Scenario, call_types: tuple[str, ...], n_intervals: int) -> Records:
    """The table, without rows where every number of calls is Poisson.

    Parameters
    ----------
    call_types : tuple of str
        Names in the order of their codes.
    n_intervals : int
        Of the grid.
    """
    days = resolve.open_days(scenario)
    fixed = [[resolve.is_fixed(scenario, name, day) for day in days] for name in call_types]
    if not any(map(any, fixed)):
        return records(DEMAND, 0, n_intervals)
    demand = records(DEMAND, len(call_types), n_intervals)
    for code, name in enumerate(call_types):
        for day, opening in enumerate(days):
            if fixed[code][day]:
                _fix(demand[code], resolve.calls_of_day(scenario, scenario.calls[name], opening), opening, scenario.interval)
    return demand


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
