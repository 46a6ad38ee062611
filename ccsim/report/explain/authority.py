"""Who may settle what, in words: what cases need, what each team may grant, and what becomes of those beyond it."""

from __future__ import annotations

import math

from ccsim.program.compile import Compiled
from ccsim.report.explain.words import joined, number, percent, spoken
from ccsim.scenario.authority import MakeItRight, OnShortfall
from ccsim.scenario.cases import keeps_cases
from ccsim.scenario.laws import Family
from ccsim.scenario.model import Scenario

__all__ = ["authority", "costs", "money"]


def money(scenario: Scenario, amount: float) -> str:
    """Return ``25 EUR``, ``1.50 EUR`` or ``any amount``."""
    if math.isinf(amount):
        return "any amount"
    said = f"{amount:,.0f}" if amount == round(amount) else f"{amount:,.3f}".rstrip("0").ljust(len(f"{amount:,.0f}") + 3, "0")
    return f"{said} {scenario.currency}" if scenario.currency else said


def authority(scenario: Scenario, compiled: Compiled) -> list[str]:
    """Return what cases need and who settles them; one sentence where nothing asks what becomes of them."""
    if not keeps_cases(scenario):
        return ["Whoever answers a call may settle it."]
    right = scenario.make_it_right
    lines = [line for name in sorted(scenario.calls) for line in _case(scenario, name)]
    lines += [
        f"Of what {name} settles {percent(team.unresolved)} stays unsolved besides."
        for name, team in sorted(scenario.agents.items())
        if team.unresolved > 0.0
    ]
    needing = sorted(name for name, call in scenario.calls.items() if call.needs_authority is not None)
    if needing or right.leakage is not None:
        lines.append(_limits(scenario, compiled))
        lines += _budgets(scenario)
    if needing:
        lines += _beyond(scenario, needing)
        lines += _time_taken(right)
    if right.leakage is not None and right.leakage.share > 0.0:
        given = (
            f"{percent(right.leakage.share)} of those who need nothing are given {money(scenario, right.leakage.amount)} all"
        )
        lines.append(f"{given} the same, by agents who may grant that.")
    return lines


def _case(scenario: Scenario, name: str) -> list[str]:
    """Return what the cases of a call type need, and how many stay unsolved."""
    call, lines = scenario.calls[name], []
    need = call.needs_authority
    if need is not None and need.amount is not None and need.share is not None:
        lines.append(f"{name}: {percent(need.share)} need somebody who may grant {_amount(scenario, name)}.")
    elif need is not None:
        levels = sorted((scenario.authority_levels[level], share) for level, share in (need.by_level or {}).items())
        parts = [f"{percent(share)} need {money(scenario, amount) if amount > 0 else 'nothing'}" for amount, share in levels]
        lines.append(f"{name}: {joined(parts)}.")
    if need is not None and need.talk != 1.0:
        lines.append(f"{name}: the talk about a case that needs something takes {percent(need.talk)} of the usual time.")
    if call.unresolved > 0.0:
        lines.append(f"{name}: {percent(call.unresolved)} of what is settled stays unsolved.")
    return lines


def _amount(scenario: Scenario, name: str) -> str:
    need = scenario.calls[name].needs_authority
    assert need is not None and need.amount is not None
    of = need.amount.law()
    if of.family is Family.DETERMINISTIC:
        return money(scenario, of.a)
    if of.family is Family.UNIFORM:
        return f"{money(scenario, of.a)} to {money(scenario, of.b)}"
    half, most = (f"{of.quantile(share):,.0f}" for share in (0.5, 0.9))
    unit = f" {scenario.currency}" if scenario.currency else ""
    return f"{of.mean():,.0f}{unit} on average (half of them up to {half}, 90 % up to {most})"


def _limits(scenario: Scenario, compiled: Compiled) -> str:
    """Return what an agent of each team may grant, teams of one limit together, as compiled: with the policy's own."""
    by_limit: dict[float, list[str]] = {}
    for team, limit in zip(compiled.names.teams, compiled.program.teams.authority.tolist(), strict=True):
        by_limit.setdefault(limit, []).append(team)
    said = [f"{joined(by_limit[at])} {money(scenario, at) if at > 0 else 'nothing'}" for at in sorted(by_limit)]
    return f"For each case, agents may grant: {'; '.join(said)}."


