"""`show` says of each queue who answers it, and from when on."""

from __future__ import annotations

import io

from rich.console import Console

from ccsim.report.summary import print_summary
from ccsim.scenario import from_dict


def test_teams_of_a_queue_stand_with_the_wait_after_which_they_may_answer() -> None:
    scenario = from_dict(
        {
            "open": "08:00-09:00",
            "calls": {"a": {"volume": "10/h", "handle": "2m", "patience": "2m"}},
            "queues": {"a": {"teams": ["one"], "expand": [{"after": "45s", "to": ["two"]}]}},
            "agents": {name: {"headcount": 1} for name in ("one", "two")},
            "routing": {"last_agent": True},
        }
    )
    text = io.StringIO()
    print_summary(scenario, Console(file=text, width=120))
    assert "one, two after 0:45" in text.getvalue()
    assert (
        "Calls ask first the agent whom their customer talked to last; else they pick agents by longest idle" in text.getvalue()
    )
