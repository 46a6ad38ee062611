"""What a customer does after a contact, where the problem of each has a case: he dials again, comes back, or is done."""

from __future__ import annotations

import math

from ccsim.engine.compiled.assign import schedule
from ccsim.engine.compiled.earlier import dial_as_another, forget_contact, leg_type
from ccsim.engine.compiled.state import caller_at, case_now, contact_at
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.after_contact import return_delay, returns
from ccsim.rules.callers import dial_at, redial_delay, redials
from ccsim.rules.decisions import standing_of
from ccsim.rules.randomness import Luck
from ccsim.vocabulary import Cause, Event

__all__ = ["comes_again", "note_contact", "waited_on_line"]


@inner
def waited_on_line(contact: Records) -> float:
    """How long the caller waited in a contact, s; who is called back waits in his own time."""
    if contact.cause == Cause.CALLBACK:
        return contact.later_wait  # type: ignore[no-any-return]
    return contact.wait + contact.later_wait  # type: ignore[no-any-return]


@inner
@apart
def note_contact(floor: Records, slot: int, now: float) -> None:
    """A contact is over and its row closed: the case knows what it was. Writes cases."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    contact = contact_at(floor, caller.contact_row)
    case.waited += waited_on_line(contact)
    if contact.n_answered > 0:
        if case.n_met == 0:
            case.first_ended_at = now
            case.at_first_contact = case.resolved
        case.n_met += 1


@inner
@apart
def comes_again(program: Records, luck: Luck, floor: Records, now: float, slot: int, outcome: int) -> bool:
    """A contact is over: true if another one of the same problem will follow. Writes cases, callers, earlier, calendar."""
    note_contact(floor, slot, now)
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    contact = contact_at(floor, caller.contact_row)
    wait = waited_on_line(contact)
    hops = max(case.n_legs - 1, 0)
    standing = standing_of(case.resolved, case.n_legs, case.action, outcome)
    entity = caller.entity
    number = caller.contact
    kind = leg_type(floor, slot)
    if redials(luck, program, kind, outcome, entity, number, number - case.n_returns, wait, hops, standing):
        case.cause = Cause.REDIAL
        due = now + redial_delay(luck, program, entity, number)
    elif contact.n_answered > 0 and returns(luck, program, outcome, entity, number, case.n_returns, wait, hops, standing):
        case.cause = Cause.RETURN
        case.n_returns += 1
        due = now + return_delay(luck, program, entity, number)
    else:
        return False
    at = dial_at(luck, program, due, entity, number)
    if case.n_met > 0 and case.back_at == math.inf:
        case.back_at = at if at < math.inf else due
    if at == math.inf:
        if case.cause == Cause.RETURN:
            case.return_due_at = due
        return False
    if case.resolved != 0:
        case.needed = 0.0
    caller.contact += 1
    if program.redial_as != 0 and case.cause == Cause.REDIAL:
        dial_as_another(program, floor, slot)
    if caller.earlier != 0:
        forget_contact(floor, slot)
    schedule(floor, at, Event.DIAL, caller.customer, slot)
    return True
