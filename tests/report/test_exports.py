"""Workbooks, Parquet files and frames hold the numbers of the CSV files, and no text in them is anything but text."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

import ccsim
from ccsim.experiment import Result, run
from ccsim.report.cells import MissingLibrary, need
from ccsim.report.folder import write_folder
from ccsim.report.workbook import sheet_titles, write_workbook
from ccsim.scenario import from_dict, load
from tests.report.conftest import SCENARIOS
from tests.report.hostile import FORMULAS, PAYLOADS, hostile_names, hostile_scenario

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl, of the extra excel, is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow, of the extra parquet, is not installed")


@pytest.fixture(scope="module")
def hostile() -> Result:
    return run(hostile_scenario(text=FORMULAS[0]), reps=3, jobs=1, rows=True, neighbours=False)


@pytest.fixture(scope="module")
def kept() -> Result:
    scenario = load(SCENARIOS / "two_queues.yaml", ["calls.*.scale=30%"])
    return run(scenario, reps=2, jobs=1, rows=True, neighbours=False)


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def written(value: Any) -> str:
    return "" if value is None else str(value)


def alike(cell: Any, text: str) -> bool:
    """A cell of a workbook holds what the CSV file says: numbers to the 16 digits that are written."""
    return float(text) == pytest.approx(cell, rel=1e-15) if isinstance(cell, float | int) else written(cell) == text


TEXTS = ("s", "inlineStr")
"""What openpyxl calls a cell of text; a formula would be f, an error e, a truth b."""


# -- Excel -----------------------------------------------------------------------------------------------------------------


def test_workbook_has_a_sheet_per_queue_with_the_lines_of_the_csv_file(two_queues: Result, tmp_path: Path) -> None:
    two_queues.to_excel(tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Run", "KPIs", "Queues", "Days", "Staffing", "Intervals", "sales", "service"]
    head, *intervals = lines(write_folder(two_queues, tmp_path) / "intervals.csv")
    place = head.index("queue")
    for title, queue in (("Intervals", "all"), ("sales", "sales"), ("service", "service")):
        found = list(book[title].iter_rows(values_only=True))
        expected = [line[:place] + line[place + 1 :] for line in intervals if line[place] == queue]
        assert list(found[0]) == head[:place] + head[place + 1 :]
        assert len(found) == len(expected) + 1
        for cells, texts in zip(found[1:], expected, strict=True):
            assert all(alike(cell, text) for cell, text in zip(cells, texts, strict=True)), (cells, texts)


def test_workbook_says_what_was_run_and_what_came_out(two_queues: Result, tmp_path: Path) -> None:
    write_workbook(two_queues, tmp_path / "x.xlsx")
    about = dict(openpyxl.load_workbook(tmp_path / "x.xlsx")["Run"].iter_rows(min_row=2, values_only=True))
    assert (about["scenario"], about["replications"], about["seed"]) == ("Sales and service", 20, str(two_queues.seed))
    assert (about["digest of the outcomes"], about["ccsim"]) == (two_queues.digest, ccsim.__version__)


def test_shares_are_shown_in_percent_and_times_in_seconds(two_queues: Result, tmp_path: Path) -> None:
    write_workbook(two_queues, tmp_path / "x.xlsx")
    page = openpyxl.load_workbook(tmp_path / "x.xlsx")["sales"]
    formats = {cell.value: page.cell(2, cell.column).number_format for cell in page[1]}
    assert (formats["service_level"], formats["asa_s"], formats["offered"]) == ("0.0%", "0.0", "#,##0.0")
    assert page.freeze_panes == "A2" and page.auto_filter.ref.startswith("A1:")


def test_no_text_of_a_workbook_is_a_formula_and_no_number_a_text(hostile: Result, tmp_path: Path) -> None:
    write_workbook(hostile, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {*TEXTS, "n"}
    texts = {cell.value for cell in cells if cell.data_type in TEXTS}
    assert set(hostile_names("queue", len(PAYLOADS))) <= texts
    risky = [cell for cell in cells if cell.data_type in TEXTS and cell.value[:1] in ("=", "+", "-", "@")]
    assert len(risky) > 20 and all(cell.quotePrefix for cell in risky), "they stay text when somebody edits them"
    values = [row[11] for row in book["KPIs"].iter_rows(min_row=2, values_only=True)]
    assert values == [None if e.value is None else pytest.approx(e.value, rel=1e-15) for e in hostile.estimates]
    assert any(
        value < 0 for row in book["Staffing"].iter_rows(min_row=2, min_col=5, values_only=True) for value in row if value
    )


def test_sheets_have_titles_excel_accepts() -> None:
    names = [*hostile_names("queue", len(PAYLOADS)), "History", "a" * 31 + "b", "A" * 31 + "c", "'quoted'", "''", "x\x0cy"]
    titles = sheet_titles(names)
    assert len({title.upper() for title in titles}) == len(names)
    assert all(0 < len(title) <= 31 and not set("[]:*?/\\\x0c") & set(title) for title in titles)
    assert not any(title.startswith("'") or title.endswith("'") or title.upper() == "HISTORY" for title in titles)
    assert sheet_titles(["sales", "Sales"]) == ["sales", "Sales (2)"]


# -- CSV -------------------------------------------------------------------------------------------------------------------


def test_no_cell_of_a_csv_file_begins_a_formula_and_numbers_gain_no_quote(hostile: Result, tmp_path: Path) -> None:
    folder = write_folder(hostile, tmp_path, calls=True)
    files = list(folder.glob("*.csv"))
    assert len(files) == 9
    for path in files:
        cells = [cell for line in lines(path) for cell in line if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
        for cell in cells:
            float(cell)  # only numbers may
    assert [line[11] for line in lines(folder / "kpis.csv")[1:]] == [written(e.value) for e in hostile.estimates]
    named = {line[4] for line in lines(folder / "kpis.csv")[1:]}
    formulas = [name for name in hostile_names("queue", len(PAYLOADS)) if name[0] in "=+-@"]
    assert len(formulas) > 4 and {f"'{name}" for name in formulas} <= named


# -- Parquet ---------------------------------------------------------------------------------------------------------------


def test_parquet_files_hold_the_tables_of_the_csv_files(kept: Result, tmp_path: Path) -> None:
    folder = write_folder(kept, tmp_path, calls=True, file_format="parquet")
    as_csv = write_folder(kept, tmp_path, calls=True)
    names = {path.stem for path in as_csv.glob("*.csv")}
    assert {path.stem for path in folder.glob("*.parquet")} == names and not list(folder.glob("*.csv"))
    for name in names:
        table = parquet.read_table(folder / f"{name}.parquet")
        head, *rows = lines(as_csv / f"{name}.csv")
        assert table.column_names == head
        found = zip(*(table.column(name).to_pylist() for name in head), strict=True)
        assert [[written(cell) for cell in row] for row in found] == rows
        told = json.loads(table.schema.metadata[b"ccsim"])
        assert (told["digest"], told["seed"]) == (kept.digest, kept.seed)


def test_parquet_keeps_every_name_as_it_is(hostile: Result, tmp_path: Path) -> None:
    folder = write_folder(hostile, tmp_path, calls=True, file_format="parquet")
    place = set(parquet.read_table(folder / "legs.parquet").column("place").to_pylist())
    assert place == {hostile.names.queues[code] for code in hostile.rows.segments["place"]}  # type: ignore[union-attr]


# -- pandas ----------------------------------------------------------------------------------------------------------------


def test_frames_are_the_tables_of_the_folder(kept: Result, tmp_path: Path) -> None:
    folder = write_folder(kept, tmp_path, calls=True)
    for name in ("kpis", "by_queue", "days", "intervals", "staffing", "episodes", "contacts", "legs", "agent_states"):
        frame = getattr(kept.frames, name)
        head, *rows = lines(folder / f"{name}.csv")
        assert list(frame.columns) == head
        assert [
            ["" if cell is pandas.NA or cell != cell else str(cell) for cell in row] for row in frame.to_numpy().tolist()
        ] == rows


def test_frames_know_what_is_a_number_a_name_and_nothing(kept: Result) -> None:
    legs, intervals = kept.frames.legs, kept.frames.intervals
    assert legs["wait_s" if "wait_s" in legs else "entered_at_s"].dtype == np.float64
    assert isinstance(legs["place"].dtype, pandas.CategoricalDtype)
    assert set(legs["outcome"].cat.categories) > {"served", "abandoned"}
    assert legs["agent"].dtype == "Int64" and legs["agent"].isna().sum() == (kept.rows.segments["agent"] == -1).sum()  # type: ignore[union-attr]
    assert not np.isinf(legs.select_dtypes("float64")).any().any()
    assert intervals["asa_s"].dtype == np.float64
    served = legs[legs.outcome == "served"]
    assert (served.answered_at_s - served.entered_at_s).mean() == pytest.approx(kept.kpi("asa").value, abs=1e-5)


ROSTER = (("=1+1", "desk"), ("Ann", "desk"), ("Ben", "desk"), ("Ann", "late"), ("@SUM(1)", "late"))


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Two teams by one roster file, each with an Ann, and one of seats."""
    folder = tmp_path_factory.mktemp("named")
    rows = [f"{who},{team},2024-01-01 09:00,2024-01-01 11:00" for who, team in ROSTER]
    (folder / "roster.csv").write_text("\n".join(["agent,team,start,end", *rows]) + "\n", "utf-8")
    roster = {"csv": "roster.csv", "team": "team"}
    content = {
        "open": "09:00-11:00",
        "calls": {"a": {"volume": "200/h", "handle": "4m", "patience": "2m"}},
        "agents": {"desk": {"roster": roster}, "late": {"roster": roster}, "seats": {"headcount": 3}},
    }
    (folder / "centre.yaml").write_text(json.dumps(content), "utf-8")
    return run(load(folder / "centre.yaml"), reps=2, jobs=1, rows=True, neighbours=False)


