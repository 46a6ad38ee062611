"""A scenario back to YAML text, and the JSON Schema that lets an editor complete and check one.

The schema describes what a person may write, short forms included; what it cannot express (references, lengths) the
loader checks.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import yaml

from ccsim.scenario.distributions import FAMILIES
from ccsim.scenario.fields import Model
from ccsim.scenario.model import Scenario
from ccsim.scenario.staff import Queue


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (Draft 2020-12) of a scenario file."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    _describe(schema, Scenario)
    parts = {part.__name__: part for part in _parts(Model)}
    for name, definition in schema["$defs"].items():
        if name in parts:
            _describe(definition, parts[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ccsim scenario",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _parts(model: type[Model]) -> Iterator[type[Model]]:
    for part in model.__subclasses__():
        yield part
        yield from _parts(part)


def _describe(definition: dict[str, Any], part: type[Model]) -> None:
    """Give each property the text that stands below its field; a part's own fields come after those of its bases."""
    for base in reversed([one for one in part.__mro__ if issubclass(one, Model) and one is not Model]):
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, text in pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(text):
                name = base.model_fields[field.target.id].alias or field.target.id
                if name in definition["properties"]:
                    definition["properties"][name]["description"] = inspect.cleandoc(text.value.value)  # type: ignore[attr-defined]


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    )


def to_yaml(scenario: Scenario) -> str:
    """Return YAML text that loads as an equal scenario."""
    content = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    for name in _made_queues(scenario):
        del content["queues"][name]
    content = _said(content)
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None))


def _made_queues(scenario: Scenario) -> list[str]:
    """Return the queues that exist because calls overflow to a team: a what-if without the overflow is without them, too."""
    changed = [path for entry in scenario.what_if.values() for path in entry.set]
    targets = {step.to for queue in scenario.queues.values() for step in queue.overflow}
    return [
        name
        for name, queue in scenario.queues.items()
        if name in targets
        and queue == Queue(calls=(), teams=(name,))
        and not any(path.startswith(f"queues.{name}.") for path in changed)
    ]


def _said(value: Any) -> Any:
    """Drop empty texts, maps and lists, which say nothing; an empty map after a family names a law without parameters."""
    if not isinstance(value, dict):
        return value
    kept = {key: item if key == "what_if" else _said(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item not in ({}, [], "") or key in FAMILIES}
