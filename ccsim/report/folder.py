"""A `Result` -> a folder of CSV files, the scenario as it was run, and a manifest that makes the same numbers again.

A folder appears whole or not at all: it is written under another name and renamed. Text that a spreadsheet would run as a
formula gets an apostrophe.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsim.report.cells import plain_cell
from ccsim.report.fields import provenance_fields, verdict_fields
from ccsim.report.index import Index
from ccsim.report.staffing import staffing_rows

if TYPE_CHECKING:
    from ccsim.experiment import Result

FORMAT = 1
MANIFEST = "manifest.json"

_PLACES = ("call_type", "queue", "team", "ivr_node", "day", "interval")
_WITH_RANGE = ("service_level", "abandonment", "asa", "occupancy")
_UNIT_ENDING = {"s": "_s", "h": "_h"}
_QUEUE_KPIS = (
    *("offered", "answered", "abandoned", "flowed_out", "unfinished", "service_level", "abandonment", "asa", "wait_mean"),
    *("wait_p50", "wait_p90", "wait_p99", "handle_time", "mean_queue", "flowed_in", "turned_away", "transferred", "required"),
)
_PERIOD_KPIS = (
    *("offered", "answered", "abandoned", "flowed_out", "unfinished", "service_level", "abandonment", "asa", "handle_time"),
    *("mean_queue", "agents_on_duty", "agents_busy", "occupancy", "required", "scheduled", "net_staffing"),
)


def run_name(result_name: str, fingerprint: str) -> str:
    """Return the beginning of a run folder's name: the scenario's name in plain letters and the hash of what it says."""
    plain = re.sub(r"[^a-z0-9]+", "-", result_name.lower()).strip("-")[:40]
    return f"{plain or 'scenario'}-{fingerprint[:8]}"


def write_folder(result: Result, parent: Path, force: bool = False, calls: bool = False) -> Path:
    """Write a result into a new folder of `parent` and return that.

    Parameters
    ----------
    parent : Path
        Made if missing. The folder is ``<name>-<hash>-<n>`` with the first n that is free.
    force : bool
        Replace the last run of this scenario instead.
    calls : bool
        Also the rows, which the result must have kept.
    """
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".ccsim-", dir=parent))
    try:
        write_files(result, draft)
        if calls and result.rows is not None:
            from ccsim.report.calls import write_calls

            write_calls(result.rows, result.names, draft)
        draft.chmod(0o755)  # mkdtemp is for secrets, a run is not
        return _put(draft, parent, run_name(result.scenario.name, result.fingerprint), force)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write_files(result: Result, folder: Path) -> None:
    """Write kpis.csv, by_queue.csv, days.csv, intervals.csv, staffing.csv, scenario.yaml and the manifest into a folder."""
    confidence = result.scenario.run.confidence
    index = Index(result.estimates)
    queues: list[dict[str, str]] = [{}, *({"queue": name} for name in result.names.queues)]
    _write(folder / "kpis.csv", _long(result))
    _write(folder / "by_queue.csv", _wide(index, queues, ("queue",), _QUEUE_KPIS))
    _write(folder / "days.csv", _wide(index, index.scopes("day"), ("day",), _PERIOD_KPIS))
    found = Index(
        result.accumulator.estimates(confidence, scopes=("interval", "queue x interval", "team x interval"))
        if result.replications
        else []
    )
    scopes = [*found.scopes("interval"), *found.scopes("interval", "queue")]
    _write(folder / "intervals.csv", _split_date(_wide(found, scopes, ("interval", "queue"), _PERIOD_KPIS)))
    _write(folder / "staffing.csv", staffing_rows(result, found))
    (folder / "scenario.yaml").write_text(result.scenario.to_yaml(), "utf-8")
    (folder / MANIFEST).write_text(json.dumps(_manifest(result), indent=2, allow_nan=False) + "\n", "utf-8")


def _put(draft: Path, parent: Path, name: str, force: bool) -> Path:
    """Rename the draft to the first free number, or onto the last run of this scenario."""
    n = 1
    while (parent / f"{name}-{n}").exists():
        n += 1
    if force and n > 1 and (parent / f"{name}-{n - 1}" / MANIFEST).is_file():
        n -= 1
        old = Path(tempfile.mkdtemp(prefix=".ccsim-", dir=parent))
        place = parent / f"{name}-{n}"
        place.rename(old / "old")
        try:
            target = draft.rename(place)
        except OSError:  # the last run is still the best there is
            (old / "old").rename(place)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
        return target
    while True:  # somebody else may have taken the number meanwhile
        target = parent / f"{name}-{n}"
        try:
            target.mkdir()
        except FileExistsError:
            n += 1
            continue
        return draft.replace(target)


def _manifest(result: Result) -> dict[str, Any]:
    from ccsim import __version__

    return {
        "format": FORMAT,
        "ccsim": __version__,
        **provenance_fields(result),
        "interrupted": result.interrupted,
        "confidence": result.scenario.run.confidence,
        "targets": [verdict_fields(verdict) for verdict in result.targets],
        "warnings": list(result.warnings),
    }


def _long(result: Result) -> Iterable[Sequence[Any]]:
    """Yield one line per estimate; scopes are columns, empty where the estimate covers all."""
    yield ("id", "variant", "basis", *_PLACES, "value", "low", "high", "n", "unit", "method")
    for e in result.estimates:
        places = (e.scope.get(kind, "") for kind in _PLACES)
        yield (e.id, e.variant, e.basis, *places, e.value, e.low, e.high, e.n, e.unit, e.method)


def _wide(index: Index, scopes: Iterable[dict[str, str]], kinds: Sequence[str], ids: Sequence[str]) -> Iterable[Sequence[Any]]:
    """Yield one line per scope with a column per KPI, named with its unit; "all" where a place is not split."""
    from ccsim.analysis.kpi import REGISTRY

    heads: list[str] = []
    for id in ids:
        ending = _UNIT_ENDING.get(REGISTRY[id].unit, "")
        heads += [id + ending, *((f"{id}_low{ending}", f"{id}_high{ending}") if id in _WITH_RANGE else ())]
    yield (*kinds, *heads)
    for scope in scopes:
        cells: list[Any] = []
        for id in ids:
            estimate = index.get(id, scope)
            cells.append(None if estimate is None else estimate.value)
            if id in _WITH_RANGE:
                cells += [None, None] if estimate is None else [estimate.low, estimate.high]
        yield (*(scope.get(kind, "all") for kind in kinds), *cells)


def _split_date(lines: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """Turn the label of an interval, ``2024-01-01 09:00``, into the two columns a WFM tool reads."""
    for number, (label, *cells) in enumerate(lines):
        date, _, time = ("date", "", "time") if number == 0 else label.partition(" ")
        yield (date, time, *cells)


def _write(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([plain_cell(cell) for cell in line] for line in lines)
