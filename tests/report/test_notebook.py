"""What a notebook shows: the terminal's page in tables, hostile names inert; levers that do what the same override does."""

from __future__ import annotations

import re
from typing import Any

import pytest

import ccsim
from ccsim.report.notebook.explore import Exploration
from ccsim.report.notebook.levers import levers_of
from ccsim.report.notebook.page import HtmlPage, html_of

pytest.importorskip("ipywidgets")

HOSTILE = "<img src=x onerror=alert(1)>"


def scenario(**changes: Any) -> ccsim.Scenario:
    return ccsim.from_dict(
        {
            "name": "Desk",
            "open": "09:00-11:00",
            "calls": {"support": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
            "agents": 5,
            "target": "80/20",
            **changes,
        }
    )


def cells(html: str) -> list[list[str]]:
    """Return the rows of all tables in the page, tags stripped."""
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall("<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in re.findall("<tr[^>]*>(.*?)</tr>", html)
    ]


def test_a_result_is_the_page_of_the_terminal_in_tables() -> None:
    result = ccsim.run(scenario(), reps=10)
    rows = cells(result._repr_html_())
    found = next(row for row in rows if row[0].startswith("Service level in 0:20"))
    value = result.kpi("service_level").value
    assert value is not None
    assert found[1] == f"{100 * value:.1f} %"


def test_a_scenario_and_a_comparison_have_pages() -> None:
    base = scenario()
    more = base.with_({"agents.agents.headcount": ccsim.plus(1)}, name="one more")
    assert ["agents", "5", "5", "10"] in cells(base._repr_html_())
    assert any(row[0] == "one more" for row in cells(ccsim.compare(base, more, reps=10)._repr_html_()))


def test_a_sweep_has_a_page() -> None:
    rows = cells(ccsim.sweep(scenario(), {"agents.agents.headcount": [4, 5, 6]}, reps=5)._repr_html_())
    assert [row[0] for row in rows if row[0] in ("4", "5", "6")] == ["4", "5", "6"]


def test_names_stay_text() -> None:
    hostile = scenario(name=HOSTILE, calls={HOSTILE: {"volume": "60/h", "handle": "4m"}})
    for html in (html_of(hostile), html_of(ccsim.run(hostile, reps=2))):
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_a_page_refuses_what_it_cannot_show() -> None:
    with pytest.raises(TypeError, match="dict"):
        HtmlPage().print({})
    with pytest.raises(TypeError, match="int"):
        html_of(3)


def test_diff_names_what_changed_by_path() -> None:
    base = scenario()
    assert base.diff(base) == []
    assert base.diff(base.with_({"agents.agents.headcount": ccsim.plus(1)})) == [("agents.agents.headcount.daily", 5, 6)]


# Levers


def test_a_moved_lever_is_the_same_override() -> None:
    base = scenario()
    panel = ccsim.explore(base, reps=10)
    panel.sliders["agents.agents.headcount"].value = 2
    shown = panel.exploration.at(panel.exploration.values)
    assert shown.digest == ccsim.run(base.with_({"agents.agents.headcount": ccsim.plus(2)}), reps=10).digest
    assert shown.digest != panel.exploration.base.digest


def test_two_levers_and_back_to_the_file() -> None:
    base = scenario()
    panel = ccsim.explore(base, reps=5)
    panel.sliders["calls.*.scale"].value = 1.2
    panel.sliders["calls.support.handle"].value = 0.9
    both = base.with_({"calls.*.scale": ccsim.times(1.2), "calls.support.handle": ccsim.times(0.9)})
    assert panel.exploration.at(panel.exploration.values).digest == ccsim.run(both, reps=5).digest
    panel.back.click()
    assert {path: slider.value for path, slider in panel.sliders.items() if slider.value not in (0, 1.0)} == {}
    assert panel.exploration.at(panel.exploration.values).digest == panel.exploration.base.digest


def test_only_levers_that_hold_are_offered() -> None:
    named = scenario(distributions={"short": "3m"}, calls={"support": {"volume": "60/h", "handle": "short", "patience": "2m"}})
    paths = [lever.path for lever in levers_of(named)]
    assert "calls.support.patience" in paths
    assert "calls.support.handle" not in paths  # a name cannot be multiplied


def test_what_does_not_hold_is_said_and_the_picture_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ccsim.explore(scenario(), levers={"agents.agents.headcount": (1, 9, 1)}, reps=5)
    said, picture = panel.children[1].children[1], panel.children[1].children[3]
    before = picture.value
    monkeypatch.setattr(panel.exploration, "scenario", scenario(agents={"clerks": {"headcount": 5}}))
    panel.sliders["agents.agents.headcount"].value = 3
    assert "agents.agents" in said.value
    assert picture.value == before
    with pytest.raises(ccsim.ScenarioError):
        ccsim.explore(scenario(), levers={"agents.agents.headcount": (-3, 9, 1)}, reps=5)


def test_the_curve_holds_what_was_tried_and_rises_with_agents() -> None:
    exploration = Exploration(scenario(), levers_of(scenario()), reps=10)
    lever = next(lever for lever in exploration.levers if lever.path == "agents.agents.headcount")
    exploration.at({lever: 2.0})
    assert [x for x, _ in exploration.curve(lever, seconds=0.0)] == [0.0, 2.0]  # the file's and the one tried
    points = exploration.curve(lever, seconds=60.0)
    values = [estimate.value for _, estimate in points if estimate.value is not None]
    assert [x for x, _ in points] == sorted({x for x, _ in points})
    assert len(points) > 4
    assert values == sorted(values)


def test_another_kpi_is_drawn() -> None:
    panel = ccsim.explore(scenario(), reps=5)
    panel.kpi.value = "asa"
    assert "Average speed of answer" in panel.children[1].children[3].value
    with pytest.raises(KeyError):
        ccsim.explore(scenario(), kpi="nonsense", reps=5)
