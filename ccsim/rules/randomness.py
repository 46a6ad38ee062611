"""Luck as a function: a uniform for (seed, replication, stream, entity, visit), without any state.

Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11), written in signed 64-bit
integers with explicit masks, so that the same source gives the same bits compiled and as plain Python.

Counter words: entity (64 bits, two words), replication (32), stream (8) and visit (24). The key is the seed.
Changing anything here changes every result: `SCHEME` goes into the manifest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ccsim.jit import ENABLED, jit, of_many, times_plus

__all__ = [
    "SCHEME",
    "Luck",
    "arrival_entity",
    "entity_base",
    "leg_entity",
    "luck_of",
    "philox",
    "philox_of_long_integers",
    "uniform",
    "uniform_of_many",
]

SCHEME = 1
"""Version of the keyed-draw scheme."""

_WORD = 0xFFFFFFFF
_MULTIPLIER_0 = 0xD2511F53
_MULTIPLIER_1 = 0xCD9E8D57
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_ENTITY_KEY_0 = 0x63637369  # "ccsi", "m\0\0\1": entities are names, the same under every seed
_ENTITY_KEY_1 = 0x6D000001
_LEG = 0x6C656700  # "leg\0": no interval of a day has this ordinal
_RESOLUTION = 2.0**-52


class Luck(NamedTuple):
    """Seed (two 32-bit words) and replication: what all draws of a replication share."""

    seed_low: int
    seed_high: int
    replication: int


def luck_of(seed: int, replication: int) -> Luck:
    """The luck of one replication.

    Parameters
    ----------
    seed : int
        0 to 2^64 - 1.
    replication : int
        0 to 2^32 - 1.
    """
    assert 0 <= seed < 1 << 64 and 0 <= replication < 1 << 32, (seed, replication)
    return Luck(seed & _WORD, seed >> 32, replication)


@jit
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Four random 32-bit words of a four-word counter and a two-word key (Philox 4x32-10)."""
    for _ in range(10):
        product_0 = times_plus(_MULTIPLIER_0, c0, 0)
        product_1 = times_plus(_MULTIPLIER_1, c2, 0)
        c0 = ((product_1 >> 32) & _WORD) ^ c1 ^ k0
        c1 = product_1 & _WORD
        c2 = ((product_0 >> 32) & _WORD) ^ c3 ^ k1
        c3 = product_0 & _WORD
        k0 = (k0 + _WEYL_0) & _WORD
        k1 = (k1 + _WEYL_1) & _WORD
    return c0, c1, c2, c3


def philox_of_long_integers(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """`philox` where integers have as many bits as they need: in a third of the time, and luck is a fifth of plain Python."""
    for key_0, key_1 in _round_keys(k0, k1):
        product_0, product_1 = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
        c0 = (product_1 >> 32) ^ c1 ^ key_0
        c1 = product_1 & _WORD
        c2 = (product_0 >> 32) ^ c3 ^ key_1
        c3 = product_0 & _WORD
    return c0, c1, c2, c3


@lru_cache(maxsize=16)
def _round_keys(k0: int, k1: int) -> tuple[tuple[int, int], ...]:
    return tuple(((k0 + i * _WEYL_0) & _WORD, (k1 + i * _WEYL_1) & _WORD) for i in range(10))


if not ENABLED:
    philox = philox_of_long_integers


@jit
def uniform(luck: Luck, stream: int, entity: int, visit: int) -> float:
    """The uniform of one decision, strictly inside (0, 1), on a grid of 2^-52.

    Parameters
    ----------
    luck : Luck
    stream : int
        A `Stream` code, below 256: what is drawn.
    entity : int
        Signed 64 bits: whose luck it is.
    visit : int
        Below 2^24: which occasion, contact << 12 | segment.
    """
    entity = int(entity)
    w0, w1, _, _ = philox(
        entity & _WORD,
        (entity >> 32) & _WORD,
        luck.replication,
        int((stream << 24) | visit),
        luck.seed_low,
        luck.seed_high,
    )
    return (((w0 << 20) | (w1 >> 12)) + 0.5) * _RESOLUTION


uniform_of_many = of_many(uniform, philox=of_many(philox))
"""`uniform` in loops over entities: several are drawn at once there, in a quarter of the time."""


@jit
def entity_base(name_key: int, date: int, ordinal: int) -> int:
    """First entity of a block of callers: those of one call type, date and interval; seed-free.

    Parameters
    ----------
    name_key : int
        Signed 64-bit hash of the name.
    date : int
        Days since 1970-01-01.
    ordinal : int
        Place of the interval in its day; -1 for recorded arrivals.
    """
    name_key = int(name_key)
    w0, w1, _, _ = philox(
        name_key & _WORD,
        (name_key >> 32) & _WORD,
        int(date) & _WORD,
        int(ordinal) & _WORD,
        _ENTITY_KEY_0,
        _ENTITY_KEY_1,
    )
    return ((w0 - (1 << 31)) << 32) | w1


@jit
def leg_entity(entity: int, leg: int) -> int:
    """Whose luck the `leg`-th transfer of a caller brings (from 1): new patience, new talk."""
    entity = int(entity)
    w0, w1, _, _ = philox(entity & _WORD, (entity >> 32) & _WORD, int(leg), _LEG, _ENTITY_KEY_0, _ENTITY_KEY_1)
    return ((w0 - (1 << 31)) << 32) | w1


@jit
def arrival_entity(base: int, ordinal: int) -> int:
    """Entity of the `ordinal`-th caller of a block: he keeps it however many callers there are."""
    base = int(base)
    return (base - (base & _WORD)) | (((base & _WORD) + ordinal) & _WORD)
