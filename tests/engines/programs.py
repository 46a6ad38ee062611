"""Small random Programs over every feature, each from one integer; about every second one on a grid where everything ties.

They are built below the Scenario, so that the engines are tested on what the layout allows, not on what YAML writes today.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ccsim.program.layout import (
    AGENT,
    CALL_TYPE,
    DAY,
    DEMAND,
    EFFECT,
    FLOW,
    INTERVAL,
    IVR_EDGE,
    IVR_NODE,
    LAW,
    OCCASION,
    ODDS,
    POINT,
    QUEUE,
    REACH,
    RECORDED,
    SETTINGS,
    STEP,
    TEAM,
    TIMETABLE,
    Program,
    Records,
    records,
)
from ccsim.program.routing import lanes_of, routes_of
from ccsim.vocabulary import Attribute, ClosingRule, Decision, Event, EventField, Fact, Family, PickAgent, PickCall
from tests.engines.after_contact import with_after_contact
from tests.engines.authority import with_authority
from tests.engines.callbacks import with_callbacks
from tests.engines.dice import Dice
from tests.engines.passages import with_passages
from tests.engines.people import with_calls_off, with_people

__all__ = ["Dice", "Laws", "program_of", "random_program", "table"]

DAY_LENGTH = 86400.0
FIRST_DATE = 19723
UNLIMITED = 1 << 40
OTHER_DICE = 1 << 32  # for features that came later, so that the Programs of each number keep what they had


class Laws:
    """Collects laws and their points; on the grid each is a whole number of minutes."""

    def __init__(self, dice: Dice, *, grid: bool) -> None:
        self.dice, self.grid = dice, grid
        self.rows: list[tuple] = []
        self.points: list[tuple] = []

    def add(self, family: Family, a: float = 0.0, b: float = 0.0, c: float = 0.0, points: list[tuple] | None = None) -> int:
        points = points or []
        self.rows.append((family, a, b, c, len(self.points), len(points)))
        self.points += points
        return len(self.rows) - 1

    def about(self, mean: float) -> int:
        """A law of any family with roughly this mean, s."""
        if self.grid:
            return self.add(Family.DETERMINISTIC, 60.0 * self.dice.between(0, max(1, round(2 * mean / 60))))
        family = self.dice.pick([f for f in Family if f not in (Family.NEVER, Family.HAZARD)])
        if family == Family.HYPEREXPONENTIAL:
            return self.add(family, points=[(0.4, mean / 3, 0.0), (1.0, mean * 1.4, 0.0)])
        if family == Family.EMPIRICAL:
            return self.add(family, points=[(mean * x, 0.0, 0.0) for x in (0.0, 0.3, 0.3, 0.8, 3.5)])
        parameters = {
            Family.DETERMINISTIC: (mean,),
            Family.EXPONENTIAL: (mean,),
            Family.UNIFORM: (0.0, 2 * mean),
            Family.TRIANGULAR: (0.0, mean / 2, 2.5 * mean),
            Family.LOGNORMAL: (math.log(mean) - 0.18, 0.6),
            Family.GAMMA: (2.0, mean / 2),
            Family.WEIBULL: (0.8, mean),
            Family.LOGLOGISTIC: (0.8 * mean, 3.0),
        }
        return self.add(family, *parameters[family])

    def patience(self, mean: float) -> int:
        """A patience law: any family, for ever, or a hazard that may stop."""
        if self.dice.chance(0.15):
            return self.add(Family.NEVER)
        if not self.grid and self.dice.chance(0.2):
            late = self.dice.pick([0.0, 1.0 / mean])
            return self.add(Family.HAZARD, points=[(0.0, 0.0, 1.0 / mean), (60.0, 60.0 / mean, 0.0), (90.0, 60.0 / mean, late)])
        return self.about(mean)


class Ivr(NamedTuple):
    """The IVR's tables of a Program; contacts begin at the setting `ivr_start`."""

    nodes: Records
    edges: Records
    contained: np.ndarray


