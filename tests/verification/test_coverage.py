"""Printed intervals cover the exact truth as often as they say, on days simulated by the real engine.

The day: 9 agents, empty at the start, 4 hours of 100 calls an hour followed to their end, 12 an hour served by each agent, 20
an hour lost of each who waits. Its truth is exact (`exact_day`), also when days are busier or quieter by a gamma factor. 30,000
such days of each kind are simulated once; every experiment takes some of them as its replications and gives their counts to an
`Accumulator` of its own. Its intervals are judged by how often they hold the truth; two popular intervals, made of the same
days, fail. Seeds are fixed: a failure is never to be cured by another seed.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal
from scipy.special import betainc, expm1, roots_genlaguerre
from scipy.stats import binom

import ccsim
from ccsim.analysis import Accumulator, Estimate, Target
from ccsim.analysis.student import student_t
from ccsim.engine.compiled.simulate import simulate
from ccsim.experiment.replicate import replicate
from ccsim.outcomes import Counts, new_counts
from ccsim.program.compile import Compiled, compile_scenario
from ccsim.rules.tables import bind_program
from tests.coverage_table import Covered

pytestmark = pytest.mark.slow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CALLS, SERVED, LOST = 100.0, 12.0, 20.0
"""Rates an hour: of calls, of one busy agent, of one waiting caller's patience."""
AGENTS = 9
HOURS = 4.0
WITHIN = 20.0 / 3600.0
"""Threshold of the service level, h."""
CV = 0.2
"""Coefficient of variation of a day's busyness in the second world."""

N_DAYS = 30_000
SEEDS = {"equal": 4101, "busy": 4102}
CONFIDENCE = 0.95

# -------------------------------------------------------------------------------- the truth


class Day(NamedTuple):
    """Expectations over days of one kind: calls; caller-hours waited while lines are open, and by all callers to their end."""

    offered: float
    in_time: float
    abandoned: float
    queue_time: float
    wait_time: float


_LONGEST = 140
"""Callers in the system at most; beyond it lies less than 1e-12 even on the busiest day that counts."""


def _open_and_closing(busyness: float) -> tuple[Floats, Floats]:
    """Expected hours with n callers inside while lines are open, and the chance of n at closing, each of shape (_LONGEST + 1,).

    Kolmogorov's forward equations of a birth-death process, p' = p Q. Q is similar to a symmetric matrix by the square roots of
    the stationary weights, so that p and its integral follow from eigenvalues without a step size.
    """
    n = np.arange(_LONGEST + 1)
    births = np.full(_LONGEST, CALLS * busyness)
    deaths = SERVED * np.minimum(n, AGENTS) + LOST * np.maximum(n - AGENTS, 0)
    rates = -np.append(births, 0.0) - deaths
    eigenvalues, vectors = eigh_tridiagonal(rates, np.sqrt(births * deaths[1:]))
    weights = np.exp(0.5 * np.append(0.0, np.cumsum(np.log(births / deaths[1:]))))
    from_empty = vectors[0]
    x = np.minimum(eigenvalues, -1e-300) * HOURS
    return weights * (vectors @ (from_empty * HOURS * expm1(x) / x)), weights * (vectors @ (from_empty * np.exp(x)))


def _served_ever_and_in_time() -> tuple[Floats, Floats]:
    """Chances of a caller who finds n inside to be answered at all, and within the threshold.

    With m callers before him his turn comes after m + 1 exponential times of rates s, s + l, .., s + m l (s all agents, l one
    patience): exp(-l D) of their sum D is Beta(s / l, m + 1). He is patient that long with chance exp(-l D): the mean of a Beta
    variable, over those above exp(-l T).
    """
    ahead = np.arange(_LONGEST + 1 - AGENTS)
    a = AGENTS * SERVED / LOST
    ever = a / (a + ahead + 1.0)
    in_time = ever * (1.0 - betainc(a + 1.0, ahead + 1.0, np.exp(-LOST * WITHIN)))
    at_once = np.ones(AGENTS)
    return np.concatenate([at_once, ever]), np.concatenate([at_once, in_time])


@cache
def exact_day(busyness: float = 1.0) -> Day:
    """Expectations of a day whose rate of calls is multiplied by `busyness`."""
    hours, _ = _open_and_closing(busyness)
    ever, in_time = _served_ever_and_in_time()
    rate = CALLS * busyness
    abandoned = rate * hours @ (1.0 - ever)
    queue_time = hours @ np.maximum(np.arange(_LONGEST + 1) - AGENTS, 0)
    return Day(rate * HOURS, float(rate * hours @ in_time), float(abandoned), float(queue_time), float(abandoned / LOST))


