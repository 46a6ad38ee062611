"""Which part of the model a path of the YAML belongs to: its type, its short forms, the keys allowed there.

Used by the loader (which keys would have been right?), and by overrides (which short form must be expanded before a
key inside it can be set?). It reads the annotations of ``scenario.model`` and knows no field by name.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from ccsim.scenario.document import Path
from ccsim.scenario.fields import parse_name
from ccsim.scenario.marks import ShortForm
from ccsim.scenario.model import Scenario


class Place(NamedTuple):
    """What the model says of one path."""

    model: type[BaseModel] | None  # the record that stands here, if any
    items: Any  # the type of the entries of a map or list, if any
    named: bool  # True if a map keyed by names that people choose
    short_forms: tuple[ShortForm, ...]
    default: Any  # of the field, None if it has none


def place(path: Path) -> Place | None:
    """Return what stands at `path`, or None where the model knows nothing."""
    here = Place(Scenario, None, False, (), None)
    for part in path:
        found = _below(here, part)
        if found is None:
            return None
        here = found
    return here


def allowed_keys(path: Path, supported: bool = False) -> tuple[str, ...]:
    """Return the keys of the format at `path`, or only those this version supports; none where any name will do."""
    here = place(path)
    if here is None or here.model is None:
        return ()
    fields = here.model.model_fields.items()
    return tuple(field.alias or name for name, field in fields if not supported or field.annotation is not type(None))


def expanded(path: Path, raw: Any) -> Any:
    """Return `raw` in the long form of what stands at `path`."""
    here = place(path)
    for short in here.short_forms if here else ():
        raw = short.func(raw)  # type: ignore[call-arg]
    return raw


def _below(here: Place, part: str | int) -> Place | None:
    if here.model is not None:
        for name, field in here.model.model_fields.items():
            if part == (field.alias or name):
                default = None if field.is_required() else field.get_default(call_default_factory=True)
                return _describe([field.annotation, *field.metadata], default)
        return None
    return _describe([here.items], None) if here.items is not None else None


def _describe(hints: list[Any], default: Any) -> Place:
    """Look through Annotated and Optional at the record, map or list inside."""
    shorts: list[ShortForm] = []
    model, items, named = None, None, False
    for hint in _unwrapped(hints):
        if isinstance(hint, ShortForm):
            shorts.append(hint)
        elif isinstance(hint, type) and issubclass(hint, BaseModel):
            model = hint
        elif get_origin(hint) is dict:
            key, items = get_args(hint)
            named = any(getattr(mark, "func", None) is parse_name for mark in get_args(key))
        elif get_origin(hint) is tuple:
            items = get_args(hint)[0]
    return Place(model, items, named, tuple(shorts), default)


def _unwrapped(hints: list[Any]) -> Iterator[Any]:
    for hint in hints:
        if get_origin(hint) is Annotated:
            inner, *metadata = get_args(hint)
            yield from _unwrapped([inner])
            yield from metadata
        elif get_origin(hint) in (Union, types.UnionType):
            yield from _unwrapped(list(get_args(hint)))
        else:
            yield hint
