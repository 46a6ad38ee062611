"""Compare plans that meet the same callers: replication i of every plan has the same luck, and differences come in pairs.

Plans go through their replications side by side, so that an interrupted comparison still compares all of them. What follows
from their counts is in `differences`.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ccsim.analysis import REGISTRY, Metrics, Target, service_level_variant
from ccsim.analysis.staff import is_priced
from ccsim.engine import Replication
from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.cold import replicate_plainly, warm_in_background
from ccsim.experiment.comparison import Comparison, Key
from ccsim.experiment.differences import DAYS, Question, Simulated, as_plans, differences
from ccsim.experiment.forecast import admit, forecast
from ccsim.experiment.replicate import ENGINES, Digest, Simulator, default_jobs, replicate, simulator, unbroken
from ccsim.experiment.run import Progress, add, choose_engine, new_accumulator, targets_of
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program, mean_calls
from ccsim.scenario import Scenario

__all__ = [
    "COMPARED",
    "Ways",
    "compare",
    "key_of",
    "named_plans",
    "notes_on",
    "prepared",
    "question_of",
    "simulate_side_by_side",
    "ways",
]

COMPARED = (
    *("service_level", DAYS, "abandonment", "asa", "occupancy", "handle_time", "offered"),
    *("back_office_in_time", "paid_fte", "cost_per_day"),
    *("made_right_at_first_contact", "cost_per_resolution", "full_cost_per_resolution"),
)
"""KPIs compared unless others are asked for, those of which a base has nothing to say left out."""

_UNSEEN = 0.005
"""Difference of the shares of blocked calls from which on it is told."""
_OF_BACK_OFFICE = {"back_office_in_time"}
_OF_MONEY = {"cost_per_day", "cost_per_resolution", "full_cost_per_resolution"}
_OF_CASES = {"made_right_at_first_contact", "cost_per_resolution", "full_cost_per_resolution"}


def compare(
    *scenarios: Scenario,
    what_ifs: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    kpis: Sequence[str] | None = None,
    margins: Mapping[str, float] | None = None,
    reps: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare plans with the first one, replication by replication, all meeting the same callers.

    Parameters
    ----------
    *scenarios : Scenario
        The base, then the others. A base alone is compared with its `what_if` entries.
    what_ifs : sequence of str, optional
        Entries of the base's `what_if` to compare; by default all of them where there is only a base, none otherwise.
    names : sequence of str, optional
        Of the scenarios; their own by default. Equal names get a number.
    kpis : sequence of str, optional
        What to compare, by default `COMPARED`. Fewer comparisons give narrower intervals.
    margins : mapping of str to float, optional
        By KPI, the difference that does not matter, in the KPI's unit (shares as fractions): an interval inside says so.
    reps, seed : int, optional
        Override the base's `run`; what the other plans say of it is never used.
    engine, jobs
        As in `run`.
    progress : callable, optional
        Called after each replication of all plans.

    Raises
    ------
    ValueError
        For fewer than two plans, KPIs that are no ratios of the centre, a steady run among others, numbers out of range.
    KeyError
        For a what-if the base does not have.

    Notes
    -----
    All plans are judged by the metrics and targets of the base. All intervals hold together with the base's confidence: the
    family is (plans - 1) x KPIs, corrected by Bonferroni. A KeyboardInterrupt ends the comparison after the replications
    that all plans have finished; the comparison says `interrupted`.
    """
    plans = prepared(named_plans(scenarios, what_ifs, names))
    base, program = plans[0].scenario, plans[0].compiled.program
    how = ways(base, plans, engine, reps, seed, jobs)
    question = question_of(base, program, kpis, margins or {})

    started = time.perf_counter()
    n, interrupted = simulate_side_by_side(plans, how, progress)
    elapsed = time.perf_counter() - started
    shown = as_plans(plans, question) if n else ()
    return Comparison(
        plans=shown,
        differences=differences(plans, shown, question) if n else (),
        keys=question.keys,
        best_by=question.best_by,
        yardstick=question.yardstick,
        engine=how.engine,
        seed=how.seed,
        replications=n,
        confidence=question.confidence,
        family=question.family(len(plans)),
        notes=list(notes_on(plans)),
        elapsed=elapsed,
        interrupted=interrupted,
    )


# -------------------------------------------------------------------------------- plans


