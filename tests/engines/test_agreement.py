"""Both engines give the same rows, counts and digests, bit by bit, on generated Programs; jitted or not."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.jit import ENABLED
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import CALL_TYPE, IVR_EDGE, IVR_NODE, Program, records
from ccsim.scenario import load
from ccsim.vocabulary import MOST_IVR_VISITS, AgentState, ClosingRule, Event, Family, Outcome
from tests.engines.agreement import compare, share_of
from tests.engines.programs import Dice, Ivr, Laws, program_of, random_program

N_PROGRAMS = share_of(300)
HOME = Path(__file__).parents[2]
PLAIN = range(10)
"""Programs that run in plain Python, too."""


EXAMPLES = [file for file in sorted((HOME / "scenarios").glob("**/*.yaml")) if file.stem != "mail"]
"""Back-office work is in no engine: the rows of northgate/mail.yaml are those of northgate.yaml (test_back_office)."""


@pytest.mark.parametrize("first", range(0, N_PROGRAMS, 50))
def test_engines_agree_on_generated_programs(first: int) -> None:
    for number in range(first, min(first + 50, N_PROGRAMS)):
        found = compare(random_program(number), seed=number, replication=number % 3)
        assert found[1:] == (0, 0, 0), (number, found)


@pytest.mark.skipif(not ENABLED, reason="too many calls for the compiled engine in plain Python")
@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_engines_agree_on_the_example_scenarios(file: Path) -> None:
    found = compare(compile_scenario(load(file)).program, seed=1, replication=0)
    assert found.n_calls > 0 and found[1:] == (0, 0, 0), found


def test_seed_and_replication_at_their_limits() -> None:
    program = random_program(3)
    for seed, replication in ((0, 0), ((1 << 64) - 1, 0), (1 << 63, (1 << 31) - 1)):
        assert compare(program, seed, replication)[1:] == (0, 0, 0)


def test_generated_programs_use_every_outcome_and_feature() -> None:
    outcomes: set[int] = set()
    stays: set[int] = set()
    states: set[int] = set()
    seen = dict.fromkeys(("ties", "redial", "next day", "overtime cap", "hold", "wrap", "steady", "closed day", "ports"), 0)
    seen["break when a call ends"] = 0
    families: set[int] = set()
    for number in range(100):
        program = random_program(number)
        rows = simulate_reference(program, number, 0, digest=False).rows
        assert rows is not None
        contacts = rows.contacts
        outcomes |= set(contacts["outcome"].tolist())
        families |= set(program.laws.family.tolist())
        stays |= set(rows.segments["outcome"].tolist())
        instants = rows.segments["ended_at"][np.isfinite(rows.segments["ended_at"])]
        seen["ties"] += len(instants) - len(np.unique(instants))
        seen["redial"] += int((contacts["contact"] > 0).sum())
        seen["next day"] += int(((contacts["contact"] > 0) & (contacts["arrived_at"] >= 86400.0)).sum())
        seen["overtime cap"] += int((program.timetable.event == Event.OVERTIME_END).any())
        seen["hold"] += int((contacts["hold_time"] > 0.0).sum())
        seen["wrap"] += int((contacts["wrap_time"] > 0.0).sum())
        seen["steady"] += int(program.settings.closing_rule[0] == ClosingRule.STAY)
        seen["ports"] += int(program.settings.ivr_ports[0] < 9 and (contacts["outcome"] == Outcome.BLOCKED).any())
        seen["closed day"] += int((program.days.open_at == math.inf).any())
        states |= set(rows.agent_states["state"].tolist())
        seen["break when a call ends"] += int(np.isin(program.breaks.at, instants).sum())
    goes_on = {Outcome.PASSED_ON, Outcome.OPTED_OUT, Outcome.RETRIED, Outcome.MISROUTED}
    goes_on |= {Outcome.TRANSFERRED, Outcome.OVERFLOWED, Outcome.ESCALATED, Outcome.NO_ANSWER}
    assert outcomes == set(Outcome) - goes_on
    assert stays >= goes_on
    assert families == set(Family)
    assert states >= {AgentState.BREAK, AgentState.OFF_PHONE, AgentState.MISSING, AgentState.LATE}
    assert all(seen.values()) and seen["ties"] > 1000, seen


def test_rows_hold_no_nan_and_no_negative_zero() -> None:
    for number in range(60):
        rows = simulate_reference(random_program(number), number, 0, digest=False).rows
        assert rows is not None
        for table in rows:
            for name in table.dtype.names:
                if table.dtype[name].kind == "f":
                    values = table[name]
                    assert not np.isnan(values).any(), (number, name)
                    assert not ((values == 0.0) & np.signbit(values)).any(), (number, name)


def crowd(n: int, closing_rule: ClosingRule) -> Program:
    """`n` calls in one instant with endless patience; nobody is there until the next morning, then as many agents."""
    laws = Laws(Dice(0), grid=True)
    kinds = records(CALL_TYPE, 1)
    kinds.talk_law, kinds.patience_law = laws.add(Family.DETERMINISTIC, 60.0), laws.add(Family.NEVER)
    kinds.hold_law = kinds.wrap_law = -1
    kinds.patience_at_most = kinds.type_day_shape = math.inf
    opening, up, closing = int(Event.OPENING), int(Event.SEATS_UP), int(Event.CLOSING)
    clock = [(0.0, opening, 0, 0), (3600.0, closing, 0, 0), (86400.0, opening, 1, 0), (90000.0, closing, 1, 0)]
    return program_of(
        windows=[(0.0, 3600.0), (86400.0, 90000.0)],
        interval=1800.0,
        n_intervals=54,
        laws=laws,
        call_types=kinds,
        priorities=[0],
        team_sizes=[n],
        reach=np.ones((1, 1), np.int64),
        timetable=[*clock, (86400.0, up, 0, n)],
        recorded=[(60.0, 0, -1.0, -1.0)] * n,
        closing_rule=closing_rule,
        redial_share=1.0,
        redial_law=laws.add(Family.DETERMINISTIC, 80000.0),
        redial_attempts=1,
    )


@pytest.mark.parametrize("closing_rule", ClosingRule)
def test_one_event_may_wake_a_crowd(closing_rule: ClosingRule) -> None:
    """Cleared, all redial; or the morning's agents take all calls at once: thousands of new events in one."""
    n = share_of(3000)
    found = compare(crowd(n, closing_rule), 1, 0)
    assert found.n_calls == (2 * n if closing_rule == ClosingRule.CLEAR else n)
    assert found[1:] == (0, 0, 0)


