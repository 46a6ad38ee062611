"""A file, text or dict -> a checked `Scenario`, or every problem of it in one pass.

`load` raises, `check` reports; both read the YAML with positions, merge what it extends, apply overrides, build the
models, read the CSV files, cross-check, and try each ``what_if``. Nothing is written, nothing outside the scenario's
folder is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from pydantic import ValidationError

from ccsim.errors import Problem, Refusal, ScenarioError, nearest, shown
from ccsim.scenario import overrides as changes
from ccsim.scenario.document import (
    MOST_BYTES,
    Document,
    Path,
    Position,
    Unreadable,
    copied,
    decode,
    dotted,
    parse,
    problem,
    problem_at,
)
from ccsim.scenario.doubts import doubts
from ccsim.scenario.files import Folder
from ccsim.scenario.model import Scenario, WhatIf, is_long_what_if
from ccsim.scenario.payroll import kept, lever
from ccsim.scenario.places import allowed_keys
from ccsim.scenario.settle import fill_in, read_files
from ccsim.scenario.validate import check_calendar, check_sums, cross_check
from ccsim.units import Plain

TRADE_WORDS = {"aht": "handle", "acw": "wrap", "att": "talk"}  # what else people call a key
DEEPEST_CHAIN = 20  # files that extend each other


class Checked(NamedTuple):
    """What a check found: the scenario if it can run, all problems, all warnings."""

    scenario: Scenario | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Origin:
    """What was written and where: all that is needed to change a scenario and check it again."""

    document: Document
    root: FilePath
    warnings: tuple[Problem, ...] = ()

    def __eq__(self, other: object) -> bool:  # two scenarios are equal when they mean the same, wherever written
        return isinstance(other, Origin)

    def folder_of(self, path: Path) -> Folder:
        """Return where relative paths written at `path` start."""
        at = self.document.values.get(self.document.known(path))
        return Folder(self.document.folders.get(at.file, self.root) if at else self.root, self.root)


# -------------------------------------------------------------------------------- ways in


def load(path: str | FilePath, overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario of a YAML file.

    Parameters
    ----------
    path : path
    overrides : sequence of str
        Settings such as ``calls.*.scale*=110%``, applied left to right.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    return _or_raise(check(path, overrides))


def check(path: str | FilePath, overrides: Sequence[str] = ()) -> Checked:
    """Return what is right and wrong with a YAML file; see `load`."""
    return _check_file(str(path), None, FilePath(path).absolute().parent, overrides)


def check_text(text: str, file: str = "<text>", folder: str | FilePath = ".", overrides: Sequence[str] = ()) -> Checked:
    """Return what is right and wrong with YAML text; `file` names it in messages, paths are relative to `folder`."""
    return _check_file(file, text.encode(), FilePath(folder).absolute(), overrides)


def from_dict(content: Mapping[str, Any], folder: str | FilePath = ".") -> Scenario:
    """Return the scenario of a dict with the keys of the YAML format; paths in it are relative to `folder`."""
    if not isinstance(content, Mapping):
        raise ScenarioError([Problem("E-TYPE-TOP", "", "a scenario is a map of keys", shown(content))])
    document = Document(copied(dict(content)))
    _index(document, (), document.data)
    problems: list[Problem] = []
    root = FilePath(folder).absolute()
    try:
        document = _with_bases(document, root, root, [], problems)
    except Unreadable as error:
        raise ScenarioError([*problems, error.problem]) from None
    return _or_raise(_check(document, root, [], problems))


def _check_file(file: str, content: bytes | None, root: FilePath, overrides: Sequence[str]) -> Checked:
    problems: list[Problem] = []
    try:
        document = _read(file, content, root / FilePath(file).name, root, [], problems)
    except Unreadable as error:
        return Checked(None, (*problems, error.problem), ())
    return _check(document, root, [_setting(text, problems) for text in overrides], problems)


def change(scenario: Scenario, overrides: Mapping[str, Any], name: str | None = None) -> Scenario:
    """Return a scenario with dotted paths set; see `Scenario.with_`."""
    given = {**overrides, **({"name": name} if name is not None else {})}
    return _changed(scenario, given.items())


def variant(scenario: Scenario, name: str, also: Mapping[str, Any]) -> Scenario:
    """Return what one entry of `what_if` describes; see `Scenario.variant`."""
    entry = scenario.what_if[name]
    settings = [*_changes_of(scenario.what_if, name), *also.items(), ("what_if", None), ("name", name)]
    path = entry.keep_payroll_by
    if path is None:
        return _changed(scenario, settings)
    assert scenario._origin is not None, "only a loaded scenario can be changed"
    document = scenario._origin.document.copy()
    for override in _written(settings):
        changes.apply(document, override)
    start = lever(document, path)
    plan, how = kept(scenario, lambda n: _changed(scenario, [*settings, (path, n)]), path, start, f"what_if.{name}")
    plan._equal_pay = how
    return plan


def _changes_of(what_if: Mapping[str, WhatIf], name: str) -> Iterator[tuple[str, Any]]:
    """Yield the changes of an entry in order, those of the entries it names first."""
    for other in what_if[name].also:
        yield from _changes_of(what_if, other)
    yield from what_if[name].set.items()


def _written(settings: Iterable[tuple[str, Any]]) -> list[changes.Override]:
    return [changes.written(path, copied(value), Document(None), ()) for path, value in settings]


def _changed(scenario: Scenario, settings: Iterable[tuple[str, Any]]) -> Scenario:
    origin = scenario._origin
    assert origin is not None, "only a loaded scenario can be changed"
    return _or_raise(_check(origin.document, origin.root, _written(settings), [], try_what_ifs=False))


def _or_raise(checked: Checked) -> Scenario:
    if checked.scenario is None:
        raise ScenarioError(checked.problems)
    return checked.scenario


# -------------------------------------------------------------------------------- reading and merging


def _read(
    file: str, content: bytes | None, path: FilePath, root: FilePath, chain: list[FilePath], problems: list[Problem]
) -> Document:
    """Return a file (or `content` in its place) merged over what it extends; `file` names it in messages."""
    document = parse(decode(_content(file, path) if content is None else content, file), file, problems)
    if document.data is None:
        raise Unreadable(Problem("E-EMPTY", "", "holds no scenario", file=file, line=1, col=1))
    if not isinstance(document.data, dict):
        raise Unreadable(problem(document, (), "E-TYPE-TOP", "a scenario is a map of keys", shown(document.data)))
    document.folders[file] = path.parent
    return _with_bases(document, path.parent, root, [*chain, path.resolve()], problems)


def _content(file: str, path: FilePath) -> bytes:
    if path.is_dir():
        raise Unreadable(Problem("E-FILE", "", "is a folder", shown(file), try_="a scenario file in it"))
    try:
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(Problem("E-FILE", "", f"cannot be read ({error.strerror})", shown(file))) from None
    raise Unreadable(Problem("E-FILE", "", "no such file", shown(file)))


def _with_bases(document: Document, here: FilePath, root: FilePath, chain: list[FilePath], problems: list[Problem]) -> Document:
    """Return a document merged over the files it extends; `chain` is how it was reached."""
    bases = document.data.get("extends")
    if bases is None:
        return document
    merged = Document({})
    for index, base in enumerate(bases if isinstance(bases, list) else [bases]):
        where: Path = ("extends", index) if isinstance(bases, list) else ("extends",)
        found = _base(document, where, base, Folder(here, root), chain)
        name = str(FilePath(document.values[where].file).parent / base)
        _merge(merged, _read(name, None, found, root, chain, problems))
    document.forget(("extends",))
    del document.data["extends"]
    _merge(merged, document)
    return merged


def _base(document: Document, where: Path, base: object, folder: Folder, chain: list[FilePath]) -> FilePath:
    """Return the file a scenario extends, refusing circles and what lies outside."""
    try:
        if not isinstance(base, str):
            raise Refusal("E-TYPE", "needs the path of a scenario file", got=base)
        found = folder.find(base)
    except Refusal as refusal:
        raise Unreadable(problem_at(document, where, refusal)) from None
    if found in chain:
        names = " -> ".join(link.name for link in [*chain, found])
        raise Unreadable(problem(document, where, "E-EXTENDS-CYCLE", f"goes round in a circle: {names}"))
    if len(chain) >= DEEPEST_CHAIN:
        raise Unreadable(problem(document, where, "E-EXTENDS-CYCLE", f"more than {DEEPEST_CHAIN} files extend each other"))
    return found


def _merge(below: Document, above: Document, path: Path = ()) -> None:
    """Lay one document over another: maps merge, scalars and lists replace, null removes."""
    below.folders.update(above.folders)
    holder, upper = below.at(path), above.at(path)
    for key, value in upper.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(holder.get(key), dict):
            below.keys[here], below.values[here] = above.keys[here], above.values[here]
            _merge(below, above, here)
            continue
        below.forget(here)
        if value is None and here != ("run", "seed"):
            holder.pop(key, None)
            continue
        holder[key] = copied(value)
        below.adopt(here, above, here)


def _setting(text: str, problems: list[Problem]) -> changes.Override | None:
    try:
        return changes.parse_setting(text)
    except Unreadable as error:
        problems.append(error.problem)
        return None


# -------------------------------------------------------------------------------- checking


def _check(
    document: Document,
    root: FilePath,
    overrides: Iterable[changes.Override | None],
    problems: list[Problem],
    try_what_ifs: bool = True,
) -> Checked:
    """Apply overrides to a copy of `document` and return what is right and wrong with the result."""
    document = document.copy()
    for override in overrides:
        if override is not None:
            _apply(document, override, problems)
    scenario, warnings = _build(document, root, problems)
    if scenario is not None and not problems and try_what_ifs:
        _try_what_ifs(document, root, problems)
    ordered = _sorted(problems)
    return Checked(None if problems else scenario, ordered, tuple(warnings))


def _apply(document: Document, override: changes.Override, problems: list[Problem]) -> None:
    try:
        changes.apply(document, override)
    except Unreadable as error:
        problems.append(error.problem)


def _build(document: Document, root: FilePath, problems: list[Problem]) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario of a merged document, adding to `problems`, and its warnings."""
    _refuse_blanks(document, problems)
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        problems += [_explained(document, detail) for detail in error.errors(include_url=False)]
        return None, []
    if problems:
        return None, []
    if document.data.get("run", {}).get("seed", 1) is None:
        document.data["run"]["seed"] = scenario.run.seed  # drawn once: variants must meet the same callers
    origin = Origin(document, root)

    def report(path: Path, refusal: Refusal) -> None:
        problems.append(problem_at(document, path, refusal))

    check_calendar(scenario, report)
    scenario = fill_in(scenario, report)
    has_calendar = not problems
    cross_check(scenario, report, has_calendar)
    if has_calendar:
        scenario = read_files(scenario, origin.folder_of, report)
    if not problems:
        check_sums(scenario, report)
    warnings: list[Problem] = []
    if not problems:
        doubts(scenario, lambda path, refusal: warnings.append(problem_at(document, _as_written(document, path), refusal)))
        if any(warning.is_error for warning in warnings):
            problems += [warning for warning in warnings if warning.is_error]
    scenario._origin = dataclasses.replace(origin, warnings=tuple(warnings))
    return scenario, warnings


