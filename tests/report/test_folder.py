"""A result as files: complete, safe to open in a spreadsheet, never over something else."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from ccsim.experiment import Result, run
from ccsim.report import folder as room
from ccsim.report.cells import plain_cell
from ccsim.report.fields import result_fields
from ccsim.report.folder import run_name, write_folder
from ccsim.scenario import from_dict, load

FILES = {"kpis.csv", "by_queue.csv", "days.csv", "intervals.csv", "staffing.csv", "scenario.yaml", "sums.npz", "manifest.json"}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_folder_holds_the_estimates_to_the_last_digit(two_queues: Result, tmp_path: Path) -> None:
    written = write_folder(two_queues, tmp_path / "runs")
    assert {path.name for path in written.iterdir()} == FILES
    lines = read(written / "kpis.csv")
    assert [line["value"] for line in lines] == ["" if e.value is None else str(e.value) for e in two_queues.estimates]
    assert [line["queue"] for line in lines] == [e.scope.get("queue", "") for e in two_queues.estimates]


def test_wide_tables_agree_with_the_long_one(two_queues: Result, tmp_path: Path) -> None:
    written = write_folder(two_queues, tmp_path)
    places = ("id", "basis", "queue", "call_type", "team", "day")
    long = {tuple(line[place] for place in places): line for line in read(written / "kpis.csv")}
    for line in read(written / "by_queue.csv"):
        queue = "" if line["queue"] == "all" else line["queue"]
        assert line["service_level_low"] == long["service_level", "contact", queue, "", "", ""]["low"]
        assert line["asa_s"] == long["asa", "contact", queue, "", "", ""]["value"]
    (day,) = read(written / "days.csv")
    assert day["occupancy"] == long["occupancy", "agent", "", "", "", "2024-01-01"]["value"]


def test_intervals_add_up_to_the_day(two_queues: Result, tmp_path: Path) -> None:
    lines = read(write_folder(two_queues, tmp_path) / "intervals.csv")
    whole = [line for line in lines if line["queue"] == "all"]
    assert (whole[0]["date"], whole[0]["time"]) == ("2024-01-01", "08:00")
    offered = next(e.value for e in two_queues.estimates if (e.id, e.basis, e.scope) == ("offered", "contact", {}))
    assert sum(float(line["offered"]) for line in whole if line["offered"]) == pytest.approx(offered)
    assert {line["queue"] for line in lines} == {"all", "sales", "service"}


def test_scenario_in_the_folder_runs_to_the_same_digest(two_queues: Result, tmp_path: Path) -> None:
    written = write_folder(two_queues, tmp_path)
    manifest = json.loads((written / "manifest.json").read_text())
    again = run(load(written / "scenario.yaml"), reps=manifest["replications"], seed=manifest["seed"], jobs=1)
    assert (again.digest, again.fingerprint) == (manifest["digest"], manifest["fingerprint"])


def test_nothing_is_overwritten(minimal: Result, tmp_path: Path) -> None:
    first, second = write_folder(minimal, tmp_path), write_folder(minimal, tmp_path)
    assert (first.name, second.name) == (f"help-desk-{minimal.fingerprint[:8]}-1", f"help-desk-{minimal.fingerprint[:8]}-2")
    (second / "notes.txt").write_text("mine")
    third = write_folder(minimal, tmp_path, force=True)
    assert third == second
    assert not (second / "notes.txt").exists()
    assert {path.name for path in tmp_path.iterdir()} == {first.name, second.name}, "no drafts are left behind"


def test_a_run_that_cannot_be_replaced_stays(minimal: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_folder(minimal, tmp_path)
    (first / "mine.txt").write_text("kept")
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name.startswith(".ccsim-"):  # the draft
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="disk full"):
        write_folder(minimal, tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [first.name]
    assert (first / "mine.txt").read_text() == "kept"


def test_force_never_replaces_what_is_no_run(minimal: Result, tmp_path: Path) -> None:
    mine = tmp_path / f"help-desk-{minimal.fingerprint[:8]}-1"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years")
    assert write_folder(minimal, tmp_path, force=True).name.endswith("-2")
    assert (mine / "thesis.txt").read_text() == "years"


def test_failure_half_way_leaves_nothing(minimal: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(room, "_manifest", fail)
    with pytest.raises(OSError, match="disk full"):
        write_folder(minimal, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1"])
def test_text_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert plain_cell(text) == "'" + text


@pytest.mark.parametrize("value", [-1.5, 0, "sales", "a=b"])
def test_numbers_and_plain_text_stay(value: object) -> None:
    assert plain_cell(value) == value


def test_queue_named_like_a_formula_is_harmless_in_every_file(tmp_path: Path) -> None:
    call = {"volume": "30/h", "handle": "4m", "patience": "2m"}
    scenario = from_dict(
        {"name": "=1+1", "calls": {"=cmd|' /C calc'!A0": call, "b": call}, "agents": {"@team": {"headcount": 5}}}
    )
    written = write_folder(run(scenario, reps=2, jobs=1, rows=True, neighbours=False), tmp_path, calls=True)
    for path in written.glob("*.csv"):
        with path.open(newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=@+" and cell]
    assert written.parent == tmp_path and written.name.startswith("1-1-")


@pytest.mark.parametrize(
    ("name", "plain"), [("../../etc", "etc"), ("Ünïcode / x", "n-code-x"), ("***", "scenario"), ("x" * 300, "x" * 40)]
)
def test_run_folder_stays_where_it_belongs(name: str, plain: str) -> None:
    assert run_name(name, "0123456789") == f"{plain}-01234567"


def test_calls_are_one_line_per_row_with_names(tmp_path: Path) -> None:
    scenario = load(Path(__file__).parents[2] / "scenarios" / "two_queues.yaml", ["calls.*.scale=30%"])
    result = run(scenario, reps=2, jobs=1, rows=True, neighbours=False)
    assert result.rows is not None
    written = write_folder(result, tmp_path, calls=True)
    legs, contacts = read(written / "legs.csv"), read(written / "contacts.csv")
    assert (len(legs), len(contacts)) == (len(result.rows.segments), len(result.rows.contacts))
    assert (len(read(written / "episodes.csv")), len(read(written / "agent_states.csv"))) == (
        len(result.rows.episodes),
        len(result.rows.agent_states),
    )
    assert {leg["place"] for leg in legs} == {"ivr", "sales", "service"}
    served = [leg for leg in legs if leg["outcome"] == "served"]
    assert len(served) == sum(contact["outcome"] == "served" for contact in contacts)
    waits = sum(float(leg["answered_at_s"]) - float(leg["entered_at_s"]) for leg in served)
    asa = next(e.value for e in result.estimates if (e.id, e.basis, e.scope) == ("asa", "contact", {}))
    assert waits / len(served) == pytest.approx(asa, abs=1e-5)
    assert {leg["agent"] for leg in legs if leg["outcome"] != "served"} == {""}
    assert "inf" not in (written / "legs.csv").read_text()


def test_no_rows_no_call_files(minimal: Result, tmp_path: Path) -> None:
    assert {path.name for path in write_folder(minimal, tmp_path).iterdir()} == FILES


def test_json_fields_are_those_promised(minimal: Result) -> None:
    fields = result_fields(minimal)
    assert list(fields) == [
        *("scenario", "fingerprint", "engine", "seed", "replications", "digest", "kpis", "targets", "assumptions", "warnings")
    ]
    assert {tuple(kpi) for kpi in fields["kpis"]} == {("id", "variant", "basis", "scope", "value", "low", "high", "n", "unit")}
    assert {kpi["basis"] for kpi in fields["kpis"]} == {"contact", "episode"}
    json.dumps(fields, allow_nan=False)
    target = fields["targets"][0]
    assert (target["kpi"], target["at_least"], target["within"], target["over"]) == ("service_level", 0.8, 20.0, "run")
    assert target["run"]["value"] == target["estimate"]["value"]


def test_json_fields_of_intervals_on_request(two_queues: Result) -> None:
    kinds = {frozenset(kpi["scope"]) for kpi in result_fields(two_queues, ("interval", "queue x interval"))["kpis"]}
    assert {frozenset({"interval"}), frozenset({"queue", "interval"})} <= kinds
    assert not [kpi for kpi in result_fields(two_queues)["kpis"] if "interval" in kpi["scope"]]


def test_interrupted_run_says_so_in_its_manifest(minimal: Result, tmp_path: Path) -> None:
    written = write_folder(dataclasses.replace(minimal, interrupted=True), tmp_path)
    assert json.loads((written / "manifest.json").read_text())["interrupted"] is True
