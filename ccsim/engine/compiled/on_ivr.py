"""What happens in the IVR: a caller leaves a node for another one, for the queue, or for good."""

from __future__ import annotations

from ccsim.engine.compiled.ahead import forget_ahead
from ccsim.engine.compiled.earlier import keep_earlier
from ccsim.engine.compiled.happened import event_factor, is_closed
from ccsim.engine.compiled.on_caller import enter_node, enter_queue
from ccsim.engine.compiled.on_queue import end_unserved
from ccsim.engine.compiled.rows import close_ivr_stay
from ccsim.engine.compiled.state import caller_at, ivr_stay_of
from ccsim.jit import apart, inner
from ccsim.program.layout import Records
from ccsim.rules.ivr import TO_QUEUE, misrouted_to, way_out
from ccsim.rules.randomness import Luck, leg_entity
from ccsim.vocabulary import EventField, Outcome

__all__ = ["on_ivr_end"]


@inner
@apart
def on_ivr_end(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """A node of the IVR is over. Writes callers, clock, calendar, rows."""
    caller = caller_at(floor, slot)
    stay = ivr_stay_of(floor, slot)
    factor = 1.0
    if program.n_occasions > 0:
        factor = event_factor(program, floor, EventField.CONTAINED, stay.node, now)
    outcome, goes_to = way_out(
        luck, program, stay.node, caller.call_type, caller.entity, caller.contact, caller.segment, stay.retries, factor
    )
    if program.n_occasions > 0 and is_closed(program, floor, EventField.NODE, stay.node, stay.entered_at):
        outcome = Outcome.PASSED_ON
        goes_to = TO_QUEUE
    close_ivr_stay(program, luck, floor, caller, stay, outcome, now)
    if goes_to >= 0:
        caller.segment += 1
        retries = stay.retries + 1 if outcome == Outcome.RETRIED else 0
        enter_node(program, luck, floor, now, slot, goes_to, retries)
        return

    floor.n_inside -= 1
    floor.n_in_ivr -= 1
    if outcome == Outcome.MISROUTED:
        send_elsewhere(program, luck, floor, now, slot, stay.node)
        return
    if goes_to == TO_QUEUE:
        caller.segment += 1
        enter_queue(program, luck, floor, now, slot)
        return
    floor.lines_in_use -= 1
    end_unserved(program, luck, floor, now, slot, outcome)


@inner
@apart
def send_elsewhere(program: Records, luck: Luck, floor: Records, now: float, slot: int, node: int) -> None:
    """The caller lands in another call type's queue, as a call of that type. Writes callers, earlier, lanes, calendar, rows."""
    caller = caller_at(floor, slot)
    call_type = misrouted_to(luck, program, node, caller.call_type, caller.entity, caller.contact, caller.segment)
    keep_earlier(floor, slot)
    caller.segment += 1
    caller.entity = leg_entity(caller.entity, 0)
    caller.call_type = call_type
    forget_ahead(floor, slot)
    enter_queue(program, luck, floor, now, slot)
