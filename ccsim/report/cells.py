"""Cells of CSV files, as a spreadsheet may safely open them."""

from __future__ import annotations

from typing import Any


def plain_cell(value: Any) -> Any:
    """Return a cell no spreadsheet runs: text that starts like a formula gets an apostrophe, numbers stay."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return "" if value is None else value
