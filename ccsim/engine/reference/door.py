"""The door: who dials for the first time, and when."""

from __future__ import annotations

from collections.abc import Iterator

from ccsim.engine.reference.happened import Happened
from ccsim.engine.reference.people import Caller
from ccsim.program.layout import Program, Records
from ccsim.rules.arrivals import calls_while_closed, closed_base, fixed_calls, fresh_calls, instant, mean_calls
from ccsim.rules.randomness import Luck, arrival_entity, entity_base

__all__ = ["fresh_callers"]


def fresh_callers(program: Program, record: Records, luck: Luck, happened: Happened) -> list[Caller]:
    """All customers with their first dials, numbered in the order of (time, call type, ordinal)."""
    name_keys: list[int] = program.call_types.name_key.tolist()
    if len(program.recorded):
        return [
            Caller(customer, arrival_entity(entity_base(name_keys[kind], 0, -1), ordinal), kind, at, handle, patience)
            for customer, (at, kind, ordinal, handle, patience) in enumerate(program.recorded.tolist())
        ]
    dials: list[tuple[float, int, int, int, bool]] = []
    for kind, name_key in enumerate(name_keys):
        volumes, left = program.flows.volume[kind].tolist(), 0
        for i, (_, begin, end, date, place, _) in enumerate(program.intervals.tolist()):
            if volumes[i] <= 0.0:
                continue
            base = entity_base(name_key, date, place)
            pieces = happened.pieces(kind, begin, end)
            area = 0.0
            for piece in pieces:
                area += piece.factor * (piece.end - piece.start)
            volume = volumes[i] * (pieces[0].factor if len(pieces) == 1 else area / (end - begin))
            fixed = program.demand[kind, i] if len(program.demand) else None
            if fixed is not None and fixed.fixed_share > 0.0:
                left = int(fixed.fixed_total) or left
                n = fixed_calls(luck, base, left, fixed.fixed_share)
                left -= n
            else:
                n = fresh_calls(luck, base, mean_calls(luck, record, program.call_types[kind], date, place, volume))
            for ordinal in range(n):
                if len(pieces) == 1:
                    at = instant(luck, base, ordinal, begin, end - begin)
                else:
                    at = happened.instant(luck, base, ordinal, pieces, area)
                dials.append((at, kind, ordinal, arrival_entity(base, ordinal), False))
        dials += _while_closed(program, record, luck, kind)
    return [
        Caller(customer, entity, kind, at, out_of_hours=closed)
        for customer, (at, kind, _, entity, closed) in enumerate(sorted(dials))
    ]


def _while_closed(program: Program, record: Records, luck: Luck, kind: int) -> Iterator[tuple[float, int, int, int, bool]]:
    """Who of one type dials first while lines are closed: instant, type, ordinal, entity, and that they are closed."""
    if not len(program.demand):
        return
    call_type, length = program.call_types[kind], float(program.settings.interval_length[0])
    for i, (starts_at, _, closed_from, date, place, _) in enumerate(program.intervals.tolist()):
        mean = float(program.demand.out_of_hours[kind, i])
        if mean <= 0.0:
            continue
        base = closed_base(int(call_type.name_key), date, place)
        for ordinal in range(calls_while_closed(luck, base, mean_calls(luck, record, call_type, date, place, mean))):
            at = instant(luck, base, ordinal, closed_from, starts_at + length - closed_from)
            yield at, kind, ordinal, arrival_entity(base, ordinal), True
