"""The table of the reference cases: what is exact, what is printed, what ccsim says, how far apart.

    python -m tests.verification [case ...] [--scale 10] [--json FILE]

A part of a case's name is enough. Leaves with 1 if chance does not explain a case.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tests.verification.cases import CASES
from tests.verification.compare import ALPHA, Comparison, Verdict, judge
from tests.verification.figures import FIGURES

_HEADER = f"  {'metric':<44} {'printed':>11} {'exact':>11} {'ccsim':>11} {'se':>9} {'z':>6} {'z print':>7}"


def main(arguments: list[str]) -> int:
    """Print the table; return the exit code."""
    options = _options().parse_args(arguments)
    chosen = [id for id in CASES if not options.case or any(word in id for word in options.case)]
    if not chosen:
        print(f"no such case; have {', '.join(CASES)}", file=sys.stderr)
        return 2
    verdicts = []
    for id in chosen:
        verdicts.append(judge(CASES[id], options.scale))
        print(_text(verdicts[-1]), flush=True)
    print(_summary(verdicts))
    if options.json:
        Path(options.json).write_text(json.dumps([_plain(v) for v in verdicts], indent=1) + "\n", encoding="utf-8")
    return int(any(v.off or v.off_print for v in verdicts))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.verification", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("case", nargs="*", help="part of a case's name; all by default")
    parser.add_argument("--scale", type=float, default=1.0, help="factor on the replications (default 1)")
    parser.add_argument("--json", metavar="FILE", help="also write the table as JSON")
    return parser


def _text(verdict: Verdict) -> str:
    """One case as a table."""
    figures = FIGURES[verdict.case.id]
    lines = [f"{verdict.case.id}: {figures['title']}", f"  {figures['source']}", _HEADER]
    part = ""
    for row in verdict.comparisons:
        if row.part != part:
            part = row.part
            lines.append(f"  -- {part}")
        lines.append(_row(row))
    lines.append(f"  {_ending(verdict)}")
    return "\n".join((*lines, ""))


def _row(row: Comparison) -> str:
    metric = row.metric
    printed = f"{metric.printed.value:11.5g}" if metric.printed else f"{'':>11}"
    z_printed = "" if row.z_printed is None else f"{row.z_printed:.2f}"
    exact = f"{'':>11}" if metric.exact is None else f"{metric.exact:11.6g}"
    name = metric.name[:44]
    return f"  {name:<44} {printed} {exact} {row.ours:11.6g} {row.error:9.2g} {row.z:6.2f} {z_printed:>7}".rstrip()


def _ending(verdict: Verdict) -> str:
    wrong = "" if not (verdict.off or verdict.off_print) else ": CHANCE DOES NOT EXPLAIN IT"
    worst = verdict.worst
    where = f"{worst.part}, {worst.metric.name}" if worst.part else worst.metric.name
    return (
        f"largest |z| {abs(worst.z):.2f} ({where}), bound {verdict.bound:.2f} for {verdict.case.n_metrics} metrics{wrong}; "
        f"{verdict.calls / 1e6:.1f} M calls, {verdict.seconds:.1f} s"
    )


def _summary(verdicts: list[Verdict]) -> str:
    """The largest |z| of each case."""
    lines = [f"{'case':<34} {'metrics':>7} {'max |z|':>8} {'bound':>6} {'seconds':>8}"]
    for v in verdicts:
        mark = "  <-- off" if v.off or v.off_print else ""
        lines.append(f"{v.case.id:<34} {v.case.n_metrics:>7} {abs(v.worst.z):>8.2f} {v.bound:>6.2f} {v.seconds:>8.1f}{mark}")
    n = sum(bool(v.off or v.off_print) for v in verdicts)
    calls, seconds = sum(v.calls for v in verdicts), sum(v.seconds for v in verdicts)
    lines.append(
        f"{len(verdicts)} cases, {n} off at alpha {ALPHA:g} a case (two-sided, Bonferroni over its metrics); "
        f"{calls / 1e6:.0f} M calls in {seconds:.0f} s"
    )
    return "\n".join(lines)


def _plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict for JSON; an infinite z becomes null."""
    figures = FIGURES[verdict.case.id]
    rows = [
        {
            "part": row.part,
            "metric": row.metric.name,
            "printed": row.metric.printed.value if row.metric.printed else None,
            "exact": row.metric.exact,
            "ours": row.ours,
            "se": row.error,
            "z": row.z if abs(row.z) < float("inf") else None,
            "z_printed": row.z_printed,
            "sees": row.sees,
        }
        for row in verdict.comparisons
    ]
    named = {key: figures[key] for key in ("id", "title", "source", "licence")}
    return {**named, "bound": verdict.bound, "off": bool(verdict.off), "calls": verdict.calls, "rows": rows}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
