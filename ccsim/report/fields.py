"""A `Result` as JSON fields: ``ccsim run --json`` prints them, the manifest of a run folder keeps a part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccsim.analysis import Estimate, Verdict
    from ccsim.experiment import Result

KPI_FIELDS = ("id", "variant", "basis", "scope", "value", "low", "high", "n", "unit")


def result_fields(result: Result, scopes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the result; shares are fractions, times seconds, None is no number.

    Parameters
    ----------
    scopes : tuple of str
        Further scopes of `ccsim.analysis.kpi.SCOPES`, such as ``interval``.
    """
    estimates = list(result.estimates)
    if scopes and result.replications:
        estimates += result.accumulator.estimates(result.scenario.run.confidence, scopes=scopes)
    return {
        **provenance_fields(result),
        "kpis": [estimate_fields(estimate) for estimate in estimates],
        "targets": [verdict_fields(verdict) for verdict in result.targets],
        "warnings": list(result.warnings),
    }


def provenance_fields(result: Result) -> dict[str, Any]:
    """Return what makes the same numbers again."""
    return {
        "scenario": result.scenario.name,
        "fingerprint": result.fingerprint,
        "engine": result.engine,
        "seed": result.seed,
        "replications": result.replications,
        "digest": result.digest,
    }


def estimate_fields(estimate: Estimate) -> dict[str, Any]:
    """Return one estimate. Figures of agents count as contact-based: there is no other way to take them."""
    fields = {name: getattr(estimate, name) for name in KPI_FIELDS}
    return {**fields, "basis": "episode" if estimate.basis == "episode" else "contact"}


def verdict_fields(verdict: Verdict) -> dict[str, Any]:
    """Return one verdict with all it is about."""
    target = verdict.target
    parts = {
        name: None if estimate is None else estimate_fields(estimate)
        for name in ("estimate", "run", "days", "weeks", "intervals", "worst_interval")
        for estimate in (getattr(verdict, name),)
    }
    return {
        "kpi": target.kpi,
        "at_least": target.at_least,
        "at_most": target.at_most,
        "within": target.within,
        "over": target.over,
        "on": target.on,
        "verdict": verdict.verdict,
        "estimand": verdict.estimand,
        **parts,
        "intervals_met": verdict.n_met,
        "intervals_counted": verdict.n_intervals,
    }
