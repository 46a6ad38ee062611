"""Asking a colleague: a request waits in a lane like a caller, its agent and the caller hold, then the agent talks on."""

from __future__ import annotations

import math
from bisect import insort
from typing import TYPE_CHECKING

from ccsim.engine.reference.people import Agent, Caller
from ccsim.engine.reference.routing import wait_order
from ccsim.vocabulary import AgentState, Event, EventField, Outcome

if TYPE_CHECKING:
    from ccsim.engine.reference.floor import Floor

__all__ = ["Consults"]


class Consults:
    """The verbs of a floor by which agents ask colleagues."""

    def __init__(self, floor: Floor) -> None:
        self.floor, self.clock = floor, floor.clock

    def ask(self, caller: Caller) -> None:
        """The first part of the talk is over: the agent and the caller hold for a colleague."""
        floor, now, agent, case = self.floor, self.clock.now, caller.agent, caller.case
        assert agent is not None and case is not None
        case.asks, case.asked_at = False, now
        floor.n_inside -= not floor.may_transfer(caller)
        floor.change_state(agent, AgentState.BRIEF, caller.customer)
        caller.woken = self.clock.event()
        lane = floor.lanes[floor.desk.way_to_ask(caller, case)]
        request = Caller(
            caller.customer,
            caller.entity,
            caller.call_type,
            caller.first_at,
            contact=caller.contact,
            segment=caller.segment + 1,
            leg_entity=caller.leg_entity,
            kind=caller.kind,
            lane=lane,
            entered_at=now,
            queued_at=now,
            woken=self.clock.event(),
            asker=caller,
        )
        if floor.shut or floor.happened.factor(EventField.QUEUE, lane.queue, now) <= 0.0:
            self._give_up(request, Outcome.CLOSED)
            return
        colleague = floor.routing.pick_agent(request, lane, floor.teams, now)
        if colleague is not None:
            colleague.team.idle.remove(colleague)
            self.begin(request, colleague)
            return
        insort(lane.waiting, request, key=wait_order)
        floor.n_inside += 1
        request.gives_up_at = now + float(floor.record.consult_at_most)
        moment = self.clock.at(request.gives_up_at, Event.ABANDON, caller.customer)
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: self._wait_no_longer(request))

    def begin(self, request: Caller, colleague: Agent) -> None:
        """A colleague has time."""
        request.agent, request.answered_at = colleague, self.clock.now
        self.floor.change_state(colleague, AgentState.CONSULT, request.customer)
        moment = self.clock.at(self.clock.now + float(self.floor.record.consult), Event.TALK_END, request.customer)
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: self._end(request))

    def give_up(self, request: Caller, outcome: Outcome) -> None:
        """A request that waits is withdrawn."""
        self.floor.stop_waiting(request)
        self._give_up(request, outcome)

    def _give_up(self, request: Caller, outcome: Outcome) -> None:
        """Nobody is asked: the agent refuses the case."""
        caller = request.asker
        assert caller is not None and caller.case is not None
        self.floor.book.consult(request, outcome, self.clock.now)
        self.floor.desk.ask_in_vain(caller, caller.case)
        self._talk_on(caller)

    def _wait_no_longer(self, request: Caller) -> None:
        assert request.lane is not None
        if request.agent is None and request in request.lane.waiting:
            self.give_up(request, Outcome.ABANDONED)

    def _end(self, request: Caller) -> None:
        """The colleague has said his word."""
        caller, colleague = request.asker, request.agent
        assert caller is not None and colleague is not None
        self.floor.book.consult(request, Outcome.SERVED, self.clock.now)
        self._talk_on(caller)
        self.floor.release(colleague)

    def _talk_on(self, caller: Caller) -> None:
        """The agent comes back to the caller, and wakes his story."""
        case, agent = caller.case, caller.agent
        assert case is not None and agent is not None and caller.woken is not None
        held = self.clock.now - case.asked_at
        case.consult_time += held
        caller.talk_time += case.talk_after
        caller.hold_time = case.hold_after + held
        case.asked_at = math.inf
        self.floor.change_state(agent, AgentState.TALK, caller.customer)
        caller.woken.succeed()