def named_plans(
    scenarios: Sequence[Scenario], what_ifs: Sequence[str] | None, names: Sequence[str] | None
) -> list[tuple[str, Scenario]]:
    """All plans with names of their own, the base first."""
    if not scenarios:
        raise ValueError("nothing to compare: no scenario")
    if names is not None and len(names) != len(scenarios):
        raise ValueError(f"names: got {len(names)}; allowed: one for each of {len(scenarios)} scenarios")
    base = calibrate(scenarios[0])  # once: the other plans meet the callers of the base
    scenarios = [base, *(calibrate(scenario, like=base) for scenario in scenarios[1:])]
    if what_ifs is None:
        what_ifs = list(base.what_if) if len(scenarios) == 1 else []
    for name in what_ifs:
        if name not in base.what_if:
            raise KeyError(f"no what-if {name!r}; have {', '.join(base.what_if) or 'none'}")
    named = list(zip(names or [scenario.name for scenario in scenarios], scenarios, strict=True))
    named += [(name, base.variant(name)) for name in what_ifs]
    if len(named) < 2:
        raise ValueError("nothing to compare with: one scenario without what_if")
    if len({scenario.run.mode for _, scenario in named}) > 1:
        raise ValueError("a steady run cannot be compared with days")
    taken: dict[str, Scenario] = {}
    for name, scenario in named:
        others = (f"{name} ({number})" for number in itertools.count(2))
        taken[next(other for other in itertools.chain([name], others) if other not in taken)] = scenario
    return list(taken.items())


def prepared(named: Sequence[tuple[str, Scenario]], *, whole_runs: bool = False) -> list[Simulated]:
    """Each plan compiled, with the metrics and targets of the base and nothing simulated yet; see `Accumulator.whole_runs`."""
    base, plans = named[0][1], []
    for name, scenario in named:
        judged = scenario.model_copy(update={"metrics": base.metrics, "targets": base.targets, "target": base.target})
        compiled = compile_scenario(judged)
        accumulator = new_accumulator(judged, compiled, whole_runs=whole_runs, keep_runs=True)
        plans.append(Simulated(name, scenario, compiled, accumulator, Digest()))
    return plans


def notes_on(plans: Sequence[Simulated]) -> Iterator[str]:
    base = plans[0].scenario
    for plan in plans[1:]:
        for what in ("targets", "metrics"):
            if getattr(plan.scenario, what) != getattr(base, what):
                yield f"{plan.name}: its own {what} are not used; all plans are judged by those of {plans[0].name}"
        if plan.scenario.equal_pay is not None:
            yield f"{plan.name}: {plan.scenario.equal_pay}"
    yield from _unseen(plans)


def _unseen(plans: Sequence[Simulated]) -> Iterator[str]:
    """Say whose callers find no free line far more or less often: no share of the offered knows of them."""
    met = [_share(plan, "blocking", "contact") for plan in plans]
    for plan, blocked in zip(plans[1:], met[1:], strict=True):
        if abs(blocked - met[0]) >= _UNSEEN:
            answered = [f"{100 * _share(one, 'answered_share', 'episode'):.1f} %" for one in (plan, plans[0])]
            yield (
                f"{plan.name}: {100 * blocked:.1f} % of its calls find no free line or port ({100 * met[0]:.1f} % in "
                f"{plans[0].name}), which no share of the offered counts; of all customers {answered[0]} are answered "
                f"({answered[1]})"
            )


def _share(plan: Simulated, id: str, basis: str) -> float:
    """A share of the centre's over the run; 0 where there is none."""
    found = plan.accumulator.estimates(scopes=("centre",), ids=(id,))
    return next((one.value or 0.0 for one in found if one.basis == basis), 0.0)


# -------------------------------------------------------------------------------- what is compared


def question_of(
    base: Scenario, program: Program, kpis: Sequence[str] | None, margins: Mapping[str, float], *, days: bool = True
) -> Question:
    """What is compared, decided before anything is simulated: the family must not depend on what comes out.

    Without `days` the share of them that reach the target is left out.
    """
    metrics = Metrics(base.metrics.service_level, base.metrics.flow_outs)
    yardstick = next(target for target in targets_of(base) if REGISTRY[target.kpi].better != "neither")  # 80/20 if none is said
    if kpis is None:
        said_nothing = {DAYS, "paid_fte"} if base.run.mode == "steady" else set() if days else {DAYS}
        said_nothing |= set() if is_priced(program) else _OF_MONEY
        said_nothing |= set() if program.settings.authority[0] else _OF_CASES
        said_nothing |= set() if program.settings.leave_value[0] > 0.0 else {"full_cost_per_resolution"}
        said_nothing |= set() if base.back_office else _OF_BACK_OFFICE
        kpis = [id for id in COMPARED if id not in said_nothing]
    keys = tuple(itertools.chain.from_iterable(_keys(id, base, program, metrics, yardstick) for id in dict.fromkeys(kpis)))
    if not keys:
        raise ValueError("kpis: got none; allowed: one or more")
    compared = list(dict.fromkeys(key.id for key in keys))
    for id, margin in margins.items():
        if id not in compared:
            raise ValueError(f"margin: got {id!r}, which is not compared; allowed: {', '.join(compared)}")
        if not 0.0 < margin < math.inf:
            raise ValueError(f"margin of {id}: got {margin}; allowed: above 0")
    return Question(keys, key_of(yardstick, program, metrics), yardstick, base.run.confidence, dict(margins), metrics)


