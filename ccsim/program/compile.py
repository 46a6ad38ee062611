"""Scenario -> Program: names become codes, clocks become elapsed seconds, laws become parameters.

Called by `experiment`; never draws, never simulates, never imports a rule, so it stays instant.
"""

from __future__ import annotations

import datetime
import hashlib
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.errors import Problem, ScenarioError
from ccsim.program.authority import cases_of, escalations_of, with_escalation_queues
from ccsim.program.callbacks import callbacks_of
from ccsim.program.decisions import decision_table, write_redials
from ccsim.program.demand import demand_of
from ccsim.program.events import calls_off, happenings
from ccsim.program.ivr import ivr_tables
from ccsim.program.layout import (
    CALL_TYPE,
    DAY,
    FLOW,
    INTERVAL,
    LAW,
    POINT,
    RECORDED,
    SETTINGS,
    TIMETABLE,
    Names,
    Program,
    Records,
    records,
)
from ccsim.program.presence import Presence, presence_of
from ccsim.program.routing import lanes_of, reach_of, routes_of
from ccsim.program.steps import ageing, queues_of
from ccsim.program.transfers import write_transfers
from ccsim.scenario import Scenario, clock, paths, resolve
from ccsim.scenario.days_before import days_before, with_days_before
from ccsim.scenario.laws import Law
from ccsim.scenario.skills import PRIORITY_PLUS_WAIT
from ccsim.vocabulary import Attribute, Clock, ClosingRule, Event, Family, PickAgent, PickCall

__all__ = ["Compiled", "compile_scenario", "name_key"]

_AFTER_CLOSING = 6 * 3600.0
"""s of intervals after the last closing, so that overtime has a place in the counts."""
_UNLIMITED = 1 << 40
_EPOCH = datetime.date(1970, 1, 1)
_DEFAULT_THRESHOLD = 20.0


class Compiled(NamedTuple):
    """A Program and the names behind its codes."""

    program: Program
    names: Names


def name_key(path: str) -> int:
    """Signed 64-bit key of a name: the first 8 bytes of BLAKE2b of its path, such as ``call_type/orders``."""
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest(), "big", signed=True)


def compile_scenario(scenario: Scenario) -> Compiled:
    """Compile a loaded scenario.

    Parameters
    ----------
    scenario : Scenario
        As `scenario.load` returns it: cross-checked, files read in.
    """
    unsolved = resolve.unsolved(scenario)
    if unsolved:
        what = f"the fresh calls of {', '.join(unsolved)} are not solved yet"
        raise ScenarioError([Problem("E-CALIBRATION", f"calls.{unsolved[0]}.volume", what, try_="ccsim.calibrate(scenario)")])
    n_before = days_before(scenario)
    scenario = with_days_before(scenario)
    names = _Names(scenario)
    laws = _Laws()
    days = _days(scenario)
    intervals = _intervals(scenario, days)
    call_types = _call_types(scenario, names, laws)
    ivr = ivr_tables(scenario, names.call_types, laws.add)
    settings = _settings(scenario, laws, intervals)
    destinations = write_transfers(scenario, names.call_types, call_types)
    odds = decision_table(scenario, settings, laws.add)
    write_redials(scenario, names.call_types, settings, call_types)
    settings.ivr_start = ivr.start
    if n_before > 0:
        settings.count_from = _first_counted(scenario, n_before)
    settings.keeps_last_wait = (call_types.balk_wait_over >= 0.0).any()
    queues, steps = queues_of(scenario, names.queues)
    escalations = escalations_of(scenario, names)
    queues = with_escalation_queues(scenario, queues, escalations)
    queues.head_start, queues.weight = ageing(scenario, queues)
    presence = presence_of(scenario, names.teams, name_key, laws.add)
    teams = presence.teams
    teams.ring_law = [_ring_law(scenario, name, laws) for name in names.teams]
    settings.proficiency = (teams.proficiency_sigma > 0.0).any()
    lanes = lanes_of(call_types.queue, queues, steps, [(kind, queue) for kind, queue, _ in escalations.lanes])
    reach = reach_of(scenario, lanes, call_types, names, laws.add, escalations.teams)
    callbacks, callback_windows = callbacks_of(scenario, names.queues, len(queues), laws.add)
    if len(callbacks) and (callbacks.wait_over[callbacks.accept > 0.0] < math.inf).any():
        settings.keeps_last_wait = 1
    needs, ways = cases_of(
        scenario, names, escalations, laws.add, settings=settings, call_types=call_types, teams=teams, lanes=lanes
    )
    routes = routes_of(lanes, queues, teams, reach, len(call_types), settings.pick_call[0])

    happening = happenings(
        scenario, names.call_types, names.queues, ivr.names, names.teams, laws.add, name_key, _EPOCH.toordinal()
    )
    program = Program(
        settings=settings,
        days=days,
        intervals=intervals,
        laws=laws.table(),
        points=laws.point_table(),
        call_types=call_types,
        queues=queues,
        steps=steps,
        lanes=lanes,
        teams=teams,
        agents=presence.agents,
        timetable=_timetable(scenario, names, days, presence),
        recorded=_recorded(scenario, names),
        flows=_flows(scenario, names, intervals),
        occasions=happening.occasions,
        effects=happening.effects,
        calls_off=happening.calls_off,
        demand=demand_of(scenario, names.call_types, intervals),
        reach=reach,
        **routes._asdict(),
        thresholds=np.array(_thresholds(scenario)),
        ivr_nodes=ivr.nodes,
        ivr_edges=ivr.edges,
        ivr_contained=ivr.contained,
        duties=presence.duties,
        breaks=presence.breaks,
        needs=needs,
        ways=ways,
        callbacks=callbacks,
        callback_windows=callback_windows,
        odds=odds,
        destinations=destinations,
    )
    for table in program:
        table.flags.writeable = False
    published = names.published(scenario, intervals, escalations.queues)
    return Compiled(program, published._replace(ivr_nodes=ivr.names, agents=presence.names))


