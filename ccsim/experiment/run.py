"""Run a scenario: compile, replicate, accumulate, judge. The verb of the command line and of notebooks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ccsim.analysis import Accumulator, Metrics, Target
from ccsim.analysis.stopping import FIRST, Precision, looks
from ccsim.engine import Replication
from ccsim.experiment.arrivals import Arrivals, why_not
from ccsim.experiment.back_office import back_office_of
from ccsim.experiment.busy_days import BATCHES, BusyDays, why_no_spread
from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.cold import PlainWorkers, is_sooner_without_kernel, warm_in_background
from ccsim.experiment.differences import Simulated
from ccsim.experiment.forecast import admit, forecast
from ccsim.experiment.replicate import (
    ENGINES,
    Digest,
    Simulator,
    counts_in,
    default_jobs,
    each_its_own,
    replicate,
    simulator,
    unbroken,
)
from ccsim.experiment.requirement import required_note, required_of
from ccsim.experiment.result import Controls, Neighbour, Precise, Result
from ccsim.experiment.textbook import textbook_figures
from ccsim.outcomes import Counts, Rows
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import Scenario, plus

__all__ = ["run"]

Progress = Callable[[int, int], None]
"""Called with (replications done, replications planned); before that its method `expect`, if it has one, with a `Forecast`."""

Until = str | Precision | Sequence[str | Precision]
MOST = 5000
"""Replications `until` something is exact enough, where nobody says."""


def run(
    scenario: Scenario,
    *,
    reps: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    jobs: int | None = None,
    rows: bool = False,
    neighbours: bool = True,
    keep_runs: bool = False,
    until: Until = (),
    max_reps: int = MOST,
    controls: bool = False,
    sampling: str = "plain",
    policy: Any = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate a scenario.

    Parameters
    ----------
    reps, seed : int, optional
        Override the scenario's `run`; with `until` replications are the fewest, 50 if nothing is said.
    engine : {"auto", "compiled", "reference"}
        The answer is the same; auto takes the one that finishes first.
    jobs : int, optional
        Threads; by default CCSIM_JOBS, or all cores where replications are long enough to gain by it.
    rows : bool
        Keep the row tables (memory grows with the number of calls); otherwise only counts.
    neighbours : bool
        Also simulate one agent fewer and one more, where there is one team.
    keep_runs : bool
        Keep the centre's sums of each replication (some thousand bytes each), so that the result can be compared with others.
    until : str, Precision or a sequence of them
        Replicate until each KPI is as exact: ``"service_level ±0.5pp"``, ``"cost_per_day ±1%"``; the result's `precise` says
        how exact they are, with intervals that allow for it.
    max_reps : int
        With `until`: at most so many.
    controls : bool
        Also give the centre's KPIs without the noise of arrivals, which are known: the result's `controls`, and with `until`
        what is looked at. ValueError where the mean number of calls is not known.
    sampling : {"plain", "stratified", "antithetic"}
        How busy the days of the replications are: by chance; spread evenly, five replications at a time; or in pairs of
        opposite ones. The law of a replication stays, and its luck otherwise; the result's `controls` has the KPIs with
        intervals that know, which elsewhere are as wide as ever. ValueError where no day is busier than another, or together
        with `controls`.
    policy : object, optional
        Custom routing, see `check_policy`.
    progress : callable, optional
        Called after each replication.

    Raises
    ------
    ValueError
        For an unknown engine, fewer than one replication or job, a seed beyond 64 bits, or a precision that is none (Refusal).

    ScenarioError
        E-CALIBRATION where a volume counts all_at_queue and no fresh calls bring it.

    Notes
    -----
    Volumes that count all_at_queue are solved for first, see `calibrate`; the result's scenario holds what was found.
    A KeyboardInterrupt ends the run after the replications finished so far, or leaves out neighbours not finished; the result
    says `interrupted`.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: got {engine!r}; allowed: {', '.join(ENGINES)}")
    planned = (FIRST if until else scenario.run.replications) if reps is None else reps
    if planned < 1:
        raise ValueError(f"reps: got {planned}; allowed: 1 or more")
    if until and (planned < 2 or max_reps < planned):
        raise ValueError(f"max_reps: got {max_reps} for reps {planned}; allowed: 2 <= reps <= max_reps")
    seed = scenario.run.seed if seed is None else seed
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed: got {seed}; allowed: 0 to {(1 << 64) - 1}")
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs: got {jobs}; allowed: 1 or more")
    if controls and (reason := why_not(scenario)):
        raise ValueError(f"controls: {reason}")
    if sampling not in ("plain", *BATCHES) or (controls and sampling != "plain"):
        raise ValueError(f"sampling: got {sampling!r}; allowed: plain, {', '.join(BATCHES)}, and only plain with controls")
    scenario = calibrate(scenario, engine="reference" if engine == "reference" else "compiled", jobs=jobs)
    compiled = compile_scenario(scenario)
    jobs = default_jobs(compiled.program) if jobs is None else jobs
    if sampling != "plain" and (reason := why_no_spread(compiled.program)):
        raise ValueError(f"sampling: {reason}")
    if (until or sampling != "plain") and engine == "auto" and policy is None:
        engine = "compiled"  # nobody knows yet how many replications there will be: more than a cold start is worth
    engine, plainly = choose_engine(engine, policy, compiled.program, planned * (3 if neighbours else 1))
    if plainly:
        warm_in_background()
    how = _How(seed, planned, engine, jobs, policy, PlainWorkers() if plainly else None, sampling)
    admit(forecast([compiled.program], max_reps if until and rows else planned, engine, jobs, rows), progress)

    started = time.perf_counter()
    accumulator = new_accumulator(scenario, compiled, keep_runs=keep_runs or controls or sampling != "plain" or bool(until))
    digest, kept, interrupted = Digest(), [], False
    plan = Simulated(scenario.name, scenario, compiled, accumulator, digest)
    arrivals = Arrivals(scenario, compiled) if controls else None
    ends = _Ends(plan, arrivals, BATCHES.get(sampling, 1), until, planned, max_reps)
    try:
        for done in how.until(ends, compiled.program, rows=rows):
            with unbroken():
                counts = add(accumulator, compiled.program, done)
                digest.add(done)
                if arrivals is not None:
                    arrivals.add(counts)
                if rows:
                    kept.append(done)
            if progress is not None:
                progress(accumulator.n, ends.expected)
    except KeyboardInterrupt:
        interrupted = True
    elapsed = time.perf_counter() - started
    how = how._replace(planned=max(accumulator.n, 1))

    textbook, reason = textbook_figures(scenario)
    beside: list[Neighbour] = []
    if neighbours and not interrupted:
        try:
            for neighbour in _neighbours(scenario, accumulator, how):
                beside.append(neighbour)
        except KeyboardInterrupt:
            interrupted = True
    confidence = scenario.run.confidence
    return Result(
        scenario=scenario,
        program=compiled.program,
        names=compiled.names,
        engine=engine,
        seed=seed,
        replications=accumulator.n,
        digest=str(digest),
        estimates=accumulator.estimates(confidence) if accumulator.n else [],
        targets=accumulator.verdicts(confidence) if accumulator.n else [],
        warnings=[str(problem) for problem in scenario.warnings],
        neighbours=beside,
        textbook=textbook,
        textbook_reason=reason,
        requirement=required_note(scenario, compiled),
        accumulator=accumulator,
        rows=_together(kept) if rows and kept else None,
        elapsed=elapsed,
        interrupted=interrupted,
        precise=ends.precise,
        controls=_controls(plan, arrivals, sampling),
    )


def new_accumulator(
    scenario: Scenario, compiled: Compiled, *, brief: bool = False, whole_runs: bool = False, keep_runs: bool = False
) -> Accumulator:
    """An accumulator that knows the scenario's metrics and targets; see `Accumulator` for what it may leave out."""
    metrics = Metrics(service_level=scenario.metrics.service_level, flow_outs=scenario.metrics.flow_outs)
    targets = tuple(targets_of(scenario))
    required = None if brief else required_of(scenario, compiled)
    return Accumulator(
        compiled.program,
        compiled.names,
        metrics,
        targets,
        brief=brief,
        whole_runs=whole_runs,
        keep_runs=keep_runs,
        required=required,
        back_office=None if brief else back_office_of(scenario, compiled),
    )


