"""Calling back and messages in words: to whom it is offered, when and how often he is dialled, what closing means."""

from __future__ import annotations

from ccsim import units
from ccsim.report.explain.words import percent, spoken
from ccsim.scenario import resolve
from ccsim.scenario.callbacks import Callback, CallbackOffer, PromisedCallback
from ccsim.scenario.model import Scenario

__all__ = ["callbacks"]


def callbacks(scenario: Scenario, queue: str) -> list[str]:
    """Return what a queue says of callbacks; of one that cases are passed on to, those promised there. Nothing if nobody is."""
    if queue in scenario.queues:
        written, messages = scenario.queues[queue].callback, _messages(scenario, queue)
        if written is None or written.accept <= 0.0:
            return messages
        offered = f"{_whom(written.offer)} is offered a callback; {percent(written.accept)} accept and ring off."
        return [offered, _how(scenario, written), *messages]
    right = scenario.make_it_right
    shortfalls = (call.on_shortfall or right.on_shortfall for call in scenario.calls.values() if call.needs_authority)
    if not any(shortfall.call_back > 0.0 for shortfall in shortfalls):
        return []
    return [f"Who was promised a call by these teams is on a list. {_how(scenario, right.callback)}"]


def _messages(scenario: Scenario, queue: str) -> list[str]:
    """Return who may leave a message, and what becomes of him."""
    voicemail = scenario.queues[queue].voicemail
    if voicemail is None or voicemail.share <= 0.0:
        return []
    who = [] if voicemail.after is None else [f"has waited {spoken(voicemail.after)}"]
    who += ["finds the queue full"] if voicemail.when_full else []
    who += ["finds it closed"] if voicemail.when_closed else []
    who += ["dials while lines are closed"] if voicemail.when_closed and _dials_at_night(scenario, queue) else []
    said = f"Who {', '.join(who[:-1])}{' or ' if who[1:] else ''}{who[-1]} may leave a message; {percent(voicemail.share)} do"
    said += f", which takes {spoken(voicemail.message)} on the line."
    reply = voicemail.reply(scenario.queues[queue].callback)
    if reply is None:
        return [f"{said} That is all: nobody calls back."]
    own = scenario.queues[queue].callback is None
    return [said, _how(scenario, reply) if own else "They are called back as others are; their wait for that begins then."]


def _dials_at_night(scenario: Scenario, queue: str) -> bool:
    """Return True if somebody whose queue it is dials out of hours."""
    calls = scenario.calls.items()
    return any(bool(call.out_of_hours) and resolve.queue_of(scenario, name) == queue for name, call in calls)


def _whom(offer: CallbackOffer) -> str:
    """Return who is offered one, as the subject of a sentence."""
    who = "Who would wait" if offer.after is None else f"Who has waited {spoken(offer.after)}"
    tests = []
    if offer.expected_wait_over is not None:
        tests.append(f"where the call answered last waited longer than {spoken(offer.expected_wait_over)}")
    if offer.waiting_at_least is not None:
        tests.append(f"where {offer.waiting_at_least} others wait")
    window = [] if offer.window is None else [f"between {units.format_window(offer.window).replace('-', ' and ')}"]
    return " ".join([who, *([" or ".join(tests)] if tests else []), *window])


def _how(scenario: Scenario, callback: Callback | PromisedCallback) -> str:
    """Return how the list is worked off."""
    dial = callback.dial
    place = "in the place they had among the calls"
    if callback.place == "behind":
        idle = f", and {callback.reserve} of the team stay idle" if callback.reserve else ""
        place = f"when no call waits{idle}"
    rings = resolve.law(scenario, dial.ring).mean()
    sentences = [f"They are dialled {place}, with a ring of {spoken(rings)} on average"]
    if dial.answered < 1.0:
        again = f", {dial.attempts} times at most, {spoken(dial.retry_after)} apart" if dial.attempts > 1 else ", once"
        sentences[0] += f" that {percent(dial.answered)} answer{again}"
    stays = "is dialled from the next opening on" if callback.at_close == "next_opening" else "is dialled no more"
    return f"{sentences[0]}; who is still on the list at closing {stays}."
