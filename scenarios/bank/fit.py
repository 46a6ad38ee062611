"""From the raw log of the anonymous bank (1999) to the figures of bank.yaml and august.yaml.

Run by hand, never by a test: ``python scenarios/bank/fit.py RAW_LOG.csv [--out scenarios/bank]``. It writes the
CSV files beside it and prints the fits that were copied into the YAML; README.md says what each file holds. The raw
log stays outside: only sums, means and quantiles of groups leave this script.

Order of the chapter: which rows count, arrivals and their uncertainty, laws of talk and wrap-up, patience, who was
present, and what the log says by hour and by day (the figures a simulation is compared with).
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

NAMES = {
    "PS": "regular",
    "PE": "english",
    "IN": "internet",
    "NE": "stocks",
    "NW": "prospects",
    "TT": "callbacks",
}
MONTHS = {2: "february", 8: "august"}
SUNDAY_TO_THURSDAY = (6, 0, 1, 2, 3)  # pandas: Monday is 0
DAY = 24 * 3600
OPENS = 7 * 3600
AFTER_MIDNIGHT = 5 * 3600  # a service that starts before this hour belongs to the evening before
HALF_HOUR = 1800
N_HALF_HOURS = (DAY - OPENS) // HALF_HOUR
FEW_CALLS = 500  # below this many in a month a type borrows the profile of all types and has neither weekdays nor trend
HELPDESK_SHARE = 0.8  # an agent with more internet calls than this is of the internet help desk, not of the pool
HELPDESK_TALK = 3600  # an internet call longer than this is help-desk work whoever took it
HELPDESK_FROM = pd.Timestamp("1999-08-25")  # the first day most internet calls are answered by the help desk
AWAY_AFTER = 120  # a gap between two calls longer than this may be a break; the wrap-up law is cut here
SKILL_SHARE = 0.25  # who takes a kind of call less than this times as often as all agents do does not take it
SEEN_WAITING = 5  # a caller must have waited this long before he proves that nobody was free
THERE_AT_OPENING = 15 * 60  # whose first call comes within this after opening, and had not waited, was there at 07:00
HOLE_SHARE, HOLE_EXPECTED = 0.1, 10  # a half-hour with less than this share of at least so many expected calls
N_POINTS = 201
WAITS = (0, 5, 10, 20, 30, 60, 120, 180, 300, 600)
PATIENCE_STEPS = (5, 10, 20, 30, 50, 60, 90, 180, 300)

Array = NDArray[np.float64]


# ---------------------------------------------------------------------------------------------------------------- rows
def read_log(path: Path) -> pd.DataFrame:
    """Calls of Sunday to Thursday, 07:00 to 24:00, with names, times that pass midnight, and what became of each.

    Left out: PHANTOM rows, other days and hours. Columns added: `name`, `entered` (seconds since midnight), `talk_from`
    and `talk_to` (may exceed 86400; cut where the same agent starts the next call: one cannot talk to two), `reached`
    (answered by a numbered agent), `offered` (reached, or stood in the queue), `pool` (not of the internet help desk).

    Agent 0 is nobody: his calls last 6 s at the median, and 1 in 100 of them waited while 6 in 10 of the others did.
    They count as ended before the queue, like those who hung up in the IVR.
    """
    log = pd.read_csv(path, keep_default_na=False, parse_dates=["date"])
    weekday = log.date.dt.day_of_week.isin(SUNDAY_TO_THURSDAY)
    log = log[weekday & (log.outcome != "PHANTOM") & (log.vru_entry >= OPENS)].copy()
    log["month"] = log.date.dt.month
    log["name"] = log.type.map(NAMES)
    log["reached"] = (log.outcome == "AGENT") & (log.agent > 0)
    log["hung_up"] = log.outcome == "HANG"
    log["waited"] = log.q_start > 0
    log["offered"] = log.reached | (log.hung_up & log.waited)
    log["talk_from"] = log.ser_start.where(log.ser_start >= AFTER_MIDNIGHT, log.ser_start + DAY).astype(float)
    log["talk_to"] = log.talk_from + log.ser_time
    log["pool"] = in_pool(log)
    log = log.sort_values(["date", "agent", "talk_from", "vru_entry"]).reset_index(drop=True)
    answered = log[log.reached]
    following = answered.groupby(["date", "agent"]).talk_from.shift(-1)
    log.loc[answered.index, "talk_to"] = np.fmin(answered.talk_to, following)
    log["talk"] = log.talk_to - log.talk_from
    return log


def in_pool(log: pd.DataFrame) -> pd.Series:
    """True for calls that the common pool of agents handles, or would have handled had the caller stayed.

    Until 24 August internet calls queue for the pool, apart from a few taken by the help desk. From the 25th on the
    help desk answers 9 in 10 of them, so none counts as the pool's (it still took 64).
    """
    is_internet = log.type == "IN"
    share = is_internet[log.reached].groupby([log.month, log.agent]).mean()
    desk = {key for key, value in share.items() if value > HELPDESK_SHARE}
    of_desk = pd.Series([key in desk for key in zip(log.month, log.agent, strict=True)], index=log.index)
    long_help = is_internet & (log.ser_time > HELPDESK_TALK)
    return ~(log.reached & (of_desk | long_help)) & ~(is_internet & (log.date >= HELPDESK_FROM))


# ------------------------------------------------------------------------------------------------------------ arrivals
def day_counts(calls: pd.DataFrame) -> pd.DataFrame:
    """Offered calls by date (rows) and type (columns)."""
    return calls.groupby(["date", "name"]).size().unstack(fill_value=0)


def expected_days(counts: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float], dict[str, float]]:
    """Expected calls by date and type; by type, days / (days - fitted parameters) and the growth per week.

    Poisson regression log mu = weekday + slope * date, one slope per type and month: it carries the steady fall of
    August (2200 calls a day at its start, 1200 at its end) but not the luck of a day. Types with few calls have one
    mean. Internet calls are fitted on the days on which they are the pool's, and are 0 afterwards.
    """
    weeks = (np.asarray(counts.index.day, float) - 15) / 7
    weekday = pd.get_dummies(counts.index.day_of_week).to_numpy(float)
    expected, freedom, growth = {}, {}, {}
    for name in counts:
        y = counts[name].to_numpy(float)
        few = y.sum() < FEW_CALLS
        design = np.ones((len(y), 1)) if few else np.column_stack([weekday, weeks])
        ours = np.asarray(counts.index < HELPDESK_FROM) | (name != "internet") | few
        beta = poisson_regression(design[ours], y[ours])
        expected[name] = np.where(ours, np.exp(design @ beta), 0.0)
        freedom[name] = ours.sum() / (ours.sum() - design.shape[1])
        growth[name] = 0.0 if few else float(np.expm1(beta[-1]))
    return pd.DataFrame(expected, index=counts.index), freedom, growth


def poisson_regression(design: Array, y: Array) -> Array:
    """Coefficients that maximise the Poisson likelihood with log link, by iterated weighted least squares."""
    beta = np.linalg.lstsq(design, np.log(np.maximum(y, 0.5)), rcond=None)[0]
    for _ in range(50):
        mu = np.exp(design @ beta)
        beta = np.linalg.solve(design.T @ (design * mu[:, None]), design.T @ (mu * (design @ beta) + y - mu))
    return beta


def half_hour_profile(calls: pd.DataFrame) -> pd.DataFrame:
    """Share of a day's calls in each half-hour of arrival (rows, 34 from 07:00) by type; each column sums to 1."""
    counts = by_half_hour(calls)
    everyone = counts.sum(axis=1)
    own = {name: everyone if counts[name].sum() < FEW_CALLS else counts[name] for name in counts}
    return pd.DataFrame({name: column / column.sum() for name, column in own.items()})


