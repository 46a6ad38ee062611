"""Calling back: to whom it is offered, who may leave a message, how it is done, what closing means for who is on the list.

Parts of ``scenario.staff``'s queues and of ``make_it_right``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.distributions import Distribution, expand_distribution
from ccsim.scenario.fields import Duration, Model, Share, one_of, parsed, whole
from ccsim.scenario.marks import ShortForm
from ccsim.units import Window

__all__ = ["Callback", "CallbackDial", "CallbackOffer", "PromisedCallback", "Voicemail"]

_MOST_DIALS = 100

ClockWindow = Annotated[Window, *parsed(units.parse_window, units.format_window, str)]
Reserve = Annotated[int, *whole(0, 100_000)]
AtClose = Annotated[str, *one_of("next_opening", "clear")]
Place = Annotated[str, *one_of("kept", "behind")]


def _expand_ring(raw: Any) -> Any:
    """Return the long form of a ring time; ``0s``: the customer answers, or does not, at once."""
    if isinstance(raw, str) and raw.strip() in ("0s", "0m", "0h"):
        return {"deterministic": {"value": raw}}
    return expand_distribution(raw)


_RING = Distribution.model_validate({"exponential": {"mean": "20s"}})


class CallbackOffer(Model):
    """To whom a callback is offered; without a condition to everybody who waits."""

    expected_wait_over: Duration | None = None
    """Where the expected wait is longer; with `waiting_at_least` one of the two is enough."""
    waiting_at_least: Annotated[int, *whole(0, 1_000_000)] | None = None
    """Where so many others wait in the queue already."""
    at: Annotated[str, *one_of("entry", "waiting")] = "entry"
    """To who would wait; or to who has waited for `after`."""
    after: Duration | None = None
    estimate: Annotated[str, *one_of("last_to_enter_service")] = "last_to_enter_service"
    """What is expected: as long as the queue's last answered call has waited."""
    window: ClockWindow | None = None
    """Offered only between these times of day."""

    @model_validator(mode="after")
    def _when(self) -> CallbackOffer:
        if (self.at == "waiting") != (self.after is not None):
            what = "offered to who waits needs `after`" if self.after is None else "`after` goes with at: waiting"
            raise Refusal("E-KEY-MISSING", what, try_="{at: waiting, after: 60s}")
        return self


class CallbackDial(Model):
    """How a customer is called back."""

    first: Annotated[str, *one_of("agent")] = "agent"
    """The agent is there before it rings; a dialler that rings first is not simulated."""
    ring: Annotated[Distribution, ShortForm(_expand_ring, json_schema_input_type=str | Distribution)] = _RING
    """Until the customer answers, or the agent gives up."""
    answered: Share = 1.0
    attempts: Annotated[int, *whole(1, _MOST_DIALS)] = 1
    """How often he is dialled at most."""
    retry_after: Duration = 900.0


class Callback(Model):
    """Callers who wait may ring off and be called back."""

    offer: CallbackOffer = CallbackOffer()
    accept: Share
    """Of those to whom it is offered."""
    place: Place = "kept"
    """kept: among the calls, as if he still waited; behind: when no call waits."""
    reserve: Reserve | None = None
    """With place: behind, the agents of a team who stay idle then."""
    dial: CallbackDial = CallbackDial()
    at_close: AtClose = "next_opening"
    """Who has not been called back by closing: at the next opening, or not at all."""

    @model_validator(mode="after")
    def _reserve_behind(self) -> Callback:
        _check_reserve(self)
        return self


class PromisedCallback(Model):
    """How somebody with more authority calls back."""

    place: Place = "kept"
    reserve: Reserve | None = None
    dial: CallbackDial = CallbackDial()
    at_close: AtClose = "next_opening"

    @model_validator(mode="after")
    def _reserve_behind(self) -> PromisedCallback:
        _check_reserve(self)
        return self


_REPLY: dict[str, Any] = {
    "offer": CallbackOffer(),
    "accept": 0.0,
    "place": "behind",
    "reserve": None,
    "dial": CallbackDial(),
    "at_close": "next_opening",
}
"""How who left a message is called back, where nothing else is said."""


class Voicemail(Model):
    """Callers may leave a message instead of waiting on, and be called back behind all calls."""

    after: Duration | None = None
    """Who has waited so long."""
    when_full: bool = False
    """Who finds the queue full, too, instead of being turned away."""
    when_closed: bool = False
    """Who finds the queue closed, too: by an event, because waiting is over for today, or out of hours."""
    share: Share
    """Of those who may, who do."""
    message: Duration = 40.0
    """How long he speaks, on his line; he waits no more."""
    then: Annotated[str, *one_of("call_back", "nothing")] = "call_back"
    reserve: Reserve | None = None
    """Agents of a team who stay idle when somebody is called back."""
    dial: CallbackDial | None = None
    at_close: AtClose | None = None
    """As of callbacks; by default at the next opening."""

    @model_validator(mode="after")
    def _somebody_may(self) -> Voicemail:
        if self.after is None and not self.when_full and not self.when_closed:
            raise Refusal("E-KEY-MISSING", "nobody may leave a message: say who", try_="{after: 3m}, {when_full: true}")
        for key, value in self.how().items():
            if self.then == "nothing" and value is not None:
                raise Refusal("E-BOTH", "nobody who leaves a message is called back", try_="then: call_back", at=(key,))
        return self

    def how(self) -> dict[str, Any]:
        """Return what it says of how customers are called back."""
        return {"reserve": self.reserve, "dial": self.dial, "at_close": self.at_close}

    def reply(self, callback: Callback | None) -> Callback | None:
        """Return how they are called back, in a queue with these callbacks, which then hold for them too; None if nobody is."""
        if self.then == "nothing" or callback is not None:
            return callback if self.then == "call_back" else None
        said = {key: value for key, value in self.how().items() if value is not None}
        return Callback.model_construct(**{**_REPLY, **said})


def _check_reserve(part: Callback | PromisedCallback) -> None:
    """Refuse agents kept idle for callbacks that are taken as calls."""
    if part.reserve is not None and part.place == "kept":
        what = "agents are kept idle only for callbacks behind all calls"
        raise Refusal("E-BOTH", what, got=f"reserve: {part.reserve}", try_="place: behind", at=("reserve",))
