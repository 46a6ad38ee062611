"""Who calls and when: busyness of the day, number of fresh calls of an interval, the instant of each.

An interval's callers depend on nothing but their own call type, date and interval: not on other types, later intervals or the
horizon. The n-th caller keeps his instant when the volume grows; more callers are added after him in ordinal, not in time.
"""

from __future__ import annotations

import math

from ccsim.jit import jit, of_many
from ccsim.program.layout import Records
from ccsim.rules.normal import normal_quantile
from ccsim.rules.randomness import Luck, arrival_entity, entity_base, uniform, uniform_of_many
from ccsim.rules.sampling import binomial_quantile, gamma_quantile, poisson_quantile
from ccsim.vocabulary import Stream

__all__ = [
    "busyness",
    "calls_while_closed",
    "closed_base",
    "fixed_calls",
    "fresh_calls",
    "instant",
    "instant_of_many",
    "mean_calls",
    "type_date_entity",
]

_SQRT_HALF = math.sqrt(0.5)
_OUT_OF_HOURS = 1 << 20
"""More than a day has intervals."""
_LEAST_LEVEL = 2.0**-53
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
def forecast_error(luck: Luck, call_type: Records) -> float:
    """Factor by which the forecast of a call type is off, the whole replication long: gamma with mean 1, or exactly 1."""
    if call_type.forecast_shape <= 0.0:
        return 1.0
    u = uniform(luck, Stream.FORECAST_ERROR, type_date_entity(call_type.name_key, 0), 0)
    return gamma_quantile(call_type.forecast_shape, u)


@jit
def _level_within_day(luck: Luck, own: float, name_key: int, date: int, ordinal: int, of_day: float) -> float:
    """Quantile level of an interval: normal scores of the day and of its own, `own` of the variance, back to a level."""
    of_interval = uniform(luck, Stream.WITHIN_DAY, entity_base(name_key, date, ordinal), 0)
    score = math.sqrt(1.0 - own) * normal_quantile(of_day) + math.sqrt(own) * normal_quantile(of_interval)
    return min(max(0.5 * math.erfc(-score * _SQRT_HALF), _LEAST_LEVEL), 1.0 - _LEAST_LEVEL)


@jit
def busyness_within_day(luck: Luck, program: Records, call_type: Records, date: int, ordinal: int) -> float:
    """As `busyness`, but each interval with a factor of its own, correlated within the day by a normal copula."""
    own = program.within_day_share
    factor = 1.0
    if program.centre_day_shape < math.inf:
        u = uniform(luck, Stream.CENTRE_DAY, type_date_entity(_CENTRE, date), 0)
        u = _level_within_day(luck, own, _CENTRE, date, ordinal, u)
        factor *= gamma_quantile(program.centre_day_shape, u)
    if call_type.type_day_shape < math.inf:
        u = uniform(luck, Stream.TYPE_DAY, type_date_entity(call_type.name_key, date), 0)
        u = _level_within_day(luck, own, call_type.name_key, date, ordinal, u)
        factor *= gamma_quantile(call_type.type_day_shape, u)
    return factor


@jit
def mean_calls(luck: Luck, program: Records, call_type: Records, date: int, ordinal: int, volume: float) -> float:
    """Mean number of fresh calls of an interval in this replication: the volume, how busy it is and how wrong the forecast."""
    if program.within_day_share <= 0.0:
        volume *= busyness(luck, program, call_type, date)
    else:
        volume *= busyness_within_day(luck, program, call_type, date, ordinal)
    if call_type.forecast_shape > 0.0:
        volume *= forecast_error(luck, call_type)
    return volume


@jit
def closed_base(name_key: int, date: int, ordinal: int) -> int:
    """Entity of the first who dials in the closed part of an interval: none of those who dial while it is open."""
    return entity_base(name_key, date, _OUT_OF_HOURS + int(ordinal))


@jit
def calls_while_closed(luck: Luck, base: int, mean: float) -> int:
    """Number of calls in the closed part of one interval, Poisson with the given mean; `base` is its `closed_base`."""
    if mean <= 0.0:
        return 0
    return poisson_quantile(mean, uniform(luck, Stream.OUT_OF_HOURS, base, 0))


@jit
def fixed_calls(luck: Luck, base: int, left: int, share: float) -> int:
    """How many of the `left` calls of a day come in an interval that has this share of what is left, binomial."""
    return binomial_quantile(left, share, uniform(luck, Stream.COUNT, base, 0))


@jit
def fresh_calls(luck: Luck, base: int, mean: float) -> int:
    """Number of fresh calls in one interval, Poisson with the given mean; `base` is the interval's `entity_base`."""
    if mean <= 0.0:
        return 0
    return poisson_quantile(mean, uniform(luck, Stream.COUNT, base, 0))


@jit
def instant(luck: Luck, base: int, ordinal: int, start: float, length: float) -> float:
    """When the `ordinal`-th caller of an interval dials, strictly before start + length."""
    at = start + uniform(luck, Stream.INSTANT, arrival_entity(base, ordinal), 0) * length
    if at >= start + length:  # the sum may round up to the next interval's first instant
        return start
    return at


instant_of_many = of_many(instant, uniform=uniform_of_many)
"""`instant` in loops over ordinals."""
