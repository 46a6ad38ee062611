"""The audit finds nothing wrong with programs nobody designed, on rows, and on counts that were kept without rows."""

from __future__ import annotations

import numpy as np
import pytest

from ccsim.engine.compiled.simulate import simulate
from ccsim.outcomes import Counts, Rows
from ccsim.outcomes.audit import audit, audit_counts
from tests.engines.programs import random_program

N_PROGRAMS = 200
N_BATCHES = 4


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_random_programs_keep_all_identities(batch):
    n_calls = 0
    for seed in range(batch, N_PROGRAMS, N_BATCHES):
        program = random_program(seed)
        rows = simulate(program, seed, 3, rows=True).rows
        counts = simulate(program, seed, 3, rows=False).counts
        assert rows is not None and counts is not None
        assert audit(program, rows) == [], f"program {seed}"
        assert audit_counts(program, rows, counts) == [], f"program {seed}"
        n_calls += len(rows.contacts)
    assert n_calls > 2000  # so that there was something to find


def test_several_replications_are_audited_as_one_table():
    program = random_program(5)
    runs = [(simulate(program, 1, r, rows=True).rows, simulate(program, 1, r, rows=False).counts) for r in range(3)]
    rows = Rows(*(np.concatenate(tables) for tables in zip(*(rows for rows, _ in runs), strict=True)))
    counts = Counts(*(add(tables) for tables in zip(*(counts for _, counts in runs), strict=True)))
    assert len(rows.contacts) > 20
    assert audit(program, rows) == []
    assert audit_counts(program, rows, counts) == []


def add(tables: tuple[np.ndarray, ...]) -> np.ndarray:
    """Sum of tables of counts, field by field."""
    total = np.zeros_like(tables[0])
    for field in total.dtype.names:
        total[field] = sum(table[field] for table in tables)
    return total
