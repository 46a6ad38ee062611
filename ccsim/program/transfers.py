"""Where calls go on to after a talk: shares and destinations, as a table with cumulative shares.

Part of ``program.compile``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ccsim.program.layout import DESTINATION, Records, records
from ccsim.scenario import Scenario

__all__ = ["write_transfers"]


def write_transfers(scenario: Scenario, names: Sequence[str], call_types: Records) -> Records:
    """The table `destinations`, by call type and in the order of names. Writes the rest into call types."""
    rows: list[tuple[float, int]] = []
    call_types.transfer_to = -1
    for row, name in zip(call_types, names, strict=True):
        transfer = scenario.calls[name].transfer
        if transfer is None:
            continue
        row.transfer_share = transfer.share
        row.transfer_at_most = transfer.at_most if transfer.share > 0.0 else 0
        to = sorted((names.index(other), share) for other, share in transfer.to.items() if share > 0.0)
        if len(to) == 1:
            row.transfer_to = to[0][0]
            continue
        row.first_destination, row.n_destinations = len(rows), len(to)
        total = 0.0
        for code, share in to:
            total += share
            rows.append((total * transfer.share, code))
        rows[-1] = (transfer.share, rows[-1][1])  # whatever the sum was rounded to
    table = records(DESTINATION, len(rows))
    for line, (up_to, code) in zip(table, rows, strict=True):
        line.up_to, line.call_type = up_to, code
    return table
