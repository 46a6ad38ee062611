"""One agent's day, side by side with him: as text and as a picture; and what stands in the way of a whole team.

The day is simulated again from its seed. What each delay is called comes from `analysis.roadblocks`.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ccsim.analysis.roadblocks import ROADBLOCKS, Lost, TeamLosses, facts_of, reported_days
from ccsim.analysis.trace import IN_VAIN, AgentDay, Call, Stretch, agent_day, times_of
from ccsim.errors import Problem, ScenarioError, escaped, nearest, shown
from ccsim.experiment.walk import Retold, retell
from ccsim.report import numbers
from ccsim.scenario import Scenario, clock
from ccsim.vocabulary import AgentState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

from ccsim.scenario.days_before import days_before, with_days_before

__all__ = ["TeamWalk", "Walk", "walk"]

STATE_WORDS: dict[AgentState, str] = {state: state.name.lower().replace("_", " ") for state in AgentState} | {
    AgentState.AVAILABLE: "idle",
    AgentState.TALK: "talk",
    AgentState.WRAP: "wrap",
    AgentState.RING: "ringing",
    AgentState.BREAK: "break",
    AgentState.OFF_PHONE: "off the phones",
    AgentState.MISSING: "absent",
    AgentState.LATE: "late",
    AgentState.BRIEF: "holding with callers for others",
    AgentState.CONSULT: "asked by colleagues",
}
_ENDS = {
    "refused": "refused for want of authority",
    "escalated": "passed on to somebody with more authority",
    "promised": "promised a call by somebody with more authority",
    "consulted": "settled with the word of somebody with more authority",
    "transferred": "passed on to somebody else",
}
"""What follows a talk, by the agent's action or how the stay ended."""
_LEAST = 0.5  # s; shorter times are not worth a word
_MOST_REPLICATIONS = 20
"""Of a team, when nobody says how many."""
_MOST_NAMED = 20


def walk(
    scenario: Scenario,
    *,
    agent: str | None = None,
    team: str | None = None,
    day: int | str | None = None,
    replication: int = 0,
    reps: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    policy: Any = None,
) -> Walk | TeamWalk:
    """Walk through one agent's day, or see what stands in the way of a team.

    Parameters
    ----------
    agent : str, optional
        Team and place in it, from 1: ``tier1/7``; in a team of named persons the name will do: ``tier1/Ann``.
    team : str, optional
        Instead of an agent: all of a team, over all days.
    day : int or str, optional
        With an agent: a day of the horizon, from 1, or its date; the first open one by default.
    replication : int
        With an agent: the replication to look at.
    reps : int, optional
        With a team: replications 0 to reps - 1; the scenario's, at most 20, by default.
    seed : int, optional
        Instead of the scenario's.
    engine : {"auto", "compiled", "reference"}
    policy : object, optional
        Custom routing, see `check_policy`.

    Returns
    -------
    Walk or TeamWalk
        Both have ``text`` and ``plot(ax=None)``.

    Raises
    ------
    ScenarioError
        E-REF for an agent, team or day there is not.
    ValueError
        If not exactly one of agent and team is given; for a replication, seed or engine there cannot be.

    Examples
    --------
    >>> walked = walk(scenario, agent="tier1/7", day=3)  # doctest: +SKIP
    >>> print(walked.text)  # doctest: +SKIP
    """
    if (agent is None) == (team is None):
        raise ValueError("walk: give an agent or a team")
    if team is not None:
        planned = min(scenario.run.replications, _MOST_REPLICATIONS) if reps is None else reps
        if planned < 1:
            raise ValueError(f"reps: got {planned}; allowed: 1 or more")
        _known_team(scenario, team)
        retold = retell(scenario, last=planned - 1, seed=seed, engine=engine, policy=policy)
        losses = TeamLosses(retold.program, retold.names.teams.index(team))
        for rows in retold.rows(range(planned)):
            losses.add(rows)
        return TeamWalk(scenario, retold.seed, team, planned, tuple(losses.lost(scenario.run.confidence)))
    assert agent is not None
    place = _known_agent(scenario, agent)
    retold = retell(scenario, last=replication, seed=seed, engine=engine, policy=policy)
    whole = with_days_before(scenario)  # whose clock and whose persons the program has
    who = _agent_id(retold, whole, agent, *place)
    when = _known_day(retold, scenario, day)
    (rows,) = retold.rows([replication])
    return Walk(whole, retold.seed, agent_day(facts_of(retold.program, rows), retold.names, who, when, replication))


