"""`ccsim walk` and `ccsim run --plots`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


def test_an_agents_day_is_printed_and_drawn(call: Call, minimal: Path, tmp_path: Path) -> None:
    said = call("walk", minimal, "--agent", "agents/3", "--rep", 2, "-o", tmp_path / "day.svg")
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert lines[0] == "agents/3, Mon 2024-01-01 (Help desk; replication 2, seed 1)"
    assert lines[1] == "09:00:00           came on duty"
    assert "occupancy" in lines[-3] or "occupancy" in lines[-2]
    assert (tmp_path / "day.svg").read_text("utf-8").startswith("<?xml")
    again = call("walk", minimal, "--agent", "agents/3", "--rep", 2, "-o", tmp_path / "day.svg")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "exists already" in again.stderr
    assert call("walk", minimal, "--agent", "agents/3", "-o", tmp_path / "day.svg", "--force").exit_code == 0


def test_a_day_as_json_holds_every_call(call: Call, minimal: Path) -> None:
    said = call("walk", minimal, "--agent", "agents/3", "--json")
    told = json.loads(said.stdout)
    assert (told["format"], told["agent"], told["date"], told["replication"]) == (1, "agents/3", "2024-01-01", 0)
    assert told["calls"] and all(c["wait"] >= 0.0 and c["answered_at"] >= 9 * 3600.0 for c in told["calls"])
    assert {stretch["state"] for stretch in told["stretches"]} == {"available", "talk"}


def test_a_team_is_printed_in_minutes_a_day(call: Call, minimal: Path) -> None:
    said = call("walk", minimal, "--team", "agents", "--reps", 3)
    assert said.stdout.splitlines()[0] == "What stands in the way of agents and its callers, per operating day"
    assert "Nobody able was free" in said.stdout
    told = json.loads(call("walk", minimal, "--team", "agents", "--reps", 3, "--json").stdout)
    assert [one["id"] for one in told["roadblocks"]] == ["nobody_free"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say who. Try: --agent TEAM/1, or --team TEAM"),
        (("--agent", "agents/1", "--team", "agents"), "say who"),
        (("--team", "agents", "--day", "1"), "--day and --rep are of one agent's day"),
        (("--team", "agents", "--rep", "0"), "--day and --rep are of one agent's day"),
        (("--agent", "agents/1", "--reps", "3"), "--reps is for a team"),
        (("--agent", "agents/7"), 'E-REF agent: nobody of that number in the team, got "agents/7"'),
        (("--agent", "agents/1", "--day", "2"), "E-REF day: no such day"),
        (("--team", "agent"), 'E-REF team: no such team, got "agent", allowed: agents. Try: agents'),
        (("--agent", "agents/1", "-o", "day.gif"), "a picture ends in .png, .svg, .pdf"),
    ],
)
def test_a_walk_with_nobody_is_refused(call: Call, minimal: Path, arguments: tuple[str, ...], words: str) -> None:
    said = call("walk", minimal, *arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert words in said.stderr


def test_a_refused_walk_is_one_json_object(call: Call, minimal: Path) -> None:
    said = call("walk", minimal, "--agent", "agents/7", "--json")
    assert said.exit_code == 2
    assert json.loads(said.stdout)["problems"][0]["code"] == "E-REF"


def test_a_run_draws_its_pictures(call: Call, minimal: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pictures"
    said = call("run", minimal, "--reps", 5, "--plots", folder)
    assert said.exit_code == 0
    files = sorted(path.name for path in folder.iterdir())
    assert {"service_level.svg", "waits.svg", "journey.svg", "staffing.svg"} <= set(files)
    assert f"{len(files)} pictures in {folder}" in said.stderr
    (tmp_path / "file").write_text("")
    refused = call("run", minimal, "--reps", 5, "--plots", tmp_path / "file")
    assert (refused.exit_code, refused.stdout) == (2, "") and "is a file" in refused.stderr


def test_days_are_numbered_from_the_first_that_counts_and_a_caller_comes_back(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "back.yaml"
    path.write_text(
        "start: 2024-03-04\nopen: {mon-fri: 09:00-12:00}\ndays: 2\nagents: 1\n"
        "calls: {a: {volume: 9/h, handle: 2m}}\n"
        "after_contact: {return: {share: 100%, after: 30m, attempts: 1}}\n"
    )
    said = call("walk", path, "--agent", "agents/1")
    lines = said.stdout.splitlines()
    assert lines[0].startswith("agents/1, Mon 2024-03-04")
    assert lines[1].startswith("09:00:00")
    assert "he comes back about it: his 2nd call" in said.stdout
    assert call("walk", path, "--agent", "agents/1", "--day", 2).stdout.splitlines()[0].startswith("agents/1, Tue 2024-03-05")
    beyond = call("walk", path, "--agent", "agents/1", "--day", 3)
    assert beyond.exit_code == 2 and "1 to 2, or 2024-03-04 to 2024-03-05" in beyond.stderr
    team = call("walk", path, "--team", "agents", "--reps", 2, "--json")
    assert team.exit_code == 0 and json.loads(team.stdout)["roadblocks"]
