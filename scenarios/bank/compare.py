"""The simulated bank beside the logged one: February, whose laws it has, and August, which they have not seen.

``python scenarios/bank/compare.py`` prints simulated and logged results by hour, how long callers wait, results by call type,
and what becomes of the totals in what-ifs that each undo one simplification of the scenario; ``--update`` also puts these
tables into README.md and draws comparison.png. The figures of the README are those of 20 replications with the scenario's seed
(a minute on two cores); tests/verification/test_bank.py holds it to them. Needs nothing but ccsim and the files beside it.

Order of the chapter: what is compared, the log, the simulation, the what-ifs, tables, figure.
"""

import argparse
import csv
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import ccsim
from ccsim.experiment.replicate import default_jobs, replicate, simulator
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import Scenario

HERE = Path(__file__).parent
SCENARIOS = {"february": "bank.yaml", "august": "august.yaml"}
REPLICATIONS = 20  # of a month each; their standard error is then half the log's or less, mostly a fifth
HOURS = range(7, 24)
SECONDS = 1e-6  # counts are in microseconds

Floats = NDArray[np.float64]


# ------------------------------------------------------------------------------------------------------- what is compared
class Measure(NamedTuple):
    """A ratio of two sums over calls, or over time, and how it is shown: `factor` times the value, `digits` decimals."""

    title: str
    top: str
    bottom: str
    factor: float
    digits: int


MEASURES = {
    "offered_per_day": Measure("offered/day", "offered", "days", 1.0, 1),
    "p_wait": Measure("P(wait) %", "delayed", "offered", 100.0, 1),
    "p_abandon": Measure("P(abandon) %", "abandoned", "offered", 100.0, 1),
    "mean_wait_s": Measure("mean wait s", "wait", "offered", 1.0, 1),
    "asa_s": Measure("ASA s", "answered_wait", "answered", 1.0, 1),
    "talking_agents": Measure("talking agents", "talk", "open_time", 1.0, 2),
}
OF_A_TYPE = tuple(name for name in MEASURES if name != "talking_agents")  # agents are not of a type


class Figure(NamedTuple):
    """A value with its standard error; `spread` is the standard deviation of a single month (simulated only)."""

    value: float
    error: float
    spread: float = np.nan


def z_score(simulated: Figure, logged: Figure) -> float:
    """Difference in units of both standard errors together."""
    return (simulated.value - logged.value) / float(np.hypot(simulated.error, logged.error))


# ------------------------------------------------------------------------------------------------------------------ the log
def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the CSV files."""
    with (HERE / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def logged_by_hour(month: str) -> dict[str, list[Figure]]:
    """By measure, a figure for each of HOURS. The error of offered calls holds weekdays and trend, so it is generous."""
    rows, days = table(f"logged_{month}_by_hour"), len(table(f"logged_{month}_by_day"))
    figures = {name: [Figure(float(row[name]), float(row.get(f"{name}_se", "nan"))) for row in rows] for name in MEASURES}
    figures["offered_per_day"] = [
        Figure(float(row["offered_per_day"]), float(row["sd_offered_per_day"]) / days**0.5) for row in rows
    ]
    return figures


def logged_by_type(month: str) -> dict[str, dict[str, Figure]]:
    """By call type and measure; offered calls without an error, as the scenario's volumes were made to have this mean."""
    days = len(table(f"logged_{month}_by_day"))
    return {
        row["type"]: {
            "offered_per_day": Figure(int(row["offered"]) / days, np.nan),
            **{name: Figure(float(row[name]), float(row[f"{name}_se"])) for name in OF_A_TYPE[1:]},
        }
        for row in table(f"logged_{month}_by_type")
    }


def logged_total(month: str) -> dict[str, Figure]:
    """By measure, over all hours, with jackknife standard errors over days."""
    rows = table(f"logged_{month}_by_day")
    days = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "date"}
    one = np.ones(len(rows))
    answered = days["offered"] * (1 - days["p_abandon"])
    pairs = {
        "offered_per_day": (days["offered"], one),
        **{name: (days[name] * days["offered"], days["offered"]) for name in ("p_wait", "p_abandon", "mean_wait_s")},
        "asa_s": (days["asa_s"] * answered, answered),
        "talking_agents": (days["talking_agents"], one),
    }
    return {name: ratio(top, bottom) for name, (top, bottom) in pairs.items()}


