"""Centres in which it cannot matter who answers: alike agents (M21), a team taken apart (M22), more agents than calls (M17)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccsim.outcomes import Rows
from ccsim.scenario.skills import PICK_AGENT
from ccsim.vocabulary import Outcome, SegmentKind
from tests.properties.centres import Content, centres, changed, compiled, rows_of

Table = np.ndarray[Any, Any]


def one_pool(content: Content, agents: Content) -> Content:
    """All calls answered by one team, whose agents have all skills."""
    queues = {name: queue | {"teams": ["pool"], "expand": []} for name, queue in content.get("queues", {}).items()}
    found = changed(content, agents={"pool": agents}, routing=content.get("routing", {}))
    return changed(found, queues=queues) if queues else found


def without(table: Table, *fields: str) -> bytes:
    """The table but for these columns."""
    kept = [name for name in table.dtype.names or () if name not in fields]
    return b"".join(np.ascontiguousarray(table[name]).tobytes() for name in kept)


def without_agents(rows: Rows) -> list[bytes]:
    return [without(rows.episodes), without(rows.contacts), without(rows.segments, "agent")]


LOSSES = {"absent": "20%", "late": {"share": "30%", "by": "9m"}}
POOLS = st.one_of(
    st.integers(1, 6).map(lambda n: {"headcount": n}),
    st.integers(3, 6).map(lambda n: {"headcount": {"mon": n, "tue-sun": n - 2}}),
    st.integers(1, 6).map(lambda n: {"shifts": {"whole": n}, "shrinkage": LOSSES}),
    st.integers(2, 6).map(lambda n: {"headcount": n, "skills": {"all-round": {}, "other": {"prefer": 2}}, "reserve": 1}),
)


def pool_of(content: Content, agents: Content) -> Content:
    """The centre with that pool, where calls need what it says, and its shift has no breaks."""
    opens, _, closes = content["open"].partition("-")
    shifts = {"whole": {"time": f"{opens}-{closes}"}}
    calls = {name: {key: value for key, value in call.items() if key != "needs"} for name, call in content["calls"].items()}
    if "skills" in agents:
        skills = [["all-round"], ["other"], ["all-round"]]
        calls = {name: call | {"needs": skills[i]} for i, (name, call) in enumerate(calls.items())}
        agents = agents if len(calls) > 1 else agents | {"skills": ["all-round"]}
    return one_pool(changed(content, calls=calls, shifts=shifts), agents)


@settings(max_examples=25)
@given(centres(steady=False), POOLS)
def test_m21_alike_agents_are_picked_by_any_rule_with_the_same_result_for_callers(content: Content, agents: Content) -> None:
    pool = pool_of(content, agents)
    found = [rows_of(compiled(changed(pool, routing=pool["routing"] | {"pick_agent": rule}))) for rule in PICK_AGENT]
    for rule, rows in zip(PICK_AGENT, found, strict=True):
        assert without_agents(rows) == without_agents(found[0]), rule


def test_m21_rules_do_pick_other_agents() -> None:
    picked: dict[str, int] = dict.fromkeys(PICK_AGENT, 0)

    @settings(max_examples=10)
    @given(centres(steady=False))
    def look(content: Content) -> None:
        pool = pool_of(content, {"headcount": 5})
        usual = rows_of(compiled(pool)).segments["agent"].tobytes()
        for rule in PICK_AGENT:
            rows = rows_of(compiled(changed(pool, routing={"pick_agent": rule})))
            picked[rule] += rows.segments["agent"].tobytes() != usual

    look()
    assert picked["longest_idle"] == picked["most_skilled"] == 0  # all are equally skilled
    assert all(picked[rule] > 0 for rule in ("least_occupied", "fixed_order", "random"))


@settings(max_examples=40)
@given(centres(steady=False), st.integers(1, 3))
def test_m22_a_team_taken_apart_is_the_same_team(content: Content, n: int) -> None:
    """Beside other teams, with skills, preferences and any rule; only the name of the team changes in the rows."""
    whole = changed(content)
    of_skill = {key: how for key, how in whole["agents"]["blue"].items() if key == "skills"}
    whole["agents"]["blue"] = of_skill | {"headcount": n + 2}
    apart = changed(whole)
    apart["agents"]["blue"]["headcount"] = n
    apart["agents"]["blue and"] = apart["agents"]["blue"] | {"headcount": 2}
    for queue in apart.get("queues", {}).values():
        for teams in (queue["teams"], *(step["to"] for step in queue.get("expand", []))):
            if "blue" in teams:
                teams.append("blue and")
    a, b = rows_of(compiled(whole)), rows_of(compiled(apart))
    assert without_agents(a) == without_agents(b)
    assert a.segments["agent"].tobytes() == b.segments["agent"].tobytes()
    assert without(a.agent_states, "team") == without(b.agent_states, "team")


CROWDS = [{"headcount": 400}, {"shifts": {"whole": 400}}, {"headcount": 400, "proficiency": {"cv": "30%"}}]


@pytest.mark.parametrize("agents", CROWDS, ids=str)
def test_m17_with_more_agents_than_calls_nobody_waits_in_any_queue(agents: Content) -> None:
    n_stays = 0

    @settings(max_examples=12)
    @given(centres(steady=False))
    def look(content: Content) -> None:
        nonlocal n_stays
        content = changed({key: value for key, value in content.items() if key != "closing"})
        rows = rows_of(compiled(pool_of(content, agents)))
        assert len(rows.contacts) < 400
        stays = rows.segments[rows.segments["kind"] == SegmentKind.QUEUE]
        assert set(stays["outcome"].tolist()) <= {Outcome.SERVED, Outcome.TRANSFERRED}
        assert (stays["answered_at"] == stays["entered_at"]).all()
        assert not rows.contacts["wait"].any() and not rows.contacts["later_wait"].any()
        n_stays += len(stays)

    look()
    assert n_stays > 200
