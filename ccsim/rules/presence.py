"""What keeps a person from the phones against the plan, and how fast he is: absent, late, off the phone, proficiency.

Drawn per person and date (proficiency: per person), so that one shift more or less changes nobody else's luck.
"""

from __future__ import annotations

from ccsim.jit import apart, inner, jit
from ccsim.program.layout import Records
from ccsim.rules.randomness import Luck, entity_base, uniform
from ccsim.rules.sampling import lognormal_quantile, sample
from ccsim.rules.tables import agent_at, duty_at, team_at
from ccsim.vocabulary import AgentState, Stream

__all__ = ["handle_factor", "is_absent", "is_away", "is_on_duty", "late_by", "spell_at"]


@inner
def is_away(state: int) -> bool:
    """True on a break or off the phones."""
    return state == AgentState.BREAK or state == AgentState.OFF_PHONE


@inner
def is_on_duty(state: int) -> bool:
    """True for who has come: at work on the phones, or away from them for a while."""
    return (state > AgentState.ABSENT and state < AgentState.MISSING) or state >= AgentState.BRIEF


@jit
def is_absent(luck: Luck, program: Records, agent: int, date: int) -> bool:
    """True if this person does not come on that date (days since 1970-01-01)."""
    who = agent_at(program, agent)
    share = team_at(program, who.team).absent_share
    if share <= 0.0:
        return False
    return uniform(luck, Stream.ABSENT, entity_base(who.name_key, date, 0), 0) < share


@jit
def late_by(luck: Luck, program: Records, duty: int) -> float:
    """How much later than his shift begins the person comes, s."""
    row = duty_at(program, duty)
    who = agent_at(program, row.agent)
    team = team_at(program, who.team)
    if team.late_share <= 0.0:
        return 0.0
    entity = entity_base(who.name_key, row.date, 0)
    visit = int(row.ordinal) << 12
    if uniform(luck, Stream.LATE, entity, visit) >= team.late_share:
        return 0.0
    return sample(program, team.late_law, uniform(luck, Stream.LATE_BY, entity, visit))


@jit
def spell_at(luck: Luck, program: Records, duty: int, spell: int) -> float:
    """When the `spell`-th (from 0) time off the phones of a duty falls due: at random in that equal part of the duty, s."""
    row = duty_at(program, duty)
    entity = entity_base(agent_at(program, row.agent).name_key, row.date, 0)
    u = uniform(luck, Stream.OFF_PHONE, entity, (int(row.ordinal) << 12) | spell)
    part = (row.ends_at - row.starts_at) / row.n_spells
    return row.starts_at + spell * part + u * (part - row.spell)


@jit
@apart
def handle_factor(luck: Luck, program: Records, agent: int) -> float:
    """By what this person's handle times are longer or shorter than his team's: lognormal with mean 1."""
    who = agent_at(program, agent)
    sigma = team_at(program, who.team).proficiency_sigma
    if sigma <= 0.0:
        return 1.0
    return lognormal_quantile(sigma, uniform(luck, Stream.PROFICIENCY, who.name_key, 0))
