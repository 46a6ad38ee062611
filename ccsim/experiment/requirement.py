"""Agents each interval needs on the phones, by Erlang's formulas on the forecast, shared out to teams and queues.

A planner's yardstick, not a result: it knows the forecast and the target, never what was simulated, so that it is the same for
every plan that meets the same callers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim import erlang
from ccsim.analysis.plan import Required, plan_of
from ccsim.experiment.textbook import erlang_variant
from ccsim.program.compile import Compiled
from ccsim.program.layout import Names, Program
from ccsim.scenario import Scenario, paths, resolve
from ccsim.scenario.days_before import with_days_before

__all__ = ["forecasts_of", "required_note", "required_of"]

Floats = NDArray[np.float64]

_SURE = 1.0 - 1e-9
"""A goal of everybody is reached by no number of agents."""


class _Forecast(NamedTuple):
    """What one call type brings, by interval of the program's grid.

    Attributes
    ----------
    calls : float64, shape (n_intervals,)
        That reach the queue: without those whom the IVR keeps, without redials, with those transferred from other types.
    handle : float64, shape (n_intervals,)
        Mean, s.
    leaving : float
        1 / mean patience, per s; 0 where nobody leaves.
    balk : float
    """

    calls: Floats
    handle: Floats
    leaving: float
    balk: float


class _Group(NamedTuple):
    """Lanes and teams that share nothing with others: each lane with its first circle."""

    lanes: list[int]
    teams: list[int]


def required_of(scenario: Scenario, compiled: Compiled) -> Required | None:
    """Return the agents each team and queue needs; None where the target says nothing that agents can reach.

    Notes
    -----
    Lanes that share a team of their first circle are one group, counted as if each of its agents took every call. What the
    group needs is shared out to its queues by load and to its teams as they are scheduled. Preferences and later circles are
    left out.
    """
    program, names = compiled
    target = _target(scenario)
    if target is None:
        return None
    forecasts = list(forecasts_of(scenario, compiled))
    scheduled = plan_of(program).scheduled
    rings = [_ring(scenario, team) for team in names.teams]
    by_team = np.zeros((len(names.teams), len(program.intervals)))
    by_queue = np.zeros((len(names.queues), len(program.intervals)))
    group_of_team = np.zeros(len(names.teams), dtype=np.int64)
    for number, group in enumerate(_groups(program)):
        group_of_team[group.teams] = number
        loads = {lane: _load(program, lane, forecasts, scheduled, rings) for lane in group.lanes}
        total = sum(loads.values(), np.zeros(len(program.intervals)))
        needed = _needed(program, group, forecasts, total, target)
        for lane, load in loads.items():
            by_queue[program.lanes.queue[lane]] += needed * np.divide(load, total, out=np.zeros_like(load), where=total > 0.0)
        by_team[group.teams] = needed * _parts(scheduled[group.teams])
    return Required(by_team, by_queue, group_of_team)


def required_note(scenario: Scenario, compiled: Compiled) -> str:
    """Return in one sentence by which formula and for which target."""
    target = _target(scenario)
    if target is None:
        return "Nothing is required: no number of agents reaches the target for certain"
    leaving = {f.leaving > 0.0 for f in forecasts_of(scenario, compiled)}
    formula = "Erlang A or C" if len(leaving) > 1 else "Erlang A (mean patience)" if True in leaving else "Erlang C"
    bounds = []
    if target.service_level is not None and target.within is not None:
        bounds.append(f"{100 * target.service_level:g} % in {target.within:g} s")
    if target.max_abandoned is not None:
        bounds.append(f"at most {100 * target.max_abandoned:g} % abandoned")
    if target.max_asa is not None:
        bounds.append(f"an ASA of at most {target.max_asa:g} s")
    if target.max_occupancy is not None:
        bounds.append(f"an occupancy of at most {100 * target.max_occupancy:g} %")
    left_out = [
        "redials",
        *(["returns"] if scenario.after_contact.return_ is not None else []),
        *(["overflow"] if any(queue.overflow for queue in scenario.queues.values()) else []),
        *(["cases passed on"] if len(compiled.program.ways) else []),
        *(["events"] if scenario.events else []),
    ]
    without = f"{', '.join(left_out[:-1])} and {left_out[-1]}" if len(left_out) > 1 else left_out[0]
    on = f"on each interval's forecast, without {without}"
    note = f"Required: on the phones for {', '.join(bounds)}, by {formula} {on}"
    if any(len(group.teams) > 1 or len(group.lanes) > 1 for group in _groups(compiled.program)):
        note += "; calls that share teams are one crowd, as if each agent took them all: at least so many"
    return note


def _target(scenario: Scenario) -> erlang.Target | None:
    """The scenario's targets as far as more agents help to reach them."""
    asked = scenario.targets
    bounds: dict[str, float] = {}
    if asked.service_level is not None and 0.0 < asked.service_level.goal.share < _SURE:
        bounds |= {"service_level": asked.service_level.goal.share, "within": asked.service_level.goal.within}
    if asked.abandonment is not None and asked.abandonment.goal > 0.0:
        bounds["max_abandoned"] = asked.abandonment.goal
    if asked.asa is not None and asked.asa.goal > 0.0:
        bounds["max_asa"] = asked.asa.goal
    if asked.occupancy is not None and asked.occupancy.goal.high > 0.0:
        bounds["max_occupancy"] = asked.occupancy.goal.high
    if not bounds:
        return None
    return erlang.Target(**bounds, variant=erlang_variant(scenario), short_abandon=scenario.metrics.short_abandon)  # type: ignore[arg-type]