def logged_waits(month: str) -> dict[int, Figure]:
    """Share of the offered who wait longer than so many seconds (0: at all)."""
    return {int(row["over_s"]): Figure(float(row["share"]), float(row["share_se"])) for row in table(f"logged_{month}_waits")}


def ratio(top: Floats, bottom: Floats) -> Figure:
    """Ratio of sums over independent units (days, or replications), shape (n,), with its jackknife standard error."""
    n = len(top)
    with np.errstate(invalid="ignore", divide="ignore"):
        left_out = (top.sum() - top) / (bottom.sum() - bottom)
        single = top / bottom
        value = float(top.sum() / bottom.sum())
    error = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    return Figure(value, error, float(single.std(ddof=1)))


# ----------------------------------------------------------------------------------------------------------- the simulation
class Simulated(NamedTuple):
    """Sums of simulated months.

    Attributes
    ----------
    calls : dict of arrays, shape (n_replications, n_call_types, n_hours)
        By hour of entering the queue; what comes after midnight counts in the last hour, as in the log.
    clock : dict of arrays, shape (n_replications, n_hours)
        What is measured by the clock: seconds of talk in opening hours, of opening time; and days.
    waits : int array, shape (n_replications, 1 + 3600)
        Offered callers who did not wait, then by whole seconds waited; the few beyond an hour are left out.
    call_types : tuple of str
    """

    calls: dict[str, Floats]
    clock: dict[str, Floats]
    waits: Floats
    call_types: tuple[str, ...]

    def figure(self, name: str, hour: int | None = None, call_types: tuple[str, ...] = ()) -> Figure:
        """A measure in one hour or in all, of some call types or all, with its error over replications."""
        measure = MEASURES[name]
        return ratio(*(self._sum(which, hour, call_types) for which in (measure.top, measure.bottom)))

    def waits_over(self, seconds: int) -> Figure:
        """Share of the offered who wait longer than so many whole seconds (0: at all)."""
        return ratio(self.waits[:, 1 + seconds :].sum(axis=1), self.waits.sum(axis=1))

    def _sum(self, which: str, hour: int | None, call_types: tuple[str, ...]) -> Floats:
        columns = slice(None) if hour is None else slice(HOURS.index(hour), HOURS.index(hour) + 1)
        if which == "days":
            return self.clock["days"]
        if which in self.clock:
            return np.asarray(self.clock[which][:, columns].sum(axis=1))
        kept = [i for i, name in enumerate(self.call_types) if not call_types or name in call_types]
        return np.asarray(self.calls[which][:, kept, columns].sum(axis=(1, 2)))


def simulate(
    scenario: Scenario, replications: int, of_replication: Callable[[Program, int], Program] | None = None
) -> Simulated:
    """Months simulated with the scenario's seed; `of_replication` may put another Program for that of the scenario.

    `ccsim.run` would give estimates by date and half-hour; sums by hour of the day need the counts behind them.
    """
    program, names = compile_scenario(scenario)
    hour = np.array([hour_of(label) for label in names.interval_labels])
    fold = (hour[:, None] == np.arange(len(HOURS))).astype(float)  # (n_intervals, n_hours)
    of_lane = (np.asarray(program.lanes.call_type)[:, None] == np.arange(len(names.call_types))).astype(float)
    open_time = np.asarray(program.intervals.open_until - program.intervals.open_from)
    fields = ("offered", "delayed", "abandoned", "answered", "wait_time", "answered_wait_time")
    calls: dict[str, list[Floats]] = {field.removesuffix("_time"): [] for field in fields}
    talk, waits = [], []
    for counts in all_counts(program, scenario.run.seed, replications, of_replication):
        for field in fields:
            by_hour = np.einsum("il,ih,lt->th", counts.segments[field].astype(float), fold, of_lane)
            calls[field.removesuffix("_time")].append(by_hour * (SECONDS if field.endswith("_time") else 1.0))
        waits.append(counts.contact_waits["ended"].sum(axis=0)[:3601].astype(float))
        talk.append(counts.agent_time["talk_time"].sum(axis=1) * SECONDS @ fold)
    n_days = float(np.isfinite(program.days.open_at).sum())
    clock = {
        "talk": np.array(talk),
        "open_time": np.tile(open_time @ fold, (replications, 1)),
        "days": np.full(replications, n_days),
    }
    sums = {name: np.array(values) for name, values in calls.items()}
    return Simulated(sums, clock, np.array(waits), names.call_types)