@cache
def exact_busy_day(points: int = 40) -> Day:
    """Expectations over days whose busyness is gamma with mean 1: generalised Gauss-Laguerre over its density."""
    shape = CV**-2
    nodes, weights = roots_genlaguerre(points, shape - 1.0)
    days = np.array([exact_day(float(node / shape)) for node in nodes])
    return Day(*(weights @ days / weights.sum()).tolist())


def truth(world: str) -> dict[str, float]:
    """What each printed KPI estimates, in its own unit: ratios of expectations over days, so weighted by calls."""
    day = exact_day() if world == "equal" else exact_busy_day()
    return {
        "service_level": day.in_time / day.offered,
        "abandonment": day.abandoned / day.offered,
        "mean_queue": day.queue_time / HOURS,
        "wait_mean": 3600.0 * day.wait_time / day.offered,
        "offered": CALLS * HOURS,
    }


def test_the_truth_is_the_published_one() -> None:
    """Service level by matrix exponential to 12 digits, queue by the Kolmogorov equations: both from another program."""
    day = exact_day()
    assert day.offered == 400.0
    assert abs(day.in_time / day.offered - 0.6811486642641) < 1e-9
    assert abs(day.queue_time - 2.258013448534) < 1e-9


def test_who_is_lost_is_lost_before_or_after_closing() -> None:
    """Those who call in the window are lost at rate l Q(t) while lines are open, then from the queue that closing leaves."""
    _, closing = _open_and_closing(1.0)
    ever, _ = _served_ever_and_in_time()
    lost_of_queue = np.concatenate([np.zeros(AGENTS + 1), np.cumsum(1.0 - ever[AGENTS:-1])])
    day = exact_day()
    assert abs(closing.sum() - 1.0) < 1e-9
    assert abs(day.abandoned - LOST * day.queue_time - closing @ lost_of_queue) < 1e-9
    assert abs(day.abandoned - 45.30) < 0.05  # from 400,000 days simulated elsewhere
    assert round(LOST * day.queue_time, 2) == 45.16


def test_mixing_over_busyness_has_converged() -> None:
    """The same mean from more points, and from a plain grid over the density; busier days weigh more in the service level."""
    shape = CV**-2
    grid = np.linspace(0.05, 3.2, 100)
    density = np.exp((shape - 1.0) * np.log(grid) - shape * (grid - 1.0))
    plain = density @ np.array([exact_day(float(b)) for b in grid]) / density.sum()
    assert exact_busy_day() == pytest.approx(exact_busy_day(50), rel=1e-9)
    assert exact_busy_day() == pytest.approx(Day(*plain), rel=1e-9)
    assert exact_busy_day().offered == pytest.approx(400.0, rel=1e-12)
    assert round(truth("busy")["service_level"], 3) == 0.645  # the mean of daily percentages is .677 there


# -------------------------------------------------------------------------------- the days


@cache
def compiled(world: str, days: int = 1) -> Compiled:
    scenario: dict[str, Any] = {
        "open": "08:00-12:00",
        "interval": "4h",
        "days": days,
        "calls": {"calls": {"volume": "100/h", "handle": "5m", "patience": "3m"}},
        "agents": AGENTS,
        "target": "80/20",
        "uncertainty": {"centre_day": CV} if world == "busy" else {},
    }
    return compile_scenario(ccsim.from_dict(scenario))


def simulated(world: str, seed: int, replications: int, days: int = 1) -> Any:
    """Counts of each replication, in order."""
    program = compiled(world, days).program
    bound = bind_program(program)

    def one(replication: int) -> Any:
        return simulate(program, seed, replication, rows=False, digest=False, bound=bound)  # a digest is half of a short day

    return (done.counts for done in replicate(one, range(replications), 1))


@cache
def days(world: str) -> list[Counts]:
    """Counts of contacts on each day. The other tables are blank and shared: with their histograms a day takes 200 kB."""
    blank = new_counts(compiled(world).program)
    histograms = ("segment_waits", "contact_waits", "episode_waits")
    blank = blank._replace(**{name: getattr(blank, name)[:, :1] for name in histograms})
    kept = ("contacts", "contacts_within", "queue_time", "line_time")
    return [blank._replace(**{k: getattr(c, k) for k in kept}) for c in simulated(world, SEEDS[world], N_DAYS)]