def _as_written(document: Document, path: Path) -> Path:
    """Return `path`, or the short form ``target`` in which people write it."""
    return ("target",) if path[:2] == ("targets", "service_level") and ("target",) in document.values else path


def _try_what_ifs(document: Document, root: FilePath, problems: list[Problem]) -> None:
    """Apply each what-if to the base and check what comes out."""
    entries = document.data.get("what_if") or {}
    base = document.copy()
    base.data.pop("what_if", None)
    for name in entries:
        changed, found = base.copy(), list[Problem]()
        try:
            for dotted_path, value, path in _written_changes(document, entries, name, ()):
                _apply(changed, changes.written(dotted_path, copied(value), document, path), found)
            _try_lever(document, changed, entries, name)
        except Unreadable as error:
            found.append(error.problem)
        if not found:
            _build(changed, root, found)
        own = f"what_if.{name}"
        problems += [p if p.path.startswith(own) else dataclasses.replace(p, path=f"{own}: {p.path}") for p in found]


def _written_changes(
    document: Document, entries: dict[str, Any], name: str, chain: tuple[str, ...]
) -> Iterator[tuple[str, Any, Path]]:
    """Yield the changes of an entry in order with where they stand; Unreadable where `also` names nothing, or a circle."""
    entry = entries[name]
    if not is_long_what_if(entry):
        yield from ((path, value, ("what_if", name, path)) for path, value in entry.items())
        return
    here: Path = ("what_if", name, "also")
    also = entry.get("also", [])
    for other in [also] if isinstance(also, str) else also:
        if other not in entries:
            what, near = "no what-if of that name", nearest(str(other), list(entries))
            raise Unreadable(problem(document, here, "E-REF", what, shown(other), ", ".join(entries), near))
        if other in (*chain, name):
            names = " -> ".join((*chain, name, other))
            raise Unreadable(problem(document, here, "E-EXTENDS-CYCLE", f"goes round in a circle: {names}"))
        if is_long_what_if(entries[other]) and "keep_payroll_by" in entries[other]:
            what = f"{other} keeps payroll by a number of its own"
            raise Unreadable(problem(document, here, "E-BOTH", what, try_="name an entry without keep_payroll_by"))
        yield from _written_changes(document, entries, other, (*chain, name))
    for path, value in (entry.get("set") or {}).items():
        yield path, value, ("what_if", name, "set", path)


