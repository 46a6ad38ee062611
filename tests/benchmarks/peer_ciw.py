"""B1 in Ciw (optional: extra `bench`), from its own building blocks: one node with reneging, records kept by Ciw."""

import math
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

from tests.benchmarks.b1 import (
    ARRIVALS_PER_MINUTE,
    MEAN_HANDLE,
    MEAN_PATIENCE,
    N_AGENTS,
    NO_AGENT,
    Call,
    Tally,
    tally,
)

DRAIN = 40 * MEAN_HANDLE  # a handle time longer than this has probability exp(-40)


def missing() -> str | None:
    """Why Ciw cannot run here, or None."""
    return None if find_spec("ciw") else "Ciw is not installed (pip install ccsim[bench])"


def simulate(seed: int, horizon: float) -> Callable[[], Tally]:
    """One replication, on the clock; the function given back counts it."""
    records = records_of(seed, horizon)
    return partial(count, records)


def count(records: list[Any]) -> Tally:
    """Counts of Ciw's records."""
    return tally(sorted(map(call_of, records)))


def call_of(record: Any) -> Call:
    """A Ciw record in our words; its servers are numbered from 1."""
    if record.record_type == "renege":
        return Call(record.arrival_date, record.waiting_time, True, NO_AGENT)
    return Call(record.arrival_date, record.waiting_time, False, record.server_id - 1)


def records_of(seed: int, horizon: float) -> list[Any]:
    """All records of one replication, in Ciw's order."""
    import ciw

    class UntilHorizon(ciw.dists.Exponential):  # type: ignore[misc]  # Ciw has no types
        """Interarrival times that end at the horizon, so that the centre drains."""

        def sample(self, t: float | None = None, ind: object = None) -> float:
            gap: float = super().sample(t, ind)
            return gap if (t or 0.0) + gap < horizon else math.inf

    def idle_since(server: Any, individual: object) -> float:
        """When the server was last released: Ciw keeps it as the time he has been there (he came at 0)."""
        return float(server.total_time)

    ciw.seed(seed)
    simulation = ciw.Simulation(
        ciw.create_network(
            arrival_distributions=[UntilHorizon(rate=ARRIVALS_PER_MINUTE)],
            service_distributions=[ciw.dists.Exponential(rate=1 / MEAN_HANDLE)],
            reneging_time_distributions=[ciw.dists.Exponential(rate=1 / MEAN_PATIENCE)],
            number_of_servers=[N_AGENTS],
            server_priority_functions=[idle_since],
        )
    )
    simulation.simulate_until_max_time(horizon + DRAIN)
    records: list[Any] = simulation.get_all_records()
    return records