def test_rows_name_agents_as_the_roster_does_and_others_by_their_place_in_the_team(named: Result, tmp_path: Path) -> None:
    """Agents are numbered by team, in a roster by name; the two Anns are told apart by their teams."""
    known = ["=1+1", "desk/Ann", "Ben", "@SUM(1)", "late/Ann", "seats/1", "seats/2", "seats/3"]
    assert named.rows is not None and set(named.rows.agent_states["agent"].tolist()) == set(range(8))
    for frame in (named.frames.legs, named.frames.agent_states):
        met = frame[frame.agent.notna()]
        assert [known[agent] for agent in met.agent] == met.agent_name.tolist()
        assert frame.agent_name.isna().equals(frame.agent.isna())
    folder = write_folder(named, tmp_path, calls=True)
    for file in ("legs.csv", "agent_states.csv"):
        head, *rows = lines(folder / file)
        number, name = head.index("agent"), head.index("agent_name")
        assert name == number + 1
        said = {(row[number], row[name]) for row in rows}
        assert said - {("", "")} == {(str(i), f"'{who}" if who[0] in "=@" else who) for i, who in enumerate(known)}
    folder = write_folder(named, tmp_path, calls=True, file_format="parquet")
    assert set(parquet.read_table(folder / "legs.parquet").column("agent_name").to_pylist()) == {*known, None}


