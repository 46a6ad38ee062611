"""What the IVR of a scenario does to callers: its nodes in one form, and where callers of one type end, worked out exactly.

The compiler reads the nodes; checks, the textbook figures and what a report says of the IVR read the walk. No draws here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ccsim.scenario import resolve
from ccsim.scenario.ivr import ALL_TYPES, MISROUTE_TALK, QUEUE, IvrNode
from ccsim.scenario.laws import Family, Law
from ccsim.scenario.model import Scenario
from ccsim.vocabulary import MOST_IVR_VISITS

__all__ = ["Node", "Walk", "contained_share", "in_order", "misroute_talk", "nodes", "other_types", "start", "walk"]

ONE_NODE = "ivr"
"""Name of the node that an IVR of one announcement is."""
_NOBODY = 1e-15  # of the callers; what is left of them is not followed any further


class Node(NamedTuple):
    """One node with all it can do to a caller, shares in the order in which they are asked."""

    time: Law
    hang_up: float
    contained: Mapping[str, float]  # by call type, `all` for those not named
    opt_out: float
    misroute: float
    retry: float
    retry_at_most: int
    next: tuple[tuple[str, float], ...]  # node or `queue` and share, sorted by name, without shares of 0


class Walk(NamedTuple):
    """Where a caller of one type ends, and what he goes through: shares of the callers who enter the IVR.

    Attributes
    ----------
    to_queue, contained, hung_up : float
        Shares; what is missing to 1 goes round for ever.
    misrouted : float
        Share, part of `to_queue`, who land in another type's queue first.
    time : float
        Mean time in the IVR, s.
    visits : dict
        Mean number of visits to each node, retries included.
    """

    to_queue: float
    contained: float
    hung_up: float
    misrouted: float
    time: float
    visits: dict[str, float]


def start(scenario: Scenario) -> str:
    """Return the name of the node where callers begin; the scenario must have an IVR."""
    ivr = scenario.ivr
    assert ivr is not None
    if ivr.nodes is None:
        return ONE_NODE
    return ivr.start if ivr.start is not None else next(iter(ivr.nodes))


def nodes(scenario: Scenario) -> dict[str, Node]:
    """Return the nodes by name, sorted; none without an IVR. One announcement is a graph of one node."""
    ivr = scenario.ivr
    if ivr is None:
        return {}
    if ivr.time is not None:
        only = IvrNode.model_construct(time=ivr.time, hang_up=ivr.hang_up, contained=ivr.contained)
        return {ONE_NODE: _node(scenario, only)}
    assert ivr.nodes is not None
    return {name: _node(scenario, node) for name, node in sorted(ivr.nodes.items())}


def _node(scenario: Scenario, node: IvrNode) -> Node:
    retry = node.retry
    return Node(
        time=resolve.law(scenario, node.time),
        hang_up=node.hang_up,
        contained=node.contained,
        opt_out=node.opt_out,
        misroute=node.misroute,
        retry=retry.share if retry else 0.0,
        retry_at_most=retry.at_most if retry and retry.share > 0 else 0,
        next=tuple((to, share) for to, share in sorted(node.next.items()) if share > 0),
    )


def in_order(scenario: Scenario) -> list[str]:
    """Return the names of the nodes as callers meet them: the start, where its shares lead, the largest first, and so on."""
    graph = nodes(scenario)
    found = [start(scenario)] if graph else []
    for name in found:  # grows meanwhile
        found += [to for to, _ in sorted(graph[name].next, key=lambda way: -way[1]) if to != QUEUE and to not in found]
    return found + [name for name in graph if name not in found]


def misroute_talk(scenario: Scenario) -> Law:
    """Return the law of the talk with a misrouted caller; the scenario must have an IVR."""
    assert scenario.ivr is not None
    written = scenario.ivr.misroute_talk
    return Law(Family.EXPONENTIAL, MISROUTE_TALK) if written is None else resolve.law(scenario, written)


def other_types(scenario: Scenario, call_type: str) -> tuple[str, ...]:
    """Return the call types that wait in other queues than this one: where a misrouted caller may land."""
    own = resolve.queue_of(scenario, call_type)
    return tuple(name for name in sorted(scenario.calls) if resolve.queue_of(scenario, name) != own)


def contained_share(node: Node, call_type: str) -> float:
    """Return the share of one call type that a node serves, of those who have not hung up there."""
    return node.contained.get(call_type, node.contained.get(ALL_TYPES, 0.0))


def walk(scenario: Scenario, call_type: str) -> Walk:
    """Return where callers of one type end: the share of them that is anywhere is carried from visit to visit.

    Without an IVR everybody is in the queue at once.
    """
    graph = nodes(scenario)
    if not graph:
        return Walk(1.0, 0.0, 0.0, 0.0, 0.0, {})
    ends = {QUEUE: 0.0, "contained": 0.0, "hung_up": 0.0, "misrouted": 0.0}
    elsewhere = bool(other_types(scenario, call_type))
    visits = dict.fromkeys(graph, 0.0)
    here: dict[tuple[str, int], float] = {(start(scenario), 0): 1.0}
    for _ in range(MOST_IVR_VISITS):
        there: dict[tuple[str, int], float] = {}
        for (name, retries), share in here.items():
            node = graph[name]
            visits[name] += share
            left = share * (1.0 - node.hang_up)
            ends["hung_up"] += share - left
            solved = left * contained_share(node, call_type)
            ends["contained"] += solved
            left -= solved
            ends[QUEUE] += left * node.opt_out
            left -= left * node.opt_out
            if retries < node.retry_at_most:
                there[name, retries + 1] = there.get((name, retries + 1), 0.0) + left * node.retry
                left -= left * node.retry
            for to, part in node.next:
                if to == QUEUE:
                    ends[QUEUE] += left * part
                    ends["misrouted"] += left * part * node.misroute * elsewhere
                else:
                    there[to, 0] = there.get((to, 0), 0.0) + left * part
        here = {place: share for place, share in there.items() if share > _NOBODY}
        if not here:
            break
    time = sum(mean * graph[name].time.mean() for name, mean in visits.items() if mean > 0)
    return Walk(ends[QUEUE], ends["contained"], ends["hung_up"], ends["misrouted"], time, visits)
