"""The door: fresh callers of one interval at a time, by (instant, call type, ordinal); memory stays that of an interval."""

from __future__ import annotations

from ccsim.engine.compiled.happened import arrival_area, event_factor, instant_among_pieces, piece_end
from ccsim.engine.compiled.state import OUT_OF_HOURS, bucket_at, fresh_at, instant_at, kind_now, unsorted_at
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.arrivals import calls_while_closed, closed_base, fixed_calls, fresh_calls, instant, instant_of_many, mean_calls
from ccsim.rules.randomness import Luck, arrival_entity, entity_base
from ccsim.rules.tables import call_type_at, demand_at, flow_at, interval_at, recorded_at
from ccsim.vocabulary import EventField

__all__ = ["next_callers"]


@inner
@apart
def next_callers(program: Records, luck: Luck, floor: Records) -> bool:
    """Fills the door with the next interval that has callers; false if it needs more room. Writes fresh, clock."""
    floor.next_at_door = 0
    floor.n_at_door = 0
    floor.n_drawn = 0
    if program.n_recorded > 0:
        return recorded_callers(program, floor)
    while floor.n_at_door == 0 and floor.next_interval < program.n_intervals:
        i = floor.next_interval
        interval = interval_at(program, i)
        if floor.n_counted == i:  # else counted before, when there was no room for them
            count_callers(program, luck, floor, i)
        needed = 0
        for kind in range(program.n_call_types):
            needed += kind_now(floor, kind).n_fresh + kind_now(floor, kind).n_closed
        if needed > floor.n_fresh:
            floor.fresh_needed = needed
            return False
        n = 0
        for kind in range(program.n_call_types):
            n_of_kind = kind_now(floor, kind).n_fresh
            if n_of_kind > 0:
                base = kind_now(floor, kind).first_entity
                start = interval.open_from
                length = interval.open_until - start
                area = kind_now(floor, kind).area
                for ordinal in range(n_of_kind):
                    instant_at(floor, n + ordinal).at = instant_of_many(luck, base, ordinal, start, length)
                if area > 0.0:
                    place_among_pieces(program, luck, floor, kind, i, n)
                for ordinal in range(n_of_kind):
                    caller = unsorted_at(floor, n + ordinal)
                    caller.at = instant_at(floor, n + ordinal).at
                    caller.entity = arrival_entity(base, ordinal)
                    caller.call_type = kind
                n += n_of_kind
        until = interval.open_until
        if program.n_demand > 0:
            n = callers_while_closed(program, luck, floor, i, n)
            until = interval.starts_at + program.interval_length
        if n > 0:
            sort_callers(floor, n, interval.open_from, until)
            if program.n_demand > 0:
                mark_out_of_hours(floor, n, interval.open_until)
        floor.n_at_door = n
        floor.next_interval = i + 1
    return True


@inner
def count_callers(program: Records, luck: Luck, floor: Records, i: int) -> None:
    """How many fresh calls of each type an interval brings, once. Writes kinds, clock."""
    floor.n_counted = i + 1
    interval = interval_at(program, i)
    for kind in range(program.n_call_types):
        volume = flow_at(program, kind * program.n_intervals + i).volume
        now = kind_now(floor, kind)
        now.n_fresh = 0
        if program.n_demand > 0:
            count_while_closed(program, luck, floor, kind, i)
        if volume > 0.0:
            now.first_entity = entity_base(call_type_at(program, kind).name_key, interval.date, interval.ordinal)
            now.n_fresh = n_fresh(program, luck, floor, kind, i, volume)


@inner
@apart
def count_while_closed(program: Records, luck: Luck, floor: Records, kind: int, i: int) -> None:
    """How many of one type dial in the closed part of an interval. Writes kinds."""
    interval = interval_at(program, i)
    call_type = call_type_at(program, kind)
    now = kind_now(floor, kind)
    mean = demand_at(program, kind * program.n_intervals + i).out_of_hours
    now.n_closed = 0
    if mean > 0.0:
        now.first_closed = closed_base(call_type.name_key, interval.date, interval.ordinal)
        mean = mean_calls(luck, program, call_type, interval.date, interval.ordinal, mean)
        now.n_closed = calls_while_closed(luck, now.first_closed, mean)


@inner
@apart
def callers_while_closed(program: Records, luck: Luck, floor: Records, i: int, n: int) -> int:
    """Puts who dials in the closed part of an interval behind the n others; returns how many there are. Writes fresh."""
    interval = interval_at(program, i)
    length = interval.starts_at + program.interval_length - interval.open_until
    for kind in range(program.n_call_types):
        now = kind_now(floor, kind)
        for ordinal in range(now.n_closed):
            caller = unsorted_at(floor, n)
            caller.at = instant(luck, now.first_closed, ordinal, interval.open_until, length)
            caller.entity = arrival_entity(now.first_closed, ordinal)
            caller.call_type = kind
            n += 1
    return n


