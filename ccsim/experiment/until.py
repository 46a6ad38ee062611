"""Replicate until KPIs are as exact as asked: ``service_level ±0.5pp``, ``cost_per_resolution ±1%``. Called by `run`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim import units
from ccsim.analysis import REGISTRY
from ccsim.analysis.controls import adjusted
from ccsim.analysis.estimate import number_or_none
from ccsim.analysis.paired import Sample
from ccsim.analysis.stopping import Precision, in_batches, interval, need, width
from ccsim.errors import Refusal, nearest
from ccsim.experiment.compare import question_of
from ccsim.experiment.comparison import Key
from ccsim.experiment.differences import Question, Simulated, sample_of
from ccsim.experiment.result import Controlled, Precise

__all__ = ["Goals", "controlled", "goals_of", "parse_precision", "spread"]

Floats = NDArray[np.float64]

_WRITTEN = re.compile(r"\s*(\w+)\s*(?:±|\+/?-)\s*(.+?)\s*")
_POINTS = ("percentage points", "points", "point", "pp")


def parse_precision(text: str) -> Precision:
    """Return the precision written as ``service_level ±0.5pp``, ``asa ±1s`` or ``cost_per_day ±1%`` (of the value).

    Raises
    ------
    Refusal
        E-UNTIL, with what is wrong.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise Refusal("E-UNTIL", "is no precision", got=text, allowed="a KPI, ± or +-, a size", try_="service_level ±0.5pp")
    id, size = found.groups()
    if id not in REGISTRY:
        raise Refusal("E-UNTIL", "no such KPI", got=id, try_=nearest(id, list(REGISTRY)) or "ccsim kpis")
    half, relative = _size(id, size)
    if not 0.0 < half < math.inf:
        raise Refusal("E-UNTIL", f"{id}: the precision must be above 0", got=size)
    return Precision(id, half, relative)


def _size(id: str, size: str) -> tuple[float, bool]:
    unit = REGISTRY[id].unit
    try:
        for ending in _POINTS if unit == "share" else ():
            if size.endswith(ending):
                return 0.01 * units.parse_number(units.Plain(size.removesuffix(ending).strip())), False
        if unit == "share":
            raise Refusal("E-UNTIL", f"{id} is a share: say percentage points", got=size, try_=f"{id} ±{size.rstrip(' %')}pp")
        if size.endswith("%"):
            return units.parse_share(units.Plain(size)), True
        if unit in ("s", "h"):
            return units.parse_duration(units.Plain(size)) / (units.HOUR if unit == "h" else 1.0), False
        return units.parse_number(units.Plain(size)), False
    except Refusal as refusal:
        raise Refusal("E-UNTIL", refusal.what, got=size, allowed=refusal.allowed, try_=refusal.try_) from None


class Goals(NamedTuple):
    """How exact which KPIs are to be."""

    precisions: tuple[Precision, ...]
    keys: tuple[Key, ...]
    question: Question
    batch: int

    def judge(self, plan: Simulated, controls: Floats | None) -> tuple[Precise, ...]:
        """How exact they are by now; with controls, without what these explain."""
        pairs = zip(self.precisions, self.keys, strict=True)
        return tuple(self._judged(plan, precision, key, controls) for precision, key in pairs)

    def _judged(self, plan: Simulated, precision: Precision, key: Key, controls: Floats | None) -> Precise:
        kpi = REGISTRY[key.id]
        sample, share = sample_of(plan, key, self.question), kpi.unit == "share"
        if controls is None:
            sample = in_batches(sample, self.batch)
            found = interval(sample, share, kpi.signed, self.question.confidence)
        else:
            found = adjusted(sample, controls, share, kpi.signed, self.question.confidence)[:3]
        value, low, high = (kpi.scale * x for x in found)
        side = width(value, low, high)
        limit = precision.half * (abs(value) if precision.relative else 1.0)
        missing = need(precision, value, plan.accumulator.n, side)
        value_or_none, low_or_none, high_or_none = (None if math.isnan(x) else x for x in (value, low, high))
        return Precise(
            *key, value_or_none, low_or_none, high_or_none, precision.half, precision.relative, side <= limit, missing
        )


def controlled(plan: Simulated, controls: Floats) -> tuple[Controlled, ...]:
    """Return the KPIs of the centre that `compare` compares, without what the controls explain."""
    question = question_of(plan.scenario, plan.compiled.program, None, {})
    return tuple(_controlled(plan, key, controls, question) for key in question.keys)


def _controlled(plan: Simulated, key: Key, controls: Floats, question: Question) -> Controlled:
    kpi = REGISTRY[key.id]
    found = adjusted(sample_of(plan, key, question), controls, kpi.unit == "share", kpi.signed, question.confidence)
    value, low, high = (number_or_none(kpi.scale * x) for x in found[:3])
    return Controlled(*key, value, low, high, number_or_none(found.gain), found.used)


def spread(plan: Simulated, batch: int) -> tuple[Controlled, ...]:
    """Return the KPIs of the centre that `compare` compares, with intervals that take batches of replications as the sample."""
    question = question_of(plan.scenario, plan.compiled.program, None, {})
    return tuple(_spread(plan, key, batch, question) for key in question.keys)


def _spread(plan: Simulated, key: Key, batch: int, question: Question) -> Controlled:
    kpi, sample = REGISTRY[key.id], sample_of(plan, key, question)
    batches = in_batches(sample, batch)
    n = len(batches.numerators) * batch
    if n < 2 * batch:
        return Controlled(*key, None, None, None, None, len(batches.numerators))
    found = interval(batches, kpi.unit == "share", kpi.signed, question.confidence)
    value, low, high = (number_or_none(kpi.scale * x) for x in found)
    gain = _squared_error(Sample(sample.numerators[:n], sample.denominators[:n])) / (_squared_error(batches) or math.nan)
    return Controlled(*key, value, low, high, number_or_none(gain), len(batches.numerators))


def _squared_error(sample: Sample) -> float:
    """Of the ratio of sums, were its members independent."""
    n, parts = len(sample.numerators), sample.parts
    return float((parts * parts).sum() / (n - 1) / n)


def goals_of(plan: Simulated, wanted: str | Precision | Sequence[str | Precision], batch: int = 1) -> Goals:
    """Return what is asked of the KPIs of the centre; of a service level with several thresholds the first is meant.

    Parameters
    ----------
    batch : int
        Replications that depend on each other.

    Raises
    ------
    Refusal
        E-UNTIL for what is no precision.
    ValueError
        For a KPI that is no ratio of the centre.
    """
    listed = [wanted] if isinstance(wanted, str | Precision) else list(wanted)
    precisions = tuple(parse_precision(one) if isinstance(one, str) else one for one in listed)
    question = question_of(plan.scenario, plan.compiled.program, [one.kpi for one in precisions], {})
    keys = tuple(next(key for key in question.keys if key.id == one.kpi) for one in precisions)
    return Goals(precisions, keys, question, batch)
