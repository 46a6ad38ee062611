"""Files beside a scenario: which may be read, and what a CSV says of each interval.

Paths are relative to the file that names them and stay below the scenario's folder. Rows are matched by their time
stamps, never by position. No message quotes what a foreign file holds beyond the one cell that could not be read as a
number.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ccsim import units
from ccsim.errors import Refusal, nearest, shown
from ccsim.scenario.document import Unreadable, decode
from ccsim.units import Plain

MOST_BYTES = 50_000_000  # of a CSV: a log of a million calls
MOST_TOLD = 5  # wrong rows of one file that are listed


class Folder(NamedTuple):
    """Where relative paths start, and the folder they may not leave."""

    here: Path
    root: Path

    def find(self, name: str) -> Path:
        """Return the regular file of that name; Refusal E-PATH if it lies elsewhere or is none."""
        if not name or "\\" in name or ":" in name or name[0] in "/~$" or "\0" in name:
            raise Refusal("E-PATH", "must be a path relative to this file", got=name, try_="data/file.csv")
        try:
            found = (self.here / name).resolve()
            is_inside, is_file = found.is_relative_to(self.root.resolve()), found.is_file()
        except (OSError, RuntimeError) as error:  # a name too long, a link to itself
            raise Refusal("E-PATH", "cannot be a file", got=name) from error
        if not is_inside:
            raise Refusal("E-PATH", "lies outside the folder of the scenario", got=name)
        if not is_file:
            raise Refusal("E-PATH", "no such file", got=name)
        return found


class Stamp(NamedTuple):
    """A row's place in time: date, clock time as seconds after midnight, and offset from UTC such as ``+02:00``."""

    date: datetime.date
    at: float
    offset: str = ""  # of an expected stamp: the clock's then, empty without a time zone; of a row: empty unless written


class Table(NamedTuple):
    """The rows of a CSV, or of a sheet, by column name; `numbers` are the rows' own, where they are not 2, 3, ..."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()

    def column(self, name: str) -> int:
        """Return the place of a column; E-CSV with the names there are."""
        if name not in self.header:
            near = nearest(name, self.header)
            what = f"{self.name} has no column {shown(name)}; it has {', '.join(map(shown, self.header[:20]))}"
            raise Refusal("E-CSV", what, try_=near)
        return self.header.index(name)

    def cells(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the row number in the file (header is 1) and the cells of these columns."""
        places = [self.column(column) for column in columns]
        for number, row in zip(self.numbers or itertools.count(2), self.rows, strict=False):
            if len(row) != len(self.header):
                raise Refusal("E-CSV", f"{self.name} row {number} has {len(row)} cells, the header {len(self.header)}")
            yield number, tuple(row[i].strip() for i in places)

    def read_cell(self, row: int, column: str, cell: str, parse: Callable[[Plain], float]) -> float:
        """Return what `parse` makes of a cell; E-CSV naming row and column."""
        try:
            return parse(Plain(cell))
        except Refusal as refusal:
            what = f"{self.name} row {row}, column {column}: {refusal.what if cell else 'is blank'}"
            raise Refusal("E-CSV", what, got=cell, try_=refusal.try_) from None


def read_table(folder: Folder, name: str) -> Table:
    """Return the table of a CSV file with a header; delimiter comma, semicolon, tab or bar."""
    return table_of(folder.find(name), name)


def table_of(path: Path, name: str, *, days: bool = False) -> Table:
    """Return the table of a CSV file; `name` is what messages call it, with `days` columns may be dates. Refusal if none."""
    try:
        text = decode(_content(path), name, MOST_BYTES)
    except Unreadable as error:
        raise Refusal(error.problem.code, f"{name}: {error.problem.what}", allowed=error.problem.allowed) from None
    except OSError as error:
        raise Refusal("E-PATH", f"cannot be read ({error.strerror})", got=name) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise Refusal("E-CSV", f"{name} is no CSV: {error}") from None
    if not rows:
        raise Refusal("E-CSV", f"{name} is empty")
    header = tuple(cell.strip() for cell in rows[0])
    names = [cell for cell in header if not (days and re.fullmatch(r"\d{4}-\d\d-\d\d", cell))]
    if any(re.fullmatch(r"[-+.\d]*\d[-+.\d]*", cell) for cell in names) or len(set(header)) < len(header):
        raise Refusal("E-CSV", f"{name} needs a header row with one name per column")
    return Table(name, header, tuple(rows[1:]))


