"""What multiplies the odds of a decision, as a table: facts with the logarithms of their multipliers.

Part of ``program.compile``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ccsim.program.layout import ODDS, Records, records
from ccsim.scenario.decisions import observed_fact

__all__ = ["odds_table"]


def odds_table(odds: Mapping[str, float]) -> Records:
    """ODDS rows in the order of facts; a multiplier of 1 multiplies nothing and has none."""
    rows = sorted((*observed_fact(name), multiplier) for name, multiplier in odds.items() if multiplier != 1.0)
    table = records(ODDS, len(rows))
    for row, (fact, over, multiplier) in zip(table, rows, strict=True):
        row.fact, row.over = fact, over
        row.log_multiplier = math.log(multiplier) if multiplier > 0.0 else -math.inf
    return table
