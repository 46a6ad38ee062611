"""The calendar: a four-way heap of events ordered by (time, rank of the kind, entity id), and nothing else.

Four children a node, because a level saved is worth more than the comparisons it adds.
"""

from __future__ import annotations

import math

from ccsim.engine.compiled.state import SLOT_BITS, event_at
from ccsim.jit import inner
from ccsim.program.layout import Records

__all__ = ["ENTITY_BITS", "code_of", "pop", "push"]

ENTITY_BITS = 35
"""Room for 34 thousand million customers in one replication."""


@inner
def code_of(event: int, entity: int, slot: int) -> int:
    """Rank, entity id and slot in one word: it orders events of one instant by rank, then id."""
    return (((event << ENTITY_BITS) | int(entity)) << SLOT_BITS) | int(slot)


@inner
def push(floor: Records, at: float, code: int) -> None:
    """Enters an event. Writes calendar, clock."""
    assert at < math.inf
    i = floor.n_events
    floor.n_events = i + 1
    while i > 0:
        parent = (i - 1) >> 2
        above = event_at(floor, parent)
        if above.at < at or (above.at == at and above.code < code):
            break
        here = event_at(floor, i)
        here.at = above.at
        here.code = above.code
        i = parent
    here = event_at(floor, i)
    here.at = at
    here.code = code


@inner
def pop(floor: Records) -> None:
    """Removes the first event. Writes calendar, clock."""
    n = floor.n_events - 1
    floor.n_events = n
    last = event_at(floor, n)
    at = last.at
    code = last.code
    i = 0
    child = 1
    while child < n:
        # The least of the children by time is chosen without branches, which a processor could not foresee; equal times
        # are rare, so their branch is foreseen.
        least = child
        least_at = event_at(floor, child).at
        for other in range(child + 1, min(child + 4, n)):
            other_at = event_at(floor, other).at
            if other_at == least_at and event_at(floor, other).code < event_at(floor, least).code:
                least = other
            earlier = other_at < least_at
            least = other if earlier else least
            least_at = other_at if earlier else least_at
        below = event_at(floor, least)
        if least_at > at or (least_at == at and below.code > code):
            break
        here = event_at(floor, i)
        here.at = least_at
        here.code = below.code
        i = least
        child = 4 * i + 1
    here = event_at(floor, i)
    here.at = at
    here.code = code
