"""What all pictures share: a figure of their own, colours and hatches that survive a grey printer, bytes that never change.

Figures are matplotlib's objects, never pyplot's: nothing is opened, nothing is kept, threads do not meet. matplotlib is
imported inside functions, since that takes seconds.
"""

from __future__ import annotations

import io
import sys
import textwrap
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ccsim.report import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ccsim.analysis import Estimate

__all__ = [
    "BAD",
    "BAND",
    "GOOD",
    "GREY",
    "INK",
    "LINE",
    "SECOND",
    "NothingToDraw",
    "as_durations",
    "as_percent",
    "axes",
    "caption",
    "figure_of",
    "interval_words",
    "kpi_name",
    "plain",
    "save",
    "title",
    "variant_words",
]

LINE, SECOND, GOOD, BAD = "#0072B2", "#E69F00", "#009E73", "#D55E00"
"""Blue, orange, green and vermilion of Okabe and Ito (2008), told apart by every kind of eye; hatches and dashes for grey."""
INK, GREY = "#1A1A1A", "#8C8C8C"
BAND = 0.25
"""Opacity of the band of an interval."""
_DPI = 150
_DPI_OF_A_NOTEBOOK = 90
_LINE_OF_A_CAPTION = 112  # letters


class NothingToDraw(ValueError):
    """The result has nothing for this picture; the message says what is missing."""


def axes(ax: Axes | None, name: str, width: float = 8.0, height: float = 4.2) -> Axes:
    """The axes to draw on: those given, or the only ones of a new figure of that name.

    Parameters
    ----------
    width, height : float
        Of a new figure, inches.
    """
    if ax is None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
        figure.set_label(name)
        ax = figure.add_subplot()
        _show_in_notebook(ax)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(GREY)
    ax.tick_params(color=GREY, labelcolor=INK)
    return ax


def _show_in_notebook(ax: Axes) -> None:
    """Let a notebook show these axes as a picture, as it shows those of pyplot; of others it goes on showing the text."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        figure_of(ax)._ccsim_picture = True  # type: ignore[attr-defined]
        shell.display_formatter.formatters["image/png"].for_type(type(ax), _png)


def _png(ax: Axes) -> bytes | None:
    figure = figure_of(ax)
    if not getattr(figure, "_ccsim_picture", False):
        return None
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI_OF_A_NOTEBOOK)
    return out.getvalue()


def title(ax: Axes, text: str) -> None:
    """What the picture shows, on the left above it."""
    ax.set_title(plain(text), loc="left", fontsize=11, color=INK, wrap=True)


def caption(ax: Axes, text: str) -> None:
    """How it was made, in small letters under it."""
    lines = [ax.get_xlabel(), *textwrap.wrap(plain(text), _LINE_OF_A_CAPTION)]
    ax.set_xlabel("\n".join(line for line in lines if line), fontsize=8.5, color=INK, loc="left")


def plain(text: str) -> str:
    """A name may hold a dollar sign, which is no formula."""
    return text.replace("$", r"\$")


def kpi_name(estimate: Estimate) -> str:
    """What an estimate is of: ``Service level in 0:20``, the title of any other KPI."""
    from ccsim.analysis import REGISTRY
    from ccsim.report.figures import within

    return f"{REGISTRY[estimate.id].title} {within(estimate)}".strip()


def variant_words(estimate: Estimate) -> str:
    """Which variant of the service level it is, for a caption; empty for other KPIs."""
    return f"; {estimate.variant.partition('.')[0].replace('_', ' ')}" if estimate.variant else ""


def interval_words(n: int, confidence: float) -> str:
    """What a band is."""
    return f"{numbers.plural(n, 'replication')}; band: {100 * confidence:g} % interval of the mean"


def as_percent(ax: Axes, which: str = "y") -> None:
    """Ticks of shares read 80 %."""
    from matplotlib.ticker import FuncFormatter

    axis = ax.yaxis if which == "y" else ax.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))


def as_durations(ax: Axes, which: str = "y") -> None:
    """Ticks of seconds stand at round times and read 1:30."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis = ax.yaxis if which == "y" else ax.xaxis
    low, high = ax.get_ylim() if which == "y" else ax.get_xlim()
    step = next((step for step in (1, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600) if (high - low) / step <= 9), None)
    if step is None:
        axis.set_major_locator(MaxNLocator(8))
    else:
        from matplotlib.ticker import MultipleLocator

        axis.set_major_locator(MultipleLocator(step))
    axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.duration(value)))


def figure_of(ax: Axes) -> Figure:
    """The whole figure these axes are on, also where they are on a part of it."""
    return ax.figure.figure  # `get_figure(root=True)` exists from matplotlib 3.10 on


def save(ax: Axes, path: Path | str | IO[bytes], kind: str = "") -> None:
    """Write the figure of these axes as .svg, .png or .pdf: the same picture gives the same bytes.

    Parameters
    ----------
    kind : str
        Of a stream; of a file its ending says it.

    Notes
    -----
    Identifiers inside an SVG are salted with the name of the chart, so several fit on one page and cannot borrow each
    other's clip paths; the date is left out.
    """
    import matplotlib

    figure = figure_of(ax)
    name = str(figure.get_label())
    if isinstance(path, str | Path):
        path = Path(path)
        name, kind = name or path.stem, path.suffix.lower().lstrip(".")
    metadata: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(path, format=kind, dpi=_DPI, metadata=metadata)
