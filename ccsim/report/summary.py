"""A scenario -> one page that says what it means: when, who calls, who answers, what is to be reached.

`ccsim show` prints it and so should a notebook; nothing is simulated. What is shown is what the compiler will read, by way
of ``scenario.resolve``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccsim import units
from ccsim.errors import ScenarioError
from ccsim.report import numbers
from ccsim.report.evidence import evidence_lines
from ccsim.scenario import clock, duties, paths, reach, resolve
from ccsim.scenario.days_before import days_before
from ccsim.scenario.goals import Target
from ccsim.scenario.model import Scenario, Targets
from ccsim.scenario.skills import Routing

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MOST_HOLIDAYS = 5
_LONGEST_NAME = 36  # columns; longer names go on in the next line


def print_summary(scenario: Scenario, console: Console) -> None:
    """Print when the centre is open, its call types, queues, teams, targets and how it is simulated."""
    console.print(scenario.name, style="bold")
    if scenario.description:
        console.print(scenario.description)
    for line in (*calendar_lines(scenario), *_behaviour_lines(scenario), *_money_lines(scenario)):
        console.print(line)
    tables = [_calls(scenario), _queues(scenario), _teams(scenario)]
    if any(call.needs for call in scenario.calls.values()):
        tables.append(_skills(scenario))
    for table in tables:
        console.print()
        console.print(table)
    console.print()
    console.print("Targets: " + "; ".join(target_lines(scenario.targets)))
    for line in (*_what_if_lines(scenario), *evidence_lines(scenario)):
        console.print(line)
    console.print(_run_line(scenario))


def calendar_lines(scenario: Scenario) -> list[str]:
    """Return when the lines are open, in words."""
    if scenario.run.mode == "steady":
        length, warm_up = scenario.run.length or 0.0, scenario.run.warm_up
        dropped = f", the first {numbers.duration(warm_up)} dropped" if warm_up else ""
        return [f"Steady state for {numbers.duration(length)}{dropped}"]
    days = resolve.open_days(scenario)
    hours = "; ".join(
        ("" if day == units.DAILY else f"{day} ") + (units.format_window(window) if window else "closed")
        for day, window in scenario.open.items()
    )
    zone = f", {scenario.timezone}" if scenario.timezone else ""
    zone += "".join(f" ({date} has {hours:g} hours)" for date, hours in clock.changes(scenario).items())
    first = f"{scenario.start:%a} {scenario.start}"
    opened = "open" if len(days) == scenario.days else f"{len(days)} of them open:"
    lines = [
        f"{numbers.plural(scenario.days, 'day')} from {first}{zone}, {opened} {hours}",
        f"{numbers.plural(len(resolve.intervals(scenario)), 'interval')} of {numbers.duration(scenario.interval)}",
    ]
    if scenario.holidays:
        shown = ", ".join(f"{date:%a} {date}" for date in scenario.holidays[:_MOST_HOLIDAYS])
        lines.append(f"Closed on {shown}" + (", ..." if len(scenario.holidays) > _MOST_HOLIDAYS else ""))
    lines += days_before_lines(scenario)
    cap = scenario.closing.overtime_up_to
    closing = "callers still waiting are sent away" if scenario.closing.queue == "clear" else "callers still inside are served"
    lines.append(f"At closing {closing}" + (f", for {numbers.duration(cap)} at most" if cap is not None else ""))
    return lines


def days_before_lines(scenario: Scenario) -> list[str]:
    """Return how many days are simulated before the first, if any are."""
    before = days_before(scenario)
    if before == 0:
        return []
    are = "is" if before == 1 else "are"
    return [f"{numbers.plural(before, 'day')} before {are} simulated, not counted: the first days have their returns"]


def _solved_lines(scenario: Scenario) -> list[str]:
    """Say for each volume that counts all_at_queue what is wanted there and how many fresh calls bring it."""
    lines, days, open_ = [], resolve.open_days_of_horizon(scenario), resolve.unsolved(scenario)
    for name, call in sorted(scenario.calls.items()):
        counting = [day for day in days if resolve.counts_all(call, day)]
        if not counting:
            continue
        wanted = sum(sum(resolve.wanted_of_day(scenario, call, day)) for day in counting)
        line = f"{name}: {numbers.count(round(wanted, 1))} calls wanted at the queue, redials included; "
        if name in open_ or scenario.solved is None:
            lines.append(line + "fresh calls at the door not solved yet")
            continue
        fresh = sum(sum(resolve.calls_of_day(scenario, call, day)) for day in counting)
        found = scenario.solved
        lines.append(
            line + f"{numbers.count(round(fresh, 1))} fresh calls at the door bring them "
            f"(seed {found.seed}, {numbers.plural(found.replications, 'replication')}, within {100 * found.tolerance:.2g} %)"
        )
    return lines


def _behaviour_lines(scenario: Scenario) -> list[str]:
    lines = []
    if scenario.lines is not None:
        lines.append(f"{numbers.plural(scenario.lines, 'telephone line')}; who finds them all in use is blocked")
    if scenario.ivr is not None:
        lines += _ivr_lines(scenario)
    if scenario.routing != Routing():
        agent, call = (rule.replace("_", " ") for rule in (scenario.routing.pick_agent, scenario.routing.pick_call))
        known = (
            "Calls ask first the agent whom their customer talked to last; else they"
            if scenario.routing.last_agent
            else "Calls"
        )
        lines.append(f"{known} pick agents by {agent}, agents pick calls by {call}")
    for name, team in sorted(scenario.agents.items()):
        if team.reserve:
            lines.append(f"{name} keeps {numbers.plural(team.reserve, 'agent')} idle for the calls it prefers most")
    redial = scenario.after_contact.redial
    if redial is not None:
        tries = "as often as it takes" if redial.attempts is None else f"at most {numbers.plural(redial.attempts, 'time')}"
        after = numbers.duration(resolve.law(scenario, redial.after).mean())
        later = "" if redial.later is None else f" (later {numbers.percent(redial.later)})"
        lines.append(f"{numbers.percent(redial.share)}{later} of callers not served redial after {after} on average, {tries}")
        for name in sorted(redial.by_type):
            first, then = map(numbers.percent, resolve.redial_shares(redial, name))
            lines.append(f"  who waited as {name}: {first}" + (f", later {then}" if then != first else ""))
        lines += _odds_line("redialling", redial.odds)
    lines += _after_lines(scenario)
    lines += _solved_lines(scenario)
    spread = scenario.uncertainty
    if spread.centre_day or spread.type_day:
        parts = [f"all calls together {numbers.percent(spread.centre_day)}"] if spread.centre_day else []
        parts += [f"{name} {numbers.percent(cv)}" for name, cv in spread.type_day.items()]
        lines.append(f"Busier and quieter days (standard deviation): {', '.join(parts)}")
    else:
        lines.append("No uncertainty: every day of a kind expects the same number of calls")
    return lines


def _after_lines(scenario: Scenario) -> list[str]:
    """Return who comes back after an answer, and who leaves."""
    back, gone = scenario.after_contact.return_, scenario.after_contact.leave
    lines = []
    if back is not None:
        tries = "" if back.attempts is None else f", at most {numbers.plural(back.attempts, 'time')}"
        after = numbers.duration(resolve.law(scenario, back.after).mean())
        lines.append(f"{numbers.percent(back.share)} of callers answered come back after {after} on average{tries}")
        lines += _odds_line("coming back", back.odds)
    if gone is not None:
        value = f", {gone.value:,g} lost with each" if gone.value else ""
        lines.append(f"{numbers.percent(gone.share)} of customers leave when their problem is over{value}")
        lines += _odds_line("leaving", gone.odds)
    return lines


def _odds_line(what: str, odds: dict[str, float]) -> list[str]:
    """Return what multiplies the odds of a decision, if anything does."""
    facts = ", ".join(f"{name.replace('_', ' ')} x {multiplier:g}" for name, multiplier in sorted(odds.items()))
    return [f"Odds of {what}: {facts}"] if odds else []


def _money_lines(scenario: Scenario) -> list[str]:
    """Return what costs how much, in one line; none where nothing does."""
    currency = f" {scenario.currency}" if scenario.currency else ""
    parts = [
        f"{name} {units.format_rate(team.cost)}" + (" of talk and wrap" if team.billed == "talk_and_wrap" else "")
        for name, team in sorted(scenario.agents.items())
        if team.cost is not None
    ]
    costs = scenario.costs
    parts += [f"lines {costs.trunk_per_minute:g}/min"] if costs.trunk_per_minute else []
    parts += [f"an abandon {costs.per_abandon:g}"] if costs.per_abandon else []
    return [f"Cost{currency and ' in' + currency}: {', '.join(parts)}"] if parts else []


def _what_if_lines(scenario: Scenario) -> list[str]:
    """Return how each what-if that is to keep the payroll does so, or why none can."""
    lines = []
    for name, entry in scenario.what_if.items():
        if entry.keep_payroll_by is not None:
            try:
                lines.append(f"What if {name}: {scenario.variant(name).equal_pay}")
            except ScenarioError as error:
                lines.append(f"What if {name}: " + "; ".join(str(problem) for problem in error.problems))
    return lines


def _ivr_lines(scenario: Scenario) -> list[str]:
    """Return what the IVR does to callers of each type."""
    assert scenario.ivr is not None
    walks = {name: paths.walk(scenario, name) for name in sorted(scenario.calls)}
    lines = []
    for walk in dict.fromkeys((w.to_queue, w.contained, w.hung_up, w.time) for w in walks.values()):
        to_queue, contained, hung_up, time = walk
        names = [name for name, w in walks.items() if (w.to_queue, w.contained, w.hung_up, w.time) == walk]
        whose = "" if len(names) == len(walks) else f" for {', '.join(names)}"
        solved = f"{numbers.percent(contained)} are served by it, " if contained else ""
        lines.append(f"IVR of {numbers.duration(time)} on average{whose}; {solved}{numbers.percent(hung_up)} hang up in it")
    if scenario.ivr.ports is not None:
        lines.append(f"{numbers.plural(scenario.ivr.ports, 'IVR port')}; who finds them all in use is blocked")
    return lines


def _table(*columns: str) -> Table:
    """Return a table whose first column is text and the others numbers, headed by what they hold."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(columns[0], overflow="fold", max_width=_LONGEST_NAME)
    for column in columns[1:]:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _calls(scenario: Scenario) -> Table:
    table = _table("Call type", "Calls in all", "Handle time", "Mean patience", "Balk", "Load", "Busiest")
    grid = resolve.intervals(scenario)
    replayed = resolve.replayed_calls(scenario)
    for name, call in sorted(scenario.calls.items()):
        means = resolve.mean_calls(scenario, name)
        handle = resolve.handle_laws(scenario, name).mean()
        factors = resolve.handle_factors(scenario, name, "talk")
        loads = [mean * handle * f / i.length for mean, f, i in zip(means, factors, grid, strict=True)]
        n = sum(means) if scenario.replay is None else sum(c.call_type == name for c in replayed)
        average = sum(load * i.length for load, i in zip(loads, grid, strict=True)) / sum(i.length for i in grid)
        shown = (numbers.NONE, numbers.NONE) if scenario.replay is not None else (f"{average:.1f} erl", f"{max(loads):.1f} erl")
        patience = resolve.patience_law(scenario, name)
        wait = "for ever" if math.isinf(patience.law.mean()) else numbers.duration(patience.law.mean())
        if call.patience is not None and math.isinf(patience.law.mean()) and call.patience.never is None:
            wait = "no mean"
        if math.isfinite(patience.at_most):
            wait += f" (at most {numbers.duration(patience.at_most)})"
        table.add_row(name, numbers.count(round(n, 1)), numbers.duration(handle), wait, numbers.percent(patience.balk), *shown)
    return table


