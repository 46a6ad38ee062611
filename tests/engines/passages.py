"""Where calls go on to, for generated Programs: transfers several times and to several types, redials as another type.

Drawn apart from the rest of a Program, so that those without stay what they are.
"""

from __future__ import annotations

import numpy as np

from ccsim.program.layout import DESTINATION, Program, records
from tests.engines.dice import Dice

__all__ = ["with_passages"]


def with_passages(program: Program, dice: Dice) -> Program:
    """The Program with transfers of who came by one, shares of redials by type and try, other types, and head starts."""
    kinds, settings, queues = program.call_types.copy(), program.settings.copy(), program.queues.copy()
    rows: list[tuple[float, int]] = []
    for number, kind in enumerate(kinds):
        if kind.transfer_share == 0.0 or dice.chance(0.5):
            continue
        kind.transfer_at_most = dice.pick([1, 2, 3, 6])
        to = [other for other in range(len(kinds)) if dice.chance(0.5 if other == number else 0.8)]
        if len(to) > 1:
            kind.transfer_to, kind.first_destination, kind.n_destinations = -1, len(rows), len(to)
            shares = np.cumsum([dice.real(0.1, 1.0) for _ in to])
            rows += zip((shares / shares[-1] * kind.transfer_share).tolist(), to, strict=True)
            rows[-1] = (float(kind.transfer_share), to[-1])
    if settings.redial_share[0] > 0.0 and dice.chance(0.4):
        settings.redial_by_type = 1
        kinds.redial_first = [dice.pick([0.0, 0.4, 0.9, 1.0]) for _ in kinds]
        kinds.redial_later = [dice.pick([0.0, 0.4, 0.9]) for _ in kinds]
        settings.redial_share = max(kinds.redial_first.max(), kinds.redial_later.max())
    kinds.redial_as = -1
    if dice.chance(0.4):
        settings.redial_as = 1
        kinds.redial_as = [dice.between(-1, len(kinds) - 1) for _ in kinds]
    if dice.chance(0.5):
        queues.head_start = [dice.pick([0.0, 60.0, -30.0]) for _ in queues]
    destinations = records(DESTINATION, len(rows))
    for line, (up_to, code) in zip(destinations, rows, strict=True):
        line.up_to, line.call_type = up_to, code
    return program._replace(call_types=kinds, settings=settings, queues=queues, destinations=destinations)
