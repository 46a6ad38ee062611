"""Runs on disk: row tables with where they come from, saved whole or not at all, read back only if nothing was touched.

A run is a folder: `manifest.json`, `names.json` and one `.npy` file per table; nothing in it can execute (no pickle, ever).
`report.calls` writes rows for spreadsheets.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import platform
import secrets
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim import __version__
from ccsim.errors import Problem, Refusal
from ccsim.outcomes.tables import AGENT_STATE, CASE, CONTACT, EPISODE, SEGMENT, SETTLEMENT, Rows
from ccsim.program.layout import Names

__all__ = ["Manifest", "Run", "StoreError", "load", "save"]

FORMAT = "ccsim outcomes 2"
"""What a folder says it is; the number grows when old folders can no longer be read."""

MANIFEST, NAMES = "manifest.json", "names.json"
MOST_JSON = 64 << 20  # bytes; more is not ours
CHUNK = 1 << 20  # bytes read at once

_DTYPES = {
    "episodes": EPISODE,
    "contacts": CONTACT,
    "segments": SEGMENT,
    "agent_states": AGENT_STATE,
    "settlements": SETTLEMENT,
    "cases": CASE,
}


class StoreError(ValueError):
    """A run that cannot be saved or trusted; `problem` says where, what, got, allowed and what to try."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Manifest(NamedTuple):
    """Where a run comes from; what is in `manifest.json`.

    Attributes
    ----------
    engine : str
        reference or compiled.
    seed, replications : int
        Master seed; number of replications, 0 to replications - 1.
    stream_scheme, layout_version : int
        Versions of the keyed draws and of the rows.
    digest : str
        Of the rows, as the engine folded them; hexadecimal.
    scenario : str
        Canonical text, empty when a Program was built by hand.
    scenario_sha256 : str
        Of that text in UTF-8; empty without one.
    ccsim, python, numpy, numba, scipy : str
        Versions.
    n_rows, sha256 : dict
        By table; by file.
    """

    engine: str
    seed: int
    replications: int
    stream_scheme: int
    layout_version: int
    digest: str
    scenario: str
    scenario_sha256: str
    ccsim: str
    python: str
    numpy: str
    numba: str
    scipy: str
    n_rows: dict[str, int]
    sha256: dict[str, str]


class Run(NamedTuple):
    """A run read back."""

    rows: Rows
    names: Names
    manifest: Manifest


