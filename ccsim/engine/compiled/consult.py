"""A colleague has time for who asks him. Only where agents ask."""

from __future__ import annotations

from ccsim.engine.compiled.assign import change_state, schedule
from ccsim.engine.compiled.state import caller_at
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck
from ccsim.vocabulary import AgentState, Event

__all__ = ["begin_consult"]


@inner
@apart
def begin_consult(program: Records, luck: Luck, floor: Records, now: float, slot: int, colleague: int) -> None:
    """The request in this slot is answered. Writes callers, agents, agent states, calendar."""
    request = caller_at(floor, slot)
    request.agent = colleague
    request.answered_at = now
    change_state(program, luck, floor, now, colleague, AgentState.CONSULT, request.customer)
    schedule(floor, now + program.consult, Event.TALK_END, request.customer, slot)