class _Names:
    """The sorted names, whose places are the codes: the order of YAML keys does not matter."""

    def __init__(self, scenario: Scenario) -> None:
        self.call_types = tuple(sorted(scenario.calls))
        self.queues = tuple(sorted(scenario.queues))
        self.teams = tuple(sorted(scenario.agents))

    def published(self, scenario: Scenario, intervals: Records, later_queues: tuple[str, ...]) -> Names:
        n_days = 1 if scenario.run.mode == "steady" else scenario.days
        return Names(
            call_types=self.call_types,
            queues=(*self.queues, *later_queues),
            teams=self.teams,
            dates=tuple((scenario.start + datetime.timedelta(days=d)).isoformat() for d in range(n_days)),
            interval_labels=tuple(clock.label(scenario, at) for at in intervals.starts_at.tolist()),
        )


class _Laws:
    """Collects the laws a program uses; equal laws share a row."""

    def __init__(self) -> None:
        self._rows: dict[Law, int] = {}

    def add(self, law: Law) -> int:
        return self._rows.setdefault(law, len(self._rows))

    def table(self) -> Records:
        table = records(LAW, len(self._rows))
        first = 0
        for row, law in zip(table, self._rows, strict=True):
            row.family = Family[law.family.name]
            row.a, row.b, row.c = law.a, law.b, law.c
            row.first_point, row.n_points = first, len(law.points)
            first += len(law.points)
        return table

    def point_table(self) -> Records:
        points = [point for law in self._rows for point in law.points]
        table = records(POINT, len(points))
        for row, point in zip(table, points, strict=True):
            row.x, row.y, row.z = (*point, 0.0, 0.0)[:3]
        return table


def _is_steady(scenario: Scenario) -> bool:
    return scenario.run.mode == "steady"


def _days(scenario: Scenario) -> Records:
    """One row per calendar day; steady mode is one day as long as the run."""
    n = 1 if _is_steady(scenario) else scenario.days
    days = records(DAY, n)
    days.date = (scenario.start - _EPOCH).days + np.arange(n)
    days.open_at = days.close_at = math.inf
    for opening in resolve.open_days(scenario):
        day = days[(opening.date - scenario.start).days]
        day.open_at, day.close_at = opening.opens, opening.closes
    return days


