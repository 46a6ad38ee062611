"""Draws made ahead: what nearly every caller needs is drawn at the door, for many callers at a time.

Luck is keyed, so a draw has the same value whenever it is made; several at a time take a quarter of the time. What was not
drawn ahead (nothing random, recorded callers, another entity's luck) is 0, which no draw gives, and is drawn when needed.
Talk times, too, are ready at the door: by the law of the call type, which is also that of most teams.
"""

from __future__ import annotations

import math

from ccsim.engine.compiled.state import DRAWN_AT_ONCE, ahead_at_door, ahead_of, caller_at, fresh_at, tail_at
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.callers import patience, patience_at, sent_to, sent_to_at
from ccsim.rules.handling import talk_time, talk_time_of_draw
from ccsim.rules.normal import (
    FAR,
    central_quantile_of_many,
    correction_far_out,
    correction_of_many,
    how_far_out,
    is_central,
    quantile_out_there,
)
from ccsim.rules.randomness import Luck, uniform_of_many
from ccsim.rules.sampling import sample
from ccsim.rules.tables import call_type_at, law_at, reach_at
from ccsim.vocabulary import Family, Stream

__all__ = ["forget_ahead", "patience_of", "sent_to_of", "take_ahead", "talk_time_of", "will_transfer"]


@inner
@apart
def draw_ahead(program: Records, luck: Luck, floor: Records) -> None:
    """Draws for the next callers at the door. Writes ahead_at_door."""
    first = floor.n_drawn
    n = min(floor.n_at_door - first, DRAWN_AT_ONCE)
    floor.n_drawn = first + n
    for i in range(n):
        entity = fresh_at(floor, first + i).entity
        ahead = ahead_at_door(floor, i)
        ahead.talk_level = uniform_of_many(luck, Stream.TALK, entity, 0)
        ahead.patience_level = uniform_of_many(luck, Stream.PATIENCE, entity, 0)
    if floor.transfers_ahead != 0:
        for i in range(n):
            entity = fresh_at(floor, first + i).entity
            ahead_at_door(floor, i).transfer_level = uniform_of_many(luck, Stream.TRANSFER, entity, 0)
    if floor.normals_ahead != 0:
        normals_ahead(floor, n)
    for i in range(n):
        ahead = ahead_at_door(floor, i)
        ahead.talk = talk_ahead(program, fresh_at(floor, first + i).call_type, ahead.talk_level, ahead.talk)


@inner
def normals_ahead(floor: Records, n: int) -> None:
    """Normal quantiles at the talk levels of n callers: as if all were central, then anew for those who are not.

    These are gathered first, and what needs no logarithm has a loop of its own: it takes several at a time. Writes
    ahead_at_door, tails.
    """
    n_tails = 0
    for i in range(n):
        ahead = ahead_at_door(floor, i)
        ahead.talk = central_quantile_of_many(ahead.talk_level)
    for i in range(n):
        tail_at(floor, n_tails).place = i
        n_tails += 1 - int(is_central(ahead_at_door(floor, i).talk_level))  # no branch, which nobody could foresee
    for i in range(n_tails):
        tail = tail_at(floor, i)
        tail.x = how_far_out(ahead_at_door(floor, tail.place).talk_level)
    for i in range(n_tails):
        tail = tail_at(floor, i)
        tail.correction = correction_of_many(tail.x)
    for i in range(n_tails):
        tail = tail_at(floor, i)
        ahead = ahead_at_door(floor, tail.place)
        correction = tail.correction if tail.x < FAR else correction_far_out(tail.x)
        ahead.talk = quantile_out_there(ahead.talk_level, tail.x, correction)


@inner
def talk_ahead(program: Records, call_type: int, u: float, quantile: float) -> float:
    """What `sample` gives for the talk of a call type; `quantile` is the normal law's at u, where that is needed."""
    number = call_type_at(program, call_type).talk_law
    law = law_at(program, number)
    if law.family == Family.EXPONENTIAL:
        return -law.a * math.log(1.0 - u)  # type: ignore[no-any-return]
    if law.family == Family.LOGNORMAL:
        return math.exp(law.a + law.b * quantile)
    return sample(program, number, u)  # type: ignore[no-any-return]


@inner
def take_ahead(program: Records, luck: Luck, floor: Records, slot: int, place: int) -> None:
    """The caller at this place of the door takes his draws with him. Writes ahead, ahead_at_door."""
    if floor.draws_ahead == 0:
        return
    if place == floor.n_drawn:
        draw_ahead(program, luck, floor)
    mine = ahead_of(floor, slot)
    his = ahead_at_door(floor, place & (DRAWN_AT_ONCE - 1))
    mine.talk = his.talk
    mine.talk_level = his.talk_level
    mine.patience_level = his.patience_level
    mine.transfer_level = his.transfer_level


@inner
def forget_ahead(floor: Records, slot: int) -> None:
    """What the caller brought is not the luck of the leg that begins. Writes ahead."""
    ahead = ahead_of(floor, slot)
    ahead.talk_level = 0.0
    ahead.patience_level = 0.0
    ahead.transfer_level = 0.0


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
    ahead = ahead_of(floor, slot)
    if ahead.talk_level == 0.0 or entity != caller.entity or recorded >= 0.0:
        return talk_time(luck, program, reach, factor, caller.call_type, entity, interval, recorded)  # type: ignore[no-any-return]
    law = reach_at(program, reach).talk_law
    drawn = ahead.talk
    if law != call_type_at(program, caller.call_type).talk_law:
        drawn = sample(program, law, ahead.talk_level)
    return talk_time_of_draw(program, reach, factor, caller.call_type, interval, drawn)  # type: ignore[no-any-return]


@inner
def patience_of(program: Records, luck: Luck, floor: Records, slot: int, recorded: float) -> float:
    """`rules.callers.patience` of the caller in this slot."""
    caller = caller_at(floor, slot)
    u = ahead_of(floor, slot).patience_level
    if u == 0.0 or recorded >= 0.0 or (caller.contact != 0 and program.redial_fresh_patience != 0):
        return patience(luck, program, caller.call_type, caller.entity, caller.contact, recorded)  # type: ignore[no-any-return]
    return patience_at(program, caller.call_type, u)  # type: ignore[no-any-return]


@inner
def will_transfer(program: Records, floor: Records, slot: int) -> bool:
    """True if it is known already that the talk of the caller in this slot, who has just dialled, will end in a transfer."""
    u = ahead_of(floor, slot).transfer_level
    return u > 0.0 and u < call_type_at(program, caller_at(floor, slot).call_type).transfer_share  # type: ignore[no-any-return]


@inner
def sent_to_of(program: Records, luck: Luck, floor: Records, slot: int) -> int:
    """`rules.callers.sent_to` of the caller in this slot."""
    caller = caller_at(floor, slot)
    if floor.keeps_segments != 0 and caller.contact == 0 and caller.segment == 0 and caller.kept_row == 0:
        return -1  # asked when he dialled, and this is at hand
    kind = call_type_at(program, caller.call_type)
    u = ahead_of(floor, slot).transfer_level
    if u == 0.0:
        return sent_to(luck, program, kind, caller.entity)  # type: ignore[no-any-return]
    return sent_to_at(program, kind, u)  # type: ignore[no-any-return]