def hour_of(label: str) -> int:
    """Place in HOURS of an interval such as "1999-02-01 09:30"; after midnight the last."""
    hour = int(label[11:13])
    return len(HOURS) - 1 if hour < HOURS[0] else HOURS.index(hour)


def all_counts(
    program: Program, seed: int, replications: int, of_replication: Callable[[Program, int], Program] | None
) -> Iterator[Any]:
    """Counts of the replications in order."""
    if of_replication is None:
        plain = simulator(program, seed, "compiled", rows=False)
        for done in replicate(plain, range(replications), default_jobs(program)):
            yield done.counts
        return
    for replication in range(replications):
        changed = of_replication(program, replication)
        yield simulator(changed, seed, "compiled", rows=False)(replication).counts


# ---------------------------------------------------------------------------------------------------------------- what-ifs
CLASS_2 = {"regular": 0.65, "stocks": 0.84}
"""Share of the log's queued callers with priority class 2; it gives class only to those who wait, and to no other type."""

AHEAD = "_class_2"

HALF_HOUR_DISPERSION = {
    "february": {"regular": 3.2, "prospects": 2.1},
    "august": {"regular": 2.1, "prospects": 1.6},
}
"""Variance / mean of half-hour counts given the day's total (README.md, "Arrivals")."""

TAKES_NO = {
    "all_round": (),
    "no_stocks": ("stocks",),
    "no_prospects": ("prospects",),
    "neither": ("stocks", "prospects"),
    "stocks_only": ("regular", "prospects", "internet", "callbacks", "english"),
}
"""By team of teams_*.csv, the types it does not take."""

MORE_PRESENT = {"february": 92.1 / 86.3, "august": 86.4 / 81.4}
"""Agent-hours if agents leave only when a waiting caller proves it, over the scenario's (README.md, "Agents present")."""

OWN_PATIENCE = {"customers": "regular", "prospects": "prospects", "stocks": "stocks"}
"""Patience laws of the scenario and the types whose hang-ups they were fitted to."""


class WhatIf(NamedTuple):
    """One change: of the scenario, or behind it, of the Program of each replication (Program, Scenario, month, replication)."""

    title: str
    change: Callable[[str], dict[str, Any]]
    months: tuple[str, ...] = tuple(SCENARIOS)
    behind: Callable[[Program, Scenario, str, int], Program] | None = None

    def simulate(self, month: str, replications: int) -> Simulated:
        """Simulated months under this change."""
        scenario, changes, behind = load(month), self.change(month), self.behind
        of_replication = None if behind is None else lambda program, i: behind(program, scenario, month, i)
        return simulate(scenario.with_(changes) if changes else scenario, replications, of_replication)


@functools.cache
def load(month: str) -> Scenario:
    """The month's scenario."""
    return ccsim.load(HERE / SCENARIOS[month])


def nothing(month: str) -> dict[str, Any]:
    """The scenario as it is."""
    return {}


def talk_of_august(month: str) -> dict[str, Any]:
    """August's own talk times."""
    return load(month).what_if["talk_as_in_august"].set


def patience_of_august(month: str) -> dict[str, Any]:
    """August's own hazards of hanging up, where February's are hazards; its own means where they are means."""
    rows = table("patience_august")
    changes: dict[str, Any] = {}
    for law, call_type in OWN_PATIENCE.items():
        steps = [row for row in rows if row["type"] == call_type]
        hazard = [{"until": f"{row['until_s']}s", "rate": f"{row['per_min']}/min"} for row in steps[:-1]]
        changes[f"distributions.{law}"] = {"hazard": [*hazard, {"rate": f"{steps[-1]['per_min']}/min"}]}
    for call_type in ("internet", "callbacks"):
        steps = [row for row in rows if row["type"] == call_type]
        mean = sum(int(row["at_risk_s"]) for row in steps) / sum(int(row["hung_up"]) for row in steps)
        changes[f"calls.{call_type}.patience"] = f"{mean:.1f}s"
    return changes


