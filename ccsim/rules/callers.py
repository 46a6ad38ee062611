"""What a caller does: balking, patience, dialling again; what he does in the IVR is in `rules.ivr`.

Every decision is keyed to the caller's entity and to the occasion. Patience luck belongs to the caller: he keeps it when he
dials again, unless the scenario says `patience: fresh`.
"""

from __future__ import annotations

import math

from ccsim.jit import apart, inner, jit
from ccsim.program.layout import Records
from ccsim.rules.decisions import decided_share
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.rules.tables import call_type_at, day_at, destination_at
from ccsim.vocabulary import MOST_CONTACTS, Decision, Outcome, Stream

__all__ = [
    "balks",
    "dial_at",
    "patience",
    "patience_at",
    "patience_on_leg",
    "redial_delay",
    "redials",
    "sent_to",
    "sent_to_at",
    "visit_of",
]

FIRST_HOUR = 3600.0
"""s; a dial that falls due while the lines are closed comes within this time after the next opening."""


@inner
def visit_of(contact: int) -> int:
    """The key's visit word for the `contact`-th attempt (from 0) of an episode."""
    return int(contact) << 12


@jit
def balks(luck: Luck, call_type: Records, entity: int, contact: int, n_waiting: int, last_wait: float) -> bool:
    """True if a caller who would have to wait leaves at once.

    `n_waiting` is how many wait in his queue, `last_wait` what he may expect: how long its last answered call has waited, s.
    """
    if call_type.balk_share <= 0.0 or n_waiting < call_type.balk_waiting or last_wait <= call_type.balk_wait_over:
        return False
    return uniform(luck, Stream.BALK, entity, visit_of(contact)) < call_type.balk_share


@jit
@apart
def patience(luck: Luck, program: Records, call_type: int, entity: int, contact: int, recorded: float) -> float:
    """How long the caller would wait in the queue, s; +inf for ever. A `recorded` value of 0 or more overrides the draw."""
    if recorded >= 0.0:
        return recorded
    visit = visit_of(contact) if program.redial_fresh_patience != 0 else 0
    return patience_at(program, call_type, uniform(luck, Stream.PATIENCE, entity, visit))  # type: ignore[no-any-return]


@jit
def patience_at(program: Records, call_type: int, u: float) -> float:
    """Patience at quantile level `u`, s."""
    kind = call_type_at(program, call_type)
    return min(sample(program, kind.patience_law, u), kind.patience_at_most)


@jit
def patience_on_leg(call_type: Records, leg: int, patience: float) -> float:
    """Patience on a contact's `leg`-th leg (from 0) in a queue of this type: what is drawn, or a part of it later on, s."""
    if leg == 0 or patience == math.inf:
        return patience
    return patience * call_type.after_transfer  # type: ignore[no-any-return]


@jit
def sent_to(luck: Luck, program: Records, call_type: Records, entity: int) -> int:
    """Call type as which he goes on whose talk on a leg of this type ends, -1 if it is not in a transfer.

    Like the handle time this is the problem's luck, not the attempt's: who needs another department still needs it after a
    redial.
    """
    return sent_to_at(program, call_type, uniform(luck, Stream.TRANSFER, entity, 0))  # type: ignore[no-any-return]


@jit
def sent_to_at(program: Records, call_type: Records, u: float) -> int:
    """The same at quantile level `u`."""
    if u >= call_type.transfer_share:
        return -1
    if call_type.n_destinations == 0:
        return call_type.transfer_to  # type: ignore[no-any-return]
    place = call_type.first_destination
    while u >= destination_at(program, place).up_to:
        place += 1
    return destination_at(program, place).call_type  # type: ignore[no-any-return]


@jit
def redials(
    luck: Luck,
    program: Records,
    call_type: int,
    outcome: int,
    entity: int,
    contact: int,
    n_redials: int,
    wait: float,
    hops: int,
    standing: int,
) -> bool:
    """True if a caller whose `contact`-th contact (from 0) ended with this outcome after this wait (s) will dial again.

    Parameters
    ----------
    call_type : int
        As a call of which he was not served.
    n_redials : int
        How many of his contacts so far were redials.
    hops, standing : int
        Agents met in this problem beyond the first; how it stands, `vocabulary.Standing`.
    """
    unserved = (
        outcome == Outcome.ABANDONED
        or outcome == Outcome.BALKED
        or outcome == Outcome.BLOCKED
        or outcome == Outcome.CLOSED
        or outcome == Outcome.TURNED_AWAY
        or outcome == Outcome.LOST_IN_TRANSFER
    )
    if not unserved or program.redial_share <= 0.0 or n_redials >= program.redial_attempts or contact >= MOST_CONTACTS:
        return False
    share = program.redial_share
    if program.redial_by_type != 0:
        kind = call_type_at(program, call_type)
        share = kind.redial_later if n_redials > 0 else kind.redial_first
    if program.n_odds > 0:
        share = decided_share(program, Decision.REDIAL, share, outcome, contact, wait, hops, standing)
    return uniform(luck, Stream.REDIAL, entity, visit_of(contact)) < share


@jit
def redial_delay(luck: Luck, program: Records, entity: int, contact: int) -> float:
    """Time from the end of the unserved attempt to the next one, s."""
    u = uniform(luck, Stream.REDIAL_DELAY, entity, visit_of(contact))
    return sample(program, program.redial_law, u)


@jit
def dial_at(luck: Luck, program: Records, due: float, entity: int, contact: int) -> float:
    """When a contact due again at `due` dials: then if lines are open, else in the first open hour; +inf after the last day."""
    for i in range(program.n_days):
        day = day_at(program, i)
        if due < day.close_at and day.close_at < math.inf:
            if due >= day.open_at:
                return due
            hour = min(FIRST_HOUR, day.close_at - day.open_at)
            return day.open_at + uniform(luck, Stream.DEFERRED, entity, visit_of(contact)) * hour
    return math.inf