def table(dtype: np.dtype, rows: list[tuple]) -> Records:
    """Record array of these rows."""
    out = records(dtype, len(rows))
    for i, row in enumerate(rows):
        out[i] = row
    return out


def program_of(
    *,
    windows: list[tuple[float, float]],
    interval: float,
    n_intervals: int,
    laws: Laws,
    call_types: Records,
    priorities: list[int],
    weights: Sequence[float] = (),
    team_sizes: list[int],
    reach: np.ndarray,
    timetable: list[tuple[float, int, int, int]],
    recorded: list[tuple[float, int, float, float]] = (),
    ivr: Ivr | None = None,
    odds: Sequence[tuple[int, int, float, float]] = (),
    waiting: tuple[Records, Records] | None = None,
    rings: Sequence[int] = (),
    **settings: object,
) -> Program:
    """A Program from its parts; flows are empty, settings as given or without the feature.

    `windows` has the opening and closing of each calendar day, (inf, inf) for a closed one; `recorded` rows are instant, call
    type, handle time and patience; `reach` has REACH rows by lane and team, or 1 by queue and team where the team answers;
    `waiting` has the tables QUEUE and STEP, `rings` the law of each team's ringing phones.
    """
    days = table(DAY, [(FIRST_DATE + i, *window) for i, window in enumerate(windows)])
    base = {
        "interval_length": interval,
        "count_until": n_intervals * interval,
        "short_abandon": 5.0,
        "redial_law": -1,
        "return_law": -1,
        "ivr_start": -1,
        "ivr_ports": UNLIMITED,
        "misroute_talk_law": -1,
        "centre_day_shape": math.inf,
        "lines": UNLIMITED,
    }
    row = records(SETTINGS, 1)
    for name, value in (base | settings).items():
        row[name] = value

    teams, agents = records(TEAM, len(team_sizes)), records(AGENT, sum(team_sizes))
    teams.n_agents = team_sizes
    teams.first_agent = np.cumsum(team_sizes) - team_sizes
    agents.team = np.repeat(np.arange(len(team_sizes)), team_sizes)
    teams.ring_law = rings or -1

    queues, steps = waiting or waiting_rooms(len(priorities))
    queues.priority, queues.weight = priorities, weights or 1.0
    lanes = lanes_of(call_types.queue, queues, steps)
    call_types.lane = np.arange(len(call_types))
    if reach.dtype != REACH:
        reach = reach_by_queue(lanes, call_types, reach)
    routes = routes_of(lanes, queues, teams, reach, len(call_types), row.pick_call[0])
    seen: dict[int, int] = {}
    calls = []
    for at, kind, handle, patience in recorded:
        seen[kind] = seen.get(kind, -1) + 1
        calls.append((at, kind, seen[kind], handle, patience))
    flows = records(FLOW, len(call_types), n_intervals)
    flows.talk_factor = flows.hold_factor = flows.wrap_factor = 1.0
    return Program(
        settings=row,
        days=days,
        intervals=_intervals(days, interval, n_intervals),
        laws=table(LAW, laws.rows),
        points=table(POINT, laws.points),
        call_types=call_types,
        queues=queues,
        steps=steps,
        lanes=lanes,
        teams=teams,
        agents=agents,
        timetable=table(TIMETABLE, sorted(timetable)),
        recorded=table(RECORDED, sorted(calls)),
        flows=flows,
        reach=reach,
        **routes._asdict(),
        thresholds=np.array([20.0, 0.0, 120.0]),
        ivr_nodes=ivr.nodes if ivr else records(IVR_NODE, 0),
        ivr_edges=ivr.edges if ivr else records(IVR_EDGE, 0),
        ivr_contained=ivr.contained if ivr else np.zeros((0, len(call_types))),
        odds=table(ODDS, odds),
    )


