"""What the events of this replication do at an instant, and how they change the arrivals of an interval.

The windows are drawn before the kernel starts (`rules.events.windows`). Occasions stand in the order of their earliest starts,
and `first_open` knows for each interval the first whose window ends after its start: so few are looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ccsim.engine.compiled.state import first_open_at, window_at
from ccsim.jit import apart, inner
from ccsim.program.layout import Program, Records
from ccsim.rules.arrivals import instant
from ccsim.rules.events import instant_in_piece
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import effect_at, occasion_at
from ccsim.rules.tally import interval_of
from ccsim.vocabulary import EventField

__all__ = ["arrival_area", "event_factor", "first_open", "instant_among_pieces", "is_closed", "piece_end"]


def first_open(program: Program, windows: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each interval the first occasion whose window ends after its start; as many as there are occasions for none."""
    ends = np.where(windows[:, 0] < np.inf, windows[:, 1], -np.inf)
    still_open = ends[None, :] > np.asarray(program.intervals.starts_at)[:, None]
    return np.where(still_open.any(axis=1), still_open.argmax(axis=1), len(ends)).astype(np.int64)


@inner
@apart
def event_factor(program: Records, floor: Records, field: int, target: int, at: float) -> float:
    """Product of what all events under way at an instant do to one field of a call type or queue."""
    factor = 1.0
    place = first_open_at(floor, interval_of(program, at)).place
    while place < program.n_occasions and occasion_at(program, place).start_from <= at:
        window = window_at(floor, place)
        if window.start <= at < window.end:
            occasion = occasion_at(program, place)
            for number in range(occasion.first_effect, occasion.first_effect + occasion.n_effects):
                effect = effect_at(program, number)
                if effect.field == field and effect.target == target:
                    factor *= effect.amount
        place += 1
    return factor


@inner
@apart
def is_closed(program: Records, floor: Records, field: int, target: int, at: float) -> bool:
    """True if an event keeps the queue or the node closed."""
    return event_factor(program, floor, field, target, at) <= 0.0


@inner
@apart
def piece_end(program: Records, floor: Records, call_type: int, at: float, end: float) -> float:
    """Until when the call type's rate stays as it is from `at` on: the next edge of a window that changes it, at most `end`."""
    place = first_open_at(floor, interval_of(program, at)).place
    while place < program.n_occasions and occasion_at(program, place).start_from < end:
        occasion = occasion_at(program, place)
        changes = False
        for number in range(occasion.first_effect, occasion.first_effect + occasion.n_effects):
            effect = effect_at(program, number)
            if effect.field == EventField.ARRIVALS and effect.target == call_type:
                changes = True
        window = window_at(floor, place)
        if changes and at < window.start < end:
            end = window.start
        if changes and window.start < end and at < window.end < end:
            end = window.end
        place += 1
    return end


@inner
@apart
def arrival_area(program: Records, floor: Records, call_type: int, start: float, end: float) -> float:
    """Integral over an interval of the factor on the call type's rate, s."""
    area = 0.0
    at = start
    while at < end:
        until = piece_end(program, floor, call_type, at, end)
        area += event_factor(program, floor, EventField.ARRIVALS, call_type, at) * (until - at)
        at = until
    return area


@inner
@apart
def instant_among_pieces(
    program: Records, luck: Luck, floor: Records, call_type: int, base: int, ordinal: int, start: float, end: float, area: float
) -> float:
    """When the `ordinal`-th caller of an interval dials whose rate changes inside: by inverting the integral of the rate."""
    left = instant(luck, base, ordinal, 0.0, 1.0) * area
    at = start
    last = start
    while at < end:
        until = piece_end(program, floor, call_type, at, end)
        factor = event_factor(program, floor, EventField.ARRIVALS, call_type, at)
        if left < factor * (until - at):
            return instant_in_piece(at, until, left / factor)
        if factor > 0.0:
            last = at
        left -= factor * (until - at)
        at = until
    return last
