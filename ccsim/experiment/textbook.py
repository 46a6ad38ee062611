"""The Erlang figures of a centre, where comparing them with the simulation is fair."""

from __future__ import annotations

import math

from ccsim import erlang
from ccsim.experiment.result import TextbookFigures
from ccsim.scenario import Scenario, paths, reach, resolve
from ccsim.scenario.duties import are_persons
from ccsim.scenario.laws import Family, Law

__all__ = ["erlang_variant", "textbook_figures"]


def textbook_figures(scenario: Scenario) -> tuple[list[TextbookFigures], str]:
    """Erlang C and A for this centre, and why not where the list is empty.

    Fair means: one call type and one team, rate and agents the same all the time, exponential handle time, patience exponential
    or never, and nothing that the formulas know nothing of (redials, busyness, recorded calls, an IVR is fine).
    """
    reason = _unfair(scenario)
    if reason:
        return [], reason
    (name,) = scenario.calls
    (team,) = scenario.agents
    arrivals = resolve.mean_calls(scenario, name)
    rate = sum(arrivals) / sum(piece.length for piece in resolve.intervals(scenario))
    rate *= paths.walk(scenario, name).to_queue
    handle = resolve.handle_laws(scenario, name).mean()
    patience = resolve.patience_law(scenario, name)
    agents = resolve.seats(scenario, team)[0][1]
    goal = scenario.targets.service_level
    within = goal.goal.within if goal is not None else 20.0
    variant = erlang_variant(scenario)
    short = scenario.metrics.short_abandon

    figures = []
    if rate * handle >= agents:
        note = f"no answer: {rate * handle:.1f} erlangs for {agents} agent{'s' * (agents != 1)}, and nobody hangs up"
        figures.append(TextbookFigures("Erlang C", None, None, None, None, None, note))
    else:
        figures.append(_figures("Erlang C", erlang.erlang_c(rate, handle, agents), within, variant, short, "nobody hangs up"))
    if patience.law.family != Family.NEVER or scenario.lines is not None:
        law = erlang.erlang_a(
            rate, handle, agents, _mean_patience(patience.law), lines=scenario.lines, balk_share=patience.balk
        )
        figures.append(_figures("Erlang A", law, within, variant, short, "callers hang up; a day without beginning or end"))
    return figures, ""


def erlang_variant(scenario: Scenario) -> str:
    """Return the service level the formulas know: without callbacks, what Amazon Connect counts has a name of its own."""
    variant = scenario.metrics.service_level
    return "abandons_in_time_count" if variant == "connect" else variant


def _figures(label: str, law: erlang.WaitLaw, within: float, variant: str, short: float, note: str) -> TextbookFigures:
    return TextbookFigures(
        label=label,
        service_level=law.service_level(within, variant, short_abandon=short),
        asa=law.mean_wait_answered,
        abandonment=law.abandoned_share,
        delayed=law.wait_share,
        occupancy=law.occupancy,
        note=note,
    )


def _mean_patience(law: Law) -> float:
    return math.inf if law.family == Family.NEVER else law.a


def _unfair(scenario: Scenario) -> str:
    """Why the formulas do not describe this centre; empty when they do."""
    if len(scenario.calls) > 1 or len(scenario.agents) > 1:
        return "several call types or teams"
    (name,) = scenario.calls
    (team,) = scenario.agents
    if scenario.replay is not None:
        return "recorded calls"
    if scenario.after_contact.redial is not None:
        return "callers dial again"
    if scenario.after_contact.return_ is not None:
        return "customers come back"
    if scenario.uncertainty.centre_day or resolve.type_day_cv(scenario, name) or resolve.forecast_error_cv(scenario, name):
        return "days differ in busyness"
    if any(volume.fixed for volume in (scenario.calls[name].volume or {}).values()):
        return "every day has the same number of calls"
    if scenario.events:
        return "events change the day"
    if any(queue.callback is not None for queue in scenario.queues.values()):
        return "callers are called back"
    if any(queue.voicemail is not None for queue in scenario.queues.values()):
        return "callers leave messages"
    if scenario.calls[name].needs_authority is not None:
        return "agents need authority"
    if scenario.metrics.clock == "arrival" and scenario.ivr is not None:
        return "the clock starts before the queue"
    if scenario.lines is not None and scenario.ivr is not None:
        return "lines are shared between IVR and queue"
    if scenario.ivr is not None and scenario.ivr.ports is not None:
        return "the IVR has a limited number of ports"
    handle = resolve.handle_laws(scenario, name)
    if handle.talk.family != Family.EXPONENTIAL or handle.hold_share > 0.0 or handle.wrap.mean() > 0.0:
        return "handle time is not exponential"
    if len(set(resolve.handle_factors(scenario, name, "talk"))) > 1:
        return "handle time changes over the day"
    if reach.ability(scenario, team, name) != reach.Ability():
        return "the team has handle times or preferences of its own"
    if any(queue.max_waiting is not None or queue.overflow for queue in scenario.queues.values()):
        return "the queue is bounded"
    if scenario.agents[team].ring is not None or scenario.agents[team].answer_delay is not None:
        return "phones ring before they are answered"
    patience = resolve.patience_law(scenario, name)
    if patience.balk_waiting > 0 or patience.balk_wait_over >= 0.0:
        return "callers balk by the queue they find"
    if patience.law.family not in (Family.EXPONENTIAL, Family.NEVER) or math.isfinite(patience.at_most):
        return "patience is not exponential"
    rates = {
        round(calls / piece.length, 12)
        for calls, piece in zip(resolve.mean_calls(scenario, name), resolve.intervals(scenario), strict=True)
    }
    if len(rates) > 1:
        return "the arrival rate changes over the day"
    if rates == {0.0}:
        return "nobody calls"
    if are_persons(scenario, team) or scenario.agents[team].proficiency is not None:
        return "agents come and go by shifts, or differ"
    if len(set(resolve.seats_by_interval(scenario, team))) > 1:
        return "the number of agents changes over the day"
    if not resolve.seats(scenario, team)[0][1]:
        return "nobody is on duty"
    if scenario.lines is not None and scenario.lines < resolve.seats(scenario, team)[0][1]:
        return "fewer lines than agents"
    return ""