# -------------------------------------------------------------------------------- what comes


def forecasts_of(scenario: Scenario, compiled: Compiled) -> Iterator[_Forecast]:
    """What each call type brings, in the order of their codes, by interval of the program's grid."""
    return _forecasts(with_days_before(scenario), compiled.program, compiled.names)


def _forecasts(scenario: Scenario, program: Program, names: Names) -> Iterator[_Forecast]:
    """What each call type brings, in the order of their codes."""
    first_legs = np.array([_calls(scenario, program, code, name) for code, name in enumerate(names.call_types)])
    legs, last_legs = first_legs.copy(), first_legs
    for n_before in range(
        max((call.transfer.at_most for call in scenario.calls.values() if call.transfer is not None), default=0)
    ):
        last_legs = _next_legs(scenario, names, last_legs, n_before)
        legs += last_legs
    grid = [round(piece.start / scenario.interval) for piece in resolve.intervals(scenario)]
    for code, name in enumerate(names.call_types):
        laws, patience = resolve.handle_laws(scenario, name), resolve.patience_law(scenario, name)
        means = (laws.talk.mean(), laws.hold_share * laws.hold.mean(), laws.wrap.mean())
        handle = np.full(len(program.intervals), sum(means))
        handle[grid] = sum(
            mean * np.array(resolve.handle_factors(scenario, name, part))
            for mean, part in zip(means, resolve.PARTS, strict=True)
        )
        leaves_after = min(patience.law.mean(), patience.at_most)
        yield _Forecast(legs[code], handle, 0.0 if math.isinf(leaves_after) else 1.0 / leaves_after, patience.balk)


def _next_legs(scenario: Scenario, names: Names, legs: NDArray[np.float64], n_before: int) -> NDArray[np.float64]:
    """What legs of each type bring by transfer, where calls have been transferred so often before; shape as `legs`."""
    following = np.zeros_like(legs)
    for code, name in enumerate(names.call_types):
        transfer = scenario.calls[name].transfer
        if transfer is not None and n_before < transfer.at_most:
            for to, share in transfer.to.items():
                following[names.call_types.index(to)] += transfer.share * share * legs[code]
    return following


def _calls(scenario: Scenario, program: Program, code: int, name: str) -> Floats:
    """Calls of one type that reach a queue by themselves, by interval; a forecast of all at the queue stands as it is."""
    mine = program.recorded.at[program.recorded.call_type == code]
    places = np.searchsorted(program.intervals.starts_at, mine, "right") - 1
    calls = program.flows.volume[code] + np.bincount(places, minlength=len(program.intervals))
    calls = np.asarray(calls * paths.walk(scenario, name).to_queue, dtype=np.float64)
    call = scenario.calls[name]
    if scenario.run.mode == "steady" or call.volume is None:
        return calls
    for day in resolve.open_days(scenario):
        if resolve.counts_all(call, day):
            wanted = resolve.wanted_of_day(scenario, call, day)
            first = round(day.opens / scenario.interval)
            calls[first : first + len(wanted)] = wanted
    return calls


# -------------------------------------------------------------------------------- who answers


def _groups(program: Program) -> list[_Group]:
    """Lanes joined where their first circles have a team in common; a team of no first circle is a group of its own.

    Only the lanes that call types enter first: who overflows into another queue has been counted in his own.
    """
    groups = [_Group([], [team]) for team in range(len(program.teams))]
    for lane in sorted(set(program.call_types.lane.tolist())):
        circle = set(_circle(program, lane))
        joined, apart = _Group([lane], []), []
        for group in groups:
            if circle & set(group.teams):
                joined = _Group(sorted(joined.lanes + group.lanes), sorted(joined.teams + group.teams))
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


