"""Checks of authority: levels that exist, amounts that can be granted, and somebody who may.

Called by ``scenario.validate``; reports all it finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ccsim.errors import Refusal, nearest
from ccsim.scenario.document import Path
from ccsim.scenario.model import Scenario

__all__ = ["check_authority", "doubt_authority"]

Report = Callable[[Path, Refusal], None]


def check_authority(scenario: Scenario, report: Report) -> None:
    """Report levels that do not exist, and cases that need an unlimited amount."""
    levels = scenario.authority_levels
    for name, team in scenario.agents.items():
        if isinstance(team.authority, str) and team.authority not in levels:
            report(("agents", name, "authority"), _missing(team.authority, levels))
    for name, call in scenario.calls.items():
        needed = call.needs_authority
        for level in (needed.by_level or {}) if needed is not None else {}:
            path: Path = ("calls", name, "needs_authority", "by_level", level)
            if level not in levels:
                report(path, _missing(level, levels))
            elif levels[level] == math.inf:
                what = "no case needs an unlimited amount"
                report(path, Refusal("E-NUM-RANGE", what, got=level, try_="a level with an amount, such as {director: 1000}"))


def doubt_authority(scenario: Scenario, report: Report) -> None:
    """Report cases that need authority where nobody has any, and rules for cases that there are none of."""
    levels = scenario.authority_levels
    needed = [name for name, call in scenario.calls.items() if call.needs_authority is not None]
    written = [team.authority for team in scenario.agents.values() if team.authority is not None]
    has_any = any((levels[limit] if isinstance(limit, str) else limit) > 0.0 for limit in written)
    if needed and not has_any and scenario.make_it_right.policy != "frontline_settles":
        what = "nobody may grant anything, so every case that needs it is refused"
        report(("calls", needed[0], "needs_authority"), Refusal("W-AUTHORITY", what, try_="agents: {a: {authority: 50}}"))
    if written and not needed and scenario.make_it_right.leakage is None:
        what = "no case needs authority: it changes nothing"
        report(("agents",), Refusal("W-AUTHORITY", what, try_="calls.a.needs_authority: {share: 40%, amount: 50}"))


def _missing(name: str, levels: dict[str, float]) -> Refusal:
    known = sorted(levels)
    return Refusal(
        "E-REF",
        "no authority level of that name",
        got=name,
        allowed=", ".join(known[:20]) or "none: add authority_levels",
        try_=nearest(name, known),
    )
