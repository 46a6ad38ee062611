"""The door: fresh callers of one interval at a time, sorted by (instant, call type, ordinal), so memory stays that of an interval."""

from __future__ import annotations

from ccsim.engine.compiled.state import Floor
from ccsim.jit import inner
from ccsim.program.layout import Program, Records
from ccsim.rules.arrivals import busyness, fresh_calls, instant
from ccsim.rules.randomness import Luck, arrival_entity, entity_base

__all__ = ["next_callers"]


@inner
def next_callers(program: Program, luck: Luck, floor: Floor) -> bool:
    """Fills the door with the next interval that has callers; false if it needs more room. Writes fresh, clock."""
    clock = floor.clock[0]
    clock.next_fresh = 0
    clock.n_fresh = 0
    if program.settings[0].n_recorded > 0:
        return recorded_callers(program, floor)
    while clock.n_fresh == 0 and clock.next_interval < program.intervals.shape[0]:
        i = clock.next_interval
        interval = program.intervals[i]
        needed = 0
        for kind in range(program.call_types.shape[0]):
            if program.volume[kind, i] > 0.0:
                needed += n_fresh(program, luck, kind, i)
        if needed > floor.fresh.shape[0]:
            clock.fresh_needed = needed
            return False
        n = 0
        for kind in range(program.call_types.shape[0]):
            if program.volume[kind, i] > 0.0:
                base = entity_base(program.call_types[kind].name_key, interval.date, interval.ordinal)
                length = interval.open_until - interval.open_from
                for ordinal in range(n_fresh(program, luck, kind, i)):
                    caller = floor.unsorted[n]
                    caller.at = instant(luck, base, ordinal, interval.open_from, length)
                    caller.entity = arrival_entity(base, ordinal)
                    caller.call_type = kind
                    caller.recorded = -1
                    n += 1
        sort_callers(floor.unsorted, floor.fresh, floor.buckets, n, interval.open_from, interval.open_until)
        clock.n_fresh = n
        clock.next_interval = i + 1
    return True


@inner
def n_fresh(program: Program, luck: Luck, kind: int, i: int) -> int:
    """How many fresh calls of one type an interval brings."""
    interval = program.intervals[i]
    call_type = program.call_types[kind]
    mean = program.volume[kind, i] * busyness(luck, program.settings[0], call_type, interval.date)
    return fresh_calls(luck, entity_base(call_type.name_key, interval.date, interval.ordinal), mean)


@inner
def recorded_callers(program: Program, floor: Floor) -> bool:
    """Fills the door, once, with the recorded callers, who are sorted already. Writes fresh, clock."""
    clock = floor.clock[0]
    if clock.next_interval > 0:
        return True
    n = program.settings[0].n_recorded
    if n > floor.fresh.shape[0]:
        clock.fresh_needed = n
        return False
    for i in range(n):
        row = program.recorded[i]
        caller = floor.fresh[i]
        caller.at = row.at
        caller.entity = arrival_entity(entity_base(program.call_types[row.call_type].name_key, 0, -1), row.ordinal)
        caller.call_type = row.call_type
        caller.recorded = i
    clock.n_fresh = n
    clock.next_interval = program.intervals.shape[0]
    return True


@inner
def sort_callers(unsorted: Records, fresh: Records, buckets: object, n: int, start: float, end: float) -> None:
    """Stable sort by instant: one bucket a caller, then insertion. Linear, since the instants are uniform. Writes fresh, buckets."""
    scale = n / (end - start)
    for b in range(n + 1):
        buckets[b] = 0
    for i in range(n):
        buckets[min(int((unsorted[i].at - start) * scale), n - 1) + 1] += 1
    for b in range(n):
        buckets[b + 1] += buckets[b]
    for i in range(n):
        b = min(int((unsorted[i].at - start) * scale), n - 1)
        put(fresh[buckets[b]], unsorted[i])
        buckets[b] += 1
    for i in range(1, n):
        if fresh[i].at < fresh[i - 1].at:
            at, entity, call_type, recorded = fresh[i].at, fresh[i].entity, fresh[i].call_type, fresh[i].recorded
            j = i
            while j > 0 and at < fresh[j - 1].at:
                put(fresh[j], fresh[j - 1])
                j -= 1
            place = fresh[j]
            place.at = at
            place.entity = entity
            place.call_type = call_type
            place.recorded = recorded


@inner
def put(place: Records, caller: Records) -> None:
    """Copies one caller of the door. Writes place."""
    place.at = caller.at
    place.entity = caller.entity
    place.call_type = caller.call_type
    place.recorded = caller.recorded
