"""Making it right: who may grant what, which cases need how much of it, and what happens when that is not enough.

Parts of ``scenario.model``, which says what a scenario is as a whole. Authority is one scale, in money per case.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.callbacks import PromisedCallback
from ccsim.scenario.distributions import Cv, check_lognormal, lognormal_law
from ccsim.scenario.fields import (
    MOST_ITEMS,
    Duration,
    Factor,
    Model,
    Name,
    PositiveDuration,
    PositiveNumber,
    Share,
    one_of,
    parse_name,
    parsed,
    scalar_as,
    whole,
)
from ccsim.scenario.laws import Family, Law
from ccsim.scenario.marks import Reads, ShortForm, Shows

__all__ = ["Amount", "Authority", "Levels", "MakeItRight", "NeedsAuthority", "OnShortfall", "UNLIMITED"]

UNLIMITED = "unlimited"
MOST_MONEY = 1e9  # per case

_parse_money = partial(units.parse_number, low=0.0, high=MOST_MONEY)


def _parse_limit(raw: object) -> float:
    return math.inf if raw in (UNLIMITED, math.inf) else _parse_money(raw)


def _show_limit(limit: float) -> float | str:
    return UNLIMITED if limit == math.inf else limit


def _parse_authority(raw: object) -> float | str:
    """Return an amount, or the name of a level; ``unlimited`` is an amount."""
    if raw == UNLIMITED or raw is None or not isinstance(raw, str) or str(raw).strip()[:1] in "+-.0123456789":
        return _parse_limit(raw)
    return parse_name(raw)


_MONEY_WRITTEN = Annotated[float, Field(ge=0)]
Money = Annotated[float, *parsed(_parse_money, float, _MONEY_WRITTEN)]
_Unlimited = Literal["unlimited"]
Limit = Annotated[
    float,
    Field(allow_inf_nan=True),
    Reads(_parse_limit, json_schema_input_type=_MONEY_WRITTEN | _Unlimited),
    Shows(_show_limit, only_json=False),
]
Levels = Annotated[dict[Name, Limit], Field(max_length=MOST_ITEMS)]
Authority = Annotated[
    Annotated[float, Field(allow_inf_nan=True)] | str,
    Reads(_parse_authority, json_schema_input_type=_MONEY_WRITTEN | str),
    Shows(lambda written: _show_limit(written) if isinstance(written, float) else written, only_json=False),
]


class LognormalAmount(Model):
    """By mean + sd, mean + cv or median + p90."""

    mean: PositiveNumber | None = None
    sd: PositiveNumber | None = None
    cv: Cv | None = None
    median: PositiveNumber | None = None
    p90: PositiveNumber | None = None

    @model_validator(mode="after")
    def _complete(self) -> LognormalAmount:
        check_lognormal(self)
        return self


class UniformAmount(Model):
    """Between two amounts."""

    min: Money
    max: Money

    @model_validator(mode="after")
    def _ascends(self) -> UniformAmount:
        if self.max < self.min:
            raise Refusal("E-DIST", "min must not exceed max")
        return self


class ExponentialAmount(Model):
    """By its mean."""

    mean: PositiveNumber


class Amount(Model):
    """How much a case needs: an amount, or one law of it."""

    fixed: PositiveNumber | None = None
    lognormal: LognormalAmount | None = None
    uniform: UniformAmount | None = None
    exponential: ExponentialAmount | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Amount:
        if sum(value is not None for value in (self.fixed, self.lognormal, self.uniform, self.exponential)) != 1:
            raise Refusal("E-DIST", "needs one law", allowed="fixed, lognormal, uniform, exponential", try_="amount: 50")
        return self

    def law(self) -> Law:
        """Return the law of the amount; money takes the place of seconds."""
        if self.lognormal is not None:
            return lognormal_law(self.lognormal)
        if self.uniform is not None:
            return Law(Family.UNIFORM, self.uniform.min, self.uniform.max)
        if self.exponential is not None:
            return Law(Family.EXPONENTIAL, self.exponential.mean)
        assert self.fixed is not None
        return Law(Family.DETERMINISTIC, self.fixed)


def _expand_needs_authority(raw: Any) -> Any:
    """Return the long form of shares by level."""
    return raw if not isinstance(raw, dict) or {"share", "amount", "talk", "by_level"} & set(raw) else {"by_level": raw}


class NeedsAuthority(Model):
    """Cases in which somebody must be allowed to grant something: a share and an amount, or shares by level."""

    share: Share | None = None
    amount: Annotated[Amount, scalar_as("fixed")] | None = None
    by_level: dict[Name, Share] | None = None
    """Shares of the authority levels, `none` among them; a case needs what its level may grant."""
    talk: Factor = 1.0
    """Talk time of cases that need any, relative to the others'."""

    @model_validator(mode="after")
    def _one_form(self) -> NeedsAuthority:
        if (self.by_level is None) == (self.share is None) or (self.share is None) != (self.amount is None):
            what = "needs share and amount, or shares by level"
            raise Refusal("E-KEY-MISSING", what, try_="{share: 40%, amount: 50} or {none: 80%, lead: 20%}")
        if self.by_level is not None and abs(sum(self.by_level.values()) - 1.0) > 1e-9:
            total = units.format_percent(sum(self.by_level.values()))
            raise Refusal("E-PROB-SUM", "shares by level must sum to 100%", got=total, at=("by_level",))
        return self


