"""Quantiles of waits over replications, with intervals that know that waits of one day depend on each other.

The share of waits up to t, F(t), is a ratio of sums like any other, so it has a delta-method interval over replications at
each edge of the histogram; a quantile's interval is where that band crosses it. An interval from order statistics of single
waits would take them for independent and be several times too narrow. `accumulate` feeds it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ccsim.analysis.estimate import Intervals, Method
from ccsim.analysis.student import student_t
from ccsim.outcomes import N_WAIT_BINS

__all__ = ["WAIT_EDGES", "WaitMoments"]

Floats = NDArray[np.float64]

_FIXED = 3600
_GROWTH = 1.02


def _edges() -> Floats:
    """Upper edges of the bins of `rules.tally.wait_bin`, s: 0 for no wait, 1 ... 3600, then each 2 % more."""
    wide = _FIXED * _GROWTH ** np.arange(1, N_WAIT_BINS - _FIXED)
    return np.concatenate([np.arange(_FIXED + 1.0), wide])


WAIT_EDGES = _edges()


class WaitMoments:
    """Moments over replications of the cumulative histograms of several kinds of wait.

    Attributes
    ----------
    n : int
        Replications added.
    seen : int64, shape (n_rows,)
        Those with any wait.
    """

    def __init__(self, n_rows: int) -> None:
        self.n = 0
        self.seen = np.zeros(n_rows, dtype=np.int64)
        self._top = 0  # highest bin any wait fell into: beyond it every cumulative count is the total
        self._first = np.zeros((n_rows, N_WAIT_BINS))
        self._sums = np.zeros((n_rows, N_WAIT_BINS))
        self._squares = np.zeros((n_rows, N_WAIT_BINS))
        self._products = np.zeros((n_rows, N_WAIT_BINS))  # with the total

    def add(self, histogram: NDArray[np.int64]) -> None:
        """Adds one replication: counts per bin, shape (n_rows, n_bins) with n_bins at most N_WAIT_BINS."""
        used = np.flatnonzero(histogram.any(axis=0))
        top = int(used[-1]) if used.size else 0
        if top > self._top:
            for table in (self._first, self._sums, self._squares, self._products):
                table[:, self._top + 1 : top + 1] = table[:, self._top : self._top + 1]
            self._top = top
        upto = slice(0, self._top + 1)
        below = np.zeros((len(histogram), self._top + 1))
        width = min(self._top + 1, histogram.shape[1])
        np.cumsum(histogram[:, :width], axis=1, out=below[:, :width])
        below[:, width:] = below[:, width - 1 : width]
        self.n += 1
        self.seen += below[:, -1] > 0.0
        if self.n == 1:
            self._first[:, upto] = below
        below -= self._first[:, upto]
        self._sums[:, upto] += below
        self._squares[:, upto] += below * below
        self._products[:, upto] += below * below[:, -1:]

    def quantiles(self, shares: tuple[float, ...], confidence: float) -> list[Intervals]:
        """For each share p: the wait that p of the waits do not exceed, for every row."""
        upto = slice(0, self._top + 1)
        totals = self.n * self._first[:, upto] + self._sums[:, upto]
        found = [self._row(row, totals[row], shares, confidence) for row in range(len(totals))]
        table = np.array(found, dtype=np.float64).reshape(len(totals), len(shares), 4)
        return [
            Intervals(of_share[:, 0], of_share[:, 1], of_share[:, 2], of_share[:, 3].astype(np.int64))
            for of_share in table.transpose(1, 0, 2)
        ]

    def curve(self, row: int, confidence: float) -> tuple[Floats, Floats, Floats, Floats]:
        """For one kind of wait: edges, s, and the share of waits up to each, with the two ends of its interval.

        Empty arrays where there was no wait at all; the ends are NaN where the replications give no interval.
        """
        counts = self.n * self._first[row, : self._top + 1] + self._sums[row, : self._top + 1]
        if self.n == 0 or counts[-1] <= 0.0:
            return np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0)
        share = counts / counts[-1]
        none = np.full(len(share), np.nan)
        lower, upper = (none, none)
        if self.n > 1 and self.seen[row] > 1:
            lower, upper = self._band(row, share, float(counts[-1]), confidence)
        return WAIT_EDGES[: len(share)], share, lower, upper

    def _row(
        self, row: int, counts: Floats, shares: tuple[float, ...], confidence: float
    ) -> list[tuple[float, float, float, int]]:
        """Value, low, high and method of each quantile of one kind of wait."""
        if not counts.size or counts[-1] <= 0.0:
            return [(np.nan, np.nan, np.nan, Method.EMPTY) for _ in shares]
        share = counts / counts[-1]
        values = [_crossing(share, p) for p in shares]
        if self.n == 1 or self.seen[row] < 2:
            method = Method.ONE_REPLICATION if self.n == 1 else Method.TOO_FEW
            return [(value, np.nan, np.nan, method) for value in values]
        lower, upper = self._band(row, share, float(counts[-1]), confidence)
        answers = []
        for p, value in zip(shares, values, strict=True):
            low, high = _crossing(np.maximum.accumulate(upper), p), _last_crossing(lower, p)
            i = int(np.argmax(share >= p))
            if low == high and lower[i] == upper[i]:  # not merely surely 0
                answers.append((value, np.nan, np.nan, int(Method.EQUAL)))
            else:
                answers.append((value, min(low, value), max(high, value), int(Method.BAND)))
        return answers

    def _band(self, row: int, share: Floats, total: float, confidence: float) -> tuple[Floats, Floats]:
        """Pointwise interval of the share of waits up to each edge, on the logit."""
        upto = slice(0, self._top + 1)
        a, aa, ab = self._sums[row, upto], self._squares[row, upto], self._products[row, upto]
        b, bb = a[-1], aa[-1]
        spread = (aa - a * a / self.n) - 2.0 * share * (ab - a * b / self.n) + share * share * (bb - b * b / self.n)
        error = np.sqrt(np.maximum(spread, 0.0) * self.n / (self.n - 1)) / total
        inner = (share > 0.0) & (share < 1.0)
        lower, upper = share.copy(), share.copy()
        p = share[inner]
        odds, step = np.log(p / (1.0 - p)), student_t(confidence, self.n) * error[inner] / (p * (1.0 - p))
        with np.errstate(over="ignore"):
            lower[inner] = 1.0 / (1.0 + np.exp(step - odds))
            upper[inner] = 1.0 / (1.0 + np.exp(-step - odds))
        return lower, upper


def _crossing(curve: Floats, p: float) -> float:
    """Where a rising curve over the edges first reaches p; linear inside a bin, the bin of no wait is exactly 0."""
    return _inside(curve, p, int(np.argmax(curve >= p)))


def _last_crossing(curve: Floats, p: float) -> float:
    """Where a curve over the edges is below p for the last time."""
    beneath = np.flatnonzero(curve < p)
    return _inside(curve, p, int(beneath[-1]) + 1 if beneath.size else 0)


def _inside(curve: Floats, p: float, i: int) -> float:
    """The point of bin i where the curve is at p."""
    if i == 0:
        return 0.0
    before, here = float(curve[i - 1]), float(curve[i])
    part = min(max((p - before) / (here - before), 0.0), 1.0)
    return float(WAIT_EDGES[i - 1] + part * (WAIT_EDGES[i] - WAIT_EDGES[i - 1]))
