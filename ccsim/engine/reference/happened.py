"""What the events of a replication do at an instant, and how they change the arrivals of an interval: plain lists."""

from __future__ import annotations

from typing import Any, NamedTuple

from ccsim.program.layout import Program, Records
from ccsim.rules.arrivals import instant
from ccsim.rules.events import instant_in_piece, windows
from ccsim.rules.randomness import Luck
from ccsim.vocabulary import EventField

__all__ = ["Happened", "Piece"]


class Piece(NamedTuple):
    """A time in which a call type's rate does not change, and the factor on it."""

    start: float
    end: float
    factor: float


class Happened:
    """The windows of one replication with their effects, in the order of the Program."""

    def __init__(self, program: Program, record: Records, luck: Luck) -> None:
        effects: list[tuple[int, int, float]] = program.effects.tolist()
        self.windows: list[tuple[float, float, list[Any]]] = [
            (float(start), float(end), effects[first : first + n])
            for (start, end), (*_, first, n) in zip(windows(luck, record, program), program.occasions.tolist(), strict=True)
        ]

    def factor(self, field: EventField, target: int, at: float) -> float:
        """Product of what all events under way at an instant do to one field of a call type or queue."""
        factor = 1.0
        for start, end, effects in self.windows:
            if start <= at < end:
                for where, whose, amount in effects:
                    if (where, whose) == (field, target):
                        factor *= amount
        return factor

    def pieces(self, call_type: int, start: float, end: float) -> list[Piece]:
        """An interval cut at the edges of the windows that change the call type's rate."""
        edges = {
            edge
            for begin, until, effects in self.windows
            for edge in (begin, until)
            if start < edge < end and any((where, whose) == (EventField.ARRIVALS, call_type) for where, whose, _ in effects)
        }
        cuts = [start, *sorted(edges), end]
        return [
            Piece(a, b, self.factor(EventField.ARRIVALS, call_type, a)) for a, b in zip(cuts, cuts[1:], strict=False)
        ]  # fmt: skip

    def instant(self, luck: Luck, base: int, ordinal: int, pieces: list[Piece], area: float) -> float:
        """When the `ordinal`-th caller dials: the integral of the rate inverted."""
        left = float(instant(luck, base, ordinal, 0.0, 1.0)) * area
        last = pieces[0].start
        for start, end, factor in pieces:
            if left < factor * (end - start):
                return float(instant_in_piece(start, end, left / factor))
            last = start if factor > 0.0 else last
            left -= factor * (end - start)
        return last
