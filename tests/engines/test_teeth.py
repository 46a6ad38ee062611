"""The agreement test bites: with one thing broken in the reference engine, rows differ."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ccsim.engine.reference import clock, floor, people, routing
from ccsim.engine.reference.floor import Floor
from ccsim.jit import ENABLED
from ccsim.vocabulary import AgentState, Event
from tests.engines.agreement import compare
from tests.engines.programs import random_program

PROGRAMS = range(150)
"""Of those on which `test_agreement` finds the unbroken engines equal."""

Patch = pytest.MonkeyPatch


def break_the_balking_rule(patch: Patch) -> None:
    """Who would balk waits."""
    patch.setattr(floor, "callers", SimpleNamespace(**{**vars(floor.callers), "balks": lambda *_: False}))


def break_the_patience_draw(patch: Patch) -> None:
    """Patience is drawn anew at each redial where it should be kept."""
    original = floor.callers.patience

    def fresh(luck: Any, program: Any, call_type: int, entity: int, contact: int, recorded: float) -> float:
        return float(original(luck, program, call_type, entity + (contact > 0), contact, recorded))

    patch.setattr(floor, "callers", SimpleNamespace(**{**vars(floor.callers), "patience": fresh}))


def break_the_hold_draw(patch: Patch) -> None:
    """Hold is drawn with the luck of talk."""
    handling = {**vars(floor.handling), "hold_time": floor.handling.talk_time}
    patch.setattr(floor, "handling", SimpleNamespace(**handling))


def swapped(one: Event, other: Event) -> Callable[[Patch], None]:
    """Two kinds of event swap their ranks."""

    def swap(patch: Patch) -> None:
        original = clock.Clock.at

        def at(self: clock.Clock, instant: float, event: Event, entity: int) -> Any:
            return original(self, instant, {one: other, other: one}.get(event, event), entity)

        patch.setattr(clock.Clock, "at", at)

    swap.__name__ = f"swap_{one.name}_and_{other.name}"
    return swap


def break_ties_by_insertion(patch: Patch) -> None:
    """Events of one kind at one instant happen in the order in which they were entered."""
    original = clock.Clock.at
    patch.setattr(clock.Clock, "at", lambda self, instant, event, entity: original(self, instant, event, 0))


def break_the_queue(patch: Patch) -> None:
    """The call that came last goes first."""
    patch.setattr(routing, "wait_order", lambda caller: (-caller.queued_at, -caller.customer))
    patch.setattr(floor, "wait_order", lambda caller: (-caller.queued_at, -caller.customer))


def break_the_tie_in_the_queue(patch: Patch) -> None:
    """Of two calls queued at one instant the one entered later goes last, whatever its id."""
    patch.setattr(floor, "wait_order", lambda caller: caller.queued_at)


def break_the_idle_list(patch: Patch) -> None:
    """Of agents idle since one instant the one released last is asked last, whatever his id."""
    patch.setattr(floor, "insort", lambda items, item, key: items.append(item))


def break_priorities(patch: Patch) -> None:
    """All queues are equal."""
    patch.setattr(floor, "Lane", lambda code, kind, queue, priority, *rest: people.Lane(code, kind, queue, 0, *rest))


def break_the_reserve(patch: Patch) -> None:
    """A team gives its last idle agent to any call."""
    original = routing._may_start
    patch.setattr(routing, "_may_start", lambda caller, reach, n_idle, now: original(caller, reach, 99, now))


def break_the_preferences(patch: Patch) -> None:
    """Calls ask all teams alike."""
    original = floor.Reach
    patch.setattr(floor, "Reach", lambda *row: original(*row)._replace(calls_prefer=1))


def break_the_turns(patch: Patch) -> None:
    """Agents take all calls alike."""
    original = floor.Reach
    patch.setattr(floor, "Reach", lambda *row: original(*row)._replace(prefer=1))


def break_the_choice_at_random(patch: Patch) -> None:
    """The highest draw is taken instead of the lowest."""
    original = routing.agent_draw
    patch.setattr(routing, "agent_draw", lambda *who: -float(original(*who)))


def break_the_occupancy(patch: Patch) -> None:
    """Wrap-up is no work."""
    patch.setattr(floor, "is_busy", lambda state: state is AgentState.TALK)


def forget_to_go_home(patch: Patch) -> None:
    """Agents stay after closing."""
    patch.setattr(Floor, "go_home_when_empty", lambda self: None)


def forget_a_line(patch: Patch) -> None:
    """A line in use too many is allowed."""
    original = Floor.__init__

    def init(self: Floor, *arguments: Any) -> None:
        original(self, *arguments)
        self.lines += 1

    patch.setattr(Floor, "__init__", init)


def forget_a_port(patch: Patch) -> None:
    """A contact too many is let into the IVR."""
    original = Floor.__init__

    def init(self: Floor, *arguments: Any) -> None:
        original(self, *arguments)
        self.ports += 1

    patch.setattr(Floor, "__init__", init)


def count_retries_for_ever(patch: Patch) -> None:
    """Who comes to a node again has as few retries left as when he left it."""
    original = Floor.enter_node
    patch.setattr(
        Floor, "enter_node", lambda self, caller, node, retries=0: original(self, caller, node, caller.retries or retries)
    )


BREAKS = [
    forget_a_port,
    count_retries_for_ever,
    break_the_balking_rule,
    break_the_patience_draw,
    break_the_hold_draw,
    swapped(Event.TALK_END, Event.ABANDON),
    swapped(Event.DIAL, Event.TALK_END),
    swapped(Event.DIAL, Event.WRAP_END),
    swapped(Event.DIAL, Event.ABANDON),
    swapped(Event.ABANDON, Event.CLOSING),
    swapped(Event.SEATS_UP, Event.DIAL),
    swapped(Event.SEATS_DOWN, Event.TALK_END),
    swapped(Event.IVR_END, Event.ABANDON),
    break_ties_by_insertion,
    break_the_queue,
    break_the_tie_in_the_queue,
    break_the_idle_list,
    break_priorities,
    break_the_reserve,
    break_the_preferences,
    break_the_turns,
    break_the_choice_at_random,
    break_the_occupancy,
    forget_to_go_home,
    forget_a_line,
]


@pytest.mark.skipif(not ENABLED, reason="the same rules bite jitted or not, and this takes minutes in plain Python")
@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_agreement_catches(broken: Callable[[Patch], None], monkeypatch: Patch) -> None:
    broken(monkeypatch)
    assert any(differs(number) for number in PROGRAMS)


def differs(number: int) -> bool:
    """True if the engines differ on a generated Program; digests differ exactly when rows do."""
    found = compare(random_program(number), seed=number, replication=number % 3, counts=False)
    assert (found.n_different_rows > 0) == (found.n_different_digests > 0)
    return found.n_different_rows > 0