@dataclass(frozen=True)
class Walk:
    """One agent's day.

    Attributes
    ----------
    day : AgentDay
        His stretches of time and his calls, as data.
    """

    scenario: Scenario
    seed: int
    day: AgentDay

    @property
    def text(self) -> str:
        """The day line by line, then its sums."""
        return "\n".join([_head(self), *(str(line) for line in _lines(self)), "", *_sums(self.day)])

    @property
    def person(self) -> str:
        """His name in the roster; empty where he has none but his number."""
        persons, number = _persons(self.scenario, self.day.team), int(self.day.name.rpartition("/")[2])
        name = persons[number - 1] if number <= len(persons) else ""
        return name if name != str(number) else ""

    def __repr__(self) -> str:
        return self.text

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the day, an hour in each row, and return the axes."""
        from ccsim.report.plots.agent_day import agent_day as drawn

        return drawn(self, ax=ax)

    def as_dict(self) -> dict[str, Any]:
        """The day as plain data, ready for JSON; instants in elapsed seconds since the first midnight."""
        day = self.day
        calls = [call._asdict() | {"delays": [delay._asdict() for delay in call.delays]} for call in day.calls]
        stretches = [stretch._asdict() | {"state": stretch.state.name.lower()} for stretch in day.stretches]
        plain = {
            "agent": day.name,
            "person": self.person,
            "team": day.team,
            "date": day.date,
            "replication": day.replication,
            "seed": self.seed,
        }
        return plain | {"occupancy": day.occupancy, "stretches": stretches, "calls": calls}


@dataclass(frozen=True)
class TeamWalk:
    """What stands in the way of a team and its callers, per operating day.

    Attributes
    ----------
    lost : tuple of Lost
        Those that were met: of callers, then of agents; the largest first.
    """

    scenario: Scenario
    seed: int
    team: str
    replications: int
    lost: tuple[Lost, ...]

    @property
    def text(self) -> str:
        """A table of minutes, calls and money per day."""
        return "\n".join(_pareto(self))

    def __repr__(self) -> str:
        return self.text

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the minutes per day as bars, the largest first, and return the axes."""
        from ccsim.report.plots.roadblocks import roadblocks

        return roadblocks(self, ax=ax)

    def as_dict(self) -> dict[str, Any]:
        """The roadblocks as plain data, ready for JSON; numbers are per operating day."""
        plain: dict[str, Any] = {"team": self.team, "replications": self.replications, "seed": self.seed}
        return plain | {
            "roadblocks": [
                {"id": lost.roadblock.id, "title": lost.roadblock.title, "whose": lost.roadblock.whose}
                | {"minutes": lost.minutes, "low": lost.low, "high": lost.high, "cases": lost.cases, "money": lost.money}
                for lost in self.lost
            ]
        }


# -------------------------------------------------------------------------------- who and when


def _refuse(where: str, what: str, got: object, allowed: str, try_: str = "") -> ScenarioError:
    return ScenarioError([Problem("E-REF", where, what, shown(got), allowed, try_)])


def _known_team(scenario: Scenario, team: str, where: str = "team") -> None:
    teams = sorted(scenario.agents)
    if team not in teams:
        raise _refuse(where, "no such team", team, ", ".join(teams[:_MOST_NAMED]), nearest(team, teams))


