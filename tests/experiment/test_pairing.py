"""What meeting the same callers buys on a whole centre: ten plans for Northgate against the file."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import ccsim

NORTHGATE = Path(__file__).parents[2] / "scenarios" / "northgate" / "northgate.yaml"
PLANS = {
    "one more early": {"agents.tier1.shifts.early": ccsim.plus(1)},
    "two fewer late": {"agents.tier1.shifts.late": ccsim.plus(-2)},
    "tier 2 one more": {"agents.tier2.shifts.early": ccsim.plus(1)},
    "tier 1 also tech": {"agents.tier1.skills.tech": {"prefer": 3, "handle": 1.2}, "queues.tech.teams": ["tier1", "tier2"]},
    "resolution one more": {"agents.resolution.staffing.on_phones": ccsim.plus(1)},
    "more absence": {"agents.tier1.shrinkage.absent": 0.1},
    "expand sooner": {"queues.billing.expand.0.after": "20s"},
    "overflow sooner": {"queues.orders.overflow.0.after": "60s"},
    "longest wait first": {"routing.pick_call": "longest_wait"},
    "shorter billing calls": {"calls.billing.talk": ccsim.times(0.95)},
}


def test_pairing_is_worth_at_least_four_times_the_replications() -> None:
    """Median over ten plans of variance with independent callers / with the same, of the service level and of abandonment."""
    base = ccsim.load(NORTHGATE)
    plans = [base.with_(changes, name=name) for name, changes in PLANS.items()]
    compared = ccsim.compare(base, *plans, reps=10, kpis=["service_level", "abandonment"])
    for kpi in ("service_level", "abandonment"):
        gains = {name: compared.difference(name, kpi).gain for name in PLANS}
        assert None not in gains.values(), gains  # every plan changes something
        assert median(gain for gain in gains.values() if gain is not None) >= 4.0, gains