def _queues(scenario: Scenario) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("Queue", "Priority", "Call types", "Answered by"):
        table.add_column(column, overflow="fold", max_width=_LONGEST_NAME)
    for name, queue in sorted(scenario.queues.items()):
        calls = sorted(resolve.calls_of(scenario, name))
        able = {team for call in calls for team in reach.able_teams(scenario, name, call)}
        later = sorted((after, team) for team, after in resolve.circles(scenario, name).items() if team in able)
        teams = [team if after <= 0.0 else f"{team} after {numbers.duration(after)}" for after, team in later]
        table.add_row(name, str(queue.priority), ", ".join(calls), ", ".join(teams))
    return table


def _teams(scenario: Scenario) -> Table:
    table = _table("Team", "Fewest", "Most", "Agent hours")
    grid = resolve.intervals(scenario)
    for name in sorted(scenario.agents):
        seats = duties.planned_on_phones(scenario, name)
        hours = sum(n * interval.length for n, interval in zip(seats, grid, strict=True)) / units.HOUR
        table.add_row(
            name, numbers.count(round(min(seats), 1)), numbers.count(round(max(seats), 1)), numbers.count(round(hours, 1))
        )
    return table


def _skills(scenario: Scenario) -> Table:
    """One row for each call type and team that is able to take it: what they think of each other, and how long it takes."""
    table = _table("Call type", "Needs", "Team", "Prefers", "Preferred", "Handle time")
    for call_type, call in sorted(scenario.calls.items()):
        own = resolve.handle_laws(scenario, call_type).mean()
        for team in reach.able_teams(scenario, resolve.queue_of(scenario, call_type), call_type):
            able = reach.ability(scenario, team, call_type)
            assert able is not None, team
            time = numbers.duration(own * reach.pace(scenario, call_type, able))
            needs = ", ".join(call.needs) or numbers.NONE
            table.add_row(call_type, needs, team, str(able.prefer), str(able.calls_prefer), time)
    return table


