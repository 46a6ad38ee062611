"""What an agent's state adds to the counts of presence: how his time compares with the plan of his duties.

Called by `tally.tally_agent_state` for persons, and for whoever is away. Like it, and alone among the rules, these functions
write: into the counts they are given.
"""

from __future__ import annotations

import numpy as np

from ccsim.jit import accessor, inner, jit
from ccsim.outcomes import PRESENCE_COUNTS, Counts
from ccsim.program.layout import Records
from ccsim.rules.pieces import micros, place_of
from ccsim.rules.presence import is_away
from ccsim.rules.tables import agent_at, break_at, duty_at
from ccsim.vocabulary import AgentState

__all__ = ["tally_presence"]

_ADDRESSES = np.dtype([(name, "i8") for name in Counts._fields])
_cell = accessor(_ADDRESSES, "presence_time", PRESENCE_COUNTS)

_UNPLANNED = int(AgentState.ABSENT)
"""Of a piece of time outside all duties."""


@jit
def tally_presence(row: Records, program: Records, counts: Records) -> None:
    """Adds one closed AGENT_STATE row, cut where the plan of its agent changes. Planned on the phones is AVAILABLE."""
    who = agent_at(program, np.int64(row.agent))
    begin = micros(max(row.started_at, program.count_from))
    finish = micros(min(row.ended_at, program.count_until))
    if begin >= finish:
        return
    state = np.int64(row.state)
    if who.n_duties == 0:  # of a seat: there is no plan but its being taken
        _add(program, counts, who.team, begin, finish, state, AgentState.AVAILABLE)
        return
    i = _first_duty(program, who, row.started_at)
    beyond = who.first_duty + who.n_duties
    while begin < finish and i < beyond and micros(duty_at(program, i).starts_at) < finish:
        duty = duty_at(program, i)
        begin = _add_until(program, counts, who.team, begin, finish, micros(duty.starts_at), state, _UNPLANNED)
        for j in range(duty.first_break, duty.first_break + duty.n_breaks):
            planned = break_at(program, j)
            at = micros(planned.at)
            begin = _add_until(program, counts, who.team, begin, finish, at, state, AgentState.AVAILABLE)
            end = micros(min(planned.at + planned.length, duty.ends_at))
            begin = _add_until(program, counts, who.team, begin, finish, end, state, planned.state)
        begin = _add_until(program, counts, who.team, begin, finish, micros(duty.ends_at), state, AgentState.AVAILABLE)
        i += 1
    if begin < finish:
        _add(program, counts, who.team, begin, finish, state, _UNPLANNED)


@inner
def _first_duty(program: Records, who: Records, at: float) -> int:
    """The first duty of a person that ends after an instant."""
    low = who.first_duty
    high = low + who.n_duties
    while low < high:
        middle = (low + high) // 2
        if duty_at(program, middle).ends_at > at:
            high = middle
        else:
            low = middle + 1
    return low


@inner
def _add_until(
    program: Records, counts: Records, team: int, begin: int, finish: int, until: int, state: int, planned: int
) -> int:
    """Adds what lies between `begin` and `until`, both us, at most until `finish`; returns where the rest begins."""
    end = min(until, finish)
    if end <= begin:
        return begin
    _add(program, counts, team, begin, end, state, planned)
    return end


@inner
def _add(program: Records, counts: Records, team: int, begin: int, end: int, state: int, planned: int) -> None:
    """Adds a piece of time in which the state and the planned state do not change, us, to its intervals."""
    on_phones = state < AgentState.BREAK or state >= AgentState.BRIEF
    adherent = planned == state or (on_phones and planned == AgentState.AVAILABLE)
    length = micros(program.interval_length)
    while begin < end:
        i = place_of(begin, length)
        until = min(end, (i + 1) * length)
        cell = _cell(counts, i * program.n_teams + team)
        if planned == _UNPLANNED:
            if on_phones or is_away(state):
                cell.overtime_time += until - begin
        elif adherent:
            cell.adherent_time += until - begin
        if state == AgentState.BREAK:
            cell.break_time += until - begin
        elif state == AgentState.OFF_PHONE:
            cell.off_phone_time += until - begin
        elif planned == AgentState.AVAILABLE:
            if state == AgentState.MISSING:
                cell.absent_time += until - begin
            elif state == AgentState.LATE:
                cell.late_time += until - begin
        begin = until
