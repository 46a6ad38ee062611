"""Where contacts go from queue to queue: the matrix of the counts, and the KPIs it becomes."""

from __future__ import annotations

import ccsim
from ccsim.report.index import Index
from ccsim.report.parts import parts
from ccsim.scenario import from_dict

SCENARIO = {
    "open": "09:00-12:00",
    "calls": {
        "a": {"volume": "90/h", "handle": "4m", "patience": "5m", "transfer": {"share": "30%", "to": "b"}},
        "b": {"volume": "20/h", "handle": "5m", "patience": "5m", "needs_authority": {"share": "50%", "amount": 100}},
    },
    "queues": {
        "a": {"teams": ["x"], "overflow": [{"after": "20s", "to": "b"}]},
        "b": {"teams": ["y"]},
    },
    "agents": {
        "x": {"headcount": 5},
        "y": {"headcount": 4},
        "z": {"headcount": 3, "authority": "unlimited"},
    },
}


def test_what_flows_from_queue_to_queue_is_what_flows_into_each() -> None:
    result = ccsim.run(from_dict(SCENARIO), reps=4, jobs=1)
    flows = {(e.id, e.scope["passage"]): e.value for e in result.estimates if "passage" in e.scope}
    into = {e.scope["queue"]: e.value for e in result.estimates if e.id == "flowed_in" and set(e.scope) == {"queue"}}
    above = "unlimited (escalated)"
    assert flows["overflows", "a -> b"] == into["b"] > 5
    assert flows["transfers", "a -> b"] > 5
    # who needs authority was of type b, in its own queue; who was transferred brought no case of his own that needs any
    assert flows["escalations", f"b -> {above}"] > 3
    escalated = sum(value for (id, _), value in flows.items() if id == "escalations")
    offered = next(e.value for e in result.estimates if e.id == "offered" and e.scope == {"queue": above})
    assert escalated == offered
    heads = [str(table.columns[0].header) for table in parts(result, Index(result.estimates), 100)]
    assert "From queue to queue, a day" in heads


def test_queues_between_which_nobody_can_go_have_no_row() -> None:
    alone = from_dict(SCENARIO).with_({"queues.a.overflow": None, "calls.a.transfer": None, "calls.b.needs_authority": None})
    assert not [e for e in ccsim.run(alone, reps=2, jobs=1).estimates if "passage" in e.scope]
