"""A staffing plan in a CSV or Excel file -> the scenario with these agents: what a planner's spreadsheet says, cell by cell.

Two forms, told apart by their columns. `Date`, `Time` and one column for each team: agents in every open interval (a weekday in
the place of a date, or no date column, holds for all such days). `Team`, `Shift` and one column for each day: how many work
each of the scenario's shifts. Teams that the plan does not name stay as they are. Called by `ccsim compare --plan` and in
notebooks; every message says file, sheet, row and column.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ccsim import units
from ccsim.errors import Problem, Refusal, ScenarioError, nearest, shown
from ccsim.scenario import resolve
from ccsim.scenario.files import MOST_BYTES, Stamp, Table, by_interval, table_of
from ccsim.scenario.model import Scenario
from ccsim.scenario.settle import stamps_of

__all__ = ["read_plan"]

MOST_ROWS, MOST_COLUMNS = 200_000, 500
_DATES = ("date", "day", "weekday")
_TIMES = ("time", "interval", "start", "from")
_COUNTS = ("agents", "count", "number", "headcount")
_FORMS = ("headcount", "staffing", "shifts", "roster", "capacity")
_agents = partial(units.parse_integer, low=0, high=100_000)


class _Columns(NamedTuple):
    """Names of the columns as they are written; empty where there is none."""

    date: str
    time: str
    team: str
    shift: str
    agents: str


def read_plan(scenario: Scenario, path: str | Path, sheet: str = "") -> Scenario:
    """Return the scenario with the agents of a plan, named after its file.

    Parameters
    ----------
    path : path
        Of a .csv or .xlsx file.
    sheet : str
        Of a workbook; its first one if empty.

    Raises
    ------
    ScenarioError
        With every cell that cannot be meant.

    Notes
    -----
    Agents by interval are `scheduled` ones, of whom the team's shrinkage takes its part; where the scenario itself gives a team
    on the phones, or a vendor's capacity, the plan does so, too.
    """
    path = Path(path)
    if scenario.run.mode == "steady":
        raise _problem(Refusal("E-PLAN", "a steady run has no days to plan", got=str(path)))
    try:
        table = _sheet(path, sheet) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path, sheet)
        columns = _columns(table)
        changes = _shift_counts(scenario, table, columns) if columns.shift else _intervals(scenario, table, columns)
    except Refusal as refusal:
        raise _problem(refusal) from None
    name = path.stem + (f" {sheet}" if sheet else "")
    return scenario.with_(changes, name=name)


def _problem(refusal: Refusal) -> ScenarioError:
    return ScenarioError([Problem(refusal.code, "", refusal.what, refusal.got, refusal.allowed, refusal.try_)])


# -------------------------------------------------------------------------------- files


def _csv(path: Path, sheet: str) -> Table:
    if sheet:
        raise Refusal("E-PLAN", f"{path.name} is no workbook, it has no sheets", got=sheet)
    if not path.is_file():
        raise Refusal("E-FILE", "no such file", got=str(path))
    return table_of(path, path.name, days=True)


def _sheet(path: Path, sheet: str) -> Table:
    """The table of a worksheet: the first row with anything in it is the header."""
    try:
        import openpyxl
    except ImportError:
        raise Refusal(
            "E-PLAN", "openpyxl is not installed", got=path.name, try_="pip install 'ccsim[excel]', or a CSV"
        ) from None
    if not path.is_file():
        raise Refusal("E-FILE", "no such file", got=str(path))
    if path.stat().st_size > MOST_BYTES:
        raise Refusal("E-PLAN", f"{path.name} is too large", allowed=f"{MOST_BYTES:,} bytes")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # a stranger's file: openpyxl raises whatever its parsers raise
        raise Refusal(
            "E-PLAN", f"{path.name} is no workbook ({type(error).__name__})", try_="save it as .xlsx or .csv"
        ) from None
    try:
        names = book.sheetnames
        if sheet and sheet not in names:
            what = f"{path.name} has no sheet {shown(sheet)}; it has {', '.join(map(shown, names[:20]))}"
            raise Refusal("E-PLAN", what, try_=nearest(sheet, names))
        opened = book[sheet or names[0]]
        rows = list(itertools.islice(opened.iter_rows(max_col=MOST_COLUMNS, values_only=True), MOST_ROWS + 1))
    finally:
        book.close()
    name = f"{path.name} sheet {sheet or names[0]}"
    if len(rows) > MOST_ROWS:
        raise Refusal("E-PLAN", f"{name} has more than {MOST_ROWS:,} rows")
    return _as_table(name, [tuple(_text(cell) for cell in row) for row in rows])


def _as_table(name: str, rows: Sequence[tuple[str, ...]]) -> Table:
    written = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not written:
        raise Refusal("E-CSV", f"{name} is empty")
    header = list(written[0][1])
    while header and not header[-1]:
        header.pop()
    if "" in header or len(set(header)) < len(header):
        raise Refusal("E-CSV", f"{name} row {written[0][0]} needs a header with one name per column")
    width = len(header)
    for number, row in written[1:]:
        if any(row[width:]):
            raise Refusal("E-CSV", f"{name} row {number} has cells beyond the last column of the header")
    numbers = tuple(number for number, _ in written[1:])
    return Table(name, tuple(header), tuple(row[:width] + ("",) * (width - len(row)) for _, row in written[1:]), numbers)


def _text(cell: Any) -> str:
    """What a cell of a workbook says, as a CSV would hold it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return (
            f"{cell:%Y-%m-%d}"
            if cell.time() == datetime.time()
            else f"{cell:%H:%M}"
            if cell.year < 1905
            else f"{cell:%Y-%m-%d %H:%M}"
        )
    if isinstance(cell, datetime.time):
        return f"{cell:%H:%M}"
    if isinstance(cell, datetime.timedelta):
        return units.format_clock(cell.total_seconds())
    if isinstance(cell, float):
        return units.format_number(cell)
    return str(cell).strip()


