"""`ccsim walk`: one agent's day, or what stands in the way of a team, as text, JSON or a picture."""

from __future__ import annotations

from pathlib import Path

import click

from ccsim.cli.options import as_json, examples, pick_engine, settings

PICTURES = (".png", ".svg", ".pdf")


@click.command(
    "walk",
    epilog=examples(
        "ccsim walk northgate.yaml --agent tier1/7 --day 3",
        "ccsim walk northgate.yaml --agent tier1/7 --day 2026-03-04 --rep 12 -o day.svg",
        "ccsim walk northgate.yaml --team tier1",
    ),
)
@click.argument("file", metavar="FILE")
@settings
@click.option("--agent", metavar="TEAM/N", help="Who: the N-th of a team, from 1, or a person's name.")
@click.option("--team", metavar="TEAM", help="Instead: what stands in the way of a team, in minutes per day.")
@click.option("--day", metavar="N", help="With --agent: a day of the horizon, from 1, or its date; the first open one else.")
@click.option("--rep", type=click.IntRange(0, 2**32 - 1), help="With --agent: which replication; 0 by default.")
@click.option("--reps", type=click.IntRange(1, 1_000_000), help="With --team: how many; at most 20 by default.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed, instead of the scenario's.")
@pick_engine
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Also draw it: .svg, .png or .pdf.")
@click.option("--force", is_flag=True, default=False, help="With --out: replace the file.")
@as_json
def command(
    file: str,
    settings: tuple[str, ...],
    agent: str | None,
    team: str | None,
    day: str | None,
    rep: int | None,
    reps: int | None,
    seed: int | None,
    engine: str,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Walk through one agent's day, call by call, and see what stood in the way.

    The day is simulated again from its seed: it is the very day that `ccsim run` counted.
    """
    from ccsim.cli.given import loaded, reported
    from ccsim.cli.places import new_file

    if (agent is None) == (team is None):
        raise click.UsageError("say who. Try: --agent TEAM/1, or --team TEAM")
    if agent is None and (day is not None or rep is not None):
        raise click.UsageError("--day and --rep are of one agent's day. Try: --agent TEAM/1")
    if team is None and reps is not None:
        raise click.UsageError("--reps is for a team; one agent's day is of one replication. Try: --rep 0")
    if out is not None:
        _refuse_picture(out)
        new_file(out, force)
    with reported(as_json):
        scenario = loaded(file, settings)

        from ccsim.report.walk import walk

        walked = walk(scenario, agent=agent, team=team, day=day, replication=rep or 0, reps=reps, seed=seed, engine=engine)
    if as_json:
        from ccsim.cli.console import print_json

        print_json(walked.as_dict())
    else:
        click.echo(walked.text)
    if out is not None:
        from ccsim.report.plots import save

        save(walked.plot(), out)


def _refuse_picture(out: Path) -> None:
    if out.suffix.lower() not in PICTURES:
        raise click.UsageError(f"-o {out.name}: a picture ends in {', '.join(PICTURES)}")
