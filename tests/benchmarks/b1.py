"""B1, the speed benchmark's model: what is simulated, what counts, and the answer that is known exactly.

M/M/500+M: Poisson arrivals, exponential handle time and patience, one queue, the longest-waiting call to the
longest-idle agent. The centre starts empty, takes calls for `HORIZON` minutes and is drained; calls that arrive in
[`WARM_UP`, `HORIZON`) are counted. All times on these pages are minutes.

The load offered is 500 erlangs for 500 agents, so the number in the centre walks slowly about the point where
everybody is busy: about half the calls wait, and shares of one replication scatter a good deal.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from tests.benchmarks.clock import margin_factor, ratio_of_sums

ARRIVALS_PER_MINUTE = 100.0
MEAN_HANDLE = 5.0
MEAN_PATIENCE = 2.0
N_AGENTS = 500
HORIZON = 1000.0
WARM_UP = 50.0  # ten handle times: what the empty start leaves by then is below exp(-10)
EXACT_ABANDON_SHARE = 0.021852  # stationary birth and death chain; recomputed in test_peers.py

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


def tally(calls: Sequence[Call]) -> Tally:
    """Counts of a log in order of arrival."""
    counted = [call for call in calls if call.arrived_at >= WARM_UP]
    return Tally(
        n_calls=len(calls),
        n_counted=len(counted),
        n_abandoned=sum(call.abandoned for call in counted),
        first_wait_at=next((call.arrived_at for call in calls if call.wait > 0), math.inf),
    )


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
    """Abandoned over counted calls, with Student's t on the logit scale because a share near 0 scatters upwards.

    With one replication or nobody abandoned the standard error says nothing and the interval is all of [0, 1].
    """
    value, standard_error = ratio_of_sums([one.n_abandoned for one in tallies], [one.n_counted for one in tallies])
    if math.isinf(standard_error) or value == 0.0:
        return Share(value, math.inf, 0.0, 1.0)
    logit_margin = margin_factor(len(tallies)) * standard_error / (value * (1 - value))
    logit = math.log(value / (1 - value))
    return Share(value, standard_error, inverse_logit(logit - logit_margin), inverse_logit(logit + logit_margin))


def inverse_logit(logit: float) -> float:
    """The share whose log odds these are."""
    return 0.5 * (1 + math.tanh(logit / 2))
