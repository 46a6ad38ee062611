"""Generated centres: the audit finds nothing, both engines agree, and neither keys nor hashes decide anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import ccsim
from ccsim.engine.compiled.simulate import simulate
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.outcomes.audit import audit, audit_counts
from ccsim.scenario import from_dict
from ccsim.vocabulary import Outcome
from tests.properties.centres import Content, centres, compiled, rows_of, shuffled

ROOT = Path(__file__).parents[2]
SEEDS = st.integers(0, 2**64 - 1)
ENDS = {
    *(Outcome.SERVED, Outcome.ABANDONED, Outcome.BALKED, Outcome.BLOCKED, Outcome.CLOSED, Outcome.UNFINISHED),
    *(Outcome.HUNG_UP, Outcome.CONTAINED, Outcome.TURNED_AWAY),
}
"""Of contacts, as far as files can ask for them."""


@settings(max_examples=150)
@given(centres(), SEEDS)
def test_the_audit_finds_nothing(content: Content, seed: int) -> None:
    found = compiled(content)
    for replication in range(2):
        done = simulate(found.program, seed, replication, rows=True)
        assert done.rows is not None
        assert audit(found.program, done.rows) == []
        counted = simulate(found.program, seed, replication, rows=False)
        assert counted.counts is not None and counted.digest is not None and done.digest is not None
        assert audit_counts(found.program, done.rows, counted.counts) == []
        assert counted.digest.tobytes() == done.digest.tobytes()


@settings(max_examples=30)
@given(centres(), SEEDS)
def test_both_engines_tell_the_same(content: Content, seed: int) -> None:
    program = compiled(content).program
    ours, theirs = simulate_reference(program, seed, 0).rows, simulate(program, seed, 0, rows=True).rows
    assert ours is not None and theirs is not None
    assert [table.tobytes() for table in ours] == [table.tobytes() for table in theirs]


def test_the_generated_centres_use_every_feature() -> None:
    """What the tests above are worth: outcomes and keys seen while generating."""
    outcomes: set[Outcome] = set()
    stays: set[Outcome] = set()
    keys: set[str] = set()
    n_calls = 0

    @settings(max_examples=150)
    @given(centres())
    def look(content: Content) -> None:
        nonlocal n_calls
        keys.update(content)
        for part in (*content["calls"].values(), *content["agents"].values(), content.get("run", {})):
            keys.update(part)
        rows = rows_of(compiled(content))
        n_calls += len(rows.contacts)
        outcomes.update(Outcome(code) for code in np.unique(rows.contacts["outcome"]))
        stays.update(Outcome(code) for code in np.unique(rows.segments["outcome"]))

    look()
    assert outcomes == ENDS
    assert stays >= {Outcome.PASSED_ON, Outcome.OPTED_OUT, Outcome.RETRIED, Outcome.TRANSFERRED, Outcome.OVERFLOWED}
    assert keys >= {
        *("ivr", "lines", "after_contact", "metrics", "uncertainty", "closing", "holidays", "queues", "mode", "service_draw"),
        *("handle", "talk", "hold", "wrap", "patience", "weekday", "needs", "transfer", "events", "routing"),
        *("headcount", "staffing", "shifts", "skills", "reserve", "ring", "shrinkage", "proficiency"),
    }
    assert n_calls > 5000


@settings(max_examples=25)
@given(centres(), st.integers(0, 1000))
def test_the_order_of_keys_decides_nothing(content: Content, order: int) -> None:
    turned = shuffled(content, order)
    a, b = (ccsim.run(from_dict(one), engine="compiled", reps=2, jobs=1, neighbours=False) for one in (content, turned))
    assert a.digest == b.digest
    assert repr(a.estimates) == repr(b.estimates)


DIGESTS = """
import json, sys
import ccsim
for content in json.load(sys.stdin):
    result = ccsim.run(ccsim.from_dict(content), engine="compiled", reps=2, jobs=2, neighbours=False, seed=5)
    print(result.digest, hash(repr(result.estimates)) and repr(result.estimates)[:2000])
"""


def test_the_hash_seed_of_python_decides_nothing() -> None:
    contents: list[Content] = []

    @settings(max_examples=6)
    @given(centres())
    def collect(content: Content) -> None:
        contents.append(content)

    collect()
    told = set()
    for hash_seed in ("0", "1", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", DIGESTS]
        done = subprocess.run(
            command, input=json.dumps(contents), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) == len(contents) >= 6
        told.add(done.stdout)
    assert len(told) == 1
