"""The page says what the terminal says, and no name on it is ever anything but text: parsed as a browser parses it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ccsim
from ccsim.analysis import REGISTRY
from ccsim.experiment import Comparison, Result, run
from ccsim.report import numbers
from ccsim.report.folder import write_folder
from ccsim.report.html import page, render, write_report
from ccsim.report.html.page import Page, page_of
from ccsim.report.html.tables import sort_key
from ccsim.scenario import from_dict, load
from tests.cli.conftest import Call, call  # noqa: F401
from tests.report.conftest import SCENARIOS
from tests.report.conftest import Page as Printer
from tests.report.hostile import HIT, PAYLOADS, hostile_names, hostile_scenario

html5lib = pytest.importorskip("html5lib", reason="html5lib, of the extra test, is not installed")

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "script", "body", "a", "header", "nav", "main", "section", "footer"),
    *("h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "code", "pre", "bdi", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"),
    *("svg", "g", "path", "text", "tspan", "use", "defs", "clipPath", "rect", "pattern", "desc"),
}


def parsed(text: str) -> Any:
    """The document a browser would make of it, without a single error of syntax."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=False, namespaceHTMLElements=False)
    document = parser.parse(text)
    assert not parser.errors, parser.errors[:5]
    return document


def elements(document: Any) -> Iterator[tuple[str, Any]]:
    for element in document.iter():
        if isinstance(element.tag, str):
            yield element.tag.rpartition("}")[2], element


def texts(document: Any, tag: str) -> list[str]:
    return ["".join(element.itertext()) for name, element in elements(document) if name == tag]


def harmless(document: Any) -> None:
    """Only our elements, no handler, no style, no way out of the page, one style sheet and one script."""
    counted = Counter(name for name, _ in elements(document))
    assert set(counted) <= ELEMENTS
    assert (counted["script"], counted["style"], counted["h1"]) == (1, 1, 1)
    for name, element in elements(document):
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2]
            assert not attribute.startswith("on") and attribute not in ("style", "src", "srcdoc", "action", "formaction"), key
            if attribute == "href":
                assert value.startswith("#"), value
            if name != "meta":
                assert "url(" not in value or re.fullmatch(r"url\(#[\w-]+\)", value), value


# -- What is on it ---------------------------------------------------------------------------------------------------------


def test_the_parts_stand_in_the_order_in_which_they_are_read(plans: tuple[Result, Comparison]) -> None:
    document = parsed(render(page_of(*plans)))
    heads = texts(document, "h2")
    assert heads == [
        *("Verdict", "Figures", "Pictures", "Parts of the centre", "Intervals", "Comparison"),
        *("The scenario as it was run", "Assumptions", "Seed and versions", "Definitions"),
    ]


@pytest.mark.parametrize("which", ["minimal", "two_queues", "week"])
def test_the_page_has_the_numbers_of_the_terminal(which: str, request: pytest.FixtureRequest, page: Printer) -> None:
    result: Result = request.getfixturevalue(which)
    printed = " ".join(page(result, 1000).split())
    told = page_of(result)
    said = [verdict.sentence for verdict in told.verdicts] + list(told.figure_lines[1:])
    cells = [(figure.label, figure.cells[:2]) for figure in told.figures]
    assert [words for words in said if " ".join(words.split()) not in printed] == []
    lines = [" ".join(line.split()) for line in page(result, 1000).splitlines()]
    assert [cell for cell in cells if not any(line.startswith(" ".join((cell[0], *cell[1]))) for line in lines)] == []
    for table in told.parts:
        for row in table.rows:
            assert " ".join(" ".join(cell.text for cell in row).split()) in printed


def test_every_figure_leads_to_its_definition(week: Result) -> None:
    told = page_of(week)
    document = parsed(render(told))
    ids = {element.attrib["id"] for _, element in elements(document) if "id" in element.attrib}
    links = {element.attrib["href"][1:] for name, element in elements(document) if name == "a"}
    assert links <= ids and {f"kpi-{figure.id}" for figure in told.figures} <= links
    definitions = " ".join(texts(document, "dd"))
    for figure in told.figures:
        assert REGISTRY[figure.id].sentence in definitions


def test_bands_are_the_ends_of_the_interval(two_queues: Result) -> None:
    told = page_of(two_queues)
    level = two_queues.kpi("service_level")
    assert told.figure_heads[:4] == ("Simulated", "±", "95 % interval", "Days P10 to P90")
    assert level.low is not None and level.high is not None
    low, high = numbers.percent(level.low), numbers.percent(level.high)
    assert told.figures[0].cells[2] == f"{low.removesuffix(' %')} to {high}"