def test_a_run_saved_before_agents_had_names_has_no_column_of_them(kept: Result) -> None:
    frame = ccsim.frames(dataclasses.replace(kept, names=kept.names._replace(agents=()))).legs
    assert "agent_name" not in frame.columns and "agent" in frame.columns


def test_a_queue_and_a_node_of_one_name_are_one_category(kept: Result) -> None:
    assert kept.rows is not None
    names = kept.names._replace(ivr_nodes=tuple("sales" for _ in kept.names.ivr_nodes))
    frame = ccsim.frames(dataclasses.replace(kept, names=names)).legs
    assert set(frame.place) == {"sales", "service"}


def test_rows_read_back_are_frames_too(kept: Result, tmp_path: Path) -> None:
    kept.save(tmp_path / "run")
    again = ccsim.frames(ccsim.open_run(tmp_path / "run"))
    pandas.testing.assert_frame_equal(again.legs, kept.frames.legs)
    with pytest.raises(ValueError, match="no kpis. Try: ccsim.run, or ccsim.open_result"):
        _ = again.kpis


def test_frames_say_what_they_have_and_what_is_missing(two_queues: Result) -> None:
    with pytest.raises(AttributeError, match="no frame 'calls'; have kpis, by_queue"):
        _ = two_queues.frames.calls
    with pytest.raises(ValueError, match=r"no legs. Try: ccsim.run\(scenario, rows=True\)"):
        _ = two_queues.frames.legs


# -- Libraries that are not there ------------------------------------------------------------------------------------------


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingLibrary, match=r"openpyxl is not installed. Try: pip install 'ccsim\[excel\]'"):
        need("openpyxl", "excel")


def test_a_satisfaction_that_is_not_reckoned_is_an_empty_cell_not_a_nought() -> None:
    """Who waits for ever has none; the mean of the column is the figure of the page."""
    calls = {"a": {"volume": "20/h", "handle": "2m", "unresolved": "5%"}, "b": {"volume": "5/h", "handle": "2m"}}
    centre = {
        "open": "09:00-11:00",
        "calls": calls,
        "queues": {"a": {"teams": ["desk"]}, "b": {"teams": ["nobody"]}},
        "agents": {"desk": {"headcount": 2}, "nobody": {"headcount": 0}},
        "after_contact": {"satisfaction": {"base": 4.5, "per_minute_waited": -0.1}},
    }
    result = run(from_dict(centre), reps=2, jobs=1, rows=True, neighbours=False)
    cases = result.frames.cases
    assert cases["satisfaction"].isna().sum() > 0
    assert cases["satisfaction"].mean() == pytest.approx(result.kpi("satisfaction").value, abs=1e-6)
