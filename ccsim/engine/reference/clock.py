"""The clock: SimPy's environment with absolute instants and our order of events at one instant."""

from __future__ import annotations

import math
from heapq import heappush
from typing import Any

import simpy

from ccsim.vocabulary import Event

__all__ = ["Clock"]

_ID_BITS = 48


class Clock(simpy.Environment):
    """SimPy's environment with absolute instants and the tie order of `vocabulary.Event`."""

    def at(self, instant: float, event: Event, entity: int) -> simpy.Event:
        """The event that happens at this instant: by time, then rank of the kind, then id of the entity.

        The instant enters as it is, since now + (instant - now) would round. SimPy's own priorities 0 and 1 lie below all of
        ours, so who is woken resumes before the next event.
        """
        assert self.now <= instant < math.inf, (self.now, instant, event)  # NaN fails, too
        assert 0 <= entity < 1 << _ID_BITS, entity
        moment = simpy.Event(self)
        moment._ok = True
        moment._value = None
        entry: Any = (instant, (event + 1) << _ID_BITS | entity, next(self._eid), moment)
        heappush(self._queue, entry)
        return moment
