"""Whether the problems of customers have cases: who needs authority, who decides by how his problem stands."""

from __future__ import annotations

from ccsim.scenario.decisions import CASE_FACTS, observed_fact
from ccsim.scenario.model import Scenario

__all__ = ["keeps_cases"]


def keeps_cases(scenario: Scenario) -> bool:
    """True if anything in the scenario asks what becomes of a problem."""
    return (
        any(call.needs_authority or call.unresolved for call in scenario.calls.values())
        or any(team.unresolved for team in scenario.agents.values())
        or (scenario.make_it_right.leakage is not None and scenario.make_it_right.leakage.share > 0.0)
        or _decide_by_it(scenario)
    )


def _decide_by_it(scenario: Scenario) -> bool:
    """True if customers decide by how their problem stands, or are asked how content they are."""
    after = scenario.after_contact
    by_case = after.redial is not None and any(
        observed_fact(name).fact in CASE_FACTS and multiplier != 1.0 for name, multiplier in after.redial.odds.items()
    )
    returns = after.return_ is not None and after.return_.share > 0.0 and after.return_.attempts != 0
    leaves = after.leave is not None and after.leave.share > 0.0
    return by_case or returns or leaves or after.satisfaction is not None
