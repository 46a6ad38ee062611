"""What a node of the IVR does to callers: shares of those who are left, ways on, retries, luck of its own for each stay."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program, Records
from ccsim.rules.ivr import GONE, TO_QUEUE, misrouted_to, node_time, way_out
from ccsim.rules.randomness import arrival_entity, entity_base, luck_of, uniform
from ccsim.rules.tables import bind_program
from ccsim.scenario import from_dict
from ccsim.vocabulary import MOST_IVR_VISITS, Outcome, Stream

LUCK = luck_of(8, 2)
MINE = arrival_entity(entity_base(1, 2, 3), 4)


def graph(**nodes: dict[str, Any]) -> tuple[Program, Records]:
    """Nodes in the order of their names; callers begin at the first, two call types."""
    kinds = {name: {"volume": "9/h", "handle": "30s"} for name in ("billing", "orders")}
    full = {name: {"time": "20s"} | node for name, node in nodes.items()}
    program = compile_scenario(from_dict({"calls": kinds, "agents": 1, "ivr": {"start": min(full), "nodes": full}})).program
    return program, bind_program(program)


def ways(record: Records, node: int = 0, call_type: int = 0, retries: int = 0, n: int = 20_000) -> Counter[tuple[int, int]]:
    """How often callers leave a node in which way."""
    base = entity_base(5, 6, 7)
    everybody = [arrival_entity(base, ordinal) for ordinal in range(n)]
    return Counter(tuple(way_out(LUCK, record[0], node, call_type, who, 0, 0, retries)) for who in everybody)


def test_each_share_is_of_those_whom_the_earlier_ones_have_left() -> None:
    alive, record = graph(
        a={
            "hang_up": "10%",
            "contained": {"billing": "30%"},
            "opt_out": "20%",
            "retry": "25%",
            "next": {"b": "60%", "queue": "40%"},
        },
        b={},
    )
    for call_type, contained in ((0, 0.3), (1, 0.0)):
        left = 0.9 * (1 - contained)
        stays = left * 0.8
        expected = {
            (Outcome.HUNG_UP, GONE): 0.1,
            (Outcome.CONTAINED, GONE): 0.9 * contained,
            (Outcome.OPTED_OUT, TO_QUEUE): left * 0.2,
            (Outcome.RETRIED, 0): stays * 0.25,
            (Outcome.PASSED_ON, 1): stays * 0.75 * 0.6,
            (Outcome.PASSED_ON, TO_QUEUE): stays * 0.75 * 0.4,
        }
        found, n = ways(record, call_type=call_type), 20_000
        assert set(found) == {way for way, share in expected.items() if share > 0}
        for way, share in expected.items():
            assert found[way] / n == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / n) + 1e-12), way
    assert len(alive.ivr_nodes) == 2


def test_a_share_of_nothing_is_nobody_and_of_all_everybody() -> None:
    alive, record = graph(a={"next": {"b": "100%", "queue": "0%"}}, b={"next": {"a": "0%", "queue": "100%"}})
    assert ways(record, 0, n=500) == {(Outcome.PASSED_ON, 1): 500}
    assert ways(record, 1, n=500) == {(Outcome.PASSED_ON, TO_QUEUE): 500}
    alive, record = graph(a={"hang_up": "100%"})
    assert ways(record, n=500) == {(Outcome.HUNG_UP, GONE): 500}
    assert len(alive.ivr_edges) == 1


def test_three_ways_of_a_third_each_take_everybody() -> None:
    """Shares are rounded; the last way takes what is left of the unit."""
    third = 1 / 3
    alive, record = graph(a={"next": {"b": third, "c": third, "queue": third}}, b={}, c={})
    found = ways(record)
    assert set(found) == {(Outcome.PASSED_ON, 1), (Outcome.PASSED_ON, 2), (Outcome.PASSED_ON, TO_QUEUE)}
    assert max(found.values()) - min(found.values()) < 6 * math.sqrt(20_000 * 2 / 9)
    assert alive.ivr_edges.up_to[[0, 2]].tolist() == [third, 1.0]


def test_who_has_had_all_his_retries_goes_on() -> None:
    alive, record = graph(a={"retry": {"share": "100%", "at_most": 3}})
    ends = [tuple(way_out(LUCK, record[0], 0, 0, MINE, 0, n, n)) for n in range(5)]
    assert ends == [(Outcome.RETRIED, 0)] * 3 + [(Outcome.PASSED_ON, TO_QUEUE)] * 2
    assert alive.ivr_nodes.retry_at_most[0] == 3


def test_nobody_visits_more_nodes_than_a_contact_has_room_for() -> None:
    alive, record = graph(a={"hang_up": "50%", "next": "a"})
    visits = [tuple(way_out(LUCK, record[0], 0, 0, MINE, 0, n, 0)) for n in range(MOST_IVR_VISITS)]
    assert visits[-1] == (Outcome.HUNG_UP, GONE)
    alive, record = graph(a={"next": {"a": "50%", "queue": "50%"}})
    last = {tuple(way_out(LUCK, record[0], 0, 0, arrival_entity(MINE, k), 0, MOST_IVR_VISITS - 1, 0)) for k in range(50)}
    assert last == {(Outcome.HUNG_UP, GONE), (Outcome.PASSED_ON, TO_QUEUE)}  # who is on his way out may go
    assert len(alive.ivr_nodes) == 1


def test_every_stay_has_luck_of_its_own_and_the_first_that_of_a_single_announcement() -> None:
    alive, record = graph(a={"hang_up": "50%", "retry": {"share": "100%", "at_most": 9}})
    times = [node_time(LUCK, record[0], 0, MINE, contact, segment) for contact in range(3) for segment in range(3)]
    assert len(set(times)) == 9
    assert times[3] == -20.0 * math.log(1.0 - uniform(LUCK, Stream.IVR_TIME, MINE, 1 << 12))
    gone = [way_out(LUCK, record[0], 0, 0, MINE, 0, segment, 0)[0] == Outcome.HUNG_UP for segment in range(40)]
    assert 5 < sum(gone) < 35
    assert gone[0] == (uniform(LUCK, Stream.IVR_HANG_UP, MINE, 0) < 0.5)
    assert len(alive.ivr_nodes) == 1


def test_the_misrouted_land_in_each_other_queue_alike_and_never_in_their_own() -> None:
    kinds = {name: {"volume": "9/h", "handle": "30s"} for name in ("a", "b", "c", "d")}
    queues = {"ab": {"calls": ["a", "b"]}, "c": {}, "d": {}}
    ivr = {"nodes": {"menu": {"time": "9s", "misroute": "30%"}}}
    program = compile_scenario(from_dict({"calls": kinds, "queues": queues, "agents": 1, "ivr": ivr})).program
    record = bind_program(program)
    base, n = entity_base(5, 6, 7), 20_000
    for own, others in ((0, {2, 3}), (2, {0, 1, 3})):
        found = Counter(int(misrouted_to(LUCK, record[0], 0, own, arrival_entity(base, k), 0, 0)) for k in range(n))
        assert set(found) == {-1, *others}
        assert found[-1] / n == pytest.approx(0.7, abs=5 * math.sqrt(0.21 / n))
        for other in others:
            share = 0.3 / len(others)
            assert found[other] / n == pytest.approx(share, abs=5 * math.sqrt(share / n))
    ends = ways(record, call_type=3)
    assert set(ends) == {(Outcome.PASSED_ON, TO_QUEUE), (Outcome.MISROUTED, TO_QUEUE)}


def test_a_new_queue_takes_misrouted_callers_and_leaves_the_others_where_they_land() -> None:
    def landed(*names: str) -> list[str]:
        kinds = {name: {"volume": "9/h", "handle": "30s"} for name in names}
        ivr = {"nodes": {"menu": {"time": "9s", "misroute": "100%"}}}
        program = compile_scenario(from_dict({"calls": kinds, "agents": 1, "ivr": ivr})).program
        record, own = bind_program(program), sorted(names).index("m")
        base = entity_base(5, 6, 7)
        return [sorted(names)[misrouted_to(LUCK, record[0], 0, own, arrival_entity(base, k), 0, 0)] for k in range(900)]

    before, after = landed("b", "m", "x"), landed("a", "b", "m", "x")
    moved = {(old, new) for old, new in zip(before, after, strict=True) if old != new}
    assert moved == {("b", "a"), ("x", "a")}
    assert after.count("a") / 900 == pytest.approx(1 / 3, abs=5 * math.sqrt(2 / 9 / 900))


def test_the_ways_are_drawn_independently() -> None:
    exits = (Stream.IVR_HANG_UP, Stream.IVR_CONTAINED, Stream.IVR_OPT_OUT, Stream.IVR_RETRY, Stream.IVR_MISROUTE)
    streams = (Stream.IVR_TIME, Stream.IVR_NEXT, *exits)
    base = entity_base(5, 6, 7)
    draws = np.array([[uniform(LUCK, s, arrival_entity(base, k), 3) for s in streams] for k in range(4000)])
    assert np.abs(np.corrcoef(draws.T)[np.triu_indices(len(streams), 1)]).max() < 5.0 / math.sqrt(4000)
