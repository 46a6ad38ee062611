"""Idle time of agents -> back-office work done, late and left: what needs no engine, since no call ever waits for it.

Whoever works on a pile drops it, at no cost, in the instant a call comes. So callers and agents are as without it, and by the
end of an interval min(idle time of its teams, what lay there at its beginning) is done, whenever in the interval agents are
idle: work is split as finely as need be. What comes in an interval is there from its beginning on.

Who made `BackOffice` knows the scenario (`experiment.back_office`); idle time is that of the counts both engines give. Read by
`grid`. Times are whole microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes import Counts

__all__ = ["BACK_OFFICE_TERMS", "BackOffice", "Pile", "Worked", "back_office_reader", "worked"]

Floats = NDArray[np.float64]
Micros = NDArray[np.int64]

BACK_OFFICE_TERMS = (
    "came_time",  # work, by the interval in which it came, as are the next two
    "due_time",  # of it, what falls due inside the run
    "in_time_time",  # of that, what is done by then
    "done_time",  # by the interval in which it is done
    "open_done_time",  # of it, while lines are open
    "backlog_time",  # left at the end of the interval; only of those in which lines are open
    "at_close_time",  # left at the end of the last interval of an opening
    "left_time",  # left at the end of the last one of all
)
"""Of the centre and of each pile; of teams only what they have done."""


class Pile(NamedTuple):
    """One kind of work.

    Attributes
    ----------
    came : int64, shape (n_intervals,)
        us of work.
    due : int64, shape (n_intervals,)
        The interval by whose end is due what came in each; n_intervals for never, or beyond the run. It never falls.
    teams : tuple of int
        Codes of those who do it; idle time of an interval is taken from the first of them first.
    """

    name: str
    came: Micros
    due: NDArray[np.int64]
    teams: tuple[int, ...]


class BackOffice(NamedTuple):
    """All piles, those done first before the others.

    Attributes
    ----------
    closes : int64, shape (n_openings,)
        Intervals at whose end lines close, in order.
    """

    piles: tuple[Pile, ...]
    closes: NDArray[np.int64]


class Worked(NamedTuple):
    """What became of a pile, each by interval, us.

    Attributes
    ----------
    done : int64, shape (n_intervals,)
    backlog : int64, shape (n_intervals,)
        At the end of the interval.
    in_time : int64, shape (n_intervals,)
        Of what came in the interval.
    by_team : int64, shape (len(pile.teams), n_intervals)
    """

    done: Micros
    backlog: Micros
    in_time: Micros
    by_team: Micros


def worked(pile: Pile, idle: Micros) -> Worked:
    """Work a pile off in the idle time of its teams, first come first done.

    Parameters
    ----------
    idle : int64, shape (n_teams, n_intervals)
        us of idle time that nothing else has used.

    Notes
    -----
    What is left is a reflected walk (Lindley): the sum of what came less the idle time, above its lowest point so far.
    """
    teams = list(pile.teams)
    walk = np.cumsum(pile.came - idle[teams].sum(axis=0))
    backlog = walk - np.minimum(np.minimum.accumulate(walk), 0)
    done = pile.came + np.concatenate(([0], backlog[:-1])) - backlog
    finished, before = np.cumsum(done), np.cumsum(pile.came) - pile.came
    ever = pile.due < len(done)
    by_then = np.where(ever, finished[np.where(ever, pile.due, 0)], 0)
    in_time = np.clip(by_then - before, 0, pile.came)
    through = np.minimum(np.cumsum(idle[teams], axis=0), done)
    return Worked(done, backlog, in_time, np.diff(through, axis=0, prepend=0))


def back_office_reader(back_office: BackOffice, n_teams: int, watched: NDArray[np.bool_]) -> Callable[[Counts], Floats]:
    """A function from counts to terms, float64 of shape (terms, 1 + n_piles + n_teams, n_intervals), the centre first.

    Parameters
    ----------
    watched : bool, shape (n_intervals,)
        Intervals in which lines are open at any time.
    """
    n_piles, n = len(back_office.piles), len(watched)
    term = {name: number for number, name in enumerate(BACK_OFFICE_TERMS)}
    fixed = np.zeros((len(term), 1 + n_piles + n_teams, n))
    for number, pile in enumerate(back_office.piles, 1):
        fixed[term["came_time"], number] = pile.came
        fixed[term["due_time"], number] = np.where(pile.due < n, pile.came, 0)

    def read(counts: Counts) -> Floats:
        opened, after = (
            np.ascontiguousarray(counts.agent_time[name].T) for name in ("available_time", "overtime_available_time")
        )
        idle, terms = opened + after, fixed.copy()
        for number, pile in enumerate(back_office.piles, 1):
            found = worked(pile, idle)
            idle[list(pile.teams)] -= found.by_team
            terms[term["in_time_time"], number] = found.in_time
            terms[term["done_time"], number] = found.done
            terms[term["backlog_time"], number] = np.where(watched, found.backlog, 0)
            terms[term["at_close_time"], number, back_office.closes] = found.backlog[back_office.closes]
            terms[term["left_time"], number, back_office.closes[-1:]] = found.backlog[back_office.closes[-1:]]
        terms[:, 0] = terms[:, 1 : 1 + n_piles].sum(axis=1)
        done = opened + after - idle
        terms[term["done_time"], 1 + n_piles :] = done
        terms[term["open_done_time"], 1 + n_piles :] = np.minimum(done, opened)
        terms[term["open_done_time"], 0] = np.minimum(done, opened).sum(axis=0)
        return terms

    return read
