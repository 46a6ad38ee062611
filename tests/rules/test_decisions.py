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
from ccsim.rules.after_contact import leaves, return_delay, returns, satisfaction
from ccsim.rules.callers import redials
from ccsim.rules.decisions import decided_share, standing_of
from ccsim.rules.randomness import arrival_entity, entity_base, luck_of
from ccsim.rules.tables import bind_program
from ccsim.scenario import check_text, from_dict
from ccsim.vocabulary import Action, Decision, Outcome, Standing
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
        return float(decided_share(record[0], Decision.REDIAL, 0.6, outcome, contact, wait, 0, Standing.UNRESOLVED))

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
    assert len(alive.odds) == 5


def test_a_multiplier_of_one_is_no_multiplier_and_of_none_a_ban() -> None:
    alive, record = bound(earlier_contacts=1, blocked="100%")
    assert len(alive.odds) == 0
    alive, record = bound(blocked=0, earlier_contacts=1e6)
    assert decided_share(record[0], Decision.REDIAL, 0.6, Outcome.BLOCKED, 5, 0.0, 0, 0) < 1e-300
    assert decided_share(record[0], Decision.REDIAL, 0.6, Outcome.ABANDONED, 4000, 0.0, 0, 0) == 1.0
    alive, record = bound(earlier_contacts=1e-6)
    assert 0.0 < decided_share(record[0], Decision.REDIAL, 0.6, Outcome.ABANDONED, 4000, 0.0, 0, 0) < 1e-300
    assert len(alive.odds) == 1


def after(**decisions: Any) -> tuple[Program, Records]:
    base: dict[str, Any] = {"calls": {"orders": {"volume": "9/h", "handle": "30s"}}, "agents": 1}
    program = compile_scenario(from_dict(base | {"after_contact": decisions})).program
    return program, bind_program(program)


def test_a_problem_stands_as_the_last_who_dealt_with_it_left_it() -> None:
    for resolved, legs, action, outcome, standing in [
        (1, 1, Action.SETTLED, Outcome.SERVED, Standing.SOLVED),
        (0, 1, Action.SETTLED, Outcome.SERVED, Standing.UNRESOLVED),
        (0, 2, Action.REFUSED, Outcome.SERVED, Standing.REFUSED),
        (0, 2, Action.REFUSED, Outcome.ABANDONED, Standing.REFUSED),  # he came back, and met nobody
        (1, 3, Action.REFUSED, Outcome.SERVED, Standing.SOLVED),
        (0, 0, Action.SETTLED, Outcome.ABANDONED, Standing.UNRESOLVED),
        (0, 1, Action.ESCALATED, Outcome.LOST_IN_TRANSFER, Standing.UNRESOLVED),
        (0, 0, Action.SETTLED, Outcome.CONTAINED, Standing.SOLVED),
    ]:
        assert standing_of(resolved, legs, action, outcome) == standing


def test_hops_and_how_a_problem_stands_multiply_the_odds_of_coming_back() -> None:
    odds = {"hops": 2, "refused": 34, "unresolved": 16, "wait_over_3m": 1.5}
    alive, record = after(**{"return": {"share": "20%", "after": "5m", "odds": odds}})
    for wait, hops, standing, multiplier in [
        (0.0, 0, Standing.SOLVED, 1.0),
        (181.0, 3, Standing.SOLVED, 1.5 * 8),
        (0.0, 0, Standing.REFUSED, 34.0),
        (180.0, 1, Standing.UNRESOLVED, 32.0),
    ]:
        odds_now = 0.25 * multiplier
        found = decided_share(record[0], Decision.RETURN, 0.2, Outcome.SERVED, 2, wait, hops, standing)
        assert found == pytest.approx(odds_now / (1 + odds_now), rel=1e-14)
    assert len(alive.odds) == 4


def test_leaving_has_odds_of_its_own() -> None:
    alive, record = after(leave={"share": "0.2%", "odds": {"unresolved": 4, "earlier_contacts": 2}, "value": 240})
    odds = 0.002 / 0.998 * 4 * 8
    assert decided_share(record[0], Decision.LEAVE, 0.002, Outcome.ABANDONED, 3, 0.0, 0, Standing.UNRESOLVED) == pytest.approx(
        odds / (1 + odds)
    )
    assert decided_share(record[0], Decision.LEAVE, 0.002, Outcome.SERVED, 0, 0.0, 9, Standing.SOLVED) == 0.002
    assert alive.settings.leave_value[0] == 240


