"""What happens to a caller in a node of the IVR: how long he is there, and how he leaves it.

Every stay at a node has luck of its own, keyed to the caller, the contact and the stay: who hears a menu again may do better.
"""

from __future__ import annotations

from ccsim.jit import jit
from ccsim.program.layout import Records
from ccsim.rules.callers import visit_of
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.rules.tables import call_type_at, contained_at, ivr_edge_at, ivr_node_at
from ccsim.vocabulary import MOST_IVR_VISITS, Outcome, Stream

__all__ = ["GONE", "TO_QUEUE", "misrouted_to", "node_time", "way_out"]

TO_QUEUE = -1
GONE = -2
"""What `way_out` returns instead of a node."""


@jit
def node_time(luck: Luck, program: Records, node: int, entity: int, contact: int, segment: int) -> float:
    """Time of the contact's `segment`-th stay (from 0) at a node, s."""
    u = uniform(luck, Stream.IVR_TIME, entity, visit_of(contact) | int(segment))
    return sample(program, ivr_node_at(program, node).time_law, u)


@jit
def way_out(
    luck: Luck,
    program: Records,
    node: int,
    call_type: int,
    entity: int,
    contact: int,
    segment: int,
    retries: int,
    contained_factor: float = 1.0,
) -> tuple[int, int]:
    """How a stay at a node ends, and where it leads: a node, `TO_QUEUE` or `GONE`.

    Asked in this order, each of those who are left: hanging up, being served, opting out, hearing the node again (at most
    `retry_at_most` times, `retries` of them done), going on; of those whom that leads to the queue some are misrouted. An event
    multiplies the share served by `contained_factor`. Nobody visits more than `MOST_IVR_VISITS` nodes: he hangs up.
    """
    here = ivr_node_at(program, node)
    visit = visit_of(contact) | int(segment)
    if here.hang_up_share > 0.0 and uniform(luck, Stream.IVR_HANG_UP, entity, visit) < here.hang_up_share:
        return Outcome.HUNG_UP, GONE
    contained = contained_at(program, node * program.n_call_types + call_type).value * contained_factor
    if contained > 0.0 and uniform(luck, Stream.IVR_CONTAINED, entity, visit) < contained:
        return Outcome.CONTAINED, GONE
    if here.opt_out_share > 0.0 and uniform(luck, Stream.IVR_OPT_OUT, entity, visit) < here.opt_out_share:
        return Outcome.OPTED_OUT, TO_QUEUE

    outcome = Outcome.PASSED_ON
    goes_to = next_node(luck, program, here, entity, visit)
    if goes_to == TO_QUEUE and misrouted_to(luck, program, node, call_type, entity, contact, segment) >= 0:
        outcome = Outcome.MISROUTED
    if retries < here.retry_at_most and uniform(luck, Stream.IVR_RETRY, entity, visit) < here.retry_share:
        outcome = Outcome.RETRIED
        goes_to = node
    if goes_to != TO_QUEUE and segment + 1 >= MOST_IVR_VISITS:
        return Outcome.HUNG_UP, GONE
    return outcome, goes_to


@jit
def next_node(luck: Luck, program: Records, here: Records, entity: int, visit: int) -> int:
    """Where a node leads a caller who goes on: a node or `TO_QUEUE`."""
    edge = here.first_edge
    if here.n_edges > 1:
        u = uniform(luck, Stream.IVR_NEXT, entity, visit)
        while u >= ivr_edge_at(program, edge).up_to:
            edge += 1
    return ivr_edge_at(program, edge).node


@jit
def misrouted_to(luck: Luck, program: Records, node: int, call_type: int, entity: int, contact: int, segment: int) -> int:
    """Call type in whose queue a caller lands by mistake where this node leads him to his own, each alike; -1 for none."""
    share = ivr_node_at(program, node).misroute_share
    if share <= 0.0:
        return -1
    visit = visit_of(contact) | int(segment)
    if uniform(luck, Stream.IVR_MISROUTE, entity, visit) >= share:
        return -1
    own = call_type_at(program, call_type).queue
    found = -1
    least = 1.0
    for other in range(program.n_call_types):
        kind = call_type_at(program, other)
        if kind.queue != own:
            # Each queue draws lots of its own, so that a new call type takes callers but leaves the others where they land.
            lot = uniform(luck, Stream.IVR_MISROUTE, int(entity) ^ int(kind.name_key), visit)
            if lot < least:
                least = lot
                found = other
    return found