def add(accumulator: Accumulator, program: Program, done: Replication) -> Counts:
    """Adds one replication, whether it kept rows or counts, and returns its counts."""
    counts = counts_in(program, done)
    accumulator.add(counts)
    return counts


def _controls(plan: Simulated, arrivals: Arrivals | None, sampling: str) -> Controls | None:
    """The KPIs with less noise; None where nobody asked, or nothing was simulated."""
    if not plan.accumulator.n or (arrivals is None and sampling == "plain"):
        return None
    from ccsim.experiment.until import controlled, spread  # builds on `compare`, which builds on this module

    if arrivals is not None:
        return Controls("regression", tuple(arrivals.names), controlled(plan, arrivals.controls))
    size = BATCHES[sampling]
    return Controls(sampling, (f"busyness of days, {size} replications at a time",), spread(plan, size))


class _How(NamedTuple):
    """How replications are made: the same for the plan and its neighbours."""

    seed: int
    planned: int
    engine: str
    jobs: int
    policy: Any
    plain: PlainWorkers | None
    sampling: str

    def replications(self, program: Program, *, rows: bool, digest: bool = True) -> Iterator[Replication]:
        """All replications of a program, in order."""
        done = 0
        if self.plain is not None:
            for replication in self.plain.replicate(program, self.seed, self.planned, only_while_cold=True):
                yield replication
                done += 1
        if done < self.planned:
            how = self if self.plain is None else self._replace(engine="compiled")
            yield from replicate(how._simulator(program, rows, digest), range(done, self.planned), how._workers)

    def until(self, ends: _Ends, program: Program, *, rows: bool) -> Iterator[Replication]:
        """Replications in order, from look to look, until the run may end; as many as planned where nothing is looked at."""
        if not ends.are_looked_for:
            yield from self.replications(program, rows=rows)
            return
        simulate, n = self._simulator(program, rows, digest=True), 0
        for goal in ends.looks:
            yield from replicate(simulate, range(n, goal), self._workers)
            n = goal
            if ends.are_reached():
                return

    def _simulator(self, program: Program, rows: bool, digest: bool) -> Simulator:
        options = {"rows": rows, "policy": self.policy, "digest": digest}
        if self.sampling == "plain":
            return simulator(program, self.seed, self.engine, **options)
        return each_its_own(BusyDays(program, self.seed, self.sampling).program_of, self.seed, self.engine, **options)

    @property
    def _workers(self) -> int:
        return self.jobs if self.engine == "compiled" else 1  # the reference engine never releases the interpreter lock

    def accumulated(self, scenario: Scenario) -> Accumulator:
        """The service level of another scenario, simulated like the base."""
        compiled = compile_scenario(scenario)
        accumulator = new_accumulator(scenario, compiled, brief=True)
        for done in self.replications(compiled.program, rows=False, digest=False):
            add(accumulator, compiled.program, done)
        return accumulator


