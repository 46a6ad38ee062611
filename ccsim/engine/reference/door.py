"""The door: who dials for the first time, and when."""

from __future__ import annotations

from ccsim.engine.reference.people import Caller
from ccsim.program.layout import Program, Records
from ccsim.rules.arrivals import busyness, fresh_calls, instant
from ccsim.rules.randomness import Luck, arrival_entity, entity_base

__all__ = ["fresh_callers"]


def fresh_callers(program: Program, record: Records, luck: Luck) -> list[Caller]:
    """All customers with their first dials, numbered in the order of (time, call type, ordinal)."""
    name_keys: list[int] = program.call_types.name_key.tolist()
    if len(program.recorded):
        return [
            Caller(customer, arrival_entity(entity_base(name_keys[kind], 0, -1), ordinal), kind, at, handle, patience)
            for customer, (at, kind, ordinal, handle, patience) in enumerate(program.recorded.tolist())
        ]
    dials: list[tuple[float, int, int, int]] = []
    for kind, name_key in enumerate(name_keys):
        volumes = program.flows.volume[kind].tolist()
        for i, (_, begin, end, date, place, _) in enumerate(program.intervals.tolist()):
            if volumes[i] <= 0.0:
                continue
            mean = volumes[i] * busyness(luck, record, program.call_types[kind], date)
            base = entity_base(name_key, date, place)
            for ordinal in range(fresh_calls(luck, base, mean)):
                dials.append((instant(luck, base, ordinal, begin, end - begin), kind, ordinal, arrival_entity(base, ordinal)))
    return [Caller(customer, entity, kind, at) for customer, (at, kind, _, entity) in enumerate(sorted(dials))]
