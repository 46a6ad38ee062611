"""What the decorators make of a function: rules, helpers that only the kernel contains, entries that Python calls."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType
from typing import Any

import numba
from numba import types
from numba.core.registry import CPUDispatcher

from ccsim.jit.apart import is_apart
from ccsim.jit.pipeline import CLOSED, LINK_ONLY
from ccsim.jit.setting import cache_folder

__all__ = ["entry", "here", "inner", "jit", "laid_in", "load_from_cache", "of_many"]

_TRIED_RELEASES = ((0, 68),)
"""numba releases with which `load_from_cache` has been tried."""

_OPTIONS = {"nopython": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "boundscheck": None}

try:
    numba.config.CACHE_DIR = str(cache_folder())
    cache_folder().mkdir(parents=True, exist_ok=True)
    _CAN_CACHE = os.access(cache_folder(), os.W_OK)
except OSError:
    _CAN_CACHE = False  # a read-only home: compile in memory, each process anew


class _Inside(CPUDispatcher):  # type: ignore[misc]
    """A function that compiled code calls: never machine code of its own.

    Arguments are as wide as they get: numba would compile the function, and all that it calls, once more for every mixture
    of literals, members of enumerations and narrow columns that callers happen to hand over.
    """

    def get_call_template(self, args: Any, kws: Any) -> Any:
        kws = {name: _widened(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(map(_widened, args)), kws)


class _Kept(CPUDispatcher):  # type: ignore[misc]
    """A function that Python calls, with its twin for compiled code."""

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, pipeline_class: Any = CLOSED) -> None:
        super().__init__(py_func, locals, targetoptions, pipeline_class)
        self.inside = _inside(py_func)

    @property
    def _numba_type_(self) -> Any:
        return self.inside._numba_type_

    def compile(self, sig: Any) -> Any:
        with _no_garbage_collection():
            return super().compile(sig)


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A compiler keeps nearly all it makes: looking for garbage again and again takes a tenth of its time, once a twentieth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()  # all that was made is old at once
            gc.enable()


def _widened(kind: Any) -> Any:
    kind = types.unliteral(kind)
    whole = isinstance(kind, types.IntEnumMember) or (isinstance(kind, types.Integer) and kind.signed)
    return types.int64 if whole else kind


def _inside(function: Any, **options: Any) -> Any:
    if is_apart(function):  # numba hands `forceinline` down to all that is called, and that outweighs `noinline`
        options["forceinline"] = False
    return _Inside(function, {}, _OPTIONS | {"no_cpython_wrapper": True} | options, LINK_ONLY)


def _kept(function: Any) -> Any:
    """The function compiled and kept on disk; a file there that cannot be read counts as missing.

    Numba would raise on it, in every process from then on: a power cut leaves empty files behind.
    """
    compiled = _Kept(function, {}, dict(_OPTIONS))
    if _CAN_CACHE:
        compiled.enable_caching()
    file = getattr(compiled._cache, "_cache_file", None)
    if file is None:  # nothing is kept, or by a numba that keeps it in another way
        return compiled
    load = file.load

    def load_or_nothing(key: Any) -> Any:
        try:
            return load(key)
        except Exception:  # whatever pickle makes of half a file
            with contextlib.suppress(OSError):
                file.flush()
            return None

    file.load = load_or_nothing
    return compiled


_Decorator = Callable[..., Any]

jit: _Decorator = _kept
"""For rules: called from Python, too, by the reference engine; only then are they compiled alone, and kept on disk."""

inner: _Decorator = _inside
"""For helpers that only compiled code calls: never machine code of their own, so less than half the compile time."""

laid_in: _Decorator = partial(_inside, forceinline=True)
"""The same, laid into every caller: for steps of the way most calls take that rarer ways share."""

entry: _Decorator = _kept
"""For the few functions Python calls with arrays: compiled once per machine, kept on disk."""


def of_many(rule: Any, **calls: Any) -> Any:
    """The rule for use in loops: always laid into them, so that the optimiser can take several rounds at a time.

    Parameters
    ----------
    calls : functions
        Takes the place of the function of this name that the rule calls; `of_many` of that one, as a rule.
    """
    plain = rule.py_func
    own = FunctionType(plain.__code__, plain.__globals__ | calls, plain.__name__)
    return laid_in(own)


def here(step: Any) -> Any:
    """A copy of the helper that is laid in where it is called: for the way most calls take, of what rarer ways share."""
    plain = step.py_func
    return laid_in(FunctionType(plain.__code__, plain.__globals__, plain.__name__))


def load_from_cache(function: Any, *arguments: Any) -> None:
    """Fetches an entry's machine code for these arguments from the disk, where it lies there already.

    Numba does this by itself on the first call, but before it looks it gets ready to compile, which takes ten times
    as long as loading. Whatever cannot be loaded here is left to that first call, and so is all of it in a numba release
    for which this short cut has not been tried.
    """
    signature = tuple(numba.typeof(argument) for argument in arguments)
    if numba.version_info.short not in _TRIED_RELEASES:
        return
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.runtime import rtsys

    context = function.targetctx
    with global_compiler_lock:  # the context is that of all compilation in this process
        rtsys.initialize(context)
        context.refresh = lambda: None
        try:
            found = function._cache.load_overload(signature, context)
        finally:
            del context.refresh
        if found is not None:
            context.insert_user_function(found.entry_point, found.fndesc, [found.library])
            function.add_overload(found)
