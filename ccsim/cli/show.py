"""`ccsim show`: a scenario file -> what it means, in words and totals, or in full as YAML."""

from __future__ import annotations

import click

from ccsim.cli.options import examples, settings


@click.command(
    "show",
    epilog=examples(
        "ccsim show northgate.yaml",
        "ccsim show northgate.yaml --set calls.*.scale=110%",
        "ccsim show northgate.yaml --explain",
        "ccsim show northgate.yaml --resolved > full.yaml",
    ),
)
@click.argument("file", metavar="FILE")
@click.option("--resolved", is_flag=True, default=False, help="Print YAML with every default, base and CSV written out.")
@click.option("--explain", is_flag=True, default=False, help="Tell in sentences what will be simulated, to be proof-read.")
@settings
def command(file: str, resolved: bool, explain: bool, settings: tuple[str, ...]) -> None:
    """Say what a scenario means, with all defaults.

    Calls, handle times, load and staff as ccsim understood them; nothing is simulated.
    """
    from ccsim.cli.console import console, print_problems
    from ccsim.cli.given import loaded

    scenario = loaded(file, settings)
    print_problems(scenario.warnings)
    if resolved:
        click.echo(scenario.to_yaml(), nl=False)
        return
    if explain:
        from ccsim.report.explain import explain as told

        click.echo(told(scenario), nl=False)
        return
    from ccsim.report.summary import print_summary

    print_summary(scenario, console())