class _Ends:
    """When a run may end: after the replications planned, or when its KPIs are as exact as asked.

    Attributes
    ----------
    looks : iterator of int
        Replications after which one looks.
    expected : int
        Replications it will take, as far as one can tell.
    """

    def __init__(self, plan: Simulated, arrivals: Arrivals | None, batch: int, until: Until, first: int, most: int) -> None:
        self.looks = looks(first, most)
        self.expected, self._most = first, most
        self._plan, self._arrivals = plan, arrivals
        self._goals = None
        if until:
            from ccsim.experiment.until import goals_of  # builds on `compare`, which builds on this module

            self._goals = goals_of(plan, until, batch)
            self.expected = most

    @property
    def are_looked_for(self) -> bool:
        """True if there is anything to look at."""
        return self._goals is not None

    def are_reached(self) -> bool:
        """True if every KPI is as exact as asked by now."""
        found = self.precise
        self.expected = min(max(one.needed for one in found), self._most)
        return all(one.is_met for one in found)

    @property
    def precise(self) -> tuple[Precise, ...]:
        """How exact the KPIs are; empty where nothing was asked, or nothing was simulated."""
        if self._goals is None or not self._plan.accumulator.n:
            return ()
        return self._goals.judge(self._plan, None if self._arrivals is None else self._arrivals.controls)


