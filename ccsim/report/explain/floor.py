"""Where calls wait and who answers them: queues with their circles and steps, and who goes first."""

from __future__ import annotations

import math

import numpy as np

from ccsim.program.compile import Compiled
from ccsim.program.layout import Records
from ccsim.program.steps import UNLIMITED
from ccsim.report.explain.callbacks import callbacks
from ccsim.report.explain.words import joined, spoken
from ccsim.scenario import clock, duties, resolve
from ccsim.scenario.model import Scenario
from ccsim.scenario.skills import PICK_AGENT

__all__ = ["queues", "rules"]

_MOST_GAPS = 3

_AGENTS = dict(
    zip(
        PICK_AGENT,
        (
            "the one idle longest",
            "the one least occupied since he came on duty",
            "the quickest: of the team with the least handle time, by his own pace",
            "the first on the list",
            "one by lot",
        ),
        strict=True,
    )
)


def queues(scenario: Scenario, compiled: Compiled) -> list[str]:
    """Return who reaches which queue when, and what becomes of a call that waits long."""
    program, names = compiled.program, compiled.names
    lines = []
    for code, name in enumerate(names.queues):
        own = [kind for kind, queue in zip(names.call_types, program.call_types.queue.tolist(), strict=True) if queue == code]
        lanes = [lane for lane in program.lanes if lane.queue == code]
        others = [names.call_types[lane.call_type] for lane in lanes if names.call_types[lane.call_type] not in own]
        calls = f"calls of {joined(own)}" if own else "no calls of its own"
        how = "flows over" if name in scenario.queues else "is passed on for want of authority"
        flows = f", and what {how} of {joined(others)}" if others else ""
        rank = f" (priority {program.queues.priority[code]})" if len(set(program.queues.priority.tolist())) > 1 else ""
        lines.append(f"{name}{rank}: {calls}{flows}.")
        told: dict[tuple[str, ...], list[str]] = {}
        for place, lane in enumerate(program.lanes):
            if lane.queue == code:
                told.setdefault(tuple(_circles(compiled, place)), []).append(names.call_types[lane.call_type])
        for said, kinds in told.items():
            whose = "" if len(told) == 1 else f"{joined(kinds)}: "
            lines += [f"  {whose if i == 0 else ''}{line}" for i, line in enumerate(said)]
        lines += [
            f"  {line}"
            for line in (*_steps(program.queues[code], compiled), *callbacks(scenario, name), *_gaps(scenario, compiled, code))
        ]
    return lines


def _circles(compiled: Compiled, lane: int) -> list[str]:
    """Return who answers a lane at once, in the order of its preference, and who after how long."""
    program, teams = compiled.program, compiled.names.teams
    row = program.reach[lane]
    able = [team for team in range(len(teams)) if row.after[team] < math.inf]
    if not able:
        return ["Nobody is able to answer."]
    lines = []
    for after in sorted({float(row.after[team]) for team in able}):
        circle = [team for team in able if row.after[team] == after]
        ranks = sorted({int(row.calls_prefer[team]) for team in circle})
        order = [joined(_answering(row, teams, team) for team in circle if row.calls_prefer[team] == rank) for rank in ranks]
        said = ", then ".join(order)
        lines.append(f"Answered by {said}." if after == 0 else f"After {spoken(after)} of waiting also by {said}.")
    return lines


def _answering(row: Records, teams: tuple[str, ...], team: int) -> str:
    """Return a team, with its pace where it has one of its own."""
    pace = float(row.pace[team])
    return teams[team] if abs(pace - 1.0) < 5e-4 else f"{teams[team]} (in {100 * pace:.3g} % of the usual time)"


