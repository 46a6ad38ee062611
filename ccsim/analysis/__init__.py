"""Analysis: counts in, KPI estimates with intervals out. It reads Program, Outcomes and rules, and never asks an engine.

    from ccsim.analysis import Accumulator, Metrics, Target

    targets = (Target("service_level", at_least=0.8, within=20.0, over="day", on=0.9),)
    acc = Accumulator(program, names, Metrics(service_level="answered_over_offered", flow_outs="include"), targets)
    for counts in counts_of_each_replication:      # in replication order: then the numbers depend on nothing else
        acc.add(counts)
    acc.estimates(0.95)                            # list[Estimate], for DEFAULT_SCOPES
    acc.estimates(0.95, scopes=("queue x interval",), ids=("service_level", "asa"))
    acc.estimates(0.95, every_variant=True)        # every service-level variant, not only the one `Metrics` reports
    acc.verdicts(0.95)                             # list[Verdict], one per target
    acc.day_range("service_level")                 # 10th to 90th percentile of single days: not a simulation error
    acc.n                                          # replications added

`Estimate(id, variant, basis, scope, value, low, high, n, unit, method)`; `estimate.as_dict()` is ready for JSON: None stands
where there is no number, never NaN, and `method` says why there is no interval. `Target`, `Metrics` and `Verdict` are plain
and frozen.

Counts of stored rows: `ccsim.analysis.tabulate.counts_of(program, rows) -> Counts` (the one module here that imports rules/).

What each KPI means, with its formula: `ccsim.analysis.REGISTRY` (dict of id to `Kpi`).

Chapters: `kpi` (the registry), `grid` (counts to sums per scope), `estimate` (ratios of sums and their intervals), `quantile`
(waits by histogram), `accumulate` (what grows with each replication), `targets` (verdicts), `paired` (differences between
plans), `tabulate` (rows to counts).
"""

from __future__ import annotations

from ccsim.analysis.accumulate import Accumulator, DayRange
from ccsim.analysis.estimate import Estimate
from ccsim.analysis.kpi import DEFAULT_SCOPES, SCOPES, Kpi, Metrics, service_level_variant
from ccsim.analysis.registry import REGISTRY
from ccsim.analysis.targets import Target, Verdict

__all__ = [
    "DEFAULT_SCOPES",
    "REGISTRY",
    "SCOPES",
    "Accumulator",
    "DayRange",
    "Estimate",
    "Kpi",
    "Metrics",
    "Target",
    "Verdict",
    "service_level_variant",
]
