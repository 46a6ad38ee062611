"""Volumes that count all_at_queue -> the fresh calls at the door behind them: Scenario -> Scenario, by simulation.

A forecast holds what was offered to a queue, redials included; ccsim needs who dials for the first time. How many redial
depends on how long they wait, and so on everything. The fresh calls of each interval are moved until the mean offers of the
base scenario are those wanted, always with the same luck; they are written into `solved`, and plans derived from that
scenario keep them: a plan that serves more callers really receives fewer calls.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.errors import Problem, ScenarioError
from ccsim.experiment.replicate import default_jobs, replicate, simulator
from ccsim.outcomes import Rows
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import Scenario, clock, resolve
from ccsim.scenario.days_before import with_days_before
from ccsim.vocabulary import SegmentKind

__all__ = ["SEED", "TOLERANCE", "calibrate", "is_calibrated"]

SEED = 20_011
"""Of the simulations that solve: not the run's own, so that another seed there keeps the fresh calls."""

TOLERANCE = 0.01
"""Largest deviation allowed; see `Solved.tolerance`."""

_ROUNDS = 40
_CALLS = 1_500_000
"""Simulated in one round, about."""
_FEWEST, _MOST = 20, 400
"""Replications of a round."""
_TOO_MANY = 50.0
"""So many times the wanted calls at the door, and hardly any gets through."""

Floats = NDArray[np.float64]


def is_calibrated(scenario: Scenario) -> bool:
    """True if nothing is left to be solved."""
    return not resolve.unsolved(scenario)


def calibrate(
    scenario: Scenario,
    *,
    like: Scenario | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    tolerance: float = TOLERANCE,
) -> Scenario:
    """The scenario with fresh calls for every volume that counts all_at_queue; itself if there is nothing to solve.

    Parameters
    ----------
    like : Scenario, optional
        A solved scenario whose fresh calls are taken over where it has any.
    engine : {"compiled", "reference"}
    jobs : int, optional
    tolerance : float
        Largest deviation of an interval's mean offers from the wanted ones, as a share of these or, in a quiet interval, of
        the day's mean.

    Raises
    ------
    ScenarioError
        E-CALIBRATION where no number of fresh calls brings these offers; the message says where and why.

    Notes
    -----
    A damped fixed point: the missing offers of an interval, divided by what a fresh call brings on average (redials included),
    are added to its fresh calls. The offers of a round are freed of the Poisson noise of its own fresh calls, whose means are
    known. Rounds go on until half the tolerance is reached, at most 40.
    """
    if is_calibrated(scenario):
        return scenario
    if like is not None and like.solved is not None:
        taken = scenario.with_({"solved": like.solved.model_dump(mode="json")})
        if is_calibrated(taken):
            return taken
    problem = _Problem(scenario)
    x, deviation = problem.solve(engine, jobs, tolerance)
    if deviation > tolerance:
        raise ScenarioError([problem.complaint(x, tolerance)])
    return problem.pinned(x, deviation)


class _Round(NamedTuple):
    """Means of one round of simulations, by call type solved for and open interval."""

    offers: Floats  # at the queue, freed of the noise of the fresh calls
    gain: Floats  # offers a fresh call brings on average, shape (n_types, 1)