def waiting_rooms(n_queues: int, steps: list[list[tuple[float, int, int]]] | None = None) -> tuple[Records, Records]:
    """QUEUE and STEP tables of so many queues; `steps` has for each its steps by time. Without them nothing ever happens."""
    queues = records(QUEUE, n_queues)
    queues.max_waiting, queues.full_step = UNLIMITED, -1
    found: list[tuple[float, int, int]] = []
    for row, own in zip(queues, steps or [[]] * n_queues, strict=True):
        row.first_step, row.n_steps = len(found), len(own)
        row.full_step = next((len(found) + i for i, (_, to, _) in enumerate(own) if to >= 0), -1)
        found += own
    return queues, table(STEP, found)


def reach_by_queue(lanes: Records, call_types: Records, answers: np.ndarray) -> Records:
    """REACH rows of teams that answer a queue at once, or never."""
    reach = records(REACH, len(lanes), answers.shape[1])
    reach.prefer = reach.calls_prefer = 1
    reach.handle_factor = reach.pace = 1.0
    for field in ("talk_law", "wrap_law"):
        reach[field] = call_types[field][lanes.call_type][:, None]
    reach.first_circle = answers[lanes.queue]
    reach.after = np.where(reach.first_circle == 1, 0.0, np.inf)
    return reach


def _intervals(days: Records, length: float, n: int) -> Records:
    """The grid; what is open of each interval."""
    out = records(INTERVAL, n)
    out.starts_at = np.arange(n) * length
    out.open_from = out.open_until = out.starts_at
    one_day = len(days) == 1
    place = np.zeros(n) if one_day else np.floor(out.starts_at / DAY_LENGTH)
    out.date = FIRST_DATE + place.astype(int)
    out.ordinal = np.rint((out.starts_at - place * DAY_LENGTH) / length)
    for number, day in enumerate(days):
        if day.open_at < math.inf:
            inside = (out.starts_at >= day.open_at) & (out.starts_at < day.close_at)
            out.open_until[inside] = np.minimum(out.starts_at[inside] + length, day.close_at)
            out.day[out.starts_at >= day.open_at] = number
    return out


