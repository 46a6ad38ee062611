"""Row tables -> CSV files for those who pivot: one line per episode, contact, leg and agent state, names instead of codes.

Times are seconds since the first midnight; an instant that never came, and whoever was not there, is an empty cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccsim.report.cells import plain_cell
from ccsim.vocabulary import Action, AgentState, CaseEnd, Cause, Channel, Outcome, SegmentKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ccsim.outcomes import Rows
    from ccsim.program.layout import Names

FILES = {
    "episodes": "episodes.csv",
    "contacts": "contacts.csv",
    "segments": "legs.csv",
    "agent_states": "agent_states.csv",
    "settlements": "settlements.csv",
    "cases": "cases.csv",
}
"""Tables of `Rows` and the files they become; a segment is what people call a leg."""

_MONEY = ("needed", "granted", "leaked")
_CHUNK = 50_000  # rows turned into text at a time, so that memory does not grow with the log


def write_calls(rows: Rows, names: Names, folder: Path) -> None:
    """Write the tables into a folder; what agents did with cases only where authority matters."""
    for table, file in FILES.items():
        found = getattr(rows, table)
        if table in ("settlements", "cases") and not len(rows.cases):
            continue
        with (folder / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_head(found.dtype))
            for start in range(0, len(found), _CHUNK):
                writer.writerows(_lines(found[start : start + _CHUNK], names))


def _head(dtype: np.dtype[Any]) -> list[str]:
    """Return the column names; times say that they are seconds."""
    return [f"{name}_s" if dtype[name].kind == "f" and name not in _MONEY else name for name in dtype.names or ()]


def _lines(table: NDArray[Any], names: Names) -> Iterable[Sequence[Any]]:
    columns = [_column(table, name, names) for name in table.dtype.names or ()]
    return zip(*columns, strict=True)


def _column(table: NDArray[Any], name: str, names: Names) -> list[Any]:
    """Return one column as cells."""
    values = table[name]
    if values.dtype.kind == "f":
        return [value if np.isfinite(value) else "" for value in values.tolist()]
    if name == "place":  # a queue or, in an IVR leg, a node
        in_queue = table["kind"] == SegmentKind.QUEUE
        queues = _named(np.where(in_queue, values, -1), names.queues)
        return list(np.where(in_queue, queues, _named(np.where(in_queue, -1, values), names.ivr_nodes)))
    words: dict[str, Sequence[str]] = {"call_type": names.call_types, "queue": names.queues, "team": names.teams}
    if name in words:
        return list(_named(values, words[name]))
    codes: dict[str, type[IntEnum]] = {
        "outcome": Outcome,
        "cause": Cause,
        "channel": Channel,
        "kind": SegmentKind,
        "state": AgentState,
        "action": Action,
        "end": CaseEnd,
    }
    if name in codes:
        said = {int(code): code.name.lower() for code in codes[name]}
        return [said[value] for value in values.tolist()]
    return ["" if value == -1 else value for value in values.tolist()]


def _named(codes: NDArray[Any], words: Sequence[str]) -> NDArray[Any]:
    """Return the names of codes; -1, none, is an empty cell."""
    table = np.array([*(plain_cell(word) for word in words), ""], dtype=object)
    return np.asarray(table[codes])
