"""The command line: parse, call one function, print. One file per verb, imported only when that verb is used.

`main` is the console script. stdout carries the result, stderr progress and messages. Exit codes: 0 fine, 1 failure or
bug, 2 usage or bad scenario, 3 target missed (``--check``), 130 interrupted. Nothing here may import more than click:
``ccsim --help`` and tab completion wait for it.
"""

from __future__ import annotations

import errno
import importlib
import sys
from typing import Any

import click

from ccsim import __version__

__all__ = ["FAILED", "INTERRUPTED", "REFUSED", "TARGET_MISSED", "VERBS", "main"]

FAILED, REFUSED, TARGET_MISSED, INTERRUPTED = 1, 2, 3, 130

VERBS = {
    "init": "Write a scenario to start from.",
    "validate": "Check scenarios: every mistake at once, each at its place.",
    "show": "Say what a scenario means, with all defaults.",
    "run": "Simulate a scenario and report what callers and agents would live through.",
    "compare": "Compare plans that meet the same callers.",
    "sweep": "Turn a few levers and see every KPI move.",
    "break-even": "Find where a verdict turns.",
    "report": "Write one page that says it all: verdict, figures, pictures, tables, scenario, assumptions.",
    "walk": "Walk through one agent's day, call by call, and see what stood in the way.",
    "erlang": "Agents and waits by the textbook: Erlang C and A side by side.",
    "kpis": "What every figure means: the sentence and the formula.",
    "schema": "The JSON Schema of scenario files, for editors.",
    "doctor": "Versions, cache and cores: what to send along with a bug.",
}
"""Verbs in the order of the help page, each with the first line of its own help."""

_EXAMPLES = """\b
Examples:
  ccsim init                      a small scenario to start from
  ccsim run minimal.yaml          simulate it
  ccsim erlang --calls 100/30m --aht 3m --target 80/20
"""


class Verbs(click.Group):
    """The group of verbs: knows their names and first lines, loads the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of a verb, or None if there is no such verb."""
        if name not in VERBS:
            return None
        command = importlib.import_module(f"ccsim.cli.{name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their first lines, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that is meant; UsageError with a suggestion if there is none of that name."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from ccsim.errors import nearest, shown

            near = nearest(args[0], list(VERBS))
            hint = f" Did you mean {near}?" if near else f" There are {', '.join(VERBS)}."
            ctx.fail(f"no such command: {shown(args[0])}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb and turn what goes wrong into an exit code."""
        _never_fail_on_a_letter()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("ccsim: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            ctx.exit(_explain(error))


def _explain(error: Exception) -> int:
    """Say what went wrong on stderr and return the exit code."""
    from ccsim.errors import ScenarioError

    if isinstance(error, ScenarioError):
        from ccsim.cli.console import print_problems

        print_problems(error.problems)
        return REFUSED
    if isinstance(error, OSError):
        if error.errno == errno.EPIPE:  # the reader of a pipe has seen enough; click ends quietly
            raise error
        click.echo(f"ccsim: {error.filename or ''}: {error.strerror or error}".replace(" : ", " "), err=True)
        return FAILED
    if isinstance(error, MemoryError):
        click.echo("ccsim: out of memory. Try: fewer --jobs, or a run without --calls", err=True)
        return FAILED

    import traceback

    traceback.print_exception(error)
    click.echo(f"ccsim {__version__}: this is a bug of ours; please report the lines above", err=True)
    return FAILED


def _never_fail_on_a_letter() -> None:
    """Let a terminal that knows no plus-minus sign show a question mark instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@click.group(
    cls=Verbs,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="ccsim", message="%(prog)s %(version)s")
def main() -> None:
    """Simulate an inbound call centre: a YAML scenario in, KPI tables with honest intervals out."""
