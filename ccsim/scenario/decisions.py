"""What customers decide after a contact: a base share, and odds multipliers on facts that anybody could have observed.

Parts of ``scenario.model``, which says what a scenario is as a whole. A share p has the odds p / (1 - p); each fact multiplies
them as often as it holds. One fact has one coefficient in one decision.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from ccsim import units
from ccsim.errors import Refusal, nearest
from ccsim.scenario.calls import Time
from ccsim.scenario.fields import Model, NotYet, Share, one_of, parsed
from ccsim.vocabulary import Fact

__all__ = ["AfterContact", "ObservedFact", "Redial", "observed_fact"]

FOREVER = "unlimited"
WAIT_OVER = "wait_over_"
_COUNTED = {"earlier_contacts": Fact.EARLIER_CONTACTS}
_ENDS = {"blocked": Fact.BLOCKED, "balked": Fact.BALKED, "closed": Fact.CLOSED, "turned_away": Fact.TURNED_AWAY}
_MOST = 1e6


class ObservedFact(NamedTuple):
    """A fact and, of waits, how long one must at least be (s)."""

    fact: Fact
    over: float = 0.0


def observed_fact(name: str) -> ObservedFact:
    """Return the fact of a name such as ``earlier_contacts``, ``blocked`` or ``wait_over_3m``; Refusal for any other."""
    known = _COUNTED | _ENDS
    if name in known:
        return ObservedFact(known[name])
    if name.startswith(WAIT_OVER):
        return ObservedFact(Fact.WAIT_OVER, units.parse_duration(units.Plain(name.removeprefix(WAIT_OVER))))
    names = [*known, f"{WAIT_OVER}3m"]
    raise Refusal("E-FACT", "no such fact", got=name, allowed=", ".join(names), try_=nearest(name, names))


def _parse_attempts(raw: object) -> int | None:
    return None if raw == FOREVER else units.parse_integer(raw, 0, 1_000_000)


def _parse_fact(raw: object) -> str:
    if not isinstance(raw, str):
        raise Refusal("E-NAME-TYPE", "needs the name of a fact", got=raw)
    observed_fact(raw)
    return str(raw)


def _parse_multiplier(raw: object) -> float:
    return units.parse_factor(raw, _MOST, _MOST)


FactName = Annotated[str, BeforeValidator(_parse_fact, json_schema_input_type=str)]
_WRITTEN = Annotated[float, Field(ge=0)] | Annotated[str, Field(pattern=r"%\s*$", examples=["80%"])]
Multiplier = Annotated[float, *parsed(_parse_multiplier, float, _WRITTEN)]


class Redial(Model):
    """Callers who abandoned or were turned away and try again."""

    share: Share
    after: Time
    attempts: Annotated[
        int | None,
        BeforeValidator(_parse_attempts, json_schema_input_type=Annotated[int, Field(ge=0)] | Literal["unlimited"]),
        PlainSerializer(lambda n: FOREVER if n is None else n),
    ] = None
    """Redials per problem at most; None is unlimited."""
    patience: Annotated[str, *one_of("keep", "fresh")] = "keep"
    odds: dict[FactName, Multiplier] = {}
    """What multiplies the odds of redialling: blocked, balked, closed, turned_away (the contact ended so), wait_over_3m (it
    waited longer than this or any other time), and earlier_contacts, once for each of them."""

    @model_validator(mode="after")
    def _has_odds(self) -> Redial:
        seen: dict[ObservedFact, str] = {}
        for name in self.odds:
            fact = observed_fact(name)
            if fact in seen:
                raise Refusal("E-OVERLAP", f"is the same fact as {seen[fact]}", got=name, at=("odds", name))
            seen[fact] = name
        if self.odds and self.share in (0.0, 1.0):
            what = "nothing multiplies the odds of a share of 0 or 100 %"
            raise Refusal("E-PROB-RANGE", what, got=units.format_percent(self.share), try_="share: 99%", at=("share",))
        return self


class AfterContact(Model):
    """What callers do after a contact."""

    redial: Redial | None = None
    return_: Annotated[NotYet, Field(alias="return")] = None
    leave: NotYet = None
    satisfaction: NotYet = None