def save(
    folder: str | Path,
    rows: Rows,
    names: Names,
    *,
    engine: str,
    seed: int,
    replications: int,
    stream_scheme: int,
    layout_version: int,
    digest: str,
    scenario: str = "",
    force: bool = False,
) -> Manifest:
    """Save a run as a folder: the whole of it appears at once, or nothing does.

    Parameters
    ----------
    folder : str or Path
        Made with its parents. StoreError E-OUT if it exists (with `force`: if it is no run, so nothing of anybody's is lost)
        or cannot be written.
    rows : Rows
    names : Names
    engine, seed, replications, stream_scheme, layout_version, digest, scenario
        See `Manifest`.
    force : bool
        Replace an existing run.
    """
    target = Path(folder).absolute()
    _check_target(target, force)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}.new")
    try:
        fresh.mkdir(parents=True)
        hashes = {f"{name}.npy": _write(fresh / f"{name}.npy", _table_writer(table)) for name, table in rows._asdict().items()}
        hashes[NAMES] = _write(fresh / NAMES, _json_writer(names._asdict()))
        manifest = Manifest(
            engine=engine,
            seed=int(seed),
            replications=int(replications),
            stream_scheme=int(stream_scheme),
            layout_version=int(layout_version),
            digest=digest,
            scenario=scenario,
            scenario_sha256=hashlib.sha256(scenario.encode()).hexdigest() if scenario else "",
            ccsim=__version__,
            python=platform.python_version(),
            numpy=np.__version__,
            numba=version("numba"),
            scipy=version("scipy"),
            n_rows={name: len(table) for name, table in rows._asdict().items()},
            sha256=hashes,
        )
        content = {"format": FORMAT, **manifest._asdict()}
        _write(fresh / MANIFEST, _json_writer(content | {"manifest_sha256": _own_hash(content)}))
        _sync_folder(fresh)
        _put_in_place(fresh, target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return manifest


def load(folder: str | Path) -> Run:
    """Read a run; StoreError E-RUN that names file and field if it is truncated, edited or not ours."""
    place = Path(folder)
    manifest = _read_manifest(place)
    for file, expected in manifest.sha256.items():
        found = _hash_of(place / file)
        if found != expected:
            raise _refuse(place / file, "sha256", "was changed or cut off after it was saved", got=found, allowed=expected)
    tables = {name: _read_table(place, name, manifest.n_rows[name]) for name in Rows._fields}
    return Run(Rows(**tables), _read_names(place), manifest)


# -------------------------------------------------------------------------------- writing


def _check_target(target: Path, force: bool) -> None:
    """Nothing is overwritten by accident, and nothing that is not a run on purpose either."""
    if not os.path.lexists(target):
        return
    if target.is_symlink() or not target.is_dir():
        raise _refuse(target, "", "is not a folder", code="E-OUT", try_="another name")
    if not any(target.iterdir()):
        return
    if not force:
        raise _refuse(target, "", "exists already", code="E-OUT", try_="another name, or force to replace it")
    try:
        _read_manifest(target)
    except StoreError as error:
        what = "is not a run of ours, so it is not replaced"
        raise _refuse(target, "", what, code="E-OUT", got=error.problem.what, try_="another name") from None


def _put_in_place(fresh: Path, target: Path) -> None:
    """Moves the finished folder to its name; what was there is put aside first and put back should that fail.

    A folder cannot be replaced in one step: a power cut between the two leaves the old run beside its place, as `.old`.
    """
    old = fresh.with_suffix(".old")
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    with contextlib.suppress(OSError):  # the run stands; only its name might not outlast a power cut
        _sync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


class _Hashing(io.RawIOBase):
    """A file that hashes what passes through."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.digest.update(content)
        self.file.write(content)
        return len(content)


def _write(path: Path, write: Callable[[Any], None]) -> str:
    """Writes a new file to the disk and returns its sha256."""
    with path.open("xb") as file:
        hashing = _Hashing(file)
        write(hashing)
        file.flush()
        os.fsync(file.fileno())
    return hashing.digest.hexdigest()


def _table_writer(table: NDArray[Any]) -> Callable[[Any], None]:
    def write(file: Any) -> None:
        np.lib.format.write_array(file, np.asarray(table), allow_pickle=False)

    return write


def _json_writer(content: dict[str, Any]) -> Callable[[Any], None]:
    def write(file: Any) -> None:
        file.write((json.dumps(content, indent=1, allow_nan=False) + "\n").encode())

    return write


def _sync_folder(folder: Path) -> None:
    """Makes new names last through a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# -------------------------------------------------------------------------------- reading


def _own_hash(content: dict[str, Any]) -> str:
    """Of everything else in a manifest, so that an edit by hand shows."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_manifest(place: Path) -> Manifest:
    file = place / MANIFEST
    if (place / "sums.npz").is_file() and not (place / NAMES).exists():
        what = "this is a folder from ccsim run --out, which has no rows to read back"
        try_ = f'ccsim.open_result("{place}"); only Result.save writes what open_run reads'
        raise _refuse(place, "", what, try_=try_)
    content = _read_json(file)
    if content.get("format") != FORMAT:
        raise _refuse(file, "format", "not a run this version can read", got=content.get("format"), allowed=FORMAT)
    kinds = {"seed": int, "replications": int, "stream_scheme": int, "layout_version": int, "n_rows": dict, "sha256": dict}
    for field in Manifest._fields:
        kind = kinds.get(field, str)
        if type(content.get(field)) is not kind:
            raise _refuse(file, field, "missing or of another kind", got=content.get(field), allowed=kind.__name__)
    own = content.pop("manifest_sha256", None)
    if own != _own_hash(content):
        raise _refuse(file, "manifest_sha256", "the manifest was edited", got=own, allowed=_own_hash(content))
    expected = {f"{name}.npy" for name in Rows._fields} | {NAMES}
    for field, keys in (("sha256", expected), ("n_rows", set(Rows._fields))):
        if set(content[field]) != keys:
            raise _refuse(
                file, field, "other files than a run has", got=sorted(content[field]), allowed=", ".join(sorted(keys))
            )
    return Manifest(**{field: content[field] for field in Manifest._fields})


def _read_json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MOST_JSON:
            raise _refuse(file, "", "too large to be ours", got=file.stat().st_size, allowed=f"{MOST_JSON} bytes")
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise _refuse(file, "", "cannot be read", got=error.strerror, try_="the folder of a saved run") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, StoreError):
            raise
        raise _refuse(file, "", "is not complete JSON", got=str(error)) from None
    if not isinstance(content, dict):
        raise _refuse(file, "", "is not a map of keys", got=content)
    return content


def _hash_of(file: Path) -> str:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as content:
            while piece := content.read(CHUNK):
                digest.update(piece)
    except OSError as error:
        raise _refuse(file, "", "cannot be read", got=error.strerror, try_="save the run again") from error
    return digest.hexdigest()


def _read_table(place: Path, name: str, n_rows: int) -> NDArray[Any]:
    file = place / f"{name}.npy"
    try:
        table: NDArray[Any] = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _refuse(file, "", "is not a table without pickled objects", got=str(error), allowed=".npy") from None
    if table.dtype != _DTYPES[name]:
        raise _refuse(file, "dtype", "rows of another layout", got=table.dtype.names or table.dtype)
    if table.shape != (n_rows,):
        raise _refuse(file, "n_rows", "another number of rows than the manifest says", got=table.shape, allowed=str(n_rows))
    return table


def _read_names(place: Path) -> Names:
    content = {name: list(value) for name, value in Names._field_defaults.items()} | _read_json(place / NAMES)
    for field in Names._fields:
        value = content.get(field)
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise _refuse(place / NAMES, field, "is not a list of names", got=value)
    return Names(**{field: tuple(content[field]) for field in Names._fields})


def _refuse(
    file: Path, field: str, what: str, *, code: str = "E-RUN", got: object = None, allowed: str = "", try_: str = ""
) -> StoreError:
    shown = Refusal(code, what, got=got).got
    return StoreError(Problem(code=code, path=field, what=what, got=shown, allowed=allowed, try_=try_, file=str(file)))


def _cannot_write(target: Path, error: OSError) -> StoreError:
    return _refuse(target, "", "cannot be written", code="E-OUT", got=error.strerror or str(error), try_="another folder")
