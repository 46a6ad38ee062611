"""The page of a run, on results of real runs: what stands first, what stands beside what, and what is left out."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ccsim.analysis import Estimate
from ccsim.erlang import erlang_a, erlang_c
from ccsim.experiment import Result, run
from ccsim.scenario import from_dict, load
from tests.report.conftest import SCENARIOS, Page


def line_of(text: str, start: str) -> str:
    """Return the one line that starts so, blanks squeezed."""
    (found,) = [" ".join(line.split()) for line in text.splitlines() if line.strip().startswith(start)]
    return found


def centre(result: Result, id: str, basis: str = "contact") -> Estimate:
    """Return the figure of the whole centre over the run."""
    return next(e for e in result.estimates if (e.id, e.basis, e.scope) == (id, basis, {}))


def test_name_and_verdict_come_first(minimal: Result, page: Page) -> None:
    first, second = page(minimal).splitlines()[:2]
    assert first == "Help desk"
    assert re.match(r"(MET|MISSED|UNDECIDED)  80/20 over the run: \d+\.\d % ± \d+\.\d \(answered_over_offered\)", second)


def test_simulation_error_and_range_of_days_stand_apart(minimal: Result, page: Page) -> None:
    level = centre(minimal, "service_level")
    spread = minimal.accumulator.day_range("service_level")
    assert level.value and level.low and level.high and spread.p10 and spread.p90
    error = max(level.high - level.value, level.value - level.low)
    expected = f"Service level in 0:20 {level.value:.1%} {100 * error:.1f} {100 * spread.p10:.1f} to {spread.p90:.1%}"
    assert line_of(page(minimal), "Service level in 0:20").startswith(expected.replace("%", " %"))
    assert "days P10 to P90" in page(minimal)


def test_erlang_figures_stand_beside_where_fair(minimal: Result, page: Page) -> None:
    """60 calls an hour of 4 min, patience 2 min, 6 agents."""
    c, a = erlang_c(1 / 60, 240.0, 6), erlang_a(1 / 60, 240.0, 6, 120.0)
    text = page(minimal)
    levels = f"{c.service_level(20):.1%} {a.service_level(20):.1%}".replace("%", " %")
    assert line_of(text, "Service level in").endswith(levels)
    assert line_of(text, "Occupancy").endswith(f"{c.occupancy:.1%} {a.occupancy:.1%}".replace("%", " %"))
    abandonment = centre(minimal, "abandonment").value
    assert f"Erlang C: nobody hangs up; here {abandonment:.1%} do.".replace("%", " %") in text


def test_unfair_comparison_is_not_made_and_says_why(two_queues: Result, page: Page) -> None:
    text = page(two_queues)
    assert "No Erlang figures: several call types or teams." in text
    assert "Erlang C" not in text


def test_neighbours_are_one_line(minimal: Result, page: Page) -> None:
    levels = [n.service_level.value for n in minimal.neighbours]
    assert levels == sorted(levels, key=lambda x: x or 0.0)
    assert "With 5 | 6 | 7 agents and the same callers: " in page(minimal)
    assert centre(minimal, "service_level").value == levels[1]


def test_seed_engine_digest_and_number_of_replications_are_always_there(minimal: Result, page: Page) -> None:
    last = page(minimal).splitlines()[-1]
    for said in ("seed 1,", "40 replications", minimal.engine, minimal.digest[:12], minimal.fingerprint[:8]):
        assert said in last


def test_page_says_when_it_holds_no_forecast_error(minimal: Result, two_queues: Result, page: Page) -> None:
    assert "No forecast error" in page(minimal)
    assert "No forecast error" not in page(two_queues)


def test_queues_and_teams_have_their_tables(two_queues: Result, page: Page) -> None:
    text = page(two_queues)
    sales = next(e for e in two_queues.estimates if e.id == "service_level" and e.scope == {"queue": "sales"})
    assert f"{sales.value:.1%}".replace("%", " %") in line_of(text, "sales ")
    needed = two_queues.kpi("required", team="sellers").value
    assert line_of(text, "sellers ").split()[1:4] == [f"{needed:.1f}", "4.0", "4.0"]
    assert "Call type" not in text, "call types of the same names as their queues say nothing new"


def test_one_queue_needs_no_table_of_queues(minimal: Result, page: Page) -> None:
    assert "\nQueue" not in page(minimal)
    assert "\nTeam" not in page(minimal)


def test_redials_bring_the_view_of_customers(minimal: Result, two_queues: Result, page: Page) -> None:
    assert "customers" not in page(minimal)
    gave_up = centre(two_queues, "abandonment", "episode").value
    assert line_of(page(two_queues), "customers who gave up").split()[-3] == f"{100 * (gave_up or 0):.1f}"


def test_intervals_only_on_request(two_queues: Result, page: Page) -> None:
    assert "Mon 08:30" not in page(two_queues)
    text = page(two_queues, intervals=True)
    assert len(re.findall(r"^Mon 08:30 ", text, re.MULTILINE)) == 6  # the centre, two queues and three teams


@pytest.mark.parametrize("width", [40, 60, 80, 110])
def test_every_width_is_readable(two_queues: Result, page: Page, width: int) -> None:
    text = page(two_queues, width=width, intervals=True)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text, "a number that is cut is no number"
    level = centre(two_queues, "service_level").value or 0
    assert f"{100 * level:.1f} %" in text


def test_names_are_text_not_markup(page: Page) -> None:
    scenario = from_dict(
        {
            "name": "[red]x[/red] :boom:",
            "calls": {f"[b]{i}": {"volume": "30/h", "handle": "4m", "patience": "2m"} for i in (1, 2)},
            "agents": 6,
        }
    )
    text = page(run(scenario, reps=2, jobs=1, neighbours=False))
    assert text.startswith("[red]x[/red] :boom:\n")
    assert line_of(text, "[b]1")


def test_single_replication_claims_no_interval(page: Page) -> None:
    text = page(run(load(SCENARIOS / "minimal.yaml"), reps=1, jobs=1, neighbours=False))
    assert "n = 1 replication " in text
    assert text.splitlines()[1].startswith("UNDECIDED  80/20 over the run: ")
    assert "±" not in text.splitlines()[1]
    assert "nan" not in text


def test_steady_state_speaks_of_the_long_run(page: Page) -> None:
    scenario = load(SCENARIOS / "erlang_a.yaml", ["run.length=10h", "run.warm_up=1h"])
    text = page(run(scenario, reps=3, jobs=1, neighbours=False))
    assert "80/20 over the long run" in text
    assert "days" not in text and "a day " not in line_of(text, "Offered")


def test_days_have_a_table_when_there_are_several(page: Page) -> None:
    text = page(run(load(SCENARIOS / "week.yaml"), reps=3, jobs=1, neighbours=False))
    named = [line[:14] for line in text.splitlines() if line[:6] in ("Mon 20", "Sat 20")]
    assert named == ["Mon 2026-03-02", "Sat 2026-03-07"] * 2  # what is short where, and what callers lived through


def test_every_threshold_asked_for_has_its_row(page: Page) -> None:
    scenario = load(SCENARIOS / "minimal.yaml", ["metrics.also_within=[10s, 1.5s]", "metrics.flow_outs=met"])
    text = page(run(scenario, reps=3, jobs=1, neighbours=False))
    starts = [line.partition("  ")[0] for line in text.splitlines() if line.startswith("Service level in")]
    assert starts == ["Service level in 0:20", "Service level in 0:10", "Service level in 1.5 s"]
    with_range = [line for line in text.splitlines() if re.search(r"\d to \d+\.\d %", line)]
    assert [line.partition("  ")[0] for line in with_range] == ["Service level in 0:20", "Abandoned", "Occupancy"]


def test_long_names_leave_room_for_numbers(page: Page) -> None:
    call = {"volume": "30/h", "handle": "4m", "patience": "2m"}
    scenario = from_dict({"calls": {"a": call, "word " * 19 + "word": call}, "agents": 6})
    text = page(run(scenario, reps=2, jobs=1, neighbours=False), width=80)
    assert max(map(len, text.splitlines())) <= 80
    header = next(line for line in text.splitlines() if line.startswith("Queue"))
    assert {"Offered", "Service", "Abandoned"} <= set(header.split())


def test_result_without_targets_still_prints(minimal: Result, page: Page) -> None:
    assert "no target" in page(dataclasses.replace(minimal, targets=[], neighbours=[]))


def test_one_neighbour_of_one_agent_is_in_the_singular(minimal: Result, page: Page) -> None:
    one = minimal.neighbours[0]._replace(agents=1)
    assert "With 1 agent and the same callers: " in page(dataclasses.replace(minimal, neighbours=[one]))
    assert "With 5 | 6 | 7 agents and the same callers: " in page(minimal)


def test_on_a_narrow_terminal_the_textbook_stands_below_and_is_not_cut(minimal: Result, page: Page) -> None:
    for width in (60, 110):
        text = page(minimal, width=width)
        for column in minimal.textbook:
            assert column.service_level is not None
            assert f"{100 * column.service_level:.1f} %" in text and column.label in text
        assert ("days P10 to P90  Erlang C" in text) == (width == 110)


def test_time_a_phone_rings_is_named_where_it_is_handle_time(page: Page) -> None:
    centre = {"calls": {"a": {"volume": "30/h", "handle": "4m"}}, "agents": {"x": {"headcount": 4, "ring": "9s"}}}
    assert line_of(page(run(from_dict(centre), reps=2, jobs=1, neighbours=False)), "AHT, ring + talk + hold + wrap")


def test_a_centre_that_nobody_calls_has_a_page(page: Page) -> None:
    centre = {"calls": {"a": {"volume": "0/h", "handle": "4m"}}, "agents": 3}
    text = page(run(from_dict(centre), reps=2, jobs=1))
    assert "No Erlang figures: nobody calls." in text and "nan" not in text


def test_why_teams_do_not_add_up_to_the_centre_is_said(page: Page) -> None:
    """Who is billed by talk is on the list of teams, and not among the agents of the centre."""
    agents = {"desk": {"headcount": 4}, "vendor": {"capacity": 3, "cost": "0.5/min", "billed": "talk_and_wrap"}}
    result = run(from_dict({"calls": {"a": {"volume": "30/h", "handle": "4m"}}, "agents": agents}), reps=2, jobs=1)
    assert result.kpi("scheduled").value == 4.0
    assert "Agents, hours and occupancy of the centre are without vendor, billed by what they talk." in page(result)
