"""The cases in steady state: Erlang's formulas, general patience and handle times, priorities, lines, IVR, wrap-up, redials and
returns.

Every run starts empty, so its first part is thrown away. How much: 20 *memories*, where a memory is the time in which what is
left of the start shrinks by the factor e, so e^-20 of it is counted, far below any standard error. Each case says where its
memory comes from; three bounds serve them all:

* who leaves while waiting at rate `theta` and at the desk at rate `mu`: two copies of the centre fed with the same calls
  differ by calls that each leave at a rate of at least min(mu, theta), so the memory is at most the longer of the two means;
* M/M/c whose callers never hang up: 1 / (c mu (1 - sqrt(rho))^2), the relaxation time of M/M/1 with the same c mu;
* general handle times without hanging up: 2 v / d^2, the relaxation time of the reflected Brownian motion of the work, with
  drift d and variance v of the work per minute.

The tail: who dials inside the window is followed to his end while nobody comes any more, which changes no wait in the order of
arrival and is otherwise one wait in a window of days.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from tests.verification.figures import FIGURES
from tests.verification.model import Case, Metric, Part, Printed

__all__ = ["STEADY"]

_REPLICATIONS = 128
_MEMORIES = 20

_KPIS = {  # name in the figures: KPI, and whether it is a time
    "p_wait": ("delayed", False),
    "p_ab": ("abandonment", False),
    "p_block": ("blocking", False),
    "eq": ("mean_queue", False),
    "ew": ("wait_mean", True),
    "ew_served": ("asa", True),
    "ew_ab": ("time_to_abandon", True),
    "occupancy": ("occupancy", False),
    "en": ("lines_in_use", False),
}
_SERVICE_LEVELS = {
    "sl": "answered_over_offered",
    "sl_all": "answered_over_offered",
    "sl_served": "answered_only",
    "sl_excl": "exclude_abandons_in_time",
    "sl_incl": "abandons_in_time_count",
}
_PLAIN = 0.015


def _steady(calls: Mapping[str, Any], agents: int, *, minutes: float, memory: float, **more: Any) -> dict[str, Any]:
    """A steady scenario with one team; `minutes` are counted, after 20 memories (minutes) that are not."""
    warm_up = _MEMORIES * memory
    length = {"mode": "steady", "length": f"{warm_up + minutes:.6f}m", "warm_up": f"{warm_up:.6f}m"}
    clock = {"open": "00:00-24:00", "interval": "24h"}  # nothing is counted by interval here: one of a day is the quickest
    return {"calls": dict(calls), "agents": agents, "target": "80/20", "run": length, **clock, **more}


def _mm1_memory(service_rate: float, load: float) -> float:
    """1 / (c mu (1 - sqrt(rho))^2), in the unit of the rate."""
    return 1.0 / (service_rate * (1.0 - math.sqrt(load)) ** 2)


def _metrics(
    exact: Mapping[str, Any],
    names: Iterable[str],
    *,
    unit: float = 60.0,
    within: Iterable[float] = (20.0,),
    waits: float = 0.03,
    sees: Mapping[str, float] | None = None,
    printed: Mapping[str, Printed] | None = None,
) -> tuple[Metric, ...]:
    """Metrics by their names in the figures.

    Parameters
    ----------
    unit : float
        Seconds in the figures' unit of time.
    within : iterable of float
        Thresholds of the service levels, s; the figures have one value for each, or a plain number for one.
    waits : float
        Bias that waits, queues, delays and abandonments claim to see; service levels, occupancy and lines 1.5 %.
    sees, printed : dict by name
    """
    sees, printed = sees or {}, printed or {}
    found = []
    for name in names:
        plain = _PLAIN if name in (*_SERVICE_LEVELS, "occupancy", "en") else waits
        more: dict[str, Any] = {"sees": sees.get(name, plain), "printed": printed.get(name)}
        if name in _SERVICE_LEVELS:
            values = exact[name] if isinstance(exact[name], list) else [exact[name]]
            for value, threshold in zip(values, within, strict=True):
                variant = f"{_SERVICE_LEVELS[name]}.include.{threshold:g}s"
                found.append(Metric(f"{name} {threshold:g} s", value, "service_level", variant, **more))
            continue
        kpi, is_time = _KPIS[name]
        basis = "agent" if name == "occupancy" else "contact"
        found.append(Metric(name, exact[name], kpi, basis=basis, factor=1.0 / unit if is_time else 1.0, **more))
    return tuple(found)


_ERLANG_A = ("p_wait", "p_ab", "eq", "ew", "ew_served", "occupancy", "sl_all", "sl_served", "sl_excl", "sl_incl")


# -------------------------------------------------------------------------------- Erlang C


def _gross_harris() -> Case:
    """M/M/3; hours. Lines in use are L = Lq + busy."""
    figures = FIGURES["gross-harris-mm3"]
    printed = {p["metric"]: Printed.of(p) for p in figures["published"]}
    exact = {**figures["exact"], "en": figures["exact"]["eq"] + 3 * figures["exact"]["occupancy"]}
    calls = {"calls": {"volume": "6/h", "handle": "20m"}}
    scenario = _steady(calls, 3, minutes=250_000, memory=60 * _mm1_memory(9.0, 2 / 3))
    names = ("p_wait", "ew", "eq", "occupancy", "en")
    as_printed = {"p_wait": printed["P(wait)"], "ew": printed["Wq"], "eq": printed["Lq"]}
    metrics = _metrics(exact, names, unit=3600.0, waits=0.04, printed=as_printed)
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


def _herzog() -> Case:
    """M/M/13, M/M/13+M and M/M/9+M; seconds. Memory: 300 s of patience, or that of M/M/1 at 13/180 s."""
    figures = FIGURES["herzog-erlang-tests"]
    exact, printed = figures["exact"], [Printed.of(p) for p in figures["published"]]
    patient = {"volume": "3.5/min", "handle": "180s"}
    hurried = {**patient, "patience": "300s"}
    c13 = _steady({"calls": patient}, 13, minutes=14_000, memory=_mm1_memory(13 / 3, 10.5 / 13))
    c_metrics = _metrics(
        exact["erlang_c_13"], ("p_wait", "ew", "eq", "occupancy", "sl"), unit=1.0, waits=0.06, printed={"ew": printed[0]}
    )
    q90 = Metric("q90", exact["erlang_c_13"]["q90"], "wait_p90", sees=0.06)
    names = ("p_wait", "p_ab", "ew", "ew_served", "sl_all", "occupancy")
    parts = [Part("C, 13 agents", c13, (*c_metrics, q90), _REPLICATIONS)]
    for agents, figure in ((13, printed[1]), (9, printed[2])):
        scenario = _steady({"calls": hurried}, agents, minutes=8_000, memory=5.0)
        metrics = _metrics(
            exact[f"erlang_a_{agents}"], names, unit=1.0, waits=0.05, sees={"sl_all": 0.03}, printed={"ew": figure}
        )
        parts.append(Part(f"A, {agents} agents", scenario, metrics, _REPLICATIONS))
    return Case(figures["id"], tuple(parts))


def _pyworkforce() -> Case:
    """M/M/14 and M/M/15; minutes. The threshold of 0.33 min is 19.8 s."""
    figures = FIGURES["pyworkforce-erlangc"]
    exact, printed = figures["exact"], {p["metric"]: Printed.of(p) for p in figures["published"]}
    calls = {"calls": {"volume": "100/30m", "handle": "3m"}}
    more: dict[str, Any] = {"metrics": {"also_within": ["19.8s"]}, "minutes": 12_000, "memory": _mm1_memory(14 / 3, 10 / 14)}
    at_20 = {"p_wait": printed["P(wait)"], "occupancy": printed["occupancy"], "sl": printed["SL 20 s"]}
    metrics = (
        *_metrics(exact, ("p_wait", "ew", "eq", "occupancy", "sl"), waits=0.07, printed=at_20),
        Metric("q90", exact["q90"], "wait_p90", factor=1 / 60, sees=0.09),
        _within_19_8(exact["sl_033_14"], printed["SL t=.33 min, 14 agents"]),
    )
    fifteen = (
        Metric("p_wait", exact["p_wait_15"], "delayed", sees=0.05, printed=printed["P(wait) 15 agents"]),
        _within_19_8(exact["sl_033_15"], printed["SL t=.33, 15 agents"]),
    )
    return Case(
        figures["id"],
        (
            Part("14 agents", _steady(calls, 14, **more), metrics, _REPLICATIONS),
            Part("15 agents", _steady(calls, 15, **more), fifteen, _REPLICATIONS),
        ),
    )


def _within_19_8(exact: float, printed: Printed) -> Metric:
    return Metric("sl 19.8 s", exact, "service_level", "answered_over_offered.include.19.8s", printed=printed)


# -------------------------------------------------------------------------------- exponential patience


def _erlang_a(name: str, *, minutes: float, waits: float) -> Case:
    """M/M/n+M, with balking by who would wait; minutes."""
    figures = FIGURES[f"exact-erlanga-{name}"]
    given, exact = figures["parameters"], figures["exact"]
    patience = {"exponential": {"mean": f"{1 / given['theta']:.9f}m"}, "balk": given["balk"]}
    calls = {"calls": {"volume": f"{given['lam']}/min", "handle": f"{1 / given['mu']}m", "patience": patience}}
    memory = max(1 / given["mu"], 1 / given["theta"])
    scenario = _steady(calls, given["agents"], minutes=minutes, memory=memory)
    answered = Metric("throughput", exact["throughput"], "answered", factor=1 / minutes)
    metrics = (*_metrics(exact, (*_ERLANG_A, "ew_ab"), waits=waits), answered)
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


def _queuesim() -> Case:
    """M/M/10/20+M at 18 loads; seconds.

    The source's mean wait is over all calls, the blocked ones with a wait of 0; ours over those who got in.
    """
    figures = FIGURES["queuesim-mm10-20-m"]
    names = ("p_block", "p_ab", "eq", "en", "ew", "occupancy")
    parts = []
    for exact, printed in zip(figures["exact"], figures["published"], strict=True):
        between = exact["mean_interarrival"]
        calls = {"calls": {"volume": f"{3600 / between:.9f}/h", "handle": "600s", "patience": "900s"}}
        scenario = _steady(calls, 10, minutes=5_000, memory=15.0, lines=20)
        got_in = {**exact, "p_ab": exact["p_ab_of_accepted"], "ew": exact["ew_all_offered"] / (1 - exact["p_block"])}
        as_printed = {
            "p_block": _printed(printed, "p_block"),
            "p_ab": _printed(printed, "p_ab_of_accepted"),
            "eq": _printed(printed, "eq"),
            "en": _printed(printed, "en"),
            "occupancy": _printed(printed, "occupancy"),
        }
        rare = {"p_block": 0.02 / math.sqrt(exact["p_block"])}  # as its number, a few hundred at the lowest load
        metrics = _metrics(got_in, names, unit=1.0, waits=0.09, sees=rare, printed=as_printed)
        parts.append(Part(f"every {between} s", scenario, metrics, _REPLICATIONS))
    return Case(figures["id"], tuple(parts))


def _printed(row: Mapping[str, float], name: str) -> Printed:
    return Printed.of({"value": row[name], "precision": row["precision"]})


# -------------------------------------------------------------------------------- patience and handle times of any law

_PATIENCE: dict[str, tuple[Any, float]] = {  # as written in a scenario, and its mean in minutes
    "exp": ("3m", 3.0),
    "lognormal": ({"lognormal": {"mean": "3m", "sd": "3m"}}, 3.0),
    "deterministic": ({"deterministic": "2m"}, 2.0),
    "uniform": ({"uniform": {"min": "1m", "max": "5m"}}, 3.0),
    "exp-capped-voicemail": ({"exponential": {"mean": "3m"}, "at_most": "2m"}, 3.0),
}


def _general_patience(law: str) -> Case:
    """M/M/20+G; minutes. Memory: five times the longer of handle time (4 min) and mean patience, for who outlasts his mean.

    The voicemail at 2 minutes counts as abandoned, as in the figures.
    """
    figures = FIGURES[f"exact-mmn-g-{law}"]
    patience, mean = _PATIENCE[law]
    calls = {"calls": {"volume": "5/min", "handle": "4m", "patience": patience}}
    metrics = {"also_within": ["60s"]}
    scenario = _steady(calls, 20, minutes=6_000, memory=5 * max(4.0, mean), metrics=metrics)
    sees = dict.fromkeys(_SERVICE_LEVELS, 0.03)
    found = _metrics(figures["exact"], _ERLANG_A, within=(20.0, 60.0), waits=0.05, sees=sees)
    return Case(figures["id"], (Part("", scenario, found, _REPLICATIONS),))


def _erlang_2() -> Case:
    """M/E2/16+M; minutes. Handle and patience have a mean of 4 min, the phases of 2."""
    figures = FIGURES["exact-m-e2-16-m"]
    handle = {"erlang": {"mean": "4m", "phases": 2}}
    scenario = _steady({"calls": {"volume": "4/min", "handle": handle, "patience": "4m"}}, 16, minutes=10_000, memory=8.0)
    names = ("p_wait", "p_ab", "eq", "ew", "occupancy")
    return Case(figures["id"], (Part("", scenario, _metrics(figures["exact"], names), _REPLICATIONS),))


def _one_agent() -> Case:
    """M/G/1; minutes. Drift 1 - 0.7 and variance 0.2 (3.5^2 + 3.5^2) of the work: memory 109 min."""
    figures = FIGURES["exact-mg1-lognormal"]
    calls = {"calls": {"volume": "0.2/min", "handle": {"lognormal": {"mean": "3.5m", "sd": "3.5m"}}}}
    scenario = _steady(calls, 1, minutes=200_000, memory=2 * 4.9 / 0.3**2)
    metrics = _metrics(figures["exact"], ("ew", "occupancy"))
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


def _constant_handle() -> Case:
    """M/D/4 at a load of 0.9; minutes. Drift 0.4 and variance 3.6 of the work: memory 45 min."""
    figures = FIGURES["exact-md4"]
    calls = {"calls": {"volume": "3.6/min", "handle": {"deterministic": "1m"}}}
    scenario = _steady(calls, 4, minutes=20_000, memory=2 * 3.6 / 0.4**2)
    metrics = _metrics(figures["exact"], ("p_wait", "eq", "ew"), waits=0.05)
    occupancy = Metric("occupancy (= rho)", 0.9, "occupancy", basis="agent")
    return Case(figures["id"], (Part("", scenario, (*metrics, occupancy), _REPLICATIONS),))


# -------------------------------------------------------------------------------- features of the centre


def _priority() -> Case:
    """M/M/7 with two priorities; minutes. Memory of M/M/1 at 3.5 a minute, for the work of both."""
    figures = FIGURES["exact-priority"]
    first, second = figures["exact"]["ew"]
    calls = {"urgent": {"volume": "1/min", "handle": "2m"}, "other": {"volume": "1.5/min", "handle": "2m"}}
    queues = {"urgent": {"priority": 2}, "other": {"priority": 1}}
    scenario = _steady(calls, 7, minutes=25_000, memory=2 * _mm1_memory(3.5, 2.5 / 3.5), queues=queues)
    metrics = (
        Metric("ew urgent", first, "wait_mean", scope={"queue": "urgent"}, factor=1 / 60, sees=0.03),
        Metric("ew other", second, "wait_mean", scope={"queue": "other"}, factor=1 / 60, sees=0.04),
        Metric("p_wait", figures["exact"]["p_wait"], "delayed", sees=0.02),
    )
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


def _wrap_up() -> Case:
    """Talk, then wrap-up of one agent; minutes. Memory: talk and wrap together are 4 min, patience 3."""
    figures = FIGURES["exact-acw"]
    exact = figures["exact"]
    calls = {"calls": {"volume": "2/min", "talk": "3m", "wrap": "1m", "patience": "3m"}}
    scenario = _steady(calls, 8, minutes=15_000, memory=4.0)
    on_duty = exact["talk_frac1"] + exact["acw_frac1"]
    metrics = (
        Metric("p_wait1", exact["p_wait1"], "delayed", sees=0.02),
        Metric("p_ab1", exact["p_ab1"], "abandonment", sees=0.02),
        Metric("ew1", exact["ew1"], "wait_mean", factor=1 / 60, sees=0.02),
        Metric("talk_frac1 + acw_frac1", on_duty, "occupancy", basis="agent"),
        Metric("lines: queue and talk, no wrap", 8 * exact["talk_frac1"] + 2 * exact["ew1"], "lines_in_use"),
        Metric("talk", 3.0, "talk_time", factor=1 / 60),
        Metric("acw", 1.0, "wrap_time", factor=1 / 60),
    )
    return Case(figures["id"], (Part("", scenario, metrics, _REPLICATIONS),))


def _ivr() -> Case:
    """An IVR of mean 45 s that serves 30 %, then M/M/14+M; minutes. Poisson arrivals stay Poisson behind it for any law.

    With 20 ports they are as good as unlimited: one call of 20 million is blocked. With 8, Erlang B whatever the law; there the
    time is that of two nodes, of 15 and 30 s, and the queue behind is not looked at. Memory: IVR and handle time, 4.25 min.
    """
    figures = FIGURES["exact-ivr"]
    calls = {"calls": {"volume": "6/min", "handle": "3.5m", "patience": "2m"}}
    parts = []
    for law in ("exponential", "deterministic", "lognormal"):
        ivr: dict[str, Any] = {"time": _ivr_time(law, "45s"), "contained": 0.3, "ports": 20}
        scenario = _steady(calls, 14, minutes=6_000, memory=4.25, ivr=ivr)
        metrics = _behind_the_ivr(figures["exact"]["unlimited_ports"], minutes=6_000)
        parts.append(Part(f"{law} IVR time, 20 ports", scenario, metrics, _REPLICATIONS))
        second = {"time": _ivr_time(law, "30s"), "contained": 0.3}
        ivr = {"start": "first", "ports": 8, "nodes": {"first": {"time": _ivr_time(law, "15s"), "next": "second"}}}
        ivr["nodes"]["second"] = second
        scenario = _steady(calls, 14, minutes=8_000, memory=4.25, ivr=ivr)
        metrics = _inside_the_ivr(figures["exact"]["limited_8_ports"])
        parts.append(Part(f"{law} times of two nodes, 8 ports", scenario, metrics, _REPLICATIONS))
    return Case(figures["id"], tuple(parts))


def _behind_the_ivr(exact: Mapping[str, float], *, minutes: float) -> tuple[Metric, ...]:
    names = ("p_wait", "p_ab", "ew", "ew_served", "occupancy", "sl_all", "sl_served")
    lines = exact["ivr_mean_busy"] + exact["acd_lam"] * exact["ew"] + 14 * exact["occupancy"]
    return (
        *_metrics(exact, names),
        Metric("acd_lam", exact["acd_lam"], "offered", factor=1 / minutes),
        Metric("contained", 0.3, "containment"),
        Metric("ivr_mean_busy", exact["ivr_mean_busy"], "ports_in_use"),
        Metric("answered of those who dialled", 0.7 * (1 - exact["p_ab"]), "answered_share"),
        Metric("lines: IVR, queue and talk", lines, "lines_in_use"),
    )


def _inside_the_ivr(exact: Mapping[str, float]) -> tuple[Metric, ...]:
    return (
        Metric("p_busy_signal", exact["p_busy_signal"], "blocking", sees=0.04),
        Metric("mean_busy", exact["mean_busy"], "ports_in_use"),
        Metric("mean_busy at the second", exact["mean_busy"] * 2 / 3, "ports_in_use", scope={"ivr_node": "second"}),
        Metric("time", 0.75, "ivr_time", factor=1 / 60),
        Metric("contained", 0.3, "containment"),
    )


def _ivr_time(law: str, mean: str) -> Any:
    """A time in the IVR as a scenario says it."""
    return {
        "exponential": mean,
        "deterministic": {"deterministic": mean},
        "lognormal": {"lognormal": {"mean": mean, "cv": 1.5}},
    }[law]


def _redials() -> Case:
    """M/M/18+M whose abandoners come back after 20 min with 60 %, for ever; minutes.

    Memory: two hours, six rounds in the orbit. Callers in the orbit when the window ends are cut short, 23 attempts of
    360,000: far below a standard error because the runs are few and long.
    """
    figures = FIGURES["exact-redial"]
    exact = figures["exact"]
    minutes = 60_000
    redial = {"share": 0.6, "after": "20m", "attempts": "unlimited", "patience": "fresh"}
    calls = {"calls": {"volume": "5/min", "handle": "4m", "patience": "2m"}}
    scenario = _steady(calls, 18, minutes=minutes, memory=120.0, after_contact={"redial": redial})
    metrics = (
        Metric("attempts_rate", exact["attempts_rate"], "arrived", factor=1 / minutes),
        Metric("attempts_per_caller", exact["attempts_per_caller"], "contacts_per_episode", basis="episode"),
        Metric("p_ab_attempt", exact["p_ab_attempt"], "abandonment", sees=0.015),
        Metric("p_served_caller", exact["p_served_caller"], "answered_share", basis="episode"),
        Metric("eq", exact["eq"], "mean_queue", sees=0.02),
        Metric("ew_attempt", exact["ew_attempt"], "wait_mean", factor=1 / 60, sees=0.015),
        Metric("occupancy", exact["occupancy"], "occupancy", basis="agent"),
        Metric("p_wait_attempt", exact["p_wait_attempt"], "delayed"),
    )
    return Case(figures["id"], (Part("", scenario, metrics, 32),))


def _returns() -> Case:
    """M/M/14 of whose customers some come back after 300 min; minutes.

    An open network: agents, and customers at home, who need no server. Of 10 first contacts 8 solve the problem; then each
    contact brings 0.25 more, else 2/3, so 2.5 fresh calls a minute are 10/3 contacts, and waits are those of M/M/14 at that
    rate. A customer's talk takes as long when he comes back as it did before, but 300 min later no wait is left of that time.
    Memory: 450 min, those at home. Who is at home when the window ends is cut short, 250 of 200,000.
    """
    figures = FIGURES["exact-returns"]
    exact = figures["exact"]
    minutes = 60_000
    calls = {"calls": {"volume": "2.5/min", "handle": "3m", "unresolved": "20%"}}
    after = {"return": {"share": "20%", "after": "300m", "odds": {"unresolved": 4}}}
    counted, of_cases = {"fcr_window": "60m"}, ("return_rate", "resolved_first_contact", "fcr", "fcr_observed")
    scenario = _steady(calls, 14, minutes=minutes, memory=450.0, after_contact=after, metrics=counted)
    metrics = (
        Metric("contacts_rate", exact["contacts_rate"], "offered", factor=1 / minutes),
        *(Metric(kpi, exact[kpi], kpi, basis="case") for kpi in of_cases),
        *_metrics(exact, ("p_wait", "ew", "eq", "occupancy", "sl"), waits=0.09),
    )
    return Case(figures["id"], (Part("", scenario, metrics, 32),))


STEADY: tuple[Case, ...] = (
    _gross_harris(),
    _herzog(),
    _pyworkforce(),
    _queuesim(),
    _erlang_a("small", minutes=30_000, waits=0.025),
    _erlang_a("big", minutes=1_200, waits=0.11),
    _erlang_a("balk", minutes=15_000, waits=0.045),
    *(_general_patience(law) for law in _PATIENCE),
    _erlang_2(),
    _one_agent(),
    _constant_handle(),
    _priority(),
    _wrap_up(),
    _ivr(),
    _redials(),
    _returns(),
)