def choose_engine(engine: str, policy: Any, program: Program, replications: int) -> tuple[str, bool]:
    """The engine that finishes first, and whether it is the reference engine in plain Python, on a cold machine.

    Warm, the kernel is some fifty times faster, so it is taken whenever it can be.
    """
    if engine != "auto":
        return engine, False
    if policy is not None:
        from ccsim.engine.compiled.policy import kernel_policy

        try:
            kernel_policy(policy)
        except TypeError:
            return "reference", False
        return "compiled", False
    if is_sooner_without_kernel(program, replications):
        return "reference", True
    return "compiled", False


def targets_of(scenario: Scenario) -> Iterator[Target]:
    """The scenario's targets in the words of analysis."""
    asked = scenario.targets
    for kpi, target in (
        ("service_level", asked.service_level),
        ("abandonment", asked.abandonment),
        ("asa", asked.asa),
        ("occupancy", asked.occupancy),
        ("fcr", asked.fcr),
        ("back_office_in_time", asked.back_office),
    ):
        if target is None:
            continue
        low = high = within = None
        if kpi == "service_level":
            low, within = target.goal.share, target.goal.within  # type: ignore[union-attr]
        elif kpi == "occupancy":
            low, high = target.goal.low, target.goal.high  # type: ignore[union-attr]
        elif kpi in ("fcr", "back_office_in_time"):
            low = target.goal  # type: ignore[assignment]
        else:
            high = target.goal
        yield Target(
            kpi,
            at_least=low,
            at_most=high,  # type: ignore[arg-type]
            within=within,
            over=target.over,
            on=target.on.share if target.on is not None else None,
        )
    if asked.intervals_in_target is not None:
        assert asked.service_level is not None, "the scenario's service level is filled in"
        goal = asked.service_level.goal
        yield Target("service_level", at_least=goal.share, within=goal.within, over="interval", on=asked.intervals_in_target)


def _neighbours(scenario: Scenario, base: Accumulator, how: _How) -> Iterator[Neighbour]:
    """Service level with one agent fewer, as planned and with one more; nothing unless one team has one headcount."""
    if len(scenario.agents) != 1:
        return
    ((team, people),) = scenario.agents.items()
    if people.headcount is None or len(set(people.headcount.values())) != 1:
        return
    (now,) = set(people.headcount.values())
    for agents in (now - 1, now, now + 1):
        if agents < 1:
            continue
        accumulator = base
        if agents != now:
            changes = {f"agents.{team}.headcount.{day}": plus(agents - now) for day in people.headcount}
            accumulator = how.accumulated(scenario.with_(changes))
        (level,) = accumulator.estimates(scenario.run.confidence, scopes=("centre",), ids=("service_level",))[:1]
        yield Neighbour(f"{agents} agent{'s' * (agents != 1)}", agents, level)


def _together(kept: list[Replication]) -> Rows:
    """The tables of all replications, one after the other: the replication comes first in every key."""
    tables = [done.rows for done in kept if done.rows is not None]
    return Rows(*(np.concatenate(parts) for parts in zip(*tables, strict=True)))
