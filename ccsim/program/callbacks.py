"""Who may be called back or leave a message, and how: the table behind `rules.callbacks`. Called by `compile`."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import Any

from ccsim import units
from ccsim.program.layout import CALLBACK, CALLBACK_WINDOW, Records, records
from ccsim.scenario import Scenario, clock, resolve
from ccsim.scenario.callbacks import Callback, CallbackOffer, Voicemail
from ccsim.scenario.laws import Law

__all__ = ["callbacks_of", "offered_callback", "offered_voicemail"]

_NEVER = 1 << 40
"""More than ever wait."""


def offered_callback(scenario: Scenario, queue: str) -> Callback | None:
    """What a queue says of callbacks, if anybody accepts one."""
    callback = scenario.queues[queue].callback
    return callback if callback is not None and callback.accept > 0.0 else None


def offered_voicemail(scenario: Scenario, queue: str) -> Voicemail | None:
    """What a queue says of messages, if anybody leaves one."""
    voicemail = scenario.queues[queue].voicemail
    return voicemail if voicemail is not None and voicemail.share > 0.0 else None


def callbacks_of(
    scenario: Scenario, queues: tuple[str, ...], n_queues: int, law: Callable[[Law], int]
) -> tuple[Records, Records]:
    """The tables `callbacks`, by queue, and `callback_windows`; empty where nobody is called back or leaves a message.

    Parameters
    ----------
    queues : tuple of str
        Those written in the scenario; the others, up to `n_queues`, are of cases passed on, and have those promised a call.
    law : callable
        Gives a law its row.
    """
    right = scenario.make_it_right
    shortfalls = (call.on_shortfall or right.on_shortfall for call in scenario.calls.values() if call.needs_authority)
    promises = n_queues > len(queues) and any(shortfall.call_back > 0.0 for shortfall in shortfalls)
    offers = any(offered_callback(scenario, queue) or offered_voicemail(scenario, queue) for queue in queues)
    if not promises and not offers:
        return records(CALLBACK, 0), records(CALLBACK_WINDOW, 0)
    table = records(CALLBACK, n_queues)
    windows: list[tuple[float, float]] = []
    table.ring_law = -1
    table.waiting_at_least, table.wait_over = _NEVER, math.inf
    for row, name in zip(table, queues, strict=False):
        _write_voicemail(scenario, name, row, law)
        callback = offered_callback(scenario, name)
        if callback is None:
            continue
        offer = callback.offer
        row.accept = callback.accept
        row.at_entry = offer.at == "entry"
        if offer.expected_wait_over is None and offer.waiting_at_least is None:
            row.waiting_at_least = 0
        if offer.expected_wait_over is not None:
            row.wait_over = offer.expected_wait_over
        if offer.waiting_at_least is not None:
            row.waiting_at_least = offer.waiting_at_least
        row.first_window = len(windows)
        windows += _windows(scenario, offer)
        row.n_windows = len(windows) - row.first_window
        _write_dial(scenario, row, callback, law)
    for row in table[len(queues) :] if promises else []:
        _write_dial(scenario, row, right.callback, law)
    found = records(CALLBACK_WINDOW, len(windows))
    for row, window in zip(found, windows, strict=True):
        row.starts_at, row.ends_at = window
    return table, found


def _write_voicemail(scenario: Scenario, queue: str, row: Any, law: Callable[[Law], int]) -> None:
    """Who may leave a message, and how he is called back if the queue calls nobody else back. Writes the row."""
    voicemail = offered_voicemail(scenario, queue)
    if voicemail is None:
        return
    row.message_share, row.message_time = voicemail.share, voicemail.message
    row.when_full, row.when_closed = voicemail.when_full, voicemail.when_closed
    reply = voicemail.reply(scenario.queues[queue].callback)
    if reply is not None:
        row.replies = 1
        _write_dial(scenario, row, reply, law)


def _write_dial(scenario: Scenario, row: Any, callback: Any, law: Callable[[Law], int]) -> None:
    """How, in what place and how often customers are dialled. Writes the row."""
    row.behind, row.reserve = callback.place == "behind", callback.reserve or 0
    row.ring_law = law(resolve.law(scenario, callback.dial.ring))
    row.answered, row.attempts = callback.dial.answered, callback.dial.attempts
    row.retry_after, row.clears = callback.dial.retry_after, callback.at_close == "clear"


def _windows(scenario: Scenario, offer: CallbackOffer) -> list[tuple[float, float]]:
    """When callbacks are offered, s, where only in a part of the day; from the eve of the first, as one may pass midnight."""
    if offer.window is None:
        return []
    found = []
    days = scenario.days if scenario.run.mode == "terminating" else math.ceil((scenario.run.length or 0.0) / units.DAY)
    for index in range(-1, days + 1):
        date = scenario.start + datetime.timedelta(days=index)
        found.append((clock.instant(scenario, date, offer.window.start), clock.instant(scenario, date, offer.window.end)))
    return found
