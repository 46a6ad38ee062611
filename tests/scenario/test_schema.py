"""The JSON Schema: it accepts what the loader accepts, and refuses slips an editor should mark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ccsim.scenario import check, json_schema
from ccsim.scenario.document import parse
from ccsim.units import Plain

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def as_an_editor_reads(value: Any) -> Any:
    """Return plain data as a YAML 1.2 core reader gives it to a schema."""
    if isinstance(value, dict):
        return {key: as_an_editor_reads(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_an_editor_reads(item) for item in value]
    if isinstance(value, Plain):
        if re.fullmatch(r"[-+]?\d+", value):
            return int(value)
        if re.fullmatch(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", value):
            return float(value)
        return {"true": True, "false": False}.get(value, value)
    return value


def read(text: str) -> Any:
    return as_an_editor_reads(parse(text, "x.yaml", []).data)


def test_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenario_passes(path: Path) -> None:
    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in VALIDATOR.iter_errors(read(path.read_text()))]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_yaml_we_print_passes(path: Path) -> None:
    scenario = check(path).scenario
    assert scenario is not None
    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in VALIDATOR.iter_errors(read(scenario.to_yaml()))]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize(
    "slip",
    [
        ("agents: 6", "agent: 6"),
        ("agents: 6", "agents: -6"),
        ("agents: 6", "agents: {desk: {headcuont: 6}}"),
        ("60/h", "60"),
        ("agents: 6", "agents: 6\nrun: {mode: steedy}"),
        ("agents: 6", "agents: 6\nrun: {confidence: 95}"),
        ("    handle: 4m", "    handle: 4m\n    scale: 110"),
        ("calls:", "cals:"),
    ],
)
def test_slip_is_marked(slip: tuple[str, str]) -> None:
    text = "calls:\n  a:\n    volume: 60/h\n    handle: 4m\nagents: 6\n"
    assert VALIDATOR.is_valid(read(text))
    assert not VALIDATOR.is_valid(read(text.replace(*slip)))
