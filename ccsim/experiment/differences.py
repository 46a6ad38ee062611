"""Plans that were simulated side by side -> each plan on its own, and its differences from the base. Called by `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ccsim.analysis import REGISTRY, Accumulator, Estimate, Metrics, Target, Verdict
from ccsim.analysis import paired as pairs
from ccsim.analysis.estimate import Label, Moments, number_or_none, ratios
from ccsim.experiment.comparison import Difference, Key, Plan
from ccsim.experiment.replicate import Digest
from ccsim.program.compile import Compiled
from ccsim.scenario import Scenario

__all__ = ["DAYS", "Question", "Simulated", "as_plans", "differences", "differences_from", "estimate_of", "sample_of"]

DAYS = "days_in_target"
_HOURS = 1e-6 / 3600.0
_RANGE = {"met": "inside", "missed": "outside", "undecided": "undecided"}


class Simulated(NamedTuple):
    """A plan and what its replications have added up to so far."""

    name: str
    scenario: Scenario
    compiled: Compiled
    accumulator: Accumulator
    digest: Digest


class Question(NamedTuple):
    """What is compared.

    Attributes
    ----------
    keys : tuple of Key
    best_by : Key
    yardstick : Target
        What days and intervals are judged by.
    confidence : float
        Of all intervals together.
    margins : dict of KPI to float
    metrics : Metrics
        Those of the base.
    """

    keys: tuple[Key, ...]
    best_by: Key
    yardstick: Target
    confidence: float
    margins: dict[str, float]
    metrics: Metrics

    def family(self, plans: int) -> int:
        """Intervals that are to hold together: every KPI of every plan but the base."""
        return len(self.keys) * (plans - 1)


def as_plans(simulated: Sequence[Simulated], question: Question) -> tuple[Plan, ...]:
    """Each plan on its own: its KPIs, verdicts and worst interval, and how probably it is the best."""
    samples = [sample_of(plan, question.best_by, question) for plan in simulated]
    chances = pairs.best_shares(samples, REGISTRY[question.best_by.id].better == "higher")
    plans = []
    for plan, chance in zip(simulated, chances, strict=True):
        verdicts = plan.accumulator.verdicts(question.confidence)
        plans.append(
            Plan(
                name=plan.name,
                scenario=plan.scenario,
                digest=str(plan.digest),
                estimates={key: estimate_of(plan, key, question) for key in question.keys},
                targets=verdicts,
                worst=_worst(plan, verdicts, question),
                paid_hours=_paid_hours(plan.accumulator),
                p_best=number_or_none(float(chance)),
                identical=all(_is_same(simulated[0], plan, key, question) for key in question.keys),
                accumulator=plan.accumulator,
            )
        )
    return tuple(plans)


def differences(simulated: Sequence[Simulated], plans: Sequence[Plan], question: Question) -> tuple[Difference, ...]:
    """Every KPI of every plan against the base; `plans` are what `as_plans` made of them."""
    confidence = pairs.each_confidence(question.confidence, question.family(len(simulated)))
    found = []
    for plan, shown in zip(simulated[1:], plans[1:], strict=True):
        for key in question.keys:
            difference = _difference(simulated[0], plan, key, confidence, question)
            same = _is_same(simulated[0], plan, key, question)
            verdict = str(pairs.Verdict.IDENTICAL) if same else difference.verdict
            found.append(difference._replace(range=_range(shown.targets, key), verdict=verdict))
    return tuple(found)


def _is_same(base: Simulated, plan: Simulated, key: Key, question: Question) -> bool:
    """True where rows are the same, and so is the KPI: costs and back-office work may differ without changing any row."""
    if str(plan.digest) != str(base.digest):
        return False
    ours, theirs = sample_of(base, key, question), sample_of(plan, key, question)
    return all(np.array_equal(mine, yours) for mine, yours in zip(ours, theirs, strict=True))


def differences_from(base: Simulated, plan: Simulated, question: Question, confidence: float) -> list[Difference]:
    """Every KPI of one plan against another, each with that confidence, whatever else is compared."""
    return [_difference(base, plan, key, confidence, question) for key in question.keys]


def _difference(base: Simulated, plan: Simulated, key: Key, confidence: float, question: Question) -> Difference:
    kpi, n = REGISTRY[key.id], base.accumulator.n
    ours, theirs = sample_of(base, key, question), sample_of(plan, key, question)
    found = pairs.paired(ours, theirs, kpi.unit == "share", confidence)
    margin = question.margins.get(key.id)
    verdict = pairs.judge(found, n, kpi.better, confidence, None if margin is None else margin / kpi.scale)
    numbers = (float(kpi.scale * x) for x in (ours.ratio, theirs.ratio, found.value, found.low, found.high))
    base_value, plan_value, value, low, high = (number_or_none(x) for x in numbers)
    return Difference(
        plan=plan.name,
        id=key.id,
        variant=key.variant,
        basis=key.basis,
        unit=kpi.unit,
        base_value=base_value,
        plan_value=plan_value,
        value=value,
        low=low,
        high=high,
        n=n,
        verdict=str(verdict),
        range=None,
        margin=margin,
        gain=number_or_none(float(found.gain)),
        method=pairs.METHODS[pairs.Method(int(found.method))],
    )


def sample_of(plan: Simulated, key: Key, question: Question) -> pairs.Sample:
    """The KPI's two sums in every replication; of days in target: days that reach it, and days with anything to count."""
    if key.id != DAYS:
        return plan.accumulator.sample(*key)
    target = question.yardstick
    values = plan.accumulator.day_values(target.kpi, question.best_by.variant)
    counted = np.isfinite(values)
    reached = counted & (target.excess(values) <= 0.0)
    return pairs.Sample(reached.sum(axis=1).astype(np.float64), counted.sum(axis=1).astype(np.float64))


def estimate_of(plan: Simulated, key: Key, question: Question) -> Estimate:
    """The KPI of one plan with an interval of its own."""
    kpi = REGISTRY[key.id]
    found = ratios(Moments.of(*sample_of(plan, key, question)), kpi.unit == "share", question.confidence)
    return found.estimate((), Label(key.id, key.variant, key.basis, {}, kpi.unit), plan.accumulator.n, kpi.scale)


def _range(verdicts: Sequence[Verdict], key: Key) -> str | None:
    """Where the plan lies against a target over the run that is a range, as occupancy's is."""
    for verdict in verdicts:
        target = verdict.target
        if target.kpi == key.id and target.at_least is not None and target.at_most is not None and target.over == "run":
            return _RANGE[verdict.verdict]
    return None


def _worst(plan: Simulated, verdicts: Sequence[Verdict], question: Question) -> Estimate | None:
    """The interval furthest from the first target."""
    if plan.scenario.run.mode == "steady":
        return None
    return next(verdict.worst_interval for verdict in verdicts if verdict.target == question.yardstick)


def _paid_hours(accumulator: Accumulator) -> float:
    """Agent hours paid per operating day."""
    paid, days = accumulator.sample("utilisation").denominators, accumulator.sample("overtime").denominators
    return float(_HOURS * paid.sum() / days.sum()) if days.sum() > 0.0 else 0.0
