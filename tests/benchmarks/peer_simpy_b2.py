"""B2 in SimPy, as its documentation teaches it: a process per caller, an event per wait, a race of event and timeout.

SimPy's resources know neither who is idle nor skills: a queue per type and the idle per group stand beside them, as in
every SimPy model of skills. The race is safe in a tie too, because the answer is looked up, not taken from its outcome.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from random import Random
from typing import Any

import simpy

from tests.benchmarks.b2 import (
    GROUP_OF,
    GROUPS,
    NO_AGENT,
    TRANSFER_SHARE,
    TYPES,
    Leg,
    Tally,
    arrivals,
    tally,
)


def simulate(seed: int, horizon: float) -> Callable[[], Tally]:
    """One replication, on the clock; the function given back counts it."""
    return partial(tally, legs_of(seed, horizon))


def legs_of(seed: int, horizon: float) -> list[Leg]:
    """The log of one replication, in order of arrival."""
    centre = Centre(seed)
    for kind in range(len(TYPES)):
        centre.env.process(centre.callers(kind, horizon))
    centre.env.run()
    return sorted(centre.log, key=attrgetter("arrived_at"))


@dataclass(eq=False)
class Request:
    """A leg that asks for an agent. `agent` happens with his number."""

    kind: int
    asked_at: float
    agent: simpy.Event


class Centre:
    def __init__(self, seed: int) -> None:
        self.env = simpy.Environment()
        self.idle = [deque(group.agents) for group in GROUPS]
        self.queues: list[deque[Request]] = [deque() for _ in TYPES]
        self.random = Random(seed)
        self.n_calls = 0
        self.log: list[Leg] = []

    def callers(self, kind: int, horizon: float) -> Generator[simpy.Event, Any, None]:
        """Sends callers of a type in until the horizon."""
        for instant in arrivals(kind, horizon, self.random):
            yield self.env.timeout(instant - self.env.now)
            self.env.process(self.caller(self.n_calls, kind))
            self.n_calls += 1

    def caller(self, call: int, kind: int) -> Generator[simpy.Event, Any, None]:
        """One caller's story."""
        agent = yield from self.leg(call, self.request(kind))
        if agent == NO_AGENT:
            return
        if self.random.random() < TRANSFER_SHARE:
            second = self.request(TYPES[kind].transfer_to)
            self.release(agent)
            agent = yield from self.leg(call, second)
            if agent == NO_AGENT:
                return
        self.release(agent)

    def leg(self, call: int, request: Request) -> Generator[simpy.Event, Any, int]:
        """Waits, is served, and gives back the agent, who is not free yet; or hangs up, and gives back NO_AGENT."""
        kind, asked_at = TYPES[request.kind], request.asked_at
        if not request.agent.triggered:
            yield request.agent | self.env.timeout(self.random.expovariate(1 / kind.mean_patience))
        wait = self.env.now - asked_at
        if not request.agent.triggered:
            self.queues[request.kind].remove(request)
            self.log.append(Leg(call, request.kind, asked_at, wait, True, NO_AGENT))
            return NO_AGENT

        agent: int = request.agent.value
        self.log.append(Leg(call, request.kind, asked_at, wait, False, agent))
        yield self.env.timeout(self.random.lognormvariate(*kind.handle))
        return agent

    def request(self, kind: int) -> Request:
        """Asks for an agent: an idle one answers now, else the request waits in the queue of its type."""
        request = Request(kind, self.env.now, self.env.event())
        for group in TYPES[kind].groups:
            if self.idle[group]:
                request.agent.succeed(self.idle[group].popleft())
                return request
        self.queues[kind].append(request)
        return request

    def release(self, agent: int) -> None:
        """The agent takes the call that goes first for him, or is idle."""
        group = GROUP_OF[agent]
        for kinds in GROUPS[group].types_by_priority:
            if queues := [self.queues[kind] for kind in kinds if self.queues[kind]]:
                queue = min(queues, key=lambda queue: queue[0].asked_at)
                queue.popleft().agent.succeed(agent)
                return
        self.idle[group].append(agent)
