"""Who may grant what, which cases need it, and where they wait for somebody who may: the tables behind `rules.authority`.

Called by `compile`. For each limit above that of somebody who may answer a call type there is one implicit queue, answered by
the able teams with exactly that limit; its lanes are added to those in which calls wait first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from ccsim.program.layout import NEED, QUEUE, WAY, Records, records
from ccsim.program.steps import UNLIMITED
from ccsim.scenario import Scenario, reach, resolve
from ccsim.scenario.cases import keeps_cases
from ccsim.scenario.laws import Law

__all__ = ["Escalations", "cases_of", "escalations_of", "with_escalation_queues"]


class Named(Protocol):
    """The sorted names whose places are the codes."""

    call_types: tuple[str, ...]
    queues: tuple[str, ...]
    teams: tuple[str, ...]


class Escalations(NamedTuple):
    """Where cases go that are beyond somebody's authority.

    Attributes
    ----------
    queues : tuple of str
        Names of the implicit queues; their codes follow those of the others.
    teams : dict
        Who answers each of them.
    lanes : tuple of (call type, queue, limit)
        Codes, and what those may grant who answer there; by call type and limit.
    """

    queues: tuple[str, ...] = ()
    teams: dict[str, tuple[str, ...]] = {}
    lanes: tuple[tuple[int, int, float], ...] = ()


def escalations_of(scenario: Scenario, names: Named) -> Escalations:
    """Queues and lanes of those passed on; none where no case needs authority, or nobody may be asked."""
    limits = {team: _limit(scenario, team) for team in names.teams}
    if not any(call.needs_authority for call in scenario.calls.values()) or scenario.make_it_right.escalate.max_hops == 0:
        return Escalations()
    above: list[tuple[int, float]] = []
    for code, call in enumerate(names.call_types):
        able = {limits[team] for team in names.teams if reach.ability(scenario, team, call) is not None}
        above += [(code, limit) for limit in sorted(able) if limit > min(able)]
    places = sorted({limit for _, limit in above})
    queues = tuple(_queue_name(scenario, limit, names.queues) for limit in places)
    teams = {
        queue: tuple(team for team in names.teams if limits[team] == limit) for queue, limit in zip(queues, places, strict=True)
    }
    lanes = tuple((code, len(names.queues) + places.index(limit), limit) for code, limit in above)
    return Escalations(queues, teams, lanes)


def with_escalation_queues(scenario: Scenario, queues: Records, escalations: Escalations) -> Records:
    """The table `queues` with the implicit ones at its end."""
    longer = records(QUEUE, len(queues) + len(escalations.queues))
    longer[: len(queues)] = queues
    later = longer[len(queues) :]
    later.priority, later.weight = scenario.make_it_right.escalate.priority, 1.0
    later.max_waiting, later.full_step = UNLIMITED, -1
    return longer


def cases_of(
    scenario: Scenario,
    names: Named,
    escalations: Escalations,
    law: Callable[[Law], int],
    *,
    settings: Records,
    call_types: Records,
    teams: Records,
    lanes: Records,
) -> tuple[Records, Records]:
    """The tables `needs` and `ways`. Writes what else the rules ask into settings, call types and teams."""
    right = scenario.make_it_right
    _write_settings(scenario, settings)
    for row, name in zip(teams, names.teams, strict=True):
        team = scenario.agents[name]
        row.authority, row.unresolved = _limit(scenario, name), team.unresolved
        row.credit_budget = math.inf if team.credit_budget is None else team.credit_budget.calls
    needs: list[tuple[float, int, float]] = []
    ways: list[tuple[float, int]] = []
    for code, (row, name) in enumerate(zip(call_types, names.call_types, strict=True)):
        call = scenario.calls[name]
        row.first_need, row.first_way = len(needs), len(ways)
        needs += _needs(scenario, name, law)
        for kind, queue, limit in escalations.lanes:
            if kind == code:
                ways.append((limit, int(np.flatnonzero((lanes.call_type == kind) & (lanes.queue == queue))[0])))
        row.n_needs, row.n_ways = len(needs) - row.first_need, len(ways) - row.first_way
        row.authority_talk = call.needs_authority.talk if call.needs_authority is not None else 1.0
        shortfall = call.on_shortfall or right.on_shortfall
        row.refuse_share, row.consult_share, row.promise_share = shortfall.refuse, shortfall.consult, shortfall.call_back
        row.unresolved = call.unresolved
    return _table(NEED, needs), _table(WAY, ways)


def _write_settings(scenario: Scenario, settings: Records) -> None:
    right, s = scenario.make_it_right, settings[0]
    s.authority = keeps_cases(scenario)
    s.by_chain = right.policy == "frontline_chain"
    s.max_hops = right.escalate.max_hops
    s.first_leg, s.next_leg, s.retell = right.first_leg, right.next_leg, right.retell
    s.decide_frontline, s.decide_supervisor = right.decide.frontline, right.decide.supervisor
    s.lose_caller = right.escalate.lose_caller
    needing = [call for call in scenario.calls.values() if call.needs_authority]
    s.consults = any((call.on_shortfall or right.on_shortfall).consult > 0.0 for call in needing)
    s.consult, s.consult_at_most = right.consult, right.consult_at_most
    s.warm, s.brief = bool(needing) and right.escalate.transfer == "warm", right.escalate.brief
    if right.leakage is not None:
        s.leak_share, s.leak_amount = right.leakage.share, right.leakage.amount


def _needs(scenario: Scenario, call_type: str, law: Callable[[Law], int]) -> list[tuple[float, int, float]]:
    """NEED rows of a call type."""
    needed = scenario.calls[call_type].needs_authority
    if needed is None:
        return []
    if needed.share is not None:
        assert needed.amount is not None
        return [(needed.share, law(needed.amount.law()), 0.0)]
    amounts = sorted((scenario.authority_levels[name], share) for name, share in (needed.by_level or {}).items())
    costly = [(amount, share) for amount, share in amounts if amount > 0.0 and share > 0.0]
    up_to = np.cumsum([share for _, share in costly])
    return [(float(share), -1, amount) for share, (amount, _) in zip(up_to, costly, strict=True)]


def _limit(scenario: Scenario, team: str) -> float:
    """What an agent of a team may grant per case."""
    written = scenario.agents[team].authority
    limit = 0.0 if written is None else scenario.authority_levels[written] if isinstance(written, str) else written
    right = scenario.make_it_right
    first = any(resolve.circles(scenario, queue).get(team) == 0.0 for queue in scenario.queues)
    if right.policy == "frontline_settles" and first:
        return max(limit, right.frontline_limit)
    return limit


def _queue_name(scenario: Scenario, limit: float, taken: tuple[str, ...]) -> str:
    """What a report calls those who wait for somebody with this limit: by the level, or the amount."""
    level = next((name for name, amount in sorted(scenario.authority_levels.items()) if amount == limit), None)
    name = f"{level or ('unlimited' if limit == math.inf else f'{limit:g}')} (escalated)"
    while name in taken:
        name += "'"
    return name


def _table(dtype: np.dtype[np.void], rows: list[tuple[float, int]] | list[tuple[float, int, float]]) -> Records:
    table = records(dtype, len(rows))
    for place, row in enumerate(rows):
        table[place] = row
    return table
