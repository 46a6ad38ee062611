"""A page that is printed on a terminal -> the same page as HTML, so that a notebook says what `ccsim` says, in tables.

`HtmlPage` stands in for rich's console: what is printed on it becomes lines and tables. Every text is escaped: names in a
scenario are a stranger's.
"""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import Any

from rich.table import Table
from rich.text import Text

__all__ = ["HtmlPage", "html_of"]

_WIDTH = 160  # columns: wide enough that no page leaves anything out
_COLOURS = {"green": "#00704f", "bold green": "#00704f", "red": "#b33a00", "bold red": "#b33a00", "yellow": "#7a5c00"}
_CELL = "padding:1px 10px 1px 0;vertical-align:top;white-space:pre-wrap;background:transparent"


class HtmlPage:
    """What is printed on it, as HTML.

    Attributes
    ----------
    width : int
        Columns that pages may count on.
    """

    width = _WIDTH

    def __init__(self) -> None:
        self._parts: list[str] = []

    def print(self, *shown: Any, style: str | None = None) -> None:
        """Add a line, an empty line or a table.

        Raises
        ------
        TypeError
            For what is neither text nor a table.
        """
        if not shown:
            self._parts.append('<div style="height:0.7em"></div>')
        for one in shown:
            if isinstance(one, Table):
                self._parts.append(_table(one))
            elif isinstance(one, str | Text):
                self._parts.append(f"<div>{_text(one, style)}</div>")
            else:
                raise TypeError(f"a page of {type(one).__name__}")

    def html(self) -> str:
        """Return the page."""
        return '<div style="font-size:0.95em;line-height:1.45;overflow-x:auto">' + "".join(self._parts) + "</div>"


_PRINTERS = {
    "Scenario": ("summary", "print_summary"),
    "Result": ("text", "print_result"),
    "Comparison": ("comparison", "print_comparison"),
    "Choice": ("choice", "print_choice"),
    "Sweep": ("sweep", "print_sweep"),
    "BreakEvens": ("break_even", "print_break_even"),
}
"""What prints each kind of thing on a terminal: chapter of `ccsim.report`, function."""


def html_of(shown: Any) -> str:
    """Return a scenario, or what a verb returns, as HTML; TypeError for anything else."""
    kind = type(shown).__name__
    if kind not in _PRINTERS:
        raise TypeError(f"no page for {kind}; have {', '.join(_PRINTERS)}")
    chapter, function = _PRINTERS[kind]
    page = HtmlPage()
    getattr(import_module(f"ccsim.report.{chapter}"), function)(shown, page)
    return page.html()


def _text(text: str | Text, style: str | None = None) -> str:
    style = str(text.style) if isinstance(text, Text) and text.style else style or ""
    said = escape(str(text))
    rules = [f"color:{_COLOURS[style]}"] if style in _COLOURS else []
    if "bold" in style:
        rules.append("font-weight:bold")
    return f'<span style="{";".join(rules)}">{said}</span>' if rules else said


def _table(table: Table) -> str:
    """Return one of our tables as HTML; its cells are text, and blanks that indent a label stay."""
    sides = ["right" if column.justify == "right" else "left" for column in table.columns]
    head = ""
    if table.show_header:
        cells = [
            f'<th style="{_CELL};text-align:{side};font-weight:bold">{_text(_plain(column.header))}</th>'
            for side, column in zip(sides, table.columns, strict=True)
        ]
        head = f"<thead><tr>{''.join(cells)}</tr></thead>"
    columns = [list(column.cells) for column in table.columns]
    rows = []
    for row in zip(*columns, strict=True):
        cells = [
            f'<td style="{_CELL};text-align:{side};font-variant-numeric:tabular-nums">{_text(_plain(cell))}</td>'
            for side, cell in zip(sides, row, strict=True)
        ]
        rows.append(f'<tr style="background:transparent">{"".join(cells)}</tr>')
    return f'<table style="border-collapse:collapse;margin:0">{head}<tbody>{"".join(rows)}</tbody></table>'


def _plain(cell: Any) -> str | Text:
    return cell if isinstance(cell, str | Text) else str(cell)
