"""YAML text -> plain data with the position of every key and value; nothing is interpreted here.

The parser's events are walked by hand, not composed into nodes or Python objects: so a scalar stays the text that was
written (PyYAML would read 22:30 as 1350, 010 as 8, NO as False), duplicate keys, aliases and tags are refused where
they stand, and a file that nests too deeply or holds too much is dropped before it costs anything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import yaml

from ccsim.errors import Problem, Refusal, shown
from ccsim.units import Plain

MOST_BYTES = 5_000_000
MOST_DEPTH = 64
MOST_NODES = 200_000
MOST_SHOWN = 100  # characters of one name in a message

_NULLS = ("", "~", "null", "Null", "NULL")  # YAML 1.2 core

Path = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True)
class Position:
    """Where something is written; line and column count from 1."""

    file: str
    line: int
    col: int
    width: int = 1


@dataclasses.dataclass
class Document:
    """Plain data (dict, list, `Plain`, str, None) and where each path of it is written."""

    data: Any
    values: dict[Path, Position] = dataclasses.field(default_factory=dict)
    keys: dict[Path, Position] = dataclasses.field(default_factory=dict)
    folders: dict[str, FilePath] = dataclasses.field(default_factory=dict)  # of each file read, where its relative paths start

    def known(self, path: Path) -> Path:
        """Return the part of `path` that is written, skipping parts that are not (short forms, union tags)."""
        found: Path = ()
        for part in path:
            if (*found, part) in self.values:
                found = (*found, part)
        return found

    def forget(self, path: Path) -> None:
        """Drop the positions of a path and of all below it; call it before the data there changes."""
        for known in _paths(path, self.at(path)):
            self.values.pop(known, None)
            self.keys.pop(known, None)

    def adopt(self, path: Path, other: Document, other_path: Path = ()) -> None:
        """Take over the positions another document has at `other_path` and below."""
        for known in _paths(other_path, other.at(other_path)):
            for mine, theirs in ((self.values, other.values), (self.keys, other.keys)):
                if known in theirs:
                    mine[path + known[len(other_path) :]] = theirs[known]

    def at(self, path: Path) -> Any:
        """Return the data at a path, None where there is none."""
        value = self.data
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def copy(self) -> Document:
        """Return a document whose containers may be changed without changing this one."""
        return Document(copied(self.data), dict(self.values), dict(self.keys), self.folders)


def _paths(path: Path, value: Any) -> Iterator[Path]:
    """Yield a path and all paths below it."""
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths((*path, key), item)


def copied(value: Any) -> Any:
    """Return plain data with fresh containers and the same scalars."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list | tuple) else value


