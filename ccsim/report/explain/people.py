"""Who is there when: seats and shifts, what of the plan is lost, and how many that leaves on the phones."""

from __future__ import annotations

import datetime

from ccsim import units
from ccsim.report.explain.words import about, counted, days, joined, law, number, percent, spoken
from ccsim.scenario import clock, duties, resolve
from ccsim.scenario.fields import on_day
from ccsim.scenario.model import Scenario
from ccsim.scenario.presence import Break, Shift

__all__ = ["people"]

_MOST_KINDS = 5


def people(scenario: Scenario) -> list[str]:
    """Return what is planned of each team and what is left of it."""
    lines = []
    for name in sorted(scenario.agents):
        lines.append(f"{name}:")
        lines += [f"  {line}" for line in (*_plan(scenario, name), *_losses(scenario, name), *_manner(scenario, name))]
    return lines


def _plan(scenario: Scenario, name: str) -> list[str]:
    """Return seats or shifts, as planned."""
    team, site = scenario.agents[name], resolve.site_of(scenario, name)
    lines = []
    if team.shifts is not None:
        for shift, counts in sorted(team.shifts.items()):
            numbers = {date: 0 if date in site.holidays else on_day(counts, date) or 0 for date in _dates(scenario)}
            lines.append(f"{_shift(shift, scenario.shifts[shift])}; {_by_day(scenario, numbers, 'agent')}.")
    elif team.roster is not None:
        own = duties.duties(scenario, name)
        n = sum(len(duty) for duty in own.values())
        lines.append(f"A roster of {len(own)} persons with {n} shifts.")
    else:
        lines.append(_seats(scenario, name))
    if site.timezone is not None and site.timezone != scenario.timezone:
        lines.append(f"Their clock is that of {site.timezone}.")
    if site.holidays:
        lines.append(f"Nobody there works on {joined(f'{date:%a} {date}' for date in site.holidays)}.")
    return lines


def _dates(scenario: Scenario) -> list[datetime.date]:
    return [scenario.start + datetime.timedelta(days=index) for index in range(scenario.days)]


def _shift(name: str, shift: Shift) -> str:
    """Return from when to when a shift is, with its breaks."""
    rests = [_rest(one, "break") for one in shift.breaks] + [_rest(one, "meeting") for one in shift.meetings]
    if not rests:
        return f"{name} {units.format_window(shift.time)} without breaks"
    spread = any(one.between is not None for one in (*shift.breaks, *shift.meetings))
    how = "" if not spread else ", one after the other" if shift.place == "spread" else ", all together"
    return f"{name} {units.format_window(shift.time)} with {joined(rests)}{how}"


def _rest(rest: Break, what: str) -> str:
    length = f"{spoken(rest.for_)} {'' if rest.paid else 'unpaid '}{what}"
    if rest.at is not None:
        return f"{length} at {units.format_clock(rest.at)}"
    assert rest.between is not None
    return f"{length} in {units.format_window(rest.between)}"


def _by_day(scenario: Scenario, numbers: dict[datetime.date, int], what: str) -> str:
    """Return ``16 agents on Mon and 14 on Tue to Fri``."""
    open_ = [date for date in numbers if numbers[date]]
    if not open_:
        return f"no {what}s"
    kinds: dict[int, list[datetime.date]] = {}
    for date in open_:
        kinds.setdefault(numbers[date], []).append(date)
    if len(kinds) > _MOST_KINDS:
        return f"{min(kinds)} to {max(kinds)} {what}s"
    return joined(f"{counted(n, what)} {days(scenario, dates)}" for n, dates in kinds.items())


def _seats(scenario: Scenario, name: str) -> str:
    """Return seats by kind of day: one number, or from which to which."""
    team = scenario.agents[name]
    vendor = "A vendor: " if team.capacity is not None else ""
    gross = team.staffing is not None and team.staffing.scheduled is not None
    suffix = " scheduled" if gross else " on the phones" if team.staffing is not None else ""
    levels = resolve.seats_by_interval(scenario, name)
    if scenario.run.mode == "steady":
        return f"{vendor}{counted(levels[0], 'agent')}{suffix}, always."
    kinds: dict[tuple[int, int], list[datetime.date]] = {}
    for index, day in enumerate(resolve.open_days(scenario)):
        own = [level for interval, level in zip(resolve.intervals(scenario), levels, strict=True) if interval.day == index]
        kinds.setdefault((min(own), max(own)), []).append(day.date)
    if len(kinds) > _MOST_KINDS:
        return f"{vendor}{_range(min(levels), max(levels))}{suffix}, as listed by interval."
    said = [f"{_range(low, high)}{suffix} {days(scenario, dates)}" for (low, high), dates in kinds.items()]
    constant = all(low == high for low, high in kinds)
    return f"{vendor}{joined(said)}, {'in all opening hours' if constant else 'by interval'}."


