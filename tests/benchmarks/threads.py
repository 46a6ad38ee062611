"""Sections B1-threads and B2-threads: do two threads in one process get as much done as two processes that share nothing?

The kernel gives up the interpreter lock, so the ratio of the two wall-clock times should be near 1. Plain Python is
near 2, which shows that the check can tell: `python -m tests.benchmarks --sections B1-threads --impl heapq`.
"""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from typing import Any

from tests.benchmarks.benches import BENCHES, Bench
from tests.benchmarks.clock import Simulate, timed
from tests.benchmarks.implementations import Implementation
from tests.benchmarks.table import lines_of, number

SUFFIX = "-threads"
N_WORKERS = 2
SECONDS_PER_WORKER = 1.0  # long beside the start of a thread or a message to a process
WARM_UP_SEED = 0


@dataclass
class Measured:
    """Seconds per round for the same work per worker: one worker alone, two threads, two processes."""

    bench: str
    name: str
    n_replications: int  # per worker
    alone: list[float] = field(default_factory=list)
    threads: list[float] = field(default_factory=list)
    processes: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Time of the threads over that of the processes in the same round, median."""
        return median(ours / theirs for ours, theirs in zip(self.threads, self.processes, strict=True))

    @property
    def slowdown(self) -> float:
        """Time of two threads over that of one doing half the work, median: what sharing the machine costs."""
        return median(ours / alone for ours, alone in zip(self.threads, self.alone, strict=True))


def work(bench: str, name: str, worker: int, n_replications: int) -> None:
    """What each worker does, wherever it lives. Its seeds are its own."""
    simulate, horizon = simulator(BENCHES[bench].by_name[name])
    for number_of_replication in range(n_replications):
        simulate(1 + worker * n_replications + number_of_replication, horizon)


def simulator(one: Implementation) -> tuple[Simulate[Any], float]:
    """How to run it in this process, and for how many minutes."""
    assert one.simulate is not None, f"{one.name} does not live in this process"
    return one.simulate, one.horizon


def measure(bench: Bench, one: Implementation, n_rounds: int) -> Measured:
    """Runs alone, threads and processes in turn, `n_rounds` times. The implementation must be ready (warmed up)."""
    simulate, horizon = simulator(one)
    seconds = timed(simulate, WARM_UP_SEED, horizon).seconds
    result = Measured(bench.name, one.name, max(1, math.ceil(SECONDS_PER_WORKER / seconds)))
    with ThreadPoolExecutor(N_WORKERS) as threads, Processes(result) as processes:
        for _ in range(n_rounds):
            result.alone.append(seconds_of_alone(result))
            result.threads.append(seconds_of_threads(threads, result))
            result.processes.append(processes.seconds())
    return result


def seconds_of_alone(result: Measured) -> float:
    """Wall-clock seconds of one worker in this thread."""
    started = perf_counter()
    work(result.bench, result.name, 0, result.n_replications)
    return perf_counter() - started


def seconds_of_threads(threads: ThreadPoolExecutor, result: Measured) -> float:
    """Wall-clock seconds until both threads are done."""
    started = perf_counter()
    what, size = (result.bench, result.name), result.n_replications
    jobs = [threads.submit(work, *what, worker, size) for worker in range(N_WORKERS)]
    for job in jobs:
        job.result()
    return perf_counter() - started


class Processes:
    """Worker processes, started and warmed up once, that wait for a word before each round."""

    def __init__(self, work: Measured) -> None:
        context = get_context("spawn")
        self.pipes: list[Connection] = []
        self.processes = []
        for worker in range(N_WORKERS):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=serve, args=(theirs, work.bench, work.name, worker, work.n_replications), daemon=True
            )
            process.start()
            theirs.close()  # so that a worker that dies ends our wait with EOFError
            self.pipes.append(ours)
            self.processes.append(process)
        self.await_all()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self.pipes:
            pipe.send(False)
        for process in self.processes:
            process.join()

    def await_all(self) -> None:
        """Waits for a word from each."""
        for pipe in self.pipes:
            pipe.recv()

    def seconds(self) -> float:
        """Wall-clock seconds until all have done their work once."""
        started = perf_counter()
        for pipe in self.pipes:
            pipe.send(True)
        self.await_all()
        return perf_counter() - started


def serve(pipe: Connection, bench: str, name: str, worker: int, n_replications: int) -> None:
    """Life of a worker process: warm up, then work at each word until told to go."""
    work(bench, name, WARM_UP_SEED, 1)
    pipe.send(True)
    while pipe.recv():
        work(bench, name, worker, n_replications)
        pipe.send(True)


def report(_: Bench, measured: Sequence[Measured]) -> Iterator[str]:
    """The table and what one must know to read it."""
    head = (
        "impl",
        "replications",
        "rounds",
        "alone s",
        "threads s",
        "processes s",
        "threads/processes",
        "threads/alone",
    )
    yield from lines_of(
        head,
        [
            (
                one.name,
                one.n_replications,
                len(one.threads),
                *(number(median(seconds)) for seconds in (one.alone, one.threads, one.processes)),
                number(one.ratio),
                number(one.slowdown),
            )
            for one in measured
        ],
    )
    yield f"{N_WORKERS} threads or processes, each with that many replications; alone: one of them. Medians of rounds."


def records(bench: Bench, measured: Sequence[Measured]) -> Iterator[dict[str, str | float | int | None]]:
    """The same for `--json`."""
    for one in measured:
        yield {"bench": bench.name + SUFFIX, "impl": one.name, "ratio_to_processes": one.ratio, "rounds": len(one.threads)}
