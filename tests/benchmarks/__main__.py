"""`python -m tests.benchmarks`: the speed benchmarks, by hand only, on a machine with nothing else to do.

B1 is one queue of 500 agents (b1.py), B2 a day of 8 call types and 12 groups (b2.py). Sections of each: B1 (everybody's
time per call), B1-threads (two threads against two processes), B1-flat (short runs against long ones). The last two are
about ccsim's compiled engine unless `--impl` names somebody else.
"""

import argparse
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from tests.benchmarks import flat, peer_cpp, rounds, threads
from tests.benchmarks.benches import B1, B2, BENCHES, Bench

SECTIONS = {bench.name + part: (bench, part) for bench in (B1, B2) for part in ("", threads.SUFFIX, flat.SUFFIX)}
NAMES = tuple(dict.fromkeys(one.name for bench in BENCHES.values() for one in bench.implementations))
OF_THE_ENGINE = ("ccsim-compiled", "ccsim-compiled-counts")


def main() -> None:
    """Runs the sections asked for, prints their tables, writes the JSON file."""
    arguments = parser().parse_args()
    n_rounds = arguments.rounds or (rounds.QUICK_ROUNDS if arguments.quick else rounds.ROUNDS)
    print(machine(), flush=True)
    records: list[dict[str, Any]] = []
    for section in arguments.sections:
        print(f"\n{section}", flush=True)
        records += run(section, arguments.impl, n_rounds, arguments.quick)
    if arguments.json:
        arguments.json.write_text(json.dumps(records, indent=1) + "\n")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--rounds", type=positive, help=f"default {rounds.ROUNDS}, with --quick {rounds.QUICK_ROUNDS}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and replications: a look, not a result")
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=tuple(SECTIONS), metavar="SECTION")
    parser.add_argument("--impl", nargs="+", choices=NAMES, metavar="NAME", help=f"of {', '.join(NAMES)}")
    return parser


def positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError
    return value


def run(section: str, names: list[str] | None, n_rounds: int, quick: bool) -> list[dict[str, Any]]:
    """Measures and prints one section; gives back its records."""
    bench, part = SECTIONS[section]
    if not part:
        everybody = [one for one in bench.implementations if names is None or one.name in names]
        return shown(rounds, bench, rounds.measure(everybody, n_rounds, quick))

    ready = [one for name in names or OF_THE_ENGINE if (one := bench.by_name.get(name))]
    ready = [one for one in ready if one.simulate is not None and rounds.is_ready(one)]
    if part == threads.SUFFIX:
        return shown(threads, bench, [threads.measure(bench, one, n_rounds) for one in ready])
    sizes = bench.sizes[:-1] if quick else bench.sizes
    return shown(flat, bench, [size for one in ready for size in flat.measure(bench, one, sizes)])


def shown(kind: Any, bench: Bench, measured: list[Any]) -> list[dict[str, Any]]:
    """Prints a section's report, if there is anything to report."""
    if measured:
        print("\n".join(kind.report(bench, measured)), flush=True)
    return list(kind.records(bench, measured))


def machine() -> str:
    """What the figures were measured on, and how busy it was."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    busy = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    return f"{cpu} x {os.cpu_count()}{busy}; {platform.python_implementation()} {platform.python_version()}; {cpp()}"


def cpp() -> str:
    """The C++ compiler's first line about itself, and our options."""
    if (name := peer_cpp.compiler()) is None:
        return "no C++ compiler"
    version = subprocess.run([name, "--version"], capture_output=True, text=True, check=False).stdout
    return f"{version.partition(chr(10))[0]} {' '.join(peer_cpp.OPTIONS)}"


if __name__ == "__main__":
    main()
