"""init, erlang, kpis and doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ccsim.cli.init import TEMPLATES
from tests.cli.conftest import SCENARIOS, Call

# -------------------------------------------------------------------------------- init


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_is_complete(call: Call, tmp_path: Path, template: str) -> None:
    said = call("init", tmp_path / "new", "--template", template)
    assert said.exit_code == 0
    written = [Path(line) for line in said.stdout.splitlines()]
    assert sorted(written) == sorted(path for path in (tmp_path / "new").rglob("*") if path.is_file())
    assert call("validate", written[0], "--strict").exit_code == 0


def test_every_example_is_a_template() -> None:
    alone = {name for name, files in TEMPLATES.items() if files[0] == f"{name}.yaml"}
    assert alone == {path.stem for path in SCENARIOS.glob("*.yaml")}
    assert set(TEMPLATES) - alone == {"bpo", "authority"}, "centres of more files have names of their own"


def test_init_overwrites_nothing_and_writes_nothing_then(call: Call, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "week_forecast.csv").write_text("mine")
    said = call("init", tmp_path, "--template", "week")
    assert said.exit_code == 2
    assert "E-OUT: exists already" in said.stderr
    assert not (tmp_path / "week.yaml").exists()
    assert (tmp_path / "data" / "week_forecast.csv").read_text() == "mine"


def test_init_refuses_a_file_where_the_folder_should_be(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert "E-OUT" in call("init", tmp_path / "a").stderr
    assert "E-OUT" in call("init", tmp_path / "a" / "b").stderr


# -------------------------------------------------------------------------------- erlang


def test_erlang_gives_published_numbers(call: Call) -> None:
    """pyworkforce 0.5.4 and R's ErlangC: 100 calls in 30 min, AHT 3 min, 80/20, shrinkage 30 %, occupancy at most 85 %.

    Erlang C: 14 on the phones, 20 to schedule, service level .88835, occupancy .714286, P(wait) .174132, ASA 7.836 s.
    Erlang A with patience 2 min: 12 and 18, service level .825583, abandonment .061597, P(wait) .279807.
    """
    said = call(
        *("erlang", "--calls", "100/30m", "--aht", "3m", "--target", "80/20", "--patience", "2m"),
        *("--shrinkage", "30%", "--max-occupancy", "85%", "--json"),
    )
    assert said.exit_code == 0
    c, a = json.loads(said.stdout)["models"]
    assert (c["model"], c["agents_required"], c["agents_to_schedule"]) == ("erlang_c", 14, 20)
    assert (a["model"], a["agents_required"], a["agents_to_schedule"]) == ("erlang_a", 12, 18)
    published_c = {"service_level": 0.88835, "occupancy": 0.714286, "delayed_share": 0.174132, "asa": 7.836}
    assert {key: c["at_required"][key] for key in published_c} == pytest.approx(published_c, rel=1e-4)
    published_a = {"service_level": 0.825583, "abandonment": 0.061597, "delayed_share": 0.279807}
    assert {key: a["at_required"][key] for key in published_a} == pytest.approx(published_a, rel=1e-4)


def test_erlang_text_shows_both_models_and_neighbours(call: Call) -> None:
    said = call("erlang", "--calls", "100/30m", "--aht", "3m", "--patience", "2m", "--shrinkage", "30%")
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "Agents on the phones 14 12" in lines
    assert "Agents to schedule (30 % shrinkage) 20 18" in lines
    assert "14 88.8 % 0:08 71.4 % 93.3 % 0:02 2.3 % 69.8 % enough by C" in lines
    assert any(line.startswith("10 – – – 64.0 %") for line in lines)


def test_agents_one_has_are_marked_even_when_they_are_too_few(call: Call) -> None:
    said = call("erlang", "--calls", "200/h", "--aht", "4m", "--agents", "12")
    (line,) = [line for line in said.stdout.splitlines() if "yours" in line]
    assert line.split()[:4] == ["12", "–", "–", "–"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--calls", "100", "--aht", "3m"), 'E-UNIT-MISSING a rate needs its period, got "100". Try: 100/h'),
        (("--calls", "100/h", "--aht", "3"), 'E-UNIT-MISSING a duration needs a unit, got "3"'),
        (("--calls", "100/day", "--aht", "3m"), "calls per day say nothing of an hour"),
        (("--calls", "0/h", "--aht", "3m"), "there must be calls"),
        (("--calls", "1e9/h", "--aht", "3m"), "50,000,000 erlangs are more than"),
        (("--calls", "1/h", "--aht", "3m", "--target", "80"), "E-GOAL"),
        (("--calls", "1/h", "--aht", "3m", "--shrinkage", "100%"), "shrinkage must be at least 0 and below 1"),
        (("--aht", "3m"), "--calls"),
    ],
)
def test_erlang_says_what_is_wrong(call: Call, arguments: tuple[str, ...], words: str) -> None:
    said = call("erlang", *arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert words in said.stderr


def test_erlang_on_a_narrow_terminal_keeps_its_numbers(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = call("erlang", "--calls", "100/30m", "--aht", "3m", "--patience", "2m")
    assert max(map(len, said.stdout.splitlines())) <= 60
    assert "88.8 %" in said.stdout and "…" not in said.stdout


# -------------------------------------------------------------------------------- kpis


def test_kpis_lists_the_registry(call: Call) -> None:
    from ccsim.analysis.registry import REGISTRY

    said = call("kpis")
    assert [line.split()[0] for line in said.stdout.splitlines()] == list(REGISTRY)
    assert [kpi["id"] for kpi in json.loads(call("kpis", "--json").stdout)["kpis"]] == list(REGISTRY)


def test_every_kpi_says_of_what_it_is_counted(call: Call) -> None:
    from ccsim.analysis.registry import REGISTRY

    for kpi in ("days_in_target", "intervals_in_target", "required"):
        assert kpi in REGISTRY
        assert "scopes: centre" in call("kpis", kpi).stdout


def test_one_kpi_in_full(call: Call) -> None:
    said = call("kpis", "service_level")
    assert "answered_over_offered.include" in said.stdout and "answered_within" in said.stdout
    assert "_within_0" not in said.stdout, "the number of a threshold is nobody's business"


def test_unknown_kpi_suggests(call: Call) -> None:
    said = call("kpis", "servicelevel")
    assert said.exit_code == 2
    assert "Did you mean service_level?" in said.stderr


# -------------------------------------------------------------------------------- doctor


def test_doctor_tells_versions_and_cache(call: Call) -> None:
    import numpy

    from ccsim import __version__, jit

    found = json.loads(call("doctor", "--json").stdout)
    assert found["versions"]["ccsim"] == __version__
    assert found["versions"]["numpy"] == numpy.__version__
    assert found["kernel"]["cache_folder"] == str(jit.cache_folder())
    assert found["kernel"]["compiled_engine"] is jit.ENABLED
    assert str(jit.cache_folder()) in call("doctor").stdout


def test_doctor_warms_the_kernel(call: Call) -> None:
    from ccsim import jit

    said = call("doctor", "--warm", "--json")
    assert said.exit_code == 0
    assert said.stderr == "compiling the kernel ...\n"
    kernel = json.loads(said.stdout)["kernel"]
    assert kernel["compiled"] and kernel["warmed_in"] > 0
    assert not jit.ENABLED or list(jit.cache_folder().rglob("kernel.*.nbi"))
