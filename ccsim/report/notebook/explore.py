"""`ccsim.explore`: levers on the left, what they do on the right, each change simulated at once.

The same callers meet every setting, so that what moves on the right is what the lever moved. `Exploration` does the work
and knows no widget; `explore` puts sliders round it. ipywidgets come with ``pip install 'ccsim[notebook]'``.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from ccsim.errors import ScenarioError
from ccsim.report import numbers
from ccsim.report.index import shown, shown_error
from ccsim.report.notebook.levers import Lever, changed, levers_of
from ccsim.scenario import Scenario

if TYPE_CHECKING:
    from ccsim.analysis import Estimate
    from ccsim.experiment import Result

__all__ = ["Exploration", "explore"]

_FIGURES = (
    *("service_level", "abandonment", "asa", "occupancy", "offered"),
    *("made_right_at_first_contact", "paid_fte", "cost_per_day"),
)
BUDGET = 0.6
"""Seconds for one change, the points of the curve included."""
_POINTS = 7
_MOST_LEVERS = 12


@dataclass
class Exploration:
    """A scenario under changing levers.

    Attributes
    ----------
    scenario : Scenario
    levers : list of Lever
    reps : int
        Replications of every setting.
    kpi : str
        The KPI of the pictures.
    values : dict of Lever to float
        Where the levers stand.
    """

    scenario: Scenario
    levers: list[Lever]
    reps: int = 20
    kpi: str = "service_level"
    values: dict[Lever, float] = field(default_factory=dict)
    _results: dict[tuple[float, ...], Result] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.values = {lever: lever.neutral for lever in self.levers} | self.values

    @property
    def base(self) -> Result:
        """The scenario as it stands in the file."""
        return self.at({})

    def at(self, settings: Mapping[Lever, float]) -> Result:
        """Return the result with these levers set and all others neutral; ScenarioError if the scenario does not hold then."""
        from ccsim.experiment import run

        where = tuple(settings.get(lever, lever.neutral) for lever in self.levers)
        if where not in self._results:
            self._results[where] = run(changed(self.scenario, settings), reps=self.reps)
        return self._results[where]

    def curve(self, lever: Lever, seconds: float = 0.0) -> list[tuple[float, Estimate]]:
        """Return the KPI over one lever, the others as they stand, in order of its values.

        Values simulated before, and as many of the lever's range as fit into `seconds`, from the present one outwards.
        """
        deadline = time.monotonic() + seconds
        here = self.values[lever]
        for value in sorted(_spread(lever), key=lambda value: abs(value - here)):
            if time.monotonic() + self.base.elapsed >= deadline:
                break
            try:
                self.at({**self.values, lever: value})
            except ScenarioError:
                continue
        place = self.levers.index(lever)
        others = [self.values[other] for other in self.levers]
        found = []
        for where, result in self._results.items():
            if all(a == b for i, (a, b) in enumerate(zip(where, others, strict=True)) if i != place):
                found.append((where[place], result.kpi(self.kpi)))
        return sorted(found, key=lambda point: point[0])


def _spread(lever: Lever) -> list[float]:
    """Return at most `_POINTS` values over a lever's range, on its steps."""
    steps = round((lever.high - lever.low) / lever.step)
    every = max(1, -(-steps // (_POINTS - 1)))
    return [round(lever.low + lever.step * i, 10) for i in range(0, steps + 1, every)]


def explore(
    scenario: Scenario,
    levers: Mapping[str, tuple[float, float, float]] | None = None,
    *,
    reps: int = 20,
    kpi: str = "service_level",
) -> Any:
    """Turn levers and see what they do, in a notebook.

    Parameters
    ----------
    scenario : Scenario
    levers : mapping of str to (low, high, step), optional
        Dotted paths that are set to a number each, such as ``{"agents.tier1.headcount": (10, 30, 1)}``. Without it the levers
        that suit the scenario: calls, agents, absence, handle times, patience, redials.
    reps : int
        Replications of every setting; a change of Northgate's week takes less than a second with 20.
    kpi : str
        What the pictures show first; another is chosen above them.

    Returns
    -------
    ipywidgets.Widget
        Its `exploration` holds levers and results.

    Raises
    ------
    ImportError
        Without ipywidgets.
    KeyError
        If there is no such KPI.
    ScenarioError
        If the scenario does not hold at the ends of a lever that was given.
    """
    from ccsim.report.notebook.panel import panel

    exploration = Exploration(scenario, _given(scenario, levers) if levers else levers_of(scenario)[:_MOST_LEVERS], reps, kpi)
    exploration.base.kpi(kpi)
    return panel(exploration)


def _given(scenario: Scenario, levers: Mapping[str, tuple[float, float, float]]) -> list[Lever]:
    made = []
    for path, (low, high, step) in levers.items():
        lever = Lever(path, path, "set", low, high, step, float("nan"))
        for end in (low, high):
            scenario.with_({path: lever.override(end)})
        made.append(lever._replace(neutral=_present(scenario, path, low)))
    return made


def _present(scenario: Scenario, path: str, otherwise: float) -> float:
    """Return the number that stands at a path now, or `otherwise` if none does."""
    value: Any = scenario.model_dump(mode="python", by_alias=True)
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return otherwise
        value = value[part]
    return float(value) if isinstance(value, int | float) else otherwise


def figures(exploration: Exploration, now: Result) -> str:
    """Return the table of figures as HTML: as in the file, as set, and how sure that is."""
    from ccsim.analysis import REGISTRY

    rows = []
    for id in dict.fromkeys((exploration.kpi, *_FIGURES)):
        pair = [_of(result, id) for result in (exploration.base, now)]
        if pair[1] is None or pair[1].value is None:
            continue
        cells = [numbers.NONE if e is None else shown(e.value, e.unit) for e in pair]
        cells = [escape(REGISTRY[id].title), *cells, f"± {shown_error(pair[1])}"]
        rows.append("<tr>" + "".join(f'<td style="padding-right:1em">{cell}</td>' for cell in cells) + "</tr>")
    head = "<tr><th></th><th>in the file</th><th>as set</th><th></th></tr>"
    return f'<table style="text-align:right;font-variant-numeric:tabular-nums">{head}{"".join(rows)}</table>'


def _of(result: Result, id: str) -> Estimate | None:
    try:
        return result.kpi(id)
    except KeyError:
        return None


def picture(exploration: Exploration, now: Result, lever: Lever | None, points: Sequence[tuple[float, Estimate]]) -> str:
    """Return the picture as SVG: the KPI along the day against the file's, and over the lever that was moved."""
    import matplotlib
    from matplotlib.figure import Figure

    from ccsim.report.plots.style import NothingToDraw

    drawn = Figure(figsize=(8.0, 7.2), layout="constrained")
    over_day, over_lever = drawn.subplots(2, 1)
    try:
        _draw_day(exploration, now, over_day)
    except NothingToDraw as reason:
        _say(over_day, str(reason))
    try:
        _draw_lever(exploration, lever, points, over_lever)
    except NothingToDraw:
        _say(over_lever, "Move a lever: the curve over it is drawn here")
    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "explore", "svg.fonttype": "none"}):
        drawn.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _draw_day(exploration: Exploration, now: Result, ax: Any) -> None:
    """Draw the KPI by interval as set, over a thin line of how it is in the file."""
    from matplotlib.figure import Figure

    from ccsim.report.plots.intervals import profile
    from ccsim.report.plots.style import GREY

    lines: Any = profile(exploration.base, exploration.kpi, ax=Figure().subplots()).get_lines()
    profile(now, exploration.kpi, ax=ax)
    label = "in the file"
    for line in lines:
        if not str(line.get_label()).startswith("target") and len(line.get_xdata()) > 2:
            ax.plot(*line.get_data(), color=GREY, linewidth=1.2, linestyle=(0, (2, 2)), label=label, zorder=1)
            label = "_file"
    ax.legend(frameon=False, fontsize=8, loc="best")


def _draw_lever(exploration: Exploration, lever: Lever | None, points: Sequence[tuple[float, Estimate]], ax: Any) -> None:
    from ccsim.report.plots.curve import curve
    from ccsim.report.plots.style import NothingToDraw, as_percent

    if lever is None:
        raise NothingToDraw("no lever")
    target = exploration.scenario.targets.service_level
    goal = target.goal.share if target is not None and exploration.kpi == "service_level" else None
    curve([x for x, _ in points], [e for _, e in points], x_label=lever.label, target=goal,
          confidence=exploration.scenario.run.confidence, now=exploration.values[lever], ax=ax)  # fmt: skip
    for line in ax.get_lines():
        if line.get_label() == "as planned":
            line.set_label("as set")
            ax.legend(frameon=False, fontsize=9, loc="best")
    if lever.percent:
        as_percent(ax, "x")


def _say(ax: Any, text: str) -> None:
    ax.set_axis_off()
    ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes)
