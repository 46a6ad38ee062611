"""Events in a scenario file: what is refused, where and with which hint; long forms; what is printed loads again."""

from __future__ import annotations

from typing import Any

import pytest

from ccsim.errors import ScenarioError
from ccsim.scenario import check_text, from_dict
from ccsim.scenario.occasions import occasions

SCALE = {"calls.a.scale": {"times": "110%"}}


def centre(event: dict[str, Any], **more: Any) -> Any:
    calls = {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}}
    return from_dict(
        {"open": "09:00-11:00", "calls": calls, "agents": {"desk": {"headcount": 3}}, "events": {"e": event}, **more}
    )


@pytest.mark.parametrize(
    ("event", "code", "path", "words"),
    [
        ({"set": SCALE}, "E-KEY-MISSING", "events.e", "needs one of when, chance"),
        ({"when": "mon 09:00-10:00", "chance": "4%", "set": SCALE}, "E-BOTH", "events.e", "takes only one of when, chance"),
        ({"when": "mon 09:00-10:00"}, "E-KEY-MISSING", "events.e", "changes nothing"),
        ({"when": "09:00-10:00", "set": SCALE}, "E-TIME-FORMAT", "events.e.when", "daily 09:30-10:45"),
        ({"when": "mon", "set": SCALE}, "E-TIME-FORMAT", "events.e.when", "needs a day and a window"),
        ({"when": "Monday 09:00-10:00", "set": SCALE}, "E-DAY", "events.e.when", "Try: mon"),
        ({"chance": "4% per day", "set": SCALE}, "E-KEY-MISSING", "events.e", "by chance it needs `start`"),
        ({"when": "mon 09:00-10:00", "for": "30m", "set": SCALE}, "E-BOTH", "events.e", "`when` says for, too"),
        ({"when": "mon 09:00-10:00", "set": {"agents.desk.headcount": 2}}, "E-EVENT", "events.e.set", "cannot change this"),
        ({"when": "mon 09:00-10:00", "set": {"calls.a.scale": {"plus": 1}}}, "E-EVENT", "events.e.set", "{times: 110%}"),
        ({"when": "mon 09:00-10:00", "set": {"calls.a.handle": "5m"}}, "E-EVENT", "events.e.set", "{times: 120%}"),
        ({"when": "mon 09:00-10:00", "set": {"queues.a": "open"}}, "E-EVENT", "events.e.set", "a queue can be closed"),
        ({"when": "mon 09:00-10:00", "set": {"calls.b.scale": "110%"}}, "E-REF", "events.e.set", "no call type of that name"),
        ({"when": "mon 09:00-10:00", "set": {"queues.b": "closed"}}, "E-REF", "events.e.set", "no queue of that name"),
        ({"when": "mon 09:00-10:00", "set": {"ivr.nodes.x": "closed"}}, "E-REF", "events.e.set", "no node of the IVR"),
        ({"when": "mon 09:00-10:00", "set": {"ivr.contained": "10%"}}, "E-EVENT", "events.e.set", "{times: 50%} or null"),
        ({"when": "mon 09:00-10:00", "set": {"ivr.nodes.x": "open"}}, "E-EVENT", "events.e.set", "a node can be closed"),
        ({"when": "mon 09:00-10:00", "off_phones": {"dest": 1}}, "E-REF", "events.e.off_phones", "Try: desk"),
        (
            {"chance": "4%", "start": "09:00", "for": "1h", "off_phones": {"dest": 1}},
            "E-REF",
            "events.e.off_phones",
            "Try: desk",
        ),
        ({"chance": "4%", "start": "09:00", "for": "1h"}, "E-KEY-MISSING", "events.e", "changes nothing"),
    ],
)
def test_what_is_refused(event: dict[str, Any], code: str, path: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        centre(event)
    (problem,) = caught.value.problems
    assert problem.code == code and problem.path.startswith(path), problem
    assert words in str(problem)


def test_what_has_no_rate_of_its_own_cannot_be_scaled() -> None:
    event = {"when": "mon 09:00-10:00", "set": {"calls.*.scale": {"times": "110%"}}}
    volume = {"total": "100/day", "profile": "flat", "fixed": True}
    with pytest.raises(ScenarioError, match="a has a fixed number of calls a day"):
        centre(event, calls={"a": {"volume": volume, "handle": "4m", "patience": "2m"}})
    with pytest.raises(ScenarioError, match="calls come from the replay"):
        centre(event, calls={"a": {"handle": "4m", "patience": "2m"}}, replay={"calls": [{"at": "9h", "call_type": "a"}]})
    with pytest.raises(ScenarioError, match="steady mode has no days"):
        centre(event, run={"mode": "steady", "length": "10h"})


def test_an_event_outside_the_horizon_is_doubted() -> None:
    scenario = centre({"when": "tue 09:00-10:00", "set": SCALE})
    assert [w.code for w in scenario.warnings if w.path.startswith("events")] == ["W-EVENT"]
    assert occasions(scenario) == ()


def test_occasions_by_day_key_and_list() -> None:
    scenario = centre({"when": ["mon-tue 09:00-10:00", "2024-01-03 10:00-11:00"], "set": SCALE}, days=4)
    hours = [(one.start_from / 3600, one.length.a / 3600) for one in occasions(scenario)]
    assert hours == [(9, 1), (33, 1), (58, 1)]


def test_what_is_printed_loads_as_the_same_scenario() -> None:
    random = {
        "chance": "4% per day",
        "start": "09:00-10:30",
        "for": {"lognormal": {"median": "30m", "p90": "2h"}},
        "set": SCALE,
    }
    for event in (
        random,
        random | {"off_phones": {"desk": 2}},
        {"when": "mon 09:00-10:00", "set": SCALE | {"queues.a": "closed"}, "off_phones": {"desk": 2}},
    ):
        scenario = centre(event)
        again = check_text(scenario.to_yaml()).scenario
        assert again is not None and again.events == scenario.events and again.fingerprint == scenario.fingerprint


def test_a_what_if_reaches_into_an_event() -> None:
    scenario = centre({"when": "mon 09:00-10:00", "off_phones": {"desk": 2}})
    assert scenario.with_({"events.e.off_phones.desk": 3}).events["e"].off_phones == {"desk": 3}
    assert scenario.with_({"events.e": None}).events == {}
