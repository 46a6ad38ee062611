"""Who calls and when: busyness of the day, number of fresh calls of an interval, the instant of each.

An interval's callers depend on nothing but their own call type, date and interval: not on other types, later intervals or the
horizon. The n-th caller keeps his instant when the volume grows; more callers are added after him in ordinal, not in time.
"""

from __future__ import annotations

import math

from ccsim.jit import inlined, jit
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck, arrival_entity, entity_base, uniform, uniform_of_many
from ccsim.rules.sampling import gamma_quantile, poisson_quantile
from ccsim.vocabulary import Stream

__all__ = ["busyness", "fresh_calls", "instant", "instant_of_many", "type_date_entity"]

_CENTRE = 0x63656E747265  # "centre": the name whose luck a whole day shares


@jit
def type_date_entity(name_key: int, date: int) -> int:
    """Entity of a call type's luck on one date."""
    return entity_base(name_key, date, -2)


@jit
def busyness(luck: Luck, program: Records, call_type: Records, date: int) -> float:
    """Factor on a call type's volume on one date: centre-day times type-day, each gamma with mean 1, or exactly 1."""
    factor = 1.0
    if program.centre_day_shape < math.inf:
        u = uniform(luck, Stream.CENTRE_DAY, type_date_entity(_CENTRE, date), 0)
        factor *= gamma_quantile(program.centre_day_shape, u)
    if call_type.type_day_shape < math.inf:
        u = uniform(luck, Stream.TYPE_DAY, type_date_entity(call_type.name_key, date), 0)
        factor *= gamma_quantile(call_type.type_day_shape, u)
    return factor


@jit
def fresh_calls(luck: Luck, base: int, mean: float) -> int:
    """Number of fresh calls in one interval, Poisson with the given mean; `base` is the interval's `entity_base`."""
    if mean <= 0.0:
        return 0
    return poisson_quantile(mean, uniform(luck, Stream.COUNT, base, 0))


@jit
def instant(luck: Luck, base: int, ordinal: int, start: float, length: float) -> float:
    """When the `ordinal`-th caller of an interval dials, strictly before start + length."""
    return instant_of_many(luck, base, ordinal, start, length)


@inlined
def instant_of_many(luck: Luck, base: int, ordinal: int, start: float, length: float) -> float:
    """The same for loops over ordinals."""
    at = start + uniform_of_many(luck, Stream.INSTANT, arrival_entity(base, ordinal), 0) * length
    if at >= start + length:  # the sum may round up to the next interval's first instant
        return start
    return at
