"""The widgets of `ccsim.explore`: sliders, a table and a picture round an `Exploration`."""

from __future__ import annotations

from html import escape
from typing import Any

from ccsim.errors import ScenarioError
from ccsim.report.notebook.explore import BUDGET, Exploration, figures, picture
from ccsim.report.notebook.levers import Lever


def panel(exploration: Exploration) -> Any:
    """Return the widget; ImportError, with what to install, without ipywidgets."""
    try:
        import ipywidgets
    except ImportError as error:
        raise ImportError("ccsim.explore needs ipywidgets. Try: pip install 'ccsim[notebook]'") from error
    return _Panel(exploration, ipywidgets).box


class _Panel:
    """Sliders on the left, KPI, table and picture on the right."""

    def __init__(self, exploration: Exploration, widgets: Any) -> None:
        self._exploration = exploration
        self._moved: Lever | None = None
        self._sliders = {lever: _slider(lever, exploration.values[lever], widgets) for lever in exploration.levers}
        self._kpi = widgets.Dropdown(options=_drawable(exploration), value=exploration.kpi, description="Picture")
        back = widgets.Button(description="Back to the file")
        self._said, self._table, self._picture = (widgets.HTML() for _ in range(3))
        for lever, slider in self._sliders.items():
            slider.observe(lambda change, lever=lever: self._move(lever, change["new"]), names="value")
        self._kpi.observe(self._choose, names="value")
        back.on_click(self._reset)
        left = widgets.VBox([*(widgets.VBox([widgets.Label(lever.label), s]) for lever, s in self._sliders.items()), back])
        right = widgets.VBox([self._kpi, self._said, self._table, self._picture])
        self.box = widgets.HBox([left, right])
        self.box.exploration = exploration
        self.box.sliders = {lever.path: slider for lever, slider in self._sliders.items()}
        self.box.kpi, self.box.back = self._kpi, back
        self._show()

    def _move(self, lever: Lever, value: float) -> None:
        self._exploration.values[lever] = round(value, 10)
        self._moved = lever
        self._show()

    def _choose(self, change: dict[str, Any]) -> None:
        self._exploration.kpi = change["new"]
        self._show()

    def _reset(self, _: Any) -> None:
        for lever, slider in self._sliders.items():
            slider.value = lever.neutral

    def _show(self) -> None:
        """Simulate what is set and show it; what does not hold is said in red, and the last picture stays."""
        exploration = self._exploration
        try:
            now = exploration.at(exploration.values)
        except ScenarioError as error:
            self._said.value = f'<pre style="color:#b33a00">{escape(error.text())}</pre>'
            return
        points = [] if self._moved is None else exploration.curve(self._moved, max(0.0, BUDGET - now.elapsed))
        self._said.value = f"{now.replications} replications, the same callers for every setting"
        self._table.value = figures(exploration, now)
        self._picture.value = picture(exploration, now, self._moved, points)


def _slider(lever: Lever, value: float, widgets: Any) -> Any:
    whole = all(float(number).is_integer() for number in (lever.low, lever.step, lever.high))
    make = widgets.IntSlider if whole else widgets.FloatSlider
    number = int if whole else float
    form = "d" if whole and not lever.percent else ".0%" if lever.percent else ".2f"
    return make(value=number(value), min=number(lever.low), max=number(lever.high), step=number(lever.step),
                continuous_update=False, readout_format=form)  # fmt: skip


def _drawable(exploration: Exploration) -> list[tuple[str, str]]:
    """Return the KPIs that a picture by interval can show, with their titles."""
    from ccsim.analysis import REGISTRY

    ids = dict.fromkeys(e.id for e in exploration.base.estimates if not e.scope)
    return [(REGISTRY[id].title, id) for id in ids if "interval" in REGISTRY[id].periods]
