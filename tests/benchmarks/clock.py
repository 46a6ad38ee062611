"""What every benchmark's model shares: how a replication is timed, and what is read from several."""

import math
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Generic, NamedTuple, Protocol, TypeVar

from scipy.special import stdtrit

CONFIDENCE = 0.99  # not 0.95: with half a dozen rows, one honest row in twenty would miss


class AnyTally(Protocol):
    """What a benchmark reads from one replication; its model says what else."""

    @property
    def n_calls(self) -> int:
        """All that were simulated: what the time is divided by."""


T = TypeVar("T", bound=AnyTally)


class Replication(NamedTuple, Generic[T]):
    """A tally and the wall-clock seconds the simulation took, counting excluded."""

    tally: T
    seconds: float


# Simulates one replication with this seed and horizon, on the clock; gives back how to count it, off the clock.
Simulate = Callable[[int, float], Callable[[], T]]


def timed(simulate: Simulate[T], seed: int, horizon: float) -> Replication[T]:
    """One replication of an implementation that lives in this process."""
    started = perf_counter()
    count = simulate(seed, horizon)
    seconds = perf_counter() - started
    return Replication(count(), seconds)


class Ratio(NamedTuple):
    """A ratio of sums over replications, and its standard error."""

    value: float
    standard_error: float


def ratio_of_sums(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Sum above over sum below, one of each per replication, replications being the unit of observation.

    Notes
    -----
    Delta-method standard error (Cochran, Sampling Techniques, 3rd ed., 6.3). Calls of one replication share a queue, so
    an error over calls would be far too small. With one replication it says nothing and is inf.
    """
    n = len(above)
    value = sum(above) / sum(below)
    if n < 2:
        return Ratio(value, math.inf)
    squares = sum((mine - value * of) ** 2 for mine, of in zip(above, below, strict=True))
    return Ratio(value, math.sqrt(n / (n - 1) * squares) / sum(below))


def margin_factor(n: int) -> float:
    """Standard errors from the middle of a two-sided interval at `CONFIDENCE` to its end, with n - 1 degrees."""
    return float(stdtrit(n - 1, (1 + CONFIDENCE) / 2))
