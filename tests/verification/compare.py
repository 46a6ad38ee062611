"""Simulate a reference case and compare: KPI, standard error over replications, z, and whether chance can explain it.

Every case is one test at level `ALPHA`. Its k comparisons share random numbers, so the largest |z| is held to a bound at
``ALPHA / k`` (Bonferroni, two-sided), from Student's t with one degree less than there are replications. Seeds are fixed: a
failure is never to be cured by another seed.
"""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

import ccsim
from ccsim.analysis import Estimate
from ccsim.engine.compiled.simulate import simulate
from ccsim.program.compile import compile_scenario
from tests.verification.model import Case, Metric, Part

__all__ = ["ALPHA", "Comparison", "Verdict", "compare", "judge", "standard_error"]

ALPHA = 1e-4
"""Chance that a case fails although the simulator is right, had the seed not been fixed."""
_POWER = 0.9
_POWER_Z = 1.2815515655446004
"""Standard normal quantile of `_POWER`."""
_CONFIDENCE = 0.95
_EXACTLY = 1e-9


@dataclass(frozen=True)
class Comparison:
    """One metric: what it should be and what came out, in the reference's unit.

    Attributes
    ----------
    error : float
        Standard error of `ours` over replications; 0 where all replications agree.
    bound : float
        Largest |z| that chance explains in this case.
    """

    part: str
    metric: Metric
    ours: float
    error: float
    bound: float

    @property
    def z(self) -> float:
        """Distance from the exact value in standard errors; infinite if there is no spread and the values differ.

        Where only a printed figure is known, the distance from that.
        """
        if self.metric.exact is None:
            assert self.z_printed is not None, self.metric.name
            return self.z_printed
        distance = self.ours - self.metric.exact
        if self.error == 0.0:
            return 0.0 if abs(distance) <= _EXACTLY * max(1.0, abs(self.metric.exact)) else math.inf
        return distance / self.error

    @property
    def z_printed(self) -> float | None:
        """The same against the printed figure, both errors counted; None if none is printed."""
        printed = self.metric.printed
        return None if printed is None else (self.ours - printed.value) / math.hypot(self.error, printed.error)

    @property
    def sees(self) -> float:
        """Relative bias found with a chance of nine in ten."""
        return (self.bound + _POWER_Z) * self.error / abs(self.metric.should_be) if self.metric.should_be else 0.0


@dataclass(frozen=True)
class Verdict:
    """What a case says."""

    case: Case
    comparisons: tuple[Comparison, ...]
    bound: float
    calls: float
    seconds: float

    @property
    def worst(self) -> Comparison:
        """The comparison with the largest |z|."""
        return max(self.comparisons, key=lambda c: abs(c.z))

    @property
    def off(self) -> list[Comparison]:
        """Comparisons that chance does not explain."""
        return [c for c in self.comparisons if abs(c.z) > self.bound]

    @property
    def off_print(self) -> list[Comparison]:
        """Comparisons with the printed figure that chance does not explain."""
        return [c for c in self.comparisons if c.z_printed is not None and abs(c.z_printed) > self.bound]

    @property
    def blind(self) -> list[Comparison]:
        """Comparisons that see less than their metric claims."""
        return [c for c in self.comparisons if c.sees > c.metric.sees]


def judge(case: Case, scale: float = 1.0, parts: Iterable[Part] | None = None) -> Verdict:
    """Simulate every part of a case.

    Parameters
    ----------
    scale : float
        Factor on the replications.
    parts : iterable of Part, optional
        Simulated in place of the case's own; the bound stays the case's. For tests of the tests.
    """
    comparisons: list[Comparison] = []
    seed = zlib.crc32(case.id.encode())  # one per case: its parts may count the same days in different ways
    bound, calls, seconds = 0.0, 0.0, 0.0
    for part in case.parts if parts is None else parts:
        replications = max(2, round(part.replications * scale))
        if part.of_day is not None:
            begun = time.perf_counter()
            bound = max(bound, here := _bound(case.n_metrics, replications))
            comparisons += _by_day(part, replications, seed, here)
            calls += sum(comparison.ours for comparison in comparisons[:1]) * replications
            seconds += time.perf_counter() - begun
            continue
        result = ccsim.run(ccsim.from_dict(part.scenario), reps=replications, seed=seed, neighbours=False)
        here = _bound(case.n_metrics, replications)
        comparisons += compare(part, result, here)
        bound = max(bound, here)
        calls += float(result.program.flows.volume.sum()) * replications
        seconds += result.elapsed
    return Verdict(case, tuple(comparisons), bound, calls, seconds)


def _by_day(part: Part, replications: int, seed: int, bound: float) -> list[Comparison]:
    """The metrics of a part as means over days."""
    assert part.of_day is not None
    program = compile_scenario(ccsim.from_dict(part.scenario)).program
    days = []
    for replication in range(replications):
        rows = simulate(program, seed, replication, rows=True).rows
        assert rows is not None
        days.append(part.of_day(rows))
    found = []
    for metric in part.metrics:
        values = np.array([day[metric.name] for day in days])
        spread = float(values.std(ddof=1))
        if metric.printed is not None and metric.printed_days > 0:
            error = math.hypot(metric.printed.error, spread / math.sqrt(metric.printed_days))
            metric = replace(metric, printed=replace(metric.printed, error=error))
        found.append(Comparison(part.label, metric, float(values.mean()), spread / math.sqrt(replications), bound))
    return found


def compare(part: Part, result: ccsim.Result, bound: float) -> list[Comparison]:
    """The metrics of one part beside the estimates of its run."""
    wanted = {metric.kpi for metric in part.metrics}
    estimates = result.accumulator.estimates(_CONFIDENCE, scopes=part.scopes, ids=wanted, every_variant=True)
    return [_compared(part, metric, _find(metric, estimates), bound) for metric in part.metrics]


def _find(metric: Metric, estimates: Iterable[Estimate]) -> Estimate:
    wanted = (metric.kpi, metric.variant, metric.basis, metric.scope)
    for estimate in estimates:
        if (estimate.id, estimate.variant, estimate.basis, estimate.scope) == wanted:
            return estimate
    raise LookupError(f"{metric.name}: no estimate {wanted}")


def _compared(part: Part, metric: Metric, estimate: Estimate, bound: float) -> Comparison:
    assert estimate.value is not None, (part.label, metric.name)
    factor = metric.factor
    return Comparison(part.label, metric, estimate.value * factor, standard_error(estimate) * factor, bound)


def standard_error(estimate: Estimate) -> float:
    """Standard error behind an interval; 0 where the replications agree.

    Shares have their interval on the logit, quantiles from a band that is not symmetric, means symmetric (but cut at 0).
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    assert value is not None
    if low is None or high is None or "exact binomial" in estimate.method:
        return 0.0
    t = _student_t(0.5 + _CONFIDENCE / 2.0, estimate.n)
    if "logit" in estimate.method:
        return (math.log(high / (1.0 - high)) - math.log(low / (1.0 - low))) / (2.0 * t) * value * (1.0 - value)
    if "histogram" in estimate.method:
        return (high - low) / (2.0 * t)
    return (high - value) / t


def _bound(n_metrics: int, replications: int) -> float:
    return _student_t(1.0 - ALPHA / (2.0 * n_metrics), replications)


def _student_t(level: float, n: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, level))
