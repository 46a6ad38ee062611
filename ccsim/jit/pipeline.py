"""How numba's compiler is led: what it makes of helpers, and of the functions that contain them all.

Where a numba release has changed inside, the ordinary pipeline does the same, more slowly.
"""

from __future__ import annotations

import ctypes
from typing import Any

from llvmlite import binding
from numba import _dynfunc
from numba.core import codegen, compiler
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import NativeLowering

from ccsim.jit.apart import is_linked_apart

__all__ = ["CLOSED", "LINK_ONLY"]

_Library: Any = getattr(codegen, "JITCodeLibrary", object)

_CHANGED = (
    "finalize",
    "serialize_using_object_code",
    "_get_compiled_object",
    "_get_module_for_linking",
    "_optimize_final_module",
    "_raise_if_finalized",
)
"""Parts of numba's code libraries that the pipelines below change or use."""

_NO_MEMORY = ctypes.cast(ctypes.pythonapi.PyErr_NoMemory, ctypes.c_void_p).value


# -- Functions that are only ever laid into an entry -----------------------------------------------------------------------


class _AloneLibrary(_Library):  # type: ignore[misc]
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
class _LowerForLinking(NativeLowering):  # type: ignore[misc]
    """Stops at the intermediate code of the function alone.

    Numba turns every function into machine code before it links it into its caller, and links into it all that it calls, again
    at every level; for helpers nobody else calls that takes more than half of the kernel's compile time.
    """

    _name = "ccsim_lower_for_linking"

    def run_pass(self, state: Any) -> bool:
        context = state.targetctx
        state.library = _AloneLibrary(context.codegen(), state.func_id.func_qualname)

        def key_of(library: Any, description: Any, environment: Any) -> Any:
            """Function object for callers to find the code by; called from Python it ends in a MemoryError, not a crash."""
            name = description.qualname
            return _dynfunc.make_function(description.lookup_module(), name, "", _NO_MEMORY, environment, (library,))

        context.get_executable = key_of
        try:
            return bool(super().run_pass(state))
        finally:
            del context.get_executable


# -- Functions that contain all they call ----------------------------------------------------------------------------------


class _ClosedLibrary(_Library):  # type: ignore[misc]
    """A function with all it calls: nothing inside can be called from elsewhere.

    Numba links helpers in as functions that others might call too, so the optimiser keeps their arguments, their status codes
    and every one of their bodies as they are, and inlines little. Told that they are private it drops a seventh of the
    kernel's instructions. Private, not merely internal: the loader would let a cached rule that is loaded later call the
    kernel's own copy of what both contain, whose arguments are no longer the same.
    """

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
                if is_linked_apart(function.name):
                    function.add_function_attribute("noinline")
                    function.add_function_attribute("cold")  # what leads there stands, and spills registers, beside the way
        super()._optimize_final_module()

    def serialize_using_object_code(self) -> Any:
        """What is kept on disk: the machine code, and of the intermediate code only the names that Python looks for.

        Numba keeps all of it, for others to link in; nobody does, and reading it took half of the time a kernel takes to load.
        """
        self._ensure_finalized()
        names = [f.name for f in self._final_module.functions if not f.is_declaration and f.linkage == binding.Linkage.external]
        bodies = "".join(f'define void @"{name}"() {{\n  ret void\n}}\n' for name in names)
        return self.name, "object", (self._get_compiled_object(), binding.parse_assembly(bodies).as_bitcode())


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerClosed(NativeLowering):  # type: ignore[misc]
    _name = "ccsim_lower_closed"

    def run_pass(self, state: Any) -> bool:
        state.library = _ClosedLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()  # before anything is compiled into it, so that it can be kept on disk
        state.flags.noalias = True  # no entry gets two arguments that share memory it writes
        return bool(super().run_pass(state))


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


# -- Passes ----------------------------------------------------------------------------------------------------------------

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


class _Passes(PassManager):  # type: ignore[misc]
    def _runPass(self, index: int, one: Any, state: Any) -> None:  # noqa: N802
        """Only the pass: numba would also check what each pass did and spell out all records, an eighth of the time."""
        one.analysis = self._analysis
        one.run_initialization(state)
        one.run_pass(state)
        one.run_finalizer(state)


def _pipeline_with(lowering: Any) -> Any:
    """Numba's own pipeline with another last pass, without passes for what our functions do not have."""

    class Pipeline(compiler.CompilerBase):  # type: ignore[misc]
        def define_pipelines(self) -> list[PassManager]:
            usual = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
            passes = _Passes(usual.pipeline_name)
            passes.passes = [
                (lowering if one is NativeLowering else one, why)
                for one, why in usual.passes
                if one.__name__ not in _NOT_NEEDED
            ]
            passes.finalize()
            return [passes]

    return Pipeline


_is_known = all(hasattr(_Library, part) for part in _CHANGED)

LINK_ONLY: Any = _pipeline_with(_LowerForLinking) if _is_known else compiler.Compiler
"""For functions that are only ever laid into an entry."""

CLOSED: Any = _pipeline_with(_LowerClosed) if _is_known else compiler.Compiler
"""For functions that contain all they call."""
