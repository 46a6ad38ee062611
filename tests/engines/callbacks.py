"""Callbacks for generated Programs: to whom they are offered, how customers are dialled, whom one is promised.

Drawn apart from the rest of a Program, so that those without stay what they are.
"""

from __future__ import annotations

import math

import numpy as np

from ccsim.program.layout import CALLBACK, CALLBACK_WINDOW, LAW, OFFER, STEP, Program, Records, records
from ccsim.vocabulary import Family
from tests.engines.dice import Dice

__all__ = ["with_callbacks"]


def with_callbacks(program: Program, dice: Dice, *, grid: bool) -> Program:
    """The Program with callbacks; on the grid phones ring for whole minutes, and customers fall due again at such."""
    table = records(CALLBACK, len(program.queues))
    laws = [(Family.DETERMINISTIC, 60.0 * n) for n in (0, 1, 2)] if grid else [(Family.EXPONENTIAL, 25.0)]
    windows: list[tuple[float, float]] = []
    offers: list[float] = []
    for row in table:
        offers.append(math.inf)
        row.waiting_at_least, row.wait_over = dice.pick(
            [(0, math.inf), (0, math.inf), (1, math.inf), (2, 60.0), (1 << 40, 30.0)]
        )
        row.accept = dice.pick([0.0, 0.5, 0.5, 1.0])
        row.at_entry = dice.chance(0.6)
        if not row.at_entry:
            offers[-1] = 60.0 * dice.between(0, 3) if grid else dice.real(0.0, 120.0)
        row.behind = dice.chance(0.35)
        row.reserve = dice.between(0, 2) if row.behind else 0
        row.ring_law = len(program.laws) + dice.between(0, len(laws) - 1)
        row.answered = dice.pick([0.3, 0.5, 1.0])
        row.attempts = dice.between(1, 5)
        row.retry_after = 60.0 * dice.between(0, 3) if grid else dice.pick([50.0, 300.0, 30000.0])
        row.clears = dice.chance(0.3)
        if dice.chance(0.1):
            row.first_window = len(windows)
            opens = [day.open_at for day in program.days if day.open_at < math.inf]
            windows += [(at + 60.0 * dice.between(0, 30), at + 60.0 * dice.between(30, 60)) for at in opens]
            row.n_windows = len(windows) - row.first_window
    settings, call_types = program.settings.copy(), program.call_types.copy()
    settings.keeps_last_wait = 1
    for kind in call_types:
        left = max(1.0 - kind.refuse_share - kind.consult_share, 0.0)
        kind.promise_share = dice.pick([0.3, 1.0]) * left if settings.authority[0] else 0.0
    queues, steps = _with_offers(program, offers)
    queues.counts_waiting = 1
    added = np.zeros(len(laws), LAW)
    for law, (family, a) in zip(added, laws, strict=True):
        law["family"], law["a"] = family, a
    return program._replace(
        settings=settings,
        call_types=call_types,
        queues=queues,
        steps=steps,
        laws=np.concatenate([program.laws, added]).view(np.recarray),
        callbacks=table,
        callback_windows=np.array(windows, CALLBACK_WINDOW).view(np.recarray),
    )


def _with_offers(program: Program, offers: list[float]) -> tuple[Records, Records]:
    """The tables QUEUE and STEP with an offer after so long, behind the other steps of that time; inf for none."""
    queues, steps = program.queues.copy(), []
    for row, after in zip(queues, offers, strict=True):
        own = program.steps[row.first_step : row.first_step + row.n_steps].tolist()
        full = row.full_step - row.first_step if row.full_step >= 0 else -1
        place = len([step for step in own if step[0] <= after])
        if after < math.inf:
            own.insert(place, (after, OFFER, 0))
            full += full >= place
        row.first_step, row.n_steps = len(steps), len(own)
        row.full_step = len(steps) + full if full >= 0 else -1
        steps += own
    table = records(STEP, len(steps))
    for row, step in zip(table, steps, strict=True):
        row.after, row.to, row.keep_clock = step
    return queues, table
