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
from ccsim.experiment.replicate import counts_in, default_jobs, replicate, simulator
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, clock, resolve
from ccsim.scenario.days_before import with_days_before

__all__ = ["SEED", "TOLERANCE", "calibrate", "is_calibrated"]

SEED = 20_011
"""Of the simulations that solve: not the run's own, so that another seed there keeps the fresh calls."""

TOLERANCE = 0.01
"""Largest deviation allowed; see `Solved.tolerance`."""

_ROUNDS = 40
_FEWER = 8
"""Of the replications one in so many is enough far from the solution."""
_STILL = 0.6
"""Of the deviation before: so much of it left says that what is left is noise."""
_LAST_ROUNDS = 16
_HOPELESS = 10.0
"""Times the tolerance: what deviates so much after `_ENOUGH` rounds has no solution."""
_ENOUGH = 3
"""Rounds of all replications, at the noise of these, after which the tolerance is enough, not half of it."""
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
    A damped fixed point: the missing offers of an interval, divided by what a fresh call brings on average (redials
    included), are added to its fresh calls, corrected by what the last two rounds tell (`_Secants`). The offers of a round
    are freed of the Poisson noise of its own fresh calls, whose means are known. A few replications bring the deviation down
    to their noise. All of them then look for half the tolerance, each round at the mean of what the rounds before point to,
    since a caller more or less changes waits, and so redials, at random; after some such rounds the best one is taken that
    keeps the tolerance.
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
    error: Floats  # its standard error
    gain: Floats  # offers a fresh call brings on average, shape (n_types, 1)


class _Best:
    """The fresh calls that deviate least so far."""

    def __init__(self, x: Floats) -> None:
        self.x, self.deviation, self.offers = x, np.inf, x

    def takes(self, x: Floats, deviation: float, done: _Round) -> bool:
        """True if these are better, and kept."""
        if deviation >= self.deviation:
            return False
        self.x, self.deviation, self.offers = x, deviation, done.offers
        return True


class _Secants:
    """How what is missing changed with the fresh calls, in the last rounds far from the solution.

    Notes
    -----
    Redials come later than the calls that are not answered, so what is changed in one interval is felt in the next ones, and
    steps that look at each interval alone go too far. D. G. Anderson, Iterative procedures for nonlinear integral equations,
    JACM 12 (1965), with two differences.
    """

    def __init__(self) -> None:
        self._last: tuple[Floats, Floats] | None = None
        self._pairs: list[tuple[Floats, Floats]] = []

    def learn(self, x: Floats, missing: Floats) -> None:
        """Take a round: fresh calls, and how many are missing then."""
        if self._last is not None:
            self._pairs = [*self._pairs[-1:], (x - self._last[0], missing - self._last[1])]
        self._last = x, missing

    def rest(self) -> None:
        """The next round has other luck, so its difference from the last one says nothing."""
        self._last = None

    def forget(self) -> None:
        """They led astray."""
        self._last, self._pairs = None, []

    def step(self, missing: Floats) -> Floats:
        """How many fresh calls more or fewer."""
        if not self._pairs:
            return missing
        moved, changed = (np.array([side.ravel() for side in sides]).T for sides in zip(*self._pairs, strict=True))
        weights = np.linalg.lstsq(changed, missing.ravel(), rcond=1e-3)[0]
        stepped: Floats = missing - ((moved + changed) @ weights).reshape(missing.shape)
        return stepped


