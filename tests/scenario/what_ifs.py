"""A small centre with three kinds of pay, for tests of what-ifs."""

from __future__ import annotations

from typing import Any

from ccsim.scenario import Scenario, from_dict

BASE: dict[str, Any] = {
    "currency": "USD",
    "open": "09:00-17:00",
    "calls": {"help": {"volume": "60/h", "handle": "4m", "patience": "2m"}},
    "shifts": {"day": {"time": "09:00-17:00", "breaks": [{"between": "11:00-13:00", "for": "30m", "paid": False}]}},
    "agents": {
        "desk": {"headcount": 10, "cost": "20/h"},
        "experts": {"shifts": {"day": 3}, "cost": "30/h"},
        "weekly": {"shifts": {"day": {"mon-fri": 0, "sat": 1}}, "cost": "30/h"},
        "vendor": {"capacity": 2, "cost": "0.4/min", "billed": "talk_and_wrap"},
    },
    "target": "80/20",
}
"""A Monday: the people of `weekly` are at home."""


def with_what_ifs(**entries: Any) -> Scenario:
    """The base with these entries of `what_if`."""
    return from_dict({**BASE, "what_if": entries})
