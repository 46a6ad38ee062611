"""What a Program plans of its agents, by team and interval, in whole microseconds: the terms no replication changes.

Read by `grid`. Seats are planned by the timetable, persons by their duties; who comes in fact is in the counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Program
from ccsim.vocabulary import Event

__all__ = ["Required", "StaffPlan", "micros", "over_and_short", "plan_of", "required_time", "seat_time"]

Floats = NDArray[np.float64]

_MICRO = 1e6


class Required(NamedTuple):
    """Agents that are needed on the phones; made by `experiment.requirement`, which knows the formula and the target.

    Attributes
    ----------
    by_team : float64, shape (n_teams, n_intervals)
    by_queue : float64, shape (n_queues, n_intervals)
        Both have the same sums: what a group of teams and queues needs, shared out by load.
    group_of_team : int64, shape (n_teams,)
    """

    by_team: Floats
    by_queue: Floats
    group_of_team: NDArray[np.int64]


class StaffPlan(NamedTuple):
    """Planned time of agents, each float64 of shape (n_teams, n_intervals), us.

    Attributes
    ----------
    scheduled : on the phones while lines are open, before anything is lost
    on_phones : the same at any time; of persons only
    at_work : of persons, breaks and meetings included
    paid : of persons, unpaid breaks taken off
    """

    scheduled: Floats
    on_phones: Floats
    at_work: Floats
    paid: Floats


def micros(seconds: NDArray[np.float64] | float) -> Floats:
    """Microseconds, rounded once as the tally rounds."""
    return np.floor(np.asarray(seconds, dtype=np.float64) * _MICRO + 0.5)


def plan_of(program: Program) -> StaffPlan:
    """Return what seats and duties plan, clipped to what is counted."""
    settings, intervals = program.settings[0], program.intervals
    ends = intervals.starts_at + settings.interval_length
    counted = (_clipped(program, intervals.starts_at), _clipped(program, ends))
    opened = (_clipped(program, intervals.open_from), _clipped(program, intervals.open_until))
    shape = (len(program.teams), len(intervals))
    scheduled, on_phones, at_work, paid = seat_time(program), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    duties, breaks = program.duties, program.breaks
    team_of = program.agents.team[duties.agent]
    break_ends = np.minimum(breaks.at + breaks.length, duties.ends_at[breaks.duty])
    for team in np.flatnonzero(program.teams.persons):
        mine, away = team_of == team, team_of[breaks.duty] == team
        unpaid = away & (breaks.paid == 0)
        work = _Stretches(duties.starts_at[mine], duties.ends_at[mine])
        off = _Stretches(breaks.at[away], break_ends[away])
        at_work[team] = work.inside(*counted)
        on_phones[team] = at_work[team] - off.inside(*counted)
        paid[team] = at_work[team] - _Stretches(breaks.at[unpaid], break_ends[unpaid]).inside(*counted)
        scheduled[team] = work.inside(*opened) - off.inside(*opened)
    return StaffPlan(scheduled, on_phones, at_work, paid)


def required_time(agents: Floats, opening_time: Floats) -> Floats:
    """Agents x opening time by place and interval, whole us whose sum over places is the whole of the sum."""
    running = np.rint(np.cumsum(agents * opening_time, axis=0))
    return np.diff(running, axis=0, prepend=0.0)


def over_and_short(
    required: Required, scheduled: Floats, opening_time: Floats, is_ours: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Scheduled beyond what is required, and required beyond what is scheduled: us, shape (1 + n_teams, n_intervals).

    The first row is the centre's, taken by group: inside a group one team's surplus helps the other. Teams that are not ours
    (shape (n_teams,)) are paid for what they take: nobody has too many of them.
    """
    net = scheduled - required_time(required.by_team, opening_time)
    groups = [required.group_of_team == group for group in sorted(set(required.group_of_team.tolist()))]
    by_group = np.array([net[group].sum(axis=0) for group in groups])
    over = np.maximum(by_group, 0.0) * np.array([[is_ours[group].any()] for group in groups])
    over_of_team = np.maximum(net, 0.0) * is_ours[:, None]
    short = np.concatenate([np.maximum(-by_group, 0.0).sum(axis=0)[None], np.maximum(-net, 0.0)])
    return np.concatenate([over.sum(axis=0)[None], over_of_team]), short


class _Stretches:
    """Stretches of time [begin, end): how much of them lies between instants. In whole numbers: sums of instants are large."""

    def __init__(self, begins: Floats, ends: Floats) -> None:
        self._begins, self._ends = (np.sort(micros(side).astype(np.int64)) for side in (begins, ends))
        self._begun, self._ended = (np.concatenate(([0], np.cumsum(side))) for side in (self._begins, self._ends))

    def inside(self, since: Floats, until: Floats) -> Floats:
        """Time between `since` and `until`, all us; 0 where that is no time at all."""
        return np.where(until > since, self._before(until) - self._before(since), 0).astype(np.float64)

    def _before(self, at: Floats) -> NDArray[np.int64]:
        instants = at.astype(np.int64)
        begun, ended = np.searchsorted(self._begins, instants), np.searchsorted(self._ends, instants)
        return np.asarray(begun * instants - self._begun[begun] - (ended * instants - self._ended[ended]))


def seat_time(program: Program) -> Floats:
    """Seats x opening time, microseconds, shape (n_teams, n_intervals): the agent time planned inside opening hours."""
    since, until = (_clipped(program, edge) for edge in (program.intervals.open_from, program.intervals.open_until))
    planned = [np.interp(until, *worked) - np.interp(since, *worked) for worked in _seats_worked(program)]
    return np.where(until > since, np.array(planned).reshape(-1, len(program.intervals)), 0.0)


def _clipped(program: Program, at: Floats) -> Floats:
    """Instants inside what is counted, us."""
    settings = program.settings[0]
    return micros(np.clip(at, settings.count_from, settings.count_until))


def _seats_worked(program: Program) -> Iterator[tuple[Floats, Floats]]:
    """For each team instants, microseconds, and the seats x time since the first of them: linear in between."""
    rows = program.timetable
    opening = rows.event == Event.OPENING  # everybody went home; the morning's seats follow
    for team in range(len(program.teams)):
        sets = opening | (((rows.event == Event.SEATS_UP) | (rows.event == Event.SEATS_DOWN)) & (rows.entity == team))
        seats = np.where(opening, 0, rows.seats)[sets]
        at = np.append(micros(rows.at[sets]), micros(program.settings[0].count_until))
        at[-1] = at.max()
        yield at, np.concatenate([[0.0], np.cumsum(seats * np.diff(at))])
