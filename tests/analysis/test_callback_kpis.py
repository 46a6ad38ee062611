"""KPIs of callbacks, by hand, of a day of eight calls (`tests.outcomes.days`): four ring off, of whom one is reached."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

import ccsim
from ccsim.analysis import Accumulator, Metrics
from ccsim.analysis.kpi import service_level_formula
from ccsim.program.layout import Names
from ccsim.report.text import print_result
from ccsim.scenario import from_dict
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


def test_who_is_called_back_shares_the_cost_of_contacts() -> None:
    """One agent and calls without end: nearly all ring off. What they cost is not the few's who were answered on the line."""
    callback = {"accept": "100%", "dial": {"ring": {"deterministic": "10s"}}, "at_close": "clear"}
    centre = {
        "open": "09:00-10:00",
        "days": 2,
        "calls": {"a": {"volume": "30/h", "handle": {"deterministic": "3m"}}},
        "queues": {"a": {"callback": callback}},
        "agents": {"x": {"headcount": 1, "cost": "20/h"}},
    }
    result = ccsim.run(from_dict(centre), reps=3, neighbours=False, jobs=1)
    value = {id: result.kpi(id).value for id in ("answered", "called_back", "cost_per_day", "cost_per_contact")}
    assert value["called_back"] > 5 * value["answered"] > 0
    assert value["cost_per_contact"] == pytest.approx(value["cost_per_day"] / (value["answered"] + value["called_back"]))
    text = io.StringIO()
    print_result(result, Console(file=text, width=110))
    assert "of customers, waits of all attempts added; time to callback apart" in text.getvalue()
