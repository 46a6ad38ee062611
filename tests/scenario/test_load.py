"""Loading: positions, merging, overrides, what-ifs, messages, round trips; and what loading must not do."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccsim.errors import MOST_LINES, Problem, ScenarioError
from ccsim.scenario import Scenario, check, check_text, from_dict, load, plus, resolve, times
from ccsim.scenario.document import parse
from ccsim.units import Plain

HOME = Path(__file__).parents[2] / "scenarios"
SCENARIOS = sorted([*HOME.glob("*.yaml"), *HOME.glob("northgate/*.yaml")])
BASE = """\
calls:
  billing:
    volume: 60/h
    handle: 4m
    patience: 2m
  orders:
    volume: [10, 20, 30, 40]
    scale: 104%
    talk: {lognormal: {mean: 4m, cv: 0.9}}
    patience: 3m
open: 09:00-11:00
agents: 6
target: 80/20
"""
LONG = (math.log(480) - math.log1p(0.81) / 2, math.sqrt(math.log1p(0.81)))  # lognormal of mean 8 min, cv 0.9


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def base(folder: Path, *overrides: str) -> Scenario:
    return load(write(folder, "base.yaml", BASE), overrides)


def told(path: Path, *overrides: str) -> list[str]:
    return [str(p).replace(f"{path.parent}/", "") for p in check(path, overrides).problems]


# -------------------------------------------------------------------------------- positions and messages


def test_every_key_and_value_knows_its_place() -> None:
    problems: list[Problem] = []
    document = parse("a: 12\nb:\n  - x\n  - {c: 'é'}\n", "f.yaml", problems)
    assert document.data == {"a": "12", "b": ["x", {"c": "é"}]} and not problems
    assert isinstance(document.data["a"], Plain) and not isinstance(document.data["b"][1]["c"], Plain)
    places = (document.values["a",], document.values["b", 1, "c"], document.keys["b", 1, "c"])
    assert [(p.line, p.col, p.width) for p in places] == [
        (1, 4, 2), (4, 9, 3), (4, 6, 1),
    ]  # fmt: skip


def test_message_says_where_what_got_allowed_and_what_to_try(tmp_path: Path) -> None:
    path = write(tmp_path, "bad.yaml", BASE.replace("handle: 4m", "handle: 240"))
    assert told(path) == [
        'bad.yaml:4:13: E-UNIT-MISSING calls.billing.handle: a duration needs a unit, got "240". Try: 240s or 240m'
    ]


def test_unknown_key_names_the_nearest_and_those_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, "bad.yaml", BASE.replace("patience: 2m", "patiense: 2m"))
    (line,) = told(path)
    assert line.startswith("bad.yaml:5:5: E-KEY-UNKNOWN calls.billing.patiense: unknown key, allowed: volume, weekday,")
    assert line.endswith("Try: patience")


def test_unknown_name_names_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "bad.yaml", "distributions: {hurried: 95s}\n" + BASE.replace("patience: 2m", "patience: huried"))
    (line,) = told(path)
    assert line.startswith('bad.yaml:6:15: E-REF calls.billing.patience: no distribution of that name, got "huried"')
    assert line.endswith("allowed: hurried. Try: hurried")


def test_caret_lines_mark_the_value_and_only_on_request(tmp_path: Path) -> None:
    path = write(tmp_path, "bad.yaml", BASE.replace("handle: 4m", "handle: 240"))
    error = ScenarioError(check(path).problems)
    assert len(str(error).splitlines()) == 1
    assert error.text(carets=True).splitlines()[1:] == ["     4 |     handle: 240", "       |             ^^^"]


def test_more_than_fifty_problems_are_counted() -> None:
    error = ScenarioError([Problem("E-X", f"a.{i}", "is wrong") for i in range(MOST_LINES + 7)])
    assert len(str(error).splitlines()) == MOST_LINES + 1
    assert str(error).endswith("... and 7 more")


def test_missing_file_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    assert [p.code for p in check(tmp_path / "none.yaml").problems] == ["E-FILE"]
    assert [p.code for p in check(tmp_path).problems] == ["E-FILE"]


def test_a_dict_is_loaded_like_a_file_and_errors_say_the_path() -> None:
    scenario = from_dict({"calls": {"a": {"volume": "60/h", "handle": "4m"}}, "agents": 6})
    assert scenario.agents["agents"].headcount == {"daily": 6}
    with pytest.raises(ScenarioError, match=r"^E-NUM-POSITIVE calls\.a\.handle: "):
        from_dict({"calls": {"a": {"volume": "60/h", "handle": "0s"}}, "agents": 6})
    with pytest.raises(ScenarioError, match=r"^E-INT-TYPE agents: needs a whole number, got 6\.0"):
        from_dict({"calls": {"a": {"volume": "60/h", "handle": "4m"}}, "agents": 6.0})


# -------------------------------------------------------------------------------- extends


def test_extends_merges_maps_replaces_lists_and_removes_nulls(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    child = write(
        tmp_path,
        "child.yaml",
        "extends: base.yaml\ncalls:\n  billing: {scale: 110%}\n  orders: null\nqueues: {billing: {}}\nagents: 7\n",
    )
    scenario = load(child)
    assert list(scenario.calls) == ["billing"]
    assert scenario.calls["billing"].scale == 1.1 and scenario.calls["billing"].handle is not None
    assert scenario.agents["agents"].headcount == {"daily": 7}


def test_extends_is_associative(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", BASE)
    write(tmp_path, "b.yaml", "agents: 7\ncalls: {billing: {scale: 110%, patience: 1m}}\n")
    write(tmp_path, "bc.yaml", "extends: b.yaml\ncalls: {billing: {patience: 30s}}\n")
    write(tmp_path, "ab.yaml", "extends: [a.yaml, b.yaml]\n")
    left = write(tmp_path, "left.yaml", "extends: ab.yaml\ncalls: {billing: {patience: 30s}}\n")
    right = write(tmp_path, "right.yaml", "extends: [a.yaml, bc.yaml]\n")
    assert load(left) == load(right)


def test_error_names_the_file_that_owns_the_value(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE.replace("4m\n", "4\n", 1))
    child = write(tmp_path, "child.yaml", "extends: base.yaml\nagents: six\n")
    assert [line.split(" ")[0] for line in told(child)] == ["base.yaml:4:13:", "child.yaml:2:9:"]


def test_csv_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    write(folder, "v.csv", "v\n10\n20\n")
    write(folder, "base.yaml", BASE.replace("handle: 4m", "handle: {empirical: {csv: v.csv, column: v}}"))
    scenario = load(write(tmp_path, "child.yaml", "extends: shared/base.yaml\n"))
    assert resolve.handle_laws(scenario, "billing").mean() == 15.0


def test_dict_may_extend_a_file(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    scenario = from_dict({"extends": "base.yaml", "agents": 7}, tmp_path)
    assert scenario.agents["agents"].headcount == {"daily": 7}
    with pytest.raises(ScenarioError, match="E-PATH extends"):
        from_dict({"extends": "../base.yaml", "agents": 7}, tmp_path)


def test_text_is_checked_under_the_name_given() -> None:
    found = check_text(BASE.replace("agents: 6", "agents: six"), "<stdin>")
    assert [str(p)[:36] for p in found.problems] == ["<stdin>:12:9: E-INT-TYPE agents: nee"]
    assert check_text(BASE, overrides=["agents=7"]).scenario is not None


def test_scenario_can_be_changed_after_the_working_folder_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "v.csv", "v\n10\n20\n")
    write(tmp_path, "base.yaml", BASE.replace("handle: 4m", "handle: {empirical: {csv: v.csv, column: v}}"))
    monkeypatch.chdir(tmp_path)
    scenario = load("base.yaml")
    monkeypatch.chdir("/")
    assert resolve.handle_laws(scenario.with_({"agents": 7}), "billing").mean() == 15.0


def test_scenario_can_be_pickled(tmp_path: Path) -> None:
    scenario = base(tmp_path)
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario and again.with_({"agents": 7}).agents["agents"].headcount == {"daily": 7}


# -------------------------------------------------------------------------------- overrides


@pytest.mark.parametrize(
    ("setting", "read", "value"),
    [
        ("agents=7", lambda s: s.agents["agents"].headcount, {"daily": 7}),
        ("agents.agents.headcount=7", lambda s: s.agents["agents"].headcount, {"daily": 7}),
        ("agents.agents.headcount+=2", lambda s: s.agents["agents"].headcount, {"daily": 8}),
        ("agents.agents.headcount.sat=3", lambda s: s.agents["agents"].headcount, {"daily": 6, "sat": 3}),
        ("calls.billing.handle=5m", lambda s: resolve.handle_laws(s, "billing").mean(), 300.0),
        ("calls.billing.handle*=110%", lambda s: resolve.handle_laws(s, "billing").mean(), 264.0),
        ("calls.billing.handle.exponential.mean=5m", lambda s: resolve.handle_laws(s, "billing").mean(), 300.0),
        ("calls.billing.patience.balk=2%", lambda s: s.calls["billing"].patience.balk.share, 0.02),
        ("calls.orders.talk.lognormal.cv=0.5", lambda s: s.calls["orders"].talk.lognormal.cv, 0.5),
        ("calls.billing.volume*=110%", lambda s: s.calls["billing"].volume["daily"].rate.calls, 66.0),
        ("calls.billing.volume.rate=70/h", lambda s: s.calls["billing"].volume["daily"].rate.calls, 70.0),
        ("calls.orders.volume*=50%", lambda s: s.calls["orders"].volume["daily"].per_interval, (5.0, 10.0, 15.0, 20.0)),
        (
            "calls.orders.volume.per_interval.1=99",
            lambda s: s.calls["orders"].volume["daily"].per_interval,
            (10.0, 99.0, 30.0, 40.0),
        ),
        ("calls.*.scale*=110%", lambda s: [c.scale for c in s.calls.values()], [1.1, 1.144]),
        ("calls.*.scale={times: 110%}", lambda s: [c.scale for c in s.calls.values()], [1.1, 1.144]),
        ("calls.*.scale=110%", lambda s: [c.scale for c in s.calls.values()], [1.1, 1.1]),
        ("calls.orders.scale=null", lambda s: s.calls["orders"].scale, 1.0),
        ("target=90/10", lambda s: s.targets.service_level.goal, (0.9, 10.0)),
        (
            "targets.service_level.over=day",
            lambda s: (s.targets.service_level.goal, s.targets.service_level.over),
            ((0.8, 20.0), "day"),
        ),
        ("queues.orders.priority=2", lambda s: [(n, q.priority) for n, q in s.queues.items()], [("billing", 0), ("orders", 2)]),
        ("calls.orders.talk*=2", lambda s: resolve.law(s, s.calls["orders"].talk), resolve.Law("lognormal", *LONG)),
        ("run.replications=50", lambda s: s.run.replications, 50),
        ("run.seed=null", lambda s: s.run.seed >= 0, True),
        ("open.daily=09:00-11:00", lambda s: s.open["daily"], (32400.0, 39600.0)),
        ('name="a=b"', lambda s: s.name, "a=b"),
    ],
)
def test_override_changes_what_it_names(setting: str, read: Any, value: Any, tmp_path: Path) -> None:
    assert read(base(tmp_path, setting)) == value


def test_override_equals_editing_the_file(tmp_path: Path) -> None:
    edited = load(write(tmp_path, "edited.yaml", BASE.replace("agents: 6", "agents: 7")))
    assert base(tmp_path, "agents=7") == edited
    assert base(tmp_path, "agents=7").fingerprint == edited.fingerprint != base(tmp_path).fingerprint


def test_overrides_are_applied_left_to_right(tmp_path: Path) -> None:
    assert base(tmp_path, "agents=7", "agents.agents.headcount+=1").agents["agents"].headcount == {"daily": 8}


@pytest.mark.parametrize(
    ("setting", "start"),
    [
        ("calls.*.scal=110%", "--set calls.*.scal=110%:1:14: E-KEY-UNKNOWN calls.billing.scal: unknown key"),
        ("calls.bil.scale=110%", "--set calls.bil.scale=110%:1:17: E-REF calls.bil.scale: calls has no 'bil'"),
        ("calls.*.wrap.*=1", "--set calls.*.wrap.*=1:1:16: E-"),
        ("agents", "--set agents:1:1: E-SET: is no override"),
        ("agents=010", "--set agents=010:1:8: E-INT-OCTAL agents: a leading zero"),
        ("calls.billing.lnies=3", "--set calls.billing.lnies=3:1:21: E-KEY-UNKNOWN"),
        ("ivr=null", "--set ivr=null:1:5: E-REF ivr: there is no ivr to remove"),
        ("calls.orders.volume.9=1", "--set calls.orders.volume.9=1:1:23: E-"),
        ("name*=2", "--set name*=2:1:7: E-SET name: is no number, share, rate or time"),
        (
            "calls.orders.talk+=2s",
            "--set calls.orders.talk+=2s:1:20: E-SET calls.orders.talk: is a map: name the key to change",
        ),
        ("agents=[1", "--set agents=[1:1:"),
        ("agents=*a", "--set agents=*a:1:8: E-YAML-ALIAS"),
        ("agents.agents.headcount+=x", "--set agents.agents.headcount+=x:1:26: E-"),
    ],
)
def test_bad_override_is_refused_at_its_column(setting: str, start: str, tmp_path: Path) -> None:
    problems = told(write(tmp_path, "base.yaml", BASE), setting)
    assert problems and problems[0].startswith(start), problems


def test_with_returns_a_new_scenario_and_leaves_the_old(tmp_path: Path) -> None:
    old = base(tmp_path)
    new = old.with_({"agents.agents.headcount": plus(2), "calls.*.scale": times(1.1)}, name="more")
    assert (new.name, new.agents["agents"].headcount, new.calls["orders"].scale) == ("more", {"daily": 8}, 1.144)
    assert (old.name, old.agents["agents"].headcount) == ("scenario", {"daily": 6})
    assert new.with_({"agents": 6, "calls.*.scale": {"times": 1}}).agents == old.agents
    with pytest.raises(ScenarioError, match=r"with_\(agents\): E-INT-TYPE agents"):
        old.with_({"agents": "six"})


# -------------------------------------------------------------------------------- what-if


def test_what_ifs_are_tried_when_loading(tmp_path: Path) -> None:
    good = "what_if:\n  good: {agents: 7}\n  long: {set: {calls.*.scale: {times: 110%}}}\n"
    what_if = good + "  bad: {calls.billing.scal: 110%}\n  worse: {agents: -1}\n"
    path = write(tmp_path, "base.yaml", BASE + what_if)
    problems = check(path).problems
    assert [(p.code, p.line, p.path) for p in problems] == [
        ("E-KEY-UNKNOWN", 17, "what_if.bad: calls.billing.scal"),
        ("E-NUM-MIN", 18, "what_if.worse: agents"),
    ]


def test_variant_is_the_base_with_its_overrides_also_after_printing(tmp_path: Path) -> None:
    path = write(
        tmp_path, "base.yaml", BASE + "what_if:\n  seven: {agents.agents.headcount: 7}\n  cut: {calls.orders.scale: null}\n"
    )
    for scenario in (load(path), load(write(tmp_path, "again.yaml", load(path).to_yaml()))):
        assert scenario.variant("seven").agents["agents"].headcount == {"daily": 7}
        assert scenario.variant("cut").calls["orders"].scale == 1.0
        assert scenario.variant("seven").name == "seven"


def test_a_what_if_without_the_overflow_can_be_run_from_the_printed_scenario_too(tmp_path: Path) -> None:
    text = (
        "calls: {a: {volume: 9/h, handle: 4m}}\nagents: {desk: {headcount: 3}, vendor: {capacity: 2}}\n"
        "queues: {a: {teams: [desk], overflow: [{after: 1m, to: vendor}]}}\nwhat_if:\n  alone: {queues.a.overflow: null}\n"
    )
    scenario = load(write(tmp_path, "a.yaml", text))
    assert sorted(scenario.queues) == ["a", "vendor"]
    again = load(write(tmp_path, "b.yaml", scenario.to_yaml()))
    assert again == scenario and again.variant("alone") == scenario.variant("alone")
    kept = load(write(tmp_path, "c.yaml", text + "  first: {queues.vendor: {priority: 3, teams: [vendor]}}\n"))
    assert load(write(tmp_path, "d.yaml", kept.to_yaml())).variant("first").queues["vendor"].priority == 3


def test_drawn_seed_is_kept_by_variants(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, "base.yaml", BASE + "run: {seed: null}\n"))
    assert scenario.with_({"agents": 7}).run.seed == scenario.run.seed
    assert load(tmp_path / "base.yaml").run.seed != scenario.run.seed


def test_package_is_called_with_the_keys_of_the_format() -> None:
    import ccsim.scenario

    scenario = ccsim.scenario(calls={"support": {"volume": "60/h", "handle": "4m"}}, agents=6)  # type: ignore[operator]
    assert scenario.agents["agents"].headcount == {"daily": 6}


# -------------------------------------------------------------------------------- warnings


@pytest.mark.parametrize(
    ("edit", "code", "path"),
    [
        (("    patience: 2m\n", ""), "W-PATIENCE", "calls.billing"),
        (("agents: 6", "agents: 6\nrun: {replications: 5}"), "W-REPLICATIONS", "run.replications"),
        (("agents: 6", "agents: {x: {headcount: {tue: 6}}}"), "W-UNSERVED", "agents"),
        (("60/h", "120/h"), "W-OVERLOAD", "calls.billing"),
        (("agents: 6", "agents: 6\nholidays: [2024-12-25, 2023-12-25]"), "W-HOLIDAY", "holidays.1"),
        (("80/20", "20/80"), "W-GOAL", "target"),
        (("target: 80/20", "targets: {service_level: 20/80}"), "W-GOAL", "targets.service_level"),
        (
            ("agents: 6", "agents: 6\nafter_contact: {redial: {share: 50%, after: 5m, attempts: 0}}"),
            "W-REDIAL",
            "after_contact.redial.attempts",
        ),
    ],
)
def test_doubt_is_told_and_the_scenario_runs_all_the_same(edit: tuple[str, str], code: str, path: str, tmp_path: Path) -> None:
    found = check(write(tmp_path, "base.yaml", BASE.replace(*edit)))
    assert found.scenario is not None, found.problems
    assert (code, path) in [(w.code, w.path) for w in found.warnings]
    assert found.scenario.warnings == found.warnings


def test_overload_needs_a_whole_hour(tmp_path: Path) -> None:
    """Handle 4 min: 50 calls a half-hour are 6.67 erlangs for 6 agents; one half-hour of it is no doubt yet."""
    text = BASE.replace("60/h", "0/h")
    for volume, doubted in (("[50, 10, 50, 10]", False), ("[10, 50, 50, 10]", True)):
        found = check(write(tmp_path, "base.yaml", text.replace("[10, 20, 30, 40]", volume)))
        assert [w.code for w in found.warnings] == (["W-OVERLOAD"] if doubted else [])
    said = "more work of billing, orders for agents than can be done in 2 of 4 intervals"
    assert f"{said}, worst from 2024-01-01 09:30: 6.9 erlangs, 6 agents" in str(found.warnings[0])


def test_overload_tells_the_worst_hour_and_whose_it_is(tmp_path: Path) -> None:
    """Two days: an hour of 60 calls a half-hour on the first, of 100 (13.9 erlangs) on the second; nobody shares with sales."""
    volume = "{mon: [60, 60, 10, 60], tue: [10, 100, 100, 60]}"
    text = BASE.replace("[10, 20, 30, 40]", volume).replace("60/h", "0/h").replace("agents: 6", "days: 2")
    text += "agents: {desk: {headcount: 6}, shop: {headcount: 1}}\n"
    text += "queues: {billing: {teams: [shop]}, orders: {teams: [desk]}}\n"
    (found,) = check(write(tmp_path, "base.yaml", text)).warnings
    said = (
        "more work of orders for desk than can be done in 6 of 8 intervals, worst from 2024-01-02 09:30: 13.9 erlangs, 6 agents"
    )
    assert (found.code, found.path, found.what) == ("W-OVERLOAD", "calls.orders", said)


def test_overload_does_not_reach_over_the_night(tmp_path: Path) -> None:
    volume = "{mon: [10, 10, 10, 50], tue: [50, 10, 10, 10]}"
    text = BASE.replace("[10, 20, 30, 40]", volume).replace("60/h", "0/h") + "days: 2\n"
    assert check(write(tmp_path, "base.yaml", text)).warnings == ()


def test_doubts_say_what_may_be_meant(tmp_path: Path) -> None:
    calm = BASE.replace("agents: 6", "agents: 12")
    warnings = check(write(tmp_path, "base.yaml", calm.replace("80/20", "20/80") + "holidays: [2023-12-25]\n")).warnings
    goal, holiday = (str(warning) for warning in sorted(warnings, key=lambda warning: warning.code))
    assert "base.yaml:13:9: W-GOAL target: asks for 20 % within 1m20s: did you mean 80/20?" in goal
    assert "2023-12-25 is in another year than the horizon, 2024-01-01 to 2024-01-01: it closes nothing" in holiday
    assert holiday.endswith("Try: 2024-12-25")
    for fine in ("50/20", "90/10"):
        assert check(write(tmp_path, "base.yaml", calm.replace("80/20", fine) + "holidays: [2024-12-25]\n")).warnings == ()


def test_steady_overload_with_endless_patience_is_an_error_and_finite_patience_is_not(tmp_path: Path) -> None:
    text = BASE.replace("[10, 20, 30, 40]", "90/h") + "run: {mode: steady, length: 40h, warm_up: 4h}\n"
    assert check(write(tmp_path, "a.yaml", text)).scenario is not None
    found = check(
        write(tmp_path, "b.yaml", text.replace("patience: 2m", "patience: never").replace("patience: 3m", "patience: never"))
    )
    assert [p.code for p in found.problems] == ["E-UNSTABLE"]
    assert "10.24 erlangs to 6 agents (load 1.71)" in str(found.problems[0])


# -------------------------------------------------------------------------------- shipped scenarios


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenario_loads_without_doubt_and_says_its_purpose(path: Path) -> None:
    found = check(path)
    assert found.scenario is not None, "\n".join(map(str, found.problems))
    assert not found.warnings, "\n".join(map(str, found.warnings))
    assert path.read_text().startswith("# ")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_yaml_of_a_scenario_loads_as_an_equal_one_without_its_files(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    again = load(write(tmp_path, "again.yaml", scenario.to_yaml()))
    assert again == scenario
    assert again.fingerprint == scenario.fingerprint
    assert again.to_yaml() == scenario.to_yaml()


def test_laws_without_parameters_are_printed(tmp_path: Path) -> None:
    text = BASE.replace("patience: 2m", "patience: never").replace(
        "handle: 4m", "handle: {by_interval: [1m, 2m, 3m, 4m], law: deterministic}"
    )
    scenario = load(write(tmp_path, "a.yaml", text))
    assert load(write(tmp_path, "b.yaml", scenario.to_yaml())) == scenario


def test_fingerprint_ignores_names_of_things_told_and_order_of_keys(tmp_path: Path) -> None:
    scenario = base(tmp_path)
    head, tail = BASE.split("  orders:")
    orders, rest = tail.split("open:")
    swapped = "name: other\ncalls:\n  orders:" + orders + head.removeprefix("calls:\n") + "open:" + rest
    assert load(write(tmp_path, "swapped.yaml", swapped)).fingerprint == scenario.fingerprint
    assert scenario.with_({"run.seed": 2}).fingerprint != scenario.fingerprint


def test_scenario_is_frozen(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        base(tmp_path).name = "x"  # type: ignore[misc]


def test_loading_imports_nothing_heavy() -> None:
    """`validate` must stay instant: no scipy.stats, matplotlib, pandas or numba on its way."""
    code = (
        "import sys; from ccsim.scenario import load; load(sys.argv[1]).fingerprint;"
        "print([m for m in ('scipy', 'matplotlib', 'pandas', 'numba', 'numpy', 'simpy') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(SCENARIOS[0].parent / "minimal.yaml")], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