def _circle(program: Program, lane: int) -> list[int]:
    """Teams that may answer a call of the lane at once."""
    return [int(team) for team in np.flatnonzero(program.reach.after[lane] == 0.0)]


def _load(program: Program, lane: int, forecasts: list[_Forecast], scheduled: Floats, rings: list[float]) -> Floats:
    """Offered load of a lane by interval, erlangs, at the mean pace and ringing of who is scheduled of its first circle."""
    forecast = forecasts[int(program.lanes.call_type[lane])]
    circle = _circle(program, lane)
    handle = forecast.handle
    if circle:
        parts = _parts(scheduled[circle])
        ring = np.array([rings[team] for team in circle])
        handle = handle * (parts * program.reach.pace[lane, circle][:, None]).sum(axis=0) + (parts * ring[:, None]).sum(axis=0)
    return np.asarray(forecast.calls * handle / program.settings.interval_length[0])


def _ring(scenario: Scenario, team: str) -> float:
    """Mean time a team's phones ring, s: handle time like the rest."""
    written = scenario.agents[team].ring or scenario.agents[team].answer_delay
    return 0.0 if written is None else resolve.law(scenario, written).mean()


def _parts(scheduled: Floats) -> Floats:
    """Each team's part of who is scheduled; equal parts where nobody is."""
    there = np.where(scheduled.sum(axis=0) > 0.0, scheduled, 1.0)
    return np.asarray(there / there.sum(axis=0))


# -------------------------------------------------------------------------------- how many


def _needed(program: Program, group: _Group, forecasts: list[_Forecast], load: Floats, target: erlang.Target) -> Floats:
    """Agents a group needs in each interval, by one Erlang model of all its calls."""
    mine = [forecasts[int(program.lanes.call_type[lane])] for lane in group.lanes]
    needed = np.zeros(len(load))
    if not mine:
        return needed
    calls = np.array([forecast.calls for forecast in mine])
    total = calls.sum(axis=0)
    open_for = program.intervals.open_until - program.intervals.open_from
    busy = np.flatnonzero((total > 0.0) & (load > 0.0) & (open_for > 0.0))
    length = program.settings.interval_length[0]
    rate = total[busy] / open_for[busy]
    handle = load[busy] * length / total[busy]
    leaving = (calls[:, busy] * np.array([[f.leaving] for f in mine])).sum(axis=0) / total[busy]
    balk = (calls[:, busy] * np.array([[f.balk] for f in mine])).sum(axis=0) / total[busy]
    cases = np.stack([_rounded(handle), _rounded(leaving), _rounded(balk), _rounded(rate)])
    different, which = np.unique(cases, axis=1, return_inverse=True)
    needed[busy] = _solve(different, target)[which.reshape(-1)]
    return needed


def _rounded(numbers: Floats) -> Floats:
    """Twelve digits: numbers that differ by the order of their sums are the same case."""
    size = 10.0 ** (11 - np.floor(np.log10(np.where(numbers > 0.0, numbers, 1.0))))
    return np.asarray(np.round(numbers * size) / size)


def _solve(cases: Floats, target: erlang.Target) -> Floats:
    """Fewest agents of each case; cases are columns of (handle, leaving, balk, rate), sorted by all of them."""
    found = np.zeros(cases.shape[1])

    def agents(i: int) -> int:
        handle, leaving, balk, rate = cases[:, i].tolist()
        patience = 1.0 / leaving if leaving > 0.0 else math.inf
        return erlang.agents_for(rate, handle, target, patience=patience, balk_share=balk)

    def fill(first: int, last: int) -> None:
        """Between two rates that need the same number, all do: more calls never need fewer agents."""
        if last - first < 2:
            return
        if found[first] == found[last]:
            found[first : last + 1] = found[first]
            return
        middle = (first + last) // 2
        found[middle] = agents(middle)
        fill(first, middle)
        fill(middle, last)

    edges = np.flatnonzero(np.any(cases[:3, 1:] != cases[:3, :-1], axis=0)) + 1
    for block in np.split(np.arange(cases.shape[1]), edges):
        if len(block):
            first, last = int(block[0]), int(block[-1])
            found[first], found[last] = agents(first), agents(last)
            fill(first, last)
    return found
