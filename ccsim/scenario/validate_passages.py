"""Checks of where calls go on to: after a talk to another department, and as what callers dial again.

Called by ``scenario.validate``; reports all it finds.
"""

from __future__ import annotations

from collections.abc import Callable

from ccsim.errors import Refusal, nearest
from ccsim.scenario.document import Path
from ccsim.scenario.model import Scenario

__all__ = ["check_redials", "check_transfers"]

Report = Callable[[Path, Refusal], None]

_SUM_TOLERANCE = 1e-6


def check_transfers(scenario: Scenario, report: Report) -> None:
    """Report transfers to nowhere, to the same call type and no other, or by shares that do not add up."""
    for name, call in scenario.calls.items():
        if call.transfer is None:
            continue
        path: Path = ("calls", name, "transfer", "to")
        several = len(call.transfer.to) > 1
        for to in call.transfer.to:
            here = (*path, to) if several else path
            if to not in scenario.calls:
                report(here, _missing(scenario, to))
            elif to == name and not several and call.transfer.at_most == 1:
                others = ", ".join(sorted(set(scenario.calls) - {name})) or "none: add the call type first"
                report(here, Refusal("E-REF", "a transfer goes to another call type", got=to, allowed=others))
        total = sum(call.transfer.to.values())
        if abs(total - 1.0) > _SUM_TOLERANCE:
            report(path, Refusal("E-PROB-SUM", f"its shares add up to {100 * total:.6g} %, not 100 %"))


def check_redials(scenario: Scenario, report: Report) -> None:
    """Report call types that do not exist, and callers of a log who would dial again as somebody else."""
    redial, path = scenario.after_contact.redial, ("after_contact", "redial")
    if redial is None:
        return
    for key, names in (("by_type", redial.by_type), ("as", redial.as_)):
        for name in names:
            if name not in scenario.calls:
                report((*path, key, name), _missing(scenario, name))
    for name, other in redial.as_.items():
        if other not in scenario.calls:
            report((*path, "as", name), _missing(scenario, other))
    if redial.as_ and scenario.replay is not None:
        what = "callers of a log dial again as they did"
        report((*path, "as"), Refusal("E-BOTH", what, got="replay and as", try_="volumes instead of the log"))


def _missing(scenario: Scenario, name: str) -> Refusal:
    known = sorted(scenario.calls)
    return Refusal(
        "E-REF", "no call type of that name", got=name, allowed=", ".join(known[:20]) or "none", try_=nearest(name, known)
    )