NeedsAuthorityWritten = Annotated[
    NeedsAuthority, ShortForm(_expand_needs_authority, json_schema_input_type=dict[str, Any] | NeedsAuthority)
]


def _expand_on_shortfall(raw: Any) -> Any:
    return {raw: 1} if isinstance(raw, str) else raw


class OnShortfall(Model):
    """What an agent does with a case beyond his authority: shares that sum to 100 %."""

    escalate: Share = 0.0
    refuse: Share = 0.0
    consult: Share = 0.0
    """The caller holds while the agent asks somebody who may grant it, and then settles it."""
    call_back: Share = 0.0
    """The caller rings off, and somebody with more authority calls him back."""

    @model_validator(mode="after")
    def _whole(self) -> OnShortfall:
        shares = self.escalate + self.refuse + self.consult + self.call_back
        if abs(shares - 1.0) > 1e-9:
            total = units.format_percent(shares)
            raise Refusal("E-PROB-SUM", "shares must sum to 100%", got=total, try_="{escalate: 90%, refuse: 10%}")
        return self


OnShortfallWritten = Annotated[OnShortfall, ShortForm(_expand_on_shortfall, json_schema_input_type=str | OnShortfall)]


class Decide(Model):
    """How long it takes to use one's authority."""

    frontline: Duration = 0.0
    """By the first who talks to the caller."""
    supervisor: Duration = 0.0
    """By anyone later."""


class Escalate(Model):
    """How a case is passed on."""

    transfer: Annotated[str, *one_of("cold", "warm")] = "cold"
    """cold: the caller is sent on, and tells his story again; warm: the agent holds with him and tells it."""
    brief: Duration = 20.0
    """Of a warm transfer: how long the agent, the caller and the next person talk together."""
    priority: Annotated[int, *whole(-1000, 1000)] = 0
    """Of those passed on, beside the queues'."""
    lose_caller: Share = 0.0
    """Who hang up at that moment."""
    max_hops: Annotated[int, *whole(0, 100)] = 100
    """Escalations of a contact at most; then the case is refused."""


class Leakage(Model):
    """Credits to people who needed none, by whoever may give them."""

    share: Share
    amount: Money


class MakeItRight(Model):
    """What happens when a case needs more than the agent may grant."""

    policy: Annotated[str, *one_of("second_person", "frontline_chain", "frontline_settles")] = "second_person"
    """To the least limit that suffices; to the next limit above one's own; or the first circle may grant it itself."""
    frontline_limit: Limit = math.inf
    """With frontline_settles: what those in the first circle of a queue may grant."""
    first_leg: Share = 1.0
    """Of the talk time that is spent before a case is passed on, or refused."""
    next_leg: Factor = 1.0
    """Of a talk time, that whoever comes later spends."""
    decide: Decide = Decide()
    retell: Duration = 0.0
    """The story told again to everyone after the first."""
    consult: Duration = 60.0
    """How long a colleague who is asked and the agent who asks him talk."""
    consult_at_most: PositiveDuration = 600.0
    """How long an agent holds for a colleague; then he refuses the case."""
    on_shortfall: OnShortfallWritten = OnShortfall(escalate=1.0)
    escalate: Escalate = Escalate()
    leakage: Leakage | None = None
    callback: PromisedCallback = PromisedCallback()
    """How those are called back whom `on_shortfall` promised that."""


def _parse_budget(raw: object) -> units.Rate:
    rate = units.parse_rate(raw)
    if rate.period is not None:
        raise Refusal("E-UNIT", "a budget is per day", got=raw, try_=units.format_rate(units.Rate(rate.calls, None)))
    return rate


_PER_DAY = Annotated[str, Field(pattern="/", examples=["200/day"])]
CreditBudget = Annotated[units.Rate, *parsed(_parse_budget, units.format_rate, _PER_DAY)]