def digests(numbers: range) -> list[list[list[list[int]]]]:
    """Digests of both engines for some generated Programs."""
    found = []
    for number in numbers:
        program = random_program(number)
        both = (simulate_reference(program, number, 1).digest, simulate_compiled(program, number, 1, rows=False).digest)
        found.append([[list(pair.tolist()) for pair in digest] for digest in both])
    return found


def test_plain_python_gives_the_same_bits_as_jitted_code() -> None:
    code = f"import json; from tests.engines.test_agreement import digests; print(json.dumps(digests({PLAIN!r})))"
    other = "0" if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0") else "1"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOME,
        env=os.environ | {"NUMBA_DISABLE_JIT": other, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == digests(PLAIN)


def test_who_finds_no_way_out_of_the_ivr_hangs_up_after_as_many_visits_as_a_contact_has_room_for() -> None:
    """A node that leads to itself: no file may say so, but the engines know what to do."""
    laws = Laws(Dice(0), grid=True)
    kinds, nodes, edges = records(CALL_TYPE, 1), records(IVR_NODE, 1), records(IVR_EDGE, 1)
    kinds.talk_law, kinds.patience_law = laws.add(Family.DETERMINISTIC, 60.0), laws.add(Family.NEVER)
    kinds.hold_law = kinds.wrap_law = kinds.transfer_to = -1
    kinds.patience_at_most = kinds.type_day_shape = math.inf
    nodes.time_law, nodes.n_edges, edges.up_to = laws.add(Family.DETERMINISTIC, 1.0), 1, 1.0
    opening, up, closing = int(Event.OPENING), int(Event.SEATS_UP), int(Event.CLOSING)
    program = program_of(
        windows=[(0.0, 3600.0)],
        interval=1800.0,
        n_intervals=6,
        laws=laws,
        call_types=kinds,
        priorities=[0],
        team_sizes=[1],
        reach=np.ones((1, 1), np.int64),
        timetable=[(0.0, opening, 0, 0), (0.0, up, 0, 1), (3600.0, closing, 0, 0)],
        recorded=[(60.0, 0, -1.0, -1.0), (61.0, 0, -1.0, -1.0)],
        ivr=Ivr(nodes, edges, np.zeros((1, 1))),
        ivr_start=0,
    )
    assert compare(program, 1, 0)[1:] == (0, 0, 0)
    rows = simulate_compiled(program, 1, 0, rows=True).rows
    assert rows is not None
    assert rows.contacts["outcome"].tolist() == [Outcome.HUNG_UP] * 2
    assert rows.contacts["ended_at"].tolist() == [60.0 + MOST_IVR_VISITS, 61.0 + MOST_IVR_VISITS]
    assert len(rows.segments) == 2 * MOST_IVR_VISITS
