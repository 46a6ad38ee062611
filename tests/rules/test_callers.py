"""What callers do: dialling again while lines are closed, patience kept or fresh, shares of leavers, recorded values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program, Records
from ccsim.rules.callers import balks, dial_at, patience, redial_delay, redials
from ccsim.rules.handling import hold_time, talk_time, wrap_time
from ccsim.rules.ivr import node_time
from ccsim.rules.randomness import arrival_entity, entity_base, luck_of, uniform
from ccsim.rules.tables import bind_program
from ccsim.scenario import from_dict
from ccsim.vocabulary import MOST_CONTACTS, Outcome, Stream

LUCK = luck_of(8, 2)
HOUR, DAY = 3600.0, 86400.0
MINE = arrival_entity(entity_base(1, 2, 3), 4)


def bound(**changes: Any) -> tuple[Program, Records]:
    base: dict[str, Any] = {"calls": {"orders": {"volume": "9/h", "handle": "30s"}}, "agents": 1}
    program = compile_scenario(from_dict(base | changes)).program
    return program, bind_program(program)


def everybody(n: int = 20_000) -> list[int]:
    base = entity_base(5, 6, 7)
    return [arrival_entity(base, ordinal) for ordinal in range(n)]


# -- Dialling again --------------------------------------------------------------------------------------------------------

WEEK = {"start": "2024-01-05", "days": 4, "open": {"fri": "09:00-17:00", "mon": "08:00-08:30"}}  # a Friday; weekend closed


@pytest.mark.parametrize("due", [9 * HOUR, 12 * HOUR, 17 * HOUR - 1e-6, 3 * DAY + 8 * HOUR])
def test_who_dials_while_lines_are_open_dials_then(due: float) -> None:
    program, record = bound(**WEEK)
    assert dial_at(LUCK, record[0], due, MINE, 1) == due
    assert len(program.days) == 4


@pytest.mark.parametrize(
    ("due", "opens", "within"),
    [
        (0.0, 9 * HOUR, HOUR),  # before the first opening
        (17 * HOUR, 3 * DAY + 8 * HOUR, HOUR / 2),  # closing is closed; Monday is open for half an hour only
        (2 * DAY, 3 * DAY + 8 * HOUR, HOUR / 2),  # on a closed day
    ],
)
def test_who_dials_while_lines_are_closed_comes_in_the_first_open_hour(due: float, opens: float, within: float) -> None:
    alive, record = bound(**WEEK)
    at = dial_at(LUCK, record[0], due, MINE, 3)
    assert at == opens + uniform(LUCK, Stream.DEFERRED, MINE, 3 << 12) * within
    assert opens <= at < opens + within
    assert len(alive.days) == 4


def test_after_the_last_closing_nobody_dials() -> None:
    alive, record = bound(**WEEK)
    for due in (3 * DAY + 8.5 * HOUR, 9 * DAY, math.inf):
        assert dial_at(LUCK, record[0], due, MINE, 1) == math.inf
    assert len(alive.days) == 4


def test_lines_that_never_close_take_every_dial() -> None:
    alive, record = bound(open="00:00-24:00", days=2)
    for due in (0.0, DAY - 1.0, DAY, DAY + 1.0, 2 * DAY - 1.0):
        assert dial_at(LUCK, record[0], due, MINE, 1) == due
    assert dial_at(LUCK, record[0], 2 * DAY, MINE, 1) == math.inf
    assert len(alive.days) == 2


def test_only_who_was_not_served_redials_and_not_more_often_than_allowed() -> None:
    alive, record = bound(after_contact={"redial": {"share": "100%", "after": "5m", "attempts": 2}})
    again = {outcome for outcome in Outcome if redials(LUCK, record[0], 0, outcome, MINE, 0, 0, 0.0, 0, 0)}
    lost = {Outcome.ABANDONED, Outcome.CLOSED, Outcome.LOST_IN_TRANSFER}
    assert again == {Outcome.BALKED, Outcome.BLOCKED, Outcome.TURNED_AWAY} | lost
    assert [redials(LUCK, record[0], 0, Outcome.ABANDONED, MINE, 9, n, 9.0, 0, 0) for n in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    alive, record = bound(after_contact={"redial": {"share": "100%", "after": "5m"}})
    assert redials(LUCK, record[0], 0, Outcome.ABANDONED, MINE, 4000, 4000, 9.0, 0, 0)
    assert not redials(LUCK, record[0], 0, Outcome.ABANDONED, MINE, MOST_CONTACTS, 0, 9.0, 0, 0)
    alive, record = bound()
    assert not redials(LUCK, record[0], 0, Outcome.ABANDONED, MINE, 0, 0, 9.0, 0, 0)
    assert len(alive.days) == 1


# -- Shares and laws -------------------------------------------------------------------------------------------------------


def test_shares_are_shares_of_callers() -> None:
    alive, record = bound(
        calls={
            "orders": {
                "volume": "9/h",
                "talk": "30s",
                "hold": {"share": "40%", "for": "9s"},
                "patience": {"never": {}, "balk": "15%"},
            }
        },
        after_contact={"redial": {"share": "60%", "after": "5m"}},
    )
    callers = everybody()
    for share, decide in [
        (0.15, lambda who: balks(LUCK, alive.call_types[0], who, 0, 0, 0.0)),
        (0.60, lambda who: redials(LUCK, record[0], 0, Outcome.BLOCKED, who, 0, 0, 0.0, 0, 0)),
        (0.40, lambda who: hold_time(LUCK, record[0], 0, 1.0, 0, who, 0, -1.0) > 0.0),
    ]:
        found = np.mean([decide(who) for who in callers])
        assert found == pytest.approx(share, abs=5.0 * math.sqrt(share * (1 - share) / len(callers)))


def test_a_share_of_nothing_is_nobody_and_of_all_everybody() -> None:
    alive, record = bound(after_contact={"redial": {"share": "100%", "after": "5m"}})
    some = everybody(500)
    assert not any(balks(LUCK, alive.call_types[0], who, 0, 0, 0.0) for who in some)
    assert all(redials(LUCK, record[0], 0, Outcome.CLOSED, who, 0, 0, 0.0, 0, 0) for who in some)


def test_a_caller_keeps_his_patience_when_he_dials_again_unless_it_is_fresh() -> None:
    redial = {"share": "50%", "after": "5m"}
    calls = {"orders": {"volume": "9/h", "handle": "30s", "patience": "2m"}}
    alive, keep = bound(calls=calls, after_contact={"redial": redial})
    alive_too, fresh = bound(calls=calls, after_contact={"redial": redial | {"patience": "fresh"}})
    first = patience(LUCK, keep[0], 0, MINE, 0, -1.0)
    assert [patience(LUCK, keep[0], 0, MINE, contact, -1.0) for contact in (1, 2)] == [first, first]
    assert patience(LUCK, fresh[0], 0, MINE, 0, -1.0) == first
    assert len({patience(LUCK, fresh[0], 0, MINE, contact, -1.0) for contact in range(4)}) == 4
    delays = {redial_delay(LUCK, keep[0], MINE, contact) for contact in range(4)}
    assert len(delays) == 4  # each attempt has a delay of its own
    assert len(alive.days) == len(alive_too.days)


def test_nobody_waits_longer_than_at_most() -> None:
    calls = {"orders": {"volume": "9/h", "handle": "30s", "patience": {"exponential": "2m", "at_most": "1m"}}}
    alive, record = bound(calls=calls)
    waits = np.array([patience(LUCK, record[0], 0, who, 0, -1.0) for who in everybody(4000)])
    assert waits.max() == 60.0
    assert np.mean(waits == 60.0) == pytest.approx(math.exp(-0.5), abs=0.04)
    assert len(alive.days) == 1


def test_recorded_values_override_every_draw() -> None:
    calls = {
        "orders": {
            "volume": "9/h",
            "talk": "30s",
            "hold": "9s",
            "wrap": "20s",
            "patience": {"exponential": "2m", "at_most": "1m"},
        }
    }
    alive, record = bound(calls=calls)
    for recorded in (0.0, 77.5):
        assert patience(LUCK, record[0], 0, MINE, 0, recorded) == recorded  # even beyond at_most
        assert talk_time(LUCK, record[0], 0, 1.0, 0, MINE, 0, recorded) == recorded
        assert hold_time(LUCK, record[0], 0, 1.0, 0, MINE, 0, recorded) == 0.0
        assert wrap_time(LUCK, record[0], 0, 1.0, 0, MINE, 0, recorded) == 0.0
    assert len(alive.days) == 1


def test_each_time_has_its_own_luck() -> None:
    calls = {"orders": {"volume": "9/h", "talk": "30s", "hold": "30s", "wrap": "30s", "patience": "30s"}}
    alive, record = bound(calls=calls, ivr={"time": "30s"}, after_contact={"redial": {"share": "50%", "after": "30s"}})
    times = np.array(
        [
            (
                talk_time(LUCK, record[0], 0, 1.0, 0, who, 0, -1.0),
                hold_time(LUCK, record[0], 0, 1.0, 0, who, 0, -1.0),
                wrap_time(LUCK, record[0], 0, 1.0, 0, who, 0, -1.0),
                patience(LUCK, record[0], 0, who, 0, -1.0),
                node_time(LUCK, record[0], 0, who, 0, 0),
                redial_delay(LUCK, record[0], who, 0),
            )
            for who in everybody(5000)
        ]
    )
    assert np.abs(np.corrcoef(times.T)[np.triu_indices(6, 1)]).max() < 5.0 / math.sqrt(5000)
    assert times.mean(axis=0) == pytest.approx(30.0, rel=0.1)
    assert len(alive.days) == 1


def test_factors_of_the_interval_multiply_the_times() -> None:
    """Means by interval: 60 s, then 180 s, around an average of 120 s."""
    calls = {"orders": {"volume": "9/h", "handle": {"by_interval": {"daily": ["60s", "180s"]}, "law": "exponential"}}}
    program, record = bound(calls=calls, open="09:00-10:00", interval="30m")
    early, late = (talk_time(LUCK, record[0], 0, 1.0, 0, MINE, interval, -1.0) for interval in (18, 19))
    base = -120.0 * math.log(1.0 - uniform(LUCK, Stream.TALK, MINE, 0))
    assert (early, late) == (base * 0.5, base * 1.5)
    assert len(program.days) == 1
