"""Generated scenarios: small centres as people write them, with every feature that can be simulated."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ccsim.engine.compiled.simulate import simulate
from ccsim.outcomes import Rows
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.scenario import from_dict
from ccsim.scenario.skills import PICK_AGENT, PICK_CALL

__all__ = ["Content", "centres", "changed", "compiled", "digest", "rows_of", "shuffled"]

Content = dict[str, Any]

NAMES = ("orders", "billing", "tech")
OPENINGS = [("09:00-11:00", 8), ("07:00-09:00", 8), ("23:00-01:00", 8), ("00:00-24:00", 96)]
"""Opening hours and how many quarters of an hour they last; the third passes midnight."""


def seconds(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda n: f"{n}s")


@st.composite
def laws(draw: st.DrawFn, low: int, high: int, *, ends: bool = True, fixed: bool = True) -> Any:
    """A time of any family around `low` to `high` seconds; without `ends`, some never end; `fixed` allows whole seconds."""
    mean = draw(st.integers(low, high))
    choices: list[Any] = [
        f"{mean}s",
        {"uniform": {"min": f"{mean // 2}s", "max": f"{2 * mean}s"}},
        {"triangular": {"min": "1s", "mode": f"{mean}s", "max": f"{3 * mean}s"}},
        {"lognormal": {"mean": f"{mean}s", "cv": 0.8}},
        {"lognormal": {"median": f"{mean}s", "p90": f"{3 * mean}s"}},
        {"gamma": {"mean": f"{mean}s", "cv": 0.6}},
        {"erlang": {"mean": f"{mean}s", "phases": 3}},
        {"weibull": {"mean": f"{mean}s", "shape": 0.8}},
        {"loglogistic": {"median": f"{mean}s", "p90": f"{4 * mean}s"}},
        {"hyperexponential": [{"share": 0.4, "mean": f"{mean / 3:.2f}s"}, {"share": 0.6, "mean": f"{2 * mean}s"}]},
        {"empirical": {"values": ["3s", f"{mean}s", f"{mean}s", f"{2 * mean}s"]}},
    ]
    if fixed:
        choices += [{"deterministic": f"{mean}s"}, {"deterministic": "60s"}]
    if not ends:
        choices.append("never")
        choices.append({"hazard": [{"until": "20s", "rate": "1/min"}, {"until": "1m", "rate": "0/min"}, {"rate": "0.4/min"}]})
    return draw(st.sampled_from(choices))


@st.composite
def call_types(draw: st.DrawFn, n_intervals: int, *, busy: float, stable: bool) -> Content:
    call: Content = {}
    rate = draw(st.integers(2, 30)) * busy
    form = "rate" if stable else draw(st.sampled_from(["rate", "list", "profile"]))
    if form == "rate":
        call["volume"] = f"{rate:g}/h"
    elif form == "list":
        pattern = draw(st.lists(st.integers(0, 3), min_size=3, max_size=3))
        call["volume"] = [round(rate * pattern[i % 3] / 6, 3) for i in range(n_intervals)]
    else:
        call["volume"] = {"total": f"{2 * rate:g}/day", "profile": draw(st.sampled_from(["flat", "late"]))}
    if draw(st.booleans()):
        call["handle"] = draw(laws(40, 400))
    else:
        call["talk"] = draw(laws(30, 300))
        if draw(st.booleans()):
            call["hold"] = {"share": draw(st.sampled_from(["100%", "30%"])), "for": draw(laws(10, 60))}
        if draw(st.booleans()):
            call["wrap"] = draw(laws(10, 90))
    if stable or draw(st.booleans()):
        patience = draw(laws(20, 300, ends=stable))
        patience = {"exponential": patience} if isinstance(patience, str) and patience != "never" else patience
        if isinstance(patience, dict) and draw(st.booleans()):
            patience = patience | draw(st.sampled_from([{"balk": "20%"}, {"at_most": "2m"}, {"balk": "5%", "at_most": "5m"}]))
        call["patience"] = patience
    if not stable and draw(st.booleans()):
        call["weekday"] = {"tue": "130%"}
    return call


@st.composite
def centres(
    draw: st.DrawFn, *, steady: bool | None = None, min_types: int = 1, days: int | None = None, one_pace: bool = False
) -> Content:
    """The content of a scenario file; with `one_pace` a call takes as long with any team."""
    steady = draw(st.integers(0, 7)) == 0 if steady is None else steady
    opening, quarters = draw(st.sampled_from(OPENINGS))
    around_the_clock = quarters > 50
    minutes = draw(st.sampled_from([15, 30, 60]))
    n = quarters * 15 // minutes
    days = draw(st.integers(1, 3 if not around_the_clock else 2)) if days is None else days
    names = NAMES[: draw(st.integers(min_types, 3))]
    busy = 0.15 if around_the_clock else 1.0
    content: Content = {
        "open": opening,
        "interval": f"{minutes}m",
        "days": days,
        "profiles": {"late": [1 + i % 4 for i in range(n)]},
        "calls": {name: draw(call_types(n, busy=busy, stable=steady)) for name in names},
    }
    teams: Content = {}
    deserted = not steady and draw(st.integers(0, 5)) == 0  # nobody is there at the end, so some may wait for ever
    for team in ("blue", "red")[: draw(st.integers(1, 2))]:
        level = draw(st.integers(1, 5))
        form = "staffing" if deserted else draw(st.sampled_from(["headcount", "by day", "staffing"]))
        if form == "headcount" or steady:
            teams[team] = {"headcount": level}
        elif form == "by day":
            teams[team] = {"headcount": {"mon": level, "tue-sun": max(1, level - 1)}}
        else:
            pattern = draw(st.lists(st.sampled_from([0, 0, 1, 3, 5]), min_size=4, max_size=4))
            seats = [level if i == 0 else pattern[i % 4] for i in range(n)]
            teams[team] = {"staffing": {"on_phones": [*seats[:-1], 0] if deserted else seats}}
    content["agents"] = teams
    if draw(st.booleans()):
        content["queues"] = draw(queues(names, tuple(teams)))
    if draw(st.integers(0, 2)) == 0:
        draw(skills(content, one_pace=one_pace))
    if len(names) > 1 and draw(st.integers(0, 3)) == 0:
        content["calls"][names[0]]["transfer"] = {"share": draw(st.sampled_from(["20%", "100%"])), "to": names[1]}
    if not steady and draw(st.integers(0, 3)) == 0:
        content["shifts"] = draw(shifts(opening))
        teams["blue"] = {key: how for key, how in teams["blue"].items() if key in ("skills", "reserve", "ring")} | draw(persons)
        if one_pace:
            teams["blue"].pop("proficiency", None)
    for key, feature in features(steady=steady).items():
        value = draw(st.one_of(st.none(), feature))
        if value is not None:
            content[key] = value
    several = len(content.get("queues", names)) > 1
    for node in content.get("ivr", {}).get("nodes", {}).values():
        if not (several and "queue" in node["next"]):
            node.pop("misroute", None)  # nobody goes to a queue from here, or there is only one
    if steady:
        content["run"] = {"mode": "steady", "length": "4h", "warm_up": draw(st.sampled_from(["0s", "1h"]))}
    elif draw(st.integers(0, 9)) == 0:
        content["run"] = {"service_draw": "start_order"}
    return content


@st.composite
def shifts(draw: st.DrawFn, opening: str) -> Content:
    """All of the opening, or its first or last hours, with a break."""
    opens, closes = (int(clock[:2]) for clock in opening.split("-"))
    length = (closes - opens) % 24 or 24

    def clock(hour: float) -> str:
        minutes = round(60 * (opens + hour)) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    pieces = {"whole": (0.0, length), "early": (0.0, 0.75 * length), "late": (0.25 * length, length)}
    made: Content = {}
    for name, (begin, end) in pieces.items():
        made[name] = {"time": f"{clock(begin)}-{clock(end) if (opens + end) % 24 else '24:00'}"}
        window = f"{clock(begin + 0.25)}-{clock(begin + 0.75)}"
        rest = {"between": window, "for": "10m", "paid": draw(st.booleans())}
        made[name] |= draw(st.sampled_from([{}, {"breaks": [rest]}]))
    return made


persons = st.fixed_dictionaries(
    {"shifts": st.fixed_dictionaries({"whole": st.integers(1, 4)}, optional={"early": st.integers(1, 3), "late": st.just(2)})},
    optional={
        "shrinkage": st.sampled_from(["10%", {"absent": "20%", "late": {"share": "30%", "by": "9m"}, "off_phone": "10%"}]),
        "proficiency": st.just({"cv": "20%"}),
    },
)


@st.composite
def queues(draw: st.DrawFn, names: tuple[str, ...], teams: tuple[str, ...]) -> Content:
    """Each type its own queue, or the first two in one; every team answers at least one queue."""
    groups = [list(names[:2]), *([name] for name in names[2:])] if draw(st.booleans()) else [[name] for name in names]
    made = {}
    for i, group in enumerate(groups):
        own = list(teams) if i == 0 else [teams[draw(st.integers(0, len(teams) - 1))]]
        made[f"q{i}"] = {"calls": group, "priority": draw(st.integers(0, 2)), "teams": own}
    for i, queue in enumerate(made.values()):
        later = [team for team in teams if team not in queue["teams"]]
        if later and draw(st.booleans()):
            queue["expand"] = [{"after": draw(seconds(0, 90)), "to": later}]
        if i + 1 < len(made) and draw(st.booleans()):
            clock = draw(st.sampled_from(["keep", "restart"]))
            queue["overflow"] = [{"after": draw(seconds(0, 120)), "to": f"q{i + 1}", "clock": clock}]
        if draw(st.integers(0, 2)) == 0:
            queue["max_waiting"] = draw(st.integers(0, 3))
    return made


announcements = st.fixed_dictionaries(
    {"time": laws(5, 60)}, optional={"hang_up": st.just("15%"), "contained": st.just("30%"), "ports": st.integers(1, 8)}
)


@st.composite
def graphs(draw: st.DrawFn) -> Content:
    """An IVR of up to four nodes, each of which knows a way to the queue and perhaps a way back."""
    names = ("a", "b", "c", "d")[: draw(st.integers(1, 4))]
    exits = {
        "hang_up": st.just("10%"),
        "contained": st.sampled_from(["30%", {"all": "20%"}]),
        "opt_out": st.just("10%"),
        "misroute": st.just("20%"),
        "retry": st.sampled_from(["20%", {"share": "100%", "at_most": 1}]),
    }
    nodes = {}
    for i, name in enumerate(names):
        nodes[name] = {"time": draw(laws(2, 30)), **draw(st.fixed_dictionaries({}, optional=exits))}
        onward, back = names[i + 1] if i + 1 < len(names) else "queue", names[draw(st.integers(0, i))]
        nodes[name]["next"] = draw(st.sampled_from([onward, {onward: "60%", back: "40%"}]))
    return {"start": "a", "nodes": nodes} | draw(st.fixed_dictionaries({}, optional={"ports": st.integers(1, 8)}))


@st.composite
def skills(draw: st.DrawFn, content: Content, *, one_pace: bool) -> None:
    """Gives each call type a skill, the first also a second; the teams have them, the last not all where no queue names it."""
    needs = {name: [name, "all-round"] if i == 0 else [name] for i, name in enumerate(content["calls"])}
    for name, call in content["calls"].items():
        call["needs"] = needs[name]
    every = sorted({skill for some in needs.values() for skill in some})
    asked = {"prefer": st.integers(1, 3), "calls_prefer": st.integers(1, 3)}
    pace = {} if one_pace else {"handle": st.sampled_from(["80%", "150%"])}
    how = st.fixed_dictionaries({}, optional=asked | pace)
    for i, team in enumerate(content["agents"].values()):
        has = every if i == 0 or "queues" in content else every[: draw(st.integers(1, len(every)))]
        team["skills"] = {skill: draw(how) for skill in has}
        if draw(st.integers(0, 3)) == 0:
            team["ring"] = draw(laws(2, 30))
        if draw(st.integers(0, 3)) == 0:
            team["reserve"] = draw(st.integers(1, 2))
    if draw(st.booleans()):
        rules = {"pick_agent": st.sampled_from(PICK_AGENT), "pick_call": st.sampled_from(PICK_CALL)}
        content["routing"] = draw(st.fixed_dictionaries({}, optional=rules))


def features(*, steady: bool) -> dict[str, st.SearchStrategy[Any]]:
    redial = st.fixed_dictionaries(
        {"share": st.sampled_from(["50%", "100%"]), "after": laws(30, 1500)},
        optional={"attempts": st.integers(1, 3), "patience": st.just("fresh")},
    )
    found: dict[str, st.SearchStrategy[Any]] = {
        "ivr": st.one_of(announcements, graphs()),
        "lines": st.integers(1, 15),
        "after_contact": st.fixed_dictionaries({"redial": redial}),
        "metrics": st.fixed_dictionaries(
            {"attribute": st.sampled_from(["arrival", "answer", "end"])},
            optional={"also_within": st.just(["0s", "60s"]), "short_abandon": st.just("10s")},
        ),
    }
    if not steady:
        found["closing"] = st.sampled_from([{"queue": "clear"}, {"overtime_up_to": "0s"}, {"overtime_up_to": "5m"}])
        found["uncertainty"] = st.fixed_dictionaries({}, optional={"centre_day": st.just("20%"), "type_day": st.just("30%")})
        found["holidays"] = st.sampled_from([[], ["2024-01-02"]])
        what = {"set": st.sampled_from([{"calls.orders.scale": {"times": "180%"}}, {"calls.*.handle": {"times": "150%"}}])}
        fixed = st.fixed_dictionaries({"when": st.sampled_from(["mon 09:30-10:10", "daily 07:20-08:00"])} | what)
        chance = {"chance": st.just("50%"), "start": st.just("07:30-10:00"), "for": laws(300, 1800)}
        found["events"] = st.fixed_dictionaries({}, optional={"sale": fixed, "outage": st.fixed_dictionaries(chance | what)})
    return found


def compiled(content: Content) -> Compiled:
    return compile_scenario(from_dict(copy.deepcopy(content)))


def rows_of(found: Compiled, seed: int = 1, replication: int = 0) -> Rows:
    rows = simulate(found.program, seed, replication, rows=True, digest=False).rows
    assert rows is not None
    return rows


def digest(content: Content, seed: int = 3) -> bytes:
    done = simulate(compiled(content).program, seed, 0, rows=False)
    assert done.digest is not None
    return done.digest.tobytes()


def changed(content: Content, **changes: Any) -> Content:
    return copy.deepcopy(content) | copy.deepcopy(changes)


def shuffled(content: Any, seed: int) -> Any:
    """The same content with the keys of every map in another order."""
    if isinstance(content, list):
        return [shuffled(item, seed) for item in content]
    if not isinstance(content, dict):
        return content
    keys = list(content)
    np.random.default_rng(seed).shuffle(keys)
    return {key: shuffled(content[key], seed + 1) for key in keys}
