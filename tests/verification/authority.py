"""Cases passed on for want of authority, against exact answers: two tiers with and without wrap-up, thinning, chains of hands.

The exact values come from the joint chain (`chain`, which reproduces ``exact-escalation-direct`` to twelve digits), from Erlang
C (cold, nobody hangs up: what leaves an M/M/n is Poisson, so the second tier is one, too), and from sums of probabilities.
"""

from __future__ import annotations

import math
from typing import Any

from ccsim.erlang import erlang_c
from tests.verification.chain import Tiers, two_tiers
from tests.verification.model import Case, Metric, Part

__all__ = ["AUTHORITY", "passed_on"]

_ABOVE = {"queue": "unlimited (escalated)"}
_WARM_UP = 600  # min; the longest mean time is 10


def passed_on(
    given: dict[str, Any], share: float, *, agents: tuple[int, int], wrap: str = "0s", minutes: int = 30_000, **right: Any
) -> dict[str, Any]:
    """A steady scenario in which a share of the cases is beyond tier 1; `given` has rate, talk and patience of both (min)."""
    patience = {}
    if "patience1" in given:
        patience = {"patience": f"{given['patience1']}m", "after_transfer": f"{100 * given['patience2'] / given['patience1']}%"}
    call = {
        "volume": f"{given['rate']}/min",
        "needs": ["skill"],
        "talk": f"{given['talk1']}m",
        "wrap": wrap,
        "needs_authority": {"share": share, "amount": 100},
    }
    return {
        "open": "00:00-24:00",
        "interval": "24h",
        "target": "80/20",
        "calls": {"tier1": call | patience},
        "queues": {"tier1": {"teams": ["one"]}},
        "agents": {
            "one": {"headcount": agents[0], "authority": 50, "skills": {"skill": {}}},
            "two": {
                "headcount": agents[1],
                "authority": "unlimited",
                "skills": {"skill": {"talk": f"{given['talk2']}m", "wrap": "0s"}},
            },
        },
        "make_it_right": right,
        "run": {"mode": "steady", "length": f"{_WARM_UP + minutes}m", "warm_up": f"{_WARM_UP}m"},
    }


def _with_wrap_up() -> Case:
    """Tier 1 wraps up after it has passed a caller on: the second wait has begun by then."""
    given = {"rate": 2.0, "talk1": 3, "patience1": 3, "talk2": 6, "patience2": 6}
    exact = two_tiers(
        Tiers(2.0, 1 / 3, 1.0, 1 / 3, 8, 0.25, 0.0, 1 / 6, 1 / 6, 4),
        most_waiting=25,
        most_at_second=25,
    )
    minutes = 30_000
    scenario = passed_on(given, 0.25, agents=(8, 4), wrap="1m", minutes=minutes)
    metrics = [
        Metric("escalation_rate", exact.escalation_rate, "offered", scope=_ABOVE, factor=1 / minutes),
        Metric("occ1", exact.occ1, "occupancy", basis="agent", scope={"team": "one"}),
        Metric("occ2", exact.occ2, "occupancy", basis="agent", scope={"team": "two"}),
    ]
    for number, queue in ((1, {"queue": "tier1"}), (2, _ABOVE)):
        metrics += [
            Metric(f"p_wait{number}", getattr(exact, f"p_wait{number}"), "delayed", scope=queue, sees=0.02),
            Metric(f"p_ab{number}", getattr(exact, f"p_ab{number}"), "abandonment", scope=queue, sees=0.03),
            Metric(f"ew{number}", getattr(exact, f"ew{number}"), "wait_mean", scope=queue, factor=1 / 60, sees=0.03),
        ]
    return Case("escalation by authority, with wrap-up", (Part("", scenario, tuple(metrics), 128),))


def _thinning() -> Case:
    """Nobody hangs up: tier 1 settles P(amount <= limit), and the rest are Poisson calls to tier 2."""
    share = math.exp(-50 / 60)  # of exponential amounts, mean 60, beyond the 50 that tier 1 may grant
    given = {"rate": 3.0, "talk1": 3, "talk2": 6}
    scenario = passed_on(given, 1.0, agents=(11, 11))
    scenario["calls"]["tier1"]["needs_authority"] = {"share": "100%", "amount": {"exponential": {"mean": 60}}}
    first, second = erlang_c(3.0, 3.0, 11), erlang_c(3.0 * share, 6.0, 11)
    metrics = (
        Metric("settled by the first", 1.0 - share, "made_right_at_first_contact", basis="case"),
        Metric("passed on", share, "escalation_rate", basis="case"),
        Metric("p_wait1", first.wait_share, "delayed", scope={"queue": "tier1"}, sees=0.02),
        Metric("p_wait2", second.wait_share, "delayed", scope=_ABOVE, sees=0.03),
        Metric("ew2", second.wait_share * second.mean_wait_if_waiting, "wait_mean", scope=_ABOVE, factor=1 / 60, sees=0.06),
        Metric("occ2", 3.0 * share * 6.0 / 11, "occupancy", basis="agent", scope={"team": "two"}),
    )
    return Case("thinning by authority", (Part("", scenario, metrics, 128),))


def _hands() -> Case:
    """Agents met: 1 + p where the second person may grant all; 1 / (1 - p), but for the end of the chain, where each may more.

    Exponential amounts forget: each limit of 40 more leaves the same share p = exp(-40 / 60) beyond it.
    """
    p, n = math.exp(-40 / 60), 8
    parts = []
    for policy, hops in (("second_person", p), ("frontline_chain", sum(p**k for k in range(1, n)))):
        scenario = passed_on({"rate": 1.0, "talk1": 1, "talk2": 1}, 1.0, agents=(9, 9), policy=policy, minutes=10_000)
        call = scenario["calls"]["tier1"]
        call["needs_authority"] = {"share": "100%", "amount": {"exponential": {"mean": 60}}}
        del call["needs"]
        limits = [40 * (level + 1) for level in range(n - 1)] if policy == "frontline_chain" else [40]
        scenario["agents"] = {f"level {i}": {"headcount": 9, "authority": limit} for i, limit in enumerate(limits)}
        scenario["agents"]["top"] = {"headcount": 9, "authority": "unlimited"}
        scenario["queues"] = {"tier1": {"teams": ["level 0"]}}
        metrics = (
            Metric("hops", hops, "hops", basis="case"),
            Metric("passed on", p, "escalation_rate", basis="case"),
            Metric("more than once", 0.0 if policy == "second_person" else p**2, "two_hops", basis="case", sees=0.02),
        )
        parts.append(Part(policy, scenario, metrics, 128))
    return Case("agents met", tuple(parts))


AUTHORITY: dict[str, Case] = {case.id: case for case in (_with_wrap_up(), _thinning(), _hands())}