def agents_times(factor: float, month: str) -> dict[str, Any]:
    """That many times the agents of the scenario; whole numbers, the remainder carried on."""
    by_date: dict[str, list[int]] = {}
    carried = 0.0
    for row in table(f"agents_{month}"):
        wanted = int(row["agents"]) * factor + carried
        by_date.setdefault(row["date"], []).append(round(wanted))
        carried = wanted - round(wanted)
    return {"agents.pool.staffing.on_phones": by_date}


def more_agents(month: str) -> dict[str, Any]:
    """As many agents as the log allows."""
    return agents_times(MORE_PRESENT[month], month)


def fewer_agents(month: str) -> dict[str, Any]:
    """A tenth of the agents away."""
    return agents_times(0.9, month)


def skills(month: str) -> dict[str, Any]:
    """Teams take what their agents take in the log; longest wait first among what they take."""
    return team_changes(month) | {"queues": queues(list(load(month).calls), team_names(month))}


def priority(month: str) -> dict[str, Any]:
    """Class 2 goes first. Always: in the log it goes first only up to 90 s of waiting, so this is too much of it."""
    changes = class_changes(month)
    return changes | {"queues": queues([*load(month).calls, *(name + AHEAD for name in CLASS_2)], None)}


def skills_and_priority(month: str) -> dict[str, Any]:
    """Both."""
    names = [*load(month).calls, *(name + AHEAD for name in CLASS_2)]
    return class_changes(month) | team_changes(month) | {"queues": queues(names, team_names(month))}


def team_names(month: str) -> list[str]:
    """Teams of teams_*.csv."""
    return [name for name in table(f"teams_{month}")[0] if name not in ("date", "time")]


def team_changes(month: str) -> dict[str, Any]:
    """The teams in place of the pool."""
    columns = {"csv": f"teams_{month}.csv", "date": "date", "time": "time"}
    return {"agents": {name: {"staffing": {"on_phones": {**columns, "column": name}}} for name in team_names(month)}}


def class_changes(month: str) -> dict[str, Any]:
    """Class 2 as call types of their own, with larger day-to-day CVs so that both together vary as much as the one did."""
    scenario = load(month)
    changes: dict[str, Any] = {}
    for name, share in CLASS_2.items():
        call_type = scenario.calls[name].model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        cv = scenario.uncertainty.type_day[name] / float(np.hypot(share, 1 - share))
        changes[f"calls.{name + AHEAD}"] = {**call_type, "scale": share}
        changes[f"calls.{name}.scale"] = 1 - share
        changes[f"uncertainty.type_day.{name}"] = changes[f"uncertainty.type_day.{name + AHEAD}"] = f"{cv:.4%}"
    return changes


def queues(call_types: list[str], teams: list[str] | None) -> dict[str, Any]:
    """A queue per call type, those of class 2 with priority, each answered by the teams that take the type (None: by all)."""
    made: dict[str, Any] = {}
    for name in call_types:
        plain = name.removesuffix(AHEAD)
        made[name] = {"calls": [name], "priority": int(name.endswith(AHEAD))}
        if teams is not None:
            made[name]["teams"] = [team for team in teams if plain not in TAKES_NO[team]]
    return made


def uneven_half_hours(program: Program, scenario: Scenario, month: str, replication: int) -> Program:
    """A Program whose mean volumes vary from one half-hour to the next as the log says, anew in each replication.

    Each mean m is multiplied by a gamma variable of mean 1 and variance (d - 1) / m: the count's variance is then d times its
    mean. The scenario format has no such thing yet, so it is done behind it.
    """
    flows = program.flows.copy()
    for name, dispersion in HALF_HOUR_DISPERSION[month].items():
        code = sorted(scenario.calls).index(name)
        means = np.asarray(flows.volume[code])
        draws = np.random.default_rng([scenario.run.seed, replication, code])
        shape = means / (dispersion - 1)
        flows.volume[code] = np.where(means > 0, draws.standard_gamma(np.maximum(shape, 1e-9)) * (dispersion - 1), 0.0)
    return program._replace(flows=flows)


