"""Choices from one integer, or from several."""

from __future__ import annotations

import numpy as np

__all__ = ["Dice"]


class Dice:
    """Choices from one integer."""

    def __init__(self, seed: int | tuple[int, ...]) -> None:
        self._generator = np.random.default_rng(seed)

    def chance(self, share: float) -> bool:
        return bool(self._generator.random() < share)

    def between(self, least: int, most: int) -> int:
        return int(self._generator.integers(least, most + 1))

    def real(self, least: float, most: float) -> float:
        return float(self._generator.uniform(least, most))

    def pick(self, options):
        return options[self.between(0, len(options) - 1)]
