"""`ccsim compare`: scenario files, or one and its what-ifs -> what each plan does to every KPI, with the same callers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccsim.cli import INTERRUPTED, TARGET_MISSED
from ccsim.cli.options import as_json, examples, settings

if TYPE_CHECKING:
    from ccsim.experiment import Comparison
    from ccsim.scenario import Scenario


@click.command(
    "compare",
    epilog=examples(
        "ccsim compare northgate.yaml                        the file against each of its what_if",
        "ccsim compare northgate.yaml --what-if two_more     against one of them",
        "ccsim compare today.yaml plan_b.yaml plan_c.yaml    the first is the base",
        "ccsim compare northgate.yaml --reps 500 --margin 'service_level 1pp' --margin 'asa 2s'",
        "ccsim compare northgate.yaml --kpi service_level --kpi occupancy -o plans.csv",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@settings
@click.option("--what-if", "what_ifs", metavar="NAME", multiple=True, help="An entry of the first file's what_if. Repeats.")
@click.option("--kpi", "kpis", metavar="ID", multiple=True, help="Compare this KPI only; fewer are seen sharper. Repeats.")
@click.option(
    "--margin",
    "margins",
    metavar="'ID SIZE'",
    multiple=True,
    help="A difference that does not matter: 'service_level 1pp', 'asa 2s', 'offered 10'. Repeats.",
)
@click.option("--reps", type=click.IntRange(1, 1_000_000), help="Replications of every plan, instead of the base's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed of every plan, instead of the base's.")
@click.option(
    "--jobs", type=click.IntRange(1, 1024), help="Threads; CCSIM_JOBS or all cores by default. Never changes a number."
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "reference"]),
    default="auto",
    help="The answer is the same; compiled is fast, reference can be read.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Also write the differences as CSV.")
@click.option("--force", is_flag=True, default=False, help="With --out: replace the file.")
@click.option("--check", is_flag=True, default=False, help="Exit code 3 when the base misses a target.")
@as_json
@click.option("-q", "--quiet", is_flag=True, default=False, help="No progress, no messages; errors and the result only.")
def command(
    files: tuple[str, ...],
    settings: tuple[str, ...],
    what_ifs: tuple[str, ...],
    kpis: tuple[str, ...],
    margins: tuple[str, ...],
    reps: int | None,
    seed: int | None,
    jobs: int | None,
    engine: str,
    out: Path | None,
    force: bool,
    check: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare plans that meet the same callers.

    The first FILE is the base; a single one is compared with each entry of its what_if. --set changes all of them. Every
    replication has the same luck in every plan, so small differences show; all intervals on the page hold together.
    """
    from ccsim.cli.given import reported
    from ccsim.cli.places import new_file

    allowed = {id: _margin(id, size) for id, size in map(_split, margins)}
    with reported(as_json):
        scenarios, chosen = _scenarios(files, settings, what_ifs)
    _refuse_kpis(kpis)
    if out is not None:
        new_file(out, force)

    from ccsim.cli.run import progress as progress_bar
    from ccsim.experiment import compare

    planned = scenarios[0].run.replications if reps is None else reps
    with progress_bar(quiet, engine) as progress:
        try:
            comparison = compare(
                *scenarios,
                what_ifs=chosen,
                names=_names(files),
                kpis=kpis or None,
                margins=allowed,
                reps=reps,
                seed=seed,
                engine=engine,
                jobs=jobs,
                progress=progress,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    _print(comparison, as_json)
    if out is not None:
        _write(comparison, out)
    _leave(comparison, check, quiet, planned)


def _scenarios(
    files: tuple[str, ...], settings: tuple[str, ...], what_ifs: tuple[str, ...]
) -> tuple[list[Scenario], list[str]]:
    """Return the scenarios of all files and the what-ifs of the first; every mistake of every file in one ScenarioError."""
    from ccsim.cli.given import checked, known_what_if
    from ccsim.errors import ScenarioError

    if files.count("-") > 1:
        raise click.UsageError("standard input can be read once")
    found = [checked(file, settings) for file in files]
    problems = [problem for each in found for problem in each.problems]
    scenarios = [each.scenario for each in found if each.scenario is not None]
    if problems or len(scenarios) < len(files):
        raise ScenarioError(problems)
    for name in what_ifs:
        known_what_if(scenarios[0], name)
    chosen = list(what_ifs) or (list(scenarios[0].what_if) if len(files) == 1 else [])
    if len(files) == 1 and not chosen:
        raise click.UsageError(f"nothing to compare with: {files[0]} has no what_if. Try: ccsim compare {files[0]} OTHER.yaml")
    return scenarios, list(dict.fromkeys(chosen))


def _names(files: tuple[str, ...]) -> list[str]:
    """Return what the files are called in tables: base if there is only one, else their stems, or paths where those clash."""
    if len(files) == 1:
        return ["base"]
    stems = ["stdin" if file == "-" else Path(file).stem for file in files]
    return [stem if stems.count(stem) == 1 else file for stem, file in zip(stems, files, strict=True)]


# -------------------------------------------------------------------------------- margins and KPIs


def _split(text: str) -> tuple[str, str]:
    id, _, size = text.strip().partition(" ")
    if not size.strip():
        raise click.UsageError(f"--margin: got {text!r}. Try: --margin 'service_level 1pp'")
    return id, size.strip()


def _refuse_kpis(ids: tuple[str, ...]) -> None:
    from ccsim.analysis import REGISTRY
    from ccsim.errors import nearest, shown

    for id in ids:
        if id not in REGISTRY:
            near = nearest(id, list(REGISTRY))
            raise click.UsageError(f"no such KPI: {shown(id)}. " + (f"Did you mean {near}?" if near else "Try: ccsim kpis"))


def _margin(id: str, size: str) -> float:
    """Return a margin in the unit of its KPI: points of shares as a fraction, seconds, hours or a plain number."""
    from ccsim import units
    from ccsim.analysis import REGISTRY
    from ccsim.errors import Refusal

    _refuse_kpis((id,))
    unit = REGISTRY[id].unit
    try:
        if unit == "share":
            return 0.01 * units.parse_number(units.Plain(_without_points(id, size)))
        if unit in ("s", "h"):
            return units.parse_duration(units.Plain(size)) / (units.HOUR if unit == "h" else 1.0)
        return units.parse_number(units.Plain(size))
    except Refusal as refusal:
        from ccsim.cli.options import told

        raise click.UsageError(f"--margin of {id}: {told(refusal)}") from None


def _without_points(id: str, size: str) -> str:
    for ending in ("percentage points", "points", "point", "pp"):
        if size.endswith(ending):
            return size.removesuffix(ending).strip()
    raise click.UsageError(f"--margin of {id}: got {size!r}, allowed: percentage points. Try: '{id} 1pp'")


# -------------------------------------------------------------------------------- what comes out


def _print(comparison: Comparison, as_json: bool) -> None:
    if as_json and comparison.plans:
        from ccsim.cli.console import print_json
        from ccsim.report.fields import comparison_fields

        print_json(comparison_fields(comparison))
    elif comparison.plans:
        from ccsim.cli.console import console
        from ccsim.report.comparison import print_comparison

        print_comparison(comparison, console())


def _write(comparison: Comparison, out: Path) -> None:
    import csv

    from ccsim.report.cells import plain_cell
    from ccsim.report.fields import comparison_rows

    rows = comparison_rows(comparison)
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([row.keys() for row in rows[:1]])
        writer.writerows([plain_cell(cell) for cell in row.values()] for row in rows)


def _leave(comparison: Comparison, check: bool, quiet: bool, planned: int) -> None:
    """Say what the exit code means, and leave with it."""
    from ccsim.cli.console import message

    context = click.get_current_context()
    if comparison.interrupted:
        message(f"ccsim: interrupted after {comparison.replications} of {planned} replications")
        context.exit(INTERRUPTED)
    if check and comparison.base.verdict == "missed":
        if not quiet:
            message(f"ccsim: {comparison.base.name} misses a target")
        context.exit(TARGET_MISSED)
