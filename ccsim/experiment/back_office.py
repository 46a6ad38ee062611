"""The back-office work of a scenario, by interval of its program's grid: what comes when, who does it, by when it is due."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.back_office import BackOffice, Pile
from ccsim.analysis.plan import micros
from ccsim.program.compile import Compiled
from ccsim.scenario import Scenario, resolve
from ccsim.scenario.days_before import with_days_before

__all__ = ["back_office_of"]


class _Opening(NamedTuple):
    """One opening that is counted, with its first and its last interval."""

    day: resolve.OpenDay
    first: int
    last: int


def back_office_of(scenario: Scenario, compiled: Compiled) -> BackOffice | None:
    """Return the piles in the order in which they are done; None where there is neither work nor a target on it."""
    if not scenario.back_office and scenario.targets.back_office is None:
        return None
    longer = with_days_before(scenario)
    since = float(compiled.program.settings.count_from[0])
    openings = [
        _Opening(day, round(day.opens / scenario.interval), round(day.closes / scenario.interval) - 1)
        for day in resolve.open_days(longer)
        if day.opens >= since
    ]
    ordered = sorted(scenario.back_office, key=lambda name: (-scenario.back_office[name].priority, name))
    piles = tuple(_pile(longer, name, openings, compiled) for name in ordered)
    return BackOffice(piles, np.array([opening.last for opening in openings], dtype=np.int64))


def _pile(scenario: Scenario, name: str, openings: list[_Opening], compiled: Compiled) -> Pile:
    work = scenario.back_office[name]
    items = np.zeros(len(compiled.program.intervals))
    for opening in openings:
        items[opening.first : opening.last + 1] = resolve.back_office_items(scenario, name, opening.day)
    items[openings[0].first] += work.waiting
    came = np.diff(np.rint(micros(1.0) * work.handle * np.cumsum(items)), prepend=0.0).astype(np.int64)
    teams = tuple(compiled.names.teams.index(team) for team in resolve.back_office_teams(scenario, name))
    return Pile(name, came, _due(scenario, name, openings, len(items)), teams)


def _due(scenario: Scenario, name: str, openings: list[_Opening], n: int) -> NDArray[np.int64]:
    """The interval by whose end is due what comes in each; `n` for never, or beyond the run."""
    rule = scenario.back_office[name].due
    due = np.full(n, n, dtype=np.int64)
    if rule is None:
        return due
    if rule.after is not None:
        return np.minimum(np.arange(n) + round(rule.after / scenario.interval) - 1, n)
    assert rule.openings is not None
    for opening, end in zip(openings, openings[rule.openings :], strict=False):
        due[opening.first : opening.last + 1] = end.last
    return due