def _budgets(scenario: Scenario) -> list[str]:
    return [
        f"An agent of {name} may grant {money(scenario, team.credit_budget.calls)} a day in all."
        for name, team in sorted(scenario.agents.items())
        if team.credit_budget is not None
    ]


def _beyond(scenario: Scenario, needing: list[str]) -> list[str]:
    """Return what an agent does with a case beyond his limit, and to whom it goes."""
    right = scenario.make_it_right
    by_type = {name: scenario.calls[name].on_shortfall or right.on_shortfall for name in needing}
    told: dict[str, list[str]] = {}
    for name, shortfall in by_type.items():
        told.setdefault(_shares(shortfall), []).append(name)
    lines = [
        f"A case{'' if len(told) == 1 else f' of {joined(names)}'} beyond an agent's limit {said}."
        for said, names in told.items()
    ]
    if any(shortfall.escalate > 0.0 for shortfall in by_type.values()):
        whom = "the next limit above one's own" if right.policy == "frontline_chain" else "the least limit that suffices"
        lines.append(f"It is passed on to those with {whom}, and waits there; where nobody has that, it is refused.")
        lines += _manner(right)
    if any(shortfall.consult > 0.0 for shortfall in by_type.values()):
        talk, most = spoken(right.consult), spoken(right.consult_at_most)
        lines.append(f"A colleague is asked for {talk}, while the caller holds; who finds none within {most} refuses the case.")
    return lines


def _shares(shortfall: OnShortfall) -> str:
    words = {
        "is passed on": shortfall.escalate,
        "is refused": shortfall.refuse,
        "is settled after asking a colleague who may grant it": shortfall.consult,
        "is promised a call by somebody who may grant it": shortfall.call_back,
    }
    some = {word: share for word, share in words.items() if share > 0.0}
    return joined((word if len(some) == 1 else f"{word} ({percent(share)})" for word, share in some.items()), "or")


def _manner(right: MakeItRight) -> list[str]:
    passing, lines = right.escalate, []
    if passing.transfer == "warm":
        stays = f"and for {spoken(passing.brief)} with both" if passing.brief > 0 else "and no longer"
        lines.append(f"The agent stays with the caller until somebody answers, {stays}.")
    if passing.lose_caller > 0.0:
        lines.append(f"{percent(passing.lose_caller)} of the callers hang up at that moment.")
    if passing.max_hops < 100:
        lines.append(f"A case is passed on at most {number(passing.max_hops)} times in a call; then it is refused.")
    return lines


def _time_taken(right: MakeItRight) -> list[str]:
    """Return what cases do to the time of a talk."""
    lines = []
    if right.first_leg != 1.0:
        lines.append(f"Who does not settle it at once has talked for {percent(right.first_leg)} of the whole talk by then.")
    if right.next_leg != 1.0:
        lines.append(f"Whoever comes later talks for {percent(right.next_leg)} of a whole talk.")
    if right.retell > 0.0:
        unless = ", but from an agent who has stayed" if right.escalate.transfer == "warm" else ""
        lines.append(f"Whoever comes later hears the story again for {spoken(right.retell)}{unless}.")
    if right.decide.frontline > 0.0 or right.decide.supervisor > 0.0:
        first, later = spoken(right.decide.frontline), spoken(right.decide.supervisor)
        lines.append(f"Deciding on a case that needs something takes the first agent {first}, later ones {later}.")
    return lines


def costs(scenario: Scenario) -> list[str]:
    """Return what is paid beside agents, whose wages stand with their teams."""
    paid, gone = scenario.costs, scenario.after_contact.leave
    lines = []
    if paid.trunk_per_minute > 0.0:
        lines.append(
            f"A line in use costs {money(scenario, paid.trunk_per_minute)} a minute, from the dial to the end of the talk."
        )
    if paid.per_abandon > 0.0:
        lines.append(f"Each call that is abandoned costs {money(scenario, paid.per_abandon)}.")
    if not lines and not any(team.cost for team in scenario.agents.values()):
        lines.append("Nothing costs money.")
    elif keeps_cases(scenario):
        lines.append("What is granted to callers is a cost as well.")
    if gone is not None and gone.share > 0.0 and gone.value > 0.0:
        lines.append(f"With each customer who is gone for good {money(scenario, gone.value)} is lost; that is counted apart.")
    return lines or ["Agents, as said above; nothing else."]
