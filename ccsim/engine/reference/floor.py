"""The floor: lines, queues and agents, with the verbs that change them."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from typing import Any

from ccsim.engine.reference.after_contact import AfterContact
from ccsim.engine.reference.callbacks import Callbacks
from ccsim.engine.reference.clock import Clock
from ccsim.engine.reference.consult import Consults
from ccsim.engine.reference.desk import Desk
from ccsim.engine.reference.happened import Happened
from ccsim.engine.reference.people import Agent, Caller, Lane, Reach, Stay, Step, Team
from ccsim.engine.reference.presence import Presence
from ccsim.engine.reference.routing import Routing, idle_order, wait_order
from ccsim.engine.reference.rows import Book, work_of
from ccsim.program.layout import EXPAND, MESSAGE, OFFER, Program, Records
from ccsim.rules import callers, handling, ivr
from ccsim.rules.presence import handle_factor
from ccsim.rules.randomness import Luck, leg_entity
from ccsim.rules.routing import is_busy
from ccsim.vocabulary import Action, AgentState, ClosingRule, Event, EventField, Outcome

__all__ = ["Floor"]

PERSONS_SEATS = 1 << 40
"""Of a team of persons, who do not come and leave with seats."""


class Floor:
    """Lines, queues and agents, with the verbs that change them; what is over goes into the book."""

    def __init__(self, clock: Clock, program: Program, bound: Records, luck: Luck, policy: Any) -> None:
        self.clock = clock
        self.program = program
        self.record = bound[0]  # the program as rules take it
        self.luck = luck
        self.routing = Routing(program, luck, policy)
        self.book = Book(luck.replication)

        settings = program.settings[0]
        self.lines = int(settings.lines)
        self.ivr_start, self.ports = int(settings.ivr_start), int(settings.ivr_ports)
        self.has_ivr = self.ivr_start >= 0
        self.closing_rule = ClosingRule(settings.closing_rule)
        self.start_order = bool(settings.start_order)
        self.interval_starts: list[float] = program.intervals.starts_at.tolist()
        self.call_types = [program.call_types[i] for i in range(len(program.call_types))]
        self.transfers_at_most: list[int] = program.call_types.transfer_at_most.tolist()

        self.teams = [Team(code, seats=PERSONS_SEATS if row.persons else 0) for code, row in enumerate(program.teams)]
        self.agents = [Agent(i, self.teams[code]) for i, code in enumerate(program.agents.team.tolist())]
        for agent in self.agents:
            agent.team.agents.append(agent)
            if settings.proficiency:
                agent.factor = float(handle_factor(luck, self.record, agent.id))
        priorities, weights = program.queues.priority.tolist(), program.queues.weight.tolist()
        head_starts = program.queues.head_start.tolist()
        self.max_waiting: list[int] = program.queues.max_waiting.tolist()
        self.full_step: list[int] = program.queues.full_step.tolist()
        self.last_wait = [0.0] * len(program.queues)  # of the call answered last
        self.steps = [Step(*row) for row in program.steps.tolist()]
        first, n = program.queues.first_step.tolist(), program.queues.n_steps.tolist()
        self.lanes = [
            Lane(
                code,
                kind,
                queue,
                priorities[queue],
                head_starts[queue],
                weights[queue],
                [Reach(*row) for row in program.reach[code].tolist()],
                self.steps[first[queue] : first[queue] + n[queue]],
            )
            for code, (kind, queue, *_) in enumerate(program.lanes.tolist())
        ]
        self.ring_law: list[int] = program.teams.ring_law.tolist()
        self.lane_of: list[int] = program.call_types.lane.tolist()
        self.lines_in_use = 0
        self.n_inside = 0  # contacts in the IVR or waiting
        self.n_in_ivr = 0
        self.n_starts = 0
        self.draining = False  # closed, and agents stay while contacts are inside
        self.shut = False  # waiting is over for today
        self.happened = Happened(program, self.record, luck)
        self.desk = Desk(program, self.record, luck, self.book)
        self.after_contact = AfterContact(program, self.record, luck)
        self.presence = Presence(self, program, self.record, luck)
        self.callbacks = Callbacks(self, program, self.record, luck)
        self.consults = Consults(self)

    # -- What callers do ---------------------------------------------------------------------------------------------------

    def dial(self, caller: Caller) -> bool:
        """A contact begins; false if it found no free line or port, and ended."""
        caller.arrived_at = self.clock.now
        caller.segment = 0
        caller.stays = []
        caller.kind = caller.call_type
        caller.misrouted = False
        caller.leg_entity = caller.entity
        caller.callback, caller.legs_before = False, 0
        caller.lane = None
        caller.outcome = None
        if caller.out_of_hours and caller.contact == 0:
            if self.lines_in_use < self.lines and self.callbacks.speaks_at_night(caller):
                self.lines_in_use += 1
                return True
            self.lines_in_use += 1  # for no time
            self._end_contact(caller, Outcome.CLOSED, self.clock.now)
            return False
        if self.lines_in_use >= self.lines or (self.has_ivr and self.n_in_ivr >= self.ports):
            self._end_contact(caller, Outcome.BLOCKED, self.clock.now)
            return False
        self.lines_in_use += 1
        if self.has_ivr:
            self.n_inside += 1
            self.n_in_ivr += 1
            self.enter_node(caller, self.ivr_start)
        return True

    def enter_node(self, caller: Caller, node: int, retries: int = 0) -> None:
        """He is at a node of the IVR from now on."""
        caller.node, caller.retries, caller.node_entered_at = node, retries, self.clock.now

    def node_time(self, caller: Caller) -> float:
        """How long he stays at the node he has come to, s."""
        who = (caller.entity, caller.contact, caller.segment)
        if self._is_closed(caller.node):
            return 0.0
        return float(ivr.node_time(self.luck, self.record, caller.node, *who))

    def _is_closed(self, node: int, since: float | None = None) -> bool:
        """Whether an event kept a node of the IVR closed when somebody came to it."""
        return self.happened.factor(EventField.NODE, node, self.clock.now if since is None else since) <= 0.0

    def leave_node(self, caller: Caller) -> None:
        """A node of the IVR is over: he comes to another one, or is outside: gone, then his contact ended, or on his way."""
        who = (caller.call_type, caller.entity, caller.contact, caller.segment)
        served = self.happened.factor(EventField.CONTAINED, caller.node, self.clock.now)
        outcome, goes_to = ivr.way_out(self.luck, self.record, caller.node, *who, caller.retries, served)
        if self._is_closed(caller.node, caller.node_entered_at):
            outcome, goes_to = Outcome.PASSED_ON, ivr.TO_QUEUE
        self.book.ivr_stay(caller, Outcome(outcome), self.clock.now)
        if goes_to != ivr.GONE:
            caller.segment += 1
        if goes_to >= 0:
            self.enter_node(caller, goes_to, caller.retries + 1 if outcome == Outcome.RETRIED else 0)
            return
        node, caller.node = caller.node, -1
        self.n_inside -= 1
        self.n_in_ivr -= 1
        if outcome == Outcome.MISROUTED:
            who = (caller.call_type, caller.entity, caller.contact, caller.segment - 1)
            caller.kind = ivr.misrouted_to(self.luck, self.record, node, *who)
            caller.leg_entity = leg_entity(caller.entity, 0)
            caller.misrouted = True
        if goes_to == ivr.GONE:
            self._end_contact(caller, Outcome(outcome), self.clock.now)

    def offer(self, caller: Caller) -> None:
        """He reaches his queue: an agent answers, or he waits, or the contact ends."""
        caller.n_offered += 1
        self._seek_agent(caller)

    def _seek_agent(self, caller: Caller, way: int | None = None) -> None:
        """A leg begins in his call type's queue, or in another lane."""
        caller.gives_up_at = math.inf
        self._begin_stay(caller, self.lanes[self.lane_of[caller.kind] if way is None else way], self.clock.now)
        if not self._is_taken(caller):
            self._wait(caller, may_balk=True)

    def _begin_stay(self, caller: Caller, lane: Lane, clock_at: float) -> None:
        """He is in this lane from now on, where his waiting counts from `clock_at`."""
        caller.lane = lane
        caller.entered_at, caller.queued_at = self.clock.now, clock_at
        caller.assigned_at = caller.answers_at = caller.answered_at = caller.steps_at = math.inf
        caller.agent = None
        caller.talk_time = caller.hold_time = caller.wrap_time = 0.0
        caller.offered = caller.on_list = False
        caller.keep_idle = 0

    def _is_taken(self, caller: Caller) -> bool:
        """True if he has not to wait in his lane: he is sent away, or an idle agent gets his call."""
        assert caller.lane is not None
        if self.shut or self.happened.factor(EventField.QUEUE, caller.lane.queue, self.clock.now) <= 0.0:
            self._send_away(caller, Outcome.CLOSED)
            return True
        if not self._find_agent(caller):
            return False
        if caller.answered_at == math.inf:  # the phone rings
            self._lose_patience_later(caller)
        return True

    def _find_agent(self, caller: Caller) -> bool:
        """An idle agent who may answer him by now gets his call, if there is one."""
        assert caller.lane is not None
        agent = self.routing.pick_agent(caller, caller.lane, self.teams, self.clock.now)
        if agent is None:
            return False
        agent.team.idle.remove(agent)
        self.assign(caller, agent)
        return True

    def _wait(self, caller: Caller, *, may_balk: bool = False) -> None:
        """He waits, or balks; if his queue is full he goes on to another one, and further, or is turned away."""
        lane = caller.lane
        assert lane is not None
        n_waiting = sum(len(other.waiting) for other in self.lanes if other.queue == lane.queue)
        if n_waiting >= self.max_waiting[lane.queue]:
            if self.full_step[lane.queue] < 0:
                self._send_away(caller, Outcome.TURNED_AWAY)
            else:
                self._overflow(caller, self.steps[self.full_step[lane.queue]])
            return
        kind, expected = self.call_types[caller.kind], self.last_wait[lane.queue]
        if may_balk and callers.balks(self.luck, kind, caller.leg_entity, caller.contact, n_waiting, expected):
            self._end_contact(caller, Outcome.BALKED, self.clock.now)
            return
        if self.callbacks.at_entry[lane.queue] and self.callbacks.takes(caller):
            self.callbacks.ring_off(caller)
            return
        self.n_inside += 1
        caller.woken = self.clock.event()
        insort(lane.waiting, caller, key=wait_order)
        self._lose_patience_later(caller)
        self._await_step(caller, 0)

    def _send_away(self, caller: Caller, outcome: Outcome) -> None:
        """He finds his queue closed or full: he leaves a message, if he may there, or is gone."""
        if self.callbacks.may_speak(caller, outcome):
            self.callbacks.begin_message(caller)
        else:
            self._end_contact(caller, outcome, self.clock.now)

    def _lose_patience_later(self, caller: Caller) -> None:
        """His patience is drawn, unless it runs already since another queue."""
        if caller.gives_up_at == math.inf:
            recorded = caller.recorded_patience if caller.leg == 0 else -1.0
            who = (caller.kind, caller.leg_entity, caller.contact, recorded)
            patience = callers.patience(self.luck, self.record, *who)
            caller.gives_up_at = self.clock.now + float(
                callers.patience_on_leg(self.call_types[caller.kind], caller.leg, patience)
            )

    def _await_step(self, caller: Caller, step: int) -> None:
        """The queue's next step for him will fall due, or does now if he waited elsewhere before."""
        assert caller.lane is not None
        steps = caller.lane.steps
        caller.step = step
        caller.steps_at = max(caller.queued_at + steps[step].after, self.clock.now) if step < len(steps) else math.inf

    def take_step(self, caller: Caller) -> None:
        """He looks for an agent among more teams, or goes to another queue."""
        assert caller.lane is not None
        step = caller.lane.steps[caller.step]
        if caller.on_list:
            self.callbacks.take_step(caller, step)
        elif step.to >= 0:
            self._leave_lane(caller)
            self._overflow(caller, step)
        elif step.to == OFFER and self.callbacks.takes(caller):
            self._leave_lane(caller)
            self.callbacks.ring_off(caller)
        elif step.to == MESSAGE and self.callbacks.leaves_word(caller):
            self._leave_lane(caller)
            self.callbacks.begin_message(caller)
        elif step.to == EXPAND and self._find_agent(caller):
            self._leave_lane(caller)
        else:
            self._await_step(caller, caller.step + 1)

    def _overflow(self, caller: Caller, step: Step) -> None:
        """He leaves his queue unanswered for the one the step names."""
        clock_at = caller.queued_at if step.keep_clock else self.clock.now
        self._end_stay(caller, Outcome.OVERFLOWED, self.clock.now)
        caller.segment += 1
        lane = next(lane for lane in self.lanes if lane.queue == step.to and lane.call_type == caller.kind)
        self._begin_stay(caller, lane, clock_at)
        if not self._is_taken(caller):
            self._wait(caller)

    def withdraw(self, caller: Caller, outcome: Outcome) -> None:
        """A waiting caller leaves unserved; the agent whose phone rang for him is free again."""
        if caller.asker is not None:
            self.consults.give_up(caller, outcome)
            return
        agent = caller.agent
        if agent is None:
            self.stop_waiting(caller)
        else:
            self.n_inside -= 1
        self._end_contact(caller, outcome, self.clock.now)
        if agent is not None:
            self.release(agent)

    def assign(self, caller: Caller, agent: Agent) -> None:
        """The agent gets the call; his phone may ring first. Or he dials. Who is asked by a colleague is there at once."""
        if caller.asker is not None:
            self.consults.begin(caller, agent)
            return
        caller.agent, caller.assigned_at = agent, self.clock.now
        if caller.on_list:
            self.callbacks.dial(caller, agent)
            return
        law = self.ring_law[agent.team.code]
        if law >= 0:
            answers_at = self.clock.now + handling.ring_time(self.luck, self.record, law, caller.leg_entity, caller.contact)
            if answers_at > self.clock.now:
                caller.answers_at = answers_at
                self.n_inside += 1
                self.change_state(agent, AgentState.RING, caller.customer)
                return
        self._answer(caller)

    def answer(self, caller: Caller) -> None:
        """The phone has rung long enough."""
        self.n_inside -= 1
        if caller.on_list and not self.callbacks.picks_up(caller):
            self.callbacks.miss(caller)
            return
        self._answer(caller)

    def _answer(self, caller: Caller) -> None:
        """The conversation begins; how long it will take is settled now."""
        agent = caller.agent
        assert agent is not None
        entity = caller.leg_entity
        if self.start_order:
            entity = self.n_starts
            self.n_starts += 1
        interval = min(bisect_right(self.interval_starts, caller.arrived_at), len(self.interval_starts)) - 1
        assert caller.lane is not None
        reach = caller.lane.code * len(self.teams) + agent.team.code
        recorded = caller.recorded_handle if caller.leg == 0 else -1.0
        what = (self.luck, self.record, reach, agent.factor, caller.kind, entity, interval, recorded)
        caller.talk_time = handling.talk_time(*what)
        caller.hold_time = handling.hold_time(*what)
        caller.wrap_time = handling.wrap_time(*what)
        if recorded < 0.0:
            factor = self.happened.factor(EventField.HANDLE, caller.kind, caller.arrived_at)
            caller.talk_time, caller.hold_time = caller.talk_time * factor, caller.hold_time * factor
            caller.wrap_time *= factor
        if caller.misrouted:
            caller.talk_time = handling.misroute_talk_time(self.luck, self.record, entity)
            caller.hold_time = caller.wrap_time = 0.0
        caller.answered_at, caller.last_agent = self.clock.now, agent
        if not caller.on_list:
            self.last_wait[caller.lane.queue] = self.clock.now - caller.queued_at
        if caller.case is not None:
            self.desk.take_up(caller, caller.case, agent, self.clock.now)
            self._end_briefing(caller, float(self.record.brief))
        self.n_inside += self.may_transfer(caller)
        self.change_state(agent, AgentState.TALK, caller.customer)

    def talk_ends(self, caller: Caller) -> tuple[Agent, float]:
        """The conversation is over: he goes on to another queue or is served; returns the agent and how long he wraps up, s.

        Who holds with the caller for the next person wraps up later.
        """
        agent, wrap_time = caller.agent, caller.wrap_time
        assert agent is not None
        self.n_inside -= self.may_transfer(caller)
        if caller.case is not None:
            self.desk.put_down(caller, caller.case, self.clock.now)
        onward = -1
        if self.may_be_sent_on(caller):
            onward = int(callers.sent_to(self.luck, self.record, self.call_types[caller.kind], caller.leg_entity))
        if caller.misrouted:
            self.put_right(caller)
        elif caller.case is not None and caller.case.action is Action.ESCALATED:
            self.escalate(caller, agent)
        elif caller.case is not None and caller.case.action is Action.PROMISED:
            self.callbacks.promise(caller, agent)
        elif onward >= 0:
            self.transfer(caller, onward)
        else:
            self._end_contact(caller, Outcome.SERVED, self.clock.now)
        if agent.state is AgentState.BRIEF:
            return agent, 0.0
        if wrap_time > 0.0:
            self.change_state(agent, AgentState.WRAP, caller.customer)
        else:
            self.release(agent)
        return agent, wrap_time

    def transfer(self, caller: Caller, kind: int) -> None:
        """After his talk he goes on as a call of another type, before his agent wraps up or frees."""
        self._end_stay(caller, Outcome.TRANSFERRED, self.clock.now)
        caller.segment += 1
        caller.kind = kind
        caller.leg_entity = leg_entity(caller.entity, caller.leg)
        self._seek_agent(caller)

    def escalate(self, caller: Caller, agent: Agent) -> None:
        """After his talk he goes on to somebody who may grant more, unless he hangs up, before his agent wraps up or frees."""
        if self.desk.loses(caller):
            self._end_contact(caller, Outcome.LOST_IN_TRANSFER, self.clock.now)
            return
        if self.record.warm:
            self._begin_briefing(caller, agent)
        way = self.desk.pass_on(caller, agent)
        self._end_stay(caller, Outcome.ESCALATED, self.clock.now)
        caller.segment += 1
        caller.leg_entity = leg_entity(caller.entity, caller.leg)
        self._seek_agent(caller, way)

    def _begin_briefing(self, caller: Caller, agent: Agent) -> None:
        """The agent stays with the caller until somebody else has answered and heard the story, or the caller is gone."""
        assert caller.case is not None
        caller.case.briefer, agent.wrap_next = agent, caller.wrap_time
        self.change_state(agent, AgentState.BRIEF, caller.customer)

    def _end_briefing(self, caller: Caller, after: float) -> None:
        """In so many seconds the agent who holds with the caller, if there is one, will be done with that."""
        assert caller.case is not None
        agent, caller.case.briefer = caller.case.briefer, None
        if agent is None:
            return
        ends_at = self.clock.now + after
        caller.case.brief_time += ends_at - agent.since
        moment = self.clock.at(ends_at, Event.WRAP_END, agent.id)
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: self._wrap_up(agent))

    def _wrap_up(self, agent: Agent) -> None:
        """The briefing is over: he writes up what he did before it."""
        if agent.wrap_next <= 0.0:
            self.release(agent)
            return
        self.change_state(agent, AgentState.WRAP, agent.customer)
        moment = self.clock.at(self.clock.now + agent.wrap_next, Event.WRAP_END, agent.id)
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: self.release(agent))

    def put_right(self, caller: Caller) -> None:
        """A misrouted caller is passed on to his own queue, as if he had just come from the IVR."""
        self._end_stay(caller, Outcome.TRANSFERRED, self.clock.now)
        caller.segment += 1
        caller.misrouted = False
        caller.kind, caller.leg_entity = caller.call_type, caller.entity
        self._seek_agent(caller)

    def dials_again_at(self, caller: Caller) -> float:
        """When the customer's next contact dials; +inf, and the episode is over, if there is none."""
        dial_at = self.after_contact.next_dial(caller, self.clock.now)
        if dial_at < math.inf:
            caller.contact += 1
        else:
            self._end_episode(caller)
        return dial_at

    # -- What agents do ----------------------------------------------------------------------------------------------------

    def release(self, agent: Agent) -> None:
        """An agent on duty has nothing in hand: he leaves if one too many, goes where he has to, takes a call, or idles."""
        if agent.team.n_present > agent.team.seats:
            self._leave(agent)
            return
        if self.presence.errand(agent):
            return
        caller = self.routing.pick_call(agent, self.lanes, self.clock.now)
        if caller is None:
            self.change_state(agent, AgentState.AVAILABLE)
            insort(agent.team.idle, agent, key=idle_order)
            return
        self.stop_waiting(caller)
        self.assign(caller, agent)

    def set_seats(self, team: Team, seats: int) -> None:
        """A team's seats change: the lowest absent ids come in, one after the other, or the longest idle leave."""
        team.seats = seats
        absent = [agent for agent in team.agents if agent.state is AgentState.ABSENT]
        for agent in absent[: max(seats - team.n_present, 0)]:
            team.n_present += 1
            self.release(agent)
        for agent in team.idle[: max(team.n_present - seats, 0)]:
            team.idle.remove(agent)
            self._leave(agent)

    # -- What the day does -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Lines open."""
        self.draining = self.shut = False
        self.routing.keeps_reserves = True
        self.presence.end_overtime()
        self.callbacks.open()

    def close(self) -> None:
        """Lines close: those inside are still served, or those waiting are cleared; nobody is kept idle any more."""
        self.draining = self.closing_rule is not ClosingRule.STAY
        self.routing.keeps_reserves = False
        if self.closing_rule is ClosingRule.CLEAR:
            self.clear_queues()
        self.callbacks.close()
        for agent in sorted((agent for team in self.teams for agent in team.idle), key=idle_order):
            caller = self.routing.pick_call(agent, self.lanes, self.clock.now)
            if caller is not None:
                agent.team.idle.remove(agent)
                self.stop_waiting(caller)
                self.assign(caller, agent)

    def clear_queues(self) -> None:
        """Waiting is over for today: whoever waits is sent away, and whoever comes to the queue later."""
        self.shut = True
        for lane in self.lanes:
            for caller in list(lane.waiting):
                self.withdraw(caller, Outcome.CLOSED)

    def go_home_when_empty(self) -> None:
        """After closing, when nobody is inside, all seats are given up; called after each event."""
        if self.draining and self.n_inside == 0:
            self.draining = False
            self.presence.end_overtime()
            for team in self.teams:
                if not self.presence.has_persons[team.code]:  # each of those leaves at the end of his own shift
                    self.set_seats(team, 0)

    def finish(self) -> None:
        """Nothing can happen any more: whoever waits waits for ever, whoever is on duty stays."""
        for lane in self.lanes:
            for caller in [*lane.waiting, *lane.to_call]:
                self._end_contact(caller, Outcome.UNFINISHED, math.inf)
                self._end_episode(caller)
        for agent in self.agents:
            self.book.agent_state(agent, math.inf)

    # -- Steps of the verbs ------------------------------------------------------------------------------------------------

    def stop_waiting(self, caller: Caller) -> None:
        """Takes a caller out of his lane and wakes his story."""
        assert caller.woken is not None
        if caller.on_list:
            self.callbacks.leave_list(caller)
        else:
            self._leave_lane(caller)
        caller.woken.succeed()

    def _leave_lane(self, caller: Caller) -> None:
        """Takes a caller out of his lane."""
        assert caller.lane is not None
        caller.lane.waiting.remove(caller)
        self.n_inside -= 1
        caller.steps_at = math.inf

    def may_transfer(self, caller: Caller) -> bool:
        """True if his talk may end in a transfer: until it ends he is inside, so nobody goes home who might be needed."""
        case = caller.case
        if case is not None and caller.agent is not None and (case.action is Action.ESCALATED or case.asks):
            return True
        return caller.misrouted or self.may_be_sent_on(caller)

    def may_be_sent_on(self, caller: Caller) -> bool:
        """True if callers of the leg at hand may be transferred after it; who has been escalated is not."""
        escalated = caller.case is not None and caller.case.n_hops > 0
        return caller.leg < self.transfers_at_most[caller.kind] and not escalated

    def _end_stay(self, caller: Caller, outcome: Outcome, ended_at: float) -> None:
        """His stay in a queue, and with the agent who answered, is over."""
        assert caller.lane is not None
        self.book.queue_stay(caller, outcome, ended_at)
        left_at = min(caller.answered_at, ended_at)
        caller.stays.append(
            Stay(
                queue=caller.lane.queue,
                outcome=outcome,
                misrouted=caller.misrouted,
                entered_at=caller.entered_at,
                left_at=left_at,
                answered=caller.answered_at < math.inf,
                ring_time=left_at - caller.assigned_at if caller.agent is not None else 0.0,
                talk_time=caller.talk_time,
                hold_time=caller.hold_time,
                wrap_time=caller.wrap_time,
            )
        )

    def _end_contact(self, caller: Caller, outcome: Outcome, ended_at: float) -> None:
        """The attempt is over, and its stay in the queue, if it got there; its line is free."""
        caller.outcome, caller.ended_at = outcome, ended_at
        if outcome is not Outcome.BLOCKED and not caller.callback:
            self.lines_in_use -= 1
        if caller.lane is not None:
            self._end_stay(caller, outcome, ended_at)
        self.book.contact(caller)
        if caller.case is not None:
            self.after_contact.note(caller, caller.case)
        if not caller.callback:  # in his own time
            caller.waited += caller.first_wait
        caller.n_stays += len(caller.stays)
        caller.n_answered += sum(stay.answered for stay in caller.stays)
        talked, held, wrapped = work_of(caller.stays)
        caller.talked += talked
        caller.held += held
        caller.wrapped += wrapped
        if caller.case is not None and ended_at < math.inf:
            self._end_briefing(caller, 0.0)

    def _end_episode(self, caller: Caller) -> None:
        """The customer's problem is over, as far as he calls about it."""
        self.book.episode(caller)
        if caller.case is not None:
            self.book.case(caller, caller.case, self.after_contact.farewell(caller, caller.case))

    def _leave(self, agent: Agent) -> None:
        """An agent goes off duty."""
        agent.team.n_present -= 1
        self.change_state(agent, AgentState.ABSENT)

    def change_state(self, agent: Agent, state: AgentState, customer: int = -1) -> None:
        """The agent does something else from now on."""
        self.book.agent_state(agent, self.clock.now)
        if agent.state in (AgentState.ABSENT, AgentState.MISSING, AgentState.LATE):
            agent.came_at, agent.busy_time = self.clock.now, 0.0
        elif is_busy(agent.state):
            agent.busy_time += self.clock.now - agent.since
        elif agent.state in (AgentState.BREAK, AgentState.OFF_PHONE):  # time away is no time on duty
            agent.came_at += self.clock.now - agent.since
        agent.state, agent.since, agent.customer = state, self.clock.now, customer
