"""Stories are told on both engines: each test gets `tell`, which runs a centre and returns what happened as short tuples."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ccsim.engine.compiled.simulate import simulate as simulate_compiled
from ccsim.engine.reference import simulate as simulate_reference
from ccsim.program.layout import Program
from tests.stories.centre import Told, told_by

ENGINES = {"reference": simulate_reference, "compiled": simulate_compiled}


@pytest.fixture(params=list(ENGINES))
def tell(request: pytest.FixtureRequest) -> Callable[[Program], Told]:
    """Runs a centre on one engine; the audit must find nothing."""
    simulate = ENGINES[request.param]

    def run(program: Program) -> Told:
        rows = simulate(program, 1, 0, rows=True).rows
        assert rows is not None
        return told_by(program, rows)

    return run
