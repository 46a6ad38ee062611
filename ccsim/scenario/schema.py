"""A scenario back to YAML text, and the JSON Schema that lets an editor complete and check one.

The schema describes what a person may write, short forms included; what it cannot express (references, lengths) the
loader checks.
"""

from __future__ import annotations

from typing import Any

import yaml

from ccsim.scenario.distributions import FAMILIES
from ccsim.scenario.model import Scenario


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (Draft 2020-12) of a scenario file."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ccsim scenario",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def to_yaml(scenario: Scenario) -> str:
    """Return YAML text that loads as an equal scenario."""
    content = _said(scenario.model_dump(mode="json", by_alias=True, exclude_none=True))
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None))


def _said(value: Any) -> Any:
    """Drop empty texts, maps and lists, which say nothing; an empty map after a family names a law without parameters."""
    if not isinstance(value, dict):
        return value
    kept = {key: item if key == "what_if" else _said(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item not in ({}, [], "") or key in FAMILIES}
