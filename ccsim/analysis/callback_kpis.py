"""KPIs of callbacks: a queue's service level does not hold them, so they have a row of their own.

Part of the registry in `kpi`, which explains the fields. Terms are those of `outcomes.CALLBACK_COUNTS`; all are counted for the
interval in which the caller was offered a callback, rang off, had left a message, or fell due.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CALLBACK_KPIS", "CallbackKpi"]

_SECONDS = 1e-6
_PER_DAY = "Mean per operating day; of a single day, its number."
_OVER = "called_back + failed + cleared"


class CallbackKpi(NamedTuple):
    """The fields of a `kpi.Kpi` on the basis of callbacks."""

    id: str
    title: str
    sentence: str
    unit: str
    numerator: str
    denominator: str
    scale: float = 1.0
    periods: tuple[str, ...] = ("run", "day")
    quantile: float | None = None
    better: str = "neither"
    bases: tuple[str, ...] = ("callback",)
    places: tuple[str, ...] = ("centre", "queue")


def _count(id: str, title: str, what: str, term: str, better: str = "neither") -> CallbackKpi:
    """A number per operating day."""
    sentence = f"{what} {_PER_DAY} Formula: {term} / operating days."
    return CallbackKpi(id, title, sentence, "calls", term, "operating_days", better=better)


CALLBACK_KPIS = (
    _count(
        "callbacks_offered",
        "Callbacks offered",
        "Waits in which the caller was offered to be called back, accepted or not.",
        "offered_callback",
    ),
    _count("callbacks_taken", "Callbacks taken", "Callers who rang off to be called back: flow-outs of their queue.", "taken"),
    CallbackKpi(
        "callback_acceptance",
        "Callbacks accepted",
        "Share of those who were offered a callback who rang off for it: taken / offered_callback.",
        "share", "taken", "offered_callback",
    ),
    _count("called_back", "Called back", "Customers who were called back and answered.", "called_back", "higher"),
    _count(
        "callbacks_failed",
        "Callbacks failed",
        "Customers who did not answer the last time they were dialled, or whom nobody could dial again.",
        "failed",
        "lower",
    ),
    _count("callbacks_cleared", "Callbacks cleared", "Customers taken off their list at closing.", "cleared", "lower"),
    _count(
        "callbacks_pending", "Callbacks pending", "Customers still to be called back when the run is over.", "pending", "lower"
    ),
    CallbackKpi(
        "callback_completion",
        "Callbacks completed",
        f"Share of the callbacks that are over in which the customer was reached: called_back / ({_OVER}).",
        "share", "called_back", _OVER, better="higher",
    ),
    CallbackKpi(
        "dials_in_vain",
        "Dialled in vain",
        "Share of the dials that nobody answers: in_vain / dials.",
        "share", "in_vain", "dials", better="lower",
    ),
    CallbackKpi(
        "time_to_callback",
        "Time to callback",
        "Mean time from ringing off, from the end of a message or the promise of a call until the customer is reached, lines "
        "closed or not: sum of these times / called_back.",
        "s", "time_to_callback", "called_back", _SECONDS, better="lower",
    ),
    *(
        CallbackKpi(
            f"time_to_callback_p{percent}",
            f"Time to callback, {percent} % below",
            f"Time to callback that {percent} % of those reached do not exceed: from the histogram of all replications (bins "
            "of 1 s up to an hour, then 2 % wide; linear inside a bin).",
            "s", "answered", "", periods=("run",), quantile=percent / 100.0, better="lower",
        )
        for percent in (50, 90)
    ),
    CallbackKpi(
        "callback_handle_time",
        "Handle time of callbacks",
        "Mean agent time per customer reached, dials in vain included: (ring + talk + hold + wrap) / called_back.",
        "s", "ring_time + talk_time + hold_time + wrap_time", "called_back", _SECONDS,
    ),
)  # fmt: skip
"""In the order of a report."""
