"""Whether the compiled engine is ready to run: what `doctor` tells and `run` warns of."""

from __future__ import annotations


def is_compiled() -> bool:
    """Return True if a kernel of exactly these sources and versions lies in the cache, or none is needed."""
    from ccsim import jit

    return not jit.ENABLED or any(jit.cache_folder().rglob("kernel.advance*.nbi"))