class _Sums:
    """Sums over replications of fresh calls and offers, by call type solved for and open interval."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.n = 0
        self.fresh, self.offers = np.zeros((2, *shape))
        self._squares = np.zeros((3, *shape))

    def add(self, fresh: Floats, offers: Floats) -> None:
        """Take one replication."""
        self.n += 1
        self.fresh += fresh
        self.offers += offers
        self._squares += (fresh * fresh, fresh * offers, offers * offers)

    def variance(self, share: Floats) -> Floats:
        """Of offers less `share` of the fresh calls."""
        both, sums = self._squares, (self.fresh, self.offers)
        products = (sums[0] * sums[0], sums[0] * sums[1], sums[1] * sums[1])
        ff, fo, oo = ((one - product / self.n) / max(self.n - 1, 1) for one, product in zip(both, products, strict=True))
        return np.maximum(oo - 2.0 * share * fo + share * share * ff, 0.0)


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
        lanes, queue_of = self.program.lanes, self.program.call_types.queue
        own = [(lanes.call_type == code) & (lanes.queue == queue_of[code]) for code in self.codes]
        self.lanes = np.array([int(np.flatnonzero(one)[0]) for one in own])
        self.day_of = np.array([piece.day for piece in grid])
        self.starts = [piece.start for piece in grid]
        self.wanted = self.program.flows.volume[self.codes][:, self.places].copy()
        self.fresh_share = np.ones_like(self.wanted)  # of what is planned; events bring others
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
        if len(self.program.occasions):
            self.fresh_share = self._fresh(engine, jobs, n) / np.maximum(self.wanted, 1e-9)
        secants = _Secants()
        x = self._near(engine, jobs, max(n // _FEWER, min(n, _FEWEST)), tolerance, secants)
        best, pointed = _Best(x), list[Floats]()
        for number in range(1, _LAST_ROUNDS + 1):
            done = self._round(x, engine, jobs, n)
            deviation = self._deviation(done.offers)
            best.takes(x, deviation, done)
            if best.deviation <= (tolerance / 2 if len(pointed) < _ENOUGH else tolerance):
                break
            if number == _ENOUGH and best.deviation > _HOPELESS * tolerance:
                break
            if deviation > self._noise(done):  # far off: what earlier rounds point to is further off still
                pointed.clear()
                secants.learn(x, self._missing(done))
            pointed.append(self._allowed(x + secants.step(self._missing(done))))
            x = np.mean(pointed, axis=0)
        self.offers = best.offers
        return best.x, float(best.deviation)

    def _near(self, engine: str, jobs: int | None, n: int, tolerance: float, secants: _Secants) -> Floats:
        """Fresh calls that deviate by no more than the noise of few replications."""
        x: Floats = self.wanted.copy()
        damping, best = 1.0, _Best(x)
        for _ in range(_ROUNDS):
            done, before = self._round(x, engine, jobs, n, is_sample=True), best.deviation
            deviation, noise = self._deviation(done.offers), self._noise(done)
            missing = self._missing(done)
            if best.takes(x, deviation, done):
                if deviation > noise:
                    secants.learn(x, missing)
                x = self._allowed(x + damping * secants.step(missing))
                last = missing
            else:
                secants.forget()
                damping *= 0.6 if deviation > noise else 1.0
                x = self._allowed(best.x + damping * last)
            is_still = deviation > _STILL * before and best.deviation <= noise
            if is_still or best.deviation <= tolerance / 2 or damping < 0.1:
                break
        secants.rest()
        return x

    def _missing(self, done: _Round) -> Floats:
        """Fresh calls that bring the offers that are missing, if each brings what they bring on average."""
        missing: Floats = np.where(self.free, (self.wanted - done.offers) / done.gain, 0.0)
        return missing

    def _allowed(self, x: Floats) -> Floats:
        """The nearest number of fresh calls that may be tried."""
        allowed: Floats = np.where(self.free, np.clip(x, 0.0, 2 * _TOO_MANY * self.wanted), self.wanted)
        return allowed

    def _noise(self, done: _Round) -> float:
        """What the interval furthest off deviates by chance, about: of n normal errors the largest is near sqrt(2 log 2n)."""
        errors = (done.error / self._scale())[self.free]
        return float(np.sqrt(np.mean(errors**2) * 2.0 * np.log(2.0 * errors.size))) if errors.size else 0.0

    def _deviation(self, offers: Floats) -> float:
        """Largest deviation, as a share of what is wanted in the interval or, where that is more, in the day's mean one."""
        return float(np.max(np.where(self.free, np.abs(offers - self.wanted), 0.0) / self._scale(), initial=0.0))

    def _scale(self) -> Floats:
        sums = np.zeros((len(self.names), len(self.days)))
        np.add.at(sums.T, self.day_of, self.wanted.T)
        means = sums / np.bincount(self.day_of)
        scale: Floats = np.maximum(np.maximum(self.wanted, means[:, self.day_of]), 1e-9)
        return scale

    def _fresh(self, engine: str, jobs: int | None, n: int) -> Floats:
        """Mean fresh calls of all replications where as many are planned as are wanted: nobody gets a line, so it is quick."""
        settings = self.program.settings.copy()
        settings.lines, settings.redial_share = 0, 0.0
        program = self.program._replace(settings=settings)
        simulate, total = simulator(program, SEED, engine, rows=False, digest=False), np.zeros_like(self.wanted)
        for done in replicate(simulate, range(n), default_jobs(program) if jobs is None else jobs):
            total += self._folded(counts_in(program, done).episodes["arrived"][:, self.codes])
        mean: Floats = total / n
        return mean

    def _round(self, x: Floats, engine: str, jobs: int | None, n: int, *, is_sample: bool = False) -> _Round:
        """Simulate with these fresh calls; a sample of the replications is to say what all of them would."""
        flows = self.program.flows.copy()
        flows.volume[self.codes[:, None], self.places] = x
        if self.since > 0.0:  # the days before follow those they are like
            flows = compile_scenario(self.pinned(x, 1.0)).program.flows
        program = self.program._replace(flows=flows)
        simulate = simulator(program, SEED, engine, rows=False, digest=False)
        shape = (len(self.codes), len(self.starts))
        sums, arrived, offered = _Sums(shape), np.zeros((shape[0], 1)), np.zeros((shape[0], 1))
        for done in replicate(simulate, range(n), default_jobs(program) if jobs is None else jobs):
            counts = counts_in(program, done)
            fresh = self._folded(counts.episodes["arrived"][:, self.codes])
            sums.add(fresh, self._folded(counts.segments["offered"][:, self.lanes]))
            arrived += counts.contacts["arrived"][:, self.codes].sum(axis=0)[:, None]
            offered += counts.contacts["offered"][:, self.codes].sum(axis=0)[:, None]
        fresh, offers = sums.fresh / n, sums.offers / n
        reach = offered / np.maximum(arrived, 1.0)
        error = np.sqrt(sums.variance(reach) / n)
        if self.is_steady:
            watched = np.array(self.starts) >= program.settings.count_from[0]
            fresh, offers = (np.repeat(t[:, watched].mean(axis=1)[:, None], shape[1], 1) for t in (fresh, offers))
            error = error / np.sqrt(watched.sum())
        gain = offers.sum(axis=1, keepdims=True) / np.maximum(fresh.sum(axis=1, keepdims=True), 1e-9)
        if is_sample or not len(program.occasions):  # with events the means of the fresh calls are not known
            offers = offers - reach * (fresh - self.fresh_share * x)
        return _Round(offers, error, np.maximum(gain, 0.05))

    def _folded(self, table: NDArray[np.int64]) -> Floats:
        """Counts by the program's intervals and type as numbers by type and open interval.

        What comes after closing belongs to the last interval before.
        """
        first = self.places[0]
        folded: Floats = np.add.reduceat(table[first:], self.places - first, axis=0).T.astype(np.float64)
        return folded

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
            why = f"{where}, {offers:.4g} found, off by more than {100 * tolerance:g} % after {_LAST_ROUNDS} rounds"
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
