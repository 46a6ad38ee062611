"""Luck belongs to callers: whoever is not touched by a change keeps every draw, and nothing happens before its cause."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ccsim.outcomes import Rows
from ccsim.program.compile import Compiled
from ccsim.vocabulary import Outcome
from tests.properties.centres import Content, centres, changed, compiled, digest, rows_of

Caller = dict[str, float]
"""What was drawn for one caller, as far as it showed in his first contact."""


def lucks(found: Compiled, rows: Rows) -> dict[str, dict[float, Caller]]:
    """By call type and first dial: the draws each caller has shown."""
    told: dict[str, dict[float, Caller]] = {name: {} for name in found.names.call_types}
    first = rows.contacts[rows.contacts["contact"] == 0]
    stays = rows.segments[(rows.segments["contact"] == 0) & (rows.segments["kind"] == 1)]
    stay_of = {int(row["customer"]): row for row in reversed(stays)}  # the first stay of each
    for row in first:
        caller: Caller = {}
        if row["outcome"] == Outcome.SERVED:
            caller |= {name: float(row[f"{name}_time"]) for name in ("talk", "hold", "wrap")}
        stay = stay_of.get(int(row["customer"]))
        if stay is not None:
            caller["in the IVR"] = float(stay["entered_at"] - row["arrived_at"])
            if np.isfinite(stay["gives_up_at"]):
                caller["patience"] = float(stay["gives_up_at"] - stay["entered_at"])
        told[found.names.call_types[row["call_type"]]][float(row["arrived_at"])] = caller
    return told


EXACT = ("talk", "hold", "wrap")


def same_luck(a: dict[float, Caller], b: dict[float, Caller]) -> int:
    """Asserts that whoever is in both has the same draws; gives how many draws were compared."""
    n = 0
    for at in a.keys() & b.keys():
        for name in a[at].keys() & b[at].keys():
            if name in EXACT:
                assert a[at][name] == b[at][name], (at, name)
            else:  # differences of instants, so the last bits depend on the instant
                assert math.isclose(a[at][name], b[at][name], rel_tol=1e-9, abs_tol=1e-9), (at, name)
            n += 1
    return n


def more_people(content: Content) -> Content:
    teams = {name: {"headcount": 4 + i} for i, name in enumerate(content["agents"])}
    return changed(content, agents=teams | {"yellow": {"headcount": 1}}, queues={name: {} for name in content["calls"]})


def one_team(content: Content) -> Content:
    return changed(
        content, agents={"blue": {"headcount": 2}}, queues={name: {"priority": i} for i, name in enumerate(content["calls"])}
    )


def other_rules(content: Content) -> Content:
    redial = {"redial": {"share": "30%", "after": "9m"}}
    return changed(content, lines=6, after_contact=redial, closing={"queue": "clear"})


CHANGES = [more_people, one_team, other_rules]


def without_misroutes(content: Content) -> Content:
    """Whoever lands by mistake in one of the other queues may land in a new one, too."""
    found = changed(content)
    for node in found.get("ivr", {}).get("nodes", {}).values():
        node.pop("misroute", None)
    return found


def without_order_of_starts(content: Content) -> Content:
    run = content.get("run", {})
    return changed(content, run={key: value for key, value in run.items() if key != "service_draw"})


@settings(max_examples=40)
@given(centres(one_pace=True), st.sampled_from(CHANGES))
def test_a_change_of_staff_routing_or_rules_touches_nobodys_luck(content: Content, change: Any) -> None:
    content = without_order_of_starts(content)
    before, after = compiled(content), compiled(change(content))
    a, b = lucks(before, rows_of(before)), lucks(after, rows_of(after))
    for name in content["calls"]:
        assert a[name].keys() == b[name].keys()
        same_luck(a[name], b[name])


def test_enough_luck_is_compared() -> None:
    compared = 0

    @settings(max_examples=20)
    @given(centres(one_pace=True))
    def look(content: Content) -> None:
        nonlocal compared
        content = without_order_of_starts(content)
        before, after = compiled(content), compiled(more_people(content))
        a, b = lucks(before, rows_of(before)), lucks(after, rows_of(after))
        compared += sum(same_luck(a[name], b[name]) for name in content["calls"])

    look()
    assert compared > 1000


@settings(max_examples=40)
@given(centres(min_types=1, one_pace=True), st.sampled_from(["aaa", "zzz"]))
def test_another_call_type_shifts_nobody_else(content: Content, name: str) -> None:
    """Before or after the others in sorted order, so that codes move."""
    content = without_misroutes(without_order_of_starts(content))
    other = {"volume": "20/h", "handle": "2m", "patience": "1m"}
    queues = content.get("queues")
    more = {} if queues is None else {"queues": queues | {name: {"calls": [name]}}}
    before, after = compiled(content), compiled(changed(content, calls=content["calls"] | {name: other}, **more))
    a, b = lucks(before, rows_of(before)), lucks(after, rows_of(after))
    assert b[name]
    for own in content["calls"]:
        assert a[own].keys() == b[own].keys()
        same_luck(a[own], b[own])


@settings(max_examples=30)
@given(centres(steady=False, days=1))
def test_another_day_shifts_nobody_today(content: Content) -> None:
    content = without_order_of_starts(content)
    longer = {key: value for key, value in changed(content, days=3).items() if key != "holidays"}
    before, after = compiled(content), compiled(longer)
    a, b = lucks(before, rows_of(before)), lucks(after, rows_of(after))
    last = float(before.program.days.close_at.max())
    for name in content["calls"]:
        assert a[name].keys() == {at for at in b[name] if at < last}
        same_luck(a[name], b[name])


@settings(max_examples=30)
@given(centres(steady=False, one_pace=True))
def test_more_volume_keeps_every_caller_and_his_luck(content: Content) -> None:
    content = without_order_of_starts(content)
    calls = {name: call | {"scale": "130%"} for name, call in content["calls"].items()}
    before, after = compiled(content), compiled(changed(content, calls=calls))
    a, b = lucks(before, rows_of(before)), lucks(after, rows_of(after))
    for name in calls:
        assert a[name].keys() <= b[name].keys()
        same_luck(a[name], b[name])


# -- M18: nothing happens before its cause ---------------------------------------------------------------------------------


def events(found: Compiled, rows: Rows, before: float) -> set[tuple[Any, ...]]:
    """Everything that can be seen to happen before an instant: who, what, when."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows.contacts:
        who = (found.names.call_types[row["call_type"]], int(row["customer"]), int(row["contact"]))
        seen.add((*who, "dials", float(row["arrived_at"])))
        seen.add((*who, "ends", Outcome(row["outcome"]).name, float(row["ended_at"])))
    for row in rows.segments:
        who = (int(row["customer"]), int(row["contact"]), int(row["segment"]))
        seen.add((*who, "enters", float(row["entered_at"])))
        if row["agent"] >= 0:
            seen.add((*who, "is answered by", int(row["agent"]), float(row["answered_at"])))
            seen.add((*who, "is done with", float(row["wrap_ended_at"])))
    for row in rows.agent_states:
        seen.add((int(row["agent"]), int(row["state"]), int(row["customer"]), "begins", float(row["started_at"])))
        seen.add((int(row["agent"]), int(row["state"]), "ends", float(row["ended_at"])))
    return {event for event in seen if event[-1] < before}


