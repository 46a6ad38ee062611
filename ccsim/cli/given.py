"""The scenario a command line names: a file, or ``-`` for standard input, with its ``--set`` changes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