def talk_by_hour(program: Program, scenario: Scenario, month: str, replication: int) -> Program:
    """A Program whose talk has the month's logged mean in each hour: all types' laws are stretched by the same factor.

    The factor is the logged mean over the one that the hour's mix of offered types would have. The format can say it with
    `by_interval`, but only around a fitted law, and here the empirical ones shall stay.
    """
    names = sorted(scenario.calls)
    mean = {name: np.mean([float(row[f"talk_{name}"]) for row in table("laws_february")]) for name in names}
    calls, work = np.zeros(len(HOURS)), np.zeros(len(HOURS))
    for row in table(f"expected_{month}"):
        hour = HOURS.index(int(row["time"][:2]))
        calls[hour] += sum(float(row[name]) for name in names)
        work[hour] += sum(float(row[name]) * mean[name] for name in names)
    logged = np.array([float(row["mean_talk_s"]) for row in table(f"logged_{month}_by_hour")])
    factor = logged / (work / calls)
    flows = program.flows.copy()
    hour_of_interval = (np.asarray(program.intervals.starts_at) // 3600 % 24).astype(int)
    flows.talk_factor *= factor[np.clip(hour_of_interval - HOURS[0], 0, len(HOURS) - 1)]
    return program._replace(flows=flows)


WHAT_IFS = {
    "as_is": WhatIf("as it is", nothing),
    "fewer_agents": WhatIf("10 % fewer agents", fewer_agents),
    "more_agents": WhatIf("6 % more agents, the log's upper bound", more_agents),
    "uneven": WhatIf("half-hours as uneven as logged", nothing, behind=uneven_half_hours),
    "talk_by_hour": WhatIf("talk of each hour as logged", nothing, behind=talk_by_hour),
    "skills": WhatIf("skills as logged", skills),
    "priority": WhatIf("class 2 goes first", priority),
    "skills_and_priority": WhatIf("skills, and class 2 goes first", skills_and_priority),
    "talk": WhatIf("August's own talk", talk_of_august, ("august",)),
    "patience": WhatIf("August's own patience", patience_of_august, ("august",)),
    "talk_by_hour_and_priority": WhatIf("talk by hour, class 2 first", priority, behind=talk_by_hour),
}
BY_TYPE = ("as_is", "priority", "talk_by_hour_and_priority")
WAITS = {"as_is": "simulated", "talk_by_hour": "talk by hour"}


# ------------------------------------------------------------------------------------------------------------------- tables
def by_hour(month: str, simulated: Simulated) -> str:
    """Log, simulation and z by hour, three measures side by side, then the other three."""
    logged, total = logged_by_hour(month), logged_total(month)
    blocks = []
    for names in (tuple(MEASURES)[:3], tuple(MEASURES)[3:]):
        lines = ["      " + "".join(f"{MEASURES[name].title:^34s}" for name in names).rstrip()]
        lines.append("hour  " + "".join(f"{'logged':>13s}{'simulated':>14s}{'z':>5s}  " for _ in names).rstrip())
        scores: list[list[float]] = []
        for i, hour in enumerate(HOURS):
            pairs = [(logged[name][i], simulated.figure(name, hour)) for name in names]
            scores.append([z_score(sim, log) for log, sim in pairs])
            lines.append(f"{hour:02d}    " + beside(names, pairs))
        lines.append("all   " + beside(names, [(total[name], simulated.figure(name)) for name in names]))
        lines.append("rms z " + "".join(f"{rms(list(of_one)):32.1f}  " for of_one in zip(*scores, strict=True)).rstrip())
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def beside(names: tuple[str, ...], pairs: list[tuple[Figure, Figure]]) -> str:
    """Logged and simulated figures with their z, one pair per measure."""
    cells = [
        f"{shown(name, log):>13s}{shown(name, sim):>14s}{z_score(sim, log):5.1f}  "
        for name, (log, sim) in zip(names, pairs, strict=True)
    ]
    return "".join(cells).rstrip()


def shown(name: str, figure: Figure) -> str:
    """A figure with its standard error."""
    measure = MEASURES[name]
    value, digits = figure.value * measure.factor, measure.digits
    if np.isnan(figure.error):
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} ±{figure.error * measure.factor:.{digits}f}".replace("± ", "±")


