"""A `Result` or a `Comparison` as JSON fields: ``--json`` prints them, the manifest of a run folder keeps a part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccsim.report.evidence import hangs_on_fields
from ccsim.scenario.days_before import days_before

if TYPE_CHECKING:
    from ccsim.analysis import Estimate, Verdict
    from ccsim.experiment import Comparison, Plan, Result
    from ccsim.scenario import Scenario

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
        "assumptions": hangs_on_fields(result.scenario),
        "warnings": list(result.warnings),
        **_equal_pay_fields(result.scenario),
        **({"until": [precise._asdict() for precise in result.precise]} if result.precise else {}),
        **_controls_fields(result),
    }


def _controls_fields(result: Result) -> dict[str, Any]:
    """Return the KPIs with less noise, and how; nothing of a run without such."""
    if result.controls is None:
        return {}
    kpis = [controlled._asdict() for controlled in result.controls.kpis]
    return {"controls": {"how": result.controls.how, "names": list(result.controls.names), "kpis": kpis}}


def _equal_pay_fields(scenario: Scenario) -> dict[str, Any]:
    """Return how a plan keeps the payroll of the base; nothing for a plan that is not to."""
    return {} if scenario.equal_pay is None else {"equal_pay": scenario.equal_pay.as_dict()}


def provenance_fields(result: Result) -> dict[str, Any]:
    """Return what makes the same numbers again, and how many days before the first are simulated, not counted."""
    before = days_before(result.scenario)
    return {
        "scenario": result.scenario.name,
        "fingerprint": result.fingerprint,
        "engine": result.engine,
        "seed": result.seed,
        "replications": result.replications,
        "digest": result.digest,
        **({"days_before": before} if before else {}),
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
        "worst_interval_short": verdict.short,
        "intervals_met": verdict.n_met,
        "intervals_counted": verdict.n_intervals,
    }


def comparison_fields(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison: its plans, then every difference from the first of them."""
    best_by = comparison.best_by
    return {
        "base": comparison.base.name,
        "engine": comparison.engine,
        "seed": comparison.seed,
        "replications": comparison.replications,
        "interrupted": comparison.interrupted,
        "family": {
            "confidence": comparison.confidence,
            "intervals": comparison.family,
            "method": "Bonferroni over plans x KPIs: all intervals hold together",
        },
        "best_by": {**best_by._asdict(), "method": "bootstrap over replications"},
        "plans": [_plan_fields(plan) for plan in comparison.plans],
        "differences": [found.as_dict() for found in comparison.differences],
        "assumptions": hangs_on_fields(*(plan.scenario for plan in comparison.plans)),
        "notes": list(comparison.notes),
    }


def _plan_fields(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "scenario": plan.scenario.name,
        "fingerprint": plan.scenario.fingerprint,
        "digest": plan.digest,
        "identical": plan.identical,
        "verdict": plan.verdict,
        "p_best": plan.p_best,
        "paid_hours": plan.paid_hours,
        "worst_interval": None if plan.worst is None else estimate_fields(plan.worst),
        "kpis": [estimate_fields(estimate) for estimate in plan.estimates.values()],
        "targets": [verdict_fields(verdict) for verdict in plan.targets],
        **_equal_pay_fields(plan.scenario),
    }


def comparison_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """Return one flat row per plan and KPI, what is known of the plan repeated: for CSV files."""
    rows = []
    for found in comparison.differences:
        plan = comparison.plan(found.plan)
        worst = {} if plan.worst is None else {"at": plan.worst.scope["interval"], "value": plan.worst.value}
        rows.append(
            {
                "base": comparison.base.name,
                **found.as_dict(),
                "plan_verdict": plan.verdict,
                "p_best": plan.p_best,
                "paid_hours": plan.paid_hours,
                "worst_interval": worst.get("at"),
                "worst_interval_value": worst.get("value"),
                "intervals_in_family": comparison.family,
                "confidence": comparison.confidence,
                "seed": comparison.seed,
            }
        )
    return rows
