"""What an agent does with a caller's case: settles it, passes it on or refuses it."""

from __future__ import annotations

from bisect import bisect_right

from ccsim.engine.reference.people import Agent, Caller, Case
from ccsim.engine.reference.rows import Book
from ccsim.program.layout import Program, Records
from ccsim.rules import authority, callers
from ccsim.rules.randomness import Luck
from ccsim.vocabulary import Action

__all__ = ["Desk"]


class Desk:
    """Cases as they are taken up and put down; what is done goes into the book."""

    def __init__(self, program: Program, record: Records, luck: Luck, book: Book) -> None:
        self.program = program
        self.record = record
        self.luck = luck
        self.book = book
        self.interval_starts: list[float] = program.intervals.starts_at.tolist()
        self.in_use = bool(program.settings.authority[0])

    def case_of(self, call_type: int, entity: int) -> Case | None:
        """The case with which a customer comes; none where authority does not matter."""
        if not self.in_use:
            return None
        needed = float(authority.amount_needed(self.luck, self.record, call_type, entity))
        return Case(needed, needed)

    def take_up(self, caller: Caller, case: Case, agent: Agent, now: float) -> None:
        """An agent answers: what he will do, how long he talks then, and what it takes of his budget."""
        if caller.leg == 0:
            case.n_hops = 0
        case.leg_granted = case.leg_leaked = case.leg_retold = 0.0
        case.leg_resolved = False
        kind = self.program.call_types[caller.kind]
        may_be = caller.leg < kind.transfer_at_most and case.n_hops == 0
        if caller.misrouted or (may_be and callers.sent_to(self.luck, self.record, kind, caller.leg_entity) >= 0):
            case.action = Action.TRANSFERRED
        else:
            self._decide(caller, case, agent, now)
        if caller.misrouted:
            return
        story = 0.0
        if case.briefer is not None:
            story = float(self.record.brief)
        elif caller.leg > 0:
            story = case.leg_retold = float(self.record.retell)
        recorded = caller.recorded_handle >= 0.0 and caller.leg == 0
        what = (caller.first_type, case.action, caller.talk_time, case.needed, caller.leg)
        caller.talk_time = authority.talk_of(self.record, *what, recorded, story)
        case.asks = case.action is Action.CONSULTED
        if case.asks:
            case.talk_after = float(authority.talk_after(self.record, *what, recorded))
            case.hold_after, caller.hold_time = caller.hold_time, 0.0

    def _decide(self, caller: Caller, case: Case, agent: Agent, now: float) -> None:
        """Whether he may, and does."""
        team = self.program.teams[agent.team.code]
        interval = min(bisect_right(self.interval_starts, now), len(self.interval_starts)) - 1
        today = int(authority.day_of(self.record, interval))
        if agent.spent_on != today:
            agent.spent, agent.spent_on = 0.0, today
        left = float(team.credit_budget) - agent.spent
        limit = float(team.authority)
        stay = authority.stay_of(caller.contact, caller.segment)
        who = (caller.entity, stay)
        case.action = Action(
            authority.action_of(self.luck, self.record, caller.kind, limit, left, case.needed, case.n_hops, *who)
        )
        if case.action is Action.CONSULTED:
            case.leg_granted = case.needed  # by the colleague's word, so out of nobody's budget
            case.leg_resolved = authority.is_resolved(self.luck, self.record, caller.first_type, agent.team.code, *who)
        if case.action is not Action.SETTLED:
            return
        case.leg_granted = case.needed
        if case.needed <= 0.0:
            case.leg_leaked = authority.amount_leaked(self.luck, self.record, limit, left, *who)
            case.leg_granted = case.leg_leaked
        agent.spent += case.leg_granted
        case.leg_resolved = authority.is_resolved(self.luck, self.record, caller.first_type, agent.team.code, *who)

    def put_down(self, caller: Caller, case: Case, now: float) -> None:
        """The talk is over: what was done is told, and adds to what became of the case."""
        case.n_legs += 1
        case.granted += case.leg_granted
        case.leaked += case.leg_leaked
        case.retold += case.leg_retold
        if case.leg_resolved and not case.resolved:
            case.resolved, case.resolved_at = True, now
            case.at_first = case.n_legs == 1
        self.book.settlement(caller, case)

    def way_to_ask(self, caller: Caller, case: Case) -> int:
        """The lane in which his agent waits for a colleague."""
        assert caller.agent is not None
        limit = float(self.program.teams.authority[caller.agent.team.code])
        return int(authority.way_to_ask(self.record, caller.kind, limit, case.needed))

    def ask_in_vain(self, caller: Caller, case: Case) -> None:
        """No colleague could be asked: the case is refused."""
        case.action, case.leg_granted, case.leg_resolved = Action.REFUSED, 0.0, False
        what = (caller.first_type, case.action, 0.0, case.needed, caller.leg)
        case.talk_after = float(authority.talk_after(self.record, *what, False))

    def loses(self, caller: Caller) -> bool:
        """True if he hangs up at the moment of being passed on."""
        stay = authority.stay_of(caller.contact, caller.segment)
        return bool(authority.is_lost(self.luck, self.record, caller.entity, stay))

    def pass_on(self, caller: Caller, agent: Agent) -> int:
        """He goes on to somebody who may grant more; returns the lane in which he does."""
        assert caller.case is not None
        caller.case.n_escalations += 1
        return self.promise(caller, agent)

    def promise(self, caller: Caller, agent: Agent) -> int:
        """Somebody who may grant more will call him back; returns the lane of who might."""
        case = caller.case
        assert case is not None
        case.n_hops += 1
        limit = float(self.program.teams.authority[agent.team.code])
        return int(authority.way_on(self.record, caller.kind, limit, case.needed))
