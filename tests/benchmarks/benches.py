"""The two benchmarks as the sections see them: who runs them, how long, and what their answers say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks import b1, b2, implementations
from tests.benchmarks.clock import CONFIDENCE
from tests.benchmarks.implementations import Implementation
from tests.benchmarks.table import Cell

Tallies = Sequence[Any]  # of the benchmark's own kind


@dataclass(frozen=True)
class Bench:
    """One benchmark."""

    name: str
    implementations: tuple[Implementation, ...]
    calls_per_minute: float  # on average, to choose the length of a run
    sizes: tuple[int, ...]  # calls expected in the runs of different length
    flat_note: str  # what one must know of these
    answer_head: tuple[str, ...]  # columns that show whether an implementation simulates the right thing
    answer: Callable[[Tallies], tuple[Cell, ...]]
    notes: Callable[[Mapping[str, Tallies]], Iterator[str]]  # by name of the implementation

    @property
    def by_name(self) -> dict[str, Implementation]:
        return {one.name: one for one in self.implementations}


def b1_answer(tallies: Sequence[b1.Tally]) -> tuple[Cell, ...]:
    """P(abandon) against the exact one."""
    share = b1.abandon_share(tallies)
    return f"{share.value:.6f} [{share.low:.6f}, {share.high:.6f}]", "yes" if share.covers_exact else "NO"


def b1_notes(tallies: Mapping[str, Sequence[b1.Tally]]) -> Iterator[str]:
    """How to read the answers, and when the centre was full."""
    yield f"Covers: whether the interval contains the exact {b1.EXACT_ABANDON_SHARE}. Medians over rounds; time per call"
    yield "simulated, warm-up included. Minutes: length of a replication, each from an empty centre. All agents were"
    starts = (f"{name} {max(tally.first_wait_at for tally in some):.0f}" for name, some in tallies.items())
    yield f"busy for the first time (a call had to wait) at the latest in minute: {', '.join(starts)}."


def b2_answer(tallies: Sequence[b2.Tally]) -> tuple[Cell, ...]:
    """Mean wait and abandonment per leg against the known ones."""
    n = len(tallies)
    wait, share = b2.mean_wait(tallies), b2.abandon_share(tallies)
    covered = b2.covers(wait, b2.MEAN_WAIT, n) and b2.covers(share, b2.ABANDON_SHARE, n)
    return (
        f"{wait.value:.5f} ± {b2.margin(wait, n):.5f}",
        f"{share.value:.6f} ± {b2.margin(share, n):.6f}",
        "yes" if covered else "NO",
    )


def b2_notes(tallies: Mapping[str, Sequence[b2.Tally]]) -> Iterator[str]:
    """How to read the answers."""
    yield f"Per leg; covers: both intervals contain what is known, {b2.MEAN_WAIT.value} min and {b2.ABANDON_SHARE.value}"
    yield "to its rounding. Medians over rounds; time per call, of which one has 1.1 legs (transfers)."
    yield "Replications: " + ", ".join(f"{name} {len(some)}" for name, some in tallies.items()) + "."


B1 = Bench(
    name="B1",
    implementations=implementations.B1,
    calls_per_minute=b1.ARRIVALS_PER_MINUTE,
    sizes=(10_000, 100_000, 1_000_000, 10_000_000),
    flat_note=" The shortest is cheaper by right: a third of its calls come before all agents are busy.",
    answer_head=(f"P(abandon) [{CONFIDENCE:.0%} interval]", "covers"),
    answer=b1_answer,
    notes=b1_notes,
)
B2 = Bench(
    name="B2",
    implementations=implementations.B2,
    calls_per_minute=b2.CALLS_PER_DAY / b2.HORIZON,
    sizes=(40_000, 400_000, 4_000_000),
    flat_note=" A day is 40,000 calls.",
    answer_head=(f"wait, min [{CONFIDENCE:.0%}]", f"abandoned [{CONFIDENCE:.0%}]", "covers"),
    answer=b2_answer,
    notes=b2_notes,
)
BENCHES = {bench.name: bench for bench in (B1, B2)}