def random_program(seed: int) -> Program:
    """A small Program with a random choice of features."""
    dice = Dice(seed)
    grid = dice.chance(0.5)
    laws = Laws(dice, grid=grid)
    interval = dice.pick([900.0, 1800.0])
    shape = dice.pick(["days", "days", "days", "steady", "round the clock"])
    windows = _windows(dice, shape, interval)

    n_queues = dice.between(1, 3)
    call_types = _call_types(dice, laws, n_queues)
    n_teams = dice.between(1, 3)
    sizes = [dice.between(0, 7) for _ in range(n_teams)]
    reach = np.array([[dice.chance(0.75) for _ in range(n_teams)] for _ in range(n_queues)], np.int64)
    rare = Dice((seed, 6))
    timetable = _around_closing(rare, windows, sizes, _timetable(dice, shape, windows, interval, sizes))

    last = max(close for _, close in windows if close < math.inf)
    n_intervals = math.ceil((last + (0.0 if shape == "steady" else dice.pick([600.0, 7200.0]))) / interval)
    settings = _settings(dice, laws, shape)
    routing = Dice((seed, 2))  # of its own, so that routing leaves what the other features are
    if routing.chance(0.6):
        settings |= {"pick_agent": routing.pick(list(PickAgent)), "pick_call": routing.pick(list(PickCall))}
    settings["last_agent"] = int(Dice((seed, 8)).chance(0.3))
    waits = Dice((seed, 4))
    laws.dice = waits
    waiting = _waiting(waits, n_queues) if waits.chance(0.6) else waiting_rooms(n_queues)
    rings = [laws.about(waits.pick([10.0, 60.0])) if waits.chance(0.3) else -1 for _ in range(n_teams)]
    if waits.chance(0.3):
        for kind in call_types:
            kind.balk_share = waits.pick([0.3, 1.0])
            kind.balk_waiting, kind.balk_wait_over = waits.pick([(0, -1.0), (2, -1.0), (0, 20.0), (1, 60.0)])
        settings["keeps_last_wait"] = 1
        waiting[0].counts_waiting = 1
    laws.dice = dice
    lanes = lanes_of(call_types.queue, *waiting)
    if settings.get("pick_agent") is not None:
        reach = _skilled(routing, laws, lanes, call_types, reach)
    else:
        reach = reach_by_queue(lanes, call_types, reach)
    _expand(waits, lanes, waiting, reach)
    if rare.chance(0.2):
        _desert(rare, laws, call_types, lanes, reach)
    announcement, ivr = settings.pop("announcement", None), None
    if announcement is not None:
        graph = Dice((seed, 3))
        laws.dice = graph
        ivr = _ivr(graph, laws, len(call_types), announcement)
        laws.dice = dice
        ports = graph.pick([UNLIMITED, UNLIMITED, graph.between(1, 6)])
        ports = rare.between(1, 3) if rare.chance(0.2) else ports
        settings |= {
            "misroute_talk_law": laws.about(60.0),
            "ivr_start": graph.between(0, len(ivr.nodes) - 1),
            "ivr_ports": ports,
        }
    if shape == "steady":
        settings |= {"count_from": dice.pick([0.0, 1000.0, interval]), "count_until": last}
        settings["closing_rule"] = ClosingRule.STAY
    odds = _odds(Dice((seed, 5)), settings)
    recorded = _recorded(dice, windows, len(call_types), grid=grid) if grid or dice.chance(0.2) else []
    program = program_of(
        windows=windows,
        interval=interval,
        n_intervals=n_intervals,
        laws=laws,
        call_types=call_types,
        priorities=[dice.between(0, 1) for _ in range(n_queues)],
        weights=[routing.pick([1.0, 0.5, 3.0]) for _ in range(n_queues)],
        team_sizes=sizes,
        reach=reach,
        timetable=timetable,
        recorded=recorded,
        ivr=ivr,
        odds=odds,
        waiting=waiting,
        rings=rings,
        **settings,
    )
    program = _with_events(Dice(seed + 2 * OTHER_DICE), laws, program, grid=grid)
    program = with_passages(program, Dice((seed, 9)))
    if not recorded:
        program = _with_demand(Dice(seed + OTHER_DICE), program)
        _fill_flows(dice, program, busy=2.0 if shape == "round the clock" else dice.pick([5.0, 10.0, 20.0]))
    people, cases = Dice((seed, 1)), Dice((seed, 5))
    if people.chance(0.5):
        program = with_people(program, people, grid=grid)
    if cases.chance(0.9 if n_teams > 1 else 0.3):
        program = with_authority(program, cases, grid=grid)
    after, later = Dice((seed, 7)), Dice((seed, 8))
    if after.chance(0.35):
        program = with_after_contact(program, after, grid=grid)
    if later.chance(0.4):
        program = with_callbacks(program, later, grid=grid)
    away = Dice((seed, 9))
    return with_calls_off(program, away, grid=grid) if away.chance(0.3) else program


def _windows(dice: Dice, shape: str, interval: float) -> list[tuple[float, float]]:
    """Opening and closing of each calendar day."""
    if shape == "steady":
        return [(0.0, interval * dice.between(3, 5))]
    n = dice.between(1, 3)
    if shape == "round the clock":
        return [(i * DAY_LENGTH, (i + 1) * DAY_LENGTH) for i in range(min(n, 2))]
    windows = []
    for i in range(n):
        opens = i * DAY_LENGTH + interval * dice.between(0, 20)
        closes = opens + 60.0 * dice.between(25, 90)
        windows.append((math.inf, math.inf) if dice.chance(0.2) else (opens, closes))
    if all(opens == math.inf for opens, _ in windows):
        windows[0] = (0.0, 3600.0)
    return windows


