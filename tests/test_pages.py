"""Every command and piece of a scenario that README, documentation and help pages print is one that ccsim understands."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from ccsim.cli import VERBS, goals
from ccsim.scenario.load import from_dict

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "howto").glob("*.md"))]
_FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.M | re.S)
_INLINE = re.compile(r"`(ccsim [^`]+|--[^`]+)`")
_COMMAND = re.compile(r"(?:^|[ /])ccsim (\S.*)")
_END = re.compile(r" #|   | && | \| | > ")
"""What comes after a command: a comment, what a help page says beside it, another command, a file."""
_PLACEHOLDER = re.compile(r"\[|\.\.\.|\b[A-Z]{4,}\b")
_OPTION = re.compile(r"--(subject-to|reach|margin|select|kpi) ('[^']*'|[\w:<>=.%]+)")


def _verb(name: str) -> click.Command:
    module = import_module(f"ccsim.cli.{name.replace('-', '_')}")
    command: click.Command = module.command
    return command


def _documented() -> list[tuple[str, str]]:
    """Return (page, what is written there) of lines of code and of code within lines; of help pages the examples."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in _FENCED.findall(text):
            found += [(page.name, line) for line in block.replace("\\\n", " ").splitlines()]
        found += [(page.name, piece) for piece in _INLINE.findall(_FENCED.sub("", text))]
    for name in VERBS:
        found += [(f"{name} --help", line) for line in (_verb(name).epilog or "").splitlines()]
    return found


def _commands() -> list[tuple[str, str]]:
    """Return (page, verb and arguments) of those that name a verb with a file or another argument, and no placeholder."""
    found = set()
    for page, line in _documented():
        command = _COMMAND.search(_END.split(line)[0])
        words = command.group(1).split() if command else []
        if (
            words
            and words[0] in VERBS
            and any(not word.startswith("-") for word in words[1:2])
            and not _PLACEHOLDER.search(line)
        ):
            found.add((page, " ".join(words)))
    return sorted(found)


@pytest.mark.parametrize(("page", "line"), _commands())
def test_a_documented_command_is_understood(page: str, line: str) -> None:
    verb, *words = shlex.split(line)
    _verb(verb).make_context(verb, list(words))
    for shipped in (word for word in words if word.startswith("scenarios/")):
        assert list(ROOT.glob(shipped)), f"{page} names {shipped}"


def test_documented_limits_margins_and_kpis_are_understood() -> None:
    read = {
        "subject-to": goals.bound,
        "reach": goals.bound,
        "select": goals.selected,
        "margin": lambda text: goals.margins([text]),
        "kpi": lambda text: goals.refuse_unknown([text]),
    }
    written = {(option, value.strip("'")) for _, line in _documented() for option, value in _OPTION.findall(line)}
    plain = {(option, value) for option, value in written if not re.search(r"\b[A-Z]{2,}\b", value)}
    assert {option for option, _ in plain} == set(read), "an option that no page shows an example of"
    for option, value in sorted(plain):
        read[option](value)


_YAML = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)
_CENTRE = yaml.safe_load("""
open: 09:00-17:00
calls: {billing: {volume: 60/h, handle: 4m, patience: 2m, needs_authority: {share: 10%, amount: 40}}}
agents: {tier1: {headcount: 6}, leads: {headcount: 2, authority: unlimited}, tier2: {headcount: 1}}
make_it_right: {leakage: {share: 2%, amount: 25}, decide: {frontline: 30s}}
""")
_SMALLEST = yaml.safe_load((ROOT / "scenarios" / "minimal.yaml").read_text(encoding="utf-8"))
_BASES = {"tutorial.md": _SMALLEST}
"""What pieces of a page are added to; `_CENTRE` otherwise."""


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {key: (below[key], above[key]) for key in below.keys() & above.keys()}
    deep = {key: _merged(old, new) for key, (old, new) in both.items() if isinstance(old, dict) and isinstance(new, dict)}
    return below | above | deep


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documented_pieces_of_a_scenario_are_understood(page: Path) -> None:
    for piece in _YAML.findall(page.read_text(encoding="utf-8")):
        from_dict(_merged(_BASES.get(page.name, _CENTRE), yaml.safe_load(piece)))
