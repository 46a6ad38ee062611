"""Which queues events may keep closed, and which they surely do: worked out from the Program alone, without any draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Program
from ccsim.vocabulary import EventField, Family

__all__ = ["nodes_perhaps_changed", "perhaps_closed", "surely_closed"]

Table = NDArray[Any]
Mask = NDArray[np.bool_]


def perhaps_closed(program: Program, stays: Table) -> Mask:
    """Whether an event may have kept the queue closed when the caller came to it."""
    found = np.zeros(len(stays), bool)
    for queue, one, longest in _closings(program):
        since, until = one.start_from, one.start_until + longest
        found |= (stays["place"] == queue) & (stays["entered_at"] >= since) & (stays["entered_at"] < until)
    return found


def surely_closed(program: Program, stays: Table) -> Mask:
    """Whether an event that happens for certain, at a fixed time, kept the queue closed when the caller came to it."""
    found = np.zeros(len(stays), bool)
    for queue, one, longest in _closings(program):
        if one.chance >= 1.0 and one.start_from == one.start_until and longest < np.inf:
            since, until = one.start_from, one.start_from + longest
            found |= (stays["place"] == queue) & (stays["entered_at"] >= since) & (stays["entered_at"] < until)
    return found


def nodes_perhaps_changed(program: Program, stays: Table) -> Mask:
    """Whether an event may have closed the IVR's node, or changed whom it serves, during the stay."""
    found = np.zeros(len(stays), bool)
    for one in program.occasions:
        law = program.laws[one.law]
        longest = float(law.a) if law.family == Family.DETERMINISTIC else np.inf
        for effect in program.effects[one.first_effect : one.first_effect + one.n_effects]:
            if effect.field in (EventField.NODE, EventField.CONTAINED):
                during = (stays["ended_at"] >= one.start_from) & (stays["entered_at"] < one.start_until + longest)
                found |= (stays["place"] == effect.target) & during
    return found


def _closings(program: Program) -> Iterator[tuple[int, Any, float]]:
    """Queue, occasion and the longest it may last, s, wherever an event closes a queue."""
    for one in program.occasions:
        law = program.laws[one.law]
        longest = float(law.a) if law.family == Family.DETERMINISTIC else np.inf
        for effect in program.effects[one.first_effect : one.first_effect + one.n_effects]:
            if effect.field == EventField.QUEUE and effect.amount <= 0.0:
                yield int(effect.target), one, longest