def _call_types(dice: Dice, laws: Laws, n_queues: int) -> Records:
    """One to four call types: at least one law of each, holds, wrap and balking for some."""
    kinds = records(CALL_TYPE, dice.between(1, 4))
    for kind in kinds:
        kind.name_key = dice.between(-(1 << 62), 1 << 62)
        kind.queue = dice.between(0, n_queues - 1)
        kind.talk_law = laws.about(dice.real(40.0, 240.0))
        kind.hold_share = dice.pick([0.0, 0.0, 0.3, 1.0])
        kind.hold_law = laws.about(60.0) if kind.hold_share > 0.0 else -1
        kind.wrap_law = laws.about(60.0) if dice.chance(0.5) else -1
        kind.patience_law = laws.patience(dice.real(30.0, 240.0))
        kind.patience_at_most = dice.pick([math.inf, math.inf, 120.0])
        kind.after_transfer = 1.0
        kind.balk_share = dice.pick([0.0, 0.0, 0.2])
        kind.type_day_shape = dice.pick([math.inf, math.inf, 25.0])
        kind.transfer_to, kind.balk_wait_over = -1, -1.0
    if len(kinds) > 1 and dice.chance(0.4):
        for number, kind in enumerate(kinds):
            kind.transfer_to = (number + dice.between(1, len(kinds) - 1)) % len(kinds)
            kind.transfer_share = dice.pick([0.0, 0.3, 1.0])
            kind.transfer_at_most = int(kind.transfer_share > 0.0)
    return kinds


def _waiting(dice: Dice, n_queues: int) -> tuple[Records, Records]:
    """Queues that hold few, let more teams answer after a while, or overflow to a later one, at times that tie."""
    steps = []
    for queue in range(n_queues):
        own = [(30.0 * dice.between(0, 4), -1, 0) for _ in range(dice.pick([0, 0, 1, 2]))]
        if queue < n_queues - 1:
            for _ in range(dice.pick([0, 1, 1, 2])):
                own.append((30.0 * dice.between(0, 6), dice.between(queue + 1, n_queues - 1), dice.between(0, 1)))
        steps.append(sorted(own, key=lambda step: (step[0], step[1] >= 0)))
    queues, table_of_steps = waiting_rooms(n_queues, steps)
    for row in queues:
        row.max_waiting = dice.pick([UNLIMITED, UNLIMITED, 0, 1, 4])
        row.counts_waiting = row.max_waiting < UNLIMITED
    return queues, table_of_steps


def _expand(dice: Dice, lanes: Records, waiting: tuple[Records, Records], reach: Records) -> None:
    """Teams that do not answer at once answer later, when a step of the queue says so. Writes reach."""
    queues, steps = waiting
    for lane, queue in enumerate(lanes.queue):
        first = int(queues.first_step[queue])
        times = [float(step.after) for step in steps[first : first + int(queues.n_steps[queue])] if step.to < 0]
        for row in reach[lane]:
            if times and dice.chance(0.5):
                row.after, row.first_circle = dice.pick(times), 0


def _skilled(dice: Dice, laws: Laws, lanes: Records, call_types: Records, answers: np.ndarray) -> Records:
    """REACH of teams that lack skills, prefer calls and are preferred, are quicker or slower, and keep somebody idle."""
    reach = reach_by_queue(lanes, call_types, answers)
    reserves = [dice.pick([0, 0, 0, 1, 2]) for _ in range(reach.shape[1])]
    for lane in range(reach.shape[0]):
        for team, row in enumerate(reach[lane]):
            if dice.chance(0.2):
                row.after = math.inf
            row.first_circle = row.after == 0.0 and dice.chance(0.7)
            row.prefer, row.calls_prefer = dice.between(1, 2), dice.between(1, 2)
            row.keep_idle = reserves[team] if row.prefer > 1 else 0
            row.handle_factor = row.pace = dice.pick([1.0, 1.0, 0.75, 2.0])
            if dice.chance(0.2):
                row.talk_law, row.wrap_law = laws.about(dice.real(40.0, 240.0)), dice.pick([-1, laws.about(30.0)])
    return reach


