"""The bank scenario's files agree with each other and with the totals of the log that its README states.

They were made by scenarios/bank/fit.py from a log that is not in the project, so an edit by hand, a swapped column or a
forgotten rerun would otherwise go unnoticed.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

BANK = Path(__file__).parents[2] / "scenarios" / "bank"
DAYS = {"february": 20, "august": 23}
OFFERED = {  # README.md, "Which calls"
    "february": {
        "regular": 18166,
        "prospects": 6268,
        "stocks": 2600,
        "internet": 243,
        "callbacks": 850,
        "english": 105,
    },
    "august": {
        "regular": 23430,
        "prospects": 5710,
        "stocks": 3104,
        "internet": 2078,
        "callbacks": 548,
        "english": 128,
    },
}
MEAN_TALK = {  # README.md, "Talk"
    "february": {
        "regular": 182.8,
        "prospects": 107.2,
        "stocks": 277.1,
        "internet": 272.0,
        "callbacks": 115.8,
        "english": 244.6,
    },
    "august": {
        "regular": 169.7,
        "prospects": 120.1,
        "stocks": 239.1,
        "internet": 181.1,
        "callbacks": 122.6,
        "english": 280.7,
    },
}
AGENT_HOURS = {"february": 86.3, "august": 81.4}  # a day; README.md, "Agents present"
HELPDESK_FROM = "1999-08-25"

months = pytest.mark.parametrize("month", DAYS)


def rows(name: str) -> list[dict[str, str]]:
    with (BANK / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def base() -> dict:
    return yaml.safe_load((BANK / "bank.yaml").read_text())


@months
def test_expected_volumes_bring_the_logged_calls_of_each_type_to_the_queue(month):
    reach = 1 - float(base()["ivr"]["hang_up"].rstrip("%")) / 100
    for name, offered in OFFERED[month].items():
        expected = sum(float(row[name]) for row in rows(f"expected_{month}")) * reach
        assert expected == pytest.approx(offered, rel=5e-4), name


@months
def test_expected_volumes_hold_no_luck_of_a_single_day(month):
    """Every day of a type has the same shape, so that a day has one number that is not of the month's profile."""
    by_day = defaultdict(list)
    for row in rows(f"expected_{month}"):
        by_day[row["date"]].append(float(row["regular"]))
    shapes = [[value / sum(day) for value in day] for day in by_day.values()]
    assert len(shapes) == DAYS[month]
    for shape in shapes:
        assert shape == pytest.approx(shapes[0], abs=1e-5)


def test_internet_calls_leave_the_pool_when_the_help_desk_takes_over():
    august = rows("expected_august")
    assert all((float(row["internet"]) == 0) == (row["date"] >= HELPDESK_FROM) for row in august)


@months
def test_results_by_hour_and_by_day_are_the_same_calls(month):
    hours, days = rows(f"logged_{month}_by_hour"), rows(f"logged_{month}_by_day")
    assert sum(int(row["offered"]) for row in hours) == sum(OFFERED[month].values())
    for share in ("p_wait", "p_abandon", "mean_wait_s"):
        by_hour, by_day = (sum(int(row["offered"]) * float(row[share]) for row in table) for table in (hours, days))
        assert by_hour == pytest.approx(by_day, rel=1e-3), share
    talk = [sum(float(row["talking_agents"]) for row in hours) / len(hours)]
    talk.append(sum(float(row["talking_agents"]) for row in days) / len(days))
    assert talk[0] == pytest.approx(talk[1], abs=2e-3)


@months
def test_agents_cover_every_half_hour_and_those_who_talk(month):
    seats = defaultdict(list)
    for row in rows(f"agents_{month}"):
        seats[int(row["time"][:2])].append(int(row["agents"]))
    assert sum(map(sum, seats.values())) / 2 / DAYS[month] == pytest.approx(AGENT_HOURS[month], abs=0.06)
    stamps = [(row["date"], row["time"]) for row in rows(f"agents_{month}")]
    assert stamps == [(row["date"], row["time"]) for row in rows(f"expected_{month}")]
    for row in rows(f"logged_{month}_by_hour"):
        present = seats[int(row["hour"])]
        assert min(present) >= 1
        assert sum(present) / len(present) > float(row["talking_agents"]), row["hour"]


@months
def test_quantiles_have_the_logged_means(month):
    table = rows(f"laws_{month}")
    for name, mean in MEAN_TALK[month].items():
        values = [float(row[f"talk_{name}"]) for row in table]
        assert values == sorted(values), name
        between = sum(values) - (values[0] + values[-1]) / 2  # straight lines between the quantiles
        assert between / (len(values) - 1) == pytest.approx(mean, abs=0.06), name


@pytest.mark.parametrize("name", ["customers", "prospects", "stocks"])
def test_hazards_are_hang_ups_over_time_at_risk(name):
    logged = [row for row in rows("patience_february") if row["type"] == name.replace("customers", "regular")]
    steps = base()["distributions"][name]["hazard"]
    assert len(steps) == len(logged)
    for step, row in zip(steps, logged, strict=True):
        assert float(step.get("until", "infs").rstrip("s")) == float(row["until_s"])
        rate = 60 * int(row["hung_up"]) / int(row["at_risk_s"])
        assert float(step["rate"].removesuffix("/min")) == pytest.approx(rate, abs=6e-5)


@pytest.mark.parametrize("name", ["internet", "callbacks"])
def test_mean_patience_is_time_at_risk_over_hang_ups(name):
    logged = [row for row in rows("patience_february") if row["type"] == name]
    mean = sum(int(row["at_risk_s"]) for row in logged) / sum(int(row["hung_up"]) for row in logged)
    assert float(base()["calls"][name]["patience"].rstrip("s")) == pytest.approx(mean, abs=0.5)
