"""What every verb prints with: errors to stderr, one JSON object or tables to stdout.

rich is imported only when a table or a bar is drawn. Names in a scenario are a stranger's text: markup is off.
"""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from ccsim.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from rich.console import Console

FORMAT = 1  # of every JSON object; raised when a field changes its meaning
WIDTH_OF_A_FILE = 110  # columns of tables that go to a file or a pipe


def print_problems(problems: Sequence[Problem]) -> None:
    """Write problems to stderr, one line each, with the line of the file below on a terminal."""
    if problems:
        click.echo(ScenarioError(problems).text(carets=sys.stderr.isatty()), err=True)


def message(text: str) -> None:
    """Write a line to stderr."""
    click.echo(text, err=True)


def print_json(content: dict[str, Any]) -> None:
    """Write one JSON object to stdout."""
    click.echo(json_text(content))


def json_text(content: dict[str, Any]) -> str:
    """Return one JSON object with its format; what is no number (nan, infinity) becomes null."""
    return json.dumps({"format": FORMAT, **_finite(content)}, indent=2, allow_nan=False)


def problem_fields(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON fields, those of the printed line."""
    return {
        "code": problem.code,
        "path": problem.path,
        "what": problem.what,
        "got": problem.got,
        "allowed": problem.allowed,
        "try": problem.try_,
        "file": problem.file,
        "line": problem.line,
        "col": problem.col,
    }


def console(stream: TextIO | None = None) -> Console:
    """Return a rich console on stdout, or on `stream`: colour only on a terminal and without NO_COLOR."""
    from rich.console import Console

    stream = stream or sys.stdout or io.StringIO()  # None: the caller has closed it
    width = shutil.get_terminal_size((WIDTH_OF_A_FILE, 24)).columns  # COLUMNS, else the terminal, else a file's width
    plain = not stream.isatty()
    return Console(
        file=_Trimmed(stream) if plain else stream,  # type: ignore[arg-type]  # rich only writes and flushes
        width=max(40, width),
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        no_color=True if plain else None,
        force_terminal=False if plain else None,
    )


class _Trimmed:
    """A stream that drops the blanks with which tables fill up their lines: in a file they are noise."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write whole lines without trailing blanks."""
        return self._stream.write(re.sub(r" +(?=\n)", "", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float):  # numpy's too
        return float(value) if math.isfinite(value) else None
    return value
