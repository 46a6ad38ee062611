"""How long something takes: what people know about a time -> the parameters of a law.

A scenario says mean and sd, or median and p90; `Law` holds what a sampler by inversion needs, in seconds. The models
are read by ``scenario.model``; the compiler takes only `Law`. Nothing here draws numbers.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field, model_validator

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario.fields import (
    FACTOR_WRITTEN,
    Duration,
    Model,
    Name,
    PositiveDuration,
    PositiveNumber,
    Rate,
    Share,
    Text,
    parsed,
    scalar_as,
    whole,
)
from ccsim.scenario.laws import Family, Law
from ccsim.scenario.marks import Reads, ShortForm

__all__ = [
    "FAMILIES",
    "Cv",
    "Distribution",
    "Family",
    "Law",
    "Patience",
    "Shape",
    "check_lognormal",
    "expand_distribution",
    "lognormal_law",
]

Z90 = 1.2815515655446004  # 90 % point of the standard normal law
MOST_CV = 20.0
MOST_SPREAD = 1_000_000  # of a 90 % point, in medians
LN2, LN9, LN10 = math.log(2.0), math.log(9.0), math.log(10.0)


# -------------------------------------------------------------------------------- families as written


def _only(family: Model, *allowed: tuple[str, ...]) -> set[str]:
    """Return the parameters given, refusing any set of them that is not one of `allowed`."""
    given = {name for name in type(family).model_fields if getattr(family, name) is not None}
    if given not in [set(names) for names in allowed]:
        ways = "; ".join(" + ".join(names) for names in allowed)
        raise Refusal("E-DIST", "these parameters do not fix the law", got=" + ".join(sorted(given)) or None, allowed=ways)
    return given


def _ascending(**values: float) -> None:
    names, numbers = list(values), list(values.values())
    for i in range(1, len(names)):
        if not numbers[i - 1] <= numbers[i]:
            raise Refusal("E-DIST", f"{names[i - 1]} must not exceed {names[i]}")


def _cv(mean: float, sd: float | None, cv: float | None) -> float:
    return cv if cv is not None else (sd or 0.0) / mean


def _lognormal(mean: float, cv: float) -> Law:
    """Return the law with sigma^2 = ln(1 + cv^2) and mu = ln mean - sigma^2/2."""
    variance = math.log1p(cv * cv)
    return Law(Family.LOGNORMAL, math.log(mean) - variance / 2, math.sqrt(variance))


def _gamma(mean: float, cv: float) -> Law:
    """Return the law with shape 1/cv^2 and scale mean cv^2."""
    return Law(Family.GAMMA, 1 / (cv * cv), mean * cv * cv)


def parse_cv(raw: object) -> float:
    """Return a coefficient of variation above 0, from ``0.9`` or ``90%``."""
    cv = units.parse_factor(raw, high=MOST_CV, high_without_percent=MOST_CV)
    if cv == 0:
        raise Refusal("E-DIST", "a law without spread is deterministic", got=raw, try_="{deterministic: 4m}")
    return cv


Cv = Annotated[float, *parsed(parse_cv, float, FACTOR_WRITTEN | Annotated[float, Field(ge=0, le=20)])]


class Exponential(Model):
    """The law of an Erlang calculator."""

    mean: PositiveDuration

    def law(self) -> Law:
        """Return the law with its parameters solved."""
        return Law(Family.EXPONENTIAL, self.mean)


class Deterministic(Model):
    """Always the same."""

    value: Duration

    def law(self) -> Law:
        """Return the law with its parameters solved."""
        return Law(Family.DETERMINISTIC, self.value)


class Uniform(Model):
    """Anything between two ends, all alike."""

    min: Duration
    max: Duration

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.min >= self.max:
            raise Refusal("E-DIST", "min must be below max", try_="{deterministic: 4m} for one value")
        return self

    def law(self) -> Law:
        """Return the law with its parameters solved."""
        return Law(Family.UNIFORM, self.min, self.max)


class Triangular(Model):
    """Between two ends with a most likely value."""

    min: Duration
    mode: Duration
    max: Duration

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        _ascending(min=self.min, mode=self.mode, max=self.max)
        if self.min == self.max:
            raise Refusal("E-DIST", "min must be below max", try_="{deterministic: 4m} for one value")
        return self

    def law(self) -> Law:
        """Return the law with its parameters solved."""
        return Law(Family.TRIANGULAR, self.min, self.mode, self.max)


def check_lognormal(stated: Any) -> None:
    """Refuse a model with these five fields in which neither mean + sd, mean + cv nor median + p90 is given."""
    _only(stated, ("mean", "sd"), ("mean", "cv"), ("median", "p90"))
    _check_sd(stated.mean, stated.sd)
    _check_p90(stated.median, stated.p90)


def lognormal_law(stated: Any) -> Law:
    """Return mu and sigma of what `check_lognormal` lets through; mu = ln median, p90 = exp(mu + z90 sigma)."""
    if stated.mean is not None:
        return _lognormal(stated.mean, _cv(stated.mean, stated.sd, stated.cv))
    return Law(Family.LOGNORMAL, math.log(stated.median), math.log(stated.p90 / stated.median) / Z90)


class Lognormal(Model):
    """By mean + sd, mean + cv or median + p90; the usual law of talk times."""

    mean: PositiveDuration | None = None
    sd: PositiveDuration | None = None
    cv: Cv | None = None
    median: PositiveDuration | None = None
    p90: PositiveDuration | None = None

    @model_validator(mode="after")
    def _complete(self) -> Lognormal:
        check_lognormal(self)
        return self

    def law(self) -> Law:
        """Return the law with its parameters solved."""
        return lognormal_law(self)


class Gamma(Model):
    """By mean + sd or mean + cv."""

    mean: PositiveDuration
    sd: PositiveDuration | None = None
    cv: Cv | None = None

    @model_validator(mode="after")
    def _complete(self) -> Gamma:
        _only(self, ("mean", "sd"), ("mean", "cv"))
        _check_sd(self.mean, self.sd)
        return self

    def law(self) -> Law:
        """Return shape and scale."""
        return _gamma(self.mean, _cv(self.mean, self.sd, self.cv))


class Erlang(Model):
    """A sum of equal exponential phases."""

    mean: PositiveDuration
    phases: Annotated[int, *whole(1, 1000, "E-DIST")]

    def law(self) -> Law:
        """Return the gamma law with shape `phases`."""
        return Law(Family.GAMMA, float(self.phases), self.mean / self.phases)


class Weibull(Model):
    """By mean + shape, median + shape or median + p90; shape below 1 means patience grows while one waits."""

    mean: PositiveDuration | None = None
    median: PositiveDuration | None = None
    p90: PositiveDuration | None = None
    shape: PositiveNumber | None = None

    @model_validator(mode="after")
    def _complete(self) -> Weibull:
        _only(self, ("mean", "shape"), ("median", "shape"), ("median", "p90"))
        _check_p90(self.median, self.p90)
        _check_shape(self.shape)
        return self

    def law(self) -> Law:
        """Return shape and scale: mean = scale Gamma(1 + 1/shape), the p-quantile = scale (-ln(1 - p))^(1/shape)."""
        if self.mean is not None:
            assert self.shape is not None
            return Law(Family.WEIBULL, self.shape, self.mean / math.gamma(1 + 1 / self.shape))
        assert self.median is not None
        shape = self.shape
        if shape is None:
            assert self.p90 is not None
            shape = math.log(LN10 / LN2) / math.log(self.p90 / self.median)
        return Law(Family.WEIBULL, shape, self.median / LN2 ** (1 / shape))


class Loglogistic(Model):
    """By median + shape or median + p90."""

    median: PositiveDuration
    p90: PositiveDuration | None = None
    shape: PositiveNumber | None = None

    @model_validator(mode="after")
    def _complete(self) -> Loglogistic:
        _only(self, ("median", "shape"), ("median", "p90"))
        _check_p90(self.median, self.p90)
        _check_shape(self.shape)
        return self

    def law(self) -> Law:
        """Return scale and shape: F(t) = 1 / (1 + (t/scale)^-shape), so that (p90/median)^shape = 9."""
        if self.shape is not None:
            return Law(Family.LOGLOGISTIC, self.median, self.shape)
        assert self.p90 is not None
        return Law(Family.LOGLOGISTIC, self.median, LN9 / math.log(self.p90 / self.median))


class Branch(Model):
    """One kind of caller or call within a hyperexponential law."""

    share: Share
    mean: PositiveDuration


class HazardPiece(Model):
    """The rate of leaving up to a waiting time; the last piece has no end."""

    until: PositiveDuration | None = None
    rate: Rate


class Empirical(Model):
    """Observed times: written out, or a column of a CSV file."""

    values: tuple[Duration, ...] | None = None
    csv: Text | None = None
    column: Text | None = None
    unit: Annotated[str, Reads(lambda raw: parse_time_unit(raw))] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Empirical:
        _only(self, ("values",), ("csv", "column"), ("csv", "column", "unit"))
        if self.values is not None and len(self.values) < 2:
            raise Refusal("E-DIST", "an empirical law needs at least two values", got=len(self.values))
        return self

    def law(self) -> Law:
        """Return the sorted values; a CSV column must have been read before."""
        assert self.values is not None, "the CSV column has not been read"
        return Law(Family.EMPIRICAL, points=tuple((value,) for value in sorted(self.values)))


class Nothing(Model):
    """A family without parameters."""


def parse_time_unit(raw: object) -> str:
    """Return the unit of a CSV column of times: ``s`` or ``min``."""
    if raw not in ("s", "min"):
        raise Refusal("E-UNIT", "no such unit of time", got=raw, allowed="s, min")
    return str(raw)


def _check_sd(mean: float | None, sd: float | None) -> None:
    if mean is not None and sd is not None and sd > MOST_CV * mean:
        raise Refusal("E-DIST", "sd is too far above the mean", allowed=f"at most {MOST_CV:g} times the mean")


def _check_p90(median: float | None, p90: float | None) -> None:
    if median is None or p90 is None:
        return
    if p90 <= median:
        raise Refusal("E-DIST", "p90 must be above the median")
    if p90 > MOST_SPREAD * median:  # the mean of such a law is beyond all numbers
        raise Refusal("E-DIST", "p90 is too far above the median", allowed=f"at most {MOST_SPREAD:,} times the median")


def _check_shape(shape: float | None) -> None:
    if shape is not None and not 0.05 <= shape <= 1000:
        raise Refusal("E-DIST", "such a shape has no usable law", got=shape, allowed="0.05 to 1000")


# -------------------------------------------------------------------------------- the choice of a family


def _long(key: str) -> ShortForm:
    """Let a family with one parameter be written as a scalar."""
    return ShortForm(lambda raw: raw if isinstance(raw, dict) else {key: raw}, json_schema_input_type=Any)


class Distribution(Model):
    """A law of times: exactly one family, or the name of an entry of `distributions`."""

    named: Name | None = None
    exponential: Annotated[Exponential, _long("mean")] | None = None
    deterministic: Annotated[Deterministic, _long("value")] | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None
    lognormal: Lognormal | None = None
    gamma: Gamma | None = None
    erlang: Erlang | None = None
    weibull: Weibull | None = None
    loglogistic: Loglogistic | None = None
    hyperexponential: tuple[Branch, ...] | None = None
    empirical: Empirical | None = None
    hazard: tuple[HazardPiece, ...] | None = None
    never: Nothing | None = None

    @model_validator(mode="after")
    def _one_family(self) -> Distribution:
        self.check_family()
        return self

    def check_family(self) -> None:
        """Refuse (E-DIST) anything but exactly one family with consistent parts."""
        given = [name for name in FAMILIES if getattr(self, name) is not None]
        if len(given) != 1:
            raise Refusal("E-DIST", "needs exactly one family", got=" + ".join(given) or None, allowed=", ".join(FAMILIES))
        if self.hyperexponential is not None:
            _check_branches(self.hyperexponential)
        if self.hazard is not None:
            _check_pieces(self.hazard)

    @property
    def family(self) -> str:
        """The key under which the law is written."""
        return next(name for name in FAMILIES if getattr(self, name) is not None)

    def own_law(self) -> Law:
        """Return the law written here; a name must be looked up by the scenario."""
        assert self.named is None, f"look up {self.named} first"
        if self.never is not None:
            return Law(Family.NEVER)
        if self.hyperexponential is not None:
            return _hyperexponential(self.hyperexponential)
        if self.hazard is not None:
            return _hazard(self.hazard)
        law: Law = getattr(self, self.family).law()
        return law


class Balk(Model):
    """Callers who leave at once when they would have to wait."""

    share: Share
    waiting_at_least: Annotated[int, *whole(0, 1_000_000)] = 0
    """Only where so many wait in the queue already."""
    expected_wait_over: Duration | None = None
    """Only where the call of the queue that was answered last had waited longer."""


class Patience(Distribution):
    """How long a caller would wait in the queue, ringing included."""

    balk: Annotated[Balk, scalar_as("share")] | None = None
    """Share of callers who leave at once when they would have to wait."""
    at_most: PositiveDuration | None = None
    """Nobody waits longer than this."""


class Shape(Model):
    """A law without its mean, for times whose mean comes by interval."""

    exponential: Nothing | None = None
    deterministic: Nothing | None = None
    lognormal: Annotated[dict[str, Cv], Field(max_length=1)] | None = None
    gamma: Annotated[dict[str, Cv], Field(max_length=1)] | None = None
    erlang: dict[str, Annotated[int, *whole(1, 1000, "E-DIST")]] | None = None
    weibull: dict[str, PositiveNumber] | None = None

    @model_validator(mode="after")
    def _one_family(self) -> Shape:
        needs = {
            "lognormal": "cv",
            "gamma": "cv",
            "erlang": "phases",
            "weibull": "shape",
            "exponential": "",
            "deterministic": "",
        }
        given = [name for name in needs if getattr(self, name) is not None]
        if len(given) != 1:
            raise Refusal("E-DIST", "needs exactly one family", got=" + ".join(given) or None, allowed=", ".join(needs))
        key, value = needs[given[0]], getattr(self, given[0])
        if key and set(value) != {key}:
            raise Refusal("E-DIST", f"needs {key} and nothing else", got=" + ".join(value), at=(given[0],))
        return self

    def law(self, mean: float) -> Law:
        """Return the law with this mean, seconds."""
        if self.lognormal is not None:
            return _lognormal(mean, self.lognormal["cv"])
        if self.gamma is not None:
            return _gamma(mean, self.gamma["cv"])
        if self.erlang is not None:
            return Law(Family.GAMMA, float(self.erlang["phases"]), mean / self.erlang["phases"])
        if self.weibull is not None:
            return Law(Family.WEIBULL, self.weibull["shape"], mean / math.gamma(1 + 1 / self.weibull["shape"]))
        return Law(Family.EXPONENTIAL if self.exponential is not None else Family.DETERMINISTIC, mean)


FAMILIES = tuple(Distribution.model_fields)


def expand_distribution(raw: Any) -> Any:
    """Return the long form of a law: a duration is exponential with that mean, a word a name or ``never``."""
    if isinstance(raw, dict):
        return raw
    if raw is None or isinstance(raw, list):
        raise Refusal(
            "E-TYPE", "needs a time", got=raw, try_="4m, a name of distributions, or {lognormal: {mean: 4m, cv: 0.9}}"
        )
    word = str(raw).strip()
    if isinstance(raw, str) and word == "never":
        return {"never": {}}
    if isinstance(raw, str) and word[:1].isalpha() and word[:3].lower() not in ("nan", "inf"):
        return {"named": raw}
    return {"exponential": {"mean": raw}}


def _check_branches(branches: tuple[Branch, ...]) -> None:
    total = sum(branch.share for branch in branches)
    if not branches or abs(total - 1) > 1e-9:
        raise Refusal("E-PROB-SUM", f"the shares add up to {total:.6g}, not 1", at=("hyperexponential",))


def _check_pieces(pieces: tuple[HazardPiece, ...]) -> None:
    ends = [piece.until for piece in pieces]
    if not ends or ends[-1] is not None or any(end is None for end in ends[:-1]):
        raise Refusal("E-DIST", "every piece but the last needs `until`", at=("hazard",))
    inner = [end for end in ends[:-1] if end is not None]
    if inner != sorted(set(inner)):
        raise Refusal("E-DIST", "`until` must grow from piece to piece", at=("hazard",))
    if any(piece.rate.period is None for piece in pieces):
        raise Refusal("E-UNIT", "a hazard is per s, min or h", at=("hazard",))


def _hyperexponential(branches: tuple[Branch, ...]) -> Law:
    """Return cumulative shares and means, by mean, so that more luck is a longer time."""
    points, total = [], 0.0
    for branch in sorted(branches, key=lambda branch: branch.mean):
        total += branch.share
        points.append((total, branch.mean))
    points[-1] = (1.0, points[-1][1])
    return Law(Family.HYPEREXPONENTIAL, points=tuple(points))


def _hazard(pieces: tuple[HazardPiece, ...]) -> Law:
    points, start, cumulative = [], 0.0, 0.0
    for piece in pieces:
        hazard = piece.rate.calls / (piece.rate.period or units.DAY)
        points.append((start, cumulative, hazard))
        if piece.until is not None:
            cumulative += hazard * (piece.until - start)
            start = piece.until
    return Law(Family.HAZARD, points=tuple(points))