def _keys(id: str, base: Scenario, program: Program, metrics: Metrics, yardstick: Target) -> Iterator[Key]:
    """One KPI: a service level once for each threshold, abandonment also of customers where they redial."""
    if id == DAYS:
        if base.run.mode == "steady":
            raise ValueError(f"kpis: got {DAYS}, but a steady run has no days")
        measured = key_of(yardstick, program, metrics)
        yield Key(DAYS, " ".join([".".join(part for part in measured[:2] if part), yardstick.goal]), measured.basis)
        return
    kpi = REGISTRY.get(id)
    if kpi is None or kpi.quantile is not None or "centre" not in kpi.places:
        allowed = (kpi.id for kpi in REGISTRY.values() if kpi.quantile is None and "centre" in kpi.places)
        raise ValueError(f"kpis: got {id!r}; allowed: {DAYS}, {', '.join(allowed)}")
    if (kpi.bases[0] == "case" or id in _OF_CASES) and not program.settings.authority[0]:
        raise ValueError(f"kpis: got {id!r}, but the base keeps no cases: nobody needs authority, comes back or leaves")
    if kpi.bases[0] == "callback" and not len(program.callbacks):
        raise ValueError(f"kpis: got {id!r}, but in the base nobody is called back")
    if kpi.bases[0] == "back_office" and not base.back_office:
        raise ValueError(f"kpis: got {id!r}, but the base has no back-office work")
    if id == "service_level":
        for threshold in program.thresholds:
            yield Key(id, service_level_variant(metrics, float(threshold)), kpi.bases[0])
        return
    yield Key(id, "", kpi.bases[0])
    if id == "abandonment" and base.after_contact.redial is not None:
        yield Key(id, "", "episode")


def key_of(target: Target, program: Program, metrics: Metrics) -> Key:
    """The KPI a target is about."""
    within = float(program.thresholds[0]) if target.within is None else target.within
    variant = service_level_variant(metrics, within) if target.kpi == "service_level" else ""
    return Key(target.kpi, variant, REGISTRY[target.kpi].bases[0])


# -------------------------------------------------------------------------------- simulating


class Ways(NamedTuple):
    """How replications are made, the same for all plans."""

    programs: list[Program]
    seed: int
    planned: int
    engine: str
    jobs: int
    plainly: bool

    def replications(self) -> Iterator[tuple[Replication, ...]]:
        """One replication of every plan after the other, in order."""
        if self.plainly:
            return zip(*(replicate_plainly(program, self.seed, self.planned) for program in self.programs), strict=True)
        return self.side_by_side(self.simulators(), range(self.planned))

    def simulators(self) -> list[Simulator]:
        """One for each plan."""
        return [simulator(program, self.seed, self.engine, rows=False) for program in self.programs]

    def side_by_side(self, simulators: Sequence[Simulator], numbers: range) -> Iterator[tuple[Replication, ...]]:
        """These replications of the plans of these simulators; all plans share the workers."""
        size = len(simulators)

        def simulate(place: int) -> Replication:
            return simulators[place % size](numbers[place // size])

        jobs = self.jobs if self.engine == "compiled" else 1  # the reference engine never releases the interpreter lock
        in_order = replicate(simulate, range(len(numbers) * size), jobs)
        return zip(*[in_order] * size, strict=True)


def simulate_side_by_side(plans: Sequence[Simulated], how: Ways, progress: Progress | None) -> tuple[int, bool]:
    """Make the replications of all plans and add them up: how many all of them have, and whether Ctrl-C ended it."""
    admit(forecast(how.programs, how.planned, how.engine, how.jobs), progress)
    n = 0
    try:
        for together in how.replications():
            with unbroken():
                for plan, done in zip(plans, together, strict=True):
                    add(plan.accumulator, plan.compiled.program, done)
                    plan.digest.add(done)
                n += 1
            if progress is not None:
                progress(n, how.planned)
    except KeyboardInterrupt:
        return n, True
    return n, False


def ways(base: Scenario, plans: Sequence[Simulated], engine: str, reps: int | None, seed: int | None, jobs: int | None) -> Ways:
    """How to make the replications that were asked for; ValueError for numbers that make no sense."""
    if engine not in ENGINES:
        raise ValueError(f"engine: got {engine!r}; allowed: {', '.join(ENGINES)}")
    planned = base.run.replications if reps is None else reps
    if planned < 1:
        raise ValueError(f"reps: got {planned}; allowed: 1 or more")
    seed = base.run.seed if seed is None else seed
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed: got {seed}; allowed: 0 to {(1 << 64) - 1}")
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs: got {jobs}; allowed: 1 or more")
    programs = [plan.compiled.program for plan in plans]
    largest = max(programs, key=mean_calls)
    engine, plainly = choose_engine(engine, None, largest, planned * len(plans))
    if plainly:
        warm_in_background()
    return Ways(programs, seed, planned, engine, default_jobs(largest) if jobs is None else jobs, plainly)
