"""Which features of generated Programs really act, on which customers, and how often two of them act together.

What a Program could do tells little: a reserve that never held a call, or a port that was never missing, is not tested. So
features are read off the rows, as far as rows tell, by customer; settings that touch everybody count for all customers.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ccsim.engine.reference import simulate
from ccsim.engine.reference.clock import Clock
from ccsim.outcomes import Rows
from ccsim.outcomes.audit.stays import transfers_before
from ccsim.program.layout import Program
from ccsim.vocabulary import (
    Action,
    AgentState,
    Cause,
    ClosingRule,
    Decision,
    Event,
    EventField,
    Outcome,
    PickAgent,
    PickCall,
    SegmentKind,
)
from tests.engines.programs import UNLIMITED, random_program

__all__ = ["Coverage", "Seen", "acted", "cover", "report", "together"]

Touched = np.ndarray[Any, np.dtype[np.bool_]]


class Seen(NamedTuple):
    """What happened in one Program: the customers each feature touched, and the pairs of kinds of event at one instant."""

    touched: dict[str, Touched]
    ties: set[tuple[Event, Event]]


class Coverage(NamedTuple):
    """Over many Programs: programs and customers by feature or pair of features, programs by pair of tied events."""

    n_programs: int
    programs: Counter[tuple[str, ...]]
    customers: Counter[tuple[str, ...]]
    ties: Counter[tuple[Event, Event]]


def cover(numbers: Iterable[int]) -> Coverage:
    """What acts in these generated Programs."""
    coverage = Coverage(0, Counter(), Counter(), Counter())
    for number in numbers:
        seen = acted(random_program(number), number, number % 3)
        coverage = coverage._replace(n_programs=coverage.n_programs + 1)
        here = {name: mask for name, mask in seen.touched.items() if mask.any()}
        for name, mask in here.items():
            coverage.programs[name,] += 1
            coverage.customers[name,] += int(mask.sum())
        for one, other in itertools.combinations(sorted(here), 2):
            coverage.programs[one, other] += 1
            coverage.customers[one, other] += int((here[one] & here[other]).sum())
        coverage.ties.update(seen.ties)
    return coverage


def acted(program: Program, seed: int, replication: int) -> Seen:
    """What happened in one replication of the Program."""
    log: list[tuple[float, Event]] = []
    original = Clock.at

    def at(self: Clock, instant: float, event: Event, entity: int) -> Any:
        log.append((instant, event))
        return original(self, instant, event, entity)

    Clock.at = at  # type: ignore[method-assign]
    try:
        rows = simulate(program, seed, replication, digest=False).rows
    finally:
        Clock.at = original  # type: ignore[method-assign]
    assert rows is not None
    found = {**_of_calls(program, rows), **_of_agents(program, rows)}
    found |= {name: np.full(len(rows.episodes), on) for name, on in _of_settings(program).items()}
    return Seen(found, _ties(log))


def _ties(log: list[tuple[float, Event]]) -> set[tuple[Event, Event]]:
    """Pairs of kinds entered for the same instant, among them timers that turned out stale."""
    kinds: dict[float, set[Event]] = {}
    for instant, event in log:
        kinds.setdefault(instant, set()).add(event)
    return {pair for some in kinds.values() for pair in itertools.combinations(sorted(some), 2)}


def _of_calls(program: Program, rows: Rows) -> dict[str, Touched]:
    """Features that show in the rows of calls, with the customers they touched."""
    n = len(rows.episodes)
    contacts, stays = rows.contacts, rows.segments

    def of(table: Any, which: Any) -> Touched:
        mask = np.zeros(n, bool)
        mask[table["customer"][which]] = True
        return mask

    queued = stays["kind"] == SegmentKind.QUEUE
    outcomes = [outcome for outcome in Outcome if outcome != Outcome.SERVED]
    found = {outcome.name.lower(): of(stays, stays["outcome"] == outcome) for outcome in outcomes}
    found["blocked"] = of(contacts, contacts["outcome"] == Outcome.BLOCKED)
    asked = stays["kind"] == SegmentKind.CONSULT
    found["asked a colleague"] = of(stays, asked & (stays["answered_at"] < math.inf))
    found["asked in vain"] = of(stays, asked & (stays["answered_at"] == math.inf))
    found["held with, and gone"] = found["escalated"] & bool(program.settings.warm[0])
    found["held with, and gone"] &= of(stays, (stays["came_by"] == Outcome.ESCALATED) & (stays["answered_at"] == math.inf))
    lines = program.settings.lines[0] < UNLIMITED
    found["redial"] = of(contacts, contacts["cause"] == Cause.REDIAL)
    redialled = contacts["cause"] == Cause.REDIAL
    first_day = rows.episodes["first_at"][contacts["customer"]] // 86400.0
    found["redial the next day"] = of(contacts, redialled & (contacts["arrived_at"] // 86400.0 > first_day))
    found["return"] = of(contacts, contacts["cause"] == Cause.RETURN)
    if len(rows.cases):
        found["return after the end"] = rows.cases["return_due_at"] < math.inf
        found["gone for good"] = rows.cases["left"] != 0
        found["asks again"] = of(contacts, _solved_before(rows))
    found["redial odds"] = found["redial"] & bool((program.odds.decision == Decision.REDIAL).any())
    found["redial as another type"] = np.zeros(n, bool)
    of_another = contacts["call_type"] != rows.episodes["call_type"][contacts["customer"]]
    found["redial as another type"][contacts["customer"][of_another]] = True
    transferred = stays["outcome"] == Outcome.TRANSFERRED
    found["transferred again"] = of(stays, transferred & (transfers_before(stays) > 0))
    found["one of several destinations"] = of(stays, transferred & (program.call_types.n_destinations[stays["call_type"]] > 0))
    found["lines full"] = found["blocked"] & lines
    found["ports full"] = found["blocked"] & (program.settings.ivr_ports[0] < program.settings.lines[0])
    found["hold"] = of(contacts, contacts["hold_time"] > 0)
    found["wrap"] = of(contacts, contacts["wrap_time"] > 0)
    found["wait"] = of(contacts, contacts["wait"] > 0)
    found["IVR"] = of(stays, stays["kind"] == SegmentKind.IVR_NODE)
    on_list = stays["kind"] == SegmentKind.CALLBACK
    behind = np.zeros(len(stays), bool)
    if len(program.callbacks):
        behind = on_list & (program.callbacks.behind[np.where(on_list, stays["place"], 0)] != 0)
    reached = on_list & (stays["answered_at"] < math.inf)
    found["callback declined"] = of(stays, (stays["offered_callback"] != 0) & (stays["outcome"] != Outcome.CALLBACK_TAKEN))
    found["called back in his place"], found["called back behind"] = of(stays, reached & ~behind), of(stays, reached & behind)
    said = np.concatenate(([-1], contacts["outcome"]))[: len(contacts)]
    found["called back after a message"] = of(contacts, (contacts["cause"] == Cause.CALLBACK) & (said == Outcome.LEFT_MESSAGE))
    at_once = (stays["outcome"] == Outcome.LEFT_MESSAGE) & (stays["entered_at"] == stays["ended_at"])
    found["message at once"] = of(stays, at_once)
    found["dialled again"] = of(stays, on_list & (stays["came_by"] == Outcome.NO_ANSWER))
    found["taken off the list"] = of(stays, on_list & (stays["outcome"] == Outcome.CLOSED))
    found["promised a call"] = of(rows.settlements, rows.settlements["action"] == Action.PROMISED)
    found["ring"] = of(stays, (stays["assigned_at"] < stays["answered_at"]) & (stays["answered_at"] < math.inf))
    found["hangs up while it rings"] = of(stays, (stays["assigned_at"] < math.inf) & (stays["outcome"] == Outcome.ABANDONED))
    found["waits twice"] = of(contacts, (contacts["wait"] > 0) & (contacts["later_wait"] > 0))
    if len(program.recorded):
        found["recorded handle time"] = program.recorded.handle[:n] >= 0
        found["recorded patience"] = program.recorded.patience[:n] >= 0
    found |= _of_answers(program, stays[queued & (stays["answered_at"] < math.inf)], of)
    found["reserve holds"] = of(stays, _held(program, rows, queued))
    return found


def _solved_before(rows: Rows) -> Touched:
    """Contacts of problems that were solved before they began."""
    when = rows.cases["resolved_at"][rows.contacts["customer"]]
    return np.asarray((rows.contacts["cause"] != Cause.FRESH) & (when <= rows.contacts["arrived_at"]))


def _of_answers(program: Program, answered: Any, of: Any) -> dict[str, Touched]:
    """What the team was to the calls it answered."""
    lane = program.lane_of[answered["call_type"], answered["place"]]
    team = program.agents.team[answered["agent"]]
    reach = program.reach[lane, team]
    wrong_team = (program.reach.after == math.inf).any(axis=1)
    liked = np.where(program.reach.after < math.inf, program.reach.calls_prefer, 99).min(axis=1)
    own = program.call_types.talk_law[answered["call_type"]] != reach.talk_law
    persons = program.teams.persons[team] > 0
    return {
        "skills": of(answered, wrong_team[lane]),
        "second choice": of(answered, reach.calls_prefer > liked[lane]),
        "law or factor of the team": of(answered, own | (reach.handle_factor != 1.0)),
        "expanded": of(answered, (reach.after > 0) & (answered["answered_at"] >= answered["clock_at"] + reach.after)),
        "priority": of(answered, program.queues.priority[answered["place"]] > program.queues.priority.min()),
        "answered by a person": of(answered, persons),
        "proficiency": of(answered, program.teams.proficiency_sigma[team] > 0),
    }


def _held(program: Program, rows: Rows, queued: Any) -> Touched:
    """Stays that waited while an agent was idle who was to stay so."""
    held = np.zeros(len(rows.segments), bool)
    idle = rows.agent_states[rows.agent_states["state"] == AgentState.AVAILABLE]
    for place in np.flatnonzero(queued):
        stay = rows.segments[place]
        until = min(stay["assigned_at"], stay["ended_at"])
        teams = program.reach[program.lane_of[stay["call_type"], stay["place"]]]
        keeps = ((teams.keep_idle > 0) & (teams.after == 0.0))[idle["team"]]
        held[place] = bool((keeps & (idle["started_at"] < until) & (idle["ended_at"] > stay["entered_at"])).any())
    return held


def _of_agents(program: Program, rows: Rows) -> dict[str, Touched]:
    """States of agents beyond work; they count for every customer."""
    n, states = len(rows.episodes), set(rows.agent_states["state"].tolist())
    rare = (AgentState.BREAK, AgentState.OFF_PHONE, AgentState.MISSING, AgentState.LATE, AgentState.BRIEF, AgentState.CONSULT)
    found = {f"agents {state.name.lower()}": np.full(n, int(state) in states) for state in rare}
    called = (program.timetable.event == Event.GO_AWAY) & (program.timetable.entity >= len(program.agents))
    found["agents called off"] = np.full(n, bool(called.any()))
    found["agents called off by chance"] = np.full(n, len(program.calls_off) > 0)
    if len(program.duties):
        ends = np.full(len(program.agents), -1.0)
        np.maximum.at(ends, program.duties.agent, program.duties.ends_at)
        late = rows.agent_states[np.isin(rows.agent_states["state"], [AgentState.TALK, AgentState.WRAP])]
        stayed = program.teams.persons[late["team"]] > 0
        found["agents in overtime"] = np.full(n, bool((stayed & (late["ended_at"] > ends[late["agent"]])).any()))
    return found


def _of_settings(program: Program) -> dict[str, bool]:
    """What the Program says for all of its calls."""
    settings = program.settings[0]
    fields = set(program.effects["field"].tolist()) if len(program.occasions) else set()
    return {
        "steady": settings.closing_rule == ClosingRule.STAY,
        "closing clears": settings.closing_rule == ClosingRule.CLEAR,
        "overtime cap": bool((program.timetable.event == Event.OVERTIME_END).any()),
        "several days": len(program.days) > 1,
        "order of starts": bool(settings.start_order),
        "busy days": settings.centre_day_shape < math.inf,
        "intervals of their own": settings.within_day_share > 0 and settings.centre_day_shape < math.inf,
        "redials by type": bool(settings.redial_by_type),
        "head starts": settings.pick_call == PickCall.WEIGHTED_WAIT and bool(program.queues.head_start.any()),
        "forecast error": bool((program.call_types.forecast_shape > 0).any()),
        "fixed number": bool(program.demand.size),
        **{f"event: {field.name.lower()}": int(field) in fields for field in EventField},
        **{f"agent: {rule.name.lower()}": settings.pick_agent == rule for rule in PickAgent if rule},
        **{f"call: {rule.name.lower()}": settings.pick_call == rule for rule in PickCall if rule},
    }


_EITHER_OR = [
    {"steady", "closing clears", "overtime cap", "several days", "redial the next day"},
    {"unfinished", "closing clears"},
    {"unfinished", "overtime cap"},
    {"recorded handle time", "fixed number"},
    {"recorded handle time", "forecast error"},
    {"recorded handle time", "intervals of their own"},
    {"recorded patience", "fixed number"},
    {"recorded patience", "forecast error"},
    {"recorded patience", "intervals of their own"},
]


def _exclude(one: str, other: str) -> bool:
    """True if a Program has one or the other: two rules for one choice, steady mode and closing, a log and volumes."""
    rules = one[:6] == other[:6] and one[:6] in ("agent:", "call: ")
    return rules or any({one, other} <= group and "steady" not in group - {one, other} for group in _EITHER_OR)


def together(coverage: Coverage, one: str, other: str) -> int:
    """Programs in which both acted."""
    return coverage.programs[(one, other) if one < other else (other, one)]


def report(coverage: Coverage, *, rare: float = 0.01) -> str:
    """A line for each feature, with those it acts together with in fewer than `rare` of the Programs; then ties of events."""
    names = sorted(key[0] for key in coverage.programs if len(key) == 1)
    wanted = rare * coverage.n_programs
    lines = [f"{'feature':28} programs customers  rarely together with"]
    n_rare = 0
    for name in names:
        few = [(together(coverage, name, other), other) for other in names if other != name and not _exclude(name, other)]
        rarely = sorted((n, other) for n, other in few if n < wanted)
        n_rare += len(rarely)
        shown = ", ".join(f"{other} {n}" for n, other in rarely[:6]) + (f", {len(rarely) - 6} more" if len(rarely) > 6 else "")
        lines.append(f"{name:28} {coverage.programs[name,]:8} {coverage.customers[name,]:9}  {shown}")
    pairs = len(names) * (len(names) - 1) // 2
    lines.append(f"{coverage.n_programs} programs, {len(names)} features, {pairs} pairs, {n_rare // 2} of them rare")
    kinds = [event for event in Event if event != Event.OPENING]
    missing = [pair for pair in itertools.combinations(kinds, 2) if coverage.ties[pair] < wanted]
    lines.append("rarely at one instant: " + ", ".join(f"{a.name}-{b.name} {coverage.ties[a, b]}" for a, b in missing))
    return "\n".join(lines)