class _Problem:
    """Which call types, which intervals, what is wanted there."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.names = resolve.unsolved(scenario)
        days = resolve.open_days_of_horizon(scenario)
        self.is_steady = scenario.run.mode == "steady"
        self.days = days[:1] if self.is_steady else days
        self.wanted_days = {
            name: [resolve.wanted_of_day(scenario, scenario.calls[name], day) for day in self.days] for name in self.names
        }
        self.base = self._with(self.wanted_days)
        judged = self.base.model_copy(update={"metrics": self.base.metrics.model_copy(update={"attribute": "arrival"})})
        self.program = compile_scenario(judged).program
        sorted_names = sorted(scenario.calls)
        self.codes = np.array([sorted_names.index(name) for name in self.names])
        grid = resolve.intervals(scenario)
        self.since = float(self.program.settings.count_from[0]) if not self.is_steady else 0.0
        whole = [piece.start for piece in resolve.intervals(with_days_before(scenario)) if piece.start >= self.since]
        self.places = np.array([round(start / scenario.interval) for start in whole])
        self.day_of = np.array([piece.day for piece in grid])
        self.starts = [piece.start for piece in grid]
        self.wanted = self.program.flows.volume[self.codes][:, self.places].copy()
        counted = [self._counts_all(name) for name in self.names]
        self.free = np.array([row[self.day_of] for row in counted]) & (self.wanted > 0)

    def _counts_all(self, name: str) -> NDArray[np.bool_]:
        call = self.scenario.calls[name]
        return np.array([resolve.counts_all(call, day) for day in self.days])

    def solve(self, engine: str, jobs: int | None, tolerance: float) -> tuple[Floats, float]:
        """Fresh calls by type and interval, and how far their offers deviate at most."""
        n = int(np.clip(_CALLS / max(self.wanted.sum(), 1.0), _FEWEST, _MOST))
        if self.is_steady:
            n = _FEWEST
        self.replications = n
        best, least, damping = self.wanted.copy(), np.inf, 1.0
        x = best
        for _ in range(_ROUNDS):
            done = self._round(x, engine, jobs, n)
            deviation = self._deviation(done.offers)
            if deviation < least:
                best, least, last = x, deviation, done
            else:
                damping *= 0.6
            if least <= tolerance / 2 or damping < 0.02:
                break
            step = damping * (self.wanted - last.offers) / last.gain
            x = np.where(self.free, np.clip(best + step, 0.0, 2 * _TOO_MANY * self.wanted), self.wanted)
        self.offers = last.offers
        return best, float(least)

    def _deviation(self, offers: Floats) -> float:
        """Largest deviation, as a share of what is wanted in the interval or, where that is more, in the day's mean one."""
        return float(np.max(np.where(self.free, np.abs(offers - self.wanted), 0.0) / self._scale(), initial=0.0))

    def _scale(self) -> Floats:
        sums = np.zeros((len(self.names), len(self.days)))
        np.add.at(sums.T, self.day_of, self.wanted.T)
        means = sums / np.bincount(self.day_of)
        scale: Floats = np.maximum(np.maximum(self.wanted, means[:, self.day_of]), 1e-9)
        return scale

    def _round(self, x: Floats, engine: str, jobs: int | None, n: int) -> _Round:
        """Simulates with these fresh calls."""
        flows = self.program.flows.copy()
        flows.volume[self.codes[:, None], self.places] = x
        if self.since > 0.0:  # the days before follow those they are like
            flows = compile_scenario(self.pinned(x, 1.0)).program.flows
        program = self.program._replace(flows=flows)
        simulate = simulator(program, SEED, engine, rows=True, digest=False)
        fresh, firsts, offers = (np.zeros_like(x) for _ in range(3))
        for done in replicate(simulate, range(n), default_jobs(program) if jobs is None else jobs):
            assert done.rows is not None
            for total, found in zip((fresh, firsts, offers), self._count(program, done.rows), strict=True):
                total += found
        fresh, firsts, offers = fresh / n, firsts / n, offers / n
        if self.is_steady:
            since = float(program.settings.count_from[0])
            counted = np.array(self.starts) >= since
            fresh, firsts, offers = (
                np.repeat(t[:, counted].mean(axis=1)[:, None], x.shape[1], 1) for t in (fresh, firsts, offers)
            )
        reach = firsts.sum(axis=1, keepdims=True) / np.maximum(fresh.sum(axis=1, keepdims=True), 1e-9)
        amplified = offers.sum(axis=1, keepdims=True) / np.maximum(firsts.sum(axis=1, keepdims=True), 1e-9)
        if not len(program.occasions):  # events change the means of the fresh calls, which are then not known
            offers = offers - reach * (fresh - x)
        return _Round(offers, np.maximum(reach * np.maximum(amplified, 1.0), 0.05))

    def _count(self, program: Program, rows: Rows) -> tuple[Floats, Floats, Floats]:
        """Fresh calls by dial; first offers and all offers by queue entry."""
        stays = rows.segments[rows.segments["kind"] == SegmentKind.QUEUE]
        stays = stays[stays["place"] == program.call_types.queue[stays["call_type"]]]
        first = stays[stays["contact"] == 0]
        found = [
            rows.episodes[["call_type", "first_at"]],
            first[["call_type", "entered_at"]],
            stays[["call_type", "entered_at"]],
        ]
        return tuple(self._binned(table["call_type"], table[table.dtype.names[1]]) for table in found)  # type: ignore[return-value]

    def _binned(self, kinds: NDArray[Any], at: Floats) -> Floats:
        """Numbers by type solved for and open interval; what comes after closing belongs to the last interval before."""
        kinds, at = kinds[at >= self.since], at[at >= self.since]
        interval = np.floor(at / self.scenario.interval).astype(np.int64)
        place = np.maximum(np.searchsorted(self.places, interval, "right") - 1, 0)
        table = np.zeros((int(max(kinds.max(initial=0), self.codes.max())) + 1, len(self.places)))
        np.add.at(table, (kinds, place), 1.0)
        counts: Floats = table[self.codes]
        return counts

    def complaint(self, x: Floats, tolerance: float) -> Problem:
        """Why there is no solution, at the place where it is missed most."""
        off = np.where(self.free, np.abs(self.offers - self.wanted), 0.0) / self._scale()
        row, place = np.unravel_index(int(np.argmax(off)), off.shape)
        at, wanted, offers = clock.label(self.scenario, self.starts[place]), self.wanted[row, place], self.offers[row, place]
        where = f"{self.names[row]} on {at}: {wanted:.4g} offers wanted"
        if x[row, place] <= 0.0:
            why = f"{where}, but redials of earlier callers alone bring {offers:.4g}"
        elif offers < wanted and x[row, place] > 1.5 * wanted:
            why = f"{where}, but of {x[row, place]:.4g} who dial only {offers:.4g} get there"
        else:
            why = f"{where}, {offers:.4g} found, off by more than {100 * tolerance:g} % after {_ROUNDS} rounds"
        path = f"calls.{self.names[row]}.volume.counts"
        return Problem("E-CALIBRATION", path, f"no fresh calls bring these offers: {why}", try_="counts: first_calls_at_door")

    def pinned(self, x: Floats, deviation: float) -> Scenario:
        """The scenario with the fresh calls found written into it."""
        fresh = {
            name: [tuple(x[row, self.day_of == day][: len(self.wanted_days[name][day])]) for day in range(len(self.days))]
            for row, name in enumerate(self.names)
        }
        if self.is_steady:
            share = {name: x[row, 0] / self.wanted[row, 0] for row, name in enumerate(self.names)}
            fresh = {name: [tuple(share[name] * w for w in day) for day in self.wanted_days[name]] for name in self.names}
        return self._with(fresh, deviation)

    def _with(self, fresh: dict[str, Any], deviation: float = 1.0) -> Scenario:
        dates = [str(day.date) for day in resolve.open_days_of_horizon(self.scenario)]

        def by_date(days: list[tuple[float, ...]]) -> dict[str, list[float]]:
            days = days * len(dates) if self.is_steady else days
            return {date: [float(v) for v in values] for date, values in zip(dates, days, strict=True)}

        calls = {name: {"offered": by_date(self.wanted_days[name]), "fresh": by_date(fresh[name])} for name in self.names}
        kept = {} if self.scenario.solved is None else self.scenario.solved.model_dump(mode="json")["calls"]
        solved = {"seed": SEED, "replications": getattr(self, "replications", 1), "tolerance": round(min(deviation, 1.0), 6)}
        return self.scenario.with_({"solved": {**solved, "calls": {**kept, **calls}}})
