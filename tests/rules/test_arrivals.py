"""Who calls and when: Poisson counts, instants inside opening hours, luck that stays with its caller."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from ccsim.engine.compiled.simulate import simulate
from ccsim.outcomes import Rows
from ccsim.program.compile import compile_scenario, name_key
from ccsim.program.layout import Program
from ccsim.rules.arrivals import busyness, fresh_calls, instant
from ccsim.rules.randomness import arrival_entity, entity_base, luck_of, uniform
from ccsim.rules.tables import bind_program
from ccsim.scenario import from_dict
from ccsim.vocabulary import Stream


def program_of(**changes: Any) -> Program:
    base: dict[str, Any] = {
        "open": "09:30-12:00",
        "interval": "30m",
        "calls": {"orders": {"volume": [3, 40, 0, 12, 8], "handle": "30s"}},
        "agents": 30,
    }
    return compile_scenario(from_dict(base | changes)).program


def dials(program: Program, replication: int = 0, seed: int = 5) -> Rows:
    rows = simulate(program, seed, replication, rows=True, digest=False).rows
    assert rows is not None
    return rows


def test_the_number_of_fresh_calls_of_an_interval_is_poisson() -> None:
    program = program_of()
    first = int(9.5 * 3600 / 1800)
    found = np.zeros((800, 5), int)
    for replication in range(len(found)):
        places = (dials(program, replication).episodes["first_at"] / 1800.0).astype(int) - first
        found[replication] = np.bincount(places, minlength=5)
    means = np.array([3.0, 40.0, 0.0, 12.0, 8.0])
    assert (found[:, 2] == 0).all()
    assert found.mean(axis=0) == pytest.approx(means, abs=5.0 * np.sqrt(40.0 / 800))
    for column in (0, 1, 3, 4):
        assert found[:, column].var() == pytest.approx(means[column], rel=0.25)
        levels = scipy.stats.poisson.cdf(found[:, column], means[column])
        below = scipy.stats.poisson.cdf(found[:, column] - 1, means[column])
        spread = below + (levels - below) * np.random.default_rng(column).random(800)  # randomised: uniform if Poisson
        assert scipy.stats.kstest(spread, "uniform").pvalue > 1e-4
    correlations = np.corrcoef(found[:, [0, 1, 3, 4]].T)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 5.0 / np.sqrt(800)  # intervals are independent without busyness


def test_a_callers_luck_is_that_of_his_name_date_interval_and_ordinal() -> None:
    """The door's arrivals, made again from the key law alone."""
    program = program_of()
    luck = luck_of(5, 0)
    date = int(program.days.date[0])
    expected = []
    for place, mean in enumerate([3.0, 40.0, 0.0, 12.0, 8.0]):
        base = entity_base(name_key("call_type/orders"), date, 19 + place)
        starts = 1800.0 * (19 + place)
        for ordinal in range(int(scipy.stats.poisson.ppf(uniform(luck, Stream.COUNT, base, 0), mean)) if mean else 0):
            expected.append(starts + uniform(luck, Stream.INSTANT, arrival_entity(base, ordinal), 0) * 1800.0)
    assert dials(program).episodes["first_at"].tolist() == sorted(expected)


def test_instants_are_uniform_inside_the_open_part_of_the_interval() -> None:
    """A steady run of three hours and a quarter: of the fourth hour only the first quarter is open."""
    run = {"mode": "steady", "length": "195m"}
    program = program_of(interval="30m", calls={"orders": {"volume": "400/h", "handle": "30s"}}, run=run)
    assert (program.intervals.open_from[-1], program.intervals.open_until[-1]) == (3 * 3600.0, 3.25 * 3600)
    at = np.concatenate([dials(program, replication).episodes["first_at"] for replication in range(10)])
    assert at.min() > 0.0 and at.max() < 3.25 * 3600
    assert scipy.stats.kstest(at, scipy.stats.uniform(0.0, 3.25 * 3600).cdf).pvalue > 1e-4
    assert len(at) == pytest.approx(13000, abs=5.0 * np.sqrt(13000))


def test_an_instant_never_falls_into_the_next_interval() -> None:
    """Far from zero, where numbers lie 2^-32 apart, a start plus almost the whole length rounds up to the next start."""
    luck, base, start, length = luck_of(1, 0), 12, 2.0**20, 2.0**-30
    found = [instant(luck, base, ordinal, start, length) for ordinal in range(400)]
    assert {(at - start) / length for at in found} == {0.0, 0.25, 0.5, 0.75}
    levels = [uniform(luck, Stream.INSTANT, arrival_entity(base, ordinal), 0) for ordinal in range(400)]
    assert any(start + u * length == start + length for u in levels)  # it does happen among these


def test_ten_percent_more_calls_keep_every_caller_at_his_instant() -> None:
    for seed in range(8):
        fewer, more = (
            set(
                dials(program_of(calls={"orders": {"volume": "90/h", "handle": "30s", "scale": scale}}), 0, seed).episodes[
                    "first_at"
                ]
            )
            for scale in ("100%", "110%")
        )
        assert fewer < more


def test_no_volume_no_calls_and_no_draw() -> None:
    assert fresh_calls(luck_of(1, 0), 3, 0.0) == 0
    assert len(dials(program_of(calls={"orders": {"volume": [0, 0, 0, 0, 0], "handle": "30s"}})).episodes) == 0


def test_busyness_is_one_factor_for_a_date_and_has_the_spread_asked_for() -> None:
    calls = {"orders": {"volume": "90/h", "handle": "30s"}, "support": {"volume": "90/h", "handle": "30s"}}

    def factors(**uncertainty: Any) -> np.ndarray:
        program = program_of(calls=calls, uncertainty=uncertainty)
        record = bind_program(program)
        return np.array(
            [[busyness(luck_of(1, r), record[0], kind, 19723 + r % 7) for kind in program.call_types] for r in range(3000)]
        )

    assert (factors() == 1.0).all()
    centre = factors(centre_day="20%")
    assert (centre[:, 0] == centre[:, 1]).all()  # the whole centre has one day
    assert centre[:, 0].mean() == pytest.approx(1.0, abs=0.02) and centre[:, 0].std() == pytest.approx(0.2, rel=0.08)
    own = factors(type_day={"all": "30%", "support": "10%"})
    assert own.std(axis=0) == pytest.approx([0.3, 0.1], rel=0.08)
    assert abs(np.corrcoef(own.T)[0, 1]) < 0.1
    both = factors(centre_day="20%", type_day={"orders": "30%"})
    assert both[:, 0] == pytest.approx(centre[:, 0] * factors(type_day={"orders": "30%"})[:, 0], rel=1e-15)
    assert (both[:, 1] == centre[:, 1]).all()


def test_busyness_multiplies_the_mean_of_its_day() -> None:
    program = program_of(uncertainty={"centre_day": "50%"}, calls={"orders": {"volume": "400/h", "handle": "30s"}})
    record = bind_program(program)
    for replication in range(20):
        factor = busyness(luck_of(5, replication), record[0], program.call_types[0], int(program.days.date[0]))
        n = len(dials(program, replication).episodes)
        assert n == pytest.approx(1000.0 * factor, abs=6.0 * np.sqrt(1000.0 * factor))
