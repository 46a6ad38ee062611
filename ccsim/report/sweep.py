"""A `Sweep` -> the page a planner reads, JSON fields and rows of CSV: every point, then which value reaches the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ccsim.report import numbers, verdicts
from ccsim.report.evidence import hangs_on
from ccsim.report.fields import estimate_fields
from ccsim.report.index import shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ccsim.analysis import Estimate
    from ccsim.experiment import Sweep
    from ccsim.experiment.comparison import Difference, Key
    from ccsim.experiment.levers import Lever
    from ccsim.experiment.swept import Influence, Knee, Reached

__all__ = ["goal_words", "number_of", "print_sweep", "reached_words", "sweep_fields", "sweep_rows", "title_of"]

MOST_ROWS = 60  # points on the page; more are for a file
_HEADS = {
    "service_level": "Service level", "days_in_target": "Days met", "abandonment": "Abandoned", "asa": "ASA",
    "occupancy": "Occupancy", "back_office_in_time": "Work in time", "cost_per_day": "Cost a day", "paid_fte": "Paid FTE",
}  # fmt: skip
_WITH_KNEES = ("service_level", "abandonment", "asa")
_FEW = 30
_SKEWED = 3.0  # times the shorter side of a band; less is not worth the room


def print_sweep(sweep: Sweep, console: Console) -> None:
    """Print the points with their bands, the crossings and knees, or what moves each KPI, and how they were made."""
    design = sweep.design
    console.print(sweep.scenario.name, style="bold")
    levers = "; ".join(_span(lever) for lever in design.levers)
    same = f"the same callers in all {numbers.plural(sweep.replications, 'replication')}"
    console.print(f"{numbers.plural(len(sweep.points), 'point')}: {levers}; {same}")
    console.print()
    if design.kind == "grid":
        console.print(_table(sweep, console.width))
        if len(sweep.points) > MOST_ROWS:
            console.print(f"... and {len(sweep.points) - MOST_ROWS:,} more points: --json, or -o sweep.csv")
        console.print()
    for key in (key for key in sweep.keys if key.id in _HEADS):
        table = _moves(sweep, key)
        if table is not None:
            console.print(table)
            console.print()
    for line in _findings(sweep):
        console.print(line)
    for line in _provenance(sweep):
        console.print(line)


def _span(lever: Lever) -> str:
    said = [_written(value) for value in lever.values]
    return f"{lever.label} {said[0]} to {said[-1]}" if len(said) > 4 or lever.is_range else f"{lever.label} {', '.join(said)}"


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


# -------------------------------------------------------------------------------- points


def _table(sweep: Sweep, width: int) -> Table:
    """Return one line per point: the levers, then as many KPIs as fit, each with the half-width of its band."""
    from rich.table import Table

    points = sweep.points[:MOST_ROWS]
    table = Table(box=None, pad_edge=False)
    room = width
    for lever in sweep.design.levers:
        cells = [_written(point.set[lever.key]) for point in points]
        table.add_column(lever.label, justify="right", overflow="fold")
        room -= max(map(len, (lever.label, *cells))) + 2
    keys: list[Key] = []
    for key in sweep.keys:
        cells = [_with_band(point.band[key]) for point in points]
        head = _HEADS.get(key.id)
        if head is None or (key.id == "abandonment" and key.basis != "contact") or any(k.id == key.id for k in keys):
            continue
        if max(map(len, (head, *cells))) + 2 <= room:
            table.add_column(head, justify="right", no_wrap=True)
            room -= max(map(len, (head, *cells))) + 2
            keys.append(key)
    for point in points:
        levers = [_written(point.set[lever.key]) for lever in sweep.design.levers]
        table.add_row(*levers, *[_with_band(point.band[key]) for key in keys])
    return table


def _with_band(estimate: Estimate) -> str:
    """Return a value and its band: ``±`` and the half-width, both ends where one side is much longer."""
    return shown(estimate.value, estimate.unit) + verdicts.plus_minus(estimate, skewed=_SKEWED).replace(" ± ", " ±")


# -------------------------------------------------------------------------------- findings


def _findings(sweep: Sweep) -> Iterator[str]:
    found = False
    for reached in sweep.crossings:
        yield reached_words(sweep, reached) + "."
        found = True
    for knee in sweep.knees:
        if knee.key.id in _WITH_KNEES and not knee.given:
            yield _knee_words(sweep, knee) + "."
            found = True
    if found:
        yield ""


def reached_words(sweep: Sweep, reached: Reached) -> str:
    """Return what a crossing says: ``24 agents of tier1 [23, 25] reach 80/20``."""
    lever = next(lever for lever in sweep.design.levers if lever.key == reached.along)
    goal, given = goal_words(sweep, reached), _given(reached.given)
    ends = (number_of(lever, lever.xs[0]), number_of(lever, lever.xs[-1]))
    if reached.value is None:
        from_to = f"{ends[0]} to {ends[1]} {lever.label}" if lever.is_whole else f"{lever.label} from {ends[0]} to {ends[1]}"
        each = "every value reaches" if reached.met == "everywhere" else "no value reaches"
        near = _interval(lever, reached)
        return f"{from_to}: {each} {goal}{given}" + (f"; the true crossing may be in {near}" if near else "")
    value, interval = number_of(lever, reached.value), _interval(lever, reached)
    if lever.label.startswith("agents"):
        people = lever.label if reached.value != 1 else "agent" + lever.label.removeprefix("agents")
        reach = "reaches" if reached.value == 1 else "reach"
        up_to = "up to " if reached.met == "up_to" else ""
        return f"{up_to}{value} {people} {interval} {reach} {goal}{given}"
    side = "from" if reached.met == "from" else "up to"
    return f"{lever.label} {side} {value} {interval} reaches {goal}{given}"


def _interval(lever: Lever, reached: Reached) -> str:
    if reached.low is None and reached.high is None:
        return "[not bounded within the sweep]" if reached.value is not None else ""
    low = f"below {number_of(lever, lever.xs[0])}" if reached.low is None else number_of(lever, reached.low)
    high = f"beyond {number_of(lever, lever.xs[-1])}" if reached.high is None else number_of(lever, reached.high)
    return f"[{low}, {high}]"


def _knee_words(sweep: Sweep, knee: Knee) -> str:
    lever = next(lever for lever in sweep.design.levers if lever.key == knee.along)
    value, title = number_of(lever, knee.value), title_of(sweep, knee.key)
    at = f"{value} {lever.label}" if lever.label.startswith("agents") else f"{lever.label} {value}"
    return f"{title}: knee at {at}, beyond it more changes little"


def goal_words(sweep: Sweep, reached: Reached) -> str:
    """Return the target of a crossing: ``80/20``, ``abandonment at most 3 %``."""
    key = reached.key
    if key.id == "service_level" and reached.at_least:
        return numbers.goal(reached.target, float(key.variant.rpartition(".")[2].removesuffix("s")))
    side = "at least" if reached.at_least else "at most"
    if key.id == "days_in_target":
        return f"the target on {side} {100 * reached.target:g} % of days"
    from ccsim.analysis import REGISTRY

    unit = REGISTRY[key.id].unit
    value = f"{100 * reached.target:g} %" if unit == "share" else shown(reached.target, unit)
    name, bracket, short = REGISTRY[key.id].title.rstrip(")").partition("(")
    return f"{short if bracket else name.lower()} {side} {value}"


def title_of(sweep: Sweep, key: Key) -> str:
    """Return what a KPI of the sweep is called."""
    from ccsim.analysis import REGISTRY

    if key.id == "days_in_target":
        return "Days that reach the target"
    title = REGISTRY[key.id].title
    if key.id == "service_level":
        title += f" in {numbers.threshold(float(key.variant.rpartition('.')[2].removesuffix('s')))}"
    return title if key.basis != "episode" else f"{title}, customers"


def number_of(lever: Lever, x: float) -> str:
    """Return a value of a lever as it may be written: 24, 110 %, 2:30."""
    if lever.unit == "share":
        return f"{100 * x:.4g} %"
    if lever.unit == "s":
        return numbers.duration(x) if x >= 60.0 and x == round(x) else f"{x:.4g} s"
    return f"{x:.4g}{lever.unit}" if not lever.is_whole else f"{x:g}"


def _given(given: dict[str, Any]) -> str:
    return " with " + ", ".join(f"{key}={_written(value)}" for key, value in given.items()) if given else ""


# -------------------------------------------------------------------------------- what moves a KPI


def _moves(sweep: Sweep, key: Key) -> Table | None:
    """Return the table of effects or of Sobol indices of one KPI; None where there is none, or the KPI does not move."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    if sweep.effects:
        table.add_column(title_of(sweep, key))
        table.add_column("value", justify="right", no_wrap=True)
        table.add_column("against the scenario as it stands")
        for effect in (effect for effect in sweep.effects if effect.key == key):
            table.add_row(effect.plan, shown(effect.plan_value, effect.unit), _effect_words(effect))
        return table
    rows = [row for row in sweep.influences if row.key == key and row.total is not None]
    if not rows:
        return None
    table.add_column(title_of(sweep, key))
    table.add_column("alone", justify="right", no_wrap=True)
    table.add_column("with all interactions", justify="right", no_wrap=True)
    for row in sorted(rows, key=lambda row: -(row.total or 0.0)):
        lever = next(lever for lever in sweep.design.levers if lever.key == row.lever)
        table.add_row(
            lever.label, _part(row.first, row.first_low, row.first_high), _part(row.total, row.total_low, row.total_high)
        )
    return table


