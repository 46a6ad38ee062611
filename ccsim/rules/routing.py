"""Who goes first: the order of idle agents and of waiting calls, total and free of ties."""

from __future__ import annotations

from ccsim.jit import inner

__all__ = ["agent_goes_first", "call_goes_first"]


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
