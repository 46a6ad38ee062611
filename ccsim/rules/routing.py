"""Who goes first: the order of idle agents and of waiting calls, total and free of ties."""

from __future__ import annotations

from ccsim.jit import inner, jit
from ccsim.rules.callers import visit_of
from ccsim.rules.randomness import Luck, uniform
from ccsim.vocabulary import AgentState, Stream

__all__ = ["agent_draw", "agent_goes_first", "call_goes_first", "is_busy"]

_WORD = 0xFFFFFFFF
_SPREAD = 0x9E3779B1  # odd, so that agents of different ids never share a word


@inner
def agent_goes_first(since: float, agent: int, other_since: float, other_agent: int) -> bool:
    """True if the first agent is asked before the other: longest idle, then lower id."""
    if since != other_since:
        return since < other_since
    return agent < other_agent


@inner
def call_goes_first(queued_at: float, customer: int, other_queued_at: float, other_customer: int) -> bool:
    """True if the first of two calls of the same turn is taken before the other: longest wait, then lower customer id."""
    if queued_at != other_queued_at:
        return queued_at < other_queued_at
    return customer < other_customer


@jit
def agent_draw(luck: Luck, entity: int, contact: int, segment: int, agent: int) -> float:
    """The uniform by which a call, at this stay of this contact, chooses among agents at random: the lowest is taken.

    It belongs to the caller and the agent, so that who is idle besides changes nothing between two agents.
    """
    return uniform(
        luck, Stream.PICK_AGENT, int(entity) ^ (((int(agent) * _SPREAD) & _WORD) << 32), visit_of(contact) | int(segment)
    )


@jit
def is_busy(state: int) -> bool:
    """True for states that count as work in an agent's occupancy."""
    return bool(state == AgentState.TALK or state == AgentState.WRAP or state == AgentState.RING or state >= AgentState.BRIEF)
