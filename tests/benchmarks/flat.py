"""Sections B1-flat and B2-flat: do time and memory per call stay the same from some ten thousand calls to millions?

One replication of each length, each in a fresh process, so that no run inherits memory from a longer one.
"""

import math
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from tests.benchmarks.benches import BENCHES, Bench
from tests.benchmarks.implementations import Implementation
from tests.benchmarks.table import lines_of, number
from tests.benchmarks.threads import WARM_UP_SEED, simulator

SUFFIX = "-flat"
WARM_UP_MINUTES = 1.0  # loads and compiles; no longer, or it would leave memory behind that hides what is measured
MEASURED_SECONDS = 0.5  # short runs are repeated for about this long
MOST_REPEATS = 50
MEMORY_MARGIN = 1.5  # a run that would need more than this part of the memory left is not started


class Size(NamedTuple):
    """One length: the calls there were, seconds of the median run, and growth of the peak memory in the first."""

    name: str
    n_calls: int
    seconds: float
    peak_bytes: float  # NaN where the system does not say

    @property
    def us_per_call(self) -> float:
        return 1e6 * self.seconds / self.n_calls

    @property
    def bytes_per_call(self) -> float:
        return self.peak_bytes / self.n_calls


def measure(bench: Bench, one: Implementation, sizes: Sequence[int]) -> list[Size]:
    """Runs each size in a process of its own; stops, with the reason printed, before memory would run out."""
    done: list[Size] = []
    for n_calls in sizes:
        needed = MEMORY_MARGIN * n_calls * done[-1].bytes_per_call if done else 0.0
        if needed > (left := free_bytes()):
            print(f"{one.name} stops before {n_calls:,} calls: about {needed:.3g} bytes needed, {left:.3g} left")
            break
        done.append(in_fresh_process(bench.name, one.name, n_calls))
    return done


def in_fresh_process(bench: str, name: str, n_calls: int) -> Size:
    """One size. EOFError if the process dies."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, bench, name, n_calls))
    process.start()
    theirs.close()
    size: Size = ours.recv()
    process.join()
    return size


def serve(pipe: Connection, bench: str, name: str, n_expected: int) -> None:
    """Life of the fresh process."""
    simulate, _ = simulator(BENCHES[bench].by_name[name])
    simulate(WARM_UP_SEED, WARM_UP_MINUTES)
    horizon = n_expected / BENCHES[bench].calls_per_minute

    before = forget_peak()
    started = perf_counter()
    count = simulate(1, horizon)
    seconds = [perf_counter() - started]
    peak_bytes = status_bytes("VmHWM") - before
    n_calls = count().n_calls
    del count

    while sum(seconds) < MEASURED_SECONDS and len(seconds) < MOST_REPEATS:
        started = perf_counter()
        simulate(1, horizon)
        seconds.append(perf_counter() - started)
    pipe.send(Size(name, n_calls, median(seconds), peak_bytes))


def forget_peak() -> float:
    """Resets this process's peak memory to what it holds now, and says how much that is (Linux; else NaN)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return math.nan
    return status_bytes("VmRSS")


def status_bytes(field: str, file: str = "/proc/self/status") -> float:
    """A line of a /proc file that gives kilobytes; NaN where there is none."""
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return math.nan
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith(field + ":")), math.nan)


def free_bytes() -> float:
    """Memory the system could still give; NaN (which stops nobody) where it does not say."""
    return status_bytes("MemAvailable", "/proc/meminfo")


def report(bench: Bench, measured: Sequence[Size]) -> Iterator[str]:
    """The table and what one must know to read it."""
    rows = [(one.name, f"{one.n_calls:,}", number(one.us_per_call), number(one.bytes_per_call)) for one in measured]
    yield from lines_of(("impl", "calls", "us/call", "peak bytes/call"), rows)
    yield "One replication per line, a process each; short ones repeated, median time. Bytes: growth of the peak memory"
    yield f"during the first.{bench.flat_note}"


def records(bench: Bench, measured: Sequence[Size]) -> Iterator[dict[str, str | float | int | None]]:
    """The same for `--json`."""
    for one in measured:
        yield {
            "bench": bench.name + SUFFIX,
            "impl": one.name,
            "n_calls": one.n_calls,
            "us_per_call": one.us_per_call,
            "bytes_per_call": None if math.isnan(one.bytes_per_call) else one.bytes_per_call,
        }