def _columns(table: Table) -> _Columns:
    """Which columns say when, who and how many; case does not matter."""

    def named(*words: str) -> str:
        return next((column for column in table.header if column.strip().lower() in words), "")

    found = _Columns(named(*_DATES), named(*_TIMES), named("team"), named("shift"), named(*_COUNTS))
    if found.shift and not found.team:
        raise Refusal(
            "E-CSV", f"{table.name} has a column {shown(found.shift)}, but none for the team", try_="Team, Shift, mon, tue, ..."
        )
    if not found.shift and not found.time:
        what = f"{table.name} has neither a time nor a shift column; it has {', '.join(map(shown, table.header[:20]))}"
        raise Refusal("E-CSV", what, try_="Date, Time and one column per team; or Team, Shift and one per day")
    return found


# -------------------------------------------------------------------------------- agents by interval


def _intervals(scenario: Scenario, table: Table, columns: _Columns) -> dict[str, Any]:
    days = resolve.open_days_of_horizon(scenario)
    stamps = {day: stamps_of(scenario, day) for day in days}
    dated, date = table, columns.date
    if not columns.date or not _is_dated(table, columns.date):
        dated, date = _every_day(table, columns, stamps), "date"
    names = [column for column in table.header if column not in (columns.date, columns.time)]
    expected = [stamp for day in days for stamp in stamps[day]]
    changes: dict[str, Any] = {}
    for column in names:
        team = _team(scenario, column, table)
        found = by_interval(dated, (date, columns.time, column), expected, _agents)
        by_day = {str(day.date): {"per_interval": [int(found[stamp]) for stamp in stamps[day]]} for day in days}
        changes |= _staffed(scenario, team, by_day)
    if not names:
        raise Refusal("E-CSV", f"{table.name} has no column of a team", allowed=", ".join(scenario.agents))
    return changes


def _is_dated(table: Table, column: str) -> bool:
    """True if the first cell is a date; the others must be, too."""
    first = next((cell for _, (cell,) in table.cells(column)), "")
    return first[:4].isdigit()


def _every_day(table: Table, columns: _Columns, stamps: dict[resolve.OpenDay, list[Stamp]]) -> Table:
    """The table with a row for each open interval its rows stand for, dates in a column `date`; rows keep their numbers."""
    expected = [stamp for own in stamps.values() for stamp in own]
    others = [column for column in table.header if column not in (columns.date, columns.time)]
    rows, numbers = [], []
    for row, (day, time, *cells) in table.cells(columns.date or columns.time, columns.time, *others):
        try:
            at = units.parse_clock(time)
        except Refusal as refusal:
            where = f"{table.name} row {row}, column {columns.time}"
            raise Refusal("E-CSV", f"{where}: {refusal.what}", got=time, try_="08:30") from None
        meant = [
            one for one in expected if one.at == at and (not columns.date or _is_on(table, row, columns.date, day, one.date))
        ]
        if not meant:
            raise Refusal("E-CSV-STAMP", f"{table.name} row {row}: no open interval begins then", got=f"{day} {time}")
        for one in meant:
            again = sum(other[:2] == one[:2] for other in meant) > 1  # the hour that comes twice
            rows.append((str(one.date), time + (one.offset if again else ""), *cells))
            numbers.append(row)
    return Table(table.name, ("date", columns.time, *others), tuple(rows), tuple(numbers))


