"""ccsim sweep: the page, one JSON object, files and pictures, and what is refused before anything runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import ccsim
from tests.cli.conftest import Call

FEW = ("--reps", "20", "--jobs", "1")


def test_the_page_says_how_many_agents_reach_the_target(call: Call, minimal: Path) -> None:
    said = call("sweep", minimal, "--vary", "agents=4:9:1", *FEW)
    assert said.exit_code == 0, said.stderr
    found = ccsim.sweep(ccsim.load(minimal), {"agents": range(4, 10)}, reps=20)
    (reached,) = found.crossings
    assert f"{reached.value:g} agents [{reached.low:g}, {reached.high:g}] reach 80/20." in said.stdout
    assert said.stdout.splitlines()[1] == "6 points: agents 4 to 9; the same callers in all 20 replications"
    level = found.points[2].band[found.key("service_level")]
    assert level.value is not None and f"\n     6    {100 * level.value:.1f} % ±" in said.stdout
    assert "holds at all 6 points together with 95 % confidence" in said.stdout
    days = found.points[0].band[found.key("days_in_target")]
    assert days.value == 0.0 and days.high is not None
    assert f"0.0 % (0.0 to {100 * days.high:.1f} %)" in said.stdout, "0 % ± 17 would promise less than nothing"


def test_json_has_levers_points_and_crossings(call: Call, minimal: Path) -> None:
    said = call("sweep", minimal, "--vary", "agents=5:7:1", "--vary", "calls.*.scale=100%,110%", "--json", "-q", *FEW)
    fields = json.loads(said.stdout)
    assert fields["format"] == 1
    assert [lever["path"] for lever in fields["levers"]] == ["agents", "calls.*.scale"]
    assert fields["levers"][0]["values"] == [5, 6, 7] and fields["levers"][1]["numbers"] == [1.0, 1.1]
    assert [point["set"] for point in fields["points"]][:2] == [
        {"agents": 5, "calls.*.scale": "100%"},
        {"agents": 5, "calls.*.scale": "110%"},
    ]
    alone = call("run", minimal, "--set", "agents=5", "--set", "calls.*.scale=100%", "--json", "-q", *FEW)
    assert fields["points"][0]["kpis"] == json.loads(alone.stdout)["kpis"]
    assert {"kpi", "target", "value", "low", "high"} <= set(fields["crossings"][0])
    assert fields["crossings"][0]["kpi"] == "service_level" and fields["crossings"][0]["target"] == 0.8


def test_files_and_pictures_are_written(call: Call, minimal: Path, tmp_path: Path) -> None:
    lever = ("--vary", "agents=4:9:1", "--kpi", "service_level", "--kpi", "asa", "-q", *FEW)
    assert call("sweep", minimal, *lever, "-o", tmp_path / "a.csv").exit_code == 0
    with (tmp_path / "a.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["agents"] for row in rows if row["kpi"] == "asa"] == [str(n) for n in range(4, 10)]
    assert call("sweep", minimal, *lever, "-o", tmp_path / "folder").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == [
        "curve_asa.svg", "curve_service_level.svg", "sweep.csv", "sweep.json",
    ]  # fmt: skip
    assert (tmp_path / "folder" / "sweep.csv").read_text() == (tmp_path / "a.csv").read_text()
    again = call("sweep", minimal, *lever, "-o", tmp_path / "a.csv")
    assert again.exit_code == 2 and "exists already" in again.stderr


def test_what_moves_a_kpi_is_a_table(call: Call, minimal: Path) -> None:
    levers = ("--vary", "agents=4:9", "--vary", "calls.*.scale=90%:110%")
    each = call("sweep", minimal, *levers, "--sample", "each", *FEW)
    assert each.exit_code == 0 and "agents=4" in each.stdout and "worse by" in each.stdout
    sampled = call("sweep", minimal, *levers, "--sample", "sobol:32", "--reps", "2", "--jobs", "1")
    assert sampled.exit_code == 0 and "with all interactions" in sampled.stdout
    assert "32 samples x 4" in " ".join(sampled.stdout.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--vary", "agents"), "is no lever"),
        (("--vary", "agents=4:8"), "a range without a step"),
        (("--vary", "agents=4,5", "--sample", "sobol:31"), "power of two"),
        (("--vary", "agents=4,5", "--kpi", "asaa"), "Did you mean asa"),
        (("--vary", "agents=4,5", "--reach", "asa=30s"), "--reach: got 'asa=30s'"),
        (("--vary", "agents=4,5", "-o", "x.xlsx"), "a .csv or .json file, or a folder"),
        (("--vary", "agent=4,5"), "E-KEY-UNKNOWN"),
        (("--vary", "agents=4,-5"), "--vary agents=-5"),
        ((), "Missing option '--vary'"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(call: Call, minimal: Path, options: tuple[str, ...], said: str) -> None:
    found = call("sweep", minimal, *options, *FEW)
    assert found.exit_code == 2 and said in found.stderr, found.stderr
    assert not found.stdout
