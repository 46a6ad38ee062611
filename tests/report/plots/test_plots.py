"""Pictures show the estimates: what is drawn is read back from the axes and held against the numbers."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle

from ccsim.analysis import Estimate
from ccsim.analysis.curves import knee
from ccsim.experiment import Comparison, Result, Sweep, run, sweep
from ccsim.report.plots import NothingToDraw, Plots, save, write_plots
from ccsim.report.plots.curve import curve
from ccsim.report.plots.journey import flows
from ccsim.report.walk import walk
from ccsim.scenario import from_dict, load

ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "scenarios"


def line(ax: Axes, label: str) -> Line2D:
    """The only line of that label."""
    (found,) = [drawn for drawn in ax.get_lines() if drawn.get_label() == label]
    return found


def values(ax: Axes, label: str) -> np.ndarray:
    """The value of each step of a line, once."""
    ys = np.asarray(line(ax, label).get_ydata(), dtype=float)
    return ys[~np.isnan(ys)][::2]


def by_interval(result: Result, id: str) -> dict[str, Estimate]:
    """Estimates of the centre, of a service level the one within its first threshold."""
    found: dict[str, Estimate] = {}
    for estimate in result.accumulator.estimates(result.scenario.run.confidence, scopes=("interval",), ids=(id,)):
        found.setdefault(estimate.scope["interval"], estimate)
    return found


def open_labels(result: Result) -> list[str]:
    opened = np.flatnonzero(result.program.intervals.open_until > result.program.intervals.open_from)
    return [result.names.interval_labels[i] for i in opened]


# ---------------------------------------------------------------------------- along the day


def test_profile_draws_each_interval_its_band_and_the_target(minimal: Result) -> None:
    ax = minimal.plot.service_level()
    known = by_interval(minimal, "service_level")
    labels = open_labels(minimal)
    assert values(ax, "Service level in 0:20").tolist() == [known[label].value for label in labels]
    (band,) = [c for c in ax.collections if isinstance(c, PolyCollection)]
    ends = band.get_paths()[0].vertices[:, 1]
    assert ends.min() == min(known[label].low for label in labels)  # type: ignore[type-var]
    assert ends.max() == max(known[label].high for label in labels)  # type: ignore[type-var]
    assert set(line(ax, "target: 80/20").get_ydata()) == {0.8}
    assert ax.get_title("left") == "Service level in 0:20 by interval"
    assert "40 replications; band: 95 % interval of the mean; answered over offered" in ax.get_xlabel()


def test_profile_leaves_closed_hours_out_and_breaks_between_days(week: Result) -> None:
    ax = week.plot.asa()
    xs, ys = line(ax, "Average speed of answer (ASA)").get_data()
    assert len(values(ax, "Average speed of answer (ASA)")) == len(open_labels(week)) == 4 * 20 + 8
    assert np.isnan(ys).sum() == 4
    assert xs[0] == 0.0 and xs[-1] == 88 + 4  # an interval is 1 wide, days are 1 apart
    assert [tick.get_text().split("\n")[0] for tick in ax.get_xticklabels()] == ["Mon", "Tue", "Wed", "Thu", "Sat"]


def test_profile_of_one_day_or_place(week: Result, two_queues: Result) -> None:
    saturday = week.plot.profile("asa", day="2026-03-07")
    assert len(values(saturday, "Average speed of answer (ASA)")) == 8
    assert [tick.get_text() for tick in saturday.get_xticklabels()] == ["09:00", "10:00", "11:00", "12:00"]
    sales = two_queues.plot.profile("asa", queue="sales")
    of_sales = two_queues.accumulator.estimates(0.95, scopes=("queue x interval",), ids=("asa",))
    expected = [e.value for e in of_sales if e.scope["queue"] == "sales" and e.scope["interval"] in open_labels(two_queues)]
    assert values(sales, "Average speed of answer (ASA)").tolist() == expected
    assert "queue sales" in sales.get_title("left")


def test_both_ends_of_a_range_are_drawn(two_queues: Result) -> None:
    ax = two_queues.plot.occupancy()
    bounds = [set(drawn.get_ydata()) for drawn in ax.get_lines() if drawn.is_dashed()]
    assert bounds == [{0.65}, {0.88}]


def test_staffing_draws_required_scheduled_and_present(week: Result) -> None:
    ax = week.plot.staffing()
    labels = open_labels(week)
    for id, label in (
        ("required", "required"),
        ("scheduled", "scheduled, net of planned breaks"),
        ("agents_on_duty", "present on the phones"),
    ):
        known = by_interval(week, id)
        assert values(ax, label).tolist() == [known[at].value for at in labels]
    looks = {
        str(line(ax, label)._dash_pattern)
        for label in ("required", "scheduled, net of planned breaks", "present on the phones")
    }  # type: ignore[attr-defined]
    assert len(looks) == 3, "told apart without colours"


def test_net_staffing_bars_are_scheduled_less_required(week: Result) -> None:
    ax = week.plot.net_staffing()
    known = by_interval(week, "net_staffing")
    bars = sorted((bar for container in ax.containers for bar in container), key=lambda bar: bar.get_x())
    assert [bar.get_height() for bar in bars] == pytest.approx([known[label].value for label in open_labels(week)])
    for bar in bars:
        assert bool(bar.get_hatch()) == (bar.get_height() < 0.0)
    assert min(bar.get_height() for bar in bars) < 0.0 < max(bar.get_height() for bar in bars)


def test_heat_map_has_a_row_for_each_day_and_crosses_out_what_misses(week: Result) -> None:
    ax = week.plot.heatmap("service_level")
    known = by_interval(week, "service_level")
    (mesh,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    table = np.ma.filled(np.ma.asarray(mesh.get_array()), np.nan).reshape(5, 20)
    assert np.isnan(table[:4]).sum() == 0 and np.isnan(table[4]).sum() == 12
    assert table[1, 3] == known["2026-03-03 09:30"].value
    assert table[4, 2:10].tolist() == [known[f"2026-03-07 {h:02d}:{m:02d}"].value for h in range(9, 13) for m in (0, 30)]
    missed = {(int(p.get_y()), int(p.get_x())) for p in ax.patches if isinstance(p, Rectangle) and p.get_gid() == "missed"}
    assert missed == {(row, column) for row in range(5) for column in range(20) if table[row, column] < 0.8} != set()
    words = {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in ax.texts if t.get_gid() == "number"}
    assert len(words) == 88 and words[1, 3] == f"{100 * table[1, 3]:.0f}"


def test_heat_map_of_net_staffing_is_centred_at_none(week: Result) -> None:
    ax = week.plot.heatmap("net_staffing")
    (mesh,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    low, high = mesh.get_clim()
    assert low == -high < 0.0
    known = by_interval(week, "net_staffing")
    short = sum((known[label].value or 0.0) <= -0.05 for label in open_labels(week))
    assert sum(p.get_gid() == "missed" for p in ax.patches) == short > 0
    assert {"0", "+2", "-1"} <= {t.get_text() for t in ax.texts}


# ---------------------------------------------------------------------------- waits, flows, curves, plans


def test_waits_rise_to_the_share_that_was_answered_in_time(minimal: Result) -> None:
    ax = minimal.plot.waits()
    edges, shares = line(ax, "answered").get_data()
    answered_in_time = shares[list(edges).index(20.0)]
    level, abandoned = minimal.kpi("service_level").value, minimal.kpi("abandonment").value
    assert level is not None and abandoned is not None
    assert answered_in_time == pytest.approx(level / (1.0 - abandoned), abs=1e-9)  # At/A = At/(A+B) / (A/(A+B))
    assert (np.diff(shares) >= 0.0).all() and edges[0] == 0.0
    delayed = minimal.kpi("delayed").value
    assert delayed is not None
    at_once = line(ax, "all, those who hung up included").get_ydata()[0]
    assert at_once == pytest.approx(1.0 - delayed)
    assert [text.get_text() for text in ax.texts] == [
        f"at once: {100 * shares[0]:.0f} % of the answered\nin 0:20: {100 * answered_in_time:.0f} %"
    ]


def test_waits_of_a_queue(two_queues: Result) -> None:
    of_sales, of_all = (line(two_queues.plot.waits(queue), "answered").get_ydata() for queue in ("sales", ""))
    assert len(of_sales) != len(of_all) or not np.array_equal(of_sales, of_all)
    with pytest.raises(KeyError, match="nowhere"):
        two_queues.plot.waits("nowhere")


def test_what_flows_into_a_stage_flows_out_of_it(two_queues: Result) -> None:
    found = flows(two_queues)
    for stage in ("IVR", "Queue"):
        inflow = sum(flow.calls for flow in found if flow.to == stage)
        assert inflow == pytest.approx(
            sum(flow.calls for flow in found if flow.source == stage), rel=2e-3
        )  # thin ones are left out
    assert inflow == pytest.approx(two_queues.kpi("offered").value, rel=1e-3)
    ax = two_queues.plot.journey()
    ribbons = {patch.get_gid(): patch for patch in ax.patches if isinstance(patch, PathPatch)}
    assert set(ribbons) == {f"{flow.source} to {flow.to}" for flow in found}
    abandoned = ribbons["Queue to Abandoned"].get_path().vertices
    for above, below in ((0, 7), (1, 6), (2, 5), (3, 4)):  # as wide at its end as at its beginning
        assert abandoned[below, 1] - abandoned[above, 1] == pytest.approx(two_queues.kpi("abandoned").value)
    assert (
        len({ribbon.get_hatch() for name, ribbon in ribbons.items() if " to IVR" not in name and " to Queue" not in name}) == 3
    )


def test_journey_without_an_ivr_goes_straight_to_the_queue(minimal: Result) -> None:
    found = flows(minimal)
    assert {(flow.source, flow.to) for flow in found} == {("Dialled", "Queue"), ("Queue", "Answered"), ("Queue", "Abandoned")}


@pytest.mark.parametrize("ivr", [{}, {"ivr": {"time": "20s", "hang_up": "5%"}}])
def test_who_dials_while_lines_are_closed_never_reaches_a_queue(ivr: dict[str, object]) -> None:
    call = {"volume": "60/h", "handle": "4m", "patience": "2m", "out_of_hours": "50/day"}
    centre = {"open": "09:00-12:00", "days": 1, "calls": {"a": call}, "agents": 5, "lines": 7}
    result = run(from_dict(centre | ivr), reps=10, neighbours=False)
    found = {(flow.source, flow.to): flow.calls for flow in flows(result)}
    assert (
        found["Dialled", "Lines closed"] == pytest.approx(result.kpi("out_of_hours").value)
        and found["Dialled", "Blocked"] > 0.0
    )
    dialled = sum(calls for (source, _), calls in found.items() if source == "Dialled")
    assert dialled == pytest.approx(result.kpi("arrived").value, rel=2e-3)
    assert ("Dialled", "Queue") not in found or not ivr


def test_plans_are_drawn_with_their_intervals(plans: Comparison) -> None:
    ax = plans.plot("asa")
    for row, plan in enumerate(("two_more", "no_redials")):
        found = plans.difference(plan, "asa")
        assert line(ax, f"_{plan}").get_xdata().tolist() == [found.low, found.high]  # type: ignore[union-attr]
        assert list(line(ax, f"_{plan} value").get_data()) == [[found.value], [row]]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["two_more", "no_redials"]
    assert "left is better" in ax.get_xlabel()
    share = plans.plot()
    found = plans.difference("two_more", "service_level")
    assert found.low is not None
    assert line(share, "_two_more").get_xdata()[0] == 100.0 * found.low
    assert "percentage points; right is better" in share.get_xlabel()
    with pytest.raises(KeyError, match="occupancy"):
        plans.plot("occupancy")


def test_neighbours_are_a_curve_with_the_plan_marked(minimal: Result) -> None:
    ax = minimal.plot.neighbours()
    xs, ys = line(ax, "Service level in 0:20").get_data()
    assert list(xs) == [5.0, 6.0, 7.0]
    assert list(ys) == [n.service_level.value for n in minimal.neighbours]
    assert set(line(ax, "target: 80/20").get_ydata()) == {0.8}
    assert set(line(ax, "as planned").get_xdata()) == {6}


def test_knee_is_where_more_helps_little() -> None:
    assert knee([4, 5, 6, 7, 8, 9, 10], [0.57, 0.73, 0.85, 0.92, 0.96, 0.98, 0.99]) == 3
    assert knee([1, 2, 3, 4, 5], [100.0, 20.0, 5.0, 3.0, 2.0]) == 1  # falling
    assert knee([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0]) is None  # a straight line
    assert knee([1, 2, 3], [0.0, 0.9, 1.0]) is None  # too few
    assert knee([1, 2, 3, 4, 5], [0.0, 0.01, 0.05, 0.3, 1.0]) is None  # the more the better
    assert knee([1, 2, 3, 4], [1.0, 1.0, 1.0, 1.0]) is None


def test_curve_marks_its_knee_and_leaves_out_what_has_no_value(minimal: Result) -> None:
    def point(value: float | None) -> Estimate:
        return minimal.kpi("service_level")._replace(value=value, low=value, high=None)

    ys = [0.57, 0.73, None, 0.92, 0.96, 0.98, 0.99]
    ax = curve([4, 5, 6, 7, 8, 9, 10], [point(y) for y in ys], x_label="Agents", target=0.8)
    assert list(line(ax, "Service level in 0:20").get_xdata()) == [4, 5, 7, 8, 9, 10]
    assert list(line(ax, "knee: beyond 7 more helps little").get_xdata()) == [7]
    with pytest.raises(NothingToDraw, match="two points"):
        curve([4, 5], [point(0.5), point(None)], x_label="Agents")


# ---------------------------------------------------------------------------- walks


def test_agent_day_draws_every_second_once() -> None:
    walked = walk(load(SCENARIOS / "shifts.yaml"), agent="desk/3", day=2)
    ax = walked.plot()  # type: ignore[union-attr]
    spans = []
    for bars in (c for c in ax.collections if isinstance(c, PolyCollection)):
        for path in bars.get_paths():
            (left, low), (right, _) = path.vertices.min(axis=0), path.vertices.max(axis=0)
            hour = int(low)
            assert low == pytest.approx(hour + 0.1) and 0.0 <= left <= right <= 3600.0
            spans.append((3600.0 * hour + left, 3600.0 * hour + right))
    spans.sort()
    midnight = 86400.0
    day = walked.day  # type: ignore[union-attr]
    assert spans[0][0] == pytest.approx(day.stretches[0].began_at - midnight)
    assert spans[-1][1] == pytest.approx(day.stretches[-1].ended_at - midnight)
    assert sum(end - begin for begin, end in spans) == pytest.approx(sum(s.length for s in day.stretches))
    assert all(before[1] <= after[0] + 1e-6 for before, after in zip(spans, spans[1:], strict=False))
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {"talk", "wrap", "idle", "break", "off the phones"} <= labels
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [f"{hour:02d}:00" for hour in range(8, 17)]


def test_agent_day_shows_hold_as_part_of_its_talk(two_queues: Result) -> None:
    walked = walk(two_queues.scenario, agent="helpers/1")
    ax = walked.plot()  # type: ignore[union-attr]
    width = {"talk": 0.0, "hold (at the end of its talk)": 0.0}
    for bars in (c for c in ax.collections if c.get_gid() in width):
        for path in bars.get_paths():
            width[str(bars.get_gid())] += float(np.ptp(path.vertices[:, 0]))
    calls = walked.day.calls  # type: ignore[union-attr]
    talk, hold = sum(call.talk for call in calls), sum(call.hold for call in calls)
    assert list(width.values()) == pytest.approx([talk, hold]) and hold > 0.0


def test_agent_day_marks_who_had_waited_longer_than_the_goal(minimal: Result) -> None:
    walked = walk(minimal.scenario, agent="agents/3")
    ax = walked.plot()  # type: ignore[union-attr]
    marks = [drawn for drawn in ax.get_lines() if drawn.get_marker() == "v"]
    late = [call for call in walked.day.calls if call.wait > 20.0]  # type: ignore[union-attr]
    assert len(marks) == len(late) > 0
    x, y = (float(side[0]) for side in marks[0].get_data())
    assert x == pytest.approx(late[0].answered_at % 3600.0) and int(y) == late[0].answered_at // 3600


def test_roadblocks_are_bars_with_intervals(two_queues: Result) -> None:
    walked = walk(two_queues.scenario, team="everybody", reps=3)
    ax = walked.plot()
    lost = walked.lost  # type: ignore[union-attr]
    assert [bar.get_width() for container in ax.containers for bar in container] == [one.minutes for one in lost]
    for one in lost:
        assert line(ax, f"_{one.roadblock.id} interval").get_xdata().tolist() == [one.low, one.high]  # type: ignore[union-attr]


# ---------------------------------------------------------------------------- all of them

PICTURES: dict[str, Callable[[Result], Axes]] = {
    "service_level": lambda result: result.plot.service_level(),
    "staffing": lambda result: result.plot.staffing(),
    "net_staffing": lambda result: result.plot.net_staffing(),
    "heatmap": lambda result: result.plot.heatmap(),
    "waits": lambda result: result.plot.waits(),
    "journey": lambda result: result.plot.journey(),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_drawn_on_axes_of_ones_own(week: Result, name: str) -> None:
    ax = Figure().add_subplot()
    method = getattr(week.plot, name)
    assert method(ax=ax) is ax
    assert ax.get_title("left") and ax.has_data() or ax.patches


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_picture_has_the_same_bytes_and_names_no_date(week: Result, name: str, tmp_path: Path) -> None:
    digests = []
    for number in range(2):
        path = tmp_path / f"{number}.svg"
        save(PICTURES[name](week), path)
        digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    text = path.read_text("utf-8")
    assert "<dc:date>" not in text
    assert "Service level" in text or name != "service_level", "text stays text"


def test_charts_on_one_page_cannot_borrow_each_others_clip_paths(week: Result, tmp_path: Path) -> None:
    """Even where they are as large and stand in the same place."""
    ids = []
    for name in ("one", "other"):
        figure = Figure()
        figure.set_label(name)
        save(week.plot.asa(ax=figure.add_subplot()), tmp_path / "chart.svg")
        ids.append(set(re.findall(r'<clipPath id="([^"]+)"', (tmp_path / "chart.svg").read_text("utf-8"))))
    assert ids[0] and ids[1] and not ids[0] & ids[1]


def test_a_run_is_drawn_into_a_folder(week: Result, minimal: Result, tmp_path: Path) -> None:
    names = [path.name for path in write_plots(week, tmp_path / "a" / "week")]
    assert names == [
        "service_level.svg", "abandonment.svg", "asa.svg", "occupancy.svg", "staffing.svg", "net_staffing.svg",
        "heatmap_service_level.svg", "heatmap_net_staffing.svg", "waits.svg", "journey.svg",
    ]  # fmt: skip
    assert "neighbours.svg" in {path.name for path in write_plots(minimal, tmp_path)}


def test_what_there_is_nothing_of_is_said() -> None:
    steady = load(SCENARIOS / "erlang_a.yaml")
    import ccsim

    result = ccsim.run(steady, reps=2, neighbours=False)
    with pytest.raises(NothingToDraw, match="steady run"):
        result.plot.service_level()
    call = {"volume": "60/h", "handle": "4m"}
    no_goal = ccsim.run(from_dict({"calls": {"a": call}, "agents": 6, "days": 1, "target": "100/20"}), reps=2)
    with pytest.raises(NothingToDraw, match="no number of agents reaches the target"):
        no_goal.plot.net_staffing()
    with pytest.raises(NothingToDraw, match="no KPI 'cleverness'"):
        no_goal.plot.profile("cleverness")
    with pytest.raises(NothingToDraw, match="day 5 is no open day"):
        no_goal.plot.asa(day=5)
    with pytest.raises(AttributeError, match="no picture 'cleverness'; have heatmap, journey"):
        no_goal.plot.cleverness()


def test_names_of_pictures_are_methods(minimal: Result) -> None:
    for name in dir(Plots(minimal)):
        assert callable(getattr(minimal.plot, name))


def test_pictures_need_no_pyplot() -> None:
    code = (
        f"import ccsim, sys; s = ccsim.load({str(SCENARIOS / 'minimal.yaml')!r}); r = ccsim.run(s, reps=2, neighbours=False)\n"
        "assert not any(m.startswith('matplotlib') for m in sys.modules), 'a run draws nothing'\n"
        "r.plot.service_level(); r.plot.heatmap(); r.plot.waits(); r.plot.journey()\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.stdout.strip(), done.stderr) == ("False", "")


# -------------------------------------------------------------------------------- sweeps


@pytest.fixture(scope="module")
def by_agents() -> Sweep:
    return sweep(load(SCENARIOS / "minimal.yaml"), {"agents": range(4, 10), "calls.*.scale": ["90%", "110%"]}, reps=20)


def test_a_sweep_shows_its_curves_their_band_and_the_crossings(by_agents: Sweep) -> None:
    ax = by_agents.plot.curve("service_level")
    curves = by_agents.curves("service_level")
    bands = [patch for patch in ax.collections if isinstance(patch, PolyCollection)]
    for found, band, label in zip(curves, bands, ("calls.*.scale 90%", "calls.*.scale 110%"), strict=True):
        assert list(line(ax, label).get_ydata()) == [e.value for e in found.estimates]
        corners = {tuple(corner) for corner in band.get_paths()[0].vertices}
        assert all((x, e.low) in corners and (x, e.high) in corners for x, e in zip(found.xs, found.estimates, strict=True))
    marks = [drawn for drawn in ax.get_lines() if drawn.get_label() == "_crossing value"]
    assert [list(mark.get_xdata()) for mark in marks] == [[row.value] for row in by_agents.crossings]
    assert list(line(ax, "target: 80/20").get_ydata()) == [0.8, 0.8]
    assert "holds at all 12 points together with 95 %" in ax.get_xlabel().replace("\n", " ")


def test_a_contour_draws_the_line_on_which_the_target_is_reached(by_agents: Sweep) -> None:
    ax = by_agents.plot.contour("service_level")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["90 %", "110 %"]
    line_of_target = next(drawn for drawn in ax.collections if getattr(drawn, "levels", [None])[0] == 0.8 and not drawn.filled)
    places = np.concatenate([path.vertices for path in line_of_target.get_paths()])
    for row, scale in zip(by_agents.crossings, (0.9, 1.1), strict=True):
        (at,) = {round(x, 9) for x, y in places if y == pytest.approx(scale)}
        assert row.value is not None and row.value - 1.0 < at <= row.value
    with pytest.raises(NothingToDraw, match="one at a time"):
        by_agents.plot.tornado()
    with pytest.raises(NothingToDraw, match="sobol"):
        by_agents.plot.indices()


def test_a_tornado_has_the_strongest_lever_on_top() -> None:
    found = sweep(
        load(SCENARIOS / "minimal.yaml"), {"calls.*.scale": ["98%", "102%"], "agents": [4, 9]}, sample="each", reps=10
    )
    ax = found.plot.tornado("service_level")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["agents", "calls.*.scale"]
    lengths = sorted(bar.get_width() for bar in ax.patches if isinstance(bar, Rectangle))
    assert lengths == pytest.approx(
        sorted(100 * e.value for e in found.effects if e.id == "service_level" and e.value is not None)
    )
    with pytest.raises(NothingToDraw):
        found.plot.curve("service_level")


def test_the_legend_of_a_profile_names_the_target_above_the_curve_it_would_hide(two_queues: Result) -> None:
    ax = two_queues.plot.profile("service_level")
    assert ax.get_legend() is not None
    assert all(text.get_text().startswith("target") for text in ax.get_legend().get_texts())
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().y0 >= ax.get_window_extent().y1 - 1.0
