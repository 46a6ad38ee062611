"""The calendar: a four-way heap of events ordered by (time, rank of the kind, entity id), and nothing else.

Four children a node, because the levels saved cost less than the comparisons added. The helpers get only their own array.
"""

from __future__ import annotations

import math

from ccsim.jit import inner
from ccsim.program.layout import Records

__all__ = ["ID_BITS", "pop", "push"]

ID_BITS = 48


@inner
def push(calendar: Records, n: int, at: float, code: int, slot: int) -> int:
    """Enters an event into a calendar of `n`; returns n + 1. Writes calendar."""
    assert at < math.inf
    i = n
    while i > 0:
        parent = (i - 1) >> 2
        above = calendar[parent]
        if above.at < at or (above.at == at and above.code < code):
            break
        here = calendar[i]
        here.at = above.at
        here.code = above.code
        here.slot = above.slot
        i = parent
    here = calendar[i]
    here.at = at
    here.code = code
    here.slot = slot
    return n + 1


@inner
def pop(calendar: Records, n: int) -> int:
    """Removes the first event of a calendar of `n`; returns n - 1. Writes calendar."""
    n -= 1
    last = calendar[n]
    at = last.at
    code = last.code
    slot = last.slot
    i = 0
    while True:
        child = 4 * i + 1
        if child >= n:
            break
        least = child
        least_at = calendar[child].at
        for other in range(child + 1, min(child + 4, n)):
            other_at = calendar[other].at
            if other_at < least_at or (other_at == least_at and calendar[other].code < calendar[least].code):
                least = other
                least_at = other_at
        below = calendar[least]
        if least_at > at or (least_at == at and below.code > code):
            break
        here = calendar[i]
        here.at = least_at
        here.code = below.code
        here.slot = below.slot
        i = least
    here = calendar[i]
    here.at = at
    here.code = code
    here.slot = slot
    return n
