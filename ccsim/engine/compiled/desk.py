"""What an agent does with a caller's case: settles it, passes it on or refuses it. Only where authority matters."""

from __future__ import annotations

import math

from ccsim.engine.compiled.calendar import code_of, push
from ccsim.engine.compiled.earlier import is_misrouted, leg_of
from ccsim.engine.compiled.state import (
    WILL_ASK,
    agent_now,
    budget_of,
    caller_at,
    case_at,
    case_now,
    counts_of,
    digest_at,
    earlier_at,
    row_table,
    settlement_at,
)
from ccsim.jit import apart, inner
from ccsim.outcomes import CASE, SETTLEMENT
from ccsim.program.layout import Records
from ccsim.rules.after_contact import leaves, satisfaction
from ccsim.rules.authority import (
    action_of,
    amount_leaked,
    amount_needed,
    day_of,
    is_lost,
    is_resolved,
    stay_of,
    talk_after,
    talk_of,
    way_on,
    way_to_ask,
)
from ccsim.rules.callers import sent_to
from ccsim.rules.decisions import standing_of
from ccsim.rules.digest import fold
from ccsim.rules.randomness import Luck
from ccsim.rules.tables import agent_at, call_type_at, team_at
from ccsim.rules.tally import interval_of, tally_case
from ccsim.vocabulary import Action, CaseEnd, Cause, Event, Outcome

__all__ = [
    "ask_in_vain",
    "begin_case",
    "close_case",
    "end_briefing",
    "entity_of",
    "lane_to_ask",
    "loses",
    "pass_on",
    "promise",
    "put_down",
    "take_up",
]

_SETTLEMENT_WORDS = SETTLEMENT.itemsize // 8
_CASE_WORDS = CASE.itemsize // 8


@inner
@apart
def begin_case(program: Records, luck: Luck, floor: Records, slot: int) -> None:
    """A customer comes with what he needs. Writes cases."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    case.call_type = caller.call_type
    case.first_needed = amount_needed(luck, program, caller.call_type, caller.entity)
    case.needed = case.first_needed
    case.granted = 0.0
    case.leaked = 0.0
    case.retold = 0.0
    case.brief_time = 0.0
    case.consult_time = 0.0
    case.n_legs = 0
    case.n_escalations = 0
    case.n_hops = 0
    case.action = Action.SETTLED
    case.resolved = 0
    case.at_first = 0
    case.briefer = -1
    case.asks = 0
    case.at_first_contact = 0
    case.n_met = 0
    case.n_returns = 0
    case.cause = Cause.FRESH
    case.waited = 0.0
    case.first_ended_at = math.inf
    case.back_at = math.inf
    case.return_due_at = math.inf
    case.resolved_at = math.inf
    case.row = 0
    if floor.keep_rows != 0:
        case.row = floor.n_case_rows
        floor.n_case_rows += 1


@inner
def entity_of(floor: Records, slot: int) -> int:
    """The caller's own entity, whatever leg he is in."""
    if caller_at(floor, slot).earlier != 0:
        return earlier_at(floor, slot).entity  # type: ignore[no-any-return]
    return caller_at(floor, slot).entity  # type: ignore[no-any-return]


