"""Choose the best plan that keeps its limits: replications go on until the answer is known, without the plans that are out.

What is kept and dropped, and with which guarantee, is in `analysis.selection`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple

from ccsim.analysis import REGISTRY, Estimate, Verdict
from ccsim.analysis.selection import Limit, Selection
from ccsim.experiment.compare import Ways, named_plans, notes_on, prepared, question_of, ways
from ccsim.experiment.comparison import Key
from ccsim.experiment.differences import Question, Simulated, estimate_of, sample_of
from ccsim.experiment.replicate import unbroken
from ccsim.experiment.run import Progress, add
from ccsim.scenario import Scenario

__all__ = ["Bound", "Candidate", "Choice", "select"]

FIRST = 10  # replications below which variances are too rough to rest a promise on
MOST = 5000
STEP = 10  # replications between two looks

ZONES = {"share": 0.01, "s": 1.0}
"""Differences that do not matter where nobody says: a percentage point, a second."""


class Bound(NamedTuple):
    """A limit on a KPI of the centre over the run: at least (`sign` 1) or at most (-1) `value`, in the KPI's unit."""

    kpi: str
    sign: int
    value: float


class Candidate(NamedTuple):
    """What became of one plan.

    Attributes
    ----------
    status : str
        chosen, beaten, "breaks a limit", "as good" (as the chosen one, in every replication) or undecided.
    by : str
        The plan that beat it or is as good, or the KPI whose limit it breaks.
    n : int
        Replications it took.
    best : Estimate
        The KPI plans are chosen by.
    limits : tuple of Estimate
    targets : list of Verdict
        On the base's targets.
    """

    name: str
    scenario: Scenario
    status: str
    by: str
    n: int
    best: Estimate
    limits: tuple[Estimate, ...]
    targets: list[Verdict]

    @property
    def misses_target(self) -> bool:
        """True if any target of the base is missed."""
        return any(verdict.verdict == "missed" for verdict in self.targets)


@dataclass(frozen=True)
class Choice:
    """The best of several plans.

    Attributes
    ----------
    candidates : tuple of Candidate
    chosen : str or None
        None if no plan keeps the limits, or nothing is decided yet.
    finished : bool
        False if replications ran out, or somebody interrupted: then there is no guarantee.
    best_by : Key
    sign : int
        1 if the highest is best, -1 if the lowest.
    zone : float
        Difference in `best_by` that does not matter, in its unit.
    bounds : tuple of Bound
    tolerances : tuple of float
        For each bound how far beyond it a plan must be for the guarantee.
    confidence : float
        Of the choice.
    first : int
        Replications before the first look.
    spent : int
        Replications of all plans together.
    """

    candidates: tuple[Candidate, ...]
    chosen: str | None
    finished: bool
    best_by: Key
    sign: int
    zone: float
    bounds: tuple[Bound, ...]
    tolerances: tuple[float, ...]
    confidence: float
    first: int
    spent: int
    engine: str
    seed: int
    notes: list[str]
    elapsed: float
    interrupted: bool = False

    def _repr_html_(self) -> str:
        return str(import_module("ccsim.report.notebook").html_of(self))

    def candidate(self, name: str) -> Candidate:
        """Return a plan by its name; KeyError with the names there are."""
        for candidate in self.candidates:
            if candidate.name == name:
                return candidate
        raise KeyError(f"no plan {name!r}; have {', '.join(candidate.name for candidate in self.candidates)}")


