"""A `Result` -> the page a manager reads on a terminal: the verdict first, then figures, then how they were made.

Two ranges are never mixed: ± is the simulation error of a mean and shrinks with replications; the range of days is what one
will live through and does not. Everything is read from the result; nothing is simulated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ccsim.report import numbers, staffing, verdicts
from ccsim.report.evidence import hangs_on
from ccsim.report.figures import figures, formulas, has_days, neighbour_lines, textbook_lines
from ccsim.report.index import Index, shown, shown_error
from ccsim.report.parts import interval_scopes, interval_table, parts
from ccsim.report.provenance import provenance, what_if_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ccsim.experiment import Result

__all__ = ["print_result"]

_STYLE = {"met": "green", "missed": "bold red", "undecided": "yellow"}

_LEAST_LABEL = 20
"""Characters for what a figure is; longer ones are wrapped where room is scarce."""


def print_result(result: Result, console: Console, intervals: bool = False) -> None:
    """Print verdicts, figures, neighbours, the parts of the centre and how the numbers were made.

    Parameters
    ----------
    intervals : bool
        Also the table of every interval.
    """
    index, by_interval = Index(result.estimates), staffing.staffing_index(result)
    _print_verdicts(result, staffing.short_line(result, by_interval), console)
    for line in hangs_on(result.scenario):
        console.print(line)
    console.print()
    _print_figures(result, index, console)
    for line in (*formulas(result), *textbook_lines(result, index), *neighbour_lines(result)):
        console.print(line)
    if (table := staffing.by_day(result, index, by_interval)) is not None:
        console.print()
        console.print(table)
    for table in parts(result, index, console.width):
        console.print()
        console.print(table)
    if intervals:
        found = Index(result.accumulator.estimates(result.scenario.run.confidence, scopes=interval_scopes(result)))
        names = result.names
        places = [{}, *({"queue": name} for name in names.queues if len(names.queues) > 1)]
        places += [{"team": name} for name in names.teams if len(names.teams) > 1]
        for scope in places:
            console.print()
            console.print(interval_table(result, found, scope, console.width))
    console.print()
    for line in (*provenance(result), *what_if_lines(result)):
        console.print(line)


def _print_verdicts(result: Result, short: str, console: Console) -> None:
    """Print the name, then each target with its answer and what is short, the words hanging under each other."""
    from rich.table import Table
    from rich.text import Text

    scenario = result.scenario
    console.print(scenario.name, style="bold")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for verdict in result.targets:
        words = verdicts.sentence(verdict, scenario.days, scenario.interval, scenario.run.mode == "steady")
        table.add_row(Text(verdict.verdict.upper(), style=_STYLE[verdict.verdict]), Text(words))
    if not result.targets:
        table.add_row("", "no target")
    if short:
        table.add_row(Text("SHORT", style=_STYLE["undecided"]), Text(short))
    console.print(table)


def _print_figures(result: Result, index: Index, console: Console) -> None:
    """Print one table; where that would be cut, the range of days and the textbook stand below in tables of their own."""
    found = list(figures(result, index))
    parts: list[dict[str, list[str]]] = [
        {
            "simulated": [shown(figure.estimate.value, figure.estimate.unit) for figure in found],
            "±": [shown_error(figure.estimate) for figure in found],
        },
        {"days P10 to P90": [figure.days for figure in found]} if has_days(result) else {},
        {column.label: [figure.beside[place] for figure in found] for place, column in enumerate(result.textbook)},
    ]
    labels = [figure.label for figure in found]
    head = f"n = {numbers.plural(result.replications, 'replication')}"
    all_columns = {name: cells for part in parts for name, cells in part.items()}
    width = _LEAST_LABEL + sum(2 + max(map(len, (name, *cells))) for name, cells in all_columns.items())
    if width <= console.width:
        parts = [all_columns]
    for place, part in enumerate(part for part in parts if part):
        if place:
            console.print()
        console.print(_figure_table(head if place == 0 else "", labels, part, everything=place == 0))


def _figure_table(head: str, labels: Sequence[str], columns: Mapping[str, Sequence[str]], everything: bool = True) -> Table:
    """Return figures with these columns; without `everything` only those of which some column says something."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(head, min_width=_LEAST_LABEL)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for label, *cells in zip(labels, *columns.values(), strict=True):
        if everything or any(cells):
            table.add_row(label, *cells)
    return table
