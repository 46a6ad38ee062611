"""A `Result` -> a folder: its tables (CSV, a workbook or Parquet), the scenario as it was run, and a manifest that makes the
same numbers again.

A folder appears whole or not at all: it is written under another name and renamed. Text that a spreadsheet would run as a
formula gets an apostrophe.
"""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccsim.analysis.state import layout_of, state_of
from ccsim.report.cells import plain_cell
from ccsim.report.fields import estimate_fields, provenance_fields, verdict_fields
from ccsim.report.sheets import sheets_of

if TYPE_CHECKING:
    from ccsim.experiment import Result

FORMAT = 1
MANIFEST = "manifest.json"

SCENARIO = "scenario.yaml"
SUMS = "sums.npz"
"""Every sum of the run, from which `reopen` makes the result again."""
FORMATS = ("csv", "xlsx", "parquet")
WORKBOOK = "tables.xlsx"


def run_name(result_name: str, fingerprint: str) -> str:
    """Return the beginning of a run folder's name: the scenario's name in plain letters and the hash of what it says."""
    plain = re.sub(r"[^a-z0-9]+", "-", result_name.lower()).strip("-")[:40]
    return f"{plain or 'scenario'}-{fingerprint[:8]}"


def write_folder(result: Result, parent: Path, force: bool = False, calls: bool = False, file_format: str = "csv") -> Path:
    """Write a result into a new folder of `parent` and return that.

    Parameters
    ----------
    parent : Path
        Made if missing. The folder is ``<name>-<hash>-<n>`` with the first n that is free.
    force : bool
        Replace the last run of this scenario instead.
    calls : bool
        Also the rows, which the result must have kept; beside a workbook as CSV, since a sheet holds a million lines.
    file_format : str
        One of `FORMATS`.

    Raises
    ------
    MissingLibrary
        Without the library that writes the format.
    """
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".ccsim-", dir=parent))
    try:
        write_files(result, draft, file_format)
        if calls and result.rows is not None:
            _write_calls(result, draft, file_format)
        draft.chmod(0o755)  # mkdtemp is for secrets, a run is not
        return _put(draft, parent, run_name(result.scenario.name, result.fingerprint), force)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write_files(result: Result, folder: Path, file_format: str = "csv") -> None:
    """Write the tables, the scenario, the sums and the manifest into a folder."""
    if file_format == "xlsx":
        from ccsim.report.workbook import write_workbook

        write_workbook(result, folder / WORKBOOK)
    elif file_format == "parquet":
        from ccsim.report.parquet import write_sheets

        write_sheets(result, sheets_of(result), folder)
    else:
        for sheet in sheets_of(result):
            _write(folder / f"{sheet.name}.csv", ([head.name for head in sheet.heads], *sheet.lines))
    (folder / SCENARIO).write_text(result.scenario.to_yaml(), "utf-8")
    np.savez_compressed(folder / SUMS, allow_pickle=False, **state_of(result.accumulator))
    manifest = _manifest(result) | {"files": {name: file_sha256(folder / name) for name in (SCENARIO, SUMS)}}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, allow_nan=False) + "\n", "utf-8")


def _write_calls(result: Result, folder: Path, file_format: str) -> None:
    assert result.rows is not None
    if file_format == "parquet":
        from ccsim.report.parquet import write_calls as write_parquet

        write_parquet(result, folder)
    else:
        from ccsim.report.calls import write_calls

        write_calls(result.rows, result.names, folder)


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
        "neighbours": [
            {"label": n.label, "agents": n.agents, "service_level": estimate_fields(n.service_level)} for n in result.neighbours
        ],
        "elapsed": result.elapsed,
        "equal_pay": None if result.scenario.equal_pay is None else result.scenario.equal_pay.as_dict(),
        "layout": layout_of(result.accumulator),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "numba", "scipy")}},
    }


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([plain_cell(cell) for cell in line] for line in lines)
