"""B1, the speed benchmark's model: what is simulated, what counts, and the answer that is known exactly.

M/M/500+M: Poisson arrivals, exponential handle time and patience, one queue, the longest-waiting call to the
longest-idle agent. The centre starts empty, takes calls for `HORIZON` minutes and is drained; calls that arrive in
[`WARM_UP`, `HORIZON`) are counted. All times on these pages are minutes.

The load offered is 500 erlangs for 500 agents, so the number in the centre walks slowly about the point where
everybody is busy: about half the calls wait, and shares of one replication scatter a good deal.
"""

import math
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

from scipy.special import stdtrit

ARRIVALS_PER_MINUTE = 100.0
MEAN_HANDLE = 5.0
MEAN_PATIENCE = 2.0
N_AGENTS = 500
HORIZON = 1000.0
WARM_UP = 50.0  # ten handle times: what the empty start leaves by then is below exp(-10)
EXACT_ABANDON_SHARE = 0.021852  # stationary birth and death chain; recomputed in test_peers.py
CONFIDENCE = 0.99  # not 0.95: with half a dozen rows, one honest row in twenty would miss

NO_AGENT = -1


class Call(NamedTuple):
    """One call as every peer keeps it: what a user could ask about afterwards."""

    arrived_at: float
    wait: float
    abandoned: bool
    agent: int  # 0 to N_AGENTS - 1, or NO_AGENT


class Tally(NamedTuple):
    """What the benchmark reads from one replication."""

    n_calls: int  # all that were simulated: what the time is divided by
    n_counted: int  # arrived after the warm-up
    n_abandoned: int  # of those counted
    first_wait_at: float  # arrival of the first call that had to wait: from here on 500 agents have been busy


class Replication(NamedTuple):
    """A tally and the wall-clock seconds the simulation took, counting excluded."""

    tally: Tally
    seconds: float


# Simulates one replication with this seed and horizon, on the clock; gives back how to count it, off the clock.
Simulate = Callable[[int, float], Callable[[], Tally]]


def tally(calls: Sequence[Call]) -> Tally:
    """Counts of a log in order of arrival."""
    counted = [call for call in calls if call.arrived_at >= WARM_UP]
    return Tally(
        n_calls=len(calls),
        n_counted=len(counted),
        n_abandoned=sum(call.abandoned for call in counted),
        first_wait_at=next((call.arrived_at for call in calls if call.wait > 0), math.inf),
    )


def timed(simulate: Simulate, seed: int, horizon: float) -> Replication:
    """One replication of an implementation that lives in this process."""
    started = perf_counter()
    count = simulate(seed, horizon)
    seconds = perf_counter() - started
    return Replication(count(), seconds)


class Share(NamedTuple):
    """P(abandon) over replications, with its standard error and two-sided interval at `CONFIDENCE`."""

    value: float
    standard_error: float
    low: float
    high: float

    @property
    def covers_exact(self) -> bool:
        return self.low <= EXACT_ABANDON_SHARE <= self.high


def abandon_share(tallies: Sequence[Tally]) -> Share:
    """Abandoned over counted calls, replications being the unit of observation.

    Notes
    -----
    Ratio of sums with the delta-method standard error (Cochran, Sampling Techniques, 3rd ed., 6.3), Student's t with
    n - 1 degrees, on the logit scale because a share near 0 scatters upwards.
    Calls of one replication share a queue, so an interval over calls would be far too narrow. With one replication
    or nobody abandoned the standard error says nothing and the interval is all of [0, 1].
    """
    n, n_counted = len(tallies), sum(one.n_counted for one in tallies)
    value = sum(one.n_abandoned for one in tallies) / n_counted
    if n < 2 or value == 0.0:
        return Share(value, math.inf, 0.0, 1.0)
    squares = sum((one.n_abandoned - value * one.n_counted) ** 2 for one in tallies)
    standard_error = math.sqrt(n / (n - 1) * squares) / n_counted
    logit_margin = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * standard_error / (value * (1 - value))
    logit = math.log(value / (1 - value))
    return Share(value, standard_error, inverse_logit(logit - logit_margin), inverse_logit(logit + logit_margin))


def inverse_logit(logit: float) -> float:
    """The share whose log odds these are."""
    return 0.5 * (1 + math.tanh(logit / 2))
