"""`ccsim report`: a run folder, or a scenario file to be run first -> one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccsim.cli import INTERRUPTED
from ccsim.cli.options import examples, settings, thread_count

if TYPE_CHECKING:
    from ccsim.experiment import Comparison, Result
    from ccsim.scenario import Scenario


@click.command(
    "report",
    epilog=examples(
        "ccsim report runs/northgate-1a2b3c4d-1 -o northgate.html",
        "ccsim report northgate.yaml                             simulate it, then report",
        "ccsim report northgate.yaml --what-if two_more_late     and compare it with a what-if",
        "ccsim report runs/today-1a2b3c4d-1 runs/plan_b-5e6f7a8b-1 -o both.html",
    ),
)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@settings
@click.option("--what-if", "what_ifs", metavar="NAME", multiple=True, help="Also simulate and compare this what-if. Repeats.")
@click.option("--reps", type=click.IntRange(1, 1_000_000), help="Replications of what is simulated, instead of the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed of what is simulated.")
@thread_count
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("report.html"), metavar="FILE", show_default=True,
    help="The page.",
)  # fmt: skip
@click.option("--force", is_flag=True, default=False, help="Replace the page if it exists.")
@click.option("-q", "--quiet", is_flag=True, default=False, help="No progress, no messages; errors only.")
def command(
    runs: tuple[str, ...],
    settings: tuple[str, ...],
    what_ifs: tuple[str, ...],
    reps: int | None,
    seed: int | None,
    jobs: int | None,
    out: Path,
    force: bool,
    quiet: bool,
) -> None:
    """Write one page that says it all: verdict, figures, pictures, tables, scenario, assumptions.

    A RUN is a folder that ccsim run --out has written, or a scenario file, which is simulated first. The page is of the first
    RUN; others, and what-ifs of the first, are compared with it: they must have the same seed and number of replications.

    The page is one file that needs no network and can be sent on. --set changes scenario files, not folders.
    """
    from ccsim.cli.console import message
    from ccsim.cli.places import new_file

    _refuse_idle_options(runs, settings, reps, seed)
    new_file(out, force)
    found = [_result(run, settings, reps, seed, jobs, quiet) for run in runs]
    base = found[0]
    if not base.replications:
        message("ccsim: no replication was finished, so there is nothing to report")
        click.get_current_context().exit(INTERRUPTED)
    names = _names(runs)
    for name in what_ifs:
        found.append(_simulated(_variant(base, name), base.replications, base.seed, jobs, quiet))
        names.append(name)
    comparison = _compared(found, names) if len(found) > 1 else None

    from ccsim.report.html import write_report

    write_report(base, out, comparison)
    if not quiet:
        message(f"written to {out}")
    if any(result.interrupted for result in found):
        click.get_current_context().exit(INTERRUPTED)


def _refuse_idle_options(runs: tuple[str, ...], settings: tuple[str, ...], reps: int | None, seed: int | None) -> None:
    """Refuse to say nothing about options that change nothing: a folder holds a run that is over."""
    if all(Path(run).is_dir() for run in runs):
        for option, value in (("--set", settings or None), ("--reps", reps), ("--seed", seed)):
            if value is not None:
                raise click.UsageError(f"{option} is for scenario files; a run folder is a run that is over")


def _result(run: str, settings: tuple[str, ...], reps: int | None, seed: int | None, jobs: int | None, quiet: bool) -> Result:
    """Return the result in a folder, or that of a scenario file, with the sums of its replications."""
    if Path(run).is_dir():
        from ccsim.report.opening import open_result

        return open_result(run)
    from ccsim.cli.console import print_problems
    from ccsim.cli.given import loaded

    scenario = loaded(run, settings)
    if not quiet:
        print_problems(scenario.warnings)
    return _simulated(scenario, reps, seed, jobs, quiet)


def _simulated(scenario: Scenario, reps: int | None, seed: int | None, jobs: int | None, quiet: bool) -> Result:
    from ccsim.cli.run import progress
    from ccsim.experiment import run

    with progress(quiet, "auto") as told:
        return run(scenario, reps=reps, seed=seed, jobs=jobs, keep_runs=True, progress=told)


def _variant(base: Result, name: str) -> Scenario:
    from ccsim.cli.given import known_what_if
    from ccsim.experiment import calibrate

    return calibrate(base.scenario).variant(known_what_if(base.scenario, name))


def _compared(results: list[Result], names: list[str]) -> Comparison:
    from ccsim.experiment.reopen import compare_results

    try:
        return compare_results(results, names)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _names(runs: tuple[str, ...]) -> list[str]:
    """Return what the runs are called in tables: base if there is only one, else the ends of their paths, numbered if alike."""
    if len(runs) == 1:
        return ["base"]
    ends = ["stdin" if run == "-" else Path(run).stem for run in runs]
    return [end if ends.count(end) == 1 else f"{end} ({number})" for number, end in enumerate(ends, 1)]
