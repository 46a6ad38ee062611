"""What customers decide after a contact: a base share, and odds multipliers on facts that anybody could have observed.

Parts of ``scenario.model``, which says what a scenario is as a whole. A share p has the odds p / (1 - p); each fact multiplies
them as often as it holds. One fact has one coefficient in one decision.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal, nearest
from ccsim.scenario.calls import Time
from ccsim.scenario.fields import Model, Name, Share, one_of, parsed
from ccsim.scenario.marks import Reads, ShortForm, Shows
from ccsim.vocabulary import Fact

__all__ = [
    "CASE_FACTS",
    "AfterContact",
    "Leave",
    "ObservedFact",
    "Redial",
    "RedialOfType",
    "Return",
    "Satisfaction",
    "observed_fact",
]

FOREVER = "unlimited"
WAIT_OVER = "wait_over_"
_COUNTED = {"earlier_contacts": Fact.EARLIER_CONTACTS, "hops": Fact.HOPS}
_STANDINGS = {"refused": Fact.REFUSED, "unresolved": Fact.UNRESOLVED}
_ENDS = {"blocked": Fact.BLOCKED, "balked": Fact.BALKED, "closed": Fact.CLOSED, "turned_away": Fact.TURNED_AWAY}
_MOST = 1e6

CASE_FACTS = (Fact.HOPS, Fact.REFUSED, Fact.UNRESOLVED)
"""Facts that only who keeps a case of each problem knows."""


class ObservedFact(NamedTuple):
    """A fact and, of waits, how long one must at least be (s)."""

    fact: Fact
    over: float = 0.0


def observed_fact(name: str) -> ObservedFact:
    """Return the fact of a name such as ``earlier_contacts``, ``blocked`` or ``wait_over_3m``; Refusal for any other."""
    known = _COUNTED | _ENDS | _STANDINGS
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


def _expand_share(raw: object) -> object:
    return raw if isinstance(raw, dict) else {"share": raw}


def _parse_multiplier(raw: object) -> float:
    return units.parse_factor(raw, _MOST, _MOST)


FactName = Annotated[str, Reads(_parse_fact, json_schema_input_type=str)]
_WRITTEN = Annotated[float, Field(ge=0)] | Annotated[str, Field(pattern=r"%\s*$", examples=["80%"])]
Multiplier = Annotated[float, *parsed(_parse_multiplier, float, _WRITTEN)]
Money = Annotated[float, *parsed(partial(units.parse_number, low=0.0, high=1e9), float, Annotated[float, Field(ge=0)])]
Points = Annotated[float, *parsed(partial(units.parse_number, low=-100.0, high=100.0), float, float)]


Attempts = Annotated[
    int | None,
    Reads(_parse_attempts, json_schema_input_type=Annotated[int, Field(ge=0)] | Literal["unlimited"]),
    Shows(lambda n: FOREVER if n is None else n, only_json=False),
]
"""How often at most, per problem; None is unlimited."""


class RedialOfType(Model):
    """How many of one call type try again."""

    share: Share
    later: Share | None = None
    """Of those who have done so before; missing: the same."""


class Redial(Model):
    """Callers who abandoned or were turned away and try again."""

    share: Share
    later: Share | None = None
    """Of those who have done so before in this problem; missing: the same."""
    by_type: dict[Name, Annotated[RedialOfType, ShortForm(_expand_share, json_schema_input_type=Share | RedialOfType)]] = {}
    """Shares of those who waited as a call of this type, first or after a transfer; missing: those above."""
    as_: Annotated[dict[Name, Name], Field(alias="as")] = {}
    """Call type as which those try again who waited as this one; missing: as which they dialled, to be transferred anew."""
    after: Time
    attempts: Attempts = None
    """Redials per problem at most; None is unlimited."""
    patience: Annotated[str, *one_of("keep", "fresh")] = "keep"
    odds: dict[FactName, Multiplier] = {}
    """What multiplies the odds of redialling: blocked, balked, closed, turned_away (the contact ended so), wait_over_3m (it
    waited longer than this or any other time), refused, unresolved (the problem stands so), and, once for each of them,
    earlier_contacts and hops (agents met in this problem beyond the first)."""

    @model_validator(mode="after")
    def _has_odds(self) -> Redial:
        _check_odds(self.share, self.odds)
        return self


class Return(Model):
    """Customers who have been answered and come back with the same problem."""

    share: Share
    """Of the contacts answered, where no fact below holds: the problem is solved, and the customer only asks again."""
    after: Time
    attempts: Attempts = None
    """Returns per problem at most; None is unlimited."""
    odds: dict[FactName, Multiplier] = {}
    """What multiplies the odds of coming back; facts as of redial."""

    @model_validator(mode="after")
    def _has_odds(self) -> Return:
        _check_odds(self.share, self.odds)
        return self


class Leave(Model):
    """Customers who are gone for good when their problem is over, solved or not."""

    share: Share
    odds: dict[FactName, Multiplier] = {}
    """What multiplies the odds of leaving; facts as of redial, but that a wait is that of all contacts together."""
    value: Money = 0.0
    """Lost with each of them, in the scenario's currency."""

    @model_validator(mode="after")
    def _has_odds(self) -> Leave:
        _check_odds(self.share, self.odds)
        return self


class Satisfaction(Model):
    """An index from 1 to 5, which drives nothing: a base and what each fact of a problem adds to it."""

    base: Annotated[float, *parsed(partial(units.parse_number, low=1.0, high=5.0), float, Annotated[float, Field(ge=1, le=5)])]
    per_minute_waited: Points = 0.0
    per_hop: Points = 0.0
    unresolved: Points = 0.0
    refused: Points = 0.0


def _check_odds(share: float, odds: dict[str, float]) -> None:
    """Refuse a fact named twice, and odds of a share that has none."""
    seen: dict[ObservedFact, str] = {}
    for name in odds:
        fact = observed_fact(name)
        if fact in seen:
            raise Refusal("E-OVERLAP", f"is the same fact as {seen[fact]}", got=name, at=("odds", name))
        seen[fact] = name
    if odds and share in (0.0, 1.0):
        what = "nothing multiplies the odds of a share of 0 or 100 %"
        try_ = "share: 99%" if share else "share: 0.1%, or leave all of it out (in a what-if null): nobody does"
        raise Refusal("E-PROB-RANGE", what, got=units.format_percent(share), try_=try_, at=("share",))


class AfterContact(Model):
    """What callers do after a contact."""

    redial: Redial | None = None
    return_: Annotated[Return | None, Field(alias="return")] = None
    leave: Leave | None = None
    satisfaction: Satisfaction | None = None
