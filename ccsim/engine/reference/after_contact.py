"""What a customer does after a contact: he dials again, comes back, or is done, and then perhaps gone for good."""

from __future__ import annotations

import math
from typing import NamedTuple

from ccsim.engine.reference.people import Caller, Case
from ccsim.program.layout import Program, Records
from ccsim.rules import after_contact, callers
from ccsim.rules.decisions import standing_of
from ccsim.rules.randomness import Luck, leg_entity
from ccsim.vocabulary import Cause, Outcome, Standing

__all__ = ["AfterContact", "Farewell"]


class Farewell(NamedTuple):
    """What remains of a customer whose problem is over."""

    left: bool
    satisfaction: float


class AfterContact:
    """The decisions of customers between contacts."""

    def __init__(self, program: Program, record: Records, luck: Luck) -> None:
        self.record, self.luck = record, luck
        self.redial_as: list[int] = program.call_types.redial_as.tolist() if record.redial_as else []

    def note(self, caller: Caller, case: Case) -> None:
        """A contact is over: his case knows what it was."""
        case.waited += caller.waited_on_line
        if any(stay.answered for stay in caller.stays):
            if case.n_met == 0:
                case.first_ended_at, case.at_first_contact = caller.ended_at, case.resolved
            case.n_met += 1

    def next_dial(self, caller: Caller, now: float) -> float:
        """When the next contact of the same problem dials, +inf if none does."""
        who, case = (caller.entity, caller.contact), caller.case
        n_returns = 0 if case is None else case.n_returns
        met = (caller.waited_on_line, *self._facts(caller))
        if callers.redials(self.luck, self.record, caller.leg_type, caller.outcome, *who, caller.contact - n_returns, *met):
            due = now + callers.redial_delay(self.luck, self.record, *who)
            cause = Cause.REDIAL
        elif case is not None and self._returns(caller, case, met):
            due = now + float(after_contact.return_delay(self.luck, self.record, *who))
            cause = Cause.RETURN
            case.n_returns += 1
        else:
            return math.inf
        dial_at = float(callers.dial_at(self.luck, self.record, due, *who))
        if case is not None:
            self._plan(case, cause, due, dial_at)
        if dial_at < math.inf and cause is Cause.REDIAL and self.redial_as:
            self._dial_as_another(caller)
        return dial_at

    def farewell(self, caller: Caller, case: Case) -> Farewell:
        """The problem is over, or nothing of it is simulated any more."""
        if caller.outcome is Outcome.UNFINISHED:
            return Farewell(False, 0.0)
        facts = (case.waited, *self._facts(caller))
        who = (caller.outcome, caller.entity, caller.contact)
        over = case.return_due_at == math.inf
        left = over and bool(after_contact.leaves(self.luck, self.record, *who, *facts))
        return Farewell(left, float(after_contact.satisfaction(self.record, *facts)))

    def _returns(self, caller: Caller, case: Case, met: tuple[float, int, int]) -> bool:
        if not any(stay.answered for stay in caller.stays):
            return False
        who = (caller.outcome, caller.entity, caller.contact, case.n_returns)
        return bool(after_contact.returns(self.luck, self.record, *who, *met))

    def _plan(self, case: Case, cause: Cause, due: float, dial_at: float) -> None:
        """He will call again, if lines are open again before the run is over."""
        if case.n_met > 0 and case.back_at == math.inf:
            case.back_at = dial_at if dial_at < math.inf else due
        if dial_at == math.inf and cause is Cause.RETURN:
            case.return_due_at = due
        case.cause = cause
        if case.resolved:
            case.needed = 0.0

    def _dial_as_another(self, caller: Caller) -> None:
        """He dials again as another type, if that is so for the leg he waited in, whose luck he keeps."""
        kind = self.redial_as[caller.leg_type]
        if kind >= 0:
            caller.entity = leg_entity(caller.entity, caller.leg) if caller.leg > 0 else caller.entity
            caller.call_type = kind

    def _facts(self, caller: Caller) -> tuple[int, int]:
        """Hops, and how the problem stands."""
        case = caller.case
        if case is None:
            return 0, Standing.UNRESOLVED
        standing = standing_of(int(case.resolved), case.n_legs, case.action, caller.outcome)
        return max(case.n_legs - 1, 0), int(standing)
