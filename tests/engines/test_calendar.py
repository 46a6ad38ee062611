"""The calendar gives events back in the order of (time, code), however they are spread over time."""

import heapq

import numpy as np
import pytest

from ccsim.engine.compiled.calendar import code_of, let_near, pop, push
from ccsim.engine.compiled.room import Room
from ccsim.engine.compiled.state import FIRST_EVENT, N_SLICES, event_at
from ccsim.jit import entry
from ccsim.vocabulary import Event
from tests.engines.programs import random_program

N_FIRST, N_AFTER = 200, 1500


@entry
def drive(floor, first, delays, entities, at, code):  # type: ignore[no-untyped-def]
    """Enters the first events, then takes one at a time and enters the one that follows from it. Writes at, code."""
    for i in range(len(first)):
        push(floor, first[i], code_of(Event.TALK_END, i, i))
    for i in range(len(at)):
        let_near(floor, np.inf)
        top = event_at(floor, FIRST_EVENT)
        at[i] = top.at
        code[i] = top.code
        pop(floor)
        if i < len(delays):
            push(floor, at[i] + delays[i], code_of(Event.TALK_END, entities[i], 0))


@pytest.mark.parametrize("spread", ["near", "far", "tied", "mixed"])
def test_calendar_keeps_the_order_of_a_sorted_list(spread: str) -> None:
    dice = np.random.default_rng(7)
    room = Room(random_program(0), rows=False, digest=False, n_calls=1)
    a_round = N_SLICES / room.floor.slices_per_second  # s; later events share a slice's list with earlier ones
    scale = {"near": 1e-4, "far": 5.0, "tied": 0.01, "mixed": 0.1}[spread] * a_round
    times = dice.exponential(scale, N_FIRST + N_AFTER)
    if spread == "tied":
        times = np.floor(times / scale) * scale
    if spread == "mixed":
        times[::20] *= 1e9  # one of these who talk for years
    entities = dice.permutation(N_AFTER) + N_FIRST
    room.floor.n_inside = N_FIRST + N_AFTER
    room.grow()

    at, code = np.zeros(N_FIRST + N_AFTER), np.zeros(N_FIRST + N_AFTER, np.int64)
    drive(room.floor, times[:N_FIRST], times[N_FIRST:], entities, at, code)

    heap = [(float(t), code_of_plain(i, i)) for i, t in enumerate(times[:N_FIRST])]
    heapq.heapify(heap)
    for i, found in enumerate(zip(at.tolist(), code.tolist(), strict=True)):
        expected = heapq.heappop(heap)
        assert found == expected, i
        if i < N_AFTER:
            heapq.heappush(heap, (expected[0] + float(times[N_FIRST + i]), code_of_plain(int(entities[i]), 0)))
    assert room.floor.n_events == room.floor.n_near == 0


def code_of_plain(entity: int, slot: int) -> int:
    """`code_of`, without the compiler."""
    return (((Event.TALK_END << 35) | entity) << 24) | slot
