"""`ccsim compare`: scenario files, or one and its what-ifs -> what each plan does to every KPI, with the same callers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ccsim.cli import INTERRUPTED, TARGET_MISSED
from ccsim.cli.options import as_json, examples, pick_engine, quietly, settings, thread_count

if TYPE_CHECKING:
    from ccsim.errors import Problem
    from ccsim.experiment import Choice, Comparison
    from ccsim.scenario import Scenario


@click.command(
    "compare",
    epilog=examples(
        "ccsim compare northgate.yaml                        the file against each of its what_if",
        "ccsim compare northgate.yaml --what-if two_more     against one of them",
        "ccsim compare today.yaml plan_b.yaml plan_c.yaml    the first is the base",
        "ccsim compare northgate.yaml --plan week10.csv --plan week10.xlsx#B    spreadsheets against the file",
        "ccsim compare northgate.yaml --reps 500 --margin 'service_level 1pp' --margin 'asa 2s'",
        "ccsim compare northgate.yaml --kpi service_level --kpi occupancy -o plans.csv",
        "",
        "Simulate until the best plan is known (best, lowest or highest of a KPI)",
        "  ccsim compare northgate.yaml --select best:service_level",
        "  ccsim compare northgate.yaml --select lowest:utilisation --subject-to 'service_level>=80%'",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@settings
@click.option("--what-if", "what_ifs", metavar="NAME", multiple=True, help="An entry of the first file's what_if. Repeats.")
@click.option(
    "--plan", "plans", metavar="PLAN", multiple=True, help="Agents of a CSV or Excel file (FILE.xlsx#SHEET). Repeats."
)
@click.option("--intervals", is_flag=True, default=False, help="With --plan: staffing in every interval, not by day.")
@click.option("--kpi", "kpis", metavar="ID", multiple=True, help="Compare this KPI only; fewer are seen sharper. Repeats.")
@click.option(
    "--margin",
    "margins",
    metavar="'ID SIZE'",
    multiple=True,
    help="A difference that does not matter: 'service_level 1pp', 'asa 2s', 'offered 10'. Repeats.",
)
@click.option("--select", metavar="END:ID", help="Go on until the best plan is known: best:service_level, lowest:occupancy.")
@click.option(
    "--subject-to", "limits", metavar="LIMIT", multiple=True, help="With --select: 'service_level>=80%', 'asa<=30s'. Repeats."
)
@click.option("--max-reps", "most", type=click.IntRange(10, 1_000_000), default=5000, help="With --select: of a plan at most.")
@click.option("--reps", type=click.IntRange(1, 1_000_000), help="Replications of every plan, instead of the base's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed of every plan, instead of the base's.")
@thread_count
@pick_engine
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Also write the differences as CSV.")
@click.option("--force", is_flag=True, default=False, help="With --out: replace the file.")
@click.option("--check", is_flag=True, default=False, help="Exit code 3 when the base, or the plan chosen, misses a target.")
@as_json
@quietly
def command(
    files: tuple[str, ...],
    settings: tuple[str, ...],
    what_ifs: tuple[str, ...],
    plans: tuple[str, ...],
    intervals: bool,
    kpis: tuple[str, ...],
    margins: tuple[str, ...],
    select: str | None,
    limits: tuple[str, ...],
    most: int,
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
    from ccsim.cli import goals
    from ccsim.cli.given import reported
    from ccsim.cli.places import new_file

    if limits and select is None:
        raise click.UsageError("--subject-to limits what is selected. Try: --select best:service_level")
    if kpis and select is not None:
        raise click.UsageError("--select looks at its own KPIs; --kpi is for a comparison")
    allowed = goals.margins(margins)
    with reported(as_json):
        scenarios, chosen = _scenarios(files, settings, what_ifs, bool(plans))
        scenarios += _of_plans(scenarios[0], plans)
    goals.refuse_unknown(kpis)
    if out is not None:
        new_file(out, force)
    common: dict[str, Any] = {"what_ifs": chosen, "names": _names(files, plans), "margins": allowed, "reps": reps, "seed": seed}
    common |= {"engine": engine, "jobs": jobs}
    if select is None:
        comparison = _run("compare", scenarios, {**common, "kpis": kpis or None}, quiet, engine)
        if comparison.plans:
            _show(comparison, as_json, out, _Staffing(bool(plans), intervals))
        planned = scenarios[0].run.replications if reps is None else reps
        _leave_comparison(comparison, check, quiet, planned)
        return
    best, direction = goals.selected(select)
    bounds = [goals.bound(limit) for limit in limits]
    common |= {"best": best, "direction": direction, "subject_to": bounds, "most": most}
    choice = _run("select", scenarios, common, quiet, engine)
    _show(choice, as_json, out)
    _leave_choice(choice, check, quiet)


def _run(verb: str, scenarios: list[Scenario], options: dict[str, Any], quiet: bool, engine: str) -> Any:
    """Return what a verb of `ccsim.experiment` makes of the plans; what it refuses is a usage error."""
    from ccsim import experiment
    from ccsim.cli.run import progress

    with progress(quiet, engine) as told:
        try:
            return getattr(experiment, verb)(*scenarios, **options, progress=told)
        except ValueError as error:
            raise click.UsageError(str(error)) from None


def _scenarios(
    files: tuple[str, ...], settings: tuple[str, ...], what_ifs: tuple[str, ...], with_plans: bool
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
    if with_plans:
        return scenarios, list(dict.fromkeys(what_ifs))
    chosen = list(what_ifs) or (list(scenarios[0].what_if) if len(files) == 1 else [])
    if len(files) == 1 and not chosen:
        raise click.UsageError(f"nothing to compare with: {files[0]} has no what_if. Try: ccsim compare {files[0]} OTHER.yaml")
    return scenarios, list(dict.fromkeys(chosen))


def _of_plans(base: Scenario, plans: tuple[str, ...]) -> list[Scenario]:
    """Return the base with the agents of each plan; every mistake of every plan in one ScenarioError."""
    from ccsim.errors import ScenarioError
    from ccsim.scenario import read_plan

    found: list[Scenario] = []
    problems: list[Problem] = []
    for plan in plans:
        path, sheet = _plan_and_sheet(plan)
        try:
            found.append(read_plan(base, path, sheet))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _plan_and_sheet(plan: str) -> tuple[str, str]:
    path, hash, sheet = plan.rpartition("#")
    return (path, sheet) if hash and Path(path).suffix.lower() in (".xlsx", ".xlsm") else (plan, "")


def _names(files: tuple[str, ...], plans: tuple[str, ...] = ()) -> list[str]:
    """Return what the plans are called in tables: base if there is one file, else their stems, or paths where those clash."""
    if len(files) == 1 and not plans:
        return ["base"]
    stems = ["stdin" if file == "-" else Path(file).stem for file in files]
    stems += [f"{Path(path).stem} {sheet}".strip() for path, sheet in map(_plan_and_sheet, plans)]
    return [stem if stems.count(stem) == 1 else file for stem, file in zip(stems, (*files, *plans), strict=True)]


# -------------------------------------------------------------------------------- what comes out


class _Staffing(NamedTuple):
    """Whether agents are shown beside the KPIs, and by interval."""

    is_shown: bool = False
    every_interval: bool = False


def _show(found: Comparison | Choice, as_json: bool, out: Path | None, staffing: _Staffing = _Staffing()) -> None:  # noqa: B008
    """Print a comparison or a choice, as a page or as JSON, and write its CSV file."""
    from ccsim.experiment import Choice
    from ccsim.report import choice, fields

    try:
        _print(found, as_json, staffing)
    finally:  # who reads the first lines only (`| head`) has asked for the file all the same
        if out is not None:
            from ccsim.report.cells import write_rows

            write_rows(choice.choice_rows(found) if isinstance(found, Choice) else fields.comparison_rows(found), out)


def _print(found: Comparison | Choice, as_json: bool, staffing: _Staffing) -> None:
    from ccsim.experiment import Choice
    from ccsim.report import choice, comparison, fields, plans

    if as_json:
        from ccsim.cli.console import print_json

        beside = {"staffing": plans.staffing_fields(found)} if staffing.is_shown and not isinstance(found, Choice) else {}
        print_json(choice.choice_fields(found) if isinstance(found, Choice) else fields.comparison_fields(found) | beside)
        return
    from ccsim.cli.console import console

    if isinstance(found, Choice):
        choice.print_choice(found, console())
        return
    comparison.print_comparison(found, console())
    if staffing.is_shown:
        plans.print_staffing(found, console(), staffing.every_interval)


def _leave_comparison(comparison: Comparison, check: bool, quiet: bool, planned: int) -> None:
    """Say what the exit code means, and leave with it."""
    from ccsim.cli.console import message

    context = click.get_current_context()
    if comparison.interrupted:
        message(f"ccsim: interrupted after {comparison.replications} of {planned} replications")
        context.exit(INTERRUPTED)
    if check and comparison.base.verdict == "missed":
        _miss(f"{comparison.base.name} misses a target", quiet)


def _leave_choice(choice: Choice, check: bool, quiet: bool) -> None:
    """With --check the plan chosen must miss no target, and there must be one."""
    from ccsim.cli.console import message

    if choice.interrupted:
        message(f"ccsim: interrupted after {choice.spent} replications of all plans")
        click.get_current_context().exit(INTERRUPTED)
    if not check:
        return
    if choice.chosen is None:
        _miss("no plan is chosen", quiet)
    elif choice.candidate(choice.chosen).misses_target:
        _miss(f"{choice.chosen} misses a target", quiet)


def _miss(what: str, quiet: bool) -> None:
    from ccsim.cli.console import message

    if not quiet:
        message(f"ccsim: {what}")
    click.get_current_context().exit(TARGET_MISSED)
