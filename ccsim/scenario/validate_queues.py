"""Checks of queues: whose calls, who answers them sooner or later, and where they overflow to.

Called by `scenario.validate`, which says how a check reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ccsim.errors import Refusal, nearest
from ccsim.scenario import resolve
from ccsim.scenario.document import Path
from ccsim.scenario.model import Queue, Scenario
from ccsim.scenario.reach import ability

__all__ = ["check_queues"]

Report = Callable[[Path, Refusal], None]


def check_queues(scenario: Scenario, report: Report) -> None:
    """Report queues without calls, call types without a queue, teams and queues that do not exist, overflows in a circle."""
    owner: dict[str, str] = {}
    overflows = {step.to for queue in scenario.queues.values() for step in queue.overflow}
    for name, queue in scenario.queues.items():
        path: Path = ("queues", name)
        if queue.calls is None:
            report(path, Refusal("E-KEY-MISSING", "needs the key `calls`, since no call type has its name"))
        if queue.calls == () and name not in overflows:
            report(path, Refusal("E-REF", "no call ever waits here", try_="calls: [...], or an overflow to it"))
        for index, call in enumerate(queue.calls or ()):
            if call not in scenario.calls:
                report((*path, "calls", index), _missing("call type", call, scenario.calls))
            elif call in owner:
                what = f"{call} waits in queue {owner[call]} already"
                report((*path, "calls", index), Refusal("E-REF", what))
            owner[call] = name
        _check_teams(scenario, name, queue, report)
        _check_voicemail(queue, (*path, "voicemail"), report)
        for index, step in enumerate(queue.overflow):
            if step.to not in scenario.queues:
                known = sorted({*scenario.queues, *scenario.agents})
                none = Refusal("E-REF", "no queue or team of that name", got=step.to, allowed=", ".join(known[:20]))
                report((*path, "overflow", index, "to"), none)
    for call in scenario.calls:
        if call not in owner and set(owner) <= set(scenario.calls):  # a misspelt name has been told already
            report(("queues",), Refusal("E-REF", f"no queue takes the call type {call}"))
    if all(step.to in scenario.queues for queue in scenario.queues.values() for step in queue.overflow):
        _check_overflows(scenario, report)


def _check_teams(scenario: Scenario, name: str, queue: Queue, report: Report) -> None:
    """Report teams that do not exist or stand twice, and expansions that name nobody new."""
    path: Path = ("queues", name)
    for index, team in enumerate(queue.teams or ()):
        if team not in scenario.agents:
            report((*path, "teams", index), _missing("team", team, scenario.agents))
    if queue.teams is not None and (not queue.teams or len(set(queue.teams)) < len(queue.teams)):
        report((*path, "teams"), Refusal("E-REF", "needs at least one team, each once"))
    for number, step in enumerate(queue.expand):
        for index, team in enumerate(step.to):
            here: Path = (*path, "expand", number, "to", index)
            if team not in scenario.agents:
                report(here, _missing("team", team, scenario.agents))
            elif team in (queue.teams or ()):
                report(here, Refusal("E-REF", "answers this queue from the first moment", got=team))
    if queue.teams is None and not resolve.circles(scenario, name):
        report(path, Refusal("E-REF", "nobody answers this queue"))


def _check_voicemail(queue: Queue, path: Path, report: Report) -> None:
    """Report messages that nobody could ever leave, and two ways of calling the same customers back."""
    if queue.voicemail is None:
        return
    if queue.voicemail.when_full and queue.max_waiting is None:
        report((*path, "when_full"), Refusal("E-KEY-MISSING", "the queue is never full", try_="max_waiting: 20"))
    elif queue.voicemail.when_full and queue.overflow:
        what = f"who finds the queue full goes on to {queue.overflow[0].to}"
        report((*path, "when_full"), Refusal("E-BOTH", what, try_=f"queues.{queue.overflow[0].to}.voicemail"))
    for key, value in queue.voicemail.how().items():
        if value is not None and queue.callback is not None:
            what = f"the queue's `callback` says how customers are called back: leave out `{key}`"
            report((*path, key), Refusal("E-BOTH", what))


def _check_overflows(scenario: Scenario, report: Report) -> None:
    """Report overflows that lead back, or to where nobody is able to take the calls."""
    for name, queue in scenario.queues.items():
        for index, step in enumerate(queue.overflow):
            path: Path = ("queues", name, "overflow", index, "to")
            if name in resolve.overflow_queues(scenario, step.to):
                report(path, Refusal("E-REF", "overflows lead round in a circle", got=f"{name} to {step.to}"))
                return
            for call in queue.calls or ():
                teams = resolve.teams_of(scenario, step.to) if call in scenario.calls else ()
                if teams and all(team in scenario.agents and ability(scenario, team, call) is None for team in teams):
                    report(path, Refusal("E-REF", f"nobody there is able to take {call}", got=step.to))


def _missing(kind: str, name: str, names: Iterable[str]) -> Refusal:
    known = sorted(names)
    return Refusal(
        "E-REF", f"no {kind} of that name", got=name, allowed=", ".join(known[:20]) or "none", try_=nearest(name, known)
    )
