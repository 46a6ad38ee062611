"""Slots of callers: given back, and the rows their stays will be written to.

Rows are begun in the order of customers, and nothing has to be sorted in the end, where each has but one; or where the second
is foreseen, and kept, when the first begins.
"""

from __future__ import annotations

from ccsim.engine.compiled.state import GAP, ROWS_AHEAD, caller_at, fetch_segment, segment_at
from ccsim.jit import inner
from ccsim.program.layout import Records

__all__ = ["free_slot", "keep_segment", "reserve_segment"]


@inner
def free_slot(floor: Records, slot: int) -> None:
    """The customer is gone for good. Writes callers, clock."""
    caller_at(floor, slot).customer = -1
    caller_at(floor, slot).next = floor.free_slot
    floor.free_slot = slot
    floor.n_free += 1


@inner
def reserve_segment(floor: Records, slot: int) -> None:
    """Gives the caller's next stay its row. Writes callers, clock."""
    caller = caller_at(floor, slot)
    caller.segment_row = caller.kept_row
    if floor.keep_rows == 0:
        return
    if caller.kept_row != 0:
        caller.kept_row = 0
        floor.n_gaps -= 1
        return
    caller.segment_row = next_segment(floor)
    if caller.segment != 0 or caller.contact != 0:
        floor.n_late_segments += 1


@inner
def keep_segment(floor: Records, slot: int) -> None:
    """Keeps a row for the caller's next stay behind the one it has just got. Writes callers, segments, clock."""
    row = next_segment(floor)
    caller_at(floor, slot).kept_row = row
    segment_at(floor, row).customer = GAP
    floor.n_gaps += 1


@inner
def next_segment(floor: Records) -> int:
    """A row for a stay. Writes clock."""
    row = floor.n_segment_rows
    fetch_segment(floor, row + ROWS_AHEAD)
    floor.n_segment_rows = row + 1
    return row  # type: ignore[no-any-return]
