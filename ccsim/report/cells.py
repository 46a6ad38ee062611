"""Cells as a spreadsheet may safely open them, and the libraries that write other files than CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any


def plain_cell(value: Any) -> Any:
    """Return a cell no spreadsheet runs: text that starts like a formula gets an apostrophe, numbers stay."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return "" if value is None else value


class MissingLibrary(ImportError):
    """A format needs a library that is not installed; the message says how to get it."""


def need(module: str, extra: str) -> Any:
    """Return an optional library; `MissingLibrary` with the command that installs it."""
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise MissingLibrary(f"{name} is not installed. Try: pip install 'ccsim[{extra}]'") from None


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows of the same columns as CSV, their names in the first line."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = [list(row) for row in rows[:1]] + [list(row.values()) for row in rows]
        csv.writer(stream).writerows([plain_cell(cell) for cell in line] for line in lines)
