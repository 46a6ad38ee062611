"""Slots of callers: given back, and the rows their stays will be written to."""

from __future__ import annotations

from ccsim.engine.compiled.state import ROWS_AHEAD, caller_at, fetch_segment
from ccsim.jit import inner
from ccsim.program.layout import Records

__all__ = ["free_slot", "reserve_segment"]


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
    caller.segment_row = 0
    if floor.keep_rows != 0:
        caller.segment_row = floor.n_segment_rows
        fetch_segment(floor, caller.segment_row + ROWS_AHEAD)
        floor.n_segment_rows += 1
