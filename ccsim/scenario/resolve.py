"""A loaded scenario -> plain answers in seconds since the first midnight: the view the compiler and the checks read.

Every function takes a scenario as ``scenario.load`` returns it (files read in, queues and targets filled in) and
returns tuples of floats. Clock times become instants in ``scenario.clock``. In steady mode there is one opening, from 0
to the length of the run, with the volumes and staff of the first open interval.
"""

from __future__ import annotations

import datetime
import math
from typing import NamedTuple

from ccsim.scenario import clock
from ccsim.scenario.calls import ALL_AT_QUEUE
from ccsim.scenario.decisions import Redial
from ccsim.scenario.distributions import Distribution, Family, Law, Nothing, Patience, Shape
from ccsim.scenario.fields import on_day
from ccsim.scenario.model import CallType, HandleTime, ReplayedCall, Scenario, Site, Volume
from ccsim.units import WEEKDAYS

PARTS = ("talk", "hold", "wrap")


class OpenDay(NamedTuple):
    """One opening: its date, and from when to when (seconds since the first midnight)."""

    date: datetime.date
    opens: float
    closes: float


class Interval(NamedTuple):
    """One reporting interval inside an opening; `day` is the index of that opening."""

    start: float
    end: float
    day: int

    @property
    def length(self) -> float:
        """Seconds."""
        return self.end - self.start


class HandleLaws(NamedTuple):
    """How long one call of a type takes: laws of talk, of hold in a share of calls, of wrap."""

    talk: Law
    hold_share: float
    hold: Law
    wrap: Law

    def mean(self) -> float:
        """Return the mean handle time, seconds."""
        return self.talk.mean() + self.hold_share * self.hold.mean() + self.wrap.mean()


class PatienceLaw(NamedTuple):
    """How long callers of a type would wait: a law cut at `at_most`, and the share who leave rather than wait at all."""

    law: Law
    balk: float
    balk_waiting: int  # only where so many wait already
    balk_wait_over: float  # and the wait expected is longer than this, seconds; -1 for any
    at_most: float  # infinity if not cut


# -------------------------------------------------------------------------------- days and intervals


def open_days(scenario: Scenario) -> tuple[OpenDay, ...]:
    """Return the openings of the horizon in order; holidays and closed days have none."""
    if scenario.run.mode == "steady":
        return (OpenDay(scenario.start, 0.0, scenario.run.length or 0.0),)
    return tuple(open_days_of_horizon(scenario))


def intervals(scenario: Scenario) -> tuple[Interval, ...]:
    """Return all reporting intervals in order; each opening is cut from its start, the last piece may be shorter."""
    found = []
    for day, (_, opens, closes) in enumerate(open_days(scenario)):
        n = math.ceil((closes - opens) / scenario.interval - 1e-9)
        starts = [opens + i * scenario.interval for i in range(n)]
        found += [Interval(start, min(start + scenario.interval, closes), day) for start in starts]
    return tuple(found)


def open_days_of_horizon(scenario: Scenario) -> list[OpenDay]:
    """Return the openings as the calendar has them, also in steady mode."""
    dates = [scenario.start + datetime.timedelta(days=index) for index in range(scenario.days)]
    return [day for day in (_opening(scenario, date) for date in dates) if day is not None]


def _opening(scenario: Scenario, date: datetime.date) -> OpenDay | None:
    """Return the opening of a date, in the horizon or not."""
    window = None if date in scenario.holidays else on_day(scenario.open, date)
    if window is None:
        return None
    opens, closes = (clock.instant(scenario, date, at) for at in window)
    return OpenDay(date, opens, closes) if closes > opens else None  # else the clocks are put forward over all of it


def goes_on(scenario: Scenario) -> bool:
    """Return True if the last opening ends only because the run does: the next day, not simulated, opens in that instant."""
    following = _opening(scenario, scenario.start + datetime.timedelta(days=scenario.days))
    return following is not None and following.opens == open_days_of_horizon(scenario)[-1].closes


def n_intervals(scenario: Scenario, day: OpenDay) -> int:
    """Return how many intervals a written list for that opening must have."""
    return round((day.closes - day.opens) / scenario.interval)


# -------------------------------------------------------------------------------- calls


def mean_calls(scenario: Scenario, call_type: str) -> tuple[float, ...]:
    """Return the mean fresh calls of each interval: volume x weekday factor x scale, before busyness; zeros with a replay."""
    call = scenario.calls[call_type]
    grid = intervals(scenario)
    if call.volume is None:
        return (0.0,) * len(grid)
    if scenario.run.mode == "steady":
        per_second = _first_rate(scenario, call)
        return tuple(per_second * interval.length for interval in grid)
    return tuple(mean for day in open_days(scenario) for mean in calls_of_day(scenario, call, day))


