"""What becomes of calls that wait long, or find their queue full: expand and overflow steps, and how many may wait.

Called by `compile`; lanes and reach follow from these tables (`routing`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ccsim.program.callbacks import offered_callback, offered_voicemail
from ccsim.program.layout import EXPAND, MESSAGE, OFFER, QUEUE, STEP, Records, records
from ccsim.scenario import Scenario, resolve
from ccsim.scenario.skills import PRIORITY_PLUS_WAIT

__all__ = ["UNLIMITED", "ageing", "queues_of"]

UNLIMITED = 1 << 40
_BY_RANK = (EXPAND, OFFER, MESSAGE, 0)
"""Of steps due in one instant."""


def queues_of(scenario: Scenario, names: tuple[str, ...]) -> tuple[Records, Records]:
    """The tables `queues` and `steps`; of the same time expansions come first, then offers, messages, else as written."""
    queues = records(QUEUE, len(names))
    steps: list[tuple[float, int, int]] = []
    for row, name in zip(queues, names, strict=True):
        queue = scenario.queues[name]
        row.priority, row.weight = queue.priority, queue.weight
        row.max_waiting = UNLIMITED if queue.max_waiting is None else queue.max_waiting
        row.counts_waiting = queue.max_waiting is not None or any(
            resolve.patience_law(scenario, call).balk_waiting > 0 for call in _callers_of(scenario, name)
        )
        callback = offered_callback(scenario, name)
        if callback is not None and callback.offer.waiting_at_least is not None:
            row.counts_waiting = 1
        expansions = [(step.after, EXPAND, 0) for step in queue.expand]
        offers = [(callback.offer.after, OFFER, 0)] if callback is not None and callback.offer.after is not None else []
        overflows = [(step.after, names.index(step.to), int(step.clock == "keep")) for step in queue.overflow]
        voicemail = offered_voicemail(scenario, name)
        if voicemail is not None and voicemail.after is not None:
            offers.append((voicemail.after, MESSAGE, 0))
        row.first_step, row.n_steps = len(steps), len(expansions) + len(offers) + len(overflows)
        steps += sorted(expansions + offers + overflows, key=lambda step: (step[0], _BY_RANK.index(min(step[1], 0))))
        row.full_step = next((i for i in range(row.first_step, len(steps)) if steps[i][1] >= 0), -1)
    table = records(STEP, len(steps))
    for row, step in zip(table, steps, strict=True):
        row.after, row.to, row.keep_clock = step
    return queues, table


def ageing(scenario: Scenario, queues: Records) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the weighted waits of each queue's calls begin with, and gain each second: priorities may count, and age."""
    if scenario.routing.pick_call == PRIORITY_PLUS_WAIT:
        return queues.priority.astype(np.float64), queues.weight / 60.0
    return np.zeros(len(queues)), queues.weight


def _callers_of(scenario: Scenario, queue: str) -> list[str]:
    return [name for name in scenario.calls if queue == resolve.queue_of(scenario, name)]
