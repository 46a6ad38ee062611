"""The one home of numba: decides once per process between compiled and plain Python.

`rules/` and `engine/compiled/` decorate their functions with `jit` from here and import numba nowhere themselves. With
`NUMBA_DISABLE_JIT=1` the same functions run as plain Python and give the same bits: that is the debugger and the coverage run.

Two things need care, and both live here. Numba stamps a cached kernel with the kernel's own file only, so an edit in a rule
would leave a stale kernel behind: the cache folder is therefore named by a hash of all sources that end up in a kernel. And
plain Python integers do not wrap at 64 bits, nor may compiled ones, so products that do go through `times_plus`.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import hashlib
import os
import struct
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any
from weakref import WeakValueDictionary

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

# Before numba's import: Intel's vector library, where installed, would change the last bits of log and exp.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

ENABLED: bool = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
"""True when rules run compiled in this process."""

_COMPILED_SOURCES = ("jit.py", "vocabulary.py", "program/layout.py", "outcomes/tables.py", "rules", "engine/compiled")


@cache
def _source_hash() -> str:
    """Hash of every source that a cached kernel may contain, and of the versions that compiled it."""
    import numba
    import numpy

    package = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=10)
    for name in _COMPILED_SOURCES:
        place = package / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(file.read_bytes())
    digest.update(f"{numba.__version__} {numpy.__version__} {sys.version}".encode())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder in which this version's compiled kernels lie; it need not exist yet."""
    base = os.environ.get("CCSIM_CACHE_DIR")
    if base is None:
        base = os.environ.get("XDG_CACHE_HOME", "")
        base = str(Path(base) / "ccsim") if base else str(Path.home() / ".cache" / "ccsim")
    return Path(base) / _source_hash()