def test_interval_table_has_every_interval_of_every_place(two_queues: Result) -> None:
    table = page_of(two_queues).intervals
    assert table is not None
    places = [row[0].text for row in table.rows]
    assert list(dict.fromkeys(places)) == [
        *("Centre", "Queue sales", "Queue service", "Team everybody", "Team helpers", "Team sellers")
    ]
    assert places.count("Centre") == len(
        {e.scope["interval"] for e in two_queues.by_interval("offered") if e.value is not None}
    )
    levels = [row[[column.title for column in table.columns].index("Service level")] for row in table.rows]
    expected = [e.value for e in two_queues.by_interval("service_level")]
    assert [cell.text for cell in levels[: len(expected)]] == [numbers.percent(value or 0.0) for value in expected]


def test_a_page_holds_only_so_many_intervals_and_says_so(two_queues: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_MOST_ROWS", 60)
    told = page_of(two_queues)
    assert told.intervals is not None and len(told.intervals.rows) <= 60
    assert told.intervals_note.startswith("2 of 6 places; all are in intervals.csv")
    monkeypatch.setattr(page, "_MOST_ROWS", 5)
    told = page_of(two_queues)
    assert told.intervals is None and "More than 5 intervals" in told.intervals_note


def test_steady_runs_have_a_page_too() -> None:
    told = page_of(run(load(SCENARIOS / "erlang_a.yaml"), reps=3, jobs=1))
    assert told.intervals is None and "Erlang A" in told.figure_heads
    assert "Days P10 to P90" not in told.figure_heads and "days" not in told.figure_lines[0]
    parsed(render(told))


def test_interrupted_runs_and_warnings_are_told_before_anything_else(two_queues: Result) -> None:
    told = page_of(dataclasses.replace(two_queues, interrupted=True, warnings=["W-ODD calls: <odd>"]))
    assert told.notices == ("The run was interrupted after 20 replications; 100 were planned.", "W-ODD calls: <odd>")
    assert "<li>W-ODD calls: &lt;odd&gt;</li>" in render(told)


def test_a_run_without_a_replication_has_no_page(two_queues: Result) -> None:
    with pytest.raises(ValueError, match="nothing to report"):
        page_of(dataclasses.replace(two_queues, replications=0))


def test_no_target_is_said(tmp_path: Path) -> None:
    scenario = from_dict(
        {"calls": {"a": {"volume": "20/h", "handle": "3m", "patience": "1m"}}, "agents": 2, "targets": {"abandonment": "50%"}}
    )
    told = page_of(run(scenario, reps=2, jobs=1))
    assert told.overall is not None and told._replace(overall=None, verdicts=()).overall is None
    assert "No target" in render(told._replace(overall=None, verdicts=()))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("82.1 %", 82.1), ("1,348.1", 1348.1), ("-2.5", -2.5), ("+1.0", 1.0), ("0:17", 17.0), ("1:02:03", 3723.0),
        ("-0:30", -30.0), ("<0.1 s", 0.1), (">99 %", None), ("–", None), ("", None), ("for ever", float("inf")),
        ("x 6.6", None), ("met", None), ("12.5 h", 12.5),
    ],
)  # fmt: skip
def test_cells_sort_by_what_they_say(text: str, key: float | None) -> None:
    assert sort_key(text) == key


