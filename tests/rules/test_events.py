"""Events and arrivals: untouched callers keep their instants, rates are followed exactly, windows have their law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from ccsim.engine.compiled.simulate import simulate
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.rules.events import timetable, windows
from ccsim.rules.randomness import luck_of
from ccsim.rules.tables import bind_program
from ccsim.scenario import from_dict
from ccsim.vocabulary import Event

H = 3600.0


def program_of(events: dict[str, Any] | None = None, **more: Any) -> Program:
    calls = {name: {"volume": "200/h", "handle": "10s", "patience": "1m"} for name in "ab"}
    base = {"open": "09:00-11:00", "calls": calls, "agents": 9, "events": events or {}}
    return compile_scenario(from_dict(base | more)).program


def first_dials(program: Program, replication: int, call_type: int = 0) -> np.ndarray:
    rows = simulate(program, 5, replication, rows=True, digest=False).rows
    assert rows is not None
    return np.asarray(rows.episodes["first_at"][rows.episodes["call_type"] == call_type])


def busy(when: str, factor: str) -> dict[str, Any]:
    return {"e": {"when": when, "set": {"calls.a.scale": {"times": factor}}}}


def test_a_factor_on_whole_intervals_leaves_every_caller_where_he_was() -> None:
    """At 150 % the callers of half past nine are those of before and more; everybody else is untouched, to the bit."""
    plain, more = program_of(), program_of(busy("mon 09:30-10:00", "150%"))
    for replication in range(6):
        before, after = first_dials(plain, replication), first_dials(more, replication)
        inside = (before >= 9.5 * H) & (before < 10 * H)
        inside_after = (after >= 9.5 * H) & (after < 10 * H)
        assert before[~inside].tolist() == after[~inside_after].tolist()
        assert set(before[inside]) < set(after[inside_after])
        assert first_dials(plain, replication, 1).tolist() == first_dials(more, replication, 1).tolist()


def test_a_factor_of_one_and_an_event_that_never_comes_change_nothing() -> None:
    plain = simulate(program_of(), 5, 0, rows=False).digest
    for events in (busy("mon 09:00-11:00", "100%"), busy("tue 09:00-11:00", "300%")):
        assert (simulate(program_of(events), 5, 0, rows=False).digest == plain).all()


def test_inside_an_interval_the_rate_is_followed_exactly() -> None:
    """Three times the rate from 9:10 to 9:20, none from 9:40 to 9:45: counts of the pieces are independent Poisson numbers."""
    events = busy("mon 09:10-09:20", "300%") | {"none": busy("mon 09:40-09:45", "0%")["e"]}
    program = program_of(events)
    edges = np.array([9, 9 + 1 / 6, 9 + 1 / 3, 9.5, 9 + 2 / 3, 9.75, 10]) * H
    n = 1500
    found = np.array([np.histogram(first_dials(program, r), edges)[0] for r in range(n)])
    means = np.array([200 / 6, 100, 200 / 6, 200 / 6, 0, 50])
    assert (found[:, 4] == 0).all()
    for column in (0, 1, 2, 3, 5):
        assert found[:, column].mean() == pytest.approx(means[column], abs=5 * np.sqrt(means[column] / n))
        assert found[:, column].var() == pytest.approx(means[column], rel=5 * np.sqrt(2.2 / n))
    correlations = np.corrcoef(found[:, [0, 1, 2, 3, 5]].T)[np.triu_indices(5, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(n)


def test_instants_inside_a_piece_are_uniform() -> None:
    program = program_of(busy("mon 09:10-09:20", "300%"))
    at = np.concatenate([first_dials(program, r) for r in range(60)])
    for start, end in ((9.0, 9 + 1 / 6), (9 + 1 / 6, 9 + 1 / 3), (9 + 1 / 3, 9.5)):
        inside = at[(at >= start * H) & (at < end * H)]
        assert scipy.stats.kstest(inside, scipy.stats.uniform(start * H, (end - start) * H).cdf).pvalue > 1e-4


def test_overlapping_factors_multiply() -> None:
    events = busy("mon 09:00-10:00", "200%") | {"f": busy("mon 09:30-10:30", "150%")["e"]}
    program = program_of(events)
    n = 300
    found = np.array([np.histogram(first_dials(program, r), [9 * H, 9.5 * H, 10 * H, 10.5 * H, 11 * H])[0] for r in range(n)])
    means = np.array([200, 300, 150, 100])
    assert np.abs(found.mean(axis=0) - means).max() < 5 * np.sqrt(300 / n)


def test_random_windows_have_their_law() -> None:
    """Chance 30 % a day, start even between 8 and 16, lognormal length with median 30 min and p90 2 h; days are apart."""
    law = {"lognormal": {"median": "30m", "p90": "2h"}}
    outage = {"chance": "30% per day", "start": "08:00-16:00", "for": law, "set": {"calls.a.scale": {"times": "300%"}}}
    program = program_of({"outage": outage}, days=4)
    record, n = bind_program(program)[0], 3000
    found = np.array([windows(luck_of(9, r), record, program) for r in range(n)])
    happened = np.isfinite(found[:, :, 0])
    assert happened.mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / (4 * n)))
    assert np.abs(np.corrcoef(happened.T)[np.triu_indices(4, 1)]).max() < 5 / np.sqrt(n)
    midnights = np.arange(4) * 24 * H
    starts = (found[:, :, 0] - midnights)[happened]
    assert scipy.stats.kstest(starts, scipy.stats.uniform(8 * H, 8 * H).cdf).pvalue > 1e-4
    lengths = found[happened][:, 1] - found[happened][:, 0]
    sigma = np.log(4) / scipy.stats.norm.ppf(0.9)
    assert scipy.stats.kstest(lengths, scipy.stats.lognorm(sigma, scale=1800).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(starts, lengths)[0, 1]) < 5 / np.sqrt(len(starts))


def test_another_event_shifts_nobodys_window() -> None:
    def event(chance: str) -> dict[str, Any]:
        return {"chance": chance, "start": "09:00-10:00", "for": "20m", "set": {"calls.a.handle": {"times": "120%"}}}

    alone = program_of({"b": event("50%")}, days=3)
    both = program_of({"a": event("70%"), "b": event("50%")}, days=3)
    mine = np.flatnonzero(both.occasions.name_key == alone.occasions.name_key[0])
    for replication in range(20):
        luck = luck_of(1, replication)
        ours, theirs = (windows(luck, bind_program(p)[0], p) for p in (alone, both))
        assert ours.tolist() == theirs[mine].tolist()


def test_people_are_called_off_as_often_and_as_long_as_the_law_says() -> None:
    """Chance 30 % a day, start even between 9 and 10, 20 min exactly; the plan of other events stays as it is."""
    drill = {"chance": "30% per day", "start": "09:00-10:00", "for": {"deterministic": "20m"}, "off_phones": {"agents": 4}}
    fixed = {"when": "daily 09:30-09:40", "off_phones": {"agents": 1}}
    program = program_of({"drill": drill, "fixed": fixed}, days=4)
    assert len(program.occasions) == 0 and len(program.calls_off) == 4
    record, n = bind_program(program)[0], 1000
    drawn = [timetable(luck_of(3, r), record, program) for r in range(n)]
    team = len(program.agents)
    starts = np.concatenate([t.at[(t.event == Event.GO_AWAY) & (t.entity == team) & (t.seats == 4)] for t in drawn])
    ends = np.concatenate([t.at[(t.event == Event.COME_ON) & (t.entity == team) & (t.seats == 4)] for t in drawn])
    assert len(starts) == pytest.approx(4 * n * 0.3, abs=5 * np.sqrt(4 * n * 0.21))
    assert np.array_equal(ends, starts + 1200.0)
    assert scipy.stats.kstest(starts % (24 * H), scipy.stats.uniform(9 * H, H).cdf).pvalue > 1e-4
    own = set(program.timetable.tolist())
    assert all(own <= set(t.tolist()) and sorted(t.tolist()) == t.tolist() for t in drawn)


def test_an_event_is_on_the_clock_of_its_day() -> None:
    """On the day of 23 hours in Berlin 09:00 comes after eight hours."""
    events = {"e": {"when": "2026-03-29 09:00-10:00", "set": {"calls.a.scale": {"times": "200%"}}}}
    program = program_of(events, start="2026-03-28", days=2, timezone="Europe/Berlin")
    assert windows(luck_of(1, 0), bind_program(program)[0], program).tolist() == [[32 * H, 33 * H]]


def test_a_plain_value_replaces_the_scale_that_is_written() -> None:
    calls = {"a": {"volume": "200/h", "handle": "10s", "patience": "1m", "scale": "80%"}}
    events = {"e": {"when": "daily 09:00-10:00", "set": {"calls.a.scale": "120%"}}}
    program = program_of(events, calls=calls)
    assert program.effects.amount.tolist() == pytest.approx([1.5])
