"""A `Choice` -> the page that says which plan is best, why the others are out, and what that answer is worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ccsim.report import numbers
from ccsim.report.evidence import hangs_on
from ccsim.report.fields import estimate_fields, verdict_fields
from ccsim.report.index import shown, shown_error, size

if TYPE_CHECKING:
    from rich.console import Console

    from ccsim.experiment import Bound, Candidate, Choice

__all__ = ["choice_fields", "choice_rows", "print_choice"]

_STYLE = {"chosen": "green", "undecided": "yellow"}


def print_choice(choice: Choice, console: Console) -> None:
    """Print the answer, every plan with what became of it, and the guarantee."""
    from rich.table import Table
    from rich.text import Text

    console.print(choice.candidates[0].scenario.name, style="bold")
    console.print(_answer(choice))
    console.print()
    table = Table(box=None, pad_edge=False)
    table.add_column("Plan", overflow="fold", max_width=max(16, console.width // 3))
    ids = [choice.best_by.id, *(bound.kpi for bound in choice.bounds)]
    for id in dict.fromkeys(ids):
        table.add_column(_short(id), justify="right")
        table.add_column("±", justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("")
    for candidate in choice.candidates:
        estimates = dict(zip(ids, (candidate.best, *candidate.limits), strict=True))
        cells = [cell for e in estimates.values() for cell in (shown(e.value, e.unit), shown_error(e))]
        said = Text(_status(choice, candidate), style=_STYLE.get(candidate.status, ""))
        table.add_row(candidate.name, *cells, numbers.count(candidate.n), said)
    console.print(table)
    console.print()
    for line in (*hangs_on(*(candidate.scenario for candidate in choice.candidates)), *_provenance(choice)):
        console.print(line)


def _answer(choice: Choice) -> str:
    limits = " and ".join(_limit(bound) for bound in choice.bounds)
    wanted = f"{'highest' if choice.sign > 0 else 'lowest'} {_title(choice.best_by.id)}" + (f" with {limits}" if limits else "")
    if choice.chosen is not None:
        return f"Chosen: {choice.chosen}, the {wanted}"
    return f"No plan has {limits}" if choice.finished else f"Undecided: the {wanted}"


def _limit(bound: Bound) -> str:
    return f"{_title(bound.kpi)} {'at least' if bound.sign > 0 else 'at most'} {_size(bound.kpi, bound.value)}"


def _status(choice: Choice, candidate: Candidate) -> str:
    if candidate.status in ("beaten", "as good"):
        return f"{'beaten by' if candidate.status == 'beaten' else 'as good as'} {candidate.by}"
    if candidate.status == "breaks a limit":
        (bound,) = [bound for bound in choice.bounds if bound.kpi == candidate.by][:1]
        return f"{_title(bound.kpi)} {'below' if bound.sign > 0 else 'above'} {_size(bound.kpi, bound.value)}"
    return candidate.status


def _provenance(choice: Choice) -> Iterator[str]:
    from ccsim import __version__

    if choice.finished:
        sizes = [f"{_title(choice.best_by.id)} differs by {_margin(choice.best_by.id, choice.zone)} or more"]
        for bound, tolerance in zip(choice.bounds, choice.tolerances, strict=True):
            sizes.append(f"{_title(bound.kpi)} is {_margin(bound.kpi, tolerance)} or more off its limit")
        source = "Kim and Nelson 2001" + ("; Andradóttir and Kim 2010" if choice.bounds else "")
        yield (
            f"The answer is right with {100 * choice.confidence:g} % confidence, where {' and '.join(sizes)} ({source}; "
            "replications taken as normal). --margin sets these sizes."
        )
    else:
        yield "Replications ended before the answer was known: no guarantee. Try: --max-reps, or a larger --margin."
    yield "± is the simulation error of each plan alone; the plans met the same callers, so differences are surer than that."
    yield from (f"Note: {note}." for note in choice.notes)
    yield (
        f"seed {choice.seed}, {numbers.plural(choice.spent, 'replication')} in all, first look after {choice.first}, "
        f"{choice.engine} engine, ccsim {__version__}, {choice.elapsed:.1f} s"
    )


def _short(id: str) -> str:
    """Return a KPI's title, of one with an abbreviation only that."""
    from ccsim.analysis import REGISTRY

    title, bracket, short = REGISTRY[id].title.rstrip(")").partition("(")
    return short if bracket else title


def _title(id: str) -> str:
    """Return it as inside a sentence."""
    short = _short(id)
    return short if short.isupper() else short.lower()


def _size(id: str, value: float) -> str:
    from ccsim.analysis import REGISTRY

    unit = REGISTRY[id].unit
    return f"{100 * value:g} %" if unit == "share" else f"{value:g} {unit}" if unit in ("s", "h") else f"{value:g}"


def _margin(id: str, value: float) -> str:
    from ccsim.analysis import REGISTRY

    return size(value, REGISTRY[id].unit)


def choice_fields(choice: Choice) -> dict[str, Any]:
    """Return a choice as JSON fields."""
    return {
        "chosen": choice.chosen,
        "finished": choice.finished,
        "best_by": {**choice.best_by._asdict(), "best": "highest" if choice.sign > 0 else "lowest", "margin": choice.zone},
        "limits": [
            {"kpi": b.kpi, "at_least" if b.sign > 0 else "at_most": b.value, "margin": tolerance}
            for b, tolerance in zip(choice.bounds, choice.tolerances, strict=True)
        ],
        "confidence": choice.confidence,
        "method": "Kim & Nelson 2001 with Andradottir & Kim 2010 for limits, on the parts of ratios of sums",
        "engine": choice.engine,
        "seed": choice.seed,
        "first_look": choice.first,
        "replications": choice.spent,
        "interrupted": choice.interrupted,
        "plans": [
            {
                "name": candidate.name,
                "scenario": candidate.scenario.name,
                "fingerprint": candidate.scenario.fingerprint,
                "status": candidate.status,
                "by": candidate.by,
                "replications": candidate.n,
                "best": estimate_fields(candidate.best),
                "limits": [estimate_fields(estimate) for estimate in candidate.limits],
                "targets": [verdict_fields(verdict) for verdict in candidate.targets],
            }
            for candidate in choice.candidates
        ],
        "notes": list(choice.notes),
    }


def choice_rows(choice: Choice) -> list[dict[str, Any]]:
    """Return one flat row per plan, for CSV files."""
    rows = []
    for candidate in choice.candidates:
        row: dict[str, Any] = {"plan": candidate.name, "status": candidate.status, "by": candidate.by, "n": candidate.n}
        for estimate in (candidate.best, *candidate.limits):
            row |= {estimate.id: estimate.value, f"{estimate.id}_low": estimate.low, f"{estimate.id}_high": estimate.high}
        rows.append({**row, "finished": choice.finished, "confidence": choice.confidence, "seed": choice.seed})
    return rows
