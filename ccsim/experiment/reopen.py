"""A run that was put away -> the `Result` it was, without simulating; several results of the same callers -> a `Comparison`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

from ccsim.analysis import Estimate
from ccsim.analysis.state import restore
from ccsim.experiment.compare import notes_on, question_of
from ccsim.experiment.comparison import Comparison
from ccsim.experiment.differences import Simulated, as_plans, differences
from ccsim.experiment.replicate import Digest
from ccsim.experiment.requirement import required_note
from ccsim.experiment.result import Neighbour, Result
from ccsim.experiment.run import new_accumulator
from ccsim.experiment.textbook import textbook_figures
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.scenario import Scenario

__all__ = ["Kept", "compare_results", "reopen"]


class Kept(NamedTuple):
    """What a run folder says of a run beside its scenario and its sums; see `Result`."""

    engine: str
    seed: int
    replications: int
    digest: str
    warnings: list[str]
    neighbours: list[tuple[str, int, Estimate]]
    elapsed: float
    interrupted: bool


def reopen(scenario: Scenario, kept: Kept, state: Mapping[str, NDArray[Any]]) -> Result:
    """Return the result of a run again.

    Parameters
    ----------
    state : mapping
        Of the run's accumulator, see `ccsim.analysis.state`; ValueError where it does not fit the scenario.
    """
    compiled = compile_scenario(scenario)
    accumulator = new_accumulator(scenario, compiled)
    restore(accumulator, state, kept.replications)
    textbook, reason = textbook_figures(scenario)
    confidence = scenario.run.confidence
    return Result(
        scenario=scenario,
        program=compiled.program,
        names=compiled.names,
        engine=kept.engine,
        seed=kept.seed,
        replications=kept.replications,
        digest=kept.digest,
        estimates=accumulator.estimates(confidence) if accumulator.n else [],
        targets=accumulator.verdicts(confidence) if accumulator.n else [],
        warnings=kept.warnings,
        neighbours=[Neighbour(*neighbour) for neighbour in kept.neighbours],
        textbook=textbook,
        textbook_reason=reason,
        requirement=required_note(scenario, compiled),
        accumulator=accumulator,
        rows=None,
        elapsed=kept.elapsed,
        interrupted=kept.interrupted,
    )


def compare_results(results: Sequence[Result], names: Sequence[str]) -> Comparison:
    """Compare runs with the first of them in pairs of replications, as `compare` does with plans it simulates itself.

    Parameters
    ----------
    results : sequence of Result
        Made with `keep_runs`, one seed and as many replications each, and judged by the same targets and metrics.
    names : sequence of str
        All different.

    Raises
    ------
    ValueError
        For runs that cannot be compared; the message says why.
    """
    base = results[0]
    if len(results) < 2 or len(set(names)) != len(results):
        raise ValueError("a comparison needs two runs or more, each with a name of its own")
    for result, name in zip(results, names, strict=True):
        _refuse_unlike(base, result, names[0], name)
    plans = [
        Simulated(name, result.scenario, Compiled(result.program, result.names), result.accumulator, Digest(result.digest))
        for result, name in zip(results, names, strict=True)
    ]
    question = question_of(base.scenario, base.program, None, {})
    shown = as_plans(plans, question)
    return Comparison(
        plans=shown,
        differences=differences(plans, shown, question),
        keys=question.keys,
        best_by=question.best_by,
        yardstick=question.yardstick,
        engine=base.engine,
        seed=base.seed,
        replications=base.replications,
        confidence=question.confidence,
        family=question.family(len(plans)),
        notes=list(notes_on(plans)),
        elapsed=sum(result.elapsed for result in results),
        interrupted=any(result.interrupted for result in results),
    )


def _refuse_unlike(base: Result, other: Result, base_name: str, name: str) -> None:
    """Replications come in pairs only where seed, number and what they are judged by agree."""
    if not other.accumulator.keeps_runs:
        raise ValueError(f"{name} kept no sums of single replications. Try: run it again with --out")
    if not (base.has_plain_days and other.has_plain_days):
        raise ValueError("days were spread over replications: their callers are not the same. Try: sampling='plain'")
    for what in ("seed", "replications"):
        ours, theirs = getattr(base, what), getattr(other, what)
        if ours != theirs:
            raise ValueError(f"{base_name} has {what} {ours}, {name} {theirs}: their callers are not the same")
    if base.scenario.run.mode != other.scenario.run.mode:
        raise ValueError("a steady run cannot be compared with days")
    for what in ("targets", "metrics"):
        if getattr(base.scenario, what) != getattr(other.scenario, what):
            raise ValueError(f"{base_name} and {name} have other {what}. Try: ccsim compare, which judges all plans alike")