def by_half_hour(calls: pd.DataFrame, by: str = "name") -> pd.DataFrame:
    """Calls by half-hour of arrival at the door (rows, 34) and type or date (columns)."""
    counts = calls.groupby([(calls.vru_entry - OPENS) // HALF_HOUR, by]).size().unstack(fill_value=0)
    return counts.reindex(range(N_HALF_HOURS), fill_value=0)


def log_holes(calls: pd.DataFrame, expected: pd.DataFrame, profile: pd.DataFrame) -> pd.DataFrame:
    """True, by date and half-hour, where the log holds next to nothing of what is expected."""
    seen = by_half_hour(calls, "date").T
    fair = expected @ profile[expected.columns].T
    return (fair >= HOLE_EXPECTED) & (seen < HOLE_SHARE * fair)


def busyness_cv(counts: pd.DataFrame, expected: pd.DataFrame, freedom: dict[str, float]) -> pd.Series:
    """CV of the centre-day factor (`centre`), of a type-day factor for all (`all`) and of each type's own, by moments.

    Model: N_kd ~ Poisson(mu_kd C_d T_kd), E C = E T = 1, Var C = c^2, Var T_k = t_k^2, all independent. Then for two
    types k and l, Cov(N_kd, N_ld) = mu_kd mu_ld c^2, and Var N_kd = mu_kd + mu_kd^2 ((1 + c^2)(1 + t_k^2) - 1). Sums
    over days and pairs are put for the expectations, so large types weigh most in c and `all`; squared residuals are
    multiplied by `freedom`, n / (n - p), for the p parameters of mu. A negative estimate counts as 0.

    Notes
    -----
    Gamma-Poisson day totals: W. Whitt, Dynamic staffing in a telephone call center aiming to immediately answer all
    calls, Operations Research Letters 24 (1999); A. Avramidis, A. Deslauriers, P. L'Ecuyer, Modeling daily arrivals
    to a telephone call center, Management Science 50 (2004). Moments of the mixture: G. Jongbloed, G. Koole,
    Managing uncertainty in call centres using Poisson mixtures, Applied Stochastic Models in Business and Industry
    17 (2001).
    """
    residual = (counts - expected) * np.sqrt(pd.Series(freedom))
    pairs = list(itertools.combinations(counts.columns, 2))
    together = sum((residual[k] * residual[m]).sum() for k, m in pairs)
    c2 = max(float(together / sum((expected[k] * expected[m]).sum() for k, m in pairs)), 0.0)
    beyond_poisson, square = (residual**2).sum() - counts.sum(), (expected**2).sum()
    both = beyond_poisson / square
    both["all"] = beyond_poisson.sum() / square.sum()
    cv = np.sqrt(((1 + both) / (1 + c2) - 1).clip(lower=0))
    cv["centre"] = np.sqrt(c2)
    return cv


def jackknife_cv(counts: pd.DataFrame) -> pd.Series:
    """Standard errors of the CVs of `busyness_cv`, leaving out one day at a time."""
    left_out = pd.DataFrame([busyness_cv(rest, *expected_days(rest)[:2]) for rest in map(counts.drop, counts.index)])
    return np.sqrt((len(counts) - 1) * left_out.var(ddof=0))


def within_day_dispersion(calls: pd.DataFrame, profile: pd.DataFrame, name: str) -> float:
    """Pearson chi-square per degree of freedom of a type's half-hour counts given its day totals; 1 is Poisson."""
    seen = by_half_hour(calls[calls.name == name], "date").T.to_numpy(float)
    fair = seen.sum(axis=1, keepdims=True) * profile[name].to_numpy()
    df = (seen.shape[0] - 1) * (N_HALF_HOURS - 1)
    return float(((seen - fair) ** 2 / np.maximum(fair, 1e-9)).sum() / df)


def expected_table(expected: pd.DataFrame, profile: pd.DataFrame, hang_up: float) -> pd.DataFrame:
    """Expected calls at the door by date and half-hour: what `volume` reads.

    Divided by 1 - `hang_up`, so that the queue is offered as many of each type as was logged though the scenario's IVR
    loses the same share of all.
    """
    rows = []
    for date, slot in itertools.product(expected.index, range(N_HALF_HOURS)):
        per_type = {n: round(expected.at[date, n] * profile.at[slot, n] / (1 - hang_up), 3) for n in sorted(expected)}
        rows.append({"date": date.date().isoformat(), "time": clock(slot), **per_type})
    return pd.DataFrame(rows)


def clock(slot: int) -> str:
    """Start of a half-hour, as HH:MM."""
    minutes = (OPENS + slot * HALF_HOUR) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# ---------------------------------------------------------------------------------------------------------------- laws
def quantile_points(values: Array, weights: Array | None = None, n: int = N_POINTS) -> Array:
    """`n` quantiles at equal steps of probability, such that straight lines between them have the mean of the sample.

    The last is the mean of what lies above the one before it, not the largest value; then all are scaled by the one
    factor (within 3 % of 1) that makes the mean right.
    """
    order = np.argsort(values, kind="stable")
    x = values[order].astype(float)
    w = np.ones_like(x) if weights is None else weights[order]
    points = np.interp(np.linspace(0, 1, n), (np.cumsum(w) - w / 2) / w.sum(), x)
    top = x >= points[-2]
    points[-1] = np.average(x[top], weights=w[top])
    factor = np.average(x, weights=w) / ((points[1:] + points[:-1]) / 2).mean()
    assert abs(factor - 1) < 0.03, factor
    return points * factor


def wrap_sample(calls: pd.DataFrame) -> pd.DataFrame:
    """Gaps between two calls of one agent, seconds, and whether the next caller had been waiting (`exact`).

    If he had, nobody was free when he came, so the agent became ready just then and the gap is his time off the line
    (wrap-up, a pause, a break). If he had not, the agent had been ready for a while: the gap is only an upper bound.
    """
    answered = calls[calls.reached].sort_values(["date", "agent", "talk_from"])
    by_agent = answered.groupby(["date", "agent"])
    gap = by_agent.talk_from.shift(-1) - answered.talk_to
    sample = pd.DataFrame({"gap": gap, "exact": by_agent.waited.shift(-1)}).dropna()
    return sample[sample.gap >= 0].astype({"exact": bool})


def left_censored_law(sample: pd.DataFrame) -> tuple[Array, Array]:
    """Distinct gaps (ascending) and the probability of each time off the line.

    Kaplan-Meier run backwards in time, as upper bounds are left-censored: F(t-) = F(t) (1 - exact at t / gaps not above
    t). Assumes that when the next caller comes tells nothing about how long one was off the line.
    """
    times, at = np.unique(sample.gap.to_numpy(float), return_inverse=True)
    n_exact = np.bincount(at, weights=sample.exact.to_numpy(float))
    not_above = np.cumsum(np.bincount(at))
    stays = np.cumprod((1 - n_exact / not_above)[::-1])[::-1]
    up_to = np.append(stays[1:], 1.0)
    return times, up_to - stays


# ------------------------------------------------------------------------------------------------------------ patience
def kaplan_meier(wait: Array, hung_up: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Times of hang-ups and the share still patient after each; answered is censored (Kaplan and Meier 1958)."""
    times, at = np.unique(wait, return_inverse=True)
    ended = np.bincount(at, weights=hung_up.astype(float))
    at_risk = len(wait) - np.concatenate([[0], np.cumsum(np.bincount(at))[:-1]])
    keep = ended > 0
    return times[keep], np.cumprod(1 - ended / at_risk)[keep]


def piecewise_hazard(wait: Array, hung_up: NDArray[np.bool_]) -> pd.DataFrame:
    """Hang-ups, seconds at risk and their ratio per minute on each step of PATIENCE_STEPS and beyond."""
    edges = [0, *PATIENCE_STEPS, np.inf]
    rows = []
    for low, high in itertools.pairwise(edges):
        exposure = (np.clip(wait, low, high) - low).sum()
        n = int((hung_up & (wait >= low) & (wait < high)).sum())
        rows.append(
            {"until_s": high, "hung_up": n, "at_risk_s": round(float(exposure)), "per_min": 60 * n / max(exposure, 1.0)}
        )
    return pd.DataFrame(rows)


def compare_patience(wait: Array, hung_up: NDArray[np.bool_]) -> dict[str, float]:
    """AIC of each family on the censored waits (2 * parameters - 2 * log-likelihood; the least is the best)."""
    t = wait + 0.5  # logged in whole seconds
    families = {
        "exponential": (lambda a: stats.expon(scale=np.exp(a[0])), [5.5]),
        "weibull": (lambda a: stats.weibull_min(np.exp(a[1]), scale=np.exp(a[0])), [5.5, 0.0]),
        "lognormal": (lambda a: stats.lognorm(np.exp(a[1]), scale=np.exp(a[0])), [5.5, 0.3]),
        "loglogistic": (lambda a: stats.fisk(np.exp(a[1]), scale=np.exp(a[0])), [5.5, 0.0]),
    }
    aic = {}
    for name, (law, start) in families.items():

        def minus_log_likelihood(a: Array, law=law) -> float:
            frozen = law(a)
            return -float(frozen.logpdf(t[hung_up]).sum() + frozen.logsf(t[~hung_up]).sum())

        aic[name] = 2 * len(start) + 2 * optimize.minimize(minus_log_likelihood, start, method="Nelder-Mead").fun

    def minus_hyperexponential(a: Array) -> float:
        share, fast, slow = 1 / (1 + np.exp(-a[0])), np.exp(-a[1]), np.exp(-a[2])
        density = share * fast * np.exp(-fast * t) + (1 - share) * slow * np.exp(-slow * t)
        still = share * np.exp(-fast * t) + (1 - share) * np.exp(-slow * t)
        return -float(np.log(density[hung_up]).sum() + np.log(still[~hung_up]).sum())

    aic["hyperexponential"] = 6 + 2 * optimize.minimize(minus_hyperexponential, [-1, 3, 6], method="Nelder-Mead").fun
    steps = piecewise_hazard(t, hung_up)
    rate = np.maximum(steps.per_min / 60, 1e-12)
    aic["hazard"] = 2 * len(steps) - 2 * float((steps.hung_up * np.log(rate) - rate * steps.at_risk_s).sum())
    return aic


# ------------------------------------------------------------------------------------------------------------- present
def presence(calls: pd.DataFrame, generous: bool = False, only: set[int] | None = None) -> pd.DataFrame:
    """Agents present by date (rows) and half-hour (columns, 34), averaged over the half-hour.

    An agent is present from his first call of the day (from 07:00 if it comes soon and had not waited) to the end of
    his last. In a gap of more than AWAY_AFTER during which a caller of a kind he serves was seen waiting he is away
    from the end of his call, when people leave their desk, to the last such moment. `generous` counts him away only
    from the first such moment on, which is all the log proves. Gaps without a waiting caller count as present. `only`
    counts these agents and no others.
    """
    table = {}
    used_to = usual_types(calls)
    for date, day in calls.groupby("date"):
        seats = np.zeros(N_HALF_HOURS)
        queue = day[day.waited & day.offered]
        for agent, own in day[day.reached].groupby("agent"):
            if only is not None and agent not in only:
                continue
            seen = queue[queue.name.isin(used_to[agent])]
            waits = np.column_stack([seen.q_start + SEEN_WAITING, seen.q_start + seen.q_time])
            waits = waits[waits[:, 1] > waits[:, 0]]
            first, last = own.talk_from.to_numpy(), own.talk_to.to_numpy()
            early = first[0] < OPENS + THERE_AT_OPENING and not own.waited.iloc[0]
            seats += overlap(OPENS if early else first[0], last.max())
            for ends, starts in zip(last[:-1], first[1:], strict=True):
                if starts - ends > AWAY_AFTER:
                    seats -= overlap(*away(ends, starts, waits, generous))
        table[date] = seats / HALF_HOUR
    return pd.DataFrame(table).T


def bridge_holes(present: pd.DataFrame, holes: pd.DataFrame) -> pd.DataFrame:
    """Presence with a straight line put across the holes of the log, where nobody can be seen at work."""
    return present.mask(holes.reindex_like(present).to_numpy(bool)).interpolate(axis=1, limit_direction="both")


def away(ends: float, starts: float, waits: Array, generous: bool) -> tuple[float, float]:
    """Start and end of the absence between two calls that the waits of others show; twice `ends` if they show none."""
    hit = waits[(waits[:, 1] > ends) & (waits[:, 0] < starts)]
    if len(hit) == 0:
        return ends, ends
    left = max(float(hit[:, 0].min()), ends) if generous else ends
    back = min(float(hit[:, 1].max()), starts)
    return (left, back) if back - ends > AWAY_AFTER else (ends, ends)


def usual_types(calls: pd.DataFrame) -> dict[int, list[str]]:
    """By agent, the types that make at least 2 % of his answered calls: callers of other types prove nothing of him."""
    share = calls[calls.reached].groupby("agent").name.value_counts(normalize=True)
    return {agent: list(s.index.get_level_values("name")[s >= 0.02]) for agent, s in share.groupby("agent")}


def teams(calls: pd.DataFrame) -> dict[str, set[int]]:
    """Agents by what they take of the three large types, read off their share of each (SKILL_SHARE); by team name.

    The small types count as taken by all but who takes neither regular calls nor prospects.
    """
    names = calls[calls.reached].name
    fair = names.value_counts(normalize=True)
    share = names.groupby(calls.agent).value_counts(normalize=True).unstack(fill_value=0.0)
    takes = share >= SKILL_SHARE * fair[share.columns]
    found: dict[str, set[int]] = {}
    for agent, own in takes.iterrows():
        if not own.regular and not own.prospects:
            team = "stocks_only"
        elif own.prospects:
            team = "all_round" if own.stocks else "no_stocks"
        else:
            team = "no_prospects" if own.stocks else "neither"
        found.setdefault(team, set()).add(agent)
    return dict(sorted(found.items()))


def overlap(start: float, end: float) -> Array:
    """Seconds of [start, end) in each half-hour from 07:00."""
    edges = OPENS + HALF_HOUR * np.arange(N_HALF_HOURS + 1)
    return np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0, None)


def teams_table(calls: pd.DataFrame, holes: pd.DataFrame) -> pd.DataFrame:
    """Whole agents by date and half-hour, one column per team of `teams`."""
    columns = {}
    for team, members in teams(calls).items():
        table = agents_table(bridge_holes(presence(calls, only=members), holes))
        columns[team] = table.agents
    return pd.concat([table[["date", "time"]], pd.DataFrame(columns)], axis=1)


def agents_table(present: pd.DataFrame) -> pd.DataFrame:
    """Whole agents by date and half-hour; the rounding error is carried to the next half-hour, so agent-hours stay."""
    rows = []
    for date, seats in present.iterrows():
        whole = np.diff(np.round(np.concatenate([[0.0], np.cumsum(seats.to_numpy())])))
        rows += [{"date": date.date().isoformat(), "time": clock(i), "agents": int(n)} for i, n in enumerate(whole)]
    return pd.DataFrame(rows)


# ------------------------------------------------------------------------------------------------------------ the log
def logged_by(calls: pd.DataFrame, present: pd.DataFrame, period: str) -> pd.DataFrame:
    """What the log says by `hour` of queue entry or by `date`: counts, shares and waits of the offered calls.

    `_se` columns (by hour only) are jackknife standard errors over days of the ratio of sums. `talking_agents` is by
    the clock: mean number of agents talking, without wrap-up; `present_agents` the estimate of `presence`. By `name`
    (of the call type): the same without agents.
    """
    offered = calls[calls.offered].copy()
    reached_queue = offered.q_start.where(offered.waited, offered.talk_from)
    offered["hour"] = (reached_queue.clip(OPENS, DAY - 1) // 3600).astype(int)
    offered["wait_s"] = offered.q_time.astype(float)
    offered["wait_answered_s"] = offered.wait_s.where(offered.reached, 0.0)
    offered["one"] = 1
    ratios = {
        "p_wait": ("waited", "one"),
        "p_abandon": ("hung_up", "one"),
        "mean_wait_s": ("wait_s", "one"),
        "asa_s": ("wait_answered_s", "reached"),
        "mean_talk_s": ("talk_s", "reached"),
    }
    offered["talk_s"] = offered.talk.where(offered.reached, 0.0)
    columns = ["one", "waited", "hung_up", "reached", "wait_s", "wait_answered_s", "talk_s"]
    cells = offered.groupby(["name", "date"] if period == "name" else ["hour", "date"])[columns].sum()
    talking = talk_seconds(calls) / HALF_HOUR
    rows = []
    keys = {"hour": range(OPENS // 3600, 24), "date": present.index, "name": sorted(NAMES.values())}[period]
    for key in keys:
        part = cells.xs(key, level=period)
        total = part.sum()
        row: dict[str, object] = {period: key.date().isoformat() if period == "date" else key}
        row["offered"] = int(total.one)
        if period == "hour":
            daily = part.one.reindex(present.index, fill_value=0)
            row |= {"offered_per_day": round(daily.mean(), 2), "sd_offered_per_day": round(daily.std(), 2)}
        for name, (top, bottom) in ratios.items():
            row[name] = round(total[top] / total[bottom], 4)
            if period != "date":
                row[f"{name}_se"] = round(jackknife_ratio(part[top].to_numpy(float), part[bottom].to_numpy(float)), 4)
        if period == "name":
            rows.append(row)
            continue
        slots = slice(2 * (key - 7), 2 * (key - 7) + 2) if period == "hour" else slice(0, N_HALF_HOURS)
        dates = present.index if period == "hour" else [key]
        daily_talking = talking.loc[dates].iloc[:, slots].mean(axis=1)
        row["talking_agents"] = round(float(daily_talking.mean()), 3)
        if period == "hour":
            row["talking_agents_se"] = round(float(daily_talking.std() / np.sqrt(len(dates))), 4)
        row["present_agents"] = round(float(present.loc[dates].iloc[:, slots].to_numpy().mean()), 3)
        rows.append(row)
    return pd.DataFrame(rows)


def waits_of(calls: pd.DataFrame) -> pd.DataFrame:
    """Share of the offered who wait longer than each of WAITS seconds (0: at all), with jackknife standard errors."""
    offered = calls[calls.offered]
    everyone = offered.groupby("date").size().to_numpy(float)
    rows = []
    for over in WAITS:
        longer = offered.waited & (offered.q_time > over) if over else offered.waited
        count = longer.groupby(offered.date).sum().to_numpy(float)
        share, error = count.sum() / everyone.sum(), jackknife_ratio(count, everyone)
        rows.append({"over_s": over, "share": round(share, 4), "share_se": round(error, 4)})
    return pd.DataFrame(rows)


def jackknife_ratio(top: Array, bottom: Array) -> float:
    """Standard error of sum(top) / sum(bottom), leaving out one day at a time."""
    n = len(top)
    left_out = (top.sum() - top) / (bottom.sum() - bottom)
    return float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))


def talk_seconds(calls: pd.DataFrame) -> pd.DataFrame:
    """Seconds of talk by date and half-hour of the clock."""
    answered = calls[calls.reached]
    days = answered.groupby("date")
    return pd.DataFrame(
        {date: sum(overlap(a, b) for a, b in zip(day.talk_from, day.talk_to, strict=True)) for date, day in days}
    ).T


# ---------------------------------------------------------------------------------------------------------------- main
def fit_month(calls: pd.DataFrame, month: str, hang_up: float, out: Path) -> None:
    """Arrivals, agents and logged results of one month's pool, printed and written to `out`."""
    offered = calls[calls.offered]
    counts = day_counts(offered)
    expected, freedom, growth = expected_days(counts)
    profile = half_hour_profile(offered)
    print(f"\n{month}: {len(counts)} days, offered {len(offered)}, by type {counts.sum().to_dict()}")
    print(f"hung up before the queue {1 - calls.offered.mean():.4f}")
    print("growth per week", {name: round(value, 3) for name, value in growth.items()})
    cv = pd.DataFrame({"cv": busyness_cv(counts, expected, freedom), "se": jackknife_cv(counts)})
    print("day-to-day CV\n", cv.round(3).T.to_string())
    within = {name: round(within_day_dispersion(offered, profile, name), 2) for name in counts if growth[name]}
    print("variance / mean of half-hours given the day's total", within)
    holes = log_holes(offered, expected, profile)
    print("holes", [(str(holes.index[i].date()), clock(j)) for i, j in np.argwhere(holes.to_numpy())])
    present = bridge_holes(presence(calls), holes)
    generous = bridge_holes(presence(calls, generous=True), holes)
    hours = [table.to_numpy().sum() / 2 / len(table) for table in (present, generous)]
    talked = talk_seconds(calls).to_numpy().sum() / 3600 / len(counts)
    print(f"agent-hours a day {hours[0]:.1f} (generous: {hours[1]:.1f}), talking {talked:.1f}")
    expected_table(expected, profile, hang_up).to_csv(out / f"expected_{month}.csv", index=False)
    agents_table(present).to_csv(out / f"agents_{month}.csv", index=False)
    for team, members in teams(calls).items():
        hours_a_day = presence(calls, only=members).to_numpy().sum() / 2 / len(present)
        print(f"  {team}: agents {sorted(members)}, {hours_a_day:.1f} agent-hours a day")
    teams_table(calls, holes).to_csv(out / f"teams_{month}.csv", index=False)
    logged_by(calls, present, "name").rename(columns={"name": "type"}).to_csv(out / f"logged_{month}_by_type.csv", index=False)
    waits_of(calls).to_csv(out / f"logged_{month}_waits.csv", index=False)
    logged_by(calls, present, "hour").to_csv(out / f"logged_{month}_by_hour.csv", index=False)
    logged_by(calls, present, "date").to_csv(out / f"logged_{month}_by_day.csv", index=False)


def fit_laws(calls: pd.DataFrame, month: str, out: Path) -> None:
    """IVR, wrap-up and talk of one month: quantiles to laws_<month>.csv, with the means printed."""
    offered = calls[calls.offered]
    times, mass = left_censored_law(wrap_sample(calls))
    short = times <= AWAY_AFTER
    mean = np.average(times[short], weights=mass[short])
    print(f"\n{month}: off the line at most {AWAY_AFTER} s: {mass[short].sum():.3f} of all gaps, mean {mean:.2f} s")
    marks = (3, 4, 5, 6, 10, 20, 30, 60, 120, 300, 600, 1200)
    print("  off the line, cumulated", {t: round(float(mass[times <= t].sum()), 3) for t in marks})
    ivr = offered.vru_time.to_numpy(float)
    laws = {"ivr": quantile_points(ivr[ivr >= 0]), "wrap": quantile_points(times[short], mass[short])}
    for name in sorted(NAMES.values()):
        talk = offered.talk[(offered.name == name) & offered.reached].to_numpy(float)
        laws[f"talk_{name}"] = quantile_points(talk)
        logs = np.log(talk[talk >= 10])
        print(
            f"  talk {name}: n {len(talk)} mean {talk.mean():.1f} sd {talk.std():.1f} median {np.median(talk):.0f}",
            end="",
        )
        print(f", below 10 s {np.mean(talk < 10):.3f}, of the rest ln mean {logs.mean():.3f} ln sd {logs.std():.3f}")
    pd.DataFrame(laws).round(2).to_csv(out / f"laws_{month}.csv", index=False)


def fit_patience(calls: pd.DataFrame, month: str, out: Path) -> None:
    """Hazard steps of one month by type to patience_<month>.csv; survival and the AIC of each family printed."""
    steps = []
    print(f"\n{month}: patience, Kaplan-Meier")
    for name in sorted(NAMES.values()):
        queued = calls[calls.offered & calls.waited & (calls.name == name)]
        wait, hung_up = queued.q_time.to_numpy(float), queued.hung_up.to_numpy()
        times, still = kaplan_meier(wait, hung_up)
        median = times[still <= 0.5][0] if (still <= 0.5).any() else np.inf
        shown = {t: round(float(np.append(1.0, still)[(times <= t).sum()]), 3) for t in (10, 30, 60, 120, 300, 600)}
        print(f"  {name}: queued {len(wait)}, hung up {hung_up.sum()}, median {median:.0f} s, still there {shown}")
        print("    AIC", {family: round(value) for family, value in compare_patience(wait, hung_up).items()})
        steps.append(piecewise_hazard(wait, hung_up).assign(type=name))
    table = pd.concat(steps)[["type", "until_s", "hung_up", "at_risk_s", "per_min"]]
    table.round({"per_min": 4}).to_csv(out / f"patience_{month}.csv", index=False)


def main() -> None:
    """Read the log and write the files of both months; bank.yaml takes every law from February."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("log", type=Path)
    arguments.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = arguments.parse_args()
    log = read_log(given.log)
    pools = {name: log[(log.month == number) & log.pool] for number, name in MONTHS.items()}
    hang_up = round(1 - float(pools["february"].offered.mean()), 3)
    for month, calls in pools.items():
        fit_month(calls, month, hang_up, given.out)
        fit_laws(calls, month, given.out)
        fit_patience(calls, month, given.out)


if __name__ == "__main__":
    main()