def _effect_words(effect: Difference) -> str:
    from ccsim.report.comparison import words

    return words(effect)


def _part(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return numbers.NONE
    return f"{max(100 * value, 0.0):.0f} % [{100 * max(low, 0.0):.0f}, {100 * min(high, 1.0):.0f}]"


# -------------------------------------------------------------------------------- how they were made


def _provenance(sweep: Sweep) -> Iterator[str]:
    from ccsim import __version__

    percent = f"{100 * sweep.confidence:g} %"
    yield from hangs_on(sweep.scenario)
    if sweep.design.kind == "grid":
        yield f"± or ( to ): the band of a column holds at all {len(sweep.points)} points together with {percent} confidence."
    if sweep.crossings:
        yield f"[ ]: {percent} interval of each crossing; between its points a curve is taken as straight."
    if sweep.effects:
        yield f"[ ]: all effects on one KPI hold together with {percent} confidence (Bonferroni)."
    if sweep.influences:
        yield (
            f"Share of the variance over the sample that a lever takes with it (Sobol indices, {sweep.design.samples} "
            f"samples x {len(sweep.design.levers) + 2}); [ ]: {percent} bootstrap over samples. Luck counts for no lever alone."
        )
    if sweep.replications < _FEW:
        yield f"With fewer than {_FEW} replications intervals cover less than they say where single days are very bad."
    yield from (f"Note: {note}." for note in sweep.notes)
    yield (
        f"seed {sweep.seed}, {numbers.plural(sweep.replications, 'replication')}, {sweep.engine} engine, "
        f"ccsim {__version__}, {sweep.elapsed:.1f} s"
    )


# -------------------------------------------------------------------------------- JSON and CSV


def sweep_fields(sweep: Sweep) -> dict[str, Any]:
    """Return the sweep as JSON fields; shares are fractions, times seconds, None is no number."""
    return {
        "scenario": sweep.scenario.name,
        "fingerprint": sweep.scenario.fingerprint,
        "engine": sweep.engine,
        "seed": sweep.seed,
        "replications": sweep.replications,
        "interrupted": sweep.interrupted,
        "confidence": sweep.confidence,
        "sample": sweep.design.kind,
        "levers": [_lever_fields(lever) for lever in sweep.design.levers],
        "points": [
            {
                "set": dict(point.set),
                "digest": point.digest,
                "kpis": [estimate_fields(estimate) for estimate in sweep.estimates(point)],
                "bands": [estimate_fields(estimate) for estimate in point.band.values()],
            }
            for point in sweep.points
        ],
        "crossings": [
            {
                **_key_fields(row.key), "target": row.target, "at_least": row.at_least, "along": row.along, "given": row.given,
                "value": row.value, "low": row.low, "high": row.high, "met": row.met,
            }
            for row in sweep.crossings
        ],
        "knees": [{**_key_fields(row.key), "along": row.along, "given": row.given, "value": row.value} for row in sweep.knees],
        "effects": [effect.as_dict() for effect in sweep.effects],
        "influences": [_influence_fields(row) for row in sweep.influences],
        "notes": list(sweep.notes),
    }  # fmt: skip


def _lever_fields(lever: Lever) -> dict[str, Any]:
    numbers_of = {"numbers": list(lever.xs), "unit": lever.unit, "whole": lever.is_whole}
    return {"path": lever.key, "values": list(lever.values), **numbers_of}


def _key_fields(key: Key) -> dict[str, str]:
    return {"kpi": key.id, "variant": key.variant, "basis": key.basis}


def _influence_fields(row: Influence) -> dict[str, Any]:
    return {**_key_fields(row.key), **{name: value for name, value in row._asdict().items() if name != "key"}}


def sweep_rows(sweep: Sweep) -> list[dict[str, Any]]:
    """Return one flat row per point and KPI, the levers first: for CSV files."""
    rows = []
    for point in sweep.points:
        for key, estimate in point.band.items():
            levers = {lever.key: point.set.get(lever.key, "") for lever in sweep.design.levers}
            parts = {name: getattr(estimate, name) for name in ("value", "low", "high", "n", "unit")}
            rows.append({**levers, **_key_fields(key), **parts, "confidence_of_band": sweep.confidence, "seed": sweep.seed})
    return rows
