"""A `Result` -> what is on its page, as plain words in the order in which they are read: verdict, figures, pictures, parts,
intervals, comparison, scenario, assumptions, provenance, definitions.

Nothing here is markup, and nothing is simulated.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from ccsim.report import figures as centre
from ccsim.report import numbers, parts, provenance, staffing, verdicts
from ccsim.report.evidence import evidence_lines, hangs_on
from ccsim.report.html.charts import Chart, charts_of, charts_of_comparison
from ccsim.report.html.tables import Column, PageTable, joined, of_table
from ccsim.report.index import Index, shown, shown_error

if TYPE_CHECKING:
    from ccsim.analysis import Estimate
    from ccsim.experiment import Comparison, Result

__all__ = ["Definition", "Figure", "Page", "Part", "Told", "page_of"]

_WIDE = 1000  # columns of a page: no table leaves anything out
_MOST_ROWS = 5000  # of the interval table; a browser sorts so many at once, and the files have them all
_MOST_SHOWN_OPEN = 200  # rows of the interval table up to which it stands open
_OVERALL = (
    ("missed", "Target missed"),
    ("undecided", "Not decided by this many replications"),
    ("met", "All targets met"),
)


class Told(NamedTuple):
    """A verdict, or what is short: one word and the sentence that belongs to it."""

    word: str
    tone: str
    sentence: str


class Figure(NamedTuple):
    """One line of the main table: the KPI that is defined below, what it is called, and its cells under the heads."""

    id: str
    label: str
    indent: bool
    cells: tuple[str, ...]


class Part(NamedTuple):
    """A title and the lines below it."""

    title: str
    lines: tuple[str, ...]


class Definition(NamedTuple):
    """What a KPI means."""

    id: str
    title: str
    sentence: str
    unit: str


class Compared(NamedTuple):
    """Plans against the base."""

    heading: str
    plans: PageTable
    differences: tuple[PageTable, ...]
    identical: tuple[str, ...]
    charts: tuple[Chart, ...]
    lines: tuple[str, ...]


class Page(NamedTuple):
    """Everything on the page.

    Attributes
    ----------
    overall : Told or None
        The worst of the verdicts; None without targets.
    hangs_on : tuple of str
        The assumptions the verdicts hang on.
    notices : tuple of str
        What a reader must know before anything else.
    figure_heads : tuple of str
        Of the columns beside the label.
    figure_lines : tuple of str
        Under the figures: formulas, what the textbook leaves out, one agent more or fewer.
    intervals : PageTable or None
    intervals_note : str
        Why the table is not there, or not whole.
    intervals_of : str
        Of what its lines are.
    intervals_open : bool
    meaning : tuple of Part
        The scenario in sentences.
    yaml : str
        The scenario as it was run.
    facts : tuple of (str, str)
        What makes the same numbers again.
    """

    title: str
    description: str
    overall: Told | None
    verdicts: tuple[Told, ...]
    hangs_on: tuple[str, ...]
    notices: tuple[str, ...]
    replications: str
    figure_heads: tuple[str, ...]
    figures: tuple[Figure, ...]
    figure_lines: tuple[str, ...]
    charts: tuple[Chart, ...]
    parts: tuple[PageTable, ...]
    intervals: PageTable | None
    intervals_note: str
    intervals_of: str
    intervals_open: bool
    compared: Compared | None
    meaning: tuple[Part, ...]
    yaml: str
    assumptions: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    definitions: tuple[Definition, ...]


def page_of(result: Result, comparison: Comparison | None = None) -> Page:
    """Return the page of a result.

    Parameters
    ----------
    comparison : Comparison, optional
        Of this result with others that met the same callers.

    Raises
    ------
    ValueError
        For a run without a replication, of which nothing can be said.
    """
    if not result.replications:
        raise ValueError("no replication was finished, so there is nothing to report")
    from ccsim.report.explain import sections

    index, of_intervals = Index(result.estimates), staffing.staffing_index(result)
    figures = tuple(_figures(result, index))
    table, note = _intervals(result)
    told = tuple(_verdicts(result, staffing.short_line(result, of_intervals)))
    return Page(
        title=result.scenario.name,
        description=result.scenario.description,
        overall=_overall(result),
        verdicts=told,
        hangs_on=tuple(hangs_on(result.scenario)),
        notices=tuple(_notices(result)),
        replications=numbers.plural(result.replications, "replication"),
        figure_heads=_heads(result),
        figures=figures,
        figure_lines=(
            _ranges(result),
            *centre.formulas(result),
            *centre.textbook_lines(result, index),
            *centre.neighbour_lines(result),
        ),
        charts=tuple(charts_of(result)),
        parts=tuple(_parts(result, index, of_intervals)),
        intervals=table,
        intervals_note=note,
        intervals_of=_places_of(result),
        intervals_open=table is not None and len(table.rows) <= _MOST_SHOWN_OPEN,
        compared=None if comparison is None else _compared(comparison),
        meaning=tuple(Part(title, tuple(lines)) for title, lines in sections(result.scenario).items()),
        yaml=result.scenario.to_yaml(),
        assumptions=tuple(_assumptions(result)),
        facts=tuple(_facts(result)),
        definitions=tuple(_definitions(result, figures)),
    )


# -------------------------------------------------------------------------------- verdicts


def _overall(result: Result) -> Told | None:
    found = {verdict.verdict for verdict in result.targets}
    return next((Told(word, _tone(word), said) for word, said in _OVERALL if word in found), None)


def _tone(word: str) -> str:
    return {"met": "good", "missed": "bad"}.get(word, "open")


def _verdicts(result: Result, short: str) -> Iterator[Told]:
    scenario = result.scenario
    for verdict in result.targets:
        sentence = verdicts.sentence(verdict, scenario.days, scenario.interval, scenario.run.mode == "steady")
        yield Told(verdict.verdict, _tone(verdict.verdict), sentence)
    if short:
        yield Told("short", "open", short)


def _notices(result: Result) -> Iterator[str]:
    planned = result.scenario.run.replications
    if result.interrupted:
        yield f"The run was interrupted after {numbers.plural(result.replications, 'replication')}; {planned:,} were planned."
    yield from result.warnings


# -------------------------------------------------------------------------------- figures


def _ranges(result: Result) -> str:
    """Say what the columns of ranges are, so that the two are never taken for each other."""
    error = "± and the interval are the simulation error of the mean and shrink with replications"
    return error + ("; the range of days is what one lives through and does not." if centre.has_days(result) else ".")


def _heads(result: Result) -> tuple[str, ...]:
    confidence = f"{100 * result.scenario.run.confidence:g} % interval"
    days = ("Days P10 to P90",) if centre.has_days(result) else ()
    return ("Simulated", "±", confidence, *days, *(column.label for column in result.textbook))


def _figures(result: Result, index: Index) -> Iterator[Figure]:
    for line in centre.figures(result, index):
        estimate = line.estimate
        cells = (shown(estimate.value, estimate.unit), shown_error(estimate), _band(estimate))
        days = (line.days,) if centre.has_days(result) else ()
        yield Figure(estimate.id, line.label.strip(), line.label.startswith("  "), (*cells, *days, *line.beside))


def _band(estimate: Estimate) -> str:
    """Return ``85.9 to 90.3 %``; why there is none is in the table of all estimates."""
    if estimate.low is None or estimate.high is None:
        return numbers.NONE
    low, high = shown(estimate.low, estimate.unit), shown(estimate.high, estimate.unit)
    return f"{low.removesuffix(' %').removesuffix(' h')} to {high}"


def _definitions(result: Result, figures: tuple[Figure, ...]) -> Iterator[Definition]:
    """Yield what every KPI with a number in this run means, those of the main table first."""
    from ccsim.analysis import REGISTRY

    ids = [figure.id for figure in figures]
    ids += [estimate.id for estimate in result.estimates if estimate.value]
    units = {"s": "seconds", "h": "hours", "money": result.scenario.currency or "the scenario's currency"}
    for id in dict.fromkeys(ids):
        if id in REGISTRY:
            kpi = REGISTRY[id]
            yield Definition(id, kpi.title, kpi.sentence, units.get(kpi.unit, kpi.unit))


# -------------------------------------------------------------------------------- tables


def _parts(result: Result, index: Index, of_intervals: Index) -> Iterator[PageTable]:
    by_day = staffing.by_day(result, index, of_intervals)
    if by_day is not None:
        yield of_table(by_day, "Staffing by day")
    for table in parts.parts(result, index, _WIDE):
        page = of_table(table)
        whose = page.title if page.title.startswith("IVR") else page.title.lower()
        yield page if page.title.startswith("From") else page._replace(title=f"By {whose}")


def _intervals(result: Result) -> tuple[PageTable | None, str]:
    """Return every interval of the centre, each queue and each team, or as many of these as a page can hold."""
    if result.scenario.run.mode == "steady":
        return None, "A steady run has no intervals: every one is like the others."
    confidence, names = result.scenario.run.confidence, result.names
    found = Index(result.accumulator.estimates(confidence, scopes=parts.interval_scopes(result)))
    places: list[tuple[str, dict[str, str]]] = [("Centre", {})]
    places += [(f"Queue {name}", {"queue": name}) for name in names.queues if len(names.queues) > 1]
    places += [(f"Team {name}", {"team": name}) for name in names.teams if len(names.teams) > 1]
    tables: list[tuple[str, PageTable]] = []
    room = _MOST_ROWS
    for name, place in places:
        table = of_table(parts.interval_table(result, found, place, _WIDE))
        room -= len(table.rows)
        if room < 0:
            break
        tables.append((name, _with_interval_first(table)))
    if not tables:
        return None, f"More than {_MOST_ROWS:,} intervals: they are in intervals.csv and staffing.csv of ccsim run --out."
    note = ""
    if len(tables) < len(places):
        note = f"{len(tables)} of {len(places)} places; all are in intervals.csv and staffing.csv of ccsim run --out."
    if len(tables) == 1:
        return tables[0][1]._replace(title="Intervals"), note
    return joined(tables, "Intervals", "Of"), note


def _places_of(result: Result) -> str:
    """Return ``the centre, each queue and each team``."""
    several = [kind for kind, names in (("queue", result.names.queues), ("team", result.names.teams)) if len(names) > 1]
    return " and ".join(["the centre" + ("," if len(several) > 1 else ""), *(f"each {kind}" for kind in several)]).replace(
        ", and", ",", 1
    )


def _with_interval_first(table: PageTable) -> PageTable:
    """Return the table with intervals that sort by time: they stand in its order, and their names do not."""
    rows = tuple((first._replace(sort=float(number)), *cells) for number, (first, *cells) in enumerate(table.rows))
    return table._replace(columns=(Column("Interval", False), *table.columns[1:]), rows=rows)


def _compared(comparison: Comparison) -> Compared:
    from ccsim.report import comparison as words

    base, others = comparison.base.name, comparison.plans[1:]
    same = f"the same callers in all {numbers.plural(comparison.replications, 'replication')}"
    differing = [plan for plan in others if not plan.identical]
    tables = (of_table(words.differences_table(comparison, plan, _WIDE), plan.name) for plan in differing)
    return Compared(
        heading=f"{numbers.plural(len(others), 'plan')} against {base}, {same}",
        plans=of_table(words.plans_table(comparison, _WIDE), "Plans side by side"),
        differences=tuple(_of_kpis(table) for table in tables),
        identical=tuple(f"{plan.name}: identical to {base}, row by row." for plan in others if plan.identical),
        charts=tuple(charts_of_comparison(comparison)),
        lines=tuple(words.provenance(comparison, _WIDE)),
    )


def _of_kpis(table: PageTable) -> PageTable:
    """Return a plan's table with a head that says what its lines are: its name is the title."""
    return table._replace(columns=(Column("KPI", False), *table.columns[1:]))


