"""SciPy's functions in compiled code: found on the first call, while machine code waits that cannot be told of an exception."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ccsim.jit import ENABLED

pytestmark = pytest.mark.skipif(not ENABLED, reason="plain Python asks SciPy itself")

FIRST = """
import sys, time
from ccsim.jit import foreign
from ccsim.rules.sampling import gamma_quantile
{before}
try:
    for _ in range(2):
        print(gamma_quantile(2.0, 0.5))
    for _ in range({naps}):  # an interrupt that Python sends itself wakes nobody who sleeps
        time.sleep(0.1)
except KeyboardInterrupt:
    print("interrupted afterwards")
"""
INTERRUPTED = """
find, asked = foreign.get_cython_function_address, []
def find_at_the_second_time(*name):
    asked.append(name)
    if len(asked) == 1:
        raise KeyboardInterrupt
    return find(*name)
foreign.get_cython_function_address = find_at_the_second_time
"""
MISSING = """
def find(*name):
    raise ImportError("no SciPy here")
foreign.get_cython_function_address = find
"""
MEDIAN = "0.8391734950083306"
"""Of a gamma variate with mean 1 and shape 2: scipy.special.gammaincinv(2, 0.5) / 2."""


def first_call(before: str, naps: int = 0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", FIRST.format(before=before, naps=naps)], capture_output=True, text=True, timeout=120
    )


def test_the_first_call_finds_the_function_and_the_next_has_it() -> None:
    done = first_call("assert 'scipy.special' not in sys.modules")
    assert done.stdout.split() == [MEDIAN, MEDIAN], done.stderr


def test_an_interrupt_meanwhile_comes_after_the_number() -> None:
    done = first_call(INTERRUPTED, naps=600)
    *numbers, last = done.stdout.splitlines()
    assert last == "interrupted afterwards" and set(numbers) <= {MEDIAN} and not done.stderr, (done.stdout, done.stderr)


def test_without_scipy_there_is_an_end_and_no_number() -> None:
    done = first_call(MISSING)
    assert done.returncode == 1 and not done.stdout
    assert "no SciPy here" in done.stderr
