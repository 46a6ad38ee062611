"""B1 in C++ (b1.cpp): compiled here, run as a program of its own that times itself."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.b1 import WARM_UP, Call, Replication, Tally

SOURCE = Path(__file__).with_name("b1.cpp")
OPTIONS = ("-O3", "-march=native", "-std=c++20")

_folder: TemporaryDirectory[str] | None = None  # kept alive until the interpreter ends


def compiler() -> str | None:
    """The C++ compiler to use: what CXX names, else g++ or clang++, else None."""
    names = (os.environ.get("CXX"), "g++", "clang++")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def missing() -> str | None:
    """Why C++ cannot run here, or None."""
    return None if compiler() else "no C++ compiler found (looked for $CXX, g++, clang++)"


@cache
def program() -> str:
    """Path of the compiled program, compiled at the first call. CalledProcessError if it does not compile."""
    global _folder
    _folder = TemporaryDirectory(prefix="b1-")
    path = str(Path(_folder.name) / "b1")
    subprocess.run([str(compiler()), *OPTIONS, "-o", path, str(SOURCE)], check=True)
    return path


def replicate(seeds: range, horizon: float) -> list[Replication]:
    """One replication per seed, each timed by the program itself after one that is not counted."""
    lines = _run(seeds, horizon)[:-1]  # the last line is for human readers
    return [_replication(line.split()) for line in lines]


def calls_of(seed: int, horizon: float) -> list[Call]:
    """The log of one replication, in order of arrival."""
    rows = (line.split() for line in _run(range(seed, seed + 1), horizon, "rows"))
    return [Call(float(at), float(wait), abandoned == "1", int(agent)) for at, wait, abandoned, agent in rows]


def _run(seeds: range, horizon: float, *more: str) -> list[str]:
    arguments = (str(seeds.start), str(len(seeds)), str(horizon), str(WARM_UP), *more)
    done = subprocess.run([program(), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def _replication(fields: list[str]) -> Replication:
    n_calls, n_counted, n_abandoned, seconds, first_wait_at = fields
    counts = Tally(int(n_calls), int(n_counted), int(n_abandoned), float(first_wait_at))
    return Replication(counts, float(seconds))
