"""Odds of redialling: what each fact multiplies, extremes, and the number of attempts of callers whom nobody serves."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program, Records
from ccsim.rules.callers import redials
from ccsim.rules.decisions import redial_share
from ccsim.rules.randomness import arrival_entity, entity_base, luck_of
from ccsim.rules.tables import bind_program
from ccsim.scenario import check_text, from_dict
from ccsim.vocabulary import Outcome
from tests.scenario.test_schema import VALIDATOR, read

LUCK = luck_of(8, 2)


def bound(share: str = "60%", **odds: float | str) -> tuple[Program, Records]:
    redial = {"share": share, "after": "5m", "odds": odds}
    base: dict[str, Any] = {"calls": {"orders": {"volume": "9/h", "handle": "30s"}}, "agents": 1}
    program = compile_scenario(from_dict(base | {"after_contact": {"redial": redial}})).program
    return program, bind_program(program)


def test_each_fact_multiplies_the_odds_as_often_as_it_holds() -> None:
    alive, record = bound(earlier_contacts=0.8, blocked=3, closed="50%", wait_over_3m=2, wait_over_30s=1.5)

    def share(outcome: Outcome, contact: int, wait: float) -> float:
        return float(redial_share(record[0], outcome, contact, wait))

    for outcome, contact, wait, multiplier in [
        (Outcome.ABANDONED, 0, 30.0, 1.0),
        (Outcome.ABANDONED, 0, 31.0, 1.5),
        (Outcome.ABANDONED, 2, 200.0, 0.8**2 * 2 * 1.5),
        (Outcome.BLOCKED, 1, 0.0, 3 * 0.8),
        (Outcome.CLOSED, 0, 181.0, 0.5 * 2 * 1.5),
        (Outcome.BALKED, 0, 0.0, 1.0),
        (Outcome.TURNED_AWAY, 0, 0.0, 1.0),
    ]:
        odds = 1.5 * multiplier
        assert share(outcome, contact, wait) == pytest.approx(odds / (1 + odds), rel=1e-14)
    assert share(Outcome.ABANDONED, 0, 0.0) == 0.6  # no fact, to the last bit
    assert len(alive.redial_odds) == 5


def test_a_multiplier_of_one_is_no_multiplier_and_of_none_a_ban() -> None:
    alive, record = bound(earlier_contacts=1, blocked="100%")
    assert len(alive.redial_odds) == 0
    alive, record = bound(blocked=0, earlier_contacts=1e6)
    assert redial_share(record[0], Outcome.BLOCKED, 5, 0.0) < 1e-300
    assert redial_share(record[0], Outcome.ABANDONED, 4000, 0.0) == 1.0
    alive, record = bound(earlier_contacts=1e-6)
    assert 0.0 < redial_share(record[0], Outcome.ABANDONED, 4000, 0.0) < 1e-300
    assert len(alive.redial_odds) == 1


def test_better_odds_add_callers_and_take_none_away() -> None:
    (alive, plain), (alive_too, better) = bound(), bound(blocked=2)
    base = entity_base(5, 6, 7)
    everybody = [arrival_entity(base, ordinal) for ordinal in range(4000)]
    before, after = (
        {who for who in everybody if redials(LUCK, record[0], Outcome.BLOCKED, who, 0, 0.0)} for record in (plain, better)
    )
    assert before < after
    assert len(after) / 4000 == pytest.approx(0.75, abs=5 * math.sqrt(0.75 * 0.25 / 4000))
    assert len(alive.redial_odds) + 1 == len(alive_too.redial_odds)


CENTRE = (
    "calls:\n  a: {volume: 60/h, handle: 4m, patience: 2m}\nagents: 6\nafter_contact:\n  redial: {share: 45%, after: 6m, odds: "
)


@pytest.mark.parametrize(
    ("odds", "code"),
    [
        ("{earlier_contact: 0.8}", "E-FACT"),
        ("{hops: 0.8}", "E-FACT"),
        ("{wait_over_3: 0.8}", "E-UNIT-MISSING"),
        ("{wait_over_: 0.8}", "E-DURATION"),
        ("{blocked: -1}", "E-NUM-MIN"),
        ("{blocked: often}", "E-NUM-FORMAT"),
        ("{wait_over_60s: 2, wait_over_1m: 3}", "E-OVERLAP"),
    ],
)
def test_facts_that_nobody_observes_are_refused(odds: str, code: str) -> None:
    assert [problem.code for problem in check_text(CENTRE + odds + "}").problems] == [code]


def test_a_share_of_all_or_nobody_has_no_odds() -> None:
    for share in ("0%", "100%"):
        (problem,) = check_text(CENTRE.replace("45%", share) + "{blocked: 2}}").problems
        assert (problem.code, problem.path) == ("E-PROB-RANGE", "after_contact.redial.share")


def test_odds_are_printed_as_they_were_read() -> None:
    text = CENTRE + "{earlier_contacts: 0.8, blocked: 150%, wait_over_3m: 0}}"
    scenario = check_text(text).scenario
    assert scenario is not None and VALIDATOR.is_valid(read(text))
    assert check_text(scenario.to_yaml()).scenario == scenario
    assert scenario.after_contact.redial is not None
    assert scenario.after_contact.redial.odds == {"earlier_contacts": 0.8, "blocked": 1.5, "wait_over_3m": 0.0}


@pytest.mark.parametrize(
    ("odds", "multiplier"),
    [({}, lambda k: 1.0), ({"balked": 2}, lambda k: 2.0), ({"earlier_contacts": 0.8}, lambda k: 0.8**k)],
    ids=["plain", "balked", "earlier contacts"],
)
def test_attempts_of_callers_whom_nobody_serves(odds: dict[str, float], multiplier: Any) -> None:
    """Nobody is there and everybody balks: a geometric number of attempts, whose chance changes with every one."""
    calls = {"a": {"volume": "3000/h", "handle": "4m", "patience": {"never": {}, "balk": "100%"}}}
    redial = {"share": "60%", "after": {"deterministic": "1s"}, "odds": odds}
    centre = {"open": "00:00-02:00", "calls": calls, "agents": 0, "after_contact": {"redial": redial}}
    result = ccsim.run(from_dict(centre), reps=10, seed=11, neighbours=False, rows=True)
    assert result.rows is not None
    episodes = result.rows.episodes
    found = Counter(episodes["n_contacts"][episodes["first_at"] < 7000.0].tolist())  # the others may meet the closing
    n = sum(found.values())
    shares = [1.5 * multiplier(k) / (1 + 1.5 * multiplier(k)) for k in range(60)]
    tries = np.cumprod([1.0, *shares])  # chance of more than k attempts
    assert sum(k * count for k, count in found.items()) / n == pytest.approx(tries.sum(), abs=5 * 3.0 / math.sqrt(n))
    for k in range(1, 8):
        exactly = tries[k - 1] - tries[k]
        assert found[k] / n == pytest.approx(exactly, abs=4.5 * math.sqrt(exactly * (1 - exactly) / n)), k
