"""What cases bring on the forecast: who is passed on to whom, and how long the talks of cases take.

Called by `expected_load`. Mean values only: budgets, callers lost while they wait, and the time an agent waits for a colleague
or a second person are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import Names, Program
from ccsim.scenario import Scenario

__all__ = ["LaneLoad", "Stay", "loads_of"]

Floats = NDArray[np.float64]
Answering = Callable[[int], list[tuple[int, Floats]]]
"""Who answers the calls of a lane: teams, and the part of each by interval."""


class Stay(NamedTuple):
    """Calls that come into the queue of a call type, as a leg of theirs.

    Attributes
    ----------
    case_type : int
        Their call type when they dialled.
    call_type : int
        In whose queue they are now.
    is_first : bool
        True for the first leg of a contact.
    calls : float64, shape (n_intervals,)
    transferred : float
        Share of them that another department talks to next; their case goes with them.
    """

    case_type: int
    call_type: int
    is_first: bool
    calls: Floats
    transferred: float


class LaneLoad(NamedTuple):
    """What comes to a lane.

    Attributes
    ----------
    calls : float64, shape (n_intervals,)
        Requests of colleagues who ask count, too.
    work : float64, shape (n_intervals,)
        Talk, hold and wrap of them all, s, before the pace of whoever answers.
    asked : float64, shape (n_intervals,)
        Of the calls, requests: they hang up on nobody.
    """

    calls: Floats
    work: Floats
    asked: Floats


def loads_of(
    scenario: Scenario, program: Program, names: Names, answering: Answering, talk: Floats, rest: Floats, stays: Iterable[Stay]
) -> dict[int, LaneLoad]:
    """Return what comes to each lane, by code, where `stays` come to the queues by themselves or by transfer.

    Parameters
    ----------
    talk, rest : float64, shape (n_call_types, n_intervals)
        Mean talk time, and hold and wrap time, s, of a call that needs no authority.
    """
    return _Loads(scenario, program, names, answering, talk, rest).of(stays)


class _Loads:
    """The sums being built."""

    def __init__(
        self, scenario: Scenario, program: Program, names: Names, answering: Answering, talk: Floats, rest: Floats
    ) -> None:
        self._program, self._record = program, program.settings[0]
        self._answering, self._talk, self._rest = answering, talk, rest
        limits = {float(limit) for limit in (*program.teams.authority, *program.ways.limit) if 0.0 < limit < math.inf}
        self._needed = (0.0, *sorted(limits), math.inf)
        self._shares = np.array([_shares(scenario, name, self._needed) for name in names.call_types])
        self._sums: dict[int, NDArray[np.float64]] = {}

    def of(self, stays: Iterable[Stay]) -> dict[int, LaneLoad]:
        for stay in stays:
            lane = int(self._program.call_types.lane[stay.call_type])
            calls = stay.calls * self._shares[stay.case_type][:, None]
            for band, needed in enumerate(self._needed):
                slope, more = self._talk_of(stay.case_type, needed, stay.is_first, passed_on=False, decides=False)
                self._add(lane, stay.call_type, stay.transferred * calls[band], slope, more)
            self._meet(lane, stay.case_type, stay.call_type, (1.0 - stay.transferred) * calls, stay.is_first, 0)
        return {lane: LaneLoad(*sums) for lane, sums in self._sums.items()}

    def _meet(self, lane: int, case_type: int, call_type: int, calls: Floats, is_first: bool, n_hops: int) -> None:
        """Calls, by how much they need, are answered in a lane; who needs more is passed on."""
        onward: dict[int, Floats] = {}
        for team, part in self._answering(lane):
            limit = float(self._program.teams.authority[team])
            for band, needed in enumerate(self._needed):
                mine = calls[band] * part
                if not mine.any():
                    continue
                if needed <= limit:
                    self._add(lane, call_type, mine, *self._talk_of(case_type, needed, is_first, passed_on=False))
                    continue
                way = self._fall_short(lane, case_type, call_type, mine, limit, needed, is_first, n_hops)
                for next_lane, passed in way.items():
                    there = onward.setdefault(next_lane, np.zeros_like(calls))
                    there[band] += passed
        for next_lane, passed in onward.items():
            self._meet(next_lane, case_type, call_type, passed, False, n_hops + 1)

    def _fall_short(
        self, lane: int, case_type: int, call_type: int, calls: Floats, limit: float, needed: float, is_first: bool, n_hops: int
    ) -> dict[int, Floats]:
        """Cases beyond a limit are refused, settled with a colleague's word, or passed on: return to which lane how many."""
        kind, record = self._program.call_types[call_type], self._record
        ask, on = self._way(kind, limit, needed, chain=False), self._way(kind, limit, needed, chain=bool(record.by_chain))
        refused, asked = float(kind.refuse_share), float(kind.consult_share)
        if ask < 0:
            refused, asked = refused + asked, 0.0
        passed = 1.0 - refused - asked
        if on < 0 or n_hops >= record.max_hops:
            refused, passed = refused + passed, 0.0
        slope, more = self._talk_of(case_type, needed, is_first, passed_on=True)
        self._add(lane, call_type, refused * calls, slope, more)
        if asked > 0.0:
            settled = self._talk_of(case_type, needed, is_first, passed_on=False)
            self._add(lane, call_type, asked * calls, settled[0], settled[1] + float(record.consult))
            self._book(ask, asked * calls, asked * calls * float(record.consult), asked * calls)
        if passed == 0.0:
            return {}
        promised = float(kind.promise_share)
        slope, more = self._talk_of(case_type, needed, is_first, passed_on=True, decides=False)
        escalated = passed - promised
        self._add(lane, call_type, promised * calls, slope, more)
        self._add(lane, call_type, escalated * calls, slope, more + (float(record.brief) if record.warm else 0.0))
        return {on: (promised + escalated * (1.0 - float(record.lose_caller))) * calls}

    def _way(self, kind: np.record, limit: float, needed: float, chain: bool) -> int:
        """Lane of those passed on, -1 for none; as `rules.authority.way_on` and `way_to_ask`."""
        ways = self._program.ways[kind.first_way : kind.first_way + kind.n_ways]
        return next((int(way.lane) for way in ways if way.limit > limit and (chain or way.limit >= needed)), -1)

    def _talk_of(
        self, case_type: int, needed: float, is_first: bool, *, passed_on: bool, decides: bool = True
    ) -> tuple[float, float]:
        """Factor on a mean talk time, and what is added to it, s; as `rules.authority.talk_of`."""
        record, factor, more = self._record, 1.0, 0.0
        if not record.authority:
            return factor, more
        if needed > 0.0:
            factor *= float(self._program.call_types.authority_talk[case_type])
        if not is_first:
            factor *= float(record.next_leg)
            more += float(record.brief if record.warm else record.retell)
        if passed_on:
            factor *= float(record.first_leg)
        if needed > 0.0 and decides:
            more += float(record.decide_frontline if is_first else record.decide_supervisor)
        return factor, more

    def _add(self, lane: int, call_type: int, calls: Floats, factor: float, more: float) -> None:
        work = calls * (factor * self._talk[call_type] + more + self._rest[call_type])
        self._book(lane, calls, work, np.zeros_like(calls))

    def _book(self, lane: int, calls: Floats, work: Floats, asked: Floats) -> None:
        if calls.any():
            self._sums.setdefault(lane, np.zeros((3, len(calls))))[:] += np.array([calls, work, asked])


def _shares(scenario: Scenario, call_type: str, needed: tuple[float, ...]) -> list[float]:
    """Of a type's cases, those that need nothing, and up to each limit more than up to the one before."""
    written = scenario.calls[call_type].needs_authority
    if written is None:
        return [1.0, *(0.0 for _ in needed[1:])]
    if written.by_level is not None:
        levels = [(scenario.authority_levels[name], share) for name, share in written.by_level.items()]
        within = [sum(share for amount, share in levels if amount <= limit) for limit in needed]
    else:
        assert written.share is not None and written.amount is not None
        law = written.amount.law()
        within = [1.0 - written.share * (1.0 - (law.share_up_to(limit) if limit > 0.0 else 0.0)) for limit in needed]
    return np.diff(within, prepend=0.0).tolist()
