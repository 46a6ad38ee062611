"""B1 in SimPy, as its documentation teaches it: a process per caller, a `Resource`, a race of request and timeout.

A `Resource` knows how many are idle, not who; the deque beside it names the agent who has been idle longest. The race
of request and timeout is safe here only because times are continuous: in a tie it may lose the agent for ever.
"""

from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from operator import attrgetter
from random import Random
from typing import Any

import simpy

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


def simulate(seed: int, horizon: float) -> Callable[[], Tally]:
    """One replication, on the clock; the function given back counts it."""
    return partial(tally, calls_of(seed, horizon))


def calls_of(seed: int, horizon: float) -> list[Call]:
    """The log of one replication, in order of arrival."""
    centre = Centre(seed)
    centre.env.process(centre.callers(horizon))
    centre.env.run()
    return sorted(centre.log, key=attrgetter("arrived_at"))


class Centre:
    def __init__(self, seed: int) -> None:
        self.env = simpy.Environment()
        self.agents = simpy.Resource(self.env, capacity=N_AGENTS)
        self.idle = deque(range(N_AGENTS))
        self.draw = Random(seed).expovariate
        self.log: list[Call] = []

    def callers(self, horizon: float) -> Generator[simpy.Event, Any, None]:
        """Sends callers in until the horizon."""
        while True:
            yield self.env.timeout(self.draw(ARRIVALS_PER_MINUTE))
            if self.env.now >= horizon:
                return
            self.env.process(self.caller())

    def caller(self) -> Generator[simpy.Event, Any, None]:
        """One caller's story."""
        arrived_at = self.env.now
        with self.agents.request() as request:
            outcome = yield request | self.env.timeout(self.draw(1 / MEAN_PATIENCE))
            wait = self.env.now - arrived_at
            if request not in outcome:
                self.log.append(Call(arrived_at, wait, True, NO_AGENT))
                return

            agent = self.idle.popleft()
            self.log.append(Call(arrived_at, wait, False, agent))
            yield self.env.timeout(self.draw(1 / MEAN_HANDLE))
            self.idle.append(agent)
