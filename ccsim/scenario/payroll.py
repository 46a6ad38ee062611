"""What a plan's people are paid before anything is simulated, and the one number that keeps it when a plan changes.

Payroll is the paid time that shifts, rosters and seats plan, times what it costs; overtime is luck, and who is billed by what
he talks is not on it. `what_if: {set: ..., keep_payroll_by: agents.x.headcount}` asks for the largest such number whose plan
costs no more than the base; what is left over and both neighbours are kept for the reader.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ccsim import units
from ccsim.errors import Problem, Refusal, ScenarioError, shown
from ccsim.scenario import resolve
from ccsim.scenario.document import Document, Unreadable
from ccsim.scenario.duties import are_persons, duties
from ccsim.scenario.overrides import Override, apply, plus, split, written

if TYPE_CHECKING:
    from ccsim.scenario.model import Scenario

__all__ = ["EqualPay", "Payroll", "kept", "lever", "payroll"]

MOST = 100_000
"""Agents; the limit of a headcount."""
_SLACK = 1e-9
"""Relative: sums of the same shifts in another order."""
_LEVERS = "agents.<team>.headcount, agents.<team>.shifts.<shift>, or one of their days"


class Payroll(NamedTuple):
    """Paid time as planned over the horizon.

    Attributes
    ----------
    amount : float
        In the scenario's currency; where no team paid by time has a cost, hours.
    hours : float
        Paid hours.
    is_money : bool
    """

    amount: float
    hours: float
    is_money: bool


class EqualPay(NamedTuple):
    """How a plan keeps the payroll of the base.

    Attributes
    ----------
    lever : str
        The number that was solved for, as a dotted path.
    value : int
        The largest at which the plan's payroll does not exceed the base's.
    base, plan : float
        Payrolls over the horizon, in `unit`.
    neighbours : tuple of (int, float)
        The payroll of one fewer (unless there is none) and of one more.
    unit : str
        The currency, or h; empty for money of no name.
    """

    lever: str
    value: int
    base: float
    plan: float
    neighbours: tuple[tuple[int, float], ...]
    unit: str

    @property
    def left_over(self) -> float:
        """What the plan does not spend of the base's payroll, in `unit`."""
        return max(self.base - self.plan, 0.0)

    def as_dict(self) -> dict[str, Any]:
        """The fields in order, ready for JSON."""
        neighbours = [{"value": value, "payroll": amount} for value, amount in self.neighbours]
        return {**self._asdict(), "neighbours": neighbours, "left_over": self.left_over}

    def __str__(self) -> str:
        """One sentence: the number, what is left over, and what the neighbours would cost."""

        def money(amount: float) -> str:
            return f"{amount:,.2f}" + (f" {self.unit}" if self.unit else "")

        said = [
            f"{value} would leave {money(self.base - amount)}"
            if amount <= self.base
            else f"{value} would cost {money(amount - self.base)} more"
            for value, amount in self.neighbours
        ]
        return (
            f"payroll of the base kept by {self.lever} = {self.value}: {money(self.plan)} of {money(self.base)}, "
            f"{money(self.left_over)} left over; {', '.join(said)}"
        )


def payroll(scenario: Scenario) -> Payroll:
    """Return what the plan's paid time costs: persons by their duties without unpaid breaks, seats by what they are paid.

    Duties count as a whole, but what of a night shift is the next day's where the lines stay open when the run ends.
    """
    teams = {name: team for name, team in scenario.agents.items() if team.billed != "talk_and_wrap"}
    seconds = {name: _paid_time(scenario, name) for name in teams}
    is_money = any(team.cost is not None and team.cost.calls > 0.0 for team in teams.values())
    hours = sum(seconds.values()) / units.HOUR
    if not is_money:
        return Payroll(hours, hours, is_money)
    rates = {name: 0.0 if team.cost is None else team.cost.calls / (team.cost.period or 1.0) for name, team in teams.items()}
    return Payroll(sum(rates[name] * paid for name, paid in seconds.items()), hours, is_money)


