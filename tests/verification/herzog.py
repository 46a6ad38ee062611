"""A day of 1,900 callers in Herzog's Callcenter Simulator: two topics and a VIP line, transfers, redials, priorities that age.

Its print-out tells calls (each transfer is another one) and clients by the type as which they called first, so it is read off
the rows of each day. What ccsim has no word for is said in its own: a call passed on, which has a bonus in the queue, is a call
type of its own without callers, in a queue of higher priority. Agents have shifts as the program makes them of numbers by
half-hour: oldest first when there are too many, and nobody longer than eight hours; so at each end of a shift somebody still
talks while the next has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes import Rows
from ccsim.vocabulary import AgentState, Cause, Outcome
from tests.verification.figures import FIGURES
from tests.verification.model import Case, Metric, Part, Printed

__all__ = ["HERZOG"]

_ID = "herzog-example1"
_DAYS = 500
_TYPES = ("a", "b", "p")
_TEAMS = ("both", "only a", "only b")  # in the order of names
_DAY = 86400.0
_LONGEST = 20
"""Transfers of one call at most; a hundred days have one call in which more than ten are wanted."""


# -------------------------------------------------------------------------------- the centre


def _law(mean_and_deviation: Iterable[float]) -> dict[str, Any]:
    mean, deviation = mean_and_deviation
    return {"lognormal": {"mean": f"{mean}s", "cv": f"{100 * deviation / mean:.12f}%"}}


def _shifts(numbers: list[int], longest: int) -> dict[tuple[int, int], int]:
    """How many work from which half-hour until which, so that there are as many in each half-hour as wanted."""
    found: dict[tuple[int, int], int] = {}
    here: list[int] = []
    for at, n in enumerate((*numbers, 0)):
        n_gone = max(len(here) - n, sum(at - start >= longest for start in here))
        for start in here[:n_gone]:
            found[start, at] = found.get((start, at), 0) + 1
        here = here[n_gone:] + [at] * max(n - len(here) + n_gone, 0)
    return found


def _clock(half_hour: int) -> str:
    return f"{half_hour // 2:02d}:{30 * (half_hour % 2):02d}"


def _agents(given: Mapping[str, Any]) -> dict[str, Any]:
    """Shifts and teams: who may take what, and how long that takes him."""
    shifts: dict[str, Any] = {}
    teams: dict[str, Any] = {}
    for team, numbers in given["agents_per_half_hour"].items():
        plan = _shifts(numbers, given["preferred_shift"])
        skills = {name: {part: _law(how[part]) for part in ("talk", "wrap")} for name, how in given["skills"][team].items()}
        own = {f"{_clock(start)}-{_clock(end)}": n for (start, end), n in sorted(plan.items())}
        shifts |= {name: {"time": name} for name in own}
        ring = {"deterministic": f"{given['ring']}s"}
        teams[team] = {"shifts": own, "skills": skills, "ring": ring}
    return {"shifts": shifts, "agents": teams}


def _calls(given: Mapping[str, Any]) -> dict[str, Any]:
    """Each type, and the same without callers of its own for who comes by a transfer (a, passed on a)."""
    calls: dict[str, Any] = {}
    for name, kind in given["types"].items():
        total = sum(kind["forward_rates"].values())
        to = {f"passed on {other}": rate / total for other, rate in kind["forward_rates"].items()}
        common = {
            "needs": name,
            "talk": _law(next(iter(given["skills"].values()))["p"]["talk"]),  # every team has its own
            "wrap": "1s",
            "patience": _law(kind["patience"]),
            "transfer": {"share": kind["forward"], "to": to, "at_most": _LONGEST},
        }
        calls[name] = common | {"volume": {"total": f"{kind['calls_per_day']}/day", "profile": name, "fixed": True}}
        calls[f"passed on {name}"] = common | {"volume": "0/h"}
    return calls


def _queues(given: Mapping[str, Any]) -> dict[str, Any]:
    queues: dict[str, Any] = {}
    for name, kind in given["types"].items():
        base, bonus, per_second = kind["score"]
        queues[name] = {"priority": base, "weight": 60 * per_second}
        queues[f"passed on {name}"] = {"priority": base + bonus, "weight": 60 * per_second}
    return queues


def _redials(given: Mapping[str, Any]) -> dict[str, Any]:
    """By type, and fewer at later tries; who waited for another department dials that one."""
    types = given["types"]
    by_type = {
        f"{before}{name}": dict(zip(("share", "later"), kind["retry"], strict=True))
        for name, kind in types.items()
        for before in ("", "passed on ")
    }
    return {
        "share": types["a"]["retry"][0],
        "after": f"{types['a']['retry_delay']}s",
        "patience": "fresh",
        "by_type": by_type,
        "as": {f"passed on {name}": name for name in types},
    }


def _scenario(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "open": "00:00-24:00",
        "interval": "30m",
        "target": "80/20",
        "profiles": {name: kind["half_hour_weights"] for name, kind in given["types"].items()},
        "calls": _calls(given),
        "queues": _queues(given),
        **_agents(given),
        "routing": {"pick_call": "priority_plus_wait", "pick_agent": "least_occupied"},
        "after_contact": {"redial": _redials(given)},
    }


# -------------------------------------------------------------------------------- what is counted of a day


def _day(rows: Rows) -> dict[str, float]:
    """The figures of one day by metric and item, as the print-out defines them."""
    found: dict[str, float] = {}
    stays, episodes = rows.segments, rows.episodes
    kind = stays["call_type"] % len(_TYPES)  # a, b, p, passed on a, ...
    client = episodes["call_type"] % len(_TYPES)
    answered = stays["answered_at"] < np.inf
    wait = np.where(answered, stays["answered_at"], stays["ended_at"]) - stays["entered_at"]
    whole = np.floor(wait)
    transferred = stays["outcome"] == Outcome.TRANSFERRED
    redialled = _after_a_redial(rows)
    served = episodes["outcome"] == Outcome.SERVED
    heard = np.bincount(stays["customer"][answered], weights=whole[answered], minlength=len(episodes))
    for code, name in ((None, "all"), *enumerate(_TYPES)):
        its: NDArray[np.bool_] = np.ones(len(stays), np.bool_) if code is None else kind == code
        theirs: NDArray[np.bool_] = np.ones(len(episodes), np.bool_) if code is None else client == code
        n, n_answered, n_clients = its.sum(), (its & answered).sum(), theirs.sum()
        in_time = (its & answered & (whole <= 20)).sum()
        clients_in_time = (theirs & served & (heard <= 20)).sum()
        one_day = {
            "calls per day": n,
            "calls answered per day": n_answered,
            "calls abandoned per day": n - n_answered,
            "retries per day": (its & redialled).sum(),
            "forwarded calls per day": (its & transferred).sum(),
            "clients lost per day": n_clients - (theirs & served).sum(),
            "calls answered with truncated wait <= 20 s per day": in_time,
            "AccessibilityCalls": 100 * n_answered / n,
            "AccessibilityClients": 100 * (theirs & served).sum() / n_clients,
            "WaitingTime": whole[its & answered].mean(),
            "mean wait of answered calls (untruncated)": wait[its & answered].mean(),
            "ServiceLevelCallsSuccess": 100 * in_time / n_answered,
            "ServiceLevelCallsAll": 100 * in_time / n,
            "ServiceLevelClientsSuccess": 100 * clients_in_time / (theirs & served).sum(),
            "ServiceLevelClientsAll": 100 * clients_in_time / n_clients,
        }
        found |= {f"{metric}, {name}": float(value) for metric, value in one_day.items()}
    queued = np.where(stays["assigned_at"] < np.inf, stays["assigned_at"], stays["ended_at"]) - stays["entered_at"]
    return found | {"time-average queue length over 24 h, all": float(queued.sum()) / _DAY} | _hours(rows)


def _after_a_redial(rows: Rows) -> NDArray[np.bool_]:
    """The print-out counts each call of a client who has redialled, transfers too."""
    redials = rows.contacts[rows.contacts["cause"] == Cause.REDIAL]
    first = np.full(len(rows.episodes), np.inf)
    np.minimum.at(first, redials["customer"], redials["contact"])
    found: NDArray[np.bool_] = rows.segments["contact"] >= first[rows.segments["customer"]]
    return found


def _hours(rows: Rows) -> dict[str, float]:
    """Agent hours by state, of all and by team."""
    states = rows.agent_states
    hours = (states["ended_at"] - states["started_at"]) / 3600.0
    found: dict[str, float] = {}
    for state, name in (
        (AgentState.AVAILABLE, "FreeTime"),
        (AgentState.RING, "TechnicalFreeTime"),
        (AgentState.TALK, "HoldingTime"),
        (AgentState.WRAP, "PostProcessingTime"),
    ):
        by_team = np.bincount(states["team"], weights=np.where(states["state"] == state, hours, 0.0), minlength=len(_TEAMS))
        key = f"agent hours per day {name}"
        found |= {f"{key}, {team}": float(value) for team, value in zip(_TEAMS, by_team, strict=True)}
        found[f"{key}, all"] = float(by_team.sum())
    return found


def _sees(metric: str, item: str) -> float:
    """Relative bias a metric is to find: some are of a few calls a day."""
    rare = metric.split(" per day")[0] in ("calls abandoned", "clients lost", "retries", "forwarded calls")
    if rare and item == "p":
        return 0.2
    return 0.07 if rare else 0.04


def _case() -> Case:
    figures = FIGURES[_ID]
    metrics = tuple(
        Metric(
            f"{row['metric']}, {row['item']}",
            None,
            "",
            printed=Printed.of(row),
            printed_days=0 if "ci" in row else int(row["n"]),
            sees=_sees(row["metric"], row["item"]),
        )
        for row in figures["published"]
    )
    return Case(_ID, (Part("", _scenario(figures["parameters"]), metrics, _DAYS, of_day=_day),))


HERZOG: tuple[Case, ...] = (_case(),)
