"""A small call centre in one call, and what happened there as tuples that fit on a line.

All times are seconds since midnight; the centre is open from 0 to 600 with intervals of a minute, so seats may change every
minute. Callers are recorded arrivals `(at, handle, patience)`, so nothing is drawn.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccsim.outcomes import Rows
from ccsim.outcomes.audit import audit
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import from_dict
from ccsim.vocabulary import AgentState, Outcome, SegmentKind

__all__ = ["FOR_EVER", "NEVER", "Told", "centre", "seats", "told_by"]

NEVER = math.inf
FOR_EVER: None = None  # patience that is not recorded: the call type's own, which is never to hang up


class Told(NamedTuple):
    """What happened.

    Attributes
    ----------
    contacts : (customer, contact, outcome, arrived_at, queued_at, ended_at, wait)
    stays : (customer, contact, place, outcome, agent, entered_at, gives_up_at, answered_at, ended_at, wrap_ended_at)
        Segments; place is the queue's number, "ivr", or "ivr 1" where the IVR has several nodes.
    agents : (agent, state, customer, started_at, ended_at)
    rows : Rows
        The tables themselves, for what the tuples leave out.
    """

    contacts: list[tuple[Any, ...]]
    stays: list[tuple[Any, ...]]
    agents: list[tuple[Any, ...]]
    rows: Rows


def seats(*per_minute: int) -> dict[str, Any]:
    """A team's seats minute by minute; the last number holds until closing."""
    return {"staffing": {"on_phones": [*per_minute, *[per_minute[-1]] * (10 - len(per_minute))]}}


def centre(
    calls: list[tuple[Any, ...]], *, agents: int | dict[str, Any] = 1, kinds: dict[str, Any] | None = None, **more: Any
) -> Program:
    """A centre with recorded callers.

    Parameters
    ----------
    calls : list of (at, handle, patience[, call type])
        Handle None: talk, hold and wrap of the call type. Patience None: that of the call type.
    agents : int or dict
        Head count of the one team, or teams as in a scenario.
    kinds : dict, optional
        Call types as in a scenario; without it one that talks for a minute and never hangs up.
    **more
        Any other key of a scenario.
    """
    kinds = kinds or {"call": {"handle": {"deterministic": "60s"}}}
    replayed = []
    for at, handle, patience, *kind in calls:
        call = {"at": f"{at}s", "call_type": kind[0] if kind else next(iter(kinds))}
        times = {"handle": handle, "patience": patience}
        replayed.append(call | {name: f"{value}s" for name, value in times.items() if value is not None})
    scenario = {"open": "00:00-00:10", "interval": "1m", "calls": kinds, "agents": agents, "replay": {"calls": replayed}}
    return compile_scenario(from_dict(scenario | more)).program


def told_by(program: Program, rows: Rows) -> Told:
    """The rows as tuples; AssertionError if the audit finds fault with them."""
    assert audit(program, rows) == []
    contacts = [
        (c["customer"], c["contact"], Outcome(c["outcome"]).name, c["arrived_at"], c["queued_at"], c["ended_at"], c["wait"])
        for c in rows.contacts
    ]
    times = ("entered_at", "gives_up_at", "answered_at", "ended_at", "wrap_ended_at")
    stays = [
        (
            s["customer"],
            s["contact"],
            _place(program, s),
            Outcome(s["outcome"]).name,
            s["agent"],
            *(s[time] for time in times),
        )
        for s in rows.segments
    ]
    agents = [
        (a["agent"], AgentState(a["state"]).name, a["customer"], a["started_at"], a["ended_at"]) for a in rows.agent_states
    ]
    return Told(contacts, stays, agents, rows)


def _place(program: Program, stay: Any) -> str | int:
    if stay["kind"] != SegmentKind.IVR_NODE:
        return int(stay["place"])
    return "ivr" if len(program.ivr_nodes) == 1 else f"ivr {stay['place']}"
