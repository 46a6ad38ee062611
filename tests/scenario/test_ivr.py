"""The IVR in a scenario: its forms, what is wrong with a graph, and where a graph leads, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccsim.program.compile import compile_scenario
from ccsim.scenario import check_text, from_dict, paths
from tests.scenario.test_schema import VALIDATOR, read

BASE = """\
calls:
  billing: {volume: 60/h, handle: 4m, patience: 2m}
  orders: {volume: 30/h, handle: 4m, patience: 2m}
agents: 10
"""
GRAPH = """\
ivr:
  start: welcome
  ports: 20
  nodes:
    welcome: {time: 20s, hang_up: 10%, next: {balance: 50%, menu: 50%}}
    balance: {time: 40s, contained: {billing: 40%, all: 20%}, next: menu}
    menu: {time: 10s, opt_out: 50%, retry: {share: 20%, at_most: 2}, misroute: 4%}
"""


def problems(ivr: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in check_text(BASE + ivr).problems]


@pytest.mark.parametrize(
    "ivr",
    [
        GRAPH,
        "ivr: 30s\n",
        "ivr: {time: 30s, hang_up: 2%, contained: 30%, ports: 8}\n",
        "ivr: {time: {uniform: {min: 5s, max: 20s}}, contained: {billing: 0.3}}\n",
        "ivr: {nodes: {only: {time: 30s}}}\n",
        "ivr: {nodes: {only: {time: 30s, retry: 10%, next: queue}}}\n",
        "ivr: {start: a, nodes: {a: {time: 5s, next: {b: 33.3%, a: 33.3%, queue: 33.4%}}, b: {time: 5s, next: {queue: 1}}}}\n",
    ],
)
def test_every_form_is_accepted_by_loader_and_schema_and_printed_as_an_equal_one(ivr: str) -> None:
    found = check_text(BASE + ivr)
    assert found.scenario is not None, found.problems
    assert VALIDATOR.is_valid(read(BASE + ivr))
    again = check_text(found.scenario.to_yaml())
    assert again.scenario == found.scenario
    assert again.scenario is not None and again.scenario.fingerprint == found.scenario.fingerprint


@pytest.mark.parametrize(
    ("ivr", "expected"),
    [
        ("ivr: {hang_up: 2%}", [("E-KEY-MISSING", "ivr")]),
        ("ivr: {time: 9s, nodes: {a: {time: 9s}}}", [("E-BOTH", "ivr")]),
        ("ivr: {time: 9s, start: a}", [("E-BOTH", "ivr.start")]),
        ("ivr: {hang_up: 1%, nodes: {a: {time: 9s}}}", [("E-BOTH", "ivr.hang_up")]),
        ("ivr: {nodes: {a: {time: 9s, next: b}, b: {time: 9s}}}", [("E-KEY-MISSING", "ivr")]),
        ("ivr: {time: 9s, ports: 0}", [("E-NUM-MIN", "ivr.ports")]),
        ("ivr: {nodes: {a: {hang_up: 1%}}}", [("E-KEY-MISSING", "ivr.nodes.a.time")]),
        ("ivr: {nodes: {a: {time: 9s, retry: {share: 5%, at_most: 0}}}}", [("E-NUM-MIN", "ivr.nodes.a.retry.at_most")]),
        ("ivr: {time: 9s, contained: {biling: 9%}}", [("E-REF", "ivr.contained.biling")]),
        ("ivr: {start: b, nodes: {a: {time: 9s}}}", [("E-REF", "ivr.start")]),
        (
            "ivr: {nodes: {a: {time: 9s, next: {b: 60%, queue: 30%}}}}",
            [("E-REF", "ivr.nodes.a.next.b"), ("E-PROB-SUM", "ivr.nodes.a.next")],
        ),
        ("ivr: {nodes: {a: {time: 9s, contained: {nobody: 9%}}}}", [("E-REF", "ivr.nodes.a.contained.nobody")]),
        ("ivr: {start: a, nodes: {a: {time: 9s}, queue: {time: 9s}}}", [("E-NAME", "ivr.nodes.queue")]),
        ("ivr: {start: a, nodes: {a: {time: 9s}, b: {time: 9s}}}", [("E-IVR-UNREACHED", "ivr.nodes.b")]),
        ("ivr: {nodes: {a: {time: 9s, next: a}}}", [("E-IVR-LOOP", "ivr.nodes.a")]),
        ("ivr: {nodes: {a: {time: 9s, next: {a: 99.9%, queue: 0.1%}}}}", [("E-IVR-LOOP", "ivr.nodes")]),
        ("ivr: {nodes: {a: {time: 9s, contained: {orders: 50%}, next: a}}}", [("E-IVR-LOOP", "ivr.nodes.a")]),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(ivr: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(problems(ivr)) == sorted(expected)


@pytest.mark.parametrize(
    ("ivr", "said"),
    [
        ("ivr: {start: a, nodes: {a: {time: 9s, misroute: 5%, next: b}, b: {time: 9s}}}", "no caller goes to the queue"),
        ("queues: {all: {calls: [billing, orders]}}\nivr: {nodes: {a: {time: 9s, misroute: 5%}}}", "only one queue"),
    ],
)
def test_a_node_that_misroutes_nobody_is_doubted(ivr: str, said: str) -> None:
    (doubt,) = check_text(BASE + ivr).warnings
    assert (doubt.code, doubt.path) == ("W-MISROUTE", "ivr.nodes.a.misroute")
    assert said in doubt.what


def test_messages_show_the_sum_the_circle_and_the_way_that_is_missing() -> None:
    def said(ivr: str) -> str:
        return str(check_text(BASE + ivr).problems[0])

    assert "the shares of next add up to 90 %, not 100 %" in said("ivr: {nodes: {a: {time: 9s, next: {a: 60%, queue: 30%}}}}")
    circle = (
        "ivr: {start: a, nodes: {a: {time: 9s, next: {b: 50%, queue: 50%}}, b: {time: 9s, next: c}, c: {time: 9s, next: b}}}"
    )
    assert "callers of billing go round for ever: b -> c -> b" in said(circle)
    assert "no way leads from a to it" in said("ivr: {start: a, nodes: {a: {time: 9s}, b: {time: 9s}}}")
    assert "Try: welcome" in said(GRAPH.replace("start: welcome", "start: welcom"))


def test_a_share_of_nothing_may_be_meant_for_a_what_if() -> None:
    graph = "ivr: {start: a, nodes: {a: {time: 9s, next: {b: 0%, queue: 100%}}, b: {time: 9s}}}"
    assert problems(graph) == []


def test_where_a_graph_leads_as_worked_out_by_hand() -> None:
    """
    Of 100 who enter, 10 hang up at welcome; 45 go to balance, 45 to the menu.
    Billing: 18 of the 45 are served at balance, 27 go on: 72 come to the menu. Orders: 9, 36, 81.
    At the menu half opt out; of the others a fifth hears it again: 10 % of a visit leads to the next one, twice at most, so
    1.11 visits each; everybody reaches the queue.
    """
    scenario = check_text(BASE + GRAPH).scenario
    assert scenario is not None
    for call_type, served, menu in (("billing", 0.18, 0.72), ("orders", 0.09, 0.81)):
        walked = paths.walk(scenario, call_type)
        assert (walked.hung_up, walked.contained, walked.to_queue) == pytest.approx((0.1, served, menu))
        onward = 0.5 * 0.8 + 0.1 * 0.5 * 0.8 + 0.01 * 0.5  # after the first, second and third time: who has not opted out
        assert walked.misrouted == pytest.approx(0.04 * menu * onward)
        assert walked.visits == pytest.approx({"welcome": 1.0, "balance": 0.45, "menu": 1.11 * menu})
        assert walked.time == pytest.approx(20 + 0.45 * 40 + 1.11 * menu * 10)
    assert paths.in_order(scenario) == ["welcome", "balance", "menu"]


def test_without_an_ivr_everybody_is_in_the_queue_at_once() -> None:
    scenario = check_text(BASE).scenario
    assert scenario is not None
    assert paths.walk(scenario, "billing") == (1.0, 0.0, 0.0, 0.0, 0.0, {})
    assert paths.nodes(scenario) == {}


def test_nodes_are_coded_by_name_whatever_the_order_of_keys() -> None:
    scenario = check_text(BASE + GRAPH).scenario
    assert scenario is not None
    found = compile_scenario(scenario)
    program = found.program
    assert found.names.ivr_nodes == ("balance", "menu", "welcome")
    assert (program.settings.ivr_start[0], program.settings.ivr_ports[0]) == (2, 20)
    assert program.ivr_contained.tolist() == [[0.4, 0.2], [0.0, 0.0], [0.0, 0.0]]
    assert program.ivr_edges.tolist() == [(1.0, 1), (1.0, -1), (0.5, 0), (1.0, 1)]
    assert program.ivr_nodes[["first_edge", "n_edges"]].tolist() == [(0, 1), (1, 1), (2, 2)]
    assert program.ivr_nodes.retry_at_most.tolist() == [0, 2, 0]
    lines = GRAPH.splitlines(keepends=True)
    turned = check_text("".join(lines[:4] + lines[:3:-1]) + BASE).scenario
    assert turned is not None
    for ours, theirs in zip(program, compile_scenario(turned).program, strict=True):
        assert np.array_equal(ours, theirs)


def test_a_graph_of_one_node_is_the_single_announcement_to_the_last_bit() -> None:
    def program_of(ivr: dict[str, Any]) -> Any:
        centre = {"calls": {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}}, "agents": 4, "ivr": ivr}
        return compile_scenario(from_dict(centre)).program

    plain, graph = program_of({"time": "30s", "hang_up": "5%"}), program_of({"nodes": {"x": {"time": "30s", "hang_up": "5%"}}})
    for ours, theirs in zip(plain, graph, strict=True):
        assert np.array_equal(ours, theirs)


def test_load_counts_only_who_reaches_the_queue() -> None:
    """60 calls an hour of 4 minutes are 4 erlangs; the IVR keeps 60 %: 1.6 erlangs, so two agents are not overloaded."""
    centre = "calls:\n  a: {volume: 60/h, handle: 4m, patience: 2m}\nagents: 2\n"
    assert "W-OVERLOAD" in {w.code for w in check_text(centre).warnings}
    assert "W-OVERLOAD" not in {w.code for w in check_text(centre + "ivr: {time: 9s, contained: 60%}\n").warnings}
