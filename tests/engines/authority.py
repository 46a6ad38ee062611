"""Cases and authority for generated Programs: limits, budgets, what cases need, where they are passed on to, what leaks.

Drawn apart from the rest of a Program, so that those without stay what they are.
"""

from __future__ import annotations

import math

import numpy as np

from ccsim.program.layout import LANE, LAW, NEED, QUEUE, REACH, WAY, Program, Records, records
from ccsim.program.routing import routes_of
from ccsim.vocabulary import Family
from tests.engines.dice import Dice

__all__ = ["with_authority"]


def with_authority(program: Program, dice: Dice, *, grid: bool) -> Program:
    """The Program with cases; on the grid deciding and retelling take whole minutes, and amounts are those of limits."""
    n_types = len(program.call_types)
    settings, call_types, teams = program.settings.copy(), program.call_types.copy(), program.teams.copy()
    law = np.zeros(1, LAW)
    law["family"], law["a"] = Family.EXPONENTIAL, 60.0
    s = settings[0]
    s.authority, s.by_chain, s.max_hops = 1, dice.between(0, 1), dice.pick([0, 1, 1, 2, 2, 100, 100, 100, 100, 100])
    s.first_leg, s.next_leg = dice.pick([1.0, 0.5]), dice.pick([1.0, 2.0])
    s.decide_frontline, s.decide_supervisor, s.retell = (dice.pick([0.0, 60.0 if grid else 31.7]) for _ in range(3))
    s.lose_caller = dice.pick([0.0, 0.3, 0.3, 0.5, 0.5, 1.0])
    if dice.chance(0.5):
        s.leak_share, s.leak_amount = dice.pick([0.2, 1.0]), dice.pick([0.0, 10.0, 25.0])
    later = Dice(dice.between(0, 1 << 30))  # of its own: what is drawn below stays as it was before these
    s.warm, s.brief = later.pick([0, 1, 1, 1]), later.pick([0.0, 60.0, 60.0] if grid else [0.0, 20.0, 47.3])
    s.consults, s.consult = 1, later.pick([0.0, 60.0, 60.0, 60.0] if grid else [0.0, 45.0, 45.0, 71.9])
    s.consult_at_most = later.pick([0.0, 120.0, 600.0])
    for team in teams:
        team.authority = dice.pick([0.0, 25.0, 25.0, 150.0, math.inf])
        team.credit_budget = dice.pick([math.inf, math.inf, 100.0])
        team.unresolved = dice.pick([0.0, 0.0, 0.3])
    if len(teams) > 1 and dice.chance(0.9):  # else hardly anybody is ever passed on
        teams.authority[0], teams.authority[-1] = dice.pick([0.0, 25.0]), dice.pick([150.0, math.inf, math.inf])

    needs: list[tuple[float, int, float]] = []
    for kind in call_types:
        kind.first_need = len(needs)
        if dice.chance(0.9):
            first = dice.real(0.3, 0.9)
            by_law = not grid and dice.chance(0.5)
            needs += (
                [(first, len(program.laws), 0.0)] if by_law else [(first, -1, 25.0), (dice.pick([first + 0.1, 1.0]), -1, 90.0)]
            )
        kind.n_needs = len(needs) - kind.first_need
        kind.authority_talk = dice.pick([1.0, 1.5])
        kind.after_transfer = later.pick([1.0, 0.5, 2.0])
        kind.consult_share = later.pick([0.0, 0.4, 0.4, 0.8]) * (1.0 - kind.refuse_share)
        kind.refuse_share = dice.pick([0.0, 0.0, 0.0, 0.0, 0.3, 0.3, 0.3, 1.0])
        kind.unresolved = dice.pick([0.0, 0.0, 0.2])

    limits = [limit for limit in sorted(set(teams.authority.tolist())) if limit > 0.0 and dice.chance(0.95)]
    queues = _longer(program.queues, QUEUE, len(limits))
    added = queues[len(program.queues) :]
    added.weight, added.priority = 1.0, dice.between(0, 2)
    added.max_waiting, added.full_step = 1 << 40, -1
    above = [(kind, place) for kind in range(n_types) for place in range(len(limits)) if dice.chance(0.95)]
    lanes, reach = _longer(program.lanes, LANE, len(above)), _longer(program.reach, REACH, len(above))
    ways: list[tuple[float, int]] = []
    for kind, row in enumerate(call_types):
        row.first_way = len(ways)
        for number, (of, place) in enumerate(above):
            if of == kind:
                lane = len(program.lanes) + number
                lanes[lane].call_type, lanes[lane].queue = kind, len(program.queues) + place
                _reach(dice, program, kind, reach[lane], teams.authority == limits[place])
                ways.append((limits[place], lane))
        row.n_ways = len(ways) - row.first_way
    routes = routes_of(lanes, queues, teams, reach, n_types, s.pick_call)
    return program._replace(
        settings=settings,
        call_types=call_types,
        teams=teams,
        queues=queues,
        lanes=lanes,
        reach=reach,
        laws=np.concatenate([program.laws, law]).view(np.recarray),
        needs=_table(NEED, needs),
        ways=_table(WAY, ways),
        **routes._asdict(),
    )


def _reach(dice: Dice, program: Program, kind: int, reach: Records, able: np.ndarray) -> None:
    """Those with this limit answer at once, with laws of the call type, and likes of their own. Writes reach."""
    reach.talk_law, reach.wrap_law = program.call_types.talk_law[kind], program.call_types.wrap_law[kind]
    reach.first_circle, reach.after = able, np.where(able, 0.0, np.inf)
    reach.prefer = reach.calls_prefer = dice.between(1, 2)
    reach.handle_factor = reach.pace = dice.pick([1.0, 0.5])


def _longer(table: Records, dtype: np.dtype, n: int) -> Records:
    longer = records(dtype, len(table) + n, *table.shape[1:])
    longer[: len(table)] = table
    return longer


def _table(dtype: np.dtype, rows: list[tuple]) -> Records:
    table = records(dtype, len(rows))
    for place, row in enumerate(rows):
        table[place] = row
    return table
