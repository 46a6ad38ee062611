"""What a customer does when he has been answered: he comes back, or is gone for good; and how content he is.

Each decision is keyed to his entity and to the contact after which it is made.
"""

from __future__ import annotations

from ccsim.jit import jit
from ccsim.program.layout import Records
from ccsim.rules.callers import visit_of
from ccsim.rules.decisions import decided_share
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.vocabulary import MOST_CONTACTS, Decision, Standing, Stream

__all__ = ["leaves", "return_delay", "returns", "satisfaction"]


@jit
def returns(
    luck: Luck,
    program: Records,
    outcome: int,
    entity: int,
    contact: int,
    n_returns: int,
    wait: float,
    hops: int,
    standing: int,
) -> bool:
    """True if a customer whose `contact`-th contact (from 0) was answered comes back; arguments as `callers.redials`."""
    if program.return_share <= 0.0 or n_returns >= program.return_attempts or contact >= MOST_CONTACTS:
        return False
    share = decided_share(program, Decision.RETURN, program.return_share, outcome, contact, wait, hops, standing)
    return uniform(luck, Stream.RETURN, entity, visit_of(contact)) < share


@jit
def return_delay(luck: Luck, program: Records, entity: int, contact: int) -> float:
    """Time from the end of an answered contact until the customer comes back, s."""
    return sample(program, program.return_law, uniform(luck, Stream.RETURN_DELAY, entity, visit_of(contact)))


@jit
def leaves(
    luck: Luck, program: Records, outcome: int, entity: int, contact: int, waited: float, hops: int, standing: int
) -> bool:
    """True if a customer is gone for good when his problem is over; `waited` in all his contacts, s."""
    if program.leave_share <= 0.0:
        return False
    share = decided_share(program, Decision.LEAVE, program.leave_share, outcome, contact, waited, hops, standing)
    return uniform(luck, Stream.LEAVE, entity, visit_of(contact)) < share


@jit
def satisfaction(program: Records, waited: float, hops: int, standing: int) -> float:
    """An index from 1 to 5 of what a customer has met with in his problem; `waited` in all his contacts, s. 0: not asked."""
    if program.rates == 0:
        return 0.0
    index = program.satisfaction_base + program.satisfaction_per_minute * (waited / 60.0) + program.satisfaction_per_hop * hops
    if standing == Standing.REFUSED:
        index += program.satisfaction_refused
    elif standing == Standing.UNRESOLVED:
        index += program.satisfaction_unresolved
    return min(max(index, 1.0), 5.0)
