"""Collecting what is wrong, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Complaints"]

MOST_PER_CHECK = 20  # more of the same help nobody; the rest is counted


class Complaints:
    """Violations found so far, in `said`."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._subject = ""

    def about(self, subject: str) -> None:
        """Names what the next complaints are about."""
        self._subject = subject

    def where(self, bad: ArrayLike, identity: str, say: Callable[[int], str]) -> None:
        """Adds one sentence for each true entry of `bad`; `say` makes it from the entry's index."""
        found = np.flatnonzero(bad)
        for i in found[:MOST_PER_CHECK]:
            self.said.append(f"{self._subject}: {identity} {say(int(i))}")
        if len(found) > MOST_PER_CHECK:
            self.said.append(f"{self._subject}: {identity} ... and {len(found) - MOST_PER_CHECK} more like this")

    def unlike(
        self, found: NDArray[Any], expected: NDArray[Any], identity: str, who: Callable[[int], str], what: str, source: str
    ) -> None:
        """Adds one sentence for each entry of `found` that is not exactly the expected one."""
        self.where(found != expected, identity, lambda i: f"{who(i)}: {what} {found[i]}, {source} {expected[i]}")

    def add(self, identity: str, sentence: str) -> None:
        """Adds one sentence."""
        self.said.append(f"{self._subject}: {identity} {sentence}")
