"""The peers of the speed benchmark simulate the model they claim to: a smoke test, no timing."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import yaml

from tests.benchmarks import b1, ccsim_b1, peer_ciw, peer_cpp, peer_heapq, peer_simpy
from tests.benchmarks.b1 import Call, Tally, abandon_share
from tests.benchmarks.clock import Replication, timed
from tests.benchmarks.implementations import in_process
from tests.benchmarks.rounds import Measured

needs_cpp = pytest.mark.skipif(peer_cpp.missing() is not None, reason=str(peer_cpp.missing()))
needs_ciw = pytest.mark.skipif(peer_ciw.missing() is not None, reason=str(peer_ciw.missing()))


def test_exact_share_is_that_of_the_birth_and_death_chain() -> None:
    """Weights of the stationary chain by its ratio; a state above N_AGENTS loses its waiting calls at their rate."""
    weights = [1.0]
    for n in range(1, 4 * b1.N_AGENTS):
        leaving = min(n, b1.N_AGENTS) / b1.MEAN_HANDLE + max(0, n - b1.N_AGENTS) / b1.MEAN_PATIENCE
        weights.append(weights[-1] * b1.ARRIVALS_PER_MINUTE / leaving)
    abandoning = sum(max(0, n - b1.N_AGENTS) / b1.MEAN_PATIENCE * weight for n, weight in enumerate(weights))
    assert abandoning / sum(weights) / b1.ARRIVALS_PER_MINUTE == pytest.approx(b1.EXACT_ABANDON_SHARE, abs=5e-7)


def assert_near_exact(tallies: list[Tally], standard_error_below: float) -> None:
    share = abandon_share(tallies)
    assert share.standard_error < standard_error_below, "too few replications for the next line to mean anything"
    assert abs(share.value - b1.EXACT_ABANDON_SHARE) < 5 * share.standard_error


def test_heapq_abandons_as_theory_says() -> None:
    tallies = [timed(peer_heapq.simulate, seed, b1.HORIZON).tally for seed in range(10)]
    assert_near_exact(tallies, standard_error_below=0.001)


@needs_cpp
@pytest.mark.parametrize("replicate", [peer_cpp.replicate, peer_cpp.replicate_plainly], ids=["cpp", "cpp-plain"])
def test_cpp_abandons_as_theory_says(replicate: Callable[[range, float], list[Replication[Tally]]]) -> None:
    replications = replicate(range(100), b1.HORIZON)
    assert_near_exact([one.tally for one in replications], standard_error_below=0.0003)


def ciw_calls_of(seed: int, horizon: float) -> list[Call]:
    return sorted(map(peer_ciw.call_of, peer_ciw.records_of(seed, horizon)))


every_log = pytest.mark.parametrize(
    "calls_of",
    [
        pytest.param(peer_heapq.calls_of, id="heapq"),
        pytest.param(peer_simpy.calls_of, id="simpy"),
        pytest.param(peer_cpp.calls_of, id="cpp", marks=needs_cpp),
        pytest.param(partial(peer_cpp.calls_of, source=peer_cpp.PLAIN), id="cpp-plain", marks=needs_cpp),
        pytest.param(ciw_calls_of, id="ciw", marks=needs_ciw),
    ],
)


@every_log
def test_minutes_waited_per_abandonment_are_the_mean_patience(calls_of: Callable[[int, float], list[Call]]) -> None:
    """Who waits hangs up at a constant rate: the estimate of a censored exponential, relative error n ** -0.5.

    Far sharper on patience than P(abandon), which patience of 3 minutes would change by less than its own scatter.
    """
    calls = calls_of(3, 200.0)
    n_abandoned = sum(call.abandoned for call in calls)
    waited = sum(call.wait for call in calls)
    assert n_abandoned > 300
    assert abs(waited / n_abandoned / b1.MEAN_PATIENCE - 1) < 5 / math.sqrt(n_abandoned)


@every_log
def test_log_shows_longest_wait_and_longest_idle(calls_of: Callable[[int, float], list[Call]]) -> None:
    """Calls start in order of arrival, and everybody has had a first call before anybody gets a second."""
    calls = calls_of(2, 60.0)
    answered = [call for call in calls if not call.abandoned]
    starts = [call.arrived_at + call.wait for call in answered]

    assert len(calls) == pytest.approx(6000, abs=5 * math.sqrt(6000))
    assert all(0 <= earlier.arrived_at < later.arrived_at < 60.0 for earlier, later in zip(calls, calls[1:], strict=False))
    assert any(call.wait > 0 for call in answered)
    assert all(call.wait > 0 and call.agent == b1.NO_AGENT for call in calls if call.abandoned)
    assert all(earlier <= later + 1e-9 for earlier, later in zip(starts, starts[1:], strict=False))
    assert [call.agent for call in answered[: b1.N_AGENTS]] == list(range(b1.N_AGENTS))


def test_scenario_file_states_the_same_model() -> None:
    scenario = yaml.safe_load(ccsim_b1.SCENARIO.read_text(encoding="utf-8"))
    minutes = int(b1.HORIZON)
    assert scenario["open"] == f"00:00-{minutes // 60:02}:{minutes % 60:02}"
    assert scenario["interval"] == f"{b1.WARM_UP:g}m"
    assert scenario["calls"]["inbound"] == {
        "volume": f"{b1.ARRIVALS_PER_MINUTE:g}/min",
        "handle": f"{b1.MEAN_HANDLE:g}m",
        "patience": f"{b1.MEAN_PATIENCE:g}m",
    }
    assert scenario["agents"] == b1.N_AGENTS


def test_share_is_a_ratio_of_sums_with_replications_as_units() -> None:
    """Residuals -1 and +1 about a share of 4/20: standard error sqrt(2 / 1 * 2) / 20."""
    share = abandon_share([Tally(10, 10, 1, 0.0), Tally(10, 10, 3, 0.0)])
    assert share.value == 0.2
    assert share.standard_error == pytest.approx(0.1)


def test_interval_is_student_t_on_the_logit() -> None:
    """Five replications, 4 degrees: t(0.995) = 4.604; residuals -1, -1, 0, 1, 1; share 15/50, logit -0.8473."""
    share = abandon_share([Tally(10, 10, n_abandoned, 0.0) for n_abandoned in (2, 2, 3, 4, 4)])
    margin = 4.604 * math.sqrt(5 / 4 * 4) / 50 / (0.3 * 0.7)
    assert [math.log(end / (1 - end)) for end in (share.low, share.high)] == pytest.approx(
        [-0.8473 - margin, -0.8473 + margin], abs=1e-3
    )


def test_ratio_is_the_median_of_the_ratios_within_a_round() -> None:
    """Ratios 2, 3, 1: median 2, where the ratio of the medians would be 4 / 3."""
    nobody = in_process("nobody", peer_heapq.simulate, per_round=1, horizon=1.0)
    assert Measured(nobody, [2.0, 9.0, 4.0]).ratio_to(Measured(nobody, [1.0, 3.0, 4.0])) == 2.0
