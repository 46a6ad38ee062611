"""The bound bites: a scenario or a count that is a little wrong is told from the right one in every case tried here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ccsim.analysis.estimate import Label, Moments, ratios
from tests.verification.cases import CASES
from tests.verification.compare import judge, standard_error
from tests.verification.model import Case, Metric, Part, wrong


def _off(case: Case, part: Part, scale: float = 1.0) -> set[str]:
    """Metrics that give a wrong part away, at the bound of the whole case."""
    return {c.metric.name for c in judge(case, scale, (part,)).off}


_SLIPS: dict[str, tuple[str, int, dict[str, Any], set[str]]] = {
    # what is wrong: case, part, paths, metrics that must notice (others may)
    "patience 3 % longer": (
        "exact-erlanga-small",
        0,
        {"calls.calls.patience": {"exponential": {"mean": "2.06m"}}},
        {"p_ab", "eq", "ew"},
    ),
    "handle time 1 % longer": ("exact-erlanga-small", 0, {"calls.calls.handle": "4.04m"}, {"occupancy"}),
    "1 % more calls": ("exact-erlanga-small", 0, {"calls.calls.volume": "1.01/min"}, {"throughput", "occupancy"}),
    "one agent more": ("exact-mmn-g-exp", 0, {"agents": 21}, {"occupancy", "p_ab", "p_wait"}),
    "balking 12 % instead of 10": (
        "exact-erlanga-balk",
        0,
        {"calls.calls.patience": {"exponential": {"mean": "16.666666667m"}, "balk": 0.12}},
        {"p_ab"},
    ),
    "patience exponential instead of lognormal": (
        "exact-mmn-g-lognormal",
        0,
        {"calls.calls.patience": "3m"},
        {"p_ab", "p_wait", "ew", "sl_all 20 s"},
    ),
    "the voicemail forgotten": ("exact-mmn-g-exp-capped-voicemail", 0, {"calls.calls.patience": "3m"}, {"sl_served 60 s"}),
    "handle time exponential instead of Erlang-2": ("exact-m-e2-16-m", 0, {"calls.calls.handle": "4m"}, {"p_ab"}),
    "handle time exponential instead of constant": ("exact-md4", 0, {"calls.calls.handle": "1m"}, {"ew", "eq"}),
    "one line to wait on": ("exact-overflow-loss", 0, {"lines": 9}, {"blocked", "carried", "delayed"}),
    "priorities forgotten": ("exact-priority", 0, {"queues": {"urgent": {}, "other": {}}}, {"ew urgent", "ew other"}),
    "wrap-up forgotten": ("exact-acw", 0, {"calls.calls.wrap": "0s"}, {"p_ab1", "acw"}),
    "lines held during wrap-up": (
        "exact-acw",
        0,
        {"calls.calls.talk": "4m", "calls.calls.wrap": "0s"},
        {"lines: queue and talk, no wrap"},
    ),
    "2 % fewer redials": ("exact-redial", 0, {"after_contact.redial.share": 0.588}, {"attempts_per_caller"}),
    "redials with the old patience": ("exact-redial", 0, {"after_contact.redial.patience": "keep"}, {"attempts_per_caller"}),
    "2 % fewer returns": ("exact-returns", 0, {"after_contact.return.share": 0.196}, {"return_rate"}),
    "a longer window": ("exact-returns", 0, {"metrics.fcr_window": "80m"}, {"fcr", "fcr_observed"}),
    "29 % contained instead of 30": ("exact-ivr", 0, {"ivr.contained": 0.29}, {"acd_lam", "p_ab"}),
    "queue cleared at closing": ("exact-tv-surge", 0, {"closing": {"queue": "clear"}}, {"after close bint"}),
    "agents half an hour late": (
        "exact-tv-surge",
        0,
        {"agents.agents.staffing.on_phones": [7, 7, 13, 14, 9, 6]},
        {"00:30 good", "00:30 sint", "00:30 bint"},
    ),
    "a team that prefers nothing": (
        "exact-nmodel-own-first",
        0,
        {"agents.group1.skills.s0": {"handle": "120%", "calls_prefer": 2}},
        {"ew class0", "ew class1"},
    ),
    "calls that ask both teams alike": (
        "exact-nmodel-other-first",
        0,
        {"agents.group1.skills.s0": {"handle": "120%"}},
        {"occupancy of group0", "occupancy of group1"},
    ),
    "a team as quick as the other": (
        "exact-xmodel",
        0,
        {"agents.group1.skills.s0": {"prefer": 2}},
        {"occupancy of group1"},
    ),
    "account balances to the longest idle": ("cc-bank", 0, {"routing.pick_agent": "longest_idle"}, {"busy, checking"}),
    "days all equally busy": ("ssj-callcenter-alpha400", 0, {"uncertainty": {}}, {"E_sum_wait_over_1660_s"}),
    "another hour's staff": (
        "cc-singlequeue",
        0,
        {"agents.agents.staffing.on_phones": [4, 6, 8, 8, 8, 8, 7, 8, 6, 6, 4, 4, 4]},
        {"SL 20 s 13:00", "SL 20 s 14:00"},
    ),
    "who waited for a department dials the other one": (
        "herzog-example1",
        0,
        {"after_contact.redial.as": {}},
        {"AccessibilityClients, b", "WaitingTime, a"},
    ),
    "no bonus for who was passed on": (
        "herzog-example1",
        0,
        {"queues.passed on a.priority": 50, "queues.passed on b.priority": 50},
        {"AccessibilityClients, a"},
    ),
    "priorities that do not age": (
        "herzog-example1",
        0,
        {"routing.pick_call": "priority_then_longest_wait"},
        {"ServiceLevelCallsSuccess, a", "ServiceLevelCallsSuccess, b"},
    ),
}


_FINE = (
    "patience 3 % longer",
    "2 % fewer redials",
    "redials with the old patience",
    "queue cleared at closing",
    "days all equally busy",
    "no bonus for who was passed on",
)
"""Slips that take all replications of their case; three tenths of them give the others away."""


@pytest.mark.parametrize("slip", _SLIPS)
def test_wrong_scenario_is_found_out(slip: str) -> None:
    id, number, paths, noticed = _SLIPS[slip]
    case = CASES[id]
    scale = 1.0 if slip in _FINE else 0.3
    assert noticed <= _off(case, wrong(case.parts[number], paths), scale)


def test_start_from_empty_is_found_out() -> None:
    """What the warm-ups are for: 1000 runs of 100 minutes from the empty centre wait too little."""
    case = CASES["exact-md4"]
    cold = wrong(case.parts[0], {"run.warm_up": "0s", "run.length": "100m"})
    assert {"ew", "eq", "occupancy (= rho)"} <= _off(case, replace(cold, replications=1000))


def test_abandonments_counted_when_the_call_came_in_are_found_out() -> None:
    """In the last half-hour arrivals fall off, while those who wait from before still hang up: 6 % of a small number."""
    case = CASES["exact-tv-surge"]
    by_arrival = wrong(case.parts[2], {"metrics": {}})
    assert "02:30 ab" in _off(case, replace(by_arrival, replications=8000))


@pytest.mark.parametrize(
    ("id", "name", "variant"),
    [
        ("exact-erlanga-small", "sl_all 20 s", "exclude_abandons_in_time.include.20s"),
        ("exact-erlanga-small", "sl_excl 20 s", "abandons_in_time_count.include.20s"),
        ("exact-erlanga-small", "sl_all 20 s", "exclude_short_abandons.include.20s"),
        ("cc-mmcab", "sl_with_late_ab", "answered_only.include.20s"),
    ],
)
def test_wrong_service_level_variant_is_found_out(id: str, name: str, variant: str) -> None:
    case = CASES[id]
    metrics = tuple(replace(m, variant=variant) if m.name == name else m for m in case.parts[0].metrics)
    assert name in _off(case, replace(case.parts[0], metrics=metrics))


@pytest.mark.parametrize(("name", "kpi"), [("ew", "asa"), ("ew_served", "wait_mean"), ("p_wait", "abandonment")])
def test_wrong_kpi_is_found_out(name: str, kpi: str) -> None:
    case = CASES["exact-erlanga-small"]
    metrics = tuple(replace(m, kpi=kpi) if m.name == name else m for m in case.parts[0].metrics)
    assert name in _off(case, replace(case.parts[0], metrics=metrics))


def test_value_without_spread_must_be_exact() -> None:
    """Replications that all agree have no standard error: a different exact value is then infinitely far away."""
    case = CASES["exact-overflow-loss"]
    part = replace(case.parts[0], metrics=(Metric("delayed", 0.001, "delayed"),), replications=8)
    assert _off(case, part) == {"delayed"}


@pytest.mark.parametrize("share", [True, False])
def test_standard_error_is_read_back_from_its_interval(share: bool) -> None:
    """Whatever scale an interval was made on: the delta method by hand, on 40 days of 100 calls or so."""
    days = np.arange(40.0)
    offered = 100.0 + days % 7
    answered = np.floor(offered * (0.7 + 0.2 * np.sin(days)))
    ratio = answered.sum() / offered.sum()
    by_hand = np.std(answered - ratio * offered, ddof=1) * np.sqrt(40) / offered.sum()
    found = ratios(Moments.of(answered, offered), share, 0.95)
    label = Label("abandonment", "", "contact", {}, "share")
    estimate = found.estimate((), label, 40)
    assert standard_error(estimate) == pytest.approx(by_hand, rel=1e-9)
