"""Theorems about paths: what must hold for every single centre, not on average. Tiny random centres, hard assertions.

Recorded callers carry their own handle time and patience; where handle times go by the order of starts (the n-th conversation
lasts S_n) callers carry none. Every second instance lies on half-seconds, so that much happens at the same instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ccsim.engine.compiled.policy import KernelPolicy, kernel_policy
from ccsim.vocabulary import Outcome
from tests.properties.tiny import INF, Caller, Centre, End, callers, lifo, n_abandoned, play, starts, waits

N = 400
TOLERANCE = 1e-9


def instances(n: int = N, **how: Any) -> Iterator[tuple[int, list[Caller]]]:
    for number in range(n):
        yield number, callers(number, **how)


LANES: dict[str, Any] = {"priorities": (0, 0, 0)}
"""Three call types, each in a queue of its own, all alike: together they are first come first served."""


def shapes(number: int, *, ivr: bool = True) -> dict[str, Any]:
    """By turns one queue, three alike, and three behind an IVR."""
    return [{}, LANES, LANES | {"ivr": ivr}][number % 3]


def none_longer(after: list[float], before: list[float]) -> bool:
    return all(a <= b + TOLERANCE for a, b in zip(after, before, strict=True))


def changed(people: list[Caller], i: int, **how: Any) -> list[Caller]:
    return [*people[:i], people[i]._replace(**how), *people[i + 1 :]]


def several_types(n: int = N, **how: Any) -> Iterator[tuple[int, list[Caller]]]:
    """Instances for `shapes`."""
    for number in range(n):
        yield number, callers(number, n_classes=1 if number % 3 == 0 else 3, **how)


# -- One queue, first come first served, nobody hangs up -------------------------------------------------------------------


def test_m01_one_more_agent_and_nobody_waits_longer() -> None:
    shorter = 0
    for number, people in several_types(patience=False):
        agents = 1 + number % 4
        before, after = (waits(play(people, Centre(teams=(n,), **shapes(number)))) for n in (agents, agents + 1))
        assert none_longer(after, before), number
        shorter += sum(after) < sum(before)
    assert shorter > N // 3  # it does help


def test_m02_one_shorter_call_and_nobody_waits_longer() -> None:
    for number, people in several_types(patience=False):
        centre, i = Centre(teams=(1 + number % 4,), **shapes(number)), number % len(people)
        handle = people[i].handle
        assert handle is not None
        after = waits(play(changed(people, i, handle=handle * (number % 5) / 5), centre))
        assert none_longer(after, waits(play(people, centre))), number


def test_m03_one_caller_fewer_and_nobody_else_waits_longer() -> None:
    for number, people in several_types(patience=False):
        centre, i = Centre(teams=(1 + number % 4,), **shapes(number, ivr=False)), number % len(people)
        before = waits(play(people, centre))
        after = waits(play(people[:i] + people[i + 1 :], centre))
        assert none_longer(after, before[:i] + before[i + 1 :]), number


def test_m04_a_longer_shift_and_nobody_waits_longer() -> None:
    """Seats end at 8 s or at 16 s; calls in progress are finished."""
    for number, people in instances(patience=False):
        agents = 2 + number % 2
        before, after = (waits(play(people, Centre(teams=(agents,)), seats=((end, 1),))) for end in (8.25, 16.25))
        assert none_longer(after, before), number


def test_m04_a_longer_shift_of_persons_and_nobody_waits_longer() -> None:
    """Two persons whose shift ends after 8 or 16 minutes, besides one agent; what takes a second above takes a minute here."""
    shorter = 0
    for number, people in instances(patience=False):
        slow = [caller._replace(at=60 * caller.at, handle=60 * caller.handle) for caller in people]  # type: ignore[operator]
        before, after = (waits(play(slow, Centre(teams=(2, 1), shift_ends=end))) for end in (8, 16))
        assert none_longer(after, before), number
        shorter += sum(after) < sum(before)
    assert shorter > N // 20


def test_m15_ones_own_patience_does_not_change_ones_own_offered_wait() -> None:
    """And whoever came before is not touched by it at all."""
    told = 0
    for number, people in several_types(patience=True):
        centre, i = Centre(teams=(1 + number % 2,), **shapes(number, ivr=False)), number % len(people)
        limited, patient = play(people, centre), play(changed(people, i, patience=INF), centre)
        assert limited[:i] == patient[:i], number
        if limited[i].outcome is Outcome.SERVED:
            assert limited[i] == patient[i], number
        else:
            assert patient[i].wait >= people[i].patience == pytest.approx(limited[i].wait, abs=TOLERANCE), number
            told += 1
    assert told > N // 20


def test_m17_as_many_agents_as_callers_and_nobody_waits() -> None:
    """Those who hang up in an IVR never ask for one."""
    for number, people in several_types(patience=True):
        ends = play(people, Centre(teams=(len(people),), **shapes(number)))
        came = [end for end in ends if end.outcome is not Outcome.HUNG_UP]
        assert {(end.outcome, end.wait) for end in came} <= {(Outcome.SERVED, 0.0)}, number
        assert number % 3 == 2 or came == ends, number


# -- Disciplines -----------------------------------------------------------------------------------------------------------


def test_m06_the_number_inside_does_not_depend_on_who_goes_first() -> None:
    """Handle times by order of starts: the starts, and so the total wait, are those of any discipline."""
    spread = 0
    for number, people in instances(patience=False, drawn=True, n_classes=2):
        base = Centre(teams=(1 + number % 2,), priorities=(0, 0), start_order=True)
        fifo = play(people, base, seed=number)
        last = play(people, base, seed=number, policy=lifo())
        first_class = play(people, base._replace(priorities=(0, 1)), seed=number)
        more = play(people, base._replace(teams=(base.teams[0] + 1,)), seed=number)
        assert starts(fifo) == starts(last) == starts(first_class), number
        assert sum(waits(last)) == pytest.approx(sum(waits(fifo)), rel=TOLERANCE)
        squares = [sum(wait * wait for wait in waits(ends)) for ends in (fifo, last, first_class)]
        assert squares[0] <= min(squares) * (1 + TOLERANCE) + TOLERANCE, number
        assert sum(waits(more)) <= sum(waits(fifo)) + TOLERANCE
        spread += squares[1] > squares[0] * 1.01
    assert spread > N // 10


def test_m07_one_agents_work_is_conserved() -> None:
    """Sum of handle time times wait, and the last end, whoever goes first."""
    for number, people in instances(patience=False, n_classes=2):
        base = Centre(priorities=(0, 0))
        several = [play(people, base), play(people, base, policy=lifo()), play(people, base._replace(priorities=(0, 1)))]
        work = [sum(end.wait * caller.handle for end, caller in zip(ends, people, strict=True)) for ends in several]  # type: ignore[operator,misc]
        assert work == pytest.approx([work[0]] * 3, rel=TOLERANCE), number
        last = [max(end.ended_at for end in ends) for ends in several]
        assert last == pytest.approx([last[0]] * 3, rel=TOLERANCE), number


def test_m08_priority_with_equal_handle_times_only_redistributes_waiting() -> None:
    moved = 0
    for number, people in instances(patience=False, n_classes=2, equal=3.0):
        base = Centre(teams=(1 + number % 3,), priorities=(0, 0))
        alike, ranked = waits(play(people, base)), waits(play(people, base._replace(priorities=(1, 0))))
        assert sum(ranked) == pytest.approx(sum(alike), rel=TOLERANCE, abs=TOLERANCE), number
        high = [i for i, caller in enumerate(people) if caller.kind == 0]
        assert none_longer([ranked[i] for i in high], [alike[i] for i in high]), number
        moved += ranked != alike
    assert moved > N // 10


# -- Handle times by order of starts, callers hang up ----------------------------------------------------------------------


def earlier(better: list[End], worse: list[End]) -> bool:
    """The n-th start is no later for every n that starts at all, so that no more callers hang up."""
    ours, theirs = starts(better), starts(worse)
    return len(ours) >= len(theirs) and none_longer(ours[: len(theirs)], theirs) and n_abandoned(better) <= n_abandoned(worse)


def start_order(number: int, agents: int, law: str = "6s") -> Centre:
    return Centre(teams=(agents,), start_order=True, law=law, **shapes(number))


def test_m09_one_more_agent_and_no_start_is_later() -> None:
    better = 0
    for number, people in several_types(2 * N, patience=True, drawn=True):
        agents = 1 + number % 4
        before, after = (play(people, start_order(number, n), seed=number) for n in (agents, agents + 1))
        assert earlier(after, before), number
        better += n_abandoned(after) < n_abandoned(before)
    assert better > N // 5


def test_m09_holds_for_equal_handle_times_of_callers_too() -> None:
    for number, people in instances(patience=True, equal=4.0):
        agents = 1 + number % 3
        assert earlier(play(people, Centre(teams=(agents + 1,))), play(people, Centre(teams=(agents,)))), number


def test_m10_more_patience_and_no_start_is_later() -> None:
    better = 0
    for number, people in several_types(2 * N, patience=True, drawn=True):
        dice = np.random.default_rng(number)
        patient = [caller._replace(patience=caller.patience + float(dice.choice([0.0, 0.5, 4.0]))) for caller in people]
        centre = start_order(number, 1 + number % 4)
        before, after = (play(several, centre, seed=number) for several in (people, patient))
        assert earlier(after, before), number
        better += n_abandoned(after) < n_abandoned(before)
    assert better > N // 5


def test_m11_shorter_handle_times_and_no_start_is_later() -> None:
    """The same luck in an exponential law with a smaller mean: every S_n is shorter."""
    for number, people in several_types(2 * N, patience=True, drawn=True):
        agents = 1 + number % 4
        before, after = (play(people, start_order(number, agents, law), seed=number) for law in ("6s", "4s"))
        assert earlier(after, before), number


def test_m12_without_waiting_places_more_agents_admit_a_superset() -> None:
    grew = 0
    for number, people in several_types(2 * N, patience=False):
        agents = 1 + number % 4
        fewer, more = (play(people, Centre(teams=(n,), lines=n, **shapes(number, ivr=False))) for n in (agents, agents + 1))
        admitted, also = ({i for i, end in enumerate(ends) if end.outcome is Outcome.SERVED} for ends in (fewer, more))
        assert admitted <= also, number
        grew += admitted < also
    assert grew > N // 5


# -- Units of time ---------------------------------------------------------------------------------------------------------


def slower(people: list[Caller], factor: float) -> list[Caller]:
    return [Caller(factor * at, factor * handle, factor * patience, kind) for at, handle, patience, kind in people]  # type: ignore[operator]


@pytest.mark.parametrize(("factor", "exact"), [(0.5, True), (8.0, True), (60.0, False)])
def test_m23_other_units_of_time_are_the_same_day(factor: float, exact: bool) -> None:
    """Powers of two bit for bit; else up to rounding, where nothing happens at the same instant."""
    rounded = 0
    for number, people in instances(patience=True, n_classes=2):
        if not exact and number % 2 == 0:
            continue  # on a grid rounding would decide ties
        centre = Centre(teams=(1 + number % 2, 1), priorities=(0, number % 3), reach=((0, 1), (1,)))
        ends, later = play(people, centre), play(slower(people, factor), centre)
        assert [(end.outcome, end.agent) for end in ends] == [(end.outcome, end.agent) for end in later], number
        for end, other in zip(ends, later, strict=True):
            for ours, theirs in zip(end[1:4], other[1:4], strict=True):
                assert theirs == (factor * ours if exact else pytest.approx(factor * ours, rel=1e-9, abs=1e-9)), number
                rounded += theirs != factor * ours
    assert exact or rounded > 0


# -- Who answers does not matter -------------------------------------------------------------------------------------------


def lowest_id(contact: Any, agent: Any) -> float:
    return -agent.id  # type: ignore[no-any-return]


def highest_id(contact: Any, agent: Any) -> float:
    return agent.id  # type: ignore[no-any-return]


def shortest_idle(contact: Any, agent: Any) -> float:
    return agent.idle_since  # type: ignore[no-any-return]


@cache
def by_agent(score: Any) -> KernelPolicy:
    return kernel_policy(SimpleNamespace(agent_score=score))


def without_agents(ends: list[End]) -> list[End]:
    return [end._replace(agent=-1) for end in ends]


def test_m21_in_a_homogeneous_pool_it_does_not_matter_who_is_asked() -> None:
    other_agents = 0
    for number, people in instances(patience=True, n_classes=2):
        centre = Centre(teams=(2, 1 + number % 2), priorities=(0, number % 3))
        base = play(people, centre)
        for score in (lowest_id, highest_id, shortest_idle):
            other = play(people, centre, policy=by_agent(score))
            assert without_agents(other) == without_agents(base), number
            other_agents += other != base
    assert other_agents > N // 4


def test_m22_identical_teams_are_one_team() -> None:
    for number, people in instances(patience=True, n_classes=2):
        priorities = (0, number % 2)
        one = play(people, Centre(teams=(3,), priorities=priorities))
        for teams in ((1, 2), (2, 1), (1, 1, 1)):
            assert without_agents(play(people, Centre(teams=teams, priorities=priorities))) == without_agents(one), number


def test_m22_classes_that_differ_in_name_only_are_one_class() -> None:
    for number, people in instances(patience=True, n_classes=3):
        centre = Centre(teams=(1 + number % 3,), priorities=(1, 1, 1))
        several = play(people, centre)
        assert play(people, centre._replace(one_queue=True)) == several, number
        assert play([caller._replace(kind=0) for caller in people], Centre(teams=centre.teams)) == several, number