def _try_lever(document: Document, changed: Document, entries: dict[str, Any], name: str) -> None:
    """Refuse to keep payroll by what is no number of agents; Unreadable names where that is asked for."""
    path = entries[name].get("keep_payroll_by") if is_long_what_if(entries[name]) else None
    if path is None:
        return
    try:
        lever(changed.copy(), path)
    except Unreadable as error:
        wrong = error.problem
        here = ("what_if", name, "keep_payroll_by")
        raise Unreadable(
            problem(document, here, wrong.code, f"{wrong.path}: {wrong.what}", wrong.got, wrong.allowed, wrong.try_)
        ) from None


def _refuse_blanks(document: Document, problems: list[Problem]) -> None:
    """Refuse keys without a value: `patience:` with nothing behind it is a slip, not a wish."""

    def walk(path: Path, value: Any) -> None:
        for key, item in value.items():
            here = (*path, key)
            if isinstance(item, dict) and here != ("what_if",) and (here[0] != "events" or here[2:] != ("set",)):
                walk(here, item)
            elif item is None and here != ("run", "seed"):
                what = "nothing is written here"
                problems.append(problem(document, here, "E-VALUE-MISSING", what, try_="remove the key or quote the word null"))

    walk((), document.data)


# -------------------------------------------------------------------------------- saying what is wrong


