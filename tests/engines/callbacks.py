"""Callbacks for generated Programs: to whom they are offered, who may leave a message, how one is dialled, or promised that.

Drawn apart from the rest of a Program, so that those without stay what they are.
"""

from __future__ import annotations

import math

import numpy as np

from ccsim.program.layout import CALLBACK, CALLBACK_WINDOW, LAW, MESSAGE, OFFER, STEP, Program, Records, records
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
    queues, steps = _with_steps(program.queues, program.steps, offers, OFFER)
    queues.counts_waiting = 1
    if dice.chance(0.6):
        queues, steps = _with_steps(queues, steps, _write_messages(table, dice, grid=grid), MESSAGE)
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


def _write_messages(table: Records, dice: Dice, *, grid: bool) -> list[float]:
    """Who may leave a message in each queue; returns after how long of waiting, inf for who never may then."""
    found = []
    for row in table:
        row.message_share = dice.pick([0.0, 0.5, 1.0])
        row.message_time = 60.0 * dice.between(0, 2) if grid else dice.real(5.0, 90.0)
        row.when_full, row.when_closed = dice.chance(0.5), dice.chance(0.5)
        row.replies = dice.chance(0.7)
        after = 60.0 * dice.between(0, 3) if grid else dice.real(0.0, 120.0)
        found.append(after if row.message_share > 0.0 and dice.chance(0.8) else math.inf)
    return found


def _with_steps(queues: Records, steps: Records, afters: list[float], to: int) -> tuple[Records, Records]:
    """The tables QUEUE and STEP with one more step of each queue, behind the others of that time; inf for none."""
    queues, written = queues.copy(), []
    for row, after in zip(queues, afters, strict=True):
        own = steps[row.first_step : row.first_step + row.n_steps].tolist()
        full = row.full_step - row.first_step if row.full_step >= 0 else -1
        place = len([step for step in own if step[0] <= after])
        if after < math.inf:
            own.insert(place, (after, to, 0))
            full += full >= place
        row.first_step, row.n_steps = len(written), len(own)
        row.full_step = len(written) + full if full >= 0 else -1
        written += own
    table = records(STEP, len(written))
    for row, step in zip(table, written, strict=True):
        row.after, row.to, row.keep_clock = step
    return queues, table
