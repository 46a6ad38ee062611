"""Ten thousand agents are as exact as ten, and work grows with their number only; importing costs nothing."""

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import ccsim.erlang
from ccsim.erlang import SERVICE_LEVEL_VARIANTS, erlang_a, erlang_c, erlang_general, halfin_whitt


def test_a_centre_of_505_agents_is_not_where_other_calculators_put_it():
    """5000 calls per 30 min, 3 min each, 505 agents, patience 5 min, answered within 5 min: 98.9 % of those offered.

    Calculators that let a term underflow print 53 %. It is the variant answered_over_offered: of the answered alone all
    but 1e-9 are in time, so the rest is what abandons.
    """
    law = erlang_a(5000 / 1800, 180, 505, 300)
    assert 0.988 <= law.service_level(300) <= 0.990
    assert law.service_level(300) == pytest.approx(1 - law.abandoned_share, abs=1e-9)
    for variant in ("answered_only", "exclude_abandons_in_time", "abandons_in_time_count"):
        assert law.service_level(300, variant) == pytest.approx(1, abs=1e-9)


ROOM = str(Path(ccsim.erlang.__file__).parent)
LINES_PER_AGENT = 25


@contextmanager
def counted_lines() -> Iterator[Callable[[], int]]:
    """Counts the lines of the calculators that are executed: work that is the same on any machine."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace if frame.f_code.co_filename.startswith(ROOM) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: lines
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("load_per_agent", [0.3, 0.97, 1.0, 1.03, 1.8])
@pytest.mark.parametrize("agents", [5_000, 30_000, 60_000])
def test_tens_of_thousands_of_agents_neither_overflow_nor_take_long(agents, load_per_agent):
    with counted_lines() as lines:
        law = erlang_a(agents * load_per_agent / 300, 300, agents, 240)
        shares = [law.service_level(20, variant, short_abandon=5) for variant in SERVICE_LEVEL_VARIANTS]
    assert agents / LINES_PER_AGENT < lines() < LINES_PER_AGENT * agents
    assert all(0 <= share <= 1 for share in shares)
    assert law.answered_share + law.abandoned_share == pytest.approx(1, abs=1e-13)
    # fluid limit: agents always busy in overload, nobody lost in underload
    if load_per_agent != 1.0:
        assert law.abandoned_share == pytest.approx(max(0.0, 1 - 1 / load_per_agent), abs=5e-4)


def test_general_patience_survives_deep_overload():
    """Two thirds of 15,000 erlangs find an agent; due times pile up where everybody hangs up, 8000 nats above zero."""
    law = erlang_general(15_000 / 180, 180, 10_000, lambda t: float(t < 300))
    assert law.abandoned_share == pytest.approx(1 / 3, rel=1e-10)
    assert law.occupancy == pytest.approx(1, rel=1e-10)
    # below 300 the density rises at rate 83.33 - 55.56 = 27.78, above it falls at 55.56: two thirds lie below, by 0.036 on
    # average, and those above hang up at 300
    assert law.mean_wait == pytest.approx(300 - 2 / 3 * 0.036, rel=1e-12)


def test_fifty_thousand_agents_on_the_edge_without_patience_limit():
    law = erlang_c(49_990 / 300, 300, 50_000)
    assert law.wait_share == pytest.approx(halfin_whitt(10 / math.sqrt(49_990)), abs=2e-3)


def test_importing_loads_neither_numpy_nor_scipy():
    code = "import sys, ccsim.erlang; print([m for m in ('numpy', 'scipy', 'numba', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
