"""What every queue answers, whichever formula it came from: shares, mean waits, service level in six variants, quantiles.

`erlang_c`, `erlang_a` and `erlang_general` return a `WaitLaw`; staffing and reports ask nothing else of them.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from ccsim.erlang.checks import bisect, check, duration

SERVICE_LEVEL_VARIANTS = (
    "answered_over_offered",
    "exclude_short_abandons",
    "exclude_abandons_in_time",
    "abandons_in_time_count",
    "short_abandons_count",
    "answered_only",
)
"""Service-level variants that have an analytic value; the first is the default, as in ccsim's KPI tables."""


@dataclass(frozen=True, kw_only=True)
class WaitLaw(ABC):
    """What happens to the calls of one queue in the long run; `erlang_c`, `erlang_a` and `erlang_general` return one.

    All shares are of offered calls, so `answered_share + abandoned_share + blocked_share` is 1. Blocked callers and
    balkers have a wait of zero.

    Attributes
    ----------
    arrival_rate, handle_time : float
        Offered calls per time unit, mean handle time.
    agents : int
        Agents on the phones.
    balk_share : float
        Share of those who would wait that hang up at once.
    wait_share : float
        Calls that find all agents busy and a free line, balkers included (what calculators call P(wait)).
    answered_share, abandoned_share, blocked_share : float
        How calls end. Balkers count as abandoned.
    balked_share : float
        The part of `abandoned_share` that never waited.
    mean_queue : float
        Mean number of callers waiting.
    mean_wait : float
        Mean wait of all offered calls, `mean_queue / arrival_rate` (Little).
    mean_wait_answered : float
        Mean wait of answered calls, those answered at once included: the ASA.
    mean_wait_abandoned : float
        Mean wait of abandoned calls, balkers included; nan if nobody can abandon.
    """

    arrival_rate: float
    handle_time: float
    agents: int
    balk_share: float
    wait_share: float
    answered_share: float
    abandoned_share: float
    balked_share: float
    blocked_share: float
    mean_queue: float
    mean_wait: float
    mean_wait_answered: float
    mean_wait_abandoned: float

    @abstractmethod
    def answered_within(self, within: float) -> float:
        """Share of offered calls that are answered after a wait of at most `within`."""

    @abstractmethod
    def abandoned_within(self, within: float) -> float:
        """Share of offered calls that abandon after a wait of at most `within`, balkers included."""

    @abstractmethod
    def waits_longer(self, within: float) -> float:
        """Share of offered calls that wait longer than `within`, however they end: P(W > t)."""

    @property
    def offered_load(self) -> float:
        """Arrival rate times mean handle time, erlangs."""
        return self.arrival_rate * self.handle_time

    @property
    def throughput(self) -> float:
        """Answered calls per time unit."""
        return self.arrival_rate * self.answered_share

    @property
    def mean_busy(self) -> float:
        """Mean number of agents handling a call."""
        return self.offered_load * self.answered_share

    @property
    def occupancy(self) -> float:
        """Share of their time that agents handle calls."""
        return self.mean_busy / self.agents

    @property
    def mean_in_system(self) -> float:
        """Mean number of lines in use: callers waiting or being handled."""
        return self.mean_queue + self.mean_busy

    @property
    def idle_share(self) -> float:
        """Share of calls that find an agent free."""
        return self.answered_within(0.0)

    def service_level(
        self,
        within: float,
        variant: str = "answered_over_offered",
        *,
        short_abandon: float | None = None,
        count_blocked: bool = True,
    ) -> float:
        """Service level in one named variant.

        Parameters
        ----------
        within : float
            Threshold on the wait, counted from queue entry; a wait of exactly `within` is in time.
        variant : str
            One of `SERVICE_LEVEL_VARIANTS`. With O offered, A answered, At and Bt answered and abandoned in time, Bs
            short abandons: `answered_over_offered` At/O, `exclude_short_abandons` At/(O-Bs), `exclude_abandons_in_time`
            At/(O-Bt), `abandons_in_time_count` (At+Bt)/O, `short_abandons_count` (At+Bs)/O, `answered_only` At/A.
        short_abandon : float, optional
            Abandoned calls that waited less than this are short; required by the two variants that name them.
        count_blocked : bool
            Whether O holds the calls that found no line. An ACD never sees them, the customers do.

        Raises
        ------
        ValueError
            For an unknown variant, a negative time or a missing `short_abandon`.
        """
        met = self.answered_within(within)
        out_of = self.answered_share + self.abandoned_share + (self.blocked_share if count_blocked else 0.0)
        match variant:
            case "answered_over_offered":
                pass
            case "exclude_short_abandons":
                out_of -= self._short_abandons(short_abandon, variant)
            case "exclude_abandons_in_time":
                out_of -= self.abandoned_within(within)
            case "abandons_in_time_count":
                met += self.abandoned_within(within)
            case "short_abandons_count":
                met += self._short_abandons(short_abandon, variant)
            case "answered_only":
                out_of = self.answered_share
            case _:
                raise ValueError(f"variant must be one of {', '.join(SERVICE_LEVEL_VARIANTS)}, got {variant!r}")
        return min(1.0, met / out_of)  # the two sums may round differently

    def _short_abandons(self, short_abandon: float | None, variant: str) -> float:
        if short_abandon is None:
            raise ValueError(f"{variant} needs short_abandon, the wait below which an abandoned call is short; got None")
        # "less than", not "at most": it matters where patience has an atom, and for balkers when the limit is zero
        limit = duration("short_abandon", short_abandon)
        return self.abandoned_within(math.nextafter(limit, 0.0)) if limit > 0 else 0.0

    def wait_quantile(self, share: float) -> float:
        """Smallest t with P(W <= t) at least `share`, over all offered calls; `share` in [0, 1)."""
        check(0 <= share < 1, "share", "at least 0 and below 1", share)
        late = 1.0 - share
        if self.waits_longer(0.0) <= late:
            return 0.0
        high = self.handle_time
        while self.waits_longer(high) > late:
            high *= 2
        return bisect(lambda within: self.waits_longer(within) <= late, 0.0, high)