def _steps(queue: Records, compiled: Compiled) -> list[str]:
    """Return when a call leaves for another queue, and what happens when this one is full."""
    program, names = compiled.program, compiled.names.queues
    lines = []
    for step in program.steps[queue.first_step : queue.first_step + queue.n_steps]:
        if step.to >= 0:
            counts = "its waiting counts on" if step.keep_clock else "its waiting counts anew"
            lines.append(f"After {spoken(float(step.after))} of waiting the call leaves for {names[step.to]}, where {counts}.")
    if queue.max_waiting < UNLIMITED:
        then = "is turned away" if queue.full_step < 0 else f"goes to {names[program.steps[queue.full_step].to]} at once"
        who = "Nobody waits here: who is not answered at once" if queue.max_waiting == 0 else "Who would wait beside them"
        most = "" if queue.max_waiting == 0 else f"At most {queue.max_waiting} wait. "
        lines.append(f"{most}{who} {then}.")
    return lines


def _gaps(scenario: Scenario, compiled: Compiled, code: int) -> list[str]:
    """Return when lines are open and nobody who ever answers the queue is to be there."""
    program, names = compiled.program, compiled.names
    reached = np.isfinite(program.reach.after[np.flatnonzero(program.lanes.queue == code)]).any(axis=0)
    grid = resolve.intervals(scenario)
    there = np.zeros(len(grid))
    for team in np.flatnonzero(reached):
        there += duties.planned_on_phones(scenario, names.teams[team])
    gaps: list[list[float]] = []
    for interval, number in zip(grid, there, strict=True):
        if number > 1e-9:
            continue
        if gaps and gaps[-1][1] == interval.start:
            gaps[-1][1] = interval.end
        else:
            gaps.append([interval.start, interval.end])
    if not gaps or scenario.run.mode == "steady":
        return [] if not gaps else ["Nobody is there."]
    shown = [f"{clock.wall(scenario, a):%a %Y-%m-%d %H:%M} to {clock.wall(scenario, b):%H:%M}" for a, b in gaps[:_MOST_GAPS]]
    more = f" and {len(gaps) - _MOST_GAPS} more times" if len(gaps) > _MOST_GAPS else ""
    return [f"Lines are open and nobody is there: {', '.join(shown)}{more}."]


def rules(scenario: Scenario, compiled: Compiled) -> list[str]:
    """Return which agent a call takes, and which call an agent takes."""
    routing, row = scenario.routing, compiled.program.reach
    able = np.isfinite(row.after)
    alike = " a call prefers alike" if len(np.unique(row.calls_prefer[able])) > 1 else ""
    order = {
        "priority": "the highest priority" if len(np.unique(compiled.program.queues.priority)) > 1 else "",
        "prefer": "what his team prefers" if len(np.unique(row.prefer[able])) > 1 else "",
        "wait": "the longest wait",
    }
    rule = {
        "priority_then_longest_wait": ("priority", "prefer", "wait"),
        "fixed_preference": ("prefer", "priority", "wait"),
        "longest_wait": ("wait",),
        "weighted_wait": (),
        "priority_plus_wait": (),
        "own_queue_first": ("priority", "prefer", "wait"),
    }[routing.pick_call]
    first = ["calls of queues whose first circle his team is"] if routing.pick_call == "own_queue_first" else []
    weighted = "the highest priority, which grows while a call waits"
    if routing.pick_call == "weighted_wait":
        weighted = "the longest wait times the weight of its queue"
    first += [order[key] for key in rule if order[key]] or [weighted]
    lines = [
        *(["A call first asks the agent whom its customer talked to last."] if routing.last_agent else []),
        f"Of the idle agents{alike}: {_AGENTS[routing.pick_agent]}.",
        f"Of the waiting calls an agent may take: {', then '.join(first)}.",
    ]
    if routing.pick_call == "weighted_wait":
        weights = ", ".join(f"{name} {queue.weight:g}" for name, queue in sorted(scenario.queues.items()))
        lines.append(f"Weights: {weights}.")
    if routing.pick_call == "priority_plus_wait":
        begins = [
            f"{name} from {queue.priority} by {queue.weight:g} a minute" for name, queue in sorted(scenario.queues.items())
        ]
        lines.append(f"Priorities grow: {', '.join(begins)}.")
    for name, team in sorted(scenario.agents.items()):
        if team.reserve:
            idle = f"{team.reserve} of them are" if team.reserve > 1 else "one of them is"
            lines.append(f"{name} starts calls it does not prefer most only while {idle} still idle afterwards, until closing.")
    return lines
