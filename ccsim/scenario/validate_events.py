"""Checks of a scenario's events: names they change, and what cannot be changed there. Called by ``scenario.validate``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ccsim.errors import Refusal, nearest
from ccsim.scenario import paths
from ccsim.scenario.document import Path
from ccsim.scenario.model import Scenario
from ccsim.scenario.occasions import occasions, targets
from ccsim.vocabulary import EventField

__all__ = ["check_events", "doubt_events"]

_KINDS = {EventField.QUEUE: "queue", EventField.NODE: "node of the IVR", EventField.CONTAINED: "node of the IVR"}

Report = Callable[[Path, Refusal], None]


def check_events(scenario: Scenario, report: Report) -> None:
    """Report events that change what does not exist, or what has no rate of its own to be changed."""
    if scenario.events and scenario.run.mode == "steady":
        report(("events",), Refusal("E-MODE", "steady mode has no days on which something could happen"))
    for name, event in scenario.events.items():
        for team in event.off_phones:
            if team not in scenario.agents:
                report(("events", name, "off_phones", team), _missing("team", team, scenario.agents))
        for key, change in event.changes().items():
            path: Path = ("events", name, "set", key)
            kind, names = _KINDS.get(change.field, "call type"), targets(scenario, change.field)
            if change.name != "*" and (change.name or paths.ONE_NODE) not in names:
                report(path, _missing(kind, change.name or "ivr", names))
            elif change.field is EventField.ARRIVALS:
                for call in scenario.calls if change.name == "*" else [change.name]:
                    _check_rate(scenario, call, path, change.is_factor, report)


def _check_rate(scenario: Scenario, name: str, path: Path, is_factor: bool, report: Report) -> None:
    call = scenario.calls[name]
    if scenario.replay is not None:
        report(path, Refusal("E-BOTH", "calls come from the replay: no event brings more of them"))
    elif any(volume.fixed for volume in (call.volume or {}).values()):
        report(path, Refusal("E-BOTH", f"{name} has a fixed number of calls a day", try_="remove `fixed` or the event"))
    elif not is_factor and call.scale == 0:
        report(path, Refusal("E-EVENT", f"{name} has a scale of 0, which no factor changes", try_="{times: 110%}"))


def doubt_events(scenario: Scenario, report: Report) -> None:
    """Report events that never happen within the horizon."""
    happening = {one.event for one in occasions(scenario)} if scenario.events else set()
    for name in scenario.events:
        if name not in happening:
            report(("events", name, "when"), Refusal("W-EVENT", "never happens in the days of the horizon"))


def _missing(kind: str, name: str, names: Iterable[str]) -> Refusal:
    known = sorted(names)
    allowed = ", ".join(known[:20]) or "none"
    return Refusal("E-REF", f"no {kind} of that name", got=name, allowed=allowed, try_=nearest(name, known))
