"""Draws made ahead: what nearly every caller needs is drawn at the door, for many callers at a time.

Luck is keyed, so a draw has the same value whenever it is made; several at a time take a quarter of the time. What was not
drawn ahead (nothing random, recorded callers, another entity's luck) is 0, which no draw gives, and is drawn when needed.
"""

from __future__ import annotations

from ccsim.engine.compiled.state import ahead_at_door, ahead_of, caller_at, fresh_at
from ccsim.jit import inner
from ccsim.program.layout import Records
from ccsim.rules.callers import patience, patience_at
from ccsim.rules.handling import talk_time, talk_time_at
from ccsim.rules.randomness import Luck, uniform_of_many
from ccsim.vocabulary import Stream

__all__ = ["draw_ahead", "forget_ahead", "patience_of", "take_ahead", "talk_time_of"]


@inner
def draw_ahead(luck: Luck, floor: Records, n: int) -> None:
    """Draws for the n callers at the door. Writes ahead_at_door."""
    if floor.draws_ahead == 0:
        return
    for i in range(n):
        entity = fresh_at(floor, i).entity
        ahead = ahead_at_door(floor, i)
        ahead.talk = uniform_of_many(luck, Stream.TALK, entity, 0)
        ahead.patience = uniform_of_many(luck, Stream.PATIENCE, entity, 0)


@inner
def take_ahead(floor: Records, slot: int, place: int) -> None:
    """The caller at this place of the door takes his draws with him. Writes ahead."""
    if floor.draws_ahead == 0:
        return
    ahead_of(floor, slot).talk = ahead_at_door(floor, place).talk
    ahead_of(floor, slot).patience = ahead_at_door(floor, place).patience


@inner
def forget_ahead(floor: Records, slot: int) -> None:
    """What the caller brought is not the luck of the leg that begins. Writes ahead."""
    ahead = ahead_of(floor, slot)
    ahead.talk = 0.0
    ahead.patience = 0.0


@inner
def talk_time_of(
    program: Records,
    luck: Luck,
    floor: Records,
    slot: int,
    reach: int,
    factor: float,
    entity: int,
    interval: int,
    recorded: float,
) -> float:
    """`rules.handling.talk_time` of the caller in this slot."""
    caller = caller_at(floor, slot)
    u = ahead_of(floor, slot).talk
    if u == 0.0 or entity != caller.entity or recorded >= 0.0:
        return talk_time(luck, program, reach, factor, caller.call_type, entity, interval, recorded)  # type: ignore[no-any-return]
    return talk_time_at(program, reach, factor, caller.call_type, interval, u)  # type: ignore[no-any-return]


@inner
def patience_of(program: Records, luck: Luck, floor: Records, slot: int, recorded: float) -> float:
    """`rules.callers.patience` of the caller in this slot."""
    caller = caller_at(floor, slot)
    u = ahead_of(floor, slot).patience
    if u == 0.0 or recorded >= 0.0 or (caller.contact != 0 and program.redial_fresh_patience != 0):
        return patience(luck, program, caller.call_type, caller.entity, caller.contact, recorded)  # type: ignore[no-any-return]
    return patience_at(program, caller.call_type, u)  # type: ignore[no-any-return]
