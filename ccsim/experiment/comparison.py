"""What a comparison leaves behind: plans as they stand, their differences from the base in pairs, and which one is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from ccsim.analysis import Accumulator, Estimate, Target, Verdict
from ccsim.scenario import Scenario

__all__ = ["Comparison", "Difference", "Key", "Plan"]


class Key(NamedTuple):
    """A KPI of the centre over the run; the variant of days in target names the goal."""

    id: str
    variant: str
    basis: str


class Difference(NamedTuple):
    """One KPI of one plan against the base, over the same replications.

    Attributes
    ----------
    base_value, plan_value : float or None
        In the KPI's unit; shares are fractions.
    value, low, high : float or None
        Plan - base, with an interval that holds together with all others of the comparison; None where there is no number.
    n : int
        Replications.
    verdict : str
        better or worse where the KPI has a direction, higher or lower where it has none, "no difference shown", "no difference
        that matters" (with a margin), or "identical".
    range : str or None
        Inside, outside or undecided: the plan against a target that is a range.
    margin : float or None
        Differences up to here do not matter.
    gain : float or None
        Variance of the difference with independent callers / with the same ones.
    method : str
    """

    plan: str
    id: str
    variant: str
    basis: str
    unit: str
    base_value: float | None
    plan_value: float | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: str
    range: str | None
    margin: float | None
    gain: float | None
    method: str

    @property
    def key(self) -> Key:
        """The KPI it is of."""
        return Key(self.id, self.variant, self.basis)

    def as_dict(self) -> dict[str, Any]:
        """The fields in order, ready for JSON."""
        return self._asdict()


@dataclass(frozen=True)
class Plan:
    """One plan on its own.

    Attributes
    ----------
    estimates : dict of Key to Estimate
        The compared KPIs, each with its own interval.
    targets : list of Verdict
        On the base's targets.
    worst : Estimate or None
        The interval furthest from the first target; of a steady run None.
    paid_hours : float
        Agent hours paid per operating day (of a steady run: in all of it).
    p_best : float or None
        Probability that this plan is the best of all in `Comparison.best_by`.
    identical : bool
        True if every row of every replication is that of the base, and so is every KPI compared.
    """

    name: str
    scenario: Scenario
    digest: str
    estimates: dict[Key, Estimate]
    targets: list[Verdict]
    worst: Estimate | None
    paid_hours: float
    p_best: float | None
    identical: bool
    accumulator: Accumulator

    @property
    def verdict(self) -> str:
        """Missed if any target is missed, undecided if any is; met, or empty without targets."""
        found = {verdict.verdict for verdict in self.targets}
        return next((word for word in ("missed", "undecided", "met") if word in found), "")


@dataclass(frozen=True)
class Comparison:
    """Plans that met the same callers; the first is the base.

    Attributes
    ----------
    plans : tuple of Plan
    differences : tuple of Difference
        Plan by plan, KPIs in the same order.
    keys : tuple of Key
        The compared KPIs.
    best_by : Key
        What the best plan is best in.
    yardstick : Target
        The first target with a direction: what days and intervals are judged by.
    replications : int
        Finished by every plan; fewer than asked for when `interrupted`.
    confidence : float
        That all intervals of `differences` hold together.
    family : int
        Number of those intervals: plans but the base x KPIs (Bonferroni).
    notes : list of str
        What a reader must know: a plan's own targets that were not used, and the like.
    """

    plans: tuple[Plan, ...]
    differences: tuple[Difference, ...]
    keys: tuple[Key, ...]
    best_by: Key
    yardstick: Target
    engine: str
    seed: int
    replications: int
    confidence: float
    family: int
    notes: list[str]
    elapsed: float
    interrupted: bool = False

    def __repr__(self) -> str:
        """The plans and what is shown of each in the KPI they are ranked by."""
        shown = [f"{d.plan!r} {d.verdict}" for d in self.differences if d.key == self.best_by]
        return f"Comparison({self.base.name!r} against {', '.join(shown)}; {self.replications} replications)"

    def _repr_html_(self) -> str:
        return str(import_module("ccsim.report.notebook").html_of(self))

    def plot(self, kpi: str = "", **options: Any) -> Any:
        """Draw the plans against the base in one KPI and return the axes; see `ccsim.report.plots.paired`."""
        return import_module("ccsim.report.plots.paired").differences(self, kpi, **options)

    @property
    def base(self) -> Plan:
        """The plan the others are compared with."""
        return self.plans[0]

    def plan(self, name: str) -> Plan:
        """Return a plan by its name; KeyError with the names there are."""
        for plan in self.plans:
            if plan.name == name:
                return plan
        raise KeyError(f"no plan {name!r}; have {', '.join(plan.name for plan in self.plans)}")

    def difference(self, plan: str, kpi: str, basis: str = "") -> Difference:
        """Return the difference of a KPI, its first threshold where it has several; KeyError with what there is."""
        self.plan(plan)
        for found in self.differences:
            if (found.plan, found.id) == (plan, kpi) and basis in ("", found.basis):
                return found
        raise KeyError(f"no difference of {kpi!r}; have {', '.join(dict.fromkeys(key.id for key in self.keys))}")

    def of(self, plan: str) -> Sequence[Difference]:
        """Return all differences of a plan."""
        return [found for found in self.differences if found.plan == plan]
