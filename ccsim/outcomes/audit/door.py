"""The door: nobody dials while lines are closed but those who are sent away for it (I01)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Cause, Outcome

__all__ = ["check_door", "dialled_closed"]


def check_door(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Every contact dials inside the opening hours of some day."""
    contacts = rows.contacts
    invited = dialled_closed(program, contacts)
    complaints.where(
        invited & ~np.isin(contacts["outcome"], (Outcome.CLOSED, Outcome.LEFT_MESSAGE)),
        "I01",
        lambda i: f"customer {contacts['customer'][i]} gets a line at {contacts['arrived_at'][i]} while lines are closed",
    )
    outside = _outside(program, contacts) & ~invited & (contacts["cause"] != Cause.CALLBACK)
    complaints.where(
        outside,
        "I01",
        lambda i: (
            f"customer {contacts['customer'][i]} contact {contacts['contact'][i]} dials at "
            f"{contacts['arrived_at'][i]} while lines are closed"
        ),
    )


def dialled_closed(program: Program, contacts: NDArray[Any]) -> NDArray[np.bool_]:
    """First contacts that dial while lines are closed, where the Program has callers who do."""
    if not len(program.demand):
        return np.zeros(len(contacts), bool)
    some: NDArray[np.bool_] = program.demand.out_of_hours.sum(axis=1) > 0.0
    invited: NDArray[np.bool_] = _outside(program, contacts) & (contacts["contact"] == 0) & some[contacts["call_type"]]
    return invited


def _outside(program: Program, contacts: NDArray[Any]) -> NDArray[np.bool_]:
    """Contacts that dial outside the opening hours of every day."""
    opened = program.days[program.days.close_at < np.inf]
    opened = opened[np.argsort(opened.open_at, kind="stable")]
    day = np.searchsorted(opened.open_at, contacts["arrived_at"], "right") - 1
    outside = day < 0
    if len(opened):
        outside |= contacts["arrived_at"] >= opened.close_at[day]
        if len(program.recorded):  # a log may have somebody dial in the very instant of closing, which comes after dials
            outside &= (contacts["arrived_at"] > opened.close_at[day]) | (contacts["contact"] > 0)
    return np.asarray(outside, bool)
