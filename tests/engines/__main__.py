"""Both engines on many generated Programs: `python -m tests.engines N [--first S]`; exit code 1 if anything differs.

With `--features`: which features, pairs of features and ties of events act in them.
"""

from __future__ import annotations

import argparse
import sys

from tests.engines.agreement import compare
from tests.engines.features import cover, report
from tests.engines.programs import random_program


def main() -> int:
    """Prints a line for each Program on which the engines differ, then one for all."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument("n", type=int, help="number of Programs")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--features", action="store_true", help="report what acts in them instead of comparing the engines")
    given = parser.parse_args()
    if given.features:
        print(report(cover(range(given.first, given.first + given.n))))
        return 0

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
