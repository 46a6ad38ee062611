"""A walk tells what the counts count: replay equality; and why somebody waited is read off hand-worked days."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccsim.analysis.roadblocks import ROADBLOCKS, Facts, TeamLosses, facts_of, left_at
from ccsim.analysis.tabulate import counts_of
from ccsim.analysis.trace import AgentDay, agent_day, day_window
from ccsim.engine.compiled.simulate import simulate
from ccsim.jit import ENABLED
from ccsim.outcomes import Counts, Rows
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import from_dict, load
from ccsim.vocabulary import AgentState, Outcome
from tests.outcomes.days import DAYS, rows_of
from tests.stories.centre import FOR_EVER, centre, seats
from tests.stories.test_authority import cases

SCENARIOS = Path(__file__).parents[2] / "scenarios"

DEPARTMENTS: dict[str, Any] = {
    "open": "08:00-12:00",
    "days": 2,
    "calls": {
        "sales": {
            "volume": "60/h", "talk": "3m", "hold": {"share": "40%", "for": "40s"}, "wrap": "30s", "patience": "2m",
            "transfer": {"share": "30%", "to": "service"},
        },
        "service": {"volume": "40/h", "handle": "4m", "patience": "4m"},
    },
    "agents": {"front": {"headcount": 4, "skills": ["sell"]}, "back": {"headcount": 6, "ring": "6s"}},
    "queues": {"sales": {}, "service": {"overflow": [{"after": "30s", "to": "sales", "clock": "keep"}]}},
    "after_contact": {"redial": {"share": "50%", "after": "5m", "attempts": 2}},
}  # fmt: skip
DEPARTMENTS["calls"]["sales"]["needs"] = "sell"
DEPARTMENTS["agents"]["back"]["skills"] = {"sell": {"prefer": 2}, "help": {}}
DEPARTMENTS["calls"]["service"]["needs"] = "help"


def world(name: str) -> Compiled:
    if name == "departments":
        return compile_scenario(from_dict(DEPARTMENTS))
    return compile_scenario(load(SCENARIOS / f"{name}.yaml"))


def simulated(compiled: Compiled, seed: int = 7) -> tuple[Rows, Counts]:
    rows = simulate(compiled.program, seed, 0, rows=True).rows
    assert rows is not None
    return rows, counts_of(compiled.program, rows)


def all_days(compiled: Compiled, facts: Facts, team: int) -> list[AgentDay]:
    row = compiled.program.teams[team]
    opened = np.flatnonzero(np.isfinite(compiled.program.days.open_at)).tolist()
    agents = range(row.first_agent, row.first_agent + row.n_agents)
    return [agent_day(facts, compiled.names, agent, day) for agent in agents for day in opened]


WORLDS = ("departments", "two_queues", "shifts", "always_open", "week") if ENABLED else ("departments",)


@pytest.mark.parametrize("name", WORLDS)
def test_all_days_of_a_team_add_up_to_its_counts(name: str) -> None:
    compiled = world(name)
    rows, counts = simulated(compiled)
    facts = facts_of(compiled.program, rows)
    waited = handled = 0.0
    n_calls = 0
    for team in range(len(compiled.names.teams)):
        days = all_days(compiled, facts, team)
        time = counts.agent_time[:, team]
        inside = compiled.program.settings.count_until[0]
        for state, word in ((AgentState.TALK, "talk"), (AgentState.WRAP, "wrap"), (AgentState.RING, "ring")):
            told = sum(max(min(s.ended_at, inside) - s.began_at, 0.0) for d in days for s in d.stretches if s.state == state)
            assert told == pytest.approx((time[f"{word}_time"] + time[f"overtime_{word}_time"]).sum() / 1e6, abs=1e-3)
        busy = sum(time[f"{word}_time"].sum() for word in ("talk", "wrap", "ring"))
        on_phones = busy + time["available_time"].sum()
        calls = [call for day in days for call in day.calls]
        n_calls += len(calls)
        waited += math.fsum(call.wait for call in calls)
        handled += math.fsum(call.handle_time for call in calls)
        # occupancy of the team: each day's share weighs as much as its time on the phones in opening hours
        weights = [open_time(day) for day in days]
        shares = [0.0 if day.occupancy is None else day.occupancy for day in days]
        assert math.fsum(weights) == pytest.approx(on_phones / 1e6, abs=1e-3)
        assert np.average(shares, weights=weights) == pytest.approx(busy / on_phones, abs=1e-9)
    answered = counts.segments
    assert n_calls == answered["answered"].sum() > 100
    assert waited == pytest.approx(answered["answered_wait_time"].sum() / 1e6, abs=1e-2)
    work = sum(answered[f"{part}_time"].sum() for part in ("talk", "hold", "wrap"))
    assert handled == pytest.approx(work / 1e6, abs=1e-2)


def open_time(day: AgentDay) -> float:
    """Time on the phones in opening hours."""
    return math.fsum(
        max(min(s.ended_at, day.closes_at) - max(s.began_at, day.opens_at), 0.0)
        for s in day.stretches
        if s.state in (AgentState.AVAILABLE, AgentState.TALK, AgentState.WRAP, AgentState.RING)
    )


@pytest.mark.parametrize("name", WORLDS)
def test_stretches_of_a_day_follow_each_other_and_hold_its_calls(name: str) -> None:
    compiled = world(name)
    rows, _ = simulated(compiled)
    facts = facts_of(compiled.program, rows)
    for day in all_days(compiled, facts, 0):
        for before, after in zip(day.stretches, day.stretches[1:], strict=False):
            assert before.ended_at <= after.began_at
        for number, call in enumerate(day.calls):
            mine = [s for s in day.stretches if s.call == number]
            whole = min(call.ended_at + call.wrap, day.stretches[-1].ended_at) - min(call.assigned_at, call.answered_at)
            assert math.fsum(s.length for s in mine) == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize("name", WORLDS)
def test_every_second_of_a_wait_has_one_reason(name: str) -> None:
    compiled = world(name)
    rows, counts = simulated(compiled)
    facts = facts_of(compiled.program, rows)
    waits = left_at(facts.stays) - facts.stays["entered_at"]
    parts = facts.nobody_there + facts.kept_idle + facts.all_busy + facts.rang
    assert np.isfinite(waits).all()
    assert parts == pytest.approx(waits, abs=1e-6)
    reasons = ("nobody_free", "kept_idle", "nobody_there", "ringing", "transferred_in", "waiting_for_lead")
    told = sum(float(ROADBLOCKS[id].seconds(facts).sum()) for id in reasons)
    until = compiled.program.settings.count_until[0]  # round the clock the run ends while some still wait: that is not counted
    later = np.maximum(left_at(facts.stays) - np.maximum(facts.stays["entered_at"], until), 0.0).sum()
    assert told - later == pytest.approx(counts.queue_time["time"].sum() / 1e6, rel=1e-6)
    assert not facts.misrouted.any()


def test_the_reasons_of_the_departments_are_all_met() -> None:
    rows, counts = simulated(world("departments"))
    facts = facts_of(world("departments").program, rows)
    for id in ("nobody_free", "ringing", "transferred_in", "hold", "transfer_out"):
        assert ROADBLOCKS[id].seconds(facts).sum() > 0.0, id
    assert ROADBLOCKS["hold"].seconds(facts).sum() == pytest.approx(counts.segments["hold_time"].sum() / 1e6)


# ---------------------------------------------------------------------------- hand-worked days


def seconds(program: Program, rows: Rows | None = None) -> dict[str, list[float]]:
    """Every roadblock met, by stay (or state) where it was."""
    if rows is None:
        rows = simulate(program, 1, 0, rows=True).rows
        assert rows is not None
    facts = facts_of(program, rows)
    found = {id: roadblock.seconds(facts).tolist() for id, roadblock in ROADBLOCKS.items()}
    return {id: lost for id, lost in found.items() if any(lost)}


def test_two_callers_wait_for_the_only_agent() -> None:
    # 1 hangs up after 49 s, 2 waits from 20 to 60
    assert seconds(DAYS["plain"], rows_of("plain")) == {"nobody_free": [0.0, 49.0, 40.0, 0.0]}


def test_the_last_of_a_wait_is_the_ringing_of_the_phone() -> None:
    """Rows in which the agent who answered at 60 let it ring for 5 s."""
    rows = rows_of("plain")
    rows = rows._replace(segments=rows.segments.copy())
    rows.segments["assigned_at"][2] = 55.0
    assert seconds(DAYS["plain"], rows) == {"nobody_free": [0.0, 49.0, 35.0, 0.0], "ringing": [0.0, 0.0, 5.0, 0.0]}


def test_an_idle_agent_who_is_kept_for_other_calls_is_no_free_agent() -> None:
    # agents 0 and 1 prefer x and keep one idle: 0 (y) talks 0-100 with agent 0, 1 (y) waits 10-100 beside the idle agent 1
    assert seconds(DAYS["reserve"], rows_of("reserve")) == {"kept_idle": [0.0, 90.0]}


def test_who_waits_while_nobody_is_on_the_phones_waits_for_that() -> None:
    # no seat until 120; 0 comes at 30 and is answered at 120
    assert seconds(centre([(30, 60, FOR_EVER)], agents={"team": seats(0, 0, 1)})) == {"nobody_there": [90.0]}


def test_a_wait_may_have_one_reason_after_the_other() -> None:
    # the only seat goes when 0 is done at 100, and comes back at 180; 1 waits from 40 on
    program = centre([(0, 100, FOR_EVER), (40, 60, FOR_EVER)], agents={"team": seats(1, 0, 0, 1)})
    assert seconds(program) == {"nobody_free": [0.0, 60.0], "nobody_there": [0.0, 80.0]}


def test_who_is_on_a_break_is_not_on_the_phones() -> None:
    # the agent talks 100-150, his break is 150-210; 1 waits 130-210
    rest = {"time": "00:00-00:10", "breaks": [{"at": "00:02", "for": "60s"}]}
    desk = {"agents": {"desk": {"shifts": {"all": 1}}}, "shifts": {"all": rest}}
    program = centre([(100, 50, FOR_EVER), (130, 30, FOR_EVER)], **desk)
    assert seconds(program) == {"nobody_free": [0.0, 20.0], "nobody_there": [0.0, 60.0]}


TRANSFER: dict[str, Any] = {
    "kinds": {
        "a": {"handle": {"deterministic": "60s"}, "transfer": {"share": "100%", "to": "b"}},
        "b": {"handle": {"deterministic": "30s"}},
    }
}


def test_who_is_passed_on_waits_again_and_costs_the_first_agent_his_time() -> None:
    # one agent: 0 (a) talks 0-60 and waits again behind 1 (b), who came at 10 and talks 60-80; then 80-110
    program = centre([(0, 60, FOR_EVER, "a"), (10, 20, FOR_EVER, "b")], **TRANSFER)
    assert seconds(program) == {
        "nobody_free": [0.0, 0.0, 50.0],
        "transferred_in": [0.0, 20.0, 0.0],
        "transfer_out": [60.0, 0.0, 0.0],
    }


def test_a_stay_in_the_wrong_queue_is_misrouted_until_he_is_passed_on() -> None:
    """The rows of a transfer, told of a caller who wanted b all along."""
    program = centre([(0, 60, FOR_EVER, "a"), (10, 20, FOR_EVER, "b")], **TRANSFER)
    rows = simulate(program, 1, 0, rows=True).rows
    assert rows is not None
    rows.contacts["call_type"][0] = 1
    # 0 talks 0-60 in the wrong queue; his wait of 20 in his own one has the reason it would have had
    assert seconds(program, rows) == {
        "nobody_free": [0.0, 20.0, 50.0], "misrouted": [60.0, 0.0, 0.0], "transfer_out": [60.0, 0.0, 0.0]
    }  # fmt: skip


def test_for_want_of_authority_one_waits_tells_again_and_costs_the_first_his_time() -> None:
    # agent 0 may grant nothing: 0 talks 0-60, 1 waits 30-60 and talks until 120, both go on to agent 1, who takes 75 each
    program = cases([(0, None, FOR_EVER), (30, None, FOR_EVER)], 100, retell="15s")
    assert seconds(program) == {
        "nobody_free": [0.0, 0.0, 30.0, 0.0],
        "waiting_for_lead": [0.0, 0.0, 0.0, 15.0],
        "retold": [0.0, 15.0, 0.0, 15.0],
        "no_authority": [60.0, 0.0, 60.0, 0.0],
    }
    refused = cases(
        [(0, None, FOR_EVER)], 100, decide={"frontline": "20s", "supervisor": "30s"}, on_shortfall={"refuse": "100%"}
    )
    assert list(seconds(refused)) == ["refused"]


def test_the_day_of_an_agent_tells_the_calls_in_order() -> None:
    program = DAYS["plain"]
    names = compile_scenario(load(SCENARIOS / "minimal.yaml")).names._replace(
        call_types=("call",), queues=("all",), teams=("t",)
    )
    day = agent_day(facts_of(program, rows_of("plain")), names, 0, 0)
    assert [(c.customer, c.wait, c.answered_at, c.talk, [d.roadblock for d in c.delays]) for c in day.calls] == [
        (0, 0.0, 0.0, 60.0, []),
        (2, 40.0, 60.0, 60.0, ["nobody_free"]),
        (3, 0.0, 200.0, 30.0, []),
    ]
    assert [(s.state.name, s.began_at, s.ended_at, s.call) for s in day.stretches] == [
        ("TALK", 0.0, 60.0, 0),
        ("TALK", 60.0, 120.0, 1),
        ("AVAILABLE", 120.0, 200.0, -1),
        ("TALK", 200.0, 230.0, 2),
        ("AVAILABLE", 230.0, 600.0, -1),
    ]
    assert (day.name, day.occupancy) == ("t/1", 150.0 / 600.0)


def test_every_instant_belongs_to_one_day() -> None:
    program = world("week").program
    opened = np.flatnonzero(np.isfinite(program.days.open_at)).tolist()
    windows = [day_window(program, day) for day in opened]
    assert windows[0][0] == 0.0 and windows[-1][1] == math.inf
    assert [until for _, until in windows[:-1]] == [since for since, _ in windows[1:]]
    for day, (since, until) in zip(opened, windows, strict=True):
        assert since <= program.days.open_at[day] < program.days.close_at[day] <= until


def test_what_a_team_loses_is_per_operating_day_and_over_replications() -> None:
    compiled = world("departments")
    losses = TeamLosses(compiled.program, compiled.names.teams.index("front"))
    waited = []
    for replication in range(3):
        rows = simulate(compiled.program, 7, replication, rows=True).rows
        assert rows is not None
        losses.add(rows)
        facts = facts_of(compiled.program, rows)
        # front alone is in the first circle of sales: all that wait there and are answered by front, or by nobody
        sales = facts.stays["call_type"] == compiled.names.call_types.index("sales")
        ours = sales & ((facts.team == compiled.names.teams.index("front")) | ~facts.answered)
        waited.append(ROADBLOCKS["nobody_free"].seconds(facts)[ours].sum() / 60.0 / 2.0)
    found = {lost.roadblock.id: lost for lost in losses.lost(0.95)}
    assert found["nobody_free"].minutes == pytest.approx(np.mean(waited))
    low, high = found["nobody_free"].low, found["nobody_free"].high
    assert low is not None and high is not None
    half = 4.302652729911275 * np.std(waited, ddof=1) / math.sqrt(3)  # t with 2 degrees
    assert (low, high) == pytest.approx((max(np.mean(waited) - half, 0.0), np.mean(waited) + half))
    assert found["transfer_out"].roadblock.whose == "agent"
    assert [lost.minutes for lost in losses.lost(0.95) if lost.roadblock.whose == "caller"] == sorted(
        (lost.minutes for lost in losses.lost(0.95) if lost.roadblock.whose == "caller"), reverse=True
    )


def test_money_is_what_the_team_bills_and_what_lines_cost() -> None:
    priced = DEPARTMENTS | {
        "agents": {"front": DEPARTMENTS["agents"]["front"] | {"cost": "36/h"}, "back": DEPARTMENTS["agents"]["back"]},
        "costs": {"trunk_per_minute": 0.6},
    }
    compiled = compile_scenario(from_dict(priced))
    rows = simulate(compiled.program, 7, 0, rows=True).rows
    assert rows is not None
    money = {}
    for team in ("front", "back"):
        losses = TeamLosses(compiled.program, compiled.names.teams.index(team))
        losses.add(rows)
        money[team] = {lost.roadblock.id: (lost.money, lost.minutes, lost.low) for lost in losses.lost(0.95)}
    cost, minutes, low = money["front"]["transfer_out"]
    assert cost == pytest.approx(0.6 * minutes) and low is None  # 36 an hour are 60 cents a minute; one replication
    assert money["back"]["transfer_out"][0] is None
    cost, minutes, _ = money["front"]["nobody_free"]
    assert cost == pytest.approx(0.6 * minutes)


def test_every_roadblock_says_whose_time_it_is_and_where_it_is_read() -> None:
    for id, roadblock in ROADBLOCKS.items():
        assert roadblock.id == id and roadblock.whose in ("caller", "agent") and roadblock.table in ("stays", "states")
        assert roadblock.sentence.endswith(".") and roadblock.title and roadblock.said


def test_who_is_passed_on_for_authority_is_passed_on() -> None:
    rows = rows_of("authority")
    facts = facts_of(DAYS["authority"], rows)
    came = rows.segments["came_by"] == Outcome.ESCALATED
    assert int(facts.escalated.sum()) == int(came.sum()) == 6
    assert not facts.passed_on.any()