def waits(results: dict[tuple[str, str], Simulated]) -> str:
    """Share who wait longer than some seconds, logged and simulated."""
    head, second = " " * 11, "longer than"
    for month in SCENARIOS:
        head += f"{month:^{14 + 20 * len(WAITS)}s}"
        second += f"{'logged':>14s}" + "".join(f"{title:>15s}{'z':>5s}" for title in WAITS.values())
    lines = [head.rstrip(), second]
    for over in logged_waits("february"):
        line = f"{over:9d} s"
        for month in SCENARIOS:
            log = logged_waits(month)[over]
            line += f"{shown('p_wait', log):>14s}"
            for key in WAITS:
                sim = results[month, key].waits_over(over)
                line += f"{shown('p_wait', sim):>15s}{z_score(sim, log):5.1f}"
        lines.append(line)
    return "\n".join(lines)


def by_type(month: str, results: dict[tuple[str, str], Simulated]) -> str:
    """Hang-ups and waits by call type: logged, as the scenario is, and with what it leaves out."""
    keys = BY_TYPE
    lines = []
    for name in ("p_abandon", "mean_wait_s"):
        head = f"{MEASURES[name].title:<14s}{'logged':>13s}"
        lines.append(head + "".join(f"{WHAT_IFS[key].title:>25s}{'z':>6s}" for key in keys))
        for call_type, logged in logged_by_type(month).items():
            line = f"  {call_type:<12s}{shown(name, logged[name]):>13s}"
            for key in keys:
                sim = results[month, key].figure(name, None, (call_type, call_type + AHEAD))
                line += f"{shown(name, sim):>25s}{z_score(sim, logged[name]):6.1f}"
            lines.append(line)
        lines.append("")
    return "\n".join(lines[:-1])


TOTALS = tuple(MEASURES)[1:]


def totals_head(month: str) -> str:
    """Header of the what-if table, and the log's totals."""
    logged = logged_total(month)
    head = f"{month.capitalize():<40s}" + "".join(f"{MEASURES[name].title:>15s}" for name in TOTALS)
    head += "   rms z by hour: P(w.) P(ab.)  wait  talk"
    return head + f"\n{'logged':<40s}" + "".join(f"{shown(name, logged[name]):>15s}" for name in TOTALS)


def totals_line(month: str, key: str, simulated: Simulated) -> str:
    """One line of the what-if table: totals, then how far off the hours are."""
    totals = "".join(f"{shown(name, simulated.figure(name)):>15s}" for name in TOTALS)
    logged = logged_by_hour(month)
    off = [
        rms([z_score(simulated.figure(name, hour), logged[name][i]) for i, hour in enumerate(HOURS)])
        for name in ("p_wait", "p_abandon", "mean_wait_s", "talking_agents")
    ]
    return f"{WHAT_IFS[key].title:<40s}{totals}{off[0]:25.1f}" + "".join(f"{value:6.1f}" for value in off[1:])


def rms(scores: list[float]) -> float:
    """Root mean square: about 1 if nothing but luck is between the log and the simulation."""
    return float(np.sqrt(np.mean(np.square(scores))))


def tables(results: dict[tuple[str, str], Simulated]) -> dict[str, str]:
    """Everything that is printed, by the name it has in README.md."""
    made = {f"{month} by hour": by_hour(month, results[month, "as_is"]) for month in SCENARIOS}
    made["waits"] = waits(results)
    made |= {f"{month} by type": by_type(month, results) for month in SCENARIOS}
    for month in SCENARIOS:
        lines = [totals_line(month, key, results[month, key]) for key in WHAT_IFS if (month, key) in results]
        made[f"{month} what-if"] = "\n".join([totals_head(month), *lines])
    return made


def put_into(text: str, name: str, content: str) -> str:
    """README text with the block of this name replaced: ``<!-- compare.py: name -->`` and the code block that follows it."""
    before, rest = text.split(opening(name), 1)
    after = rest.split("\n```", 1)[1]
    return f"{before}{opening(name)}{content}\n```{after}"


def block_of(text: str, name: str) -> str:
    """Content of the block of this name in README text."""
    return text.split(opening(name), 1)[1].split("\n```", 1)[0]


