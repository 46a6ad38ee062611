"""Outcomes: what happened, as facts. Row tables with provenance, or only mergeable counts when nobody asks for rows.

`tables` has the layouts, `store` saves and reads them, `audit` checks them without asking an engine. Nothing here computes an
average.
"""

from ccsim.outcomes.tables import (
    AGENT_COUNTS,
    AGENT_STATE,
    CALLBACK_COUNTS,
    CASE,
    CASE_COUNTS,
    CONTACT,
    EPISODE,
    IVR_COUNTS,
    LOAD_COUNTS,
    N_WAIT_BINS,
    OUTCOME_COUNTS,
    PASSAGE_COUNTS,
    PRESENCE_COUNTS,
    SEGMENT,
    SETTLEMENT,
    TABLE_KEYS,
    WAIT_COUNTS,
    WITHIN_COUNTS,
    Counts,
    Rows,
    new_counts,
)

__all__ = [
    "AGENT_COUNTS",
    "AGENT_STATE",
    "CALLBACK_COUNTS",
    "CASE",
    "CASE_COUNTS",
    "CONTACT",
    "EPISODE",
    "IVR_COUNTS",
    "LOAD_COUNTS",
    "N_WAIT_BINS",
    "OUTCOME_COUNTS",
    "PASSAGE_COUNTS",
    "PRESENCE_COUNTS",
    "SEGMENT",
    "SETTLEMENT",
    "TABLE_KEYS",
    "WAIT_COUNTS",
    "WITHIN_COUNTS",
    "Counts",
    "Rows",
    "new_counts",
]
