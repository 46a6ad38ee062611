"""Both engines on many generated Programs: `python -m tests.engines N [--first S]`; exit code 1 if anything differs."""

from __future__ import annotations

import argparse
import sys

from tests.engines.agreement import compare
from tests.engines.programs import random_program


def main() -> int:
    """Prints a line for each Program on which the engines differ, then one for all."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument("n", type=int, help="number of Programs")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    given = parser.parse_args()

    totals = [0, 0, 0, 0]
    for number in range(given.first, given.first + given.n):
        found = compare(random_program(number), seed=number, replication=number % 3)
        totals = [total + value for total, value in zip(totals, found, strict=True)]
        if any(found[1:]):
            print(f"program {number}: {found}", flush=True)
    calls, rows, counts, digests = totals
    print(f"{given.n} programs, {calls} calls, {rows} differing rows, {counts} differing tables of counts, {digests} digests")
    return int(any(totals[1:]))


if __name__ == "__main__":
    sys.exit(main())
