"""What a caller does: time in the IVR, hanging up there, balking, patience, dialling again.

Every decision is keyed to the caller's entity and to the occasion. Patience luck belongs to the caller: he keeps it when he
dials again, unless the scenario says `patience: fresh`.
"""

from __future__ import annotations

import math

from ccsim.jit import inner, jit
from ccsim.program.layout import Program, Records
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.vocabulary import Outcome, Stream

__all__ = ["balks", "dial_at", "hangs_up_in_ivr", "ivr_time", "patience", "redial_delay", "redials", "visit_of"]

FIRST_HOUR = 3600.0
"""s; a dial that falls due while the lines are closed comes within this time after the next opening."""


@inner
def visit_of(contact: int) -> int:
    """The key's visit word for the `contact`-th attempt (from 0) of an episode."""
    return contact << 12


@jit
def ivr_time(luck: Luck, program: Program, entity: int, contact: int) -> float:
    """Time in the IVR, s."""
    u = uniform(luck, Stream.IVR_TIME, entity, visit_of(contact))
    return sample(program.laws[program.settings[0].ivr_law], program.law_points, u)


@jit
def hangs_up_in_ivr(luck: Luck, settings: Records, entity: int, contact: int) -> bool:
    """True if the caller leaves at the end of the IVR instead of entering the queue."""
    if settings.ivr_hang_up_share <= 0.0:
        return False
    return uniform(luck, Stream.IVR_HANG_UP, entity, visit_of(contact)) < settings.ivr_hang_up_share


@jit
def balks(luck: Luck, call_type: Records, entity: int, contact: int) -> bool:
    """True if a caller who would have to wait leaves at once."""
    if call_type.balk_share <= 0.0:
        return False
    return uniform(luck, Stream.BALK, entity, visit_of(contact)) < call_type.balk_share


@jit
def patience(luck: Luck, program: Program, call_type: int, entity: int, contact: int, recorded: float) -> float:
    """How long the caller would wait in the queue, s; +inf for ever. A `recorded` value of 0 or more overrides the draw."""
    if recorded >= 0.0:
        return recorded
    kind = program.call_types[call_type]
    visit = visit_of(contact) if program.settings[0].redial_fresh_patience != 0 else 0
    drawn = sample(program.laws[kind.patience_law], program.law_points, uniform(luck, Stream.PATIENCE, entity, visit))
    return min(drawn, kind.patience_at_most)


@jit
def redials(luck: Luck, settings: Records, outcome: int, entity: int, contact: int) -> bool:
    """True if a caller whose `contact`-th attempt (from 0) ended with this outcome will dial again."""
    unserved = (
        outcome == Outcome.ABANDONED
        or outcome == Outcome.BALKED
        or outcome == Outcome.BLOCKED
        or outcome == Outcome.CLOSED
    )
    if not unserved or settings.redial_share <= 0.0 or contact >= settings.redial_attempts:
        return False
    return uniform(luck, Stream.REDIAL, entity, visit_of(contact)) < settings.redial_share


@jit
def redial_delay(luck: Luck, program: Program, entity: int, contact: int) -> float:
    """Time from the end of the unserved attempt to the next one, s."""
    u = uniform(luck, Stream.REDIAL_DELAY, entity, visit_of(contact))
    return sample(program.laws[program.settings[0].redial_law], program.law_points, u)


@jit
def dial_at(luck: Luck, days: Records, due: float, entity: int, contact: int) -> float:
    """When a redial due at `due` happens: then if lines are open, else in the first open hour; +inf after the last day."""
    for day in range(days.shape[0]):
        if due < days[day].close_at and days[day].close_at < math.inf:
            if due >= days[day].open_at:
                return due
            hour = min(FIRST_HOUR, days[day].close_at - days[day].open_at)
            u = uniform(luck, Stream.DEFERRED, entity, visit_of(contact))
            return days[day].open_at + u * hour
    return math.inf