def _ivr(dice: Dice, laws: Laws, n_types: int, announcement: tuple[int, float]) -> Ivr:
    """The announcement (law, share who hang up), or a graph of which it is a node; each node knows a way to the queue."""
    n = dice.pick([1, 1, 2, 3, 5])
    nodes, edges = records(IVR_NODE, n), []
    for code, node in enumerate(nodes):
        node.time_law = laws.about(dice.pick([45.0, 5.0]))
        node.hang_up_share = dice.pick([0.0, 0.05])
        node.opt_out_share = dice.pick([0.0, 0.0, 0.1])
        node.retry_share = dice.pick([0.0, 0.0, 0.3, 1.0])
        node.misroute_share = dice.pick([0.0, 0.0, 0.2, 1.0])
        node.retry_at_most = dice.between(1, 3) if node.retry_share > 0.0 else 0
        to = sorted({code - 1, *(dice.between(-1, n - 1) for _ in range(dice.between(0, 3)))})
        shares = np.array([dice.real(0.1, 1.0) for _ in to])
        node.first_edge, node.n_edges = len(edges), len(to)
        edges += zip([*np.cumsum(shares / shares.sum())[:-1], 1.0], to, strict=True)
    nodes[-1].time_law, nodes[-1].hang_up_share = announcement
    contained = np.array([[dice.pick([0.0, 0.0, 0.3]) for _ in range(n_types)] for _ in range(n)])
    return Ivr(nodes, table(IVR_EDGE, edges), contained)


def _odds(dice: Dice, settings: dict[str, object]) -> list[tuple[int, int, float, float]]:
    """Facts that make redials likelier or rarer, the time a wait must exceed on the grid; the share is below 1 then."""
    if not settings.get("redial_share") or dice.chance(0.5):
        return []
    settings["redial_share"] = 0.7
    multipliers = [-math.inf, -1.0, -0.2, 0.3, 2.0, 800.0]
    facts = [fact for fact in Fact if fact <= Fact.TURNED_AWAY and dice.chance(0.5)]
    over = {Fact.WAIT_OVER: lambda: 60.0 * dice.between(0, 3)}
    return [(Decision.REDIAL, fact, over.get(fact, float)(), dice.pick(multipliers)) for fact in facts]


def _settings(dice: Dice, laws: Laws, shape: str) -> dict[str, object]:
    """Lines, an announcement, redials, closing rule and what is counted."""
    settings: dict[str, object] = {
        "lines": dice.pick([UNLIMITED, UNLIMITED, dice.between(1, 12)]),
        "closing_rule": dice.pick([ClosingRule.SERVE, ClosingRule.CLEAR]),
        "attribute": dice.pick(list(Attribute)),
        "start_order": int(dice.chance(0.1)),
        "centre_day_shape": dice.pick([math.inf, 16.0]),
        "short_abandon": dice.pick([0.0, 5.0, 60.0]),
    }
    if dice.chance(0.5):
        settings["announcement"] = (laws.about(45.0), dice.pick([0.0, 0.2]))
    if dice.chance(0.6):
        delay = dice.pick([0.0, 60.0, 600.0, 30000.0])
        settings |= {
            "redial_share": dice.pick([0.5, 1.0]),
            "redial_law": laws.about(delay) if delay else laws.add(Family.DETERMINISTIC, 0.0),
            "redial_attempts": dice.between(1, 3),
            "redial_fresh_patience": int(dice.chance(0.5)),
        }
    return settings


