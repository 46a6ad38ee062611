"""KPIs of callbacks, by hand, of a day of eight calls (`tests.outcomes.days`): four ring off, of whom one is reached."""

from __future__ import annotations

import pytest

from ccsim.analysis import Accumulator, Metrics
from ccsim.analysis.kpi import service_level_formula
from ccsim.program.layout import Names
from tests.outcomes.days import DAYS, counts_of

PROGRAM = DAYS["callbacks"]
NAMES = Names(
    call_types=("a", "b", "c"),
    queues=("a", "b", "c"),
    teams=("x", "y", "z"),
    dates=("2024-01-01",),
    interval_labels=tuple(map(str, range(len(PROGRAM.intervals)))),
)


def values(metrics: Metrics | None = None) -> dict[tuple[str, str, str], float]:
    """Value by (KPI, queue or nothing, variant)."""
    acc = Accumulator(PROGRAM, NAMES, metrics)
    acc.add(counts_of("callbacks"))
    found = acc.estimates(scopes=("centre", "queue"), every_variant=True)
    return {
        (e.id, e.scope.get("queue", ""), e.variant): e.value
        for e in found
        if e.value is not None and e.basis in ("callback", "contact")
    }


def test_a_callback_has_its_own_row() -> None:
    """
    2 (queue a) fails after two dials of 10 s; 3 (b) rings off at 10, is reached at 70 after one, takes 30 + 20 + 10 s;
    6 (b) is never called; 7 (c) is taken off the list.
    """
    got = values()
    assert {id: got[id, "", ""] for id in ("callbacks_offered", "callbacks_taken", "callback_acceptance")} == {
        "callbacks_offered": 4,
        "callbacks_taken": 4,
        "callback_acceptance": 1,
    }
    ends = {id: got[id, "", ""] for id in ("called_back", "callbacks_failed", "callbacks_cleared", "callbacks_pending")}
    assert ends == {"called_back": 1, "callbacks_failed": 1, "callbacks_cleared": 1, "callbacks_pending": 1}
    assert got["callback_completion", "", ""] == pytest.approx(1 / 3)
    assert got["dials_in_vain", "", ""] == pytest.approx(2 / 3)
    assert got["time_to_callback", "", ""] == 60
    assert got["callback_handle_time", "", ""] == 20 + 10 + 30 + 20 + 10
    assert [got["callbacks_taken", queue, ""] for queue in "abc"] == [1, 2, 1]
    assert got["callback_handle_time", "b", ""] == 10 + 30 + 20 + 10
    assert 60 <= got["time_to_callback_p90", "b", ""] <= 61


def test_who_takes_a_callback_flows_out_and_is_not_answered_there() -> None:
    got = values()
    assert {id: got[id, "", ""] for id in ("offered", "answered", "flowed_out", "abandoned")} == {
        "offered": 8,
        "answered": 4,
        "flowed_out": 4,
        "abandoned": 0,
    }
    assert got["service_level", "", "answered_over_offered.include.20s"] == 0.5
    assert got["service_level", "", "answered_over_offered.exclude.20s"] == 1
    assert got["service_level", "", "connect.include.20s"] == 1, "who takes one in time counts, as Amazon Connect has it"
    assert got["service_level", "", "connect.exclude.20s"] == 1


def test_connect_counts_nobody_twice() -> None:
    """Where flow-outs in time count as served anyway, callbacks are among them."""
    formula = service_level_formula(Metrics("connect", "met"), 20.0, 0)
    assert formula.numerator == "answered_within_0 + abandoned_within_0 + flowed_out_within_0"
    assert service_level_formula(Metrics("connect", "include"), 20.0, 0).numerator.endswith("+ taken_within_0")
    assert "taken" not in service_level_formula(Metrics("connect", "exclude"), 20.0, 0).numerator


def test_nobody_called_back_no_kpi_of_it() -> None:
    program = DAYS["plain"]
    names = NAMES._replace(call_types=("call",), queues=("call",), teams=("team",))
    acc = Accumulator(program, names)
    acc.add(counts_of("plain"))
    assert not [e for e in acc.estimates() if e.basis == "callback"]