def _known_agent(scenario: Scenario, agent: str) -> tuple[str, str]:
    """Return team and what stands behind the stroke; E-REF if that can be nobody."""
    teams = sorted(scenario.agents, key=len, reverse=True)
    for team in teams:
        if agent.startswith(team + "/"):
            return team, agent[len(team) + 1 :]
    team, stroke, _ = agent.partition("/")
    if stroke:
        _known_team(scenario, team, "agent")
    example = nearest(agent, teams) or sorted(teams)[0]
    raise _refuse("agent", "say which of the team", agent, "TEAM/number", f"{example}/1")


def _agent_id(retold: Retold, scenario: Scenario, agent: str, team: str, place: str) -> int:
    """Return the id of an agent by his number in the team, from 1, or by his name."""
    row = retold.program.teams[retold.names.teams.index(team)]
    if place.isdecimal() and 1 <= int(place) <= row.n_agents:
        return int(row.first_agent) + int(place) - 1
    persons = _persons(scenario, team)
    if place in persons:
        return int(row.first_agent) + persons.index(place)
    allowed = f"{team}/1 to {team}/{row.n_agents}" if row.n_agents else f"nobody: {team} has no agents"
    raise _refuse("agent", "nobody of that number in the team", agent, allowed)


def _persons(scenario: Scenario, team: str) -> list[str]:
    """Return the names of a team's persons in the order of their numbers; of seats none."""
    from ccsim.scenario.duties import duties

    return list(duties(scenario, team))


def _known_day(retold: Retold, scenario: Scenario, day: int | str | None) -> int:
    """Return the index of a calendar day with opening hours."""
    before = days_before(scenario)
    dates = retold.names.dates[before:]
    opened = [day - before for day in reported_days(retold.program).tolist()]
    if day is None:
        return int(opened[0]) + before
    text = str(day)
    index = int(text) - 1 if text.isdecimal() else dates.index(text) if text in dates else -1
    if not 0 <= index < len(dates):
        raise _refuse("day", "no such day", day, f"1 to {len(dates)}, or {dates[0]} to {dates[-1]}")
    if index not in opened:
        others = ", ".join(str(i + 1) for i in opened[:_MOST_NAMED])
        raise _refuse("day", f"{_weekday(dates[index])} is closed", day, others)
    return int(index) + before


def _weekday(date: str) -> str:
    return f"{datetime.date.fromisoformat(date):%a} {date}"


# -------------------------------------------------------------------------------- the day in words


class _Line(NamedTuple):
    """A line of the day: when, how long, what."""

    at: str
    length: str
    words: str

    def __str__(self) -> str:
        return f"{self.at}  {self.length:>7}  {self.words}"


def _head(walked: Walk) -> str:
    day = walked.day
    said = f"{escaped(day.name)}{_called(walked)}, {_weekday(day.date)}"
    return f"{said} ({escaped(walked.scenario.name)}; replication {day.replication}, seed {walked.seed})"


def _called(walked: Walk) -> str:
    """Return the name of a person beside his number."""
    return f" ({escaped(walked.person)})" if walked.person else ""


def _lines(walked: Walk) -> Iterator[_Line]:
    """Yield the lines of a day in order of time."""
    day = walked.day
    if not day.stretches and not day.calls:
        yield _Line("        ", "", "not on duty that day")
        return

    def at(instant: float) -> str:
        return f"{clock.wall(walked.scenario, round(instant)):%H:%M:%S}"

    found: list[tuple[float, int, _Line]] = []
    for before, stretch, after in _with_neighbours(day.stretches):
        comes = before is None or before.ended_at < stretch.began_at
        if comes and stretch.state != AgentState.MISSING:
            found.append((stretch.began_at, 0, _Line(at(stretch.began_at), "", _arrival(stretch))))
        if stretch.call < 0:
            words, length = _stretch_words(stretch), numbers.duration(stretch.length)
            found.append((stretch.began_at, 2, _Line(at(stretch.began_at), length, words)))
        if (after is None or after.began_at > stretch.ended_at) and stretch.state != AgentState.MISSING:
            found.append((stretch.ended_at, 3, _Line(at(stretch.ended_at), "", "went off duty")))
    for call in day.calls:
        began = min(call.assigned_at, call.answered_at)
        length = numbers.duration(call.answered_at - began + call.handle_time)
        found.append((began, 1, _Line(at(began), length, _call_words(call))))
    yield from (line for _, _, line in sorted(found, key=lambda item: item[:2]))


