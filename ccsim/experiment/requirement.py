"""Agents each interval needs on the phones, by Erlang's formulas on the forecast, shared out to teams and queues.

A planner's yardstick, not a result: it knows the forecast and the target, never what was simulated, so that it is the same for
every plan that meets the same callers and may grant the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim import erlang
from ccsim.analysis.plan import Required, plan_of
from ccsim.experiment.expected_load import Expected, expected_loads, first_circle, parts_of
from ccsim.experiment.textbook import erlang_variant
from ccsim.program.compile import Compiled
from ccsim.program.layout import Program
from ccsim.scenario import Scenario, resolve

__all__ = ["required_note", "required_of"]

Floats = NDArray[np.float64]

_SURE = 1.0 - 1e-9
"""A goal of everybody is reached by no number of agents."""


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
    expected = expected_loads(scenario, compiled)
    scheduled = plan_of(program).scheduled
    rings = [_ring(scenario, team) for team in names.teams]
    by_team = np.zeros((len(names.teams), len(program.intervals)))
    by_queue = np.zeros((len(names.queues), len(program.intervals)))
    group_of_team = np.zeros(len(names.teams), dtype=np.int64)
    for number, group in enumerate(_groups(program, expected)):
        group_of_team[group.teams] = number
        loads = {lane: _load(program, lane, expected, scheduled, rings) for lane in group.lanes}
        total = sum(loads.values(), np.zeros(len(program.intervals)))
        needed = _needed(program, group, expected, total, target)
        for lane, load in loads.items():
            by_queue[program.lanes.queue[lane]] += needed * np.divide(load, total, out=np.zeros_like(load), where=total > 0.0)
        by_team[group.teams] = needed * parts_of(scheduled[group.teams])
    return Required(by_team, by_queue, group_of_team)


def required_note(scenario: Scenario, compiled: Compiled) -> str:
    """Return in one sentence by which formula and for which target."""
    target = _target(scenario)
    if target is None:
        return "Nothing is required: no number of agents reaches the target for certain"
    expected = expected_loads(scenario, compiled)
    leaving = {bool(one.leaving.any()) for one in expected.values()}
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
        *(["messages"] if any(queue.voicemail is not None for queue in scenario.queues.values()) else []),
        *(["events"] if scenario.events else []),
    ]
    without = f"{', '.join(left_out[:-1])} and {left_out[-1]}" if len(left_out) > 1 else left_out[0]
    on = f"on each interval's forecast, without {without}"
    note = f"Required: on the phones for {', '.join(bounds)}, by {formula} {on}"
    if any(len(group.teams) > 1 or len(group.lanes) > 1 for group in _groups(compiled.program, expected)):
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


# -------------------------------------------------------------------------------- who answers


def _groups(program: Program, lanes: Iterable[int]) -> list[_Group]:
    """Lanes joined where their first circles have a team in common; a team of no first circle is a group of its own.

    Only the lanes that calls enter by themselves or by somebody's hand: who overflows has been counted in his own queue.
    """
    groups = [_Group([], [team]) for team in range(len(program.teams))]
    for lane in lanes:
        circle = set(first_circle(program, lane))
        joined, apart = _Group([lane], []), []
        for group in groups:
            if circle & set(group.teams):
                joined = _Group(sorted(joined.lanes + group.lanes), sorted(joined.teams + group.teams))
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


def _load(program: Program, lane: int, expected: dict[int, Expected], scheduled: Floats, rings: list[float]) -> Floats:
    """Offered load of a lane by interval, erlangs, at the mean pace and ringing of who is scheduled of its first circle."""
    circle = first_circle(program, lane)
    handle = expected[lane].handle
    if circle:
        parts = parts_of(scheduled[circle])
        ring = np.array([rings[team] for team in circle])
        handle = handle * (parts * program.reach.pace[lane, circle][:, None]).sum(axis=0) + (parts * ring[:, None]).sum(axis=0)
    return np.asarray(expected[lane].calls * handle / program.settings.interval_length[0])


def _ring(scenario: Scenario, team: str) -> float:
    """Mean time a team's phones ring, s: handle time like the rest."""
    written = scenario.agents[team].ring or scenario.agents[team].answer_delay
    return 0.0 if written is None else resolve.law(scenario, written).mean()


# -------------------------------------------------------------------------------- how many


def _needed(program: Program, group: _Group, expected: dict[int, Expected], load: Floats, target: erlang.Target) -> Floats:
    """Agents a group needs in each interval, by one Erlang model of all its calls."""
    mine = [expected[lane] for lane in group.lanes]
    needed = np.zeros(len(load))
    if not mine:
        return needed
    calls = np.array([one.calls for one in mine])
    total = calls.sum(axis=0)
    open_for = program.intervals.open_until - program.intervals.open_from
    busy = np.flatnonzero((total > 0.0) & (load > 0.0) & (open_for > 0.0))
    length = program.settings.interval_length[0]
    rate = total[busy] / open_for[busy]
    handle = load[busy] * length / total[busy]
    leaving = (calls * np.array([one.leaving for one in mine]))[:, busy].sum(axis=0) / total[busy]
    balk = (calls[:, busy] * np.array([[one.balk] for one in mine])).sum(axis=0) / total[busy]
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