# -- One file, always the same ---------------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes_and_so_does_its_folder(two_queues: Result, tmp_path: Path) -> None:
    write_report(two_queues, tmp_path / "a.html")
    two_queues.report(tmp_path / "b.html")
    ccsim.open_result(write_folder(two_queues, tmp_path)).report(tmp_path / "c.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes() == (tmp_path / "c.html").read_bytes()
    assert not list(tmp_path.glob(".ccsim-*"))


def test_a_page_that_cannot_be_finished_leaves_what_was_there(
    two_queues: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.html").write_text("mine")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_report(two_queues, tmp_path / "a.html")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"] and (tmp_path / "a.html").read_text() == "mine"


@pytest.mark.parametrize("which", ["week", "plans", "hostile"])
def test_the_policy_allows_one_style_sheet_one_script_and_nothing_else(which: str, files: dict[str, Path]) -> None:
    document = parsed(files[which].read_text("utf-8"))
    harmless(document)
    (policy,) = [e.attrib["content"] for _, e in elements(document) if e.attrib.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.keys() == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert {rules[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    for tag in ("style", "script"):
        (content,) = texts(document, tag)
        hashed = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{hashed}'"


@pytest.mark.parametrize("which", ["week", "plans", "hostile"])
def test_no_two_elements_have_one_id_and_every_reference_is_met(which: str, files: dict[str, Path]) -> None:
    document = parsed(files[which].read_text("utf-8"))
    ids = Counter(element.attrib["id"] for _, element in elements(document) if "id" in element.attrib)
    assert [id for id, number in ids.items() if number > 1] == []
    for name, element in elements(document):
        for key, value in element.attrib.items():
            wanted = re.findall(r"url\(#([^)]+)\)", value) if name != "meta" else []
            if key in ("aria-labelledby", "aria-describedby"):
                wanted += value.split()
            if key.rpartition("}")[2] == "href":
                wanted.append(value[1:])
            assert set(wanted) <= set(ids), (key, value)


@pytest.mark.parametrize("which", ["week", "plans"])
def test_no_address_is_on_an_ordinary_page(which: str, files: dict[str, Path]) -> None:
    assert re.findall(r"(?:https?:|ftp:|data:|//\w)[^ ]*", files[which].read_text("utf-8")) in ([], ["// Tables"])


# -- Hostile names ---------------------------------------------------------------------------------------------------------


def test_every_name_of_a_hostile_centre_stands_on_the_page_as_it_is(hostile_page: Page) -> None:
    document = parsed(render(hostile_page))
    cells = Counter(texts(document, "th")) + Counter(texts(document, "bdi"))
    n = len(PAYLOADS)
    for kind, word in (("queue", "Queue "), ("team", "Team ")):
        for name in hostile_names(kind, n):
            assert cells[name] and cells[word + name], name
    for name in hostile_names("call", n):
        assert cells[name], name
    for name in hostile_names("what_if", 45)[44:]:
        assert cells[name] and name in texts(document, "h3"), name
    whole = "".join(texts(document, "section"))
    assert all(name in whole for kind in ("call", "queue", "team") for name in hostile_names(kind, n))
    assert hostile_names("event", 1)[0] in whole
    drawn = " ".join(texts(document, "text"))
    assert hostile_names("what_if", 45)[44] in drawn, "plans are named in the pictures"


def test_every_payload_in_every_slot_of_one_text_stays_text() -> None:
    """Name, description, currency and warnings: the page without its pictures, once for each payload."""
    result = run(hostile_scenario(1), reps=2, jobs=1, neighbours=False)
    seen = 0
    for payload in PAYLOADS:
        changed = result.scenario.with_({"description": payload, "currency": payload}, name=payload)
        told = page_of(dataclasses.replace(result, scenario=changed, warnings=[payload]))
        document = parsed(render(told._replace(charts=(), parts=(), intervals=None)))
        harmless(document)
        (title,), (name, description) = texts(document, "h1"), texts(document, "bdi")[:2]
        assert (title, name, description) == (payload, payload, payload)
        assert texts(document, "title")[0] == f"{payload} - ccsim report"
        assert payload in texts(document, "li") and f"Cost a day, {payload}" in texts(document, "th")
        seen += 5
    assert seen == 5 * len(PAYLOADS) == 5 * 64


@pytest.fixture(autouse=True)
def no_pictures_where_names_are_only_texts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "every_payload" in request.node.name:
        monkeypatch.setattr(page, "charts_of", lambda _: ())
        monkeypatch.setattr(page, "_intervals", lambda _: (None, ""))


def test_a_hostile_scenario_on_the_terminal_moves_no_cursor(hostile: tuple[Result, Comparison], page: Printer) -> None:
    said = page(hostile[0], intervals=True)
    assert not [letter for letter in set(said) if not letter.isprintable() and letter != "\n"]


def test_without_escaping_the_tests_above_would_fail(hostile_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    import jinja2

    whole = jinja2.Environment

    def careless(**options: Any) -> jinja2.Environment:
        return whole(**{**options, "autoescape": False})

    monkeypatch.setattr(jinja2, "Environment", careless)
    with pytest.raises(AssertionError):
        harmless(parsed(render(hostile_page)))


# -- The command line ------------------------------------------------------------------------------------------------------


def test_a_folder_and_its_scenario_give_one_page(call: Call, tmp_path: Path) -> None:  # noqa: F811
    scenario = SCENARIOS / "minimal.yaml"
    assert call("run", scenario, "--reps", 5, "-q", "--out", tmp_path / "runs").exit_code == 0
    (folder,) = (tmp_path / "runs").iterdir()
    said = call("report", folder, "-o", tmp_path / "a.html")
    assert (said.exit_code, said.stdout) == (0, "") and "written to" in said.stderr
    assert call("report", scenario, "--reps", 5, "-q", "-o", tmp_path / "b.html").exit_code == 0
    first, second = ((tmp_path / name).read_text("utf-8") for name in ("a.html", "b.html"))
    timed = re.compile(r"<dt>Simulated in</dt><dd>[\d.]+ s</dd>")
    assert timed.sub("", first) == timed.sub("", second)


def test_runs_and_what_ifs_are_compared_with_the_first(call: Call, tmp_path: Path) -> None:  # noqa: F811
    scenario = SCENARIOS / "two_queues.yaml"
    for extra in ((), ("--what-if", "two_more")):
        assert call("run", scenario, "--reps", 4, "-q", "--out", tmp_path / "runs", *extra).exit_code == 0
    folders = sorted((tmp_path / "runs").iterdir(), key=lambda path: "two_more" in (path / "scenario.yaml").read_text()[:30])
    assert call("report", *folders, "-q", "-o", tmp_path / "a.html").exit_code == 0
    assert call("report", folders[0], "--what-if", "two_more", "-q", "-o", tmp_path / "b.html").exit_code == 0
    for name, plan in (("a.html", folders[1].name), ("b.html", "two_more")):
        document = parsed((tmp_path / name).read_text("utf-8"))
        assert "Comparison" in texts(document, "h2") and plan in texts(document, "h3")


def test_folders_with_hostile_names_are_only_names(call: Call, tmp_path: Path) -> None:  # noqa: F811
    names = [f"<img src=x onerror={HIT}>", '=cmd|\' &amp; "x"']
    for reps in (3, 3):
        assert call("run", SCENARIOS / "minimal.yaml", "--reps", reps, "-q", "--out", tmp_path / "runs").exit_code == 0
    folders = [
        path.rename(path.with_name(name)) for path, name in zip(sorted((tmp_path / "runs").iterdir()), names, strict=True)
    ]
    assert call("report", *folders, "-q", "-o", tmp_path / "x.html").exit_code == 0
    document = parsed((tmp_path / "x.html").read_text("utf-8"))
    harmless(document)
    assert set(names) <= set(texts(document, "th"))
    assert f"{names[1]}: identical to {names[0]}, row by row." in texts(document, "p")


def test_what_is_refused_before_anything_is_simulated(call: Call, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "there.html").write_text("mine")
    scenario = SCENARIOS / "minimal.yaml"
    said = call("report", scenario, "-o", tmp_path / "there.html")
    assert said.exit_code == 2 and "exists already" in said.stderr and (tmp_path / "there.html").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    said = call("report", tmp_path / "empty", "-o", tmp_path / "x.html")
    assert said.exit_code == 2 and "E-RUN" in said.stderr
    said = call("report", tmp_path / "empty", "--reps", 3, "-o", tmp_path / "x.html")
    assert said.exit_code == 2 and "--reps is for scenario files" in said.stderr
    said = call("report", scenario, "--reps", 2, "--what-if", "none", "-q", "-o", tmp_path / "x.html")
    assert said.exit_code == 2 and "no what-if of that name" in said.stderr
    assert not (tmp_path / "x.html").exists()


def test_runs_with_other_callers_are_refused(call: Call, tmp_path: Path) -> None:  # noqa: F811
    scenario = SCENARIOS / "minimal.yaml"
    for seed in (1, 2):
        assert call("run", scenario, "--reps", 2, "--seed", seed, "-q", "--out", tmp_path / "runs").exit_code == 0
    said = call("report", *sorted((tmp_path / "runs").iterdir()), "-o", tmp_path / "x.html")
    assert said.exit_code == 2 and "their callers are not the same" in said.stderr


def test_a_hostile_scenario_that_is_no_scenario_moves_no_cursor_either(call: Call, tmp_path: Path) -> None:  # noqa: F811
    bad = tmp_path / "bad.yaml"
    bad.write_text('name: "\\e[31mred"\ncalls: {"\\u202egnp": {volume: 6/h, handle: 1m}}\nagents: 1\n', "utf-8")
    said = call("report", bad, "-o", tmp_path / "x.html")
    assert said.exit_code == 2 and "E-NAME-CHAR" in said.stderr
    assert "\x1b" not in said.stderr and "\u202e" not in said.stderr


def test_the_table_of_passages_has_a_title_that_reads() -> None:
    calls = {name: {"volume": "30/h", "handle": "4m", "patience": "2m"} for name in ("a", "b")}
    queues = {"a": {"teams": ["x"], "overflow": [{"after": "10s", "to": "b"}]}, "b": {"teams": ["y"]}}
    centre = {"calls": calls, "queues": queues, "agents": {"x": {"headcount": 2}, "y": {"headcount": 3}}}
    html = render(page_of(run(from_dict(centre), reps=2, jobs=1, neighbours=False)))
    assert "From queue to queue, a day" in html and "By from" not in html
