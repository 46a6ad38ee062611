"""Callbacks: to whom one is offered, who accepts or leaves a message, how long his phone rings, whether he answers, and again.

Every draw is keyed by the caller and the stay: whether he accepts by the stay in the queue, the rest by that on the list.
"""

from __future__ import annotations

import math

from ccsim.jit import jit
from ccsim.program.layout import Records
from ccsim.rules.callers import dial_at
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.rules.tables import callback_at, callback_window_at, day_at
from ccsim.vocabulary import ClosingRule, Stream

__all__ = ["accepts", "calls_again_at", "dial_time", "is_offered", "leaves_message", "picks_up"]


@jit
def is_offered(program: Records, queue: int, now: float, n_waiting: int, last_wait: float) -> bool:
    """True if whoever waits in this queue is offered a callback, as things are.

    Parameters
    ----------
    n_waiting : int
        How many others wait there.
    last_wait : float
        What he may expect: how long the queue's last answered call has waited, s.
    """
    callback = callback_at(program, queue)
    if callback.accept <= 0.0 or (n_waiting < callback.waiting_at_least and last_wait <= callback.wait_over):
        return False
    if callback.n_windows == 0:
        return True
    for place in range(callback.first_window, callback.first_window + callback.n_windows):
        window = callback_window_at(program, place)
        if window.starts_at <= now < window.ends_at:
            return True
    return False


@jit
def accepts(luck: Luck, program: Records, queue: int, entity: int, stay: int) -> bool:
    """True if he rather rings off and is called back."""
    return uniform(luck, Stream.CALLBACK_ACCEPT, entity, stay) < callback_at(program, queue).accept  # type: ignore[no-any-return]


@jit
def leaves_message(luck: Luck, program: Records, queue: int, entity: int, stay: int) -> bool:
    """True if he leaves a message where he may, rather than wait on or be sent away."""
    share = callback_at(program, queue).message_share
    return share > 0.0 and uniform(luck, Stream.VOICEMAIL, entity, stay) < share


@jit
def dial_time(luck: Luck, program: Records, queue: int, entity: int, stay: int) -> float:
    """How long the agent who dials hears it ring, answered or not, s."""
    return sample(program, callback_at(program, queue).ring_law, uniform(luck, Stream.CALLBACK_RING, entity, stay))


@jit
def picks_up(luck: Luck, program: Records, queue: int, entity: int, stay: int) -> bool:
    """True if the customer answers."""
    answered = callback_at(program, queue).answered
    return answered >= 1.0 or uniform(luck, Stream.CALLBACK_ANSWERED, entity, stay) < answered


@jit
def calls_again_at(luck: Luck, program: Records, queue: int, now: float, n_dials: int, entity: int, contact: int) -> float:
    """When somebody who did not answer falls due again; +inf if nobody tries again.

    Parameters
    ----------
    n_dials : int
        How often he has been dialled.

    Notes
    -----
    What falls due while lines are closed comes in the first open hour, as redials do, unless closing clears the list.
    """
    callback = callback_at(program, queue)
    if n_dials >= callback.attempts:
        return math.inf
    due = now + callback.retry_after
    if program.closing_rule == ClosingRule.STAY:
        return due  # type: ignore[no-any-return]
    if callback.clears != 0 and due >= closes_at(program, now):
        return math.inf
    return dial_at(luck, program, due, entity, contact)  # type: ignore[no-any-return]


@jit
def closes_at(program: Records, now: float) -> float:
    """When the lines that are open now close; -inf while they are closed."""
    at = -math.inf
    for i in range(program.n_days):
        day = day_at(program, i)
        if day.open_at <= now < day.close_at or day.open_at == at:
            at = day.close_at
    return at
