"""The way in: lines, IVR ports, and the nodes a caller goes through until he reaches a queue."""

from __future__ import annotations

from ccsim.program.compile import Compiled
from ccsim.report.explain.words import about, joined, law, percent, spoken
from ccsim.scenario import paths, resolve
from ccsim.scenario.ivr import QUEUE
from ccsim.scenario.model import Scenario

__all__ = ["entrance"]


def entrance(scenario: Scenario, compiled: Compiled) -> list[str]:
    """Return what happens to a caller between the dial and his queue."""
    lines = []
    if scenario.lines is None:
        lines.append("There is always a free line.")
    else:
        word = "line carries" if scenario.lines == 1 else "lines carry"
        lines.append(f"{scenario.lines} {word} IVR, waiting and talk; who finds them all in use is blocked.")
    if scenario.ivr is None:
        return [*lines, "No IVR: who gets a line is in his queue at once."]
    if scenario.ivr.ports is not None:
        lines.append(f"{scenario.ivr.ports} IVR ports; who finds them all taken is blocked.")
    nodes = paths.nodes(scenario)
    assert set(compiled.names.ivr_nodes) == set(nodes)
    if len(nodes) > 1:
        lines.append(f"Everybody begins at {paths.start(scenario)}. Each share is of those whom the ones before have left.")
    lines += [line for name in paths.in_order(scenario) for line in _node(scenario, name, nodes[name], alone=len(nodes) == 1)]
    if any(node.misroute > 0 for node in nodes.values()):
        talk = law(paths.misroute_talk(scenario))
        lines.append(f"Who is in a wrong queue waits there, talks with an agent ({talk}) and is passed on to his own.")
    return [*lines, *_ends(scenario)]


def _node(scenario: Scenario, name: str, node: paths.Node, *, alone: bool) -> list[str]:
    """Return one node: how long, and the ways out in the order in which they are asked."""
    parts = []
    if node.hang_up > 0:
        parts.append(f"{percent(node.hang_up)} hang up")
    served = {call: paths.contained_share(node, call) for call in sorted(scenario.calls)}
    shares = dict.fromkeys(share for share in served.values() if share > 0)
    for share in shares:
        whose = [call for call, own in served.items() if own == share]
        of = "" if len(whose) == len(served) else f" of {joined(whose)}"
        parts.append(f"{percent(share)}{of} are served here")
    if node.opt_out > 0:
        parts.append(f"{percent(node.opt_out)} ask for an agent and go to their queue")
    if node.retry_at_most > 0:
        times = "once" if node.retry_at_most == 1 else f"{node.retry_at_most} times"
        parts.append(f"{percent(node.retry)} hear it again, at most {times}")
    parts.append(_onward(node))
    return [f"{'The announcement' if alone else name}: {about(node.time)}; {'; '.join(parts)}."]


def _onward(node: paths.Node) -> str:
    """Return where those go who are left."""
    wrong = f", {percent(node.misroute)} of them to a wrong one" if node.misroute > 0 else ""

    def place(to: str) -> str:
        return f"to their queue{wrong}" if to == QUEUE else f"to {to}"

    if len(node.next) == 1:
        return f"all others go {place(node.next[0][0])}"
    ways = sorted(node.next, key=lambda way: -way[1])
    return "of the others " + joined(f"{percent(share)} go {place(to)}" for to, share in ways)


def _ends(scenario: Scenario) -> list[str]:
    """Return where 100 callers end who enter the IVR, call types that fare alike together."""
    lines: list[str] = []
    walks = {name: paths.walk(scenario, name) for name in sorted(scenario.calls)}
    for one in dict.fromkeys(walk[:5] for walk in walks.values()):
        to_queue, contained, hung_up, misrouted, time = one
        names = [name for name, walk in walks.items() if walk[:5] == one]
        whose = "" if len(names) == len(walks) or len(walks) == 1 else f" of {joined(names)}"
        parts = [f"{100 * contained:.1f} are served by it"] if contained else []
        parts += [f"{100 * hung_up:.1f} hang up in it"] if hung_up else []
        wrong = f" ({100 * misrouted:.1f} of them a wrong one first)" if misrouted else ""
        parts.append(f"{100 * to_queue:.1f} reach a queue{wrong}")
        lines.append(f"Of 100 callers{whose} who enter the IVR {joined(parts)}, after {spoken(time)} in it on average.")
    calls = sum(sum(resolve.mean_calls(scenario, name)) for name in walks if name not in resolve.unsolved(scenario))
    lost = sum(
        sum(resolve.mean_calls(scenario, name)) * (1 - walk.to_queue)
        for name, walk in walks.items()
        if name not in resolve.unsolved(scenario)
    )
    if calls > 0 and len(walks) > 1:
        lines.append(f"Over all types {percent(1 - lost / calls)} of the fresh calls reach a queue.")
    return lines