def _is_on(table: Table, row: int, column: str, day: str, date: datetime.date) -> bool:
    try:
        named = units.parse_day_key(units.short_weekday(day) or day)
    except Refusal as refusal:
        raise Refusal(
            "E-CSV", f"{table.name} row {row}, column {column}: {refusal.what}", got=day, allowed=refusal.allowed
        ) from None
    return named is None or (date.weekday() in named if isinstance(named, frozenset) else named == date)


def _staffed(scenario: Scenario, team: str, by_day: dict[str, Any]) -> dict[str, Any]:
    """The changes that give a team these agents by interval, in the place of whatever it has."""
    people = scenario.agents[team]
    is_net = people.capacity is not None or (people.staffing is not None and people.staffing.on_phones is not None)
    staffing: dict[str, Any] = {"on_phones" if is_net else "scheduled": by_day}
    if is_net and people.staffing is not None and people.staffing.paid_per_phone_hour is not None:
        staffing["paid_per_phone_hour"] = people.staffing.paid_per_phone_hour
    return _instead(scenario, team, "staffing", staffing)


def _instead(scenario: Scenario, team: str, form: str, value: Any) -> dict[str, Any]:
    people = scenario.agents[team]
    others = [other for other in _FORMS if other != form and getattr(people, other) is not None]
    return {f"agents.{team}.{form}": value, **{f"agents.{team}.{other}": None for other in others}}


def _team(scenario: Scenario, written: str, table: Table, row: int = 0, column: str = "") -> str:
    """The team that is meant, whatever its case; E-CSV with the teams there are."""
    for team in scenario.agents:
        if team.lower() == written.strip().lower():
            return team
    where = f"{table.name} row {row}, column {column}" if row else f"{table.name}, column {shown(written)}"
    raise Refusal(
        "E-CSV",
        f"{where}: no such team",
        got=written,
        allowed=", ".join(scenario.agents),
        try_=nearest(written, list(scenario.agents)),
    )


# -------------------------------------------------------------------------------- shift counts


def _shift_counts(scenario: Scenario, table: Table, columns: _Columns) -> dict[str, Any]:
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for row, column, team, shift, day, cell in _cells(table, columns):
        name = _team(scenario, team, table, row, columns.team)
        if shift not in scenario.shifts:
            where = f"{table.name} row {row}, column {columns.shift}"
            raise Refusal(
                "E-CSV",
                f"{where}: no such shift",
                got=shift,
                allowed=", ".join(scenario.shifts),
                try_=nearest(shift, list(scenario.shifts)),
            )
        own = counts.setdefault(name, {}).setdefault(shift, {})
        key = _day_key(table, row, column, day)
        if key in own:
            raise Refusal("E-CSV", f"{table.name} row {row}, column {column}: {shift} of {name} on {key} is there twice")
        if cell:
            own[key] = int(table.read_cell(row, column, cell, _agents))
    if not counts:
        raise Refusal("E-CSV", f"{table.name} has no rows")
    changes: dict[str, Any] = {}
    for team, shifts in counts.items():
        changes |= _instead(scenario, team, "shifts", {shift: by_day for shift, by_day in shifts.items() if by_day})
    return changes


def _cells(table: Table, columns: _Columns) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Row, column, team, shift, day and count of each cell, from one row per day or one column per day."""
    if columns.date and columns.agents:
        for row, (team, shift, day, cell) in table.cells(columns.team, columns.shift, columns.date, columns.agents):
            yield row, columns.agents, team, shift, day, cell
        return
    days = [column for column in table.header if column not in (columns.team, columns.shift)]
    if not days:
        raise Refusal("E-CSV", f"{table.name} has no column of a day", try_="Team, Shift, mon, tue, ...")
    for row, (team, shift, *cells) in table.cells(columns.team, columns.shift, *days):
        for day, cell in zip(days, cells, strict=True):
            yield row, day, team, shift, day, cell


def _day_key(table: Table, row: int, column: str, day: str) -> str:
    key = units.short_weekday(day) or day.strip().lower()
    try:
        units.parse_day_key(key)
    except Refusal as refusal:
        where = f"{table.name} row {row}, column {column}"
        raise Refusal("E-CSV", f"{where}: {refusal.what}", got=day, allowed=refusal.allowed, try_=refusal.try_) from None
    return key
