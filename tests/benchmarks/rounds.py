"""Sections B1 and B2: everybody's microseconds per call, measured in alternating rounds of one run.

Each round runs each implementation once, forwards and backwards in turn, so that a slow minute of the machine falls on
all of them. A ratio is taken within a round; what is reported is the median over the rounds.
"""

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.benchmarks.benches import Bench
from tests.benchmarks.clock import Replication
from tests.benchmarks.implementations import Implementation
from tests.benchmarks.table import Cell, lines_of, number

ROUNDS, QUICK_ROUNDS = 9, 3
QUICK_PART = 10  # a quick round runs this many times fewer replications, at least one


@dataclass
class Measured:
    """What one implementation did: per round the microseconds per call, and the tally of each replication."""

    implementation: Implementation
    us_per_call: list[float] = field(default_factory=list)
    tallies: list[Any] = field(default_factory=list)

    def add(self, replications: Sequence[Replication[Any]]) -> None:
        """Takes in one round."""
        seconds = sum(one.seconds for one in replications)
        self.us_per_call.append(1e6 * seconds / sum(one.tally.n_calls for one in replications))
        self.tallies.extend(one.tally for one in replications)

    def ratio_to(self, other: "Measured | None") -> float | None:
        """Median over the rounds of our time over the other's in the same round."""
        if other is None:
            return None
        return median(ours / theirs for ours, theirs in zip(self.us_per_call, other.us_per_call, strict=True))


def measure(implementations: Iterable[Implementation], n_rounds: int, quick: bool) -> list[Measured]:
    """Runs all that can run here, `n_rounds` times each. Prints who is skipped, and why."""
    present = [Measured(one) for one in implementations if is_ready(one)]
    for number_of_round in range(n_rounds):
        for one in present if number_of_round % 2 == 0 else reversed(present):
            size = per_round(one.implementation, quick)
            first_seed = 1 + number_of_round * size
            gc.collect()  # nobody pays for the garbage of the one before
            one.add(one.implementation.replicate(range(first_seed, first_seed + size), one.implementation.horizon))
    return present


def is_ready(one: Implementation) -> bool:
    """True after a warm-up replication (compiles, imports, fills caches); False with the reason printed."""
    reason = one.missing()
    if reason is None:
        one.replicate(range(1), one.horizon)
        return True
    print(f"skipped {one.name}: {reason}", flush=True)
    return False


def per_round(one: Implementation, quick: bool) -> int:
    """Replications of this implementation in one round."""
    return max(1, one.per_round // QUICK_PART) if quick else one.per_round


def report(bench: Bench, measured: Sequence[Measured]) -> Iterator[str]:
    """The table and what one must know to read it."""
    by_name = {one.implementation.name: one for one in measured}
    cpp, simpy = by_name.get("cpp"), by_name.get("simpy")
    head = ("impl", "us/call", "/ C++", "/ SimPy", "rounds", "calls/round", "minutes", *bench.answer_head)
    yield from lines_of(head, [(*row(one, cpp, simpy), *bench.answer(one.tallies)) for one in measured])
    yield from bench.notes({name: one.tallies for name, one in by_name.items()})


def row(one: Measured, cpp: Measured | None, simpy: Measured | None) -> tuple[Cell, ...]:
    """One line of the table, without the answer."""
    n_rounds = len(one.us_per_call)
    return (
        one.implementation.name,
        number(median(one.us_per_call)),
        number(one.ratio_to(cpp)),
        number(one.ratio_to(simpy)),
        n_rounds,
        sum(tally.n_calls for tally in one.tallies) // n_rounds,
        f"{one.implementation.horizon:.0f}",
    )


def records(bench: Bench, measured: Sequence[Measured]) -> Iterator[dict[str, str | float | int | None]]:
    """The same for `--json`."""
    cpp = next((one for one in measured if one.implementation.name == "cpp"), None)
    for one in measured:
        yield {
            "bench": bench.name,
            "impl": one.implementation.name,
            "us_per_call": median(one.us_per_call),
            "ratio_to_cpp": one.ratio_to(cpp),
            "rounds": len(one.us_per_call),
        }
