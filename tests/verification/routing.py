"""The cases with several teams: skills, preferences both ways, handle times by team, priorities of one agent.

Steady ones as in `steady`. Memories: where callers hang up, five times the longest mean of handle time and patience, since who
is taken first changes how long the others stay; where they do not, that of M/M/1, twice for the work of both priorities.
"""

from __future__ import annotations

from typing import Any

from tests.verification.figures import FIGURES
from tests.verification.model import Case, Metric, Part, Printed

__all__ = ["ROUTING"]

_MEMORIES = 20
_REPLICATIONS = 128


def _steady(minutes: float, memory: float, **scenario: Any) -> dict[str, Any]:
    """A steady scenario of several teams; `minutes` are counted, after 20 memories (minutes) that are not."""
    warm_up = _MEMORIES * memory
    length = {"mode": "steady", "length": f"{warm_up + minutes:.6f}m", "warm_up": f"{warm_up:.6f}m"}
    return {"open": "00:00-24:00", "interval": "24h", "target": "80/20", "run": length, **scenario}


def _of_class(name: str, figures: dict[str, float], waits: float) -> tuple[Metric, ...]:
    scope = {"call_type": name}
    return (
        Metric(f"p_wait {name}", figures["p_wait"], "delayed", scope=scope, sees=0.02),
        Metric(f"p_ab {name}", figures["p_ab"], "abandonment", scope=scope, sees=waits),
        Metric(f"ew {name}", figures["ew"], "wait_mean", scope=scope, factor=1 / 60, sees=waits),
        Metric(f"eq {name}", figures["eq"], "mean_queue", scope={"queue": name}, sees=waits),
    )


def _busy(figures: dict[str, Any]) -> tuple[Metric, ...]:
    """Occupancy of both teams, and the mean wait of all."""
    return (
        *(
            Metric(f"occupancy of {team}", figures[f"{team}_occ"], "occupancy", basis="agent", scope={"team": team})
            for team in ("group0", "group1")
        ),
        Metric("ew_all", figures["ew_all"], "wait_mean", factor=1 / 60, sees=0.02),
    )


def _n_model(which: str) -> Case:
    """Class 0 asks team 0 first, then team 1, which takes 20 % longer for it; team 1 also serves class 1, and does so ...

    own first: before class 0; other first: after it, although class 0 still prefers team 0.
    """
    figures = FIGURES[f"exact-nmodel-{which}-first"]
    own = which == "own"
    group1 = {"s1": {"prefer": 1 if own else 2}, "s0": {"prefer": 2 if own else 1, "calls_prefer": 2, "handle": "120%"}}
    scenario = _steady(
        20_000,
        5 * 4.0,
        calls={
            "class0": {"volume": "1/min", "handle": "3m", "patience": "2m", "needs": "s0"},
            "class1": {"volume": "1.5/min", "handle": "4m", "patience": "3m", "needs": "s1"},
        },
        agents={"group0": {"headcount": 3, "skills": ["s0"]}, "group1": {"headcount": 6, "skills": group1}},
    )
    exact = figures["exact"]
    metrics = (*_of_class("class0", exact["class0"], 0.05), *_of_class("class1", exact["class1"], 0.03), *_busy(exact))
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


def _x_model() -> Case:
    """Two teams serve two classes, each its own first and quicker; both by a factor and by a law of the other team's own."""
    figures = FIGURES["exact-xmodel"]
    exact = figures["exact"]
    laws = {"by a factor": ({"handle": 1.25}, {"handle": 1.25}), "by own laws": ({"talk": "4m"}, {"talk": "4.5m"})}
    parts = []
    for label, (class0_elsewhere, class1_elsewhere) in laws.items():
        scenario = _steady(
            20_000,
            5 * 4.5,
            calls={
                "class0": {"volume": "0.9/min", "handle": "3.2m", "patience": "2.5m", "needs": "s0"},
                "class1": {"volume": "0.7/min", "handle": "3.6m", "patience": "4m", "needs": "s1"},
            },
            agents={
                "group0": {"headcount": 3, "skills": {"s0": {}, "s1": class1_elsewhere | {"prefer": 2}}},
                "group1": {"headcount": 3, "skills": {"s1": {}, "s0": class0_elsewhere | {"prefer": 2}}},
            },
        )
        metrics = (*_of_class("class0", exact["class0"], 0.04), *_of_class("class1", exact["class1"], 0.04), *_busy(exact))
        parts.append(Part(label, scenario, metrics, _REPLICATIONS))
    return Case(figures["id"], tuple(parts))


