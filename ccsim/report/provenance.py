"""How the numbers were made, what they do not hold, and how exact they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccsim.report import numbers
from ccsim.report.index import shown, size
from ccsim.report.summary import calendar_lines, days_before_lines

if TYPE_CHECKING:
    from ccsim.experiment import Result

__all__ = ["control_lines", "precision_lines", "provenance", "what_if_lines"]

MOST_WHAT_IFS = 10  # named on the page; a file may hold hundreds


def provenance(result: Result) -> list[str]:
    """Return how the numbers were made and what they do not hold."""
    from ccsim import __version__

    run, spread = result.scenario.run, result.scenario.uncertainty
    lines = [f"{line}." for line in (*calendar_lines(result.scenario)[:1], *days_before_lines(result.scenario))]
    if result.scenario.equal_pay is not None:
        lines.append(f"P{str(result.scenario.equal_pay)[1:]}.")
    if run.mode == "steady":
        lines.append(f"± is the simulation error at {100 * run.confidence:g} % and shrinks with replications.")
    else:
        lines.append(
            f"± is the simulation error at {100 * run.confidence:g} % (percentage points of shares) and shrinks with "
            "replications; the range of days is what one lives through and does not."
        )
    if not spread.centre_day and not spread.type_day and result.scenario.replay is None:
        lines.append("No forecast error in it: the scenario has no uncertainty.")
    speed = f"{result.elapsed:.1f} s" if math.isfinite(result.elapsed) else ""
    if result.requirement:
        lines.append(f"{result.requirement}.")
    lines += precision_lines(result) + control_lines(result)
    lines.append(
        f"seed {result.seed}, {numbers.plural(result.replications, 'replication')}, {result.engine} engine, "
        f"digest {result.digest[:12]}, scenario {result.fingerprint[:8]}, ccsim {__version__}, {speed}"
    )
    return lines


def precision_lines(result: Result) -> list[str]:
    """Return how exact each KPI is of which a precision was asked, and whether that ended the run; nothing of other runs."""
    from ccsim.analysis import REGISTRY

    lines = []
    for precise in result.precise:
        unit = REGISTRY[precise.id].unit
        asked = f"{100 * precise.asked:g} %" if precise.relative else size(precise.asked, unit)
        ends = numbers.NONE if precise.low is None or precise.high is None else f"{precise.low:.5g}, {precise.high:.5g}"
        if unit == "share" and precise.low is not None and precise.high is not None:
            ends = f"{100 * precise.low:.2f}, {100 * precise.high:.2f}"
        said = f"{REGISTRY[precise.id].title} {shown(precise.value, unit)} [{ends}], asked for ±{asked}: "
        enough = "as exact as that" if precise.is_met else f"not yet, about {precise.needed:,} replications would be"
        lines.append(said + enough + ".")
    if lines:
        lines.append("[ ]: intervals of a run that ends when they are short enough, their sides longer where days are skewed.")
    return lines


_NO_GAIN = 1.1


def control_lines(result: Result) -> list[str]:
    """Return what the KPIs are with less noise, where that gains anything, and by what it was taken out."""
    from ccsim.analysis import REGISTRY

    if result.controls is None:
        return []
    lines = []
    for found in result.controls.kpis:
        kpi = REGISTRY[found.id]
        if found.low is None or found.high is None or found.gain is None or found.gain < _NO_GAIN:
            continue
        scale = 100.0 if kpi.unit == "share" else 1.0
        name = kpi.title + (", customers" if found.basis == "episode" else "")
        ends = f"[{scale * found.low:.4g}, {scale * found.high:.4g}]"
        lines.append(f"{name} {shown(found.value, kpi.unit)} {ends}, as exact as {found.gain:.1f} times the replications.")
    names = "; ".join(result.controls.names)
    if result.controls.how != "regression":
        said = f"{result.controls.how.capitalize()} {names}; intervals here know it, those above do not and are as wide as ever"
        return [f"{said}:", *lines] if lines else [f"{said}; no gain in any KPI of the centre."]
    if not lines:
        return [f"Control variates ({names}): no gain in any KPI of the centre."]
    return [f"Without the noise of arrivals, whose means are known ({names}), by regression:", *lines]


def what_if_lines(result: Result) -> list[str]:
    """Return which what-ifs of the file this run did not try; none for a run of one of them."""
    names = list(result.scenario.what_if)
    if not names:
        return []
    listed = ", ".join(names[:MOST_WHAT_IFS]) + (", ..." if len(names) > MOST_WHAT_IFS else "")
    return [f"What-ifs in this file, not run: {listed}. Try: ccsim compare FILE"]
