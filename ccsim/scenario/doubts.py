"""Doubts about a scenario that can run (``W-``): goals, days, calls nobody serves, overload, and whether it can ever settle.

Called by the loader after `validate`, with `report`, which knows files and lines. Every check reports all it finds.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario import clock, duties, paths, resolve
from ccsim.scenario.check_presence import doubt_presence
from ccsim.scenario.distributions import Family
from ccsim.scenario.document import Path
from ccsim.scenario.evidence import doubt_evidence
from ccsim.scenario.model import Scenario
from ccsim.scenario.overrides import measured
from ccsim.scenario.reach import fastest, teams_for
from ccsim.scenario.validate_authority import doubt_authority
from ccsim.scenario.validate_events import doubt_events
from ccsim.scenario.validate_ivr import doubt_misroutes
from ccsim.units import HOUR

__all__ = ["doubts"]

FEW_REPLICATIONS = 20
MOST_NAMED = 5  # call types or teams in one message
LOW_GOAL = 0.5  # a share below it is more often the seconds than a goal

Report = Callable[[Path, Refusal], None]


def doubts(scenario: Scenario, report: Report) -> None:
    """Report what may not be meant, and overload that steady mode can never work off (E-UNSTABLE)."""
    for name, call in scenario.calls.items():
        if call.patience is None:
            what = "has no patience: callers never hang up"
            report(("calls", name), Refusal("W-PATIENCE", what, try_="patience: 2m"))
    if scenario.run.replications < FEW_REPLICATIONS:
        what = "are too few for an interval to be trusted" if scenario.run.replications > 1 else "gives no interval at all"
        report(("run", "replications"), Refusal("W-REPLICATIONS", what, got=scenario.run.replications, try_="100"))
    _doubt_holidays(scenario, report)
    doubt_events(scenario, report)
    doubt_misroutes(scenario, report)
    doubt_authority(scenario, report)
    doubt_evidence(scenario, report, measured)
    uncertain = scenario.uncertainty
    if uncertain.within_day_correlation < 1 and not (uncertain.centre_day or any(uncertain.type_day.values())):
        what = "correlates nothing: no day differs from another"
        report(("uncertainty", "within_day_correlation"), Refusal("W-UNCERTAINTY", what, try_="centre_day: 6%, too"))
    redial = scenario.after_contact.redial
    if redial is not None and redial.attempts == 0:
        what = "nobody redials with 0 attempts"
        report(("after_contact", "redial", "attempts"), Refusal("W-REDIAL", what, try_="attempts: 1, or no redial at all"))
    goal = scenario.targets.service_level.goal if scenario.targets.service_level else None
    if goal is not None and goal.share < LOW_GOAL:
        what = f"asks for {100 * goal.share:g} % within {units.spoken_duration(goal.within)}"
        turned = f"{goal.within:g}/{100 * goal.share:g}" if 100 * LOW_GOAL <= goal.within <= 100 else "80/20"
        report(("targets", "service_level", "goal"), Refusal("W-GOAL", f"{what}: did you mean {turned}?"))
    grid = resolve.intervals(scenario)
    loads = {name: _loads(scenario, name, grid) for name in scenario.calls}
    staff = {team: duties.on_phones_by_interval(scenario, team) for team in scenario.agents}
    _doubt_unserved(scenario, grid, loads, staff, report)
    doubt_presence(scenario, report)
    for part in _parts(scenario):
        _doubt_overload(scenario, part, grid, loads, staff, report)


def _doubt_holidays(scenario: Scenario, report: Report) -> None:
    """Report the first holiday of a year the horizon does not touch: the list of another year closes no day of this one."""
    last = scenario.start + datetime.timedelta(days=scenario.days - 1)
    for index, date in enumerate(scenario.holidays):
        if not scenario.start.year <= date.year <= last.year:
            what = f"{date} is in another year than the horizon, {scenario.start} to {last}: it closes nothing"
            has_twin = scenario.start.year == last.year and (date.month, date.day) != (2, 29)
            try_ = f"{last.year}{str(date)[4:]}" if has_twin else ""
            report(("holidays", index), Refusal("W-HOLIDAY", what, try_=try_))
            return


def _loads(scenario: Scenario, call_type: str, grid: Sequence[resolve.Interval]) -> list[float]:
    """Return the load a call type offers in each interval, erlangs: to its fastest team, by those the IVR leads on."""
    laws, reach = resolve.handle_laws(scenario, call_type), paths.walk(scenario, call_type).to_queue
    pace = fastest(scenario, resolve.queue_of(scenario, call_type), call_type)
    means = (laws.talk.mean(), laws.hold_share * laws.hold.mean(), laws.wrap.mean())
    factors = [resolve.handle_factors(scenario, call_type, part) for part in resolve.PARTS]
    calls = resolve.mean_calls(scenario, call_type)
    return [
        calls[i] * reach * pace * sum(mean * factor[i] for mean, factor in zip(means, factors, strict=True)) / interval.length
        for i, interval in enumerate(grid)
    ]


def _doubt_unserved(
    scenario: Scenario,
    grid: Sequence[resolve.Interval],
    loads: dict[str, list[float]],
    staff: dict[str, tuple[float, ...]],
    report: Report,
) -> None:
    for name, queue in scenario.queues.items():
        teams = {call: teams_for(scenario, name, call) for call in queue.calls or ()}
        for i, interval in enumerate(grid):
            waiting = [call for call in teams if scenario.replay is not None or loads[call][i] > 0]
            alone = [call for call in waiting if not any(staff[team][i] for team in teams[call])]
            if alone:
                whom = "it" if len(alone) == len(waiting) else _some(alone)
                what = f"nobody serves {whom} on {_when(scenario, interval)}"
                report(("agents",), Refusal("W-UNSERVED", f"queue {name}: {what}"))
                break


class _Part(NamedTuple):
    """Call types and teams that share work, directly or through others."""

    calls: frozenset[str]
    teams: frozenset[str]


def _parts(scenario: Scenario) -> list[_Part]:
    """Return the parts of the centre that have no team in common."""
    parts: list[_Part] = []
    for name, call in [(name, call) for name, queue in scenario.queues.items() for call in queue.calls or ()]:
        joined = _Part(frozenset([call]), frozenset(teams_for(scenario, name, call)))
        apart = [part for part in parts if not part.teams & joined.teams]
        for part in parts:
            if part.teams & joined.teams:
                joined = _Part(joined.calls | part.calls, joined.teams | part.teams)
        parts = [*apart, joined]
    return parts


def _doubt_overload(
    scenario: Scenario,
    part: _Part,
    grid: Sequence[resolve.Interval],
    loads: dict[str, list[float]],
    staff: dict[str, tuple[float, ...]],
    report: Report,
) -> None:
    """Report where for an hour on end more work arrives than the staff can do: the worst such hour, and how often."""
    load = [sum(loads[call][i] for call in part.calls) for i in range(len(grid))]
    seats = [sum(staff[team][i] for team in part.teams) for i in range(len(grid))]
    path: Path = ("calls", min(part.calls)) if part.calls else ("calls",)
    if scenario.run.mode == "steady":
        forever = sum(loads[call][0] for call in part.calls if _never_leaves(scenario, call))
        if forever >= seats[0] and forever > 0 and scenario.lines is None:
            rho = f"{forever / seats[0]:.3g}" if seats[0] else "infinite"
            agents = _agents(seats[0])
            what = f"callers who never hang up bring {forever:.4g} erlangs to {agents} (load {rho}): it never settles"
            report(path, Refusal("E-UNSTABLE", what, try_="more agents, or patience"))
            return
    worst = _worst_hour(scenario.interval, grid, load, seats)
    if worst is None:
        return
    seconds = sum(grid[i].length for i in worst)
    erlangs = sum(load[i] * grid[i].length for i in worst) / seconds
    on_duty = sum(seats[i] * grid[i].length for i in worst) / seconds
    n_over = sum(work > staff for work, staff in zip(load, seats, strict=True))
    shared = f" of {_some(part.calls)} for {_some(part.teams)}"
    count = f"in {n_over} of {len(grid)} intervals"
    at = f"worst from {_when(scenario, grid[worst[0]])}: {erlangs:.1f} erlangs, {_agents(round(on_duty, 1))}"
    report(path, Refusal("W-OVERLOAD", f"more work{shared} than can be done {count}, {at}"))


def _worst_hour(
    interval: float, grid: Sequence[resolve.Interval], load: Sequence[float], seats: Sequence[float]
) -> range | None:
    """Return the intervals of the hour most overloaded of those without a night or a calm interval in them, None if none."""
    n = max(1, math.ceil(HOUR / interval - 1e-9))  # intervals that make an hour
    excess = [0.0, *accumulate((work - staff) * at.length for work, staff, at in zip(load, seats, grid, strict=True))]
    worst, most, since = None, 0.0, 0
    for i, at in enumerate(grid):
        if load[i] <= seats[i]:
            since = i + 1
        elif i and at.start > grid[i - 1].end + 1e-6:
            since = i
        first = i + 1 - n
        if first >= since and at.end - grid[first].start >= HOUR - 1e-6 and excess[i + 1] - excess[first] > most:
            worst, most = range(first, i + 1), excess[i + 1] - excess[first]
    return worst


def _agents(number: float) -> str:
    return f"{number:g} agent" + ("" if number == 1 else "s")


def _some(names: Iterable[str]) -> str:
    """Return the first names of a set, in order, and how many more there are."""
    known = sorted(names)
    return ", ".join(known[:MOST_NAMED]) + (f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else "")


def _never_leaves(scenario: Scenario, call_type: str) -> bool:
    patience = resolve.patience_law(scenario, call_type)
    queues = resolve.overflow_queues(scenario, resolve.queue_of(scenario, call_type))
    bounded = any(
        queue.max_waiting is not None
        or (queue.voicemail and queue.voicemail.after is not None and queue.voicemail.share >= 1.0)
        for queue in (scenario.queues[name] for name in queues)
    )
    return not bounded and patience.law.family is Family.NEVER and math.isinf(patience.at_most)


def _when(scenario: Scenario, interval: resolve.Interval) -> str:
    return clock.label(scenario, interval.start)
