"""A folder written by `folder.write_folder` -> the `Result` it was, with all its tables and pictures, without simulating.

A folder may come from anybody: nothing in it is executed, no array is larger than the scenario allows, and what was changed
or cut off after it was written is refused with file and field.
"""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis import Estimate
from ccsim.analysis.estimate import METHODS, Method
from ccsim.errors import Problem, Refusal, ScenarioError
from ccsim.report.folder import FORMAT, MANIFEST, SCENARIO, SUMS, file_sha256

if TYPE_CHECKING:
    from ccsim.experiment import Result
    from ccsim.experiment.reopen import Kept
    from ccsim.scenario import Scenario
    from ccsim.scenario.payroll import EqualPay

__all__ = ["is_run", "open_result"]

_MOST_JSON = 16 << 20  # bytes; more is not ours
_MOST_SCENARIO = 64 << 20
_HEADER = 1024  # bytes before the numbers of an array, at most
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "engine": str,
    "seed": int,
    "replications": int,
    "digest": str,
    "fingerprint": str,
    "layout": str,
    "warnings": list,
    "neighbours": list,
    "elapsed": (int, float),
    "interrupted": bool,
    "files": dict,
}


def is_run(path: Path) -> bool:
    """Return whether a path is a run folder, as far as its files tell."""
    return path.is_dir() and (path / MANIFEST).is_file() and (path / SCENARIO).is_file()


def open_result(folder: str | Path) -> Result:
    """Return the result of a run folder, as `ccsim run --out` writes it.

    Raises
    ------
    ScenarioError
        E-RUN for a folder that is incomplete, was changed, or was made by a version that counts otherwise.
    """
    from ccsim.analysis.state import layout_of, shapes_of
    from ccsim.experiment.reopen import reopen
    from ccsim.experiment.run import new_accumulator
    from ccsim.program.compile import compile_scenario

    place = Path(folder)
    manifest = _manifest(place)
    scenario = _scenario(place, manifest)
    fresh = new_accumulator(scenario, compile_scenario(scenario))
    if layout_of(fresh) != manifest["layout"]:
        from ccsim import __version__

        what = f"the run counts other things than ccsim {__version__} does"
        raise _refuse(
            place / MANIFEST, "layout", what, got=f"ccsim {manifest.get('ccsim')}", try_="run its scenario.yaml again"
        )
    state = _sums(place / SUMS, shapes_of(fresh, manifest["replications"]))
    try:
        return reopen(scenario, _kept(place, manifest), state)
    except ValueError as error:
        raise _refuse(place / SUMS, "", f"does not fit the scenario: {error}") from None


def _manifest(place: Path) -> dict[str, Any]:
    file = place / MANIFEST
    if not place.is_dir():
        raise _refuse(place, "", "no such folder", try_="a folder written by ccsim run --out")
    try:
        if file.stat().st_size > _MOST_JSON:
            raise _refuse(file, "", "too large to be ours")
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise _refuse(file, "", "cannot be read", got=error.strerror, try_="a folder written by ccsim run --out") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise _refuse(file, "", "is not complete JSON", got=str(error)) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        found = content.get("format") if isinstance(content, dict) else content
        raise _refuse(file, "format", "not a run this version can read", got=found, allowed=str(FORMAT))
    for field, kind in _FIELDS.items():
        value = content.get(field)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            try_ = "run its scenario.yaml again" if field not in content else ""
            raise _refuse(file, field, "missing or of another kind", got=value, try_=try_)
    if not 0 <= content["replications"] <= 1_000_000:
        raise _refuse(file, "replications", "out of range", got=content["replications"])
    return content


def _scenario(place: Path, manifest: dict[str, Any]) -> Scenario:
    """Return the scenario as it was run; E-RUN if it is not the one the manifest knows."""
    from ccsim.scenario import load

    for name, most in ((SCENARIO, _MOST_SCENARIO), (SUMS, math.inf)):
        _check_hash(place / name, manifest["files"].get(name), most)
    scenario = load(place / SCENARIO)
    if scenario.fingerprint != manifest["fingerprint"]:
        raise _refuse(place / SCENARIO, "fingerprint", "means something else now", got=scenario.fingerprint[:12])
    scenario._equal_pay = _equal_pay(place, manifest.get("equal_pay"))
    return scenario


def _equal_pay(place: Path, told: Any) -> EqualPay | None:
    """Return how a what-if kept the payroll: the plan that was run has only the number that was found."""
    from ccsim.scenario.payroll import EqualPay as Fields

    if told is None:
        return None
    try:
        neighbours = tuple((int(n["value"]), float(n["payroll"])) for n in told["neighbours"])
        plan = {name: float(told[name]) for name in ("base", "plan")}
        return Fields(lever=str(told["lever"]), value=int(told["value"]), **plan, neighbours=neighbours, unit=str(told["unit"]))
    except (TypeError, KeyError, ValueError) as error:
        raise _refuse(place / MANIFEST, "equal_pay", "incomplete", got=str(error)) from None


def _check_hash(file: Path, expected: object, most: float) -> None:
    try:
        if file.stat().st_size > most:
            raise _refuse(file, "", "too large to be ours")
        found = file_sha256(file)
    except OSError as error:
        raise _refuse(file, "", "cannot be read", got=error.strerror, try_="run the scenario again") from None
    if found != expected:
        raise _refuse(file, "sha256", "was changed or cut off after it was written", got=found[:12], allowed=str(expected)[:12])


def _sums(file: Path, shapes: dict[str, tuple[int, ...]]) -> dict[str, NDArray[Any]]:
    """Return the arrays, none of which is larger than the scenario allows; none is unpacked before that is known."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
        for name, size in sizes.items():
            if name not in shapes or size > 8 * math.prod(shapes[name]) + _HEADER:
                raise _refuse(file, name, "an array no run of this scenario has")
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in sizes}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, MemoryError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise _refuse(file, "", "is not an archive of arrays", got=str(error)) from None


def _kept(place: Path, manifest: dict[str, Any]) -> Kept:
    from ccsim.experiment.reopen import Kept as Fields

    try:
        neighbours = [
            (str(n["label"]), int(n["agents"]), Estimate(**n["service_level"], method=METHODS[Method.LOGIT]))
            for n in manifest["neighbours"]
        ]
    except (TypeError, KeyError, ValueError) as error:
        raise _refuse(place / MANIFEST, "neighbours", "incomplete", got=str(error)) from None
    simple = {name: manifest[name] for name in ("engine", "seed", "replications", "digest", "interrupted")}
    warnings = [str(warning) for warning in manifest["warnings"]]
    return Fields(**simple, warnings=warnings, neighbours=neighbours, elapsed=float(manifest["elapsed"]))


def _refuse(file: Path, field: str, what: str, *, got: object = None, allowed: str = "", try_: str = "") -> ScenarioError:
    shown = Refusal("E-RUN", what, got=got).got
    return ScenarioError([Problem("E-RUN", field, what, shown, allowed, try_, str(file))])
