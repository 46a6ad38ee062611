"""Custom routing: a policy's scores decide, ties fall back on the built-in order, and both engines obey alike."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ccsim.engine.compiled.policy import kernel_policy
from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.outcomes import Rows
from ccsim.program.layout import CALL_TYPE, Program, records
from ccsim.vocabulary import Event, Family, PickAgent, PickCall
from tests.engines.agreement import different_rows, share_of
from tests.engines.programs import Dice, Laws, program_of, random_program

PROGRAMS = range(share_of(60))


def rows_of(program: Program, seed: int, policy: Any) -> Rows:
    """Rows of the reference engine."""
    rows = simulate_reference(program, seed, 0, digest=False, policy=policy).rows
    assert rows is not None
    return rows


def all_alike(contact: Any, agent: Any) -> float:
    return 0.0


def all_alike_now(contact: Any, agent: Any, now: float) -> float:
    return 0.0


def last_id(contact: Any, agent: Any) -> float:
    return agent.id + 0.5 * ((contact.call_type + agent.team) % 2)


def last_come(contact: Any, agent: Any, now: float) -> float:
    return contact.queued_at - 600.0 * contact.priority + (agent.id % 2) * contact.queue + 0.0 * now


def without_preferences(program: Program) -> Program:
    """The program with the usual rules, and no team that calls prefer: a policy's score comes before all that."""
    settings, reach = program.settings.copy(), program.reach.copy()
    settings.pick_agent, reach.calls_prefer, settings.last_agent = PickAgent.LONGEST_IDLE, 1, 0
    if settings.pick_call == PickCall.WEIGHTED_WAIT:
        settings.pick_call = PickCall.LONGEST_WAIT
    return program._replace(settings=settings, reach=reach)


@pytest.mark.parametrize("verbs", [("agent_score",), ("call_score",), ("agent_score", "call_score")])
def test_equal_scores_leave_the_built_in_order(verbs: tuple[str, ...]) -> None:
    both = {"agent_score": all_alike, "call_score": all_alike_now}
    policy = SimpleNamespace(**{verb: both[verb] for verb in verbs})
    for number in PROGRAMS:
        program = without_preferences(random_program(number))
        if len(program.callbacks) and "call_score" in verbs:
            continue  # a score is of calls: who is to be called back comes after them
        assert different_rows(rows_of(program, number, policy), rows_of(program, number, None)) == 0, number


def test_both_engines_obey_a_policy_alike() -> None:
    policy = SimpleNamespace(agent_score=last_id, call_score=last_come)
    in_kernel = kernel_policy(policy)
    n_changed = 0
    for number in PROGRAMS:
        program = random_program(number)
        ours = rows_of(program, number, policy)
        theirs = simulate_compiled(program, number, 0, rows=True, policy=in_kernel).rows
        assert theirs is not None
        assert different_rows(ours, theirs) == 0, number
        n_changed += different_rows(ours, rows_of(program, number, None)) > 0
    assert n_changed > len(PROGRAMS) / 2


def three_calls(n_agents: int) -> Program:
    """Calls at 60, 120 and 180 s of 300 s each, endless patience; agents from the start."""
    laws = Laws(Dice(0), grid=True)
    kinds = records(CALL_TYPE, 1)
    kinds.talk_law, kinds.patience_law = laws.add(Family.DETERMINISTIC, 300.0), laws.add(Family.NEVER)
    kinds.hold_law = kinds.wrap_law = -1
    kinds.patience_at_most = kinds.type_day_shape = math.inf
    return program_of(
        windows=[(0.0, 3600.0)],
        interval=1800.0,
        n_intervals=4,
        laws=laws,
        call_types=kinds,
        priorities=[0],
        team_sizes=[n_agents],
        reach=np.ones((1, 1), np.int64),
        timetable=[
            (0.0, int(Event.OPENING), 0, 0),
            (0.0, int(Event.SEATS_UP), 0, n_agents),
            (3600.0, int(Event.CLOSING), 0, 0),
        ],
        recorded=[(60.0 * i, 0, -1.0, -1.0) for i in (1, 2, 3)],
    )


def test_a_call_prefers_the_agent_with_the_highest_score() -> None:
    policy = SimpleNamespace(agent_score=lambda contact, agent: -abs(agent.id - 2))
    assert rows_of(three_calls(4), 1, None).segments["agent"].tolist() == [0, 1, 2]
    assert rows_of(three_calls(4), 1, policy).segments["agent"].tolist() == [2, 1, 3]  # 1 and 3 tie: the lower id


def test_an_agent_prefers_the_call_with_the_highest_score() -> None:
    seen = []

    def last_in_first_out(contact: Any, agent: Any, now: float) -> float:
        seen.append((contact.customer, agent.id, agent.idle_since, now))
        return float(contact.queued_at)

    segments = rows_of(three_calls(1), 1, SimpleNamespace(call_score=last_in_first_out)).segments
    assert segments["answered_at"].tolist() == [60.0, 660.0, 360.0]
    assert seen == [(1, 0, 360.0, 360.0), (2, 0, 360.0, 360.0), (1, 0, 660.0, 660.0)]


def test_a_score_that_is_not_a_number_is_refused() -> None:
    policy = SimpleNamespace(agent_score=lambda contact, agent: math.nan)
    with pytest.raises(ValueError, match="a routing policy returned NaN as a score"):
        simulate_reference(three_calls(1), 1, 0, policy=policy)
