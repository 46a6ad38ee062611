"""Keys of the format this version cannot simulate: known, refused where they stand, never ignored and never 'unknown'."""

from __future__ import annotations

from pathlib import Path

from ccsim.scenario import check

EVERYTHING = """\
calls:
  billing:
    volume: {csv: data/f.csv, date: Date, time: Interval, column: Billing}
    talk: 4m
    channel: chat
ivr:
  start: welcome
  nodes:
    welcome: {time: 18s, next: {queue: 100%}}
queues:
  billing:
    calls: [billing]
    clock: restart
agents:
  vendor:
    headcount: 3
make_it_right:
  on_shortfall: {escalate: 80%, refuse: 20%}
after_contact:
  redial: {share: 45%, after: 6m}
"""
REFUSED = [
    "calls.billing.channel",
    "queues.billing.clock",
]


def test_every_unsupported_key_is_refused_at_its_line_and_nothing_else_is_said(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(EVERYTHING)
    problems = check(path).problems
    assert {p.code for p in problems} == {"E-NOT-YET"}, "\n".join(str(p) for p in problems if p.code != "E-NOT-YET")
    assert [p.path for p in problems] == REFUSED
    lines = EVERYTHING.splitlines()
    for problem in problems:
        assert lines[problem.line - 1][problem.col - 1 :].startswith(problem.path.rpartition(".")[2])