def _explained(document: Document, detail: Any) -> Problem:
    """Return the problem behind one error of pydantic's."""
    path: Path = tuple(detail["loc"])
    kind, raw = detail["type"], detail.get("input")
    refusal = detail.get("ctx", {}).get("error")
    if isinstance(refusal, Refusal):
        return problem_at(document, path, refusal)
    if kind == "missing":
        parent = document.known(path[:-1])
        missing = problem(document, parent, "E-KEY-MISSING", f"needs the key `{path[-1]}`", key=bool(parent))
        return dataclasses.replace(missing, path=dotted((*parent, path[-1])))
    if kind == "extra_forbidden":
        return _unknown_key(document, path)
    limits = {
        "too_long": ("E-LIMIT", "has too many entries"),
        "too_short": ("E-KEY-MISSING", "needs at least one entry"),
    }
    if kind in limits:
        code, what = limits[kind]
        return problem(document, path, code, what, shown(raw))
    wanted = {
        "model_type": "a map of keys",
        "dict_type": "a map of keys",
        "tuple_type": "a list",
        "list_type": "a list",
    }
    if kind in wanted:
        try_ = f"[{raw}]" if wanted[kind] == "a list" and isinstance(raw, Plain | int | float) and len(str(raw)) < 40 else ""
        return problem(document, path, "E-TYPE", f"needs {wanted[kind]}", shown(raw), try_=try_)
    return problem(document, path, "E-VALUE", detail["msg"], shown(raw))


def _unknown_key(document: Document, path: Path) -> Problem:
    known = document.known(path)
    name = str(path[-1])
    if name in ("plugin", "plugins", "import", "code"):
        return problem(document, path, "E-PLUGIN-OFF", "a scenario never loads code", key=True)
    keys = allowed_keys(path[:-1])
    trade = TRADE_WORDS.get(name.lower(), "")
    near = trade if trade in keys else nearest(name, keys)
    allowed = ", ".join(allowed_keys(path[:-1], supported=True))
    found = problem(document, path, "E-KEY-UNKNOWN", "unknown key", "", allowed, near, key=True)
    return found if known else dataclasses.replace(found, path=dotted(path))


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems in the order of the files, each once, without what follows from a part not supported yet."""
    not_yet = [p.path for p in problems if p.code == "E-NOT-YET"]

    def follows(p: Problem) -> bool:
        inside = any(p.path.startswith(path + ".") for path in not_yet)
        beside = p.code == "E-KEY-MISSING" and any(path.startswith(p.path.rpartition(".")[0] + ".") for path in not_yet)
        return p.code != "E-NOT-YET" and (inside or beside)

    blank = {p.path for p in problems if p.code == "E-VALUE-MISSING"}
    kept = [p for p in problems if not follows(p) and (p.code == "E-VALUE-MISSING" or p.path not in blank)]
    return tuple(dict.fromkeys(sorted(kept, key=lambda p: (p.file, p.line, p.col))))


def _index(document: Document, path: Path, value: Any) -> None:
    """Give every part of a dict from Python a position, so that messages name its path."""
    document.values[path] = document.keys[path] = Position("", 0, 0)
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            _index(document, (*path, key), item)
