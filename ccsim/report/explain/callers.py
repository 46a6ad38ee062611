"""Who calls: how many, how long they take, how long they wait, and what they do afterwards."""

from __future__ import annotations

import datetime
import math

from ccsim.report.explain.words import counted, days, joined, law, number, percent, spoken
from ccsim.scenario import clock, resolve
from ccsim.scenario.calls import Transfer
from ccsim.scenario.decisions import ObservedFact, observed_fact
from ccsim.scenario.laws import Family
from ccsim.scenario.model import Scenario
from ccsim.units import WEEKDAYS
from ccsim.vocabulary import Fact

__all__ = ["afterwards", "callers"]

_MOST_KINDS = 4  # kinds of day that are told one by one

_ENDS = {
    Fact.BLOCKED: "found no free line or port",
    Fact.BALKED: "hung up on hearing that he must wait",
    Fact.CLOSED: "was sent away at closing, or found his queue closed",
    Fact.TURNED_AWAY: "found his queue full",
    Fact.REFUSED: "was refused what he needs",
    Fact.UNRESOLVED: "has a problem that nobody has solved, and nobody refused to",
}
_EACH = {Fact.EARLIER_CONTACTS: "for each earlier try", Fact.HOPS: "for each agent met beyond the first"}


def callers(scenario: Scenario) -> list[str]:
    """Return what is known of each call type."""
    lines = []
    for name in sorted(scenario.calls):
        lines.append(f"{name}:")
        lines += [f"  {line}" for line in (*_volume(scenario, name), *_times(scenario, name), *_waiting(scenario, name))]
        transfer = scenario.calls[name].transfer
        if transfer is not None and transfer.share > 0:
            lines.append(f"  {_transfers(transfer)}")
    return lines


def _transfers(transfer: Transfer) -> str:
    """Return who goes on where, and how often."""
    ways = sorted((name, share) for name, share in transfer.to.items() if share > 0)
    goes = f"{percent(transfer.share)} of those answered go on"
    if len(ways) == 1:
        line = f"{goes} to {ways[0][0]} after their talk"
    else:
        line = f"{goes} after their talk, {joined([f'{percent(share)} of them to {name}' for name, share in ways])}"
    return line + (
        "." if transfer.at_most == 1 else f"; so do those who came by a transfer, up to {transfer.at_most} times a call."
    )


def _volume(scenario: Scenario, name: str) -> list[str]:
    """Return how many call: by kind of day, in all, and when most."""
    call = scenario.calls[name]
    if scenario.replay is not None:
        n = sum(one.call_type == name for one in resolve.replayed_calls(scenario))
        own = [one for one in resolve.replayed_calls(scenario) if one.call_type == name]
        handled, patient = sum(one.handle is not None for one in own), sum(one.patience is not None for one in own)
        known = f"The log knows the handle time of {number(handled)} and the patience of {number(patient)} of them"
        return [f"{counted(n, 'recorded call')}, at their recorded times. {known}; for the others:"]
    if scenario.run.mode == "steady":
        rate = resolve.mean_calls(scenario, name)[0] / scenario.interval
        return [f"{number(3600 * rate)} calls an hour."]
    by_day = {day.date: sum(resolve.wanted_of_day(scenario, call, day)) for day in resolve.open_days(scenario)}
    lines = [f"{_by_kind_of_day(scenario, by_day)}{_whose(scenario, name)}"]
    factors = [f"{key.capitalize()} {percent(call.weekday[key])}" for key in WEEKDAYS if call.weekday.get(key, 1.0) != 1.0]
    if factors:
        lines.append(f"In these numbers: {joined(factors)} of the volume written for the day.")
    if call.scale != 1.0:
        lines.append(f"In these numbers: {percent(call.scale)} of every volume (scale).")
    if any(resolve.is_fixed(scenario, name, day) for day in resolve.open_days(scenario)):
        lines.append("Exactly so many come on a day, at chance times by the profile.")
    return [*lines, *_busiest(scenario, name)]


