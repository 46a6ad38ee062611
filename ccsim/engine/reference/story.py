"""What a customer lives through, from his first dial to the end, and what the day brings: SimPy processes.

Callers woken by somebody else's event resume before the next event. A woken story reads its own caller, draws and waits for its
own next event; it changes nobody else, so the order in which several are woken does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy

from ccsim.engine.reference.clock import Clock
from ccsim.engine.reference.floor import Floor
from ccsim.engine.reference.people import Agent, Caller
from ccsim.vocabulary import Event, Outcome

__all__ = ["contact", "leg", "story", "timetable", "wait", "wrap_up"]

Story = Generator[simpy.Event, Any, None]


def story(clock: Clock, floor: Floor, caller: Caller) -> Story:
    """A customer dials, and dials again or comes back, until his problem is over for him."""
    dial_at = caller.first_at
    while dial_at < math.inf:
        yield clock.at(dial_at, Event.DIAL, caller.customer)
        yield from contact(clock, floor, caller)
        dial_at = floor.dials_again_at(caller)


def contact(clock: Clock, floor: Floor, caller: Caller) -> Story:
    """One attempt, from the dial to its end: line, IVR, queue, patience, talk."""
    if not floor.dial(caller):
        return  # all lines or ports are busy

    while caller.node >= 0:  # he is in the IVR
        yield clock.at(clock.now + floor.node_time(caller), Event.IVR_END, caller.customer)
        floor.leave_node(caller)
    if caller.outcome is not None:
        return  # he hung up there, or has what he wanted

    if caller.speaks_until == math.inf:  # else he dials while lines are closed, and speaks to a machine
        floor.offer(caller)
    while caller.outcome is None:  # else the queue is shut, or he balks
        yield from leg(clock, floor, caller)


def leg(clock: Clock, floor: Floor, caller: Caller) -> Story:
    """From the entry into a queue to the end: of the contact, or of the talk after which he is transferred."""
    while caller.outcome is None and caller.answered_at == math.inf:
        yield from wait(clock, floor, caller)
    if caller.outcome is not None:
        return  # he hung up, or was sent away

    yield clock.at(caller.answered_at + caller.talk_time + caller.hold_time, Event.TALK_END, caller.customer)
    if caller.case is not None and caller.case.asks:
        floor.consults.ask(caller)
        yield caller.woken  # his agent is back
        yield clock.at(clock.now + caller.case.talk_after + caller.case.hold_after, Event.TALK_END, caller.customer)
    agent, wrap_time = floor.talk_ends(caller)
    if wrap_time > 0.0:
        clock.process(wrap_up(clock, floor, agent, wrap_time))


def wait(clock: Clock, floor: Floor, caller: Caller) -> Story:
    """He waits, in his queue, to be called back, while a phone rings or he speaks to a machine, until one thing happens."""
    if caller.speaks_until < math.inf:
        yield clock.at(caller.speaks_until, Event.QUEUE_STEP, caller.customer)
        floor.callbacks.end_message(caller)
        return
    if caller.due_at < math.inf:
        yield clock.at(caller.due_at, Event.DIAL, caller.customer)
        floor.callbacks.fall_due(caller)
        return
    ringing = caller.agent is not None
    abandons = clock.at(caller.gives_up_at, Event.ABANDON, caller.customer) if caller.gives_up_at < math.inf else None
    answers = clock.at(caller.answers_at, Event.RING_END, caller.customer) if ringing else None
    steps = clock.at(caller.steps_at, Event.QUEUE_STEP, caller.customer) if caller.steps_at < math.inf else None
    others = None if ringing else caller.woken  # answered, or sent away at closing
    happened = yield simpy.AnyOf(clock, [event for event in (abandons, answers, steps, others) if event is not None])
    if others in happened:
        return
    if answers in happened:
        floor.answer(caller)
    elif steps in happened:
        floor.take_step(caller)
    else:
        floor.withdraw(caller, Outcome.ABANDONED)


def wrap_up(clock: Clock, floor: Floor, agent: Agent, wrap_time: float) -> Story:
    """The caller is gone; his agent writes down what was agreed."""
    yield clock.at(clock.now + wrap_time, Event.WRAP_END, agent.id)
    floor.release(agent)


def timetable(clock: Clock, floor: Floor) -> Story:
    """What the clock brings whatever the callers do: openings, seats, closings."""
    for at, code, entity, seats in floor.program.timetable.tolist():
        event = Event(code)
        yield clock.at(at, event, entity)
        if event in (Event.SEATS_UP, Event.SEATS_DOWN):
            floor.set_seats(floor.teams[entity], seats)
        elif event is Event.OPENING:
            floor.open()
        elif event is Event.CLOSING:
            floor.close()
        elif event in (Event.COME_ON, Event.GO_AWAY, Event.DUTY_OFF):
            floor.presence.happen(event, entity, seats)
        else:
            floor.clear_queues()
