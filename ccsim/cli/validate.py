"""`ccsim validate`: scenario files -> every mistake in them, and exit code 2 if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccsim.cli import REFUSED
from ccsim.cli.options import as_json, examples, settings

if TYPE_CHECKING:
    from ccsim.scenario import Checked, Scenario


@click.command(
    "validate",
    epilog=examples(
        "ccsim validate northgate.yaml",
        "ccsim validate scenarios/*.yaml --strict",
        "ccsim validate northgate.yaml --set agents.desk.headcount=7 --json",
        "cat northgate.yaml | ccsim validate -",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@settings
@click.option("--strict", is_flag=True, default=False, help="Treat warnings as errors.")
@as_json
def command(files: tuple[str, ...], settings: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check scenarios: every mistake at once, each at its place.

    Mistakes (E-...) and doubts (W-...) go to stderr, one line each. Exit code 2 when a file cannot run.
    """
    from ccsim.cli.console import print_json, print_problems, problem_fields
    from ccsim.cli.given import checked as check

    found = {file: check(file, settings) for file in files}
    if as_json:
        reports = [
            {
                "file": file,
                "fine": _is_fine(checked, strict),
                "problems": [problem_fields(problem) for problem in checked.problems],
                "warnings": [problem_fields(problem) for problem in checked.warnings],
            }
            for file, checked in found.items()
        ]
        print_json({"files": reports})
    else:
        for file, checked in found.items():
            print_problems((*checked.problems, *checked.warnings))
            click.echo(f"{click.format_filename(file)}: {_verdict(checked, strict)}")
    if not all(_is_fine(checked, strict) for checked in found.values()):
        click.get_current_context().exit(REFUSED)


def _is_fine(checked: Checked, strict: bool) -> bool:
    return checked.scenario is not None and not (strict and checked.warnings)


def _verdict(checked: Checked, strict: bool) -> str:
    warnings = f", {_count(len(checked.warnings), 'warning')}" if checked.warnings else ""
    if checked.scenario is None:
        return f"{_count(len(checked.problems), 'mistake')}{warnings}"
    if not _is_fine(checked, strict):
        return f"not fine with --strict{warnings}"
    return f"fine ({_size(checked.scenario)}){warnings}"


def _size(scenario: Scenario) -> str:
    parts = [
        _count(scenario.days, "day") if scenario.run.mode == "terminating" else "steady state",
        _count(len(scenario.calls), "call type"),
        _count(len(scenario.queues), "queue"),
        _count(len(scenario.agents), "team"),
    ]
    return ", ".join(parts)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
