"""The one home of numba: decides once per process between compiled and plain Python.

`rules/` and `engine/compiled/` decorate their functions with `jit` from here and import numba nowhere themselves. With
`NUMBA_DISABLE_JIT=1` the same functions run as plain Python and give the same bits: that is the debugger and the coverage run.

| room | what |
|---|---|
| `setting` | compiled or plain, and where kernels are kept |
| `dispatchers` | the decorators: what Python calls, what only the kernel contains; loading a kernel |
| `pipeline` | how numba's compiler is led |
| `apart` | what is kept out of the way of most events |
| `addresses`, `rows` | tables by address, rows by reference |
| `bits` | single instructions |
| `foreign` | SciPy's functions and a user's |
| `plain` | the twin of each in plain Python |
"""

from __future__ import annotations

from ccsim.jit.addresses import bind
from ccsim.jit.apart import apart
from ccsim.jit.setting import ENABLED, cache_folder

if ENABLED:
    from ccsim.jit.bits import bits_of, lowest_bit, precedes, times_plus
    from ccsim.jit.dispatchers import entry, here, inner, jit, laid_in, load_from_cache, of_many
    from ccsim.jit.foreign import call_address, callback, special
    from ccsim.jit.rows import accessor, fetcher, one_row
else:
    from ccsim.jit.plain import (  # type: ignore[assignment]
        accessor,
        bits_of,
        call_address,
        callback,
        entry,
        fetcher,
        here,
        inner,
        jit,
        laid_in,
        load_from_cache,
        lowest_bit,
        of_many,
        one_row,
        precedes,
        special,
        times_plus,
    )

__all__ = [
    "ENABLED",
    "accessor",
    "apart",
    "bind",
    "bits_of",
    "cache_folder",
    "call_address",
    "callback",
    "entry",
    "fetcher",
    "here",
    "inner",
    "jit",
    "laid_in",
    "load_from_cache",
    "lowest_bit",
    "of_many",
    "one_row",
    "precedes",
    "special",
    "times_plus",
]
