"""What the front line's authority does under three policies, all at the payroll of the base: the picture of README.md.

``python scenarios/make_it_right/picture.py [--reps 40]`` writes authority.svg and authority.png beside itself. At every limit
so many leads stay as the cases need that still come to them, and the others' pay goes to tier 1; so it is what a planner would
do with a limit, not what it does to a centre that is staffed for another one.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import ccsim
from ccsim.report.plots.overlay import Row, write_panels
from ccsim.scenario import Scenario

HERE = Path(__file__).parent
LIMITS = (0, 10, 25, 40, 50, 75, 100, 150, 200)
KPIS = ("made_right_at_first_contact", "service_level", "cost_per_resolution", "satisfaction")
FEWEST_LEADS = 2
Z90 = NormalDist().inv_cdf(0.9)


def share_above(base: Scenario, limit: float) -> float:
    """Share of the cases that need authority which need more than the limit."""
    cases = above = 0.0
    for call in base.calls.values():
        assert call.volume is not None and call.needs_authority is not None
        total, needs = call.volume["daily"].total, call.needs_authority
        assert total is not None and needs.share is not None and needs.amount is not None and needs.amount.lognormal is not None
        median, p90 = needs.amount.lognormal.median, needs.amount.lognormal.p90
        some = total.calls * needs.share
        cases += some
        above += some * (1.0 - NormalDist(math.log(median), math.log(p90 / median) / Z90).cdf(math.log(max(limit, 1e-9))))
    return above / cases


def with_limit(base: Scenario, what_if: str, limit: float) -> Scenario:
    """The policy with this limit of tier 1, the leads it still needs, and the rest of the payroll in tier 1."""
    shifts = base.agents["leads"].shifts
    assert shifts is not None
    today = sum(count["daily"] for count in shifts.values())
    leads = max(FEWEST_LEADS, math.ceil(today * share_above(base, limit)))
    early = (leads + 1) // 2
    changes: dict[str, Any] = {
        "agents.tier1.authority": limit,
        "agents.leads.shifts": {"early": early, "late": leads - early},
    }
    return base.variant(what_if, changes)


def main() -> None:
    """Compare the policies at every limit with the same callers, and draw four KPIs."""
    parser = argparse.ArgumentParser(description="Draw what the front line's authority does.")
    parser.add_argument("--reps", type=int, default=40)
    parser.add_argument("--into", type=Path, default=HERE)
    given = parser.parse_args()
    base = ccsim.load(HERE / "base.yaml")
    names = {"chain": "as_today", "second person": "second_person"}
    plans = {f"{name} {limit}": with_limit(base, what_if, limit) for name, what_if in names.items() for limit in LIMITS}
    plans["settles"] = base.variant("frontline_settles")
    compared = ccsim.compare(*plans.values(), names=list(plans), kpis=KPIS, reps=given.reps)
    rows = {
        "chain: up one level at a time": Row(compared, [f"chain {limit}" for limit in LIMITS], LIMITS),
        "second person settles everything": Row(compared, [f"second person {limit}" for limit in LIMITS], LIMITS),
        "front line settles everything": Row(compared, ["settles"], (LIMITS[0], LIMITS[-1])),
    }
    write_panels(
        rows,
        KPIS,
        label="What the front line may grant per case, USD",
        title="Who may make it right? Three policies, all at the same payroll",
        paths=[given.into / "authority.svg", given.into / "authority.png"],
    )


if __name__ == "__main__":
    main()
