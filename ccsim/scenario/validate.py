"""Checks that need more than one part of a scenario: references, lengths, days, limits.

Called by the loader with `report`, which knows files and lines. A mistake (``E-``) means the scenario cannot run as
written; what may not say what was meant is a doubt (`doubts`). Every check reports all it finds.
"""

from __future__ import annotations

import math
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ccsim import units
from ccsim.errors import Refusal, nearest
from ccsim.scenario import clock, resolve
from ccsim.scenario.cases import keeps_cases
from ccsim.scenario.check_presence import check_presence, check_rosters
from ccsim.scenario.distributions import Distribution
from ccsim.scenario.document import Path
from ccsim.scenario.evidence import check_evidence
from ccsim.scenario.fields import Model, key_on_day, on_day
from ccsim.scenario.model import CallType, Patience, Scenario, Volume
from ccsim.scenario.overrides import measured
from ccsim.scenario.validate_authority import check_authority
from ccsim.scenario.validate_back_office import check_back_office, check_work
from ccsim.scenario.validate_events import check_events
from ccsim.scenario.validate_ivr import check_ivr, check_ways_out
from ccsim.scenario.validate_passages import check_redials, check_transfers
from ccsim.scenario.validate_queues import check_queues
from ccsim.scenario.validate_routing import check_skills

MOST_CALLS = 20_000_000  # per replication; twenty times the largest day ccsim is measured on
MOST_AGENTS = 100_000
MOST_INTERVALS = 200_000

Report = Callable[[Path, Refusal], None]


# -------------------------------------------------------------------------------- calendar


def check_calendar(scenario: Scenario, report: Report) -> None:
    """Report intervals of odd length, openings that overlap, hold no whole intervals or do not exist, clocks that change."""
    _check_zones(scenario, report)
    days = resolve.open_days_of_horizon(scenario)
    if not scenario.interval.is_integer():  # counts are cut at whole microseconds, and the grid must meet the openings exactly
        got = units.spoken_duration(scenario.interval)
        report(("interval",), Refusal("E-INTERVAL", "is no whole number of seconds", got=got, try_="interval: 15m"))
    if not days:
        report(
            ("open",),
            Refusal("E-CLOSED", "no day of the horizon is open", got=f"{scenario.days} days from {scenario.start}"),
        )
    for before, after in zip(days, days[1:], strict=False):
        if after.opens < before.closes:
            what = f"{after.date} opens before the opening of {before.date} has ended"
            report(("open",), Refusal("E-OVERLAP", what))
            break
    for day in days:
        if scenario.interval.is_integer() and not all(_is_whole(at / scenario.interval) for at in (day.opens, day.closes)):
            length = units.spoken_duration(scenario.interval)
            what = f"the opening of {day.date} does not start and end on whole intervals of {length}"
            what += "; the clocks have been changed" if any(date <= day.date for date in clock.changes(scenario)) else ""
            written = "interval" in scenario.model_fields_set
            report(("interval",) if written else ("open",), Refusal("E-INTERVAL", what, try_="interval: 15m"))
            break
    n = sum(resolve.n_intervals(scenario, day) for day in days)
    if n > MOST_INTERVALS:
        report(("interval",), Refusal("E-LIMIT", f"{n:,} open intervals", allowed=f"at most {MOST_INTERVALS:,}"))


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-9


def _check_zones(scenario: Scenario, report: Report) -> None:
    zones: list[tuple[Path, str | None]] = [(("timezone",), scenario.timezone)]
    zones += [(("sites", name, "timezone"), site.timezone) for name, site in scenario.sites.items()]
    for path, zone in zones:
        if zone is not None and clock.zone_named(zone) is None:
            near = nearest(zone, sorted(zoneinfo.available_timezones()))
            report(path, Refusal("E-TIMEZONE", "no such time zone", got=zone, try_=near or "Europe/London"))
        elif zone is not None and scenario.timezone is None:
            report(path, Refusal("E-TIMEZONE", "the centre needs one, too", got=zone, try_="timezone: Europe/London"))


# -------------------------------------------------------------------------------- mistakes


