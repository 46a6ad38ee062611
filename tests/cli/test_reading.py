"""validate, show and schema: what they say on which stream, and that they write nothing unasked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ccsim.scenario import load
from tests.cli.conftest import MINIMAL, SCENARIOS, Call, Spawn

BAD = MINIMAL.replace("handle: 4m", "handle: 4").replace("agents: 6", "agents: -1\nagnets: 5")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    return path


def test_good_file_is_fine(call: Call, minimal: Path) -> None:
    said = call("validate", minimal)
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout == f"{minimal}: fine (1 day, 1 call type, 1 queue, 1 team)\n"


def test_show_explains_in_sentences(call: Call) -> None:
    said = call("show", SCENARIOS / "self_service.yaml", "--explain", "--set", "ivr.ports=25")
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout.startswith("Savings bank, self-service\n\nDays\n  Mon 2024-01-01 to Sat 2024-01-06")
    assert "25 IVR ports; who finds them all taken is blocked." in said.stdout


def test_every_mistake_is_one_line_with_its_place(call: Call, bad: Path, minimal: Path) -> None:
    before = sorted(bad.parent.iterdir())
    said = call("validate", bad, minimal)
    assert said.exit_code == 2
    lines = said.stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        [f"{bad}:6:13", "E-UNIT-MISSING calls.support.handle"],
        [f"{bad}:8:9", "E-NUM-MIN agents"],
        [f"{bad}:9:1", "E-KEY-UNKNOWN agnets"],
    ]
    assert said.stdout.splitlines() == [f"{bad}: 3 mistakes", f"{minimal}: fine (1 day, 1 call type, 1 queue, 1 team)"]
    assert sorted(bad.parent.iterdir()) == before


def test_carets_are_for_terminals_only(call: Call, bad: Path) -> None:
    assert "^" not in call("validate", bad).output


def test_json_is_one_object_with_the_same_fields(call: Call, bad: Path, minimal: Path) -> None:
    said = call("validate", bad, minimal, "--json")
    assert said.exit_code == 2
    found = json.loads(said.stdout)
    assert found["format"] == 1
    assert [(file["file"], file["fine"]) for file in found["files"]] == [(str(bad), False), (str(minimal), True)]
    first = found["files"][0]["problems"][0]
    assert (first["code"], first["file"], first["line"], first["col"]) == ("E-UNIT-MISSING", str(bad), 6, 13)
    assert set(first) == {"code", "path", "what", "got", "allowed", "try", "file", "line", "col"}


def test_set_changes_what_is_checked(call: Call, minimal: Path) -> None:
    said = call("validate", minimal, "--set", "agents=7", "--set", "calls.suport.scale=110%")
    assert said.exit_code == 2
    assert "E-REF calls.suport" in said.stderr and "calls.support" in said.stderr


def test_warning_fails_only_under_strict(call: Call, minimal: Path) -> None:
    few = ("--set", "run.replications=5")
    gentle, strict = call("validate", minimal, *few), call("validate", minimal, *few, "--strict")
    assert (gentle.exit_code, strict.exit_code) == (0, 2)
    assert "W-REPLICATIONS" in gentle.stderr and "1 warning" in gentle.stdout
    assert "not fine with --strict" in strict.stdout


def test_missing_file_is_a_problem_like_any_other(call: Call) -> None:
    said = call("validate", "nowhere.yaml")
    assert said.exit_code == 2
    assert said.stderr.startswith("E-FILE: no such file")


def test_dash_reads_standard_input(call: Call) -> None:
    assert call("validate", "-", input=MINIMAL).exit_code == 0
    said = call("validate", "-", input=BAD)
    assert said.exit_code == 2
    assert said.stderr.startswith("<stdin>:6:13: E-UNIT-MISSING")


def test_standard_input_must_be_text(call: Call) -> None:
    said = call("validate", "-", input=b"name: caf\xe9\n")
    assert (said.exit_code, said.stderr.split(":")[0]) == (2, "<stdin>")
    assert "E-ENCODING" in said.stderr


def test_shown_in_full_loads_as_the_same_scenario(call: Call, tmp_path: Path) -> None:
    said = call("show", SCENARIOS / "two_queues.yaml", "--resolved")
    assert said.exit_code == 0
    again = tmp_path / "again.yaml"
    again.write_text(said.stdout)
    assert load(again).fingerprint == load(SCENARIOS / "two_queues.yaml").fingerprint


def test_summary_says_what_will_be_simulated(call: Call) -> None:
    said = call("show", SCENARIOS / "two_queues.yaml", "--set", "agents.helpers.headcount=5")
    assert said.exit_code == 0
    lines = [line.split() for line in said.stdout.splitlines()]
    # 700 a day of 5m + 40s each in 12 h; 55/h x 12 h, talk 3m median with p90 9m: mean 3m * exp(s^2/2) = 260 s, + 10 + 35
    assert ["sales", "700", "5:40", "1:30", "2.0", "%", "5.5", "erl", "8.0", "erl"] in lines
    assert ["service", "660", "5:05"] in [line[:3] for line in lines]
    assert ["helpers", "5", "5", "60"] in lines
    assert "80/20 over each day on 90 % of days" in said.stdout


def test_summary_of_a_bad_scenario_is_its_problems(call: Call, bad: Path) -> None:
    said = call("show", bad)
    assert (said.exit_code, said.stdout) == (2, "")
    assert len(said.stderr.splitlines()) == 3


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_can_be_shown(call: Call, path: Path) -> None:
    said = call("show", path)
    assert (said.exit_code, said.exception) == (0, None)


def test_names_cannot_paint_the_terminal(call: Call, minimal: Path) -> None:
    minimal.write_text(MINIMAL.replace("Help desk", '"[bold red]x[/] :smile:"'))
    assert call("show", minimal).stdout.startswith("[bold red]x[/] :smile:\n")


def test_no_colour_in_a_pipe(spawn: Spawn, minimal: Path) -> None:
    done = spawn("show", minimal, FORCE_COLOR="1")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout


def test_schema_is_written_once(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "ccsim.schema.json"
    assert call("schema", "--out", target).exit_code == 0
    assert json.loads(target.read_text()) == json.loads(call("schema").stdout)
    target.write_text("mine")
    said = call("schema", "-o", target)
    assert said.exit_code == 2
    assert "E-OUT: exists already" in said.stderr
    assert target.read_text() == "mine"
    assert call("schema", "-o", target, "--force").exit_code == 0
    assert target.read_text() != "mine"


def test_schema_refuses_places_it_cannot_write_to(call: Call, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "elsewhere.json")
    for place, what in ((link, "is a link"), (tmp_path / "no" / "a.json", "no such folder")):
        said = call("schema", "--force", "-o", place)
        assert said.exit_code == 2
        assert f"E-OUT: {what}" in said.stderr
    assert not (tmp_path / "elsewhere.json").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_schema_refuses_a_folder_without_permission(call: Call, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    said = call("schema", "-o", tmp_path / "a.json")
    assert "E-OUT: is not writable" in said.stderr


def test_a_folder_is_told_to_be_one(call: Call, minimal: Path) -> None:
    said = call("validate", minimal.parent)
    assert said.exit_code == 2
    assert "E-FILE: is a folder, got " in said.stderr and "Try: a scenario file in it" in said.stderr
