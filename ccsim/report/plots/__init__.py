"""Pictures of a run: each function takes what it shows and `ax=None`, and returns the axes it drew on.

    res.plot.service_level()              a KPI along the day, against its target (any KPI counted by interval)
    res.plot.back_office_backlog()        work that idle agents have not come to yet
    res.plot.staffing(), .net_staffing()  agents required, scheduled, present; over and short
    res.plot.heatmap("service_level")     days x times
    res.plot.waits("billing")             how long callers wait
    res.plot.journey()                    where they go
    res.plot.neighbours()                 one agent fewer, one more
    comparison.plot("asa")                plans against the base
    ccsim.walk(...).plot()                an agent's day, or what stands in the way of a team

Chapters: `style` (colours, saving), `timeline` (the axis of time), `intervals`, `heatmap`, `waits`, `paired`, `curve`,
`agent_day`, `roadblocks`, `journey`. Nothing here simulates, and matplotlib is imported when the first picture is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsim.report import numbers
from ccsim.report.plots.style import NothingToDraw, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Result

__all__ = ["PAGE", "NothingToDraw", "Plots", "save", "write_plots"]


class Plots:
    """The pictures of one result: ``result.plot``."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def profile(self, kpi: str = "service_level", **options: Any) -> Axes:
        """A KPI by interval with its band, against its target; see `intervals.profile`."""
        from ccsim.report.plots.intervals import profile

        return profile(self._result, kpi, **options)

    def staffing(self, **options: Any) -> Axes:
        """Agents required, scheduled and present by interval; see `intervals.staffing`."""
        from ccsim.report.plots.intervals import staffing

        return staffing(self._result, **options)

    def net_staffing(self, **options: Any) -> Axes:
        """Agents over and short by interval; see `intervals.net_staffing`."""
        from ccsim.report.plots.intervals import net_staffing

        return net_staffing(self._result, **options)

    def heatmap(self, kpi: str = "service_level", **options: Any) -> Axes:
        """A KPI by day and time; see `heatmap.heatmap`."""
        from ccsim.report.plots.heatmap import heatmap

        return heatmap(self._result, kpi, **options)

    def waits(self, queue: str = "", **options: Any) -> Axes:
        """How long callers wait; see `waits.waits`."""
        from ccsim.report.plots.waits import waits

        return waits(self._result, queue, **options)

    def journey(self, call_type: str = "", **options: Any) -> Axes:
        """Where callers go; see `journey.journey`."""
        from ccsim.report.plots.journey import journey

        return journey(self._result, call_type, **options)

    def neighbours(self, **options: Any) -> Axes:
        """The service level with one agent fewer and one more; see `curve.curve`."""
        from ccsim.report.plots.curve import curve

        found = self._result.neighbours
        if not found:
            raise NothingToDraw("one agent fewer and one more are simulated only where there is one team with one head count")
        target = self._result.scenario.targets.service_level
        goal = None if target is None else target.goal.share
        planned = found[len(found) // 2].agents if len(found) == 3 else None
        said = "" if target is None else f"target: {numbers.goal(target.goal.share, target.goal.within)}"
        given = {
            "target": goal,
            "target_label": said,
            "now": planned,
            "confidence": self._result.scenario.run.confidence,
        } | options
        return curve([n.agents for n in found], [n.service_level for n in found], x_label="Agents", **given)

    def __getattr__(self, name: str) -> Callable[..., Axes]:
        """``plot.asa()`` is ``plot.profile("asa")``, for every KPI that is counted by interval."""
        from ccsim.analysis import REGISTRY

        if name not in REGISTRY or "interval" not in REGISTRY[name].periods:
            raise AttributeError(f"no picture {name!r}; have {', '.join(dir(self))}, or the id of a KPI counted by interval")
        return lambda **options: self.profile(name, **options)

    def __dir__(self) -> list[str]:
        return ["heatmap", "journey", "neighbours", "net_staffing", "profile", "staffing", "waits"]


PAGE: tuple[tuple[str, Callable[[Plots], Axes]], ...] = (
    ("service_level", lambda plot: plot.profile("service_level")),
    ("abandonment", lambda plot: plot.profile("abandonment")),
    ("asa", lambda plot: plot.profile("asa")),
    ("occupancy", lambda plot: plot.profile("occupancy")),
    ("back_office", lambda plot: plot.profile("back_office_backlog")),
    ("staffing", Plots.staffing),
    ("net_staffing", Plots.net_staffing),
    ("heatmap_service_level", lambda plot: plot.heatmap("service_level")),
    ("heatmap_net_staffing", lambda plot: plot.heatmap("net_staffing")),
    ("waits", Plots.waits),
    ("journey", Plots.journey),
    ("neighbours", Plots.neighbours),
)
"""The pictures of a run and the names of their files."""


def write_plots(result: Result, folder: Path) -> list[Path]:
    """Write the pictures a result has something for into a folder, as SVG, and return the files.

    Parameters
    ----------
    folder : Path
        Made if missing; files of these names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw in PAGE:
        try:
            ax = draw(Plots(result))
        except NothingToDraw:
            continue
        path = folder / f"{name}.svg"
        save(ax, path)
        written.append(path)
    return written
