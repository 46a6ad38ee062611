"""The cases in which a contact goes through several queues: overflow, transfer, being forced out, and a list of teams.

Steady ones as in `steady`: memories of five times the longest mean of handle time and patience.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.verification.authority import passed_on
from tests.verification.figures import FIGURES
from tests.verification.model import Case, Metric, Part, Printed

__all__ = ["LEGS"]

_MEMORIES = 20
_REPLICATIONS = 128


def _steady(minutes: float, memory: float, **scenario: Any) -> dict[str, Any]:
    """A steady scenario; `minutes` are counted, after 20 memories (minutes) that are not."""
    warm_up = _MEMORIES * memory
    length = {"mode": "steady", "length": f"{warm_up + minutes:.6f}m", "warm_up": f"{warm_up:.6f}m"}
    return {"open": "00:00-24:00", "interval": "24h", "target": "80/20", "run": length, **scenario}


def _overflow_loss() -> Case:
    """Calls go from 8 agents who are all busy to 4 others, and from those nowhere; the same with 8 and with 12 lines.

    The shares that overflow and are lost depend on nothing but the mean of the handle time.
    """
    figures = FIGURES["exact-overflow-loss"]
    exact = figures["exact"]
    laws: dict[str, Any] = {
        "exponential": "4m",
        "deterministic": {"deterministic": "4m"},
        "lognormal": {"lognormal": {"mean": "4m", "cv": 1.5}},
    }
    parts = []
    for law, handle in laws.items():
        calls = {"calls": {"volume": "2/min", "handle": handle}}
        for agents, share in ((8, exact["frac_overflow"]), (12, exact["p_lost"])):
            scenario = _steady(8_000, 20.0, calls=calls, agents=agents, lines=agents)
            metrics = (
                Metric("blocked", share, "blocking", sees=0.025 if agents == 8 else 0.06),
                Metric("carried", 8 * (1 - share), "agents_busy", basis="agent"),
                Metric("delayed", 0.0, "delayed"),
            )
            parts.append(Part(f"{law}, {agents} lines", scenario, metrics, _REPLICATIONS))
        scenario = _steady(
            8_000,
            20.0,
            calls=calls,
            queues={
                "calls": {"teams": ["primary"], "max_waiting": 0, "overflow": [{"after": "0s", "to": "secondary"}]},
                "secondary": {"teams": ["secondary"], "max_waiting": 0},
            },
            agents={"primary": {"headcount": 8}, "secondary": {"headcount": 4}},
        )
        metrics = (
            Metric("overflow", exact["overflow_mean"], "flowed_in", scope={"queue": "secondary"}, factor=4 / 8_000, sees=0.03),
            Metric("lost", 2 * exact["p_lost"], "turned_away", factor=1 / 8_000, sees=0.06),
            Metric("primary", exact["carried_primary"], "agents_busy", basis="agent", scope={"team": "primary"}),
            Metric(
                "secondary", exact["carried_secondary"], "agents_busy", basis="agent", scope={"team": "secondary"}, sees=0.025
            ),
        )
        parts.append(Part(f"{law}, overflow", scenario, metrics, _REPLICATIONS))
    return Case(figures["id"], tuple(parts))


def _escalation(name: str, direct: bool) -> Case:
    """Of those whom tier 1 answers a share goes on to tier 2, which has calls of its own or not."""
    figures = FIGURES[name]
    given, exact = figures["parameters"], figures["exact"]
    one, two = given["tier1"], given["tier2"]
    minutes = 30_000
    calls = {
        "tier1": {
            "volume": f"{given['lam']}/min",
            "handle": f"{one['aht']}m",
            "patience": f"{one['patience']}m",
            "transfer": {"share": given["p_escalate"], "to": "tier2"},
        },
        "tier2": {
            "volume": f"{given['direct_tier2'] if direct else 0}/min",
            "handle": f"{two['aht']}m",
            "patience": f"{two['patience']}m",
        },
    }
    scenario = _steady(
        minutes,
        5.0 * two["aht"],
        calls=calls,
        queues={"tier1": {"teams": ["one"]}, "tier2": {"teams": ["two"]}},
        agents={"one": {"headcount": one["agents"]}, "two": {"headcount": two["agents"]}},
    )
    metrics = [
        Metric(
            "escalation_rate", exact["escalation_rate"], "transferred", scope={"queue": "tier1"}, factor=1 / minutes, sees=0.01
        )
    ]
    for number, waits in ((1, 0.02), (2, 0.03)):
        queue, team = {"queue": f"tier{number}"}, {"team": ("one", "two")[number - 1]}
        metrics += [
            Metric(f"p_wait{number}", exact[f"p_wait{number}"], "delayed", scope=queue, sees=0.02),
            Metric(f"p_ab{number}", exact[f"p_ab{number}"], "abandonment", scope=queue, sees=waits),
            Metric(f"ew{number}", exact[f"ew{number}"], "wait_mean", scope=queue, factor=1 / 60, sees=waits),
            Metric(f"occ{number}", exact[f"occ{number}"], "occupancy", basis="agent", scope=team),
        ]
    parts = [Part("", scenario, tuple(metrics), _REPLICATIONS)]
    if not direct:
        parts.append(_by_authority(given, metrics, minutes))
    return Case(name, tuple(parts))


def _by_authority(given: dict[str, Any], metrics: list[Metric], minutes: int) -> Part:
    """The same where a share of the cases is beyond the authority of tier 1; tier 2 has laws of its own."""
    one, two = given["tier1"], given["tier2"]
    calls = {
        "rate": given["lam"],
        "talk1": one["aht"],
        "patience1": one["patience"],
        "talk2": two["aht"],
        "patience2": two["patience"],
    }
    scenario = passed_on(calls, given["p_escalate"], agents=(one["agents"], two["agents"]), minutes=minutes)
    above = {"queue": "unlimited (escalated)"}
    asked = [replace(metric, scope=above) if metric.scope == {"queue": "tier2"} else metric for metric in metrics]
    asked[0] = replace(metrics[0], kpi="offered", scope=above)
    return Part("by authority", scenario, tuple(asked), _REPLICATIONS)


def _telethon() -> Case:
    """A week of mornings; who has waited two minutes is sent to leave a message, which here is to be turned away.

    Printed are numbers a week.
    """
    figures = FIGURES["cc-telethon"]
    given = figures["parameters"]
    printed = {row["metric"]: Printed.of(row) for row in figures["published"]}
    scenario = {
        "open": {"mon-fri": "06:00-10:00"},
        "days": 5,
        "interval": "2h",
        "calls": {"calls": {"volume": f"{given['lam_per_h']}/h", "handle": "10m", "patience": "2m"}},
        "lines": given["trunks"],
        "queues": {
            "calls": {"teams": ["agents"], "overflow": [{"after": "2m", "to": "messages"}]},
            "messages": {"teams": ["machine"], "max_waiting": 0},
        },
        "agents": {"agents": {"headcount": given["agents"]}, "machine": {"headcount": 0}},
        "closing": {"queue": "clear"},
        "target": "95/60",
    }
    week = {"factor": 5.0}
    metrics = (
        Metric("arrived", None, "arrived", sees=0.01, printed=printed["Number of arrived contacts"], **week),
        Metric("served", None, "answered", sees=0.01, printed=printed["Number of served contacts"], **week),
        Metric("abandoned", None, "abandoned", sees=0.1, printed=printed["Number of abandoned contacts"], **week),
        Metric("messages", None, "turned_away", sees=0.2, printed=printed["Number of messages"], **week),
        Metric("disconnected", None, "flowed_out", sees=0.6, printed=printed["Number of disconnected contacts"], **week),
        Metric("asa", None, "asa", factor=1 / 60, sees=0.1, printed=printed["Speed of answer"]),
        Metric(
            "in target",
            None,
            "service_level",
            "answered_over_offered.include.60s",
            factor=1000.0,
            sees=0.01,
            printed=printed["Number of contacts in target"],
        ),
    )
    return Case(figures["id"], (Part("", scenario, metrics, 2000),))


def _simple_msk() -> Case:
    """Three types, two teams: type 0 asks the first, type 2 the second, type 1 the first and then the second.

    An agent takes the longest wait among the types he knows. A type's times depend on the period in which it dials, so here
    it is one type for each period.
    """
    figures = FIGURES["cc-simplemsk"]
    given = figures["parameters"]
    printed = {(row["metric"], row.get("item", "")): Printed.of(row) for row in figures["published"]}
    hours = given["period_min"] / 60.0
    calls: dict[str, Any] = {}
    metrics = [
        Metric("served", None, "answered", sees=0.04, printed=printed["Number of served contacts", ""]),
        Metric("abandoned", None, "abandoned", sees=0.2, printed=printed["Number of contacts having abandoned", ""]),
    ]
    for kind in range(3):
        for period in range(3):
            rate = given["lam_per_min"][kind][period]
            volume = [0.0, 0.0, 0.0]
            volume[period] = rate * given["period_min"]
            calls[f"{kind} in {period}"] = {
                "volume": volume,
                "handle": f"{1 / given['mu_per_min'][period]}m",
                "patience": f"{60 / given['theta_per_min'][period]:.9f}s",
                "needs": f"skill {kind}",
            }
            figure = printed["Number of contacts meeting target service level", f"Type {kind}, period {period}"]
            metrics.append(
                Metric(
                    f"in target, type {kind}, period {period}",
                    None,
                    "service_level",
                    "answered_over_offered.include.20s",
                    scope={"call_type": f"{kind} in {period}"},
                    factor=rate * given["period_min"],
                    sees=0.4 if period == 2 else 0.2,
                    printed=figure,
                )
            )
    first, second = ({"staffing": {"on_phones": agents}} for agents in given["agents"])
    scenario = {
        "open": f"08:00-{8 + round(3 * hours):02d}:00",
        "interval": "2h",
        "calls": calls,
        "agents": {
            "first": first | {"skills": {"skill 0": {}, "skill 1": {}}},
            "second": second | {"skills": {"skill 2": {}, "skill 1": {"prefer": 2}}},
        },
        "routing": {"pick_call": "longest_wait"},
        "uncertainty": {"centre_day": f"{100 * 28.7**-0.5:.9f}%"},
        "target": "80/20",
    }
    return Case(figures["id"], (Part("", scenario, tuple(metrics), 1000),))


def _callback() -> Case:
    """Who finds two waiting is offered a callback, half accept; they are called back when one of two idle agents stays free.

    Who is called back waits long where all agents are busy for long: the memory is taken as the mean time to callback, ten
    times over.
    """
    figures = FIGURES["exact-callback"]
    given, exact = figures["parameters"], figures["exact"]
    minutes, lam = 10_000, given["lam"]
    callback = {
        "offer": {"waiting_at_least": given["offer_at"]},
        "accept": given["accept"],
        "place": "behind",
        "reserve": 1,
        "dial": {"ring": "0s"},
    }
    scenario = _steady(
        minutes,
        10 * exact["mean_callback_delay"],
        calls={"calls": {"volume": f"{lam}/min", "handle": f"{given['aht']}m", "patience": f"{given['patience']}m"}},
        queues={"calls": {"callback": callback}},
        agents=given["agents"],
    )
    on_line = 1.0 - exact["callback_rate"] / lam  # of the callers; the others wait for nothing there
    metrics = (
        Metric("p_wait_or_offered", exact["p_wait_or_offered"], "delayed", sees=0.03),
        Metric("p_offered", exact["p_offered"], "callbacks_offered", basis="callback", factor=1 / (lam * minutes), sees=0.05),
        Metric("callback_rate", exact["callback_rate"], "callbacks_taken", basis="callback", factor=1 / minutes, sees=0.05),
        Metric("p_ab", exact["p_ab"], "abandonment", sees=0.05),
        Metric("ew_inbound", exact["ew_inbound"] * on_line, "wait_mean", factor=1 / 60, sees=0.05),
        Metric(
            "mean_callback_delay",
            exact["mean_callback_delay"],
            "time_to_callback",
            basis="callback",
            factor=1 / 60,
            sees=0.1,
        ),
        Metric("occupancy", exact["occupancy"], "occupancy", basis="agent", sees=0.01),
    )
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


LEGS: tuple[Case, ...] = (
    _callback(),
    _overflow_loss(),
    _escalation("exact-escalation", direct=False),
    _escalation("exact-escalation-direct", direct=True),
    _telethon(),
    _simple_msk(),
)
