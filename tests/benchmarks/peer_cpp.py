"""B1 in C++: compiled here, run as a program of its own that times itself.

Twice: b1.cpp is the tuned limit that ratios are taken to, b1_plain.cpp what one would write at first.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.b1 import WARM_UP, Call, Tally
from tests.benchmarks.clock import Replication

SOURCE = Path(__file__).with_name("b1.cpp")
PLAIN = Path(__file__).with_name("b1_plain.cpp")
OPTIONS = ("-O3", "-march=native", "-std=c++20")

_folders: list[TemporaryDirectory[str]] = []  # kept alive until the interpreter ends


def compiler() -> str | None:
    """The C++ compiler to use: what CXX names, else g++ or clang++, else None."""
    names = (os.environ.get("CXX"), "g++", "clang++")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def missing() -> str | None:
    """Why C++ cannot run here, or None."""
    return None if compiler() else "no C++ compiler found (looked for $CXX, g++, clang++)"


@cache
def program(source: Path = SOURCE, header_name: str = "", header: str = "") -> str:
    """Path of the compiled program, compiled at the first call, with a header of that text to include.

    CalledProcessError if it does not compile.
    """
    folder = TemporaryDirectory(prefix=f"{source.stem}-")
    _folders.append(folder)
    if header_name:
        (Path(folder.name) / header_name).write_text(header, encoding="utf-8")
    path = str(Path(folder.name) / source.stem)
    subprocess.run([str(compiler()), *OPTIONS, "-I", folder.name, "-o", path, str(source)], check=True)
    return path


def lines_of(program_and_arguments: tuple[object, ...]) -> list[str]:
    """What the program prints."""
    done = subprocess.run([str(one) for one in program_and_arguments], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def replicate(seeds: range, horizon: float, source: Path = SOURCE) -> list[Replication[Tally]]:
    """One replication per seed, each timed by the program itself after one that is not counted."""
    lines = _run(source, seeds, horizon)[:-1]  # the last line is for human readers
    return [_replication(line.split()) for line in lines]


def replicate_plainly(seeds: range, horizon: float) -> list[Replication[Tally]]:
    """The same by the plain program."""
    return replicate(seeds, horizon, PLAIN)


def calls_of(seed: int, horizon: float, source: Path = SOURCE) -> list[Call]:
    """The log of one replication, in order of arrival."""
    rows = (line.split() for line in _run(source, range(seed, seed + 1), horizon, "rows"))
    return [Call(float(at), float(wait), abandoned == "1", int(agent)) for at, wait, abandoned, agent in rows]


def _run(source: Path, seeds: range, horizon: float, *more: str) -> list[str]:
    return lines_of((program(source), seeds.start, len(seeds), horizon, WARM_UP, *more))


def _replication(fields: list[str]) -> Replication[Tally]:
    n_calls, n_counted, n_abandoned, seconds, first_wait_at = fields
    counts = Tally(int(n_calls), int(n_counted), int(n_abandoned), float(first_wait_at))
    return Replication(counts, float(seconds))
