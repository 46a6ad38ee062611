"""Changes by dotted path: ``--set path=value``, ``what_if`` entries and ``Scenario.with_``, one grammar for all.

``a.b.c`` names a key, ``a.0.b`` a list item, ``*`` every key or item. ``=`` replaces a value whole, ``null`` removes
it, ``+=`` and ``*=`` (``{plus: 2}``, ``{times: 110%}``) change it relatively. A key inside a short form expands the
short form first. Works on plain data before it is checked, so that an override is checked exactly like an edited
file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from ccsim import units
from ccsim.errors import Problem, Refusal, nearest, shown
from ccsim.scenario.distributions import Distribution
from ccsim.scenario.document import Document, Path, Position, Unreadable, dotted, parse_value
from ccsim.scenario.fields import is_day_key
from ccsim.scenario.places import expanded, place
from ccsim.units import DAILY, Plain

_SETTING = re.compile(r"\s*([^=]+?)\s*(\+=|\*=|=)(.*)", re.DOTALL)


class Override(NamedTuple):
    """One change: where, to what, and where that is written."""

    path: tuple[str, ...]
    value: Document


def times(factor: float | str) -> dict[str, Any]:
    """Return the relative change that multiplies a value, for `Scenario.with_`."""
    return {"times": factor}


def plus(amount: float | str) -> dict[str, Any]:
    """Return the relative change that adds to a value, for `Scenario.with_`."""
    return {"plus": amount}


def parse_setting(text: str) -> Override:
    """Return the override written as ``path=value``, ``path+=2`` or ``path*=110%``; Unreadable if it is none."""
    file = f"--set {text}"
    found = _SETTING.fullmatch(text)
    if not found:
        raise Unreadable(Problem("E-SET", "", "is no override", shown(text), try_="path=value", file=file, line=1, col=1))
    path, sign, value = found.groups()
    if path.endswith(".") and sign == "*=":  # calls.*=... names all calls, it does not multiply
        path, sign = path + "*", "="
    document = parse_value(value, file, found.start(3) + 1)
    if sign != "=":
        relative = Document({"times" if sign == "*=" else "plus": document.data})
        relative.values[()] = document.values[()]
        document = relative
    return Override(split(path), document)


def written(path: str, value: Any, source: Document, source_path: Path) -> Override:
    """Return the override for a value that stands in a document, such as an entry of ``what_if``."""
    document = Document(value)
    document.adopt((), source, source_path)
    if () not in document.values:
        document.values[()] = Position(f"with_({path})", 0, 0)
    return Override(split(path), document)


def split(path: str) -> tuple[str, ...]:
    """Return the parts of a dotted path."""
    return tuple(part.strip() for part in path.split("."))


def apply(document: Document, override: Override) -> None:
    """Change `document` in place.

    Raises
    ------
    Unreadable
        When the path names nothing, or a relative change meets a value that is not a number.
    """
    parts = override.path
    if parts[0] == "target":
        parts = ("targets", "service_level", *parts[1:])
    if parts[0] == "targets":
        _expand_target(document)
    if parts[0] == "queues":
        _expand_queues(document)
    if not _descend(document, (), parts, override):
        raise _no(override, "E-REF", "matches nothing")


def _descend(document: Document, path: Path, parts: tuple[str, ...], override: Override) -> int:
    """Follow `parts` below `path`, change what they name and return how many values were changed."""
    holder = _at(document, path)
    part = parts[0]
    if part == "*":
        # from the end of a list, so that removing an item does not move those still to come
        keys: list[Any] = list(holder) if isinstance(holder, dict) else []
        if isinstance(holder, list):
            keys = list(reversed(range(len(holder))))
        return sum(_step(document, path, key, parts, override) for key in keys)
    if isinstance(holder, list) and part.isdigit():
        if int(part) >= len(holder):
            raise _no(override, "E-REF", f"{dotted(path)} has {len(holder)} items, counted from 0", part)
        return _step(document, path, int(part), parts, override)
    if not isinstance(holder, dict) or part not in holder:
        longer = _expanded(path, holder, override)
        if not isinstance(longer, dict):
            raise _no(override, "E-REF", f"{dotted(path)} has no parts", part)
        if longer is not holder:
            _put(document, path, longer)
            holder = longer
        if part not in holder and set(holder) == {DAILY} and not is_day_key(part):
            return _descend(document, (*path, DAILY), parts, override)
    return _step(document, path, part, parts, override)


def _expanded(path: Path, raw: Any, override: Override) -> Any:
    try:
        return expanded(path, raw) if path else raw
    except Refusal as refusal:
        raise _no(override, refusal.code, refusal.what, refusal.got) from None


def _step(document: Document, path: Path, key: str | int, parts: tuple[str, ...], override: Override) -> int:
    holder, here = _at(document, path), (*path, key)
    is_last = len(parts) == 1
    if isinstance(holder, dict) and key not in holder and not is_last:
        _refuse_unknown_name(document, path, str(key), override)
        holder[key] = {}
        document.values[here] = document.keys[here] = override.value.values[()]
    if not is_last:
        return _descend(document, here, parts[1:], override)
    _change(document, here, override)
    return 1


def _change(document: Document, path: Path, override: Override) -> None:
    """Set, change relatively or remove the value at `path`."""
    value = override.value.data
    holder, key = _at(document, path[:-1]), path[-1]
    if value is None and path != ("run", "seed"):
        if isinstance(holder, dict) and key not in holder:
            raise _no(override, "E-REF", f"there is no {dotted(path)} to remove")
        document.forget(path)
        del holder[key]
        return
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ("times", "plus"):
        value = _relative(path, _current(document, path, override), value, override)
        positions = Document(value, {(): override.value.values[()]})
    else:
        positions = override.value
    document.forget(path)
    holder[key] = value
    document.adopt(path, positions)
    document.keys.setdefault(path, override.value.values[()])


def _current(document: Document, path: Path, override: Override) -> Any:
    """Return what is written at `path`, or the default of the model."""
    holder = _at(document, path[:-1])
    if not isinstance(holder, dict) or path[-1] in holder:
        return holder[path[-1]]
    here = place(path)
    if here is None or here.default is None:
        raise _no(override, "E-REF", f"there is no {dotted(path)} to change")
    return here.default


# -------------------------------------------------------------------------------- relative changes


def _relative(path: Path, current: Any, change: dict[str, Any], override: Override) -> Any:
    ((word, amount),) = change.items()
    here = place(path)
    is_law = here is not None and here.model is not None and issubclass(here.model, Distribution)
    try:
        if word == "plus":
            return _each(current, lambda raw: _plus(raw, amount))
        factor = Decimal(repr(units.parse_factor(amount)))
        if is_law and isinstance(current, dict):
            return _longer(current, factor)
        return _each(current, lambda raw: _times(raw, factor))
    except Refusal as refusal:
        raise _no(override, refusal.code, refusal.what, refusal.got or current, refusal.try_) from None


def _each(raw: Any, change: Callable[[Any], Any]) -> Any:
    """Change every number in a value: a list or a map by day changes as a whole."""
    if isinstance(raw, dict):
        if not all(is_day_key(key) for key in raw):
            raise Refusal("E-SET", "is a map: name the key to change", got=raw)
        return {key: _each(item, change) for key, item in raw.items()}
    return [_each(item, change) for item in raw] if isinstance(raw, list) else change(raw)


def _longer(law: Any, factor: Decimal) -> Any:
    """Return a law with every time in it multiplied: its shares, shapes and cv stay."""
    if isinstance(law, dict):
        for key in ("hazard", "named", "csv"):
            if key in law:
                raise Refusal("E-SET", f"a law by {key} cannot be multiplied", got=law)
        return {key: _longer(item, factor) for key, item in law.items()}
    if isinstance(law, list):
        return [_longer(item, factor) for item in law]
    kind, number = measured(law)
    return in_units(kind, number * factor) if kind == "s" else law


def _times(raw: Any, factor: Decimal) -> Any:
    kind, number = measured(raw)
    return in_units(kind, number * factor)


def _plus(raw: Any, amount: Any) -> Any:
    kind, number = measured(raw)
    other, added = measured(amount)
    if other != kind and not (kind[:1] == "/" and other == ""):
        raise Refusal("E-SET", "cannot add these", got=f"{raw} and {amount}")
    return in_units(kind, number + added)


def measured(raw: Any) -> tuple[str, Decimal]:
    """Return the unit (``%``, ``s``, ``/h``, or nothing) and the number of a value; Refusal if it is none."""
    text = str(raw).strip()
    if text.endswith("%"):
        return "%", Decimal(repr(units.parse_factor(raw))) * 100
    if "/" in text:
        rate = units.parse_rate(raw)
        return "/" + text.partition("/")[2], Decimal(repr(rate.calls))
    try:
        return "", Decimal(repr(units.parse_number(raw if isinstance(raw, int | float) else Plain(text))))
    except Refusal:
        pass
    try:
        return "s", Decimal(repr(units.parse_duration(raw)))
    except Refusal:
        raise Refusal("E-SET", "is no number, share, rate or time", got=raw) from None


def in_units(kind: str, number: Decimal) -> Any:
    """Return what `measured` would read so, as it may be written in a scenario."""
    return Plain(units.format_number(float(number)) + kind)


# -------------------------------------------------------------------------------- what is left out


def _expand_target(document: Document) -> None:
    """Move the short form ``target`` to where it belongs."""
    if "target" in document.data:
        targets = document.data.setdefault("targets", {})
        if isinstance(targets, dict) and "service_level" not in targets:
            document.adopt(("targets", "service_level", "goal"), document, ("target",))
            targets["service_level"] = {"goal": document.data.pop("target")}


def _expand_queues(document: Document) -> None:
    """Write out the queues one gets without naming any: one per call type."""
    if "queues" not in document.data and isinstance(document.data.get("calls"), dict):
        document.data["queues"] = {name: {} for name in document.data["calls"]}


def _refuse_unknown_name(document: Document, path: Path, name: str, override: Override) -> None:
    """Refuse to reach inside a call type, queue or team that does not exist: that is a slip, not a new one."""
    here = place(path)
    if here is not None and here.named:
        names = list(_at(document, path))
        near = nearest(name, names)
        raise _no(override, "E-REF", f"{dotted(path)} has no '{name}'", None, f"{dotted((*path, near))}" if near else "")


def _at(document: Document, path: Path) -> Any:
    value = document.data
    for part in path:
        value = value[part]
    return value


def _put(document: Document, path: Path, value: Any) -> None:
    _at(document, path[:-1])[path[-1]] = value


def _no(override: Override, code: str, what: str, got: Any = None, try_: str = "") -> Unreadable:
    at = override.value.values[()]
    said = "" if got is None else got if isinstance(got, str) and got[:1] in ('"', "a") else shown(got)
    return Unreadable(Problem(code, ".".join(override.path), what, said, "", try_, at.file, at.line, at.col, at.width))