@inner
@apart
def take_up(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int, recorded: bool) -> None:
    """An agent answers: what he will do, how long he talks, what it takes of his budget. Writes cases, callers, calendar."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    leg = leg_of(caller)
    if leg == 0:
        case.n_hops = 0
    case.leg_granted = 0.0
    case.leg_leaked = 0.0
    case.leg_retold = 0.0
    case.leg_resolved = 0
    case.action = Action.TRANSFERRED
    if is_misrouted(floor, slot):
        return
    kind = call_type_at(program, caller.call_type)
    may_be = leg < kind.transfer_at_most and case.n_hops == 0
    if not may_be or sent_to(luck, program, kind, caller.entity) < 0:
        decide(program, luck, floor, now, slot, agent)
    story = 0.0
    if case.briefer >= 0:
        story = program.brief
    elif leg > 0:
        story = program.retell
        case.leg_retold = story
    if case.action == Action.CONSULTED:
        case.asks = WILL_ASK
        case.talk_after = talk_after(program, case.call_type, case.action, caller.talk_time, case.needed, leg, recorded)
        case.hold_after = caller.hold_time
        caller.hold_time = 0.0
    caller.talk_time = talk_of(program, case.call_type, case.action, caller.talk_time, case.needed, leg, recorded, story)
    end_briefing(floor, now, slot, program.brief)


@inner
@apart
def end_briefing(floor: Records, now: float, slot: int, after: float) -> None:
    """In so many seconds the agent who holds with the caller, if any, will be done with that. Writes cases, calendar."""
    case = case_now(floor, slot)
    agent = case.briefer
    if agent < 0:
        return
    case.briefer = -1
    ends_at = now + after
    case.brief_time += ends_at - agent_now(floor, agent).since
    push(floor, ends_at, code_of(Event.WRAP_END, agent, agent))


@inner
def decide(program: Records, luck: Luck, floor: Records, now: float, slot: int, agent: int) -> None:
    """Whether he may, and does. Writes cases, budgets."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    team = team_at(program, agent_at(program, agent).team)
    budget = budget_of(floor, agent)
    today = day_of(program, interval_of(program, now))
    if budget.day != today:
        budget.day = today
        budget.spent = 0.0
    left = team.credit_budget - budget.spent
    entity = entity_of(floor, slot)
    stay = stay_of(caller.contact, caller.segment)
    case.action = action_of(luck, program, caller.call_type, team.authority, left, case.needed, case.n_hops, entity, stay)
    if case.action == Action.CONSULTED:
        case.leg_granted = case.needed  # by the colleague's word, so out of nobody's budget
        if is_resolved(luck, program, case.call_type, agent_at(program, agent).team, entity, stay):
            case.leg_resolved = 1
    if case.action != Action.SETTLED:
        return
    case.leg_granted = case.needed
    if case.needed <= 0.0:
        case.leg_leaked = amount_leaked(luck, program, team.authority, left, entity, stay)
        case.leg_granted = case.leg_leaked
    budget.spent += case.leg_granted
    if is_resolved(luck, program, case.call_type, agent_at(program, agent).team, entity, stay):
        case.leg_resolved = 1


@inner
def lane_to_ask(program: Records, floor: Records, slot: int) -> int:
    """The lane in which the caller's agent waits for a colleague."""
    caller = caller_at(floor, slot)
    limit = team_at(program, agent_at(program, caller.agent).team).authority
    return way_to_ask(program, caller.call_type, limit, case_now(floor, slot).needed)  # type: ignore[no-any-return]


@inner
def ask_in_vain(program: Records, floor: Records, slot: int) -> None:
    """No colleague could be asked: the case is refused. Writes cases."""
    case = case_now(floor, slot)
    case.action = Action.REFUSED
    case.leg_granted = 0.0
    case.leg_resolved = 0
    leg = leg_of(caller_at(floor, slot))
    case.talk_after = talk_after(program, case.call_type, case.action, 0.0, case.needed, leg, False)


