"""Simulate a scenario at many settings of a few levers, all meeting the same callers: curves, crossings, what moves a KPI.

Points go through their replications side by side, so that an interrupted sweep still has all of them. What is varied is in
`levers`, what comes out in `swept`, the statistics in `analysis.curves` and `analysis.sensitivity`.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ccsim.analysis import REGISTRY, Estimate
from ccsim.analysis import curves as statistics
from ccsim.analysis import paired as pairs
from ccsim.analysis.estimate import number_or_none
from ccsim.analysis.sensitivity import sobol_indices
from ccsim.errors import Problem, Refusal, ScenarioError
from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.compare import key_of, prepared, question_of, simulate_side_by_side, ways
from ccsim.experiment.comparison import Difference, Key
from ccsim.experiment.differences import DAYS, Question, Simulated, differences_from, sample_of
from ccsim.experiment.forecast import forecast, refuse_too_large
from ccsim.experiment.levers import Design, Lever, design_of, from_mapping
from ccsim.experiment.run import Progress, targets_of
from ccsim.experiment.select import Bound
from ccsim.experiment.swept import Influence, Knee, Line, Point, Reached, Sweep, lines
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import Scenario

__all__ = ["sweep"]

_METHOD = (
    "ratio of sums; intervals of all points of the sweep hold together: delta method{on}, largest of correlated t, wider where "
    "skewed"
)
_LIGHT = 20.0
"""How many times less memory a point takes of which whole runs are kept."""
_SHOWN = 0.5
"""A knee is looked for where at least this part of the rise of the curve is beyond its band."""


def sweep(
    scenario: Scenario,
    vary: Mapping[str, Any] | Sequence[Lever],
    *,
    sample: str | None = None,
    kpis: Sequence[str] | None = None,
    reach: Sequence[Bound] = (),
    reps: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Simulate a scenario at every setting of the levers, replication by replication, all meeting the same callers.

    Parameters
    ----------
    vary : mapping or sequence of Lever
        Path to values: ``{"agents.tier1.headcount": range(18, 31, 2), "calls.*.scale": ["100%", "110%"]}``; values may be
        written ``"18:30:2"``, and a path may end in ``+=`` or ``*=`` for relative values.
    sample : str, optional
        ``grid`` (every combination), ``each`` (one lever at a time, against the scenario as it stands) or ``sobol:N``.
    kpis : sequence of str, optional
        KPIs with bands, by default those of `compare`.
    reach : sequence of Bound, optional
        Further targets to look for, besides those of the scenario.
    reps, seed, engine, jobs, progress
        As in `compare`.

    Raises
    ------
    Refusal
        E-VARY for levers that make no sense.
    ScenarioError
        For a setting the scenario cannot have.
    ValueError
        As `compare`.

    Notes
    -----
    Curves run along the first lever whose values are numbers. The band of a KPI holds at all points of the sweep at once; each
    crossing has an interval of its own. Crossings are those of straight lines between the points. A KeyboardInterrupt ends the
    sweep after the replications that all points have finished.
    """
    base = calibrate(scenario)
    levers = from_mapping(vary) if isinstance(vary, Mapping) else list(vary)
    design = design_of(levers, sample, base.run.seed if seed is None else seed)
    is_light = design.kind == "sobol"
    _refuse_many(base, design, reps)
    plans = prepared(list(_named(base, design)), whole_runs=is_light)
    program = plans[0].compiled.program
    how = ways(base, plans, engine, reps, seed, jobs)
    question = question_of(base, program, kpis, {}, days=not is_light)
    goals = list(_goals(base, program, question, reach)) if design.kind == "grid" else []

    started = time.perf_counter()
    n, interrupted = simulate_side_by_side(plans, how, progress)
    elapsed = time.perf_counter() - started
    found = lines(design) if n else []
    points = tuple(_points(plans, design, question)) if n else ()
    return Sweep(
        scenario=base,
        design=design,
        points=points,
        keys=question.keys,
        crossings=tuple(_crossings(plans, found, goals, question)),
        knees=tuple(_knees(points, found, question)),
        influences=tuple(_influences(plans, design, question)) if n and design.kind == "sobol" else (),
        effects=tuple(_effects(plans, question)) if n and design.kind == "each" else (),
        engine=how.engine,
        seed=how.seed,
        replications=n,
        confidence=question.confidence,
        notes=[],
        elapsed=elapsed,
        interrupted=interrupted,
    )


