"""Counts of agents -> the terms of every KPI about them: time by state, time against the plan, paid time and money.

Read by `grid`. The centre's time is that of its teams but for those billed by talk and wrap time, whose waiting nobody here
pays for; its cost has the bills of all. Times are whole microseconds; money is in the scenario's currency.

Identities that the audit of tests holds them to, team by team: what persons are paid is what their shifts pay + overtime;
their time on the phones, on breaks, off the phones, late and absent is their time at work by plan + overtime; the cost of the
centre is the sum of its teams' bills + trunk + abandons + what was granted to callers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.plan import Required, over_and_short, plan_of, required_time
from ccsim.outcomes import AGENT_COUNTS, PRESENCE_COUNTS, Counts
from ccsim.program.layout import Program
from ccsim.vocabulary import Billed

__all__ = ["CENTRE_TERMS", "STAFF_TERMS", "is_priced", "numbers", "staff_reader"]

Floats = NDArray[np.float64]

_STATES = AGENT_COUNTS.names or ()
_PRESENCE = PRESENCE_COUNTS.names or ()
_MADE = (
    "on_phones_time",  # available or busy, whenever
    "planned_phone_time",  # persons: shifts without breaks and meetings; seats: taken or not, and who stays beyond them
    "shift_time",  # persons: breaks and meetings included
    "worked_time",  # persons: on the phones, on breaks or off the phones, whenever
    "paid_overtime",  # persons: beyond the shift; seats: outside opening hours
    "paid_time",
    "scheduled_time",  # planned on the phones in opening hours
    "required_time",
    "over_time",
    "short_time",
    "bill",  # money
)
STAFF_TERMS = (*(name if name.startswith("overtime") else f"open_{name}" for name in _STATES), *_PRESENCE, *_MADE)
"""Of each team and of the centre; PRESENCE_COUNTS' overtime_time is of persons only, so nobody reads it but `paid_overtime`."""
CENTRE_TERMS = (
    *("trunk_cost", "abandon_cost", "goodwill_cost", "lost_value", "priced_answered", "priced_resolved", "valued_resolved"),
)
"""Of the centre only; 0 for teams. Goodwill is all that was granted, leakage included; resolved are cases, if there are any,
and who was served by the IVR alone; valued where those who leave have a value."""


def numbers(table: NDArray[np.void]) -> Floats:
    """A table (n_intervals, n_places) of int64 records as float64, shape (n_fields, n_places, n_intervals)."""
    fields = len(table.dtype.names or ())
    plain = np.ascontiguousarray(table).view(np.int64).reshape(*table.shape, fields)
    return np.ascontiguousarray(plain.transpose(2, 1, 0), dtype=np.float64)


def is_priced(program: Program) -> bool:
    """True if agents, lines or abandons cost money; goodwill alone makes no cost of a centre."""
    settings = program.settings[0]
    return bool((program.teams.cost > 0.0).any() or settings.trunk_cost > 0.0 or settings.abandon_cost > 0.0)


def staff_reader(program: Program, opening_time: Floats, required: Required | None) -> Callable[[Counts], Floats]:
    """A function from counts to terms, float64 of shape (terms, 1 + n_teams, n_intervals), the centre first.

    Parameters
    ----------
    opening_time : float64, shape (n_intervals,)
        us.
    required : Required, optional
        Without it nothing is required of anybody.
    """
    teams, settings, plan = program.teams, program.settings[0], plan_of(program)
    persons = (np.asarray(teams.persons) != 0)[:, None]
    pay = 1.0 + np.asarray(teams.paid_extra)[:, None]
    per_talk = np.asarray(teams.billed == Billed.TALK_AND_WRAP)[:, None]
    price = np.asarray(teams.cost)[:, None] * 1e-6
    needed = np.zeros_like(plan.scheduled)
    over, short = np.zeros((2, len(teams) + 1, len(opening_time)))
    if required is not None:
        needed = required_time(required.by_team, opening_time)
        over, short = over_and_short(required, plan.scheduled, opening_time, ~per_talk[:, 0])
    at_work = [i for i, name in enumerate(_STATES) if any(part in name for part in ("talk", "brief", "consult", "wrap"))]
    is_overtime = np.array([name.startswith("overtime") for name in _STATES])
    priced, has_cases = float(is_priced(program)), program.settings.authority[0] != 0
    bill, nothing = STAFF_TERMS.index("bill"), np.zeros(len(opening_time))

    def read(counts: Counts) -> Floats:
        states, presence = numbers(counts.agent_time), numbers(counts.presence_time)
        there = dict(zip(_PRESENCE, presence, strict=True))
        opened, after = states[~is_overtime].sum(axis=0), states[is_overtime].sum(axis=0)
        on_phones, away = opened + after, there["break_time"] + there["off_phone_time"]
        planned = np.where(persons, plan.on_phones, np.maximum(plan.scheduled, opened + away))
        overtime = np.where(persons, there["overtime_time"], after)
        paid = np.where(persons, plan.paid, pay * planned) + overtime
        made = (
            on_phones,
            planned,
            plan.at_work,
            np.where(persons, on_phones + away, 0.0),
            overtime,
            paid,
            plan.scheduled,
            needed,
            over[1:],
            short[1:],
            price * np.where(per_talk, states[at_work].sum(axis=0), paid),
        )
        by_team = np.concatenate([states, presence, np.array(made)])
        terms = np.zeros((len(by_team) + len(CENTRE_TERMS), by_team.shape[1] + 1, by_team.shape[2]))
        terms[: len(by_team), 1:] = by_team
        terms[: len(by_team), 0] = by_team[:, ~per_talk[:, 0]].sum(axis=1)
        terms[bill, 0] = by_team[bill].sum(axis=0)
        terms[STAFF_TERMS.index("over_time"), 0], terms[STAFF_TERMS.index("short_time"), 0] = over[0], short[0]
        put_right = counts.cases["resolved"].sum(axis=1) + counts.episodes["contained"].sum(axis=1) if has_cases else nothing
        resolved = priced * put_right
        called_back = counts.callbacks["called_back"].sum(axis=1) if len(counts.callbacks) else nothing
        terms[len(by_team) :, 0] = (
            settings.trunk_cost * 1e-6 * counts.line_time["time"],
            settings.abandon_cost * counts.contacts["abandoned"].sum(axis=1),
            priced * 1e-6 * counts.cases["goodwill"].sum(axis=1) if has_cases else nothing,
            priced * 1e-6 * counts.cases["value_lost"].sum(axis=1) if has_cases else nothing,
            priced * (counts.contacts["answered"].sum(axis=1) + called_back),
            resolved,
            resolved if settings.leave_value > 0.0 else nothing,
        )
        return terms

    return read
