"""What a job will take: calls, memory, time, before anything is simulated; and a refusal of what no machine would finish.

Called by `run`, `compare` and `sweep` before their first replication, and by the command line, which shows it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from ccsim.errors import Problem, ScenarioError
from ccsim.outcomes import AGENT_STATE, CONTACT, EPISODE, SEGMENT, new_counts
from ccsim.program.layout import Program, mean_calls

__all__ = ["Forecast", "admit", "forecast", "refuse_too_large"]

_PER_CALL = {"compiled": 2e-6, "reference": 1e-4}
"""Seconds a call takes on one core of a slow machine, with what it costs to count it."""
_PER_BYTE_OF_COUNTS = 4e-11
"""Seconds to clear and add up a byte of a replication's counts."""
_PER_REPLICATION = 4e-4
_STATES_PER_CALL = 3
_MOMENTS = 8
"""Numbers kept for each number counted: sums, squares, products of two sides."""
_LONGEST = 7 * 86_400.0
_MOST_OF_MEMORY = 0.8


class Forecast(NamedTuple):
    """What a job will take, about.

    Attributes
    ----------
    plans, replications : int
    calls : float
        Fresh calls of all replications of all plans.
    memory : float
        Bytes.
    seconds : float
    """

    plans: int
    replications: int
    calls: float
    memory: float
    seconds: float


def forecast(programs: Sequence[Program], replications: int, engine: str, jobs: int, rows: bool = False) -> Forecast:
    """Return what replications of these programs will take, about.

    Parameters
    ----------
    engine : str
        compiled or reference.
    rows : bool
        Whether all rows are kept.
    """
    largest = max(programs, key=mean_calls)
    counts = float(sum(table.nbytes for table in new_counts(largest)))
    calls = replications * sum(mean_calls(program) for program in programs)
    row = EPISODE.itemsize + CONTACT.itemsize + SEGMENT.itemsize + _STATES_PER_CALL * AGENT_STATE.itemsize
    workers = jobs if engine == "compiled" else 1
    memory = counts * (_MOMENTS * len(programs) + 3 * workers) + 3 * workers * row * mean_calls(largest)
    memory += 3 * row * calls if rows else 0.0
    single = _PER_CALL[engine] * calls + (_PER_REPLICATION + _PER_BYTE_OF_COUNTS * counts) * replications * len(programs)
    return Forecast(len(programs), replications, calls, memory, single / workers)


def admit(job: Forecast, progress: Any) -> None:
    """Refuse a job that is too large, and tell whoever watches it what it will take: by his method `expect`, if he has one."""
    refuse_too_large(job)
    told = getattr(progress, "expect", None)
    if told is not None:
        told(job)


def refuse_too_large(job: Forecast) -> None:
    """Refuse what would not fit into memory or take more than a week.

    Raises
    ------
    ScenarioError
        E-LIMIT, with what to do instead.
    """
    room = memory_of_machine()
    what = f"{job.replications:,} replications" + (f" of {job.plans:,} plans" if job.plans > 1 else "")
    if room is not None and job.memory > _MOST_OF_MEMORY * room:
        got, allowed = f"about {job.memory / 1e9:,.1f} GB", f"{_MOST_OF_MEMORY * room / 1e9:,.1f} GB"
        raise ScenarioError(
            [
                Problem(
                    "E-LIMIT", "", f"{what} do not fit into memory", got, allowed, "fewer plans or replications, without rows"
                )
            ]
        )
    if job.seconds > _LONGEST:
        got = f"about {job.seconds / 86_400.0:,.0f} days"
        raise ScenarioError([Problem("E-LIMIT", "", f"{what} take too long", got, "a week", "fewer plans or replications")])


def memory_of_machine() -> float | None:
    """Bytes of memory this machine has; None where it cannot be told."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES")) * float(os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):  # not on Windows
        return None
