"""The IVR: every stay where the graph leads, every exit one that its node has (I01)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.events import nodes_perhaps_changed
from ccsim.outcomes.audit.stays import contact_key
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import MOST_IVR_VISITS, Outcome, SegmentKind

__all__ = ["check_ivr", "ivr_left_at"]

Table = NDArray[Any]

_QUEUE = -1
_GONE = [Outcome.HUNG_UP, Outcome.CONTAINED]


def ivr_left_at(rows: Rows) -> NDArray[np.float64]:
    """When each contact left the IVR, the end of its last stay there; -inf for one that never entered it."""
    contacts, segments = rows.contacts, rows.segments
    stays = segments[segments["kind"] == SegmentKind.IVR_NODE]
    owner = np.searchsorted(contact_key(contacts), contact_key(stays))
    left = np.full(len(contacts), -np.inf)
    np.maximum.at(left, owner, stays["ended_at"])
    return left


def check_ivr(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication."""
    segments = rows.segments
    in_ivr = segments["kind"] == SegmentKind.IVR_NODE
    if not len(program.ivr_nodes):
        return
    at_start = in_ivr & (segments["place"] == program.settings.ivr_start[0])
    dials = (segments["segment"] == 0) & (segments["kind"] != SegmentKind.CALLBACK)
    complaints.where(dials & ~at_start, "I01", lambda i: f"{_who(segments[i])}: does not begin at the start of the IVR")
    stays = np.flatnonzero(in_ivr)
    _check_exits(program, segments[stays], complaints)
    _check_ways(program, segments, stays, complaints)
    _check_retries(program, segments[stays], complaints)


def _who(row: Any) -> str:
    return f"customer {row['customer']} contact {row['contact']} segment {row['segment']}"


def _check_exits(program: Program, stays: Table, complaints: Complaints) -> None:
    """Nobody leaves a node in a way it does not have, and everybody in the way all do."""
    node, outcome, table = stays["place"], stays["outcome"], program.ivr_nodes
    no_more = stays["segment"] == MOST_IVR_VISITS - 1
    shares = {
        Outcome.HUNG_UP: np.maximum(table.hang_up_share[node], no_more * 0.5),
        Outcome.CONTAINED: program.ivr_contained[node, stays["call_type"]],
        Outcome.OPTED_OUT: table.opt_out_share[node],
        Outcome.RETRIED: np.where(table.retry_at_most[node] > 0, table.retry_share[node], 0.0),
        Outcome.MISROUTED: table.misroute_share[node],
    }

    def say(way: Outcome, what: str) -> Callable[[int], str]:
        return lambda i: f"{_who(stays[i])}: {Outcome(int(outcome[i])).name} at node {node[i]}, where {what} {way.name}"

    earlier = nodes_perhaps_changed(program, stays)
    for way, share in shares.items():
        took = outcome == way
        complaints.where(took & (share <= 0), "I01", say(way, "nobody is"))
        if way not in (Outcome.RETRIED, Outcome.MISROUTED):  # only so often, only who goes to the queue
            complaints.where((share >= 1) & ~took & ~earlier, "I01", say(way, "everybody is"))
        earlier |= took
    complaints.where(stays["segment"] >= MOST_IVR_VISITS, "I01", lambda i: f"{_who(stays[i])}: a visit too many")


def _check_ways(program: Program, segments: Table, stays: NDArray[np.intp], complaints: Complaints) -> None:
    """Who goes on is next where the graph leads him; who is gone is nowhere next."""
    following = np.minimum(stays + 1, len(segments) - 1)
    goes_on = (stays + 1 < len(segments)) & (segments["segment"][following] == segments["segment"][stays] + 1)
    to = np.where(segments["kind"][following] == SegmentKind.IVR_NODE, segments["place"][following], _QUEUE)
    here, outcome = segments["place"][stays], segments["outcome"][stays]
    edges = np.zeros((len(program.ivr_nodes), len(program.ivr_nodes) + 1), bool)  # the last column is the queue
    for node, row in enumerate(program.ivr_nodes):
        edges[node, program.ivr_edges.node[row.first_edge : row.first_edge + row.n_edges]] = True
    legal = edges[here, to]
    legal |= (to == _QUEUE) & (outcome == Outcome.PASSED_ON) & nodes_perhaps_changed(program, segments[stays])
    legal[outcome == Outcome.RETRIED] = (to == here)[outcome == Outcome.RETRIED]
    legal[outcome == Outcome.OPTED_OUT] = (to == _QUEUE)[outcome == Outcome.OPTED_OUT]
    complaints.where(
        np.where(np.isin(outcome, _GONE), goes_on, ~goes_on | ~legal),
        "I01",
        lambda i: (
            f"{_who(segments[stays[i]])}: {Outcome(outcome[i]).name} at node {here[i]}, next "
            + ("nowhere" if not goes_on[i] else f"at node {to[i]}" if to[i] != _QUEUE else "in the queue")
        ),
    )


def _check_retries(program: Program, stays: Table, complaints: Complaints) -> None:
    """No node is heard again more often in a row than it allows."""
    retried = stays["outcome"] == Outcome.RETRIED
    others = np.concatenate(([-1], np.flatnonzero(~retried)))
    place = np.arange(len(stays))
    in_a_row = place - others[np.searchsorted(others, place, "left") - 1]
    most = program.ivr_nodes.retry_at_most[stays["place"]]
    complaints.where(
        retried & (in_a_row > most),
        "I01",
        lambda i: f"{_who(stays[i])}: node {stays['place'][i]} heard again {in_a_row[i]} times in a row, allowed {most[i]}",
    )
