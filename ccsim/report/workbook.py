"""A `Result` -> an Excel workbook: what was run and whether it met its targets, the figures, and an interval sheet per queue.

Every text is a cell of text, whatever it begins with, and stays one when somebody edits it; numbers are numbers, with the
format of their unit. openpyxl is imported when a workbook is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsim.report import verdicts
from ccsim.report.cells import need
from ccsim.report.sheets import Head, Sheet, interval_sheet, of_intervals, sheets_of

if TYPE_CHECKING:
    from ccsim.experiment import Result

__all__ = ["sheet_titles", "write_workbook"]

_FORMATS = {"share": "0.0%", "s": "0.0", "h": "0.0", "money": "#,##0.00", "calls": "#,##0.0", "agents": "0.0"}
_TITLES = {"kpis": "KPIs", "by_queue": "Queues", "days": "Days", "staffing": "Staffing"}
_LONGEST_TITLE = 31  # letters Excel takes in the name of a sheet
_WIDEST = 40  # columns of letters; longer text goes on in its cell
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""


def write_workbook(result: Result, path: Path) -> None:
    """Write a workbook; a file of that name is replaced.

    Raises
    ------
    MissingLibrary
        Without openpyxl.
    """
    openpyxl = need("openpyxl", "excel")
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "ccsim"
    book.properties.title = _text(result.scenario.name)
    found = of_intervals(result)
    sheets = [("Run", Sheet("run", (Head("what"), Head("")), _about(result)))]
    sheets += [(_TITLES[sheet.name], sheet) for sheet in sheets_of(result, found) if sheet.name in _TITLES]
    sheets.append(("Intervals", interval_sheet(found, found.scopes("interval"))))
    for name in result.names.queues:
        mine = [scope for scope in found.scopes("interval", "queue") if scope["queue"] == name]
        sheets.append((name, interval_sheet(found, mine)))
    for title, (_, sheet) in zip(sheet_titles([name for name, _ in sheets]), sheets, strict=True):
        _write(book, title, sheet)
    book.save(path)


def sheet_titles(names: Sequence[str]) -> list[str]:
    """Return a title Excel accepts for each name, all different in upper case too: 31 letters, none of ``[]:*?/\\``."""
    titles: list[str] = []
    taken = {"HISTORY"}  # which Excel keeps for itself
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\]", "_", _text(name)).strip("'").strip() or "_"
        title = plain[:_LONGEST_TITLE].rstrip("' ")
        number = 1
        while title.upper() in taken:
            number += 1
            ending = f" ({number})"
            title = plain[: _LONGEST_TITLE - len(ending)] + ending
        taken.add(title.upper())
        titles.append(title)
    return titles


def _about(result: Result) -> Iterator[tuple[str, Any]]:
    """Yield what the workbook is of, line by line."""
    from ccsim import __version__

    scenario, run = result.scenario, result.scenario.run
    yield ("scenario", scenario.name)
    for verdict in result.targets:
        yield (verdict.verdict, verdicts.sentence(verdict, scenario.days, scenario.interval, run.mode == "steady"))
    yield ("replications", result.replications)
    yield ("interrupted", "yes" if result.interrupted else "no")
    yield ("seed", str(result.seed))  # up to 20 digits, of which Excel's numbers hold 15
    yield ("confidence of low and high", run.confidence)
    yield ("service level", f"{scenario.metrics.service_level}, flow-outs {scenario.metrics.flow_outs}")
    yield ("fingerprint of the scenario", result.fingerprint)
    yield ("digest of the outcomes", result.digest)
    yield ("ccsim", __version__)
    yield ("units", "shares are fractions shown in percent, _s is seconds, _h hours")


def _write(book: Any, title: str, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(title)
    rows = [list(line) for line in sheet.lines]
    page.freeze_panes = "A2"
    for i, head in enumerate(sheet.heads):
        longest = max((len(row[i]) for row in rows if isinstance(row[i], str)), default=0)
        page.column_dimensions[get_column_letter(i + 1)].width = min(max(len(head.name), longest, 8) + 2, _WIDEST)
    if rows:
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.heads))}{len(rows) + 1}"
    page.append([_cell(page, head.name, bold=True) for head in sheet.heads])
    formats = [_FORMATS.get(head.unit, "General") for head in sheet.heads]
    for row in rows:
        page.append([_cell(page, value, form) for value, form in zip(row, formats, strict=True)])


def _cell(page: Any, value: Any, form: str = "General", bold: bool = False) -> Any:
    """Return a cell; text is marked as such and quoted, so that it is no formula and does not become one."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if value is None or value == "":
        return None
    if not isinstance(value, str):
        cell = WriteOnlyCell(page, value)
        cell.number_format = form
        return cell
    cell = WriteOnlyCell(page, _text(value))
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in ("=", "+", "-", "@", "'")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _text(value: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", value)