def _timetable(
    dice: Dice, shape: str, windows: list[tuple[float, float]], interval: float, sizes: list[int]
) -> list[tuple[float, int, int, int]]:
    """Openings and closings, an overtime cap for some, and seats that go up and down, also after closing."""
    rows: list[tuple[float, int, int, int]] = []
    cap = dice.pick([None, None, 0.0, 300.0, 1200.0])
    seats_at_closing = dice.chance(0.3)
    joined = shape == "round the clock"
    for number, (opens, closes) in enumerate(windows):
        if opens == math.inf:
            continue
        if number == 0 or not joined:
            rows.append((opens, Event.OPENING, number, 0))
        if number == len(windows) - 1 or not joined:
            rows.append((closes, Event.CLOSING, number, 0))
            if cap is not None and shape != "steady":
                rows.append((closes + cap, Event.OVERTIME_END, number, 0))
        for team, size in enumerate(sizes):
            instants = {opens + 300.0 * dice.between(1, 17) for _ in range(dice.between(0, 3))}
            instants |= {closes} if seats_at_closing else set()
            before = 0
            for at in (opens, *sorted(instants)):
                least = size // 2 if dice.chance(0.6) and at < closes else 0
                seats = dice.between(least, size if at < closes else least)
                up = at == opens or seats > before
                rows.append((at, Event.SEATS_UP if up else Event.SEATS_DOWN, team, seats))
                before = seats
    return rows


def _around_closing(
    dice: Dice, windows: list[tuple[float, float]], sizes: list[int], timetable: list[tuple[float, int, int, int]]
) -> list[tuple[float, int, int, int]]:
    """For some, a cap on overtime soon after closing, when calls are still under way, and seats that go up at closing."""
    if dice.chance(0.4):
        closes = {number: close for number, (_, close) in enumerate(windows)}
        capped = [(closes[who] + 60.0 * dice.between(1, 3), *row) for _, *row in timetable if (who := row[1]) in closes]
        timetable = [row for row in timetable if row[1] != Event.OVERTIME_END] + [
            row for row in capped if row[1] == Event.OVERTIME_END
        ]
    if dice.chance(0.3):
        team = dice.between(0, len(sizes) - 1)
        seats = (Event.SEATS_UP, Event.SEATS_DOWN)
        for at in [at for at, event, _, _ in timetable if event == Event.CLOSING]:
            timetable = [row for row in timetable if not (row[1] in seats and row[2] == team and at <= row[0] <= at + 7200.0)]
            later = at + 60.0 * dice.between(1, 30)
            timetable += [(at, Event.SEATS_UP, team, sizes[team]), (later, Event.SEATS_DOWN, team, 0)]
    return timetable


def _desert(dice: Dice, laws: Laws, call_types: Records, lanes: Records, reach: Records) -> None:
    """One call type never hangs up, and in one of its lanes nobody answers. Writes call types, reach."""
    kind = dice.between(0, len(call_types) - 1)
    call_types[kind].patience_law, call_types[kind].patience_at_most = laws.add(Family.NEVER), math.inf
    reach.after[dice.pick(np.flatnonzero(lanes.call_type == kind).tolist())] = math.inf


def _recorded(
    dice: Dice, windows: list[tuple[float, float]], n_types: int, *, grid: bool
) -> list[tuple[float, int, float, float]]:
    """Recorded calls, on the grid several a minute; some with their own handle time or patience."""
    calls = []
    for opens, closes in windows:
        if opens == math.inf:
            continue
        until = min(closes, opens + 5400.0)
        for _ in range(dice.between(10, dice.pick([40, 100]))):
            at = opens + 60.0 * dice.between(0, math.ceil((until - opens) / 60.0) - 1)
            at = at if grid else min(at + dice.real(0.0, 60.0), until - 1e-6)
            handle = 60.0 * dice.between(0, 6) if dice.chance(0.5) else -1.0
            patience = 60.0 * dice.between(0, 4) if dice.chance(0.5) else -1.0
            calls.append((at, dice.between(0, n_types - 1), handle, patience))
        if grid and (late := Dice((len(calls), 7))).chance(0.5):  # in the instant of closing, before it
            calls += [
                (closes, late.between(0, n_types - 1), -1.0, 60.0 * late.between(0, 2)) for _ in range(late.between(1, 3))
            ]
    return sorted(calls)