@inner
@apart
def mark_out_of_hours(floor: Records, n: int, closed_from: float) -> None:
    """Those at the door who dial after the lines have closed will find them so. Writes fresh."""
    for i in range(n):
        if fresh_at(floor, i).at >= closed_from:
            fresh_at(floor, i).recorded = OUT_OF_HOURS


@inner
@apart
def rate_factor(program: Records, floor: Records, kind: int, interval: Records) -> float:
    """Mean factor of events on the rate of one type in an interval. Writes kinds: the area, where the rate changes."""
    start = interval.open_from
    end = interval.open_until
    kind_now(floor, kind).area = 0.0
    if piece_end(program, floor, kind, start, end) >= end:
        return event_factor(program, floor, EventField.ARRIVALS, kind, start)
    area = arrival_area(program, floor, kind, start, end)
    kind_now(floor, kind).area = area
    return area / (end - start)


@inner
@apart
def place_among_pieces(program: Records, luck: Luck, floor: Records, kind: int, i: int, n: int) -> None:
    """Instants of the callers of an interval in which the rate changes, from place `n` on. Writes instants."""
    interval = interval_at(program, i)
    now = kind_now(floor, kind)
    for ordinal in range(now.n_fresh):
        instant_at(floor, n + ordinal).at = instant_among_pieces(
            program, luck, floor, kind, now.first_entity, ordinal, interval.open_from, interval.open_until, now.area
        )


@inner
def n_fresh(program: Records, luck: Luck, floor: Records, kind: int, i: int, volume: float) -> int:
    """How many fresh calls of one type an interval brings. Writes kinds."""
    interval = interval_at(program, i)
    call_type = call_type_at(program, kind)
    base = kind_now(floor, kind).first_entity
    if program.n_occasions > 0:
        volume *= rate_factor(program, floor, kind, interval)
    if program.n_demand > 0:
        demand = demand_at(program, kind * program.n_intervals + i)
        if demand.fixed_share > 0.0:
            now = kind_now(floor, kind)
            if demand.fixed_total > 0.0:
                now.n_left = int(demand.fixed_total)
            n = fixed_calls(luck, base, now.n_left, demand.fixed_share)
            now.n_left -= n
            return n
    return fresh_calls(luck, base, mean_calls(luck, program, call_type, interval.date, interval.ordinal, volume))


@inner
@apart
def recorded_callers(program: Records, floor: Records) -> bool:
    """Fills the door, once, with the recorded callers, who are sorted already. Writes fresh, clock."""
    if floor.next_interval > 0:
        return True
    n = program.n_recorded
    if n > floor.n_fresh:
        floor.fresh_needed = n
        return False
    for i in range(n):
        row = recorded_at(program, i)
        caller = fresh_at(floor, i)
        caller.at = row.at
        caller.entity = arrival_entity(entity_base(call_type_at(program, row.call_type).name_key, 0, -1), row.ordinal)
        caller.call_type = row.call_type
        caller.recorded = i
    floor.n_at_door = n
    floor.next_interval = program.n_intervals
    return True


@inner
def sort_callers(floor: Records, n: int, start: float, end: float) -> None:
    """Stable sort by instant: one bucket a caller, then insertion; linear for uniform instants. Writes fresh, buckets."""
    scale = n / (end - start)
    for b in range(n + 1):
        bucket_at(floor, b).n = 0
    for i in range(n):
        bucket_at(floor, min(int((unsorted_at(floor, i).at - start) * scale), n - 1) + 1).n += 1
    for b in range(n):
        bucket_at(floor, b + 1).n += bucket_at(floor, b).n
    for i in range(n):
        caller = unsorted_at(floor, i)
        bucket = bucket_at(floor, min(int((caller.at - start) * scale), n - 1))
        put(fresh_at(floor, bucket.n), caller.at, caller.entity, caller.call_type)
        bucket.n += 1
    for i in range(1, n):
        caller = fresh_at(floor, i)
        at = caller.at
        if at < fresh_at(floor, i - 1).at:
            entity = caller.entity
            call_type = caller.call_type
            j = i
            while j > 0 and at < fresh_at(floor, j - 1).at:
                before = fresh_at(floor, j - 1)
                put(fresh_at(floor, j), before.at, before.entity, before.call_type)
                j -= 1
            put(fresh_at(floor, j), at, entity, call_type)


@inner
def put(place: Records, at: float, entity: int, call_type: int) -> None:
    """Writes one drawn caller of the door."""
    place.at = at
    place.entity = entity
    place.call_type = call_type
    place.recorded = -1
