"""Luck: published vectors, a grid strictly inside (0, 1), and entities that nobody shares."""

from __future__ import annotations

import types

import numpy as np
import pytest
import scipy.stats

from ccsim.jit import jit
from ccsim.program.compile import name_key
from ccsim.rules.randomness import Luck, arrival_entity, entity_base, luck_of, philox, philox_of_long_integers, uniform
from ccsim.vocabulary import Stream

ONES = 0xFFFFFFFF

# Random123 1.14, tests/kat_vectors, the three lines "philox4x32 10": counter, key, answer.
VECTORS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "answer"), VECTORS)
def test_philox_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    assert philox(*words(counter), *words(key)) == words(answer)
    assert getattr(philox, "py_func", philox)(*words(counter), *words(key)) == words(answer)
    assert philox_of_long_integers(*words(counter), *words(key)) == words(answer)


def test_a_uniform_is_the_first_52_bits_of_its_counter_and_key() -> None:
    luck = Luck(0x243F6A88, 0x85A308D3, 77)
    entity = -(0x0123456789ABCDEF)
    low, high = entity & ONES, (entity >> 32) & ONES
    w0, w1, _, _ = philox(low, high, 77, (int(Stream.WRAP) << 24) | 0x005003, 0x243F6A88, 0x85A308D3)
    assert uniform(luck, Stream.WRAP, entity, 0x005003) == ((((w0 << 32) | w1) >> 12) + 0.5) * 2.0**-52


def test_the_seed_is_the_key_and_each_of_its_64_bits_counts() -> None:
    assert luck_of(2**64 - 1, 5) == Luck(ONES, ONES, 5)
    assert luck_of((3 << 32) | 9, 0) == Luck(9, 3, 0)
    draws = {uniform(luck_of(1 << bit, 0), Stream.TALK, 1, 0) for bit in range(64)}
    assert len(draws) == 64
    for seed, replication in [(-1, 0), (1 << 64, 0), (0, -1), (0, 1 << 32)]:
        with pytest.raises(AssertionError):
            luck_of(seed, replication)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (ONES, ONES), (ONES, 0), (0, ONES), (1 << 31, 0)])
def test_extreme_words_stay_strictly_inside(first: int, second: int) -> None:
    """The rule itself, with the generator replaced by one that returns the extreme words."""
    rule = getattr(uniform, "py_func", uniform)
    own = dict(rule.__globals__, philox=lambda *_: (first, second, 0, 0))
    u = types.FunctionType(rule.__code__, own)(Luck(0, 0, 0), 0, 0, 0)
    assert 0.0 < u < 1.0
    assert 1.0 - u > 0.0  # what the inversions take the logarithm of
    assert (1.0 - u) + u == 1.0
    assert u == (((first << 32 | second) >> 12) + 0.5) / 2.0**52


@jit
def _draw(seed_low, n, stream, visit, out):  # type: ignore[no-untyped-def]
    luck = Luck(seed_low, 0, 0)
    base = entity_base(99, 1, 0)
    for i in range(n):
        out[i] = uniform(luck, stream, arrival_entity(base, i), visit)


def draws(stream: int, visit: int = 0, seed: int = 1, n: int = 200_000) -> np.ndarray:
    out = np.empty(n)
    _draw(seed, n, stream, visit, out)
    return out


def test_uniforms_lie_on_the_grid_and_are_uniform() -> None:
    u = draws(Stream.PATIENCE)
    assert u.min() > 0.0 and u.max() < 1.0
    place = u * 2.0**52 - 0.5
    assert np.array_equal(place, np.floor(place))
    assert scipy.stats.kstest(u, "uniform").pvalue > 1e-4
    lowest = place.astype(np.int64) & 255  # the last bits too
    assert scipy.stats.chisquare(np.bincount(lowest, minlength=256)).pvalue > 1e-4


def test_streams_visits_seeds_and_neighbours_are_unrelated() -> None:
    series = [
        draws(Stream.PATIENCE),
        draws(Stream.BALK),
        draws(Stream.PATIENCE, visit=1 << 12),
        draws(Stream.PATIENCE, visit=1),
        draws(Stream.PATIENCE, seed=2),
    ]
    series.append(np.roll(series[0], 1))
    n = len(series[0])
    assert len(np.unique(np.concatenate(series[:5]))) > 5 * n - 5  # 10^6 draws of 2^52: 0.0001 pairs expected
    correlations = np.corrcoef(series)[np.triu_indices(len(series), 1)]
    assert np.abs(correlations).max() < 5.0 / np.sqrt(n)


@jit
def _entities(name_keys, n_dates, n_intervals, n_callers, out):  # type: ignore[no-untyped-def]
    n = 0
    for name in range(len(name_keys)):
        for date in range(19723, 19723 + n_dates):
            for ordinal in range(-2, n_intervals):
                base = entity_base(name_keys[name], date, ordinal)
                for caller in range(n_callers):
                    out[n] = arrival_entity(base, caller)
                    n += 1


def test_two_million_callers_have_two_million_entities() -> None:
    keys = np.array([name_key(f"call_type/{name}") for name in ("a", "b", "orders", "service")])
    out = np.empty(4 * 60 * 98 * 90, np.int64)
    _entities(keys, 60, 96, 90, out)
    assert len(np.unique(out)) == len(out) > 2_000_000
    again = np.empty_like(out)
    _entities(keys, 60, 96, 90, again)
    assert np.array_equal(out, again)


def test_an_entity_depends_on_name_date_and_interval_and_on_nothing_else() -> None:
    base = entity_base(5, 19723, 3)
    assert base == entity_base(5, 19723, 3)
    assert (
        len({base, entity_base(6, 19723, 3), entity_base(5, 19724, 3), entity_base(5, 19723, 4), entity_base(-5, 19723, 3)})
        == 5
    )
    assert entity_base(5, 19723, -1) != entity_base(5, 19723, -2)
    assert arrival_entity(base, 0) == base


@pytest.mark.parametrize("base", [0, -1, (5 << 32) | 0xFFFFFFFE, -(1 << 63), (1 << 63) - 1])
def test_counting_callers_wraps_inside_the_low_word(base: int) -> None:
    callers = [arrival_entity(base, ordinal) for ordinal in range(5)]
    assert len(set(callers)) == 5
    assert {caller >> 32 for caller in callers} == {base >> 32}
    assert [caller & ONES for caller in callers] == [(base + ordinal) & ONES for ordinal in range(5)]
