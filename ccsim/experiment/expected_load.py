"""What a forecast brings to each lane by interval: calls, and how long each of them takes.

The yardstick of `requirement`, and of what is known of arrivals before a run (`arrivals`). Mean values, without luck: redials,
returns, events and overflow are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.plan import plan_of
from ccsim.experiment.case_load import LaneLoad, Stay, loads_of
from ccsim.program.compile import Compiled
from ccsim.program.layout import Names, Program
from ccsim.scenario import Scenario, paths, resolve
from ccsim.scenario.days_before import with_days_before

__all__ = ["Expected", "first_circle", "expected_loads", "parts_of"]

Floats = NDArray[np.float64]

_SHORTEST = 1e-3
"""Who hangs up at once: as if within a millisecond, since no formula knows an infinite rate."""


class Expected(NamedTuple):
    """What comes to one lane, by interval of the program's grid.

    Attributes
    ----------
    calls : float64, shape (n_intervals,)
        That reach the queue: without those whom the IVR keeps, with those transferred or passed on for want of authority, and
        with requests of agents who ask a colleague.
    handle : float64, shape (n_intervals,)
        Mean, s, at the pace of the call type.
    leaving : float64, shape (n_intervals,)
        1 / mean patience, per s; 0 where nobody leaves.
    balk : float
    """

    calls: Floats
    handle: Floats
    leaving: Floats
    balk: float


def expected_loads(scenario: Scenario, compiled: Compiled) -> dict[int, Expected]:
    """Return what comes to each lane, by its code: those in which call types wait first, and those of who is passed on."""
    program, names = compiled
    scenario = with_days_before(scenario)
    scheduled = plan_of(program).scheduled
    means = np.array([_means(scenario, program, name) for name in names.call_types])

    def answering(lane: int) -> list[tuple[int, Floats]]:
        circle = first_circle(program, lane)
        return list(zip(circle, parts_of(scheduled[circle]), strict=True))

    talk, rest = means[:, 0], means[:, 1:].sum(axis=1)
    loads = loads_of(scenario, program, names, answering, talk, rest, _stays(scenario, program, names))
    nothing = LaneLoad(*np.zeros((3, len(program.intervals))))
    lanes = sorted({*program.call_types.lane.tolist(), *loads})
    return {lane: _expected(scenario, program, names, means, lane, loads.get(lane, nothing)) for lane in lanes}


def first_circle(program: Program, lane: int) -> list[int]:
    """Teams that may answer a call of the lane at once."""
    return [int(team) for team in np.flatnonzero(program.reach.after[lane] == 0.0)]


def parts_of(scheduled: Floats) -> Floats:
    """Return each team's part of who is scheduled; equal parts where nobody is; shape as `scheduled`."""
    there = np.where(scheduled.sum(axis=0) > 0.0, scheduled, 1.0)
    return np.asarray(there / there.sum(axis=0))


def _expected(scenario: Scenario, program: Program, names: Names, means: Floats, lane: int, load: LaneLoad) -> Expected:
    code = int(program.lanes.call_type[lane])
    name = names.call_types[code]
    patience = resolve.patience_law(scenario, name)
    leaves_after = min(patience.law.mean(), patience.at_most)
    if lane != program.call_types.lane[code]:
        leaves_after *= scenario.calls[name].after_transfer
    some = load.calls > 0.0
    hearing = np.divide(load.calls - load.asked, load.calls, out=np.ones_like(load.calls), where=some)
    handle = np.divide(load.work, load.calls, out=means[code].sum(axis=0), where=some)
    return Expected(load.calls, handle, hearing / max(leaves_after, _SHORTEST), patience.balk)


def _means(scenario: Scenario, program: Program, name: str) -> Floats:
    """Mean talk, hold and wrap time of a call type, s; shape (3, n_intervals)."""
    laws = resolve.handle_laws(scenario, name)
    means = np.array([laws.talk.mean(), laws.hold_share * laws.hold.mean(), laws.wrap.mean()])
    found = np.tile(means[:, None], len(program.intervals))
    grid = [round(piece.start / scenario.interval) for piece in resolve.intervals(scenario)]
    for row, mean, part in zip(found, means, resolve.PARTS, strict=True):
        row[grid] = mean * np.array(resolve.handle_factors(scenario, name, part))
    return found


def _stays(scenario: Scenario, program: Program, names: Names) -> Iterator[Stay]:
    """Calls that come to queues by themselves, and those transferred, once or several times."""
    for origin, dialled in enumerate(names.call_types):
        legs = {origin: _calls(scenario, program, origin, dialled)}
        n_before = 0
        while legs:
            following: dict[int, Floats] = {}
            for code, calls in legs.items():
                transfer = scenario.calls[names.call_types[code]].transfer
                share = transfer.share if transfer is not None and n_before < transfer.at_most else 0.0
                yield Stay(origin, code, n_before == 0, calls, share)
                for to, part in transfer.to.items() if transfer is not None and share > 0.0 else ():
                    there = names.call_types.index(to)
                    following[there] = following.get(there, 0.0) + share * part * calls
            legs, n_before = following, n_before + 1


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
