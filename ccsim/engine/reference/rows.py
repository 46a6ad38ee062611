"""The book: what is over is written down as a row, a tuple in the order of its table's columns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.engine.reference.after_contact import Farewell
from ccsim.engine.reference.people import Agent, Caller, Case, Stay
from ccsim.outcomes import AGENT_STATE, CASE, CONTACT, EPISODE, SEGMENT, SETTLEMENT, TABLE_KEYS, Rows
from ccsim.program.layout import records
from ccsim.vocabulary import Action, AgentState, CaseEnd, Cause, Channel, Outcome, SegmentKind

__all__ = ["Book", "work_of"]


class Book:
    """The rows of one replication."""

    def __init__(self, replication: int) -> None:
        self.replication = replication
        self.written: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLE_KEYS}

    def ivr_stay(self, caller: Caller, outcome: Outcome, ended_at: float) -> None:
        """A stay at a node of the IVR is over."""
        place = (SegmentKind.IVR_NODE, 0, caller.node, caller.call_type, outcome, -1, 0, -1, -1)
        when = (caller.node_entered_at, caller.node_entered_at, math.inf, math.inf, math.inf, ended_at, 0.0, math.inf)
        self.written["segments"].append((*self._key(caller), caller.contact, caller.segment, *place, *when))

    def queue_stay(self, caller: Caller, outcome: Outcome, ended_at: float) -> None:
        """A stay in the queue, and with the agent who answered, is over."""
        assert caller.lane is not None
        kind = SegmentKind.CALLBACK if caller.on_list else SegmentKind.QUEUE
        place = (kind, int(caller.offered), caller.lane.queue, caller.kind, outcome)
        agent = -1 if caller.agent is None else caller.agent.id
        answered = caller.answered_at < math.inf
        before = (caller.stays[-1].outcome, caller.stays[-1].queue) if caller.stays else (-1, -1)
        when = (caller.entered_at, caller.queued_at, caller.gives_up_at, caller.assigned_at, caller.answered_at, ended_at)
        work = (caller.hold_time, ended_at + caller.wrap_time) if answered else (0.0, math.inf)
        where = (caller.contact, caller.segment, *place)
        self.written["segments"].append((*self._key(caller), *where, agent, int(answered), *before, *when, *work))

    def consult(self, request: Caller, outcome: Outcome, ended_at: float) -> None:
        """A colleague was asked, or waited for in vain."""
        assert request.lane is not None
        place = (SegmentKind.CONSULT, 0, request.lane.queue, request.kind, outcome)
        answered = request.answered_at < math.inf
        who = (-1 if request.agent is None else request.agent.id, int(answered), -1, -1)
        when = (request.entered_at, request.entered_at, request.gives_up_at, request.answered_at, request.answered_at, ended_at)
        wrapped = (0.0, ended_at if answered else math.inf)
        self.written["segments"].append((*self._key(request), request.contact, request.segment, *place, *who, *when, *wrapped))

    def contact(self, caller: Caller) -> None:
        """An attempt is over."""
        again = Cause.REDIAL if caller.case is None else caller.case.cause
        cause = Cause.CALLBACK if caller.callback else again if caller.contact > 0 else Cause.FRESH
        stays = caller.stays
        queue, queued_at = (stays[0].queue, stays[0].entered_at) if stays else (-1, math.inf)
        what = (caller.contact, Channel.PHONE, caller.call_type, cause, queue, caller.outcome)
        number = (len(stays), sum(stay.answered for stay in stays))
        when = (caller.arrived_at, queued_at, caller.ended_at, caller.first_wait, caller.later_wait)
        rung = sum((stay.ring_time for stay in stays), 0.0)
        self.written["contacts"].append((*self._key(caller), *what, *number, *when, rung, *work_of(stays)))

    def episode(self, caller: Caller) -> None:
        """A customer's problem is over with his last contact."""
        what = (caller.first_type, caller.contact + 1, caller.n_offered, caller.n_stays, caller.n_answered, caller.outcome)
        when = (caller.first_at, caller.ended_at, caller.waited)
        work = (caller.talked, caller.held, caller.wrapped)
        self.written["episodes"].append((*self._key(caller), *what, *when, *work))

    def settlement(self, caller: Caller, case: Case) -> None:
        """What an agent did with a case is done."""
        assert caller.agent is not None
        where = (caller.contact, caller.segment, caller.agent.id, caller.agent.team.code, caller.kind)
        what = (case.action, caller.leg, int(case.leg_resolved), caller.answered_at, case.needed)
        gave = (case.leg_granted, case.leg_leaked, case.leg_retold)
        self.written["settlements"].append((*self._key(caller), *where, *what, *gave))

    def case(self, caller: Caller, case: Case, farewell: Farewell) -> None:
        """An episode's case is over."""
        end = CaseEnd.LOST
        if case.n_legs == 0:
            end = CaseEnd.UNMET
        elif case.action is Action.REFUSED:
            end = CaseEnd.REFUSED
        elif case.action in (Action.SETTLED, Action.CONSULTED):
            end = CaseEnd.SETTLED
        what = (caller.first_type, case.n_legs, case.n_escalations, end, int(case.resolved), int(case.at_first))
        again = (caller.contact + 1, case.n_met, case.n_returns, int(case.at_first_contact), int(farewell.left))
        gave = (caller.first_at, case.first_needed, case.granted, case.leaked)
        took = (case.retold, case.brief_time, case.consult_time, case.waited)
        when = (case.first_ended_at, case.back_at, case.return_due_at, case.resolved_at)
        self.written["cases"].append((*self._key(caller), *what, *again, *gave, *took, *when, farewell.satisfaction))

    def agent_state(self, agent: Agent, ended_at: float) -> None:
        """What an agent did is over; nothing is kept of an instant."""
        if agent.state is not AgentState.ABSENT and agent.since < ended_at:
            who = (agent.id, agent.team.code, self.replication, agent.state, agent.customer)
            self.written["agent_states"].append((*who, agent.since, ended_at))

    def _key(self, caller: Caller) -> tuple[int, int, int]:
        return caller.customer, self.replication, 0

    def rows(self) -> Rows:
        """What was written, each table sorted by its key."""
        dtypes = {
            "episodes": EPISODE,
            "contacts": CONTACT,
            "segments": SEGMENT,
            "agent_states": AGENT_STATE,
            "settlements": SETTLEMENT,
            "cases": CASE,
        }
        return Rows(**{name: _table(dtype, TABLE_KEYS[name], self.written[name]) for name, dtype in dtypes.items()})


def work_of(stays: list[Stay]) -> tuple[float, float, float]:
    """Talk, hold and wrap of a contact, s."""
    return (
        sum((stay.talk_time for stay in stays), 0.0),
        sum((stay.hold_time for stay in stays), 0.0),
        sum((stay.wrap_time for stay in stays), 0.0),
    )


def _table(dtype: np.dtype[Any], key: tuple[str, ...], written: list[tuple[Any, ...]]) -> NDArray[Any]:
    """Record array of the rows, sorted by key."""
    table = records(dtype, len(written))
    table[:] = np.array(written, dtype=dtype)
    return table[np.lexsort([table[column] for column in reversed(key)])]  # type: ignore[no-any-return]
