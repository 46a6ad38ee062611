"""`ccsim break-even`: a scenario file and one of its what-ifs -> the value of an input at which the verdict turns."""

from __future__ import annotations

import click

from ccsim.cli import INTERRUPTED
from ccsim.cli.options import as_json, examples, pick_engine, quietly, settings, thread_count


@click.command(
    "break-even",
    epilog=examples(
        "ccsim break-even centre.yaml --what-if pilot",
        "ccsim break-even centre.yaml --what-if pilot --vary make_it_right.leakage.share=0%:10%",
        "ccsim break-even centre.yaml --what-if pilot --vary make_it_right.first_leg=20%:90% --kpi service_level",
    ),
)
@click.argument("file", metavar="FILE")
@settings
@click.option("--what-if", "what_ifs", metavar="NAME", multiple=True, help="An entry of what_if; all by default. Repeats.")
@click.option(
    "--vary",
    "ranges",
    metavar="PATH=LOW:HIGH",
    multiple=True,
    help="An input and where to look, instead of the assumptions that have a range in `evidence`. Repeats.",
)
@click.option("--kpi", metavar="ID", help="What the verdict is about; cost_per_resolution, or the first target's.")
@click.option("--reps", type=click.IntRange(2, 1_000_000), help="Replications of every comparison, instead of the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed of all, instead of the scenario's.")
@thread_count
@pick_engine
@as_json
@quietly
def command(
    file: str,
    settings: tuple[str, ...],
    what_ifs: tuple[str, ...],
    ranges: tuple[str, ...],
    kpi: str | None,
    reps: int | None,
    seed: int | None,
    jobs: int | None,
    engine: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find where a verdict turns.

    Base and what-if are compared at several values of an input, always with the same callers, until it is known at which value
    neither is better: of the inputs given by --vary, or of every assumption that has a range. A verdict that turns inside the
    range an assumption is said to lie in depends on it.
    """
    from ccsim.cli import goals
    from ccsim.cli.console import console, message, print_json
    from ccsim.cli.given import known_what_if, loaded, reported
    from ccsim.cli.run import progress

    goals.refuse_unknown([kpi] if kpi is not None else [])
    wanted = dict(_range(text) for text in ranges)
    with reported(as_json):
        scenario = loaded(file, settings)
        names = [known_what_if(scenario, name) for name in dict.fromkeys(what_ifs)] or list(scenario.what_if)

    from ccsim.experiment import break_even
    from ccsim.report.break_even import break_even_fields, print_break_even

    options = {"kpi": kpi, "reps": reps, "seed": seed, "jobs": jobs}
    with reported(as_json), progress(quiet, engine) as told:
        try:
            found = break_even(scenario, names, wanted or None, **options, engine=engine, progress=told)  # type: ignore[arg-type]
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    if as_json:
        print_json(break_even_fields(found))
    elif found.found:
        print_break_even(found, console())
    if found.interrupted:
        message(f"ccsim: interrupted after {sum(len(one.points) for one in found.found)} comparisons")
        click.get_current_context().exit(INTERRUPTED)


def _range(text: str) -> tuple[str, str]:
    """Return path and range of ``path=low:high``."""
    path, sign, ends = text.partition("=")
    if not sign or not path.strip() or ":" not in ends:
        raise click.UsageError(f"--vary: got {text!r}, allowed: PATH=LOW:HIGH. Try: --vary make_it_right.leakage.share=0%:10%")
    return path.strip(), ends
