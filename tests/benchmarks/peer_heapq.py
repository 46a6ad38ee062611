"""B1 in plain Python: an event loop over `heapq`, as one would write it without a simulation library."""

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from random import Random

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

ARRIVAL, RELEASE, PATIENCE_ENDS = range(3)


def simulate(seed: int, horizon: float) -> Callable[[], Tally]:
    """One replication, on the clock; the function given back counts it."""
    return partial(tally, calls_of(seed, horizon))


def calls_of(seed: int, horizon: float) -> list[Call]:
    """The log of one replication, in order of arrival."""
    draw = Random(seed).expovariate
    log: list[Call] = []  # a call's place in it is its number
    idle = deque(range(N_AGENTS))
    queue: deque[int] = deque()
    waiting: set[int] = set()  # who in `queue` has not hung up yet
    events = [(draw(ARRIVALS_PER_MINUTE), ARRIVAL, 0)]

    while events:
        now, kind, who = heappop(events)

        if kind == ARRIVAL:
            if now >= horizon:
                continue
            if idle:
                agent = idle.popleft()
                log.append(Call(now, 0.0, False, agent))
                heappush(events, (now + draw(1 / MEAN_HANDLE), RELEASE, agent))
            else:
                log.append(Call(now, 0.0, True, NO_AGENT))  # stands until somebody answers or patience ends
                queue.append(who)
                waiting.add(who)
                heappush(events, (now + draw(1 / MEAN_PATIENCE), PATIENCE_ENDS, who))
            heappush(events, (now + draw(ARRIVALS_PER_MINUTE), ARRIVAL, who + 1))

        elif kind == RELEASE:
            while queue and queue[0] not in waiting:
                queue.popleft()
            if queue:
                call = queue.popleft()
                waiting.remove(call)
                arrived_at = log[call].arrived_at
                log[call] = Call(arrived_at, now - arrived_at, False, who)
                heappush(events, (now + draw(1 / MEAN_HANDLE), RELEASE, who))
            else:
                idle.append(who)

        elif who in waiting:
            waiting.remove(who)
            arrived_at = log[who].arrived_at
            log[who] = Call(arrived_at, now - arrived_at, True, NO_AGENT)

    return log
