"""The scenario a command line names: a file, or ``-`` for standard input, with its ``--set`` changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ccsim.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from ccsim.scenario import Checked, Scenario

STDIN = "<stdin>"


def checked(file: str, settings: Sequence[str]) -> Checked:
    """Return what is right and wrong with a scenario; paths in one from stdin are relative to the working folder."""
    from ccsim.scenario import Checked, check
    from ccsim.scenario.load import check_text

    if file != "-":
        return check(file, settings)
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem("E-ENCODING", "", f"is not UTF-8 at byte {error.start}", try_="save it as UTF-8", file=STDIN)
        return Checked(None, (problem,), ())
    return check_text(text, STDIN, overrides=settings)


def loaded(file: str, settings: Sequence[str]) -> Scenario:
    """Return the scenario; ScenarioError with every problem if it cannot run."""
    found = checked(file, settings)
    if found.scenario is None:
        raise ScenarioError(found.problems)
    return found.scenario


def known_what_if(scenario: Scenario, name: str) -> str:
    """Return the name of an entry of `what_if`; ScenarioError E-REF if there is none of that name."""
    from ccsim.errors import nearest, shown

    names = list(scenario.what_if)
    if name not in names:
        near, allowed = nearest(name, names), ", ".join(names[:20]) or "none in this file"
        raise ScenarioError([Problem("E-REF", "what_if", "no what-if of that name", shown(name), allowed, near)])
    return name


@contextmanager
def reported(as_json: bool) -> Iterator[None]:
    """With ``--json`` let a scenario that cannot run print one object, its problems, before the error goes on."""
    from ccsim.cli.console import print_json, problem_fields

    try:
        yield
    except ScenarioError as error:
        if as_json:
            print_json({"problems": [problem_fields(problem) for problem in error.problems]})
        raise
