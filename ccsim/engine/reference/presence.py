"""Who is there when: persons with their shifts, breaks and time off the phones.

The timetable says what was planned (`happen`); what nobody planned, and the end of each absence, are the person's own timers.
An agent is sent away only when he has nothing in hand: `errand` is asked whenever he is released.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccsim.engine.reference.people import Agent, Team
from ccsim.program.layout import Program, Records
from ccsim.rules import presence
from ccsim.rules.randomness import Luck
from ccsim.vocabulary import AgentState, Event

if TYPE_CHECKING:
    from ccsim.engine.reference.floor import Floor

__all__ = ["Presence"]

_AWAY = (AgentState.BREAK, AgentState.OFF_PHONE)
_NOT_THERE = (AgentState.ABSENT, AgentState.MISSING, AgentState.LATE)


@dataclass(slots=True, eq=False)
class _Person:
    """What one agent has to do besides calls."""

    duty: int | None = None  # the one he is here for
    lost: tuple[int, AgentState] | None = None  # the one he is absent from, or late for
    coming: tuple[float, int] | None = None  # when he comes late, and to which duty
    away_until: float = math.inf
    breaks_due: list[int] = field(default_factory=list)
    next_break: int = 0
    spell: int = 0
    spell_at: float = math.inf
    spells_due: int = 0
    is_leaving: bool = False
    in_overtime: bool = False
    is_called_off: bool = False


class Presence:
    """The persons of a floor, with the verbs that send them and bring them back."""

    def __init__(self, floor: Floor, program: Program, record: Records, luck: Luck) -> None:
        self.floor, self.clock = floor, floor.clock
        self.record, self.luck = record, luck
        self.duties, self.breaks = program.duties, program.breaks
        self.people = [_Person() for _ in floor.agents]
        self.wanted_off = [0 for _ in floor.teams]
        self.has_persons = [bool(persons) for persons in program.teams.persons.tolist()]

    # -- What the timetable brings -----------------------------------------------------------------------------------------

    def happen(self, event: Event, entity: int, what: int) -> None:
        """An event of the timetable: for an agent about duty or break `what`, or for `what` agents of a team."""
        floor = self.floor
        if entity >= len(floor.agents):
            team = floor.teams[entity - len(floor.agents)]
            (self.call_off if event is Event.GO_AWAY else self.call_back)(team, what)
        elif event is Event.COME_ON:
            self.begin_duty(floor.agents[entity], what)
        elif event is Event.GO_AWAY:
            self.break_due(floor.agents[entity], what)
        else:
            self.end_duty(floor.agents[entity], what)

    def begin_duty(self, agent: Agent, duty: int) -> None:
        """A shift begins: he comes, or later (unless he is still here), or not at all."""
        person, now = self.people[agent.id], self.clock.now
        if presence.is_absent(self.luck, self.record, agent.id, int(self.duties.date[duty])):
            lost = AgentState.MISSING
        else:
            late = float(presence.late_by(self.luck, self.record, duty)) if agent.state in _NOT_THERE else 0.0
            if late <= 0.0:
                self.arrive(agent, duty)
                return
            lost = AgentState.LATE
            if now + late < self.duties.ends_at[duty]:
                person.coming = (now + late, duty)
                self._set_timer(now + late, Event.COME_ON, agent)
        person.lost = (duty, lost)
        if agent.state in _NOT_THERE:
            self.floor.change_state(agent, lost)

    def arrive(self, agent: Agent, duty: int) -> None:
        """He is there for a duty: released, or, if he is still here from the one before, going on."""
        person, now = self.people[agent.id], self.clock.now
        row = self.duties[duty]
        planned = range(int(row.first_break), int(row.first_break + row.n_breaks))
        person.duty, person.lost, person.coming = duty, None, None
        person.is_leaving = person.in_overtime = False
        person.spells_due, person.breaks_due, person.next_break = 0, [], planned.start
        starts = [self._spell_at(duty, spell) for spell in range(int(row.n_spells))]
        person.spell = sum(at < now for at in starts)
        self._set_spell(agent)
        if agent.state in _NOT_THERE:
            person.breaks_due = [b for b in planned if self.breaks.at[b] == now][:1]
            agent.team.n_present += 1
            self.floor.release(agent)

    def break_due(self, agent: Agent, planned: int) -> None:
        """A planned break is due: he goes if he is idle, otherwise when he is released."""
        person = self.people[agent.id]
        if person.duty != self.breaks.duty[planned] or person.is_leaving or person.in_overtime:
            return  # he is not here for this duty
        if planned < person.next_break or planned in person.breaks_due:
            return  # his shift began with it
        person.breaks_due.append(planned)
        self._go_if_idle(agent)

    def end_duty(self, agent: Agent, duty: int) -> None:
        """A shift ends: who is idle or away leaves, who is busy on release; while the floor drains, who is there stays."""
        person = self.people[agent.id]
        if person.lost is not None and person.lost[0] == duty:
            person.lost = person.coming = None
            if agent.state in _NOT_THERE:
                self.floor.change_state(agent, AgentState.ABSENT)
        elif person.duty == duty:
            if agent.state in _AWAY:
                self.leave(agent)
            elif self.floor.draining:
                person.in_overtime = True
            elif agent.state is AgentState.AVAILABLE:
                agent.team.idle.remove(agent)
                self.leave(agent)
            else:
                person.is_leaving = True

    def call_off(self, team: Team, n: int) -> None:
        """So many of those on duty go off the phones: the idle, longest idle first, now; then who is released."""
        able = [agent for agent in team.agents if agent.state not in _NOT_THERE and self._can_be_called_off(agent)]
        n = max(min(n, len(able) - self.wanted_off[team.code]), 0)
        now = [agent for agent in team.idle if self._can_be_called_off(agent)][:n]
        for agent in now:
            team.idle.remove(agent)
            self._call_off(agent)
        self.wanted_off[team.code] += n - len(now)

    def call_back(self, team: Team, n: int) -> None:
        """So many of those called off are wanted again: who has not gone yet stays, then the lowest ids return."""
        stay = min(n, self.wanted_off[team.code])
        self.wanted_off[team.code] -= stay
        for agent in [agent for agent in team.agents if self.people[agent.id].is_called_off][: n - stay]:
            self.people[agent.id].is_called_off = False
            self.floor.release(agent)

    # -- What else happens to persons --------------------------------------------------------------------------------------

    def errand(self, agent: Agent) -> bool:
        """Who has nothing in hand leaves, or goes away, if he is to; false if he may take a call."""
        person = self.people[agent.id]
        if person.in_overtime:
            return False
        if person.is_leaving:
            self.leave(agent)
        elif self.wanted_off[agent.team.code] > 0:
            self.wanted_off[agent.team.code] -= 1
            self._call_off(agent)
        elif person.breaks_due:
            planned = person.breaks_due.pop(0)
            person.next_break = planned + 1
            self._go_away(agent, AgentState(self.breaks.state[planned]), float(self.breaks.length[planned]))
        elif person.spells_due:
            person.spells_due -= 1
            self._go_away(agent, AgentState.OFF_PHONE, float(self.duties.spell[person.duty]))
        else:
            return False
        return True

    def leave(self, agent: Agent) -> None:
        """He goes home; if another shift of his has begun, he is missing there."""
        person = self.people[agent.id]
        agent.team.n_present -= 1
        self.floor.change_state(agent, AgentState.ABSENT if person.lost is None else person.lost[1])
        self.people[agent.id] = _Person(lost=person.lost, coming=person.coming)

    def end_overtime(self) -> None:
        """Nobody stays for others any longer: who is idle after his shift leaves, who is busy does on release."""
        for agent, person in zip(self.floor.agents, list(self.people), strict=True):
            if person.in_overtime:
                person.in_overtime = False
                person.is_leaving = True
                if agent.state is AgentState.AVAILABLE:
                    agent.team.idle.remove(agent)
                    self.leave(agent)

    # -- Steps -------------------------------------------------------------------------------------------------------------

    def _back(self, agent: Agent) -> None:
        """His timer: he is back from a break, or comes late to his shift."""
        person, now = self.people[agent.id], self.clock.now
        if person.away_until == now and agent.state in _AWAY:
            person.away_until = math.inf
            self.floor.release(agent)
        coming = self.people[agent.id].coming
        if coming is not None and coming[0] == now:
            self.arrive(agent, coming[1])

    def _spell_due(self, agent: Agent) -> None:
        """His timer: unplanned time off the phones is due."""
        person = self.people[agent.id]
        if person.spell_at != self.clock.now or person.is_leaving or person.in_overtime:
            return  # of a duty that is over
        person.spell += 1
        person.spells_due += 1
        self._set_spell(agent)
        self._go_if_idle(agent)

    def _set_spell(self, agent: Agent) -> None:
        person = self.people[agent.id]
        person.spell_at = math.inf
        assert person.duty is not None
        if person.spell < self.duties.n_spells[person.duty]:
            person.spell_at = self._spell_at(person.duty, person.spell)
            self._set_timer(person.spell_at, Event.GO_AWAY, agent)

    def _spell_at(self, duty: int, spell: int) -> float:
        return float(presence.spell_at(self.luck, self.record, duty, spell))

    def _set_timer(self, at: float, event: Event, agent: Agent) -> None:
        """A timer of the agent's own, apart from the timetable's events for him and his team."""
        moment = self.clock.at(at, event, len(self.floor.agents) + len(self.floor.teams) + agent.id)
        happens = self._back if event is Event.COME_ON else self._spell_due
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: happens(agent))

    def _go_if_idle(self, agent: Agent) -> None:
        if agent.state is AgentState.AVAILABLE:
            agent.team.idle.remove(agent)
            has_gone = self.errand(agent)
            assert has_gone, agent.id

    def _go_away(self, agent: Agent, state: AgentState, length: float) -> None:
        self.floor.change_state(agent, state)
        self.people[agent.id].away_until = self.clock.now + length
        self._set_timer(self.clock.now + length, Event.COME_ON, agent)

    def _can_be_called_off(self, agent: Agent) -> bool:
        person = self.people[agent.id]
        return not (person.is_called_off or person.is_leaving or person.in_overtime)

    def _call_off(self, agent: Agent) -> None:
        self.people[agent.id].is_called_off = True
        self.floor.change_state(agent, AgentState.OFF_PHONE)