def _by_kind_of_day(scenario: Scenario, by_day: dict[datetime.date, float]) -> str:
    total = sum(by_day.values())
    kinds: dict[str, list[datetime.date]] = {}
    for date, calls in by_day.items():
        kinds.setdefault(number(calls), []).append(date)
    if len(kinds) > _MOST_KINDS:
        least, most = min(by_day, key=lambda d: by_day[d]), max(by_day, key=lambda d: by_day[d])
        said = (
            f"from {number(by_day[least])} calls a day ({least:%a} {least}) to {number(by_day[most])} ({most:%a} {most}), "
            f"{number(total / len(by_day))} on average"
        )
    else:
        first, *others = (f"{calls}{{}} {days(scenario, dates)}" for calls, dates in kinds.items())
        said = joined([first.format(" calls a day"), *(other.format("") for other in others)])
        if len(kinds) == 1:
            said = f"{number(by_day[min(by_day)])} calls " + ("that day" if len(by_day) == 1 else "on every open day")
    return said + (f"; {number(total)} in all." if len(by_day) > 1 else ".")


def _whose(scenario: Scenario, name: str) -> str:
    """Return what the numbers count where it is not the fresh calls at the door."""
    call = scenario.calls[name]
    if not any(resolve.counts_all(call, day) for day in resolve.open_days(scenario)):
        return ""
    said = " These are all calls offered to the queue, redials included"
    if name in resolve.unsolved(scenario):
        return said + "; how many fresh calls bring them is not solved yet."
    return said + f"; {number(sum(resolve.mean_calls(scenario, name)))} fresh calls at the door bring them."


def _busiest(scenario: Scenario, name: str) -> list[str]:
    grid = resolve.intervals(scenario)
    if name in resolve.unsolved(scenario):
        return []
    means = resolve.mean_calls(scenario, name)
    place = max(range(len(grid)), key=lambda i: means[i] / grid[i].length)
    if means[place] <= 0 or min(means) == max(means):
        return []
    parts = resolve.PARTS
    laws = resolve.handle_laws(scenario, name)
    times = (laws.talk.mean(), laws.hold_share * laws.hold.mean(), laws.wrap.mean())
    factors = [resolve.handle_factors(scenario, name, part)[place] for part in parts]
    work = means[place] * sum(time * factor for time, factor in zip(times, factors, strict=True)) / grid[place].length
    at = clock.wall(scenario, grid[place].start)
    return [f"Busiest interval: {at:%a %Y-%m-%d %H:%M} with {number(means[place])} calls, {work:.1f} erlangs of work."]


def _times(scenario: Scenario, name: str) -> list[str]:
    """Return how long a call takes."""
    call, laws = scenario.calls[name], resolve.handle_laws(scenario, name)
    word = "Handling, all in one" if call.handle is not None else "Talk"
    said = f"{word}: {law(laws.talk)}"
    if laws.hold_share > 0:
        whom = "" if laws.hold_share == 1 else f" in {percent(laws.hold_share)} of the calls"
        said += f"; on hold{whom}: {law(laws.hold)}"
    if laws.wrap.mean() > 0:
        said += f"; wrap-up: {law(laws.wrap)}"
    lines = [said + "."]
    if call.hold is not None or laws.wrap.mean() > 0:
        lines[0] += f" Together {spoken(laws.mean())}."
    changing = [part for part in resolve.PARTS if len(set(resolve.handle_factors(scenario, name, part))) > 1]
    if changing:
        factors = resolve.handle_factors(scenario, name, changing[0])
        mean = {"talk": laws.talk, "hold": laws.hold, "wrap": laws.wrap}[changing[0]].mean()
        low, high = spoken(min(factors) * mean), spoken(max(factors) * mean)
        lines.append(f"The mean of {joined(changing)} changes by interval, from {low} to {high}.")
    if call.needs:
        lines.append(f"Needs agents who are able to take {joined(call.needs)}.")
    return lines


