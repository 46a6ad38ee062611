"""Pictures of a run -> inline SVG that a strict content security policy lets through.

matplotlib writes styles, links and metadata that such a policy blocks or that clash on one page. What it draws is read again
and written anew: only known elements and attributes, styles as attributes, identifiers only where something refers to them and
then with the picture's own name before them. Colours stay as attributes, so that the style sheet can change them in the dark.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET  # of what matplotlib has just written
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from ccsim.report.plots import PAGE, NothingToDraw, Plots, save
from ccsim.report.plots.style import figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ccsim.experiment import Comparison, Result

__all__ = ["Chart", "charts_of", "charts_of_comparison", "inline"]

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS = {"svg", "g", "path", "text", "tspan", "use", "defs", "clipPath", "rect", "pattern"}
_DROPPED = {"metadata", "style"}
_GEOMETRY = {
    *("viewBox", "d", "x", "y", "width", "height", "transform", "clip-path", "patternUnits", "fill", "points"),
    *("patternTransform", "patternContentUnits"),
}
_PAINT = {
    *("fill", "stroke", "stroke-width", "stroke-linejoin", "stroke-linecap", "stroke-dasharray", "stroke-dashoffset"),
    *(
        "stroke-opacity",
        "fill-opacity",
        "opacity",
        "font-size",
        "font-weight",
        "font-style",
        "text-anchor",
        "stroke-miterlimit",
    ),
}
_MARKS = ("number", "missed")
"""Group ids of ours that the style sheet must know: what is written on a coloured cell keeps its colour in the dark."""
_LOCAL = re.compile(r"url\(#([^)]+)\)")
_MOST_COMPARED = 6  # pictures of a comparison
_SMALLER = 0.85
"""Of a drawing two of which stand side by side, so that its letters are larger."""
_WIDE = 8.5  # inches; such a picture has a row of the page for itself


class Chart(NamedTuple):
    """One picture.

    Attributes
    ----------
    id : str
        Different on one page.
    title : str
        What a screen reader says, with `description`.
    description : str
        What is drawn over what.
    caption : str
        How it was made.
    is_wide : bool
        Needs a row of the page for itself.
    svg : Markup
    """

    id: str
    title: str
    description: str
    caption: str
    svg: Markup
    is_wide: bool


def charts_of(result: Result) -> Iterator[Chart]:
    """Yield every picture the result has something for, those that need a row of their own last."""
    one_day = result.scenario.days == 1  # of which the lines say all that a heat map would
    drawn = [
        _drawn(name, lambda draw=draw: draw(Plots(result)))  # type: ignore[misc]
        for name, draw in PAGE
        if not (one_day and name.startswith("heatmap"))
    ]
    yield from sorted((chart for chart in drawn if chart is not None), key=lambda chart: chart.is_wide)


def charts_of_comparison(comparison: Comparison) -> Iterator[Chart]:
    """Yield a picture of the plans for each of the first KPIs compared."""
    for id in list(dict.fromkeys(key.id for key in comparison.keys))[:_MOST_COMPARED]:
        chart = _drawn(f"differences_{id}", lambda id=id: comparison.plot(id))  # type: ignore[misc]
        if chart is not None:
            yield chart


def _drawn(name: str, draw: Callable[[], Axes]) -> Chart | None:
    try:
        axes = draw()
    except NothingToDraw:
        return None
    return inline(axes, name)


def inline(axes: Axes, name: str) -> Chart:
    """Return the figure of these axes for a page; `name` is its id there."""
    figure = figure_of(axes)
    is_wide = figure.get_figwidth() > _WIDE
    if not is_wide:
        figure.set_size_inches(_SMALLER * figure.get_figwidth(), _SMALLER * figure.get_figheight())
    for mesh in figure.findobj(lambda artist: bool(artist.get_rasterized())):
        mesh.set_rasterized(False)  # a colour bar would be an image, which the policy does not let through
        mesh.set_edgecolor("face")  # type: ignore[attr-defined]  # and no lines of background between its parts
    label, *caption = axes.get_xlabel().split("\n")
    axes.set_xlabel(label)  # the caption is text of the page, which wraps as it needs
    title, label, said = (text.replace(r"\$", "$") for text in (axes.get_title(loc="left"), label, " ".join(caption)))
    described = f"{axes.get_ylabel()} over {label}".replace(r"\$", "$") if axes.get_ylabel() and label else label
    stream = io.BytesIO()
    save(axes, stream, kind="svg")
    svg = _written(ET.fromstring(stream.getvalue()), name, title, described)
    return Chart(name, title, described, said, Markup(svg), is_wide)


def _written(root: ET.Element, name: str, title: str, description: str) -> str:
    """Return the drawing as text of an HTML page."""
    referred = {ref for element in root.iter() for value in element.attrib.values() for ref in _LOCAL.findall(value)}
    referred |= {element.attrib[_HREF].lstrip("#") for element in root.iter() if _HREF in element.attrib}
    clean = _cleaned(root, name, referred)
    clean.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-said",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    for tag, text in (("desc", description), ("title", title)):
        told = ET.Element(tag, {"id": f"{name}-{'title' if tag == 'title' else 'said'}"})
        told.text = text
        clean.insert(0, told)
    return ET.tostring(clean, encoding="unicode", short_empty_elements=False)


def _cleaned(element: ET.Element, name: str, referred: set[str]) -> ET.Element:
    """Return an element of ours with what is known of its attributes, and its children likewise."""
    tag = element.tag.removeprefix(f"{{{_SVG}}}")
    assert tag in _ELEMENTS, f"an element no picture of ours has: {tag}"
    made = ET.Element(tag)
    for key, value in {**element.attrib, **_styles(element.attrib.get("style", ""))}.items():
        if key in _GEOMETRY or key in _PAINT:
            made.set(
                key, _LOCAL.sub(lambda found: f"url(#{name}-{found[1]})", value) if "url(" in value else _rounded(key, value)
            )
        elif key == _HREF:
            assert value.startswith("#"), f"a link out of a picture: {value}"
            made.set("href", f"#{name}-{value[1:]}")
        elif key == "id" and value in referred:
            made.set("id", f"{name}-{value}")
        elif key == "id" and value in _MARKS:
            made.set("class", value)
    made.text = element.text if tag in ("text", "tspan") else None
    for child in element:
        if child.tag.removeprefix(f"{{{_SVG}}}") not in _DROPPED:
            made.append(_cleaned(child, name, referred))
            made[-1].tail = child.tail if tag in ("text", "tspan") else None
    return made


def _styles(style: str) -> dict[str, str]:
    """Return the declarations of a style as attributes; fonts are the page's."""
    found = {}
    for declaration in style.split(";"):
        key, _, value = declaration.partition(":")
        if key.strip() == "font":  # size and family in one, as older versions write it
            size = re.search(r"([\d.]+px)", value)
            found["font-size"] = size[1] if size else "10px"
        elif key.strip() in _PAINT:
            found[key.strip()] = value.strip()
    return found


def _rounded(key: str, value: str) -> str:
    """Return coordinates with two decimals, which no eye can tell from eight."""
    if key not in ("d", "x", "y", "width", "height", "transform"):
        return value
    return " ".join(re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value).split())