def _paid_time(scenario: Scenario, team: str) -> float:
    """Paid seconds of a team by plan."""
    if are_persons(scenario, team):
        until = resolve.open_days(scenario)[-1].closes if resolve.goes_on(scenario) else math.inf
        owns = [duty for own in duties(scenario, team).values() for duty in own]
        breaks = [(away.at, min(away.at + away.length, duty.ends_at)) for duty in owns for away in duty.aways if not away.paid]
        stretches = [(duty.starts_at, duty.ends_at) for duty in owns]
        paid, unpaid = (sum(max(min(end, until) - begin, 0.0) for begin, end in some) for some in (stretches, breaks))
        return paid - unpaid
    grid, levels = resolve.intervals(scenario), resolve.seats_by_interval(scenario, team)
    on_phones = sum(level * interval.length for level, interval in zip(levels, grid, strict=True))
    return on_phones * scenario.agents[team].paid_per_phone_hour


# -------------------------------------------------------------------------------- the number that keeps it


def lever(document: Document, path: str) -> int:
    """Return the number a path names in a document, its short forms expanded there; Unreadable if it is no such number."""
    parts = split(path)
    override = written(path, plus(0), Document(None), ())
    if parts[0] != "agents" or len(parts) < 3 or "*" in parts or parts[2] not in ("headcount", "shifts"):
        raise _no(override, "E-REF", "payroll is kept by a number of agents", shown(path), _LEVERS)
    apply(document, override)
    found = document.at(parts)
    if isinstance(found, dict | list):
        day = f"{path}.{next(iter(found))}" if isinstance(found, dict) and found else ""
        raise _no(override, "E-TYPE", "payroll is kept by one number of agents", "a map", _LEVERS, day)
    try:
        return int(units.parse_number(found, low=0.0, high=float(MOST)))
    except Refusal as refusal:
        raise _no(override, refusal.code, refusal.what, refusal.got, _LEVERS) from None


def _no(override: Override, code: str, what: str, got: str, allowed: str, try_: str = "") -> Unreadable:
    at = override.value.values[()]
    return Unreadable(Problem(code, ".".join(override.path), what, got, allowed, try_, at.file, at.line, at.col, at.width))


def kept(
    base: Scenario, changed: Callable[[int], Scenario], path: str, start: int, problem_at: str
) -> tuple[Scenario, EqualPay]:
    """Return the plan whose payroll comes closest to the base's without exceeding it, and how.

    Parameters
    ----------
    changed : callable
        The plan with this number at `path`.
    start : int
        A number that is a plan.
    problem_at : str
        Where in the scenario payroll is asked to be kept, for messages.

    Raises
    ------
    ScenarioError
        E-PAYROLL where the number does not move payroll, or even none of it is too many.
    """
    aim = payroll(base)
    plans: dict[int, Scenario] = {}

    def paid(n: int) -> float:
        if n not in plans:
            plans[n] = changed(n)
        there = payroll(plans[n])
        return there.amount if there.is_money == aim.is_money else there.hours if not aim.is_money else 0.0

    def refuse(what: str, got: str) -> ScenarioError:
        return ScenarioError([Problem("E-PAYROLL", problem_at, what, got, try_="another team, or a change that costs less")])

    most = aim.amount * (1.0 + _SLACK)
    step = paid(start + 1) - paid(start)
    if step <= 0.0:
        raise refuse("does not move payroll: that team is paid nothing, or not then", shown(path))
    n = min(max(start + int((most - paid(start)) // step), 0), MOST - 1)
    while n > 0 and paid(n) > most:
        n -= 1
    while n < MOST and paid(n + 1) <= most:
        n += 1
    if paid(n) > most:
        raise refuse("payroll cannot be kept: even with 0 there it exceeds the base's", f"{paid(n):,.2f} of {aim.amount:,.2f}")
    unit = base.currency if aim.is_money else "h"
    neighbours = tuple((other, paid(other)) for other in (n - 1, n + 1) if other >= 0)
    return plans[n], EqualPay(path, n, aim.amount, paid(n), neighbours, unit)