def _with_events(dice: Dice, laws: Laws, program: Program, *, grid: bool) -> Program:
    """Up to four kinds of events for some: arrivals, handle times, closed queues, by chance or surely, overlapping."""
    if not dice.chance(0.4):
        return program
    occasions, effects = [], []
    for _ in range(dice.between(1, 4)):
        first, name_key = len(effects), dice.between(-(1 << 62), 1 << 62)
        for _ in range(dice.between(1, 3)):
            nodes = [EventField.CONTAINED, EventField.NODE] if len(program.ivr_nodes) else []
            field = dice.pick([EventField.ARRIVALS, EventField.HANDLE, EventField.QUEUE, *nodes])
            whose = {
                EventField.QUEUE: program.queues,
                EventField.ARRIVALS: program.call_types,
                EventField.HANDLE: program.call_types,
            }
            target = dice.between(0, len(whose.get(field, program.ivr_nodes)) - 1)
            closes = field in (EventField.QUEUE, EventField.NODE)
            effects.append((field, target, 0.0 if closes else dice.pick([0.0, 0.5, 1.0, 1.5, 3.0])))
        law = laws.add(Family.DETERMINISTIC, 60.0 * dice.between(1, 60)) if grid else laws.about(1800.0)
        for date, day in enumerate(program.days):
            if day.open_at < math.inf and dice.chance(0.8):
                start = max(day.open_at + 60.0 * dice.between(-10, 80), 0.0)
                until = start if grid else start + dice.pick([0.0, 600.0])
                row = (name_key, FIRST_DATE + date, dice.pick([1.0, 0.5]), start, until, law, first, len(effects) - first)
                occasions.append(row)
    occasions.sort(key=lambda row: row[3])
    return program._replace(
        laws=table(LAW, laws.rows),
        points=table(POINT, laws.points),
        occasions=table(OCCASION, occasions),
        effects=table(EFFECT, effects),
    )


def _with_demand(dice: Dice, program: Program) -> Program:
    """Uncertainty beyond the day's, and fixed numbers, for some."""
    program.settings.within_day_share = dice.pick([0.0, 0.0, 0.5, 1.0])
    program.call_types.forecast_shape = [dice.pick([0.0, 0.0, 25.0]) for _ in program.call_types]
    program = program._replace(demand=_demand(dice, program)) if dice.chance(0.3) else program
    if dice.chance(0.25):
        demand = program.demand.copy() if len(program.demand) else records(DEMAND, *program.flows.shape)
        closed = program.intervals.starts_at + program.settings.interval_length[0] - program.intervals.open_until
        places = np.flatnonzero(closed > 0.0)
        for kind in range(len(demand)):
            if len(places) and dice.chance(0.7):
                demand.out_of_hours[kind, places] = dice.pick([0.3, 2.0]) * closed[places] / 1800.0
        program = program._replace(demand=demand)
    return program


def _demand(dice: Dice, program: Program) -> Records:
    """A fixed number of calls on some days of some types; what falls to intervals without calls comes to nobody."""
    demand = records(DEMAND, *program.flows.shape)
    for kind in range(demand.shape[0]):
        for day in range(len(program.days)):
            places = np.flatnonzero(_is_open(program) & (program.intervals.day == day))
            if len(places) and dice.chance(0.6):
                demand.fixed_total[kind, places[0]] = dice.between(1, 90)
                demand.fixed_share[kind, places] = 1.0 / np.arange(len(places), 0, -1)
    return demand


def _is_open(program: Program) -> np.ndarray:
    """Whether lines are open in each interval."""
    return np.asarray(program.intervals.open_until > program.intervals.open_from)


def _fill_flows(dice: Dice, program: Program, *, busy: float) -> None:
    """Fresh calls and factors by interval; an interval without calls now and then."""
    intervals, flows = program.intervals, program.flows
    for kind in range(flows.shape[0]):
        for i, open_share in enumerate((intervals.open_until - intervals.open_from) / program.settings.interval_length[0]):
            if open_share > 0.0 and dice.chance(0.9):
                factors = [dice.pick([1.0, 0.8, 1.3]) for _ in range(3)]
                flows[kind, i] = (dice.real(0.2, 1.8) * busy * open_share, *factors)
