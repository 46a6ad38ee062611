"""What customers do after contacts, for generated Programs: they come back, are gone for good, are more or less content.

Drawn apart from the rest of a Program, so that those without stay what they are.
"""

from __future__ import annotations

import math

import numpy as np

from ccsim.program.layout import LAW, ODDS, Program, Records, records
from ccsim.vocabulary import Decision, Fact, Family
from tests.engines.dice import Dice

__all__ = ["with_after_contact"]

MULTIPLIERS = [-math.inf, -1.0, -0.2, 0.3, 2.0, 800.0]


def with_after_contact(program: Program, dice: Dice, *, grid: bool) -> Program:
    """The Program with returns, leaving and an index; on the grid customers come back after whole minutes, also at once."""
    settings, call_types, teams = program.settings.copy(), program.call_types.copy(), program.teams.copy()
    s = settings[0]
    if s.authority == 0:  # every case needs nothing, and is solved
        s.authority, s.first_leg, s.next_leg = 1, 1.0, 1.0
        call_types.authority_talk, teams.credit_budget = 1.0, math.inf
        for row in (*call_types, *teams):
            row.unresolved = dice.pick([0.0, 0.3, 0.6])
    law = np.zeros(1, LAW)
    mean = dice.pick([0.0, 60.0, 300.0, 1800.0, 50000.0])
    law["family"], law["a"] = (Family.DETERMINISTIC if grid or mean == 0.0 else Family.EXPONENTIAL), mean
    s.return_share, s.return_law = dice.pick([0.3, 0.6, 1.0]), len(program.laws)
    s.return_attempts = dice.pick([1, 2, 5])
    s.leave_share, s.leave_value = dice.pick([0.0, 0.2, 1.0]), dice.pick([0.0, 240.0])
    s.fcr_window = dice.pick([60.0, 1800.0, 604800.0])
    if dice.chance(0.7):
        s.rates, s.satisfaction_base = 1, dice.real(1.0, 5.0)
        s.satisfaction_per_minute, s.satisfaction_per_hop = dice.pick([0.0, -0.1]), dice.pick([0.0, -0.35, 0.5])
        s.satisfaction_unresolved, s.satisfaction_refused = -dice.real(0.0, 3.0), -dice.real(0.0, 3.0)
    redials, returns = program.odds, _odds(dice, Decision.RETURN, s.return_share)
    if 0.0 < s.redial_share < 1.0 and dice.chance(0.5):
        redials = _odds(dice, Decision.REDIAL, s.redial_share)
    odds = (redials, returns, _odds(dice, Decision.LEAVE, s.leave_share))
    return program._replace(
        settings=settings,
        call_types=call_types,
        teams=teams,
        laws=np.concatenate([program.laws, law]).view(np.recarray),
        odds=np.concatenate(odds).view(np.recarray),
    )


def _odds(dice: Dice, decision: Decision, share: float) -> Records:
    """Facts that make something likelier or rarer, the time a wait must exceed on the grid; none for a share of 0 or 1."""
    facts = [fact for fact in Fact if dice.chance(0.4)] if 0.0 < share < 1.0 else []
    table = records(ODDS, len(facts))
    for row, fact in zip(table, facts, strict=True):
        over = 60.0 * dice.between(0, 3) if fact == Fact.WAIT_OVER else 0.0
        row.decision, row.fact, row.over, row.log_multiplier = decision, fact, over, dice.pick(MULTIPLIERS)
    return table