def _content(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def by_interval(
    table: Table,
    columns: tuple[str, str, str],
    expected: Sequence[Stamp],
    parse: Callable[[Plain], float],
    why_not: Callable[[datetime.date], tuple[str, str]] = lambda _: ("", ""),
) -> dict[Stamp, float]:
    """Return one number for each expected stamp.

    Parameters
    ----------
    table : Table
    columns : tuple of str
        Names of the columns with date, time and value.
    expected : sequence of Stamp
        Every open interval.
    parse : callable
        Cell to number; raises Refusal.
    why_not : callable
        Date of a row that is not expected to why not, and what to do about it; empty texts where there is nothing to say.
    """
    found: dict[Stamp, float] = {}
    wanted: dict[tuple[datetime.date, float], list[Stamp]] = {}
    for stamp in expected:
        wanted.setdefault((stamp.date, stamp.at), []).append(stamp)
    extra: list[Stamp] = []
    for row, (date, time, cell) in table.cells(*columns):
        written = _stamp(table, row, date, time)
        meant = [one for one in wanted.get((written.date, written.at), []) if written.offset in ("", one.offset)]
        if len(meant) > 1:
            clocks = " and ".join(f"{units.format_clock(one.at)}{one.offset}" for one in meant)
            what = f"{table.name} row {row}: {_show(written)} comes twice, since the clocks are put back"
            raise Refusal("E-CSV-STAMP", what, try_=clocks)
        stamp = meant[0] if meant else written
        if stamp in found:
            raise Refusal("E-CSV", f"{table.name} row {row}: {_show(stamp)} is there twice")
        if not meant:
            extra.append(stamp)
        found[stamp] = table.read_cell(row, columns[2], cell, parse)
    missing = [_show(stamp) for stamp in expected if stamp not in found]
    if missing:
        raise Refusal("E-CSV-STAMP", f"{table.name} lacks {len(missing)} of {len(expected)} open intervals: {_some(missing)}")
    if extra:
        reasons = (why_not(stamp.date) for stamp in extra)
        why, try_ = next((reason for reason in reasons if reason[0]), ("", ""))
        count = f"{len(extra)} row{'s' * (len(extra) != 1)}"
        what = f"{table.name} has {count} outside the open intervals: {_some([_show(stamp) for stamp in extra])}"
        raise Refusal("E-CSV-STAMP", what + (f"; {why}" if why else ""), try_=try_)
    return found


def replay_stamp(text: str, start: datetime.date) -> Stamp:
    """Return what an ISO date and time says, or a clock time of the first day; either with an offset from UTC or without."""
    time, offset = _without_offset(text)
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", time):
        return Stamp(start, units.parse_clock(time), offset)
    date, _, clock = time.replace("T", " ").partition(" ")
    return Stamp(units.parse_date(date), units.parse_clock(clock.strip()), offset)


def _without_offset(text: str) -> tuple[str, str]:
    """Return a time and the offset from UTC written behind it, such as ``+02:00``, or an empty text."""
    found = re.fullmatch(r"(.*\d:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*([-+]\d{2}:\d{2})", text.strip())
    return (found[1], found[2]) if found else (text, "")


def parse_seconds(unit: str, low: float = 0.0) -> Callable[[Plain], float]:
    """Return the reader of a cell that holds a time in `unit` (s or min), at least `low`, without the unit."""
    scale = {"s": 1.0, "min": units.MINUTE}[unit]

    def parse(cell: Plain) -> float:
        return units.parse_number(cell, low=low, high=units.LONGEST) * scale

    return parse


def _stamp(table: Table, row: int, date: str, time: str) -> Stamp:
    try:
        clock, offset = _without_offset(time)
        at = units.parse_clock(clock)
        return Stamp(units.parse_date(date), at, offset)
    except Refusal as refusal:
        raise Refusal(
            "E-CSV", f"{table.name} row {row}: {refusal.what}", got=f"{date} {time}", try_="2026-03-02 and 08:30"
        ) from None


def _show(stamp: Stamp) -> str:
    return f"{stamp.date} {units.format_clock(stamp.at)}"


def _some(texts: list[str]) -> str:
    return ", ".join(texts[:MOST_TOLD]) + (", ..." if len(texts) > MOST_TOLD else "")
