"""Tiny centres of recorded callers: what happens to each of a handful of people, in microseconds of machine time.

A caller is (instant, handle time, patience, class), in seconds: infinite patience is for ever, a handle time of None is drawn.
A class waits in the queue of its number. One Program is compiled for each shape of centre; callers are then put into it.
"""

from __future__ import annotations

import math
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from ccsim.engine.compiled.policy import KernelPolicy, kernel_policy
from ccsim.engine.compiled.simulate import simulate
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.outcomes import Rows
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import RECORDED, TIMETABLE, Program, records
from ccsim.scenario import from_dict
from ccsim.vocabulary import Event, Outcome, SegmentKind

__all__ = ["Caller", "Centre", "End", "callers", "lifo", "n_abandoned", "play", "program", "rows_of", "starts", "waits"]

INF = math.inf
SIX_HOURS = 6 * 3600.0


class Caller(NamedTuple):
    at: float
    handle: float | None
    patience: float = INF
    kind: int = 0


class Centre(NamedTuple):
    """The shape of a centre.

    `teams` has the agents of each team and `reach` the teams of each queue (all of them when empty); `priorities` has one entry
    for each class; `law` is what handle times are drawn from where a caller has none. With `ivr` callers come through a graph
    of nodes, by luck of their own; with `shift_ends` the first team's agents have a shift that ends after so many minutes.
    """

    teams: tuple[int, ...] = (1,)
    priorities: tuple[int, ...] = (0,)
    reach: tuple[tuple[int, ...], ...] = ()
    lines: int | None = None
    start_order: bool = False
    law: str = "4s"
    one_queue: bool = False
    ivr: bool = False
    shift_ends: int | None = None


ALONE = Centre()
"""One agent, one class."""


class End(NamedTuple):
    """What became of a caller."""

    outcome: Outcome
    wait: float
    answered_at: float
    ended_at: float
    agent: int


@cache
def template(centre: Centre) -> Program:
    classes = [f"c{i}" for i in range(len(centre.priorities))]
    queues: dict[str, Any] = {}
    for i, name in enumerate(classes):
        teams = centre.reach[i] if centre.reach else range(len(centre.teams))
        queues[name] = {"calls": [name], "priority": centre.priorities[i], "teams": [f"t{team}" for team in teams]}
    if centre.one_queue:
        queues = {"c": {"calls": classes}}
    content: dict[str, Any] = {
        "open": "00:00-06:00",
        "calls": {name: {"handle": {"exponential": centre.law}} for name in classes},
        "queues": queues,
        "agents": {f"t{i}": {"headcount": n} for i, n in enumerate(centre.teams)},
        "replay": {"calls": [{"at": "0s", "call_type": "c0"}]},
        "run": {"service_draw": "start_order" if centre.start_order else "caller"},
    }
    if centre.lines is not None:
        content["lines"] = centre.lines
    if centre.ivr:
        first = {"time": {"exponential": "3s"}, "hang_up": "10%", "retry": "20%", "next": {"b": "60%", "queue": "40%"}}
        content["ivr"] = {"start": "a", "nodes": {"a": first, "b": {"time": "2s", "next": {"a": "30%", "queue": "70%"}}}}
    if centre.shift_ends is not None:
        content["shifts"] = {"early": {"time": f"00:00-00:{centre.shift_ends:02d}"}}
        content["agents"]["t0"] = {"shifts": {"early": centre.teams[0]}}
    return compile_scenario(from_dict(content)).program


def program(people: list[Caller], centre: Centre, seats: tuple[tuple[float, int], ...] = ()) -> Program:
    """The centre with these callers, in order of (instant, class); `seats` are later numbers of seats of the first team."""
    table = records(RECORDED, len(people))
    seen: dict[int, int] = {}
    for row, caller in zip(table, people, strict=True):
        seen[caller.kind] = seen.get(caller.kind, -1) + 1
        row.at, row.call_type, row.ordinal = caller.at, caller.kind, seen[caller.kind]
        row.handle = -1.0 if caller.handle is None else caller.handle
        row.patience = -1.0 if caller.patience == INF else caller.patience
    base = template(centre)
    if not seats:
        return base._replace(recorded=table)
    rows = base.timetable.tolist()
    before = centre.teams[0]
    for at, n in seats:
        rows.append((at, int(Event.SEATS_UP if n > before else Event.SEATS_DOWN), 0, n))
        before = n
    timetable = np.array(sorted(rows), dtype=TIMETABLE).view(np.recarray)
    return base._replace(recorded=table, timetable=timetable)


def rows_of(
    people: list[Caller],
    centre: Centre,
    seed: int = 1,
    policy: KernelPolicy | None = None,
    engine: str = "compiled",
    **more: Any,
) -> Rows:
    """Rows of one replication; callers must come in order of (instant, class)."""
    assert people == sorted(people, key=lambda caller: (caller.at, caller.kind))
    built = program(people, centre, **more)
    if engine == "reference":
        rows = simulate_reference(built, seed, 0, digest=False).rows
    else:
        rows = simulate(built, seed, 0, rows=True, digest=False, policy=policy).rows
    assert rows is not None
    return rows


def play(people: list[Caller], centre: Centre = ALONE, **more: Any) -> list[End]:
    """What became of each caller, in their order."""
    rows = rows_of(people, centre, **more)
    ends = [End(Outcome(row["outcome"]), float(row["wait"]), INF, float(row["ended_at"]), -1) for row in rows.contacts]
    for row in rows.segments[rows.segments["kind"] == SegmentKind.QUEUE]:
        number = int(row["customer"])
        ends[number] = ends[number]._replace(answered_at=float(row["answered_at"]), agent=int(row["agent"]))
    assert len(ends) == len(people)
    return ends


def waits(ends: list[End]) -> list[float]:
    return [end.wait for end in ends]


def starts(ends: list[End]) -> list[float]:
    """When the first, second, ... conversation began."""
    return sorted(end.answered_at for end in ends if end.answered_at < INF)


def n_abandoned(ends: list[End]) -> int:
    return sum(end.outcome is Outcome.ABANDONED for end in ends)


HANDLES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0)
PATIENCES = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0)


def callers(
    number: int, *, patience: bool, drawn: bool = False, n_classes: int = 1, equal: float | None = None
) -> list[Caller]:
    """A handful of random callers; every second instance on half-seconds, where much happens at once."""
    dice = np.random.default_rng(number)
    n, grid = int(dice.integers(2, 12)), number % 2 == 0
    people = []
    for _ in range(n):
        at, handle, limit = dice.uniform(0.0, 25.0), dice.choice(HANDLES), dice.choice(PATIENCES)
        if grid:
            at = math.floor(2.0 * at) / 2.0
        else:
            handle, limit = handle * dice.uniform(0.5, 1.5), limit * dice.uniform(0.5, 1.5)
        work = None if drawn else float(handle) if equal is None else equal
        people.append(Caller(float(at), work, float(limit) if patience else INF, int(dice.integers(n_classes))))
    return sorted(people, key=lambda caller: (caller.at, caller.kind))


@cache
def lifo() -> KernelPolicy:
    """Agents take who came last."""
    return kernel_policy(SimpleNamespace(call_score=_came_last))


def _came_last(contact: Any, agent: Any, now: float) -> float:
    return contact.queued_at  # type: ignore[no-any-return]
