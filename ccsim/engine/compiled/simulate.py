"""One replication on the compiled engine: floor, kernel, rows in the order of their keys."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.engine import Replication
from ccsim.engine.compiled.happened import first_open
from ccsim.engine.compiled.kernel import advance
from ccsim.engine.compiled.memory import row_memory
from ccsim.engine.compiled.policy import KernelPolicy
from ccsim.engine.compiled.room import Room
from ccsim.engine.compiled.state import GAP
from ccsim.jit import ENABLED, entry, load_from_cache
from ccsim.outcomes import Rows
from ccsim.program.layout import Program, Records
from ccsim.rules.events import timetable, windows
from ccsim.rules.randomness import luck_of
from ccsim.rules.tables import bind_program

__all__ = ["simulate"]


def simulate(
    program: Program,
    seed: int,
    replication: int,
    *,
    rows: bool,
    digest: bool = True,
    bound: Records | None = None,
    policy: KernelPolicy | None = None,
) -> Replication:
    """Outcomes of one replication.

    Parameters
    ----------
    seed, replication : int
        0 to 2^64 - 1, 0 to 2^32 - 1.
    rows : bool
        Keep the row tables; otherwise only counts, in memory that does not grow with the number of calls.
    digest : bool
        Fold the closed rows into the digest.
    bound : PROGRAM record array, optional
        `bind_program(program)`, for who runs many replications.
    policy : KernelPolicy, optional
        A user's routing, from `state.kernel_policy`.
    """
    bound = bind_program(program) if bound is None else bound
    room = Room(program, rows=rows, digest=digest, policy=policy)
    luck, floor = luck_of(seed, replication), room.floor
    if len(program.occasions):
        drawn = windows(luck, bound[0], program)
        room.tables["windows"].view("f8")[:] = drawn.ravel()
        room.tables["first_open"]["place"] = first_open(program, drawn)
    if len(program.calls_off):
        program = program._replace(timetable=timetable(luck, bound[0], program))
        bound = bind_program(program)
    _load_kernel_once(bound[0], luck, floor)
    while not advance(bound[0], luck, floor):
        room.grow()
    return Replication(
        rows=_sorted(room) if rows else None,
        counts=None if rows else room.counts,
        digest=room.tables["digest"].copy() if digest else None,
    )


_LOADING = Lock()


def _load_kernel_once(*arguments: Any) -> None:
    """The first replication of a process fetches the kernel from the disk."""
    with _LOADING:
        if ENABLED and not advance.signatures:
            load_from_cache(advance, *arguments)


def _sorted(room: Room) -> Rows:
    """The tables in the order of their keys.

    Fresh callers dial, and so their rows are begun, in the order of customers; only redials, and later stays that were not
    foreseen, are not.
    """
    tables, clock = room.rows(), room.clock
    contacts, segments = tables.contacts, tables.segments
    n_customers = len(tables.episodes)
    if len(contacts) != n_customers:
        contacts = _by_owner(contacts, "customer", n_customers)
    if clock["n_gaps"]:
        segments = segments[: _close_gaps(segments)]
    if clock["n_late_segments"]:
        segments = _by_owner(segments, "customer", n_customers)
    return Rows(
        episodes=tables.episodes,
        contacts=contacts,
        segments=segments,
        agent_states=_in_order(tables.agent_states, "agent", room.tables["agents"]["n_rows"]),
        settlements=_by_owner(tables.settlements, "customer", n_customers),
        cases=tables.cases,
    )


def _by_owner(table: NDArray[Any], field: str, n_owners: int) -> NDArray[Any]:
    """Stable sort by owner: the rows of one owner are in the order of time, hence of their key, already."""
    if not len(table):  # nothing is compiled for tables that a scenario never fills
        return np.empty(0, table.dtype)
    return _in_order(table, field, np.bincount(table[field], minlength=n_owners))


def _in_order(table: NDArray[Any], field: str, n_rows: NDArray[Any]) -> NDArray[Any]:
    """The same where it is known how many rows each owner has."""
    in_order = row_memory(len(table), table.dtype)
    starts = np.zeros(len(n_rows), dtype=np.int64)
    np.cumsum(n_rows[:-1], out=starts[1:])
    _scatter(table[field], starts, table, in_order)
    return in_order


@entry
def _scatter(owners, starts, table, in_order):  # type: ignore[no-untyped-def]
    """Copies rows to their sorted places, of which each owner's first is given. Writes starts, in_order."""
    for i in range(owners.shape[0]):
        place = starts[owners[i]]
        in_order[place] = table[i]
        starts[owners[i]] = place + 1


@entry
def _close_gaps(segments):  # type: ignore[no-untyped-def]
    """Moves rows up to where some were kept in vain, and gives back how many there are. Writes segments."""
    n = 0
    for i in range(segments.shape[0]):
        if segments[i]["customer"] != GAP:
            segments[n] = segments[i]
            n += 1
    return n
