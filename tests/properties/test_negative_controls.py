"""What one would believe of more agents, more patience and more lines, and what is false on paths: exact counterexamples.

A simulator in which these come out otherwise is wrong. One agent unless said; service belongs to the caller. The numbers are
worked out by hand or by a brute-force search outside this package; each stands for a belief that a hard test must not assert.
Both engines must reproduce them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from ccsim.vocabulary import Outcome
from tests.properties.tiny import INF, Caller, Centre, End, callers, n_abandoned, rows_of, starts, waits
from tests.properties.tiny import play as play_on

Play = Callable[..., list[End]]


@pytest.fixture(params=["compiled", "reference"])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def play(engine: str) -> Play:
    """What becomes of each caller, on one engine."""
    return partial(play_on, engine=engine)


ONE, TWO = Centre(), Centre(teams=(2,))


def people(*told: tuple[float, ...]) -> list[Caller]:
    return [Caller(*(float(x) for x in one)) for one in told]


def test_n01_one_more_agent_may_make_the_others_wait_longer(play: Play) -> None:
    """The callers saved from hanging up stand in the way of those behind them."""
    five = people((0, 2, 1), (0.5, 8, 8), (3, 20, 2), (6, 8, 3), (7, 8, 13))
    before, after = play(five, ONE), play(five, TWO)
    assert waits(before) == [0.0, 1.5, 2.0, 3.0, 3.0] and n_abandoned(before) == 2
    assert waits(after) == [0.0, 0.0, 0.0, 2.5, 9.5] and n_abandoned(after) == 0
    assert (sum(waits(before)), sum(waits(after))) == (9.5, 12.0)


def test_n02_one_more_agent_may_make_more_callers_hang_up(play: Play) -> None:
    nine = people(
        (3.5, 8, 8), (4, 1, 13), (6.5, 20, 2), (9, 20, 3), (14, 2, 8), (14.5, 1, 2), (15.5, 1, 1), (17, 8, 2), (17.5, 1, 5)
    )
    assert (n_abandoned(play(nine, ONE)), n_abandoned(play(nine, TWO))) == (4, 5)


def test_n03_twice_the_patience_may_make_more_callers_hang_up(play: Play) -> None:
    four = people((0, 2, 3), (0.5, 12, 1), (2.5, 1, 2), (6, 2, 3))
    patient = [caller._replace(patience=2 * caller.patience) for caller in four]
    assert (n_abandoned(play(four)), n_abandoned(play(patient))) == (1, 2)


def test_n04_a_shorter_call_may_make_more_callers_hang_up(play: Play) -> None:
    """The first call takes 6 s instead of 12: so the second does not hang up, and its 20 s cost two others."""
    four = people((11, 12, 3), (16.5, 20, 3), (22.5, 5, 2), (24, 8, 8))
    shorter = [four[0]._replace(handle=6.0), *four[1:]]
    assert (waits(play(four)), n_abandoned(play(four))) == ([0.0, 3.0, 0.5, 4.0], 1)
    assert (waits(play(shorter)), n_abandoned(play(shorter))) == ([0.0, 0.5, 2.0, 8.0], 2)


def test_n04_one_caller_fewer_may_make_more_callers_hang_up(play: Play) -> None:
    four = people((10, 3, 5), (11.5, 20, 0.5), (21.5, 3, 0.5), (23.5, 1, 3))
    assert (waits(play(four)), n_abandoned(play(four))) == ([0.0, 0.5, 0.0, 1.0], 1)
    assert (waits(play(four[1:])), n_abandoned(play(four[1:]))) == ([0.0, 0.5, 3.0], 2)


def test_n04_mostly_they_help() -> None:
    """Over all instances shorter calls and fewer callers do help; now and then, on a path, they do not."""
    n, worse_when_shorter, worse_when_fewer, better = 800, 0, 0, 0
    for number in range(n):
        several = callers(number, patience=True)
        base = n_abandoned(play_on(several))
        i = number % len(several)
        shorter = several[:i] + [several[i]._replace(handle=several[i].handle / 2)] + several[i + 1 :]  # type: ignore[operator]
        fewer = several[:i] + several[i + 1 :]
        with_shorter = n_abandoned(play_on(shorter))
        worse_when_shorter += with_shorter > base
        worse_when_fewer += n_abandoned(play_on(fewer)) > base
        better += with_shorter < base
    assert 1 <= worse_when_shorter <= n // 20
    assert 1 <= worse_when_fewer <= n // 20
    assert better > 3 * worse_when_shorter


def test_n05_one_more_line_may_block_more_callers(play: Play) -> None:
    """Whoever gets the new line occupies it when two others come."""
    seven = people((1, 3), (2, 3), (3, 12), (6.5, 1), (9, 2), (12, 12), (13, 12))

    def n_blocked(lines: int) -> int:
        return sum(end.outcome is Outcome.BLOCKED for end in play(seven, Centre(lines=lines)))

    assert (n_blocked(2), n_blocked(3)) == (1, 2)


HIGH_AND_LOW = Centre(priorities=(2, 1))
H, L = 0, 1


def of(ends: list[End], several: list[Caller], kind: int) -> list[float]:
    return [end.wait for end, caller in zip(ends, several, strict=True) if caller.kind == kind]


def test_n07_one_more_agent_may_harm_the_callers_who_go_first(play: Play) -> None:
    """He starts a low call just before a high one comes, and nobody is interrupted."""
    five = people((2, 3, INF, H), (4, 2, INF, H), (5, 12, INF, L), (6, 12, INF, L), (6.5, 12, INF, H))
    assert of(play(five, HIGH_AND_LOW), five, H) == [0.0, 1.0, 0.5]
    assert of(play(five, HIGH_AND_LOW._replace(teams=(2,))), five, H) == [0.0, 0.0, 10.5]
    equal = people((1, 3, INF, L), (1.5, 3, INF, L), (5, 3, INF, L), (6, 3, INF, L), (6.5, 3, INF, H))
    assert of(play(equal, HIGH_AND_LOW), equal, H) == [0.5]
    assert of(play(equal, HIGH_AND_LOW._replace(teams=(2,))), equal, H) == [1.5]


def test_n08_one_low_caller_fewer_may_harm_the_callers_who_go_first(play: Play) -> None:
    three = people((0.5, 8, INF, 1), (2, 20, INF, 2), (3, 3, INF, 0))
    centre = Centre(priorities=(3, 2, 1))
    assert of(play(three, centre), three, 0) == [5.5]
    assert of(play(three[1:], centre), three[1:], 0) == [19.0]


def test_n11_one_more_specialist_may_make_all_wait_longer(play: Play) -> None:
    """Skills: one agent for class 0, one for both; then another for class 0."""
    five = people((1, 12, INF, 0), (5.5, 3, INF, 1), (6, 8, INF, 0), (7, 20, INF, 0), (9, 12, INF, 1))
    base = Centre(teams=(1, 1), priorities=(0, 0), reach=((0, 1), (1,)))
    more = base._replace(teams=(1, 1, 1), reach=((0, 1, 2), (1,)))
    assert (sum(waits(play(five, base))), sum(waits(play(five, more)))) == (16.0, 21.0)


def test_n12_teaching_an_agent_may_make_all_wait_longer(play: Play) -> None:
    three = people((0.5, 8, INF, 1), (1, 20, INF, 0), (4.5, 1, INF, 0))
    apart = Centre(teams=(1, 1), priorities=(0, 0), reach=((0,), (1,)))
    taught = apart._replace(reach=((0,), (0, 1)))
    assert (sum(waits(play(three, apart))), sum(waits(play(three, taught)))) == (16.5, 31.5)


def by_order_of_starts(several: list[Caller], agents: int, engine: str) -> tuple[list[float], list[float], float]:
    """Starts, handle times in their order, and the total wait."""
    centre = Centre(teams=(agents,), start_order=True, law="6s")
    ends = play_on(several, centre, seed=991, engine=engine)
    rows = rows_of(several, centre, seed=991, engine=engine)
    answered = sorted((ends[int(row["customer"])].answered_at, float(row["talk_time"])) for row in rows.contacts)
    return starts(ends), [time for at, time in answered if at < INF], sum(waits(ends))


def first_come_first_served(several: list[Caller], agents: int, times: list[float]) -> float:
    """Total wait, the n-th conversation lasting `times[n]`, by going through the callers one by one."""
    free, total, n = [0.0] * agents, 0.0, 0
    for caller in several:
        wait = max(min(free) - caller.at, 0.0)
        if wait > caller.patience:
            total += caller.patience
            continue
        free[free.index(min(free))] = caller.at + wait + times[n]
        total, n = total + wait, n + 1
    return total


def test_n15_total_wait_may_rise_with_one_more_agent_though_no_start_is_later(engine: str) -> None:
    """With one agent nobody waits; with two more have started before the last one comes, and he waits in vain."""
    several = callers(991, patience=True, drawn=True)
    before, after = (by_order_of_starts(several, agents, engine) for agents in (1, 2))
    for agents, (_, times, total) in ((1, before), (2, after)):
        assert total == pytest.approx(first_come_first_served(several, agents, times), rel=1e-9)
    assert after[1][: len(before[1])] == before[1]
    assert all(b <= a for a, b in zip(before[0], after[0], strict=False)) and len(after[0]) >= len(before[0])
    assert after[2] > before[2] + 0.1


def test_n15_is_rare() -> None:
    found = 0
    for number in range(800):
        several = callers(number, patience=True, drawn=True)
        centre = Centre(start_order=True, law="6s")
        found += sum(waits(play_on(several, centre._replace(teams=(2,)), seed=number))) > sum(
            waits(play_on(several, centre, seed=number))
        )
    assert 1 <= found <= 30