@inner
@apart
def put_down(program: Records, luck: Luck, floor: Records, now: float, slot: int) -> None:
    """The talk is over: what was done is told, and adds to what became of the case. Writes cases, one settlement."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    case.n_legs += 1
    case.granted += case.leg_granted
    case.leaked += case.leg_leaked
    case.retold += case.leg_retold
    if case.leg_resolved != 0 and case.resolved == 0:
        case.resolved = 1
        case.resolved_at = now
        case.at_first = 1 if case.n_legs == 1 else 0

    row = 0
    if floor.keep_rows != 0:
        row = floor.n_settlement_rows
        floor.n_settlement_rows += 1
    settlement = settlement_at(floor, row)
    settlement.customer = caller.customer
    settlement.replication = luck.replication
    settlement.episode = 0
    settlement.contact = caller.contact
    settlement.segment = caller.segment
    settlement.agent = caller.agent
    settlement.team = agent_at(program, caller.agent).team
    settlement.call_type = caller.call_type
    settlement.action = case.action
    settlement.leg = leg_of(caller)
    settlement.resolved = case.leg_resolved
    settlement.answered_at = caller.answered_at
    settlement.needed = case.needed
    settlement.granted = case.leg_granted
    settlement.leaked = case.leg_leaked
    settlement.retold_time = case.leg_retold
    if floor.keep_digest != 0:
        fold(row_table(floor, 4), row, _SETTLEMENT_WORDS, digest_at(floor, 4))


@inner
@apart
def loses(program: Records, luck: Luck, floor: Records, slot: int) -> bool:
    """True if the caller hangs up at the moment of being passed on."""
    caller = caller_at(floor, slot)
    return is_lost(luck, program, entity_of(floor, slot), stay_of(caller.contact, caller.segment))  # type: ignore[no-any-return]


@inner
@apart
def promise(program: Records, floor: Records, slot: int) -> int:
    """Somebody who may grant more will call him back; returns the lane of who might. Writes cases."""
    caller = caller_at(floor, slot)
    case = case_now(floor, slot)
    case.n_hops += 1
    limit = team_at(program, agent_at(program, caller.agent).team).authority
    return way_on(program, caller.call_type, limit, case.needed)  # type: ignore[no-any-return]


@inner
@apart
def pass_on(program: Records, floor: Records, slot: int) -> int:
    """He goes on to somebody who may grant more; returns the lane in which he does. Writes cases."""
    case_now(floor, slot).n_escalations += 1
    return promise(program, floor, slot)  # type: ignore[no-any-return]


@inner
@apart
def close_case(program: Records, luck: Luck, floor: Records, slot: int, outcome: int) -> None:
    """The episode is over, and with it its case. Writes one case, counts."""
    caller = caller_at(floor, slot)
    now = case_now(floor, slot)
    case = case_at(floor, now.row)
    case.customer = caller.customer
    case.replication = luck.replication
    case.episode = 0
    case.call_type = now.call_type
    case.n_legs = now.n_legs
    case.n_escalations = now.n_escalations
    case.end = CaseEnd.LOST
    if now.n_legs == 0:
        case.end = CaseEnd.UNMET
    elif now.action == Action.REFUSED:
        case.end = CaseEnd.REFUSED
    elif now.action == Action.SETTLED or now.action == Action.CONSULTED:
        case.end = CaseEnd.SETTLED
    case.resolved = now.resolved
    case.at_first = now.at_first
    case.n_contacts = caller.contact + 1
    case.n_met = now.n_met
    case.n_returns = now.n_returns
    case.at_first_contact = now.at_first_contact
    case.first_at = caller.first_at
    case.needed = now.first_needed
    case.granted = now.granted
    case.leaked = now.leaked
    case.retold_time = now.retold
    case.brief_time = now.brief_time
    case.consult_time = now.consult_time
    case.waited = now.waited
    case.first_ended_at = now.first_ended_at
    case.back_at = now.back_at
    case.return_due_at = now.return_due_at
    case.resolved_at = now.resolved_at
    case.left = 0
    case.satisfaction = 0.0
    if outcome != Outcome.UNFINISHED:
        hops = max(now.n_legs - 1, 0)
        standing = standing_of(now.resolved, now.n_legs, now.action, outcome)
        case.satisfaction = satisfaction(program, now.waited, hops, standing)
        over = now.return_due_at == math.inf
        if over and leaves(luck, program, outcome, entity_of(floor, slot), caller.contact, now.waited, hops, standing):
            case.left = 1
    if floor.keep_rows == 0:
        tally_case(case, program, counts_of(floor, 0))
    if floor.keep_digest != 0:
        fold(row_table(floor, 5), now.row, _CASE_WORDS, digest_at(floor, 5))
