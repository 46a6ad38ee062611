"""Pages that say what the code says: written from schema, registry, vocabulary and measurements each time the docs are built.

`conf.py` calls `generate`; nothing it writes is kept under version control.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from diagram import draw_states

from ccsim.analysis.kpi import Kpi
from ccsim.analysis.registry import REGISTRY
from ccsim.cli import VERBS, main
from ccsim.scenario.schema import json_schema
from ccsim.vocabulary import EVENTS, AgentState, CaseEnd, Outcome

HERE = Path(__file__).parent


def generate(folder: Path) -> None:
    """Write all generated pages into `folder`; raise FileNotFoundError if a verb has no how-to."""
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    (folder / "scenario.md").write_text("\n".join(_scenario()), encoding="utf-8")
    (folder / "kpis.md").write_text("\n".join(_kpis()), encoding="utf-8")
    (folder / "vocabulary.md").write_text("\n".join(_vocabulary()), encoding="utf-8")
    (folder / "states.svg").write_text(draw_states(), encoding="utf-8")
    (folder / "parts" / "verification.md").write_text("\n".join(_verification()), encoding="utf-8")
    (folder / "parts" / "coverage.md").write_text("\n".join(_coverage()), encoding="utf-8")
    for verb in VERBS:
        if not (HERE / "howto" / f"{verb}.md").exists():
            raise FileNotFoundError(f"docs/howto/{verb}.md: every verb has a how-to page")
        (folder / "parts" / f"{verb}.txt").write_text(_help(verb), encoding="utf-8")


def _help(verb: str) -> str:
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    context = click.Context(command, info_name=f"ccsim {verb}", max_content_width=110, terminal_width=110)
    return command.get_help(context) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    return [_row(head), "|" + " --- |" * len(head), *(_row(row) for row in rows), ""]


# The scenario


def _scenario() -> list[str]:
    schema = json_schema()
    parts = schema["$defs"]
    lines = [
        "# Scenario reference",
        "",
        "Every key a scenario file may have, from the JSON Schema (`ccsim schema`) that your editor can use.",
    ]
    lines += [
        "What a value may look like (durations, shares, rates, clock times) stands in [the tutorial](../tutorial.md#values).",
        "",
    ]
    lines += ["## The file", "", *_keys(schema, parts)]
    for name in sorted(parts):
        if parts[name].get("properties"):
            lines += [
                f"({name.lower()})=",
                f"## {name}",
                "",
                *_text(parts[name].get("description", "")),
                *_keys(parts[name], parts),
            ]
    return lines


def _text(text: str) -> list[str]:
    return [text, ""] if text else []


def _keys(part: dict[str, Any], parts: dict[str, Any]) -> list[str]:
    required = part.get("required", ())
    rows = []
    for key, value in part["properties"].items():
        default = "required" if key in required else _default(value)
        rows.append((f"`{key}`", _shape(value, parts), default, value.get("description", "") or _of_part(value, parts)))
    return _table(("key", "value", "default", "meaning"), rows)


def _default(value: dict[str, Any]) -> str:
    """Return the default of a key if it is one value; that of a part stands at the part."""
    default = value.get("default")
    if default in (None, "") or isinstance(default, dict | list):
        return ""
    if isinstance(default, float) and "20s" in json.dumps(value):
        return f"`{default:g}s`"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _references(value: dict[str, Any]) -> list[str]:
    if "$ref" in value:
        return [value["$ref"].rsplit("/", 1)[-1]]
    inner = value.get("anyOf", value.get("oneOf", []))
    return [name for one in inner for name in _references(one)]


def _of_part(value: dict[str, Any], parts: dict[str, Any]) -> str:
    """Return the description of the only part a key without words of its own refers to."""
    names = [name for name in _references(value) if parts[name].get("properties")]
    return str(parts[names[0]].get("description", "")) if len(names) == 1 else ""


def _shape(value: dict[str, Any], parts: dict[str, Any]) -> str:
    """Return in words what a value looks like, with links to the parts of the file."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})" if parts[name].get("properties") else _shape(parts[name], parts)
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    for several in ("anyOf", "oneOf"):
        if several in value:
            shapes = [_shape(one, parts) for one in value[several] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(shapes))
    kind = value.get("type")
    if kind == "array":
        return "list of " + _shape(value["items"], parts) if value.get("items") else "list"
    if kind == "object":
        inner = value.get("additionalProperties")
        return "names, each with " + _shape(inner, parts) if isinstance(inner, dict) and inner else "map"
    examples = " such as " + ", ".join(f"`{one}`" for one in value["examples"]) if value.get("examples") else ""
    words = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`", None: "any"}
    return words.get(kind, str(kind)) + examples


# KPIs


def _kpis() -> list[str]:
    lines = ["# KPI reference", ""]
    lines += [
        "Every figure ccsim prints, from the registry that computes it. Each is a ratio of sums over all replications;",
        "times are counted in whole microseconds. `ccsim kpis ID` prints the same.",
        "",
    ]
    rows = [(f"[`{kpi.id}`](#{_anchor(kpi)})", kpi.title, kpi.unit, kpi.better) for kpi in REGISTRY.values()]
    lines += _table(("id", "figure", "unit", "better"), rows)
    for kpi in REGISTRY.values():
        lines += [f"({_anchor(kpi)})=", f"## {kpi.title}", "", f"`{kpi.id}`, {kpi.unit}. {kpi.sentence}", "", *_formula(kpi)]
    return lines


def _anchor(kpi: Kpi) -> str:
    return "kpi-" + kpi.id.replace("_", "-")


def _formula(kpi: Kpi) -> list[str]:
    if kpi.quantile is not None:
        formula = f"The {kpi.quantile:g} quantile of waits (`{kpi.numerator}`)."
    elif kpi.numerator:
        scale = "" if kpi.scale == 1.0 else f", times {kpi.scale:g}"
        formula = f"`{kpi.numerator}` / `{kpi.denominator or 1}`{scale}."
    else:
        formula = "A ratio for each threshold and variant; `ccsim kpis service_level` prints all."
    return [
        formula,
        "",
        f"Counted per {', '.join(kpi.bases)}; by {', '.join(kpi.places) or 'centre'}; over {', '.join(kpi.periods)}.",
        "",
    ]


# Codes


def _vocabulary() -> list[str]:
    lines = ["# Events, states and outcomes", "", "From the one table that both engines, the auditor and this page read.", ""]
    lines += [
        "## What an agent does next",
        "",
        "```{image} states.svg",
        ":alt: Agent states and the moves between them, listed below",
        ":class: diagram",
        ":width: 100%",
        "```",
        "",
    ]
    lines += _moves()
    lines += ["## Events", "", "At one instant the lower rank happens first, then the lower entity.", ""]
    lines += _table(
        ("rank", "event", "whose", "what happens"),
        [(str(int(e)), f"`{e.name}`", m.entity, m.sentence) for e, m in EVENTS.items()],
    )
    for kind, title in ((Outcome, "Outcomes of contacts and stays"), (CaseEnd, "How a case ends")):
        lines += [f"## {title}", "", *_table(("code", "name"), [(str(int(one)), f"`{one.name}`") for one in kind])]
    return lines