@cache
def sums(world: str) -> dict[str, tuple[Floats, Floats]]:
    """Numerator and denominator of each KPI on each day, each of shape (N_DAYS,): counted here, not by `ccsim.analysis`."""

    def total(table: str, field: str) -> Floats:
        return np.array([getattr(day, table)[field].sum() for day in days(world)], dtype=np.float64)

    offered, one = total("contacts", "offered"), np.ones(N_DAYS)
    queue_time = np.array([day.queue_time["time"][2, 0] for day in days(world)])  # the interval from 8 to 12
    return {
        "service_level": (total("contacts_within", "answered"), offered),
        "abandonment": (total("contacts", "abandoned"), offered),
        "mean_queue": (queue_time / 1e6 / 3600.0, HOURS * one),
        "wait_mean": (total("contacts", "wait_time") / 1e6, offered),
        "offered": (offered, one),
    }


def estimates(world: str, chosen: Ints) -> dict[str, Estimate]:
    """What is printed for the centre when these days are the replications."""
    case = compiled(world)
    accumulator = Accumulator(case.program, case.names, brief=True)
    for number in chosen:
        accumulator.add(days(world)[number])
    found = accumulator.estimates(CONFIDENCE, scopes=("centre",), ids=KPIS)
    return {estimate.id: estimate for estimate in found if estimate.basis == "contact"}


KPIS = ("service_level", "abandonment", "mean_queue", "wait_mean", "offered")
KIND = {
    "service_level": "service level (ratio)",
    "abandonment": "abandonment (ratio)",
    "mean_queue": "callers waiting (time average)",
    "wait_mean": "mean wait (ratio)",
    "offered": "calls a day (mean)",
}
WORLDS = {"equal": "Erlang A day of four hours", "busy": "the same, days that differ by 20 %"}
N_MACRO = {10: 2000, 30: 2000, 100: 1000}
"""Experiments by replications."""


