"""Who is there when: teams and agents, the duties of persons and what the timetable says of them.

Called by `compile`.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ccsim.program.layout import AGENT, BREAK, DUTY, TEAM, Records, records
from ccsim.scenario import Scenario, resolve
from ccsim.scenario.duties import Duty, duties, losses
from ccsim.scenario.laws import Law
from ccsim.vocabulary import AgentState, Billed, Event

__all__ = ["Presence", "TimetableRow", "off_phones_rows", "presence_of"]

_EPOCH = datetime.date(1970, 1, 1)
_SPELL = 900.0
"""s; about how long one is off the phones when nobody planned it."""

TimetableRow = tuple[float, int, int, int]


class Presence(NamedTuple):
    """The parts of a Program that say who is there."""

    teams: Records
    agents: Records
    duties: Records
    breaks: Records
    timetable: list[TimetableRow]
    names: tuple[str, ...]
    """Of the agents: as a roster calls them, ``tier1/7`` where there is none."""


def presence_of(
    scenario: Scenario, teams: tuple[str, ...], name_key: Callable[[str], int], add_law: Callable[[Law], int]
) -> Presence:
    """Teams with their agents: persons, or as many as there ever are seats."""
    table = records(TEAM, len(teams))
    agents: list[tuple[int, int, int, int]] = []
    found: list[Duty] = []
    owners: list[int] = []
    called: list[str] = []
    for code, (row, name) in enumerate(zip(table, teams, strict=True)):
        row.first_agent = len(agents)
        _describe_team(scenario, name, row, add_law)
        persons = duties(scenario, name)
        row.persons = bool(persons)
        names = persons or range(1, 1 + max((n for _, n in resolve.seats(scenario, name)), default=0))
        for person in names:
            own = persons.get(str(person), ())
            agents.append((code, name_key(f"agent/{name}/{person}"), len(found), len(own)))
            owners += [len(agents) - 1] * len(own)
            found += own
        row.n_agents = len(agents) - row.first_agent
        in_roster = scenario.agents[name].roster is not None
        called += [str(person) if in_roster else f"{name}/{place}" for place, person in enumerate(names, start=1)]
    duty_rows, break_rows = _duties(scenario, teams, agents, owners, found)
    keys = [key for _, key, _, _ in agents]
    assert len(set(keys)) == len(keys), "two agents have the same 64-bit name key"
    return Presence(
        teams=table,
        agents=np.array(agents, dtype=AGENT).view(np.recarray),
        duties=duty_rows,
        breaks=break_rows,
        timetable=_timetable(duty_rows, break_rows),
        names=_told_apart(called, [teams[code] for code, *_ in agents]),
    )


def _told_apart(called: list[str], teams: list[str]) -> tuple[str, ...]:
    """The names, with the team where two agents share one: rosters are lists of one team each."""
    times = Counter(called)
    return tuple(name if times[name] == 1 else f"{team}/{name}" for name, team in zip(called, teams, strict=True))


def _describe_team(scenario: Scenario, name: str, row: Records, add_law: Callable[[Law], int]) -> None:
    team, lost = scenario.agents[name], losses(scenario, name)
    row.absent_share, row.late_share = lost.absent, lost.late_share
    row.late_law = -1 if lost.late_by is None else add_law(lost.late_by)
    if team.proficiency is not None:
        row.proficiency_sigma = np.sqrt(np.log1p(team.proficiency.cv**2))
    row.paid_extra = team.paid_per_phone_hour - 1.0
    if team.cost is not None:
        assert team.cost.period is not None
        row.cost = team.cost.calls / team.cost.period
    row.billed = Billed[(team.billed or "paid_time").upper()]


def _duties(
    scenario: Scenario, teams: tuple[str, ...], agents: list[tuple[int, int, int, int]], owners: list[int], found: list[Duty]
) -> tuple[Records, Records]:
    """DUTY and BREAK rows."""
    off_phone = [losses(scenario, name).off_phone for name in teams]
    rows: list[tuple[float, ...]] = []
    breaks: list[tuple[float, ...]] = []
    for number, (agent, duty) in enumerate(zip(owners, found, strict=True)):
        same_date = rows and rows[-1][0] == agent and rows[-1][1] == (duty.date - _EPOCH).days
        ordinal = rows[-1][2] + 1 if same_date else 0
        lost = off_phone[agents[agent][0]] * (duty.ends_at - duty.starts_at - sum(away.length for away in duty.aways))
        n_spells = max(1, round(lost / _SPELL)) if lost > 0.0 else 0
        spell = lost / n_spells if n_spells else 0.0
        key = (agent, (duty.date - _EPOCH).days, ordinal)
        rows.append((*key, duty.starts_at, duty.ends_at, len(breaks), len(duty.aways), n_spells, spell))
        for away in duty.aways:
            state = AgentState.OFF_PHONE if away.is_meeting else AgentState.BREAK
            breaks.append((number, away.at, away.length, state, away.paid))
    return np.array(rows, dtype=DUTY).view(np.recarray), np.array(breaks, dtype=BREAK).view(np.recarray)


def _timetable(duty_rows: Records, break_rows: Records) -> list[TimetableRow]:
    rows: list[TimetableRow] = []
    for number, (agent, begins, ends) in enumerate(duty_rows[["agent", "starts_at", "ends_at"]].tolist()):
        rows += [(begins, Event.COME_ON, agent, number), (ends, Event.DUTY_OFF, agent, number)]
    agents = duty_rows.agent.tolist()
    rows += [(at, Event.GO_AWAY, agents[duty], number) for number, (duty, at) in enumerate(break_rows[["duty", "at"]].tolist())]
    return rows


def off_phones_rows(begin: float, end: float, team: int, n_agents: int, n: int) -> list[TimetableRow]:
    """What the timetable says when `n` of a team's agents are off the phones for a while.

    Parameters
    ----------
    begin, end : float
        Elapsed s.
    team : int
        Code of the team.
    n_agents : int
        Agents of the whole program.
    """
    return [(begin, Event.GO_AWAY, n_agents + team, n), (end, Event.COME_ON, n_agents + team, n)]