def calls_of_day(scenario: Scenario, call: CallType, day: OpenDay) -> tuple[float, ...]:
    """Return the mean fresh calls of each interval of one opening.

    For a volume that counts all_at_queue they are those solved for, in proportion where the volume has been changed since;
    before anything is solved, what is wanted at the queue.
    """
    wanted, solved = wanted_of_day(scenario, call, day), solved_of_day(scenario, call, day)
    if solved is None:
        return wanted
    return tuple(f * w / o if o > 0 else 0.0 for f, w, o in zip(solved.fresh, wanted, solved.offered, strict=True))


def out_of_hours(scenario: Scenario, call_type: str, date: datetime.date) -> float:
    """Return the mean number of callers who dial on a date while lines are closed: weekday factor and scale included."""
    call = scenario.calls[call_type]
    rate = on_day(call.out_of_hours, date)
    return 0.0 if rate is None else rate.calls * call.scale * call.weekday.get(WEEKDAYS[date.weekday()], 1.0)


class SolvedDay(NamedTuple):
    """Fresh calls of each interval of one opening, and the offers they were solved for."""

    fresh: tuple[float, ...]
    offered: tuple[float, ...]


def counts_all(call: CallType, day: OpenDay) -> bool:
    """Return True if the volume of that day counts what is offered to the queue, redials included."""
    volume = None if call.volume is None else on_day(call.volume, day.date)
    return volume is not None and volume.counts == ALL_AT_QUEUE


def solved_of_day(scenario: Scenario, call: CallType, day: OpenDay) -> SolvedDay | None:
    """Return what has been solved for one opening; None if nothing, or nothing is to be solved."""
    if scenario.solved is None or not counts_all(call, day):
        return None
    name = next(name for name, one in scenario.calls.items() if one is call)
    found, date, n = scenario.solved.calls.get(name), str(day.date), n_intervals(scenario, day)
    if found is None or {len(found.fresh.get(date, ())), len(found.offered.get(date, ()))} != {n}:
        return None
    return SolvedDay(found.fresh[date], found.offered[date])


def unsolved(scenario: Scenario) -> tuple[str, ...]:
    """Return the call types whose fresh calls are still to be solved for."""
    days = open_days_of_horizon(scenario)
    return tuple(
        name
        for name, call in scenario.calls.items()
        if any(counts_all(call, day) and solved_of_day(scenario, call, day) is None for day in days)
    )


def wanted_of_day(scenario: Scenario, call: CallType, day: OpenDay) -> tuple[float, ...]:
    """Return what the volume says of each interval of one opening, whatever it counts."""
    assert call.volume is not None
    volume = on_day(call.volume, day.date)
    if volume is None:
        return (0.0,) * n_intervals(scenario, day)
    factor = call.scale * call.weekday.get(WEEKDAYS[day.date.weekday()], 1.0)
    means = _volume_of_day(scenario, volume, day)
    if volume.fixed and sum(means) > 0:
        factor = round(sum(means) * factor) / sum(means)  # so many, and no half calls
    return tuple(mean * factor for mean in means)


def back_office_items(scenario: Scenario, name: str, day: OpenDay) -> tuple[float, ...]:
    """Return the items of a pile that come in each interval of one opening; those that lie there already are not among them."""
    work = scenario.back_office[name]
    volume = on_day(work.volume, day.date)
    written = (0.0,) * n_intervals(scenario, day) if volume is None else _volume_of_day(scenario, volume, day)
    items = tuple(work.scale * number for number in written)
    return (sum(items), *(0.0,) * (len(items) - 1)) if work.comes == "at_opening" else items


def back_office_teams(scenario: Scenario, name: str) -> tuple[str, ...]:
    """Return the teams whose idle agents do this work, in the order in which their idle time is used."""
    hourly = tuple(team for team, people in sorted(scenario.agents.items()) if people.billed != "talk_and_wrap")
    written = scenario.back_office[name].teams
    return hourly if written is None else written


def is_fixed(scenario: Scenario, call_type: str, day: OpenDay) -> bool:
    """Return True if exactly the mean number of calls comes on that day."""
    volumes = scenario.calls[call_type].volume
    volume = None if volumes is None else on_day(volumes, day.date)
    return volume is not None and volume.fixed