def times_plus(x: int, y: int, z: int) -> int:
    """x * y + z modulo 2^64, signed, of Python's own integers.

    Numba tells the optimiser that signed arithmetic never overflows, and the optimiser believes it: the product of two 32-bit
    words has lost its highest bit that way. Here it is not told.
    """
    return ((x * y + z + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


_apart: set[str] = set()
"""Parts of the linker's names of the functions that `apart` was told of."""


def apart(function: Any) -> Any:
    """Under another decorator: for what most events never come to.

    Laid into its callers such a function would make them save and restore registers that they do not need themselves.
    """
    name = function.__name__
    _apart.add(f"{len(name)}{name}B")
    return function


_Decorator = Callable[..., Any]

_TRIED_RELEASES = ((0, 68),)
"""numba releases with which `load_from_cache` has been tried."""

_bound: WeakValueDictionary[int, Any] = WeakValueDictionary()
"""Plain Python's way from an address to its table, for as long as somebody holds that."""

_functions: WeakValueDictionary[int, Any] = WeakValueDictionary()
"""Plain Python's way from an address to a user's function."""


def bind(record: Any, **tables: Any) -> None:
    """Writes where the tables lie into the address fields of a one-row record array.

    Kernels that get arrays by the dozen spend most of their time handing them over (about 40 times what the work costs), so
    they get one record with addresses and reach rows through an `accessor`. The caller keeps the tables, these very objects,
    alive.
    """
    for field, table in tables.items():
        address = table.ctypes.data  # __array_interface__ spells out the whole dtype first: ten times as long
        record[field] = address
        if not ENABLED:
            _bound[address] = table


def _address_dtype() -> Any:
    import numpy as np

    return np.dtype([("address", "i8")])


def _link_only_pipeline() -> Any:
    """Compiler pipeline for functions that are only ever laid into an entry.

    Numba turns every function into machine code before it links it into its caller, and links into it all that it calls, again
    at every level; for helpers nobody else calls that takes more than half of the kernel's compile time. This pipeline stops at
    the intermediate code of the function alone. Where a numba release has changed inside, the ordinary pipeline does the
    same, more slowly.
    """
    from numba import _dynfunc
    from numba.core import compiler
    from numba.core.codegen import JITCodeLibrary
    from numba.core.compiler_machinery import register_pass
    from numba.core.typed_passes import NativeLowering

    no_memory = ctypes.cast(ctypes.pythonapi.PyErr_NoMemory, ctypes.c_void_p).value
    if not _has_known_libraries():
        return compiler.Compiler

    class AloneLibrary(JITCodeLibrary):  # type: ignore[misc]
        """A function without those it calls."""

        _whole: Any = None

        def finalize(self) -> None:
            self._raise_if_finalized()
            self._finalized = True

        def alone(self) -> Any:
            for function in self._final_module.functions:
                if not function.is_declaration and function.linkage == binding.Linkage.external:
                    function.linkage = binding.Linkage.linkonce_odr
            return self._final_module

        def _get_module_for_linking(self) -> Any:
            """For callers of the ordinary pipeline, which want the whole."""
            if self._whole is None:
                whole = self.alone().clone()
                for library in _called(self):
                    whole.link_in(_module_of(library), preserve=True)
                self._whole = whole
            return self._whole

    @register_pass(mutates_CFG=True, analysis_only=False)
    class LowerForLinking(NativeLowering):  # type: ignore[misc]
        _name = "ccsim_lower_for_linking"

        def run_pass(self, state: Any) -> bool:
            context = state.targetctx
            state.library = AloneLibrary(context.codegen(), state.func_id.func_qualname)

            def key_of(library: Any, description: Any, environment: Any) -> Any:
                """Function object for callers to find the code by; called from Python it ends in a MemoryError, not a crash."""
                name = description.qualname
                return _dynfunc.make_function(description.lookup_module(), name, "", no_memory, environment, (library,))

            context.get_executable = key_of
            try:
                return bool(super().run_pass(state))
            finally:
                del context.get_executable

    return _pipeline_with(LowerForLinking)


def _closed_pipeline() -> Any:
    """Compiler pipeline for functions that contain all they call: nothing inside can be called from elsewhere.

    Numba links helpers in as functions that others might call too, so the optimiser keeps their arguments, their status codes
    and every one of their bodies as they are, and inlines little. Told that they are private it drops a seventh of the
    kernel's instructions. Private, not merely internal: the loader would let a cached rule that is loaded later call the
    kernel's own copy of what both contain, whose arguments are no longer the same. Where a numba release has changed inside,
    the ordinary pipeline does the same, more slowly.
    """
    from numba.core import compiler
    from numba.core.codegen import JITCodeLibrary
    from numba.core.compiler_machinery import register_pass
    from numba.core.typed_passes import NativeLowering

    if not _has_known_libraries():
        return compiler.Compiler

    class ClosedLibrary(JITCodeLibrary):  # type: ignore[misc]
        def finalize(self) -> None:
            for library in _called(self):
                self._reload_init.update(library._reload_init)
                self._final_module.link_in(_module_of(library), preserve=True)
            self._linking_libraries.clear()
            super().finalize()

        def _optimize_final_module(self) -> None:
            for function in self._final_module.functions:
                if not function.is_declaration and function.linkage == binding.Linkage.linkonce_odr:
                    function.linkage = binding.Linkage.private
                    if any(part in function.name for part in _apart):
                        function.add_function_attribute("noinline")
            super()._optimize_final_module()

    @register_pass(mutates_CFG=True, analysis_only=False)
    class LowerClosed(NativeLowering):  # type: ignore[misc]
        _name = "ccsim_lower_closed"

        def run_pass(self, state: Any) -> bool:
            state.library = ClosedLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
            state.library.enable_object_caching()  # before anything is compiled into it, so that it can be kept on disk
            state.flags.noalias = True  # no entry gets two arguments that share memory it writes
            return bool(super().run_pass(state))

    return _pipeline_with(LowerClosed)


def _has_known_libraries() -> bool:
    """True if this numba's code libraries have the parts that the pipelines above change."""
    from numba.core import codegen

    library = getattr(codegen, "JITCodeLibrary", None)
    methods = ("finalize", "_optimize_final_module", "_get_module_for_linking", "_raise_if_finalized")
    return all(hasattr(library, method) for method in methods)


def _called(library: Any) -> list[Any]:
    """The libraries that a library needs, directly or through others that stand alone; each once, in order of first need."""
    found: dict[Any, None] = {}
    waiting = list(reversed(library._linking_libraries))
    while waiting:
        needed = waiting.pop()
        if needed not in found:
            found[needed] = None
            if hasattr(needed, "alone"):
                waiting.extend(reversed(needed._linking_libraries))
    found.pop(library, None)  # a function that calls itself
    return list(found)


def _module_of(library: Any) -> Any:
    """The intermediate code to link where all that the library needs is linked, too."""
    return library.alone() if hasattr(library, "alone") else library._get_module_for_linking()


_NOT_NEEDED = frozenset(
    {
        "WithLifting",
        "InlineClosureLikes",
        "RewriteDynamicRaises",
        "MakeFunctionToJitFunction",
        "InlineInlinables",
        "FindLiterallyCalls",
        "LiteralUnroll",
        "LiteralPropagationSubPipelinePass",
        "InlineOverloads",
        "NopythonRewrites",
        "NopythonSupportedFeatureValidation",
        "AnnotateTypes",
        "DumpParforDiagnostics",
    }
)
"""Passes for what our functions do not have: closures, `with`, array expressions, messages made when they are raised."""


def _pipeline_with(lowering: Any) -> Any:
    """Numba's own pipeline with another last pass, without passes for what our functions do not have."""
    from numba.core import compiler
    from numba.core.compiler_machinery import PassManager
    from numba.core.typed_passes import NativeLowering

    class Passes(PassManager):  # type: ignore[misc]
        def _runPass(self, index: int, one: Any, state: Any) -> None:  # noqa: N802
            """Only the pass: numba would also check what each pass did and spell out all records, an eighth of the time."""
            one.analysis = self._analysis
            one.run_initialization(state)
            one.run_pass(state)
            one.run_finalizer(state)

    class Pipeline(compiler.CompilerBase):  # type: ignore[misc]
        def define_pipelines(self) -> list[PassManager]:
            usual = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
            passes = Passes(usual.pipeline_name)
            passes.passes = [
                (lowering if one is NativeLowering else one, why)
                for one, why in usual.passes
                if one.__name__ not in _NOT_NEEDED
            ]
            passes.finalize()
            return [passes]

    return Pipeline


if ENABLED:
    import numba
    from llvmlite import binding, ir
    from numba import types
    from numba.core import cgutils
    from numba.core.registry import CPUDispatcher
    from numba.extending import get_cython_function_address, intrinsic, overload

    try:
        numba.config.CACHE_DIR = str(cache_folder())
        cache_folder().mkdir(parents=True, exist_ok=True)
        _CAN_CACHE = os.access(cache_folder(), os.W_OK)
    except OSError:
        _CAN_CACHE = False  # a read-only home: compile in memory, each process anew

    _link_only = _link_only_pipeline()
    _closed = _closed_pipeline()
    _options = {"nopython": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "boundscheck": None}

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

        def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, pipeline_class: Any = _closed) -> None:
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
        """A compiler keeps nearly all it makes: looking for garbage again and again takes a tenth of its time."""
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_on:
                gc.enable()

    def _widened(kind: Any) -> Any:
        kind = types.unliteral(kind)
        whole = isinstance(kind, types.IntEnumMember) or (isinstance(kind, types.Integer) and kind.signed)
        return types.int64 if whole else kind

    def _inside(function: Any, **options: Any) -> Any:
        return _Inside(function, {}, _options | {"no_cpython_wrapper": True} | options, _link_only)

    def _kept(function: Any) -> Any:
        """The function compiled and kept on disk; a file there that cannot be read counts as missing.

        Numba would raise on it, in every process from then on: a power cut leaves empty files behind.
        """
        compiled = _Kept(function, {}, dict(_options))
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

    def special(name: str, n_arguments: int) -> Any:
        """SciPy special function `name(double, ...)` callable from jitted code and kept in cached kernels.

        Parameters
        ----------
        name : str
            Name in `scipy.special.cython_special`; its C signature ends with the int skip_dispatch, passed as 0.
        n_arguments : int
            Number of doubles it takes, 1 or 2.
        """
        from llvmlite import binding

        symbol = f"ccsim_{name}"
        binding.add_symbol(symbol, get_cython_function_address("scipy.special.cython_special", name))
        signature = types.float64(*[types.float64] * n_arguments, types.intc)
        external = types.ExternalFunction(symbol, signature)
        if n_arguments == 1:

            @inner
            def call_one(x: float) -> float:
                return external(x, 0)  # type: ignore[no-any-return]

            return call_one

        @inner
        def call_two(x: float, y: float) -> float:
            return external(x, y, 0)  # type: ignore[no-any-return]

        return call_two

    def one_row(record: Any) -> Any:
        """The array of one row itself."""
        return record

    def _row_address(builder: Any, record: Any, offset: int, index: Any, size: int) -> Any:
        """Code for the address of a row of the table whose address lies at this offset in a record."""
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(64)
        place = builder.gep(builder.bitcast(record, byte), [word(offset)])
        base = builder.load(builder.bitcast(place, byte.as_pointer()))
        # Tables move only between calls of a kernel; told so, the optimiser need not load their addresses again after every
        # store, which for all it knows might have changed them.
        base.set_metadata("invariant.load", builder.module.add_metadata([]))
        return builder.gep(base, [builder.mul(index, word(size))])

    def accessor(owner: Any, field: str, row: Any) -> Any:
        """A function (record of dtype `owner`, index) -> that row, by reference, of the table bound to `field`."""
        row_type = numba.from_dtype(row)
        offset = owner.fields[field][1]

        @intrinsic  # type: ignore[untyped-decorator]
        def row_at(typing_context: Any, record: Any, index: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                place = _row_address(builder, arguments[0], offset, arguments[1], row.itemsize)
                return builder.bitcast(place, context.get_value_type(row_type))

            return row_type(record, types.int64), code

        return row_at

    def fetcher(owner: Any, field: str, row: Any) -> Any:
        """A function (record of dtype `owner`, index) that asks for the memory of that row, which will be needed soon.

        Nothing waits for it, and there need not be such a row.
        """
        offset = owner.fields[field][1]

        @intrinsic  # type: ignore[untyped-decorator]
        def fetch(typing_context: Any, record: Any, index: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
                kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
                prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
                place = _row_address(builder, arguments[0], offset, arguments[1], row.itemsize)
                for line in range(0, row.itemsize, 64):
                    builder.call(prefetch, [builder.gep(place, [word(line)]), word(0), word(3), word(1)])
                return context.get_dummy_value()

            return types.void(record, types.int64), code

        return fetch

    @intrinsic  # type: ignore[untyped-decorator]
    def bits_of(typing_context: Any, number: Any) -> Any:
        """The integer that the bits of a float are."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], ir.IntType(64))

        return types.int64(types.float64), code

    @intrinsic  # type: ignore[untyped-decorator]
    def lowest_bit(typing_context: Any, bits: Any) -> Any:
        """Number of the lowest bit of an integer that is not 0."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.cttz(arguments[0], ir.IntType(1)(1))

        return types.int64(types.int64), code

    @intrinsic  # type: ignore[untyped-decorator]
    def precedes(typing_context: Any, high: Any, low: Any, other_high: Any, other_low: Any) -> Any:
        """1 if the pair (high, low) of non-negative integers is less than the other pair, else 0.

        One comparison of 128-bit integers takes two instructions and no branch.
        """

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            wide = ir.IntType(128)
            high, low, other_high, other_low = (builder.zext(argument, wide) for argument in arguments)
            one = builder.or_(builder.shl(high, wide(64)), low)
            other = builder.or_(builder.shl(other_high, wide(64)), other_low)
            return builder.zext(builder.icmp_unsigned("<", one, other), ir.IntType(64))

        return types.int64(*[types.int64] * 4), code

    @intrinsic  # type: ignore[untyped-decorator]
    def call_address(typing_context: Any, function: Any, argument: Any) -> Any:
        """Calls the function at an address, given by `callback`, with one address; returns its float."""
        signature = types.float64(types.int64, types.int64)

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind = ir.FunctionType(ir.DoubleType(), [ir.IntType(64)])
            return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), [arguments[1]])

        return signature, code

    def callback(function: Any, row: Any, n_rows: int, n_numbers: int) -> tuple[int, Any]:
        """A user's function for `call_address`: its address and what must be kept alive.

        Parameters
        ----------
        function : callable
            Takes `n_rows` times the same record of dtype `row` (one record that answers for all of them) and then
            `n_numbers` (0 or 1) floats: the record's `now`.

        Raises
        ------
        TypeError
            If numba cannot compile it; the message says why.
        """
        row_type = numba.from_dtype(row)
        row_address = _address_dtype()
        record_at = accessor(row_address, "address", row)
        typed = numba.njit(nogil=True, error_model="numpy")(function)
        try:
            typed.compile((row_type,) * n_rows + (types.float64,) * n_numbers)
        except Exception as error:  # what numba cannot compile it mostly says with a NumbaError, but not always
            raise TypeError(next(iter(str(error).splitlines()), type(error).__name__)) from None
        address_type = numba.from_dtype(row_address)

        @intrinsic  # type: ignore[untyped-decorator]
        def holder(typing_context: Any, address: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                return builder.inttoptr(arguments[0], context.get_value_type(address_type))

            return address_type(types.int64), code

        if n_numbers:

            @numba.cfunc(types.float64(types.int64))
            def call_now(address: int) -> float:
                row_ = record_at(holder(address), 0)
                return typed(row_, row_, row_.now)  # type: ignore[no-any-return]

            return call_now.address, (call_now, typed)

        @numba.cfunc(types.float64(types.int64))
        def call(address: int) -> float:
            row_ = record_at(holder(address), 0)
            return typed(row_, row_)  # type: ignore[no-any-return]

        return call.address, (call, typed)

    @intrinsic  # type: ignore[untyped-decorator]
    def _wrapping(typing_context: Any, x: Any, y: Any, z: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.add(builder.mul(arguments[0], arguments[1]), arguments[2])

        return types.int64(types.int64, types.int64, types.int64), code

    @overload(times_plus, strict=False)  # type: ignore[untyped-decorator]
    def _times_plus(x: Any, y: Any, z: Any) -> Any:
        return lambda x, y, z: _wrapping(x, y, z)

else:

    def _plain(function: Any) -> Any:
        return function

    jit = inner = laid_in = entry = _plain

    def of_many(rule: Any, **calls: Any) -> Any:
        """Twin of the compiled `of_many`: the rule itself."""
        return rule

    def here(step: Any) -> Any:
        """Twin of the compiled `here`: the helper itself."""
        return step

    def load_from_cache(function: Any, *arguments: Any) -> None:
        """Twin of the compiled `load_from_cache`: there is nothing to load."""

    def special(name: str, n_arguments: int) -> Any:
        """Twin of the compiled `special`: the ufunc, on Python floats."""
        import scipy.special

        ufunc = getattr(scipy.special, name)

        def call(*arguments: float) -> float:
            return float(ufunc(*arguments))

        return call

    class _Row:
        """A row by reference; numpy's own records take several times as long to get at a field."""

        __slots__ = ("_columns", "_index")

        def __init__(self, columns: dict[str, Any], index: int) -> None:
            set_columns(self, columns)
            set_index(self, index)

        def __getattr__(self, name: str) -> Any:
            return self._columns[name][self._index]

        __getitem__ = __getattr__

        def __setattr__(self, name: str, value: Any) -> None:
            self._columns[name][self._index] = value

    set_columns, set_index = _Row._columns.__set__, _Row._index.__set__  # type: ignore[attr-defined]

    def accessor(owner: Any, field: str, row: Any) -> Any:
        """Twin of the compiled `accessor`."""
        last: tuple[Any, Any] = (None, None)  # a table and its columns: getting them takes longer than all else here

        def row_at(record: Any, index: int) -> Any:
            nonlocal last
            table = _bound[int(record[field])]
            if last[0] is not table:
                rows = table.reshape(-1).view(row)
                last = table, {name: rows[name] for name in row.names}
            return _Row(last[1], index)

        return row_at

    def one_row(record: Any) -> Any:
        """An array of one row as a sequence of one, whose fields are sooner found than those of numpy's record."""
        return (_Row({name: record[name] for name in record.dtype.names}, 0),)

    def fetcher(owner: Any, field: str, row: Any) -> Any:
        """Twin of the compiled `fetcher`: there is nothing to fetch."""

        def fetch(record: Any, index: int) -> None:
            pass

        return fetch

    def bits_of(number: float) -> int:
        """Twin of the compiled `bits_of`."""
        (bits,) = struct.unpack("<q", struct.pack("<d", number))
        return int(bits)

    def lowest_bit(bits: int) -> int:
        """Twin of the compiled `lowest_bit`."""
        return (int(bits) & -int(bits)).bit_length() - 1

    def precedes(high: int, low: int, other_high: int, other_low: int) -> int:
        """Twin of the compiled `precedes`."""
        return int((high, low) < (other_high, other_low))

    def call_address(function: int, argument: int) -> float:
        """Twin of the compiled `call_address`."""
        return float(_functions[int(function)](int(argument)))

    def callback(function: Any, row: Any, n_rows: int, n_numbers: int) -> tuple[int, Any]:
        """Twin of the compiled `callback`: any function of two records will do."""
        import numpy as np

        def call(address: int) -> float:
            record = _bound[int(np.int64(_bound[address]["address"][0]))].view(row).view(np.recarray)[0]
            return float(function(*[record] * n_rows, *[float(record.now)] * n_numbers))

        _functions[id(call)] = call
        return id(call), call
