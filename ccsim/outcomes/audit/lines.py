"""Door and lines: nobody dials while lines are closed, nobody is blocked while one is free (I08)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.steps import number_during
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Outcome

__all__ = ["check_door", "check_lines"]

_ENDS_AFTER_DIALS = [Outcome.ABANDONED, Outcome.CLOSED]
"""Ends that come later in an instant than its dials do."""


def check_door(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Every contact dials inside the opening hours of some day."""
    contacts = rows.contacts
    opened = program.days[program.days.close_at < np.inf]
    opened = opened[np.argsort(opened.open_at, kind="stable")]
    day = np.searchsorted(opened.open_at, contacts["arrived_at"], "right") - 1
    outside = day < 0
    if len(opened):
        outside |= contacts["arrived_at"] >= opened.close_at[day]
    complaints.where(
        outside,
        "I01",
        lambda i: (
            f"customer {contacts['customer'][i]} contact {contacts['contact'][i]} dials at "
            f"{contacts['arrived_at'][i]} while lines are closed"
        ),
    )


def check_lines(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Lines in use never exceed those there are; blocked exactly who dials when all are in use."""
    lines = int(program.settings.lines[0])
    contacts = rows.contacts
    blocked = contacts["outcome"] == Outcome.BLOCKED
    carried = contacts[~blocked]
    in_use = number_during(carried["arrived_at"], carried["ended_at"])
    complaints.where(
        in_use.values > lines, "I08", lambda i: f"{in_use.values[i]} of {lines} lines in use from {in_use.times[i]}"
    )

    before = _in_use_before(contacts)
    undecided = np.isin(contacts["arrived_at"], _redials_at_once(contacts))
    complaints.where(
        blocked & (before < lines) & ~undecided,
        "I08",
        lambda i: (
            f"customer {contacts['customer'][i]} is blocked at {contacts['arrived_at'][i]} with "
            f"{before[i]} of {lines} lines in use"
        ),
    )
    complaints.where(
        ~blocked & (before >= lines) & ~undecided,
        "I08",
        lambda i: f"customer {contacts['customer'][i]} gets a line at {contacts['arrived_at'][i]}, but all {lines} are in use",
    )


def _in_use_before(contacts: NDArray[Any]) -> NDArray[np.int64]:
    """Lines in use just before each contact dials, by the order of events: talk and IVR ends, dials by id, hang-ups."""
    late = np.isin(contacts["outcome"], _ENDS_AFTER_DIALS)
    # A line taken and given back within its own instant (balking, no talk time) is free again before the next dial.
    passing = ~late & (contacts["ended_at"] == contacts["arrived_at"])
    holds = (contacts["outcome"] != Outcome.BLOCKED) & ~passing
    order = np.lexsort((contacts["customer"], contacts["arrived_at"]))
    taken = np.empty(len(contacts), np.int64)
    taken[order] = np.cumsum(holds[order]) - holds[order]
    at = contacts["arrived_at"]
    early_ends = np.sort(contacts["ended_at"][holds & ~late])
    late_ends = np.sort(contacts["ended_at"][holds & late])
    return taken - np.searchsorted(early_ends, at, "right") - np.searchsorted(late_ends, at, "left")


def _redials_at_once(contacts: NDArray[Any]) -> NDArray[np.float64]:
    """Instants at which someone hangs up and dials again at once; rows do not tell the order of events there."""
    same = (contacts["customer"][1:] == contacts["customer"][:-1]) & (contacts["arrived_at"][1:] == contacts["ended_at"][:-1])
    found: NDArray[np.float64] = contacts["arrived_at"][1:][same]
    return found