def test_returns_are_shares_of_customers_and_never_more_than_allowed() -> None:
    back = {"share": "30%", "after": {"exponential": "20m"}, "attempts": 2}
    alive, record = after(**{"return": back}, leave={"share": "10%"})
    base = entity_base(5, 6, 7)
    everybody = [arrival_entity(base, ordinal) for ordinal in range(4000)]
    met = (0.0, 0, Standing.SOLVED)
    for share, decide in [
        (0.3, lambda who: returns(LUCK, record[0], Outcome.SERVED, who, 0, 0, *met)),
        (0.1, lambda who: leaves(LUCK, record[0], Outcome.SERVED, who, 0, *met)),
    ]:
        found = np.mean([decide(who) for who in everybody])
        assert found == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / 4000))
    some = [who for who in everybody if returns(LUCK, record[0], Outcome.SERVED, who, 1, 1, *met)]
    assert some and not any(returns(LUCK, record[0], Outcome.SERVED, who, 2, 2, *met) for who in everybody)
    delays = [return_delay(LUCK, record[0], who, 0) for who in everybody]
    assert np.mean(delays) == pytest.approx(1200, rel=5 / math.sqrt(4000))
    assert len(alive.odds) == 0


def test_the_index_is_its_base_and_what_each_fact_adds_clipped() -> None:
    index = {"base": 4.5, "per_minute_waited": -0.1, "per_hop": -0.35, "unresolved": -1.4, "refused": -1.9}
    alive, record = after(satisfaction=index)
    for waited, hops, standing, expected in [
        (0.0, 0, Standing.SOLVED, 4.5),
        (120.0, 2, Standing.SOLVED, 4.5 - 0.2 - 0.7),
        (60.0, 0, Standing.UNRESOLVED, 4.5 - 0.1 - 1.4),
        (0.0, 1, Standing.REFUSED, 4.5 - 0.35 - 1.9),
        (3600.0, 0, Standing.REFUSED, 1.0),
    ]:
        assert satisfaction(record[0], waited, hops, standing) == pytest.approx(expected)
    assert len(alive.days) == 1
    alive, record = after(satisfaction={"base": 5, "per_hop": 1})
    assert satisfaction(record[0], 0.0, 3, Standing.SOLVED) == 5.0
    alive, record = after()
    assert satisfaction(record[0], 0.0, 3, Standing.SOLVED) == 0.0 and alive.settings.authority[0] == 0


def test_better_odds_add_callers_and_take_none_away() -> None:
    (alive, plain), (alive_too, better) = bound(), bound(blocked=2)
    base = entity_base(5, 6, 7)
    everybody = [arrival_entity(base, ordinal) for ordinal in range(4000)]
    before, after = (
        {who for who in everybody if redials(LUCK, record[0], 0, Outcome.BLOCKED, who, 0, 0, 0.0, 0, 0)}
        for record in (plain, better)
    )
    assert before < after
    assert len(after) / 4000 == pytest.approx(0.75, abs=5 * math.sqrt(0.75 * 0.25 / 4000))
    assert len(alive.odds) + 1 == len(alive_too.odds)


CENTRE = (
    "calls:\n  a: {volume: 60/h, handle: 4m, patience: 2m}\nagents: 6\nafter_contact:\n  redial: {share: 45%, after: 6m, odds: "
)


@pytest.mark.parametrize(
    ("odds", "code"),
    [
        ("{earlier_contact: 0.8}", "E-FACT"),
        ("{hop: 0.8}", "E-FACT"),
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


def test_who_writes_that_nobody_does_it_is_told_how_to_say_so() -> None:
    calls = "calls: {a: {volume: 9/h, handle: 4m}}\nagents: 2\n"
    text = calls + "after_contact: {return: {share: 0%, after: 1h, odds: {unresolved: 3}}}\n"
    (problem,) = check_text(text).problems
    assert problem.path == "after_contact.return.share" and "null" in problem.try_
    text = text.replace("0%", "3%") + "what_if: {nobody: {after_contact.return: null}}\n"
    assert not check_text(text).problems


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