def opening(name: str) -> str:
    """What stands before a block's content."""
    return f"<!-- compare.py: {name} -->\n```text\n"


# ------------------------------------------------------------------------------------------------------------------- figure
BLUE, VERMILION, GREY = (
    "#0072B2",
    "#D55E00",
    "#666666",
)  # M. Okabe, K. Ito, Color Universal Design (2008): safe for the colour-blind


def draw(results: dict[tuple[str, str], Simulated], path: Path) -> None:
    """Figure by hour: hang-ups, waits and busy agents, simulated band and logged points; February left, August right."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(9.0, 8.0), layout="constrained")
    FigureCanvasAgg(canvas)
    panels = canvas.subplots(3, 2, sharex=True, sharey="row")
    labels = {"p_abandon": "hang-ups\n% of offered calls", "mean_wait_s": "mean wait of offered calls\ns"}
    labels["talking_agents"] = "busy agents (talking)\nagents"
    titles = {"february": "February: its own laws", "august": "August: own volumes and agents, February's laws"}
    for column, month in enumerate(SCENARIOS):
        for row, (name, label) in enumerate(labels.items()):
            ax = panels[row, column]
            draw_measure(ax, month, name, results)
            if column == 0:
                ax.set_ylabel(label)
        panels[0, column].set_title(titles[month], fontsize=10)
        panels[2, column].set_xlabel("hour of entering the queue (agents: hour of the day)")
    for ax in panels[:, 0]:  # shared by the row: only now is everything drawn that it must hold
        ax.set_ylim(bottom=0)
    handles, names = panels[2, 1].get_legend_handles_labels()
    canvas.legend(handles, names, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    canvas.savefig(path, dpi=84, pil_kwargs={"optimize": True})


def draw_measure(ax: Any, month: str, name: str, results: dict[tuple[str, str], Simulated]) -> Any:
    """One panel; returns `ax`."""
    factor = MEASURES[name].factor
    hours = np.array(HOURS) + 0.5
    logged = logged_by_hour(month)[name]
    figures = [results[month, "as_is"].figure(name, hour) for hour in HOURS]
    mean, spread = (np.array([getattr(f, part) for f in figures]) * factor for part in ("value", "spread"))
    ax.fill_between(
        hours, mean - 2 * spread, mean + 2 * spread, color=BLUE, alpha=0.22, lw=0, label="one simulated month: mean ± 2 sd"
    )
    ax.plot(hours, mean, color=BLUE, label=f"simulated, mean of {len(results[month, 'as_is'].waits)} months")
    if (month, "talk_by_hour") in results:
        own = [results[month, "talk_by_hour"].figure(name, hour).value * factor for hour in HOURS]
        ax.plot(hours, own, color=BLUE, ls=(0, (4, 2)), lw=1.2, label="simulated, mean talk of each hour as logged")
    values, errors = (np.array([getattr(f, part) for f in logged]) * factor for part in ("value", "error"))
    ax.errorbar(hours, values, 2 * errors, fmt="o", ms=4.5, lw=1, color=VERMILION, label="logged ± 2 standard errors")
    if name == "talking_agents":
        present = [float(row["present_agents"]) for row in table(f"logged_{month}_by_hour")]
        ax.step([*HOURS, 24], [*present, present[-1]], where="post", color=GREY, lw=1, ls=":", label="agents present (input)")
    ax.set_xlim(7, 24)
    ax.set_xticks(range(8, 25, 4))
    ax.grid(alpha=0.25, lw=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def main() -> None:
    """Simulate everything and print it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--reps", type=int, default=REPLICATIONS)
    arguments.add_argument("--update", action="store_true", help="put the tables into README.md and draw comparison.png")
    given = arguments.parse_args()
    results = {
        (month, key): what_if.simulate(month, given.reps)
        for month in SCENARIOS
        for key, what_if in WHAT_IFS.items()
        if month in what_if.months
    }
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    for name, content in tables(results).items():
        print(f"{name}\n\n{content}\n")
        if given.update:
            readme = put_into(readme, name, content)
    if given.update:
        (HERE / "README.md").write_text(readme, encoding="utf-8")
        draw(results, HERE / "comparison.png")


if __name__ == "__main__":
    main()