@cache
def experiments(n: int) -> Ints:
    """Day numbers of each experiment, shape (N_MACRO[n], n).

    Shuffled days are cut into experiments that share none; where days run out they are shuffled again. Two experiments of 100
    then share a third of a day on average: coverage is a matter of squares, in which that counts one part in 300.
    """
    rng = np.random.default_rng(n)
    per_shuffle = N_DAYS // n
    shuffles = -(-N_MACRO[n] // per_shuffle)
    cut = [rng.permutation(N_DAYS)[: per_shuffle * n].reshape(per_shuffle, n) for _ in range(shuffles)]
    return np.concatenate(cut)[: N_MACRO[n]]


@cache
def printed(world: str, n: int) -> dict[str, tuple[Floats, Floats]]:
    """Lower and upper ends of the printed intervals, each of shape (N_MACRO[n],)."""
    found = [estimates(world, chosen) for chosen in experiments(n)]
    return {
        kpi: (np.array([e[kpi].low for e in found], dtype=float), np.array([e[kpi].high for e in found], dtype=float))
        for kpi in KPIS
    }


# -------------------------------------------------------------------------------- the simulated value


@pytest.mark.parametrize("world", SEEDS)
@pytest.mark.parametrize("kpi", KPIS)
def test_simulated_value_is_the_exact_one(world: str, kpi: str) -> None:
    """Within 4.5 standard errors (chance 7e-6), which are at most 1 % of the value, or 2.5 % where days differ."""
    above, below = sums(world)[kpi]
    value = above.sum() / below.sum()
    error = (above - value * below).std(ddof=1) / N_DAYS**0.5 / below.mean()
    exact = truth(world)[kpi]
    z = (value - exact) / error
    assert abs(z) < 4.5, f"{world} {kpi}: {value:.6g} against {exact:.6g}, z = {z:.2f} of {N_DAYS} days"
    assert 4.5 * error / exact < {"equal": 0.01, "busy": 0.025}[world], f"{world} {kpi} sees too little"


@pytest.mark.parametrize("world", SEEDS)
def test_printed_value_is_that_of_all_days(world: str) -> None:
    found = estimates(world, np.arange(N_DAYS))
    assert {kpi: found[kpi].value for kpi in KPIS} == pytest.approx(
        {kpi: above.sum() / below.sum() for kpi, (above, below) in sums(world).items()}, rel=1e-12
    )


# -------------------------------------------------------------------------------- coverage


KNOWN = {
    ("busy", 10, "service_level"): 0.939,
    ("busy", 10, "abandonment"): 0.931,
    ("busy", 10, "mean_queue"): 0.917,
    ("busy", 10, "wait_mean"): 0.918,
    ("busy", 30, "mean_queue"): 0.936,
    ("busy", 30, "wait_mean"): 0.936,
}
"""Where few replications cover less than 95 %, how much: from 20,000 experiments on 200,000 other days (seed 902), error .002.

A rare very busy day brings much of the waiting. Ten days often lack one, and then both the mean and its error come out small:
the truth lies above the interval (`test_few_busy_days_miss_on_the_side_of_the_rare_bad_day`). For the service level another
program found .938.
"""

_NEAR_KNOWN = 0.02
"""3.3 standard errors or more of a coverage of .92 to .94 among 2,000 experiments."""


def coverage(low: Floats, high: Floats, exact: float) -> float:
    """Share of the intervals that hold the exact value; every experiment must have one."""
    assert np.isfinite(low).all() and np.isfinite(high).all()
    assert (low < high).all() and (low >= 0.0).all()
    return float(np.mean((low <= exact) & (exact <= high)))


@pytest.mark.parametrize("kpi", KPIS)
@pytest.mark.parametrize("n", N_MACRO)
@pytest.mark.parametrize("world", SEEDS)
def test_printed_interval_covers_the_truth(world: str, n: int, kpi: str, covered: Covered) -> None:
    """[.93, .97], or near what is known; chance 3e-3 at a coverage of .95 and 1,000 experiments, had seeds not been fixed."""
    share = coverage(*printed(world, n)[kpi], truth(world)[kpi])
    covered(KIND[kpi], WORLDS[world], n, share, N_MACRO[n])
    known = KNOWN.get((world, n, kpi))
    if known is None:
        assert 0.93 <= share <= 0.97, f"{share:.3f} of {N_MACRO[n]}"
    else:
        assert abs(share - known) <= _NEAR_KNOWN, f"{share:.3f} of {N_MACRO[n]}, known {known}"


def test_shares_stay_inside_their_bounds() -> None:
    for world in SEEDS:
        for kpi in ("service_level", "abandonment"):
            low, high = printed(world, 10)[kpi]
            assert low.min() > 0.0 and high.max() < 1.0


def test_few_busy_days_miss_on_the_side_of_the_rare_bad_day() -> None:
    low, high = printed("busy", 10)["mean_queue"]
    exact = truth("busy")["mean_queue"]
    assert np.mean(high < exact) > 5.0 * np.mean(low > exact)


# -------------------------------------------------------------------------------- intervals that must fail


def of_experiments(world: str, n: int) -> tuple[Floats, Floats]:
    """Answered in time and offered on each day of each experiment, each of shape (N_MACRO[n], n)."""
    in_time, offered = sums(world)["service_level"]
    return in_time[experiments(n)], offered[experiments(n)]


def of_daily_shares(world: str, n: int) -> tuple[Floats, Floats]:
    """Mean of daily percentages with its t interval: quiet days count as much as busy ones."""
    in_time, offered = of_experiments(world, n)
    daily = in_time / offered
    half = student_t(CONFIDENCE, n) * daily.std(axis=1, ddof=1) / n**0.5
    return daily.mean(axis=1) - half, daily.mean(axis=1) + half


def of_calls(world: str, n: int) -> tuple[Floats, Floats]:
    """Wilson's interval (1927) over all calls, as if they knew nothing of each other."""
    in_time, offered = (side.sum(axis=1) for side in of_experiments(world, n))
    z = 1.959963984540054
    share, stretch = in_time / offered, 1.0 + z * z / offered
    centre = (share + z * z / (2.0 * offered)) / stretch
    half = z * np.sqrt(share * (1.0 - share) / offered + (z / (2.0 * offered)) ** 2) / stretch
    return centre - half, centre + half


@pytest.mark.parametrize(("world", "n", "at_most"), [("busy", 30, 0.85), ("busy", 100, 0.6)])
def test_mean_of_daily_percentages_fails(world: str, n: int, at_most: float) -> None:
    assert coverage(*of_daily_shares(world, n), truth(world)["service_level"]) < at_most


@pytest.mark.parametrize(("world", "at_most"), [("equal", 0.55), ("busy", 0.25)])
@pytest.mark.parametrize("n", N_MACRO)
def test_interval_over_calls_fails(world: str, n: int, at_most: float) -> None:
    assert coverage(*of_calls(world, n), truth(world)["service_level"]) < at_most


# -------------------------------------------------------------------------------- days that meet their target

TRUTH_SEED, TRUTH_REPLICATIONS, TRUTH_DAYS = 4103, 1000, 100
"""Independent of the days above, and of another form: a hundred days to a replication."""


@cache
def independent_days() -> tuple[Floats, Floats]:
    """Answered in time and offered on 100,000 busy days, each of shape (TRUTH_REPLICATIONS, TRUTH_DAYS)."""
    pairs = []
    for counts in simulated("busy", TRUTH_SEED, TRUTH_REPLICATIONS, TRUTH_DAYS):
        offered = counts.contacts["offered"][:, 0]
        day = offered > 0  # lines are open in one interval a day
        pairs.append((counts.contacts_within["answered"][day, 0, 0], offered[day]))
    in_time, offered = np.array(pairs, dtype=np.float64).transpose(1, 0, 2)
    assert offered.shape == (TRUTH_REPLICATIONS, TRUTH_DAYS)
    return in_time, offered


def is_met(in_time: Floats, offered: Floats) -> NDArray[np.bool_]:
    """80 % or more of a day's calls answered in time, in whole numbers."""
    return np.asarray(5.0 * in_time >= 4.0 * offered)


def days_in_target(chosen: Ints) -> Estimate:
    """The printed share of days that meet the target, when these busy days are the replications."""
    case = compiled("busy")
    target = Target("service_level", at_least=0.8, within=20.0, over="day", on=0.9)
    accumulator = Accumulator(case.program, case.names, targets=(target,))
    for number in chosen:
        accumulator.add(days("busy")[number])
    (verdict,) = accumulator.verdicts(CONFIDENCE)
    assert verdict.days is not None
    return verdict.days


@cache
def by_met_days(n: int) -> tuple[Floats, Floats]:
    """Ends of the printed interval when k of n days meet the target, each of shape (n + 1,): it depends on nothing else."""
    met = is_met(*sums("busy")["service_level"])
    good, bad = np.flatnonzero(met), np.flatnonzero(~met)
    found = [days_in_target(np.concatenate([good[:k], bad[: n - k]])) for k in range(n + 1)]
    assert [e.value for e in found] == pytest.approx([k / n for k in range(n + 1)])
    return np.array([e.low for e in found], dtype=float), np.array([e.high for e in found], dtype=float)


def test_independent_days_agree_with_the_exact_mixture() -> None:
    in_time, offered = (side.sum(axis=1) for side in independent_days())
    value, exact = in_time.sum() / offered.sum(), truth("busy")["service_level"]
    error = (in_time - value * offered).std(ddof=1) / TRUTH_REPLICATIONS**0.5 / offered.mean()
    z = (value - exact) / error
    assert abs(z) < 4.5, f"{value:.6f} against {exact:.6f}, z = {z:.2f} of {in_time.size} replications"


@pytest.mark.parametrize("n", N_MACRO)
def test_interval_of_days_in_target_depends_on_their_number_alone(n: int) -> None:
    """So that a table of n + 1 intervals stands for all experiments."""
    met = is_met(*sums("busy")["service_level"])
    low, high = by_met_days(n)
    for chosen in experiments(n)[:5]:
        estimate, k = days_in_target(chosen), int(met[chosen].sum())
        assert (estimate.low, estimate.high) == pytest.approx((low[k], high[k]), rel=1e-9)


@pytest.mark.parametrize("n", N_MACRO)
def test_chance_that_a_day_meets_its_target_is_covered(n: int, covered: Covered) -> None:
    """In the experiments, and in the binomial law of met days at the chance of 100,000 independent days (error .0014).

    Ten or thirty days can give only a few answers, and the interval covers more than it says: how much follows from that law.
    """
    chance = float(is_met(*independent_days()).mean())
    assert 0.2 < chance < 0.8
    low, high = by_met_days(n)
    covers = (low <= chance) & (chance <= high)
    expected = float(binom.pmf(np.arange(n + 1), n, chance) @ covers)
    met = is_met(*sums("busy")["service_level"])[experiments(n)].sum(axis=1)
    share = float(covers[met].mean())
    covered("share of days that meet the target", WORLDS["busy"], n, share, N_MACRO[n])
    assert abs(share - expected) <= 0.02, f"{share:.3f} of {N_MACRO[n]}, by the binomial law {expected:.3f}"
    assert min(share, expected) >= 0.93, f"{share:.3f} of {N_MACRO[n]}, by the binomial law {expected:.3f}"
    if n >= 100:
        assert max(share, expected) <= 0.97, f"{share:.3f} of {N_MACRO[n]}, by the binomial law {expected:.3f}"