def _waiting(scenario: Scenario, name: str) -> list[str]:
    """Return how long they wait."""
    patience = resolve.patience_law(scenario, name)
    if patience.law.family is Family.NEVER:
        said = "Would wait for ever: nobody hangs up."
    else:
        said = f"Would wait {law(patience.law)} before hanging up."
    if math.isfinite(patience.at_most):
        said = said[:-1] + f", but nobody longer than {spoken(patience.at_most)}."
    lines = [said]
    if patience.balk > 0:
        when = "when they would have to wait"
        if patience.balk_waiting > 0:
            when = f"when {patience.balk_waiting} or more wait already"
        if patience.balk_wait_over >= 0:
            when = f"when the last call answered waited more than {spoken(patience.balk_wait_over)}"
        lines.append(f"{percent(patience.balk)} hang up at once {when}.")
    return lines


def afterwards(scenario: Scenario) -> list[str]:
    """Return who dials again, comes back or leaves, and why."""
    lines, back, gone = _redials(scenario), scenario.after_contact.return_, scenario.after_contact.leave
    if back is not None and back.share > 0.0 and back.attempts != 0:
        tries = "" if back.attempts is None else f", at most {back.attempts} times"
        after = law(resolve.law(scenario, back.after))
        lines.append(f"{percent(back.share)} of those answered come back with the same problem, after {after}{tries}.")
        lines += _odds(back.share, back.odds)
        lines.append("Who comes back with a problem that is solved only asks again: nobody needs authority for it.")
    if gone is not None and gone.share > 0.0:
        lines.append(f"{percent(gone.share)} of the customers whose problem is over are gone for good.")
        lines += _odds(gone.share, gone.odds)
    content = scenario.after_contact.satisfaction
    if content is not None:
        lines.append("An index of satisfaction is reckoned for each customer; it changes nothing.")
        terms = {
            "for each minute waited": content.per_minute_waited,
            "for each agent met beyond the first": content.per_hop,
            "for a problem unsolved": content.unresolved,
            "for one refused": content.refused,
        }
        changes = [f"{value:+g} {why}" for why, value in terms.items() if value != 0.0]
        lines.append(f"  {', '.join([f'{content.base:g}', *changes])}; at least 1, at most 5.")
    return lines


def _redials(scenario: Scenario) -> list[str]:
    redial = scenario.after_contact.redial
    if redial is None or redial.share == 0:
        return ["Nobody dials again: who was not served is lost."]
    tries = "as often as it takes" if redial.attempts is None else f"at most {redial.attempts} times"
    after = law(resolve.law(scenario, redial.after))
    first = percent(redial.share) + ("" if redial.later is None else f", later {percent(redial.later)},")
    lines = [f"{first} of those not served dial again, after {after}, {tries}."]
    for name, own in sorted(redial.by_type.items()):
        then = "" if own.later is None else f", later {percent(own.later)}"
        lines.append(f"Of those who waited as {name}: {percent(own.share)}{then}.")
    lines += [f"Who waited as {name} dials again as {other}." for name, other in sorted(redial.as_.items())]
    lines.append(
        "They wait as long as the first time." if redial.patience == "keep" else "Each time they wait anew, longer or shorter."
    )
    lines += _odds(redial.share, redial.odds)
    return [*lines, "Who hangs up in the IVR, or is served there, does not dial again."] if scenario.ivr is not None else lines


def _odds(share: float, odds: dict[str, float]) -> list[str]:
    """Return what each fact makes of a share."""
    lines = []
    for name, multiplier in sorted(odds.items()):
        changed = share / (1 - share) * multiplier
        then = f"{percent(share)} become {percent(changed / (1 + changed))}"
        lines.append(f"Odds x {multiplier:g} {_fact(observed_fact(name))}: {then}.")
    return lines


def _fact(fact: ObservedFact) -> str:
    if fact.fact in _EACH:
        return _EACH[fact.fact]
    if fact.fact is Fact.WAIT_OVER:
        return f"for who waited more than {spoken(fact.over)}"
    return f"for who {_ENDS[fact.fact]}"
