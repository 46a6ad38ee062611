"""Back-office work: worked out by hand, held to a walk second by second over the rows of both engines, and without any trace in
what callers and agents do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ccsim
from ccsim.analysis import Estimate
from ccsim.analysis.back_office import BackOffice, Pile, back_office_reader, worked
from ccsim.analysis.tabulate import counts_of
from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.experiment.back_office import back_office_of
from ccsim.jit import ENABLED
from ccsim.outcomes import Rows
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.report.verdicts import sentence
from ccsim.scenario import Scenario, from_dict
from ccsim.vocabulary import AgentState

S = 1_000_000  # us
HOUR = 3600.0
Micros = NDArray[np.int64]


def values(estimates: list[Estimate], **scope: str) -> dict[str, float | None]:
    """Value by KPI in one scope."""
    return {e.id: e.value for e in estimates if e.scope == scope and e.basis == "back_office"}


# ------------------------------------------------------------------------------------ by hand

CALLS = [{"at": "30s", "call_type": "call"}, {"at": "200s", "call_type": "call"}]
DAY: dict[str, Any] = {
    "open": "00:00-00:10",
    "interval": "1m",
    "calls": {"call": {"handle": {"deterministic": "60s"}}},
    "agents": 1,
    "replay": {"calls": CALLS},
    "run": {"replications": 2},
}


def test_what_one_agent_does_between_two_calls() -> None:
    """
    The agent talks from 30 to 90 s and from 200 to 260 s. Idle, minute by minute: 30, 30, 60, 20, 40, then 60 each. Letters of
    100 s come in the first minute and in the fourth, and are due after two minutes: 60 s of each are done by then.

    minute     1   2   3   4   5   6
    comes    100           100
    done      30  30  40   20  40  40
    left      70  40   0   80  40   0
    """
    letters = {"volume": [1, 0, 0, 1, 0, 0, 0, 0, 0, 0], "handle": "100s", "due": "2m"}
    result = ccsim.run(from_dict(DAY | {"back_office": {"letters": letters}}), neighbours=False)
    found = values(result.estimates)
    assert found["back_office_came"] == found["back_office_done"] == pytest.approx(200 / HOUR)
    assert found["back_office_in_time"] == pytest.approx((60 + 60) / 200)
    assert found["back_office_at_close"] == found["back_office_left"] == 0.0
    assert found["occupancy_with_back_office"] == pytest.approx((120 + 200) / 600)
    assert found["utilisation_with_back_office"] == pytest.approx((120 + 200) / 600)
    assert found["idle_agents"] == pytest.approx((480 - 200) / 600)
    assert result.kpi("occupancy").value == pytest.approx(120 / 600)
    assert values(result.estimates, back_office="letters")["back_office_in_time"] == found["back_office_in_time"]
    assert values(result.estimates, team="agents")["back_office_done"] == found["back_office_done"]
    by_minute = {id: [] for id in ("back_office_done", "back_office_backlog", "back_office_in_time")}
    for estimate in result.by_interval(*by_minute):
        by_minute[estimate.id].append(None if estimate.value is None else round(estimate.value * HOUR, 6))
    assert by_minute["back_office_done"] == [30, 30, 40, 20, 40, 40, 0, 0, 0, 0]
    assert by_minute["back_office_backlog"] == [70, 40, 0, 80, 40, 0, 0, 0, 0, 0]
    share = [None if value is None else value / HOUR for value in by_minute["back_office_in_time"]]
    assert share == pytest.approx([0.6, None, None, 0.6, *[None] * 6])


def test_what_lies_there_at_first_is_done_first_and_due_with_what_comes_then() -> None:
    """500 s of idle time would do 5 letters; 4 lie there and one comes a minute later, which is due at the end of all."""
    letters = {"volume": [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], "handle": "100s", "waiting": 4, "due": "same_day"}
    result = ccsim.run(from_dict(DAY | {"back_office": {"letters": letters}}), neighbours=False)
    found = values(result.estimates)
    assert found["back_office_came"] == pytest.approx(500 / HOUR)
    assert found["back_office_done"] == pytest.approx(480 / HOUR)
    assert found["back_office_left"] == found["back_office_at_close"] == pytest.approx(20 / HOUR)
    assert found["back_office_in_time"] == pytest.approx(480 / 500)
    assert found["idle_agents"] == 0.0


def pile(name: str, came: list[int], due: list[int], teams: tuple[int, ...] = (0,)) -> Pile:
    """A pile of whole seconds."""
    return Pile(name, S * np.array(came, dtype=np.int64), np.array(due, dtype=np.int64), teams)


def test_the_team_named_first_gives_its_idle_time_first() -> None:
    idle = S * np.array([[10, 10, 10], [25, 0, 25]])
    found = worked(pile("a", [40, 0, 0], [3, 3, 3], (1, 0)), idle)
    assert (found.done // S).tolist() == [35, 5, 0]
    assert (found.by_team // S).tolist() == [[25, 0, 0], [10, 5, 0]]
    found = worked(pile("a", [20, 0, 0], [3, 3, 3], (0, 1)), idle)
    assert (found.by_team // S).tolist() == [[10, 0, 0], [10, 0, 0]]


def test_the_next_pile_gets_what_the_first_leaves() -> None:
    counts = _Counts(np.array([[30 * S], [30 * S]]), np.array([[0], [5 * S]]))
    piles = (pile("first", [40, 0], [2, 2]), pile("second", [10, 10], [0, 1]))
    terms = back_office_reader(BackOffice(piles, np.array([1])), 1, np.array([True, True]))(counts)  # type: ignore[arg-type]
    done, in_time = terms[3] / S, terms[2] / S
    assert done.tolist() == [[30, 30], [30, 10], [0, 20], [30, 30]]
    assert in_time[2].tolist() == [0, 10], "of the second pile the first letters are late, but done before the later ones"
    assert (terms[4] / S)[-1].tolist() == [30, 30], "35 s are idle in the second interval, 30 of them while lines are open"


class _Counts:
    """The one table of counts that is read, intervals x teams."""

    def __init__(self, available: Micros, overtime: Micros) -> None:
        fields = np.dtype([("available_time", "i8"), ("overtime_available_time", "i8")])
        self.agent_time = np.zeros(available.shape, fields)
        self.agent_time["available_time"], self.agent_time["overtime_available_time"] = available, overtime


# ------------------------------------------------------------------------------------ against naive twins


@pytest.mark.parametrize("seed", range(30))
def test_work_in_one_formula_is_work_letter_by_letter(seed: int) -> None:
    luck = np.random.default_rng(seed)
    n, teams = 12, 3
    came = luck.integers(0, 40, n) * luck.integers(0, 2, n)
    idle = luck.integers(0, 15, (teams, n)) * luck.integers(0, 2, (teams, n))
    due = np.minimum(np.arange(n) + luck.integers(0, 5), n)
    order = tuple(luck.permutation(teams)[: luck.integers(1, teams + 1)].tolist())
    found = worked(Pile("a", came, due, order), idle)

    lying: list[int] = []  # when each piece of work came
    done, backlog, in_time, by_team = np.zeros(n, int), np.zeros(n, int), np.zeros(n, int), np.zeros((len(order), n), int)
    for i in range(n):
        lying += [i] * int(came[i])
        for row, team in enumerate(order):
            for _ in range(min(int(idle[team, i]), len(lying))):
                came_at = lying.pop(0)
                done[i], by_team[row, i] = done[i] + 1, by_team[row, i] + 1
                in_time[came_at] += i <= due[came_at] < n
        backlog[i] = len(lying)
    for name, naive in (("done", done), ("backlog", backlog), ("in_time", in_time), ("by_team", by_team)):
        assert np.array_equal(getattr(found, name), naive), name


def recounted(rows: Rows, came: Micros, length: int, n: int, teams: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Walk second by second over the states of agents: seconds of work done in each interval, and left at its end.

    Every second each idle agent does a second of what lies there; nobody looks at counts, engines or intervals but to add up.
    """
    idle = np.zeros(n * length, dtype=int)
    for row in rows.agent_states:
        if row["state"] == AgentState.AVAILABLE and row["team"] in teams:
            begin, end = float(row["started_at"]), float(row["ended_at"])
            assert begin.is_integer() and end.is_integer(), "this centre lives in whole seconds"
            idle[int(begin) : int(end)] += 1
    left, done, backlog = 0, [0] * n, [0] * n
    for second, n_idle in enumerate(idle.tolist()):
        if second % length == 0:
            left += int(came[second // length]) // S
        part = min(left, n_idle)
        left -= part
        done[second // length] += part
        backlog[second // length] = left
    return done, backlog


def whole_seconds(seed: int) -> Scenario:
    """Two days of two teams, one of them there longer than lines are open; calls and talks on whole seconds."""
    luck = np.random.default_rng(seed)
    calls = [
        {"at": f"{86400 * day + 28800 + int(at)}s", "call_type": kind, "handle": f"{int(talk)}s"}
        for day in (0, 1)
        for kind, many in (("a", 60), ("b", 25))
        for at, talk in zip(luck.integers(0, 7200, many), luck.integers(60, 400, many), strict=True)
    ]
    volume = [int(items) for items in luck.integers(10, 30, 8)]
    return from_dict(
        {
            "open": "08:00-10:00",
            "interval": "15m",
            "days": 2,
            "calls": {kind: {"handle": {"deterministic": "3m"}} for kind in "ab"},
            "agents": {
                "desk": {"headcount": 3},
                "tail": {"shifts": {"long": {"daily": 2}}},
            },
            "shifts": {"long": {"time": "07:30-11:00"}},
            "queues": {"a": {}, "b": {"teams": ["desk"]}},
            "replay": {"calls": sorted(calls, key=lambda call: float(call["at"][:-1]))},
            "back_office": {"mail": {"volume": volume, "handle": "5m", "due": "30m", "waiting": 6}},
            "run": {"replications": 1},
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_both_engines_agree_with_a_walk_second_by_second(seed: int) -> None:
    scenario = whole_seconds(seed)
    compiled = compile_scenario(scenario)
    back_office = back_office_of(scenario, compiled)
    assert back_office is not None
    (mail,) = back_office.piles
    engines = [simulate_reference, simulate_compiled] if ENABLED else [simulate_reference]
    for simulate in engines:
        rows = simulate(compiled.program, 1, 0, rows=True).rows
        assert rows is not None
        counts = counts_of(compiled.program, rows)
        states = counts.agent_time.T
        found = worked(mail, np.ascontiguousarray(states["available_time"] + states["overtime_available_time"]))
        done, backlog = recounted(rows, mail.came, 900, len(mail.came), mail.teams)
        assert (found.done // S).tolist() == done
        assert (found.backlog // S).tolist() == backlog
        assert done[96 + 30] > 0 and done[40] > 0, "the tail is there before lines open and after they close"
        assert 0 < backlog[-1] < mail.came.sum() // S, "there is never too little to do"


def test_the_reading_of_rows_would_see_a_second_of_difference() -> None:
    """The check above can fail: one second more of one agent is seen."""
    scenario = whole_seconds(0)
    compiled = compile_scenario(scenario)
    back_office = back_office_of(scenario, compiled)
    assert back_office is not None
    (mail,) = back_office.piles
    rows = simulate_reference(compiled.program, 1, 0, rows=True).rows
    assert rows is not None
    right, _ = recounted(rows, mail.came, 900, len(mail.came), mail.teams)
    states = rows.agent_states.copy()
    first = int(np.flatnonzero(states["state"] == AgentState.AVAILABLE)[0])
    states["started_at"][first] += 1.0
    wrong, _ = recounted(rows._replace(agent_states=states), mail.came, 900, len(mail.came), mail.teams)
    assert right != wrong


# ------------------------------------------------------------------------------------ what it changes, and what not

OFFICE: dict[str, Any] = {
    "open": {"mon-fri": "08:00-16:00", "sat": "08:00-12:00"},
    "interval": "30m",
    "start": "2024-01-04",  # a Thursday
    "days": 6,
    "calls": {"a": {"volume": "20/h", "handle": "4m", "patience": "3m"}, "b": {"volume": "10/h", "handle": "3m"}},
    "agents": {
        "desk": {"headcount": 3, "cost": "20/h"},
        "vendor": {"capacity": 1, "cost": "0.5/min", "billed": "talk_and_wrap"},
    },
    "run": {"replications": 12},
}
MAIL = {"volume": "60/day", "handle": "6m", "comes": "at_opening", "due": "next_day"}


def test_it_leaves_no_trace_in_what_callers_and_agents_do() -> None:
    plain = ccsim.run(from_dict(OFFICE), neighbours=False)
    busy = ccsim.run(from_dict(OFFICE | {"back_office": {"mail": MAIL}}), neighbours=False)
    assert busy.digest == plain.digest
    assert [e for e in busy.estimates if e.basis != "back_office"] == plain.estimates
    assert not [e for e in plain.estimates if e.basis == "back_office" or "back_office" in e.scope]
    assert busy.fingerprint != plain.fingerprint


def test_nobody_uses_the_idle_time_of_a_vendor_who_bills_talk() -> None:
    busy = ccsim.run(from_dict(OFFICE | {"back_office": {"mail": MAIL}}), reps=2, neighbours=False)
    assert values(busy.estimates, team="vendor")["back_office_done"] == 0.0
    assert values(busy.estimates, team="desk")["back_office_done"] == values(busy.estimates)["back_office_done"]


@pytest.mark.skipif(not ENABLED, reason="compares the two engines")
def test_both_engines_give_the_same_estimates() -> None:
    scenario = from_dict(OFFICE | {"back_office": {"mail": MAIL}, "run": {"replications": 3}})
    ours, theirs = (ccsim.run(scenario, engine=engine, neighbours=False).estimates for engine in ("compiled", "reference"))
    assert ours == theirs


def test_what_comes_is_all_done_or_left() -> None:
    result = ccsim.run(from_dict(OFFICE | {"back_office": {"mail": MAIL | {"volume": "250/day"}}}), neighbours=False)
    found = values(result.estimates)
    days = 5
    assert found["back_office_came"] == pytest.approx(25.0)
    assert days * (found["back_office_came"] - found["back_office_done"]) == pytest.approx(found["back_office_left"])
    assert found["back_office_left"] > 20 and found["back_office_in_time"] < 0.5
    by_day = [e.value for e in result.estimates if e.id == "back_office_at_close" and "day" in e.scope]
    assert len(by_day) == days and by_day == sorted(by_day), "it grows from day to day"
    assert by_day[-1] == found["back_office_left"] and np.mean(by_day) == pytest.approx(found["back_office_at_close"])


def made(scenario: Scenario) -> tuple[BackOffice, Compiled]:
    compiled = compile_scenario(scenario)
    found = back_office_of(scenario, compiled)
    assert found is not None
    return found, compiled


def test_what_is_due_when() -> None:
    """Thursday, Friday, a short Saturday; Sunday is closed. By the interval of the half-hours since the first midnight."""
    work = {"volume": "48/day", "handle": "1m"}
    piles = {
        "a": work | {"due": "same_day"},
        "b": work | {"due": "next_day", "priority": 2},
        "c": work | {"due": "4h"},
        "d": work,
    }
    found, compiled = made(from_dict(OFFICE | {"back_office": piles}))
    assert [one.name for one in found.piles] == ["b", "a", "c", "d"]
    b, a, c, d = found.piles
    n, day = len(compiled.program.intervals), 48
    thursday, friday, saturday, monday, tuesday = (16 + day * k for k in (0, 1, 2, 4, 5))
    ends = [thursday + 15, friday + 15, saturday + 7, monday + 15, tuesday + 15]
    starts = [thursday, friday, saturday, monday, tuesday]
    assert found.closes.tolist() == ends
    for start, end in zip(starts, ends, strict=True):
        assert a.due[start] == a.due[end] == end
    for start, end in zip(starts, [*ends[1:], n], strict=True):
        assert b.due[start] == end, "the last day's mail is due beyond the run"
    assert c.due[thursday] == thursday + 7 and c.due[friday + 15] == friday + 22, "whether lines are open or not"
    assert (d.due == n).all()
    for one in found.piles:
        assert np.all(np.diff(one.due[one.came > 0]) >= 0)
        assert one.came.sum() == 5 * 48 * 60 * S
        assert one.came[thursday] == 180 * S and one.came[saturday] == 360 * S, "48 in 16 half-hours, or in 8"


def test_days_before_the_first_bring_no_mail() -> None:
    returning = {"return": {"share": "10%", "after": "2d"}}
    calls = {"a": {"volume": "20/h", "handle": "4m", "patience": "3m", "unresolved": "10%"}}
    scenario = from_dict(OFFICE | {"calls": calls, "after_contact": returning, "back_office": {"mail": MAIL | {"waiting": 3}}})
    found, compiled = made(scenario)
    first = int(compiled.program.settings.count_from[0] // 1800)
    assert first > 0, "there are days before"
    (mail,) = found.piles
    assert mail.came[:first].sum() == 0 and mail.came[first + 16] == 63 * 360 * S
    assert len(found.closes) == 5 and found.closes[0] == first + 31
    result = ccsim.run(scenario, reps=2, neighbours=False)
    assert values(result.estimates)["back_office_came"] == pytest.approx((5 * 60 + 3) * 0.1 / 5)


def test_a_target_on_it_is_judged() -> None:
    office = OFFICE | {"back_office": {"mail": MAIL}, "targets": {"back_office": {"goal": "70%", "over": "day"}}}
    calm = ccsim.run(from_dict(office), neighbours=False)
    (verdict,) = [v for v in calm.targets if v.target.kpi == "back_office_in_time"]
    assert verdict.verdict == "met" and verdict.run.value == 1.0
    crowded = ccsim.run(from_dict(office).with_({"back_office.mail.volume": "300/day"}), neighbours=False)
    (verdict,) = [v for v in crowded.targets if v.target.kpi == "back_office_in_time"]
    assert verdict.verdict == "missed"
    assert "back-office work in time" in sentence(verdict, 6, 1800.0, False)


def test_what_ifs_on_it_are_compared_in_pairs() -> None:
    what_ifs = {"more": {"back_office.mail.scale": "140%"}, "none": {"back_office": None}}
    base = from_dict(OFFICE | {"back_office": {"mail": MAIL | {"volume": "120/day"}}, "what_if": what_ifs})
    found = ccsim.compare(base)
    late = found.difference("more", "back_office_in_time")
    assert late.verdict == "worse" and late.base_value > late.plan_value
    assert found.difference("more", "service_level").verdict == "identical", "row by row"
    assert found.difference("none", "back_office_in_time").plan_value is None
    with pytest.raises(ValueError, match="the base has no back-office work"):
        ccsim.compare(from_dict(OFFICE), from_dict(OFFICE), kpis=["back_office_done"])


def test_a_target_holds_for_plans_without_such_work_too() -> None:
    office = OFFICE | {"back_office": {"mail": MAIL}, "targets": {"back_office": "95%"}}
    found = ccsim.compare(from_dict(office), from_dict(OFFICE), reps=3)
    (verdict,) = [v for v in found.plans[1].targets if v.target.kpi == "back_office_in_time"]
    assert verdict.verdict == "undecided" and verdict.run.value is None


def test_a_sweep_moves_it() -> None:
    base = from_dict(OFFICE | {"back_office": {"mail": MAIL | {"volume": "200/day"}}})
    found = ccsim.sweep(base, {"agents.desk.headcount": [3, 5]}, kpis=["back_office_left"], reps=4)
    few, many = ([e.value for e in point.band.values()][0] for point in found.points)
    assert few > many == 0.0


def test_a_run_that_was_put_away_has_it_again(tmp_path: Path) -> None:
    from ccsim.report.folder import write_folder

    result = ccsim.run(from_dict(OFFICE | {"back_office": {"mail": MAIL}}), reps=4, neighbours=False)
    folder = write_folder(result, tmp_path)
    lines = (folder / "back_office.csv").read_text("utf-8").splitlines()
    head = "date,time,back_office,back_office_came_h,back_office_done_h,back_office_backlog_h,back_office_backlog_low_h"
    assert lines[0].startswith(head)
    assert any(line.startswith("2024-01-04,08:00,mail,6.0,") for line in lines)
    assert any(line.startswith("2024-01-04,08:00,all,6.0,") for line in lines)
    assert ccsim.open_result(folder).estimates == result.estimates
    assert "back_office" not in (folder / "intervals.csv").read_text("utf-8")


def test_northgate_has_no_idle_minute_to_spare() -> None:
    """What scenarios/northgate/README.md says of its letters."""
    folder = Path(__file__).parents[2] / "scenarios" / "northgate"
    northgate = ccsim.load(folder / "mail.yaml")
    without = northgate.with_({"back_office": None, "targets.back_office": None})
    digests = {ccsim.run(one, reps=1, neighbours=False).digest for one in (without, ccsim.load(folder / "northgate.yaml"))}
    assert digests == {ccsim.run(northgate, reps=1, neighbours=False).digest}
    found = ccsim.compare(northgate, kpis=["back_office_in_time", "service_level"], reps=20 if ENABLED else 1)
    lost = {plan.name: found.difference(plan.name, "back_office_in_time").value for plan in found.plans[1:]}
    assert set(lost) == {"more_letters", "more_calls", "two_fewer_late"}
    if ENABLED:
        assert (
            -0.09 < lost["more_letters"] < -0.03
            and -0.11 < lost["more_calls"] < -0.04
            and -0.07 < lost["two_fewer_late"] < -0.02
        )
    assert found.difference("more_letters", "service_level").verdict == "identical"
