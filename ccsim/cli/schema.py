"""`ccsim schema`: the JSON Schema of scenario files."""

from __future__ import annotations

from pathlib import Path

import click

from ccsim.cli.options import examples


@click.command(
    "schema",
    epilog=examples(
        "ccsim schema --out ccsim.schema.json",
        "",
        "Then let the editor check a scenario by its first line:",
        "  # yaml-language-server: $schema=ccsim.schema.json",
    ),
)
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@click.option("--force", is_flag=True, default=False, help="Replace the file.")
def command(out: Path | None, force: bool) -> None:
    """The JSON Schema of scenario files, for editors.

    It completes keys and marks most slips while one types; `ccsim validate` finds the rest.
    """
    import json

    from ccsim.cli.places import new_file
    from ccsim.scenario import json_schema

    target = new_file(out, force) if out else None
    text = json.dumps(json_schema(), indent=2) + "\n"
    if target is None:
        click.echo(text, nl=False)
        return
    target.write_text(text, "utf-8")
    click.echo(f"{target}")
