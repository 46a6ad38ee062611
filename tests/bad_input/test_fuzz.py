"""Mutated scenarios: whatever is in a file, it loads or it is told what is wrong with it; nothing else happens.

Three kinds of damage: bytes changed anywhere, words of one line swapped for words that trip readers, and whole values of the
parsed scenario replaced by values of another kind.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from ccsim.errors import ScenarioError
from ccsim.scenario import check, from_dict, load
from ccsim.scenario.load import Checked

FOLDER = Path(__file__).parents[2] / "scenarios"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
TRIPPING = (
    *[
        "5",
        "-1",
        "0",
        "1e400",
        ".nan",
        ".inf",
        "012",
        "0x1f",
        "null",
        "~",
        "true",
        "no",
        "08:30",
        "22:30-22:30",
        "80",
        "1.5",
        "12%",
        "120%",
        "-3%",
        "60/h",
        "60/week",
        "never",
    ],
    *[
        "flat",
        "1h",
        "99999d",
        "[]",
        "{}",
        "[1,2]",
        "{a:b}",
        "[[[]]]",
        "*x",
        "&x",
        "!!int",
        "!x",
        "|",
        ">",
        "%",
        "@",
        "`",
        "mon",
        "mon-fri",
        "2024-02-30",
        "unlimited",
    ],
    *['""', '"6"', "steady", "é", ",", ":", "-", "?", "{mean:5}", "nan"],
    "\t",
    "\x00",
    "[" * 80,
    "9" * 400,
)
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 3.5, float("nan"), float("inf"), 10**30, b"x", "", "x", "5", "4m", "60/h", "12%", "never", "flat",
    "mon", [], {}, [1, 2], ["a"], [None], {"a": 1}, {"mon": 1}, {1: 2}, {"": ""}, {"exponential": "4m"}, {"times": 2},
    {"csv": "data/week_forecast.csv"},
)  # fmt: skip
ROUNDS = 60  # per scenario and kind in the suite


def sane(found: Checked) -> None:
    """Assert that a check either gives a scenario or says why not, printably."""
    assert (found.scenario is None) == bool(found.problems)
    for problem in (*found.problems, *found.warnings):
        assert str(problem).isprintable() and problem.code[:2] in ("E-", "W-")


def with_bytes_changed(luck: random.Random, text: str) -> bytes:
    content = bytearray(text.encode())
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(len(content))
        content[at : at + luck.randint(0, 3)] = luck.randbytes(luck.randint(0, 3))
    return bytes(content)


def with_words_swapped(luck: random.Random, text: str) -> bytes:
    lines = text.splitlines()
    at = luck.choice([i for i, line in enumerate(lines) if ":" in line])
    key, colon, value = lines[at].partition(":")
    words = value.split(" ")
    words[luck.randrange(len(words))] = luck.choice(TRIPPING)
    lines[at] = key + colon + " ".join(words)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def with_value_replaced(luck: random.Random, value: Any) -> Any:
    """Return plain data with one value somewhere replaced."""
    if isinstance(value, dict | list) and value and luck.random() < 0.85:
        key = luck.choice(list(value) if isinstance(value, dict) else list(range(len(value))))
        changed = dict(value) if isinstance(value, dict) else list(value)
        changed[key] = with_value_replaced(luck, value[key])
        return changed
    return luck.choice(VALUES)


@pytest.mark.parametrize("damage", [with_bytes_changed, with_words_swapped], ids=["bytes", "words"])
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_damaged_file_loads_or_is_refused(path: Path, damage: Any, tmp_path: Path) -> None:
    luck, text = random.Random(path.stem), path.read_text()
    for _ in range(ROUNDS):
        damaged = tmp_path / "damaged.yaml"
        damaged.write_bytes(damage(luck, text))
        sane(check(damaged))


def paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of all parts of plain data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in items for found in paths(item, (*path, str(key))))]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_wild_overrides_are_applied_or_refused(path: Path) -> None:
    luck, known = random.Random(path.stem), paths(yaml.safe_load(load(path).to_yaml()))[1:]
    parts = ("*", "x", "0", "9", "mon", "", "daily", "rate", "mean")
    for _ in range(ROUNDS):
        settings = []
        for _ in range(luck.randint(1, 2)):
            names = [luck.choice(parts) if luck.random() < 0.1 else name for name in luck.choice(known)]
            value = luck.choice((*TRIPPING, "null", "110%", "2", "{times: 2}", "{plus: 2}"))
            settings.append(".".join(names) + luck.choice(("=", "=", "+=", "*=")) + value)
        sane(check(path, settings))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_dict_with_a_wrong_value_loads_or_is_refused(path: Path) -> None:
    luck, good = random.Random(path.stem), yaml.safe_load(load(path).to_yaml())
    for _ in range(ROUNDS):
        try:
            scenario = from_dict(with_value_replaced(luck, good) or {}, FOLDER)
        except ScenarioError as error:
            assert error.problems
        else:
            scenario.fingerprint  # noqa: B018 - must not fail either
