"""What an `Accumulator` has added up, as named arrays, so that a run can be put away and taken up again to the last bit.

Knows the insides of `accumulate`, `estimate.Moments` and `quantile.WaitMoments`. `report.folder` writes the arrays to disk;
`experiment.reopen` hands them back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.accumulate import Accumulator
from ccsim.analysis.estimate import Moments
from ccsim.outcomes import N_WAIT_BINS

__all__ = ["layout_of", "restore", "shapes_of", "state_of"]

State = dict[str, NDArray[Any]]

_MOMENTS = ("_first", "_sums", "_squares", "_products", "seen")
_WAITS = ("_first", "_sums", "_squares", "_products")


def layout_of(accumulator: Accumulator) -> str:
    """Return a hash of which sums are kept in which order: states fit only where it is the same."""
    kept: list[Any] = [
        [
            *(block.grid.basis, block.period, block.grid.places),
            *((m.kpi.id, m.formula.variant, m.formula.numerator, m.formula.denominator) for m in block.measures),
        ]
        for blocks in accumulator._blocks
        for block in blocks
    ]
    kept += [accumulator._wait_rows, list(accumulator._series), [str(target) for target in accumulator._targets]]
    return hashlib.sha256(json.dumps([*kept, accumulator._labels], default=str).encode()).hexdigest()


def state_of(accumulator: Accumulator) -> State:
    """Return all that was added, each array by its name."""
    state: State = {}
    for name, moments in _moments(accumulator):
        state |= {f"{name}.{field.strip('_')}": getattr(moments, field) for field in _MOMENTS}
    waits = accumulator._waits
    state |= {f"waits.{field.strip('_')}": getattr(waits, field)[:, : waits._top + 1] for field in _WAITS}
    state["waits.seen"] = waits.seen
    for number, series in enumerate(accumulator._series.values()):
        state[f"days.{number}.numerators"] = _table(series.numerators)
        state[f"days.{number}.denominators"] = _table(series.denominators)
    for number, hits in enumerate(accumulator._interval_hits):
        state[f"hits.{number}"] = np.array(hits, dtype=np.int64).reshape(-1, 2)
    for number, kept in (accumulator._runs or {}).items():
        state[f"runs.{number}"] = np.array(kept, dtype=np.float64)
    return state


def shapes_of(accumulator: Accumulator, n: int) -> dict[str, tuple[int, ...]]:
    """Return the largest shape each array of a state of n replications may have; those of ``runs`` may be missing."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, moments in _moments(accumulator):
        shapes |= {f"{name}.{field.strip('_')}": getattr(moments, field).shape for field in _MOMENTS}
    rows = len(accumulator._wait_rows)
    shapes |= {f"waits.{field.strip('_')}": (rows, N_WAIT_BINS) for field in _WAITS} | {"waits.seen": (rows,)}
    days = len(accumulator._calendar.days) if n else 0
    for number in range(len(accumulator._series)):
        shapes |= {f"days.{number}.{side}": (n, days) for side in ("numerators", "denominators")}
    shapes |= {f"hits.{number}": (n, 2) for number in range(len(accumulator._interval_hits))}
    for number in accumulator._centre_grids():
        run = next(block for block in accumulator._blocks[number] if block.period == "run")
        shapes[f"runs.{number}"] = (n, 2, len(run.measures))
    return shapes


def restore(accumulator: Accumulator, state: Mapping[str, NDArray[Any]], n: int) -> None:
    """Put a state of n replications into a new accumulator of the same layout.

    Raises
    ------
    ValueError
        Naming the array that is missing or of another shape or kind.
    """
    shapes = shapes_of(accumulator, n)
    for name, shape in shapes.items():
        if name not in state and name.startswith("runs."):
            continue
        _check(name, state, shape)
    for name, moments in _moments(accumulator):
        moments.n = n
        for field in _MOMENTS:
            getattr(moments, field)[...] = state[f"{name}.{field.strip('_')}"]
    waits = accumulator._waits
    width = state["waits.sums"].shape[1]
    waits.n, waits._top = (n if accumulator._wait_rows else 0), width - 1
    waits.seen[...] = state["waits.seen"]
    for field in _WAITS:
        kept = state[f"waits.{field.strip('_')}"]
        if kept.shape[1] != width:
            raise ValueError(f"waits.{field.strip('_')}: {kept.shape[1]} bins instead of {width}")
        getattr(waits, field)[:, :width] = kept
    for number, series in enumerate(accumulator._series.values()):
        series.numerators = list(state[f"days.{number}.numerators"])
        series.denominators = list(state[f"days.{number}.denominators"])
    for number in range(len(accumulator._interval_hits)):
        accumulator._interval_hits[number] = [(int(hits), int(of)) for hits, of in state[f"hits.{number}"]]
    runs = {number: state.get(f"runs.{number}") for number in accumulator._centre_grids()}
    kept_runs = {number: [(above, below) for above, below in table] for number, table in runs.items() if table is not None}
    accumulator._runs = kept_runs if len(kept_runs) == len(runs) else None
    accumulator.n = n


def _moments(accumulator: Accumulator) -> Iterator[tuple[str, Moments]]:
    for number, (blocks, all_moments) in enumerate(zip(accumulator._blocks, accumulator._moments, strict=True)):
        for block, moments in zip(blocks, all_moments, strict=True):
            yield f"moments.{number}.{block.period}", moments


def _table(days: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.array(days) if days else np.zeros((0, 0))


def _check(name: str, state: Mapping[str, NDArray[Any]], shape: tuple[int, ...]) -> None:
    """Waits may be narrower than there are bins, all else is as it must be."""
    found = state.get(name)
    if found is None:
        raise ValueError(f"{name}: missing")
    fits = found.shape == shape or (name.startswith("waits.") and len(shape) == 2 and found.shape[0] == shape[0])
    kind = "i" if name.startswith("hits.") or name.endswith(".seen") else "f"
    if not fits or found.dtype.kind != kind or found.dtype.itemsize != 8:
        raise ValueError(f"{name}: {found.dtype} of shape {found.shape} instead of {shape}")