# -------------------------------------------------------------------------------- points


def _refuse_many(base: Scenario, design: Design, reps: int | None) -> None:
    """Refuse more points than fit into memory, judging by the scenario as it stands, before any is made."""
    program = compile_scenario(base).program
    replications = base.run.replications if reps is None else max(reps, 1)
    job = forecast([program] * len(design.sets), replications, "compiled", 1)
    refuse_too_large(job._replace(memory=job.memory / (_LIGHT if design.kind == "sobol" else 1.0)))


def _named(base: Scenario, design: Design) -> Iterator[tuple[str, Scenario]]:
    """Every point with a name and its scenario; what-ifs of the base are not carried along."""
    by_key = {lever.key: lever for lever in design.levers}
    for values in design.sets:
        name = ", ".join(f"{key}{'' if key.endswith('=') else '='}{value}" for key, value in values.items()) or base.name
        changes = dict(by_key[key].override(value) for key, value in values.items())
        if len(changes) < len(values):
            raise Refusal("E-VARY", "one path twice, by = and by += or *=", got=", ".join(values))
        try:
            changed = base.with_({**changes, **({"what_if": None} if base.what_if else {})}) if changes else base
        except ScenarioError as error:
            raise ScenarioError([_at(problem, name) for problem in error.problems]) from None
        yield name, calibrate(changed, like=base)


def _at(problem: Problem, name: str) -> Problem:
    """The problem, said to be in the setting it came from."""
    return dataclasses.replace(problem, file=f"--vary {name}") if problem.file.startswith("with_(") else problem


def _points(plans: Sequence[Simulated], design: Design, question: Question) -> Iterator[Point]:
    bands = {key: list(_band(plans, key, question)) for key in question.keys}
    for number, (plan, values) in enumerate(zip(plans, design.sets, strict=True)):
        band = {key: bands[key][number] for key in question.keys}
        yield Point(values, plan.scenario, str(plan.digest), band, plan.accumulator)


def _band(plans: Sequence[Simulated], key: Key, question: Question) -> Iterator[Estimate]:
    kpi = REGISTRY[key.id]
    share = kpi.unit == "share"
    found = statistics.band(_joined(plans, key, question), share, kpi.signed, question.confidence)
    method = _METHOD.format(on=" on the logit" if share and not kpi.signed else "")
    for value, low, high in zip(found.value, found.low, found.high, strict=True):
        floor = -math.inf if kpi.signed else 0.0
        middle, below, above = (number_or_none(float(kpi.scale * x)) for x in (value, np.maximum(low, floor), high))
        n = plans[0].accumulator.n
        yield Estimate(key.id, key.variant, key.basis, {}, middle, below, above, n, kpi.unit, method)


def _joined(plans: Sequence[Simulated], key: Key, question: Question) -> pairs.Sample:
    return statistics.joined([sample_of(plan, key, question) for plan in plans])


# -------------------------------------------------------------------------------- what is read off


class _Goal(NamedTuple):
    """A target to look for; `target` in the KPI's unit."""

    key: Key
    target: float
    at_least: bool


