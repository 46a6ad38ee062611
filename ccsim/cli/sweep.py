"""`ccsim sweep`: a scenario and what is varied -> KPI curves with bands, which value reaches the target, what moves a KPI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ccsim.cli import INTERRUPTED
from ccsim.cli.options import as_json, examples, pick_engine, quietly, settings, thread_count

if TYPE_CHECKING:
    from ccsim.experiment import Sweep
    from ccsim.experiment.levers import Lever


@click.command(
    "sweep",
    epilog=examples(
        "ccsim sweep northgate.yaml --vary 'agents.tier1.headcount=18:30:2'",
        "ccsim sweep northgate.yaml --vary 'agents.tier1.headcount+=-2:4:1' --vary 'calls.*.scale=100%,110%'",
        "ccsim sweep northgate.yaml --vary agents=20:30:1 --reach 'abandonment<=3%' -o pictures",
        "",
        "Which of many levers matter",
        "  ccsim sweep northgate.yaml --vary agents=20:30 --vary calls.*.scale=90%:110% --sample each",
        "  ccsim sweep northgate.yaml --vary agents=20:30 --vary calls.*.scale=90%:110% --sample sobol:64",
    ),
)
@click.argument("file", metavar="FILE")
@settings
@click.option(
    "--vary",
    "varied",
    metavar="PATH=VALUES",
    multiple=True,
    required=True,
    help="A lever: LOW:HIGH:STEP, or A,B,C; += and *= as in --set. With --sample also LOW:HIGH. Repeats.",
)
@click.option("--sample", metavar="HOW", help="grid (default): every combination; each: one lever at a time; sobol:64.")
@click.option("--kpi", "kpis", metavar="ID", multiple=True, help="Follow this KPI only. Repeats.")
@click.option(
    "--reach", "limits", metavar="LIMIT", multiple=True, help="Also look for: 'abandonment<=3%', 'asa<=30s'. Repeats."
)
@click.option("--reps", type=click.IntRange(1, 1_000_000), help="Replications of every point, instead of the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed of every point, instead of the scenario's.")
@thread_count
@pick_engine
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="PLACE",
    help="Also write a .csv or .json file, or a folder with pictures.",
)
@click.option("--force", is_flag=True, default=False, help="With --out: replace the file.")
@as_json
@quietly
def command(
    file: str,
    settings: tuple[str, ...],
    varied: tuple[str, ...],
    sample: str | None,
    kpis: tuple[str, ...],
    limits: tuple[str, ...],
    reps: int | None,
    seed: int | None,
    jobs: int | None,
    engine: str,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Turn a few levers and see every KPI move.

    All points meet the same callers, so curves are smooth and small differences show. Ctrl-C keeps the replications that all
    points have finished.
    """
    from ccsim.cli import goals
    from ccsim.cli.console import message
    from ccsim.cli.given import loaded, reported
    from ccsim.cli.run import progress

    levers = [_lever(text) for text in varied]
    goals.refuse_unknown(kpis)
    reach = [goals.bound(limit, "--reach") for limit in limits]
    if out is not None:
        _place(out, force)
    with reported(as_json):
        scenario = loaded(file, settings)
        from ccsim.errors import Refusal
        from ccsim.experiment import sweep

        with progress(quiet, engine) as told:
            try:
                found = sweep(
                    scenario, levers, sample=sample, kpis=kpis or None, reach=reach, reps=reps, seed=seed, engine=engine,
                    jobs=jobs, progress=told,
                )  # fmt: skip
            except Refusal as refusal:
                raise _refused(refusal) from None
            except ValueError as error:
                if type(error) is not ValueError:
                    raise
                raise click.UsageError(str(error)) from None
    if found.points:
        try:
            _show(found, as_json)
        finally:  # who reads the first lines only (`| head`) has asked for the file all the same
            if out is not None:
                _write(found, out, quiet)
    if found.interrupted:
        planned = scenario.run.replications if reps is None else reps
        message(f"ccsim: interrupted after {found.replications} of {planned} replications")
        click.get_current_context().exit(INTERRUPTED)


def _lever(text: str) -> Lever:
    from ccsim.errors import Refusal
    from ccsim.experiment.levers import parse_lever

    try:
        return parse_lever(text)
    except Refusal as refusal:
        raise _refused(refusal) from None


def _refused(refusal: Any) -> click.UsageError:
    from ccsim.cli.options import told

    return click.UsageError(f"--vary: {told(refusal)}")


def _place(out: Path, force: bool) -> None:
    from ccsim.cli.places import new_file, new_folder

    if out.suffix in (".csv", ".json"):
        new_file(out, force)
    elif out.suffix:
        raise click.UsageError(f"--out: got {str(out)!r}, allowed: a .csv or .json file, or a folder. Try: -o sweep.csv")
    else:
        new_folder(out)


def _show(found: Sweep, as_json: bool) -> None:
    from ccsim.report.sweep import print_sweep, sweep_fields

    if as_json:
        from ccsim.cli.console import print_json

        print_json(sweep_fields(found))
    else:
        from ccsim.cli.console import console

        print_sweep(found, console())


def _write(found: Sweep, out: Path, quiet: bool) -> None:
    """Write one file, or a folder with both and the pictures."""
    from ccsim.cli.console import json_text, message
    from ccsim.report.cells import write_rows
    from ccsim.report.sweep import sweep_fields, sweep_rows

    if out.suffix == ".csv":
        write_rows(sweep_rows(found), out)
    elif out.suffix == ".json":
        out.write_text(json_text(sweep_fields(found)) + "\n", encoding="utf-8")
    else:
        from ccsim.report.plots.sweep import write_pictures

        out.mkdir(parents=True, exist_ok=True)
        write_rows(sweep_rows(found), out / "sweep.csv")
        (out / "sweep.json").write_text(json_text(sweep_fields(found)) + "\n", encoding="utf-8")
        written = write_pictures(found, out)
        if not quiet:
            message(f"{len(written)} pictures in {out}")
        return
    if not quiet:
        message(f"written to {out}")
