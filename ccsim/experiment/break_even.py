"""Find the value of an input at which the verdict on a plan turns: base and plan are compared again and again, always with
the same luck, until the value is known well enough.

Where to look next is decided by `analysis.turning`. What the input may be is said by the caller, or by the ranges of the
assumptions in the scenario's `evidence`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ccsim.analysis import REGISTRY
from ccsim.experiment.calibrate import calibrate
from ccsim.experiment.compare import question_of
from ccsim.experiment.comparison import Key
from ccsim.experiment.run import Progress
from ccsim.experiment.turning_input import Bench, BreakEven, Search, range_of
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario
from ccsim.scenario.evidence import ASSUMPTION, inputs

__all__ = ["BreakEven", "BreakEvens", "break_even"]

_COST = "cost_per_resolution"


@dataclass(frozen=True)
class BreakEvens:
    """Where verdicts turn, input by input.

    Attributes
    ----------
    key : Key
        The KPI the verdict is about.
    better : str
        Its direction: higher, lower or neither.
    kpi_unit : str
    found : tuple of BreakEven
    confidence : float
        Of each interval on its own.
    replications : int
        Of each plan in every comparison.
    """

    base: Scenario
    key: Key
    better: str
    kpi_unit: str
    found: tuple[BreakEven, ...]
    confidence: float
    engine: str
    seed: int
    replications: int
    elapsed: float
    interrupted: bool = False

    def _repr_html_(self) -> str:
        return str(import_module("ccsim.report.notebook").html_of(self))

    def __repr__(self) -> str:
        """What turns where."""
        said = [f"{one.path}: {', '.join(f'{turn.at:.4g}{one.unit}' for turn in one.turns) or 'no turn'}" for one in self.found]
        return f"BreakEvens({self.key.id}; {'; '.join(said)})"

    def of(self, path: str, plan: str = "") -> BreakEven:
        """Return what was found of one input; KeyError with what there is."""
        for one in self.found:
            if one.path == path and plan in ("", one.plan):
                return one
        raise KeyError(f"no break-even of {path!r}; have {', '.join(dict.fromkeys(one.path for one in self.found))}")


def break_even(
    scenario: Scenario,
    what_ifs: str | Sequence[str] | None = None,
    vary: Mapping[str, str | tuple[Any, Any]] | None = None,
    *,
    kpi: str | None = None,
    reps: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    jobs: int | None = None,
    progress: Progress | None = None,
) -> BreakEvens:
    """Find where the difference between a what-if and the base turns as an input changes.

    Parameters
    ----------
    what_ifs : str or sequence of str, optional
        Entries of `what_if`; all of them by default.
    vary : mapping of str to range, optional
        By dotted path, ``"0%:10%"`` or a pair. By default every assumption of `evidence` that has a range. The input changes in
        the base and in the plan, wherever they have it; a plan that keeps payroll keeps it at every value.
    kpi : str, optional
        A KPI of the centre; by default cost_per_resolution where that has a value, else the first target's, else the service
        level.
    reps, seed, engine, jobs
        As in `compare`.
    progress : callable, optional
        Called after each replication with (done, expected), which counts all comparisons expected so far.

    Raises
    ------
    ScenarioError
        For a range that is none, an input that neither base nor plan has, or a value either refuses.
    ValueError, KeyError
        As `compare` does; ValueError also where there is nothing to vary.

    Notes
    -----
    Five values over the range and the scenario's own are looked at; each change of sign is then narrowed down to a 200th of the
    range, and the ends of its interval to a 50th. A turn and back between two of the first values stays unseen. A
    KeyboardInterrupt ends it with what is known.
    """
    started = time.perf_counter()
    base = calibrate(scenario)
    names = [what_ifs] if isinstance(what_ifs, str) else list(what_ifs if what_ifs is not None else base.what_if)
    for name in names:
        if name not in base.what_if:
            raise KeyError(f"no what-if {name!r}; have {', '.join(base.what_if) or 'none'}")
    if not names:
        raise ValueError("nothing to compare with: the scenario has no what_if")
    wanted = [range_of(path, ends) for path, ends in (vary or _stated(base)).items()]
    if not wanted:
        raise ValueError("nothing to vary: no assumption in `evidence` has a range. Try: --vary PATH=LOW:HIGH")
    asked = _asked(base, kpi)
    bench = Bench(asked, {"reps": reps, "seed": seed, "engine": engine, "jobs": jobs}, progress)
    found: list[BreakEven] = []
    for name in names:
        for one in wanted:
            if not bench.interrupted:
                found.append(Search(base, name, one, bench).found())
    first = bench.first
    return BreakEvens(
        base=base,
        key=asked,
        better=REGISTRY[asked.id].better,
        kpi_unit=REGISTRY[asked.id].unit,
        found=tuple(one for one in found if one.points),
        confidence=base.run.confidence,
        engine="" if first is None else first[0],
        seed=base.run.seed if seed is None else seed,
        replications=0 if first is None else first[1],
        elapsed=time.perf_counter() - started,
        interrupted=bench.interrupted,
    )


# -------------------------------------------------------------------------------- what is asked


def _stated(base: Scenario) -> dict[str, tuple[str, str]]:
    """The ranges of the assumptions."""
    return {one.path: one.ends for one in inputs(base) if one.label == ASSUMPTION and one.ends is not None}


def _asked(base: Scenario, kpi: str | None) -> Key:
    """The KPI the verdict is about."""
    question = question_of(base, compile_scenario(base).program, None if kpi is None else [kpi], {})
    if kpi is not None:
        return question.keys[0]
    return next((key for key in question.keys if key.id == _COST), question.best_by)
