"""What of a scenario is worth turning in a notebook: calls, agents, shrinkage, patience, redials, each as a lever.

A lever is an override by dotted path with a range. `levers_of` offers those that hold for this scenario at both ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ccsim.errors import ScenarioError
from ccsim.scenario import Scenario
from ccsim.scenario.overrides import plus, times

__all__ = ["Lever", "changed", "levers_of"]

_MOST_PLUS = 10


class Lever(NamedTuple):
    """One slider.

    Attributes
    ----------
    path : str
        Dotted, as for ``--set``.
    kind : str
        times, plus or set: what the value does at the path.
    neutral : float
        The value at which the scenario stays as it is.
    percent : bool
        The value is a share or a factor, shown in %.
    """

    label: str
    path: str
    kind: str
    low: float
    high: float
    step: float
    neutral: float
    percent: bool = False

    def override(self, value: float) -> Any:
        """Return what to set at the path."""
        if self.kind == "times":
            return times(value)
        whole = int(value) if float(value).is_integer() and self.step == int(self.step) else value
        return plus(whole) if self.kind == "plus" else whole


def changed(scenario: Scenario, settings: Mapping[Lever, float]) -> Scenario:
    """Return the scenario with every lever set that is not at its neutral value; ScenarioError if it does not hold."""
    overrides = {lever.path: lever.override(value) for lever, value in settings.items() if value != lever.neutral}
    return scenario.with_(overrides, name="as set") if overrides else scenario


def levers_of(scenario: Scenario) -> list[Lever]:
    """Return the levers that hold for this scenario at both ends of their ranges, in the order of the page."""
    return [lever for lever in _candidates(scenario) if _holds(scenario, lever)]


def _holds(scenario: Scenario, lever: Lever) -> bool:
    try:
        for end in (lever.low, lever.high):
            scenario.with_({lever.path: lever.override(end)})
    except ScenarioError:
        return False
    return True


def _candidates(scenario: Scenario) -> Iterator[Lever]:
    yield Lever("Calls", "calls.*.scale", "times", 0.5, 1.5, 0.05, 1.0, True)
    for name, team in sorted(scenario.agents.items()):
        if team.headcount:
            most = min(_MOST_PLUS, _fewest(team.headcount))
            yield Lever(f"Agents of {name}, more or fewer", f"agents.{name}.headcount", "plus", -most, most, 1, 0)
        for shift, staffed in sorted((team.shifts or {}).items()):
            most = min(_MOST_PLUS, _fewest(staffed))
            yield Lever(f"{name}, {shift} shift, more or fewer", f"agents.{name}.shifts.{shift}", "plus", -most, most, 1, 0)
        if team.staffing is not None:
            yield Lever(f"{name} on the phones, more or fewer", f"agents.{name}.staffing.on_phones", "plus", -2, 5, 1, 0)
        if team.capacity:
            most = min(_MOST_PLUS, team.capacity - 1)
            yield Lever(f"Capacity of {name}, more or fewer", f"agents.{name}.capacity", "plus", -most, most, 1, 0)
        if team.shrinkage is not None:
            yield Lever(f"Absence in {name}", f"agents.{name}.shrinkage.absent", "set", 0.0, 0.3, 0.01,
                        float(team.shrinkage.absent), True)  # fmt: skip
    for name, call in sorted(scenario.calls.items()):
        for key, label in (("handle", "Handle time"), ("talk", "Talk time"), ("patience", "Patience")):
            if getattr(call, key) is not None:
                yield Lever(f"{label} of {name}", f"calls.{name}.{key}", "times", 0.5, 1.5, 0.05, 1.0, True)
    if scenario.after_contact.redial is not None:
        share = float(scenario.after_contact.redial.share)
        yield Lever("Unserved callers who redial", "after_contact.redial.share", "set", 0.0, 1.0, 0.05, share, True)


def _fewest(by_day: Mapping[str, int]) -> int:
    return min((n for n in by_day.values() if n), default=0)
