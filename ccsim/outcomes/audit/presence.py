"""Persons: there from the beginning to the end of each shift, breaks as planned, staying on only for calls (I03, I10)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.steps import goings_home
from ccsim.program.layout import Program, Records
from ccsim.vocabulary import AgentState, Event

__all__ = ["check_presence"]

Table = NDArray[Any]

_ON_PHONES = (AgentState.AVAILABLE, AgentState.TALK, AgentState.WRAP, AgentState.RING, AgentState.BRIEF, AgentState.CONSULT)
_AWAY = (AgentState.BREAK, AgentState.OFF_PHONE)


class _Drain(NamedTuple):
    """From closing until everybody who was inside has gone, s: who is there may stay so long."""

    begin: float
    end: float


def check_presence(program: Program, states: Table, home: list[float], complaints: Complaints) -> None:
    """One replication; `home` has the instants after closing at which nobody is inside any more."""
    drains = _drains(program, home)
    called = program.timetable[(program.timetable.event == Event.GO_AWAY) & (program.timetable.entity >= len(program.agents))]
    called_teams = set((called.entity - len(program.agents)).tolist()) | set(program.calls_off.team.tolist())
    for agent in np.flatnonzero(program.teams.persons[program.agents.team]):
        who = program.agents[agent]
        first = int(who.first_duty)
        duties = program.duties[first : first + int(who.n_duties)]
        mine = states[states["agent"] == agent]
        team = int(who.team)
        _check_attendance(program, team, duties, mine, complaints)
        _check_staying(duties, mine, drains, complaints)
        _check_breaks(program, duties, mine, drains, team in called_teams, complaints)


def _drains(program: Program, home: list[float]) -> list[_Drain]:
    timetable = program.timetable
    openings = timetable.at[timetable.event == Event.OPENING]
    found = []
    for begin in goings_home(program):
        next_opening = min((at for at in openings if at > begin), default=np.inf)
        found.append(_Drain(float(begin), min((at for at in home if at >= begin), default=np.inf)))
        if found[-1].end > next_opening:
            found[-1] = _Drain(float(begin), next_opening)
    return found


def _spells(begins: Table, ends: Table) -> tuple[Table, Table]:
    """Stretches that touch joined into one; they must be in order."""
    apart = begins[1:] != ends[:-1]
    edge = np.ones(min(1, len(begins)), bool)
    return begins[np.concatenate((edge, apart))], ends[np.concatenate((apart, edge))]


def _who(mine: Table, i: int) -> str:
    return (
        f"agent {mine['agent'][i]}: {AgentState(mine['state'][i]).name} from {mine['started_at'][i]} to {mine['ended_at'][i]}"
    )


def _check_attendance(program: Program, team: int, duties: Records, mine: Table, complaints: Complaints) -> None:
    """Every second of a shift is accounted for; absence lasts to its end, lateness is at its beginning."""
    begins, ends = _spells(mine["started_at"], mine["ended_at"])
    place = np.searchsorted(begins, duties.starts_at, "right") - 1
    covered = place >= 0
    if len(ends):
        covered &= ends[place] >= duties.ends_at
    complaints.where(
        ~covered,
        "I03",
        lambda i: f"agent {duties.agent[i]}: not all of the shift from {duties.starts_at[i]} to {duties.ends_at[i]} is told",
    )
    missing, late = mine["state"] == AgentState.MISSING, mine["state"] == AgentState.LATE
    to_the_end = np.isin(mine["ended_at"], duties.ends_at) & _inside(duties, mine["started_at"])
    never = program.teams.absent_share[team] <= 0
    complaints.where(missing & (~to_the_end | never), "I03", lambda i: f"{_who(mine, i)}, of which no absence tells")
    of_a_shift = _inside(duties, mine["started_at"])
    before_its_end = np.searchsorted(duties.ends_at, mine["started_at"], "right") == np.searchsorted(
        duties.ends_at, mine["ended_at"], "left"
    )
    never = program.teams.late_share[team] <= 0
    complaints.where(late & (~of_a_shift | ~before_its_end | never), "I03", lambda i: f"{_who(mine, i)}, beside his shifts")


def _inside(duties: Records, at: Table) -> NDArray[np.bool_]:
    """True for instants in a shift, its end apart."""
    place = np.searchsorted(duties.starts_at, at, "right") - 1
    found: NDArray[np.bool_] = (place >= 0) & (at < np.append(duties.ends_at, -np.inf)[place])
    return found


def _check_staying(duties: Records, mine: Table, drains: list[_Drain], complaints: Complaints) -> None:
    """Beyond the end of a shift one finishes the call in hand; only while the floor drains does one stay for others."""
    begins, ends = _spells(duties.starts_at, duties.ends_at)
    there = np.isin(mine["state"], (*_ON_PHONES, *_AWAY))
    started, ended, state = mine["started_at"], mine["ended_at"], mine["state"]
    place = np.searchsorted(begins, started, "right") - 1
    complaints.where(there & (place < 0), "I10", lambda i: f"{_who(mine, i)}, before his first shift")
    end = np.append(ends, -np.inf)[place]
    beyond = there & (place >= 0) & (ended > end)
    next_begin = np.append(begins, np.inf)[place + 1]
    # A call taken in the very instant in which the shift ends was taken before.
    rang = np.concatenate(([False], (state[1:] == AgentState.TALK) & (state[:-1] == AgentState.RING)))
    taken = np.where(rang, np.concatenate(([0.0], started[:-1]))[: len(started)], started)
    finishing = np.isin(state, (AgentState.TALK, AgentState.RING, AgentState.CONSULT)) & (taken <= end)
    # A colleague asked in vain, for no time, leaves two talks with one caller.
    same = np.concatenate(([False], mine["customer"][1:] == mine["customer"][:-1]))[: len(state)]
    before = np.concatenate(([False], np.isin(state[:-1], (AgentState.BRIEF, AgentState.TALK))))[: len(state)]
    finishing |= (state == AgentState.TALK) & before & same
    finishing |= np.isin(state, (AgentState.WRAP, AgentState.BRIEF))
    for drain in drains:
        staying = (drain.begin <= end) & (end <= drain.end) & (started <= drain.end)
        finishing |= staying & np.isin(state, (AgentState.TALK, AgentState.RING, AgentState.CONSULT))
        finishing |= staying & (state == AgentState.AVAILABLE) & (np.minimum(ended, next_begin) <= drain.end)
    complaints.where(beyond & ~finishing, "I10", lambda i: f"{_who(mine, i)}, though his shift ends at {end[i]}")


def _check_breaks(
    program: Program, duties: Records, mine: Table, drains: list[_Drain], is_called: bool, complaints: Complaints
) -> None:
    """Breaks and time off the phones last as long as planned, come when due, each once; nobody idles through one."""
    place = np.searchsorted(duties.starts_at, mine["started_at"], "right") - 1
    idle = mine[mine["state"] == AgentState.AVAILABLE]
    for number, duty in enumerate(duties):
        planned = program.breaks[int(duty.first_break) : int(duty.first_break + duty.n_breaks)]
        taken = mine[(place == number) & np.isin(mine["state"], _AWAY)]
        for state in _AWAY:
            here, due = taken[taken["state"] == state], planned[planned.state == state]
            lengths = np.append(due.length, duty.spell) if state == AgentState.OFF_PHONE else due.length
            since = np.append(due.at, duty.starts_at) if state == AgentState.OFF_PHONE else due.at
            begin, end = here["started_at"][:, None], here["ended_at"][:, None]
            whole = end == begin + lengths[None, :]
            cut = (end == duty.ends_at) & (begin + lengths[None, :] >= end)
            fits = ((since[None, :] <= begin) & (whole | cut)).any(axis=1)
            if state == AgentState.OFF_PHONE and is_called:
                continue
            complaints.where(~fits, "I03", lambda i, t=here: f"{_who(t, i)}, which no break of his shift is")  # type: ignore[misc]
            most = len(due) + (int(duty.n_spells) if state == AgentState.OFF_PHONE else 0)
            if len(here) > most:
                complaints.add(
                    "I03", f"agent {duty.agent}: {state.name} {len(here)} times from {duty.starts_at} on, not {most}"
                )
        # Who stays for others after the shift before has nothing to do with this one's breaks.
        planned = planned[[not any(d.begin <= at <= d.end and d.begin <= duty.starts_at for d in drains) for at in planned.at]]
        through = (idle["started_at"][:, None] <= planned.at[None, :]) & (planned.at[None, :] < idle["ended_at"][:, None])
        complaints.where(through.any(axis=1), "I03", lambda i: f"{_who(idle, i)}, though a break is due")
