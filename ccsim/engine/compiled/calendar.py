"""The calendar: events ordered by (time, rank of the kind, entity id), and nothing else.

Time is cut into slices in which a few events happen. Those of slices begun are in a heap, which finds the first among them;
later ones are parked by slice, in no order, which takes the same time however many there are. A slice is begun when the clock
may reach it. As a later time is never in an earlier slice, the order is that of one heap of all; only the heap remains small.

The heap has four children a node, because a level saved is worth more than the comparisons it adds, and because four fill a
cache line: the table begins on one, and the root is entry 3, so that the children of entry i are 4 (i - 2) and the three
behind it. Entries not in use are later than all events, so that a node that has a child can be taken to have four.

Times are compared as the integers their bits are: those of non-negative numbers have the same order, and time and code
together are one long integer. So the least child is chosen without a branch, which a processor could not foresee.
"""

from __future__ import annotations

import math

from ccsim.engine.compiled.state import (
    FIRST_EVENT,
    N_SLICES,
    NO_EVENT_AT,
    NO_EVENT_CODE,
    SLOT_BITS,
    caller_at,
    event_key_at,
    fetch_caller,
    parked_at,
    slice_at,
)
from ccsim.jit import ENABLED, bits_of, inner, precedes
from ccsim.program.layout import Records
from ccsim.vocabulary import Event

__all__ = ["ENTITY_BITS", "code_of", "is_due", "let_near", "pop", "push"]

ENTITY_BITS = 35
"""Room for 34 thousand million customers in one replication."""

_SLOT_MASK = (1 << SLOT_BITS) - 1
_ENTITY_MASK = (1 << ENTITY_BITS) - 1
_LAST_SLICE = 1e15


@inner
def code_of(event: int, entity: int, slot: int) -> int:
    """Rank, entity id and slot in one word: it orders events of one instant by rank, then id."""
    return (((event << ENTITY_BITS) | int(entity)) << SLOT_BITS) | int(slot)


@inner
def slice_of(floor: Records, at: float) -> int:
    """The slice of time that holds an instant, which may be +inf."""
    return int(min(at * floor.slices_per_second, _LAST_SLICE))


@inner
def push(floor: Records, at: float, code: int) -> None:
    """Enters an event. Writes calendar, clock."""
    if not ENABLED:  # compiled, what may raise makes each of its callers look whether it has
        assert at < math.inf
    floor.n_events += 1
    piece = slice_of(floor, at)
    if piece < floor.next_slice:
        sift_up(floor, bits_of(at), code)
        return
    place = floor.free_parked
    parked = parked_at(floor, place)
    floor.free_parked = parked.next
    parked.at = at
    parked.code = code
    first = slice_at(floor, piece & (N_SLICES - 1))
    parked.next = first.parked
    first.parked = place


@inner
def let_near(floor: Records, at: float) -> None:
    """Begins slices until the first event of the calendar, if not after `at`, is in the heap. Writes calendar, clock."""
    if floor.n_near > 0:  # what is parked is later than whatever is near
        return
    last = slice_of(floor, at)
    if floor.n_events == 0:
        floor.next_slice = max(floor.next_slice, last)
        return
    n = 0
    while floor.n_near == 0 and floor.n_events > 0 and floor.next_slice <= last:
        begin_slice(floor)
        n += 1
        if n == N_SLICES:  # nothing in a whole round: one of these who talk for weeks
            floor.next_slice = min(first_parked(floor), last)
            n = 0


@inner
def first_parked(floor: Records) -> int:
    """The first slice with a parked event."""
    least = int(_LAST_SLICE)
    for piece in range(N_SLICES):
        place = slice_at(floor, piece).parked
        while place >= 0:
            least = min(least, slice_of(floor, parked_at(floor, place).at))
            place = parked_at(floor, place).next
    return least


@inner
def begin_slice(floor: Records) -> None:
    """Lets the events of the next slice into the heap. Writes calendar, clock."""
    piece = floor.next_slice
    floor.next_slice = piece + 1
    first = slice_at(floor, piece & (N_SLICES - 1))
    place = first.parked
    first.parked = -1
    while place >= 0:
        parked = parked_at(floor, place)
        following = parked.next
        if slice_of(floor, parked.at) != piece:  # of a later round through the slices
            parked.next = first.parked
            first.parked = place
        else:
            fetch_caller(floor, parked.code & _SLOT_MASK)
            if is_due(floor, parked.at, parked.code):
                sift_up(floor, bits_of(parked.at), parked.code)
            else:
                floor.n_events -= 1
            parked.next = floor.free_parked
            floor.free_parked = place
        place = following


@inner
def is_due(floor: Records, at: float, code: int) -> bool:
    """False for the end of a patience that no longer matters: the caller was answered, cleared or is gone meanwhile."""
    if code >> (ENTITY_BITS + SLOT_BITS) != Event.ABANDON:
        return True
    caller = caller_at(floor, code & _SLOT_MASK)
    return caller.customer == ((code >> SLOT_BITS) & _ENTITY_MASK) and caller.waiting != 0 and caller.gives_up_at == at


@inner
def pop(floor: Records) -> None:
    """Removes the first event of the heap. Writes calendar, clock."""
    floor.n_events -= 1
    n = floor.n_near - 1
    floor.n_near = n
    last = event_key_at(floor, FIRST_EVENT + n)
    at = last.at
    code = last.code
    last.at = NO_EVENT_AT
    last.code = NO_EVENT_CODE
    if n > 0:
        sift_down(floor, at, code)


@inner
def sift_up(floor: Records, at: int, code: int) -> None:
    """Enters an event of a slice that has begun. Writes calendar, clock."""
    i = FIRST_EVENT + floor.n_near
    floor.n_near += 1
    while i > FIRST_EVENT:
        parent = (i >> 2) + 2
        above = event_key_at(floor, parent)
        if precedes(above.at, above.code, at, code):
            break
        here = event_key_at(floor, i)
        here.at = above.at
        here.code = above.code
        i = parent
    here = event_key_at(floor, i)
    here.at = at
    here.code = code


@inner
def sift_down(floor: Records, at: int, code: int) -> None:
    """Puts an event in the place of the first and lets it sink to where it belongs. Writes calendar."""
    end = FIRST_EVENT + floor.n_near
    i = FIRST_EVENT
    child = 4 * (i - 2)
    while child < end:
        left = child + goes_before(floor, child + 1, child)
        right = child + 2 + goes_before(floor, child + 3, child + 2)
        least = left + (right - left) * goes_before(floor, right, left)
        below = event_key_at(floor, least)
        if precedes(at, code, below.at, below.code):
            break
        here = event_key_at(floor, i)
        here.at = below.at
        here.code = below.code
        i = least
        child = 4 * (i - 2)
    here = event_key_at(floor, i)
    here.at = at
    here.code = code


@inner
def goes_before(floor: Records, i: int, j: int) -> int:
    """1 if entry i goes before entry j, else 0."""
    one = event_key_at(floor, i)
    other = event_key_at(floor, j)
    return precedes(one.at, one.code, other.at, other.code)
