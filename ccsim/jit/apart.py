"""What most events never come to: kept out of the way of what they do."""

from __future__ import annotations

from typing import Any

__all__ = ["apart", "is_apart", "is_linked_apart"]

_names: set[str] = set()
"""Parts of the linker's names of the functions that `apart` was told of."""


def apart(function: Any) -> Any:
    """Under another decorator: for what most events never come to.

    Laid into its callers such a function would make them save and restore registers that they do not need themselves, and
    lie between instructions that are needed together. The optimiser is told that it is seldom called.
    """
    function.apart = True
    name = function.__name__
    _names.add(f"{len(name)}{name}B")
    return function


def is_apart(function: Any) -> bool:
    """True of a function that `apart` was told of."""
    return bool(getattr(function, "apart", False))


def is_linked_apart(linked: str) -> bool:
    """True of the linker's name of a function that `apart` was told of."""
    return any(name in linked for name in _names)
