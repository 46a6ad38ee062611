"""M19: what does nothing changes nothing, bit by bit: features written down with a value that leaves things as they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from tests.properties.centres import Content, centres, changed, compiled, digest, rows_of


def nobody_calls(content: Content) -> Content:
    if any("misroute" in node for node in content.get("ivr", {}).get("nodes", {}).values()):
        return content  # a queue more to land in by mistake
    calls = content["calls"] | {"zzz": {"volume": "0/h", "handle": "2m"}}
    queues = {} if "queues" not in content else {"queues": content["queues"] | {"zzz": {"calls": ["zzz"]}}}
    return changed(content, calls=calls, **queues)


def nobody_works_there(content: Content, team: Content | None = None) -> Content:
    queues = {name: queue | {"teams": [*queue["teams"], "zzz"]} for name, queue in content.get("queues", {}).items()}
    more = {"queues": queues} if queues else {}
    return changed(content, agents=content["agents"] | {"zzz": team or {"headcount": 0}}, **more)


def nobody_redials(content: Content) -> Content:
    return content if "after_contact" in content else changed(content, after_contact={"redial": {"share": "0%", "after": "5m"}})


def nobody_accepts_a_callback(content: Content) -> Content:
    queues = content.get("queues") or {name: {"calls": [name]} for name in content["calls"]}
    callback = {"accept": "0%", "offer": {"at": "waiting", "after": "10s"}, "place": "behind", "reserve": 2}
    return changed(content, queues={name: {"callback": callback} | queue for name, queue in queues.items()})


def lines_without_end(content: Content) -> Content:
    return content if "lines" in content else changed(content, lines=1_000_000)


def equal_priorities(content: Content) -> Content:
    if "queues" in content and len({queue["priority"] for queue in content["queues"].values()}) > 1:
        return content
    queues = content.get("queues") or {name: {"calls": [name]} for name in content["calls"]}
    return changed(content, queues={name: queue | {"priority": 7} for name, queue in queues.items()})


def nobody_hangs_up_in_the_ivr(content: Content) -> Content:
    return (
        content if "hang_up" in content.get("ivr", {"hang_up": 1}) else changed(content, ivr=content["ivr"] | {"hang_up": "0%"})
    )


def nobody_balks(content: Content) -> Content:
    calls = {}
    for name, call in content["calls"].items():
        patience = call.get("patience")
        calls[name] = call | {"patience": {"balk": "0%"} | patience} if isinstance(patience, dict) else call
    return changed(content, calls=calls)


def never_said_otherwise(content: Content) -> Content:
    """No patience written, `never`, and a limit beyond all time."""
    calls = {
        name: call if "patience" in call else call | {"patience": {"never": {}, "balk": "0%"}}
        for name, call in content["calls"].items()
    }
    return changed(content, calls=calls)


def days_that_do_not_differ(content: Content) -> Content:
    return content if "uncertainty" in content else changed(content, uncertainty={"centre_day": "0%", "type_day": "0%"})


def the_whole_volume(content: Content) -> Content:
    return changed(content, calls={name: call | {"scale": "100%"} for name, call in content["calls"].items()})


def of_teams(content: Content, more: Any) -> Content:
    """With more of each team: what `more` gives for it, where it does not say so itself."""
    return changed(content, agents={name: more(team) | team for name, team in content["agents"].items()})


def of_calls(content: Content, more: Any) -> Content:
    return changed(content, calls={name: more(call) | call for name, call in content["calls"].items()})


def of_nodes(content: Content, more: Content) -> Content:
    ivr = content.get("ivr", {})
    if "nodes" not in ivr:
        return content
    return changed(content, ivr=ivr | {"nodes": {name: more | node for name, node in ivr["nodes"].items()}})


def nobody_is_transferred(content: Content) -> Content:
    names = list(content["calls"])
    if len(names) < 2:
        return content
    to = dict(zip(names, [*names[1:], names[0]], strict=True))
    calls = {name: {"transfer": {"share": "0%", "to": to[name]}} | call for name, call in content["calls"].items()}
    return changed(content, calls=calls)


def transfers_in_the_long_form(content: Content) -> Content:
    """One destination with all of the share, and another with none of it; as often as ever."""
    calls = {}
    for name, call in content["calls"].items():
        calls[name] = call
        if "transfer" in call:
            others = [other for other in content["calls"] if other not in (name, call["transfer"]["to"])]
            to = {call["transfer"]["to"]: "100%"} | dict.fromkeys(others[:1], "0%")
            calls[name] = call | {"transfer": call["transfer"] | {"to": to, "at_most": 1}}
    return changed(content, calls=calls)


def redials_alike_for_all(content: Content) -> Content:
    """The same share at later tries and for each type, who dials again as what he is."""
    redial = content.get("after_contact", {}).get("redial")
    if redial is None:
        return content
    by_type = {name: {"share": redial["share"], "later": redial["share"]} for name in content["calls"]}
    more = {"later": redial["share"], "by_type": by_type}
    return changed(content, after_contact=content["after_contact"] | {"redial": redial | more})


def nobody_is_served_by_the_ivr_or_asks_for_an_agent(content: Content) -> Content:
    return of_nodes(content, {"contained": "0%", "opt_out": "0%", "retry": "0%", "hang_up": "0%", "misroute": "0%"})


def ports_without_end(content: Content) -> Content:
    return changed(content, ivr={"ports": 1_000_000} | content["ivr"]) if "ivr" in content else content


def a_skill_that_everybody_has(content: Content) -> Content:
    calls = {name: call | {"needs": [*call.get("needs", []), "smile"]} for name, call in content["calls"].items()}
    agents = {
        name: team | {"skills": team["skills"] | {"smile": {}}} if "skills" in team else team
        for name, team in content["agents"].items()
    }
    return changed(content, calls=calls, agents=agents)


def skills_as_anybody_has_them(content: Content) -> Content:
    plain = {"prefer": 1, "handle": "100%"}
    agents = {
        name: team | {"skills": {skill: plain | how for skill, how in team["skills"].items()}} if "skills" in team else team
        for name, team in content["agents"].items()
    }
    return changed(content, agents=agents)


def no_reserve(content: Content) -> Content:
    return of_teams(content, lambda _: {"reserve": 0})


def the_usual_rules(content: Content) -> Content:
    usual = {"pick_agent": "longest_idle", "pick_call": "priority_then_longest_wait"}
    return changed(content, routing=usual | content.get("routing", {}))


def weights_that_nobody_asks_for(content: Content) -> Content:
    if "queues" not in content or content.get("routing", {}).get("pick_call") in ("weighted_wait", "priority_plus_wait"):
        return content
    return changed(content, queues={name: {"weight": 1 + i} | q for i, (name, q) in enumerate(content["queues"].items())})


def a_shift_nobody_works(content: Content) -> Content:
    """And a team whose only shift it is."""
    if "shifts" not in content:
        return content
    found = of_teams(content, lambda team: {})
    blue = found["agents"]["blue"]
    blue["shifts"] = {"early": 0, "late": 0} | blue["shifts"]
    return nobody_works_there(found, {"shifts": {"whole": 0}})


def nobody_is_absent(content: Content) -> Content:
    none = {"absent": "0%", "off_phone": "0%"}
    return of_teams(content, lambda team: {"shrinkage": none | ({} if is_net(team) else {"late": {"share": "0%", "by": "5m"}})})


def nobody_is_off_plan(content: Content) -> Content:
    return of_teams(content, lambda team: {} if is_net(team) or "shrinkage" in team else {"adherence": "100%"})


def what_net_staffing_has_lost_already(content: Content) -> Content:
    return of_teams(content, lambda team: {"shrinkage": {"absent": "10%", "off_phone": "5%"}} if is_net(team) else {})


def is_net(team: Content) -> bool:
    return "on_phones" in team.get("staffing", {})


def agents_who_do_not_differ(content: Content) -> Content:
    return of_teams(content, lambda _: {"proficiency": {"cv": "0%"}})


def what_it_costs(content: Content) -> Content:
    return of_teams(content, lambda _: {"cost": "20/h", "billed": "talk_and_wrap"})


def a_site_like_the_centre(content: Content) -> Content:
    return changed(of_teams(content, lambda _: {"site": "here"}), sites={"here": {}})


def an_event_that_changes_nothing(content: Content) -> Content:
    """Also in the midst of an interval."""
    nothing = {"when": "daily 07:20-10:10", "set": {"calls.*.scale": {"times": "100%"}, "calls.*.handle": {"times": "100%"}}}
    return changed(content, events=content.get("events", {}) | {"nothing": nothing})


def an_event_that_never_happens(content: Content) -> Content:
    never = {"chance": "0%", "start": "07:30-10:00", "for": "30m", "set": {"calls.*.scale": {"times": "300%"}}}
    return changed(content, events=content.get("events", {}) | {"never": never})


def a_forecast_without_error(content: Content) -> Content:
    right = {"within_day_correlation": "100%", "forecast_error": "0%"}
    return changed(content, uncertainty=right | content.get("uncertainty", {}))


def odds_of_one(content: Content) -> Content:
    redial = content.get("after_contact", {}).get("redial")
    if redial is None or redial["share"] == "100%":
        return content
    ones = {"blocked": 1, "earlier_contacts": 1, "wait_over_1m": 1, "hops": 1, "refused": 1, "unresolved": 1}
    return changed(content, after_contact={"redial": redial | {"odds": ones}})


def nobody_comes_back_or_leaves(content: Content) -> Content:
    after = {"return": {"share": "0%", "after": "5m"}, "leave": {"share": "0%", "value": 240}}
    return changed(content, after_contact=after | content.get("after_contact", {}))


def nobody_may_come_back(content: Content) -> Content:
    after = {"return": {"share": "100%", "after": "5m", "attempts": 0}}
    return changed(content, after_contact=after | content.get("after_contact", {}))


def nobody_is_put_on_hold(content: Content) -> Content:
    return of_calls(content, lambda call: {"hold": {"share": "0%", "for": "20s"}} if "talk" in call else {})


def a_weekday_that_is_not_simulated(content: Content) -> Content:
    return of_calls(content, lambda _: {"weekday": {"sun": "50%"}})


def authority_that_nobody_needs(content: Content) -> Content:
    right = {
        "retell": "40s",
        "decide": {"frontline": "60s"},
        "first_leg": "60%",
        "on_shortfall": {"escalate": "50%", "consult": "30%", "refuse": "20%"},
        "consult": "90s",
        "escalate": {"transfer": "warm", "brief": "40s", "lose_caller": "50%"},
    }
    return changed(of_teams(content, lambda _: {"authority": 50, "credit_budget": "90/day"}), make_it_right=right)


def nothing_leaks(content: Content) -> Content:
    """A share of nothing; or a share for those whose authority is enough for it, of whom there are none."""
    return changed(content, make_it_right={"leakage": {"share": "0%", "amount": 15}})


def patience_after_a_transfer_as_ever(content: Content) -> Content:
    return of_calls(content, lambda _: {"after_transfer": "100%"})


def queues_that_are_never_full(content: Content) -> Content:
    return of_queues(content, {"max_waiting": 1_000_000})


def no_steps(content: Content) -> Content:
    return of_queues(content, {"expand": [], "overflow": []})


def of_queues(content: Content, more: Content) -> Content:
    if "queues" not in content:
        return content
    return changed(content, queues={name: more | queue for name, queue in content["queues"].items()})


def phones_that_do_not_ring(content: Content) -> Content:
    return of_teams(content, lambda _: {"ring": "0s"})


def nobody_balks_at_a_full_house(content: Content) -> Content:
    return of_calls(content, lambda call: {} if "patience" in call else {"patience": {"never": {}, "balk": NO_BALKING}})


NO_BALKING = {"share": "0%", "waiting_at_least": 3}

NULL = [
    queues_that_are_never_full,
    no_steps,
    phones_that_do_not_ring,
    nobody_balks_at_a_full_house,
    authority_that_nobody_needs,
    nothing_leaks,
    patience_after_a_transfer_as_ever,
    nobody_is_transferred,
    transfers_in_the_long_form,
    redials_alike_for_all,
    nobody_is_served_by_the_ivr_or_asks_for_an_agent,
    ports_without_end,
    a_skill_that_everybody_has,
    skills_as_anybody_has_them,
    no_reserve,
    the_usual_rules,
    weights_that_nobody_asks_for,
    a_shift_nobody_works,
    nobody_is_absent,
    nobody_is_off_plan,
    what_net_staffing_has_lost_already,
    agents_who_do_not_differ,
    what_it_costs,
    a_site_like_the_centre,
    an_event_that_changes_nothing,
    an_event_that_never_happens,
    a_forecast_without_error,
    odds_of_one,
    nobody_comes_back_or_leaves,
    nobody_may_come_back,
    nobody_is_put_on_hold,
    a_weekday_that_is_not_simulated,
    nobody_calls,
    nobody_works_there,
    nobody_redials,
    lines_without_end,
    equal_priorities,
    nobody_hangs_up_in_the_ivr,
    nobody_balks,
    nobody_accepts_a_callback,
    never_said_otherwise,
    days_that_do_not_differ,
    the_whole_volume,
]


@settings(max_examples=25)
@given(centres(steady=False))
def test_m19_features_that_do_nothing_change_no_bit(content: Content) -> None:
    base = digest(content)
    for feature in NULL:
        assert digest(feature(content)) == base, feature.__name__


@settings(max_examples=15)
@given(centres(steady=False, min_types=2))
def test_m19_a_priority_of_nothing_that_grows_by_the_minute_is_a_weighted_wait(content: Content) -> None:
    queues = content.get("queues") or {name: {"calls": [name]} for name in content["calls"]}
    found = set()
    for pick_call, weights in (("weighted_wait", (1, 3)), ("priority_plus_wait", (60, 180))):
        routing = content.get("routing", {}) | {"pick_call": pick_call}
        mine = {name: queue | {"priority": 0, "weight": weights[i % 2]} for i, (name, queue) in enumerate(queues.items())}
        found.add(digest(content | {"queues": mine, "routing": routing}))
    assert len(found) == 1


def test_m19_every_null_feature_is_tried() -> None:
    tried: set[str] = set()

    @settings(max_examples=40)
    @given(centres(steady=False))
    def look(content: Content) -> None:
        tried.update(feature.__name__ for feature in NULL if feature(content) != content)

    look()
    assert tried == {feature.__name__ for feature in NULL}


BITES = [
    lambda content: of_teams(content, lambda _: {"proficiency": {"cv": "30%"}}),
    lambda content: of_teams(content, lambda team: {} if is_net(team) else {"shrinkage": "40%"}),
    lambda content: of_calls(content, lambda call: {"hold": "20s"} if "talk" in call else {}),
    lambda content: of_nodes(content, {"contained": "30%"}),
    lambda content: changed(content, events={"sale": {"when": "daily 07:20-10:10", "set": {"calls.*.scale": "50%"}}}),
    lambda content: changed(content, uncertainty={"forecast_error": "20%"}),
    lambda content: changed(content, routing={"pick_agent": "fixed_order"}),
]
"""The like with values that do something."""


@pytest.mark.parametrize("feature", BITES)
def test_features_that_do_something_change_bits(feature: Any) -> None:
    n_changed = 0

    @settings(max_examples=40)
    @given(centres(steady=False))
    def look(content: Content) -> None:
        nonlocal n_changed
        n_changed += digest(feature(content)) != digest(content)

    look()
    assert n_changed > 0


@settings(max_examples=20)
@given(centres(steady=False))
def test_m19_agents_without_skills_change_nobodys_day(content: Content) -> None:
    """They are able to take nothing, and sit there."""
    content = a_skill_that_everybody_has(content)
    more = changed(nobody_works_there(content, {"headcount": 2, "skills": []}))
    for queue in more.get("queues", {}).values():
        queue["teams"].remove("zzz")  # a queue may only name who is able to answer it
    a, b = compiled(content), compiled(more)
    ours, theirs = rows_of(a), rows_of(b)
    theirs = theirs._replace(agent_states=theirs.agent_states[theirs.agent_states["team"] < len(a.program.teams)])
    assert [table.tobytes() for table in ours] == [table.tobytes() for table in theirs]


@settings(max_examples=25)
@given(centres(steady=False))
def test_m19_cases_that_everybody_may_settle_at_once_change_nobodys_day(content: Content) -> None:
    """They leave rows of their own, but nobody talks longer or is passed on."""
    more = of_teams(content, lambda _: {"authority": "unlimited"})
    more = of_calls(more, lambda _: {"needs_authority": {"share": "50%", "amount": 30}})
    a, b = rows_of(compiled(content)), rows_of(compiled(changed(more, make_it_right={"retell": "40s"})))
    n = sum(table.tobytes() != other.tobytes() for table, other in zip(a[:4], b[:4], strict=True))
    transferred = any(call.get("transfer") for call in content["calls"].values())
    assert n == 0 or transferred  # who is transferred tells his story again
    assert len(b.cases) == len(b.episodes)
    assert not len(a.cases)


@settings(max_examples=6)
@given(centres(steady=False))
def test_m19_authority_that_does_nothing_changes_no_bit_on_either_engine(content: Content) -> None:
    for engine in (simulate_compiled, simulate_reference):
        bits = [
            engine(compiled(made).program, 3, 0, rows=True).digest.tobytes()
            for made in (content, authority_that_nobody_needs(content), patience_after_a_transfer_as_ever(content))
        ]
        assert bits[0] == bits[1] == bits[2]


@settings(max_examples=6)
@given(centres(steady=False))
def test_m19_unlimited_authority_leaves_no_rule_anything_to_do(content: Content) -> None:
    """Who may grant everything never asks, passes on or refuses, on either engine; nothing leaks where the share is 0."""
    with_cases = of_calls(of_teams(content, lambda _: {"authority": "unlimited"}), lambda _: {"needs_authority": NEEDS})
    rules = {
        "escalate": {"transfer": "warm", "lose_caller": "100%"},
        "on_shortfall": {"consult": "50%", "escalate": "50%"},
        "leakage": {"share": "0%", "amount": 15},
    }
    for engine in (simulate_compiled, simulate_reference):
        plain = engine(compiled(with_cases).program, 3, 0, rows=True)
        ruled = engine(compiled(changed(with_cases, make_it_right=rules)).program, 3, 0, rows=True)
        assert plain.digest.tobytes() == ruled.digest.tobytes()


NEEDS = {"share": "50%", "amount": 30}


@settings(max_examples=25)
@given(centres(steady=False, min_types=2))
def test_m19_an_overflow_after_infinity_changes_no_bit(content: Content) -> None:
    """Where everybody hangs up before."""
    names = list(content["calls"])
    content = changed(content, queues={name: {} for name in names})
    content["calls"] = {name: call | {"patience": "2m"} for name, call in content["calls"].items()}
    never = {"overflow": [{"after": "2000h", "to": names[-1]}]}
    more = changed(content, queues={name: never if name != names[-1] else {} for name in names})
    assert digest(more) == digest(content)


@settings(max_examples=25)
@given(centres(steady=False))
def test_m19_an_ivr_of_no_time_changes_nobodys_day(content: Content) -> None:
    """It leaves a row for the stay, but every instant is the same."""
    content = {key: value for key, value in content.items() if key not in ("ivr", "routing")}  # random choice is drawn by stay
    plain, with_ivr = compiled(content), compiled(changed(content, ivr={"time": {"deterministic": "0s"}}))
    a, b = rows_of(plain), rows_of(with_ivr)
    assert a.contacts.tobytes() == b.contacts.tobytes()
    assert a.episodes.tobytes() == b.episodes.tobytes()
    assert a.agent_states.tobytes() == b.agent_states.tobytes()
