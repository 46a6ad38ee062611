"""B2 in plain Python: an event loop over `heapq`, as one would write it without a simulation library."""

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from random import Random

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

ARRIVAL, END, PATIENCE_ENDS = range(3)


def simulate(seed: int, horizon: float) -> Callable[[], Tally]:
    """One replication, on the clock; the function given back counts it."""
    return partial(tally, legs_of(seed, horizon))


def legs_of(seed: int, horizon: float) -> list[Leg]:
    """The log of one replication, in order of arrival."""
    centre = Centre(seed)
    centre.run(horizon)
    return centre.log


class Centre:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.events: list[tuple[float, int, int, int]] = []  # instant, kind, whom it is about (type, leg), agent
        self.log: list[Leg] = []  # a leg's place in it is its number
        self.idle = [deque(group.agents) for group in GROUPS]
        self.queues: list[deque[int]] = [deque() for _ in TYPES]
        self.waiting: set[int] = set()  # who in a queue has not hung up yet
        self.transferred: set[int] = set()

    def run(self, horizon: float) -> None:
        """Until nothing is left to happen."""
        sources = [arrivals(kind, horizon, self.random) for kind in range(len(TYPES))]
        n_calls = 0
        for kind, source in enumerate(sources):
            if (first := next(source, None)) is not None:
                heappush(self.events, (first, ARRIVAL, kind, NO_AGENT))

        while self.events:
            now, what, who, agent = heappop(self.events)
            if what == ARRIVAL:
                self.offer(now, n_calls, who)
                n_calls += 1
                if (following := next(sources[who], None)) is not None:
                    heappush(self.events, (following, ARRIVAL, who, NO_AGENT))
            elif what == END:
                if who not in self.transferred and self.random.random() < TRANSFER_SHARE:
                    self.transferred.add(len(self.log))
                    self.offer(now, self.log[who].call, TYPES[self.log[who].type].transfer_to)
                self.free(now, agent)
            elif who in self.waiting:
                self.waiting.remove(who)
                leg = self.log[who]
                self.log[who] = leg._replace(wait=now - leg.arrived_at, abandoned=True)

    def offer(self, now: float, call: int, kind: int) -> None:
        """A call arrives or is transferred: an idle agent answers, or it waits."""
        number = len(self.log)
        self.log.append(Leg(call, kind, now, 0.0, False, NO_AGENT))
        for group in TYPES[kind].groups:
            if self.idle[group]:
                self.answer(now, number, self.idle[group].popleft())
                return
        self.queues[kind].append(number)
        self.waiting.add(number)
        patience = self.random.expovariate(1 / TYPES[kind].mean_patience)
        heappush(self.events, (now + patience, PATIENCE_ENDS, number, NO_AGENT))

    def answer(self, now: float, number: int, agent: int) -> None:
        """The agent takes the leg."""
        leg = self.log[number]
        self.log[number] = Leg(leg.call, leg.type, leg.arrived_at, now - leg.arrived_at, False, agent)
        handle_time = self.random.lognormvariate(*TYPES[leg.type].handle)
        heappush(self.events, (now + handle_time, END, number, agent))

    def free(self, now: float, agent: int) -> None:
        """The agent takes the call that goes first for him, or is idle."""
        group = GROUP_OF[agent]
        for kinds in GROUPS[group].types_by_priority:
            if fronts := [front for kind in kinds if (front := self.front(kind)) is not None]:
                number = min(fronts)  # legs are numbered in order of arrival
                self.queues[self.log[number].type].popleft()
                self.waiting.remove(number)
                self.answer(now, number, agent)
                return
        self.idle[group].append(agent)

    def front(self, kind: int) -> int | None:
        """Who has waited longest in a queue; forgets those who hung up."""
        queue = self.queues[kind]
        while queue and queue[0] not in self.waiting:
            queue.popleft()
        return queue[0] if queue else None