def _with_neighbours(stretches: tuple[Stretch, ...]) -> Iterator[tuple[Stretch | None, Stretch, Stretch | None]]:
    for i, stretch in enumerate(stretches):
        yield (
            stretches[i - 1] if i else None,
            stretch,
            stretches[i + 1] if i + 1 < len(stretches) else None,
        )


def _arrival(stretch: Stretch) -> str:
    return "shift begins" if stretch.state == AgentState.LATE else "came on duty"


def _stretch_words(stretch: Stretch) -> str:
    if stretch.call == IN_VAIN:
        return "dialled a customer who was to be called back; no answer"
    if stretch.state == AgentState.RING:
        return "the phone rang, but the caller hung up"
    if stretch.state == AgentState.CONSULT:
        return "asked by a colleague"
    if stretch.state in (AgentState.TALK, AgentState.WRAP, AgentState.BRIEF):
        return f"still {STATE_WORDS[stretch.state]} of a call of the day before"
    return {AgentState.MISSING: "absent all shift", AgentState.LATE: "not there yet: late"}.get(
        stretch.state, STATE_WORDS[stretch.state]
    )


def _call_words(call: Call) -> str:
    """Return who called, how long he had waited and why, and what followed."""
    parts = [f"{escaped(call.call_type)} call of customer {call.customer}{_waited(call)}"]
    if call.cause == "callback" and call.came_by in ("", "no_answer"):
        parts = [f"called customer {call.customer} back ({escaped(call.call_type)})"]
    elif call.contact:
        back = "he comes back about it: " if call.cause == "return" else ""
        about = "" if back else " about it"
        parts.append(f"{back}his {_ordinal(call.contact + 1)} call{about}")
    if call.came_by in ("transferred", "escalated"):
        why = " for want of authority" if call.came_by == "escalated" else ""
        again = f" ({numbers.duration(call.retold)})" if call.retold >= _LEAST else ""
        story = "he was briefed" if call.briefed else f"he tells his story again{again}"
        parts.append(f"passed on from {escaped(call.came_from)}{why}: {story}")
    elif call.came_from and call.came_by != "no_answer":
        parts.append(f"{call.came_by} from {escaped(call.came_from)}")
    if call.handled_as != call.call_type and call.came_by in ("", "overflowed"):
        parts.append(f"sent to {escaped(call.handled_as)} by mistake")
    ring = call.answered_at - call.assigned_at
    spent = (("ring", ring), ("talk", call.talk), ("hold", call.hold), ("wrap", call.wrap))
    parts += [f"{word} {numbers.duration(length)}" for word, length in spent if length >= _LEAST or word == "talk"]
    if call.asked >= _LEAST:
        parts.append(f"{numbers.duration(call.asked)} of the hold for somebody with more authority")
    if call.held >= _LEAST:
        parts.append(f"held with him for the next person {numbers.duration(call.held)}")
    parts += [_ENDS[said] for said in (call.action or call.outcome,) if said in _ENDS]
    if call.outcome == "lost_in_transfer":
        parts.append("he hung up while being passed on")
    return "; ".join(parts)


