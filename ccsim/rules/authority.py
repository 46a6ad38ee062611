"""What a case needs, what an agent does with it, and how long that takes.

Whether a case needs authority, and how much, belongs to the episode; what is decided in one stay is keyed by that stay. Money
is in the scenario's currency.
"""

from __future__ import annotations

from ccsim.jit import jit
from ccsim.program.layout import Records
from ccsim.rules.callers import visit_of
from ccsim.rules.randomness import Luck, uniform
from ccsim.rules.sampling import sample
from ccsim.rules.tables import call_type_at, interval_at, need_at, team_at, way_at
from ccsim.vocabulary import Action, Stream

__all__ = [
    "action_of",
    "amount_leaked",
    "amount_needed",
    "day_of",
    "is_lost",
    "is_resolved",
    "stay_of",
    "talk_after",
    "talk_of",
    "way_on",
    "way_to_ask",
]


@jit
def stay_of(contact: int, segment: int) -> int:
    """The key's visit word for one stay of a contact."""
    return int(visit_of(contact)) | int(segment)


@jit
def amount_needed(luck: Luck, program: Records, call_type: int, entity: int) -> float:
    """What somebody must be allowed to grant to settle this caller's case; 0 for nothing."""
    kind = call_type_at(program, call_type)
    if kind.n_needs == 0:
        return 0.0
    u = uniform(luck, Stream.AUTHORITY_NEEDED, entity, 0)
    for place in range(kind.first_need, kind.first_need + kind.n_needs):
        need = need_at(program, place)
        if u < need.up_to:
            if need.law < 0:
                return need.amount  # type: ignore[no-any-return]
            return sample(program, need.law, uniform(luck, Stream.AUTHORITY_AMOUNT, entity, 0))
    return 0.0


@jit
def way_on(program: Records, call_type: int, limit: float, needed: float) -> int:
    """Lane in which a call waits that is beyond this limit, -1 if nobody may grant more, or enough."""
    kind = call_type_at(program, call_type)
    for place in range(kind.first_way, kind.first_way + kind.n_ways):
        way = way_at(program, place)
        if way.limit > limit and (program.by_chain != 0 or way.limit >= needed):
            return way.lane  # type: ignore[no-any-return]
    return -1


@jit
def way_to_ask(program: Records, call_type: int, limit: float, needed: float) -> int:
    """Lane in which one waits for a colleague above this limit who may grant enough, -1 if there is none."""
    kind = call_type_at(program, call_type)
    for place in range(kind.first_way, kind.first_way + kind.n_ways):
        way = way_at(program, place)
        if way.limit > limit and way.limit >= needed:
            return way.lane  # type: ignore[no-any-return]
    return -1


@jit
def action_of(
    luck: Luck, program: Records, call_type: int, limit: float, left: float, needed: float, n_hops: int, entity: int, stay: int
) -> int:
    """What an agent does with a case: if `limit` and what is `left` of his budget allow, he settles it.

    Parameters
    ----------
    call_type : int
        Of the stay.
    n_hops : int
        How often this contact has been escalated.
    """
    if needed <= limit and needed <= left:
        return Action.SETTLED
    kind = call_type_at(program, call_type)
    consults = kind.refuse_share + kind.consult_share
    promises = consults + kind.promise_share
    u = 1.0
    if promises > 0.0:
        u = uniform(luck, Stream.SHORTFALL, entity, stay)
    if u < kind.refuse_share or (u < consults and way_to_ask(program, call_type, limit, needed) < 0):
        return Action.REFUSED
    if u < consults:
        return Action.CONSULTED
    if n_hops >= program.max_hops or way_on(program, call_type, limit, needed) < 0:
        return Action.REFUSED
    if u < promises:
        return Action.PROMISED
    return Action.ESCALATED


@jit
def talk_of(
    program: Records, case_type: int, action: int, talk: float, needed: float, leg: int, recorded: bool, story: float
) -> float:
    """Talk time of a leg, s: of a `talk` time as drawn, the part that is needed, with deciding and retelling.

    Of who asks a colleague: until he does.

    Parameters
    ----------
    case_type : int
        Call type of the episode.
    leg : int
        Of the contact, from 0.
    recorded : bool
        A recorded time is that of a case like this already.
    story : float
        What hearing the story takes, from the caller or from whom he talked to before, s.
    """
    time = talk
    if needed > 0.0 and not recorded:
        time *= call_type_at(program, case_type).authority_talk
    if leg > 0:
        time *= program.next_leg
    if action != Action.SETTLED and action != Action.TRANSFERRED:
        time *= program.first_leg
    if needed > 0.0 and (action == Action.SETTLED or action == Action.REFUSED):
        time += program.decide_frontline if leg == 0 else program.decide_supervisor
    return time + story


@jit
def talk_after(program: Records, case_type: int, action: int, talk: float, needed: float, leg: int, recorded: bool) -> float:
    """Talk time after asking a colleague, s: what is left of a `talk` time as drawn, with deciding; or only that, to refuse."""
    decide = program.decide_frontline if leg == 0 else program.decide_supervisor
    if action == Action.REFUSED:
        return decide  # type: ignore[no-any-return]
    time = talk
    if not recorded:
        time *= call_type_at(program, case_type).authority_talk
    if leg > 0:
        time *= program.next_leg
    return time * (1.0 - program.first_leg) + decide  # type: ignore[no-any-return]


@jit
def amount_leaked(luck: Luck, program: Records, limit: float, left: float, entity: int, stay: int) -> float:
    """What an agent who may grant it gives to a case that needs nothing."""
    amount = program.leak_amount
    if program.leak_share <= 0.0 or amount > limit or amount > left:
        return 0.0
    if uniform(luck, Stream.LEAKAGE, entity, stay) < program.leak_share:
        return amount  # type: ignore[no-any-return]
    return 0.0


@jit
def is_resolved(luck: Luck, program: Records, case_type: int, team: int, entity: int, stay: int) -> bool:
    """True if a case that was settled is settled for good."""
    share = (1.0 - call_type_at(program, case_type).unresolved) * (1.0 - team_at(program, team).unresolved)
    return share >= 1.0 or uniform(luck, Stream.UNRESOLVED, entity, stay) < share


@jit
def is_lost(luck: Luck, program: Records, entity: int, stay: int) -> bool:
    """True if a caller hangs up at the moment in which he is passed on."""
    return program.lose_caller > 0.0 and uniform(luck, Stream.LOST_IN_TRANSFER, entity, stay) < program.lose_caller


@jit
def day_of(program: Records, interval: int) -> int:
    """Operating day whose budget holds in this interval."""
    return interval_at(program, interval).day  # type: ignore[no-any-return]