def cross_check(scenario: Scenario, report: Report, has_calendar: bool = True) -> None:
    """Report references to nothing, lengths that do not fit the open intervals, and settings that contradict each other.

    Files need not have been read. Without a calendar one can trust, lengths are not looked at.
    """
    _check_names(scenario, report)
    if has_calendar:
        for name, call in scenario.calls.items():
            _check_call(scenario, name, call, report)
        for name, work in scenario.back_office.items():
            _check_volume(scenario, ("back_office", name, "volume"), work.volume, report)
        _check_staff(scenario, report)
    check_presence(scenario, report)
    check_queues(scenario, report)
    check_ivr(scenario, report)
    check_skills(scenario, report)
    check_authority(scenario, report)
    check_evidence(scenario, report, measured)
    _check_run(scenario, report)
    check_events(scenario, report)
    check_back_office(scenario, report)
    _check_solved(scenario, report)


def _missing(kind: str, name: str, names: Iterable[str]) -> Refusal:
    known = sorted(names)
    return Refusal(
        "E-REF", f"no {kind} of that name", got=name, allowed=", ".join(known[:20]) or "none", try_=nearest(name, known)
    )


def _check_names(scenario: Scenario, report: Report) -> None:
    """Check names of distributions, profiles and call types wherever they are used."""
    for path, written in _distributions((), scenario):
        if written.named is None:
            continue
        if written.named not in scenario.distributions:
            code = any(mark in written.named for mark in ":()")
            off = Refusal("E-PLUGIN-OFF", "a scenario never loads code", got=written.named)
            report(path, off if code else _missing("distribution", written.named, scenario.distributions))
        elif path[0] == "distributions":
            report(path, Refusal("E-REF", "a distribution cannot be the name of another", got=written.named))
        elif not isinstance(written, Patience):
            meant = scenario.distributions[written.named]
            if meant.never is not None or meant.balk or meant.at_most is not None:
                report(path, Refusal("E-DIST", "is a law of patience (never, balk, at_most)", got=written.named))
    for path, written in _distributions((), scenario):
        if written.never is not None and not isinstance(written, Patience):
            report(path, Refusal("E-DIST", "only patience can last for ever", got="never"))
    if "flat" in scenario.profiles:
        report(("profiles", "flat"), Refusal("E-NAME", "flat is built in", try_="another name"))
    for name, weights in scenario.profiles.items():
        if not sum(weights) > 0:
            report(("profiles", name), Refusal("E-NUM-POSITIVE", "needs a weight above 0"))
    for spread in ("type_day", "forecast_error"):
        for name in getattr(scenario.uncertainty, spread):
            if name != "all" and name not in scenario.calls:
                report(("uncertainty", spread, name), _missing("call type", name, scenario.calls))
    check_transfers(scenario, report)
    check_redials(scenario, report)


