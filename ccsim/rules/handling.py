"""How long an agent is needed: talk, hold and wrap-up of one contact, drawn with the caller's own luck.

The luck belongs to the caller, not to the attempt and not to the agent: a problem that takes long still takes long after a
redial, and with another team it is drawn at the same level from that team's law. After a transfer it is that of the leg
(`randomness.leg_entity`). `reach` is the row of what the answering team is to the call's lane; `factor` is the agent's own.
"""

from __future__ import annotations

from ccsim.jit import apart, jit
from ccsim.program.layout import Records
from ccsim.rules.callers import visit_of
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.rules.tables import call_type_at, flow_at, reach_at
from ccsim.vocabulary import Stream

__all__ = ["hold_time", "misroute_talk_time", "ring_time", "talk_time", "talk_time_of_draw", "wrap_time"]


@jit
@apart
def talk_time(
    luck: Luck, program: Records, reach: int, factor: float, call_type: int, entity: int, interval: int, recorded: float
) -> float:
    """Talk time without hold, s. A `recorded` handle time of 0 or more overrides the draw.

    `interval` is the one in which the contact dialled: its factor multiplies the draw.
    """
    if recorded >= 0.0:
        return recorded
    drawn = sample(program, reach_at(program, reach).talk_law, uniform(luck, Stream.TALK, entity, 0))
    return talk_time_of_draw(program, reach, factor, call_type, interval, drawn)  # type: ignore[no-any-return]


@jit
def talk_time_of_draw(program: Records, reach: int, factor: float, call_type: int, interval: int, drawn: float) -> float:
    """Talk time, s, where the team's law has given `drawn`."""
    flow = flow_at(program, call_type * program.n_intervals + interval)
    return drawn * flow.talk_factor * reach_at(program, reach).handle_factor * factor  # type: ignore[no-any-return]


@jit
def ring_time(luck: Luck, program: Records, law: int, entity: int, contact: int) -> float:
    """How long an agent's phone rings before he answers, by his team's law, s."""
    return sample(program, law, uniform(luck, Stream.RING, entity, visit_of(contact)))


@jit
def hold_time(
    luck: Luck, program: Records, reach: int, factor: float, call_type: int, entity: int, interval: int, recorded: float
) -> float:
    """Time on hold, s; 0 for callers who are not put on hold and for recorded handle times."""
    kind = call_type_at(program, call_type)
    if recorded >= 0.0 or kind.hold_share <= 0.0:
        return 0.0
    if kind.hold_share < 1.0 and uniform(luck, Stream.HOLD_SHARE, entity, 0) >= kind.hold_share:
        return 0.0
    drawn = sample(program, kind.hold_law, uniform(luck, Stream.HOLD, entity, 0))
    flow = flow_at(program, call_type * program.n_intervals + interval)
    return drawn * flow.hold_factor * reach_at(program, reach).handle_factor * factor


@jit
def wrap_time(
    luck: Luck, program: Records, reach: int, factor: float, call_type: int, entity: int, interval: int, recorded: float
) -> float:
    """After-contact work, s; 0 where the scenario has none and for recorded handle times."""
    team = reach_at(program, reach)
    if recorded >= 0.0 or team.wrap_law < 0:
        return 0.0
    drawn = sample(program, team.wrap_law, uniform(luck, Stream.WRAP, entity, 0))
    return drawn * flow_at(program, call_type * program.n_intervals + interval).wrap_factor * team.handle_factor * factor


@jit
@apart
def misroute_talk_time(luck: Luck, program: Records, entity: int) -> float:
    """How long an agent talks with a caller who is wrong with him, s; whoever the agent is."""
    return sample(program, program.misroute_talk_law, uniform(luck, Stream.TALK, entity, 0))