def _volume_of_day(scenario: Scenario, volume: Volume, day: OpenDay) -> tuple[float, ...]:
    n, open_for = n_intervals(scenario, day), day.closes - day.opens
    if volume.per_interval is not None:
        return volume.per_interval
    if volume.rate is not None:
        period = volume.rate.period or open_for
        return (volume.rate.calls * scenario.interval / period,) * n
    assert volume.total is not None and volume.profile is not None, "the CSV has not been read"
    weights = (1.0,) * n if volume.profile == "flat" else scenario.profiles[volume.profile]
    return tuple(volume.total.calls * weight / sum(weights) for weight in weights)


def _first_rate(scenario: Scenario, call: CallType) -> float:
    """Return calls per second of the first open interval; steady mode has no other."""
    first = open_days_of_horizon(scenario)[0]
    return calls_of_day(scenario, call, first)[0] / scenario.interval


def type_day_cv(scenario: Scenario, call_type: str) -> float:
    """Return the coefficient of variation of a call type's day factor."""
    spreads = scenario.uncertainty.type_day
    return spreads.get(call_type, spreads.get("all", 0.0))


def forecast_error_cv(scenario: Scenario, call_type: str) -> float:
    """Return the coefficient of variation of a call type's factor over the whole run."""
    spreads = scenario.uncertainty.forecast_error
    return spreads.get(call_type, spreads.get("all", 0.0))


def replayed_calls(scenario: Scenario) -> tuple[ReplayedCall, ...]:
    """Return the calls of the log, by time; none without a replay."""
    if scenario.replay is None:
        return ()
    assert scenario.replay.calls is not None, "the CSV has not been read"
    return tuple(sorted(scenario.replay.calls, key=lambda call: call.at))


# -------------------------------------------------------------------------------- laws


def law(scenario: Scenario, written: Distribution) -> Law:
    """Return the law of a time as written, looked up if it is a name."""
    if isinstance(written, HandleTime) and written.by_interval is not None:
        shape = written.law or Shape(exponential=Nothing())
        return shape.law(_base_mean(scenario, written))
    return (scenario.distributions[written.named] if written.named else written).own_law()


def handle_laws(scenario: Scenario, call_type: str) -> HandleLaws:
    """Return the laws of one call type; `handle` in one counts as talk, with no hold and no wrap."""
    call, nothing = scenario.calls[call_type], Law(Family.DETERMINISTIC, 0.0)
    whole = call.handle or call.talk
    assert whole is not None, "a call type has handle or talk"
    return HandleLaws(
        talk=law(scenario, whole),
        hold_share=call.hold.share if call.hold else 0.0,
        hold=law(scenario, call.hold.for_) if call.hold else nothing,
        wrap=law(scenario, call.wrap) if call.wrap else nothing,
    )


def handle_factors(scenario: Scenario, call_type: str, part: str) -> tuple[float, ...]:
    """Return by what `part` (talk, hold or wrap) is to be multiplied in each interval; ones unless means come by interval."""
    call = scenario.calls[call_type]
    hold = call.hold.for_ if call.hold else None
    written = {"talk": call.handle or call.talk, "hold": hold, "wrap": call.wrap}[part]
    if written is None or written.by_interval is None:
        return (1.0,) * len(intervals(scenario))
    base = _base_mean(scenario, written)
    return tuple(mean / base for mean in _means(scenario, written))


def patience_law(scenario: Scenario, call_type: str) -> PatienceLaw:
    """Return the patience of one call type; never and no balking when the scenario says nothing."""
    written = scenario.calls[call_type].patience
    if written is None:
        return PatienceLaw(Law(Family.NEVER), 0.0, 0, -1.0, float("inf"))
    named = scenario.distributions[written.named] if written.named else Patience.model_construct()
    at_most = min(part.at_most or float("inf") for part in (written, named))
    balk = written.balk or named.balk
    if balk is None:
        return PatienceLaw(law(scenario, written), 0.0, 0, -1.0, at_most)
    over = -1.0 if balk.expected_wait_over is None else balk.expected_wait_over
    return PatienceLaw(law(scenario, written), balk.share, balk.waiting_at_least, over, at_most)


def _means(scenario: Scenario, written: HandleTime) -> tuple[float, ...]:
    assert written.by_interval is not None
    found: list[float] = []
    for day in open_days_of_horizon(scenario):
        found += on_day(written.by_interval, day.date) or ()
    if scenario.run.mode == "steady":
        return (found[0],) * len(intervals(scenario))
    return tuple(found)


def _base_mean(scenario: Scenario, written: HandleTime) -> float:
    means = _means(scenario, written)
    return sum(means) / len(means)