def _distributions(path: Path, value: Any) -> Iterator[tuple[Path, Distribution]]:
    """Yield every distribution of the scenario with its path."""
    if isinstance(value, Distribution):
        yield path, value
    elif isinstance(value, Model):
        for name, field in type(value).model_fields.items():
            yield from _distributions((*path, field.alias or name), getattr(value, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _distributions((*path, key), item)


def _check_call(scenario: Scenario, name: str, call: CallType, report: Report) -> None:
    path: Path = ("calls", name)
    if scenario.replay is not None:
        if call.volume is not None:
            report((*path, "volume"), Refusal("E-BOTH", "calls come from the replay", try_="remove volume or replay"))
        if call.out_of_hours:
            report((*path, "out_of_hours"), Refusal("E-BOTH", "calls come from the replay", try_="remove one of them"))
    elif call.volume is None:
        report(path, Refusal("E-KEY-MISSING", "needs the key `volume`", try_="volume: 60/h"))
    if call.volume is not None:
        _check_volume(scenario, (*path, "volume"), call.volume, report)
    days = resolve.open_days_of_horizon(scenario)
    for part in ("handle", "talk", "wrap", "hold"):
        written = getattr(call, part)
        written = written.for_ if part == "hold" and written is not None else written
        if written is not None and written.by_interval is not None:
            here = (*path, part, "for") if part == "hold" else (*path, part)
            for key in _every_day(here, written.by_interval, days, report):
                _check_length(scenario, here, key, written.by_interval, written.by_interval[key], days, report)


def _check_volume(scenario: Scenario, path: Path, volumes: dict[str, Volume], report: Report) -> None:
    """Check that a volume says something of each open day, and as many numbers as it is open for."""
    days = resolve.open_days_of_horizon(scenario)
    for key in _every_day(path, volumes, days, report):
        volume = volumes[key]
        here = (*path, key)
        if volume.per_interval is not None:
            _check_length(scenario, here, key, volumes, volume.per_interval, days, report)
        elif volume.profile not in (None, "flat"):
            _check_profile(scenario, (*here, "profile"), key, volumes, str(volume.profile), days, report)


def _every_day(path: Path, days: dict[str, Any], open_days: Sequence[resolve.OpenDay], report: Report) -> list[str]:
    """Report open days a by-day map says nothing of; return its keys."""
    lacking = [day.date for day in open_days if on_day(days, day.date) is None]
    if lacking:
        weekday = units.WEEKDAYS[lacking[0].weekday()]
        what = f"says nothing of {weekday} {lacking[0]}, which is open"
        report(path, Refusal("E-DAY-MISSING", what, try_=f"{weekday}: ..."))
    return list(days)


def _decided(days: dict[str, Any], key: str, open_days: Sequence[resolve.OpenDay]) -> list[resolve.OpenDay]:
    return [day for day in open_days if key_on_day(days, day.date) == key]


def _check_length(
    scenario: Scenario,
    path: Path,
    key: str,
    days: dict[str, Any],
    values: Sequence[float],
    open_days: Sequence[resolve.OpenDay],
    report: Report,
) -> None:
    for day in _decided(days, key, open_days):
        n = resolve.n_intervals(scenario, day)
        if len(values) != n:
            length = units.spoken_duration(scenario.interval)
            what = f"has {len(values)} values, but {n} intervals of {length} are open on {day.date}"
            report(path, Refusal("E-LEN", what + _why(scenario, day), allowed=f"{n} values", try_=_own_entry(scenario, day)))
            return


def _check_profile(
    scenario: Scenario,
    path: Path,
    key: str,
    days: dict[str, Any],
    name: str,
    open_days: Sequence[resolve.OpenDay],
    report: Report,
) -> None:
    if name not in scenario.profiles:
        report(path, _missing("profile", name, [*scenario.profiles, "flat"]))
        return
    weights = scenario.profiles[name]
    for day in _decided(days, key, open_days):
        n = resolve.n_intervals(scenario, day)
        if len(weights) != n:
            what = f"profile {name} has {len(weights)} weights, but {n} intervals are open on {day.date}"
            report(path, Refusal("E-LEN", what + _why(scenario, day), allowed=f"{n} weights", try_=_own_entry(scenario, day)))
            return


def _why(scenario: Scenario, day: resolve.OpenDay) -> str:
    """Return why an opening may be an odd one: the clocks are changed in it."""
    window = on_day(scenario.open, day.date)
    changed = window is not None and day.closes - day.opens != window.end - window.start
    return ", since the clocks are changed" if changed else ""


def _own_entry(scenario: Scenario, day: resolve.OpenDay) -> str:
    return f"an entry of its own: {day.date}: ..." if _why(scenario, day) else ""


def _check_staff(scenario: Scenario, report: Report) -> None:
    days = resolve.open_days_of_horizon(scenario)
    most = 0
    for name, team in scenario.agents.items():
        if team.site is not None and team.site not in scenario.sites:
            report(("agents", name, "site"), _missing("site", team.site, scenario.sites))
        if team.headcount is not None:
            most += max(team.headcount.values(), default=0)
        if team.staffing is None:
            continue
        by_day = team.staffing.by_day
        for key, on_phones in by_day.items():
            most += on_phones.level or max(on_phones.per_interval or (0,))
            if on_phones.per_interval is not None:
                written = "on_phones" if team.staffing.on_phones else "scheduled"
                path: Path = ("agents", name, "staffing", written, key)
                _check_length(scenario, path, key, by_day, on_phones.per_interval, days, report)
    if most > MOST_AGENTS:
        report(("agents",), Refusal("E-LIMIT", f"{most:,} agents", allowed=f"at most {MOST_AGENTS:,}"))


def _check_solved(scenario: Scenario, report: Report) -> None:
    for name in scenario.solved.calls if scenario.solved is not None else ():
        if name not in scenario.calls:
            report(("solved", "calls", name), _missing("call type", name, scenario.calls))


def _check_run(scenario: Scenario, report: Report) -> None:
    run = scenario.run
    if scenario.targets.fcr is not None and not keeps_cases(scenario):
        what = "nothing in the scenario says whether a problem is solved"
        report(("targets", "fcr"), Refusal("E-KEY-MISSING", what, try_="calls: {a: {unresolved: 6%}}, or after_contact.return"))
    if run.carry_in == "steady" and (run.mode == "steady" or scenario.replay is not None):
        what = "a log has no days before it" if run.mode == "terminating" else "in steady mode the warm-up does that"
        report(("run", "carry_in"), Refusal("E-MODE", what, got="steady", try_="carry_in: none"))
    if run.replications == 1 and "confidence" in run.model_fields_set:
        report(("run", "replications"), Refusal("E-STATS", "an interval needs at least 2 replications", got=1, try_="100"))
    if scenario.closing.queue == "clear" and scenario.closing.overtime_up_to is not None:
        report(("closing", "overtime_up_to"), Refusal("E-BOTH", "queue: clear leaves no overtime to cap"))
    if run.mode == "terminating":
        for key in ("length", "warm_up"):
            if key in run.model_fields_set and getattr(run, key):
                report(("run", key), Refusal("E-MODE", "is only for steady mode", try_="mode: steady"))
        return
    if run.length is None:
        report(("run",), Refusal("E-MODE", "steady mode needs a length", try_="length: 40h, warm_up: 4h"))
    elif run.warm_up >= run.length:
        report(("run", "warm_up"), Refusal("E-MODE", "the warm-up must be shorter than the run"))
    elif run.length / scenario.interval > MOST_INTERVALS:
        report(("run", "length"), Refusal("E-LIMIT", "too many intervals", allowed=f"at most {MOST_INTERVALS:,}"))
    if scenario.replay is not None:
        report(("replay",), Refusal("E-MODE", "a log has an end: not in steady mode"))
    for name, call in scenario.calls.items():
        if call.out_of_hours:
            report(("calls", name, "out_of_hours"), Refusal("E-MODE", "steady mode never closes"))
        for key, volume in (call.volume or {}).items():
            if volume.fixed:
                report(("calls", name, "volume", key, "fixed"), Refusal("E-MODE", "steady mode has no days to be counted"))
    if scenario.uncertainty.centre_day or any(scenario.uncertainty.type_day.values()):
        report(("uncertainty",), Refusal("E-MODE", "steady mode has no days that could differ"))


def check_sums(scenario: Scenario, report: Report) -> None:
    """Check what can be worked out once everything refers to something: means, limits, steadiness."""
    for name, call in scenario.calls.items():
        path: Path = ("calls", name, "talk" if call.talk else "handle")
        mean = resolve.handle_laws(scenario, name).mean()
        if mean == 0:
            report(path, Refusal("E-NUM-POSITIVE", "a call must take some time"))
        if math.isinf(mean):
            report(path, Refusal("E-DIST", "has no finite mean", allowed="a loglogistic shape above 1"))
    check_ways_out(scenario, report)
    check_rosters(scenario, report)
    check_work(scenario, report)
    if scenario.run.mode == "steady":
        _check_constant(scenario, report)
    n_calls = sum(sum(resolve.mean_calls(scenario, name)) for name in scenario.calls)
    if n_calls > MOST_CALLS:
        largest = max(scenario.calls, key=lambda name: sum(resolve.mean_calls(scenario, name)))
        what = f"about {n_calls:.3g} calls per replication"
        report(("calls", largest, "volume"), Refusal("E-LIMIT", what, allowed=f"at most {MOST_CALLS:,}"))
    for index, replayed in enumerate(resolve.replayed_calls(scenario)):
        if replayed.call_type not in scenario.calls:
            report(("replay", "calls", index, "call_type"), _missing("call type", replayed.call_type, scenario.calls))
        if not 0 <= replayed.at < clock.midnight(scenario, scenario.days):
            what = f"a call at {replayed.at:g} s lies outside the {scenario.days} days of the horizon"
            report(("replay",), Refusal("E-CSV-STAMP", what))
            break


def _check_constant(scenario: Scenario, report: Report) -> None:
    """Report volumes, times or staff that change: steady mode has one level of each."""
    days = resolve.open_days_of_horizon(scenario)
    for name, call in scenario.calls.items():
        rates = [mean for day in days for mean in resolve.calls_of_day(scenario, call, day)]
        if max(rates, default=0.0) - min(rates, default=0.0) > 1e-9 * max(rates, default=0.0):
            report(("calls", name, "volume"), Refusal("E-MODE", "changes over the day; steady mode needs one rate"))
        for part in ("handle", "talk", "wrap"):
            written = getattr(call, part)
            if written is not None and written.by_interval is not None:
                report(("calls", name, part), Refusal("E-MODE", "changes over the day; steady mode needs one mean"))
    for name in scenario.agents:
        levels = {level for day in days for level in resolve.levels_of_day(scenario, name, day)}
        if len(levels) > 1:
            report(("agents", name), Refusal("E-MODE", "changes over the day; steady mode needs one number"))
