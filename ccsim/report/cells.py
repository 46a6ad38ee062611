"""Cells as a spreadsheet may safely open them, and the libraries that write other files than CSV."""

from __future__ import annotations

from importlib import import_module
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