def _intervals(scenario: Scenario, days: Records) -> Records:
    """The grid from the first midnight on: what is open of each interval, and to which operating day it belongs."""
    length = scenario.interval
    last_close = float(days.close_at[np.isfinite(days.close_at)].max())
    until = last_close if _is_steady(scenario) else last_close + _AFTER_CLOSING
    if any(call.out_of_hours for call in scenario.calls.values()):
        until = max(until, clock.midnight(scenario, scenario.days))  # who dials after the last closing has an interval, too
    intervals = records(INTERVAL, math.ceil(until / length - 1e-9))
    intervals.starts_at = np.arange(len(intervals)) * length
    intervals.open_from = intervals.open_until = intervals.starts_at
    midnights = _midnights(scenario, until)
    calendar_day = np.searchsorted(midnights, intervals.starts_at, "right") - 1
    intervals.date = days.date[0] + calendar_day
    intervals.ordinal = ((intervals.starts_at - midnights[calendar_day]) // length).astype(np.int64)
    for number, day in enumerate(days):
        if math.isfinite(day.open_at):
            intervals.day[intervals.starts_at >= day.open_at] = number
    for piece in resolve.intervals(scenario):
        interval = intervals[round(piece.start / length)]
        assert interval.starts_at == piece.start, (piece, length)
        interval.open_until = piece.end
    return intervals


def _midnights(scenario: Scenario, until: float) -> NDArray[np.float64]:
    """The instants at which a calendar day begins, the first at 0; steady mode has one."""
    found = [0.0]
    while not _is_steady(scenario) and found[-1] < until:
        found.append(clock.midnight(scenario, len(found)))
    return np.array(found)


def _settings(scenario: Scenario, laws: _Laws, intervals: Records) -> Records:
    settings = records(SETTINGS, 1)
    s = settings[0]
    s.interval_length = scenario.interval
    s.count_from = scenario.run.warm_up if _is_steady(scenario) else 0.0
    ends_open = _is_steady(scenario) or resolve.goes_on(scenario)  # what shifts reach beyond that is the next day's
    s.count_until = resolve.open_days(scenario)[-1].closes if ends_open else len(intervals) * scenario.interval
    s.short_abandon = scenario.metrics.short_abandon
    s.centre_day_shape = _gamma_shape(scenario.uncertainty.centre_day)
    s.within_day_share = 1.0 - scenario.uncertainty.within_day_correlation
    s.lines = scenario.lines or _UNLIMITED
    s.closing_rule = ClosingRule.STAY if _is_steady(scenario) else ClosingRule[scenario.closing.queue.upper()]
    s.attribute = Attribute[scenario.metrics.attribute.upper()]
    s.clock = Clock[scenario.metrics.clock.upper()]
    s.trunk_cost, s.abandon_cost = scenario.costs.trunk_per_minute / 60.0, scenario.costs.per_abandon
    s.pick_agent = PickAgent[scenario.routing.pick_agent.upper()]
    s.last_agent = scenario.routing.last_agent
    pick_call = scenario.routing.pick_call
    s.pick_call = PickCall.WEIGHTED_WAIT if pick_call == PRIORITY_PLUS_WAIT else PickCall[pick_call.upper()]
    s.start_order = scenario.run.service_draw == "start_order"
    s.ivr_ports = (scenario.ivr.ports if scenario.ivr else None) or _UNLIMITED
    s.misroute_talk_law = -1
    if scenario.ivr is not None:
        s.misroute_talk_law = laws.add(paths.misroute_talk(scenario))
    return settings


def _first_counted(scenario: Scenario, n_before: int) -> float:
    """From when on something counts that begins after so many days: the midnight, or the end of the night shift before."""
    midnight = clock.midnight(scenario, n_before)
    closes = [day.closes for day in resolve.open_days(scenario) if day.opens < midnight]
    return max(midnight, *closes) if closes else midnight


def _gamma_shape(cv: float) -> float:
    return math.inf if cv == 0.0 else cv**-2


def _call_types(scenario: Scenario, names: _Names, laws: _Laws) -> Records:
    table = records(CALL_TYPE, len(names.call_types))
    for row, name in zip(table, names.call_types, strict=True):
        handle = resolve.handle_laws(scenario, name)
        patience = resolve.patience_law(scenario, name)
        row.name_key = name_key(f"call_type/{name}")
        row.queue = names.queues.index(resolve.queue_of(scenario, name))
        row.talk_law = laws.add(handle.talk)
        row.hold_share = handle.hold_share
        row.hold_law = laws.add(handle.hold) if handle.hold_share > 0.0 else -1
        row.wrap_law = laws.add(handle.wrap) if handle.wrap.mean() > 0.0 else -1
        row.patience_law = laws.add(patience.law)
        row.patience_at_most = patience.at_most
        row.after_transfer = scenario.calls[name].after_transfer
        row.balk_share = patience.balk
        row.balk_waiting = patience.balk_waiting
        row.balk_wait_over = patience.balk_wait_over
        row.type_day_shape = _gamma_shape(resolve.type_day_cv(scenario, name))
        forecast_cv = resolve.forecast_error_cv(scenario, name)
        row.forecast_shape = _gamma_shape(forecast_cv) if forecast_cv else 0.0
    table.lane = np.arange(len(table))  # as `routing.lanes_of` numbers them
    keys = table.name_key.tolist()
    assert len(set(keys)) == len(keys), "two call types have the same 64-bit name key"
    return table


def _ring_law(scenario: Scenario, team: str, laws: _Laws) -> int:
    """Row of the law of how long the team's phones ring, -1 where they do not."""
    written = scenario.agents[team].ring or scenario.agents[team].answer_delay
    law = None if written is None else resolve.law(scenario, written)
    return -1 if law is None or law.mean() == 0.0 else laws.add(law)


def _timetable(scenario: Scenario, names: _Names, days: Records, presence: Presence) -> Records:
    """Openings, seats or shifts, closings and overtime caps. Where one opening follows another at once, lines stay open."""
    openings = {float(day.open_at) for day in days}
    closings = {float(day.close_at) for day in days}
    rows = presence.timetable
    for number, day in enumerate(days):
        if not math.isfinite(day.open_at):
            continue
        if float(day.open_at) not in closings:
            rows.append((day.open_at, Event.OPENING, number, 0))
        if float(day.close_at) not in openings:
            rows.append((day.close_at, Event.CLOSING, number, 0))
            cap = None if _is_steady(scenario) else scenario.closing.overtime_up_to
            next_opening = min((at for at in openings if at > day.close_at), default=math.inf)
            if cap is not None and day.close_at + cap < next_opening:
                rows.append((day.close_at + cap, Event.OVERTIME_END, number, 0))
    for code, team in enumerate(names.teams):
        if presence.teams.persons[code]:
            continue
        before = 0
        for at, n in resolve.seats(scenario, team):
            opening = at in openings and at not in closings
            rows.append((at, Event.SEATS_UP if opening or n > before else Event.SEATS_DOWN, code, n))
            before = n
    rows += calls_off(scenario, names.teams, len(presence.agents))
    return np.array(sorted(rows), dtype=TIMETABLE).view(np.recarray)


def _recorded(scenario: Scenario, names: _Names) -> Records:
    calls = resolve.replayed_calls(scenario)
    table = records(RECORDED, len(calls))
    seen: dict[str, int] = {}
    for row, call in zip(table, calls, strict=True):
        row.at, row.call_type = call.at, names.call_types.index(call.call_type)
        row.ordinal = seen[call.call_type] = seen.get(call.call_type, -1) + 1
        row.handle = -1.0 if call.handle is None else call.handle
        row.patience = -1.0 if call.patience is None else call.patience
    return np.sort(table, order=["at", "call_type", "ordinal"]).view(np.recarray)


def _flows(scenario: Scenario, names: _Names, intervals: Records) -> Records:
    flows = records(FLOW, len(names.call_types), len(intervals))
    flows.talk_factor = flows.hold_factor = flows.wrap_factor = 1.0
    places = [round(piece.start / scenario.interval) for piece in resolve.intervals(scenario)]
    for code, name in enumerate(names.call_types):
        flows.volume[code, places] = resolve.mean_calls(scenario, name)
        for part in resolve.PARTS:
            flows[f"{part}_factor"][code, places] = resolve.handle_factors(scenario, name, part)
    return flows


def _thresholds(scenario: Scenario) -> list[float]:
    """The target's threshold, then the others asked for, each once."""
    target: Any = scenario.targets.service_level
    first = target.goal.within if target is not None else _DEFAULT_THRESHOLD
    return [first, *(t for t in dict.fromkeys(scenario.metrics.also_within) if t != first)]