def _moves() -> list[str]:
    from ccsim.vocabulary import AGENT_STATE_MOVES

    rows = []
    for state, following in AGENT_STATE_MOVES.items():
        rows.append((f"`{state.name}`", ", ".join(f"`{AgentState(one).name}`" for one in dict.fromkeys(following))))
    return _table(("state", "may be followed at once by"), rows)


# Measurements


def _measured(name: str) -> Any:
    file = HERE / "data" / name
    return json.loads(file.read_text(encoding="utf-8"))


def _number(value: float | None, digits: int = 5) -> str:
    return "" if value is None else f"{value:.{digits}g}"


def _verification() -> list[str]:
    lines: list[str] = []
    for case in _measured("verification.json"):
        lines += [f"### {case['title']}", "", f"`{case['id']}`. {case['source']}", ""]
        rows = []
        for row in case["rows"]:
            name = f"{row['part']}: {row['metric']}" if row["part"] else row["metric"]
            ours = f"{_number(row['ours'], 6)} ± {_number(row['se'], 2)}"
            rows.append((name, _number(row["printed"]), _number(row["exact"], 6), ours, _number(row["z"], 2)))
        lines += _table(("figure", "published", "exact", "ccsim ± standard error", "z"), rows)
    return lines


def _coverage() -> list[str]:
    table = _measured("coverage.json")
    rows = [(one["interval"], one["world"], str(one["n"]), f"{one['coverage']:.3f}", str(one["experiments"])) for one in table]
    return _table(("interval", "against the exact truth of", "replications", "covers", "experiments"), rows)
