"""Plans that are simulated until one is known to be the best of those that keep their limits, others dropped on the way.

Fully sequential selection with an indifference zone: Kim & Nelson, "A fully sequential procedure for indifference-zone
selection in simulation", ACM TOMACS 11 (2001); with limits Andradottir & Kim, "Fully sequential procedures for comparing
constrained systems via simulation", Naval Research Logistics 57 (2010). Both allow common random numbers. Here a KPI is a ratio
of sums, and a replication's part in it (delta method) takes the place of their normal observations.

`experiment.select` feeds it; nothing is simulated here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.paired import Sample

__all__ = ["Limit", "Out", "Selection"]

Floats = NDArray[np.float64]


class Limit(NamedTuple):
    """What a plan must keep: a ratio of at least (`sign` 1) or at most (-1) `bound`, told apart from `tolerance` on."""

    sign: int
    bound: float
    tolerance: float


class Out(NamedTuple):
    """Why a plan was dropped, and after how many replications: the plan that beat it, or the limit it breaks."""

    n: int
    beaten_by: int | None = None
    breaks: int | None = None


@dataclass
class Selection:
    """The state of a selection among plans 0, 1, 2, ...

    Attributes
    ----------
    plans : int
    sign : int
        1 if the highest ratio is best, -1 if the lowest.
    zone : float
        Differences below it do not matter (indifference zone).
    limits : tuple of Limit
    confidence : float
        That the best plan is chosen. With limits half of what is left to 1 goes to telling whether they are kept.
    alive : list of int
        Plans that may still be the best, in order.
    keeps : dict of (plan, limit) to bool
        What is known of limits.
    out : dict of plan to Out
    n : int
        Replications at the last look.
    """

    plans: int
    sign: int
    zone: float
    limits: tuple[Limit, ...]
    confidence: float
    alive: list[int] = field(init=False)
    keeps: dict[tuple[int, int], bool] = field(init=False, default_factory=dict)
    out: dict[int, Out] = field(init=False, default_factory=dict)
    n: int = field(init=False, default=0)
    _first: int = field(init=False, default=0)
    _between: dict[tuple[int, int], float] = field(init=False, default_factory=dict)
    _around: dict[tuple[int, int], float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.alive = list(range(self.plans))

    @property
    def chosen(self) -> int | None:
        """The plan, once only one is left that is known to keep its limits; of equal ones the first."""
        known = [plan for plan in self.alive if self._keeps_all(plan)]
        return known[0] if known and len(known) == len(self.alive) and self._settled() else None

    @property
    def finished(self) -> bool:
        """True if a plan is chosen, or none keeps the limits."""
        return not self.alive or self.chosen is not None

    def look(self, best: Sequence[Sample], limited: Sequence[Sequence[Sample]]) -> None:
        """Drop what can be dropped, after so many replications of every plan that is alive.

        Parameters
        ----------
        best : sequence of Sample
            Of every plan the KPI it is chosen by; only those of plans alive are read. The first look fixes the variances, so
            at least ten replications.
        limited : sequence of sequences of Sample
            For each limit the same of its KPI.
        """
        self.n = len(best[self.alive[0]].numerators)
        if not self._first:
            self._start(best, limited)
        for number, (limit, samples) in enumerate(zip(self.limits, limited, strict=True)):
            for plan in list(self.alive):
                self._check_limit(plan, number, limit, samples[plan])
        ratios = {plan: self.sign * float(best[plan].ratio) for plan in self.alive}
        for plan in list(self.alive):
            better = (
                p for p in self.alive if p != plan and self._keeps_all(p) and self._beats(ratios[p], ratios[plan], p, plan)
            )
            winner = max(better, key=lambda p: ratios[p], default=None)
            if winner is not None:
                self.out[plan] = Out(self.n, beaten_by=winner)
        self.alive = [plan for plan in self.alive if plan not in self.out]

    def _start(self, best: Sequence[Sample], limited: Sequence[Sequence[Sample]]) -> None:
        """Keep the variances of the first replications: the guarantee rests on their being independent of later means."""
        self._first = self.n
        parts = [sample.parts for sample in best]
        for a in range(self.plans):
            for b in range(self.plans):
                self._between[a, b] = float((parts[a] - parts[b]).var(ddof=1))
        for number, samples in enumerate(limited):
            for plan, sample in enumerate(samples):
                self._around[plan, number] = float(sample.parts.var(ddof=1))

    def _check_limit(self, plan: int, number: int, limit: Limit, sample: Sample) -> None:
        if (plan, number) in self.keeps:
            return
        beyond = limit.sign * (float(sample.ratio) - limit.bound)
        error = 0.5 * (1.0 - self.confidence) / (self.plans * len(self.limits))
        width = self._width(self._around[plan, number], limit.tolerance, error)
        if beyond >= width:
            self.keeps[plan, number] = True
        elif beyond < -width or width == 0.0:
            self.keeps[plan, number] = False
            self.out[plan] = Out(self.n, breaks=number)
            self.alive.remove(plan)

    def _beats(self, better: float, worse: float, a: int, b: int) -> bool:
        return better - worse > self._width(self._between[a, b], self.zone, self._pair_error())

    def _pair_error(self) -> float:
        return (1.0 - self.confidence) * (0.5 if self.limits else 1.0) / max(self.plans - 1, 1)

    def _width(self, variance: float, zone: float, error: float) -> float:
        """How far apart two means must be after n replications: the triangle that shuts at ``scale * variance / zone^2``."""
        return max(0.0, zone / (2.0 * self.n) * (self._scale(error) * variance / zone**2 - self.n))

    def _scale(self, error: float) -> float:
        """h^2 of Kim & Nelson with c = 1."""
        degrees = self._first - 1
        return float(degrees * ((2.0 * error) ** (-2.0 / degrees) - 1.0))

    def _keeps_all(self, plan: int) -> bool:
        return all(self.keeps.get((plan, number), False) for number in range(len(self.limits)))

    def _settled(self) -> bool:
        """True if no two plans alive can still be told apart: one is left, or all triangles between them have shut."""
        widths = (
            self._width(self._between[a, b], self.zone, self._pair_error()) for a in self.alive for b in self.alive if a < b
        )
        return all(width == 0.0 for width in widths)

    def most_replications(self) -> int:
        """After so many replications every triangle has shut, whatever comes; known after the first look."""
        between = [self._scale(self._pair_error()) * v / self.zone**2 for v in self._between.values()]
        error = 0.5 * (1.0 - self.confidence) / (self.plans * max(len(self.limits), 1))
        around = [self._scale(error) * v / self.limits[limit].tolerance ** 2 for (_, limit), v in self._around.items()]
        return math.ceil(max([*between, *around, 0.0]))