def select(
    *scenarios: Scenario,
    best: str = "service_level",
    direction: str | None = None,
    subject_to: Sequence[Bound] = (),
    margins: Mapping[str, float] | None = None,
    what_ifs: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    reps: int | None = None,
    most: int = MOST,
    seed: int | None = None,
    engine: str = "auto",
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Choice:
    """Simulate plans with the same callers until it is known which is best of those that keep the limits.

    Parameters
    ----------
    *scenarios, what_ifs, names, seed, engine, jobs, progress
        As in `compare`.
    best : str
        The KPI plans are chosen by, of the centre over the run.
    direction : {"highest", "lowest"}, optional
        Which is best; by default what is good for callers and agents, where the KPI has such a direction.
    subject_to : sequence of Bound
    margins : mapping of str to float, optional
        By KPI, the difference that does not matter: for the guarantee a plan must be better, or within its limit, by this much.
        A percentage point of shares and a second of times where nothing is said; other KPIs need one.
    reps : int, optional
        Replications of every plan before the first look, by default the base's; at least 10.
    most : int
        Replications of a plan at most.

    Raises
    ------
    ValueError, KeyError
        As `compare`, and for a KPI without direction or margin.

    Notes
    -----
    With the base's confidence the plan chosen is the best one (see `analysis.selection`), if replications behave as normal
    ones; a choice that is not `finished` has no guarantee. KeyboardInterrupt ends it with what is known.
    """
    if most < 2:
        raise ValueError(f"most: got {most}; allowed: 2 or more")
    plans = prepared(named_plans(scenarios, what_ifs, names))
    base = plans[0].scenario
    way = ways(base, plans, "compiled" if engine == "auto" else engine, reps, seed, jobs)
    bounds = tuple(subject_to)
    question = question_of(base, plans[0].compiled.program, [best, *(bound.kpi for bound in bounds)], {})
    asked = _asked(question, best, direction, bounds, margins or {})
    state = asked.selection(len(plans), base.run.confidence)
    rounds = _Rounds(min(max(way.planned, FIRST), most), most, progress)

    started = time.perf_counter()
    interrupted = False
    try:
        _simulate(plans, way, asked, state, rounds, question)
    except KeyboardInterrupt:
        interrupted = True
    chosen = None if interrupted or not state.n else state.chosen
    return Choice(
        candidates=tuple(_candidate(plans, number, state, chosen, asked, question) for number in range(len(plans))),
        chosen=None if chosen is None else plans[chosen].name,
        finished=not interrupted and state.finished,
        best_by=asked.best,
        sign=asked.sign,
        zone=asked.zones[asked.best],
        bounds=bounds,
        tolerances=tuple(asked.zones[key] for key in asked.limits),
        confidence=question.confidence,
        first=rounds.first,
        spent=sum(plan.accumulator.n for plan in plans),
        engine=way.engine,
        seed=way.seed,
        notes=list(notes_on(plans)),
        elapsed=time.perf_counter() - started,
        interrupted=interrupted,
    )


# -------------------------------------------------------------------------------- what is asked


class _Asked(NamedTuple):
    """By what plans are chosen: the KPI and which end is best, the KPIs of the limits, and what does not matter in each."""

    best: Key
    sign: int
    limits: tuple[Key, ...]
    bounds: tuple[Bound, ...]
    zones: dict[Key, float]

    def selection(self, plans: int, confidence: float) -> Selection:
        """The state to begin with; ratios are without their KPI's scale."""
        limits = tuple(
            Limit(bound.sign, bound.value / REGISTRY[bound.kpi].scale, self.zones[key] / REGISTRY[bound.kpi].scale)
            for bound, key in zip(self.bounds, self.limits, strict=True)
        )
        return Selection(plans, self.sign, self.zones[self.best] / REGISTRY[self.best.id].scale, limits, confidence)


def _asked(
    question: Question, best: str, direction: str | None, bounds: tuple[Bound, ...], margins: Mapping[str, float]
) -> _Asked:
    keys = {key.id: key for key in reversed(question.keys)}  # of several thresholds the first
    for id in margins:
        if id not in keys:
            raise ValueError(f"margin: got {id!r}, which nothing is chosen by; allowed: {', '.join(keys)}")
    zones = {key: _zone(id, margins) for id, key in keys.items()}
    return _Asked(keys[best], _sign(best, direction), tuple(keys[bound.kpi] for bound in bounds), bounds, zones)


def _zone(id: str, margins: Mapping[str, float]) -> float:
    zone = margins.get(id, ZONES.get(REGISTRY[id].unit))
    if zone is None:
        raise ValueError(f"margin of {id}: none given; allowed: the difference that does not matter, in {REGISTRY[id].unit}")
    if not 0.0 < zone < math.inf:
        raise ValueError(f"margin of {id}: got {zone}; allowed: above 0")
    return zone


def _sign(id: str, direction: str | None) -> int:
    better = {"highest": "higher", "lowest": "lower", None: REGISTRY[id].better}.get(direction)
    if better not in ("higher", "lower"):
        raise ValueError(f"direction: got {direction!r} for {id}; allowed: highest, lowest")
    return 1 if better == "higher" else -1


# -------------------------------------------------------------------------------- simulating


class _Rounds(NamedTuple):
    """When to look: after the first replications, then after every few."""

    first: int
    most: int
    progress: Progress | None


def _simulate(
    plans: Sequence[Simulated], way: Ways, asked: _Asked, state: Selection, rounds: _Rounds, question: Question
) -> None:
    """Replicate the plans that are alive and look, until the choice is made or replications run out. Writes plans, state."""
    simulators, n, goal = way.simulators(), 0, rounds.first
    while True:
        alive = list(state.alive)
        most = rounds.most if n == 0 else min(rounds.most, max(goal, state.most_replications()))
        for together in way.side_by_side([simulators[number] for number in alive], range(n, goal)):
            with unbroken():
                for number, done in zip(alive, together, strict=True):
                    add(plans[number].accumulator, plans[number].compiled.program, done)
                n += 1
            if rounds.progress is not None:
                rounds.progress(n, most)
        samples = [[sample_of(plan, key, question) for plan in plans] for key in (asked.best, *asked.limits)]
        state.look(samples[0], samples[1:])
        if state.finished or n >= rounds.most:
            return
        goal = min(n + STEP, rounds.most)


def _candidate(
    plans: Sequence[Simulated], number: int, state: Selection, chosen: int | None, asked: _Asked, question: Question
) -> Candidate:
    plan, out = plans[number], state.out.get(number)
    status, by = "chosen" if number == chosen else "undecided", ""
    if out is not None and out.beaten_by is not None:
        status, by = "beaten", plans[out.beaten_by].name
    elif out is not None and out.breaks is not None:
        status, by = "breaks a limit", asked.limits[out.breaks].id
    elif chosen is not None and number != chosen:
        status, by = "as good", plans[chosen].name
    n = plan.accumulator.n
    return Candidate(
        name=plan.name,
        scenario=plan.scenario,
        status=status,
        by=by,
        n=n,
        best=estimate_of(plan, asked.best, question),
        limits=tuple(estimate_of(plan, key, question) for key in asked.limits),
        targets=plan.accumulator.verdicts(question.confidence) if n else [],
    )
