"""Back-office work in a scenario file: what is refused, where and with which hint; long forms; what is printed loads again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ccsim.errors import ScenarioError
from ccsim.scenario import check_text, from_dict, load, resolve
from ccsim.scenario.back_office import Due

MAIL: dict[str, Any] = {"volume": "40/day", "handle": "6m"}
TEAMS = {"desk": {"headcount": 3}, "vendor": {"capacity": 2, "cost": "0.5/min", "billed": "talk_and_wrap"}}


def centre(mail: dict[str, Any], **more: Any) -> Any:
    calls = {"a": {"volume": "60/h", "handle": "4m", "patience": "2m"}}
    office = {"open": {"mon-tue": "09:00-11:00"}, "days": 2, "calls": calls, "agents": TEAMS}
    return from_dict({**office, "back_office": {"mail": MAIL | mail}, **more})


@pytest.mark.parametrize(
    ("mail", "code", "path", "words"),
    [
        ({"due": "45m"}, "E-INTERVAL", "back_office.mail.due", "due after whole intervals of 30m"),
        ({"due": "tomorrow"}, "E-DURATION", "back_office.mail.due", "same_day, next_day, or a time such as 24h"),
        ({"due": "0s"}, "E-NUM-POSITIVE", "back_office.mail.due", "longer than nothing"),
        ({"teams": ["dest"]}, "E-REF", "back_office.mail.teams", "Try: desk"),
        ({"teams": ["vendor"]}, "E-BOTH", "back_office.mail.teams", "its idle time is not ours"),
        ({"teams": ["desk", "desk"]}, "E-BOTH", "back_office.mail.teams", "names a team twice"),
        ({"teams": []}, "E-KEY-MISSING", "back_office.mail.teams", "at least one"),
        ({"volume": {"mon": "40/day"}}, "E-DAY-MISSING", "back_office.mail.volume", "says nothing of tue 2024-01-02"),
        ({"volume": [1, 2]}, "E-LEN", "back_office.mail.volume", "has 2 values, but 4 intervals"),
        ({"volume": {"total": "40/day", "profile": "late"}}, "E-REF", "back_office.mail.volume", "no profile of that name"),
        (
            {"volume": {"total": "40/day", "profile": "flat", "fixed": True}},
            "E-BOTH",
            "back_office.mail.volume",
            "items are never drawn",
        ),
        (
            {"volume": {"rate": "40/day", "counts": "all_at_queue"}},
            "E-BOTH",
            "back_office.mail.volume",
            "items are never drawn",
        ),
        ({"volume": "100000000/day"}, "E-LIMIT", "back_office.mail", "2e+07 hours of work"),
        ({"comes": "at_night"}, "E-CHOICE", "back_office.mail.comes", "through_the_day, at_opening"),
    ],
)
def test_what_is_refused(mail: dict[str, Any], code: str, path: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        centre(mail)
    (problem,) = caught.value.problems
    assert problem.code == code and problem.path.startswith(path), problem
    assert words in str(problem)


def test_nobody_to_do_it_no_days_to_bring_it_nothing_due() -> None:
    with pytest.raises(ScenarioError, match="nobody's idle time is ours"):
        centre({}, agents={"vendor": TEAMS["vendor"]})
    with pytest.raises(ScenarioError, match="steady mode has no days on which work could come"):
        centre({}, run={"mode": "steady", "length": "10h"})
    with pytest.raises(ScenarioError, match="no back-office work of the scenario is ever due"):
        centre({}, targets={"back_office": "95%"})
    with pytest.raises(ScenarioError, match=r"targets\.back_office\.over: work is due by the day"):
        centre({"due": "same_day"}, targets={"back_office": {"goal": "95%", "over": "interval"}})


def test_putting_work_down_takes_no_time_here() -> None:
    """It would keep a call waiting, and so be another simulation: there is no such key."""
    with pytest.raises(ScenarioError, match="unknown key"):
        centre({"put_down": "20s"})


def test_items_by_interval_and_who_does_them() -> None:
    (monday, tuesday) = resolve.open_days(centre({}))
    assert resolve.back_office_items(centre({}), "mail", monday) == (10, 10, 10, 10)
    assert resolve.back_office_items(centre({"scale": "50%"}), "mail", monday) == (5, 5, 5, 5)
    at_once = centre({"volume": {"mon": [0, 4, 4, 2], "tue": "8/h"}, "comes": "at_opening"})
    assert resolve.back_office_items(at_once, "mail", monday) == (10, 0, 0, 0)
    assert resolve.back_office_items(at_once, "mail", tuesday) == (16, 0, 0, 0)
    assert resolve.back_office_teams(at_once, "mail") == ("desk",)
    assert [centre({"due": due}).back_office["mail"].due for due in ("same day", "next_day", "24h")] == [
        Due(0, None),
        Due(1, None),
        Due(None, 86400.0),
    ]


def test_what_is_printed_loads_as_the_same_scenario() -> None:
    scenario = centre(
        {"due": "next_day", "teams": ["desk"], "waiting": 12, "priority": 3, "comes": "at_opening", "scale": "90%"}
    )
    again = check_text(scenario.to_yaml()).scenario
    assert again == scenario and again is not None and again.fingerprint == scenario.fingerprint
    assert scenario.with_({"back_office.mail.teams": None}).fingerprint != scenario.fingerprint


def test_changes_by_path() -> None:
    scenario = centre({"due": "24h"})
    assert scenario.with_({"back_office.mail.handle": {"times": "150%"}}).back_office["mail"].handle == 540.0
    assert scenario.with_({"back_office.mail.volume": {"times": "150%"}}).back_office["mail"].volume["daily"].rate.calls == 60.0
    assert scenario.with_({"back_office.*.scale": {"times": "150%"}}).back_office["mail"].scale == 1.5
    assert scenario.with_({"back_office": None}).back_office == {}
    with pytest.raises(ScenarioError, match="has no 'mial'"):
        scenario.with_({"back_office.mial.scale": 2})


def test_items_from_a_file(tmp_path: Path) -> None:
    rows = [f"2024-01-0{day},{hour:02}:{minute:02},{hour}" for day in (1, 2) for hour in (9, 10) for minute in (0, 30)]
    (tmp_path / "mail.csv").write_text("\n".join(["Date,Time,Mail", *rows]) + "\n", "utf-8")
    text = centre({}).to_yaml().partition("back_office:")[0]
    text += "back_office: {mail: {volume: {csv: mail.csv, date: Date, time: Time, column: Mail}, handle: 6m}}\n"
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    scenario = load(tmp_path / "s.yaml")
    assert [resolve.back_office_items(scenario, "mail", day) for day in resolve.open_days(scenario)] == [(9, 9, 10, 10)] * 2
