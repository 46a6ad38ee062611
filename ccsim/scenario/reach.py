"""A loaded scenario -> who is able to take which call, and how well: the companion of ``scenario.resolve`` for skills."""

from __future__ import annotations

import math
from typing import NamedTuple

from ccsim.scenario import resolve
from ccsim.scenario.laws import Law
from ccsim.scenario.model import Scenario

__all__ = ["Ability", "ability", "able_teams", "fastest", "pace", "teams_for"]


class Ability(NamedTuple):
    """What a team that has all the skills a call type needs is to it.

    Attributes
    ----------
    prefer, calls_prefer : int
        What its agents think of such a call, and such a call of them: 1 is first.
    handle : float
        Factor on talk, hold and wrap.
    talk, wrap : Law or None
        The team's own, instead of the call type's.
    """

    prefer: int = 1
    calls_prefer: int = 1
    handle: float = 1.0
    talk: Law | None = None
    wrap: Law | None = None


def ability(scenario: Scenario, team: str, call_type: str) -> Ability | None:
    """Return what a team is to a call type; None if it lacks a skill. A team without `skills` has all of them."""
    skills, needs = scenario.agents[team].skills, scenario.calls[call_type].needs
    if skills is None or not needs:
        return Ability()
    if not set(needs) <= set(skills):
        return None
    used = [skills[need] for need in needs]
    laws = [None if written is None else resolve.law(scenario, written) for written in (used[0].talk, used[0].wrap)]
    return Ability(
        prefer=max(skill.prefer for skill in used),
        calls_prefer=max(skill.calls_prefer or skill.prefer for skill in used),
        handle=math.prod(skill.handle for skill in used),
        talk=laws[0],
        wrap=laws[1],
    )


def able_teams(scenario: Scenario, queue: str, call_type: str) -> tuple[str, ...]:
    """Return the teams of a queue that are able to take a call type, sorted by name."""
    return tuple(team for team in resolve.teams_of(scenario, queue) if ability(scenario, team, call_type) is not None)


def teams_for(scenario: Scenario, queue: str, call_type: str) -> tuple[str, ...]:
    """Return the teams that may ever take a call type of a queue, there or where it overflows to, sorted by name."""
    return tuple(
        sorted({team for name in resolve.overflow_queues(scenario, queue) for team in able_teams(scenario, name, call_type)})
    )


def pace(scenario: Scenario, call_type: str, able: Ability) -> float:
    """Return a team's mean handle time of a call type relative to the type's own."""
    own = resolve.handle_laws(scenario, call_type)
    here = own._replace(talk=able.talk or own.talk, wrap=able.wrap or own.wrap)
    return able.handle * here.mean() / own.mean() if own.mean() > 0 else able.handle


def fastest(scenario: Scenario, queue: str, call_type: str) -> float:
    """Return the least `pace` of the teams of a queue that are able to take a call type; 1 if there are none."""
    able = (ability(scenario, team, call_type) for team in resolve.teams_of(scenario, queue))
    return min((pace(scenario, call_type, one) for one in able if one is not None), default=1.0)