def _waited(call: Call) -> str:
    """Return how long he had waited with the reasons; nothing for who was answered at once."""
    if call.wait < _LEAST:
        return ""
    reasons = [
        (ROADBLOCKS[delay.roadblock].said, delay.seconds)
        for delay in call.delays
        if ROADBLOCKS[delay.roadblock].whose == "caller"
        and delay.roadblock not in ("hold", "asked", "retold")
        and delay.seconds >= _LEAST
    ]
    if len(reasons) > 1:
        why = ", ".join(f"{numbers.duration(seconds)} {said}" for said, seconds in reasons)
    else:
        why = "".join(said for said, _ in reasons)
    return f", who had waited {numbers.duration(call.wait)}" + (f" ({why})" if why else "")


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _sums(day: AgentDay) -> list[str]:
    """Return the sums of a day: calls, time by state, and what stood in the way."""
    lines = []
    n = len(day.calls)
    handled = sum(call.handle_time for call in day.calls)
    mean = f", handle time {numbers.duration(handled / n)} on average" if n else ""
    occupancy = "" if day.occupancy is None else f"; occupancy {numbers.percent(day.occupancy)}"
    lines.append(f"{numbers.plural(n, 'call')}{mean}{occupancy}")
    times = times_of(day)
    if times:
        hold = math.fsum(call.hold - call.asked for call in day.calls)  # while a colleague is asked the agent is in BRIEF
        held = {AgentState.TALK: f" ({numbers.duration(hold)} of it hold)"} if hold >= _LEAST else {}
        lines.append(
            "; ".join(f"{STATE_WORDS[state]} {numbers.duration(time)}{held.get(state, '')}" for state, time in times.items())
        )
    for whose, owner in (("caller", "In the way of his callers"), ("agent", "In his own way")):
        found = _met(day, whose)
        if found:
            lines.append(f"{owner}: " + "; ".join(found))
    return lines


def _met(day: AgentDay, whose: str) -> list[str]:
    """Return the roadblocks of a day that lie in calls, the largest first."""
    delays = sorted((delay for call in day.calls for delay in call.delays), key=lambda delay: delay.roadblock)
    sums = {}
    for id, same in itertools.groupby(delays, key=lambda delay: delay.roadblock):
        seconds = [delay.seconds for delay in same]
        sums[id] = (sum(seconds), len(seconds))
    return [
        f"{ROADBLOCKS[id].title.lower()} {numbers.duration(seconds)} ({numbers.plural(n, 'call')})"
        for id, (seconds, n) in sorted(sums.items(), key=lambda item: -item[1][0])
        if ROADBLOCKS[id].whose == whose
    ]


# -------------------------------------------------------------------------------- the team in words


def _pareto(walked: TeamWalk) -> list[str]:
    """Return the lines of the table."""
    priced = any(lost.money is not None for lost in walked.lost)
    currency = walked.scenario.currency or "money"
    head = f"{'':41} {'min a day':>9}  {'±':>6} {'share':>7} {'cases':>8}" + (f"  {escaped(currency):>9}" if priced else "")
    lines = [
        f"What stands in the way of {escaped(walked.team)} and its callers, per operating day",
        f"{escaped(walked.scenario.name)}; {numbers.plural(walked.replications, 'replication')}, seed {walked.seed}",
    ]
    for whose, owner in (("caller", "Minutes of callers"), ("agent", "Minutes of agents")):
        found = [lost for lost in walked.lost if lost.roadblock.whose == whose]
        if not found:
            continue
        total = sum(lost.minutes for lost in found)
        lines += ["", f"{owner:41}{head[41:]}"]
        for lost in found:
            half = numbers.NONE if lost.low is None or lost.high is None else f"{(lost.high - lost.low) / 2.0:.1f}"
            money = "" if not priced else f"  {numbers.NONE if lost.money is None else f'{lost.money:,.2f}':>9}"
            row = f"  {lost.roadblock.title:39} {lost.minutes:9,.1f}  {half:>6} {100 * lost.minutes / total:5.1f} %"
            lines.append(f"{row} {lost.cases:8,.1f}{money}")
    if not walked.lost:
        lines += ["", "Nothing stood in anybody's way."]
    return lines
