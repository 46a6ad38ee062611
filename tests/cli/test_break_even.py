"""`ccsim break-even`: what it prints, refuses and leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Call
from tests.experiment.test_break_even import CENTRE, PATH


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "centre.yaml"
    path.write_text(yaml.safe_dump({**CENTRE, "name": "Help desk", "currency": "USD"}))
    return str(path)


def test_the_page_says_where_it_turns_and_whether_the_verdict_depends_on_it(file: str, call: Call) -> None:
    done = call("break-even", file, "--what-if", "settles")
    assert done.exit_code == 0
    page = " ".join(done.stdout.split())
    assert "settles against Help desk: cost per resolution, USD" in page
    assert "turns at " in page and "better below and worse above" in page
    assert "at 2% as it is" in page
    assert "DEPENDS on it, assumed 0% to 8%" in page
    assert "Hangs on assumptions: make_it_right.leakage.share 2% (0% to 8%)" in page
    assert "make_it_right.first_leg" not in page.partition("Hangs")[0]  # observed: nobody asks


def test_json_has_every_comparison(file: str, call: Call) -> None:
    done = call("break-even", file, "--json", "--vary", f"{PATH}=0%:8%", "--reps", "4", "--kpi", "cost_per_contact")
    fields = json.loads(done.stdout)
    assert fields["format"] == 1
    assert fields["kpi"] == {"id": "cost_per_contact", "variant": "", "basis": "agent", "unit": "money", "better": "lower"}
    (one,) = fields["found"]
    assert (one["plan"], one["path"], one["unit"], one["now"]) == ("settles", PATH, "%", 2.0)
    assert [point["x"] for point in one["points"]] == sorted(point["x"] for point in one["points"])
    assert fields["replications"] == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--vary", "make_it_right.first_leg"], "--vary: got"),
        (["--vary", f"{PATH}=5%:1%"], "runs from a lower to a higher end"),
        (["--what-if", "nothing"], "no what-if of that name"),
        (["--kpi", "cost_per_resolutio"], "Did you mean cost_per_resolution?"),
        (["--set", "evidence=null"], "no assumption in `evidence` has a range"),
    ],
)
def test_what_makes_no_sense_is_refused(file: str, call: Call, given: list[str], said: str) -> None:
    done = call("break-even", file, *given)
    assert done.exit_code == 2
    assert said in done.stderr
