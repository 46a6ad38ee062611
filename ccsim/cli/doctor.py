"""`ccsim doctor`: what this installation is and whether its kernel is compiled; everything a bug report needs."""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import click

from ccsim.cli.options import as_json, examples

PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "llvmlite",
    "simpy",
    "pydantic",
    "PyYAML",
    "matplotlib",
    "click",
    "rich",
)
EXTRAS = ("pandas", "ciw")
SWITCHES = ("CCSIM_CACHE_DIR", "CCSIM_JOBS", "NUMBA_DISABLE_JIT", "NUMBA_CPU_NAME", "NO_COLOR")


@click.command("doctor", epilog=examples("ccsim doctor", "ccsim doctor --warm", "ccsim doctor --json"))
@click.option("--warm", is_flag=True, default=False, help="Compile the kernel now, so that the next run starts at once.")
@as_json
def command(warm: bool, as_json: bool) -> None:
    """Versions, cache and cores: what to send along with a bug.

    The engine is compiled on first use (some seconds) and kept in the cache folder; --warm does it now.
    """
    from ccsim.cli.console import message, print_json

    warmed = None
    if warm:
        message("compiling the kernel ...")
        warmed = _warm()
    found = {"versions": _versions(), "machine": _machine(), "kernel": _kernel(), "switches": _switches()}
    if warmed is not None:
        found["kernel"]["warmed_in"] = round(warmed, 2)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _versions() -> dict[str, str]:
    """Return versions without importing what is asked about."""
    from importlib.metadata import PackageNotFoundError, version

    from ccsim import __version__

    found = {"ccsim": __version__, "python": platform.python_version()}
    for name in (*PACKAGES, *EXTRAS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed" + (" (optional)" if name in EXTRAS else "")
    return found


def _machine() -> dict[str, Any]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"system": platform.platform(), "cores": os.cpu_count(), "usable_cores": usable, "python": sys.executable}


def _kernel() -> dict[str, Any]:
    """Return where compiled code is kept and whether any of this version is there."""
    from ccsim import jit
    from ccsim.experiment.cold import kernel_is_ready

    folder = jit.cache_folder()
    return {
        "compiled_engine": jit.ENABLED,
        "cache_folder": str(folder),
        "writable": _is_writable(folder),
        "compiled": kernel_is_ready(),
    }


def _is_writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def _switches() -> dict[str, str]:
    return {name: os.environ[name] for name in SWITCHES if name in os.environ}


def _warm() -> float:
    """Compile everything a run needs and return the seconds it took."""
    from ccsim.experiment.cold import warm

    started = time.perf_counter()
    warm()
    return time.perf_counter() - started


def _print(found: dict[str, Any]) -> None:
    kernel = found["kernel"]
    state = "compiled" if kernel["compiled"] else "not compiled yet: the first run will (or ccsim doctor --warm)"
    if not kernel["compiled_engine"]:
        state = "off (NUMBA_DISABLE_JIT): rules run as plain Python"
    lines = dict(found["versions"])
    lines["system"] = found["machine"]["system"]
    lines["cores"] = f"{found['machine']['usable_cores']} of {found['machine']['cores']} usable"
    lines["kernel"] = state
    if "warmed_in" in kernel:
        lines["warmed in"] = f"{kernel['warmed_in']} s"
    lines["cache"] = kernel["cache_folder"] + ("" if kernel["writable"] else " (not writable: compiled anew in each process)")
    lines.update(found["switches"])
    width = max(map(len, lines))
    for name, value in lines.items():
        click.echo(f"{name:<{width}}  {value}")