# -------------------------------------------------------------------------------- how they were made


def _assumptions(result: Result) -> Iterator[str]:
    """Yield what the numbers hold and what they do not."""
    *lines, _ = provenance.provenance(result)  # the last one is told as facts
    yield from lines
    yield from (f"{line}." for line in evidence_lines(result.scenario))
    metrics = result.scenario.metrics
    yield (f"Service level: {metrics.service_level}, flow-outs {metrics.flow_outs}; never compare it with another variant's.")
    yield "Callers are new in every replication, and the same for every plan; a replication is the whole horizon."


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    from ccsim import __version__

    yield ("Seed", str(result.seed))
    yield ("Replications", f"{result.replications:,}")
    yield ("Engine", f"{result.engine} (both give the same rows)")
    yield ("Digest of the outcomes", result.digest)
    yield ("Fingerprint of the scenario", result.fingerprint)
    yield ("ccsim", __version__)
    versions = [f"{name} {version(name)}" for name in ("numpy", "numba", "scipy", "simpy", "matplotlib")]
    yield ("Page made with", ", ".join([f"Python {platform.python_version()}", *versions]))
    if math.isfinite(result.elapsed):
        yield ("Simulated in", f"{result.elapsed:.1f} s")
    yield ("The same numbers again", f"ccsim run scenario.yaml --seed {result.seed} --reps {result.replications}")
