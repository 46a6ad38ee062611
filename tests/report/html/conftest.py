"""Pages to look at: an ordinary week, a comparison, and a centre every name of which tries to be markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsim.experiment import Comparison, Result, run
from ccsim.experiment.reopen import compare_results
from ccsim.report.html import write_report
from ccsim.report.html.page import Page, page_of
from ccsim.report.html.render import render
from ccsim.scenario import load
from tests.report.conftest import SCENARIOS
from tests.report.hostile import PAYLOADS, hostile_names, hostile_scenario


@pytest.fixture(scope="session")
def week() -> Result:
    """Several days, queues, teams and an IVR, 5 replications."""
    return run(load(SCENARIOS / "northgate" / "northgate.yaml"), reps=5, jobs=1, neighbours=False)


@pytest.fixture(scope="session")
def plans() -> tuple[Result, Comparison]:
    """A centre and its comparison with two what-ifs, 6 replications."""
    scenario = load(SCENARIOS / "two_queues.yaml")
    names = ["two_more", "no_redials"]
    found = [run(s, reps=6, jobs=1, keep_runs=True) for s in (scenario, *(scenario.variant(name) for name in names))]
    return found[0], compare_results(found, ["base", *names])


@pytest.fixture(scope="session")
def hostile() -> tuple[Result, Comparison]:
    """A centre whose parts bear the payloads, compared with plans that do."""
    scenario, names = hostile_scenario(), hostile_names("what_if", len(PAYLOADS))
    names = (names[1], names[7], names[40], names[44])
    scenarios = (scenario, *(scenario.variant(name) for name in names))
    found = [run(s, reps=2, jobs=1, neighbours=False, keep_runs=True) for s in scenarios]
    return found[0], compare_results(found, ["base", *names])


@pytest.fixture(scope="session")
def hostile_page(hostile: tuple[Result, Comparison]) -> Page:
    """What is on the page of the hostile centre."""
    return page_of(*hostile)


@pytest.fixture(scope="session")
def files(
    week: Result, plans: tuple[Result, Comparison], hostile_page: Page, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The pages as files, by name."""
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in ("week", "plans", "hostile")}
    write_report(week, found["week"])
    write_report(plans[0], found["plans"], plans[1])
    found["hostile"].write_text(render(hostile_page), "utf-8")
    return found
