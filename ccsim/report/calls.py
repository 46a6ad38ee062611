"""Row tables for those who pivot: one line per episode, contact, leg and agent state, names instead of codes.

Times are seconds since the first midnight; an instant that never came, and whoever was not there, is an empty cell. CSV files
are written here; `frames` and `parquet` take the same columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ccsim.report.cells import plain_cell
from ccsim.vocabulary import Action, AgentState, CaseEnd, Cause, Channel, Outcome, SegmentKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ccsim.outcomes import Rows
    from ccsim.program.layout import Names

__all__ = ["TABLES", "Column", "columns", "kept_tables", "write_calls"]

TABLES = {
    "episodes": "episodes",
    "contacts": "contacts",
    "segments": "legs",
    "agent_states": "agent_states",
    "settlements": "settlements",
    "cases": "cases",
}
"""Tables of `Rows` and what people call them: a segment is a leg."""

_NO_TIMES = ("needed", "granted", "leaked", "satisfaction")
_NAMES = {"call_type": "call_types", "queue": "queues", "came_from": "queues", "team": "teams"}
"""Columns of names, and where in `Names` these are."""
_CODES: dict[str, type[IntEnum]] = {
    "outcome": Outcome,
    "came_by": Outcome,
    "cause": Cause,
    "channel": Channel,
    "kind": SegmentKind,
    "state": AgentState,
    "action": Action,
    "end": CaseEnd,
}
_CHUNK = 50_000  # rows turned into text at a time, so that memory does not grow with the log


class Column(NamedTuple):
    """One column of a row table.

    Attributes
    ----------
    name : str
        Times say that they are seconds: ``wait_s``.
    values : float64 or int64, shape (n_rows,)
        Numbers, or places in `words`. Missing: not finite, or -1.
    words : tuple of str or None
        What the values stand for; None for numbers.
    """

    name: str
    values: NDArray[Any]
    words: tuple[str, ...] | None = None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where there is nothing."""
        return np.asarray(~np.isfinite(self.values) if self.values.dtype.kind == "f" else self.values == -1)

    def cells(self) -> list[Any]:
        """Return the cells of a CSV file, no text among them that a spreadsheet would run."""
        if self.words is not None:
            table = np.array([*(plain_cell(word) for word in self.words), ""], dtype=object)
            return list(table[self.values])
        return ["" if nothing else value for value, nothing in zip(self.values.tolist(), self.missing.tolist(), strict=True)]


def kept_tables(rows: Rows) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the tables with the names people call them; what agents did with cases only where authority matters."""
    for table, name in TABLES.items():
        if table not in ("settlements", "cases") or len(rows.cases):
            yield name, getattr(rows, table)


def columns(table: NDArray[Any], names: Names) -> list[Column]:
    """Return the columns of a row table; beside an agent's number stands his name, if he has any."""
    found = []
    for field in table.dtype.names or ():
        found.append(_column(table, field, names))
        if field == "agent" and names.agents:
            found.append(Column("agent_name", found[-1].values, names.agents))
    return found


def write_calls(rows: Rows, names: Names, folder: Path) -> None:
    """Write the tables into a folder, as CSV."""
    for name, table in kept_tables(rows):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([column.name for column in columns(table[:0], names)])
            for start in range(0, len(table), _CHUNK):
                writer.writerows(_lines(table[start : start + _CHUNK], names))


def _lines(table: NDArray[Any], names: Names) -> Iterable[Sequence[Any]]:
    return zip(*(column.cells() for column in columns(table, names)), strict=True)


def _column(table: NDArray[Any], field: str, names: Names) -> Column:
    values = table[field]
    if field == "satisfaction":
        values = np.where(values > 0.0, values, np.nan)  # 0: not reckoned
    if values.dtype.kind == "f":
        return Column(field if field in _NO_TIMES else f"{field}_s", values)
    values = values.astype(np.int64)
    if field == "place":  # a node in an IVR leg, else a queue
        values = np.where(table["kind"] == SegmentKind.IVR_NODE, values + len(names.queues), values)
        return Column(field, values, (*names.queues, *names.ivr_nodes))
    if field in _NAMES:
        return Column(field, values, getattr(names, _NAMES[field]))
    if field in _CODES:
        codes = [int(code) for code in _CODES[field]]
        places = np.full(max(codes) + 2, -1, dtype=np.int64)  # its last one is where -1, none, is found
        places[codes] = np.arange(len(codes))
        return Column(field, places[values], tuple(code.name.lower() for code in _CODES[field]))
    return Column(field, values)
