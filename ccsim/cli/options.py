"""Options that several verbs share, and values with units on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class Written(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on, not in 8.1
    """A value with units, read by a parser of `ccsim.units`.

    Parameters
    ----------
    parser : str
        Its name there, such as ``parse_duration``; looked up when the value is read, so that help needs no import.
    name : str
        What the help page calls the value.
    """

    def __init__(self, parser: str, name: str) -> None:
        self.parser, self.name = parser, name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number the text means; a usage error if it means none."""
        if not isinstance(value, str):
            return value
        from ccsim import units
        from ccsim.errors import Refusal

        try:
            return getattr(units, self.parser)(units.Plain(value))
        except Refusal as refusal:
            self.fail(told(refusal), param, ctx)


def told(refusal: Any) -> str:
    """Return a `Refusal` as the end of a sentence: code, what, got, allowed, try."""
    said = [f"{refusal.code} {refusal.what}"]
    if refusal.got:
        said.append(f"got {refusal.got}")
    if refusal.allowed:
        said.append(f"allowed: {refusal.allowed}")
    return ", ".join(said) + (f". Try: {refusal.try_}" if refusal.try_ else "")


def examples(*lines: str) -> str:
    """Return the epilog of a help page."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


_Decorator = Callable[[Any], Any]

settings: _Decorator = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change a value first: agents=7, calls.*.scale*=110%, agents.desk.headcount+=2. Repeats, left to right.",
)

as_json: _Decorator = click.option("--json", "as_json", is_flag=True, default=False, help="Print one JSON object.")

pick_engine: _Decorator = click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "reference"]),
    default="auto",
    help="The answer is the same; compiled is fast, reference can be read.",
)

thread_count: _Decorator = click.option(
    "--jobs", type=click.IntRange(1, 1024), help="Threads; CCSIM_JOBS or all cores by default. Never changes a number."
)

quietly: _Decorator = click.option(
    "-q", "--quiet", is_flag=True, default=False, help="No progress, no messages; errors and the result only."
)
