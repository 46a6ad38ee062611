"""How many agents, by the textbook: Erlang C and Erlang A side by side, with their neighbours.

The question is the one every Erlang calculator asks; `ccsim erlang` puts it, here it is answered and printed. Nothing is
simulated.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ccsim import erlang
from ccsim.report import numbers

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

LARGEST_LOAD = 100_000.0  # erlangs; beyond that the sums take longer than anybody waits
VARIANT = "answered_over_offered"
_AROUND = 2  # agents shown beyond the ones asked for
_MOST_LEVELS = 25
_WIDE = 90  # columns from which two models stand side by side


@dataclasses.dataclass(frozen=True, kw_only=True)
class Question:
    """Calls, handle time and what is to be reached.

    Attributes
    ----------
    calls, period : float
        So many calls in so many seconds.
    handle_time : float
        Mean, seconds.
    service_level, within : float
        Share of offered calls to be answered within so many seconds.
    patience : float
        Mean time a caller would wait, seconds; infinity leaves Erlang A out.
    shrinkage : float
        Share of paid time not available for contacts.
    max_occupancy : float or None
        Upper bound on the occupancy.
    agents : int or None
        Agents there are, if that is the question.
    """

    calls: float
    period: float
    handle_time: float
    service_level: float
    within: float
    patience: float = math.inf
    shrinkage: float = 0.0
    max_occupancy: float | None = None
    agents: int | None = None

    @property
    def arrival_rate(self) -> float:
        """Calls per second."""
        return self.calls / self.period

    @property
    def offered_load(self) -> float:
        """Erlangs."""
        return self.arrival_rate * self.handle_time


@dataclasses.dataclass(frozen=True)
class Model:
    """What one model answers: agents needed, and what each number of agents gives (None: the queue never settles)."""

    name: str
    assumes: str
    patience: float
    required: int
    scheduled: int
    at: dict[int, erlang.WaitLaw | None]

    @property
    def id(self) -> str:
        """Name in JSON: ``erlang_c`` or ``erlang_a``."""
        return self.name.lower().replace(" ", "_")


def answer(question: Question) -> list[Model]:
    """Return Erlang C and, with a patience, Erlang A, each for the same numbers of agents.

    Raises
    ------
    ValueError
        For a question out of range.
    """
    if question.calls <= 0:
        raise ValueError("there must be calls: got 0")
    if question.offered_load > LARGEST_LOAD:
        raise ValueError(f"{question.offered_load:,.0f} erlangs are more than the {LARGEST_LOAD:,.0f} this can sum up")
    target = erlang.Target(service_level=question.service_level, within=question.within, max_occupancy=question.max_occupancy)
    kinds = [("Erlang C", "nobody hangs up", math.inf)]
    if math.isfinite(question.patience):
        kinds.append(("Erlang A", f"patience {numbers.duration(question.patience)}", question.patience))
    required = [
        erlang.agents_for(question.arrival_rate, question.handle_time, target, patience=patience) for _, _, patience in kinds
    ]
    shown = sorted({*required, *([question.agents] if question.agents else [])})
    levels = list(range(max(1, shown[0] - _AROUND), shown[-1] + _AROUND + 1))
    if len(levels) > _MOST_LEVELS:  # far apart: the neighbourhoods only
        levels = sorted({n for at in shown for n in range(max(1, at - _AROUND), at + _AROUND + 1)})
    return [
        Model(
            name=name,
            assumes=assumes,
            patience=patience,
            required=needed,
            scheduled=erlang.scheduled_for(needed, question.shrinkage),
            at={agents: _law(question, agents, patience) for agents in levels},
        )
        for (name, assumes, patience), needed in zip(kinds, required, strict=True)
    ]


def _law(question: Question, agents: int, patience: float) -> erlang.WaitLaw | None:
    if patience == math.inf and question.offered_load >= agents:
        return None
    return erlang.erlang_a(question.arrival_rate, question.handle_time, agents, patience)


def figures(law: erlang.WaitLaw | None, within: float) -> dict[str, float] | None:
    """Return the figures of one model at one number of agents, by KPI id; None where it never settles."""
    if law is None:
        return None
    return {
        "service_level": law.service_level(within, VARIANT),
        "asa": law.mean_wait_answered,
        "delayed_share": law.wait_share,
        "abandonment": law.abandoned_share,
        "occupancy": law.occupancy,
        "queue_length": law.mean_queue,
        "wait_p90": law.wait_quantile(0.9),
    }


_SHOWN = (
    ("service_level", "Answered in {within}", numbers.percent),
    ("asa", "ASA (mean wait of answered)", numbers.duration),
    ("wait_p90", "90 % wait at most", numbers.duration),
    ("delayed_share", "Callers who wait at all", numbers.percent),
    ("abandonment", "Abandoned", numbers.percent),
    ("occupancy", "Occupancy", numbers.percent),
    ("queue_length", "Callers waiting, mean", numbers.count),
)


def as_json(question: Question, models: list[Model]) -> dict[str, Any]:
    """Return question and answers as JSON fields; times in seconds, shares as fractions."""
    return {
        "question": {**dataclasses.asdict(question), "offered_load": question.offered_load, "variant": VARIANT},
        "models": [
            {
                "model": model.id,
                "assumes": model.assumes,
                "agents_required": model.required,
                "agents_to_schedule": model.scheduled,
                "at_required": figures(model.at[model.required], question.within),
            }
            for model in models
        ],
        "neighbours": [
            {"agents": agents, **{model.id: figures(model.at[agents], question.within) for model in models}}
            for agents in models[0].at
        ],
    }


def print_answer(question: Question, models: list[Model], console: Console) -> None:
    """Print the question as understood, the agents each model needs, and what one agent more or fewer would do."""
    from rich.table import Table

    q = question
    console.print(
        f"{numbers.count(q.calls)} calls per {_period(q.period)}, {numbers.duration(q.handle_time)} each: "
        f"{q.offered_load:.1f} erlangs. Target {_percent(q.service_level)} of offered calls answered within "
        f"{numbers.duration(q.within)} ({VARIANT})"
        + (f", occupancy at most {_percent(q.max_occupancy)}." if q.max_occupancy else ".")
    )
    console.print()

    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for model in models:
        table.add_column(f"{model.name}\n{model.assumes}", justify="right")
    table.add_row("Agents on the phones", *[numbers.count(model.required) for model in models])
    if q.shrinkage:
        label = f"Agents to schedule ({_percent(q.shrinkage)} shrinkage)"
        table.add_row(label, *[numbers.count(model.scheduled) for model in models])
    for key, label, show in _SHOWN:
        found = [figures(model.at[model.required], q.within) for model in models]
        table.add_row(label.format(within=numbers.duration(q.within)), *[show(f[key]) if f else numbers.NONE for f in found])
    console.print(table)
    console.print()
    _print_neighbours(q, models, console)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _period(seconds: float) -> str:
    named = {1.0: "second", 60.0: "minute", 3600.0: "hour"}
    return named.get(seconds, f"{seconds / 60:g} min" if seconds % 60 == 0 else f"{seconds:g} s")


def _print_neighbours(question: Question, models: list[Model], console: Console) -> None:
    """Print what each number of agents gives: the models side by side, one below the other on a narrow terminal."""
    for group in [models] if console.width >= _WIDE else [[model] for model in models]:
        console.print(_neighbours(question, group))
        console.print()
    if any(law is None for law in models[0].at.values()):
        console.print(f"{numbers.NONE}: with fewer agents than erlangs the queue of callers who never hang up grows for ever.")


def _neighbours(question: Question, models: list[Model]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("\nAgents", justify="right")
    for model in models:
        for index, (label, _, _) in enumerate(_columns(model)):
            above = model.name if index == 0 else ""
            table.add_column(f"{above}\n{label.format(within=numbers.duration(question.within))}", justify="right")
    table.add_column("")
    for agents in models[0].at:
        cells = []
        for model in models:
            found = figures(model.at[agents], question.within)
            cells += [show(found[key]) if found else numbers.NONE for _, key, show in _columns(model)]
        marks = [f"enough by {model.name[-1]}" for model in models if model.required == agents]
        if agents == question.agents:
            marks.append("yours")
        table.add_row(numbers.count(agents), *cells, ", ".join(marks))
    return table


def _columns(model: Model) -> list[tuple[str, str, Callable[[float], str]]]:
    """Return header, figure and format of a model's columns; nobody abandons in Erlang C."""
    lost = [("abandoned", "abandonment", numbers.percent)] if model.patience < math.inf else []
    return [
        ("in {within}", "service_level", numbers.percent),
        ("ASA", "asa", numbers.duration),
        *lost,
        ("occupancy", "occupancy", numbers.percent),
    ]