def _ciw_priority() -> Case:
    """M/M/1 with two priorities; printed are the times in the system, a wait and a handle time of 1."""
    figures = FIGURES["ciw-priority"]
    calls = {"class 0": {"volume": "0.2/min", "handle": "1m"}, "class 1": {"volume": "0.6/min", "handle": "1m"}}
    queues = {"class 0": {"priority": 1}, "class 1": {}}
    scenario = _steady(100_000, 2 / (1 - 0.8**0.5) ** 2, calls=calls, agents=1, queues=queues)
    metrics = tuple(
        Metric(
            f"ew {name}",
            figures["exact"]["ew"][number],
            "wait_mean",
            scope={"call_type": name},
            factor=1 / 60,
            sees=0.02 + 0.03 * number,
            printed=Printed(printed["value"] - 1.0, 0.0),
        )
        for number, (name, printed) in enumerate(zip(calls, figures["published"], strict=True))
    )
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


_BANK = ("savings", "checking", "account balance")


def _bank() -> Case:
    """A week of a bank: specialists of savings and of checking, who take 25 % less for their own calls and take them first.

    Account balances go to an agent at random. Printed are numbers a week; service levels count the blocked as not reached,
    occupancy the time after closing.
    """
    figures = FIGURES["cc-bank"]
    parameters = figures["parameters"]
    printed = {(row["metric"], row["item"].removesuffix(", all periods")): row for row in figures["published"]}
    calls: dict[str, Any] = {}
    for number, (name, handle, patience) in enumerate(
        zip(_BANK, ("5m", "5m", "1m"), (("3m", "5m"), ("3m", "5m"), ("150s", "210s")), strict=True)
    ):
        first, later = (parameters["lam_per_h"][hour][number] for hour in ("h8", "h9_16"))
        low, high = patience
        patience_law = {"uniform": {"min": low, "max": high}}
        calls[name] = {"volume": [first, *[later] * 8], "handle": handle, "patience": patience_law, "needs": name}
    quick, other = {"handle": "75%"}, {"prefer": 2}
    savers, checkers = parameters["agents"]
    scenario = {
        "open": {"mon-fri": "08:00-17:00"},
        "days": 5,
        "interval": "1h",
        "calls": calls,
        "lines": parameters["trunks"],
        "agents": {
            "savings": {"headcount": savers, "skills": {"savings": quick, "checking": other, "account balance": other}},
            "checking": {"headcount": checkers, "skills": {"checking": quick, "savings": other, "account balance": other}},
        },
        "routing": {"pick_agent": "random"},
        "target": "80/20",
        "metrics": {"also_within": [f"{60 * minutes:g}s" for minutes in parameters["awt"]]},
    }

    def figure(metric: str, item: str, scale: float = 1.0) -> Printed:
        return Printed.of(printed[metric, item], scale)

    metrics: list[Metric] = []
    for name, within, sees in zip(_BANK, parameters["awt"], (0.003, 0.002, 0.003), strict=True):
        scope = {"call_type": name}
        arrived = figure("Number of arrived contacts", name)
        blocked = figure("Number of blocked contacts", name)
        offered = 1.0 - blocked.value / arrived.value
        level, time = figure("Service level", name, 0.01), figure("Service time", name)
        variant = f"answered_over_offered.include.{60 * within:g}s"
        gone = figure("Number of abandoned contacts", name)
        metrics += [
            Metric(f"arrived, {name}", None, "arrived", scope=scope, factor=5.0, sees=0.02, printed=arrived),
            Metric(f"blocked, {name}", None, "blocked", scope=scope, factor=5.0, sees=0.6, printed=blocked),
            Metric(f"abandoned, {name}", None, "abandoned", scope=scope, factor=5.0, sees=1.2, printed=gone),
            Metric(f"in time, {name}", None, "service_level", variant, scope=scope, factor=offered, sees=sees, printed=level),
            Metric(f"service, {name}", None, "handle_time", scope=scope, factor=1 / 60, sees=0.02, printed=time),
        ]
    for name in _BANK[:2]:
        ratio = figure("Agents' occupancy ratio", f"{name} specialists", 0.01)
        metrics.append(Metric(f"busy, {name}", None, "utilisation", "", "agent", {"team": name}, sees=0.01, printed=ratio))
    return Case(figures["id"], (Part("", scenario, tuple(metrics), 2000),))


ROUTING: tuple[Case, ...] = (_n_model("own"), _n_model("other"), _x_model(), _ciw_priority(), _bank())
