"""A scenario, compiled -> plain text a planner can proof-read: what the simulation will do, in his words.

`ccsim show --explain` prints it. Who reaches which queue when, and where the nodes of the IVR are, is read from the compiled
tables, the rest from the answers the compiler reads; nothing is simulated. One file for each part of the text.
"""

from __future__ import annotations

import textwrap

from ccsim.program.compile import Compiled, compile_scenario
from ccsim.report.explain.authority import authority, costs
from ccsim.report.explain.back_office import back_office
from ccsim.report.explain.calendar import calendar, closing, spread_lines
from ccsim.report.explain.callers import afterwards, callers
from ccsim.report.explain.entrance import entrance
from ccsim.report.explain.events import events
from ccsim.report.explain.floor import queues, rules
from ccsim.report.explain.people import people
from ccsim.report.explain.words import joined, spoken
from ccsim.report.summary import target_lines
from ccsim.scenario import resolve
from ccsim.scenario.model import Scenario

__all__ = ["explain", "sections"]

_WIDTH = 110


def explain(scenario: Scenario, width: int = _WIDTH) -> str:
    """Return the explanation of a loaded scenario, as text that ends with a line break.

    Parameters
    ----------
    width : int
        Longest line, characters.
    """
    lines = [scenario.name, *textwrap.wrap(scenario.description, width)]
    for title, said in sections(scenario).items():
        lines += ["", title, *(f"  {line}" for line in _wrapped(said, width - 2))]
    return "\n".join(lines) + "\n"


def sections(scenario: Scenario) -> dict[str, list[str]]:
    """Return the explanation by its titles, a sentence to a line; what belongs to the line before begins with blanks."""
    compiled = _compiled(scenario)
    return {
        "Days": calendar(scenario),
        "Calls": callers(scenario),
        "How days differ": spread_lines(scenario),
        "On the way to the queue": entrance(scenario, compiled),
        "Queues": queues(scenario, compiled),
        "Who goes first": rules(scenario, compiled),
        "People": people(scenario),
        "When idle": back_office(scenario),
        "Who may settle what": authority(scenario, compiled),
        "Closing": closing(scenario),
        "Who was not served": afterwards(scenario),
        "Costs": costs(scenario),
        "Events": events(scenario),
        "To be reached": [f"{line}." for line in target_lines(scenario.targets)],
        "What is counted": _counting(scenario),
    }


def _counting(scenario: Scenario) -> list[str]:
    """Return which service level is reported, where calls count, and how often the days are simulated."""
    metrics, run = scenario.metrics.settled, scenario.run
    where = {"arrival": "comes to its queue", "answer": "is answered, or leaves it", "end": "ends"}[metrics.attribute]
    flow_outs = {"include": "count as not served", "met": "count as served if in time", "exclude": "do not count"}
    lines = [
        f"Service level {metrics.service_level}; calls that leave a queue without an answer or hanging up "
        f"{flow_outs[metrics.flow_outs]}.",
        f"Time runs from {'the dial' if metrics.clock == 'arrival' else 'queue entry'}; "
        f"hanging up before {spoken(metrics.short_abandon)} is a short abandon.",
        f"A call counts in the interval in which it {where}.",
    ]
    if metrics.also_within:
        lines.append(f"Also counted: answered within {joined(spoken(t) for t in metrics.also_within)}.")
    return [*lines, f"{run.replications:,} replications, seed {run.seed}; the same callers meet every plan."]


def _wrapped(said: list[str], width: int) -> list[str]:
    """Cut long sentences; what follows stands further in."""
    lines: list[str] = []
    for line in said:
        margin = " " * (len(line) - len(line.lstrip()))
        wrapped = textwrap.wrap(line.strip(), width, initial_indent=margin, subsequent_indent=margin + "  ")
        lines += wrapped
    return lines


def _compiled(scenario: Scenario) -> Compiled:
    """The compiled centre; volumes not solved for yet are taken as fresh calls, since no table told of here depends on them."""
    open_ = resolve.unsolved(scenario)
    calls = dict(scenario.calls)
    for name in open_:
        volumes = calls[name].volume or {}
        fresh = {key: volume.model_copy(update={"counts": "first_calls_at_door"}) for key, volume in volumes.items()}
        calls[name] = calls[name].model_copy(update={"volume": fresh})
    return compile_scenario(scenario.model_copy(update={"calls": calls}) if open_ else scenario)
