"""Who is called back: offered at a queue or promised at a desk, listed by lane, dialled by whoever could have answered."""

from __future__ import annotations

import math
from bisect import insort
from typing import TYPE_CHECKING

from ccsim.engine.reference.people import Agent, Caller, Lane, Step
from ccsim.engine.reference.routing import idle_order, wait_order
from ccsim.program.layout import EXPAND, Program, Records
from ccsim.rules import callbacks
from ccsim.rules.authority import stay_of
from ccsim.rules.randomness import Luck, leg_entity
from ccsim.vocabulary import AgentState, ClosingRule, Outcome

if TYPE_CHECKING:
    from ccsim.engine.reference.floor import Floor

__all__ = ["Callbacks"]


class Callbacks:
    """The lists of a floor, with the verbs that put customers on them and take them off."""

    def __init__(self, floor: Floor, program: Program, record: Records, luck: Luck) -> None:
        self.floor, self.clock, self.routing = floor, floor.clock, floor.routing
        self.record, self.luck = record, luck
        self.rows = program.callbacks
        self.at_entry = [bool(row.at_entry) for row in self.rows] or [False] * len(program.queues)
        for lane in floor.lanes if len(self.rows) else []:
            lane.behind = bool(self.rows[lane.queue].behind)

    # -- At the queue ------------------------------------------------------------------------------------------------------

    def takes(self, caller: Caller) -> bool:
        """Whoever waits, or would, is offered to be called back, if he is, and accepts."""
        lane = caller.lane
        assert lane is not None
        if not len(self.rows) or not self.routing.calls_back or caller.callback or caller.misrouted:
            return False
        others = sum(len(other.waiting) for other in self.floor.lanes if other.queue == lane.queue) - (caller in lane.waiting)
        last_wait = self.floor.last_wait[lane.queue]
        if not callbacks.is_offered(self.record, lane.queue, self.clock.now, others, last_wait):
            return False
        caller.offered = True
        return bool(callbacks.accepts(self.luck, self.record, lane.queue, *self._whose(caller)))

    def ring_off(self, caller: Caller) -> None:
        """He leaves his queue for the list, and his line."""
        lane, clock_at, leg = caller.lane, caller.queued_at, caller.leg
        assert lane is not None
        self.floor._end_contact(caller, Outcome.CALLBACK_TAKEN, self.clock.now)
        self._begin(caller, lane, self.clock.now if lane.behind else clock_at, leg)
        self._enlist(caller)

    # -- A message ---------------------------------------------------------------------------------------------------------

    def may_speak(self, caller: Caller, outcome: Outcome) -> bool:
        """Whoever finds his queue closed or full leaves a message, if he may there."""
        assert caller.lane is not None
        if not len(self.rows):
            return False
        row = self.rows[caller.lane.queue]
        may = row.when_closed if outcome is Outcome.CLOSED else row.when_full
        return bool(may) and self.leaves_word(caller)

    def leaves_word(self, caller: Caller) -> bool:
        """He leaves a message where he is: not who is called back, nor where he is wrong."""
        assert caller.lane is not None
        if caller.callback or caller.misrouted:
            return False
        return bool(callbacks.leaves_message(self.luck, self.record, caller.lane.queue, *self._whose(caller)))

    def speaks_at_night(self, caller: Caller) -> bool:
        """Whoever dials while lines are closed leaves a message, if he may."""
        caller.lane = self.floor.lanes[self.floor.lane_of[caller.kind]]
        speaks = self.may_speak(caller, Outcome.CLOSED)
        if speaks:
            caller.speaks_until = self.clock.now + float(self.rows[caller.lane.queue].message_time)
        else:
            caller.lane = None
        return speaks

    def begin_message(self, caller: Caller) -> None:
        """He waits no more and speaks to a machine, on his line."""
        assert caller.lane is not None
        self.floor._end_stay(caller, Outcome.LEFT_MESSAGE, self.clock.now)
        if caller.case is not None:
            self.floor._end_briefing(caller, 0.0)
        caller.speaks_until = self.clock.now + float(self.rows[caller.lane.queue].message_time)

    def end_message(self, caller: Caller) -> None:
        """He has spoken: he is called back, or that was all."""
        lane, leg = caller.lane, caller.leg
        assert lane is not None
        caller.speaks_until, caller.lane = math.inf, None  # his stay there is over already
        self.floor._end_contact(caller, Outcome.LEFT_MESSAGE, self.clock.now)
        if self.rows[lane.queue].replies:
            self._begin(caller, lane, self.clock.now, leg)
            self._seek_agent(caller)

    # -- Promised ----------------------------------------------------------------------------------------------------------

    def promise(self, caller: Caller, agent: Agent) -> None:
        """After his talk he is promised a call by somebody who may grant more."""
        way = self.floor.desk.promise(caller, agent)
        leg = caller.leg + 1
        self.floor._end_contact(caller, Outcome.SERVED, self.clock.now)
        caller.leg_entity = leg_entity(caller.entity, leg)
        self._begin(caller, self.floor.lanes[way], self.clock.now, leg)
        self._seek_agent(caller)

    def _begin(self, caller: Caller, lane: Lane, clock_at: float, leg: int) -> None:
        """A contact begins in which he is called back."""
        caller.contact += 1
        caller.n_offered += 1
        caller.segment = caller.n_dials = 0
        caller.stays = []
        caller.outcome = None
        caller.arrived_at = self.clock.now
        caller.callback, caller.legs_before = True, leg
        self._begin_stay(caller, lane, clock_at)

    def _begin_stay(self, caller: Caller, lane: Lane, clock_at: float) -> None:
        self.floor._begin_stay(caller, lane, clock_at)
        caller.gives_up_at = math.inf
        caller.on_list = True
        caller.keep_idle = int(self.rows[lane.queue].reserve) if lane.behind else 0

    # -- On the list -------------------------------------------------------------------------------------------------------

    def _enlist(self, caller: Caller) -> None:
        assert caller.lane is not None
        caller.woken = self.clock.event()
        insort(caller.lane.to_call, caller, key=wait_order)
        self.floor._await_step(caller, 0)

    def leave_list(self, caller: Caller) -> None:
        """Somebody dials him, or the list is cleared."""
        assert caller.lane is not None
        caller.lane.to_call.remove(caller)
        caller.steps_at = math.inf

    def take_step(self, caller: Caller, step: Step) -> None:
        """Who is on the list leaves it for no other queue, but more teams may dial him."""
        if step.to == EXPAND and self.floor._find_agent(caller):
            self.leave_list(caller)
        else:
            self.floor._await_step(caller, caller.step + 1)

    def fall_due(self, caller: Caller) -> None:
        """Who did not answer is on the list again."""
        assert caller.lane is not None
        caller.due_at = math.inf
        self._begin_stay(caller, caller.lane, caller.queued_at)
        self._seek_agent(caller)

    def _seek_agent(self, caller: Caller) -> None:
        if not self.floor._find_agent(caller):
            self._enlist(caller)

    # -- On the phone ------------------------------------------------------------------------------------------------------

    def dial(self, caller: Caller, agent: Agent) -> None:
        """The agent dials and hears it ring."""
        assert caller.lane is not None
        caller.n_dials += 1
        rings = callbacks.dial_time(self.luck, self.record, caller.lane.queue, *self._whose(caller))
        caller.answers_at = self.clock.now + rings
        self.floor.n_inside += 1
        self.floor.change_state(agent, AgentState.RING, caller.customer)

    def picks_up(self, caller: Caller) -> bool:
        """True if he answers."""
        assert caller.lane is not None
        return bool(callbacks.picks_up(self.luck, self.record, caller.lane.queue, *self._whose(caller)))

    def miss(self, caller: Caller) -> None:
        """He does not answer: he falls due again, or nobody calls him any more; the agent is free."""
        agent, lane = caller.agent, caller.lane
        assert agent is not None and lane is not None
        who = (caller.n_dials, caller.entity, caller.contact)
        due_at = float(callbacks.calls_again_at(self.luck, self.record, lane.queue, self.clock.now, *who))
        if due_at < math.inf:
            self.floor._end_stay(caller, Outcome.NO_ANSWER, self.clock.now)
            caller.segment += 1
            caller.agent, caller.due_at = None, due_at
        else:
            self.floor._end_contact(caller, Outcome.CALLBACK_FAILED, self.clock.now)
        self.floor.release(agent)

    def _whose(self, caller: Caller) -> tuple[int, int]:
        """Whose luck it is, and in which stay."""
        return caller.entity, stay_of(caller.contact, caller.segment)

    # -- The day -----------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Who is to be called back may be dialled again, by who is idle already first."""
        self.routing.calls_back = True
        for agent in sorted((agent for team in self.floor.teams for agent in team.idle), key=idle_order):
            caller = self.routing.pick_to_call(agent, self.floor.lanes, self.clock.now, len(agent.team.idle) - 1)
            if caller is not None:
                agent.team.idle.remove(agent)
                self.floor.stop_waiting(caller)
                self.floor.assign(caller, agent)

    def close(self) -> None:
        """Nobody is called back until the next opening, and where lists are cleared nobody then."""
        self.routing.calls_back = self.floor.closing_rule is ClosingRule.STAY
        for lane in self.floor.lanes if len(self.rows) else []:
            if self.rows[lane.queue].clears and not self.routing.calls_back:
                for caller in list(lane.to_call):
                    self.floor.stop_waiting(caller)
                    self.floor._end_contact(caller, Outcome.CLOSED, self.clock.now)
