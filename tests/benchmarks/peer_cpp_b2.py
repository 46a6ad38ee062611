"""B2 in C++: compiled here with the day's figures as constants, run as a program that times itself.

Twice: b2.cpp is the tuned limit that ratios are taken to, b2_plain.cpp what one would write at first.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.benchmarks import b2, peer_cpp
from tests.benchmarks.b2 import GROUPS, TYPES, Leg, Tally
from tests.benchmarks.clock import Replication

SOURCE = Path(__file__).with_name("b2.cpp")
PLAIN = Path(__file__).with_name("b2_plain.cpp")
HEADER = "b2_day.hpp"
NO_GROUP = 255


def replicate(seeds: range, horizon: float, source: Path = SOURCE) -> list[Replication[Tally]]:
    """One replication per seed, each timed by the program itself after one that is not counted."""
    lines = _run(source, seeds, horizon)[:-1]  # the last line is for human readers
    return [_replication(line.split()) for line in lines]


def replicate_plainly(seeds: range, horizon: float) -> list[Replication[Tally]]:
    """The same by the plain program."""
    return replicate(seeds, horizon, PLAIN)


def legs_of(seed: int, horizon: float, source: Path = SOURCE) -> list[Leg]:
    """The log of one replication, in order of arrival."""
    rows = (line.split() for line in _run(source, range(seed, seed + 1), horizon, "rows"))
    return [
        Leg(int(call), int(kind), float(at), float(wait), abandoned == "1", int(agent))
        for call, kind, at, wait, abandoned, agent in rows
    ]


def _run(source: Path, seeds: range, horizon: float, *more: str) -> list[str]:
    program = peer_cpp.program(source, HEADER, "\n".join(header()) + "\n")
    return peer_cpp.lines_of((program, seeds.start, len(seeds), horizon, *more))


def _replication(fields: list[str]) -> Replication[Tally]:
    n_calls, n_legs, n_abandoned, waited, seconds = fields
    return Replication(Tally(int(n_calls), int(n_legs), int(n_abandoned), float(waited)), float(seconds))


def header() -> Iterator[str]:
    """The lines of the header with the day's constants."""
    n_types, n_groups = len(TYPES), len(GROUPS)
    longest = max(len(one.groups) for one in TYPES)
    ranks = max(len(group.types_by_priority) for group in GROUPS)
    lists = [[*one.groups, *[NO_GROUP] * (longest - len(one.groups))] for one in TYPES]
    masks = [[sum(1 << kind for kind in equal) for equal in group.types_by_priority] for group in GROUPS]
    yield "#include <array>\n#include <cstddef>\n#include <cstdint>\nnamespace day {"
    yield f"constexpr double kInterval = {b2.INTERVAL!r}, kCallsPerDay = {b2.CALLS_PER_DAY!r};"
    yield f"constexpr double kTransferShare = {b2.TRANSFER_SHARE!r};"
    yield f"constexpr std::size_t kIntervals = {len(b2.PROFILE)}, kTypes = {n_types}, kGroups = {n_groups};"
    yield f"constexpr std::size_t kAllAgents = {len(b2.GROUP_OF)};"
    yield f"constexpr std::size_t kMostAgents = {max(len(group.agents) for group in GROUPS)};"
    yield f"constexpr std::uint8_t kNoGroup = {NO_GROUP};"
    yield array("double", n_types, "kMeanHandle", (one.mean_handle for one in TYPES))
    yield array("double", n_types, "kCvHandle", (one.cv_handle for one in TYPES))
    yield array("double", n_types, "kMeanPatience", (one.mean_patience for one in TYPES))
    yield array("std::uint8_t", n_types, "kTransferTo", (one.transfer_to for one in TYPES))
    yield array("std::uint32_t", n_groups, "kAgents", (len(group.agents) for group in GROUPS))
    yield table("double", n_types, len(b2.PROFILE), "kRates", b2.RATES)
    yield table("std::uint8_t", n_types, longest, "kPreference", lists)
    yield table("std::uint32_t", n_groups, ranks, "kTypesByPriority", masks)
    yield "}  // namespace day"


def array(cpp_type: str, size: int, name: str, values: Iterable[float]) -> str:
    """A constant array."""
    return f"constexpr std::array<{cpp_type}, {size}> {name}{{{', '.join(map(repr, values))}}};"


def table(cpp_type: str, n_rows: int, n_columns: int, name: str, rows: Iterable[Iterable[float]]) -> str:
    """A constant array of arrays; short rows end in zeros."""
    inner = ", ".join(f"{{{{{', '.join(map(repr, row))}}}}}" for row in rows)
    return f"constexpr std::array<std::array<{cpp_type}, {n_columns}>, {n_rows}> {name}{{{{{inner}}}}};"
