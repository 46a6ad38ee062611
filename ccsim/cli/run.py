"""`ccsim run`: a scenario file -> its verdicts and figures, on the screen, as JSON or as a folder of CSV files."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccsim.cli import INTERRUPTED, TARGET_MISSED
from ccsim.cli.options import as_json, examples, pick_engine, quietly, settings, thread_count

if TYPE_CHECKING:
    from ccsim.analysis.stopping import Precision
    from ccsim.experiment import Result
    from ccsim.experiment.forecast import Forecast
    from ccsim.scenario import Scenario

_GARBAGE = 200_000
"""New objects before garbage is looked for: the kernel's libraries, which load later, make that many and keep them."""
FORMATS = ("csv", "xlsx", "parquet")
_LONG = 10.0  # seconds from which one is told what a job takes, also where nobody watches


@click.command(
    "run",
    epilog=examples(
        "ccsim run northgate.yaml",
        "ccsim run northgate.yaml --set agents.desk.headcount+=2 --reps 500",
        "ccsim run northgate.yaml --what-if two_more",
        "ccsim run northgate.yaml --until service_level±0.5pp --until asa±1s",
        "ccsim run northgate.yaml --out runs --intervals",
        "ccsim run northgate.yaml --out runs --format xlsx",
        "ccsim run northgate.yaml --plots pictures",
        "ccsim run northgate.yaml --json --quiet > result.json",
        "",
        "In a script: exit code 3 when a target is missed",
        "  ccsim run northgate.yaml --check --quiet",
    ),
)
@click.argument("file", metavar="FILE")
@settings
@click.option("--what-if", metavar="NAME", help="Run this entry of the file's what_if instead of the file as it stands.")
@click.option(
    "--reps",
    type=click.IntRange(1, 1_000_000),
    help="Replications, instead of the scenario's; with --until the fewest, 50 by default.",
)
@click.option(
    "--until",
    metavar="'ID ±SIZE'",
    multiple=True,
    help="Replicate until a KPI is so exact: 'service_level ±0.5pp', 'asa +-1s', 'cost_per_day ±1%'. Repeats.",
)
@click.option(
    "--max-reps", type=click.IntRange(2, 1_000_000), default=5000, help="With --until: at most so many, 5000 by default."
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed, instead of the scenario's.")
@thread_count
@pick_engine
@click.option("--controls", is_flag=True, default=False, help="Take the known noise of arrivals out of the centre's KPIs.")
@click.option(
    "--sampling",
    type=click.Choice(["plain", "stratified", "antithetic"]),
    default="plain",
    help="How busy days are spread over replications: by chance, evenly, or in opposite pairs.",
)
@click.option("--intervals", is_flag=True, default=False, help="Also every interval, for the centre and each queue.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write tables to a new folder in DIR.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="csv", help="Of the files.")
@click.option("--calls", is_flag=True, default=False, help="With --out: also one row per call, leg and agent state.")
@click.option("--force", is_flag=True, default=False, help="With --out: replace the last run of this scenario.")
@click.option("--plots", type=click.Path(path_type=Path), metavar="DIR", help="Draw the run: SVG files in DIR.")
@click.option("--check", is_flag=True, default=False, help="Exit code 3 when a target is missed.")
@as_json
@quietly
def command(
    file: str,
    settings: tuple[str, ...],
    what_if: str | None,
    reps: int | None,
    until: tuple[str, ...],
    max_reps: int,
    controls: bool,
    sampling: str,
    seed: int | None,
    jobs: int | None,
    engine: str,
    intervals: bool,
    out: Path | None,
    file_format: str,
    calls: bool,
    force: bool,
    plots: Path | None,
    check: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate a scenario and report what callers and agents would live through.

    The same file, seed and number of replications give the same numbers on any machine, engine and number of jobs.
    """
    from ccsim.cli.console import print_problems

    if calls and out is None:
        raise click.UsageError("--calls writes files. Try: --calls --out runs")
    _refuse_format(file_format, out)
    if sampling != "plain" and out is not None:
        raise click.UsageError("--out keeps runs that can be done again and compared by their seed: not with --sampling")
    precisions = [_precision(text) for text in until]
    if until and (reps or 2) > max_reps:
        raise click.UsageError(f"--reps {reps} is more than --max-reps {max_reps}")
    gc.disable()  # hundreds of thousands of objects are about to be imported, none of them garbage
    scenario = _scenario(file, settings, what_if, as_json)
    for folder in (out, plots):
        if folder is not None:
            from ccsim.cli.places import new_folder

            new_folder(folder)
    if not quiet:
        print_problems(scenario.warnings)

    from ccsim.experiment import run

    gc.freeze()
    gc.set_threshold(_GARBAGE)
    gc.enable()
    with progress(quiet, engine) as told:
        try:
            result = run(
                scenario, reps=reps, seed=seed, engine=engine, jobs=jobs, rows=calls, keep_runs=out is not None,
                until=precisions, max_reps=max_reps, controls=controls, sampling=sampling, progress=told,
            )  # fmt: skip
        except ValueError as error:
            if not (until or controls or sampling != "plain") or type(error) is not ValueError:
                raise
            raise click.UsageError(f"--{'' if str(error).startswith(('controls', 'sampling')) else 'until: '}{error}") from None
    try:
        _print(result, as_json, intervals)
    finally:  # who reads the first lines only (`| head`) has asked for files all the same
        if out is not None:
            _write(result, out, force, calls, file_format, quiet)
        if plots is not None and result.replications:
            _draw(result, plots, quiet)
    _leave(result, check, quiet, planned=max_reps if until else scenario.run.replications if reps is None else reps)


def _precision(text: str) -> Precision:
    from ccsim.cli.options import told
    from ccsim.errors import Refusal
    from ccsim.experiment.until import parse_precision

    try:
        return parse_precision(text)
    except Refusal as refusal:
        raise click.UsageError(f"--until: {told(refusal)}") from None


def _refuse_format(file_format: str, out: Path | None) -> None:
    """Refuse a format before anything is simulated: without files, or without the library that writes it."""
    if file_format == "csv":
        return
    if out is None:
        raise click.UsageError(f"--format is of files. Try: --format {file_format} --out runs")
    from ccsim.report.cells import MissingLibrary, need

    try:
        need(*{"xlsx": ("openpyxl", "excel"), "parquet": ("pyarrow", "parquet")}[file_format])
    except MissingLibrary as error:
        raise click.UsageError(f"--format {file_format}: {error}") from None


def _scenario(file: str, settings: tuple[str, ...], what_if: str | None, as_json: bool) -> Scenario:
    """Return the scenario, or its variant; with ``--json`` a bad one still prints one object, its problems."""
    from ccsim.cli.given import known_what_if, loaded, reported

    with reported(as_json):
        scenario = loaded(file, settings)
        if what_if is None:
            return scenario
        name = known_what_if(scenario, what_if)
        from ccsim.experiment import calibrate

        return calibrate(scenario).variant(name)


class Watch:
    """Told how a job goes on: says on stderr what it will take, and moves a bar there."""

    def __init__(self, bar: Callable[[int, int], None] | None) -> None:
        self._bar = bar

    def expect(self, job: Forecast) -> None:
        """Say what a job will take, unless it is over at once and nobody looks."""
        if self._bar is None and job.seconds < _LONG:
            return
        from ccsim.cli.console import message

        plans = f" of {job.plans} plans" if job.plans > 1 else ""
        took = f"{job.seconds:.0f} s" if job.seconds < 120.0 else f"{job.seconds / 60.0:,.0f} min"
        megabytes = max(job.memory / 1e6, 1.0)
        message(f"{job.replications:,} replications{plans}: about {job.calls:,.0f} calls, {took}, {megabytes:,.0f} MB")

    def __call__(self, done: int, planned: int) -> None:
        """Take in how many replications are done."""
        if self._bar is not None:
            self._bar(done, planned)


@contextmanager
def progress(quiet: bool, engine: str) -> Iterator[Watch | None]:
    """Draw a bar on stderr when that is a terminal; say so when the kernel has to be compiled first."""
    if quiet:
        yield None
        return
    from ccsim.cli.console import message
    from ccsim.experiment.cold import kernel_is_ready

    if engine != "reference" and not kernel_is_ready():
        meanwhile = "this takes some seconds" if engine == "compiled" else "until then a small job is done without it"
        message(f"compiling the kernel, once per machine: {meanwhile} ...")
    if not sys.stderr.isatty():
        yield Watch(None)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ccsim.cli.console import console

    columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task("replications", total=None)
        yield Watch(lambda done, planned: bar.update(task, completed=done, total=planned))


def _print(result: Result, as_json: bool, intervals: bool) -> None:
    from ccsim.report.parts import interval_scopes
    from ccsim.report.text import print_result

    if as_json:
        from ccsim.cli.console import print_json
        from ccsim.report.fields import result_fields

        print_json(result_fields(result, interval_scopes(result) if intervals else ()))
    elif result.replications:
        from ccsim.cli.console import console

        print_result(result, console(), intervals)


def _write(result: Result, out: Path, force: bool, calls: bool, file_format: str, quiet: bool) -> None:
    from ccsim.cli.console import message
    from ccsim.report.folder import write_folder

    folder = write_folder(result, out, force, calls, file_format)
    if not quiet:
        message(f"written to {folder}")


def _draw(result: Result, folder: Path, quiet: bool) -> None:
    from ccsim.cli.console import message
    from ccsim.report.plots import write_plots

    written = write_plots(result, folder)
    if not quiet:
        message(f"{len(written)} pictures in {folder}")


def _leave(result: Result, check: bool, quiet: bool, planned: int) -> None:
    """Say what the exit code means, and leave with it."""
    from ccsim.cli.console import message

    context = click.get_current_context()
    if result.interrupted:
        message(f"ccsim: interrupted after {result.replications} of {planned} replications")
        context.exit(INTERRUPTED)
    if check and any(verdict.verdict == "missed" for verdict in result.targets):
        if not quiet:
            message("ccsim: target missed")
        context.exit(TARGET_MISSED)
