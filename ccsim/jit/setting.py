"""Decided once per process: compiled or plain Python, and where compiled kernels lie.

Numba stamps a cached kernel with the kernel's own file only, so an edit in a rule would leave a stale kernel behind: the cache
folder is therefore named by a hash of all sources that end up in a kernel.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

__all__ = ["ENABLED", "cache_folder"]

# Before numba's import: Intel's vector library, where installed, would change the last bits of log and exp.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

ENABLED: bool = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
"""True when rules run compiled in this process."""

_COMPILED_SOURCES = ("jit", "vocabulary.py", "program/layout.py", "outcomes/tables.py", "rules", "engine/compiled")


@cache
def _source_hash() -> str:
    """Hash of every source that a cached kernel may contain, and of the versions that compiled it."""
    import numba
    import numpy

    package = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=10)
    for name in _COMPILED_SOURCES:
        place = package / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(file.read_bytes())
    digest.update(f"{numba.__version__} {numpy.__version__} {sys.version}".encode())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder in which this version's compiled kernels lie; it need not exist yet."""
    base = os.environ.get("CCSIM_CACHE_DIR")
    if base is None:
        base = os.environ.get("XDG_CACHE_HOME", "")
        base = str(Path(base) / "ccsim") if base else str(Path.home() / ".cache" / "ccsim")
    return Path(base) / _source_hash()