class Unreadable(Exception):
    """The text cannot be read on: carries the problem that ends it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def decode(content: bytes, file: str, most: int = MOST_BYTES) -> str:
    """Return the text of a file, which must be UTF-8 and not larger than `most` bytes."""
    if len(content) > most:
        raise _unreadable(file, "E-FILE-SIZE", "is too large", allowed=f"at most {most:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file, "E-ENCODING", f"is not UTF-8 at byte {error.start}", try_="save it as UTF-8") from None


def parse(text: str, file: str, problems: list[Problem]) -> Document:
    """Return the one document of a YAML text.

    Parameters
    ----------
    text : str
    file : str
        Name for the positions.
    problems : list of Problem
        Duplicate keys and other mistakes one can read past are appended.

    Raises
    ------
    Unreadable
        For anything one cannot read past.
    """
    return _Reader(file, problems).read(text)


def parse_value(text: str, file: str, column: int) -> Document:
    """Return a YAML value given on the command line; its positions name `file`, line 1, from `column` on."""
    problems: list[Problem] = []
    try:
        document = _Reader(file, problems).read(text or "~")
    except Unreadable as error:
        problems.append(error.problem)
    if problems:
        raise Unreadable(dataclasses.replace(problems[0], line=1, col=_shifted(problems[0], column)))
    for table in (document.values, document.keys):
        for path, at in table.items():
            table[path] = dataclasses.replace(at, col=_shifted(at, column), line=1)
    return document


def _shifted(at: Position | Problem, column: int) -> int:
    """Return the column in a command-line argument whose value starts at `column`."""
    return at.col + column - 1 if at.line == 1 else column


class _Reader:
    """One pass over the events of a YAML text."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems
        self.document = Document(None)
        self.nodes = 0
        self.open: list[_Container] = []

    def read(self, text: str) -> Document:
        """Return the document; see `parse`."""
        documents = 0
        try:
            for event in _events(text):
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        raise self._stop(event, "E-YAML-MULTI", "holds more than one document", try_="one file per scenario")
                elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                    self._take(event)
        except yaml.YAMLError as error:
            raise self._syntax(error) from None
        return self.document

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
            return
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._stop(event, "E-YAML-ALIAS", "anchors and aliases are not read", try_="write the value out")
        if event.tag is not None:
            raise self._stop(event, "E-YAML-TAG", "tags are not read", got=event.tag)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._stop(event, "E-LIMIT", "holds too many values", allowed=f"at most {MOST_NODES:,}")
        if self.open and self.open[-1].wants_key():
            self._key(event)
            return
        value = (
            _scalar(event) if isinstance(event, yaml.ScalarEvent) else {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        path = self._place(value)
        self.document.values[path] = self._position(event)
        if not isinstance(event, yaml.ScalarEvent):
            self.open.append(_Container(path, value))
            if len(self.open) > MOST_DEPTH:
                raise self._stop(event, "E-YAML-DEPTH", "nests too deeply", allowed=f"at most {MOST_DEPTH} levels")

    def _key(self, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._stop(event, "E-KEY-TYPE", "a key must be a word")
        container, key = self.open[-1], str(event.value)
        path, at = (*container.path, key), self._position(event)
        container.key = key
        if key in container.value:
            first = self.document.keys[path]
            what = f"is written twice, first in line {first.line}"
            self.problems.append(_problem("E-YAML-DUP", dotted(path), what, at))
        else:
            self.document.keys[path] = at

    def _place(self, value: Any) -> Path:
        """Put a value where it belongs and return its path."""
        if not self.open:
            self.document.data = value
            return ()
        container = self.open[-1]
        if isinstance(container.value, list):
            container.value.append(value)
            return (*container.path, len(container.value) - 1)
        assert container.key is not None
        key, container.key = container.key, None
        container.value[key] = value
        return (*container.path, key)

    def _position(self, event: Any) -> Position:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        return Position(self.file, start.line + 1, start.column + 1, max(1, width))

    def _stop(self, event: Any, code: str, what: str, **more: Any) -> Unreadable:
        path = dotted(self.open[-1].path) if self.open else ""
        return Unreadable(_problem(code, path, what, self._position(event), **more))

    def _syntax(self, error: yaml.YAMLError) -> Unreadable:
        mark = getattr(error, "problem_mark", None)
        what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "is not YAML")
        if "undefined alias" in what:
            return Unreadable(_problem("E-YAML-ALIAS", "", what, self._mark(mark)))
        hint = "indent with spaces" if "\\t" in what or "token" in what else ""
        return Unreadable(_problem("E-YAML-SYNTAX", "", what, self._mark(mark), try_=hint))

    def _mark(self, mark: Any) -> Position:
        return Position(self.file, mark.line + 1, mark.column + 1) if mark else Position(self.file, 0, 0)


@dataclasses.dataclass
class _Container:
    """A map or list being filled."""

    path: Path
    value: Any
    key: str | None = None

    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


def dotted(path: Path) -> str:
    """Return a path as it is written in messages and overrides; an endless name is cut short."""
    parts = [str(part) for part in path]
    return ".".join(part if len(part) <= MOST_SHOWN else part[: MOST_SHOWN - 3] + "..." for part in parts)


def problem_at(document: Document, path: Path, refusal: Refusal) -> Problem:
    """Return the problem a refusal makes of a path, at the nearest place that is written."""
    said = (refusal.code, refusal.what, refusal.got, refusal.allowed, refusal.try_)
    return problem(document, (*path, *refusal.at), *said, key=refusal.code == "E-NOT-YET" or path[-1:] == ("[key]",))


def problem(
    document: Document,
    path: Path,
    code: str,
    what: str,
    got: str = "",
    allowed: str = "",
    try_: str = "",
    key: bool = False,
) -> Problem:
    """Return a problem with the nearest path that is written; of its key if `key`, else of its value."""
    known = document.known(path)
    at = document.keys.get(known) if key else None
    at = at or document.values.get(known) or Position("", 0, 0)
    return Problem(code, dotted(known or path), what, got, allowed, try_, at.file, at.line, at.col, at.width)


def _problem(code: str, path: str, what: str, at: Position, got: object = None, allowed: str = "", try_: str = "") -> Problem:
    said = "" if got is None else shown(got)
    return Problem(code, path, what, said, allowed, try_, at.file, at.line, at.col, at.width)


def _unreadable(file: str, code: str, what: str, **more: Any) -> Unreadable:
    return Unreadable(_problem(code, "", what, Position(file, 0, 0), **more))


def _scalar(event: Any) -> Any:
    if event.style is None or event.style == "":
        return None if event.value in _NULLS else Plain(event.value)
    return str(event.value)


def _events(text: str) -> Iterator[Any]:
    """Yield the parser's events: from libyaml where PyYAML was built with it, else from the Python parser."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)
