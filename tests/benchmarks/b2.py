"""B2, the multi-skill day: what is simulated, what is read from it, and the answer known from elsewhere.

8 types of call, 12 groups of agents, 40,000 calls in 780 minutes (`b2.json`). Arrivals are Poisson with a rate per
half-hour and type, handle times lognormal, patience exponential; the same agents all day. The centre starts empty, takes
calls for `HORIZON` minutes and is drained.

A call goes to the first group on its type's list with an idle agent, there to the one idle longest; else it waits. An
agent who frees takes a call of the type his group puts first, among types it puts equally the one that waited longest.
One served call in ten is transferred, once at most, to another type: its next *leg* is routed, with new patience and
handle time, before the agent it leaves is free. All times on these pages are minutes.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.benchmarks.clock import Ratio, margin_factor, ratio_of_sums

DATA = Path(__file__).with_name("b2.json")
NO_AGENT = -1


@dataclass(frozen=True)
class CallType:
    """One type: its share of the calls, and where its calls may go."""

    share: float
    mean_handle: float
    cv_handle: float
    mean_patience: float
    transfer_to: int
    groups: tuple[int, ...]  # the first with an idle agent answers

    @cached_property
    def handle(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of the handle time."""
        variance = math.log1p(self.cv_handle**2)
        return math.log(self.mean_handle) - variance / 2, math.sqrt(variance)


@dataclass(frozen=True)
class Group:
    """Agents alike: the numbers of the first and beyond the last, and types by priority, equal ones together."""

    agents: range
    types_by_priority: tuple[tuple[int, ...], ...]


def arrivals(kind: int, horizon: float, random: Random) -> Iterator[float]:
    """The instants at which calls of a type arrive, in order."""
    for number in count():
        now, end = number * INTERVAL, min(horizon, (number + 1) * INTERVAL)
        if now >= end:
            return
        rate = RATES[kind][number % len(PROFILE)]
        while (now := now + random.expovariate(rate)) < end:
            yield now


class Known(NamedTuple):
    """An answer as it was handed down: rounded."""

    value: float
    rounding: float  # half a unit of its last digit


_data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
CALLS_PER_DAY: float = _data["calls_per_day"]
INTERVAL: float = _data["interval"]
PROFILE: tuple[float, ...] = tuple(_data["profile"])
TRANSFER_SHARE: float = _data["transfer_share"]
TYPES = tuple(CallType(**{**one, "groups": tuple(one["groups"])}) for one in _data["types"])
_ends = list(accumulate(one["agents"] for one in _data["groups"]))
GROUPS = tuple(
    Group(range(end - one["agents"], end), tuple(map(tuple, one["types_by_priority"])))
    for one, end in zip(_data["groups"], _ends, strict=True)
)
GROUP_OF = tuple(number for number, group in enumerate(GROUPS) for _ in group.agents)
HORIZON = INTERVAL * len(PROFILE)
RATES = tuple(tuple(CALLS_PER_DAY * one.share * weight / sum(PROFILE) / INTERVAL for weight in PROFILE) for one in TYPES)
"""Calls per minute, by type and half-hour. Where a run is longer than a day, the day begins anew without a break."""

# 12,000 days of b2.cpp: 0.06369 min (standard error 0.00009) and 0.017041 (0.000024) per leg, with 1.0983 legs a call.
MEAN_WAIT = Known(_data["known"]["mean_wait_per_leg"], 0.00005)
ABANDON_SHARE = Known(_data["known"]["abandoned_per_leg"], 0.00005)


class Leg(NamedTuple):
    """One leg as every peer keeps it."""

    call: int
    type: int
    arrived_at: float
    wait: float
    abandoned: bool
    agent: int  # or NO_AGENT


class Tally(NamedTuple):
    """What the benchmark reads from one replication."""

    n_calls: int  # callers: a transfer is not one
    n_legs: int
    n_abandoned: int  # legs
    waited: float  # minutes, all legs


def tally(legs: Sequence[Leg]) -> Tally:
    """Counts of a log."""
    return Tally(
        n_calls=len({leg.call for leg in legs}),
        n_legs=len(legs),
        n_abandoned=sum(leg.abandoned for leg in legs),
        waited=sum(leg.wait for leg in legs),
    )


def mean_wait(tallies: Sequence[Tally]) -> Ratio:
    """Minutes per leg."""
    return ratio_of_sums([one.waited for one in tallies], [one.n_legs for one in tallies])


def abandon_share(tallies: Sequence[Tally]) -> Ratio:
    """Abandoned legs over legs."""
    return ratio_of_sums([one.n_abandoned for one in tallies], [one.n_legs for one in tallies])


def margin(ratio: Ratio, n: int) -> float:
    """Half the width of the interval at `CONFIDENCE` over n replications; inf with one."""
    return margin_factor(n) * ratio.standard_error if n > 1 else math.inf


def covers(ratio: Ratio, known: Known, n: int) -> bool:
    """Whether the interval contains a number that rounds to the known one."""
    return abs(ratio.value - known.value) <= margin(ratio, n) + known.rounding