def redial_shares(redial: Redial, call_type: str) -> tuple[float, float]:
    """Return which share of a type's callers dial again: of those who have not yet done so, and of those who have."""
    own = redial.by_type.get(call_type)
    share, later = (redial.share, redial.later) if own is None else (own.share, own.later)
    return share, share if later is None else later


# -------------------------------------------------------------------------------- queues and seats


def queue_of(scenario: Scenario, call_type: str) -> str:
    """Return the queue in which a call type waits."""
    return next(name for name, queue in scenario.queues.items() if call_type in (queue.calls or ()))


def teams_of(scenario: Scenario, queue: str) -> tuple[str, ...]:
    """Return the teams that may ever answer a queue, sorted by name."""
    return tuple(sorted(circles(scenario, queue)))


def circles(scenario: Scenario, queue: str) -> dict[str, float]:
    """Return from how many seconds of waiting on each team may answer a queue; 0 for the first circle.

    Where no teams are named, these are all that no `expand` names.
    """
    written = scenario.queues[queue]
    later = sorted(((step.after, team) for step in written.expand for team in step.to), reverse=True)
    found = {team: after for after, team in later}
    first = written.teams if written.teams is not None else (team for team in scenario.agents if team not in found)
    return found | dict.fromkeys(first, 0.0)


def overflow_queues(scenario: Scenario, queue: str) -> tuple[str, ...]:
    """Return a queue and all to which its calls may overflow, one after the other."""
    found = [queue]
    for name in found:  # grows while it is read
        steps = scenario.queues[name].overflow if name in scenario.queues else ()
        found += [to for to in dict.fromkeys(step.to for step in steps) if to not in found]
    return tuple(found)


def calls_of(scenario: Scenario, queue: str) -> tuple[str, ...]:
    """Return the call types that may ever wait in a queue: its own, and those that overflow to it."""
    feeding = [other for name, other in scenario.queues.items() if queue in overflow_queues(scenario, name)]
    return tuple(call for other in feeding for call in other.calls or ())


def seats(scenario: Scenario, team: str) -> tuple[tuple[float, int], ...]:
    """Return (instant, seats) at each opening and at each change inside it; nothing at closing."""
    steps: list[tuple[float, int]] = []
    for day in open_days(scenario):
        before = -1
        for index, level in enumerate(_levels(scenario, team, day)):
            if level != before:
                steps.append((day.opens + index * scenario.interval, level))
            before = level
    return tuple(steps)


def seats_by_interval(scenario: Scenario, team: str) -> tuple[int, ...]:
    """Return the seats of a team in each interval."""
    found: list[int] = []
    grid = intervals(scenario)
    for index, day in enumerate(open_days(scenario)):
        n = sum(interval.day == index for interval in grid)
        levels = _levels(scenario, team, day)
        found += levels if len(levels) == n else levels[:1] * n
    return tuple(found)


def _levels(scenario: Scenario, team: str, day: OpenDay) -> tuple[int, ...]:
    """Return the seats by interval of one opening, or one number for all of it; none on the holidays of the team's site."""
    if scenario.run.mode == "steady":
        return levels_of_day(scenario, team, open_days_of_horizon(scenario)[0])[:1]
    levels, site = levels_of_day(scenario, team, day), site_of(scenario, team)
    if not site.holidays:
        return levels
    n = n_intervals(scenario, day)
    starts = (day.opens + index * scenario.interval for index in range(n))
    at_home = [clock.wall(scenario, start, site.timezone).date() in site.holidays for start in starts]
    return tuple(0 if home else level for level, home in zip(levels if len(levels) == n else levels * n, at_home, strict=True))


def site_of(scenario: Scenario, team: str) -> Site:
    """Return where a team works; a site without time zone and holidays of its own if it names none."""
    name = scenario.agents[team].site
    return scenario.sites[name] if name else Site()


def levels_of_day(scenario: Scenario, team: str, day: OpenDay) -> tuple[int, ...]:
    """Return the seats by interval written for one opening, or one number for all of it; a day not named has none."""
    people = scenario.agents[team]
    if people.headcount is not None:
        return (on_day(people.headcount, day.date) or 0,)
    if people.capacity is not None:
        return (people.capacity,)
    if people.staffing is None:
        return (0,)  # shifts and rosters have no seats
    on_phones = on_day(people.staffing.by_day, day.date)
    if on_phones is None:
        return (0,)
    assert on_phones.csv is None, "the CSV has not been read"
    return on_phones.per_interval if on_phones.per_interval is not None else (on_phones.level or 0,)
