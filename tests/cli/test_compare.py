"""ccsim compare: the page, one JSON object, CSV, exit codes, and what is refused before anything runs."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import ccsim
from ccsim.scenario import load
from tests.cli.conftest import MINIMAL, SCENARIOS, Call

FEW = ("--reps", "30", "--jobs", "1")
WHAT_IFS = MINIMAL + (
    "targets: {service_level: 80/20, occupancy: 60%-80%}\n"
    "what_if:\n  two_more: {agents: 8}\n  same: {name: Same}\n  busier: {calls.support.scale: 120%}\n"
)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.yaml"
    path.write_text(WHAT_IFS)
    return path


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(sys.modules["ccsim.experiment.compare"], "replicate", simulate)


def line_of(text: str, start: str) -> str:
    """Return the first line that starts so, blanks squeezed."""
    return next(" ".join(line.split()) for line in text.splitlines() if line.startswith(start))


# -------------------------------------------------------------------------------- the page


def test_a_file_is_compared_with_its_what_ifs(call: Call, base: Path) -> None:
    said = call("compare", base, *FEW)
    assert said.exit_code == 0, said.stderr
    assert said.stdout.splitlines()[:2] == ["Help desk", "3 plans against base, the same callers in all 30 replications"]
    found = ccsim.compare(load(base), names=["base"], reps=30)
    level = found.difference("two_more", "service_level")
    assert level.value and level.low and level.high and level.base_value and level.plan_value
    values = [f"{100 * x:.1f}" for x in (level.base_value, level.plan_value, level.value, level.low, level.high)]
    expected = "Service level in 0:20 {} % {} % better by {} points [{}, {}] x".format(*values)
    block = said.stdout[said.stdout.index("\ntwo_more ", said.stdout.index("\nbusier")) :]
    assert line_of(block, "Service level in 0:20").startswith(expected)
    assert "\nsame: identical to base, row by row\n" in said.stdout
    assert "all 24 intervals hold together with 95 % confidence (3 plans x 8 KPIs, Bonferroni)" in said.stdout
    assert re.search(r"lower by [^;]*; outside (x \d+ )?60 to 80 %", " ".join(said.stdout.split()))
    assert "seed 1, 30 replications" in said.stdout


@pytest.mark.parametrize("columns", ["80", "100"])
def test_the_page_fits_the_terminal(call: Call, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    said = call("compare", SCENARIOS / "two_queues.yaml", "--reps", "8", env={"COLUMNS": columns})
    assert said.exit_code == 0
    assert max(map(len, said.stdout.splitlines())) <= int(columns)
    assert ("pairing" in said.stdout) == ("Pairing:" in said.stdout) == (columns == "100")
    assert "P(best)" in said.stdout and "With fewer than 30 replications" in said.stdout
    head = said.stdout[: said.stdout.index("\n\n", said.stdout.index("Plan"))]
    assert "interval" in head and "met" in head


def test_several_files_bear_their_names(call: Call, base: Path, minimal: Path) -> None:
    said = call("compare", base, minimal, "--what-if", "busier", *FEW)
    assert said.exit_code == 0
    assert "2 plans against base" in said.stdout and "\nminimal " in said.stdout and "\nbusier " in said.stdout
    assert "Note: minimal: its own targets are not used; all plans are judged by those of base." in said.stdout
    folder = base.parent / "other"
    folder.mkdir()
    (folder / "base.yaml").write_text(MINIMAL)
    fields = json.loads(call("compare", base, folder / "base.yaml", *FEW, "--json").stdout)
    assert [plan["name"] for plan in fields["plans"]] == [str(base), str(folder / "base.yaml")]


def test_settings_change_every_plan(call: Call, base: Path) -> None:
    def levels(*more: str) -> list[float]:
        fields = json.loads(call("compare", base, *FEW, "--json", "--kpi", "offered", *more).stdout)
        return [plan["kpis"][0]["value"] for plan in fields["plans"]]

    assert levels("--set", "calls.support.volume=30/h") == pytest.approx([0.5 * x for x in levels()], rel=0.05)


def test_standard_input_may_be_one_of_the_files(call: Call, base: Path) -> None:
    said = call("compare", base, "-", *FEW, "--json", input=MINIMAL)
    assert [plan["name"] for plan in json.loads(said.stdout)["plans"]] == ["base", "stdin"]


def test_margins_say_what_does_not_matter(call: Call, base: Path) -> None:
    said = call("compare", base, *FEW, "--margin", "service_level 40pp", "--margin", "asa 1m", "--margin", "offered 500")
    assert said.exit_code == 0, said.stderr
    assert "no difference that matters [" in said.stdout
    assert "up to: service level 40 points; ASA 60 s; offered 500." in " ".join(said.stdout.split())


# -------------------------------------------------------------------------------- files and fields


def test_json_is_one_object_with_every_number(call: Call, base: Path) -> None:
    said = call("compare", base, *FEW, "--json")
    fields = json.loads(said.stdout)
    found = ccsim.compare(load(base), names=["base"], reps=30)
    assert list(fields)[:2] == ["format", "base"] and fields["format"] == 1
    assert fields["differences"] == [difference.as_dict() for difference in found.differences]
    assert [plan["digest"] for plan in fields["plans"]] == [plan.digest for plan in found.plans]
    assert [plan["p_best"] for plan in fields["plans"]] == [plan.p_best for plan in found.plans]
    assert fields["family"]["intervals"] == 24
    assert [plan["identical"] for plan in fields["plans"]] == [True, False, True, False]
    assert fields["plans"][0]["targets"][0]["days"] is not None and fields["plans"][0]["worst_interval"] is not None


def test_csv_has_a_row_per_plan_and_kpi(call: Call, base: Path) -> None:
    out = base.parent / "plans.csv"
    said = call("compare", base, *FEW, "-o", out)
    assert said.exit_code == 0
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = ccsim.compare(load(base), names=["base"], reps=30)
    assert [(row["plan"], row["id"], row["verdict"]) for row in rows] == [(d.plan, d.id, d.verdict) for d in found.differences]
    assert [float(row["value"]) for row in rows] == [difference.value for difference in found.differences]
    again = call("compare", base, *FEW, "-o", out)
    assert again.exit_code == 2 and "E-OUT" in again.stderr
    assert call("compare", base, *FEW, "-o", out, "--force").exit_code == 0


# -------------------------------------------------------------------------------- exit codes


def test_check_exits_3_when_the_base_misses(call: Call, base: Path) -> None:
    starved = ("--set", "agents=3", "--what-if", "two_more")
    assert call("compare", base, *FEW, *starved).exit_code == 0
    missed = call("compare", base, *FEW, *starved, "--check")
    assert missed.exit_code == 3 and "base misses a target" in missed.stderr and "two_more" in missed.stdout
    fine = ("--set", "targets.occupancy=null", "--set", "targets.service_level=50/20")
    assert call("compare", base, *FEW, *fine, "--check").exit_code == 0


def test_interrupt_prints_what_all_plans_have_finished(call: Call, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def impatient(quiet: bool, engine: str) -> Iterator[object]:
        def progress(done: int, planned: int) -> None:
            if done == 4:
                raise KeyboardInterrupt

        yield progress

    monkeypatch.setattr("ccsim.cli.run.progress", impatient)
    said = call("compare", base, *FEW)
    assert said.exit_code == 130
    assert "the same callers in all 4 replications" in said.stdout
    assert said.stderr.splitlines()[-1] == "ccsim: interrupted after 4 of 30 replications"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--what-if", "two_mor"), "E-REF what_if: no what-if of that name"),
        (("--kpi", "servce_level"), "Did you mean service_level?"),
        (("--kpi", "wait_p90"), "allowed: days_in_target"),
        (("--margin", "service_level"), "Try: --margin 'service_level 1pp'"),
        (("--margin", "service_level 1%"), "allowed: percentage points"),
        (("--margin", "asa 2"), "E-UNIT-MISSING"),
        (("--margin", "service_level -1pp"), "allowed: above 0"),
        (("--margin", "sl 1pp"), "no such KPI"),
        (("--kpi", "asa", "--margin", "offered 1"), "which is not compared"),
        (("--set", "agents.x=1"), "E-"),
        (("--reps", "0"), "--reps"),
        (("-",), "E-"),
        (("-", "-"), "standard input can be read once"),
    ],
)
def test_what_makes_no_sense_exits_2_before_anything_runs(
    call: Call, base: Path, no_run: None, options: tuple[str, ...], words: str
) -> None:
    said = call("compare", base, *options)
    assert (said.exit_code, said.stdout) == (2, "")
    assert words in said.stderr


def test_one_file_without_what_ifs_is_told_what_to_do(call: Call, minimal: Path, no_run: None) -> None:
    said = call("compare", minimal)
    assert said.exit_code == 2
    assert f"{minimal} has no what_if. Try: ccsim compare {minimal} OTHER.yaml" in said.stderr


def test_every_bad_file_is_told_and_in_json_too(call: Call, base: Path, tmp_path: Path, no_run: None) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(MINIMAL.replace("handle: 4m", "handle: 4"))
    worse = tmp_path / "worse.yaml"
    worse.write_text(MINIMAL.replace("agents: 6", "agents: -1"))
    said = call("compare", base, bad, worse, "--json")
    assert said.exit_code == 2
    assert {problem["file"] for problem in json.loads(said.stdout)["problems"]} == {str(bad), str(worse)}


# -------------------------------------------------------------------------------- the best plan

FEWEST = (
    *("--select", "lowest:agents_on_duty", "--subject-to", "service_level>=80%"),
    *("--margin", "agents_on_duty 0.5", "--margin", "service_level 2pp"),
)


def test_the_best_plan_is_named_first_and_the_others_say_why_not(call: Call, base: Path) -> None:
    said = call("compare", base, *FEW, *FEWEST)
    assert said.exit_code == 0, said.stderr
    lines = said.stdout.splitlines()
    assert lines[:2] == ["Help desk", "Chosen: base, the lowest agents present with service level at least 80 %"]
    assert line_of(said.stdout, "two_more").endswith("beaten by base")
    assert line_of(said.stdout, "same").endswith("as good as base")
    assert line_of(said.stdout, "busier").endswith("service level below 80 %")
    text = " ".join(said.stdout.split())
    assert (
        "right with 95 % confidence, where agents present differs by 0.5 or more and service level is 2 points or more" in text
    )
    none = call("compare", base, *FEW, "--select", "best:asa", "--subject-to", "asa<=1s", "--set", "agents=5")
    assert "\nNo plan has ASA at most 1 s\n" in none.stdout or "Chosen: two_more, the lowest ASA" in none.stdout


def test_a_choice_as_json_and_csv(call: Call, base: Path) -> None:
    out = base.parent / "choice.csv"
    said = call("compare", base, *FEW, *FEWEST, "--json", "-o", out)
    fields = json.loads(said.stdout)
    assert (fields["format"], fields["chosen"], fields["finished"]) == (1, "base", True)
    assert fields["limits"] == [{"kpi": "service_level", "at_least": 0.8, "margin": 0.02}]
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["plan"], row["status"], int(row["n"])) for row in rows] == [
        (plan["name"], plan["status"], plan["replications"]) for plan in fields["plans"]
    ]
    assert float(rows[0]["service_level"]) == fields["plans"][0]["limits"][0]["value"]


def test_check_looks_at_the_plan_that_is_chosen(call: Call, base: Path) -> None:
    best = ("--select", "best:asa", "--check")
    missed = call("compare", base, *FEW, *best)
    assert missed.exit_code == 3 and "two_more misses a target" in missed.stderr, "its occupancy is below the range"
    assert call("compare", base, *FEW, *best, "--set", "targets.occupancy=null").exit_code == 0
    none = call("compare", base, *FEW, "--select", "best:asa", "--subject-to", "service_level>=99.9%", "--check")
    assert none.exit_code == 3 and "no plan is chosen" in none.stderr


def test_a_choice_that_is_not_made_says_so(call: Call, base: Path) -> None:
    said = call("compare", base, *FEW, "--select", "lowest:handle_time", "--margin", "handle_time 0.01s", "--max-reps", "40")
    assert said.exit_code == 0
    assert "\nUndecided: the lowest AHT\n" in said.stdout and "no guarantee. Try: --max-reps" in said.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--subject-to", "asa<=1s"), "Try: --select best:service_level"),
        (("--select", "asa"), "allowed: best, highest or lowest of a KPI"),
        (("--select", "best:as"), "no such KPI"),
        (("--select", "best:occupancy"), "direction: got None for occupancy"),
        (("--select", "best:asa", "--kpi", "asa"), "--kpi is for a comparison"),
        (("--select", "best:asa", "--subject-to", "service_level=80%"), "Try: 'service_level>=80%'"),
        (("--select", "best:asa", "--subject-to", "asa<=30"), "E-UNIT-MISSING"),
        (("--select", "best:asa", "--subject-to", "offered<=30"), "margin of offered: none given"),
    ],
)
def test_selections_that_make_no_sense_exit_2(
    call: Call, base: Path, no_run: None, options: tuple[str, ...], words: str
) -> None:
    said = call("compare", base, *options)
    assert (said.exit_code, said.stdout) == (2, "")
    assert words in said.stderr


# -------------------------------------------------------------------------------- staffing plans


def test_plans_show_agents_by_interval_and_what_they_do_to_kpis(call: Call, minimal: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("Time,agents\n" + "".join(f"{h:02d}:{m:02d},{8 if h < 12 else 5}\n" for h in range(9, 17) for m in (0, 30)))
    less = tmp_path / "less.csv"
    less.write_text("Time,agents\n" + "".join(f"{h:02d}:{m:02d},4\n" for h in range(9, 17) for m in (0, 30)))
    said = call("compare", minimal, "--plan", more, "--plan", less, *FEW, "-q")
    assert said.exit_code == 0, said.stderr
    assert "2 plans against minimal" in said.stdout and "\nmore " in said.stdout
    assert line_of(said.stdout, "Mon 09:00") == "Mon 09:00 6.0 6.0 6.0 0.0 8.0 8.0 +2.0 4.0 4.0 -2.0"
    assert line_of(said.stdout, "Mon 12:30") == "Mon 12:30 6.0 6.0 6.0 0.0 5.0 5.0 -1.0 4.0 4.0 -2.0"
    assert "less: short in 16 of 16 half-hours, most Mon 09:00 -2.0" in said.stdout
    assert "minimal: as many as required in all 16 half-hours" in said.stdout
    fields = json.loads(call("compare", minimal, "--plan", more, "--json", "-q", *FEW).stdout)
    assert [plan["name"] for plan in fields["plans"]] == ["minimal", "more"]
    (row,) = [row for row in fields["staffing"] if row["plan"] == "more" and row["interval"].endswith("09:00")]
    assert (row["required"], row["scheduled"], row["net"]) == (6.0, 8.0, 2.0)
    assert row["present"] == pytest.approx(8.0, abs=0.01)


def test_every_mistake_of_every_plan_is_told(call: Call, minimal: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("Time,agent\n09:00,1\n")
    said = call("compare", minimal, "--plan", tmp_path / "one.csv", "--plan", tmp_path / "two.csv", *FEW)
    assert said.exit_code == 2 and "one.csv, column" in said.stderr and "two.csv, column" in said.stderr
