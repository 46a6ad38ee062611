"""`ccsim init`: a folder -> a scenario to start from in it, with the files it reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from ccsim.cli.options import examples

TEMPLATES = {
    "minimal": ("minimal.yaml",),
    "two_queues": ("two_queues.yaml",),
    "self_service": ("self_service.yaml",),
    "skills": ("skills.yaml",),
    "shifts": ("shifts.yaml",),
    "two_sites": ("two_sites.yaml",),
    "week": ("week.yaml", "data/week_forecast.csv"),
    "bpo": ("northgate/northgate.yaml", "northgate/data/forecast_week10.csv"),
    "authority": ("make_it_right/base.yaml",),
    "always_open": ("always_open.yaml",),
    "erlang_a": ("erlang_a.yaml",),
    "replay": ("replay.yaml", "data/replayed_hour.csv"),
}
"""Templates and the files of each, as they lie in the folder of examples."""


@click.command(
    "init",
    epilog=examples(
        "ccsim init",
        "ccsim init northgate --template two_queues",
        "",
        "Templates:",
        "  minimal      ten lines: one call type, one team, one day",
        "  two_queues   priorities, redials, an IVR, what-ifs",
        "  self_service an IVR with menus, self-service and ports; odds of redialling",
        "  skills       specialists and generalists, a reserve",
        "  shifts       people with shifts and breaks, absent, late, off the phones",
        "  two_sites    two time zones round the clock, overnight shifts, overflow",
        "  week         a week of volumes and handle times from a CSV",
        "  bpo          a whole centre: IVR, skills, shifts, a vendor, overflow",
        "  authority    who may settle what: policies and a pilot at equal payroll",
        "  always_open  round the clock, thin at night",
        "  erlang_a     the textbook model in steady state",
        "  replay       a log of calls, replayed",
    ),
)
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option(
    "--template",
    type=click.Choice(list(TEMPLATES)),
    default="minimal",
    show_default=True,
    metavar="NAME",
    help="What to start from; see below.",
)
@click.option("--force", is_flag=True, default=False, help="Replace files of the same name.")
def command(folder: Path, template: str, force: bool) -> None:
    """Write a scenario to start from.

    The folder is made if it is missing; no file is overwritten.
    """
    from ccsim.cli.places import new_file, new_folder

    new_folder(folder)
    names = TEMPLATES[template]
    for name in names:
        target = folder / name
        if target.parent.is_dir():
            new_file(target, force)
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_examples_folder() / name, target)
        click.echo(str(target))
    click.echo(f"Next: ccsim show {folder / names[0]}, ccsim run {folder / names[0]}", err=True)


def _examples_folder() -> Path:
    """Return where the example scenarios lie: inside an installed package, beside it in a checkout."""
    import ccsim

    package = Path(ccsim.__file__).parent
    installed = package / "_scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"
