"""Rows that the kernel begins in the order of their keys are not sorted, and none that was kept in vain is left among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ccsim.engine.compiled import simulate as compiled
from ccsim.engine.compiled.room import Room
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import load
from ccsim.vocabulary import Outcome
from tests.engines.agreement import compare

SCENARIO = """
name: Transfers
open: 08:00-12:00
calls:
  sales: {volume: 80/h, handle: 4m, patience: 40s, transfer: {share: 50%, to: service}}
  service: {volume: 40/h, handle: 5m, patience: 1m}
agents: 9
"""


def program_of(folder: Path, text: str) -> Program:
    file = folder / "scenario.yaml"
    file.write_text(text)
    return compile_scenario(load(file)).program


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> list[Room]:
    """Rooms of the replications of a test."""
    seen: list[Room] = []

    def watched(*arguments: object, **options: object) -> Room:
        seen.append(Room(*arguments, **options))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(compiled, "Room", watched)
    return seen


def test_later_stays_that_were_foreseen_need_no_sorting(
    tmp_path: Path, rooms: list[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_by_owner", lambda table, *_: table)  # as it is
    program = program_of(tmp_path, SCENARIO)
    rows = compiled.simulate(program, 7, 0, rows=True).rows
    assert rows is not None
    clock = rooms[0].floor
    stays = rows.segments
    gone = np.isin(stays["outcome"], Outcome.ABANDONED) & (stays["segment"] == 0)
    assert (stays["segment"] == 1).sum() > 50, "many are transferred"
    assert 0 < clock.n_gaps <= gone.sum(), "of those who hung up before, some would have been"
    assert clock.n_late_segments == 0
    assert compare(program, 7, 0)[1:] == (0, 0, 0)


@pytest.mark.parametrize(
    "more",
    ["after_contact: {redial: {share: 60%, after: 3m, attempts: 3}}\n", "ivr: {start: menu, nodes: {menu: {time: 30s}}}\n"],
    ids=["redials", "an IVR"],
)
def test_what_was_not_foreseen_is_sorted(tmp_path: Path, rooms: list[Room], more: str) -> None:
    program = program_of(tmp_path, SCENARIO + more)
    assert compare(program, 7, 0)[1:] == (0, 0, 0)
    assert rooms[0].floor.n_late_segments > 0
