"""Curves of several policies in one picture: what is drawn is what was compared."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ccsim
from ccsim.experiment import Comparison
from ccsim.jit import ENABLED
from ccsim.report.plots.overlay import Row, overlay, write_panels
from ccsim.report.plots.style import NothingToDraw
from ccsim.scenario import from_dict

SCENARIO = Path(__file__).parents[3] / "scenarios" / "make_it_right"
AGENTS = (6, 7, 8, 10)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    base: dict[str, Any] = {
        "open": "09:00-12:00",
        "calls": {"help": {"volume": "90/h", "handle": "4m", "patience": "3m"}},
        "target": "80/20",
        "run": {"replications": 10},
    }
    plans = [from_dict({**base, "agents": n}) for n in AGENTS]
    return ccsim.compare(*plans, names=[str(n) for n in AGENTS], kpis=["service_level", "occupancy"], engine="reference")


def test_a_curve_is_drawn_through_the_plans_with_a_band_that_holds_them_all(compared: Comparison) -> None:
    ax = overlay({"agents": Row(compared, [str(n) for n in AGENTS], AGENTS)}, "service_level", label="Agents")
    (line,) = [line for line in ax.lines if line.get_label() == "agents"]
    estimates = [compared.plan(str(n)).estimates[compared.keys[0]] for n in AGENTS]
    assert list(line.get_xdata()) == list(AGENTS)
    assert list(line.get_ydata()) == pytest.approx([estimate.value for estimate in estimates])
    (band,) = ax.collections
    edges = band.get_paths()[0].vertices
    for n, estimate in zip(AGENTS, estimates, strict=True):
        here = edges[np.isclose(edges[:, 0], n), 1]
        assert here.min() < estimate.low and here.max() > estimate.high, "a band over all points is wider than one interval"
    assert ax.get_title(loc="left") == "Service level in 0:20"


def test_a_single_plan_is_a_level_line(compared: Comparison) -> None:
    ax = overlay({"seven": Row(compared, ["7"], (0, 200))}, "occupancy", label="Limit")
    value = compared.plan("7").estimates[compared.keys[1]].value
    assert list(ax.lines[0].get_xdata()) == [0, 200]
    assert list(ax.lines[0].get_ydata()) == pytest.approx([value, value])


def test_what_cannot_be_drawn_says_why(compared: Comparison) -> None:
    row = Row(compared, ["6", "7"], (6, 7))
    with pytest.raises(NothingToDraw, match="0 curves; from 1 to 5"):
        overlay({}, "occupancy", label="Agents")
    with pytest.raises(KeyError, match="no KPI 'asa' in this comparison; have service_level, occupancy"):
        overlay({"a": row}, "asa", label="Agents")


def test_panels_are_the_same_bytes_every_time(compared: Comparison, tmp_path: Path) -> None:
    rows = {"agents": Row(compared, [str(n) for n in AGENTS], AGENTS)}
    paths = [tmp_path / name for name in ("a.svg", "b.svg")]
    for path in paths:
        write_panels(rows, ["service_level", "occupancy"], label="Agents", title="How many?", paths=[path])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    text = paths[0].read_text()
    assert "How many?" in text and "10 replications each" in text


@pytest.mark.skipif(not ENABLED, reason="too many calls for the compiled engine in plain Python")
def test_the_picture_of_make_it_right_is_drawn_by_its_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["picture.py", "--reps", "2", "--into", str(tmp_path)])
    script = runpy.run_path(str(SCENARIO / "picture.py"), run_name="__main__")
    assert {path.name for path in tmp_path.iterdir()} == {"authority.svg", "authority.png"}
    text = (tmp_path / "authority.svg").read_text()
    for said in ("Made right at first contact", "Service level in 0:20", "Cost per resolution, USD", "Satisfaction index"):
        assert said in text
    base = ccsim.load(SCENARIO / "base.yaml")
    shares = [script["share_above"](base, limit) for limit in (0, 50, 200)]
    assert shares == pytest.approx([1.0, 0.23, 0.015], abs=0.01)
