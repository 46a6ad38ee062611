"""Bad input, case by case: each is refused by one named code at its own path and line, with little work, without a traceback.

The ids are those of the project's catalogue of inputs on which real tools failed (YAML readings, units, limits, paths).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

import ccsim
from ccsim.errors import Problem
from ccsim.scenario import check, document

BASE = """\
ccsim: 1
name: Help desk
open: 09:00-17:00
calls:
  support:
    volume: 60/h
    handle: 4m
    patience: 2m
queues:
  support: {calls: [support], teams: [desk]}
agents:
  desk: {headcount: 6}
target: 80/20
run: {replications: 100, seed: 1}
"""
PACKAGE = str(Path(ccsim.__file__).parent)
MOST_CALLS, MOST_CALLS_PER_PIECE = 5_000, 20


class Work:
    """What a check does: pieces of YAML taken from the reader, and calls of functions of the package."""

    pieces = calls = 0


@contextmanager
def counted() -> Iterator[Work]:
    """Counts the work done inside: the same on any machine, however busy."""
    work, events = Work(), document._events

    def pieces(text: str) -> Iterator[Any]:
        for event in events(text):
            work.pieces += 1
            yield event

    def profile(frame: FrameType, event: str, _: Any) -> None:
        work.calls += event == "call" and frame.f_code.co_filename.startswith(PACKAGE)

    before = sys.getprofile()
    with patch.object(document, "_events", pieces):
        sys.setprofile(profile)
        try:
            yield work
        finally:
            sys.setprofile(before)


class Case(NamedTuple):
    """Lines of BASE that are replaced, and what must be said."""

    id: str
    lines: dict[int, str]
    code: str
    path: str
    line: int


VOLUME, HANDLE, PATIENCE = 6, 7, 8


def volume(id: str, text: str, code: str, path: str = "calls.support.volume") -> Case:
    return Case(id, {VOLUME: f"    volume: {text}"}, code, path, VOLUME)


def handle(id: str, text: str, code: str, path: str = "calls.support.handle") -> Case:
    return Case(id, {HANDLE: f"    handle: {text}"}, code, path, HANDLE)


def agents(id: str, text: str, code: str) -> Case:
    return Case(id, {12: f"  desk: {{headcount: {text}}}"}, code, "agents.desk.headcount", 12)


def opening(id: str, text: str, code: str) -> Case:
    return Case(id, {3: f"open: {text}"}, code, "open", 3)


def run(id: str, text: str, code: str, path: str) -> Case:
    return Case(id, {14: f"run: {{{text}}}"}, code, path, 14)


CASES = [
    opening("B04-26h", "09:00-26:00", "E-TIME-RANGE"),
    opening("B05-decimal", "7.5-17:00", "E-TIME-FORMAT"),
    opening("B05-bare", "730-1700", "E-TIME-FORMAT"),
    opening("B06", "09:60-17:00", "E-TIME-RANGE"),
    Case("B08", {12: "  desk: {headcount: 5}\n  desk: {headcount: 50}"}, "E-YAML-DUP", "agents.desk", 13),
    Case("B09", {12: "  desk: {headcount: 5, headcount: 6}"}, "E-YAML-DUP", "agents.desk.headcount", 12),
    Case("B12-list", {10: "  support: {calls: [null], teams: [desk]}"}, "E-NAME-TYPE", "queues.support.calls.0", 10),
    agents("B13", "010", "E-INT-OCTAL"),
    agents("B14", "08", "E-INT-OCTAL"),
    volume("B16-underscore", "1_000/h", "E-NUM-FORMAT"),
    volume("B16-comma", '"1,000/h"', "E-NUM-FORMAT"),
    volume("B16-european", '"1.000,5/h"', "E-NUM-FORMAT"),
    volume("B17", ".nan/h", "E-NUM-FINITE"),
    volume("B18-inf", ".inf/h", "E-NUM-FINITE"),
    volume("B18-minus", "-.inf/h", "E-NUM-FINITE"),
    volume("B18-overflow", "1.0e400/h", "E-NUM-FINITE"),
    handle("B17-time", ".nan", "E-NUM-FINITE"),
    volume("B19", "-5/h", "E-NUM-MIN"),
    handle("B20", "0s", "E-NUM-POSITIVE"),
    handle("B20-all", "{deterministic: 0s}", "E-NUM-POSITIVE"),
    agents("B22-float", "3.0", "E-INT-TYPE"),
    agents("B22-half", "3.5", "E-INT-TYPE"),
    agents("B22-quoted", '"3"', "E-INT-TYPE"),
    agents("B22-true", "true", "E-INT-TYPE"),
    Case("B23", {8: "    patience: {exponential: 2m, balk: 1.2}"}, "E-PROB-RANGE", "calls.support.patience.balk", 8),
    Case(
        "B23-sum",
        {8: "    patience: {hyperexponential: [{share: 30%, mean: 25s}, {share: 69%, mean: 6m}]}"},
        "E-PROB-SUM",
        "calls.support.patience.hyperexponential",
        8,
    ),
    Case("B24", {14: "run: {confidence: 95}"}, "E-PROB-RANGE", "run.confidence", 14),
    handle("B25", "5", "E-UNIT-MISSING"),
    handle("B25-clock", "08:30", "E-UNIT-MISSING"),
    volume("B25-rate", "60", "E-UNIT-MISSING"),
    Case("B27", {12: "  desk: {headcuont: 6}"}, "E-KEY-UNKNOWN", "agents.desk.headcuont", 12),
    Case("B29", {HANDLE: "    scale: 110%"}, "E-KEY-MISSING", "calls.support", HANDLE - 1),
    Case("B33", {VOLUME: "\tvolume: 60/h"}, "E-YAML-SYNTAX", "", VOLUME),
    Case("B35", {12: "  desk: *x"}, "E-YAML-ALIAS", "agents", 12),
    Case("B36", {12: "  desk: &a [*a]"}, "E-YAML-ALIAS", "agents", 12),
    agents("B41", "9" * 5000, "E-NUM-RANGE"),
    agents("B41-hex", "0x" + "f" * 5000, "E-NUM-RANGE"),
    volume("B41-rate", "9" * 190 + "/h", "E-NUM-RANGE"),
    Case("B42", {12: '  desk: !!python/object/apply:os.system ["id"]'}, "E-YAML-TAG", "agents", 12),
    Case("B44", {2: "start: 2024-13-45"}, "E-DATE", "start", 2),
    Case("B44-february", {2: "start: 2024-02-30"}, "E-DATE", "start", 2),
    Case("B47", {12: "  ? [1, 2]\n  : 5"}, "E-KEY-TYPE", "agents", 12),
    Case("B50", {2: 'name: "a\\x00b"'}, "E-NAME-CHAR", "name", 2),
    Case("B50-escape", {12: '  "\\x1b[31mdesk": {headcount: 6}'}, "E-NAME-CHAR", "agents.\\x1b[31mdesk", 12),
    Case("B53", {12: f"  {'d' * 900}: {{headcount: 6}}"}, "E-LIMIT", "agents." + "d" * 97 + "...", 12),
    agents("B56", "1000000000", "E-LIMIT"),
    run("B57", "replications: 1e12", "E-LIMIT", "run.replications"),
    run("B57-int", "replications: 1000000000", "E-LIMIT", "run.replications"),
    volume("B58", "1e9/h", "E-LIMIT"),
    volume("B61", "[" + ", ".join(["5"] * 15) + "]", "E-LEN"),
    Case("B62", {3: "open: {mon-wed: 09:00-17:00, wed-fri: 10:00-16:00}"}, "E-OVERLAP", "open.wed-fri", 3),
    Case("B62-same", {3: "open: {mon: 09:00-17:00, Mon: 10:00-16:00}"}, "E-OVERLAP", "open.Mon", 3),
    Case("B62-night", {3: "days: 2\nopen: {mon: 20:00-08:00, tue: 07:00-17:00}"}, "E-OVERLAP", "open", 4),
    opening("B63", "09:00-09:00", "E-TIME-ORDER"),
    Case("B65", {10: "  support: {calls: [support], teams: [dsk]}"}, "E-REF", "queues.support.teams.0", 10),
    Case("B65-call", {10: "  support: {calls: [suport], teams: [desk]}"}, "E-REF", "queues.support.calls.0", 10),
    Case(
        "B67",
        {VOLUME: "    volume: 120/h", PATIENCE: "    patience: never", 14: "run: {mode: steady, length: 40h}"},
        "E-UNSTABLE",
        "calls.support",
        VOLUME,
    ),
    Case(
        "B68",
        {VOLUME: f"    volume: [{', '.join(['5'] * 15)}, 6]", 14: "run: {mode: steady, length: 40h}"},
        "E-MODE",
        "calls.support.volume",
        VOLUME,
    ),
    run("B68-warm-up", "mode: steady, length: 4h, warm_up: 4h", "E-MODE", "run.warm_up"),
    run("B69", "replications: 1, confidence: 95%", "E-STATS", "run.replications"),
    handle("B71-mu", "{lognormal: {mean: 5m, mu: 1}}", "E-KEY-UNKNOWN", "calls.support.handle.lognormal.mu"),
    handle("B71-mean-median", "{lognormal: {mean: 5m, median: 4m}}", "E-DIST", "calls.support.handle.lognormal"),
    handle("B71-erlang", "{erlang: {mean: 5m, phases: 2.5}}", "E-DIST", "calls.support.handle.erlang.phases"),
    handle("B71-triangular", "{triangular: {min: 5m, mode: 4m, max: 9m}}", "E-DIST", "calls.support.handle.triangular"),
    handle("B71-uniform", "{uniform: {min: 5m, max: 5m}}", "E-DIST", "calls.support.handle.uniform"),
    handle("B71-one-point", "{empirical: {values: [5m]}}", "E-DIST", "calls.support.handle.empirical"),
    handle("B71-negative", "{empirical: {values: [5m, -1s]}}", "E-NUM-MIN", "calls.support.handle.empirical.values.1"),
    handle("B71-two", "{exponential: 5m, deterministic: 4m}", "E-DIST"),
    handle("B71-cv", "{gamma: {mean: 5m, cv: 0}}", "E-DIST", "calls.support.handle.gamma.cv"),
    handle("lognormal-spread", "{lognormal: {median: 0.0000001s, p90: 300d}}", "E-DIST", "calls.support.handle.lognormal"),
    handle("lognormal-sd", "{lognormal: {mean: 1e-300s, sd: 300d}}", "E-DIST", "calls.support.handle.lognormal"),
    handle("gamma-sd", "{gamma: {mean: 1e-300s, sd: 300d}}", "E-DIST", "calls.support.handle.gamma"),
    handle("weibull-spread", "{weibull: {median: 0.0000001s, p90: 300d}}", "E-DIST", "calls.support.handle.weibull"),
    handle("B93-function", "mypkg:func", "E-PLUGIN-OFF"),
    handle("B93-expression", "\"__import__('os')\"", "E-DURATION"),
    Case("B93-plugin", {2: "plugin: os.system"}, "E-PLUGIN-OFF", "plugin", 2),
    run("B95-minus", "seed: -1", "E-SEED", "run.seed"),
    run("B95-half", "seed: 1.5", "E-SEED", "run.seed"),
    run("B95-word", 'seed: "abc"', "E-SEED", "run.seed"),
    run("B95-large", f"seed: {2**200}", "E-SEED", "run.seed"),
    run("B95-just", f"seed: {2**64}", "E-SEED", "run.seed"),
    Case("interval-end", {2: "interval: 7m"}, "E-INTERVAL", "interval", 2),
    Case("interval-half", {2: "interval: 7.5s"}, "E-INTERVAL", "interval", 2),
    Case("interval-third", {2: "interval: 33.33333333333333s"}, "E-INTERVAL", "interval", 2),
    opening("interval-start", "09:15-17:15", "E-INTERVAL"),
    opening("never-open", "{sun: 09:00-17:00}", "E-CLOSED"),
    Case("day-missing", {VOLUME: "    volume: {tue: 60/h}"}, "E-DAY-MISSING", "calls.support.volume", VOLUME),
    Case("two-queues", {10: "  support: {teams: [desk]}\n  other: {calls: [support]}"}, "E-REF", "queues.other.calls.0", 11),
    Case("both-handles", {HANDLE: "    handle: 4m\n    talk: 4m"}, "E-BOTH", "calls.support", VOLUME),
    Case("both-targets", {13: "target: 80/20\ntargets: {service_level: 80/20}"}, "E-BOTH", "target", 13),
    Case("other-period", {13: "targets: {asa: {goal: 20s, over: week, on: 90% of days}}"}, "E-RANGE", "targets.asa.on", 13),
    Case("spread", {2: "uncertainty: {centre_day: 6}"}, "E-PROB-RANGE", "uncertainty.centre_day", 2),
    Case("profile", {VOLUME: "    volume: {total: 9/day, profile: flta}"}, "E-REF", "calls.support.volume.profile", VOLUME),
    Case("never-handled", {HANDLE: "    handle: never"}, "E-DIST", "calls.support.handle", HANDLE),
    Case("no-mean", {HANDLE: "    handle: {loglogistic: {median: 4m, shape: 0.9}}"}, "E-DIST", "calls.support.handle", HANDLE),
    run("steady-no-length", "mode: steady", "E-MODE", "run"),
    run("length-not-steady", "length: 4h", "E-MODE", "run.length"),
    Case("replay-and-volume", {2: "replay: {calls: [{at: 9h, call_type: support}]}"}, "E-BOTH", "calls.support.volume", VOLUME),
    Case("version", {1: "ccsim: 2"}, "E-VERSION", "ccsim", 1),
    Case("blank", {PATIENCE: "    patience:"}, "E-VALUE-MISSING", "calls.support.patience", PATIENCE),
    Case("zone", {2: "timezone: Europe/Berlni"}, "E-TIMEZONE", "timezone", 2),
    Case("zone-of-a-site", {2: "sites: {omaha: {timezone: America/Chicago}}"}, "E-TIMEZONE", "sites.omaha.timezone", 2),
    Case("no-such-site", {12: "  desk: {headcount: 6, site: omaha}"}, "E-REF", "agents.desk.site", 12),
    Case("authority", {12: "  desk: {headcount: 6, authority: lead}"}, "E-REF", "agents.desk.authority", 12),
    Case("skill", {12: "  desk: {headcount: 6, skills: [a]}"}, "E-REF", "agents.desk.skills", 12),
]


def text_of(case: Case) -> str:
    lines = BASE.splitlines()
    for number, text in case.lines.items():
        lines[number - 1] = text
    return "\n".join(lines) + "\n"


def problems_of(folder: Path, content: str | bytes, most_pieces: int = document.MOST_NODES + 100) -> list[Problem]:
    """Check a file of this content; assert the promises every bad input has: among them, work that grows with it only."""
    path = folder / "bad.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sorted(folder.iterdir())
    with counted() as work:
        found = check(path)
    assert work.pieces <= most_pieces
    assert 0 < work.calls <= MOST_CALLS + MOST_CALLS_PER_PIECE * work.pieces
    assert sorted(folder.iterdir()) == before
    assert found.scenario is None
    assert found.problems
    for problem in found.problems:
        assert str(problem).isprintable()
    return list(found.problems)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_bad_value_is_refused_at_its_place(case: Case, tmp_path: Path) -> None:
    problems = problems_of(tmp_path, text_of(case))
    told = [(p.code, p.path.encode("unicode_escape").decode(), p.line) for p in problems]
    assert told == [(case.code, case.path, case.line)], "\n".join(map(str, problems))


def test_a_total_by_the_hour_is_told_how_to_write_it_by_the_day(tmp_path: Path) -> None:
    (told,) = problems_of(tmp_path, text_of(volume("", "{total: 500/h, profile: flat}", "", "")))
    assert (told.code, told.try_) == ("E-UNIT", "500/day")


def test_base_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(BASE)
    found = check(tmp_path / "good.yaml")
    assert found.scenario is not None and not found.problems


FILES = {
    "B30-empty": ("", "E-EMPTY"),
    "B30-comment": ("# nothing\n", "E-EMPTY"),
    "B30-mark": ("---\n", "E-EMPTY"),
    "B31-list": ("- a\n- b\n", "E-TYPE-TOP"),
    "B31-text": ("hello\n", "E-TYPE-TOP"),
    "B32": (BASE + "---\n" + BASE, "E-YAML-MULTI"),
    "B34": ("calls: [1, 2\n", "E-YAML-SYNTAX"),
    "B37": ("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "E-YAML-ALIAS"),
    "B39": ("calls: " + "[" * 5000, "E-YAML-DEPTH"),
    "B39-maps": ("calls: " + "{a: " * 1000, "E-YAML-DEPTH"),
    "B40": ("# " + "x" * 5_100_000, "E-FILE-SIZE"),
    "B40-list": ("calls: [" + "1," * 200_001 + "1]", "E-LIMIT"),
    "B48": (b"name: caf\xe9\n", "E-ENCODING"),
    "B50-raw": (b"name: a\x00b\n", "E-YAML-SYNTAX"),
    "B53-many": (
        "calls: {" + ", ".join(f"c{i}: {{volume: 1/h, handle: 4m}}" for i in range(1001)) + "}\nagents: 5\n",
        "E-LIMIT",
    ),
}


FEW = 10
READ = {"B37": FEW, "B39": 2 * document.MOST_DEPTH + FEW, "B39-maps": 2 * document.MOST_DEPTH + FEW, "B40": 0, "B48": 0}
"""Pieces that are read of what would grow without end: nothing of a bomb of aliases is unfolded, nobody climbs all levels."""


@pytest.mark.parametrize("name", FILES)
def test_bad_file_is_refused(name: str, tmp_path: Path) -> None:
    content, code = FILES[name]
    assert [p.code for p in problems_of(tmp_path, content, READ.get(name, document.MOST_NODES + FEW))] == [code]


def test_largest_list_is_read_with_work_in_proportion(tmp_path: Path) -> None:
    """B40: a list at the limit of values is read, with so many calls a value (and then refused for its length)."""
    problems = problems_of(tmp_path, BASE.replace("volume: 60/h", "volume: [" + "1," * 190_000 + "1]"))
    assert [p.code for p in problems] == ["E-LEN"]


@pytest.mark.parametrize(
    "base",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://localhost/a.yaml",
        "~/a.yaml",
        "$HOME/a.yaml",
        "\\\\s\\a",
    ],
)
@pytest.mark.parametrize("key", ["extends", "replay"])
def test_path_outside_the_folder_is_refused(key: str, base: str, tmp_path: Path) -> None:
    """B76, B77: and what lies there is never quoted."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    content = BASE.replace("    volume: 60/h\n", "") if key == "replay" else BASE
    problems = problems_of(folder, f"{key}: '{base}'\n" + content)
    assert [(p.code, p.path, p.line) for p in problems] == [("E-PATH", key, 1)]
    assert "root:" not in str(problems[0])


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("password: 1\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    problems = problems_of(folder, "extends: link.yaml\n" + BASE)
    assert [(p.code, p.path) for p in problems] == [("E-PATH", "extends")]


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    """B79: the circle is shown; a long chain ends."""
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    problems = check(tmp_path / "a.yaml").problems
    assert [(p.code, Path(p.file).name, p.line, p.col) for p in problems] == [("E-EXTENDS-CYCLE", "b.yaml", 1, 10)]
    assert "a.yaml -> b.yaml -> a.yaml" in problems[0].what
    (tmp_path / "self.yaml").write_text("extends: self.yaml\n")
    assert [p.code for p in check(tmp_path / "self.yaml").problems] == ["E-EXTENDS-CYCLE"]
    for i in range(1000):
        (tmp_path / f"c{i}.yaml").write_text(f"extends: c{i + 1}.yaml\n")
    assert [p.code for p in check(tmp_path / "c0.yaml").problems] == ["E-EXTENDS-CYCLE"]


CSV = {
    "nan": ("0,NaN", "E-CSV", "row 2, column v"),
    "blank": ("0,", "E-CSV", "row 2, column v"),
    "text": ("0,abc", "E-CSV", "row 2, column v"),
    "na": ("0,#N/A", "E-CSV", "row 2, column v"),
    "thousands": ('0,"1,000"', "E-CSV", "row 2, column v"),
    "negative": ("0,-4", "E-CSV", "row 2, column v"),
    "ragged": ("0,1,2", "E-CSV", "row 2 has 3 cells"),
    "one": ("0,5", "E-DIST", "at least two values"),
}


@pytest.mark.parametrize("name", CSV)
def test_bad_csv_cell_is_named_by_row_and_column(name: str, tmp_path: Path) -> None:
    """B73."""
    row, code, what = CSV[name]
    (tmp_path / "v.csv").write_text(f"i,v\n{row}\n")
    content = BASE.replace("handle: 4m", "handle: {empirical: {csv: v.csv, column: v}}")
    (problem,) = problems_of(tmp_path, content)
    assert (problem.code, problem.line) == (code, HANDLE)
    assert problem.path.startswith("calls.support.handle.empirical")
    assert what in problem.what


@pytest.mark.parametrize("header", ["1,2", "a,b", "v,v", ""])
def test_csv_without_its_header_is_refused(header: str, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(f"{header}\n1,5\n2,6\n")
    content = BASE.replace("handle: 4m", "handle: {empirical: {csv: v.csv, column: v}}")
    assert [p.code for p in problems_of(tmp_path, content)] == ["E-CSV"]


@pytest.mark.parametrize("text", ["i,v\r\n1,5\r\n2,6\r\n", "\ufeffi,v\n1,5\n2,6\n", "i;v\n1;5\n2;6\n", "i\tv\n1\t5\n2\t6"])
def test_csv_dialects_are_read(text: str, tmp_path: Path) -> None:
    """B73: CRLF, byte order mark, semicolons and tabs are no errors."""
    (tmp_path / "v.csv").write_bytes(text.encode())
    (tmp_path / "good.yaml").write_text(BASE.replace("handle: 4m", "handle: {empirical: {csv: v.csv, column: v}}"))
    found = check(tmp_path / "good.yaml")
    assert found.scenario is not None, found.problems
    assert found.scenario.calls["support"].handle.empirical.values == (5.0, 6.0)


GOOD = {
    "B01-B02": (BASE.replace("09:00-17:00", "08:00-22:30"), lambda s: s.open["daily"] == (8 * 3600, 22.5 * 3600)),
    "B03": (BASE.replace("09:00-17:00", "08:30:00-22:30:00"), lambda s: s.open["daily"] == (8.5 * 3600, 22.5 * 3600)),
    "B04": (BASE.replace("09:00-17:00", "00:00-24:00"), lambda s: s.open["daily"] == (0, 86400)),
    "B12": (BASE.replace("desk", "NO"), lambda s: list(s.agents) == ["NO"]),
    "B12-on": (BASE.replace("desk", "on").replace("Help on", "yes"), lambda s: list(s.agents) == ["on"]),
    "B15": (BASE.replace("60/h", "1e2/h"), lambda s: s.calls["support"].volume["daily"].rate.calls == 100.0),
    "B20-no-calls": (BASE.replace("60/h", "0/h"), lambda s: s.calls["support"].volume["daily"].rate.calls == 0.0),
    "B81": (BASE.replace("Help desk", "<script>alert(1)</script>"), lambda s: s.name == "<script>alert(1)</script>"),
    "B87": (BASE.replace("support", "=cmd|' -C calc'!A0"), lambda s: list(s.calls) == ["=cmd|' -C calc'!A0"]),
    "B95": (BASE.replace("seed: 1}", f"seed: {2**64 - 1}}}"), lambda s: s.run.seed == 2**64 - 1),
    "B95-null": (BASE.replace("seed: 1}", "seed: null}"), lambda s: 0 <= s.run.seed < 2**64),
    "infinite-patience": (
        BASE.replace("patience: 2m", "patience: never"),
        lambda s: s.calls["support"].patience.never is not None,
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_odd_but_good_value_is_read_as_written(name: str, tmp_path: Path) -> None:
    content, holds = GOOD[name]
    (tmp_path / "good.yaml").write_text(content)
    found = check(tmp_path / "good.yaml")
    assert found.scenario is not None, "\n".join(map(str, found.problems))
    assert holds(found.scenario)


def test_all_mistakes_are_told_in_one_pass(tmp_path: Path) -> None:
    content = BASE.replace("60/h", "60").replace("4m", "5").replace("headcount: 6", "headcuont: 6").replace("80/20", "80")
    problems = problems_of(tmp_path, content)
    assert [(p.code, p.line) for p in problems] == [
        ("E-UNIT-MISSING", 6),
        ("E-UNIT-MISSING", 7),
        ("E-KEY-UNKNOWN", 12),
        ("E-GOAL", 13),
    ]