@settings(max_examples=40)
@given(centres(steady=False, days=1), st.integers(1, 7))
def test_m18_what_comes_later_changes_nothing_before(content: Content, quarter: int) -> None:
    """More calls, other seats, another day, an event or a shift from some quarter of an hour on; what was before stays."""
    content = changed(without_order_of_starts(content), open="09:00-11:00", interval="15m")
    teams = sorted(content["agents"])
    level = dict.fromkeys(teams, 3)
    pattern = [1 + i % 2 for i in range(8)]
    content["calls"] = {
        name: {key: value for key, value in call.items() if key not in ("weekday", "volume")} | {"volume": [4.0] * 8}
        for name, call in content["calls"].items()
    }
    content["profiles"] = {}
    content["agents"] = {team: {"staffing": {"on_phones": {"mon": [level[team], *pattern[1:]]}}} for team in teams}
    later = changed(content, days=2)
    for call in later["calls"].values():
        call["volume"] = [4.0] * quarter + [9.0] * (8 - quarter)
    for team in later["agents"].values():
        seats = team["staffing"]["on_phones"]["mon"]
        team["staffing"]["on_phones"] = {"mon": seats[:quarter] + [2] * (8 - quarter), "tue": 2}
    if quarter % 2:
        begins = f"{9 + quarter // 4:02d}:{15 * (quarter % 4):02d}"
        effects = {"calls.*.scale": "150%", "calls.*.handle": {"times": "200%"}}
        later["events"] = later.get("events", {}) | {"storm": {"when": f"daily {begins}-11:00", "set": effects}}
        later["agents"]["zzz"] = {"shifts": {"last": 2}}
        later["shifts"] = later.get("shifts", {}) | {"last": {"time": f"{begins}-12:00"}}
    cause = 9 * 3600.0 + 900.0 * quarter
    before, after = compiled(content), compiled(later)
    a, b = events(before, rows_of(before), cause), events(after, rows_of(after), cause)
    assert a == b
    assert events(before, rows_of(before), math.inf) != events(after, rows_of(after), math.inf)


