"""Checks of the IVR: names that exist, nodes that callers reach, and a way out of every one of them.

A chapter of ``scenario.validate``, with its `report`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ccsim.errors import Refusal, nearest
from ccsim.scenario import paths
from ccsim.scenario.document import Path
from ccsim.scenario.ivr import ALL_TYPES, QUEUE, Ivr
from ccsim.scenario.model import Scenario
from ccsim.vocabulary import MOST_IVR_VISITS

__all__ = ["check_ivr", "check_ways_out", "doubt_misroutes"]

Report = Callable[[Path, Refusal], None]

_SUM_TOLERANCE = 1e-6
_LOST = 1e-6  # share of callers that may still walk about after the most visits a contact can have


def check_ivr(scenario: Scenario, report: Report) -> None:
    """Report names of nodes and call types that do not exist, and nodes nobody is led to."""
    ivr = scenario.ivr
    if ivr is None:
        return
    _check_types(scenario, ("ivr", "contained"), ivr.contained, report)
    if ivr.nodes is None:
        return
    if QUEUE in ivr.nodes:
        report(
            ("ivr", "nodes", QUEUE), Refusal("E-NAME", "is the way to the caller's own queue", got=QUEUE, try_="another name")
        )
    exists = True
    if ivr.start is not None and ivr.start not in ivr.nodes:
        report(("ivr", "start"), _missing(ivr.start, ivr.nodes))
        exists = False
    for name, node in ivr.nodes.items():
        _check_types(scenario, ("ivr", "nodes", name, "contained"), node.contained, report)
        total = sum(node.next.values())
        if abs(total - 1.0) > _SUM_TOLERANCE:
            what = f"the shares of next add up to {100 * total:.6g} %, not 100 %"
            report(("ivr", "nodes", name, "next"), Refusal("E-PROB-SUM", what))
        for to in node.next:
            if to != QUEUE and to not in ivr.nodes:
                report(("ivr", "nodes", name, "next", to), _missing(to, [*ivr.nodes, QUEUE]))
                exists = False
    if exists:
        _check_reached(scenario, ivr, report)


def _missing(name: str, names: Iterable[str]) -> Refusal:
    known = sorted(names)
    return Refusal("E-REF", "no node of that name", got=name, allowed=", ".join(known[:20]), try_=nearest(name, known))


def _check_types(scenario: Scenario, path: Path, contained: Iterable[str], report: Report) -> None:
    for name in contained:
        if name != ALL_TYPES and name not in scenario.calls:
            known = sorted(scenario.calls)
            refusal = Refusal(
                "E-REF", "no call type of that name", got=name, allowed=", ".join(known[:20]), try_=nearest(name, known)
            )
            report((*path, name), refusal)


def _check_reached(scenario: Scenario, ivr: Ivr, report: Report) -> None:
    """Report nodes no way leads to, whatever its share: a share of 0 may be meant for a what-if."""
    assert ivr.nodes is not None
    reached, ahead = set[str](), [paths.start(scenario)]
    while ahead:
        name = ahead.pop()
        if name in reached or name not in ivr.nodes:
            continue
        reached.add(name)
        ahead += ivr.nodes[name].next
    for name in ivr.nodes:
        if name not in reached and name != QUEUE:
            what = f"nobody gets there: no way leads from {paths.start(scenario)} to it"
            report(("ivr", "nodes", name), Refusal("E-IVR-UNREACHED", what, try_="a share in some node's next, or remove it"))


def check_ways_out(scenario: Scenario, report: Report) -> None:
    """Report where callers would go round for ever; for scenarios in which `check_ivr` found nothing."""
    if scenario.ivr is None or scenario.ivr.nodes is None:
        return
    for call_type in scenario.calls:
        trapped = _trapped(scenario, call_type)
        if trapped is not None:
            what = f"callers of {call_type} go round for ever: {_round_trip(scenario, trapped)}"
            try_ = "a share of hang_up, contained or opt_out, or queue in next"
            report(("ivr", "nodes", trapped), Refusal("E-IVR-LOOP", what, try_=try_))
            return
        walked = paths.walk(scenario, call_type)
        lost = 1.0 - walked.to_queue - walked.contained - walked.hung_up
        if lost > _LOST:
            what = f"{100 * lost:.3g} % of the callers of {call_type} would visit more than {MOST_IVR_VISITS:,} nodes"
            report(("ivr", "nodes"), Refusal("E-IVR-LOOP", what, try_="a smaller share back"))
            return


def doubt_misroutes(scenario: Scenario, report: Report) -> None:
    """Report nodes that misroute nobody: none of their callers goes to the queue, or there is only one queue."""
    for name, node in paths.nodes(scenario).items():
        here: Path = ("ivr", "nodes", name, "misroute")
        if node.misroute > 0 and not any(to == QUEUE for to, _ in node.next):
            what = "misroutes nobody: no caller goes to the queue from here"
            report(here, Refusal("W-MISROUTE", what, try_="misroute at the node before the queue"))
        elif node.misroute > 0 and not any(paths.other_types(scenario, call_type) for call_type in scenario.calls):
            report(here, Refusal("W-MISROUTE", "misroutes nobody: there is only one queue"))


def _trapped(scenario: Scenario, call_type: str) -> str | None:
    """Return a node that callers of this type reach and from which no way leads out, None if there is none."""
    graph = paths.nodes(scenario)
    out = {name for name in graph if _leaves(graph[name], call_type)}
    grows = True
    while grows:
        more = {name for name in graph if name not in out and any(to in out for to, _ in graph[name].next)}
        grows = bool(more)
        out |= more
    visits = paths.walk(scenario, call_type).visits
    return next((name for name in graph if name not in out and visits[name] > 0), None)


def _leaves(node: paths.Node, call_type: str) -> bool:
    exits = (node.hang_up, paths.contained_share(node, call_type), node.opt_out)
    return any(exits) or any(to == QUEUE for to, _ in node.next)


def _round_trip(scenario: Scenario, first: str) -> str:
    """Return the nodes from one on, in words, until one comes again."""
    graph, seen = paths.nodes(scenario), [first]
    while True:
        following = graph[seen[-1]].next[0][0]
        seen.append(following)
        if following in seen[:-1]:
            return " -> ".join(seen[seen.index(following) :])
