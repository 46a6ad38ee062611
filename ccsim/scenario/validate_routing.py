"""Checks of skills and queues: every skill is needed and somebody has it, every team named can do something there.

Called by ``scenario.validate``; reports all it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ccsim.errors import Refusal, nearest
from ccsim.scenario import reach, resolve
from ccsim.scenario.document import Path
from ccsim.scenario.model import Scenario

__all__ = ["check_skills"]

Report = Callable[[Path, Refusal], None]


def check_skills(scenario: Scenario, report: Report) -> None:
    """Report needs that nobody meets, skills that nobody needs, laws of a team's own where several skills are needed."""
    sound = _check_needs(scenario, report)
    sound = _check_teams(scenario, report) and sound
    if sound:
        _check_queues(scenario, report)


def _check_needs(scenario: Scenario, report: Report) -> bool:
    """Report needs that no team meets; true if there are none."""
    skills = {skill for team in scenario.agents.values() for skill in team.skills or ()}
    has_all = any(team.skills is None for team in scenario.agents.values())
    kinds = [set(team.skills or ()) for team in scenario.agents.values()]
    sound = True
    for name, call in scenario.calls.items():
        path: Path = ("calls", name, "needs")
        if len(set(call.needs)) < len(call.needs):
            report(path, Refusal("E-REF", "names a skill twice"))
            sound = False
        if has_all:
            continue
        lacking = [need for need in call.needs if need not in skills]
        for need in lacking:
            report(path, _missing("no team has the skill", need, skills))
        if call.needs and not lacking and not any(set(call.needs) <= kind for kind in kinds):
            report(path, Refusal("E-REF", "no team has all of these skills", got=", ".join(call.needs)))
            sound = False
        sound = sound and not lacking
    return sound


def _check_teams(scenario: Scenario, report: Report) -> bool:
    """Report skills no call needs, and laws that two skills would both set; true if there are none."""
    needed = {need for call in scenario.calls.values() for need in call.needs}
    sound = True
    for name, team in scenario.agents.items():
        for skill, how in (team.skills or {}).items():
            path: Path = ("agents", name, "skills", skill)
            if skill not in needed:
                hint = f"calls: {{{skill}: {{needs: [{skill}]}}}}" if skill in scenario.calls else ""
                report(path, _missing("no call needs the skill", skill, needed, hint))
                sound = False
            several = [kind for kind, call in scenario.calls.items() if skill in call.needs and len(call.needs) > 1]
            if how.has_law and several:
                what = f"{several[0]} needs other skills, too: which law would hold?"
                report(path, Refusal("E-BOTH", what, try_="handle: 95%"))
                sound = False
    return sound


def _check_queues(scenario: Scenario, report: Report) -> None:
    """Report teams named for a queue none of whose calls they are able to take, and calls nobody there is able to take."""
    for name, queue in scenario.queues.items():
        if any(step.to not in scenario.queues for step in queue.overflow):
            continue  # told already
        calls = resolve.calls_of(scenario, name)
        if not set(calls) <= set(scenario.calls) or not set(queue.teams or ()) <= set(scenario.agents):
            continue  # told already
        for index, team in enumerate(queue.teams or ()):
            if not any(reach.ability(scenario, team, call) for call in calls):
                what = "lacks the skills for every call of this queue"
                report(("queues", name, "teams", index), Refusal("E-REF", what, got=team))
        for call in calls:
            if queue.teams and not any(reach.ability(scenario, t, call) for t in queue.teams):
                what = f"none of these teams has the skills {call} needs"
                report(("queues", name, "teams"), Refusal("E-REF", what, got=", ".join(queue.teams)))


def _missing(what: str, name: str, names: Iterable[str], hint: str = "") -> Refusal:
    known = sorted(names)
    return Refusal("E-REF", what, got=name, allowed=", ".join(known[:20]) or "none", try_=hint or nearest(name, known))
