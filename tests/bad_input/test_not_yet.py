"""Keys of the format this version cannot simulate: known, refused where they stand, never ignored and never 'unknown'."""

from __future__ import annotations

from pathlib import Path

from ccsim.scenario import check

EVERYTHING = """\
calls:
  billing:
    volume: {csv: data/f.csv, date: Date, time: Interval, column: Billing}
    talk: 4m
    needs_authority: {share: 42%, amount: {lognormal: {median: 30, p90: 180}}, talk: 125%}
    unresolved: 6%
ivr:
  start: welcome
  nodes:
    welcome: {time: 18s, next: {queue: 100%}}
queues:
  billing:
    calls: [billing]
    callback: {accept: 35%}
authority_levels: {none: 0, manager: unlimited}
agents:
  tier1:
    authority: advisor
    credit_budget: 200/day
  vendor:
    unresolved: 9%
make_it_right: {policy: second_person}
after_contact:
  redial: {share: 45%, after: 6m}
  return: {share: 3%}
  leave: {share: 0.2%}
  satisfaction: {base: 4.5}
run: {carry_in: steady}
what_if:
  a: {set: {agents.tier1.authority: lead}, keep_payroll_by: agents.tier1.shifts.early.mon, also: b}
"""
REFUSED = [
    "calls.billing.needs_authority",
    "calls.billing.unresolved",
    "queues.billing.callback",
    "authority_levels",
    "agents.tier1.authority",
    "agents.tier1.credit_budget",
    "agents.vendor.unresolved",
    "make_it_right",
    "after_contact.return",
    "after_contact.leave",
    "after_contact.satisfaction",
    "run.carry_in",
    "what_if.a.keep_payroll_by",
    "what_if.a.also",
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
