"""Both engines and a brute-force oracle on recorded calls, mostly on whole minutes, so that many events tie."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.outcomes import Rows
from ccsim.program.layout import CALL_TYPE, Program, records
from ccsim.vocabulary import ClosingRule, Event, Family, Outcome, SegmentKind
from tests.engines.agreement import share_of
from tests.engines.oracle import Agent, Call, Centre
from tests.engines.programs import Dice, Laws, program_of

CLOSES = 3600.0


def case(seed: int) -> tuple[Program, Centre]:
    """The same calls, agents and seats for the engines and for the oracle."""
    dice = Dice(seed)
    step = 60.0 if dice.chance(0.7) else dice.real(0.1, 7.0)
    n_queues, sizes = dice.between(1, 3), [dice.between(0, 4) for _ in range(dice.between(1, 3))]
    reach = np.array([[dice.chance(0.7) for _ in sizes] for _ in range(n_queues)], np.int64)
    priorities = [dice.between(0, 1) for _ in range(n_queues)]
    clears, lines = dice.chance(0.5), dice.pick([3, 8, 1 << 40])

    laws = Laws(dice, grid=True)
    kinds = records(CALL_TYPE, n_queues + 1)
    works = [(step * dice.between(0, 5), step * dice.between(0, 2)) for _ in kinds]
    for i, (kind, (talk, wrap)) in enumerate(zip(kinds, works, strict=True)):
        kind.queue = i % n_queues
        kind.talk_law, kind.wrap_law = laws.add(Family.DETERMINISTIC, talk), laws.add(Family.DETERMINISTIC, wrap)
        kind.hold_law, kind.patience_law = -1, laws.add(Family.NEVER)
        kind.patience_at_most = kind.type_day_shape = math.inf

    until = int(CLOSES / step) - 1
    calls = []
    for _ in range(dice.between(5, 80)):
        patience = step * dice.between(0, 5) if dice.chance(0.8) else -1.0
        handle = step * dice.between(0, 8) if dice.chance(0.6) else -1.0
        calls.append((step * dice.between(0, min(until, 60)), dice.between(0, len(kinds) - 1), handle, patience))
    calls.sort(key=lambda call: call[:2])

    timetable = [(0.0, int(Event.OPENING), 0, 0), (CLOSES, int(Event.CLOSING), 0, 0)]
    if dice.chance(0.4):
        timetable.append((CLOSES + step, int(Event.OVERTIME_END), 0, 0))
    for team, size in enumerate(sizes):
        before = 0
        for at in (0.0, *sorted({step * dice.between(1, 60) for _ in range(dice.between(0, 3))})):
            seats = dice.between(0, size)
            timetable.append((at, int(Event.SEATS_UP if at == 0.0 or seats > before else Event.SEATS_DOWN), team, seats))
            before = seats

    program = program_of(
        windows=[(0.0, CLOSES)],
        interval=900.0,
        n_intervals=12,
        laws=laws,
        call_types=kinds,
        priorities=priorities,
        team_sizes=sizes,
        reach=reach,
        timetable=timetable,
        recorded=calls,
        lines=lines,
        closing_rule=ClosingRule.CLEAR if clears else ClosingRule.SERVE,
    )
    known = []
    for at, kind, handle, patience in calls:
        talk, wrap = works[kind] if handle < 0 else (handle, 0.0)
        known.append(Call(at, kind % n_queues, patience if patience >= 0 else math.inf, talk, wrap))
    centre = Centre(
        calls=known,
        agents=[Agent(team) for team, size in enumerate(sizes) for _ in range(size)],
        priorities=priorities,
        reach=[{team for team in range(len(sizes)) if reach[queue, team]} for queue in range(n_queues)],
        timetable=list(timetable),
        lines=lines,
        clears=clears,
    )
    return program, centre


def ends(rows: Rows) -> list[tuple[str, float, float, int]]:
    """Outcome, answered at, ended at and agent of each call, as the oracle says it."""
    stays = {int(row["customer"]): row for row in rows.segments if row["kind"] == SegmentKind.QUEUE}
    found = []
    for contact in rows.contacts:
        stay = stays.get(int(contact["customer"]))
        answered_at, agent = (math.inf, -1) if stay is None else (float(stay["answered_at"]), int(stay["agent"]))
        found.append((Outcome(contact["outcome"]).name, answered_at, float(contact["ended_at"]), agent))
    return found


@pytest.mark.parametrize("first", range(0, share_of(200), 20))
def test_engines_and_oracle_agree_on_who_is_answered_when_by_whom(first: int) -> None:
    for seed in range(first, first + 20):
        program, centre = case(seed)
        expected = centre.run()
        for simulate in (simulate_reference, simulate_compiled):
            rows = simulate(program, 1, 0, rows=True).rows
            assert rows is not None
            assert ends(rows) == expected, seed


def test_the_cases_hold_every_outcome_and_many_ties() -> None:
    outcomes: set[str] = set()
    n_ties = 0
    for seed in range(200):
        found = case(seed)[1].run()
        outcomes |= {end[0] for end in found}
        instants = [end[2] for end in found if end[2] < math.inf]
        n_ties += len(instants) - len(set(instants))
    assert outcomes == {"SERVED", "ABANDONED", "BLOCKED", "CLOSED", "UNFINISHED"}
    assert n_ties > 1000