def _goals(base: Scenario, program: Program, question: Question, reach: Sequence[Bound]) -> Iterator[_Goal]:
    """The scenario's targets over the run, its share of days, and those asked for; each once."""
    found: dict[_Goal, None] = {}
    for target in targets_of(base):
        key = key_of(target, program, question.metrics)
        for bound, at_least in ((target.at_least, True), (target.at_most, False)):
            if bound is not None:
                found[_Goal(key, bound, at_least)] = None
        days = next((other for other in question.keys if other.id == DAYS), None)
        if target == question.yardstick and target.over == "day" and target.on is not None and days is not None:
            found[_Goal(days, target.on, True)] = None
    for asked in reach:
        if REGISTRY[asked.kpi].quantile is not None or "centre" not in REGISTRY[asked.kpi].places:
            raise ValueError(f"reach: got {asked.kpi!r}; allowed: a KPI of the centre that is no quantile")
        if asked.kpi == DAYS:
            key = next((other for other in question.keys if other.id == DAYS), None) or question.best_by
        else:
            within = next((other for other in question.keys if other.id == asked.kpi), None)
            key = within or Key(asked.kpi, "", REGISTRY[asked.kpi].bases[0])
        found[_Goal(key, asked.value, asked.sign > 0)] = None
    yield from found


def _crossings(
    plans: Sequence[Simulated], found: Sequence[Line], goals: Sequence[_Goal], question: Question
) -> Iterator[Reached]:
    for goal in goals:
        kpi = REGISTRY[goal.key.id]
        for line in found:
            points = _joined([plans[place] for place in line.places], goal.key, question)
            share, target = kpi.unit == "share", goal.target / kpi.scale
            for crossing in statistics.crossings(line.xs.tolist(), points, target, share, kpi.signed, question.confidence):
                yield _reached(goal, line, crossing, points.ratio, target)


def _reached(goal: _Goal, line: Line, crossing: statistics.Crossing, ratios: Any, target: float) -> Reached:
    numbers = (crossing.value, crossing.low, crossing.high)
    if crossing.upwards is None:
        is_met = ratios >= target if goal.at_least else ratios <= target
        met = "everywhere" if bool(np.all(is_met)) else "nowhere"
        turn = 0
    else:
        turn = 1 if crossing.upwards == goal.at_least else -1
        met = "from" if turn > 0 else "up_to"
    if line.lever.is_whole and turn:
        # The first whole value that reaches it, or the last: as monotone as the crossing, so its interval still holds.
        value, low, high = (None if at is None else float(turn * math.ceil(turn * at - 1e-9)) for at in numbers)
    else:
        value, low, high = numbers
    return Reached(goal.key, goal.target, goal.at_least, line.lever.key, line.given, value, low, high, met)


def _knees(points: Sequence[Point], found: Sequence[Line], question: Question) -> Iterator[Knee]:
    """Knees of the curves that show a rise or fall at all: noise has knees, too."""
    for key in question.keys:
        for line in found:
            estimates = [points[place].band[key] for place in line.places]
            values = [e.value for e in estimates if e.value is not None]
            lows = [e.low for e in estimates if e.low is not None]
            highs = [e.high for e in estimates if e.high is not None]
            if len(values) < len(estimates) or len(lows) < len(values) or len(highs) < len(values):
                continue
            is_moved = max(lows) - min(highs) > _SHOWN * (max(values) - min(values))
            place = statistics.knee(line.xs.tolist(), values) if is_moved else None
            if place is not None:
                yield Knee(key, line.lever.key, line.given, float(line.xs[place]))


def _influences(plans: Sequence[Simulated], design: Design, question: Question) -> Iterator[Influence]:
    for key in question.keys:
        found = sobol_indices(_joined(plans, key, question).ratio, design.samples, question.confidence)
        for place, lever in enumerate(design.levers):
            numbers = (number_or_none(float(side[place])) for side in found)
            yield Influence(key, lever.key, *numbers)


def _effects(plans: Sequence[Simulated], question: Question) -> Iterator[Difference]:
    """Every point against the base, which is the first; all effects on one KPI hold together."""
    each = pairs.each_confidence(question.confidence, len(plans) - 1)
    for plan in plans[1:]:
        yield from differences_from(plans[0], plan, question, each)