def target_lines(targets: Targets) -> list[str]:
    """Return what is to be reached, one phrase per target."""
    found = []
    if targets.service_level is not None:
        goal = targets.service_level.goal
        found.append(numbers.goal(goal.share, goal.within) + _over(targets.service_level))
    if targets.abandonment is not None:
        found.append(f"abandonment at most {100 * targets.abandonment.goal:g} %" + _over(targets.abandonment))
    if targets.asa is not None:
        found.append(f"ASA at most {numbers.duration(targets.asa.goal)}" + _over(targets.asa))
    if targets.occupancy is not None:
        low, high = targets.occupancy.goal
        found.append(f"occupancy {100 * low:g} to {100 * high:g} %" + _over(targets.occupancy))
    if targets.fcr is not None:
        found.append(f"FCR at least {100 * targets.fcr.goal:g} %" + _over(targets.fcr))
    if targets.back_office is not None:
        found.append(f"back-office work in time at least {100 * targets.back_office.goal:g} %" + _over(targets.back_office))
    if targets.intervals_in_target is not None:
        found.append(f"{100 * targets.intervals_in_target:g} % of intervals reach the service level")
    return found


def _over(target: Target) -> str:
    over = f" over the {target.over}" if target.over == "run" else f" over each {target.over}"
    return over + (f" on {100 * target.on.share:g} % of {target.on.of}s" if target.on else "")


def _run_line(scenario: Scenario) -> str:
    run, metrics = scenario.run, scenario.metrics
    level = metrics.service_level + (", from the dial" if metrics.clock == "arrival" else "")
    return (
        f"Simulation: {numbers.plural(run.replications, 'replication')}, seed {run.seed}, "
        f"intervals of {100 * run.confidence:g} % confidence, service level {level}, flow-outs {metrics.flow_outs}"
    )
