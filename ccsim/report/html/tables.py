"""A table of the terminal -> rows of a page: cells with what they are sorted by, numbers to the right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ccsim.report import numbers

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Cell", "Column", "PageTable", "of_table", "sort_key"]

_TONES = {"green": "good", "red": "bad", "bold red": "bad", "yellow": "open"}
"""Styles of the terminal and the classes of the page."""
_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+")


class Column(NamedTuple):
    """The head of a column; numbers stand to the right."""

    title: str
    is_number: bool


class Cell(NamedTuple):
    """One cell.

    Attributes
    ----------
    sort : float or None
        What a number is sorted by; None for text, which is sorted by its letters, and where there is no number.
    tone : str
        good, bad, open or nothing.
    indent : bool
        A part of the line before.
    """

    text: str
    sort: float | None = None
    tone: str = ""
    indent: bool = False


class PageTable(NamedTuple):
    """One table of the page."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def of_table(table: Table, title: str = "") -> PageTable:
    """Return a terminal table for the page; its first head is the title unless another is given."""
    heads = [str(column.header).replace("-\n", "").replace("\n", " ") for column in table.columns]
    columns = tuple(Column(head, column.justify == "right") for head, column in zip(heads, table.columns, strict=True))
    cells = zip(*(list(column.cells) for column in table.columns), strict=True)
    rows = tuple(tuple(_cell(cell, column) for cell, column in zip(row, columns, strict=True)) for row in cells)
    return PageTable(title or heads[0], columns, rows)


def sort_key(text: str) -> float | None:
    """Return the number a cell begins with: ``82.1 %``, ``1,348.1``, ``-2.5``, ``0:17``, ``1:02:03``; None if it is none."""
    said = text.replace("<", "").strip()
    if said in ("", numbers.NONE):
        return None
    if said.startswith(("for ever", "no limit")):
        return float("inf")
    clock = re.match(r"([-+]?)(\d+(?::\d\d)+)(?![\d:])", said)
    if clock:
        total = 0.0
        for part in clock[2].split(":"):
            total = 60.0 * total + float(part)
        return -total if clock[1] == "-" else total
    number = _NUMBER.match(said)
    return float(number[0].replace(",", "")) if number else None


def _cell(shown: Any, column: Column) -> Cell:
    text, style = str(shown), str(getattr(shown, "style", ""))
    return Cell(text.strip(), sort_key(text) if column.is_number else None, _TONES.get(style, ""), text.startswith("  "))


def joined(tables: Sequence[tuple[str, PageTable]], title: str, place: str) -> PageTable:
    """Return tables with the same columns under each other, with a first column that says which each row is of."""
    columns: list[Column] = [Column(place, False)]
    for _, table in tables:
        columns += [column for column in table.columns if column not in columns]
    rows: list[tuple[Cell, ...]] = []
    for name, table in tables:
        for row in table.rows:
            found = dict(zip(table.columns, row, strict=True))
            rows.append((Cell(name), *(found.get(column, Cell(numbers.NONE)) for column in columns[1:])))
    return PageTable(title, tuple(columns), tuple(rows))
