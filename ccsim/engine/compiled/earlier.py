"""What has gone before the stay at hand: kept only for callers who are transferred, flow over, or hear a phone ring."""

from __future__ import annotations

import math

from ccsim.engine.compiled.ahead import forget_ahead
from ccsim.engine.compiled.slots import reserve_segment
from ccsim.engine.compiled.state import caller_at, earlier_at
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.randomness import leg_entity
from ccsim.rules.tables import call_type_at, lane_at
from ccsim.vocabulary import Outcome

__all__ = [
    "begin_stay",
    "dial_as_another",
    "forget_contact",
    "is_misrouted",
    "keep_earlier",
    "leg_of",
    "leg_type",
    "remember_stay",
]


@inner
def leg_of(caller: Records) -> int:
    """How often the contact has been transferred: 0 on its first leg."""
    return int(caller.earlier) >> 1


@inner
def is_misrouted(floor: Records, slot: int) -> bool:
    """True if the stay is in a queue where the caller is wrong: of another type than his, and he was not transferred there."""
    caller = caller_at(floor, slot)
    return caller.earlier == 1 and caller.call_type != earlier_at(floor, slot).call_type


@inner
def keep_earlier(floor: Records, slot: int) -> None:
    """Begins the caller's EARLIER row, if it has not begun. Writes callers, earlier."""
    caller = caller_at(floor, slot)
    if caller.earlier != 0:
        return
    earlier = earlier_at(floor, slot)
    earlier.entity = caller.entity
    earlier.call_type = caller.call_type
    earlier.first_type = caller.call_type
    earlier.more_stays = 0
    earlier.episode_n_answered = 0
    earlier.episode_talk_time = 0.0
    earlier.episode_hold_time = 0.0
    earlier.episode_wrap_time = 0.0
    forget_contact(floor, slot)
    earlier.entered_at = caller.queued_at
    earlier.assigned_at = caller.answered_at


@inner
def forget_contact(floor: Records, slot: int) -> None:
    """A contact begins: of the one before only its part in the episode is kept. Writes callers, earlier."""
    caller = caller_at(floor, slot)
    earlier = earlier_at(floor, slot)
    caller.earlier = 1
    caller.entity = earlier.entity
    caller.call_type = earlier.call_type
    earlier.came_by = -1
    earlier.came_from = -1
    earlier.assigned_at = math.inf
    earlier.answers_at = math.inf
    earlier.step_at = math.inf
    earlier.offered = 0
    earlier.on_list = 0
    earlier.callback = 0
    earlier.n_dials = 0
    earlier.n_stays = 0
    earlier.n_answered = 0
    earlier.wait = 0.0
    earlier.later_wait = 0.0
    earlier.ring_time = 0.0
    earlier.talk_time = 0.0
    earlier.hold_time = 0.0
    earlier.wrap_time = 0.0


@inner
def leg_type(floor: Records, slot: int) -> int:
    """The call type of the leg at hand: his own on the first, also where he is wrong."""
    caller = caller_at(floor, slot)
    if caller.earlier == 1:
        return earlier_at(floor, slot).call_type  # type: ignore[no-any-return]
    return caller.call_type  # type: ignore[no-any-return]


@inner
@apart
def dial_as_another(program: Records, floor: Records, slot: int) -> None:
    """Who dials again does so as another type, if that is so for the leg he waited in, whose luck he keeps. Writes earlier."""
    kind = call_type_at(program, leg_type(floor, slot)).redial_as
    if kind < 0:
        return
    keep_earlier(floor, slot)
    earlier = earlier_at(floor, slot)
    leg = leg_of(caller_at(floor, slot))
    if leg > 0:
        earlier.entity = leg_entity(earlier.entity, leg)
    earlier.call_type = kind
    forget_ahead(floor, slot)


@inner
def remember_stay(program: Records, floor: Records, slot: int, outcome: int, now: float) -> None:
    """The stay at hand is over and another follows. Writes callers, earlier."""
    keep_earlier(floor, slot)
    caller = caller_at(floor, slot)
    earlier = earlier_at(floor, slot)
    left_at = min(caller.answered_at, now)
    queue = lane_at(program, caller.lane).queue
    if earlier.n_stays == 0:
        earlier.queued_at = earlier.entered_at
        earlier.queue = queue
    if earlier.n_answered > 0:
        earlier.later_wait += left_at - earlier.entered_at
    else:
        earlier.wait = left_at - earlier.queued_at
    if earlier.assigned_at < math.inf:
        earlier.ring_time += left_at - earlier.assigned_at
    if outcome == Outcome.TRANSFERRED or outcome == Outcome.ESCALATED:
        caller.earlier += 2
        earlier.n_answered += 1
        earlier.talk_time += caller.talk_time
        earlier.hold_time += caller.hold_time
        earlier.wrap_time += caller.wrap_time
    earlier.n_stays += 1
    earlier.came_by = outcome
    earlier.came_from = queue
    caller.segment += 1


@inner
def begin_stay(floor: Records, now: float, slot: int, lane: int, clock_at: float) -> None:
    """The caller is in this lane from now on, where his waiting counts from `clock_at`. Writes callers, earlier, clock."""
    caller = caller_at(floor, slot)
    caller.lane = lane
    caller.queued_at = clock_at
    caller.answered_at = math.inf
    caller.agent = -1
    reserve_segment(floor, slot)
    if caller.earlier != 0:
        earlier = earlier_at(floor, slot)
        earlier.entered_at = now
        earlier.assigned_at = math.inf
        earlier.answers_at = math.inf
        earlier.step_at = math.inf
        earlier.offered = 0
        earlier.on_list = 0