def _range(low: int, high: int) -> str:
    return counted(high, "agent") if low == high else f"{low} to {counted(high, 'agent')}"


# -------------------------------------------------------------------------------- what is lost


def _losses(scenario: Scenario, name: str) -> list[str]:
    """Return what shrinks to what, in hours inside opening hours, and the most that are on the phones at any time."""
    grid = resolve.intervals(scenario)
    left = _hours(duties.on_phones_by_interval(scenario, name), grid)
    if not duties.are_persons(scenario, name):
        paid = scenario.agents[name].paid_per_phone_hour
        extra = f" Paid are {number(left * paid)} h, {paid:.3g} for each of them." if paid != 1.0 else ""
        return [f"{number(left)} h on the phones in all.{extra}"]
    lost = duties.losses(scenario, name)
    planned = _hours(duties.planned_on_phones(scenario, name), grid)
    on_shift = _on_shift(scenario, name)
    steps = [f"{number(on_shift)} h on shift in opening hours"]
    if on_shift - planned > 0.05:
        steps.append(f"{number(planned)} h on the phones by plan, without breaks and meetings")
    if lost.absent > 0:
        steps.append(f"{number(planned * (1 - lost.absent))} h as {percent(lost.absent)} are absent for the whole day")
    if lost.off_phone > 0:
        word = "adherence" if scenario.agents[name].adherence is not None else "unplanned time off the phones"
        steps.append(f"{number(left)} h as {percent(lost.off_phone)} are lost to {word}")
    lines = [" -> ".join(steps) + "."]
    if planned > 0 and left < on_shift:
        lines.append(f"So {percent(left / on_shift)} of the time on shift is on the phones.")
    if lost.late_share > 0 and lost.late_by is not None:
        lines.append(f"{percent(lost.late_share)} of the shifts begin late, by {about(lost.late_by)}; that is lost besides.")
    by_interval = duties.on_phones_by_interval(scenario, name)
    most = max(range(len(grid)), key=lambda i: by_interval[i])
    at = clock.wall(scenario, grid[most].start)
    lines.append(f"Most on the phones, on average: {by_interval[most]:.1f} on {at:%a %Y-%m-%d %H:%M}.")
    return lines


def _hours(numbers: tuple[float, ...], grid: tuple[resolve.Interval, ...]) -> float:
    return sum(n * interval.length for n, interval in zip(numbers, grid, strict=True)) / units.HOUR


def _on_shift(scenario: Scenario, name: str) -> float:
    """Return the hours of all duties inside opening hours."""
    openings = resolve.open_days(scenario)
    total = 0.0
    for own in duties.duties(scenario, name).values():
        for duty in own:
            total += sum(max(0.0, min(duty.ends_at, day.closes) - max(duty.starts_at, day.opens)) for day in openings)
    return total / units.HOUR


def _manner(scenario: Scenario, name: str) -> list[str]:
    """Return what else is particular about a team."""
    team, lines = scenario.agents[name], []
    ring = team.ring or team.answer_delay
    if ring is not None:
        lines.append(f"The phone rings {law(resolve.law(scenario, ring))} before it is answered; the caller still waits then.")
    if team.skills is not None:
        lines.append(f"Able to take {joined(sorted(team.skills))}.")
    if team.proficiency is not None and team.proficiency.cv > 0:
        lines.append(f"Agents differ in how long they take, by {percent(team.proficiency.cv)} (standard deviation).")
    if team.cost is not None:
        what = "of talk and wrap-up" if team.billed == "talk_and_wrap" else "of paid time"
        currency = f" {scenario.currency}" if scenario.currency else ""
        lines.append(f"Costs {units.format_rate(team.cost)}{currency} {what}.")
    return lines