# -- M20, M23: names and units ---------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(centres())
def test_m20_names_of_queues_and_teams_decide_nothing(content: Content) -> None:
    """As long as they sort alike: where agents tie, the lower team goes first. A team's own luck hangs on its name."""
    before = "" if any({"shrinkage", "proficiency"} & set(team) for team in content["agents"].values()) else "x "
    teams = {f"{before}{name}": team for name, team in content["agents"].items()}
    renamed = changed(content, agents=teams)
    if "queues" in content:
        renamed["queues"] = {f"the {name}": queue for name, queue in renamed["queues"].items()}
        for queue in renamed["queues"].values():
            queue["teams"] = [f"{before}{team}" for team in queue["teams"]]
            queue["expand"] = [step | {"to": [f"{before}{team}" for team in step["to"]]} for step in queue.get("expand", [])]
            queue["overflow"] = [step | {"to": f"the {step['to']}"} for step in queue.get("overflow", [])]
    assert digest(renamed) == digest(content)


@settings(max_examples=25)
@given(centres())
def test_m20_names_of_skills_shifts_and_nodes_decide_nothing(content: Content) -> None:
    """Skills by any name; shifts and nodes as long as they sort alike, as persons and ways on are numbered in that order."""
    renamed = changed(content)
    for call in renamed["calls"].values():
        call["needs"] = [f"{7 - len(skill)} {skill}" for skill in call.get("needs", [])]
    for team in renamed["agents"].values():
        if "skills" in team:
            team["skills"] = {f"{7 - len(skill)} {skill}": how for skill, how in team["skills"].items()}
    ivr = renamed.get("ivr", {})
    if "nodes" in ivr:
        ivr["start"] = f"n{ivr['start']}"
        ivr["nodes"] = {f"n{name}": node for name, node in ivr["nodes"].items()}
        for node in ivr["nodes"].values():
            ways = node["next"] if isinstance(node["next"], dict) else {node["next"]: "100%"}
            node["next"] = {to if to == "queue" else f"n{to}": share for to, share in ways.items()}
    assert digest(renamed) == digest(content)


def test_m20_the_name_of_a_call_type_is_its_luck() -> None:
    one, other = ({"calls": {name: {"volume": "60/h", "handle": "4m"}}, "agents": 5} for name in ("a", "b"))
    assert digest(one) != digest(other)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([2, 4]))
def test_m23_all_times_twice_as_long_is_the_same_day_played_slower(number: int, factor: int) -> None:
    """Bit for bit for powers of two, with laws whose scale is a factor of every draw."""

    def centre(scale: int) -> Content:
        def s(seconds: float) -> str:
            return f"{seconds * scale:g}s"

        own = np.random.default_rng(number)
        laws = [
            s(own.integers(20, 200)),
            {"gamma": {"mean": s(own.integers(20, 200)), "cv": 0.5}},
            {"weibull": {"mean": s(own.integers(20, 200)), "shape": 2}},
            {"uniform": {"min": s(10), "max": s(own.integers(20, 200))}},
            {"loglogistic": {"median": s(own.integers(20, 200)), "shape": 3}},
        ]
        own.shuffle(laws)  # type: ignore[arg-type]
        first, second, third, fourth, fifth = laws
        hours = 2 * scale
        return {
            "open": f"00:00-{hours:02d}:00",
            "interval": f"{30 * scale}m",
            "calls": {
                "a": {"volume": [15, 20, 9, 12], "talk": first, "wrap": second, "patience": third},
                "b": {"volume": [5, 9, 9, 2], "handle": fourth, "patience": {"uniform": {"min": s(1), "max": s(100)}}},
            },
            "agents": {"x": {"staffing": {"on_phones": [2, 3, 1, 2]}}},
            "ivr": {"time": fifth, "hang_up": "5%"},
            "lines": int(9 + number % 3),
            "after_contact": {"redial": {"share": "50%", "after": s(120)}},
        }

    a, b = rows_of(compiled(centre(1)), number), rows_of(compiled(centre(factor)), number)
    assert len(a.contacts) > 20
    for ours, theirs in zip(a, b, strict=True):
        for name in ours.dtype.names:
            scale = factor if ours.dtype[name] == np.float64 else 1
            assert np.array_equal(ours[name] * scale, theirs[name]), name
